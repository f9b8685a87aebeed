/* What applications ask of records: RECORD_ADD, RECORD_UPDATE, RECORD_DELETE, IMPORT
 * (digest 7.3, api 2). Each ends in one reply. */
#include "graph/flood_int.h"

#define YEAR (365 * MONO_DAY)

struct asked {
	struct graph *g;
	const struct graph_command *c;
	uint64_t number;
	struct mono now;
};

static void refuse(const struct asked *a, enum err err, const char *text)
{
	graph_out_reply(a->g, a->number, err, text, 0);
}

/* ---- what is given ---- */

/* GRAPH-14.5: attributes as an application writes them, for the record and for searches. */
static enum err given_attributes(const struct asked *a, struct graph_make *m, uint8_t **octets)
{
	const struct env *env = a->g->shared->env;
	struct span xml = a->c->attributes;
	size_t n = 0;
	if (!a->c->has_attributes || xml.n == 0)
		return OK;
	if (xml.n > GRAPH_RECORD_MAX) {
		m->text = graph_fault_text(GRAPH_FAULT_SIZE);
		return ERR_RANGE;
	}
	enum err err = graph_attrs_read_utf8(&m->attrs, xml, env, NULL);
	if (err) {
		m->text = err == ERR_FULL ? "it has too many attributes"
					  : "its attributes are not well formed";
		return err;
	}
	uint8_t *p = env_zalloc(env, xml.n + 1, 2);
	if (!p) {
		env_free(env, m->attrs);
		m->attrs = NULL;
		return ERR_NOMEM;
	}
	err = graph_utf16(xml, xml.n + 1, p, &n);
	if (err) {
		env_free(env, p);
		env_free(env, m->attrs);
		m->attrs = NULL;
		m->text = "its attributes are not UTF-8";
		return err;
	}
	m->attributes = span_of(p, n);
	*octets = p;
	return OK;
}

/* GRAPH-14.4: when it ends, as asked for; a year ahead where nothing is said. */
static enum err given_expiry(const struct asked *a, uint64_t *out, const char **why)
{
	struct graph *g = a->g;
	uint64_t today = graph_now(g, a->now);
	int64_t most = g->birth.limits.life_max;
	if (a->c->expires == 0) {
		*out = today + (uint64_t)(most < YEAR ? most : YEAR) * 10;
		return OK;
	}
	uint64_t t = graph_time_of(g, a->c->expires);
	if (a->c->expires < 0 || a->c->expires > INT64_MAX / 16 || t <= today) {
		*why = "it would have expired already";
		return ERR_RANGE;
	}
	*out = t;
	return OK;
}

/* ---- the commands ---- */

/* GRAPH-14.18: the types that are not an application's. */
static bool may_use(const struct asked *a, const struct graph_guid *type)
{
	return a->c->reserved || !graph_type_reserved(type);
}

static enum err add(const struct asked *a, struct graph_make *m)
{
	m->type = a->c->type;
	m->payload = a->c->payload;
	if (!may_use(a, &m->type)) {
		m->text = "this record type is the graph's own";
		return ERR_DENIED;
	}
	enum err err = given_expiry(a, &m->expires, &m->text);
	if (!err)
		graph_id_fresh(a->g, &m->type, &m->id);
	return err;
}

/* GRAPH-14.2: the record that an application may change. */
static enum err changeable(const struct asked *a, struct graph_make *m)
{
	struct graph *g = a->g;
	struct graph_entry *e = graph_db_find(g->db, &a->c->id);
	if (!e || e->deleted || e->hidden || e->expires <= graph_now(g, a->now)) {
		m->text = "there is no such record";
		return ERR_NOT_FOUND;
	}
	if (!may_use(a, graph_db_type(g->db, e->type))) {
		m->text = "this record is the graph's own";
		return ERR_DENIED;
	}
	if (a->c->if_version && a->c->if_version != e->version) {
		m->text = "the record has another version by now";
		return ERR_CONFLICT;
	}
	m->old = e;
	m->type = *graph_db_type(g->db, e->type);
	m->expires = e->expires;
	return OK;
}

/* GRAPH-10.28: two nodes that end a record of their provider's at one time of theirs come to
 * times that differ by their clocks. Whether we may sign for so long, the provider says. */
static bool is_same_end(const struct asked *a, const struct graph_make *m)
{
	return a->c->reserved && m->expires < m->old->expires &&
	       m->old->expires - m->expires <= GRAPH_CLOCKS_APART / MONO_SEC * GRAPH_TICKS_SEC;
}

static enum err update(const struct asked *a, struct graph_make *m)
{
	enum err err = changeable(a, m);
	if (err)
		return err;
	m->payload = a->c->payload;
	m->keep_payload = !a->c->has_payload;
	m->keep_attributes = !a->c->has_attributes;
	m->local = m->old->local;
	if (a->c->expires != 0)
		err = given_expiry(a, &m->expires, &m->text);
	if (!err && is_same_end(a, m))
		m->expires = m->old->expires;
	if (!err && m->expires < m->old->expires) {
		m->text = "its expiration may only grow";
		return ERR_RANGE;
	}
	return err;
}

static enum err prepare(const struct asked *a, struct graph_make *m, uint8_t **octets)
{
	enum err err;
	*octets = NULL;
	if (a->c->kind == GRAPH_RECORD_DELETE) {
		m->deleted = true;
		return changeable(a, m);
	}
	err = a->c->kind == GRAPH_RECORD_ADD ? add(a, m) : update(a, m);
	return err ? err : given_attributes(a, m, octets);
}

