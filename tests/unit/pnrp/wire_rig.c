#include "wire_rig.h"

#include "base/number.h"

size_t rig_octets(const char *hex, uint8_t *out, size_t size)
{
	size_t n = 0;
	for (; *hex; hex++) {
		size_t one;
		if (*hex == ' ')
			continue;
		assert_true(n < size);
		assert_int_equal(number_hex(span_of(hex, 2), out + n, 1, &one), OK);
		hex++;
		n++;
	}
	return n;
}

void rig_assert_octets(struct span s, const char *hex)
{
	uint8_t want[PNRP_EXTENDED_MAX];
	size_t n = rig_octets(hex, want, sizeof(want));
	assert_int_equal(s.n, n);
	assert_memory_equal(s.p, want, n);
}

uint8_t *rig_exact(struct span s)
{
	uint8_t *p = malloc(s.n ? s.n : 1);
	assert_non_null(p);
	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

struct pnrp_id rig_id(const char *hex)
{
	uint8_t octets[PNRP_ID_OCTETS];
	RIG_FILL(octets, hex);
	return pnrp_id_read(octets);
}

void rig_assert_same_id(struct pnrp_id a, struct pnrp_id b)
{
	assert_memory_equal(a.w, b.w, sizeof(a.w));
}

struct pnrp_endpoint rig_endpoint(const char *ip, uint16_t port)
{
	struct pnrp_endpoint e = { .port = port };
	RIG_FILL(e.ip, ip);
	return e;
}

struct pnrp_route rig_route(const char *id, uint16_t port, const char *first, const char *second)
{
	struct pnrp_route r = { .id = rig_id(id), .port = port };
	if (first)
		RIG_FILL(r.ip[r.n++], first);
	if (second)
		RIG_FILL(r.ip[r.n++], second);
	return r;
}

struct pnrp_name rig_name(const char *text)
{
	char room[128];
	struct text why = TEXT_OF(room);
	struct pnrp_name n;
	assert_int_equal(pnrp_name_parse(span_str(text), &n, &why), OK);
	return n;
}

uint32_t rig_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*state >> 33);
}

void rig_assert_route(const struct pnrp_route *a, const struct pnrp_route *b)
{
	rig_assert_same_id(a->id, b->id);
	assert_int_equal(a->port, b->port);
	assert_int_equal(a->n, b->n);
	assert_memory_equal(a->ip, b->ip, sizeof(a->ip[0]) * a->n);
}

void rig_assert_path(const struct pnrp_path *a, const struct pnrp_path *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++)
		assert_true(pnrp_endpoint_eq(&a->at[i], &b->at[i]));
}

static void assert_ids(const struct pnrp_ids *a, const struct pnrp_ids *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++)
		rig_assert_same_id(a->at[i], b->at[i]);
}

static void assert_maybe_route(bool has_a, const struct pnrp_route *a, bool has_b,
			       const struct pnrp_route *b)
{
	assert_int_equal(has_a, has_b);
	if (has_a)
		rig_assert_route(a, b);
}

static void assert_flood(const struct pnrp_flood *a, const struct pnrp_flood *b)
{
	assert_int_equal(a->flags, b->flags);
	rig_assert_same_id(a->validate, b->validate);
	assert_true(span_eq(a->revoke, b->revoke));
	assert_maybe_route(a->has_route, &a->route, b->has_route, &b->route);
	rig_assert_path(&a->flooded, &b->flooded);
}

static void assert_lookup(const struct pnrp_lookup *a, const struct pnrp_lookup *b)
{
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->precision, b->precision);
	assert_int_equal(a->criteria, b->criteria);
	assert_int_equal(a->reason, b->reason);
	rig_assert_same_id(a->target, b->target);
	rig_assert_same_id(a->validate, b->validate);
	assert_maybe_route(a->has_best, &a->best, b->has_best, &b->best);
	rig_assert_path(&a->path, &b->path);
}

static void assert_inquire(const struct pnrp_inquire *a, const struct pnrp_inquire *b)
{
	assert_int_equal(a->flags, b->flags);
	rig_assert_same_id(a->validate, b->validate);
	assert_int_equal(a->has_nonce, b->has_nonce);
	if (a->has_nonce)
		assert_memory_equal(a->nonce, b->nonce, sizeof(a->nonce));
}

static void assert_solicit(const struct pnrp_solicit *a, const struct pnrp_solicit *b)
{
	assert_int_equal(a->local_only, b->local_only);
	assert_maybe_route(a->has_route, &a->route, b->has_route, &b->route);
	assert_memory_equal(a->hashed_nonce, b->hashed_nonce, sizeof(a->hashed_nonce));
}

void rig_assert_message(const struct pnrp_message *a, const struct pnrp_message *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->id, b->id);
	switch (a->type) {
	case PNRP_SOLICIT:
		assert_solicit(&a->solicit, &b->solicit);
		return;
	case PNRP_ADVERTISE:
		assert_int_equal(a->advertise.acked, b->advertise.acked);
		assert_ids(&a->advertise.ids, &b->advertise.ids);
		assert_memory_equal(a->advertise.hashed_nonce, b->advertise.hashed_nonce,
				    sizeof(a->advertise.hashed_nonce));
		return;
	case PNRP_REQUEST:
		assert_memory_equal(a->request.nonce, b->request.nonce, sizeof(a->request.nonce));
		assert_ids(&a->request.ids, &b->request.ids);
		return;
	case PNRP_FLOOD:
		assert_flood(&a->flood, &b->flood);
		return;
	case PNRP_INQUIRE:
		assert_inquire(&a->inquire, &b->inquire);
		return;
	case PNRP_AUTHORITY:
		assert_int_equal(a->authority.acked, b->authority.acked);
		assert_int_equal(a->authority.size, b->authority.size);
		assert_int_equal(a->authority.offset, b->authority.offset);
		assert_true(span_eq(a->authority.piece, b->authority.piece));
		return;
	case PNRP_ACK:
		assert_int_equal(a->ack.acked, b->ack.acked);
		assert_int_equal(a->ack.flags, b->ack.flags);
		return;
	case PNRP_LOOKUP:
		assert_lookup(&a->lookup, &b->lookup);
		return;
	}
	fail_msg("no such message: %d", a->type);
}
