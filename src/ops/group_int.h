/* group_int.h - inside of ops: what its files about identities and groups share. */
#ifndef OPS_GROUP_INT_H
#define OPS_GROUP_INT_H

#include "ops/ops_int.h"

#endif
