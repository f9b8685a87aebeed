/* ops_int.h - inside of ops: shared by its files, seen by nobody else. */
#ifndef OPS_OPS_INT_H
#define OPS_OPS_INT_H

#include "ops/ops.h"

#include "base/list.h"

struct entry;

/* Events in the order they came; `count` of them ever, each at its ordinal % size. */
struct ring {
	struct entry **entries;
	size_t size;
	uint64_t count;
	uint64_t dropped; /* number of the newest that is not there any more, 0 none */
};

enum {
	HISTORY_ALL,
	HISTORY_RECORDS,
	HISTORY_RINGS
};

/* The newest events, and who reads them. */
struct history {
	struct ring rings[HISTORY_RINGS];
	uint64_t newest; /* number of the newest event, 0 none */
	struct list subscribers;
};

struct ops {
	struct engine *engine;
	struct ops_host host;
	const struct env *env;
	uint64_t run;
	struct arena mem; /* of the answer being made */
	struct history history;
	struct list asking; /* the engine has not answered yet */
	uint64_t last_ticket;
	struct crypto *crypto; /* for hashes */
	struct list streams;   /* newest last */
	size_t n_streams, stream_octets;
	struct list directs; /* direct connections */
	struct list captures;
	char stream_path[160]; /* longer than a socket's may be: then it is told */
};

/* Where an answer goes. */
struct ops_call {
	ops_done_fn *done;
	void *arg;
	ops_found_fn *found; /* NULL: nobody is told before the end */
	uint64_t *ticket;    /* gets the number for ops_cancel; may be NULL */
};

/* An answer in the making: strings go to mem; without memory `failed` is set
 * and the text is "". */
struct draft {
	struct arena *mem;
	bool failed;
};

const char *ops_draft_text(struct draft *d, const struct text *t);
const char *ops_draft_str(struct draft *d, const char *s);

/* Both call done. */
void ops_answer_value(struct ops_call call, const struct ops_struct *type, const void *value);
void ops_answer_error(struct ops_call call, enum err e, const char *message, const char *hint);

/* Whether there is such a part or level; `why` names those there are. */
MUST_USE enum err ops_check_part(const struct ops *o, const char *part, struct text *why);
MUST_USE enum err ops_check_level(const char *level, struct text *why);

/* status.c */
MUST_USE enum err ops_run_status(struct ops *o, const struct ops_request *r, struct ops_call call);
/* State of the part masc, and why. */
void ops_masc_part(struct ops *o, struct draft *d, struct ops_part *out);

/* masc.c */
MUST_USE enum err ops_run_masc_peers(struct ops *o, const struct ops_request *r,
				     struct ops_call call);
MUST_USE enum err ops_run_masc_peer(struct ops *o, const struct ops_request *r,
				    struct ops_call call);
MUST_USE enum err ops_run_masc_command(struct ops *o, const struct ops_request *r,
				       struct ops_call call);
/* Why a peer's last connection ended, in words; nothing when none did. */
struct masc_peer_info;
void ops_masc_last_error(struct text *t, const struct masc_peer_info *info);

/* What masc's files share: numbers and ranges as text, "" for none. */
struct masc_id;
struct masc_prefix;
void ops_set_id(char *out, size_t size, const struct masc_id *id);
void ops_set_prefix(char *out, size_t size, const struct masc_prefix *p);
/* Microseconds from now until a wall time; 0 when that is past. */
int64_t ops_until(int64_t wall_us);

/* masc_claims.c: looks. */
MUST_USE enum err ops_run_masc_prefixes(struct ops *o, const struct ops_request *r,
					struct ops_call call);
MUST_USE enum err ops_run_masc_claims(struct ops *o, const struct ops_request *r,
				      struct ops_call call);
MUST_USE enum err ops_run_masc_demands(struct ops *o, const struct ops_request *r,
				       struct ops_call call);
MUST_USE enum err ops_run_masc_clashes(struct ops *o, const struct ops_request *r,
				       struct ops_call call);
