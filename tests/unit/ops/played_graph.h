/* played_graph.h - graphs that the test plays, beside played.h: a closed one and an open
 * one, whose database is a real one in memory, and the commands that ops gives. */
#ifndef UNIT_OPS_PLAYED_GRAPH_H
#define UNIT_OPS_PLAYED_GRAPH_H

#include "played.h"

#define PLAYED_HELD 300

struct played_graph {
	bool on;
	enum err health;
	uint16_t port;
	struct graphs_info graphs[3];
	size_t n_graphs;
	struct graphs_counts strange;
	struct graph_info info; /* of every open one */
	struct graph_properties properties;
	struct graph_link_info links[3];
	size_t n_links;
	struct graph_node_info nodes[3];
	size_t n_nodes;
	struct graph_db *db;

	struct graphs_command command; /* the last one, */
	char id[100], peer[100], name[100],
		text[40000]; /* and what its spans held: id, name, attributes */
	uint8_t payload[300000];
	size_t payload_n;
	struct graph_properties made;
	size_t commands, cancelled;
	size_t counts[GRAPH_REVALIDATE + 1]; /* of the kinds of GRAPHS_OF */
	bool paused;			     /* by the last CONN_READ */
	struct engine_result result;	     /* what is answered */
	bool later;			     /* hold answers back until played_graph_answer */
	struct held {
		engine_done_fn *done;
		void *arg;
		uint64_t number;
	} held[PLAYED_HELD];
	size_t n_held;
};
extern struct played_graph played_graph;

/* Graphs 1, 0.notes, open and connected, with five records, and 2, 0.attic, closed. */
void played_graph_init(void);
void played_graph_fini(void);
/* One more record; `seed` decides its ID and type, created and changed `age` s ago. */
struct played_record {
	uint8_t seed;
	const char *word;	/* its type; NULL: a GUID of the seed */
	const char *attributes; /* XML, UTF-8; NULL none */
	const char *payload;
	size_t payload_n; /* 0: of the text */
	int64_t age;
	bool deleted;
};
struct graph_entry *played_graph_record(const struct played_record *r);
/* What ops asked for; answers at once, or later. */
void played_graph_take(const struct graphs_command *c, engine_done_fn *done, void *arg,
		       uint64_t number);
void played_graph_forget(uint64_t number);
/* Answers the oldest that is held back. */
void played_graph_answer(const struct engine_result *r);

/* A request about graph 1 and, of it, `name`. */
struct ops_request played_of(enum ops_kind kind, const char *name);

#endif
