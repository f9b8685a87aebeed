/* graph_int.h - inside of ops: what its files about graphs share. */
#ifndef OPS_GRAPH_INT_H
#define OPS_GRAPH_INT_H

#include "ops/ops_int.h"

/* ---- graphs.c ---- */
/* The graph that a request names, and whose node runs here; false: it was answered why not. */
bool ops_graph_find(struct ops *o, const struct ops_request *r, struct ops_call call,
		    struct graphs_info *out);
bool ops_graph_open(struct ops *o, const struct ops_request *r, struct ops_call call,
		    struct graphs_info *out);
/* How far a graph is; info is read where g is not NULL. */
enum ops_graph_phase {
	OPS_GRAPH_CLOSED,
	OPS_GRAPH_LEAVING,
	OPS_GRAPH_LOADING,
	OPS_GRAPH_WAITING,
	OPS_GRAPH_ALONE,
	OPS_GRAPH_CONNECTED
};
enum ops_graph_phase ops_graph_phase_of(const struct graph *g, const struct graph_info *info);
/* 16 digits; "" for 0. */
void ops_set_node_id(char out[OPS_NODE_MAX + 1], uint64_t id);
/* ERR_MALFORMED; 0 for "". */
MUST_USE enum err ops_read_node_id(const char *s, uint64_t *out);
void ops_set_addr(char *out, size_t size, const struct addr *a);

/* ---- graph_wish.c: a change on its way through the engine ---- */

/* Why a request is not even tried. */
struct ops_complaint {
	struct text why;
	char buffer[OPS_MESSAGE_MAX + 1];
	const char *hint;
};
void ops_complaint_init(struct ops_complaint *c);
enum err ops_complain(struct ops_complaint *c, enum err e, const char *why, const char *hint);

/* What was asked of a graph, and how its answer is worded. */
struct graph_wish {
	struct asking asking;		 /* first */
	struct graphs_command command;	 /* its spans: until it is sent */
	char id[OPS_GRAPH_ID_MAX + 1];	 /* the Graph ID */
	char peer[OPS_GRAPH_ID_MAX + 1]; /* as whom: two of ours may be in one */
	uint32_t number;		 /* of the graph; 0: not known yet */
	const char *done, *would;	 /* "is closed", "would be closed" */
	char object[120];		 /* before that; "": the graph */
	bool again;			 /* the graph goes on to try it when the network failed */
	/* Makes the answer, but for errors; NULL: an ops_change. */
	void (*answer)(struct graph_wish *w, const struct engine_result *r, bool dry);
};
/* For a graph; id NULL: command.id is not set. NULL without memory. `size` of what begins
 * with a graph_wish, 0: it alone. */
MUST_USE struct graph_wish *ops_graph_wish(struct ops *o, struct ops_call call,
					   const struct graphs_info *g, size_t size);
/* Ends in an answer, whatever happens: `e` is how reading the request went; dry: nothing is
 * sent. ERR_NOMEM: nothing was answered. */
MUST_USE enum err ops_graph_send(struct graph_wish *w, enum err e, bool dry,
				 struct ops_complaint *c);
/* "192.0.2.1:3587"; without a port that of graphs. ERR_MALFORMED, complained of. */
/* Whether a list with commas between, such as "name,comment", has a name. */
bool ops_names(const char *list, const char *name);
MUST_USE enum err ops_read_remote(const char *s, struct addr *out, struct ops_complaint *c);
/* Where a node listens: n->n_addresses of them; NULL without memory. */
struct ops_endpoint *ops_node_addresses(const struct graph_node_info *n, struct arena *mem);
/* "FRIENDS": what was or would be done. */
void ops_graph_say(const struct graph_wish *w, struct text *t, bool dry);
/* What the core said no with, in words, and what to do. */
void ops_graph_refused(struct ops_call call, const char *object, const char *failed,
		       const struct engine_result *r);

/* ---- words.c: types of records ---- */
/* A GUID, or a word that stands for one. *is_word (may be NULL). ERR_MALFORMED. */
MUST_USE enum err ops_type_read(struct ops *o, const char *s, struct graph_guid *out,
				bool *is_word);
/* False: it is no word. */
bool ops_word_type(struct ops *o, struct span word, struct graph_guid *out);
#define OPS_WORD_ATTRIBUTE "recordtype"

/* ---- records.c ---- */
/* The entry of a record that an application may see: not deleted, no built-in. */
bool ops_record_shown(const struct graph *g, const struct graph_entry *e);
/* The one that a request names; NULL: it was answered why not. */
const struct graph_entry *ops_record_find(const struct graph *g, const char *typed,
					  struct ops_call call);
/* The word that its type is made of; false: of none that it tells. */
bool ops_record_word(struct ops *o, const struct graph *g, const struct graph_entry *e, char *out,
		     size_t size);
struct ops_record_want {
	bool payload, xml;
};
/* ERR_NOMEM, or what the store gives. */
MUST_USE enum err ops_record_fill(struct ops *o, const struct graph *g, const struct graph_entry *e,
				  const struct ops_record_want *want, struct draft *d,
				  struct ops_record *out);

/* ---- record_wish.c ---- */
/* What an application gives of a record, as the core takes it; lies in mem. */
struct record_given {
	const char *type;
	int64_t expires, life;
	const struct ops_attribute *attributes;
	size_t n_attributes;
	const char *xml, *data, *text, *set;
};
MUST_USE enum err ops_record_read(struct ops *o, const struct record_given *g, struct arena *mem,
				  struct graph_command *out, struct ops_complaint *c);
void ops_record_answer(struct ops_call call, const struct graph_guid *id, uint32_t version,
		       const char *done, bool dry);

#endif
