/* Commands under way: what they carry, what they wait for, in which order things come out. */
#include "groups_rig.h"

#include "crypto/seal.h"
#include "group/group_int.h"
#include "group/groups_int.h"

static struct groups_call *call_of(struct rig *r, enum groups_command_kind kind, uint64_t number)
{
	struct groups_call *c = groups_call_new(r->s, kind, number);
	assert_non_null(c);
	return c;
}

static struct groups_out next(struct rig *r)
{
	struct groups_out o;
	assert_true(groups_poll(r->s, &o));
	return o;
}

static void nothing_left(struct rig *r)
{
	struct groups_out o;
	assert_false(groups_poll(r->s, &o));
}

/* ---- what is wiped before it is given back ---- */

static struct watch {
	struct failing_env *f;
	const uint8_t *p; /* the block that is looked at */
	size_t n;
	unsigned int freed;
	bool dirty;
} watch;

static void *watched_resize(void *ctx, void *p, size_t n)
{
	if (p && p == watch.p && n == 0) {
		watch.freed++;
		for (size_t i = 0; i < watch.n; i++)
			watch.dirty |= watch.p[i] != 0;
		watch.p = NULL;
	}
	return failing_env_resize(ctx, p, n);
}

static void look_at(struct rig *r, const struct groups_call *c)
{
	watch = (struct watch){ &r->f, c->bytes, c->n_bytes, 0, false };
	r->f.env.resize = watched_resize;
}

static void assert_wiped(void)
{
	assert_int_equal(watch.freed, 1);
	assert_false(watch.dirty);
}

static struct groups_call *carrying(struct rig *r, enum groups_command_kind kind, uint64_t number)
{
	struct groups_call *c = call_of(r, kind, number);
	uint8_t *p = groups_call_room(r->s, c, 32);
	assert_non_null(p);
	memset(p, 0x77, 32);
	look_at(r, c);
	return c;
}

/* However it ends, what it carries may be a key. */
static void test_wiped(void **state)
{
	struct rig r;
	rig_init(&r);
	struct groups_call *c = carrying(&r, GROUPS_ID_EXPORT, 1);
	groups_call_free(r.s, c);
	assert_wiped();
	c = carrying(&r, GROUPS_ID_EXPORT, 1);
	assert_non_null(groups_call_room(r.s, c, 64)); /* other room: that of before is gone */
	assert_wiped();
	assert_int_equal(c->n_bytes, 64);
	groups_call_free(r.s, c);
	c = carrying(&r, GROUPS_ID_EXPORT, 1);
	c->out.bytes = span_of(c->bytes, c->n_bytes);
	groups_answer(r.s, c, ERR_IO, NULL); /* an error has no document */
	assert_wiped();
	assert_int_equal(next(&r).bytes.n, 0);
	c = carrying(&r, GROUPS_ID_EXPORT, 2);
	c->out.bytes = span_of(c->bytes, c->n_bytes);
	groups_answer(r.s, c, OK, NULL);
	struct groups_out o = next(&r);
	assert_int_equal(o.bytes.n, 32);
	assert_int_equal(o.bytes.p[31], 0x77); /* until the next call */
	assert_int_equal(watch.freed, 0);
	nothing_left(&r);
	assert_wiped();
	rig_fini(&r);
}

/* A job is handed out once, and what it was given lies here no longer than that. */
static void test_job(void **state)
{
	struct rig r;
	rig_init(&r);
	struct groups_call *c = carrying(&r, GROUPS_ID_EXPORT, 5);
	groups_job_start(r.s, c, GROUPS_JOB_PFX_MAKE);
	struct groups_out o = next(&r);
	assert_int_equal(o.kind, GROUPS_OUT_JOB);
	assert_int_equal(o.job, GROUPS_JOB_PFX_MAKE);
	assert_int_equal(o.bytes.n, 32);
	assert_int_equal(o.bytes.p[0], 0x77);
	assert_int_equal(watch.freed, 0);
	nothing_left(&r);
	assert_wiped();
	assert_ptr_equal(groups_call_waiting(r.s, GROUPS_WAIT_JOB, o.number), c);
	groups_job_done(r.s, o.number + 1, OK, span_str("nobody asked"), r.now);
	groups_job_done(r.s, o.number, ERR_DENIED, span_of(NULL, 0), r.now);
	groups_job_done(r.s, o.number, OK, span_str("twice"), r.now);
	o = next(&r);
	assert_int_equal(o.kind, GROUPS_OUT_REPLY);
	assert_int_equal(o.number, 5);
	assert_int_equal(o.err, ERR_DENIED);
	assert_non_null(strstr(o.text, "another passphrase"));
	nothing_left(&r);
	rig_fini(&r);
}

