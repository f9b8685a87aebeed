/* Orders, the index of Record IDs and slabs by themselves, against simple models. */
#include "../failing_env.h"

#include "graph/db_int.h"

#define N 3000

struct bench {
	struct failing_env f;
	struct graph_order order;
	struct graph_entry entry[N];
	bool in[N];
	size_t n;
};

static void put(struct bench *b, size_t i, uint64_t time)
{
	assert_int_equal(graph_order_reserve(&b->order, &b->f.env), OK);
	b->entry[i].place.modified = time;
	b->entry[i].expires = UINT64_MAX - time;
	b->entry[i].place.id.at[0] = (uint8_t)(i >> 8);
	b->entry[i].place.id.at[1] = (uint8_t)i;
	graph_order_put(&b->order, &b->entry[i]);
	b->in[i] = true;
	b->n++;
}

static void take(struct bench *b, size_t i)
{
	graph_order_take(&b->order, &b->entry[i], &b->f.env);
	b->in[i] = false;
	b->n--;
}

static struct graph_place key_of(const struct bench *b, size_t i)
{
	struct graph_place p = b->entry[i].place;
	if (b->order.kind == GRAPH_BY_EXPIRY)
		p.modified = b->entry[i].expires;
	return p;
}

static void check(struct bench *b)
{
	size_t n = 0;
	struct graph_place last = { 0, { { 0 } } };
	struct graph_entry *e = graph_order_after(&b->order, NULL);
	for (; e; e = graph_order_next(&b->order, e)) {
		size_t i = (size_t)(e - b->entry);
		struct graph_place key = key_of(b, i);
		assert_true(b->in[i]);
		if (n++ > 0)
			assert_true(graph_place_cmp(&last, &key) < 0);
		last = key;
	}
	assert_int_equal(n, b->n);
	/* Sparse leaves join: two that follow each other are half full together. */
	assert_true(b->order.n <= 2 + 4 * b->n / GRAPH_LEAF + b->n / (GRAPH_LEAF / 8));
	for (size_t i = 0; i < b->order.n; i++)
		assert_true(b->order.leaves[i]->n > 0);
}

/* The first above the key, by looking at all. */
static struct graph_entry *after(struct bench *b, const struct graph_place *key)
{
	struct graph_entry *best = NULL;
	struct graph_place least;
	for (size_t i = 0; i < N; i++) {
		struct graph_place p = key_of(b, i);
		if (!b->in[i] || graph_place_cmp(&p, key) <= 0)
			continue;
		if (!best || graph_place_cmp(&p, &least) < 0) {
			best = &b->entry[i];
			least = p;
		}
	}
	return best;
}

static void check_after(struct bench *b, int times)
{
	for (int i = 0; i < times; i++) {
		struct graph_place key = key_of(b, failing_env_next(&b->f) % N);
		key.modified += failing_env_next(&b->f) % 3;
		key.id.at[1] ^= (uint8_t)(failing_env_next(&b->f) % 2);
		assert_ptr_equal(graph_order_after(&b->order, &key), after(b, &key));
	}
}

static void begin(struct bench *b, enum graph_order_kind kind, uint64_t seed)
{
	memset(b, 0, sizeof(*b));
	failing_env_init(&b->f, seed);
	b->order.kind = kind;
}

static void end(struct bench *b)
{
	size_t n = b->order.n;
	for (; n > 3; n -= 3)
		assert_false(graph_order_free_some(&b->order, 3, &b->f.env));
	assert_true(graph_order_free_some(&b->order, 3, &b->f.env));
	assert_int_equal(b->order.kind < 2 ? b->order.n : 1, 0);
	failing_env_assert_clean(&b->f);
}

/* GRAPH-7.5 */
static void what_comes_last_fills_leaves(void **state)
{
	(void)state;
	static struct bench b;
	begin(&b, GRAPH_BY_PLACE, 1);
	for (size_t i = 0; i < N; i++)
		put(&b, i, i / 4);
	check(&b);
	assert_int_equal(b.order.n, (N + GRAPH_LEAF - 1) / GRAPH_LEAF);
	check_after(&b, 50);
	end(&b);
}

static void what_comes_first_is_ordered_too(void **state)
{
	(void)state;
	static struct bench b;
	begin(&b, GRAPH_BY_EXPIRY, 2);
	for (size_t i = 0; i < N; i++)
		put(&b, i, i);
	check(&b);
	check_after(&b, 50);
	for (size_t i = 0; i < N; i++)
		take(&b, i);
	check(&b);
	assert_null(graph_order_after(&b.order, NULL));
	end(&b);
}

static void entries_come_and_go_at_random(void **state)
{
	(void)state;
	static struct bench b;
	for (uint64_t seed = 10; seed < 14; seed++) {
		begin(&b, seed % 2 ? GRAPH_BY_PLACE : GRAPH_BY_EXPIRY, seed);
		for (int step = 0; step < 20000; step++) {
			size_t i = failing_env_next(&b.f) % N;
			/* It fills up, then nearly empties. */
			bool fill = step / 5000 % 2 == 0;
			if (!b.in[i] && (fill || failing_env_next(&b.f) % 8 == 0))
				put(&b, i, failing_env_next(&b.f) % 500);
			else if (b.in[i] && (!fill || failing_env_next(&b.f) % 8 == 0))
				take(&b, i);
			if (step % 500 == 0)
				check(&b);
		}
		check_after(&b, 50);
		end(&b);
	}
}

