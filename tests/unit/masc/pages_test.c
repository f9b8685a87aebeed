/* Pages of the tables in the store: MASC-19.1, MASC-19.2. */
#include "kin.h"

static size_t rows(struct kin *k)
{
	struct store *store = store_mem_store(k->r.mem);
	uint8_t key[64];
	struct span after = { NULL, 0 };
	struct store_row row;
	size_t n = 0;
	while (store_scan(store, &masc_table_claims, after, &row) == OK) {
		assert_int_equal(row.key.n, 23);
		memcpy(key, row.key.p, row.key.n);
		after = span_of(key, row.key.n);
		n++;
	}
	return n;
}

/* Another run over the same store. */
static void restart(struct kin *k)
{
	kin_reset(k);
	masc_free(k->r.m);
	k->r.m = NULL;
	rig_start(&k->r);
	kin_take(k);
}

static void written_within_a_second(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_pass(&k, 0);
	kin_know(&k, "7", "west", "use s 20.21 234.1.0.0/24");
	masc_settle(k.r.m, k.r.now);
	assert_int_equal(masc_deadline(k.r.m).us, k.r.now.us + MONO_SEC);
	kin_pass(&k, MONO_SEC - 1);
	assert_int_equal(rows(&k), 0);
	kin_pass(&k, 1);
	assert_int_equal(rows(&k), 1);
	/* Nothing more to write until something changes. */
	uint64_t newest = store_mem_newest(k.r.mem);
	kin_pass(&k, 2 * MONO_SEC);
	assert_int_equal(store_mem_newest(k.r.mem), newest);
	kin_fini(&k);
}

static void known_after_a_restart(void **state)
{
	struct kin k;
	kin_init(&k, "domain=100 node=10 profile=lab");
	rig_scope(&k.r, "org range=239.192.0.0/14 root=yes");
	kin_family(&k);
	kin_start(&k);
	kin_all_up(&k);
	kin_know(&k, "7", "west", "use s 20.21 234.1.0.0/24");
	kin_know(&k, "8", "other", "managed p 8.81 235.0.0.0/8");
	kin_know(&k, "org", "west", "use s 20.21 239.192.0.0/24");
	kin_know(&k, "below", "south", "use c 200.201 234.9.0.0/28");
	kin_tick(&k);
	kin_pass(&k, MONO_SEC);
	assert_int_equal(rows(&k), 4);
	restart(&k);
	/* Stale, since nobody of this run has told them. */
	kin_expect_known(&k, "7", "~234.1.0.0/24");
	kin_expect_known(&k, "8", "~235.0.0.0/8");
	kin_expect_known(&k, "org", "~239.192.0.0/24");
	kin_expect_known(&k, "below", "~234.9.0.0/28");
	assert_string_equal(kin_events(&k), "");
	kin_fini(&k);
}

/* A parent that only a colleague has, and what our domain has from it. */
static void learned_and_known_after_a_restart(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_all_up(&k);
	struct masc_id nine = rig_id(9);
	assert_non_null(space_learn(k.r.m, MASC_IPV4, &nine));
	assert_non_null(space_unplaced(k.r.m, MASC_IPV4));
	kin_know(&k, "9", "inner", "managed p 9.91 235.0.0.0/8");
	kin_know(&k, "9", "inner", "managed i 100.11 235.1.0.0/24");
	kin_know(&k, "100", "inner", "managed i 100.11 236.1.0.0/24");
	kin_tick(&k);
	kin_pass(&k, MONO_SEC);
	assert_int_equal(rows(&k), 2);
	restart(&k);
	kin_expect_known(&k, "9", "~235.0.0.0/8 ~235.1.0.0/24");
	kin_expect_known(&k, "100", "~236.1.0.0/24");
	assert_true(space_parent(k.r.m, MASC_IPV4, &nine)->learned);
	assert_int_equal(rows(&k), 2);
	/* Nobody is left who could tell of it. */
	for (size_t i = 0; i < k.r.config.n_peers; i++)
		if (k.r.config.peers[i].role == MASC_INTERNAL_PEER)
			k.r.config.peers[i] = k.r.config.peers[--k.r.config.n_peers];
	restart(&k);
	assert_null(space_parent(k.r.m, MASC_IPV4, &nine));
	assert_int_equal(rows(&k), 0);
	assert_string_equal(kin_events(&k), "");
	kin_fini(&k);
}

/* It has become a parent of this node: what it is told then counts. */
static void learned_and_configured_since(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_all_up(&k);
	struct masc_id nine = rig_id(9);
	assert_non_null(space_learn(k.r.m, MASC_IPV4, &nine));
	kin_know(&k, "9", "inner", "managed p 9.91 235.0.0.0/8");
	kin_tick(&k);
	kin_pass(&k, MONO_SEC);
	assert_int_equal(rows(&k), 1);
	rig_peer(&k.r, "new", "address=192.0.2.99 role=child domain=9");
	restart(&k);
	kin_expect_known(&k, "9", "");
	assert_int_equal(rows(&k), 0);
	kin_fini(&k);
}

