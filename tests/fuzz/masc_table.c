/* masc_table.c - the prefix table against a naive one. The first octet picks
 * the space, then comes a program: an octet says what is done - a claim comes,
 * goes, changes, ends, is expected; memory fails; a row is read - the next ones
 * with what. After each step the table must say what the naive one says. */
#include "wire/rd.h"
#include "fuzz_env.h"

#define MODEL_MOST    150
#define MODEL_HOLD(x) hold(x)
#include "../unit/masc/table_model.h"

#define ROW_MAX 300000

struct world {
	struct fuzz_env fuzz;
	struct model m;
};

/* Up to its last address, at the end of a family, over the middle of one. */
static struct masc_prefix base_of(uint8_t which)
{
	switch (which % 4) {
	case 0:
		return (struct masc_prefix){ { 239, 1, 4 }, 22, MASC_IPV4 };
	case 1:
		return (struct masc_prefix){ { 224 }, 4, MASC_IPV4 };
	case 2:
		return (struct masc_prefix){ { 0xff, 0x3e, [7] = 0x40 }, 59, MASC_IPV6 };
	}
	return (struct masc_prefix){ { 0xff, 0x38, [14] = 4 }, 118, MASC_IPV6 };
}

static struct masc_prefix read_prefix(struct world *w, struct rd *r)
{
	uint16_t v = rd_u16(r);
	uint8_t below = (uint8_t)(v >> 12) % (MODEL_BITS + 2);
	if (below > MODEL_BITS)
		return masc_prefix_wider(&w->m.base);
	return model_prefix(&w->m, v % MODEL_SIZE, below);
}

static struct wire_claim read_claim(struct world *w, struct rd *r)
{
	static const uint8_t options[8] = { 1, 2, 3 };
	struct masc_prefix p = read_prefix(w, r);
	uint8_t v = rd_u8(r);
	struct wire_claim c = { .type = v % WIRE_ATTRIBUTES,
				.role = v >> 6,
				.deprecated = v >> 5 & 1,
				.family = p.family,
				.timestamp = v >> 3 & 3,
				.prefix_length = p.length };
	memcpy(c.address, p.address, sizeof(c.address));
	c.domain.octets[15] = rd_u8(r);
	c.node.octets[14] = c.domain.octets[15] >> 6;
	if (c.domain.octets[15] % 8 == 1)
		c.options = span_of(options, v % sizeof(options));
	return c;
}

static struct table_mark read_mark(struct rd *r)
{
	uint8_t v = rd_u8(r);
	return (struct table_mark){ .peer = v >> 4, .holds = v & 1, .ours = v >> 1 & 1 };
}

static void come(struct world *w, struct rd *r)
{
	struct wire_claim c = read_claim(w, r);
	struct table_mark mark = read_mark(r);
	size_t before = w->fuzz.fail_in;
	enum err e = model_add(&w->m, &c, &mark, rd_u8(r));
	hold(e == OK || (e == ERR_NOMEM && before && !w->fuzz.fail_in) ||
	     (e == ERR_FULL && w->m.count == table_most(w->m.t)));
}

static void change(struct world *w, struct rd *r, uint32_t ref)
{
	struct model_claim *k = &w->m.claims[ref];
	uint8_t v = rd_u8(r);
	k->c.type = v % WIRE_ATTRIBUTES;
	k->c.lifetime = v >> 4;
	k->end = rd_u8(r);
	table_set_claim(w->m.t, ref, &k->c, k->end);
}

static void mark(struct world *w, struct rd *r, uint32_t ref)
{
	struct table_mark mark = read_mark(r);
	w->m.claims[ref].mark = mark;
	table_set_mark(w->m.t, ref, &mark);
}

/* Takes what overlaps out, as a walk gives it: all, or every second. */
static void sweep(struct world *w, struct rd *r)
{
	struct masc_prefix p = read_prefix(w, r);
	uint8_t every = rd_u8(r) % 2 + 1;
	struct table_walk walk;
	size_t n = 0;
	table_overlaps(w->m.t, &p, &walk);
	for (uint32_t ref; (ref = table_overlaps_next(&walk)) != 0; n++)
		if (n % every == 0)
			model_remove(&w->m, ref);
}

