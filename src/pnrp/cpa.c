#include "pnrp/cpa_int.h"

#include "wire/utf.h"
#include "pnrp/wire_int.h"

/* PNRP-3.2, PNRP-3.3: certified peer addresses as octets. */

#define FLAG_PAYLOAD	0x20 /* X */
#define FLAG_COMMENT	0x10 /* F */
#define FLAG_CLASSIFIER 0x08 /* C */
#define FLAG_AUTHORITY	0x04 /* A */
#define FLAG_UTF8	0x02 /* U */
#define FLAG_REVOKE	0x01 /* R */

#define APP_SIZE     20
#define APPS_TYPE    1
#define APPS_HEAD    6 /* Type, DataLength */
#define PAYLOAD_HEAD 4 /* NumPayloads, Total Bytes */
#define KEY_HEAD     9

static size_t key_size(const struct crypto_profile *p)
{
	return KEY_HEAD + strlen(p->public_oid) + p->public_size;
}

static enum err read_head(struct rd *r, const struct pnrp_profile *p, size_t n)
{
	uint16_t length = rd_le16(r);
	uint8_t minor = rd_u8(r);
	uint8_t major = rd_u8(r);
	uint8_t pnrp_minor = rd_u8(r);
	uint8_t pnrp_major = rd_u8(r);
	if (r->failed)
		return ERR_MALFORMED;
	if (minor || major != p->cpa_major || pnrp_minor || pnrp_major != p->cpa_pnrp_major)
		return ERR_UNSUPPORTED;
	return length == n ? OK : ERR_MALFORMED;
}

static enum err comment_of_utf16(struct span s, struct pnrp_cpa *c)
{
	uint16_t units[PNRP_COMMENT_UNITS];
	struct rd r = rd_of(s);
	size_t n = s.n / 2, octets;
	for (size_t i = 0; i < n; i++)
		units[i] = rd_le16(&r);
	if (!rd_done(&r) || utf8_of(units, n, c->comment, sizeof(c->comment), &octets))
		return ERR_MALFORMED;
	c->comment_n = (uint16_t)octets;
	return OK;
}

static enum err comment_of_utf8(struct span s, struct pnrp_cpa *c)
{
	size_t units;
	if (utf16_of(s, NULL, PNRP_COMMENT_MAX, &units) != OK)
		return ERR_MALFORMED;
	memcpy(c->comment, s.p, s.n);
	c->comment_n = (uint16_t)s.n;
	return OK;
}

static void read_comment(struct rd *r, uint8_t flags, struct pnrp_cpa *c)
{
	uint16_t n = rd_le16(r);
	struct span s = rd_bytes(r, n);
	if (!s.n || s.n > PNRP_COMMENT_MAX) {
		r->failed = true;
		return;
	}
	enum err e = flags & FLAG_UTF8 ? comment_of_utf8(s, c) : comment_of_utf16(s, c);
	if (e)
		r->failed = true;
}

static void read_nodes(struct rd *r, struct pnrp_cpa *c)
{
	uint16_t n = rd_le16(r);
	uint16_t size = rd_le16(r);
	if (size != PNRP_ENDPOINT || n > PNRP_OWN_ADDRESSES || (!n && !c->revoke)) {
		r->failed = true;
		return;
	}
	c->n_nodes = (uint8_t)n;
	for (size_t i = 0; i < n; i++)
		if (!pnrp_read_endpoint(r, &c->node[i]))
			r->failed = true;
}

static void read_apps(struct rd *r, struct pnrp_cpa *c)
{
	uint16_t payloads = rd_le16(r);
	uint16_t total = rd_le16(r);
	if (!payloads && total == PAYLOAD_HEAD)
		return;
	uint32_t type = rd_le32(r);
	uint16_t length = rd_le16(r);
	size_t n = length / APP_SIZE;
	if (payloads != 1 || type != APPS_TYPE || length % APP_SIZE || !n ||
	    n > PNRP_ENDPOINTS_MAX || total != PAYLOAD_HEAD + APPS_HEAD + length) {
		r->failed = true;
		return;
	}
	c->n_apps = (uint8_t)n;
	for (size_t i = 0; i < n; i++) {
		pnrp_read_copy(r, c->app[i].ip, sizeof(c->app[i].ip));
		c->app[i].port = rd_u16(r);
		c->app[i].protocol = rd_le16(r);
	}
}

