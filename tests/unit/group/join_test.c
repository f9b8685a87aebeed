/* Joining by a secret, both ends against each other (GROUP-13). */
#include "join_rig.h"

static struct join_rig j;

/* GROUP-13.2, GROUP-13.8 */
static void who_knows_the_secret_is_let_in(void **state)
{
	join_rig_init(&j);
	join_play(&j);
	join_assert_in(&j);
	assert_int_equal(j.proofs, 1);
	assert_int_equal(j.found, 2);
	assert_true(span_eq(span_of(j.source, j.n_source), span_of("\300\0\2\7", 4)));
	join_rig_fini(&j);
}

static void a_password_has_no_identifier(void **state)
{
	join_rig_init(&j);
	j.known = (struct group_secret_name){ .kind = GROUP_SECRET_PASSWORD };
	j.knock.name = j.known;
	join_play(&j);
	join_assert_in(&j);
	join_rig_fini(&j);
}

/* GROUP-13.6 */
static void who_does_not_is_counted(void **state)
{
	for (size_t bit = 0; bit < 8 * sizeof j.prs; bit += 37) {
		join_rig_init(&j);
		j.knock.prs[bit / 8] ^= (uint8_t)(1 << bit % 8);
		join_play(&j);
		join_assert_refused(&j, GROUP_DOOR_WRONG, GROUP_FAULT_WRONG_SECRET);
		assert_int_equal(j.wrong, 1);
		assert_int_equal(j.admitted, 0);
		assert_int_equal(j.proofs, 1);
		join_rig_fini(&j);
	}
}

/* GROUP-13.4 */
static void the_door_may_say_no(void **state)
{
	static const struct {
		enum group_door_answer answer;
		enum group_session_fault fault;
	} rows[] = {
		{ GROUP_DOOR_NO_SUCH, GROUP_FAULT_NO_SECRET },
		{ GROUP_DOOR_OVER, GROUP_FAULT_SECRET_OVER },
		{ GROUP_DOOR_NOT_OURS, GROUP_FAULT_MAY_NOT_ADMIT },
		{ GROUP_DOOR_WAIT, GROUP_FAULT_WAIT },
	};
	for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
		bool late = i % 2;
		join_rig_init(&j);
		*(late ? &j.admits : &j.answer) = rows[i / 2].answer;
		j.wait_s = 77;
		join_play(&j);
		join_assert_refused(&j, rows[i / 2].answer, rows[i / 2].fault);
		assert_int_equal(j.told_s,
				 late ? (rows[i / 2].answer == GROUP_DOOR_WAIT) * 30 : 77);
		assert_int_equal(j.wrong, 0);
		assert_int_equal(j.proofs, late);
		join_rig_fini(&j);
	}
}

/* GROUP-13.4: so whoever is no member can not end it so, either. */
static void who_had_no_proof_calls_nothing_wrong(void **state)
{
	join_rig_init(&j);
	j.answer = GROUP_DOOR_WRONG;
	join_play(&j);
	rig_assert_fault(&j.t, 0, GROUP_FAULT_ORDER, GROUP_CHAIN_NONE);
	assert_int_equal(j.refusals + j.proofs, 0);
	join_rig_fini(&j);
}

/* GROUP-13.6: who guessed while another did is not told whether it was right. */
static void a_guess_in_between_shuts_the_door(void **state)
{
	for (int right = 0; right < 2; right++) {
		join_rig_init(&j);
		j.no_more = 2;
		j.wait_s = 8;
		j.knock.prs[0] ^= (uint8_t)!right;
		join_play(&j);
		join_assert_refused(&j, GROUP_DOOR_WAIT, GROUP_FAULT_WAIT);
		assert_int_equal(j.told_s, 8);
		assert_int_equal(j.wrong + j.admitted, 0);
		join_rig_fini(&j);
	}
}

/* GROUP-13.6: whether it is the old one that was typed or the new one. */
static void a_secret_that_was_changed_in_between_is_over(void **state)
{
	for (int old = 0; old < 2; old++) {
		join_rig_init(&j);
		j.known = (struct group_secret_name){ .kind = GROUP_SECRET_PASSWORD };
		j.knock.name = j.known;
		j.other = 2;
		j.knock.prs[0] ^= (uint8_t)!old;
		join_play(&j);
		join_assert_refused(&j, GROUP_DOOR_OVER, GROUP_FAULT_SECRET_OVER);
		assert_int_equal(j.found, 2);
		assert_int_equal(j.wrong + j.admitted, 0);
		join_rig_fini(&j);
	}
}

