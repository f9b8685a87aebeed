/* Invitations, tallies and the password of a Policy (GROUP-14.1 to GROUP-14.5). Integers are
 * little-endian; text is UTF-8 behind its length. */
#include "group/invitation.h"

#include "wire/rd.h"
#include "wire/utf.h"
#include "wire/wr.h"

#define VERSION	   1
#define EPOCH_1601 ((int64_t)(GRAPH_TIME_UNIX / 10)) /* us from 1601 to 1970 */
#define TIME_MAX   (UINT64_MAX / 2)

/* ---- lists ---- */

/* GROUP-14.2: nothing is in a list twice, so each stands behind what is smaller. */
static bool ascends(const struct group_row *r, size_t key)
{
	for (size_t i = 1; i < group_row_count(r); i++)
		if (memcmp(group_row_at(r, i - 1).p, group_row_at(r, i).p, key) >= 0)
			return false;
	return true;
}

struct row_kind {
	size_t each, key, most;
};
static const struct row_kind removals_kind = { GROUP_REMOVAL_ID, GROUP_REMOVAL_ID,
					       GROUP_REMOVALS_MAX };
static const struct row_kind holders_kind = { GROUP_HOLDER, GROUP_AUTHORITY, GROUP_HOLDERS_MAX };

static enum err get_row(struct rd *r, const struct row_kind *k, struct group_row *out)
{
	uint32_t n = rd_le32(r);
	if (r->failed || n > k->most)
		return ERR_MALFORMED;
	*out = (struct group_row){ rd_bytes(r, n * k->each), k->each };
	return !r->failed && ascends(out, k->key) ? OK : ERR_MALFORMED;
}

static enum err put_row(struct wr *w, const struct row_kind *k, const struct group_row *r)
{
	size_t n = r->all.n / k->each;
	if (n > k->most || r->all.n % k->each || (n && r->each != k->each) || !ascends(r, k->key))
		return ERR_RANGE;
	wr_le32(w, (uint32_t)n);
	wr_bytes(w, r->all);
	return OK;
}

/* ---- parts ---- */

static bool is_text(struct span s)
{
	size_t units;
	return (!s.n || !memchr(s.p, 0, s.n)) && utf16_of(s, NULL, s.n, &units) == OK;
}

static enum err get_text(struct rd *r, size_t most, struct span *out)
{
	uint16_t n = rd_le16(r);
	*out = rd_bytes(r, n);
	return !r->failed && n <= most && is_text(*out) ? OK : ERR_MALFORMED;
}

static enum err put_text(struct wr *w, size_t most, struct span s)
{
	if (s.n > most || !is_text(s))
		return ERR_RANGE;
	wr_le16(w, (uint16_t)s.n);
	wr_bytes(w, s);
	return OK;
}

static enum err get_role(struct rd *r, enum group_role *out)
{
	struct graph_guid guid;
	struct span at = rd_bytes(r, sizeof(guid.at));
	if (at.n != sizeof(guid.at))
		return ERR_MALFORMED;
	memcpy(guid.at, at.p, at.n);
	return group_role_of_guid(&guid, out) ? OK : ERR_MALFORMED;
}

static void put_role(struct wr *w, enum group_role role)
{
	const struct graph_guid *g = group_role_guid(role);
	wr_bytes(w, span_of(g->at, sizeof(g->at)));
}

/* As records have it: 100 ns since 1601. */
static enum err get_time(struct rd *r, int64_t *out)
{
	uint64_t t = rd_le64(r);
	if (r->failed || t > TIME_MAX)
		return ERR_MALFORMED;
	*out = (int64_t)(t / 10) - EPOCH_1601;
	return OK;
}

static void put_time(struct wr *w, int64_t t)
{
	wr_le64(w, t < -EPOCH_1601 ? 0 : (uint64_t)(t + EPOCH_1601) * 10);
}

static enum err written(const struct wr *w, enum err e, size_t *n)
{
	if (!e && w->failed)
		e = ERR_RANGE;
	if (!e)
		*n = w->n;
	return e;
}

/* ---- an Invitation ---- */

static enum err get_state(struct rd *r, bool *revoked)
{
	uint8_t state = rd_u8(r);
	*revoked = state == 1;
	return state <= 1 ? OK : ERR_MALFORMED;
}

static enum err get_lists(struct rd *r, struct group_secret *s)
{
	enum err e = get_row(r, &removals_kind, &s->removals);
	return e ? e : get_row(r, &holders_kind, &s->holders);
}

static enum err get_texts(struct rd *r, struct group_invitation *i)
{
	enum err e = get_text(r, GROUP_NAME_OCTETS, &i->maker);
	if (!e)
		e = get_text(r, GROUP_LOOKUP_OCTETS, &i->lookup);
	return e ? e : get_text(r, GROUP_LABEL_OCTETS, &i->label);
}

