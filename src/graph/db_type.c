/* Types have small numbers that are never taken away while a record has them; one that
 * nothing has any more is used for another type only when there is no other number. */
#include "graph/db_int.h"

#include <assert.h>

#define RESERVED_ROOM 64 /* types */

static struct span key_of(const struct graph_type *t)
{
	return span_of(t->guid.at, sizeof(t->guid.at));
}

static enum err name(struct graph_db *db, struct graph_type *t, const struct graph_guid *guid)
{
	t->guid = *guid;
	t->reserved = graph_type_reserved(guid);
	t->in = t->reserved ? GRAPH_ROOM_RESERVED : GRAPH_ROOM_APPS;
	if (t->reserved && db->limits.vital && db->limits.vital(guid))
		t->in = GRAPH_ROOM_VITAL;
	enum err e = map_put(&db->types.by_guid, key_of(t), t);
	if (!e && !t->reserved)
		db->types.app++;
	return e;
}

static void unname(struct graph_db *db, struct graph_type *t)
{
	(void)map_take(&db->types.by_guid, key_of(t));
	if (!t->reserved)
		db->types.app--;
}

static enum err append(struct graph_db *db, struct graph_type *t, const struct graph_guid *guid)
{
	struct graph_types *ts = &db->types;
	if (ts->n == ts->room) {
		size_t room = ts->room ? 2 * ts->room : 8;
		struct graph_type **at =
			env_resize(db->env, ts->at, room * sizeof(struct graph_type *));
		if (!at)
			return ERR_NOMEM;
		ts->at = at;
		ts->room = room;
	}
	list_init(&t->entries);
	t->count = 0;
	t->number = (uint16_t)ts->n;
	enum err e = name(db, t, guid);
	if (e)
		return e;
	ts->at[ts->n++] = t;
	ts->empty++;
	return OK;
}

enum err graph_types_init(struct graph_db *db)
{
	const struct graph_guid *fixed[GRAPH_TYPES_FIXED] = {
		&graph_type_info, &graph_type_signature, &graph_type_contact, &graph_type_presence
	};
	enum err e = OK;
	list_init(&db->types.cursors);
	map_init(&db->types.by_guid, db->env);
	for (size_t i = 0; i < GRAPH_TYPES_FIXED && !e; i++)
		e = append(db, &db->types.fixed[i], fixed[i]);
	return e;
}

void graph_types_fini(struct graph_db *db)
{
	struct graph_types *ts = &db->types;
	for (size_t i = GRAPH_TYPES_FIXED; i < ts->n; i++)
		env_free(db->env, ts->at[i]);
	env_free(db->env, ts->at);
	map_free(&ts->by_guid);
}

static bool walked(const struct graph_db *db, const struct graph_type *t)
{
	LIST_EACH(n, tmp, &db->types.cursors)
	{
		if (LIST_ENTRY(n, struct graph_cursor, all)->type == t->number)
			return true;
	}
	return false;
}

/* A type that nothing has, to be another; NULL when there is none. */
static struct graph_type *disused(const struct graph_db *db, bool reserved)
{
	size_t i = db->types.empty ? GRAPH_TYPES_FIXED : db->types.n;
	for (; i < db->types.n; i++) {
		struct graph_type *t = db->types.at[i];
		if (t->count == 0 && t->reserved == reserved && !walked(db, t))
			return t;
	}
	return NULL;
}

static void rename_type(struct graph_db *db, struct graph_type *t, const struct graph_guid *guid)
{
	unname(db, t);
	/* It takes the room that it had. */
	enum err e = name(db, t, guid);
	assert(!e);
}

static struct graph_type *known(const struct graph_db *db, const struct graph_guid *guid)
{
	/* Records of one type come in rows. */
	if (db->types.recent && graph_guid_eq(&db->types.recent->guid, guid))
		return db->types.recent;
	return map_get(&db->types.by_guid, span_of(guid->at, sizeof(guid->at)));
}

/* GRAPH-7.9. */
static bool type_fits(const struct graph_db *db, bool reserved)
{
	const struct graph_types *ts = &db->types;
	if (reserved)
		return ts->n - ts->app < GRAPH_TYPES_FIXED + RESERVED_ROOM;
	return ts->app < db->limits.types;
}

