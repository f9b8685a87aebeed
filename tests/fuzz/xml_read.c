/* Documents of anyone: what is told is balanced and within the limits, and text escaped is
 * text again. The first octet chooses where the reader ends it. */
#include "xml/xml.h"
#include "fuzz_env.h"

static const struct xml_limits limits = { 8192, 100, 8, 6 };

struct told {
	size_t elements, depth, end_after;
	struct xml_place last;
};

static void check_order(struct told *t, struct xml_place at)
{
	hold(at.line > t->last.line || (at.line == t->last.line && at.column >= t->last.column));
	t->last = at;
}

static enum err on_begin(void *ctx, struct span name, const struct xml_attribute *a, size_t n,
			 struct xml_place at)
{
	struct told *t = ctx;
	hold(name.n && n <= limits.attributes);
	for (size_t i = 0; i < n; i++)
		hold(a[i].name.n && !memchr(a[i].value.p, 0, a[i].value.n));
	check_order(t, at);
	hold(++t->depth <= limits.depth && ++t->elements <= limits.elements);
	return t->elements == t->end_after ? ERR_CANCELLED : OK;
}

static enum err on_end(void *ctx, struct span name, struct span text, struct xml_place at)
{
	struct told *t = ctx;
	static char buffer[6 * 8192];
	struct text escaped = TEXT_OF(buffer);
	hold(name.n && t->depth-- > 0);
	hold(xml_escape(&escaped, text) == OK && !escaped.cut);
	/* An empty element ends where it begins. */
	check_order(t, at);
	return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	struct told t = { .end_after = data[0] };
	struct fuzz_env fuzz = FUZZ_ENV(fuzz);
	const struct xml_reader reader = { on_begin, on_end, &t };
	struct xml_fault why = { .text = "" };
	enum err e = xml_read(span_of(data + 1, size - 1), &limits, &fuzz.env, &reader, &why);
	hold(e || (t.depth == 0 && t.elements));
	hold((e == ERR_MALFORMED || e == ERR_FULL) == (*why.text != 0));
	hold(fuzz.live == 0);
	return 0;
}
