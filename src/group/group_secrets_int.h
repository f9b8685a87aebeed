/* group_secrets_int.h - inside of group_secrets.c and group_door.c: records on their way, and
 * who is let in when they are there. */
#ifndef GROUP_GROUP_SECRETS_INT_H
#define GROUP_GROUP_SECRETS_INT_H

#include "group/group_int.h"

static inline struct span group_invitation_id(const uint8_t *id)
{
	return span_of(id, GROUP_INVITATION_ID);
}

/* ---- group_secrets.c ---- */
/* A record of this kind on its way to the store. */
struct group_sending {
	struct list all;
	uint64_t tag;
	struct group_octets payload; /* of an Invitation or a Tally; none: a Membership */
	int64_t until;
	uint8_t id[GROUP_INVITATION_ID];
	uint64_t asked; /* of a Tally: how many changes of it are in this */
};
/* Of that payload, copied; none: of a Membership. NULL without memory. */
struct group_sending *group_sending_new(struct group *g, struct span payload);
void group_sending_free(struct group *g, struct group_sending *s);
/* Tallies that have changed go to the store. */
void group_secrets_due_on(struct group *g);

/* ---- group_door.c ---- */
void group_door_begin(struct group *g);
/* A tally of ours was stored, or could not be. */
void group_tickets_counted(struct group *g, const struct group_sending *s,
			   const struct group_stored *r);
/* A Membership likewise. */
void group_tickets_member(struct group *g, const struct group_stored *r);
/* Who rests on a put from that one on is not let in. */
void group_tickets_lost(struct group *g, uint64_t first);
void group_tickets_end(struct group *g);

#endif
