/* What records and clocks of peers must not be able to do (hostile_test.c has the links). */
#include "lone_rig.h"

static struct lone l;
static uint8_t room[LONE_RECORD_MAX];

static void begin(void)
{
	lone_new(&l);
	lone_called(&l, 2, 22);
	lone_forget(&l);
}

static struct span contact(uint32_t number, int64_t expires)
{
	uint8_t payload[64];
	const struct addr a = { .family = ADDR_IPV4, .ip = { 10, 0, 1, 1 }, .port = 3587 };
	struct wr w = wr_of(payload, sizeof(payload));
	graph_put_contact(&w, 1, 1000 + number, (struct graph_addresses){ &a, 1 });
	return lone_make(&l,
			 &(struct lone_record){ .type = graph_type_contact,
						.number = number,
						.expires = expires,
						.octets = wr_span(&w) },
			 room);
}

static struct span presence(uint32_t number, size_t attributes, int64_t expires)
{
	static uint8_t payload[LONE_RECORD_MAX], text[LONE_RECORD_MAX];
	const struct addr a = { .family = ADDR_IPV4, .ip = { 10, 0, 1, 1 }, .port = 3587 };
	struct wr w = wr_of(payload, sizeof(payload));
	memset(text, 'a', attributes);
	memset(text + attributes, 0, 2);
	graph_put_presence(&w, 1000 + number, span_of(text, attributes ? attributes + 2 : 0),
			   (struct graph_addresses){ &a, 1 });
	return lone_make(&l,
			 &(struct lone_record){ .type = graph_type_presence,
						.number = number,
						.expires = expires,
						.octets = wr_span(&w) },
			 room);
}

/* GRAPH-8.41 */
static void lists_are_bounded_test(void **state)
{
	(void)state;
	begin();
	for (uint32_t i = 0; i < 300; i++)
		lone_flood(&l, 2, contact(i, 900));
	assert_int_equal(l.g->counts.fresh, 300);
	assert_int_equal(l.g->n_contacts, 256);
	for (uint32_t i = 0; i < 16500; i++) {
		lone_flood(&l, 2, presence(1000 + i, 0, 900));
		lone_forget(&l);
	}
	assert_int_equal(l.g->n_nodes, 16384);
	lone_pass(&l, 2 * MONO_HOUR);
	assert_in_range(l.g->n_nodes + l.g->n_contacts, 0, 2); /* our own */
	lone_end(&l);
}

static const struct graph_node *listed(uint64_t node)
{
	LIST_EACH(n, tmp, &l.g->nodes)
	if (LIST_ENTRY(n, struct graph_node, all)->node == node)
		return LIST_ENTRY(n, struct graph_node, all);
	return NULL;
}

static void long_attributes_are_not_listed_test(void **state)
{
	(void)state;
	begin();
	lone_flood(&l, 2, presence(1, 60000, 900));
	lone_flood(&l, 2, presence(2, 600, 900));
	assert_int_equal(l.g->counts.fresh, 2);
	assert_null(listed(1001)->attributes);
	assert_non_null(listed(1002)->attributes);
	lone_end(&l);
}

/* GRAPH-10.21 */
static void signs_of_life_end_test(void **state)
{
	uint8_t value[8] = { [7] = 1 };
	(void)state;
	begin();
	lone_flood(&l, 2, contact(1, 30 * 3600));
	lone_flood(&l, 2, presence(2, 0, 800 * 86400));
	lone_flood(&l, 2,
		   lone_make(&l,
			     &(struct lone_record){ .type = graph_type_signature,
						    .id = graph_id_signature,
						    .version = 50,
						    .expires = 30 * 3600,
						    .octets = { value, 8 } },
			     room));
	assert_int_equal(l.g->counts.invalid, 3);
	assert_int_equal(l.last[GRAPH_EVENT_INVALID].fault, GRAPH_FAULT_FAR);
	lone_flood(&l, 2, contact(1, 20 * 3600));
	lone_flood(&l, 2, presence(2, 0, 300 * 86400));
	assert_int_equal(l.g->counts.fresh, 2);
	lone_end(&l);
}

