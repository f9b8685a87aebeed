/* Short codes and links: made, written, read as people write them. */
#include "../failing_env.h"
#include "group/code.h"

#include <stdio.h>

#define GROUP_NAME "0123456789abcdef0123456789abcdef01234567.smiths"

static char why_room[300];

static struct text why_text(void)
{
	return TEXT_OF(why_room);
}

static enum err parse(const char *typed, struct group_code *c)
{
	struct text why = why_text();
	return group_code_parse(c, span_str(typed), &why);
}

/* GROUP-14.6 */
static void words_are_told_apart(void **state)
{
	size_t threes = 0;
	for (size_t i = 0; i < GROUP_CODE_LIST; i++) {
		const char *a = group_code_word(i);
		assert_in_range(strlen(a), 3, GROUP_CODE_WORD);
		for (const char *p = a; *p; p++)
			assert_in_range(*p, 'a', 'z');
		if (!i)
			continue;
		const char *b = group_code_word(i - 1);
		assert_true(strcmp(b, a) < 0);
		assert_int_not_equal(strncmp(a, b, 4), 0);
		threes += strncmp(a, b, 3) == 0;
	}
	assert_in_range(threes, 0, 330);
}

/* GROUP-14.6: whatever is changed in one is no other. */
static void a_slip_is_noticed(void **state)
{
	for (size_t i = 0; i < GROUP_CODE_LIST; i += 7) {
		const char *a = group_code_word(i);
		char slip[GROUP_CODE_WORD + 1];
		size_t at;
		for (size_t k = 0; a[k]; k++) {
			strcpy(slip, a);
			slip[k] = slip[k] == 'x' ? 'y' : 'x';
			assert_false(group_code_find(span_str(slip), &at));
			memmove(slip + k, a + k + 1, strlen(a + k));
			assert_false(group_code_find(span_str(slip), &at));
		}
		assert_true(group_code_find(span_str(a), &at));
		assert_int_equal(at, i);
	}
}

/* GROUP-14.7 */
static void a_code_goes_there_and_back(void **state)
{
	struct failing_env f;
	struct group_code c, back;
	bool seen[GROUP_CODE_LIST] = { false };
	size_t n = 0, at;
	failing_env_init(&f, 7);
	for (int i = 0; i < 2000; i++) {
		char room[GROUP_CODE_SIZE];
		struct text t = TEXT_OF(room);
		group_code_make(&c, &f.env);
		group_code_text(&t, &c);
		assert_false(t.cut);
		assert_int_equal(parse(room, &back), OK);
		assert_string_equal(back.lookup, c.lookup);
		assert_string_equal(back.secret, c.secret);
		assert_true(group_code_find(span_of(c.secret, strcspn(c.secret, "-")), &at));
		n += !seen[at];
		seen[at] = true;
	}
	/* Of 1,296 words 2,000 draws leave a fifth unseen. */
	assert_in_range(n, 950, 1100);
	group_code_wipe(&c);
	assert_string_equal(c.secret, "");
}

/* GROUP-14.8 */
static void as_people_write_it(void **state)
{
	static const char *const ways[] = {
		"apple-river-stone-lemon-tiger",
		"Apple River Stone Lemon Tiger",
		" APPLE, RIVER, STONE, LEMON, TIGER ",
		"apple_river.stone/lemon tiger\n",
		"\342\200\234apple\342\200\223river stone - lemon -- tiger\342\200\235",
	};
	struct group_code c;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		assert_int_equal(parse(ways[i], &c), OK);
		assert_string_equal(c.lookup, "apple-river");
		assert_string_equal(c.secret, "stone-lemon-tiger");
	}
	char name[64];
	struct text t = TEXT_OF(name);
	group_code_name(&t, c.lookup);
	assert_string_equal(name, "0.homestead-apple-river");
}

