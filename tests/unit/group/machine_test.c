/* The machines of a connection, cell by cell: what is written here is written again, from
 * the tables of the document and not of the code. */
#include "session_rig.h"

static const enum group_session_event events[] = {
#define X(name) GROUP_SESSION_##name,
	GROUP_SESSION_EVENTS(X)
#undef X
};

/* A letter a cell: '=' stays; '-' out of order; 'p' password; 'c' CONNECTED; 'h' HELLO_SENT
 * with our flight; 'k' known or not; 'j' judged; 'K', 'J' likewise, with our flight; '!' over;
 * 't' is told; '*' is a step of a joining, which join_test.c goes through. Columns as GROUP_SESSION_EVENTS.
 * GROUP-8.14 */
static const char *const cells[2][GROUP_SESSION_STATE_COUNT] = {
	{
		[GROUP_SESSION_TLS] = "c=------------",
		[GROUP_SESSION_CONNECTED] = "-h*-----------",
		[GROUP_SESSION_HELLO_SENT] = "-=-kj-------t-",
		[GROUP_SESSION_KNOCKED] = "-=----*---*---",
		[GROUP_SESSION_PASSWORD_SENT] = "-=------*-*---",
		[GROUP_SESSION_SHARED] = "--------------",
		[GROUP_SESSION_ADMITTING] = "--------------",
		[GROUP_SESSION_COMPLETE] = "-=------------",
		[GROUP_SESSION_ENDED] = "!!!!!!!!!!!!!!",
	},
	{
		[GROUP_SESSION_TLS] = "c=------------",
		[GROUP_SESSION_CONNECTED] = "-=-KJp--------",
		[GROUP_SESSION_HELLO_SENT] = "--------------",
		[GROUP_SESSION_KNOCKED] = "--------------",
		[GROUP_SESSION_PASSWORD_SENT] = "--------------",
		[GROUP_SESSION_SHARED] = "-=-----*------",
		[GROUP_SESSION_ADMITTING] = "-=---------*--",
		[GROUP_SESSION_COMPLETE] = "-=------------",
		[GROUP_SESSION_ENDED] = "!!!!!!!!!!!!!!",
	},
};

/* A session of end i in that state, which has seen the other's identity. */
static struct group_session *in_state(struct session_rig *t, int i, enum group_session_state state)
{
	rig_open(t, i);
	struct group_session *s = t->end[i].session;
	struct span name = span_str(t->end[!i].who->name);
	struct span public = crypto_key_public(t->end[!i].who->key);
	s->peer = env_copy(&t->end[i].mem.env, name.p, name.n);
	assert_non_null(s->peer);
	memcpy(s->public, public.p, public.n);
	s->state = state;
	return s;
}

static struct group_flight flight(struct session_rig *t, int i, enum group_session_event event)
{
	const struct group_session *s = t->end[i].session;
	return (struct group_flight){
		.event = event,
		.binding = span_of(s->binding, t->p->hello_binds ? GROUP_BINDING : 0),
		.gmc = rig_chain(t->end[!i].who),
	};
}

static void assert_went_on(struct session_rig *t, int i, enum err e, enum group_session_state state,
			   bool says)
{
	const struct group_session *s = t->end[i].session;
	assert_int_equal(e, OK);
	assert_int_equal(s->state, state);
	assert_int_equal(s->out.n > 0, says);
	assert_int_equal(t->end[i].failures, 0);
}

static void assert_ended(struct session_rig *t, int i, enum err e, enum err want,
			 enum group_session_fault fault)
{
	const struct group_session *s = t->end[i].session;
	assert_int_equal(e, want);
	assert_int_equal(s->state, GROUP_SESSION_ENDED);
	assert_int_equal(s->out.n, 0);
	assert_int_equal(t->end[i].fault, fault);
	assert_int_equal(t->end[i].failures, fault != GROUP_FAULT_NONE);
}

static enum err run(struct session_rig *t, int i, enum group_session_state state,
		    enum group_session_event event)
{
	struct group_session *s = in_state(t, i, state);
	const struct group_flight f = flight(t, i, event);
	return group_session_run(s, event, &f);
}

