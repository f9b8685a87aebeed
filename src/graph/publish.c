/* Records of this node: made, changed, deleted, by its applications and by itself (digest
 * 7.3). Each is secured, stored and then told; who hears of it waits for the disk (D8). */
#include "graph/flood_int.h"

#define MAKING_KEPT 65536

/* ---- making ---- */

static uint8_t *room_for(struct graph *g, size_t n)
{
	if (n <= g->making_room)
		return g->making;
	uint8_t *p = env_resize(g->shared->env, g->making, n);
	if (!p)
		return NULL;
	g->making = p;
	g->making_room = n;
	return p;
}

static void making_done(struct graph *g)
{
	if (g->making_room <= MAKING_KEPT)
		return;
	env_free(g->shared->env, g->making);
	g->making = NULL;
	g->making_room = 0;
}

static enum err failed(struct graph_make *m, enum err err, const char *text)
{
	m->text = text;
	return err;
}

/* What a fresh record has. */
static void begin_fresh(const struct graph_make *m, uint64_t today, struct graph_record *r)
{
	r->type = m->type;
	r->id = m->id;
	r->version = m->version ? m->version : 1;
	r->creator = m->who;
	r->created = r->modified = today;
}

/* Where the clock is behind the creation: by chance within a second of it, since two that
 * are changed apart must not look alike to a comparison by hash (GRAPH-9.25). */
static uint64_t after_creation(const struct graph *g, const struct graph_record *old)
{
	uint64_t room = old->expires - old->created - 1;
	if (room > GRAPH_TICKS_SEC)
		room = GRAPH_TICKS_SEC;
	return old->created + 1 + (room ? env_random_below(g->shared->env, room) : 0);
}

/* GRAPH-3.7 */
static bool is_last(const struct graph *g, const struct graph_record *old)
{
	bool shared = graph_guid_eq(&old->type, &graph_type_info) ||
		      graph_guid_eq(&old->type, &graph_type_signature);
	bool own = !shared && span_eq(old->creator, graph_own_name(g, &old->type));
	return old->version >= (own ? GRAPH_VERSION_OWN : UINT32_MAX);
}

/* GRAPH-14.3: type, ID, creator and creation stay, all else goes on (A28, A29). */
static enum err begin_update(const struct graph *g, struct graph_make *m, uint64_t today,
			     struct graph_record *r)
{
	struct span octets;
	struct graph_record old;
	enum err err = graph_db_octets(g->db, m->old, &octets);
	if (!err)
		err = graph_record_decode(octets, &old);
	if (err)
		return failed(m, err, "the record could not be read");
	if (is_last(g, &old))
		return failed(m, ERR_RANGE, "the record has its last version");
	if ((m->keep_payload || m->keep_attributes) && !graph_revealed(g, &old, &old))
		return failed(m, ERR_STATE, "the record cannot be read here yet");
	*r = old;
	r->version++;
	r->flags = 0;
	r->modifier = graph_own_name(g, &r->type);
	r->modified = today > old.created ? today : after_creation(g, &old);
	r->security = (struct span){ 0 };
	if (!m->keep_payload)
		r->payload = (struct span){ 0 };
	if (!m->keep_attributes)
		r->attributes = (struct span){ 0 };
	return OK;
}

/* GRAPH-14.18, P46: who made a record of ours, by its type. */
struct span graph_own_name(const struct graph *g, const struct graph_guid *type)
{
	const struct graph_provider *p = &g->birth.provider;
	struct span name = span_of(NULL, 0);
	if (p->ops->creator && graph_type_reserved(type))
		name = p->ops->creator(p->ctx, type);
	return name.n ? name : span_of(g->peer16, g->peer16_n);
}

/* What the others would not take is not made (A36). */
enum err graph_make_held(struct graph *g, struct graph_make *m, const struct graph_record *r)
{
	enum graph_fault why = GRAPH_FAULT_NONE;
	if (graph_record_check(r, &g->rules, &why))
		return failed(m, ERR_RANGE, graph_fault_text(why));
	return OK;
}

