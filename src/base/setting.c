#include "base/setting.h"
#include "base/addr.h"
#include "base/number.h"

#include <assert.h>

#define QUOTED_MAX 64

static void put_field(void *field, const void *value, size_t n)
{
	memcpy(field, value, n);
}

/* bool */

static enum err bool_read(const struct setting *s, struct span value, void *field, struct text *why)
{
	static const struct {
		const char *word;
		bool v;
	} words[] = {
		{ "true", true }, { "false", false }, { "yes", true },
		{ "no", false },  { "on", true },     { "off", false },
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!span_eq(value, span_str(words[i].word)))
			continue;
		put_field(field, &words[i].v, sizeof(bool));
		return OK;
	}
	text_str(why, "accepted are true, false, yes, no, on and off");
	return ERR_MALFORMED;
}

static void bool_write(const struct setting *s, const void *field, struct text *t)
{
	bool v;
	memcpy(&v, field, sizeof(v));
	text_str(t, v ? "true" : "false");
}

const struct setting_kind setting_bool = { "yes or no", bool_read, bool_write };

/* uint32_t */

static enum err u32_read(const struct setting *s, struct span value, void *field, struct text *why)
{
	uint64_t v = 0;
	enum err e = number_u64(value, UINT32_MAX, &v);
	if (!e && ((int64_t)v < s->min || (int64_t)v > s->max))
		e = ERR_RANGE;
	if (e) {
		text_str(why, "accepted is a number from ");
		text_i64(why, s->min);
		text_str(why, " to ");
		text_i64(why, s->max);
		return e;
	}
	uint32_t v32 = (uint32_t)v;
	put_field(field, &v32, sizeof(v32));
	return OK;
}

static void u32_write(const struct setting *s, const void *field, struct text *t)
{
	uint32_t v;
	memcpy(&v, field, sizeof(v));
	text_u64(t, v);
}

const struct setting_kind setting_u32 = { "number", u32_read, u32_write };

/* int64_t microseconds */

static enum err duration_read(const struct setting *s, struct span value, void *field,
			      struct text *why)
{
	int64_t us = 0;
	enum err e = number_duration(value, &us);
	if (!e && (us < s->min || us > s->max))
		e = ERR_RANGE;
	if (e) {
		text_str(why, "accepted is a time from ");
		text_duration(why, s->min);
		text_str(why, " to ");
		text_duration(why, s->max);
		text_str(why, ", written like 250ms, 90s, 2h30m or 30d");
		return e;
	}
	put_field(field, &us, sizeof(us));
	return OK;
}

static void duration_write(const struct setting *s, const void *field, struct text *t)
{
	int64_t us;
	memcpy(&us, field, sizeof(us));
	text_duration(t, us);
}

const struct setting_kind setting_duration = { "time", duration_read, duration_write };

/* uint64_t octets */

/* Exact, in the largest binary unit that divides it. */
static void size_text(struct text *t, uint64_t v)
{
	static const char *const units[] = { "", "KiB", "MiB", "GiB", "TiB" };
	size_t unit = 0;
	while (v && v % 1024 == 0 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		v /= 1024;
		unit++;
	}
	text_u64(t, v);
	text_str(t, units[unit]);
}

static enum err size_read(const struct setting *s, struct span value, void *field, struct text *why)
{
	uint64_t v = 0;
	uint64_t min = s->min < 0 ? 0 : (uint64_t)s->min;
	uint64_t max = s->max < 0 ? 0 : (uint64_t)s->max;
	enum err e = number_size(value, &v);
	if (!e && (v < min || v > max))
		e = ERR_RANGE;
	if (e) {
		text_str(why, "accepted is a size from ");
		size_text(why, min);
		text_str(why, " to ");
		size_text(why, max);
		text_str(why, ", written like 512, 64KiB, 8GiB or 8GB");
		return e;
	}
	put_field(field, &v, sizeof(v));
	return OK;
}

static void size_write(const struct setting *s, const void *field, struct text *t)
{
	uint64_t v;
	memcpy(&v, field, sizeof(v));
	size_text(t, v);
}

const struct setting_kind setting_size = { "size", size_read, size_write };

/* uint32_t index into the choices */

static void choices_text(const struct setting *s, struct text *why)
{
	text_str(why, s->choices[0] && s->choices[1] ? "accepted are " : "accepted is ");
	for (size_t i = 0; s->choices[i]; i++) {
		if (i)
			text_str(why, s->choices[i + 1] ? ", " : " and ");
		text_str(why, s->choices[i]);
	}
}

/* A choice of yes and no is a flag to who writes it. */
static struct span choice_of(struct span value)
{
	if (span_eq(value, span_str("true")))
		return span_str("yes");
	return span_eq(value, span_str("false")) ? span_str("no") : value;
}

static enum err choice_read(const struct setting *s, struct span value, void *field,
			    struct text *why)
{
	value = choice_of(value);
	for (uint32_t i = 0; s->choices[i]; i++) {
		if (!span_eq(value, span_str(s->choices[i])))
			continue;
		put_field(field, &i, sizeof(i));
		return OK;
	}
	choices_text(s, why);
	return ERR_MALFORMED;
}

static void choice_write(const struct setting *s, const void *field, struct text *t)
{
	uint32_t index;
	memcpy(&index, field, sizeof(index));
	for (uint32_t i = 0; s->choices[i]; i++)
		if (i == index)
			text_str(t, s->choices[i]);
}

const struct setting_kind setting_choice = { "choice", choice_read, choice_write };

/* char array */

