#include "graph/wire.h"
#include "sim/rogue_int.h"

/* Records that a rogue makes up (ROGUE_LIES). */

#define OCTETS_MOST ROGUE_OCTETS
#define LIFE	    (90 * GRAPH_TICKS_SEC)

const struct graph_guid rogue_type = { { 0x5c, 0xe4, 0xa0, [15] = 0x01 } };

static bool wide(struct span utf8, uint8_t *room, struct span *out)
{
	size_t n;
	if (graph_utf16(utf8, GRAPH_ID_UNITS, room, &n))
		return false;
	*out = span_of(room, n);
	return true;
}

void rogue_draft_id(struct rogue_draft *d)
{
	uint8_t fold[8];
	struct graph_guid any;
	graph_creator_fold(d->r->crypto, CRYPTO_MODERN, d->rec.creator, fold);
	rng_fill(&d->r->rng, any.at, sizeof(any.at));
	graph_record_id_make(fold, &any, &d->rec.id);
}

void rogue_draft_fill(struct rogue_draft *d, size_t n)
{
	rng_fill(&d->r->rng, d->payload, n);
	d->rec.payload = span_of(d->payload, n);
}

/* A record of its own as anybody makes one. */
bool rogue_draft_begin(struct rogue_draft *d, struct rogue *r)
{
	struct graph_info info;
	const struct graph *g = rogue_graph(r);
	if (!g)
		return false;
	graph_info(g, sim_clock_mono(&r->m->clock, r->m->site.w->now), &info);
	*d = (struct rogue_draft){ .r = r, .now = info.time };
	d->rec = (struct graph_record){ .type = rogue_type,
					.version = 1,
					.created = d->now,
					.modified = d->now,
					.expires = d->now + LIFE,
					.protocol = GRAPH_PROTOCOL };
	rogue_serial(r, d->creator_serial);
	rogue_serial(r, d->modifier_serial);
	rogue_draft_fill(d, 16 + rng_below(&r->rng, 200));
	if (!wide(span_str(r->group->id), d->graph, &d->rec.graph) ||
	    !wide(span_str(r->m->self), d->creator, &d->rec.creator))
		return false;
	rogue_draft_id(d);
	return true;
}

/* ---- others' ---- */

static bool is_wanted(const struct graph_record *rec, const struct graph_guid *type,
		      struct span self)
{
	return graph_guid_eq(&rec->type, type) && !graph_record_deleted(rec) &&
	       !span_eq(rec->creator, self);
}

/* Takes over a record that somebody else made, any of those that are here. */
static bool take(struct rogue_draft *d, const struct graph_guid *type)
{
	const struct graph_db *db = graph_database(rogue_graph(d->r));
	uint64_t seen = 0;
	size_t n = 0;
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		struct span octets;
		struct graph_record rec;
		if (graph_db_octets(db, e, &octets) || octets.n > sizeof(d->taken) ||
		    graph_record_decode(octets, &rec) || !is_wanted(&rec, type, d->rec.creator) ||
		    rec.payload.n > OCTETS_MOST / 2 || rng_below(&d->r->rng, ++seen))
			continue;
		memcpy(d->taken, octets.p, octets.n);
		n = octets.n;
	}
	struct graph_record rec;
	struct group_signed s;
	if (!n || graph_record_decode(span_of(d->taken, n), &rec) ||
	    group_signed_read(&s, d->r->profile, rec.security))
		return false;
	memcpy(d->creator_serial, s.creator_serial.p, CRYPTO_SERIAL);
	d->rec = rec;
	d->rec.version++;
	d->rec.modified = d->now > rec.modified ? d->now : rec.modified + 1;
	return true;
}

static bool change_of(struct rogue_draft *d, struct span name)
{
	if (!take(d, &rogue_type) || !wide(name, d->modifier, &d->rec.modifier))
		return false;
	rogue_draft_fill(d, 40);
	return true;
}

static bool tell_change(struct rogue_draft *d)
{
	return change_of(d, span_str(d->r->m->self));
}

static void delete (struct rogue_draft *d)
{
	d->rec.flags |= GRAPH_RECORD_DELETED;
	d->rec.payload = d->rec.attributes = span_of(NULL, 0);
}

static bool tell_delete(struct rogue_draft *d)
{
	if (!tell_change(d))
		return false;
	delete (d);
	return true;
}

