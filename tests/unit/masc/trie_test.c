/* MASC-11.2, 11.3: the shape of the trie and its sums, from the inside, where a
 * naive table would be too slow to be held against. */
#include "table_rig.h"

#include "masc/table_int.h"
#include "masc/trie_int.h"

#define MANY 6000

/* A number from 0 to bound - 1. */
static uint32_t roll(struct bench *b, uint32_t bound)
{
	return (uint32_t)(failing_env_next(&b->f) >> 20) % bound;
}

struct own {
	uint32_t end;
	bool held;
	unsigned n;
};

static struct own own_of(const struct table *t, const struct trie_node *n)
{
	struct own o = { .end = UINT32_MAX };
	for (uint32_t c = n->claims; c; c = slots_at(&t->slots, c)->chain) {
		const struct slot *s = slots_at(&t->slots, c);
		o.end = s->end < o.end ? s->end : o.end;
		o.held = o.held || (s->flags & SLOT_HOLDS);
		o.n++;
	}
	return o;
}

struct tally {
	size_t nodes, claims, depth;
};

static void check_children(const struct trie *t, uint32_t node)
{
	const struct trie_node *n = trie_at(t, node);
	struct masc_prefix p = trie_prefix_of(t, node);
	for (unsigned i = 0; i < 2; i++) {
		if (!n->child[i])
			continue;
		struct masc_prefix below = trie_prefix_of(t, n->child[i]);
		assert_int_equal(trie_at(t, n->child[i])->parent, node);
		assert_true(below.length > p.length && masc_prefix_covers(&p, &below));
		assert_int_equal(masc_prefix_bit(&below, p.length), i);
	}
}

/* A node as its children and claims make it; those are checked before. */
static void check_node(const struct table *tab, uint32_t node, struct tally *sum)
{
	const struct trie *t = &tab->trie;
	const struct trie_node *n = trie_at(t, node);
	struct own own = own_of(tab, n);
	uint32_t end = own.end;
	check_children(t, node);
	assert_int_equal(own.n, n->n_claims);
	assert_true(own.n || (n->child[0] && n->child[1]));
	for (unsigned i = 0; i < 2; i++)
		if (n->child[i] && trie_at(t, n->child[i])->end < end)
			end = trie_at(t, n->child[i])->end;
	assert_int_equal(n->end, end);
	struct trie_free f = own.held ? (struct trie_free){ TRIE_HELD, 0 } : trie_sum(t, n);
	assert_int_equal(n->free_length, f.length);
	assert_int_equal(n->free_count, f.count);
	sum->nodes++;
	sum->claims += own.n;
}

static void check_below(const struct table *tab, uint32_t node, size_t depth, struct tally *sum)
{
	if (!node)
		return;
	assert_in_range(depth, 1, masc_prefix_bits(tab->family) + 1U);
	sum->depth = depth > sum->depth ? depth : sum->depth;
	check_below(tab, trie_at(&tab->trie, node)->child[0], depth + 1, sum);
	check_below(tab, trie_at(&tab->trie, node)->child[1], depth + 1, sum);
	check_node(tab, node, sum);
}

static struct tally check(const struct table *t)
{
	struct tally sum = { 0, 0, 0 };
	if (t->trie.root)
		assert_int_equal(trie_at(&t->trie, t->trie.root)->parent, 0);
	check_below(t, t->trie.root, 1, &sum);
	assert_int_equal(sum.claims, table_count(t));
	assert_in_range(sum.nodes, 0, 2 * sum.claims);
	return sum;
}

/* Anywhere in the family, of any length, now and then close to another. */
static struct masc_prefix anywhere(struct bench *b, const struct masc_prefix *near)
{
	uint8_t bits = masc_prefix_bits((enum masc_family)b->m.base.family);
	struct masc_prefix p = b->m.base;
	if (roll(b, 3) == 0) {
		p = *near;
		for (uint8_t up = (uint8_t)roll(b, 5); up && p.length > b->m.base.length; up--)
			p = masc_prefix_wider(&p);
	}
	while (p.length < bits && roll(b, 24))
		p = masc_prefix_half(&p, roll(b, 2));
	return p;
}

static void change(struct bench *b, uint32_t r)
{
	struct table_mark mark = table_mark_of(b->m.t, r);
	struct wire_claim c;
	assert_true(table_get(b->m.t, r, &c));
	mark.holds = !mark.holds;
	if (roll(b, 2))
		table_set_mark(b->m.t, r, &mark);
	else
		table_set_claim(b->m.t, r, &c, roll(b, 100000));
}

static void grow(struct bench *b, unsigned n)
{
	struct masc_prefix at = b->m.base;
	for (unsigned i = 0; i < n; i++) {
		uint32_t r;
		at = anywhere(b, &at);
		struct wire_claim c = claim_of(&at);
		struct table_mark mark = { .holds = roll(b, 4) != 0 };
		assert_int_equal(table_add(b->m.t, &c, &mark, roll(b, 100000), &r), OK);
		if (roll(b, 4) == 0)
			change(b, r);
		if (i % 512 == 0)
			check(b->m.t);
	}
}

