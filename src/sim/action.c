#include "sim/book.h"
#include "sim/rogue.h"
#include "sim/roll.h"
#include "wire/rd.h"
#include "wire/wr.h"

#define SEND_MAX 8192

/* What the scenario does to the world: a function a verb. */

typedef void verb_fn(struct world *w, const struct scn_action *a);

static struct machine *machine_at(struct world *w, uint32_t site)
{
	return machine_of(w->sites[site]);
}

static void do_start(struct world *w, const struct scn_action *a)
{
	machine_start(machine_at(w, a->a));
}

static void do_stop(struct world *w, const struct scn_action *a)
{
	machine_stop(machine_at(w, a->a));
}

static void do_kill(struct world *w, const struct scn_action *a)
{
	struct machine *m = machine_at(w, a->a);
	if (a->point == SCN_NOW) {
		machine_kill(m, a->fate, a->on);
		return;
	}
	crash_ask(m, a);
}

static void do_cut(struct world *w, const struct scn_action *a)
{
	struct edge *e = edge_between(w, a->a, a->b);
	if (e)
		edge_cut(w, e);
}

static void do_heal(struct world *w, const struct scn_action *a)
{
	struct edge *e = edge_between(w, a->a, a->b);
	if (e)
		edge_heal(w, e);
}

/* The engine reads the wall clock as soon as it jumped. */
static void read_wall(struct machine *m)
{
	if (m->node)
		machine_wall(m);
}

static void do_skew_wall(struct world *w, const struct scn_action *a)
{
	struct machine *m = machine_at(w, a->a);
	m->clock.wall += a->time.low;
	tally_clock(m);
	invariant_stepped(m);
	read_wall(m);
}

static void do_skew_rate(struct world *w, const struct scn_action *a)
{
	struct machine *m = machine_at(w, a->a);
	sim_clock_rate(&m->clock, w->now, a->rate);
	m->due = (struct mono){ INT64_MIN };
	feed_retime(m);
}

static void do_clock(struct world *w, const struct scn_action *a)
{
	struct machine *m = machine_at(w, a->a);
	m->clock.synchronised = a->on;
	read_wall(m);
}

static void do_store_fail(struct world *w, const struct scn_action *a)
{
	struct machine *m = machine_at(w, a->a);
	m->fail_commits = a->count;
	m->fail_why = a->err;
}

static void do_store_delay(struct world *w, const struct scn_action *a)
{
	machine_at(w, a->a)->store_delay = a->time;
}

static void do_store_break(struct world *w, const struct scn_action *a)
{
	store_mem_break(machine_at(w, a->a)->mem, a->err);
}

static void do_jobs(struct world *w, const struct scn_action *a)
{
	machine_at(w, a->a)->jobs_stuck = a->on;
}

static bool between(const struct stream *st, const struct site *a, const struct site *b)
{
	const struct site *x = st->end[0].site, *y = st->end[1].site;
	return (x == a && y == b) || (x == b && y == a);
}

/* Of those that one of them still has, whatever became of the other end. */
static void reset_ends(struct site *of, const struct site *with)
{
	LIST_EACH(i, next, &of->ends)
	{
		struct stream *st = LIST_ENTRY(i, struct end, at)->stream;
		if (!between(st, of, with))
			continue;
		st->end[0].silent = st->end[1].silent = false;
		stream_reset(st);
	}
}

static void do_reset(struct world *w, const struct scn_action *a)
{
	if (a->b == SCN_NO_SITE) {
		raw_close(raw_of(w->sites[a->a]), a->connection, PIPE_RESET);
		return;
	}
	reset_ends(w->sites[a->a], w->sites[a->b]);
	reset_ends(w->sites[a->b], w->sites[a->a]);
}

static void silence(struct world *w, struct end *e)
{
	e->silent = true;
	queue_drop(&w->queue, &e->arrival);
}

/* From a to b, and the other way too unless it is one way. */
static void do_silence(struct world *w, const struct scn_action *a)
{
	LIST_EACH(i, next, &w->sites[a->a]->ends)
	{
		struct end *e = LIST_ENTRY(i, struct end, at);
		if (!between(e->stream, w->sites[a->a], w->sites[a->b]))
			continue;
		silence(w, end_other(e));
		if (!a->on)
			silence(w, e);
	}
}

/* Times of a claim or demand are the node's own, by its wall clock. */
static void set_times(struct machine *m, const struct scn_action *a, struct masc_command *c)
{
	int64_t now = sim_clock_wall(&m->clock, m->site.w->now).us;
	if (a->from_in)
		c->from = now + a->from_in;
	if (c->kind == MASC_COMMAND_DEMAND && a->for_us)
		c->until = now + a->from_in + a->for_us;
}

static void do_command(struct world *w, const struct scn_action *a)
{
	struct machine *m = machine_at(w, a->a);
	struct node_in in = { .kind = NODE_IN_COMMAND, .command = *a->command };
	if (!m->node)
		return;
	if (in.command.kind == NODE_COMMAND_GRAPH) {
		book_command(m, a);
		return;
	}
	if (in.command.kind == NODE_COMMAND_GROUP) {
		roll_command(m, a);
		return;
	}
	in.number = ++m->next_call;
	if (in.command.kind == NODE_COMMAND_MASC)
		set_times(m, a, &in.command.masc);
	else if (a->owner != SCN_NO_SITE)
		judge_secure(w, a->owner, &in.command.pnrp.name);
	invariant_call(m, in.number, &in.command);
	feed(m, &in);
}

/* The file was changed: a restart reads it too. */
static void do_reload(struct world *w, const struct scn_action *a)
{
	struct machine *m = machine_at(w, a->a);
	if (a->config)
		m->config = a->config;
	feed(m, &(struct node_in){ .kind = NODE_IN_CONFIG, .bytes = a->bytes });
}

