#include "../failing_env.h"

#include "sim/swarm_int.h"

/* Small and short: what thousands come to is for tests/sim and the soak. */
static struct swarm_options few(uint32_t nodes)
{
	struct swarm_options o;
	swarm_defaults(&o);
	o.nodes = nodes;
	o.join = 10 * MONO_SEC;
	o.settle = 2 * MONO_MIN;
	o.idle = 30 * MONO_SEC;
	o.run = 30 * MONO_SEC;
	o.resolves = 50;
	return o;
}

static struct swarm_result run_of(const struct swarm_options *o)
{
	struct failing_env f;
	struct swarm_result r;
	failing_env_init(&f, 1);
	assert_int_equal(swarm_run(o, &f.env, &r), OK);
	failing_env_assert_clean(&f);
	return r;
}

#define THOUSAND(v) ((int64_t)(v)*1000)

/* SIM-9.6. */
static void all_is_as_it_should_be(void **state)
{
	struct swarm_options o = few(12);
	struct swarm_result r = run_of(&o);
	assert_int_equal(r.metric[SWARM_NODES], THOUSAND(12));
	assert_int_equal(r.metric[SWARM_WRONG_LEAVES], 0);
	assert_int_equal(r.metric[SWARM_LEFT_WRONG], 0);
	assert_int_equal(r.metric[SWARM_RESOLVED], THOUSAND(100));
	assert_int_equal(r.metric[SWARM_FORGED], 0);
	assert_true(r.metric[SWARM_RESOLVES] > THOUSAND(30));
	assert_true(r.metric[SWARM_HOPS_MEAN] > 0 && r.metric[SWARM_HOPS_MEAN] < THOUSAND(4));
	assert_true(r.metric[SWARM_IDLE_MESSAGES] > 0);
	assert_true(r.metric[SWARM_LARGEST] > THOUSAND(100));
	assert_true(r.metric[SWARM_LARGEST] <= THOUSAND(PNRP_DATAGRAM_MAX));
	assert_true(r.metric[SWARM_MEMORY_MEAN] > THOUSAND(1000));
	assert_true(r.metric[SWARM_MEMORY_MOST] >= r.metric[SWARM_MEMORY_MEAN]);
	assert_int_equal(r.metric[SWARM_VIRTUAL_TIME], THOUSAND(10 + 120 + 30 + 30 + 60));
}

/* SIM-1.2, SIM-9.5. */
static void the_same_seed_gives_the_same_run(void **state)
{
	struct swarm_options o = few(6);
	struct swarm_result a = run_of(&o), b = run_of(&o);
	assert_string_equal(a.hash, b.hash);
	assert_int_equal(a.events, b.events);
	assert_memory_equal(a.metric, b.metric, sizeof(a.metric));
	o.seed = 2;
	b = run_of(&o);
	assert_string_not_equal(a.hash, b.hash);
}

/* A network that loses everything: nobody finds anybody, and that is what is said. */
static void what_is_wrong_is_seen(void **state)
{
	struct swarm_options o = few(4);
	o.path.loss = DGRAM_MILLION;
	o.settle = 30 * MONO_SEC;
	struct swarm_result r = run_of(&o);
	assert_int_equal(r.metric[SWARM_WRONG_LEAVES], THOUSAND(4));
	assert_int_equal(r.metric[SWARM_WRONG_MEMBERS], THOUSAND(4 * 2 * 3));
	assert_int_equal(r.metric[SWARM_RESOLVED], 0);
	assert_true(r.metric[SWARM_RESOLVES] > 0);
}

static void some_go_and_some_come(void **state)
{
	struct swarm_options o = few(8);
	o.churn = 100 * DGRAM_MILLION; /* all of them a hundred times an hour */
	struct swarm_result r = run_of(&o);
	assert_int_equal(r.metric[SWARM_NODES], THOUSAND(8));
	struct swarm_options still = few(8);
	struct swarm_result calm = run_of(&still);
	assert_string_not_equal(r.hash, calm.hash);
	assert_true(r.events > calm.events);
}

/* SIM-9.8. */
static void halves_meet(void **state)
{
	struct swarm_options o = few(6);
	o.merge = true;
	o.entries = 2;
	o.run = 2 * MONO_HOUR;
	struct swarm_result r = run_of(&o);
	assert_true(r.metric[SWARM_MERGE_TIME] > 0);
	assert_int_equal(r.metric[SWARM_WRONG_LEAVES], 0);
	assert_int_equal(r.metric[SWARM_RESOLVED], THOUSAND(100));
}

