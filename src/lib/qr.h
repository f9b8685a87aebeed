/* qr.h - a text as a QR code for terminals, two rows of modules a line in half blocks. Light
 * modules are drawn and dark ones are left out, so it is right on a dark terminal without any
 * colour; four light modules are about it (GROUP-14.34). */
#ifndef LIB_QR_H
#define LIB_QR_H

#include "lib/lib_int.h"

#define LIB_QR_QUIET 4 /* light modules about it */
/* Octets of the largest one: 177 modules, three octets a block. */
#define LIB_QR_TEXT_MAX (64 * 1024)

/* Adds its lines to `out`. ERR_RANGE: more text than a QR code holds, 2,953 octets; ERR_FULL;
 * ERR_NOMEM. */
MUST_USE enum err lib_qr_put(struct lib_buffer *out, const char *text);

#endif
