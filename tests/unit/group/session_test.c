/* Two sessions played against each other: who is let in, who is not, and why. */
#include "session_rig.h"

#include "crypto/tls_int.h"

/* GROUP-8.1, GROUP-8.8, GROUP-8.10, GROUP-8.13 */
static void two_members_meet(void **state)
{
	RIG_EACH_PROFILE(id)
	{
		struct session_rig t;
		session_rig_init(&t, id);
		rig_play(&t);
		rig_assert_met(&t);
		for (int i = 0; i < 2; i++) {
			struct group_session_info info;
			group_session_look(t.end[i].session, &info);
			assert_string_equal(info.tls, "TLSv1.3");
			assert_true(*info.suite);
			assert_int_equal(t.end[i].learned, 1);
			assert_string_equal(t.end[i].learned_name, t.end[!i].who->name);
			assert_true(group_session_stands(t.end[i].session));
			t.end[i].may = false;
			assert_false(group_session_stands(t.end[i].session));
		}
		session_rig_fini(&t);
	}
}

/* A frame each: what TLS says, what TLS says, Finished and Hello, Hello. */
static void each_record_has_its_frame(void **state)
{
	RIG_EACH_PROFILE(id)
	{
		struct session_rig t;
		session_rig_init(&t, id);
		rig_play(&t);
		assert_int_equal(t.end[0].n_said, 3);
		assert_int_equal(t.end[1].n_said, 2);
		for (int i = 0; i < 2; i++) {
			const struct rig_frame *f = &t.end[i].said[t.end[i].n_said - 1];
			assert_int_equal(f->p[0], 23); /* application data */
			assert_int_equal((f->p[3] << 8 | f->p[4]) + 5, f->n);
		}
		session_rig_fini(&t);
	}
}

/* An initiator that knows nobody by name, and one that said no name. */
static void names_may_be_unknown(void **state)
{
	struct session_rig t;
	session_rig_init(&t, CRYPTO_MODERN);
	t.end[0].parties.other = t.end[1].parties.other = span_of(NULL, 0);
	rig_play(&t);
	rig_assert_met(&t);
	session_rig_fini(&t);
}

static void assert_other_than(struct session_rig *t, int i, const char *said)
{
	t->end[i].parties.other = span_str(said);
	rig_play(t);
	rig_assert_fault(t, i, GROUP_FAULT_OTHER_PEER, GROUP_CHAIN_NONE);
	assert_string_equal(t->end[i].failed_other, said);
	rig_close(t);
}

/* GROUP-8.13 */
static void somebody_else_than_was_said(void **state)
{
	RIG_EACH_PROFILE(id)
	for (int i = 0; i < 2; i++) {
		struct session_rig t;
		char other[GROUP_NAME_OCTETS + 1];
		session_rig_init(&t, id);
		assert_other_than(&t, i, t.group.name);
		memcpy(other, t.end[!i].who->name, sizeof other);
		other[0] = other[0] == '0' ? '1' : '0';
		assert_other_than(&t, i, other);
		session_rig_fini(&t);
	}
}

/* GROUP-8.9 */
static void who_changes_auth_info_is_noticed(void **state)
{
	RIG_EACH_PROFILE(id)
	for (size_t at = 0; at < 25; at += 6) {
		struct session_rig t;
		session_rig_init(&t, id);
		t.end[1].auth_info[at] ^= 1;
		rig_play(&t);
		if (t.p->hello_binds)
			rig_assert_fault(&t, 1, GROUP_FAULT_BINDING, GROUP_CHAIN_NONE);
		else
			rig_assert_met(&t);
		session_rig_fini(&t);
	}
}

/* Somebody of the other group; both are called by names that fit. GROUP-8.10 */
static void foreigners_are_not_let_in(void **state)
{
	RIG_EACH_PROFILE(id)
	for (int i = 0; i < 2; i++) {
		struct session_rig t;
		struct rig_person other, carl;
		session_rig_init(&t, id);
		rig_person_init(&t, &other, "family", RIG_BORN);
		rig_person_init(&t, &carl, "carl", RIG_BORN);
		rig_root(&t, &other);
		rig_admit(&t, &other, &carl, CRYPTO_ROLE_ADMIN, RIG_BORN, 0);
		rig_is(&t, i, &carl);
		rig_play(&t);
		rig_assert_fault(&t, !i, GROUP_FAULT_OTHER_GROUP, GROUP_CHAIN_OTHER_GROUP);
		assert_int_equal(t.end[!i].learned, 0);
		assert_string_equal(t.end[!i].failed_other, carl.name);
		rig_close(&t);
		rig_person_fini(&other);
		rig_person_fini(&carl);
		session_rig_fini(&t);
	}
}

