/* rd.h - reads octets in network order. Cursor over borrowed bytes. A short
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
	uint32_t hi = rd_u16(r);
	uint32_t lo = rd_u16(r);
	return hi << 16 | lo;
}

static inline uint64_t rd_u64(struct rd *r)
{
	uint64_t hi = rd_u32(r);
	uint64_t lo = rd_u32(r);
	return hi << 32 | lo;
}

/* True when nothing failed and nothing is left. */
static inline bool rd_done(const struct rd *r)
{
	return !r->failed && r->left == 0;
}

#endif
