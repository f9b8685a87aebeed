/* GRAPH-2.4 to GRAPH-2.9: messages as they are read. */
#include "octets.h"

#define SIZES                                                                                      \
	(struct graph_sizes)                                                                       \
	{                                                                                          \
		1000, 100000                                                                       \
	}

static struct graph_message good(const struct octets *o)
{
	struct graph_message m;
	assert_int_equal(graph_message_decode(octets_span(o), &m), OK);
	return m;
}

static void assert_text(struct span s, const char *text)
{
	assert_true(span_eq(s, span_str(text)));
}

static void reads_auth_info(void **state)
{
	struct octets o = octets_of(T1);
	struct graph_message m = good(&o);
	assert_int_equal(m.type, GRAPH_AUTH_INFO);
	assert_int_equal(m.auth.connection, GRAPH_NEIGHBOR);
	assert_text(m.auth.graph_id, "0.TestGraph");
	assert_text(m.auth.source, "0.alice");
	assert_int_equal(m.auth.destination.n, 0);
	assert_int_equal(m.auth.rest.n, 0);
}

static void reads_connect(void **state)
{
	struct octets o = octets_of(T2);
	struct graph_message m = good(&o);
	assert_int_equal(m.type, GRAPH_CONNECT);
	assert_int_equal(m.connect.flags, GRAPH_CONNECT_LIST);
	assert_int_equal(m.connect.addresses.n, 0);
	assert_int_equal(m.connect.name.n, 0);
	assert_true(m.connect.node == UINT64_C(0x1122334455667788));
}

static void reads_welcome(void **state)
{
	struct octets o = octets_of(T3);
	struct graph_message m = good(&o);
	assert_int_equal(m.type, GRAPH_WELCOME);
	assert_true(m.welcome.node == UINT64_C(0x0102030405060708));
	assert_true(m.welcome.time == PT0);
	assert_int_equal(m.welcome.addresses.n, 0);
	assert_text(m.welcome.peer, "0.bob");
	assert_int_equal(m.welcome.name.n, 0);
}

static void reads_goodbyes(void **state)
{
	struct octets refuse = octets_of(T4), disconnect = octets_of(T5);
	struct graph_message m = good(&refuse);
	assert_int_equal(m.type, GRAPH_REFUSE);
	assert_int_equal(m.goodbye.code, GRAPH_REFUSED_DUPLICATE);
	assert_int_equal(m.goodbye.addresses.n, 0);
	m = good(&disconnect);
	assert_int_equal(m.type, GRAPH_DISCONNECT);
	assert_int_equal(m.goodbye.code, GRAPH_LEAVING);
	assert_int_equal(m.goodbye.addresses.n, 0);
}

static void reads_solicits(void **state)
{
	struct octets new = octets_of(T6), hash = octets_of(T10);
	struct graph_guid third = octets_guid(3);
	struct graph_message m = good(&new);
	assert_int_equal(m.type, GRAPH_SOLICIT_NEW);
	assert_int_equal(m.solicit.included, 1);
	assert_int_equal(m.solicit.excluded, 0);
	assert_int_equal(m.solicit.types.n, 1);
	struct graph_guid type = graph_guid_at(&m.solicit.types, 0);
	assert_true(graph_guid_eq(&type, &graph_type_info));
	m = good(&hash);
	assert_int_equal(m.type, GRAPH_SOLICIT_HASH);
	assert_int_equal(m.solicit.types.n, 0);
	assert_int_equal(m.solicit.hashes.n, 1);
	struct graph_hash_info h = graph_hash_info_at(&m.solicit.hashes, 0);
	assert_octets(span_of(h.hash, 16), "44fda4fb1d6965641b16e4032c2792d3");
	assert_true(h.upper.modified == PT0 + 3 * GRAPH_TICKS_SEC);
	assert_true(graph_guid_eq(&h.upper.id, &third));
}