/* GROUP-14.8 */
static void what_is_no_code(void **state)
{
	static const struct {
		const char *typed, *why;
	} rows[] = {
		{ "appple-river-stone-lemon-tiger",
		  "\"appple\" is no word of a code; the nearest is \"apple\"" },
		{ "apple-river-stone-lemon-tigger",
		  "\"tigger\" is no word of a code; the nearest is \"tiger\"" },
		{ "apple-river-stone-lemon", "a code has five words, and that has 4" },
		{ "apple-river-stone-lemon-tiger-tiger", "a code has five words, and that has 6" },
		{ "", "a code has five words, and that has 0" },
		{ "1117-1111-1111-1111-1111", "\"1117\" is no word of a code" },
		{ "111-1111-1111-1111-1111", "\"111\" is no word of a code" },
		{ "11111-1111-1111-1111-1111", "\"11111\" is no word of a code" },
	};
	struct group_code c = { .lookup = "as before" };
	char longer[GROUP_CODE_MAX + 2];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(rows[i].typed, &c), ERR_MALFORMED);
		assert_string_equal(why_room, rows[i].why);
	}
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(parse(longer, &c), ERR_MALFORMED);
	longer[sizeof(longer) - 2] = '\0';
	assert_int_equal(parse(longer, &c), ERR_MALFORMED);
	assert_string_equal(c.lookup, "as before");
}

/* GROUP-14.9 */
static void a_code_of_dice(void **state)
{
	struct group_code c;
	char want[64];
	assert_int_equal(parse("1111 1112-1121-6666-6665", &c), OK);
	snprintf(want, sizeof(want), "%s-%s", group_code_word(0), group_code_word(1));
	assert_string_equal(c.lookup, want);
	snprintf(want, sizeof(want), "%s-%s-%s", group_code_word(6), group_code_word(1295),
		 group_code_word(1294));
	assert_string_equal(c.secret, want);
}

/* ---- links ---- */

static struct group_link some_link(void)
{
	struct group_link l = { .invitation = true, .n_address = 2 };
	memset(l.id, 0x5a, sizeof(l.id));
	strcpy(l.group, GROUP_NAME);
	strcpy(l.friendly, "The Smiths");
	strcpy(l.secret, "stone-lemon-tiger");
	assert_int_equal(addr_parse(span_str("192.0.2.1:3587"), 0, &l.address[0]), OK);
	assert_int_equal(addr_parse(span_str("[2001:db8::1]:3588"), 0, &l.address[1]), OK);
	return l;
}

static void assert_same(const struct group_link *a, const struct group_link *b)
{
	assert_int_equal(a->invitation, b->invitation);
	assert_memory_equal(a->id, b->id, sizeof(a->id));
	assert_string_equal(a->group, b->group);
	assert_string_equal(a->friendly, b->friendly);
	assert_string_equal(a->secret, b->secret);
	assert_int_equal(a->n_address, b->n_address);
	for (size_t i = 0; i < a->n_address; i++)
		assert_true(addr_eq(&a->address[i], &b->address[i]));
}

/* GROUP-14.10 */
static void a_link_goes_there_and_back(void **state)
{
	char room[GROUP_LINK_SIZE];
	struct group_link l = some_link(), back;
	struct text why = why_text(), t = TEXT_OF(room);
	assert_int_equal(group_link_text(&t, &l), OK);
	assert_int_equal(strncmp(room, GROUP_LINK_BEGINS, strlen(GROUP_LINK_BEGINS)), 0);
	for (const char *p = room + strlen(GROUP_LINK_BEGINS); *p; p++)
		assert_non_null(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				       "0123456789-_",
				       *p));
	assert_true(group_link_is(span_str(room)));
	assert_int_equal(group_link_parse(&back, span_str(room), &why), OK);
	assert_same(&l, &back);
	/* Every truncation. */
	for (size_t n = 0; n + 1 < t.n; n++)
		assert_int_equal(group_link_parse(&back, span_of(room, n), &why), ERR_MALFORMED);
	l.invitation = false;
	l.n_address = 0;
	l.secret[0] = '\0';
	t = TEXT_OF(room);
	assert_int_equal(group_link_text(&t, &l), OK);
	memcpy(room, "HOMESTEAD:Join/", 15);
	strcat(room, "\r\n");
	assert_int_equal(group_link_parse(&back, span_str(room), &why), OK);
	assert_same(&l, &back);
	group_link_wipe(&back);
	assert_string_equal(back.group, "");
	assert_false(group_link_is(span_str("homestead:joy/")));
	assert_false(group_link_is(span_str("apple-river")));
}

