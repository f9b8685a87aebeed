/* outbox.h - outputs of a node that wait for a commit (ENGINE-4). SEND and
 * CLOSE of one link form a stream, and so do all EVENTs and DATA: within a stream
 * nothing overtakes. A DATAGRAM waits for its own commit alone (ENGINE-35). What
 * waits for nothing goes at once, but events and data, which always wait for
 * engine_outbox_release(), so that their reader may call the engine.
 * Knows no sockets: its owner's vtable does the work. ENGINE-3 to ENGINE-9. */
#ifndef ENGINE_OUTBOX_H
#define ENGINE_OUTBOX_H

#include "base/list.h"
#include "base/map.h"
#include "node/node.h"

/* Octets of a link that wait: above the first the link is not read until all
 * have gone, above the second it is given up. */
#define OUTBOX_LINK_PAUSE ((size_t)1024 * 1024)
#define OUTBOX_LINK_MAX	  ((size_t)16 * 1024 * 1024)
/* Events that wait; more are dropped and counted. */
#define OUTBOX_EVENTS_MAX 10000
/* So many, and no more should come until half of them have gone. */
#define OUTBOX_EVENTS_MANY 4000
/* Octets for the application that wait behind them; of more the link is cut. */
#define OUTBOX_DATA_MAX ((size_t)32 * 1024 * 1024)
/* Datagrams that wait; more are dropped, as a network would. */
#define OUTBOX_DATAGRAMS_MAX 1024

struct outbox_datagram {
	uint32_t socket;
	struct addr local, remote;
	uint8_t hops;
};

/* Octets for the application: a stream with the events. */
struct outbox_data {
	uint32_t graph, link;
	uint64_t conn;
	struct graph_guid type;
};

struct outbox_ops {
	void (*send)(void *arg, uint32_t link, struct span bytes);
	/* After a send: its node wants to know when it has gone. */
	void (*ask_drained)(void *arg, uint32_t link);
	void (*close)(void *arg, uint32_t link);
	/* Octets of the link are lost for want of memory: end it. */
	void (*cut)(void *arg, uint32_t link);
	void (*datagram)(void *arg, const struct outbox_datagram *d, struct span bytes);
	void (*event)(void *arg, const struct node_event *e, struct wall wall);
	void (*data)(void *arg, const struct outbox_data *d, struct span bytes);
	void (*pause)(void *arg, uint32_t link);
	void (*resume)(void *arg, uint32_t link);
	void *arg;
};

struct outbox_stream {
	uint32_t link;
	struct list node; /* among the doomed */
	size_t held, octets;
	uint64_t stuck_in; /* the walk in which something of it had to wait */
	bool paused, doomed;
};

struct outbox {
	const struct env *env;
	struct outbox_ops ops;
	struct list items; /* in the order they came out of the node */
	size_t count;
	struct list spare; /* items to be used again */
	size_t n_spare;
	struct map links; /* streams that hold something, or are doomed */
	struct list doomed;
	struct outbox_stream events, datagrams; /* the second has no order */
	size_t data_n, data_octets;		/* of the items of events that are DATA */
	uint64_t committed, walk;
	uint64_t datagrams_lost; /* since birth */
	uint64_t events_lost;	 /* since engine_outbox_events_lost() */
	bool releasing;
};

void engine_outbox_init(struct outbox *o, const struct env *env, const struct outbox_ops *ops);
void engine_outbox_fini(struct outbox *o);

/* Takes in a SEND, CLOSE, DATAGRAM, EVENT or DATA: copies what has to wait. Without memory, or
 * above OUTBOX_LINK_MAX, the link is doomed; an event or a datagram is lost and counted. */
void engine_outbox_put(struct outbox *o, const struct node_out *out, struct wall wall);

/* All up to `committed` is on disk: lets go what may. May be called with the
 * number it had, to let events go. Does nothing inside itself. */
void engine_outbox_release(struct outbox *o, uint64_t committed);

/* All from `first` on is undone: drops what waited for it. Every link that had
 * something among that is doomed. Gives the number of events dropped. */
size_t engine_outbox_fail(struct outbox *o, uint64_t first);

/* The link is gone: drops what waits on it. */
void engine_outbox_forget(struct outbox *o, uint32_t link);

/* Takes out a doomed link, for the owner to end: all it had is dropped. */
bool engine_outbox_take_doomed(struct outbox *o, uint32_t *link);

size_t engine_outbox_events(const struct outbox *o); /* that wait */

/* Events lost without anybody being told; begins to count anew. */
uint64_t engine_outbox_events_lost(struct outbox *o);

#endif
