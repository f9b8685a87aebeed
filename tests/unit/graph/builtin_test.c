/* GRAPH-3.6: payloads of a graph's own records. */
#include "graph/builtin.h"
#include "octets.h"

#define ALICE_16 "0030002e0061006c0069006300650000"
#define GRAPH_16 "0030002e0054006500730074004700720061007000680000"
#define TEST_16	 "00540065007300740000"

struct info {
	struct octets graph, creator, name, comment;
	struct graph_info_payload p;
};

/* T8 */
static void fill(struct info *i)
{
	i->graph = octets_of(GRAPH_16);
	i->creator = octets_of(ALICE_16);
	i->name = octets_of(TEST_16);
	i->comment = octets_of("");
	i->p = (struct graph_info_payload){ .flags = GRAPH_INFO_DEFER,
					    .scope = GRAPH_SCOPE_GLOBAL,
					    .graph = octets_span(&i->graph),
					    .creator = octets_span(&i->creator),
					    .name = octets_span(&i->name),
					    .presence_life = 300,
					    .presence_max = GRAPH_PRESENCE_ALL };
}

static struct octets info_octets(const struct graph_info_payload *p)
{
	struct octets o = { .n = 0 };
	struct wr w = wr_of(o.at, sizeof(o.at));
	graph_put_info(&w, p);
	assert_false(w.failed);
	o.n = w.n;
	return o;
}

static void graph_info_is_that_of_the_digest(void **state)
{
	struct info i;
	struct graph_info_payload p;
	fill(&i);
	struct octets o = info_octets(&i.p);
	assert_octets(octets_span(&o), T8);
	assert_int_equal(graph_info_decode(octets_span(&o), &p), OK);
	assert_int_equal(p.flags, GRAPH_INFO_DEFER);
	assert_int_equal(p.scope, GRAPH_SCOPE_GLOBAL);
	assert_octets(p.graph, GRAPH_16);
	assert_octets(p.creator, ALICE_16);
	assert_octets(p.name, TEST_16);
	assert_int_equal(p.comment.n, 0);
	assert_int_equal(p.presence_life, 300);
	assert_true(p.presence_max == GRAPH_PRESENCE_ALL);
	assert_int_equal(p.record_max, 0);
}

static void every_cut_of_graph_info_is_refused(void **state)
{
	struct octets o = octets_of(T8);
	struct graph_info_payload p = { .scope = 77 };
	for (size_t n = 0; n < o.n; n++) {
		uint8_t *exact = octets_exact(span_of(o.at, n));
		assert_int_equal(graph_info_decode(span_of(exact, n), &p), ERR_MALFORMED);
		/* Also when it says so. */
		if (n >= 4)
			exact[3] = (uint8_t)n;
		assert_int_equal(graph_info_decode(span_of(exact, n), &p), ERR_MALFORMED);
		free(exact);
	}
	assert_int_equal(p.scope, 77);
}

/* A43: behind what it says, and inside it behind what we know. */
static void graph_info_may_have_more(void **state)
{
	struct octets o = octets_of(T8);
	struct graph_info_payload p;
	o.n += 6;
	assert_int_equal(graph_info_decode(octets_span(&o), &p), OK);
	o.at[3] = (uint8_t)o.n;
	assert_int_equal(graph_info_decode(octets_span(&o), &p), OK);
	o.at[3]++;
	assert_int_equal(graph_info_decode(octets_span(&o), &p), ERR_MALFORMED);
}

static void numbers_of_graph_info_have_ranges(void **state)
{
	static const struct {
		uint32_t scope, life, record_max;
		enum err err;
	} rows[] = {
		{ 0, 0, 0, ERR_MALFORMED },
		{ 1, 0, 0, OK },
		{ 3, 0, 0, OK },
		{ 4, 0, 0, ERR_MALFORMED },
		{ 1, 1, 0, ERR_MALFORMED },
		{ 1, 299, 0, ERR_MALFORMED },
		{ 1, 300, 0, OK },
		{ 1, UINT32_MAX, 0, OK },
		{ 1, 0, 1023, ERR_MALFORMED },
		{ 1, 0, 1024, OK },
		{ 1, 0, 62914560, OK },
		{ 1, 0, 62914561, ERR_MALFORMED },
		{ 1, 0, UINT32_MAX, ERR_MALFORMED },
	};
	for (size_t k = 0; k < COUNT(rows); k++) {
		struct info i;
		struct graph_info_payload p;
		fill(&i);
		i.p.scope = rows[k].scope;
		i.p.presence_life = rows[k].life;
		i.p.record_max = rows[k].record_max;
		struct octets o = info_octets(&i.p);
		assert_int_equal(graph_info_decode(octets_span(&o), &p), rows[k].err);
	}
}

