/* claims.h - a row of claims for bench/masc: PREFIX_IN_USE of one sibling domain,
 * each a /28 of 234.0.0.0/8 with a node and times of its own, in an order that
 * looks random and is the same in every run. Owns nothing. */
#ifndef BENCH_MASC_CLAIMS_H
#define BENCH_MASC_CLAIMS_H

#include "masc/wire.h"

#define CLAIMS_MOST   ((uint32_t)1 << 20)
#define CLAIMS_DOMAIN 65001u /* whose they are */
#define CLAIMS_SPACE  "234.0.0.0/8"

struct masc_id claims_id(uint32_t number);
/* The i-th, i < CLAIMS_MOST; `wall_s` is now, in seconds since 1970. */
struct wire_claim claims_nth(uint32_t i, uint32_t wall_s);
/* An UPDATE with as many as fit of [*next, end), in `room` (WIRE_MESSAGE_MAX). */
struct span claims_update(uint32_t *next, uint32_t end, uint32_t wall_s, uint8_t *room);
/* The OPEN of a top-level sibling. */
struct span claims_open(uint32_t domain, uint32_t node, uint8_t *room);

#endif
