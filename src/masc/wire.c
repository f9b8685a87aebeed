#include "masc/wire.h"

#include <assert.h>

#include "wire/rd.h"
#include "wire/wr.h"

#define CLAIM_FIXED	  20 /* attribute header, flags, three times */
#define NOTIFICATION_HEAD 6

/* MASC-2.1: a row a message. */
static const struct {
	uint16_t min, max;
} messages[] = {
	[MASC_MSG_OPEN] = { 20, WIRE_MESSAGE_MAX },
	[MASC_MSG_UPDATE] = { 40, WIRE_MESSAGE_MAX },
	/* Shorter ones than 6 are bad NOTIFICATIONs, no header errors: a
	 * NOTIFICATION is not answered with 1/1. */
	[MASC_MSG_NOTIFICATION] = { WIRE_HEADER, WIRE_MESSAGE_MAX },
	[MASC_MSG_KEEPALIVE] = { WIRE_HEADER, WIRE_HEADER },
};

#define ROLE(r) (1u << (r))
#define I	ROLE(MASC_INTERNAL_PEER)
#define C	ROLE(MASC_CHILD)
#define S	ROLE(MASC_SIBLING)
#define P	ROLE(MASC_PARENT)

/* MASC-2.5: a row an attribute. */
static const struct {
	uint8_t roles;	  /* that its origin may have */
	bool may_be_zero; /* an address of 0: a hint of size only */
} attributes[WIRE_ATTRIBUTES] = {
	[WIRE_PREFIX_IN_USE] = { I | C | S, false },   [WIRE_CLAIM_DENIED] = { I | P, true },
	[WIRE_CLAIM_TO_EXPAND] = { I | C | S, false }, [WIRE_NEW_CLAIM] = { I | C | S, true },
	[WIRE_PREFIX_MANAGED] = { I | P, false },      [WIRE_WITHDRAW] = { I | C | S | P, false },
};

size_t wire_id_size(enum masc_family f)
{
	return f == MASC_IPV6 ? 16 : 4;
}

static bool family_known(uint8_t f)
{
	return f == MASC_IPV4 || f == MASC_IPV6;
}

static void id_read(struct rd *r, size_t n, struct masc_id *out)
{
	struct span s = rd_bytes(r, n);
	memset(out, 0, sizeof(*out));
	if (s.n)
		memcpy(out->octets + sizeof(out->octets) - n, s.p, n);
}

static void id_write(struct wr *w, size_t n, const struct masc_id *id)
{
	wr_bytes(w, span_of(id->octets + sizeof(id->octets) - n, n));
}

struct wire_header wire_header_read(const uint8_t p[WIRE_HEADER])
{
	struct rd r = rd_of(span_of(p, WIRE_HEADER));
	struct wire_header h;
	h.length = rd_u16(&r);
	h.type = rd_u8(&r);
	return h;
}

bool wire_length_ok(const struct wire_header *h)
{
	return h->length >= WIRE_HEADER && h->length <= WIRE_MESSAGE_MAX;
}

static struct wire_error header_error(uint8_t subcode)
{
	return (struct wire_error){ .code = WIRE_HEADER_ERROR, .subcode = subcode };
}

struct wire_error wire_header_check(const struct wire_header *h)
{
	if (!wire_length_ok(h))
		return header_error(WIRE_BAD_LENGTH);
	if (h->type < MASC_MSG_OPEN || h->type > MASC_MSG_KEEPALIVE)
		return header_error(WIRE_BAD_TYPE);
	if (h->length < messages[h->type].min || h->length > messages[h->type].max)
		return header_error(WIRE_BAD_LENGTH);
	return (struct wire_error){ 0 };
}

uint8_t wire_version_below(uint8_t bid)
{
	return bid > WIRE_VERSION ? WIRE_VERSION : 0;
}

/* Options: length of the value, type, value. None is defined, so that only the
 * list is checked; (0, 0) pads. */
static bool options_ok(struct span options)
{
	struct rd r = rd_of(options);
	while (r.left) {
		size_t n = rd_u8(&r);
		rd_skip(&r, 1);
		rd_skip(&r, n);
		if (r.failed)
			return false;
	}
	return true;
}

static bool open_fail(struct wire_error *error, uint8_t code, uint8_t subcode, struct span data)
{
	*error = (struct wire_error){ .code = code, .subcode = subcode, .data = data };
	return false;
}

bool wire_open_read(struct span message, struct wire_open *out, struct wire_error *error)
{
	struct span body = { message.p + WIRE_HEADER, message.n - WIRE_HEADER };
	struct rd r = rd_of(body);
	memset(out, 0, sizeof(*out));
	out->version = rd_u8(&r);
	uint8_t bits = rd_u8(&r);
	out->family = bits >> 2 & 0x1f;
	out->role = bits & 3;
	out->hold_time = rd_u16(&r);
	/* Of a version to come we know no more than this. */
	if (out->version != WIRE_VERSION)
		return true;
	if (!family_known(out->family))
		return open_fail(error, WIRE_OPEN_ERROR, WIRE_OPEN_FAMILY, body);
	size_t n = wire_id_size(out->family);
	id_read(&r, n, &out->domain);
	id_read(&r, n, &out->node);
	id_read(&r, n, &out->parent);
	if (r.failed)
		return open_fail(error, WIRE_HEADER_ERROR, WIRE_BAD_LENGTH, message);
	out->options = rd_rest(&r);
	if (!options_ok(out->options))
		return open_fail(error, WIRE_OPEN_ERROR, WIRE_UNSPECIFIC, body);
	return true;
}

