/* Groups of this machine. */
#include "ops/group_int.h"

#define OFF_HINT                                                                                   \
	"write a group `group` into the configuration (man homestead.conf), then: homestead "      \
	"daemon reload"

enum err ops_run_group_off(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	ops_answer_error(call, ERR_STATE, "the part group is off: it is not configured", OFF_HINT);
	return OK;
}
