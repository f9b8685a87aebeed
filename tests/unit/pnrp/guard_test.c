/* INQUIREs served, what one source may cost, and how much comes out for what comes in. */
#include "rig.h"

static struct rig r;
static struct pnrp *p;
static struct pnrp_endpoint stranger;

static int set_up_as(enum crypto_profile_id profile)
{
	rig_init(&r, profile);
	(void)rig_add(&r);
	p = r.node[0]->p;
	rig_quiet(&r, 0);
	stranger = rig_at(&r, RIG_STRANGER);
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	return set_up_as(CRYPTO_MODERN);
}

static int tear_down(void **state)
{
	(void)state;
	rig_fini(&r);
	return 0;
}

static uint8_t payload[PNRP_PAYLOAD_MAX];

/* As much as a registration can hold. */
static struct pnrp_id publish_largest(void)
{
	struct pnrp_registration reg;
	uint32_t handle;
	rig_registration(&r, "0.a", &reg);
	reg.name.classifier_n = PNRP_CLASSIFIER_MAX;
	memset(reg.name.classifier, 'x', PNRP_CLASSIFIER_MAX);
	for (reg.n_apps = 0; reg.n_apps < PNRP_ENDPOINTS_MAX; reg.n_apps++)
		reg.app[reg.n_apps] = reg.app[0];
	reg.comment_n = PNRP_COMMENT_UNITS;
	memset(reg.comment, 'c', PNRP_COMMENT_UNITS);
	reg.payload_type = PNRP_PAYLOAD_BINARY;
	reg.payload = span_of(payload, sizeof(payload));
	assert_int_equal(pnrp_register(p, &reg, &handle, r.now), OK);
	rig_drain(&r);
	return rig_id(&r, 0);
}

/* The answer to an INQUIRE, put together; false: none. */
static bool inquire(const struct pnrp_id *id, uint16_t flags, const struct pnrp_endpoint *from,
		    struct pnrp_buffer *b)
{
	static uint8_t whole[PNRP_BUFFER_MAX];
	struct pnrp_message m = { .type = PNRP_INQUIRE }, a;
	size_t size = 0;
	m.inquire.flags = flags;
	m.inquire.validate = *id;
	m.inquire.has_nonce = flags & (PNRP_INQUIRE_CPA | PNRP_INQUIRE_PAYLOAD);
	memset(m.inquire.nonce, 0x77, PNRP_NONCE);
	rig_say(&r, 0, from, &m, 42);
	while (rig_heard_at(&r, from, &a)) {
		assert_int_equal(a.type, PNRP_AUTHORITY);
		assert_int_equal(a.authority.acked, 42);
		memcpy(whole + a.authority.offset, a.authority.piece.p, a.authority.piece.n);
		size = a.authority.size;
	}
	return size && pnrp_buffer_decode(r.o.profile, span_of(whole, size), b) == OK;
}

static enum pnrp_verdict judge(const struct pnrp_id *id, const struct pnrp_buffer *b, bool with)
{
	struct pnrp_asked asked = { .id = *id, .payload = with };
	struct pnrp_answer answer;
	memset(asked.nonce, 0x77, PNRP_NONCE);
	return pnrp_judge(r.crypto, r.o.profile, b, &asked, RIG_WALL, &answer);
}

