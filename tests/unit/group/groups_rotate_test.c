/* A group is given another key: when that is answered, and what is left of it when the store
 * fails or the process ends. */
#include "groups_rig.h"

#include "group/group.h"

/* GROUP-12.17: the answer rests on the record and on our own key of it. */
static void test_rotated(void **state)
{
	struct rig r;
	struct group_epoch_info i;
	rig_init(&r);
	(void)rig_person(&r, "Anna");
	(void)rig_group(&r, "Home");
	rig_commit(&r);
	uint64_t before = store_mem_newest(r.mem);
	struct groups_command c = { .kind = GROUPS_ROTATE, .group = rig_word("Home") };
	c.dry_run = true;
	assert_int_equal(rig_do(&r, &c)->err, OK);
	assert_int_equal(store_mem_newest(r.mem), before);
	c.dry_run = false;
	const struct rig_answer *a = rig_do(&r, &c);
	assert_true(a->given);
	assert_int_equal(a->err, OK);
	assert_true(a->after > before + 1);
	assert_int_equal(a->after, store_mem_newest(r.mem));
	group_epochs_look(rig_info(&r, "Home").group, &i);
	assert_int_equal(i.number, 2);
	/* Before it was on disk nothing was told; then it is there for good. */
	rig_stop(&r);
	store_mem_crash(r.mem);
	assert_int_equal(rig_start(&r), OK);
	rig_pass(&r, MONO_SEC);
	group_epochs_look(rig_info(&r, "Home").group, &i);
	assert_int_equal(i.number, 1);
	assert_true(i.has_key);
	rig_expect(&r, &c, OK, "");
	rig_restart(&r);
	rig_pass(&r, MONO_SEC);
	group_epochs_look(rig_info(&r, "Home").group, &i);
	assert_int_equal(i.number, 2);
	assert_true(i.has_key);
	rig_fini(&r);
}

/* GROUP-12.17, GROUP-12.18 */
static void test_rotation_fails(void **state)
{
	struct rig r;
	struct group_epoch_info i;
	rig_init(&r);
	(void)rig_person(&r, "Anna");
	(void)rig_group(&r, "Home");
	rig_commit(&r);
	struct groups_command c = { .kind = GROUPS_ROTATE, .group = rig_word("Home") };
	store_mem_break(r.mem, ERR_FULL);
	rig_expect(&r, &c, ERR_FULL, "");
	store_mem_break(r.mem, OK);
	rig_pass(&r, 2 * MONO_MIN);
	group_epochs_look(rig_info(&r, "Home").group, &i);
	assert_int_equal(i.number, 1);
	/* Its commit fails. */
	rig_commit(&r);
	rig_expect(&r, &c, OK, "");
	rig_fail_store(&r);
	rig_pass(&r, MONO_SEC);
	group_epochs_look(rig_info(&r, "Home").group, &i);
	assert_int_equal(i.number, 1);
	assert_true(i.has_key);
	rig_expect(&r, &c, OK, "");
	group_epochs_look(rig_info(&r, "Home").group, &i);
	assert_int_equal(i.number, 3);
	/* Whoever is asked while all ends is answered. */
	assert_int_equal(groups_command(r.s, &c, r.expected = ++r.calls, r.now), OK);
	r.answer.given = false;
	groups_stop(r.s, r.now);
	rig_drain(&r);
	assert_true(r.answer.given);
	assert_int_equal(r.answer.err, ERR_STOPPING);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rotated),
		cmocka_unit_test(test_rotation_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
