/* Subscriptions: a stream each, taken up again where it broke off. */
#include "lib/group_int.h"
#include "os/clock.h"

#include <jansson.h>
#include <string.h>

#define BACKOFF_MIN_US (100 * MONO_MS)
#define BACKOFF_MAX_US (5 * MONO_SEC)

struct lib_sub {
	struct list node; /* in ctx.subs */
	struct hst_ctx *ctx;
	hst_sub id;
	char part[16], level[16];
	uint64_t graph;			  /* of this alone; 0: no graph */
	char group[OPS_GRAPH_ID_MAX + 1]; /* or of this; "": no group */
	char type[HST_GUID_TEXT];	  /* "": records of all types */
	uint64_t kinds;			  /* of a graph's events, by HST_KIND() */
	struct lib_exchange *exchange;	  /* NULL between two tries */
	struct os_timer *timer;		  /* of the next try */
	int64_t backoff;
	bool up;	    /* the stream has begun */
	bool numbered;	    /* run and last are known */
	uint64_t run, last; /* where to take it up again */
	uint64_t dropped;   /* by us, since the program takes nothing */
};

static void try_now(struct lib_sub *s);

static void stop(struct lib_sub *s)
{
	if (s->exchange)
		s->ctx->backend->drop(s->exchange);
	s->exchange = NULL;
}

static void sub_free(struct lib_sub *s)
{
	struct hst_ctx *c = s->ctx;
	list_take(&s->node);
	c->backend->lasting(c, --c->n_subs);
	stop(s);
	os_timer_free(s->timer);
	env_free(c->env, s);
}

/* Tells once that the daemon is gone, however many streams break. Without
 * memory the next failure tells it. */
static void tell_lost(struct hst_ctx *c, const struct lib_failure *f)
{
	if (c->daemon == LIB_DAEMON_LOST)
		return;
	struct hst_event e = { .kind = HST_EVENT_DAEMON,
			       .result = f->result,
			       .message = f->message,
			       .hint = f->hint };
	if (lib_queue_put(c, &e) == OK)
		c->daemon = LIB_DAEMON_LOST;
}

static bool all_up(const struct hst_ctx *c)
{
	LIST_EACH(node, tmp, &c->subs)
	{
		if (!LIST_ENTRY(node, struct lib_sub, node)->up)
			return false;
	}
	return true;
}

static enum err tell_back(struct hst_ctx *c)
{
	if (!all_up(c))
		return OK;
	if (c->daemon == LIB_DAEMON_LOST) {
		struct hst_event e = { .kind = HST_EVENT_DAEMON };
		if (lib_queue_put(c, &e) != OK)
			return ERR_NOMEM;
	}
	c->daemon = LIB_DAEMON_UP;
	return OK;
}

/* One subscription less: perhaps it was the last that was not restored. */
static void settle(struct hst_ctx *c)
{
	if (c->n_subs && tell_back(c) != OK)
		c->daemon = LIB_DAEMON_LOST; /* the next start tells it */
}

static uint64_t number_of(const json_t *j, const char *key)
{
	json_int_t v = json_integer_value(json_object_get(j, key));
	return v < 0 ? 0 : (uint64_t)v;
}

/* The stream has begun: of which run, and after which number. A new run begins
 * to count anew. */
static enum err on_start(struct lib_sub *s, const json_t *j)
{
	s->run = number_of(j, "run");
	s->last = number_of(j, "number");
	s->numbered = true;
	s->up = true;
	s->backoff = BACKOFF_MIN_US;
	return tell_back(s->ctx);
}

static enum err put_overflow(struct lib_sub *s, uint64_t dropped, const char *json)
{
	struct hst_event e = {
		.kind = HST_EVENT_OVERFLOW, .sub = s->id, .dropped = dropped, .json = json
	};
	return lib_queue_put(s->ctx, &e);
}

/* An event as it is, or, of a graph, by its fields. */
static enum err put_event(struct lib_sub *s, const struct lib_sse *e, const json_t *j)
{
	struct hst_event v = { .kind = HST_EVENT_NODE, .sub = s->id, .json = e->data };
	if (strcmp(e->type, "overflow") == 0)
		return put_overflow(s, number_of(j, "dropped"), e->data);
	if ((s->graph || s->group[0]) && (!lib_event_read(j, &v) || !(s->kinds & HST_KIND(v.kind))))
		return OK;
	return lib_queue_put(s->ctx, &v);
}