enum err graph_types_take(struct graph_db *db, const struct graph_guid *guid, bool limited,
			  struct graph_type **out)
{
	struct graph_type *t = known(db, guid);
	if (t) {
		*out = db->types.recent = t;
		return OK;
	}
	bool reserved = graph_type_reserved(guid);
	if (db->types.n > UINT16_MAX || (limited && !type_fits(db, reserved))) {
		t = disused(db, reserved);
		if (!t)
			return ERR_FULL;
		rename_type(db, t, guid);
		*out = t;
		return OK;
	}
	t = env_zalloc(db->env, 1, sizeof(*t));
	enum err e = t ? append(db, t, guid) : ERR_NOMEM;
	if (e) {
		env_free(db->env, t);
		return e;
	}
	*out = t;
	return OK;
}

void graph_types_drop(struct graph_db *db, struct graph_type *t)
{
	struct graph_types *ts = &db->types;
	if (t->count > 0 || t->number < GRAPH_TYPES_FIXED || t->number + 1U != ts->n ||
	    walked(db, t))
		return;
	unname(db, t);
	ts->recent = NULL;
	ts->n--;
	ts->empty--;
	env_free(db->env, t);
}

void graph_types_link(struct graph_db *db, struct graph_entry *e)
{
	struct graph_type *t = db->types.at[e->type];
	/* Walks that were at the end go on with it. */
	LIST_EACH(n, tmp, &db->types.cursors)
	{
		struct graph_cursor *c = LIST_ENTRY(n, struct graph_cursor, all);
		if (c->at == &t->entries)
			c->at = &e->by_type;
	}
	list_push_back(&t->entries, &e->by_type);
	if (t->count++ == 0)
		db->types.empty--;
}

void graph_types_unlink(struct graph_db *db, struct graph_entry *e)
{
	struct graph_type *t = db->types.at[e->type];
	LIST_EACH(n, tmp, &db->types.cursors)
	{
		struct graph_cursor *c = LIST_ENTRY(n, struct graph_cursor, all);
		if (c->at == &e->by_type)
			c->at = e->by_type.next;
	}
	list_take(&e->by_type);
	if (--t->count == 0)
		db->types.empty++;
}

void graph_types_forget(struct graph_db *db)
{
	LIST_EACH(n, tmp, &db->types.cursors)
	{
		LIST_ENTRY(n, struct graph_cursor, all)->at = NULL;
		list_take(n);
	}
	for (size_t i = 0; i < db->types.n; i++) {
		struct graph_type *t = db->types.at[i];
		db->types.empty += t->count > 0;
		t->count = 0;
		list_init(&t->entries);
	}
}

const struct graph_guid *graph_db_type(const struct graph_db *db, uint16_t type)
{
	assert(type < db->types.n);
	return &db->types.at[type]->guid;
}

enum err graph_db_type_number(const struct graph_db *db, const struct graph_guid *type,
			      uint16_t *out)
{
	const struct graph_type *t =
		map_get(&db->types.by_guid, span_of(type->at, sizeof(type->at)));
	if (!t || (t->count == 0 && t->number >= GRAPH_TYPES_FIXED))
		return ERR_NOT_FOUND;
	*out = t->number;
	return OK;
}

uint16_t graph_db_types(const struct graph_db *db)
{
	return (uint16_t)db->types.n;
}

size_t graph_db_type_count(const struct graph_db *db, uint16_t type)
{
	return type < db->types.n ? db->types.at[type]->count : 0;
}

void graph_cursor_begin(struct graph_db *db, struct graph_cursor *c, uint16_t type)
{
	c->type = type;
	c->at = type < db->types.n ? db->types.at[type]->entries.next : NULL;
	list_push_back(&db->types.cursors, &c->all);
}

struct graph_entry *graph_cursor_next(struct graph_db *db, struct graph_cursor *c)
{
	if (!c->at || c->at == &db->types.at[c->type]->entries)
		return NULL;
	struct graph_entry *e = LIST_ENTRY(c->at, struct graph_entry, by_type);
	c->at = c->at->next;
	return e;
}

void graph_cursor_end(struct graph_cursor *c)
{
	list_take(&c->all);
}