static const uint8_t long_text[1026] = { 0, 'x' };

static struct span units(size_t n)
{
	return span_of(long_text + sizeof(long_text) - 2 * n, 2 * n);
}

static void texts_of_graph_info_are_bounded(void **state)
{
	static const struct {
		size_t graph, creator, name, comment;
		enum err err;
	} rows[] = {
		{ 2, 2, 0, 0, OK },
		{ 256, 256, 256, 512, OK },
		{ 1, 2, 0, 0, ERR_MALFORMED },
		{ 0, 2, 0, 0, ERR_MALFORMED },
		{ 2, 1, 0, 0, ERR_MALFORMED },
		{ 257, 2, 0, 0, ERR_MALFORMED },
		{ 2, 257, 0, 0, ERR_MALFORMED },
		{ 2, 2, 257, 0, ERR_MALFORMED },
		{ 2, 2, 0, 513, ERR_MALFORMED },
		{ 2, 2, 1, 1, OK },
	};
	for (size_t k = 0; k < COUNT(rows); k++) {
		struct info i;
		struct graph_info_payload p;
		uint8_t room[4096];
		struct wr w = wr_of(room, sizeof(room));
		fill(&i);
		i.p.graph = units(rows[k].graph);
		i.p.creator = units(rows[k].creator);
		i.p.name = units(rows[k].name);
		i.p.comment = units(rows[k].comment);
		graph_put_info(&w, &i.p);
		assert_int_equal(graph_info_decode(wr_span(&w), &p), rows[k].err);
	}
}

static void texts_must_end(void **state)
{
	static const size_t ends[] = { 39, 59, 73 };
	for (size_t k = 0; k < COUNT(ends); k++) {
		struct octets o = octets_of(T8);
		struct graph_info_payload p;
		assert_int_equal(o.at[ends[k]], 0);
		o.at[ends[k]] = 'x';
		assert_int_equal(graph_info_decode(octets_span(&o), &p), ERR_MALFORMED);
	}
}

static void a_signature_is_a_node_id(void **state)
{
	uint8_t room[8];
	uint64_t node = 5;
	struct wr w = wr_of(room, sizeof(room));
	graph_put_signature(&w, UINT64_C(0x0102030405060708));
	assert_octets(wr_span(&w), "0102030405060708");
	for (size_t n = 0; n < 8; n++)
		assert_int_equal(graph_signature_decode(span_of(room, n), &node), ERR_MALFORMED);
	assert_int_equal(node, 5);
	assert_int_equal(graph_signature_decode(wr_span(&w), &node), OK);
	assert_true(node == UINT64_C(0x0102030405060708));
}

#define ADDRESSES                                                                                  \
	"00000002"                                                                                 \
	"0000002000170e030000000000000000000000000000ffffc000020100000000"                         \
	"0000002000170fa00000000020010db800000000000000000000000700000000"

static void assert_addresses(const struct graph_array *a, const struct addr *want)
{
	assert_int_equal(a->n, 2);
	for (uint32_t i = 0; i < 2; i++) {
		struct addr at = graph_peer_address_at(a, i);
		assert_true(addr_eq(&at, &want[i]));
	}
}

