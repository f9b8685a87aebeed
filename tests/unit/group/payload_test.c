/* Payloads of the group's own records: the vector of digest grouping 16, round trips, every
 * truncation, whatever else may come. */
#include "../failing_env.h"
#include "group/payload.h"
#include "wire/wr.h"

#include <stdio.h>

/* GROUP-5.4: T9, without the octets that say which version. */
#define T9_REST                                                                                    \
	"040000000200000000ea24002c010000000000001000000047006c006f00620061006c005f000000140000"   \
	"005400650073007400470072006f0075007000000066000000350039003300320031003900660037006400"   \
	"63003200330039003800390037003800350031003400320061006200340064003500380062003900340037"   \
	"003900390030003800620064003400370062002e005400650073007400470072006f007500700000005e00"   \
	"00003900300063006200340061006400340036006300320031006300640030006300660065006500610032"   \
	"0065003600380036003600330033006500300037003700610030006400330036003400300035002e006100"   \
	"6c0069006300650000000a0000005400650073007400000003000000010000005200000065006b00700063"   \
	"006b0067006d006f0068006d006c0064006100700069006800700066007000680069006500620064006b00"   \
	"6b006300610068006500690070006900700063006a0063007000610069000000"
#define ROLE_PACKED "c7c42df15708a04c93fcb1bb19a3d8c2"
#define ROLE_PLAIN  "f12dc4c708574ca093fcb1bb19a3d8c2"
#define T3_LETTERS  "ekpckgmohmldapihpfphiebdkkcaheipipcjcpai"

struct octets {
	uint8_t p[8192];
	size_t n;
};

static struct span of_hex(struct octets *o, const char *hex)
{
	o->n = strlen(hex) / 2;
	assert_true(o->n <= sizeof o->p);
	for (size_t i = 0; i < o->n; i++) {
		unsigned int v;
		assert_int_equal(sscanf(hex + 2 * i, "%2x", &v), 1);
		o->p[i] = (uint8_t)v;
	}
	return span_of(o->p, o->n);
}

static void is_t9(const struct group_security *s)
{
	assert_int_equal(s->major, 1);
	assert_int_equal(s->minor, 1);
	assert_int_equal(s->options, GROUP_OPTION_DEFER);
	assert_int_equal(s->membership_life, GROUP_LIFE);
	assert_int_equal(s->presence_life, GROUP_PRESENCE_LIFE);
	assert_string_equal(s->comment, "");
	assert_string_equal(s->cloud, "Global_");
	assert_string_equal(s->classifier, "TestGroup");
	assert_string_equal(s->group, "593219f7dc23989785142ab4d58b9479908bd47b.TestGroup");
	assert_string_equal(s->creator, "90cb4ad46c21cd0cfeea2e686633e077a0d36405.alice");
	assert_string_equal(s->friendly, "Test");
	assert_int_equal(s->authentication, GROUP_BY_CERTIFICATE | GROUP_BY_PASSWORD);
	assert_int_equal(s->password_role, GROUP_ROLE_MEMBER);
	assert_int_equal(s->password.n, 2 * (strlen(T3_LETTERS) + 1));
	for (size_t i = 0; i <= strlen(T3_LETTERS); i++) {
		assert_int_equal(s->password.p[2 * i], T3_LETTERS[i]);
		assert_int_equal(s->password.p[2 * i + 1], 0);
	}
}

/* GROUP-5.4 */
static void the_vector_of_security_properties(void **state)
{
	struct octets in;
	struct group_security s;
	uint8_t out[GROUP_SECURITY_OCTETS];
	size_t n;
	struct span t9 = of_hex(&in, "0101" T9_REST ROLE_PACKED);
	assert_int_equal(t9.n, 394);
	assert_int_equal(group_security_read(&s, t9), OK);
	is_t9(&s);
	assert_int_equal(group_security_write(&s, out, sizeof out, &n), OK);
	assert_int_equal(n, t9.n);
	assert_memory_equal(out, t9.p, n);
	/* GROUP-5.5 */
	assert_int_equal(group_security_read(&s, of_hex(&in, "0101" T9_REST ROLE_PLAIN)), OK);
	is_t9(&s);
}

