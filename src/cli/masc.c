/* masc peers, masc peer. */
#include "cli/cli_int.h"

#include "base/number.h"

#include <stddef.h>
#include <string.h>

#define DEFAULT_PORT 2587

/* Address without the port that everybody has. */
static const char *short_address(struct cli *c, const char *text)
{
	struct addr a;
	char buffer[ADDR_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (addr_parse(span_str(text), 0, &a) != OK || a.port != DEFAULT_PORT)
		return text;
	a.port = 0;
	addr_text(&t, &a);
	return cli_keep(c, &t);
}

static uint64_t messages(const struct ops_traffic *t)
{
	return t->open + t->update + t->notification + t->keepalive + t->malformed;
}

static const char *in_out(struct cli *c, const struct ops_masc_peer *p)
{
	char buffer[64];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, messages(&p->received));
	text_char(&t, '/');
	text_u64(&t, messages(&p->sent));
	return cli_keep(c, &t);
}

static bool is_up(const struct ops_masc_peer *p)
{
	return strcmp(p->state, "established") == 0;
}

static struct cli_cell state_of(const struct ops_masc_peer *p)
{
	if (p->held_down)
		return (struct cli_cell){ "held down", CLI_RED };
	return (struct cli_cell){ p->state, is_up(p) ? CLI_GREEN : CLI_YELLOW };
}

/* Why there is no session, and what happens next. */
static const char *note_of(struct cli *c, const struct ops_masc_peer *p)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (p->held_down) {
		text_str(&t, "held down by an operator");
		if (p->held_until) {
			text_str(&t, " until ");
			text_wall(&t, p->held_until);
		}
	} else if (!is_up(p)) {
		text_str(&t, p->last_error);
		if (p->retry_in >= 0) {
			text_str(&t, t.n ? "; dials again in " : "dials in ");
			text_str(&t, cli_duration(c, p->retry_in));
		}
	}
	if (is_up(p) && !p->synced)
		text_str(&t, "it has not told all the claims it knows yet");
	else if (is_up(p) && p->dumping)
		text_str(&t, "it is still being told the claims we know");
	return t.n ? cli_keep(c, &t) : NULL;
}

static const struct cli_column columns[] = {
	{ "NAME", 0 },	  { "IS OUR", 0 }, { "FAMILY", 1 },
	{ "ADDRESS", 0 }, { "STATE", 0 },  { "FOR", 0 },
	{ "HOLD", 2 },	  { "IN/OUT", 3 }, { 0 },
};

static void set_row(struct cli *c, struct cli_row *r, const void *row)
{
	const struct ops_masc_peer *p = row;
	const struct cli_cell cells[] = {
		{ p->name, CLI_PLAIN },
		{ p->role, CLI_PLAIN },
		{ p->family, CLI_PLAIN },
		{ short_address(c, p->address), CLI_PLAIN },
		state_of(p),
		{ cli_duration(c, p->in_state), CLI_PLAIN },
		{ p->hold_time < 0 ? "-" : cli_number(c, (uint64_t)(p->hold_time / MONO_SEC)),
		  CLI_PLAIN },
		{ in_out(c, p), CLI_PLAIN },
	};
	CLI_SET_CELLS(r, cells);
	r->note = note_of(c, p);
}

static void say_none(struct cli *c, const struct ops_part *part)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (strcmp(part->state, "running") == 0) {
		fputs("no MASC peers are configured\n", c->place->out);
		return;
	}
	text_str(&t, "MASC is ");
	text_str(&t, part->state);
	text_str(&t, ": ");
	text_str(&t, part->reason);
	cli_wrap(c, buffer, 0);
}

static const char *name_of(struct cli *c, const void *row)
{
	const struct ops_masc_peer *p = row;
	return p->name;
}

static void say_no_peer(struct cli *c, const void *answer, bool empty)
{
	const struct ops_masc_peers *all = answer;
	if (empty || strcmp(all->part.state, "stopped") == 0)
		say_none(c, &all->part);
}

int cli_run_masc_peers(struct cli *c)
{
	static const struct cli_list list = { .kind = OPS_MASC_PEERS,
					      .rows = "peers",
					      .name = name_of,
					      .columns = columns,
					      .set = set_row,
					      .before = say_no_peer };
	return cli_list(c, &list);
}

