/* Epochs of a group in time: who begins one, who is given its key, what is read and written. */
#include "epochs_rig.h"

/* GROUP-12.9, GROUP-12.8 */
static void who_makes_a_group_begins_its_first_epoch(void **state)
{
	struct record *o = malloc(sizeof *o);
	circle_init_epochs(&c);
	assert_int_equal(epochs(), 1);
	assert_int_equal(keys(), 0);
	assert_true(writes(0));
	struct group_epoch_info info = look(0);
	assert_true(info.has && info.has_key);
	assert_int_equal(info.number, 1);
	assert_int_equal(info.epochs, 1);
	assert_int_equal(info.lacking, 0);
	assert_string_equal(info.maker, c.t.names[1]);
	assert_int_equal(seal(0, o), OK);
	assert_int_equal(o->r.payload.n, 5 + GROUP_SEALED_OVER);
	assert_true(reads(0, o));
	/* No second one, however long it takes. */
	circle_run(&c, 3 * MONO_DAY);
	assert_int_equal(epochs(), 1);
	circle_fini(&c);
	free(o);
}

/* GROUP-12.14 */
static void who_comes_later_is_given_the_key_at_once(void **state)
{
	struct record *o = malloc(sizeof *o);
	circle_init_epochs(&c);
	circle_admit(&c, 1, CRYPTO_ROLE_MEMBER, 0);
	circle_settle(&c);
	circle_run(&c, MONO_SEC);
	assert_int_equal(keys(), 1);
	assert_true(writes(1));
	assert_int_equal(look(0).lacking, 0);
	assert_true(c.m[1].kept > 0 && c.m[1].reveals > 0);
	assert_int_equal(seal(1, o), OK);
	assert_true(reads(0, o) && reads(1, o));
	circle_run(&c, MONO_DAY);
	assert_int_equal(keys(), 1);
	assert_int_equal(epochs(), 1);
	circle_fini(&c);
	free(o);
}

/* GROUP-12.14: whoever let it in may issue, and so may give it the keys: an inviter, too; and
 * whatever the newcomer is. */
static void whoever_let_it_in_gives_it_at_once(void **state)
{
	static const unsigned int roles[] = { CRYPTO_ROLE_MEMBER, CRYPTO_ROLE_INVITER,
					      CRYPTO_ROLE_ADMIN };
	struct record *o = malloc(sizeof *o);
	struct text why = { NULL, 0, 0 };
	for (size_t i = 0; i < 5; i++) {
		bool by_admin = i < 3;
		circle_init_epochs(&c);
		circle_admit(&c, 1, by_admin ? CRYPTO_ROLE_ADMIN : CRYPTO_ROLE_INVITER, 0);
		circle_run(&c, MONO_SEC);
		assert_int_equal(seal(0, o), OK);
		assert_int_equal(keys(), 1);
		/* Who made the group is away, or it could be the one. */
		assert_int_equal(circle_issue(&c, 1, 2, by_admin ? roles[i] : roles[i - 3], 0,
					      &c.m[2].chain, &why),
				 OK);
		circle_go(&c, 0);
		circle_come(&c, 2);
		assert_int_equal(keys(), 2);
		assert_true(writes(2) && reads(2, o));
		assert_int_equal(seal(2, o), OK);
		assert_true(reads(1, o));
		circle_fini(&c);
	}
	free(o);
}

/* GROUP-12.14: who admitted it is away, so somebody else does, by chance later. */
static void somebody_else_gives_it_after_a_while(void **state)
{
	struct text why = { NULL, 0, 0 };
	circle_init_epochs(&c);
	circle_admit(&c, 1, CRYPTO_ROLE_INVITER, 0);
	circle_run(&c, MONO_SEC);
	assert_int_equal(circle_issue(&c, 1, 2, CRYPTO_ROLE_MEMBER, 0, &c.m[2].chain, &why), OK);
	circle_go(&c, 1);
	circle_come(&c, 2);
	circle_run(&c, 4 * MONO_SEC);
	assert_int_equal(keys(), 1);
	assert_false(writes(2));
	assert_int_equal(look(0).lacking, 1);
	circle_run(&c, 57 * MONO_SEC);
	assert_int_equal(keys(), 2);
	assert_true(writes(2));
	circle_fini(&c);
}

