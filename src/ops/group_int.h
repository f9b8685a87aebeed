/* group_int.h - inside of ops: what its files about identities and groups share. */
#ifndef OPS_GROUP_INT_H
#define OPS_GROUP_INT_H

#include "ops/graph_int.h"

/* ---- groups.c ---- */
/* The part when it can be asked; else NULL, after an answer that says why. */
const struct groups *ops_groups_of(struct ops *o, struct ops_call call);
/* What a request names; false: it was answered why not. `open`: and its keys are at hand. */
bool ops_group_find(struct ops *o, const struct ops_request *r, struct ops_call call,
		    struct groups_info *out);
bool ops_group_find_open(struct ops *o, const struct ops_request *r, struct ops_call call,
			 struct groups_info *out);
bool ops_identity_find(struct ops *o, const struct ops_request *r, struct ops_call call,
		       struct groups_identity *out);
/* What a state means, of a graph that is a group. */
const char *ops_group_state_text(enum ops_graph_phase phase);
/* The graph of a group; NULL: closed. */
const struct graph *ops_graph_of_group(struct ops *o, const struct groups_info *g);
/* "group \"Home\"", by its friendly name where there is one. */
void ops_put_group(struct text *t, const struct groups_info *g);
/* " by \"Ann\": moved out", of a group that we were removed from. */
void ops_put_remover(struct text *t, const struct groups_info *g);
/* Administrators whose membership holds, and those of them that are here; of an open group. */
void ops_group_admins(const struct groups_info *g, uint64_t *known, uint64_t *here);
/* "administrator"; "" for none. */
void ops_set_role(char *out, size_t size, unsigned int roles);
const char *ops_draft_span(struct draft *d, struct span s);

/* ---- members.c ---- */
/* Certificates of a chain, from the group down. */
MUST_USE enum err ops_chain_fill(const struct crypto_chain *chain, struct draft *d,
				 struct ops_credential **out, size_t *n);
size_t ops_members_online(const struct groups_info *g);
/* How the member of a group that is that graph is called; "" unknown, or it is no group. */
const char *ops_member_label(struct ops *o, const struct graph *of, const char *peer,
			     struct draft *d);
/* The same of a group that is open, or of itself. */
const char *ops_label_in(const struct groups_info *g, const char *peer, struct draft *d);
/* "\"Bob\"", by the friendly name where there is one. */
void ops_put_member(struct text *t, const struct group_member *m);
/* By peer name, friendly name, or the beginning of a peer name, six characters or more.
 * ERR_NOT_FOUND, ERR_MALFORMED (several), complained of. */
MUST_USE enum err ops_member_find(const struct groups_info *g, const char *typed,
				  const struct group_member **out, struct ops_complaint *c);

/* ---- papers.c ---- */
/* What a document says. ERR_MALFORMED, ERR_UNSUPPORTED with `why`; ERR_NOMEM. */
MUST_USE enum err ops_paper_look(struct ops *o, struct span document, struct draft *d,
				 struct ops_paper *out, struct text *why);

/* Whether a group is ours, and an identity. */
void ops_paper_ours(struct ops *o, struct ops_paper *to);

/* ---- codes.c ---- */
/* What is no XML was typed, or sent. */
bool ops_is_typed(const char *s);
/* As ops_paper_look(), of a code or a link. */
MUST_USE enum err ops_code_look(struct ops *o, struct span s, struct draft *d,
				struct ops_paper *out, struct text *why);

/* ---- first.c ---- */
struct group_wish;
/* The peer name of one there is; "": there is none. Lives as long as the identity. */
const char *ops_first_identity(struct ops *o);
/* GROUP-10.12: whom a wish is of, and how one is called that is made where nobody is there. */
MUST_USE enum err ops_read_first(struct group_wish *w, const char *identity, const char *first,
				 struct ops_complaint *c);
void ops_say_first(const struct group_wish *w, struct text *t);

/* ---- group_wish.c: a change on its way through the engine ---- */
struct group_wish {
	struct asking asking;	       /* first */
	struct groups_command command; /* its spans: until it is sent */
	char object[200];	       /* "group \"Home\"" */
	const char *done, *would;      /* "is closed", "would be closed" */
	const char *next;	       /* what to do then; NULL nothing */
	bool dry;
	/* Makes the answer, but for errors; NULL: an ops_made. */
	void (*answer)(struct group_wish *w, const struct engine_result *r);
	struct os_timer *timer; /* of one that ends by itself */
	bool newcomer;		/* there was no identity: one is made with it */
	const char *group;	/* its name, where the answer says it, */
	const char *group_id;	/* and its peer name */
};
/* NULL without memory. */
MUST_USE struct group_wish *ops_group_wish(struct ops *o, struct ops_call call,
					   enum groups_command_kind kind, bool dry);
/* Ends in an answer, whatever happens: `e` is how reading the request went. What is wrong
 * with a dry one is told, too. ERR_NOMEM: nothing was answered. */
MUST_USE enum err ops_group_send(struct group_wish *w, enum err e, struct ops_complaint *c);
/* Text of a user in NFC, at most so many UTF-16 code units, in memory of the wish. */
MUST_USE enum err ops_group_text(struct group_wish *w, const char *s, size_t most, const char *what,
				 struct span *out, struct ops_complaint *c);
/* How one ends, with its answer or its error; what of it made something, and how that is
 * called. */
void ops_group_done(struct asking *a, const struct engine_result *r);
void ops_group_answer_made(struct group_wish *w, const struct engine_result *r);
const char *ops_group_label(struct ops *o, const char *name);
/* It is about the group of that name. */
void ops_group_object(struct group_wish *w, const char *name);
/* Where members may be, and until when they are waited for; us -1: 30 s. */
MUST_USE enum err ops_group_addresses(struct group_wish *w, const struct ops_address *list,
				      size_t n, struct ops_complaint *c);
MUST_USE enum err ops_group_deadline(struct group_wish *w, int64_t us, struct ops_complaint *c);
MUST_USE enum err ops_group_profile(const char *s, enum crypto_profile_id *out,
				    struct ops_complaint *c);
/* A time that something ends at; "without end" for the last there is. */
void ops_put_end(struct text *t, const char *before, int64_t us);

/* ---- group_hint.c: what to do about a failure ---- */
const char *ops_group_hint(const struct group_wish *w, const struct engine_result *r);

/* ---- join.c ---- */
/* As the request, with the password of the group in NFC, which is wiped by the caller then.
 * ERR_NOMEM: nothing was answered. */
MUST_USE enum err ops_join(struct ops *o, const struct ops_group_join *j, struct span password,
			   struct ops_call call);
/* In mem, for later; NULL without memory. */
MUST_USE struct ops_group_join *ops_join_copy(const struct ops_group_join *j, struct arena *mem);

/* groups_name.c: its names in the clouds, and the last search for members */
void ops_group_names(struct ops *o, struct ops_group *to, const struct groups_info *g,
		     struct draft *d);

/* ---- grant.c, for remove.c and invites.c ---- */
/* Which member of the group: its name, and what it is called, in the wish. */
MUST_USE enum err ops_grant_who(struct group_wish *w, const struct groups_info *g,
				const char *typed, struct ops_complaint *c);
/* A role; "": member. */
MUST_USE enum err ops_grant_role(struct group_wish *w, const char *s, struct ops_complaint *c,
				 const char *hint);
void ops_grant_answer(struct group_wish *w, const struct engine_result *r);
/* When a membership ends: us, or 0; life us, -1 not given. */
MUST_USE enum err ops_grant_until(struct group_wish *w, int64_t until, int64_t life,
				  struct ops_complaint *c);

#endif
