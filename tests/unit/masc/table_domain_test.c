/* MASC-11.9: counts of domains, against an array. */
#include "../failing_env.h"

#include "masc/table_domain.h"

#define IDS 20000

struct counts {
	struct failing_env f;
	struct domains d;
	uint32_t want[IDS];
	size_t total; /* ids with a count */
};

static void id_of(uint32_t v, uint8_t out[16])
{
	memset(out, 0, 16);
	for (unsigned i = 0; i < 4; i++)
		out[i] = out[15 - i] = (uint8_t)(v >> 8 * i);
}

static struct counts *begin(uint8_t id_size)
{
	struct counts *c = calloc(1, sizeof(*c));
	assert_non_null(c);
	failing_env_init(&c->f, id_size);
	domains_init(&c->d, &c->f.env, id_size);
	return c;
}

static void end(struct counts *c)
{
	domains_fini(&c->d);
	failing_env_assert_clean(&c->f);
	free(c);
}

static enum err add(struct counts *c, uint32_t v)
{
	uint8_t id[16];
	struct domain_spot spot;
	id_of(v, id);
	domains_expect(&c->d, id);
	enum err e = domains_reserve(&c->d, id, &spot);
	if (e)
		return e;
	domains_add(&c->d, &spot, id);
	c->total += c->want[v]++ == 0;
	return OK;
}

static void take(struct counts *c, uint32_t v)
{
	uint8_t id[16];
	id_of(v, id);
	domains_take(&c->d, id);
	c->total -= --c->want[v] == 0;
}

static void check(struct counts *c)
{
	uint8_t id[16];
	for (uint32_t v = 0; v < IDS; v++) {
		id_of(v, id);
		assert_int_equal(domains_get(&c->d, id), c->want[v]);
	}
	assert_int_equal(c->d.count, c->total);
}

static uint32_t roll(struct counts *c, uint32_t bound)
{
	return (uint32_t)(failing_env_next(&c->f) >> 20) % bound;
}

/* They come, stay and go; with few of them and with many. */
static void like_an_array(void **state)
{
	static const uint8_t sizes[] = { 4, 16 };
	for (size_t i = 0; i < sizeof(sizes); i++) {
		struct counts *c = begin(sizes[i]);
		check(c);
		for (unsigned step = 0; step < 120000; step++) {
			uint32_t v = roll(c, step < 20000 ? 300 : IDS);
			bool shrink = step / 30000 % 2 == 1;
			if (c->want[v] && roll(c, 10) < (shrink ? 9U : 3U))
				take(c, v);
			else if (!shrink || roll(c, 10) == 0)
				assert_int_equal(add(c, v), OK);
			if (step % 20000 == 19999)
				check(c);
		}
		for (uint32_t v = 0; v < IDS; v++)
			while (c->want[v])
				take(c, v);
		check(c);
		end(c);
	}
}

/* Memory for each domain stays within bounds as the table grows. */
static void octets_of_a_domain(void **state)
{
	struct counts *c = begin(4);
	for (uint32_t v = 0; v < IDS; v++) {
		assert_int_equal(add(c, v), OK);
		if (v > 2000)
			assert_in_range(c->d.octets / (v + 1), 8, 26);
	}
	end(c);
}

/* Without memory nothing is counted and nothing is lost. */
static void out_of_memory(void **state)
{
	struct counts *c = begin(4);
	unsigned failures = 0;
	for (uint32_t v = 0; v < 3000; v++) {
		for (size_t n = 1;; n++) {
			failing_env_fail_at(&c->f, n);
			enum err e = add(c, v);
			if (e == OK)
				break;
			assert_int_equal(e, ERR_NOMEM);
			failures++;
			size_t total = c->total;
			assert_int_equal(c->d.count, total);
		}
	}
	failing_env_fail_at(&c->f, 0);
	assert_in_range(failures, 20, 200);
	check(c);
	end(c);
}

/* Peers choose the numbers: where they lie must not be theirs to know. */
static void the_key_is_random(void **state)
{
	struct failing_env f;
	struct domains a, b;
	failing_env_init(&f, 1);
	domains_init(&a, &f.env, 4);
	domains_init(&b, &f.env, 4);
	assert_memory_not_equal(a.key, b.key, sizeof(a.key));
	domains_fini(&a);
	domains_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(like_an_array),
		cmocka_unit_test(octets_of_a_domain),
		cmocka_unit_test(out_of_memory),
		cmocka_unit_test(the_key_is_random),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
