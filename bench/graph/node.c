/* node FILE SELF PORT DIR|- [PAPERS]: a node of a graph, with all that it does: the mesh
 * repairs itself, records are stored (on disk with DIR), expire and are synchronised. Nodes
 * listen on the ports from PORT up. With PAPERS, a folder, the graph is a group: every link
 * is encrypted, every record signed by its maker and checked by all. */
#include "member.h"
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

static const char *folder_of(const char *dir, uint32_t self, char out[300])
{
	if (strcmp(dir, "-") == 0)
		return NULL;
	(void)snprintf(out, 300, "%s/%u", dir, self);
	if (mkdir(out, 0700))
		err(1, "%s", out);
	return out;
}

static void begin(const struct mesh *m, const char *papers)
{
	if (papers)
		member_found(&ours, papers, m->nodes);
	else
		ours_create(&ours);
}

static void join(uint32_t self, uint16_t to, const char *papers)
{
	if (papers)
		member_join(&ours, papers, self, to, 30);
	else
		ours_join(&ours, to, 30);
}

static bool start(uint32_t self, struct mesh *m, char **argv)
{
	uint16_t first = (uint16_t)strtoul(argv[0], NULL, 10);
	const char *papers = argv[2];
	char dir[300];
	struct graph_info info;
	ours.arrived = arrived;
	ours.member = papers != NULL;
	ours_start(&ours, (uint16_t)(first + self), folder_of(argv[1], self, dir));
	if (papers)
		member_identity(&ours, papers, self);
	/* One after the other: each finds its place among those that are there. */
	while (self && !atomic_load(&m->node[self - 1].port))
		(void)poll(NULL, 0, 1);
	if (self)
		join(self, (uint16_t)(first + (self * 7 + 3) % self), papers);
	else
		begin(m, papers);
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
	if (argc != 5 && argc != 6)
		errx(2, "usage: %s FILE SELF PORT DIR|- [PAPERS]", argv[0]);
	return mesh_main(argc, argv, &kind);
}
