#include "groups_rig.h"

struct span rig_word(const char *s)
{
	return span_str(s);
}

bool rig_told(const struct rig *r, const char *words)
{
	return strstr(r->events, words) != NULL;
}

static struct wall wall_of(const struct rig *r)
{
	return (struct wall){ RIG_WALL + r->now.us + r->ahead, true };
}

enum err rig_start(struct rig *r)
{
	static const struct addr listen = { .family = ADDR_IPV4, .ip = { 192, 0, 2, 1 } };
	struct graph_part_config graph;
	graph_config_init(&graph);
	graph.enabled = true;
	graph.listen[graph.n_listen++] = listen;
	struct store *store = store_mem_store(r->mem);
	enum err e =
		graphs_new(&r->graphs, &graph, r->crypto, &r->f.env, store, r->now, wall_of(r));
	if (e)
		return e;
	const struct groups_birth b = {
		.config = &r->config,
		.graphs = r->graphs,
		.crypto = r->crypto,
		.env = &r->f.env,
		.store = store,
		.vault = r->no_vault ? NULL : r->vault,
	};
	e = groups_new(&r->s, &b, r->now, wall_of(r));
	if (!e)
		return OK;
	graphs_free(r->graphs);
	r->graphs = NULL;
	return e;
}

void rig_init(struct rig *r)
{
	memset(r, 0, sizeof(*r));
	failing_env_init(&r->f, 7);
	r->now = (struct mono){ 1000 * MONO_SEC };
	r->told = TEXT_OF(r->events);
	r->named = TEXT_OF(r->names);
	r->dials = ERR_REFUSED;
	memset(r->vault, 0x5a, sizeof(r->vault));
	group_config_init(&r->config);
	r->config.enabled = true;
	assert_int_equal(store_mem_new(&r->mem, &r->f.env), OK);
	assert_int_equal(crypto_new(&r->crypto, &r->f.env), OK);
	assert_int_equal(rig_start(r), OK);
	rig_drain(r);
}

void rig_stop(struct rig *r)
{
	graphs_free(r->graphs);
	groups_free(r->s);
	r->graphs = NULL;
	r->s = NULL;
}

void rig_fini(struct rig *r)
{
	rig_stop(r);
	crypto_free(r->crypto);
	store_mem_free(r->mem);
	failing_env_assert_clean(&r->f);
}

void rig_restart(struct rig *r)
{
	rig_stop(r);
	rig_commit(r);
	assert_int_equal(rig_start(r), OK);
	rig_drain(r);
}

void rig_commit(struct rig *r)
{
	(void)store_mem_seal(r->mem);
	while (store_mem_commit(r->mem))
		;
}

static void note_answer(struct rig *r, const struct groups_out *o)
{
	struct rig_answer *a = &r->answer;
	struct text text = TEXT_OF(a->text), made = TEXT_OF(a->made);
	if (o->number != r->expected)
		return;
	a->given = true;
	a->err = o->err;
	a->after = o->after;
	text_str(&text, o->text);
	text_str(&made, o->made);
	assert_true(o->bytes.n < sizeof(a->document));
	a->n = o->bytes.n;
	if (a->n)
		memcpy(a->document, o->bytes.p, a->n);
	a->document[a->n] = 0;
}

/* scrypt is slow on purpose: of the same input it is done once. */
static enum err run_job(struct rig *r, enum groups_job job, struct span input, uint8_t *result,
			size_t size, size_t *n)
{
	static struct {
		uint8_t input[512], result[GROUP_SECRET_PRS];
		size_t n;
	} known[8], *k;
	static size_t next;
	if (job != GROUPS_JOB_PRS || input.n > sizeof(k->input))
		return groups_job_run(job, input, &r->f.env, result, size, n);
	for (k = known; k < known + 8 && !span_eq(span_of(k->input, k->n), input);)
		k++;
	if (k == known + 8) {
		k = &known[next++ % 8];
		k->n = 0;
		enum err e = groups_job_run(job, input, &r->f.env, result, size, n);
		if (e)
			return e;
		assert_int_equal(*n, sizeof(k->result));
		memcpy(k->result, result, *n);
		memcpy(k->input, input.p, k->n = input.n);
	}
	memcpy(result, k->result, *n = sizeof(k->result));
	return OK;
}

enum err rig_prs(struct rig *r, struct span input, uint8_t result[GROUP_SECRET_PRS])
{
	size_t n;
	return run_job(r, GROUPS_JOB_PRS, input, result, GROUP_SECRET_PRS, &n);
}