/* GROUP-12.14, GROUP-12.9: keys are not a plain member's to give; who may gives them when it is
 * back. */
static void a_plain_member_gives_nothing(void **state)
{
	struct text why = { NULL, 0, 0 };
	circle_init_epochs(&c);
	circle_admit(&c, 1, CRYPTO_ROLE_MEMBER, 0);
	circle_run(&c, MONO_SEC);
	assert_int_equal(circle_issue(&c, 0, 2, CRYPTO_ROLE_MEMBER, 0, &c.m[2].chain, &why), OK);
	circle_go(&c, 0);
	circle_come(&c, 2);
	circle_run(&c, 10 * MONO_MIN);
	assert_int_equal(keys(), 1);
	assert_false(writes(2));
	circle_come(&c, 0);
	assert_int_equal(keys(), 2);
	assert_true(writes(2));
	circle_fini(&c);
}

/* GROUP-12.14: 24 a record. */
static void the_newest_keys_are_given_first(void **state)
{
	struct text why = { NULL, 0, 0 };
	struct group_key k = { { NULL, 0 }, { NULL, 0 } };
	struct span id, box;
	size_t most = 0;
	circle_init_epochs(&c);
	for (uint32_t i = 2; i <= 30; i++) {
		assert_int_equal(group_rotate(c.m[0].g, false, &why, c.now), OK);
		circle_settle(&c);
		assert_int_equal(look(0).number, i);
	}
	circle_admit(&c, 1, CRYPTO_ROLE_MEMBER, 0);
	circle_run(&c, MONO_SEC);
	assert_int_equal(keys(), 2);
	for (size_t i = 0; i < c.n_records; i++) {
		const struct graph_record *r = &c.records[i]->r;
		if (!graph_guid_eq(&r->type, &group_type_key))
			continue;
		assert_int_equal(group_key_read(&k, r->payload), OK);
		size_t n = group_key_gifts(&k);
		assert_int_equal(n, most ? 6 : 24);
		for (size_t j = 0; j < n; j++) {
			group_key_gift(&k, j, &id, &box);
			uint32_t number = group_keyring_find(c.m[0].g->epochs->ring, id.p)->number;
			assert_int_equal(number > 6, !most);
		}
		most += n;
	}
	assert_int_equal(most, 30);
	assert_int_equal(look(1).epochs, 30);
	circle_fini(&c);
}

/* GROUP-12.14: where two could, one does. */
static void nobody_is_given_it_twice(void **state)
{
	circle_init_epochs(&c);
	circle_admit(&c, 1, CRYPTO_ROLE_ADMIN, 0);
	circle_admit(&c, 2, CRYPTO_ROLE_INVITER, 0);
	circle_admit(&c, 3, CRYPTO_ROLE_MEMBER, 0);
	circle_run(&c, 3 * MONO_MIN);
	assert_int_equal(keys(), 3);
	for (size_t i = 0; i < CIRCLE_MOST; i++)
		assert_true(writes(i));
	circle_fini(&c);
}

/* GROUP-12.7: at another machine the same member has another key to seal to. */
static void another_machine_is_given_the_keys_anew(void **state)
{
	circle_init_epochs(&c);
	circle_admit(&c, 1, CRYPTO_ROLE_MEMBER, 0);
	circle_run(&c, MONO_SEC);
	circle_go(&c, 1);
	free(c.m[1].keys);
	c.m[1].keys = NULL;
	c.m[1].n_keys = 0;
	memset(c.m[1].box, 0, sizeof c.m[1].box);
	circle_come(&c, 1);
	assert_false(writes(1));
	/* Its Membership record is made anew in time; here at once. */
	c.m[1].g->need[GROUP_NEED_MEMBERSHIP].until = 0;
	circle_run(&c, 2 * MONO_MIN);
	assert_int_equal(keys(), 2);
	assert_true(writes(1));
	circle_fini(&c);
}

