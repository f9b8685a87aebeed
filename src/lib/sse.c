/* Parser of Server-Sent Events, in any pieces. Lines end with LF or CRLF. */
#include "lib/lib_int.h"

#include "base/number.h"

#include <string.h>

void lib_sse_init(struct lib_sse_parser *p, const struct env *env, lib_sse_fn *fn, void *arg)
{
	*p = (struct lib_sse_parser){ .line = { .env = env, .max = LIB_EVENT_MAX },
				      .data = { .env = env, .max = LIB_EVENT_MAX },
				      .fn = fn,
				      .arg = arg };
}

static void forget_event(struct lib_sse_parser *p)
{
	lib_buffer_clear(&p->data);
	p->type[0] = 0;
	p->id = 0;
}

void lib_sse_reset(struct lib_sse_parser *p)
{
	lib_buffer_clear(&p->line);
	forget_event(p);
}

void lib_sse_fini(struct lib_sse_parser *p)
{
	lib_buffer_fini(&p->line);
	lib_buffer_fini(&p->data);
}

static enum err dispatch(struct lib_sse_parser *p)
{
	struct lib_sse e = { p->type, lib_buffer_text(&p->data), p->id };
	enum err err = p->data.n ? p->fn(p->arg, &e) : OK;
	forget_event(p);
	return err;
}

static enum err take_data(struct lib_sse_parser *p, const char *value)
{
	enum err e = p->data.n ? lib_buffer_add(&p->data, "\n", 1) : OK;
	return e ? e : lib_buffer_add(&p->data, value, strlen(value));
}

static enum err take_field(struct lib_sse_parser *p, const char *name, const char *value)
{
	uint64_t id;
	if (strcmp(name, "data") == 0)
		return take_data(p, value);
	if (strcmp(name, "event") == 0) {
		struct text t = TEXT_OF(p->type);
		text_str(&t, value);
	} else if (strcmp(name, "id") == 0 && number_u64(span_str(value), UINT64_MAX, &id) == OK) {
		p->id = id;
	}
	return OK; /* comments and what we do not know */
}

static enum err take_line(struct lib_sse_parser *p)
{
	char *line = p->line.p;
	if (p->line.n && line[p->line.n - 1] == '\r')
		line[--p->line.n] = 0;
	if (p->line.n == 0)
		return dispatch(p);
	char *colon = strchr(line, ':');
	if (!colon)
		return take_field(p, line, "");
	*colon = 0;
	return take_field(p, line, colon[1] == ' ' ? colon + 2 : colon + 1);
}

enum err lib_sse_take(struct lib_sse_parser *p, const char *octets, size_t n)
{
	while (n) {
		const char *end = memchr(octets, '\n', n);
		size_t part = end ? (size_t)(end - octets) : n;
		enum err e = lib_buffer_add(&p->line, octets, part);
		if (!e && end) {
			e = take_line(p);
			lib_buffer_clear(&p->line);
			part++;
		}
		if (e)
			return e;
		octets += part;
		n -= part;
	}
	return OK;
}
