#include "walk_rig.h"

#define PORT	 3540
#define FAR_AWAY MONO_DAY

static void mark(struct walk_rig *r, char what, uint8_t n)
{
	size_t at = strlen(r->log);
	struct text t = text_of(r->log + at, sizeof(r->log) - at);
	if (at)
		text_char(&t, ' ');
	text_char(&t, what);
	text_u64(&t, n);
}

static void own_address(struct pnrp_endpoint *e, uint8_t last)
{
	*e = (struct pnrp_endpoint){ .port = PORT };
	e->ip[0] = 0xfe;
	e->ip[1] = 0x80;
	e->ip[7] = 0; /* the prefix of all service locations here */
	e->ip[15] = last;
}

void walk_rig_init(struct walk_rig *r)
{
	struct pnrp_endpoint own;
	memset(r, 0, sizeof(*r));
	failing_env_init(&r->f, 4711);
	failing_env_init(&r->side, 1147);
	r->now.us = MONO_HOUR;
	assert_int_equal(crypto_new(&r->crypto, &r->side.env), OK);
	r->profile = pnrp_profile(CRYPTO_MODERN);
	assert_int_equal(crypto_key_make(r->crypto, &r->side.env, r->profile->crypto, &r->key), OK);
	struct pnrp_options o = {
		.profile = r->profile,
		.crypto = r->crypto,
		.scope = PNRP_SCOPE_LINK,
		.times = pnrp_times_default,
		.limits = pnrp_limits_default,
	};
	o.times.maintenance = FAR_AWAY;
	struct wall wall = { INT64_C(1800000000) * MONO_SEC, true };
	assert_int_equal(pnrp_new(&r->p, &o, &r->f.env, r->now, wall), OK);
	own_address(&own, 1);
	assert_int_equal(pnrp_set_local(r->p, &own, 1, r->now), OK);
	char words[200];
	struct text why = TEXT_OF(words);
	assert_int_equal(pnrp_name_parse(span_str("0.printer-room"), &r->name, &why), OK);
	r->p2p = pnrp_name_p2p_id(r->crypto, r->profile, &r->name);
	uint8_t location[16] = { [0] = 0xfe, [1] = 0x80, [8] = 0x80 };
	r->target = pnrp_id_of(&r->p2p, location);
	walk_rig_run(r, 1);
	r->alone = 0;
}

void walk_rig_free(struct walk_rig *r)
{
	pnrp_free(r->p);
	crypto_key_free(r->key);
	crypto_free(r->crypto);
	failing_env_assert_clean(&r->f);
	failing_env_assert_clean(&r->side);
}

static struct walk_node *node_new(struct walk_rig *r)
{
	assert_true(r->n < WALK_RIG_NODES);
	struct walk_node *n = &r->node[r->n];
	own_address(&n->at, (uint8_t)(100 + r->n));
	r->n++;
	return n;
}

uint8_t walk_rig_node(struct walk_rig *r, uint32_t common)
{
	struct walk_node *n = node_new(r);
	n->id = r->target;
	n->id.w[common / 64] ^= UINT64_C(1) << (63 - common % 64);
	n->id.w[3] ^= r->n; /* two that are as near are not the same */
	return (uint8_t)(r->n - 1);
}

uint8_t walk_rig_publisher(struct walk_rig *r, uint8_t last)
{
	struct walk_node *n = node_new(r);
	const uint8_t location[16] = { [0] = 0xfe, [1] = 0x80, [8] = 0x12, [15] = last };
	memcpy(n->location, location, sizeof(location));
	n->id = pnrp_id_of(&r->p2p, location);
	n->proof = PROOF_GOOD;
	return (uint8_t)(r->n - 1);
}

void walk_rig_refers(struct walk_rig *r, uint8_t n, const char *to)
{
	struct walk_node *node = &r->node[n];
	node->n_refers = 0;
	for (uint8_t v = 0; *to; to++) {
		if (*to == '-')
			v = NOBODY;
		else if (*to != ' ')
			v = (uint8_t)(v * 10 + (*to - '0'));
		if (*to == ' ' || !to[1]) {
			node->refers[node->n_refers++] = v;
			v = 0;
		}
	}
}

