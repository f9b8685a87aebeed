/* script.h - the relay's language (pure): what happens to the link, and when.
 *
 *	# a comment
 *	seed 7
 *	at 0ms delay 5ms jitter 2ms loss 1% dup 0.5% reorder 2% by 10ms
 *	at 3s cut
 *	at 8s a>b heal
 *	at 9s b>a rate 2mbit
 *
 * A line is `seed N`, or `at TIME` and a command. A command is `a>b` or `b>a`
 * (both ways without it) and any of the words below; each word changes only
 * what it names. Times count from the relay's start and never go back. */
#ifndef RELAY_SCRIPT_H
#define RELAY_SCRIPT_H

#include "base/env.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "badlink.h"

/* Word, argument, help. */
#define RULE_WORDS(X)                                                                              \
	X(DELAY, "delay", "TIME", "every frame waits that long")                                   \
	X(JITTER, "jitter", "TIME", "and up to that much more or less; order is kept")             \
	X(LOSS, "loss", "PERCENT", "frames lost by chance")                                        \
	X(DUP, "dup", "PERCENT", "frames sent twice")                                              \
	X(REORDER, "reorder", "PERCENT", "frames held back, so that later ones pass")              \
	X(BY, "by", "TIME", "how long those are held back (10ms)")                                 \
	X(RATE, "rate", "RATE", "bits a second: 64kbit, 2mbit, 1gbit; 0 is no limit")              \
	X(CUT, "cut", "", "nothing passes; what is under way is lost")                             \
	X(HEAL, "heal", "", "the end of a cut")                                                    \
	X(CLEAR, "clear", "", "a perfect link again")

enum rule_word {
#define X(name, word, argument, help) RULE_##name,
	RULE_WORDS(X)
#undef X
	RULE_COUNT
};

#define RULES_LINE_MAX 16 /* words of one command */

struct change {
	bool way[WAY_COUNT];
	size_t n;
	struct {
		enum rule_word word;
		uint64_t value; /* us, ppm or bits a second */
	} set[RULES_LINE_MAX];
};

struct step {
	struct mono at; /* from the start */
	struct change change;
};

struct script {
	const struct env *env;
	uint64_t seed;
	bool seeded;	    /* the script said so itself */
	struct step *steps; /* in order of time */
	size_t n, capacity;
};

#define SCRIPT_STEPS_MAX 4096

/* Reads a command without its time. On failure `why` holds a sentence.
 * ERR_MALFORMED, ERR_RANGE. */
MUST_USE enum err change_parse(struct span command, struct change *out, struct text *why);
/* The rules after it, from the rules before. */
void change_apply(const struct change *c, struct rules *r);

/* Reads a whole script; `why` begins with the line's number. On failure *out
 * is untouched. ERR_MALFORMED, ERR_RANGE, ERR_FULL, ERR_NOMEM. */
MUST_USE enum err script_parse(struct span source, const struct env *env, struct script *out,
			       struct text *why);
void script_free(struct script *s);

#endif
