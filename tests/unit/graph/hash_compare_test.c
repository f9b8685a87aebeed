/* What an ADVERTISE leads to: a REQUEST, and what is sent in return. */
#include "hash_rig.h"

static void nothing_to_ask_is_a_whole_request(void **state)
{
	(void)state;
	struct db_rig r;
	db_rig_init(&r, 11);
	put(&r, 1, 1, 1);
	struct graph_hash *h =
		compare(&r, &(struct graph_advertise){ { NULL, 0 }, { NULL, 0 } }, 1);
	struct span m = graph_hash_message(h);
	assert_int_equal(m.n, 20);
	assert_int_equal(decoded(h).type, GRAPH_REQUEST);
	assert_int_equal(decoded(h).request.n, 0);
	assert_int_equal(graph_hash_to_send(h).n, 0);
	graph_hash_free(h);
	db_rig_fini(&r);
}

struct advert {
	uint8_t boundaries[4 * GRAPH_BOUNDARY], abstracts[16 * GRAPH_ABSTRACT];
	struct wr b, a;
};

static void advert_begin(struct advert *x)
{
	x->b = wr_of(x->boundaries, sizeof(x->boundaries));
	x->a = wr_of(x->abstracts, sizeof(x->abstracts));
}

static void boundary(struct advert *x, uint64_t from, uint64_t to, uint32_t count)
{
	struct graph_boundary b = { .count = count };
	b.lower.modified = RIG_TIME + from * GRAPH_TICKS_SEC;
	b.upper.modified = RIG_TIME + to * GRAPH_TICKS_SEC;
	memset(b.upper.id.at, 0xff, 16);
	graph_put_boundary(&x->b, &b);
}

static void abstract(struct advert *x, uint32_t id, uint32_t version)
{
	graph_put_abstract(&x->a, &(struct graph_abstract){ db_guid(id), version });
}

static struct graph_advertise advert(const struct advert *x)
{
	assert_false(x->a.failed || x->b.failed);
	return (struct graph_advertise){ { x->boundaries, (uint32_t)(x->b.n / GRAPH_BOUNDARY) },
					 { x->abstracts, (uint32_t)(x->a.n / GRAPH_ABSTRACT) } };
}

static void expect_wanted(const struct graph_hash *h, const uint32_t *ids, uint32_t n)
{
	struct graph_array request = decoded(h).request;
	assert_int_equal(request.n, n);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(graph_abstract_at(&request, i).id.at[0], ids[i]);
}