struct pnrp_route walk_rig_route(const struct walk_rig *r, uint8_t n)
{
	const struct walk_node *node = &r->node[n];
	if (node->named.n)
		return node->named;
	struct pnrp_route route = { .id = node->id, .port = node->at.port, .n = 1 };
	memcpy(route.ip[0], node->at.ip, 16);
	return route;
}

void walk_rig_know(struct walk_rig *r, uint8_t n)
{
	struct pnrp_route route = walk_rig_route(r, n);
	assert_non_null(pnrp_cache_put(r->p->cache, &route, false, r->now));
	r->p->leaves_stale = true;
	pnrp_settle(r->p, r->now);
}

void walk_rig_crowd(struct walk_rig *r)
{
	for (int i = 0; i < 10; i++)
		walk_rig_know(r, walk_rig_node(r, 0));
}

/* ---- what the nodes do */

static void hear(struct walk_rig *r, const struct walk_node *n, struct pnrp_message *m)
{
	uint8_t octets[PNRP_DATAGRAM_MAX];
	size_t size;
	static const uint8_t link_own[16] = { [0] = 0xfe, [1] = 0x80, [15] = 1 };
	struct pnrp_endpoint own = { .port = PORT };
	memcpy(own.ip, link_own, 16);
	struct addr from = pnrp_endpoint_addr(&n->at, 0), to = pnrp_endpoint_addr(&own, 0);
	m->id = (uint32_t)failing_env_next(&r->side);
	assert_int_equal(pnrp_encode(r->profile, m, octets, sizeof(octets), &size), OK);
	enum err e = pnrp_input(r->p, &from, &to, span_of(octets, size), r->now);
	assert_true(e == OK || (e == ERR_NOMEM && r->f.failed));
}

static void hear_buffer(struct walk_rig *r, const struct walk_node *n, uint32_t acked,
			const struct pnrp_buffer *b)
{
	uint8_t octets[PNRP_BUFFER_MAX];
	size_t size;
	assert_int_equal(pnrp_buffer_encode(r->profile, b, octets, sizeof(octets), &size), OK);
	struct pnrp_message m = { .type = PNRP_AUTHORITY };
	assert_true(size <= PNRP_PIECE);
	m.authority = (struct pnrp_authority){ .acked = acked,
					       .size = (uint16_t)size,
					       .piece = span_of(octets, size) };
	hear(r, n, &m);
}

static void on_lookup(struct walk_rig *r, uint8_t i, const struct pnrp_message *m)
{
	struct walk_node *n = &r->node[i];
	struct pnrp_buffer b = { .flags = n->flags };
	mark(r, 'L', i);
	assert_true(r->lookups < 64);
	r->lookup[r->lookups++] = m->lookup;
	uint8_t nth = n->lookups++;
	if (n->gone)
		b.flags |= PNRP_AUTHORITY_NOT;
	if (n->n_refers) {
		uint8_t to = n->refers[nth < n->n_refers ? nth : n->n_refers - 1];
		b.has_route = to != NOBODY;
		if (b.has_route)
			b.route = walk_rig_route(r, to);
	}
	if (!n->dead)
		hear_buffer(r, n, m->id, &b);
}

static void make_proof(struct walk_rig *r, const struct walk_node *n, const struct pnrp_inquire *q,
		       uint8_t *octets, size_t *size)
{
	struct pnrp_cpa c = { .not_after = INT64_C(1800001000) * MONO_SEC, .has_classifier = true };
	c.has_payload = n->payload;
	memcpy(c.location, n->location, 16);
	memcpy(c.nonce, q->nonce, sizeof(c.nonce));
	if (n->proof == PROOF_STALE)
		c.nonce[0] ^= 1;
	pnrp_classifier_hash(r->crypto, r->profile, &r->name, c.classifier_hash);
	c.n_nodes = 1;
	c.node[0] = n->at;
	c.n_apps = 1;
	c.app[0] = (struct pnrp_app){ .port = 631, .protocol = 6 };
	memcpy(c.app[0].ip, n->at.ip, 16);
	assert_int_equal(pnrp_cpa_make(r->crypto, &r->side.env, r->profile, &c, r->key, octets,
				       PNRP_CPA_MAX, size),
			 OK);
	if (n->proof == PROOF_FORGED)
		octets[*size - 1] ^= 1;
}

