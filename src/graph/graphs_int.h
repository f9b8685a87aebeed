/* graphs_int.h - the inside of the manager of graphs, for its files: graphs.c (life and
 * commands), graphs_row.c (what is kept), graphs_link.c (connections and whom they are
 * for), graphs_door.c (where is listened), graphs_out.c (what comes out), graphs_purge.c
 * (rows of deleted graphs, memory of closed ones). */
#ifndef GRAPH_GRAPHS_INT_H
#define GRAPH_GRAPHS_INT_H

#include "base/list.h"
#include "base/map.h"
#include "graph/graphs.h"

#define GRAPHS_FIRST_MAX 4096 /* octets of a first frame, and of AUTH_INFO */
/* Times as many from one /64 of IPv6 as from one address: a LAN is in one. */
#define GRAPHS_PER_NET	  4
#define GRAPHS_FIRST_ROOM (2 * GRAPHS_FIRST_MAX) /* for them as they came, framed */
#define GRAPHS_HELLO_TIME (10 * MONO_SEC)	 /* until it must be whole */
#define GRAPHS_CLOSE_TIME (5 * MONO_SEC)	 /* that a graph has to say goodbye */
#define GRAPHS_ROW_MAX	  16384
#define GRAPHS_KNOWN	  8 /* addresses of other nodes that are kept of a graph */

/* A graph that this machine knows: open, closed, or on its way out. */
struct graphs_entry {
	struct list all;
	uint32_t number;
	bool open, listens, synchronised, deleted;
	bool guarded; /* the guard has its provider */
	bool apart;   /* of this run */
	char peer[GRAPH_ID_OCTETS + 1], name[GRAPH_ID_OCTETS + 1];
	struct graph_properties properties;
	struct graph_guid *sync_order;
	uint8_t n_sync_order, n_known;
	struct addr known[GRAPHS_KNOWN]; /* where others were reached, the newest first */
	int64_t time_delta;
	uint64_t left;	     /* peer time */
	struct graph *graph; /* NULL: closed */
	bool leaving;	     /* the graph says goodbye: for CLOSE or DELETE */
	bool left_saved;     /* after a stop */
	uint64_t closer;     /* the command that waits for that */
	struct mono close_at;
	uint64_t born, saved;  /* its first put, its newest */
	bool unsaved;	       /* the row is to be put again */
	bool purging;	       /* its rows are being removed */
	struct list listeners; /* struct graphs_waiter: LISTEN commands */
};

struct graphs_own {
	struct list all;
	struct graphs_out out;
};

/* A graph that was closed and is being freed. */
struct graphs_closed {
	struct list all;
	struct graph *graph;
};

/* An event of the manager's own. */
struct graphs_told {
	struct graphs_own own; /* first */
	struct graph_event event;
};

/* Why a connection that came in led nowhere: what graphs_counts counts. */
enum graphs_stranger {
	GRAPHS_STRANGER_UNWANTED,
	GRAPHS_STRANGER_MALFORMED,
	GRAPHS_STRANGER_LATE,
	GRAPHS_STRANGER_FULL,
	GRAPHS_STRANGER_COUNT
};

struct graphs_waiter {
	struct list all;
	uint64_t number;
	bool wished; /* before it was asked for: who is refused leaves that as it is */
};

/* A connection: of a graph, or not yet. */
struct graphs_link {
	uint32_t number;
	struct graphs_entry *entry; /* NULL: AUTH_INFO is not whole */
	struct list waiting;	    /* of graphs.waiting, oldest first */
	struct addr local, remote;
	struct mono deadline;
	uint8_t *octets;
	size_t n;
	struct graphs_own *closing; /* set aside for its end */
};

enum graphs_door_state {
	GRAPHS_DOOR_WANTED,
	GRAPHS_DOOR_ASKED,
	GRAPHS_DOOR_OPEN,
	GRAPHS_DOOR_SHUT
};

/* An address to listen on. */
struct graphs_door {
	struct addr want, at; /* at: OPEN, with the port it has */
	enum graphs_door_state state;
	enum err why;
};

