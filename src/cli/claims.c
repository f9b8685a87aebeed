/* masc prefixes, claims, demand, clashes: what there is, in tables. */
#include "cli/cli_int.h"

#include <string.h>

void cli_say_off(struct cli *c, const struct ops_part *part)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "MASC is ");
	text_str(&t, part->state);
	text_str(&t, ": ");
	text_str(&t, part->reason);
	cli_wrap(c, buffer, 0);
	cli_wrap(
		c,
		strcmp(part->state, "off") == 0
			? "name a domain and its peers (man homestead.conf), then: homestead daemon "
			  "reload"
			: "try: homestead doctor ports",
		2);
}

/* Nothing to show: why, and what to do next. */
static void say_empty(struct cli *c, const struct ops_part *part, const char *what,
		      const char *next)
{
	if (strcmp(part->state, "running") != 0) {
		cli_say_off(c, part);
		return;
	}
	cli_wrap(c, what, 0);
	cli_wrap(c, next, 2);
}

const char *cli_size(struct cli *c, uint64_t n)
{
	static const char units[] = " kMGT";
	char buffer[32];
	struct text t = TEXT_OF(buffer);
	size_t unit = 0;
	for (; n >= 1024 && n % 1024 == 0 && unit + 2 < sizeof(units); unit++)
		n /= 1024;
	text_u64(&t, n);
	if (unit)
		text_char(&t, units[unit]);
	return cli_keep(c, &t);
}

const char *cli_percent(struct cli *c, uint64_t part, uint64_t whole)
{
	char buffer[32];
	struct text t = TEXT_OF(buffer);
	if (!whole)
		return "-";
	/* Of very many the last digits are of no interest. */
	for (; whole >= (UINT64_C(1) << 40); whole >>= 8)
		part >>= 8;
	text_u64(&t, (part * 100 + whole / 2) / whole);
	text_char(&t, '%');
	return cli_keep(c, &t);
}

/* prefixes */

static enum cli_colour state_colour(const char *state)
{
	static const char *const held[] = { "held", "renewing", "growing" };
	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++)
		if (strcmp(state, held[i]) == 0)
			return CLI_GREEN;
	return strcmp(state, "clashed") == 0 ? CLI_RED : CLI_YELLOW;
}

static void put_sentence(struct text *t, const char *s)
{
	if (!s[0])
		return;
	text_str(t, t->n ? "; " : "");
	text_str(t, s);
}

static void put_wait(struct cli *c, struct text *t, const struct ops_masc_prefix *p)
{
	if (p->wait_left < 0)
		return;
	if (p->prefix[0]) {
		put_sentence(t, p->wanted);
		text_str(t, " is claimed, ");
	}
	text_str(t, cli_duration(c, p->wait_left));
	text_str(t, " of the waiting period left");
	if (p->frozen)
		text_str(t, ", which stands still");
}

static void put_rival(struct text *t, const struct ops_masc_prefix *p)
{
	if (!p->rival[0])
		return;
	text_str(t, " (domain ");
	text_str(t, p->rival);
	text_char(t, ')');
}

static const char *note_of_prefix(struct cli *c, const struct ops_masc_prefix *p)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	put_wait(c, &t, p);
	if (p->withdrawn)
		put_sentence(&t, "withdrawn where it clashes: homestead masc clashes");
	if (p->clash)
		put_sentence(&t, "another domain holds addresses of it: homestead masc clashes");
	if (p->disputed)
		put_sentence(&t, "the parent denies that it is ours, and may hand it to others: "
				 "agree with its operator, or homestead masc withdraw it");
	if (!p->prefix[0] || p->hint[0]) {
		put_sentence(&t, p->reason);
		put_rival(&t, p);
		put_sentence(&t, p->hint);
	}
	return t.n ? cli_keep(c, &t) : NULL;
}

static const char *range_of(struct cli *c, const struct ops_masc_prefix *p)
{
	char buffer[64];
	struct text t = TEXT_OF(buffer);
	if (p->prefix[0])
		return p->prefix;
	if (p->wanted[0])
		return p->wanted;
	text_str(&t, cli_size(c, p->addresses));
	text_str(&t, " addresses");
	return cli_keep(c, &t);
}

static const char *origin_of(struct cli *c, const struct ops_masc_prefix *p)
{
	char buffer[96];
	struct text t = TEXT_OF(buffer);
	if (p->local)
		return "our own";
	if (!p->parent[0])
		return p->scope[0] ? p->scope : "-";
	text_str(&t, "domain ");
	text_str(&t, p->parent);
	return cli_keep(c, &t);
}

