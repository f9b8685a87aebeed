/* groups_int.h - the inside of the manager of identities and groups, for its files: groups.c
 * (life, time, dispatch), groups_call.c (commands under way, what comes out), groups_row.c
 * (what is kept), groups_seal.c (keys at rest), groups_person.c (identities), groups_carry.c
 * (identities and group keys as documents), groups_find.c (by what people type),
 * groups_make.c (creating, joining), groups_open.c (opening, closing, leaving, connecting),
 * groups_tell.c (what members tell and change), groups_graph.c (what graphs say),
 * groups_names.c (names published), groups_search.c (names resolved), groups_seek.c (other
 * members found), groups_join.c (joining by a secret), groups_code.c (what a code leads to),
 * groups_again.c (what is here, joined again), groups_job.c (passphrases). */
#ifndef GROUP_GROUPS_INT_H
#define GROUP_GROUPS_INT_H

#include "base/list.h"
#include "crypto/pfx.h"
#include "crypto/seal.h"
#include "group/groups.h"

/* [ours] Certificates begin a little before they are made: clocks of a household differ. */
#define GROUPS_EARLY	   (5 * MONO_MIN)
#define GROUPS_LABEL	   255		   /* characters of a label */
#define GROUPS_PASS_MAX	   1024		   /* octets of a passphrase */
#define GROUPS_AGAIN	   (30 * MONO_SEC) /* until what failed is tried again */
#define GROUPS_SECRET_KIND 16
/* Names and those found by them (section 15). */
#define GROUPS_PUBLISHERS	8  /* asked for at once, */
#define GROUPS_PUBLISHERS_AGAIN 32 /* and where those may let nobody in */
#define GROUPS_ADDRESSES	32 /* tried in one search, known or found, each */
#define GROUPS_LOOKUPS		8  /* answers to a look-up name that are kept */
#define GROUPS_SEEK_FIRST	(5 * MONO_SEC)
#define GROUPS_SEEK_MOST	(5 * MONO_MIN)
#define GROUPS_REPAIR_MOST	MONO_HOUR
#define GROUPS_QUIET_FIRST	MONO_HOUR /* of who was removed */
#define GROUPS_QUIET_MOST	MONO_DAY

struct groups_octets {
	uint8_t *p;
	size_t n;
};

/* An identity of somebody here. */
struct groups_person {
	struct list all; /* of groups.persons, by number */
	uint32_t number;
	enum crypto_profile_id profile;
	char name[GROUP_NAME_OCTETS + 1];
	char label[3 * GROUPS_LABEL + 1];
	struct groups_octets certificate, sealed; /* DER; PKCS #8 under the vault key */
	struct crypto_key *key;			  /* NULL: it could not be unsealed */
	int64_t made;
	uint64_t saved; /* its newest put */
};

/* A name that an entry wants, or wanted. */
struct groups_name {
	struct list all; /* of groups_entry.names, then of groups.withdrawn */
	char name[GROUP_NAME_OCTETS + 1];
	bool lookup, wanted, said;
	uint8_t what[CRYPTO_FINGERPRINT]; /* said last */
	uint64_t asked;			  /* on its way under that number; 0: not */
	enum err err;
	struct mono again; /* after a failure */
	uint8_t public[CRYPTO_PUBLIC_MAX];
	size_t n_public;
};

/* Somebody whom a look-up name led to: several groups may have taken the same words. */
struct groups_lookup {
	struct groups_octets payload;
	size_t told; /* by so many */
	struct addr at[GROUPS_ADDRESSES];
	uint8_t place[GROUPS_ADDRESSES]; /* of each, where it was told; the first go before */
	size_t n_at;
};

/* A search by name. Its caller is an entry's seek, or a call that looks up. */
struct groups_search {
	struct list all; /* of groups.searches */
	uint64_t number;
	char name[GROUP_NAME_OCTETS + 1];
	bool said;    /* RESOLVE went out */
	bool dropped; /* nobody wants it any more: CANCEL */
	struct groups_entry *entry;
	struct groups_call *call;
	struct mono enough; /* a look-up that found somebody waits no longer for others */
	size_t n_found;
	struct groups_lookup *found; /* of a call: GROUPS_LOOKUPS of them */
};

