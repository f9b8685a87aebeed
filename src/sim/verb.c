#include "base/number.h"
#include "sim/scenario_int.h"

/* "at T VERB ...": a table row a verb. */

typedef enum err verb_fn(struct scn_parser *p, struct scn_action *a);

static enum err read_node(struct scn_parser *p, struct scn_action *a)
{
	return scn_node_name(p, &a->a);
}

static enum err read_two(struct scn_parser *p, struct scn_action *a)
{
	enum err e = scn_site_name(p, &a->a);
	return e ? e : scn_site_name(p, &a->b);
}

static bool kill_word(struct scn_action *a, struct span w)
{
	if (span_eq(w, span_str("power")))
		a->on = true;
	else if (span_eq(w, span_str("before-commit")))
		a->point = SCN_BEFORE_COMMIT;
	else if (span_eq(w, span_str("between")))
		a->point = SCN_BETWEEN;
	else if (span_eq(w, span_str("told")))
		a->point = SCN_TOLD;
	else if (span_eq(w, span_str("after-send")))
		a->point = SCN_AFTER_SEND;
	else if (span_eq(w, span_str("rollback")))
		a->fate = SCN_ROLLBACK;
	else if (span_eq(w, span_str("keep")))
		a->fate = SCN_KEEP;
	else if (span_eq(w, span_str("lose")))
		a->fate = SCN_LOSE;
	else
		return false;
	return true;
}

static enum err read_when(struct scn_parser *p, struct scn_action *a)
{
	struct span w = scn_word(p);
	return scn_life_of(w, &a->when) || a->when == MASC_LIFE_EXPIRED
		       ? scn_fail(p, "life", w,
				  "wanted, scheduled, waiting, held, renewing, growing, deprecated "
				  "or clashed")
		       : OK;
}

static enum err read_kill_word(struct scn_parser *p, struct scn_action *a)
{
	if (scn_accept(p, "when"))
		return read_when(p, a);
	struct span w = scn_word(p);
	return kill_word(a, w) ? OK
			       : scn_fail(p, "kill", w,
					  "when, power, before-commit, between, told, "
					  "after-send, rollback, keep or lose");
}

/* What a claim comes to is put: without a point of that commit there is nothing to
 * wait for. */
static enum err read_kill(struct scn_parser *p, struct scn_action *a)
{
	a->when = MASC_LIFE_COUNT;
	enum err e = scn_node_name(p, &a->a);
	while (!e && scn_peek(p).p)
		e = read_kill_word(p, a);
	if (!e && a->when != MASC_LIFE_COUNT && a->point == SCN_NOW)
		return scn_fail(p, "kill when", scn_peek(p),
				"before-commit, between, told or after-send");
	return e;
}

/* One of two words; *on: the first. */
static enum err read_choice(struct scn_parser *p, const char *yes, const char *no, bool *on,
			    const char *accepted)
{
	struct span w = scn_word(p);
	*on = span_eq(w, span_str(yes));
	if (!*on && !span_eq(w, span_str(no)))
		return scn_fail(p, "state", w, accepted);
	return OK;
}

static enum err read_skew(struct scn_parser *p, struct scn_action *a)
{
	enum err e = scn_node_name(p, &a->a);
	if (e)
		return e;
	struct span w = scn_word(p);
	if (scn_rate_of(w, &a->rate) == OK) {
		a->verb = SCN_SKEW_RATE;
		return OK;
	}
	if (scn_signed_duration(w, &a->time.low))
		return scn_fail(p, "skew", w,
				"a step of the wall clock such as +5s, or a rate such as +200ppm");
	return OK;
}

static enum err read_clock(struct scn_parser *p, struct scn_action *a)
{
	enum err e = scn_node_name(p, &a->a);
	return e ? e : read_choice(p, "synchronised", "lost", &a->on, "synchronised or lost");
}

static enum err error_name(struct scn_parser *p, struct span w, enum err *out)
{
	if (span_eq(w, span_str("io")))
		*out = ERR_IO;
	else if (span_eq(w, span_str("no-space")))
		*out = ERR_NO_SPACE;
	else if (span_eq(w, span_str("no-memory")))
		*out = ERR_NOMEM;
	else
		return scn_fail(p, "error", w, "io, no-space or no-memory");
	return OK;
}

/* "store-fail NODE [COUNT] [io | no-space]": the next commits fail. */
static enum err read_store_fail(struct scn_parser *p, struct scn_action *a)
{
	enum err e = scn_node_name(p, &a->a);
	uint64_t count = 1;
	a->err = ERR_IO;
	if (!e && scn_peek(p).p && number_u64(scn_peek(p), 1000000, &count) == OK)
		(void)scn_word(p);
	a->count = (uint32_t)count;
	if (!e && scn_peek(p).p)
		e = error_name(p, scn_word(p), &a->err);
	return e;
}

static enum err read_store_break(struct scn_parser *p, struct scn_action *a)
{
	enum err e = scn_node_name(p, &a->a);
	return e ? e : error_name(p, scn_word(p), &a->err);
}

