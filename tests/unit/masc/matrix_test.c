/* MASC-4.1, MASC-4.2: every state, and every cell of the session matrix, by
 * name. A row says what comes out when the event meets the state, and which
 * timers run afterwards: r retry, h hold, k keepalive. */
#include "rig.h"

#include "masc/masc_int.h"

#define UPDATE_HEX                                                                                 \
	"0028 02 00 0024 04 00 00 04 0000 6b49d200 00278d00 00278d00 00000007 00000001 "           \
	"efc00000 fffc0000"

static struct session *session_of(struct rig *r)
{
	return r->m->peers[0]->main;
}

static bool has_stream(struct rig *r)
{
	struct link *l = session_of(r)->link;
	return l && l->up;
}

static void to_state(struct rig *r, enum masc_state s)
{
	rig_init(r, "domain=100 node=10 profile=lab");
	rig_peer(r, "north", "address=192.0.2.1 local_address=192.0.2.99 role=child domain=7");
	rig_start(r);
	if (s != MASC_IDLE)
		rig_tick(r);
	if (s == MASC_ACTIVE)
		rig_down(r, 1, ERR_REFUSED);
	if (s >= MASC_OPENSENT)
		rig_up(r, 1);
	if (s >= MASC_OPENCONFIRM)
		rig_open(r, 1, MASC_PARENT, 9, 7, 1, 0);
	/* One more says that it has told all it knows: MASC-12.3. */
	for (int i = 0; s >= MASC_ESTABLISHED && i < 2; i++)
		rig_keepalive(r, 1);
	rig_discard(r);
	assert_int_equal(session_of(r)->state, s);
}

/* Through the front door where the outside can cause the event in this state;
 * by hand where it cannot, so that those cells are proved too. */
static void by_hand(struct rig *r, enum session_event kind)
{
	static const struct wire_open o = { .version = 1, .family = MASC_IPV4 };
	static const struct wire_error e = { .code = 1, .subcode = 2 };
	static const struct wire_notification n = { .code = 7 };
	const struct event ev = { .kind = kind,
				  .open = &o,
				  .error = &e,
				  .n = &n,
				  .why = ERR_CLOSED,
				  .ending = END_STOPPED };
	session_event(session_of(r), &ev, r->now);
}

static void from_wrong_place(struct rig *r)
{
	struct addr from = rig_addr("192.0.2.1:50000");
	struct addr to = rig_addr("192.0.2.98");
	masc_link_accepted(r->m, 8, &to, &from, r->now);
}

static void goes_down(struct rig *r, enum session_event kind)
{
	struct link *l = session_of(r)->link;
	if (l && l->up == (kind == EV_TCP_CLOSED))
		rig_down(r, l->number, kind == EV_TCP_CLOSED ? ERR_CLOSED : ERR_REFUSED);
	else
		by_hand(r, kind);
}

static void message(struct rig *r, enum session_event kind)
{
	if (!has_stream(r))
		by_hand(r, kind);
	else if (kind == EV_OPEN_GOOD)
		rig_open(r, 1, MASC_PARENT, 9, 7, 1, 0);
	else if (kind == EV_BAD_MESSAGE)
		rig_hex(r, 1, "0004 09 00");
	else if (kind == EV_KEEPALIVE)
		rig_keepalive(r, 1);
	else if (kind == EV_UPDATE)
		rig_hex(r, 1, UPDATE_HEX);
	else
		rig_notify(r, 1, 3, 10, kind == EV_NOTIFIED_OPEN);
}

static void calls(struct rig *r, enum session_event kind)
{
	rig_accept(r, 8, "192.0.2.1:50000");
}

static void calls_wrong_place(struct rig *r, enum session_event kind)
{
	from_wrong_place(r);
}

static void cause(struct rig *r, enum session_event kind)
{
	static void (*const causes[SESSION_EVENT_COUNT])(struct rig *, enum session_event) = {
		[EV_START] = by_hand,
		[EV_STOP] = by_hand,
		[EV_TCP_UP] = calls,
		[EV_TCP_FAILED] = goes_down,
		[EV_TCP_CLOSED] = goes_down,
		[EV_RETRY_TIMER] = by_hand,
		[EV_OPEN_GOOD] = message,
		[EV_WRONG_SOURCE] = calls_wrong_place,
		[EV_BAD_MESSAGE] = message,
		[EV_KEEPALIVE] = message,
		[EV_UPDATE] = message,
		[EV_NOTIFIED_CLOSE] = message,
		[EV_NOTIFIED_OPEN] = message,
		[EV_HOLD_TIMER] = by_hand,
		[EV_KEEPALIVE_TIMER] = by_hand,
	};
	causes[kind](r, kind);
}

