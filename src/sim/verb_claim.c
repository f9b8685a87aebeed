#include "base/number.h"
#include "sim/scenario_int.h"

/* "command N masc claim ...": what operators and address servers ask for. */

static bool has(struct span w, uint8_t c)
{
	return w.n && memchr(w.p, c, w.n);
}

/* "256", "/24", or "239.192.8.0/24". */
static enum err read_size(struct scn_parser *p, struct masc_command *c)
{
	struct span w = scn_word(p);
	uint64_t bits;
	if (has(w, '.') || has(w, ':'))
		return masc_prefix_parse(w, &c->prefix) ? scn_fail(p, "range", w, "a prefix") : OK;
	if (w.n > 1 && w.p[0] == '/' && number_u64(span_of(w.p + 1, w.n - 1), 32, &bits) == OK) {
		c->addresses = UINT64_C(1) << (32 - bits);
		return OK;
	}
	return number_u64(w, UINT32_MAX, &c->addresses)
		       ? scn_fail(p, "size", w, "addresses, /LENGTH or a prefix")
		       : OK;
}

static enum err read_family(struct scn_parser *p, struct masc_command *c)
{
	struct span w = scn_word(p);
	if (span_eq(w, span_str("ipv4")))
		c->family = MASC_IPV4;
	else if (span_eq(w, span_str("ipv6")))
		c->family = MASC_IPV6;
	else
		return scn_fail(p, "family", w, "ipv4 or ipv6");
	return OK;
}

/* "[scope S] [family F] [for T] [at T]", in any order; times count from now. */
static enum err read_wishes(struct scn_parser *p, struct scn_action *a)
{
	struct masc_command *c = &a->command->masc;
	enum err e = OK;
	while (!e && scn_peek(p).p) {
		if (scn_accept(p, "scope"))
			c->scope = scn_word(p);
		else if (scn_accept(p, "family"))
			e = read_family(p, c);
		else if (scn_accept(p, "for"))
			e = scn_duration(p, "for", &a->for_us);
		else if (scn_accept(p, "at"))
			e = scn_duration(p, "at", &a->from_in);
		else
			e = scn_fail(p, "wish", scn_peek(p), "scope, family, for or at");
	}
	if (c->kind == MASC_COMMAND_CLAIM)
		c->for_us = a->for_us;
	return e;
}

static enum err read_claim(struct scn_parser *p, struct scn_action *a)
{
	enum err e = read_size(p, &a->command->masc);
	return e ? e : read_wishes(p, a);
}

static enum err read_demand(struct scn_parser *p, struct scn_action *a)
{
	struct span size = scn_peek(p);
	enum err e = read_size(p, &a->command->masc);
	if (!e && a->command->masc.prefix.family)
		return scn_fail(p, "demand", size, "a number of addresses");
	return e ? e : read_wishes(p, a);
}

static enum err read_number(struct scn_parser *p, struct scn_action *a)
{
	return scn_number(p, "number", INT64_MAX, &a->command->masc.number);
}

static enum err read_withdraw(struct scn_parser *p, struct scn_action *a)
{
	struct span w = scn_word(p);
	return masc_prefix_parse(w, &a->command->masc.prefix) ? scn_fail(p, "range", w, "a prefix")
							      : OK;
}

static enum err read_resolve(struct scn_parser *p, struct scn_action *a)
{
	enum err e = read_number(p, a);
	if (e)
		return e;
	struct span w = scn_word(p);
	a->command->masc.yield = span_eq(w, span_str("yield"));
	if (!a->command->masc.yield && !span_eq(w, span_str("keep")))
		return scn_fail(p, "resolution", w, "keep or yield");
	return OK;
}

enum err scn_read_claim_command(struct scn_parser *p, struct scn_action *a)
{
	static const struct {
		const char *name;
		enum masc_command_kind kind;
		enum err (*read)(struct scn_parser *p, struct scn_action *a);
	} rows[] = {
		{ "claim", MASC_COMMAND_CLAIM, read_claim },
		{ "demand", MASC_COMMAND_DEMAND, read_demand },
		{ "demand-end", MASC_COMMAND_DEMAND_END, read_number },
		{ "withdraw", MASC_COMMAND_WITHDRAW, read_withdraw },
		{ "resolve", MASC_COMMAND_RESOLVE, read_resolve },
	};
	struct span w = scn_word(p);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!span_eq(w, span_str(rows[i].name)))
			continue;
		a->command->masc.kind = rows[i].kind;
		return rows[i].read(p, a);
	}
	return scn_fail(p, "masc", w, "peer, claim, demand, demand-end, withdraw or resolve");
}