/* GROUP-14.1 */
static enum err get_invitation(struct rd *r, struct group_invitation *i)
{
	enum err e = get_role(r, &i->secret.role);
	if (!e)
		e = get_time(r, &i->end);
	i->uses = rd_le16(r);
	if (!e)
		e = get_state(r, &i->revoked);
	if (!e)
		e = get_texts(r, i);
	if (!e)
		e = get_lists(r, &i->secret);
	return !e && (!i->uses || i->uses > GROUP_USES_MAX) ? ERR_MALFORMED : e;
}

static enum err put_texts(struct wr *w, const struct group_invitation *i)
{
	enum err e = put_text(w, GROUP_NAME_OCTETS, i->maker);
	if (!e)
		e = put_text(w, GROUP_LOOKUP_OCTETS, i->lookup);
	return e ? e : put_text(w, GROUP_LABEL_OCTETS, i->label);
}

static enum err put_lists(struct wr *w, const struct group_secret *s)
{
	enum err e = put_row(w, &removals_kind, &s->removals);
	return e ? e : put_row(w, &holders_kind, &s->holders);
}

static void begin(struct wr *w, enum group_invitation_kind kind, const uint8_t *id)
{
	wr_u8(w, VERSION);
	wr_u8(w, (uint8_t)kind);
	wr_bytes(w, span_of(id, GROUP_INVITATION_ID));
}

enum err group_invitation_write(const struct group_invitation *i, uint8_t *out, size_t size,
				size_t *n)
{
	struct wr w = wr_of(out, size);
	if (!i->uses || i->uses > GROUP_USES_MAX)
		return ERR_RANGE;
	begin(&w, GROUP_INVITATION, i->id);
	put_role(&w, i->secret.role);
	put_time(&w, i->end);
	wr_le16(&w, i->uses);
	wr_u8(&w, i->revoked ? 1 : 0);
	enum err e = put_texts(&w, i);
	if (!e)
		e = put_lists(&w, &i->secret);
	return written(&w, e, n);
}

size_t group_secret_size(const struct group_secret *s)
{
	return 1 + sizeof(struct graph_guid) + 4 + s->removals.all.n + 4 + s->holders.all.n;
}

size_t group_invitation_size(const struct group_invitation *i)
{
	return 1 + GROUP_INVITATION_ID + group_secret_size(&i->secret) + 8 + 2 + 1 + 3 * 2 +
	       i->maker.n + i->lookup.n + i->label.n;
}

/* ---- a Tally ---- */

/* GROUP-14.3 */
static enum err get_tally(struct rd *r, struct group_tally *t)
{
	enum err e = get_state(r, &t->revoked);
	t->wrong = rd_le16(r);
	uint32_t n = rd_le32(r);
	if (e || r->failed || n > GROUP_USES_MAX)
		return ERR_MALFORMED;
	t->uses = rd_bytes(r, n * (size_t)GROUP_USE);
	return r->failed ? ERR_MALFORMED : OK;
}

enum err group_tally_write(const struct group_tally *t, uint8_t *out, size_t size, size_t *n)
{
	struct wr w = wr_of(out, size);
	if (t->uses.n % GROUP_USE || group_tally_count(t) > GROUP_USES_MAX)
		return ERR_RANGE;
	begin(&w, GROUP_TALLY, t->id);
	wr_u8(&w, t->revoked ? 1 : 0);
	wr_le16(&w, t->wrong);
	wr_le32(&w, (uint32_t)group_tally_count(t));
	wr_bytes(&w, t->uses);
	return written(&w, OK, n);
}

void group_tally_use(const struct group_tally *t, size_t i, struct group_use *out)
{
	struct rd r = rd_of(span_of(t->uses.p + i * GROUP_USE, GROUP_USE));
	struct span authority = rd_bytes(&r, GROUP_AUTHORITY);
	struct span serial = rd_bytes(&r, CRYPTO_SERIAL);
	uint64_t when = rd_le64(&r);
	memcpy(out->authority, authority.p, authority.n);
	memcpy(out->serial, serial.p, serial.n);
	out->when = (int64_t)((when > TIME_MAX ? TIME_MAX : when) / 10) - EPOCH_1601;
}

void group_use_write(const struct group_use *u, uint8_t out[GROUP_USE])
{
	struct wr w = wr_of(out, GROUP_USE);
	wr_bytes(&w, span_of(u->authority, GROUP_AUTHORITY));
	wr_bytes(&w, span_of(u->serial, CRYPTO_SERIAL));
	put_time(&w, u->when);
}

/* ---- either ---- */

