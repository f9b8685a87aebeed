#include "graph/attr.h"

#include "base/mono.h"

/* ISO 8601: a calendar date, and a time of day to any part of a second, each in the basic
 * or the extended form. */

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Exactly n digits. */
static bool take_number(struct span *s, size_t n, int64_t *out)
{
	int64_t v = 0;
	if (s->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s->p[i]))
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	*s = span_of(s->p + n, s->n - n);
	*out = v;
	return true;
}

static bool take_sign(struct span *s, uint8_t c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = span_of(s->p + 1, s->n - 1);
	return true;
}

static bool leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t month_days(int64_t year, int64_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return days[month - 1] + (month == 2 && leap(year));
}

/* Days since 1970-01-01. */
static int64_t day_number(int64_t year, int64_t month, int64_t day)
{
	int64_t before = year - 1;
	int64_t n = before * 365 + before / 4 - before / 100 + before / 400 - 719162;
	for (int64_t m = 1; m < month; m++)
		n += month_days(year, m);
	return n + day - 1;
}

static bool take_date(struct span *s, int64_t *days)
{
	int64_t year, month, day;
	if (!take_number(s, 4, &year) || year == 0)
		return false;
	bool extended = take_sign(s, '-');
	if (!take_number(s, 2, &month) || month < 1 || month > 12)
		return false;
	if (take_sign(s, '-') != extended)
		return false;
	if (!take_number(s, 2, &day) || day < 1 || day > month_days(year, month))
		return false;
	*days = day_number(year, month, day);
	return true;
}

/* What follows the seconds; digits beyond the microsecond are dropped. */
static bool take_fraction(struct span *s, int64_t *us)
{
	int64_t unit = MONO_SEC / 10;
	*us = 0;
	if (!take_sign(s, '.') && !take_sign(s, ','))
		return true;
	if (!s->n || !is_digit(s->p[0]))
		return false;
	for (int64_t d; take_number(s, 1, &d); unit /= 10)
		*us += d * unit;
	return true;
}

/* hh:mm, hh:mm:ss, hh:mm:ss.fff, or without colons; 24:00 ends a day, a 60th second is one
 * that was put in. */
static bool take_time(struct span *s, int64_t *us)
{
	int64_t hour, minute, second = 0, part = 0;
	if (!take_number(s, 2, &hour))
		return false;
	bool extended = take_sign(s, ':');
	if (!take_number(s, 2, &minute) || minute > 59)
		return false;
	bool more = extended ? take_sign(s, ':') : s->n && is_digit(s->p[0]);
	if (more && !(take_number(s, 2, &second) && second <= 60 && take_fraction(s, &part)))
		return false;
	*us = hour * MONO_HOUR + minute * MONO_MIN + second * MONO_SEC + part;
	return hour < 24 || *us == MONO_DAY;
}

static bool take_zone(struct span *s, int64_t *us)
{
	int64_t hour, minute = 0;
	*us = 0;
	if (!s->n || take_sign(s, 'Z') || take_sign(s, 'z'))
		return true;
	bool west = s->p[0] == '-';
	if (!take_sign(s, '+') && !take_sign(s, '-'))
		return false;
	if (!take_number(s, 2, &hour) || hour > 23)
		return false;
	if ((take_sign(s, ':') || s->n) && !(take_number(s, 2, &minute) && minute <= 59))
		return false;
	*us = (hour * MONO_HOUR + minute * MONO_MIN) * (west ? -1 : 1);
	return true;
}

enum err graph_date_parse(struct span s, int64_t *us)
{
	int64_t days, time = 0, zone = 0;
	if (!take_date(&s, &days))
		return ERR_MALFORMED;
	if (s.n) {
		if (!take_sign(&s, 'T') && !take_sign(&s, 't') && !take_sign(&s, ' '))
			return ERR_MALFORMED;
		if (!take_time(&s, &time) || !take_zone(&s, &zone))
			return ERR_MALFORMED;
	}
	if (s.n)
		return ERR_MALFORMED;
	*us = days * MONO_DAY + time - zone;
	return OK;
}