static void another_invitation_is_none(void **state)
{
	join_rig_init(&j);
	j.knock.name.id[15] = 1;
	join_play(&j);
	join_assert_refused(&j, GROUP_DOOR_NO_SUCH, GROUP_FAULT_NO_SECRET);
	join_rig_fini(&j);
}

/* GROUP-13.8, GRAPH-6.5: nothing leaves before the use is in the store. */
static void who_lets_in_waits_for_the_store(void **state)
{
	join_rig_init(&j);
	j.waits = 3;
	j.after = 9;
	rig_play(&j.t);
	assert_true(j.t.end[1].waits);
	assert_false(j.t.end[0].done);
	assert_int_equal(j.t.end[1].after, 0);
	assert_int_equal(j.asked, 1);
	join_rig_fini(&j); /* also who stops waiting leaves nothing behind */
	join_rig_init(&j);
	j.waits = 3;
	j.after = 9;
	join_play(&j);
	join_assert_in(&j);
	assert_int_equal(j.asked, 4);
	assert_int_equal(j.t.end[1].after, 9);
	join_rig_fini(&j);
}

static void a_use_that_cannot_be_kept_is_none(void **state)
{
	join_rig_init(&j);
	j.waits = 1;
	j.fails = ERR_NO_SPACE;
	join_play(&j);
	join_assert_refused(&j, GROUP_DOOR_WAIT, GROUP_FAULT_WAIT);
	assert_int_equal(j.told_s, 30);
	join_rig_fini(&j);
}

/* GROUP-13.4 */
static void without_a_membership_nobody_lets_in(void **state)
{
	join_rig_init(&j);
	j.t.end[1].shows = false;
	join_play(&j);
	join_assert_refused(&j, GROUP_DOOR_NOT_OURS, GROUP_FAULT_MAY_NOT_ADMIT);
	assert_int_equal(j.found, 0);
	join_rig_fini(&j);
}

static void without_a_door_nobody_is_let_in(void **state)
{
	join_rig_init(&j);
	j.t.end[1].home.door = NULL;
	join_play(&j);
	rig_assert_fault(&j.t, 1, GROUP_FAULT_PASSWORD, GROUP_CHAIN_NONE);
	assert_int_equal(j.refusals, 0);
	join_rig_fini(&j);
}

/* ---- what the joiner holds against who is called: GROUP-13.5, GROUP-13.7 ---- */

static void assert_no_proof(enum group_session_fault fault, enum group_chain_fault chain)
{
	join_play(&j);
	rig_assert_fault(&j.t, 0, fault, chain);
	assert_int_equal(j.proofs, 0);
	assert_int_equal(j.wrong + j.admitted, 0);
	/* It left with M1 alone. */
	assert_int_equal(j.ins, 0);
}

static void no_proof_for_another_group(void **state)
{
	join_rig_init(&j);
	struct rig_person other;
	struct rig_person *eve = calloc(1, sizeof *eve);
	assert_non_null(eve);
	rig_person_init(&j.t, &other, "others", RIG_BORN);
	rig_root(&j.t, &other);
	rig_person_init(&j.t, eve, "eve", RIG_BORN);
	rig_admit(&j.t, &other, eve, CRYPTO_ROLE_ADMIN, RIG_BORN, 0);
	rig_is(&j.t, 1, eve);
	assert_no_proof(GROUP_FAULT_OTHER_GROUP, GROUP_CHAIN_OTHER_GROUP);
	rig_close(&j.t);
	rig_person_fini(eve);
	rig_person_fini(&other);
	free(eve);
	join_rig_fini(&j);
}

static void no_proof_for_a_mere_member(void **state)
{
	join_rig_init(&j);
	rig_is(&j.t, 1, &j.t.ben);
	assert_no_proof(GROUP_FAULT_MAY_NOT_ADMIT, GROUP_CHAIN_NONE);
	join_rig_fini(&j);
}

