/* GRAPH-2.8: messages as we write them; what was written is read the same. */
#include "octets.h"

struct sheet {
	uint8_t room[OCTETS_MAX];
	struct wr w;
};

static struct wr *fresh(struct sheet *s)
{
	s->w = wr_of(s->room, sizeof(s->room));
	return &s->w;
}

static void assert_written(const struct sheet *s, const char *hex)
{
	assert_false(s->w.failed);
	assert_octets(wr_span(&s->w), hex);
}

static struct graph_message read_back(const struct sheet *s)
{
	struct graph_message m;
	assert_int_equal(graph_message_decode(wr_span(&s->w), &m), OK);
	return m;
}

static const struct graph_addresses none = { NULL, 0 };

static void hellos_are_those_of_the_digest(void **state)
{
	struct sheet s;
	struct graph_auth_info a = { .connection = GRAPH_NEIGHBOR,
				     .graph_id = span_str("0.TestGraph"),
				     .source = span_str("0.alice") };
	graph_put_auth_info(fresh(&s), &a);
	assert_written(&s, T1);
	graph_put_connect(fresh(&s), GRAPH_CONNECT_LIST, UINT64_C(0x1122334455667788), none,
			  span_of(NULL, 0));
	assert_written(&s, T2);
	struct graph_welcome_out w = { .node = UINT64_C(0x0102030405060708),
				       .time = PT0,
				       .peer = span_str("0.bob") };
	graph_put_welcome(fresh(&s), &w);
	assert_written(&s, T3);
	graph_put_goodbye(fresh(&s), GRAPH_REFUSE, GRAPH_REFUSED_DUPLICATE, none);
	assert_written(&s, T4);
	graph_put_goodbye(fresh(&s), GRAPH_DISCONNECT, GRAPH_LEAVING, none);
	assert_written(&s, T5);
}

static void syncs_are_those_of_the_digest(void **state)
{
	struct sheet s;
	struct graph_hash_info h = { .upper = { PT0 + 3 * GRAPH_TICKS_SEC, octets_guid(3) } };
	struct octets hash = octets_of("44fda4fb1d6965641b16e4032c2792d3");
	struct graph_abstract a = { octets_guid(3), 4 };
	memcpy(h.hash, hash.at, sizeof(h.hash));
	graph_put_solicit(fresh(&s), NULL, true, &graph_type_info, 1);
	assert_written(&s, T6);
	graph_put_solicit_hash(fresh(&s), 1);
	graph_put_hash_info(&s.w, &h);
	assert_written(&s, T10);
	graph_put_request(fresh(&s), 1);
	graph_put_abstract(&s.w, &a);
	assert_written(&s, T11);
	graph_put_sync_end(fresh(&s), true);
	assert_written(&s, T14);
	graph_put_sync_end(fresh(&s), false);
	assert_written(&s, "0000000c100c000000000000");
	graph_put_request(fresh(&s), 0);
	assert_written(&s, "00000014100a0000000000000000001400000000");
}

static void floods_and_data_are_those_of_the_digest(void **state)
{
	struct sheet s;
	struct octets record = octets_of(T9_RECORD);
	struct octets id = octets_of("af867e53bdb2770b0808080808080808");
	struct graph_ack acks[] = { { .useful = true }, { graph_id_signature, false } };
	memcpy(acks[0].id.at, id.at, 16);
	graph_put_flood(fresh(&s), record.n);
	wr_bytes(&s.w, octets_span(&record));
	assert_written(&s, T9);
	graph_put_acks(fresh(&s), acks, 2);
	assert_written(&s, T12);
	graph_put_data(fresh(&s), &graph_data_ping, 0);
	assert_written(&s, T13);
}

struct addresses {
	struct addr at[3];
	struct graph_addresses list;
};

static void fill(struct addresses *a)
{
	a->at[0] = octets_addr("192.0.2.1:3587");
	a->at[1] = octets_addr("[2001:db8::7]:4000");
	a->at[2] = octets_addr("[fe80::1]:1");
	a->list = (struct graph_addresses){ a->at, 3 };
}

static void assert_addresses(const struct graph_array *got, const struct addresses *want)
{
	assert_int_equal(got->n, 3);
	for (uint32_t i = 0; i < 3; i++) {
		struct addr a = graph_address_at(got, i);
		assert_true(addr_eq(&a, &want->at[i]));
	}
}

static void assert_span(struct span s, const char *text)
{
	assert_true(span_eq(s, span_str(text)));
}

