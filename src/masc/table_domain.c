#include "masc/table_domain.h"

#include "base/map.h"

#include <assert.h>

#define ENTRIES	  256
#define FILL_MAX  192 /* of them */
#define DEPTH_MAX 24

/* Entries: the count, 0 for a free one, then the number of the domain. The
 * directory goes by the first bits of a hash, places in a page by its last. */
struct domain_page {
	uint16_t used;
	uint8_t depth; /* bits of the hash that all in it share */
	uint8_t pad[5];
	uint8_t entries[];
};

void domains_init(struct domains *d, const struct env *env, uint8_t id_size)
{
	*d = (struct domains){ .env = env,
			       .id_size = id_size,
			       .stride = sizeof(uint32_t) + id_size };
	d->key[0] = env_random_u64(env);
	d->key[1] = env_random_u64(env);
}

static size_t directory_size(const struct domains *d)
{
	return d->directory ? (size_t)1 << d->depth : 0;
}

/* Each page stands in a row of places; it is met at the first. */
void domains_fini(struct domains *d)
{
	for (size_t i = 0; i < directory_size(d);) {
		struct domain_page *p = d->directory[i];
		i += (size_t)1 << (d->depth - p->depth);
		env_free(d->env, p);
	}
	env_free(d->env, d->directory);
	*d = (struct domains){ .env = d->env };
}

static uint64_t hash_of(const struct domains *d, const uint8_t *id)
{
	return map_hash(d->key, span_of(id, d->id_size));
}

static size_t place_of(const struct domains *d, uint64_t hash)
{
	return d->depth ? (size_t)(hash >> (64 - d->depth)) : 0;
}

static uint8_t *entry(const struct domains *d, struct domain_page *p, uint32_t at)
{
	return p->entries + at * d->stride;
}

static uint32_t count_at(const struct domains *d, struct domain_page *p, uint32_t at)
{
	uint32_t n;
	memcpy(&n, entry(d, p, at), sizeof(n));
	return n;
}

static void set_count(const struct domains *d, struct domain_page *p, uint32_t at, uint32_t n)
{
	memcpy(entry(d, p, at), &n, sizeof(n));
}

static uint8_t *id_at(const struct domains *d, struct domain_page *p, uint32_t at)
{
	return entry(d, p, at) + sizeof(uint32_t);
}

static uint32_t home_of(uint64_t hash)
{
	return (uint32_t)hash % ENTRIES;
}

static bool same_id(const struct domains *d, const uint8_t *a, const uint8_t *b)
{
	return d->id_size == 4 ? memcmp(a, b, 4) == 0 : memcmp(a, b, 16) == 0;
}

/* Where it is, or the free entry where it would be: there always is one. */
static uint32_t find(const struct domains *d, struct domain_page *p, uint64_t hash,
		     const uint8_t *id)
{
	uint32_t at = home_of(hash);
	while (count_at(d, p, at) && !same_id(d, id_at(d, p, at), id))
		at = (at + 1) % ENTRIES;
	return at;
}

size_t domains_get(const struct domains *d, const uint8_t *id)
{
	if (!d->directory)
		return 0;
	uint64_t hash = hash_of(d, id);
	struct domain_page *p = d->directory[place_of(d, hash)];
	return count_at(d, p, find(d, p, hash, id));
}

void domains_expect(const struct domains *d, const uint8_t *id)
{
	if (!d->directory)
		return;
	uint64_t hash = hash_of(d, id);
	struct domain_page *p = d->directory[place_of(d, hash)];
	__builtin_prefetch(p);
	__builtin_prefetch(entry(d, p, home_of(hash)));
}

static size_t page_size(const struct domains *d)
{
	return sizeof(struct domain_page) + ENTRIES * d->stride;
}

static struct domain_page *page_new(struct domains *d, uint8_t depth)
{
	struct domain_page *p = env_zalloc(d->env, 1, page_size(d));
	if (!p)
		return NULL;
	d->octets += page_size(d);
	p->depth = depth;
	return p;
}

static enum err begin(struct domains *d)
{
	struct domain_page **directory = env_resize(d->env, NULL, sizeof(struct domain_page *));
	if (!directory)
		return ERR_NOMEM;
	directory[0] = page_new(d, 0);
	if (!directory[0]) {
		env_free(d->env, directory);
		return ERR_NOMEM;
	}
	d->directory = directory;
	d->octets += sizeof(struct domain_page *);
	return OK;
}

