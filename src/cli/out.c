/* Text for people: aligned columns within the width. */
#include "cli/cli_int.h"

#include <string.h>

#define GAP	 2
#define LAST_MIN 8 /* a column that is cut shorter than that says nothing */

const char *cli_keep(struct cli *c, const struct text *t)
{
	char *p = arena_alloc(&c->mem, t->n + 1);
	return p ? memcpy(p, t->p, t->n + 1) : "";
}

/* The two largest units that are not zero. */
const char *cli_duration(struct cli *c, int64_t us)
{
	static const struct {
		int64_t us;
		char name;
	} units[] = { { MONO_DAY, 'd' }, { MONO_HOUR, 'h' }, { MONO_MIN, 'm' }, { MONO_SEC, 's' } };
	char buffer[48];
	struct text t = TEXT_OF(buffer);
	int told = 0;
	if (us < 0)
		return "-";
	for (size_t i = 0; i < 4 && told < 2; i++) {
		int64_t n = us / units[i].us;
		us %= units[i].us;
		if (n == 0 && !told)
			continue;
		told++;
		if (n == 0)
			continue;
		text_i64(&t, n);
		text_char(&t, units[i].name);
	}
	if (!told)
		text_str(&t, "0s");
	return cli_keep(c, &t);
}

const char *cli_number(struct cli *c, uint64_t v)
{
	char buffer[24];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, v);
	return cli_keep(c, &t);
}

const char *cli_end(struct cli *c, int64_t us)
{
	return us >= OPS_NO_END ? "no end" : cli_time(c, us);
}

const char *cli_time(struct cli *c, int64_t us)
{
	char buffer[40];
	struct text t = TEXT_OF(buffer);
	if (us == 0)
		return "-";
	text_wall(&t, us);
	return cli_keep(c, &t);
}

