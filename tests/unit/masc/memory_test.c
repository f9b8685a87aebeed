/* What the machine costs, and that it outlives the lack of any of it. */
#include "rig.h"

#include <stdio.h>

/* An env that knows how many octets are out. */
struct weighed {
	struct env env;
	size_t octets;
	uint64_t state;
};

static void *weighed_resize(void *ctx, void *p, size_t n)
{
	struct weighed *w = ctx;
	size_t *head = p ? (size_t *)p - 2 : NULL;
	if (head)
		w->octets -= head[0];
	if (n == 0) {
		free(head);
		return NULL;
	}
	head = realloc(head, n + 2 * sizeof(size_t));
	assert_non_null(head);
	head[0] = n;
	w->octets += n;
	return head + 2;
}

static void weighed_random(void *ctx, void *p, size_t n)
{
	struct weighed *w = ctx;
	for (size_t i = 0; i < n; i++) {
		w->state = w->state * UINT64_C(6364136223846793005) + 1;
		((uint8_t *)p)[i] = (uint8_t)(w->state >> 33);
	}
}

#define MANY 1000

static void configure(struct masc_config *c, const struct env *env, int n)
{
	masc_config_init(c, env);
	c->domain = rig_id(100);
	c->node = rig_id(10);
	for (int i = 0; i < n; i++) {
		char name[16], address[32];
		struct masc_peer_config *p;
		snprintf(name, sizeof(name), "p%d", i);
		snprintf(address, sizeof(address), "10.0.%d.%d", i / 200, i % 200 + 1);
		assert_int_equal(masc_config_peer(c, span_str(name), &p), OK);
		p->address = rig_addr(address);
		p->role = MASC_PARENT;
		p->domain = rig_id(1000 + (uint32_t)i);
	}
}

static void drain(struct masc *m)
{
	struct masc_out o;
	while (masc_poll(m, &o))
		;
}

static void say(struct masc *m, uint32_t link, uint32_t i, struct mono now)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	struct wire_open o = { .version = 1,
			       .family = MASC_IPV4,
			       .role = MASC_CHILD,
			       .hold_time = 240,
			       .domain = rig_id(1000 + i),
			       .node = rig_id(5000 + i) };
	masc_input(m, link, wire_open_write(&o, room), now);
	masc_input(m, link, wire_keepalive_write(room), now);
}

/* MASC-9.1: an idle session is cheap. */
static void an_idle_session_weighs_little(void **state)
{
	struct weighed w = { .env = { weighed_resize, weighed_random, &w } };
	struct masc_config c;
	struct store_mem *mem;
	struct masc *m;
	struct mono now = { 0 };
	assert_int_equal(store_mem_new(&mem, &w.env), OK);
	configure(&c, &w.env, MANY);
	size_t before = w.octets;
	assert_int_equal(
		masc_new(&m, &c, &w.env, store_mem_store(mem), now, (struct wall){ 0, true }), OK);
	masc_tick(m, now);
	drain(m);
	for (uint32_t i = 0; i < MANY; i++) {
		struct addr a = rig_addr("10.0.0.1");
		masc_link_up(m, 2 * i + 1, &a, &c.peers[i].address, now);
		say(m, 2 * i + 1, i, now);
	}
	drain(m);
	for (size_t i = 0; i < MANY; i++) {
		struct masc_peer_info info;
		masc_peer_info(m, i, &info);
		assert_int_equal(info.state, MASC_ESTABLISHED);
	}
	assert_in_range((w.octets - before) / MANY, 1, 2048);
	/* A keepalive leaves nothing behind. */
	size_t idle = w.octets;
	masc_tick(m, masc_deadline(m));
	drain(m);
	assert_int_equal(w.octets, idle);
	masc_free(m);
	masc_config_free(&c);
	store_mem_free(mem);
	assert_int_equal(w.octets, 0);
}

/* A life with something of everything. What it leads to depends on the memory
 * there is; that it leads somewhere sound does not. */
