/* What goes over a connection that stands. */
#include "pair.h"

#define HEADER 5

static const struct crypto_profile *modern(void)
{
	return crypto_profile(CRYPTO_MODERN);
}

static size_t size_of(struct span record)
{
	assert_true(record.n >= HEADER);
	return HEADER + (size_t)(record.p[3] << 8 | record.p[4]);
}

static struct span seal(struct pair *t, int i, struct span plain)
{
	struct span out;
	assert_int_equal(crypto_tls_seal(t->end[i].tls, plain, &out), OK);
	return out;
}

/* Opens what was sealed, from a copy that is gone after. */
static enum err unseal(struct pair *t, int i, struct span record, struct span *plain, size_t *rest)
{
	uint8_t *copy = rig_copy(record);
	enum err e = crypto_tls_unseal(t->end[i].tls, span_of(copy, record.n), plain, rest);
	free(copy);
	return e;
}

/* CRYPTO-6.4: modern: header 5, kind 1, tag 16. */
static void a_text_is_one_record(void **state)
{
	static const size_t sizes[] = { 1, 2, 100, 4096, 16000, CRYPTO_TLS_PLAIN_MAX };
	static uint8_t text[CRYPTO_TLS_PLAIN_MAX];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(i * 31);
	RIG_EACH_PROFILE(p)
	{
		struct pair t;
		pair_init(&t, p, 1);
		pair_connect(&t);
		for (size_t i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) {
			struct span plain = span_of(text, sizes[i / 2]), got;
			struct span out = seal(&t, i % 2, plain);
			size_t rest;
			assert_int_equal(size_of(out), out.n);
			assert_true(out.n <= CRYPTO_TLS_RECORD_MAX);
			assert_int_equal(out.n, plain.n + 22);
			assert_int_equal(unseal(&t, !(i % 2), out, &got, &rest), OK);
			assert_true(span_eq(got, plain));
			assert_int_equal(rest, 0);
		}
		pair_fini(&t);
	}
}

static void other_sizes_are_refused(void **state)
{
	struct pair t;
	struct span out;
	uint8_t *text = calloc(1, CRYPTO_TLS_PLAIN_MAX + 1);
	pair_init(&t, modern(), 1);
	pair_connect(&t);
	assert_int_equal(
		crypto_tls_seal(t.end[0].tls, span_of(text, CRYPTO_TLS_PLAIN_MAX + 1), &out),
		ERR_RANGE);
	assert_int_equal(crypto_tls_seal(t.end[0].tls, span_of(text, 0), &out), ERR_RANGE);
	pair_say(&t, 0, span_str("and goes on"));
	free(text);
	pair_fini(&t);
}

/* CRYPTO-6.4: told, and not read. */
static void octets_behind_a_record_are_told(void **state)
{
	struct pair t;
	uint8_t both[400];
	struct span plain;
	size_t rest;
	pair_init(&t, modern(), 1);
	pair_connect(&t);
	struct span one = seal(&t, 0, span_str("one"));
	size_t n = one.n;
	memcpy(both, one.p, n);
	one = seal(&t, 0, span_str("second"));
	memcpy(both + n, one.p, one.n);
	assert_int_equal(unseal(&t, 1, span_of(both, n + one.n), &plain, &rest), OK);
	assert_true(span_eq(plain, span_str("one")));
	assert_int_equal(rest, one.n);
	assert_int_equal(unseal(&t, 1, span_of(both + n, one.n), &plain, &rest), OK);
	assert_true(span_eq(plain, span_str("second")));
	pair_fini(&t);
}

static void a_record_cut_short_is_malformed(void **state)
{
	struct pair t;
	struct span plain = span_str("untouched");
	size_t rest = 77;
	pair_init(&t, modern(), 1);
	pair_connect(&t);
	struct span out = seal(&t, 0, span_str("a text"));
	for (size_t n = 1; n < out.n; n++)
		assert_int_equal(unseal(&t, 1, span_of(out.p, n), &plain, &rest), ERR_MALFORMED);
	assert_true(span_eq(plain, span_str("untouched")));
	assert_int_equal(rest, 77);
	assert_int_equal(unseal(&t, 1, out, &plain, &rest), OK);
	assert_true(span_eq(plain, span_str("a text")));
	pair_fini(&t);
}

