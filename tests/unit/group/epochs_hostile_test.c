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
	group_epoch_learn_keys(c.m[0].g, &gift, span_str(c.t.names[2]));
	assert_memory_equal(group_epoch_chosen(c.m[0].g)->id, id, sizeof id);
	assert_true(writes(0));
	circle_run(&c, 2 * MONO_MIN);
	assert_int_equal(epochs(), 2);
	/* One that was made before the next Removal is spoilt by him. */
	group_epoch_authority_of(span_str(c.t.names[3]), who);
	group_epoch_learn_keys(c.m[0].g, &gift, span_str(c.t.names[2]));
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

/* GROUP-12.23: half of the room is for whoever is, or was, a member. */
static void made_up_people_do_not_fill_the_room(void **state)
{
	uint8_t parts[GROUP_EPOCH_GIFT] = { 0 }, who[GROUP_AUTHORITY] = { 0 };
	const struct group_key gift = { span_of(who, sizeof who), span_of(parts, sizeof parts) };
	admit_three(CRYPTO_ROLE_INVITER);
	struct group_keyring *ring = c.m[0].g->epochs->ring;
	const struct group_ring_epoch *e = group_epoch_chosen(c.m[0].g);
	memcpy(parts, e->id, sizeof e->id);
	for (uint32_t i = 0; !group_keyring_busy(ring); i++) {
		struct wr w = wr_of(who, 4);
		wr_u32(&w, i);
		group_epoch_learn_keys(c.m[0].g, &gift, span_str(c.t.names[2]));
		assert_true(group_keyring_holds(e, gift.recipient));
	}
	memset(who, 0xff, sizeof who);
	group_epoch_learn_keys(c.m[0].g, &gift, span_str(c.t.names[2]));
	assert_false(group_keyring_holds(e, gift.recipient));
	group_epoch_authority_of(span_str(c.t.names[3]), who);
	group_keyring_ungiven(ring, e->id, gift.recipient);
	assert_false(group_keyring_holds(e, gift.recipient));
	group_epoch_learn_keys(c.m[0].g, &gift, span_str(c.t.names[2]));
	assert_true(group_keyring_holds(e, gift.recipient));
	circle_fini(&c);
}

/* GROUP-12.23 */
static void keys_of_no_record_are_theirs_who_gave_them(void **state)
{
	uint8_t parts[GROUP_EPOCH_GIFT] = { 9 }, who[GROUP_AUTHORITY] = { 0 };
	const uint8_t key[GROUP_EPOCH_KEY] = { 9 };
	const struct group_key gift = { span_of(who, sizeof who), span_of(parts, sizeof parts) };
	uint8_t giver[GROUP_AUTHORITY];
	admit_three(CRYPTO_ROLE_INVITER);
	struct group *g = c.m[0].g;
	group_epoch_authority_of(span_str(c.t.names[1]), who);
	group_epoch_authority_of(span_str(c.t.names[2]), giver);
	assert_int_equal(
		crypto_box_put(g->env, g->box, span_of(key, sizeof key), parts + GROUP_EPOCH_ID),
		OK);
	group_epoch_learn_keys(g, &gift, span_str(c.t.names[2]));
	const struct group_ring_epoch *e = group_keyring_find(g->epochs->ring, parts);
	assert_true(e && e->has_key && !e->proved);
	assert_memory_equal(e->maker, giver, sizeof giver);
	circle_fini(&c);
}

/* It publishes another key to seal to, as the 0th sees it; keys it was given then. */
static size_t flips(size_t i)
{
	struct group *g = c.m[0].g;
	group_epoch_learn_seal(g, group_members_find(g->members, span_str(c.t.names[i + 1])), true);
	circle_run(&c, MONO_SEC);
	return keys();
}

/* GROUP-12.24 */
static void who_changes_its_key_often_waits_for_more(void **state)
{
	admit_three(CRYPTO_ROLE_MEMBER);
	assert_int_equal(keys(), 3);
	assert_int_equal(flips(1), 4);
	/* A minute, then two, counted from when it was given some. */
	assert_int_equal(flips(1), 4);
	assert_int_equal(flips(1), 4);
	circle_run(&c, 50 * MONO_SEC);
	assert_int_equal(keys(), 4);
	circle_run(&c, 10 * MONO_SEC);
	assert_int_equal(keys(), 5);
	assert_int_equal(flips(1), 5);
	circle_run(&c, 100 * MONO_SEC);
	assert_int_equal(keys(), 5);
	circle_run(&c, 20 * MONO_SEC);
	assert_int_equal(keys(), 6);
	/* Nobody else waits. */
	assert_int_equal(flips(2), 7);
	circle_run(&c, 2 * MONO_DAY);
	assert_int_equal(flips(1), 8);
	/* At most a day. */
	for (size_t i = 0; i < 15; i++) {
		(void)flips(1);
		circle_run(&c, MONO_DAY);
	}
	assert_int_equal(keys(), 8 + 15);
	circle_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gift_to_who_is_removed_ends_no_writing),
		cmocka_unit_test(nobody_uses_up_the_numbers),
		cmocka_unit_test(made_up_people_do_not_fill_the_room),
		cmocka_unit_test(keys_of_no_record_are_theirs_who_gave_them),
		cmocka_unit_test(who_changes_its_key_often_waits_for_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