static void reads_request_and_flood(void **state)
{
	struct octets request = octets_of(T11), flood = octets_of(T9);
	struct graph_guid third = octets_guid(3);
	struct graph_message m = good(&request);
	assert_int_equal(m.type, GRAPH_REQUEST);
	assert_int_equal(m.request.n, 1);
	struct graph_abstract a = graph_abstract_at(&m.request, 0);
	assert_true(graph_guid_eq(&a.id, &third));
	assert_int_equal(a.version, 4);
	m = good(&flood);
	assert_int_equal(m.type, GRAPH_FLOOD);
	assert_octets(m.record, T9_RECORD);
}

static void reads_acks_data_and_ends(void **state)
{
	struct octets acks = octets_of(T12), ping = octets_of(T13), end = octets_of(T14);
	struct graph_message m = good(&acks);
	assert_int_equal(m.type, GRAPH_ACK);
	assert_int_equal(m.acks.n, 2);
	struct graph_ack first = graph_ack_at(&m.acks, 0), second = graph_ack_at(&m.acks, 1);
	assert_true(first.useful && !second.useful);
	assert_octets(span_of(first.id.at, 16), "af867e53bdb2770b0808080808080808");
	assert_true(graph_guid_eq(&second.id, &graph_id_signature));
	m = good(&ping);
	assert_int_equal(m.type, GRAPH_PT2PT);
	assert_true(graph_guid_eq(&m.data.type, &graph_data_ping));
	assert_int_equal(m.data.payload.n, 0);
	m = good(&end);
	assert_int_equal(m.type, GRAPH_SYNC_END);
	assert_true(m.final);
	end.at[8] = 0xfe;
	assert_false(good(&end).final);
}

static void reads_an_advertise(void **state)
{
	static const char two[] = "0000008c1009000000000001000000020018000000000058"
				  "000102030405060700000000000000000000000000000000"
				  "111213141516171811111111111111111111111111111111"
				  "00000002"
				  "030303030303030303030303030303030000000455555555";
	struct octets o = octets_of(two);
	struct graph_message m;
	o.n = 0x8c; /* zeros to its end */
	o.at[0x18 + 48 + 3] = 2;
	m = good(&o);
	assert_int_equal(m.advertise.boundaries.n, 1);
	assert_int_equal(m.advertise.abstracts.n, 2);
	struct graph_boundary b = graph_boundary_at(&m.advertise.boundaries, 0);
	assert_true(b.lower.modified == UINT64_C(0x0001020304050607));
	assert_true(b.upper.modified == UINT64_C(0x1112131415161718));
	assert_int_equal(b.upper.id.at[15], 0x11);
	assert_int_equal(b.count, 2);
}

/* What an application or another version appends is passed over; an offset says where. */
static void passes_over_what_it_does_not_know(void **state)
{
	static const char *const more[] = {
		"000000181002000001000018001800001122334455667788",
		"0000000c1004000003000000",
		T5,
		T6,
		T10,
		T11,
		T12,
		T13,
		T14,
	};
	for (size_t i = 0; i < COUNT(more); i++) {
		struct octets o = octets_of(more[i]);
		struct graph_message before = good(&o), after;
		memset(o.at + o.n, 0, 5);
		o.n += 5;
		o.at[3] = (uint8_t)o.n;
		after = good(&o);
		assert_int_equal(after.type, before.type);
	}
}

/* GRAPH-2.6: where the fields lie is free. */
static void reads_fields_in_another_order(void **state)
{
	/* Five octets nobody points to, the address, three more, the name. */
	static const char moved[] = "0000003a1002000001010020003700001122334455667788"
				    "eeeeeeeeee"
				    "eeeeee"
				    "00170e0320010db800000000000000000000000101eeee626f00";
	struct octets o = octets_of(moved);
	struct graph_message m = good(&o);
	assert_text(m.connect.name, "bo");
	struct addr at = graph_address_at(&m.connect.addresses, 0);
	struct addr want = octets_addr("[2001:db8::1]:3587");
	want.ip[15] = at.ip[15];
	assert_true(addr_eq(&at, &want));
}

