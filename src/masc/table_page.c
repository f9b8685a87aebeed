/* MASC-11.8: pages as rows of the store. A row is a version, the family, a bit
 * for each slot in use, and the claims of those slots in their order. It is
 * checked whole before a claim of it is taken. */
#include "masc/table_int.h"

#include "wire/rd.h"
#include "wire/wr.h"

#define VERSION	     1
#define HEAD	     (1 + 1 + 8)
#define CLAIM_FIXED  (1 + 1 + 4 * 4 + 1) /* and two identifiers, the address, options */
#define HAS_OPTIONS  0x80
#define OPTIONS_SIZE 2

size_t table_page_size_max(const struct table *t)
{
	size_t ids = 2 * (size_t)t->slots.id_size;
	size_t address = masc_prefix_bits(t->family) / 8;
	return HEAD + SLOTS_PAGE * (CLAIM_FIXED + ids + address + OPTIONS_SIZE + SLOTS_OPTIONS_MAX);
}

static void write_claim(const struct table *t, uint32_t r, struct wr *w)
{
	const struct slot *s = slots_at(&t->slots, r);
	struct masc_prefix p = trie_prefix_of(&t->trie, s->node);
	struct span options = slots_options(&t->slots, r);
	wr_u8(w, s->type);
	wr_u8(w, s->flags | (options.n ? HAS_OPTIONS : 0));
	wr_u32(w, s->timestamp);
	wr_u32(w, s->lifetime);
	wr_u32(w, s->hold_time);
	wr_u32(w, s->end);
	wr_bytes(w, span_of(s->ids, 2 * (size_t)t->slots.id_size));
	wr_u8(w, p.length);
	wr_bytes(w, span_of(p.address, (size_t)(p.length + 7) / 8));
	if (!options.n)
		return;
	wr_u16(w, (uint16_t)options.n);
	wr_bytes(w, options);
}

enum err table_page_write(const struct table *t, uint32_t page, uint8_t *room, size_t size,
			  struct span *out)
{
	uint64_t used = page < t->slots.n_pages ? t->slots.pages[page].used : 0;
	struct wr w = wr_of(room, size);
	if (!used) {
		*out = span_of(room, 0);
		return OK;
	}
	wr_u8(&w, VERSION);
	wr_u8(&w, (uint8_t)t->family);
	wr_u64(&w, used);
	for (uint64_t left = used; left; left &= left - 1)
		write_claim(t, page * SLOTS_PAGE + (uint32_t)__builtin_ctzll(left) + 1, &w);
	if (w.failed)
		return ERR_RANGE;
	*out = wr_span(&w);
	return OK;
}

/* A claim of a row, with its mark and end. */
struct read_claim {
	struct wire_claim claim;
	struct table_mark mark;
	uint32_t end;
};

static void read_id(const struct table *t, struct rd *r, struct masc_id *out)
{
	struct span s = rd_bytes(r, t->slots.id_size);
	if (s.n)
		memcpy(out->octets + sizeof(out->octets) - s.n, s.p, s.n);
}

static bool read_prefix(const struct table *t, struct rd *r, struct wire_claim *c)
{
	c->family = (uint8_t)t->family;
	c->prefix_length = rd_u8(r);
	if (c->prefix_length > masc_prefix_bits(t->family))
		return false;
	struct span s = rd_bytes(r, (size_t)(c->prefix_length + 7) / 8);
	if (s.n)
		memcpy(c->address, s.p, s.n);
	return !r->failed;
}

static void read_flags(uint8_t flags, struct read_claim *out)
{
	out->claim.role = flags & SLOT_ROLE;
	out->claim.deprecated = (flags & SLOT_DEPRECATED) != 0;
	out->mark.holds = (flags & SLOT_HOLDS) != 0;
	out->mark.ours = (flags & SLOT_OURS) != 0;
	out->mark.peer = TABLE_PEER_NONE;
}

static bool read_claim(const struct table *t, struct rd *r, struct read_claim *out)
{
	*out = (struct read_claim){ .end = 0 };
	struct wire_claim *c = &out->claim;
	c->type = rd_u8(r);
	uint8_t flags = rd_u8(r);
	if (flags & ~(SLOT_FLAGS | HAS_OPTIONS))
		return false;
	read_flags(flags, out);
	c->timestamp = rd_u32(r);
	c->lifetime = rd_u32(r);
	c->hold_time = rd_u32(r);
	out->end = rd_u32(r);
	read_id(t, r, &c->domain);
	read_id(t, r, &c->node);
	if (!read_prefix(t, r, c))
		return false;
	if (flags & HAS_OPTIONS) {
		size_t n = rd_u16(r);
		c->options = rd_bytes(r, n);
		if (n == 0)
			return false;
	}
	return !r->failed && table_claim_fits(t, c);
}

/* The bits of the slots in use; 0 for a row that begins with something else. */
static uint64_t read_head(const struct table *t, struct rd *r)
{
	uint8_t version = rd_u8(r);
	uint8_t family = rd_u8(r);
	uint64_t used = rd_u64(r);
	return version == VERSION && family == t->family ? used : 0;
}

/* Also fetches what putting the claims in will look at (MASC-11.3). */
static bool row_is_good(struct table *t, struct span row)
{
	struct wire_claim claims[SLOTS_PAGE];
	struct rd r = rd_of(row);
	size_t n = 0;
	for (uint64_t used = read_head(t, &r); used; used &= used - 1) {
		struct read_claim c;
		if (!read_claim(t, &r, &c))
			return false;
		claims[n++] = c.claim;
	}
	if (!n || !rd_done(&r))
		return false;
	table_expect(t, claims, n);
	return true;
}

/* Takes one in; *moved says that it lies elsewhere now. */
static enum err take_in(struct table *t, const struct read_claim *c, uint32_t at, bool *moved)
{
	struct table_entry n = { .claim = &c->claim, .mark = c->mark, .end = c->end, .at = at };
	uint32_t r;
	enum err e = table_put(t, &n, &r);
	if (e)
		return e;
	*moved = r != at;
	if (*moved)
		slots_touch(&t->slots, slots_page_of(r));
	return OK;
}

uint32_t table_page_of(const struct table *t, uint32_t r)
{
	return slots_used(&t->slots, r) ? slots_page_of(r) : UINT32_MAX;
}

enum err table_page_read(struct table *t, uint32_t page, struct span row, table_keep_fn *keep,
			 void *arg)
{
	if (page >= SLOTS_PAGES_MAX || !row_is_good(t, row))
		return ERR_CORRUPT;
	enum err e = slots_extend(&t->slots, page + 1);
	if (e)
		return e;
	struct rd r = rd_of(row);
	struct read_claim c;
	bool changed = false;
	for (uint64_t used = read_head(t, &r); used && !e; used &= used - 1) {
		bool moved = true;
		if (!read_claim(t, &r, &c))
			return ERR_CORRUPT;
		uint32_t at = page * SLOTS_PAGE + (uint32_t)__builtin_ctzll(used) + 1;
		if (!keep || keep(arg, &c.claim))
			e = take_in(t, &c, at, &moved);
		changed = changed || moved;
	}
	if (changed)
		slots_touch(&t->slots, page);
	return e;
}
