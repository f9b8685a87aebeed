/* MASC-11: the prefix table against a naive one, and at its edges. */
#include "table_rig.h"

/* The largest free blocks, as "length count first last". */
static void assert_largest(struct bench *b, const char *in, const char *want)
{
	struct masc_prefix p = prefix(in), nth;
	uint8_t length;
	uint64_t count;
	char s[160];
	struct text t = TEXT_OF(s);
	if (!table_largest_free(b->m.t, &p, &length, &count)) {
		assert_string_equal("none", want);
		return;
	}
	text_u64(&t, length);
	text_char(&t, ' ');
	text_u64(&t, count);
	for (uint64_t k = 0; k < count && k < 3; k++) {
		nth = table_nth_free(b->m.t, &p, k);
		text_char(&t, ' ');
		masc_prefix_text(&t, &nth);
	}
	assert_string_equal(s, want);
}

static void empty_table(void **state)
{
	struct bench *b = begin_at("224.0.0.0/4");
	struct table_walk w;
	struct masc_prefix p = prefix("239.0.0.0/8");
	struct wire_claim c = claim("239.0.0.0/8");
	uint32_t page;
	assert_int_equal(table_count(b->m.t), 0);
	assert_int_equal(table_most(b->m.t), MODEL_MOST);
	assert_int_equal(table_next_end(b->m.t), UINT32_MAX);
	assert_int_equal(table_ended(b->m.t, UINT32_MAX - 1), 0);
	assert_int_equal(table_same(b->m.t, &c), 0);
	assert_int_equal(table_each(b->m.t, 0), 0);
	assert_int_equal(table_after(b->m.t, NULL, 0), 0);
	assert_int_equal(table_after(b->m.t, &p, 0), 0);
	assert_true(table_is_free(b->m.t, &p));
	table_overlaps(b->m.t, &p, &w);
	assert_int_equal(table_overlaps_next(&w), 0);
	assert_int_equal(table_count_of_domain(b->m.t, &c.domain), 0);
	assert_false(table_get(b->m.t, 1, &c));
	assert_false(table_take_dirty(b->m.t, &page));
	assert_largest(b, "224.0.0.0/4", "4 1 224.0.0.0/4");
	end(b);
	table_free(NULL);
}

/* MASC-11.4: the example of RFC 2909 appendix A. */
static void free_blocks_of_the_rfc(void **state)
{
	struct bench *b = begin_at("224.0.0.0/4");
	add(b, "224.0.1.0/24", 9);
	add(b, "239.0.0.0/8", 9);
	assert_largest(b, "224.0.0.0/4", "6 2 228.0.0.0/6 232.0.0.0/6");
	assert_largest(b, "224.0.0.0/6", "7 1 226.0.0.0/7");
	assert_largest(b, "224.0.0.0/24", "24 1 224.0.0.0/24");
	assert_largest(b, "224.0.1.0/24", "none");
	assert_largest(b, "224.0.1.128/25", "none");
	end(b);
}

static void whole_range_and_single_addresses(void **state)
{
	struct bench *b = begin_at("239.255.255.0/24");
	uint32_t one = add(b, "239.255.255.255/32", 9);
	uint32_t zero = add(b, "239.255.255.0/32", 9);
	assert_largest(b, "239.255.255.0/24", "26 2 239.255.255.64/26 239.255.255.128/26");
	assert_largest(b, "239.255.255.254/31", "32 1 239.255.255.254/32");
	uint32_t all = add(b, "224.0.0.0/4", 9);
	assert_largest(b, "239.255.255.254/32", "none");
	table_remove(b->m.t, all);
	assert_largest(b, "224.0.0.0/4", "5 1 224.0.0.0/5");
	table_remove(b->m.t, one);
	table_remove(b->m.t, zero);
	assert_largest(b, "224.0.0.0/4", "4 1 224.0.0.0/4");
	end(b);
}

/* MASC-11.3, 11.5, 11.6: what can happen, in any order, and every question after it. */
struct play {
	struct bench *b;
	uint64_t steps;
	struct wire_claim coming[16]; /* told to the table beforehand */
	size_t next;
};

static uint32_t roll(struct play *p, uint32_t bound)
{
	return (uint32_t)(failing_env_next(&p->b->f) >> 20) % bound;
}

