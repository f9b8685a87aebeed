/* MASC-11.10, 11.11: pages, and rows of the store. */
#include "table_rig.h"

#define ROOM 300000

static struct span row_of(struct bench *b, uint32_t page, uint8_t *room)
{
	struct span row;
	assert_in_range(table_page_size_max(b->m.t), 1, ROOM);
	assert_int_equal(table_page_write(b->m.t, page, room, table_page_size_max(b->m.t), &row),
			 OK);
	return row;
}

/* Takes all dirty pages: how many there were, and the row of each into a store. */
struct rows {
	struct span row[32];
	uint8_t *memory[32];
	size_t taken;
};

static void save(struct bench *b, struct rows *s)
{
	uint8_t *room = malloc(ROOM);
	uint32_t page;
	assert_non_null(room);
	for (s->taken = 0; table_take_dirty(b->m.t, &page); s->taken++) {
		assert_in_range(page, 0, COUNT(s->row) - 1);
		struct span row = row_of(b, page, room);
		free(s->memory[page]);
		s->memory[page] = malloc(row.n + 1);
		assert_non_null(s->memory[page]);
		memcpy(s->memory[page], row.p, row.n);
		s->row[page] = span_of(s->memory[page], row.n);
	}
	free(room);
}

static void drop(struct rows *s)
{
	for (size_t i = 0; i < COUNT(s->memory); i++)
		free(s->memory[i]);
}

/* Another table from these rows, without a peer, is as the model says. */
static struct bench *load(struct bench *from, const struct rows *s)
{
	struct bench *b = begin(&from->m.base, 99);
	for (uint32_t page = 0; page < COUNT(s->row); page++)
		if (s->row[page].n)
			assert_int_equal(table_page_read(b->m.t, page, s->row[page], NULL, NULL),
					 OK);
	memcpy(b->m.claims, from->m.claims, sizeof(b->m.claims));
	b->m.count = from->m.count;
	for (uint32_t r = 1; r < MODEL_REFS; r++) {
		b->m.claims[r].c.options.p = b->m.claims[r].octets;
		b->m.claims[r].mark.peer = TABLE_PEER_NONE;
		b->m.claims[r].mark.epoch = 0;
	}
	return b;
}

static void add_many(struct bench *b, uint32_t n)
{
	static const uint8_t octets[] = { 9, 8, 7 };
	for (uint32_t i = 0; i < n; i++) {
		struct masc_prefix p = model_prefix(&b->m, (uint32_t)(failing_env_next(&b->f) >> 9),
						    (uint8_t)(MODEL_BITS - i % 4));
		struct wire_claim c = claim_of(&p);
		struct table_mark mark = { 1, 2, i % 3 == 0, i % 5 == 0 };
		c.type = (uint8_t)(i % WIRE_ATTRIBUTES);
		c.role = i % 4;
		c.deprecated = i % 7 == 0;
		c.timestamp = i;
		c.domain = id(i * 7919);
		c.node = id(~i);
		if (i % 11 == 0)
			c.options = span_of(octets, sizeof(octets));
		add_claim(b, &c, &mark, i % 13 ? 1000 + i : UINT32_MAX);
	}
}

static void round_trip(void **state)
{
	const struct masc_prefix bases[] = {
		prefix("239.7.4.0/22"),
		prefix("ff38::7:0:0/118"),
		{ .address = { 0xff, 0x3e, [7] = 0x40 }, .length = 59, .family = MASC_IPV6 },
	};
	for (size_t i = 0; i < COUNT(bases); i++) {
		struct bench *b = begin(&bases[i], i);
		struct rows rows = { .taken = 0 };
		uint32_t page;
		add_many(b, 500);
		for (uint32_t r = 1; r <= 500; r += 3)
			model_remove(&b->m, r);
		save(b, &rows);
		assert_int_equal(rows.taken, 8); /* 500 claims in pages of 64 */
		struct bench *again = load(b, &rows);
		model_check_claims(&again->m);
		model_check_order(&again->m);
		model_check(&again->m, &again->m.base);
		/* Each where it was: nothing to write. */
		assert_false(table_take_dirty(again->m.t, &page));
		end(again);
		end(b);
		drop(&rows);
	}
}

