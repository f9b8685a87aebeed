/* Commands that want a link for which another asked already (GRAPH-8.53): they are answered as
 * that one is. */
#include "graph/graph_int.h"

struct follower {
	struct list all; /* of graph.followers, oldest first */
	uint64_t leader, number;
};

static struct follower *first_of(const struct graph *g, uint64_t leader)
{
	LIST_EACH(n, tmp, &g->followers)
	{
		struct follower *f = LIST_ENTRY(n, struct follower, all);
		if (f->leader == leader)
			return f;
	}
	return NULL;
}

static uint64_t take(struct graph *g, struct follower *f)
{
	uint64_t number = f ? f->number : 0;
	if (!f)
		return 0;
	list_take(&f->all);
	env_free(g->shared->env, f);
	return number;
}

enum err graph_follow(struct graph *g, struct graph_link *l, uint64_t number)
{
	if (!l->command) {
		l->command = number;
		return OK;
	}
	struct follower *f = env_zalloc(g->shared->env, 1, sizeof(*f));
	if (!f)
		return ERR_NOMEM;
	f->leader = l->command;
	f->number = number;
	list_push_back(&g->followers, &f->all);
	return OK;
}

void graph_follow_answer(struct graph *g, struct graph_link *l, enum err err, const char *why)
{
	uint64_t leader = l->command, number = leader;
	l->command = 0;
	for (; number; number = take(g, first_of(g, leader)))
		if (err)
			graph_out_reply(g, number, err, why, 0);
		else
			graph_out_reply_link(g, number, l, 0);
}

void graph_follow_move(struct graph *g, struct graph_link *from, struct graph_link *to)
{
	uint64_t leader = from->command;
	if (!leader)
		return;
	from->command = 0;
	if (to->state == GRAPH_STATE_CONNECTED) {
		to->command = leader;
		graph_follow_answer(g, to, OK, NULL);
		return;
	}
	if (!to->command) {
		to->command = leader;
		return;
	}
	/* Two that were asked for turn out to be one. */
	LIST_EACH(n, tmp, &g->followers)
	{
		struct follower *f = LIST_ENTRY(n, struct follower, all);
		if (f->leader == leader)
			f->leader = to->command;
	}
	if (graph_follow(g, to, leader) != OK)
		graph_out_reply(g, leader, ERR_NOMEM, NULL, 0);
}

/* The attempt goes on for those who still want it. */
bool graph_follow_cancel(struct graph *g, struct graph_link *l, uint64_t number)
{
	uint64_t next = take(g, first_of(g, number));
	if (!next)
		return false;
	l->command = next;
	LIST_EACH(n, tmp, &g->followers)
	{
		struct follower *f = LIST_ENTRY(n, struct follower, all);
		if (f->leader == number)
			f->leader = next;
	}
	graph_out_reply(g, number, ERR_CANCELLED, NULL, 0);
	return true;
}

bool graph_follower_cancel(struct graph *g, uint64_t number)
{
	LIST_EACH(n, tmp, &g->followers)
	{
		struct follower *f = LIST_ENTRY(n, struct follower, all);
		if (f->number != number)
			continue;
		graph_out_reply(g, take(g, f), ERR_CANCELLED, NULL, 0);
		return true;
	}
	return false;
}

void graph_followers_free(struct graph *g)
{
	LIST_EACH(n, tmp, &g->followers)
	(void)take(g, LIST_ENTRY(n, struct follower, all));
}