static void expect(struct world *w, struct rd *r)
{
	struct wire_claim c[4];
	struct rd ahead = *r; /* they come later, or others do */
	for (size_t i = 0; i < 4; i++)
		c[i] = read_claim(w, &ahead);
	table_expect(w->m.t, c, 4);
}

static void step(struct world *w, struct rd *r)
{
	uint8_t what = rd_u8(r);
	uint32_t ref = model_some(&w->m, rd_u8(r));
	switch (what % 10) {
	case 0:
		w->fuzz.fail_in = what / 10;
		return;
	case 1:
		if (ref)
			model_remove(&w->m, ref);
		return;
	case 2:
		if (ref)
			change(w, r, ref);
		return;
	case 3:
		if (ref)
			mark(w, r, ref);
		return;
	case 4:
		ref = table_ended(w->m.t, what);
		if (ref)
			model_remove(&w->m, ref);
		return;
	case 5:
		sweep(w, r);
		return;
	case 6:
		expect(w, r);
		return;
	}
	come(w, r);
}

/* Whatever octets a row has: nothing of it counts, or all; and what was taken
 * in is written as it can be read again. */
static void damaged_row(struct world *w, struct span row)
{
	struct table *t, *again;
	struct span out;
	w->fuzz.fail_in = 0;
	enum masc_family family = (enum masc_family)w->m.base.family;
	hold(table_new(&t, &w->fuzz.env, family, 1000) == OK);
	enum err e = table_page_read(t, 3, row, NULL, NULL);
	hold(e == OK || (e == ERR_CORRUPT && table_count(t) == 0));
	if (e == OK) {
		uint8_t *room = malloc(ROW_MAX);
		hold(room && table_page_size_max(t) <= ROW_MAX && table_count(t) > 0);
		hold(table_page_write(t, 3, room, ROW_MAX, &out) == OK && span_eq(out, row));
		hold(table_new(&again, &w->fuzz.env, family, 1000) == OK);
		hold(table_page_read(again, 3, out, NULL, NULL) == OK);
		hold(table_count(again) == table_count(t));
		table_free(again);
		free(room);
	}
	table_free(t);
}

/* All pages into another table, which then says the same. */
static void over_the_store(struct world *w)
{
	uint8_t *room = malloc(ROW_MAX);
	struct table *was = w->m.t;
	struct span row;
	w->fuzz.fail_in = 0;
	hold(room != NULL);
	hold(table_new(&w->m.t, &w->fuzz.env, (enum masc_family)w->m.base.family, MODEL_MOST) ==
	     OK);
	for (uint32_t page = 0; page <= MODEL_REFS / TABLE_PAGE; page++) {
		hold(table_page_write(was, page, room, ROW_MAX, &row) == OK);
		hold(row.n == 0 || table_page_read(w->m.t, page, row, NULL, NULL) == OK);
	}
	for (uint32_t r = 1; r < MODEL_REFS; r++)
		w->m.claims[r].mark.peer = TABLE_PEER_NONE;
	model_check_claims(&w->m);
	table_free(was);
	free(room);
}

static void play(struct world *w, struct rd *r)
{
	for (unsigned n = 0; r->left && n < 400; n++) {
		step(w, r);
		struct masc_prefix p = read_prefix(w, r);
		model_check(&w->m, &p);
		if (n % 8 == 0)
			model_check_claims(&w->m);
	}
	model_check_claims(&w->m);
	model_check_each(&w->m);
	model_check_order(&w->m);
	over_the_store(w);
	model_check(&w->m, &w->m.base);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w = calloc(1, sizeof(*w));
	struct rd r = rd_of(span_of(data, size));
	uint8_t kind = rd_u8(&r);
	hold(w != NULL);
	w->fuzz = (struct fuzz_env)FUZZ_ENV(w->fuzz);
	w->m.base = base_of(kind);
	if (kind & 0x80) {
		damaged_row(w, rd_rest(&r));
	} else {
		hold(table_new(&w->m.t, &w->fuzz.env, (enum masc_family)w->m.base.family,
			       MODEL_MOST) == OK);
		play(w, &r);
		table_free(w->m.t);
	}
	hold(w->fuzz.live == 0);
	free(w);
	return 0;
}
