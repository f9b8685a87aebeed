/* masc space: the tree of addresses. */
#include "cli/cli_int.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX  160
#define WIDE	   100 /* columns: room for a long bar */
#define NARROW	   60  /* below: no bar, and a tight tree */
#define BAR_WIDE   20
#define BAR_MEDIUM 8

/* What a tree is drawn with: UTF-8 or plain, wide or tight. */
struct strokes {
	const char *branch, *last, *through, *nothing, *full, *empty;
};

static const struct strokes all_strokes[2][2] = {
	{ { "|- ", "`- ", "|  ", "   ", "#", "." }, { "|-", "`-", "| ", "  ", "#", "." } },
	{ { "├─ ", "└─ ", "│  ", "   ", "█", "░" }, { "├ ", "└ ", "│ ", "  ", "█", "░" } },
};

struct picture {
	struct cli *c;
	const struct ops_masc_space *space;
	const struct strokes *with;
	int bar;    /* columns of it, 0 none */
	bool tight; /* few columns */
	struct cli_row *rows;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Down to a row: a line goes on where its level has more to come. */
static const char *branch_of(struct picture *p, const struct ops_masc_block *b, const bool *more)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	size_t depth = b->depth < DEPTH_MAX ? (size_t)b->depth : DEPTH_MAX - 1;
	for (size_t i = 1; i < depth; i++)
		text_str(&t, more[i] ? p->with->through : p->with->nothing);
	if (depth)
		text_str(&t, more[depth] ? p->with->branch : p->with->last);
	text_str(&t, b->prefix);
	if (b->blocks > 1) {
		text_str(&t, " +");
		text_u64(&t, b->blocks - 1);
	}
	return cli_keep(p->c, &t);
}

static const char *two_words(struct cli *c, const char *a, const char *b)
{
	char buffer[160];
	struct text t = TEXT_OF(buffer);
	text_str(&t, a);
	text_str(&t, b);
	return cli_keep(c, &t);
}

static const char *who(struct picture *p, const struct ops_masc_block *b)
{
	struct cli *c = p->c;
	if (is(b->kind, "scope"))
		return p->tight ? b->kind : two_words(c, "scope ", b->owner);
	if (is(b->kind, "range"))
		return two_words(c, p->tight ? "domain " : "from domain ", b->owner);
	if (is(b->kind, "child"))
		return two_words(c, "child ", b->owner);
	if (is(b->kind, "sibling"))
		return two_words(c, "domain ", b->owner);
	if (is(b->kind, "internal"))
		return p->tight ? "ours" : "ours, elsewhere";
	if (is(b->kind, "local"))
		return p->tight ? "ours" : "ours, own use";
	return b->kind;
}

static const char *state_of(const struct ops_masc_block *b)
{
	bool wider = is(b->state, "growing") || is(b->state, "renewing");
	static const char *const words[][2] = { { "in-use", "held" },
						{ "managed", "" },
						{ "new", "claimed" },
						{ "expand", "claimed" } };
	if (b->stale)
		return "stale";
	if (b->clash)
		return "in clash";
	if (wider && !b->holds)
		return "claimed";
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is(b->state, words[i][0]))
			return words[i][1];
	return b->state;
}

static enum cli_colour colour_of(const struct ops_masc_block *b)
{
	bool ours = is(b->kind, "ours") || is(b->kind, "local") || is(b->kind, "internal");
	if (is(b->kind, "free"))
		return CLI_PLAIN;
	if (b->clash)
		return CLI_RED;
	if (!b->holds || b->stale)
		return CLI_YELLOW;
	return ours ? CLI_GREEN : CLI_PLAIN;
}

/* "██████░░  75%" */
static const char *use_of(struct picture *p, const struct ops_masc_block *b)
{
	char buffer[128];
	struct text t = TEXT_OF(buffer);
	int full = (int)(b->percent * (uint64_t)p->bar / 100);
	if (!b->use_known)
		return "";
	/* A little is not nothing. */
	if (!full && b->percent)
		full = 1;
	for (int i = 0; i < p->bar; i++)
		text_str(&t, i < full ? p->with->full : p->with->empty);
	if (p->bar)
		text_str(&t, b->percent < 10 ? "   " : b->percent < 100 ? "  " : " ");
	text_u64(&t, b->percent);
	text_char(&t, '%');
	return cli_keep(p->c, &t);
}

/* IPv6 has ranges whose size is no number for people. */
static const char *size_of(struct cli *c, const struct ops_masc_block *b)
{
	const char *slash = strchr(b->prefix, '/');
	long length = slash ? strtol(slash + 1, NULL, 10) : 0;
	char buffer[32];
	struct text t = TEXT_OF(buffer);
	if (b->addresses < (UINT64_C(1) << 62))
		return cli_size(c, b->addresses);
	text_str(&t, b->blocks > 1 ? ">2^" : "2^");
	text_i64(&t, 128 - length);
	return cli_keep(c, &t);
}

