/* MASC-11: putting claims in and taking them out. All that can fail is done
 * before anything is changed. */
#include "masc/table_int.h"

#include <assert.h>

#define OPTIONS_BASE  65536 /* octets of options any table may keep */
#define OPTIONS_SHARE 16    /* and so many more for each claim it may have */
#define EXPECT_MAX    128

enum err table_new(struct table **out, const struct env *env, enum masc_family f, size_t most)
{
	struct table *t = env_zalloc(env, 1, sizeof(*t));
	if (!t)
		return ERR_NOMEM;
	t->env = env;
	t->family = f;
	t->most = most;
	slots_init(&t->slots, env, f);
	domains_init(&t->domains, env, t->slots.id_size);
	enum err e = trie_init(&t->trie, env, f, &t->slots);
	if (e) {
		env_free(env, t);
		return e;
	}
	*out = t;
	return OK;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	trie_fini(&t->trie);
	domains_fini(&t->domains);
	slots_fini(&t->slots);
	env_free(t->env, t);
}

size_t table_count(const struct table *t)
{
	return t->count;
}

size_t table_most(const struct table *t)
{
	return t->most;
}

void table_set_most(struct table *t, size_t most)
{
	t->most = most;
}

size_t table_count_of(const struct table *t, enum wire_attribute type)
{
	return t->by_type[type];
}

/* Identifiers are right-aligned. */
static const uint8_t *id_tail(const struct table *t, const struct masc_id *id)
{
	return id->octets + sizeof(id->octets) - t->slots.id_size;
}

static bool id_fits(const struct table *t, const struct masc_id *id)
{
	return t->family == MASC_IPV6 || masc_id_fits_ipv4(id);
}

size_t table_count_of_domain(const struct table *t, const struct masc_id *domain)
{
	return id_fits(t, domain) ? domains_get(&t->domains, id_tail(t, domain)) : 0;
}

size_t table_octets(const struct table *t)
{
	return sizeof(*t) + t->slots.octets + t->trie.octets + t->domains.octets;
}

struct masc_prefix table_prefix_of(const struct wire_claim *c)
{
	struct masc_prefix p = { .length = c->prefix_length, .family = c->family };
	memcpy(p.address, c->address, sizeof(p.address));
	return p;
}

/* Whether a prefix is one of this family, without bits behind its length. */
static bool prefix_fits(const struct table *t, const struct masc_prefix *p)
{
	if (p->family != t->family || p->length > masc_prefix_bits(t->family))
		return false;
	struct trie_key k = trie_key_of(p), first = trie_first_bits(k, p->length);
	return k.hi == first.hi && k.lo == first.lo;
}

bool table_claim_fits(const struct table *t, const struct wire_claim *c)
{
	struct masc_prefix p = table_prefix_of(c);
	return prefix_fits(t, &p) && c->type < WIRE_ATTRIBUTES && c->role <= SLOT_ROLE &&
	       c->options.n <= SLOTS_OPTIONS_MAX && id_fits(t, &c->domain) && id_fits(t, &c->node);
}

/* MASC-11.7: the limits. */
static bool has_room(const struct table *t, const struct table_entry *n)
{
	if (t->count >= t->most)
		return false;
	size_t octets = t->slots.option_octets + n->claim->options.n;
	if (n->claim->options.n && octets > OPTIONS_BASE &&
	    (octets - OPTIONS_BASE + OPTIONS_SHARE - 1) / OPTIONS_SHARE > t->most)
		return false;
	struct masc_prefix p = table_prefix_of(n->claim);
	uint32_t node = trie_exact(&t->trie, trie_find(&t->trie, &p));
	return !node || trie_at(&t->trie, node)->n_claims < TRIE_CLAIMS_MAX;
}

static enum err reserve_slot(struct table *t, const struct table_entry *n, uint32_t *r)
{
	if (n->at == 0 || slots_used(&t->slots, n->at))
		return slots_reserve(&t->slots, r);
	*r = n->at;
	return slots_reserve_at(&t->slots, n->at);
}

static uint8_t flags_of(const struct wire_claim *c, const struct table_mark *mark)
{
	unsigned f = c->role;
	f |= c->deprecated ? SLOT_DEPRECATED : 0;
	f |= mark->holds ? SLOT_HOLDS : 0;
	f |= mark->ours ? SLOT_OURS : 0;
	return (uint8_t)f;
}

