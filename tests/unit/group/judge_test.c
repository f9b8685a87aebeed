/* Records judged: the rules of digest grouping 9.4 for all of them, each with a record that
 * breaks it alone; what waits, and what wakes it. */
#include "judge_rig.h"

#define DAY INT64_C(86400000000)

/* GROUP-7.6 to GROUP-7.10 */
static void what_a_member_makes_is_good(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct group_judge_counts c;
		begin(id, CLEO);
		for (size_t i = ANN; i < PEOPLE; i++) {
			record_by(i, i);
			assert_int_equal(judge(), GRAPH_VALID);
			assert_true(span_eq(g.v.who, people_name(&g.t, i)));
		}
		/* Changed by itself. */
		record_modifier(&rec, people_name(&g.t, CLEO));
		sign(CLEO, CLEO);
		assert_int_equal(judge(), GRAPH_VALID);
		group_judge_look(g.j, &c);
		assert_int_equal(c.checked, 4);
		assert_int_equal(c.refused, 0);
		end();
	}
}

/* GROUP-7.7 */
static void names_that_are_none(void **state)
{
	static const char *const names[] = { "0.alice", "alice",
					     "0123456789ABCDEF0123456789abcdef01234567.x",
					     "0123456789abcdef0123456789abcdef01234567" };
	begin(CRYPTO_MODERN, CLEO);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		record_by(CLEO, CLEO);
		record_creator(&rec, span_str(names[i]));
		assert_refused(GROUP_REFUSAL_NAME);
		record_by(CLEO, CLEO);
		record_modifier(&rec, span_str(names[i]));
		assert_refused(GROUP_REFUSAL_NAME);
	}
	record_by(CLEO, CLEO);
	rec.creator[rec.r.creator.n - 4] = 0xd8; /* half a surrogate */
	assert_refused(GROUP_REFUSAL_NAME);
	record_by(CLEO, CLEO);
	rec.r.creator.n -= 2; /* no terminator */
	assert_refused(GROUP_REFUSAL_NAME);
	rec.r.creator.n = 0;
	assert_refused(GROUP_REFUSAL_NAME);
	/* Not of ASCII, but a name: of somebody who is not known. */
	record_by(CLEO, CLEO);
	record_creator(&rec, span_str("0123456789abcdef0123456789abcdef01234567.\303\274"));
	assert_int_equal(judge(), GRAPH_LATER);
	end();
}

/* GROUP-7.8, GROUP-7.19 */
static void who_is_not_known_is_waited_for(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		const struct graph_guid *ids;
		bool all;
		begin(id, BEN);
		record_by(CLEO, CLEO);
		assert_int_equal(judge(), GRAPH_LATER);
		assert_int_equal(judge(), GRAPH_LATER);
		assert_int_equal(group_judge_waiting(g.j), 1);
		assert_int_equal(group_judge_woken(g.j, people_name(&g.t, BEN), &ids, &all), 0);
		assert_int_equal(group_judge_woken(g.j, people_name(&g.t, CLEO), &ids, &all), 1);
		assert_false(all);
		assert_true(graph_guid_eq(ids, &rec.r.id));
		assert_int_equal(group_judge_waiting(g.j), 0);
		join(CLEO);
		assert_int_equal(judge(), GRAPH_VALID);
		/* A serial that nobody has. */
		memset(g.serials[CLEO], 7, CRYPTO_SERIAL);
		record_by(CLEO, CLEO);
		assert_int_equal(judge(), GRAPH_LATER);
		assert_int_equal(group_judge_woken(g.j, span_of(NULL, 0), &ids, &all), 1);
		end();
	}
}

/* GROUP-7.8 */
static void both_names_are_waited_for(void **state)
{
	const struct graph_guid *ids;
	bool all;
	for (size_t missing = BEN; missing <= CLEO; missing++) {
		begin(CRYPTO_MODERN, missing == CLEO ? BEN : ANN);
		if (missing == BEN)
			join(CLEO);
		record_by(CLEO, ANN);
		if (missing == BEN)
			record_by(BEN, ANN);
		assert_int_equal(judge(), GRAPH_LATER);
		assert_int_equal(group_judge_woken(g.j, people_name(&g.t, ANN), &ids, &all), 0);
		assert_int_equal(group_judge_woken(g.j, people_name(&g.t, missing), &ids, &all), 1);
		end();
	}
}

static void record_of_type(size_t creator, size_t toucher, struct graph_guid type)
{
	record_by(creator, toucher);
	rec.r.type = type;
	sign(creator, toucher);
}

