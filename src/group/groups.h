/* groups.h - the identities of a machine's people and the groups they are in (pure): made,
 * joined, kept over restarts with their keys sealed, and tied to the graphs that carry them.
 *
 * groups stands above graphs (graph/graphs.h): it borrows it, is its guard, gives it commands
 * with numbers from GROUPS_CALLS up, and must be given every reply and event that comes out
 * of it. Keys lie in the store sealed under `vault` (DESIGN: at rest); without one there are
 * no identities. doc/group.md, section 9. */
#ifndef GROUP_GROUPS_H
#define GROUP_GROUPS_H

#include "graph/graphs.h"
#include "group/config.h"
#include "group/groups_name.h"
#include "group/paper.h"

struct groups;

/* From here on: numbers of our own commands to graphs, and of our jobs. */
#define GROUPS_CALLS (UINT64_C(1) << 62)

/* Durable: identities; groups with their chains. */
extern const struct store_table group_table_identities, group_table_groups;

struct groups_birth {
	const struct group_part_config *config; /* copied */
	struct graphs *graphs;
	struct crypto *crypto;
	const struct env *env;
	struct store *store;
	const uint8_t *vault; /* CRYPTO_SEAL_KEY octets, read at birth; NULL: none */
};
/* Opens what was open. A vault that is not the one the keys were sealed with: every command
 * that needs a key answers ERR_DENIED, groups_health() says so, nothing is overwritten.
 * ERR_NOMEM, or what the store gives. */
MUST_USE enum err groups_new(struct groups **out, const struct groups_birth *b, struct mono now,
			     struct wall wall);
void groups_free(struct groups *s);
MUST_USE enum err groups_reconfigure(struct groups *s, const struct group_part_config *c,
				     struct mono now);

void groups_tick(struct groups *s, struct mono now);
/* What time it is, before the graphs take anything in: their sessions ask the groups. */
void groups_clock(struct groups *s, struct mono now);
void groups_wall(struct groups *s, struct wall wall, struct mono now);
struct mono groups_deadline(const struct groups *s);
void groups_store_failed(struct groups *s, uint64_t first, enum err why, struct mono now);
/* Of graphs: an event, and a reply to a number of ours. */
void groups_graph_event(struct groups *s, const struct graph_event *e, struct mono now);
void groups_graph_reply(struct groups *s, const struct graph_out *reply, struct mono now);
/* The graphs of all groups are closed; done when groups_busy() is false. */
void groups_stop(struct groups *s, struct mono now);
bool groups_busy(const struct groups *s);
void groups_job_done(struct groups *s, uint64_t job, enum err err, struct span result,
		     struct mono now);

/* Whether names can be published and resolved; whatever was published is not any more. */
void groups_names_are(struct groups *s, bool on, struct mono now);
/* To NAME_PUBLISH `number`: it is, or why not. */
void groups_named(struct groups *s, uint64_t number, enum err err, struct mono now);
/* Of NAME_RESOLVE `number`: one that was found; and its end. */
void groups_found(struct groups *s, uint64_t number, const struct groups_hit *hit, struct mono now);
void groups_resolved(struct groups *s, uint64_t number, const struct groups_resolution *r,
		     struct mono now);
/* Addresses of this machine changed: who is alone looks for others at once. */
void groups_network(struct groups *s, struct mono now);

