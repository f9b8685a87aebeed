#include "../failing_env.h"

#include "node/record.h"

/* Events of groups, written down and read again. */

static struct record_room room;

static struct node_event event_of_all(void)
{
	struct node_event e;
	memset(&e, 0, sizeof(e));
	e.part = NODE_PART_GROUP;
	e.level = NODE_NOTICE;
	e.group.id = "0.group";
	e.group.name = "Home";
	e.group.of = (struct group_event){ .kind = GROUP_EVENT_PASSWORD,
					   .change = GROUP_CHANGE_REMOVED,
					   .refusal = GROUP_REFUSAL_COUNT - 1,
					   .fault = GROUP_SESSION_FAULT_COUNT - 1,
					   .chain = GROUP_CHAIN_FAULT_COUNT - 1,
					   .roles = 5,
					   .ours = true,
					   .over = true,
					   .set = true,
					   .skew = -10,
					   .until = INT64_C(1) << 50,
					   .number = 0x01020304,
					   .text = "why not",
					   .who = "0.bob",
					   .label = "Bob",
					   .by = "0.ann",
					   .by_label = "Ann",
					   .reason = "moved out" };
	memset(&e.group.of.id, 8, sizeof(e.group.of.id));
	memset(&e.group.of.type, 9, sizeof(e.group.of.type));
	return e;
}

static size_t write_event(const struct node_event *e, uint8_t *p, size_t size)
{
	const struct node_out out = { .kind = NODE_OUT_EVENT, .event = e };
	struct wr w = wr_of(p, size);
	record_out_write(&w, &out);
	assert_false(w.failed);
	return w.n;
}

/* Strings are compared, and left out: what remains is all there is of an event, so a field that
 * is added and not written down is seen here. */
static void assert_same(const char **a, const char **b)
{
	if (!*a || !*b)
		assert_true(!*a && !*b);
	else
		assert_string_equal(*a, *b);
	*a = *b = NULL;
}

static void assert_event(struct group_event a, struct group_event b)
{
	assert_same(&a.text, &b.text);
	assert_same(&a.label, &b.label);
	assert_same(&a.by, &b.by);
	assert_same(&a.by_label, &b.by_label);
	assert_same(&a.reason, &b.reason);
	assert_memory_equal(&a, &b, sizeof(a));
}

static void an_event_comes_back_whole(void **state)
{
	struct node_event e = event_of_all();
	uint8_t p[2000];
	struct node_out got;
	size_t n = write_event(&e, p, sizeof(p));
	assert_int_equal(record_out_read(span_of(p, n), &got, &room), OK);
	assert_int_equal(got.event->part, NODE_PART_GROUP);
	assert_string_equal(got.event->group.id, "0.group");
	assert_string_equal(got.event->group.name, "Home");
	assert_event(e.group.of, got.event->group.of);
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(record_out_read(span_of(p, cut), &got, &room), ERR_MALFORMED);
}

/* Each field alone: none is read in another's place, and what is not known stays so. */
static void every_field_is_its_own(void **state)
{
	struct node_event all[] = { event_of_all(), event_of_all(), event_of_all(),
				    event_of_all(), event_of_all(), event_of_all() };
	all[0].group.of.set = false;
	all[1].group.of.over = false;
	all[2].group.of.ours = false;
	all[3].group.of.number = UINT32_MAX;
	all[4].group.of.label = all[4].group.of.by_label = NULL;
	all[5].group.of.text = all[5].group.of.by = all[5].group.of.reason = NULL;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		uint8_t p[2000];
		struct node_out got;
		size_t n = write_event(&all[i], p, sizeof(p));
		assert_int_equal(record_out_read(span_of(p, n), &got, &room), OK);
		assert_event(all[i].group.of, got.event->group.of);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_comes_back_whole),
		cmocka_unit_test(every_field_is_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
