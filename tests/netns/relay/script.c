#include "script.h"

#include "base/number.h"
#include "rng.h"

#define RATE_MAX_BPS UINT64_C(100000000000)
#define DELAY_MAX_US (60 * MONO_SEC)

struct word {
	const char *name, *argument;
};

static const struct word words[RULE_COUNT] = {
#define X(name, word, argument, help) [RULE_##name] = { word, argument },
	RULE_WORDS(X)
#undef X
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Takes the next word off the line; an empty span at its end. */
static struct span next_word(struct span *line)
{
	while (line->n && is_blank(*line->p))
		*line = span_of(line->p + 1, line->n - 1);
	struct span w = { line->p, 0 };
	while (w.n < line->n && !is_blank(line->p[w.n]))
		w.n++;
	*line = span_of(line->p + w.n, line->n - w.n);
	return w;
}

static bool is(struct span s, const char *text)
{
	return span_eq(s, span_str(text));
}

static enum err complain(struct text *why, const char *what, struct span got, const char *accepted)
{
	text_str(why, what);
	text_char(why, ' ');
	text_quoted(why, got, 40);
	text_str(why, ": ");
	text_str(why, accepted);
	return ERR_MALFORMED;
}

static enum err unknown_word(struct span got, struct text *why)
{
	enum err e = complain(why, "unknown word", got, "accepted are a>b, b>a");
	for (size_t i = 0; i < RULE_COUNT; i++) {
		text_str(why, ", ");
		text_str(why, words[i].name);
	}
	return e;
}

static enum err read_time(struct span s, int64_t max, int64_t *us, struct text *why)
{
	int64_t t;
	if (number_duration(s, &t) != OK)
		return complain(why, "not a time", s, "write a number and its unit, as 5ms or 3s");
	if (t > max) {
		complain(why, "too long", s, "the most is ");
		text_duration(why, max);
		return ERR_RANGE;
	}
	*us = t;
	return OK;
}

/* "1%", "0.5%", "12.3456%": exact to a millionth, nothing finer. */
static enum err read_percent(struct span s, uint64_t *ppm, struct text *why)
{
	static const char accepted[] = "write 0% to 100%, with at most four decimals";
	if (s.n < 2 || s.p[s.n - 1] != '%')
		return complain(why, "not a percentage", s, accepted);
	struct span whole = { s.p, 0 }, part = { NULL, 0 };
	while (whole.n < s.n - 1 && s.p[whole.n] != '.')
		whole.n++;
	if (whole.n < s.n - 1)
		part = span_of(s.p + whole.n + 1, s.n - whole.n - 2);
	uint64_t w, f = 0;
	bool dotted = part.p != NULL;
	if (number_u64(whole, 100, &w) != OK || part.n > 4 ||
	    (dotted && number_u64(part, 9999, &f) != OK))
		return complain(why, "not a percentage", s, accepted);
	for (size_t i = part.n; i < 4; i++)
		f *= 10;
	if (w * 10000 + f > PPM_ALL)
		return complain(why, "not a percentage", s, accepted);
	*ppm = w * 10000 + f;
	return OK;
}

static enum err read_rate(struct span s, uint64_t *bps, struct text *why)
{
	static const struct {
		const char *name;
		uint64_t factor;
	} units[] = { { "kbit", 1000 }, { "mbit", 1000000 }, { "gbit", 1000000000 } };
	struct span digits = { s.p, 0 };
	while (digits.n < s.n && s.p[digits.n] >= '0' && s.p[digits.n] <= '9')
		digits.n++;
	struct span unit = span_of(s.p + digits.n, s.n - digits.n);
	uint64_t v;
	if (number_u64(digits, 1000000, &v) == OK) {
		if (!v && !unit.n) {
			*bps = 0;
			return OK;
		}
		for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
			uint64_t rate = v * units[i].factor;
			if (is(unit, units[i].name) && rate && rate <= RATE_MAX_BPS) {
				*bps = rate;
				return OK;
			}
		}
	}
	return complain(why, "not a rate", s, "write 1kbit to 100gbit, or 0 for no limit");
}

static enum err read_value(enum rule_word w, struct span s, uint64_t *value, struct text *why)
{
	int64_t us = 0;
	enum err e = OK;
	switch (w) {
	case RULE_DELAY:
	case RULE_JITTER:
	case RULE_BY:
		e = read_time(s, DELAY_MAX_US, &us, why);
		*value = (uint64_t)us;
		return e;
	case RULE_LOSS:
	case RULE_DUP:
	case RULE_REORDER:
		return read_percent(s, value, why);
	case RULE_RATE:
		return read_rate(s, value, why);
	case RULE_CUT:
	case RULE_HEAL:
	case RULE_CLEAR:
	case RULE_COUNT:
		break;
	}
	return OK;
}

static bool find_word(struct span s, enum rule_word *w)
{
	for (size_t i = 0; i < RULE_COUNT; i++)
		if (is(s, words[i].name)) {
			*w = (enum rule_word)i;
			return true;
		}
	return false;
}