enum groups_command_kind {
	/* Identities: `identity` is a peer name, a label that only one has, or the beginning of
	 * a name, six digits or more; empty: the default. */
	GROUPS_ID_CREATE, /* text (label), classifier; key: PKCS #8, empty: a fresh one */
	GROUPS_ID_SET,	  /* identity; text (label) where `set` has it; make_default */
	GROUPS_ID_DELETE, /* identity; ERR_IN_USE: groups use it */
	GROUPS_ID_EXPORT, /* identity, passphrase; the reply has the document */
	GROUPS_ID_IMPORT, /* document, passphrase */
	/* Groups: `group` likewise. */
	GROUPS_CREATE, /* identity, text (name), classifier, comment, properties; label */
	GROUPS_JOIN,   /* identity (empty: the one the invitation is for), document; or code: a
			* short code, a link or a Group Peer Name, with passphrase where that is
			* the group's, addresses of members (none: those that it says or leads
			* to), and group: which one, where a code leads to several; label */
	GROUPS_OPEN,   /* and listen as soon as it may, over restarts too */
	GROUPS_CLOSE,
	GROUPS_LEAVE,	/* closes and forgets; the identity stays */
	GROUPS_CONNECT, /* addresses; tried one after the other; answered when a neighbor is
			   * connected, or with why the last one failed. None: those that are
			   * known, and those of members that are found by name */
	GROUPS_SET,	/* text (name), comment, options as `set` has them */
	GROUPS_EXPORT,	/* the membership, as a document */
	GROUPS_OWNER,	/* passphrase; the group key, as a document; the reminder ends */
	GROUPS_IMPORT,	/* document of either; OWNER with passphrase */
	GROUPS_GRANT,	/* who: of a member, or document: a card; role; until; publish: also
			   * as a Membership record. The reply has the invitation */
	GROUPS_INVITE,	/* role, until (0: a week), uses (0: one), text: for whom. The reply has the
			 * code and, in the next line, the link; with GROUPS_BY_PASSWORD in `set`
			 * an empty line, and a link without a secret */
	GROUPS_INVITE_REVOKE, /* who: identifier or its beginning, look-up, for whom */
	GROUPS_PASSWORD,      /* passphrase (empty: none any more), role */
	GROUPS_ROTATE,	      /* a new epoch begins: what is written then has another key */
	GROUPS_REMOVE,	      /* who, text (reason), drop_records, drop_invited: what of it is not
			 * kept. The reply's text says what is */
	GROUPS_RETURN,	      /* as GRANT, of who was removed; text (reason) */
	GROUPS_CANCEL	      /* the command `other` */
};
#define GROUPS_SET_TEXT	   0x1u
#define GROUPS_SET_COMMENT 0x2u
#define GROUPS_SET_OPTIONS 0x4u
#define GROUPS_BY_PASSWORD 0x8u /* INVITE: a link that asks for the password there is */

/* Spans are borrowed for the call; text is UTF-8 in NFC. */
struct groups_command {
	enum groups_command_kind kind;
	struct span identity, group, who;
	struct span text, classifier, comment, cloud;
	struct span label; /* where there is no identity yet one is made, called so; empty: none */
	struct span document, passphrase, key, code;
	const struct addr *address;
	size_t n_address;
	enum crypto_profile_id profile;
	enum group_role role;
	uint32_t uses;
	uint32_t set, options;			 /* GROUP_OPTION_... */
	uint32_t membership_life, presence_life; /* s; 0: as usual */
	int64_t until;				 /* wall us; 0: as long as ours */
	bool drop_records, drop_invited;
	bool make_default, publish,
		dry_run; /* dry_run: what is wrong with it is told, nothing done */
	uint64_t other;
};
/* Ends in one GROUPS_REPLY with `number`. ERR_NOMEM. */
MUST_USE enum err groups_command(struct groups *s, const struct groups_command *c, uint64_t number,
				 struct mono now);

enum groups_out_kind {
	GROUPS_OUT_REPLY,
	GROUPS_OUT_EVENT,
	GROUPS_OUT_JOB,
	/* For the part pnrp: `naming`, number. PUBLISH is answered by groups_named(), RESOLVE by
	 * groups_found() and groups_resolved() unless CANCEL, of its number, comes before. */
	GROUPS_OUT_NAME_PUBLISH,
	GROUPS_OUT_NAME_WITHDRAW,
	GROUPS_OUT_NAME_RESOLVE,
	GROUPS_OUT_NAME_CANCEL
};
/* Work for a job: node/job.h runs groups_job_run(). */
enum groups_job {
	GROUPS_JOB_PFX_MAKE,
	GROUPS_JOB_PFX_OPEN,
	GROUPS_JOB_PRS /* of a secret by which people join */
};
struct groups_out {
	enum groups_out_kind kind;
	uint64_t number; /* REPLY: the command; JOB */
	enum groups_job job;
	struct span bytes; /* JOB: input, secret; REPLY: the document */
	enum err err;
	char text[360];			  /* REPLY: why; "" nothing */
	char made[GROUP_NAME_OCTETS + 1]; /* REPLY: identity or group that it was about */
	const char *group, *friendly;	  /* EVENT: Group Peer Name, its name for people */
	const struct group_event *event;
	const struct groups_naming *naming;
	uint64_t after;
};
/* Lives until the next call. */
bool groups_poll(struct groups *s, struct groups_out *out);
MUST_USE enum err groups_job_run(enum groups_job job, struct span input, const struct env *env,
				 uint8_t *result, size_t size, size_t *n);