static enum err on_event(struct lib_sub *s, const struct lib_sse *e, const json_t *j)
{
	enum err err = OK;
	if (s->ctx->n_queued >= LIB_QUEUE_MAX) {
		uint64_t lost = number_of(j, "dropped");
		s->dropped += lost ? lost : 1;
	} else if (s->dropped && put_overflow(s, s->dropped, "") != OK) {
		err = ERR_NOMEM;
	} else {
		s->dropped = 0;
		err = put_event(s, e, j);
	}
	if (!err && e->id)
		s->last = e->id;
	return err;
}

/* One event of the stream. An error breaks the stream off; it is taken up
 * again at the same place. */
static enum err on_sse(void *arg, const struct lib_sse *e)
{
	struct lib_sub *s = arg;
	json_t *j = json_loads(e->data, 0, NULL);
	enum err err = ERR_MALFORMED;
	if (json_is_object(j))
		err = strcmp(e->type, "start") == 0 ? on_start(s, j) : on_event(s, e, j);
	json_decref(j);
	return err;
}

static void retry_later(struct lib_sub *s)
{
	stop(s);
	s->up = false;
	os_timer_set(s->timer, mono_add(os_mono(), s->backoff));
	s->backoff = s->backoff * 2 > BACKOFF_MAX_US ? BACKOFF_MAX_US : s->backoff * 2;
}

/* Whether the daemon means it: asking again would give the same. */
static bool is_final(int result)
{
	return result == HST_E_INVALID || result == HST_E_NOT_FOUND || result == HST_E_UNSUPPORTED;
}

static void end(struct lib_sub *s, const struct lib_failure *f)
{
	struct hst_event e = { .kind = HST_EVENT_ENDED,
			       .sub = s->id,
			       .result = f->result,
			       .message = f->message,
			       .hint = f->hint };
	struct hst_ctx *c = s->ctx;
	if (lib_queue_put(c, &e) == OK) {
		sub_free(s);
		settle(c);
	} else {
		retry_later(s);
	}
}

static void on_end(void *owner, const struct lib_end *e)
{
	struct lib_sub *s = owner;
	struct lib_failure f;
	if (e->failure)
		f = *e->failure;
	else if (e->status == 200)
		lib_failure_lost(&f, s->ctx);
	else
		lib_failure_of_answer(&f, s->ctx, e->status, e->body);
	if (is_final(f.result)) {
		end(s, &f);
		return;
	}
	tell_lost(s->ctx, &f);
	retry_later(s);
}

static void on_timer(void *arg, struct mono now)
{
	try_now(arg);
}

static void put_query(struct text *t, const char *key, const char *value)
{
	text_char(t, strchr(t->p, '?') ? '&' : '?');
	text_str(t, key);
	text_char(t, '=');
	text_str(t, value);
}

static void put_number(struct text *t, const char *key, uint64_t value)
{
	char digits[24];
	struct text d = TEXT_OF(digits);
	text_u64(&d, value);
	put_query(t, key, digits);
}

static void path_of(const struct lib_sub *s, struct text *t)
{
	text_str(t, OPS_STREAM_PATH);
	if (s->part[0])
		put_query(t, "part", s->part);
	if (s->level[0])
		put_query(t, "level", s->level);
	if (s->graph)
		put_number(t, "graph", s->graph);
	if (s->group[0]) {
		put_query(t, "graph", "");
		ops_url_put(t, s->group);
	}
	if (s->type[0])
		put_query(t, "type", s->type);
	if (!s->numbered)
		return;
	put_number(t, "since", s->last);
	put_number(t, "run", s->run);
}

static void try_now(struct lib_sub *s)
{
	char path[3 * OPS_GRAPH_ID_MAX + 300];
	struct text t = TEXT_OF(path);
	struct hst_ctx *c = s->ctx;
	path_of(s, &t);
	struct lib_request r = { "GET", path, NULL, on_sse, on_end, s };
	if (c->backend->ask(&s->exchange, c, &r) != OK)
		retry_later(s);
}

/* A word that may stand in a query as it is. */
static bool take_word(char out[16], const char *s)
{
	if (!s)
		return true;
	if (!*s || strlen(s) >= 16 ||
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(s))
		return false;
	memcpy(out, s, strlen(s) + 1);
	return true;
}

/* NULL, with the last error set. */
static struct lib_sub *sub_new(struct hst_ctx *c)
{
	if (c->n_subs >= LIB_SUBS_MAX) {
		(void)lib_fail(c, HST_E_FULL, "too many subscriptions are open",
			       "end one of them, or subscribe to all parts at once");
		return NULL;
	}
	struct lib_sub *s = env_zalloc(c->env, 1, sizeof(*s));
	if (!s) {
		(void)lib_fail_nomem(c);
		return NULL;
	}
	s->ctx = c;
	s->id = ++c->last_id;
	s->backoff = BACKOFF_MIN_US;
	list_push_back(&c->subs, &s->node);
	c->backend->lasting(c, ++c->n_subs);
	return s;
}

