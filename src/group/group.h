/* group.h - one group as this machine's member sees it (pure core, digest grouping): the
 * security provider of its graph, the Member List, and what a member has to do in time.
 *
 * It holds no records and no links: the graph does, and asks here whether they may stand.
 * What it wants done - records published, others judged anew - comes out of group_poll(), for
 * groups.h to carry to the graph. Wall time decides about certificates, monotonic time about
 * timers. Requirements, states: doc/group.md. */
#ifndef GROUP_GROUP_H
#define GROUP_GROUP_H

#include "graph/provider.h"
#include "group/invitation.h"
#include "group/member.h"
#include "group/payload.h"
#include "group/removals.h"
#include "group/session.h"

struct group;

struct group_limits {
	struct group_members_limits members;
	uint32_t waiting; /* Unvalidated Record List: 4,096 */
	size_t roots;	  /* of batches, remembered: 256 */
	size_t batch;	  /* records of one signature: 256 */
};
extern const struct group_limits group_limits_default;

struct group_birth {
	enum crypto_profile_id profile;
	char id[GROUP_NAME_OCTETS + 1];	    /* Group Peer Name */
	char self[GROUP_NAME_OCTETS + 1];   /* our identity's peer name */
	const struct crypto_key *key;	    /* our identity's; lives as long */
	struct span certificate;	    /* our IDC, DER; copied */
	struct span chain;		    /* PKCS #7; copied; one that has expired will do */
	const struct crypto_key *group_key; /* the creator's; NULL */
	struct span security;		    /* Security Properties; empty: not known yet */
	const struct group_policy *first;   /* what the creator says of it; NULL nothing */
	const uint8_t *box;		    /* our X25519 key (D19), public; NULL none */
	const uint8_t *box_secret;	    /* its secret half; lives as long; NULL: not at hand */
	struct span keys;		    /* of epochs, as group_keys_save() gave them; copied */
	bool epochs;			    /* made with epochs: nothing is written in clear */
	int64_t renew_warning;		    /* us before our membership ends */
	struct group_limits limits;
};

/* ERR_NOMEM; ERR_DENIED, ERR_MALFORMED: the chain, with `why`. */
MUST_USE enum err group_new(struct group **out, const struct group_birth *b, const struct env *env,
			    struct crypto *crypto, struct mono now, struct wall wall,
			    struct text *why);
void group_free(struct group *g);
struct graph_provider group_provider(struct group *g);

/* Time: renewals, expiry, the scan of what waits (30 s). */
void group_tick(struct group *g, struct mono now);
void group_wall(struct group *g, struct wall wall, struct mono now);
/* What time it is, for what sessions and records ask meanwhile; nothing is done. */
void group_clock(struct group *g, struct mono now);
struct mono group_deadline(const struct group *g);
/* The graph is synchronised, or was made here: our records may be published. */
void group_ready(struct group *g, struct mono now);
/* A PUBLISH is done, or failed and is tried again later. */
void group_published(struct group *g, const struct graph_guid *type, const struct graph_guid *id,
		     enum err err, struct mono now);
/* A Removal or Return of ours, which rests on that put; and puts from that one on are lost. */
void group_removal_rests(struct group *g, const struct graph_guid *id, uint64_t put);
void group_removals_lost(struct group *g, uint64_t first, struct mono now);
/* The same of what it has counted and invited, and of whom it lets in. */
void group_invites_lost(struct group *g, uint64_t first, struct mono now);
/* A node of `peer` is here or left. */
void group_presence(struct group *g, struct span peer, bool online, struct mono now);
/* A newer chain of ours, judged by group_chain_read(), and its octets; takes the chain over. */
void group_chain_is(struct group *g, struct crypto_chain *chain, struct span octets,
		    struct mono now);
/* We have the group key from now on; it lives as long. */
void group_owner_is(struct group *g, const struct crypto_key *group_key);

/* Whoever is called is asked to let us in, by that secret; NULL: no longer. Lives as long. */
void group_knock_is(struct group *g, const struct group_knock *k);

/* A certificate for somebody, below our own (creator: its own membership too, 3.6): the PKCS
 * #7 chain, until the next call. ERR_DENIED with `why`. */
MUST_USE enum err group_issue(struct group *g, const struct group_grant *grant, struct span *chain,
			      struct text *why, struct mono now);
/* What the group is, changed: by its creator (classic), by an administrator (modern). */
MUST_USE enum err group_set(struct group *g, const struct group_policy *p, struct text *why,
			    struct mono now);