/* GROUP-8.10, GROUP-8.11: an identity is no membership, and somebody's chain is not ours. */
static void strangers_and_rogues(void **state)
{
	RIG_EACH_PROFILE(id)
	for (int i = 0; i < 2; i++) {
		struct session_rig t;
		struct rig_person carl;
		session_rig_init(&t, id);
		rig_person_init(&t, &carl, "carl", RIG_BORN);
		rig_is(&t, i, &carl);
		t.end[i].shows = false;
		rig_play(&t);
		rig_assert_fault(&t, !i, GROUP_FAULT_NO_MEMBERSHIP, GROUP_CHAIN_NONE);
		rig_close(&t);
		t.end[i].shows = true;
		carl.chain = t.ben.chain;
		rig_play(&t);
		rig_assert_fault(&t, !i, GROUP_FAULT_CHAIN, GROUP_CHAIN_OTHER_KEY);
		rig_close(&t);
		carl.chain.n--;
		rig_play(&t);
		rig_assert_fault(&t, !i, GROUP_FAULT_CHAIN, GROUP_CHAIN_MALFORMED);
		rig_close(&t);
		rig_person_fini(&carl);
		session_rig_fini(&t);
	}
}

/* The same key under another name: a peer is called as its membership says. GROUP-8.10 */
static void a_membership_has_the_peers_name(void **state)
{
	struct session_rig t;
	session_rig_init(&t, CRYPTO_MODERN);
	struct rig_person again = t.ben;
	struct text name = TEXT_OF(again.name);
	assert_int_equal(group_name_make(t.c, t.p->crypto, crypto_key_public(again.key),
					 span_str("benedict"), &name),
			 OK);
	assert_int_equal(group_identity_issue(t.c, &t.draw.env, again.key, span_str("benedict"),
					      span_str("B"), RIG_BORN, true, again.idc,
					      sizeof again.idc, &again.idc_n),
			 OK);
	rig_is(&t, 0, &again);
	rig_play(&t);
	rig_assert_fault(&t, 1, GROUP_FAULT_CHAIN, GROUP_CHAIN_LEAF_NAME);
	assert_int_equal(t.end[1].learned, 0);
	session_rig_fini(&t);
}

/* GROUP-8.11: Hello alone, from either side or both, where the other knows more. */
static void who_is_known_needs_no_chain(void **state)
{
	RIG_EACH_PROFILE(id)
	for (int i = 0; i < 3; i++) {
		struct session_rig t;
		session_rig_init(&t, id);
		t.end[0].shows = i == 1;
		t.end[1].shows = i == 0;
		t.end[0].knows = t.end[1].knows = true;
		rig_play(&t);
		rig_assert_met(&t);
		assert_int_equal(t.end[0].learned, t.end[1].shows);
		assert_int_equal(t.end[1].learned, t.end[0].shows);
		for (int e = 0; e < 2; e++)
			if (!t.end[!e].shows)
				assert_string_equal(t.end[e].asked_name, t.end[!e].who->name);
		session_rig_fini(&t);
	}
}

/* GROUP-8.11: the requestor cannot see why it was left, but knows what it did not show. */
static void who_shows_nothing_knows_why(void **state)
{
	struct session_rig t;
	session_rig_init(&t, CRYPTO_MODERN);
	t.end[0].shows = false;
	rig_play(&t);
	rig_assert_fault(&t, 1, GROUP_FAULT_NO_MEMBERSHIP, GROUP_CHAIN_NONE);
	assert_int_equal(t.end[0].failures, 0);
	rig_close(&t);
	assert_int_equal(t.end[0].failures, 1);
	assert_int_equal(t.end[0].fault, GROUP_FAULT_OURS);
	/* What its TLS sends it, it does understand. */
	t.end[0].shows = true;
	t.end[1].now = RIG_BORN - 1;
	rig_play(&t);
	rig_assert_fault(&t, 0, GROUP_FAULT_CLOCK_THERE, GROUP_CHAIN_NONE);
	rig_close(&t);
	assert_int_equal(t.end[0].failures, 1);
	session_rig_fini(&t);
}

