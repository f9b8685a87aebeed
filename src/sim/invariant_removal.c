#include "group/epoch.h"
#include "group/invitation.h"
#include "group/payload.h"
#include "group/stream.h"
#include "sim/against.h"
#include "sim/verdict.h"

/* What honest nodes are held against when members were removed (doc/simulator.md, SIM-13.9 to
 * SIM-13.14): read off the records, the links and the Member List, by verdict.h. */

/* ---- one record ---- */

struct found {
	struct graph_record rec;
	char name[GRAPH_ID_OCTETS + 1]; /* who signed last */
	uint8_t key[GROUP_AUTHORITY];
	uint8_t serial[CRYPTO_SERIAL];
	struct group_kept_record kept;
};

/* False: it is signed by no member. */
static bool read_record(const struct held_against *h, const struct graph_entry *e,
			struct found *out)
{
	const struct group_profile *p = group_profile(CRYPTO_MODERN);
	struct span octets;
	struct group_signed s;
	if (graph_db_octets(graph_database(h->graph), e, &octets) != OK ||
	    graph_record_decode(octets, &out->rec) != OK ||
	    group_signed_read(&s, p, out->rec.security) != OK)
		return false;
	const struct graph_record *r = &out->rec;
	struct span last = against_name(out->name, sizeof(out->name),
					r->modifier.n ? r->modifier : r->creator);
	memcpy(out->serial, s.modifier_serial.p, CRYPTO_SERIAL);
	group_record_digest(h->m->site.w->judge, p, r, s.creator_serial, s.modifier_serial,
			    &out->kept);
	return group_authority_of(last, out->key);
}

/* ---- purged ---- */

static bool records_stand(const struct held_against *h, const struct verdict *v, struct text *t)
{
	const struct graph_db *db = graph_database(h->graph);
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		struct found f;
		if (!read_record(h, e, &f) ||
		    verdict_record(v, f.key, span_of(f.serial, sizeof(f.serial)), &f.kept,
				   graph_guid_eq(&f.rec.type, &group_type_removal)))
			continue;
		text_str(t, "has a record of somebody who is removed, that none keeps: ");
		text_str(t, f.name);
		return false;
	}
	return true;
}

/* Some chain that it is known by stands. */
static bool member_stands(const struct verdict *v, const struct group_member *m)
{
	LIST_EACH(i, next, &m->credentials)
	if (verdict_chain(v, LIST_ENTRY(i, struct group_credential, all)->chain))
		return true;
	return false;
}

static bool members_stand(const struct held_against *h, const struct verdict *v, struct text *t)
{
	const struct group_members *all = group_members(against_member(h));
	for (struct group_member *m = group_members_next(all, NULL); m;
	     m = group_members_next(all, m)) {
		if (m->removed || !group_member_credential(m, span_of(NULL, 0), h->now) ||
		    member_stands(v, m))
			continue;
		text_str(t, "lists somebody who is removed: ");
		text_span(t, m->name);
		return false;
	}
	return true;
}

static bool links_stand(const struct held_against *h, const struct verdict *v, struct text *t)
{
	const struct group_members *all = group_members(against_member(h));
	struct graph_link_info l;
	for (size_t at = 0; graph_link_next(h->graph, &at, &l);) {
		const struct group_member *m = group_members_find(all, span_str(l.peer));
		if (!l.connected || (m && member_stands(v, m)))
			continue;
		text_str(t, "is linked with somebody who is removed: ");
		text_str(t, l.peer);
		return false;
	}
	return true;
}

/* Who was told that somebody is removed, and stands, is right. */
static bool told_are_out(const struct held_against *h, const struct verdict *v, struct text *t)
{
	struct world *w = h->m->site.w;
	LIST_EACH(i, next, &h->g->grants)
	{
		const struct roll_grant *r = LIST_ENTRY(i, struct roll_grant, at);
		uint8_t key[GROUP_AUTHORITY];
		if (!r->removed || !roll_counts(machine_of(w->sites[r->remover]), h->g) ||
		    !group_authority_of(span_str(r->name), key) ||
		    verdict_gone(v, key, span_of(NULL, 0)))
			continue;
		text_str(t, "does not know that somebody is removed: ");
		text_str(t, r->name);
		return false;
	}
	return true;
}

/* The same Removals count here as at the first that is in the group. */
static bool counts_alike(const struct held_against *h, const struct verdict *mine)
{
	struct world *w = h->m->site.w;
	for (uint32_t i = 0; i < w->s->n_sites; i++) {
		struct held_against o;
		struct machine *m = is_raw(w->sites[i]) ? NULL : machine_of(w->sites[i]);
		if (!m || !roll_counts(m, h->g) || !against_group(m, span_str(h->g->id), &o) ||
		    !against_member(&o))
			continue;
		struct verdict *theirs = verdict_new(w, group_removals(against_member(&o)));
		bool same = theirs && verdict_same(mine, theirs);
		verdict_free(theirs);
		return same;
	}
	return true;
}

