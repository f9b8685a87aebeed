/* pcapng.h - the octets of TCP links as a capture file (pcapng) that Wireshark reassembles:
 * IP and TCP around them are made up, with sequence numbers that fit. Octets in and out;
 * opens no file and knows no clock. Link type RAW, so that no Ethernet is made up too.
 *
 *	pcapng_put_head(&w);
 *	pcapng_start(&s, &local, &remote);
 *	pcapng_put_open(&w, &s, PCAPNG_IN, at);	  who called
 *	pcapng_put_octets(&w, &s, PCAPNG_IN, at, octets);
 *	pcapng_put_close(&w, &s, PCAPNG_OUT, at);	  who ends */
#ifndef NODE_PCAPNG_H
#define NODE_PCAPNG_H

#include "base/addr.h"
#include "wire/wr.h"

enum pcapng_way {
	PCAPNG_IN, /* from the other side to us */
	PCAPNG_OUT
};

/* One link; the caller's. */
struct pcapng_stream {
	struct addr local, remote;
	uint32_t next[2]; /* sequence number of each way */
};
void pcapng_start(struct pcapng_stream *s, const struct addr *local, const struct addr *remote);

/* Most octets that each of them writes; w->failed when there is less room. `wall` is in us
 * since 1970. */
#define PCAPNG_HEAD_MAX	  96
#define PCAPNG_PACKET_MAX 108 /* around the octets of one packet */
#define PCAPNG_OPEN_MAX	  (3 * PCAPNG_PACKET_MAX)
#define PCAPNG_CLOSE_MAX  (3 * PCAPNG_PACKET_MAX)
size_t pcapng_octets_max(size_t n);

void pcapng_put_head(struct wr *w);
/* The three packets that open a connection; from: who called. Left out where the link was
 * there before. */
void pcapng_put_open(struct wr *w, struct pcapng_stream *s, enum pcapng_way from, int64_t wall);
void pcapng_put_octets(struct wr *w, struct pcapng_stream *s, enum pcapng_way way, int64_t wall,
		       struct span octets);
void pcapng_put_close(struct wr *w, struct pcapng_stream *s, enum pcapng_way from, int64_t wall);

#endif
