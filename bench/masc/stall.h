/* stall.h - a MASC core alone, fed by hand, that is watched for its longest call:
 * for bench/masc. The time is that of the thread, so that what else the machine
 * does is not in it; steps are those the core counts itself (MASC-20.1). */
#ifndef BENCH_MASC_STALL_H
#define BENCH_MASC_STALL_H

#include "base/store_mem.h"
#include "node/config.h"

#include "masc/masc.h"
#include "masc/wire.h"

#define STALL_PIECE 16384 /* octets of one input, as the engine reads */

struct stall {
	struct node_config config;
	struct store_mem *mem;
	struct masc *m;
	struct mono now;
	int64_t wall; /* us since 1970, at mono 0 */
	double us;    /* of the longest call since stall_watch() */
	size_t steps;
	size_t calls;
	const char *what; /* the longest was */
	bool quiet;	  /* calls are not looked at */
};

_Noreturn void stall_die(const char *format, ...);
void stall_must(enum err e, const char *what);

void stall_birth(struct stall *s, const char *config);
void stall_death(struct stall *s);
/* Dies and is born again, with its rows. */
void stall_again(struct stall *s);
/* From here on the longest is looked for. */
void stall_watch(struct stall *s);

uint32_t stall_wall_s(const struct stall *s);
/* Time passes: all that is due is done, `most` ticks at most. */
void stall_pass(struct stall *s, int64_t us);
/* The peer of 127.0.0.N has a session with us, and has told all if `mark`. */
void stall_establish(struct stall *s, uint32_t link, const char *address, uint8_t role,
		     uint32_t domain, uint32_t node, uint32_t parent);
void stall_mark(struct stall *s, uint32_t link);
void stall_down(struct stall *s, uint32_t link);
/* Octets of a link, cut into pieces; what is drained is said to be. */
void stall_octets(struct stall *s, uint32_t link, struct span octets);
/* Claims [0, n) of a generator, as many a message as fit. */
typedef struct wire_claim stall_claim_fn(const struct stall *s, uint32_t i);
void stall_feed(struct stall *s, uint32_t link, stall_claim_fn *nth, uint32_t n);
void stall_tell(struct stall *s, uint32_t link, const struct wire_claim *c);
enum err stall_command(struct stall *s, const struct masc_command *c);
void stall_configure(struct stall *s, const char *config);

struct masc_prefix stall_prefix(const char *text);
size_t stall_known(const struct stall *s, enum wire_attribute type);

#endif
