/* judge.h - whether a record may stand, and whether one of ours may be made (digest grouping
 * 9.3, 9.4): functions of the Member List, the Security Properties and a clock. It keeps what
 * makes that quick and fair: the group's key, roots of batches, and the Unvalidated Record
 * List, in which records that cannot be judged yet are remembered by what they wait for.
 *
 * Inside of group.c, which hands it what is known, takes in what a verdict brings and carries
 * the woken to the graph. It adds to no list but its own and keeps no record. */
#ifndef GROUP_JUDGE_H
#define GROUP_JUDGE_H

#include "graph/provider.h"
#include "group/group.h"
#include "group/epoch.h"
#include "group/invitation.h"
#include "group/removals.h"
#include "group/stream.h"

struct group_judge;

struct group_judge_birth {
	const struct env *env;
	struct crypto *crypto;
	const struct group_profile *profile;
	struct span group, self; /* Group Peer Name, our own; UTF-8 */
	struct group_members *members;
	const struct group_removals *removals; /* NULL: none */
	size_t roots, waiting;		       /* limits; octets of what waits: 64 MiB */
};
/* Copies b, borrows what it points to for life. ERR_NOMEM. */
MUST_USE enum err group_judge_new(struct group_judge **out, const struct group_judge_birth *b);
void group_judge_free(struct group_judge *j);

/* What is known, until it is said anew. All are borrowed until then. */
void group_judge_now(struct group_judge *j, int64_t wall);
/* Our chain, whose root is the group's; whether we hold the group's key. Without one nothing
 * is valid. ERR_NOMEM, ERR_MALFORMED: what was known stays. */
MUST_USE enum err group_judge_own(struct group_judge *j, const struct crypto_chain *own,
				  bool group_key);
/* NULL: not known yet. id: of its record, NULL none. */
void group_judge_security(struct group_judge *j, const struct group_security *s,
			  const struct graph_guid *id);
/* Somebody's right ended: no root stands any more. */
void group_judge_forget(struct group_judge *j);

struct group_verdict {
	enum graph_opinion opinion;
	enum group_refusal why;	      /* INVALID */
	enum group_chain_fault fault; /* where `why` is CHAIN */
	struct span who;	      /* who touched it last, UTF-8; until the next verdict */
	/* VALID, by the record's type, and not GRAPH_CHANGE_STORED alone: */
	/* Of a Membership, and of who signed a Removal: the caller's from now on; else NULL. */
	struct crypto_chain *chain;
	const struct group_removal *removal;   /* of a Removal, until the next verdict */
	struct group_kept_record record;       /* and its record */
	struct group_membership membership;    /* its parts; they point into the record */
	const struct group_security *security; /* of Security Properties, until the next verdict */
	const struct group_policy *policy;     /* of a Policy, likewise */
	const struct group_inviting *inviting; /* of an Invitation, likewise */
	const struct group_epoch *epoch;       /* of an Epoch, likewise; points into the record */
	const struct group_key *keys;	       /* of a Key, likewise */
};
/* 9.4. What is judged LATER is in the Unvalidated Record List then; but for what is STORED,
 * which stays whatever is not known of it. */
void group_judge_record(struct group_judge *j, const struct graph_record *r,
			enum graph_change change, struct group_verdict *out);

/* It waits, as if judged LATER, for whatever comes. */
void group_judge_wait(struct group_judge *j, const struct graph_record *r);

/* 9.3: how a record of ours is signed. */
struct group_signing {
	struct span creator_serial, modifier_serial; /* until the Member List changes */
	bool group_key;				     /* with it, not with our identity's */
};
enum group_refusal group_judge_ours(struct group_judge *j, const struct graph_record *r,
				    enum graph_change change, struct group_signing *out);
/* The hash of this group's signatures (P11). */
bool group_judge_version11(const struct group_judge *j);

/* Records that wait for somebody of this name, or, the name empty, for anything: out of the
 * list, their IDs until the next call. *all: there was no memory for them, ask for all. */
size_t group_judge_woken(struct group_judge *j, struct span name, const struct graph_guid **ids,
			 bool *all);
/* The scan of every 30 s: what has expired is forgotten; what waited for a certificate to
 * begin that has begun is woken, as above. */
size_t group_judge_scan(struct group_judge *j, const struct graph_guid **ids, bool *all);
size_t group_judge_waiting(const struct group_judge *j);

struct group_judge_counts {
	uint64_t checked, by_root, refused, waited;
};
void group_judge_look(const struct group_judge *j, struct group_judge_counts *out);

#endif
