/* keyring.h - the epochs of one group that are known, and their keys (DESIGN D19, doc/group.md
 * 12): readers keep every key, writers use one epoch. Keys lie in locked memory and are never
 * given away but to who seals and opens. Knows no record and no clock but what it is told. */
#ifndef GROUP_KEYRING_H
#define GROUP_KEYRING_H

#include "base/list.h"
#include "graph/types.h"
#include "group/epoch.h"

#define GROUP_KEYRING_MOST   1024   /* epochs; beyond, GROUP-12.6 */
#define GROUP_KEYRING_HELD   160000 /* members that are noted as having keys, of all epochs */
#define GROUP_KEYRING_COVERS 65536  /* Removals that epochs cover, of all epochs */
#define GROUP_KEYRING_OCTETS (5 + GROUP_KEYRING_MOST * 113)

struct group_keyring;
struct group_ring_maker;

/* Read-only, until the next change. */
struct group_ring_epoch {
	struct list all; /* the keyring's, in the order of which came first */
	uint8_t id[GROUP_EPOCH_ID];
	uint32_t number;		/* 0: its record is not known */
	uint8_t hash[GROUP_EPOCH_HASH]; /* where number is not 0 */
	struct group_ring_maker *by;	/* the keyring's */
	const uint8_t *maker;		/* authority; zeros: not known */
	int64_t made, until;		/* of its record, wall us; until 0: it stands no more */
	struct graph_guid record;	/* its Record ID */
	bool has_key;
	bool proved;	  /* it is the right one: by its hash, or it has opened a record */
	bool fell;	  /* its record was judged again, and does not stand */
	bool cut;	  /* who has it is not known any more: nothing is written under it */
	uint8_t *covers;  /* Record IDs of Removals, ascending */
	size_t n_covers;  /* in numbers, not octets */
	uint8_t *holders; /* GROUP_AUTHORITY octets each, ascending: who was given it */
	size_t n_holders, room;
	size_t slot; /* of its key */
};

/* Borrow for life. ERR_NOMEM. */
MUST_USE enum err group_keyring_new(struct group_keyring **out, const struct env *env,
				    struct crypto *crypto);
void group_keyring_free(struct group_keyring *k);
/* Who is removed now, for life: where not all can be noted, what they made goes first. */
void group_keyring_removed(struct group_keyring *k,
			   bool (*removed)(void *ctx, const uint8_t authority[GROUP_AUTHORITY]),
			   void *ctx);

/* An Epoch record that stands. */
struct group_ring_record {
	const uint8_t *id; /* of the epoch */
	const struct group_epoch *epoch;
	struct graph_guid record;
	const uint8_t *maker; /* authority */
	int64_t made, until;  /* wall us */
};
/* ERR_NOMEM. A key that is not its hash's is dropped. */
MUST_USE enum err group_keyring_learn(struct group_keyring *k, const struct group_ring_record *r);
/* ERR_DENIED: it is not that epoch's, by its hash. *fresh: there was none. One that is not proved
 * gives way to one that is. `maker`: whose it is where its record is not known: of who gave it.
 * ERR_NOMEM. */
MUST_USE enum err group_keyring_put(struct group_keyring *k, const uint8_t id[GROUP_EPOCH_ID],
				    const uint8_t *maker, const uint8_t key[GROUP_EPOCH_KEY],
				    bool *fresh);
/* NULL: there is none. */
const uint8_t *group_keyring_key(const struct group_keyring *k, const uint8_t id[GROUP_EPOCH_ID]);
/* It has opened a record, or failed to: one that was never proved goes then. */
void group_keyring_tried(struct group_keyring *k, const uint8_t id[GROUP_EPOCH_ID], bool opened);
/* A member was given it (by a Key record of `giver`). Where there is no room for one that is known
 * by name alone, nothing is noted. ERR_NOMEM. */
MUST_USE enum err group_keyring_given(struct group_keyring *k, const uint8_t id[GROUP_EPOCH_ID],
				      struct span authority, const uint8_t *giver);
/* Half of the room for who has which is taken. */
bool group_keyring_busy(const struct group_keyring *k);
/* What was sealed to that member it cannot open any more: it has another key now, and is to be
 * given them anew. */
void group_keyring_lost(struct group_keyring *k, struct span authority);
/* The record by which that member was given it stands no more, and it may not have seen it: it is
 * to be given it anew. */
void group_keyring_ungiven(struct group_keyring *k, const uint8_t id[GROUP_EPOCH_ID],
			   struct span authority);
/* Its record does not stand any more: nothing is written under it, and all are to be given it
 * anew. */
void group_keyring_fell(struct group_keyring *k, const uint8_t id[GROUP_EPOCH_ID]);

/* The records are read anew, and some may be gone: what only those told is forgotten. Keys stay. */
void group_keyring_unlearn(struct group_keyring *k);

const struct group_ring_epoch *group_keyring_find(const struct group_keyring *k,
						  const uint8_t id[GROUP_EPOCH_ID]);
const struct group_ring_epoch *group_keyring_next(const struct group_keyring *k,
						  const struct group_ring_epoch *after);
size_t group_keyring_count(const struct group_keyring *k);
bool group_keyring_holds(const struct group_ring_epoch *e, struct span authority);

/* What a choice rests on. */
struct group_ring_choice {
	const struct graph_guid *removals; /* that count, ascending */
	size_t n_removals;
	bool (*removed)(void *ctx, const uint8_t authority[GROUP_AUTHORITY]);
	/* And a Removal by which it is removed is among those that e covers. */
	bool (*covered)(void *ctx, const uint8_t authority[GROUP_AUTHORITY],
			const struct group_ring_epoch *e);
	void *ctx;
	int64_t now; /* wall us */
};
/* Under which epoch is written: GROUP-12.5; has_key may be false. NULL: there is none. */
const struct group_ring_epoch *group_keyring_choose(const struct group_keyring *k,
						    const struct group_ring_choice *c);
/* Whether it covers all of them. */
bool group_keyring_covers(const struct group_ring_epoch *e, const struct group_ring_choice *c);

/* Keys and what they are, for the store: to be sealed by the caller, and wiped. `out`
 * GROUP_KEYRING_OCTETS. Those of which there is no key are left out. */
size_t group_keyring_save(const struct group_keyring *k, uint8_t *out);
/* Into one that is empty. ERR_MALFORMED, ERR_NOMEM. */
MUST_USE enum err group_keyring_load(struct group_keyring *k, struct span from);

#endif
