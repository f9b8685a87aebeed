#include "daemon/limit.h"

#include "base/list.h"
#include "base/map.h"

struct window {
	struct list node; /* in struct limit, oldest first */
	struct limit_key key;
	struct mono start;
	uint32_t level, passed;
	uint64_t held_back;
};

struct limit {
	const struct env *env;
	struct map by_key;
	struct list windows;
	size_t count;
	uint32_t burst;
	int64_t interval;
};

enum err limit_new(struct limit **out, const struct env *env)
{
	struct limit *l = env_zalloc(env, 1, sizeof(*l));
	if (!l)
		return ERR_NOMEM;
	l->env = env;
	map_init(&l->by_key, env);
	list_init(&l->windows);
	*out = l;
	return OK;
}

static struct span key_span(const struct limit_key *k)
{
	return span_of(k, sizeof(*k));
}

static void window_end(struct limit *l, struct window *w)
{
	map_take(&l->by_key, key_span(&w->key));
	list_take(&w->node);
	l->count--;
	env_free(l->env, w);
}

void limit_free(struct limit *l)
{
	if (!l)
		return;
	LIST_EACH(n, tmp, &l->windows)
	{
		window_end(l, LIST_ENTRY(n, struct window, node));
	}
	map_free(&l->by_key);
	env_free(l->env, l);
}

void limit_set(struct limit *l, uint32_t burst, int64_t interval)
{
	l->burst = burst;
	l->interval = interval;
}

static void put_text(char *to, const char *from)
{
	memset(to, 0, LIMIT_TEXT_MAX);
	memcpy(to, from, strnlen(from, LIMIT_TEXT_MAX - 1));
}

void limit_key_init(struct limit_key *k, const char *part, const char *event, const char *who)
{
	put_text(k->part, part);
	put_text(k->event, event);
	put_text(k->who, who);
}

static struct window *oldest(const struct limit *l)
{
	return list_empty(&l->windows) ? NULL : LIST_ENTRY(l->windows.next, struct window, node);
}

static bool ended(const struct limit *l, const struct window *w, struct mono now)
{
	return mono_reached(mono_add(w->start, l->interval), now);
}

static struct window *window_new(struct limit *l, const struct limit_key *k, struct mono now)
{
	struct window *w = env_zalloc(l->env, 1, sizeof(*w));
	if (!w)
		return NULL;
	w->key = *k;
	w->start = now;
	if (map_put(&l->by_key, key_span(&w->key), w) != OK) {
		env_free(l->env, w);
		return NULL;
	}
	list_push_back(&l->windows, &w->node);
	l->count++;
	return w;
}

/* The running interval of k, a new one when there is none. */
static struct window *window_of(struct limit *l, const struct limit_key *k, struct mono now)
{
	struct window *w = map_get(&l->by_key, key_span(k));
	if (w && ended(l, w, now) && !w->held_back) {
		window_end(l, w);
		w = NULL;
	}
	if (w)
		return w;
	if (l->count == LIMIT_KINDS_MAX)
		window_end(l, oldest(l));
	return window_new(l, k, now);
}

bool limit_pass(struct limit *l, const struct limit_key *k, uint32_t level, struct mono now)
{
	struct window *w = l->burst ? window_of(l, k, now) : NULL;
	if (!w)
		return true;
	if (w->passed < l->burst) {
		w->passed++;
		return true;
	}
	w->held_back++;
	w->level = level;
	return false;
}

static bool take_oldest(struct limit *l, struct limit_summary *out)
{
	struct window *w = oldest(l);
	uint64_t held_back = w->held_back;
	if (held_back) {
		out->key = w->key;
		out->level = w->level;
		out->held_back = held_back;
	}
	window_end(l, w);
	return held_back > 0;
}

bool limit_take(struct limit *l, struct mono now, struct limit_summary *out)
{
	for (struct window *w = oldest(l); w; w = oldest(l)) {
		if (!ended(l, w, now) && l->count < LIMIT_KINDS_MAX)
			return false;
		if (take_oldest(l, out))
			return true;
	}
	return false;
}

bool limit_take_any(struct limit *l, struct limit_summary *out)
{
	while (oldest(l))
		if (take_oldest(l, out))
			return true;
	return false;
}

struct mono limit_deadline(const struct limit *l)
{
	LIST_EACH(n, tmp, &l->windows)
	{
		const struct window *w = LIST_ENTRY(n, struct window, node);
		if (w->held_back)
			return mono_add(w->start, l->interval);
	}
	return MONO_NEVER;
}