static void do_network(struct world *w, const struct scn_action *a)
{
	feed(machine_at(w, a->a), &(struct node_in){ .kind = NODE_IN_NETWORK });
}

static void do_port(struct world *w, const struct scn_action *a)
{
	machine_at(w, a->a)->port_taken = a->on;
}

static void do_memory(struct world *w, const struct scn_action *a)
{
	struct machine *m = machine_at(w, a->a);
	m->memory_limit = a->size ? m->memory + (size_t)a->size : 0;
}

static void do_connect(struct world *w, const struct scn_action *a)
{
	raw_connect(raw_of(w->sites[a->a]), a->b, (uint16_t)a->count, &a->addr);
}

static void do_listen(struct world *w, const struct scn_action *a)
{
	struct raw *r = raw_of(w->sites[a->a]);
	r->listens = true;
	r->port = (uint16_t)a->count;
}

/* Seconds from now become seconds since 1970. */
static void stamp(uint8_t p[4], int64_t now_s)
{
	struct rd r = rd_of(span_of(p, 4));
	struct wr w = wr_of(p, 4);
	wr_u32(&w, rd_u32(&r) + (uint32_t)now_s);
}

static void do_send(struct world *w, const struct scn_action *a)
{
	uint8_t octets[SEND_MAX];
	if (!a->n_stamps || a->bytes.n > sizeof(octets)) {
		raw_send(raw_of(w->sites[a->a]), a->connection, a->bytes);
		return;
	}
	memcpy(octets, a->bytes.p, a->bytes.n);
	for (size_t i = 0; i < a->n_stamps; i++)
		stamp(octets + a->stamps[i], (WORLD_WALL + w->now) / MONO_SEC);
	raw_send(raw_of(w->sites[a->a]), a->connection, span_of(octets, a->bytes.n));
}

static void do_close(struct world *w, const struct scn_action *a)
{
	raw_close(raw_of(w->sites[a->a]), a->connection, PIPE_CLOSED);
}

/* An address comes, or goes; the operating system tells of it. */
static void do_address(struct world *w, const struct scn_action *a)
{
	struct machine *m = machine_at(w, a->a);
	if (a->on)
		address_add(m, &a->addr, a->interface);
	else
		address_remove(m, &a->addr);
	feed(m, &(struct node_in){ .kind = NODE_IN_NETWORK });
	address_tell(m);
}

static void do_datagrams(struct world *w, const struct scn_action *a)
{
	struct edge *e = edge_between(w, a->a, a->b);
	if (e)
		scn_path_change(&e->path, &a->path, a->changes);
}

static void do_rogue(struct world *w, const struct scn_action *a)
{
	rogue_act(machine_at(w, a->a), a->rogue);
}

static void do_nothing(struct world *w, const struct scn_action *a)
{
}

static const struct verb_row {
	const char *name;
	verb_fn *run;
} rows[] = {
	[SCN_START] = { "start", do_start },
	[SCN_STOP] = { "stop", do_stop },
	[SCN_KILL] = { "kill", do_kill },
	[SCN_CUT] = { "cut", do_cut },
	[SCN_HEAL] = { "heal", do_heal },
	[SCN_SKEW_WALL] = { "skew", do_skew_wall },
	[SCN_SKEW_RATE] = { "skew", do_skew_rate },
	[SCN_CLOCK] = { "clock", do_clock },
	[SCN_STORE_FAIL] = { "store-fail", do_store_fail },
	[SCN_STORE_DELAY] = { "store-delay", do_store_delay },
	[SCN_STORE_BREAK] = { "store-break", do_store_break },
	[SCN_JOBS] = { "jobs", do_jobs },
	[SCN_RESET] = { "reset", do_reset },
	[SCN_SILENCE] = { "silence", do_silence },
	[SCN_COMMAND] = { "command", do_command },
	[SCN_RELOAD] = { "reload", do_reload },
	[SCN_NETWORK] = { "network", do_network },
	[SCN_PORT] = { "port", do_port },
	[SCN_MEMORY] = { "memory", do_memory },
	[SCN_CONNECT] = { "connect", do_connect },
	[SCN_LISTEN] = { "listen", do_listen },
	[SCN_SEND] = { "send", do_send },
	[SCN_CLOSE] = { "close", do_close },
	[SCN_ADDRESS] = { "address", do_address },
	[SCN_DATAGRAMS] = { "datagrams", do_datagrams },
	[SCN_ROGUE] = { "rogue", do_rogue },
	[SCN_NOTHING] = { "nothing", do_nothing },
};

/* Whether nodes or what lies between them is not as it was afterwards. */
static bool disturbs(enum scn_verb v)
{
	return v != SCN_NOTHING && v != SCN_COMMAND && v != SCN_CONNECT && v != SCN_LISTEN &&
	       v != SCN_SEND && v != SCN_CLOSE;
}

static void say_action(struct world *w, const struct scn_action *a)
{
	char buffer[TRACE_LINE_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, rows[a->verb].name);
	if (a->b != SCN_NO_SITE) {
		text_char(&t, ' ');
		text_str(&t, w->sites[a->b]->spec->name);
	}
	if (a->a != SCN_NO_SITE)
		say_text(w->sites[a->a], "@", &t);
}

void action_run(struct world *w, const struct scn_action *a)
{
	say_action(w, a);
	if (disturbs(a->verb))
		w->disturbed = w->now;
	rows[a->verb].run(w, a);
	if (a->a != SCN_NO_SITE)
		world_touch(w->sites[a->a]);
	if (a->b != SCN_NO_SITE)
		world_touch(w->sites[a->b]);
}
