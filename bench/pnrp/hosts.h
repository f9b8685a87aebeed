/* hosts.h - many real nodes in one process, each with a UDP socket of its own on 127.0.0.1
 * and its store in memory: what an engine does for one, without its threads. */
#ifndef BENCH_PNRP_HOSTS_H
#define BENCH_PNRP_HOSTS_H

#include "node/node.h"
#include "os/loop.h"

struct hosts;

/* The end of a command: found is the newest FOUND before it, if there was one. */
struct host_end {
	uint32_t host;
	uint64_t number;
	enum err err;
	uint32_t found;
	int64_t began, ended; /* us of the monotonic clock; ended: the first FOUND, else REPLY */
};
typedef void hosts_ended_fn(void *arg, const struct host_end *end);

/* Starts `count` nodes; all but the first have the first as their seed. Exits on failure. */
struct hosts *hosts_new(uint32_t count, hosts_ended_fn *ended, void *arg);
void hosts_free(struct hosts *h);
struct node *hosts_node(const struct hosts *h, uint32_t host);
uint16_t hosts_port(const struct hosts *h, uint32_t host);
uint64_t hosts_sent(const struct hosts *h); /* datagrams */
/* Names whose neighbours have heard of them. */
uint64_t hosts_announced(const struct hosts *h);
void hosts_run(struct hosts *h, int timeout_ms);
/* Runs until then. */
void hosts_run_until(struct hosts *h, int64_t us);
/* Gives the command's number. */
uint64_t hosts_command(struct hosts *h, uint32_t host, const struct pnrp_command *c);

#endif
