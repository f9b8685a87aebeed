/* secrets.h - the invitations of a group and what came of them, as records tell (doc/group.md,
 * section 14). It holds what it is given, adds up what several members have counted, and says
 * what is open. It reads no clock, opens no box, and knows no member; who asks for what is
 * in group_secrets.c. */
#ifndef GROUP_SECRETS_H
#define GROUP_SECRETS_H

#include "base/list.h"
#include "group/invitation.h"

struct group_secrets;

struct group_secrets_limits {
	size_t invitations; /* 1,024 */
	size_t of_maker;    /* 256 of them */
	size_t octets;	    /* 64 MiB of them */
	size_t tallies;	    /* 8,192 of others, and as many of ours */
	size_t of_creator;  /* 1,024 of them: who revokes has as many as there are invitations */
	size_t uses;	    /* 65,536 in tallies of others */
};
extern const struct group_secrets_limits group_secrets_limits_default;

/* ERR_NOMEM. */
MUST_USE enum err group_secrets_new(struct group_secrets **out, const struct env *env,
				    const struct group_secrets_limits *limits);
void group_secrets_free(struct group_secrets *s);

/* An invitation that is in the database. */
struct group_asked_in {
	struct list all;
	struct graph_guid record;
	int64_t until;		      /* wall us: of the record */
	int64_t made;		      /* likewise */
	uint64_t put;		      /* that made the record, of ours; 0: none of ours */
	struct group_invitation what; /* points into `octets` */
	uint8_t *octets;
	size_t n_octets;
};

struct group_counted_use {
	struct group_use use;
	uint8_t key[CRYPTO_SERIAL + GROUP_AUTHORITY]; /* what makes it another one */
	bool again; /* it stands in another tally, too, and counts there */
	/* Ours: which change it was, and the put by which it was stored first; 0: not known. */
	uint64_t change, put;
};

struct group_tallies; /* of one invitation */

/* What one member has counted. Ours is changed here first and published then. */
struct group_counted {
	struct list all, same;
	struct group_tallies *in;
	struct graph_guid record; /* zeros: there is none yet */
	uint8_t id[GROUP_INVITATION_ID], by[GROUP_AUTHORITY];
	bool ours, revoked;
	int64_t until;
	uint16_t wrong;
	struct group_counted_use *uses;
	size_t n;
	/* Ours: how often it was changed; of these how many are asked for. */
	uint64_t changed, asked;
	uint64_t made, put; /* likewise: the puts of its record, the first and the newest */
};

/* Where a record is, whose, and until when. */
struct group_secrets_at {
	struct graph_guid record;
	uint8_t by[GROUP_AUTHORITY]; /* of a tally */
	int64_t made, until;
	uint64_t put; /* of an invitation of ours; 0: it is not known */
	bool ours;
};
/* In the place of what that record said before. ERR_FULL: a limit; ERR_DENIED: it would take
 * the place of another invitation; ERR_NOMEM. `payload` is an Invitation that was judged. */
MUST_USE enum err group_secrets_learn(struct group_secrets *s, const struct group_secrets_at *at,
				      struct span payload);
/* That record is in the database no more. */
void group_secrets_forget(struct group_secrets *s, const struct graph_guid *record);
/* An invitation of others, out of the way. */
void group_secrets_drop(struct group_secrets *s, struct group_asked_in *i);
/* Records that ended before `now` are forgotten. *next: when there is another, INT64_MAX. */
void group_secrets_expire(struct group_secrets *s, int64_t now, int64_t *next);

/* Of several with that identifier the one of the lowest Record ID; NULL: none. */
struct group_asked_in *group_secrets_find(const struct group_secrets *s, struct span id);
/* In no order; NULL begins and ends. */
struct group_asked_in *group_secrets_next(const struct group_secrets *s,
					  const struct group_asked_in *after);

/* Over all tallies; a use that stands in several counts once. */
struct group_sum {
	size_t uses;
	uint32_t wrong;
};
struct group_sum group_secrets_sum(const struct group_secrets *s, struct span id);
/* Until when tallies say that it was revoked; INT64_MIN: none says so. */
int64_t group_secrets_revoked(const struct group_secrets *s, struct span id);
/* Each use once: *at begins with { NULL, 0 }; false: no more. */
struct group_use_at {
	const struct group_counted *in;
	size_t i;
};
bool group_secrets_use(const struct group_secrets *s, struct span id, struct group_use_at *at,
		       const struct group_use **out);

/* Ours, made where there is none. ERR_FULL, ERR_NOMEM. */
MUST_USE enum err group_secrets_ours(struct group_secrets *s, struct span id,
				     struct group_counted **out);
/* Whether there is room for one of ours, or it is there. */
bool group_secrets_counts(const struct group_secrets *s, struct span id);
/* ERR_FULL, ERR_NOMEM. */
MUST_USE enum err group_counted_use(const struct group_secrets *s, struct group_counted *c,
				    const struct group_use *u);
void group_counted_undo(struct group_counted *c, struct span serial);
void group_counted_wrong(struct group_counted *c);
/* From now on, or no more since it could not be said; either is a change. */
void group_counted_revoked(struct group_counted *c, bool is);
/* So many of its changes are in the store, by that put. */
void group_counted_stored(struct group_counted *c, const struct graph_guid *record, uint64_t asked,
			  uint64_t put);
/* Puts from that one on are lost, and with them what of ours rests on them but for guesses,
 * and that something was revoked. */
void group_secrets_lost(struct group_secrets *s, uint64_t first);
/* As the payload of a record, of GROUP_TALLY_OCTETS(c->n). */
MUST_USE enum err group_counted_write(const struct group_counted *c, const struct env *env,
				      uint8_t **out, size_t *n);
/* Of ours those that changed since they were asked for; NULL begins and ends. */
struct group_counted *group_secrets_due(const struct group_secrets *s,
					const struct group_counted *after);

#endif
