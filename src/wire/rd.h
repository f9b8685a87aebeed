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

/* Integers; a short read gives zero, not a part. Written out: compilers make one load of
 * that, and of a loop they do not. */
static inline uint8_t rd_u8(struct rd *r)
{
	struct span s = rd_bytes(r, 1);
	return s.n ? s.p[0] : 0;
}

static inline uint16_t rd_u16(struct rd *r)
{
	struct span s = rd_bytes(r, 2);
	return (uint16_t)(s.n ? s.p[0] << 8 | s.p[1] : 0);
}

static inline uint32_t rd_u32(struct rd *r)
{
	struct span s = rd_bytes(r, 4);
	if (!s.n)
		return 0;
	return (uint32_t)s.p[0] << 24 | (uint32_t)s.p[1] << 16 | (uint32_t)s.p[2] << 8 | s.p[3];
}

static inline uint64_t rd_u64(struct rd *r)
{
	struct span s = rd_bytes(r, 8);
	if (!s.n)
		return 0;
	return (uint64_t)s.p[0] << 56 | (uint64_t)s.p[1] << 48 | (uint64_t)s.p[2] << 40 |
	       (uint64_t)s.p[3] << 32 | (uint64_t)s.p[4] << 24 | (uint64_t)s.p[5] << 16 |
	       (uint64_t)s.p[6] << 8 | s.p[7];
}

/* Of n octets, at most 8, the least significant first. */
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
