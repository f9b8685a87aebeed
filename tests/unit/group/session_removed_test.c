/* Connections of who was removed: at neither end let in, and told why by whom it calls. */
#include "group/removal.h"
#include "session_rig.h"

/* Who was removed, as one end has it; asked by the chain that was shown, or by the key alone. */
static const struct rig_person *gone;
static size_t asked_chains, asked_keys;

static bool is_gone(void *ctx, const struct crypto_chain *chain, struct span public)
{
	const struct rig_end *e = ctx;
	assert_int_equal(public.n, e->rig->p->crypto->public_size);
	asked_chains += chain != NULL;
	asked_keys += chain == NULL;
	if (chain)
		assert_true(span_eq(group_chain_leaf(chain)->public, public));
	return span_eq(public, crypto_key_public(gone->key));
}

/* GROUP-11.17: at either end, with a chain that is good, with none, and where the key is known
 * from before. The other end is let in. */
static void who_was_removed_is_not_let_in(void **state)
{
	for (int i = 0; i < 2; i++)
		for (int shows = 0; shows < 2; shows++) {
			struct session_rig t;
			session_rig_init(&t, CRYPTO_MODERN);
			t.end[!i].home.removed = is_gone;
			t.end[i].shows = shows;
			gone = t.end[i].who;
			asked_chains = asked_keys = 0;
			rig_play(&t);
			rig_assert_fault(&t, !i, GROUP_FAULT_REMOVED, GROUP_CHAIN_NONE);
			assert_int_equal(t.end[!i].err, ERR_DENIED);
			assert_int_equal(t.end[!i].learned, 0);
			assert_string_equal(t.end[!i].failed_other, gone->name);
			assert_int_equal(asked_chains, shows);
			assert_int_equal(asked_keys, !shows);
			rig_close(&t);
			gone = t.end[!i].who;
			t.end[i].shows = true;
			rig_play(&t);
			rig_assert_met(&t);
			session_rig_fini(&t);
		}
}

/* What the member shows it, of a size; what came of that. */
static size_t n_shown, times_told;
static struct span told;

static struct span removal_of(void *ctx, const struct crypto_chain *chain, struct span public)
{
	static const uint8_t octets[GROUP_MESSAGE_MAX] = { 1, 2, 3 };
	assert_true(is_gone(ctx, chain, public));
	return span_of(octets, n_shown);
}

static void is_told(void *ctx, struct span record)
{
	static uint8_t copy[GROUP_MESSAGE_MAX];
	memcpy(copy, record.p, record.n);
	told = span_of(copy, record.n);
	times_told++;
}

static void play_removed(struct session_rig *t, size_t n, bool shows)
{
	t->end[1].home.removed = is_gone;
	t->end[1].home.removal = removal_of;
	t->end[0].home.told = is_told;
	t->end[0].shows = shows;
	gone = t->end[0].who;
	n_shown = n;
	times_told = 0;
	rig_play(t);
	assert_int_equal(t->end[1].err, ERR_DENIED);
	assert_int_equal(t->end[1].fault, GROUP_FAULT_REMOVED);
}

/* GROUP-11.21: who calls and was removed is shown the Removal, in as many packets as it takes;
 * one that does not fit is said without. Whoever shows no membership is told as well. */
static void who_was_removed_is_told(void **state)
{
	static const size_t sizes[] = { 1, 20000, GROUP_REMOVAL_SHOWN, GROUP_MESSAGE_MAX, 0 };
	for (size_t k = 0; k < 2 * sizeof sizes / sizeof *sizes; k++) {
		struct session_rig t;
		size_t n = sizes[k / 2];
		session_rig_init(&t, CRYPTO_MODERN);
		play_removed(&t, n, k % 2);
		rig_assert_fault(&t, 0, GROUP_FAULT_OUT, GROUP_CHAIN_NONE);
		assert_int_equal(t.end[0].learned, 1);
		bool fits = n > 0 && n <= GROUP_REMOVAL_SHOWN;
		assert_int_equal(times_told, fits);
		if (fits)
			assert_true(told.n == n && told.p[0] == 1);
		session_rig_fini(&t);
	}
}

/* Who has no membership of its own tells nobody; and none is believed who is no member. */
static void only_members_tell(void **state)
{
	struct session_rig t;
	session_rig_init(&t, CRYPTO_MODERN);
	t.end[1].shows = false;
	play_removed(&t, 9, true);
	assert_int_equal(times_told, 0);
	assert_int_equal(t.end[0].err, OK); /* it only sees that the connection ends */
	session_rig_fini(&t);

	struct rig_person rogue;
	session_rig_init(&t, CRYPTO_MODERN);
	rig_person_init(&t, &rogue, "rogue", RIG_BORN);
	rig_root(&t, &rogue);
	rig_is(&t, 1, &rogue);
	play_removed(&t, 9, true);
	assert_int_equal(times_told, 0);
	assert_int_equal(t.end[0].err, ERR_DENIED);
	assert_int_not_equal(t.end[0].fault, GROUP_FAULT_OUT);
	rig_close(&t);
	rig_person_fini(&rogue);
	session_rig_fini(&t);
}

/* Failing memory says nothing wrong. */
static void telling_without_memory(void **state)
{
	for (size_t n = 1;; n++) {
		struct session_rig t;
		session_rig_init(&t, CRYPTO_MODERN);
		struct failing_env *f = &t.end[1].mem;
		f->fail_at = f->allocations + n;
		t.end[1].home.removed = is_gone;
		t.end[1].home.removal = removal_of;
		t.end[0].home.told = is_told;
		gone = t.end[0].who;
		n_shown = 20000;
		times_told = 0;
		rig_play(&t);
		bool failed = f->allocations >= f->fail_at;
		f->fail_at = 0;
		assert_int_equal(times_told, !failed);
		assert_int_not_equal(t.end[1].err, OK);
		session_rig_fini(&t);
		if (!failed)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_was_removed_is_not_let_in),
		cmocka_unit_test(who_was_removed_is_told),
		cmocka_unit_test(only_members_tell),
		cmocka_unit_test(telling_without_memory),
	};
	return cmocka_run_group_tests_name("session_removed", tests, NULL, NULL);
}
