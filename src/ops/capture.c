/* Traffic of a part, for programs that take packets apart. */
#include "ops/stream_int.h"

enum err ops_run_capture(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	ops_answer_error(call, ERR_UNSUPPORTED, "captured traffic is not there yet", "");
	return OK;
}