enum graph_change graph_make_change(const struct graph_make *m)
{
	if (!m->old)
		return GRAPH_CHANGE_ADDED;
	return m->deleted ? GRAPH_CHANGE_DELETED : GRAPH_CHANGE_UPDATED;
}

enum err graph_make_refused(struct graph_make *m, enum err err)
{
	return failed(m, err, "the security provider does not sign it");
}

static enum err secured(struct graph *g, struct graph_make *m, struct graph_record *r)
{
	const struct graph_provider *p = &g->birth.provider;
	enum err err = p->ops->secure(p->ctx, r, graph_make_change(m), &r->security);
	return err ? graph_make_refused(m, err) : OK;
}

enum err graph_make_compose(struct graph *g, struct graph_make *m, struct mono now,
			    struct graph_record *r)
{
	uint64_t today = graph_now(g, now);
	enum err err = OK;
	*r = (struct graph_record){ 0 };
	m->who = graph_own_name(g, &m->type);
	if (!m->old)
		begin_fresh(m, today, r);
	else
		err = begin_update(g, m, today, r);
	if (err)
		return err;
	r->expires = m->expires;
	r->graph = span_of(g->id16, g->id16_n);
	r->protocol = GRAPH_PROTOCOL;
	if (m->deleted)
		r->flags = GRAPH_RECORD_DELETED;
	if (!m->keep_payload)
		r->payload = m->payload;
	if (!m->keep_attributes)
		r->attributes = m->attributes;
	g->rules.expires_max = today + (uint64_t)g->birth.limits.life_max * 10;
	return graph_make_held(g, m, r);
}

enum err graph_make_attributes(struct graph *g, struct graph_make *m, const struct graph_record *r)
{
	if (m->attrs || r->attributes.n == 0)
		return OK;
	return graph_attrs_read(&m->attrs, r->attributes, g->shared->env, NULL);
}

static enum err encode(struct graph *g, const struct graph_record *r, struct span *octets)
{
	size_t n = graph_record_size(r);
	uint8_t *p = room_for(g, n);
	if (!p)
		return ERR_NOMEM;
	struct wr w = wr_of(p, n);
	graph_record_put(&w, r);
	*octets = wr_span(&w);
	return w.failed ? ERR_RANGE : OK;
}

static enum err put(struct graph *g, struct graph_make *m, const struct graph_db_put *p,
		    struct graph_entry **entry, uint64_t *after)
{
	enum graph_fault why = GRAPH_FAULT_NONE;
	enum err err = graph_db_put(g->db, p, entry, after, &why);
	m->attrs = NULL;
	if (err == ERR_FULL)
		return failed(m, err,
			      why == GRAPH_FAULT_NONE ? "the database is full"
						      : graph_fault_text(why));
	return err ? failed(m, err, "the record could not be stored") : OK;
}

static enum graph_record_change change_of(const struct graph_make *m)
{
	if (m->deleted)
		return GRAPH_RECORD_GONE;
	return m->old ? GRAPH_RECORD_UPDATED : GRAPH_RECORD_ADDED;
}

/* Stored first, then told to whoever waits for the store (GRAPH-14.1). */
static enum err store_and_tell(struct graph *g, struct graph_make *m, struct span octets,
			       struct graph_entry **entry, uint64_t *after, struct mono now)
{
	struct graph_record r;
	struct graph_entry *e;
	uint64_t number;
	enum err err = graph_record_decode(octets, &r);
	if (err)
		return err;
	struct graph_db_put p = {
		.record = &r,
		.octets = octets,
		.attrs = m->attrs,
		.local = m->local | GRAPH_ENTRY_OURS,
		.revealed = m->sealed,
		.payload = m->plain,
	};
	err = put(g, m, &p, &e, &number);
	if (err)
		return err;
	g->own_put = number;
	graph_flood_out(g, e, octets, NULL, number);
	graph_stored(g, e, &r, NULL, change_of(m), number, now);
	*entry = e;
	*after = number;
	return OK;
}

