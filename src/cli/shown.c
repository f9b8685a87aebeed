/* Text of others on its way to people: no terminal does what it says. */
#include "cli/cli_int.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Takes a character off the front, as it is to be seen. */
static void put_one(struct span *s, FILE *f)
{
	char buffer[20];
	struct text t = TEXT_OF(buffer);
	struct span was = *s;
	uint32_t point;
	if (!utf8_next(s, &point))
		*s = span_of(was.p + 1, was.n - 1);
	text_shown(&t, span_of(was.p, was.n - s->n));
	fputs(buffer, f);
}

static void put(FILE *f, const char *format, va_list values)
{
	char *line;
	if (vasprintf(&line, format, values) < 0)
		return;
	for (struct span s = span_str(line); s.n;)
		put_one(&s, f);
	free(line); /* from the C library */
}

void cli_part(FILE *f, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	put(f, format, values);
	va_end(values);
}

void cli_line(FILE *f, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	put(f, format, values);
	va_end(values);
	fputc('\n', f);
}

void cli_lines(FILE *f, struct span s)
{
	while (s.n) {
		if (*s.p != '\n' && *s.p != '\t') {
			put_one(&s, f);
			continue;
		}
		fputc(*s.p, f);
		s = span_of(s.p + 1, s.n - 1);
	}
}

static bool is_plain(const char *s)
{
	while (*s >= ' ' && *s <= '~')
		s++;
	return !*s;
}

const char *cli_shown(struct cli *c, const char *text)
{
	size_t size = 4 * strlen(text) + 1;
	if (is_plain(text))
		return text;
	char *p = arena_alloc(&c->mem, size);
	if (!p)
		return "";
	struct text t = text_of(p, size);
	text_shown(&t, span_str(text));
	return p;
}
