#include "../failing_env.h"

#include "sim/dgram.h"

#define KIND 7

struct bench {
	struct failing_env f;
	struct queue q;
	struct dgram_net d;
	struct dgram_host h;
	int64_t now;
};

static void init(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	failing_env_init(&b->f, 1);
	queue_init(&b->q, &b->f.env);
	dgram_init(&b->d, &b->f.env, &b->q, KIND, 1, 0);
	dgram_host_init(&b->h, &b->f.env);
}

static void fini(struct bench *b)
{
	dgram_fini(&b->d);
	dgram_host_fini(&b->h);
	queue_free(&b->q);
	failing_env_assert_clean(&b->f);
}

static struct addr at(const char *text)
{
	struct addr a;
	assert_int_equal(addr_parse(span_str(text), 0, &a), OK);
	return a;
}

static void send_one(struct bench *b, const struct dgram_path *path, struct dgram_lane *lane,
		     const char *octets)
{
	struct dgram_packet like = { .a = 1,
				     .b = 2,
				     .interface = 3,
				     .from = at("192.0.2.1:4000"),
				     .to = at("192.0.2.2:5000") };
	assert_int_equal(dgram_send(&b->d, path, lane, &like, span_str(octets), b->now), OK);
}

static struct dgram_packet *next(struct bench *b)
{
	struct queue_entry *e = queue_pop(&b->q);
	return e ? LIST_ENTRY(e, struct dgram_packet, when) : NULL;
}

static size_t take_all(struct bench *b)
{
	size_t n = 0;
	for (struct dgram_packet *p = next(b); p; p = next(b), n++)
		dgram_packet_free(&b->d, p);
	return n;
}

/* SIM-9.1. */
static void what_is_sent_arrives(void **state)
{
	struct bench b;
	init(&b);
	b.now = 100;
	struct dgram_path path = { .low = 5, .high = 9 };
	send_one(&b, &path, NULL, "hello");
	struct dgram_packet *p = next(&b);
	struct addr from = at("192.0.2.1:4000"), to = at("192.0.2.2:5000");
	assert_int_equal(p->when.kind, KIND);
	assert_true(p->when.at >= 105 && p->when.at <= 109);
	assert_true(p->a == 1 && p->b == 2 && p->interface == 3);
	assert_true(addr_eq(&p->from, &from) && addr_eq(&p->to, &to));
	assert_true(span_eq(span_of(p->bytes, p->n), span_str("hello")));
	dgram_packet_free(&b.d, p);
	assert_null(next(&b));
	assert_int_equal(b.d.tally.sent, 1);
	assert_int_equal(b.d.tally.octets, 5);
	fini(&b);
}

#define MANY 20000

/* SIM-9.1: within a tenth of what was asked for. */
static void as_often_as_asked(void **state)
{
	struct bench b;
	init(&b);
	struct dgram_path path = { .low = 10,
				   .high = 10,
				   .loss = 100000,
				   .duplicate = 50000,
				   .reorder = 200000,
				   .late = 100 };
	size_t late = 0, n = 0;
	for (size_t i = 0; i < MANY; i++)
		send_one(&b, &path, NULL, "x");
	for (struct dgram_packet *p = next(&b); p; p = next(&b), n++) {
		assert_true(p->when.at >= 10 && p->when.at <= 110);
		late += p->when.at > 10;
		dgram_packet_free(&b.d, p);
	}
	assert_true(b.d.tally.lost > MANY / 10 * 9 / 10 && b.d.tally.lost < MANY / 10 * 11 / 10);
	size_t doubled = (MANY - b.d.tally.lost) / 20;
	assert_true(b.d.tally.doubled > doubled * 9 / 10 && b.d.tally.doubled < doubled * 11 / 10);
	assert_int_equal(n, MANY - b.d.tally.lost + b.d.tally.doubled);
	assert_true(late > n / 5 * 9 / 10 && late <= b.d.tally.late);
	fini(&b);
}