static void octets_of_a_row(void **state)
{
	static const uint8_t options[] = { 0x01, 0x80, 0x55 };
	static const uint8_t
		want
			[] = {
				1,	    1,		 0,  0,	 0,    0,    0,	   0,	 0,
				6, /* the second and the third slot */
				0,	    2 | 8 | 128, 0,  0,	 3,    232,  0,	   0,	 1,
				244,	    0,		 0,  2,	 88,   0,    0,	   3,	 7,
				0,	    0,		 0,  7,	 0,    0,    0,	   8,	 20,
				239,	    1,		 16, 0,	 3,    1,    0x80, 0x55, 5,
				1 | 4 | 16, 0,		 0,  3,	 232,  0,    0,	   1,	 244,
				0,	    0,		 2,  88, 0xff, 0xff, 0xff, 0xff, 0,
				0,	    0,		 7,  0,	 0,    0,    8,	   32,	 239,
				1,	    16,		 1,
			};
	struct bench *b = begin_at("239.1.16.0/22");
	struct table_mark ours = { .peer = 1, .ours = true };
	struct wire_claim c = claim("239.1.16.0/20");
	uint8_t room[ROOM];
	uint32_t first = add_claim(b, &c, &holding, 1);
	c.options = span_of(options, sizeof(options));
	add_claim(b, &c, &holding, 775);
	c = claim("239.1.16.1/32");
	c.type = WIRE_WITHDRAW;
	c.role = MASC_CHILD;
	c.deprecated = true;
	add_claim(b, &c, &ours, UINT32_MAX);
	model_remove(&b->m, first);
	struct span row = row_of(b, 0, room);
	assert_int_equal(row.n, sizeof(want));
	assert_memory_equal(row.p, want, sizeof(want));
	assert_int_equal(table_page_write(b->m.t, 0, room, row.n - 1, &row), ERR_RANGE);
	assert_int_equal(table_page_write(b->m.t, 0, room, row.n, &row), OK);
	assert_int_equal(row_of(b, 1, room).n, 0);
	end(b);
}

static bool keep_even(void *arg, const struct wire_claim *c)
{
	size_t *asked = arg;
	(*asked)++;
	return c->timestamp % 2 == 0;
}

static void those_still_wanted(void **state)
{
	struct bench *b = begin_at("239.7.4.0/22");
	struct rows rows = { .taken = 0 };
	size_t asked = 0;
	uint32_t page;
	add_many(b, 64);
	save(b, &rows);
	struct bench *again = begin(&b->m.base, 3);
	assert_int_equal(table_page_read(again->m.t, 0, rows.row[0], keep_even, &asked), OK);
	assert_int_equal(asked, 64);
	assert_int_equal(table_count(again->m.t), 32);
	assert_true(table_take_dirty(again->m.t, &page));
	assert_int_equal(page, 0);
	assert_false(table_take_dirty(again->m.t, &page));
	for (uint32_t r = 1; r <= 64; r++) {
		struct wire_claim c;
		assert_int_equal(table_get(again->m.t, r, &c), r % 2 == 1);
	}
	end(again);
	end(b);
	drop(&rows);
}

/* A page whose slots are taken goes elsewhere, and both are written again. */
static void slots_that_are_taken(void **state)
{
	struct bench *b = begin_at("239.7.4.0/22");
	struct rows rows = { .taken = 0 };
	uint32_t page, pages = 0;
	add_many(b, 64);
	save(b, &rows);
	assert_int_equal(table_page_read(b->m.t, 0, rows.row[0], NULL, NULL), OK);
	assert_int_equal(table_count(b->m.t), 128);
	while (table_take_dirty(b->m.t, &page))
		pages |= 1U << page;
	assert_int_equal(pages, 3);
	end(b);
	drop(&rows);
}