void wire_notification_read(struct span message, struct wire_notification *out, bool *malformed)
{
	struct rd r = rd_of(message);
	rd_skip(&r, WIRE_HEADER);
	memset(out, 0, sizeof(*out));
	uint8_t bits = rd_u8(&r);
	out->stay_open = bits & 0x80;
	out->code = bits & 0x7f;
	out->subcode = rd_u8(&r);
	*malformed = r.failed || !wire_error_known(out->code, out->subcode) ||
		     (out->stay_open && wire_error_closes(out->code, out->subcode));
	out->data = rd_rest(&r);
}

static void list_broken(struct wire_error *error, struct span data)
{
	*error = (struct wire_error){ .code = WIRE_UPDATE_ERROR,
				      .subcode = WIRE_MALFORMED_LIST,
				      .data = data };
}

bool wire_item_next(struct span *rest, struct wire_item *out, struct wire_error *error)
{
	struct rd r = rd_of(*rest);
	uint16_t length = rd_u16(&r);
	uint8_t type = rd_u8(&r);
	rd_skip(&r, 1);
	if (r.failed || length < WIRE_HEADER || length > rest->n || length % 4) {
		list_broken(error, *rest);
		return false;
	}
	out->type = type;
	out->bytes = (struct span){ rest->p, length };
	rest->p += length;
	rest->n -= length;
	return true;
}

static enum wire_verdict refuse(const struct wire_item *item, uint8_t subcode,
				struct wire_error *error)
{
	*error = (struct wire_error){ .code = WIRE_UPDATE_ERROR,
				      .subcode = subcode,
				      .stay_open = !wire_error_closes(WIRE_UPDATE_ERROR, subcode),
				      .data = item->bytes };
	return WIRE_REFUSED;
}

/* The length of a contiguous mask; -1 when it has holes. */
static int mask_length(const uint8_t *mask, size_t n)
{
	int bits = 0;
	size_t i = 0;
	for (; i < n && mask[i] == 0xff; i++)
		bits += 8;
	if (i == n)
		return bits;
	uint8_t tail = (uint8_t)~mask[i];
	if (tail & (tail + 1))
		return -1;
	for (uint8_t m = mask[i]; m; m = (uint8_t)(m << 1))
		bits++;
	for (i++; i < n; i++)
		if (mask[i])
			return -1;
	return bits;
}

static bool all_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

static bool has_host_bits(const uint8_t *p, size_t n, unsigned plen)
{
	size_t whole = plen / 8;
	if (whole == n)
		return false;
	if (p[whole] & 0xff >> plen % 8)
		return true;
	return !all_zero(p + whole + 1, n - whole - 1);
}

/* MASC-2.7: inside the multicast addresses, and inside one scope where the
 * address shows it (the fourth hexadecimal digit of IPv6). */
static bool is_group_range(const struct wire_claim *c)
{
	if (c->family == MASC_IPV6)
		return c->address[0] == 0xff && c->prefix_length >= 16;
	return c->address[0] >> 4 == 14 && c->prefix_length >= 4;
}

static bool address_ok(const struct wire_claim *c)
{
	size_t n = wire_id_size(c->family);
	if (all_zero(c->address, n))
		return attributes[c->type].may_be_zero;
	return is_group_range(c) && !has_host_bits(c->address, n, c->prefix_length);
}

/* The fields of an attribute known to be long enough; 0 or the subcode. */
static uint8_t claim_fields(struct rd *r, struct wire_claim *c)
{
	size_t n = wire_id_size(c->family);
	c->timestamp = rd_u32(r);
	c->lifetime = rd_u32(r);
	c->hold_time = rd_u32(r);
	id_read(r, n, &c->domain);
	id_read(r, n, &c->node);
	struct span address = rd_bytes(r, n);
	struct span mask = rd_bytes(r, n);
	assert(!r->failed);
	memcpy(c->address, address.p, n);
	c->options = rd_rest(r);
	if (!options_ok(c->options))
		return WIRE_MALFORMED_LIST;
	if (!(attributes[c->type].roles & ROLE(c->role)))
		return WIRE_CLAIM_TYPE;
	if (!(mask.p[0] & 0x80))
		return WIRE_BAD_MASK;
	int plen = mask_length(mask.p, n);
	if (plen < 0)
		return WIRE_MASK_HOLES;
	c->prefix_length = (uint8_t)plen;
	return address_ok(c) ? 0 : WIRE_BAD_ADDRESS;
}

