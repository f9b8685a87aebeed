/* Classifiers handed on: grouping 4.2, pnrp 7.8; vector T11. */
#include "../failing_env.h"
#include "crypto/cert.h"

#define ADMIN	CRYPTO_ROLE_ADMIN
#define INVITER CRYPTO_ROLE_INVITER
#define MEMBER	CRYPTO_ROLE_MEMBER

#define S(text)                                                                                    \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1                                          \
	}
#define MOST 3

/* CRYPTO-5.5, grouping 4.2 and T11 */
static void classifiers_are_handed_on(void **state)
{
	static const struct {
		struct span parent[MOST];
		size_t n_parent;
		struct span child[MOST];
		size_t n_child;
		unsigned int roles;
		bool allowed;
	} rows[] = {
		{ { S("fish"), S("cheese") }, 2, { S("fish food") }, 1, ADMIN, true },
		{ { S("fish"), S("cheese") }, 2, { S("fish food") }, 1, INVITER, true },
		{ { S("fish"), S("cheese") }, 2, { S("fish food") }, 1, MEMBER, false },
		{ { S("fish"), S("cheese") }, 2, { S("cheese") }, 1, MEMBER, true },
		{ { S("fish"), S("cheese") }, 2, { S("cheese"), S("fish") }, 2, MEMBER, true },
		{ { S("fish"), S("cheese") }, 2, { S("cheese"), S("ham") }, 2, MEMBER, false },
		{ { S("fish"), S("cheese") }, 2, { S("cheese"), S("ham") }, 2, ADMIN, false },
		{ { S("fish") }, 1, { S("fis") }, 1, ADMIN, false },
		{ { S("fish") }, 1, { S("Fish") }, 1, ADMIN, false },
		{ { S("fish") }, 1, { S("") }, 1, ADMIN, false },
		{ { S("fish") }, 1, { S("fish food") }, 1, MEMBER | INVITER, true },
		/* a list that is empty is all */
		{ { { NULL, 0 } }, 0, { S("anything") }, 1, MEMBER, true },
		{ { { NULL, 0 } }, 0, { { NULL, 0 } }, 0, MEMBER, true },
		{ { S("fish") }, 1, { { NULL, 0 } }, 0, ADMIN, false },
		{ { S("fish") }, 1, { { NULL, 0 } }, 0, MEMBER, false },
		/* and so is the empty classifier, to who may narrow it */
		{ { S("fish"), S("") }, 2, { { NULL, 0 } }, 0, ADMIN, true },
		{ { S("fish"), S("") }, 2, { { NULL, 0 } }, 0, INVITER, true },
		{ { S("fish"), S("") }, 2, { { NULL, 0 } }, 0, MEMBER, false },
		{ { S("") }, 1, { S("anything") }, 1, INVITER, true },
		{ { S("") }, 1, { S("anything") }, 1, MEMBER, false },
		{ { S("") }, 1, { S("") }, 1, MEMBER, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(crypto_classifiers_allowed(rows[i].parent, rows[i].n_parent,
							    rows[i].child, rows[i].n_child,
							    rows[i].roles),
				 rows[i].allowed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(classifiers_are_handed_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
