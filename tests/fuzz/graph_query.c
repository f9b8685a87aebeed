/* Queries of anyone: never astray; an error has words and a column inside; what is taken
 * says the same twice, and what it tells an index is true of every match. */
#include "crypto/crypto.h"
#include "graph/query.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *resize(void *ctx, void *p, size_t n)
{
	if (n)
		return realloc(p, n);
	free(p);
	return NULL;
}

static void zeros(void *ctx, void *p, size_t n)
{
	memset(p, 0, n);
}

static const struct env env = { resize, zeros, NULL };
static const char attributes[] =
	"<attributes><attribute name='author' type='string'>ann</attribute>"
	"<attribute name='rank' type='int'>7</attribute>"
	"<attribute name='a' type='string'>b</attribute>"
	"<attribute name='due' type='date'>2026-11-21</attribute></attributes>";

static bool has(const struct graph_attrs *attrs, struct span name, struct span value)
{
	struct graph_attr a;
	for (size_t at = 0; graph_attrs_next(attrs, &at, &a);)
		if (span_eq(a.name, name) && span_eq(a.value, value))
			return true;
	return false;
}

static void ask(const struct graph_query *q, const struct graph_subject *s)
{
	struct span name, value;
	struct graph_guid type;
	bool is = graph_query_match(q, s);
	assert(is == graph_query_match(q, s));
	if (graph_query_key(q, &name, &value))
		assert(!is || has(s->attrs, name, value));
	if (graph_query_type(q, &type))
		assert(!is || graph_guid_eq(&type, &s->type));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct crypto *crypto;
	static struct graph_attrs *attrs;
	struct graph_query *q;
	char words[512];
	struct text why = TEXT_OF(words);
	size_t column = 0;
	if (!crypto && (crypto_new(&crypto, &env) ||
			graph_attrs_read_utf8(&attrs, span_str(attributes), &env, NULL)))
		abort();
	enum err e = graph_query_parse(&q, span_of(data, size), crypto, &env, &column, &why);
	if (e) {
		assert((e == ERR_MALFORMED || e == ERR_FULL) && why.n);
		assert(column >= 1 && column <= size + 1);
		return 0;
	}
	struct graph_subject s = { .attrs = attrs, .creator = span_str("0.ann"), .now = 1000000 };
	if (graph_type_of_word(crypto, span_str("note"), &s.type))
		abort();
	ask(q, &s);
	s.attrs = NULL;
	ask(q, &s);
	graph_query_free(q);
	return 0;
}