/* A13 */
static void an_array_of_nothing_may_be_anywhere(void **state)
{
	static const struct {
		const char *hex;
		size_t at;
	} rows[] = { { T2, 10 }, { T3, 26 }, { T4, 10 }, { T5, 10 } };
	for (size_t i = 0; i < COUNT(rows); i++)
		for (uint32_t v = 0; v <= 0xffff; v += 0x1111) {
			struct octets o = octets_of(rows[i].hex);
			o.at[rows[i].at] = (uint8_t)(v >> 8);
			o.at[rows[i].at + 1] = (uint8_t)v;
			(void)good(&o);
		}
}

/* One octet changed, and it is malformed. */
static const struct lie {
	const char *hex;
	size_t at;
	uint8_t octet;
} lies[] = {
	{ T1, 4, 0x11 },				      /* version */
	{ T1, 5, 0x00 },				      /* types that are none (A45) */
	{ T1, 5, 0x0f },  { T1, 5, 0xff },   { T1, 3, 0x25 }, /* Message Size */
	{ T1, 3, 0x23 },  { T1, 0, 0x01 },   { T1, 8, 0 },    /* Connection Type */
	{ T1, 8, 3 },	  { T1, 11, 0x1c },		      /* Graph not before Source */
	{ T1, 11, 0x1d }, { T1, 11, 0x0f },		      /* in the fixed part */
	{ T1, 11, 0x1b },				      /* empty */
	{ T1, 13, 0x23 },				      /* empty Source */
	{ T1, 13, 0x24 },				      /* not before Destination */
	{ T1, 15, 0x25 },				      /* behind the end */
	{ T1, 15, 0x23 },				      /* an empty Destination */
	{ T1, 35, 'x' },				      /* not terminated */
	{ T1, 16, 0xff },				      /* no UTF-8 */
	{ T1, 28, 0xc0 }, { T2, 3, 0x17 },		      /* the fixed part is cut */
	{ T2, 9, 1 },					      /* an address that is not there */
	{ T2, 13, 0x19 },				      /* a name behind the end */
	{ T2, 13, 0x17 },				      /* a name in the fixed part */
	{ T3, 24, 1 },	  { T3, 29, 0x1f },		      /* Peer ID in the fixed part */
	{ T3, 29, 0x26 },				      /* not before the friendly name */
	{ T3, 29, 0x25 },				      /* an empty Peer ID */
	{ T3, 31, 0x27 }, { T3, 31, 0x20 },  { T3, 37, 'x' },
	{ T4, 8, 0 },	  { T4, 8, 5 },	     { T4, 9, 1 },
	{ T5, 8, 0 },	  { T5, 8, 4 },	     { T5, 9, 1 },
	{ T6, 8, 2 },					      /* Inclusion Count */
	{ T6, 9, 1 },					      /* both counts */
	{ T6, 11, 13 },	  { T6, 11, 11 },    { T10, 11, 21 }, /* Record Types behind Hash Entries */
	{ T10, 8, 1 },					      /* which leaves no room for one */
	{ T10, 15, 0 },					      /* no hash */
	{ T10, 15, 2 },	  { T10, 17, 21 },   { T10, 17, 19 },
	{ T11, 11, 2 },	  { T11, 15, 17 },   { T11, 15, 15 },
	{ T11, 12, 1 },	  { T9, 9, 11 }, /* Record Offset in the fixed part */
	{ T9, 9, 151 },			 /* behind the end */
	{ T9, 10, 1 },			 /* Reserved2 */
	{ T9, 11, 1 },	  { T12, 9, 3 },     { T12, 11, 13 },
	{ T12, 11, 11 },  { T12, 10, 0x10 }, { T13, 9, 27 },
	{ T13, 9, 29 },
};

static void refuses_what_lies(void **state)
{
	for (size_t i = 0; i < COUNT(lies); i++) {
		struct graph_message m = { .type = GRAPH_MESSAGE_END };
		struct octets o = octets_of(lies[i].hex);
		assert_int_equal(graph_message_decode(octets_span(&o), &m), OK);
		m.type = GRAPH_MESSAGE_END;
		o.at[lies[i].at] = lies[i].octet;
		if (graph_message_decode(octets_span(&o), &m) != ERR_MALFORMED)
			fail_msg("lie %zu was believed", i);
		assert_int_equal(m.type, GRAPH_MESSAGE_END);
	}
}

