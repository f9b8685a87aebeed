/* played_people.h - identities and groups that the test plays, beside played.h: a group with
 * real chains and members, one that is closed, one whose keys are not at hand; and the
 * commands that ops gives. */
#ifndef UNIT_OPS_PLAYED_PEOPLE_H
#define UNIT_OPS_PLAYED_PEOPLE_H

#include "../group/people.h"
#include "played_graph.h"

#define PLAYED_SECRET 64

struct played_people {
	bool on;
	enum err health;
	struct people people; /* 0 the group; 1 ann, us, an administrator; 2 ben; 3 cleo */
	struct people_octets chain, card;
	struct groups_identity ids[3];
	size_t n_ids;
	struct groups_info groups[4];
	size_t n_groups;
	struct groups_name_info names[3]; /* of every group */
	size_t n_names;
	struct groups_seek_info seek;
	struct group_invite_info invites[3]; /* of every open one */
	size_t n_invites;
	struct group_info look;	       /* of every open one */
	struct group_epoch_info epoch; /* of every open one */
	enum group_password_state password;
	int64_t password_since; /* and who set it: the first identity */
	struct group_security security;
	struct group_members *members;
	struct graph_node_info node; /* one of the group's graph */

	struct groups_command command; /* the last one, and what its spans held */
	char identity[600], group[600], who[600], text[600], comment[600], classifier[600];
	char document[4000];
	uint8_t passphrase[PLAYED_SECRET];
	size_t passphrase_n, document_n;
	struct addr address[16];
	size_t commands;
	uint64_t cancelled;
	struct engine_result result; /* what is answered */
	bool later;		     /* hold it back until played_people_answer() */
	engine_done_fn *done;
	void *done_arg;
	struct ops_host_keys keys; /* what the host tells */
};
extern struct played_people played_people;

void played_people_init(void);
void played_people_fini(void);
/* What ops asked for. */
void played_people_take(const struct groups_command *c, engine_done_fn *done, void *arg);
void played_people_forget(void);
void played_people_answer(const struct engine_result *r);
/* The card of person `i`, and an invitation: the whole chain; XML, in `out`. */
void played_people_card(size_t i, char *out, size_t size);
void played_people_invitation(char *out, size_t size);

#endif
