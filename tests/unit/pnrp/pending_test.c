/* Requests, their second transmission, and what an answer must be to count. */
#include "rig.h"

static struct rig r;
static struct pnrp *p;
static struct pnrp_endpoint stranger;

static int set_up(void **state)
{
	(void)state;
	rig_init(&r, CRYPTO_MODERN);
	(void)rig_add(&r);
	p = r.node[0]->p;
	stranger = rig_at(&r, RIG_STRANGER);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rig_fini(&r);
	return 0;
}

static void ping(uint64_t number)
{
	assert_int_equal(pnrp_ping(p, &stranger, number, r.now), OK);
	rig_drain(&r);
}

static uint32_t heard(void)
{
	struct pnrp_message m;
	return rig_heard(&r, &m) ? m.id : 0;
}

/* PNRP-4.5, PNRP-4.4 */
static void two_transmissions_then_failure(void **state)
{
	(void)state;
	ping(5);
	uint32_t id = heard();
	assert_true(id);
	rig_run(&r, MONO_SEC - 1);
	assert_int_equal(heard(), 0);
	rig_run(&r, 1);
	assert_int_equal(heard(), id);
	rig_run(&r, MONO_SEC - 1);
	assert_int_equal(r.node[0]->dones, 0);
	rig_run(&r, 1);
	assert_int_equal(heard(), 0);
	assert_int_equal(r.node[0]->dones, 1);
	assert_int_equal(r.node[0]->number, 5);
	assert_int_equal(r.node[0]->err, ERR_TIMEOUT);
	assert_int_equal(r.node[0]->elapsed, 2 * MONO_SEC);
	assert_int_equal(p->counters.timeouts, 1);
	assert_int_equal(p->n_pending, 0);
	ping(6);
	assert_int_not_equal(heard(), id);
}

static void acknowledge(uint32_t id, const struct pnrp_endpoint *from)
{
	struct pnrp_message a = { .type = PNRP_ACK, .ack = { .acked = id } };
	rig_say(&r, 0, from, &a, 77);
}

static void an_answer_ends_it(void **state)
{
	(void)state;
	ping(5);
	uint32_t id = heard();
	rig_run(&r, 1200 * MONO_MS);
	acknowledge(id, &stranger);
	assert_int_equal(r.node[0]->err, OK);
	assert_int_equal(r.node[0]->dones, 1);
	assert_int_equal(r.node[0]->elapsed, 1200 * MONO_MS);
	assert_int_equal(p->last_heard.us, r.now.us);
	acknowledge(id, &stranger);
	assert_int_equal(p->counters.unmatched, 1);
	rig_run(&r, 3 * MONO_SEC);
	assert_int_equal(r.node[0]->dones, 1);
}

/* PNRP-4.9 */
static void only_who_was_asked_answers(void **state)
{
	(void)state;
	struct pnrp_endpoint other = rig_at(&r, RIG_STRANGER + 1), port = stranger;
	port.port++;
	ping(5);
	uint32_t id = heard();
	acknowledge(id, &other);
	acknowledge(id, &port);
	acknowledge(id + 1, &stranger);
	/* An AUTHORITY and an ADVERTISE are no ACK. */
	struct pnrp_buffer b = { .flags = 0 };
	rig_answer(&r, 0, &stranger, id, &b);
	struct pnrp_message a = { .type = PNRP_ADVERTISE, .advertise = { .acked = id } };
	rig_say(&r, 0, &stranger, &a, 78);
	assert_int_equal(p->counters.unmatched, 5);
	assert_int_equal(r.node[0]->dones, 0);
	acknowledge(id, &stranger);
	assert_int_equal(r.node[0]->dones, 1);
}

static void a_full_table_says_so_once_a_minute(void **state)
{
	(void)state;
	p->o.limits.pending = 3;
	for (uint64_t i = 1; i <= 3; i++)
		ping(i);
	assert_int_equal(pnrp_ping(p, &stranger, 4, r.now), ERR_FULL);
	assert_int_equal(pnrp_ping(p, &stranger, 5, r.now), ERR_FULL);
	rig_drain(&r);
	assert_int_equal(p->counters.too_many, 2);
	assert_int_equal(r.node[0]->events[PNRP_EVENT_FULL], 1);
	assert_string_equal(r.node[0]->last[PNRP_EVENT_FULL].table, "requests");
	rig_run(&r, 61 * MONO_SEC);
	for (uint64_t i = 1; i <= 4; i++)
		assert_int_equal(pnrp_ping(p, &stranger, i, r.now), i < 4 ? OK : ERR_FULL);
	rig_drain(&r);
	assert_int_equal(r.node[0]->events[PNRP_EVENT_FULL], 2);
}