struct cell {
	const char *out, *timers;
};

#define CEASED(s)  "send 1 N7/0; sent 7/0; close 1; state " s ">idle"
#define ENDS(e, s) "send 1 N" e "; sent " e "; close 1; state " s ">idle"
#define BAD(s)	   "send 1 N1/2 00040900; sent 1/2; close 1; state " s ">idle"

/* clang-format off */
static const struct cell cells[MASC_STATE_COUNT][SESSION_EVENT_COUNT] = {
	[MASC_IDLE] = {
		[EV_START] = { "dial 1; state idle>connect", "r" },
		[EV_STOP] = { "", "r" },
		[EV_TCP_UP] = { "close 8", "r" },
		[EV_TCP_FAILED] = { "", "r" },
		[EV_TCP_CLOSED] = { "", "r" },
		[EV_RETRY_TIMER] = { "", "r" },
		[EV_WRONG_SOURCE] = { "refused; close 8", "r" },
		[EV_OPEN_GOOD] = { "", "r" },
		[EV_BAD_MESSAGE] = { "", "r" },
		[EV_KEEPALIVE] = { "", "r" },
		[EV_UPDATE] = { "", "r" },
		[EV_NOTIFIED_CLOSE] = { "", "r" },
		[EV_NOTIFIED_OPEN] = { "", "r" },
		[EV_HOLD_TIMER] = { "", "r" },
		[EV_KEEPALIVE_TIMER] = { "", "r" },
	},
	[MASC_CONNECT] = {
		[EV_START] = { "", "r" },
		[EV_STOP] = { "close 1; state connect>idle", "" },
		[EV_TCP_UP] = { "send 8 OPEN; state connect>opensent", "h" },
		[EV_TCP_FAILED] = { "dial-failed REFUSED; state connect>active", "r" },
		[EV_TCP_CLOSED] = { "close 1; state connect>idle", "r" },
		[EV_RETRY_TIMER] = { "close 1; dial-failed TIMEOUT; dial 3", "r" },
		[EV_WRONG_SOURCE] = { "refused; close 8", "r" },
		[EV_OPEN_GOOD] = { "close 1; state connect>idle", "r" },
		[EV_BAD_MESSAGE] = { "close 1; state connect>idle", "r" },
		[EV_KEEPALIVE] = { "close 1; state connect>idle", "r" },
		[EV_UPDATE] = { "close 1; state connect>idle", "r" },
		[EV_NOTIFIED_CLOSE] = { "close 1; state connect>idle", "r" },
		[EV_NOTIFIED_OPEN] = { "close 1; state connect>idle", "r" },
		[EV_HOLD_TIMER] = { "", "r" },
		[EV_KEEPALIVE_TIMER] = { "", "r" },
	},
	[MASC_ACTIVE] = {
		[EV_START] = { "", "r" },
		[EV_STOP] = { "state active>idle", "" },
		[EV_TCP_UP] = { "send 8 OPEN; state active>opensent", "h" },
		[EV_TCP_FAILED] = { "state active>idle", "r" },
		[EV_TCP_CLOSED] = { "state active>idle", "r" },
		[EV_RETRY_TIMER] = { "dial 3; state active>connect", "r" },
		[EV_WRONG_SOURCE] = { "refused; close 8", "r" },
		[EV_OPEN_GOOD] = { "state active>idle", "r" },
		[EV_BAD_MESSAGE] = { "state active>idle", "r" },
		[EV_KEEPALIVE] = { "state active>idle", "r" },
		[EV_UPDATE] = { "state active>idle", "r" },
		[EV_NOTIFIED_CLOSE] = { "state active>idle", "r" },
		[EV_NOTIFIED_OPEN] = { "state active>idle", "r" },
		[EV_HOLD_TIMER] = { "", "r" },
		[EV_KEEPALIVE_TIMER] = { "", "r" },
	},
	[MASC_OPENSENT] = {
		[EV_START] = { "", "h" },
		[EV_STOP] = { CEASED("opensent"), "" },
		[EV_TCP_UP] = { "send 8 OPEN", "h" },
		[EV_TCP_FAILED] = { "", "h" },
		[EV_TCP_CLOSED] = { "state opensent>active", "r" },
		[EV_RETRY_TIMER] = { ENDS("5/1", "opensent"), "r" },
		[EV_WRONG_SOURCE] = { "refused; close 8", "h" },
		[EV_OPEN_GOOD] = { "send 1 KEEPALIVE; state opensent>openconfirm", "hk" },
		[EV_BAD_MESSAGE] = { BAD("opensent"), "r" },
		[EV_KEEPALIVE] = { ENDS("5/1", "opensent"), "r" },
		[EV_UPDATE] = { ENDS("5/1", "opensent"), "r" },
		[EV_NOTIFIED_CLOSE] = { "heard 3/10; close 1; state opensent>idle", "r" },
		[EV_NOTIFIED_OPEN] = { "heard 3/10+; close 1; state opensent>idle", "r" },
		[EV_HOLD_TIMER] = { ENDS("4/0", "opensent"), "r" },
		[EV_KEEPALIVE_TIMER] = { "", "h" },
	},
	[MASC_OPENCONFIRM] = {
		[EV_START] = { "", "hk" },
		[EV_STOP] = { CEASED("openconfirm"), "" },
		[EV_TCP_UP] = { "send 8 OPEN", "hk" },
		[EV_TCP_FAILED] = { "", "hk" },
		[EV_TCP_CLOSED] = { "state openconfirm>idle", "r" },
		[EV_RETRY_TIMER] = { ENDS("5/0", "openconfirm"), "r" },
		[EV_WRONG_SOURCE] = { "refused; close 8", "hk" },
		[EV_OPEN_GOOD] = { ENDS("5/0", "openconfirm"), "r" },
		[EV_BAD_MESSAGE] = { BAD("openconfirm"), "r" },
		[EV_KEEPALIVE] = { "send 1 KEEPALIVE; state openconfirm>established; up",
				   "hk" },
		[EV_UPDATE] = { ENDS("5/0", "openconfirm"), "r" },
		[EV_NOTIFIED_CLOSE] = { "heard 3/10; close 1; state openconfirm>idle", "r" },
		[EV_NOTIFIED_OPEN] = { "heard 3/10+", "hk" },
		[EV_HOLD_TIMER] = { ENDS("4/0", "openconfirm"), "r" },
		[EV_KEEPALIVE_TIMER] = { "send 1 KEEPALIVE", "hk" },
	},
	[MASC_ESTABLISHED] = {
		[EV_START] = { "", "hk" },
		[EV_STOP] = { CEASED("established") "; down 7/0", "" },
		[EV_TCP_UP] = { "collision 8 for 1 ours established; send 8 N7/0; sent 7/0; close 8", "hk" },
		[EV_TCP_FAILED] = { "", "hk" },
		[EV_TCP_CLOSED] = { "state established>idle; down CLOSED", "r" },
		[EV_RETRY_TIMER] = { ENDS("5/0", "established") "; down 5/0", "r" },
		[EV_WRONG_SOURCE] = { "refused; close 8", "hk" },
		[EV_OPEN_GOOD] = { ENDS("5/0", "established") "; down 5/0", "r" },
		[EV_BAD_MESSAGE] = { BAD("established") "; down 1/2", "r" },
		[EV_KEEPALIVE] = { "", "hk" },
		[EV_UPDATE] = { "range 239.192.0.0/14", "hk" },
		[EV_NOTIFIED_CLOSE] = { "heard 3/10; close 1; state established>idle; down 3/10",
					"r" },
		[EV_NOTIFIED_OPEN] = { "heard 3/10+", "hk" },
		[EV_HOLD_TIMER] = { ENDS("4/0", "established") "; down 4/0", "r" },
		[EV_KEEPALIVE_TIMER] = { "send 1 KEEPALIVE", "hk" },
	},
};
/* clang-format on */

