#include "pnrp/punycode.h"

/* PNRP-1.7. Names of constants and variables are those of RFC 3492. */

#define BASE	  36u
#define TMIN	  1u
#define TMAX	  26u
#define SKEW	  38u
#define DAMP	  700u
#define BIAS	  72u
#define FIRST	  0x80u
#define POINT_MAX 0x10ffffu

static uint32_t adapt(uint32_t delta, size_t numpoints, bool first)
{
	uint32_t k = 0;
	delta = first ? delta / DAMP : delta / 2;
	delta += delta / (uint32_t)numpoints;
	for (; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
		delta /= BASE - TMIN;
	return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

static uint32_t threshold(uint32_t k, uint32_t bias)
{
	if (k <= bias + TMIN)
		return TMIN;
	return k >= bias + TMAX ? TMAX : k - bias;
}

static uint8_t digit(uint32_t v)
{
	return (uint8_t)(v < 26 ? 'a' + v : '0' + (v - 26));
}

/* BASE: it is none. */
static uint32_t value(uint8_t c)
{
	if (c >= 'a' && c <= 'z')
		return c - (uint32_t)'a';
	if (c >= 'A' && c <= 'Z')
		return c - (uint32_t)'A';
	return c >= '0' && c <= '9' ? c - (uint32_t)'0' + 26 : BASE;
}

static void put_delta(struct wr *w, uint32_t delta, uint32_t bias)
{
	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = threshold(k, bias);
		if (delta < t)
			break;
		wr_u8(w, digit(t + (delta - t) % (BASE - t)));
		delta = (delta - t) / (BASE - t);
	}
	wr_u8(w, digit(delta));
}

static uint32_t least_from(const uint32_t *points, size_t n, uint32_t from)
{
	uint32_t least = UINT32_MAX;
	for (size_t i = 0; i < n; i++)
		if (points[i] >= from && points[i] < least)
			least = points[i];
	return least;
}

static size_t put_basic(const uint32_t *points, size_t n, struct wr *w)
{
	size_t basic = 0;
	for (size_t i = 0; i < n; i++)
		if (points[i] < FIRST) {
			wr_u8(w, (uint8_t)points[i]);
			basic++;
		}
	if (basic)
		wr_u8(w, '-');
	return basic;
}

/* At most 149 points below 0x110000: no sum here comes near 2^32. */
void pnrp_punycode_encode(const uint32_t *points, size_t n, struct wr *w)
{
	size_t basic = put_basic(points, n, w);
	uint32_t next = FIRST, delta = 0, bias = BIAS;
	for (size_t done = basic; done < n;) {
		uint32_t m = least_from(points, n, next);
		delta += (m - next) * (uint32_t)(done + 1);
		for (size_t i = 0; i < n; i++) {
			delta += points[i] < m;
			if (points[i] != m)
				continue;
			put_delta(w, delta, bias);
			bias = adapt(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
		delta++;
		next = m + 1;
	}
}

/* Adds to *i what the digits at the front of *s say; false: too much, or no digits. */
static bool take_delta(struct span *s, uint32_t bias, uint32_t *i)
{
	uint64_t sum = *i, weight = 1;
	for (uint32_t k = BASE; s->n; k += BASE) {
		uint32_t v = value(*s->p++);
		uint32_t t = threshold(k, bias);
		s->n--;
		sum += v * weight;
		if (v == BASE || sum > UINT32_MAX)
			return false;
		if (v < t) {
			*i = (uint32_t)sum;
			return true;
		}
		weight *= BASE - t;
		/* Whatever follows would be too much, zeros too. */
		if (weight > UINT32_MAX)
			return false;
	}
	return false;
}

/* Splits at the last hyphen: what is before it stands for itself. */
static enum err take_basic(struct span *s, uint32_t *points, size_t *n)
{
	size_t basic = s->n;
	while (basic && s->p[basic - 1] != '-')
		basic--;
	size_t count = basic ? basic - 1 : 0;
	if (count > PNRP_PUNYCODE_POINTS)
		return ERR_RANGE;
	for (size_t i = 0; i < count; i++) {
		if (s->p[i] >= FIRST)
			return ERR_MALFORMED;
		points[i] = s->p[i];
	}
	s->p += basic;
	s->n -= basic;
	*n = count;
	return OK;
}

enum err pnrp_punycode_decode(struct span s, uint32_t *points, size_t *n)
{
	size_t count;
	uint32_t next = FIRST, i = 0, bias = BIAS;
	enum err e = take_basic(&s, points, &count);
	for (bool first = true; !e && s.n; first = false) {
		uint32_t before = i;
		if (!take_delta(&s, bias, &i))
			return ERR_MALFORMED;
		if (count == PNRP_PUNYCODE_POINTS)
			return ERR_RANGE;
		bias = adapt(i - before, count + 1, first);
		uint32_t places = (uint32_t)count + 1;
		if (i / places > POINT_MAX - next)
			return ERR_RANGE;
		next += i / places;
		i %= places;
		memmove(points + i + 1, points + i, (count - i) * sizeof(*points));
		points[i++] = next;
		count++;
	}
	if (!e)
		*n = count;
	return e;
}