/* PNRP-4.6 */
static void an_inquiry_is_answered(void **state)
{
	(void)state;
	struct pnrp_buffer b;
	struct pnrp_id none = { { 1, 2, 3, 4 } };
	assert_true(inquire(&none, PNRP_INQUIRE_CPA, &stranger, &b));
	assert_int_equal(b.flags, PNRP_AUTHORITY_NOT);
	assert_int_equal(b.cpa.n, 0);
	struct pnrp_id id = publish_largest();
	assert_true(inquire(&id, 0, &stranger, &b));
	assert_int_equal(b.flags, 0);
	assert_false(b.cpa.n || b.has_route || b.has_classifier || b.payload.n);
	assert_true(inquire(&id, PNRP_INQUIRE_CPA, &stranger, &b));
	assert_true(b.has_classifier);
	assert_true(b.has_route);
	assert_true(pnrp_id_eq(&b.route.id, &id));
	assert_int_equal(b.payload.n, 0);
	assert_int_equal(judge(&id, &b, false), PNRP_VERDICT_GOOD);
	assert_true(inquire(&id, PNRP_INQUIRE_CPA | PNRP_INQUIRE_PAYLOAD, &stranger, &b));
	assert_int_equal(judge(&id, &b, true), PNRP_VERDICT_GOOD);
	pnrp_leave(p, r.now);
	assert_true(inquire(&id, PNRP_INQUIRE_CPA, &stranger, &b));
	assert_int_equal(b.flags, PNRP_AUTHORITY_NOT);
}

/* PNRP-11.6, correction 11 */
static void a_payload_is_for_whoever_can_be_reached(void **state)
{
	(void)state;
	const uint16_t flags = PNRP_INQUIRE_CPA | PNRP_INQUIRE_PAYLOAD;
	struct pnrp_id id = publish_largest();
	struct pnrp_buffer b;
	struct pnrp_message m;
	assert_true(inquire(&id, flags, &stranger, &b));
	assert_true(b.payload.n > PNRP_PAYLOAD_MAX);
	assert_true(inquire(&id, flags, &stranger, &b));
	assert_int_equal(b.payload.n, 0);
	assert_true(b.cpa.n > 0);
	rig_run(&r, MONO_SEC);
	assert_true(inquire(&id, flags, &stranger, &b));
	assert_true(b.payload.n > 0);
	/* With the exchange made, as often as a CPA. */
	m = (struct pnrp_message){ .type = PNRP_SOLICIT, .solicit = { .local_only = true } };
	uint8_t nonce[PNRP_NONCE] = { 5 };
	struct span part = span_of(nonce, sizeof(nonce));
	crypto_hash(r.crypto, r.o.profile->crypto, &part, 1, m.solicit.hashed_nonce,
		    PNRP_HASHED_NONCE);
	rig_say(&r, 0, &stranger, &m, 1);
	m = (struct pnrp_message){ .type = PNRP_REQUEST };
	memcpy(m.request.nonce, nonce, sizeof(nonce));
	m.request.ids = (struct pnrp_ids){ .n = 1, .at = { id } };
	rig_say(&r, 0, &stranger, &m, 2);
	rig_forget(&r);
	for (int i = 0; i < 5; i++) {
		assert_true(inquire(&id, flags, &stranger, &b));
		assert_true(b.payload.n > 0);
	}
	rig_run(&r, 61 * MONO_SEC);
	assert_true(inquire(&id, flags, &stranger, &b));
	assert_true(inquire(&id, flags, &stranger, &b));
	assert_int_equal(b.payload.n, 0);
}

/* PNRP-11.2, PNRP-11.7 */
static void one_source_gets_so_many_signatures(void **state)
{
	(void)state;
	struct pnrp_id id = publish_largest();
	struct pnrp_endpoint beside = stranger, far = rig_at(&r, 77);
	struct pnrp_buffer b;
	uint32_t given = 0;
	beside.ip[15]++;
	beside.port++;
	for (int i = 0; i < 100; i++) {
		assert_true(inquire(&id, PNRP_INQUIRE_CPA, i % 2 ? &stranger : &beside, &b));
		given += b.cpa.n > 0;
		assert_int_equal(b.flags, b.cpa.n ? 0 : PNRP_AUTHORITY_BUSY);
	}
	assert_int_equal(given, 2 * p->o.limits.signed_source);
	assert_int_equal(p->counters.limited, 100 - given);
	/* PNRP-11.4 */
	assert_int_equal(r.node[0]->events[PNRP_EVENT_LIMITED], 1);
	assert_true(inquire(&id, PNRP_INQUIRE_CPA, &far, &b));
	assert_true(b.cpa.n > 0);
	assert_true(inquire(&id, 0, &stranger, &b));
	assert_int_equal(b.flags, 0);
	rig_run(&r, MONO_SEC);
	given = 0;
	for (int i = 0; i < 100; i++) {
		assert_true(inquire(&id, PNRP_INQUIRE_CPA, &stranger, &b));
		given += b.cpa.n > 0;
	}
	assert_int_equal(given, p->o.limits.signed_source);
	assert_int_equal(r.node[0]->events[PNRP_EVENT_LIMITED], 1);
	rig_run(&r, 60 * MONO_SEC);
	for (int i = 0; i < 60; i++)
		assert_true(inquire(&id, PNRP_INQUIRE_CPA, &stranger, &b));
	assert_int_equal(r.node[0]->events[PNRP_EVENT_LIMITED], 2);
}