static const char *event_name(enum session_event e)
{
	static const char *const names[] = {
#define X(name) #name,
		SESSION_EVENTS(X)
#undef X
	};
	return names[e];
}

static void timers_text(struct rig *r, char out[4])
{
	struct session *s = session_of(r);
	size_t n = 0;
	if (timer_armed(&r->m->peers[0]->retry))
		out[n++] = 'r';
	if (timer_armed(&s->hold))
		out[n++] = 'h';
	if (timer_armed(&s->keepalive))
		out[n++] = 'k';
	out[n] = 0;
}

static void check_cell(enum masc_state s, enum session_event e)
{
	struct rig r;
	char timers[4];
	const struct cell *c = &cells[s][e];
	assert_non_null(c->out);
	to_state(&r, s);
	cause(&r, e);
	const char *out = rig_out(&r);
	timers_text(&r, timers);
	if (strcmp(out, c->out) != 0 || strcmp(timers, c->timers) != 0)
		fail_msg("%s meets %s: \"%s\" timers \"%s\", wanted \"%s\" timers \"%s\"",
			 masc_state_text(s), event_name(e), out, timers, c->out, c->timers);
	rig_fini(&r);
}

static void check_row(enum masc_state s)
{
	for (int e = 0; e < SESSION_EVENT_COUNT; e++)
		check_cell(s, (enum session_event)e);
}

