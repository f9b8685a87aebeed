/* A claim from command to held, whole: octets in, octets out, nothing doubled. */
#include "rig.h"

#include "wire/wr.h"

#define SEC MONO_SEC

static void update(struct rig *r, uint32_t link, const struct wire_claim *c)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	struct wr w;
	wire_update_start(&w, room);
	assert_true(wire_update_add(&w, c));
	struct span s = wire_update_end(&w);
	rig_in(r, link, s.p, s.n);
}

static struct wire_claim claim_of(enum wire_attribute type, enum masc_role role, uint32_t domain,
				  uint32_t node, const char *prefix)
{
	struct masc_prefix p;
	assert_int_equal(masc_prefix_parse(span_str(prefix), &p), OK);
	struct wire_claim c = { .type = (uint8_t)type,
				.family = MASC_IPV4,
				.role = (uint8_t)role,
				.timestamp = (uint32_t)(RIG_WALL / SEC),
				.lifetime = 3600,
				.hold_time = 3600,
				.domain = rig_id(domain),
				.node = rig_id(node),
				.prefix_length = p.length };
	memcpy(c.address, p.address, sizeof(c.address));
	return c;
}

/* What came out on the link: the attributes in order, and the put waited for. */
struct told {
	struct wire_claim claims[16];
	uint64_t after[16];
	size_t n;
	enum masc_life life; /* of the last CLAIM event */
	bool replied;
};

static void read_update(struct told *t, const struct masc_out *o)
{
	struct span rest = { o->bytes.p + WIRE_HEADER, o->bytes.n - WIRE_HEADER };
	struct wire_item item;
	struct wire_error error;
	while (rest.n && wire_item_next(&rest, &item, &error)) {
		assert_true(t->n < 16);
		assert_int_equal(wire_claim_read(&item, MASC_IPV4, &t->claims[t->n], &error),
				 WIRE_TAKEN);
		t->after[t->n++] = o->after;
	}
}

static struct told drain(struct rig *r)
{
	struct told t = { .n = 0, .life = MASC_LIFE_COUNT };
	struct masc_out o;
	while (masc_poll(r->m, &o)) {
		if (o.kind == MASC_OUT_SEND && wire_header_read(o.bytes.p).type == MASC_MSG_UPDATE)
			read_update(&t, &o);
		else if (o.kind == MASC_OUT_EVENT && o.event->kind == MASC_EVENT_CLAIM)
			t.life = o.event->life;
		else if (o.kind == MASC_OUT_REPLY)
			t.replied = o.result == OK && o.number == 1 && o.after > 0;
	}
	return t;
}

static void pass(struct rig *r, int64_t us)
{
	struct mono end = mono_add(r->now, us);
	for (struct mono at; (at = masc_deadline(r->m)).us <= end.us;) {
		if (at.us > r->now.us)
			r->now = at;
		rig_tick(r);
	}
	r->now = end;
	rig_tick(r);
}

static void establish(struct rig *r)
{
	rig_init(r, "domain=100 node=10 profile=lab hold_time=0");
	rig_peer(r, "north", "address=192.0.2.1 role=child domain=7");
	rig_start(r);
	rig_tick(r);
	rig_up(r, 1);
	rig_open(r, 1, MASC_PARENT, 0, 7, 71, 0);
	rig_keepalive(r, 1);
	struct wire_claim range =
		claim_of(WIRE_PREFIX_MANAGED, MASC_INTERNAL_PEER, 7, 71, "239.192.0.0/16");
	update(r, 1, &range);
	rig_keepalive(r, 1);
	(void)drain(r);
}

static void assert_claim(const struct wire_claim *c, enum wire_attribute type, uint32_t lifetime,
			 uint32_t hold)
{
	assert_int_equal(c->type, type);
	assert_int_equal(c->role, MASC_INTERNAL_PEER);
	assert_int_equal(c->timestamp, RIG_WALL / SEC);
	assert_int_equal(c->lifetime, lifetime);
	assert_int_equal(c->hold_time, hold);
	assert_int_equal(c->prefix_length, 24);
}

