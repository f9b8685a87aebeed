#include "pnrp/ssdp.h"

#include "base/number.h"

#define MX_MOST 120

void pnrp_ssdp_target(struct text *t, const struct pnrp_profile *p, bool ipv4,
		      enum pnrp_scope scope)
{
	static const char *const words[PNRP_SCOPE_COUNT] = {
		[PNRP_SCOPE_LINK] = "LinkLocal",
		[PNRP_SCOPE_SITE] = "SiteLocal",
		[PNRP_SCOPE_GLOBAL] = "Global",
	};
	text_str(t, "urn:Microsoft Windows Peer Name Resolution Protocol: ");
	text_str(t, p->target);
	text_str(t, ipv4 ? ":IPV4:" : ":IPV6:");
	text_str(t, words[scope]);
}

/* Vector S1 has the group in capitals. */
static void put_capitals(struct text *t, const struct addr *a)
{
	char buffer[ADDR_TEXT_MAX];
	struct text small = TEXT_OF(buffer);
	struct addr plain = *a;
	plain.scope = 0;
	addr_text(&small, &plain);
	for (size_t i = 0; i < small.n; i++) {
		char c = small.p[i];
		text_char(t, c >= 'a' && c <= 'f' ? (char)(c - 'a' + 'A') : c);
	}
}

void pnrp_ssdp_search(struct text *t, struct span target, const struct addr *group, uint32_t mx)
{
	text_str(t, "M-SEARCH * HTTP/1.1\r\nHost:");
	put_capitals(t, group);
	text_str(t, "\r\nST:");
	text_span(t, target);
	text_str(t, "\r\nMan:\"ssdp:discover\"\r\nMX:");
	text_u64(t, mx);
	text_str(t, "\r\n\r\n");
}

void pnrp_ssdp_answer(struct text *t, struct span target, const struct addr *at)
{
	struct addr plain = *at;
	plain.scope = 0; /* a zone means nothing to others */
	text_str(t, "HTTP/1.1 200 OK\r\nST:");
	text_span(t, target);
	text_str(t, "\r\nUSN:");
	addr_text(t, &plain);
	text_str(t, "\r\nAL:");
	addr_text(t, &plain);
	text_str(t, "\r\nCache-Control:max-age=14400\r\nExt:\r\n\r\n");
}

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span trimmed(struct span s)
{
	while (s.n && blank(s.p[0]))
		s = span_of(s.p + 1, s.n - 1);
	while (s.n && blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Up to the line's end, which is CR LF or LF alone; what is left begins behind it. */
static struct span take_line(struct span *s)
{
	const uint8_t *end = s->n ? memchr(s->p, '\n', s->n) : NULL;
	size_t n = end ? (size_t)(end - s->p) : s->n;
	struct span line = trimmed(span_of(s->p, n));
	*s = end ? span_of(end + 1, s->n - n - 1) : span_of(NULL, 0);
	return line;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

static bool is_word(struct span s, const char *word)
{
	size_t n = strlen(word);
	if (s.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(s.p[i]) != (uint8_t)word[i])
			return false;
	return true;
}

static bool begins(struct span s, const char *word)
{
	size_t n = strlen(word);
	return s.n >= n && is_word(span_of(s.p, n), word);
}

static enum err take_at(struct span value, struct addr *at)
{
	struct addr a;
	enum err e = addr_parse(value, 0, &a);
	if (e || a.port <= PNRP_PORT_FLOOR || a.scope || addr_is_any(&a) || addr_is_multicast(&a))
		return ERR_MALFORMED;
	*at = addr_unmapped(a);
	return OK;
}

static enum err take_mx(struct span value, uint32_t *mx)
{
	uint64_t v;
	if (number_u64(value, MX_MOST, &v))
		return ERR_MALFORMED;
	*mx = (uint32_t)v;
	return OK;
}

struct seen {
	bool man, mx, at;
};

static enum err take_header(struct span line, struct pnrp_ssdp *m, struct seen *seen)
{
	const uint8_t *colon = memchr(line.p, ':', line.n);
	if (!colon)
		return ERR_MALFORMED;
	size_t n = (size_t)(colon - line.p);
	struct span name = trimmed(span_of(line.p, n));
	struct span value = trimmed(span_of(colon + 1, line.n - n - 1));
	if (is_word(name, "st")) {
		m->target = value;
		return value.n && value.n <= PNRP_SSDP_TARGET_MAX ? OK : ERR_MALFORMED;
	}
	if (is_word(name, "man"))
		seen->man = is_word(value, "\"ssdp:discover\"");
	if (is_word(name, "mx") && m->kind == PNRP_SSDP_SEARCH) {
		seen->mx = true;
		return take_mx(value, &m->mx);
	}
	if (is_word(name, "al") && m->kind == PNRP_SSDP_ANSWER) {
		seen->at = true;
		return take_at(value, &m->at);
	}
	return OK;
}

static enum err take_start(struct span line, enum pnrp_ssdp_kind *kind)
{
	if (is_word(line, "m-search * http/1.1")) {
		*kind = PNRP_SSDP_SEARCH;
		return OK;
	}
	if (!begins(line, "http/1.1 200") && !begins(line, "http/1.0 200"))
		return ERR_MALFORMED;
	*kind = PNRP_SSDP_ANSWER;
	return OK;
}

enum err pnrp_ssdp_parse(struct span message, struct pnrp_ssdp *out)
{
	struct pnrp_ssdp m = { .mx = 0 };
	struct seen seen = { false, false, false };
	if (message.n > PNRP_SSDP_MAX)
		return ERR_MALFORMED;
	enum err e = take_start(take_line(&message), &m.kind);
	for (size_t i = 0; e == OK && message.n; i++) {
		struct span line = take_line(&message);
		if (!line.n)
			break;
		e = i < PNRP_SSDP_LINES ? take_header(line, &m, &seen) : ERR_MALFORMED;
	}
	bool whole = m.kind == PNRP_SSDP_SEARCH ? seen.man && seen.mx : seen.at;
	if (e || !m.target.n || !whole)
		return ERR_MALFORMED;
	*out = m;
	return OK;
}