/* Whether group_set() would be let. */
MUST_USE enum err group_may_set(const struct group *g, struct text *why);
/* A Membership record for somebody else (P35), published by us. ERR_FULL, ERR_NOMEM. */
MUST_USE enum err group_publish_for(struct group *g, struct span chain, struct mono now);
/* The number under which what group_set() or group_publish_for() has just asked for comes out. */
void group_asked(struct group *g, uint64_t number);
/* That record is there, until then (wall us): nobody judges what is our own, so it is learned
 * here. */
void group_published_for(struct group *g, struct span payload, int64_t until, struct mono now);

/* What became of a PUBLISH with a tag: its Record ID, and the put it rests on. */
struct group_stored {
	uint64_t tag, after;
	struct graph_guid id;
	enum err err;
};
void group_stored(struct group *g, const struct group_stored *r, struct mono now);

/* ---- invitations for people, the password (doc/group.md, section 14) ---- */

struct group_invite {
	uint8_t id[GROUP_INVITATION_ID];
	const uint8_t *prs; /* GROUP_PRS octets */
	enum group_role role;
	int64_t end;
	uint16_t uses;
	struct span lookup, label;
};
/* Whether we may let in with that role; and until then. ERR_DENIED, ERR_STATE with `why`. */
MUST_USE enum err group_may_let_in(const struct group *g, enum group_role role, struct text *why);
MUST_USE enum err group_may_invite_until(const struct group *g, const struct group_invite *i,
					 struct text *why);
/* Published; for group_asked(). Of group_invite() prs is used, and kept by nobody. */
MUST_USE enum err group_invite(struct group *g, const struct group_invite *i, struct text *why,
			       struct mono now);
MUST_USE enum err group_invite_revoke(struct group *g, struct span id, struct text *why,
				      struct mono now);

#define GROUP_INVITE_STATES(X)                                                                     \
	X(OPEN, "open")                                                                            \
	X(REVOKED, "revoked")                                                                      \
	X(EXPIRED, "expired")                                                                      \
	X(USED, "used up")                                                                         \
	X(GUESSED, "ended by wrong guesses")                                                       \
	X(REMOVED, "ended by a removal")
enum group_invite_state {
#define X(name, text) GROUP_INVITE_##name,
	GROUP_INVITE_STATES(X)
#undef X
	GROUP_INVITE_STATE_COUNT
};
const char *group_invite_state_text(enum group_invite_state s);
struct group_invite_info {
	const uint8_t *id;
	enum group_role role;
	enum group_invite_state state;
	int64_t made, end; /* wall us */
	size_t uses, used; /* used: may be more, over a partition */
	uint32_t wrong;
	struct span maker, lookup, label;
};
/* *at starts at NULL. Until the next call on g. */
bool group_invite_next(const struct group *g, const void **at, struct group_invite_info *out);

struct group_password {
	enum group_role role;
	const uint8_t *prs; /* NULL: none any more */
	/* The one there is, for others who may issue: who set it stays. NULL: another one. */
	const struct group_secret *again;
};
/* What a Policy has after its comment then; memory of g's env, the caller's to free. */
MUST_USE enum err group_password_part(struct group *g, const struct group_password *p,
				      uint8_t **out, size_t *n);
enum group_password_state {
	GROUP_PASSWORD_NONE,
	GROUP_PASSWORD_SET,
	GROUP_PASSWORD_ENDED /* by a Removal, until another is set */
};
enum group_password_state group_password_state(const struct group *g);
struct group_password_info {
	enum group_password_state state;
	int64_t when;	 /* it was set, or taken away: wall us; 0 not known */
	struct span who; /* did that: peer name; empty: not known. Until the next call on g */
};
void group_password_look(const struct group *g, struct group_password_info *out);

/* ---- Removal (GROUP-11.15) ---- */

/* Whether we may remove that member: ERR_NOT_FOUND, ERR_EXISTS (it is removed), ERR_DENIED,
 * ERR_STATE, ERR_FULL, with `why`. */
MUST_USE enum err group_may_remove(const struct group *g, struct span who, struct text *why);
/* Whether a record in the database was signed last by the key of that member, stands, and is
 * one that a Removal keeps; without `all` only what the group itself needs is. */
bool group_keeps_record(struct group *g, struct span who, const struct graph_record *r, bool all,
			struct group_kept_record *out);
