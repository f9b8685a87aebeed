/* tables.h - the protocols' exponentials and logarithms as integer tables, since
 * the pure cores use no floating point: same answer on every machine. */
#ifndef BASE_TABLES_H
#define BASE_TABLES_H

#include <stdint.h>

/* floor(log2(v)) for v > 0; 0 for 0. */
uint32_t tables_log2(uint64_t v);
/* log2(v) in 16.16 fixed point, error below 2^-12; 0 for 0. */
uint32_t tables_log2_fixed(uint64_t v);
/* 2^(x / 65536) in 16.16 fixed point for x in 16.16; saturates. */
uint64_t tables_exp2_fixed(uint32_t x);
/* e^(-x / 65536) in 0.32 fixed point for x in 16.16, error below 2^-14; UINT32_MAX for 0. */
uint32_t tables_decay_fixed(uint32_t x);

#endif