/* GROUP-7.25 */
static void who_made_the_signature_need_not_be_known(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		begin(id, BEN);
		record_of_type(CLEO, BEN, graph_type_signature);
		assert_int_equal(judge(), GRAPH_VALID);
		record_sign(&rec, &g.t, ANN, true, serial(CLEO), serial(BEN));
		assert_refused(GROUP_REFUSAL_SIGNATURE);
		/* Who touched it last must be known all the same. */
		record_of_type(BEN, CLEO, graph_type_signature);
		assert_int_equal(judge(), GRAPH_LATER);
		record_of_type(CLEO, CLEO, graph_type_signature);
		assert_int_equal(judge(), GRAPH_LATER);
		/* And it is of this type alone. */
		record_of_type(CLEO, ANN, graph_type_contact);
		assert_int_equal(judge(), GRAPH_LATER);
		end();
	}
}

static void who_made_the_signature_may_be_gone_when_we_keep_it_up(void **state)
{
	struct group_signing s;
	begin(CRYPTO_MODERN, BEN);
	as(BEN, false);
	record_of_type(CLEO, BEN, graph_type_signature);
	assert_int_equal(ours(&s), GROUP_REFUSAL_NONE);
	assert_true(span_eq(s.creator_serial, serial(BEN)));
	assert_true(span_eq(s.modifier_serial, serial(BEN)));
	record_of_type(ANN, BEN, graph_type_signature);
	assert_int_equal(ours(&s), GROUP_REFUSAL_NONE);
	assert_true(span_eq(s.creator_serial, serial(ANN)));
	as(ANN, false);
	record_of_type(CLEO, ANN, graph_type_contact);
	assert_int_equal(ours(&s), GROUP_REFUSAL_SERIAL);
	end();
}

/* GROUP-7.8: who did not modify it has one serial. */
static void serials_belong_together(void **state)
{
	begin(CRYPTO_MODERN, CLEO);
	record_sign(&rec, &g.t, CLEO, true, serial(BEN), serial(CLEO));
	assert_refused(GROUP_REFUSAL_SERIAL);
	end();
}

/* GROUP-7.8: P10. */
static void classic_finds_a_serial_either_way_round(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		begin(id, CLEO);
		for (size_t i = 0; i < CRYPTO_SERIAL / 2; i++) {
			uint8_t at = g.serials[CLEO][i];
			g.serials[CLEO][i] = g.serials[CLEO][CRYPTO_SERIAL - 1 - i];
			g.serials[CLEO][CRYPTO_SERIAL - 1 - i] = at;
		}
		record_by(CLEO, CLEO);
		assert_int_equal(judge(), g.t.p->readings ? GRAPH_VALID : GRAPH_LATER);
		end();
	}
}

/* GROUP-7.9: to the end of both ends. */
static void times_lie_within_a_membership(void **state)
{
	const struct {
		int64_t modified, expires;
		bool good;
	} rows[] = {
		{ PEOPLE_BORN, PEOPLE_UNTIL, true },
		{ PEOPLE_BORN - 1, PEOPLE_UNTIL, false },
		{ PEOPLE_BORN, PEOPLE_UNTIL + 1, false },
		{ 0, PEOPLE_NOW, false },
		{ PEOPLE_NOW, PEOPLE_UNTIL + 365 * DAY, false },
	};
	begin(CRYPTO_MODERN, CLEO);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rec.r.modified = record_time(rows[i].modified);
		rec.r.expires = record_time(rows[i].expires);
		sign(CLEO, CLEO);
		assert_int_equal(judge(), rows[i].good ? GRAPH_VALID : GRAPH_INVALID);
		assert_int_equal(g.v.why, rows[i].good ? GROUP_REFUSAL_NONE : GROUP_REFUSAL_TIME);
	}
	rec.r.expires = UINT64_MAX;
	sign(CLEO, CLEO);
	assert_refused(GROUP_REFUSAL_TIME);
	end();
}

/* GROUP-7.10 */
static void administrators_alone_change_what_is_others(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		begin(id, CLEO);
		for (int deleted = 0; deleted < 2; deleted++)
			for (size_t who = ANN; who < PEOPLE; who++) {
				size_t whose = who == CLEO ? BEN : CLEO;
				record_by(whose, who);
				if (deleted) {
					rec.r.flags = GRAPH_RECORD_DELETED;
					rec.r.payload = span_of(NULL, 0);
					sign(whose, who);
				}
				assert_int_equal(judge(), who == ANN ? GRAPH_VALID : GRAPH_INVALID);
				assert_int_equal(g.v.why, who == ANN ? GROUP_REFUSAL_NONE
								     : GROUP_REFUSAL_RIGHT);
			}
		/* P29 */
		rec.r.type = graph_type_signature;
		sign(BEN, CLEO);
		assert_int_equal(judge(), GRAPH_VALID);
		end();
	}
}

