/* JSON from and to the structs of types.h, by their field tables. */
#include "ops/types.h"

#include "base/number.h"
#include "base/utf8.h"

#include <jansson.h>

typedef json_t *encode_fn(const struct ops_field *f, const uint8_t *base);

/* Text that is no UTF-8 (a peer may send anything) is shown with \xNN. */
static json_t *encode_text(const char *s)
{
	json_t *j = json_string(s);
	if (j)
		return j;
	char buffer[2048];
	struct text t = TEXT_OF(buffer);
	text_quoted(&t, span_str(s), sizeof(buffer) / 4 - 4);
	return json_string(buffer);
}

static json_t *encode_bool(const struct ops_field *f, const uint8_t *base)
{
	return json_boolean(*(const bool *)(const void *)(base + f->offset));
}

static json_t *encode_number(const struct ops_field *f, const uint8_t *base)
{
	uint64_t v = *(const uint64_t *)(const void *)(base + f->offset);
	return json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v);
}

static json_t *encode_seconds(const struct ops_field *f, const uint8_t *base)
{
	int64_t us = *(const int64_t *)(const void *)(base + f->offset);
	if (us < 0)
		return json_null();
	if (us % MONO_SEC == 0)
		return json_integer(us / MONO_SEC);
	return json_real((double)us / (double)MONO_SEC);
}

static json_t *encode_time(const struct ops_field *f, const uint8_t *base)
{
	int64_t us = *(const int64_t *)(const void *)(base + f->offset);
	if (us == 0)
		return json_null();
	char buffer[40];
	struct text t = TEXT_OF(buffer);
	text_wall(&t, us);
	return json_string(buffer);
}

static json_t *encode_array(const struct ops_field *f, const uint8_t *base)
{
	return encode_text((const char *)base + f->offset);
}

static const char *string_at(const uint8_t *at)
{
	const char *s;
	memcpy(&s, at, sizeof(s));
	return s ? s : "";
}

static json_t *encode_string(const struct ops_field *f, const uint8_t *base)
{
	return encode_text(string_at(base + f->offset));
}

static json_t *encode_object(const struct ops_field *f, const uint8_t *base)
{
	return ops_encode(f->of, base + f->offset);
}

/* The elements of a LIST or PAIRS field. */
struct elements {
	const uint8_t *p;
	size_t n;
};

static struct elements elements_at(const struct ops_field *f, const uint8_t *base)
{
	struct elements e;
	memcpy(&e.p, base + f->offset, sizeof(e.p));
	memcpy(&e.n, base + f->count_offset, sizeof(e.n));
	return e;
}

