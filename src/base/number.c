#include "base/number.h"
#include "base/mono.h"

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Takes the leading digits off s. ERR_MALFORMED without any. */
static enum err take_digits(struct span *s, uint64_t *out)
{
	uint64_t v = 0;
	size_t i = 0;
	bool over = false;

	for (; i < s->n && is_digit(s->p[i]); i++)
		over |= __builtin_mul_overflow(v, UINT64_C(10), &v) ||
			__builtin_add_overflow(v, (uint64_t)(s->p[i] - '0'), &v);
	if (i == 0)
		return ERR_MALFORMED;
	if (over)
		return ERR_RANGE;
	*s = span_of(s->p + i, s->n - i);
	*out = v;
	return OK;
}

/* How many octets of s come before the next digit. */
static struct span take_unit(struct span *s)
{
	size_t n = 0;
	while (n < s->n && !is_digit(s->p[n]))
		n++;
	struct span unit = span_of(s->p, n);
	*s = span_of(s->p + n, s->n - n);
	return unit;
}

enum err number_u64(struct span s, uint64_t max, uint64_t *out)
{
	uint64_t v;
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return ERR_MALFORMED;
	enum err e = take_digits(&s, &v);
	if (e)
		return e;
	if (v > max)
		return ERR_RANGE;
	*out = v;
	return OK;
}

static int hex_value(uint8_t c)
{
	if (is_digit(c))
		return c - '0';
	uint8_t lower = c | 0x20;
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

enum err number_hex(struct span s, uint8_t *out, size_t size, size_t *n)
{
	if (s.n % 2)
		return ERR_MALFORMED;
	for (size_t i = 0; i < s.n; i++)
		if (hex_value(s.p[i]) < 0)
			return ERR_MALFORMED;
	if (s.n / 2 > size)
		return ERR_RANGE;
	for (size_t i = 0; i < s.n / 2; i++)
		out[i] = (uint8_t)(hex_value(s.p[2 * i]) << 4 | hex_value(s.p[2 * i + 1]));
	*n = s.n / 2;
	return OK;
}

struct unit {
	const char *name;
	uint64_t factor;
};

/* The row of that name at or behind `from`; count when there is none. */
static size_t unit_index(const struct unit *units, size_t count, size_t from, struct span name)
{
	while (from < count && !span_eq(span_str(units[from].name), name))
		from++;
	return from;
}

enum err number_duration(struct span s, int64_t *us)
{
	static const struct unit units[] = {
		{ "w", 7 * MONO_DAY }, { "d", MONO_DAY }, { "h", MONO_HOUR }, { "m", MONO_MIN },
		{ "s", MONO_SEC },     { "ms", MONO_MS }, { "us", MONO_US },
	};
	const size_t count = sizeof(units) / sizeof(units[0]);
	int64_t sum = 0;
	bool over = false;

	if (span_eq(s, span_str("0"))) {
		*us = 0;
		return OK;
	}
	/* Each unit at most once, the largest first. */
	for (size_t next = 0; s.n || next == 0;) {
		uint64_t v = 0, part;
		enum err e = take_digits(&s, &v);
		if (e)
			return e;
		size_t i = unit_index(units, count, next, take_unit(&s));
		if (i == count)
			return ERR_MALFORMED;
		over |= __builtin_mul_overflow(v, units[i].factor, &part) ||
			__builtin_add_overflow(sum, part, &sum);
		next = i + 1;
	}
	if (over)
		return ERR_RANGE;
	*us = sum;
	return OK;
}

enum err number_size(struct span s, uint64_t *octets)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "B", 1 },
		{ "kB", UINT64_C(1000) },
		{ "KB", UINT64_C(1000) },
		{ "MB", UINT64_C(1000000) },
		{ "GB", UINT64_C(1000000000) },
		{ "TB", UINT64_C(1000000000000) },
		{ "KiB", UINT64_C(1) << 10 },
		{ "MiB", UINT64_C(1) << 20 },
		{ "GiB", UINT64_C(1) << 30 },
		{ "TiB", UINT64_C(1) << 40 },
	};
	const size_t count = sizeof(units) / sizeof(units[0]);
	uint64_t v = 0, r;
	enum err e = take_digits(&s, &v);
	if (e)
		return e;
	size_t i = unit_index(units, count, 0, s);
	if (i == count)
		return ERR_MALFORMED;
	if (__builtin_mul_overflow(v, units[i].factor, &r))
		return ERR_RANGE;
	*octets = r;
	return OK;
}
