#include "base/number.h"
#include "sim/scenario_int.h"

/* An attribute of an UPDATE in words, written by hand as message.c does. */

static const char *const types[] = { "in-use",	"denied",   "expand", "new",
				     "managed", "withdraw", NULL };
static const char *const roles[] = { "internal", "child", "sibling", "parent", NULL };

struct words {
	uint32_t type, role;
	bool deprecated;
	struct masc_prefix prefix;
	struct masc_id domain, node;
	int64_t stamp, life, hold;
};

static enum err pick(struct scn_parser *p, const char *what, const char *const *names,
		     struct span w, uint32_t *out)
{
	for (uint32_t i = 0; names[i]; i++) {
		if (!span_eq(w, span_str(names[i])))
			continue;
		*out = i;
		return OK;
	}
	return scn_fail(p, what, w,
			"in-use, denied, expand, new, managed, withdraw; internal, "
			"child, sibling, parent");
}

/* "hint/24": address 0 and a mask. */
static enum err read_prefix(struct span w, struct masc_prefix *out)
{
	uint64_t bits;
	if (w.n < 6 || memcmp(w.p, "hint/", 5) != 0)
		return masc_prefix_parse(w, out);
	*out = (struct masc_prefix){ .family = MASC_IPV4 };
	enum err e = number_u64(span_of(w.p + 5, w.n - 5), 32, &bits);
	out->length = (uint8_t)bits;
	return e;
}

static enum err set(struct scn_parser *p, struct words *a, struct span key, struct span value)
{
	if (span_eq(key, span_str("role")))
		return pick(p, "role", roles, value, &a->role);
	if (span_eq(key, span_str("prefix")))
		return read_prefix(value, &a->prefix);
	if (span_eq(key, span_str("domain")))
		return masc_id_parse(value, &a->domain);
	if (span_eq(key, span_str("node")))
		return masc_id_parse(value, &a->node);
	if (span_eq(key, span_str("stamp")))
		return scn_signed_duration(value, &a->stamp);
	if (span_eq(key, span_str("life")))
		return number_duration(value, &a->life);
	if (span_eq(key, span_str("hold")))
		return number_duration(value, &a->hold);
	if (!span_eq(key, span_str("d")))
		return ERR_NOT_FOUND;
	a->deprecated = span_eq(value, span_str("yes"));
	return OK;
}

static void put_id(struct wr *w, const struct masc_id *id, uint8_t family)
{
	size_t n = family == MASC_IPV6 ? 16 : 4;
	wr_bytes(w, span_of(id->octets + sizeof(id->octets) - n, n));
}

static void put_mask(struct wr *w, const struct masc_prefix *x)
{
	for (uint8_t i = 0; i < masc_prefix_bits((enum masc_family)x->family); i += 8) {
		unsigned left = x->length > i ? (unsigned)(x->length - i) : 0;
		unsigned ones = left < 8 ? left : 8;
		wr_u8(w, (uint8_t)(0xff00U >> ones));
	}
}

static void put(struct scn_parser *p, const struct words *a, struct wr *w)
{
	size_t at = w->n, n = a->prefix.family == MASC_IPV6 ? 16 : 4;
	wr_u16(w, 0);
	wr_u8(w, (uint8_t)a->type);
	wr_u8(w, 0);
	wr_u8(w, 0);
	wr_u8(w,
	      (uint8_t)((a->deprecated ? 0x80U : 0U) | (unsigned)a->prefix.family << 2 | a->role));
	wr_u16(w, 0);
	p->stamps[p->n_stamps++] = (uint16_t)w->n;
	wr_u32(w, (uint32_t)(a->stamp / MONO_SEC));
	wr_u32(w, (uint32_t)(a->life / MONO_SEC));
	wr_u32(w, (uint32_t)(a->hold / MONO_SEC));
	put_id(w, &a->domain, a->prefix.family);
	put_id(w, &a->node, a->prefix.family);
	wr_bytes(w, span_of(a->prefix.address, n));
	put_mask(w, &a->prefix);
	wr_patch_u16(w, at, (uint16_t)(w->n - at));
}

enum err scn_put_claim(struct scn_parser *p, const struct scn_open *from, struct wr *w)
{
	struct words a = { .domain = from->domain, .node = from->node, .life = MONO_MIN };
	enum err e = pick(p, "claim", types, scn_word(p), &a.type);
	while (!e && scn_more_words(p) && !span_eq(scn_peek(p), span_str(","))) {
		struct span word = scn_word(p), key, value;
		if (!scn_split(word, &key, &value) || set(p, &a, key, value))
			e = scn_fail(p, "claim", word,
				     "prefix, role, domain, node, stamp, life, hold or d, =value");
	}
	if (e)
		return e;
	if (!a.prefix.family)
		return scn_fail(p, "claim", span_str(""), "prefix=... is missing");
	if (p->n_stamps == SCN_STAMPS_MAX)
		return scn_fail(p, "claim", span_str(""), "64 in a line at most");
	if (!a.hold)
		a.hold = a.type == 0 || a.type == 4 ? a.life : 2 * MONO_SEC;
	put(p, &a, w);
	return OK;
}