static struct masc_prefix some_prefix(struct play *p)
{
	if (roll(p, 40) == 0) { /* wider than the space */
		uint8_t up = (uint8_t)roll(p, 6);
		struct masc_prefix w = p->b->m.base;
		for (; up && w.length; up--)
			w = masc_prefix_wider(&w);
		return w;
	}
	uint8_t below = (uint8_t)(roll(p, 4) ? MODEL_BITS - roll(p, 4) : roll(p, MODEL_BITS + 1));
	return model_prefix(&p->b->m, roll(p, MODEL_SIZE), below);
}

static struct wire_claim some_claim(struct play *p)
{
	static const uint8_t options[] = { 1, 2, 3, 4 };
	struct masc_prefix at = some_prefix(p);
	struct wire_claim c = { .type = (uint8_t)roll(p, WIRE_ATTRIBUTES),
				.deprecated = roll(p, 2),
				.family = at.family,
				.role = (uint8_t)roll(p, 4),
				.timestamp = roll(p, 3),
				.lifetime = roll(p, 2),
				.hold_time = roll(p, 2),
				.domain = id(roll(p, 20)),
				.node = id(roll(p, 2)),
				.prefix_length = at.length };
	memcpy(c.address, at.address, sizeof(c.address));
	if (roll(p, 10) == 0)
		c.options = span_of(options, sizeof(options));
	return c;
}

static struct table_mark some_mark(struct play *p)
{
	return (struct table_mark){ .peer = (uint16_t)roll(p, 3),
				    .epoch = (uint16_t)roll(p, 3),
				    .holds = roll(p, 3) != 0,
				    .ours = roll(p, 2) };
}

/* Whatever happens between the word of them and their coming. */
static struct wire_claim next_claim(struct play *p)
{
	if (p->next == COUNT(p->coming)) {
		for (size_t i = 0; i < COUNT(p->coming); i++)
			p->coming[i] = some_claim(p);
		table_expect(p->b->m.t, p->coming, COUNT(p->coming));
		p->next = 0;
	}
	return p->coming[p->next++];
}

static void step_add(struct play *p)
{
	struct wire_claim c = next_claim(p);
	struct table_mark mark = some_mark(p);
	enum err e = model_add(&p->b->m, &c, &mark, roll(p, 1000));
	assert_int_equal(e, p->b->m.count == MODEL_MOST && e ? ERR_FULL : OK);
	uint32_t same = table_same(p->b->m.t, &c);
	assert_true(e || (same && model_same_claim(&p->b->m.claims[same].c, &c)));
}

static void step_mark(struct play *p, uint32_t r)
{
	struct table_mark mark = some_mark(p);
	table_set_mark(p->b->m.t, r, &mark);
	p->b->m.claims[r].mark = mark;
}

static void step_claim(struct play *p, uint32_t r)
{
	struct model_claim *k = &p->b->m.claims[r];
	k->c.type = (uint8_t)roll(p, WIRE_ATTRIBUTES);
	k->c.lifetime = roll(p, 5);
	k->c.deprecated = !k->c.deprecated;
	k->end = roll(p, 1000);
	table_set_claim(p->b->m.t, r, &k->c, k->end);
}

static void step_expire(struct play *p)
{
	uint32_t now = table_next_end(p->b->m.t);
	uint32_t r = now == UINT32_MAX ? 0 : table_ended(p->b->m.t, now);
	if (!r)
		return;
	assert_int_equal(p->b->m.claims[r].end, now);
	model_remove(&p->b->m, r);
}

/* Phases in which the table grows, stays and shrinks. */
static void step(struct play *p)
{
	uint32_t grow = p->steps % 1500 < 700 ? 60 : 25;
	uint32_t what = roll(p, 100);
	uint32_t r = model_some(&p->b->m, roll(p, MODEL_REFS));
	if (what < grow || !r)
		step_add(p);
	else if (what < 65)
		model_remove(&p->b->m, r);
	else if (what < 80)
		step_mark(p, r);
	else if (what < 92)
		step_claim(p, r);
	else
		step_expire(p);
	p->steps++;
}

static void ask_everything(struct play *p)
{
	struct masc_prefix at = some_prefix(p);
	struct masc_id domain = id(roll(p, 20));
	if (p->next < COUNT(p->coming) && roll(p, 2))
		at = table_prefix_of(&p->coming[p->next]);
	model_check(&p->b->m, &at);
	model_check_ended(&p->b->m, roll(p, 1000));
	model_check_domain(&p->b->m, &domain);
	if (p->steps % 16 == 0) {
		model_check_claims(&p->b->m);
		model_check_each(&p->b->m);
	}
	if (p->steps % 256 == 0)
		model_check_order(&p->b->m);
}