static void assert_cell(struct session_rig *t, int i, enum group_session_state state,
			enum group_session_event event)
{
	char cell = cells[i][state][event];
	if (cell == '*')
		return;
	t->end[i].knows = true;
	enum err e = run(t, i, state, event);
	switch (cell) {
	case '=':
	case 'c':
		assert_went_on(t, i, e, cell == 'c' ? GROUP_SESSION_CONNECTED : state, false);
		break;
	case 'h':
		assert_went_on(t, i, e, GROUP_SESSION_HELLO_SENT, true);
		break;
	case 'k':
	case 'j':
	case 'K':
	case 'J':
		assert_went_on(t, i, e, GROUP_SESSION_COMPLETE, cell == 'K' || cell == 'J');
		assert_int_equal(t->end[i].learned, cell == 'j' || cell == 'J');
		break;
	case '-':
		assert_ended(t, i, e, ERR_STATE, GROUP_FAULT_ORDER);
		break;
	case 't':
		assert_ended(t, i, e, ERR_DENIED, GROUP_FAULT_OUT);
		assert_int_equal(t->end[i].learned, 1);
		break;
	case 'p':
		assert_ended(t, i, e, ERR_DENIED, GROUP_FAULT_PASSWORD);
		break;
	default:
		assert_int_equal(cell, '!');
		assert_ended(t, i, e, ERR_STATE, GROUP_FAULT_NONE);
	}
	rig_close(t);
}

/* GROUP-8.14, pins P18 and P19 */
static void each_cell_does_what_it_says(void **state)
{
	struct session_rig t;
	session_rig_init(&t, CRYPTO_MODERN);
	for (int i = 0; i < 2; i++)
		for (enum group_session_state s = 0; s < GROUP_SESSION_STATE_COUNT; s++) {
			assert_int_equal(strlen(cells[i][s]), GROUP_SESSION_EVENT_COUNT);
			for (size_t e = 0; e < GROUP_SESSION_EVENT_COUNT; e++)
				assert_cell(&t, i, s, events[e]);
		}
	session_rig_fini(&t);
}

/* The cells that may say no, and do. */
static void cells_that_judge(void **state)
{
	static const enum group_session_state at[] = { GROUP_SESSION_HELLO_SENT,
						       GROUP_SESSION_CONNECTED };
	struct session_rig t;
	session_rig_init(&t, CRYPTO_MODERN);
	for (int i = 0; i < 2; i++) {
		t.end[i].knows = false;
		enum err e = run(&t, i, at[i], GROUP_SESSION_HELLO);
		assert_ended(&t, i, e, ERR_DENIED, GROUP_FAULT_NO_MEMBERSHIP);
		rig_close(&t);
		for (int k = 0; k < 2; k++) {
			t.end[i].knows = true;
			struct group_session *s = in_state(&t, i, at[i]);
			enum group_session_event event =
				k ? GROUP_SESSION_HELLO_GMC : GROUP_SESSION_HELLO;
			uint8_t other[GROUP_BINDING];
			memcpy(other, s->binding, sizeof other);
			other[31] ^= 1;
			struct group_flight f = flight(&t, i, event);
			f.binding = span_of(other, sizeof other);
			assert_ended(&t, i, group_session_run(s, event, &f), ERR_DENIED,
				     GROUP_FAULT_BINDING);
			assert_int_equal(t.end[i].learned, 0);
			rig_close(&t);
		}
	}
	session_rig_fini(&t);
}

/* P18: an authenticator without a membership is authenticated all the same. */
static void an_expired_authenticator_completes(void **state)
{
	struct session_rig t;
	session_rig_init(&t, CRYPTO_MODERN);
	t.end[1].shows = false;
	assert_int_equal(run(&t, 1, GROUP_SESSION_CONNECTED, GROUP_SESSION_HELLO_GMC), OK);
	const struct group_session *s = t.end[1].session;
	assert_int_equal(s->state, GROUP_SESSION_COMPLETE);
	assert_int_equal(s->out.n, 36);
	assert_true(s->alone);
	session_rig_fini(&t);
}

static size_t put(uint8_t *at, enum group_message_type type, struct span body)
{
	const struct group_profile *p = group_profile(CRYPTO_MODERN);
	const uint8_t binding[32] = { 9 };
	const struct group_message m = {
		.type = type, .major = 2, .binding = span_of(binding, 32), .body = body
	};
	struct wr w = wr_of(at, 128);
	group_message_put(&w, p, &m);
	assert_false(w.failed);
	return w.n;
}

static size_t put_password(uint8_t *at, char step)
{
	static const uint8_t octets[GROUP_PROOF];
	uint8_t body[GROUP_PASSWORD_MAX];
	struct wr w = wr_of(body, sizeof body);
	const struct group_password p = {
		.step = step == 'r' ? GROUP_STEP_REFUSE : (enum group_step)(step - '0'),
		.octets = span_of(octets, step < '3' ? GROUP_SHARE : GROUP_PROOF),
		.why = GROUP_DOOR_WAIT,
		.wait_s = 9,
	};
	group_password_put(&w, &p);
	return put(at, GROUP_PASSWORD, wr_span(&w));
}

