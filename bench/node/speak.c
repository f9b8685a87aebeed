#include "speak.h"

#include <string.h>

static uint8_t *put(uint8_t *p, uint32_t v, size_t octets)
{
	while (octets--)
		*p++ = (uint8_t)(v >> 8 * octets);
	return p;
}

static uint32_t get(const uint8_t *p, size_t octets)
{
	uint32_t v = 0;
	while (octets--)
		v = v << 8 | *p++;
	return v;
}

/* MASC, RFC 2909 section 7: u16 length, u8 type, u8 reserved. */
enum {
	MASC_OPEN = 1,
	MASC_NOTIFICATION = 3,
	MASC_KEEPALIVE = 4,
	MASC_HEAD = 4
};

static size_t masc_head(uint8_t *p, uint32_t length, uint32_t type)
{
	put(put(put(p, length, 2), type, 1), 0, 1);
	return length;
}

/* A child of whoever listens: version 1, IPv4, role 1. */
static size_t masc_open(uint8_t *p, uint32_t session, uint16_t hold_s)
{
	uint8_t *q = p + MASC_HEAD;
	q = put(q, 1, 1);
	q = put(q, 1 << 2 | 1, 1);
	q = put(q, hold_s, 2);
	q = put(q, SPEAK_DOMAIN(session), 4);
	q = put(q, SPEAK_NODE(session), 4);
	put(q, 0, 4);
	return masc_head(p, 20, MASC_OPEN);
}

static size_t masc_keepalive(uint8_t *p)
{
	return masc_head(p, MASC_HEAD, MASC_KEEPALIVE);
}

static size_t masc_cease(uint8_t *p)
{
	put(p + MASC_HEAD, 7 << 8, 2);
	return masc_head(p, 6, MASC_NOTIFICATION);
}

static enum said masc_read(const uint8_t *p, size_t n, size_t *length)
{
	if (n < MASC_HEAD)
		return SAID_PART;
	*length = get(p, 2);
	if (*length < MASC_HEAD)
		return SAID_NONSENSE;
	if (n < *length)
		return SAID_PART;
	if (p[2] == MASC_OPEN)
		return SAID_OPEN;
	if (p[2] == MASC_KEEPALIVE)
		return SAID_KEEPALIVE;
	return p[2] == MASC_NOTIFICATION ? SAID_ERROR : SAID_OTHER;
}

/* BGP, RFC 4271 section 4: 16 octets of ones, u16 length, u8 type. */
enum {
	BGP_OPEN = 1,
	BGP_NOTIFICATION = 3,
	BGP_KEEPALIVE = 4,
	BGP_MARKER = 16,
	BGP_HEAD = 19
};

static size_t bgp_head(uint8_t *p, uint32_t length, uint32_t type)
{
	memset(p, 0xff, BGP_MARKER);
	put(put(p + BGP_MARKER, length, 2), type, 1);
	return length;
}

static size_t bgp_open(uint8_t *p, uint32_t session, uint16_t hold_s)
{
	uint8_t *q = p + BGP_HEAD;
	q = put(q, 4, 1);
	q = put(q, SPEAK_AS, 2);
	q = put(q, hold_s, 2);
	q = put(q, SPEAK_NODE(session), 4);
	put(q, 0, 1);
	return bgp_head(p, 29, BGP_OPEN);
}

static size_t bgp_keepalive(uint8_t *p)
{
	return bgp_head(p, BGP_HEAD, BGP_KEEPALIVE);
}

static size_t bgp_cease(uint8_t *p)
{
	put(p + BGP_HEAD, 6 << 8 | 2, 2);
	return bgp_head(p, 21, BGP_NOTIFICATION);
}

static enum said bgp_read(const uint8_t *p, size_t n, size_t *length)
{
	if (n < BGP_HEAD)
		return SAID_PART;
	*length = get(p + BGP_MARKER, 2);
	if (*length < BGP_HEAD)
		return SAID_NONSENSE;
	if (n < *length)
		return SAID_PART;
	uint8_t type = p[BGP_MARKER + 2];
	if (type == BGP_OPEN)
		return SAID_OPEN;
	if (type == BGP_KEEPALIVE)
		return SAID_KEEPALIVE;
	return type == BGP_NOTIFICATION ? SAID_ERROR : SAID_OTHER;
}

const struct speech speech_masc = {
	"masc", 2587, masc_open, masc_keepalive, masc_cease, masc_read
};
const struct speech speech_bgp = { "bgp", 179, bgp_open, bgp_keepalive, bgp_cease, bgp_read };

const struct speech *speech_find(const char *name)
{
	if (strcmp(name, speech_masc.name) == 0)
		return &speech_masc;
	return strcmp(name, speech_bgp.name) == 0 ? &speech_bgp : NULL;
}
