/* The Unvalidated Record List (GROUP-7.19 to 7.21): which records wait, and for whom. The
 * records themselves are with the graph. */
#include "group/judge_int.h"

#define OCTETS_MOST (UINT64_C(64) << 20)

struct group_waiter {
	struct list all;
	struct graph_guid id; /* key of the map */
	uint64_t expires;     /* peer time */
	uint64_t octets;
	uint32_t version;
	int64_t from; /* wall us; 0 none */
	size_t n;
	char authority[2][GROUP_AUTHORITY_DIGITS]; /* of names it waits for */
};

void group_waiting_init(struct group_waiting *w, const struct env *env, size_t most)
{
	*w = (struct group_waiting){ .env = env, .most = most };
	map_init(&w->by_id, env);
	list_init(&w->all);
}

static struct group_waiter *waiter_at(struct list *at)
{
	return LIST_ENTRY(at, struct group_waiter, all);
}

static void drop(struct group_waiting *w, struct group_waiter *one)
{
	(void)map_take(&w->by_id, span_of(one->id.at, sizeof one->id.at));
	list_take(&one->all);
	w->n--;
	w->octets -= one->octets;
	env_free(w->env, one);
}

void group_waiting_fini(struct group_waiting *w)
{
	LIST_EACH(at, tmp, &w->all)
	drop(w, waiter_at(at));
	map_free(&w->by_id);
	env_free(w->env, w->woken);
}

static struct group_waiter *waiter_new(struct group_waiting *w, const struct graph_guid *id)
{
	struct group_waiter *one = env_zalloc(w->env, 1, sizeof *one);
	if (!one)
		return NULL;
	one->id = *id;
	if (map_put(&w->by_id, span_of(one->id.at, sizeof one->id.at), one) != OK) {
		env_free(w->env, one);
		return NULL;
	}
	list_push_back(&w->all, &one->all);
	w->n++;
	return one;
}

/* GROUP-7.20: the oldest go. Without memory it is not remembered: it comes again with the
 * next synchronisation, or when all are asked. */
void group_waiting_add(struct group_waiting *w, const struct graph_record *r,
		       const struct group_missing *m)
{
	struct group_waiter *one = map_get(&w->by_id, span_of(r->id.at, sizeof r->id.at));
	if (!w->most)
		return;
	if (one)
		drop(w, one);
	one = waiter_new(w, &r->id);
	if (!one)
		return;
	one->version = r->version;
	one->expires = r->expires;
	one->octets = graph_record_size(r);
	one->from = m->from;
	one->n = m->n;
	for (size_t i = 0; i < m->n; i++)
		memcpy(one->authority[i], m->names[i].p, GROUP_AUTHORITY_DIGITS);
	w->octets += one->octets;
	while (w->n > w->most || w->octets > OCTETS_MOST) {
		drop(w, waiter_at(w->all.next));
		w->lost = true;
	}
}

void group_waiting_done(struct group_waiting *w, const struct graph_record *r)
{
	struct group_waiter *one =
		w->n ? map_get(&w->by_id, span_of(r->id.at, sizeof r->id.at)) : NULL;
	if (one && one->version <= r->version)
		drop(w, one);
}

static bool waits_for(const struct group_waiter *one, struct span name)
{
	if (name.n < GROUP_AUTHORITY_DIGITS)
		return name.n == 0;
	for (size_t i = 0; i < one->n; i++)
		if (memcmp(one->authority[i], name.p, GROUP_AUTHORITY_DIGITS) == 0)
			return true;
	return false;
}

/* Room for all that could be woken. */
static bool make_room(struct group_waiting *w)
{
	if (w->n <= w->woken_room)
		return true;
	struct graph_guid *woken = env_resize(w->env, w->woken, w->n * sizeof *woken);
	if (!woken)
		return false;
	w->woken = woken;
	w->woken_room = w->n;
	return true;
}

static void wake(struct group_waiting *w, struct group_waiter *one, bool room, size_t *n)
{
	if (room)
		w->woken[*n] = one->id;
	++*n;
	drop(w, one);
}

/* GROUP-7.22: where some were pushed out nobody knows for whom those waited. */
static size_t woken(struct group_waiting *w, size_t n, bool room, const struct graph_guid **ids,
		    bool *all)
{
	*all = w->lost || (n && !room);
	*ids = w->woken;
	w->lost = false;
	return *all ? 0 : n;
}

size_t group_judge_woken(struct group_judge *j, struct span name, const struct graph_guid **ids,
			 bool *all)
{
	struct group_waiting *w = &j->waiting;
	bool room = make_room(w);
	size_t n = 0;
	LIST_EACH(at, tmp, &w->all)
	if (waits_for(waiter_at(at), name))
		wake(w, waiter_at(at), room, &n);
	return woken(w, n, room, ids, all);
}

static uint64_t peer_time(int64_t wall)
{
	return wall < 0 ? 0 : GRAPH_TIME_UNIX + (uint64_t)wall * 10;
}

/* GROUP-7.21 */
size_t group_judge_scan(struct group_judge *j, const struct graph_guid **ids, bool *all)
{
	struct group_waiting *w = &j->waiting;
	uint64_t now = peer_time(j->now);
	bool room = make_room(w);
	size_t n = 0;
	LIST_EACH(at, tmp, &w->all)
	{
		struct group_waiter *one = waiter_at(at);
		if (one->expires <= now)
			drop(w, one);
		else if (one->from && one->from <= j->now)
			wake(w, one, room, &n);
	}
	return woken(w, n, room, ids, all);
}

size_t group_judge_waiting(const struct group_judge *j)
{
	return j->waiting.n;
}