static json_t *encode_list(const struct ops_field *f, const uint8_t *base)
{
	struct elements e = elements_at(f, base);
	json_t *list = json_array();
	for (size_t i = 0; list && i < e.n; i++)
		if (json_array_append_new(list, ops_encode(f->of, e.p + i * f->of->size)) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *encode_pairs(const struct ops_field *f, const uint8_t *base)
{
	struct elements e = elements_at(f, base);
	const struct ops_pair *pairs = (const void *)e.p;
	json_t *o = json_object();
	for (size_t i = 0; o && i < e.n; i++) {
		json_t *v = pairs[i].is_number ? json_integer(pairs[i].number)
					       : encode_text(pairs[i].value);
		if (json_object_set_new(o, pairs[i].name, v) < 0) {
			json_decref(o);
			return NULL;
		}
	}
	return o;
}

static encode_fn *const encoders[] = {
	[OPS_FIELD_BOOL] = encode_bool,	      [OPS_FIELD_NUMBER] = encode_number,
	[OPS_FIELD_SECONDS] = encode_seconds, [OPS_FIELD_TIME] = encode_time,
	[OPS_FIELD_TEXT] = encode_array,      [OPS_FIELD_STRING] = encode_string,
	[OPS_FIELD_OBJECT] = encode_object,   [OPS_FIELD_LIST] = encode_list,
	[OPS_FIELD_PAIRS] = encode_pairs,
};

struct json_t *ops_encode(const struct ops_struct *type, const void *value)
{
	json_t *o = json_object();
	for (const struct ops_field *f = type->fields; o && f->name; f++)
		if (json_object_set_new(o, f->name, encoders[f->kind](f, value)) < 0) {
			json_decref(o);
			return NULL;
		}
	return o;
}

static bool is_text(const char *s)
{
	uint32_t point;
	struct span left = span_str(s);
	while (left.n)
		if (!utf8_next(&left, &point))
			return false;
	return true;
}

static const char *no_text_in_list(const struct ops_field *f, const uint8_t *base)
{
	struct elements e = elements_at(f, base);
	const char *name = NULL;
	for (size_t i = 0; !name && i < e.n; i++)
		name = ops_no_text(f->of, e.p + i * f->of->size);
	return name;
}

static const char *no_text_in_pairs(const struct ops_field *f, const uint8_t *base)
{
	struct elements e = elements_at(f, base);
	const struct ops_pair *pairs = (const void *)e.p;
	for (size_t i = 0; i < e.n; i++)
		if (!is_text(pairs[i].name) || (!pairs[i].is_number && !is_text(pairs[i].value)))
			return f->name;
	return NULL;
}

static const char *no_text_at(const struct ops_field *f, const uint8_t *base)
{
	switch (f->kind) {
	case OPS_FIELD_TEXT:
		return is_text((const char *)base + f->offset) ? NULL : f->name;
	case OPS_FIELD_STRING:
		return is_text(string_at(base + f->offset)) ? NULL : f->name;
	case OPS_FIELD_OBJECT:
		return ops_no_text(f->of, base + f->offset);
	case OPS_FIELD_LIST:
		return no_text_in_list(f, base);
	case OPS_FIELD_PAIRS:
		return no_text_in_pairs(f, base);
	case OPS_FIELD_BOOL:
	case OPS_FIELD_NUMBER:
	case OPS_FIELD_SECONDS:
	case OPS_FIELD_TIME:
		break;
	}
	return NULL;
}

const char *ops_no_text(const struct ops_struct *type, const void *value)
{
	const char *name = NULL;
	for (const struct ops_field *f = type->fields; !name && f->name; f++)
		name = no_text_at(f, value);
	return name;
}

static json_t *with_schema(json_t *o)
{
	if (o && json_object_set_new(o, "schema", json_integer(OPS_SCHEMA)) < 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}

struct json_t *ops_encode_schema(const struct ops_struct *type, const void *value)
{
	return with_schema(ops_encode(type, value));
}

struct json_t *ops_encode_error(const struct ops_error *e)
{
	json_t *o = json_object();
	if (o && json_object_set_new(o, "error", ops_encode(&ops_error_type, e)) < 0) {
		json_decref(o);
		return NULL;
	}
	return with_schema(o);
}

/* One decoding: how strict, where to, and where a complaint goes. */
struct decode {
	enum ops_source source;
	struct arena *mem;
	struct text *why;
};

typedef enum err decode_fn(struct decode *d, const struct ops_field *f, const json_t *j,
			   uint8_t *base);

static enum err decode_struct(struct decode *d, const struct ops_struct *type, const json_t *j,
			      void *out);

static enum err refuse(struct decode *d, const struct ops_field *f, enum err e)
{
	text_char(d->why, '"');
	text_str(d->why, f->name);
	text_str(d->why, "\" takes ");
	text_str(d->why, ops_field_kind_text(f->kind));
	if (f->kind == OPS_FIELD_TEXT) {
		text_str(d->why, " of at most ");
		text_u64(d->why, f->size - 1);
		text_str(d->why, " octets");
	}
	return e;
}

static enum err decode_bool(struct decode *d, const struct ops_field *f, const json_t *j,
			    uint8_t *base)
{
	bool *out = (void *)(base + f->offset);
	const char *s = d->source == OPS_FROM_QUERY ? json_string_value(j) : NULL;
	if (json_is_boolean(j))
		*out = json_is_true(j);
	else if (s && (strcmp(s, "true") == 0 || strcmp(s, "false") == 0))
		*out = s[0] == 't';
	else
		return refuse(d, f, ERR_MALFORMED);
	return OK;
}

static enum err decode_number(struct decode *d, const struct ops_field *f, const json_t *j,
			      uint8_t *base)
{
	uint64_t *out = (void *)(base + f->offset);
	const char *s = d->source == OPS_FROM_QUERY ? json_string_value(j) : NULL;
	if (s)
		return number_u64(span_str(s), INT64_MAX, out) ? refuse(d, f, ERR_MALFORMED) : OK;
	if (!json_is_integer(j))
		return refuse(d, f, ERR_MALFORMED);
	if (json_integer_value(j) < 0)
		return refuse(d, f, ERR_RANGE);
	*out = (uint64_t)json_integer_value(j);
	return OK;
}

/* A century: far beyond what anybody waits for, far below an overflow. */
#define SECONDS_MAX 3153600000.0

static enum err decode_seconds(struct decode *d, const struct ops_field *f, const json_t *j,
			       uint8_t *base)
{
	int64_t *out = (void *)(base + f->offset);
	double v = json_number_value(j);
	if (json_is_null(j)) {
		*out = -1;
		return OK;
	}
	if (json_is_string(j)) /* "5m", which curl users type more easily */
		return number_duration(span_str(json_string_value(j)), out)
			       ? refuse(d, f, ERR_MALFORMED)
			       : OK;
	if (!json_is_number(j))
		return refuse(d, f, ERR_MALFORMED);
	if (v < 0 || v > SECONDS_MAX)
		return refuse(d, f, ERR_RANGE);
	*out = (int64_t)(v * (double)MONO_SEC + 0.5);
	return OK;
}

static enum err decode_time(struct decode *d, const struct ops_field *f, const json_t *j,
			    uint8_t *base)
{
	int64_t *out = (void *)(base + f->offset);
	if (json_is_null(j)) {
		*out = 0;
		return OK;
	}
	if (!json_is_string(j) || ops_time_parse(json_string_value(j), out) != OK)
		return refuse(d, f, ERR_MALFORMED);
	return OK;
}

static enum err decode_array(struct decode *d, const struct ops_field *f, const json_t *j,
			     uint8_t *base)
{
	size_t n = json_string_length(j);
	if (!json_is_string(j))
		return refuse(d, f, ERR_MALFORMED);
	if (n >= f->size || memchr(json_string_value(j), 0, n))
		return refuse(d, f, ERR_RANGE);
	memcpy(base + f->offset, json_string_value(j), n + 1);
	return OK;
}

static const char *copy(struct decode *d, const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = arena_alloc(d->mem, n);
	return p ? memcpy(p, s, n) : NULL;
}

static enum err decode_string(struct decode *d, const struct ops_field *f, const json_t *j,
			      uint8_t *base)
{
	if (!json_is_string(j))
		return refuse(d, f, ERR_MALFORMED);
	const char *s = copy(d, json_string_value(j));
	if (!s)
		return ERR_NOMEM;
	memcpy(base + f->offset, &s, sizeof(s));
	return OK;
}

static enum err decode_object(struct decode *d, const struct ops_field *f, const json_t *j,
			      uint8_t *base)
{
	if (!json_is_object(j))
		return refuse(d, f, ERR_MALFORMED);
	return decode_struct(d, f->of, j, base + f->offset);
}

static void set_elements(const struct ops_field *f, uint8_t *base, const void *p, size_t n)
{
	memcpy(base + f->offset, &p, sizeof(p));
	memcpy(base + f->count_offset, &n, sizeof(n));
}

static enum err decode_list(struct decode *d, const struct ops_field *f, const json_t *j,
			    uint8_t *base)
{
	size_t n = json_array_size(j);
	if (!json_is_array(j))
		return refuse(d, f, ERR_MALFORMED);
	uint8_t *p = arena_alloc(d->mem, n * f->of->size + 1);
	if (!p)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		const json_t *element = json_array_get(j, i);
		if (!json_is_object(element))
			return refuse(d, f, ERR_MALFORMED);
		enum err e = decode_struct(d, f->of, element, p + i * f->of->size);
		if (e)
			return e;
	}
	set_elements(f, base, p, n);
	return OK;
}

static enum err decode_pair(struct decode *d, const char *name, const json_t *v,
			    struct ops_pair *out)
{
	out->name = copy(d, name);
	out->is_number = json_is_integer(v);
	out->number = (int64_t)json_integer_value(v);
	out->value = copy(d, json_is_string(v) ? json_string_value(v) : "");
	return out->name && out->value ? OK : ERR_NOMEM;
}

static enum err decode_pairs(struct decode *d, const struct ops_field *f, const json_t *j,
			     uint8_t *base)
{
	json_t *o = (json_t *)(uintptr_t)j; /* jansson walks only what is not const */
	const char *key;
	json_t *v;
	size_t i = 0;
	if (!json_is_object(j))
		return refuse(d, f, ERR_MALFORMED);
	struct ops_pair *p = arena_alloc(d->mem, json_object_size(j) * sizeof(*p) + 1);
	if (!p)
		return ERR_NOMEM;
	json_object_foreach(o, key, v)
	{
		if (!json_is_integer(v) && !json_is_string(v))
			return refuse(d, f, ERR_MALFORMED);
		enum err e = decode_pair(d, key, v, &p[i++]);
		if (e)
			return e;
	}
	set_elements(f, base, p, i);
	return OK;
}

static decode_fn *const decoders[] = {
	[OPS_FIELD_BOOL] = decode_bool,	      [OPS_FIELD_NUMBER] = decode_number,
	[OPS_FIELD_SECONDS] = decode_seconds, [OPS_FIELD_TIME] = decode_time,
	[OPS_FIELD_TEXT] = decode_array,      [OPS_FIELD_STRING] = decode_string,
	[OPS_FIELD_OBJECT] = decode_object,   [OPS_FIELD_LIST] = decode_list,
	[OPS_FIELD_PAIRS] = decode_pairs,
};

static const struct ops_field *field_of(const struct ops_struct *type, const char *name)
{
	for (const struct ops_field *f = type->fields; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

static enum err unknown_key(struct decode *d, const struct ops_struct *type, const char *key)
{
	text_str(d->why, "unknown key ");
	text_quoted(d->why, span_str(key), 40);
	text_str(d->why, "; accepted:");
	for (const struct ops_field *f = type->fields; f->name; f++) {
		text_str(d->why, f == type->fields ? " " : ", ");
		text_str(d->why, f->name);
	}
	return ERR_MALFORMED;
}

static enum err decode_struct(struct decode *d, const struct ops_struct *type, const json_t *j,
			      void *out)
{
	json_t *o = (json_t *)(uintptr_t)j;
	const char *key;
	json_t *v;
	ops_clear(type, out);
	json_object_foreach(o, key, v)
	{
		const struct ops_field *f = field_of(type, key);
		if (!f && d->source == OPS_FROM_ANSWER)
			continue;
		if (!f)
			return unknown_key(d, type, key);
		enum err e = decoders[f->kind](d, f, v, out);
		if (e)
			return e;
	}
	return OK;
}

enum err ops_decode(const struct ops_struct *type, const struct json_t *j, enum ops_source source,
		    void *out, struct arena *mem, struct text *why)
{
	struct decode d = { source, mem, why };
	if (!json_is_object(j)) {
		text_str(why, "a JSON object is wanted");
		return ERR_MALFORMED;
	}
	return decode_struct(&d, type, j, out);
}

void ops_clear(const struct ops_struct *type, void *out)
{
	static const char *const empty = "";
	uint8_t *base = out;
	memset(out, 0, type->size);
	for (const struct ops_field *f = type->fields; f->name; f++) {
		if (f->kind == OPS_FIELD_OBJECT)
			ops_clear(f->of, base + f->offset);
		else if (f->kind == OPS_FIELD_STRING)
			memcpy(base + f->offset, &empty, sizeof(empty));
		else if (f->kind == OPS_FIELD_SECONDS)
			*(int64_t *)(void *)(base + f->offset) = -1;
	}
}

/* Days since 1970-01-01 in the Gregorian calendar, years from 1970 on. */
static int64_t days_since_1970(uint64_t year, uint64_t month, uint64_t day)
{
	/* Years begin with March, so that the leap day is the last. */
	uint64_t y = month > 2 ? year : year - 1;
	uint64_t m = month > 2 ? month - 3 : month + 9;
	uint64_t days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
	return (int64_t)days - 719468;
}

/* Takes `width` digits and the sign behind them off *s. */
static bool take(const char **s, size_t width, char end, uint64_t *out)
{
	if (strlen(*s) <= width || (*s)[width] != end)
		return false;
	if (number_u64(span_of(*s, width), UINT32_MAX, out) != OK)
		return false;
	*s += width + 1;
	return true;
}

static bool is_date(uint64_t year, uint64_t month, uint64_t day)
{
	return year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* A second of 60 is a leap second. */
static bool is_time(uint64_t hour, uint64_t minute, uint64_t second)
{
	return hour <= 23 && minute <= 59 && second <= 60;
}

enum err ops_time_parse(const char *s, int64_t *us)
{
	uint64_t y, mo, d, h, mi, sec, ms = 0;
	if (!take(&s, 4, '-', &y) || !take(&s, 2, '-', &mo) || !take(&s, 2, 'T', &d) ||
	    !take(&s, 2, ':', &h) || !take(&s, 2, ':', &mi))
		return ERR_MALFORMED;
	if (!take(&s, 2, 'Z', &sec) && (!take(&s, 2, '.', &sec) || !take(&s, 3, 'Z', &ms)))
		return ERR_MALFORMED;
	if (*s || !is_date(y, mo, d) || !is_time(h, mi, sec))
		return ERR_MALFORMED;
	int64_t seconds = days_since_1970(y, mo, d) * 86400 + (int64_t)(h * 3600 + mi * 60 + sec);
	*us = seconds * MONO_SEC + (int64_t)ms * MONO_MS;
	return OK;
}