enum err graph_make_store(struct graph *g, struct graph_make *m, const struct graph_record *r,
			  struct graph_entry **entry, uint64_t *after, struct mono now)
{
	struct span octets;
	struct graph_guid id = r->id;
	enum err err = graph_make_attributes(g, m, r);
	if (!err)
		err = encode(g, r, &octets);
	if (!err)
		err = store_and_tell(g, m, octets, entry, after, now);
	env_free(g->shared->env, m->attrs);
	m->attrs = NULL;
	making_done(g);
	if (!err && (m->local & GRAPH_ENTRY_REFRESH))
		graph_refresh_note(g, &id, now);
	return err;
}

enum err graph_make_record(struct graph *g, struct graph_make *m, struct graph_entry **entry,
			   uint64_t *after, struct mono now)
{
	struct graph_record r;
	enum err err = graph_make_compose(g, m, now, &r);
	if (!err)
		err = graph_protect(g, m, &r);
	if (!err)
		err = secured(g, m, &r);
	if (!err)
		return graph_make_store(g, m, &r, entry, after, now);
	env_free(g->shared->env, m->attrs);
	m->attrs = NULL;
	return err;
}

/* ---- for the graph itself ---- */

static bool live(const struct graph *g, const struct graph_entry *e, struct mono now)
{
	return e && !e->deleted && e->expires > graph_now(g, now);
}

void graph_id_fresh(struct graph *g, const struct graph_guid *type, struct graph_guid *id)
{
	struct span name = graph_own_name(g, type);
	struct graph_guid random;
	uint8_t fold[sizeof(g->fold)];
	g->shared->env->random(g->shared->env->ctx, random.at, sizeof(random.at));
	memcpy(fold, g->fold, sizeof(fold));
	if (name.p != g->peer16)
		graph_creator_fold(g->shared->crypto, g->properties.profile, name, fold);
	graph_record_id_make(fold, &random, id);
}

/* A57: nobody would take version 1 of a record whose tombstone it has. */
static uint32_t version_after(const struct graph *g, const struct graph_guid *id,
			      const struct graph_entry *dead, uint32_t wanted)
{
	uint32_t seen = dead ? dead->version : 0;
	if (graph_guid_eq(id, &graph_id_signature) && g->signature_version > seen)
		seen = g->signature_version;
	if (graph_guid_eq(id, &graph_id_info) && g->info_version > seen)
		seen = g->info_version;
	if (seen < UINT32_MAX)
		seen++;
	return seen > wanted ? seen : wanted;
}

static bool zero(const struct graph_guid *id)
{
	static const struct graph_guid none;
	return graph_guid_eq(id, &none);
}

/* GRAPH-11.21 */
uint64_t graph_ends(const struct graph *g, uint64_t wanted)
{
	const struct graph_provider *p = &g->birth.provider;
	uint64_t most = p->ops->ends ? p->ops->ends(p->ctx) : UINT64_MAX;
	return wanted < most ? wanted : most;
}

enum err graph_publish(struct graph *g, const struct graph_making *m, struct graph_entry **entry,
		       uint64_t *after, struct mono now)
{
	struct graph_make c = {
		.type = m->type,
		.id = m->id,
		.payload = m->payload,
		.attributes = m->attributes,
		.expires = graph_ends(g, m->expires),
		.local = m->local,
	};
	if (zero(&c.id))
		graph_id_fresh(g, &c.type, &c.id);
	struct graph_entry *e = graph_db_find(g->db, &c.id);
	if (live(g, e, now))
		c.old = e;
	else
		c.version = version_after(g, &c.id, e, m->version);
	return graph_make_record(g, &c, entry, after, now);
}

enum err graph_publish_delete(struct graph *g, struct graph_entry *e, uint64_t *after,
			      struct mono now)
{
	struct graph_make m = { .old = e, .deleted = true, .expires = e->expires };
	struct graph_entry *entry;
	return graph_make_record(g, &m, &entry, after, now);
}

void graph_publish_free(struct graph *g)
{
	env_free(g->shared->env, g->making);
	g->making = NULL;
	g->making_room = 0;
	graph_hold_free(g);
}
