/* node_int.h - the inside of a node, for the files of this folder. */
#ifndef NODE_NODE_INT_H
#define NODE_NODE_INT_H

#include "base/list.h"
#include "node/node.h"

/* An output of the node's own, beside those of its parts. */
struct node_own {
	struct list in;
	struct node_out out;
	struct node_event event; /* EVENT */
};

#define NODE_PROBE_EVERY  MONO_MIN
#define NODE_PROBE_LIMIT  (30 * MONO_SEC)
#define NODE_CLOCK_STEP	  MONO_SEC /* a jump worth telling */
#define NODE_PROBE_OCTETS 8

struct node_probe {
	uint64_t number; /* of the newest */
	bool waiting;	 /* for its answer */
	bool stuck;	 /* told so */
	struct mono sent, next;
	uint8_t input[NODE_PROBE_OCTETS];
};

/* The masc core. Its links count from `base`, so that one that follows another
 * in the same run reuses no number. */
struct node_masc {
	struct masc *core; /* NULL: switched off */
	bool leaving;	   /* free it once it is drained */
	uint32_t base, highest;
};

/* Names without servers. */
struct node_pnrp {
	uint32_t life;		  /* counts cores */
	struct pnrp_clouds *core; /* NULL: switched off */
	bool leaving;		  /* free it once it has said goodbye */
	uint32_t sockets;	  /* bound or asked for, a bit each */
};

/* All graphs of the machine. */
struct node_graph {
	struct graphs *core;  /* NULL: switched off */
	bool leaving;	      /* free it once all are left */
	bool again;	      /* it left, and is wanted again since */
	uint32_t next_link;   /* of those dialled, for one that follows in the same run */
	struct addr *address; /* of this machine, as they were told last */
	size_t n_addresses;
};

/* Identities and groups: on top of the graphs. */
/* On what the names of groups rest: another one has none of them. */
struct node_names {
	uint32_t clouds; /* node_pnrp.life; 0: off */
	uint32_t profile;
};

struct node_group {
	struct groups *core; /* NULL: switched off */
	bool leaving;	     /* free it once its graphs are left */
	bool again;	     /* it left, and is wanted again since */
	uint8_t *vault;	     /* our copy of the key; NULL: none was given */
	struct groups_out out;
	struct node_names names;
};

struct node {
	const struct env *env;
	struct store *store;
	struct node_config config;
	struct wall wall; /* as read at wall_at */
	struct mono wall_at;
	bool stopping;
	struct node_probe probe;
	struct node_masc masc;
	struct node_pnrp pnrp;
	struct node_graph graph;
	struct node_group group;
	bool turned;	       /* one part gave another something to do: poll again */
	struct mono now;       /* of the last input */
	struct crypto *crypto; /* ours; NULL: the configuration lent one, or none is needed */
	struct list own;       /* struct node_own, oldest first */
	struct node_own *last; /* taken out by the last poll, its spans live */
	struct node_event event;
};

/* queue.c */
/* A fresh one at the end of `to`; NULL without memory. */
struct node_own *node_own_add(struct node *n, struct list *to, enum node_out_kind kind);
void node_own_clear(struct node *n, struct list *l);
/* Moves all of `from` behind what waits. */
void node_own_join(struct node *n, struct list *from);
/* Events are lost without memory: they are news, not state. The caller fills
 * in what it gets, at least a scratch it may write to. */
struct node_self_event *node_tell(struct node *n, enum node_self_event_kind kind);

/* clock.c */
void node_clock_read(struct node *n, struct wall wall, struct mono now);

/* probe.c */
void node_probe_start(struct node *n, struct mono now);
void node_probe_tick(struct node *n, struct mono now);
void node_probe_done(struct node *n, const struct node_in *in, struct mono now);
struct mono node_probe_deadline(const struct node *n);

