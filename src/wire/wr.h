/* wr.h - writes octets into a caller's buffer, in network order but where `le` is
 * in a name. A write that does not fit fails it for good and writes nothing; ask
 * once at the end. */
#ifndef WIRE_WR_H
#define WIRE_WR_H

#include "base/span.h"

struct wr {
	uint8_t *p;
	size_t size, n;
	bool failed;
};

static inline struct wr wr_of(void *p, size_t size)
{
	return (struct wr){ p, size, 0, false };
}

/* Room for n octets to be filled by the caller, or NULL; also for n 0. */
static inline uint8_t *wr_room(struct wr *w, size_t n)
{
	if (w->failed || n > w->size - w->n) {
		w->failed = true;
		return NULL;
	}
	if (n == 0)
		return NULL;
	uint8_t *p = w->p + w->n;
	w->n += n;
	return p;
}

static inline void wr_bytes(struct wr *w, struct span s)
{
	uint8_t *p = wr_room(w, s.n);
	if (p)
		memcpy(p, s.p, s.n);
}

static inline void wr_zero(struct wr *w, size_t n)
{
	uint8_t *p = wr_room(w, n);
	if (p)
		memset(p, 0, n);
}

/* The low n octets of v, all or none. */
static inline void wr_integer(struct wr *w, uint64_t v, size_t n)
{
	uint8_t *p = wr_room(w, n);
	if (!p)
		return;
	for (size_t i = n; i > 0; v >>= 8)
		p[--i] = (uint8_t)v;
}

static inline void wr_u8(struct wr *w, uint8_t v)
{
	wr_integer(w, v, 1);
}

static inline void wr_u16(struct wr *w, uint16_t v)
{
	wr_integer(w, v, 2);
}

static inline void wr_u32(struct wr *w, uint32_t v)
{
	wr_integer(w, v, 4);
}

static inline void wr_u64(struct wr *w, uint64_t v)
{
	wr_integer(w, v, 8);
}

/* As wr_integer, the least significant octet first. */
static inline void wr_le(struct wr *w, uint64_t v, size_t n)
{
	uint8_t *p = wr_room(w, n);
	if (!p)
		return;
	for (size_t i = 0; i < n; v >>= 8)
		p[i++] = (uint8_t)v;
}

static inline void wr_le16(struct wr *w, uint16_t v)
{
	wr_le(w, v, 2);
}

static inline void wr_le32(struct wr *w, uint32_t v)
{
	wr_le(w, v, 4);
}

static inline void wr_le64(struct wr *w, uint64_t v)
{
	wr_le(w, v, 8);
}

/* Overwrites two octets written before, for a length known only at the end. */
static inline void wr_patch_u16(struct wr *w, size_t at, uint16_t v)
{
	if (w->failed || w->n < 2 || at > w->n - 2)
		return;
	w->p[at] = (uint8_t)(v >> 8);
	w->p[at + 1] = (uint8_t)v;
}

static inline struct span wr_span(const struct wr *w)
{
	return (struct span){ w->p, w->failed ? 0 : w->n };
}

#endif