static void make_payload(struct walk_rig *r, const struct walk_node *n,
			 const struct pnrp_inquire *q, uint8_t *octets, size_t *size)
{
	struct pnrp_payload e = { .id = n->id,
				  .not_after = INT64_C(1800001000) * MONO_SEC,
				  .type = PNRP_PAYLOAD_STRING,
				  .data = span_str("second floor") };
	memcpy(e.nonce, q->nonce, sizeof(e.nonce));
	assert_int_equal(pnrp_payload_make(r->crypto, &r->side.env, r->profile, &e, r->key, octets,
					   PNRP_EXTENDED_MAX, size),
			 OK);
}

static void on_inquire(struct walk_rig *r, uint8_t i, const struct pnrp_message *m)
{
	struct walk_node *n = &r->node[i];
	struct pnrp_buffer b = { .flags = n->gone ? PNRP_AUTHORITY_NOT : 0 };
	uint8_t cpa[PNRP_CPA_MAX], payload[PNRP_EXTENDED_MAX];
	size_t size;
	if (m->inquire.flags & PNRP_INQUIRE_CPA) {
		mark(r, 'I', i);
		r->inquire = m->inquire;
	}
	if (n->proof == PROOF_BUSY)
		b.flags |= PNRP_AUTHORITY_BUSY;
	else if (m->inquire.flags & PNRP_INQUIRE_CPA && n->proof != PROOF_NONE && !n->gone) {
		make_proof(r, n, &m->inquire, cpa, &size);
		b.cpa = span_of(cpa, size);
		b.has_classifier = true;
		b.classifier = r->name;
	}
	if (m->inquire.flags & PNRP_INQUIRE_PAYLOAD && n->payload && (!n->shy || n->exchanges)) {
		make_payload(r, n, &m->inquire, payload, &size);
		payload[size - 1] ^= n->forges_payload;
		b.payload = span_of(payload, size);
	}
	if (!n->dead && !n->mute)
		hear_buffer(r, n, m->id, &b);
}

static void on_solicit(struct walk_rig *r, uint8_t i, const struct pnrp_message *m)
{
	struct walk_node *n = &r->node[i];
	struct pnrp_message a = { .type = PNRP_ADVERTISE };
	mark(r, 'S', i);
	a.advertise.acked = m->id;
	a.advertise.ids.n = 1;
	a.advertise.ids.at[0] = n->id;
	memcpy(a.advertise.hashed_nonce, m->solicit.hashed_nonce, PNRP_HASHED_NONCE);
	if (!n->dead && !n->mute_to_solicits)
		hear(r, n, &a);
}

static void acknowledge(struct walk_rig *r, uint8_t i, char letter, const struct pnrp_message *m)
{
	struct pnrp_message a = { .type = PNRP_ACK, .ack = { .acked = m->id } };
	mark(r, letter, i);
	if (letter == 'R')
		r->node[i].exchanges++;
	if (!r->node[i].dead)
		hear(r, &r->node[i], &a);
}

static bool heard_before(struct walk_node *n, uint32_t id)
{
	for (int i = 0; i < 64; i++) {
		if (n->heard[i] == id)
			return true;
	}
	n->heard[n->n_heard++ % 64] = id;
	return false;
}

