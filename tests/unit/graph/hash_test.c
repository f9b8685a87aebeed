/* SOLICIT_HASH, ADVERTISE and REQUEST as octets: ranges, boundaries, cuts. */
#include "hash_rig.h"

static void begin(struct db_rig *r, uint64_t seed)
{
	db_rig_init(r, seed);
}

static struct graph_hash *solicit(struct db_rig *r, enum crypto_profile_id profile, size_t slice)
{
	struct graph_hash *h;
	assert_int_equal(graph_hash_solicit(&h, r->db, r->crypto, profile, &r->f.env, NOW), OK);
	run(h, slice);
	return h;
}

static struct graph_hash *answer(struct db_rig *r, const struct graph_array *hashes, size_t slice)
{
	struct graph_hash *h;
	assert_int_equal(
		graph_hash_answer(&h, hashes, r->db, r->crypto, CRYPTO_MODERN, &r->f.env, NOW), OK);
	run(h, slice);
	return h;
}

/* GRAPH-9.20 */
static void ranges_grow_with_the_database(void **state)
{
	(void)state;
	const size_t n[][2] = { { 0, 10 },	{ 1, 10 },	{ 1000, 10 },	 { 1001, 14 },
				{ 1004, 14 },	{ 1125, 15 },	{ 100000, 141 }, { 1000000, 447 },
				{ 65000, 114 }, { 99404, 140 }, { 99405, 141 } };
	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++)
		assert_int_equal(graph_hash_range(n[i][0]), n[i][1]);
	assert_int_equal(graph_hash_range((size_t)5 << 60), (size_t)1 << 30);
}

/* T10 of the digest; GRAPH-9.21. */
static void the_vector(void **state)
{
	(void)state;
	static const uint8_t wanted[] = { 0x00, 0x00, 0x00, 0x3c, 0x10, 0x08, 0x00, 0x00, 0x00,
					  0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x01, 0x00, 0x14,
					  0x00, 0x00, 0x44, 0xfd, 0xa4, 0xfb, 0x1d, 0x69, 0x65,
					  0x64, 0x1b, 0x16, 0xe4, 0x03, 0x2c, 0x27, 0x92, 0xd3,
					  0x01, 0xda, 0x00, 0x00, 0x01, 0xc9, 0xc3, 0x80, 0x03,
					  0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03,
					  0x03, 0x03, 0x03, 0x03, 0x03, 0x03 };
	struct db_rig r;
	if (!crypto_profile(CRYPTO_CLASSIC))
		skip();
	begin(&r, 1);
	for (uint32_t i = 3; i >= 1; i--)
		put(&r, i, i, i);
	for (size_t slice = 1; slice < 5; slice++) {
		struct graph_hash *h = solicit(&r, CRYPTO_CLASSIC, slice);
		struct span m = graph_hash_message(h);
		assert_int_equal(m.n, sizeof(wanted));
		assert_memory_equal(m.p, wanted, sizeof(wanted));
		assert_true(graph_hash_octets(h) >= m.n);
		graph_hash_free(h);
	}
	db_rig_fini(&r);
}

static void ranges_end_with_their_last_record(void **state)
{
	(void)state;
	struct db_rig r;
	begin(&r, 2);
	for (uint32_t i = 1; i <= 25; i++)
		put(&r, i, 1, i);
	/* Expired ones are left out, tombstones are not. */
	db_must(&r, &(struct db_spec){
			    .id = 10, .version = 2, .type = 9, .modified = 10, .expires = 10000 });
	db_must(&r, &(struct db_spec){
			    .id = 11, .version = 2, .type = 9, .modified = 11, .deleted = true });
	struct graph_hash *h = solicit(&r, CRYPTO_MODERN, 7);
	struct graph_message m = decoded(h);
	assert_int_equal(m.type, GRAPH_SOLICIT_HASH);
	assert_int_equal(m.solicit.included + m.solicit.excluded, 0);
	assert_int_equal(m.solicit.hashes.n, 3);
	const uint8_t last[] = { 11, 21, 25 };
	for (uint32_t i = 0; i < 3; i++) {
		struct graph_hash_info info = graph_hash_info_at(&m.solicit.hashes, i);
		assert_int_equal(info.upper.id.at[3], last[i]);
		assert_int_equal(info.upper.modified, RIG_TIME + last[i] * GRAPH_TICKS_SEC);
	}
	graph_hash_free(h);
	db_rig_fini(&r);
}

