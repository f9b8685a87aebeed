#include "node/record.h"

/* Entries of a recording, and the bodies that are not inputs or outputs. */

/* Times of a run are small; one beyond this is a damaged file. */
#define TIME_MAX (INT64_MAX / 2)

void record_head(struct wr *w, enum record_kind kind, struct mono at, size_t body)
{
	wr_u8(w, (uint8_t)kind);
	wr_u64(w, (uint64_t)at.us);
	wr_u32(w, (uint32_t)body);
}

void record_put(struct wr *w, enum record_kind kind, struct mono at, struct span body)
{
	record_head(w, kind, at, body.n);
	wr_bytes(w, body);
}

enum err record_take(struct rd *r, struct record_entry *out)
{
	struct rd c = *r;
	uint8_t kind = rd_u8(&c);
	uint64_t at = rd_u64(&c);
	uint32_t n = rd_u32(&c);
	struct span body = rd_bytes(&c, n);

	if (r->left && (r->p[0] < RECORD_BIRTH || r->p[0] > RECORD_END))
		return ERR_MALFORMED;
	if (c.failed)
		return ERR_NOT_FOUND;
	if (at > (uint64_t)TIME_MAX)
		return ERR_MALFORMED;
	*r = c;
	*out = (struct record_entry){ (enum record_kind)kind, { (int64_t)at }, body };
	return OK;
}

void record_birth_write(struct wr *w, struct wall wall, struct span config_text)
{
	wr_u64(w, (uint64_t)wall.us);
	wr_u8(w, wall.synchronised);
	wr_bytes(w, config_text);
}

enum err record_birth_read(struct span body, struct wall *wall, struct span *config_text)
{
	struct rd r = rd_of(body);
	int64_t us = (int64_t)rd_u64(&r);
	uint8_t synchronised = rd_u8(&r);
	struct span text = rd_rest(&r);
	if (r.failed || synchronised > 1)
		return ERR_MALFORMED;
	*wall = (struct wall){ us, synchronised == 1 };
	*config_text = text;
	return OK;
}

void record_row_write(struct wr *w, const struct store_table *t, const struct store_row *row)
{
	struct span name = span_str(t->name);
	wr_u8(w, (uint8_t)name.n);
	wr_bytes(w, name);
	wr_u32(w, (uint32_t)row->key.n);
	wr_bytes(w, row->key);
	wr_bytes(w, row->value);
}

enum err record_row_read(struct span body, struct span *table, struct store_row *row)
{
	struct rd r = rd_of(body);
	uint8_t n = rd_u8(&r);
	struct span name = rd_bytes(&r, n);
	uint32_t key_n = rd_u32(&r);
	struct span key = rd_bytes(&r, key_n);
	struct span value = rd_rest(&r);
	if (r.failed || name.n == 0 || key.n == 0)
		return ERR_MALFORMED;
	*table = name;
	*row = (struct store_row){ key, value };
	return OK;
}

void record_start_write(struct wr *w, uint64_t newest_put)
{
	wr_u64(w, newest_put);
}

enum err record_start_read(struct span body, uint64_t *newest_put)
{
	struct rd r = rd_of(body);
	uint64_t v = rd_u64(&r);
	if (!rd_done(&r))
		return ERR_MALFORMED;
	*newest_put = v;
	return OK;
}