/* Rows may come back with holes between them; the holes are filled first. */
static void pages_with_holes(void **state)
{
	struct bench *b = begin_at("239.7.4.0/22");
	struct rows rows = { .taken = 0 };
	add_many(b, 400);
	for (uint32_t r = 1; r <= 400; r++)
		if ((r - 1) / 64 != 1 && (r - 1) / 64 != 5)
			model_remove(&b->m, r);
	save(b, &rows);
	struct bench *again = load(b, &rows);
	model_check_claims(&again->m);
	model_check_each(&again->m);
	for (uint32_t i = 0; i < 320; i++) {
		struct wire_claim c = claim("239.7.4.0/24");
		uint32_t r;
		c.timestamp = i;
		assert_int_equal(table_add(again->m.t, &c, &holding, 5, &r), OK);
		model_keep(&again->m, r, &c, &holding, 5);
		assert_in_range(r, 1, 7 * 64);
	}
	model_check_claims(&again->m);
	model_check_each(&again->m);
	end(again);
	end(b);
	drop(&rows);
}

/* Each change of what a row says makes its page dirty, once. */
static void pages_that_changed(void **state)
{
	struct bench *b = begin_at("239.7.4.0/22");
	struct table_mark mark = holding;
	struct wire_claim c;
	uint32_t page;
	add_many(b, 130);
	for (unsigned i = 0; i < 3; i++)
		assert_true(table_take_dirty(b->m.t, &page));
	assert_false(table_take_dirty(b->m.t, &page));
	mark = table_mark_of(b->m.t, 70);
	mark.peer++;
	mark.epoch++;
	table_set_mark(b->m.t, 70, &mark);
	assert_false(table_take_dirty(b->m.t, &page)); /* not in the row */
	mark.ours = !mark.ours;
	table_set_mark(b->m.t, 70, &mark);
	assert_true(table_take_dirty(b->m.t, &page) && page == 1);
	mark.holds = !mark.holds;
	table_set_mark(b->m.t, 70, &mark);
	assert_true(table_take_dirty(b->m.t, &page) && page == 1);
	assert_true(table_get(b->m.t, 129, &c));
	table_set_claim(b->m.t, 129, &c, 5);
	table_set_claim(b->m.t, 129, &c, 6);
	assert_true(table_take_dirty(b->m.t, &page) && page == 2);
	assert_false(table_take_dirty(b->m.t, &page));
	table_remove(b->m.t, 1);
	assert_true(table_take_dirty(b->m.t, &page) && page == 0);
	table_page_undone(b->m.t, 2);
	table_page_undone(b->m.t, 2);
	table_page_undone(b->m.t, 77); /* none of ours */
	assert_true(table_take_dirty(b->m.t, &page) && page == 2);
	assert_false(table_take_dirty(b->m.t, &page));
	end(b);
}

static enum err try_read(struct bench *b, const uint8_t *p, size_t n)
{
	uint8_t *exact = malloc(n ? n : 1); /* reading on is noticed */
	assert_non_null(exact);
	memcpy(exact, p, n);
	enum err e = table_page_read(b->m.t, 0, span_of(exact, n), NULL, NULL);
	free(exact);
	return e;
}

