/* rd.h - reads octets, in network order but where `le` is in a name. Cursor over borrowed bytes. A short
 * read fails it for good: later reads give zero, so a decoder names its fields
 * and asks once. One read a statement. */
#ifndef WIRE_RD_H
#define WIRE_RD_H

#include "base/span.h"

struct rd {
	const uint8_t *p;
	size_t left;
	bool failed;
};

static inline struct rd rd_of(struct span s)
{
	return (struct rd){ s.p, s.n, false };
}

static inline struct span rd_bytes(struct rd *r, size_t n)
{
	if (r->failed || n > r->left) {
		r->failed = true;
		return (struct span){ NULL, 0 };
	}
	struct span s = { r->p, n };
	/* Nothing may be read of nothing, and NULL must not be counted from. */
	if (n == 0)
		return s;
	r->p += n;
	r->left -= n;
	return s;
}

static inline struct span rd_rest(struct rd *r)
{
	return rd_bytes(r, r->left);
}

static inline void rd_skip(struct rd *r, size_t n)
{
	(void)rd_bytes(r, n);
}

/* An integer of n octets, at most 8; a short read gives zero, not a part. */
static inline uint64_t rd_integer(struct rd *r, size_t n)
{
	struct span s = rd_bytes(r, n);
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	return v;
}

static inline uint8_t rd_u8(struct rd *r)
{
	return (uint8_t)rd_integer(r, 1);
}

static inline uint16_t rd_u16(struct rd *r)
{
	return (uint16_t)rd_integer(r, 2);
}

static inline uint32_t rd_u32(struct rd *r)
{
	return (uint32_t)rd_integer(r, 4);
}

static inline uint64_t rd_u64(struct rd *r)
{
	return rd_integer(r, 8);
}

/* As rd_integer, the least significant octet first. */
static inline uint64_t rd_le(struct rd *r, size_t n)
{
	struct span s = rd_bytes(r, n);
	uint64_t v = 0;
	for (size_t i = s.n; i > 0; i--)
		v = v << 8 | s.p[i - 1];
	return v;
}

static inline uint16_t rd_le16(struct rd *r)
{
	return (uint16_t)rd_le(r, 2);
}

static inline uint32_t rd_le32(struct rd *r)
{
	return (uint32_t)rd_le(r, 4);
}

static inline uint64_t rd_le64(struct rd *r)
{
	return rd_le(r, 8);
}

/* True when nothing failed and nothing is left. */
static inline bool rd_done(const struct rd *r)
{
	return !r->failed && r->left == 0;
}

#endif
