/* Removals and Returns as octets (GROUP-11.1, GROUP-11.2): integers little-endian, lists of
 * entries of one size in ascending order, nothing twice, nothing behind the end. */
#include "group/removal.h"

#include "wire/rd.h"
#include "wire/utf.h"
#include "wire/wr.h"

#define VERSION	     1
#define FLAG_RETURNS 0x01
#define REASON_ROOM  (4 * GROUP_REMOVAL_REASON)

/* ---- lists ---- */

static struct span entry_at(struct span list, size_t each, size_t i)
{
	return span_of(list.p + i * each, each);
}

/* GROUP-11.2: ascending by what names an entry, so that one set has one form. */
static bool ascends(struct span list, size_t each, size_t named)
{
	for (size_t i = 1; i < list.n / each; i++) {
		struct span before = span_of(entry_at(list, each, i - 1).p, named);
		if (span_cmp(before, span_of(entry_at(list, each, i).p, named)) >= 0)
			return false;
	}
	return true;
}

struct list_kind {
	size_t each, named, most;
};
static const struct list_kind certs = { GROUP_KEPT_CERT, GROUP_KEPT_CERT, GROUP_REMOVAL_CERTS },
			      records = { GROUP_KEPT_RECORD, GROUP_KEPT_ID, GROUP_REMOVAL_RECORDS },
			      named = { GROUP_KEPT_ID, GROUP_KEPT_ID, GROUP_REMOVAL_NAMED };

static bool is_list(struct span list, const struct list_kind *k)
{
	return list.n % k->each == 0 && list.n / k->each <= k->most &&
	       ascends(list, k->each, k->named);
}

static struct span get_list(struct rd *r, const struct list_kind *k)
{
	uint32_t n = rd_le32(r);
	if (n > k->most)
		r->failed = true;
	struct span list = rd_bytes(r, n * k->each);
	if (!is_list(list, k))
		r->failed = true;
	return list;
}

static void put_list(struct wr *w, struct span list, const struct list_kind *k)
{
	wr_le32(w, (uint32_t)(list.n / k->each));
	wr_bytes(w, list);
}

bool group_kept_has(struct span list, size_t each, struct span entry)
{
	size_t from = 0, to = list.n / each;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		struct span at = span_of(list.p + middle * each, entry.n);
		int c = span_cmp(at, entry);
		if (c == 0)
			return true;
		if (c < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

void group_kept_record_put(const struct group_kept_record *k, uint8_t out[GROUP_KEPT_RECORD])
{
	struct wr w = wr_of(out, GROUP_KEPT_RECORD);
	wr_bytes(&w, span_of(k->id.at, sizeof k->id.at));
	wr_le32(&w, k->version);
	wr_bytes(&w, span_of(k->digest, sizeof k->digest));
}

bool group_kept_record_in(struct span list, const struct group_kept_record *k)
{
	uint8_t entry[GROUP_KEPT_RECORD];
	group_kept_record_put(k, entry);
	return group_kept_has(list, sizeof entry, span_of(entry, sizeof entry));
}

/* ---- reasons ---- */

enum err group_removal_reason(struct span reason)
{
	uint16_t units[2 * GROUP_REMOVAL_REASON];
	size_t n;
	if (reason.n > REASON_ROOM)
		return ERR_RANGE;
	for (size_t i = 0; i < reason.n; i++)
		if (reason.p[i] < 0x20 || reason.p[i] == 0x7f)
			return ERR_MALFORMED;
	enum err e = utf16_of(reason, units, sizeof units / sizeof *units, &n);
	if (e)
		return e;
	return n <= GROUP_REMOVAL_REASON ? OK : ERR_RANGE;
}

/* ---- read ---- */

static void get_removal(struct rd *r, struct group_removal *p)
{
	uint8_t could = rd_u8(r);
	if (could > 1)
		r->failed = true;
	p->could_issue = could != 0;
	p->certs = get_list(r, &certs);
	p->records = get_list(r, &records);
}

static void get_return(struct rd *r, struct group_removal *p)
{
	p->ids = get_list(r, &named);
	p->serials = get_list(r, &named);
	if (!p->ids.n || !p->serials.n)
		r->failed = true;
}

enum err group_removal_read(struct group_removal *out, struct span payload)
{
	struct rd r = rd_of(payload);
	struct group_removal p = { 0 };
	uint8_t version = rd_u8(&r), flags = rd_u8(&r);
	if (!r.failed && version > VERSION)
		return ERR_UNSUPPORTED;
	p.returns = (flags & FLAG_RETURNS) != 0;
	p.key = rd_bytes(&r, rd_le16(&r));
	if (p.returns)
		get_return(&r, &p);
	else
		get_removal(&r, &p);
	p.chain = rd_bytes(&r, rd_le32(&r));
	p.reason = rd_bytes(&r, rd_le16(&r));
	if (!rd_done(&r) || version != VERSION || flags & ~FLAG_RETURNS)
		return ERR_MALFORMED;
	if (!p.key.n || p.key.n > CRYPTO_PUBLIC_MAX || p.chain.n > CRYPTO_CHAIN_MAX ||
	    (p.chain.n && payload.n > GROUP_REMOVAL_MEMBER) || group_removal_reason(p.reason) != OK)
		return ERR_MALFORMED;
	*out = p;
	return OK;
}

/* ---- written ---- */

size_t group_removal_size(const struct group_removal *p)
{
	size_t lists = p->returns ? 4 + p->ids.n + 4 + p->serials.n
				  : 1 + 4 + p->certs.n + 4 + p->records.n;
	return 2 + 2 + p->key.n + lists + 4 + p->chain.n + 2 + p->reason.n;
}

static bool fits(const struct group_removal *p)
{
	bool lists = p->returns ? is_list(p->ids, &named) && is_list(p->serials, &named)
				: is_list(p->certs, &certs) && is_list(p->records, &records);
	return lists && p->key.n && p->key.n <= CRYPTO_PUBLIC_MAX &&
	       p->chain.n <= CRYPTO_CHAIN_MAX &&
	       (!p->chain.n || group_removal_size(p) <= GROUP_REMOVAL_MEMBER);
}

enum err group_removal_write(const struct group_removal *p, uint8_t *out, size_t size, size_t *n)
{
	struct wr w = wr_of(out, size);
	enum err e = group_removal_reason(p->reason);
	if (e || !fits(p))
		return e ? e : ERR_RANGE;
	wr_u8(&w, VERSION);
	wr_u8(&w, p->returns ? FLAG_RETURNS : 0);
	wr_le16(&w, (uint16_t)p->key.n);
	wr_bytes(&w, p->key);
	if (p->returns) {
		put_list(&w, p->ids, &named);
		put_list(&w, p->serials, &named);
	} else {
		wr_u8(&w, p->could_issue);
		put_list(&w, p->certs, &certs);
		put_list(&w, p->records, &records);
	}
	wr_le32(&w, (uint32_t)p->chain.n);
	wr_bytes(&w, p->chain);
	wr_le16(&w, (uint16_t)p->reason.n);
	wr_bytes(&w, p->reason);
	if (w.failed)
		return ERR_RANGE;
	*n = w.n;
	return OK;
}
