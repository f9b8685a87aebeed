/* MASC-2.4 to 2.9: UPDATEs and their attributes, both ways. */
#include "rig.h"

#include "wire/wr.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define CLAIM4                                                                                     \
	"0024 03 00 00 84 0000 6b49d200 00000e10 0002a300 00000007 c0000201 efc01000 fffff000"
#define CLAIM6                                                                                     \
	"0054 04 00 00 0b 0000 6b49d200 00000e10 00000e10 "                                        \
	"20010db8000000000000000000000001 20010db8000000000000000000000002 "                       \
	"ff180000000000000000000080000000 ffffffffffffffffffffffffff000000"

static struct wire_claim claim4(void)
{
	return (struct wire_claim){ .type = WIRE_NEW_CLAIM,
				    .deprecated = true,
				    .family = MASC_IPV4,
				    .role = MASC_INTERNAL_PEER,
				    .timestamp = 0x6b49d200,
				    .lifetime = 3600,
				    .hold_time = 172800,
				    .domain = rig_id(7),
				    .node = rig_id(0xc0000201),
				    .address = { 239, 192, 16, 0 },
				    .prefix_length = 20 };
}

static struct wire_claim claim6(void)
{
	struct wire_claim c = { .type = WIRE_PREFIX_MANAGED,
				.family = MASC_IPV6,
				.role = MASC_PARENT,
				.timestamp = 0x6b49d200,
				.lifetime = 3600,
				.hold_time = 3600,
				.domain = rig_wide_id("2001:db8::1"),
				.node = rig_wide_id("2001:db8::2"),
				.prefix_length = 104 };
	struct masc_id a = rig_wide_id("ff18::8000:0");
	memcpy(c.address, a.octets, sizeof(c.address));
	return c;
}

static struct span update_of(const struct wire_claim *c, size_t n, uint8_t *room)
{
	struct wr w;
	wire_update_start(&w, room);
	for (size_t i = 0; i < n; i++)
		assert_true(wire_update_add(&w, &c[i]));
	return wire_update_end(&w);
}

static void update_is_written(void **state)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	struct wire_claim c = claim4();
	rig_assert_octets(update_of(&c, 1, room), "0028 02 00 " CLAIM4);
	c = claim6();
	rig_assert_octets(update_of(&c, 1, room), "0058 02 00 " CLAIM6);
}

static void assert_same_claim(const struct wire_claim *a, const struct wire_claim *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->deprecated, b->deprecated);
	assert_int_equal(a->family, b->family);
	assert_int_equal(a->role, b->role);
	assert_int_equal(a->timestamp, b->timestamp);
	assert_int_equal(a->lifetime, b->lifetime);
	assert_int_equal(a->hold_time, b->hold_time);
	assert_int_equal(masc_id_cmp(&a->domain, &b->domain), 0);
	assert_int_equal(masc_id_cmp(&a->node, &b->node), 0);
	assert_memory_equal(a->address, b->address, 16);
	assert_int_equal(a->prefix_length, b->prefix_length);
	assert_true(span_eq(a->options, b->options));
}

static enum wire_verdict read_attribute(const uint8_t *p, size_t n, enum masc_family f,
					struct wire_claim *c, struct wire_error *e)
{
	struct span rest = { p, n };
	struct wire_item item;
	assert_true(wire_item_next(&rest, &item, e));
	assert_int_equal(rest.n, 0);
	return wire_claim_read(&item, f, c, e);
}

static void attribute_is_read(void **state)
{
	static const char *const vectors[] = { CLAIM4, CLAIM6 };
	const struct wire_claim want[] = { claim4(), claim6() };
	for (size_t i = 0; i < COUNT(vectors); i++) {
		uint8_t m[WIRE_MESSAGE_MAX];
		struct wire_claim c;
		struct wire_error e;
		size_t n = rig_octets(vectors[i], m, sizeof(m));
		assert_int_equal(read_attribute(m, n, want[i].family, &c, &e), WIRE_TAKEN);
		assert_same_claim(&c, &want[i]);
	}
}

