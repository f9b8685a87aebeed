/* MASC-19.1: rows of masc_own, one a claim of ours by its number; and under the
 * number 0 the next one, so that none is used twice. */
#include "masc/own_life.h"

#include "wire/rd.h"
#include "wire/wr.h"

#define ROW_VERSION 1
#define ROW_MAX	    1280

const struct store_table masc_table_own = { "masc_own", STORE_KEY_INTEGER };

enum {
	FLAG_LOCAL = 1,
	FLAG_FIXED = 2,
	FLAG_ACTIVE = 4,
	FLAG_BELOW = 8,
	FLAG_BY_PARENT = 16,
	FLAGS_ALL = 31
};

struct span own_key(uint64_t number, uint8_t room[OWN_KEY_SIZE])
{
	struct wr w = wr_of(room, OWN_KEY_SIZE);
	wr_u64(&w, number);
	return wr_span(&w);
}

static void put_id(struct wr *w, const struct masc_id *id)
{
	wr_bytes(w, span_of(id->octets, sizeof(id->octets)));
}

static void get_id(struct rd *r, struct masc_id *id)
{
	struct span s = rd_bytes(r, sizeof(id->octets));
	if (s.n)
		memcpy(id->octets, s.p, s.n);
}

static void put_name(struct wr *w, const char *name)
{
	struct span s = span_str(name);
	wr_u8(w, (uint8_t)s.n);
	wr_bytes(w, s);
}

static void get_name(struct rd *r, char name[MASC_NAME_MAX + 1])
{
	size_t n = rd_u8(r);
	struct span s = rd_bytes(r, n);
	if (n > MASC_NAME_MAX || (s.n && memchr(s.p, 0, s.n)))
		r->failed = true;
	else if (s.n)
		memcpy(name, s.p, s.n);
}

static void put_prefix(struct wr *w, const struct masc_prefix *p)
{
	wr_u8(w, p->family);
	wr_u8(w, p->length);
	wr_bytes(w, span_of(p->address, sizeof(p->address)));
}

/* Family 0 stands for none. */
static bool sound(const struct masc_prefix *p)
{
	if (p->family != MASC_IPV4 && p->family != MASC_IPV6)
		return p->family == 0 && p->length == 0;
	if (p->length > masc_prefix_bits(p->family))
		return false;
	/* Nothing behind the length, where the family has fewer octets neither. */
	for (size_t bit = p->length; bit < 128; bit++)
		if (p->address[bit / 8] >> (7 - bit % 8) & 1)
			return false;
	return true;
}

static void get_prefix(struct rd *r, struct masc_prefix *p)
{
	p->family = rd_u8(r);
	p->length = rd_u8(r);
	struct span s = rd_bytes(r, sizeof(p->address));
	if (s.n)
		memcpy(p->address, s.p, s.n);
	if (!sound(p))
		r->failed = true;
}

static uint8_t flags_of(const struct own_claim *c)
{
	unsigned f = (c->local ? FLAG_LOCAL : 0) | (c->fixed ? FLAG_FIXED : 0) |
		     (c->active ? FLAG_ACTIVE : 0) | (c->home.below ? FLAG_BELOW : 0) |
		     (c->loss.parent ? FLAG_BY_PARENT : 0);
	return (uint8_t)f;
}

static void put_loss(struct wr *w, const struct own_loss *l)
{
	put_id(w, &l->domain);
	put_id(w, &l->node);
	wr_u32(w, l->timestamp);
	wr_u32(w, l->lifetime);
	wr_u32(w, l->hold_time);
}

static void put_parts(struct wr *w, const struct own_claim *c)
{
	wr_u8(w, c->n_parts);
	for (size_t i = 0; i < c->n_parts; i++) {
		put_prefix(w, &c->parts[i].prefix);
		wr_u32(w, c->parts[i].timestamp);
	}
}

static struct span row_write(const struct own_claim *c, uint8_t room[ROW_MAX])
{
	struct wr w = wr_of(room, ROW_MAX);
	wr_u8(&w, ROW_VERSION);
	wr_u8(&w, flags_of(c));
	wr_u8(&w, (uint8_t)c->life);
	wr_u8(&w, (uint8_t)c->why);
	wr_u8(&w, (uint8_t)c->home.family);
	put_id(&w, &c->home.parent);
	put_name(&w, c->home.root);
	put_name(&w, c->scope);
	wr_u8(&w, c->length);
	put_prefix(&w, &c->wanted);
	put_parts(&w, c);
	wr_u64(&w, (uint64_t)c->end);
	wr_u32(&w, c->claimed_at);
	wr_u64(&w, (uint64_t)c->claimed_end);
	wr_u64(&w, (uint64_t)c->lifetime);
	wr_u64(&w, (uint64_t)c->not_before);
	wr_u64(&w, (uint64_t)c->cap);
	wr_u32(&w, c->losses);
	put_loss(&w, &c->loss);
	put_id(&w, &c->keeps);
	return wr_span(&w);
}

enum err own_put(struct own_claim *c)
{
	uint8_t key[OWN_KEY_SIZE], room[ROW_MAX];
	enum err e = store_put(c->in->m->store, &masc_table_own, own_key(c->number, key),
			       row_write(c, room), &c->put);
	if (e == OK)
		c->in->newest = c->put;
	return e;
}

enum err own_del(struct own_claim *c)
{
	uint8_t key[OWN_KEY_SIZE];
	enum err e = store_del(c->in->m->store, &masc_table_own, own_key(c->number, key), &c->put);
	if (e == OK)
		c->in->newest = c->put;
	return e;
}