enum err graph_asked_prepare(struct graph *g, const struct graph_command *c, struct graph_make *m,
			     uint8_t **octets, struct mono now)
{
	const struct asked a = { .g = g, .c = c, .now = now };
	return prepare(&a, m, octets);
}

/* Makes it and answers; what the attributes took is given back. */
static void make(const struct asked *a)
{
	struct graph *g = a->g;
	struct graph_make m = { .old = NULL };
	struct graph_entry *e;
	uint64_t after;
	uint8_t *octets;
	enum err err = prepare(a, &m, &octets);
	if (!err)
		err = graph_make_record(g, &m, &e, &after, a->now);
	env_free(g->shared->env, octets);
	if (err)
		refuse(a, err, m.text);
	else
		graph_out_reply_record(g, a->number, e, after);
}

static void remove_here(const struct asked *a, struct graph_entry *e)
{
	struct graph *g = a->g;
	uint64_t number;
	struct graph_event ev = graph_event_of(g, GRAPH_EVENT_RECORD);
	ev.change = GRAPH_RECORD_GONE;
	ev.id = e->place.id;
	ev.type = *graph_db_type(g->db, e->type);
	ev.version = e->version;
	ev.ours = true;
	enum err err = graph_db_remove(g->db, e, &number);
	if (err) {
		refuse(a, err, "the record could not be removed");
		return;
	}
	graph_out_event(g, &ev, number);
	graph_out_reply(g, a->number, OK, NULL, number);
}

static void delete_here(const struct asked *a)
{
	struct graph_make m = { .old = NULL };
	enum err err = changeable(a, &m);
	if (err)
		refuse(a, err, m.text);
	else
		remove_here(a, m.old);
}

/* Types whose records die with the node that made them, and are never read back in. */
static bool passing(struct span octets)
{
	struct graph_guid type;
	if (octets.n < sizeof(type.at))
		return false;
	memcpy(type.at, octets.p, sizeof(type.at));
	return graph_guid_eq(&type, &graph_type_signature) ||
	       graph_guid_eq(&type, &graph_type_contact) ||
	       graph_guid_eq(&type, &graph_type_presence);
}

static void import_taken(const struct asked *a, const struct graph_take *t, enum graph_taken taken)
{
	switch (taken) {
	case GRAPH_TAKEN_LATER:
		graph_deferred_add(a->g, NULL, t->octets);
		break;
	case GRAPH_TAKEN_INVALID:
		refuse(a, ERR_MALFORMED, graph_fault_text(t->why));
		return;
	case GRAPH_TAKEN_FULL:
		refuse(a, ERR_FULL, graph_fault_text(t->why));
		return;
	case GRAPH_TAKEN_FAILED:
		refuse(a, ERR_IO, "the record could not be stored");
		return;
	case GRAPH_TAKEN_NEW:
	case GRAPH_TAKEN_OLD:
	case GRAPH_TAKEN_PRESENT:
	case GRAPH_TAKEN_EXPIRED:
		break;
	}
	graph_out_reply(a->g, a->number, OK, NULL, t->number);
}

/* GRAPH-14.8 */
static void import(const struct asked *a)
{
	struct graph *g = a->g;
	struct graph_take t = { .octets = a->c->payload };
	if ((g->listening || g->neighbors) && !a->c->reserved) {
		refuse(a, ERR_STATE, "the graph is connected or listens");
		return;
	}
	if (passing(t.octets)) {
		graph_out_reply(g, a->number, OK, NULL, 0);
		return;
	}
	import_taken(a, &t, graph_take(g, &t, a->now));
}

/* GRAPH-14.7: until the first synchronisation nobody here knows what the graph holds. */
bool graph_may_change(const struct graph *g)
{
	return g->birth.create || !g->never_connected;
}

void graph_publish_do(struct graph *g, const struct graph_command *c, uint64_t number,
		      struct mono now)
{
	struct asked a = { g, c, number, now };
	if (c->kind == GRAPH_IMPORT)
		import(&a);
	else if (!graph_may_change(g))
		refuse(&a, ERR_STATE, "the graph was not synchronised yet");
	else if (c->kind == GRAPH_RECORD_DELETE && c->local_only)
		delete_here(&a);
	else
		make(&a);
}

void graph_publish_command(struct graph *g, const struct graph_command *c, uint64_t number,
			   struct mono now)
{
	if (g->stopping) {
		graph_out_reply(g, number, ERR_STOPPING, NULL, 0);
		return;
	}
	bool gathered = graph_gathers(g) && c->kind != GRAPH_IMPORT;
	if (graph_seal_waits(g, c)) {
		graph_seal_wait(g, c, number, now);
		return;
	}
	if (g->loaded && g->n_held == 0 && !gathered && !graph_hold_must(g)) {
		graph_publish_do(g, c, number, now);
		return;
	}
	/* GRAPH-14.19: it goes with the others of this turn, whose end is due now. */
	enum err err = graph_hold_add(g, c, number, now);
	if (!err && gathered && !graph_hold_must(g))
		graph_slice_soon(g, now);
	if (err)
		graph_out_reply(g, number, err,
				err == ERR_FULL ? "too many changes wait for the neighbors" : NULL,
				0);
}
