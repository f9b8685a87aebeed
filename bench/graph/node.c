/* node FILE SELF PORT DIR|-: a node of a graph, with all that it does: the mesh repairs
 * itself, records are stored (on disk with DIR), expire and are synchronised. Nodes listen
 * on the ports from PORT up. */
#include "mesh.h"
#include "ours.h"

#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As many changes of ours wait for the store and for neighbors. */
#define WINDOW 512

static struct ours ours;

static void arrived(void *arg, struct span payload)
{
	mesh_arrived(payload.p, payload.n);
}

static bool start(uint32_t self, struct mesh *m, char **argv)
{
	uint16_t first = (uint16_t)strtoul(argv[0], NULL, 10);
	char dir[300], *kept = NULL;
	struct graph_info info;
	if (strcmp(argv[1], "-") != 0) {
		(void)snprintf(dir, sizeof(dir), "%s/%u", argv[1], self);
		if (mkdir(dir, 0700))
			err(1, "%s", dir);
		kept = dir;
	}
	ours.arrived = arrived;
	ours_start(&ours, (uint16_t)(first + self), kept);
	/* One after the other: each finds its place among those that are there. */
	while (self && !atomic_load(&m->node[self - 1].port))
		(void)poll(NULL, 0, 1);
	if (self)
		ours_join(&ours, (uint16_t)(first + (self * 7 + 3) % self), 30);
	else
		ours_create(&ours);
	atomic_store(&m->node[self].port, first + self);
	for (;;) {
		ours_turn(&ours, 50);
		ours_info(&ours, &info);
		if (info.neighbors >= (m->nodes > 2 ? 2 : 1))
			break;
	}
	atomic_store(&m->node[self].ready, 1);
	return true;
}

static bool send_record(const uint8_t record[MESH_RECORD])
{
	if (ours.asked >= WINDOW)
		return false;
	return ours_add(&ours, span_of(record, MESH_RECORD));
}

static void turn(int wait_ms)
{
	ours_turn(&ours, wait_ms);
}

static void end(void)
{
	ours_end(&ours);
}

int main(int argc, char **argv)
{
	static const struct mesh_kind kind = { start, send_record, turn, end };
	if (argc != 5)
		errx(2, "usage: %s FILE SELF PORT DIR|-", argv[0]);
	return mesh_main(argc, argv, &kind);
}