static const struct cli_column prefix_columns[] = {
	{ "NUMBER", 2 }, { "RANGE", 0 }, { "STATE", 0 }, { "USED", 1 },
	{ "FOR", 0 },	 { "FROM", 3 },	 { 0 },
};

static void set_prefix(struct cli *c, struct cli_row *r, const void *row)
{
	const struct ops_masc_prefix *p = row;
	const struct cli_cell cells[] = {
		{ p->number ? cli_number(c, p->number) : "-", CLI_PLAIN },
		{ range_of(c, p), CLI_PLAIN },
		{ p->state, state_colour(p->state) },
		{ p->prefix[0] ? cli_percent(c, p->used, p->addresses) : "-", CLI_PLAIN },
		{ cli_duration(c, p->left), CLI_PLAIN },
		{ origin_of(c, p), CLI_PLAIN },
	};
	CLI_SET_CELLS(r, cells);
	r->note = note_of_prefix(c, p);
}

static const char *name_of_prefix(struct cli *c, const void *row)
{
	const struct ops_masc_prefix *p = row;
	return p->prefix[0] ? p->prefix : NULL;
}

static void say_no_prefix(struct cli *c, const void *answer, bool empty)
{
	const struct ops_masc_prefixes *all = answer;
	if (!empty)
		return;
	if (all->demands)
		say_empty(c, &all->part, "no range is held or claimed yet; addresses are asked for",
			  "what they wait for: homestead masc demand");
	else if (all->n_ranges == 0)
		say_empty(c, &all->part, "no range is held, and none to claim from is known",
			  "try: homestead masc peers; a top-level domain needs a scope with "
			  "root (man homestead.conf)");
	else
		say_empty(c, &all->part, "no range is held or claimed",
			  "try: homestead masc claim 256");
}

int cli_run_masc_prefixes(struct cli *c)
{
	static const struct cli_list list = { .kind = OPS_MASC_PREFIXES,
					      .rows = "prefixes",
					      .name = name_of_prefix,
					      .columns = prefix_columns,
					      .set = set_prefix,
					      .before = say_no_prefix };
	return cli_list(c, &list);
}

/* claims */

static const struct cli_column claim_columns[] = {
	{ "RANGE", 0 }, { "TYPE", 0 }, { "DOMAIN", 0 }, { "IS OUR", 3 },
	{ "FOR", 0 },	{ "NODE", 1 }, { "FROM", 2 },	{ 0 },
};

static void set_claim(struct cli *c, struct cli_row *r, const void *row)
{
	const struct ops_masc_claim *m = row;
	const struct cli_cell cells[] = {
		{ m->prefix, CLI_PLAIN },
		{ m->stale ? "stale" : m->type, m->stale ? CLI_YELLOW : CLI_PLAIN },
		{ m->domain[0] ? m->domain : "-", CLI_PLAIN },
		{ m->ours ? "self" : m->role, CLI_PLAIN },
		{ cli_duration(c, m->left), CLI_PLAIN },
		{ m->node[0] ? m->node : "-", CLI_PLAIN },
		{ m->peer[0] ? m->peer : "-", CLI_PLAIN },
	};
	CLI_SET_CELLS(r, cells);
}

static const char *name_of_claim(struct cli *c, const void *row)
{
	const struct ops_masc_claim *m = row;
	return m->prefix;
}

static void say_no_claim(struct cli *c, const void *answer, bool empty)
{
	const struct ops_masc_claims *all = answer;
	if (!empty)
		return;
	say_empty(c, &all->part,
		  c->n_args ? "no claim in that range is known" : "no claim is known",
		  c->n_args ? "try: homestead masc space" : "try: homestead masc peers");
}

/* "within=239.192.0.0/14" of the argument, "" without one. */
const char *cli_within(struct cli *c)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (!c->n_args)
		return "";
	text_str(&t, "within=");
	ops_url_put(&t, c->args[0]);
	return cli_keep(c, &t);
}

int cli_run_masc_claims(struct cli *c)
{
	static const struct cli_list list = { .kind = OPS_MASC_CLAIMS,
					      .rows = "claims",
					      .query = cli_within,
					      .name = name_of_claim,
					      .columns = claim_columns,
					      .set = set_claim,
					      .before = say_no_claim };
	return cli_list(c, &list);
}

/* In a table milliseconds are of no interest. */
static const char *whole_time(struct cli *c, int64_t us)
{
	return cli_time(c, us - us % MONO_SEC);
}

/* demands */

static const struct cli_column demand_columns[] = {
	{ "NUMBER", 0 }, { "ADDRESSES", 0 }, { "STATE", 0 },  { "SCOPE", 1 },
	{ "FROM", 3 },	 { "UNTIL", 0 },     { "FAMILY", 2 }, { 0 },
};