/* PNRP-11.3 */
static void all_sources_share_a_limit(void **state)
{
	(void)state;
	p->o.limits.signed_all = 50;
	struct pnrp_endpoint at;
	uint32_t given = 0;
	for (size_t i = 0; i < 300; i++) {
		at = rig_at(&r, i);
		given += pnrp_guard_allows(p, PNRP_COST_SIGNED, &at, r.now);
	}
	assert_int_equal(given, 100);
	at = rig_at(&r, 301);
	assert_true(pnrp_guard_allows(p, PNRP_COST_INQUIRY, &at, r.now));
	/* So do those that make us ask, whose sender may be anybody. */
	p->o.limits.inquiries_all = 20;
	r.now = mono_add(r.now, 10 * MONO_SEC);
	given = 0;
	for (size_t i = 0; i < 300; i++) {
		at = rig_at(&r, i);
		given += pnrp_guard_allows(p, PNRP_COST_INQUIRY, &at, r.now);
	}
	assert_int_equal(given, 40);
	assert_true(pnrp_guard_allows(p, PNRP_COST_SIGNED, &at, r.now));
}

/* PNRP-11.6: a chain is as large an answer to as small a question. */
static void a_chain_is_for_whoever_can_be_reached(void **state)
{
	(void)state;
	const uint16_t flags = PNRP_INQUIRE_CPA | PNRP_INQUIRE_CHAIN;
	struct pnrp_id id = publish_largest();
	struct pnrp_buffer b;
	LIST_ENTRY(p->own.next, struct pnrp_own, in)->r.chain = span_of(payload, 3000);
	assert_true(inquire(&id, flags, &stranger, &b));
	assert_int_equal(b.chain.n, 3000);
	assert_true(inquire(&id, flags, &stranger, &b));
	assert_int_equal(b.chain.n, 0);
	assert_true(b.cpa.n > 0);
	/* It is one allowance for both. */
	assert_true(inquire(&id, flags | PNRP_INQUIRE_PAYLOAD, &stranger, &b));
	assert_int_equal(b.chain.n + b.payload.n, 0);
	rig_run(&r, MONO_SEC);
	assert_true(inquire(&id, flags | PNRP_INQUIRE_PAYLOAD, &stranger, &b));
	assert_int_equal(b.chain.n, 3000);
	assert_true(b.payload.n > 0);
}

