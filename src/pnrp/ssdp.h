/* ssdp.h - the few words of SSDP by which nodes of a cloud find each other (digest pnrp
 * 3.4): written and read, nothing kept. Reading is lenient and bounded: an unknown
 * header is passed over, a line that is none ends the message as no SSDP. */
#ifndef PNRP_SSDP_H
#define PNRP_SSDP_H

#include "base/addr.h"
#include "pnrp/pnrp.h"

#define PNRP_SSDP_PORT	     1900
#define PNRP_SSDP_MAX	     1024 /* octets of a message; longer ones are no SSDP */
#define PNRP_SSDP_LINES	     32
#define PNRP_SSDP_TARGET_MAX 127
#define PNRP_SSDP_MX	     3 /* seconds that answers may be spread over */

/* "urn:Microsoft Windows Peer Name Resolution Protocol: V5:IPV6:LinkLocal" */
void pnrp_ssdp_target(struct text *t, const struct pnrp_profile *p, bool ipv4,
		      enum pnrp_scope scope);
/* A search for it, to be sent to `group` ("[FF02::C]", as Windows writes it). */
void pnrp_ssdp_search(struct text *t, struct span target, const struct addr *group, uint32_t mx);
/* An answer: the node is at `at`. */
void pnrp_ssdp_answer(struct text *t, struct span target, const struct addr *at);

enum pnrp_ssdp_kind {
	PNRP_SSDP_SEARCH,
	PNRP_SSDP_ANSWER
};

struct pnrp_ssdp {
	enum pnrp_ssdp_kind kind;
	struct span target; /* ST; points into the message */
	uint32_t mx;	    /* SEARCH: seconds, 0 to 120 */
	struct addr at;	    /* ANSWER: AL, an address with a port */
};
/* ERR_MALFORMED: neither a search nor an answer, or without what it needs. */
MUST_USE enum err pnrp_ssdp_parse(struct span message, struct pnrp_ssdp *out);

#endif
