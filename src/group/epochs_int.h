/* epochs_int.h - the epochs of one group in time, for its files: group_epoch.c (under which is
 * written, when a new one begins), group_epoch_learn.c (what records tell), group_epoch_make.c
 * (an Epoch record, in slices), group_epoch_give.c (keys for who lacks them), group_seal.c
 * (records sealed and revealed). */
#ifndef GROUP_EPOCHS_INT_H
#define GROUP_EPOCHS_INT_H

#include "group/group_int.h"
#include "group/keyring.h"

#define GROUP_EPOCH_LEAST (5 * MONO_SEC)  /* D19: a new one begins, and keys are given, after */
#define GROUP_EPOCH_MORE  (55 * MONO_SEC) /* so long, and at random at most so much longer */
#define GROUP_EPOCH_AGE	  (90 * MONO_DAY)

struct group_epochs {
	struct group_keyring *ring;
	uint8_t *secret; /* locked: our X25519 secret, then the key of the epoch being made */
	bool has_secret;
	bool begins;		     /* made with epochs: we begin the first one, or wait for it */
	uint64_t turn;		     /* of the Removals that were looked at */
	struct group_octets removed; /* those removed now: authority, Removal; ascending */
	uint8_t maybe[8192];	     /* a bit for each first two octets that they have */
	bool unsure;		     /* one was read before it was known who made it */
	bool seen;		     /* there are, or were, epochs: nothing is written in clear */
	struct mono learn_again;     /* what was learned without memory for it */
	struct mono look_again;	     /* at the Removals, for which there was no memory */
	bool chose;		     /* since something changed: */
	bool has_chosen, told;
	bool fresh; /* a key has come */
	uint8_t chosen[GROUP_EPOCH_ID];
	/* A new one. */
	struct mono start, wait; /* wait: not before, after a failure */
	bool forced;		 /* somebody asked for it, */
	bool over;		 /* and it is there, or will not be: over_why */
	enum err over_why;
	bool ours; /* a Removal was said here, and is not covered yet */
	bool making, asked;
	uint64_t made_turn;		/* of the Removals when its making began */
	struct group_octets recipients; /* n_made of them, room for most */
	size_t n_made, most;
	char made_to[GROUP_NAME_OCTETS + 1]; /* the last member that was looked at */
	struct group_octets draft;	     /* its payload, on its way */
	uint8_t signed_id[GROUP_EPOCH_ID];
	bool has_signed;
	/* Keys for others. */
	struct mono give, give_again;
	bool look; /* all members are to be looked at, from here on: */
	char looked_to[GROUP_NAME_OCTETS + 1];
	struct group_octets gift; /* the payload on its way */
	struct group_octets sealed, plain;
};

static inline const uint8_t *group_epoch_draft_key(const struct group_epochs *e)
{
	return e->secret + CRYPTO_BOX_KEY;
}

/* ---- group_epoch.c ---- */
void group_epoch_authority_of(struct span name, uint8_t out[GROUP_AUTHORITY]);
/* Under which is written; NULL: none. */
const struct group_ring_epoch *group_epoch_chosen(struct group *g);
struct group_ring_choice group_epoch_choice(const struct group *g);
/* Something of what decides has changed. */
void group_epoch_changed(struct group *g);
/* What somebody asked for, if anybody did, is done or failed. */
void group_epoch_over(struct group *g, enum err why);
/* Keys are to be kept, and what was hidden looked at again. */
void group_epoch_keys_changed(struct group *g);
/* That member stands, by its certificate of now; NULL: not. */
const struct group_credential *group_epoch_standing(const struct group *g,
						    const struct group_member *m);
MUST_USE enum err group_epoch_want(struct group *g, const struct graph_guid *type,
				   const struct group_octets *payload);

/* Memory was short: what records tell is learned once more. */
void group_epoch_short(struct group *g);
/* An output without more. */
void group_epoch_ask(struct group *g, enum group_out_kind kind);
/* That key is removed now; ctx: a struct group_epochs. */
bool group_epoch_is_removed(void *ctx, const uint8_t authority[GROUP_AUTHORITY]);

/* ---- group_epoch_learn.c ---- */
/* Of the epoch that an Epoch record begins; false: it is signed by nobody. */
bool group_epoch_id(struct group *g, const struct graph_record *r, uint8_t id[GROUP_EPOCH_ID]);
/* The first by name; NULL: none. */
struct group_member *group_epoch_member_of(const struct group *g, const uint8_t *authority);

/* ---- group_epoch_make.c ---- */
void group_epoch_make_on(struct group *g); /* a slice */
void group_epoch_made(struct group *g, enum err err, const struct graph_guid *id);

/* ---- group_epoch_give.c ---- */
void group_epoch_look_on(struct group *g); /* a slice */
void group_epoch_give_on(struct group *g);
bool group_epoch_may_give(const struct group *g);
void group_epoch_gave(struct group *g, enum err err);
/* That member has another key to seal to. */
void group_epoch_give_later(struct group *g, struct group_member *m);

#endif