/* GRAPH-2.7, GRAPH-1.2: 255 units with any of their octets, not one more. */
static void names_are_bounded(void **state)
{
	static const struct {
		const char *each;
		size_t units;
	} forms[] = {
		{ "a", 1 }, { "\xc3\xa4", 1 }, { "\xe2\x82\xac", 1 }, { "\xf0\x9f\x96\xa8", 2 }
	};
	for (size_t i = 0; i < COUNT(forms); i++)
		for (size_t over = 0; over < 2; over++) {
			size_t many = 255 / forms[i].units + over, each = strlen(forms[i].each);
			struct octets o = octets_of(T2);
			struct graph_message m;
			for (size_t k = 0; k < many; k++, o.n += each)
				memcpy(o.at + o.n, forms[i].each, each);
			o.at[o.n++] = 0;
			o.at[2] = (uint8_t)(o.n >> 8);
			o.at[3] = (uint8_t)o.n;
			assert_int_equal(graph_message_decode(octets_span(&o), &m),
					 over ? ERR_MALFORMED : OK);
		}
}

/* A56: a token inside AUTH_INFO, with a Destination and without one. */
static void a_token_may_stand_in_auth_info(void **state)
{
	struct octets o = octets_of(T1);
	memcpy(o.at + o.n, "0.bob\0TOKEN", 11);
	o.n += 11;
	o.at[3] = (uint8_t)o.n;
	struct graph_message m = good(&o);
	assert_text(m.auth.destination, "0.bob");
	assert_text(m.auth.rest, "TOKEN");
	o.at[15] = (uint8_t)o.n; /* no Destination */
	m = good(&o);
	assert_int_equal(m.auth.destination.n, 0);
	assert_int_equal(m.auth.rest.n, 11);
}

/* A19: what the specification's own checks would refuse, or let through. */
static void misprinted_checks_are_made_as_meant(void **state)
{
	struct octets request = octets_of("00000010100a00000000000000000010");
	assert_int_equal(good(&request).request.n, 0);
	struct octets data = octets_of("00000010100d0000001000000ccbb0d2");
	struct graph_message m;
	assert_int_equal(graph_message_decode(octets_span(&data), &m), ERR_MALFORMED);
	/* 40 times the offset would be far behind the end. */
	struct octets hash = octets_of(T10);
	(void)good(&hash);
}

static const char *const all[] = { T1, T2, T3, T4, T5, T6, T9, T10, T11, T12, T13, T14 };

static void assert_within(struct span s, struct span whole)
{
	if (s.n)
		assert_true(s.p >= whole.p && s.p + s.n <= whole.p + whole.n);
}

static void assert_array(const struct graph_array *a, size_t each, struct span whole)
{
	if (a->n)
		assert_within(span_of(a->p, a->n * each), whole);
}

static void names_within(const struct graph_message *m, struct span w)
{
	bool auth = m->type == GRAPH_AUTH_INFO;
	assert_within(auth ? m->auth.graph_id : m->welcome.peer, w);
	assert_within(auth ? m->auth.source : m->welcome.name, w);
	if (auth) {
		assert_within(m->auth.destination, w);
		assert_within(m->auth.rest, w);
	} else {
		assert_array(&m->welcome.addresses, 20, w);
	}
}

static void connect_within(const struct graph_message *m, struct span w)
{
	assert_within(m->connect.name, w);
	assert_array(&m->connect.addresses, 20, w);
}

static void goodbye_within(const struct graph_message *m, struct span w)
{
	assert_array(&m->goodbye.addresses, 20, w);
}

static void solicit_within(const struct graph_message *m, struct span w)
{
	assert_array(&m->solicit.types, 16, w);
	assert_array(&m->solicit.hashes, 40, w);
}

static void advertise_within(const struct graph_message *m, struct span w)
{
	assert_array(&m->advertise.boundaries, 52, w);
	assert_array(&m->advertise.abstracts, 20, w);
}

