/* joiner.h - somebody without a membership who wants in by a secret (GROUP-13.13): what
 * the graph of the wanted group asks while members are called one after the other. It holds
 * no records and is no member; a link ends as soon as a membership has come over it.
 *
 * Which members are called, and in what order, is groups_join.c's. */
#ifndef GROUP_JOINER_H
#define GROUP_JOINER_H

#include "graph/provider.h"
#include "group/session.h"

#define GROUP_JOINER_PROOFS 32 /* members that get one */

struct group_joiner;

struct group_joiner_birth {
	const struct group_profile *profile;
	struct crypto *crypto;
	const struct env *env;
	const char *group;	      /* Group Peer Name that is wanted; copied */
	const struct crypto_key *key; /* of our identity; lives as long */
	struct span certificate;      /* its IDC, DER; likewise */
	struct group_secret_name name;
	const uint8_t *prs; /* GROUP_SECRET_PRS octets; copied */
	int64_t (*now)(void *ctx);
	void *ctx;
};
/* ERR_NOMEM. */
MUST_USE enum err group_joiner_new(struct group_joiner **out, const struct group_joiner_birth *b);
/* Its sessions may still be freed after it. */
void group_joiner_free(struct group_joiner *j);
/* What a group that is here knocks with; lives as long as the joiner. */
const struct group_knock *group_joiner_knock(const struct group_joiner *j);
struct graph_provider group_joiner_provider(struct group_joiner *j);

/* What became of the last call. */
struct group_joiner_info {
	struct span chain; /* PKCS #7; empty: not let in */
	enum group_session_fault fault;
	enum group_chain_fault chain_fault;
	int64_t off; /* us: how far a clock is off at least, of CLOCK; 0 not known */
	uint32_t wait_s;
	bool guessed; /* the secret was wrong: nobody else is to be asked */
	bool proved;  /* somebody had a proof, now or before */
	bool refused; /* by its door */
	bool heard;   /* it said something */
};
void group_joiner_look(const struct group_joiner *j, struct group_joiner_info *out);
/* Another is called. */
void group_joiner_again(struct group_joiner *j);
/* What was typed may be the secret of that one as well: its PRS, from the next call on. Not
 * after a proof. */
void group_joiner_take(struct group_joiner *j, const struct group_secret_name *name,
		       const uint8_t prs[GROUP_SECRET_PRS]);

#endif