static void assert_clock(struct session_rig *t, int i, enum group_session_fault fault,
			 enum group_chain_fault chain, int64_t off)
{
	rig_play(t);
	rig_assert_fault(t, i, fault, chain);
	assert_int_equal(t->end[i].off, off);
	rig_close(t);
}

/* GROUP-8.12: what begins 40 hours ahead says that a clock is 40 hours wrong. */
static void a_wrong_clock_is_told(void **state)
{
	RIG_EACH_PROFILE(id)
	for (int i = 0; i < 2; i++) {
		struct session_rig t;
		struct rig_person carl, dora;
		session_rig_init(&t, id);
		/* Our own is behind: the other's identity is not valid yet. */
		t.end[i].now = RIG_BORN - 40 * RIG_HOUR;
		assert_clock(&t, i, GROUP_FAULT_CLOCK, GROUP_CHAIN_NOT_YET, 40 * RIG_HOUR);
		assert_false(t.end[i].proved);
		t.end[i].now = RIG_NOW;
		/* The issuer's was ahead: the membership is not valid yet. */
		rig_person_init(&t, &carl, "carl", RIG_BORN);
		rig_admit(&t, &t.ann, &carl, CRYPTO_ROLE_MEMBER, RIG_NOW + 40 * RIG_HOUR, 0);
		rig_is(&t, !i, &carl);
		rig_is(&t, i, &t.ann);
		assert_clock(&t, i, GROUP_FAULT_CLOCK, GROUP_CHAIN_NOT_YET, 40 * RIG_HOUR);
		assert_true(t.end[i].proved);
		assert_int_equal(t.end[i].learned, 0);
		/* The other's own: the identity was made in our future. */
		rig_person_init(&t, &dora, "dora", RIG_NOW + 40 * RIG_HOUR);
		rig_is(&t, !i, &dora);
		rig_is(&t, i, &t.ann);
		assert_clock(&t, i, GROUP_FAULT_CLOCK, GROUP_CHAIN_NOT_YET, 40 * RIG_HOUR);
		rig_close(&t);
		rig_person_fini(&carl);
		rig_person_fini(&dora);
		session_rig_fini(&t);
	}
}

/* GROUP-8.12: an end is told as an end, with how long ago where a clock may be to blame. */
static void memberships_end(void **state)
{
	RIG_EACH_PROFILE(id)
	for (int i = 0; i < 2; i++) {
		struct session_rig t;
		struct rig_person carl;
		session_rig_init(&t, id);
		rig_person_init(&t, &carl, "carl", RIG_BORN);
		rig_admit(&t, &t.ann, &carl, CRYPTO_ROLE_MEMBER, RIG_BORN, RIG_NOW - 40 * RIG_HOUR);
		rig_is(&t, !i, &carl);
		rig_is(&t, i, &t.ann);
		assert_clock(&t, i, GROUP_FAULT_EXPIRED, GROUP_CHAIN_EXPIRED, -40 * RIG_HOUR);
		assert_int_equal(t.end[i].learned, 0);
		/* Twenty years are no clock; nor are two days and a little. */
		t.end[i].now = RIG_NOW + 8 * RIG_HOUR;
		assert_clock(&t, i, GROUP_FAULT_EXPIRED, GROUP_CHAIN_EXPIRED, -48 * RIG_HOUR);
		t.end[i].now++;
		assert_clock(&t, i, GROUP_FAULT_EXPIRED, GROUP_CHAIN_EXPIRED, 0);
		t.end[i].now = RIG_NOW + 20 * 365 * 24 * RIG_HOUR;
		assert_clock(&t, i, GROUP_FAULT_EXPIRED, GROUP_CHAIN_EXPIRED, 0);
		t.end[i].now = RIG_NOW - 41 * RIG_HOUR;
		rig_play(&t);
		rig_assert_met(&t);
		rig_close(&t);
		rig_person_fini(&carl);
		session_rig_fini(&t);
	}
}

