/* Queries of anyone: never astray; an error has words and a column inside; what is taken
 * says the same twice, and what it tells an index is true of every match. */
#include "crypto/crypto.h"
#include "graph/query.h"
#include "fuzz_env.h"

static struct fuzz_env fuzz = FUZZ_ENV(fuzz);
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
	hold(is == graph_query_match(q, s));
	if (graph_query_key(q, &name, &value))
		hold(!is || has(s->attrs, name, value));
	if (graph_query_type(q, &type))
		hold(!is || graph_guid_eq(&type, &s->type));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct crypto *crypto;
	static struct graph_attrs *attrs;
	struct graph_query *q;
	char words[512];
	struct text why = TEXT_OF(words);
	size_t column = 0;
	if (!crypto && (crypto_new(&crypto, &fuzz.env) ||
			graph_attrs_read_utf8(&attrs, span_str(attributes), &fuzz.env, NULL)))
		abort();
	enum err e = graph_query_parse(&q, span_of(data, size), crypto, &fuzz.env, &column, &why);
	if (e) {
		hold((e == ERR_MALFORMED || e == ERR_FULL) && why.n);
		hold(column >= 1 && column <= size + 1);
		return 0;
	}
	struct graph_subject s = { .attrs = attrs, .creator = span_str("0.ann"), .now = 1000000 };
	hold(graph_type_of_word(crypto, span_str("note"), &s.type) == OK);
	ask(q, &s);
	s.attrs = NULL;
	ask(q, &s);
	graph_query_free(q);
	return 0;
}
