/* MASC-11.1 to 11.3: shape and sums. A node without claims has two children;
 * whatever would break that is joined or freed. */
#include "masc/trie_int.h"

#include <assert.h>

#define FIRST_NODES 64
#define LINE	    64
/* Nodes are dealt out in pairs, two of which make a cache line for IPv4. */
#define FIRST_NODE 2

enum err trie_init(struct trie *t, const struct env *env, enum masc_family f, struct slots *slots)
{
	struct trie_spot *spot = env_zalloc(env, 1, sizeof(*spot));
	if (!spot)
		return ERR_NOMEM;
	*t = (struct trie){
		.env = env,
		.slots = slots,
		.fresh = FIRST_NODE,
		.wide = f == MASC_IPV6,
		.stride = f == MASC_IPV6 ? TRIE_WIDE : TRIE_NARROW,
		.octets = sizeof(*spot),
		.spot = spot,
	};
	return OK;
}

/* A chunk begins at a cache line; where its memory begins stands before it. */
static void *chunk_memory(uint8_t *chunk)
{
	void *memory;
	memcpy(&memory, chunk - sizeof(memory), sizeof(memory));
	return memory;
}

static size_t chunk_size(const struct trie *t, uint32_t nodes)
{
	return nodes * t->stride + sizeof(void *) + LINE;
}

static uint8_t *chunk_new(struct trie *t, uint32_t nodes)
{
	uint8_t *memory = env_resize(t->env, NULL, chunk_size(t, nodes));
	if (!memory)
		return NULL;
	t->octets += chunk_size(t, nodes);
	uint8_t *chunk = memory + sizeof(void *);
	chunk += (LINE - (uintptr_t)chunk % LINE) % LINE;
	memcpy(chunk - sizeof(memory), &memory, sizeof(memory));
	return chunk;
}

static void chunk_free(struct trie *t, uint8_t *chunk, uint32_t nodes)
{
	t->octets -= chunk_size(t, nodes);
	env_free(t->env, chunk_memory(chunk));
}

void trie_fini(struct trie *t)
{
	for (uint32_t i = 0; i < t->n_chunks; i++)
		env_free(t->env, chunk_memory(t->chunks[i]));
	env_free(t->env, t->chunks);
	env_free(t->env, t->spot);
	env_free(t->env, t->ahead);
	*t = (struct trie){ .env = t->env };
}