static void an_empty_database_has_nothing_to_ask(void **state)
{
	(void)state;
	struct db_rig r;
	begin(&r, 3);
	struct graph_hash *h = solicit(&r, CRYPTO_MODERN, 1);
	assert_int_equal(graph_hash_message(h).n, 0);
	graph_hash_free(h);
	db_must(&r, &(struct db_spec){ .id = 1, .version = 1, .type = 9, .expires = 9 });
	h = solicit(&r, CRYPTO_MODERN, 1);
	assert_int_equal(graph_hash_message(h).n, 0);
	graph_hash_free(h);
	db_rig_fini(&r);
}

static struct graph_hash *answered(struct db_rig *from, struct db_rig *to, size_t slice)
{
	struct graph_hash *h = solicit(from, CRYPTO_MODERN, 100);
	struct graph_message m = decoded(h);
	struct graph_hash *a = answer(to, &m.solicit.hashes, slice);
	graph_hash_free(h);
	return a;
}

static void equal_databases_advertise_nothing(void **state)
{
	(void)state;
	struct db_rig a, b;
	begin(&a, 4);
	begin(&b, 5);
	for (uint32_t i = 1; i <= 35; i++) {
		put(&a, i, 1, i);
		put(&b, 36 - i, 1, 36 - i);
	}
	struct graph_hash *h = answered(&a, &b, 3);
	struct graph_message m = decoded(h);
	assert_int_equal(m.type, GRAPH_ADVERTISE);
	assert_int_equal(m.advertise.boundaries.n, 0);
	assert_int_equal(m.advertise.abstracts.n, 0);
	graph_hash_free(h);
	db_rig_fini(&a);
	db_rig_fini(&b);
}

static void fork_of(struct db_rig *r, uint32_t id, const char *security)
{
	db_must(r,
		&(struct db_spec){
			.id = id, .version = 1, .type = 9, .modified = id, .security = security });
}

/* GRAPH-9.28: the same ID, version and time, another content. Not as it was published. */
static void contents_that_differ_are_seen(void **state)
{
	(void)state;
	struct db_rig a, b;
	begin(&a, 40);
	begin(&b, 41);
	for (uint32_t i = 1; i <= 35; i++) {
		fork_of(&a, i, "signed");
		fork_of(&b, i, i == 14 ? "signed otherwise" : "signed");
	}
	for (size_t slice = 1; slice < 40; slice += 13) {
		struct graph_hash *h = answered(&a, &b, slice);
		struct graph_message m = decoded(h);
		assert_int_equal(m.advertise.boundaries.n, 1);
		assert_int_equal(m.advertise.abstracts.n, 10);
		graph_hash_free(h);
	}
	if (crypto_profile(CRYPTO_CLASSIC)) {
		struct graph_hash *one = solicit(&a, CRYPTO_CLASSIC, 9), *h;
		struct graph_hash *other = solicit(&b, CRYPTO_CLASSIC, 9);
		assert_true(span_eq(graph_hash_message(one), graph_hash_message(other)));
		struct graph_message m = decoded(one);
		assert_int_equal(graph_hash_answer(&h, &m.solicit.hashes, b.db, b.crypto,
						   CRYPTO_CLASSIC, &b.f.env, NOW),
				 OK);
		run(h, 9);
		assert_int_equal(decoded(h).advertise.boundaries.n, 0);
		graph_hash_free(h);
		graph_hash_free(one);
		graph_hash_free(other);
	}
	db_rig_fini(&a);
	db_rig_fini(&b);
}