static const struct cli_column columns[] = {
	{ "ADDRESSES", 0 }, { "WHO", 9 }, { "STATE", 2 }, { "SIZE", 1 },
	{ "USE", 4 },	    { "FOR", 3 }, { 0 },
};

static void set_row(struct picture *p, size_t i, const bool *more)
{
	const struct ops_masc_block *b = &p->space->blocks[i];
	enum cli_colour colour = colour_of(b);
	const struct cli_cell cells[] = {
		{ branch_of(p, b, more), colour },
		{ who(p, b), colour },
		{ is(b->kind, "free") ? "" : state_of(b), CLI_PLAIN },
		{ size_of(p->c, b), CLI_PLAIN },
		{ use_of(p, b), CLI_PLAIN },
		{ b->left < 0 ? "" : cli_duration(p->c, b->left), CLI_PLAIN },
	};
	memcpy(p->rows[i].cells, cells, sizeof(cells));
	p->rows[i].note = NULL;
}

/* From the end, so that it is known which levels have more to come. */
static void set_rows(struct picture *p)
{
	bool more[DEPTH_MAX + 1] = { false };
	for (size_t i = p->space->n_blocks; i-- > 0;) {
		uint64_t depth = p->space->blocks[i].depth;
		size_t d = depth < DEPTH_MAX ? (size_t)depth : DEPTH_MAX - 1;
		set_row(p, i, more);
		more[d] = true;
		for (size_t deeper = d + 1; deeper <= DEPTH_MAX; deeper++)
			more[deeper] = false;
	}
}

static bool has_ours(const struct ops_masc_space *s)
{
	for (size_t i = 0; i < s->n_blocks; i++)
		if (is(s->blocks[i].kind, "ours") || is(s->blocks[i].kind, "internal"))
			return true;
	return false;
}

static void say_rest(struct cli *c, const struct ops_masc_space *s)
{
	if (!s->complete)
		cli_apart(c, "too many claims to draw them all, so only what concerns us is; those "
			     "of one range: homestead masc space PREFIX");
	else if (!c->n_args && !has_ours(s))
		cli_apart(c, "nothing of it is ours; try: homestead masc claim 256");
}

static int say_nothing(struct cli *c, const struct ops_masc_space *s)
{
	if (!is(s->part.state, "running")) {
		cli_say_off(c, &s->part);
		return CLI_OK;
	}
	if (c->n_args) {
		cli_wrap(c, "nothing is known there: it is in no range that claims may come from",
			 0);
		cli_wrap(c, "try: homestead masc space", 2);
		return CLI_OK;
	}
	cli_wrap(c,
		 "there is no range to claim from: no parent has told one, and no scope is a root",
		 0);
	cli_wrap(c,
		 "try: homestead masc peers; a top-level domain needs a scope with root = true "
		 "(man homestead.conf)",
		 2);
	return CLI_OK;
}

static int print_tree(struct cli *c, const struct ops_masc_space *s)
{
	int width = c->place->width;
	struct picture p = { .c = c, .space = s };
	p.tight = width < NARROW;
	p.with = &all_strokes[c->place->utf8][p.tight];
	p.bar = width >= WIDE ? BAR_WIDE : width >= NARROW ? BAR_MEDIUM : 0;
	p.rows = arena_alloc(&c->mem, (s->n_blocks + 1) * sizeof(*p.rows));
	if (!p.rows)
		return cli_no_memory(c);
	if (!s->n_blocks)
		return say_nothing(c, s);
	set_rows(&p);
	cli_table_print(c, &(struct cli_table){ columns, p.rows, s->n_blocks, NULL });
	say_rest(c, s);
	return CLI_OK;
}

/* A tree may be as wide as the terminal. */
static int print_wide(struct cli *c, const void *answer)
{
	const struct ops_masc_space *s = answer;
	const struct cli_place *usual = c->place;
	struct cli_place place = *usual;
	if (place.wide > place.width)
		place.width = place.wide;
	c->place = &place;
	int exit = print_tree(c, s);
	c->place = usual;
	return exit;
}

static const char *name_of(struct cli *c, const void *row)
{
	const struct ops_masc_block *b = row;
	return is(b->kind, "free") ? NULL : b->prefix;
}

int cli_run_masc_space(struct cli *c)
{
	static const struct cli_list list = { .kind = OPS_MASC_SPACE,
					      .rows = "blocks",
					      .query = cli_within,
					      .name = name_of,
					      .print = print_wide };
	return cli_list(c, &list);
}
