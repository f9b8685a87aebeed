/* text.h - builds text in a caller's buffer, without the C library's printf,
 * so that pure folders can word things. Always ends in NUL; what does not fit
 * is cut between two characters and `cut` says so. Holds no memory of its own. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/span.h"

struct text {
	char *p;
	size_t size; /* of the buffer, at least 1 */
	size_t n;    /* written, the NUL not counted */
	bool cut;
};

/* A text over a char array of the caller. */
#define TEXT_OF(array) text_of((array), sizeof(array))

struct text text_of(char *p, size_t size);
void text_clear(struct text *t);
void text_char(struct text *t, char c);
void text_str(struct text *t, const char *s);
void text_span(struct text *t, struct span s);
void text_u64(struct text *t, uint64_t v);
void text_i64(struct text *t, int64_t v);
/* Lower-case hexadecimal, two digits an octet. */
void text_hex(struct text *t, struct span s);
/* "0", "250ms", "90s", "15m", "2h30m", "30d": exact, largest units first. */
void text_duration(struct text *t, int64_t us);
/* 2026-11-21T20:43:18Z, with milliseconds when ms is not 0. UTC. */
void text_wall(struct text *t, int64_t us);
/* For a line on a terminal or in a log, of whatever a peer or user sent: characters that
 * people see as they are, others and what is no UTF-8 as \xNN. */
void text_shown(struct text *t, struct span s);
/* The same in quotation marks, these and \ within as \xNN too; of more than max octets the
 * characters that begin in these, then "...". */
void text_quoted(struct text *t, struct span s, size_t max);
/* A word of a command line, for a shell: in '' where that must be. */
void text_word(struct text *t, const char *word);

#endif