static const char *counts(struct cli *c, const struct ops_traffic *t)
{
	char buffer[CLI_TEXT_MAX];
	struct text out = TEXT_OF(buffer);
	const struct {
		uint64_t n;
		const char *name;
	} rows[] = { { t->open, " OPEN" },
		     { t->update, " UPDATE" },
		     { t->notification, " NOTIFICATION" },
		     { t->keepalive, " KEEPALIVE" },
		     { t->malformed, " malformed" },
		     { t->octets, " octets" } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!rows[i].n)
			continue;
		text_str(&out, out.n ? ", " : "");
		text_u64(&out, rows[i].n);
		text_str(&out, rows[i].name);
	}
	return out.n ? cli_keep(c, &out) : "nothing";
}

/* "local - remote, opened by us". */
static const char *connection(struct cli *c, const struct ops_masc_peer *p)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (!p->remote[0])
		return "none";
	text_str(&t, p->local);
	text_str(&t, p->opened_by_us ? " to " : " from ");
	text_str(&t, p->remote);
	return cli_keep(c, &t);
}

static const char *state_line(struct cli *c, const struct ops_masc_peer *p)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, p->state);
	text_str(&t, " for ");
	text_str(&t, cli_duration(c, p->in_state));
	text_str(&t, ", since ");
	text_str(&t, cli_time(c, p->since));
	return cli_keep(c, &t);
}

static const char *hold_line(struct cli *c, const struct ops_masc_peer *p)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (p->hold_time < 0)
		return "";
	text_u64(&t, (uint64_t)(p->hold_time / MONO_SEC));
	text_str(&t, " s");
	if (p->hold_left >= 0) {
		text_str(&t, ", ");
		text_u64(&t, (uint64_t)(p->hold_left / MONO_SEC));
		text_str(&t, " s left");
	}
	return cli_keep(c, &t);
}

static const char *identity(struct cli *c, const char *domain, const char *node)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (!domain[0])
		return "";
	text_str(&t, "domain ");
	text_str(&t, domain);
	if (node[0]) {
		text_str(&t, ", node ");
		text_str(&t, node);
	}
	return cli_keep(c, &t);
}

static const char *guards(struct cli *c, const struct ops_masc_peer *p)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (p->passive)
		text_str(&t, "passive, never dialled");
	if (p->ttl_security) {
		text_str(&t, t.n ? ", " : "");
		text_str(&t, "at most ");
		text_u64(&t, p->ttl_security);
		text_str(&t, p->ttl_security == 1 ? " hop away" : " hops away");
	}
	if (p->md5)
		text_str(&t, t.n ? ", TCP-MD5" : "TCP-MD5");
	return cli_keep(c, &t);
}

static const char *history(struct cli *c, const struct ops_masc_peer *p)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	const struct {
		uint64_t n;
		const char *name;
	} rows[] = {
		{ p->established, "up " },	  { p->lost, ", lost " },
		{ p->dials, ", dialled " },	  { p->dial_failures, ", in vain " },
		{ p->collisions, ", collided " }, { p->refused, ", refused " },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text_str(&t, rows[i].name);
		text_u64(&t, rows[i].n);
	}
	return cli_keep(c, &t);
}

static const char *last_error(struct cli *c, const struct ops_masc_peer *p)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (!p->last_error[0])
		return "";
	text_str(&t, p->last_error);
	text_str(&t, ", at ");
	text_str(&t, cli_time(c, p->last_error_at));
	return cli_keep(c, &t);
}

static const char *role_line(struct cli *c, const struct ops_masc_peer *p)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, p->role);
	text_str(&t, " to us; we are ");
	text_str(&t, p->our_role);
	text_str(&t, " to it");
	return cli_keep(c, &t);
}

static const char *told_line(const struct ops_masc_peer *p)
{
	bool all = p->synced && !p->dumping;
	return is_up(p) && all ? "both sides have told all they know" : "";
}

static const char *skew_line(struct cli *c, const struct ops_masc_peer *p)
{
	char buffer[64];
	struct text t = TEXT_OF(buffer);
	if (p->skew < 0)
		return "";
	text_str(&t, cli_duration(c, p->skew));
	text_str(&t, p->skew_behind ? " behind ours" : " ahead of ours");
	return p->skew < MONO_SEC ? "as ours" : cli_keep(c, &t);
}