/* GROUP-12.11 */
static void a_new_epoch_is_for_all_who_stand(void **state)
{
	struct record *before = malloc(sizeof *before), *after = malloc(sizeof *after);
	char words[128];
	struct text why = TEXT_OF(words);
	circle_init_epochs(&c);
	circle_admit(&c, 1, CRYPTO_ROLE_MEMBER, 0);
	circle_admit(&c, 2, CRYPTO_ROLE_INVITER, 0);
	circle_run(&c, MONO_MIN);
	assert_int_equal(seal(1, before), OK);
	assert_int_equal(group_rotate(c.m[1].g, false, &why, c.now), ERR_DENIED);
	assert_int_equal(group_rotate(c.m[0].g, true, &why, c.now), OK);
	circle_run(&c, MONO_MIN);
	assert_int_equal(epochs(), 1);
	circle_forget(&c, 1);
	assert_int_equal(group_rotate(c.m[0].g, false, &why, c.now), OK);
	circle_run(&c, MONO_SEC);
	assert_int_equal(epochs(), 2);
	assert_int_equal(look(1).number, 2);
	assert_true(circle_told(&c, 1, "key-epoch"));
	assert_int_equal(keys(), 2);
	for (size_t i = 0; i < 3; i++)
		assert_true(writes(i));
	assert_int_equal(seal(2, after), OK);
	assert_memory_not_equal(before->r.payload.p + 1, after->r.payload.p + 1, GROUP_EPOCH_ID);
	/* Readers keep all. */
	for (size_t i = 0; i < 3; i++)
		assert_true(reads(i, before) && reads(i, after));
	/* Who comes now is given both. */
	circle_admit(&c, 3, CRYPTO_ROLE_MEMBER, 0);
	circle_run(&c, MONO_SEC);
	assert_int_equal(keys(), 3);
	assert_true(reads(3, before) && reads(3, after));
	circle_fini(&c);
	free(before);
	free(after);
}

/* GROUP-12.8: a record cannot be shown as another, as another version or of another writer. */
static void a_sealed_record_is_bound_to_what_it_is(void **state)
{
	struct record *o = malloc(sizeof *o);
	struct graph_plain plain;
	circle_init_epochs(&c);
	assert_int_equal(seal(0, o), OK);
	assert_true(reads(0, o));
	o->r.version++;
	assert_int_equal(reveal(0, o, &plain), GRAPH_INVALID);
	o->r.version--;
	o->r.id.at[15] ^= 1;
	assert_int_equal(reveal(0, o, &plain), GRAPH_INVALID);
	o->r.id.at[15] ^= 1;
	o->r.type.at[0] ^= 1;
	assert_int_equal(reveal(0, o, &plain), GRAPH_INVALID);
	o->r.type.at[0] ^= 1;
	o->creator[1] ^= 1;
	assert_int_equal(reveal(0, o, &plain), GRAPH_INVALID);
	o->creator[1] ^= 1;
	o->security[CRYPTO_SERIAL] ^= 1; /* the modifier's serial */
	assert_int_equal(reveal(0, o, &plain), GRAPH_INVALID);
	o->security[CRYPTO_SERIAL] ^= 1;
	for (size_t i = 1 + GROUP_EPOCH_ID; i < o->r.payload.n; i++) {
		o->payload[i] ^= 0x10;
		assert_int_equal(reveal(0, o, &plain), GRAPH_INVALID);
		o->payload[i] ^= 0x10;
	}
	assert_true(reads(0, o));
	/* The key that failed is still the right one; one that is not known may come. */
	o->payload[1] ^= 1;
	assert_int_equal(reveal(0, o, &plain), GRAPH_LATER);
	o->payload[1] ^= 1;
	for (size_t n = GROUP_SEALED_OVER; n < o->r.payload.n; n++) {
		struct record cut = *o;
		cut.r.payload.n = n;
		assert_int_equal(reveal(0, &cut, &plain), GRAPH_INVALID);
	}
	circle_fini(&c);
	free(o);
}

/* GROUP-12.13 */
static void a_group_without_epochs_writes_in_clear(void **state)
{
	struct record *o = malloc(sizeof *o);
	struct graph_plain plain;
	circle_init(&c, CRYPTO_MODERN, 0);
	assert_int_equal(epochs(), 0);
	assert_false(look(0).has);
	assert_true(writes(0));
	assert_int_equal(seal(0, o), OK);
	assert_true(span_eq(o->r.payload, span_str("hello")));
	/* What only looks sealed is what somebody wrote then. */
	uint8_t odd[80] = { 1, 2, 3 };
	record_payload(o, span_of(odd, sizeof odd));
	assert_int_equal(reveal(0, o, &plain), GRAPH_VALID);
	assert_int_equal(plain.payload.n, sizeof odd);
	circle_fini(&c);
	free(o);
}