static void contacts_and_presences_go_both_ways(void **state)
{
	struct addr at[] = { octets_addr("192.0.2.1:3587"), octets_addr("[2001:db8::7]:4000") };
	struct graph_addresses list = { at, 2 };
	struct octets free_text = octets_of("006f006e0000");
	struct graph_contact_payload c;
	struct graph_presence_payload p;
	uint8_t room[256];
	struct wr w = wr_of(room, sizeof(room));
	graph_put_contact(&w, 1, 2, list);
	assert_octets(wr_span(&w), "00000000000000010000000000000002" ADDRESSES);
	assert_int_equal(graph_contact_decode(wr_span(&w), &c), OK);
	assert_int_equal(c.signature, 1);
	assert_int_equal(c.node, 2);
	assert_addresses(&c.addresses, at);
	w = wr_of(room, sizeof(room));
	graph_put_presence(&w, 3, octets_span(&free_text), list);
	assert_octets(wr_span(&w), "0000000000000003"
				   "00000003006f006e0000" ADDRESSES);
	assert_int_equal(graph_presence_decode(wr_span(&w), &p), OK);
	assert_int_equal(p.node, 3);
	assert_octets(p.attributes, "006f006e0000");
	assert_addresses(&p.addresses, at);
	w = wr_of(room, sizeof(room));
	graph_put_presence(&w, 3, span_of(NULL, 0), (struct graph_addresses){ NULL, 0 });
	assert_octets(wr_span(&w), "00000000000000030000000000000000");
	assert_int_equal(graph_presence_decode(wr_span(&w), &p), OK);
	assert_int_equal(p.attributes.n + p.addresses.n, 0);
}

static void every_cut_of_them_is_refused(void **state)
{
	struct octets contact = octets_of("00000000000000010000000000000002" ADDRESSES);
	struct octets presence = octets_of("000000000000000300000003006f006e0000" ADDRESSES);
	for (size_t n = 0; n < presence.n; n++) {
		struct graph_contact_payload c;
		struct graph_presence_payload p;
		uint8_t *exact = octets_exact(span_of(presence.at, n));
		assert_int_equal(graph_presence_decode(span_of(exact, n), &p), ERR_MALFORMED);
		free(exact);
		if (n >= contact.n)
			continue;
		exact = octets_exact(span_of(contact.at, n));
		assert_int_equal(graph_contact_decode(span_of(exact, n), &c), ERR_MALFORMED);
		free(exact);
	}
}

static void counts_that_lie_are_refused(void **state)
{
	static const uint32_t counts[] = { 3, 0x08000000, 0x08000001, UINT32_MAX };
	for (size_t i = 0; i < COUNT(counts); i++) {
		struct octets o = octets_of("00000000000000010000000000000002" ADDRESSES);
		struct octets q = octets_of("0000000000000003000000000000000000000000");
		struct graph_contact_payload c;
		struct graph_presence_payload p;
		struct wr w = wr_of(o.at + 16, 4);
		wr_u32(&w, counts[i]);
		assert_int_equal(graph_contact_decode(octets_span(&o), &c), ERR_MALFORMED);
		w = wr_of(q.at + 8, 4);
		wr_u32(&w, counts[i]);
		assert_int_equal(graph_presence_decode(octets_span(&q), &p), ERR_MALFORMED);
	}
}

/* GRAPH-2.9 */
static void addresses_of_other_forms_are_unused(void **state)
{
	struct octets o = octets_of("00000000000000010000000000000002" ADDRESSES);
	struct graph_contact_payload c;
	o.at[16 + 4 + 3] = 0x1c; /* Size */
	o.at[16 + 4 + 32 + 5] = 0x02;
	assert_int_equal(graph_contact_decode(octets_span(&o), &c), OK);
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(graph_peer_address_at(&c.addresses, i).family, ADDR_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(graph_info_is_that_of_the_digest),
		cmocka_unit_test(every_cut_of_graph_info_is_refused),
		cmocka_unit_test(graph_info_may_have_more),
		cmocka_unit_test(numbers_of_graph_info_have_ranges),
		cmocka_unit_test(texts_of_graph_info_are_bounded),
		cmocka_unit_test(texts_must_end),
		cmocka_unit_test(a_signature_is_a_node_id),
		cmocka_unit_test(contacts_and_presences_go_both_ways),
		cmocka_unit_test(every_cut_of_them_is_refused),
		cmocka_unit_test(counts_that_lie_are_refused),
		cmocka_unit_test(addresses_of_other_forms_are_unused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
