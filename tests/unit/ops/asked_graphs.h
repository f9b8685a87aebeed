/* asked_graphs.h - asked.h for tests of graphs: the engine they ask plays some. */
#ifndef UNIT_OPS_ASKED_GRAPHS_H
#define UNIT_OPS_ASKED_GRAPHS_H

#include "asked.h"
#include "played_graph.h"

static inline int with_graphs(void **state)
{
	int r = setup(state);
	played_graph_init();
	return r;
}

/* What is still asked is answered to nobody. */
static inline int without_graphs(void **state)
{
	int r = teardown(state);
	while (played_graph.n_held)
		played_graph_answer(&(struct engine_result){ .err = ERR_STOPPING });
	played_graph_fini();
	return r;
}

#define GRAPHS_TEST(f) cmocka_unit_test_setup_teardown(f, with_graphs, without_graphs)

#endif
