/* group_int.h - the inside of a group, for its files: group.c (life, looks), group_out.c
 * (what comes out), group_own.c (our membership in time: published, renewed, expired),
 * group_change.c (what we issue and set), group_provider.c (what its graph asks). */
#ifndef GROUP_GROUP_INT_H
#define GROUP_GROUP_INT_H

#include "base/list.h"
#include "group/group.h"
#include "group/judge.h"
#include "group/removals.h"
#include "group/secrets.h"
#include "group/stream.h"
#include "group/throttle.h"

#define GROUP_SCAN	  (30 * MONO_SEC) /* of the Unvalidated Record List */
#define GROUP_AGAIN	  (30 * MONO_SEC) /* until what failed is tried again */
#define GROUP_SLACK	  (5 * MONO_MIN) /* certificates begin, and records end, by so much earlier */
#define GROUP_POLICY_LEAD (7 * MONO_DAY) /* before a Policy ends it is renewed, at most */
#define GROUP_POLICY_LATE MONO_MIN	 /* after it has ended, at most */
#define GROUP_TAKE_AGAIN  MONO_DAY /* until another than an administrator changes ours again */
#define GROUP_BOXES	  24	   /* sealed in a turn: 3 ms */
#define GROUP_CHAIN_ROOM  (CRYPTO_CHAIN_MAX + CRYPTO_CERT_MAX)

struct group_octets {
	uint8_t *p;
	size_t n;
};

/* A record of ours that must be in the database. */
enum group_need_kind {
	GROUP_NEED_SECURITY, /* the creator's */
	GROUP_NEED_POLICY,   /* likewise, where a profile has it */
	GROUP_NEED_MEMBERSHIP,
	GROUP_NEED_COUNT
};
struct group_need {
	bool asked;    /* on its way */
	int64_t until; /* wall: it is there and good so long; 0: it is not there */
	int64_t asked_until;
	int64_t renew; /* wall: when an administrator publishes it again; INT64_MAX: not */
	struct group_octets payload; /* of what is on its way */
	struct mono again;	     /* after a failure */
};

struct group_own_out {
	struct list all;
	struct group_out out;
	struct group_event event;
};

/* Secrets looked at one after the other, each member after member (group_mend.c). */
struct group_mending {
	struct mono due; /* holders that lack are added */
	bool on;	 /* since then, a slice a turn, */
	bool more;	 /* and once more after that */
	/* Which: invitations by Record ID, then the password. */
	struct graph_guid record;
	bool inside, password, over;
	/* Within it. */
	bool making;   /* somebody lacks: boxes are made, */
	bool gained;   /* one of them for who had none */
	uint64_t turn; /* of Removals */
	uint8_t ours[GROUP_HOLDER_BOX];
	char to[GROUP_NAME_OCTETS + 1]; /* the last member that was looked at, */
	uint8_t last[GROUP_AUTHORITY];	/* the last that may issue, */
	size_t n;			/* and how many of them there were */
	uint8_t *holders;		/* `made` of them */
	size_t made;
};

struct group {
	const struct env *env;
	struct crypto *crypto;
	const struct group_profile *profile;
	struct group_limits limits;
	char id[GROUP_NAME_OCTETS + 1], self[GROUP_NAME_OCTETS + 1];
	const struct crypto_key *key, *group_key;
	struct group_octets certificate, chain, room; /* room: of what is being made */
	struct crypto_chain *own;		      /* chain, read; never NULL */
	unsigned int roles;
	int64_t from, to;  /* of own */
	int64_t taken;	   /* wall: when another than an administrator changed it last */
	int64_t take_next; /* wall: not before, after a failure */
	bool has_box;
	uint8_t box[32];
	const uint8_t *box_secret; /* NULL: not at hand */
	int64_t renew_warning;
	bool warned, ended; /* RENEW was told: before the end, at it */
	bool removed;	    /* by a Removal: what ours may do is nothing */
	struct list said;   /* Removals of ours that are signed, until stored */
	struct {
		uint64_t turn; /* of Removals that was followed */
		size_t looks;  /* at members, left in this turn of ours */
		bool once;     /* one was learned in this turn, */
		bool again;    /* and records of ours were not judged for that */
	} removing;

	struct group_members *members;
	struct group_removals *removals; /* what Removals come to; never NULL */
	int64_t members_end;		 /* wall: the next that is over */
	int64_t keep_next; /* wall: the next Membership of another that we publish again */
	struct group_security security;
	struct group_policy policy, first;
	struct group_octets security_octets, policy_octets;
	struct group_octets newer; /* policy.rest, where a password was set later; NULL: not so */
	bool has_security, has_policy, has_first;
	struct graph_guid security_id, policy_id; /* zero: no such record is here */