static bool is_right(const struct held_against *h, const struct verdict *v, struct text *t)
{
	bool right = verdict_is(v, group_removals(against_member(h)));
	if (!right)
		text_str(t, "lets Removals count that do not, or the other way round");
	else if (!(right = counts_alike(h, v)))
		text_str(t, "other Removals count than elsewhere");
	return right;
}

typedef bool by_verdict(const struct held_against *h, const struct verdict *v, struct text *t);

static bool judged(const struct held_against *h, by_verdict *good, struct text *t)
{
	const struct group *g = against_member(h);
	struct verdict *v = g ? verdict_new(h->m->site.w, group_removals(g)) : NULL;
	bool fits = v && good(h, v, t);
	verdict_free(v);
	return fits;
}

static bool purged(const struct held_against *h, const struct verdict *v, struct text *t)
{
	return is_right(h, v, t) && records_stand(h, v, t) && members_stand(h, v, t) &&
	       links_stand(h, v, t) && told_are_out(h, v, t);
}

static bool all_purged(const struct held_against *h, struct text *t)
{
	return judged(h, purged, t);
}

/* SIM-13.9, SIM-13.10 */
bool roll_purged(struct world *w, const struct scn_condition *c)
{
	return against_all(w, c->name, all_purged);
}

/* ---- readable ---- */

/* A rogue writes in clear, what nobody reads. */
static bool is_honest(struct world *w, const struct roll_group *g, struct span name)
{
	LIST_EACH(i, next, &g->grants)
	{
		const struct roll_grant *r = LIST_ENTRY(i, struct roll_grant, at);
		if (span_eq(span_str(r->name), name))
			return !machine_of(w->sites[r->site])->rogue;
	}
	return true;
}

/* Somebody who stands, and may give keys, can read it: GROUP-12.20. */
static bool can_be_given(struct world *w, const struct roll_group *g, const struct graph_guid *id)
{
	for (uint32_t i = 0; i < w->s->n_sites; i++) {
		struct held_against o;
		struct machine *m = is_raw(w->sites[i]) ? NULL : machine_of(w->sites[i]);
		if (!m || !roll_counts(m, g) || !against_group(m, span_str(g->id), &o) ||
		    !roll_may(g, span_str(m->self), CRYPTO_ROLE_ADMIN | CRYPTO_ROLE_INVITER, o.now))
			continue;
		const struct graph_entry *e = graph_db_find(graph_database(o.graph), id);
		if (e && !e->hidden)
			return true;
	}
	return false;
}

static bool all_readable(const struct held_against *h, struct text *t)
{
	const struct graph_db *db = graph_database(h->graph);
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		struct found f;
		if (!e->hidden || e->deleted || !read_record(h, e, &f) ||
		    !is_honest(h->m->site.w, h->g, span_str(f.name)) ||
		    !can_be_given(h->m->site.w, h->g, &e->place.id))
			continue;
		text_str(t, "cannot read a record of ");
		text_str(t, f.name);
		text_str(t, " under the epoch ");
		text_hex(t, span_of(f.rec.payload.p, f.rec.payload.n < 17 ? 0 : 17));
		return false;
	}
	return true;
}

/* SIM-13.11 */
bool roll_readable(struct world *w, const struct scn_condition *c)
{
	return roll_judge(w) && against_all(w, c->name, all_readable);
}

/* ---- covered ---- */

/* Somebody who stands may begin an epoch. */
static bool may_begin(const struct held_against *h)
{
	struct world *w = h->m->site.w;
	for (uint32_t i = 0; i < w->s->n_sites; i++) {
		struct machine *m = is_raw(w->sites[i]) ? NULL : machine_of(w->sites[i]);
		if (m && m->node && roll_counts(m, h->g) &&
		    roll_may(h->g, span_str(m->self), CRYPTO_ROLE_ADMIN, h->now))
			return true;
	}
	return false;
}

/* All that are in force are in its list. */
static bool covers_all(const struct verdict *v, const struct group_epoch *epoch)
{
	const struct graph_guid *id;
	const uint8_t *key;
	for (size_t at = 0; verdict_next(v, &at, &id, &key);)
		if (!group_kept_has(epoch->covers, GROUP_KEPT_ID, span_of(id->at, sizeof(id->at))))
			return false;
	return true;
}

static bool given_to_none(const struct verdict *v, const struct group_epoch *epoch)
{
	for (size_t i = 0; i < group_epoch_recipients(epoch); i++)
		if (verdict_gone(v, group_epoch_authority(epoch, i).p, span_of(NULL, 0)))
			return false;
	return true;
}

