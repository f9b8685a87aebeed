#include "graph/builtin.h"
#include "group/epoch.h"
#include "group/invitation.h"
#include "group/removals.h"
#include "sim/rogue_int.h"

/* What somebody says who is removed (doc/simulator.md, section 13): it has its key, all that it
 * ever saw, and writes any time it likes. Each is what a member in its role could have said. */

#define HOUR	    (3600 * GRAPH_TICKS_SEC)
#define BEFORE_S    120 /* most that something is said to be older than it is */
#define FORKED_S    10	/* most by which a fork ends sooner */
#define FORKED_LEFT (10 * 60 * GRAPH_TICKS_SEC)
#define CLOSING	    60 /* s before the end of a certificate: what is to last as long */

static bool wide(struct span utf8, uint8_t *room, struct span *out)
{
	size_t n;
	if (graph_utf16(utf8, GRAPH_ID_UNITS, room, &n))
		return false;
	*out = span_of(room, n);
	return true;
}

/* ---- records that are here ---- */

typedef bool wanted_fn(const struct rogue_draft *d, const struct graph_record *rec);

static bool is_own(const struct rogue_draft *d, const struct graph_record *rec)
{
	return span_eq(rec->creator, d->rec.creator) && !rec->modifier.n &&
	       !graph_record_deleted(rec) && graph_guid_eq(&rec->type, &rogue_type);
}

static bool is_membership(const struct rogue_draft *d, const struct graph_record *rec)
{
	return graph_guid_eq(&rec->type, &group_type_membership) &&
	       !span_eq(rec->creator, d->rec.creator);
}

/* Any of those, at d->taken. */
static bool pick(struct rogue_draft *d, wanted_fn *wanted, struct graph_record *out)
{
	const struct graph_db *db = graph_database(rogue_graph(d->r));
	uint64_t seen = 0;
	size_t n = 0;
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		struct span octets;
		struct graph_record rec;
		if (graph_db_octets(db, e, &octets) || octets.n > sizeof(d->taken) ||
		    graph_record_decode(octets, &rec) || !wanted(d, &rec) ||
		    rng_below(&d->r->rng, ++seen))
			continue;
		memcpy(d->taken, octets.p, octets.n);
		n = octets.n;
	}
	return n && graph_record_decode(span_of(d->taken, n), out) == OK;
}

/* Record IDs of a type, those of Removals of our own key alone; ascending, as they lie there. */
static size_t ids_of(struct rogue_draft *d, const struct graph_guid *type, bool of_own,
		     uint8_t *out, size_t most)
{
	const struct graph_db *db = graph_database(rogue_graph(d->r));
	struct span own = crypto_key_public(d->r->key[0]);
	size_t n = 0;
	for (struct graph_entry *e = graph_db_after(db, NULL); e && n < most;
	     e = graph_db_next(db, e)) {
		struct span octets;
		struct graph_record rec;
		struct group_removal what;
		if (!graph_guid_eq(graph_db_type(db, e->type), type) ||
		    graph_db_octets(db, e, &octets) || graph_record_decode(octets, &rec) ||
		    group_removal_read(&what, rec.payload) || what.returns ||
		    (of_own && !span_eq(what.key, own)))
			continue;
		size_t at = n++;
		for (; at && memcmp(out + (at - 1) * GROUP_KEPT_ID, rec.id.at, GROUP_KEPT_ID) > 0;
		     at--)
			memcpy(out + at * GROUP_KEPT_ID, out + (at - 1) * GROUP_KEPT_ID,
			       GROUP_KEPT_ID);
		memcpy(out + at * GROUP_KEPT_ID, rec.id.at, GROUP_KEPT_ID);
	}
	return n;
}

/* ---- times ---- */

static void date_back(struct rogue_draft *d)
{
	uint64_t before = rng_below(&d->r->rng, BEFORE_S) * GRAPH_TICKS_SEC;
	d->rec.created = d->rec.modified = d->now - before;
	d->rec.expires = d->now + HOUR;
}

/* As long as its membership, at most. */
static void last_long(struct rogue_draft *d)
{
	int64_t until = roll_until(d->r->group, span_str(d->r->name[0]));
	int64_t most = rogue_wall(d->r) + 300 * MONO_DAY;
	until = (until < most ? until : most) - CLOSING * MONO_SEC;
	d->rec.expires = GRAPH_TIME_UNIX + (uint64_t)until * 10;
}

/* ---- records of members ---- */

static bool tell_backdated(struct rogue_draft *d)
{
	date_back(d);
	return true;
}

static bool anew(struct rogue_draft *d, uint32_t later)
{
	struct graph_record rec;
	struct span creator = d->rec.creator;
	if (!pick(d, is_own, &rec))
		return false;
	d->rec = rec;
	d->rec.creator = creator;
	d->rec.version += later;
	rogue_draft_fill(d, 30 + rng_below(&d->r->rng, 30));
	return true;
}

