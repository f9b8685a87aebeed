/* circle.h - for tests of one group: up to four members of it, each with a struct group of
 * its own and no graph. What they publish is composed and signed here and judged by all
 * others at once, as a graph without delay would. The 0th made the group. */
#ifndef UNIT_GROUP_CIRCLE_H
#define UNIT_GROUP_CIRCLE_H

#include "group/group_int.h"
#include "records.h"

#define CIRCLE_MOST    4
#define CIRCLE_RECORDS 64

struct circle_member {
	struct group *g; /* NULL: away */
	struct failing_env f;
	char events[2048]; /* "kind change who\n" */
	struct text told;
	struct people_octets chain;
	unsigned int published, rechecks, revalidations, resumes;
	uint8_t box[32], box_secret[32];
	unsigned int shortened;		  /* updates that end before what they change */
	bool lies;			  /* others may refuse what it publishes */
	bool refused;			  /* what it publishes fails; */
	const struct graph_guid *refuses; /* of that type alone; NULL: of all */
	uint8_t *keys;			  /* of epochs, as it kept them; NULL none */
	size_t n_keys;
	unsigned int kept, reveals;
	enum graph_opinion opinion; /* of the Removal that it was shown last */
};

struct circle {
	struct people t; /* the group, then the members */
	struct mono now;
	struct circle_member m[CIRCLE_MOST];
	struct record *records[CIRCLE_RECORDS]; /* the newest of each ID */
	size_t n_records;
	uint8_t next_id;
	uint8_t security[GROUP_SECURITY_OCTETS];
	size_t n_security;
	uint32_t life; /* s: of Membership records; 0: as usual */
	uint8_t minor;
	bool epochs; /* keys to seal to are real, and the 0th begins an epoch */
	bool late;   /* Removals are published, and that is told by circle_answer() */
	struct {
		size_t by;
		struct graph_guid id;
		enum err err;
	} unanswered[4];
	size_t n_unanswered;
};

/* The 0th has made it, and published what it has to. */
void circle_init(struct circle *c, enum crypto_profile_id id, uint32_t life);
void circle_init_epochs(struct circle *c); /* the same of a modern group with epochs */
void circle_fini(struct circle *c);
int64_t circle_wall(const struct circle *c);
/* The i-th member gets a membership by the 0th, 0: as long as that, and is here. */
void circle_admit(struct circle *c, size_t i, unsigned int roles, int64_t until);
enum err circle_issue(struct circle *c, size_t by, size_t whom, unsigned int roles, int64_t until,
		      struct people_octets *out, struct text *why);
/* It comes with the chain it has; then all records are shown to it. */
void circle_come(struct circle *c, size_t i);
enum err circle_birth(struct circle *c, size_t i, struct text *why);
void circle_go(struct circle *c, size_t i);
void circle_run(struct circle *c, int64_t us);
void circle_settle(struct circle *c);
void circle_turn(struct circle *c); /* of each that has something to do at once */
void circle_answer(struct circle *c);
enum err circle_set(struct circle *c, size_t i, const char *friendly, struct text *why);
/* The record of that type that ends last; NULL: none that has not ended. */
const struct graph_record *circle_record(const struct circle *c, const struct graph_guid *type);
/* The newest of that type was never stored. */
void circle_lose(struct circle *c, const struct graph_guid *type);
/* All that is there is judged by the i-th. */
void circle_show(struct circle *c, size_t i);
void circle_show_of(struct circle *c, size_t i, const struct graph_guid *type);
size_t circle_count(const struct circle *c, const struct graph_guid *type);
int64_t circle_end(const struct graph_record *r); /* wall us */
struct group_info circle_look(const struct circle *c, size_t i);
bool circle_told(const struct circle *c, size_t i, const char *words);
void circle_forget(struct circle *c, size_t i);

#endif
