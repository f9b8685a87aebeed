#include "base/addr.h"
#include "base/number.h"

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

size_t addr_ip_size(const struct addr *a)
{
	if (a->family == ADDR_IPV4)
		return 4;
	return a->family == ADDR_IPV6 ? 16 : 0;
}

bool addr_same_host(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && a->scope == b->scope &&
	       memcmp(a->ip, b->ip, addr_ip_size(a)) == 0;
}

bool addr_same_net(const struct addr *a, const struct addr *b)
{
	size_t n = a->family == ADDR_IPV6 ? 8 : addr_ip_size(a);
	return a->family == b->family && a->scope == b->scope && memcmp(a->ip, b->ip, n) == 0;
}

bool addr_eq(const struct addr *a, const struct addr *b)
{
	return addr_same_host(a, b) && a->port == b->port;
}

static bool is_mapped(const struct addr *a)
{
	return a->family == ADDR_IPV6 && memcmp(a->ip, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

struct addr addr_unmapped(struct addr a)
{
	if (!is_mapped(&a))
		return a;
	struct addr v4 = { .family = ADDR_IPV4, .port = a.port };
	memcpy(v4.ip, a.ip + sizeof(mapped_prefix), 4);
	return v4;
}

struct addr addr_mapped(struct addr a)
{
	if (a.family != ADDR_IPV4)
		return a;
	struct addr v6 = { .family = ADDR_IPV6, .port = a.port };
	memcpy(v6.ip, mapped_prefix, sizeof(mapped_prefix));
	memcpy(v6.ip + sizeof(mapped_prefix), a.ip, 4);
	return v6;
}

bool addr_is_loopback(const struct addr *a)
{
	static const uint8_t loopback6[16] = { [15] = 1 };
	struct addr u = addr_unmapped(*a);
	if (u.family == ADDR_IPV4)
		return u.ip[0] == 127;
	return u.family == ADDR_IPV6 && memcmp(u.ip, loopback6, 16) == 0;
}

bool addr_is_any(const struct addr *a)
{
	static const uint8_t zero[16];
	struct addr u = addr_unmapped(*a);
	return u.family != ADDR_NONE && memcmp(u.ip, zero, addr_ip_size(&u)) == 0;
}

bool addr_is_multicast(const struct addr *a)
{
	struct addr u = addr_unmapped(*a);
	if (u.family == ADDR_IPV4)
		return (u.ip[0] & 0xf0) == 0xe0;
	return u.family == ADDR_IPV6 && u.ip[0] == 0xff;
}

bool addr_is_link_local(const struct addr *a)
{
	struct addr u = addr_unmapped(*a);
	if (u.family == ADDR_IPV4)
		return u.ip[0] == 169 && u.ip[1] == 254;
	return u.family == ADDR_IPV6 && u.ip[0] == 0xfe && (u.ip[1] & 0xc0) == 0x80;
}

/* Whether an address means nothing without an interface: fe80::/10, and
 * multicast of interface-local or link-local scope. */
static bool needs_scope(const uint8_t ip[16])
{
	if (ip[0] == 0xfe)
		return (ip[1] & 0xc0) == 0x80;
	return ip[0] == 0xff && ((ip[1] & 0x0f) == 1 || (ip[1] & 0x0f) == 2);
}

/* The octets before the first c, which is taken off too; all of s when there
 * is no c, *found says which. */
static struct span take_until(struct span *s, char c, bool *found)
{
	const uint8_t *at = s->n ? memchr(s->p, c, s->n) : NULL;
	struct span head = *s;
	*found = at != NULL;
	if (!at) {
		*s = span_of(NULL, 0);
		return head;
	}
	head.n = (size_t)(at - s->p);
	*s = span_of(at + 1, s->n - head.n - 1);
	return head;
}

/* Dotted quad: four numbers, no leading zeros (octal to some readers). */
static enum err parse_ipv4(struct span s, uint8_t ip[4])
{
	uint8_t octets[4];
	for (size_t i = 0; i < 4; i++) {
		bool dot;
		uint64_t v;
		struct span part = take_until(&s, '.', &dot);
		if (dot != (i < 3) || (part.n > 1 && part.p[0] == '0') || part.n > 3)
			return ERR_MALFORMED;
		if (number_u64(part, 255, &v))
			return ERR_MALFORMED;
		octets[i] = (uint8_t)v;
	}
	memcpy(ip, octets, 4);
	return OK;
}

/* One to four hexadecimal digits. */
static enum err parse_group(struct span s, uint8_t out[2])
{
	uint8_t padded[4] = { '0', '0', '0', '0' };
	size_t n;
	if (s.n == 0 || s.n > 4)
		return ERR_MALFORMED;
	memcpy(padded + 4 - s.n, s.p, s.n);
	return number_hex(span_of(padded, 4), out, 2, &n);
}

struct groups {
	uint8_t ip[16];
	size_t n; /* octets */
};

/* Groups between colons, an IPv4 address in place of the last two only where
 * `tail` says so. An empty span has no group. */
static enum err parse_groups(struct span s, bool tail, struct groups *g)
{
	g->n = 0;
	for (bool more = s.n > 0; more;) {
		struct span part = take_until(&s, ':', &more);
		bool quad = tail && !more && part.n && memchr(part.p, '.', part.n);
		size_t size = quad ? 4 : 2;
		if (g->n + size > 16)
			return ERR_MALFORMED;
		enum err e =
			quad ? parse_ipv4(part, g->ip + g->n) : parse_group(part, g->ip + g->n);
		if (e)
			return ERR_MALFORMED;
		g->n += size;
	}
	return OK;
}

/* Where the first "::" is; s.n when there is none. */
static size_t find_gap(struct span s)
{
	for (size_t i = 0; i + 1 < s.n; i++)
		if (s.p[i] == ':' && s.p[i + 1] == ':')
			return i;
	return s.n;
}

static enum err parse_ipv6(struct span s, uint8_t ip[16])
{
	struct groups head, rest = { .n = 0 };
	size_t gap = find_gap(s);
	bool has_gap = gap < s.n;

	if (parse_groups(span_of(s.p, gap), !has_gap, &head))
		return ERR_MALFORMED;
	if (has_gap && parse_groups(span_of(s.p + gap + 2, s.n - gap - 2), true, &rest))
		return ERR_MALFORMED;
	/* A gap stands for at least one group. */
	if (has_gap ? head.n + rest.n > 14 : head.n != 16)
		return ERR_MALFORMED;
	memset(ip, 0, 16);
	memcpy(ip, head.ip, head.n);
	memcpy(ip + 16 - rest.n, rest.ip, rest.n);
	return OK;
}

static enum err parse_port(struct span s, uint16_t *port)
{
	uint64_t v;
	enum err e = number_u64(s, UINT16_MAX, &v);
	if (e)
		return e;
	*port = (uint16_t)v;
	return OK;
}

/* An IPv6 address with "%index" or without. */
static enum err parse_scoped(struct span s, struct addr *a)
{
	bool scoped;
	uint64_t v;
	struct span ip = take_until(&s, '%', &scoped);
	if (parse_ipv6(ip, a->ip))
		return ERR_MALFORMED;
	a->family = ADDR_IPV6;
	if (!scoped)
		return OK;
	if (!needs_scope(a->ip))
		return ERR_MALFORMED;
	enum err e = number_u64(s, UINT32_MAX, &v);
	if (e)
		return e;
	a->scope = (uint32_t)v;
	return v ? OK : ERR_RANGE;
}

/* "[address]" or "[address]:port"; the first octet is known. */
static enum err parse_bracketed(struct span s, struct addr *a)
{
	bool closed;
	s = span_of(s.p + 1, s.n - 1);
	struct span ip = take_until(&s, ']', &closed);
	if (!closed)
		return ERR_MALFORMED;
	enum err e = parse_scoped(ip, a);
	if (e || s.n == 0)
		return e;
	if (s.p[0] != ':')
		return ERR_MALFORMED;
	return parse_port(span_of(s.p + 1, s.n - 1), &a->port);
}

static enum err parse_ipv4_port(struct span s, struct addr *a)
{
	bool colon;
	struct span ip = take_until(&s, ':', &colon);
	if (parse_ipv4(ip, a->ip))
		return ERR_MALFORMED;
	a->family = ADDR_IPV4;
	return colon ? parse_port(s, &a->port) : OK;
}

enum err addr_parse(struct span s, uint16_t default_port, struct addr *out)
{
	struct addr a = { .port = default_port };
	bool more;
	struct span rest = s;
	enum err e;

	if (s.n == 0 || s.n >= ADDR_TEXT_MAX)
		return ERR_MALFORMED;
	(void)take_until(&rest, ':', &more);
	if (s.p[0] == '[')
		e = parse_bracketed(s, &a);
	else if (more && (rest.n == 0 || memchr(rest.p, ':', rest.n)))
		e = parse_scoped(s, &a);
	else
		e = parse_ipv4_port(s, &a);
	if (!e)
		*out = a;
	return e;
}

static void ipv4_text(struct text *t, const uint8_t ip[4])
{
	for (size_t i = 0; i < 4; i++) {
		if (i)
			text_char(t, '.');
		text_u64(t, ip[i]);
	}
}

static void group_text(struct text *t, const uint8_t *group)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t v = (uint32_t)group[0] << 8 | group[1];
	bool begun = false;
	for (unsigned shift = 16; shift > 0;) {
		shift -= 4;
		uint32_t d = v >> shift & 15;
		begun |= d != 0 || shift == 0;
		if (begun)
			text_char(t, digits[d]);
	}
}

/* The longest run of zero groups, two at least, the first of equals. */
static size_t longest_gap(const uint8_t ip[16], size_t *length)
{
	size_t best = 8, best_n = 1, run = 0;
	for (size_t i = 0; i < 8; i++) {
		run = ip[2 * i] == 0 && ip[2 * i + 1] == 0 ? run + 1 : 0;
		if (run > best_n) {
			best_n = run;
			best = i + 1 - run;
		}
	}
	*length = best_n;
	return best;
}

static void ipv6_text(struct text *t, const uint8_t ip[16])
{
	size_t gap_n;
	size_t gap = longest_gap(ip, &gap_n);
	for (size_t i = 0; i < 8; i++) {
		if (i == gap) {
			text_str(t, "::");
			i += gap_n - 1;
			continue;
		}
		if (i > 0 && i != gap + gap_n)
			text_char(t, ':');
		group_text(t, ip + 2 * i);
	}
}

static void ip_text(struct text *t, const struct addr *a)
{
	if (a->family == ADDR_IPV4) {
		ipv4_text(t, a->ip);
	} else if (a->family == ADDR_NONE) {
		text_str(t, "none");
	} else if (is_mapped(a)) {
		text_str(t, "::ffff:");
		ipv4_text(t, a->ip + 12);
	} else {
		ipv6_text(t, a->ip);
	}
	if (a->scope) {
		text_char(t, '%');
		text_u64(t, a->scope);
	}
}

void addr_text(struct text *t, const struct addr *a)
{
	bool brackets = a->family == ADDR_IPV6 && a->port;
	if (brackets)
		text_char(t, '[');
	ip_text(t, a);
	if (brackets)
		text_char(t, ']');
	if (a->port && a->family != ADDR_NONE) {
		text_char(t, ':');
		text_u64(t, a->port);
	}
}