static void live(struct rig *r)
{
	rig_tick(r);
	rig_discard(r);
	rig_up(r, 1);
	rig_accept(r, 2, "192.0.2.1:50000");
	rig_open(r, 2, MASC_PARENT, 9, 7, 1, 0);
	rig_open(r, 1, MASC_PARENT, 9, 7, 1, 0);
	rig_discard(r);
	rig_hex(r, 1, "00");
	rig_hex(r, 1, "04 04 00 0028 02");
	rig_hex(r, 1,
		"00 0024 04 00 00 07 0000 6b49d200 00278d00 00278d00 00000007 00000001 "
		"efc00000 fffc0000");
	rig_discard(r);
	rig_accept(r, 4, "192.0.2.3:50000");
	rig_accept(r, 6, "192.0.2.3:50001");
	rig_accept(r, 8, "192.0.2.9:50001");
	rig_open(r, 4, MASC_SIBLING, 9, 8, 3, 60);
	rig_discard(r);
	rig_command(r, 1, MASC_COMMAND_DOWN, "north", MONO_HOUR);
	rig_discard(r);
	rig_command(r, 2, MASC_COMMAND_UP, "north", 0);
	rig_discard(r);
	for (int i = 0; i < 10 && !mono_is_never(masc_deadline(r->m)); i++) {
		rig_next(r);
		rig_discard(r);
	}
}

static void born(struct rig *r)
{
	rig_init(r, "domain=100 node=10 profile=lab");
	rig_peer(r, "north", "address=192.0.2.1 role=child domain=7");
	rig_peer(r, "a", "address=192.0.2.3 role=sibling domain=8 parent_domain=7 passive=yes");
	rig_peer(r, "b", "address=192.0.2.3 role=sibling domain=8 parent_domain=60 passive=yes");
}

/* With memory again, all is as it should be. */
static void recovers(struct rig *r)
{
	rig_command(r, 8, MASC_COMMAND_UP, "north", 0);
	rig_command(r, 9, MASC_COMMAND_RESET, "north", 0);
	rig_discard(r);
	assert_int_equal(rig_info(r, 0).state, MASC_CONNECT);
	uint32_t link = r->dialled;
	rig_up(r, link);
	rig_open(r, link, MASC_PARENT, 9, 7, 1, 0);
	rig_keepalive(r, link);
	rig_discard(r);
	assert_int_equal(rig_info(r, 0).state, MASC_ESTABLISHED);
}

/* MASC-9.2. */
static void each_allocation_may_fail(void **state)
{
	bool failed = true;
	size_t n;
	for (n = 1; failed; n++) {
		struct rig r;
		born(&r);
		rig_start(&r);
		failing_env_fail_at(&r.f, n);
		live(&r);
		failed = r.f.failed;
		r.f.fail_at = 0;
		recovers(&r);
		rig_fini(&r);
	}
	assert_true(n > 40);
}

/* And all from the n-th on. */
static void memory_may_run_out(void **state)
{
	bool failed = true;
	for (size_t n = 1; failed; n++) {
		struct rig r;
		born(&r);
		rig_start(&r);
		failing_env_fail_at(&r.f, n);
		r.f.fail_on = true;
		live(&r);
		failed = r.f.failed;
		r.f.fail_at = 0;
		recovers(&r);
		rig_fini(&r);
	}
}

static void birth_may_fail(void **state)
{
	bool failed = true;
	for (size_t n = 1; failed; n++) {
		struct rig r;
		born(&r);
		failing_env_fail_at(&r.f, n);
		enum err e = rig_try_start(&r);
		failed = r.f.failed;
		/* Plans can be made later: for them alone a birth does not fail. */
		assert_true(e == OK || (failed && e == ERR_NOMEM));
		assert_int_equal(r.m == NULL, e != OK);
		r.f.fail_at = 0;
		rig_fini(&r);
	}
}

/* The peer's call while our dial is under way: whatever fails, there is a
 * session with it or a CLOSE, and the dial is tracked or closed. */
