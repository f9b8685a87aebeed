/* graph_dump.c - a stream that is said to be a dump of a database, given in pieces as long
 * as the first octet says. */
#include "graph/dump.h"
#include "fuzz_env.h"

#define RECORD_MAX 1024

/* Takes out what there is; false: the stream is refused. */
static bool drain(struct graph_undump *u, uint64_t *records, bool *ended)
{
	for (;;) {
		struct graph_undump_out o;
		if (graph_undump_next(u, &o))
			return false;
		if (o.kind == GRAPH_UNDUMP_MORE)
			return true;
		hold(!*ended);
		*ended = o.kind == GRAPH_UNDUMP_END;
		*records += o.kind == GRAPH_UNDUMP_RECORD;
		hold(o.records == *records && o.record.n <= RECORD_MAX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_env fuzz = FUZZ_ENV(fuzz);
	static struct crypto *crypto; /* one for all inputs: to make it takes longer */
	struct graph_undump *u;
	uint64_t records = 0;
	bool ended = false;
	if (size == 0)
		return 0;
	if (!crypto)
		hold(crypto_new(&crypto, &fuzz.env) == OK);
	size_t before = fuzz.live;
	hold(graph_undump_new(&u, crypto, &fuzz.env, RECORD_MAX) == OK);
	size_t piece = 1 + (size_t)data[0] * 8;
	for (size_t at = 1; at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;
		hold(graph_undump_feed(u, span_of(data + at, n)) == OK);
		if (!drain(u, &records, &ended))
			break;
	}
	graph_undump_free(u);
	hold(fuzz.live == before);
	return 0;
}