/* Addresses that are tried one after the other. */
struct groups_strand {
	struct addr at[GROUPS_ADDRESSES];
	enum err err[GROUPS_ADDRESSES]; /* of those tried */
	size_t n, tried;
	uint64_t awaited; /* the command to graphs; 0: none */
};
enum groups_strands {
	GROUPS_KNOWN, /* of an earlier life, or of contacts */
	GROUPS_FOUND, /* by name */
	GROUPS_STRANDS
};

/* An entry looks for other members. */
struct groups_seek {
	bool repair; /* the neighbors we have may be all of a part of the group */
	char name[GROUP_NAME_OCTETS + 1];
	struct groups_search *search; /* NULL: ended */
	struct groups_resolution end;
	uint32_t publishers;
	struct groups_strand strand[GROUPS_STRANDS];
	char fault[120]; /* what a handshake that failed said */
};

struct groups_sought {
	struct groups_seek *now; /* NULL: none under way */
	struct mono next;	 /* one begins by itself */
	int64_t pause;		 /* until the next; 0: none has failed */
	struct mono repair;	 /* not before */
	int64_t repair_pause;
	struct mono ended;
	enum err err;
	uint32_t publishers, addresses;
	char why[360];
};

/* A group that somebody here is in. */
struct groups_entry {
	struct list all; /* of groups.entries, by number */
	uint32_t number;
	enum crypto_profile_id profile;
	char id[GROUP_NAME_OCTETS + 1], self[GROUP_NAME_OCTETS + 1];
	char friendly[GROUP_FRIENDLY_OCTETS + 1], cloud[GROUP_CLOUD_OCTETS + 1];
	char comment[GROUP_COMMENT_OCTETS + 1];
	uint32_t scope, options;
	bool open, owner, owner_kept;
	struct groups_octets chain, security; /* PKCS #7; Security Properties */
	struct groups_octets owner_sealed;    /* the group key, PKCS #8 */
	struct groups_octets root;	      /* and the root's certificate, DER */
	struct groups_octets box_sealed;      /* our X25519 secret */
	uint8_t box[CRYPTO_BOX_KEY];	      /* and its public half */
	uint8_t *box_secret;		      /* in memory that is locked; NULL: not at hand */
	struct groups_octets keys_sealed;     /* of epochs */
	bool epochs;			      /* made with epochs: nothing is in clear */
	struct crypto_key *group_key;	      /* NULL: none, or not at hand */
	struct group *group;		      /* NULL: its keys are not at hand */
	bool opening;			      /* its graph was asked for */
	bool ready;			      /* told that it may publish */
	bool quiet;			      /* we are removed: its graph calls nobody */
	bool knocks;			      /* it is being joined again */
	bool hopes;			      /* it has a membership since it was removed */
	bool leaving;			      /* its graph is being deleted; not listed */
	bool unsaved;			      /* its row is to be put again */
	struct mono again;		      /* when to open it again */
	uint64_t born, saved;		      /* its first put, its newest */
	enum group_session_fault fault;	      /* of the last connection that failed */
	enum group_chain_fault chain_fault;
	struct list names; /* struct groups_name */
	struct groups_sought sought;
};

/* What a command waits for. */
enum groups_wait {
	GROUPS_WAIT_NOTHING,
	GROUPS_WAIT_TURN, /* that what it asked a group for comes out */
	GROUPS_WAIT_GRAPH,
	GROUPS_WAIT_JOB,
	GROUPS_WAIT_EPOCH, /* that its entry's group has another key */
	GROUPS_WAIT_SEEK,  /* of its entry */
	GROUPS_WAIT_LOOKUP /* a name: looked_up() */
};

struct groups_call;
/* What a look-up led to; n 0: why says what was wrong. Until it returns. */
typedef void groups_looked_up(struct groups *s, struct groups_call *call,
			      const struct groups_lookup *found, size_t n,
			      const struct groups_resolution *why);