static void play(const struct masc_prefix *base, uint64_t seed, unsigned steps)
{
	struct play p = { .b = begin(base, seed), .next = COUNT(p.coming) };
	while (p.steps < steps) {
		step(&p);
		ask_everything(&p);
	}
	for (uint32_t r; (r = model_some(&p.b->m, 0)) != 0;)
		model_remove(&p.b->m, r);
	model_check_claims(&p.b->m);
	assert_int_equal(table_each(p.b->m.t, 0), 0);
	struct masc_prefix all = masc_prefix_first(base, base->length);
	assert_true(table_is_free(p.b->m.t, &all));
	end(p.b);
}

/* IPv4 to its last bit, IPv6 across the middle of an address and to its end. */
static void like_a_naive_table(void **state)
{
	struct masc_prefix v4 = prefix("239.129.4.0/22"), v6 = prefix("ff38::fedc:0:0:1400/118");
	struct masc_prefix middle = { .address = { 0xff, 0x3e, [7] = 0x40 },
				      .length = 59,
				      .family = MASC_IPV6 };
	struct masc_prefix high = prefix("224.0.0.0/4");
	play(&v4, 1, 4000);
	play(&v6, 2, 2000);
	play(&middle, 3, 2000);
	play(&high, 4, 1000);
}

/* Claims come and go while all are gone through, in either order. */
static void come_and_go(struct play *p, const bool *stays)
{
	for (unsigned i = 0; i < 3; i++) {
		uint32_t r = model_some(&p->b->m, roll(p, MODEL_REFS));
		if (r && !stays[r])
			model_remove(&p->b->m, r);
		step_add(p);
	}
}

static void assert_each_once(struct play *p, const bool *stays, const unsigned *given)
{
	for (uint32_t r = 1; r < MODEL_REFS; r++)
		if (stays[r])
			assert_int_equal(given[r], 1);
}

/* MASC-11.5: each that is there all the time comes once. */
static void all_while_the_table_changes(void **state)
{
	struct masc_prefix base = prefix("239.4.0.0/22");
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct play p = { .b = begin(&base, seed), .next = COUNT(p.coming) };
		bool stays[MODEL_REFS] = { false };
		unsigned given[MODEL_REFS] = { 0 }, ordered[MODEL_REFS] = { 0 };
		for (unsigned i = 0; i < 150; i++)
			step_add(&p);
		for (uint32_t r = 1; r < MODEL_REFS; r++)
			stays[r] = p.b->m.claims[r].there && roll(&p, 2);
		for (uint32_t r = 0; (r = table_each(p.b->m.t, r)) != 0;) {
			given[r]++;
			if (r < 300)
				come_and_go(&p, stays);
		}
		assert_each_once(&p, stays, given);
		struct masc_prefix at = { { 0 }, 0, MASC_IPV4 };
		for (uint32_t r = 0; (r = table_after(p.b->m.t, &at, r)) != 0;) {
			ordered[r] += stays[r];
			at = table_prefix_of(&p.b->m.claims[r].c);
			if (p.b->m.count < 900)
				come_and_go(&p, stays);
		}
		assert_each_once(&p, stays, ordered);
		end(p.b);
	}
}

/* MASC-11.1: numbers stay, also while others come and go. */
static void claims_keep_their_numbers(void **state)
{
	struct bench *b = begin_at("239.0.0.0/22");
	struct wire_claim c = claim("239.0.1.0/24"), got;
	uint32_t first = add_claim(b, &c, &holding, 5), twin = add_claim(b, &c, &holding, 6);
	assert_int_not_equal(first, twin);
	c.domain = id(99);
	uint32_t other = add_claim(b, &c, &holding, 7);
	uint32_t same = table_same(b->m.t, &c);
	assert_int_equal(same, other);
	for (unsigned i = 0; i < 100; i++)
		add(b, "239.0.1.0/25", i + 10);
	for (uint32_t r = other + 1; r <= other + 100; r++)
		model_remove(&b->m, r);
	model_remove(&b->m, twin);
	model_check_claims(&b->m);
	assert_true(table_get(b->m.t, first, &got));
	assert_int_equal(masc_id_cmp(&got.domain, &c.domain), -1);
	assert_int_equal(add(b, "239.0.3.0/24", 9), twin);
	end(b);
}

