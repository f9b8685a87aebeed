/* Section 20: no input takes long, and what it leaves is done by ticks. Steps are
 * counted, not time. The whole machine, with a colleague that tells of others. */
#include "rig.h"

#include "masc/own_int.h"

#include "wire/wr.h"

#include <stdio.h>

#define LINK	   2
#define SIBLING	   4
#define INPUT_MOST (WORK_MOST + 8 * LOOK_MOST) /* one attribute more than fits */

struct one {
	enum wire_attribute type;
	enum masc_role role;
	uint32_t domain;
	const char *prefix;
	uint32_t age; /* s */
};

static struct wire_claim claim_of(const struct rig *r, const struct one *o)
{
	struct masc_prefix p;
	assert_int_equal(masc_prefix_parse(span_str(o->prefix), &p), OK);
	struct wire_claim c = { .type = (uint8_t)o->type,
				.family = MASC_IPV4,
				.role = (uint8_t)o->role,
				.timestamp =
					(uint32_t)(masc_wall_now(r->m, r->now) / MONO_SEC) - o->age,
				.lifetime = 36000,
				.hold_time = 36000,
				.domain = rig_id(o->domain),
				.node = rig_id(o->domain),
				.prefix_length = p.length };
	memcpy(c.address, p.address, sizeof(c.address));
	return c;
}

static void tell(struct rig *r, uint32_t link, enum wire_attribute type, enum masc_role role,
		 uint32_t domain, const char *prefix, uint32_t age)
{
	const struct one o = { type, role, domain, prefix, age };
	uint8_t room[WIRE_MESSAGE_MAX];
	struct wr w;
	struct wire_claim c = claim_of(r, &o);
	wire_update_start(&w, room);
	assert_true(wire_update_add(&w, &c));
	struct span s = wire_update_end(&w);
	rig_in(r, link, s.p, s.n);
}

/* More comes out than a line of text holds. */
static void drain(struct rig *r)
{
	struct masc_out o;
	while (masc_poll(r->m, &o))
		;
}

static bool has_to_go_on(const struct rig *r)
{
	return masc_deadline(r->m).us <= r->now.us;
}

/* Ticks till nothing is due now; how many. */
static size_t go_on(struct rig *r)
{
	size_t n = 0;
	for (; has_to_go_on(r); n++) {
		rig_tick(r);
		assert_in_range(r->m->worked, 0, INPUT_MOST);
		drain(r);
	}
	return n;
}

/* n claims /28 of 234.0.0.0, each of a node of its own; those that are pending of
 * a domain too, or it would be held off. */
static void many(struct rig *r, const struct one *o, uint32_t n)
{
	struct wire_claim c = claim_of(r, o);
	for (uint32_t i = 0; i < n;) {
		uint8_t room[WIRE_MESSAGE_MAX];
		struct wr w;
		wire_update_start(&w, room);
		for (; i < n; i++) {
			c.node = rig_id(1000 + i);
			if (o->type == WIRE_NEW_CLAIM)
				c.domain = c.node;
			c.address[1] = (uint8_t)(i >> 12);
			c.address[2] = (uint8_t)(i >> 4);
			c.address[3] = (uint8_t)(i << 4);
			if (!wire_update_add(&w, &c))
				break;
		}
		struct span s = wire_update_end(&w);
		rig_in(r, LINK, s.p, s.n);
		drain(r);
		(void)go_on(r);
	}
}

static size_t known(const struct rig *r, enum wire_attribute type)
{
	struct masc_claims_info info;
	masc_claims_info(r->m, &info);
	return info.known[type];
}

static void up(struct rig *r, uint32_t link, const char *remote, enum masc_role role,
	       uint32_t domain, uint32_t node)
{
	rig_accept(r, link, remote);
	rig_open(r, link, role, 0, domain, node, 0);
	rig_keepalive(r, link);
	rig_keepalive(r, link);
	rig_discard(r);
}