static enum err read_store_delay(struct scn_parser *p, struct scn_action *a)
{
	enum err e = scn_node_name(p, &a->a);
	return e ? e : scn_range(p, "delay", &a->time);
}

static enum err read_jobs(struct scn_parser *p, struct scn_action *a)
{
	enum err e = scn_node_name(p, &a->a);
	return e ? e : read_choice(p, "stuck", "back", &a->on, "stuck or back");
}

/* "reset A B": every stream between two; "reset PEER#k": one of a raw peer. */
static enum err read_reset(struct scn_parser *p, struct scn_action *a)
{
	size_t at = p->at;
	enum err e = scn_site_name(p, &a->a);
	if (!e && scn_peek(p).p)
		return scn_site_name(p, &a->b);
	text_clear(p->why);
	p->at = at;
	return scn_peer_name(p, &a->a, &a->connection);
}

static enum err read_silence(struct scn_parser *p, struct scn_action *a)
{
	enum err e = read_two(p, a);
	if (!e)
		a->on = scn_accept(p, "oneway");
	return e;
}

static enum err read_peer_command(struct scn_parser *p, struct masc_command *c)
{
	c->peer = scn_word(p);
	struct span w = scn_word(p);
	if (span_eq(w, span_str("up")))
		c->kind = MASC_COMMAND_UP;
	else if (span_eq(w, span_str("down")))
		c->kind = MASC_COMMAND_DOWN;
	else if (span_eq(w, span_str("reset")))
		c->kind = MASC_COMMAND_RESET;
	else
		return scn_fail(p, "command", w, "up, down or reset");
	return scn_accept(p, "for") ? scn_duration(p, "for", &c->for_us) : OK;
}

static enum err read_command(struct scn_parser *p, struct scn_action *a)
{
	enum err e = scn_node_name(p, &a->a);
	a->command = arena_alloc(&p->s->arena, sizeof(*a->command));
	if (e || !a->command)
		return e ? e : ERR_NOMEM;
	*a->command = (struct node_command){ .kind = NODE_COMMAND_MASC };
	if (scn_accept(p, "pnrp"))
		return scn_read_pnrp_command(p, a);
	if (scn_accept(p, "graph"))
		return scn_read_graph_command(p, a);
	if (scn_accept(p, "group"))
		return scn_read_group_command(p, a);
	if (!scn_accept(p, "masc"))
		return scn_fail(p, "command", scn_peek(p), "masc, pnrp, graph or group");
	return scn_accept(p, "peer") ? read_peer_command(p, &a->command->masc)
				     : scn_read_claim_command(p, a);
}

/* A configuration that is to be taken must be good, one that is to be refused
 * must not be: checked here, where the line is known. */
static enum err check_reload(struct scn_parser *p, struct scn_action *a, uint32_t first_line)
{
	uint32_t line = 0, end_line = p->line;
	struct node_config *c = arena_alloc(&p->s->arena, sizeof(*c));
	if (!c)
		return ERR_NOMEM;
	node_config_init(c, p->s->env);
	enum err e = node_config_parse(c, a->bytes, &line, p->why);
	if (e || a->on)
		node_config_free(c);
	if (e == ERR_NOMEM)
		return e;
	if (a->on && e) {
		text_clear(p->why);
		return OK;
	}
	p->line = line ? first_line + line - 1 : end_line;
	if (e)
		return ERR_MALFORMED;
	if (a->on)
		return scn_fail(p, "reload", span_str("refused"), "a configuration with an error");
	p->line = end_line;
	a->config = c;
	return OK;
}

static enum err read_reload(struct scn_parser *p, struct scn_action *a)
{
	uint32_t first_line;
	enum err e = scn_node_name(p, &a->a);
	if (e)
		return e;
	a->on = scn_accept(p, "refused");
	e = scn_block(p, &a->bytes, &first_line);
	return e ? e : check_reload(p, a, first_line);
}

static enum err read_port(struct scn_parser *p, struct scn_action *a)
{
	enum err e = scn_node_name(p, &a->a);
	return e ? e : read_choice(p, "taken", "free", &a->on, "taken or free");
}

static enum err read_memory(struct scn_parser *p, struct scn_action *a)
{
	enum err e = scn_node_name(p, &a->a);
	if (e)
		return e;
	struct span w = scn_word(p);
	return number_size(w, &a->size) ? scn_fail(p, "memory", w, "a size such as 64KiB") : OK;
}

/* "connect PEER NODE [port P] [from ADDRESS]" */
static enum err read_connect(struct scn_parser *p, struct scn_action *a)
{
	uint64_t port = MASC_PORT;
	enum err e = scn_peer_name(p, &a->a, &a->connection);
	if (!e)
		e = scn_node_name(p, &a->b);
	if (!e && scn_accept(p, "port"))
		e = scn_number(p, "port", 65535, &port);
	a->count = (uint32_t)port;
	if (e || !scn_accept(p, "from"))
		return e;
	struct span w = scn_word(p);
	return addr_parse(w, 0, &a->addr) ? scn_fail(p, "from", w, "an address") : OK;
}

