/* mesh.h - what the programs of this bench share: one process is one node of a mesh
 * (or client of a server) that sends records of 256 octets and notes when those of the
 * others arrive. All processes of a run share one file in memory, through which they
 * start together and in which each leaves its figures. `run` makes the file and starts
 * the processes; each kind of mesh fills in struct mesh_kind. */
#ifndef BENCH_GRAPH_MESH_H
#define BENCH_GRAPH_MESH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESH_NODES   64
#define MESH_RECORD  256
#define MESH_BUCKETS 1024 /* of latencies: 32 to each power of two of microseconds */

enum mesh_phase {
	MESH_FORM, /* find each other */
	MESH_SEND, /* `count` records in all, `rate` a second in all; 0: as fast as accepted */
	MESH_REST, /* figures are read */
	MESH_END
};

struct mesh_node {
	_Atomic uint32_t pid, port, ready; /* ready: it is part of the mesh */
	_Atomic uint64_t got;		   /* records of others, each once */
	_Atomic uint64_t twice;		   /* that came again to the program */
	_Atomic uint64_t sent;		   /* of its own */
	_Atomic int64_t last_us;	   /* when the newest of `got` came */
	_Atomic int64_t sent_us;	   /* when the last of its own was accepted */
	_Atomic uint32_t bucket[MESH_BUCKETS];
};

struct mesh {
	uint32_t nodes;
	_Atomic uint32_t phase;
	_Atomic uint32_t round; /* grows with each MESH_SEND */
	_Atomic uint64_t count, rate;
	_Atomic int64_t start_us; /* of the round */
	struct mesh_node node[MESH_NODES];
};

struct mesh_kind {
	/* Begins; addr: what `run` gave. */
	bool (*start)(uint32_t self, struct mesh *m, char **argv);
	/* Sends a record; false: not now. */
	bool (*send)(const uint8_t record[MESH_RECORD]);
	/* Does what there is to do, waiting at most so long. Calls mesh_arrived(). */
	void (*turn)(int wait_ms);
	void (*end)(void);
};

int64_t mesh_now_us(void);
/* A record of another came, or one of our own (which is not counted). */
void mesh_arrived(const uint8_t *record, size_t n);
/* main of a node: PROGRAM FILE SELF [ARGS of the kind]. */
int mesh_main(int argc, char **argv, const struct mesh_kind *kind);

#endif