/* PNRP-11.2: 256 sources, and those that cost nothing for longest go. */
static void sources_are_forgotten(void **state)
{
	(void)state;
	struct pnrp_endpoint first = rig_at(&r, 1), at;
	p->o.limits.inquiries_source = 1;
	p->o.limits.inquiries_all = 1000000;
	assert_true(pnrp_guard_allows(p, PNRP_COST_INQUIRY, &first, r.now));
	assert_false(pnrp_guard_allows(p, PNRP_COST_INQUIRY, &first, r.now));
	size_t before = pnrp_guard_memory(p);
	for (size_t i = 2; i < 257; i++) {
		at = rig_at(&r, i);
		assert_true(pnrp_guard_allows(p, PNRP_COST_INQUIRY, &at, r.now));
	}
	assert_false(pnrp_guard_allows(p, PNRP_COST_INQUIRY, &first, r.now));
	for (size_t i = 300; i < 5000; i++) {
		at = rig_at(&r, i);
		assert_true(pnrp_guard_allows(p, PNRP_COST_INQUIRY, &at, r.now));
	}
	assert_true(pnrp_guard_memory(p) - before < 50000);
	assert_true(pnrp_guard_allows(p, PNRP_COST_INQUIRY, &first, r.now));
	/* Those that have recovered are forgotten, a few whenever one comes. */
	r.now = mono_add(r.now, 2 * MONO_SEC);
	size_t full = pnrp_guard_memory(p);
	for (size_t i = 0; i < 90; i++) {
		at = rig_at(&r, 6000 + i);
		assert_true(pnrp_guard_allows(p, PNRP_COST_INQUIRY, &at, r.now));
		assert_false(pnrp_guard_allows(p, PNRP_COST_INQUIRY, &at, r.now));
	}
	assert_true(full - pnrp_guard_memory(p) > 160 * 60);
}

/* PNRP-11.1, correction 8 */
static void a_source_is_a_prefix_or_an_endpoint(void **state)
{
	(void)state;
	uint8_t key[PNRP_SOURCE_KEY];
	assert_int_equal(pnrp_source_key(p, &stranger, key), 8);
	p->o.scope = PNRP_SCOPE_SITE;
	assert_int_equal(pnrp_source_key(p, &stranger, key), 8);
	p->o.ipv4 = true;
	assert_int_equal(pnrp_source_key(p, &stranger, key), 16);
	p->o.scope = PNRP_SCOPE_LINK;
	assert_int_equal(pnrp_source_key(p, &stranger, key), 18);
	p->o.scope = PNRP_SCOPE_GLOBAL;
	p->o.loopback = true;
	assert_int_equal(pnrp_source_key(p, &stranger, key), 18);
	assert_int_equal(key[16] << 8 | key[17], stranger.port);
	p->o.loopback = p->o.ipv4 = false;
}

/* ---- what comes out for what comes in, from a stranger, in tenths. PNRP-11.8 */

static uint64_t in0, out0;

static void begin(void)
{
	in0 = p->counters.octets_in;
	out0 = p->counters.octets_out;
}

static unsigned tenths(const char *what)
{
	uint64_t in = p->counters.octets_in - in0, out = p->counters.octets_out - out0;
	unsigned t = (unsigned)((out * 10 + in - 1) / in);
	print_message("# %s: %u octets for %u: %u.%u\n", what, (unsigned)out, (unsigned)in, t / 10,
		      t % 10);
	return t;
}

static void say(struct pnrp_message *m)
{
	begin();
	rig_say(&r, 0, &stranger, m, 42);
}

static void know(uint64_t n, uint8_t addresses)
{
	for (uint64_t i = 1; i <= n; i++) {
		const struct pnrp_id id = { { i << 57, 0, 0, i } };
		struct pnrp_endpoint at = rig_at(&r, 100 + i);
		struct pnrp_route route = rig_route(&id, &at);
		for (; route.n < addresses; route.n++) {
			memcpy(route.ip[route.n], at.ip, 16);
			route.ip[route.n][15] = route.n;
		}
		assert_non_null(pnrp_cache_put(p->cache, &route, false, r.now));
	}
}