static void full_hellos_are_read_the_same(void **state)
{
	struct sheet s;
	struct addresses a;
	fill(&a);
	struct graph_auth_info i = { GRAPH_DIRECT, span_str("g"), span_str("s"), span_str("d"),
				     span_of(NULL, 0) };
	graph_put_auth_info(fresh(&s), &i);
	struct graph_message m = read_back(&s);
	assert_int_equal(m.auth.connection, GRAPH_DIRECT);
	assert_span(m.auth.graph_id, "g");
	assert_span(m.auth.source, "s");
	assert_span(m.auth.destination, "d");
	graph_put_connect(fresh(&s), GRAPH_CONNECT_UPDATE, 5, a.list, span_str("kitchen"));
	m = read_back(&s);
	assert_int_equal(m.connect.flags, GRAPH_CONNECT_UPDATE);
	assert_int_equal(m.connect.node, 5);
	assert_addresses(&m.connect.addresses, &a);
	assert_span(m.connect.name, "kitchen");
	struct graph_welcome_out w = { 1, 2, a.list, span_str("p"), span_str("n") };
	graph_put_welcome(fresh(&s), &w);
	m = read_back(&s);
	assert_int_equal(m.welcome.node, 1);
	assert_int_equal(m.welcome.time, 2);
	assert_addresses(&m.welcome.addresses, &a);
	assert_span(m.welcome.peer, "p");
	assert_span(m.welcome.name, "n");
}

static void full_goodbyes_are_read_the_same(void **state)
{
	static const enum graph_message_type types[] = { GRAPH_REFUSE, GRAPH_DISCONNECT };
	struct sheet s;
	struct addresses a;
	fill(&a);
	for (size_t i = 0; i < COUNT(types); i++)
		for (uint8_t code = 1; code <= 3; code++) {
			graph_put_goodbye(fresh(&s), types[i], code, a.list);
			struct graph_message m = read_back(&s);
			assert_int_equal(m.type, types[i]);
			assert_int_equal(m.goodbye.code, code);
			assert_addresses(&m.goodbye.addresses, &a);
		}
}

static void solicits_are_read_the_same(void **state)
{
	struct sheet s;
	uint64_t since = PT0;
	struct graph_guid types[] = { graph_type_info, graph_type_presence, octets_guid(9) };
	graph_put_solicit(fresh(&s), NULL, false, types, 3);
	struct graph_message m = read_back(&s);
	assert_int_equal(m.type, GRAPH_SOLICIT_NEW);
	assert_int_equal(m.solicit.included, 0);
	assert_int_equal(m.solicit.excluded, 3);
	for (uint32_t i = 0; i < 3; i++) {
		struct graph_guid g = graph_guid_at(&m.solicit.types, i);
		assert_true(graph_guid_eq(&g, &types[i]));
	}
	graph_put_solicit(fresh(&s), &since, true, types, 1);
	m = read_back(&s);
	assert_int_equal(m.type, GRAPH_SOLICIT_TIME);
	assert_int_equal(m.solicit.included, 1);
	assert_true(m.solicit.since == PT0);
	assert_int_equal(m.solicit.types.n, 1);
	graph_put_solicit(fresh(&s), NULL, true, types, 0);
	assert_int_equal(read_back(&s).solicit.types.n, 0);
}

static void an_advertise_is_read_the_same(void **state)
{
	struct sheet s;
	struct graph_boundary b[] = { { { 1, octets_guid(1) }, { 2, octets_guid(2) }, 1 },
				      { { 3, octets_guid(3) }, { 4, octets_guid(4) }, 0 } };
	struct graph_abstract a = { octets_guid(7), 8 };
	graph_put_advertise(fresh(&s), 2, 1);
	for (size_t i = 0; i < 2; i++)
		graph_put_boundary(&s.w, &b[i]);
	graph_put_abstract(&s.w, &a);
	struct graph_message m = read_back(&s);
	assert_int_equal(m.advertise.boundaries.n, 2);
	for (uint32_t i = 0; i < 2; i++) {
		struct graph_boundary got = graph_boundary_at(&m.advertise.boundaries, i);
		assert_int_equal(graph_place_cmp(&got.lower, &b[i].lower), 0);
		assert_int_equal(graph_place_cmp(&got.upper, &b[i].upper), 0);
		assert_int_equal(got.count, b[i].count);
	}
	struct graph_abstract got = graph_abstract_at(&m.advertise.abstracts, 0);
	assert_true(graph_guid_eq(&got.id, &a.id));
	assert_int_equal(got.version, 8);
	graph_put_advertise(fresh(&s), 0, 0);
	m = read_back(&s);
	assert_int_equal(m.advertise.boundaries.n + m.advertise.abstracts.n, 0);
}