/* In figures, for the status; masc is configured. */
void ops_masc_holdings(const struct ops *o, struct ops_holdings *out);
/* Reads a range that a user named. ERR_MALFORMED with a sentence in `why`. */
MUST_USE enum err ops_read_prefix(const char *s, struct masc_prefix *out, struct text *why);
/* The same for where to look: a single address is a range too. */
MUST_USE enum err ops_read_within(const char *s, struct masc_prefix *out, struct text *why);
/* Whether another domain holds a part of it, which is not withdrawn. */
bool ops_masc_clashes(const struct masc *m, const struct masc_prefix *p);

/* masc_space.c */
MUST_USE enum err ops_run_masc_space(struct ops *o, const struct ops_request *r,
				     struct ops_call call);

/* masc_wish.c: changes. */
MUST_USE enum err ops_run_masc_wish(struct ops *o, const struct ops_request *r,
				    struct ops_call call);

/* asking.c: a command on its way through the engine; first in whatever its owner keeps
 * beside it. */
struct asking {
	struct list node; /* in ops.asking */
	struct ops *ops;
	struct ops_call call;
	struct arena mem; /* until it ends */
	uint64_t ticket, number;
	enum node_command_kind part;
	bool ends; /* a CANCEL of its part ends it */
	/* Exactly once, unless it is cancelled; the asking is freed behind it. */
	void (*done)(struct asking *a, const struct engine_result *r);
	void (*found)(struct asking *a, const struct node_found *f); /* NULL: nothing is */
	void (*fini)(struct asking *a); /* what its owner keeps beside it; NULL: nothing */
};
/* Zeroed, of `size` octets; NULL without memory. */
MUST_USE struct asking *ops_asking_new(struct ops *o, struct ops_call call, size_t size);
void ops_asking_free(struct asking *a);
/* Gives it to the engine, which may have answered when this returns: the asking is its
 * from now on, also after ERR_NOMEM. */
MUST_USE enum err ops_asking_give(struct asking *a, const struct node_command *c);
MUST_USE enum err ops_asking_send(struct asking *a, const struct pnrp_command *c);

/* names.c */
MUST_USE enum err ops_run_names(struct ops *o, const struct ops_request *r, struct ops_call call);
MUST_USE enum err ops_run_name_publish(struct ops *o, const struct ops_request *r,
				       struct ops_call call);
MUST_USE enum err ops_run_name_unpublish(struct ops *o, const struct ops_request *r,
					 struct ops_call call);
MUST_USE enum err ops_run_name_convert(struct ops *o, const struct ops_request *r,
				       struct ops_call call);
/* A list of where a name leads to; zone: of its cloud. NULL without memory. */
MUST_USE struct ops_endpoint *ops_endpoints(const struct pnrp_app *app, size_t n, bool automatic,
					    uint32_t zone, struct arena *mem);
const char *ops_payload_type(enum pnrp_payload_type t);

/* resolve.c */
MUST_USE enum err ops_run_name_resolve(struct ops *o, const struct ops_request *r,
				       struct ops_call call);

/* clouds.c */
MUST_USE enum err ops_run_clouds(struct ops *o, const struct ops_request *r, struct ops_call call);
MUST_USE enum err ops_run_cloud(struct ops *o, const struct ops_request *r, struct ops_call call);
MUST_USE enum err ops_run_cloud_ping(struct ops *o, const struct ops_request *r,
				     struct ops_call call);
MUST_USE enum err ops_run_cloud_change(struct ops *o, const struct ops_request *r,
				       struct ops_call call);
/* The part pnrp when it can be asked; else NULL, after an answer that says why. */
const struct pnrp_clouds *ops_pnrp_of(const struct ops *o, struct ops_call call);
bool ops_cloud_find(const struct pnrp_clouds *p, const char *name, struct pnrp_cloud_info *out);
/* Whether there is such a cloud, or, for "", any at all: else an answer was given. */
bool ops_cloud_check(const struct pnrp_clouds *p, const char *name, struct ops_call call);
/* Address and port of a node, with the zone of its cloud. */
void ops_set_node(char *out, size_t size, const struct pnrp_endpoint *e, uint32_t zone);
/* 64 digits; "" for the ID zero. */
void ops_set_pnrp_id(char out[65], const struct pnrp_id *id);

