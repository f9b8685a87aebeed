#include "graph/db_int.h"
#include "graph/profile.h"
#include "wire/rd.h"

#include <assert.h>

/* GRAPH-7.1. */
const struct store_table graph_table_records = { "graph_records", STORE_KEY_INTEGER };

/* What records of reserved types may use beside an eighth of the limits. */
#define RESERVED_OCTETS	 (UINT64_C(1) << 20)
#define RESERVED_QUOTA	 (UINT64_C(64) << 10)
#define RESERVED_RECORDS 1024
#define RESERVED_PERSONS 64
#define RESERVED_PART	 64 /* of a creator's octets */
#define VITAL_PART	 8
#define VITAL_FLOOR	 (UINT64_C(2) << 20) /* of a creator, whoever has filled the room */

#define ROW_ROOM_KEPT 65536

enum err graph_db_new(struct graph_db **out, uint32_t graph, const struct env *env,
		      struct store *store, struct crypto *crypto, enum crypto_profile_id profile,
		      const struct graph_db_limits *limits, uint64_t *next_row)
{
	struct graph_db *db = env_zalloc(env, 1, sizeof(*db));
	if (!db)
		return ERR_NOMEM;
	db->graph = graph;
	db->env = env;
	db->store = store;
	db->crypto = crypto;
	db->profile = profile;
	db->limits = *limits;
	db->next_row = next_row;
	for (size_t i = 0; i < 2; i++) {
		db->key[i] = env_random_u64(env);
		db->index.key[i] = env_random_u64(env);
	}
	db->by_expiry.kind = GRAPH_BY_EXPIRY;
	map_init(&db->persons, env);
	map_init(&db->terms, env);
	enum err e = graph_types_init(db);
	if (e) {
		graph_db_free(db);
		return e;
	}
	*out = db;
	return OK;
}

static void attrs_drop(struct graph_db *db, struct graph_entry *e)
{
	if (e->attrs)
		db->memory -= graph_attrs_octets(e->attrs);
	env_free(db->env, e->attrs);
}

void graph_entry_release(struct graph_db *db, struct graph_entry *e)
{
	graph_terms_drop(db, e->terms);
	attrs_drop(db, e);
	graph_persons_drop(db, e->creator);
	graph_persons_drop(db, e->modifier);
}

void graph_db_free(struct graph_db *db)
{
	if (!db)
		return;
	graph_db_forget(db);
	(void)graph_db_bury(db, SIZE_MAX);
	graph_persons_fini(db);
	map_free(&db->terms);
	graph_types_fini(db);
	env_free(db->env, db->row);
	env_free(db->env, db);
}

static void skip_units(struct rd *r)
{
	size_t n = rd_u32(r);
	rd_skip(r, n <= r->left / 2 ? 2 * n : SIZE_MAX);
}

/* What lies before the payload, its length included; all where the lengths do not fit. */
static struct span head_of(struct span octets)
{
	struct rd r = rd_of(octets);
	rd_skip(&r, 40); /* type, ID, version, flags */
	skip_units(&r);	 /* creator */
	skip_units(&r);	 /* modifier */
	size_t security = rd_u32(&r);
	rd_skip(&r, security);
	rd_skip(&r, 24); /* times */
	skip_units(&r);	 /* graph */
	rd_skip(&r, 2 + 4);
	return r.failed ? octets : span_of(octets.p, octets.n - r.left);
}

/* GRAPH-10.2: all that decides between two records lies there (digest 7.8). */
uint64_t graph_db_fingerprint(const struct graph_db *db, struct span octets)
{
	return map_hash(db->key, head_of(octets));
}

/* Whether `more` fits when `less` goes; what does not grow always does. */
static bool fits(uint64_t used, uint64_t more, uint64_t less, uint64_t room)
{
	return more <= less || used - less + more <= room;
}

/* What has no room of its own has all. */
static uint64_t share(uint64_t limit, enum graph_room in, uint64_t least)
{
	return in == GRAPH_ROOM_APPS ? limit : limit / 8 + least;
}

/* GRAPH-7.9: who makes little of what is reserved needs little; GRAPH-7.15. */
static uint64_t quota(const struct graph_db_limits *l, enum graph_room in)
{
	uint64_t part = in == GRAPH_ROOM_RESERVED ? RESERVED_PART : VITAL_PART;
	return in == GRAPH_ROOM_APPS ? l->creator_octets
				     : l->creator_octets / part + RESERVED_QUOTA;
}

static enum graph_room room_of(const struct graph_db *db, const struct graph_entry *e)
{
	return db->types.at[e->type]->in;
}