/* GRAPH-11.20 */
static void small_steps_lead_nowhere_test(void **state)
{
	(void)state;
	lone_init(&l);
	l.birth.create = false;
	lone_start(&l);
	uint32_t link = lone_calls(&l, 5, lone_time(&l));
	struct graph_link *k = lone_link(&l, link);
	uint64_t truth = lone_time(&l);
	for (int i = 0; i < 20; i++) {
		k->connect_at = lone_time(&l);
		graph_time_welcome(l.g, k, k->connect_at + 19 * 60 * GRAPH_TICKS_SEC, l.now);
	}
	assert_true(lone_time(&l) - truth == UINT64_C(57) * 60 * GRAPH_TICKS_SEC);
	lone_drain(&l);
	assert_int_equal(l.events[GRAPH_EVENT_TIME], 17);
	/* A day later it may go on. */
	l.now = mono_add(l.now, 25 * MONO_HOUR);
	k->connect_at = truth = lone_time(&l);
	graph_time_welcome(l.g, k, truth - 19 * 60 * GRAPH_TICKS_SEC, l.now);
	assert_true(truth - lone_time(&l) == UINT64_C(19) * 60 * GRAPH_TICKS_SEC);
	lone_end(&l);
}

static struct span info(uint32_t version, const char *creator, uint32_t record_max)
{
	static uint8_t payload[256];
	uint8_t id[64], who[64];
	size_t id_n, who_n;
	struct wr w = wr_of(payload, sizeof(payload));
	assert_int_equal(graph_utf16(span_str(LONE_GRAPH), 32, id, &id_n), OK);
	assert_int_equal(graph_utf16(span_str(creator), 32, who, &who_n), OK);
	const struct graph_info_payload p = { .scope = GRAPH_SCOPE_LINK,
					      .graph = { id, id_n },
					      .creator = { who, who_n },
					      .presence_max = 3,
					      .presence_life = 500,
					      .record_max = record_max };
	graph_put_info(&w, &p);
	return lone_make(&l,
			 &(struct lone_record){ .type = graph_type_info,
						.id = graph_id_info,
						.version = version,
						.creator = "0.eve",
						.expires = 86400,
						.octets = wr_span(&w) },
			 room);
}

/* GRAPH-10.20 */
static void another_creator_is_not_believed_test(void **state)
{
	(void)state;
	begin();
	struct graph_properties was = l.g->properties;
	lone_flood(&l, 2, info(5, "0.eve", 1024));
	assert_int_equal(l.g->counts.invalid, 1);
	assert_int_equal(l.last[GRAPH_EVENT_INVALID].fault, GRAPH_FAULT_CREATOR);
	assert_true(l.g->rules.record_max == GRAPH_RECORD_MAX);
	assert_int_equal(l.g->properties.presence_max, was.presence_max);
	assert_string_equal(l.g->properties.creator, was.creator);
	lone_flood(&l, 2, info(6, was.creator, was.record_max));
	assert_int_equal(l.g->counts.fresh, 1);
	assert_int_equal(l.g->properties.presence_max, 3);
	lone_end(&l);
}

/* Who waits for a change that is held back is answered when the graph is left. */
static void held_changes_are_answered_test(void **state)
{
	char text[600];
	(void)state;
	lone_init(&l);
	l.birth.limits.link_unsent = 1500;
	lone_start(&l);
	lone_called(&l, 2, 22);
	l.stuck[2] = true;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	const struct graph_command c = { .kind = GRAPH_RECORD_ADD,
					 .type = lone_type,
					 .has_payload = true,
					 .payload = span_str(text) };
	for (int i = 0; i < 10; i++)
		lone_command(&l, &c);
	assert_true(l.g->n_held > 3);
	graph_stop(l.g, l.now);
	lone_drain(&l);
	assert_int_equal(l.g->n_held, 0);
	assert_int_equal(l.replies, 10);
	assert_int_equal(l.reply.err, ERR_STOPPING);
	lone_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_bounded_test),
		cmocka_unit_test(long_attributes_are_not_listed_test),
		cmocka_unit_test(signs_of_life_end_test),
		cmocka_unit_test(small_steps_lead_nowhere_test),
		cmocka_unit_test(another_creator_is_not_believed_test),
		cmocka_unit_test(held_changes_are_answered_test),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
