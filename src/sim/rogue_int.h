/* rogue_int.h - the inside of a rogue: its life and its provider (rogue.c), memberships that
 * it makes up (rogue_show.c), records likewise (rogue_lie.c, and of who is removed rogue_late.c),
 * and those that it may issue (rogue_issue.c). */
#ifndef SIM_ROGUE_INT_H
#define SIM_ROGUE_INT_H

#include "group/payload.h"
#include "group/session.h"
#include "group/stream.h"
#include "sim/rogue.h"
#include "sim/roll.h"

struct rogue_octets {
	uint8_t *p;
	size_t n;
};

/* A whole message of a graph that is to go out on each of its links. */
struct rogue_message {
	struct list at;
	uint64_t number;
	size_t n;
	uint8_t octets[];
};

#define ROGUE_REMEMBERS 32

struct rogue {
	struct machine *m;
	const struct env *env; /* its machine's */
	struct crypto *crypto;
	const struct group_profile *profile;
	/* 0: who was granted something; 1: whom it makes up. */
	struct crypto_key *key[2];
	struct rogue_octets certificate[2];
	char name[2][GROUP_NAME_OCTETS + 1];
	int who;		     /* it is now */
	struct rogue_octets chain;   /* that it shows, PKCS #7; empty: none */
	struct rogue_octets invited; /* of whom it lets in: one and the same */
	struct rng rng;
	struct roll_group *group; /* NULL: it shows nothing yet */
	struct group_session_home home;
	struct graph_provider_ops ops;
	struct graphs_guard guard;
	uint8_t security[GROUP_SECURITY_MAX];
	struct list messages; /* struct rogue_message */
	uint64_t newest;
	struct rogue_octets old[ROGUE_REMEMBERS]; /* records that it has seen */
	size_t n_old;
};

#define ROGUE_OCTETS 12000 /* of a record: it goes in one frame */
#define ROGUE_WIDE   (2 * GRAPH_ID_UNITS)

/* A record that is being made up; what rec points to lies here. */
struct rogue_draft {
	struct rogue *r;
	struct graph_record rec;
	uint64_t now; /* peer time */
	uint8_t creator[ROGUE_WIDE], modifier[ROGUE_WIDE], graph[ROGUE_WIDE];
	uint8_t creator_serial[CRYPTO_SERIAL], modifier_serial[CRYPTO_SERIAL];
	uint8_t payload[ROGUE_OCTETS], security[GROUP_SECURITY_MAX];
	uint8_t taken[2 * ROGUE_OCTETS]; /* a record of another's */
};
extern const struct graph_guid rogue_type; /* of records of stories */
/* One of its own as anybody makes it; another ID; so many octets of payload. */
bool rogue_draft_begin(struct rogue_draft *d, struct rogue *r);
void rogue_draft_id(struct rogue_draft *d);
void rogue_draft_fill(struct rogue_draft *d, size_t n);

int64_t rogue_wall(const struct rogue *r);
MUST_USE enum err rogue_set(struct rogue *r, struct rogue_octets *o, struct span from);
/* A command to its graphs. */
void rogue_ask(struct rogue *r, struct graphs_command *c);
const struct graph *rogue_graph(const struct rogue *r);
/* The leaf's serial of what it shows; zeros where there is none. */
void rogue_serial(struct rogue *r, uint8_t out[CRYPTO_SERIAL]);

/* rogue.c: these octets of a record may never stand. */
void rogue_note_lie(struct world *w, struct span octets, enum rogue_lie k);

/* rogue_show.c */
MUST_USE enum err rogue_chain(struct rogue *r, enum rogue_show k, uint32_t other,
			      struct rogue_octets *out);
/* Of somebody's, as a member, which it issues itself; nothing is wrong with it. */
MUST_USE enum err rogue_chain_for(struct rogue *r, struct span public, struct span name, int64_t to,
				  struct rogue_octets *out);
/* rogue_issue.c: so many memberships, and as many records. */
void rogue_issue(struct rogue *r, uint32_t count);
/* rogue_lie.c */
void rogue_tell(struct rogue *r, enum rogue_lie k, uint32_t count);
/* rogue_late.c: what it says once it is removed; false: there is nothing that it could say. */
bool rogue_late_tell(struct rogue_draft *d, enum rogue_lie k);
/* A record of its own, which may stand: whoever sees it sees what was put before it. */
void rogue_say(struct rogue *r, int64_t life);
/* A membership, as a record: its own, or whose it likes. */
void rogue_publish(struct rogue *r, struct span chain);
/* Records that are here now are kept for a REPLAY. */
void rogue_remember(struct rogue *r);

#endif
