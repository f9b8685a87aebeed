/* Plan, life of claims and spaces together, in one machine: from a demand to
 * addresses, over a restart, and back. Nothing is doubled but the store. */
#include "rig.h"

#include <stdio.h>

#include "wire/wr.h"

#define W (100 * MONO_SEC)

static char line[4096];

static void note_event(const struct masc_event *ev, uint64_t after)
{
	char prefix[MASC_PREFIX_TEXT_MAX];
	struct text t = TEXT_OF(prefix);
	size_t n = strlen(line);
	masc_prefix_text(&t, &ev->prefix);
	if (ev->kind == MASC_EVENT_CLAIM)
		snprintf(line + n, sizeof(line) - n, "%s%s%u %s>%s %s", n ? "; " : "",
			 ev->local ? "local " : "", (unsigned)ev->number,
			 masc_life_text(ev->life_from), masc_life_text(ev->life),
			 ev->prefix.family ? prefix : "-");
	else if (ev->kind == MASC_EVENT_UNMET)
		snprintf(line + n, sizeof(line) - n, "%s%s %u", n ? "; " : "",
			 ev->up ? "met" : "unmet", (unsigned)ev->number);
	if (ev->kind == MASC_EVENT_CLAIM || ev->kind == MASC_EVENT_UNMET)
		assert_true(after > 0);
}

static const char *out(struct rig *r)
{
	static char copy[sizeof(line)];
	struct masc_out o;
	line[0] = 0;
	while (masc_poll(r->m, &o))
		if (o.kind == MASC_OUT_EVENT)
			note_event(o.event, o.after);
	memcpy(copy, line, sizeof(copy));
	return copy;
}

static struct masc_out command(struct rig *r, const struct masc_command *c)
{
	struct masc_out o, reply = { .result = ERR_TIMEOUT };
	masc_command(r->m, 9, c, r->now);
	line[0] = 0;
	while (masc_poll(r->m, &o)) {
		if (o.kind == MASC_OUT_EVENT)
			note_event(o.event, o.after);
		if (o.kind == MASC_OUT_REPLY)
			reply = o;
	}
	assert_int_equal(reply.call, 9);
	return reply;
}

static void start(struct rig *r)
{
	rig_init(r, "domain=100 node=10 profile=lab waiting_period=100s claim_delay=10s "
		    "claim_lifetime=1000s clock_check=off");
	rig_scope(r, "org range=239.193.0.0/22 root=yes");
	rig_start(r);
	assert_string_equal(out(r), "");
}

static void pass(struct rig *r, int64_t us)
{
	struct mono until = mono_add(r->now, us);
	for (;;) {
		struct mono d = masc_deadline(r->m);
		if (d.us > until.us)
			break;
		r->now = d;
		masc_tick(r->m, r->now);
	}
	r->now = until;
	masc_tick(r->m, r->now);
}

static uint64_t wanted(struct rig *r, uint64_t addresses, int64_t lasts)
{
	struct masc_command c = { .kind = MASC_COMMAND_DEMAND, .addresses = addresses };
	int64_t wall = RIG_WALL + mono_since(r->now, (struct mono){ 5 * MONO_SEC });
	c.until = lasts ? wall + lasts : 0;
	struct masc_out reply = command(r, &c);
	assert_int_equal(reply.result, OK);
	assert_true(reply.after > 0);
	return reply.number;
}

static void from_a_demand_to_addresses(void **state)
{
	struct rig r;
	struct masc_demand_info d;
	start(&r);
	assert_int_equal(wanted(&r, 100, 0), 1);
	assert_string_equal(line, "1 wanted>wanted -; 1 wanted>scheduled -");
	pass(&r, 10 * MONO_SEC);
	const char *waiting = out(&r);
	assert_non_null(strstr(waiting, "1 scheduled>waiting 239.193."));
	pass(&r, W);
	const char *held = out(&r);
	assert_non_null(strstr(held, "1 waiting>held 239.193."));
	assert_non_null(strstr(held, "met 1"));
	masc_demand_info(r.m, 0, &d);
	assert_int_equal(d.met, 100);
	assert_int_equal(d.why, MASC_REASON_NONE);
	rig_fini(&r);
}

static void a_restart_keeps_places(void **state)
{
	struct rig r;
	struct masc_demand_info d;
	start(&r);
	wanted(&r, 100, 0);
	pass(&r, 10 * MONO_SEC + W);
	out(&r);
	masc_free(r.m);
	rig_start(&r);
	masc_tick(r.m, r.now);
	/* Nothing is claimed anew, and nothing has to be placed anew. */
	assert_string_equal(out(&r), "");
	masc_demand_info(r.m, 0, &d);
	assert_int_equal(d.met, 100);
	struct masc_own_info own;
	masc_own_info(r.m, 0, &own);
	assert_int_equal(own.used, 100);
	rig_fini(&r);
}

