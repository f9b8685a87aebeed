/* book.h - what publishers of a world were told about their records: the truth that every
 * node is held against at the end (SIM-12). */
#ifndef SIM_BOOK_H
#define SIM_BOOK_H

#include "sim/world_int.h"

/* SIM-12.1. A record of the story. */
struct book_record {
	struct list at;
	struct span graph, key;
	uint32_t by;	  /* the site that was told last */
	uint64_t tellers; /* sites that were told, a bit each, the last for all from 63 on */
	struct graph_guid id;
	uint32_t told;	  /* the newest version that somebody was told is stored; 0 none */
	bool deleted;	  /* and that it is deleted */
	bool excused;	  /* whoever was told lost the database, and nobody else had it */
	uint64_t expires; /* of what was told, the latest */
};

/* Gives a command about graphs to a node. */
void book_command(struct machine *m, const struct scn_action *a);
/* The node answered: what it says is so from now on. */
void book_reply(struct machine *m, struct book_record *r, enum scn_graph_verb verb,
		const struct node_out *out);
/* Its process is about to be gone; crash: without a goodbye. */
void book_end(struct machine *m, bool crash);
/* It loses its database of this graph, or of all. */
void book_lost(struct machine *m, struct span graph);
void book_free(struct world *w);

/* The conditions `same` (SIM-12.3), `kept` (SIM-12.2) and `mesh` (SIM-12.4). */
bool book_same(struct world *w, const struct scn_condition *c);
bool book_kept(struct world *w, const struct scn_condition *c);
bool book_mesh(struct world *w, const struct scn_condition *c);
bool book_agreed(struct world *w, const struct scn_condition *c);
/* How many neighbors or records a node has, and whether it is synchronised. */
int64_t book_count(struct world *w, const struct scn_condition *c);
bool book_synchronised(struct world *w, const struct scn_condition *c);

#endif
