/* Words that are no command: what was meant. */
#include "cli/cli_int.h"

#include "base/setting.h"

#include <string.h>

#define TEXTS_MAX 320
#define WORD_MAX  31

const char *cli_nearest(const char *const *texts, const char *word)
{
	struct setting table[TEXTS_MAX + 1] = { 0 };
	for (size_t i = 0; i < TEXTS_MAX && texts[i]; i++)
		table[i].name = texts[i];
	const struct setting *near = setting_nearest(table, span_str(word));
	return near ? near->name : NULL;
}

static void join(struct text *t, const char *const *words, int n)
{
	for (int i = 0; i < n; i++) {
		text_str(t, i ? " " : "");
		text_str(t, words[i]);
	}
}

/* The right command for these words; NULL when unknown. */
static const char *known(const char *text)
{
	for (const struct cli_alias *a = cli_aliases; a->words; a++)
		if (strcmp(a->words, text) == 0)
			return a->right;
	return NULL;
}

/* What may have been meant: `taken` words of what was typed stand for it, the rest is left. */
struct guess {
	const char *right; /* NULL: nothing is near */
	int taken;
	bool spelling; /* it was misspelt: the rest goes behind it */
};

static struct guess by_alias(const char *const *words, int n)
{
	for (int take = n < 2 ? n : 2; take > 0; take--) {
		char text[128];
		struct text t = TEXT_OF(text);
		join(&t, words, take);
		const char *right = known(text);
		if (right)
			return (struct guess){ right, take, false };
	}
	return (struct guess){ NULL, 0, false };
}

/* The first words of all that can be typed: "status", "group". */
struct firsts {
	char words[TEXTS_MAX][WORD_MAX + 1];
	const char *texts[TEXTS_MAX + 1];
	size_t n;
};

static void add_first(struct firsts *f, const char *text)
{
	size_t n = strcspn(text, " ");
	if (f->n == TEXTS_MAX || n > WORD_MAX)
		return;
	memcpy(f->words[f->n], text, n);
	f->words[f->n][n] = 0;
	f->texts[f->n] = f->words[f->n];
	f->n++;
}

/* Into `first` the word that was meant by the first one; false: none is near. */
static bool first_word(const char *typed, char first[WORD_MAX + 1])
{
	struct firsts all = { .n = 0 };
	for (const struct cli_command *k = cli_commands; k->words; k++)
		add_first(&all, k->words);
	for (const struct cli_alias *a = cli_aliases; a->words; a++)
		add_first(&all, a->words);
	const char *near = cli_nearest(all.texts, typed);
	if (near)
		memcpy(first, near, strlen(near) + 1);
	return near != NULL;
}

/* The command or spelling nearest to a text, of those that begin with `first`. */
static const char *nearest_of(const char *first, const char *text)
{
	const char *texts[TEXTS_MAX + 1] = { 0 };
	size_t count = 0, n = strlen(first);
	for (const struct cli_command *k = cli_commands; k->words && count < TEXTS_MAX; k++)
		if (strncmp(k->words, first, n) == 0)
			texts[count++] = k->words;
	for (const struct cli_alias *a = cli_aliases; a->words && count < TEXTS_MAX; a++)
		if (a->works && strncmp(a->words, first, n) == 0)
			texts[count++] = a->words;
	return cli_nearest(texts, text);
}

/* How that is to be typed. */
static const char *right_of(const char *near)
{
	const struct cli_command *k = cli_command_of(near);
	if (k && strcmp(k->words, "masc peer") == 0)
		return "masc peer NAME";
	return k ? k->words : known(near);
}

static struct guess by_spelling(const char *const *words, int n)
{
	char first[WORD_MAX + 1] = "", text[128];
	struct text t = TEXT_OF(text);
	bool near_first = first_word(words[0], first);
	/* "mebmers Home": a command of one word, behind which anything may stand. */
	if (near_first && !cli_is_noun(first) && (known(first) || cli_command_of(first)))
		return (struct guess){ right_of(first), 1, cli_command_of(first) != NULL };
	join(&t, words, n);
	const char *near = near_first && n > 1 ? nearest_of(first, text) : NULL;
	if (!near)
		near = nearest_of("", text);
	return (struct guess){ near ? right_of(near) : NULL, n, true };
}

static struct guess meant(const char *const *words, int n)
{
	struct guess g = by_alias(words, n);
	for (int take = n < 2 ? n : 2; take > 0 && !g.right; take--)
		g = by_spelling(words, take);
	return g;
}

static bool is_place(const char *word, size_t n)
{
	return n > 1 && strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") >= n;
}

/* The right command, with what was typed behind the wrong one in the places of NAME, GROUP
 * and the like. */
static void fill_in(struct text *t, const struct guess *g, const char *const *words, int n)
{
	int next = g->taken;
	text_str(t, "homestead");
	for (const char *w = g->right; *w;) {
		size_t len = strcspn(w, " ");
		text_char(t, ' ');
		if (is_place(w, len) && next < n)
			text_word(t, words[next++]);
		else
			text_span(t, span_of(w, len));
		w += len + (w[len] == ' ');
	}
	for (; g->spelling && next < n; next++) {
		text_char(t, ' ');
		text_word(t, words[next]);
	}
}

int cli_suggest(struct cli *c, const char *const *words, int n)
{
	char message[256], hint[CLI_TEXT_MAX];
	struct text m = TEXT_OF(message), h = TEXT_OF(hint);
	char typed[128];
	struct text t = TEXT_OF(typed);
	struct guess g = meant(words, n);
	join(&t, words, n < 2 ? n : 2);
	text_str(&m, "there is no command ");
	text_quoted(&m, span_str(typed), 60);
	if (!g.right)
		g = (struct guess){ "help", n, false };
	fill_in(&h, &g, words, n);
	return cli_usage(c, message, hint);
}
