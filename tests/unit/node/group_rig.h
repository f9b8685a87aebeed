/* group_rig.h - several whole nodes and links in memory between them, for tests of the part
 * group: stores, jobs, clocks and connections are played here. Commits are at once. The i-th
 * machine has the address 192.0.2.(i + 1). */
#ifndef UNIT_NODE_GROUP_RIG_H
#define UNIT_NODE_GROUP_RIG_H

#include "../failing_env.h"

#include "base/store_mem.h"
#include "node/node.h"

#define RIG_NODES 4
#define RIG_LINKS 64
#define RIG_WALL  INT64_C(1790000000000000)

struct rig_answer {
	bool given;
	enum err err;
	char text[256], made[GROUP_NAME_OCTETS + 1];
	struct graph_guid id;
	char document[GROUP_PAPER_MAX];
	size_t n;
};

struct rig_node {
	struct failing_env f;
	struct store_mem *mem;
	struct node_config config;
	struct node *n; /* NULL: switched off */
	uint8_t vault[32];
	bool no_vault, broken; /* broken: what is put cannot be written */
	struct addr at, door;  /* door: where it listens; family 0: nowhere */
	int64_t ahead;	       /* of its wall clock, us */
	uint32_t next_link;
	uint64_t calls, expected;
	struct rig_answer answer;
	char events[262144]; /* "part name: sentence\n" */
	struct text told;
	struct mono walled;
	bool named;	       /* with a part pnrp */
	struct addr socket[8]; /* bound, by number; family 0: not */
};

struct rig_link {
	bool used;
	size_t node[2];
	uint32_t link[2];
};

struct rig_message {
	struct rig_message *next;
	enum node_in_kind kind;
	size_t to;
	uint32_t link, socket;
	struct addr local, remote;
	enum err err;
	size_t n;
	uint8_t bytes[];
};

struct rig {
	struct rig_node m[RIG_NODES];
	size_t n;
	struct mono now;
	struct rig_link link[RIG_LINKS];
	struct rig_message *first, *last;
	bool cut[RIG_NODES][RIG_NODES]; /* nothing goes between these two */
};

void rig_init(struct rig *r, size_t n);
/* Each with the part pnrp, on one link that carries multicast. */
void rig_init_named(struct rig *r, size_t n);
/* Nothing goes between these two from now on, or again. */
void rig_cut(struct rig *r, size_t a, size_t b);
void rig_heal(struct rig *r, size_t a, size_t b);
void rig_fini(struct rig *r);
void rig_off(struct rig *r, size_t i);
void rig_give(struct rig *r, size_t i, struct node_in *in);
void rig_on(struct rig *r, size_t i);
/* Tells it its addresses, as whoever feeds a node does after changes. */
void rig_addresses(struct rig *r, size_t i);
/* All that is due and on its way, for so long. */
void rig_run(struct rig *r, int64_t us);
const struct rig_answer *rig_do(struct rig *r, size_t i, const struct groups_command *c);
const struct rig_answer *rig_graph(struct rig *r, size_t i, const struct graphs_command *c);
bool rig_told(const struct rig *r, size_t i, const char *words);
void rig_forget(struct rig *r, size_t i);

/* Shortcuts; each must succeed. Names live until the next command of that machine. */
const char *rig_person(struct rig *r, size_t i, const char *label);
const char *rig_group(struct rig *r, size_t i, const char *name);
/* The identity card of that machine's default identity, as a document. */
void rig_card(struct rig *r, size_t i, char *out, size_t size);
/* `by` invites the person of `who` into its group; who joins and connects to `by`. */
void rig_invite(struct rig *r, size_t by, size_t who, enum group_role role, int64_t until,
		char *out, size_t size);
void rig_join(struct rig *r, size_t who, const char *invitation);
enum err rig_connect(struct rig *r, size_t from, size_t to);
/* A record of a type of the application, and how many of them that machine has. */
enum err rig_say(struct rig *r, size_t i, const char *words);
size_t rig_heard(struct rig *r, size_t i, const char *words);
struct groups_info rig_info(struct rig *r, size_t i);
size_t rig_neighbors(struct rig *r, size_t i);

#endif