/* GROUP-5.3: what the two octets of a version mean, of either record. */
static void versions_are_read_in_either_order(void **state)
{
	static const struct {
		uint8_t first, second, major, minor; /* major 0: unknown */
	} rows[] = {
		{ 1, 0, 1, 0 }, { 0, 1, 1, 0 }, { 1, 1, 1, 1 }, { 2, 0, 2, 0 },
		{ 0, 2, 2, 0 }, { 2, 1, 2, 1 }, { 1, 2, 2, 1 }, { 3, 0, 0, 0 },
		{ 0, 3, 0, 0 }, { 2, 2, 0, 0 }, { 0, 0, 0, 0 }, { 1, 255, 0, 0 },
	};
	struct octets in;
	struct group_security s;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct span t9 = of_hex(&in, "0101" T9_REST ROLE_PACKED);
		in.p[0] = rows[i].first;
		in.p[1] = rows[i].second;
		/* Version x.0 ends before the password. */
		if (!rows[i].minor)
			t9.n -= 4 + 4 + 4 + 82 + 16;
		enum err e = group_security_read(&s, t9);
		assert_int_equal(e, rows[i].major ? OK : ERR_UNSUPPORTED);
		if (e)
			continue;
		assert_int_equal(s.major, rows[i].major);
		assert_int_equal(s.minor, rows[i].minor);
	}
}

static struct group_security some_security(uint8_t major, uint8_t minor)
{
	struct group_security s = {
		.major = major,
		.minor = minor,
		.options = GROUP_OPTION_NO_PRESENCE,
		.membership_life = GROUP_LIFE_LEAST,
		.presence_life = 301,
		.comment = "tea at f\303\274nf \360\237\215\265",
		.cloud = "Global_",
		.classifier = "family",
		.group = "0123456789abcdef0123456789abcdef01234567.family",
		.creator = "76543210fedcba9876543210fedcba9876543210.ann",
		.friendly = "The family",
		.authentication = minor ? GROUP_BY_CERTIFICATE : 0,
	};
	return s;
}

/* GROUP-5.2, GROUP-5.4 */
static void security_properties_go_there_and_back(void **state)
{
	for (uint8_t version = 0; version < 4; version++) {
		struct group_security s = some_security(1 + version / 2, version % 2), back;
		uint8_t out[GROUP_SECURITY_OCTETS], again[GROUP_SECURITY_OCTETS];
		size_t n, m;
		assert_int_equal(group_security_write(&s, out, sizeof out, &n), OK);
		assert_int_equal(group_security_read(&back, span_of(out, n)), OK);
		assert_int_equal(back.major, s.major);
		assert_int_equal(back.minor, s.minor);
		assert_int_equal(back.options, s.options);
		assert_int_equal(back.presence_life, 301);
		assert_string_equal(back.comment, s.comment);
		assert_string_equal(back.creator, s.creator);
		assert_string_equal(back.friendly, s.friendly);
		assert_int_equal(back.authentication, s.authentication);
		assert_int_equal(back.password.n, 0);
		assert_int_equal(group_security_write(&back, again, sizeof again, &m), OK);
		assert_int_equal(n, m);
		assert_memory_equal(out, again, n);
		for (size_t room = 0; room < n; room++)
			assert_int_equal(group_security_write(&s, again, room, &m), ERR_RANGE);
	}
}

/* The record with one text of n times `unit` in the place of friendly name or comment. */
static enum err with_text(char *at, size_t size, const char *unit, size_t n,
			  struct group_security *s)
{
	uint8_t out[GROUP_SECURITY_OCTETS];
	size_t ignored;
	struct text t = text_of(at, size);
	for (size_t i = 0; i < n; i++)
		text_str(&t, unit);
	assert_false(t.cut);
	return group_security_write(s, out, sizeof out, &ignored);
}

/* GROUP-5.6: characters are counted as UTF-16 does. */
static void what_is_written_has_its_limits(void **state)
{
	struct group_security s = some_security(2, 0);
	assert_int_equal(with_text(s.friendly, sizeof s.friendly, "\303\274", 126, &s), OK);
	assert_int_equal(with_text(s.friendly, sizeof s.friendly, "\303\274", 127, &s), ERR_RANGE);
	assert_int_equal(with_text(s.friendly, sizeof s.friendly, "\360\237\215\265", 63, &s), OK);
	assert_int_equal(with_text(s.friendly, sizeof s.friendly, "\360\237\215\265", 64, &s),
			 ERR_RANGE);
	assert_int_equal(with_text(s.friendly, sizeof s.friendly, "\377", 1, &s), ERR_MALFORMED);
	s.friendly[0] = '\0';
	assert_int_equal(with_text(s.comment, sizeof s.comment, "\342\202\254", 255, &s), OK);
	assert_int_equal(with_text(s.comment, sizeof s.comment, "\342\202\254", 256, &s),
			 ERR_RANGE);
	s.comment[0] = '\0';
	static const uint8_t hash[256];
	s.minor = 1;
	s.password = span_of(hash, 256);
	assert_int_equal(with_text(s.cloud, sizeof s.cloud, "x", 126, &s), ERR_RANGE);
	s.password = span_of(hash, 254);
	assert_int_equal(with_text(s.cloud, sizeof s.cloud, "x", 126, &s), OK);
}