/* Columns a text takes: UTF-8 continuation octets take none. */
static int width_of(const char *s)
{
	int n = 0;
	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

void cli_coloured(struct cli *c, enum cli_colour colour, const char *text)
{
	static const char *const codes[] = { "", "\033[1m", "\033[32m", "\033[33m", "\033[31m" };
	bool on = c->place->colour && colour != CLI_PLAIN;
	if (on)
		fputs(codes[colour], c->place->out);
	fputs(text, c->place->out);
	if (on)
		fputs("\033[0m", c->place->out);
}

static void spaces(struct cli *c, int n)
{
	fprintf(c->place->out, "%*s", n > 0 ? n : 0, "");
}

/* Octets of the next line of s: at most `width` columns, broken at a space
 * where there is one. */
static size_t line_of(const char *s, int width)
{
	size_t n = 0, space = 0;
	int columns = 0;
	for (; s[n]; n++) {
		bool begins = ((unsigned char)s[n] & 0xc0) != 0x80;
		if (begins && columns == width)
			return s[n] == ' ' || !space ? n : space;
		columns += begins;
		if (s[n] == ' ')
			space = n;
	}
	return n;
}

void cli_wrap(struct cli *c, const char *text, int indent)
{
	int width = c->place->width - indent;
	if (width < LAST_MIN)
		width = LAST_MIN;
	text = cli_shown(c, text);
	do {
		size_t n = line_of(text, width);
		spaces(c, indent);
		fprintf(c->place->out, "%.*s\n", (int)n, text);
		text += n;
		while (*text == ' ')
			text++;
	} while (*text);
}

void cli_apart(struct cli *c, const char *text)
{
	fputc('\n', c->place->out);
	cli_wrap(c, text, 0);
}

void cli_set_cells(struct cli_row *r, const struct cli_cell *cells, size_t n)
{
	memcpy(r->cells, cells, n * sizeof(*cells));
}

/* Columns only grow, and what is left out stays out. */
static void measure(struct cli_fit *f, const struct cli_table *t)
{
	bool first = f->n == 0;
	int i = 0;
	for (; t->columns[i].title; i++) {
		if (first)
			f->width[i] = width_of(t->columns[i].title);
		for (size_t r = 0; f->width[i] >= 0 && r < t->n_rows; r++) {
			int w = width_of(t->rows[r].cells[i].text);
			f->width[i] = w > f->width[i] ? w : f->width[i];
		}
	}
	f->n = i;
}

static int total(const struct cli_fit *f)
{
	int sum = -GAP;
	for (int i = 0; i < f->n; i++)
		sum += f->width[i] < 0 ? 0 : f->width[i] + GAP;
	return sum;
}

/* Leaves the next column out; false when no more may be. */
static bool drop_one(struct cli_fit *f, const struct cli_table *t)
{
	int best = -1;
	for (int i = 0; i < f->n; i++)
		if (f->width[i] >= 0 && t->columns[i].drop &&
		    (best < 0 || t->columns[i].drop < t->columns[best].drop))
			best = i;
	if (best < 0)
		return false;
	f->width[best] = -1;
	return true;
}

static void fit_table(struct cli_fit *f, const struct cli_table *t, int width)
{
	measure(f, t);
	while (!f->blocks && total(f) > width)
		f->blocks = !drop_one(f, t);
}

static int last_column(const struct cli_fit *f)
{
	int last = 0;
	for (int i = 0; i < f->n; i++)
		last = f->width[i] >= 0 ? i : last;
	return last;
}

static void print_titles(struct cli *c, const struct cli_table *t, const struct cli_fit *f)
{
	int last = last_column(f);
	for (int i = 0; i < f->n; i++) {
		if (f->width[i] < 0)
			continue;
		cli_coloured(c, CLI_BOLD, t->columns[i].title);
		if (i != last)
			spaces(c, f->width[i] + GAP - width_of(t->columns[i].title));
	}
	fputc('\n', c->place->out);
}

/* Nothing stands behind it, not even spaces. */
static int last_cell(const struct cli_row *r, const struct cli_fit *f)
{
	int last = 0;
	for (int i = 0; i < f->n; i++)
		last = f->width[i] >= 0 && r->cells[i].text[0] ? i : last;
	return last;
}

static void print_row(struct cli *c, const struct cli_row *r, const struct cli_fit *f)
{
	int last = last_cell(r, f);
	for (int i = 0; i <= last; i++) {
		if (f->width[i] < 0)
			continue;
		cli_coloured(c, r->cells[i].colour, r->cells[i].text);
		if (i != last)
			spaces(c, f->width[i] + GAP - width_of(r->cells[i].text));
	}
	fputc('\n', c->place->out);
	if (r->note)
		cli_wrap(c, r->note, 4);
}

/* Too narrow for columns: a block a row. */
static void print_block(struct cli *c, const struct cli_table *t, const struct cli_row *r)
{
	struct cli_pair pairs[CLI_COLUMNS_MAX];
	size_t n = 0;
	for (; t->columns[n].title; n++)
		pairs[n] = (struct cli_pair){ t->columns[n].title, r->cells[n] };
	cli_pairs_print(c, pairs, n);
	if (r->note)
		cli_wrap(c, r->note, 4);
	fputc('\n', c->place->out);
}

static void make_seen(struct cli *c, const struct cli_table *t)
{
	for (size_t r = 0; r < t->n_rows; r++)
		for (size_t i = 0; t->columns[i].title; i++) {
			struct cli_cell *cell = &t->rows[r].cells[i];
			cell->text = cli_shown(c, cell->text);
		}
}

void cli_table_print(struct cli *c, const struct cli_table *t)
{
	struct cli_fit alone = { .n = 0 }, *f = t->fit ? t->fit : &alone, was = *f;
	make_seen(c, t);
	fit_table(f, t, c->place->width);
	if (f->blocks) {
		for (size_t i = 0; i < t->n_rows; i++)
			print_block(c, t, &t->rows[i]);
		return;
	}
	if (memcmp(&was, f, sizeof(was)) != 0) {
		if (was.n)
			fputc('\n', c->place->out);
		print_titles(c, t, f);
	}
	for (size_t i = 0; i < t->n_rows; i++)
		print_row(c, &t->rows[i], f);
}

/* The value, wrapped behind its key. */
static void print_value(struct cli *c, const struct cli_cell *v, int indent)
{
	const char *s = cli_shown(c, v->text);
	int width = c->place->width - indent;
	if (width < LAST_MIN)
		width = LAST_MIN;
	for (bool first = true; first || *s; first = false) {
		char line[CLI_TEXT_MAX];
		struct text t = TEXT_OF(line);
		size_t n = line_of(s, width);
		text_span(&t, span_of(s, n));
		if (!first)
			spaces(c, indent);
		cli_coloured(c, v->colour, line);
		fputc('\n', c->place->out);
		s += n;
		while (*s == ' ')
			s++;
	}
}

void cli_pairs_print(struct cli *c, const struct cli_pair *pairs, size_t n)
{
	int widest = 0;
	for (size_t i = 0; i < n; i++) {
		int w = width_of(pairs[i].key);
		widest = w > widest ? w : widest;
	}
	for (size_t i = 0; i < n; i++) {
		if (!pairs[i].value.text[0])
			continue;
		fputs(pairs[i].key, c->place->out);
		spaces(c, widest + GAP - width_of(pairs[i].key));
		print_value(c, &pairs[i].value, widest + GAP);
	}
}
