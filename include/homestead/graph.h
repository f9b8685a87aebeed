/* graph.h - the part of <homestead.h> about graphs, their records, and direct
 * connections between their nodes. */
#ifndef HOMESTEAD_GRAPH_H
#define HOMESTEAD_GRAPH_H

#include <homestead/context.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Graphs: a mesh of nodes that repairs itself, and a database of records that is the same
 * at each of them.
 *
 * What only the machine itself has to do is done when a call returns, after one round trip
 * to the daemon (HST_E_DEADLINE after 5 s; of a change of a record after 30 s, since it may
 * wait for the key of a group: HST_E_NOT_READY where none comes); what touches the network is an
 * operation. Other programs of the machine share its graphs: a handle is a handle, and the
 * graph stays open when the handle is freed, and over restarts, until somebody closes it.
 * Handles of a context that is gone can be freed, and fail in everything else. */
typedef struct hst_graph hst_graph;

#define HST_GUID_TEXT 37 /* "0ccbb0d2-be41-4bd6-914b-058ec5dcce64", NUL and all */
HST_API int hst_guid_parse(const char *text, hst_guid *guid); /* HST_E_INVALID */
HST_API void hst_guid_text(const hst_guid *guid, char text[HST_GUID_TEXT]);
/* The record type that a word stands for, so that programs need not agree on a GUID. Small letters,
 * digits and -, not first. HST_E_INVALID. */
HST_API int hst_record_type(const char *word, hst_guid *type);

/* "192.0.2.7", "192.0.2.7:3587", "[2001:db8::7]:3587", "fe80::1%2"; `port` where none is
 * given. HST_E_INVALID. */
HST_API int hst_address_parse(const char *text, uint16_t port, hst_address *address);

enum hst_scope {
	HST_SCOPE_GLOBAL = 0,
	HST_SCOPE_SITE = 1,
	HST_SCOPE_LINK = 2
};
enum hst_presence {
	HST_PRESENCE_USUAL = 0, /* all */
	HST_PRESENCE_ALL = -1,
	HST_PRESENCE_NONE = -2
};
#define HST_GRAPH_DEFER	 0x1u /* records stay past their time while there is no neighbor */
#define HST_GRAPH_LISTEN 0x2u /* take connections, as soon as the database is complete */

/* What a graph is. Text NULL: none, or as usual. */
typedef struct hst_graph_props {
	uint32_t size;		    /* HST_INIT */
	const char *id;		    /* its Graph ID: the same at all its nodes */
	const char *peer;	    /* our Peer ID in it; NULL: one of this machine's own */
	const char *node_name;	    /* friendly name of our node */
	const char *name;	    /* friendly name of the graph */
	const char *comment;	    /* about the graph */
	uint32_t flags;		    /* HST_GRAPH_... */
	int scope;		    /* enum hst_scope */
	const char *profile;	    /* "modern" (NULL) or "classic" */
	uint32_t record_max;	    /* octets of a record; 0: as many as the protocol can */
	int presence;		    /* who tells that it is here: enum hst_presence, or
				    * about so many nodes */
	uint32_t presence_life_s;   /* for how long that counts; 0: 300 */
	const hst_guid *sync_order; /* record types that are synchronised first */
	size_t n_sync_order;
	const char *attributes; /* hst_graph_set: what our presence says about us */
	bool present;		/* hst_graph_set: we tell that we are here in any case */
} hst_graph_props;

/* *g gets a handle, for hst_free. HST_E_EXISTS; HST_E_NOT_READY: the part graph is off. */
HST_API int hst_graph_create(hst_ctx *c, const hst_graph_props *props, hst_graph **g);
/* A graph of this machine, or one that other machines have: then HST_CREATED, and records
 * come when hst_graph_connect() has found a neighbor. Open already: just the handle. */