/* No Key record gives that epoch to somebody who is removed. */
static bool given_later(const struct held_against *h, const struct verdict *v, struct span epoch)
{
	const struct graph_db *db = graph_database(h->graph);
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		struct found f;
		struct group_key k;
		if (!graph_guid_eq(graph_db_type(db, e->type), &group_type_key) ||
		    !read_record(h, e, &f) || group_key_read(&k, f.rec.payload) ||
		    !verdict_gone(v, k.recipient.p, span_of(NULL, 0)))
			continue;
		for (size_t i = 0; i < group_key_gifts(&k); i++) {
			struct span id, box;
			group_key_gift(&k, i, &id, &box);
			if (span_eq(id, epoch))
				return false;
		}
	}
	return true;
}

/* The epoch of that record. */
static struct span epoch_id(const struct held_against *h, const struct found *f,
			    uint8_t digest[CRYPTO_HASH_MAX])
{
	struct group_signed s;
	size_t n;
	const struct group_profile *p = group_profile(CRYPTO_MODERN);
	if (group_signed_read(&s, p, f->rec.security))
		return span_of(NULL, 0);
	group_stream_digest(h->m->site.w->judge, p, false, &f->rec, s.creator_serial,
			    s.modifier_serial, 0, digest, &n);
	return span_of(digest, GROUP_EPOCH_ID);
}

/* That record is of the epoch under which is written here. */
static bool is_epoch(const struct found *f, const struct group_epoch *epoch,
		     const struct group_epoch_info *now)
{
	return epoch->number == now->number && span_eq(span_str(f->name), span_str(now->maker));
}

static bool is_secret(const struct held_against *h, const struct verdict *v, struct text *t)
{
	struct group_epoch_info now;
	const struct graph_db *db = graph_database(h->graph);
	group_epochs_look(against_member(h), &now);
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		struct found f;
		struct group_epoch epoch;
		uint8_t digest[CRYPTO_HASH_MAX];
		if (!graph_guid_eq(graph_db_type(db, e->type), &group_type_epoch) ||
		    !read_record(h, e, &f) || group_epoch_read(&epoch, f.rec.payload) ||
		    !is_epoch(&f, &epoch, &now) || !covers_all(v, &epoch))
			continue;
		if (!verdict_gone(v, f.key, span_of(NULL, 0)) && given_to_none(v, &epoch) &&
		    given_later(h, v, epoch_id(h, &f, digest)))
			return now.has_key;
		text_str(t, "somebody who is removed has the key of now");
		return false;
	}
	text_str(t, "no epoch covers all Removals");
	return !may_begin(h);
}

static bool all_covered(const struct held_against *h, struct text *t)
{
	return judged(h, is_secret, t);
}

/* SIM-13.13 */
bool roll_covered(struct world *w, const struct scn_condition *c)
{
	return against_all(w, c->name, all_covered);
}

/* ---- one member ---- */

static const struct group_member *at_other(struct world *w, const struct roll_group *g, uint32_t i,
					   uint32_t of, bool *asked)
{
	struct held_against h;
	struct machine *m = is_raw(w->sites[i]) || i == of ? NULL : machine_of(w->sites[i]);
	struct span who = span_str(machine_of(w->sites[of])->self);
	*asked = m && roll_counts(m, g) && against_group(m, span_str(g->id), &h) &&
		 against_member(&h);
	return *asked ? group_members_find(group_members(against_member(&h)), who) : NULL;
}

/* SIM-13.14 */
bool roll_in(struct world *w, const struct scn_condition *c)
{
	const struct roll_group *g = roll_find(w, c->name);
	bool any = false;
	for (uint32_t i = 0; g && g->id[0] && i < w->s->n_sites; i++) {
		bool asked;
		const struct group_member *m = at_other(w, g, i, c->a, &asked);
		if (asked && (!m || m->removed))
			return false;
		any |= asked;
	}
	return any;
}

/* By the Removals that a node has. */
static bool holds_out(struct world *w, const struct group *group, struct span who)
{
	uint8_t key[GROUP_AUTHORITY];
	struct verdict *v = verdict_new(w, group_removals(group));
	bool out = v && group_authority_of(who, key) && verdict_gone(v, key, span_of(NULL, 0));
	verdict_free(v);
	return out;
}

/* SIM-13.12 */
bool roll_out(struct world *w, const struct scn_condition *c)
{
	const struct roll_group *g = roll_find(w, c->name);
	struct span who = span_str(machine_of(w->sites[c->a])->self);
	bool any = false;
	for (uint32_t i = 0; g && g->id[0] && i < w->s->n_sites; i++) {
		struct held_against h;
		struct machine *m = is_raw(w->sites[i]) ? NULL : machine_of(w->sites[i]);
		if (!m || i == c->a || !roll_counts(m, g) ||
		    !against_group(m, span_str(g->id), &h) || !against_member(&h))
			continue;
		if (!holds_out(w, against_member(&h), who))
			return false;
		any = true;
	}
	return any;
}
