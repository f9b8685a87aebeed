/* Payloads of the group's own records (GROUP-5). Integers are little-endian, text is UTF-16LE
 * with its terminator behind a length in octets (P3). */
#include "group/payload.h"

#include "wire/rd.h"
#include "wire/utf.h"
#include "wire/wr.h"

#define TEXT_UNITS 1024 /* more than any text of ours has */

#define TYPE(number)                                                                               \
	{                                                                                          \
		{                                                                                  \
			number                                                                     \
		}                                                                                  \
	}
const struct graph_guid group_type_membership = TYPE(0x01), group_type_security = TYPE(0x02),
			group_type_removal = TYPE(0x03), group_type_policy = TYPE(0x04),
			group_type_epoch = TYPE(0x05), group_type_invitation = TYPE(0x06),
			group_type_key = TYPE(0x07);

/* GROUP-5.1 */
const struct graph_guid group_sync_order[GROUP_SYNC_ORDER] = { TYPE(0x03), TYPE(0x02), TYPE(0x01),
							       TYPE(0x05), TYPE(0x04), TYPE(0x06) };

bool group_type_is_ours(const struct graph_guid *type)
{
	static const uint8_t rest[sizeof(type->at) - 1];
	return type->at[0] >= 0x01 && type->at[0] <= 0x07 &&
	       memcmp(type->at + 1, rest, sizeof rest) == 0;
}

/* ---- text ---- */

/* GROUP-5.2: length 0 is no text; else whole units, of which the last and no other is 0. */
static enum err get_text(struct rd *r, char *out, size_t size)
{
	uint16_t units[TEXT_UNITS];
	uint32_t n = rd_le32(r);
	struct rd at = rd_of(rd_bytes(r, n));
	size_t octets = 0;
	if (r->failed || n % 2 || n / 2 > TEXT_UNITS)
		return ERR_MALFORMED;
	for (size_t i = 0; i < n / 2; i++)
		units[i] = rd_le16(&at);
	if (n && units[n / 2 - 1] != 0)
		return ERR_MALFORMED;
	if (n && utf8_of(units, n / 2 - 1, out, size - 1, &octets) != OK)
		return ERR_MALFORMED;
	out[octets] = '\0';
	return OK;
}

static enum err put_text(struct wr *w, const char *text, size_t most)
{
	uint16_t units[TEXT_UNITS];
	size_t n;
	if (!*text) {
		wr_le32(w, 0);
		return OK;
	}
	enum err e = utf16_of(span_str(text), units, most, &n);
	if (e)
		return e;
	wr_le32(w, (uint32_t)(2 * (n + 1)));
	for (size_t i = 0; i < n; i++)
		wr_le16(w, units[i]);
	wr_le16(w, 0);
	return OK;
}

/* A text of a payload: where it is, how much of it is read, how much is written. */
struct text_field {
	size_t at, size, issued;
};
#define FIELD(s, name, issued)                                                                     \
	{                                                                                          \
		offsetof(struct s, name), sizeof(((struct s *)0)->name), issued                    \
	}
#define FIELDS(of) (sizeof(of) / sizeof *(of))

static enum err get_texts(struct rd *r, void *to, const struct text_field *f, size_t n)
{
	enum err e = OK;
	for (size_t i = 0; i < n && !e; i++)
		e = get_text(r, (char *)to + f[i].at, f[i].size);
	return e;
}

static enum err put_texts(struct wr *w, const void *from, const struct text_field *f, size_t n)
{
	enum err e = OK;
	for (size_t i = 0; i < n && !e; i++)
		e = put_text(w, (const char *)from + f[i].at, f[i].issued);
	return e;
}

static enum err written(const struct wr *w, enum err e, size_t *n)
{
	if (!e && w->failed)
		e = ERR_RANGE;
	if (!e)
		*n = w->n;
	return e;
}

/* ---- versions ---- */

#define MAJOR_LEAST 1
#define MAJOR_MOST  2
#define MINOR_MOST  1
#define MAJOR_SEALS 2 /* from here on a Membership carries a key to seal to */

