/* flood_int.h - for flood.c (what comes in) and flood_out.c (what goes on). */
#ifndef PNRP_FLOOD_INT_H
#define PNRP_FLOOD_INT_H

#include "pnrp/pnrp_int.h"

/* e goes on the list, once; the oldest of a full one makes room. PNRP-6.15 */
void pnrp_path_push(struct pnrp_path *path, const struct pnrp_endpoint *e);

#endif
