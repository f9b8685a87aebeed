/* table_slot.h - where the claims of a table lie: pages of TABLE_PAGE slots of a
 * size that goes by family, which pages changed, and the few options. Knows no
 * prefix but by the number of its node. Internal to the table (MASC-11). */
#ifndef MASC_TABLE_SLOT_H
#define MASC_TABLE_SLOT_H

#include "base/env.h"
#include "base/err.h"
#include "base/span.h"

#include "masc/config.h"
#include "masc/prefix.h"

#define SLOTS_PAGE	  64
#define SLOTS_PAGES_MAX	  (UINT32_C(1) << 20)
#define SLOTS_OPTIONS_MAX 4096 /* octets of one claim: more fit no message */

/* 40 octets for IPv4, 64 for IPv6. */
struct slot {
	uint32_t timestamp, lifetime, hold_time, end;
	uint32_t node;	/* of the trie: the prefix */
	uint32_t chain; /* next of the same prefix, 0 none */
	uint16_t peer, epoch;
	uint8_t type;
	uint8_t flags; /* SLOT_... and the role */
	uint8_t ids[]; /* Origin Domain, Origin Node */
};

enum {
	SLOT_ROLE = 0x03,
	SLOT_DEPRECATED = 0x04,
	SLOT_HOLDS = 0x08,
	SLOT_OURS = 0x10,
	SLOT_FLAGS = 0x1f
};

struct slot_options {
	size_t n;
	uint8_t octets[];
};

struct slot_page {
	uint8_t *slots;			 /* NULL: none was used yet */
	struct slot_options **options;	 /* a pointer a slot; NULL: none has any */
	uint64_t used;			 /* a bit a slot */
	uint32_t next_roomy, next_dirty; /* page + 1 */
	bool roomy, dirty;		 /* in that list */
};

struct slots {
	const struct env *env;
	struct slot_page *pages;
	uint32_t n_pages, room_pages;
	uint32_t roomy, dirty; /* lists of pages, by number + 1 */
	uint8_t id_size;
	size_t stride, octets;
	size_t option_octets;
};

void slots_init(struct slots *s, const struct env *env, enum masc_family f);
void slots_fini(struct slots *s);

static inline uint32_t slots_page_of(uint32_t r)
{
	return (r - 1) / SLOTS_PAGE;
}

static inline uint64_t slots_bit_of(uint32_t r)
{
	return UINT64_C(1) << (r - 1) % SLOTS_PAGE;
}

/* Of a slot in use. */
static inline struct slot *slots_at(const struct slots *s, uint32_t r)
{
	uint8_t *at = s->pages[slots_page_of(r)].slots + (r - 1) % SLOTS_PAGE * s->stride;
	return (struct slot *)(void *)at;
}

bool slots_used(const struct slots *s, uint32_t r);
/* The first in use behind `after`; 0 none. */
uint32_t slots_after(const struct slots *s, uint32_t after);

/* A free slot, with its memory; still free. ERR_NOMEM, ERR_FULL. */
MUST_USE enum err slots_reserve(struct slots *s, uint32_t *out);
/* At least n pages, the new ones empty and without memory. ERR_NOMEM, ERR_FULL. */
MUST_USE enum err slots_extend(struct slots *s, uint32_t n);
/* Memory for this very slot, which must be free. ERR_NOMEM. */
MUST_USE enum err slots_reserve_at(struct slots *s, uint32_t r);
void slots_take(struct slots *s, uint32_t r);
/* And its options. */
void slots_release(struct slots *s, uint32_t r);

/* Keeps a copy for a slot that has memory and no options yet. ERR_NOMEM. */
MUST_USE enum err slots_put_options(struct slots *s, uint32_t r, struct span options);
struct span slots_options(const struct slots *s, uint32_t r);

void slots_touch(struct slots *s, uint32_t page);
bool slots_take_dirty(struct slots *s, uint32_t *page);

#endif
