/* MASC-2: octets of every message but UPDATE, both ways. */
#include "rig.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define OPEN4 "0014 01 00 01 07 00f0 0000fbf5 c0000201 00000007"
#define OPEN6                                                                                      \
	"0038 01 00 01 0a 0009 20010db8000000000000000000000001 "                                  \
	"20010db8000000000000000000000002 00000000000000000000000000000000"

static struct wire_open open4(void)
{
	return (struct wire_open){ .version = 1,
				   .family = MASC_IPV4,
				   .role = MASC_PARENT,
				   .hold_time = 240,
				   .domain = rig_id(64501),
				   .node = rig_id(0xc0000201),
				   .parent = rig_id(7) };
}

static struct wire_open open6(void)
{
	return (struct wire_open){ .version = 1,
				   .family = MASC_IPV6,
				   .role = MASC_SIBLING,
				   .hold_time = 9,
				   .domain = rig_wide_id("2001:db8::1"),
				   .node = rig_wide_id("2001:db8::2") };
}

/* MASC-1.1: identifiers have 4 octets about IPv4 and 16 about IPv6. */
static void open_is_written(void **state)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	struct wire_open o = open4();
	rig_assert_octets(wire_open_write(&o, room), OPEN4);
	o = open6();
	rig_assert_octets(wire_open_write(&o, room), OPEN6);
}

static void assert_same_open(const struct wire_open *a, const struct wire_open *b)
{
	assert_int_equal(a->version, b->version);
	assert_int_equal(a->family, b->family);
	assert_int_equal(a->role, b->role);
	assert_int_equal(a->hold_time, b->hold_time);
	assert_int_equal(masc_id_cmp(&a->domain, &b->domain), 0);
	assert_int_equal(masc_id_cmp(&a->node, &b->node), 0);
	assert_int_equal(masc_id_cmp(&a->parent, &b->parent), 0);
}

static void open_is_read(void **state)
{
	static const char *const vectors[] = { OPEN4, OPEN6 };
	const struct wire_open want[] = { open4(), open6() };
	for (size_t i = 0; i < COUNT(vectors); i++) {
		uint8_t m[WIRE_MESSAGE_MAX];
		struct wire_open o;
		struct wire_error e;
		size_t n = rig_octets(vectors[i], m, sizeof(m));
		assert_true(wire_open_read(span_of(m, n), &o, &e));
		assert_same_open(&o, &want[i]);
		assert_int_equal(o.options.n, 0);
	}
}

static void open_ignores_what_is_reserved(void **state)
{
	uint8_t m[WIRE_MESSAGE_MAX];
	struct wire_open o, want = open4();
	struct wire_error e;
	size_t n = rig_octets("0014 01 ff 01 87 00f0 0000fbf5 c0000201 00000007", m, sizeof(m));
	assert_true(wire_open_read(span_of(m, n), &o, &e));
	assert_same_open(&o, &want);
}

static void open_options(void **state)
{
	static const struct {
		const char *options;
		bool good;
	} rows[] = {
		{ "", true },		{ "0000", true },      { "00000000", true },
		{ "02 09 beef", true }, { "00ff", true },      { "00", false },
		{ "01 09", false },	{ "02 09 be", false }, { "0000 00", false },
		{ "ff 01", false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char hex[256] = "0014 01 00 01 07 00f0 0000fbf5 c0000201 00000007";
		uint8_t m[WIRE_MESSAGE_MAX];
		struct wire_open o;
		struct wire_error e = { 0 };
		strcat(hex, rows[i].options);
		size_t n = rig_octets(hex, m, sizeof(m));
		m[1] = (uint8_t)n;
		uint8_t *p = rig_exact(span_of(m, n));
		assert_int_equal(wire_open_read(span_of(p, n), &o, &e), rows[i].good);
		if (!rows[i].good) {
			assert_int_equal(e.code, WIRE_OPEN_ERROR);
			assert_int_equal(e.subcode, WIRE_UNSPECIFIC);
			assert_ptr_equal(e.data.p, p + WIRE_HEADER);
			assert_int_equal(e.data.n, n - WIRE_HEADER);
		} else {
			assert_int_equal(o.options.n, n - 20);
		}
		free(p);
	}
}

/* What cannot be known of a later version is not asked of it. */
static void open_of_another_version(void **state)
{
	uint8_t m[WIRE_MESSAGE_MAX];
	struct wire_open o;
	struct wire_error e;
	size_t n = rig_octets("0014 01 00 02 7f 00f0 0000fbf5 c0000201 00000007", m, sizeof(m));
	assert_true(wire_open_read(span_of(m, n), &o, &e));
	assert_int_equal(o.version, 2);
	assert_int_equal(wire_version_below(2), 1);
	assert_int_equal(wire_version_below(255), 1);
	assert_int_equal(wire_version_below(1), 0);
	assert_int_equal(wire_version_below(0), 0);
}

static void open_of_an_unknown_family(void **state)
{
	for (unsigned f = 0; f < 32; f++) {
		uint8_t m[WIRE_MESSAGE_MAX];
		struct wire_open o;
		struct wire_error e = { 0 };
		size_t n = rig_octets(OPEN6, m, sizeof(m));
		m[5] = (uint8_t)(f << 2 | 2);
		bool good = wire_open_read(span_of(m, n), &o, &e);
		assert_true(good || f != MASC_IPV6);
		if (f != MASC_IPV4 && f != MASC_IPV6) {
			assert_false(good);
			assert_int_equal(e.code, WIRE_OPEN_ERROR);
			assert_int_equal(e.subcode, WIRE_OPEN_FAMILY);
			assert_int_equal(e.data.n, n - WIRE_HEADER);
		}
	}
}

/* Every shorter OPEN is refused, and nothing behind its end is looked at. */
static void open_truncated(void **state)
{
	static const char *const vectors[] = { OPEN4, OPEN6 };
	for (size_t i = 0; i < COUNT(vectors); i++) {
		uint8_t m[WIRE_MESSAGE_MAX];
		size_t n = rig_octets(vectors[i], m, sizeof(m));
		for (size_t cut = WIRE_HEADER; cut < n; cut++) {
			struct wire_open o;
			struct wire_error e = { 0 };
			uint8_t *p = rig_exact(span_of(m, cut));
			if (cut >= 8) {
				assert_false(wire_open_read(span_of(p, cut), &o, &e));
				assert_int_equal(e.code, WIRE_HEADER_ERROR);
				assert_int_equal(e.subcode, WIRE_BAD_LENGTH);
				assert_int_equal(e.data.n, cut);
			} else {
				(void)!wire_open_read(span_of(p, cut), &o, &e);
			}
			free(p);
		}
	}
}

static void keepalive_is_written(void **state)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	rig_assert_octets(wire_keepalive_write(room), "0004 04 00");
}