static bool tell_resigned(struct rogue_draft *d)
{
	return anew(d, 0);
}

/* Of members' types any, Removals too. */
static bool is_forkable(const struct rogue_draft *d, const struct graph_record *rec)
{
	uint64_t sooner = rec->expires - FORKED_S * GRAPH_TICKS_SEC;
	return span_eq(rec->creator, d->rec.creator) && !rec->modifier.n &&
	       !graph_record_deleted(rec) && !graph_guid_eq(&rec->type, &graph_type_presence) &&
	       !graph_guid_eq(&rec->type, &graph_type_contact) &&
	       !graph_guid_eq(&rec->type, &graph_type_signature) &&
	       !graph_guid_eq(&rec->type, &graph_type_info) && sooner > d->now + FORKED_LEFT;
}

/* GRAPH-9.28 */
static bool tell_forked(struct rogue_draft *d)
{
	struct graph_record rec;
	struct span creator = d->rec.creator;
	if (!pick(d, is_forkable, &rec))
		return false;
	d->rec = rec;
	d->rec.creator = creator;
	d->rec.expires -= (1 + rng_below(&d->r->rng, FORKED_S)) * GRAPH_TICKS_SEC;
	return true;
}

static bool tell_advanced(struct rogue_draft *d)
{
	if (!anew(d, 1 + (uint32_t)rng_below(&d->r->rng, 3)))
		return false;
	d->rec.modified += 1 + rng_below(&d->r->rng, GRAPH_TICKS_SEC);
	d->rec.modifier = d->rec.creator;
	return true;
}

/* ---- Removals ---- */

static bool payload_of(struct rogue_draft *d, const struct group_removal *what)
{
	size_t n;
	if (group_removal_write(what, d->payload, sizeof(d->payload), &n))
		return false;
	d->rec.type = group_type_removal;
	d->rec.payload = span_of(d->payload, n);
	last_long(d);
	return true;
}

/* ---- kept sets ---- */

#define KEPT_MOST 64

/* Entries of `each` octets, in order, none twice. */
struct kept {
	uint8_t at[KEPT_MOST * GROUP_KEPT_RECORD];
	size_t each, n;
};

static void keep(struct kept *k, const uint8_t *entry)
{
	size_t i = 0;
	while (i < k->n && memcmp(k->at + i * k->each, entry, k->each) < 0)
		i++;
	uint8_t *at = k->at + i * k->each;
	if (k->n == KEPT_MOST || (i < k->n && memcmp(at, entry, k->each) == 0))
		return;
	memmove(at + k->each, at, (k->n - i) * k->each);
	memcpy(at, entry, k->each);
	k->n++;
}

/* What that name signed last, and it is no sign of life. */
static void keep_record(struct rogue *r, struct kept *k, const struct graph_record *rec,
			struct span name)
{
	struct group_signed s;
	struct group_kept_record kept;
	uint8_t entry[GROUP_KEPT_RECORD];
	if (!span_eq(rec->modifier.n ? rec->modifier : rec->creator, name) ||
	    graph_guid_eq(&rec->type, &graph_type_signature) ||
	    graph_guid_eq(&rec->type, &graph_type_contact) ||
	    graph_guid_eq(&rec->type, &graph_type_presence) ||
	    group_signed_read(&s, r->profile, rec->security))
		return;
	group_record_digest(r->crypto, r->profile, rec, s.creator_serial, s.modifier_serial, &kept);
	group_kept_record_put(&kept, entry);
	keep(k, entry);
}

static void keep_links(struct rogue *r, struct kept *k, struct span pkcs7, struct span key)
{
	struct crypto_chain *chain = NULL;
	uint8_t entry[GROUP_KEPT_CERT];
	if (crypto_chain_parse(r->crypto, r->profile->crypto, pkcs7, &chain))
		return;
	for (size_t i = 2; i < crypto_chain_count(chain); i++) {
		if (!span_eq(crypto_chain_cert(chain, i - 1)->public, key))
			continue;
		group_kept_cert(r->crypto, r->profile, crypto_chain_cert(chain, i), entry);
		keep(k, entry);
	}
	crypto_chain_free(chain);
}

static void keep_all(struct rogue_draft *d, struct span name, struct span key, struct kept *records,
		     struct kept *certs)
{
	const struct graph_db *db = graph_database(rogue_graph(d->r));
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		struct span octets;
		struct graph_record rec;
		struct group_membership m;
		if (graph_db_octets(db, e, &octets) || graph_record_decode(octets, &rec))
			continue;
		keep_record(d->r, records, &rec, name);
		if (graph_guid_eq(&rec.type, &group_type_membership) &&
		    !group_membership_read(&m, rec.payload, d->r->profile))
			keep_links(d->r, certs, m.chain, key);
	}
	keep_links(d->r, certs, span_of(d->r->chain.p, d->r->chain.n), key);
}

