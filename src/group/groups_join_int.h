/* groups_join_int.h - between joining by a secret (groups_join.c), what a code leads to
 * (groups_code.c), and joining a group that is here already (groups_again.c). */
#ifndef GROUP_GROUPS_JOIN_INT_H
#define GROUP_GROUPS_JOIN_INT_H

#include "group/code.h"
#include "group/groups_int.h"
#include "group/joiner.h"

/* What is found first, and what more is looked for once more. */
#define GROUPS_JOIN_NAMES     (2 * GROUPS_LOOKUPS)
#define GROUPS_JOIN_ADDRESSES (2 * GROUPS_ADDRESSES)

enum groups_join_step {
	STEP_NAMED, /* looked up, and its PRS made */
	STEP_LEFT,  /* nobody waits for it any more */
	STEP_OPEN,  /* the graph, with the joiner as provider */
	STEP_CALL,
	STEP_KNOCK, /* the graph of the group that is here calls */
	STEP_CLOSE, /* let in */
	STEP_DROP,  /* not */
	STEP_ENTRY,
	STEP_CONNECT
};

struct groups_joining {
	struct list all; /* of groups.joinings */
	enum groups_join_step step;
	char self[GROUP_NAME_OCTETS + 1], group[GROUP_NAME_OCTETS + 1];
	char friendly[GROUP_FRIENDLY_OCTETS + 1];
	char wanted[GROUP_NAME_OCTETS + 1]; /* which of those that a code leads to; "" any */
	struct group_secret_name name[GROUPS_JOIN_NAMES]; /* tried one after the other, */
	size_t n_names, of;				  /* this one now; */
	size_t prs_of;					  /* the joiner has this one's PRS */
	uint8_t secret[GROUPS_PASS_MAX]; /* wiped as soon as no other name can come */
	size_t n_secret;
	struct addr at[GROUPS_JOIN_ADDRESSES];
	bool refused[GROUPS_JOIN_ADDRESSES]; /* by a door that had no proof: it may know another */
	size_t n_at, n_called;
	size_t first, tried;		  /* the calls for each name begin with `first` */
	size_t n_refused;		  /* for this name */
	bool proved;			  /* somebody had a proof: no other name is tried */
	char code[GROUP_NAME_OCTETS + 1]; /* the name that a code is looked up by */
	bool by_code;
	bool at_code;	 /* that name is looked up now */
	bool code_again; /* the second time */
	bool given;	 /* addresses were typed: no others are asked */
	bool searched;	 /* by name, for more of them, */
	bool again;	 /* and once more, after plain members alone */
	struct group_joiner *joiner;
	struct groups_entry *entry; /* the group is here already; NULL: it is not */
	enum err err;		    /* why not; text is the call's */
	bool told;		    /* text says more than that nobody could be reached, */
	bool plain;		    /* but only that those who were may let nobody in */
	bool known;		    /* somebody knew what was typed */
	bool over;		    /* nobody wants it any more */
	uint64_t dropping;	    /* LEFT: what its graph is deleted by; 0: it is, at `next` */
	struct mono next;
};

/* ---- groups_joining.c ---- */
/* What was typed is not needed any more. */
void groups_joining_forget(struct groups_joining *j);
/* To the graph that was opened for it. */
struct graphs_command groups_joining_command(const struct groups_joining *j,
					     enum graphs_command_kind k);

/* ---- groups_join.c ---- */
/* False: it is no secret, of its length. */
bool groups_joining_secret(struct groups_joining *j, struct span secret);
/* Those that are not known yet are called as well; false: nobody is known. */
bool groups_joining_at(struct groups_joining *j, const struct addr *at, size_t n);
/* The group and what it is called by there are known. */
void groups_joining_begin(struct groups *s, struct groups_call *call);
/* Calls from j->tried on, with the name j->of. */
void groups_joining_call(struct groups *s, struct groups_call *call);
/* Nobody of those lets in: whoever else there is, or the answer. */
void groups_joining_others(struct groups *s, struct groups_call *call);

/* ---- groups_code.c ---- */
/* Looks up what was typed, unless it is a dry run. ERR_MALFORMED, ERR_RANGE, with why. */
MUST_USE enum err groups_code_typed(struct groups *s, const struct groups_command *c,
				    struct groups_call *call);
/* Looks once more for what else is published under it; false: there is no reason to. */
bool groups_code_again(struct groups *s, struct groups_call *call);

/* ---- groups_typed.c: what somebody joins by. ERR_MALFORMED, ERR_RANGE, with `why` ---- */
/* The password typed with it is needed, or is none of it. */
MUST_USE enum err groups_typed_link(struct group_link *out, const struct groups_command *c,
				    struct text *why);
MUST_USE enum err groups_typed_code(struct group_code *out, const struct groups_command *c,
				    struct text *why);
bool groups_typed_name(const struct groups_command *c);
/* There is no password. */
enum err groups_typed_nothing(struct text *why);

/* ---- groups_again.c ---- */
/* Whether the group that is here may be joined again: ERR_EXISTS, ERR_STATE, with `why`. */
MUST_USE enum err groups_again_may(const struct groups *s, const struct groups_entry *e,
				   struct text *why);
/* Its graph knocks from now on, and calls nobody by itself; until its joining ends. */
void groups_again_begin(struct groups *s, struct groups_joining *j);
void groups_again_end(struct groups *s, struct groups_joining *j);
/* What more there is to say where it was not let in. */
void groups_again_why(const struct groups_joining *j, enum group_session_fault f, struct text *t);
/* It was let in with that chain: answers. */
void groups_again_in(struct groups *s, struct groups_call *call, struct span chain);

#endif