static enum err read_listen(struct scn_parser *p, struct scn_action *a)
{
	uint64_t port = MASC_PORT;
	enum err e = scn_peer_name(p, &a->a, &a->connection);
	if (!e && scn_peek(p).p)
		e = scn_number(p, "port", 65535, &port);
	a->count = (uint32_t)port;
	return e;
}

static enum err read_send(struct scn_parser *p, struct scn_action *a)
{
	enum err e = scn_peer_name(p, &a->a, &a->connection);
	if (!e)
		e = scn_read_messages(p, &p->s->sites[a->a].open, &a->bytes);
	if (e || !p->n_stamps)
		return e;
	uint16_t *stamps = arena_alloc(&p->s->arena, p->n_stamps * sizeof(*stamps));
	if (!stamps)
		return ERR_NOMEM;
	memcpy(stamps, p->stamps, p->n_stamps * sizeof(*stamps));
	a->stamps = stamps;
	a->n_stamps = p->n_stamps;
	return OK;
}

static enum err read_close(struct scn_parser *p, struct scn_action *a)
{
	return scn_peer_name(p, &a->a, &a->connection);
}

static enum err read_nothing(struct scn_parser *p, struct scn_action *a)
{
	return OK;
}

/* "address N add | remove ADDRESS[%N]" */
static enum err read_address(struct scn_parser *p, struct scn_action *a)
{
	enum err e = scn_node_name(p, &a->a);
	if (!e)
		e = read_choice(p, "add", "remove", &a->on, "add or remove");
	if (e)
		return e;
	struct span w = scn_word(p);
	return scn_address_of(w, &a->addr, &a->interface)
		       ? scn_fail(p, "address", w, "one without a port, with %N for its interface")
		       : OK;
}

static enum err read_datagrams(struct scn_parser *p, struct scn_action *a)
{
	enum err e = read_two(p, a);
	return e ? e : scn_read_path(p, &a->path, &a->changes);
}

static const struct verb_row {
	const char *name;
	enum scn_verb verb;
	verb_fn *read;
} verbs[] = {
	{ "start", SCN_START, read_node },
	{ "stop", SCN_STOP, read_node },
	{ "kill", SCN_KILL, read_kill },
	{ "cut", SCN_CUT, read_two },
	{ "heal", SCN_HEAL, read_two },
	{ "skew", SCN_SKEW_WALL, read_skew },
	{ "clock", SCN_CLOCK, read_clock },
	{ "store-fail", SCN_STORE_FAIL, read_store_fail },
	{ "store-delay", SCN_STORE_DELAY, read_store_delay },
	{ "store-break", SCN_STORE_BREAK, read_store_break },
	{ "jobs", SCN_JOBS, read_jobs },
	{ "reset", SCN_RESET, read_reset },
	{ "silence", SCN_SILENCE, read_silence },
	{ "command", SCN_COMMAND, read_command },
	{ "reload", SCN_RELOAD, read_reload },
	{ "network", SCN_NETWORK, read_node },
	{ "port", SCN_PORT, read_port },
	{ "memory", SCN_MEMORY, read_memory },
	{ "connect", SCN_CONNECT, read_connect },
	{ "listen", SCN_LISTEN, read_listen },
	{ "send", SCN_SEND, read_send },
	{ "close", SCN_CLOSE, read_close },
	{ "address", SCN_ADDRESS, read_address },
	{ "datagrams", SCN_DATAGRAMS, read_datagrams },
	{ "rogue", SCN_ROGUE, scn_read_rogue },
	{ "nothing", SCN_NOTHING, read_nothing },
};

static const char verb_names[] =
	"start, stop, kill, cut, heal, skew, clock, store-fail, store-delay, store-break, jobs, "
	"reset, silence, command, reload, network, port, memory, connect, listen, send, close, "
	"address, datagrams, rogue or nothing";

static const struct verb_row *find_verb(struct span name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (span_eq(span_str(verbs[i].name), name))
			return &verbs[i];
	return NULL;
}

/* A node whose story begins with `start` is not there before. */
static void note_start(struct scenario *s, const struct scn_action *a)
{
	for (size_t i = 0; i + 1 < s->n_actions; i++) {
		const struct scn_action *other = &s->actions[i];
		bool life = other->verb == SCN_START || other->verb == SCN_STOP ||
			    other->verb == SCN_KILL;
		if (life && other->a == a->a && other->at.low <= a->at.low)
			return;
	}
	s->sites[a->a].starts_late = true;
}

enum err scn_read_action(struct scn_parser *p)
{
	struct scn_action *a = scn_add_action(p->s);
	if (!a)
		return ERR_NOMEM;
	*a = (struct scn_action){ .line = p->line, .a = SCN_NO_SITE, .b = SCN_NO_SITE };
	p->last_action = (uint32_t)(p->s->n_actions - 1);
	enum err e = scn_range(p, "time", &a->at);
	if (e)
		return e;
	struct span name = scn_word(p);
	const struct verb_row *row = find_verb(name);
	if (!row)
		return scn_fail(p, "verb", name, verb_names);
	a->verb = row->verb;
	e = row->read(p, a);
	if (!e && a->verb == SCN_START)
		note_start(p->s, a);
	return e;
}
