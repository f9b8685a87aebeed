/* speak.h - just enough of a session protocol to hold many sessions open: what
 * to say and where a message ends. MASC is the measured one, BGP the peer of
 * the same shape (open, keepalive, notification over TCP). */
#ifndef BENCH_SPEAK_H
#define BENCH_SPEAK_H

#include <stddef.h>
#include <stdint.h>

#define SPEAK_MAX 64 /* of a message that we send */

enum said {
	SAID_PART, /* the message is not whole yet */
	SAID_OPEN,
	SAID_KEEPALIVE,
	SAID_ERROR,
	SAID_OTHER,
	SAID_NONSENSE
};

struct speech {
	const char *name;
	uint16_t port;
	/* Each writes a message of at most SPEAK_MAX octets, gives its length. */
	size_t (*open)(uint8_t *p, uint32_t session, uint16_t hold_s);
	size_t (*keepalive)(uint8_t *p);
	size_t (*cease)(uint8_t *p);
	/* What p begins with, and how long that message is. */
	enum said (*read)(const uint8_t *p, size_t n, size_t *length);
};

extern const struct speech speech_masc, speech_bgp;

/* By name; NULL when there is none. */
const struct speech *speech_find(const char *name);

/* Who session number i is: its Domain ID (BGP: AS), Node ID (router ID). The
 * runner writes the same numbers into configurations. */
#define SPEAK_DOMAIN(i) (100000u + (i))
#define SPEAK_NODE(i)	(1000u + (i))
#define SPEAK_AS	65001u

#endif
