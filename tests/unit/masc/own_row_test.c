/* MASC-19.1, 19.2: rows of masc_own, both ways. */
#include "own_rig.h"

/* The octets of a claim's row. */
static struct span row_of(struct own_bench *o, uint64_t number)
{
	uint8_t key[OWN_KEY_SIZE];
	struct span value;
	assert_int_equal(store_get(store_mem_store(o->b.r.mem), &masc_table_own,
				   own_key(number, key), &value),
			 OK);
	return value;
}

static void assert_same(const struct own_claim *a, const struct own_claim *b)
{
	assert_int_equal(a->life, b->life);
	assert_int_equal(a->why, b->why);
	assert_int_equal(a->local, b->local);
	assert_int_equal(a->fixed, b->fixed);
	assert_int_equal(a->active, b->active);
	assert_int_equal(a->length, b->length);
	assert_string_equal(a->scope, b->scope);
	assert_true(masc_prefix_eq(&a->wanted, &b->wanted));
	assert_int_equal(a->n_parts, b->n_parts);
	for (size_t i = 0; i < a->n_parts; i++) {
		assert_true(masc_prefix_eq(&a->parts[i].prefix, &b->parts[i].prefix));
		assert_int_equal(a->parts[i].timestamp, b->parts[i].timestamp);
	}
	assert_int_equal(a->end, b->end);
	assert_int_equal(a->claimed_at, b->claimed_at);
	assert_int_equal(a->claimed_end, b->claimed_end);
	assert_int_equal(a->lifetime, b->lifetime);
	assert_int_equal(a->not_before, b->not_before);
	assert_int_equal(a->cap, b->cap);
	assert_int_equal(a->losses, b->losses);
	assert_memory_equal(&a->loss, &b->loss, sizeof(a->loss));
	assert_memory_equal(&a->keeps, &b->keeps, sizeof(a->keeps));
	assert_int_equal(a->home.family, b->home.family);
	assert_int_equal(a->home.below, b->home.below);
	assert_string_equal(a->home.root, b->home.root);
	assert_memory_equal(&a->home.parent, &b->home.parent, sizeof(a->home.parent));
}

static void both_ways(void **state)
{
	for (enum masc_life life = MASC_LIFE_WANTED; life < MASC_LIFE_EXPIRED; life++) {
		struct own_bench o;
		own_start(&o, "");
		struct own_claim *c = have(&o, "239.192.2.0/24", life), read = *c;
		c->cap = 5;
		c->losses = 3;
		c->lifetime = 77 * SEC;
		c->not_before = 12;
		c->keeps = rig_id(9);
		memcpy(c->scope, "site", 5);
		memcpy(c->home.root, "organisation", 13);
		assert_int_equal(own_put(c), OK);
		read.end = 1;
		read.life = MASC_LIFE_EXPIRED;
		assert_int_equal(own_row_read(&read, row_of(&o, 1)), OK);
		assert_same(&read, c);
		own_end(&o);
	}
}

/* The row of the largest claim there can be. */
static void all_parts(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD), read = *c;
	struct own_claim was = *c;
	memset(c->scope, 'a', MASC_NAME_MAX);
	memset(c->home.root, 'b', MASC_NAME_MAX);
	c->n_parts = OWN_PARTS_MAX;
	for (uint8_t i = 0; i < OWN_PARTS_MAX; i++)
		c->parts[i] =
			(struct own_part){ { .family = MASC_IPV4, .length = (uint8_t)(32 - i) },
					   i };
	assert_int_equal(own_put(c), OK);
	assert_int_equal(own_row_read(&read, row_of(&o, 1)), OK);
	assert_same(&read, c);
	*c = was;
	own_end(&o);
}