/* GROUP-12.13 */
static void what_is_older_than_the_first_epoch_is_as_it_is(void **state)
{
	struct record *o = malloc(sizeof *o);
	struct graph_plain plain;
	uint8_t odd[80] = { 1, 2, 3 };
	circle_init_epochs(&c);
	circle_run(&c, MONO_HOUR);
	assert_int_equal(seal(0, o), OK);
	record_payload(o, span_of(odd, sizeof odd));
	assert_int_equal(reveal(0, o, &plain), GRAPH_LATER);
	o->r.modified = record_time(circle_wall(&c) - 2 * MONO_HOUR);
	assert_int_equal(reveal(0, o, &plain), GRAPH_VALID);
	assert_true(span_eq(plain.payload, span_of(odd, sizeof odd)));
	circle_fini(&c);
	free(o);
}

/* GROUP-12.3: over a restart, and also where all that is left is the record. */
static void keys_outlive_the_process(void **state)
{
	struct record *o = malloc(sizeof *o);
	struct text why = { NULL, 0, 0 };
	circle_init_epochs(&c);
	circle_admit(&c, 1, CRYPTO_ROLE_MEMBER, 0);
	circle_run(&c, MONO_SEC);
	assert_int_equal(seal(1, o), OK);
	for (int with = 0; with < 2; with++) {
		circle_go(&c, 1);
		if (!with)
			c.m[1].n_keys = 0;
		circle_come(&c, 1);
		assert_true(writes(1));
		assert_true(reads(1, o));
	}
	assert_int_equal(keys(), 1);
	/* What was kept is enough to read. */
	circle_go(&c, 1);
	assert_int_equal(circle_birth(&c, 1, &why), OK);
	assert_true(reads(1, o));
	assert_false(writes(1));
	circle_fini(&c);
	free(o);
}

/* GROUP-12.12 */
static void an_old_epoch_is_followed_by_another(void **state)
{
	circle_init_epochs(&c);
	circle_run(&c, GROUP_EPOCH_AGE - MONO_MIN);
	assert_int_equal(look(0).number, 1);
	circle_run(&c, 3 * MONO_MIN);
	assert_int_equal(look(0).number, 2);
	assert_true(writes(0));
	circle_fini(&c);
}

/* What is written once the i-th's part in it is over: the others read it, and it does not. */
static void only_others_read(size_t by, size_t gone)
{
	struct record *o = malloc(sizeof *o);
	struct graph_plain plain;
	assert_int_equal(seal(by, o), OK);
	for (size_t i = 0; i < CIRCLE_MOST; i++)
		if (c.m[i].g && writes(i) && !c.m[i].g->removed)
			assert_true(reads(i, o));
	assert_int_equal(reveal(gone, o, &plain), GRAPH_LATER);
	free(o);
}

/* GROUP-12.12, GROUP-12.5 */
static void who_is_removed_reads_nothing_that_comes(void **state)
{
	admit_three(CRYPTO_ROLE_ADMIN);
	removes(0, 3);
	/* Nobody writes for him any more, and nothing until there is another key. */
	assert_false(writes(0) || writes(1) || writes(2));
	circle_run(&c, MONO_MS);
	assert_int_equal(look(2).number, 2);
	assert_int_equal(look(0).lacking, 0);
	assert_true(writes(0) && writes(1) && writes(2));
	/* GROUP-11.20: it would wait for ever. */
	struct record *late = calloc(1, sizeof *late);
	assert_true(writes(3));
	assert_int_equal(seal(3, late), ERR_DENIED);
	free(late);
	only_others_read(2, 3);
	circle_run(&c, MONO_DAY);
	assert_int_equal(look(2).number, 2);
	only_others_read(1, 3);
	circle_fini(&c);
}

/* GROUP-12.12: an epoch each that covers one of them is followed by one that covers both. */
static void two_removals_end_in_an_epoch_that_covers_both(void **state)
{
	admit_three(CRYPTO_ROLE_ADMIN);
	removes(0, 3);
	circle_run(&c, MONO_SEC);
	uint32_t first = look(0).number;
	removes(1, 2);
	circle_run(&c, MONO_SEC);
	assert_true(look(0).number > first);
	assert_int_equal(look(0).number, look(1).number);
	const struct group_ring_choice all = group_epoch_choice(c.m[0].g);
	assert_int_equal(all.n_removals, 2);
	assert_true(group_keyring_covers(group_epoch_chosen(c.m[0].g), &all));
	assert_true(writes(0) && writes(1));
	only_others_read(0, 3);
	circle_fini(&c);
}

