/* The messages inside TLS as octets. */
#include "../failing_env.h"
#include "group/hello.h"

#define EACH_PROFILE(id)                                                                           \
	for (enum crypto_profile_id id = 0; id < CRYPTO_PROFILE_COUNT; id++)                       \
		if (group_profile(id))

static uint8_t room[2 * GROUP_MESSAGE_MAX];
static const uint8_t binding[32] = { 1, 2, 3, [31] = 32 };

static struct group_message hello(const struct group_profile *p)
{
	return (struct group_message){ .type = GROUP_HELLO,
				       .major = p->connect_major,
				       .minor = p->connect_minor,
				       .binding = span_of(binding, p->hello_binds ? 32 : 0) };
}

static struct span put(const struct group_profile *p, const struct group_message *m)
{
	struct wr w = wr_of(room, sizeof room);
	group_message_put(&w, p, m);
	assert_false(w.failed);
	assert_int_equal(w.n, group_message_size(p, m));
	return wr_span(&w);
}

/* From a block that ends where the octets do. */
static enum err get(const struct group_profile *p, struct span s, struct group_message *m,
		    size_t *used)
{
	uint8_t *copy = malloc(s.n ? s.n : 1);
	assert_non_null(copy);
	if (s.n)
		memcpy(copy, s.p, s.n);
	enum err e = group_message_read(m, p, span_of(copy, s.n), used);
	/* What was read points into the copy: into the octets themselves, for who asked. */
	if (!e && m->body.n)
		m->body.p = s.p + (m->body.p - copy);
	if (!e && m->binding.n)
		m->binding.p = s.p + (m->binding.p - copy);
	free(copy);
	return e;
}

static void assert_round(const struct group_profile *p, const struct group_message *m)
{
	struct group_message got;
	size_t used;
	struct span s = put(p, m);
	assert_int_equal(get(p, s, &got, &used), OK);
	assert_int_equal(used, s.n);
	assert_int_equal(got.type, m->type);
	assert_int_equal(got.major, m->major);
	assert_int_equal(got.minor, m->minor);
	assert_true(span_eq(got.binding, m->binding));
	assert_true(span_eq(got.body, m->body));
	for (size_t n = 0; n < s.n; n++)
		assert_int_equal(get(p, span_of(s.p, n), &got, &used), ERR_STATE);
}

/* GROUP-8.2 */
static void what_is_said_is_read(void **state)
{
	static const enum group_message_type types[] = { GROUP_MY_GMC, GROUP_YOUR_GMC,
							 GROUP_PASSWORD };
	static const size_t sizes[] = { 0, 1, 20, 255, 256, 700 };
	EACH_PROFILE(id)
	{
		const struct group_profile *p = group_profile(id);
		uint8_t body[700];
		memset(body, 7, sizeof body);
		const struct group_message h = hello(p);
		assert_round(p, &h);
		for (size_t t = 0; t < 3; t++)
			for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
				const struct group_message m = { .type = types[t],
								 .body = span_of(body, sizes[i]) };
				assert_round(p, &m);
			}
	}
}

static void assert_octets(enum crypto_profile_id id, const struct group_message *m,
			  const char *octets, size_t n)
{
	if (group_profile(id))
		assert_true(span_eq(put(group_profile(id), m), span_of(octets, n)));
}

/* GROUP-8.2: digest T6, and the modern ones. */
static void octets_are_as_the_vectors(void **state)
{
	const struct group_message old = { .type = GROUP_HELLO, .major = 1 };
	const struct group_message password = { .type = GROUP_PASSWORD };
	const struct group_message gmc = { .type = GROUP_MY_GMC, .body = span_of("abc", 3) };
	const struct group_message modern = hello(group_profile(CRYPTO_MODERN));
	char octets[36] = { 0, 0, 2, 0 };
	memcpy(octets + 4, binding, 32);
	assert_octets(CRYPTO_CLASSIC, &old, "\0\0\1\0", 4);
	assert_octets(CRYPTO_MODERN, &modern, octets, 36);
	assert_octets(CRYPTO_CLASSIC, &password, "\0\5\0\0\0\0", 6);
	assert_octets(CRYPTO_MODERN, &password, "\0\5\0\0\0\0", 6);
	assert_octets(CRYPTO_CLASSIC, &gmc, "\0\1\3\0\0\0abc", 9);
	assert_octets(CRYPTO_MODERN, &gmc, "\0\1\0\0\0\3abc", 9);
}

