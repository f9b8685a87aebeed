/* judge_int.h - between judging what came, judging what is ours, and what waits. */
#ifndef GROUP_JUDGE_INT_H
#define GROUP_JUDGE_INT_H

#include "base/map.h"
#include "group/judge.h"

/* Names of a record as UTF-8. */
struct group_toucher {
	char creator_room[GROUP_NAME_OCTETS + 1], modifier_room[GROUP_NAME_OCTETS + 1];
	struct span creator, modifier; /* modifier: empty, it was never modified */
};
/* False: one is no secure name. */
bool group_toucher_read(struct group_toucher *t, const struct graph_record *r);
static inline struct span group_toucher_last(const struct group_toucher *t)
{
	return t->modifier.n ? t->modifier : t->creator;
}
/* Somebody else touched it last than who made it. */
static inline bool group_toucher_edited(const struct group_toucher *t)
{
	return t->modifier.n && !span_eq(t->modifier, t->creator);
}

/* What waits, and for whom. */
struct group_waiting {
	const struct env *env;
	struct map by_id;
	struct list all; /* struct group_waiter, oldest first */
	size_t n, most;
	uint64_t octets;
	bool lost; /* some were pushed out since all were asked about */
	struct graph_guid *woken;
	size_t woken_room;
};
/* What a record lacks: names, or a time at which a certificate begins. */
struct group_missing {
	struct span names[2];
	size_t n;
	int64_t from; /* wall us; 0 none */
};
void group_waiting_init(struct group_waiting *w, const struct env *env, size_t most);
void group_waiting_fini(struct group_waiting *w);
void group_waiting_add(struct group_waiting *w, const struct graph_record *r,
		       const struct group_missing *m);
/* r stands: it waits no longer, nor does an older version of it. */
void group_waiting_done(struct group_waiting *w, const struct graph_record *r);

struct group_root_key {
	struct crypto_public *key; /* NULL: not known */
	uint8_t serial[CRYPTO_SERIAL];
	int64_t from, to;
};

struct group_judge {
	struct group_judge_birth birth; /* its names point to `group`, `self` */
	char group[GROUP_NAME_OCTETS + 1], self[GROUP_NAME_OCTETS + 1];
	struct group_root_key root;
	struct group_roots *roots;
	struct group_waiting waiting;
	const struct crypto_chain *own;
	bool group_key;
	const struct group_security *security;
	struct graph_guid security_id;
	bool has_security_id;
	int64_t now;
	struct group_toucher names;	     /* of the record that is judged */
	struct group_security read_security; /* of it */
	struct group_policy read_policy;
	struct group_inviting read_inviting;
	struct group_removal read_removal;
	struct group_epoch read_epoch;
	struct group_key read_key;
	struct group_judge_counts counts;
};

/* ---- judge_kind.c: what types of record are, and what their payloads may say ---- */
struct group_judging {
	struct group_judge *j;
	const struct graph_record *r;
	struct group_verdict *out;
	struct group_missing missing;
	bool checked; /* its signature fits */
};
enum group_step {
	GROUP_STEP_ON,
	GROUP_STEP_LATER,  /* g->missing says for what */
	GROUP_STEP_REFUSED /* out->why */
};
struct group_kind {
	const struct graph_guid *type;
	bool stays;	    /* may not be deleted */
	bool group_signs;   /* the group's key, not a member's */
	bool anybody_edits; /* P29 */
	bool removal;	    /* it carries who signed it; no time, and no Removal, ends it */
	bool once;	    /* may not be changed either */
	bool modern;	    /* of profiles with Policy records alone */
	unsigned int needs; /* roles, of which who touched it last must have one; 0: any */
	/* What its payload says, and who it says it of; NULL: not asked. */
	enum group_step (*read)(struct group_judging *g);
};
/* NULL: a reserved type that nobody may use. */
const struct group_kind *group_kind_of(const struct group_profile *p,
				       const struct graph_guid *type);
/* GROUP-14.12: whether such roles may invite so; NULL: it is no Invitation. */
bool group_may_invite(const struct group_inviting *x, unsigned int roles);
enum group_step group_refuse(struct group_judging *g, enum group_refusal why);

/* Whether a record of such times may be signed in this period (9.3, 9.4). */
bool group_within(const struct graph_record *r, int64_t from, int64_t to);

#endif