static void write_says(struct slot *s, const struct wire_claim *c, uint32_t end)
{
	s->timestamp = c->timestamp;
	s->lifetime = c->lifetime;
	s->hold_time = c->hold_time;
	s->end = end;
	s->type = c->type;
}

static void write_slot(struct table *t, const struct table_entry *n, uint32_t r)
{
	struct slot *s = slots_at(&t->slots, r);
	write_says(s, n->claim, n->end);
	s->peer = n->mark.peer;
	s->epoch = n->mark.epoch;
	s->flags = flags_of(n->claim, &n->mark);
	memcpy(s->ids, id_tail(t, &n->claim->domain), t->slots.id_size);
	memcpy(s->ids + t->slots.id_size, id_tail(t, &n->claim->node), t->slots.id_size);
}

enum err table_put(struct table *t, const struct table_entry *n, uint32_t *out)
{
	uint32_t r;
	struct domain_spot domain;
	if (!table_claim_fits(t, n->claim))
		return ERR_RANGE;
	if (!has_room(t, n))
		return ERR_FULL;
	enum err e = reserve_slot(t, n, &r);
	if (!e)
		e = domains_reserve(&t->domains, id_tail(t, &n->claim->domain), &domain);
	if (!e)
		e = trie_reserve(&t->trie);
	if (!e)
		e = slots_put_options(&t->slots, r, n->claim->options);
	if (e)
		return e;
	struct masc_prefix p = table_prefix_of(n->claim);
	slots_take(&t->slots, r);
	write_slot(t, n, r);
	domains_add(&t->domains, &domain, id_tail(t, &n->claim->domain));
	trie_put(&t->trie, &p, r);
	t->count++;
	t->by_type[n->claim->type]++;
	*out = r;
	return OK;
}

enum err table_add(struct table *t, const struct wire_claim *c, const struct table_mark *mark,
		   uint32_t end, uint32_t *out)
{
	struct table_entry n = { .claim = c, .mark = *mark, .end = end };
	uint32_t r;
	enum err e = table_put(t, &n, &r);
	if (e)
		return e;
	slots_touch(&t->slots, slots_page_of(r));
	*out = r;
	return OK;
}

void table_remove(struct table *t, uint32_t r)
{
	assert(slots_used(&t->slots, r));
	const struct slot *s = slots_at(&t->slots, r);
	t->count--;
	t->by_type[s->type]--;
	domains_take(&t->domains, s->ids);
	trie_take(&t->trie, r);
	slots_touch(&t->slots, slots_page_of(r));
	slots_release(&t->slots, r);
}

static struct masc_id id_read(const struct table *t, const uint8_t *p)
{
	struct masc_id id = { { 0 } };
	memcpy(id.octets + sizeof(id.octets) - t->slots.id_size, p, t->slots.id_size);
	return id;
}

bool table_get(const struct table *t, uint32_t r, struct wire_claim *out)
{
	if (!slots_used(&t->slots, r))
		return false;
	const struct slot *s = slots_at(&t->slots, r);
	struct masc_prefix p = trie_prefix_of(&t->trie, s->node);
	*out = (struct wire_claim){
		.type = s->type,
		.deprecated = (s->flags & SLOT_DEPRECATED) != 0,
		.family = (uint8_t)t->family,
		.role = s->flags & SLOT_ROLE,
		.timestamp = s->timestamp,
		.lifetime = s->lifetime,
		.hold_time = s->hold_time,
		.domain = id_read(t, s->ids),
		.node = id_read(t, s->ids + t->slots.id_size),
		.prefix_length = p.length,
		.options = slots_options(&t->slots, r),
	};
	memcpy(out->address, p.address, sizeof(out->address));
	return true;
}

static struct table_mark mark_read(const struct slot *s)
{
	return (struct table_mark){ .peer = s->peer,
				    .epoch = s->epoch,
				    .holds = (s->flags & SLOT_HOLDS) != 0,
				    .ours = (s->flags & SLOT_OURS) != 0 };
}

struct table_mark table_mark_of(const struct table *t, uint32_t r)
{
	assert(slots_used(&t->slots, r));
	return mark_read(slots_at(&t->slots, r));
}

uint32_t table_end_of(const struct table *t, uint32_t r)
{
	assert(slots_used(&t->slots, r));
	return slots_at(&t->slots, r)->end;
}