	bool policy_unsure;		       /* a commit failed: what is here may be lost */
	uint32_t policy_version;	       /* of its record; 0: none */
	char policy_by[GROUP_NAME_OCTETS + 1]; /* who signed it last */
	struct group_session_home home;
	struct graph_provider_ops ops;
	struct group_judge *judge;
	struct group_secrets *secrets; /* NULL: of a profile without */
	struct group_door door;
	struct group_throttle throttle; /* of the password */
	struct {
		enum group_password_state state;
		int64_t when;
		bool known;
	} password;		       /* as it was told last */
	struct list sendings, tickets; /* of group_secrets.c */
	uint64_t next_tag;
	int64_t secrets_end; /* wall: the next record of those ends */
	struct mono secrets_again;
	struct group_mending mending;
	bool boxes_lack;	     /* one of ours is on its way, and not all have a box */
	struct mono secrets_relearn; /* what lacked memory is learned once more */
	struct mono findable;	     /* when look-ups are made anew */
	int64_t findable_end;	     /* wall: of those the next that ends */
	uint64_t findable_turn;	     /* of Removals, then */
	struct group_batch *batch;   /* of the last secure_many */
	uint8_t signature[GROUP_SECURITY_MAX];
	struct group_octets signatures;	  /* of the last secure_many, those signed alone */
	uint8_t id16[2 * GRAPH_ID_UNITS]; /* Group Peer Name, as in records */
	size_t id16_n;
	struct wall wall;
	struct mono wall_at, now;
	bool ready;
	struct group_need need[GROUP_NEED_COUNT];
	struct mono scan;
	int64_t skew;
	struct group_counts counts;
	struct group_epochs *epochs;   /* NULL: this profile has none */
	struct group_lookups *lookups; /* lookups.c; NULL none */
	struct list outs;	       /* struct group_own_out */
	struct group_own_out *last;
	struct group_event lost; /* is written where nobody reads it */
};

/* ---- group.c ---- */
int64_t group_time(const struct group *g); /* wall us */
MUST_USE enum err group_octets_set(const struct group *g, struct group_octets *o, struct span s);

/* ---- group_out.c ---- */
/* Events are lost without memory: they are news, not state. */
struct group_event *group_tell(struct group *g, enum group_event_kind kind);
/* About somebody, with the label that a member of that name has. */
struct group_event *group_tell_of(struct group *g, enum group_event_kind kind, struct span who);
/* With these texts behind it: by, by_label, reason; empty ones are NULL. */
struct group_event *group_tell_with(struct group *g, const struct group_member *who,
				    const struct span text[3]);
/* With n octets behind it for the payload; NULL without memory. */
struct group_out *group_want(struct group *g, enum group_out_kind kind, struct span payload);
/* What was wanted last, to be published. */
struct group_out *group_newest(struct group *g);

/* ---- group_own.c ---- */
void group_own_due(struct group *g);
struct mono group_own_deadline(const struct group *g);
/* Takes over chain, also on error; its octets are g->chain. */
MUST_USE enum err group_own_is(struct group *g, struct crypto_chain *chain);
bool group_own_valid(const struct group *g);
/* One that others have renewed us with, or changed what we are, is ours from now on where it is
 * time for that. */
void group_own_take(struct group *g);
/* When a record of whose writer's right ends at `to` should end. */
int64_t group_own_latest(const struct group *g, int64_t to);
/* Whether one that ends then may be changed by us: it ends no earlier than it did, and no later
 * than our membership. What a graph takes for the same end (GRAPH-10.28) is one here, too. */
bool group_own_outlasts(const struct group *g, int64_t until);
/* Our record of that need is in the database, good until then. */
void group_own_seen(struct group *g, enum group_need_kind k, int64_t until);
/* The Policy that holds is good until then. */
void group_own_policy(struct group *g, int64_t until);

/* us, of a Membership record. */
int64_t group_own_life(const struct group *g);

/* ---- group_keep.c ---- */
/* A Membership record of that certificate is in the database, good until then (wall us). */
void group_keep_seen(struct group *g, struct span name, struct span serial, int64_t until);
/* What we may has changed. */
void group_keep_all(struct group *g);
/* Its chain, PKCS #7; the caller's to free. ERR_NOMEM. */
MUST_USE enum err group_credential_octets(const struct group *g, const struct group_credential *c,
					  struct group_octets *out);
void group_keep_due(struct group *g);
int64_t group_keep_next(const struct group *g); /* wall us; INT64_MAX: nothing is due */