static void measure(unsigned addresses, unsigned request, unsigned lookup)
{
	struct pnrp_message m = { .type = PNRP_SOLICIT }, a;
	uint8_t nonce[PNRP_NONCE] = { 5 };
	struct span part = span_of(nonce, sizeof(nonce));
	know(10, (uint8_t)addresses);
	uint8_t octets[PNRP_DATAGRAM_MAX];
	size_t n;
	crypto_hash(r.crypto, r.o.profile->crypto, &part, 1, m.solicit.hashed_nonce,
		    PNRP_HASHED_NONCE);
	m.id = 42;
	assert_int_equal(pnrp_encode(r.o.profile, &m, octets, sizeof(octets), &n), OK);
	/* The smallest form is one without controls. */
	memmove(octets + 12, octets + 20, n - 20);
	begin();
	rig_input(&r, 0, &stranger, span_of(octets, n - 8));
	assert_true(tenths("SOLICIT") <= 60);
	assert_true(rig_heard_at(&r, &stranger, &a));
	m = (struct pnrp_message){ .type = PNRP_REQUEST };
	memcpy(m.request.nonce, nonce, sizeof(nonce));
	m.request.ids = a.advertise.ids;
	say(&m);
	assert_true(tenths("REQUEST") <= request);
	m = (struct pnrp_message){ .type = PNRP_LOOKUP };
	m.lookup.target.w[0] = 5;
	m.lookup.path = (struct pnrp_path){ .n = 1, .at = { stranger } };
	say(&m);
	assert_true(tenths("LOOKUP") <= lookup);
	rig_forget(&r);
}

static void little_comes_out(void **state)
{
	(void)state;
	struct pnrp_id none = { { 1, 2, 3, 4 } };
	struct pnrp_message m = { .type = PNRP_FLOOD };
	struct pnrp_buffer b;
	print_message("# entries of one address, then of four, then of twenty\n");
	measure(1, 33, 8);
	measure(4, 45, 12);
	measure(20, 108, 32);
	rig_run(&r, 5 * MONO_SEC);
	rig_forget(&r);
	m.flood.validate = none;
	say(&m);
	assert_true(tenths("FLOOD") <= 4);
	struct pnrp_endpoint at = rig_at(&r, 70);
	const struct pnrp_id fresh = { { 77, 7, 7, 7 } };
	m.flood.has_route = true;
	m.flood.route = rig_route(&fresh, &at);
	begin();
	rig_say(&r, 0, &stranger, &m, 43);
	rig_run(&r, 5 * MONO_SEC);
	assert_true(tenths("FLOOD that leads to INQUIREs") <= 12);
	rig_forget(&r);
	begin();
	assert_true(inquire(&none, 0, &stranger, &b));
	assert_true(tenths("INQUIRE, not here") <= 7);
}

static void inquiries_bring_most(const char *what, unsigned cpa, unsigned all, unsigned lasting)
{
	const uint16_t both = PNRP_INQUIRE_CPA | PNRP_INQUIRE_PAYLOAD;
	struct pnrp_id id = publish_largest();
	struct pnrp_buffer b;
	print_message("# %s\n", what);
	begin();
	assert_true(inquire(&id, PNRP_INQUIRE_CPA, &stranger, &b));
	assert_true(tenths("INQUIRE for the largest CPA") <= cpa);
	begin();
	assert_true(inquire(&id, both, &stranger, &b));
	assert_true(tenths("INQUIRE for a payload, once a second") <= all);
	begin();
	for (int i = 0; i < 200; i++)
		assert_true(inquire(&id, both, &stranger, &b));
	assert_true(tenths("200 of these at once") <= 34);
	rig_run(&r, 60 * MONO_SEC);
	begin();
	for (int i = 0; i < 2000; i++) {
		(void)inquire(&id, both, &stranger, &b);
		rig_run(&r, 5 * MONO_MS);
	}
	assert_true(tenths("200 a second for ten seconds") <= lasting);
}

static void proofs_are_rationed(void **state)
{
	(void)state;
	inquiries_bring_most("modern", 110, 690, 20);
}

static void classic_proofs_too(void **state)
{
	(void)state;
	rig_fini(&r);
	(void)set_up_as(CRYPTO_CLASSIC);
	inquiries_bring_most("classic", 145, 730, 25);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(an_inquiry_is_answered),
		T(a_payload_is_for_whoever_can_be_reached),
		T(one_source_gets_so_many_signatures),
		T(all_sources_share_a_limit),
		T(a_chain_is_for_whoever_can_be_reached),
		T(sources_are_forgotten),
		T(a_source_is_a_prefix_or_an_endpoint),
		T(little_comes_out),
		T(proofs_are_rationed),
		T(classic_proofs_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
