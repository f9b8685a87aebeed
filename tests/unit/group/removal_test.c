/* Payloads of Removals and Returns: a vector, round trips, every truncation, whatever else may
 * come. */
#include "../failing_env.h"
#include "group/removal.h"

#define ROOM 4096

static const uint8_t key[91] = { 0x30, 0x59 }, chain[7] = { 1, 2, 3, 4, 5, 6, 7 };
static uint8_t certs[2 * GROUP_KEPT_CERT], records[3 * GROUP_KEPT_RECORD], ids[2 * GROUP_KEPT_ID],
	serials[GROUP_KEPT_ID];

static int begin(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		certs[i * GROUP_KEPT_CERT] = (uint8_t)(i + 1);
		ids[i * GROUP_KEPT_ID] = (uint8_t)(i + 5);
	}
	for (size_t i = 0; i < 3; i++) {
		struct group_kept_record k = { .version = 0x01020304 + (uint32_t)i };
		k.id.at[0] = (uint8_t)(i + 9);
		memset(k.digest, (int)i, sizeof k.digest);
		group_kept_record_put(&k, records + i * GROUP_KEPT_RECORD);
	}
	return 0;
}

static struct group_removal removal(void)
{
	return (struct group_removal){
		.key = span_of(key, sizeof key),
		.could_issue = true,
		.certs = span_of(certs, sizeof certs),
		.records = span_of(records, sizeof records),
		.chain = span_of(chain, sizeof chain),
		.reason = span_str("left the flat"),
	};
}

static struct group_removal returning(void)
{
	return (struct group_removal){
		.returns = true,
		.key = span_of(key, sizeof key),
		.ids = span_of(ids, sizeof ids),
		.serials = span_of(serials, sizeof serials),
		.reason = span_str("\xc3\xbc"),
	};
}

static void assert_same(const struct group_removal *a, const struct group_removal *b)
{
	assert_int_equal(a->returns, b->returns);
	assert_int_equal(a->could_issue, b->could_issue);
	assert_true(span_eq(a->key, b->key));
	assert_true(span_eq(a->certs, b->certs));
	assert_true(span_eq(a->records, b->records));
	assert_true(span_eq(a->ids, b->ids));
	assert_true(span_eq(a->serials, b->serials));
	assert_true(span_eq(a->chain, b->chain));
	assert_true(span_eq(a->reason, b->reason));
}

static size_t written(const struct group_removal *p, uint8_t out[ROOM])
{
	size_t n = 0;
	assert_int_equal(group_removal_write(p, out, ROOM, &n), OK);
	assert_int_equal(n, group_removal_size(p));
	return n;
}

/* GROUP-11.1 */
static void test_octets(void **state)
{
	uint8_t out[ROOM];
	struct group_removal p = removal(), q = returning();
	size_t n = written(&p, out);
	static const uint8_t head[] = { 1, 0, 91, 0, 0x30, 0x59 };
	assert_memory_equal(out, head, sizeof head);
	size_t at = 4 + sizeof key;
	assert_int_equal(out[at], 1);
	assert_int_equal(out[at + 1], 2);
	at += 5 + sizeof certs;
	assert_int_equal(out[at], 3);
	assert_int_equal(out[at + 4], 9);
	assert_int_equal(out[at + 4 + 16], 4);
	assert_int_equal(out[at + 4 + 19], 1);
	assert_int_equal(out[n - 13 - 2], 13);
	n = written(&q, out);
	assert_int_equal(out[1], 1);
	assert_int_equal(out[4 + sizeof key], 2);
	assert_int_equal(out[n - 4], 2);
}

static void test_round_trip(void **state)
{
	uint8_t out[ROOM];
	struct group_removal p[] = { removal(), returning(), removal() }, back;
	p[2].chain = p[2].reason = p[2].certs = p[2].records = span_of(NULL, 0);
	p[2].could_issue = false;
	for (size_t i = 0; i < sizeof p / sizeof *p; i++) {
		size_t n = written(&p[i], out);
		assert_int_equal(group_removal_read(&back, span_of(out, n)), OK);
		assert_same(&p[i], &back);
	}
}