/* In its maker's name, with its maker's certificate. */
static bool tell_change_as(struct rogue_draft *d)
{
	if (!take(d, &rogue_type))
		return false;
	memcpy(d->modifier_serial, d->creator_serial, CRYPTO_SERIAL);
	d->rec.modifier = d->rec.creator;
	rogue_draft_fill(d, 40);
	return true;
}

static bool tell_delete_as(struct rogue_draft *d)
{
	if (!tell_change_as(d))
		return false;
	delete (d);
	return true;
}

static bool tell_forge(struct rogue_draft *d)
{
	if (!take(d, &rogue_type))
		return false;
	memcpy(d->modifier_serial, d->creator_serial, CRYPTO_SERIAL);
	d->rec.version = 1;
	d->rec.created = d->rec.modified = d->now;
	d->rec.expires = d->now + LIFE;
	d->rec.modifier = span_of(NULL, 0);
	rogue_draft_fill(d, 60);
	rogue_draft_id(d);
	return true;
}

/* ---- reserved types ---- */

static bool tell_policy(struct rogue_draft *d)
{
	struct group_policy p = { .friendly = "a rogue's" };
	size_t n;
	if (group_policy_write(&p, d->payload, sizeof(d->payload), &n))
		return false;
	d->rec.type = group_type_policy;
	d->rec.payload = span_of(d->payload, n);
	return true;
}

static bool tell_security(struct rogue_draft *d)
{
	struct group_security s;
	size_t n;
	if (!take(d, &group_type_security) || group_security_read(&s, d->rec.payload))
		return false;
	struct text t = TEXT_OF(s.comment);
	text_str(&t, "a rogue's");
	memcpy(d->modifier_serial, d->creator_serial, CRYPTO_SERIAL);
	d->rec.modifier = d->rec.creator;
	if (group_security_write(&s, d->payload, sizeof(d->payload), &n))
		return false;
	d->rec.payload = span_of(d->payload, n);
	return true;
}

/* What the graph is, as if it had made it. */
static bool tell_info(struct rogue_draft *d)
{
	struct span self = d->rec.creator;
	if (!take(d, &graph_type_info))
		return false;
	rogue_serial(d->r, d->creator_serial);
	d->rec.creator = self;
	d->rec.modifier = span_of(NULL, 0);
	d->rec.created = d->rec.modified;
	return true;
}

static bool tell_membership(struct rogue_draft *d, enum rogue_show k)
{
	struct rogue_octets chain = { NULL, 0 };
	struct group_membership m = { .major = 2 };
	size_t n;
	enum err e = rogue_chain(d->r, k, SCN_NO_SITE, &chain);
	m.chain = span_of(chain.p, chain.n);
	if (!e)
		e = group_membership_write(&m, d->r->profile, d->payload, sizeof(d->payload), &n);
	env_free(d->r->env, chain.p);
	if (e)
		return false;
	d->rec.type = group_type_membership;
	d->rec.payload = span_of(d->payload, n);
	return true;
}

static bool tell_member(struct rogue_draft *d)
{
	return tell_membership(d, rng_below(&d->r->rng, 3) ? ROGUE_SHOW_RAISED : ROGUE_SHOW_LONGER);
}

static bool tell_root(struct rogue_draft *d)
{
	return tell_membership(d, rng_below(&d->r->rng, 2) ? ROGUE_SHOW_FORGED : ROGUE_SHOW_MADE);
}

static bool tell_outside(struct rogue_draft *d)
{
	return tell_membership(d, ROGUE_SHOW_FOREIGN);
}

static bool tell_reserved(struct rogue_draft *d)
{
	static const struct graph_guid nobodys = { { 0x0a } };
	d->rec.type = rng_below(&d->r->rng, 2) ? group_type_removal : nobodys;
	return true;
}

/* ---- its own ---- */

static uint64_t peer_time(int64_t wall)
{
	return GRAPH_TIME_UNIX + (uint64_t)wall * 10;
}

/* Ten minutes longer than its signer, for whose clock is fast. */
static bool tell_outlives(struct rogue_draft *d)
{
	int64_t until = roll_until(d->r->group, span_str(d->r->name[0]));
	if (until > WORLD_WALL + MONO_DAY)
		return false;
	d->rec.expires = peer_time(until + 10 * MONO_MIN);
	return true;
}

static bool tell_early(struct rogue_draft *d)
{
	d->rec.created = d->rec.modified = d->now - GRAPH_TICKS_SEC * 24 * 3600;
	return true;
}