HST_API int hst_graph_open(hst_ctx *c, const hst_graph_props *props, hst_graph **g);
HST_API const char *hst_graph_id(const hst_graph *g);
/* Takes leave of the neighbors; the database stays. */
HST_API int hst_graph_close(hst_graph *g);
/* The same, and forgets the database. */
HST_API int hst_graph_delete(hst_graph *g);
/* From now on other nodes can connect here. HST_E_NOT_READY: its database was never
 * complete. */
HST_API int hst_graph_listen(hst_graph *g);
/* A first neighbor: the others find themselves. peer NULL: whoever runs it. Ends when it is
 * connected, or will not be. addr NULL is HST_E_INVALID. deadline_ms as hst_call(). */
HST_API int hst_graph_connect(hst_graph *g, const char *peer, const struct sockaddr *addr,
			      int deadline_ms, hst_op *op);
/* Ends a connection of hst_graph_links(). */
HST_API int hst_graph_disconnect(hst_graph *g, uint64_t conn);

typedef struct hst_graph_info {
	uint32_t size;
	const char *id, *state, *why; /* "closed", "loading", "waiting", "alone", "connected",
				       * "leaving"; and in words */
	const char *peer, *name, *comment, *creator;
	uint64_t node; /* our Node ID */
	bool open, listening, synchronised, partition;
	uint64_t neighbors, directs, nodes, contacts;
	uint64_t records, octets;
	uint64_t signature;
	int64_t time; /* the graph's common clock */
	int64_t skew; /* how far ours is ahead of it, us */
	uint64_t record_max;
	const char *json; /* all there is, as GET /v1/graphs/{graph} */
} hst_graph_info;
/* *info is freed by hst_free. */
HST_API int hst_graph_get(hst_graph *g, hst_graph_info **info);

#define HST_SET_NAME	      0x01u
#define HST_SET_COMMENT	      0x02u
#define HST_SET_PRESENCE      0x04u
#define HST_SET_PRESENCE_LIFE 0x08u
#define HST_SET_PRESENT	      0x10u
#define HST_SET_ATTRIBUTES    0x20u
/* Sets what mask names. */
HST_API int hst_graph_set(hst_graph *g, const hst_graph_props *props, uint32_t mask);
/* Records that could not be judged when they came are judged anew. */
HST_API int hst_graph_revalidate(hst_graph *g);
/* A sign of life to a neighbor, 0: to all; shows connections that are dead. */
HST_API int hst_graph_ping(hst_graph *g, uint64_t node, int deadline_ms, hst_op *op);
/* The database, to and from a descriptor that is borrowed until the operation ends. The
 * OP_DONE of an import has what came of it. */
HST_API int hst_graph_export(hst_graph *g, int fd, int deadline_ms, hst_op *op);
HST_API int hst_graph_import(hst_graph *g, int fd, int deadline_ms, hst_op *op);

typedef struct hst_node_info {
	uint32_t size;
	uint64_t node;
	const char *peer, *attributes;
	bool self, neighbor, contact;
	size_t n_addresses;
	const hst_address *addresses;
} hst_node_info;
/* Items: hst_node_info, of nodes that tell they are here, and of neighbors. */
HST_API int hst_graph_nodes(hst_graph *g, hst_iter **it);

typedef struct hst_link_info {
	uint32_t size;
	uint64_t conn, node;
	const char *peer, *state;
	bool direct, incoming;
	struct sockaddr_storage local, remote;
	uint64_t octets_in, octets_out, unsent, backlog;
	int64_t skew; /* how far the other side's clock is ahead of the graph's, us */
} hst_link_info;
/* Items: hst_link_info. */
HST_API int hst_graph_links(hst_graph *g, hst_iter **it);

enum hst_attr_type {
	HST_ATTR_STRING = 0,
	HST_ATTR_INT = 1,
	HST_ATTR_DATE = 2
};
typedef struct hst_attr {
	const char *name; /* 1 to 40 letters and digits */
	int type;	  /* enum hst_attr_type */
	const char *value;
} hst_attr;