static struct span read_key(struct rd *r, const struct pnrp_profile *profile)
{
	const struct crypto_profile *p = profile->crypto;
	size_t oid_n = strlen(p->public_oid);
	uint16_t whole = rd_le16(r);
	uint16_t oid_size = rd_le16(r);
	rd_skip(r, 2);
	uint16_t key = rd_le16(r);
	uint8_t unused = rd_u8(r);
	struct span oid = rd_bytes(r, oid_n);
	if (whole > key_size(p) || whole + profile->key_short < key_size(p) || oid_size != oid_n ||
	    key != p->public_size || unused || !span_eq(oid, span_of(p->public_oid, oid_n)))
		r->failed = true;
	return rd_bytes(r, p->public_size);
}

/* What stands between the fixed part and the lists. */
static void read_name(struct rd *r, uint8_t flags, struct pnrp_cpa *c)
{
	c->has_authority = flags & FLAG_AUTHORITY;
	if (c->has_authority)
		pnrp_read_reversed(r, c->authority, sizeof(c->authority));
	c->has_classifier = flags & FLAG_CLASSIFIER;
	if (c->has_classifier)
		pnrp_read_copy(r, c->classifier_hash, sizeof(c->classifier_hash));
	if (flags & FLAG_COMMENT)
		read_comment(r, flags, c);
	else if (flags & FLAG_UTF8)
		r->failed = true;
	if (!c->has_authority && !c->has_classifier)
		r->failed = true;
}

/* no_nonce: the form that a dissector knows of a revocation (A16). */
static bool read_cpa(const struct pnrp_profile *p, struct rd r, struct span octets, bool no_nonce,
		     struct pnrp_cpa *c)
{
	uint8_t flags = rd_u8(&r);
	rd_skip(&r, 1);
	c->revoke = flags & FLAG_REVOKE;
	c->has_payload = flags & FLAG_PAYLOAD;
	c->not_after = pnrp_read_time(&r);
	pnrp_read_reversed(&r, c->location, sizeof(c->location));
	if (!no_nonce)
		pnrp_read_copy(&r, c->nonce, sizeof(c->nonce));
	read_name(&r, flags, c);
	read_nodes(&r, c);
	read_apps(&r, c);
	c->public = read_key(&r, p);
	c->signed_part = span_of(octets.p, octets.n - r.left);
	c->signature = pnrp_read_signature(&r, p);
	return rd_done(&r) && (c->revoke || !no_nonce);
}

enum err pnrp_cpa_decode(const struct pnrp_profile *p, struct span octets, struct pnrp_cpa *out)
{
	struct rd r = rd_of(octets);
	enum err e = read_head(&r, p, octets.n);
	if (e)
		return e;
	for (int no_nonce = 0; no_nonce < 2; no_nonce++) {
		struct pnrp_cpa c = { 0 };
		if (read_cpa(p, r, octets, no_nonce, &c)) {
			*out = c;
			return OK;
		}
	}
	return ERR_MALFORMED;
}

static uint8_t flags_of(const struct pnrp_cpa *c)
{
	return (uint8_t)((c->has_payload ? FLAG_PAYLOAD : 0) | (c->comment_n ? FLAG_COMMENT : 0) |
			 (c->has_classifier ? FLAG_CLASSIFIER : 0) |
			 (c->has_authority ? FLAG_AUTHORITY : 0) | (c->revoke ? FLAG_REVOKE : 0));
}

static void write_comment(struct wr *w, const struct pnrp_cpa *c)
{
	uint16_t units[PNRP_COMMENT_UNITS];
	size_t n;
	if (c->comment_n > sizeof(c->comment) ||
	    utf16_of(span_of(c->comment, c->comment_n), units, PNRP_COMMENT_UNITS, &n) != OK) {
		w->failed = true;
		return;
	}
	wr_le16(w, (uint16_t)(2 * n));
	for (size_t i = 0; i < n; i++)
		wr_le16(w, units[i]);
}

static void write_nodes(struct wr *w, const struct pnrp_cpa *c)
{
	if (c->n_nodes > PNRP_OWN_ADDRESSES || (!c->n_nodes && !c->revoke)) {
		w->failed = true;
		return;
	}
	wr_le16(w, c->n_nodes);
	wr_le16(w, PNRP_ENDPOINT);
	for (size_t i = 0; i < c->n_nodes; i++)
		pnrp_write_endpoint(w, &c->node[i]);
}

