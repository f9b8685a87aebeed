/* How many Removals are counted, and which: told in any order, the same are left. */
#include "removals_rig.h"

#define MANY 1000

static enum err put_whom(struct group_removals *r, const char *by, size_t whom, size_t id,
			 size_t octets)
{
	uint8_t key[16] = { 9, (uint8_t)(whom >> 8), (uint8_t)whom };
	size_t each = GROUP_KEPT_RECORD, n, size = octets + 512;
	uint8_t *out = calloc(2, size), *kept = out + size;
	struct group_removal p = { .key = span_of(key, sizeof key),
				   .records = span_of(kept, octets / each * each) };
	for (size_t i = 0; i < octets / each; i++)
		for (size_t k = 0; k < 4; k++)
			kept[i * each + k] = (uint8_t)(i >> (24 - 8 * k));
	assert_int_equal(group_removal_write(&p, out, size, &n), OK);
	struct group_removals_entry e = {
		.payload = span_of(out, n),
		.chain = by[0] ? path_of(by)->chain : NULL,
	};
	e.record.id.at[0] = (uint8_t)(id >> 8);
	e.record.id.at[1] = (uint8_t)id;
	e.record.id.at[2] = by[0] ? (uint8_t)by[0] : 1;
	enum err err = group_removals_add(r, &e);
	free(out);
	return err;
}

static enum err put_long(struct group_removals *r, const char *by, size_t id, size_t octets)
{
	return put_whom(r, by, id, id, octets);
}

static enum err put_any(struct group_removals *r, const char *by, size_t whom, size_t id)
{
	return put_whom(r, by, whom, id, 0);
}

#define FEW 24

/* What is left of many, told in that order; and what each was told. */
struct few {
	const char *by;
	size_t id;
};
static void left_of(const struct few *f, const size_t *order, char out[TEXT])
{
	struct group_removals *r;
	const struct group_removals_limits few = { .signer = 3, .all = 7, .returns = 2 };
	struct group_removed i;
	struct text t = text_of(out, TEXT);
	assert_int_equal(group_removals_new(&r, &w.mem.env, w.c, w.p, &few), OK);
	for (size_t k = 0; k < FEW; k++) {
		const struct few *x = &f[order[k]];
		enum err e = put_any(r, x->by, x->id, x->id);
		assert_true(e == OK || e == ERR_FULL);
	}
	text_clear(&t);
	for (size_t at = 0; group_removals_next(r, &at, &i);) {
		text_u64(&t, (uint64_t)(i.record->id.at[0] << 8 | i.record->id.at[1]));
		text_char(&t, i.signer ? (char)i.record->id.at[2] : '*');
		text_char(&t, ' ');
	}
	group_removals_free(r);
}

/* GROUP-11.10: whatever the order, the same are left; of each signer the lowest, of all as if
 * each took one in turn. */
static void test_limits(void **state)
{
	static const char *const by[] = { "", "a", "b", "c", "ad", "ae", "af", "g" };
	struct few f[FEW];
	size_t order[FEW];
	char first[TEXT], other[TEXT];
	/* Of a and those it let in the lowest IDs, of g the highest. */
	for (size_t i = 0; i < FEW; i++) {
		f[i] = (struct few){ by[i % 8], 10 * (i % 8) + i };
		order[i] = i;
	}
	left_of(f, order, first);
	assert_non_null(strstr(first, "g "));
	assert_non_null(strstr(first, "b "));
	assert_non_null(strstr(first, "c "));
	for (size_t k = 0; k < 400; k++) {
		for (size_t i = FEW; i > 1; i--) {
			size_t j = (size_t)env_random_below(&w.draw.env, i), x = order[i - 1];
			order[i - 1] = order[j];
			order[j] = x;
		}
		left_of(f, order, other);
		assert_string_equal(first, other);
	}
}