/* status_pnrp.c */
void ops_pnrp_part(struct ops *o, struct draft *d, struct ops_part *out);
/* The UDP ports in use, one a family; 0: none. any: of IPv4 where that has one. */
struct ops_pnrp_ports {
	uint16_t any, ipv4, ipv6;
};
struct ops_pnrp_ports ops_pnrp_ports_of(const struct pnrp_clouds *p);
/* In figures, for the status. */
void ops_pnrp_look(struct ops *o, struct draft *d, struct ops_pnrp *out);
/* What needs the operator, in turn: *at starts at 0. Both texts are of d. */
struct ops_attention;
bool ops_pnrp_attention(struct ops *o, struct draft *d, size_t *at, struct ops_attention *out);

/* graphs.c */
MUST_USE enum err ops_run_graph_off(struct ops *o, const struct ops_request *r,
				    struct ops_call call);
MUST_USE enum err ops_run_graphs(struct ops *o, const struct ops_request *r, struct ops_call call);
MUST_USE enum err ops_run_graph(struct ops *o, const struct ops_request *r, struct ops_call call);
void ops_graph_part(struct ops *o, struct draft *d, struct ops_part *out);
/* In figures, for the status. */
void ops_graph_look(struct ops *o, struct draft *d, struct ops_graphing *out);
/* Whether the graphs have another port than the configured one. */
bool ops_graph_port_attention(struct ops *o, struct draft *d, struct ops_attention *out);

/* As ops_pnrp_attention. */
bool ops_graph_attention(struct ops *o, struct draft *d, size_t *at, struct ops_attention *out);

/* groups.c */
MUST_USE enum err ops_run_group_off(struct ops *o, const struct ops_request *r,
				    struct ops_call call);
MUST_USE enum err ops_run_groups(struct ops *o, const struct ops_request *r, struct ops_call call);
MUST_USE enum err ops_run_group(struct ops *o, const struct ops_request *r, struct ops_call call);
/* In figures, for the status. */
void ops_group_look(struct ops *o, struct draft *d, struct ops_grouping *out);

/* status_group.c */
void ops_group_part(struct ops *o, struct draft *d, struct ops_part *out);
void ops_group_keys(struct ops *o, struct draft *d, struct ops_keys *out);
/* As ops_pnrp_attention. */
bool ops_group_attention(struct ops *o, struct draft *d, size_t *at, struct ops_attention *out);

/* identities.c */
MUST_USE enum err ops_run_identities(struct ops *o, const struct ops_request *r,
				     struct ops_call call);
MUST_USE enum err ops_run_identity(struct ops *o, const struct ops_request *r,
				   struct ops_call call);
MUST_USE enum err ops_run_identity_make(struct ops *o, const struct ops_request *r,
					struct ops_call call);
MUST_USE enum err ops_run_identity_set(struct ops *o, const struct ops_request *r,
				       struct ops_call call);
MUST_USE enum err ops_run_identity_delete(struct ops *o, const struct ops_request *r,
					  struct ops_call call);

/* group_wish.c */
MUST_USE enum err ops_run_group_make(struct ops *o, const struct ops_request *r,
				     struct ops_call call);
MUST_USE enum err ops_run_group_join_secret(struct ops *o, const struct ops_request *r,
					    struct ops_call call);
MUST_USE enum err ops_run_group_join(struct ops *o, const struct ops_request *r,
				     struct ops_call call);
MUST_USE enum err ops_run_group_life(struct ops *o, const struct ops_request *r,
				     struct ops_call call);
MUST_USE enum err ops_run_group_connect(struct ops *o, const struct ops_request *r,
					struct ops_call call);
MUST_USE enum err ops_run_group_set(struct ops *o, const struct ops_request *r,
				    struct ops_call call);
MUST_USE enum err ops_run_group_export(struct ops *o, const struct ops_request *r,
				       struct ops_call call);

/* group_stream.c: what needs a passphrase */
MUST_USE enum err ops_run_identity_export(struct ops *o, const struct ops_request *r,
					  struct ops_call call);
MUST_USE enum err ops_run_identity_import(struct ops *o, const struct ops_request *r,
					  struct ops_call call);
MUST_USE enum err ops_run_group_password(struct ops *o, const struct ops_request *r,
					 struct ops_call call);
MUST_USE enum err ops_run_group_owner(struct ops *o, const struct ops_request *r,
				      struct ops_call call);
MUST_USE enum err ops_run_group_import(struct ops *o, const struct ops_request *r,
				       struct ops_call call);

