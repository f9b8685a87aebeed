/* Records that cannot be judged yet: kept, bounded, judged when more is known. */
#include "lone_rig.h"

static struct lone l;
static uint8_t room[LONE_RECORD_MAX];

static struct span make(const struct lone_record *r)
{
	return lone_make(&l, r, room);
}

static void begin(void)
{
	lone_new(&l);
	lone_called(&l, 2, 22);
	lone_called(&l, 4, 44);
	lone_called(&l, 6, 66);
	memset(l.events, 0, sizeof(l.events));
	l.g->counts = (struct graph_counts){ 0 };
}

/* Its origin is gone: everybody gets it, nobody a receipt. */
static void deferred_without_origin_test(void **state)
{
	(void)state;
	begin();
	l.opinion = GRAPH_LATER;
	lone_flood(&l, 2, make(&(struct lone_record){ .payload = "later" }));
	lone_hang_up(&l, 2);
	l.opinion = GRAPH_VALID;
	graph_revalidate(l.g, NULL, 0, l.now);
	lone_pass(&l, 0);
	assert_int_equal(lone_count(&l, 4, GRAPH_FLOOD), 1);
	assert_int_equal(l.g->n_deferred, 0);
	lone_end(&l);
}

/* GRAPH-10.7: bounded, the oldest go; and judged a few at a time. */
static void deferred_is_bounded_test(void **state)
{
	(void)state;
	begin();
	l.opinion = GRAPH_LATER;
	l.g->birth.limits.deferred = 40;
	for (uint32_t i = 0; i < 50; i++)
		lone_flood(&l, 2, make(&(struct lone_record){ .number = i }));
	assert_int_equal(l.g->n_deferred, 40);
	l.opinion = GRAPH_VALID;
	graph_revalidate(l.g, NULL, 0, l.now);
	uint32_t asked = l.asked;
	graph_tick(l.g, l.now);
	assert_int_equal(l.asked - asked, GRAPH_SLICE_ASKED);
	lone_pass(&l, 0);
	assert_int_equal(l.g->counts.invalid, 0);
	assert_int_equal(lone_count(&l, 4, GRAPH_FLOOD), 40);
	struct graph_guid gone = lone_id(&l, "0.bob", 9), kept = lone_id(&l, "0.bob", 10);
	assert_null(graph_db_find(l.g->db, &gone));
	assert_non_null(graph_db_find(l.g->db, &kept));
	lone_end(&l);
}

static void deferred_octets_are_bounded_test(void **state)
{
	(void)state;
	begin();
	l.opinion = GRAPH_LATER;
	l.g->birth.limits.link_memory = 100000;
	static uint8_t big[40000];
	for (uint32_t i = 0; i < 5; i++)
		lone_flood(
			&l, 2,
			make(&(struct lone_record){ .number = i, .octets = { big, sizeof(big) } }));
	assert_int_equal(l.g->n_deferred, 2);
	assert_true(l.g->deferred_octets <= 100000);
	lone_end(&l);
}

static bool is_deferred(uint32_t number)
{
	struct graph_guid id = lone_id(&l, "0.bob", number);
	uint32_t before = l.asked;
	graph_revalidate(l.g, &id, 1, l.now);
	lone_pass(&l, 0);
	return l.asked > before;
}

/* GRAPH-10.24: who floods loses its own, by number and by octets alike, also when it comes
 * back again and again. */
static void a_flood_of_deferred_takes_nothing_from_others_test(void **state)
{
	(void)state;
	static uint8_t big[30000];
	begin();
	l.opinion = GRAPH_LATER;
	l.g->birth.limits.deferred = 8;
	lone_flood(&l, 4, make(&(struct lone_record){ .number = 1000 }));
	lone_flood(&l, 6, make(&(struct lone_record){ .number = 1001 }));
	for (uint32_t i = 0; i < 50; i++)
		lone_flood(&l, 2, make(&(struct lone_record){ .number = i }));
	assert_int_equal(l.g->n_deferred, 8);
	assert_int_equal(lone_link(&l, 2)->deferred.n, 6);
	assert_true(is_deferred(1000) && is_deferred(1001) && is_deferred(44));
	assert_false(is_deferred(43));
	lone_hang_up(&l, 2);
	assert_int_equal(l.g->deferred_gone.n, 6);
	lone_called(&l, 8, 88);
	for (uint32_t i = 50; i < 100; i++)
		lone_flood(&l, 8, make(&(struct lone_record){ .number = i }));
	assert_int_equal(l.g->n_deferred, 8);
	assert_true(is_deferred(1000) && is_deferred(1001));
	l.g->birth.limits.link_memory = 100000;
	for (uint32_t i = 100; i < 110; i++)
		lone_flood(
			&l, 8,
			make(&(struct lone_record){ .number = i, .octets = { big, sizeof(big) } }));
	assert_true(is_deferred(1000) && is_deferred(1001));
	assert_true(l.g->deferred_octets <= 100000);
	lone_hang_up(&l, 4);
	lone_hang_up(&l, 6);
	lone_hang_up(&l, 8);
	assert_int_equal(l.g->deferred_gone.n, l.g->n_deferred);
	assert_int_equal(l.g->deferred_gone.octets, l.g->deferred_octets);
	lone_end(&l);
}

/* GRAPH-10.27 */
static void what_is_deferred_ends_with_its_time_test(void **state)
{
	(void)state;
	begin();
	l.opinion = GRAPH_LATER;
	lone_flood(&l, 2, make(&(struct lone_record){ .number = 1, .expires = 100 }));
	lone_flood(&l, 4, make(&(struct lone_record){ .number = 2, .expires = 2000 }));
	lone_flood(&l, 2, make(&(struct lone_record){ .number = 3, .expires = 100 }));
	lone_hang_up(&l, 2);
	lone_pass(&l, 99 * MONO_SEC);
	assert_int_equal(l.g->n_deferred, 3);
	lone_pass(&l, 301 * MONO_SEC);
	assert_int_equal(l.g->n_deferred, 1);
	assert_int_equal(l.g->deferred_gone.n, 0);
	assert_int_equal(l.g->deferred_gone.octets, 0);
	assert_true(is_deferred(2));
	lone_pass(&l, 2000 * MONO_SEC);
	assert_int_equal(l.g->n_deferred, 0);
	assert_int_equal(l.g->deferred_octets, 0);
	lone_end(&l);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(deferred_without_origin_test),
		cmocka_unit_test(deferred_is_bounded_test),
		cmocka_unit_test(deferred_octets_are_bounded_test),
		cmocka_unit_test(a_flood_of_deferred_takes_nothing_from_others_test),
		cmocka_unit_test(what_is_deferred_ends_with_its_time_test),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