/* ---- group_removal.c: what Removals change ---- */
void group_removal_begin(struct group *g);
/* Takes over the chain of the verdict. ERR_FULL: a limit; ERR_NOMEM: it is judged once more. */
MUST_USE enum err group_removal_learn(struct group *g, const struct graph_record *r,
				      struct group_verdict *v);
/* One of ours is signed; it is published, or is not. */
void group_removal_signed(struct group *g, const struct graph_record *r,
			  const struct group_signing *s, struct span security);
void group_removal_published(struct group *g, const struct graph_guid *id, enum err err);
void group_removal_end(struct group *g);
/* What follows from Removals, a slice of it; all that waited for the turn to end. */
void group_removal_due(struct group *g);
struct mono group_removal_deadline(const struct group *g);
/* Nothing more is judged in this turn: the record waits for the next. */
bool group_removal_waits(struct group *g, const struct graph_record *r, enum graph_change change);
/* One that was learned does not stand. */
void group_removal_purged(struct group *g, const struct graph_guid *id);
/* Our own chain is another. */
void group_removal_own(struct group *g);
/* Who is in, or out, and by whom. */
void group_tell_standing(struct group *g, const struct group_member *who, bool removed);

/* ---- group_change.c ---- */
/* A fresh record. ERR_NOMEM. */
MUST_USE enum err group_record_ask(struct group *g, const struct graph_guid *type,
				   struct span payload, int64_t until);
MUST_USE enum err group_security_ask(struct group *g, const struct group_security *s,
				     int64_t *until);
MUST_USE enum err group_policy_ask(struct group *g, const struct group_policy *p, int64_t *until);
MUST_USE enum err group_membership_ask(struct group *g, int64_t *until);

/* ---- group_learn.c: what records and connections tell ---- */
MUST_USE enum err group_learn_security(struct group *g, struct span payload);
MUST_USE enum err group_learn_policy(struct group *g, struct span payload);
/* Of a Policy that does not hold: the password, where it is the newer one. False: it is not. */
bool group_learn_password(struct group *g, struct span payload);
/* The same of records that we made. */
void group_learn_our_security(struct group *g, struct span payload, const struct graph_guid *id);
void group_learn_our_policy(struct group *g, struct span payload, const struct graph_guid *id);
/* The Policy that holds was signed last by a key that is removed. */
bool group_policy_lost(const struct group *g);
/* Takes over the chain, judged, of a member. */
enum group_told {
	GROUP_TOLD_BY_LINK,   /* shown on a connection, or known otherwise */
	GROUP_TOLD_BY_OTHER,  /* published by somebody else */
	GROUP_TOLD_BY_ITSELF, /* published by the member */
	GROUP_TOLD_OURS	      /* what we have for ourselves */
};
MUST_USE enum err group_learn_chain(struct group *g, struct crypto_chain *chain,
				    enum group_told told);
/* Our own chain, as a member's. */
MUST_USE enum err group_learn_own(struct group *g);
void group_learn_home(struct group *g);

/* ---- group_secrets.c ---- */
MUST_USE enum err group_secrets_begin(struct group *g);
void group_secrets_end(struct group *g);
void group_secrets_tick(struct group *g);
struct mono group_secrets_deadline(const struct group *g);
/* How it went to learn such a record, a Policy or a Removal: what lacked memory is judged once
 * more, what waits as well. */
void group_secrets_learned(struct group *g, enum err e);
/* An Invitation or a Tally of somebody's is in the database. */
void group_secrets_record(struct group *g, const struct graph_record *r,
			  const struct group_inviting *x, const struct group_secrets_at *at);
/* Published, in place of that record; group_stored() learns of it. */
MUST_USE enum err group_secrets_send(struct group *g, const struct graph_guid *record,
				     struct span payload, int64_t until, uint64_t *tag);
/* Said in our tally, and published. ERR_FULL, ERR_NOMEM. */
MUST_USE enum err group_secrets_revoke(struct group *g, struct span id);
/* What was revoked by who leaves earlier than it ends is said by us, too, if we stay. */
void group_secrets_uphold(struct group *g, const struct group_asked_in *i);
enum group_invite_state group_invite_state(const struct group *g, const struct group_asked_in *i);
/* A password, by a Removal. */
bool group_secret_ended(const struct group *g, const struct group_secret *password);
/* What is in the box that is for us. ERR_STATE: our key is not at hand; ERR_NOT_FOUND: there
 * is none; ERR_DENIED: it is none of ours. */