static void notification_both_ways(void **state)
{
	uint8_t room[WIRE_MESSAGE_MAX], data[WIRE_MESSAGE_MAX];
	struct wire_notification n;
	bool malformed;
	struct wire_error e = { .code = 2, .subcode = 8, .data = span_of("\x01", 1) };
	rig_assert_octets(wire_notification_write(&e, room), "0007 03 00 02 08 01");
	e = (struct wire_error){ .code = 3, .subcode = 14, .stay_open = true };
	rig_assert_octets(wire_notification_write(&e, room), "0006 03 00 83 0e");
	wire_notification_read(span_of(room, 6), &n, &malformed);
	assert_int_equal(n.code, 3);
	assert_int_equal(n.subcode, 14);
	assert_true(n.stay_open);
	assert_int_equal(n.data.n, 0);
	assert_false(malformed);
	/* Data that does not fit is cut. */
	memset(data, 7, sizeof(data));
	e = (struct wire_error){ .code = 1, .subcode = 1, .data = span_of(data, sizeof(data)) };
	struct span s = wire_notification_write(&e, room);
	assert_int_equal(s.n, WIRE_MESSAGE_MAX);
	wire_notification_read(s, &n, &malformed);
	assert_int_equal(n.data.n, WIRE_MESSAGE_MAX - 6);
}

/* MASC-2.2: what a header alone gives away. */
static void headers(void **state)
{
	static const struct {
		uint16_t length;
		uint8_t type;
		bool whole;
		uint8_t subcode; /* 0: good */
	} rows[] = {
		{ 0, 1, false, WIRE_BAD_LENGTH },
		{ 3, 4, false, WIRE_BAD_LENGTH },
		{ 4097, 2, false, WIRE_BAD_LENGTH },
		{ 65535, 9, false, WIRE_BAD_LENGTH },
		{ 4, 1, true, WIRE_BAD_LENGTH },
		{ 19, 1, true, WIRE_BAD_LENGTH },
		{ 20, 1, true, 0 },
		{ 4096, 1, true, 0 },
		{ 39, 2, true, WIRE_BAD_LENGTH },
		{ 40, 2, true, 0 },
		{ 4096, 2, true, 0 },
		{ 4, 3, true, 0 },
		{ 6, 3, true, 0 },
		{ 4096, 3, true, 0 },
		{ 4, 4, true, 0 },
		{ 5, 4, true, WIRE_BAD_LENGTH },
		{ 4096, 4, true, WIRE_BAD_LENGTH },
		{ 4, 0, true, WIRE_BAD_TYPE },
		{ 4, 5, true, WIRE_BAD_TYPE },
		{ 4, 255, true, WIRE_BAD_TYPE },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct wire_header h = { rows[i].length, rows[i].type };
		struct wire_error e = wire_header_check(&h);
		assert_int_equal(wire_length_ok(&h), rows[i].whole);
		assert_int_equal(e.code, rows[i].subcode ? WIRE_HEADER_ERROR : 0);
		assert_int_equal(e.subcode, rows[i].subcode);
		assert_false(e.stay_open);
	}
}

/* Nothing random is read past its end, and what is taken can be written. */
static void random_octets(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 7);
	for (int round = 0; round < 20000; round++) {
		uint8_t m[256], room[WIRE_MESSAGE_MAX];
		struct wire_open o;
		struct wire_error e;
		struct wire_notification n;
		bool malformed;
		size_t len = WIRE_HEADER + env_random_below(&f.env, sizeof(m) - WIRE_HEADER);
		f.env.random(f.env.ctx, m, len);
		uint8_t *p = rig_exact(span_of(m, len));
		if (wire_open_read(span_of(p, len), &o, &e) && o.version == WIRE_VERSION)
			assert_int_equal(wire_open_write(&o, room).n, len);
		wire_notification_read(span_of(p, len), &n, &malformed);
		free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_is_written),
		cmocka_unit_test(open_is_read),
		cmocka_unit_test(open_ignores_what_is_reserved),
		cmocka_unit_test(open_options),
		cmocka_unit_test(open_of_another_version),
		cmocka_unit_test(open_of_an_unknown_family),
		cmocka_unit_test(open_truncated),
		cmocka_unit_test(keepalive_is_written),
		cmocka_unit_test(notification_both_ways),
		cmocka_unit_test(headers),
		cmocka_unit_test(random_octets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
