/* Open addressing with linear probing; taking out shifts what follows back, so
 * that there are no graves to sweep. */
#include "base/map.h"
#include "base/checked.h"

#include <assert.h>

/* 24 octets: hash and length are enough in 32 bits each. */
struct map_slot {
	const uint8_t *key;
	void *value; /* NULL: free */
	uint32_t n;
	uint32_t hash;
};

#define MAP_FIRST 16 /* a power of two, as every capacity */

static uint64_t rotl(uint64_t v, unsigned by)
{
	return v << by | v >> (64 - by);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] = rotl(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] = rotl(v[2], 32);
}

/* Written out: compilers make one load of it. */
static uint64_t eight(const uint8_t p[8])
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
	       (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
	       (uint64_t)p[7] << 56;
}

static uint64_t little_endian(const uint8_t *p, size_t n)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

uint64_t map_hash(const uint64_t key[2], struct span s)
{
	uint64_t v[4] = {
		key[0] ^ UINT64_C(0x736f6d6570736575),
		key[1] ^ UINT64_C(0x646f72616e646f6d),
		key[0] ^ UINT64_C(0x6c7967656e657261),
		key[1] ^ UINT64_C(0x7465646279746573),
	};
	size_t whole = s.n - s.n % 8;
	for (size_t i = 0; i < whole; i += 8) {
		uint64_t m = eight(s.p + i);
		v[3] ^= m;
		sip_round(v);
		v[0] ^= m;
	}
	uint64_t last = (uint64_t)s.n << 56;
	if (s.n > whole)
		last |= little_endian(s.p + whole, s.n - whole);
	v[3] ^= last;
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void map_init(struct map *m, const struct env *env)
{
	*m = (struct map){ .env = env };
	m->key[0] = env_random_u64(env);
	m->key[1] = env_random_u64(env);
}

void map_free(struct map *m)
{
	env_free(m->env, m->slots);
	m->slots = NULL;
	m->capacity = m->count = 0;
}

static uint32_t hash_of(const struct map *m, struct span key)
{
	return (uint32_t)map_hash(m->key, key);
}

/* The slot of key, or the free one where it would go. There is always a free
 * one, and a table. */
static struct map_slot *find(const struct map *m, struct span key, uint32_t hash)
{
	size_t at = hash & (m->capacity - 1);
	for (;;) {
		struct map_slot *s = &m->slots[at];
		if (!s->value || (s->hash == hash && span_eq(span_of(s->key, s->n), key)))
			return s;
		at = (at + 1) & (m->capacity - 1);
	}
}

void *map_get(const struct map *m, struct span key)
{
	return m->count ? find(m, key, hash_of(m, key))->value : NULL;
}

static enum err grow(struct map *m)
{
	struct map old = *m;
	size_t capacity = MAP_FIRST;
	if (old.capacity && !checked_mul(old.capacity, 2, &capacity))
		return ERR_NOMEM;
	m->slots = env_zalloc(m->env, capacity, sizeof(struct map_slot));
	if (!m->slots) {
		m->slots = old.slots;
		return ERR_NOMEM;
	}
	m->capacity = capacity;
	for (size_t i = 0; i < old.capacity; i++) {
		const struct map_slot *s = &old.slots[i];
		if (s->value)
			*find(m, span_of(s->key, s->n), s->hash) = *s;
	}
	env_free(m->env, old.slots);
	return OK;
}

enum err map_put(struct map *m, struct span key, void *value)
{
	assert(value);
	if (key.n > UINT32_MAX)
		return ERR_RANGE;
	/* Three quarters full at most: probes stay short. */
	if (m->count >= m->capacity / 4 * 3 && (m->capacity == 0 || !map_get(m, key))) {
		enum err e = grow(m);
		if (e)
			return e;
	}
	uint32_t hash = hash_of(m, key);
	struct map_slot *s = find(m, key, hash);
	if (!s->value)
		m->count++;
	/* The key is replaced too: the old one may die with the old value. */
	*s = (struct map_slot){ key.p, value, (uint32_t)key.n, hash };
	return OK;
}

/* Closes the gap at `hole`: moves back whatever may not be cut off from the
 * slot where its search begins. */
static void close_gap(struct map *m, size_t hole)
{
	size_t mask = m->capacity - 1;
	for (size_t at = (hole + 1) & mask; m->slots[at].value; at = (at + 1) & mask) {
		size_t home = m->slots[at].hash & mask;
		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		m->slots[hole] = m->slots[at];
		hole = at;
	}
	m->slots[hole] = (struct map_slot){ .value = NULL };
}

void *map_take(struct map *m, struct span key)
{
	if (m->count == 0)
		return NULL;
	struct map_slot *s = find(m, key, hash_of(m, key));
	void *value = s->value;
	if (!value)
		return NULL;
	close_gap(m, (size_t)(s - m->slots));
	m->count--;
	return value;
}

bool map_next(const struct map *m, size_t *at, struct span *key, void **value)
{
	for (; *at < m->capacity; ++*at) {
		const struct map_slot *s = &m->slots[*at];
		if (!s->value)
			continue;
		*key = span_of(s->key, s->n);
		*value = s->value;
		++*at;
		return true;
	}
	return false;
}