static bool tell_serial(struct rogue_draft *d)
{
	rng_fill(&d->r->rng, d->creator_serial, CRYPTO_SERIAL);
	memcpy(d->modifier_serial, d->creator_serial, CRYPTO_SERIAL);
	return true;
}

static bool tell_stranger(struct rogue_draft *d)
{
	char buffer[GROUP_NAME_OCTETS + 1];
	uint8_t authority[CRYPTO_AUTHORITY];
	struct text t = TEXT_OF(buffer);
	rng_fill(&d->r->rng, authority, sizeof(authority));
	text_hex(&t, span_of(authority, sizeof(authority)));
	text_str(&t, ".nobody");
	if (!tell_serial(d) || !wide(span_of(t.p, t.n), d->creator, &d->rec.creator))
		return false;
	rogue_draft_id(d);
	return true;
}

/* ---- signed, noted, and put on its way ---- */

/* GRAPH-2: a FLOOD around it. NULL: no memory, or too large. */
static struct rogue_message *message_of(struct rogue *r, struct span record)
{
	size_t n = GRAPH_FLOOD_HEAD + record.n;
	struct rogue_message *m = env_zalloc(r->env, 1, sizeof(*m) + n);
	if (!m)
		return NULL;
	struct wr w = wr_of(m->octets, n);
	graph_put_flood(&w, record.n);
	wr_bytes(&w, record);
	m->n = w.n;
	m->number = ++r->newest;
	return m;
}

static void send(struct rogue *r, struct span record)
{
	struct rogue_message *m = message_of(r, record);
	if (m)
		list_push_back(&r->messages, &m->at);
}

static void emit(struct rogue_draft *d, enum rogue_lie k, bool lie)
{
	uint8_t octets[2 * OCTETS_MOST];
	struct wr w = wr_of(octets, sizeof(octets));
	graph_record_put(&w, &d->rec);
	if (w.failed || w.n > OCTETS_MOST + 2000)
		return;
	if (lie)
		rogue_note_lie(d->r->m->site.w, wr_span(&w), k);
	send(d->r, wr_span(&w));
}

static bool sign(struct rogue_draft *d)
{
	struct rogue *r = d->r;
	size_t n;
	if (group_sign(r->crypto, r->env, r->profile, true, r->key[r->who], &d->rec,
		       span_of(d->creator_serial, CRYPTO_SERIAL),
		       span_of(d->modifier_serial, CRYPTO_SERIAL), d->security, &n))
		return false;
	d->rec.security = span_of(d->security, n);
	return true;
}

/* Three under one signature, then one of them with another payload. */
static void tell_batch(struct rogue *r)
{
	struct rogue_draft d[3];
	struct group_batch *b = NULL;
	enum err e = group_batch_new(&b, r->env, r->crypto, r->profile);
	for (size_t i = 0; !e && i < 3; i++)
		e = rogue_draft_begin(&d[i], r)
			    ? group_batch_add(b, &d[i].rec,
					      span_of(d[i].creator_serial, CRYPTO_SERIAL),
					      span_of(d[i].modifier_serial, CRYPTO_SERIAL))
			    : ERR_STATE;
	if (!e)
		e = group_batch_close(b, r->key[r->who]);
	for (size_t i = 0; !e && i < 3; i++) {
		d[i].rec.security = group_batch_security(b, i);
		if (i == 1)
			rogue_draft_fill(&d[i], 70);
		emit(&d[i], ROGUE_LIE_BATCH, i == 1);
	}
	group_batch_free(b);
}

/* What is true of it is in the book: it is no lie in itself. */
static void tell_replay(struct rogue *r)
{
	for (size_t i = 0; i < r->n_old; i++)
		send(r, span_of(r->old[i].p, r->old[i].n));
}

typedef bool draft_fn(struct rogue_draft *d);

static draft_fn *const drafts[ROGUE_LIE_COUNT] = {
	[ROGUE_LIE_CHANGE] = tell_change,	[ROGUE_LIE_DELETE] = tell_delete,
	[ROGUE_LIE_CHANGE_AS] = tell_change_as, [ROGUE_LIE_DELETE_AS] = tell_delete_as,
	[ROGUE_LIE_FORGE] = tell_forge,		[ROGUE_LIE_POLICY] = tell_policy,
	[ROGUE_LIE_SECURITY] = tell_security,	[ROGUE_LIE_INFO] = tell_info,
	[ROGUE_LIE_MEMBER] = tell_member,	[ROGUE_LIE_ROOT] = tell_root,
	[ROGUE_LIE_OUTSIDE] = tell_outside,	[ROGUE_LIE_RESERVED] = tell_reserved,
	[ROGUE_LIE_OUTLIVES] = tell_outlives,	[ROGUE_LIE_EARLY] = tell_early,
	[ROGUE_LIE_SERIAL] = tell_serial,	[ROGUE_LIE_STRANGER] = tell_stranger,
};