/* SIM-9.7: liars there are, and what they do is felt or not, but never believed. */
static void liars_of_each_kind(void **state)
{
	char hashes[SWARM_LIE_COUNT][33];
	for (int lie = 1; lie < SWARM_LIE_COUNT; lie++) {
		struct swarm_options o = few(10);
		o.liars = DGRAM_MILLION / 5;
		o.lie = (enum swarm_lie)lie;
		struct swarm_result r = run_of(&o);
		assert_int_equal(r.metric[SWARM_LIARS], THOUSAND(2));
		assert_int_equal(r.metric[SWARM_NODES], THOUSAND(10));
		assert_true(r.metric[SWARM_RESOLVES] > 0);
		assert_int_equal(r.metric[SWARM_FORGED], 0);
		memcpy(hashes[lie], r.hash, sizeof(r.hash));
		for (int other = 1; other < lie; other++)
			assert_string_not_equal(hashes[other], r.hash);
	}
}

/* SIM-9.9: nothing draws more than DESIGN and digest allow for. */
static void forged_requests(void **state)
{
	struct swarm_options o = few(6);
	o.amplify = true;
	struct swarm_result r = run_of(&o);
	assert_true(r.metric[SWARM_AMPLIFY_SOLICIT] > 0);
	assert_true(r.metric[SWARM_AMPLIFY_INQUIRE] > THOUSAND(1));
	assert_true(r.metric[SWARM_AMPLIFY_LOOKUP] > 0);
	for (int m = SWARM_AMPLIFY_SOLICIT; m <= SWARM_AMPLIFY_LOOKUP; m++)
		assert_true(r.metric[m] < THOUSAND(10));
}

static void what_does_not_fit(void **state)
{
	struct failing_env f;
	struct swarm_result r;
	failing_env_init(&f, 1);
	struct swarm_options bad[8];
	for (size_t i = 0; i < 8; i++)
		bad[i] = few(10);
	bad[0].nodes = 1;
	bad[1].entries = 0;
	bad[2].entries = SWARM_ENTRIES_MOST + 1;
	bad[3].entries = 10;
	bad[4].liars = DGRAM_MILLION;
	bad[5].merge = true;
	bad[6].lie = SWARM_LIE_SELF;
	bad[7].liars = 5;
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(swarm_run(&bad[i], &f.env, &r), ERR_CONFIG);
	failing_env_assert_clean(&f);
}

static void addresses_and_places(void **state)
{
	struct addr other = swarm_addr(7);
	other.ip[15] = 2;
	for (uint32_t place = 1; place < 1u << 31; place *= 3) {
		struct addr a = swarm_addr(place);
		assert_int_equal(swarm_place(&a), place);
	}
	assert_int_equal(swarm_place(&other), SWARM_NOBODY);
}

/* One allocation of many fails: the run ends and leaves nothing. */
static void without_memory(void **state)
{
	struct swarm_options o = few(3);
	struct swarm_result r;
	o.join = MONO_SEC;
	o.settle = 5 * MONO_SEC;
	o.idle = MONO_SEC;
	o.run = MONO_SEC;
	o.resolves = 2;
	struct failing_env f;
	failing_env_init(&f, 1);
	assert_int_equal(swarm_run(&o, &f.env, &r), OK);
	size_t all = f.allocations;
	assert_true(all > 500);
	for (size_t n = 1; n < all; n += 1 + n / 12) {
		failing_env_init(&f, 1);
		f.fail_at = n;
		enum err e = swarm_run(&o, &f.env, &r);
		assert_true(e == OK || e == ERR_NOMEM);
		failing_env_assert_clean(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_as_it_should_be),
		cmocka_unit_test(the_same_seed_gives_the_same_run),
		cmocka_unit_test(what_is_wrong_is_seen),
		cmocka_unit_test(some_go_and_some_come),
		cmocka_unit_test(halves_meet),
		cmocka_unit_test(liars_of_each_kind),
		cmocka_unit_test(forged_requests),
		cmocka_unit_test(what_does_not_fit),
		cmocka_unit_test(addresses_and_places),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests_name("sim_swarm", tests, NULL, NULL);
}
