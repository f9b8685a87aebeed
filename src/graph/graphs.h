/* graphs.h - all graphs of one machine (pure): which there are, the port they share and the
 * choice of the one that a connection is for (AUTH_INFO), their life over restarts.
 * node/ wires this to the world. doc/graph.md, section 12. */
#ifndef GRAPH_GRAPHS_H
#define GRAPH_GRAPHS_H

#include "graph/config.h"
#include "graph/graph.h"

struct graphs;

/* Who protects the graphs that are groups; the owner's, for life. */
struct graphs_guard {
	void *ctx;
	/* The provider of a graph of which we are `peer`, with the record types that its
	 * synchronisation begins with. ERR_NOT_FOUND: it is no group; ERR_STATE: its keys are
	 * not at hand, it stays closed until it is opened by command. */
	enum err (*provider)(void *ctx, struct span graph_id, struct span peer,
			     struct graph_provider *out);
};

/* Durable (D17): which graphs there are and what is kept of each. */
extern const struct store_table graph_table_graphs;

/* Copies cfg; borrows the rest for life. Opens what was open. ERR_NOMEM, ERR_CONFIG, or
 * what the store gives. */
MUST_USE enum err graphs_new(struct graphs **out, const struct graph_part_config *cfg,
			     struct crypto *crypto, const struct env *env, struct store *store,
			     struct mono now, struct wall wall);
void graphs_free(struct graphs *s);
/* Before the first input; a graph that was made with a provider opens with one only. */
void graphs_guard(struct graphs *s, const struct graphs_guard *guard);
/* As graph_revalidate(), graph_resume() and graph_recheck(), of one graph. */
void graphs_revalidate(struct graphs *s, struct span id, const struct graph_guid *ids, size_t n,
		       struct mono now);
void graphs_resume(struct graphs *s, struct span id, struct mono now);
void graphs_recheck(struct graphs *s, struct span id, struct mono now);
void graphs_recheck_ended(struct graphs *s, struct span id, struct mono now);
/* Of the instance of one Peer ID alone: keys are a person's. */
void graphs_reveal(struct graphs *s, struct span id, struct span peer, struct mono now);
/* As graph_apart(), of the instance of one Peer ID; empty: of any. */
void graphs_apart(struct graphs *s, struct span id, struct span peer, bool apart, struct mono now);
/* As graph_said(), of the graph with that ID where we are `peer`. */
void graphs_said(struct graphs *s, struct span id, struct span peer,
		 const struct graph_saying *what, struct mono now);
/* Links that are dialled have odd numbers from 1 up, or from here on: for whoever ran
 * others before. Nothing is dialled yet. */
void graphs_links_from(struct graphs *s, uint32_t first);
uint32_t graphs_links_next(const struct graphs *s);
MUST_USE enum err graphs_reconfigure(struct graphs *s, const struct graph_part_config *cfg,
				     struct mono now);

/* Addresses of this machine, ports 0. ERR_NOMEM. */
MUST_USE enum err graphs_addresses(struct graphs *s, const struct addr *a, size_t n,
				   struct mono now);
/* What was asked for with GRAPHS_LISTEN is there, with its port; or is not. */
void graphs_listening(struct graphs *s, const struct addr *local, struct mono now);
void graphs_listen_failed(struct graphs *s, const struct addr *local, enum err why,
			  struct mono now);
MUST_USE enum err graphs_accepted(struct graphs *s, uint32_t link, const struct addr *local,
				  const struct addr *remote, struct mono now);
MUST_USE enum err graphs_up(struct graphs *s, uint32_t link, const struct addr *local,
			    const struct addr *remote, struct mono now);