/* GROUP-14.10: the largest there is, and what is larger than its room. */
static void a_long_link(void **state)
{
	char room[GROUP_LINK_SIZE];
	struct group_link l = some_link(), back;
	struct text why = why_text(), t = TEXT_OF(room);
	memset(l.friendly, 'f', sizeof(l.friendly) - 1);
	memset(l.secret, 's', sizeof(l.secret) - 1);
	l.n_address = GROUP_LINK_ADDRESSES;
	for (size_t i = 0; i < l.n_address; i++)
		l.address[i] = l.address[1 - 0];
	l.address[0] = l.address[1];
	assert_int_equal(group_link_text(&t, &l), OK);
	assert_int_equal(group_link_parse(&back, span_str(room), &why), OK);
	assert_same(&l, &back);
	t = text_of(room, 100);
	assert_int_equal(group_link_text(&t, &l), ERR_RANGE);
}

static void what_is_no_link(void **state)
{
	/* Octets: version, kind. */
	static const struct {
		const char *digits;
		enum err err;
	} rows[] = {
		{ "", ERR_MALFORMED },	     { "AAAA", ERR_MALFORMED },
		{ "AgAA", ERR_UNSUPPORTED }, { "AQIA", ERR_MALFORMED },
		{ "AQ==", ERR_MALFORMED },   { "A+AA", ERR_MALFORMED },
		{ "A", ERR_MALFORMED },	     { "\303\274", ERR_MALFORMED },
	};
	char room[GROUP_LINK_SIZE + 100];
	struct group_link l;
	struct text why = why_text();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(room, sizeof(room), GROUP_LINK_BEGINS "%s", rows[i].digits);
		assert_int_equal(group_link_parse(&l, span_str(room), &why), rows[i].err);
	}
	memset(room + strlen(GROUP_LINK_BEGINS), 'A', GROUP_LINK_SIZE);
	room[strlen(GROUP_LINK_BEGINS) + GROUP_LINK_SIZE] = '\0';
	assert_int_equal(group_link_parse(&l, span_str(room), &why), ERR_MALFORMED);
}

/* GROUP-14.10: of one octet changed either nothing is read, or what is written again alike. */
static void links_by_chance(void **state)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789-_";
	struct failing_env f;
	char room[GROUP_LINK_SIZE], again[GROUP_LINK_SIZE];
	struct group_link l = some_link(), back;
	size_t good = 0;
	failing_env_init(&f, 9);
	for (int i = 0; i < 20000; i++) {
		struct text t = TEXT_OF(room), why = why_text();
		assert_int_equal(group_link_text(&t, &l), OK);
		size_t from = strlen(GROUP_LINK_BEGINS);
		size_t at = from + (size_t)env_random_below(&f.env, t.n - from);
		room[at] = digits[env_random_below(&f.env, 64)];
		if (group_link_parse(&back, span_str(room), &why) != OK)
			continue;
		good++;
		t = TEXT_OF(again);
		assert_int_equal(group_link_text(&t, &back), OK);
		if (at + 1 < strlen(room))
			assert_string_equal(room, again);
	}
	assert_in_range(good, 100, 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_told_apart),
		cmocka_unit_test(a_slip_is_noticed),
		cmocka_unit_test(a_code_goes_there_and_back),
		cmocka_unit_test(as_people_write_it),
		cmocka_unit_test(what_is_no_code),
		cmocka_unit_test(a_code_of_dice),
		cmocka_unit_test(a_link_goes_there_and_back),
		cmocka_unit_test(a_long_link),
		cmocka_unit_test(what_is_no_link),
		cmocka_unit_test(links_by_chance),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