/* GRAPH-9.22 */
static void boundaries_of_what_differs(void **state)
{
	(void)state;
	struct db_rig a, b;
	begin(&a, 6);
	begin(&b, 7);
	for (uint32_t i = 1; i <= 30; i++) {
		put(&a, i, 1, i);
		put(&b, i, i == 15 ? 2 : 1, i);
	}
	put(&b, 40, 1, 40);
	for (size_t slice = 1; slice < 40; slice += 13) {
		struct graph_hash *h = answered(&a, &b, slice);
		struct graph_message m = decoded(h);
		assert_int_equal(m.advertise.boundaries.n, 2);
		assert_int_equal(m.advertise.abstracts.n, 11);
		struct graph_boundary in = graph_boundary_at(&m.advertise.boundaries, 0);
		assert_int_equal(in.count, 10);
		assert_int_equal(in.lower.modified, RIG_TIME + 10 * GRAPH_TICKS_SEC);
		assert_int_equal(in.lower.id.at[15], 11);
		assert_int_equal(in.lower.id.at[14], 10);
		assert_int_equal(in.upper.modified, RIG_TIME + 20 * GRAPH_TICKS_SEC);
		struct graph_boundary end = graph_boundary_at(&m.advertise.boundaries, 1);
		assert_int_equal(end.count, 1);
		assert_int_equal(end.upper.modified, UINT64_MAX);
		assert_int_equal(end.upper.id.at[0], 255);
		assert_int_equal(graph_abstract_at(&m.advertise.abstracts, 4).version, 2);
		assert_int_equal(graph_abstract_at(&m.advertise.abstracts, 10).id.at[0], 40);
		graph_hash_free(h);
	}
	db_rig_fini(&a);
	db_rig_fini(&b);
}

static void places_carry(void **state)
{
	(void)state;
	struct graph_place p = { 7, { { 0 } } }, q;
	memset(p.id.at, 0xff, 16);
	q = p;
	assert_true(graph_place_up(&q));
	assert_int_equal(q.modified, 8);
	assert_int_equal(q.id.at[0] + q.id.at[15], 0);
	assert_true(graph_place_down(&q));
	assert_int_equal(graph_place_cmp(&p, &q), 0);
	p.modified = UINT64_MAX;
	assert_false(graph_place_up(&p));
	assert_false(graph_place_down(&p));
	q.id.at[15] = 0x00;
	assert_true(graph_place_down(&q));
	assert_int_equal(q.id.at[14], 0xfe);
	assert_int_equal(q.id.at[15], 0xff);
}

static void hash_info(struct wr *w, uint64_t time, uint8_t id)
{
	struct graph_hash_info info = { .upper = { time, { { 0 } } } };
	memset(info.upper.id.at, id, 16);
	memset(info.hash, 0x11, 16);
	graph_put_hash_info(w, &info);
}

/* GRAPH-9.24 */
static void ranges_must_ascend(void **state)
{
	(void)state;
	struct db_rig r;
	uint8_t octets[3 * GRAPH_HASH_INFO];
	struct graph_hash *h = NULL;
	begin(&r, 8);
	struct wr w = wr_of(octets, sizeof(octets));
	hash_info(&w, RIG_TIME, 1);
	hash_info(&w, RIG_TIME, 2);
	hash_info(&w, RIG_TIME, 1);
	struct graph_array a = { octets, 3 };
	assert_int_equal(graph_hash_answer(&h, &a, r.db, r.crypto, CRYPTO_MODERN, &r.f.env, NOW),
			 ERR_MALFORMED);
	a.n = 131073;
	assert_int_equal(graph_hash_answer(&h, &a, r.db, r.crypto, CRYPTO_MODERN, &r.f.env, NOW),
			 ERR_FULL);
	assert_null(h);
	db_rig_fini(&r);
}

/* Ranges of nothing: one that ends where the last did is passed over, and with the highest
 * place of all no boundary wraps. */
static void ranges_of_nothing(void **state)
{
	(void)state;
	struct db_rig r;
	uint8_t octets[5 * GRAPH_HASH_INFO];
	begin(&r, 9);
	put(&r, 9, 1, 50);
	struct wr w = wr_of(octets, sizeof(octets));
	hash_info(&w, RIG_TIME, 1);
	hash_info(&w, RIG_TIME, 1);
	hash_info(&w, RIG_TIME, 2);
	hash_info(&w, UINT64_MAX, 255);
	hash_info(&w, UINT64_MAX, 255);
	struct graph_hash *h = answer(&r, &(struct graph_array){ octets, 5 }, 2);
	struct graph_message m = decoded(h);
	assert_int_equal(m.advertise.boundaries.n, 3);
	for (uint32_t i = 0; i < 3; i++) {
		struct graph_boundary b = graph_boundary_at(&m.advertise.boundaries, i);
		assert_true(graph_place_cmp(&b.lower, &b.upper) <= 0);
		assert_int_equal(b.count, i == 2);
	}
	graph_hash_free(h);
	db_rig_fini(&r);
}

