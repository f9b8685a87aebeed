#include "claims_rig.h"

#include <stdio.h>

#include "base/attr.h"
#include "masc/own_int.h"

/* The bench whose machine runs: the doubles write to it. */
static struct bench *on;

static const char letters[] = "icsp";

static void note(const char *format, ...) PRINTF_LIKE(1, 2);
static void note(const char *format, ...)
{
	va_list args;
	if (!on)
		return;
	size_t n = strlen(on->log);
	va_start(args, format);
	if (n)
		n += (size_t)snprintf(on->log + n, sizeof(on->log) - n, "; ");
	vsnprintf(on->log + n, sizeof(on->log) - n, format, args);
	va_end(args);
}

static const char *prefix_text(const struct masc_prefix *p)
{
	static char s[MASC_PREFIX_TEXT_MAX];
	struct text t = TEXT_OF(s);
	masc_prefix_text(&t, p);
	return s;
}

/* -- doubles -- */

#define WRAP(name) __wrap_##name

void WRAP(spread)(struct space *sp, const struct wire_claim *c, unsigned sets,
		  const struct peer *except, uint64_t after, struct mono now);
void WRAP(spread_to)(struct peer *p, struct space *sp, const struct wire_claim *c, uint64_t after,
		     struct mono now);
bool WRAP(own_covers)(const struct masc *m, const struct masc_prefix *p, uint32_t *end,
		      bool *deprecated);
void WRAP(own_rival)(const struct heard *h);
void WRAP(own_colleague)(const struct heard *h);
bool WRAP(own_denied)(const struct heard *h);
void WRAP(own_parent_withdrew)(const struct heard *h);
void WRAP(own_withdrawn)(const struct heard *h);
void WRAP(own_rival_gone)(struct space *sp, const struct wire_claim *c, struct mono now);
void WRAP(own_replan)(struct masc *m);
void WRAP(plan_child_claim)(struct space *sp, const struct wire_claim *c, bool comes);
void WRAP(plan_hint)(struct space *sp, const struct wire_claim *c, struct mono now);

/* "in-use 239.192.1.0/24 +0 60/60": with its times, for the own side. */
static void note_whole(const struct wire_claim *c, const char *to, uint64_t after)
{
	struct masc_prefix p = table_prefix_of(c);
	note("%s%s %s %+ld %u/%u to %s@%lu", masc_claim_type_text(c->type),
	     c->deprecated ? "-D" : "", prefix_text(&p), (long)c->timestamp - (long)BENCH_WALL,
	     c->lifetime, c->hold_time, to, (unsigned long)after);
}

void WRAP(spread)(struct space *sp, const struct wire_claim *c, unsigned sets,
		  const struct peer *except, uint64_t after, struct mono now)
{
	char to[5] = "", *p = to;
	for (unsigned i = 0; i < 4; i++)
		if (sets & 1u << i)
			*p++ = "IPSC"[i];
	*p = 0;
	assert_non_null(sp);
	if (on && on->whole) {
		if (!except)
			note_whole(c, to, after);
		return;
	}
	assert_int_equal(after, 0);
	note("%s %c to %s%s%s", masc_claim_type_text(c->type), letters[c->role], to,
	     except ? " but " : "", except ? except->config->name : "");
}

void WRAP(spread_to)(struct peer *p, struct space *sp, const struct wire_claim *c, uint64_t after,
		     struct mono now)
{
	if (on && on->whole) {
		note_whole(c, p->config->name, after);
		return;
	}
	note("%s %c to %s only", masc_claim_type_text(c->type), letters[c->role], p->config->name);
}

bool WRAP(own_covers)(const struct masc *m, const struct masc_prefix *p, uint32_t *end,
		      bool *deprecated)
{
	for (size_t i = 0; i < on->n_held; i++) {
		if (!masc_prefix_covers(&on->held[i].prefix, p))
			continue;
		if (end)
			*end = on->held[i].end;
		if (deprecated)
			*deprecated = on->held[i].deprecated;
		return true;
	}
	return false;
}

void WRAP(own_rival)(const struct heard *h)
{
	note("rival");
}

void WRAP(own_colleague)(const struct heard *h)
{
	note("colleague");
}

bool WRAP(own_denied)(const struct heard *h)
{
	note("denied");
	return on->denies;
}

