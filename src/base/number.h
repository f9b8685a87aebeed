/* number.h - reads numbers, times and sizes that people wrote. Pure, exact,
 * no locale. Each takes the whole span or fails and leaves *out alone. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include "base/attr.h"
#include "base/err.h"
#include "base/span.h"

/* Decimal digits only. ERR_MALFORMED, ERR_RANGE beyond max. */
MUST_USE enum err number_u64(struct span s, uint64_t max, uint64_t *out);
/* Hexadecimal digits, an even number, at most size octets. */
MUST_USE enum err number_hex(struct span s, uint8_t *out, size_t size, size_t *n);
/* Microseconds from "90s", "250ms", "2h30m", "30d", "1w"; "0" needs no unit,
 * any other number does. */
MUST_USE enum err number_duration(struct span s, int64_t *us);
/* Octets from "512", "64KiB", "8GiB", "8GB" (1000 based without the i). */
MUST_USE enum err number_size(struct span s, uint64_t *octets);

#endif
