#include "graph/types.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

/* GRAPH-1.1 */
static void reads_a_guid(void **state)
{
	static const char *const same[] = { "0ccbb0d2-be41-4bd6-914b-058ec5dcce64",
					    "{0CCBB0D2-BE41-4BD6-914B-058EC5DCCE64}" };
	char buffer[GRAPH_GUID_TEXT + 1];
	struct text t = TEXT_OF(buffer);
	struct graph_guid g;

	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(graph_guid_parse(span_str(same[i]), &g), OK);
		assert_true(graph_guid_eq(&g, &graph_data_ping));
	}
	graph_guid_text(&t, &g);
	assert_string_equal(buffer, same[0]);
}

static void refuses_what_is_none(void **state)
{
	static const char *const bad[] = { "",
					   "0ccbb0d2",
					   "0ccbb0d2-be41-4bd6-914b-058ec5dcce6",
					   "0ccbb0d2-be41-4bd6-914b-058ec5dcce6g",
					   "0ccbb0d2xbe41-4bd6-914b-058ec5dcce64",
					   "{0ccbb0d2-be41-4bd6-914b-058ec5dcce64" };
	struct graph_guid g = { { 7 } };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(graph_guid_parse(span_str(bad[i]), &g), ERR_MALFORMED);
	assert_int_equal(g.at[0], 7);
}

/* GRAPH-1.3: two of grouping, and all of that form. */
static void knows_reserved_types(void **state)
{
	struct graph_guid g = graph_type_presence;

	assert_true(graph_type_reserved(&g));
	g.at[0] = 0xff;
	assert_true(graph_type_reserved(&g));
	g.at[15] = 1;
	assert_false(graph_type_reserved(&g));
	assert_false(graph_type_reserved(&graph_id_info));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_guid),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(knows_reserved_types),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