/* Digest T6 again, from its octets: two messages in one packet. */
static void two_lie_behind_each_other(void **state)
{
	static const char octets[] = "\0\0\1\0\0\5\0\0\0\0";
	const struct group_profile *p = group_profile(CRYPTO_CLASSIC);
	struct group_message m;
	size_t used;
	if (!p)
		skip();
	assert_int_equal(get(p, span_of(octets, 10), &m, &used), OK);
	assert_int_equal(m.type, GROUP_HELLO);
	assert_int_equal(used, 4);
	assert_int_equal(get(p, span_of(octets + 4, 6), &m, &used), OK);
	assert_int_equal(m.type, GROUP_PASSWORD);
	assert_int_equal(m.body.n, 0);
	assert_int_equal(used, 6);
}

static enum err version(enum crypto_profile_id id, uint8_t major, uint8_t minor)
{
	const uint8_t octets[36] = { 0, 0, major, minor };
	struct group_message m;
	size_t used;
	return get(group_profile(id), span_of(octets, id == CRYPTO_MODERN ? 36 : 4), &m, &used);
}

/* GROUP-8.3: whoever speaks another version need not send what ours has behind it. */
static void another_version_is_told(void **state)
{
	struct group_message m;
	size_t used;
	assert_int_equal(version(CRYPTO_MODERN, 2, 0), OK);
	assert_int_equal(version(CRYPTO_MODERN, 1, 0), ERR_UNSUPPORTED);
	assert_int_equal(version(CRYPTO_MODERN, 2, 1), ERR_UNSUPPORTED);
	assert_int_equal(version(CRYPTO_MODERN, 3, 0), ERR_UNSUPPORTED);
	assert_int_equal(get(group_profile(CRYPTO_MODERN), span_of("\0\0\1\0", 4), &m, &used),
			 ERR_UNSUPPORTED);
	if (!group_profile(CRYPTO_CLASSIC))
		return;
	assert_int_equal(version(CRYPTO_CLASSIC, 1, 0), OK);
	assert_int_equal(version(CRYPTO_CLASSIC, 2, 0), ERR_UNSUPPORTED);
	assert_int_equal(version(CRYPTO_CLASSIC, 1, 1), ERR_UNSUPPORTED);
}

static enum err read_gmc(enum crypto_profile_id id, const char *length, size_t have,
			 struct group_message *m)
{
	size_t used;
	memcpy(room, "\0\1", 2);
	memcpy(room + 2, length, 4);
	memset(room + 6, 9, have);
	return get(group_profile(id), span_of(room, 6 + have), m, &used);
}

/* GROUP-8.4 */
static void a_length_is_read_the_way_that_fits(void **state)
{
	struct group_message m;
	assert_int_equal(read_gmc(CRYPTO_MODERN, "\0\0\1\2", 258, &m), OK);
	assert_int_equal(m.body.n, 258);
	assert_int_equal(read_gmc(CRYPTO_MODERN, "\2\1\0\0", 258, &m), ERR_MALFORMED);
	assert_int_equal(read_gmc(CRYPTO_MODERN, "\0\0\2\1", 258, &m), ERR_STATE);
	if (!group_profile(CRYPTO_CLASSIC))
		return;
	assert_int_equal(read_gmc(CRYPTO_CLASSIC, "\2\1\0\0", 258, &m), OK);
	assert_int_equal(m.body.n, 258);
	assert_int_equal(read_gmc(CRYPTO_CLASSIC, "\0\0\1\2", 258, &m), OK);
	assert_int_equal(m.body.n, 258);
	assert_int_equal(read_gmc(CRYPTO_CLASSIC, "\2\1\0\0", 257, &m), ERR_STATE);
	assert_int_equal(read_gmc(CRYPTO_CLASSIC, "\0\0\1\2", 257, &m), ERR_STATE);
	/* Both would do: as it is written. */
	assert_int_equal(read_gmc(CRYPTO_CLASSIC, "\3\0\0\0", 10, &m), OK);
	assert_int_equal(m.body.n, 3);
}