static enum err parse_one(struct span name, struct span *line, struct change *c, struct text *why)
{
	enum rule_word w;
	uint64_t value = 0;
	if (!find_word(name, &w))
		return unknown_word(name, why);
	if (c->n == RULES_LINE_MAX)
		return complain(why, "too many words, from", name, "use a second line");
	if (*words[w].argument) {
		struct span s = next_word(line);
		if (!s.n) {
			complain(why, "nothing after", name, "it takes a ");
			text_str(why, words[w].argument);
			return ERR_MALFORMED;
		}
		enum err e = read_value(w, s, &value, why);
		if (e != OK)
			return e;
	}
	c->set[c->n].word = w;
	c->set[c->n++].value = value;
	return OK;
}

enum err change_parse(struct span line, struct change *out, struct text *why)
{
	struct change c = { .way = { true, true } };
	struct span w = next_word(&line);
	if (is(w, "a>b") || is(w, "b>a")) {
		c.way[WAY_AB] = is(w, "a>b");
		c.way[WAY_BA] = !c.way[WAY_AB];
		w = next_word(&line);
	}
	for (; w.n; w = next_word(&line)) {
		enum err e = parse_one(w, &line, &c, why);
		if (e != OK)
			return e;
	}
	if (!c.n) {
		text_str(why, "says nothing to do: write for example \"delay 5ms loss 1%\"");
		return ERR_MALFORMED;
	}
	*out = c;
	return OK;
}

static void apply_one(enum rule_word w, uint64_t value, struct rules *r)
{
	switch (w) {
	case RULE_DELAY:
		r->delay_us = (int64_t)value;
		return;
	case RULE_JITTER:
		r->jitter_us = (int64_t)value;
		return;
	case RULE_LOSS:
		r->loss_ppm = (uint32_t)value;
		return;
	case RULE_DUP:
		r->dup_ppm = (uint32_t)value;
		return;
	case RULE_REORDER:
		r->reorder_ppm = (uint32_t)value;
		return;
	case RULE_BY:
		r->hold_us = (int64_t)value;
		return;
	case RULE_RATE:
		r->rate_bps = value;
		return;
	case RULE_CUT:
	case RULE_HEAL:
		r->cut = w == RULE_CUT;
		return;
	case RULE_CLEAR:
		*r = rules_default();
		return;
	case RULE_COUNT:
		return;
	}
}

void change_apply(const struct change *c, struct rules *r)
{
	for (size_t i = 0; i < c->n; i++)
		apply_one(c->set[i].word, c->set[i].value, r);
}

static enum err add_step(struct script *s, const struct step *step, struct text *why)
{
	if (s->n == SCRIPT_STEPS_MAX) {
		text_str(why, "too many lines: 4096 is the most");
		return ERR_FULL;
	}
	if (s->n == s->capacity) {
		size_t more = s->capacity ? s->capacity * 2 : 16;
		struct step *p = env_resize(s->env, s->steps, more * sizeof *p);
		if (!p) {
			text_str(why, err_text(ERR_NOMEM));
			return ERR_NOMEM;
		}
		s->steps = p;
		s->capacity = more;
	}
	s->steps[s->n++] = *step;
	return OK;
}

static enum err parse_at(struct script *s, struct span line, struct text *why)
{
	struct step step;
	struct span time = next_word(&line);
	enum err e = read_time(time, MONO_DAY, &step.at.us, why);
	if (e != OK)
		return e;
	if (s->n && step.at.us < s->steps[s->n - 1].at.us)
		return complain(why, "goes back in time", time, "sort the lines by time");
	e = change_parse(line, &step.change, why);
	return e == OK ? add_step(s, &step, why) : e;
}

static enum err parse_seed(struct script *s, struct span line, struct text *why)
{
	struct span w = next_word(&line), rest = next_word(&line);
	if (s->seeded || s->n)
		return complain(why, "seed comes once and first, not here", w, "move the line up");
	if (rest.n || number_u64(w, UINT64_MAX, &s->seed) != OK)
		return complain(why, "not a seed", w, "write one whole number");
	s->seeded = true;
	return OK;
}

static enum err parse_line(struct script *s, struct span line, struct text *why)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#')
			line.n = i;
	struct span w = next_word(&line);
	if (!w.n)
		return OK;
	if (is(w, "seed"))
		return parse_seed(s, line, why);
	if (is(w, "at"))
		return parse_at(s, line, why);
	return complain(why, "a line cannot begin with", w, "write \"seed N\" or \"at TIME ...\"");
}

static struct span next_line(struct span *rest)
{
	struct span line = { rest->p, 0 };
	while (line.n < rest->n && rest->p[line.n] != '\n')
		line.n++;
	size_t skip = line.n < rest->n ? line.n + 1 : line.n;
	*rest = span_of(rest->p + skip, rest->n - skip);
	return line;
}

enum err script_parse(struct span source, const struct env *env, struct script *out,
		      struct text *why)
{
	struct script s = { .env = env };
	for (uint64_t number = 1; source.n; number++) {
		char reason[256];
		struct text t = TEXT_OF(reason);
		enum err e = parse_line(&s, next_line(&source), &t);
		if (e == OK)
			continue;
		text_str(why, "line ");
		text_u64(why, number);
		text_str(why, ": ");
		text_str(why, reason);
		script_free(&s);
		return e;
	}
	*out = s;
	return OK;
}

void script_free(struct script *s)
{
	env_free(s->env, s->steps);
	s->steps = NULL;
	s->n = s->capacity = 0;
}
