#include "base/text.h"
#include "base/mono.h"
#include "base/utf8.h"

#include <assert.h>

struct text text_of(char *p, size_t size)
{
	assert(size > 0);
	p[0] = '\0';
	return (struct text){ p, size, 0, false };
}

void text_clear(struct text *t)
{
	t->n = 0;
	t->cut = false;
	t->p[0] = '\0';
}

/* Of so many octets those in front of a character that would be cut in two. */
static size_t whole_characters(struct span s, size_t n)
{
	size_t back = 0;
	while (back < n && back < 3 && (s.p[n - back] & 0xc0) == 0x80)
		back++;
	return (s.p[n - back] & 0xc0) == 0xc0 ? n - back : n;
}

void text_span(struct text *t, struct span s)
{
	size_t room = t->size - t->n - 1;
	size_t n = s.n;
	if (n > room) {
		n = whole_characters(s, room);
		t->cut = true;
	}
	if (n)
		memcpy(t->p + t->n, s.p, n);
	t->n += n;
	t->p[t->n] = '\0';
}

void text_char(struct text *t, char c)
{
	text_span(t, span_of(&c, 1));
}

void text_str(struct text *t, const char *s)
{
	text_span(t, span_str(s));
}

void text_u64(struct text *t, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);
	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	text_span(t, span_of(digits + at, sizeof(digits) - at));
}

/* The distance from zero; INT64_MIN has one too. */
static uint64_t magnitude(int64_t v)
{
	return v < 0 ? UINT64_C(0) - (uint64_t)v : (uint64_t)v;
}

void text_i64(struct text *t, int64_t v)
{
	if (v < 0)
		text_char(t, '-');
	text_u64(t, magnitude(v));
}

static void hex_octet(struct text *t, uint8_t v)
{
	static const char digits[] = "0123456789abcdef";
	char two[2] = { digits[v >> 4], digits[v & 15] };
	text_span(t, span_of(two, 2));
}

void text_hex(struct text *t, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		hex_octet(t, s.p[i]);
}

void text_duration(struct text *t, int64_t us)
{
	static const struct {
		uint64_t us;
		const char *unit;
	} units[] = {
		{ MONO_DAY, "d" }, { MONO_HOUR, "h" }, { MONO_MIN, "m" },
		{ MONO_SEC, "s" }, { MONO_MS, "ms" },  { MONO_US, "us" },
	};
	uint64_t left = magnitude(us);
	/* 90s reads better than 1m30s, but 1m better than 60s. */
	bool seconds = left < 2 * MONO_MIN && left != MONO_MIN;

	if (us == 0)
		text_char(t, '0');
	if (us < 0)
		text_char(t, '-');
	for (size_t i = seconds ? 3 : 0; i < sizeof(units) / sizeof(units[0]); i++) {
		uint64_t count = left / units[i].us;
		left %= units[i].us;
		if (count == 0)
			continue;
		text_u64(t, count);
		text_str(t, units[i].unit);
	}
}

/* v with at least `digits` digits, at most 20. */
static void padded(struct text *t, uint64_t v, size_t digits)
{
	uint64_t limit = 1;
	for (size_t i = 1; i < digits; i++) {
		limit *= 10;
		if (v < limit)
			text_char(t, '0');
	}
	text_u64(t, v);
}

struct date {
	int64_t year;
	uint32_t month, day; /* from 1 */
};

/* The quotient towards minus infinity; *rest is then never negative. */
static int64_t floor_div(int64_t v, int64_t by, int64_t *rest)
{
	int64_t q = v / by;
	int64_t r = v % by;
	if (r < 0) {
		q--;
		r += by;
	}
	*rest = r;
	return q;
}