static void what_nobody_uses_lapses(void **state)
{
	struct rig r;
	start(&r);
	wanted(&r, 100, 500 * MONO_SEC);
	pass(&r, 10 * MONO_SEC + W);
	out(&r);
	pass(&r, 1500 * MONO_SEC);
	assert_int_equal(masc_demand_count(r.m), 0);
	assert_int_equal(masc_own_count(r.m), 0);
	rig_fini(&r);
}

static void what_is_used_is_renewed(void **state)
{
	struct rig r;
	struct masc_demand_info d;
	start(&r);
	wanted(&r, 200, 0);
	pass(&r, 10 * MONO_SEC + W);
	out(&r);
	pass(&r, 5000 * MONO_SEC);
	const char *events = out(&r);
	assert_non_null(strstr(events, "1 held>renewing"));
	assert_null(strstr(events, "expired"));
	assert_int_equal(masc_own_count(r.m), 1);
	masc_demand_info(r.m, 0, &d);
	assert_int_equal(d.met, 200);
	rig_fini(&r);
}

static void a_half_that_will_do_is_renewed(void **state)
{
	struct rig r;
	struct masc_own_info own;
	start(&r);
	wanted(&r, 100, 0);
	pass(&r, 10 * MONO_SEC + W);
	out(&r);
	pass(&r, 5000 * MONO_SEC);
	assert_int_equal(masc_own_count(r.m), 1);
	masc_own_info(r.m, 0, &own);
	assert_int_equal(own.prefix.length, 25);
	assert_int_equal(own.used, 100);
	rig_fini(&r);
}

static void demand_grows_a_range(void **state)
{
	struct rig r;
	struct masc_demand_info d;
	start(&r);
	wanted(&r, 200, 0);
	pass(&r, 10 * MONO_SEC + W);
	out(&r);
	wanted(&r, 250, 0);
	assert_non_null(strstr(line, "1 held>growing"));
	pass(&r, 2 * W);
	masc_demand_info(r.m, 1, &d);
	assert_int_equal(d.met, 250);
	assert_int_equal(masc_own_count(r.m), 1);
	rig_fini(&r);
}

static void an_operators_claim_and_back(void **state)
{
	struct rig r;
	start(&r);
	struct masc_command c = { .kind = MASC_COMMAND_CLAIM };
	assert_int_equal(masc_prefix_parse(span_str("239.193.2.0/24"), &c.prefix), OK);
	struct masc_out reply = command(&r, &c);
	assert_int_equal(reply.result, OK);
	assert_int_equal(reply.number, 1);
	assert_true(reply.after > 0);
	pass(&r, 10 * MONO_SEC + W);
	assert_non_null(strstr(out(&r), "1 waiting>held 239.193.2.0/24"));
	reply = command(&r, &c);
	assert_int_equal(reply.result, ERR_EXISTS);
	assert_int_equal(reply.after, 0);
	c.kind = MASC_COMMAND_WITHDRAW;
	reply = command(&r, &c);
	assert_int_equal(reply.result, OK);
	assert_int_equal(reply.number, 1);
	assert_true(reply.after > 0);
	assert_int_equal(masc_own_count(r.m), 0);
	rig_fini(&r);
}

/* A child's NEW_CLAIM (or, length alone, its hint) as octets. */
static void child_claims(struct rig *r, enum wire_attribute type, const char *prefix,
			 uint8_t length)
{
	struct masc_prefix p = { .length = length };
	uint8_t room[WIRE_MESSAGE_MAX];
	struct wr w;
	if (prefix)
		assert_int_equal(masc_prefix_parse(span_str(prefix), &p), OK);
	int64_t wall = RIG_WALL + mono_since(r->now, (struct mono){ 5 * MONO_SEC });
	struct wire_claim c = { .type = (uint8_t)type,
				.family = MASC_IPV4,
				.timestamp = (uint32_t)(wall / MONO_SEC),
				.lifetime = 500,
				.hold_time = type == WIRE_NEW_CLAIM ? 100 : 500,
				.domain = rig_id(200),
				.node = rig_id(20),
				.prefix_length = p.length };
	memcpy(c.address, p.address, sizeof(c.address));
	wire_update_start(&w, room);
	assert_true(wire_update_add(&w, &c));
	struct span s = wire_update_end(&w);
	rig_in(r, 1, s.p, s.n);
}

static void start_with_child(struct rig *r)
{
	rig_init(r, "domain=100 node=10 profile=lab waiting_period=100s claim_delay=10s "
		    "claim_lifetime=1000s clock_check=off hold_time=0s");
	rig_scope(r, "org range=239.193.0.0/20 root=yes");
	rig_peer(r, "south", "address=192.0.2.2 domain=200 role=parent");
	rig_start(r);
	masc_tick(r->m, r->now);
	assert_string_equal(out(r), "");
	rig_up(r, 1);
	rig_open(r, 1, MASC_CHILD, 0, 200, 20, 100);
	rig_keepalive(r, 1);
	rig_keepalive(r, 1);
	assert_string_equal(out(r), "");
}

