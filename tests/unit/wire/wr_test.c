#include "../failing_env.h"
#include "wire/wr.h"

static const uint8_t want[] = { 0xf1, 0x02, 0x83, 0x04, 0x05, 0x06, 0x07, 0x88, 0x09, 0x0a,
				0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 'a',  'b',  0,	0 };

static void write_all(struct wr *w)
{
	wr_u8(w, 0xf1);
	wr_u16(w, 0x0283);
	wr_u32(w, 0x04050607);
	wr_u64(w, UINT64_C(0x88090a0b0c0d0e0f));
	wr_bytes(w, span_str("ab"));
	wr_zero(w, 2);
}

static void network_order(void **state)
{
	uint8_t b[sizeof(want)];
	memset(b, 0x55, sizeof(b));
	struct wr w = wr_of(b, sizeof(b));
	write_all(&w);
	assert_false(w.failed);
	assert_int_equal(wr_span(&w).n, sizeof(want));
	assert_memory_equal(b, want, sizeof(want));
}

static void least_significant_first(void **state)
{
	static const uint8_t little[] = { 0x02, 0x01, 0x06, 0x05, 0x04, 0x03, 0x0e,
					  0x0d, 0x0c, 0x0b, 0x0a, 0x09, 0x08, 0x07 };
	uint8_t p[sizeof(little) + 1];
	struct wr w = wr_of(p, sizeof(p));
	wr_le16(&w, 0x0102);
	wr_le32(&w, 0x03040506);
	wr_le64(&w, UINT64_C(0x0708090a0b0c0d0e));
	assert_false(w.failed);
	assert_int_equal(w.n, sizeof(little));
	assert_memory_equal(p, little, sizeof(little));
	wr_le16(&w, 1);
	assert_true(w.failed);
	assert_int_equal(w.n, sizeof(little));
}

static void every_short_buffer_fails(void **state)
{
	static const size_t ends[] = { 0, 1, 3, 7, 15, 17, 19 };
	for (size_t size = 0; size < sizeof(want); size++) {
		uint8_t b[sizeof(want)];
		size_t whole = 0;
		memset(b, 0x55, sizeof(b));
		struct wr w = wr_of(b, size);
		write_all(&w);
		assert_true(w.failed);
		assert_int_equal(wr_span(&w).n, 0);
		/* what fitted is there; of what did not, nothing */
		for (size_t i = 0; ends[i] <= size; i++)
			whole = ends[i];
		assert_memory_equal(b, want, whole);
		for (size_t i = whole; i < sizeof(b); i++)
			assert_int_equal(b[i], 0x55);
	}
}

static void a_failure_sticks(void **state)
{
	uint8_t b[4] = { 9, 9, 9, 9 };
	struct wr w = wr_of(b, sizeof(b));
	wr_bytes(&w, span_str("12345"));
	assert_true(w.failed);
	wr_u8(&w, 1);
	wr_zero(&w, 1);
	wr_bytes(&w, span_of(NULL, 0));
	wr_patch_u16(&w, 0, 7);
	assert_null(wr_room(&w, 1));
	assert_memory_equal(b, "\x09\x09\x09\x09", 4);
	assert_int_equal(wr_span(&w).n, 0);
}

static void patches_lengths(void **state)
{
	uint8_t b[4] = { 0 };
	struct wr w = wr_of(b, sizeof(b));
	wr_patch_u16(&w, 0, 0xffff);
	wr_u8(&w, 1);
	wr_patch_u16(&w, 0, 0xffff);
	assert_int_equal(b[1], 0);
	wr_u16(&w, 0);
	wr_patch_u16(&w, 1, 0xabcd);
	wr_patch_u16(&w, 2, 0xffff);
	wr_patch_u16(&w, SIZE_MAX, 0xffff);
	wr_patch_u16(&w, SIZE_MAX - 1, 0xffff);
	assert_memory_equal(b, "\x01\xab\xcd\x00", 4);
	assert_false(w.failed);
}

static void room(void **state)
{
	uint8_t b[4];
	struct wr w = wr_of(b, sizeof(b));
	assert_ptr_equal(wr_room(&w, 3), b);
	assert_null(wr_room(&w, 0));
	assert_false(w.failed);
	assert_null(wr_room(&w, SIZE_MAX));
	assert_true(w.failed);
}

static void of_nothing(void **state)
{
	struct wr w = wr_of(NULL, 0);
	wr_bytes(&w, span_of(NULL, 0));
	wr_zero(&w, 0);
	assert_false(w.failed);
	assert_int_equal(wr_span(&w).n, 0);
	wr_u8(&w, 1);
	assert_true(w.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(network_order),
		cmocka_unit_test(least_significant_first),
		cmocka_unit_test(every_short_buffer_fails),
		cmocka_unit_test(a_failure_sticks),
		cmocka_unit_test(patches_lengths),
		cmocka_unit_test(room),
		cmocka_unit_test(of_nothing),
	};
	return cmocka_run_group_tests_name("wr", tests, NULL, NULL);
}