static void what_an_owner_waits_for_goes_with_it(void **state)
{
	(void)state;
	struct pnrp_message m = { .type = PNRP_FLOOD };
	int owner, other;
	assert_non_null(pnrp_ask(p, PNRP_WAIT_FLOOD, &m, &stranger, &owner, r.now));
	assert_non_null(pnrp_ask(p, PNRP_WAIT_FLOOD, &m, &stranger, &other, r.now));
	assert_non_null(pnrp_ask(p, PNRP_WAIT_FLOOD, &m, &stranger, &owner, r.now));
	pnrp_pending_drop(p, &owner);
	assert_int_equal(p->n_pending, 1);
	assert_int_equal(p->by_message.count, 1);
	pnrp_pending_drop(p, &other);
	assert_int_equal(p->n_pending, 0);
	assert_true(mono_is_never(pnrp_pending_deadline(p)));
}

static void nothing_is_asked_outside_the_cloud(void **state)
{
	(void)state;
	struct pnrp_endpoint bad = stranger, own = p->local[0];
	bad.port = 1024;
	assert_int_equal(pnrp_ping(p, &bad, 1, r.now), ERR_RANGE);
	bad = stranger;
	bad.ip[0] = 0xff;
	assert_int_equal(pnrp_ping(p, &bad, 1, r.now), ERR_RANGE);
	assert_int_equal(pnrp_ping(p, &own, 1, r.now), ERR_RANGE);
	struct pnrp_message m = { .type = PNRP_FLOOD };
	assert_null(pnrp_ask(p, PNRP_WAIT_FLOOD, &m, &bad, NULL, r.now));
	pnrp_say(p, &m, &bad, NULL);
	assert_int_equal(pnrp_set_local(p, NULL, 0, r.now), OK);
	assert_int_equal(pnrp_ping(p, &stranger, 1, r.now), ERR_STATE);
	rig_drain(&r);
	assert_int_equal(heard(), 0);
}

/* ---- answers in pieces */

#define WHOLE (2 * PNRP_PIECE + 100)

static uint8_t buffer[WHOLE];

/* A buffer whose chain is long; it decodes. */
static uint32_t inquiry(void)
{
	static uint8_t chain[WHOLE - 12];
	struct pnrp_buffer b = { .chain = span_of(chain, sizeof(chain)) };
	size_t n;
	assert_int_equal(pnrp_buffer_encode(r.o.profile, &b, buffer, sizeof(buffer), &n), OK);
	assert_int_equal(n, WHOLE);
	struct pnrp_id id = { { 1, 2, 3, 4 } };
	struct pnrp_route route = rig_route(&id, &stranger);
	const struct pnrp_origin origin = { .from = stranger };
	struct pnrp_message m;
	pnrp_add(p, &route, &origin, r.now);
	rig_drain(&r);
	assert_true(rig_heard(&r, &m));
	assert_int_equal(m.type, PNRP_INQUIRE);
	return m.id;
}

static void piece(uint32_t acked, uint32_t id, uint16_t size, size_t nth, size_t n)
{
	struct pnrp_message m = { .type = PNRP_AUTHORITY };
	m.authority = (struct pnrp_authority){ acked, size, (uint16_t)(nth * PNRP_PIECE),
					       span_of(buffer + nth * PNRP_PIECE, n) };
	rig_say(&r, 0, &stranger, &m, id);
}

/* PNRP-4.10 */
static void pieces_come_in_any_order(void **state)
{
	(void)state;
	uint32_t id = inquiry();
	piece(id, 9, WHOLE, 2, 100);
	piece(id, 9, WHOLE, 0, PNRP_PIECE);
	piece(id, 9, WHOLE, 0, PNRP_PIECE);
	assert_int_equal(pnrp_cache_count(p->cache), 0);
	assert_int_equal(p->n_parts, 1);
	piece(id, 9, WHOLE, 1, PNRP_PIECE);
	assert_int_equal(pnrp_cache_count(p->cache), 1);
	assert_int_equal(p->n_parts, 0);
}

static void pieces_of_two_answers_do_not_mix(void **state)
{
	(void)state;
	uint32_t id = inquiry();
	piece(id, 9, WHOLE, 0, PNRP_PIECE);
	piece(id, 10, WHOLE, 1, PNRP_PIECE);
	piece(id, 10, WHOLE, 2, 100);
	assert_int_equal(pnrp_cache_count(p->cache), 0);
	piece(id, 10, WHOLE, 0, PNRP_PIECE);
	assert_int_equal(pnrp_cache_count(p->cache), 1);
}