/* GROUP-12.5: whatever the order in which they were removed. */
static void all_who_are_removed_are_known(void **state)
{
	for (size_t turn = 0; turn < 2; turn++) {
		uint8_t who[GROUP_AUTHORITY];
		admit_three(CRYPTO_ROLE_MEMBER);
		for (size_t i = 1; i <= 3; i++)
			removes(0, turn ? 4 - i : i);
		circle_run(&c, MONO_SEC);
		const struct group_ring_choice all = group_epoch_choice(c.m[0].g);
		for (size_t i = 0; i <= 3; i++) {
			group_epoch_authority_of(span_str(c.t.names[i + 1]), who);
			assert_int_equal(all.removed(all.ctx, who), i > 0);
		}
		circle_fini(&c);
	}
}

/* GROUP-12.16: each of two begins one at once; what covers both comes by chance. */
static void two_who_remove_at_once_end_in_one(void **state)
{
	admit_three(CRYPTO_ROLE_ADMIN);
	says_removal(0, 3);
	says_removal(1, 2);
	circle_settle(&c);
	circle_run(&c, MONO_MS);
	assert_int_equal(epochs(), 3);
	size_t at_first = epochs();
	circle_run(&c, 2 * MONO_MIN);
	assert_true(covers_all(0) && covers_all(1));
	assert_true(writes(0) && writes(1));
	assert_memory_equal(group_epoch_chosen(c.m[0].g)->id, group_epoch_chosen(c.m[1].g)->id,
			    GROUP_EPOCH_ID);
	only_others_read(0, 2);
	only_others_read(1, 3);
	assert_true(epochs() <= at_first + 1);
	circle_fini(&c);
}

static const struct graph_record *record_of_epoch(uint32_t number)
{
	for (size_t i = 0; i < c.n_records; i++) {
		struct group_epoch e;
		const struct graph_record *r = &c.records[i]->r;
		if (graph_guid_eq(&r->type, &group_type_epoch) &&
		    group_epoch_read(&e, r->payload) == OK && e.number == number)
			return r;
	}
	return NULL;
}

/* GROUP-12.20: the 1st begins an epoch that the 2nd does not hear of, and is removed with nothing
 * kept. What others have written under it the 2nd can read. */
static void what_fell_is_given_anew(void **state)
{
	static uint8_t octets[4096];
	struct record *o = malloc(sizeof *o);
	char words[128];
	struct text why = TEXT_OF(words);
	struct wr w = wr_of(octets, sizeof octets);
	struct graph_record fell;
	admit_three(CRYPTO_ROLE_ADMIN);
	circle_go(&c, 2);
	assert_int_equal(group_rotate(c.m[1].g, false, &why, c.now), OK);
	circle_settle(&c);
	assert_int_equal(look(0).number, 2);
	assert_int_equal(seal(0, o), OK);
	graph_record_put(&w, record_of_epoch(2));
	assert_int_equal(graph_record_decode(wr_span(&w), &fell), OK);
	circle_lose(&c, &group_type_epoch);
	removes(0, 1);
	assert_int_equal(of(0).ops->validate(of(0).ctx, &fell, GRAPH_CHANGE_STORED), GRAPH_ENDED);
	circle_come(&c, 2);
	circle_run(&c, 2 * MONO_MIN);
	assert_true(reads(2, o));
	circle_fini(&c);
	free(o);
}

/* GROUP-12.12, GROUP-12.16: who removed is gone before it could begin one: somebody else does,
 * after 5 to 60 s. */
static void others_wait_their_time(void **state)
{
	admit_three(CRYPTO_ROLE_ADMIN);
	removes(0, 3);
	circle_go(&c, 0);
	circle_run(&c, 4 * MONO_SEC);
	assert_int_equal(epochs(), 1);
	assert_false(writes(1) || writes(2));
	circle_run(&c, 57 * MONO_SEC);
	assert_int_equal(epochs(), 2);
	assert_true(writes(1) && writes(2));
	circle_fini(&c);
}