static bool leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Whole cycles of the calendar first, the last of which may have a day more. */
static int64_t years_of(int64_t day, int64_t *day_of_year)
{
	const int64_t cycle_days[] = { 36524, 1461, 365 };
	const int64_t cycle_years[] = { 100, 4, 1 };
	const int64_t cycle_most[] = { 3, 24, 3 };
	int64_t year = 400 * floor_div(day, 146097, &day);

	for (size_t i = 0; i < 3; i++) {
		int64_t n = day / cycle_days[i];
		if (n > cycle_most[i])
			n = cycle_most[i];
		year += n * cycle_years[i];
		day -= n * cycle_days[i];
	}
	*day_of_year = day;
	return year;
}

static struct date date_of(int64_t day_since_1970)
{
	static const uint8_t month_days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const int64_t from_year_1 = 719162; /* days from 0001-01-01 to 1970-01-01 */
	int64_t day;
	struct date d = { years_of(day_since_1970 + from_year_1, &day) + 1, 1, 1 };

	for (size_t i = 0; i < 12; i++) {
		int64_t days = month_days[i] + (i == 1 && leap(d.year) ? 1 : 0);
		if (day < days)
			break;
		day -= days;
		d.month++;
	}
	d.day = (uint32_t)day + 1;
	return d;
}

void text_wall(struct text *t, int64_t us)
{
	int64_t in_day, in_second;
	struct date d = date_of(floor_div(us, MONO_DAY, &in_day));
	int64_t second = floor_div(in_day, MONO_SEC, &in_second);

	if (d.year < 0)
		text_char(t, '-');
	padded(t, magnitude(d.year), 4);
	text_char(t, '-');
	padded(t, d.month, 2);
	text_char(t, '-');
	padded(t, d.day, 2);
	text_char(t, 'T');
	padded(t, (uint64_t)second / 3600, 2);
	text_char(t, ':');
	padded(t, (uint64_t)second / 60 % 60, 2);
	text_char(t, ':');
	padded(t, (uint64_t)second % 60, 2);
	if (in_second / MONO_MS) {
		text_char(t, '.');
		padded(t, (uint64_t)(in_second / MONO_MS), 3);
	}
	text_char(t, 'Z');
}

static void put_octets(struct text *t, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		text_str(t, "\\x");
		hex_octet(t, s.p[i]);
	}
}

/* Takes the next character off: it goes out as people see it, or as what it is made of. */
static void put_shown(struct text *t, struct span *s)
{
	struct span was = *s;
	uint32_t point;
	bool whole = utf8_next(s, &point);
	if (!whole)
		*s = span_of(was.p + 1, was.n - 1);
	was.n -= s->n;
	if (whole && utf8_is_shown(point))
		text_span(t, was);
	else
		put_octets(t, was);
}

void text_shown(struct text *t, struct span s)
{
	while (s.n)
		put_shown(t, &s);
}

void text_quoted(struct text *t, struct span s, size_t max)
{
	size_t rest = s.n > max ? s.n - max : 0;
	text_char(t, '"');
	while (s.n > rest) {
		if (*s.p != '"' && *s.p != '\\') {
			put_shown(t, &s);
			continue;
		}
		put_octets(t, span_of(s.p, 1));
		s = span_of(s.p + 1, s.n - 1);
	}
	text_str(t, s.n ? "\"..." : "\"");
}

static bool is_plain_word(const char *s)
{
	static const char others[] = "-_.:/@%+=,[]";
	const char *at = s;
	for (; *at; at++) {
		char l = (char)(*at | 32);
		if (!(l >= 'a' && l <= 'z') && !(*at >= '0' && *at <= '9') &&
		    !memchr(others, *at, sizeof(others) - 1))
			return false;
	}
	return at != s && *s != '-';
}

void text_word(struct text *t, const char *word)
{
	if (is_plain_word(word)) {
		text_str(t, word);
		return;
	}
	text_char(t, '\'');
	while (*word) {
		size_t n = 0;
		while (word[n] && word[n] != '\'')
			n++;
		text_span(t, span_of(word, n));
		word += n;
		if (*word) {
			text_str(t, "'\\''");
			word++;
		}
	}
	text_char(t, '\'');
}