/* The most records that a Removal of ours can list (GROUP-11.31). */
size_t group_keeps_most(const struct group *g);
/* Certificates issued by the key of `who` that a chain of that member shows: how many of the
 * entries (at most `most`) are at `out`. */
size_t group_keeps_certs(const struct group *g, struct span who, const struct group_member *of,
			 uint8_t (*out)[GROUP_KEPT_CERT], size_t most);
struct group_removing {
	struct span who;	    /* peer name */
	struct span certs, records; /* the kept set, in order */
	struct span reason;
};
/* Published by us; group_asked(). As group_may_remove(); ERR_NOMEM, ERR_RANGE. */
MUST_USE enum err group_remove(struct group *g, const struct group_removing *what, struct text *why,
			       struct mono now);
/* Who may sign a Return. As below; but for the key that comes back. */
MUST_USE enum err group_may_return(const struct group *g, struct text *why);
/* The Removals of a key in force are ended for that chain, which group_issue() made for it.
 * ERR_NOT_FOUND: none is; ERR_DENIED, with `why`. */
MUST_USE enum err group_return(struct group *g, struct span chain, struct span reason,
			       struct text *why, struct mono now);

#define GROUP_EVENTS(X)                                                                            \
	X(MEMBER, "member") /* joined, updated, online, offline, role, expired: change, who */     \
	X(PROPERTIES, "properties")   /* name, comment, options changed */                         \
	X(AUTH_FAILED, "auth-failed") /* a connection: fault, chain, who, skew */                  \
	X(CLOCK, "clock")     /* a certificate says that our clock or another is wrong: skew */    \
	X(REFUSED, "refused") /* a record that may not stand: who, reason */                       \
	X(RENEW, "renew")     /* our membership ends soon, or has ended: until */                  \
	X(RENEWED, "renewed")                                                                      \
	X(FULL, "full") /* a limit */                                                              \
	X(INVITE_USED,                                                                             \
	  "invite-used") /* somebody was let in by an invitation or the password:      \
					 who; over: more than it is for */           \
	X(PASSWORD,                                                                                \
	  "password") /* set: one was, else it was taken away, by who; over: it was ended  \
				     by a Removal */       \
	X(KEY_EPOCH, "key-epoch") /* another epoch is written under: number, who made it */
enum group_event_kind {
#define X(name, text) GROUP_EVENT_##name,
	GROUP_EVENTS(X)
#undef X
	GROUP_EVENT_COUNT
};

#define GROUP_CHANGES(X)                                                                           \
	X(JOINED, "joined")                                                                        \
	X(UPDATED, "updated")                                                                      \
	X(ONLINE, "online")                                                                        \
	X(OFFLINE, "offline")                                                                      \
	X(ROLE, "role")                                                                            \
	X(EXPIRED, "expired")                                                                      \
	X(REMOVED, "removed")                                                                      \
	X(RETURNED, "returned")
enum group_change {
#define X(name, text) GROUP_CHANGE_##name,
	GROUP_CHANGES(X)
#undef X
	GROUP_CHANGE_COUNT
};

/* Why a record may not stand (9.3, 9.4). */
#define GROUP_REFUSALS(X)                                                                          \
	X(NONE, "nothing")                                                                         \
	X(NAME, "its creator or modifier is no secure name")                                       \
	X(TIME, "it lies outside of its signer's membership")                                      \
	X(RIGHT, "its signer may not change records of others")                                    \
	X(SERIAL, "it names another certificate")                                                  \
	X(SIGNATURE, "its signature does not fit")                                                 \
	X(PAYLOAD, "its payload cannot be read")                                                   \
	X(CHAIN, "the membership in it is not valid")                                              \
	X(DELETED, "it may not be deleted")                                                        \
	X(FIXED, "it changes what is fixed")                                                       \
	X(VERSION, "it is of a version that we do not know")                                       \
	X(OWNER, "it is not its signer's to publish")                                              \
	X(RESERVED, "a reserved type")                                                             \
	X(REMOVED, "its signer was removed")
enum group_refusal {
#define X(name, text) GROUP_REFUSAL_##name,
	GROUP_REFUSALS(X)
#undef X
	GROUP_REFUSAL_COUNT
};
const char *group_refusal_text(enum group_refusal r);