static void a_child_makes_us_claim_from_ourselves(void **state)
{
	struct rig r;
	struct masc_own_info own;
	struct masc_demand_info d;
	start_with_child(&r);
	wanted(&r, 200, 0);
	pass(&r, 10 * MONO_SEC + W);
	masc_own_info(r.m, 0, &own);
	struct masc_prefix held = own.prefix;
	out(&r);
	/* It asks for space: that is its first attribute. */
	child_claims(&r, WIRE_NEW_CLAIM, NULL, 25);
	assert_non_null(strstr(out(&r), "local 2 wanted>held"));
	assert_int_equal(masc_own_count(r.m), 3);
	masc_own_info(r.m, 1, &own);
	assert_true(own.local);
	assert_true(masc_prefix_eq(&own.prefix, &held));
	assert_int_equal(own.used, 200);
	masc_own_info(r.m, 0, &own);
	assert_int_equal(own.used, 256);
	masc_demand_info(r.m, 0, &d);
	assert_int_equal(d.met, 200);
	/* What it asks for is claimed above, and what we took just now once more. */
	masc_own_info(r.m, 2, &own);
	assert_false(own.local);
	assert_int_equal(own.addresses, 512);
	/* When it is silent for long, we are a leaf again. */
	pass(&r, 3 * W);
	assert_non_null(strstr(out(&r), "local 2 held>expired"));
	masc_own_info(r.m, 0, &own);
	assert_int_equal(own.used, 200);
	rig_fini(&r);
}

/* MASC-14.10, 18.3: what the children have told us is not known any more, and what
 * is local stays until they have all told that they want nothing. */
static void a_restart_keeps_what_is_local(void **state)
{
	struct rig r;
	start_with_child(&r);
	wanted(&r, 200, 0);
	pass(&r, 10 * MONO_SEC + W);
	out(&r);
	child_claims(&r, WIRE_NEW_CLAIM, NULL, 25);
	assert_non_null(strstr(out(&r), "local 2 wanted>held"));
	/* The page with it is not stored yet. */
	masc_free(r.m);
	rig_start(&r);
	masc_tick(r.m, r.now);
	assert_null(strstr(out(&r), "local 2"));
	rig_up(&r, 1);
	rig_open(&r, 1, MASC_CHILD, 0, 200, 20, 100);
	rig_keepalive(&r, 1);
	/* Long enough to claim, not to give anything back. */
	pass(&r, 30 * MONO_SEC);
	assert_null(strstr(out(&r), "local 2"));
	rig_keepalive(&r, 1);
	assert_non_null(strstr(out(&r), "local 2 held>expired"));
	rig_fini(&r);
}

static void a_failed_commit_undoes_a_demand(void **state)
{
	struct rig r;
	start(&r);
	store_mem_seal(r.mem);
	while (store_mem_commit(r.mem))
		;
	wanted(&r, 100, 0);
	store_mem_seal(r.mem);
	uint64_t first = store_mem_fail(r.mem);
	assert_true(first > 0);
	masc_store_failed(r.m, first, ERR_IO, r.now);
	out(&r);
	assert_int_equal(masc_demand_count(r.m), 0);
	assert_int_equal(masc_own_count(r.m), 0);
	rig_fini(&r);
}

static void a_stopped_part_takes_no_commands(void **state)
{
	struct rig r;
	start(&r);
	masc_stop(r.m, r.now);
	struct masc_command c = { .kind = MASC_COMMAND_DEMAND, .addresses = 10 };
	struct masc_out reply = command(&r, &c);
	assert_int_equal(reply.result, ERR_STATE);
	assert_int_equal(masc_demand_count(r.m), 0);
	rig_fini(&r);
}

static void without_memory_a_command_is_answered(void **state)
{
	struct rig r;
	struct masc_command c = { .kind = MASC_COMMAND_DEMAND, .addresses = 100 };
	start(&r);
	for (size_t n = 1;; n++) {
		failing_env_fail_at(&r.f, n);
		struct masc_out reply = command(&r, &c);
		if (!r.f.failed)
			break;
		assert_true(reply.result == OK || reply.result == ERR_NOMEM);
	}
	failing_env_fail_at(&r.f, 0);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_a_demand_to_addresses),
		cmocka_unit_test(a_restart_keeps_places),
		cmocka_unit_test(what_nobody_uses_lapses),
		cmocka_unit_test(what_is_used_is_renewed),
		cmocka_unit_test(a_half_that_will_do_is_renewed),
		cmocka_unit_test(demand_grows_a_range),
		cmocka_unit_test(an_operators_claim_and_back),
		cmocka_unit_test(a_child_makes_us_claim_from_ourselves),
		cmocka_unit_test(a_restart_keeps_what_is_local),
		cmocka_unit_test(a_failed_commit_undoes_a_demand),
		cmocka_unit_test(a_stopped_part_takes_no_commands),
		cmocka_unit_test(without_memory_a_command_is_answered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