/* Every bit of it counts; and with that the connection is over. */
static void a_changed_record_is_refused(void **state)
{
	struct pair t;
	size_t size = HEADER + 6 + 17, rest;
	pair_init(&t, modern(), 1);
	for (size_t bit = 0; bit < size * 8; bit++) {
		struct span plain;
		uint8_t copy[64];
		pair_connect(&t);
		struct span out = seal(&t, 0, span_str("a text"));
		assert_int_equal(out.n, size);
		memcpy(copy, out.p, size);
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		enum err e = unseal(&t, 1, span_of(copy, size), &plain, &rest);
		if (bit / 8 < HEADER)
			assert_true(e == ERR_MALFORMED || e == ERR_DENIED);
		else
			assert_int_equal(e, ERR_DENIED);
		if (bit / 8 >= HEADER)
			assert_int_equal(unseal(&t, 1, out, &plain, &rest), ERR_STATE);
		pair_close(&t);
	}
	pair_fini(&t);
}

static void a_record_counts_once_and_in_its_turn(void **state)
{
	for (int again = 0; again < 2; again++) {
		struct pair t;
		struct span plain;
		size_t rest;
		uint8_t first[64];
		pair_init(&t, modern(), 1);
		pair_connect(&t);
		struct span out = seal(&t, 0, span_str("first"));
		size_t n = out.n;
		memcpy(first, out.p, n);
		if (again)
			assert_int_equal(unseal(&t, 1, span_of(first, n), &plain, &rest), OK);
		else
			memcpy(first, seal(&t, 0, span_str("after")).p, n);
		assert_int_equal(unseal(&t, 1, span_of(first, n), &plain, &rest), ERR_DENIED);
		pair_fini(&t);
	}
}

static void a_record_of_another_connection_is_refused(void **state)
{
	struct pair t, other;
	struct span plain;
	size_t rest;
	pair_init(&t, modern(), 1);
	pair_init(&other, modern(), 2);
	pair_connect(&t);
	pair_connect(&other);
	struct span out = seal(&t, 0, span_str("a text"));
	assert_int_equal(unseal(&other, 1, out, &plain, &rest), ERR_DENIED);
	/* nor does one come back */
	assert_int_equal(unseal(&t, 0, out, &plain, &rest), ERR_DENIED);
	pair_fini(&other);
	pair_fini(&t);
}

/* The client's last token and what it said behind it, as one. */
static void finish_with(struct pair *t, struct span tail)
{
	struct span out;
	uint8_t buffer[RIG_HEX_MAX];
	bool done;
	pair_open(t);
	assert_int_equal(crypto_tls_step(t->end[0].tls, span_of(NULL, 0), &out, &t->end[0].done),
			 OK);
	assert_int_equal(crypto_tls_step(t->end[1].tls, out, &out, &done), OK);
	assert_int_equal(crypto_tls_step(t->end[0].tls, out, &out, &t->end[0].done), OK);
	assert_true(t->end[0].done);
	size_t n = out.n;
	memcpy(buffer, out.p, n);
	for (int i = 0; i < 2; i++) {
		out = seal(t, 0, i ? span_str("second") : span_str("first"));
		memcpy(buffer + n, out.p, out.n);
		n += out.n;
	}
	if (tail.n)
		memcpy(buffer + n, tail.p, tail.n);
	n += tail.n;
	uint8_t *copy = rig_copy(span_of(buffer, n));
	assert_int_equal(crypto_tls_step(t->end[1].tls, span_of(copy, n), &out, &done), OK);
	free(copy);
	assert_true(done);
}

/* CRYPTO-6.4 */
static void what_came_with_the_handshake_comes_out(void **state)
{
	struct pair t;
	struct span plain, none = span_of(NULL, 0);
	size_t rest;
	pair_init(&t, modern(), 1);
	finish_with(&t, none);
	struct span third = seal(&t, 0, span_str("third"));
	assert_int_equal(unseal(&t, 1, third, &plain, &rest), ERR_STATE);
	assert_int_equal(unseal(&t, 1, none, &plain, &rest), OK);
	assert_true(span_eq(plain, span_str("first")));
	assert_true(rest > 0);
	assert_int_equal(unseal(&t, 1, none, &plain, &rest), OK);
	assert_true(span_eq(plain, span_str("second")));
	assert_int_equal(rest, 0);
	assert_int_equal(unseal(&t, 1, none, &plain, &rest), OK);
	assert_int_equal(plain.n, 0);
	assert_int_equal(unseal(&t, 1, third, &plain, &rest), OK);
	assert_true(span_eq(plain, span_str("third")));
	pair_fini(&t);
}

