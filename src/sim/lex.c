#include "base/number.h"
#include "sim/clock.h"
#include "sim/scenario_int.h"

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool at_line_end(const struct scn_parser *p)
{
	return p->at == p->text.n || p->text.p[p->at] == '\n' || p->text.p[p->at] == '#';
}

/* A # begins a comment only where a word could begin: "x#2" is a word. */
static void skip_blanks(struct scn_parser *p)
{
	while (p->at < p->text.n && is_blank(p->text.p[p->at]))
		p->at++;
}

static struct span quoted(struct scn_parser *p)
{
	size_t from = ++p->at;
	while (p->at < p->text.n && p->text.p[p->at] != '"' && p->text.p[p->at] != '\n')
		p->at++;
	struct span s = { p->text.p + from, p->at - from };
	if (p->at < p->text.n && p->text.p[p->at] == '"')
		p->at++;
	return s;
}

struct span scn_word(struct scn_parser *p)
{
	skip_blanks(p);
	if (at_line_end(p))
		return (struct span){ NULL, 0 };
	if (p->text.p[p->at] == '"')
		return quoted(p);
	size_t from = p->at++;
	uint8_t first = p->text.p[from];
	if (first == '{' || first == '}')
		return span_of(p->text.p + from, 1);
	while (p->at < p->text.n) {
		uint8_t c = p->text.p[p->at];
		if (is_blank(c) || c == '\n' || c == '{' || c == '}')
			break;
		p->at++;
	}
	return span_of(p->text.p + from, p->at - from);
}

struct span scn_peek(struct scn_parser *p)
{
	size_t at = p->at;
	struct span s = scn_word(p);
	p->at = at;
	return s;
}

bool scn_accept(struct scn_parser *p, const char *word)
{
	if (!span_eq(scn_peek(p), span_str(word)))
		return false;
	(void)scn_word(p);
	return true;
}

static void skip_comment(struct scn_parser *p)
{
	while (p->at < p->text.n && p->text.p[p->at] != '\n')
		p->at++;
}

bool scn_next_line(struct scn_parser *p)
{
	for (;;) {
		skip_blanks(p);
		if (p->at == p->text.n)
			return false;
		if (!at_line_end(p))
			return true;
		skip_comment(p);
		if (p->at < p->text.n) {
			p->at++;
			p->line++;
		}
	}
}

enum err scn_fail(struct scn_parser *p, const char *what, struct span word, const char *accepted)
{
	text_str(p->why, what);
	text_char(p->why, ' ');
	if (word.n)
		text_quoted(p->why, word, 48);
	else
		text_str(p->why, "is missing");
	text_str(p->why, "; accepted is ");
	text_str(p->why, accepted);
	return ERR_MALFORMED;
}

enum err scn_line_end(struct scn_parser *p)
{
	struct span left = scn_word(p);
	return left.p ? scn_fail(p, "not understood:", left, "the end of the line") : OK;
}

/* Past a quoted text or a comment that begins here; false: neither does. */
static bool skip_opaque(struct scn_parser *p, uint8_t c)
{
	if (c == '#')
		skip_comment(p);
	else if (c == '"')
		(void)quoted(p);
	else
		return false;
	return true;
}

enum err scn_block(struct scn_parser *p, struct span *body, uint32_t *line)
{
	struct span open = scn_word(p);
	uint32_t opened = p->line;
	if (!span_eq(open, span_str("{")))
		return scn_fail(p, "block", open, "{ ... }");
	size_t from = p->at, depth = 1;
	*line = p->line;
	while (p->at < p->text.n) {
		uint8_t c = p->text.p[p->at];
		if (skip_opaque(p, c))
			continue;
		if (c == '\n')
			p->line++;
		depth += c == '{';
		depth -= c == '}';
		p->at++;
		if (depth)
			continue;
		*body = span_of(p->text.p + from, p->at - 1 - from);
		return OK;
	}
	p->line = opened;
	return scn_fail(p, "end of the block", (struct span){ NULL, 0 }, "a }");
}

