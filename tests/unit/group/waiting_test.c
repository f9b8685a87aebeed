/* The Unvalidated Record List by itself (GROUP-7.19 to 7.22): for whom records wait, what is
 * forgotten, and that whoever floods it hides nobody's record. */
#include "../failing_env.h"

#include "group/judge_int.h"

#define ANN   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BOB   "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define EVE   "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
#define MOST  16
#define MIB   (size_t)(1u << 20)
#define LATER 1000000000u /* peer time, in the future of a judge whose now is 1601 */

struct list_of {
	struct failing_env f;
	struct group_judge j; /* of which only this list and the clock are used */
	const struct graph_guid *ids;
	bool all;
};

static void begin(struct list_of *l, size_t most)
{
	memset(l, 0, sizeof(*l));
	failing_env_init(&l->f, 1);
	group_waiting_init(&l->j.waiting, &l->f.env, most);
	l->j.now = -INT64_C(11644473600000000);
}

static void end(struct list_of *l)
{
	group_waiting_fini(&l->j.waiting);
	failing_env_assert_clean(&l->f);
}

static struct graph_record record(uint16_t id, uint32_t version)
{
	struct graph_record r = { .version = version, .expires = LATER };
	r.id.at[0] = (uint8_t)(id >> 8);
	r.id.at[15] = (uint8_t)id;
	return r;
}

static struct group_missing who(const char *one, const char *other)
{
	struct group_missing m = { .n = other ? 2 : 1 };
	m.names[0] = span_str(one);
	m.names[1] = other ? span_str(other) : span_of(NULL, 0);
	return m;
}

static void wait_for(struct list_of *l, uint16_t id, const char *one, const char *other)
{
	const struct graph_record r = record(id, 1);
	const struct group_missing m = who(one, other);
	group_waiting_add(&l->j.waiting, &r, &m);
}

static size_t wake(struct list_of *l, const char *name)
{
	return group_judge_woken(&l->j, span_str(name), &l->ids, &l->all);
}

/* By the key of a name, whatever its classifier; either of two will do. */
static void names_wake(void **state)
{
	struct list_of l;
	begin(&l, MOST);
	wait_for(&l, 1, ANN ".Ann", NULL);
	wait_for(&l, 2, BOB ".Bob", ANN ".Ann");
	wait_for(&l, 3, BOB ".", NULL);
	assert_int_equal(wake(&l, EVE ".Eve"), 0);
	assert_int_equal(wake(&l, "short"), 0);
	assert_int_equal(group_judge_waiting(&l.j), 3);
	assert_int_equal(wake(&l, ANN ".other"), 2);
	assert_true(!l.all && l.ids[0].at[15] == 1 && l.ids[1].at[15] == 2);
	assert_int_equal(wake(&l, ANN ".Ann"), 0);
	assert_int_equal(wake(&l, ""), 1); /* for whatever they wait */
	assert_int_equal(l.ids[0].at[15], 3);
	assert_int_equal(group_judge_waiting(&l.j), 0);
	end(&l);
}

/* A record is there once; what came last says for whom. */
static void once_each(void **state)
{
	struct list_of l;
	begin(&l, MOST);
	for (int i = 0; i < 3 * MOST; i++)
		wait_for(&l, 1, ANN ".Ann", NULL);
	assert_int_equal(group_judge_waiting(&l.j), 1);
	wait_for(&l, 1, BOB ".Bob", NULL);
	assert_int_equal(wake(&l, ANN ".Ann"), 0);
	assert_false(l.all); /* none had to go */
	assert_int_equal(wake(&l, BOB ".Bob"), 1);
	assert_int_equal(l.j.waiting.octets, 0);
	end(&l);
}

static void older_says_nothing(void **state)
{
	struct list_of l;
	begin(&l, MOST);
	const struct group_missing m = who(ANN ".Ann", NULL);
	struct graph_record r = record(1, 5);
	group_waiting_add(&l.j.waiting, &r, &m);
	r.version = 4;
	group_waiting_done(&l.j.waiting, &r);
	assert_int_equal(group_judge_waiting(&l.j), 1);
	r.version = 6;
	group_waiting_done(&l.j.waiting, &r);
	group_waiting_done(&l.j.waiting, &r);
	assert_int_equal(group_judge_waiting(&l.j), 0);
	end(&l);
}

/* GROUP-7.20, GROUP-7.22: names in records are not proven, so room cannot be shared out by
 * them. Whose record was pushed out is looked at all the same once its writer is known. */