enum err own_put_next(struct holdings *h, uint64_t *put)
{
	uint8_t key[OWN_KEY_SIZE], room[1 + 8];
	struct wr w = wr_of(room, sizeof(room));
	wr_u8(&w, ROW_VERSION);
	wr_u64(&w, h->next_number);
	return store_put(h->m->store, &masc_table_own, own_key(0, key), wr_span(&w), put);
}

enum err own_next_read(struct span value, uint64_t *next)
{
	struct rd r = rd_of(value);
	uint8_t version = rd_u8(&r);
	uint64_t n = rd_u64(&r);
	if (!rd_done(&r) || version != ROW_VERSION)
		return ERR_CORRUPT;
	*next = n;
	return OK;
}

static void get_parts(struct rd *r, struct own_claim *c)
{
	c->n_parts = rd_u8(r);
	if (c->n_parts > OWN_PARTS_MAX) {
		r->failed = true;
		return;
	}
	for (size_t i = 0; i < c->n_parts; i++) {
		get_prefix(r, &c->parts[i].prefix);
		c->parts[i].timestamp = rd_u32(r);
		const struct masc_prefix *p = &c->parts[i].prefix;
		if (p->family != c->home.family ||
		    (i && (masc_prefix_eq(p, &c->parts[i - 1].prefix) ||
			   !masc_prefix_covers(p, &c->parts[i - 1].prefix))))
			r->failed = true;
	}
}

static void get_loss(struct rd *r, struct own_loss *l)
{
	get_id(r, &l->domain);
	get_id(r, &l->node);
	l->timestamp = rd_u32(r);
	l->lifetime = rd_u32(r);
	l->hold_time = rd_u32(r);
}

static void get_times(struct rd *r, struct own_claim *c)
{
	c->end = (int64_t)rd_u64(r);
	c->claimed_at = rd_u32(r);
	c->claimed_end = (int64_t)rd_u64(r);
	c->lifetime = (int64_t)rd_u64(r);
	c->not_before = (int64_t)rd_u64(r);
	c->cap = (int64_t)rd_u64(r);
	c->losses = rd_u32(r);
	if (c->end < 0 || c->claimed_end < 0 || c->lifetime < 0 || c->not_before < 0 || c->cap < 0)
		r->failed = true;
}

static void get_flags(struct rd *r, struct own_claim *c)
{
	uint8_t f = rd_u8(r);
	c->local = f & FLAG_LOCAL;
	c->fixed = f & FLAG_FIXED;
	c->active = f & FLAG_ACTIVE;
	c->home.below = f & FLAG_BELOW;
	c->loss.parent = f & FLAG_BY_PARENT;
	if (f & ~FLAGS_ALL)
		r->failed = true;
}

static void get_state(struct rd *r, struct own_claim *c)
{
	uint8_t life = rd_u8(r), why = 0;
	why = rd_u8(r);
	uint8_t family = rd_u8(r);
	if (life >= MASC_LIFE_EXPIRED || why >= MASC_REASON_COUNT ||
	    (family != MASC_IPV4 && family != MASC_IPV6))
		r->failed = true;
	if (r->failed)
		return;
	c->life = life;
	c->why = why;
	c->home.family = family;
}

/* What a state needs is there. */
static bool makes_sense(const struct own_claim *c)
{
	bool holds = own_is_held(c) || c->life == MASC_LIFE_CLASHED;
	if (holds != (c->n_parts > 0) || (holds && c->end == 0))
		return false;
	if (own_is_pending(c) && (!c->wanted.family || c->claimed_end == 0))
		return false;
	bool by_size = c->length > 0 && c->length <= masc_prefix_bits(c->home.family);
	return by_size || c->wanted.family == c->home.family || holds;
}

static void row_parse(struct rd *r, struct own_claim *c)
{
	uint8_t version = rd_u8(r);
	if (version != ROW_VERSION)
		r->failed = true;
	get_flags(r, c);
	get_state(r, c);
	get_id(r, &c->home.parent);
	get_name(r, c->home.root);
	get_name(r, c->scope);
	c->length = rd_u8(r);
	get_prefix(r, &c->wanted);
	get_parts(r, c);
	get_times(r, c);
	get_loss(r, &c->loss);
	get_id(r, &c->keeps);
}

enum err own_row_read(struct own_claim *c, struct span value)
{
	struct rd r = rd_of(value);
	struct own_claim read = { 0 };
	row_parse(&r, &read);
	if (!rd_done(&r) || !makes_sense(&read))
		return ERR_CORRUPT;
	read.at = c->at;
	read.in = c->in;
	read.number = c->number;
	read.timer = c->timer;
	read.loss_heard = c->loss_heard;
	/* The list goes on pointing at c itself, which has not moved. */
	*c = read;
	return OK;
}

enum err masc_own_row_read(struct span key, struct span value, struct masc_own_row *out)
{
	static const uint8_t next[OWN_KEY_SIZE];
	struct own_claim c = { .number = 0 };
	if (span_eq(key, span_of(next, sizeof(next))))
		return ERR_NOT_FOUND;
	if (own_row_read(&c, value) != OK)
		return ERR_CORRUPT;
	*out = (struct masc_own_row){ .life = c.life,
				      .local = c.local,
				      .n_parts = c.n_parts,
				      .end = c.end,
				      .wanted = c.wanted,
				      .claimed_at = c.claimed_at,
				      .claimed_end = c.claimed_end,
				      .lost_to = c.loss.timestamp };
	for (size_t i = 0; i < c.n_parts; i++) {
		out->parts[i].prefix = c.parts[i].prefix;
		out->parts[i].timestamp = c.parts[i].timestamp;
	}
	return OK;
}