/* A look inside: *at starts at 0. */
struct groups_identity {
	const char *name, *label;
	bool is_default, usable; /* usable: its key could be unsealed */
	enum crypto_profile_id profile;
	struct span certificate; /* DER */
	size_t groups;
	int64_t made;
};
bool groups_identity_next(const struct groups *s, size_t *at, struct groups_identity *out);
/* Refusals that somebody else has more to say to: why what was asked cannot be. */
#define GROUPS_LESS_FOR_SELF "that card is our own, and we would have less than we have now"
#define GROUPS_OWN_SECRET    "a password was typed with it, but it has a secret of its own"
#define GROUPS_FRIENDLY                                                                            \
	"a group with a password is joined by its link, or by its whole name, which begins with "  \
	"40 digits"
#define GROUPS_NO_PASSWORD    "the group has no password"
#define GROUPS_PASSWORD_ENDED "a removal has ended the group's password"
#define GROUPS_OTHER_PROFILE  "the identity is of another profile than the group would be"

/* By identifier or its beginning, of open ones also by look-up or for whom it is;
 * ERR_NOT_FOUND, ERR_CONFLICT: several. */
MUST_USE enum err groups_invite_find(const struct group *g, struct span word,
				     struct group_invite_info *out);

struct groups_info {
	const char *id, *self;	      /* Group Peer Name, our identity's peer name */
	const struct group *group;    /* NULL: closed, or its keys are not at hand */
	bool open, owner, owner_kept; /* owner: we hold the group key; kept: it was exported */
	const char *friendly;
};
bool groups_next(const struct groups *s, size_t *at, struct groups_info *out);
/* A link into it: with the secret, and the invitation that it is of, which `secret` says alone.
 * ERR_NOT_FOUND; ERR_RANGE: no room. */
struct group_link;
MUST_USE enum err groups_link(const struct groups *s, const struct groups_info *of,
			      const struct group_link *secret, struct text *out);
/* A name that a group wants published; of the group with that ID where we are `self`. */
struct groups_name_info {
	const char *name;
	bool said;    /* to the part pnrp, which took it unless err */
	bool lookup;  /* of an invitation; else of its members */
	enum err err; /* why it is not published */
};
bool groups_name_next(const struct groups *s, const struct groups_info *of, size_t *at,
		      struct groups_name_info *out);
/* What looking for other members led to. */
struct groups_seek_info {
	bool seeking;	     /* now */
	struct mono next;    /* MONO_NEVER: not by itself */
	struct mono ended;   /* the last one; 0 none yet */
	enum err err;	     /* of that; OK: somebody was connected */
	uint32_t publishers; /* it found */
	uint32_t addresses;  /* it tried */
	const char *why;     /* "" where it did well */
};
void groups_seek_look(const struct groups *s, const struct groups_info *of,
		      struct groups_seek_info *out);
/* By whatever GROUPS_... takes; ERR_NOT_FOUND, ERR_CONFLICT: several. */
MUST_USE enum err groups_find(const struct groups *s, struct span group, struct groups_info *out);
MUST_USE enum err groups_find_identity(const struct groups *s, struct span identity,
				       struct groups_identity *out);
/* OK; ERR_STATE: no vault; ERR_DENIED: another one. */
enum err groups_health(const struct groups *s);

#endif
