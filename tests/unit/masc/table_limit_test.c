/* MASC-11.7, 11.8: limits, and memory that is not there. */
#include "table_rig.h"

/* Everything a table says, to compare before and after. */
static void assert_as_model(struct bench *b)
{
	struct masc_prefix base = b->m.base;
	model_check_claims(&b->m);
	model_check_each(&b->m);
	model_check(&b->m, &base);
}

static void most_claims(void **state)
{
	struct bench *b = begin_at("239.0.0.0/22");
	table_set_most(b->m.t, 2);
	struct wire_claim c = claim("239.0.2.0/24");
	add(b, "239.0.0.0/24", 9);
	uint32_t second = add(b, "239.0.1.0/24", 9);
	assert_int_equal(model_add(&b->m, &c, &holding, 9), ERR_FULL);
	assert_as_model(b);
	/* Those above a lower limit stay until they end. */
	table_set_most(b->m.t, 1);
	assert_int_equal(table_most(b->m.t), 1);
	model_remove(&b->m, second);
	assert_int_equal(model_add(&b->m, &c, &holding, 9), ERR_FULL);
	table_set_most(b->m.t, 2);
	assert_int_equal(model_add(&b->m, &c, &holding, 9), OK);
	assert_as_model(b);
	end(b);
}

static void claims_at_one_prefix(void **state)
{
	struct masc_prefix base = prefix("239.0.0.0/22");
	struct bench *b = begin(&base, 1);
	struct wire_claim c = claim("239.0.1.0/24");
	c.timestamp = 0;
	for (; c.timestamp < 1000; c.timestamp++)
		add_claim(b, &c, &holding, 10 + c.timestamp);
	struct wire_claim beside = claim("239.0.1.0/25");
	assert_int_equal(model_add(&b->m, &c, &holding, 9), ERR_FULL);
	assert_int_equal(model_add(&b->m, &beside, &holding, 9), OK);
	c.timestamp = 500;
	uint32_t r = table_same(b->m.t, &c);
	assert_int_equal(b->m.claims[r].c.timestamp, 500);
	model_remove(&b->m, r);
	assert_int_equal(table_same(b->m.t, &c), 0);
	assert_int_equal(model_add(&b->m, &c, &holding, 9), OK);
	assert_as_model(b);
	/* They end in order, and the range is free with the last that holds it. */
	uint32_t last = 0;
	while ((r = table_ended(b->m.t, UINT32_MAX - 1)) != 0) {
		uint32_t next = table_next_end(b->m.t);
		assert_true(next >= last);
		last = next;
		r = table_ended(b->m.t, next);
		assert_int_equal(table_end_of(b->m.t, r), next);
		model_remove(&b->m, r);
	}
	assert_true(table_is_free(b->m.t, &base));
	end(b);
}

/* 65,536 octets of options and 16 a claim. */
static void octets_of_options(void **state)
{
	static uint8_t octets[4097];
	struct bench *b = begin_at("239.0.0.0/22");
	struct wire_claim c = claim("239.0.1.0/24");
	uint32_t r, refs[32];
	size_t n = 0;
	table_set_most(b->m.t, 256);
	c.options = span_of(octets, 4097);
	assert_int_equal(table_add(b->m.t, &c, &holding, 9, &r), ERR_RANGE);
	c.options.n = 4096;
	size_t before = table_octets(b->m.t);
	while (n < COUNT(refs) && table_add(b->m.t, &c, &holding, 9, &refs[n]) == OK)
		n++;
	assert_int_equal(n, 17); /* 17 * 4096 = 65,536 + 16 * 256 */
	assert_true(table_octets(b->m.t) - before > 17 * 4096);
	c.options.n = 1;
	assert_int_equal(table_add(b->m.t, &c, &holding, 9, &r), ERR_FULL);
	c.options.n = 0;
	assert_int_equal(table_add(b->m.t, &c, &holding, 9, &r), OK);
	table_remove(b->m.t, refs[3]);
	c.options.n = 4096;
	assert_int_equal(table_add(b->m.t, &c, &holding, 9, &refs[3]), OK);
	struct wire_claim got;
	assert_true(table_get(b->m.t, refs[3], &got));
	assert_int_equal(got.options.n, 4096);
	table_remove(b->m.t, refs[4]);
	c.options.n = 4095;
	assert_int_equal(table_add(b->m.t, &c, &holding, 9, &refs[4]), OK);
	c.options.n = 2;
	assert_int_equal(table_add(b->m.t, &c, &holding, 9, &r), ERR_FULL);
	c.options.n = 1;
	assert_int_equal(table_add(b->m.t, &c, &holding, 9, &r), OK);
	end(b);
}