static void deliver(struct walk_rig *r, const struct pnrp_out *out)
{
	struct pnrp_message m;
	struct pnrp_endpoint to = pnrp_endpoint_of(&out->to);
	assert_int_equal(pnrp_decode(r->profile, out->bytes, &m), OK);
	for (uint8_t i = 0; i < r->n; i++) {
		if (!pnrp_endpoint_eq(&r->node[i].at, &to))
			continue;
		if (heard_before(&r->node[i], m.id))
			return; /* sent again */
		if (m.type == PNRP_LOOKUP)
			on_lookup(r, i, &m);
		else if (m.type == PNRP_INQUIRE)
			on_inquire(r, i, &m);
		else if (m.type == PNRP_SOLICIT)
			on_solicit(r, i, &m);
		else if (m.type == PNRP_REQUEST)
			acknowledge(r, i, 'R', &m);
		else if (m.type == PNRP_FLOOD)
			acknowledge(r, i, 'F', &m);
		return;
	}
}

static void take_result(struct walk_rig *r, const struct pnrp_out *out)
{
	assert_true(r->results < 8);
	r->result[r->results++] = *out->result;
	struct span s = out->result->payload;
	assert_true(s.n < sizeof(r->payload));
	if (s.n)
		memcpy(r->payload, s.p, s.n);
	r->payload[s.n] = 0;
}

static void take(struct walk_rig *r, const struct pnrp_out *out)
{
	if (out->kind == PNRP_OUT_RESULT) {
		take_result(r, out);
	} else if (out->kind == PNRP_OUT_HOP) {
		assert_true(r->hops < 64);
		r->hop[r->hops++] = *out->hop;
	} else if (out->kind == PNRP_OUT_DONE) {
		r->dones++;
		r->err = out->err;
		r->done_hops = out->hops;
		r->done_number = out->number;
		r->elapsed = out->elapsed;
	} else if (out->kind == PNRP_OUT_EVENT) {
		r->events[out->event->kind]++;
		r->event[out->event->kind] = *out->event;
	} else if (out->kind == PNRP_OUT_ALONE) {
		r->alone++;
	}
}

static void drain(struct walk_rig *r)
{
	struct pnrp_out out;
	uint8_t octets[PNRP_DATAGRAM_MAX];
	while (pnrp_poll(r->p, &out)) {
		if (out.kind != PNRP_OUT_SEND) {
			take(r, &out);
			continue;
		}
		assert_true(out.bytes.n <= sizeof(octets));
		memcpy(octets, out.bytes.p, out.bytes.n);
		out.bytes.p = octets;
		deliver(r, &out);
	}
}

void walk_rig_run_us(struct walk_rig *r, int64_t us)
{
	struct mono until = mono_add(r->now, us);
	for (drain(r); pnrp_deadline(r->p).us <= until.us; drain(r)) {
		struct mono due = pnrp_deadline(r->p);
		r->now = due.us > r->now.us ? due : r->now;
		pnrp_tick(r->p, r->now);
	}
	r->now = until;
}

void walk_rig_run(struct walk_rig *r, int64_t seconds)
{
	walk_rig_run_us(r, seconds * MONO_SEC);
}

struct pnrp_query walk_rig_query(const struct walk_rig *r)
{
	return (struct pnrp_query){ .name = r->name,
				    .criteria = PNRP_MATCH_ANY,
				    .most = 1,
				    .deadline = mono_add(r->now, MONO_HOUR) };
}

void walk_rig_resolve(struct walk_rig *r, const struct pnrp_query *q)
{
	assert_int_equal(pnrp_resolve(r->p, q, 7, r->now), OK);
	walk_rig_run(r, 300);
	assert_int_equal(r->dones, 1);
	assert_int_equal(r->done_number, 7);
	assert_int_equal(r->p->n_walks, 0);
}

uint32_t walk_rig_register(struct walk_rig *r)
{
	uint32_t handle;
	struct pnrp_registration reg = { .name = r->name, .key = r->key, .n_apps = 1 };
	reg.app[0] = (struct pnrp_app){ .port = 80, .protocol = 6 };
	assert_int_equal(pnrp_register(r->p, &reg, &handle, r->now), OK);
	return handle;
}
