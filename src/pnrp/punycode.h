/* punycode.h - code points as letters, digits and hyphens (RFC 3492), without the
 * prefix of internationalised domain names. Inside of pnrp. */
#ifndef PNRP_PUNYCODE_H
#define PNRP_PUNYCODE_H

#include "base/attr.h"
#include "base/err.h"
#include "base/span.h"
#include "wire/wr.h"

#define PNRP_PUNYCODE_POINTS 149

/* Appends to w; what does not fit fails it. ASCII in `points` goes over as it is. */
void pnrp_punycode_encode(const uint32_t *points, size_t n, struct wr *w);
/* ERR_MALFORMED; ERR_RANGE: more than PNRP_PUNYCODE_POINTS, or a point beyond Unicode. */
MUST_USE enum err pnrp_punycode_decode(struct span s, uint32_t *points, size_t *n);

#endif
