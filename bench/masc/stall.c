#include "stall.h"

#include "claims.h"

#include "base/attr.h"
#include "wire/wr.h"
#include "masc/masc_int.h"
#include "os/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void stall_die(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)fputs("stall: ", stderr);
	(void)vfprintf(stderr, format, args);
	(void)fputc('\n', stderr);
	va_end(args);
	exit(1);
}

void stall_must(enum err e, const char *what)
{
	if (e)
		stall_die("%s: %s", what, err_text(e));
}

static double thread_us(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void note(struct stall *s, double before, const char *what)
{
	double took = thread_us() - before;
	if (s->quiet)
		return;
	s->calls++;
	if (s->m->worked > s->steps)
		s->steps = s->m->worked;
	if (took > s->us) {
		s->us = took;
		s->what = what;
	}
}

/* -- what is done with what comes out -- */

static void drain(struct stall *s, enum err *result)
{
	struct masc_out o;
	uint32_t left[8] = { 0 };
	while (masc_poll(s->m, &o)) {
		if (o.kind == MASC_OUT_SEND && o.drain)
			left[o.link / 2 % 8] = o.link;
		if (o.kind == MASC_OUT_REPLY && result)
			*result = o.result;
	}
	(void)store_mem_seal(s->mem);
	while (store_mem_commit(s->mem))
		;
	for (size_t i = 0; i < 8; i++)
		if (left[i]) {
			double before = thread_us();
			masc_link_drained(s->m, left[i], s->now);
			note(s, before, "drained");
			drain(s, NULL);
		}
}

#define TIMED(s, what, call)                                                                       \
	do {                                                                                       \
		double before_ = thread_us();                                                      \
		call;                                                                              \
		note(s, before_, what);                                                            \
		drain(s, NULL);                                                                    \
	} while (0)

/* -- life -- */

static void parse(struct node_config *c, const char *config)
{
	char buffer[400];
	struct text why = TEXT_OF(buffer);
	uint32_t line = 0;
	node_config_init(c, os_env());
	if (node_config_parse(c, span_str(config), &line, &why))
		stall_die("line %u: %s", line, why.p);
}

static void born(struct stall *s)
{
	struct wall wall = { s->wall + s->now.us, true };
	stall_must(
		masc_new(&s->m, &s->config.masc, os_env(), store_mem_store(s->mem), s->now, wall),
		"birth");
	drain(s, NULL);
}

void stall_birth(struct stall *s, const char *config)
{
	*s = (struct stall){ .now = { MONO_SEC },
			     .wall = INT64_C(1790000000000000),
			     .quiet = true };
	parse(&s->config, config);
	stall_must(store_mem_new(&s->mem, os_env()), "a store");
	born(s);
	stall_pass(s, MONO_SEC);
}

void stall_death(struct stall *s)
{
	masc_free(s->m);
	store_mem_free(s->mem);
	node_config_free(&s->config);
}

void stall_again(struct stall *s)
{
	masc_free(s->m);
	born(s);
}

void stall_watch(struct stall *s)
{
	s->quiet = false;
}

uint32_t stall_wall_s(const struct stall *s)
{
	return (uint32_t)((s->wall + s->now.us) / MONO_SEC);
}

void stall_pass(struct stall *s, int64_t us)
{
	struct mono end = mono_add(s->now, us);
	for (size_t n = 0; n < 100000; n++) {
		struct mono due = masc_deadline(s->m);
		if (!mono_reached(due, end))
			break;
		if (due.us > s->now.us)
			s->now = due;
		TIMED(s, "tick", masc_tick(s->m, s->now));
	}
	s->now = end;
}

void stall_configure(struct stall *s, const char *config)
{
	struct node_config c;
	enum err e = OK;
	parse(&c, config);
	TIMED(s, "reload", e = masc_reconfigure(s->m, &c.masc, s->now));
	stall_must(e, "reload");
	node_config_free(&c);
}

/* -- sessions -- */

static void piece(struct stall *s, uint32_t link, struct span octets)
{
	TIMED(s, "input", masc_input(s->m, link, octets, s->now));
}

void stall_octets(struct stall *s, uint32_t link, struct span in)
{
	while (in.n) {
		size_t n = in.n < STALL_PIECE ? in.n : STALL_PIECE;
		piece(s, link, span_of(in.p, n));
		in = span_of(in.p + n, in.n - n);
		stall_pass(s, 0);
	}
}

void stall_mark(struct stall *s, uint32_t link)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	stall_octets(s, link, wire_keepalive_write(room));
}

void stall_establish(struct stall *s, uint32_t link, const char *address, uint8_t role,
		     uint32_t domain, uint32_t node, uint32_t parent)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	struct addr local, remote;
	const struct wire_open o = { .version = 1,
				     .family = MASC_IPV4,
				     .role = role,
				     .domain = claims_id(domain),
				     .node = claims_id(node),
				     .parent = claims_id(parent) };
	stall_must(addr_parse(span_str("127.0.0.1"), 2587, &local), "an address");
	stall_must(addr_parse(span_str(address), 40000, &remote), "an address");
	TIMED(s, "accepted", masc_link_accepted(s->m, link, &local, &remote, s->now));
	stall_octets(s, link, wire_open_write(&o, room));
	stall_mark(s, link);
	struct masc_peer_info info;
	size_t up = 0;
	for (size_t i = 0; i < masc_peer_count(s->m); i++) {
		masc_peer_info(s->m, i, &info);
		up += info.state == MASC_ESTABLISHED && masc_id_eq(&info.node, &o.node);
	}
	if (up != 1)
		stall_die("no session with %s", address);
}

void stall_down(struct stall *s, uint32_t link)
{
	TIMED(s, "down", masc_link_down(s->m, link, ERR_CLOSED, s->now));
}

void stall_feed(struct stall *s, uint32_t link, stall_claim_fn *nth, uint32_t n)
{
	uint8_t *octets = malloc(STALL_PIECE);
	if (!octets)
		stall_die("no memory");
	for (uint32_t i = 0; i < n;) {
		size_t at = 0;
		while (i < n && at + WIRE_MESSAGE_MAX <= STALL_PIECE) {
			struct wr w;
			uint8_t room[WIRE_MESSAGE_MAX];
			wire_update_start(&w, room);
			for (; i < n; i++) {
				struct wire_claim c = nth(s, i);
				if (!wire_update_add(&w, &c))
					break;
			}
			struct span message = wire_update_end(&w);
			memcpy(octets + at, message.p, message.n);
			at += message.n;
		}
		stall_octets(s, link, span_of(octets, at));
	}
	free(octets);
}

void stall_tell(struct stall *s, uint32_t link, const struct wire_claim *c)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	struct wr w;
	wire_update_start(&w, room);
	if (!wire_update_add(&w, c))
		stall_die("no room");
	stall_octets(s, link, wire_update_end(&w));
}

enum err stall_command(struct stall *s, const struct masc_command *c)
{
	enum err result = OK;
	double before = thread_us();
	masc_command(s->m, 1, c, s->now);
	note(s, before, "command");
	drain(s, &result);
	return result;
}

struct masc_prefix stall_prefix(const char *text)
{
	struct masc_prefix p;
	stall_must(masc_prefix_parse(span_str(text), &p), text);
	return p;
}

size_t stall_known(const struct stall *s, enum wire_attribute type)
{
	struct masc_claims_info info;
	masc_claims_info(s->m, &info);
	return info.known[type];
}
