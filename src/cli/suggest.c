/* Words that are no command: what was meant. */
#include "cli/cli_int.h"

#include "base/setting.h"

#include <string.h>

#define TEXTS_MAX 256

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

/* The command or spelling nearest to what was typed. */
static const char *nearest_command(const char *text)
{
	const char *texts[TEXTS_MAX + 1] = { 0 };
	size_t count = 0;
	for (const struct cli_command *k = cli_commands; k->words && count < TEXTS_MAX; k++)
		texts[count++] = k->words;
	for (const struct cli_alias *a = cli_aliases; a->words && count < TEXTS_MAX; a++)
		if (a->works)
			texts[count++] = a->words;
	const char *near = cli_nearest(texts, text);
	if (!near)
		return NULL;
	const char *right = known(near);
	const struct cli_command *k = cli_command_of(near);
	if (k && k->min_args)
		right = strcmp(k->words, "masc peer") == 0 ? "masc peer NAME" : near;
	return right ? right : near;
}

/* What the first two words mean, or the first alone. */
static const char *meant(const char *const *words, int n)
{
	const char *right = NULL;
	for (int take = n < 2 ? n : 2; take > 0 && !right; take--) {
		char text[128];
		struct text t = TEXT_OF(text);
		join(&t, words, take);
		right = known(text);
		if (!right)
			right = nearest_command(text);
	}
	return right;
}

/* The right command with the name that was typed in the place of NAME. */
static void fill_in(struct text *t, const char *right, const char *name)
{
	const char *at = strstr(right, "NAME");
	text_str(t, "homestead ");
	if (!at || !name) {
		text_str(t, right);
		return;
	}
	text_span(t, span_of(right, (size_t)(at - right)));
	text_str(t, name);
	text_str(t, at + 4);
}

int cli_suggest(struct cli *c, const char *const *words, int n)
{
	char message[256], hint[256];
	struct text m = TEXT_OF(message), h = TEXT_OF(hint);
	char typed[128];
	struct text t = TEXT_OF(typed);
	join(&t, words, n < 2 ? n : 2);
	text_str(&m, "there is no command ");
	text_quoted(&m, span_str(typed), 60);
	const char *right = meant(words, n);
	fill_in(&h, right ? right : "help", n > 1 ? words[n - 1] : NULL);
	return cli_usage(c, message, hint);
}