struct groups_inviting;

/* A command on its way to its answer, or work of our own, which nobody waits for: number 0.
 * Its memory is that of the answer, so that an answer never fails. */
struct groups_call {
	struct list all; /* of groups.calls, then of groups.outs */
	enum groups_command_kind kind;
	struct groups_out out;
	enum groups_wait waits;
	uint64_t awaited; /* number of the command to graphs, or of the job */
	struct groups_entry *entry;
	uint8_t *bytes; /* out.bytes, the document; wiped with it */
	size_t n_bytes;
	struct graph_guid type, id;   /* what is published, and in place of what */
	uint64_t tag;		      /* of group_stored() */
	struct groups_octets granted; /* the Membership that is published for somebody else */
	int64_t granted_until;
	struct groups_removing *removing; /* REMOVE, until it is said */
	bool dry_run;
	struct addr *address; /* CONNECT */
	size_t n_address, tried;
	groups_looked_up *looked_up;
	bool make_default;		  /* ID_IMPORT */
	struct groups_inviting *inviting; /* what is made while a job runs */
	struct groups_joining *joining;	  /* JOIN by a secret */
	enum crypto_profile_id profile;
	char name[GROUP_NAME_OCTETS + 1]; /* of who is exported or imported */
	char label[3 * GROUPS_LABEL + 1];
};

struct groups {
	struct group_part_config cfg;
	struct graphs *graphs;
	struct crypto *crypto;
	const struct env *env;
	struct store *store;
	uint8_t *vault; /* in memory that is locked; NULL: none */
	enum err health;
	struct wall wall;
	struct mono wall_at, now;
	uint32_t next_person, next_entry;
	uint32_t standard; /* number of the default identity; 0: none */
	uint64_t next_call, next_job;
	uint64_t put; /* our newest put */
	struct list persons, entries;
	struct list dead;	  /* struct groups_entry that graphs may still ask */
	struct list calls, outs;  /* struct groups_call */
	struct list joinings;	  /* struct groups_joining */
	struct groups_call *last; /* taken out */
	struct list *turn;	  /* the group whose outputs are taken out */
	bool stopping;
	bool names_on;		     /* there is a part pnrp */
	bool names_stale;	     /* which names are wanted, or what they say, may be another */
	struct list withdrawn;	     /* struct groups_name */
	struct list searches;	     /* struct groups_search */
	struct groups_naming naming; /* of the last poll */
	struct groups_name *name_last;	   /* it names */
	bool persons_stale, entries_stale; /* rows are to be read anew */
};

/* ---- groups.c ---- */
int64_t groups_now(const struct groups *s); /* wall us */
bool groups_profile_allowed(const struct groups *s, enum crypto_profile_id id, struct text *why);

static inline void groups_words(char *to, size_t size, struct span from)
{
	struct text t = text_of(to, size);
	text_span(&t, from);
}

/* ---- groups_call.c ---- */
struct groups_call *groups_call_new(struct groups *s, enum groups_command_kind kind,
				    uint64_t number);
void groups_call_free(struct groups *s, struct groups_call *c);
/* Answers; text may be NULL. OK waits for what was put last. */
void groups_answer(struct groups *s, struct groups_call *c, enum err err, const char *text);
/* Memory of the answer's document, n octets; NULL: none. */
uint8_t *groups_call_room(struct groups *s, struct groups_call *c, size_t n);
/* Has graphs do something for c; its answer comes to groups_answered(). */
void groups_ask(struct groups *s, struct groups_call *c, struct graphs_command *g);
struct groups_call *groups_call_waiting(struct groups *s, enum groups_wait w, uint64_t number);
/* Hands out a job for c over its bytes. */
void groups_job_start(struct groups *s, struct groups_call *c, enum groups_job job);
/* Ends what waits for an entry that is no more. */
void groups_calls_end(struct groups *s, struct groups_entry *e, enum err why);

