/* MASC-3.3: UPDATEs of an established session: what is counted, what is
 * refused and the session lives, what ends it. */
#include "rig.h"

#include <stdio.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define GOOD  "0024 04 00 00 04 0000 6b49d200 00000e10 0002a300 00000007 c0000201 efc01000 fffff000"
#define ROLE  "0024 03 00 00 07 0000 6b49d200 00000e10 0002a300 00000007 c0000201 efc01000 fffff000"
#define MASK  "0024 03 00 00 04 0000 6b49d200 00000e10 0002a300 00000007 c0000201 efc01000 7ffff000"
#define HOLES "0024 03 00 00 04 0000 6b49d200 00000e10 0002a300 00000007 c0000201 efc01000 ffff0ff0"
#define ADDRESS                                                                                    \
	"0024 03 00 00 04 0000 6b49d200 00000e10 0002a300 00000007 c0000201 c0001000 fffff000"
#define FAMILY                                                                                     \
	"0024 03 00 00 0c 0000 6b49d200 00000e10 0002a300 00000007 c0000201 efc01000 fffff000"
#define LENGTH "0020 03 00 00 04 0000 6b49d200 00000e10 0002a300 00000007 c0000201 efc01000"
#define NEEDED "0008 06 00 deadbeef"
#define OPTION "0008 80 00 deadbeef"
#define OVERRUN                                                                                    \
	"0028 03 00 00 04 0000 6b49d200 00000e10 0002a300 00000007 c0000201 efc01000 fffff000"

static void start(struct rig *r)
{
	rig_usual(r);
	rig_establish(r, 1);
}

static void take(struct rig *r, const char *attributes)
{
	char hex[16384];
	uint8_t *digits = (uint8_t *)hex;
	size_t n = 0;
	static const char d[] = "0123456789abcdef";
	for (const char *p = attributes; *p; p++)
		n += *p != ' ';
	n = n / 2 + WIRE_HEADER;
	for (int i = 0; i < 4; i++)
		digits[i] = (uint8_t)d[n >> (12 - 4 * i) & 15];
	strcpy(hex + 4, "0200");
	strcat(hex, attributes);
	rig_hex(r, 1, hex);
}

static void without_spaces(const char *s, char *out)
{
	for (; *s; s++)
		if (*s != ' ')
			*out++ = *s;
	*out = 0;
}

static void good_ones_are_counted(void **state)
{
	struct rig r;
	start(&r);
	take(&r, GOOD);
	rig_expect(&r, "range 239.192.16.0/20");
	take(&r, GOOD GOOD OPTION GOOD);
	rig_expect(&r, "");
	struct masc_peer_info info = rig_info(&r, 0);
	assert_int_equal(info.count.attributes[WIRE_PREFIX_MANAGED], 4);
	assert_int_equal(info.count.claims_same, 3);
	assert_int_equal(info.count.attributes_refused, 0);
	assert_int_equal(info.count.in[MASC_MSG_UPDATE], 2);
	rig_fini(&r);
}

/* A3: only the attribute is lost. */
static void attributes_refused(void **state)
{
	static const struct {
		const char *hex, *error;
	} rows[] = { { NEEDED, "3/2" },
		     { ROLE, "3/14" },
		     { MASK, "3/11" },
		     { HOLES, "3/12" },
		     { ADDRESS, "3/10" } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig r;
		char want[512] = "range 239.192.16.0/20; send 1 N", data[256],
		     attributes[1024] = GOOD;
		start(&r);
		strcat(attributes, rows[i].hex);
		strcat(attributes, GOOD);
		take(&r, attributes);
		without_spaces(rows[i].hex, data);
		strcat(want, rows[i].error);
		strcat(want, "+ ");
		strcat(want, data);
		strcat(want, "; sent ");
		strcat(want, rows[i].error);
		strcat(want, "+");
		rig_expect(&r, want);
		struct masc_peer_info info = rig_info(&r, 0);
		assert_int_equal(info.state, MASC_ESTABLISHED);
		assert_int_equal(info.count.attributes[WIRE_PREFIX_MANAGED], 2);
		assert_int_equal(info.count.attributes_refused, 1);
		rig_fini(&r);
	}
}

/* One NOTIFICATION a second, however many attributes are bad. */
static void refusals_are_limited(void **state)
{
	struct rig r;
	start(&r);
	for (int i = 0; i < 50; i++)
		take(&r, ROLE ADDRESS MASK);
	const char *out = rig_out(&r);
	assert_non_null(strstr(out, "sent 3/14+"));
	assert_null(strstr(out, "sent 3/10+"));
	assert_int_equal(rig_info(&r, 0).count.out[MASC_MSG_NOTIFICATION], 1);
	assert_int_equal(rig_info(&r, 0).count.attributes_refused, 150);
	rig_pass(&r, 999 * MONO_MS);
	take(&r, ADDRESS);
	rig_expect(&r, "");
	rig_pass(&r, MONO_MS);
	take(&r, MASK);
	assert_non_null(strstr(rig_out(&r), "sent 3/11+"));
	rig_fini(&r);
}