static bool is_makers(const struct rogue_draft *d, const struct graph_record *rec)
{
	struct group_membership m;
	struct crypto_chain *chain = NULL;
	if (!is_membership(d, rec) || group_membership_read(&m, rec->payload, d->r->profile) ||
	    crypto_chain_parse(d->r->crypto, d->r->profile->crypto, m.chain, &chain))
		return false;
	bool its_own = crypto_chain_count(chain) == 2;
	crypto_chain_free(chain);
	return its_own;
}

/* Of any of those, as fairly as an administrator would: all that is there of it is kept. */
static bool removes(struct rogue_draft *d, wanted_fn *whom)
{
	struct rogue *r = d->r;
	struct graph_record rec;
	struct group_membership m;
	struct crypto_chain *chain = NULL;
	struct kept records = { .each = GROUP_KEPT_RECORD }, certs = { .each = GROUP_KEPT_CERT };
	if (!pick(d, whom, &rec) || group_membership_read(&m, rec.payload, r->profile) ||
	    crypto_chain_parse(r->crypto, r->profile->crypto, m.chain, &chain))
		return false;
	const struct crypto_cert *leaf = group_chain_leaf(chain);
	keep_all(d, rec.creator, leaf->public, &records, &certs);
	const struct group_removal what = {
		.key = leaf->public,
		.could_issue = true,
		.certs = span_of(certs.at, certs.n * certs.each),
		.records = span_of(records.at, records.n * records.each),
		.chain = span_of(r->chain.p, r->chain.n),
		.reason = span_str("a rogue's"),
	};
	bool good = payload_of(d, &what);
	crypto_chain_free(chain);
	return good;
}

static bool tell_remove(struct rogue_draft *d)
{
	return removes(d, is_membership);
}

/* GROUP-11.15 is for who obeys: an administrator removes who made the group. */
static bool tell_depose(struct rogue_draft *d)
{
	return removes(d, is_makers);
}

static bool tell_return(struct rogue_draft *d)
{
	uint8_t ids[8 * GROUP_KEPT_ID], serial[CRYPTO_SERIAL];
	size_t n = ids_of(d, &group_type_removal, true, ids, 8);
	if (!n) {
		rng_fill(&d->r->rng, ids, GROUP_KEPT_ID);
		n = 1;
	}
	rogue_serial(d->r, serial);
	const struct group_removal what = {
		.returns = true,
		.key = crypto_key_public(d->r->key[0]),
		.ids = span_of(ids, n * GROUP_KEPT_ID),
		.serials = span_of(serial, sizeof(serial)),
		.chain = span_of(d->r->chain.p, d->r->chain.n),
	};
	return payload_of(d, &what);
}

/* ---- whom it lets in ---- */

static bool tell_invite(struct rogue_draft *d)
{
	struct rogue *r = d->r;
	struct rogue_octets chain = { NULL, 0 };
	struct group_membership m = { .major = 2 };
	size_t n;
	int64_t until = roll_until(r->group, span_str(r->name[0]));
	enum err e = rogue_chain(r, ROGUE_SHOW_INVITED, SCN_NO_SITE, &chain);
	m.chain = span_of(chain.p, chain.n);
	if (!e)
		e = group_membership_write(&m, r->profile, d->payload, sizeof(d->payload), &n);
	env_free(r->env, chain.p);
	if (e || !until)
		return false;
	d->rec.type = group_type_membership;
	d->rec.payload = span_of(d->payload, n);
	date_back(d);
	last_long(d);
	return true;
}

/* ---- epochs ---- */

/* A box for whoever published a key to seal to; entries ascend. */
static size_t recipients_of(struct rogue_draft *d, const uint8_t *key, uint8_t *out, size_t most)
{
	const struct graph_db *db = graph_database(rogue_graph(d->r));
	size_t n = 0;
	for (struct graph_entry *e = graph_db_after(db, NULL); e && n < most;
	     e = graph_db_next(db, e)) {
		struct span octets;
		struct graph_record rec;
		struct group_membership m;
		uint8_t one[GROUP_EPOCH_RECIPIENT], *at = out;
		char buffer[GRAPH_ID_OCTETS + 1];
		struct text name = TEXT_OF(buffer);
		if (!graph_guid_eq(graph_db_type(db, e->type), &group_type_membership) ||
		    graph_db_octets(db, e, &octets) || graph_record_decode(octets, &rec) ||
		    group_membership_read(&m, rec.payload, d->r->profile) || !m.seal_key.n)
			continue;
		graph_utf8(&name, rec.creator);
		if (!group_authority_of(span_of(name.p, name.n), one) ||
		    crypto_box_put(d->r->env, m.seal_key.p, span_of(key, GROUP_EPOCH_KEY),
				   one + GROUP_AUTHORITY))
			continue;
		while (at < out + n * sizeof(one) && memcmp(at, one, GROUP_AUTHORITY) < 0)
			at += sizeof(one);
		if (at < out + n * sizeof(one) && memcmp(at, one, GROUP_AUTHORITY) == 0)
			continue;
		memmove(at + sizeof(one), at, (size_t)(out + n * sizeof(one) - at));
		memcpy(at, one, sizeof(one));
		n++;
	}
	return n;
}