void table_set_mark(struct table *t, uint32_t r, const struct table_mark *mark)
{
	assert(slots_used(&t->slots, r));
	struct slot *s = slots_at(&t->slots, r);
	uint8_t was = s->flags;
	unsigned says = was & ~(unsigned)(SLOT_HOLDS | SLOT_OURS);
	s->peer = mark->peer;
	s->epoch = mark->epoch;
	s->flags = (uint8_t)(says | (mark->holds ? SLOT_HOLDS : 0) | (mark->ours ? SLOT_OURS : 0));
	if (s->flags == was)
		return;
	slots_touch(&t->slots, slots_page_of(r));
	if ((s->flags ^ was) & SLOT_HOLDS)
		trie_changed(&t->trie, r);
}

void table_set_claim(struct table *t, uint32_t r, const struct wire_claim *c, uint32_t end)
{
	assert(slots_used(&t->slots, r) && table_claim_fits(t, c));
	struct slot *s = slots_at(&t->slots, r);
	struct table_mark mark = mark_read(s);
	t->by_type[s->type]--;
	t->by_type[c->type]++;
	write_says(s, c, end);
	s->flags = flags_of(c, &mark);
	slots_touch(&t->slots, slots_page_of(r));
	trie_changed(&t->trie, r);
}

void table_expect(struct table *t, const struct wire_claim *c, size_t n)
{
	struct masc_prefix p[EXPECT_MAX];
	size_t most = 0;
	for (size_t i = 0; i < n && most < EXPECT_MAX; i++) {
		if (!table_claim_fits(t, &c[i]))
			continue;
		p[most++] = table_prefix_of(&c[i]);
		domains_expect(&t->domains, id_tail(t, &c[i].domain));
	}
	trie_expect(&t->trie, p, most);
}

static bool same_id(const struct table *t, const uint8_t *a, const uint8_t *b)
{
	return t->family == MASC_IPV4 ? memcmp(a, b, 4) == 0 : memcmp(a, b, 16) == 0;
}

static bool says_same(const struct table *t, const struct slot *s, const struct wire_claim *c)
{
	return s->type == c->type && s->timestamp == c->timestamp && s->lifetime == c->lifetime &&
	       s->hold_time == c->hold_time && (s->flags & SLOT_ROLE) == c->role &&
	       ((s->flags & SLOT_DEPRECATED) != 0) == c->deprecated &&
	       same_id(t, s->ids, id_tail(t, &c->domain)) &&
	       same_id(t, s->ids + t->slots.id_size, id_tail(t, &c->node));
}

uint32_t table_same(const struct table *t, const struct wire_claim *c)
{
	struct masc_prefix p = table_prefix_of(c);
	if (!table_claim_fits(t, c))
		return 0;
	uint32_t node = trie_exact(&t->trie, trie_find(&t->trie, &p));
	uint32_t r = node ? trie_at(&t->trie, node)->claims : 0;
	while (r && !says_same(t, slots_at(&t->slots, r), c))
		r = slots_at(&t->slots, r)->chain;
	return r;
}

bool table_is_free(const struct table *t, const struct masc_prefix *p)
{
	uint8_t length;
	uint64_t count;
	return table_largest_free(t, p, &length, &count) && length == p->length;
}

bool table_largest_free(const struct table *t, const struct masc_prefix *in, uint8_t *length,
			uint64_t *count)
{
	if (!prefix_fits(t, in))
		return false;
	struct trie_free f = trie_largest(&t->trie, trie_find(&t->trie, in));
	if (!f.count)
		return false;
	*length = f.length;
	*count = f.count;
	return true;
}

struct masc_prefix table_nth_free(const struct table *t, const struct masc_prefix *in, uint64_t k)
{
	assert(prefix_fits(t, in));
	return trie_nth(&t->trie, in, k);
}

uint32_t table_next_end(const struct table *t)
{
	return t->trie.root ? trie_at(&t->trie, t->trie.root)->end : UINT32_MAX;
}

/* Down to the node whose own claim it is, then along its chain. */
uint32_t table_ended(const struct table *t, uint32_t now_s)
{
	if (table_next_end(t) > now_s)
		return 0;
	uint32_t r = trie_at(&t->trie, trie_earliest(&t->trie))->claims;
	while (slots_at(&t->slots, r)->end > now_s)
		r = slots_at(&t->slots, r)->chain;
	return r;
}

bool table_take_dirty(struct table *t, uint32_t *page)
{
	return slots_take_dirty(&t->slots, page);
}

void table_page_undone(struct table *t, uint32_t page)
{
	if (page < t->slots.n_pages)
		slots_touch(&t->slots, page);
}