/* What no claim of this family says. */
static void claims_of_no_family(void **state)
{
	struct bench *b = begin_at("239.0.0.0/22");
	struct wire_claim good = claim("239.0.1.0/24"), c;
	uint32_t r = 77;
	c = claim("ff38::/64");
	assert_int_equal(table_add(b->m.t, &c, &holding, 9, &r), ERR_RANGE);
	assert_int_equal(table_same(b->m.t, &c), 0);
	c = good;
	c.prefix_length = 33;
	assert_int_equal(table_add(b->m.t, &c, &holding, 9, &r), ERR_RANGE);
	c.prefix_length = 23;
	assert_int_equal(table_add(b->m.t, &c, &holding, 9, &r), ERR_RANGE);
	c = good;
	c.address[9] = 1;
	assert_int_equal(table_add(b->m.t, &c, &holding, 9, &r), ERR_RANGE);
	c = good;
	c.type = WIRE_ATTRIBUTES;
	assert_int_equal(table_add(b->m.t, &c, &holding, 9, &r), ERR_RANGE);
	c = good;
	c.role = 4;
	assert_int_equal(table_add(b->m.t, &c, &holding, 9, &r), ERR_RANGE);
	c = good;
	c.domain.octets[0] = 1;
	assert_int_equal(table_add(b->m.t, &c, &holding, 9, &r), ERR_RANGE);
	assert_int_equal(table_count_of_domain(b->m.t, &c.domain), 0);
	c = good;
	c.node.octets[11] = 1;
	assert_int_equal(table_add(b->m.t, &c, &holding, 9, &r), ERR_RANGE);
	assert_int_equal(r, 77);
	assert_as_model(b);
	struct masc_prefix other = prefix("ff38::/64");
	struct table_walk w;
	uint8_t length;
	uint64_t count;
	assert_false(table_is_free(b->m.t, &other));
	assert_false(table_largest_free(b->m.t, &other, &length, &count));
	assert_int_equal(table_after(b->m.t, &other, 0), 0);
	table_covers(b->m.t, &other, &w);
	assert_int_equal(table_covers_next(&w), 0);
	end(b);
}

/* The n-th allocation fails: the claim is not there, all else as it was. */
static void out_of_memory(void **state)
{
	static const uint8_t octets[] = { 1, 2, 3, 4 };
	struct masc_prefix base = prefix("239.0.0.0/22");
	struct failing_env probe;
	FAILING_ENV_EACH(probe, 3)
	{
		struct bench *b = begin(&base, 3);
		failing_env_fail_at(&b->f, probe.fail_at);
		unsigned failures = 0;
		for (uint32_t i = 0; i < 300; i++) {
			struct masc_prefix p = model_prefix(&b->m, i * 37 % MODEL_SIZE, MODEL_BITS);
			struct wire_claim c = claim_of(&p);
			c.domain = id(i * 2654435761U);
			if (i % 10 == 0)
				c.options = span_of(octets, sizeof(octets));
			enum err e = model_add(&b->m, &c, &holding, i);
			if (!e)
				continue;
			assert_int_equal(e, ERR_NOMEM);
			failures++;
			assert_as_model(b);
			assert_int_equal(table_count_of_domain(b->m.t, &c.domain), 0);
			assert_int_equal(model_add(&b->m, &c, &holding, i), OK);
		}
		assert_as_model(b);
		assert_int_equal(failures, b->f.failed);
		probe.failed = b->f.failed;
		end(b);
	}
}