/* GROUP-7.8: a name in a record is worth what its key signed. */
static void signatures_of_others(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		begin(id, CLEO);
		record_sign(&rec, &g.t, BEN, true, serial(CLEO), serial(CLEO));
		assert_refused(GROUP_REFUSAL_SIGNATURE);
		record_by(CLEO, CLEO);
		rec.payload[0] ^= 1;
		assert_refused(GROUP_REFUSAL_SIGNATURE);
		rec.payload[0] ^= 1;
		for (size_t n = 0; n < rec.r.security.n; n++) {
			struct graph_record cut = rec.r;
			cut.security.n = n;
			group_judge_record(g.j, &cut, GRAPH_CHANGE_ADDED, &g.v);
			assert_int_equal(g.v.opinion, GRAPH_INVALID);
			assert_int_equal(g.v.why, GROUP_REFUSAL_SIGNATURE);
		}
		assert_int_equal(judge(), GRAPH_VALID);
		end();
	}
}

/* GROUP-6.6: of a burst one signature is checked, with the one forged among them refused. */
static void bursts_are_checked_once(void **state)
{
	struct group_batch *b;
	struct group_judge_counts c;
	begin(CRYPTO_MODERN, CLEO);
	assert_int_equal(group_batch_new(&b, &g.t.mem.env, g.t.c, g.t.p), OK);
	for (uint8_t i = 0; i < 16; i++) {
		rec.r.id.at[15] = i;
		assert_int_equal(group_batch_add(b, &rec.r, serial(CLEO), serial(CLEO)), OK);
	}
	assert_int_equal(group_batch_close(b, g.t.keys[CLEO]), OK);
	for (uint8_t i = 0; i < 16; i++) {
		rec.r.id.at[15] = (uint8_t)(15 - i);
		rec.r.security = group_batch_security(b, (size_t)(15 - i));
		rec.r.version = i == 5 ? 3 : 1;
		assert_int_equal(judge(), i == 5 ? GRAPH_INVALID : GRAPH_VALID);
	}
	group_judge_look(g.j, &c);
	assert_int_equal(c.by_root, 14);
	group_judge_forget(g.j);
	assert_int_equal(judge(), GRAPH_VALID);
	group_judge_look(g.j, &c);
	assert_int_equal(c.by_root, 14);
	group_batch_free(b);
	end();
}

/* GROUP-7.12 */
static void types_that_nobody_may_use(void **state)
{
	begin(CRYPTO_MODERN, CLEO);
	static const struct graph_guid other = { { 0x2a } };
	const struct graph_guid *const types[] = { &other };
	const struct graph_guid *const graphs[] = { &graph_type_signature, &graph_type_contact,
						    &graph_type_presence };
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		record_by(ANN, ANN);
		rec.r.type = *types[i];
		sign(ANN, ANN);
		assert_refused(GROUP_REFUSAL_RESERVED);
	}
	for (size_t i = 0; i < sizeof graphs / sizeof *graphs; i++) {
		record_by(CLEO, CLEO);
		rec.r.type = *graphs[i];
		sign(CLEO, CLEO);
		assert_int_equal(judge(), GRAPH_VALID);
	}
	end();
}

/* ---- what is stored ---- */

/* GROUP-7.17 */
static void what_is_stored_is_judged_without_its_signature(void **state)
{
	struct group_judge_counts c;
	begin(CRYPTO_MODERN, BEN);
	record_by(BEN, BEN);
	rec.security[40] ^= 1;
	group_judge_record(g.j, &rec.r, GRAPH_CHANGE_STORED, &g.v);
	assert_int_equal(g.v.opinion, GRAPH_VALID);
	record_by(CLEO, CLEO);
	group_judge_record(g.j, &rec.r, GRAPH_CHANGE_STORED, &g.v);
	assert_int_equal(g.v.opinion, GRAPH_LATER);
	assert_int_equal(group_judge_waiting(g.j), 0);
	join(CLEO);
	record_by(BEN, CLEO); /* who may not */
	group_judge_record(g.j, &rec.r, GRAPH_CHANGE_STORED, &g.v);
	assert_int_equal(g.v.opinion, GRAPH_INVALID);
	group_judge_look(g.j, &c);
	assert_int_equal(c.checked, 0);
	end();
}

/* ---- what waits ---- */

/* GROUP-7.19: it may come again, by another way, when its writer is known. */
static void what_stands_waits_no_longer(void **state)
{
	begin(CRYPTO_MODERN, BEN);
	record_by(CLEO, CLEO);
	rec.r.version = 2;
	sign(CLEO, CLEO);
	assert_int_equal(judge(), GRAPH_LATER);
	join(CLEO);
	rec.r.version = 1; /* an older one says nothing of it */
	sign(CLEO, CLEO);
	assert_int_equal(judge(), GRAPH_VALID);
	assert_int_equal(group_judge_waiting(g.j), 1);
	rec.r.version = 2;
	sign(CLEO, CLEO);
	assert_int_equal(judge(), GRAPH_VALID);
	assert_int_equal(group_judge_waiting(g.j), 0);
	end();
}

