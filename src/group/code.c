/* Short codes (GROUP-14.6 to GROUP-14.9): made, written, read as people write them. */
#include "group/code.h"

#define DICE  4 /* digits of a word */
#define SIDES 6

/* ---- words ---- */

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static bool is_letter(uint8_t c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* How many letters must be put in, left out or changed. */
static size_t distance(struct span a, struct span b)
{
	size_t row[GROUP_CODE_WORD + 1];
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t before = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t change = before + (lower(a.p[i - 1]) != b.p[j - 1]);
			before = row[j];
			size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
			row[j] = change < least ? change : least;
		}
	}
	return row[b.n];
}

bool group_code_find(struct span word, size_t *i)
{
	size_t best = SIZE_MAX, at = 0;
	if (word.n > GROUP_CODE_MAX)
		word.n = GROUP_CODE_MAX;
	for (size_t k = 0; k < GROUP_CODE_LIST && best > 0; k++) {
		size_t d = distance(word, span_str(group_code_word(k)));
		if (d >= best)
			continue;
		best = d;
		at = k;
	}
	*i = at;
	return best == 0;
}

/* ---- made ---- */

static void put_words(char *to, size_t size, const size_t *word, size_t n)
{
	struct text t = text_of(to, size);
	for (size_t i = 0; i < n; i++) {
		if (i)
			text_char(&t, '-');
		text_str(&t, group_code_word(word[i]));
	}
}

static void of_words(struct group_code *out, const size_t word[GROUP_CODE_WORDS])
{
	put_words(out->lookup, sizeof(out->lookup), word, GROUP_CODE_LOOKUP);
	put_words(out->secret, sizeof(out->secret), word + GROUP_CODE_LOOKUP,
		  GROUP_CODE_WORDS - GROUP_CODE_LOOKUP);
}

/* Each as likely as any other: what lies above the last whole list is drawn again. */
static size_t draw(const struct env *env)
{
	const uint32_t whole = UINT32_MAX - UINT32_MAX % GROUP_CODE_LIST;
	uint32_t v;
	do
		env_secret(env, &v, sizeof(v));
	while (v >= whole);
	return v % GROUP_CODE_LIST;
}

void group_code_make(struct group_code *out, const struct env *env)
{
	size_t word[GROUP_CODE_WORDS];
	for (size_t i = 0; i < GROUP_CODE_WORDS; i++)
		word[i] = draw(env);
	of_words(out, word);
	crypto_wipe(word, sizeof(word));
}

/* ---- read ---- */

/* What stands between words: whatever is neither letter nor digit. */
static struct span next_word(struct span *left)
{
	size_t from = 0;
	while (from < left->n && !is_letter(left->p[from]) && !is_digit(left->p[from]))
		from++;
	size_t to = from;
	while (to < left->n && (is_letter(left->p[to]) || is_digit(left->p[to])))
		to++;
	struct span word = span_of(left->p + from, to - from);
	*left = span_of(left->p + to, left->n - to);
	return word;
}

/* GROUP-14.9: the first die counts most. */
static bool find_dice(struct span word, size_t *i)
{
	size_t v = 0;
	for (size_t k = 0; k < word.n; k++) {
		if (word.p[k] < '1' || word.p[k] > '0' + SIDES)
			return false;
		v = v * SIDES + (size_t)(word.p[k] - '1');
	}
	*i = v;
	return word.n == DICE;
}

static enum err refuse(struct text *why, struct span word, size_t nearest)
{
	text_quoted(why, word, 40);
	text_str(why, " is no word of a code");
	if (!is_digit(word.p[0])) {
		text_str(why, "; the nearest is \"");
		text_str(why, group_code_word(nearest));
		text_str(why, "\"");
	}
	return ERR_MALFORMED;
}

static enum err count_words(struct text *why, size_t n)
{
	text_str(why, "a code has five words, and that has ");
	text_u64(why, n);
	return ERR_MALFORMED;
}

enum err group_code_parse(struct group_code *out, struct span typed, struct text *why)
{
	size_t word[GROUP_CODE_WORDS], n = 0;
	if (typed.n > GROUP_CODE_MAX) {
		text_str(why, "that is too long for a code");
		return ERR_MALFORMED;
	}
	for (struct span w; (w = next_word(&typed)).n; n++) {
		size_t i = 0;
		bool found = is_digit(w.p[0]) ? find_dice(w, &i) : group_code_find(w, &i);
		if (!found)
			return refuse(why, w, i);
		if (n < GROUP_CODE_WORDS)
			word[n] = i;
	}
	if (n != GROUP_CODE_WORDS)
		return count_words(why, n);
	of_words(out, word);
	crypto_wipe(word, sizeof(word));
	return OK;
}

void group_code_text(struct text *t, const struct group_code *c)
{
	text_str(t, c->lookup);
	text_char(t, '-');
	text_str(t, c->secret);
}

void group_code_wipe(struct group_code *c)
{
	crypto_wipe(c, sizeof(*c));
}

void group_code_name(struct text *t, const char *lookup)
{
	text_str(t, "0.homestead-");
	text_str(t, lookup);
}
