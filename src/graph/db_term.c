/* A term is a name with a value, by its keyed hash alone; the few octets of what it stands
 * for lie in the records' attributes, where a walk compares them. */
#include "graph/db_int.h"

struct term {
	uint64_t hash;
	struct list nodes;
	size_t refs; /* nodes, also those not linked yet */
};

struct node {
	struct list all;
	struct term *term;
	struct graph_entry *entry;
};

struct graph_terms {
	size_t n;
	struct node at[];
};

static uint64_t hash_of(const struct graph_db *db, struct span name, struct span value)
{
	uint8_t both[8 + GRAPH_ATTR_NAME_MAX];
	uint64_t h = map_hash(db->key, value);
	memcpy(both, &h, sizeof(h));
	memcpy(both + sizeof(h), name.p, name.n);
	return map_hash(db->key, span_of(both, sizeof(h) + name.n));
}

static struct span key_of(const uint64_t *hash)
{
	return span_of(hash, sizeof(*hash));
}

static struct term *term_for(struct graph_db *db, const struct graph_attr *a)
{
	uint64_t hash = hash_of(db, a->name, a->value);
	struct term *t = map_get(&db->terms, key_of(&hash));
	if (t)
		return t;
	t = env_zalloc(db->env, 1, sizeof(*t));
	if (!t)
		return NULL;
	t->hash = hash;
	list_init(&t->nodes);
	if (map_put(&db->terms, key_of(&t->hash), t)) {
		env_free(db->env, t);
		return NULL;
	}
	db->memory += sizeof(*t);
	return t;
}

static void term_drop(struct graph_db *db, struct term *t)
{
	if (--t->refs > 0)
		return;
	(void)map_take(&db->terms, key_of(&t->hash));
	db->memory -= sizeof(*t);
	env_free(db->env, t);
}

static size_t octets_of(const struct graph_terms *t)
{
	return sizeof(*t) + t->n * sizeof(struct node);
}

static size_t count(const struct graph_attrs *attrs)
{
	struct graph_attr a;
	size_t at = 0, n = 0;
	while (graph_attrs_next(attrs, &at, &a))
		n++;
	return n;
}

enum err graph_terms_take(struct graph_db *db, const struct graph_attrs *attrs,
			  struct graph_terms **out)
{
	struct graph_attr a;
	size_t at = 0, n = attrs ? count(attrs) : 0;
	*out = NULL;
	if (n == 0)
		return OK;
	struct graph_terms *t = env_resize(db->env, NULL, sizeof(*t) + n * sizeof(struct node));
	if (!t)
		return ERR_NOMEM;
	t->n = n;
	db->memory += octets_of(t);
	for (size_t i = 0; i < n && graph_attrs_next(attrs, &at, &a); i++) {
		struct node *node = &t->at[i];
		node->entry = NULL;
		list_init(&node->all);
		node->term = term_for(db, &a);
		if (!node->term) {
			db->memory -= (n - i) * sizeof(struct node);
			t->n = i;
			graph_terms_drop(db, t);
			return ERR_NOMEM;
		}
		node->term->refs++;
	}
	*out = t;
	return OK;
}

/* Who has the same attribute twice is found once. */
static bool linked(const struct term *t, const struct graph_entry *e)
{
	return !list_empty(&t->nodes) && LIST_ENTRY(t->nodes.prev, struct node, all)->entry == e;
}

void graph_terms_link(struct graph_terms *t, struct graph_entry *e)
{
	for (size_t i = 0; t && i < t->n; i++) {
		struct node *node = &t->at[i];
		if (linked(node->term, e))
			continue;
		node->entry = e;
		list_push_back(&node->term->nodes, &node->all);
	}
}

void graph_terms_drop(struct graph_db *db, struct graph_terms *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++) {
		list_take(&t->at[i].all);
		term_drop(db, t->at[i].term);
	}
	db->memory -= octets_of(t);
	env_free(db->env, t);
}

static bool has(const struct graph_entry *e, struct span name, struct span value)
{
	struct graph_attr a;
	size_t at = 0;
	while (graph_attrs_next(e->attrs, &at, &a)) {
		if (span_eq(a.name, name) && span_eq(a.value, value))
			return true;
	}
	return false;
}

struct graph_entry *graph_db_with(const struct graph_db *db, struct span name, struct span value,
				  size_t *at)
{
	/* Forgotten entries are still among the nodes. */
	if (name.n > GRAPH_ATTR_NAME_MAX || name.n == 0 || db->grave.full)
		return NULL;
	uint64_t hash = hash_of(db, name, value);
	struct term *t = map_get(&db->terms, key_of(&hash));
	if (!t)
		return NULL;
	/* The place is the next node's, whose memory stays until a change. */
	struct list *next = *at ? (struct list *)(uintptr_t)*at : t->nodes.next;
	while (next != &t->nodes) {
		struct graph_entry *e = LIST_ENTRY(next, struct node, all)->entry;
		next = next->next;
		*at = (size_t)(uintptr_t)next;
		if (has(e, name, value))
			return e;
	}
	return NULL;
}
