#include "base/number.h"
#include "sim/scenario_int.h"

/* What a story says of datagrams and of addresses on interfaces. */

/* "5%", "0.25%": in a million. */
static enum err read_percent(struct scn_parser *p, const char *what, uint32_t *out)
{
	static const uint64_t worth[] = { 10000, 1000, 100, 10, 1 };
	struct span w = scn_word(p);
	const uint8_t *dot = w.n ? memchr(w.p, '.', w.n) : NULL;
	size_t whole_n = dot ? (size_t)(dot - w.p) : w.n - (w.n > 0);
	size_t part_n = dot ? w.n - whole_n - 2 : 0;
	uint64_t whole, part = 0;
	bool good = w.n > 1 && w.p[w.n - 1] == '%' && part_n <= 4 &&
		    number_u64(span_of(w.p, whole_n), 100, &whole) == OK;
	if (good && dot)
		good = number_u64(span_of(dot + 1, part_n), 9999, &part) == OK;
	if (!good || whole * 10000 + part * worth[part_n] > DGRAM_MILLION)
		return scn_fail(p, what, w, "a share such as 5% or 0.25%, up to 100%");
	*out = (uint32_t)(whole * 10000 + part * worth[part_n]);
	return OK;
}

static enum err read_loss(struct scn_parser *p, struct dgram_path *path)
{
	return read_percent(p, "loss", &path->loss);
}

static enum err read_duplicate(struct scn_parser *p, struct dgram_path *path)
{
	return read_percent(p, "duplicate", &path->duplicate);
}

static enum err read_reorder(struct scn_parser *p, struct dgram_path *path)
{
	return read_percent(p, "reorder", &path->reorder);
}

static enum err read_delay(struct scn_parser *p, struct dgram_path *path)
{
	struct scn_range r;
	enum err e = scn_range(p, "delay", &r);
	path->low = r.low;
	path->high = r.high;
	return e;
}

static enum err read_late(struct scn_parser *p, struct dgram_path *path)
{
	return scn_duration(p, "late", &path->late);
}

static enum err read_backlog(struct scn_parser *p, struct dgram_path *path)
{
	return scn_duration(p, "backlog", &path->backlog);
}

static enum err read_rate(struct scn_parser *p, struct dgram_path *path)
{
	struct span w = scn_word(p);
	return number_size(w, &path->rate) ? scn_fail(p, "rate", w, "octets a second, as 64KiB")
					   : OK;
}

static const struct {
	const char *name;
	enum scn_path_field field;
	enum err (*read)(struct scn_parser *p, struct dgram_path *path);
} rows[] = {
	{ "delay", SCN_PATH_DELAY, read_delay },
	{ "loss", SCN_PATH_LOSS, read_loss },
	{ "duplicate", SCN_PATH_DUPLICATE, read_duplicate },
	{ "reorder", SCN_PATH_REORDER, read_reorder },
	{ "late", SCN_PATH_LATE, read_late },
	{ "rate", SCN_PATH_RATE, read_rate },
	{ "backlog", SCN_PATH_BACKLOG, read_backlog },
};

static enum err read_field(struct scn_parser *p, struct dgram_path *path, uint32_t *fields)
{
	struct span w = scn_word(p);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!span_eq(w, span_str(rows[i].name)))
			continue;
		*fields |= rows[i].field;
		return rows[i].read(p, path);
	}
	return scn_fail(p, "path", w, "delay, loss, duplicate, reorder, late, rate or backlog");
}

/* How late, and how long a queue, where the story does not say. */
#define LATE	(100 * MONO_MS)
#define BACKLOG MONO_SEC

enum err scn_read_path(struct scn_parser *p, struct dgram_path *path, uint32_t *fields)
{
	enum err e = OK;
	while (!e && scn_peek(p).p)
		e = read_field(p, path, fields);
	if (*fields & SCN_PATH_REORDER && !path->late) {
		path->late = LATE;
		*fields |= SCN_PATH_LATE;
	}
	if (*fields & SCN_PATH_RATE && !path->backlog) {
		path->backlog = BACKLOG;
		*fields |= SCN_PATH_BACKLOG;
	}
	return e;
}

static void change_times(struct dgram_path *to, const struct dgram_path *from, uint32_t fields)
{
	if (fields & SCN_PATH_DELAY) {
		to->low = from->low;
		to->high = from->high;
	}
	if (fields & SCN_PATH_LATE)
		to->late = from->late;
	if (fields & SCN_PATH_RATE)
		to->rate = from->rate;
	if (fields & SCN_PATH_BACKLOG)
		to->backlog = from->backlog;
}

void scn_path_change(struct dgram_path *to, const struct dgram_path *from, uint32_t fields)
{
	change_times(to, from, fields);
	if (fields & SCN_PATH_LOSS)
		to->loss = from->loss;
	if (fields & SCN_PATH_DUPLICATE)
		to->duplicate = from->duplicate;
	if (fields & SCN_PATH_REORDER)
		to->reorder = from->reorder;
}

enum err scn_address_of(struct span s, struct addr *a, uint32_t *interface)
{
	const uint8_t *sign = s.n ? memchr(s.p, '%', s.n) : NULL;
	size_t n = sign ? (size_t)(sign - s.p) : s.n;
	uint64_t number = 1;
	if (sign && (number_u64(span_of(sign + 1, s.n - n - 1), UINT32_MAX, &number) || !number))
		return ERR_MALFORMED;
	if (addr_parse(span_of(s.p, n), 0, a) || a->port)
		return ERR_MALFORMED;
	*interface = (uint32_t)number;
	if (a->family == ADDR_IPV6 && a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80)
		a->scope = *interface;
	return OK;
}