/* Begins it, or ends it. */
static int begin(struct lib_sub *s)
{
	struct hst_ctx *c = s->ctx;
	enum err e = os_timer_new(&s->timer, c->loop, on_timer, s);
	if (e) {
		sub_free(s);
		return lib_fail(c, lib_result_of(e), err_text(e), "");
	}
	try_now(s);
	return HST_OK;
}

int hst_subscribe(hst_ctx *c, const char *part, const char *level, hst_sub *sub)
{
	if (level && ops_level_of(level) < 0)
		return lib_fail(c, HST_E_INVALID, "there is no such level",
				"use error, warning, notice, info or debug");
	struct lib_sub *s = sub_new(c);
	if (!s)
		return c->error.code;
	if (!take_word(s->part, part) || !take_word(s->level, level)) {
		sub_free(s);
		return lib_fail(c, HST_E_INVALID, "there cannot be a part of that name",
				"see doc/api.md");
	}
	hst_sub id = s->id;
	int r = begin(s);
	if (r >= 0)
		*sub = id;
	return r;
}

static struct lib_sub *sub_of(const struct hst_ctx *c, hst_sub id)
{
	LIST_EACH(node, tmp, &c->subs)
	{
		struct lib_sub *s = LIST_ENTRY(node, struct lib_sub, node);
		if (s->id == id)
			return s;
	}
	return NULL;
}

#define START_MS 5000

/* So that what happens from now on is told: until the stream has begun. One that has broken
 * off since is taken up again where it did. */
static int await_start(struct hst_ctx *c, hst_sub id)
{
	struct mono deadline = mono_add(os_mono(), START_MS * MONO_MS);
	for (;;) {
		const struct lib_sub *s = sub_of(c, id);
		if (!s)
			return lib_fail(c, HST_E_NOT_FOUND, "the graph is not there any more", "");
		if (s->numbered)
			return HST_OK;
		int64_t left = mono_since(deadline, os_mono());
		if (left <= 0 || c->daemon == LIB_DAEMON_LOST)
			break;
		if (os_loop_run(c->loop, (int)(left / MONO_MS) + 1) != OK)
			break;
	}
	(void)hst_unsubscribe(c, id);
	return lib_fail(c, HST_E_NO_DAEMON, "the daemon tells no events",
			"see its log for what it is doing");
}

/* Begins a subscription of which all is set, and waits until it is heard. */
static int begin_and_await(struct lib_sub *s, hst_sub *sub)
{
	struct hst_ctx *c = s->ctx;
	hst_sub id = s->id;
	int r = begin(s);
	if (r >= 0)
		r = await_start(c, id);
	lib_queue_show(c);
	if (r >= 0)
		*sub = id;
	return r;
}

int hst_graph_subscribe(hst_graph *g, uint64_t kinds, const hst_guid *type, hst_sub *sub)
{
	int r = lib_graph_check(g, sub, "a place for the subscription is wanted");
	if (r < 0)
		return r;
	struct lib_sub *s = sub_new(g->handle.ctx);
	if (!s)
		return g->handle.ctx->error.code;
	ops_set_text(s->part, sizeof(s->part), "graph");
	s->graph = g->number;
	s->kinds = kinds ? kinds : UINT64_MAX;
	if (type)
		hst_guid_text(type, s->type);
	return begin_and_await(s, sub);
}

int hst_group_subscribe(hst_group *g, uint64_t kinds, hst_sub *sub)
{
	int r = lib_group_check(g, sub, "a place for the subscription is wanted");
	if (r < 0)
		return r;
	struct lib_sub *s = sub_new(g->handle.ctx);
	if (!s)
		return g->handle.ctx->error.code;
	ops_set_text(s->part, sizeof(s->part), "group");
	ops_set_text(s->group, sizeof(s->group), g->id);
	s->kinds = kinds ? kinds : UINT64_MAX;
	return begin_and_await(s, sub);
}

int hst_unsubscribe(hst_ctx *c, hst_sub sub)
{
	struct lib_sub *s = sub_of(c, sub);
	if (!s)
		return lib_fail(c, HST_E_NOT_FOUND, "there is no such subscription", "");
	sub_free(s);
	settle(c);
	return HST_OK;
}

void lib_subs_drop(struct hst_ctx *c)
{
	LIST_EACH(node, tmp, &c->subs)
	{
		sub_free(LIST_ENTRY(node, struct lib_sub, node));
	}
}