static bool is_version(uint8_t major, uint8_t minor)
{
	return major >= MAJOR_LEAST && major <= MAJOR_MOST && minor <= MINOR_MOST;
}

/* GROUP-5.3: as it is written for this record, else the other way round (P34). */
static enum err take_version(uint8_t *major, uint8_t *minor)
{
	if (is_version(*major, *minor))
		return OK;
	if (!is_version(*minor, *major))
		return ERR_UNSUPPORTED;
	uint8_t other = *major;
	*major = *minor;
	*minor = other;
	return OK;
}

/* ---- Security Properties ---- */

#define LIFETIMES	 2
#define HASH_STRING_MOST (2 * 128) /* octets, less than so many */

static const struct text_field security_texts[] = {
	FIELD(group_security, comment, GROUP_COMMENT_ISSUED),
	FIELD(group_security, cloud, GROUP_CLOUD_ISSUED),
	FIELD(group_security, classifier, GROUP_CLASSIFIER_MAX),
	FIELD(group_security, group, 179),
	FIELD(group_security, creator, GROUP_NAME_MAX),
	FIELD(group_security, friendly, GROUP_FRIENDLY_ISSUED),
};

/* GROUP-5.5: the role is packed as Windows packs GUIDs; any order is read (P15). Where there
 * is no password there is no role either (D6). */
static enum err get_role(struct rd *r, struct group_security *s)
{
	static const struct graph_guid none;
	struct graph_guid guid = none;
	struct span at = rd_bytes(r, sizeof guid.at);
	if (at.n != sizeof guid.at)
		return ERR_MALFORMED;
	memcpy(guid.at, at.p, at.n);
	s->password_role = GROUP_ROLE_MEMBER;
	if (graph_guid_eq(&guid, &none))
		return s->password.n ? ERR_MALFORMED : OK;
	return group_role_of_guid(&guid, &s->password_role) ? OK : ERR_MALFORMED;
}

static enum err get_password(struct rd *r, struct group_security *s)
{
	s->authentication = rd_le32(r);
	if (rd_le32(r) != 1)
		return ERR_MALFORMED;
	uint32_t n = rd_le32(r);
	s->password = rd_bytes(r, n);
	if (r->failed || n % 2 || n >= HASH_STRING_MOST)
		return ERR_MALFORMED;
	return get_role(r, s);
}

enum err group_security_read(struct group_security *out, struct span payload)
{
	struct rd r = rd_of(payload);
	struct group_security s = { 0 };
	s.major = rd_u8(&r);
	s.minor = rd_u8(&r);
	s.options = rd_le32(&r);
	uint32_t lifetimes = rd_le32(&r);
	s.membership_life = rd_le32(&r);
	s.presence_life = rd_le32(&r);
	if (r.failed)
		return ERR_MALFORMED;
	enum err e = take_version(&s.major, &s.minor);
	if (!e && lifetimes != LIFETIMES)
		e = ERR_MALFORMED;
	if (!e)
		e = get_texts(&r, &s, security_texts, FIELDS(security_texts));
	if (!e && s.minor)
		e = get_password(&r, &s);
	if (!e && !rd_done(&r))
		e = ERR_MALFORMED;
	if (!e)
		*out = s;
	return e;
}

/* As Windows packs it: the first three parts the other way round. */
static void put_packed(struct wr *w, const struct graph_guid *g)
{
	static const uint8_t from[] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	for (size_t i = 0; i < sizeof from; i++)
		wr_u8(w, g->at[from[i]]);
}

static void put_password(struct wr *w, const struct group_security *s)
{
	static const struct graph_guid none;
	wr_le32(w, s->authentication);
	wr_le32(w, 1);
	wr_le32(w, (uint32_t)s->password.n);
	wr_bytes(w, s->password);
	put_packed(w, s->password.n ? group_role_guid(s->password_role) : &none);
}