#define ROW(name, state)                                                                           \
	static void name(void **unused)                                                            \
	{                                                                                          \
		check_row(state);                                                                  \
	}

ROW(idle, MASC_IDLE)
ROW(connect_, MASC_CONNECT)
ROW(active, MASC_ACTIVE)
ROW(opensent, MASC_OPENSENT)
ROW(openconfirm, MASC_OPENCONFIRM)
ROW(established, MASC_ESTABLISHED)

/* Timers that run again are not the same as timers that go on. */
static int64_t hold_left(struct rig *r)
{
	return mono_since(session_of(r)->hold.at, r->now);
}

static void hold_restarts_where_the_matrix_says(void **unused)
{
	static const struct {
		enum masc_state s;
		enum session_event e;
		bool restarts;
	} rows[] = {
		{ MASC_OPENCONFIRM, EV_NOTIFIED_OPEN, false },
		{ MASC_OPENCONFIRM, EV_KEEPALIVE, true },
		{ MASC_ESTABLISHED, EV_KEEPALIVE, true },
		{ MASC_ESTABLISHED, EV_UPDATE, true },
		{ MASC_ESTABLISHED, EV_NOTIFIED_OPEN, true },
		{ MASC_ESTABLISHED, EV_KEEPALIVE_TIMER, false },
		{ MASC_ESTABLISHED, EV_TCP_UP, false },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig r;
		to_state(&r, rows[i].s);
		r.now = mono_add(r.now, MONO_SEC);
		cause(&r, rows[i].e);
		assert_int_equal(hold_left(&r), (rows[i].restarts ? 9 : 8) * MONO_SEC);
		rig_fini(&r);
	}
}

static void retry_restarts_on_a_wrong_source_in_active(void **unused)
{
	struct rig r;
	to_state(&r, MASC_ACTIVE);
	struct mono before = rig_info(&r, 0).retry;
	r.now = mono_add(r.now, MONO_SEC);
	from_wrong_place(&r);
	assert_true(rig_info(&r, 0).retry.us != before.us);
	assert_true(mono_since(rig_info(&r, 0).retry, r.now) >= 1500 * MONO_MS);
	assert_true(mono_since(rig_info(&r, 0).retry, r.now) <= 2500 * MONO_MS);
	rig_fini(&r);
}

static void our_dial_comes_up_in_connect(void **unused)
{
	struct rig r;
	to_state(&r, MASC_CONNECT);
	rig_up(&r, 1);
	rig_expect(&r, "send 1 OPEN; state connect>opensent");
	assert_true(rig_info(&r, 0).opened_by_us);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle),
		cmocka_unit_test(connect_),
		cmocka_unit_test(active),
		cmocka_unit_test(opensent),
		cmocka_unit_test(openconfirm),
		cmocka_unit_test(established),
		cmocka_unit_test(hold_restarts_where_the_matrix_says),
		cmocka_unit_test(retry_restarts_on_a_wrong_source_in_active),
		cmocka_unit_test(our_dial_comes_up_in_connect),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