/* It covers all, and the number is high: who took it would write under a key that a removed one
 * made. */
static bool tell_epoch(struct rogue_draft *d)
{
	struct rogue *r = d->r;
	uint8_t key[GROUP_EPOCH_KEY], hash[GROUP_EPOCH_HASH];
	uint8_t covers[64 * GROUP_KEPT_ID], recipients[33 * GROUP_EPOCH_RECIPIENT];
	size_t n;
	rng_fill(&r->rng, key, sizeof(key));
	group_epoch_hash(r->crypto, key, hash);
	const struct group_epoch what = {
		.number = 1000 + (uint32_t)rng_below(&r->rng, 1000),
		.hash = span_of(hash, sizeof(hash)),
		.covers = span_of(
			covers, GROUP_KEPT_ID * ids_of(d, &group_type_removal, false, covers, 64)),
		.recipients = span_of(recipients, GROUP_EPOCH_RECIPIENT *
							  recipients_of(d, key, recipients, 32)),
	};
	if (group_epoch_write(&what, d->payload, sizeof(d->payload), &n))
		return false;
	d->rec.type = group_type_epoch;
	d->rec.payload = span_of(d->payload, n);
	date_back(d);
	last_long(d);
	return true;
}

/* Octets that nobody opens, of an epoch that nobody knows. */
static bool tell_key(struct rogue_draft *d)
{
	struct graph_record rec;
	char buffer[GRAPH_ID_OCTETS + 1];
	struct text name = TEXT_OF(buffer);
	uint8_t authority[GROUP_AUTHORITY], gift[GROUP_EPOCH_GIFT];
	size_t n;
	if (!pick(d, is_membership, &rec))
		return false;
	graph_utf8(&name, rec.creator);
	rng_fill(&d->r->rng, gift, sizeof(gift));
	const struct group_key what = { span_of(authority, sizeof(authority)),
					span_of(gift, sizeof(gift)) };
	if (!group_authority_of(span_of(name.p, name.n), authority) ||
	    group_key_write(&what, d->payload, sizeof(d->payload), &n))
		return false;
	d->rec.type = group_type_key;
	d->rec.payload = span_of(d->payload, n);
	date_back(d);
	last_long(d);
	return true;
}

static bool tell_write(struct rogue_draft *d)
{
	struct group_policy p = { .friendly = "a removed one's" };
	size_t n;
	if (group_policy_write(&p, d->payload, sizeof(d->payload), &n))
		return false;
	d->rec.type = group_type_policy;
	d->rec.payload = span_of(d->payload, n);
	date_back(d);
	last_long(d);
	return wide(span_str(d->r->name[0]), d->creator, &d->rec.creator);
}

typedef bool late_fn(struct rogue_draft *d);

bool rogue_late_tell(struct rogue_draft *d, enum rogue_lie k)
{
	static late_fn *const how[ROGUE_LIE_COUNT - ROGUE_LIE_LATE] = {
		[ROGUE_LIE_BACKDATED - ROGUE_LIE_LATE] = tell_backdated,
		[ROGUE_LIE_RESIGNED - ROGUE_LIE_LATE] = tell_resigned,
		[ROGUE_LIE_FORKED - ROGUE_LIE_LATE] = tell_forked,
		[ROGUE_LIE_ADVANCED - ROGUE_LIE_LATE] = tell_advanced,
		[ROGUE_LIE_REMOVE - ROGUE_LIE_LATE] = tell_remove,
		[ROGUE_LIE_INVITE - ROGUE_LIE_LATE] = tell_invite,
		[ROGUE_LIE_RETURN - ROGUE_LIE_LATE] = tell_return,
		[ROGUE_LIE_EPOCH - ROGUE_LIE_LATE] = tell_epoch,
		[ROGUE_LIE_KEY - ROGUE_LIE_LATE] = tell_key,
		[ROGUE_LIE_WRITE - ROGUE_LIE_LATE] = tell_write,
		[ROGUE_LIE_DEPOSE - ROGUE_LIE_LATE] = tell_depose,
	};
	return how[k - ROGUE_LIE_LATE](d);
}
