/* Streams and their tokens. */
#include "ops/stream_int.h"

#include "ops/http.h"
#include "os/clock.h"

#include <jansson.h>
#include <stdlib.h>

static void make_token(struct ops_stream *s)
{
	uint8_t octets[OPS_TOKEN_DIGITS / 2];
	struct text t = TEXT_OF(s->token);
	s->ops->env->random(s->ops->env->ctx, octets, sizeof(octets));
	text_hex(&t, span_of(octets, sizeof(octets)));
}

static bool is_stale(const struct ops_stream *s, struct mono now)
{
	return !s->claimed && mono_reached(s->expires, now);
}

/* Tokens nobody came with; and, with no room, the oldest of those that are left. */
static void sweep(struct ops *o)
{
	struct mono now = os_mono();
	LIST_EACH(node, tmp, &o->streams)
	{
		struct ops_stream *s = LIST_ENTRY(node, struct ops_stream, node);
		bool drop = is_stale(s, now) || (!s->claimed && o->n_streams >= OPS_STREAMS_MAX);
		if (drop)
			ops_stream_close(s);
	}
}

struct ops_stream *ops_stream_new(struct ops *o, const struct stream_kind *kind)
{
	sweep(o);
	struct ops_stream *s =
		o->n_streams < OPS_STREAMS_MAX ? env_zalloc(o->env, 1, kind->size) : NULL;
	if (!s)
		return NULL;
	s->kind = kind;
	s->ops = o;
	s->expires = mono_add(os_mono(), OPS_TOKEN_LIFE);
	make_token(s);
	list_push_back(&o->streams, &s->node);
	o->n_streams++;
	return s;
}

void ops_stream_close(struct ops_stream *s)
{
	if (!s)
		return;
	list_take(&s->node);
	s->ops->n_streams--;
	s->ready = NULL;
	s->kind->end(s);
	env_free(s->ops->env, s);
}

void ops_streams_fini(struct ops *o)
{
	LIST_EACH(node, tmp, &o->streams)
	{
		ops_stream_close(LIST_ENTRY(node, struct ops_stream, node));
	}
}

void ops_stream_wake(struct ops_stream *s)
{
	if (s->ready)
		s->ready(s->arg);
}

/* A token is compared whole: how far a guess fits is told to nobody. */
static struct ops_stream *find(struct ops *o, const char *token)
{
	struct mono now = os_mono();
	LIST_EACH(node, tmp, &o->streams)
	{
		struct ops_stream *s = LIST_ENTRY(node, struct ops_stream, node);
		if (!s->claimed && !is_stale(s, now) &&
		    crypto_equal(span_str(s->token), span_str(token)))
			return s;
	}
	return NULL;
}

enum err ops_stream_claim(struct ops *o, const char *token, struct ops_stream **out,
			  struct text *why)
{
	struct ops_stream *s = find(o, token);
	if (!s) {
		text_str(why, "there is no such token: each is good once, for 30 s");
		return ERR_NOT_FOUND;
	}
	s->claimed = true;
	enum err e = s->kind->begin ? s->kind->begin(s, why) : OK;
	if (e)
		ops_stream_close(s);
	else
		*out = s;
	return e;
}

void ops_stream_on_ready(struct ops_stream *s, ops_ready_fn *ready, void *arg)
{
	s->ready = ready;
	s->arg = arg;
}

enum err ops_stream_read(struct ops_stream *s, uint8_t *p, size_t size, size_t *n)
{
	*n = 0;
	return s->kind->read(s, p, size, n);
}

enum err ops_stream_write(struct ops_stream *s, struct span octets, size_t *taken)
{
	*taken = 0;
	if (!octets.n)
		return OK;
	return s->kind->write ? s->kind->write(s, octets, taken) : ERR_MALFORMED;
}

void ops_stream_finish(struct ops_stream *s)
{
	if (s->kind->finish)
		s->kind->finish(s);
}

bool ops_stream_take_room(struct ops *o, size_t n)
{
	if (n > OPS_STREAM_OCTETS_MAX - o->stream_octets)
		return false;
	o->stream_octets += n;
	return true;
}

void ops_stream_give_room(struct ops *o, size_t n)
{
	o->stream_octets -= n;
}

/* Answers */

void ops_stream_answer(struct ops_stream *s, uint64_t octets, struct ops_call call)
{
	struct ops_stream_token out;
	ops_clear(&ops_stream_token_type, &out);
	ops_set_text(out.token, sizeof(out.token), s->token);
	out.socket = s->ops->stream_path;
	out.octets = octets;
	ops_answer_value(call, &ops_stream_token_type, &out);
}

void ops_stream_answer_dry(const char *text, struct ops_call call)
{
	struct ops_stream_token out;
	ops_clear(&ops_stream_token_type, &out);
	out.text = text;
	ops_answer_value(call, &ops_stream_token_type, &out);
}

/* Without memory there is no line: the end alone says that it failed. */
void ops_line_answer(struct last_line *l, const struct ops_answer *a)
{
	json_t *j = ops_http_answer(a);
	ops_line_fini(l);
	l->p = j ? json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
	json_decref(j);
	l->n = l->p ? strlen(l->p) + 1 : 0;
	if (l->p)
		l->p[l->n - 1] = '\n'; /* in the place of the NUL */
	l->at = 0;
	l->there = true;
}

enum err ops_line_read(struct last_line *l, uint8_t *p, size_t size, size_t *n)
{
	size_t left = l->n - l->at;
	if (!l->there)
		return OK;
	if (!left)
		return ERR_CLOSED;
	*n = left < size ? left : size;
	memcpy(p, l->p + l->at, *n);
	l->at += *n;
	return OK;
}

void ops_line_fini(struct last_line *l)
{
	free(l->p); /* from jansson */
	l->p = NULL;
	l->n = l->at = 0;
	l->there = false;
}
