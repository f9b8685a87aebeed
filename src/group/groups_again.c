/* Joining a group that is here already (GROUP-13.21), since we were removed from it or its
 * membership has ended: the graph that is there knocks, and goes on with its database. */
#include "group/groups_join_int.h"

static void say_good(const struct groups *s, int64_t to, struct text *why)
{
	text_str(why, "this machine is in that group already, and its membership is good");
	if (to == INT64_MAX)
		return;
	text_str(why, " until ");
	text_wall(why, to);
}

bool groups_entry_out(const struct groups *s, const struct groups_entry *e)
{
	struct group_info i;
	if (!e->group)
		return true;
	group_look(e->group, &i);
	return i.removed || i.to <= groups_now(s);
}

enum err groups_again_may(const struct groups *s, const struct groups_entry *e, struct text *why)
{
	struct group_info i;
	if (!e->group) {
		text_str(why, "this machine has that group, but its keys are not at hand");
		return ERR_STATE;
	}
	group_look(e->group, &i);
	if (!groups_entry_out(s, e)) {
		say_good(s, i.to, why);
		return ERR_EXISTS;
	}
	if (e->open && !e->leaving &&
	    graphs_instance(s->graphs, span_str(e->id), span_str(e->self)))
		return OK;
	text_str(why,
		 "this machine has that group, and it is closed: homestead group connect opens "
		 "it");
	return ERR_STATE;
}

/* GROUP-13.7: whom it calls by itself would get a proof as well. */
void groups_again_begin(struct groups *s, struct groups_joining *j)
{
	struct groups_entry *e = j->entry;
	group_knock_is(e->group, group_joiner_knock(j->joiner));
	graphs_apart(s->graphs, span_str(e->id), span_str(e->self), true, s->now);
	e->knocks = true;
}

void groups_again_end(struct groups *s, struct groups_joining *j)
{
	struct groups_entry *e = j->entry;
	if (!e || !e->knocks)
		return;
	group_knock_is(e->group, NULL);
	e->knocks = false;
	if (s->graphs)
		graphs_apart(s->graphs, span_str(e->id), span_str(e->self), e->quiet, s->now);
}

void groups_again_why(const struct groups_joining *j, enum group_session_fault f, struct text *t)
{
	struct group_info i = { .removed = false };
	if (j->entry)
		group_look(j->entry->group, &i);
	if (i.removed && (f == GROUP_FAULT_MAY_NOT_ADMIT || f == GROUP_FAULT_SECRET_OVER))
		text_str(t, "; you were removed from the group: only an invitation that an "
			    "administrator has made since lets you in again");
}

void groups_again_in(struct groups *s, struct groups_call *call, struct span chain)
{
	struct groups_joining *j = call->joining;
	char self[GROUP_NAME_OCTETS + 1], group[GROUP_NAME_OCTETS + 1];
	groups_words(self, sizeof(self), span_str(j->self));
	groups_words(group, sizeof(group), span_str(j->group));
	const struct group_paper paper = {
		.kind = GROUP_PAPER_INVITATION,
		.major = group_profile(CRYPTO_MODERN)->group_major,
		.group = span_str(group),
		.octets = chain,
	};
	const struct groups_command c = { .kind = GROUPS_JOIN, .identity = span_str(self) };
	struct group_joiner *joiner = j->joiner;
	j->joiner = NULL;
	groups_joining_end(s, call);
	call->out.text[0] = '\0'; /* of members that did not */
	groups_join_with(s, &c, &paper, call);
	group_joiner_free(joiner);
}
