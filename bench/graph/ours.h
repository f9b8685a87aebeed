/* ours.h - a node of a graph in this process, with the engine that the daemon has: what
 * the programs of this bench that are ours begin with. */
#ifndef BENCH_GRAPH_OURS_H
#define BENCH_GRAPH_OURS_H

#include "engine/engine.h"

struct ours {
	/* Before the start. A record of another came, or one of ours is durable: its payload. */
	void (*arrived)(void *arg, struct span payload);
	void *arg;
	bool member; /* it may be in groups */

	struct os_loop *loop;
	struct engine *engine;
	/* The graph's, and our Peer ID in it, "": the machine's. */
	char id[GROUP_NAME_OCTETS + 1], peer[GROUP_NAME_OCTETS + 1];
	uint32_t asked; /* commands without an answer */
	enum err last;	/* of those, the newest that failed, */
	char why[200];	/* and why, in words */
	/* Of the answer that is waited for: the document, or NULL. */
	struct text *document;
};

/* dir NULL: nothing is kept. Listens on 127.0.0.1 at the port. */
void ours_start(struct ours *o, uint16_t port, const char *dir);
void ours_end(struct ours *o);
/* Runs the loop once, waiting at most so long. */
void ours_turn(struct ours *o, int wait_ms);
/* Gives a command and goes on until it is answered; in vain: the program ends. */
void ours_must(struct ours *o, const struct node_command *c, const char *what);
/* A command of the one graph; likewise, but gives what came of it. */
enum err ours_do(struct ours *o, const struct graphs_command *c);
/* Gives it alone. False: no memory. */
bool ours_ask(struct ours *o, const struct graphs_command *c);
void ours_create(struct ours *o);
/* Opens the graph, connects to that node, waits until it has all, and listens. */
void ours_join(struct ours *o, uint16_t port, int limit_s);
/* False when that node refuses; why is in o->last. */
bool ours_connects(struct ours *o, uint16_t port);
/* Goes on until it has all that its neighbors have. */
void ours_synchronise(struct ours *o, int limit_s);
struct addr ours_at(uint16_t port);
bool ours_add(struct ours *o, struct span payload);
void ours_info(const struct ours *o, struct graph_info *info);

#endif
