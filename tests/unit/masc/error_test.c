/* MASC-3.1: every NOTIFICATION of the table, and none beside it. */
#include "rig.h"

/* m must close, c can stay; "-" is not assigned. By code, from subcode 0. */
static const char *const table[] = {
	[1] = "mmc",
	[2] = "mmmm--mmmmm--m",
	[3] = "mmc--m----cccmcccccccccccccccc",
	[4] = "m",
	[5] = "mmm",
	[6] = "m",
	[7] = "m",
};

static char wanted(unsigned code, unsigned subcode)
{
	if (code >= sizeof(table) / sizeof(table[0]) || !table[code] ||
	    subcode >= strlen(table[code]))
		return '-';
	return table[code][subcode];
}

static void all_of_them(void **state)
{
	for (unsigned code = 0; code < 256; code++)
		for (unsigned sub = 0; sub < 256; sub++) {
			char w = wanted(code, sub);
			bool known = wire_error_known((uint8_t)code, (uint8_t)sub);
			bool closes = wire_error_closes((uint8_t)code, (uint8_t)sub);
			if (known != (w != '-') || closes != (w != 'c'))
				fail_msg("%u/%u", code, sub);
		}
}

static void have_words(void **state)
{
	assert_string_equal(masc_error_text(2, 8), "OPEN error: role mismatch");
	assert_string_equal(masc_error_text(7, 0), "cease");
	/* An unassigned subcode is as unspecific. */
	assert_string_equal(masc_error_text(2, 99), masc_error_text(2, 0));
	assert_string_equal(masc_error_text(99, 0), "unknown error");
	for (unsigned code = 0; code < 128; code++)
		for (unsigned sub = 0; sub < 256; sub++)
			assert_non_null(masc_error_text((uint8_t)code, (uint8_t)sub));
}

/* Received: what closes, what stays, and what is answered with 6/0. */
static void received_in_established(void **state)
{
	for (unsigned code = 0; code < 128; code++)
		for (unsigned sub = 0; sub < 31; sub++)
			for (int stay = 0; stay < 2; stay++) {
				struct rig r;
				char w = wanted(code, sub);
				rig_usual(&r);
				rig_establish(&r, 1);
				rig_notify(&r, 1, (uint8_t)code, (uint8_t)sub, stay);
				const char *out = rig_out(&r);
				if (!stay)
					assert_int_equal(strncmp(out, "heard ", 6), 0);
				else if (w == 'c')
					assert_null(strstr(out, "close"));
				else
					assert_int_equal(strncmp(out, "send 1 N6/0 0006", 16), 0);
				assert_int_equal(rig_info(&r, 0).state,
						 stay && w == 'c' ? MASC_ESTABLISHED : MASC_IDLE);
				rig_fini(&r);
				if (code > 8 && code < 120)
					sub = 31;
			}
}

static void short_ones(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_establish(&r, 1);
	rig_hex(&r, 1, "0004 03 00");
	rig_expect(&r, "heard 0/0; close 1; state established>idle; down 0/0");
	rig_fini(&r);
	rig_usual(&r);
	rig_establish(&r, 1);
	rig_hex(&r, 1, "0005 03 00 03");
	rig_expect(&r, "heard 3/0; close 1; state established>idle; down 3/0");
	rig_fini(&r);
	rig_usual(&r);
	rig_establish(&r, 1);
	rig_hex(&r, 1, "0005 03 00 83");
	rig_expect(&r, "send 1 N6/0 0005030083; sent 6/0; close 1; state established>idle; "
		       "down 6/0");
	rig_fini(&r);
}

/* What came with it is in the event, as far as it fits. */
static void data_is_told(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_establish(&r, 1);
	rig_hex(&r, 1, "0009 03 00 02 08 010203");
	rig_expect(&r, "heard 2/8; close 1; state established>idle; down 2/8");
	rig_fini(&r);
	rig_usual(&r);
	rig_establish(&r, 1);
	rig_hex(&r, 1, "0009 03 00 83 0e 010203");
	rig_expect(&r, "heard 3/14+");
	assert_int_equal(r.event.data_n, 3);
	assert_memory_equal(r.event.data, "\x01\x02\x03", 3);
	rig_fini(&r);
}

/* MASC-3.5: remarks do not flood the log, however many come. */
static void remarks_once_a_second(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_establish(&r, 1);
	for (int i = 0; i < 1000; i++)
		rig_notify(&r, 1, 3, 24, true);
	rig_expect(&r, "heard 3/24+");
	rig_pass(&r, MONO_SEC);
	rig_notify(&r, 1, 3, 24, true);
	rig_notify(&r, 1, 3, 24, true);
	rig_expect(&r, "heard 3/24+");
	assert_int_equal(rig_info(&r, 0).count.in[MASC_MSG_NOTIFICATION], 1002);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_them),
		cmocka_unit_test(have_words),
		cmocka_unit_test(received_in_established),
		cmocka_unit_test(short_ones),
		cmocka_unit_test(data_is_told),
		cmocka_unit_test(remarks_once_a_second),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