/* GROUP-11.31: of a member 1 MiB; the group's key is not held to that. */
static void test_too_long(void **state)
{
	size_t n, each = GROUP_KEPT_RECORD, count = GROUP_REMOVAL_MEMBER / each + 1;
	uint8_t *kept = calloc(count, each), *out = malloc(count * each + ROOM);
	assert_true(kept && out);
	for (size_t i = 0; i < count * 4; i++)
		kept[i / 4 * each + i % 4] = (uint8_t)(i / 4 >> (24 - 8 * (i % 4)));
	struct group_removal p = removal(), back;
	p.records = span_of(kept, count * each);
	assert_int_equal(group_removal_write(&p, out, count * each + ROOM, &n), ERR_RANGE);
	p.chain = span_of(NULL, 0);
	assert_int_equal(group_removal_write(&p, out, count * each + ROOM, &n), OK);
	assert_int_equal(group_removal_read(&back, span_of(out, n)), OK);
	/* The same with a chain of one octet: before the reason and its length. */
	size_t at = n - p.reason.n - 2 - 4;
	memmove(out + at + 5, out + at + 4, n - at - 4);
	out[at] = 1;
	assert_int_equal(group_removal_read(&back, span_of(out, n + 1)), ERR_MALFORMED);
	free(kept);
	free(out);
}

static void test_truncated(void **state)
{
	uint8_t out[ROOM];
	struct group_removal p[] = { removal(), returning() }, back;
	for (size_t i = 0; i < 2; i++) {
		size_t n = written(&p[i], out), m;
		for (size_t cut = 0; cut < n; cut++) {
			uint8_t *copy = malloc(cut ? cut : 1);
			memcpy(copy, out, cut);
			assert_int_equal(group_removal_read(&back, span_of(copy, cut)),
					 ERR_MALFORMED);
			free(copy);
			assert_int_equal(group_removal_write(&p[i], out, cut, &m), ERR_RANGE);
			(void)written(&p[i], out);
		}
		assert_int_equal(group_removal_read(&back, span_of(out, n + 1)), ERR_MALFORMED);
	}
}

/* GROUP-11.2 */
static void test_order(void **state)
{
	uint8_t out[ROOM], twice[2 * GROUP_KEPT_RECORD];
	struct group_removal p = removal(), back;
	size_t n = written(&p, out), m;
	size_t list = 4 + sizeof key + 1 + 4 + sizeof certs + 4;
	memcpy(twice, records, GROUP_KEPT_RECORD);
	memcpy(twice + GROUP_KEPT_RECORD, records, GROUP_KEPT_RECORD);
	twice[GROUP_KEPT_RECORD + 16]++; /* one record in two versions */
	p.records = span_of(twice, sizeof twice);
	assert_int_equal(group_removal_write(&p, out, sizeof out, &m), ERR_RANGE);
	out[list + GROUP_KEPT_RECORD] = 200;
	assert_int_equal(group_removal_read(&back, span_of(out, n)), ERR_MALFORMED);
	out[list + GROUP_KEPT_RECORD] = 9;
	assert_int_equal(group_removal_read(&back, span_of(out, n)), ERR_MALFORMED);
	out[list + GROUP_KEPT_RECORD] = 10;
	assert_int_equal(group_removal_read(&back, span_of(out, n)), OK);
}

static void is_bad(const struct group_removal *p, size_t at, uint8_t octet, enum err want)
{
	uint8_t out[ROOM];
	struct group_removal back;
	size_t n = written(p, out);
	out[at] = octet;
	assert_int_equal(group_removal_read(&back, span_of(out, n)), want);
}