/* A friendly name of so many octets on the wire, filled with `unit`. */
static enum err friendly_of(size_t octets, uint8_t low, uint8_t high)
{
	static uint8_t room[8192];
	struct group_security s = some_security(2, 0), back;
	size_t n;
	s.friendly[0] = '\0';
	assert_int_equal(group_security_write(&s, room, sizeof room, &n), OK);
	struct wr w = wr_of(room + n - 4, sizeof room - n + 4);
	wr_le32(&w, (uint32_t)octets);
	for (size_t i = 0; i + 2 < octets; i += 2) {
		wr_u8(&w, low);
		wr_u8(&w, high);
	}
	wr_zero(&w, octets < 2 ? octets : 2);
	assert_false(w.failed);
	return group_security_read(&back, span_of(room, n - 4 + w.n));
}

/* GROUP-5.2, GROUP-5.6: twice as much is read as is written. */
static void what_is_read_has_its_limits(void **state)
{
	assert_int_equal(friendly_of(0, 'a', 0), OK);
	assert_int_equal(friendly_of(1, 'a', 0), ERR_MALFORMED);
	assert_int_equal(friendly_of(2, 'a', 0), OK);
	assert_int_equal(friendly_of(508, 'a', 0), OK);
	assert_int_equal(friendly_of(508, 0xac, 0x20), OK);
	assert_int_equal(friendly_of(2048, 'a', 0), ERR_MALFORMED);
	assert_int_equal(friendly_of(2050, 'a', 0), ERR_MALFORMED);
	assert_int_equal(friendly_of(20, 0, 0), ERR_MALFORMED);	   /* U+0000 inside */
	assert_int_equal(friendly_of(20, 0, 0xd8), ERR_MALFORMED); /* lone surrogates */
}

/* A text without its terminator. */
static void a_text_ends(void **state)
{
	struct octets in;
	struct group_security s;
	struct span t9 = of_hex(&in, "0101" T9_REST ROLE_PACKED);
	in.p[2 + 20 + 4 + 14] = 'x'; /* of the cloud */
	assert_int_equal(group_security_read(&s, t9), ERR_MALFORMED);
}

/* GROUP-5.5 */
static void passwords_that_are_none(void **state)
{
	static const struct {
		size_t at;
		uint8_t to;
	} rows[] = {
		{ 394 - 16 - 82 - 4 - 4, 0 }, /* none of them */
		{ 394 - 16 - 82 - 4 - 4, 2 }, /* two */
		{ 394 - 16 - 82 - 4, 81 },    /* half a unit */
		{ 394 - 16 - 82 - 4 + 1, 1 }, /* more than there is */
		{ 394 - 16, 0 },	      /* no role that we know */
	};
	struct octets in;
	struct group_security s;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct span t9 = of_hex(&in, "0101" T9_REST ROLE_PACKED);
		in.p[rows[i].at] = rows[i].to;
		assert_int_equal(group_security_read(&s, t9), ERR_MALFORMED);
	}
	struct span t9 = of_hex(&in, "0101" T9_REST ROLE_PACKED);
	memset(in.p + 394 - 16, 0, 16);
	assert_int_equal(group_security_read(&s, t9), ERR_MALFORMED);
}

/* ---- Membership ---- */

static const struct group_profile *modern(void)
{
	return group_profile(CRYPTO_MODERN);
}

static struct group_membership some_membership(bool sealed)
{
	static const uint8_t chain[300] = { 0x30, 0x82 }, key[32] = { 1 }, signature[64] = { 2 };
	struct group_membership m = { .major = 2, .chain = span_of(chain, sizeof chain) };
	if (sealed) {
		m.seal_key = span_of(key, sizeof key);
		m.seal_signature = span_of(signature, sizeof signature);
	}
	return m;
}