static void half_a_record_behind_the_handshake_is_malformed(void **state)
{
	struct pair t;
	struct span plain, none = span_of(NULL, 0);
	size_t rest;
	pair_init(&t, modern(), 1);
	finish_with(&t, span_of("\x17\x03\x03\x00\x20half", 9));
	for (int i = 0; i < 2; i++)
		assert_int_equal(unseal(&t, 1, none, &plain, &rest), OK);
	assert_int_equal(rest, 9);
	assert_int_equal(unseal(&t, 1, none, &plain, &rest), ERR_MALFORMED);
	pair_fini(&t);
}

/* Takes the records of `out` one by one, as frames bring them; gives how many. */
static int take_all(struct pair *t, int i, struct span out, struct span want)
{
	int n = 0;
	uint8_t *copy = rig_copy(out);
	for (size_t at = 0; at < out.n; n++) {
		struct span plain, record = span_of(copy + at, out.n - at);
		size_t rest;
		record.n = size_of(record);
		assert_int_equal(unseal(t, i, record, &plain, &rest), OK);
		at += record.n;
		assert_true(span_eq(plain, at == out.n ? want : span_of(NULL, 0)));
	}
	free(copy);
	return n;
}

/* CRYPTO-6.7: three under the first keys, then new ones, and so on. */
static void keys_change_with_time(void **state)
{
	struct pair t;
	pair_init(&t, modern(), 1);
	pair_connect(&t);
	t.end[0].tls->keys_for = 3;
	for (int i = 1; i <= 10; i++) {
		struct span out = seal(&t, 0, span_str("text"));
		int records = take_all(&t, 1, out, span_str("text"));
		assert_int_equal(records, i > 3 && i % 3 == 1 ? 2 : 1);
		pair_say(&t, 1, span_str("back"));
	}
	pair_fini(&t);
}

/* CRYPTO-6.8: a long record leaves no long buffers. */
static void an_idle_connection_holds_little(void **state)
{
	static uint8_t text[CRYPTO_TLS_PLAIN_MAX];
	struct pair t;
	pair_init(&t, modern(), 1);
	pair_connect(&t);
	for (int i = 0; i < 2; i++) {
		pair_say(&t, i, span_of(text, sizeof text));
		pair_say(&t, i, span_str("short"));
	}
	for (int i = 0; i < 2; i++) {
		const struct crypto_tls *tls = t.end[i].tls;
		assert_true(tls->out.size <= 2048);
		assert_true(tls->plain.size <= 2048);
		assert_null(tls->kept.p);
	}
	pair_fini(&t);
}

/* Who has no memory for a record can try again with the next. */
static void without_memory_it_fails(void **state)
{
	static uint8_t text[CRYPTO_TLS_PLAIN_MAX];
	struct pair t;
	struct span out = span_of(NULL, 0), plain;
	size_t rest;
	pair_init(&t, modern(), 1);
	pair_connect(&t);
	failing_env_fail_at(&t.end[0].mem, 1);
	assert_int_equal(crypto_tls_seal(t.end[0].tls, span_of(text, sizeof text), &out),
			 ERR_NOMEM);
	assert_null(out.p);
	out = seal(&t, 0, span_of(text, sizeof text));
	failing_env_fail_at(&t.end[1].mem, 1);
	assert_int_equal(unseal(&t, 1, out, &plain, &rest), ERR_NOMEM);
	assert_int_equal(unseal(&t, 1, out, &plain, &rest), OK);
	assert_int_equal(plain.n, sizeof text);
	pair_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_one_record),
		cmocka_unit_test(other_sizes_are_refused),
		cmocka_unit_test(octets_behind_a_record_are_told),
		cmocka_unit_test(a_record_cut_short_is_malformed),
		cmocka_unit_test(a_changed_record_is_refused),
		cmocka_unit_test(a_record_counts_once_and_in_its_turn),
		cmocka_unit_test(a_record_of_another_connection_is_refused),
		cmocka_unit_test(what_came_with_the_handshake_comes_out),
		cmocka_unit_test(half_a_record_behind_the_handshake_is_malformed),
		cmocka_unit_test(keys_change_with_time),
		cmocka_unit_test(an_idle_connection_holds_little),
		cmocka_unit_test(without_memory_it_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