/* GROUP-8.5 */
static void nothing_is_too_long(void **state)
{
	struct group_message m;
	assert_int_equal(read_gmc(CRYPTO_MODERN, "\0\1\0\0", 65536, &m), OK);
	assert_int_equal(m.body.n, GROUP_MESSAGE_MAX);
	assert_int_equal(read_gmc(CRYPTO_MODERN, "\0\1\0\1", 65537, &m), ERR_MALFORMED);
	assert_int_equal(read_gmc(CRYPTO_MODERN, "\0\1\0\1", 0, &m), ERR_MALFORMED);
	assert_int_equal(read_gmc(CRYPTO_MODERN, "\xff\xff\xff\xff", 9, &m), ERR_MALFORMED);
	if (!group_profile(CRYPTO_CLASSIC))
		return;
	assert_int_equal(read_gmc(CRYPTO_CLASSIC, "\1\0\1\1", 9, &m), ERR_MALFORMED);
	assert_int_equal(read_gmc(CRYPTO_CLASSIC, "\0\0\1\0", 9, &m), ERR_STATE);
}

/* GROUP-8.5 */
static void other_types_are_none(void **state)
{
	EACH_PROFILE(id)
	for (unsigned int type = 0; type < 0x10000; type++) {
		const uint8_t octets[40] = { (uint8_t)(type >> 8), (uint8_t)type };
		struct group_message m = { .type = GROUP_PASSWORD };
		size_t used = 77;
		enum err e = get(group_profile(id), span_of(octets, sizeof octets), &m, &used);
		if (type == 0) {
			assert_int_equal(e, ERR_UNSUPPORTED);
			continue;
		}
		bool removed = type == 6 && id == CRYPTO_MODERN;
		bool is = type == 1 || type == 2 || type == 5 || removed;
		assert_int_equal(e, is ? OK : ERR_MALFORMED);
		assert_int_equal(used, e ? 77 : 6);
	}
}

static void random_octets_do_no_harm(void **state)
{
	struct failing_env f;
	uint8_t octets[64];
	size_t read = 0;
	failing_env_init(&f, 4);
	EACH_PROFILE(id)
	for (size_t i = 0; i < 20000; i++) {
		struct group_message m;
		size_t used, n = (size_t)env_random_below(&f.env, sizeof octets);
		failing_env_random(&f, octets, sizeof octets);
		octets[0] = 0;
		octets[1] %= 7;
		memset(octets + 2, 0, 3);
		if (get(group_profile(id), span_of(octets, n), &m, &used))
			continue;
		read++;
		assert_true(used <= n && used == group_message_size(group_profile(id), &m));
	}
	assert_true(read > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_is_read),
		cmocka_unit_test(octets_are_as_the_vectors),
		cmocka_unit_test(two_lie_behind_each_other),
		cmocka_unit_test(another_version_is_told),
		cmocka_unit_test(a_length_is_read_the_way_that_fits),
		cmocka_unit_test(nothing_is_too_long),
		cmocka_unit_test(other_types_are_none),
		cmocka_unit_test(random_octets_do_no_harm),
	};
	return cmocka_run_group_tests_name("hello", tests, NULL, NULL);
}