static void attribute_ignores_what_is_reserved(void **state)
{
	uint8_t m[WIRE_MESSAGE_MAX];
	struct wire_claim c, want = claim4();
	struct wire_error e;
	size_t n = rig_octets(CLAIM4, m, sizeof(m));
	m[3] = m[4] = m[6] = m[7] = 0xff;
	assert_int_equal(read_attribute(m, n, MASC_IPV4, &c, &e), WIRE_TAKEN);
	assert_same_claim(&c, &want);
}

/* MASC-2.3: 113 attributes of IPv4 fit a message, 48 of IPv6. */
static void update_is_full(void **state)
{
	static const struct {
		size_t fit;
		enum masc_family f;
	} rows[] = { { 113, MASC_IPV4 }, { 48, MASC_IPV6 } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t room[WIRE_MESSAGE_MAX];
		struct wire_claim c = rows[i].f == MASC_IPV4 ? claim4() : claim6();
		struct wr w;
		size_t n = 0;
		wire_update_start(&w, room);
		while (wire_update_add(&w, &c))
			n++;
		assert_int_equal(n, rows[i].fit);
		struct span s = wire_update_end(&w);
		struct wire_header h = wire_header_read(s.p);
		assert_int_equal(h.length, s.n);
		assert_int_equal(wire_header_check(&h).code, 0);
	}
}

/* MASC-2.9. Options go on as they came; an odd one cannot have come. */
static void options_of_attributes(void **state)
{
	static const uint8_t options[] = { 2, 200, 7, 7, 0, 0, 0, 0 };
	uint8_t room[WIRE_MESSAGE_MAX];
	struct wire_claim c = claim4(), got;
	struct wire_error e;
	c.options = span_of(options, 8);
	struct span s = update_of(&c, 1, room);
	assert_int_equal(s.n, 48);
	assert_int_equal(read_attribute(s.p + 4, s.n - 4, MASC_IPV4, &got, &e), WIRE_TAKEN);
	assert_same_claim(&got, &c);
	c.options = span_of(options + 4, 2);
	s = update_of(&c, 1, room);
	assert_int_equal(s.n, 44);
	assert_int_equal(read_attribute(s.p + 4, s.n - 4, MASC_IPV4, &got, &e), WIRE_TAKEN);
	assert_int_equal(got.options.n, 4);
	c.options = span_of(options, 3);
	struct wr w;
	wire_update_start(&w, room);
	assert_false(wire_update_add(&w, &c));
}

static void attribute_truncated(void **state)
{
	static const char *const vectors[] = { CLAIM4, CLAIM6 };
	static const enum masc_family families[] = { MASC_IPV4, MASC_IPV6 };
	for (size_t i = 0; i < COUNT(vectors); i++) {
		uint8_t m[WIRE_MESSAGE_MAX];
		size_t n = rig_octets(vectors[i], m, sizeof(m));
		for (size_t cut = 1; cut < n; cut++) {
			uint8_t *p = rig_exact(span_of(m, cut));
			struct span rest = { p, cut };
			struct wire_item item;
			struct wire_claim c;
			struct wire_error e = { 0 };
			/* Longer than what is there: the list is broken. */
			assert_false(wire_item_next(&rest, &item, &e));
			assert_int_equal(e.code, WIRE_UPDATE_ERROR);
			assert_int_equal(e.subcode, WIRE_MALFORMED_LIST);
			assert_false(e.stay_open);
			assert_int_equal(e.data.n, cut);
			if (cut >= WIRE_HEADER && cut % 4 == 0) {
				/* Honest about being short. */
				p[1] = (uint8_t)cut;
				assert_true(wire_item_next(&rest, &item, &e));
				assert_int_equal(wire_claim_read(&item, families[i], &c, &e),
						 WIRE_REFUSED);
				assert_int_equal(e.subcode, WIRE_ATTRIBUTE_LENGTH);
				assert_false(e.stay_open);
			}
			free(p);
		}
	}
}

