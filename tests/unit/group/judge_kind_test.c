/* The group's own records judged, and records of ours before they are signed (digest grouping
 * 9.3, 9.4). */
#include "judge_rig.h"

#define DAY INT64_C(86400000000)

/* ---- Membership ---- */

/* GROUP-7.8, GROUP-7.13: nobody need be known for one's own. */
static void a_membership_proves_itself(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		begin(id, GROUP);
		membership(CLEO, CLEO, 0, false);
		assert_membership(CLEO);
		join(CLEO);
		assert_membership(CLEO);
		/* By another's key. */
		record_sign(&rec, &g.t, BEN, true, serial(CLEO), serial(CLEO));
		assert_refused(GROUP_REFUSAL_SIGNATURE);
		membership(CLEO, CLEO, 0, false);
		rec.r.flags = GRAPH_RECORD_DELETED;
		sign(CLEO, CLEO);
		assert_refused(GROUP_REFUSAL_DELETED);
		end();
	}
}

/* GROUP-7.8: the chain in it proves its own member alone, not whoever is named beside it. */
static void a_membership_proves_nobody_else(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		begin(id, GROUP);
		membership(CLEO, BEN, 0, false);
		record_sign(&rec, &g.t, CLEO, group_judge_version11(g.j), serial(CLEO),
			    serial(CLEO));
		assert_int_equal(judge(), GRAPH_LATER);
		end();
	}
}

/* GROUP-7.13 */
static void who_may_publish_a_membership(void **state)
{
	begin(CRYPTO_MODERN, CLEO);
	for (size_t of = ANN; of < PEOPLE; of++)
		for (size_t by = ANN; by < PEOPLE; by++) {
			bool may = of == by || by == ANN || (by == BEN && of == CLEO);
			membership(of, by, 0, false);
			if (may) {
				assert_membership(of);
				continue;
			}
			assert_refused(GROUP_REFUSAL_OWNER);
		}
	end();
}

/* GROUP-7.13 */
static void a_membership_has_the_groups_version(void **state)
{
	const struct graph_guid *ids;
	bool all;
	begin(CRYPTO_MODERN, CLEO);
	membership(CLEO, CLEO, 1, false);
	assert_refused(GROUP_REFUSAL_VERSION);
	membership(CLEO, CLEO, 0, false);
	group_judge_security(g.j, NULL, NULL);
	assert_int_equal(judge(), GRAPH_LATER);
	assert_int_equal(group_judge_woken(g.j, span_of(NULL, 0), &ids, &all), 1);
	rec.payload[1] = 3;
	sign(CLEO, CLEO);
	assert_refused(GROUP_REFUSAL_VERSION);
	rec.r.payload.n--;
	rec.payload[1] = 2;
	sign(CLEO, CLEO);
	assert_refused(GROUP_REFUSAL_PAYLOAD);
	end();
}

/* GROUP-7.13, GROUP-7.14 */
static void a_membership_holds_a_valid_chain(void **state)
{
	const struct graph_guid *ids;
	bool all;
	begin(CRYPTO_MODERN, CLEO);
	membership(CLEO, CLEO, 0, false);
	rec.payload[rec.r.payload.n - 12] ^= 1; /* of the last signature */
	sign(CLEO, CLEO);
	assert_refused(GROUP_REFUSAL_CHAIN);
	assert_int_not_equal(g.v.fault, GROUP_CHAIN_NONE);
	membership(CLEO, CLEO, 0, false);
	group_judge_now(g.j, PEOPLE_UNTIL + 1);
	assert_refused(GROUP_REFUSAL_CHAIN);
	assert_int_equal(g.v.fault, GROUP_CHAIN_EXPIRED);
	group_judge_now(g.j, PEOPLE_BORN - 1);
	assert_int_equal(judge(), GRAPH_LATER);
	assert_int_equal(g.v.fault, GROUP_CHAIN_NOT_YET);
	assert_int_equal(group_judge_scan(g.j, &ids, &all), 0);
	group_judge_now(g.j, PEOPLE_BORN);
	assert_int_equal(group_judge_scan(g.j, &ids, &all), 1);
	assert_membership(CLEO);
	end();
}

/* GROUP-5.9 */
static void a_seal_key_is_its_members(void **state)
{
	begin(CRYPTO_MODERN, CLEO);
	membership(CLEO, CLEO, 0, true);
	assert_membership(CLEO);
	assert_int_equal(g.v.membership.seal_key.n, 32);
	membership(CLEO, BEN, 0, true);
	assert_membership(CLEO);
	rec.payload[rec.r.payload.n - 64 - 4 - 1] ^= 1; /* of the key */
	sign(BEN, BEN);
	assert_refused(GROUP_REFUSAL_SIGNATURE);
	end();
}

