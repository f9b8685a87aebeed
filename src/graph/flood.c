/* What comes of a record: known already, not valid, older than ours, or new and then stored
 * and sent on. The hot path of a graph: a record is decoded and its fingerprint taken once,
 * and its octets go on as they came. */
#include "graph/flood_int.h"

static struct graph_guid record_id(struct span octets)
{
	struct graph_guid id;
	memcpy(id.at, octets.p + GRAPH_RECORD_ID_AT, sizeof(id.at));
	return id;
}

/* ---- what a record must be ---- */

/* The two records whose ID is the same in every graph (A6). */
static bool fixed(const struct graph_record *r)
{
	if (graph_guid_eq(&r->type, &graph_type_info))
		return graph_guid_eq(&r->id, &graph_id_info);
	return graph_guid_eq(&r->type, &graph_type_signature) &&
	       graph_guid_eq(&r->id, &graph_id_signature);
}

static bool fixed_type(const struct graph_guid *type)
{
	return graph_guid_eq(type, &graph_type_info) || graph_guid_eq(type, &graph_type_signature);
}

/* GRAPH-10.3. Folds are remembered with the people that have records here. */
static bool creator_fits(struct graph *g, const struct graph_record *r)
{
	if (fixed_type(&r->type))
		return fixed(r);
	uint8_t fold[8];
	const struct graph_person *p = graph_db_person(g->db, r->creator);
	if (p)
		return memcmp(p->fold, r->id.at, sizeof(fold)) == 0;
	graph_creator_fold(g->shared->crypto, g->birth.properties.profile, r->creator, fold);
	return memcmp(fold, r->id.at, sizeof(fold)) == 0;
}

struct taking {
	struct graph_take *t;
	struct graph_record r;
	struct graph_look look; /* for its ID */
	struct graph_entry *e;	/* stored under it; NULL none */
	struct graph_attrs *attrs;
	uint64_t fingerprint; /* 0: not taken yet */
};

static enum graph_taken invalid(struct taking *k, enum graph_fault why)
{
	k->t->why = why;
	return GRAPH_TAKEN_INVALID;
}

static enum graph_change change_of(const struct taking *k)
{
	if (graph_record_deleted(&k->r))
		return GRAPH_CHANGE_DELETED;
	return k->e ? GRAPH_CHANGE_UPDATED : GRAPH_CHANGE_ADDED;
}

/* GRAPH-10.21: what says how the graph is now is made anew every few minutes; one that would
 * stand for years is nobody's. */
static bool outlives(const struct graph *g, const struct graph_record *r, uint64_t today)
{
	uint64_t day = today + (uint64_t)(MONO_DAY + GRAPH_CLOCKS_APART) * 10;
	if (graph_guid_eq(&r->type, &graph_type_signature) ||
	    graph_guid_eq(&r->type, &graph_type_contact))
		return r->expires > day;
	return graph_guid_eq(&r->type, &graph_type_presence) && r->expires > g->rules.expires_max;
}

/* GRAPH-10.4: digest 7.7 but for the provider. NEW stands for: nothing against it. */
static enum graph_taken check(struct graph *g, struct taking *k, struct mono now)
{
	uint64_t today = graph_now(g, now);
	int64_t ahead = g->birth.limits.life_max;
	g->rules.expires_max = today + (uint64_t)(ahead + GRAPH_CLOCKS_APART) * 10;
	enum graph_fault why = GRAPH_FAULT_LENGTH;
	if (graph_record_decode(k->t->octets, &k->r) || graph_record_check(&k->r, &g->rules, &why))
		return invalid(k, why);
	if (graph_guid_eq(&k->r.type, &graph_type_info) && graph_info_foreign(g, &k->r))
		return invalid(k, GRAPH_FAULT_CREATOR);
	if (outlives(g, &k->r, today))
		return invalid(k, GRAPH_FAULT_FAR);
	if (!creator_fits(g, &k->r))
		return invalid(k, GRAPH_FAULT_CREATOR);
	return k->r.expires <= today ? GRAPH_TAKEN_EXPIRED : GRAPH_TAKEN_NEW;
}

