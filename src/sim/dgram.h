/* dgram.h - datagrams in virtual time: sockets of a host, groups they joined, and what a
 * path does to a datagram: delay and jitter, loss, duplication, reordering, a limit on
 * the rate. Shared by the world of scenarios and by the swarm.
 *
 * Knows no site, no story and no node: who may reach whom, over which path, is the
 * user's to say, and the user feeds what arrives. A datagram on its way is an entry of
 * the user's queue, of the kind given here; whoever takes it off frees it. Seeded,
 * integers only. */
#ifndef SIM_DGRAM_H
#define SIM_DGRAM_H

#include "base/addr.h"
#include "base/list.h"
#include "sim/queue.h"
#include "sim/rng.h"

#define DGRAM_MILLION 1000000u

/* What happens between two places. Each copy has a delay of its own between low and
 * high, so jitter reorders by itself; what `reorder` strikes comes later still, by up to
 * `late`. A limited path carries one octet after another, and drops what would have to
 * wait longer than `backlog`. */
struct dgram_path {
	int64_t low, high;		   /* us */
	uint32_t loss, duplicate, reorder; /* in a million */
	int64_t late, backlog;		   /* us */
	uint64_t rate;			   /* octets a second; 0: no limit */
};

/* What a limited path has yet to carry, one way. Zeroed: nothing. */
struct dgram_lane {
	int64_t free_at;
};

struct dgram_tally {
	uint64_t sent, octets, arrived, lost, doubled, late, over_rate;
	uint32_t largest;
};

struct dgram_net {
	const struct env *env; /* of packets */
	struct queue *queue;
	uint32_t kind;
	struct rng rng;
	struct list on_way; /* struct dgram_packet */
	struct dgram_tally tally;
};

/* One copy on its way. `a` and `b` are the user's numbers of the places. */
struct dgram_packet {
	struct queue_entry when;
	struct list on_way;
	uint32_t a, b;
	uint32_t interface; /* it comes in on */
	struct addr from, to;
	size_t n;
	uint8_t bytes[];
};

/* Borrows env and queue for life. */
void dgram_init(struct dgram_net *d, const struct env *env, struct queue *queue, uint32_t kind,
		uint64_t seed, uint64_t index);
/* Frees what is on its way; it is taken off the queue too. */
void dgram_fini(struct dgram_net *d);

/* Sends `like` (a, b, interface, from, to) with these octets over a path. lane: NULL for
 * a path without a limit. ERR_NOMEM: a copy is missing. */
MUST_USE enum err dgram_send(struct dgram_net *d, const struct dgram_path *path,
			     struct dgram_lane *lane, const struct dgram_packet *like,
			     struct span bytes, int64_t now);
/* It was taken off the queue and has been looked at. */
void dgram_packet_free(struct dgram_net *d, struct dgram_packet *p);

/* The sockets of one host. */
struct dgram_socket {
	struct list in;
	uint32_t number;
	struct addr local; /* with its port; any: all addresses of the family */
	bool shared;
	struct list groups; /* struct dgram_group */
};

struct dgram_host {
	const struct env *env;
	struct list sockets;
	uint16_t next_port; /* of those who take any */
};

void dgram_host_init(struct dgram_host *h, const struct env *env);
void dgram_host_fini(struct dgram_host *h); /* closes all; may be used again */

/* *bound gets the address with its port. Port 0, or any_port where the port is taken:
 * another one. ERR_EXISTS (the number), ERR_IN_USE, ERR_NOMEM. */
MUST_USE enum err dgram_bind(struct dgram_host *h, uint32_t number, const struct addr *local,
			     bool shared, bool any_port, struct addr *bound);
void dgram_unbind(struct dgram_host *h, uint32_t number); /* harmless when it is none */
struct dgram_socket *dgram_socket(const struct dgram_host *h, uint32_t number);

/* group->scope: the interface. ERR_EXISTS, ERR_NOMEM. */
MUST_USE enum err dgram_join(const struct dgram_host *h, struct dgram_socket *s,
			     const struct addr *group);
void dgram_leave(const struct dgram_host *h, struct dgram_socket *s, const struct addr *group);
/* Whether some socket of the host takes this group on this interface. */
bool dgram_has_joined(const struct dgram_host *h, const struct addr *group, uint32_t interface);

/* Walks the sockets that p is for, *at starts at NULL: one for an address, all that
 * joined for a group. NULL at the end. */
struct dgram_socket *dgram_for(const struct dgram_host *h, const struct dgram_packet *p,
			       struct dgram_socket *at);

#endif