/* GROUP-11.31: long ones are fewer, and take no place of others, in any order. */
static void test_long(void **state)
{
	static const size_t octets[] = { 0, 20000, 200000 };
	static const struct group_removals_limits few = { .signer = 16, .all = 128, .returns = 2 };
	for (size_t order = 0; order < 6; order++) {
		struct group_removals *r;
		struct group_removed i;
		size_t n[3] = { 0 }, highest[3] = { 0 };
		assert_int_equal(group_removals_new(&r, &w.mem.env, w.c, w.p, &few), OK);
		for (size_t k = 0; k < 60; k++) {
			size_t id = order % 2 ? 60 - k : k + 1;
			enum err e = put_long(r, "a", id, octets[(id + order / 2) % 3]);
			assert_true(e == OK || e == ERR_FULL);
		}
		for (size_t at = 0; group_removals_next(r, &at, &i);) {
			size_t length =
				i.removal->records.n > 131072 ? 2 : i.removal->records.n > 0;
			n[length]++;
			highest[length] = i.record->id.at[1];
		}
		assert_int_equal(n[0], 16);
		assert_int_equal(n[1], 2);
		assert_int_equal(n[2], 1);
		assert_true(highest[0] > 45 && highest[1] <= 6 && highest[2] <= 3);
		assert_int_equal(group_removals_room(r, path_of("a")->chain, 16384), ERR_FULL);
		assert_int_equal(group_removals_room(r, path_of("b")->chain, 200000), OK);
		group_removals_free(r);
	}
}

/* GROUP-11.31: of all; the group's own are not held against their length. */
static void test_long_of_all(void **state)
{
	static const char *const by[] = { "a", "b", "c", "d" };
	static const struct group_removals_limits few = { .signer = 16, .all = 128, .returns = 2 };
	struct group_removals *r;
	assert_int_equal(group_removals_new(&r, &w.mem.env, w.c, w.p, &few), OK);
	for (size_t k = 0; k < 4; k++)
		(void)!put_long(r, by[k], k, 200000);
	assert_int_equal(group_removals_count(r), 2);
	for (size_t k = 0; k < 4; k++)
		assert_int_equal(put_long(r, "", k, 200000), OK);
	assert_int_equal(group_removals_count(r), 6);
	group_removals_free(r);
}

/* GROUP-11.10: somebody with many keys takes nobody's place but its own. */
static void test_puppets(void **state)
{
	struct group_removals *r;
	const struct group_removals_limits few = { .signer = 3, .all = 4, .returns = 2 };
	assert_int_equal(group_removals_new(&r, &w.mem.env, w.c, w.p, &few), OK);
	assert_int_equal(put_any(r, "g", 900, 900), OK);
	assert_int_equal(put_any(r, "h", 901, 901), OK);
	const char *const puppets[] = { "a", "ab", "ac", "ad", "ae" };
	for (size_t i = 0; i < 15; i++)
		(void)!put_any(r, puppets[i % 5], i, i);
	assert_int_equal(group_removals_count(r), 4);
	struct group_kept_record k = { .id.at = { 900 >> 8, 900 & 255, 'g' } };
	assert_true(group_removals_has(r, &k));
	k = (struct group_kept_record){ .id.at = { 901 >> 8, 901 & 255, 'h' } };
	assert_true(group_removals_has(r, &k));
	/* Whom the group's key removes gives room at once for what comes. */
	const struct say a = { .id = 200, .by = "", .whom = 'a' };
	assert_int_equal(put(r, &a, 1), OK);
	assert_int_equal(put_any(r, "g", 910, 910), OK);
	assert_int_equal(put_any(r, "g", 911, 911), OK);
	assert_int_equal(put_any(r, "g", 912, 912), ERR_FULL);
	assert_int_equal(put_any(r, "ab", 0, 99), ERR_FULL);
	group_removals_free(r);
}

/* GROUP-11.10: of one signer, of one key. */
static void test_limit_of_returns(void **state)
{
	struct group_removals *r;
	const struct group_removals_limits few = { .signer = 9, .all = 9, .returns = 2 };
	assert_int_equal(group_removals_new(&r, &w.mem.env, w.c, w.p, &few), OK);
	for (uint8_t i = 4; i > 0; i--) {
		const struct say s = {
			.id = i, .by = "a", .whom = 'b', .ends = { 9 }, .certs = { "b2" }
		};
		assert_int_equal(put(r, &s, 1), OK);
	}
	assert_int_equal(group_removals_count(r), 2);
	const struct say high = {
		.id = 7, .by = "a", .whom = 'b', .ends = { 9 }, .certs = { "b2" }
	};
	assert_int_equal(put(r, &high, 1), ERR_FULL);
	const struct say c = { .id = 7, .by = "c", .whom = 'b', .ends = { 9 }, .certs = { "b2" } };
	assert_int_equal(put(r, &c, 1), OK);
	group_removals_free(r);
}