static enum graph_taken check_attributes(struct graph *g, struct taking *k)
{
	if (k->r.attributes.n == 0)
		return GRAPH_TAKEN_NEW;
	enum err err = graph_attrs_read(&k->attrs, k->r.attributes, g->shared->env, NULL);
	if (err == ERR_NOMEM)
		return GRAPH_TAKEN_FAILED;
	return err ? invalid(k, GRAPH_FAULT_ATTRIBUTES) : GRAPH_TAKEN_NEW;
}

static enum graph_taken check_info(struct graph *g, struct taking *k)
{
	bool info = graph_guid_eq(&k->r.type, &graph_type_info);
	if (!info || graph_record_deleted(&k->r) || !graph_info_shrinks(g, &k->r))
		return GRAPH_TAKEN_NEW;
	return invalid(k, GRAPH_FAULT_SHRUNK);
}

/* GRAPH-10.23: a provider learns from what it finds valid, so it sees nothing that will not
 * stand here. */
static enum graph_taken ask_provider(struct graph *g, struct taking *k)
{
	const struct graph_provider *p = &g->birth.provider;
	switch (p->ops->validate(p->ctx, &k->r, change_of(k))) {
	case GRAPH_VALID:
		return GRAPH_TAKEN_NEW;
	case GRAPH_LATER:
		return GRAPH_TAKEN_LATER;
	case GRAPH_ENDED:
		k->t->blameless = true;
		break;
	case GRAPH_INVALID:
		break;
	}
	return invalid(k, GRAPH_FAULT_SECURITY);
}

/* GRAPH-10.5: which wins. Most often the versions tell, and the stored one need not be
 * read. */
static enum graph_taken contest(struct graph *g, struct taking *k)
{
	struct span octets;
	struct graph_record stored;
	if (!k->e)
		return GRAPH_TAKEN_NEW;
	k->t->entry = k->e;
	if (k->r.version < k->e->version)
		return GRAPH_TAKEN_OLD;
	if (k->r.version - k->e->version > g->birth.limits.version_jump)
		return invalid(k, GRAPH_FAULT_JUMP);
	if (k->r.version > k->e->version)
		return GRAPH_TAKEN_NEW;
	if (graph_db_octets(g->db, k->e, &octets) || graph_record_decode(octets, &stored))
		return GRAPH_TAKEN_FAILED;
	switch (graph_record_compare(&stored, &k->r)) {
	case GRAPH_NEW:
		return GRAPH_TAKEN_NEW;
	case GRAPH_OLD:
		return GRAPH_TAKEN_OLD;
	case GRAPH_PRESENT:
		break;
	}
	return GRAPH_TAKEN_PRESENT;
}

static enum graph_taken judge(struct graph *g, struct taking *k, struct mono now)
{
	enum graph_taken taken = check(g, k, now);
	if (taken == GRAPH_TAKEN_NEW)
		taken = check_attributes(g, k);
	if (taken == GRAPH_TAKEN_NEW)
		taken = check_info(g, k);
	if (taken == GRAPH_TAKEN_NEW)
		taken = contest(g, k);
	return taken == GRAPH_TAKEN_NEW ? ask_provider(g, k) : taken;
}

/* ---- what follows ---- */

static enum graph_record_change told_change(const struct taking *k)
{
	if (graph_record_deleted(&k->r))
		return GRAPH_RECORD_GONE;
	return k->e && !k->e->deleted && !k->e->hidden ? GRAPH_RECORD_UPDATED : GRAPH_RECORD_ADDED;
}

/* GRAPH-6.7: of what nobody saw nobody hears that it is gone. */
static enum err reveal(struct graph *g, struct taking *k, struct graph_db_put *put)
{
	put->hidden = k->e && k->e->hidden;
	return graph_record_deleted(&k->r) ? OK : graph_reveal_put(g, &k->r, put);
}

static enum graph_taken keep(struct graph *g, struct taking *k, struct mono now)
{
	struct graph_take *t = k->t;
	struct graph_db_put put = {
		.record = &k->r,
		.octets = t->octets,
		.attrs = k->attrs,
		.fingerprint = k->fingerprint,
		.look = k->look,
	};
	enum graph_record_change change = told_change(k);
	k->attrs = NULL;
	enum err err = reveal(g, k, &put);
	if (err)
		env_free(g->shared->env, put.attrs);
	else
		err = graph_db_put(g->db, &put, &t->entry, &t->number, &t->why);
	if (err)
		return err == ERR_FULL ? GRAPH_TAKEN_FULL : GRAPH_TAKEN_FAILED;
	graph_relay(g, t->entry, t->octets, t->from, now);
	graph_stored(g, t->entry, &k->r, t->from, change, 0, now);
	return GRAPH_TAKEN_NEW;
}