void WRAP(own_parent_withdrew)(const struct heard *h)
{
	note("parent-withdrew");
}

void WRAP(own_withdrawn)(const struct heard *h)
{
	note("withdrawn");
}

void WRAP(own_rival_gone)(struct space *sp, const struct wire_claim *c, struct mono now)
{
	struct masc_prefix p = table_prefix_of(c);
	note("gone %s", prefix_text(&p));
}

void WRAP(own_replan)(struct masc *m)
{
	note("replan");
}

/* Its balance is what counts: what comes goes once. */
void WRAP(plan_child_claim)(struct space *sp, const struct wire_claim *c, bool comes)
{
	assert_true(sp->below);
}

void WRAP(plan_hint)(struct space *sp, const struct wire_claim *c, struct mono now)
{
	note("hint");
}

/* -- the machine -- */

void bench_init(struct bench *b, const char *settings)
{
	static const char *const peers[][2] = {
		{ "north", "address=192.0.2.1 role=child domain=7 node=71" },
		{ "north2", "address=192.0.2.2 role=child domain=7 node=72" },
		{ "east", "address=192.0.2.3 role=sibling domain=8 parent_domain=7" },
		{ "west", "address=192.0.2.4 role=sibling domain=9 parent_domain=7" },
		{ "kid", "address=192.0.2.5 role=parent domain=200 node=21" },
		{ "kid2", "address=192.0.2.6 role=parent domain=200 node=22" },
		{ "bert", "address=192.0.2.7 role=parent domain=201" },
		{ "inner", "address=192.0.2.8 role=internal domain=100 node=11" },
	};
	memset(b, 0, sizeof(*b));
	on = b;
	rig_init(&b->r, "domain=100 node=10 profile=lab");
	rig_set(&b->r, settings);
	for (size_t i = 0; i < sizeof(peers) / sizeof(peers[0]); i++)
		rig_peer(&b->r, peers[i][0], peers[i][1]);
}

void bench_start(struct bench *b)
{
	rig_start(&b->r);
	rig_discard(&b->r);
	for (size_t i = 0; i < b->r.m->config.n_peers; i++)
		b->r.m->peers[i]->main->synced = true;
	b->log[0] = 0;
}

void bench_usual(struct bench *b)
{
	bench_init(b, "strict_origin=no");
	bench_start(b);
	bench_hear(b, "north: managed 239.192.0.0/16 7.71 i");
	rig_discard(&b->r);
	b->log[0] = 0;
}

void bench_fini(struct bench *b)
{
	rig_fini(&b->r);
	on = NULL;
}

struct peer *bench_peer(struct bench *b, const char *name)
{
	struct peer *p = map_get(&b->r.m->by_name, span_str(name));
	if (!p)
		fail_msg("no peer %s", name);
	return p;
}

struct masc_prefix bench_prefix(const char *text)
{
	struct masc_prefix p = { .family = MASC_IPV4 };
	if (strncmp(text, "0/", 2) == 0)
		p.length = (uint8_t)strtoul(text + 2, NULL, 10);
	else if (masc_prefix_parse(span_str(text), &p) != OK)
		fail_msg("no prefix: %s", text);
	return p;
}

static uint8_t type_of(const char *word)
{
	for (uint8_t t = 0; t < WIRE_ATTRIBUTES; t++)
		if (strcmp(masc_claim_type_text(t), word) == 0)
			return t;
	fail_msg("no type: %s", word);
	return 0;
}

/* Values given, and those that follow from them. */
struct times {
	long ts, life, hold;
};

static void set_word(struct wire_claim *c, struct times *t, const char *w)
{
	static const uint8_t option[] = { 2, 9, 0xaa, 0xbb };
	if (strncmp(w, "ts=", 3) == 0)
		t->ts = strtol(w + 3, NULL, 10);
	else if (strncmp(w, "life=", 5) == 0)
		t->life = strtol(w + 5, NULL, 10);
	else if (strncmp(w, "hold=", 5) == 0)
		t->hold = strtol(w + 5, NULL, 10);
	else if (strcmp(w, "D") == 0)
		c->deprecated = true;
	else if (strcmp(w, "opt") == 0)
		c->options = span_of(option, sizeof(option));
	else
		fail_msg("no such word: %s", w);
}

