#include "badlink.h"

#include "rng.h"

/* A frame under way: its place in the queue, and its octets on the heap. */
struct pending {
	struct mono due;
	uint64_t sequence; /* ties go by arrival */
	uint8_t *bytes;
	size_t n;
};

struct lane {
	struct rules rules;
	struct rng rng;
	struct counts counts;
	struct pending *heap; /* earliest first; limits.frames places */
	uint64_t sequence;
	struct mono last;  /* due time of the newest frame that keeps its order */
	struct mono clear; /* when the rate limit lets the next frame begin */
};

struct badlink {
	const struct env *env;
	struct limits limits;
	struct lane lane[WAY_COUNT];
	uint8_t *taken; /* handed out by the last poll */
};

/* What chance decides about one frame. */
struct fate {
	bool lost, twice, held;
	int64_t shift_us, shift2_us; /* jitter of the frame and of its copy */
};

struct rules rules_default(void)
{
	return (struct rules){ .hold_us = RULES_HOLD_US };
}

enum err badlink_new(struct badlink **out, const struct env *env, uint64_t seed,
		     struct limits limits)
{
	if (!limits.frames || !limits.octets)
		return ERR_RANGE;
	struct badlink *s = env_zalloc(env, 1, sizeof *s);
	if (!s)
		return ERR_NOMEM;
	s->env = env;
	s->limits = limits;
	struct rng root = rng_of(seed);
	for (int w = 0; w < WAY_COUNT; w++) {
		struct lane *l = &s->lane[w];
		l->rules = rules_default();
		l->rng = rng_of(rng_next(&root));
		l->last = l->clear = (struct mono){ INT64_MIN };
		l->heap = env_zalloc(env, limits.frames, sizeof *l->heap);
		if (!l->heap) {
			badlink_free(s);
			return ERR_NOMEM;
		}
	}
	*out = s;
	return OK;
}

static void lane_flush(struct badlink *s, struct lane *l)
{
	for (size_t i = 0; i < l->counts.queued; i++)
		env_free(s->env, l->heap[i].bytes);
	l->counts.queued = l->counts.queued_octets = 0;
}

void badlink_free(struct badlink *s)
{
	if (!s)
		return;
	for (int w = 0; w < WAY_COUNT; w++) {
		lane_flush(s, &s->lane[w]);
		env_free(s->env, s->lane[w].heap);
	}
	env_free(s->env, s->taken);
	env_free(s->env, s);
}

const struct rules *badlink_rules(const struct badlink *s, enum way w)
{
	return &s->lane[w].rules;
}

const struct counts *badlink_counts(const struct badlink *s, enum way w)
{
	return &s->lane[w].counts;
}

void badlink_set(struct badlink *s, enum way w, const struct rules *r)
{
	struct lane *l = &s->lane[w];
	l->rules = *r;
	if (!r->cut)
		return;
	l->counts.cut += l->counts.queued;
	lane_flush(s, l);
	l->last = l->clear = (struct mono){ INT64_MIN };
}

static bool before(const struct pending *a, const struct pending *b)
{
	if (a->due.us != b->due.us)
		return a->due.us < b->due.us;
	return a->sequence < b->sequence;
}

static void swap(struct pending *a, struct pending *b)
{
	struct pending t = *a;
	*a = *b;
	*b = t;
}