/* GRAPH-7.8, GRAPH-7.9, GRAPH-7.15: limits hold what comes, not what is there. */
static enum err check_room(const struct graph_db *db, const struct graph_change *c,
			   enum graph_fault *why)
{
	enum graph_room in = c->type->in;
	const struct graph_db_limits *l = &db->limits;
	const struct graph_used *used = &db->used[in];
	bool same = c->old && room_of(db, c->old) == in;
	uint64_t more = c->put->octets.n, less = same ? c->old->octets : 0;
	uint64_t own = same && c->old->creator == c->creator ? less : 0;

	bool floor = in == GRAPH_ROOM_VITAL && fits(c->creator->octets[in], more, own, VITAL_FLOOR);
	*why = GRAPH_FAULT_FULL;
	if (!floor && (!fits(used->octets, more, less, share(l->octets, in, RESERVED_OCTETS)) ||
		       !fits(used->records, 1, same, share(l->records, in, RESERVED_RECORDS))))
		return ERR_FULL;
	*why = GRAPH_FAULT_QUOTA;
	return fits(c->creator->octets[in], more, own, quota(l, in)) ? OK : ERR_FULL;
}

static enum err take_persons(struct graph_db *db, struct graph_change *c, bool limited)
{
	const struct graph_record *r = c->put->record;
	size_t most = SIZE_MAX;
	if (limited)
		most = db->limits.persons +
		       (c->type->reserved ? db->limits.persons / 8 + RESERVED_PERSONS : 0);
	enum err e = graph_persons_take(db, r->creator, most, &c->creator);
	if (!e && r->modifier.n)
		e = graph_persons_take(db, r->modifier, most, &c->modifier);
	return e;
}

static enum err reserve(struct graph_db *db, const struct graph_change *c)
{
	enum err e = OK;
	if (!c->old)
		e = graph_pool_reserve(&db->pool, db->env);
	if (!e && !c->old)
		e = graph_index_reserve(&db->index, db->env);
	if (!e)
		e = graph_order_reserve(&db->by_place, db->env);
	if (!e)
		e = graph_order_reserve(&db->by_expiry, db->env);
	return e;
}

enum err graph_change_prepare(struct graph_db *db, struct graph_change *c, bool limited,
			      enum graph_fault *why)
{
	struct graph_look look = c->put->look;
	if (!look.done)
		look = graph_db_look(db, &c->put->record->id);
	c->tag = look.tag;
	c->old = look.entry;
	*why = GRAPH_FAULT_TYPES;
	enum err e = graph_types_take(db, &c->put->record->type, limited, &c->type);
	if (e)
		return e;
	*why = GRAPH_FAULT_PERSONS;
	e = take_persons(db, c, limited);
	if (!e && limited)
		e = check_room(db, c, why);
	if (e)
		return e;
	*why = GRAPH_FAULT_FULL;
	e = reserve(db, c);
	if (!e)
		e = graph_terms_take(db, c->put->attrs, &c->terms);
	return e;
}

void graph_change_undo(struct graph_db *db, struct graph_change *c)
{
	graph_terms_drop(db, c->terms);
	graph_persons_drop(db, c->creator);
	graph_persons_drop(db, c->modifier);
	if (c->type)
		graph_types_drop(db, c->type);
	env_free(db->env, c->put->attrs);
}

/* Counts an entry, once it is filled in. */
static void account(struct graph_db *db, const struct graph_entry *e)
{
	enum graph_room in = room_of(db, e);
	db->used[in].octets += e->octets;
	db->used[in].records++;
	db->deleted += e->deleted;
	db->hidden += e->hidden;
	e->creator->octets[in] += e->octets;
}

static void unaccount(struct graph_db *db, const struct graph_entry *e)
{
	enum graph_room in = room_of(db, e);
	db->used[in].octets -= e->octets;
	db->used[in].records--;
	db->deleted -= e->deleted;
	db->hidden -= e->hidden;
	e->creator->octets[in] -= e->octets;
}