static void start(struct rig *r)
{
	rig_init(
		r,
		"domain=100 node=10 profile=lab hold_time=0s strict_origin=no claim_least=1 mac_aliasing=yes child_claims=100000 "
		"claim_lifetime=1d");
	rig_scope(r, "all range=234.0.0.0/8 root=yes");
	rig_peer(r, "inner", "address=192.0.2.1 role=internal domain=100 passive=yes");
	rig_peer(r, "east", "address=192.0.2.2 role=sibling domain=8 passive=yes");
	rig_start(r);
	rig_tick(r);
	rig_discard(r);
	up(r, LINK, "192.0.2.1", MASC_INTERNAL_PEER, 100, 11);
	up(r, SIBLING, "192.0.2.2", MASC_SIBLING, 8, 8);
	(void)go_on(r);
}

/* A message of n attributes for a range with many claims in it, of a domain that
 * holds none of them, and a KEEPALIVE behind it. */
static void ask_wide(struct rig *r, size_t n)
{
	const struct one o = { WIRE_CLAIM_TO_EXPAND, MASC_SIBLING, 9, "234.0.0.0/16", 0 };
	uint8_t room[WIRE_MESSAGE_MAX + WIRE_HEADER];
	struct wire_claim c = claim_of(r, &o);
	struct wr w;
	wire_update_start(&w, room);
	for (size_t i = 0; i < n; i++) {
		c.node = rig_id((uint32_t)i + 1);
		assert_true(wire_update_add(&w, &c));
	}
	struct span s = wire_update_end(&w), k = wire_keepalive_write(room + s.n);
	rig_in(r, LINK, room, s.n + k.n);
}

/* MASC-20.1, 20.2 */
static void an_input_takes_so_many_steps(void **state)
{
	struct rig r;
	start(&r);
	many(&r, &(struct one){ WIRE_PREFIX_IN_USE, MASC_SIBLING, 8, "234.0.0.0/28", 9 }, 3000);
	assert_int_equal(known(&r, WIRE_PREFIX_IN_USE), 3000);
	uint64_t keepalives = rig_info(&r, 0).count.in[MASC_MSG_KEEPALIVE];
	ask_wide(&r, 40);
	assert_in_range(r.m->worked, WORK_MOST, WORK_MOST + LOOK_MOST);
	assert_int_equal(rig_info(&r, 0).count.attributes_refused, 4);
	assert_int_equal(rig_info(&r, 0).count.in[MASC_MSG_KEEPALIVE], keepalives);
	assert_true(has_to_go_on(&r));
	rig_tick(&r);
	assert_int_equal(rig_info(&r, 0).count.attributes_refused, 8);
	assert_int_equal(go_on(&r), 9);
	assert_int_equal(rig_info(&r, 0).count.attributes_refused, 40);
	assert_int_equal(rig_info(&r, 0).count.in[MASC_MSG_KEEPALIVE], keepalives + 1);
	rig_fini(&r);
}

/* MASC-20.2: in order, however it comes; another link does not wait. */
static void octets_wait_in_order(void **state)
{
	struct rig r;
	start(&r);
	many(&r, &(struct one){ WIRE_PREFIX_IN_USE, MASC_SIBLING, 8, "234.0.0.0/28", 9 }, 3000);
	ask_wide(&r, 10);
	tell(&r, LINK, WIRE_PREFIX_IN_USE, MASC_SIBLING, 9, "234.9.0.0/24", 5);
	tell(&r, LINK, WIRE_WITHDRAW, MASC_SIBLING, 9, "234.9.0.0/24", 5);
	tell(&r, LINK, WIRE_PREFIX_IN_USE, MASC_SIBLING, 9, "234.9.1.0/24", 5);
	assert_int_equal(known(&r, WIRE_PREFIX_IN_USE), 3000);
	tell(&r, SIBLING, WIRE_PREFIX_IN_USE, MASC_INTERNAL_PEER, 8, "234.8.0.0/24", 5);
	assert_int_equal(known(&r, WIRE_PREFIX_IN_USE), 3001);
	assert_int_equal(go_on(&r), 2);
	assert_int_equal(known(&r, WIRE_PREFIX_IN_USE), 3002);
	assert_int_equal(known(&r, WIRE_WITHDRAW), 1);
	rig_fini(&r);
}

