/* Documents of anyone: what is told is balanced and within the limits, and text escaped is
 * text again. The first octet chooses where the reader ends it. */
#include "xml/xml.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct xml_limits limits = { 8192, 100, 8, 6 };

struct told {
	size_t elements, depth, end_after;
	struct xml_place last;
};

static void *resize(void *ctx, void *p, size_t n)
{
	if (n)
		return realloc(p, n);
	free(p);
	return NULL;
}

static void check_order(struct told *t, struct xml_place at)
{
	assert(at.line > t->last.line || (at.line == t->last.line && at.column >= t->last.column));
	t->last = at;
}

static enum err on_begin(void *ctx, struct span name, const struct xml_attribute *a, size_t n,
			 struct xml_place at)
{
	struct told *t = ctx;
	assert(name.n && n <= limits.attributes);
	for (size_t i = 0; i < n; i++)
		assert(a[i].name.n && !memchr(a[i].value.p, 0, a[i].value.n));
	check_order(t, at);
	assert(++t->depth <= limits.depth && ++t->elements <= limits.elements);
	return t->elements == t->end_after ? ERR_CANCELLED : OK;
}

static enum err on_end(void *ctx, struct span name, struct span text, struct xml_place at)
{
	struct told *t = ctx;
	static char buffer[6 * 8192];
	struct text escaped = TEXT_OF(buffer);
	assert(name.n && t->depth-- > 0);
	assert(xml_escape(&escaped, text) == OK && !escaped.cut);
	/* An empty element ends where it begins. */
	check_order(t, at);
	return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	struct told t = { .end_after = data[0] };
	const struct env env = { resize, NULL, NULL };
	const struct xml_reader reader = { on_begin, on_end, &t };
	struct xml_fault why = { .text = "" };
	enum err e = xml_read(span_of(data + 1, size - 1), &limits, &env, &reader, &why);
	assert(e || (t.depth == 0 && t.elements));
	assert((e == ERR_MALFORMED || e == ERR_FULL) == (*why.text != 0));
	return 0;
}