/* part_pnrp.c: all of it harmless while the part is off */
MUST_USE enum err node_pnrp_start(struct node *n, const struct node_config *cfg, struct mono now);
/* As cfg wants it from now on. ERR_NOMEM, ERR_CONFIG, ...: nothing changed. */
MUST_USE enum err node_pnrp_change(struct node *n, const struct node_config *cfg, struct mono now);
void node_pnrp_free(struct node *n);
enum err node_pnrp_interfaces(struct node *n, const struct node_in *in, struct mono now);
enum err node_pnrp_socket(struct node *n, const struct node_in *in, struct mono now);
enum err node_pnrp_datagram(struct node *n, const struct node_in *in, struct mono now);
enum err node_pnrp_host(struct node *n, const struct node_in *in, struct mono now);
enum err node_pnrp_command(struct node *n, const struct node_in *in, struct mono now);
void node_pnrp_store_failed(struct node *n, const struct node_in *in, struct mono now);
void node_pnrp_wall(struct node *n, struct wall wall, struct mono now);
void node_pnrp_tick(struct node *n, struct mono now);
void node_pnrp_stop(struct node *n, struct mono now);
struct mono node_pnrp_deadline(const struct node *n);
bool node_pnrp_poll(struct node *n, struct node_out *out);

/* part_graph.c: likewise */
MUST_USE enum err node_graph_start(struct node *n, const struct node_config *cfg, struct mono now);
MUST_USE enum err node_graph_change(struct node *n, const struct node_config *cfg, struct mono now);
void node_graph_free(struct node *n);
bool node_graph_has_link(const struct node *n, uint32_t link);
bool node_graph_link_waits(const struct node *n, uint32_t link);
enum err node_graph_interfaces(struct node *n, const struct node_in *in, struct mono now);
enum err node_graph_listening(struct node *n, const struct node_in *in, struct mono now);
enum err node_graph_accepted(struct node *n, const struct node_in *in, struct mono now);
enum err node_graph_link(struct node *n, const struct node_in *in, struct mono now);
enum err node_graph_command(struct node *n, const struct node_in *in, struct mono now);
void node_graph_store_failed(struct node *n, const struct node_in *in, struct mono now);
void node_graph_wall(struct node *n, struct wall wall, struct mono now);
void node_graph_tick(struct node *n, struct mono now);
void node_graph_stop(struct node *n, struct mono now);
struct mono node_graph_deadline(const struct node *n);
bool node_graph_poll(struct node *n, struct node_out *out);

/* part_group.c: likewise; called by part_graph.c, whose core it stands on */
MUST_USE enum err node_group_vault(struct node *n);
MUST_USE enum err node_group_start(struct node *n, const struct node_config *cfg,
				   struct graphs *graphs, struct mono now);
MUST_USE enum err node_group_change(struct node *n, const struct node_config *cfg, struct mono now);
/* Once its graphs are freed, or left. */
void node_group_drop(struct node *n);
void node_group_free(struct node *n);
enum err node_group_command(struct node *n, const struct node_in *in, struct mono now);
void node_group_job_done(struct node *n, const struct node_in *in, struct mono now);
void node_group_store_failed(struct node *n, const struct node_in *in, struct mono now);
void node_group_wall(struct node *n, struct wall wall, struct mono now);
void node_group_clock(struct node *n, struct mono now);
void node_group_tick(struct node *n, struct mono now);
struct mono node_group_deadline(const struct node *n);
bool node_group_poll(struct node *n, struct node_out *out);
/* part_name.c: what groups want of the part pnrp, and hear of it */
/* Whether there is one, where that has changed; what was said to another is lost. */
void node_name_part(struct node *n);
/* One of GROUPS_OUT_NAME_... */
void node_name_want(struct node *n, const struct groups_out *o);
/* What clouds say is for groups, too; true: for them alone. */
bool node_name_hears(struct node *n, const struct pnrp_clouds_out *o);
/* What graphs say is for groups, too; true: for them alone. */
bool node_group_hears(struct node *n, const struct graphs_out *o);

/* node.c */
/* What parts share that need one. ERR_NOMEM, ... */
MUST_USE enum err node_crypto(struct node *n, struct crypto **out);

/* parts.c */
/* Outputs LISTEN for every address of cfg. ERR_NOMEM. */
MUST_USE enum err node_listen_all(struct node *n, const struct node_config *cfg, struct list *to);
/* Starts, ends and changes parts as cfg wants. ERR_NOMEM, ERR_CONFIG, ... :
 * nothing changed. */
MUST_USE enum err node_parts_start(struct node *n, const struct node_config *cfg, struct mono now);
MUST_USE enum err node_reload(struct node *n, struct span text, struct mono now);

#endif