static void leaves_are_reserved_before(void **state)
{
	(void)state;
	static struct bench b;
	begin(&b, GRAPH_BY_PLACE, 3);
	for (size_t at = 1; at < 3; at++) {
		failing_env_fail_at(&b.f, at);
		assert_int_equal(graph_order_reserve(&b.order, &b.f.env), ERR_NOMEM);
		b.f.fail_at = 0;
	}
	put(&b, 1, 1);
	check(&b);
	end(&b);
}

#define MANY 5000

/* GRAPH-7.14: no put does more than a little of the work. */
static void a_table_is_ready_when_it_is_needed(void **state)
{
	(void)state;
	struct failing_env f;
	struct graph_index x = { .key = { 5, 6 } };
	size_t grown = 0;
	failing_env_init(&f, 6);
	for (uint32_t i = 0; i < 4 * MANY; i++) {
		struct graph_entry e = { .index = i };
		memcpy(e.place.id.at, &i, sizeof(i));
		size_t moved = x.moved, cleared = x.cleared, capacity = x.now.capacity;
		bool was = x.next.slots != NULL;
		assert_int_equal(graph_index_reserve(&x, &f.env), OK);
		if (x.now.capacity != capacity) {
			grown++;
			assert_true(capacity == 0 || (was && cleared == x.now.capacity));
		}
		moved = x.now.capacity != capacity ? 0 : moved;
		cleared = was && x.next.slots ? cleared : 0;
		graph_index_put(&x, &e, graph_index_tag(&x, &e.place.id), &f.env);
		assert_true(!x.old.slots || x.moved - moved <= 16);
		assert_true(!x.next.slots || x.cleared - cleared <= 64);
	}
	assert_int_equal(grown, 10);
	graph_index_fini(&x, &f.env);
	failing_env_assert_clean(&f);
}

/* GRAPH-7.11 */
static void ids_are_found_while_tables_grow(void **state)
{
	(void)state;
	struct failing_env f;
	struct graph_pool pool = { .slabs = NULL };
	struct graph_index x = { .key = { 5, 6 } };
	static struct graph_entry *in[MANY];
	memset(in, 0, sizeof(in));
	failing_env_init(&f, 4);
	bool both = false;
	for (int step = 0; step < 60000; step++) {
		size_t i = failing_env_next(&f) % MANY;
		struct graph_guid id = { { (uint8_t)(i >> 8), (uint8_t)i } };
		assert_ptr_equal(graph_index_find(&x, &pool, &id, graph_index_tag(&x, &id)), in[i]);
		bool fill = step < 40000;
		if (!in[i] && fill) {
			assert_int_equal(graph_pool_reserve(&pool, &f.env), OK);
			assert_int_equal(graph_index_reserve(&x, &f.env), OK);
			in[i] = graph_pool_take(&pool);
			in[i]->place.id = id;
			graph_index_put(&x, in[i], graph_index_tag(&x, &id), &f.env);
		} else if (in[i] && failing_env_next(&f) % (fill ? 4 : 1) == 0) {
			graph_index_take(&x, in[i]);
			graph_pool_give(&pool, in[i]);
			in[i] = NULL;
		}
		both |= x.old.slots != NULL;
	}
	assert_true(both);
	for (size_t i = 0; i < MANY; i++) {
		struct graph_guid id = { { (uint8_t)(i >> 8), (uint8_t)i } };
		assert_ptr_equal(graph_index_find(&x, &pool, &id, graph_index_tag(&x, &id)), in[i]);
	}
	graph_index_fini(&x, &f.env);
	graph_pool_fini(&pool, &f.env);
	failing_env_assert_clean(&f);
}

static void slabs_give_back_what_they_got(void **state)
{
	(void)state;
	struct failing_env f;
	struct graph_pool pool = { .slabs = NULL };
	struct graph_entry *e[3 * GRAPH_SLAB];
	failing_env_init(&f, 5);
	for (size_t at = 1; at < 3; at++) {
		failing_env_fail_at(&f, at);
		assert_int_equal(graph_pool_reserve(&pool, &f.env), ERR_NOMEM);
	}
	f.fail_at = 0;
	for (uint32_t i = 0; i < 3 * GRAPH_SLAB; i++) {
		assert_int_equal(graph_pool_reserve(&pool, &f.env), OK);
		e[i] = graph_pool_take(&pool);
		assert_int_equal(e[i]->index, i);
		assert_ptr_equal(graph_pool_at(&pool, i), e[i]);
		e[i]->version = 9;
	}
	graph_pool_give(&pool, e[300]);
	assert_int_equal(graph_pool_reserve(&pool, &f.env), OK);
	assert_int_equal(pool.n, 3);
	assert_ptr_equal(graph_pool_take(&pool), e[300]);
	assert_int_equal(e[300]->version, 0);
	assert_int_equal(e[300]->index, 300);
	graph_pool_fini(&pool, &f.env);
	failing_env_assert_clean(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_last_fills_leaves),
		cmocka_unit_test(what_comes_first_is_ordered_too),
		cmocka_unit_test(entries_come_and_go_at_random),
		cmocka_unit_test(leaves_are_reserved_before),
		cmocka_unit_test(a_table_is_ready_when_it_is_needed),
		cmocka_unit_test(ids_are_found_while_tables_grow),
		cmocka_unit_test(slabs_give_back_what_they_got),
	};
	return cmocka_run_group_tests_name("db_order", tests, NULL, NULL);
}
