/* condition.h - the numbers of a session that a scenario can compare. */
#ifndef SIM_CONDITION_H
#define SIM_CONDITION_H

#include "masc/masc.h"

struct sim_value {
	const char *name;
	int64_t (*of)(const struct masc_peer_info *i);
};

/* Ended by a NULL name. */
extern const struct sim_value sim_values[];

#endif
