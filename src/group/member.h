/* member.h - the Member List (digest grouping 9.5): who is in a group, by which certificates.
 * Filled with chains that were judged (chain.h); never by one that was not. Whatever a peer
 * can make grow has a limit here: members and octets are refused beyond it, and of one
 * member's chains the oldest of the issuer that gave most of them goes. */
#ifndef GROUP_MEMBER_H
#define GROUP_MEMBER_H

#include "base/list.h"
#include "group/chain.h"
#include "group/fallen.h"
#include "group/removals.h"

/* A chain of a member. Its leaf's key is held ready for checking. */
struct group_credential {
	struct list all; /* of member.credentials, the newest NotBefore first */
	struct crypto_chain *chain;
	struct crypto_public *key;
	struct span serial; /* of the leaf, in the chain */
	unsigned int roles;
	int64_t from, to; /* of the whole chain; both belong to it */
	/* The owner's, wall us: when its Membership record ends, 0 none is known; when we
	 * publish another, INT64_MAX never. */
	int64_t until, again;
	bool own;      /* the member published it itself */
	bool gone;     /* its key is removed: it signs only what is kept */
	bool fell;     /* a removed key made a link of its chain: it is as if it was not there */
	uint8_t *keys; /* authorities, of all of the chain but its root; its own memory */
};

struct group_member {
	struct span name;	 /* peer name; its own memory */
	struct list credentials; /* struct group_credential; never empty */
	uint8_t seal_key[32];	 /* X25519 */
	bool has_seal_key;
	bool published; /* its Membership record is here */
	bool removed; /* all its credentials are gone: no member, though what it signed may stand */
	/* Of member.c: by which Removals it was judged; what was told of it. */
	uint64_t turn;
	bool told;
	size_t at; /* where it was in the list */
	/* The owner's: when we hand it keys of epochs, mono us; 0: it has them all. */
	int64_t keys_at;
	int64_t keys_wait, keys_pause; /* not before, mono us; and how long after that again, us */
	bool online; /* it has a live presence, or is a neighbor, as told by the owner */
};

struct group_members;
struct group_members_limits {
	size_t members, credentials; /* of all; of one */
	uint64_t octets;	     /* of all chains */
};
extern const struct group_members_limits group_members_limits_default;

/* Borrows env, c and p for life. ERR_NOMEM. */
MUST_USE enum err group_members_new(struct group_members **out, const struct env *env,
				    struct crypto *c, const struct group_profile *p,
				    const struct group_members_limits *limits);
void group_members_free(struct group_members *m);
/* Who is in or out by Removals; who is left with no credential is told while it has them still,
 * and goes. */
struct group_members_told {
	void (*fn)(void *ctx, const struct group_member *who, bool removed);
	void *ctx;
};
/* What Removals come to, borrowed for life. */
void group_members_removals(struct group_members *m, const struct group_removals *r,
			    const struct group_members_told *told);
/* They have changed: all are judged, so many a turn. Whoever is asked about before its turn is
 * judged by then, and told later. */
void group_members_judge(struct group_members *m);
/* False: *looks is 0, and not all were judged. */
bool group_members_judge_on(struct group_members *m, size_t *looks);
bool group_members_judging(const struct group_members *m);
/* A chain that was never added, and may not be, since a removed key made a link of it: takes it
 * over. Those that are dropped by judging are noted by itself. */
void group_members_fell(struct group_members *m, struct crypto_chain *chain);
/* One of that member, with that serial, does not stand. */
bool group_members_fallen(const struct group_members *m, struct span name, struct span serial);
/* Takes over chain, also on error. ERR_DENIED: a removed key issued it. *fresh: it was not there. *who lives until the member has
 * no credential any more. ERR_FULL, ERR_NOMEM; ERR_MALFORMED: a key that is none. */
MUST_USE enum err group_members_add(struct group_members *m, struct crypto_chain *chain,
				    struct group_member **who, bool *fresh);
/* The same of one that the member itself has published. */
MUST_USE enum err group_members_add_own(struct group_members *m, struct crypto_chain *chain,
					struct group_member **who, bool *fresh);
/* By peer name, UTF-8; NULL: nobody. */
struct group_member *group_members_find(const struct group_members *m, struct span name);
/* By the leaf's serial; empty serial: the newest that is valid at `now` and takes the place of
 * all older ones (group_chain_supersedes()). NULL: none. Of one
 * serial there may be several, by different issuers: `after` is the one found before. */
struct group_credential *group_member_credential(const struct group_member *who, struct span serial,
						 int64_t now);
/* What people call it, as its newest credential that is valid at `now` has it, else any; empty:
 * nothing. Lives as that does. */
struct span group_member_label(const struct group_member *who, int64_t now);
struct group_credential *group_member_credential_next(const struct group_member *who,
						      const struct group_credential *after);
/* Removes what is over at `now`; a member all of whose credentials are goes, and is told
 * while it has them still. True: something went. *next: when the next is over, INT64_MAX never. */
bool group_members_expire(struct group_members *m, int64_t now,
			  void (*gone)(void *ctx, const struct group_member *who), void *ctx,
			  int64_t *next);
/* In the order of names; NULL begins and ends. */
struct group_member *group_members_next(const struct group_members *m,
					const struct group_member *after);
/* The first behind that name, whether anybody has it or not; NULL: none. */
struct group_member *group_members_beyond(const struct group_members *m, struct span name);
/* Those who are removed are not counted. */
size_t group_members_count(const struct group_members *m);

#endif