static void fill(const struct graph_db *db, const struct graph_change *c, struct graph_entry *e)
{
	const struct graph_record *r = c->put->record;
	e->place = (struct graph_place){ r->modified, r->id };
	e->version = r->version;
	e->octets = (uint32_t)c->put->octets.n;
	e->payload = c->put->revealed ? c->put->payload : (uint32_t)r->payload.n;
	e->hidden = c->put->hidden;
	e->type = c->type->number;
	e->local = c->put->local & GRAPH_ENTRY_LOCAL;
	e->heard_in = e->heard = 0;
	e->deleted = graph_record_deleted(r);
	e->created = r->created;
	e->expires = r->expires;
	e->fingerprint = c->put->fingerprint;
	if (e->fingerprint == 0)
		e->fingerprint = graph_db_fingerprint(db, c->put->octets);
	e->creator = c->creator;
	e->modifier = c->modifier;
	e->attrs = c->put->attrs;
	e->terms = c->terms;
	if (graph_profile(db->profile)->contents)
		graph_record_content(db->crypto, db->profile, r, e->content);
}

/* Out of what an update moves it in. */
static void unlink_common(struct graph_db *db, struct graph_entry *e)
{
	unaccount(db, e);
	graph_order_take(&db->by_place, e, db->env);
	graph_order_take(&db->by_expiry, e, db->env);
	graph_types_unlink(db, e);
	graph_entry_release(db, e);
}

struct graph_entry *graph_change_commit(struct graph_db *db, struct graph_change *c, uint64_t row)
{
	struct graph_entry *e = c->old;
	if (e)
		unlink_common(db, e);
	else
		e = graph_pool_take(&db->pool);
	fill(db, c, e);
	e->row = row;
	if (!c->old)
		graph_index_put(&db->index, e, c->tag, db->env);
	graph_order_put(&db->by_place, e);
	graph_order_put(&db->by_expiry, e);
	graph_types_link(db, e);
	graph_terms_link(e->terms, e);
	if (e->attrs)
		db->memory += graph_attrs_octets(e->attrs);
	account(db, e);
	return e;
}

void graph_entry_unlink(struct graph_db *db, struct graph_entry *e)
{
	unlink_common(db, e);
	graph_index_take(&db->index, e);
	graph_pool_give(&db->pool, e);
}

static void key_of_row(uint64_t row, uint8_t key[8])
{
	struct wr w = wr_of(key, 8);
	wr_u64(&w, row);
}

/* GRAPH-7.2. */
static enum err write_row(struct graph_db *db, const struct graph_db_put *p, uint64_t row,
			  uint64_t *number)
{
	size_t n = GRAPH_ROW_HEAD + p->octets.n;
	if (n > db->row_room || (db->row_room > ROW_ROOM_KEPT && n <= ROW_ROOM_KEPT)) {
		size_t room = n < 1024 ? 1024 : n;
		uint8_t *made = env_resize(db->env, db->row, room);
		if (!made)
			return ERR_NOMEM;
		db->row = made;
		db->row_room = room;
	}
	uint8_t key[8];
	key_of_row(row, key);
	struct wr w = wr_of(db->row, db->row_room);
	wr_u32(&w, db->graph);
	wr_u8(&w, p->local);
	wr_bytes(&w, p->octets);
	return store_put(db->store, &graph_table_records, span_of(key, 8), wr_span(&w), number);
}

uint64_t graph_db_newest(const struct graph_db *db)
{
	return db->newest;
}

enum err graph_db_put(struct graph_db *db, const struct graph_db_put *p, struct graph_entry **entry,
		      uint64_t *number, enum graph_fault *why)
{
	struct graph_change c = { .put = p };
	enum graph_fault fault;
	assert(p->octets.n <= UINT32_MAX - GRAPH_ROW_HEAD);
	(void)graph_db_bury(db, SIZE_MAX); /* persons in it count no more */
	enum err e = graph_change_prepare(db, &c, true, &fault);
	/* GRAPH-7.3. */
	uint64_t row = c.old ? c.old->row : *db->next_row;
	if (!e)
		e = write_row(db, p, row, number);
	if (e) {
		graph_change_undo(db, &c);
		if (e == ERR_FULL)
			*why = fault;
		return e;
	}
	db->newest = *number;
	if (!c.old)
		++*db->next_row;
	*entry = graph_change_commit(db, &c, row);
	return OK;
}

enum err graph_db_remove(struct graph_db *db, struct graph_entry *e, uint64_t *number)
{
	uint8_t key[8];
	key_of_row(e->row, key);
	enum err err = store_del(db->store, &graph_table_records, span_of(key, 8), number);
	if (err)
		return err;
	db->newest = *number;
	graph_entry_unlink(db, e);
	return OK;
}

