/* asked_groups.h - asked.h for tests of groups: the engine they ask plays some, and the graph
 * of the first. */
#ifndef UNIT_OPS_ASKED_GROUPS_H
#define UNIT_OPS_ASKED_GROUPS_H

#include "asked_graphs.h"
#include "played_people.h"

static struct played_people *const pp = &played_people;

static inline int with_groups(void **state)
{
	int r = with_graphs(state);
	played_people_init();
	played_graph.graphs[played_graph.n_graphs++] =
		(struct graphs_info){ .number = 3,
				      .open = true,
				      .id = pp->people.names[0],
				      .peer = pp->people.names[1],
				      .graph = played_graph.graphs[0].graph };
	return r;
}

static inline int without_groups(void **state)
{
	int r = without_graphs(state);
	if (pp->done)
		fail_msg("somebody still waits");
	played_people_fini();
	return r;
}

/* What the core will say. */
static inline void answer(enum err e, const char *text)
{
	pp->result = (struct engine_result){ .err = e, .text = text };
}

#define GROUPS_TEST(f) cmocka_unit_test_setup_teardown(f, with_groups, without_groups)

/* A request about group or identity `name`. */
static inline struct ops_request about(enum ops_kind kind, const char *name)
{
	struct ops_request r = { .kind = kind };
	ops_clear(ops_rows[kind].request ? ops_rows[kind].request : &ops_write_type, r.values);
	ops_set_text(r.graph, sizeof(r.graph), name);
	return r;
}

#endif