/* ---- groups_row.c ---- */
MUST_USE enum err groups_rows_read(struct groups *s);
MUST_USE enum err groups_person_put(struct groups *s, struct groups_person *p);
MUST_USE enum err groups_person_drop(struct groups *s, const struct groups_person *p);
MUST_USE enum err groups_standard_put(struct groups *s);
MUST_USE enum err groups_entry_put(struct groups *s, struct groups_entry *e);
MUST_USE enum err groups_entry_drop(struct groups *s, const struct groups_entry *e);
void groups_person_free(struct groups *s, struct groups_person *p);
void groups_entry_free(struct groups *s, struct groups_entry *e);
/* Puts were undone: what the store holds counts again, but for rows of ours that are only
 * to be put again. */
void groups_persons_again(struct groups *s);
void groups_entries_again(struct groups *s);

/* ---- groups_seal.c ---- */
/* Answers false with why, where there is no vault key, or another than before. */
bool groups_vault_ready(struct groups *s, enum err *err, const char **why);
MUST_USE enum err groups_key_seal(struct groups *s, const struct crypto_key *k, const char *kind,
				  const char *name, struct groups_octets *out);
MUST_USE enum err groups_key_unseal(struct groups *s, enum crypto_profile_id profile,
				    const char *kind, const char *name,
				    const struct groups_octets *sealed, struct crypto_key **out);
MUST_USE enum err groups_secret_seal(struct groups *s, struct span secret, const char *kind,
				     const char *name, struct groups_octets *out);
/* `out` has room for what was sealed. */
MUST_USE enum err groups_secret_unseal(struct groups *s, const char *kind, const char *name,
				       const struct groups_octets *sealed, uint8_t *out);
/* The same of what has any length, in locked memory that is given back with
 * crypto_secret_free(); *out NULL: there is none. */
MUST_USE enum err groups_secret_open(struct groups *s, const struct groups_octets *sealed,
				     const char *kind, const char *name, uint8_t **out, size_t *n);
/* The keys of epochs that the entry's group has, sealed for its row. */
MUST_USE enum err groups_keys_seal(struct groups *s, struct groups_entry *e);
MUST_USE enum err groups_octets_set(struct groups *s, struct groups_octets *o, struct span from);
static inline struct span groups_span(const struct groups_octets *o)
{
	return span_of(o->p, o->n);
}

/* ---- groups_find.c ---- */
MUST_USE enum err groups_person_find(const struct groups *s, struct span word,
				     struct groups_person **out);
MUST_USE enum err groups_entry_find(const struct groups *s, struct span word, struct span identity,
				    struct groups_entry **out);
struct groups_person *groups_person_named(const struct groups *s, struct span name);
struct groups_entry *groups_entry_named(const struct groups *s, struct span id, struct span self);
/* With an answer where there is none. */
struct groups_person *groups_person_of(struct groups *s, struct groups_call *call,
				       struct span word);
struct groups_entry *groups_entry_of(struct groups *s, struct groups_call *call,
				     const struct groups_command *c);