/* GRAPH-9.22: as far as the message may be long. */
static void a_message_ends_with_what_fits(void **state)
{
	(void)state;
	struct db_rig r;
	uint8_t octets[GRAPH_HASH_INFO];
	begin(&r, 10);
	for (uint32_t i = 1; i <= 100; i++)
		put(&r, i, 1, i);
	struct wr w = wr_of(octets, sizeof(octets));
	hash_info(&w, RIG_TIME + 30 * GRAPH_TICKS_SEC, 30);
	for (size_t most = 24; most < 2200; most += 61) {
		struct graph_hash *h;
		struct graph_array a = { octets, 1 };
		assert_int_equal(
			graph_hash_answer(&h, &a, r.db, r.crypto, CRYPTO_MODERN, &r.f.env, NOW),
			OK);
		h->message_max = most;
		run(h, 9);
		assert_true(graph_hash_message(h).n <= most);
		struct graph_message m = decoded(h);
		uint32_t b = m.advertise.boundaries.n, n = m.advertise.abstracts.n;
		assert_true(most < 150 || n + 6 > (most - 24 - 104) / 20 || n == 100);
		if (b > 0) {
			struct graph_boundary last =
				graph_boundary_at(&m.advertise.boundaries, b - 1);
			struct graph_abstract x = graph_abstract_at(&m.advertise.abstracts, n - 1);
			assert_true(n == 100 || n == 30 || graph_guid_eq(&last.upper.id, &x.id));
		}
		graph_hash_free(h);
	}
	db_rig_fini(&r);
}

/* GRAPH-9.26: in a range, so that the other side sees it; and not where one just ends. */
static void a_window_ends_in_a_range(void **state)
{
	(void)state;
	struct db_rig a, b;
	size_t cuts = 0;
	begin(&a, 30);
	begin(&b, 31);
	for (uint32_t i = 1; i <= 60; i++) {
		put(&a, i, 1, 2 * i);
		put(&b, i, 2, 2 * i);
		put(&b, 100 + i, 1, 2 * i + 1);
	}
	struct graph_hash *ask = solicit(&a, CRYPTO_MODERN, 100);
	struct graph_message m = decoded(ask);
	for (size_t most = 0; most < 3200; most += 31) {
		struct graph_hash *h;
		struct graph_place at;
		assert_int_equal(graph_hash_answer(&h, &m.solicit.hashes, b.db, b.crypto,
						   CRYPTO_MODERN, &b.f.env, NOW),
				 OK);
		graph_hash_window(h, most);
		run(h, 7);
		struct graph_message adv = decoded(h);
		bool cut = graph_hash_cut(h);
		assert_int_equal(cut, adv.advertise.abstracts.n < 120);
		assert_int_equal(graph_hash_cut_at(ask, &adv.advertise, &at), cut);
		assert_true(graph_hash_message(h).n <= most + 24 + GRAPH_BOUNDARY + GRAPH_ABSTRACT);
		cuts += cut;
		graph_hash_free(h);
	}
	assert_in_range(cuts, 50, 102);
	graph_hash_free(ask);
	db_rig_fini(&a);
	db_rig_fini(&b);
}

/* What is put, changed and removed between slices disturbs nothing. */
static void the_database_changes_meanwhile(void **state)
{
	(void)state;
	struct db_rig r;
	begin(&r, 16);
	for (uint32_t i = 1; i <= 200; i++)
		put(&r, i, 1, i);
	struct graph_hash *h;
	bool done = false;
	assert_int_equal(graph_hash_solicit(&h, r.db, r.crypto, CRYPTO_MODERN, &r.f.env, NOW), OK);
	for (uint32_t i = 1; i < 400 && !done; i++) {
		assert_int_equal(graph_hash_step(h, 3, &done), OK);
		struct graph_entry *e = db_find(&r, 3 * i);
		if (e && i % 3 == 0)
			assert_int_equal(graph_db_remove(r.db, e, &r.number), OK);
		else if (i < 60)
			put(&r, 2 * i, 2, 300 + i);
	}
	assert_true(done);
	struct graph_message m = decoded(h);
	for (uint32_t i = 1; i < m.solicit.hashes.n; i++) {
		struct graph_hash_info last = graph_hash_info_at(&m.solicit.hashes, i - 1);
		struct graph_hash_info next = graph_hash_info_at(&m.solicit.hashes, i);
		assert_true(graph_place_cmp(&last.upper, &next.upper) < 0);
	}
	graph_hash_free(h);
	db_rig_fini(&r);
}