/* Each field of MASC-10.4 makes it another claim; options do not. */
static void what_is_the_same(void **state)
{
	static const uint8_t octets[] = { 1, 0 };
	struct bench *b = begin_at("239.0.0.0/22");
	struct wire_claim c = claim("239.0.1.0/24"), d;
	uint32_t r = add_claim(b, &c, &holding, 5);
	assert_int_equal(table_same(b->m.t, &c), r);
	struct wire_claim other[10];
	for (size_t i = 0; i < COUNT(other); i++)
		other[i] = c;
	other[0].type = WIRE_CLAIM_DENIED;
	other[1].deprecated = true;
	other[2].role = MASC_CHILD;
	other[3].timestamp++;
	other[4].lifetime++;
	other[5].hold_time++;
	other[6].domain.octets[12] = 1;
	other[7].node.octets[15] = 9;
	other[8] = claim("239.0.1.0/25");
	other[9] = claim("239.0.0.0/24");
	for (size_t i = 0; i < COUNT(other); i++)
		assert_int_equal(table_same(b->m.t, &other[i]), 0);
	d = c;
	d.options = span_of(octets, sizeof(octets));
	assert_int_equal(table_same(b->m.t, &d), r);
	end(b);
}

/* MASC-11.5: the one just given may go, whatever that does to the trie. */
static void removal_during_a_walk(void **state)
{
	static const char *const texts[] = {
		"239.0.0.0/22",	 "239.0.0.0/24", "239.0.1.0/24", "239.0.1.0/25", "239.0.1.128/25",
		"239.0.1.64/26", "239.0.0.0/32", "239.0.2.0/23", "239.0.1.0/24", "239.0.1.0/32",
	};
	static const char *const asked[] = { "239.0.0.0/22", "239.0.1.0/24", "239.0.1.64/27",
					     "224.0.0.0/4" };
	for (unsigned mask = 0; mask < 1U << COUNT(texts); mask++) {
		struct bench *b = begin_at("239.0.0.0/22");
		struct masc_prefix p = prefix(asked[mask % COUNT(asked)]);
		for (size_t i = 0; i < COUNT(texts); i++)
			add(b, texts[i], 9);
		struct table_walk w;
		size_t given = 0, want = 0;
		for (size_t i = 0; i < COUNT(texts); i++) {
			struct masc_prefix at = prefix(texts[i]);
			want += masc_prefix_overlaps(&at, &p);
		}
		table_overlaps(b->m.t, &p, &w);
		for (uint32_t r; (r = table_overlaps_next(&w)) != 0; given++)
			if (mask >> (r - 1) & 1)
				model_remove(&b->m, r);
		assert_int_equal(given, want);
		model_check(&b->m, &p);
		end(b);
	}
}

/* MASC-11.6: ends are met in their order, and a later end is not met. */
static void ends_in_order(void **state)
{
	struct bench *b = begin_at("239.0.0.0/22");
	uint32_t last = 0;
	for (uint32_t i = 0; i < 200; i++) {
		struct masc_prefix p = model_prefix(&b->m, i * 5 % MODEL_SIZE, MODEL_BITS);
		struct wire_claim c = claim_of(&p);
		add_claim(b, &c, &holding, 100 + i * 7919 % 1000);
	}
	assert_int_equal(table_ended(b->m.t, 99), 0);
	assert_int_not_equal(table_ended(b->m.t, 100), 0);
	while (table_count(b->m.t)) {
		uint32_t now = table_next_end(b->m.t);
		assert_true(now >= last && table_ended(b->m.t, now - 1) == 0);
		uint32_t r = table_ended(b->m.t, now);
		assert_int_equal(b->m.claims[r].end, now);
		model_remove(&b->m, r);
		last = now;
	}
	assert_int_equal(table_next_end(b->m.t), UINT32_MAX);
	end(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_keep_their_numbers),
		cmocka_unit_test(what_is_the_same),
		cmocka_unit_test(removal_during_a_walk),
		cmocka_unit_test(ends_in_order),
		cmocka_unit_test(all_while_the_table_changes),
		cmocka_unit_test(empty_table),
		cmocka_unit_test(free_blocks_of_the_rfc),
		cmocka_unit_test(whole_range_and_single_addresses),
		cmocka_unit_test(like_a_naive_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