MUST_USE enum err group_secret_take(const struct group *g, const struct group_secret *s,
				    uint8_t prs[GROUP_PRS]);

/* ---- group_password.c ---- */
/* Whether what that Policy says of the password (group_policy.rest) was set later. */
bool group_password_newer(struct span rest, struct span than);
/* Copied, for p, in the place of what it says; empty: what it says holds. ERR_NOMEM. */
MUST_USE enum err group_password_keep(struct group *g, struct group_policy *p, struct span rest);
/* We set the one there is, or took it away. */
bool group_password_is_ours(const struct group *g);
/* What may have changed it has happened: what has is told. */
void group_password_noted(struct group *g);

/* ---- group_findable.c ---- */
void group_findable_stale(struct group *g);
void group_findable_due(struct group *g);
struct mono group_findable_deadline(const struct group *g);

/* ---- group_invite.c ---- */
/* Removals known now, and a turn's boxes for those who may issue that role; *room is the
 * caller's to free, also after an error. */
MUST_USE enum err group_secret_lists(struct group *g, const uint8_t *prs, struct group_secret *s,
				     uint8_t **room);
/* The X25519 key of somebody who may issue that role; NULL: it may not, or has none. */
const uint8_t *group_secret_key_of(const struct group *g, const struct group_member *m,
				   enum group_role role);
bool group_invite_may_edit(const struct group *g, const struct group_asked_in *i);
/* Published in the place of that record; zeros: a new one. ERR_NOMEM. */
MUST_USE enum err group_invite_send(struct group *g, const struct graph_guid *record,
				    const struct group_invitation *i);

/* ---- group_mend.c ---- */
/* Somebody may issue, or has a key, who did not before. */
void group_mend_stale(struct group *g);
/* One of all who may issue should look, whichever is first. */
void group_mend_chance(struct group *g);
/* One of ours is there, of which not all boxes were made. */
void group_mend_rest(struct group *g);
void group_mend_due(struct group *g); /* a slice */
void group_mend_end(struct group *g);

/* ---- group_provider.c: what the graph asks ---- */
int64_t group_wall_of(uint64_t peer_time); /* as if it were that of this machine (digest 9.3) */
MUST_USE enum err group_provider_begin(struct group *g);
void group_provider_end(struct group *g);
/* Of records that wait for the membership of `who`: the graph gets to know. */
void group_waiting_for(struct group *g, struct span who);
void group_waiting_due(struct group *g);
struct mono group_waiting_deadline(const struct group *g);

/* ---- group_epoch*.c: epochs (epochs_int.h has their inside) ---- */
MUST_USE enum err group_epoch_begin(struct group *g, const struct group_birth *b);
void group_epoch_end(struct group *g);
void group_epoch_ready(struct group *g);
void group_epoch_due(struct group *g);
struct mono group_epoch_deadline(const struct group *g);
/* Members or Removals have changed, or what we may. */
void group_epoch_changed(struct group *g);
/* A Removal of ours is there; known: and counts here. */
void group_epoch_removed(struct group *g, bool known);
/* An Epoch record that stands, of who touched it last, and a Key record. */
struct group_epoch_times {
	int64_t made, until; /* wall us */
};
void group_epoch_learn(struct group *g, const struct graph_record *r,
		       const struct group_epoch *what, struct span who,
		       const struct group_epoch_times *times);
void group_epoch_learn_keys(struct group *g, const struct group_key *k, struct span who);
/* A record of that type could not be judged. */
/* A record that was here stands no more, by Removals. */
void group_epoch_fell(struct group *g, const struct graph_record *r);
void group_epoch_unsure(struct group *g, const struct graph_guid *type, enum graph_change change);
/* A member has a key to seal to; other: than before. */
void group_epoch_learn_seal(struct group *g, struct group_member *m, bool other);
void group_epoch_look(struct group *g, struct group_member *m);
/* A record of ours is being signed so. */
void group_epoch_signed(struct group *g, const struct graph_record *r,
			const struct group_signing *s);
/* False: it is no such record. */
bool group_epoch_published(struct group *g, const struct graph_guid *type,
			   const struct graph_guid *id, enum err err);
void group_epoch_maker(const struct group *g, const uint8_t *authority,
		       char out[GROUP_NAME_OCTETS + 1]);

/* ---- group_seal.c: of the provider ---- */
bool group_epoch_writable(void *ctx);
enum err group_epoch_protect(void *ctx, const struct graph_record *r, enum graph_change change,
			     struct span *sealed);
enum graph_opinion group_epoch_reveal(void *ctx, const struct graph_record *r,
				      struct graph_plain *plain);

#endif