/* Jobs have numbers of their own, and each its own answer. */
static void test_jobs(void **state)
{
	struct rig r;
	struct groups_out o[3];
	rig_init(&r);
	for (uint64_t i = 0; i < 3; i++)
		groups_job_start(r.s, carrying(&r, GROUPS_ID_IMPORT, 10 + i), GROUPS_JOB_PFX_OPEN);
	for (size_t i = 0; i < 3; i++)
		o[i] = next(&r);
	assert_true(o[0].number != o[1].number && o[1].number != o[2].number);
	groups_job_done(r.s, o[2].number, ERR_MALFORMED, span_of(NULL, 0), r.now);
	groups_job_done(r.s, o[0].number, ERR_NOMEM, span_of(NULL, 0), r.now);
	struct groups_out a = next(&r);
	assert_true(a.number == 12 && a.err == ERR_MALFORMED);
	a = next(&r);
	assert_true(a.number == 10 && a.err == ERR_NOMEM);
	assert_string_equal(a.text, err_text(ERR_NOMEM));
	nothing_left(&r);
	groups_stop(r.s, r.now);
	a = next(&r);
	assert_true(a.number == 11 && a.err == ERR_STOPPING);
	rig_fini(&r);
}

/* ---- answers ---- */

/* D8: what was done waits for what was put; what failed rests on nothing. */
static void test_after(void **state)
{
	struct rig r;
	rig_init(&r);
	r.s->put = 41;
	groups_answer(r.s, call_of(&r, GROUPS_ID_SET, 1), OK, NULL);
	r.s->put = 42;
	groups_answer(r.s, call_of(&r, GROUPS_ID_SET, 2), ERR_RANGE, "too long");
	groups_answer(r.s, call_of(&r, GROUPS_ID_SET, 3), OK, "not for a success");
	struct groups_out o = next(&r);
	assert_true(o.number == 1 && o.after == 41 && !o.text[0]);
	o = next(&r);
	assert_true(o.number == 2 && o.after == 0);
	assert_string_equal(o.text, "too long");
	o = next(&r);
	assert_true(o.number == 3 && o.after == 42 && !o.text[0]);
	nothing_left(&r);
	rig_fini(&r);
}

static void test_text(void **state)
{
	struct rig r;
	char many[400];
	rig_init(&r);
	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = 0;
	struct groups_call *c = call_of(&r, GROUPS_JOIN, 1);
	groups_words(c->out.text, sizeof(c->out.text), span_str("said before"));
	groups_answer(r.s, c, ERR_DENIED, "said late");
	groups_answer(r.s, call_of(&r, GROUPS_JOIN, 2), ERR_DENIED, NULL);
	groups_answer(r.s, call_of(&r, GROUPS_JOIN, 3), ERR_DENIED, many);
	assert_string_equal(next(&r).text, "said before");
	assert_string_equal(next(&r).text, err_text(ERR_DENIED));
	struct groups_out o = next(&r);
	assert_int_equal(strlen(o.text), sizeof(o.text) - 1);
	rig_fini(&r);
}

/* What nobody waits for is done without a word. */
static void test_nobody(void **state)
{
	struct rig r;
	rig_init(&r);
	(void)carrying(&r, GROUPS_SET, 0);
	assert_false(list_empty(&r.s->calls));
	groups_answer(r.s, LIST_ENTRY(r.s->calls.next, struct groups_call, all), OK, NULL);
	assert_wiped();
	assert_true(list_empty(&r.s->calls));
	nothing_left(&r);
	rig_fini(&r);
}

/* Events of groups, then answers, then work: an answer may come of an event. */
static void test_order(void **state)
{
	struct rig r;
	rig_init(&r);
	(void)rig_person(&r, "Ann");
	(void)rig_group(&r, "Home");
	groups_job_start(r.s, carrying(&r, GROUPS_ID_EXPORT, 70), GROUPS_JOB_PFX_MAKE);
	groups_answer(r.s, call_of(&r, GROUPS_OPEN, 71), OK, NULL);
	struct groups_entry *e = LIST_ENTRY(r.s->entries.next, struct groups_entry, all);
	(void)group_tell(e->group, GROUP_EVENT_FULL);
	assert_int_equal(next(&r).event->kind, GROUP_EVENT_FULL);
	assert_int_equal(next(&r).number, 71);
	assert_int_equal(next(&r).kind, GROUPS_OUT_JOB);
	nothing_left(&r);
	rig_fini(&r);
}

/* ---- what is waited for ---- */