/* GROUP-12.12: who was never given a key spoils no epoch; all the same one that covers its Removal
 * begins, here by another than who removed. */
static void who_never_had_a_key_is_covered_too(void **state)
{
	struct text why = { NULL, 0, 0 };
	circle_init_epochs(&c);
	circle_admit(&c, 1, CRYPTO_ROLE_ADMIN, 0);
	assert_int_equal(circle_issue(&c, 0, 3, CRYPTO_ROLE_MEMBER, 0, &c.m[3].chain, &why), OK);
	struct span chain = span_of(c.m[3].chain.p, c.m[3].chain.n);
	assert_int_equal(group_publish_for(c.m[0].g, chain, c.now), OK);
	circle_settle(&c);
	circle_run(&c, MONO_MIN);
	removes(0, 3);
	circle_go(&c, 0);
	circle_run(&c, 4 * MONO_SEC);
	assert_int_equal(epochs(), 1);
	assert_true(writes(1) && !covers_all(1));
	circle_run(&c, 57 * MONO_SEC);
	assert_int_equal(epochs(), 2);
	assert_true(writes(1) && covers_all(1));
	assert_int_equal(look(1).number, 2);
	circle_fini(&c);
}

/* GROUP-12.16: one that covers came meanwhile. */
static void others_stand_back(void **state)
{
	admit_three(CRYPTO_ROLE_ADMIN);
	removes(0, 3);
	circle_run(&c, 5 * MONO_MIN);
	assert_int_equal(epochs(), 2);
	/* GROUP-12.16: ours was the last Removal, and not the next. */
	removes(1, 2);
	circle_go(&c, 1);
	circle_run(&c, 4 * MONO_SEC);
	assert_int_equal(epochs(), 2);
	circle_fini(&c);
}

/* GROUP-12.16: nobody is passed over, and nobody who was removed has a box. */
static void one_that_is_being_made_is_made_anew(void **state)
{
	struct record *o = malloc(sizeof *o);
	admit_three(CRYPTO_ROLE_ADMIN);
	struct group_epochs *e = c.m[0].g->epochs;
	char words[128];
	struct text why = TEXT_OF(words), to = TEXT_OF(e->made_to);
	assert_int_equal(group_rotate(c.m[0].g, true, &why, c.now), OK);
	/* As a slice leaves it behind that has looked at all. */
	e->recipients.p = env_zalloc(c.m[0].g->env, CIRCLE_MOST, GROUP_EPOCH_RECIPIENT);
	e->most = CIRCLE_MOST;
	e->n_made = 0;
	text_str(&to, "~");
	e->made_turn = e->turn;
	e->making = true;
	removes(0, 3);
	circle_run(&c, MONO_MS);
	assert_int_equal(epochs(), 2);
	assert_true(covers_all(0));
	assert_true(writes(0) && writes(1) && writes(2));
	assert_int_equal(seal(0, o), OK);
	assert_true(reads(1, o) && reads(2, o));
	assert_int_equal(keys(), 3);
	circle_fini(&c);
	free(o);
}

/* GROUP-12.11: what cannot be published now is made again. */
static void a_failure_is_made_up_for(void **state)
{
	circle_init_epochs(&c);
	circle_admit(&c, 1, CRYPTO_ROLE_MEMBER, 0);
	removes(0, 1);
	c.m[0].refused = true;
	circle_admit(&c, 2, CRYPTO_ROLE_MEMBER, 0);
	circle_run(&c, 10 * MONO_SEC);
	assert_int_equal(epochs(), 1);
	assert_int_equal(keys(), 1);
	assert_false(writes(0));
	c.m[0].refused = false;
	circle_run(&c, 30 * MONO_SEC);
	assert_int_equal(look(0).number, 2);
	assert_true(writes(0) && writes(2));
	circle_fini(&c);
}

