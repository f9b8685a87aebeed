/* The first identity of a machine, made with its first group. */
#include "asked_groups.h"

/* GROUP-10.12 */
static void whoever_is_new_is_made(void **state)
{
	struct ops_request r = about(OPS_GROUP_MAKE, "");
	char many[151];
	r.group_make.name = "Home";
	r.group_make.identity = r.group_make.classifier = r.group_make.comment =
		r.group_make.cloud = "";
	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = 0;
	r.group_make.first = "Ann Smith on laptop";
	ask(&r);
	assert_at("text", "group \"Home\" is created");
	assert_int_equal(pp->command.label.n, 0);
	size_t ids = pp->n_ids;
	pp->n_ids = 0;
	ask(&r);
	assert_at("text",
		  "identity \"Ann Smith on laptop\" is made, and group \"Home\" is created");
	assert_int_equal(pp->command.label.n, strlen("Ann Smith on laptop"));
	r.group_make.dry_run = true;
	ask(&r);
	assert_at("text", "identity \"Ann Smith on laptop\" would be made, and group \"Home\" "
			  "would be created");
	r.group_make.first = many;
	ask(&r);
	refused(ERR_RANGE, "the label is longer than 149 characters", "");
	r.group_make.first = "Ann\n";
	ask(&r);
	refused(ERR_MALFORMED, "the label holds a character that nobody sees", "");
	r.group_make.first = "Ann Smith on laptop";
	r.group_make.identity = "Ann";
	ask(&r);
	assert_int_equal(pp->command.label.n, 0);
	r = about(OPS_GROUP_JOIN, "");
	r.group_join.identity = r.group_join.invitation = r.group_join.password =
		r.group_join.group = "";
	r.group_join.code = "apple-river-stone-lemon-tiger";
	r.group_join.first = "Bob";
	r.group_join.deadline = -1;
	ask(&r);
	assert_non_null(strstr(text_at("text"), "identity \"Bob\" is made, and "));
	pp->n_ids = ids;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GROUPS_TEST(whoever_is_new_is_made),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