/* MASC-14.3 to 14.5, 14.9. */
static void from_command_to_held(void **state)
{
	struct rig r;
	establish(&r);
	struct masc_command c = { .kind = MASC_COMMAND_CLAIM };
	assert_int_equal(masc_prefix_parse(span_str("239.192.2.0/24"), &c.prefix), OK);
	masc_command(r.m, 1, &c, r.now);
	struct told t = drain(&r);
	assert_true(t.replied);
	assert_int_equal(t.n, 0);
	assert_int_equal(t.life, MASC_LIFE_SCHEDULED);
	pass(&r, SEC / 5);
	t = drain(&r);
	assert_int_equal(t.life, MASC_LIFE_WAITING);
	assert_int_equal(t.n, 1);
	assert_claim(&t.claims[0], WIRE_NEW_CLAIM, 60, 2);
	assert_true(t.after[0] > 0);
	pass(&r, 2 * SEC);
	t = drain(&r);
	assert_int_equal(t.life, MASC_LIFE_HELD);
	assert_int_equal(t.n, 1);
	assert_claim(&t.claims[0], WIRE_PREFIX_IN_USE, 60, 60);
	assert_true(t.after[0] > 0);
	struct masc_own_info i;
	assert_int_equal(masc_own_count(r.m), 1);
	masc_own_info(r.m, 0, &i);
	assert_int_equal(i.life, MASC_LIFE_HELD);
	rig_fini(&r);
}

/* MASC-12.1, 14.10: a node that was killed holds what it held, and says so to
 * whoever it meets. */
static void told_again_after_a_restart(void **state)
{
	struct rig r;
	establish(&r);
	struct masc_command c = { .kind = MASC_COMMAND_CLAIM };
	assert_int_equal(masc_prefix_parse(span_str("239.192.2.0/24"), &c.prefix), OK);
	masc_command(r.m, 1, &c, r.now);
	pass(&r, 3 * SEC);
	while (store_mem_seal(r.mem) || store_mem_commit(r.mem))
		;
	masc_free(r.m);
	assert_int_equal(rig_try_start(&r), OK);
	rig_tick(&r);
	rig_up(&r, 1);
	rig_open(&r, 1, MASC_PARENT, 0, 7, 71, 0);
	rig_keepalive(&r, 1);
	struct told t = drain(&r);
	assert_int_equal(t.n, 1);
	assert_claim(&t.claims[0], WIRE_PREFIX_IN_USE, 60, 60);
	rig_fini(&r);
}

/* MASC-14.8. */
static void given_back(void **state)
{
	struct rig r;
	establish(&r);
	struct masc_command c = { .kind = MASC_COMMAND_CLAIM };
	assert_int_equal(masc_prefix_parse(span_str("239.192.2.0/24"), &c.prefix), OK);
	masc_command(r.m, 1, &c, r.now);
	pass(&r, 3 * SEC);
	(void)drain(&r);
	c.kind = MASC_COMMAND_WITHDRAW;
	masc_command(r.m, 2, &c, r.now);
	struct told t = drain(&r);
	assert_true(t.replied);
	assert_int_equal(t.life, MASC_LIFE_EXPIRED);
	assert_int_equal(t.n, 1);
	assert_claim(&t.claims[0], WIRE_WITHDRAW, 60, 6);
	assert_int_equal(masc_own_count(r.m), 0);
	rig_fini(&r);
}

/* MASC-3.3: a child is told of each claim that was refused, by an error or, where
 * these are too many, by a denial; of a hint and of others' claims it is not. */
static void too_many_errors_are_denials(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab hold_time=0 strict_origin=no");
	rig_peer(&r, "kid", "address=192.0.2.1 role=parent domain=200");
	rig_start(&r);
	rig_tick(&r);
	rig_up(&r, 1);
	rig_open(&r, 1, MASC_CHILD, 0, 200, 21, 0);
	rig_keepalive(&r, 1);
	struct wire_claim c =
		claim_of(WIRE_NEW_CLAIM, MASC_INTERNAL_PEER, 200, 21, "239.192.1.0/24");
	update(&r, 1, &c);
	struct told t = drain(&r);
	assert_int_equal(t.n, 0);
	update(&r, 1, &c);
	c.type = WIRE_CLAIM_TO_EXPAND;
	update(&r, 1, &c);
	t = drain(&r);
	assert_int_equal(t.n, 2);
	assert_claim(&t.claims[0], WIRE_CLAIM_DENIED, 0, c.hold_time);
	assert_claim(&t.claims[1], WIRE_CLAIM_DENIED, 0, c.hold_time);
	assert_true(masc_id_eq(&t.claims[0].domain, &c.domain));
	c.type = WIRE_PREFIX_IN_USE;
	update(&r, 1, &c);
	c.type = WIRE_NEW_CLAIM;
	c.role = MASC_SIBLING;
	c.domain = rig_id(201);
	update(&r, 1, &c);
	assert_int_equal(rig_info(&r, 0).count.attributes_refused, 5);
	t = drain(&r);
	assert_int_equal(t.n, 0);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_command_to_held),
		cmocka_unit_test(told_again_after_a_restart),
		cmocka_unit_test(given_back),
		cmocka_unit_test(too_many_errors_are_denials),
	};
	return cmocka_run_group_tests_name("own_session", tests, NULL, NULL);
}