static void heap_up(struct pending *h, size_t i)
{
	for (; i && before(&h[i], &h[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&h[i], &h[(i - 1) / 2]);
}

static void heap_down(struct pending *h, size_t n)
{
	for (size_t i = 0, c; (c = 2 * i + 1) < n; i = c) {
		if (c + 1 < n && before(&h[c + 1], &h[c]))
			c++;
		if (!before(&h[c], &h[i]))
			return;
		swap(&h[c], &h[i]);
	}
}

static void enqueue(struct badlink *s, struct lane *l, struct span frame, struct mono due)
{
	struct counts *c = &l->counts;
	bool full = c->queued == s->limits.frames || frame.n > s->limits.octets - c->queued_octets;
	uint8_t *copy = full ? NULL : env_copy(s->env, frame.p, frame.n);
	if (!copy) {
		c->overflow++;
		return;
	}
	l->heap[c->queued] = (struct pending){ due, l->sequence++, copy, frame.n };
	heap_up(l->heap, c->queued);
	c->queued++;
	c->queued_octets += frame.n;
	if (c->queued > c->queued_max)
		c->queued_max = c->queued;
}

static int64_t jitter(struct rng *r, int64_t range)
{
	return (int64_t)rng_below(r, (uint64_t)range * 2 + 1) - range;
}

/* Always the same number of draws, in the same order. */
static struct fate draw(struct lane *l)
{
	const struct rules *r = &l->rules;
	struct fate f;
	f.lost = rng_hit(&l->rng, r->loss_ppm);
	f.twice = rng_hit(&l->rng, r->dup_ppm);
	f.held = rng_hit(&l->rng, r->reorder_ppm);
	f.shift_us = jitter(&l->rng, r->jitter_us);
	f.shift2_us = jitter(&l->rng, r->jitter_us);
	return f;
}

static struct mono later(struct mono a, struct mono b)
{
	return a.us > b.us ? a : b;
}

/* Frames leave one after another; the last bit of this one is through at the
 * time returned. */
static struct mono through(struct lane *l, size_t octets, struct mono now)
{
	if (!l->rules.rate_bps)
		return now;
	uint64_t us = (uint64_t)octets * 8 * (uint64_t)MONO_SEC / l->rules.rate_bps;
	l->clear = mono_add(later(l->clear, now), (int64_t)us);
	return l->clear;
}

static struct mono due_at(struct lane *l, struct mono from, int64_t shift_us, bool held)
{
	int64_t wait = l->rules.delay_us + shift_us;
	struct mono due = mono_add(from, wait > 0 ? wait : 0);
	if (held)
		return mono_add(due, l->rules.hold_us);
	l->last = later(l->last, due);
	return l->last;
}

void badlink_input(struct badlink *s, enum way w, struct span frame, struct mono now)
{
	struct lane *l = &s->lane[w];
	struct fate f = draw(l);

	l->counts.in++;
	l->counts.in_octets += frame.n;
	if (l->rules.cut) {
		l->counts.cut++;
		return;
	}
	if (f.lost) {
		l->counts.lost++;
		return;
	}
	struct mono sent = through(l, frame.n, now);
	l->counts.reordered += f.held;
	enqueue(s, l, frame, due_at(l, sent, f.shift_us, f.held));
	if (!f.twice)
		return;
	l->counts.duplicated++;
	enqueue(s, l, frame, due_at(l, sent, f.shift2_us, false));
}

/* The lane whose first frame is due earliest; NULL when both are empty. */
static const struct lane *first(const struct badlink *s)
{
	const struct lane *best = NULL;
	for (int w = 0; w < WAY_COUNT; w++) {
		const struct lane *l = &s->lane[w];
		if (l->counts.queued && (!best || l->heap[0].due.us < best->heap[0].due.us))
			best = l;
	}
	return best;
}

struct mono badlink_deadline(const struct badlink *s)
{
	const struct lane *l = first(s);
	return l ? l->heap[0].due : MONO_NEVER;
}

bool badlink_poll(struct badlink *s, struct mono now, enum way *w, struct span *frame)
{
	const struct lane *ready = first(s);
	if (!ready || !mono_reached(ready->heap[0].due, now))
		return false;
	*w = (enum way)(ready - s->lane);
	struct lane *l = &s->lane[*w];
	struct pending p = l->heap[0];
	struct counts *c = &l->counts;

	l->heap[0] = l->heap[--c->queued];
	heap_down(l->heap, c->queued);
	c->queued_octets -= p.n;
	c->out++;
	c->out_octets += p.n;
	env_free(s->env, s->taken);
	s->taken = p.bytes;
	*frame = span_of(p.bytes, p.n);
	return true;
}
