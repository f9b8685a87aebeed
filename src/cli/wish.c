/* masc claim, demand, withdraw, resolve: what is to change. */
#include "cli/cli_int.h"

#include "base/number.h"
#include "os/clock.h"

#include <string.h>

/* "256", "1k", "/24": addresses, and the family where the length tells it. */
struct size {
	uint64_t addresses;
	const char *family;
};

static bool read_length(const char *s, struct size *out)
{
	uint64_t length;
	if (number_u64(span_str(s), 128, &length) != OK)
		return false;
	unsigned bits = length > 32 ? 128 : 32;
	/* Nobody claims more than 2^32 addresses at once. */
	if (bits - length > 32)
		return false;
	out->addresses = UINT64_C(1) << (bits - length);
	out->family = bits == 128 ? "ipv6" : "";
	return true;
}

static bool read_size(const char *s, struct size *out)
{
	static const char units[] = "kMG";
	struct span digits = span_str(s);
	out->family = "";
	if (s[0] == '/')
		return read_length(s + 1, out);
	const char *unit = digits.n ? memchr(units, s[digits.n - 1], sizeof(units) - 1) : NULL;
	unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
	digits.n -= unit != NULL;
	if (number_u64(digits, UINT32_MAX, &out->addresses) != OK || !out->addresses)
		return false;
	out->addresses <<= shift;
	return out->addresses <= UINT64_C(1) << 32;
}

/* A time of day, or a time from now. */
static bool read_at(const char *s, int64_t *us)
{
	int64_t ahead;
	const char *digits = s[0] == '+' ? s + 1 : s;
	if (number_duration(span_str(digits), &ahead) == OK) {
		*us = os_wall().us + ahead;
		return true;
	}
	return ops_time_parse(s, us) == OK;
}

static int refuse_word(struct cli *c, const char *word, const char *what)
{
	char message[200], hint[80];
	struct text m = TEXT_OF(message), h = TEXT_OF(hint);
	text_quoted(&m, span_str(word), 60);
	text_str(&m, what);
	text_str(&h, "homestead help ");
	text_str(&h, c->command->words);
	return cli_usage(c, message, hint);
}

/* --at and --for, as far as they are given. */
struct times {
	int64_t at;	 /* wall, 0 none */
	int64_t for_us;	 /* -1 none */
	struct mono end; /* of waiting */
};

static int read_times(struct cli *c, struct times *t)
{
	int64_t timeout;
	*t = (struct times){ 0, -1, MONO_NEVER };
	if (c->at && !read_at(c->at, &t->at))
		return refuse_word(c, c->at,
				   " is no time: 2026-11-21T20:00:00Z, or from now such as +2h");
	if (c->duration &&
	    (number_duration(span_str(c->duration), &t->for_us) != OK || t->for_us <= 0))
		return refuse_word(c, c->duration, " is no time such as 90s, 5m, 2h30m, 1d");
	if (!c->timeout)
		return CLI_OK;
	if (number_duration(span_str(c->timeout), &timeout) != OK || timeout < 0)
		return refuse_word(c, c->timeout, " is no time such as 90s, 5m, 2h30m, 1d");
	t->end = mono_add(os_mono(), timeout);
	if (!c->given[CLI_WAIT])
		return cli_usage(c, "--timeout goes with --wait", "homestead help masc claim");
	return CLI_OK;
}

