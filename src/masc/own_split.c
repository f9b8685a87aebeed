/* One claim becomes several that are the same together: the half that is renewed
 * and the other, or what a clash leaves and what it takes (A10). */
#include "masc/own_life.h"

size_t own_without(const struct masc_prefix *whole, const struct masc_prefix *hole,
		   struct masc_prefix *out)
{
	size_t n = 0;
	struct masc_prefix p = *whole;
	while (p.length < hole->length) {
		struct masc_prefix lower = masc_prefix_half(&p, 0);
		bool in_lower = masc_prefix_covers(&lower, hole);
		out[n++] = masc_prefix_half(&p, in_lower ? 1 : 0);
		p = masc_prefix_half(&p, in_lower ? 0 : 1);
	}
	return n;
}

uint32_t own_timestamp_of(const struct own_claim *c, const struct masc_prefix *p)
{
	size_t i = 0;
	while (i + 1 < c->n_parts && !masc_prefix_covers(&c->parts[i].prefix, p))
		i++;
	return c->parts[i].timestamp;
}

/* Parts that lie inside the piece, then the piece itself. */
static void carve(struct own_claim *to, const struct own_claim *from, const struct masc_prefix *p)
{
	uint32_t timestamp = own_timestamp_of(from, p);
	uint8_t n = 0;
	for (size_t i = 0; i < from->n_parts; i++)
		if (from->parts[i].prefix.length > p->length &&
		    masc_prefix_covers(p, &from->parts[i].prefix))
			to->parts[n++] = from->parts[i];
	to->parts[n++] = (struct own_part){ *p, timestamp };
	to->n_parts = n;
}

static void inherit(struct own_claim *to, const struct own_claim *from)
{
	to->space = from->space;
	to->home = from->home;
	to->local = from->local;
	to->fixed = from->fixed;
	to->disputed = from->disputed;
	to->active = from->active;
	memcpy(to->scope, from->scope, sizeof(to->scope));
	to->end = from->end;
	to->lifetime = from->lifetime;
	to->keeps = from->keeps;
	to->put = from->put;
}

/* Rows of pieces that were put before one could not be. Should that fail too, a
 * start finds them in the range of a claim that is older, and leaves them out. */
static void undo(struct own_claim *const *made, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (own_del(made[i]) != OK)
			made[i]->in->rows_unreadable++;
		own_forget(made[i]);
	}
}

/* A piece is what the whole is, but for what is claimed on top. */
static enum err make(struct own_claim *c, const struct masc_prefix *p, struct own_claim **out)
{
	struct own_claim *piece;
	enum err e = own_new(c->in, &piece);
	if (e != OK)
		return e;
	inherit(piece, c);
	carve(piece, c, p);
	piece->life = c->life == MASC_LIFE_DEPRECATED ? MASC_LIFE_DEPRECATED : MASC_LIFE_HELD;
	piece->why = c->why;
	*out = piece;
	return own_put(piece);
}

static void tell(struct own_claim *piece, struct mono now)
{
	own_table(piece, now);
	own_arm(piece, now);
	own_event_out(piece, &(struct own_event){ .why = piece->why }, piece->life);
	plan_claim_changed(piece, now);
}

static enum err put_all(struct own_claim *c, const struct masc_prefix *pieces, size_t n,
			struct own_claim **made, size_t *n_made)
{
	struct own_claim small = *c;
	for (size_t i = 1; i < n; i++) {
		made[*n_made] = NULL;
		enum err e = make(c, &pieces[i], &made[*n_made]);
		*n_made += made[*n_made] != NULL;
		if (e != OK)
			return e;
	}
	enum err e = own_put_next(c->in, &c->put);
	if (e != OK)
		return e;
	carve(&small, c, &pieces[0]);
	e = own_put(&small);
	if (e == OK)
		c->put = small.put;
	return e;
}

enum err own_split(struct own_claim *c, const struct masc_prefix *pieces, size_t n, struct mono now)
{
	struct own_claim *made[OWN_PIECES_MAX];
	size_t n_made = 0;
	enum err e = put_all(c, pieces, n, made, &n_made);
	if (e != OK) {
		undo(made, n_made);
		return e;
	}
	own_untable_held(c, now);
	const struct own_claim whole = *c;
	carve(c, &whole, &pieces[0]);
	own_table(c, now);
	for (size_t i = 0; i < n_made; i++)
		tell(made[i], now);
	plan_claim_changed(c, now);
	return OK;
}
