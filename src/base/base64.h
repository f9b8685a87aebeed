/* base64.h - octets as text: base64 of RFC 4648, section 4, with padding, and nothing between
 * its digits. Whoever allows white space takes it out first. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/attr.h"
#include "base/err.h"
#include "base/text.h"

/* Digits of n octets. */
#define BASE64_MAX(n) (((n) + 2) / 3 * 4)

void base64_put(struct text *t, struct span s);
/* ERR_MALFORMED; ERR_RANGE: more than `size` octets. */
MUST_USE enum err base64_take(struct span s, uint8_t *out, size_t size, size_t *n);

#endif