struct group_event {
	enum group_event_kind kind;
	enum group_change change;
	enum group_refusal refusal;
	enum group_session_fault fault;
	enum group_chain_fault chain;
	unsigned int roles;
	bool ours, over, set;
	int64_t skew, until; /* us; wall us */
	uint32_t number;
	struct graph_guid id, type;
	const char *text;		 /* static, may be NULL */
	char who[GROUP_NAME_OCTETS + 1]; /* peer name */
	const char *label;		 /* what people call who; NULL: not known. Lives until the
					  * next call */
	/* MEMBER removed, returned: by whom - peer name and label; NULL: with the group's key -
	 * and why, as they said; NULL: they did not. Live until the next call. */
	const char *by, *by_label, *reason;
};

enum group_out_kind {
	GROUP_OUT_PUBLISH,    /* a record of a reserved type: type, payload, expires (wall us),
			       * and the id of the one it takes the place of, zero for none */
	GROUP_OUT_REVALIDATE, /* these ids, or all: the provider can tell more now */
	GROUP_OUT_RECHECK,    /* somebody's right ended: links and records again; `ended`: or
			       * began again, by Removals */
	GROUP_OUT_RESUME,     /* a session that waits can go on: who was let in is on disk */
	GROUP_OUT_CHAIN,      /* our own chain is this now, to be kept: payload */
	GROUP_OUT_NAMES,      /* what group_lookup_next() gives is another */
	GROUP_OUT_SECURITY,   /* what the group is, to be kept: payload (Security Properties) */
	GROUP_OUT_KEYS,	      /* keys of epochs have changed, to be kept: group_keys_save() */
	GROUP_OUT_SHOWN,      /* a Removal that a member showed on a connection, for the graph to
			       * judge and keep: payload */
	GROUP_OUT_REVEAL,     /* more can be revealed or sealed now: graph_reveal() */
	GROUP_OUT_EVENT
};
struct group_out {
	enum group_out_kind kind;
	struct graph_guid type, id;
	struct span payload;
	int64_t expires;
	uint64_t asked; /* PUBLISH: group_asked(); 0: due by itself */
	uint64_t tag;	/* PUBLISH: not 0: group_stored() is to be told what became of it */

	bool ended;
	bool other; /* PUBLISH: a Membership of somebody else: group_published_for() */
	const struct graph_guid *ids;
	size_t n_ids;
	const struct group_event *event;
};
/* Lives until the next call. */
bool group_poll(struct group *g, struct group_out *out);

/* Begins a new epoch, so that what is written from then on is under another key. ERR_DENIED,
 * ERR_STATE with `why`. group_rotated() says when that is over. */
MUST_USE enum err group_rotate(struct group *g, bool dry_run, struct text *why, struct mono now);
/* True once, when its record is published (D8: its reply's `after` holds), or could not be: then
 * *why, and it is not tried again. */
bool group_rotated(struct group *g, enum err *why);
/* A commit failed: the graph reads what is stored anew, and shows it. */
void group_epochs_lost(struct group *g);
/* Keys of epochs, in clear: into locked memory of GROUP_KEYRING_OCTETS, to be sealed and wiped.
 * Their octets, 0: there are none. */
size_t group_keys_save(const struct group *g, uint8_t *out);

/* The epoch that is written under. */
struct group_epoch_info {
	bool has;	 /* the group has epochs */
	bool has_key;	 /* we can write */
	uint32_t number; /* 0: there is none now */
	size_t epochs;	 /* that are known */
	size_t lacking;	 /* members that were not given its key yet */
	int64_t from;	 /* wall us */
	char maker[GROUP_NAME_OCTETS + 1];
};
void group_epochs_look(const struct group *g, struct group_epoch_info *out);

/* A look inside. */
struct group_counts {
	uint64_t sessions, refused_sessions;
	uint64_t signed_records, batches, checked, checked_by_root, refused, waited;
};
struct group_info {
	const char *id, *self;
	const struct group_profile *profile;
	const struct group_security *security; /* NULL: not known yet */
	const struct group_policy *policy;     /* NULL: none */
	const char *friendly, *comment;	       /* of whichever holds */
	bool creator, holds_group_key, published;
	bool removed; /* we are no member any more: group_removed_by() */
	unsigned int roles;
	int64_t from, to; /* our membership; 0: none */
	int64_t latest;	  /* what we give ends by then */
	size_t members, waiting;
	struct group_counts counts;
	int64_t skew; /* of the worst clock that was met; us */
};
void group_look(const struct group *g, struct group_info *out);
const struct group_removals *group_removals(const struct group *g);
/* By whom we are removed, and why; false: we are not, or by nobody that is known. */
bool group_removed_by(const struct group *g, struct group_removed *out);
const struct group_members *group_members(const struct group *g);

#endif
