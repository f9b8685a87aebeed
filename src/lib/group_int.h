/* group_int.h - what the library's files about identities and groups share. */
#ifndef LIB_GROUP_INT_H
#define LIB_GROUP_INT_H

#include "lib/graph_int.h"

/* Escaped, an octet is three. */
#define LIB_GROUP_PATH (3 * OPS_GRAPH_ID_MAX + 40)

struct hst_group {
	struct lib_handle handle;
	hst_graph *graph;  /* asked for so far; NULL: not yet */
	const char *named; /* in paths: the name, or NAME/IDENTITY */
	char id[];	   /* Group Peer Name */
};

int lib_invalid(struct hst_ctx *c, const char *why);
/* HST_E_INVALID with `why`, unless it is good; also for a handle of no context. */
int lib_group_check(const struct hst_group *g, bool good, const char *why);
/* "/v1/groups/NAME" and the tail. */
const char *lib_group_path(const struct hst_group *g, const char *tail, char path[LIB_GROUP_PATH]);
/* "/v1/" noun "/" id tail, escaped; false: it is too long. */
bool lib_path(char path[LIB_GROUP_PATH], const char *noun, const char *id, const char *tail);
/* As which identity: "" where the name alone will do. */
int lib_group_new(struct hst_ctx *c, const char *id, const char *identity, hst_group **out);

/* A request that an answer of the type ops_made ends; *name, which may be NULL, gets whom it
 * was about. HST_OK, HST_ALREADY, or HST_E_*. */
int lib_make(struct hst_ctx *c, const struct lib_ask *k, char **name);
/* What goes over stream.sock: a passphrase, then a document, "" for none. *text gets the
 * `document` of the answer, or its `name`. */
struct lib_paper {
	const char *path;
	const void *pass;
	size_t pass_n;
	const char *document;
	const struct ops_struct *type; /* of the request's body; NULL: it has none */
	const void *body;
	int deadline_ms; /* 0: a minute */
};
int lib_paper_export(struct hst_ctx *c, const struct lib_paper *p, char **text);
int lib_paper_import(struct hst_ctx *c, const struct lib_paper *p, char **name);
/* Text for hst_free(); HST_E_NOMEM. */
int lib_give_text(struct hst_ctx *c, const char *s, char **out);
/* NULL: "". */
const char *lib_or_empty(const char *s);

int lib_role_of(const char *word);   /* 0: none */
const char *lib_role_word(int role); /* NULL: there is no such role; "" for 0 */

/* Things as the public header has them; NULL without memory. */
struct hst_identity_info *lib_identity_of(struct hst_ctx *c, const struct ops_identity *i,
					  const char *json);
struct hst_group_info *lib_group_of(struct hst_ctx *c, const struct ops_group *g, const char *json);
struct hst_code_info *lib_code_of(struct hst_ctx *c, const struct ops_invite *i);
struct hst_member_info *lib_member_of(struct hst_ctx *c, const struct ops_member *m,
				      const char *json);

#endif
