#include "sim/scenario_int.h"
#include "base/number.h"

/* MASC messages as a scenario words them: written here a second time and by
 * hand, so that the core's own codec is not its own judge. */

#define MESSAGE_MAX 8192

static const char *const roles[] = { "internal", "child", "sibling", "parent", NULL };
static const char *const families[] = { "none", "ipv4", "ipv6", NULL };

static const struct setting open_settings[] = {
	{ "version", &setting_u32, offsetof(struct scn_open, version), sizeof(uint32_t), "1", 0,
	  255, NULL, "", false },
	{ "family", &setting_choice, offsetof(struct scn_open, family), sizeof(uint32_t), "ipv4", 0,
	  0, families, "", false },
	{ "role", &setting_choice, offsetof(struct scn_open, role), sizeof(uint32_t), "sibling", 0,
	  0, roles, "", false },
	{ "hold", &setting_u32, offsetof(struct scn_open, hold), sizeof(uint32_t), "240", 0, 65535,
	  NULL, "", false },
	{ "domain", &masc_setting_id, offsetof(struct scn_open, domain), sizeof(struct masc_id),
	  NULL, 0, 0, NULL, "", false },
	{ "node", &masc_setting_id, offsetof(struct scn_open, node), sizeof(struct masc_id), NULL,
	  0, 0, NULL, "", false },
	{ "parent", &masc_setting_id, offsetof(struct scn_open, parent), sizeof(struct masc_id),
	  NULL, 0, 0, NULL, "", false },
	{ NULL, NULL, 0, 0, NULL, 0, 0, NULL, NULL, false },
};

void scn_open_defaults(struct scn_open *o)
{
	memset(o, 0, sizeof(*o));
	setting_defaults(open_settings, o);
}

enum err scn_open_set(struct scn_open *o, struct span key, struct span value, struct text *why)
{
	return setting_set(open_settings, o, key, value, why);
}

bool scn_split(struct span word, struct span *key, struct span *value)
{
	const uint8_t *equal = word.n ? memchr(word.p, '=', word.n) : NULL;
	if (!equal)
		return false;
	*key = span_of(word.p, (size_t)(equal - word.p));
	*value = span_of(equal + 1, word.n - key->n - 1);
	return true;
}

static void begin(struct wr *w, uint8_t type, size_t *at)
{
	*at = w->n;
	wr_u16(w, 0);
	wr_u8(w, type);
	wr_u8(w, 0);
}

static void finish(struct wr *w, size_t at)
{
	wr_patch_u16(w, at, (uint16_t)(w->n - at));
}

static void put_id(struct wr *w, const struct masc_id *id, uint32_t family)
{
	size_t n = family == MASC_IPV6 ? 16 : 4;
	wr_bytes(w, span_of(id->octets + sizeof(id->octets) - n, n));
}

bool scn_more_words(struct scn_parser *p)
{
	struct span w = scn_peek(p);
	return w.p && !span_eq(w, span_str("+"));
}

static enum err put_open(struct scn_parser *p, const struct scn_open *defaults, struct wr *w)
{
	struct scn_open o = *defaults;
	size_t at;
	while (scn_more_words(p)) {
		struct span word = scn_word(p), key, value;
		if (!scn_split(word, &key, &value))
			return scn_fail(p, "open", word, "key=value");
		if (scn_open_set(&o, key, value, p->why))
			return ERR_MALFORMED;
	}
	begin(w, 1, &at);
	wr_u8(w, (uint8_t)o.version);
	wr_u8(w, (uint8_t)(o.family << 2 | o.role));
	wr_u16(w, (uint16_t)o.hold);
	put_id(w, &o.domain, o.family);
	put_id(w, &o.node, o.family);
	put_id(w, &o.parent, o.family);
	finish(w, at);
	return OK;
}

/* "2/8". */
static enum err put_notification(struct scn_parser *p, struct wr *w)
{
	struct span word = scn_word(p), mask, data = { NULL, 0 };
	const uint8_t *slash = word.n ? memchr(word.p, '/', word.n) : NULL;
	size_t n = slash ? (size_t)(slash - word.p) : 0;
	uint64_t code = 0, subcode = 0;
	size_t at;
	if (!slash || number_u64(span_of(word.p, n), 127, &code) ||
	    number_u64(span_of(slash + 1, word.n - n - 1), 255, &subcode))
		return scn_fail(p, "notification", word, "CODE/SUBCODE");
	bool stay = scn_accept(p, "stay-open");
	if (scn_more_words(p)) {
		enum err e = scn_hex(p, &data, &mask);
		if (e)
			return e;
	}
	begin(w, 3, &at);
	wr_u8(w, (uint8_t)((stay ? 0x80U : 0U) | code));
	wr_u8(w, (uint8_t)subcode);
	wr_bytes(w, data);
	finish(w, at);
	return OK;
}

static enum err put_update(struct scn_parser *p, struct wr *w)
{
	struct span body, mask;
	size_t at;
	enum err e = scn_hex(p, &body, &mask);
	if (e)
		return e;
	begin(w, 2, &at);
	wr_bytes(w, body);
	finish(w, at);
	return OK;
}

/* "claim ... , ...": one UPDATE, an attribute each. */
static enum err put_claims(struct scn_parser *p, const struct scn_open *defaults, struct wr *w)
{
	size_t at;
	begin(w, 2, &at);
	do {
		enum err e = scn_put_claim(p, defaults, w);
		if (e)
			return e;
	} while (scn_accept(p, ","));
	finish(w, at);
	return OK;
}

static enum err put_message(struct scn_parser *p, const struct scn_open *defaults, struct wr *w)
{
	struct span word = scn_word(p), octets;
	size_t at;
	if (span_eq(word, span_str("open")))
		return put_open(p, defaults, w);
	if (span_eq(word, span_str("notification")))
		return put_notification(p, w);
	if (span_eq(word, span_str("update")))
		return put_update(p, w);
	if (span_eq(word, span_str("claim")))
		return put_claims(p, defaults, w);
	if (span_eq(word, span_str("keepalive"))) {
		begin(w, 4, &at);
		finish(w, at);
		return OK;
	}
	if (!span_eq(word, span_str("hex")))
		return scn_fail(p, "message", word,
				"open, claim, update, notification, keepalive or hex");
	enum err e = scn_hex(p, &octets, NULL);
	if (!e)
		wr_bytes(w, octets);
	return e;
}

enum err scn_read_messages(struct scn_parser *p, const struct scn_open *defaults, struct span *out)
{
	uint8_t *room = arena_alloc(&p->s->arena, MESSAGE_MAX);
	if (!room)
		return ERR_NOMEM;
	struct wr w = wr_of(room, MESSAGE_MAX);
	p->n_stamps = 0;
	do {
		enum err e = put_message(p, defaults, &w);
		if (e)
			return e;
	} while (scn_accept(p, "+"));
	if (w.failed)
		return scn_fail(p, "messages", (struct span){ NULL, 0 },
				"8192 octets at most in a line");
	*out = wr_span(&w);
	return OK;
}