static void expect_sent(const struct graph_hash *h, const uint32_t *ids, size_t n)
{
	struct graph_ids send = graph_hash_to_send(h);
	assert_int_equal(send.n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(send.at[i].at[0], ids[i]);
}

/* GRAPH-9.23 */
static void what_we_lack_and_what_they_lack(void **state)
{
	(void)state;
	struct db_rig r;
	struct advert x;
	db_rig_init(&r, 12);
	for (uint32_t i = 1; i <= 9; i++)
		put(&r, i, 5, i);
	put(&r, 30, 5, 30); /* out of every boundary */
	db_must(&r, &(struct db_spec){ .id = 31,
				       .version = 1,
				       .type = 9,
				       .modified = 5,
				       .expires = 9 }); /* expired */
	advert_begin(&x);
	boundary(&x, 2, 4, 3);
	abstract(&x, 2, 5); /* as we have it */
	abstract(&x, 3, 6); /* theirs is newer */
	abstract(&x, 4, 4); /* ours is */
	boundary(&x, 5, 8, 3);
	abstract(&x, 100, 1); /* unknown, twice */
	abstract(&x, 5, 5);
	abstract(&x, 100, 2);
	for (size_t slice = 1; slice < 12; slice++) {
		struct graph_advertise a = advert(&x);
		struct graph_hash *h = compare(&r, &a, slice);
		expect_wanted(h, (const uint32_t[]){ 3, 100 }, 2);
		struct graph_array request = decoded(h).request;
		assert_int_equal(graph_abstract_at(&request, 0).version, 6);
		assert_int_equal(graph_abstract_at(&request, 1).version, 2);
		expect_sent(h, (const uint32_t[]){ 4, 6, 7, 8 }, 4);
		graph_hash_free(h);
	}
	db_rig_fini(&r);
}

/* GRAPH-9.23: the same version at another time is another record. */
static void what_was_changed_apart_goes_both_ways(void **state)
{
	(void)state;
	struct db_rig r;
	struct advert x;
	db_rig_init(&r, 13);
	put(&r, 1, 2, 10);
	put(&r, 2, 2, 11);
	advert_begin(&x);
	boundary(&x, 10, 19, 1);
	abstract(&x, 2, 2);
	boundary(&x, 20, 29, 1);
	abstract(&x, 1, 2);
	struct graph_advertise a = advert(&x);
	struct graph_hash *h = compare(&r, &a, 3);
	expect_wanted(h, (const uint32_t[]){ 1 }, 1);
	expect_sent(h, (const uint32_t[]){ 1 }, 1);
	graph_hash_free(h);
	db_rig_fini(&r);
}

static struct graph_hash *compare_so(struct db_rig *r, const struct graph_advertise *a,
				     enum graph_hash_forks forks, size_t slice)
{
	struct graph_hash *h;
	assert_int_equal(graph_hash_compare(&h, a, r->db, &r->f.env, NOW), OK);
	graph_hash_see(h, forks);
	run(h, slice);
	return h;
}

/* GRAPH-9.29: what differs where nothing lacks, and no time is another, is a content. */
static void a_range_that_differs_in_contents(void **state)
{
	(void)state;
	struct db_rig r;
	struct advert x;
	db_rig_init(&r, 50);
	for (uint32_t i = 1; i <= 6; i++)
		put(&r, i, 5, i);
	db_must(&r, &(struct db_spec){
			    .id = 40, .version = 1, .type = 9, .modified = 2, .expires = 9 });
	advert_begin(&x);
	boundary(&x, 1, 3, 3);
	for (uint32_t i = 1; i <= 3; i++)
		abstract(&x, i, 5);
	boundary(&x, 4, 6, 3);
	for (uint32_t i = 4; i <= 6; i++)
		abstract(&x, i, 5);
	struct graph_advertise a = advert(&x);
	for (size_t slice = 1; slice < 12; slice++) {
		struct graph_hash *h = compare_so(&r, &a, GRAPH_FORKS_ALONE, slice);
		expect_wanted(h, (const uint32_t[]){ 1, 2, 3, 4, 5, 6 }, 6);
		expect_sent(h, NULL, 0);
		assert_false(graph_hash_mixed(h));
		graph_hash_free(h);
	}
	struct graph_hash *h = compare_so(&r, &a, GRAPH_FORKS_UNSEEN, 5);
	expect_wanted(h, NULL, 0);
	assert_false(graph_hash_mixed(h));
	graph_hash_free(h);
	db_rig_fini(&r);
}

/* GRAPH-9.29, GRAPH-9.30: where something lacks, first that, and then all. */
static void a_range_that_differs_in_more(void **state)
{
	(void)state;
	static const struct {
		uint32_t version, unknown; /* of theirs, of record 2; 0: not listed */
		uint32_t wanted[4], n;
	} rows[] = {
		{ 5, 9, { 9 }, 1 }, /* we lack one */
		{ 6, 0, { 2 }, 1 }, /* theirs is newer */
		{ 4, 0, { 0 }, 0 }, /* ours is */
		{ 0, 0, { 0 }, 0 }, /* they lack one */
		{ 0, 9, { 9 }, 1 }, /* both do: as many as we have */
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct db_rig r;
		struct advert x;
		db_rig_init(&r, 60);
		for (uint32_t k = 1; k <= 3; k++)
			put(&r, k, 5, k);
		advert_begin(&x);
		boundary(&x, 1, 3, 2u + (rows[i].version > 0) + (rows[i].unknown > 0));
		abstract(&x, 1, 5);
		abstract(&x, 3, 5);
		if (rows[i].version)
			abstract(&x, 2, rows[i].version);
		if (rows[i].unknown)
			abstract(&x, rows[i].unknown, 1);
		struct graph_advertise a = advert(&x);
		struct graph_hash *h = compare_so(&r, &a, GRAPH_FORKS_ALONE, 2);
		expect_wanted(h, rows[i].wanted, rows[i].n);
		assert_true(graph_hash_mixed(h));
		graph_hash_free(h);
		h = compare_so(&r, &a, GRAPH_FORKS_ALL, 2);
		assert_int_equal(decoded(h).request.n, rows[i].n + 2 + (rows[i].version == 5));
		assert_false(graph_hash_mixed(h));
		graph_hash_free(h);
		db_rig_fini(&r);
	}
}

/* What nobody has in common is no fork: it is compared once. */
static void nothing_in_common_is_not_mixed(void **state)
{
	(void)state;
	struct db_rig r;
	struct advert x;
	db_rig_init(&r, 70);
	put(&r, 1, 5, 1);
	advert_begin(&x);
	boundary(&x, 1, 3, 2);
	abstract(&x, 7, 1);
	abstract(&x, 8, 1);
	boundary(&x, 4, 5, 0);
	struct graph_advertise a = advert(&x);
	struct graph_hash *h = compare_so(&r, &a, GRAPH_FORKS_ALONE, 9);
	expect_wanted(h, (const uint32_t[]){ 7, 8 }, 2);
	expect_sent(h, (const uint32_t[]){ 1 }, 1);
	assert_false(graph_hash_mixed(h));
	graph_hash_free(h);
	db_rig_fini(&r);
}

/* GRAPH-9.24 */
static void boundaries_that_overlap_or_go_back(void **state)
{
	(void)state;
	struct db_rig r;
	struct advert x;
	db_rig_init(&r, 14);
	for (uint32_t i = 1; i <= 9; i++)
		put(&r, i, 5, i);
	advert_begin(&x);
	boundary(&x, 3, 6, 0);
	boundary(&x, 5, 7, 0);
	boundary(&x, 1, 9, 0);
	boundary(&x, 8, 2, 0);
	struct graph_advertise a = advert(&x);
	for (size_t slice = 1; slice < 20; slice += 3) {
		struct graph_hash *h = compare(&r, &a, slice);
		expect_sent(h, (const uint32_t[]){ 3, 4, 5, 6, 7, 8, 9 }, 7);
		graph_hash_free(h);
	}
	db_rig_fini(&r);
}

static void counts_must_agree(void **state)
{
	(void)state;
	struct db_rig r;
	struct advert x;
	struct graph_hash *h;
	db_rig_init(&r, 15);
	const uint32_t counts[][2] = { { 0, 0 }, { 2, 0 }, { UINT32_MAX, 2 }, { 0, 3 } };
	for (size_t i = 0; i < 4; i++) {
		advert_begin(&x);
		boundary(&x, 1, 2, counts[i][0]);
		boundary(&x, 3, 4, counts[i][1]);
		abstract(&x, 1, 1);
		struct graph_advertise a = advert(&x);
		assert_int_equal(graph_hash_compare(&h, &a, r.db, &r.f.env, NOW), ERR_MALFORMED);
	}
	db_rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_to_ask_is_a_whole_request),
		cmocka_unit_test(what_we_lack_and_what_they_lack),
		cmocka_unit_test(what_was_changed_apart_goes_both_ways),
		cmocka_unit_test(a_range_that_differs_in_contents),
		cmocka_unit_test(a_range_that_differs_in_more),
		cmocka_unit_test(nothing_in_common_is_not_mixed),
		cmocka_unit_test(boundaries_that_overlap_or_go_back),
		cmocka_unit_test(counts_must_agree),
	};
	return cmocka_run_group_tests_name("hash_compare", tests, NULL, NULL);
}