/* GROUP-7.20, GROUP-7.21 */
static void what_waits_is_bounded(void **state)
{
	const struct graph_guid *ids;
	bool all;
	begin(CRYPTO_MODERN, BEN);
	for (uint8_t i = 0; i < 20; i++) {
		record_by(CLEO, CLEO);
		rec.r.id.at[15] = i;
		rec.r.expires = record_time(PEOPLE_NOW + i * INT64_C(1000000));
		sign(CLEO, CLEO);
		assert_int_equal(judge(), GRAPH_LATER);
		assert_int_equal(group_judge_waiting(g.j), i < 8 ? i + 1 : 8);
	}
	group_judge_now(g.j, PEOPLE_NOW + 15 * INT64_C(1000000));
	/* GROUP-7.22: twelve had to go, so all are asked about, once. */
	assert_int_equal(group_judge_scan(g.j, &ids, &all), 0);
	assert_true(all);
	assert_int_equal(group_judge_scan(g.j, &ids, &all), 0);
	assert_false(all);
	assert_int_equal(group_judge_waiting(g.j), 4);
	assert_int_equal(group_judge_woken(g.j, people_name(&g.t, CLEO), &ids, &all), 4);
	for (uint8_t i = 0; i < 4; i++)
		assert_int_equal(ids[i].at[15], 16 + i);
	assert_int_equal(group_judge_woken(g.j, span_of(NULL, 0), &ids, &all), 0);
	assert_false(all);
	end();
}

static void without_memory(void **state)
{
	struct failing_env f;
	begin(CRYPTO_MODERN, CLEO);
	FAILING_ENV_EACH(f, 3)
	{
		struct group_judge *j = NULL;
		const struct group_judge_birth b = {
			.env = &f.env,
			.crypto = g.t.c,
			.profile = g.t.p,
			.group = people_name(&g.t, GROUP),
			.self = people_name(&g.t, ANN),
			.members = g.m,
			.roots = 4,
			.waiting = 8,
		};
		if (group_judge_new(&j, &b) == OK) {
			const struct graph_guid *ids;
			bool all;
			group_judge_now(j, PEOPLE_NOW);
			record_by(CLEO, CLEO);
			memset(g.serials[CLEO], 1, CRYPTO_SERIAL);
			sign(CLEO, CLEO);
			group_judge_record(j, &rec.r, GRAPH_CHANGE_ADDED, &g.v);
			assert_int_equal(g.v.opinion, GRAPH_LATER);
			size_t waits = group_judge_waiting(j);
			size_t n = group_judge_woken(j, span_of(NULL, 0), &ids, &all);
			assert_int_equal(waits, n + all);
			assert_int_equal(group_judge_waiting(j), 0);
		}
		assert_true(j || f.failed);
		group_judge_free(j);
		failing_env_assert_clean(&f);
	}
	end();
	/* A chain of a Membership that cannot be held now can be later. */
	begin(CRYPTO_MODERN, CLEO);
	bool valid = false;
	for (size_t n = 1; !valid; n++) {
		membership(CLEO, CLEO, 0, true);
		failing_env_fail_at(&g.t.mem, n);
		enum graph_opinion o = judge();
		valid = !g.t.mem.failed;
		g.t.mem.fail_at = 0;
		assert_int_equal(o, valid ? GRAPH_VALID : GRAPH_LATER);
		crypto_chain_free(g.v.chain);
	}
	end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_member_makes_is_good),
		cmocka_unit_test(names_that_are_none),
		cmocka_unit_test(who_is_not_known_is_waited_for),
		cmocka_unit_test(both_names_are_waited_for),
		cmocka_unit_test(who_made_the_signature_need_not_be_known),
		cmocka_unit_test(who_made_the_signature_may_be_gone_when_we_keep_it_up),
		cmocka_unit_test(serials_belong_together),
		cmocka_unit_test(classic_finds_a_serial_either_way_round),
		cmocka_unit_test(times_lie_within_a_membership),
		cmocka_unit_test(administrators_alone_change_what_is_others),
		cmocka_unit_test(signatures_of_others),
		cmocka_unit_test(bursts_are_checked_once),
		cmocka_unit_test(types_that_nobody_may_use),
		cmocka_unit_test(what_is_stored_is_judged_without_its_signature),
		cmocka_unit_test(what_stands_waits_no_longer),
		cmocka_unit_test(what_waits_is_bounded),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
