/* groups_rig.h - the groups of one machine in memory, without a network: commands and their
 * answers, jobs done on the spot, commits at once unless held, restarts. */
#ifndef UNIT_GROUP_GROUPS_RIG_H
#define UNIT_GROUP_GROUPS_RIG_H

#include "../failing_env.h"

#include "base/store_mem.h"
#include "group/door.h"
#include "group/groups.h"

#define RIG_WALL INT64_C(1790000000000000)

struct rig_answer {
	bool given;
	enum err err;
	uint64_t after;
	char text[200], made[GROUP_NAME_OCTETS + 1];
	uint8_t document[GROUP_PAPER_MAX];
	size_t n;
};

struct rig {
	struct failing_env f;
	struct store_mem *mem;
	struct crypto *crypto;
	struct graphs *graphs;
	struct groups *s;
	struct group_part_config config;
	uint8_t vault[32];
	bool no_vault;
	struct mono now;
	int64_t ahead; /* of the wall clock, us */
	uint64_t calls;
	struct rig_answer answer; /* to the last command */
	uint64_t expected;
	char events[4096]; /* "kind change who\n" */
	struct text told;
	uint64_t told_after; /* what the last of them waits for */
	/* The part pnrp: "publish NAME PORT COMMENT chain\n", "withdraw NAME\n",
	 * "resolve NAME\n", "cancel\n"; publishing is answered at once. */
	char names[4096];
	struct text named;
	enum err publishes;  /* how */
	uint64_t resolving;  /* the search that waits; 0 none */
	uint32_t most;	     /* asked for by the last */
	struct span payload; /* said last */
	struct addr dialled[64];
	size_t n_dialled;
	uint32_t links[64];
	enum err dials; /* how a connection ends; OK: it stays open */
};

void rig_init(struct rig *r);
void rig_fini(struct rig *r);
/* The process ends and starts again on the same store. */
void rig_restart(struct rig *r);
enum err rig_start(struct rig *r);
void rig_stop(struct rig *r);
void rig_commit(struct rig *r);
void rig_drain(struct rig *r);
void rig_pass(struct rig *r, int64_t us);
/* Its answer, in r->answer; not given: it waits. */
const struct rig_answer *rig_do(struct rig *r, const struct groups_command *c);
/* An identity called `label`, which must be made; its name, until the next. */
const char *rig_person(struct rig *r, const char *label);
const char *rig_group(struct rig *r, const char *name);
/* The document of the last answer, kept for a while: one of a few. */
struct span rig_document(const struct rig *r);
/* The card of an identity; the invitation that `by` gives for it into `group`, until 0 as
 * long as its own; whoever is called so joins with it. */
struct span rig_card(struct rig *r, const char *who);
struct span rig_invite(struct rig *by, const char *group, struct span card, enum group_role role,
		       int64_t until);
const struct rig_answer *rig_join(struct rig *r, struct span invitation);
/* A commit of all that was put fails. */
void rig_fail_store(struct rig *r);
/* The command, answered so; with words where it is an error. */
void rig_expect(struct rig *r, const struct groups_command *c, enum err expected,
		const char *words);
size_t rig_groups(const struct rig *r);
struct groups_info rig_info(const struct rig *r, const char *name);
struct span rig_word(const char *s);
/* What the job of groups_prs_write() gives. */
enum err rig_prs(struct rig *r, struct span input, uint8_t result[GROUP_SECRET_PRS]);
bool rig_told(const struct rig *r, const char *words);

#endif