static uint64_t eight(const uint8_t *p)
{
	return (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 | (uint64_t)p[2] << 40 |
	       (uint64_t)p[3] << 32 | (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
	       (uint64_t)p[6] << 8 | p[7];
}

struct trie_key trie_key_of(const struct masc_prefix *p)
{
	return (struct trie_key){ eight(p->address), eight(p->address + 8) };
}

struct masc_prefix trie_prefix_of(const struct trie *t, uint32_t node)
{
	const struct trie_node *n = trie_at(t, node);
	struct trie_key k = trie_node_key(t, n);
	struct masc_prefix p = { .length = n->length, .family = t->wide ? MASC_IPV6 : MASC_IPV4 };
	for (unsigned i = 0; i < 8; i++) {
		p.address[i] = (uint8_t)(k.hi >> (56 - 8 * i));
		p.address[8 + i] = (uint8_t)(k.lo >> (56 - 8 * i));
	}
	return p;
}

/* On from what is known already. */
static inline void descend(const struct trie *t, struct trie_spot *s, bool wide)
{
	uint32_t at = s->next;
	while (at) {
		const struct trie_node *n = trie_node_of(t, at, wide);
		if (!trie_node_covers(n, s->key, s->length, wide))
			break;
		s->last = at;
		if (n->n_claims)
			s->covers[s->n_covers++] = at;
		at = n->length < s->length ? n->child[trie_bit(s->key, n->length)] : 0;
	}
	s->next = at;
}

const struct trie_spot *trie_find(const struct trie *t, const struct masc_prefix *p)
{
	struct trie_spot *s = t->spot;
	struct trie_key k = trie_key_of(p);
	if (s->good && s->length == p->length && s->key.hi == k.hi && s->key.lo == k.lo)
		return s;
	s->key = k;
	s->length = p->length;
	s->good = true;
	if (!trie_resume(t, s)) {
		s->last = 0;
		s->next = t->root;
		s->n_covers = 0;
	}
	if (t->wide)
		descend(t, s, true);
	else
		descend(t, s, false);
	return s;
}

uint32_t trie_exact(const struct trie *t, const struct trie_spot *s)
{
	return s->last && trie_at(t, s->last)->length == s->length ? s->last : 0;
}

uint32_t trie_inside(const struct trie *t, const struct trie_spot *s)
{
	uint32_t exact = trie_exact(t, s);
	if (exact || !s->next)
		return exact;
	return trie_common(trie_node_key(t, trie_at(t, s->next)), s->key) >= s->length ? s->next
										       : 0;
}

static enum err reserve_directory(struct trie *t)
{
	if (t->n_chunks < t->room_chunks)
		return OK;
	uint32_t room = t->room_chunks ? 2 * t->room_chunks : 1;
	uint8_t **chunks = env_resize(t->env, t->chunks, room * sizeof(*chunks));
	if (!chunks)
		return ERR_NOMEM;
	t->octets += (room - t->room_chunks) * sizeof(*chunks);
	t->chunks = chunks;
	t->room_chunks = room;
	return OK;
}

/* The first chunk starts small, since most tables are. */
static enum err grow_first(struct trie *t)
{
	uint32_t nodes = 2 * t->room;
	uint8_t *chunk = chunk_new(t, nodes);
	if (!chunk)
		return ERR_NOMEM;
	memcpy(chunk, t->chunks[0], t->room * t->stride);
	chunk_free(t, t->chunks[0], t->room);
	t->chunks[0] = chunk;
	t->room = nodes;
	return OK;
}

static enum err add_chunk(struct trie *t)
{
	enum err e = reserve_directory(t);
	if (e)
		return e;
	uint32_t nodes = t->n_chunks ? TRIE_CHUNK : FIRST_NODES;
	uint8_t *chunk = chunk_new(t, nodes);
	if (!chunk)
		return ERR_NOMEM;
	t->chunks[t->n_chunks++] = chunk;
	t->room += nodes;
	return OK;
}

enum err trie_reserve(struct trie *t)
{
	if (t->n_unused >= 2 || t->fresh < t->room)
		return OK;
	return t->room && t->room < TRIE_CHUNK ? grow_first(t) : add_chunk(t);
}

static void put_back(struct trie *t, uint32_t node)
{
	struct trie_node *n = trie_at(t, node);
	n->length = TRIE_UNUSED; /* covers nothing */
	n->parent = t->unused;
	t->unused = node;
	t->n_unused++;
}

static uint32_t take_unused(struct trie *t)
{
	uint32_t node = t->unused;
	t->unused = trie_at(t, node)->parent;
	t->n_unused--;
	return node;
}

static void take_one(struct trie *t, uint32_t *node)
{
	if (!t->n_unused) {
		assert(t->fresh < t->room);
		put_back(t, t->fresh + 1);
		put_back(t, t->fresh);
		t->fresh += 2;
	}
	*node = take_unused(t);
}

/* A fork and its leaf: side by side where they can be, since they are read
 * one after the other. */
static void take_two(struct trie *t, uint32_t *fork, uint32_t *leaf)
{
	if (t->n_unused < 2 && t->fresh < t->room) {
		*fork = t->fresh;
		*leaf = t->fresh + 1;
		t->fresh += 2;
		return;
	}
	*fork = take_unused(t);
	*leaf = take_unused(t);
}

/* A sum no node can have, so that whatever it becomes is a change. */
static void node_init(struct trie *t, uint32_t node, struct trie_key k, uint8_t length)
{
	struct trie_node *n = trie_at(t, node);
	memset(n, 0, t->stride);
	n->length = length;
	n->free_length = length;
	n->key[0] = (uint32_t)(k.hi >> 32);
	if (!t->wide)
		return;
	n->key[1] = (uint32_t)k.hi;
	n->key[2] = (uint32_t)(k.lo >> 32);
	n->key[3] = (uint32_t)k.lo;
}

struct trie_key trie_first_bits(struct trie_key k, uint8_t n)
{
	if (n < 64)
		return (struct trie_key){ n ? k.hi & ~UINT64_C(0) << (64 - n) : 0, 0 };
	if (n < 128)
		return (struct trie_key){ k.hi, n > 64 ? k.lo & ~UINT64_C(0) << (128 - n) : 0 };
	return k;
}

static void set_parent(struct trie *t, uint32_t node, uint32_t parent)
{
	if (node)
		trie_at(t, node)->parent = parent;
}

/* Puts `to` where `from` was: below `parent`, or as the root. */
static void replace(struct trie *t, uint32_t parent, uint32_t from, uint32_t to)
{
	if (!parent) {
		t->root = to;
	} else {
		struct trie_node *p = trie_at(t, parent);
		p->child[p->child[1] == from] = to;
	}
	set_parent(t, to, parent);
}

static bool has_child(const struct trie_node *n)
{
	return n->child[0] || n->child[1];
}

static void adopt(struct trie *t, uint32_t parent, uint32_t child)
{
	struct trie_node *p = trie_at(t, parent);
	if (p->n_claims && !has_child(p))
		t->widened++;
	p->child[trie_bit(trie_node_key(t, trie_at(t, child)), p->length)] = child;
	set_parent(t, child, parent);
}

/* A leaf where nothing is. */
static uint32_t add_leaf(struct trie *t, const struct trie_spot *s)
{
	uint32_t leaf;
	take_one(t, &leaf);
	node_init(t, leaf, s->key, s->length);
	if (s->last)
		adopt(t, s->last, leaf);
	else
		t->root = leaf;
	return leaf;
}

/* A node on the way from `last` to `next`. */
static uint32_t add_above(struct trie *t, const struct trie_spot *s)
{
	uint32_t node;
	take_one(t, &node);
	node_init(t, node, s->key, s->length);
	replace(t, s->last, s->next, node);
	adopt(t, node, s->next);
	return node;
}

/* A leaf beside `next`, and the fork where they part. */
static uint32_t add_beside(struct trie *t, const struct trie_spot *s, uint8_t common)
{
	uint32_t fork, leaf;
	take_two(t, &fork, &leaf);
	node_init(t, fork, trie_first_bits(s->key, common), common);
	node_init(t, leaf, s->key, s->length);
	replace(t, s->last, s->next, fork);
	adopt(t, fork, s->next);
	adopt(t, fork, leaf);
	return leaf;
}

static uint32_t add_node(struct trie *t, const struct trie_spot *s)
{
	if (!s->next)
		return add_leaf(t, s);
	uint8_t common = trie_common(trie_node_key(t, trie_at(t, s->next)), s->key);
	return common >= s->length ? add_above(t, s) : add_beside(t, s, common);
}

/* What the claims of the very prefix of a node come to. */
struct own {
	uint32_t end;
	bool held;
};

static struct own own_of(const struct trie *t, const struct trie_node *n)
{
	struct own o = { UINT32_MAX, false };
	for (uint32_t c = n->claims; c;) {
		const struct slot *s = slots_at(t->slots, c);
		o.end = s->end < o.end ? s->end : o.end;
		o.held = o.held || (s->flags & SLOT_HOLDS);
		c = s->chain;
	}
	return o;
}

static uint32_t earliest_below(const struct trie *t, const struct trie_node *n)
{
	uint32_t end = UINT32_MAX;
	for (unsigned i = 0; i < 2; i++) {
		const struct trie_node *c = trie_peek(t, n->child[i]);
		if (c && c->end < end)
			end = c->end;
	}
	return end;
}

static uint32_t earliest(const struct trie *t, const struct trie_node *n, uint32_t own)
{
	uint32_t below = earliest_below(t, n);
	return below < own ? below : own;
}

static void set_free(struct trie_node *n, struct trie_free f)
{
	n->free_length = f.length;
	n->free_count = f.count;
}

static void sum_up(struct trie *t, struct trie_node *n)
{
	struct own own = own_of(t, n);
	set_free(n, own.held ? (struct trie_free){ TRIE_HELD, 0 } : trie_sum(t, n));
	n->end = earliest(t, n, own.end);
}

/* What half of a node's range comes to, which is all that the node needs of it. */
struct half {
	struct trie_free free;
	uint32_t end;
};

/* The half of `parent` in which this node is the topmost; NULL: nothing. */
static inline struct half half_of(const struct trie_node *parent, const struct trie_node *top)
{
	return (struct half){ .free = trie_range_free((uint8_t)(parent->length + 1), top),
			      .end = top ? top->end : UINT32_MAX };
}

static inline struct half seen(const struct trie_node *n, const struct trie_node *parent)
{
	return parent ? half_of(parent, n) : (struct half){ .end = 0 };
}

static inline bool free_eq(struct trie_free a, struct trie_free b)
{
	return a.length == b.length && a.count == b.count;
}

/* A half became another: the sums of the whole. */
static void absorb(struct trie *t, struct trie_node *n, struct half was, struct half is)
{
	if (n->free_length != TRIE_HELD && !free_eq(was.free, is.free))
		set_free(n, trie_resum(t, n, was.free, is.free));
	if (is.end < n->end)
		n->end = is.end;
	else if (is.end > was.end && was.end == n->end)
		n->end = earliest(t, n, own_of(t, n).end);
}

/* The sums of a node that was seen so by its parent are new: up to the first
 * that is seen as it was. */
static void climb(struct trie *t, struct trie_node *n, struct half was)
{
	struct trie_node *parent = trie_peek(t, n->parent);
	while (parent) {
		struct half is = half_of(parent, n);
		if (free_eq(is.free, was.free) && is.end == was.end)
			return;
		struct trie_node *above = trie_peek(t, parent->parent);
		struct half next = seen(parent, above);
		absorb(t, parent, was, is);
		was = next;
		n = parent;
		parent = above;
	}
}

static void push_claim(struct trie *t, uint32_t node, uint32_t claim)
{
	struct trie_node *n = trie_at(t, node);
	struct slot *c = slots_at(t->slots, claim);
	assert(n->n_claims < TRIE_CLAIMS_MAX);
	if (!n->n_claims && has_child(n))
		t->widened++;
	c->node = node;
	c->chain = n->claims;
	n->claims = claim;
	n->n_claims++;
}

static void resum(struct trie *t, uint32_t node)
{
	struct trie_node *n = trie_at(t, node);
	struct half was = seen(n, trie_peek(t, n->parent));
	sum_up(t, n);
	climb(t, n, was);
}

/* With its fork, if it needs one, it stands where `next` stood. */
static void put_new(struct trie *t, const struct trie_spot *s, uint32_t claim)
{
	struct half was = { .end = 0 };
	if (s->last)
		was = half_of(trie_at(t, s->last), trie_peek(t, s->next));
	uint32_t node = add_node(t, s);
	push_claim(t, node, claim);
	struct trie_node *n = trie_at(t, node);
	sum_up(t, n);
	if (n->parent != s->last) {
		n = trie_at(t, n->parent);
		sum_up(t, n);
	}
	climb(t, n, was);
}

void trie_put(struct trie *t, const struct masc_prefix *p, uint32_t claim)
{
	const struct trie_spot *s = trie_find(t, p);
	uint32_t node = trie_exact(t, s);
	t->spot->good = false;
	if (!node) {
		put_new(t, s, claim);
		return;
	}
	push_claim(t, node, claim);
	resum(t, node);
}

/* A node without claims that has one child gives its place to it; one that has
 * none goes, which may leave its parent with one. Returns what to sum up. */
static uint32_t prune(struct trie *t, uint32_t node)
{
	while (node) {
		const struct trie_node *n = trie_at(t, node);
		if (n->n_claims || (n->child[0] && n->child[1]))
			break;
		uint32_t parent = n->parent, child = n->child[0] ? n->child[0] : n->child[1];
		replace(t, parent, node, child);
		put_back(t, node);
		node = parent;
		if (child)
			break;
	}
	return node;
}

static void unlink_claim(struct trie *t, struct trie_node *n, uint32_t claim)
{
	uint32_t *at = &n->claims;
	while (*at != claim)
		at = &slots_at(t->slots, *at)->chain;
	*at = slots_at(t->slots, claim)->chain;
	n->n_claims--;
}

void trie_take(struct trie *t, uint32_t claim)
{
	uint32_t node = slots_at(t->slots, claim)->node;
	unlink_claim(t, trie_at(t, node), claim);
	t->spot->good = false;
	node = prune(t, node);
	if (node)
		resum(t, node);
}

void trie_changed(struct trie *t, uint32_t claim)
{
	resum(t, slots_at(t->slots, claim)->node);
}

uint32_t trie_first(const struct trie *t, uint32_t node)
{
	while (node && !trie_at(t, node)->n_claims)
		node = trie_at(t, node)->child[0];
	return node;
}

/* The first node with claims behind all that is at or below this one. */
static uint32_t next_beside(const struct trie *t, uint32_t node, uint8_t least)
{
	uint32_t parent = trie_at(t, node)->parent;
	while (parent) {
		const struct trie_node *p = trie_at(t, parent);
		if (p->length < least)
			return 0;
		if (p->child[0] == node && p->child[1])
			return trie_first(t, p->child[1]);
		node = parent;
		parent = p->parent;
	}
	return 0;
}

uint32_t trie_next(const struct trie *t, uint32_t node, uint8_t least)
{
	const struct trie_node *n = trie_at(t, node);
	for (unsigned i = 0; i < 2; i++)
		if (n->child[i])
			return trie_first(t, n->child[i]);
	return next_beside(t, node, least);
}

uint32_t trie_behind(const struct trie *t, const struct trie_spot *s)
{
	uint32_t exact = trie_exact(t, s);
	if (exact)
		return trie_next(t, exact, 0);
	if (s->next) {
		struct trie_key k = trie_node_key(t, trie_at(t, s->next));
		bool behind = k.hi > s->key.hi || (k.hi == s->key.hi && k.lo >= s->key.lo);
		return behind ? trie_first(t, s->next) : next_beside(t, s->next, 0);
	}
	if (!s->last)
		return 0;
	const struct trie_node *n = trie_at(t, s->last);
	if (trie_bit(s->key, n->length) == 0 && n->child[1])
		return trie_first(t, n->child[1]);
	return next_beside(t, s->last, 0);
}

uint32_t trie_earliest(const struct trie *t)
{
	uint32_t node = t->root;
	for (;;) {
		const struct trie_node *n = trie_at(t, node);
		unsigned i = 0;
		while (i < 2 && !(n->child[i] && trie_at(t, n->child[i])->end == n->end))
			i++;
		if (i == 2)
			return node;
		node = n->child[i];
	}
}