/* MASC-20.2 */
static void too_much_that_waits_ends_the_link(void **state)
{
	struct rig r;
	start(&r);
	many(&r, &(struct one){ WIRE_PREFIX_IN_USE, MASC_SIBLING, 8, "234.0.0.0/28", 9 }, 3000);
	for (size_t i = 0; i < 256; i++)
		ask_wide(&r, 112);
	assert_int_equal(rig_info(&r, 0).state, MASC_ESTABLISHED);
	for (size_t i = 0; i < 12; i++)
		ask_wide(&r, 112);
	assert_int_not_equal(rig_info(&r, 0).state, MASC_ESTABLISHED);
	assert_int_equal(rig_info(&r, 0).last_err, ERR_FULL);
	rig_discard(&r);
	(void)go_on(&r);
	size_t pending, octets;
	masc_load(r.m, &pending, &octets);
	assert_in_range(octets, 0, 2048);
	rig_fini(&r);
}

/* A connection that ends, or a machine, takes along what waits. */
static void what_waits_goes_with_its_link(void **state)
{
	struct rig r;
	start(&r);
	many(&r, &(struct one){ WIRE_PREFIX_IN_USE, MASC_SIBLING, 8, "234.0.0.0/28", 9 }, 3000);
	assert_false(masc_link_waits(r.m, LINK));
	ask_wide(&r, 40);
	assert_true(masc_link_waits(r.m, LINK));
	assert_false(masc_link_waits(r.m, LINK + 2));
	rig_down(&r, LINK, ERR_CLOSED);
	assert_false(masc_link_waits(r.m, LINK));
	rig_discard(&r);
	(void)go_on(&r);
	assert_int_equal(rig_info(&r, 0).count.attributes_refused, 4);
	rig_fini(&r);
	start(&r);
	many(&r, &(struct one){ WIRE_PREFIX_IN_USE, MASC_SIBLING, 8, "234.0.0.0/28", 9 }, 3000);
	ask_wide(&r, 40);
	rig_fini(&r);
}

/* Without memory for it the link ends. */
static void what_cannot_wait_ends_the_link(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct rig r;
		start(&r);
		many(&r, &(struct one){ WIRE_PREFIX_IN_USE, MASC_SIBLING, 8, "234.0.0.0/28", 9 },
		     3000);
		/* Refusals are not answered now: what is kept asks for memory first. */
		ask_wide(&r, 1);
		rig_discard(&r);
		r.f.fail_at = r.f.allocations + 1 + i;
		ask_wide(&r, 40);
		r.f.fail_at = 0;
		assert_int_not_equal(rig_info(&r, 0).state, MASC_ESTABLISHED);
		assert_int_equal(rig_info(&r, 0).last_err, ERR_NOMEM);
		rig_fini(&r);
	}
}

/* MASC-20.3 */
static void a_wide_withdraw_goes_on_by_ticks(void **state)
{
	struct rig r;
	start(&r);
	tell(&r, LINK, WIRE_PREFIX_IN_USE, MASC_SIBLING, 9, "234.0.0.0/9", 9);
	many(&r, &(struct one){ WIRE_PREFIX_IN_USE, MASC_SIBLING, 9, "234.0.0.0/28", 9 }, 3000);
	tell(&r, LINK, WIRE_PREFIX_IN_USE, MASC_SIBLING, 12, "234.0.0.16/28", 9);
	(void)go_on(&r);
	assert_int_equal(known(&r, WIRE_PREFIX_IN_USE), 3002);
	tell(&r, LINK, WIRE_WITHDRAW, MASC_SIBLING, 9, "234.0.0.0/9", 9);
	assert_in_range(r.m->worked, WORK_MOST, WORK_MOST + 32);
	assert_in_range(known(&r, WIRE_PREFIX_IN_USE), 1000, 2500);
	/* That domain's next word about it waits; others' do not, nor what is elsewhere. */
	tell(&r, LINK, WIRE_PREFIX_IN_USE, MASC_SIBLING, 12, "234.1.0.16/28", 5);
	tell(&r, LINK, WIRE_PREFIX_IN_USE, MASC_SIBLING, 9, "234.200.0.0/28", 5);
	size_t left = known(&r, WIRE_PREFIX_IN_USE);
	tell(&r, SIBLING, WIRE_PREFIX_IN_USE, MASC_SIBLING, 9, "234.0.3.0/24", 1);
	tell(&r, SIBLING, WIRE_PREFIX_IN_USE, MASC_INTERNAL_PEER, 8, "234.201.0.0/28", 1);
	assert_in_range(known(&r, WIRE_PREFIX_IN_USE), 0, left);
	assert_in_range(go_on(&r), 2, 6);
	/* Those of 12, the one elsewhere, the one that waited, and what came behind it. */
	assert_int_equal(known(&r, WIRE_PREFIX_IN_USE), 5);
	assert_int_equal(r.m->cuts, 0);
	rig_fini(&r);
}