static void damaged_rows(void **state)
{
	static const struct {
		size_t at;
		uint8_t octet;
	} bad[] = {
		{ 0, 0 },     { 0, 2 },	   { 1, 2 },   { 1, 0 },     { 9, 0 },
		{ 9, 3 },     { 2, 0x80 }, { 10, 6 },  { 10, 0xff }, { 11, 0x20 | 0x80 },
		{ 11, 0x40 }, { 36, 33 },  { 36, 19 }, { 36, 255 },  { 39, 0x11 },
		{ 11, 0 },    { 40, 1 },   { 41, 0 },  { 41, 4 },    { 41, 2 },
	};
	struct bench *b = begin_at("239.1.16.0/22");
	struct wire_claim c = claim("239.1.16.0/20");
	uint8_t room[ROOM], row[64];
	static const uint8_t options[] = { 1, 2, 3 };
	c.options = span_of(options, sizeof(options));
	uint32_t r = add_claim(b, &c, &holding, 775);
	struct span s = row_of(b, 0, room);
	assert_int_equal(s.n, 45);
	memcpy(row, s.p, s.n);
	model_remove(&b->m, r);
	for (size_t n = 0; n < 45; n++)
		assert_int_equal(try_read(b, row, n), ERR_CORRUPT);
	row[45] = 0;
	assert_int_equal(try_read(b, row, 46), ERR_CORRUPT);
	for (size_t i = 0; i < COUNT(bad); i++) {
		uint8_t was = row[bad[i].at];
		row[bad[i].at] = bad[i].octet;
		assert_int_equal(try_read(b, row, 45), ERR_CORRUPT);
		row[bad[i].at] = was;
	}
	assert_int_equal(table_page_read(b->m.t, UINT32_MAX, span_of(row, 45), NULL, NULL),
			 ERR_CORRUPT);
	assert_int_equal(table_count(b->m.t), 0);
	assert_int_equal(try_read(b, row, 45), OK);
	assert_int_equal(table_count(b->m.t), 1);
	end(b);
}

/* What is wrong with the last claim keeps the first out as well. */
static void damaged_behind_good(void **state)
{
	struct bench *b = begin_at("239.1.16.0/22");
	uint8_t room[ROOM], row[128];
	add(b, "239.1.16.0/24", 9);
	add(b, "239.1.17.0/24", 9);
	struct span s = row_of(b, 0, room);
	assert_in_range(s.n, 60, sizeof(row));
	memcpy(row, s.p, s.n);
	for (uint32_t r = 1; r <= 2; r++)
		model_remove(&b->m, r);
	row[s.n - 4] = 23; /* a bit behind the length */
	assert_int_equal(try_read(b, row, s.n), ERR_CORRUPT);
	row[s.n - 4] = 24;
	for (size_t n = s.n - 30; n < s.n; n++)
		assert_int_equal(try_read(b, row, n), ERR_CORRUPT);
	assert_int_equal(table_count(b->m.t), 0);
	assert_int_equal(try_read(b, row, s.n), OK);
	assert_int_equal(table_count(b->m.t), 2);
	end(b);
}

/* Without memory, or room: those before are in, and the page is dirty. */
static void rows_that_do_not_fit(void **state)
{
	struct bench *b = begin_at("239.7.4.0/22");
	struct rows rows = { .taken = 0 };
	struct failing_env probe;
	uint32_t page;
	add_many(b, 128);
	save(b, &rows);
	FAILING_ENV_EACH(probe, 1)
	{
		struct bench *again = begin(&b->m.base, 3);
		failing_env_fail_at(&again->f, probe.fail_at);
		enum err e = table_page_read(again->m.t, 1, rows.row[1], NULL, NULL);
		assert_int_equal(e, again->f.failed ? ERR_NOMEM : OK);
		assert_int_equal(table_count(again->m.t) == 64, e == OK);
		if (e == OK || table_count(again->m.t))
			assert_int_equal(table_take_dirty(again->m.t, &page), e != OK);
		probe.failed = again->f.failed;
		end(again);
	}
	struct bench *small = begin(&b->m.base, 3);
	table_set_most(small->m.t, 10);
	assert_int_equal(table_page_read(small->m.t, 0, rows.row[0], NULL, NULL), ERR_FULL);
	assert_int_equal(table_count(small->m.t), 10);
	assert_true(table_take_dirty(small->m.t, &page) && page == 0);
	end(small);
	end(b);
	drop(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),		cmocka_unit_test(octets_of_a_row),
		cmocka_unit_test(those_still_wanted),	cmocka_unit_test(slots_that_are_taken),
		cmocka_unit_test(pages_with_holes),	cmocka_unit_test(pages_that_changed),
		cmocka_unit_test(damaged_rows),		cmocka_unit_test(damaged_behind_good),
		cmocka_unit_test(rows_that_do_not_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
