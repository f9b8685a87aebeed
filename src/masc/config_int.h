/* config_int.h - what the files about configurations share: lists in one text,
 * and the checks of what is claimed. */
#ifndef MASC_CONFIG_INT_H
#define MASC_CONFIG_INT_H

#include "masc/config.h"

/* Takes the part before the next comma off *rest, without the spaces around it. */
struct span config_next_item(struct span *rest);
/* The next name of a `crosses`, empty ones left out; false: no more. */
bool config_next_crossed(struct span *rest, struct span *name);

/* "masc: peer north: quota_soft ..."; kind NULL: the node's own keys. */
MUST_USE enum err config_refuse(struct text *why, const char *kind, const char *name,
				const char *sentence);

/* config_check_claims.c: scopes, times and quotas of claims. ERR_CONFIG. */
MUST_USE enum err config_check_claims(const struct masc_config *c, struct text *why);
/* What one peer says of them. */
MUST_USE enum err config_check_peer_claims(const struct masc_config *c,
					   const struct masc_peer_config *p, struct text *why);

#endif