/* What its role does let it do would be no lie. */
static bool is_lie(const struct rogue *r, enum rogue_lie k)
{
	bool rights = k == ROGUE_LIE_CHANGE || k == ROGUE_LIE_DELETE || k == ROGUE_LIE_POLICY;
	return !rights || !roll_may(r->group, span_str(r->m->self), CRYPTO_ROLE_ADMIN, 0);
}

/* Whether it stands is for Removals to say. */
static void tell_late(struct rogue *r, enum rogue_lie k)
{
	struct rogue_draft d;
	if (rogue_draft_begin(&d, r) && rogue_late_tell(&d, k) && sign(&d))
		emit(&d, k, k == ROGUE_LIE_DEPOSE); /* GROUP-11.25 */
}

static void tell_one(struct rogue *r, enum rogue_lie k)
{
	struct rogue_draft d;
	if (k == ROGUE_LIE_BATCH)
		tell_batch(r);
	else if (k == ROGUE_LIE_REPLAY)
		tell_replay(r);
	else if (k >= ROGUE_LIE_LATE)
		tell_late(r, k);
	else if (is_lie(r, k) && rogue_draft_begin(&d, r) && drafts[k](&d) && sign(&d))
		emit(&d, k, true);
}

void rogue_tell(struct rogue *r, enum rogue_lie k, uint32_t count)
{
	/* Or all that it says may wait for ever where nobody met it (SIM-13.6): it stands, where
	 * the Removal of who let it in was stopped. */
	if (k >= ROGUE_LIE_LATE && k != ROGUE_LIE_INVITE && r->who)
		tell_late(r, ROGUE_LIE_INVITE);
	for (uint32_t i = 0; i < count; i++)
		tell_one(r, k);
}

void rogue_say(struct rogue *r, int64_t life)
{
	uint8_t payload[24];
	struct graphs_command c = { .kind = GRAPHS_OF };
	rng_fill(&r->rng, payload, sizeof(payload));
	c.of = (struct graph_command){ .kind = GRAPH_RECORD_ADD,
				       .type = rogue_type,
				       .has_payload = true,
				       .payload = span_of(payload, sizeof(payload)),
				       .expires = rogue_wall(r) + life };
	rogue_ask(r, &c);
}

void rogue_publish(struct rogue *r, struct span chain)
{
	uint8_t payload[OCTETS_MOST];
	size_t n;
	struct group_membership m = { .major = 2, .chain = chain };
	struct graphs_command c = { .kind = GRAPHS_OF };
	int64_t until = roll_until(r->group, span_str(r->name[0])), year = 300 * MONO_DAY;
	if (group_membership_write(&m, r->profile, payload, sizeof(payload), &n))
		return;
	if (until > rogue_wall(r) + year)
		until = rogue_wall(r) + year;
	c.of = (struct graph_command){ .kind = GRAPH_RECORD_ADD,
				       .type = group_type_membership,
				       .reserved = true,
				       .has_payload = true,
				       .payload = span_of(payload, n),
				       .expires = until - MONO_SEC };
	rogue_ask(r, &c);
}

/* ---- what it has seen ---- */

static void keep(struct rogue *r, struct span octets)
{
	for (size_t i = 0; i < r->n_old; i++)
		if (span_eq(span_of(r->old[i].p, r->old[i].n), octets))
			return;
	if (r->n_old < ROGUE_REMEMBERS && rogue_set(r, &r->old[r->n_old], octets) == OK)
		r->n_old++;
}

void rogue_remember(struct rogue *r)
{
	const struct graph_db *db = graph_database(rogue_graph(r));
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		struct span octets;
		const struct graph_guid *type = graph_db_type(db, e->type);
		bool wanted = graph_guid_eq(type, &rogue_type) ||
			      graph_guid_eq(type, &group_type_membership);
		if (wanted && graph_db_octets(db, e, &octets) == OK && octets.n <= OCTETS_MOST)
			keep(r, octets);
	}
}