/* GROUP-11.10: a thousand of one signer, and as many of the group's key. */
static void test_many(void **state)
{
	struct group_removals *r = fresh();
	const struct graph_guid *ids;
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(put_any(r, "a", i, i), OK);
		assert_int_equal(put_any(r, "", i, i), OK);
	}
	assert_int_equal(group_removals_room(r, path_of("a")->chain, 0), ERR_FULL);
	assert_int_equal(group_removals_room(r, NULL, 0), ERR_FULL);
	assert_int_equal(put_any(r, "a", 0, MANY), ERR_FULL);
	assert_int_equal(put_any(r, "", 0, MANY), ERR_FULL);
	assert_int_equal(group_removals_ids(r, &ids), 2 * MANY);
	for (size_t i = 1; i < 2 * MANY; i++)
		assert_true(memcmp(&ids[i - 1], &ids[i], sizeof *ids) < 0);
	group_removals_free(r);
}

/* ---- Returns that are looked at ---- */

#define SOME 12

/* What they come to, told in that order. */
static void looked_at(const struct say *s, size_t n, const size_t *order, char out[TEXT])
{
	struct group_removals *r;
	const struct group_removals_limits few = { .signer = 100, .all = 400, .returns = 4 };
	assert_int_equal(group_removals_new(&r, &w.mem.env, w.c, w.p, &few), OK);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(put(r, &s[order[i]], 1), OK);
	describe(r, out, TEXT);
	group_removals_free(r);
}

static void mix(size_t *order, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = (size_t)env_random_below(&w.draw.env, i), x = order[i - 1];
		order[i - 1] = order[j];
		order[j] = x;
	}
}

static void in_any_order(const struct say *s, size_t n, char out[TEXT])
{
	size_t order[SOME];
	char other[TEXT];
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	looked_at(s, n, order, out); /* makes the paths */
	looked_at(s, n, order, out);
	for (int k = 0; k < 200; k++) {
		mix(order, n);
		looked_at(s, n, order, other);
		assert_string_equal(out, other);
	}
}

#define BACK(number, who)                                                                          \
	{                                                                                          \
		.id = number, .by = who, .whom = 'h', .ends = { 1 }, .certs = { "h" }              \
	}

/* GROUP-11.38: of the Returns of one key so many are looked at, each in turn and down the chains;
 * of the group's key all. Nothing goes for it. */
static void test_returns_in_turn(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'h' },
		BACK(10, "bc"),
		BACK(11, "bd"),
		BACK(12, "be"),
		BACK(13, "bf"),
		BACK(14, "b"),
		BACK(15, "b"),
		BACK(200, "a"),
		BACK(250, ""),
	};
	char out[TEXT];
	in_any_order(s, sizeof s / sizeof *s, out);
	assert_non_null(strstr(out, " 1:01"));
	assert_non_null(strstr(out, " 10:10 11:10 12:10 13:00 14:00 15:00 200:10 250:10"));
}

/* GROUP-11.38: those that the group's key has stopped come behind all others. */
static void test_returns_of_stopped(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'h' },
		{ .id = 2, .by = "", .whom = 'b' },
		BACK(10, "bc"),
		BACK(11, "bd"),
		BACK(200, "a"),
		BACK(201, "ac"),
		BACK(202, "ad"),
		BACK(203, "ae"),
		BACK(204, "af"),
	};
	char out[TEXT];
	in_any_order(s, sizeof s / sizeof *s, out);
	assert_non_null(strstr(out, " 10:00 11:00 200:10 201:10 202:10 203:10 204:00"));
}

/* Of one signer the lowest, where nobody else has any. */
static void test_returns_of_each_key(void **state)
{
	struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'h' },
		{ .id = 2, .by = "a", .whom = 'g' },
		BACK(20, "c"),
		BACK(21, "cd"),
		BACK(22, "ce"),
		BACK(23, "cf"),
		BACK(24, "ca"),
		BACK(30, "d"),
	};
	char out[TEXT];
	s[7].whom = 'g';
	s[7].ends[0] = 2;
	s[7].certs[0] = "g";
	in_any_order(s, sizeof s / sizeof *s, out);
	assert_non_null(strstr(out, " 20:10 21:10 22:10 23:10 24:00 30:10"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_long_of_all),
		cmocka_unit_test(test_puppets),
		cmocka_unit_test(test_limit_of_returns),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_returns_in_turn),
		cmocka_unit_test(test_returns_of_stopped),
		cmocka_unit_test(test_returns_of_each_key),
	};
	return cmocka_run_group_tests(tests, removals_begin, removals_end);
}