/* GRAPH-10.2: the octets we have are known by their fingerprint, and nothing more is asked. */
static bool known(const struct graph *g, struct taking *k)
{
	struct span octets = k->t->octets;
	struct graph_guid id = record_id(octets);
	k->look = graph_db_look(g->db, &id);
	k->e = k->look.entry;
	if (!k->e || k->e->octets != octets.n)
		return false;
	k->fingerprint = graph_db_fingerprint(g->db, octets);
	return k->fingerprint == k->e->fingerprint;
}

enum graph_taken graph_take(struct graph *g, struct graph_take *t, struct mono now)
{
	struct taking k = { .t = t };
	if (t->octets.n < GRAPH_RECORD_FIXED)
		return invalid(&k, GRAPH_FAULT_LENGTH);
	if (known(g, &k)) {
		t->entry = k.e;
		if (t->from)
			graph_note_heard(g, t->from, k.e);
		return GRAPH_TAKEN_PRESENT;
	}
	enum graph_taken taken = judge(g, &k, now);
	if (taken == GRAPH_TAKEN_NEW)
		taken = keep(g, &k, now);
	env_free(g->shared->env, k.attrs);
	return taken;
}

void graph_flood_out(struct graph *g, const struct graph_entry *e, struct span octets,
		     const struct graph_link *but, uint64_t after)
{
	LIST_EACH(at, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(at, struct graph_link, all);
		if (l != but && graph_link_neighbor(l))
			graph_send_record(g, l, e, octets, after);
	}
}

/* GRAPH-10.8, A57: tombstones of fixed IDs are purged, their versions are not forgotten. */
static void version_seen(struct graph *g, const struct graph_record *r)
{
	uint32_t *most = NULL;
	if (graph_guid_eq(&r->id, &graph_id_signature))
		most = &g->signature_version;
	else if (graph_guid_eq(&r->id, &graph_id_info))
		most = &g->info_version;
	if (most && r->version > *most)
		*most = r->version;
}

static void tell(struct graph *g, const struct graph_entry *e, const struct graph_record *r,
		 enum graph_record_change change, uint64_t after)
{
	struct graph_event ev = graph_event_of(g, GRAPH_EVENT_RECORD);
	if (e->hidden)
		return;
	ev.change = change;
	ev.id = r->id;
	ev.type = r->type;
	ev.version = r->version;
	ev.ours = (e->local & GRAPH_ENTRY_OURS) != 0;
	graph_out_event(g, &ev, after);
}

void graph_stored(struct graph *g, const struct graph_entry *e, const struct graph_record *r,
		  const struct graph_link *from, enum graph_record_change change, uint64_t after,
		  struct mono now)
{
	graph_expire_stored(g, e, now);
	if (e->type > GRAPH_TYPE_PRESENCE) {
		tell(g, e, r, change, after);
		return;
	}
	version_seen(g, r);
	if (e->type == GRAPH_TYPE_INFO && !e->deleted)
		graph_info_take(g, r);
	else if (e->deleted)
		graph_builtin_gone(g, e->type, &r->id, now);
	else
		graph_builtin_changed(g, e, r, from, now);
}

/* ---- FLOOD on a link ---- */

static void count(struct graph *g, struct graph_link *l, const struct graph_take *t,
		  enum graph_taken taken, struct mono now)
{
	struct graph_counts *c = &g->counts;
	uint64_t *const counters[] = {
		[GRAPH_TAKEN_NEW] = &c->fresh,	     [GRAPH_TAKEN_OLD] = &c->old,
		[GRAPH_TAKEN_PRESENT] = &c->present, [GRAPH_TAKEN_EXPIRED] = &c->expired,
		[GRAPH_TAKEN_LATER] = &c->deferred,  [GRAPH_TAKEN_INVALID] = &c->invalid,
		[GRAPH_TAKEN_FULL] = &c->invalid,    [GRAPH_TAKEN_FAILED] = NULL,
	};
	c->flood_in++;
	if (counters[taken])
		++*counters[taken];
	if (l->initiator && l->sync.kind != GRAPH_SYNC_NONE) {
		l->sync.moved = now;
		c->sync_records++;
		c->sync_octets += t->octets.n;
	}
}