struct graphs {
	struct graph_part_config cfg;
	struct graphs_guard guard; /* provider NULL: none yet */
	struct graph_shared shared;
	struct wall wall;
	struct mono wall_at;		   /* when it was that */
	struct list *turn;		   /* the graph whose outputs are taken out */
	char machine[GRAPH_ID_OCTETS + 1]; /* Peer ID of who gives none */
	bool machine_unsaved;
	uint64_t machine_saved;
	uint32_t next_number;
	struct list entries; /* by number */
	struct map links;    /* struct graphs_link */
	struct list waiting; /* links without a graph */
	struct graphs_counts counts;
	struct mono told[GRAPHS_STRANGER_COUNT]; /* when each was told last */
	struct graphs_door door[GRAPH_LISTEN_MAX];
	size_t n_doors;
	size_t n_forgotten;   /* doors that were asked for and are wanted no more */
	struct addr *address; /* of this machine */
	size_t n_addresses;
	struct list outs;    /* struct graphs_own */
	struct list replies; /* set aside, one for each command that is not answered */
	struct graphs_own *last;
	struct list closed; /* struct graphs_closed */
	uint64_t purge_at;  /* row of records behind which the deleted are looked for */
	struct mono purge_due;
	bool stopping;
	bool changed;	 /* a graph told something that others here must follow */
	struct mono now; /* of the last input */
};

/* ---- graphs.c ---- */
extern const char graphs_not_synchronised[];
/* False without memory. */
MUST_USE bool graphs_out_add(struct graphs *s, const struct graphs_out *o);
/* Counts a connection that led nowhere, and tells it unless it was told just now. */
void graphs_stranger(struct graphs *s, enum graphs_stranger why, const struct addr *remote);
/* What is sure to go: its memory was set aside before. */
MUST_USE bool graphs_reply_reserve(struct graphs *s);
void graphs_reply_no_more(struct graphs *s); /* one that is answered elsewhere */
void graphs_reply(struct graphs *s, uint64_t number, enum err err, const char *text,
		  uint64_t after);
struct graphs_entry *graphs_entry_find(const struct graphs *s, struct span id, struct span peer);
/* Ends what is left of a graph, whoever waits for it gets `why`; the entry stays. */
void graphs_entry_shut(struct graphs *s, struct graphs_entry *e, enum err why);
void graphs_entry_free(struct graphs *s, struct graphs_entry *e);
/* Its goodbyes are said: kept, freed, answered. */
void graphs_entry_left(struct graphs *s, struct graphs_entry *e);
MUST_USE enum err graphs_entry_open(struct graphs *s, struct graphs_entry *e, bool create,
				    struct mono now);

/* ---- graphs_row.c ---- */
/* Reads all rows. ERR_NOMEM, or the store's. */
MUST_USE enum err graphs_rows_read(struct graphs *s);
/* Puts the row of an entry: its number in e->saved. */
MUST_USE enum err graphs_row_put(struct graphs *s, struct graphs_entry *e);
MUST_USE enum err graphs_row_drop(struct graphs *s, const struct graphs_entry *e);
/* Takes over what the graph tells of itself, and puts the row if that changed. */
void graphs_row_follow(struct graphs *s, struct graphs_entry *e, struct mono now);
/* Rows that could not be put are tried again. */
void graphs_rows_again(struct graphs *s);

/* ---- graphs_link.c ---- */
void graphs_links_due(struct graphs *s, struct mono now);
struct mono graphs_links_deadline(const struct graphs *s);
struct graphs_link *graphs_link_find(const struct graphs *s, uint32_t number);
/* Of an entry, or waiting. NULL without memory. */
struct graphs_link *graphs_link_add(struct graphs *s, uint32_t number, struct graphs_entry *e);
void graphs_link_drop(struct graphs *s, struct graphs_link *l);
/* Ends those from an address that was this machine's and is not in `a` any more. */
void graphs_links_lose(struct graphs *s, const struct addr *a, size_t n, struct mono now);
/* All of an entry; NULL: all that wait. They are closed. */
void graphs_links_close(struct graphs *s, const struct graphs_entry *e);

/* ---- graphs_door.c ---- */
/* Listens if any graph wants that, tells graphs where they are reached, answers those
 * who wait for it. */
void graphs_doors_mind(struct graphs *s, struct mono now);
/* Answers of whoever opens ports are still to come: they must not be missed. */
bool graphs_doors_asked(const struct graphs *s);
/* Begins anew, with what the configuration says now. */
void graphs_doors_reset(struct graphs *s);

/* ---- graphs_purge.c ---- */
bool graphs_purge_wanted(const struct graphs *s);
void graphs_purge_slice(struct graphs *s, struct mono now);
/* Takes over a graph, or NULL: it is freed a little with each tick. */
void graphs_bury(struct graphs *s, struct graph *g);
void graphs_bury_slice(struct graphs *s);
void graphs_bury_all(struct graphs *s);

#endif
