/* removals.h - what all Removals and Returns of a group come to (DESIGN D6; doc/group.md 11):
 * which of them count, whose key is removed, and what of such a key stands all the same. A
 * function of the set alone: no time and no order of arrival decides anything.
 *
 * It is handed records that were judged and keeps what it needs of them; it reads no clock,
 * checks no signature and knows no member. A key is known by its authority (crypto.h). */
#ifndef GROUP_REMOVALS_H
#define GROUP_REMOVALS_H

#include "group/chain.h"
#include "group/removal.h"

struct group_removals;

/* Of those of 16 KiB at most; of those of 128 KiB an eighth of it, of longer ones a 64th. */
struct group_removals_limits {
	size_t signer;	/* of one key: 1,000; the group's own has as many of any length */
	size_t all;	/* by members: 4,096 */
	size_t returns; /* of one removed key by one signer, and looked at of all members: 64 */
};
extern const struct group_removals_limits group_removals_limits_default;

/* Borrows all for life. ERR_NOMEM. */
MUST_USE enum err group_removals_new(struct group_removals **out, const struct env *env,
				     struct crypto *c, const struct group_profile *p,
				     const struct group_removals_limits *limits);
void group_removals_free(struct group_removals *r);

/* A record of the type Removal that was judged. */
struct group_removals_entry {
	struct group_kept_record record; /* its ID, its version, the digest of its stream */
	struct span payload;		 /* copied */
	struct span shown;		 /* all of it, as on the wire; copied. Empty: not at hand */
	const struct crypto_chain *chain; /* of who signed, read from it; NULL: the group's key */
	int64_t when;			  /* wall us; told, never judged by */
};
/* What they come to is decided when it is asked for: whatever is asked below may take a few ms
 * after this. In the place of one with its ID; where a limit is reached another may go for it.
 * ERR_FULL: that one is itself; ERR_NOMEM, ERR_MALFORMED: nothing has changed. */
MUST_USE enum err group_removals_add(struct group_removals *r,
				     const struct group_removals_entry *e);
/* Whether one more of that signer, with so long a payload, would be taken: the same limits.
 * NULL: the group's key. */
MUST_USE enum err group_removals_room(const struct group_removals *r,
				      const struct crypto_chain *signer, size_t octets);

/* This very record is in it. */
bool group_removals_has(const struct group_removals *r, const struct group_kept_record *record);
/* The put on which one of ours rests (D8). */
void group_removals_rest(struct group_removals *r, const struct graph_guid *id, uint64_t put);
/* It is purged: as if it had never come. */
void group_removals_drop(struct group_removals *r, const struct graph_guid *id);

/* A certificate as kept sets list it. */
void group_kept_cert(struct crypto *c, const struct group_profile *p,
		     const struct crypto_cert *cert, uint8_t out[GROUP_KEPT_CERT]);

/* ---- what stands; keys as certificates have them ---- */

/* Its key is removed now, as the holder of a certificate of that serial. */
bool group_removals_gone(const struct group_removals *r, struct span public, struct span serial);
/* Some Removal of the key counts, whether or not it came back. */
bool group_removals_named(const struct group_removals *r, struct span public);
/* Some Removal of it is in force: no Return has ended it. */
bool group_removals_named_now(const struct group_removals *r, struct span public);
/* The same as _named() by the authority of a peer name. */
bool group_removals_name(const struct group_removals *r, struct span name);
/* The same of _named_now(). */
bool group_removals_name_now(const struct group_removals *r, struct span name);
/* No link of the chain was made by a removed key, but for kept ones and those that a key made
 * which was back; its last key is not asked about. */
bool group_removals_chain(const struct group_removals *r, const struct crypto_chain *chain);
/* A record, signed last under a certificate of that serial by that key, may stand. */
bool group_removals_record(const struct group_removals *r, struct span public, struct span serial,
			   const struct group_kept_record *record);
/* A Removal that counts keeps one with that ID by that key, but another than this: the key
 * signed it anew. */
bool group_removals_forged(const struct group_removals *r, struct span public,
			   const struct group_kept_record *record);
/* Those that count and that no Return has ended, ascending by Record ID; until the next add. */
size_t group_removals_ids(const struct group_removals *r, const struct graph_guid **ids);
/* Changes with every change of what counts; 0: nothing ever did. */
uint64_t group_removals_turn(const struct group_removals *r);

/* Others came or went since it was decided what counts. */
bool group_removals_stale(const struct group_removals *r);
/* They did, and it was decided so often since group_removals_turned() that it should wait for the
 * end of the turn. Whoever asks all the same is answered. */
bool group_removals_busy(const struct group_removals *r);
void group_removals_turned(struct group_removals *r);

/* _gone() and _chain() of keys whose authorities are known; of a chain those of all but its
 * first certificate, in its order. */
bool group_removals_gone_of(const struct group_removals *r, const uint8_t *key, struct span serial);
bool group_removals_chain_of(const struct group_removals *r, const struct crypto_chain *chain,
			     const uint8_t *keys);

/* ---- a look inside ---- */

struct group_removed {
	const struct group_kept_record *record;
	const struct group_removal *removal;
	const uint8_t *key;		       /* authority of whose key it is */
	const uint8_t *signer;		       /* authority; NULL: the group's key */
	struct span signer_name, signer_label; /* of the last certificate; empty: the group's */
	struct span shown; /* as on the wire, for whom it is about; empty: it is not at hand */
	uint64_t put;	   /* on which it rests, of ours: group_removals_rest(); 0: none */
	int64_t when;
	bool counts; /* a Removal: and is not ended; a Return: it has ended something */
	bool ended;  /* a Removal that counted, by a Return */
};
/* By Record ID; *at starts at 0. */
bool group_removals_next(const struct group_removals *r, size_t *at, struct group_removed *out);
/* The Removal by which that key is removed now, the lowest Record ID of several; false: none. */
bool group_removals_of(const struct group_removals *r, struct span public,
		       struct group_removed *out);
/* The one by which whoever shows that chain is out: of its own key, else of the nearest above. */
bool group_removals_cause(const struct group_removals *r, const struct crypto_chain *chain,
			  struct group_removed *out);
size_t group_removals_count(const struct group_removals *r);

#endif
