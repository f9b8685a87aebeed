/* hash.h - hash-based synchronisation as arithmetic over a database: ranges, their hashes
 * and what differs (digest graphing 14.4; doc/graph.md 9). Sliced: each call does a bounded
 * number of records. Speaks to nobody. */
#ifndef GRAPH_HASH_H
#define GRAPH_HASH_H

#include "graph/db.h"

struct graph_hash;

/* What a comparison makes of a range that differs where both have the same records in the same
 * versions: their contents differ (GRAPH-9.29). */
enum graph_hash_forks {
	GRAPH_FORKS_UNSEEN, /* nothing: hashes do not cover contents */
	GRAPH_FORKS_ALONE,  /* asks for all of it where nothing else differs there */
	GRAPH_FORKS_ALL	    /* and where something else does */
};

/* Records of a range: max(10, sqrt(n / 5)) where n > 1,000, else 10. */
size_t graph_hash_range(size_t n);

/* For the initiator: makes a SOLICIT_HASH. now: expired records are left out. */
MUST_USE enum err graph_hash_solicit(struct graph_hash **out, struct graph_db *db,
				     struct crypto *crypto, enum crypto_profile_id profile,
				     const struct env *env, uint64_t now);
/* For the responder: compares a received one (copied) and makes an ADVERTISE.
 * ERR_FULL: more ranges than may be; ERR_MALFORMED: they do not ascend. */
MUST_USE enum err graph_hash_answer(struct graph_hash **out, const struct graph_array *hashes,
				    struct graph_db *db, struct crypto *crypto,
				    enum crypto_profile_id profile, const struct env *env,
				    uint64_t now);
/* For the initiator: what of an ADVERTISE (copied) we want, as a REQUEST, and what the other
 * side lacks, as Record IDs. ERR_MALFORMED: counts and abstracts do not agree. */
MUST_USE enum err graph_hash_compare(struct graph_hash **out, const struct graph_advertise *a,
				     struct graph_db *db, const struct env *env, uint64_t now);
void graph_hash_free(struct graph_hash *h);
/* Of answer, before its first step: about so long may the message be (GRAPH-9.26). What does
 * not fit is for another one, and graph_hash_cut() tells of that once it is done. */
void graph_hash_window(struct graph_hash *h, uint64_t octets);
bool graph_hash_cut(const struct graph_hash *h);
/* Of compare, before its first step; without it UNSEEN. */
void graph_hash_see(struct graph_hash *h, enum graph_hash_forks forks);
/* Of compare, once done: with ALONE there may be forks that were not asked for. */
bool graph_hash_mixed(const struct graph_hash *h);
/* Of solicit, once done: whether what answers it is cut, and where: in none of its ranges'
 * ends, nor in the end of all. */
bool graph_hash_cut_at(const struct graph_hash *h, const struct graph_advertise *a,
		       struct graph_place *at);

/* Goes on for about `records` records; OK with *done when the message stands. The database
 * may change between calls: what was looked at stays as it was. ERR_NOMEM. */
MUST_USE enum err graph_hash_step(struct graph_hash *h, size_t records, bool *done);
/* The message, once done; empty: an empty database has nothing to ask. */
struct span graph_hash_message(const struct graph_hash *h);
/* Of compare, once done: what to FLOOD when the other side ends. */
struct graph_ids {
	const struct graph_guid *at;
	size_t n;
};
struct graph_ids graph_hash_to_send(const struct graph_hash *h);
size_t graph_hash_octets(const struct graph_hash *h); /* memory held */

#endif
