/* Epoch and Key payloads (GROUP-12.1, GROUP-12.2). Integers are little-endian. */
#include "group/epoch.h"

#include "graph/types.h"
#include "wire/rd.h"
#include "wire/wr.h"

#define VERSION	  1
#define RECORD_ID 16

/* What a graph takes where nobody says otherwise. */
_Static_assert(GROUP_EPOCH_OCTETS(GROUP_EPOCH_MOST, GROUP_EPOCH_MOST) < GRAPH_RECORD_MAX,
	       "an Epoch record fits into a graph");

/* So many parts of that size in a row, each behind a first part that grows. */
struct row {
	size_t size, key, most;
};
static const struct row covers_row = { RECORD_ID, RECORD_ID, GROUP_EPOCH_MOST };
static const struct row recipients_row = { GROUP_EPOCH_RECIPIENT, GROUP_AUTHORITY,
					   GROUP_EPOCH_MOST };
static const struct row gifts_row = { GROUP_EPOCH_GIFT, GROUP_EPOCH_ID, GROUP_KEY_MOST };

static bool is_row(const struct row *row, struct span s)
{
	size_t n = s.n / row->size;
	if (s.n % row->size || n > row->most)
		return false;
	for (size_t i = 1; i < n; i++)
		if (memcmp(s.p + (i - 1) * row->size, s.p + i * row->size, row->key) >= 0)
			return false;
	return true;
}

static struct span get_row(struct rd *r, const struct row *row)
{
	uint32_t n = rd_le32(r);
	struct span s = rd_bytes(r, n <= row->most ? n * row->size : SIZE_MAX);
	if (!r->failed && !is_row(row, s))
		r->failed = true;
	return s;
}

static void put_row(struct wr *w, const struct row *row, struct span s)
{
	wr_le32(w, (uint32_t)(s.n / row->size));
	wr_bytes(w, s);
}

static enum err version_of(struct rd *r)
{
	uint8_t version = rd_u8(r);
	if (r->failed || !version)
		return ERR_MALFORMED;
	return version == VERSION ? OK : ERR_UNSUPPORTED;
}

/* ---- Epoch ---- */

enum err group_epoch_read(struct group_epoch *out, struct span payload)
{
	struct rd r = rd_of(payload);
	struct group_epoch e;
	enum err err = version_of(&r);
	if (err)
		return err;
	e.number = rd_le32(&r);
	e.hash = rd_bytes(&r, GROUP_EPOCH_HASH);
	e.covers = get_row(&r, &covers_row);
	e.recipients = get_row(&r, &recipients_row);
	if (!rd_done(&r) || !e.number)
		return ERR_MALFORMED;
	*out = e;
	return OK;
}

enum err group_epoch_write(const struct group_epoch *e, uint8_t *out, size_t size, size_t *n)
{
	struct wr w = wr_of(out, size);
	if (!e->number || e->hash.n != GROUP_EPOCH_HASH || !is_row(&covers_row, e->covers) ||
	    !is_row(&recipients_row, e->recipients))
		return ERR_MALFORMED;
	wr_u8(&w, VERSION);
	wr_le32(&w, e->number);
	wr_bytes(&w, e->hash);
	put_row(&w, &covers_row, e->covers);
	put_row(&w, &recipients_row, e->recipients);
	if (w.failed)
		return ERR_RANGE;
	*n = w.n;
	return OK;
}

size_t group_epoch_recipients(const struct group_epoch *e)
{
	return e->recipients.n / GROUP_EPOCH_RECIPIENT;
}

struct span group_epoch_authority(const struct group_epoch *e, size_t i)
{
	return span_of(e->recipients.p + i * GROUP_EPOCH_RECIPIENT, GROUP_AUTHORITY);
}

bool group_epoch_box(const struct group_epoch *e, struct span authority, struct span *box)
{
	size_t from = 0, to = group_epoch_recipients(e);
	while (from < to) {
		size_t i = from + (to - from) / 2;
		struct span at = group_epoch_authority(e, i);
		int order = memcmp(at.p, authority.p, GROUP_AUTHORITY);
		if (order == 0) {
			*box = span_of(at.p + GROUP_AUTHORITY, GROUP_EPOCH_BOX);
			return true;
		}
		if (order < 0)
			from = i + 1;
		else
			to = i;
	}
	return false;
}

void group_epoch_hash(struct crypto *c, const uint8_t key[GROUP_EPOCH_KEY],
		      uint8_t out[GROUP_EPOCH_HASH])
{
	struct span part = span_of(key, GROUP_EPOCH_KEY);
	crypto_hash(c, crypto_profile(CRYPTO_MODERN), &part, 1, out, GROUP_EPOCH_HASH);
}

/* ---- Key ---- */

enum err group_key_read(struct group_key *out, struct span payload)
{
	struct rd r = rd_of(payload);
	struct group_key k;
	enum err err = version_of(&r);
	if (err)
		return err;
	k.recipient = rd_bytes(&r, GROUP_AUTHORITY);
	k.gifts = get_row(&r, &gifts_row);
	if (!rd_done(&r) || !k.gifts.n)
		return ERR_MALFORMED;
	*out = k;
	return OK;
}

enum err group_key_write(const struct group_key *k, uint8_t *out, size_t size, size_t *n)
{
	struct wr w = wr_of(out, size);
	if (k->recipient.n != GROUP_AUTHORITY || !k->gifts.n || !is_row(&gifts_row, k->gifts))
		return ERR_MALFORMED;
	wr_u8(&w, VERSION);
	wr_bytes(&w, k->recipient);
	put_row(&w, &gifts_row, k->gifts);
	if (w.failed)
		return ERR_RANGE;
	*n = w.n;
	return OK;
}

size_t group_key_gifts(const struct group_key *k)
{
	return k->gifts.n / GROUP_EPOCH_GIFT;
}

void group_key_gift(const struct group_key *k, size_t i, struct span *epoch, struct span *box)
{
	const uint8_t *at = k->gifts.p + i * GROUP_EPOCH_GIFT;
	*epoch = span_of(at, GROUP_EPOCH_ID);
	*box = span_of(at + GROUP_EPOCH_ID, GROUP_EPOCH_BOX);
}