static void a_piece_that_contradicts_drops_the_buffer(void **state)
{
	(void)state;
	uint32_t id = inquiry();
	piece(id, 9, WHOLE, 0, PNRP_PIECE);
	assert_int_equal(p->n_parts, 1);
	piece(id, 9, WHOLE - 1, 2, 99);
	assert_int_equal(p->n_parts, 0);
	assert_int_equal(p->counters.malformed, 1);
}

/* PNRP-4.11 */
static void a_buffer_lives_until_the_request_goes_out_again(void **state)
{
	(void)state;
	uint32_t id = inquiry();
	piece(id, 9, WHOLE, 0, PNRP_PIECE);
	piece(id, 9, WHOLE, 1, PNRP_PIECE);
	rig_run(&r, MONO_SEC);
	assert_int_equal(p->n_parts, 0);
	piece(id, 9, WHOLE, 2, 100);
	assert_int_equal(p->n_parts, 1);
	assert_int_equal(pnrp_cache_count(p->cache), 0);
	rig_run(&r, MONO_SEC);
	assert_int_equal(p->n_parts, 0);
	piece(id, 9, WHOLE, 0, PNRP_PIECE);
	assert_int_equal(p->counters.unmatched, 1);
}

static void reassemblies_are_few(void **state)
{
	(void)state;
	p->o.limits.reassemblies = 1;
	uint32_t first = inquiry();
	piece(first, 9, WHOLE, 0, PNRP_PIECE);
	struct pnrp_id id = { { 1, 2, 3, 5 } };
	struct pnrp_route route = rig_route(&id, &stranger);
	const struct pnrp_origin origin = { .from = stranger };
	struct pnrp_message m;
	pnrp_add(p, &route, &origin, r.now);
	rig_drain(&r);
	assert_true(rig_heard(&r, &m));
	piece(m.id, 10, WHOLE, 0, PNRP_PIECE);
	assert_int_equal(p->n_parts, 1);
	assert_int_equal(p->counters.too_many, 1);
}

/* PNRP-4.12 */
static void what_does_not_decode_leaves_the_request_waiting(void **state)
{
	(void)state;
	uint32_t id = inquiry();
	buffer[1] ^= 0xff;
	piece(id, 9, WHOLE, 0, PNRP_PIECE);
	piece(id, 9, WHOLE, 1, PNRP_PIECE);
	piece(id, 9, WHOLE, 2, 100);
	assert_int_equal(p->counters.malformed, 1);
	assert_int_equal(p->n_pending, 1);
	buffer[1] ^= 0xff;
	piece(id, 9, WHOLE, 0, PNRP_PIECE);
	piece(id, 9, WHOLE, 1, PNRP_PIECE);
	piece(id, 9, WHOLE, 2, 100);
	assert_int_equal(pnrp_cache_count(p->cache), 1);
}

/* PNRP-4.8, PNRP-4.7 */
static void a_large_answer_goes_in_pieces(void **state)
{
	(void)state;
	(void)inquiry();
	struct pnrp_buffer b = { .chain = span_of(buffer, WHOLE - 12) };
	struct addr to = pnrp_endpoint_addr(&p->local[0], 0);
	uint32_t id = 0;
	rig_forget(&r);
	pnrp_answer(p, 55, &b, &stranger, &to);
	struct pnrp_out out;
	struct pnrp_message m;
	for (uint16_t i = 0; i < 3; i++) {
		assert_true(pnrp_poll(p, &out));
		assert_true(addr_eq(&out.from, &to));
		assert_int_equal(pnrp_decode(r.o.profile, out.bytes, &m), OK);
		assert_true(out.bytes.n <= 1216);
		assert_int_equal(m.authority.acked, 55);
		assert_int_equal(m.authority.size, WHOLE);
		assert_int_equal(m.authority.offset, i * PNRP_PIECE);
		assert_true(i == 0 || m.id == id);
		id = m.id;
	}
	assert_false(pnrp_poll(p, &out));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(two_transmissions_then_failure),
		T(an_answer_ends_it),
		T(only_who_was_asked_answers),
		T(a_full_table_says_so_once_a_minute),
		T(what_an_owner_waits_for_goes_with_it),
		T(nothing_is_asked_outside_the_cloud),
		T(pieces_come_in_any_order),
		T(pieces_of_two_answers_do_not_mix),
		T(a_piece_that_contradicts_drops_the_buffer),
		T(a_buffer_lives_until_the_request_goes_out_again),
		T(reassemblies_are_few),
		T(what_does_not_decode_leaves_the_request_waiting),
		T(a_large_answer_goes_in_pieces),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