/* GROUP-5.7 */
static void a_membership_goes_there_and_back(void **state)
{
	for (int sealed = 0; sealed < 2; sealed++) {
		struct group_membership m = some_membership(sealed), back;
		uint8_t out[GROUP_MEMBERSHIP_OCTETS(300)];
		size_t n, ignored;
		assert_int_equal(group_membership_write(&m, modern(), out, sizeof out, &n), OK);
		assert_int_equal(n, 2 + 4 + 300 + 8 + (sealed ? 96 : 0));
		assert_int_equal(out[0], 0); /* the minor version is first */
		assert_int_equal(out[1], 2);
		assert_int_equal(group_membership_read(&back, span_of(out, n), modern()), OK);
		assert_int_equal(back.major, 2);
		assert_int_equal(back.minor, 0);
		assert_true(span_eq(back.chain, m.chain));
		assert_true(span_eq(back.seal_key, m.seal_key));
		assert_true(span_eq(back.seal_signature, m.seal_signature));
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(group_membership_read(&back, span_of(out, i), modern()),
					 ERR_MALFORMED);
			assert_int_equal(group_membership_write(&m, modern(), out, i, &ignored),
					 ERR_RANGE);
		}
	}
}

/* GROUP-5.7: a classic one ends with its chain. */
static void a_classic_membership(void **state)
{
	const struct group_profile *classic = group_profile(CRYPTO_CLASSIC);
	struct group_membership m = some_membership(false), back;
	uint8_t out[GROUP_MEMBERSHIP_OCTETS(300)];
	size_t n;
	if (!classic)
		skip();
	m.major = 1;
	m.minor = 1;
	assert_int_equal(group_membership_write(&m, classic, out, sizeof out, &n), OK);
	assert_int_equal(n, 2 + 4 + 300);
	assert_int_equal(group_membership_read(&back, span_of(out, n), classic), OK);
	assert_int_equal(group_membership_read(&back, span_of(out, n), modern()), ERR_UNSUPPORTED);
	assert_int_equal(group_membership_read(&back, span_of(out, n - 1), classic), ERR_MALFORMED);
	out[0] = 0; /* 1.0, in either order */
	assert_int_equal(group_membership_read(&back, span_of(out, n), classic), OK);
	assert_int_equal(back.minor, 0);
	out[0] = 1;
	out[1] = 0;
	assert_int_equal(group_membership_read(&back, span_of(out, n), classic), OK);
	assert_int_equal(back.major, 1);
	assert_int_equal(back.minor, 0);
}

/* GROUP-5.7 */
static void a_key_comes_with_its_signature(void **state)
{
	struct group_membership m = some_membership(true), back;
	const struct span key = m.seal_key, signature = m.seal_signature;
	const struct {
		struct span key, signature;
	} rows[] = {
		{ { NULL, 0 }, signature },
		{ key, { NULL, 0 } },
		{ span_of(key.p, 31), signature },
		{ key, span_of(signature.p, 63) },
		{ signature, key },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t out[GROUP_MEMBERSHIP_OCTETS(300)];
		size_t n;
		m.seal_key = rows[i].key;
		m.seal_signature = rows[i].signature;
		assert_int_equal(group_membership_write(&m, modern(), out, sizeof out, &n), OK);
		assert_int_equal(group_membership_read(&back, span_of(out, n), modern()),
				 ERR_MALFORMED);
	}
	m = some_membership(true);
	m.chain = span_of(NULL, 0);
	uint8_t out[GROUP_MEMBERSHIP_OCTETS(0)];
	size_t n;
	assert_int_equal(group_membership_write(&m, modern(), out, sizeof out, &n), OK);
	assert_int_equal(group_membership_read(&back, span_of(out, n), modern()), ERR_MALFORMED);
	m.chain.n = CRYPTO_CHAIN_MAX + 1;
	assert_int_equal(group_membership_write(&m, modern(), out, sizeof out, &n), ERR_RANGE);
}

/* ---- Policy ---- */

/* GROUP-5.8 */
static void a_policy_goes_there_and_back(void **state)
{
	struct group_policy p = {
		.options = GROUP_OPTION_DEFER,
		.friendly = "Familie M\303\274ller",
		.comment = "",
		.rest = { (const uint8_t *)"later", 5 },
	};
	struct group_policy back;
	uint8_t out[GROUP_POLICY_OCTETS];
	size_t n, ignored;
	assert_int_equal(group_policy_write(&p, out, sizeof out, &n), OK);
	assert_int_equal(group_policy_read(&back, span_of(out, n)), OK);
	assert_int_equal(back.options, GROUP_OPTION_DEFER);
	assert_string_equal(back.friendly, p.friendly);
	assert_string_equal(back.comment, "");
	assert_true(span_eq(back.rest, span_str("later")));
	for (size_t i = 0; i < n; i++)
		assert_int_equal(group_policy_write(&p, out, i, &ignored), ERR_RANGE);
	for (size_t i = 0; i < n - p.rest.n; i++)
		assert_int_equal(group_policy_read(&back, span_of(out, i)), ERR_MALFORMED);
	out[0] = 2;
	assert_int_equal(group_policy_read(&back, span_of(out, n)), ERR_UNSUPPORTED);
	out[0] = 0;
	assert_int_equal(group_policy_read(&back, span_of(out, n)), ERR_MALFORMED);
}