/* Octets one after another; what would wait too long is dropped. */
static void a_limited_rate(void **state)
{
	struct bench b;
	init(&b);
	struct dgram_path path = { .rate = 1000, .backlog = 10 * 1000 };
	struct dgram_lane lane = { 0 };
	for (int i = 0; i < 4; i++)
		send_one(&b, &path, &lane, "0123456789"); /* 10 ms each */
	assert_int_equal(b.d.tally.over_rate, 2);
	for (int i = 1; i <= 2; i++) {
		struct dgram_packet *p = next(&b);
		assert_int_equal(p->when.at, 10000 * i);
		dgram_packet_free(&b.d, p);
	}
	b.now = 50000;
	send_one(&b, &path, &lane, "0123456789");
	struct dgram_packet *p = next(&b);
	assert_int_equal(p->when.at, 60000);
	dgram_packet_free(&b.d, p);
	fini(&b);
}

/* SIM-1.2. */
static void the_same_seed_the_same_fate(void **state)
{
	struct dgram_path path = { .low = 1, .high = 1000, .loss = 300000, .duplicate = 300000 };
	int64_t times[2][400];
	size_t n[2] = { 0, 0 };
	for (int run = 0; run < 2; run++) {
		struct bench b;
		init(&b);
		for (size_t i = 0; i < 200; i++)
			send_one(&b, &path, NULL, "x");
		for (struct dgram_packet *p = next(&b); p; p = next(&b)) {
			times[run][n[run]++] = p->when.at;
			dgram_packet_free(&b.d, p);
		}
		fini(&b);
	}
	assert_int_equal(n[0], n[1]);
	assert_memory_equal(times[0], times[1], n[0] * sizeof(times[0][0]));
}

static enum err bind_at(struct bench *b, uint32_t number, const char *local, bool shared, bool any,
			struct addr *bound)
{
	struct addr a = at(local);
	return dgram_bind(&b->h, number, &a, shared, any, bound);
}

static void ports(void **state)
{
	struct bench b;
	struct addr got;
	init(&b);
	assert_int_equal(bind_at(&b, 1, "192.0.2.1:3540", false, false, &got), OK);
	assert_int_equal(got.port, 3540);
	assert_int_equal(bind_at(&b, 1, "192.0.2.1:3541", false, false, &got), ERR_EXISTS);
	assert_int_equal(bind_at(&b, 2, "192.0.2.1:3540", false, false, &got), ERR_IN_USE);
	assert_int_equal(bind_at(&b, 2, "0.0.0.0:3540", false, false, &got), ERR_IN_USE);
	assert_int_equal(bind_at(&b, 2, "192.0.2.9:3540", false, false, &got), OK);
	assert_int_equal(bind_at(&b, 3, "[::]:3540", false, false, &got), OK);
	assert_int_equal(bind_at(&b, 4, "192.0.2.1:3540", false, true, &got), OK);
	assert_true(got.port > 1024 && got.port != 3540);
	assert_int_equal(bind_at(&b, 5, "0.0.0.0:1900", true, false, &got), OK);
	assert_int_equal(bind_at(&b, 6, "0.0.0.0:1900", true, false, &got), OK);
	assert_int_equal(bind_at(&b, 7, "0.0.0.0:1900", false, false, &got), ERR_IN_USE);
	dgram_unbind(&b.h, 1);
	dgram_unbind(&b.h, 99);
	assert_null(dgram_socket(&b.h, 1));
	assert_int_equal(bind_at(&b, 1, "192.0.2.1:3540", false, false, &got), OK);
	fini(&b);
}

static struct dgram_socket *only_for(struct bench *b, const char *to, uint32_t interface)
{
	struct dgram_packet p = { .to = at(to), .interface = interface };
	struct dgram_socket *s = dgram_for(&b->h, &p, NULL);
	if (s)
		assert_null(dgram_for(&b->h, &p, s));
	return s;
}