/* ---- Security Properties ---- */

/* GROUP-7.11 */
static void security_properties_are_the_groups(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		begin(id, CLEO);
		security(GROUP);
		group_judge_security(g.j, NULL, NULL);
		assert_int_equal(judge(), GRAPH_VALID);
		assert_non_null(g.v.security);
		assert_string_equal(g.v.security->creator, g.t.names[ANN]);
		record_modifier(&rec, people_name(&g.t, GROUP));
		sign(GROUP, GROUP);
		assert_int_equal(judge(), GRAPH_VALID);
		record_sign(&rec, &g.t, ANN, true, serial(GROUP), serial(GROUP));
		assert_refused(GROUP_REFUSAL_SIGNATURE);
		record_sign(&rec, &g.t, GROUP, true, serial(ANN), serial(GROUP));
		assert_refused(GROUP_REFUSAL_SERIAL);
		rec.r.modified = record_time(PEOPLE_BORN - DAY);
		sign(GROUP, GROUP);
		assert_refused(GROUP_REFUSAL_TIME);
		security(ANN);
		assert_refused(GROUP_REFUSAL_OWNER);
		security(GROUP);
		record_modifier(&rec, people_name(&g.t, ANN));
		sign(GROUP, ANN);
		assert_refused(GROUP_REFUSAL_OWNER);
		security(GROUP);
		rec.r.flags = GRAPH_RECORD_DELETED;
		sign(GROUP, GROUP);
		assert_refused(GROUP_REFUSAL_DELETED);
		/* No other record is the group's. */
		record_by(GROUP, GROUP);
		assert_int_equal(judge(), GRAPH_LATER);
		end();
	}
}

typedef void change_fn(struct group_security *s);
static void other_group(struct group_security *s)
{
	s->group[0] = s->group[0] == '0' ? '1' : '0';
}
static void other_classifier(struct group_security *s)
{
	s->classifier[0] = 'x';
}
static void creator_without_name(struct group_security *s)
{
	s->creator[3] = 'X';
}
static void certificates_alone(struct group_security *s)
{
	s->minor = 1;
	s->authentication = GROUP_BY_CERTIFICATE;
}
static void other_major(struct group_security *s)
{
	s->major = (uint8_t)(3 - s->major);
}
static void other_life(struct group_security *s)
{
	s->membership_life++;
}
static void other_presence(struct group_security *s)
{
	s->presence_life++;
}
static void other_cloud(struct group_security *s)
{
	s->cloud[0] = 'x';
}
static void other_minor(struct group_security *s)
{
	s->minor = 1;
	s->authentication = GROUP_BY_CERTIFICATE | GROUP_BY_PASSWORD;
}
static void other_creator(struct group_security *s)
{
	s->creator[0] = s->creator[0] == '0' ? '1' : '0';
}
static void other_words(struct group_security *s)
{
	s->friendly[0] = s->comment[0] = 'x';
	s->options = GROUP_OPTION_DEFER;
}

/* GROUP-7.15, GROUP-7.16 */
static void what_security_properties_may_say(void **state)
{
	static const struct {
		change_fn *change;
		enum group_refusal why, known; /* nothing known before; ours known */
	} rows[] = {
		{ other_group, GROUP_REFUSAL_PAYLOAD, GROUP_REFUSAL_PAYLOAD },
		{ other_classifier, GROUP_REFUSAL_PAYLOAD, GROUP_REFUSAL_PAYLOAD },
		{ creator_without_name, GROUP_REFUSAL_PAYLOAD, GROUP_REFUSAL_PAYLOAD },
		{ certificates_alone, GROUP_REFUSAL_PAYLOAD, GROUP_REFUSAL_PAYLOAD },
		{ other_major, GROUP_REFUSAL_VERSION, GROUP_REFUSAL_VERSION },
		{ other_life, GROUP_REFUSAL_NONE, GROUP_REFUSAL_FIXED },
		{ other_presence, GROUP_REFUSAL_NONE, GROUP_REFUSAL_FIXED },
		{ other_cloud, GROUP_REFUSAL_NONE, GROUP_REFUSAL_FIXED },
		{ other_minor, GROUP_REFUSAL_NONE, GROUP_REFUSAL_FIXED },
		{ other_creator, GROUP_REFUSAL_NONE, GROUP_REFUSAL_FIXED },
		{ other_words, GROUP_REFUSAL_NONE, GROUP_REFUSAL_NONE },
	};
	begin(CRYPTO_MODERN, CLEO);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct group_security ours = g.security;
		rows[i].change(&g.security);
		security(GROUP);
		group_judge_security(g.j, NULL, NULL);
		if (rows[i].why == GROUP_REFUSAL_NONE)
			assert_int_equal(judge(), GRAPH_VALID);
		else
			assert_refused(rows[i].why);
		group_judge_security(g.j, &ours, &rec.r.id);
		if (rows[i].known == GROUP_REFUSAL_NONE)
			assert_int_equal(judge(), GRAPH_VALID);
		else
			assert_refused(rows[i].known);
		g.security = ours;
		group_judge_security(g.j, &g.security, NULL);
	}
	/* Another record of the same. */
	struct graph_guid other = { { 5 } };
	security(GROUP);
	group_judge_security(g.j, &g.security, &other);
	assert_refused(GROUP_REFUSAL_FIXED);
	end();
}