static void a_flood_hides_nobody(void **state)
{
	struct list_of l;
	begin(&l, MOST);
	wait_for(&l, 1, BOB ".Bob", NULL);
	for (uint16_t i = 0; i < 40 * MOST; i++) {
		wait_for(&l, (uint16_t)(1000 + i), EVE ".Eve", ANN ".Ann");
		assert_true(group_judge_waiting(&l.j) <= MOST);
	}
	assert_int_equal(wake(&l, BOB ".Bob"), 0);
	assert_true(l.all);
	assert_int_equal(group_judge_waiting(&l.j), MOST);
	assert_int_equal(wake(&l, BOB ".Bob"), 0);
	assert_false(l.all);
	/* Again only when again some go. */
	wait_for(&l, 2, BOB ".Bob", NULL);
	assert_int_equal(wake(&l, BOB ".Bob"), 0);
	assert_true(l.all);
	end(&l);
}

static void octets_are_bounded(void **state)
{
	static const uint8_t octets[1];
	struct list_of l;
	begin(&l, 4096);
	const struct group_missing m = who(ANN ".Ann", NULL);
	for (uint16_t i = 0; i < 200; i++) {
		struct graph_record r = record(i, 1);
		r.payload = span_of(octets, MIB); /* its length alone counts */
		group_waiting_add(&l.j.waiting, &r, &m);
		assert_true(l.j.waiting.octets <= 64 * MIB);
	}
	assert_int_equal(group_judge_waiting(&l.j), 63);
	assert_int_equal(wake(&l, ANN ".Ann"), 0);
	assert_true(l.all);
	struct graph_record whole = record(999, 1);
	whole.payload = span_of(octets, 65 * MIB); /* too long for all there is */
	group_waiting_add(&l.j.waiting, &whole, &m);
	assert_int_equal(group_judge_waiting(&l.j), 0);
	assert_int_equal(l.j.waiting.octets, 0);
	end(&l);
}

static void nothing_waits(void **state)
{
	struct list_of l;
	begin(&l, 0);
	wait_for(&l, 1, ANN ".Ann", NULL);
	assert_int_equal(group_judge_waiting(&l.j), 0);
	assert_int_equal(wake(&l, ""), 0);
	assert_false(l.all);
	end(&l);
}

/* GROUP-7.21 */
static void times_come(void **state)
{
	struct list_of l;
	begin(&l, MOST);
	l.j.now = 5000;
	const struct group_missing m[] = {
		{ .from = 4999 }, { .from = 5000 }, { .from = 5001 }, who(ANN ".Ann", NULL)
	};
	for (uint16_t i = 0; i < 4; i++) {
		struct graph_record r = record(i, 1);
		r.expires = UINT64_MAX;
		group_waiting_add(&l.j.waiting, &r, &m[i]);
	}
	struct graph_record over = record(9, 1);
	over.expires = GRAPH_TIME_UNIX + 5000 * 10; /* now */
	group_waiting_add(&l.j.waiting, &over, &m[0]);
	assert_int_equal(group_judge_scan(&l.j, &l.ids, &l.all), 2);
	assert_true(!l.all && l.ids[0].at[15] == 0 && l.ids[1].at[15] == 1);
	assert_int_equal(group_judge_waiting(&l.j), 2);
	assert_int_equal(group_judge_scan(&l.j, &l.ids, &l.all), 0);
	l.j.now = 5001;
	assert_int_equal(group_judge_scan(&l.j, &l.ids, &l.all), 1);
	assert_int_equal(wake(&l, ANN ".Ann"), 1);
	end(&l);
}

/* What cannot be remembered is not; what cannot be told one by one is told at once. */
static void memory_ends(void **state)
{
	struct list_of l;
	begin(&l, MOST);
	for (size_t n = 1, waits = 0; waits == 0; n++) {
		failing_env_fail_at(&l.f, n);
		wait_for(&l, 1, ANN ".Ann", NULL);
		waits = group_judge_waiting(&l.j);
		assert_int_equal(waits, !l.f.failed);
		assert_true(waits || l.j.waiting.octets == 0);
	}
	l.f.fail_at = 0;
	wait_for(&l, 2, BOB ".Bob", NULL);
	failing_env_fail_at(&l.f, 1);
	assert_int_equal(wake(&l, EVE ".Eve"), 0); /* nobody is woken: nothing was lost */
	assert_false(l.all);
	failing_env_fail_at(&l.f, 1);
	assert_int_equal(wake(&l, ANN ".Ann"), 0);
	assert_true(l.all);
	assert_int_equal(group_judge_waiting(&l.j), 1);
	l.f.fail_at = 0;
	assert_int_equal(wake(&l, BOB ".Bob"), 1);
	end(&l);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_wake),	      cmocka_unit_test(once_each),
		cmocka_unit_test(older_says_nothing), cmocka_unit_test(a_flood_hides_nobody),
		cmocka_unit_test(octets_are_bounded), cmocka_unit_test(nothing_waits),
		cmocka_unit_test(times_come),	      cmocka_unit_test(memory_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