static void set_demand(struct cli *c, struct cli_row *r, const void *row)
{
	const struct ops_masc_demand *d = row;
	bool met = strcmp(d->state, "met") == 0, unmet = strcmp(d->state, "unmet") == 0;
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	const struct cli_cell cells[] = {
		{ cli_number(c, d->number), CLI_PLAIN },
		{ cli_size(c, d->addresses), CLI_PLAIN },
		{ d->state, met	    ? CLI_GREEN
			    : unmet ? CLI_RED
				    : CLI_YELLOW },
		{ d->scope[0] ? d->scope : "-", CLI_PLAIN },
		{ whole_time(c, d->from), CLI_PLAIN },
		{ whole_time(c, d->until), CLI_PLAIN },
		{ d->family, CLI_PLAIN },
	};
	CLI_SET_CELLS(r, cells);
	put_sentence(&t, d->reason);
	put_sentence(&t, d->hint);
	r->note = t.n ? cli_keep(c, &t) : NULL;
}

static const char *name_of_demand(struct cli *c, const void *row)
{
	const struct ops_masc_demand *d = row;
	return cli_number(c, d->number);
}

static void say_no_demand(struct cli *c, const void *answer, bool empty)
{
	const struct ops_masc_demands *all = answer;
	if (empty)
		say_empty(c, &all->part, "no addresses are asked for",
			  "try: homestead masc demand 256 --for 1d");
}

int cli_list_demands(struct cli *c)
{
	static const struct cli_list list = { .kind = OPS_MASC_DEMANDS,
					      .rows = "demands",
					      .name = name_of_demand,
					      .columns = demand_columns,
					      .set = set_demand,
					      .before = say_no_demand };
	return cli_list(c, &list);
}

/* clashes */

static const struct cli_column clash_columns[] = {
	{ "NUMBER", 0 }, { "OURS", 0 },	 { "THEIRS", 0 }, { "DOMAIN", 2 },
	{ "STATE", 0 },	 { "SINCE", 1 }, { 0 },
};

static struct cli_cell clash_state(const struct ops_masc_clash *m)
{
	if (m->open)
		return (struct cli_cell){ "open", CLI_RED };
	if (m->won)
		return (struct cli_cell){ "won", CLI_GREEN };
	return (struct cli_cell){ m->yielded ? "withdrawn" : "kept", CLI_YELLOW };
}

/* What follows, and what may be done. */
static const char *note_of_clash(struct cli *c, const struct ops_masc_clash *m)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (m->won)
		return "ours is the older: theirs has to go";
	if (m->yielded)
		return "ours comes back by itself when theirs has gone";
	text_str(&t, m->open ? "theirs is the older; give the overlap up, or stay: "
			     : "both stay until one gives way; to give the overlap up: ");
	text_str(&t, "homestead masc resolve ");
	text_u64(&t, m->number);
	text_str(&t, m->open ? " yield|keep" : " yield");
	return cli_keep(c, &t);
}

static void set_clash(struct cli *c, struct cli_row *r, const void *row)
{
	const struct ops_masc_clash *m = row;
	const struct cli_cell cells[] = {
		{ cli_number(c, m->number), CLI_PLAIN },
		{ m->ours, CLI_PLAIN },
		{ m->theirs, CLI_PLAIN },
		{ m->domain, CLI_PLAIN },
		clash_state(m),
		{ whole_time(c, m->since), CLI_PLAIN },
	};
	CLI_SET_CELLS(r, cells);
	r->note = note_of_clash(c, m);
}

static const char *name_of_clash(struct cli *c, const void *row)
{
	const struct ops_masc_clash *m = row;
	return cli_number(c, m->number);
}

static void say_no_clash(struct cli *c, const void *answer, bool empty)
{
	const struct ops_masc_clashes *all = answer;
	if (strcmp(all->part.state, "running") != 0)
		cli_say_off(c, &all->part);
	else if (empty)
		cli_wrap(c, "nobody else holds addresses of ours", 0);
}

static void say_more_clashes(struct cli *c, const void *answer)
{
	const struct ops_masc_clashes *all = answer;
	if (!all->complete)
		cli_apart(c, "there are more, which take their places here as these end");
}

int cli_run_masc_clashes(struct cli *c)
{
	static const struct cli_list list = { .kind = OPS_MASC_CLASHES,
					      .rows = "clashes",
					      .name = name_of_clash,
					      .columns = clash_columns,
					      .set = set_clash,
					      .before = say_no_clash,
					      .after = say_more_clashes };
	return cli_list(c, &list);
}