/* ---- groups_person.c, groups_carry.c: commands ---- */
void groups_id_create(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_id_set(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_id_delete(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_id_export(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_id_import(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_owner(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_owner_import(struct groups *s, const struct groups_command *c,
			 const struct group_paper *paper, struct groups_call *call);
void groups_carried(struct groups *s, struct groups_call *call, enum err err, struct span result);
/* Takes the key over, also on error; the text is for people. */
struct groups_new_person {
	struct crypto_key *key;
	enum crypto_profile_id profile;
	struct span name, label, certificate;
	bool make_default;
};
MUST_USE enum err groups_person_add(struct groups *s, struct groups_new_person *n,
				    const char **why);
bool groups_label_fits(struct span label);
/* Whom a command is for; made by `label` where this machine has nobody. NULL: it is answered,
 * also where it was only asked what would be done. */
struct groups_person *groups_person_or_new(struct groups *s, const struct groups_command *c,
					   struct groups_call *call);

/* ---- groups_make.c ---- */
void groups_create(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_join(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_import(struct groups *s, const struct groups_command *c, struct groups_call *call);
/* The member of it that this machine is, born; NULL where keys are not at hand. */
MUST_USE enum err groups_entry_wake(struct groups *s, struct groups_entry *e, struct text *why);

/* ---- groups_open.c ---- */
void groups_open(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_close(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_leave(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_connect(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_cancel(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_connect_next(struct groups *s, struct groups_call *call, enum err err, const char *why);
/* Its graph is opened, for call. create: it is made. */
void groups_entry_open(struct groups *s, struct groups_entry *e, struct groups_call *call,
		       const struct graph_properties *create);
/* Its graph is closed, until this part is back. */
void groups_entry_shut(struct groups *s, struct groups_entry *e);
/* Those that should be open and are not. */
void groups_open_again(struct groups *s);

/* ---- groups_names.c ---- */
/* What the part pnrp shall do next; false: nothing. */
bool groups_names_poll(struct groups *s, struct groups_out *out);
struct mono groups_names_deadline(const struct groups *s, const struct groups_entry *e);
/* The entry goes: so do its names. */
void groups_names_end(struct groups *s, struct groups_entry *e);
void groups_names_free(struct groups *s);

/* ---- groups_search.c ---- */
/* Asks the part pnrp for a name; NULL without memory. */
struct groups_search *groups_search_new(struct groups *s, const char *name);
/* Nobody waits for it any more. */
void groups_search_drop(struct groups *s, struct groups_search *x);
bool groups_searches_poll(struct groups *s, struct groups_out *out);
void groups_searches_free(struct groups *s);
void groups_searches_tick(struct groups *s);
struct mono groups_searches_deadline(const struct groups *s);
/* The part pnrp was switched off or on: what was asked of it is over. */
void groups_searches_lost(struct groups *s);
/* Looks a name up for call, which waits: looked_up() is called once. ERR_NOMEM. */
MUST_USE enum err groups_lookup_start(struct groups *s, struct groups_call *call, const char *name,
				      groups_looked_up *looked_up);
/* Its call is gone. */
void groups_lookup_end(struct groups *s, struct groups_call *call);
/* Why a search found nothing, for people. */
void groups_search_why(struct text *t, const char *name, const struct groups_resolution *r);

/* ---- groups_seek.c ---- */
enum groups_seek_why {
	GROUPS_SEEK_ASKED, /* calls wait for it */
	GROUPS_SEEK_ALONE,
	GROUPS_SEEK_REPAIR
};
/* Looks for other members, unless it does already. ERR_NOMEM. */
MUST_USE enum err groups_seek_start(struct groups *s, struct groups_entry *e,
				    enum groups_seek_why why);
void groups_seek_hit(struct groups *s, struct groups_entry *e, const struct groups_hit *hit);
void groups_seek_searched(struct groups *s, struct groups_entry *e,
			  const struct groups_resolution *r);
/* A reply of graphs; false: not to one of ours. */
bool groups_seek_answered(struct groups *s, const struct graph_out *reply);
/* What its graph says: whether it is alone, whether it wants others. */
void groups_seek_event(struct groups *s, struct groups_entry *e, const struct graph_event *v);
/* GROUP-11.22: whether we are removed. */
void groups_seek_mind(struct groups *s, struct groups_entry *e);
void groups_seek_tick(struct groups *s, struct groups_entry *e);
void groups_seek_end(struct groups *s, struct groups_entry *e);

/* ---- groups_remove.c ---- */
void groups_remove(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_removing_tick(struct groups *s); /* slices */
bool groups_removing_any(const struct groups *s);
void groups_removing_free(struct groups *s, struct groups_call *call);

/* ---- groups_tell.c ---- */
/* The entry, where it can sign; NULL and an answer where not. */
struct groups_entry *groups_live_entry(struct groups *s, const struct groups_command *c,
				       struct groups_call *call);
/* Its peer name, into out.made. */
MUST_USE enum err groups_member_named(const struct groups_entry *e, struct span word,
				      struct groups_call *call, struct text *why);
/* Until what it asked the group for comes out. */
void groups_wait_turn(struct groups *s, struct groups_entry *e, struct groups_call *call);
void groups_set(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_rotate(struct groups *s, const struct groups_command *c, struct groups_call *call);
/* Who waits for another key of the entry's group is answered where that is over. */
void groups_rotated(struct groups *s, struct groups_entry *e);
void groups_export(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_grant(struct groups *s, const struct groups_command *c, struct groups_call *call);
/* The entry, where it can sign; answers where not. */
struct groups_entry *groups_live_entry(struct groups *s, const struct groups_command *c,
				       struct groups_call *call);
/* Until what it asked the group for comes out. */
void groups_wait_turn(struct groups *s, struct groups_entry *e, struct groups_call *call);
/* What the group is, with what c changes of it. */
void groups_policy_of(const struct groups_entry *e, const struct groups_command *c,
		      struct group_policy *p);

/* ---- groups_invite.c ---- */
void groups_invite(struct groups *s, const struct groups_command *c, struct groups_call *call);
void groups_invite_revoke(struct groups *s, const struct groups_command *c,
			  struct groups_call *call);
void groups_password(struct groups *s, const struct groups_command *c, struct groups_call *call);
/* What its job has made of the secret of an invitation, or of a password. */
void groups_prs_done(struct groups *s, struct groups_call *call, enum err err, struct span result);
void groups_inviting_free(struct groups *s, struct groups_inviting *i);

/* Writes a paper as the document of the answer. */
MUST_USE enum err groups_write(struct groups *s, struct groups_call *call,
			       const struct group_paper *p);
void groups_paper_of(const struct groups_entry *e, enum group_paper_kind kind,
		     struct group_paper *p);

/* ---- groups_make.c: what a chain in a document leads to ---- */
void groups_join_with(struct groups *s, const struct groups_command *c,
		      const struct group_paper *paper, struct groups_call *call);

/* ---- groups_join.c ---- */
void groups_join_secret(struct groups *s, const struct groups_command *c, struct groups_call *call);
/* groups_joining.c: the call is answered; the graph of one that was called with goes. */
void groups_joining_end(struct groups *s, struct groups_call *call);
void groups_joinings_free(struct groups *s);
void groups_joinings_tick(struct groups *s);
struct mono groups_joinings_deadline(const struct groups *s);
/* Some graph is still to go. */
bool groups_joinings_left(const struct groups *s);
/* False: it is no answer to one of them. */
bool groups_joinings_answered(struct groups *s, const struct graph_out *r);
/* groups_again.c: we are removed from it, or our membership has ended. */
bool groups_entry_out(const struct groups *s, const struct groups_entry *e);
/* An identity of that name is being let in somewhere. */
bool groups_joining_is(const struct groups *s, struct span self);
/* Whose graph it is while it is called with; NULL: not that. */
struct group_joiner *groups_joining_guard(const struct groups *s, struct span id, struct span self);
/* A name is looked for that many may publish (GROUP-13.25, GROUP-13.27). */
bool groups_joining_again(const struct groups_call *call);
/* All those addresses were called for it already. */
bool groups_joining_called(const struct groups_call *call, const struct groups_hit *hit);
/* One of those refused us at its door: it is there, and a member (GROUP-13.29). */
bool groups_joining_heard(const struct groups_call *call, const struct groups_hit *hit);
/* groups_code.c, of what somebody publishes under a name that call looks up: false: nothing that
 * it could use. */
bool groups_code_wants(const struct groups_call *call, struct span payload);
/* The job is done. */
void groups_joining_prs(struct groups *s, struct groups_call *call, enum err err, struct span prs);
/* A graph has answered; false: it is not for us. */
bool groups_joining_answered(struct groups *s, struct groups_call *call,
			     const struct graph_out *reply);
/* The group is there, and open. */
void groups_joined(struct groups *s, struct groups_call *call);

/* ---- groups_graph.c ---- */
/* What an entry's group wants done; true: an event of it is in *out. */
bool groups_entry_poll(struct groups *s, struct groups_entry *e, struct groups_out *out);
void groups_answered(struct groups *s, struct groups_call *call, const struct graph_out *reply);
MUST_USE enum err groups_guard_provider(void *ctx, struct span graph_id, struct span peer,
					struct graph_provider *out);

#endif