static void many_acks_are_read_the_same(void **state)
{
	struct sheet s;
	struct graph_ack acks[64];
	for (size_t i = 0; i < COUNT(acks); i++)
		acks[i] = (struct graph_ack){ octets_guid((uint8_t)i), i % 3 == 0 };
	graph_put_acks(fresh(&s), acks, COUNT(acks));
	struct graph_message m = read_back(&s);
	assert_int_equal(m.acks.n, COUNT(acks));
	for (uint32_t i = 0; i < COUNT(acks); i++) {
		struct graph_ack a = graph_ack_at(&m.acks, i);
		assert_true(graph_guid_eq(&a.id, &acks[i].id) && a.useful == acks[i].useful);
	}
}

/* GRAPH-2.8 (A55): what would not fit 16 bits is not written at all. */
static void what_is_too_long_is_not_written(void **state)
{
	static char name[GRAPH_ID_OCTETS + 1];
	memset(name, 'n', sizeof(name));
	struct sheet s;
	struct span most = span_of(name, GRAPH_ID_OCTETS), over = span_of(name, sizeof(name));
	struct graph_auth_info a = { GRAPH_NEIGHBOR, span_str("g"), most, span_str("d"),
				     span_of(NULL, 0) };
	graph_put_auth_info(fresh(&s), &a);
	assert_false(s.w.failed);
	a.source = over;
	graph_put_auth_info(fresh(&s), &a);
	assert_true(s.w.failed);
	graph_put_connect(fresh(&s), 0, 1, none, over);
	assert_true(s.w.failed);
	struct graph_welcome_out w = { .peer = over };
	graph_put_welcome(fresh(&s), &w);
	assert_true(s.w.failed);
	graph_put_solicit(fresh(&s), NULL, true, &graph_type_info, 2);
	assert_true(s.w.failed);
}

/* A Message Size has 32 bits. */
static void what_is_too_large_is_not_written(void **state)
{
	struct sheet s;
	graph_put_solicit_hash(fresh(&s), UINT32_MAX);
	assert_true(s.w.failed);
	graph_put_advertise(fresh(&s), UINT32_MAX / 60, UINT32_MAX / 60);
	assert_true(s.w.failed);
	graph_put_request(fresh(&s), UINT32_MAX);
	assert_true(s.w.failed);
	graph_put_flood(fresh(&s), UINT32_MAX);
	assert_true(s.w.failed);
	graph_put_data(fresh(&s), &graph_data_ping, UINT32_MAX);
	assert_true(s.w.failed);
}

static void write_all(struct wr *w, size_t which, const struct addresses *a)
{
	struct graph_auth_info i = { 1, span_str("g"), span_str("s"), span_str("d"),
				     span_of(NULL, 0) };
	struct graph_welcome_out o = { 1, 2, a->list, span_str("p"), span_str("n") };
	struct graph_ack ack = { octets_guid(1), true };
	switch (which) {
	case 0:
		graph_put_auth_info(w, &i);
		break;
	case 1:
		graph_put_connect(w, 0, 1, a->list, span_str("n"));
		break;
	case 2:
		graph_put_welcome(w, &o);
		break;
	case 3:
		graph_put_goodbye(w, GRAPH_REFUSE, 1, a->list);
		break;
	case 4:
		graph_put_solicit(w, &o.time, false, &graph_type_info, 1);
		break;
	default:
		graph_put_acks(w, &ack, 1);
	}
}

static void without_room_the_writer_fails(void **state)
{
	struct addresses a;
	fill(&a);
	for (size_t which = 0; which < 6; which++) {
		struct sheet s;
		write_all(fresh(&s), which, &a);
		assert_false(s.w.failed);
		for (size_t n = 0; n < s.w.n; n++) {
			uint8_t *small = malloc(n ? n : 1);
			struct wr w = wr_of(small, n);
			write_all(&w, which, &a);
			assert_true(w.failed);
			free(small);
		}
	}
}

static void every_message_has_a_name(void **state)
{
	assert_string_equal(graph_message_name(GRAPH_AUTH_INFO), "AUTH_INFO");
	assert_string_equal(graph_message_name(GRAPH_ACK), "ACK");
	assert_string_equal(graph_message_name(GRAPH_MESSAGE_END), "UNKNOWN");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hellos_are_those_of_the_digest),
		cmocka_unit_test(syncs_are_those_of_the_digest),
		cmocka_unit_test(floods_and_data_are_those_of_the_digest),
		cmocka_unit_test(full_hellos_are_read_the_same),
		cmocka_unit_test(full_goodbyes_are_read_the_same),
		cmocka_unit_test(solicits_are_read_the_same),
		cmocka_unit_test(an_advertise_is_read_the_same),
		cmocka_unit_test(many_acks_are_read_the_same),
		cmocka_unit_test(what_is_too_long_is_not_written),
		cmocka_unit_test(what_is_too_large_is_not_written),
		cmocka_unit_test(without_room_the_writer_fails),
		cmocka_unit_test(every_message_has_a_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