static void attribute_list_broken(void **state)
{
	static const char *const rows[] = { "00",
					    "000004",
					    "00000400",
					    "00030400",
					    "00050400 00000000",
					    "00060400 00000000",
					    "00080400",
					    "ffff0400 00000000" };
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t m[64];
		size_t n = rig_octets(rows[i], m, sizeof(m));
		uint8_t *p = rig_exact(span_of(m, n));
		struct span rest = { p, n };
		struct wire_item item;
		struct wire_error e = { 0 };
		assert_false(wire_item_next(&rest, &item, &e));
		assert_int_equal(e.subcode, WIRE_MALFORMED_LIST);
		assert_int_equal(rest.n, n);
		free(p);
	}
}

/* MASC-2.5: which origins a type may have. */
static void roles_by_type(void **state)
{
	static const char *const allowed[] = { "ics", "ip", "ics", "ics", "ip", "icsp" };
	static const char letters[] = "icsp";
	for (unsigned type = 0; type < WIRE_ATTRIBUTES; type++)
		for (unsigned role = 0; role < 4; role++) {
			uint8_t m[WIRE_MESSAGE_MAX];
			struct wire_claim c;
			struct wire_error e = { 0 };
			size_t n = rig_octets(CLAIM4, m, sizeof(m));
			m[2] = (uint8_t)type;
			m[5] = (uint8_t)(MASC_IPV4 << 2 | role);
			bool good = strchr(allowed[type], letters[role]);
			assert_int_equal(read_attribute(m, n, MASC_IPV4, &c, &e),
					 good ? WIRE_TAKEN : WIRE_REFUSED);
			if (good)
				continue;
			assert_int_equal(e.subcode, WIRE_CLAIM_TYPE);
			assert_true(e.stay_open);
			assert_true(span_eq(e.data, span_of(m, n)));
		}
}

static void types_unknown(void **state)
{
	for (unsigned type = WIRE_ATTRIBUTES; type < 256; type++) {
		uint8_t m[4] = { 0, 4, (uint8_t)type, 0 };
		struct wire_claim c;
		struct wire_error e = { 0 };
		enum wire_verdict v = read_attribute(m, sizeof(m), MASC_IPV4, &c, &e);
		assert_int_equal(v, type < 128 ? WIRE_REFUSED : WIRE_IGNORED);
		if (type < 128) {
			assert_int_equal(e.subcode, WIRE_UNKNOWN_REQUIRED);
			assert_true(e.stay_open);
		}
	}
}

struct range_row {
	const char *address, *mask;
	uint8_t type, subcode; /* 0: taken */
};

static void check_range(const struct range_row *row, const char *head, enum masc_family f)
{
	char hex[512];
	uint8_t m[WIRE_MESSAGE_MAX];
	struct wire_claim c;
	struct wire_error e = { 0 };
	strcpy(hex, head);
	strcat(hex, row->address);
	strcat(hex, row->mask);
	size_t n = rig_octets(hex, m, sizeof(m));
	m[2] = row->type;
	enum wire_verdict v = read_attribute(m, n, f, &c, &e);
	if (v != (row->subcode ? WIRE_REFUSED : WIRE_TAKEN) || e.subcode != row->subcode)
		fail_msg("%s %s: 3/%d, wanted 3/%d", row->address, row->mask, e.subcode,
			 row->subcode);
	if (row->subcode)
		assert_true(e.stay_open);
}

