/* graph_record.c - records. What is read and written again are the octets there were; of
 * two, each is as strong as itself, and one is not both stronger and weaker. */
#include "graph/record.h"
#include "fuzz_env.h"

static void rewrite(const struct graph_record *r, struct span s)
{
	size_t n = graph_record_size(r);
	hold(n >= GRAPH_RECORD_FIXED && n <= s.n);
	uint8_t *room = malloc(n);
	hold(room != NULL);
	struct wr w = wr_of(room, n);
	graph_record_put(&w, r);
	hold(!w.failed && span_eq(wr_span(&w), span_of(s.p, n)));
	free(room);
}

/* Whatever a name says, it can be shown; what is text comes back. */
static void show(struct span name)
{
	char text[3 * GRAPH_ID_UNITS + 1];
	uint8_t units[2 * GRAPH_ID_UNITS];
	size_t n;
	struct text t = TEXT_OF(text);
	graph_utf8(&t, name);
	hold(!t.cut);
	hold(graph_utf16(span_str(text), GRAPH_ID_UNITS, units, &n) == OK && n <= name.n);
}

static void judge(const struct graph_record *r)
{
	struct graph_rules rules = { r->graph, 1000, UINT64_MAX };
	enum graph_fault why = GRAPH_FAULT_COUNT;
	enum err e = graph_record_check(r, &rules, &why);
	hold(why < GRAPH_FAULT_COUNT && (e == OK) == (why == GRAPH_FAULT_NONE));
	hold(*graph_fault_text(why) || e == OK);
	if (e == OK)
		show(r->creator);
	hold(graph_record_compare(r, r) == GRAPH_PRESENT);
	struct graph_record other = *r;
	other.modifier = r->creator;
	enum graph_verdict there = graph_record_compare(r, &other);
	enum graph_verdict back = graph_record_compare(&other, r);
	hold((there == GRAPH_NEW) == (back == GRAPH_OLD));
	hold((there == GRAPH_PRESENT) == (back == GRAPH_PRESENT));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = span_of(data, size);
	struct graph_record r;
	if (graph_record_decode(s, &r) != OK)
		return 0;
	rewrite(&r, s);
	judge(&r);
	return 0;
}
