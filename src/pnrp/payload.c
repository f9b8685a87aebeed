#include "pnrp/cpa_int.h"

#include "wire/utf.h"

/* PNRP-3.4, PNRP-3.5: extended payloads. */

#define HEAD	     74 /* octets before String Type or data */
#define ONE_PAYLOAD  1
#define TOTAL_HEAD   10
#define LENGTH_MAX   4098 /* of a string with its type and terminator */
#define LENGTH_MIN   6	  /* of a string that is sent; shorter ones are read (A22) */
#define STRING_TYPE  2
#define STRING_UTF16 0
#define STRING_UTF8  1
#define UNITS_MAX    ((LENGTH_MAX - STRING_TYPE) / 2 - 1)

/* Octets of a string's terminating null, which are also those of its smallest part. */
static size_t null_size(bool utf16)
{
	return utf16 ? 2 : 1;
}

static void read_string(struct rd *r, size_t length, struct pnrp_extended *e)
{
	uint16_t type = rd_le16(r);
	e->utf16 = type == STRING_UTF16;
	size_t null = null_size(e->utf16);
	if (type > STRING_UTF8 || length < STRING_TYPE + null || length > LENGTH_MAX ||
	    (length - STRING_TYPE) % null) {
		r->failed = true;
		return;
	}
	e->data = rd_bytes(r, length - STRING_TYPE - null);
	if (rd_le(r, null))
		r->failed = true;
}

static void read_binary(struct rd *r, size_t length, struct pnrp_extended *e)
{
	if (!length || length > PNRP_PAYLOAD_MAX)
		r->failed = true;
	e->data = rd_bytes(r, length);
}

static void read_data(struct rd *r, size_t length, struct pnrp_extended *e)
{
	switch (e->type) {
	case PNRP_PAYLOAD_STRING:
		read_string(r, length, e);
		return;
	case PNRP_PAYLOAD_BINARY:
		read_binary(r, length, e);
		return;
	case PNRP_PAYLOAD_NONE:
		break;
	}
	r->failed = true;
}

static void read_id(struct rd *r, struct pnrp_id *id)
{
	uint8_t octets[PNRP_ID_OCTETS] = { 0 };
	pnrp_read_reversed(r, octets, sizeof(octets));
	*id = pnrp_id_read(octets);
}

enum err pnrp_payload_decode(const struct pnrp_profile *p, struct span octets,
			     struct pnrp_extended *out)
{
	struct pnrp_extended e = { 0 };
	struct rd r = rd_of(octets);
	uint16_t whole = rd_le16(&r);
	uint8_t minor = rd_u8(&r);
	uint8_t major = rd_u8(&r);
	if (!r.failed && (minor || major != p->payload_major))
		return ERR_UNSUPPORTED;
	rd_skip(&r, 2);
	size_t signature_at = rd_le16(&r);
	e.not_after = pnrp_read_time(&r);
	read_id(&r, &e.id);
	pnrp_read_copy(&r, e.nonce, sizeof(e.nonce));
	uint16_t count = rd_le16(&r);
	size_t total = rd_le16(&r);
	e.type = (enum pnrp_payload_type)rd_le32(&r);
	size_t length = rd_le16(&r);
	if (whole != octets.n || count != ONE_PAYLOAD || signature_at != HEAD + length ||
	    total != TOTAL_HEAD + length)
		return ERR_MALFORMED;
	read_data(&r, length, &e);
	e.signed_part = span_of(octets.p, octets.n - r.left);
	e.signature = pnrp_read_signature(&r, p);
	if (!rd_done(&r))
		return ERR_MALFORMED;
	*out = e;
	return OK;
}

static void write_head(struct wr *w, const struct pnrp_profile *p, const struct pnrp_payload *e,
		       size_t length)
{
	uint8_t id[PNRP_ID_OCTETS];
	pnrp_id_write(id, &e->id);
	wr_le16(w, (uint16_t)(HEAD + length + pnrp_signature_size(p)));
	wr_u8(w, 0);
	wr_u8(w, p->payload_major);
	wr_le16(w, 0);
	wr_le16(w, (uint16_t)(HEAD + length));
	pnrp_write_time(w, e->not_after);
	pnrp_write_reversed(w, id, sizeof(id));
	wr_bytes(w, span_of(e->nonce, sizeof(e->nonce)));
	wr_le16(w, ONE_PAYLOAD);
	wr_le16(w, (uint16_t)(TOTAL_HEAD + length));
	wr_le32(w, e->type);
	wr_le16(w, (uint16_t)length);
}