static void print_detail(struct cli *c, const struct ops_masc_peer *p)
{
	const char *note = note_of(c, p);
	const struct cli_pair pairs[] = {
		{ "name", { p->name, CLI_BOLD } },
		{ "role", { role_line(c, p), CLI_PLAIN } },
		{ "family", { p->family, CLI_PLAIN } },
		{ "address", { p->address, CLI_PLAIN } },
		{ "expected", { identity(c, p->domain, p->node), CLI_PLAIN } },
		{ "state", { state_line(c, p), state_of(p).colour } },
		{ "", { note ? note : "", CLI_PLAIN } },
		{ "connection", { connection(c, p), CLI_PLAIN } },
		{ "opened as", { identity(c, p->open_domain, p->open_node), CLI_PLAIN } },
		{ "hold time", { hold_line(c, p), CLI_PLAIN } },
		{ "claims", { told_line(p), CLI_PLAIN } },
		{ "its clock", { skew_line(c, p), CLI_PLAIN } },
		{ "guards", { guards(c, p), CLI_PLAIN } },
		{ "in", { counts(c, &p->received), CLI_PLAIN } },
		{ "out", { counts(c, &p->sent), CLI_PLAIN } },
		{ "history", { history(c, p), CLI_PLAIN } },
		{ "last error", { last_error(c, p), CLI_PLAIN } },
	};
	cli_pairs_print(c, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

static int show(struct cli *c)
{
	struct ops_masc_peer p;
	int exit = cli_ask(c, &(struct cli_query){ .kind = OPS_MASC_PEER, .name = c->args[0] }, &p);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", p.name);
	else
		print_detail(c, &p);
	return CLI_OK;
}

static int down(struct cli *c)
{
	struct ops_down body = { -1, c->given[CLI_DRY_RUN] };
	if (c->duration &&
	    (number_duration(span_str(c->duration), &body.duration) != OK || body.duration <= 0))
		return cli_usage(c, "--for takes a time such as 90s, 5m, 2h30m, 1d",
				 "homestead help masc peer");
	return cli_change(c, &(struct cli_query){ .kind = OPS_MASC_PEER_DOWN,
						  .name = c->args[0],
						  .body_type = &ops_down_type,
						  .body = &body });
}

static int write_peer(struct cli *c, enum ops_kind kind)
{
	struct ops_write body = { c->given[CLI_DRY_RUN] };
	return cli_change(c, &(struct cli_query){ .kind = kind,
						  .name = c->args[0],
						  .body_type = &ops_write_type,
						  .body = &body });
}

/* `masc peer up north`: the verb stands behind the name. */
static int unknown_verb(struct cli *c)
{
	static const char *const verbs[] = { "up", "down", "reset", NULL };
	char message[160], hint[160];
	struct text m = TEXT_OF(message), h = TEXT_OF(hint);
	const char *near = cli_nearest(verbs, c->args[1]);
	text_quoted(&m, span_str(c->args[1]), 60);
	text_str(&m, " is no command to a peer: up, down, reset");
	text_str(&h, "homestead masc peer ");
	for (size_t i = 0; verbs[i]; i++)
		if (strcmp(c->args[0], verbs[i]) == 0) {
			text_str(&h, c->args[1]);
			text_char(&h, ' ');
			text_str(&h, verbs[i]);
			return cli_usage(c, message, hint);
		}
	text_str(&h, c->args[0]);
	text_char(&h, ' ');
	text_str(&h, near ? near : "reset");
	return cli_usage(c, message, hint);
}

int cli_run_masc_peer(struct cli *c)
{
	const char *verb = c->n_args == 2 ? c->args[1] : "";
	bool is_down = strcmp(verb, "down") == 0;
	if (c->n_args == 2 && !is_down && strcmp(verb, "up") != 0 && strcmp(verb, "reset") != 0)
		return unknown_verb(c);
	if (c->given[CLI_FOR] && !is_down)
		return cli_usage(c, "--for goes with down only", "homestead help masc peer");
	if (is_down)
		return down(c);
	if (verb[0])
		return write_peer(c, verb[0] == 'u' ? OPS_MASC_PEER_UP : OPS_MASC_PEER_RESET);
	if (c->given[CLI_DRY_RUN])
		return cli_usage(c, "--dry-run goes with up, down and reset",
				 "homestead help masc peer");
	return show(c);
}