static void shrink(struct bench *b)
{
	unsigned i = 0;
	for (uint32_t r = 0; (r = table_each(b->m.t, r)) != 0; i++) {
		if (roll(b, 3))
			table_remove(b->m.t, r);
		else
			change(b, r);
		if (i % 512 == 0)
			check(b->m.t);
	}
	check(b->m.t);
}

static void shape_and_sums(void **state)
{
	const struct masc_prefix bases[] = {
		{ .address = { 224 }, .length = 4, .family = MASC_IPV4 },
		{ .address = { 0xff }, .length = 16, .family = MASC_IPV6 },
		{ .length = 0, .family = MASC_IPV4 },
		{ .address = { 0xff, 0x38 }, .length = 100, .family = MASC_IPV6 },
	};
	for (size_t i = 0; i < COUNT(bases); i++) {
		struct bench *b = begin(&bases[i], i);
		table_set_most(b->m.t, MANY);
		grow(b, MANY / 2);
		shrink(b);
		grow(b, MANY / 2);
		while (table_count(b->m.t) > 50)
			shrink(b);
		for (uint32_t r; (r = table_each(b->m.t, 0)) != 0;)
			table_remove(b->m.t, r);
		assert_int_equal(b->m.t->trie.root, 0);
		end(b);
	}
}

/* MASC-11.3: a chain of claims inside one another is as deep as it gets. */
static void as_deep_as_it_gets(void **state)
{
	const struct masc_prefix bases[] = {
		{ .length = 0, .family = MASC_IPV4 },
		{ .length = 0, .family = MASC_IPV6 },
	};
	for (size_t i = 0; i < COUNT(bases); i++) {
		struct bench *b = begin(&bases[i], i);
		uint8_t bits = masc_prefix_bits((enum masc_family)bases[i].family);
		struct masc_prefix p = bases[i];
		struct table_mark mark = { .holds = false };
		for (;;) {
			struct wire_claim c = claim_of(&p);
			add_claim(b, &c, &mark, p.length);
			if (p.length == bits)
				break;
			p = masc_prefix_half(&p, p.length % 3 == 0);
		}
		struct tally sum = check(b->m.t);
		assert_int_equal(sum.depth, bits + 1U);
		assert_int_equal(sum.nodes, bits + 1U);
		struct table_walk w;
		uint8_t n = 0;
		table_covers(b->m.t, &p, &w);
		for (uint32_t r; (r = table_covers_next(&w)) != 0; n++)
			assert_int_equal(b->m.claims[r].c.prefix_length, n);
		assert_int_equal(n, bits + 1U);
		end(b);
	}
}

/* Nodes and slots that were freed are used again: the trie does not grow when
 * claims come and go. */
static void nodes_are_used_again(void **state)
{
	struct bench *b = begin_at("224.0.0.0/4");
	grow(b, 500);
	uint32_t fresh = b->m.t->trie.fresh;
	size_t octets = table_octets(b->m.t);
	for (unsigned i = 0; i < 5000; i++) {
		struct masc_prefix base = b->m.base, p = anywhere(b, &base);
		struct wire_claim c = claim_of(&p);
		uint32_t r;
		assert_int_equal(table_add(b->m.t, &c, &holding, i, &r), OK);
		table_remove(b->m.t, r);
	}
	assert_in_range(b->m.t->trie.fresh, fresh, fresh + 2);
	assert_int_equal(table_octets(b->m.t), octets);
	end(b);
}

/* What was expected, and what came in between. */
static void assert_covers(struct bench *b, const char *text, unsigned want)
{
	struct masc_prefix p = prefix(text);
	struct table_walk w;
	unsigned n = 0;
	table_covers(b->m.t, &p, &w);
	while (table_covers_next(&w))
		n++;
	assert_int_equal(n, want);
	model_check(&b->m, &p);
}

static void expect(struct bench *b, const char *text)
{
	struct wire_claim c = claim(text);
	table_expect(b->m.t, &c, 1);
}

/* A search that was begun before a wider claim came must still find it. */
static void covers_that_came_meanwhile(void **state)
{
	struct bench *b = begin_at("239.1.0.0/22");
	add(b, "239.1.0.0/32", 9);
	add(b, "239.1.1.0/32", 9);
	expect(b, "239.1.0.0/32");
	add(b, "239.1.0.0/24", 9); /* a node above */
	assert_covers(b, "239.1.0.0/32", 2);
	expect(b, "239.1.0.0/32");
	add(b, "239.1.0.0/23", 9); /* the fork itself */
	assert_covers(b, "239.1.0.0/32", 3);
	end(b);
}

