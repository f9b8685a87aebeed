/* config.h - the configuration of PNRP: plain values and the table of their keys. */
#ifndef PNRP_CONFIG_H
#define PNRP_CONFIG_H

#include "base/setting.h"
#include "pnrp/pnrp.h"

#define PNRP_SEEDS_MAX	    16
#define PNRP_SEEDS_TEXT_MAX 500
#define PNRP_SEED_NAME_MAX  253

/* A node to begin with: "192.0.2.1", "[2001:db8::1]:3541", "seed.example.net",
 * "seed.example.net:3541". */
struct pnrp_seed {
	char name[PNRP_SEED_NAME_MAX + 1]; /* of the DNS; "": addr says it */
	struct addr addr;		   /* its port always: PNRP_PORT when none is given */
};

/* One scope's clouds, of both families. */
struct pnrp_cloud_config {
	bool enabled, multicast, resolve_only;
	char seeds[PNRP_SEEDS_TEXT_MAX + 1]; /* checked: for pnrp_seed_next() */
};

enum pnrp_loopback {
	PNRP_LOOPBACK_AUTO, /* when no other interface has an address */
	PNRP_LOOPBACK_YES,
	PNRP_LOOPBACK_NO
};

struct pnrp_config {
	bool enabled; /* pnrp_config_init leaves it false: a group that is written sets it */
	uint32_t port;
	bool ipv4, ipv6;
	uint32_t loopback; /* enum pnrp_loopback */
	uint32_t profile;  /* enum crypto_profile_id */
	uint32_t names_max;
	bool lab; /* short times, for tests and demos */
	struct pnrp_cloud_config cloud[PNRP_SCOPE_COUNT];
};

void pnrp_config_init(struct pnrp_config *c);
/* Groups "" (the part), "link", "site", "global". ERR_NOT_FOUND, ERR_MALFORMED, ERR_RANGE,
 * ERR_FULL; `why` says what is accepted. */
MUST_USE enum err pnrp_config_set(struct pnrp_config *c, struct span group, struct span key,
				  struct span value, struct text *why);
MUST_USE enum err pnrp_config_check(const struct pnrp_config *c, struct text *why);
/* Takes the next seed off a list with commas. ERR_NOT_FOUND: the end; ERR_MALFORMED,
 * ERR_RANGE (a port that PNRP does not use): the list is no good from there on. */
MUST_USE enum err pnrp_seed_next(struct span *list, struct pnrp_seed *out);
/* The rows behind it, for manual and writing back. */
extern const struct setting pnrp_settings[], pnrp_cloud_settings[];
extern const struct setting_kind pnrp_setting_seeds; /* char[PNRP_SEEDS_TEXT_MAX + 1] */

#endif
