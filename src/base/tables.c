#include "base/tables.h"

uint32_t tables_log2(uint64_t v)
{
	return v ? 63 - (uint32_t)__builtin_clzll(v) : 0;
}

/* Squaring doubles a logarithm: whether the square of a mantissa in [1, 2)
 * passes 2 is the next digit of its logarithm. */
uint32_t tables_log2_fixed(uint64_t v)
{
	uint32_t whole = tables_log2(v);
	if (v == 0)
		return 0;
	/* 1.31 fixed point */
	uint64_t m = whole > 31 ? v >> (whole - 31) : v << (31 - whole);
	uint32_t digits = 0;
	for (int i = 0; i < 16; i++) {
		m = m * m >> 31;
		uint32_t passed = (uint32_t)(m >> 32);
		m >>= passed;
		digits = digits << 1 | passed;
	}
	return whole << 16 | digits;
}

uint64_t tables_exp2_fixed(uint32_t x)
{
	/* 2^(1/2), 2^(1/4), ... 2^(1/65536), in 1.31 fixed point */
	static const uint32_t roots[16] = {
		0xb504f334, 0x9837f052, 0x8b95c1e4, 0x85aac368, 0x82cd8699, 0x8164d1f4,
		0x80b1ed50, 0x8058d7d3, 0x802c6437, 0x8016302f, 0x800b179d, 0x80058baf,
		0x8002c5d0, 0x800162e6, 0x8000b173, 0x800058b9,
	};
	const uint64_t half = UINT64_C(1) << 30;
	uint32_t whole = x >> 16;
	uint64_t m = UINT64_C(1) << 31;

	for (unsigned i = 0; i < 16; i++)
		if (x & UINT32_C(0x8000) >> i)
			m = (m * roots[i] + half) >> 31;
	/* The mantissa has 31 digits behind the point, the result 16. */
	if (whole >= 48)
		return UINT64_MAX;
	if (whole >= 15)
		return m << (whole - 15);
	return (m + (UINT64_C(1) << (14 - whole))) >> (15 - whole);
}

uint32_t tables_decay_fixed(uint32_t x)
{
	/* log2(e) in 2.30 fixed point */
	const uint64_t log2e = UINT64_C(1549082005);
	const uint64_t most = UINT64_C(32) << 16;
	uint64_t y = (x * log2e + (UINT64_C(1) << 29)) >> 30;

	if (y >= most)
		return 0;
	uint64_t v = tables_exp2_fixed((uint32_t)(most - y)) >> 16;
	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}