static void a_call_beside_our_dial(void **state)
{
	bool failed = true;
	for (size_t n = 1; failed; n++) {
		struct rig r;
		born(&r);
		rig_start(&r);
		rig_tick(&r);
		rig_discard(&r);
		failing_env_fail_at(&r.f, n);
		rig_accept(&r, 2, "192.0.2.1:50000");
		failed = r.f.failed;
		r.f.fail_at = 0;
		bool closed = strstr(rig_out(&r), "close 2");
		rig_open(&r, 2, MASC_PARENT, 9, 7, 1, 0);
		rig_discard(&r);
		assert_int_equal(rig_info(&r, 0).state, closed ? MASC_CONNECT : MASC_OPENCONFIRM);
		rig_down(&r, 2, ERR_CLOSED);
		rig_discard(&r);
		recovers(&r);
		rig_fini(&r);
	}
}

/* A message in part, in one piece with its header or after it. */
static void a_message_that_finds_no_room(void **state)
{
	static const char *const firsts[] = { "0028 02 00 00", "0028 02" };
	for (size_t i = 0; i < 2; i++) {
		struct rig r;
		rig_usual(&r);
		rig_establish(&r, 1);
		rig_hex(&r, 1, firsts[i]);
		rig_down(&r, 1, ERR_CLOSED);
		rig_discard(&r);
		rig_next(&r);
		rig_discard(&r);
		rig_up(&r, 3);
		rig_discard(&r);
		failing_env_fail_at(&r.f, 1);
		rig_hex(&r, 3, firsts[i]);
		rig_hex(&r, 3, "00 00");
		r.f.fail_at = 0;
		assert_int_equal(strncmp(rig_out(&r), "close 3", 7), 0);
		assert_int_equal(rig_info(&r, 0).last_err, ERR_NOMEM);
		rig_fini(&r);
	}
}

/* Found by the fuzzer: without memory for the Cease a peer that was told to
 * stay down dialled again. */
static void down_is_down_without_memory(void **state)
{
	bool failed = true;
	for (size_t n = 1; failed; n++) {
		struct rig r;
		born(&r);
		rig_start(&r);
		rig_tick(&r);
		rig_up(&r, 1);
		rig_discard(&r);
		failing_env_fail_at(&r.f, n);
		rig_command(&r, 1, MASC_COMMAND_DOWN, "north", 0);
		failed = r.f.failed;
		r.f.fail_at = 0;
		bool down = rig_info(&r, 0).admin_down;
		assert_int_equal(strstr(rig_out(&r), "reply 1 OK") != NULL, down);
		assert_int_equal(rig_info(&r, 0).state, down ? MASC_IDLE : MASC_OPENSENT);
		assert_true(!down || mono_is_never(rig_info(&r, 0).retry));
		rig_fini(&r);
	}
}

/* MASC-9.2. Every connection in gets its CLOSE, every command its answer. */
static void answers_need_no_memory(void **state)
{
	struct rig r;
	born(&r);
	rig_start(&r);
	rig_tick(&r);
	rig_discard(&r);
	failing_env_fail_at(&r.f, 1);
	r.f.fail_on = true;
	for (uint32_t i = 2; i < 20; i += 2) {
		char want[32];
		snprintf(want, sizeof(want), "close %u", i);
		rig_accept(&r, i, "192.0.2.1:50000");
		rig_expect(&r, want);
		rig_down(&r, i, ERR_CLOSED);
	}
	/* One at a time, that is: a second one is lost when nobody drains. */
	rig_accept(&r, 20, "192.0.2.1:50000");
	rig_accept(&r, 22, "192.0.2.1:50000");
	rig_expect(&r, "close 20");
	for (uint64_t call = 1; call < 5; call++) {
		char want[32];
		snprintf(want, sizeof(want), "reply %u NOMEM", (unsigned)call);
		rig_command(&r, call, MASC_COMMAND_DOWN, "north", 0);
		rig_expect(&r, want);
	}
	r.f.fail_at = 0;
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_idle_session_weighs_little),
		cmocka_unit_test(each_allocation_may_fail),
		cmocka_unit_test(memory_may_run_out),
		cmocka_unit_test(birth_may_fail),
		cmocka_unit_test(a_call_beside_our_dial),
		cmocka_unit_test(a_message_that_finds_no_room),
		cmocka_unit_test(down_is_down_without_memory),
		cmocka_unit_test(answers_need_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