/* Nor may one that went be found, nor one that took its node. */
static void nodes_that_became_others(void **state)
{
	struct bench *b = begin_at("239.1.0.0/22");
	add(b, "239.1.3.0/32", 9);
	add(b, "239.1.2.0/32", 9);
	uint32_t inner = add(b, "239.1.1.0/28", 9);
	expect(b, "239.1.1.0/30");
	model_remove(&b->m, inner);
	assert_covers(b, "239.1.1.0/30", 0);
	inner = add(b, "239.1.1.0/29", 9);
	expect(b, "239.1.1.0/30");
	model_remove(&b->m, inner);
	add(b, "239.1.1.0/24", 9);
	add(b, "239.1.1.0/26", 9); /* has the freed node, below a new cover */
	assert_covers(b, "239.1.1.0/30", 2);
	expect(b, "239.1.1.0/30");
	add(b, "239.1.1.0/30", 9);
	assert_covers(b, "239.1.1.0/30", 3);
	end(b);
}

/* Expecting is worth nothing if it is wrong, too much, or of another family. */
static void strange_expectations(void **state)
{
	struct bench *b = begin_at("239.1.0.0/22");
	static struct wire_claim many[300];
	expect(b, "239.1.0.0/32"); /* of an empty table */
	add(b, "239.1.0.0/24", 9);
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = claim(i % 2 ? "239.1.0.0/32" : "ff38::/64");
	table_expect(b->m.t, many, COUNT(many));
	table_expect(b->m.t, many, 0);
	assert_covers(b, "239.1.0.0/32", 1);
	failing_env_fail_at(&b->f, 1);
	b->f.fail_on = true;
	table_expect(b->m.t, many, 10);
	assert_covers(b, "239.1.0.0/32", 1);
	end(b);
}

static void expecting_without_memory(void **state)
{
	struct bench *b = begin_at("239.1.0.0/22");
	add(b, "239.1.0.0/24", 9);
	failing_env_fail_at(&b->f, 1);
	expect(b, "239.1.0.0/32");
	assert_true(b->f.failed);
	assert_covers(b, "239.1.0.0/32", 1);
	end(b);
}

/* A message's worth of claims, some of them known, some close to others. */
static void next_message(struct bench *b, struct wire_claim *c, size_t n)
{
	struct masc_prefix at = b->m.base;
	for (size_t i = 0; i < n; i++) {
		at = anywhere(b, &at);
		c[i] = claim_of(&at);
		c[i].timestamp = roll(b, 3);
		c[i].domain = id(roll(b, 50));
	}
}

static void assert_same_answers(const struct table *a, const struct table *b,
				const struct wire_claim *c)
{
	struct masc_prefix p = table_prefix_of(c);
	struct table_walk wa, wb;
	uint32_t r;
	assert_int_equal(table_same(a, c), table_same(b, c));
	assert_int_equal(table_is_free(a, &p), table_is_free(b, &p));
	table_overlaps(a, &p, &wa);
	table_overlaps(b, &p, &wb);
	for (unsigned i = 0; i < 50; i++) {
		r = table_overlaps_next(&wa);
		assert_int_equal(r, table_overlaps_next(&wb));
		if (!r)
			break;
	}
	assert_int_equal(table_after(a, &p, 0), table_after(b, &p, 0));
	assert_int_equal(table_next_end(a), table_next_end(b));
}

/* The same done to both; what is replaced goes first, as a newer claim does. */
static void put_both(struct table *a, struct table *b, const struct wire_claim *c, uint32_t until)
{
	const struct table_mark mark = { .holds = until % 4 != 0 };
	uint32_t ra, rb;
	uint32_t known = table_same(a, c);
	assert_int_equal(known, table_same(b, c));
	if (known) {
		table_remove(a, known);
		table_remove(b, known);
		if (until % 2)
			return;
	}
	assert_int_equal(table_add(a, c, &mark, until, &ra), OK);
	assert_int_equal(table_add(b, c, &mark, until, &rb), OK);
	assert_int_equal(ra, rb);
}

/* MASC-11.3: who tells beforehand gets the same answers as who does not. */
static void expecting_changes_nothing(void **state)
{
	const struct masc_prefix bases[] = {
		{ .address = { 239 }, .length = 8, .family = MASC_IPV4 },
		{ .address = { 239 }, .length = 24, .family = MASC_IPV4 },
		{ .address = { 0xff, 0x38 }, .length = 60, .family = MASC_IPV6 },
	};
	for (size_t i = 0; i < COUNT(bases); i++) {
		struct bench *a = begin(&bases[i], i), *b = begin(&bases[i], i + 50);
		table_set_most(a->m.t, MANY);
		table_set_most(b->m.t, MANY);
		for (unsigned round = 0; round < 60; round++) {
			struct wire_claim c[60];
			next_message(a, c, COUNT(c));
			table_expect(a->m.t, c, COUNT(c));
			for (size_t k = 0; k < COUNT(c); k++) {
				assert_same_answers(a->m.t, b->m.t, &c[k]);
				put_both(a->m.t, b->m.t, &c[k], roll(a, 100000));
			}
		}
		check(a->m.t);
		end(b);
		end(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shape_and_sums),
		cmocka_unit_test(as_deep_as_it_gets),
		cmocka_unit_test(nodes_are_used_again),
		cmocka_unit_test(covers_that_came_meanwhile),
		cmocka_unit_test(nodes_that_became_others),
		cmocka_unit_test(strange_expectations),
		cmocka_unit_test(expecting_without_memory),
		cmocka_unit_test(expecting_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
