#include "pnrp/cpa_int.h"

/* PNRP-3.1: fields and signatures of CPAs and extended payloads. */

#define TICKS_PER_US   10
#define SIGNATURE_HEAD 8

/* From 1601 to 1970. */
static const int64_t epoch_us = INT64_C(11644473600) * MONO_SEC;

int64_t pnrp_read_time(struct rd *r)
{
	return (int64_t)(rd_le64(r) / TICKS_PER_US) - epoch_us;
}

void pnrp_write_time(struct wr *w, int64_t wall_us)
{
	wr_le64(w, ((uint64_t)wall_us + (uint64_t)epoch_us) * TICKS_PER_US);
}

void pnrp_read_reversed(struct rd *r, uint8_t *out, size_t n)
{
	struct span s = rd_bytes(r, n);
	for (size_t i = 0; i < s.n; i++)
		out[i] = s.p[s.n - 1 - i];
}

void pnrp_write_reversed(struct wr *w, const uint8_t *p, size_t n)
{
	for (size_t i = n; i > 0; i--)
		wr_u8(w, p[i - 1]);
}

void pnrp_read_copy(struct rd *r, uint8_t *out, size_t n)
{
	struct span s = rd_bytes(r, n);
	if (s.n)
		memcpy(out, s.p, s.n);
}

size_t pnrp_signature_size(const struct pnrp_profile *p)
{
	return SIGNATURE_HEAD + p->crypto->signature_size;
}

struct span pnrp_read_signature(struct rd *r, const struct pnrp_profile *p)
{
	uint16_t whole = rd_le16(r);
	uint16_t size = rd_le16(r);
	uint32_t algorithm = rd_le32(r);
	if (whole != pnrp_signature_size(p) || size != p->crypto->signature_size ||
	    algorithm != p->crypto->signature_alg)
		r->failed = true;
	return rd_bytes(r, p->crypto->signature_size);
}

enum err pnrp_write_signature(struct crypto *x, const struct env *env, const struct pnrp_profile *p,
			      const struct crypto_key *key, struct wr *w)
{
	struct span message = wr_span(w);
	wr_le16(w, (uint16_t)pnrp_signature_size(p));
	wr_le16(w, (uint16_t)p->crypto->signature_size);
	wr_le32(w, p->crypto->signature_alg);
	uint8_t *room = wr_room(w, p->crypto->signature_size);
	return room ? crypto_sign(x, env, key, message, room) : ERR_RANGE;
}
