/* masc_wire.c - a stream of MASC messages. What is read and written again is
 * read the same; what is refused is refused with a NOTIFICATION of the table.
 * The first octet chooses the family of the session. */
#include "masc/wire.h"
#include "wire/wr.h"
#include "fuzz_env.h"

static uint8_t room[WIRE_MESSAGE_MAX];

static bool same_id(const struct masc_id *a, const struct masc_id *b)
{
	return masc_id_cmp(a, b) == 0;
}

static void check_error(const struct wire_error *e, struct span within)
{
	hold(wire_error_known(e->code, e->subcode));
	hold(!e->stay_open || !wire_error_closes(e->code, e->subcode));
	hold(e->data.p >= within.p && e->data.p + e->data.n <= within.p + within.n);
	hold(*masc_error_text(e->code, e->subcode));
	struct span s = wire_notification_write(e, room);
	struct wire_header h = wire_header_read(s.p);
	struct wire_notification n;
	bool malformed;
	hold(h.length == s.n && h.type == MASC_MSG_NOTIFICATION);
	hold(!wire_header_check(&h).code);
	wire_notification_read(s, &n, &malformed);
	hold(!malformed && n.code == e->code && n.subcode == e->subcode);
	hold(n.stay_open == e->stay_open);
}

static bool same_open(const struct wire_open *a, const struct wire_open *b)
{
	return a->version == b->version && a->family == b->family && a->role == b->role &&
	       a->hold_time == b->hold_time && same_id(&a->domain, &b->domain) &&
	       same_id(&a->node, &b->node) && same_id(&a->parent, &b->parent) &&
	       span_eq(a->options, b->options);
}

static void open_message(struct span m)
{
	struct wire_open o, again;
	struct wire_error e;
	if (!wire_open_read(m, &o, &e)) {
		check_error(&e, m);
		return;
	}
	if (o.version != WIRE_VERSION) {
		hold(wire_version_below(o.version) <= WIRE_VERSION);
		return;
	}
	struct span s = wire_open_write(&o, room);
	hold(s.n == m.n);
	hold(wire_open_read(s, &again, &e) && same_open(&o, &again));
}

static bool same_claim(const struct wire_claim *a, const struct wire_claim *b)
{
	return a->type == b->type && a->deprecated == b->deprecated && a->family == b->family &&
	       a->role == b->role && a->timestamp == b->timestamp && a->lifetime == b->lifetime &&
	       a->hold_time == b->hold_time && same_id(&a->domain, &b->domain) &&
	       same_id(&a->node, &b->node) &&
	       memcmp(a->address, b->address, sizeof(a->address)) == 0 &&
	       a->prefix_length == b->prefix_length && span_eq(a->options, b->options);
}

static void taken(const struct wire_claim *c, struct span attribute)
{
	struct wire_claim again;
	struct wire_item item;
	struct wire_error e;
	struct wr w;
	wire_update_start(&w, room);
	if (!wire_update_add(&w, c)) {
		hold(attribute.n + WIRE_HEADER > WIRE_MESSAGE_MAX);
		return;
	}
	struct span s = wire_update_end(&w);
	struct span rest = { s.p + WIRE_HEADER, s.n - WIRE_HEADER };
	hold(rest.n == attribute.n);
	hold(wire_item_next(&rest, &item, &e) && rest.n == 0);
	hold(wire_claim_read(&item, c->family, &again, &e) == WIRE_TAKEN);
	hold(same_claim(c, &again));
}

static void update_message(struct span m, enum masc_family f)
{
	struct span rest = { m.p + WIRE_HEADER, m.n - WIRE_HEADER };
	while (rest.n) {
		struct wire_item item;
		struct wire_claim c;
		struct wire_error e;
		if (!wire_item_next(&rest, &item, &e)) {
			check_error(&e, m);
			return;
		}
		switch (wire_claim_read(&item, f, &c, &e)) {
		case WIRE_TAKEN:
			hold(c.family == f);
			taken(&c, item.bytes);
			break;
		case WIRE_IGNORED:
			hold(item.type >= 128);
			break;
		case WIRE_REFUSED:
			check_error(&e, m);
			break;
		}
	}
}

static void notification_message(struct span m)
{
	struct wire_notification n;
	bool malformed;
	wire_notification_read(m, &n, &malformed);
	if (malformed)
		return;
	const struct wire_error e = { n.code, n.subcode, n.stay_open, n.data };
	struct span s = wire_notification_write(&e, room);
	hold(s.n == m.n);
	hold(memcmp(s.p + WIRE_HEADER, m.p + WIRE_HEADER, s.n - WIRE_HEADER) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	enum masc_family f = data[0] & 1 ? MASC_IPV6 : MASC_IPV4;
	struct span rest = { data + 1, size - 1 };
	while (rest.n >= WIRE_HEADER) {
		struct wire_header h = wire_header_read(rest.p);
		struct wire_error e = wire_header_check(&h);
		if (!wire_length_ok(&h) || h.length > rest.n)
			return 0;
		struct span m = { rest.p, h.length };
		e.data = m;
		if (e.code)
			check_error(&e, m);
		else if (h.type == MASC_MSG_OPEN)
			open_message(m);
		else if (h.type == MASC_MSG_UPDATE)
			update_message(m, f);
		else if (h.type == MASC_MSG_NOTIFICATION)
			notification_message(m);
		rest.p += h.length;
		rest.n -= h.length;
	}
	return 0;
}