/* ---- Graph Info ---- */

/* GROUP-7.24 */
static void graph_info_is_the_creators(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		const struct graph_guid *ids;
		bool all;
		begin(id, CLEO);
		for (size_t by = ANN; by < PEOPLE; by++) {
			record_by(by, by);
			rec.r.type = graph_type_info;
			rec.r.id = graph_id_info;
			sign(by, by);
			if (by == ANN)
				assert_int_equal(judge(), GRAPH_VALID);
			else
				assert_refused(GROUP_REFUSAL_OWNER);
		}
		record_by(ANN, ANN);
		rec.r.type = graph_type_info;
		sign(ANN, ANN);
		group_judge_security(g.j, NULL, NULL);
		assert_int_equal(judge(), GRAPH_LATER);
		assert_int_equal(group_judge_woken(g.j, span_of(NULL, 0), &ids, &all), 1);
		end();
	}
}

/* ---- Policy ---- */

/* GROUP-7.12 */
static void a_policy_is_an_administrators(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		const struct group_policy p = { .friendly = "We" };
		uint8_t octets[GROUP_POLICY_OCTETS];
		size_t n;
		begin(id, CLEO);
		assert_int_equal(group_policy_write(&p, octets, sizeof octets, &n), OK);
		for (size_t by = ANN; by < PEOPLE; by++) {
			record_by(by, by);
			rec.r.type = group_type_policy;
			record_payload(&rec, span_of(octets, n));
			sign(by, by);
			if (!g.t.p->policy) {
				assert_refused(GROUP_REFUSAL_RESERVED);
			} else if (by != ANN) {
				assert_refused(GROUP_REFUSAL_RIGHT);
			} else {
				assert_int_equal(judge(), GRAPH_VALID);
				assert_string_equal(g.v.policy->friendly, "We");
			}
		}
		if (g.t.p->policy) {
			record_payload(&rec, span_of(octets, 3));
			sign(CLEO, CLEO);
			assert_refused(GROUP_REFUSAL_PAYLOAD);
		}
		end();
	}
}

/* ---- Epoch, Key ---- */

static struct span an_epoch(void)
{
	static uint8_t octets[GROUP_EPOCH_OCTETS(0, 1)];
	uint8_t hash[GROUP_EPOCH_HASH] = { 1 }, to[GROUP_EPOCH_RECIPIENT] = { 2 };
	const struct group_epoch e = { .number = 7,
				       .hash = span_of(hash, sizeof hash),
				       .recipients = span_of(to, sizeof to) };
	size_t n;
	assert_int_equal(group_epoch_write(&e, octets, sizeof octets, &n), OK);
	return span_of(octets, n);
}

static struct span a_key(void)
{
	static uint8_t octets[GROUP_KEY_OCTETS(1)];
	uint8_t who[GROUP_AUTHORITY] = { 1 }, gift[GROUP_EPOCH_GIFT] = { 2 };
	const struct group_key k = { span_of(who, sizeof who), span_of(gift, sizeof gift) };
	size_t n;
	assert_int_equal(group_key_write(&k, octets, sizeof octets, &n), OK);
	return span_of(octets, n);
}

static void of_epochs(const struct graph_guid *type, struct span payload, size_t creator,
		      size_t toucher)
{
	record_by(creator, toucher);
	rec.r.type = *type;
	record_payload(&rec, payload);
	sign(creator, toucher);
}