enum wire_verdict wire_claim_read(const struct wire_item *item, enum masc_family family,
				  struct wire_claim *out, struct wire_error *error)
{
	if (item->type >= 128)
		return WIRE_IGNORED;
	if (item->type >= WIRE_ATTRIBUTES)
		return refuse(item, WIRE_UNKNOWN_REQUIRED, error);
	struct rd r = rd_of(item->bytes);
	rd_skip(&r, WIRE_HEADER + 1);
	uint8_t bits = rd_u8(&r);
	rd_skip(&r, 2);
	struct wire_claim c = { .type = item->type, .family = bits >> 2 & 0x1f };
	c.deprecated = bits & 0x80;
	c.role = bits & 3;
	size_t least = CLAIM_FIXED + 4 * wire_id_size(c.family);
	if (item->bytes.n < least)
		return refuse(item, WIRE_ATTRIBUTE_LENGTH, error);
	if (c.family != family)
		return refuse(item, WIRE_UPDATE_FAMILY, error);
	uint8_t subcode = claim_fields(&r, &c);
	if (subcode)
		return refuse(item, subcode, error);
	*out = c;
	return WIRE_TAKEN;
}

static void header_write(struct wr *w, enum masc_message type)
{
	/* The length comes when it is known. */
	const uint8_t head[WIRE_HEADER] = { 0, 0, (uint8_t)type, 0 };
	wr_bytes(w, span_of(head, sizeof(head)));
}

static struct span message_end(struct wr *w)
{
	wr_patch_u16(w, 0, (uint16_t)w->n);
	return wr_span(w);
}

bool wire_is_hint(const struct wire_claim *c)
{
	static const uint8_t none[sizeof(c->address)];
	return c->type == WIRE_NEW_CLAIM && memcmp(c->address, none, sizeof(none)) == 0;
}

struct span wire_open_write(const struct wire_open *o, uint8_t *room)
{
	struct wr w = wr_of(room, WIRE_MESSAGE_MAX);
	size_t n = wire_id_size(o->family);
	header_write(&w, MASC_MSG_OPEN);
	wr_u8(&w, o->version);
	wr_u8(&w, (uint8_t)(o->family << 2 | o->role));
	wr_u16(&w, o->hold_time);
	id_write(&w, n, &o->domain);
	id_write(&w, n, &o->node);
	id_write(&w, n, &o->parent);
	wr_bytes(&w, o->options);
	return message_end(&w);
}

struct span wire_keepalive_write(uint8_t *room)
{
	struct wr w = wr_of(room, WIRE_MESSAGE_MAX);
	header_write(&w, MASC_MSG_KEEPALIVE);
	return message_end(&w);
}

struct span wire_notification_write(const struct wire_error *e, uint8_t *room)
{
	struct wr w = wr_of(room, WIRE_MESSAGE_MAX);
	size_t n = WIRE_MESSAGE_MAX - NOTIFICATION_HEAD;
	header_write(&w, MASC_MSG_NOTIFICATION);
	wr_u8(&w, (uint8_t)((e->stay_open ? 0x80 : 0) | e->code));
	wr_u8(&w, e->subcode);
	wr_bytes(&w, span_of(e->data.p, e->data.n < n ? e->data.n : n));
	return message_end(&w);
}

void wire_update_start(struct wr *w, uint8_t *room)
{
	*w = wr_of(room, WIRE_MESSAGE_MAX);
	header_write(w, MASC_MSG_UPDATE);
}

static void mask_write(struct wr *w, size_t n, unsigned plen)
{
	for (size_t i = 0; i<n; i++, plen = plen> 8 ? plen - 8 : 0)
		wr_u8(w, (uint8_t)(0xff00 >> (plen < 8 ? plen : 8)));
}

/* Options are two octets at least and attributes a multiple of four long: pad
 * options of (0, 0) fill up. */
static size_t padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

bool wire_update_add(struct wr *w, const struct wire_claim *c)
{
	size_t n = wire_id_size(c->family);
	size_t length = padded(CLAIM_FIXED + 4 * n + c->options.n);
	if (c->options.n % 2 || length > w->size - w->n)
		return false;
	wr_u16(w, (uint16_t)length);
	wr_u8(w, c->type);
	wr_u16(w, 0); /* reserved, and the first octet of the data */
	wr_u8(w, (uint8_t)((c->deprecated ? 0x80 : 0) | c->family << 2 | c->role));
	wr_u16(w, 0);
	wr_u32(w, c->timestamp);
	wr_u32(w, c->lifetime);
	wr_u32(w, c->hold_time);
	id_write(w, n, &c->domain);
	id_write(w, n, &c->node);
	wr_bytes(w, span_of(c->address, n));
	mask_write(w, n, c->prefix_length);
	wr_bytes(w, c->options);
	wr_zero(w, length - CLAIM_FIXED - 4 * n - c->options.n);
	return true;
}

struct span wire_update_end(struct wr *w)
{
	return message_end(w);
}