enum err group_security_write(const struct group_security *s, uint8_t *out, size_t size, size_t *n)
{
	struct wr w = wr_of(out, size);
	if (s->password.n >= HASH_STRING_MOST)
		return ERR_RANGE;
	wr_u8(&w, s->major);
	wr_u8(&w, s->minor);
	wr_le32(&w, s->options);
	wr_le32(&w, LIFETIMES);
	wr_le32(&w, s->membership_life);
	wr_le32(&w, s->presence_life);
	enum err e = put_texts(&w, s, security_texts, FIELDS(security_texts));
	if (!e && s->minor)
		put_password(&w, s);
	return written(&w, e, n);
}

/* ---- Membership ---- */

#define SEAL_KEY 32

/* A part that is there whole, or not at all. */
static enum err get_part(struct rd *r, size_t whole, struct span *out)
{
	uint32_t n = rd_le32(r);
	*out = rd_bytes(r, n);
	return !r->failed && (n == 0 || n == whole) ? OK : ERR_MALFORMED;
}

/* GROUP-5.7 */
static enum err get_seal(struct rd *r, const struct group_profile *p, struct group_membership *m)
{
	enum err e = get_part(r, SEAL_KEY, &m->seal_key);
	if (!e)
		e = get_part(r, p->crypto->signature_size, &m->seal_signature);
	if (!e && !m->seal_key.n != !m->seal_signature.n)
		e = ERR_MALFORMED;
	return e;
}

enum err group_membership_read(struct group_membership *out, struct span payload,
			       const struct group_profile *p)
{
	struct rd r = rd_of(payload);
	struct group_membership m = { 0 };
	m.minor = rd_u8(&r);
	m.major = rd_u8(&r);
	uint32_t n = rd_le32(&r);
	m.chain = rd_bytes(&r, n);
	if (r.failed)
		return ERR_MALFORMED;
	enum err e = take_version(&m.major, &m.minor);
	if (!e && m.major != p->group_major)
		e = ERR_UNSUPPORTED;
	if (!e && m.major >= MAJOR_SEALS)
		e = get_seal(&r, p, &m);
	if (!e && (!rd_done(&r) || !m.chain.n))
		e = ERR_MALFORMED;
	if (!e)
		*out = m;
	return e;
}

static void put_part(struct wr *w, struct span s)
{
	wr_le32(w, (uint32_t)s.n);
	wr_bytes(w, s);
}

enum err group_membership_write(const struct group_membership *m, const struct group_profile *p,
				uint8_t *out, size_t size, size_t *n)
{
	struct wr w = wr_of(out, size);
	if (m->chain.n > CRYPTO_CHAIN_MAX)
		return ERR_RANGE;
	wr_u8(&w, m->minor);
	wr_u8(&w, m->major);
	put_part(&w, m->chain);
	if (p->group_major >= MAJOR_SEALS) {
		put_part(&w, m->seal_key);
		put_part(&w, m->seal_signature);
	}
	return written(&w, OK, n);
}

/* ---- Policy ---- */

#define POLICY_VERSION 1

static const struct text_field policy_texts[] = {
	FIELD(group_policy, friendly, GROUP_FRIENDLY_ISSUED),
	FIELD(group_policy, comment, GROUP_COMMENT_ISSUED),
};

/* GROUP-5.8: what follows is a later version's. */
enum err group_policy_read(struct group_policy *out, struct span payload)
{
	struct rd r = rd_of(payload);
	struct group_policy p = { 0 };
	uint8_t version = rd_u8(&r);
	p.options = rd_le32(&r);
	if (r.failed || version != POLICY_VERSION)
		return version > POLICY_VERSION ? ERR_UNSUPPORTED : ERR_MALFORMED;
	enum err e = get_texts(&r, &p, policy_texts, FIELDS(policy_texts));
	if (e)
		return e;
	p.rest = rd_rest(&r);
	*out = p;
	return OK;
}

enum err group_policy_write(const struct group_policy *p, uint8_t *out, size_t size, size_t *n)
{
	struct wr w = wr_of(out, size);
	wr_u8(&w, POLICY_VERSION);
	wr_le32(&w, p->options);
	enum err e = put_texts(&w, p, policy_texts, FIELDS(policy_texts));
	wr_bytes(&w, p->rest);
	return written(&w, e, n);
}
