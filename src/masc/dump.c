/* What is sent in slices, so that no more waits on a link than its owner takes:
 * the next goes out when the last has left (ENGINE-26). */
#include "masc/masc_int.h"

void dump_drained(struct session *s, struct mono now)
{
	s->link->draining = false;
}
