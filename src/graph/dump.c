/* GRAPH-7.13. The checksum is a chain, SHA-256 of the sum before and a piece, so that it needs
 * no more than a hash of octets that are at hand. */
#include "graph/dump.h"

#include "graph/octets.h"
#include "wire/rd.h"

#include <assert.h>

#define MAGIC	    "HSTGRAPH"
#define VERSION	    1
#define FIXED	    14 /* magic, version, profile, length of the Graph ID */
#define NAME_OCTETS GRAPH_ID_OCTETS
#define SUM	    32
#define END	    (4 + 8 + SUM)
#define ENOUGH	    (256U << 10) /* octets of one step */

struct sum {
	struct crypto *crypto;
	uint8_t at[SUM];
};

static void sum_add(struct sum *s, struct span piece)
{
	struct span parts[] = { span_of(s->at, SUM), piece };
	crypto_hash(s->crypto, crypto_profile(CRYPTO_MODERN), parts, 2, s->at, SUM);
}

struct graph_dump {
	const struct env *env;
	const struct graph_db *db;
	uint64_t now; /* peer time */
	struct graph_octets out;
	struct graph_place at; /* walked to, if walked */
	bool begun, walked, ended;
	uint64_t records;
	struct sum sum;
	struct graph_octets head;
};

static enum err make_head(struct graph_dump *d, const struct graph_dump_head *h)
{
	size_t n = FIXED + h->graph.n + 2 + h->creator.n;
	uint8_t *p = graph_octets_add(d->env, &d->head, n);
	if (!p)
		return ERR_NOMEM;
	struct wr w = wr_of(p, n);
	wr_bytes(&w, span_str(MAGIC));
	wr_u16(&w, VERSION);
	wr_u16(&w, (uint16_t)h->profile);
	wr_u16(&w, (uint16_t)h->graph.n);
	wr_bytes(&w, h->graph);
	wr_u16(&w, (uint16_t)h->creator.n);
	wr_bytes(&w, h->creator);
	assert(!w.failed && w.n == n);
	return OK;
}

enum err graph_dump_new(struct graph_dump **out, const struct graph_dump_head *head,
			const struct graph_db *db, struct crypto *crypto, const struct env *env,
			uint64_t now)
{
	if (head->graph.n > NAME_OCTETS || head->creator.n > NAME_OCTETS)
		return ERR_RANGE;
	struct graph_dump *d = env_zalloc(env, 1, sizeof(*d));
	if (!d)
		return ERR_NOMEM;
	d->env = env;
	d->db = db;
	d->now = now;
	d->sum.crypto = crypto;
	enum err e = make_head(d, head);
	if (e) {
		graph_dump_free(d);
		return e;
	}
	*out = d;
	return OK;
}

void graph_dump_free(struct graph_dump *d)
{
	if (!d)
		return;
	env_free(d->env, d->out.p);
	env_free(d->env, d->head.p);
	env_free(d->env, d);
}

/* Puts a piece into the stream; the chain goes over all but the end. */
static enum err put_head(struct graph_dump *d)
{
	uint8_t *p = graph_octets_add(d->env, &d->out, d->head.n);
	if (!p)
		return ERR_NOMEM;
	memcpy(p, d->head.p, d->head.n);
	sum_add(&d->sum, span_of(p, d->head.n));
	d->begun = true;
	return OK;
}

static enum err put_record(struct graph_dump *d, const struct graph_entry *e)
{
	struct span octets;
	enum err err = graph_db_octets(d->db, e, &octets);
	if (err)
		return err;
	uint8_t *p = graph_octets_add(d->env, &d->out, 4 + octets.n);
	if (!p)
		return ERR_NOMEM;
	struct wr w = wr_of(p, 4 + octets.n);
	wr_u32(&w, (uint32_t)octets.n);
	wr_bytes(&w, octets);
	sum_add(&d->sum, wr_span(&w));
	d->records++;
	return OK;
}

static enum err put_end(struct graph_dump *d)
{
	uint8_t *p = graph_octets_add(d->env, &d->out, END);
	if (!p)
		return ERR_NOMEM;
	struct wr w = wr_of(p, END);
	wr_u32(&w, 0);
	wr_u64(&w, d->records);
	wr_bytes(&w, span_of(d->sum.at, SUM));
	d->ended = true;
	return OK;
}

static enum err go_on(struct graph_dump *d, size_t records)
{
	enum err err = d->begun ? OK : put_head(d);
	if (err)
		return err;
	struct graph_entry *e = graph_db_after(d->db, d->walked ? &d->at : NULL);
	for (; e && records > 0 && d->out.n < ENOUGH; records--) {
		err = e->expires > d->now ? put_record(d, e) : OK;
		if (err)
			return err;
		d->walked = true;
		d->at = e->place;
		e = graph_db_next(d->db, e);
	}
	return e || d->ended ? OK : put_end(d);
}