static enum err get_kind(struct rd *r, uint8_t kind, struct group_inviting *x)
{
	struct span id = rd_bytes(r, GROUP_INVITATION_ID);
	if (r->failed)
		return ERR_MALFORMED;
	if (kind != GROUP_INVITATION && kind != GROUP_TALLY)
		return ERR_UNSUPPORTED;
	x->kind = (enum group_invitation_kind)kind;
	memcpy(kind == GROUP_TALLY ? x->tally.id : x->invitation.id, id.p, id.n);
	return kind == GROUP_TALLY ? get_tally(r, &x->tally) : get_invitation(r, &x->invitation);
}

enum err group_inviting_read(struct group_inviting *out, struct span payload)
{
	struct rd r = rd_of(payload);
	struct group_inviting x = { .kind = GROUP_INVITATION };
	uint8_t version = rd_u8(&r);
	uint8_t kind = rd_u8(&r);
	if (r.failed || version != VERSION)
		return version > VERSION ? ERR_UNSUPPORTED : ERR_MALFORMED;
	enum err e = get_kind(&r, kind, &x);
	if (!e && !rd_done(&r))
		e = ERR_MALFORMED;
	if (!e)
		*out = x;
	return e;
}

/* ---- a password ---- */

/* GROUP-14.4: what came before there were passwords ends before this. */
enum err group_policy_password_read(struct group_secret *out, bool *has, struct span *later,
				    struct span rest)
{
	struct rd r = rd_of(rest);
	struct group_secret s = { .role = GROUP_ROLE_MEMBER };
	uint8_t there = rest.n ? rd_u8(&r) : 0;
	enum err e = there > 1 ? ERR_MALFORMED : OK;
	if (!e && there)
		e = get_role(&r, &s.role);
	if (!e && there)
		e = get_lists(&r, &s);
	if (e)
		return e;
	*out = s;
	*has = there != 0;
	*later = rd_rest(&r);
	return OK;
}

enum err group_policy_password_write(const struct group_secret *s, struct span later, uint8_t *out,
				     size_t size, size_t *n)
{
	struct wr w = wr_of(out, size);
	enum err e = OK;
	if (s || later.n)
		wr_u8(&w, s ? 1 : 0);
	if (s) {
		put_role(&w, s->role);
		e = put_lists(&w, s);
	}
	wr_bytes(&w, later);
	return written(&w, e, n);
}

/* GROUP-14.37: another version is left as it is by whoever changes something else. */
bool group_password_setter_read(struct group_password_setter *out, struct span *rest,
				struct span later)
{
	struct rd r = rd_of(later);
	struct group_password_setter s;
	uint8_t version = rd_u8(&r);
	uint64_t when = rd_le64(&r);
	if (r.failed || version != VERSION || get_text(&r, GROUP_NAME_OCTETS, &s.who) != OK)
		return false;
	s.when = (int64_t)((when > TIME_MAX ? TIME_MAX : when) / 10) - EPOCH_1601;
	*out = s;
	*rest = rd_rest(&r);
	return true;
}

enum err group_password_setter_write(const struct group_password_setter *s, struct span rest,
				     uint8_t *out, size_t size, size_t *n)
{
	struct wr w = wr_of(out, size);
	wr_u8(&w, VERSION);
	put_time(&w, s->when);
	enum err e = put_text(&w, GROUP_NAME_OCTETS, s->who);
	wr_bytes(&w, rest);
	return written(&w, e, n);
}

/* ---- what is in them ---- */

/* Of an ascending row, the one that begins with that key; count: there is none. */
static size_t find(const struct group_row *r, struct span key)
{
	size_t low = 0, high = group_row_count(r);
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = memcmp(group_row_at(r, mid).p, key.p, key.n);
		if (c == 0)
			return mid;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return group_row_count(r);
}

struct span group_secret_box(const struct group_secret *s, const uint8_t authority[])
{
	size_t i = find(&s->holders, span_of(authority, GROUP_AUTHORITY));
	if (i == group_row_count(&s->holders))
		return span_of(NULL, 0);
	return span_of(group_row_at(&s->holders, i).p + GROUP_AUTHORITY, GROUP_HOLDER_BOX);
}

bool group_secret_knows(const struct group_secret *s, struct span id)
{
	return id.n == GROUP_REMOVAL_ID && find(&s->removals, id) < group_row_count(&s->removals);
}

static bool digit(uint8_t c, uint8_t *out)
{
	if (c >= '0' && c <= '9')
		*out = (uint8_t)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*out = (uint8_t)(c - 'a' + 10);
	else
		return false;
	return true;
}

bool group_authority_of(struct span name, uint8_t out[GROUP_AUTHORITY])
{
	uint8_t at[GROUP_AUTHORITY];
	if (name.n < GROUP_AUTHORITY_DIGITS)
		return false;
	for (size_t i = 0; i < GROUP_AUTHORITY; i++) {
		uint8_t high, low;
		if (!digit(name.p[2 * i], &high) || !digit(name.p[2 * i + 1], &low))
			return false;
		at[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(out, at, sizeof(at));
	return true;
}