/* An identity that has an end, as others issue them. GROUP-8.12 */
static void identities_of_others_end(void **state)
{
	struct session_rig t;
	session_rig_init(&t, CRYPTO_MODERN);
	struct rig_person old = t.ben;
	const struct crypto_cert what = { .type = CRYPTO_CERT_IDENTITY,
					  .public = crypto_key_public(old.key),
					  .subject = span_str("Ben"),
					  .issuer = span_str("Ben"),
					  .subject_name = span_str(t.ben.name),
					  .not_before = RIG_BORN,
					  .not_after = RIG_NOW - 2 * RIG_HOUR };
	assert_int_equal(crypto_cert_issue(t.c, &t.draw.env, old.key, &what, old.idc,
					   sizeof old.idc, &old.idc_n),
			 OK);
	rig_is(&t, 0, &old);
	assert_clock(&t, 1, GROUP_FAULT_CLOCK, GROUP_CHAIN_EXPIRED, -2 * RIG_HOUR);
	session_rig_fini(&t);
}

/* Certificates that are none of an identity, shown in TLS: each with its fault. GROUP-8.13 */
static void only_identities_are_shown(void **state)
{
	RIG_EACH_PROFILE(id)
	for (int i = 0; i < 2; i++) {
		struct session_rig t;
		session_rig_init(&t, id);
		struct rig_person shows_root = t.group;
		memcpy(shows_root.idc, t.group.chain.p, t.group.chain.n);
		shows_root.idc_n = t.group.chain.n;
		rig_is(&t, i, &shows_root);
		rig_play(&t);
		rig_assert_fault(&t, !i, GROUP_FAULT_CERTIFICATE, GROUP_CHAIN_KIND);
		rig_close(&t);
		struct rig_person takes_name = t.ben;
		struct crypto_cert what = { .type = CRYPTO_CERT_IDENTITY,
					    .public = crypto_key_public(takes_name.key),
					    .subject = span_str("Ann"),
					    .issuer = span_str("Ann"),
					    .subject_name = span_str(t.ann.name),
					    .not_before = RIG_BORN,
					    .not_after = CRYPTO_CERT_FOREVER };
		assert_int_equal(crypto_cert_issue(t.c, &t.draw.env, takes_name.key, &what,
						   takes_name.idc, sizeof takes_name.idc,
						   &takes_name.idc_n),
				 OK);
		rig_is(&t, i, &takes_name);
		rig_play(&t);
		rig_assert_fault(&t, !i, GROUP_FAULT_CERTIFICATE, GROUP_CHAIN_LEAF_NAME);
		session_rig_fini(&t);
	}
}

/* A membership at the end of as many as there may be: 24 below the root. */
static void admit_many(struct session_rig *t, struct rig_person *people, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		rig_person_init(t, &people[i], "participant", RIG_BORN);
		rig_admit(t, i ? &people[i - 1] : &t->group, &people[i],
			  i + 1 == n ? CRYPTO_ROLE_MEMBER : CRYPTO_ROLE_INVITER, RIG_BORN, 0);
	}
}

/* GROUP-8.6, GROUP-8.7: what is longer than a packet goes in several. */
static void the_longest_chain_is_shown(void **state)
{
	enum {
		MANY = CRYPTO_CHAIN_CERTS - 1
	};
	struct rig_person *people = calloc(MANY, sizeof *people);
	struct session_rig t;
	assert_non_null(people);
	session_rig_init(&t, CRYPTO_MODERN);
	admit_many(&t, people, MANY);
	assert_true(people[MANY - 1].chain.n > t.p->packet_max);
	for (int i = 0; i < 2; i++) {
		rig_is(&t, i, &people[MANY - 1]);
		rig_is(&t, !i, &t.ann);
		rig_play(&t);
		rig_assert_met(&t);
		assert_int_equal(t.end[0].n_said, i == 0 ? 4 : 3);
		assert_int_equal(t.end[1].n_said, i == 1 ? 3 : 2);
		for (size_t k = 0; k < t.end[i].n_said; k++)
			assert_true(t.end[i].said[k].n <= t.p->packet_max + 22);
		rig_close(&t);
	}
	for (size_t i = 0; i < MANY; i++)
		rig_person_fini(&people[i]);
	free(people);
	session_rig_fini(&t);
}

