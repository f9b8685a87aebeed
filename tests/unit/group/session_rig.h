/* session_rig.h - for tests of connections: a group, people with identities and memberships
 * in it, and two ends that are played against each other frame by frame through memory, as a
 * graph does it. The 0th end is the requestor. A frame may be changed on its way. */
#ifndef UNIT_GROUP_SESSION_RIG_H
#define UNIT_GROUP_SESSION_RIG_H

#include "../failing_env.h"
#include "group/chain.h"
#include "group/name.h"
#include "group/session_int.h"

#define RIG_HOUR   INT64_C(3600000000)
#define RIG_BORN   INT64_C(1700000000000000) /* whole seconds */
#define RIG_NOW	   (RIG_BORN + 240 * RIG_HOUR)
#define RIG_FRAMES 96
#define RIG_INFO   64

struct rig_octets {
	uint8_t p[GROUP_MESSAGE_MAX + 1024];
	size_t n;
};

/* Who is somebody, and what shows that. */
struct rig_person {
	struct crypto_key *key;
	char name[GROUP_NAME_OCTETS + 1];
	uint8_t idc[CRYPTO_CERT_MAX];
	size_t idc_n;
	struct rig_octets chain; /* or a root */
};

struct rig_frame {
	uint8_t *p; /* a block of its own */
	size_t n;
};

struct rig_end {
	struct failing_env mem; /* memory and random octets of its session */
	struct group_session_home home;
	struct session_rig *rig;
	const struct rig_person *who;
	char group[GROUP_NAME_OCTETS + 1];
	bool shows; /* its chain; else it is none, or has expired */
	bool knows; /* of a membership of whoever is there */
	bool may;
	int64_t now;
	struct graph_parties parties;
	uint8_t auth_info[RIG_INFO];
	/* What came of it. */
	void *session;
	bool done, waits;
	uint64_t after; /* of what it said last */
	enum err err;
	struct rig_frame said[RIG_FRAMES];
	size_t n_said, heard; /* heard: of these by the other */
	unsigned int learned, failures;
	char learned_name[GROUP_NAME_OCTETS + 1];
	char asked_name[GROUP_NAME_OCTETS + 1]; /* the last of known and may */
	enum group_session_fault fault;
	enum group_chain_fault chain_fault;
	int64_t off;
	bool proved;
	char failed_other[GROUP_NAME_OCTETS + 1];
};

struct session_rig {
	struct failing_env mem, draw; /* of the context; of what is issued */
	struct crypto *c;
	const struct group_profile *p;
	struct rig_person group, ann, ben; /* ann is an administrator, who let ben in */
	struct rig_end end[2];
	/* Changes the k-th frame of `from` before it arrives; n 0: it does not. */
	void (*on_way)(struct session_rig *t, int from, size_t k, struct rig_frame *f);
	size_t at; /* for on_way */
};

/* Ben calls ann; both have all that they need. */
void session_rig_init(struct session_rig *t, enum crypto_profile_id id);
void session_rig_fini(struct session_rig *t); /* nothing is left */

/* Somebody with an identity that begins then; to be ended by rig_person_fini(). */
void rig_person_init(struct session_rig *t, struct rig_person *who, const char *classifier,
		     int64_t from);
void rig_person_fini(struct rig_person *who);
/* A root of one's own: who is a group then. */
void rig_root(struct session_rig *t, struct rig_person *who);
/* A membership for `who` below that of `by`; to 0: as long as that. */
void rig_admit(struct session_rig *t, const struct rig_person *by, struct rig_person *who,
	       unsigned int roles, int64_t from, int64_t to);

struct span rig_chain(const struct rig_person *who);
/* This end is another person. Names in `parties` follow, of both ends. */
void rig_is(struct session_rig *t, int i, const struct rig_person *who);

/* Sessions at both ends, until nothing is on the way any more. Octets of `said` stay. */
void rig_play(struct session_rig *t);
/* Likewise, with the sessions that are there. */
void rig_go_on(struct session_rig *t);
void rig_open(struct session_rig *t, int i);
/* Lets it take octets, and say all that it has to say. */
void rig_step(struct session_rig *t, int i, struct span token);
void rig_close(struct session_rig *t);

/* Both are done, of each other, and can talk. */
void rig_assert_met(struct session_rig *t);
/* This end alone has ended by that, and told so once. */
void rig_assert_fault(struct session_rig *t, int i, enum group_session_fault fault,
		      enum group_chain_fault chain);
/* One frame from i to the other. */
void rig_talk(struct session_rig *t, int i, struct span plain);

#define RIG_EACH_PROFILE(id)                                                                       \
	for (enum crypto_profile_id id = 0; id < CRYPTO_PROFILE_COUNT; id++)                       \
		if (group_profile(id))

#endif
