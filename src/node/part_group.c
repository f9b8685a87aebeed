#include "node/node_int.h"

/* The part group: its life, and the way of commands and events to and from it. */

const struct groups *node_groups(const struct node *n)
{
	return NULL;
}