enum err graph_dump_step(struct graph_dump *d, size_t records, struct span *out, bool *done)
{
	d->out.n = 0;
	enum err e = d->ended ? OK : go_on(d, records);
	/* What was made before it failed is good. */
	if (e && d->out.n == 0)
		return e;
	*out = span_of(d->out.p, d->out.n);
	*done = d->ended;
	return OK;
}

struct graph_undump {
	const struct env *env;
	size_t record_max, used; /* used: of the octets, by what was taken out last */
	struct graph_octets in;
	bool begun, ended;
	enum err failed;
	uint64_t records;
	struct sum sum;
};

enum err graph_undump_new(struct graph_undump **out, struct crypto *crypto, const struct env *env,
			  size_t record_max)
{
	struct graph_undump *u = env_zalloc(env, 1, sizeof(*u));
	if (!u)
		return ERR_NOMEM;
	u->env = env;
	u->record_max = record_max;
	u->sum.crypto = crypto;
	*out = u;
	return OK;
}

void graph_undump_free(struct graph_undump *u)
{
	if (!u)
		return;
	env_free(u->env, u->in.p);
	env_free(u->env, u);
}

enum err graph_undump_feed(struct graph_undump *u, struct span octets)
{
	graph_octets_shift(&u->in, u->used);
	u->used = 0;
	uint8_t *p = graph_octets_add(u->env, &u->in, octets.n);
	if (!p)
		return ERR_NOMEM;
	if (octets.n)
		memcpy(p, octets.p, octets.n);
	return OK;
}

static struct span text(struct rd *r)
{
	size_t n = rd_u16(r);
	return rd_bytes(r, n);
}

/* OK with kind MORE when it has not come whole. */
static enum err read_head(struct graph_undump *u, struct rd *r, struct graph_undump_out *out)
{
	static const uint8_t magic[] = MAGIC;
	size_t known = r->left < 8 ? r->left : 8;
	if (known && memcmp(r->p, magic, known) != 0)
		return ERR_MALFORMED;
	rd_skip(r, 8);
	uint16_t version = rd_u16(r);
	uint16_t profile = rd_u16(r);
	if (!r->failed && (version != VERSION || profile >= CRYPTO_PROFILE_COUNT))
		return ERR_UNSUPPORTED;
	out->head.profile = (enum crypto_profile_id)profile;
	out->head.graph = text(r);
	out->head.creator = text(r);
	if (out->head.graph.n > NAME_OCTETS || out->head.creator.n > NAME_OCTETS)
		return ERR_MALFORMED;
	if (r->failed)
		return OK;
	out->kind = GRAPH_UNDUMP_HEAD;
	u->begun = true;
	return OK;
}

static enum err read_end(struct graph_undump *u, struct rd *r, struct graph_undump_out *out)
{
	uint64_t records = rd_u64(r);
	struct span sum = rd_bytes(r, SUM);
	if (r->failed)
		return OK;
	if (records != u->records || memcmp(sum.p, u->sum.at, SUM) != 0)
		return ERR_CORRUPT;
	/* Nothing stands behind the end. */
	if (r->left > 0)
		return ERR_MALFORMED;
	out->kind = GRAPH_UNDUMP_END;
	u->ended = true;
	return OK;
}

static enum err read_record(struct graph_undump *u, struct rd *r, struct graph_undump_out *out)
{
	uint32_t n = rd_u32(r);
	if (r->failed)
		return OK;
	if (n == 0)
		return read_end(u, r, out);
	if (n > u->record_max)
		return ERR_RANGE;
	out->record = rd_bytes(r, n);
	if (r->failed)
		return OK;
	out->kind = GRAPH_UNDUMP_RECORD;
	u->records++;
	return OK;
}

enum err graph_undump_next(struct graph_undump *u, struct graph_undump_out *out)
{
	struct graph_undump_out o = { .kind = GRAPH_UNDUMP_MORE };
	struct span left = { NULL, u->in.n - u->used };
	if (u->failed)
		return u->failed;
	if (left.n)
		left.p = u->in.p + u->used;
	if (u->ended && left.n)
		return u->failed = ERR_MALFORMED;
	struct rd r = rd_of(left);
	if (!u->ended)
		u->failed = u->begun ? read_record(u, &r, &o) : read_head(u, &r, &o);
	if (u->failed)
		return u->failed;
	if (o.kind != GRAPH_UNDUMP_MORE && !u->ended) {
		sum_add(&u->sum, span_of(left.p, left.n - r.left));
		u->used += left.n - r.left;
	} else if (o.kind != GRAPH_UNDUMP_MORE) {
		u->used += left.n;
	}
	o.records = u->records;
	*out = o;
	return OK;
}