static bool has_control(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

static enum err string_read(const struct setting *s, struct span value, void *field,
			    struct text *why)
{
	bool control = has_control(value);
	if (control || value.n >= s->size) {
		text_str(why, "accepted is a text of at most ");
		text_u64(why, s->size - 1);
		text_str(why, " octets without control characters");
		return control ? ERR_MALFORMED : ERR_RANGE;
	}
	memset(field, 0, s->size);
	if (value.n)
		put_field(field, value.p, value.n);
	return OK;
}

static void string_write(const struct setting *s, const void *field, struct text *t)
{
	const void *end = memchr(field, 0, s->size);
	size_t n = end ? (size_t)((const char *)end - (const char *)field) : s->size;
	text_span(t, span_of(field, n));
}

const struct setting_kind setting_string = { "text", string_read, string_write };

/* struct addr */

static enum err address_read(const struct setting *s, struct span value, void *field,
			     struct text *why)
{
	struct addr a;
	enum err e = addr_parse(value, (uint16_t)s->max, &a);
	if (e) {
		text_str(why, "accepted is an IPv4 or IPv6 address, with a port or without, like "
			      "192.0.2.1, 192.0.2.1:2587, 2001:db8::1, [2001:db8::1]:2587 or "
			      "fe80::1%3");
		return e;
	}
	/* One host, one address: connections of ::ffff:192.0.2.1 come as IPv4. */
	a = addr_unmapped(a);
	put_field(field, &a, sizeof(a));
	return OK;
}

static void address_write(const struct setting *s, const void *field, struct text *t)
{
	struct addr a;
	memcpy(&a, field, sizeof(a));
	addr_text(t, &a);
}

const struct setting_kind setting_addr = { "address", address_read, address_write };

/* Tables */

const struct setting *setting_find(const struct setting *table, struct span name)
{
	for (; table->name; table++)
		if (span_eq(span_str(table->name), name))
			return table;
	return NULL;
}

#define NEAR_NAME_MAX 48

/* Case, and which of the two dashes, are not what people get wrong. */
static uint8_t folded(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c | 0x20;
	return c == '-' ? '_' : c;
}

static uint8_t least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;
	return (uint8_t)(ab < c ? ab : c);
}

/* How many letters must be added, dropped, replaced or swapped with their
 * neighbour to make b of a. Both are at most NEAR_NAME_MAX long. */
static uint8_t distance(struct span a, struct span b)
{
	uint8_t rows[3][NEAR_NAME_MAX + 1];
	for (size_t j = 0; j <= b.n; j++)
		rows[0][j] = (uint8_t)j;
	for (size_t i = 1; i <= a.n; i++) {
		uint8_t *row = rows[i % 3];
		const uint8_t *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
		row[0] = (uint8_t)i;
		for (size_t j = 1; j <= b.n; j++) {
			uint8_t x = folded(a.p[i - 1]), y = folded(b.p[j - 1]);
			row[j] = least(row[j - 1] + 1U, above[j] + 1U,
				       above[j - 1] + (x == y ? 0U : 1U));
			if (i > 1 && j > 1 && x == folded(b.p[j - 2]) && y == folded(a.p[i - 2]))
				row[j] = least(row[j], above2[j - 2] + 1U, row[j]);
		}
	}
	return rows[a.n % 3][b.n];
}

const struct setting *setting_nearest(const struct setting *table, struct span name)
{
	const struct setting *best = NULL;
	/* A third of the letters wrong is still a guess worth making. */
	size_t best_distance = name.n / 3 + 2;

	if (name.n > NEAR_NAME_MAX)
		return NULL;
	for (; table->name; table++) {
		struct span key = span_str(table->name);
		if (key.n > NEAR_NAME_MAX)
			continue;
		size_t d = distance(name, key);
		/* Not when every letter would be another. */
		if (d < best_distance && d < key.n && d < name.n) {
			best = table;
			best_distance = d;
		}
	}
	return best;
}

static void *field_of(void *object, const struct setting *s)
{
	return (char *)object + s->offset;
}

void setting_defaults(const struct setting *table, void *object)
{
	for (; table->name; table++) {
		char buffer[256];
		struct text why = TEXT_OF(buffer);
		if (!table->fallback)
			continue;
		enum err e = table->kind->read(table, span_str(table->fallback),
					       field_of(object, table), &why);
		assert(e == OK);
		(void)e;
	}
}

static void unknown_text(const struct setting *table, struct span name, struct text *why)
{
	const struct setting *near = setting_nearest(table, name);
	text_str(why, "there is no setting ");
	text_quoted(why, name, QUOTED_MAX);
	if (!near)
		return;
	text_str(why, "; did you mean ");
	text_str(why, near->name);
	text_char(why, '?');
}

enum err setting_set(const struct setting *table, void *object, struct span name, struct span value,
		     struct text *why)
{
	const struct setting *s = setting_find(table, name);
	struct text before = *why;
	if (!s) {
		unknown_text(table, name, why);
		return ERR_NOT_FOUND;
	}
	text_str(why, s->name);
	if (s->secret)
		text_str(why, ": the value is not accepted; ");
	else {
		text_char(why, ' ');
		text_quoted(why, value, QUOTED_MAX);
		text_str(why, " is not accepted; ");
	}
	enum err e = s->kind->read(s, value, field_of(object, s), why);
	if (e)
		return e;
	*why = before;
	why->p[why->n] = '\0';
	return OK;
}

bool setting_write(const struct setting *s, const void *object, struct text *t)
{
	if (s->secret)
		return false;
	s->kind->write(s, (const char *)object + s->offset, t);
	return true;
}
