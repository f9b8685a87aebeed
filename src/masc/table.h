/* table.h - the prefix table: every claim known at one level, the children of
 * one parent, in one family. A path-compressed binary trie over the prefixes;
 * each node sums up what lies below it - the largest free blocks, the earliest
 * end - so that collisions, cover, free space and expiry are found in as many
 * steps as the prefix has bits, however many claims there are (MASC-11).
 *
 * Claims lie in pages of TABLE_PAGE slots in the order of arrival; a page is
 * what goes to the store. Knows no session and no rule of the protocol. An IPv4
 * claim takes at most 160 octets with all that hangs on it. */
#ifndef MASC_TABLE_H
#define MASC_TABLE_H

#include "base/env.h"

#include "masc/prefix.h"
#include "masc/wire.h"

struct table;

/* A claim in the table goes by its ref, a uint32_t: its slot, from 1, good until
 * it is removed; 0: none. */

#define TABLE_PAGE	64
#define TABLE_PEER_NONE UINT16_MAX

/* What we know of a claim beside what it says. */
struct table_mark {
	uint16_t peer;	/* whom it came from: its index; TABLE_PEER_NONE */
	uint16_t epoch; /* of that peer's session when it was last told; see sync.c */
	bool holds;	/* takes up space: not free for anybody else */
	bool ours;	/* made on this node */
};

/* `most`: claims at once. Borrows env for life. ERR_NOMEM. */
MUST_USE enum err table_new(struct table **out, const struct env *env, enum masc_family f,
			    size_t most);
void table_free(struct table *t);

size_t table_count(const struct table *t);
size_t table_most(const struct table *t);
void table_set_most(struct table *t, size_t most); /* those above it stay until they end */
size_t table_count_of(const struct table *t, enum wire_attribute type);
/* Claims whose Origin Domain this is. */
size_t table_count_of_domain(const struct table *t, const struct masc_id *domain);
size_t table_octets(const struct table *t);

/* Puts a claim in, beside others of the same prefix. `end` is when it is to be
 * forgotten (wall clock, s; UINT32_MAX never). Options are kept too. ERR_NOMEM;
 * ERR_FULL: a limit of MASC-11.7; ERR_RANGE: of another family, or with numbers
 * no claim of this family has. Nothing changed then. */
MUST_USE enum err table_add(struct table *t, const struct wire_claim *c,
			    const struct table_mark *mark, uint32_t end, uint32_t *out);
void table_remove(struct table *t, uint32_t r);
/* False: no claim there. options borrow the table until it changes. */
bool table_get(const struct table *t, uint32_t r, struct wire_claim *out);
struct table_mark table_mark_of(const struct table *t, uint32_t r);
uint32_t table_end_of(const struct table *t, uint32_t r);
void table_set_mark(struct table *t, uint32_t r, const struct table_mark *mark);
/* Other times, type, role or deprecated bit for the same prefix and origin: what
 * a renewal changes. Its options stay: for others, remove it and add anew. */
void table_set_claim(struct table *t, uint32_t r, const struct wire_claim *c, uint32_t end);

struct masc_prefix table_prefix_of(const struct wire_claim *c);

/* These claims are about to be looked for, or put in, in about this order: those
 * of one message. Changes nothing but the time it takes: what is far in memory
 * is fetched for all of them at once. At most 128 count. */
void table_expect(struct table *t, const struct wire_claim *c, size_t n);

/* The claim that says the same, in every field of MASC-10.4; 0: none. */
uint32_t table_same(const struct table *t, const struct wire_claim *c);

/* Claims that share an address with `p`: first those that cover it, widest
 * first, equal ones among them; then those inside, in the order of addresses.
 * The table must not change meanwhile but by table_remove of the one just given. */
struct table_walk {
	const struct table *t;
	struct masc_prefix p;
	uint32_t next; /* to be given */
	bool covers_only;
};
void table_overlaps(const struct table *t, const struct masc_prefix *p, struct table_walk *w);
uint32_t table_overlaps_next(struct table_walk *w);
/* Those that cover `p` only. */
void table_covers(const struct table *t, const struct masc_prefix *p, struct table_walk *w);
uint32_t table_covers_next(struct table_walk *w);

/* All of them in order of slots, from `after` (0 to begin): the table may change
 * between calls; one put in meanwhile may or may not come. 0 at the end. */
uint32_t table_each(const struct table *t, uint32_t after);
/* All in the order of addresses: the first whose (prefix, slot) is behind the
 * given; p NULL to begin. 0 at the end. */
uint32_t table_after(const struct table *t, const struct masc_prefix *p, uint32_t r);

/* Nothing that holds space shares an address with it. */
bool table_is_free(const struct table *t, const struct masc_prefix *p);
/* The largest aligned blocks inside `in` in which nothing holds space: their
 * length (at least in->length) and how many there are of that length. False:
 * not one address is free. */
MUST_USE bool table_largest_free(const struct table *t, const struct masc_prefix *in,
				 uint8_t *length, uint64_t *count);
/* The k-th of them, k < count, in the order of addresses. */
struct masc_prefix table_nth_free(const struct table *t, const struct masc_prefix *in, uint64_t k);

/* The earliest end there is, UINT32_MAX none; a claim whose end is <= now_s. */
uint32_t table_next_end(const struct table *t);
uint32_t table_ended(const struct table *t, uint32_t now_s);

/* Pages that changed since they were last taken. False: none is left. */
bool table_take_dirty(struct table *t, uint32_t *page);
/* The row of a page, empty when no claim is left in it; its size at most
 * table_page_size_max(). Of the mark, holds and ours are in it; the peer and
 * its epoch mean nothing to another run. ERR_RANGE: it does not fit `size`. */
MUST_USE enum err table_page_write(const struct table *t, uint32_t page, uint8_t *room, size_t size,
				   struct span *out);
/* The page it lies in; UINT32_MAX: there is no such claim. */
uint32_t table_page_of(const struct table *t, uint32_t r);
size_t table_page_size_max(const struct table *t);
/* Takes the claims of a row in, each to the slot it had if that is free, so that
 * the row is as good as before; else the pages concerned are dirty. `keep` says
 * which are still wanted (NULL: all); a page of which one is not is dirty. Those
 * read have no peer. ERR_CORRUPT: none was taken. ERR_NOMEM, ERR_FULL: those
 * before were, and the page is dirty. */
typedef bool table_keep_fn(void *arg, const struct wire_claim *c);
MUST_USE enum err table_page_read(struct table *t, uint32_t page, struct span row,
				  table_keep_fn *keep, void *arg);
/* The commit of this page was undone: it is dirty again. */
void table_page_undone(struct table *t, uint32_t page);

#endif