/* Cut anywhere, or with more behind it, it is not read, and nothing changes. */
static void every_truncation(void **state)
{
	for (enum masc_life life = MASC_LIFE_WANTED; life < MASC_LIFE_EXPIRED; life++) {
		struct own_bench o;
		own_start(&o, "");
		struct own_claim *c = have(&o, "239.192.2.0/24", life), was = *c;
		struct span row = row_of(&o, 1);
		uint8_t copy[2048];
		memcpy(copy, row.p, row.n);
		for (size_t n = 0; n < row.n; n++) {
			uint8_t *exact = rig_exact(span_of(copy, n));
			assert_int_equal(own_row_read(c, span_of(exact, n)), ERR_CORRUPT);
			free(exact);
		}
		copy[row.n] = 0;
		assert_int_equal(own_row_read(c, span_of(copy, row.n + 1)), ERR_CORRUPT);
		assert_memory_equal(c, &was, sizeof(was));
		own_end(&o);
	}
}

/* What no row of ours says. */
static void senseless(void **state)
{
	static const struct {
		size_t at;
		uint8_t octet;
	} rows[] = {
		{ 0, 2 },		  /* version */
		{ 1, 0x20 },		  /* flags */
		{ 2, MASC_LIFE_EXPIRED }, /* life */
		{ 2, MASC_LIFE_WANTED },  /* with neither length nor range, and parts */
		{ 2, MASC_LIFE_WAITING },
		{ 3, MASC_REASON_COUNT },
		{ 4, 0 }, /* family */
		{ 4, MASC_IPV6 },
		{ 21, 64 }, /* a name that is too long */
		{ 24, 3 },  /* family of the range wanted */
		{ 42, 0 },  /* parts: none, though it is held */
		{ 42, OWN_PARTS_MAX + 1 },
		{ 44, 33 },   /* length of the part */
		{ 48, 1 },    /* an address with more behind the length */
		{ 65, 0x80 }, /* an end before time */
	};
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD), was = *c;
	uint8_t copy[2048];
	struct span row = row_of(&o, 1);
	memcpy(copy, row.p, row.n);
	assert_int_equal(own_row_read(c, span_of(copy, row.n)), OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t before = copy[rows[i].at];
		copy[rows[i].at] = rows[i].octet;
		if (own_row_read(c, span_of(copy, row.n)) != ERR_CORRUPT)
			fail_msg("octet %zu = %u is taken", rows[i].at, rows[i].octet);
		copy[rows[i].at] = before;
	}
	*c = was;
	own_end(&o);
}

/* Any octet may be any other: it is read or not, and that is all. */
static void damaged(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_GROWING), was = *c;
	uint8_t copy[2048];
	struct span row = row_of(&o, 1);
	size_t n = row.n, taken = 0;
	memcpy(copy, row.p, n);
	for (size_t i = 0; i < n; i++)
		for (unsigned v = 0; v < 256; v += 15) {
			uint8_t before = copy[i];
			copy[i] = (uint8_t)v;
			enum err e = own_row_read(c, span_of(copy, n));
			assert_true(e == OK || e == ERR_CORRUPT);
			taken += e == OK;
			copy[i] = before;
		}
	assert_true(taken > 0);
	*c = was;
	own_end(&o);
}

/* The next number. */
static void next_number(void **state)
{
	struct own_bench o;
	uint64_t next = 5;
	own_start(&o, "");
	(void)want(&o, "239.192.2.0/24");
	assert_int_equal(own_next_read(row_of(&o, 0), &next), OK);
	assert_int_equal(next, 2);
	assert_int_equal(own_next_read(span_of("\1\0\0\0\0\0\0\0", 8), &next), ERR_CORRUPT);
	assert_int_equal(own_next_read(span_of("\2\0\0\0\0\0\0\0\1", 9), &next), ERR_CORRUPT);
	assert_int_equal(own_next_read(span_of("\1\0\0\0\0\0\0\0\1\0", 10), &next), ERR_CORRUPT);
	assert_int_equal(next, 2);
	own_end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways),	    cmocka_unit_test(all_parts),
		cmocka_unit_test(every_truncation), cmocka_unit_test(senseless),
		cmocka_unit_test(damaged),	    cmocka_unit_test(next_number),
	};
	return cmocka_run_group_tests_name("own_row", tests, NULL, NULL);
}