/* ---- all ---- */

static void every_truncation_of_the_vector(void **state)
{
	struct octets in;
	struct group_security s = { .minor = 77 };
	struct span t9 = of_hex(&in, "0101" T9_REST ROLE_PACKED);
	for (size_t n = 0; n < t9.n; n++) {
		uint8_t *exact = malloc(n ? n : 1);
		assert_non_null(exact);
		memcpy(exact, t9.p, n);
		assert_int_equal(group_security_read(&s, span_of(exact, n)), ERR_MALFORMED);
		free(exact);
	}
	in.p[t9.n] = 0;
	assert_int_equal(group_security_read(&s, span_of(t9.p, t9.n + 1)), ERR_MALFORMED);
	assert_int_equal(s.minor, 77);
}

/* Whatever comes, it is read within its bounds; what is read is written again. */
static void octets_by_chance(void **state)
{
	struct octets t9;
	struct failing_env f;
	struct group_security s;
	struct group_membership m;
	struct group_policy p;
	uint8_t out[8192];
	size_t n, understood = 0;
	failing_env_init(&f, 11);
	of_hex(&t9, "0101" T9_REST ROLE_PACKED);
	for (size_t round = 0; round < 4000; round++) {
		uint8_t octets[394];
		memcpy(octets, t9.p, sizeof octets);
		octets[failing_env_next(&f) % sizeof octets] = (uint8_t)failing_env_next(&f);
		octets[failing_env_next(&f) % sizeof octets] = (uint8_t)failing_env_next(&f);
		struct span in = span_of(octets, sizeof octets);
		if (group_security_read(&s, in) == OK) {
			understood++;
			assert_int_equal(group_security_write(&s, out, sizeof out, &n), OK);
		}
		failing_env_random(&f, octets, 1 + failing_env_next(&f) % 40);
		(void)!group_membership_read(&m, in, modern());
		(void)!group_policy_read(&p, in);
	}
	assert_true(understood > 100 && understood < 4000);
}

/* GROUP-5.1 */
static void types_have_an_order(void **state)
{
	const struct graph_guid *const order[] = { &group_type_removal,	   &group_type_security,
						   &group_type_membership, &group_type_epoch,
						   &group_type_policy,	   &group_type_invitation };
	for (size_t i = 0; i < GROUP_SYNC_ORDER; i++) {
		char text[GRAPH_GUID_TEXT + 1];
		struct text t = TEXT_OF(text);
		assert_true(graph_guid_eq(&group_sync_order[i], order[i]));
		assert_true(graph_type_reserved(order[i]));
		assert_true(group_type_is_ours(order[i]));
		graph_guid_text(&t, order[i]);
		assert_string_equal(text + 8, "-0000-0000-0000-000000000000");
	}
	assert_true(group_type_is_ours(&group_type_key));
	assert_false(group_type_is_ours(&graph_type_info));
	struct graph_guid other = { { 0x08 } };
	assert_false(group_type_is_ours(&other));
	other = group_type_policy;
	other.at[15] = 1;
	assert_false(group_type_is_ours(&other));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vector_of_security_properties),
		cmocka_unit_test(versions_are_read_in_either_order),
		cmocka_unit_test(security_properties_go_there_and_back),
		cmocka_unit_test(what_is_written_has_its_limits),
		cmocka_unit_test(what_is_read_has_its_limits),
		cmocka_unit_test(a_text_ends),
		cmocka_unit_test(passwords_that_are_none),
		cmocka_unit_test(a_membership_goes_there_and_back),
		cmocka_unit_test(a_classic_membership),
		cmocka_unit_test(a_key_comes_with_its_signature),
		cmocka_unit_test(a_policy_goes_there_and_back),
		cmocka_unit_test(every_truncation_of_the_vector),
		cmocka_unit_test(octets_by_chance),
		cmocka_unit_test(types_have_an_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