static void to_whom(void **state)
{
	struct bench b;
	struct addr got;
	init(&b);
	assert_int_equal(bind_at(&b, 1, "192.0.2.1:3540", false, false, &got), OK);
	assert_int_equal(bind_at(&b, 2, "[fe80::1%2]:3540", false, false, &got), OK);
	assert_int_equal(bind_at(&b, 3, "[::]:1900", true, false, &got), OK);
	assert_ptr_equal(only_for(&b, "192.0.2.1:3540", 1), dgram_socket(&b.h, 1));
	assert_null(only_for(&b, "192.0.2.1:3541", 1));
	assert_null(only_for(&b, "192.0.2.2:3540", 1));
	assert_ptr_equal(only_for(&b, "[fe80::1%2]:3540", 2), dgram_socket(&b.h, 2));
	assert_null(only_for(&b, "[fe80::1%3]:3540", 3));
	assert_ptr_equal(only_for(&b, "[2001:db8::1]:1900", 1), dgram_socket(&b.h, 3));
	assert_null(only_for(&b, "192.0.2.1:1900", 1));
	fini(&b);
}

/* SIM-9.3. */
static void groups(void **state)
{
	struct bench b;
	struct addr got, two = at("ff02::c"), three = at("ff02::c");
	init(&b);
	two.scope = 2;
	three.scope = 3;
	assert_int_equal(bind_at(&b, 1, "[::]:1900", true, false, &got), OK);
	assert_int_equal(bind_at(&b, 2, "[::]:1900", true, false, &got), OK);
	struct dgram_socket *one = dgram_socket(&b.h, 1), *other = dgram_socket(&b.h, 2);
	assert_int_equal(dgram_join(&b.h, one, &two), OK);
	assert_int_equal(dgram_join(&b.h, one, &two), ERR_EXISTS);
	assert_int_equal(dgram_join(&b.h, one, &three), OK);
	assert_int_equal(dgram_join(&b.h, other, &two), OK);
	assert_true(dgram_has_joined(&b.h, &two, 2));
	assert_false(dgram_has_joined(&b.h, &two, 4));
	struct dgram_packet p = { .to = at("[ff02::c]:1900"), .interface = 2 };
	assert_ptr_equal(dgram_for(&b.h, &p, NULL), one);
	assert_ptr_equal(dgram_for(&b.h, &p, one), other);
	assert_null(dgram_for(&b.h, &p, other));
	p.interface = 3;
	assert_ptr_equal(dgram_for(&b.h, &p, NULL), one);
	assert_null(dgram_for(&b.h, &p, one));
	dgram_leave(&b.h, one, &three);
	dgram_leave(&b.h, one, &three);
	assert_null(dgram_for(&b.h, &p, NULL));
	fini(&b);
}

static void what_is_on_its_way_is_freed(void **state)
{
	struct bench b;
	init(&b);
	struct dgram_path path = { .low = 1, .high = 1, .duplicate = DGRAM_MILLION };
	send_one(&b, &path, NULL, "twice");
	send_one(&b, &path, NULL, "");
	dgram_fini(&b.d);
	assert_int_equal(take_all(&b), 0);
	fini(&b);
}

static void without_memory(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 1)
	{
		struct queue q;
		struct dgram_net d;
		struct dgram_host h;
		struct dgram_path path = { .duplicate = DGRAM_MILLION };
		struct dgram_packet like = { .a = 0 };
		struct addr local = at("[::]:1900"), group = at("ff02::c"), got;
		queue_init(&q, &f.env);
		dgram_init(&d, &f.env, &q, KIND, 1, 0);
		dgram_host_init(&h, &f.env);
		enum err e = dgram_bind(&h, 1, &local, false, false, &got);
		if (!e)
			e = dgram_join(&h, dgram_socket(&h, 1), &group);
		if (!e)
			e = dgram_send(&d, &path, NULL, &like, span_str("x"), 5);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		dgram_fini(&d);
		dgram_host_fini(&h);
		queue_free(&q);
		failing_env_assert_clean(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_arrives),
		cmocka_unit_test(as_often_as_asked),
		cmocka_unit_test(a_limited_rate),
		cmocka_unit_test(the_same_seed_the_same_fate),
		cmocka_unit_test(ports),
		cmocka_unit_test(to_whom),
		cmocka_unit_test(groups),
		cmocka_unit_test(what_is_on_its_way_is_freed),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests_name("sim_dgram", tests, NULL, NULL);
}