static void test_waiting(void **state)
{
	struct rig r;
	rig_init(&r);
	struct groups_call *a = call_of(&r, GROUPS_SET, 1), *b = call_of(&r, GROUPS_GRANT, 2);
	a->waits = GROUPS_WAIT_TURN;
	b->waits = GROUPS_WAIT_GRAPH;
	a->awaited = b->awaited = 9;
	assert_ptr_equal(groups_call_waiting(r.s, GROUPS_WAIT_TURN, 9), a);
	assert_ptr_equal(groups_call_waiting(r.s, GROUPS_WAIT_GRAPH, 9), b);
	assert_null(groups_call_waiting(r.s, GROUPS_WAIT_JOB, 9));
	assert_null(groups_call_waiting(r.s, GROUPS_WAIT_TURN, 8));
	groups_answer(r.s, a, ERR_TIMEOUT, NULL);
	assert_null(groups_call_waiting(r.s, GROUPS_WAIT_TURN, 9)); /* it is answered */
	const struct graph_out stray = { .number = 8, .err = OK };
	groups_graph_reply(r.s, &stray, r.now);
	assert_ptr_equal(groups_call_waiting(r.s, GROUPS_WAIT_GRAPH, 9), b);
	rig_fini(&r);
}

/* A group that is no more: who waits for it is told, and nobody else. */
static void test_end(void **state)
{
	struct rig r;
	rig_init(&r);
	struct groups_entry gone = { .number = 1 }, stays = { .number = 2 };
	struct groups_call *a = call_of(&r, GROUPS_SET, 1), *b = call_of(&r, GROUPS_SET, 2),
			   *c = call_of(&r, GROUPS_ID_EXPORT, 3), *d = call_of(&r, GROUPS_SET, 4);
	a->entry = d->entry = &gone;
	b->entry = &stays;
	groups_calls_end(r.s, &gone, ERR_STATE);
	assert_null(a->entry);
	assert_ptr_equal(b->entry, &stays);
	struct groups_out o = next(&r);
	assert_true(o.number == 1 && o.err == ERR_STATE);
	assert_int_equal(next(&r).number, 4);
	nothing_left(&r);
	groups_call_free(r.s, b);
	groups_call_free(r.s, c);
	groups_call_free(r.s, NULL);
	rig_fini(&r);
}

/* Graphs say no at once: that is an answer like any other. */
static void test_refused_at_once(void **state)
{
	struct rig r;
	rig_init(&r);
	struct groups_entry e = { .number = 1 };
	struct graphs_command g = { .kind = GRAPHS_CLOSE, .id = rig_word("none") };
	struct groups_call *c = call_of(&r, GROUPS_SET, 6);
	c->entry = &e;
	failing_env_fail_at(&r.f, 1);
	groups_ask(r.s, c, &g);
	r.f.fail_at = 0;
	assert_true(r.f.failed);
	struct groups_out o = next(&r);
	assert_true(o.number == 6 && o.err == ERR_NOMEM);
	rig_fini(&r);
}

/* ---- time ---- */

/* Sessions and records ask a group what time it is while nothing is due there (GROUP-13.11). */
static void test_clock(void **state)
{
	struct rig r;
	rig_init(&r);
	(void)rig_person(&r, "Ann");
	(void)rig_group(&r, "Home");
	struct groups_entry *e = LIST_ENTRY(r.s->entries.next, struct groups_entry, all);
	const struct mono later = mono_add(r.now, MONO_SEC);
	groups_clock(r.s, later);
	assert_true(e->group->now.us == later.us);
	assert_true(groups_now(r.s) == r.s->wall.us + mono_since(later, r.s->wall_at));
	rig_fini(&r);
}

/* ---- memory ---- */

static void test_memory(void **state)
{
	struct rig r;
	rig_init(&r);
	failing_env_fail_at(&r.f, 1);
	assert_null(groups_call_new(r.s, GROUPS_OPEN, 1));
	assert_true(list_empty(&r.s->calls));
	struct groups_call *c = carrying(&r, GROUPS_OPEN, 1);
	failing_env_fail_at(&r.f, 1);
	assert_null(groups_call_room(r.s, c, 16));
	assert_wiped(); /* what was there is gone all the same */
	assert_int_equal(c->n_bytes, 0);
	r.f.fail_at = 0;
	/* Its memory is that of the answer: that needs none. */
	r.f.fail_on = true;
	failing_env_fail_at(&r.f, 1);
	groups_answer(r.s, c, OK, NULL);
	assert_int_equal(next(&r).number, 1);
	r.f.fail_at = 0;
	r.f.fail_on = false;
	const struct groups_command k = { .kind = GROUPS_LEAVE };
	failing_env_fail_at(&r.f, 1);
	assert_int_equal(groups_command(r.s, &k, 7, r.now), ERR_NOMEM);
	nothing_left(&r);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wiped), cmocka_unit_test(test_job),
		cmocka_unit_test(test_jobs),  cmocka_unit_test(test_after),
		cmocka_unit_test(test_text),  cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_order), cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_end),   cmocka_unit_test(test_refused_at_once),
		cmocka_unit_test(test_clock), cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
