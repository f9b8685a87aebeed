/* UPDATEs taken apart (MASC-2.6, MASC-3.3). */
#include "masc/claims_int.h"

#include <assert.h>

/* An attribute has 36 octets at least, and one more is read into. */
#define CLAIMS_MAX (WIRE_MESSAGE_MAX / 36 + 1)

/* MASC-3.3: one NOTIFICATION a refused attribute, one a second at most. False: it
 * was one too many. */
static bool refuse(struct session *s, const struct wire_error *e, struct mono now)
{
	struct peer *p = s->peer;
	p->count.attributes_refused++;
	if (!mono_reached(p->next_refusal, now))
		return false;
	if (session_notify(s, e, now))
		p->next_refusal = mono_add(now, MONO_SEC);
	return true;
}

/* MASC-3.3: a child that hears nothing holds its claim in the end. */
static void deny(struct session *s, const struct wire_claim *c)
{
	const struct masc_peer_config *p = s->peer->config;
	bool pending = c->type == WIRE_NEW_CLAIM || c->type == WIRE_CLAIM_TO_EXPAND;
	struct wire_claim d = *c;
	if (p->role != MASC_PARENT || !pending || wire_is_hint(c) ||
	    !masc_id_eq(&p->domain, &c->domain))
		return;
	d.type = WIRE_CLAIM_DENIED;
	d.role = MASC_INTERNAL_PEER;
	d.lifetime = 0;
	(void)spread_put(s, &d, 0);
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
	if (!refuse(s, &e, now))
		deny(s, c);
}

static bool is_claim(const struct wire_claim *c)
{
	return c->type == WIRE_PREFIX_IN_USE || c->type == WIRE_CLAIM_TO_EXPAND ||
	       c->type == WIRE_NEW_CLAIM;
}

/* MASC-13.29: an error that names a claim of our domain says what a CLAIM_DENIED of
 * it would. It is not answered, whatever comes of it. */
void update_refused(struct session *s, const struct wire_notification *n, struct mono now)
{
	const struct peer *p = s->peer;
	struct span rest = n->data;
	struct wire_item item;
	struct wire_claim c;
	struct wire_error e;
	struct heard h;
	uint8_t subcode;
	if (n->code != WIRE_UPDATE_ERROR || p->config->role != MASC_CHILD || !rest.n)
		return;
	if (!wire_item_next(&rest, &item, &e) ||
	    wire_claim_read(&item, p->config->family + 1, &c, &e) != WIRE_TAKEN)
		return;
	if (!is_claim(&c) || !masc_id_eq(&c.domain, &p->m->config.domain))
		return;
	c.type = WIRE_CLAIM_DENIED;
	c.role = MASC_INTERNAL_PEER;
	c.lifetime = 0;
	if (accept_claim(s, &c, now, &h, &subcode) == ACCEPTED)
		(void)process_claim(&h);
}

/* The range of the attribute that a NOTIFICATION is about; family 0: none. */
struct masc_prefix update_about(const struct session *s, uint8_t code, struct span data)
{
	struct wire_item item;
	struct wire_claim c;
	struct wire_error e;
	if (code != WIRE_UPDATE_ERROR || !data.n || !wire_item_next(&data, &item, &e) ||
	    wire_claim_read(&item, s->peer->config->family + 1, &c, &e) != WIRE_TAKEN)
		return (struct masc_prefix){ .family = 0 };
	return table_prefix_of(&c);
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

/* One attribute; false: it has to wait, nothing was done. */
static bool attribute_in(struct session *s, struct span *rest, struct mono now)
{
	struct masc *m = s->peer->m;
	struct span after = *rest;
	struct wire_item item;
	struct wire_claim c;
	struct wire_error error;
	if (!work_left(m))
		return false;
	m->work++;
	/* The list was found good when the message came. */
	bool good = wire_item_next(&after, &item, &error);
	assert(good);
	(void)good;
	enum wire_verdict v = wire_claim_read(&item, s->peer->config->family + 1, &c, &error);
	if (v == WIRE_TAKEN && cache_waits(m, &c))
		return false;
	if (v == WIRE_TAKEN)
		claim_in(s, &c, item.bytes, now);
	else if (v == WIRE_REFUSED)
		(void)refuse(s, &error, now);
	*rest = after;
	return true;
}

/* MASC-20.2. */
void update_go_on(struct session *s, struct span attributes, struct mono now)
{
	while (attributes.n)
		if (!attribute_in(s, &attributes, now)) {
			link_keep(s->link, attributes);
			return;
		}
}

bool update_in(struct session *s, struct span message, struct wire_error *error, struct mono now)
{
	struct span rest = { message.p + WIRE_HEADER, message.n - WIRE_HEADER };
	struct said said;
	said.n = 0;
	if (!bearable(s, rest, &said, error))
		return false;
	expect(s, &said);
	update_go_on(s, rest, now);
	return true;
}