static void write_apps(struct wr *w, const struct pnrp_cpa *c)
{
	if (c->n_apps > PNRP_ENDPOINTS_MAX)
		w->failed = true;
	if (!c->n_apps || w->failed) {
		wr_le16(w, 0);
		wr_le16(w, PAYLOAD_HEAD);
		return;
	}
	size_t length = (size_t)APP_SIZE * c->n_apps;
	wr_le16(w, 1);
	wr_le16(w, (uint16_t)(PAYLOAD_HEAD + APPS_HEAD + length));
	wr_le32(w, APPS_TYPE);
	wr_le16(w, (uint16_t)length);
	for (size_t i = 0; i < c->n_apps; i++) {
		wr_bytes(w, span_of(c->app[i].ip, sizeof(c->app[i].ip)));
		wr_u16(w, c->app[i].port);
		wr_le16(w, c->app[i].protocol);
	}
}

static void write_key(struct wr *w, const struct crypto_profile *p, struct span public)
{
	wr_le16(w, (uint16_t)key_size(p));
	wr_le16(w, (uint16_t)strlen(p->public_oid));
	wr_le16(w, 0);
	wr_le16(w, (uint16_t) public.n);
	wr_u8(w, 0);
	wr_bytes(w, span_str(p->public_oid));
	wr_bytes(w, public);
}

static void write_cpa(struct wr *w, const struct pnrp_profile *p, const struct pnrp_cpa *c)
{
	wr_u8(w, 0);
	wr_u8(w, p->cpa_major);
	wr_u8(w, 0);
	wr_u8(w, p->cpa_pnrp_major);
	wr_u8(w, flags_of(c));
	wr_u8(w, 0);
	pnrp_write_time(w, c->not_after);
	pnrp_write_reversed(w, c->location, sizeof(c->location));
	wr_bytes(w, span_of(c->nonce, sizeof(c->nonce)));
	if (c->has_authority)
		pnrp_write_reversed(w, c->authority, sizeof(c->authority));
	if (c->has_classifier)
		wr_bytes(w, span_of(c->classifier_hash, sizeof(c->classifier_hash)));
	if (!c->has_authority && !c->has_classifier)
		w->failed = true;
	if (c->comment_n)
		write_comment(w, c);
	write_nodes(w, c);
	write_apps(w, c);
}

enum err pnrp_cpa_make(struct crypto *x, const struct env *env, const struct pnrp_profile *p,
		       const struct pnrp_cpa *c, const struct crypto_key *key, uint8_t *out,
		       size_t size, size_t *n)
{
	struct wr w = wr_of(out, size);
	uint8_t *length = wr_room(&w, 2);
	write_cpa(&w, p, c);
	write_key(&w, p->crypto, crypto_key_public(key));
	if (w.failed)
		return ERR_RANGE;
	size_t whole = w.n + pnrp_signature_size(p);
	struct wr patch = wr_of(length, 2);
	wr_le16(&patch, (uint16_t)whole);
	enum err e = pnrp_write_signature(x, env, p, key, &w);
	if (e)
		return e;
	*n = whole;
	return OK;
}

struct pnrp_id pnrp_cpa_id(struct crypto *x, const struct pnrp_profile *p, const struct pnrp_cpa *c)
{
	uint8_t hash[sizeof(c->classifier_hash)];
	memcpy(hash, c->classifier_hash, sizeof(hash));
	if (!c->has_classifier)
		crypto_hash(x, p->crypto, NULL, 0, hash, sizeof(hash));
	/* Absent, the authority is zeros, as an unsecured name's. */
	struct pnrp_p2p_id p2p = pnrp_p2p_id(x, p, hash, c->authority);
	return pnrp_id_of(&p2p, c->location);
}

static bool cpa_has(const struct pnrp_cpa *c, const struct pnrp_endpoint *e)
{
	for (size_t i = 0; i < c->n_nodes; i++)
		if (pnrp_endpoint_eq(&c->node[i], e))
			return true;
	return false;
}

bool pnrp_cpa_has_route(const struct pnrp_cpa *c, const struct pnrp_route *r)
{
	for (size_t i = 0; i < c->n_nodes; i++)
		if (!pnrp_route_has(r, &c->node[i]))
			return false;
	for (size_t i = 0; i < r->n; i++) {
		struct pnrp_endpoint e = { .port = r->port };
		memcpy(e.ip, r->ip[i], sizeof(e.ip));
		if (!cpa_has(c, &e))
			return false;
	}
	return true;
}