/* MASC-20.3: one may not know what it is about before the other is done. */
static void a_third_wide_withdraw_waits(void **state)
{
	static const char *const ranges[] = { "234.0.0.0/18", "234.0.64.0/18", "234.0.128.0/18" };
	struct rig r;
	start(&r);
	for (uint32_t i = 0; i < 3; i++)
		tell(&r, LINK, WIRE_PREFIX_IN_USE, MASC_SIBLING, 20 + i, ranges[i], 9);
	many(&r, &(struct one){ WIRE_PREFIX_IN_USE, MASC_SIBLING, 30, "234.0.0.0/28", 9 }, 4096);
	(void)go_on(&r);
	for (uint32_t i = 0; i < 3; i++)
		tell(&r, LINK, WIRE_WITHDRAW, MASC_SIBLING, 20 + i, ranges[i], 9);
	assert_in_range(r.m->cuts, 0, CUTS_MOST);
	(void)go_on(&r);
	assert_int_equal(known(&r, WIRE_PREFIX_IN_USE), 4096);
	assert_int_equal(known(&r, WIRE_WITHDRAW), 3);
	rig_fini(&r);
}

static struct own_claim *held(struct rig *r, const char *prefix)
{
	struct masc_command c = { .kind = MASC_COMMAND_CLAIM };
	assert_int_equal(masc_prefix_parse(span_str(prefix), &c.prefix), OK);
	masc_command(r->m, 1, &c, r->now);
	for (size_t i = 0; i < 100; i++) {
		rig_pass(r, 100 * MONO_MS);
		rig_discard(r);
	}
	struct own_claim *own = LIST_ENTRY(r->m->own->claims.next, struct own_claim, at);
	assert_int_equal(own->life, MASC_LIFE_HELD);
	return own;
}

static uint64_t used_by_all(const struct rig *r)
{
	uint64_t used = 0;
	LIST_EACH(at, next, &r->m->own->claims)
	used += LIST_ENTRY(at, struct own_claim, at)->used;
	return used;
}

/* MASC-20.5 */
static void what_is_in_use_is_counted_by_ticks(void **state)
{
	struct rig r;
	start(&r);
	(void)held(&r, "234.0.0.0/8");
	many(&r, &(struct one){ WIRE_PREFIX_IN_USE, MASC_CHILD, 50, "234.0.0.0/28", 9 }, 4000);
	assert_int_equal(used_by_all(&r), 4000 * 16);
	/* An older one takes what lies behind all of these. */
	tell(&r, SIBLING, WIRE_PREFIX_IN_USE, MASC_INTERNAL_PEER, 8, "234.128.0.0/9", 5000);
	assert_in_range(r.m->worked, 0, INPUT_MOST);
	assert_int_equal(r.m->own->counting, 1);
	assert_in_range(used_by_all(&r), 16, 3000 * 16);
	/* Behind the place of the count, and before it, where the range is counted. */
	tell(&r, LINK, WIRE_PREFIX_IN_USE, MASC_CHILD, 51, "234.100.0.0/24", 1);
	tell(&r, LINK, WIRE_PREFIX_IN_USE, MASC_CHILD, 51, "234.0.0.0/27", 1);
	(void)go_on(&r);
	assert_int_equal(r.m->own->counting, 0);
	assert_int_equal(used_by_all(&r), 4000 * 16 + 256);
	rig_fini(&r);
}