static void no_proof_for_a_borrowed_membership(void **state)
{
	join_rig_init(&j);
	struct rig_person eve;
	rig_person_init(&j.t, &eve, "eve", RIG_BORN);
	eve.chain = j.t.ann.chain;
	rig_is(&j.t, 1, &eve);
	assert_no_proof(GROUP_FAULT_CHAIN, GROUP_CHAIN_OTHER_KEY);
	rig_close(&j.t);
	rig_person_fini(&eve);
	join_rig_fini(&j);
}

static void no_proof_for_an_expired_one(void **state)
{
	join_rig_init(&j);
	rig_admit(&j.t, &j.t.group, &j.t.ann, CRYPTO_ROLE_ADMIN, RIG_BORN, RIG_NOW - RIG_HOUR);
	assert_no_proof(GROUP_FAULT_EXPIRED, GROUP_CHAIN_EXPIRED);
	join_rig_fini(&j);
}

static void no_second_proof(void **state)
{
	join_rig_init(&j);
	j.again = true;
	assert_no_proof(GROUP_FAULT_ASKED_BEFORE, GROUP_CHAIN_NONE);
	join_rig_fini(&j);
}

/* GROUP-13.2: what both must have alike. */
static void another_name_of_the_group_is_another_secret(void **state)
{
	join_rig_init(&j);
	j.t.end[1].parties.graph_id = span_str("another");
	rig_play(&j.t);
	assert_int_equal(j.wrong, 1);
	assert_int_equal(j.why, GROUP_DOOR_WRONG);
	join_rig_fini(&j);
}

/* GROUP-13.9 */
static void what_is_not_ours_is_not_taken(void **state)
{
	static struct rig_person elsewhere;
	join_rig_init(&j);
	rig_person_init(&j.t, &elsewhere, "others", RIG_BORN);
	rig_root(&j.t, &elsewhere);
	j.issuer = &elsewhere;
	join_play(&j);
	rig_assert_fault(&j.t, 0, GROUP_FAULT_OTHER_GROUP, GROUP_CHAIN_OTHER_GROUP);
	assert_int_equal(j.ins, 0);
	rig_close(&j.t);
	rig_person_fini(&elsewhere);
	join_rig_fini(&j);
}

/* Memory: whatever fails, nothing is lost, and no proof that was wrong is lost either. */
static void memory_may_fail_anywhere(void **state)
{
	for (int i = 0; i < 2; i++)
		for (uint64_t at = 1;; at++) {
			join_rig_init(&j);
			j.t.end[i].mem.fail_at = at;
			join_play(&j);
			bool in = j.t.end[0].done && j.t.end[1].done;
			if (!in)
				assert_true(j.ins + j.refusals <= 1);
			join_rig_fini(&j);
			if (in)
				break;
			assert_true(at < 200);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_knows_the_secret_is_let_in),
		cmocka_unit_test(a_password_has_no_identifier),
		cmocka_unit_test(who_does_not_is_counted),
		cmocka_unit_test(the_door_may_say_no),
		cmocka_unit_test(who_had_no_proof_calls_nothing_wrong),
		cmocka_unit_test(a_guess_in_between_shuts_the_door),
		cmocka_unit_test(a_secret_that_was_changed_in_between_is_over),
		cmocka_unit_test(another_invitation_is_none),
		cmocka_unit_test(who_lets_in_waits_for_the_store),
		cmocka_unit_test(a_use_that_cannot_be_kept_is_none),
		cmocka_unit_test(without_a_membership_nobody_lets_in),
		cmocka_unit_test(without_a_door_nobody_is_let_in),
		cmocka_unit_test(no_proof_for_another_group),
		cmocka_unit_test(no_proof_for_a_mere_member),
		cmocka_unit_test(no_proof_for_a_borrowed_membership),
		cmocka_unit_test(no_proof_for_an_expired_one),
		cmocka_unit_test(no_second_proof),
		cmocka_unit_test(another_name_of_the_group_is_another_secret),
		cmocka_unit_test(what_is_not_ours_is_not_taken),
		cmocka_unit_test(memory_may_fail_anywhere),
	};
	return cmocka_run_group_tests_name("join", tests, NULL, NULL);
}
