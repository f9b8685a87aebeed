/* Attributes of a record of anyone: what is taken is what the schema allows, and written
 * again it is the same. The first octet chooses UTF-8 of people or UTF-16 of records. */
#include "graph/attr.h"
#include "fuzz_env.h"

static struct fuzz_env fuzz = FUZZ_ENV(fuzz);

static size_t collect(const struct graph_attrs *a, struct graph_attr list[GRAPH_ATTRS_MAX])
{
	size_t n = 0, at = 0;
	struct graph_attr got;
	while (graph_attrs_next(a, &at, &got)) {
		hold(got.name.n && got.name.n <= GRAPH_ATTR_NAME_MAX);
		hold(!graph_attr_name_reserved(got.name));
		if (n < GRAPH_ATTRS_MAX)
			list[n] = got;
		n++;
	}
	return n;
}

static void write_again(const struct graph_attrs *a)
{
	static char document[1 << 20];
	static struct graph_attr list[GRAPH_ATTRS_MAX], again[GRAPH_ATTRS_MAX];
	struct graph_attrs *b;
	size_t n = collect(a, list);
	if (n > GRAPH_ATTRS_MAX)
		return;
	struct text t = TEXT_OF(document);
	hold(graph_attrs_write(list, n, &t) == OK);
	hold(graph_attrs_read_utf8(&b, span_of(t.p, t.n), &fuzz.env, NULL) == OK);
	hold(collect(b, again) == n);
	for (size_t i = 0; i < n; i++)
		hold(list[i].type == again[i].type && list[i].when == again[i].when &&
		     span_eq(list[i].name, again[i].name) &&
		     span_eq(list[i].value, again[i].value));
	env_free(&fuzz.env, b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct graph_attrs *a = NULL;
	char words[256];
	struct text why = TEXT_OF(words);
	if (!size)
		return 0;
	struct span s = span_of(data + 1, size - 1);
	enum err e = data[0] & 1 ? graph_attrs_read(&a, s, &fuzz.env, &why)
				 : graph_attrs_read_utf8(&a, s, &fuzz.env, &why);
	hold(!e == !why.n);
	if (!e)
		write_again(a);
	env_free(&fuzz.env, a);
	hold(fuzz.live == 0);
	return 0;
}
