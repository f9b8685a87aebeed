/* judge_rig.h - for tests of judging: a group of three, one of whom we are, and records of
 * theirs. One at a time: `g` is the group, `rec` the record. */
#ifndef UNIT_GROUP_JUDGE_RIG_H
#define UNIT_GROUP_JUDGE_RIG_H

#include "group/judge.h"
#include "records.h"

enum {
	GROUP,
	ANN,
	BEN,
	CLEO,
	PEOPLE
}; /* ann administers, ben invites, cleo is a member */

struct rig {
	struct people t;
	struct group_members *m;
	struct group_judge *j;
	struct crypto_chain *own; /* ann's */
	struct group_security security;
	uint8_t serials[PEOPLE][CRYPTO_SERIAL];
	struct people_octets chains[PEOPLE];
	struct group_verdict v;
};
extern struct rig g;
extern struct record rec;

/* The chain of the i-th of them, judged; the caller's. */
struct crypto_chain *read_chain(size_t i);
void join(size_t i); /* the Member List has it now */
/* Everybody has a chain; those up to `joined` are in the Member List. We are ann, who made the
 * group; its Security Properties are known. */
void begin(enum crypto_profile_id id, size_t joined);
void end(void);
/* We are somebody else from here on. */
void as(size_t who, bool group_key);
struct span serial(size_t i);
void sign(size_t creator, size_t toucher);
enum graph_opinion judge(void);
void assert_refused(enum group_refusal why);
/* A record by `creator`, changed by `toucher`, both of whom sign with what they have. */
void record_by(size_t creator, size_t toucher);
/* That of a member, published by another. */
void membership(size_t of, size_t creator, uint8_t minor, bool sealed);
void assert_membership(size_t of);
/* Security Properties as they are in the rig. */
void security(size_t by);
enum group_refusal ours(struct group_signing *s);

#endif