/* REQUEST and ACK have elements of one size. */
static void list_within(const struct graph_message *m, struct span w)
{
	assert_array(m->type == GRAPH_ACK ? &m->acks : &m->request, 20, w);
}

static void flood_within(const struct graph_message *m, struct span w)
{
	assert_within(m->record, w);
}

static void data_within(const struct graph_message *m, struct span w)
{
	assert_within(m->data.payload, w);
}

static void nothing_within(const struct graph_message *m, struct span w)
{
	assert_true(w.n >= 12 && m->final == (w.p[8] & 1));
}

typedef void check(const struct graph_message *m, struct span w);
static check *const checks[GRAPH_MESSAGE_END] = {
	[GRAPH_AUTH_INFO] = names_within,      [GRAPH_CONNECT] = connect_within,
	[GRAPH_WELCOME] = names_within,	       [GRAPH_REFUSE] = goodbye_within,
	[GRAPH_DISCONNECT] = goodbye_within,   [GRAPH_SOLICIT_NEW] = solicit_within,
	[GRAPH_SOLICIT_TIME] = solicit_within, [GRAPH_SOLICIT_HASH] = solicit_within,
	[GRAPH_ADVERTISE] = advertise_within,  [GRAPH_REQUEST] = list_within,
	[GRAPH_FLOOD] = flood_within,	       [GRAPH_SYNC_END] = nothing_within,
	[GRAPH_PT2PT] = data_within,	       [GRAPH_ACK] = list_within,
};

static void try(struct span s)
{
	struct graph_message m = { .type = GRAPH_MESSAGE_END };
	uint8_t *exact = octets_exact(s);
	s.p = exact;
	if (graph_message_decode(s, &m) == OK)
		checks[m.type](&m, s);
	else
		assert_int_equal(m.type, GRAPH_MESSAGE_END);
	free(exact);
}

static void every_cut_is_refused(void **state)
{
	for (size_t i = 0; i < COUNT(all); i++) {
		struct octets o = octets_of(all[i]);
		for (size_t n = 0; n < o.n; n++) {
			struct graph_message m;
			uint8_t *exact = octets_exact(span_of(o.at, n));
			assert_int_equal(graph_message_decode(span_of(exact, n), &m),
					 ERR_MALFORMED);
			free(exact);
		}
	}
}

/* The size says what was cut: some of these are shorter messages, none reads too far. */
static void no_shorter_message_reads_too_far(void **state)
{
	for (size_t i = 0; i < COUNT(all); i++)
		for (struct octets o = octets_of(all[i]); o.n-- > 0;) {
			o.at[3] = (uint8_t)o.n;
			try(octets_span(&o));
		}
}

static void no_damage_reads_too_far(void **state)
{
	uint64_t seed = 5;
	for (size_t i = 0; i < 40000; i++) {
		struct octets o = octets_of(all[i % COUNT(all)]);
		for (uint32_t k = octets_random(&seed) % 4; k < 4; k++)
			o.at[4 + octets_random(&seed) % (o.n - 4)] = (uint8_t)octets_random(&seed);
		try(octets_span(&o));
	}
}