/* GROUP-12.9 */
static void epochs_are_administrators_and_keys_inviters(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		begin(id, CLEO);
		for (size_t by = ANN; by < PEOPLE; by++) {
			of_epochs(&group_type_epoch, an_epoch(), by, by);
			if (!g.t.p->policy) {
				assert_refused(GROUP_REFUSAL_RESERVED);
			} else if (by != ANN) {
				assert_refused(GROUP_REFUSAL_RIGHT);
			} else {
				assert_int_equal(judge(), GRAPH_VALID);
				assert_int_equal(g.v.epoch->number, 7);
			}
			of_epochs(&group_type_key, a_key(), by, by);
			if (!g.t.p->policy) {
				assert_refused(GROUP_REFUSAL_RESERVED);
			} else if (by == CLEO) {
				assert_refused(GROUP_REFUSAL_RIGHT);
			} else {
				assert_int_equal(judge(), GRAPH_VALID);
				assert_int_equal(group_key_gifts(g.v.keys), 1);
			}
		}
		end();
	}
}

/* GROUP-12.9: they are as they were made. */
static void epochs_and_keys_are_never_changed(void **state)
{
	const struct graph_guid *const types[] = { &group_type_epoch, &group_type_key };
	struct group_signing s;
	begin(CRYPTO_MODERN, CLEO);
	for (size_t i = 0; i < 2; i++) {
		struct span payload = i ? a_key() : an_epoch();
		of_epochs(types[i], payload, ANN, ANN);
		assert_int_equal(judge(), GRAPH_VALID);
		assert_int_equal(ours(&s), GROUP_REFUSAL_NONE);
		record_modifier(&rec, people_name(&g.t, ANN));
		sign(ANN, ANN);
		assert_refused(GROUP_REFUSAL_FIXED);
		of_epochs(types[i], payload, BEN, ANN);
		assert_refused(GROUP_REFUSAL_FIXED);
		assert_int_equal(group_judge_ours(g.j, &rec.r, GRAPH_CHANGE_UPDATED, &s),
				 GROUP_REFUSAL_FIXED);
		of_epochs(types[i], span_of(NULL, 0), ANN, ANN);
		rec.r.flags = GRAPH_RECORD_DELETED;
		sign(ANN, ANN);
		assert_refused(GROUP_REFUSAL_DELETED);
		of_epochs(types[i], span_of(payload.p, payload.n - 1), ANN, ANN);
		assert_refused(GROUP_REFUSAL_PAYLOAD);
		uint8_t next[256];
		memcpy(next, payload.p, payload.n);
		next[0] = 2;
		of_epochs(types[i], span_of(next, payload.n), ANN, ANN);
		assert_refused(GROUP_REFUSAL_VERSION);
	}
	end();
}

/* ---- ours ---- */

/* GROUP-7.18: what we are let sign is what others take. */
static void what_is_ours_is_signed(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct group_signing s;
		begin(id, CLEO);
		record_by(ANN, ANN);
		assert_int_equal(ours(&s), GROUP_REFUSAL_NONE);
		assert_false(s.group_key);
		assert_true(span_eq(s.creator_serial, serial(ANN)));
		record_by(CLEO, ANN);
		assert_int_equal(ours(&s), GROUP_REFUSAL_NONE);
		assert_true(span_eq(s.creator_serial, serial(CLEO)));
		assert_true(span_eq(s.modifier_serial, serial(ANN)));
		record_sign(&rec, &g.t, ANN, group_judge_version11(g.j), s.creator_serial,
			    s.modifier_serial);
		assert_int_equal(judge(), GRAPH_VALID);
		security(GROUP);
		assert_int_equal(ours(&s), GROUP_REFUSAL_NONE);
		assert_true(s.group_key);
		assert_true(span_eq(s.modifier_serial, serial(GROUP)));
		membership(ANN, ANN, 0, false);
		assert_int_equal(ours(&s), GROUP_REFUSAL_NONE);
		membership(CLEO, ANN, 0, false);
		assert_int_equal(ours(&s), GROUP_REFUSAL_NONE);
		end();
	}
}