/* GROUP-8.8 */
static void what_cannot_be_shown_is_told(void **state)
{
	RIG_EACH_PROFILE(id)
	for (int i = 0; i < 2; i++) {
		struct session_rig t;
		session_rig_init(&t, id);
		struct rig_person carl = *t.end[i].who;
		size_t hello = t.p->hello_binds ? 36 : 4;
		size_t most = t.p->messages_span ? GROUP_MESSAGE_MAX : t.p->packet_max;
		carl.chain.n = most - hello - 6 + 1;
		rig_is(&t, i, &carl);
		rig_play(&t);
		rig_assert_fault(&t, i, GROUP_FAULT_TOO_LONG, GROUP_CHAIN_NONE);
		rig_close(&t);
		/* One less can be said, whatever the other makes of it. */
		carl.chain.n--;
		rig_play(&t);
		rig_assert_fault(&t, !i, GROUP_FAULT_CHAIN, GROUP_CHAIN_MALFORMED);
		assert_int_equal(t.end[i].failures, 0);
		session_rig_fini(&t);
	}
}

/* The last frame of that side. */
static void lengthen(struct session_rig *t, int from, size_t k, struct rig_frame *f)
{
	if (from != (int)t->at || k != (from ? 1 : 2))
		return;
	uint8_t *p = realloc(f->p, f->n + 3);
	assert_non_null(p);
	memset(p + f->n, 0, 3);
	*f = (struct rig_frame){ p, f->n + 3 };
}

/* GROUP-8.1: P38. */
static void octets_behind_a_record(void **state)
{
	RIG_EACH_PROFILE(id)
	for (int i = 0; i < 2; i++) {
		struct session_rig t;
		session_rig_init(&t, id);
		t.on_way = lengthen;
		t.at = (size_t)i;
		rig_play(&t);
		if (t.p->rest_is_error)
			rig_assert_fault(&t, !i, GROUP_FAULT_MALFORMED, GROUP_CHAIN_NONE);
		else
			rig_assert_met(&t);
		session_rig_fini(&t);
	}
}

/* GROUP-8.1: and behind those of what follows. */
static void octets_behind_a_sealed_record(void **state)
{
	RIG_EACH_PROFILE(id)
	{
		struct session_rig t;
		struct graph_session_out sealed, got;
		uint8_t octets[64];
		session_rig_init(&t, id);
		rig_play(&t);
		rig_assert_met(&t);
		assert_int_equal(group_session_seal(t.end[0].session, span_str("a"), &sealed), OK);
		memcpy(octets, sealed.bytes.p, sealed.bytes.n);
		octets[sealed.bytes.n] = 0;
		enum err e = group_session_unseal(t.end[1].session,
						  span_of(octets, sealed.bytes.n + 1), &got);
		assert_int_equal(e, t.p->rest_is_error ? ERR_MALFORMED : OK);
		assert_int_equal(got.bytes.n, e ? 0 : 1);
		assert_int_equal(t.end[1].failures, 0);
		session_rig_fini(&t);
	}
}

/* What cannot be unsealed ends it, for both directions. */
static void forged_octets_end_it(void **state)
{
	RIG_EACH_PROFILE(id)
	{
		struct session_rig t;
		struct graph_session_out sealed, got;
		uint8_t octets[64];
		session_rig_init(&t, id);
		rig_play(&t);
		rig_assert_met(&t);
		assert_int_equal(group_session_seal(t.end[0].session, span_str("a"), &sealed), OK);
		memcpy(octets, sealed.bytes.p, sealed.bytes.n);
		octets[sealed.bytes.n - 1] ^= 1;
		assert_int_equal(group_session_unseal(t.end[1].session,
						      span_of(octets, sealed.bytes.n), &got),
				 ERR_DENIED);
		assert_int_equal(group_session_seal(t.end[1].session, span_str("a"), &sealed),
				 ERR_STATE);
		assert_int_equal(group_session_unseal(t.end[1].session, span_of(NULL, 0), &got),
				 ERR_STATE);
		assert_int_equal(group_session_peer(t.end[1].session).n, 0);
		session_rig_fini(&t);
	}
}