static const char duration_forms[] = "a time such as 250ms, 90s, 2h30m or 30d";
static const char range_forms[] = "a time such as 90s, or a range such as 5s..9s";

enum err scn_duration(struct scn_parser *p, const char *what, int64_t *us)
{
	struct span w = scn_word(p);
	return number_duration(w, us) ? scn_fail(p, what, w, duration_forms) : OK;
}

enum err scn_range_of(struct span s, struct scn_range *r)
{
	struct scn_range v;
	size_t i = 0;
	while (i + 1 < s.n && (s.p[i] != '.' || s.p[i + 1] != '.'))
		i++;
	bool two = i + 1 < s.n;
	enum err e = number_duration(span_of(s.p, two ? i : s.n), &v.low);
	v.high = v.low;
	if (!e && two)
		e = number_duration(span_of(s.p + i + 2, s.n - i - 2), &v.high);
	if (!e && v.high < v.low)
		e = ERR_RANGE;
	if (!e)
		*r = v;
	return e;
}

enum err scn_range(struct scn_parser *p, const char *what, struct scn_range *r)
{
	struct span w = scn_word(p);
	return scn_range_of(w, r) ? scn_fail(p, what, w, range_forms) : OK;
}

/* Takes a sign off s. */
static bool negative(struct span *s)
{
	bool minus = s->n && s->p[0] == '-';
	if (s->n && (minus || s->p[0] == '+')) {
		s->p++;
		s->n--;
	}
	return minus;
}

enum err scn_signed_duration(struct span s, int64_t *us)
{
	bool minus = negative(&s);
	int64_t v;
	enum err e = number_duration(s, &v);
	if (!e)
		*us = minus ? -v : v;
	return e;
}

enum err scn_rate_of(struct span s, int32_t *ppm)
{
	bool minus = negative(&s);
	uint64_t v;
	if (s.n < 4 || !span_eq(span_of(s.p + s.n - 3, 3), span_str("ppm")))
		return ERR_MALFORMED;
	enum err e = number_u64(span_of(s.p, s.n - 3), SIM_RATE_MAX, &v);
	if (!e)
		*ppm = minus ? -(int32_t)v : (int32_t)v;
	return e;
}

enum err scn_number(struct scn_parser *p, const char *what, uint64_t max, uint64_t *v)
{
	struct span w = scn_word(p);
	return number_u64(w, max, v) ? scn_fail(p, what, w, "a number in range") : OK;
}

/* Two characters: an octet, or, where mask is wanted, any octet. */
static bool hex_pair(const uint8_t *p, bool any, uint8_t *octet, uint8_t *mask)
{
	bool dots = any && p[0] == '.' && p[1] == '.';
	size_t n;
	*mask = dots ? 0 : 0xff;
	*octet = 0;
	return dots || number_hex(span_of(p, 2), octet, 1, &n) == OK;
}

enum err scn_hex(struct scn_parser *p, struct span *octets, struct span *mask)
{
	size_t room = p->text.n - p->at, n = 0;
	uint8_t *out = arena_alloc(&p->s->arena, room + 1);
	uint8_t *any = arena_alloc(&p->s->arena, room + 1);
	if (!out || !any)
		return ERR_NOMEM;
	while (scn_peek(p).p && !span_eq(scn_peek(p), span_str("+"))) {
		struct span w = scn_word(p);
		for (size_t i = 0; i < w.n; i += 2, n++) {
			if (w.n % 2 || !hex_pair(w.p + i, mask != NULL, &out[n], &any[n]))
				return scn_fail(p, "octets", w,
						"pairs of hexadecimal digits, .. for any octet "
						"that is waited for");
		}
	}
	if (!n)
		return scn_fail(p, "octets", (struct span){ NULL, 0 }, "hexadecimal digits");
	*octets = span_of(out, n);
	if (mask)
		*mask = span_of(any, n);
	return OK;
}
