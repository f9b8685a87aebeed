/* PNRP-2: octets of every message, both ways. */
#include "wire_rig.h"

#define ROOM 4096

static const struct pnrp_profile *classic(void)
{
	return pnrp_profile(CRYPTO_CLASSIC);
}

static struct pnrp_message start(enum pnrp_type type, uint32_t id)
{
	return (struct pnrp_message){ .type = type, .id = id };
}

static struct pnrp_message t1(void)
{
	struct pnrp_message m = start(PNRP_SOLICIT, 0x11223344);
	m.solicit.has_route = true;
	m.solicit.route = rig_route(VECTOR_ID1, 3540, VECTOR_A1, VECTOR_A2);
	RIG_FILL(m.solicit.hashed_nonce, VECTOR_HASHED_NONCE);
	return m;
}

static struct pnrp_message t2(void)
{
	struct pnrp_message m = start(PNRP_SOLICIT, 0x11223345);
	RIG_FILL(m.solicit.hashed_nonce, VECTOR_HASHED_NONCE);
	return m;
}

static struct pnrp_message t3(void)
{
	struct pnrp_message m = start(PNRP_ADVERTISE, 0x55667789);
	m.advertise.acked = 0x11223345;
	RIG_FILL(m.advertise.hashed_nonce, VECTOR_HASHED_NONCE);
	return m;
}

static struct pnrp_message t4(void)
{
	struct pnrp_message m = start(PNRP_REQUEST, 0x11223346);
	RIG_FILL(m.request.nonce, VECTOR_NONCE);
	m.request.ids.at[m.request.ids.n++] = rig_id(VECTOR_ID1);
	m.request.ids.at[m.request.ids.n++] = rig_id(VECTOR_ID2);
	return m;
}

static struct pnrp_message t5(void)
{
	struct pnrp_message m = start(PNRP_ACK, 0x5566778a);
	m.ack.acked = 0x11223346;
	return m;
}

static struct pnrp_message t6(void)
{
	struct pnrp_message m = start(PNRP_FLOOD, 0x5566778b);
	m.flood.flags = PNRP_FLOOD_SILENT;
	m.flood.has_route = true;
	m.flood.route = rig_route(VECTOR_ID2, 3540, VECTOR_C1, NULL);
	return m;
}

static struct pnrp_message t7(void)
{
	struct pnrp_message m = start(PNRP_FLOOD, 0x31415926);
	struct pnrp_path *path = &m.flood.flooded;
	m.flood.validate = rig_id(VECTOR_ID2);
	m.flood.has_route = true;
	m.flood.route = rig_route(VECTOR_ID1, 3540, VECTOR_A1, VECTOR_A2);
	path->at[path->n++] = rig_endpoint(VECTOR_A1, 3540);
	path->at[path->n++] = rig_endpoint(VECTOR_B1, 3541);
	path->at[path->n++] = rig_endpoint(VECTOR_C1, 3540);
	return m;
}

static struct pnrp_message t8(void)
{
	struct pnrp_message m = start(PNRP_INQUIRE, 0x01020304);
	m.inquire.flags = PNRP_INQUIRE_CPA | PNRP_INQUIRE_PAYLOAD | PNRP_INQUIRE_CHAIN;
	m.inquire.validate = rig_id(VECTOR_ID1);
	m.inquire.has_nonce = true;
	RIG_FILL(m.inquire.nonce, VECTOR_NONCE);
	return m;
}

static struct pnrp_message t9(void)
{
	struct pnrp_message m = start(PNRP_LOOKUP, 0x0f0f0f0f);
	struct pnrp_lookup *l = &m.lookup;
	l->reason = PNRP_REASON_REGISTRATION;
	l->target = rig_id(VECTOR_ID1);
	l->target = pnrp_id_next(&l->target);
	l->validate = rig_id(VECTOR_ID2);
	l->has_best = true;
	l->best = rig_route(VECTOR_ID1, 3540, VECTOR_A1, VECTOR_A2);
	l->path.at[l->path.n++] = rig_endpoint(VECTOR_A1, 3540);
	l->path.at[l->path.n++] = rig_endpoint(VECTOR_C1, 3540);
	return m;
}

