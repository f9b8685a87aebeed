/* UPDATEs taken apart (MASC-2.6, MASC-3.3). */
#include "masc/claims_int.h"

/* An attribute has 36 octets at least, and one more is read into. */
#define CLAIMS_MAX (WIRE_MESSAGE_MAX / 36 + 1)

/* MASC-3.3: one NOTIFICATION a refused attribute, one a second at most. */
static void refuse(struct session *s, const struct wire_error *e, struct mono now)
{
	struct peer *p = s->peer;
	p->count.attributes_refused++;
	if (!mono_reached(p->next_refusal, now))
		return;
	if (session_notify(s, e, now))
		p->next_refusal = mono_add(now, MONO_SEC);
}

/* MASC-10.4 and 13. */
static void claim_in(struct session *s, struct wire_claim *c, struct span attribute,
		     struct mono now)
{
	struct heard h;
	uint8_t subcode = 0;
	if (accept_claim(s, c, now, &h, &subcode) == ACCEPTED)
		subcode = process_claim(&h);
	if (!subcode) {
		s->peer->count.attributes[c->type]++;
		return;
	}
	const struct wire_error e = {
		.code = WIRE_UPDATE_ERROR, .subcode = subcode, .stay_open = true, .data = attribute
	};
	refuse(s, &e, now);
}

/* Claims of one message, as they came. */
struct said {
	struct wire_claim claims[CLAIMS_MAX];
	size_t n;
};

/* Whether the session can live with the whole message. */
static bool bearable(const struct session *s, struct span rest, struct said *said,
		     struct wire_error *error)
{
	enum masc_family f = s->peer->config->family + 1;
	while (rest.n) {
		struct wire_item item;
		struct wire_claim *c = &said->claims[said->n];
		if (!wire_item_next(&rest, &item, error))
			return false;
		enum wire_verdict v = wire_claim_read(&item, f, c, error);
		if (v == WIRE_REFUSED && !error->stay_open)
			return false;
		said->n += v == WIRE_TAKEN;
	}
	return true;
}

/* MASC-11.3: most of a message is about one space, that of its first claim. */
static void expect(const struct session *s, const struct said *said)
{
	struct space *sp = said->n > 1 ? accept_space(s->peer, &said->claims[0]) : NULL;
	if (sp)
		table_expect(sp->table, said->claims, said->n);
}

bool update_in(struct session *s, struct span message, struct wire_error *error, struct mono now)
{
	enum masc_family f = s->peer->config->family + 1;
	struct span rest = { message.p + WIRE_HEADER, message.n - WIRE_HEADER };
	struct said said;
	said.n = 0;
	if (!bearable(s, rest, &said, error))
		return false;
	expect(s, &said);
	struct wire_item item;
	struct wire_claim c;
	while (rest.n && wire_item_next(&rest, &item, error)) {
		enum wire_verdict v = wire_claim_read(&item, f, &c, error);
		if (v == WIRE_TAKEN)
			claim_in(s, &c, item.bytes, now);
		else if (v == WIRE_REFUSED)
			refuse(s, error, now);
	}
	return true;
}