/* GROUP-7.18 */
static void what_is_not_ours_is_not_signed(void **state)
{
	struct group_signing s;
	begin(CRYPTO_MODERN, CLEO);
	as(BEN, false);
	record_by(CLEO, CLEO);
	assert_int_equal(ours(&s), GROUP_REFUSAL_OWNER);
	record_by(CLEO, BEN);
	assert_int_equal(ours(&s), GROUP_REFUSAL_RIGHT);
	record_by(BEN, BEN);
	rec.r.expires = record_time(PEOPLE_UNTIL + DAY);
	assert_int_equal(ours(&s), GROUP_REFUSAL_TIME);
	record_by(BEN, BEN);
	rec.r.type = (struct graph_guid){ { 0x2a } };
	assert_int_equal(ours(&s), GROUP_REFUSAL_RESERVED);
	record_creator(&rec, span_str("0.ben"));
	assert_int_equal(ours(&s), GROUP_REFUSAL_NAME);
	security(GROUP);
	assert_int_equal(ours(&s), GROUP_REFUSAL_OWNER);
	membership(ANN, BEN, 0, false);
	assert_int_equal(ours(&s), GROUP_REFUSAL_OWNER);
	membership(CLEO, BEN, 0, false);
	assert_int_equal(ours(&s), GROUP_REFUSAL_NONE);
	membership(CLEO, BEN, 1, false);
	assert_int_equal(ours(&s), GROUP_REFUSAL_VERSION);
	group_judge_security(g.j, NULL, NULL);
	assert_int_equal(ours(&s), GROUP_REFUSAL_VERSION);
	membership(BEN, BEN, 0, false);
	assert_int_equal(group_judge_ours(g.j, &rec.r, GRAPH_CHANGE_DELETED, &s),
			 GROUP_REFUSAL_DELETED);
	end();
}

/* GROUP-7.18: an administrator, of somebody whose membership is over. */
static void who_is_gone_has_no_serial(void **state)
{
	struct group_signing s;
	begin(CRYPTO_MODERN, BEN);
	record_by(CLEO, ANN);
	assert_int_equal(ours(&s), GROUP_REFUSAL_SERIAL);
	end();
}

/* GROUP-11.39: as long as the group's key alone may write it. */
static struct span long_removal(uint8_t *room, size_t size)
{
	size_t each = GROUP_KEPT_RECORD, count = GROUP_REMOVAL_MEMBER / each + 1, n;
	uint8_t *kept = calloc(count, each);
	assert_non_null(kept);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < 4; k++)
			kept[i * each + k] = (uint8_t)(i >> (24 - 8 * k));
	const struct group_removal p = { .key = crypto_key_public(g.t.keys[CLEO]),
					 .records = span_of(kept, count * each) };
	assert_int_equal(group_removal_write(&p, room, size, &n), OK);
	free(kept);
	return span_of(room, n);
}

/* GROUP-11.39 */
static void a_long_removal_is_signed_before_it_is_read(void **state)
{
	size_t size = GROUP_REMOVAL_MEMBER + 4096;
	uint8_t *room = calloc(1, size);
	struct group_judge_counts c;
	assert_non_null(room);
	begin(CRYPTO_MODERN, PEOPLE);
	record_by(GROUP, GROUP);
	rec.r.type = group_type_removal;
	rec.r.payload = span_of(room, size); /* cannot be read */
	rec.r.security = span_of(rec.security, 0);
	sign(GROUP, GROUP);
	assert_refused(GROUP_REFUSAL_PAYLOAD);
	room[9] ^= 1;
	assert_refused(GROUP_REFUSAL_SIGNATURE);
	rec.r.payload = span_of(room, GROUP_REMOVAL_MEMBER); /* short enough for a member */
	assert_refused(GROUP_REFUSAL_PAYLOAD);
	rec.r.payload = long_removal(room, size);
	sign(GROUP, GROUP);
	group_judge_look(g.j, &c);
	uint64_t before = c.checked;
	assert_int_equal(judge(), GRAPH_VALID);
	assert_non_null(g.v.removal);
	group_judge_look(g.j, &c);
	assert_int_equal(c.checked, before + 1);
	free(room);
	end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_removal_is_signed_before_it_is_read),
		cmocka_unit_test(a_membership_proves_itself),
		cmocka_unit_test(a_membership_proves_nobody_else),
		cmocka_unit_test(who_may_publish_a_membership),
		cmocka_unit_test(a_membership_has_the_groups_version),
		cmocka_unit_test(a_membership_holds_a_valid_chain),
		cmocka_unit_test(a_seal_key_is_its_members),
		cmocka_unit_test(security_properties_are_the_groups),
		cmocka_unit_test(what_security_properties_may_say),
		cmocka_unit_test(graph_info_is_the_creators),
		cmocka_unit_test(a_policy_is_an_administrators),
		cmocka_unit_test(epochs_are_administrators_and_keys_inviters),
		cmocka_unit_test(epochs_and_keys_are_never_changed),
		cmocka_unit_test(what_is_ours_is_signed),
		cmocka_unit_test(what_is_not_ours_is_not_signed),
		cmocka_unit_test(who_is_gone_has_no_serial),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
