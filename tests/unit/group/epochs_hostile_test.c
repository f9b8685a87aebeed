/* Epochs of a group: who may make them, or give their keys, and means ill. */
#include "epochs_rig.h"

/* GROUP-12.22: somebody who may issue says that it gave the key to whom it was made without. */
static void a_gift_to_who_is_removed_ends_no_writing(void **state)
{
	uint8_t parts[GROUP_EPOCH_GIFT] = { 0 }, who[GROUP_AUTHORITY] = { 0 };
	uint8_t id[GROUP_EPOCH_ID];
	const struct group_key gift = { span_of(who, sizeof who), span_of(parts, sizeof parts) };
	admit_three(CRYPTO_ROLE_INVITER);
	removes(0, 3);
	circle_run(&c, MONO_SEC);
	group_epoch_authority_of(span_str(c.t.names[4]), who);
	memcpy(id, group_epoch_chosen(c.m[0].g)->id, sizeof id);
	memcpy(parts, id, sizeof id);
	group_epoch_learn_keys(c.m[0].g, &gift);
	assert_memory_equal(group_epoch_chosen(c.m[0].g)->id, id, sizeof id);
	assert_true(writes(0));
	circle_run(&c, 2 * MONO_MIN);
	assert_int_equal(epochs(), 2);
	/* One that was made before the next Removal is spoilt by him. */
	group_epoch_authority_of(span_str(c.t.names[3]), who);
	group_epoch_learn_keys(c.m[0].g, &gift);
	removes(0, 2);
	assert_false(writes(0));
	circle_fini(&c);
}

/* GROUP-12.11: of an administrator that counts to the end, and is removed for that. */
static void nobody_uses_up_the_numbers(void **state)
{
	const uint8_t id[GROUP_EPOCH_ID] = { 7 }, hash[GROUP_EPOCH_HASH] = { 7 };
	const struct group_epoch what = { .number = UINT32_MAX, .hash = span_of(hash, 32) };
	uint8_t maker[GROUP_AUTHORITY];
	admit_three(CRYPTO_ROLE_ADMIN);
	group_epoch_authority_of(span_str(c.t.names[2]), maker);
	const struct group_ring_record r = {
		.id = id,
		.epoch = &what,
		.maker = maker,
		.made = circle_wall(&c),
		.until = INT64_MAX,
	};
	assert_int_equal(group_keyring_learn(c.m[0].g->epochs->ring, &r), OK);
	removes(0, 1);
	circle_run(&c, MONO_SEC);
	assert_int_equal(look(0).number, 2);
	circle_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gift_to_who_is_removed_ends_no_writing),
		cmocka_unit_test(nobody_uses_up_the_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