/* GRAPH-2.5 */
static void sizes_are_bounded_by_type(void **state)
{
	static const struct {
		uint8_t type;
		uint32_t most;
	} rows[] = {
		{ GRAPH_AUTH_INFO, 65536 },	{ GRAPH_CONNECT, 65536 },
		{ GRAPH_WELCOME, 65536 },	{ GRAPH_REFUSE, 65536 },
		{ GRAPH_DISCONNECT, 65536 },	{ GRAPH_SOLICIT_NEW, 65536 },
		{ GRAPH_SOLICIT_TIME, 65536 },	{ GRAPH_SYNC_END, 65536 },
		{ GRAPH_SOLICIT_HASH, 100000 }, { GRAPH_ADVERTISE, 100000 },
		{ GRAPH_REQUEST, 100000 },	{ GRAPH_PT2PT, 100000 },
		{ GRAPH_ACK, 100000 },		{ GRAPH_FLOOD, 66536 },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		for (uint32_t over = 0; over < 2; over++) {
			uint8_t head[GRAPH_HEADER];
			struct graph_head h = { 7, GRAPH_MESSAGE_END };
			struct wr w = wr_of(head, sizeof(head));
			wr_u32(&w, rows[i].most + over);
			wr_u8(&w, GRAPH_VERSION);
			wr_u8(&w, rows[i].type);
			wr_u16(&w, 0xffff);
			assert_int_equal(graph_head_decode(head, &SIZES, &h),
					 over ? ERR_RANGE : OK);
			assert_int_equal(h.size, over ? 7 : rows[i].most);
		}
}

static void sizes_may_be_as_large_as_they_go(void **state)
{
	struct graph_sizes all_of_it = { UINT64_MAX, UINT64_MAX };
	static const uint8_t head[] = { 0xff, 0xff, 0xff, 0xff, 0x10, GRAPH_FLOOD, 0, 0 };
	struct graph_head h;
	assert_int_equal(graph_head_decode(head, &all_of_it, &h), OK);
	assert_int_equal(h.size, UINT32_MAX);
}

static void heads_that_are_none_are_refused(void **state)
{
	static const uint8_t bad[][GRAPH_HEADER] = {
		{ 0, 0, 0, 7, 0x10, 1 },  { 0, 0, 0, 8, 0x20, 1 },   { 0, 0, 0, 8, 0x10, 0 },
		{ 0, 0, 0, 8, 0x10, 15 }, { 0, 0, 0, 8, 0x10, 255 },
	};
	struct graph_head h;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(graph_head_decode(bad[i], &SIZES, &h), ERR_MALFORMED);
}

/* GRAPH-2.10 */
static void places_are_ordered_by_time_then_id(void **state)
{
	struct graph_place places[] = { { 1, octets_guid(0) },
					{ 1, octets_guid(1) },
					{ 1, octets_guid(0xff) },
					{ 2, octets_guid(0) },
					{ UINT64_MAX, octets_guid(0) } };
	for (size_t i = 0; i < COUNT(places); i++)
		for (size_t k = 0; k < COUNT(places); k++) {
			int c = graph_place_cmp(&places[i], &places[k]);
			assert_true(i < k ? c < 0 : i > k ? c > 0 : c == 0);
		}
}

/* GRAPH-2.9 */
static void addresses_of_other_families_are_there_and_unused(void **state)
{
	struct octets o = octets_of("00000020100500000101000c"
				    "00020e0300000000000000000000ffff0a000001");
	struct addr want = octets_addr("10.0.0.1:3587");
	struct graph_message m = good(&o);
	assert_int_equal(graph_address_at(&m.goodbye.addresses, 0).family, ADDR_NONE);
	o.at[13] = 0x17;
	m = good(&o);
	struct addr a = graph_address_at(&m.goodbye.addresses, 0);
	assert_true(addr_eq(&a, &want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_auth_info),
		cmocka_unit_test(reads_connect),
		cmocka_unit_test(reads_welcome),
		cmocka_unit_test(reads_goodbyes),
		cmocka_unit_test(reads_solicits),
		cmocka_unit_test(reads_request_and_flood),
		cmocka_unit_test(reads_acks_data_and_ends),
		cmocka_unit_test(reads_an_advertise),
		cmocka_unit_test(passes_over_what_it_does_not_know),
		cmocka_unit_test(reads_fields_in_another_order),
		cmocka_unit_test(an_array_of_nothing_may_be_anywhere),
		cmocka_unit_test(refuses_what_lies),
		cmocka_unit_test(names_are_bounded),
		cmocka_unit_test(a_token_may_stand_in_auth_info),
		cmocka_unit_test(misprinted_checks_are_made_as_meant),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(no_shorter_message_reads_too_far),
		cmocka_unit_test(no_damage_reads_too_far),
		cmocka_unit_test(sizes_are_bounded_by_type),
		cmocka_unit_test(sizes_may_be_as_large_as_they_go),
		cmocka_unit_test(heads_that_are_none_are_refused),
		cmocka_unit_test(places_are_ordered_by_time_then_id),
		cmocka_unit_test(addresses_of_other_families_are_there_and_unused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