/* As the engine does: the input is copied, the answer comes later. */
static void do_job(struct rig *r, const struct groups_out *o)
{
	static uint8_t input[65536], result[65536];
	size_t n = 0;
	assert_true(o->bytes.n <= sizeof(input));
	memcpy(input, o->bytes.p, o->bytes.n);
	enum err e = run_job(r, o->job, span_of(input, o->bytes.n), result, sizeof(result), &n);
	groups_job_done(r->s, o->number, e, span_of(result, e ? 0 : n), r->now);
}

static void note_event(struct rig *r, const struct groups_out *o)
{
	static const char *const kinds[] = {
#define X(name, text) text,
		GROUP_EVENTS(X)
#undef X
	};
	static const char *const changes[] = {
#define X(name, text) text,
		GROUP_CHANGES(X)
#undef X
	};
	r->told_after = o->after;
	text_str(&r->told, kinds[o->event->kind]);
	if (o->event->kind == GROUP_EVENT_MEMBER) {
		text_char(&r->told, ' ');
		text_str(&r->told, changes[o->event->change]);
	}
	text_char(&r->told, ' ');
	text_str(&r->told, o->event->who);
	text_char(&r->told, '\n');
}

static void dialled(struct rig *r, const struct graphs_out *o)
{
	assert_true(r->n_dialled < 64);
	r->links[r->n_dialled] = o->of.link;
	r->dialled[r->n_dialled++] = o->of.remote;
	if (r->dials)
		graphs_down(r->graphs, o->of.link, r->dials, r->now);
}

static void note_name(struct rig *r, const char *what, const struct groups_naming *n)
{
	text_str(&r->named, what);
	text_char(&r->named, ' ');
	text_str(&r->named, n->name);
	if (n->port) {
		text_char(&r->named, ' ');
		text_u64(&r->named, n->port);
		text_char(&r->named, ' ');
		text_span(&r->named, n->comment);
		text_str(&r->named, n->chain.n ? " chain" : " bare");
		assert_true(n->key && span_eq(n->public, crypto_key_public(n->key)));
	}
	text_char(&r->named, '\n');
}

static void take_name(struct rig *r, const struct groups_out *o)
{
	if (o->kind == GROUPS_OUT_NAME_PUBLISH) {
		note_name(r, "publish", o->naming);
		groups_named(r->s, o->number, r->publishes, r->now);
	} else if (o->kind == GROUPS_OUT_NAME_WITHDRAW) {
		assert_true(o->naming->public.n > 0);
		note_name(r, "withdraw", o->naming);
	} else if (o->kind == GROUPS_OUT_NAME_RESOLVE) {
		note_name(r, "resolve", o->naming);
		r->resolving = o->number;
		r->most = o->naming->most;
	} else {
		assert_int_equal(o->kind, GROUPS_OUT_NAME_CANCEL);
		assert_int_equal(o->number, r->resolving);
		text_str(&r->named, "cancel\n");
		r->resolving = 0;
	}
}

static bool take_graphs(struct rig *r)
{
	struct graphs_out o;
	if (!graphs_poll(r->graphs, &o))
		return false;
	if (o.kind == GRAPHS_LISTEN_ON)
		graphs_listening(r->graphs, &o.local, r->now);
	else if (o.kind == GRAPHS_DIAL)
		dialled(r, &o);
	else if (o.kind == GRAPHS_EVENT)
		groups_graph_event(r->s, o.of.event, r->now);
	else if (o.kind == GRAPHS_REPLY && o.of.number >= GROUPS_CALLS)
		groups_graph_reply(r->s, &o.of, r->now);
	return true;
}

static bool take_groups(struct rig *r)
{
	struct groups_out o;
	if (!groups_poll(r->s, &o))
		return false;
	if (o.kind == GROUPS_OUT_REPLY)
		note_answer(r, &o);
	else if (o.kind == GROUPS_OUT_JOB)
		do_job(r, &o);
	else if (o.kind >= GROUPS_OUT_NAME_PUBLISH)
		take_name(r, &o);
	else
		note_event(r, &o);
	return true;
}

static void drain_once(struct rig *r)
{
	while (take_graphs(r) || take_groups(r))
		;
}

void rig_drain(struct rig *r)
{
	drain_once(r);
	for (int i = 0; i < 100; i++) {
		if (!mono_reached(graphs_deadline(r->graphs), r->now) &&
		    !mono_reached(groups_deadline(r->s), r->now))
			return;
		graphs_tick(r->graphs, r->now);
		groups_tick(r->s, r->now);
		drain_once(r);
		r->now.us += 10;
	}
}

