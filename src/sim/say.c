#include "sim/world_int.h"

static void put_time(struct text *t, int64_t us)
{
	static const int64_t places[] = { 100000, 10000, 1000, 100, 10, 1 };
	text_i64(t, us / MONO_SEC);
	text_char(t, '.');
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		text_char(t, (char)('0' + us / places[i] % 10));
}

void say(struct site *s, const char *mark, const char *what)
{
	char buffer[TRACE_LINE_MAX];
	struct text t = TEXT_OF(buffer);
	put_time(&t, s->w->now);
	text_char(&t, ' ');
	text_str(&t, s->spec->name);
	text_char(&t, ' ');
	text_str(&t, mark);
	text_char(&t, ' ');
	text_str(&t, what);
	trace_line(&s->w->trace, span_of(t.p, t.n));
}

void say_text(struct site *s, const char *mark, const struct text *what)
{
	say(s, mark, what->p);
}

void broken(struct world *w, struct site *s, const char *what)
{
	if (w->broken)
		return;
	struct text why = TEXT_OF(w->why);
	w->broken = true;
	text_str(&why, "invariant: ");
	if (s) {
		text_str(&why, s->spec->name);
		text_str(&why, ": ");
		say(s, "!", what);
	}
	text_str(&why, what);
}

void broken_at(struct world *w, uint32_t line, const char *what, struct span detail)
{
	if (w->broken)
		return;
	struct text why = TEXT_OF(w->why);
	w->broken = true;
	w->broken_line = line;
	text_str(&why, what);
	text_span(&why, detail);
}
