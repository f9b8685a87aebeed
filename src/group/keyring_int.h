/* keyring_int.h - between the epochs of a group and their keys (keyring.c) and who has which of
 * them, as far as there is room to note it (keyring_held.c). */
#ifndef GROUP_KEYRING_INT_H
#define GROUP_KEYRING_INT_H

#include "group/keyring.h"

#define KEYRING_HOLDER (GROUP_AUTHORITY + 1) /* and marks: */
#define KEYRING_LOST   1		     /* what it was given is of no use to it any more */
#define KEYRING_GIVEN  2		     /* by a Key record alone */

struct group_ring_maker {
	struct list all;
	uint8_t authority[GROUP_AUTHORITY];
	size_t epochs, held, covers; /* held, covers: of all its epochs */
};

struct group_keyring {
	const struct env *env;
	struct crypto *crypto;
	struct list all;    /* struct group_ring_epoch */
	struct list makers; /* struct group_ring_maker, of at least one epoch each */
	bool (*removed)(void *ctx, const uint8_t *authority);
	void *removed_ctx;
	size_t n, held, covers; /* holders, Removals covered: of all */
	uint8_t *keys;		/* locked, GROUP_EPOCH_KEY octets each */
	bool *taken;		/* of slots */
	size_t slots;
};

static inline struct group_ring_epoch *keyring_at(struct list *n)
{
	return LIST_ENTRY(n, struct group_ring_epoch, all);
}

/* Some Key record names it, and that is all. */
bool keyring_is_name_alone(const struct group_ring_epoch *e);
/* GROUP-12.6: where another comes; NULL: there is none. */
struct group_ring_epoch *keyring_first_to_go(const struct group_keyring *k);

/* Room for n holders in all. ERR_NOMEM. */
MUST_USE enum err keyring_room_for(struct group_keyring *k, struct group_ring_epoch *e, size_t n);
/* One that the record names counts as such, whatever it was given beside. ERR_NOMEM. */
MUST_USE enum err keyring_hold(struct group_keyring *k, struct group_ring_epoch *e,
			       const uint8_t *authority, uint8_t how);
/* That one, all: to be given it anew. */
void keyring_ungive(struct group_ring_epoch *e, const uint8_t *authority);
void keyring_ungive_all(struct group_ring_epoch *e);
/* Nobody is noted as having it any more; it covers nothing. */
void keyring_holders_drop(struct group_keyring *k, struct group_ring_epoch *e);
void keyring_covers_drop(struct group_keyring *k, struct group_ring_epoch *e);
/* GROUP-12.6: what is beyond the limits goes. */
void keyring_bound(struct group_keyring *k);

#endif
