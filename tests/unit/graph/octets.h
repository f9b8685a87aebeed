/* octets.h - for tests of what a graph says on the wire: the vectors of the digest, octets
 * from hexadecimal digits, copies whose ends the sanitizer sees. */
#ifndef UNIT_GRAPH_OCTETS_H
#define UNIT_GRAPH_OCTETS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "graph/wire.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Digest 23, the size of the frame left out. */
#define T1 "000000241001000001000010001c0024302e54657374477261706800302e616c69636500"
#define T2 "000000181002000001000018001800001122334455667788"
#define T3 "0000002610030000010203040506070801da0000000000000000000000200026302e626f6200"
#define T4 "0000000c1004000003000000"
#define T5 "0000000c100500000100000c"
#define T6 "0000001c100600000100000c00000100000000000000000000000000"
#define T8                                                                                         \
	"0000005a00000002000000010000000c0030002e00540065007300740047007200610070006800000000"     \
	"00080030002e0061006c00690063006500000000000500540065007300740000000000000000012cffff"     \
	"ffff00000000"
#define T9_RECORD                                                                                  \
	"000002000000000000000000000000004c515c944252494f844034cc79769c8100000001000000000000000"  \
	"80030002e0061006c0069006300650000000000000000000001da00000000000001da0000b2d05e0001da00"  \
	"00000000000000000c0030002e0054006500730074004700720061007000680000010000000008010203040"  \
	"506070800000000"
#define T9 "00000096100b0000000c0000" T9_RECORD
#define T10                                                                                        \
	"0000003c1008000000000014000000010014000044fda4fb1d6965641b16e4032c2792d301da000001c9c38"  \
	"003030303030303030303030303030303"
#define T11 "00000024100a000000000001000000100303030303030303030303030303030300000004"
#define T12                                                                                        \
	"00000034100e00000002000caf867e53bdb2770b0808080808080808000000014c515c944252494f844034c"  \
	"c79769c8100000000"
#define T13 "0000001c100d0000001c00000ccbb0d2be414bd6914b058ec5dcce64"
#define T14 "0000000c100c000001000000"
#define PT0 UINT64_C(0x01DA000000000000)

#define OCTETS_MAX 2048
struct octets {
	uint8_t at[OCTETS_MAX];
	size_t n;
};
struct octets octets_of(const char *hex);
static inline struct span octets_span(const struct octets *o)
{
	return span_of(o->at, o->n);
}
void assert_octets(struct span s, const char *hex);
/* A copy to be freed. */
uint8_t *octets_exact(struct span s);
struct addr octets_addr(const char *text);
struct graph_guid octets_guid(uint8_t each);
/* The same everywhere. */
uint32_t octets_random(uint64_t *state);

#endif
