#include "masc/prefix.h"

#include "base/addr.h"
#include "base/number.h"

#include <assert.h>

#define IPV6_LEAST 16 /* a range lies in one scope, MASC-2.7 */

uint8_t masc_prefix_bits(enum masc_family f)
{
	return f == MASC_IPV6 ? 128 : 32;
}

static uint8_t bits_of(const struct masc_prefix *p)
{
	return masc_prefix_bits((enum masc_family)p->family);
}

/* Whether no bit is set from `from` on. */
static bool zero_from(const uint8_t address[16], uint8_t from)
{
	size_t i = from / 8;
	if (i < 16 && (address[i] & (0xff >> from % 8)) != 0)
		return false;
	for (i++; i < 16; i++)
		if (address[i])
			return false;
	return true;
}

static void clear_from(uint8_t address[16], uint8_t from)
{
	size_t i = from / 8;
	if (i >= 16)
		return;
	address[i] = (uint8_t)(address[i] & ~(0xff >> from % 8));
	memset(address + i + 1, 0, 15 - i);
}

static void flip(struct masc_prefix *p, uint8_t bit)
{
	p->address[bit / 8] = (uint8_t)(p->address[bit / 8] ^ 0x80 >> bit % 8);
}

/* Whether the first n bits are the same. */
static bool same_bits(const uint8_t a[16], const uint8_t b[16], uint8_t n)
{
	size_t whole = n / 8;
	if (whole && memcmp(a, b, whole) != 0)
		return false;
	return n % 8 == 0 || ((a[whole] ^ b[whole]) & ~(0xff >> n % 8) & 0xff) == 0;
}

/* An address and nothing else: addr_parse() also takes ports and zones. */
static enum err parse_address(struct span s, struct masc_prefix *p)
{
	struct addr a;
	if (s.n == 0 || memchr(s.p, '[', s.n) || memchr(s.p, '%', s.n))
		return ERR_MALFORMED;
	enum err e = addr_parse(s, 0, &a);
	if (e)
		return ERR_MALFORMED;
	if (a.family == ADDR_IPV4 && memchr(s.p, ':', s.n))
		return ERR_MALFORMED;
	p->family = a.family == ADDR_IPV4 ? MASC_IPV4 : MASC_IPV6;
	memcpy(p->address, a.ip, addr_ip_size(&a));
	return OK;
}

static bool is_multicast(const struct masc_prefix *p)
{
	if (p->family == MASC_IPV4)
		return p->length >= 4 && p->address[0] >> 4 == 0xe;
	return p->length >= IPV6_LEAST && p->address[0] == 0xff;
}

enum err masc_prefix_parse(struct span s, struct masc_prefix *out)
{
	struct masc_prefix p = { { 0 }, 0, 0 };
	const uint8_t *slash = s.n ? memchr(s.p, '/', s.n) : NULL;
	if (!slash)
		return ERR_MALFORMED;
	size_t n = (size_t)(slash - s.p);
	enum err e = parse_address(span_of(s.p, n), &p);
	if (e)
		return e;
	uint64_t length;
	e = number_u64(span_of(slash + 1, s.n - n - 1), bits_of(&p), &length);
	if (e)
		return e;
	p.length = (uint8_t)length;
	if (!zero_from(p.address, p.length) || !is_multicast(&p))
		return ERR_RANGE;
	*out = p;
	return OK;
}

void masc_prefix_text(struct text *t, const struct masc_prefix *p)
{
	struct addr a = { .family = p->family == MASC_IPV4 ? ADDR_IPV4 : ADDR_IPV6 };
	memcpy(a.ip, p->address, addr_ip_size(&a));
	addr_text(t, &a);
	text_char(t, '/');
	text_u64(t, p->length);
}

bool masc_prefix_is_zero(const struct masc_prefix *p)
{
	return zero_from(p->address, 0);
}

bool masc_prefix_eq(const struct masc_prefix *a, const struct masc_prefix *b)
{
	return a->family == b->family && a->length == b->length &&
	       memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

int masc_prefix_cmp(const struct masc_prefix *a, const struct masc_prefix *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	int c = memcmp(a->address, b->address, sizeof(a->address));
	if (c)
		return c < 0 ? -1 : 1;
	return a->length < b->length ? -1 : a->length > b->length;
}

bool masc_prefix_covers(const struct masc_prefix *a, const struct masc_prefix *b)
{
	return a->family == b->family && a->length <= b->length &&
	       same_bits(a->address, b->address, a->length);
}

bool masc_prefix_overlaps(const struct masc_prefix *a, const struct masc_prefix *b)
{
	return masc_prefix_covers(a, b) || masc_prefix_covers(b, a);
}

struct masc_prefix masc_prefix_wider(const struct masc_prefix *p)
{
	assert(p->length > 0);
	struct masc_prefix w = *p;
	w.length--;
	clear_from(w.address, w.length);
	return w;
}

struct masc_prefix masc_prefix_buddy(const struct masc_prefix *p)
{
	assert(p->length > 0);
	struct masc_prefix b = *p;
	flip(&b, (uint8_t)(p->length - 1));
	return b;
}

struct masc_prefix masc_prefix_half(const struct masc_prefix *p, unsigned which)
{
	assert(p->length < bits_of(p));
	struct masc_prefix h = *p;
	h.length++;
	if (which)
		flip(&h, p->length);
	return h;
}

struct masc_prefix masc_prefix_first(const struct masc_prefix *p, uint8_t length)
{
	assert(length >= p->length && length <= bits_of(p));
	struct masc_prefix f = *p;
	f.length = length;
	return f;
}

/* Adds one at the last bit that counts; a carry out of the first is the end. */
bool masc_prefix_next(const struct masc_prefix *p, struct masc_prefix *out)
{
	struct masc_prefix n = *p;
	for (uint8_t bit = n.length; bit > 0; bit--) {
		flip(&n, (uint8_t)(bit - 1));
		if (masc_prefix_bit(&n, (uint8_t)(bit - 1))) {
			*out = n;
			return true;
		}
	}
	return false;
}

unsigned masc_prefix_bit(const struct masc_prefix *p, uint8_t i)
{
	return (unsigned)p->address[i / 8] >> (7 - i % 8) & 1U;
}

uint64_t masc_prefix_size(const struct masc_prefix *p)
{
	unsigned host = (unsigned)(bits_of(p) - p->length);
	return host >= 64 ? UINT64_MAX : UINT64_C(1) << host;
}

uint8_t masc_prefix_length_for(enum masc_family f, uint64_t n)
{
	uint8_t bits = masc_prefix_bits(f), host = 0;
	while (host < bits && host < 64 && n > UINT64_C(1) << host)
		host++;
	return (uint8_t)(bits - host);
}
