/* graph_int.h - what the library's files about graphs share. */
#ifndef LIB_GRAPH_INT_H
#define LIB_GRAPH_INT_H

#include "lib/lib_int.h"

#include "ops/types.h"

#define LIB_GRAPH_PATH 400

struct hst_graph {
	struct lib_handle handle;
	uint64_t number; /* of the daemon */
	char id[];
};

/* HST_E_INVALID with `why`, unless it is good; also for a handle of no context. */
int lib_graph_check(const struct hst_graph *g, bool good, const char *why);
/* "/v1/graphs/7" and the tail. */
const char *lib_graph_path(const struct hst_graph *g, const char *tail, char path[LIB_GRAPH_PATH]);
/* A handle of a graph of this machine, by its ID. */
int lib_graph_of(struct hst_ctx *c, const char *id, struct hst_graph **out);
/* A change that one round trip ends; type NULL: without a body. */
int lib_graph_change(const struct hst_graph *g, const char *method, const char *tail,
		     const struct ops_struct *type, const void *body);
/* An operation; the ask's path is its tail. */
int lib_graph_begin(const struct hst_graph *g, const struct lib_ask *k, hst_op *op);
bool lib_address_text(const struct sockaddr *sa, char *out, size_t size);

/* record.c: a record as the public header has it, with room for data that are large; NULL
 * without memory. */
struct hst_record *lib_record_of(struct hst_ctx *c, const struct ops_record *r);

/* transfer.c: over a stream, waiting for its end. HST_E_*, with the last error set. */
int lib_record_upload(struct hst_graph *g, const struct ops_record_upload *u, struct span data,
		      hst_event **done);
/* Exactly size octets, of what the tail of a path gives. */
int lib_record_download(struct hst_graph *g, const char *tail, void *to, size_t size);
/* These octets to what is asked for; *done gets the line that ends it. */
int lib_sealed(struct hst_ctx *c, const struct lib_ask *ask, struct span octets, hst_event **done);

#endif
