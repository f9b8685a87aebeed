#include "../failing_env.h"
#include "wire/rd.h"

static const uint8_t octets[] = { 0xf1, 0x02, 0x83, 0x04, 0x05, 0x06, 0x07, 0x88,
				  0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10 };

struct fields {
	uint8_t a;
	uint16_t b;
	uint32_t c;
	uint64_t d;
};

static struct fields read_fields(struct rd *r)
{
	struct fields f;
	f.a = rd_u8(r);
	f.b = rd_u16(r);
	f.c = rd_u32(r);
	f.d = rd_u64(r);
	return f;
}

static void network_order(void **state)
{
	struct rd r = rd_of(span_of(octets, 15));
	struct fields f = read_fields(&r);
	assert_int_equal(f.a, 0xf1);
	assert_int_equal(f.b, 0x0283);
	assert_true(f.c == 0x04050607);
	assert_true(f.d == UINT64_C(0x88090a0b0c0d0e0f));
	assert_true(rd_done(&r));
}

static void least_significant_first(void **state)
{
	struct rd r = rd_of(span_of(octets, 15));
	assert_int_equal(rd_le(&r, 1), 0xf1);
	assert_int_equal(rd_le16(&r), 0x8302);
	assert_true(rd_le32(&r) == 0x07060504);
	assert_true(rd_le64(&r) == UINT64_C(0x0f0e0d0c0b0a0988));
	assert_true(rd_done(&r));
	assert_int_equal(rd_le16(&r), 0);
	assert_true(r.failed);
}

static void every_truncation_fails(void **state)
{
	for (size_t n = 0; n < 15; n++) {
		/* a copy of its own, so that the sanitizer sees its end */
		uint8_t *copy = malloc(n ? n : 1);
		memcpy(copy, octets, n);
		struct rd r = rd_of(span_of(copy, n));
		struct fields f = read_fields(&r);
		assert_true(r.failed);
		assert_false(rd_done(&r));
		/* whole or zero, never a part */
		assert_int_equal(f.a, n >= 1 ? 0xf1 : 0);
		assert_int_equal(f.b, n >= 3 ? 0x0283 : 0);
		assert_true(f.c == (n >= 7 ? UINT32_C(0x04050607) : 0));
		assert_true(f.d == 0);
		free(copy);
	}
}

static void a_failure_sticks(void **state)
{
	struct rd r = rd_of(span_of(octets, 3));
	assert_int_equal(rd_u32(&r), 0);
	assert_true(r.failed);
	assert_int_equal(rd_u8(&r), 0);
	assert_int_equal(rd_u16(&r), 0);
	assert_int_equal(rd_bytes(&r, 1).n, 0);
	assert_null(rd_bytes(&r, 0).p);
	assert_int_equal(rd_rest(&r).n, 0);
	rd_skip(&r, 1);
	assert_int_equal(r.left, 3);
	assert_false(rd_done(&r));
}

static void borrows(void **state)
{
	struct rd r = rd_of(span_of(octets, sizeof(octets)));
	rd_skip(&r, 2);
	struct span s = rd_bytes(&r, 3);
	assert_ptr_equal(s.p, octets + 2);
	assert_int_equal(s.n, 3);
	s = rd_bytes(&r, 0);
	assert_ptr_equal(s.p, octets + 5);
	assert_false(rd_done(&r));
	s = rd_rest(&r);
	assert_ptr_equal(s.p, octets + 5);
	assert_int_equal(s.n, sizeof(octets) - 5);
	assert_true(rd_done(&r));
	assert_int_equal(rd_rest(&r).n, 0);
	assert_true(rd_done(&r));
}

static void of_nothing(void **state)
{
	struct rd r = rd_of(span_of(NULL, 0));
	assert_true(rd_done(&r));
	assert_int_equal(rd_bytes(&r, 0).n, 0);
	rd_skip(&r, 0);
	assert_true(rd_done(&r));
	assert_int_equal(rd_u8(&r), 0);
	assert_false(rd_done(&r));
}

static void no_length_is_too_long_to_refuse(void **state)
{
	struct rd r = rd_of(span_of(octets, 4));
	rd_skip(&r, 1);
	assert_null(rd_bytes(&r, SIZE_MAX).p);
	assert_true(r.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(network_order),
		cmocka_unit_test(least_significant_first),
		cmocka_unit_test(every_truncation_fails),
		cmocka_unit_test(a_failure_sticks),
		cmocka_unit_test(borrows),
		cmocka_unit_test(of_nothing),
		cmocka_unit_test(no_length_is_too_long_to_refuse),
	};
	return cmocka_run_group_tests_name("rd", tests, NULL, NULL);
}