static void no_table_without_memory(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 1)
	{
		struct table *t = NULL;
		enum err e = table_new(&t, &f.env, MASC_IPV4, 10);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		assert_true((t == NULL) == (e != OK));
		table_free(t);
		failing_env_assert_clean(&f);
	}
}

/* What was asked of the env, less what was given back. */
struct meter {
	struct env env;
	struct failing_env f;
	size_t octets;
	size_t largest; /* block ever asked for */
};

static void *metered(void *ctx, void *p, size_t n)
{
	struct meter *m = ctx;
	size_t *had = p ? (size_t *)p - 2 : NULL;
	m->octets -= had ? had[0] : 0;
	if (n == 0) {
		free(had);
		return NULL;
	}
	size_t *block = realloc(had, n + 2 * sizeof(size_t));
	assert_non_null(block);
	block[0] = n;
	m->octets += n;
	m->largest = n > m->largest ? n : m->largest;
	return block + 2;
}

static void meter_random(void *ctx, void *p, size_t n)
{
	struct meter *m = ctx;
	failing_env_random(&m->f, p, n);
}

static void fill(struct table *t, struct meter *m, uint32_t n, enum masc_family family)
{
	for (uint32_t i = 0; i < n; i++) {
		struct masc_prefix p = { .address = { 239 }, .length = 28, .family = MASC_IPV4 };
		uint32_t v = (uint32_t)(failing_env_next(&m->f) >> 30);
		if (family == MASC_IPV6)
			p = (struct masc_prefix){ .address = { 0xff, 0x3e },
						  .length = 92,
						  .family = MASC_IPV6 };
		uint8_t *at = p.address + (family == MASC_IPV6 ? 8 : 0);
		at[1] = (uint8_t)(v >> 16);
		at[2] = (uint8_t)(v >> 8);
		at[3] = (uint8_t)(v & 0xf0);
		struct wire_claim c = claim_of(&p);
		c.domain = id(i + 1);
		uint32_t r;
		assert_int_equal(table_add(t, &c, &holding, v, &r), OK);
	}
}

/* MASC-11.8: at most 160 octets a claim, in pieces; what is said is what is so. */
static void octets_of_a_claim(void **state)
{
	static const struct {
		enum masc_family family;
		size_t most;
	} rows[] = { { MASC_IPV4, 160 }, { MASC_IPV6, 240 } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct meter m = { .octets = 0 };
		struct table *t;
		uint32_t n = 50000;
		failing_env_init(&m.f, 7);
		m.env = (struct env){ metered, meter_random, &m };
		assert_int_equal(table_new(&t, &m.env, rows[i].family, 1000000), OK);
		fill(t, &m, n, rows[i].family);
		assert_int_equal(table_octets(t), m.octets);
		assert_in_range(table_octets(t) / n, 1, rows[i].most);
		assert_in_range(m.largest, 1, 96 * 1024);
		/* Used again: as many more come and go, and memory stays. */
		size_t full = m.octets;
		for (uint32_t r = 0; (r = table_each(t, r)) != 0;)
			table_remove(t, r);
		assert_int_equal(table_octets(t), m.octets);
		fill(t, &m, n, rows[i].family);
		assert_int_equal(table_octets(t), m.octets);
		assert_in_range(m.octets, full / 2, full + full / 50);
		table_free(t);
		assert_int_equal(m.octets, 0);
	}
}

/* An empty table is small: a node has one for each space. */
static void octets_of_an_empty_table(void **state)
{
	struct bench *b = begin_at("239.0.0.0/22");
	assert_in_range(table_octets(b->m.t), 1, 2048);
	add(b, "239.0.0.0/24", 9);
	assert_in_range(table_octets(b->m.t), 1, 10000);
	end(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(most_claims),	     cmocka_unit_test(claims_at_one_prefix),
		cmocka_unit_test(octets_of_options), cmocka_unit_test(claims_of_no_family),
		cmocka_unit_test(out_of_memory),     cmocka_unit_test(no_table_without_memory),
		cmocka_unit_test(octets_of_a_claim), cmocka_unit_test(octets_of_an_empty_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