typedef struct hst_record {
	uint32_t size; /* HST_INIT */
	hst_guid type;
	const char *word; /* instead of a type, or NULL; what is found has it where it is known */
	const void *data;
	size_t data_n;	 /* NULL without HST_RECORDS_NO_DATA: see data_size */
	int64_t expires; /* us; 0: see life */
	int64_t life;	 /* us from now; 0: a year. Not of what is found */
	const hst_attr *attrs;
	size_t n_attrs;
	/* Of what is found alone. */
	hst_guid id;
	uint32_t version; /* 1, and one more with each change */
	bool ours;	  /* this node made or changed it last */
	const char *creator, *modifier;
	int64_t created, modified;
	uint64_t data_size; /* octets of its data; `data` is NULL where they were not wanted */
} hst_record;

/* It is on disk when this returns, and on its way to all others. *id may be NULL. HST_E_FULL:
 * neighbors do not read as fast as we write; try again. */
HST_API int hst_record_add(hst_graph *g, const hst_record *rec, hst_guid *id);

#define HST_RECORD_DATA	 0x1u
#define HST_RECORD_ATTRS 0x2u
#define HST_RECORD_TIME	 0x4u
/* Sets what mask names of the record rec->id. if_version 0: whatever it is; else HST_E_EXISTS
 * when it is another. */
HST_API int hst_record_update(hst_graph *g, const hst_record *rec, uint32_t mask,
			      uint32_t if_version);
#define HST_RECORD_LOCAL 0x1u /* only here: a synchronisation may bring it back */
HST_API int hst_record_delete(hst_graph *g, const hst_guid *id, uint32_t flags);
/* *rec is freed by hst_free. HST_E_NOT_FOUND. */
HST_API int hst_record_get(hst_graph *g, const hst_guid *id, hst_record **rec);
#define HST_RECORDS_NO_DATA 0x1u
/* Items: hst_record. type NULL: all; query NULL: all, else a query as `type = note and
 * author = "ann"` or a peersearch document; HST_E_INVALID says at which column. */
HST_API int hst_record_list(hst_graph *g, const hst_guid *type, const char *query, uint32_t flags,
			    hst_iter **it);

/* Events of a graph: the kinds of which bit (1 << (kind - HST_EVENT_STATUS)) is in kinds, 0:
 * all; type NULL: records of all types. What happens after this returned is told. Ended by
 * hst_unsubscribe(). */
#define HST_KIND(kind) (UINT64_C(1) << ((kind)-HST_EVENT_STATUS))
HST_API int hst_graph_subscribe(hst_graph *g, uint64_t kinds, const hst_guid *type, hst_sub *sub);
/* Whether other nodes may open direct connections here: then DIRECT tells of each. */
HST_API int hst_graph_accept(hst_graph *g, bool accept);

/* A direct connection to one node, for messages with a type each, of up to 1 MiB. */
/* By Peer ID, or Node ID, or address. It can be used when the operation ended well; *conn is
 * freed by hst_free, which ends it. */
HST_API int hst_conn_open(hst_graph *g, const char *peer, uint64_t node,
			  const struct sockaddr *addr, int deadline_ms, hst_conn **conn,
			  hst_op *op);
/* One that came in: `conn` of an HST_EVENT_DIRECT. */
HST_API int hst_conn_take(hst_graph *g, uint64_t conn, hst_conn **out);
/* Copies all or nothing. HST_E_AGAIN: it has too much to send already; an HST_EVENT_WRITABLE
 * comes when it has not. type NULL: none in particular (zero). */
HST_API int hst_conn_send(hst_conn *conn, const hst_guid *type, const struct iovec *iov, size_t n);
/* Sends what was taken, then ends it; an HST_EVENT_CLOSED tells when that is done. */
HST_API int hst_conn_close(hst_conn *conn);

#ifdef __cplusplus
}
#endif

#endif
