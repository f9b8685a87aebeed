/* removals_int.h - between the set of Removals (removals.c) and what it comes to
 * (removals_verdict.c), and how many it has (removals_limits.c). */
#ifndef GROUP_REMOVALS_INT_H
#define GROUP_REMOVALS_INT_H

#include "group/name.h"
#include "group/removals.h"

/* A certificate in the chain of who signed, below one of a member. */
struct removals_link {
	uint8_t issuer[CRYPTO_AUTHORITY], issuer_serial[CRYPTO_SERIAL];
	uint8_t entry[GROUP_KEPT_CERT]; /* as a kept set lists it */
};

enum removals_state {
	REMOVALS_OPEN, /* not decided */
	REMOVALS_IN,   /* counts */
	REMOVALS_OUT   /* does not */
};

struct removals_item {
	struct group_kept_record record;
	struct group_removal p; /* points into payload */
	uint8_t *payload, *shown;
	size_t n_shown;
	int64_t when;
	uint64_t put; /* 0: none of ours */
	uint8_t key[CRYPTO_AUTHORITY];
	bool by_group;
	uint8_t signer[CRYPTO_AUTHORITY], serial[CRYPTO_SERIAL];
	char name[GROUP_NAME_OCTETS + 1];
	uint8_t *label; /* of who signed, as its certificate has it */
	size_t n_label;
	struct removals_link *links;
	size_t n_links;
	size_t at;	/* its slot */
	uint64_t *hits; /* a bit for each slot that it would stop; a Return: that it ends */
	size_t hit_by;	/* how many would stop it */
	enum removals_state state;
	bool ended; /* by a Return that counts */
	/* Of removals_verdict.c, while it is decided. */
	uint64_t *left;	     /* of hits, those that it may stop still */
	size_t left_by;	     /* how many may stop it still */
	size_t run, run_end; /* in `returns`, those of the same key */
	bool soft, before;   /* some Return names it; it counted before */
	bool idle;	     /* of removals_limits.c: a Return that is not looked at */
	bool gone;	     /* of removals_limits.c: the group's key has removed who signed */
	unsigned int length; /* likewise: of those that are counted together */
};

struct group_removals {
	const struct env *env;
	struct crypto *crypto;
	const struct group_profile *profile;
	struct group_removals_limits limits;
	struct removals_item **slot; /* NULL: free */
	size_t room, n;		     /* room: a multiple of 64 */
	/* What it comes to: by key, then by Record ID. */
	struct removals_item **removals, **returns; /* returns: all that are looked at */
	struct removals_item **order, **keyed;	    /* all, by Record ID; by key, then Record ID */
	struct removals_item **pathed;		    /* all, by who has its membership from whom */
	struct graph_guid *ids;			    /* in force */
	uint64_t *open;				    /* of the verdict: a bit a slot */
	struct removals_item **queue; /* likewise: decided, and what follows is not looked at */
	struct removals_verdict *verdict;
};

/* What all come to, decided when it is asked for (GROUP-11.37). */
struct removals_verdict {
	size_t n_removals, n_returns, n_ids, n_queue;
	uint64_t turn;
	bool stale;	    /* since it was decided others came or went, */
	bool other;	    /* one of them in the place of another that counted */
	unsigned int times; /* that it was decided in this turn */
};

static inline bool removals_bit(const uint64_t *bits, size_t at)
{
	return bits[at / 64] >> at % 64 & 1;
}

static inline void removals_set_bit(uint64_t *bits, size_t at, bool on)
{
	uint64_t one = UINT64_C(1) << at % 64;
	bits[at / 64] = on ? bits[at / 64] | one : bits[at / 64] & ~one;
}

/* Whether q would stop r, whatever stops q. */
bool removals_attacks(const struct removals_item *q, const struct removals_item *r);
/* Whether Return t, if it counts and ends q, keeps q from stopping r. */
bool removals_excuses(const struct removals_item *t, const struct removals_item *q,
		      const struct removals_item *r);
/* Return t ends Removal q, if it counts. */
bool removals_ends(const struct removals_item *t, const struct removals_item *q);
static inline bool removals_same(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, CRYPTO_AUTHORITY) == 0;
}

int removals_by_id(const struct removals_item *a, const struct removals_item *b);
int removals_by_key(const struct removals_item *a, const struct removals_item *b);

int removals_by_path(const struct removals_item *a, const struct removals_item *b);
unsigned int removals_length(bool by_group, size_t octets);
/* removals_limits.c: the one that has to go now that `fresh` is there; NULL: none has. */
struct removals_item *removals_least(const struct group_removals *r,
				     const struct removals_item *fresh);

/* A bit in r->open for each that a Removal by the group's key stops. */
void removals_stopped(const struct group_removals *r);
/* All Returns of one key, n of them: those that are looked at are first, and it is told how many
 * there are; the others are idle. Of removals_stopped() before. */
size_t removals_considered(const struct group_removals *r, struct removals_item **all, size_t n);

/* The state of each, then what follows from them. True: it is another than before. */
bool removals_decide(const struct group_removals *r);

#endif