void graphs_down(struct graphs *s, uint32_t link, enum err why, struct mono now);
MUST_USE enum err graphs_input(struct graphs *s, uint32_t link, struct span bytes, struct mono now);
void graphs_drained(struct graphs *s, uint32_t link, struct mono now);
bool graphs_has_link(const struct graphs *s, uint32_t link);
bool graphs_link_waits(const struct graphs *s, uint32_t link);
struct span graphs_link_unfinished(const struct graphs *s, uint32_t link); /* as graph_... */
void graphs_wall(struct graphs *s, struct wall wall, struct mono now);
void graphs_tick(struct graphs *s, struct mono now);
struct mono graphs_deadline(const struct graphs *s);
void graphs_store_failed(struct graphs *s, uint64_t first, enum err why, struct mono now);
/* All graphs are left; done when graphs_busy() is false. */
void graphs_stop(struct graphs *s, struct mono now);
bool graphs_busy(const struct graphs *s);

enum graphs_command_kind {
	GRAPHS_CREATE, /* properties, peer; ERR_EXISTS */
	GRAPHS_OPEN,   /* properties.id, peer; of what is in the store, or new to us */
	GRAPHS_CLOSE,  /* its database stays; ERR_NOT_FOUND */
	GRAPHS_DELETE, /* with its database */
	GRAPHS_LISTEN, /* from now on, over restarts too; ERR_STATE: not synchronised */
	GRAPHS_CANCEL, /* the command `other` */
	GRAPHS_OF      /* `of`, of the graph with `id` */
};

/* Spans are borrowed for the call. */
struct graphs_command {
	enum graphs_command_kind kind;
	struct span id;	  /* Graph ID, UTF-8 */
	struct span peer; /* our Peer ID; empty: "0." and the machine's random name */
	struct span name; /* our friendly name */
	const struct graph_properties *properties; /* CREATE; OPEN: profile */
	const struct graph_guid *sync_order;	   /* CREATE, OPEN */
	size_t n_sync_order;
	bool listen;  /* CREATE, OPEN: as soon as it may, over restarts too */
	bool guarded; /* CREATE, OPEN: the guard has its provider */
	bool apart;   /* OPEN: connects to nobody by itself, until it is opened anew */
	uint64_t other;
	struct graph_command of;
};
/* Ends in one GRAPHS_REPLY with `number`. ERR_NOMEM. */
MUST_USE enum err graphs_command(struct graphs *s, const struct graphs_command *c, uint64_t number,
				 struct mono now);

enum graphs_out_kind {
	GRAPHS_LISTEN_ON, /* connections on `local`; any_port: another port when it is taken */
	GRAPHS_UNLISTEN,
	GRAPHS_DIAL,
	GRAPHS_SEND,
	GRAPHS_CLOSE_LINK,
	GRAPHS_EVENT,
	GRAPHS_REPLY,
	GRAPHS_DATA
};
struct graphs_out {
	enum graphs_out_kind kind;
	struct addr local;
	bool any_port;
	uint32_t graph; /* number; 0: none */
	struct graph_out of;
};
bool graphs_poll(struct graphs *s, struct graphs_out *out);

/* A look inside: *at starts at 0. */
struct graphs_info {
	uint32_t number;
	bool open, listens; /* listens: asked for */
	const char *id, *peer;
	const struct graph *graph; /* NULL: closed */
};
bool graphs_next(const struct graphs *s, size_t *at, struct graphs_info *out);
const struct graph *graphs_find(const struct graphs *s, struct span id);
/* The instance of a Graph ID with our Peer ID `peer`; empty: the first that is open. */
const struct graph *graphs_instance(const struct graphs *s, struct span id, struct span peer);
uint16_t graphs_port(const struct graphs *s);	/* 0: none */
enum err graphs_health(const struct graphs *s); /* why nothing is listened on */

/* Connections that came in and led nowhere. */
struct graphs_counts {
	uint64_t accepted;  /* all that came in */
	uint64_t strangers; /* for no graph that listens here */
	uint64_t malformed; /* began with no AUTH_INFO */
	uint64_t late;	    /* said too long nothing */
	uint64_t full;	    /* too many of one address, or in all */
	uint32_t waiting;   /* have not said yet whom they want */
};
void graphs_counts(const struct graphs *s, struct graphs_counts *out);

#endif