static void nothing_is_sealed_before(void **state)
{
	struct session_rig t;
	struct graph_session_out out;
	session_rig_init(&t, CRYPTO_MODERN);
	for (int i = 0; i < 2; i++) {
		rig_open(&t, i);
		void *s = t.end[i].session;
		assert_int_equal(group_session_seal(s, span_str("a"), &out), ERR_STATE);
		assert_int_equal(group_session_unseal(s, span_str("a"), &out), ERR_STATE);
		assert_int_equal(group_session_peer(s).n, 0);
		assert_false(group_session_stands(s));
	}
	rig_close(&t);
	rig_play(&t);
	rig_assert_met(&t);
	for (int i = 0; i < 2; i++)
		assert_int_equal(group_session_step(t.end[i].session, span_str("a"), &out),
				 ERR_STATE);
	rig_talk(&t, 0, span_str("still"));
	session_rig_fini(&t);
}

/* GROUP-8.1: keys that change are two records, in two frames. */
static void new_keys_have_a_frame(void **state)
{
	struct session_rig t;
	struct graph_session_out out, got;
	session_rig_init(&t, CRYPTO_MODERN);
	rig_play(&t);
	rig_assert_met(&t);
	for (int i = 0; i < 2; i++) {
		struct group_session *s = t.end[i].session;
		struct span plain = span_str("news");
		s->tls->keys_for = s->tls->sealed;
		for (size_t k = 0; k < 2; k++) {
			uint8_t octets[256];
			assert_int_equal(group_session_seal(s, k ? span_of(NULL, 0) : plain, &out),
					 OK);
			assert_int_equal(out.more, k == 0);
			size_t n = out.bytes.n;
			memcpy(octets, out.bytes.p, n);
			assert_int_equal((octets[3] << 8 | octets[4]) + 5, n);
			assert_int_equal(
				group_session_unseal(t.end[!i].session, span_of(octets, n), &got),
				OK);
			assert_true(span_eq(got.bytes, k ? plain : span_of(NULL, 0)));
		}
		assert_int_equal(group_session_seal(s, span_of(NULL, 0), &out), ERR_STATE);
		s->tls->keys_for = UINT64_MAX;
		rig_talk(&t, i, plain);
		rig_talk(&t, !i, plain);
	}
	session_rig_fini(&t);
}

static void each_fault_has_words(void **state)
{
	for (enum group_session_fault i = 0; i < GROUP_SESSION_FAULT_COUNT; i++) {
		assert_true(*group_session_fault_text(i));
		for (enum group_session_fault k = 0; k < i; k++)
			assert_string_not_equal(group_session_fault_text(i),
						group_session_fault_text(k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_members_meet),
		cmocka_unit_test(each_record_has_its_frame),
		cmocka_unit_test(names_may_be_unknown),
		cmocka_unit_test(somebody_else_than_was_said),
		cmocka_unit_test(who_changes_auth_info_is_noticed),
		cmocka_unit_test(foreigners_are_not_let_in),
		cmocka_unit_test(strangers_and_rogues),
		cmocka_unit_test(a_membership_has_the_peers_name),
		cmocka_unit_test(who_is_known_needs_no_chain),
		cmocka_unit_test(who_shows_nothing_knows_why),
		cmocka_unit_test(a_wrong_clock_is_told),
		cmocka_unit_test(memberships_end),
		cmocka_unit_test(identities_of_others_end),
		cmocka_unit_test(only_identities_are_shown),
		cmocka_unit_test(the_longest_chain_is_shown),
		cmocka_unit_test(what_cannot_be_shown_is_told),
		cmocka_unit_test(octets_behind_a_record),
		cmocka_unit_test(octets_behind_a_sealed_record),
		cmocka_unit_test(forged_octets_end_it),
		cmocka_unit_test(nothing_is_sealed_before),
		cmocka_unit_test(new_keys_have_a_frame),
		cmocka_unit_test(each_fault_has_words),
	};
	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
