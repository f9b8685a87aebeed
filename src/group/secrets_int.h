/* secrets_int.h - inside of secrets.c and secrets_tally.c. */
#ifndef GROUP_SECRETS_INT_H
#define GROUP_SECRETS_INT_H

#include "group/secrets.h"

#include "base/map.h"

/* In group_secrets.by_id, while there is one. */
struct group_tallies {
	uint8_t id[GROUP_INVITATION_ID];
	struct list of; /* group_counted.same */
	bool stale;	/* sum, and which uses count, are of before a change */
	struct group_sum sum;
};

struct group_secrets {
	const struct env *env;
	struct group_secrets_limits limits;
	struct list invitations, counted;
	struct map by_id; /* struct group_tallies */
	size_t n_invitations, n_octets;
	size_t n_counted[2]; /* of others; of ours */
	size_t n_uses;	     /* in tallies of others */
};

/* ---- secrets_tally.c ---- */
MUST_USE enum err group_tally_learn(struct group_secrets *s, const struct group_secrets_at *at,
				    const struct group_tally *t);
struct group_counted *group_tally_of_record(const struct group_secrets *s,
					    const struct graph_guid *record);
void group_tally_drop(struct group_secrets *s, struct group_counted *c);
void group_tally_lost(struct group_counted *c, uint64_t first);

static inline struct group_counted *group_counted_at(struct list *n)
{
	return LIST_ENTRY(n, struct group_counted, all);
}

#endif
