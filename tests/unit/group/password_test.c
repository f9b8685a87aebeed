/* Password messages as octets. */
#include "../failing_env.h"
#include "group/password.h"

static const uint8_t share[GROUP_SHARE] = { 1, 2, [31] = 32 };
static const uint8_t proof[GROUP_PROOF] = { 3, 4, [63] = 64 };

static const struct group_password steps[] = {
	{ .step = GROUP_STEP_ASK, .octets = { share, sizeof share } },
	{ .step = GROUP_STEP_ASK,
	  .name = { GROUP_SECRET_INVITATION, { 9, [15] = 8 } },
	  .octets = { share, sizeof share } },
	{ .step = GROUP_STEP_SHARE, .octets = { share, sizeof share } },
	{ .step = GROUP_STEP_PROVE, .octets = { proof, sizeof proof } },
	{ .step = GROUP_STEP_CONFIRM, .octets = { proof, sizeof proof } },
	{ .step = GROUP_STEP_REFUSE, .why = GROUP_DOOR_NO_SUCH },
	{ .step = GROUP_STEP_REFUSE, .why = GROUP_DOOR_WRONG },
	{ .step = GROUP_STEP_REFUSE, .why = GROUP_DOOR_OVER },
	{ .step = GROUP_STEP_REFUSE, .why = GROUP_DOOR_NOT_OURS },
	{ .step = GROUP_STEP_REFUSE, .why = GROUP_DOOR_WAIT, .wait_s = 0x01020304 },
};
#define STEPS (sizeof steps / sizeof *steps)

static uint8_t room[GROUP_PASSWORD_MAX + 1];

static struct span put(const struct group_password *p)
{
	struct wr w = wr_of(room, GROUP_PASSWORD_MAX);
	group_password_put(&w, p);
	assert_false(w.failed);
	return wr_span(&w);
}

/* From a block that ends where the octets do. */
static enum err get(struct span s, struct group_password *p)
{
	uint8_t *copy = malloc(s.n ? s.n : 1);
	assert_non_null(copy);
	if (s.n)
		memcpy(copy, s.p, s.n);
	enum err e = group_password_read(p, span_of(copy, s.n));
	if (!e && p->octets.n)
		p->octets.p = s.p + (p->octets.p - copy);
	free(copy);
	return e;
}

/* GROUP-13.1 */
static void what_is_said_is_read(void **state)
{
	for (size_t i = 0; i < STEPS; i++) {
		struct group_password got;
		struct span s = put(&steps[i]);
		assert_int_equal(get(s, &got), OK);
		assert_int_equal(got.step, steps[i].step);
		assert_int_equal(got.name.kind, steps[i].name.kind);
		assert_memory_equal(got.name.id, steps[i].name.id, GROUP_SECRET_ID);
		assert_true(span_eq(got.octets, steps[i].octets));
		assert_int_equal(got.why, steps[i].why);
		assert_int_equal(got.wait_s, steps[i].wait_s);
	}
}

static void a_part_or_more_is_malformed(void **state)
{
	for (size_t i = 0; i < STEPS; i++) {
		struct group_password got = { .step = GROUP_STEP_CONFIRM };
		struct span s = put(&steps[i]);
		for (size_t n = 0; n < s.n; n++)
			assert_int_equal(get(span_of(s.p, n), &got), ERR_MALFORMED);
		room[s.n] = 0;
		assert_int_equal(get(span_of(s.p, s.n + 1), &got), ERR_MALFORMED);
		assert_int_equal(got.step, GROUP_STEP_CONFIRM); /* untouched */
	}
}

static void assert_bad(const struct group_password *p, size_t at, uint8_t octet)
{
	struct group_password got;
	struct span s = put(p);
	room[at] = octet;
	assert_int_equal(get(s, &got), ERR_MALFORMED);
}

static void what_is_not_defined_is_malformed(void **state)
{
	for (unsigned int step = 5; step < 255; step++)
		assert_bad(&steps[2], 0, (uint8_t)step);
	assert_bad(&steps[0], 0, 0);
	assert_bad(&steps[0], 1, 2);  /* a kind */
	assert_bad(&steps[0], 17, 1); /* an identifier of a password */
	assert_bad(&steps[5], 1, 0);  /* reasons */
	assert_bad(&steps[5], 1, 6);
	assert_bad(&steps[5], 1, 255);
}

/* DESIGN D5, octet for octet. */
static void octets_are_as_written(void **state)
{
	static const uint8_t wait[] = { 255, 5, 1, 2, 3, 4 };
	struct span s = put(&steps[9]);
	assert_true(span_eq(s, span_of(wait, sizeof wait)));
	s = put(&steps[1]);
	assert_int_equal(s.n, 1 + 1 + 16 + 32);
	assert_int_equal(s.p[0], 1);
	assert_int_equal(s.p[1], 1);
	assert_int_equal(s.p[2], 9);
	assert_int_equal(s.p[17], 8);
	assert_int_equal(s.p[18], 1);
	assert_int_equal(s.p[49], 32);
}

static void random_octets_are_read_or_not(void **state)
{
	uint32_t seed = 1;
	for (int i = 0; i < 20000; i++) {
		uint8_t octets[80];
		struct group_password got;
		for (size_t k = 0; k < sizeof octets; k++)
			octets[k] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
		octets[0] = (uint8_t)(i % 6 == 5 ? 255 : i % 6);
		struct span s = span_of(octets, (size_t)i % (sizeof octets + 1));
		if (get(s, &got) == OK)
			assert_true(span_eq(put(&got), s));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_is_read),
		cmocka_unit_test(a_part_or_more_is_malformed),
		cmocka_unit_test(what_is_not_defined_is_malformed),
		cmocka_unit_test(octets_are_as_written),
		cmocka_unit_test(random_octets_are_read_or_not),
	};
	return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