/* "h": Hello, "g": MyGMC, "y": YourGMC, "1" to "4" and "r": Password of that step. */
static size_t spell(uint8_t *octets, const char *what)
{
	size_t n = 0;
	for (; *what; what++)
		switch (*what) {
		case 'h':
			n += put(octets + n, GROUP_HELLO, span_of(NULL, 0));
			break;
		case 'g':
			n += put(octets + n, GROUP_MY_GMC, span_str("chain"));
			break;
		case 'y':
			n += put(octets + n, GROUP_YOUR_GMC, span_str("yours"));
			break;
		default:
			n += put_password(octets + n, *what);
		}
	return n;
}

static void assert_flight(const char *said, enum group_session_event event)
{
	const struct group_profile *p = group_profile(CRYPTO_MODERN);
	uint8_t octets[512];
	struct group_flight f;
	size_t n = spell(octets, said);
	assert_int_equal(group_flight_read(p, span_of(octets, n), &f), OK);
	assert_int_equal(f.event, event);
	assert_true(span_eq(f.octets, span_of(octets, n)));
	assert_int_equal(f.binding.n, strchr(said, 'h') ? 32 : 0);
	assert_true(span_eq(f.gmc, strchr(said, 'g')   ? span_str("chain")
				   : strchr(said, 'y') ? span_str("yours")
						       : span_of(NULL, 0)));
	assert_int_equal(group_flight_read(p, span_of(octets, n - 1), &f), ERR_STATE);
	octets[n] = 7;
	octets[n + 1] = 7;
	assert_int_equal(group_flight_read(p, span_of(octets, n + 2), &f), ERR_MALFORMED);
}

/* GROUP-8.6 */
static void messages_make_flights(void **state)
{
	static const struct {
		const char *said;
		enum group_session_event event;
	} rows[] = {
		{ "h", GROUP_SESSION_HELLO },		{ "hg", GROUP_SESSION_HELLO_GMC },
		{ "h1", GROUP_SESSION_HELLO_PASSWORD }, { "hg2", GROUP_SESSION_HELLO_GMC_PASSWORD },
		{ "3", GROUP_SESSION_PASSWORD },	{ "4y", GROUP_SESSION_PASSWORD_GMC },
		{ "r", GROUP_SESSION_REFUSED },		{ "y", GROUP_SESSION_YOUR_GMC },
		{ "g", GROUP_SESSION_OTHER },		{ "gh", GROUP_SESSION_OTHER },
		{ "hh", GROUP_SESSION_OTHER },		{ "hgg", GROUP_SESSION_OTHER },
		{ "h2g", GROUP_SESSION_OTHER },		{ "y4", GROUP_SESSION_OTHER },
		{ "hy", GROUP_SESSION_OTHER },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_flight(rows[i].said, rows[i].event);
}

/* GROUP-13.1: a step has its place. */
static void steps_have_their_flights(void **state)
{
	static const char *const bad[] = { "h2", "h3", "h4", "hr", "hg1", "hg3", "hg4", "hgr",
					   "1",	 "2",  "4",  "1y", "2y",  "3y",	 "ry" };
	const struct group_profile *p = group_profile(CRYPTO_MODERN);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		uint8_t octets[512];
		struct group_flight f;
		size_t n = spell(octets, bad[i]);
		assert_int_equal(group_flight_read(p, span_of(octets, n), &f), ERR_MALFORMED);
	}
}

static void flights_have_few_messages(void **state)
{
	uint8_t octets[512];
	struct group_flight f;
	size_t n = spell(octets, "hg2y");
	assert_int_equal(group_flight_read(group_profile(CRYPTO_MODERN), span_of(octets, n), &f),
			 ERR_MALFORMED);
}

/* A fault that the table of errors does not have would be taken for success. */
static void each_fault_is_an_error(void **state)
{
	for (enum group_session_fault f = 0; f < GROUP_SESSION_FAULT_COUNT; f++) {
		struct group_session s = { .fault = GROUP_FAULT_NONE };
		enum err e = group_session_fail(&s, f);
		assert_int_equal(e == OK, f == GROUP_FAULT_NONE);
		assert_int_equal(s.fault, f);
		/* The first one is what it ended by. */
		assert_int_equal(group_session_fail(&s, GROUP_FAULT_ORDER), f ? e : ERR_STATE);
		assert_int_equal(s.fault, f ? f : GROUP_FAULT_ORDER);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cell_does_what_it_says),
		cmocka_unit_test(cells_that_judge),
		cmocka_unit_test(an_expired_authenticator_completes),
		cmocka_unit_test(messages_make_flights),
		cmocka_unit_test(steps_have_their_flights),
		cmocka_unit_test(flights_have_few_messages),
		cmocka_unit_test(each_fault_is_an_error),
	};
	return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
