/* MASC-10.3, 10.4: what is believed, in which order, and who may say it. */
#include "claims_rig.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Whether it was taken: neither refused nor dropped. */
static bool is_taken(struct bench *b, const char *claim)
{
	const char *done = bench_hear(b, claim);
	return done[0] && !strstr(done, "3/");
}

static void start(struct bench *b, const char *settings)
{
	bench_init(b, settings);
	bench_start(b);
	bench_hold(b, "239.192.128.0/17", 100000, false);
	assert_true(is_taken(b, "north: managed 239.192.0.0/16 7.71 i"));
}

/* MASC-10.4, 3: the role becomes what the table says. WITHDRAW may come from any
 * origin, so each cell can be seen by the role it goes on with; what is not
 * matched by anything is refused as the updated role wants. */
static void updated_roles(void **state)
{
	static const struct {
		const char *claim, *done;
	} rows[] = {
		/* internal */
		{ "inner: withdraw 239.192.1.0/24 100.11 i", "3/26" },
		{ "north: withdraw 239.192.1.0/24 7.71 i",
		  "replan; parent-withdrew; replan; withdraw p to IS but north" },
		{ "east: withdraw 239.192.1.0/24 8.81 i", "3/27" },
		{ "kid: withdraw 239.192.129.0/24 200.21 i", "3/25" },
		/* child */
		{ "inner: withdraw 239.192.129.0/24 200.21 c", "3/25" },
		{ "north: withdraw 239.192.1.0/24 8.81 c", "3/27" },
		{ "east: withdraw 239.192.1.0/24 8.81 c", "3/23" },
		{ "kid: withdraw 239.192.129.0/24 200.21 c", "3/23" },
		/* sibling */
		{ "inner: withdraw 239.192.1.0/24 8.81 s", "3/27" },
		{ "north: withdraw 239.192.1.0/24 8.81 s", "3/23" },
		{ "east: withdraw 239.192.1.0/24 8.81 s", "3/27" },
		{ "kid: withdraw 239.192.129.0/24 200.21 s", "3/25" },
		/* parent */
		{ "inner: withdraw 239.192.1.0/24 7.71 p",
		  "replan; parent-withdrew; replan; withdraw p to IS but inner" },
		{ "north: withdraw 239.192.1.0/24 7.71 p", "3/23" },
		{ "east: withdraw 239.192.1.0/24 7.71 p",
		  "replan; parent-withdrew; replan; withdraw p to IS but east" },
		{ "kid: withdraw 239.192.129.0/24 200.21 p", "3/23" },
		/* What cannot be is not ourselves either. */
		{ "east: withdraw 239.192.1.0/24 100.11 c", "3/23" },
		{ "kid: withdraw 239.192.129.0/24 100.11 c", "3/23" },
		{ "north: withdraw 239.192.1.0/24 100.11 s", "3/23" },
		{ "north: withdraw 239.192.1.0/24 100.11 p", "3/23" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bench b;
		start(&b, "strict_origin=no");
		expect_hear(&b, rows[i].claim, rows[i].done);
		bench_fini(&b);
	}
}

/* MASC-10.4, 3: a child that says PARENT means us. */
static void a_child_repeats_us(void **state)
{
	struct bench b;
	start(&b, "strict_origin=no");
	bench_ours(&b, "managed 239.192.1.0/24 100.11 i");
	expect_hear(&b, "kid: withdraw 239.192.1.0/24 100.12 p",
		    "withdrawn; withdraw i to IPSC but kid");
	/* A denial keeps the domain of the claimer. */
	expect_hear(&b, "kid: denied 239.192.129.0/24 200.21 p", "denied i to IC but kid");
	expect_hear(&b, "kid: denied 239.192.129.0/24 201.1 p", "denied i to IC but kid");
	expect_hear(&b, "kid: denied 239.192.129.0/24 202.1 p", "3/23");
	bench_fini(&b);
}

/* MASC-10.4, 3: a SIBLING of our own domain is INTERNAL. */
static void a_sibling_repeats_us(void **state)
{
	struct bench b;
	start(&b, "");
	expect_hear(&b, "east: in-use 239.192.1.0/24 100.11 s",
		    "colleague; replan; in-use i to IPSC but east");
	expect_hear(&b, "north: new 239.192.2.0/24 100.11 c", "colleague; new i to IPS but north");
	bench_fini(&b);
}

/* MASC-10.4, 3, A5: INTERNAL is our domain alone, but for a denial. */
static void internal_is_our_domain(void **state)
{
	struct bench b;
	start(&b, "");
	expect_hear(&b, "inner: new 239.192.1.0/24 8.81 i", "3/23");
	expect_hear(&b, "inner: managed 239.192.1.0/24 8.81 i", "3/23");
	expect_hear(&b, "inner: denied 239.192.129.0/24 200.21 i", "denied i to IC but inner");
	bench_fini(&b);
}

/* MASC-10.4, 4: a sibling or a child speaks for itself alone. */
static void strict_origin(void **state)
{
	static const struct {
		const char *claim;
		bool strict, loose;
	} rows[] = {
		/* As a sibling. */
		{ "east: in-use 239.192.1.0/24 8.81 i", true, true },
		{ "east: in-use 239.192.1.0/24 9.91 s", false, true },
		{ "east: new 239.192.1.0/24 9.91 s", false, true },
		{ "east: managed 239.192.0.0/18 7.71 p", false, true },
		{ "east: withdraw 239.192.0.0/18 7.71 p", false, true },
		{ "east: denied 239.192.0.0/18 9.91 p", false, true },
		{ "east: denied 239.192.0.0/18 8.81 p", true, true },
		{ "east: new 239.192.1.0/24 100.11 s", true, true },
		/* Of ours nothing that takes away. */
		{ "east: withdraw 239.192.3.0/24 100.12 s", false, true },
		{ "east: denied 239.192.4.0/24 100.11 p", false, true },
		/* As a child. */
		{ "north: in-use 239.192.1.0/24 9.91 c", true, true },
		{ "north: denied 239.192.1.0/24 9.91 i", true, true },
		/* As a parent. */
		{ "kid: in-use 239.192.129.0/24 200.21 i", true, true },
		{ "kid: in-use 239.192.129.0/24 200.22 i", true, true },
		{ "kid: in-use 239.192.129.0/24 201.1 s", false, true },
		{ "kid: withdraw 239.192.3.0/24 100.12 p", false, true },
		{ "kid: denied 239.192.129.0/24 200.21 p", false, true },
		/* Among ourselves. */
		{ "inner: in-use 239.192.1.0/24 9.91 s", true, true },
		{ "inner: in-use 239.192.129.0/24 201.1 c", true, true },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		for (int strict = 0; strict < 2; strict++) {
			struct bench b;
			start(&b, strict ? "strict_origin=yes" : "strict_origin=no");
			b.denies = true;
			bench_ours(&b, "managed 239.192.3.0/24 100.11 i");
			bool want = strict ? rows[i].strict : rows[i].loose;
			if (is_taken(&b, rows[i].claim) != want)
				fail_msg("%s, strict %d: %s", rows[i].claim, strict, b.log);
			if (!want && strict && rows[i].loose)
				assert_string_equal(b.log, "");
			else if (!want)
				assert_string_equal(b.log, "3/23");
			bench_fini(&b);
		}
}

/* MASC-10.3: the boundary of a scope, and its edge. */
static void boundaries(void **state)
{
	struct bench b;
	bench_init(&b, "");
	rig_scope(&b.r, "site range=239.192.64.0/18");
	rig_scope(&b.r, "room range=239.192.32.0/19");
	struct masc_peer_config *east;
	assert_int_equal(masc_config_peer(&b.r.config, span_str("east"), &east), OK);
	strcpy(east->crosses, "site");
	bench_start(&b);
	expect_hear(&b, "east: new 239.192.64.0/24 8.81 i", "3/10");
	assert_true(is_taken(&b, "west: new 239.192.64.0/24 9.91 i"));
	assert_true(is_taken(&b, "east: new 239.192.32.0/24 8.81 i"));
	/* Over an edge. */
	expect_hear(&b, "west: new 239.192.0.0/16 9.91 i", "3/10");
	assert_true(is_taken(&b, "west: new 239.192.128.0/24 9.91 i"));
	/* A hint lies in no scope. */
	assert_true(is_taken(&b, "kid: new 0/8 200.21 i"));
	bench_fini(&b);
}

/* MASC-10.4, 2: over is timestamp + hold time + skew keep (1 s in the lab). */
static void over_already(void **state)
{
	struct bench b;
	start(&b, "");
	expect_hear(&b, "east: new 239.192.1.0/24 8.81 i ts=-3", "");
	assert_int_equal(bench_peer(&b, "east")->count.claims_expired, 1);
	assert_true(is_taken(&b, "east: new 239.192.1.0/24 8.81 i ts=-2"));
	assert_int_equal(bench_peer(&b, "east")->count.claims_expired, 1);
	/* In 64 bits, A21. */
	assert_true(is_taken(&b, "east: in-use 239.192.2.0/24 8.81 i life=4294967295"));
	bench_fini(&b);
}

/* MASC-10.4: one thing wrong before the other. */
static void order_of_checks(void **state)
{
	struct bench b;
	bench_init(&b, "clock_check=kernel");
	rig_scope(&b.r, "site range=239.192.64.0/18");
	bench_start(&b);
	bench_hear(&b, "north: managed 239.192.0.0/18 7.71 i");
	/* Edge before over. */
	expect_hear(&b, "east: new 239.192.0.0/16 8.81 i ts=-99", "3/10");
	/* Over before role. */
	expect_hear(&b, "east: new 239.192.1.0/24 8.81 c ts=-99", "");
	/* Role and origin before the clock. */
	expect_hear(&b, "east: new 239.192.1.0/24 8.81 c ts=999", "3/23");
	expect_hear(&b, "east: new 239.192.1.0/24 9.91 s ts=999", "");
	assert_int_equal(bench_peer(&b, "east")->count.claims_hearsay, 1);
	/* The clock before the table. */
	expect_hear(&b, "east: new 239.193.1.0/24 8.81 i ts=999", "3/20");
	expect_hear(&b, "east: new 239.193.1.0/24 8.81 i", "3/24");
	bench_fini(&b);
}

/* MASC-10.4, 6: equal in each field. */
static void told_before(void **state)
{
	static const char *const others[] = {
		"west: in-use 239.192.1.0/24 9.91 i",
		"east: in-use 239.192.2.0/24 8.81 i",
		"east: in-use 239.192.0.0/23 8.81 i",
		"east: in-use 239.192.1.0/24 8.82 i",
		"east: in-use 239.192.1.0/24 8.81 i ts=1",
		"east: in-use 239.192.1.0/24 8.81 i life=3601",
		"east: in-use 239.192.1.0/24 8.81 i hold=3601",
		"east: in-use 239.192.1.0/24 8.81 i D",
		"east: new 239.192.1.0/24 8.81 i hold=3600",
		"north: in-use 239.192.1.0/24 8.81 c life=3602",
	};
	for (size_t i = 0; i < COUNT(others); i++) {
		struct bench b;
		start(&b, "");
		assert_true(is_taken(&b, "east: in-use 239.192.1.0/24 8.81 i"));
		expect_hear(&b, "east: in-use 239.192.1.0/24 8.81 i", "");
		assert_int_equal(bench_peer(&b, "east")->count.claims_same, 1);
		if (!is_taken(&b, others[i]))
			fail_msg("%s is no news", others[i]);
		bench_fini(&b);
	}
}

static struct table_mark mark_of(struct bench *b, const char *claim)
{
	struct wire_claim c = bench_claim(b, claim, NULL);
	struct space *sp = space_parent(b->r.m, MASC_IPV4, &(struct masc_id){ { [15] = 7 } });
	uint32_t r = cache_find(sp, &c);
	assert_true(r);
	return table_mark_of(sp->table, r);
}

/* MASC-10.4, 6: who tells it again makes it fresh; the origin is heard itself. */
static void told_again_is_fresh(void **state)
{
	static const char *const claim = "in-use 239.192.1.0/24 8.81 i";
	struct bench b;
	start(&b, "");
	assert_true(is_taken(&b, "north: in-use 239.192.1.0/24 8.81 c"));
	struct table_mark mark = mark_of(&b, claim);
	assert_ptr_equal(sync_peer_of(b.r.m, &mark), bench_peer(&b, "north"));
	/* Another relay changes nothing while it is fresh. */
	expect_hear(&b, "north2: in-use 239.192.1.0/24 8.81 c", "");
	mark = mark_of(&b, claim);
	assert_ptr_equal(sync_peer_of(b.r.m, &mark), bench_peer(&b, "north"));
	/* Stale, the relay's word counts. */
	b.r.m->tellers.all[bench_peer(&b, "north")->teller].epoch++;
	mark = mark_of(&b, claim);
	assert_true(sync_stale(b.r.m, &mark));
	expect_hear(&b, "north2: in-use 239.192.1.0/24 8.81 c", "");
	mark = mark_of(&b, claim);
	assert_ptr_equal(sync_peer_of(b.r.m, &mark), bench_peer(&b, "north2"));
	assert_false(sync_stale(b.r.m, &mark));
	/* The origin itself always. */
	expect_hear(&b, "east: in-use 239.192.1.0/24 8.81 i", "");
	mark = mark_of(&b, claim);
	assert_ptr_equal(sync_peer_of(b.r.m, &mark), bench_peer(&b, "east"));
	bench_fini(&b);
}

/* What this node said itself is no news, whatever others make of it. */
static void our_own_comes_back(void **state)
{
	struct bench b;
	start(&b, "");
	expect_hear(&b, "east: in-use 239.192.1.0/24 100.10 s", "");
	expect_hear(&b, "inner: managed 239.192.1.0/24 100.10 i ts=5", "");
	expect_hear(&b, "inner: in-use 239.192.129.0/24 100.10 c", "");
	assert_int_equal(bench_peer(&b, "inner")->count.claims_same, 2);
	expect_known(&b, "managed p 239.192.0.0/16 7.71");
	/* But for a denial: it names the claimer. */
	expect_hear(&b, "north: denied 239.192.1.0/24 100.10 i", "denied; 3/26");
	bench_fini(&b);
}

/* MASC-10.2: under a parent a claim lies in its ranges, as soon as one is known. */
static void association(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_start(&b);
	assert_true(is_taken(&b, "east: new 239.193.1.0/24 8.81 i"));
	bench_hear(&b, "north: managed 239.192.0.0/16 7.71 i D");
	expect_hear(&b, "east: new 239.193.2.0/24 8.81 i", "3/24");
	assert_true(is_taken(&b, "east: new 239.192.2.0/24 8.81 i"));
	/* Ranges the parent speaks of need no other. */
	assert_true(is_taken(&b, "north: managed 239.194.0.0/16 7.71 i"));
	assert_true(is_taken(&b, "north: withdraw 239.195.0.0/16 7.71 i"));
	/* No parent of ours stands for it. */
	expect_hear(&b, "inner: new 239.193.2.0/24 100.11 i", "3/24");
	bench_fini(&b);
}

/* A claim there is no memory for is lost alone. */
static void without_memory(void **state)
{
	struct failing_env *f;
	struct bench b;
	size_t taken = 0;
	for (size_t n = 1; n < 40; n++) {
		start(&b, "");
		f = &b.r.f;
		f->fail_at = f->allocations + n;
		f->fail_on = true;
		bool heard = is_taken(&b, "east: in-use 239.192.1.0/24 8.81 i opt");
		heard = is_taken(&b, "kid: new 239.192.129.0/24 200.21 i") && heard;
		taken += heard;
		assert_true(heard || f->failed);
		f->fail_at = 0;
		/* Told again there is memory. */
		bench_hear(&b, "east: in-use 239.192.1.0/24 8.81 i opt");
		bench_hear(&b, "kid: new 239.192.129.0/24 200.21 i life=3601");
		expect_known(&b, "managed p 239.192.0.0/16 7.71; in-use s 239.192.1.0/24 8.81*; "
				 "below new c 239.192.129.0/24 200.21*");
		bench_fini(&b);
	}
	assert_true(taken > 0 && taken < 39);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(updated_roles),	cmocka_unit_test(a_child_repeats_us),
		cmocka_unit_test(a_sibling_repeats_us), cmocka_unit_test(internal_is_our_domain),
		cmocka_unit_test(strict_origin),	cmocka_unit_test(boundaries),
		cmocka_unit_test(over_already),		cmocka_unit_test(order_of_checks),
		cmocka_unit_test(told_before),		cmocka_unit_test(told_again_is_fresh),
		cmocka_unit_test(our_own_comes_back),	cmocka_unit_test(association),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