/* What those who could tell them do not tell goes; what is told stays. */
static void swept_when_all_have_told(void **state)
{
	struct kin k;
	kin_init(&k, "domain=100 node=10 profile=lab");
	kin_peer(&k, "north", "address=192.0.2.1 role=child domain=7", 7, 71);
	kin_peer(&k, "west", "address=192.0.2.4 role=sibling domain=20 parent_domain=7", 20, 21);
	kin_start(&k);
	kin_all_up(&k);
	kin_know(&k, "7", "west", "use s 20.21 234.1.0.0/24");
	kin_know(&k, "7", "west", "use s 20.21 234.2.0.0/24");
	kin_know(&k, "7", "west", "new s 20.21 234.3.0.0/24");
	kin_tick(&k);
	kin_pass(&k, MONO_SEC);
	restart(&k);
	kin_up(&k, "north");
	kin_mark(&k, "north");
	kin_settle(&k);
	kin_expect_known(&k, "7", "~234.1.0.0/24 ~234.2.0.0/24 ~234.3.0.0/24");
	kin_pass(&k, 18 * MONO_SEC);
	kin_settle(&k);
	kin_expect_known(&k, "7", "~234.1.0.0/24 ~234.2.0.0/24");
	kin_up(&k, "north");
	kin_mark(&k, "north");
	kin_up(&k, "west");
	kin_know(&k, "7", "west", "use s 20.21 234.2.0.0/24 ts=1");
	kin_mark(&k, "west");
	kin_settle(&k);
	kin_expect_known(&k, "7", "234.2.0.0/24");
	kin_fini(&k);
}

/* Ours come from rows of their own; what is over meanwhile is not read. */
static void not_ours_and_not_what_is_over(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_up(&k, "inner");
	kin_know(&k, "7", "ours", "use i 100.10 234.1.0.0/24");
	kin_know(&k, "7", "inner", "use i 100.11 234.2.0.0/24");
	kin_know(&k, "7", "west", "use s 20.21 234.3.0.0/24 ts=-50 hold=49");
	kin_know(&k, "7", "west", "use s 20.21 234.4.0.0/24 ts=-50 hold=50");
	masc_settle(k.r.m, k.r.now);
	size_t size = table_page_size_max(kin_space(&k, "7")->table);
	uint8_t *room = malloc(size);
	struct span row;
	assert_non_null(room);
	assert_int_equal(table_page_write(kin_space(&k, "7")->table, 0, room, size, &row), OK);
	/* As it was before the one that is over had been taken out. */
	kin_pass(&k, 0);
	kin_pass(&k, MONO_SEC - 1);
	uint8_t key[23] = { 1, 0 };
	uint64_t number;
	key[17] = 7;
	assert_int_equal(store_put(store_mem_store(k.r.mem), &masc_table_claims,
				   span_of(key, sizeof(key)), row, &number),
			 OK);
	free(room);
	restart(&k);
	kin_expect_known(&k, "7", "~234.2.0.0/24 ~234.4.0.0/24");
	kin_fini(&k);
}

/* An empty page is no row. */
static void an_empty_page_deletes_its_row(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_know(&k, "7", "west", "use s 20.21 234.1.0.0/24 hold=3");
	kin_tick(&k);
	kin_pass(&k, MONO_SEC);
	assert_int_equal(rows(&k), 1);
	kin_pass(&k, 4 * MONO_SEC);
	kin_pass(&k, MONO_SEC);
	assert_int_equal(rows(&k), 0);
	kin_fini(&k);
}

/* Spaces that are not there any more, and a scope by its range, not its name. */
static void rows_of_spaces_that_went(void **state)
{
	struct kin k;
	kin_init(&k, "domain=100 node=10 profile=lab");
	rig_scope(&k.r, "org range=239.192.0.0/14 root=yes");
	rig_scope(&k.r, "lab range=239.252.0.0/16 root=yes");
	kin_family(&k);
	kin_start(&k);
	kin_all_up(&k);
	kin_know(&k, "org", "west", "use s 20.21 239.192.0.0/24");
	kin_know(&k, "lab", "west", "use s 20.21 239.252.0.0/24");
	kin_tick(&k);
	kin_pass(&k, MONO_SEC);
	assert_int_equal(rows(&k), 2);
	memcpy(k.r.config.scopes[0].name, "own", 4);
	k.r.config.scopes[1].root = false;
	for (size_t i = 0; i < k.r.config.n_peers; i++)
		k.r.config.peers[i].crosses[0] = 0;
	restart(&k);
	kin_expect_known(&k, "own", "~239.192.0.0/24");
	assert_int_equal(rows(&k), 1);
	assert_string_equal(kin_events(&k), "");
	kin_fini(&k);
}

