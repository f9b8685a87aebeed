/* name resolve, name trace: a search, shown as it goes on. */
#include "cli/cli_int.h"

#include "base/number.h"

#include <poll.h>
#include <string.h>

static int read_opts(struct cli *c, hst_resolve_opts *o)
{
	uint64_t most = c->given[CLI_ALL] ? OPS_RESULTS_MAX : 1;
	int64_t timeout = 0;
	*o = (hst_resolve_opts)HST_INIT(hst_resolve_opts);
	if (c->most && (number_u64(span_str(c->most), OPS_RESULTS_MAX, &most) != OK || !most))
		return cli_refuse(c, c->most, " is no number of publishers from 1 to 64");
	if (c->timeout && (number_duration(span_str(c->timeout), &timeout) != OK ||
			   timeout < MONO_MS || timeout > OPS_RESOLVE_US_MAX))
		return cli_refuse(c, c->timeout, " is no time such as 5s, up to 10m");
	o->most = (uint32_t)most;
	o->deadline_ms = (int)(timeout / MONO_MS);
	o->cloud = c->cloud;
	o->payload = c->given[CLI_PAYLOAD];
	return CLI_OK;
}

/* What an event of the search means; its own struct a kind. */
typedef int show_fn(struct cli *c, const hst_event *e, uint64_t nth);

/* Waits for the end; each event goes to `show` as it comes. The end's in c->event. */
static int follow(struct cli *c, hst_op op, show_fn *show)
{
	for (uint64_t nth = 1;;) {
		hst_event *e = hst_ctx_next_event(c->ctx);
		if (!e) {
			struct pollfd p = { hst_ctx_fd(c->ctx), POLLIN, 0 };
			if (fflush(c->place->out) != 0)
				return CLI_FAILED; /* nobody reads any more */
			(void)poll(&p, 1, -1);
			continue;
		}
		if (e->kind == HST_EVENT_OP_DONE && e->op == op) {
			hst_free(c->event);
			c->event = e;
			return CLI_OK;
		}
		if (e->op == op && show)
			nth += show(c, e, nth) == CLI_OK;
		hst_free(e);
	}
}

static const struct {
	int result, exit;
	const char *code;
} exits[] = {
	{ HST_E_INVALID, CLI_FAILED, "INVALID" },
	{ HST_E_NOT_FOUND, CLI_NOT_FOUND, "NOT_FOUND" },
	{ HST_E_DENIED, CLI_DENIED, "DENIED" },
	{ HST_E_NOT_READY, CLI_NOT_READY, "NOT_READY" },
	{ HST_E_DEADLINE, CLI_DEADLINE, "DEADLINE" },
	{ HST_E_NO_DAEMON, CLI_NO_DAEMON, "NO_DAEMON" },
};

static int complain_end(struct cli *c)
{
	const hst_event *e = c->event;
	struct cli_complaint what = { CLI_FAILED, "IO", e->message, e->hint };
	for (size_t i = 0; i < sizeof(exits) / sizeof(exits[0]); i++)
		if (exits[i].result == e->result) {
			what.exit = exits[i].exit;
			what.code = exits[i].code;
		}
	return cli_complain(c, &what);
}

/* Begins, follows, and decodes the end. */
static int search(struct cli *c, const hst_resolve_opts *o, show_fn *show,
		  struct ops_resolution *out)
{
	hst_op op;
	if (hst_name_resolve(c->ctx, c->args[0], o, &op) < 0)
		return cli_complain_last(c);
	int exit = follow(c, op, show);
	if (exit)
		return exit;
	if (c->event->result < 0)
		return complain_end(c);
	return cli_decode(c, &ops_resolution_type, c->event->json, out);
}

/* resolve */

static const struct cli_column found_columns[] = {
	{ "ADDRESS", 0 }, { "PORT", 0 }, { "PROTOCOL", 1 }, { "CLOUD", 2 }, { "WHO", 3 }, { 0 },
};

static const char *note_of(struct cli *c, const struct ops_found *f)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, f->comment);
	if (f->payload[0]) {
		text_str(&t, t.n ? "; " : "");
		text_str(&t, strcmp(f->payload_type, "text") == 0 ? "text: " : "base64: ");
		text_str(&t, f->payload);
	}
	return t.n ? cli_keep(c, &t) : NULL;
}

