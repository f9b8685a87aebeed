/* tap.h - a TAP device that this process makes, in a network namespace if
 * wanted, and that vanishes with its descriptor. Linux only; needs root or
 * CAP_NET_ADMIN there. */
#ifndef RELAY_TAP_H
#define RELAY_TAP_H

#include "base/attr.h"
#include "base/err.h"
#include "base/text.h"

#include <net/if.h>

/* Makes the device `name` in the namespace of that name (as `ip netns` keeps
 * them), in our own when it is NULL, and brings it up. On failure `why` names
 * the device and the reason. The descriptor does not block.
 * ERR_IO, ERR_NOT_FOUND (no such namespace), ERR_DENIED, ERR_RANGE (name). */
MUST_USE enum err tap_open(const char *name, const char *netns, int *fd, struct text *why);

#endif
