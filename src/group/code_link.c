/* Links of invitations (GROUP-14.10): octets in base64 for addresses of the web. */
#include "base/base64.h"
#include "group/code.h"
#include "wire/rd.h"
#include "wire/utf.h"
#include "wire/wr.h"

#define VERSION 1
#define DIGITS	BASE64_MAX(GROUP_LINK_OCTETS)

/* ---- digits ---- */

/* RFC 4648, section 5: two digits are others, and there is no padding. */
static void to_web(char *p)
{
	for (; *p && *p != '='; p++)
		*p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
	*p = '\0';
}

static bool of_web(struct span s, char *out)
{
	size_t n = 0;
	for (; n < s.n; n++) {
		if (s.p[n] == '+' || s.p[n] == '/' || s.p[n] == '=')
			return false;
		out[n] = s.p[n] == '-' ? '+' : s.p[n] == '_' ? '/' : (char)s.p[n];
	}
	for (; n % 4; n++)
		out[n] = '=';
	out[n] = '\0';
	return true;
}

/* ---- octets ---- */

static void put_text(struct wr *w, const char *s)
{
	wr_u16(w, (uint16_t)strlen(s));
	wr_bytes(w, span_str(s));
}

static void put_address(struct wr *w, const struct addr *a)
{
	wr_u8(w, a->family);
	wr_bytes(w, span_of(a->ip, addr_ip_size(a)));
	wr_u16(w, a->port);
}

static void put(struct wr *w, const struct group_link *l)
{
	wr_u8(w, VERSION);
	wr_u8(w, l->invitation ? 1 : 0);
	wr_bytes(w, span_of(l->id, sizeof(l->id)));
	put_text(w, l->group);
	put_text(w, l->friendly);
	put_text(w, l->secret);
	wr_u8(w, (uint8_t)l->n_address);
	for (size_t i = 0; i < l->n_address; i++)
		put_address(w, &l->address[i]);
}

static bool get_text(struct rd *r, char *out, size_t size)
{
	size_t units;
	uint16_t n = rd_u16(r);
	struct span s = rd_bytes(r, n);
	if (r->failed || n >= size || (n && memchr(s.p, 0, n)) ||
	    utf16_of(s, NULL, n, &units) != OK)
		return false;
	if (n)
		memcpy(out, s.p, n);
	out[n] = '\0';
	return true;
}

static bool get_address(struct rd *r, struct addr *a)
{
	*a = (struct addr){ .family = rd_u8(r) };
	if (a->family != ADDR_IPV4 && a->family != ADDR_IPV6)
		return false;
	struct span ip = rd_bytes(r, addr_ip_size(a));
	a->port = rd_u16(r);
	if (ip.n)
		memcpy(a->ip, ip.p, ip.n);
	return !r->failed && a->port;
}

static bool get_addresses(struct rd *r, struct group_link *l)
{
	l->n_address = rd_u8(r);
	if (r->failed || l->n_address > GROUP_LINK_ADDRESSES)
		return false;
	for (size_t i = 0; i < l->n_address; i++)
		if (!get_address(r, &l->address[i]))
			return false;
	return true;
}

static bool get(struct rd *r, struct group_link *l)
{
	struct group_name name;
	uint8_t kind = rd_u8(r);
	struct span id = rd_bytes(r, sizeof(l->id));
	if (r->failed || kind > 1)
		return false;
	l->invitation = kind == 1;
	memcpy(l->id, id.p, id.n);
	return get_text(r, l->group, sizeof(l->group)) &&
	       get_text(r, l->friendly, sizeof(l->friendly)) &&
	       get_text(r, l->secret, sizeof(l->secret)) && get_addresses(r, l) && rd_done(r) &&
	       group_name_parse(&name, span_str(l->group)) == OK;
}

/* ---- links ---- */

/* A program that opens links may have made its own of what stands before the colon. */
static struct span digits_of(struct span typed)
{
	struct span begins = span_str(GROUP_LINK_BEGINS);
	while (typed.n && (typed.p[typed.n - 1] == ' ' || typed.p[typed.n - 1] == '\n' ||
			   typed.p[typed.n - 1] == '\r'))
		typed.n--;
	if (typed.n < begins.n)
		return span_of(NULL, 0);
	for (size_t i = 0; i < begins.n; i++) {
		uint8_t c = typed.p[i];
		if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != begins.p[i])
			return span_of(NULL, 0);
	}
	return span_of(typed.p + begins.n, typed.n - begins.n);
}

bool group_link_is(struct span typed)
{
	return digits_of(typed).p != NULL;
}

static enum err read_octets(struct group_link *out, struct span octets)
{
	struct group_link l = { .n_address = 0 };
	struct rd r = rd_of(octets);
	uint8_t version = rd_u8(&r);
	if (r.failed || !version)
		return ERR_MALFORMED;
	if (version > VERSION)
		return ERR_UNSUPPORTED;
	bool good = get(&r, &l);
	if (good)
		*out = l;
	group_link_wipe(&l);
	return good ? OK : ERR_MALFORMED;
}

enum err group_link_parse(struct group_link *out, struct span typed, struct text *why)
{
	char digits[DIGITS + 4];
	uint8_t octets[GROUP_LINK_OCTETS];
	size_t n = 0;
	struct span s = digits_of(typed);
	enum err e = ERR_MALFORMED;
	if (s.n && s.n <= DIGITS && of_web(s, digits))
		e = base64_take(span_str(digits), octets, sizeof(octets), &n);
	if (!e)
		e = read_octets(out, span_of(octets, n));
	if (e == ERR_UNSUPPORTED)
		text_str(why, "that link is of a newer version of this program");
	else if (e)
		text_str(why, "that is no whole link of an invitation: it begins with "
			      "homestead:join/, and nothing may be missing at its end");
	crypto_wipe(digits, sizeof(digits));
	crypto_wipe(octets, sizeof(octets));
	return e && e != ERR_UNSUPPORTED ? ERR_MALFORMED : e;
}

enum err group_link_text(struct text *t, const struct group_link *l)
{
	char digits[DIGITS + 1];
	uint8_t octets[GROUP_LINK_OCTETS];
	struct wr w = wr_of(octets, sizeof(octets));
	struct text d = TEXT_OF(digits);
	put(&w, l);
	base64_put(&d, wr_span(&w));
	to_web(digits);
	text_str(t, GROUP_LINK_BEGINS);
	text_str(t, digits);
	bool fits = !w.failed && !d.cut && !t->cut && l->n_address <= GROUP_LINK_ADDRESSES;
	crypto_wipe(digits, sizeof(digits));
	crypto_wipe(octets, sizeof(octets));
	return fits ? OK : ERR_RANGE;
}

void group_link_wipe(struct group_link *l)
{
	crypto_wipe(l, sizeof(*l));
}