/* MASC-19.2 */
static void rows_that_cannot_be_read(void **state)
{
	struct kin k;
	uint8_t key[23] = { 1, 0 };
	uint64_t number;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_know(&k, "7", "west", "use s 20.21 234.1.0.0/24");
	kin_tick(&k);
	kin_pass(&k, MONO_SEC);
	struct store *store = store_mem_store(k.r.mem);
	key[17] = 8;
	struct span key_8 = span_of(key, sizeof(key));
	assert_int_equal(store_put(store, &masc_table_claims, key_8, span_str("what"), &number),
			 OK);
	struct span odd = span_str("key");
	assert_int_equal(store_put(store, &masc_table_claims, odd, span_str("x"), &number), OK);
	restart(&k);
	assert_string_equal(kin_events(&k), "store-failed CORRUPT");
	kin_expect_known(&k, "7", "~234.1.0.0/24");
	assert_int_equal(rows(&k), 1);
	kin_fini(&k);
}

/* The commit failed: what it had written is written again. */
static void pages_undone_are_written_again(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_know(&k, "7", "west", "use s 20.21 234.1.0.0/24");
	kin_tick(&k);
	kin_pass(&k, MONO_SEC);
	assert_true(store_mem_seal(k.r.mem));
	uint64_t first = store_mem_fail(k.r.mem);
	assert_int_equal(rows(&k), 0);
	masc_store_failed(k.r.m, first, ERR_IO, k.r.now);
	kin_pass(&k, MONO_SEC);
	assert_int_equal(rows(&k), 1);
	/* A failure after it is none of its. */
	masc_store_failed(k.r.m, store_mem_newest(k.r.mem) + 1, ERR_IO, k.r.now);
	uint64_t newest = store_mem_newest(k.r.mem);
	kin_pass(&k, 2 * MONO_SEC);
	assert_int_equal(store_mem_newest(k.r.mem), newest);
	kin_fini(&k);
}

static void a_store_that_takes_nothing_is_tried_again(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_know(&k, "7", "west", "use s 20.21 234.1.0.0/24");
	kin_tick(&k);
	store_mem_break(k.r.mem, ERR_IO);
	kin_pass(&k, MONO_SEC);
	assert_false(mono_reached(masc_deadline(k.r.m), k.r.now));
	store_mem_break(k.r.mem, OK);
	assert_int_equal(rows(&k), 0);
	kin_pass(&k, MONO_SEC);
	assert_int_equal(rows(&k), 1);
	kin_fini(&k);
}

static void know_pages(struct kin *k, uint32_t pages)
{
	struct wire_claim c = kin_claim(k, "use s 20.21 234.0.0.0/28");
	for (uint32_t i = 0; i < pages * TABLE_PAGE; i++) {
		c.address[1] = (uint8_t)(i >> 12);
		c.address[2] = (uint8_t)(i >> 4);
		c.address[3] = (uint8_t)(i << 4);
		assert_int_equal(
			cache_put(kin_space(k, "7"), &c, kin_inside(k, "west"), false, k->r.now),
			OK);
	}
}

/* 128 pages a tick. */
static void many_pages_in_slices(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	know_pages(&k, 200);
	kin_tick(&k);
	kin_pass(&k, MONO_SEC);
	assert_int_equal(rows(&k), 128);
	assert_true(mono_reached(masc_deadline(k.r.m), k.r.now));
	kin_tick(&k);
	assert_int_equal(rows(&k), 200);
	restart(&k);
	assert_int_equal(table_count(kin_space(&k, "7")->table), 200 * TABLE_PAGE);
	kin_fini(&k);
}

static void without_memory(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_know(&k, "7", "west", "use s 20.21 234.1.0.0/24");
	kin_tick(&k);
	size_t n = 0;
	do {
		k.r.now = mono_add(k.r.now, MONO_SEC);
		kin_mark(&k, "west");
		failing_env_fail_at(&k.r.f, ++n);
		pages_tick(k.r.m, k.r.now);
		bool failed = k.r.f.failed;
		failing_env_fail_at(&k.r.f, 0);
		assert_int_equal(rows(&k), failed ? 0 : 1);
		masc_settle(k.r.m, k.r.now);
		if (!failed)
			break;
	} while (n < 50);
	assert_in_range(n, 3, 49);
	/* And reading: the birth fails. */
	kin_reset(&k);
	masc_free(k.r.m);
	bool born = false;
	for (n = 1; !born; n++) {
		k.r.m = NULL;
		failing_env_fail_at(&k.r.f, n);
		born = rig_try_start(&k.r) == OK;
		failing_env_fail_at(&k.r.f, 0);
		assert_int_equal(rows(&k), 1);
	}
	kin_expect_known(&k, "7", "~234.1.0.0/24");
	kin_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_within_a_second),
		cmocka_unit_test(known_after_a_restart),
		cmocka_unit_test(learned_and_known_after_a_restart),
		cmocka_unit_test(learned_and_configured_since),
		cmocka_unit_test(swept_when_all_have_told),
		cmocka_unit_test(not_ours_and_not_what_is_over),
		cmocka_unit_test(an_empty_page_deletes_its_row),
		cmocka_unit_test(rows_of_spaces_that_went),
		cmocka_unit_test(rows_that_cannot_be_read),
		cmocka_unit_test(pages_undone_are_written_again),
		cmocka_unit_test(a_store_that_takes_nothing_is_tried_again),
		cmocka_unit_test(many_pages_in_slices),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
