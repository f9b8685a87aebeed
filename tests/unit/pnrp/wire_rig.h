/* wire_rig.h - octets for tests of what PNRP says on the wire. */
#ifndef UNIT_PNRP_WIRE_RIG_H
#define UNIT_PNRP_WIRE_RIG_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pnrp/cpa.h"
#include "vectors.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Octets from hexadecimal digits with blanks; how many. */
size_t rig_octets(const char *hex, uint8_t *out, size_t size);
/* As many as `out` has, no more and no fewer. */
#define RIG_FILL(out, hex) assert_int_equal(rig_octets(hex, out, sizeof(out)), sizeof(out))
void rig_assert_octets(struct span s, const char *hex);
/* A copy that ends where the octets end, so that the sanitizer sees one read too
 * far; the caller frees it. */
uint8_t *rig_exact(struct span s);
struct pnrp_id rig_id(const char *hex);
#define rig_assert_id(id, hex) rig_assert_same_id(id, rig_id(hex))
void rig_assert_same_id(struct pnrp_id a, struct pnrp_id b);
struct pnrp_endpoint rig_endpoint(const char *ip, uint16_t port);
/* Addresses in hexadecimal, NULL: none. */
struct pnrp_route rig_route(const char *id, uint16_t port, const char *first, const char *second);
struct pnrp_name rig_name(const char *text);
/* A generator of octets that is the same everywhere. */
uint32_t rig_random(uint64_t *state);

void rig_assert_route(const struct pnrp_route *a, const struct pnrp_route *b);
void rig_assert_path(const struct pnrp_path *a, const struct pnrp_path *b);
void rig_assert_message(const struct pnrp_message *a, const struct pnrp_message *b);

#endif
