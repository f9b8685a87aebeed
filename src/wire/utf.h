/* utf.h - UTF-8 as we keep text, UTF-16 as the wire has it. Strict both ways: no
 * lone surrogate, no overlong form, no U+0000. */
#ifndef WIRE_UTF_H
#define WIRE_UTF_H

#include "base/attr.h"
#include "base/err.h"
#include "base/span.h"
#include "base/utf8.h"
#include "wire/wr.h"

void utf8_put(struct wr *w, uint32_t point);

/* How many code units the text has; `units`, if given, gets them. ERR_MALFORMED,
 * ERR_RANGE: more than max. */
MUST_USE enum err utf16_of(struct span utf8, uint16_t *units, size_t max, size_t *n);
/* ERR_MALFORMED, ERR_RANGE: more than `size` octets. */
MUST_USE enum err utf8_of(const uint16_t *units, size_t n, char *out, size_t size, size_t *octets);

#endif