/* Asks a change; --quiet prints the number of what was made alone. */
static int change(struct cli *c, const struct cli_query *q, struct ops_change *made)
{
	int exit = cli_ask(c, q, made);
	if (exit)
		return exit;
	/* With --wait one document tells all: the range, when it is held. */
	bool waits = c->given[CLI_WAIT] && made->done;
	if (c->given[CLI_JSON])
		return waits ? CLI_OK : cli_print_answer(c);
	if (!c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", made->text);
	else if (made->number && !waits)
		cli_line(c->place->out, "%s", cli_number(c, made->number));
	return CLI_OK;
}

/* Waiting for a claim to be held */

static const struct ops_masc_prefix *find_claim(const struct ops_masc_prefixes *all,
						uint64_t number)
{
	for (size_t i = 0; i < all->n_prefixes; i++)
		if (all->prefixes[i].number == number)
			return &all->prefixes[i];
	return NULL;
}

static int say_held(struct cli *c, const struct ops_masc_prefix *p)
{
	if (c->given[CLI_JSON])
		return cli_print_value(c, &ops_masc_prefix_type, p);
	if (c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", p->prefix);
	else
		cli_line(c->place->out, "%s is ours until %s", p->prefix, cli_time(c, p->end));
	return CLI_OK;
}

/* "claim 5: waiting, 239.192.1.0/24, 2s left", when it is news. */
static void say_state(struct cli *c, const struct ops_masc_prefix *p, char said[32])
{
	char now[32];
	struct text t = TEXT_OF(now);
	text_str(&t, p->state);
	text_str(&t, p->why);
	if (cli_is_terse(c) || strcmp(now, said) == 0)
		return;
	memcpy(said, now, sizeof(now));
	cli_part(c->place->out, "claim %s: %s", cli_number(c, p->number), p->state);
	if (p->wanted[0])
		cli_part(c->place->out, ", %s", p->wanted);
	if (p->wait_left >= 0)
		cli_part(c->place->out, ", %s left", cli_duration(c, p->wait_left));
	if (p->reason[0])
		cli_part(c->place->out, "; %s", p->reason);
	fputc('\n', c->place->out);
}

static int say_given_up(struct cli *c, uint64_t number)
{
	char message[80];
	struct text t = TEXT_OF(message);
	text_str(&t, "claim ");
	text_u64(&t, number);
	text_str(&t, " is over before it was held");
	return cli_complain(c, &(struct cli_complaint){ CLI_FAILED, "ENDED", message,
							"homestead events --part masc" });
}

static int say_late(struct cli *c, uint64_t number)
{
	char message[100];
	struct text t = TEXT_OF(message);
	text_str(&t, "claim ");
	text_u64(&t, number);
	text_str(&t, " is not held yet; it goes on without this command");
	return cli_complain(c, &(struct cli_complaint){ CLI_DEADLINE, "DEADLINE", message,
							"homestead masc prefixes" });
}

static int wait_held(struct cli *c, uint64_t number, struct mono end)
{
	hst_sub sub;
	char said[32] = "";
	if (hst_subscribe(c->ctx, NULL, NULL, &sub) < 0)
		return cli_complain_last(c);
	for (;;) {
		struct ops_masc_prefixes all;
		int exit = cli_ask(c, &(struct cli_query){ .kind = OPS_MASC_PREFIXES }, &all);
		if (exit)
			return exit;
		const struct ops_masc_prefix *p = find_claim(&all, number);
		if (!p)
			return say_given_up(c, number);
		if (p->prefix[0])
			return say_held(c, p);
		if (mono_reached(end, os_mono()))
			return say_late(c, number);
		say_state(c, p, said);
		arena_reset(&c->mem);
		if (fflush(c->place->out) != 0 || !cli_wait_until(c, end))
			return CLI_OK;
	}
}

/* The commands */

int cli_run_masc_claim(struct cli *c)
{
	struct ops_claim_wish body;
	struct ops_change made;
	struct times t;
	struct size size = { 0, "" };
	const char *what = c->args[0];
	bool range = strchr(what, '.') || strchr(what, ':');
	if (!range && !read_size(what, &size))
		return refuse_word(c, what, " is no size or range: 256, 1k, /24, 239.192.1.0/24");
	int exit = read_times(c, &t);
	if (exit)
		return exit;
	ops_clear(&ops_claim_wish_type, &body);
	body.dry_run = c->given[CLI_DRY_RUN];
	body.addresses = size.addresses;
	body.lifetime = t.for_us;
	body.from = t.at;
	ops_set_text(body.family, sizeof(body.family), size.family);
	ops_set_text(body.prefix, sizeof(body.prefix), range ? what : "");
	ops_set_text(body.scope, sizeof(body.scope), c->scope ? c->scope : "");
	exit = change(c,
		      &(struct cli_query){ .kind = OPS_MASC_CLAIM,
					   .body_type = &ops_claim_wish_type,
					   .body = &body },
		      &made);
	bool waits = c->given[CLI_WAIT] && made.done;
	return exit || !waits ? exit : wait_held(c, made.number, t.end);
}

static int add_demand(struct cli *c)
{
	struct ops_demand_wish body;
	struct ops_change made;
	struct times t;
	struct size size;
	if (!read_size(c->args[0], &size))
		return refuse_word(c, c->args[0], " is no size: 256, 1k, /24; or: end NUMBER");
	int exit = read_times(c, &t);
	if (exit)
		return exit;
	ops_clear(&ops_demand_wish_type, &body);
	body.dry_run = c->given[CLI_DRY_RUN];
	body.addresses = size.addresses;
	body.from = t.at;
	if (t.for_us > 0)
		body.until = (t.at ? t.at : os_wall().us) + t.for_us;
	ops_set_text(body.family, sizeof(body.family), size.family);
	ops_set_text(body.scope, sizeof(body.scope), c->scope ? c->scope : "");
	return change(c,
		      &(struct cli_query){ .kind = OPS_MASC_DEMAND,
					   .body_type = &ops_demand_wish_type,
					   .body = &body },
		      &made);
}

static int end_demand(struct cli *c)
{
	struct ops_write body = { c->given[CLI_DRY_RUN] };
	uint64_t number;
	if (number_u64(span_str(c->args[1]), UINT64_MAX, &number) != OK)
		return refuse_word(c, c->args[1],
				   " is no number: homestead masc demand lists them");
	return cli_change(c, &(struct cli_query){ .kind = OPS_MASC_DEMAND_END,
						  .name = c->args[1],
						  .body_type = &ops_write_type,
						  .body = &body });
}

static bool is_wished(const struct cli *c)
{
	return c->scope || c->duration || c->at;
}

static bool is_listed(const struct cli *c)
{
	return c->given[CLI_WATCH] || c->given[CLI_LIMIT];
}

int cli_run_masc_demand(struct cli *c)
{
	bool end = c->n_args && strcmp(c->args[0], "end") == 0;
	if (end && c->n_args == 1)
		return cli_usage(c, "masc demand end wants a number", "homestead masc demand");
	if (!end && c->n_args == 2)
		return refuse_word(c, c->args[1], " is one word too many");
	if ((end || !c->n_args) && is_wished(c))
		return cli_usage(c, "--scope, --for and --at go with a size",
				 "homestead masc demand 256 --for 1d");
	if (!c->n_args && c->given[CLI_DRY_RUN])
		return cli_usage(c, "--dry-run goes with a size or end",
				 "homestead help masc demand");
	if (c->n_args && is_listed(c))
		return cli_usage(c, "--watch and --limit go with the list only",
				 "homestead masc demand --watch");
	if (!c->n_args)
		return cli_list_demands(c);
	return end ? end_demand(c) : add_demand(c);
}

int cli_run_masc_withdraw(struct cli *c)
{
	struct ops_withdraw body;
	ops_clear(&ops_withdraw_type, &body);
	body.dry_run = c->given[CLI_DRY_RUN];
	ops_set_text(body.prefix, sizeof(body.prefix), c->args[0]);
	return cli_change(c, &(struct cli_query){ .kind = OPS_MASC_WITHDRAW,
						  .body_type = &ops_withdraw_type,
						  .body = &body });
}

int cli_run_masc_resolve(struct cli *c)
{
	struct ops_resolve body;
	const char *action = c->args[1];
	if (strcmp(action, "keep") != 0 && strcmp(action, "yield") != 0)
		return refuse_word(c, action, " is no decision: keep, yield");
	ops_clear(&ops_resolve_type, &body);
	body.dry_run = c->given[CLI_DRY_RUN];
	ops_set_text(body.action, sizeof(body.action), action);
	return cli_change(c, &(struct cli_query){ .kind = OPS_MASC_RESOLVE,
						  .name = c->args[0],
						  .body_type = &ops_resolve_type,
						  .body = &body });
}
