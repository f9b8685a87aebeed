/* Who wants in by a secret, as the provider of a graph, against a member's session. */
#include "group/joiner.h"
#include "join_rig.h"

static struct join_rig j;
static struct group_joiner *g;
static struct graph_provider p;

static int64_t now(void *ctx)
{
	return RIG_NOW;
}

static void begin(void)
{
	join_rig_init(&j);
	const struct group_joiner_birth b = {
		.profile = j.t.p,
		.crypto = j.t.c,
		.env = &j.t.end[0].mem.env,
		.group = j.t.group.name,
		.key = j.newcomer.key,
		.certificate = span_of(j.newcomer.idc, j.newcomer.idc_n),
		.name = j.known,
		.prs = j.prs,
		.now = now,
	};
	assert_int_equal(group_joiner_new(&g, &b), OK);
	p = group_joiner_provider(g);
}

static void end(void)
{
	group_joiner_free(g);
	join_rig_fini(&j);
}

/* What the session of end 1 has said since goes to the joiner's, and back. */
static enum err pump(void *session)
{
	struct rig_end *e = &j.t.end[1];
	struct graph_session_out out;
	struct span token = span_of(NULL, 0);
	enum err err = OK;
	bool first = true;
	while (!err && (first || e->heard < e->n_said)) {
		if (!first) {
			const struct rig_frame *f = &e->said[e->heard++];
			token = span_of(f->p, f->n);
		}
		first = false;
		do {
			err = p.ops->step(session, token, &out);
			token = span_of(NULL, 0);
			assert_false(out.done);
			uint8_t copy[20000];
			assert_true(out.bytes.n <= sizeof copy);
			if (!out.bytes.n)
				continue;
			memcpy(copy, out.bytes.p, out.bytes.n);
			if (!e->err)
				rig_step(&j.t, 1, span_of(copy, out.bytes.n));
		} while (!err && out.more);
	}
	return err;
}

/* One call of the member; the error that the graph sees. */
static enum err call(void)
{
	void *session;
	const struct graph_parties *parties = &j.t.end[0].parties;
	assert_int_equal(p.ops->session_new(p.ctx, parties, &session), OK);
	rig_open(&j.t, 1);
	assert_int_equal(j.t.end[1].err, OK);
	enum err e = pump(session);
	p.ops->session_free(session);
	rig_close(&j.t);
	return e;
}

static struct group_joiner_info look(void)
{
	struct group_joiner_info i;
	group_joiner_look(g, &i);
	return i;
}

/* GROUP-13.13 */
static void a_link_ends_with_the_membership(void **state)
{
	begin();
	assert_int_equal(call(), ERR_CLOSED);
	assert_int_equal(look().fault, GROUP_FAULT_NONE);
	assert_true(look().heard);
	assert_true(span_eq(look().chain, rig_chain(&j.newcomer)));
	assert_int_equal(j.admitted, 1);
	end();
}

/* GROUP-13.7, GROUP-13.14 */
static void after_a_wrong_guess_there_is_none(void **state)
{
	begin();
	j.prs[0] ^= 1;
	assert_int_equal(call(), ERR_DENIED);
	assert_true(look().guessed && look().proved);
	assert_int_equal(look().fault, GROUP_FAULT_WRONG_SECRET);
	assert_int_equal(j.wrong, 1);
	group_joiner_again(g);
	rig_is(&j.t, 1, &j.t.ann);
	assert_int_equal(call(), ERR_DENIED);
	assert_int_equal(j.wrong, 1);
	assert_true(look().guessed);
	end();
}

/* GROUP-13.7: also one that was right, and led to nothing. */
static void a_member_gets_one_proof(void **state)
{
	struct rig_person cid;
	begin();
	j.admits = GROUP_DOOR_WAIT;
	assert_int_equal(call(), ERR_DENIED);
	assert_int_equal(look().wait_s, 30);
	assert_false(look().guessed);
	j.admits = GROUP_DOOR_OPEN;
	group_joiner_again(g);
	assert_int_equal(look().wait_s, 0);
	assert_false(look().heard);
	assert_int_equal(call(), ERR_DENIED);
	assert_int_equal(look().fault, GROUP_FAULT_ASKED_BEFORE);
	/* Another member is another. */
	rig_person_init(&j.t, &cid, "cid", RIG_BORN);
	rig_admit(&j.t, &j.t.ann, &cid, CRYPTO_ROLE_INVITER, RIG_BORN, 0);
	rig_is(&j.t, 1, &cid);
	group_joiner_again(g);
	assert_int_equal(call(), ERR_CLOSED);
	assert_true(look().chain.n > 0);
	rig_person_fini(&cid);
	end();
}

/* GROUP-13.28: where it is refused before a proof it may be the secret of another. */
static void another_name_may_be_tried(void **state)
{
	struct group_secret_name wrong;
	uint8_t prs[GROUP_SECRET_PRS] = { 1 };
	begin();
	wrong = j.known;
	wrong.id[0] ^= 1;
	group_joiner_take(g, &wrong, prs);
	assert_int_equal(call(), ERR_DENIED);
	assert_int_equal(look().fault, GROUP_FAULT_NO_SECRET);
	assert_true(look().refused && !look().proved);
	group_joiner_again(g);
	assert_false(look().refused);
	group_joiner_take(g, &j.known, j.prs);
	assert_int_equal(call(), ERR_CLOSED);
	assert_true(look().chain.n > 0 && look().proved);
	end();
}

static void it_is_no_member(void **state)
{
	struct graph_parties called;
	struct graph_record r = { .version = 1 };
	struct span security;
	void *session;
	begin();
	called = j.t.end[1].parties;
	assert_int_equal(p.ops->session_new(p.ctx, &called, &session), ERR_DENIED);
	assert_int_equal(p.ops->secure(p.ctx, &r, GRAPH_CHANGE_ADDED, &security), ERR_DENIED);
	assert_int_equal(p.ops->validate(p.ctx, &r, GRAPH_CHANGE_ADDED), GRAPH_INVALID);
	end();
}

/* A graph lets go of its links after it was closed. */
static void a_session_may_be_last(void **state)
{
	void *session;
	begin();
	assert_int_equal(p.ops->session_new(p.ctx, &j.t.end[0].parties, &session), OK);
	group_joiner_free(g);
	p.ops->session_free(session);
	join_rig_fini(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_ends_with_the_membership),
		cmocka_unit_test(after_a_wrong_guess_there_is_none),
		cmocka_unit_test(a_member_gets_one_proof),
		cmocka_unit_test(another_name_may_be_tried),
		cmocka_unit_test(it_is_no_member),
		cmocka_unit_test(a_session_may_be_last),
	};
	return cmocka_run_group_tests_name("joiner", tests, NULL, NULL);
}