/* invites.c */
MUST_USE enum err ops_run_invites(struct ops *o, const struct ops_request *r, struct ops_call call);
MUST_USE enum err ops_run_invite_make(struct ops *o, const struct ops_request *r,
				      struct ops_call call);
MUST_USE enum err ops_run_invite_revoke(struct ops *o, const struct ops_request *r,
					struct ops_call call);

/* members.c, grant.c, papers.c */
MUST_USE enum err ops_run_members(struct ops *o, const struct ops_request *r, struct ops_call call);
MUST_USE enum err ops_run_member(struct ops *o, const struct ops_request *r, struct ops_call call);
MUST_USE enum err ops_run_member_remove(struct ops *o, const struct ops_request *r,
					struct ops_call call);
MUST_USE enum err ops_run_member_return(struct ops *o, const struct ops_request *r,
					struct ops_call call);
MUST_USE enum err ops_run_member_grant(struct ops *o, const struct ops_request *r,
				       struct ops_call call);
MUST_USE enum err ops_run_paper_read(struct ops *o, const struct ops_request *r,
				     struct ops_call call);

/* graph_wish.c */
MUST_USE enum err ops_run_graph_make(struct ops *o, const struct ops_request *r,
				     struct ops_call call);
MUST_USE enum err ops_run_graph_life(struct ops *o, const struct ops_request *r,
				     struct ops_call call);
MUST_USE enum err ops_run_graph_set(struct ops *o, const struct ops_request *r,
				    struct ops_call call);
MUST_USE enum err ops_run_graph_connect(struct ops *o, const struct ops_request *r,
					struct ops_call call);
MUST_USE enum err ops_run_graph_disconnect(struct ops *o, const struct ops_request *r,
					   struct ops_call call);
MUST_USE enum err ops_run_graph_ping(struct ops *o, const struct ops_request *r,
				     struct ops_call call);

/* graph_nodes.c */
MUST_USE enum err ops_run_graph_nodes(struct ops *o, const struct ops_request *r,
				      struct ops_call call);
MUST_USE enum err ops_run_graph_links(struct ops *o, const struct ops_request *r,
				      struct ops_call call);

/* records.c */
MUST_USE enum err ops_run_records(struct ops *o, const struct ops_request *r, struct ops_call call);
MUST_USE enum err ops_run_record(struct ops *o, const struct ops_request *r, struct ops_call call);

/* record_wish.c */
MUST_USE enum err ops_run_record_add(struct ops *o, const struct ops_request *r,
				     struct ops_call call);
MUST_USE enum err ops_run_record_update(struct ops *o, const struct ops_request *r,
					struct ops_call call);
MUST_USE enum err ops_run_record_delete(struct ops *o, const struct ops_request *r,
					struct ops_call call);

/* direct.c */
/* Octets of a connection that the program here has not read; of neighbors none wait. */
size_t ops_direct_waiting(const struct ops *o, uint32_t graph, uint64_t conn);
MUST_USE enum err ops_run_direct_open(struct ops *o, const struct ops_request *r,
				      struct ops_call call);
MUST_USE enum err ops_run_direct_close(struct ops *o, const struct ops_request *r,
				       struct ops_call call);
MUST_USE enum err ops_run_direct_stream(struct ops *o, const struct ops_request *r,
					struct ops_call call);
MUST_USE enum err ops_run_direct_accept(struct ops *o, const struct ops_request *r,
					struct ops_call call);

/* record_stream.c */
MUST_USE enum err ops_run_record_data(struct ops *o, const struct ops_request *r,
				      struct ops_call call);
MUST_USE enum err ops_run_record_upload(struct ops *o, const struct ops_request *r,
					struct ops_call call);

/* backup.c */
MUST_USE enum err ops_run_graph_export(struct ops *o, const struct ops_request *r,
				       struct ops_call call);
MUST_USE enum err ops_run_graph_import(struct ops *o, const struct ops_request *r,
				       struct ops_call call);

/* capture.c */
MUST_USE enum err ops_run_capture(struct ops *o, const struct ops_request *r, struct ops_call call);

/* history.c */
MUST_USE enum err ops_history_init(struct ops *o);
void ops_history_fini(struct ops *o);
MUST_USE enum err ops_run_events(struct ops *o, const struct ops_request *r, struct ops_call call);

#endif