/* MASC-20.1: among so many it is not looked for who has it. */
static void a_range_that_many_want_is_not_free(void **state)
{
	struct rig r;
	start(&r);
	struct own_claim *c = held(&r, "234.0.0.0/16");
	tell(&r, SIBLING, WIRE_PREFIX_IN_USE, MASC_INTERNAL_PEER, 8, "234.0.0.0/16", 5000);
	assert_int_equal(c->life, MASC_LIFE_CLASHED);
	many(&r, &(struct one){ WIRE_NEW_CLAIM, MASC_SIBLING, 30, "234.0.0.0/28", 0 }, LOOK_MOST);
	tell(&r, SIBLING, WIRE_WITHDRAW, MASC_INTERNAL_PEER, 8, "234.0.0.0/16", 5000);
	(void)go_on(&r);
	assert_int_equal(c->life, MASC_LIFE_CLASHED);
	rig_fini(&r);
}

/* A message of children's hints, each of a child of its own from `first` on. */
static void ask_for(struct rig *r, uint32_t first, uint32_t n, uint32_t age)
{
	const struct one o = { WIRE_NEW_CLAIM, MASC_CHILD, 9, "234.0.0.0/28", age };
	struct wire_claim c = claim_of(r, &o);
	uint8_t room[WIRE_MESSAGE_MAX];
	struct wr w;
	memset(c.address, 0, sizeof(c.address));
	wire_update_start(&w, room);
	for (uint32_t i = 0; i < n; i++) {
		c.domain = c.node = rig_id(first + i);
		assert_true(wire_update_add(&w, &c));
	}
	struct span s = wire_update_end(&w);
	rig_in(r, LINK, s.p, s.n);
}

/* MASC-20.1: hints are looked through for each that comes, and so are the entries
 * of their prefix. */
static void many_hints_are_steps(void **state)
{
	struct rig r;
	start(&r);
	for (uint32_t i = 0; i < 800; i += 100) {
		ask_for(&r, 1000 + i, 100, 9);
		drain(&r);
		(void)go_on(&r);
	}
	assert_int_equal(r.m->own->n_hints, 800);
	ask_for(&r, 1700, 100, 0);
	assert_in_range(r.m->worked, WORK_MOST, WORK_MOST + 400);
	assert_true(has_to_go_on(&r));
	ask_for(&r, 9000, 1, 0);
	(void)go_on(&r);
	assert_int_equal(r.m->own->n_hints, 801);
	rig_fini(&r);
}

/* MASC-20.1: so are claims of ours. */
static void many_claims_of_ours_are_steps(void **state)
{
	struct rig r;
	char text[32];
	start(&r);
	for (unsigned i = 0; i < 160; i++) {
		(void)snprintf(text, sizeof(text), "234.64.%u.0/24", i);
		struct masc_command c = { .kind = MASC_COMMAND_CLAIM };
		assert_int_equal(masc_prefix_parse(span_str(text), &c.prefix), OK);
		masc_command(r.m, i + 1, &c, r.now);
		rig_discard(&r);
	}
	assert_int_equal(r.m->own->n_claims, 160);
	tell(&r, LINK, WIRE_PREFIX_IN_USE, MASC_SIBLING, 9, "234.0.0.0/24", 5);
	assert_in_range(r.m->worked, 2 * 160 / WORK_LISTED, 120);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_input_takes_so_many_steps),
		cmocka_unit_test(octets_wait_in_order),
		cmocka_unit_test(too_much_that_waits_ends_the_link),
		cmocka_unit_test(what_waits_goes_with_its_link),
		cmocka_unit_test(what_cannot_wait_ends_the_link),
		cmocka_unit_test(a_wide_withdraw_goes_on_by_ticks),
		cmocka_unit_test(a_third_wide_withdraw_waits),
		cmocka_unit_test(what_is_in_use_is_counted_by_ticks),
		cmocka_unit_test(a_range_that_many_want_is_not_free),
		cmocka_unit_test(many_hints_are_steps),
		cmocka_unit_test(many_claims_of_ours_are_steps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