static enum err go_on(struct graph_hash *h, size_t slice, size_t at, struct db_rig *r)
{
	bool done = false;
	enum err e = OK;
	size_t failures = 0;
	for (int i = 0; i < 100000 && !done; i++) {
		if (failures < 40)
			failing_env_fail_at(&r->f, at);
		e = graph_hash_step(h, slice, &done);
		failures += r->f.failed;
		assert_int_equal(e, r->f.failed ? ERR_NOMEM : OK);
		r->f.fail_at = 0;
		r->f.failed = false;
	}
	assert_true(done);
	return e;
}

/* Without memory a step goes on where it was, once there is some. */
static void memory_that_fails_is_only_time_lost(void **state)
{
	(void)state;
	struct db_rig a, b;
	struct graph_hash *h;
	begin(&a, 17);
	begin(&b, 18);
	for (uint32_t i = 1; i <= 240; i++) {
		put(&a, i, 1, i);
		put(&b, i, i % 3 ? 1 : 2, i);
	}
	struct graph_hash *plain = solicit(&a, CRYPTO_MODERN, 10);
	struct graph_message m = decoded(plain);
	struct graph_hash *plain_answer = answer(&b, &m.solicit.hashes, 10);
	struct graph_message adv = decoded(plain_answer);
	struct graph_hash *plain_compare = compare(&a, &adv.advertise, 10);
	for (size_t at = 1; at < 3; at++) {
		failing_env_fail_at(&a.f, at);
		assert_int_equal(
			graph_hash_solicit(&h, a.db, a.crypto, CRYPTO_MODERN, &a.f.env, NOW),
			ERR_NOMEM);
		failing_env_fail_at(&b.f, at);
		assert_int_equal(graph_hash_answer(&h, &m.solicit.hashes, b.db, b.crypto,
						   CRYPTO_MODERN, &b.f.env, NOW),
				 ERR_NOMEM);
		a.f.fail_at = b.f.fail_at = 0;
	}
	for (size_t at = 1; at < 5; at++) {
		failing_env_fail_at(&a.f, at);
		assert_int_equal(graph_hash_compare(&h, &adv.advertise, a.db, &a.f.env, NOW),
				 ERR_NOMEM);
		a.f.fail_at = 0;
	}
	assert_int_equal(graph_hash_solicit(&h, a.db, a.crypto, CRYPTO_MODERN, &a.f.env, NOW), OK);
	assert_int_equal(go_on(h, 7, 1, &a), OK);
	assert_true(span_eq(graph_hash_message(h), graph_hash_message(plain)));
	graph_hash_free(h);
	assert_int_equal(graph_hash_answer(&h, &m.solicit.hashes, b.db, b.crypto, CRYPTO_MODERN,
					   &b.f.env, NOW),
			 OK);
	assert_int_equal(go_on(h, 7, 1, &b), OK);
	assert_true(span_eq(graph_hash_message(h), graph_hash_message(plain_answer)));
	graph_hash_free(h);
	assert_int_equal(graph_hash_compare(&h, &adv.advertise, a.db, &a.f.env, NOW), OK);
	assert_int_equal(go_on(h, 7, 1, &a), OK);
	assert_true(span_eq(graph_hash_message(h), graph_hash_message(plain_compare)));
	assert_int_equal(graph_hash_to_send(h).n, graph_hash_to_send(plain_compare).n);
	graph_hash_free(h);
	graph_hash_free(plain);
	graph_hash_free(plain_answer);
	graph_hash_free(plain_compare);
	db_rig_fini(&a);
	db_rig_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_grow_with_the_database),
		cmocka_unit_test(the_vector),
		cmocka_unit_test(ranges_end_with_their_last_record),
		cmocka_unit_test(an_empty_database_has_nothing_to_ask),
		cmocka_unit_test(equal_databases_advertise_nothing),
		cmocka_unit_test(contents_that_differ_are_seen),
		cmocka_unit_test(boundaries_of_what_differs),
		cmocka_unit_test(places_carry),
		cmocka_unit_test(ranges_must_ascend),
		cmocka_unit_test(ranges_of_nothing),
		cmocka_unit_test(a_message_ends_with_what_fits),
		cmocka_unit_test(a_window_ends_in_a_range),
		cmocka_unit_test(the_database_changes_meanwhile),
		cmocka_unit_test(memory_that_fails_is_only_time_lost),
	};
	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
