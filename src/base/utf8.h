/* utf8.h - text as we keep it, a code point at a time. Strict: no lone surrogate, no overlong
 * form. Knows nothing of what a terminal makes of it, but for one question. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/attr.h"
#include "base/span.h"

/* Takes one code point off the front of *s; false: it is none. */
MUST_USE bool utf8_next(struct span *s, uint32_t *point);

/* Whether people see it for what it is: no control character, nothing that is invisible or
 * turns the direction of the text about it. Joiners are seen: emoji and many scripts are made
 * with them. */
bool utf8_is_shown(uint32_t point);

#endif
