/* Graphs of this machine: listed, made, changed, left. */
#include "ops/ops_int.h"

enum err ops_run_graph_off(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	ops_answer_error(call, ERR_STATE, "the part graph is off: it is not configured",
			 "write a group `graph` into the configuration (man homestead.conf), "
			 "then: homestead daemon reload");
	return OK;
}