static void set_times(struct bench *b, struct wire_claim *c, const struct times *t)
{
	bool held = c->type == WIRE_PREFIX_IN_USE || c->type == WIRE_PREFIX_MANAGED;
	int64_t now = masc_wall_now(b->r.m, b->r.now) / MONO_SEC;
	c->timestamp = (uint32_t)(now + t->ts);
	c->lifetime = (uint32_t)t->life;
	c->hold_time = (uint32_t)(t->hold ? t->hold : held ? t->life : 2);
}

struct wire_claim bench_claim(struct bench *b, const char *claim, struct peer **peer)
{
	char copy[256], *domain, *node;
	struct wire_claim c = { .type = 0 };
	struct times times = { 0, 3600, 0 };
	assert_true(strlen(claim) < sizeof(copy));
	strcpy(copy, claim);
	char *colon = strchr(copy, ':'), *rest = colon ? colon + 1 : copy;
	if (colon) {
		*colon = 0;
		*peer = bench_peer(b, copy);
	}
	c.type = type_of(strtok(rest, " "));
	struct masc_prefix p = bench_prefix(strtok(NULL, " "));
	domain = strtok(NULL, ".");
	node = strtok(NULL, " ");
	const char *role = strchr(letters, *strtok(NULL, " "));
	assert_non_null(role);
	for (char *w; (w = strtok(NULL, " "));)
		set_word(&c, &times, w);
	c.role = (uint8_t)(role - letters);
	c.family = p.family;
	c.domain = rig_id((uint32_t)strtoul(domain, NULL, 10));
	c.node = rig_id((uint32_t)strtoul(node, NULL, 10));
	memcpy(c.address, p.address, sizeof(c.address));
	c.prefix_length = p.length;
	set_times(b, &c, &times);
	return c;
}

const char *bench_hear(struct bench *b, const char *claim)
{
	struct peer *p = NULL;
	struct wire_claim c = bench_claim(b, claim, &p);
	struct heard h;
	uint8_t subcode = 0;
	b->log[0] = 0;
	b->r.m->work = 0;
	assert_non_null(p);
	if (accept_claim(p->main, &c, b->r.now, &h, &subcode) == ACCEPTED)
		subcode = process_claim(&h);
	if (subcode)
		note("3/%d", subcode);
	return b->log;
}

void bench_hold(struct bench *b, const char *prefix, uint32_t for_s, bool deprecated)
{
	uint32_t now = (uint32_t)(masc_wall_now(b->r.m, b->r.now) / MONO_SEC);
	assert_true(b->n_held < sizeof(b->held) / sizeof(b->held[0]));
	b->held[b->n_held++] = (struct bench_held){ bench_prefix(prefix), now + for_s, deprecated };
}

void bench_ours(struct bench *b, const char *claim)
{
	struct wire_claim c = bench_claim(b, claim, NULL);
	struct space *sp = c.role == MASC_CHILD ? space_below(b->r.m, c.family)
						: space_parent(b->r.m, c.family,
							       &(struct masc_id){ { [15] = 7 } });
	assert_int_equal(cache_put(sp, &c, NULL, true, b->r.now), OK);
	b->log[0] = 0;
}

static unsigned long number(const struct masc_id *id)
{
	return (unsigned long)id->octets[14] << 8 | id->octets[15];
}

const char *bench_known(struct bench *b)
{
	struct masc_claim_at at = { 0 };
	struct masc_claim_info i;
	size_t n = 0;
	b->known[0] = 0;
	while (masc_claim_next(b->r.m, &at, NULL, &i))
		n += (size_t)snprintf(
			b->known + n, sizeof(b->known) - n, "%s%s%s %c %s %lu.%lu%s%s%s",
			n ? "; " : "", i.below ? "below " : "", masc_claim_type_text(i.type),
			letters[i.role], prefix_text(&i.prefix), number(&i.domain), number(&i.node),
			i.holds ? "*" : "", i.ours ? "~" : "", i.stale ? "!" : "");
	return b->known;
}

void bench_pass(struct bench *b, int64_t us)
{
	b->r.now = mono_add(b->r.now, us);
}

const char *bench_log(struct bench *b)
{
	static char copy[sizeof(b->log)];
	memcpy(copy, b->log, sizeof(copy));
	b->log[0] = 0;
	return copy;
}
