/* Joinings, from their birth to their end (GROUP-13.30): whoever is being let in somewhere, and
 * graphs that were opened for it and must go. */
#include "group/groups_join_int.h"

#define AGAIN MONO_SEC

struct graphs_command groups_joining_command(const struct groups_joining *j,
					     enum graphs_command_kind k)
{
	return (struct graphs_command){
		.kind = k,
		.id = span_str(j->group),
		.peer = span_str(j->self),
		.guarded = true,
		.apart = true,
	};
}

static void joining_free(struct groups *s, struct groups_joining *j)
{
	list_take(&j->all);
	group_joiner_free(j->joiner);
	crypto_wipe(j, sizeof(*j));
	env_free(s->env, j);
}

void groups_joining_forget(struct groups_joining *j)
{
	crypto_wipe(j->secret, sizeof(j->secret));
	j->n_secret = 0;
}

/* GROUP-13.30: while its graph may ask the joiner is there. */
void groups_joining_end(struct groups *s, struct groups_call *call)
{
	struct groups_joining *j = call->joining;
	call->joining = NULL;
	if (!j)
		return;
	groups_again_end(s, j);
	groups_joining_forget(j);
	if (j->joiner && j->step >= STEP_CALL && !j->entry)
		j->step = STEP_LEFT;
	else
		joining_free(s, j);
}

void groups_joinings_free(struct groups *s)
{
	LIST_EACH(n, tmp, &s->joinings)
	joining_free(s, LIST_ENTRY(n, struct groups_joining, all));
}

bool groups_joining_is(const struct groups *s, struct span self)
{
	LIST_EACH(n, tmp, &s->joinings)
	if (span_eq(span_str(LIST_ENTRY(n, struct groups_joining, all)->self), self))
		return true;
	return false;
}

struct group_joiner *groups_joining_guard(const struct groups *s, struct span id, struct span self)
{
	LIST_EACH(n, tmp, &s->joinings)
	{
		struct groups_joining *j = LIST_ENTRY(n, struct groups_joining, all);
		if (j->step == STEP_OPEN && span_eq(span_str(j->group), id) &&
		    span_eq(span_str(j->self), self))
			return j->joiner;
	}
	return NULL;
}

/* ---- whom nobody waits for any more ---- */

static void drop_graph(struct groups *s, struct groups_joining *j)
{
	const struct graphs_command g = groups_joining_command(j, GRAPHS_DELETE);
	j->dropping = GROUPS_CALLS + s->next_call++;
	j->next = mono_add(s->now, AGAIN);
	if (graphs_command(s->graphs, &g, j->dropping, s->now) != OK)
		j->dropping = 0;
}

void groups_joinings_tick(struct groups *s)
{
	LIST_EACH(n, tmp, &s->joinings)
	{
		struct groups_joining *j = LIST_ENTRY(n, struct groups_joining, all);
		if (j->step == STEP_LEFT && !j->dropping && mono_reached(j->next, s->now))
			drop_graph(s, j);
	}
}

struct mono groups_joinings_deadline(const struct groups *s)
{
	struct mono at = MONO_NEVER;
	LIST_EACH(n, tmp, &s->joinings)
	{
		const struct groups_joining *j = LIST_ENTRY(n, struct groups_joining, all);
		if (j->step == STEP_LEFT && !j->dropping)
			at = mono_min(at, j->next);
	}
	return at;
}

bool groups_joinings_left(const struct groups *s)
{
	LIST_EACH(n, tmp, &s->joinings)
	if (LIST_ENTRY(n, struct groups_joining, all)->step == STEP_LEFT)
		return true;
	return false;
}

bool groups_joinings_answered(struct groups *s, const struct graph_out *r)
{
	LIST_EACH(n, tmp, &s->joinings)
	{
		struct groups_joining *j = LIST_ENTRY(n, struct groups_joining, all);
		if (j->step != STEP_LEFT || j->dropping != r->number)
			continue;
		j->dropping = 0;
		if (!r->err || r->err == ERR_NOT_FOUND)
			joining_free(s, j);
		return true;
	}
	return false;
}
