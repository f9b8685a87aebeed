/* Roles, digest grouping 4. */
#include "../failing_env.h"
#include "group/role.h"

#define ADMIN	CRYPTO_ROLE_ADMIN
#define INVITER CRYPTO_ROLE_INVITER
#define MEMBER	CRYPTO_ROLE_MEMBER
#define OTHER	CRYPTO_ROLE_OTHER

/* GROUP-3.1 */
static void people_have_words_for_roles(void **state)
{
	static const struct {
		const char *word;
		enum group_role role;
	} rows[] = { { "administrator", GROUP_ROLE_ADMIN },	{ "admin", GROUP_ROLE_ADMIN },
		     { "inviter", GROUP_ROLE_INVITER },		{ "inviting", GROUP_ROLE_INVITER },
		     { "inviting member", GROUP_ROLE_INVITER }, { "member", GROUP_ROLE_MEMBER } };
	static const char *const none[] = { "", "Admin", "members", "invit", "owner", "admin " };
	enum group_role r;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		r = GROUP_ROLE_COUNT;
		assert_true(group_role_parse(span_str(rows[i].word), &r));
		assert_int_equal(r, rows[i].role);
	}
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		r = GROUP_ROLE_COUNT;
		assert_false(group_role_parse(span_str(none[i]), &r));
		assert_int_equal(r, GROUP_ROLE_COUNT);
	}
	for (r = 0; r < GROUP_ROLE_COUNT; r++) {
		enum group_role back;
		assert_true(group_role_parse(span_str(group_role_text(r)), &back));
		assert_int_equal(back, r);
	}
}

/* GROUP-3.1: the octets that certificates have, in either order. */
static void a_role_has_an_identifier(void **state)
{
	static const char *const text[] = { "04387127-aa56-450a-8ce5-4f565c6790f4",
					    "4370fd89-dc18-4cfb-8dbf-9853a8a9f905",
					    "f12dc4c7-0857-4ca0-93fc-b1bb19a3d8c2" };
	for (enum group_role r = 0; r < GROUP_ROLE_COUNT; r++) {
		struct graph_guid g, swapped;
		enum group_role back = GROUP_ROLE_COUNT;
		assert_int_equal(graph_guid_parse(span_str(text[r]), &g), OK);
		assert_memory_equal(group_role_guid(r), &g, sizeof g);
		assert_int_equal(crypto_role_of_guid(g.at), group_role_bit(r));
		assert_true(group_role_of_guid(&g, &back));
		assert_int_equal(back, r);
		static const uint8_t from[] = {
			3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15
		};
		for (size_t i = 0; i < sizeof from; i++)
			swapped.at[i] = g.at[from[i]];
		assert_true(group_role_of_guid(&swapped, &back));
		assert_int_equal(back, r);
		g.at[7] ^= 1;
		back = GROUP_ROLE_COUNT;
		assert_false(group_role_of_guid(&g, &back));
		assert_int_equal(back, GROUP_ROLE_COUNT);
	}
}

static void the_highest_role_counts(void **state)
{
	static const struct {
		unsigned int set;
		enum group_role highest;
	} rows[] = { { ADMIN, GROUP_ROLE_ADMIN },
		     { ADMIN | MEMBER, GROUP_ROLE_ADMIN },
		     { INVITER | MEMBER, GROUP_ROLE_INVITER },
		     { MEMBER | OTHER, GROUP_ROLE_MEMBER } };
	enum group_role r = GROUP_ROLE_COUNT;
	assert_false(group_role_highest(0, &r));
	assert_false(group_role_highest(OTHER, &r));
	assert_int_equal(r, GROUP_ROLE_COUNT);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(group_role_highest(rows[i].set, &r));
		assert_int_equal(r, rows[i].highest);
	}
}

/* GROUP-3.2: digest 4.1 */
static void a_role_has_rights(void **state)
{
	assert_int_equal(group_role_issuable(ADMIN), ADMIN | INVITER | MEMBER);
	assert_int_equal(group_role_issuable(INVITER), INVITER | MEMBER);
	assert_int_equal(group_role_issuable(MEMBER), 0);
	assert_int_equal(group_role_issuable(MEMBER | INVITER), INVITER | MEMBER);
	assert_int_equal(group_role_issuable(OTHER), 0);
	assert_int_equal(group_role_issuable(0), 0);
	assert_true(group_role_edits_others(ADMIN));
	assert_true(group_role_edits_others(ADMIN | MEMBER));
	assert_false(group_role_edits_others(INVITER | MEMBER | OTHER));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_have_words_for_roles),
		cmocka_unit_test(a_role_has_an_identifier),
		cmocka_unit_test(the_highest_role_counts),
		cmocka_unit_test(a_role_has_rights),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