static void ranges_of_ipv4(void **state)
{
	static const struct range_row rows[] = {
		{ "efc00000", "fffc0000", 3, 0 },
		{ "e0000000", "f0000000", 4, 0 },
		{ "efffffff", "ffffffff", 3, 0 },
		{ "00000000", "ffffff00", 3, 0 }, /* a hint of size */
		{ "00000000", "ffffff00", 1, 0 }, /* and its refusal */
		{ "00000000", "ffffff00", 0, WIRE_BAD_ADDRESS },
		{ "00000000", "ffffff00", 2, WIRE_BAD_ADDRESS },
		{ "00000000", "ffffff00", 4, WIRE_BAD_ADDRESS },
		{ "00000000", "ffffff00", 5, WIRE_BAD_ADDRESS },
		{ "efc00001", "fffffffe", 3, WIRE_BAD_ADDRESS }, /* host bits */
		{ "efc00100", "fffffe00", 3, WIRE_BAD_ADDRESS },
		{ "efc40000", "fff80000", 3, WIRE_BAD_ADDRESS },
		{ "dfffff00", "ffffff00", 3, WIRE_BAD_ADDRESS }, /* no multicast */
		{ "f0000000", "ffffff00", 3, WIRE_BAD_ADDRESS },
		{ "e0000000", "e0000000", 4, WIRE_BAD_ADDRESS }, /* 224/3 reaches out */
		{ "efc00000", "00000000", 3, WIRE_BAD_MASK },
		{ "efc00000", "7fffff00", 3, WIRE_BAD_MASK },
		{ "efc00000", "ff00ff00", 3, WIRE_MASK_HOLES },
		{ "efc00000", "fffffff5", 3, WIRE_MASK_HOLES },
		{ "efc00000", "ffff00ff", 3, WIRE_MASK_HOLES },
		{ "01020304", "ffff00ff", 3, WIRE_MASK_HOLES }, /* the mask first */
	};
	static const char head[] =
		"0024 03 00 00 04 0000 6b49d200 00000e10 0002a300 00000007 c0000201 ";
	for (size_t i = 0; i < COUNT(rows); i++)
		check_range(&rows[i], head, MASC_IPV4);
}

static void ranges_of_ipv6(void **state)
{
#define Z12 "000000000000000000000000"
	static const struct range_row rows[] = {
		{ "ff180000" Z12, "ffff0000" Z12, 3, 0 },
		{ "ff180000" Z12, "ffffffff" Z12, 3, 0 },
		{ "00000000" Z12, "ffffffff" Z12, 3, 0 },
		{ "ff180000" Z12, "fffe0000" Z12, 3, WIRE_BAD_ADDRESS }, /* across scopes */
		{ "fe800000" Z12, "ffff0000" Z12, 3, WIRE_BAD_ADDRESS },
		{ "ff180001" Z12, "ffff0000" Z12, 3, WIRE_BAD_ADDRESS },
		{ "ff180000" Z12, "7fff0000" Z12, 3, WIRE_BAD_MASK },
		{ "ff180000" Z12, "ffff0001" Z12, 3, WIRE_MASK_HOLES },
	};
	static const char head[] = "0054 03 00 00 08 0000 6b49d200 00000e10 0002a300 "
				   "00000007" Z12 "c0000201" Z12;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_range(&rows[i], head, MASC_IPV6);
}

static void prefix_lengths(void **state)
{
	for (uint8_t plen = 4; plen <= 32; plen++) {
		uint8_t room[WIRE_MESSAGE_MAX];
		struct wire_claim c = claim4(), got;
		struct wire_error e;
		memset(c.address, 0, sizeof(c.address));
		c.address[0] = 224;
		c.prefix_length = plen;
		struct span s = update_of(&c, 1, room);
		assert_int_equal(read_attribute(s.p + 4, s.n - 4, MASC_IPV4, &got, &e), WIRE_TAKEN);
		assert_same_claim(&got, &c);
	}
	for (uint8_t plen = 16; plen <= 128; plen++) {
		uint8_t room[WIRE_MESSAGE_MAX];
		struct wire_claim c = claim6(), got;
		struct wire_error e;
		memset(c.address + 2, 0, sizeof(c.address) - 2);
		c.prefix_length = plen;
		struct span s = update_of(&c, 1, room);
		assert_int_equal(read_attribute(s.p + 4, s.n - 4, MASC_IPV6, &got, &e), WIRE_TAKEN);
		assert_same_claim(&got, &c);
	}
}

/* Length before family, so that what a session cannot use is told apart from
 * what nobody can. */