/* Twice as many places, each page in twice as many; from the end, so that none
 * is overwritten before it is read. */
static enum err deepen(struct domains *d)
{
	if (d->depth == DEPTH_MAX)
		return ERR_FULL;
	size_t n = directory_size(d);
	struct domain_page **wide =
		env_resize(d->env, d->directory, 2 * n * sizeof(struct domain_page *));
	if (!wide)
		return ERR_NOMEM;
	for (size_t i = n; i-- > 0;)
		wide[2 * i] = wide[2 * i + 1] = wide[i];
	d->directory = wide;
	d->depth++;
	d->octets += n * sizeof(struct domain_page *);
	return OK;
}

static void copy_entry(const struct domains *d, struct domain_page *from, uint32_t at,
		       struct domain_page *to)
{
	const uint8_t *id = id_at(d, from, at);
	uint32_t there = find(d, to, hash_of(d, id), id);
	memcpy(entry(d, to, there), entry(d, from, at), d->stride);
	to->used++;
}

/* Both halves are new pages, the old one goes: entries need not be shifted. */
static void divide(const struct domains *d, struct domain_page *p, struct domain_page *half[2])
{
	for (uint32_t at = 0; at < ENTRIES; at++) {
		if (!count_at(d, p, at))
			continue;
		uint64_t hash = hash_of(d, id_at(d, p, at));
		copy_entry(d, p, at, half[hash >> (63 - p->depth) & 1]);
	}
}

static enum err split(struct domains *d, uint64_t hash)
{
	struct domain_page *p = d->directory[place_of(d, hash)];
	enum err e = p->depth == d->depth ? deepen(d) : OK;
	if (e)
		return e;
	struct domain_page *half[2] = { page_new(d, (uint8_t)(p->depth + 1)),
					page_new(d, (uint8_t)(p->depth + 1)) };
	if (!half[0] || !half[1]) {
		for (unsigned i = 0; i < 2; i++)
			d->octets -= half[i] ? page_size(d) : 0;
		env_free(d->env, half[0]);
		env_free(d->env, half[1]);
		return ERR_NOMEM;
	}
	divide(d, p, half);
	size_t row = (size_t)1 << (d->depth - p->depth);
	size_t first = place_of(d, hash) / row * row;
	for (size_t i = 0; i < row; i++)
		d->directory[first + i] = half[i >= row / 2];
	d->octets -= page_size(d);
	env_free(d->env, p);
	return OK;
}

enum err domains_reserve(struct domains *d, const uint8_t *id, struct domain_spot *out)
{
	enum err e = d->directory ? OK : begin(d);
	if (e)
		return e;
	uint64_t hash = hash_of(d, id);
	for (;;) {
		struct domain_page *p = d->directory[place_of(d, hash)];
		uint32_t at = find(d, p, hash, id);
		if (count_at(d, p, at) || p->used < FILL_MAX) {
			*out = (struct domain_spot){ p, at };
			return OK;
		}
		e = split(d, hash);
		if (e)
			return e;
	}
}

void domains_add(struct domains *d, const struct domain_spot *spot, const uint8_t *id)
{
	uint32_t n = count_at(d, spot->page, spot->at);
	if (n == 0) {
		memcpy(id_at(d, spot->page, spot->at), id, d->id_size);
		spot->page->used++;
		d->count++;
	}
	set_count(d, spot->page, spot->at, n + 1);
}

/* Entries behind the hole move up, those that may, so that each is still found
 * by going on from its home. */
static void close_hole(const struct domains *d, struct domain_page *p, uint32_t hole)
{
	for (uint32_t at = (hole + 1) % ENTRIES; count_at(d, p, at); at = (at + 1) % ENTRIES) {
		uint32_t home = home_of(hash_of(d, id_at(d, p, at)));
		if ((at - home) % ENTRIES < (at - hole) % ENTRIES)
			continue;
		memcpy(entry(d, p, hole), entry(d, p, at), d->stride);
		hole = at;
	}
	set_count(d, p, hole, 0);
}

void domains_take(struct domains *d, const uint8_t *id)
{
	uint64_t hash = hash_of(d, id);
	struct domain_page *p = d->directory[place_of(d, hash)];
	uint32_t at = find(d, p, hash, id), n = count_at(d, p, at);
	assert(n > 0);
	set_count(d, p, at, n - 1);
	if (n > 1)
		return;
	p->used--;
	d->count--;
	close_hole(d, p, at);
}
