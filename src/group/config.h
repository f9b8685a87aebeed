/* config.h - the configuration of the part group: plain values and the table of their keys.
 * Port, addresses and limits of links are the part graph's, whose port it shares. */
#ifndef GROUP_CONFIG_H
#define GROUP_CONFIG_H

#include "base/setting.h"
#include "group/group.h"

struct group_part_config {
	bool enabled;
	bool classic; /* groups of the published cryptography may be made and joined */
	uint32_t groups_max, identities_max;
	int64_t renew_warning; /* us before the end of a membership */
	struct group_limits limits;
};

void group_config_init(struct group_part_config *c);
/* ERR_NOT_FOUND, ERR_MALFORMED, ERR_RANGE; `why` says what is accepted. */
MUST_USE enum err group_config_set(struct group_part_config *c, struct span key, struct span value,
				   struct text *why);
MUST_USE enum err group_config_check(const struct group_part_config *c, struct text *why);
extern const struct setting group_settings[];

#endif