void rig_pass(struct rig *r, int64_t us)
{
	struct mono end = mono_add(r->now, us);
	while (r->now.us < end.us) {
		struct mono at = mono_min(graphs_deadline(r->graphs), groups_deadline(r->s));
		r->now = mono_min(end, at.us > r->now.us ? at : mono_add(r->now, 10));
		graphs_tick(r->graphs, r->now);
		groups_tick(r->s, r->now);
		drain_once(r);
	}
	graphs_wall(r->graphs, wall_of(r), r->now);
	groups_wall(r->s, wall_of(r), r->now);
	drain_once(r);
}

const struct rig_answer *rig_do(struct rig *r, const struct groups_command *c)
{
	memset(&r->answer, 0, sizeof(r->answer));
	r->expected = ++r->calls;
	enum err e = groups_command(r->s, c, r->expected, r->now);
	if (e) {
		r->answer.given = true;
		r->answer.err = e;
	}
	rig_drain(r);
	return &r->answer;
}

const char *rig_person(struct rig *r, const char *label)
{
	const struct groups_command c = { .kind = GROUPS_ID_CREATE,
					  .text = rig_word(label),
					  .classifier = rig_word(label) };
	const struct rig_answer *a = rig_do(r, &c);
	assert_true(a->given);
	assert_int_equal(a->err, OK);
	return a->made;
}

const char *rig_group(struct rig *r, const char *name)
{
	const struct groups_command c = { .kind = GROUPS_CREATE,
					  .text = rig_word(name),
					  .classifier = rig_word(name) };
	const struct rig_answer *a = rig_do(r, &c);
	assert_true(a->given);
	assert_int_equal(a->err, OK);
	return a->made;
}

struct span rig_document(const struct rig *r)
{
	static uint8_t kept[8][GROUP_PAPER_MAX];
	static size_t at;
	uint8_t *to = kept[at++ % 8];
	assert_true(r->answer.n > 0);
	memcpy(to, r->answer.document, r->answer.n);
	return span_of(to, r->answer.n);
}

struct span rig_card(struct rig *r, const char *who)
{
	struct groups_identity i;
	assert_int_equal(groups_find_identity(r->s, rig_word(who), &i), OK);
	const struct group_profile *p = group_profile(i.profile);
	const struct group_paper card = { .kind = GROUP_PAPER_CARD,
					  .major = p->group_major,
					  .octets = i.certificate };
	struct text t = text_of((char *)r->answer.document, sizeof(r->answer.document));
	assert_int_equal(group_paper_write(&t, &card), OK);
	r->answer.n = t.n;
	return rig_document(r);
}

void rig_expect(struct rig *r, const struct groups_command *c, enum err expected, const char *words)
{
	const struct rig_answer *a = rig_do(r, c);
	assert_true(a->given);
	if (a->err != expected)
		fail_msg("%s instead of %s: %s", err_name(a->err), err_name(expected), a->text);
	if (expected && !strstr(a->text, words))
		fail_msg("\"%s\" does not say \"%s\"", a->text, words);
	if (expected)
		assert_int_equal(a->n, 0);
}

struct span rig_invite(struct rig *by, const char *group, struct span card, enum group_role role,
		       int64_t until)
{
	const struct groups_command c = { .kind = GROUPS_GRANT,
					  .group = rig_word(group),
					  .document = card,
					  .role = role,
					  .until = until };
	rig_expect(by, &c, OK, "");
	return rig_document(by);
}

const struct rig_answer *rig_join(struct rig *r, struct span invitation)
{
	const struct groups_command c = { .kind = GROUPS_JOIN, .document = invitation };
	rig_expect(r, &c, OK, "");
	return &r->answer;
}

void rig_fail_store(struct rig *r)
{
	(void)store_mem_seal(r->mem);
	uint64_t first = store_mem_fail(r->mem);
	assert_true(first > 0);
	graphs_store_failed(r->graphs, first, ERR_IO, r->now);
	groups_store_failed(r->s, first, ERR_IO, r->now);
	rig_drain(r);
}

size_t rig_groups(const struct rig *r)
{
	struct groups_info i;
	size_t at = 0, n = 0;
	while (groups_next(r->s, &at, &i))
		n++;
	return n;
}

struct groups_info rig_info(const struct rig *r, const char *name)
{
	struct groups_info i;
	assert_int_equal(groups_find(r->s, rig_word(name), &i), OK);
	return i;
}