/* PNRP-3.5: the profile's own form of text, unless only the other one has a length
 * that may be sent. False: neither has. */
static bool string_form(const struct pnrp_profile *p, struct span s, bool *utf16, size_t *length)
{
	size_t units;
	bool short_enough = utf16_of(s, NULL, UNITS_MAX, &units) == OK;
	bool fits[2] = { s.n + STRING_TYPE + 1 >= LENGTH_MIN && s.n + STRING_TYPE + 1 <= LENGTH_MAX,
			 short_enough && units };
	*utf16 = fits[p->utf16] ? p->utf16 : !p->utf16;
	*length = STRING_TYPE + (*utf16 ? 2 * (units + 1) : s.n + 1);
	return fits[*utf16];
}

bool pnrp_payload_fits(const struct pnrp_profile *p, enum pnrp_payload_type type, struct span s)
{
	size_t length, units;
	bool utf16;
	switch (type) {
	case PNRP_PAYLOAD_STRING:
		return utf16_of(s, NULL, PNRP_PAYLOAD_MAX, &units) == OK &&
		       string_form(p, s, &utf16, &length);
	case PNRP_PAYLOAD_BINARY:
		return s.n && s.n <= PNRP_PAYLOAD_MAX;
	case PNRP_PAYLOAD_NONE:
		return !s.n;
	}
	return false;
}

static void write_utf16(struct wr *w, struct span s)
{
	uint16_t units[UNITS_MAX];
	size_t n;
	if (utf16_of(s, units, UNITS_MAX, &n) != OK) {
		w->failed = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		wr_le16(w, units[i]);
}

static void write_string(struct wr *w, const struct pnrp_profile *p, const struct pnrp_payload *e)
{
	size_t length = 0;
	bool utf16 = false;
	if (!string_form(p, e->data, &utf16, &length)) {
		w->failed = true;
		return;
	}
	write_head(w, p, e, length);
	wr_le16(w, utf16 ? STRING_UTF16 : STRING_UTF8);
	if (utf16)
		write_utf16(w, e->data);
	else
		wr_bytes(w, e->data);
	wr_zero(w, null_size(utf16));
}

static void write_binary(struct wr *w, const struct pnrp_profile *p, const struct pnrp_payload *e)
{
	write_head(w, p, e, e->data.n);
	wr_bytes(w, e->data);
}

enum err pnrp_payload_make(struct crypto *x, const struct env *env, const struct pnrp_profile *p,
			   const struct pnrp_payload *e, const struct crypto_key *key, uint8_t *out,
			   size_t size, size_t *n)
{
	struct wr w = wr_of(out, size);
	if (!pnrp_payload_fits(p, e->type, e->data))
		return ERR_RANGE;
	switch (e->type) {
	case PNRP_PAYLOAD_STRING:
		write_string(&w, p, e);
		break;
	case PNRP_PAYLOAD_BINARY:
		write_binary(&w, p, e);
		break;
	case PNRP_PAYLOAD_NONE:
		return ERR_RANGE;
	}
	if (w.failed)
		return ERR_RANGE;
	enum err err = pnrp_write_signature(x, env, p, key, &w);
	if (err)
		return err;
	*n = w.n;
	return OK;
}

static enum err text_of_utf16(struct span s, char *out, size_t size, size_t *n)
{
	uint16_t units[UNITS_MAX];
	struct rd r = rd_of(s);
	if (s.n / 2 > UNITS_MAX)
		return ERR_RANGE;
	for (size_t i = 0; i < s.n / 2; i++)
		units[i] = rd_le16(&r);
	return utf8_of(units, s.n / 2, out, size, n);
}

enum err pnrp_answer_text(const struct pnrp_answer *a, char *out, size_t size, size_t *n)
{
	size_t units;
	if (a->payload_utf16)
		return text_of_utf16(a->payload, out, size, n);
	if (utf16_of(a->payload, NULL, LENGTH_MAX, &units) != OK)
		return ERR_MALFORMED;
	if (a->payload.n > size)
		return ERR_RANGE;
	if (a->payload.n)
		memcpy(out, a->payload.p, a->payload.n);
	*n = a->payload.n;
	return OK;
}