/* What ends the session ends it before anything else of the message counts. */
static void messages_that_end_it(void **state)
{
	static const struct {
		const char *attributes, *error, *data;
	} rows[] = {
		{ GOOD ROLE FAMILY, "3/13", FAMILY },
		{ GOOD ROLE LENGTH, "3/5", LENGTH },
		{ GOOD OVERRUN, "3/1", OVERRUN },
		{ GOOD "0003 0300", "3/1", "0003 0300" },
		{ GOOD "0000 0300", "3/1", "0000 0300" },
		{ GOOD "00", "3/1", "00" },
		{ GOOD "0006 0300 0000 0000", "3/1", "0006 0300 0000 0000" },
		{ OPTION "0028 03 00 00 04 0000 6b49d200 00000e10 0002a300 00000007 c0000201 "
			 "efc01000 fffff000 09010000",
		  "3/1",
		  "0028 03 00 00 04 0000 6b49d200 00000e10 0002a300 00000007 c0000201 "
		  "efc01000 fffff000 09010000" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig r;
		char want[1024] = "send 1 N", data[256];
		start(&r);
		take(&r, rows[i].attributes);
		without_spaces(rows[i].data, data);
		strcat(want, rows[i].error);
		strcat(want, " ");
		strcat(want, data);
		strcat(want, "; sent ");
		strcat(want, rows[i].error);
		strcat(want, "; close 1; state established>idle; down ");
		strcat(want, rows[i].error);
		rig_expect(&r, want);
		struct masc_peer_info info = rig_info(&r, 0);
		assert_int_equal(info.count.attributes[WIRE_PREFIX_MANAGED], 0);
		assert_int_equal(info.count.attributes_refused, 0);
		rig_fini(&r);
	}
}

/* Data is cut where the NOTIFICATION is full. */
static void data_is_cut(void **state)
{
	static uint8_t m[WIRE_MESSAGE_MAX];
	struct rig r;
	start(&r);
	memset(m, 0, sizeof(m));
	m[0] = 0x10;
	m[2] = MASC_MSG_UPDATE;
	m[4] = 0x0f;
	m[5] = 0xfc; /* one attribute of 4092 octets */
	m[6] = 100;  /* required and unknown */
	rig_in(&r, 1, m, sizeof(m));
	struct masc_out o;
	assert_true(masc_poll(r.m, &o));
	assert_int_equal(o.kind, MASC_OUT_SEND);
	assert_int_equal(o.bytes.n, WIRE_MESSAGE_MAX);
	assert_int_equal(o.bytes.p[4], 0x83);
	assert_int_equal(o.bytes.p[5], WIRE_UNKNOWN_REQUIRED);
	assert_memory_equal(o.bytes.p + 6, m + 4, WIRE_MESSAGE_MAX - 6);
	rig_discard(&r);
	assert_int_equal(r.event.data_n, MASC_EVENT_DATA_MAX);
	rig_fini(&r);
}

/* A session of IPv6 takes IPv6 and nothing else, A2. */
static void family_of_the_session(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7 family=ipv6");
	rig_start(&r);
	rig_tick(&r);
	rig_up(&r, 1);
	rig_hex(&r, 1,
		"0038 01 00 01 0b 0009 00000000000000000000000000000007 "
		"00000000000000000000000000000001 00000000000000000000000000000000");
	rig_keepalive(&r, 1);
	rig_discard(&r);
	rig_hex(&r, 1,
		"0058 02 00 0054 04 00 00 08 0000 6b49d200 00000e10 00000e10 "
		"00000000000000000000000000000007 00000000000000000000000000000001 "
		"ff180000000000000000000000000000 ffff0000000000000000000000000000");
	rig_expect(&r, "range ff18::/16");
	assert_int_equal(rig_info(&r, 0).count.attributes[WIRE_PREFIX_MANAGED], 1);
	take(&r, GOOD);
	assert_non_null(strstr(rig_out(&r), "sent 3/13; close 1"));
	rig_fini(&r);
}

/* MASC-2.3, MASC-11.3: as many as fit, one of which is the last to be expected. */
static void a_full_message(void **state)
{
	enum {
		MOST = 113
	};
	static const char one[] = "002404000004 00006b49d200 00000e10 0002a300 00000007 c0000201";
	char *text = test_calloc(MOST, 100);
	struct rig r;
	start(&r);
	for (unsigned i = 0; i < MOST; i++) {
		char attribute[100];
		(void)snprintf(attribute, sizeof(attribute), "%sefc0%02x00ffffff00", one, i);
		strcat(text, attribute);
	}
	take(&r, text);
	rig_discard(&r);
	struct masc_peer_info info = rig_info(&r, 0);
	assert_int_equal(info.count.attributes[WIRE_PREFIX_MANAGED], MOST);
	assert_int_equal(info.count.attributes_refused, 0);
	struct masc_claims_info known;
	masc_claims_info(r.m, &known);
	assert_int_equal(known.known[WIRE_PREFIX_MANAGED], MOST);
	take(&r, text);
	assert_int_equal(rig_info(&r, 0).count.claims_same, MOST);
	test_free(text);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones_are_counted), cmocka_unit_test(attributes_refused),
		cmocka_unit_test(refusals_are_limited),	 cmocka_unit_test(messages_that_end_it),
		cmocka_unit_test(data_is_cut),		 cmocka_unit_test(family_of_the_session),
		cmocka_unit_test(a_full_message),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
