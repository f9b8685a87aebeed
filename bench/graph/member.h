/* member.h - a node of this bench as a member of a group: the first makes the group and lets
 * the others in by their cards, which lie with the invitations in a folder that all know. */
#ifndef BENCH_GRAPH_MEMBER_H
#define BENCH_GRAPH_MEMBER_H

#include "ours.h"

/* An identity for this node; its card is number `self` of the folder. Begins all else. */
void member_identity(struct ours *o, const char *papers, uint32_t self);
/* The group, open and with all that its maker has to say published, and an invitation for
 * each of the others, who are numbered from 1 and whose cards are waited for. */
void member_found(struct ours *o, const char *papers, uint32_t nodes);
/* Takes its invitation, connects to the node at that port and has all that it has. */
void member_join(struct ours *o, const char *papers, uint32_t self, uint16_t port, int limit_s);

#endif