static void family_of_attributes(void **state)
{
	static const struct {
		const char *hex;
		enum masc_family session;
		uint8_t subcode;
	} rows[] = {
		{ CLAIM4, MASC_IPV6, WIRE_UPDATE_FAMILY },
		{ CLAIM6, MASC_IPV4, WIRE_UPDATE_FAMILY },
		{ "0024 03 00 00 0c 0000 6b49d200 00000e10 0002a300 00000007 c0000201 efc01000 "
		  "fffff000",
		  MASC_IPV4, WIRE_UPDATE_FAMILY },
		{ "0024 03 00 00 08 0000 6b49d200 00000e10 0002a300 00000007 c0000201 efc01000 "
		  "fffff000",
		  MASC_IPV4, WIRE_ATTRIBUTE_LENGTH },
		{ "0008 03 00 00 04 0000", MASC_IPV4, WIRE_ATTRIBUTE_LENGTH },
		{ "0004 03 00", MASC_IPV4, WIRE_ATTRIBUTE_LENGTH },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t m[WIRE_MESSAGE_MAX];
		struct wire_claim c;
		struct wire_error e = { 0 };
		size_t n = rig_octets(rows[i].hex, m, sizeof(m));
		uint8_t *p = rig_exact(span_of(m, n));
		assert_int_equal(read_attribute(p, n, rows[i].session, &c, &e), WIRE_REFUSED);
		assert_int_equal(e.subcode, rows[i].subcode);
		assert_false(e.stay_open);
		free(p);
	}
}

static void options_of_attributes_broken(void **state)
{
	static const char *const rows[] = { "03 01 0000", "0000 01 00", "ff01 0000" };
	for (size_t i = 0; i < COUNT(rows); i++) {
		char hex[512] = CLAIM4;
		uint8_t m[WIRE_MESSAGE_MAX];
		struct wire_claim c;
		struct wire_error e = { 0 };
		strcat(hex, rows[i]);
		size_t n = rig_octets(hex, m, sizeof(m));
		m[1] = (uint8_t)n;
		uint8_t *p = rig_exact(span_of(m, n));
		assert_int_equal(read_attribute(p, n, MASC_IPV4, &c, &e), WIRE_REFUSED);
		assert_int_equal(e.subcode, WIRE_MALFORMED_LIST);
		assert_false(e.stay_open);
		free(p);
	}
}

/* Nothing random is read past its end, and what is taken can be written. */
static void random_octets(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 7);
	for (int round = 0; round < 20000; round++) {
		uint8_t m[256], room[WIRE_MESSAGE_MAX];
		struct wire_error e;
		size_t len = 8 + env_random_below(&f.env, sizeof(m) - 8);
		f.env.random(f.env.ctx, m, len);
		/* Likely enough to be looked into. */
		m[0] = 0;
		m[1] = (uint8_t)(len & 0xfc);
		m[2] &= 7;
		m[5] &= 0x8f;
		uint8_t *p = rig_exact(span_of(m, len));
		struct span rest = { p, len };
		struct wire_item item;
		struct wire_claim c;
		while (rest.n && wire_item_next(&rest, &item, &e))
			if (wire_claim_read(&item, MASC_IPV4, &c, &e) == WIRE_TAKEN)
				assert_int_equal(update_of(&c, 1, room).n,
						 item.bytes.n + WIRE_HEADER);
		free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(update_is_written),
		cmocka_unit_test(attribute_is_read),
		cmocka_unit_test(attribute_ignores_what_is_reserved),
		cmocka_unit_test(update_is_full),
		cmocka_unit_test(options_of_attributes),
		cmocka_unit_test(attribute_truncated),
		cmocka_unit_test(attribute_list_broken),
		cmocka_unit_test(roles_by_type),
		cmocka_unit_test(types_unknown),
		cmocka_unit_test(ranges_of_ipv4),
		cmocka_unit_test(ranges_of_ipv6),
		cmocka_unit_test(prefix_lengths),
		cmocka_unit_test(family_of_attributes),
		cmocka_unit_test(options_of_attributes_broken),
		cmocka_unit_test(random_octets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
