/* talk_int.h - conversations, for talk.c (ours) and talk_serve.c (others'). */
#ifndef PNRP_TALK_INT_H
#define PNRP_TALK_INT_H

#include "pnrp/pnrp_int.h"

#define PNRP_ADVERTISED 5 /* IDs in an ADVERTISE */

struct pnrp_talk {
	struct list in; /* pnrp.talks */
	bool ours;
	struct pnrp_endpoint peer;
	/* ours */
	uint8_t nonce[PNRP_NONCE];
	uint64_t number;
	void *walk; /* that wants the exchange, NULL none */
	struct mono begun;
	/* others' */
	uint8_t hash[PNRP_HASHED_NONCE];
	struct pnrp_id as; /* the ID in its SOLICIT, zero none */
	struct mono until;
	uint8_t n;
	struct pnrp_id advertised[PNRP_ADVERTISED];
};

/* An endpoint that has proved its nonce lately (correction 11). */
struct pnrp_passed {
	struct list in; /* pnrp.passed, the longest ago first */
	struct pnrp_endpoint at;
	struct mono until;
};

struct pnrp_talk *pnrp_talk_new(struct pnrp *p, bool ours, const struct pnrp_endpoint *with);
void pnrp_talk_end(struct pnrp *p, struct pnrp_talk *t);
void pnrp_talk_hash(const struct pnrp *p, const uint8_t nonce[PNRP_NONCE], uint8_t *out);
void pnrp_passed_end(struct pnrp *p, struct pnrp_passed *x);

#endif
