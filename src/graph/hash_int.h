/* hash_int.h - the inside of a hash synchronisation, for hash*.c. */
#ifndef GRAPH_HASH_INT_H
#define GRAPH_HASH_INT_H

#include "graph/hash.h"
#include "graph/octets.h"

enum graph_hash_phase {
	GRAPH_HASH_SOLICIT,
	GRAPH_HASH_ANSWER,
	GRAPH_HASH_INDEX, /* of an ADVERTISE: which Record IDs it lists */
	GRAPH_HASH_SEND,  /* what of ours the other side lacks, */
	GRAPH_HASH_WANT,  /* what of theirs we lack */
	GRAPH_HASH_DONE
};

struct graph_hash {
	enum graph_hash_phase phase;
	struct graph_db *db;
	struct crypto *crypto;
	enum crypto_profile_id profile;
	const struct env *env;
	uint64_t now; /* peer time */
	size_t message_max;
	size_t window;		     /* ANSWER: beyond it the message ends in a range */
	bool cut;		     /* so it did */
	struct graph_octets message; /* what is made */
	struct graph_octets aside;   /* SOLICIT: abstracts of the range; ANSWER: boundaries */
	bool contents;		     /* SOLICIT, ANSWER: the range is hashed with its, GRAPH-9.28 */
	struct graph_octets digests; /* of them */
	struct graph_guid *ids;	     /* to send */
	size_t n_ids, ids_room;
	struct graph_octets input;	  /* what was received, as arrays */
	struct graph_array first, second; /* in it: hashes; boundaries, abstracts */
	bool walked;
	struct graph_place at;	  /* as far as the database was looked at, if walked */
	uint32_t i, j;		  /* of first, of second */
	size_t range;		  /* SOLICIT: records of a range */
	struct graph_place upper; /* SOLICIT: of the range; ANSWER: of the range before */
	bool alone;		  /* SOLICIT: its one record is a range of its own */
	bool pins;		  /* SOLICIT: from pins_from on, GRAPH-9.25 */
	struct graph_place pins_from, ended;
	size_t range_at; /* ANSWER: where the range's abstracts begin */
	uint32_t until;	 /* WANT, SEND: end of the boundary's abstracts */
	enum graph_hash_forks forks;
	struct graph_octets whole; /* SEND, WANT: an octet a boundary, 1: all of it is wanted */
	uint32_t shared;	   /* SEND: so many of the boundary's both have, */
	bool lacks;		   /* and some of ours they have not */
	bool mixed;		   /* some boundary has records that both have, and others */
	uint32_t *slots;	   /* 0: free; else 1 + the place of an abstract */
	size_t n_slots;		   /* a power of two */
	uint64_t key[2];
};

/* ---- hash.c ---- */
MUST_USE enum err graph_hash_make(struct graph_hash **out, enum graph_hash_phase phase,
				  struct graph_db *db, const struct env *env, uint64_t now);
/* Adds an entry's abstract to o, and to the digests what else the range is hashed with; both or
 * neither. */
MUST_USE enum err graph_hash_abstract(struct graph_hash *h, struct graph_octets *o,
				      const struct graph_entry *e);
/* Of a range with those abstracts, and the digests that there are. */
void graph_hash_hash(const struct graph_hash *h, struct span abstracts,
		     uint8_t out[CRYPTO_FINGERPRINT]);
/* The entry to look at next: the first behind `at`. */
struct graph_entry *graph_hash_resume(const struct graph_hash *h);
/* The smallest place above, and the largest below; false: there is none. */
bool graph_place_up(struct graph_place *p);
bool graph_place_down(struct graph_place *p);

/* Each does at most so many records; ends its phase when it is through. */
MUST_USE enum err graph_hash_answer_step(struct graph_hash *h, size_t records);
MUST_USE enum err graph_hash_index_step(struct graph_hash *h, size_t records);
MUST_USE enum err graph_hash_want_step(struct graph_hash *h, size_t records);
MUST_USE enum err graph_hash_send_step(struct graph_hash *h, size_t records);

#endif