static void set_row(struct cli *c, struct cli_row *r, const struct ops_found *f, size_t i)
{
	const struct ops_endpoint *e = &f->endpoints[i];
	const struct cli_cell cells[] = {
		{ e->address, CLI_BOLD },
		{ e->port ? cli_number(c, e->port) : "-", CLI_PLAIN },
		{ e->protocol, CLI_PLAIN },
		{ f->cloud, CLI_PLAIN },
		{ f->local    ? "this machine"
		  : f->secure ? "proved by its key"
			      : "anybody",
		  CLI_PLAIN },
	};
	CLI_SET_CELLS(r, cells);
	r->note = i + 1 == f->n_endpoints ? note_of(c, f) : NULL;
}

static size_t count_rows(const struct ops_resolution *r)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n_results; i++)
		n += r->results[i].n_endpoints;
	return n;
}

static void print_quiet(struct cli *c, const struct ops_resolution *r)
{
	for (size_t i = 0; i < r->n_results; i++)
		for (size_t k = 0; k < r->results[i].n_endpoints; k++)
			cli_line(c->place->out, "%s", r->results[i].endpoints[k].address);
}

static int print_found(struct cli *c, const struct ops_resolution *r)
{
	size_t n = count_rows(r), row = 0;
	struct cli_table t = { found_columns, NULL, n, NULL };
	t.rows = arena_alloc(&c->mem, (n + 1) * sizeof(*t.rows));
	if (!t.rows)
		return cli_no_memory(c);
	for (size_t i = 0; i < r->n_results; i++)
		for (size_t k = 0; k < r->results[i].n_endpoints; k++)
			set_row(c, &t.rows[row++], &r->results[i], k);
	cli_table_print(c, &t);
	return CLI_OK;
}

int cli_run_name_resolve(struct cli *c)
{
	struct ops_resolution r;
	hst_resolve_opts o;
	if (c->most && c->given[CLI_ALL])
		return cli_usage(c, "--all and --most exclude each other",
				 "homestead help name resolve");
	int exit = read_opts(c, &o);
	if (!exit)
		exit = search(c, &o, NULL, &r);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_json(c, c->event->json);
	if (!c->given[CLI_QUIET])
		return print_found(c, &r);
	print_quiet(c, &r);
	return CLI_OK;
}

/* trace */

/* " 1  [fe80::7%3]:3540  1.5 ms  60 bits  refers to one that is nearer". */
static int show_step(struct cli *c, const hst_event *e, uint64_t nth)
{
	struct ops_step s;
	if (e->kind != HST_EVENT_STEP || cli_is_terse(c) ||
	    cli_decode(c, &ops_step_type, e->json, &s) != CLI_OK)
		return CLI_FAILED;
	cli_part(c->place->out, "%2llu  %s  %s  ", (unsigned long long)nth, s.node,
		 cli_latency(c, s.elapsed));
	if (s.id[0])
		cli_part(c->place->out, "%llu bits  ", (unsigned long long)s.common);
	cli_coloured(c, strcmp(s.step, "found") == 0 ? CLI_GREEN : CLI_PLAIN, s.text);
	if (s.referral[0])
		cli_part(c->place->out, " %.12s", s.referral);
	if (s.verdict[0])
		cli_part(c->place->out, ": %s", s.verdict);
	cli_line(c->place->out, "  (%s)", s.cloud);
	return CLI_OK;
}

static int not_found(struct cli *c, const struct ops_resolution *r)
{
	return cli_complain(c, &(struct cli_complaint){ CLI_NOT_FOUND, "NOT_FOUND", r->why,
							"homestead cloud list" });
}

static void print_ends(struct cli *c, const struct ops_resolution *r)
{
	for (size_t i = 0; i < r->n_results; i++)
		for (size_t k = 0; k < r->results[i].n_endpoints; k++)
			cli_line(c->place->out, "%s is at %s", r->name,
				 cli_endpoint(c, &r->results[i].endpoints[k]));
}

int cli_run_name_trace(struct cli *c)
{
	struct ops_resolution r;
	hst_resolve_opts o;
	int exit = read_opts(c, &o);
	o.trace = true;
	if (!exit)
		exit = search(c, &o, show_step, &r);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		(void)cli_print_json(c, c->event->json);
	else if (c->given[CLI_QUIET])
		print_quiet(c, &r);
	else
		print_ends(c, &r);
	if (r.n_results || c->given[CLI_JSON])
		return r.n_results ? CLI_OK : CLI_NOT_FOUND;
	return not_found(c, &r);
}
