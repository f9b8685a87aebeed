/* graph_frame.c - a stream, given whole and in pieces: the same messages come of both, and
 * the same end. The first octet is the size of the pieces. */
#include "graph/frame.h"
#include "fuzz_env.h"

#define FNV_START UINT64_C(0xcbf29ce484222325)
#define FNV_STEP  UINT64_C(0x100000001b3)

/* What came of a stream: every message and token, with their sizes. */
struct outcome {
	uint64_t hash, messages;
	enum err err;
};

static struct fuzz_env fuzz = FUZZ_ENV(fuzz);

static void add(struct outcome *o, struct span s)
{
	o->hash = (o->hash ^ s.n) * FNV_STEP;
	for (size_t i = 0; i < s.n; i++)
		o->hash = (o->hash ^ s.p[i]) * FNV_STEP;
}

static enum err take(struct graph_inbox *b, struct span in, struct outcome *o)
{
	struct span payload, message;
	enum err e;
	while ((e = graph_inbox_frame(b, &in, &payload)) == OK) {
		hold(payload.n >= 1 && payload.n <= GRAPH_FRAME_CEILING);
		e = graph_inbox_plain(b, payload, &message);
		if (e == ERR_NOT_FOUND)
			continue;
		if (e)
			return e;
		add(o, message);
		add(o, b->rest);
		o->messages++;
	}
	hold(e != ERR_NOT_FOUND || in.n == 0);
	return e;
}

static struct outcome run(struct span s, size_t piece)
{
	struct graph_inbox b = { .env = &fuzz.env,
				 .sizes = { 1 << 16, 1 << 17 },
				 .first_max = 4096 };
	struct outcome o = { FNV_START, 0, ERR_NOT_FOUND };
	while (s.n && o.err == ERR_NOT_FOUND) {
		size_t n = s.n < piece ? s.n : piece;
		o.err = take(&b, span_of(s.p, n), &o);
		s = span_of(s.p + n, s.n - n);
	}
	graph_inbox_fini(&b);
	hold(graph_inbox_octets(&b) == 0);
	return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	struct span s = span_of(data + 1, size - 1);
	struct outcome whole = run(s, s.n), pieces = run(s, (size_t)data[0] + 1);
	hold(whole.hash == pieces.hash && whole.messages == pieces.messages);
	hold(whole.err == pieces.err && fuzz.live == 0);
	return 0;
}