static void tell_invalid(struct graph *g, const struct graph_link *l, const struct graph_take *t,
			 enum graph_event_kind kind)
{
	struct graph_event ev = graph_event_of(g, kind);
	struct text peer = TEXT_OF(ev.peer);
	text_str(&peer, l->peer ? l->peer : "");
	ev.fault = t->why;
	ev.text = graph_fault_text(t->why);
	ev.node = l->node;
	ev.remote = l->remote;
	if (t->octets.n >= GRAPH_RECORD_FIXED) {
		memcpy(ev.type.at, t->octets.p, sizeof(ev.type.at));
		ev.id = record_id(t->octets);
	}
	graph_out_event(g, &ev, 0);
}

/* GRAPH-10.6: no ACK; a neighbor that sends nothing else is sent away. GRAPH-8.50: but not who
 * has not heard yet that they have ended. */
static void refused(struct graph *g, struct graph_link *l, const struct graph_take *t,
		    struct mono now)
{
	if (t->blameless)
		return;
	tell_invalid(g, l, t, GRAPH_EVENT_INVALID);
	if (++l->invalid < g->birth.limits.invalid_in_row)
		return;
	struct graph_event ev = graph_event_of(g, GRAPH_EVENT_BAD_PEER);
	struct text peer = TEXT_OF(ev.peer);
	text_str(&peer, l->peer ? l->peer : "");
	ev.remote = l->remote;
	ev.node = l->node;
	ev.err = ERR_MALFORMED;
	ev.text = "too many records in a row that are not valid";
	graph_out_event(g, &ev, 0);
	g->counts.bad++;
	graph_link_leave(g, l, GRAPH_LEAST_USEFUL, now);
}

/* GRAPH-10.5: who sent an old one gets ours. One that we made and that is not committed yet
 * waits for that (D8). It is not read from the store before there is room for it. */
static void send_ours(struct graph *g, struct graph_link *l, const struct graph_entry *e,
		      struct mono now)
{
	/* One that has expired and is not purged yet is not told (digest 7.3). */
	if (e->expires <= graph_now(g, now))
		return;
	graph_send_record(g, l, e, span_of(NULL, 0), graph_told_after(g, e));
}

void graph_flood_answer(struct graph *g, struct graph_link *l, const struct graph_take *t,
			enum graph_taken taken, struct mono now)
{
	switch (taken) {
	case GRAPH_TAKEN_NEW:
	case GRAPH_TAKEN_PRESENT:
	case GRAPH_TAKEN_EXPIRED:
		break;
	case GRAPH_TAKEN_OLD:
		send_ours(g, l, t->entry, now);
		break;
	case GRAPH_TAKEN_LATER:
		graph_deferred_add(g, l, t->octets);
		return;
	case GRAPH_TAKEN_INVALID:
		refused(g, l, t, now);
		return;
	case GRAPH_TAKEN_FULL: /* not the neighbor's fault */
		tell_invalid(g, l, t,
			     t->why == GRAPH_FAULT_QUOTA ? GRAPH_EVENT_INVALID : GRAPH_EVENT_FULL);
		return;
	case GRAPH_TAKEN_FAILED:
		/* What is dropped here nobody sends again but a synchronisation. */
		graph_link_end(g, l, ERR_NOMEM, "a record could not be stored", now);
		return;
	}
	l->invalid = 0;
	graph_ack_add(g, l, record_id(t->octets), taken == GRAPH_TAKEN_NEW, now);
}

void graph_flood_take(struct graph *g, struct graph_link *l, struct span record, struct mono now)
{
	struct graph_take t = { .octets = record, .from = l };
	enum graph_taken taken = graph_take(g, &t, now);
	count(g, l, &t, taken, now);
	graph_flood_answer(g, l, &t, taken, now);
}