static struct pnrp_message authority(uint32_t id, uint32_t acked, const uint8_t *piece)
{
	struct pnrp_message m = start(PNRP_AUTHORITY, id);
	m.authority = (struct pnrp_authority){ acked, 6, 0, span_of(piece, 6) };
	return m;
}

static struct pnrp_message t10(void)
{
	static const uint8_t piece[] = { 0x00, 0x40, 0x00, 0x06, 0x00, 0x01 };
	return authority(0x99999999, 0x01020305, piece);
}

static struct pnrp_message t11(void)
{
	static const uint8_t piece[] = { 0x00, 0x40, 0x00, 0x06, 0x02, 0x00 };
	return authority(0x9999999b, 0x0e0e0e0e, piece);
}

/* What the digest's vectors hold. T2 leaves out what we always send. */
static const struct vector {
	const char *name, *hex;
	struct pnrp_message (*message)(void);
	bool ours;    /* we would send these octets */
	size_t legal; /* cut to this, and up to three more, it is a shorter form; 0 none */
} vectors[] = {
	{ "T1", VECTOR_T1, t1, true, 0 },    { "T2", VECTOR_T2, t2, false, 0 },
	{ "T3", VECTOR_T3, t3, true, 0 },    { "T4", VECTOR_T4, t4, true, 0 },
	{ "T5", VECTOR_T5, t5, true, 0 },    { "T6", VECTOR_T6, t6, true, 0 },
	{ "T7", VECTOR_T7, t7, true, 0 },    { "T8", VECTOR_T8, t8, true, 56 },
	{ "T9", VECTOR_T9, t9, true, 0 },    { "T10", VECTOR_T10, t10, true, 0 },
	{ "T11", VECTOR_T11, t11, true, 0 },
};

static void vectors_are_read(void **state)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		uint8_t octets[ROOM];
		struct pnrp_message m, want = vectors[i].message();
		size_t n = rig_octets(vectors[i].hex, octets, sizeof(octets));
		assert_int_equal(pnrp_decode(classic(), span_of(octets, n), &m), OK);
		rig_assert_message(&m, &want);
	}
}

static void vectors_are_written(void **state)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		uint8_t octets[ROOM];
		struct pnrp_message m = vectors[i].message();
		size_t n;
		if (!vectors[i].ours)
			continue;
		assert_int_equal(pnrp_encode(classic(), &m, octets, sizeof(octets), &n), OK);
		rig_assert_octets(span_of(octets, n), vectors[i].hex);
	}
}

/* Correction 9: T8 without its nonce is a shorter form; every other cut is refused. */
static void cut_messages_are_refused(void **state)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		uint8_t octets[ROOM];
		size_t whole = rig_octets(vectors[i].hex, octets, sizeof(octets));
		for (size_t n = 0; n < whole; n++) {
			size_t legal = vectors[i].legal;
			bool shorter = legal && n >= legal && n < legal + 4;
			uint8_t *p = rig_exact(span_of(octets, n));
			struct pnrp_message m;
			assert_int_equal(pnrp_decode(classic(), span_of(p, n), &m),
					 shorter ? OK : ERR_MALFORMED);
			free(p);
		}
	}
}

/* Every size of buffer too small is told, and nothing behind it written. */
static void encoding_needs_room(void **state)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		uint8_t octets[ROOM];
		struct pnrp_message m = vectors[i].message();
		size_t whole, n = 77;
		assert_int_equal(pnrp_encode(classic(), &m, octets, sizeof(octets), &whole), OK);
		for (size_t size = 0; size < whole; size++) {
			uint8_t *p = rig_exact(span_of(octets, size));
			assert_int_equal(pnrp_encode(classic(), &m, p, size, &n), ERR_RANGE);
			free(p);
		}
		assert_int_equal(n, 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_are_read),
		cmocka_unit_test(vectors_are_written),
		cmocka_unit_test(cut_messages_are_refused),
		cmocka_unit_test(encoding_needs_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