enum err graph_db_show(struct graph_db *db, struct graph_entry *e, struct graph_attrs *attrs,
		       uint32_t payload)
{
	struct graph_terms *terms;
	enum err err = graph_terms_take(db, attrs, &terms);
	if (err) {
		env_free(db->env, attrs);
		return err;
	}
	graph_terms_drop(db, e->terms);
	attrs_drop(db, e);
	e->attrs = attrs;
	e->terms = terms;
	graph_terms_link(terms, e);
	if (attrs)
		db->memory += graph_attrs_octets(attrs);
	e->payload = payload;
	db->hidden -= e->hidden;
	e->hidden = false;
	return OK;
}

void graph_db_hide(struct graph_db *db, struct graph_entry *e)
{
	db->hidden += !e->hidden;
	e->hidden = true;
}

void graph_db_mark(struct graph_db *db, struct graph_entry *e, uint8_t local)
{
	(void)db;
	e->local = local & GRAPH_ENTRY_LOCAL;
}

enum crypto_profile_id graph_db_profile(const struct graph_db *db)
{
	return db->profile;
}

enum err graph_db_octets(const struct graph_db *db, const struct graph_entry *e, struct span *out)
{
	uint8_t key[8];
	struct span value;
	key_of_row(e->row, key);
	enum err err = store_get(db->store, &graph_table_records, span_of(key, 8), &value);
	if (err)
		return err;
	if (value.n != (size_t)GRAPH_ROW_HEAD + e->octets)
		return ERR_CORRUPT;
	*out = span_of(value.p + GRAPH_ROW_HEAD, e->octets);
	return OK;
}

struct graph_look graph_db_look(const struct graph_db *db, const struct graph_guid *id)
{
	uint32_t tag = graph_index_tag(&db->index, id);
	return (struct graph_look){ graph_index_find(&db->index, &db->pool, id, tag), tag, true };
}

void graph_db_expect(const struct graph_db *db, const struct graph_guid *ids, size_t n)
{
	uint32_t tags[GRAPH_DB_EXPECT];
	size_t most = n < GRAPH_DB_EXPECT ? n : GRAPH_DB_EXPECT;
	for (size_t i = 0; i < most; i++) {
		tags[i] = graph_index_tag(&db->index, &ids[i]);
		graph_index_near(&db->index, tags[i]);
	}
	for (size_t i = 0; i < most; i++)
		graph_index_nearer(&db->index, &db->pool, tags[i]);
}

struct graph_entry *graph_db_at(const struct graph_db *db, uint32_t index)
{
	if (index / GRAPH_SLAB >= db->pool.n)
		return NULL;
	struct graph_entry *e = graph_pool_at(&db->pool, index);
	return e->creator ? e : NULL;
}

struct graph_entry *graph_db_find(const struct graph_db *db, const struct graph_guid *id)
{
	return graph_index_find(&db->index, &db->pool, id, graph_index_tag(&db->index, id));
}

struct graph_entry *graph_db_after(const struct graph_db *db, const struct graph_place *after)
{
	return graph_order_after(&db->by_place, after);
}

struct graph_entry *graph_db_next(const struct graph_db *db, const struct graph_entry *e)
{
	return graph_order_next(&db->by_place, e);
}

struct graph_entry *graph_db_first_expiry(const struct graph_db *db)
{
	return graph_order_after(&db->by_expiry, NULL);
}

static struct graph_used used_in_all(const struct graph_db *db)
{
	struct graph_used all = { 0, 0 };
	for (size_t i = 0; i < GRAPH_ROOMS; i++) {
		all.octets += db->used[i].octets;
		all.records += db->used[i].records;
	}
	return all;
}

size_t graph_db_count(const struct graph_db *db)
{
	return used_in_all(db).records;
}

static uint64_t memory_of_order(const struct graph_order *o)
{
	return o->n * sizeof(struct graph_leaf) + o->room * sizeof(struct graph_leaf *);
}

void graph_db_info(const struct graph_db *db, struct graph_db_info *out)
{
	const uint64_t map_slot = 24;
	uint64_t memory = sizeof(*db) + db->memory + db->row_room;
	memory += (uint64_t)db->pool.n * GRAPH_SLAB * sizeof(struct graph_entry);
	memory += (db->index.now.capacity + db->index.old.capacity + db->index.cleared) *
		  sizeof(struct graph_index_slot);
	memory += memory_of_order(&db->by_place) + memory_of_order(&db->by_expiry);
	memory += (db->persons.capacity + db->terms.capacity) * map_slot;
	*out = (struct graph_db_info){
		.records = graph_db_count(db),
		.deleted = db->deleted,
		.hidden = db->hidden,
		.dropped = db->dropped,
		.octets = used_in_all(db).octets,
		.memory = memory,
		.loaded = db->loaded,
	};
}
