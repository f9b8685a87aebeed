/* From secrets to what CPace begins with: the vector was made with Python's hashlib.scrypt. */
#include "../failing_env.h"
#include "group/groups_job.h"

#include <stdio.h>

#define GROUP_NAME "0123456789abcdef0123456789abcdef01234567.smiths"

static struct span written(const struct groups_prs *x, uint8_t *room, size_t size)
{
	struct wr w = wr_of(room, size);
	groups_prs_write(&w, x);
	assert_false(w.failed);
	assert_int_equal(w.n, groups_prs_size(x));
	return wr_span(&w);
}

static void make(const struct groups_prs *x, uint8_t out[GROUP_PRS])
{
	struct failing_env f;
	uint8_t room[600];
	size_t n;
	failing_env_init(&f, 1);
	assert_int_equal(groups_job_run(GROUPS_JOB_PRS, written(x, room, sizeof(room)), &f.env, out,
					GROUP_PRS, &n),
			 OK);
	assert_int_equal(n, GROUP_PRS);
}

/* GROUP-14.13 */
static void the_vector(void **state)
{
	struct groups_prs x = { .secret = span_str("stone-lemon-tiger"),
				.group = span_str(GROUP_NAME),
				.invitation = true };
	uint8_t out[GROUP_PRS], other[GROUP_PRS];
	char hex[2 * GROUP_PRS + 1];
	memset(x.id, 0x5a, sizeof(x.id));
	make(&x, out);
	for (size_t i = 0; i < sizeof(out); i++)
		snprintf(hex + 2 * i, 3, "%02x", out[i]);
	assert_string_equal(hex,
			    "859e1e6ac86f63e26d7ae363286d9411699c4b6a3e006cbe36dc72b0856ed646");
	/* Another invitation, a password, another group: nothing in common. */
	x.id[15] ^= 1;
	make(&x, other);
	assert_memory_not_equal(out, other, sizeof(out));
	x.id[15] ^= 1;
	x.invitation = false;
	make(&x, other);
	assert_memory_not_equal(out, other, sizeof(out));
}

static void what_is_cut(void **state)
{
	struct groups_prs x = { .secret = span_str("s"), .group = span_str(GROUP_NAME) };
	uint8_t room[600], out[GROUP_PRS];
	size_t n = 77;
	struct span s = written(&x, room, sizeof(room));
	for (size_t cut = 0; cut < s.n; cut++)
		assert_int_equal(groups_prs_run(span_of(room, cut), out, sizeof(out), &n),
				 ERR_MALFORMED);
	assert_int_equal(groups_prs_run(s, out, GROUP_PRS - 1, &n), ERR_MALFORMED);
	assert_int_equal(groups_prs_run(span_of(room, s.n + 1), out, sizeof(out), &n),
			 ERR_MALFORMED);
	assert_int_equal(n, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vector),
		cmocka_unit_test(what_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
