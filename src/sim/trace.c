#include "sim/trace.h"

/* Two lanes, FNV-1a and a multiply-rotate, so that 128 bits must agree. */
#define FNV_START  UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME  UINT64_C(0x100000001b3)
#define LANE_START UINT64_C(0x243f6a8885a308d3)
#define LANE_ODD   UINT64_C(0x9e3779b97f4a7c15)

static void hash_octet(uint64_t h[2], uint8_t c)
{
	h[0] = (h[0] ^ c) * FNV_PRIME;
	h[1] = (h[1] ^ c) * LANE_ODD;
	h[1] = h[1] << 29 | h[1] >> 35;
}

void trace_init(struct trace *t, trace_sink_fn *sink, void *ctx)
{
	t->hash[0] = FNV_START;
	t->hash[1] = LANE_START;
	t->lines = 0;
	t->sink = sink;
	t->ctx = ctx;
}

void trace_line(struct trace *t, struct span line)
{
	for (size_t i = 0; i < line.n; i++)
		hash_octet(t->hash, line.p[i]);
	hash_octet(t->hash, '\n');
	struct text kept = text_of(t->last[t->lines % TRACE_LAST], TRACE_LINE_MAX);
	text_span(&kept, line);
	t->lines++;
	if (t->sink)
		t->sink(t->ctx, line);
}

bool trace_recent(const struct trace *t, size_t i, struct span *line)
{
	uint64_t first = t->lines > TRACE_LAST ? t->lines - TRACE_LAST : 0;
	if (first + i >= t->lines)
		return false;
	*line = span_str(t->last[(first + i) % TRACE_LAST]);
	return true;
}

static void put_u64(struct text *out, uint64_t v)
{
	uint8_t octets[8];
	for (int i = 0; i < 8; i++)
		octets[i] = (uint8_t)(v >> (56 - 8 * i));
	text_hex(out, span_of(octets, sizeof(octets)));
}

void trace_hash_text(const struct trace *t, struct text *out)
{
	put_u64(out, t->hash[0]);
	put_u64(out, t->hash[1]);
}