static void test_bad(void **state)
{
	struct group_removal p = removal(), q = returning();
	uint8_t out[ROOM];
	size_t m, after = 4 + sizeof key;
	is_bad(&p, 0, 2, ERR_UNSUPPORTED);
	is_bad(&p, 0, 0, ERR_MALFORMED);
	is_bad(&p, 1, 2, ERR_MALFORMED);
	is_bad(&p, 1, 1, ERR_MALFORMED);
	is_bad(&p, after, 2, ERR_MALFORMED);
	is_bad(&p, after + 4, 0xff, ERR_MALFORMED);
	is_bad(&p, group_removal_size(&p) - 1, '\n', ERR_MALFORMED);
	is_bad(&q, group_removal_size(&q) - 1, 'x', ERR_MALFORMED);
	q.ids = span_of(NULL, 0); /* a Return of nothing */
	m = written(&q, out);
	assert_int_equal(group_removal_read(&p, span_of(out, m)), ERR_MALFORMED);
	q = removal();
	q.key = span_of(NULL, 0);
	assert_int_equal(group_removal_write(&q, out, sizeof out, &m), ERR_RANGE);
}

static void test_reason(void **state)
{
	char text[4 * GROUP_REMOVAL_REASON + 8];
	memset(text, 'x', sizeof text);
	assert_int_equal(group_removal_reason(span_of(text, 255)), OK);
	assert_int_equal(group_removal_reason(span_of(text, 256)), ERR_RANGE);
	assert_int_equal(group_removal_reason(span_of(text, sizeof text)), ERR_RANGE);
	assert_int_equal(group_removal_reason(span_of("a\tb", 3)), ERR_MALFORMED);
	assert_int_equal(group_removal_reason(span_of("\xc3", 1)), ERR_MALFORMED);
	assert_int_equal(group_removal_reason(span_of("\x7f", 1)), ERR_MALFORMED);
	assert_int_equal(group_removal_reason(span_of(NULL, 0)), OK);
}

/* Each entry is found, and nothing between them. */
static void test_kept(void **state)
{
	struct span list = span_of(records, sizeof records);
	for (size_t i = 0; i < 3; i++) {
		struct group_kept_record k = { .version = 0x01020304 + (uint32_t)i };
		k.id.at[0] = (uint8_t)(i + 9);
		memset(k.digest, (int)i, sizeof k.digest);
		assert_true(group_kept_record_in(list, &k));
		k.version++;
		assert_false(group_kept_record_in(list, &k));
		k.version--;
		k.digest[19] ^= 1;
		assert_false(group_kept_record_in(list, &k));
	}
	assert_true(group_kept_has(span_of(ids, sizeof ids), GROUP_KEPT_ID, span_of(ids, 16)));
	assert_false(group_kept_has(span_of(NULL, 0), GROUP_KEPT_ID, span_of(ids, 16)));
}

static void test_random(void **state)
{
	struct failing_env f;
	uint8_t in[256], out[256];
	failing_env_init(&f, 11);
	for (size_t i = 0; i < 200000; i++) {
		struct group_removal p;
		size_t n = (size_t)env_random_below(&f.env, sizeof in), m;
		for (size_t k = 0; k < n; k++)
			in[k] = (uint8_t)env_random_below(&f.env, k < 2 || k > 3 ? 3 : 2);
		if (group_removal_read(&p, span_of(in, n)) != OK)
			continue;
		assert_int_equal(group_removal_write(&p, out, sizeof out, &m), OK);
		assert_int_equal(m, n);
		assert_memory_equal(in, out, n);
	}
	failing_env_assert_clean(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_octets),	 cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_too_long), cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_order),	 cmocka_unit_test(test_bad),
		cmocka_unit_test(test_reason),	 cmocka_unit_test(test_kept),
		cmocka_unit_test(test_random),
	};
	return cmocka_run_group_tests(tests, begin, NULL);
}