/* GROUP-12.17 */
static void who_asks_is_answered(void **state)
{
	char words[128];
	struct text why = TEXT_OF(words);
	enum err how = ERR_MALFORMED;
	circle_init_epochs(&c);
	assert_false(group_rotated(c.m[0].g, &how));
	/* The record is on its way: no answer yet. */
	assert_int_equal(group_rotate(c.m[0].g, false, &why, c.now), OK);
	assert_false(group_rotated(c.m[0].g, &how));
	circle_settle(&c);
	assert_int_equal(look(0).number, 2);
	assert_true(group_rotated(c.m[0].g, &how));
	assert_int_equal(how, OK);
	assert_false(group_rotated(c.m[0].g, &how));
	/* What cannot be is not made later. */
	c.m[0].refused = true;
	assert_int_equal(group_rotate(c.m[0].g, false, &why, c.now), OK);
	circle_settle(&c);
	assert_true(group_rotated(c.m[0].g, &how));
	assert_int_equal(how, ERR_IO);
	c.m[0].refused = false;
	circle_run(&c, 10 * MONO_MIN);
	assert_int_equal(look(0).number, 2);
	assert_false(group_rotated(c.m[0].g, &how));
	/* Nor what may not be any more. */
	c.m[0].g->epochs->wait = mono_add(c.now, MONO_MIN);
	assert_int_equal(group_rotate(c.m[0].g, false, &why, c.now), OK);
	circle_run(&c, MONO_SEC);
	assert_false(group_rotated(c.m[0].g, &how));
	c.m[0].g->roles = CRYPTO_ROLE_MEMBER;
	circle_run(&c, 2 * MONO_MIN);
	assert_true(group_rotated(c.m[0].g, &how));
	assert_int_equal(how, ERR_DENIED);
	assert_int_equal(look(0).number, 2);
	circle_fini(&c);
}

/* GROUP-12.18 */
static void what_was_lost_with_a_commit_is_not_written_under(void **state)
{
	char words[128];
	struct text why = TEXT_OF(words);
	uint8_t first[GROUP_EPOCH_ID];
	circle_init_epochs(&c);
	memcpy(first, group_epoch_chosen(c.m[0].g)->id, sizeof first);
	assert_int_equal(group_rotate(c.m[0].g, false, &why, c.now), OK);
	circle_settle(&c);
	assert_int_equal(look(0).number, 2);
	/* The disk was full: its record is nowhere. */
	circle_lose(&c, &group_type_epoch);
	group_epochs_lost(c.m[0].g);
	assert_false(writes(0));
	circle_show(&c, 0);
	assert_true(writes(0));
	assert_memory_equal(group_epoch_chosen(c.m[0].g)->id, first, sizeof first);
	/* A number is not used twice. */
	assert_int_equal(group_rotate(c.m[0].g, false, &why, c.now), OK);
	circle_settle(&c);
	assert_int_equal(look(0).number, 3);
	circle_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_makes_a_group_begins_its_first_epoch),
		cmocka_unit_test(who_comes_later_is_given_the_key_at_once),
		cmocka_unit_test(whoever_let_it_in_gives_it_at_once),
		cmocka_unit_test(somebody_else_gives_it_after_a_while),
		cmocka_unit_test(a_plain_member_gives_nothing),
		cmocka_unit_test(the_newest_keys_are_given_first),
		cmocka_unit_test(what_is_older_than_the_first_epoch_is_as_it_is),
		cmocka_unit_test(nobody_is_given_it_twice),
		cmocka_unit_test(another_machine_is_given_the_keys_anew),
		cmocka_unit_test(a_new_epoch_is_for_all_who_stand),
		cmocka_unit_test(a_sealed_record_is_bound_to_what_it_is),
		cmocka_unit_test(a_group_without_epochs_writes_in_clear),
		cmocka_unit_test(keys_outlive_the_process),
		cmocka_unit_test(an_old_epoch_is_followed_by_another),
		cmocka_unit_test(who_is_removed_reads_nothing_that_comes),
		cmocka_unit_test(two_removals_end_in_an_epoch_that_covers_both),
		cmocka_unit_test(all_who_are_removed_are_known),
		cmocka_unit_test(two_who_remove_at_once_end_in_one),
		cmocka_unit_test(what_fell_is_given_anew),
		cmocka_unit_test(others_wait_their_time),
		cmocka_unit_test(who_never_had_a_key_is_covered_too),
		cmocka_unit_test(others_stand_back),
		cmocka_unit_test(one_that_is_being_made_is_made_anew),
		cmocka_unit_test(a_failure_is_made_up_for),
		cmocka_unit_test(who_asks_is_answered),
		cmocka_unit_test(what_was_lost_with_a_commit_is_not_written_under),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
