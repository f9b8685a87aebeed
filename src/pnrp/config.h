/* config.h - the configuration of PNRP: plain values and the table of their keys. */
#ifndef PNRP_CONFIG_H
#define PNRP_CONFIG_H

#include "base/setting.h"
#include "pnrp/pnrp.h"

#define PNRP_SEEDS_MAX	   16
#define PNRP_SEED_TEXT_MAX 255

/* "192.0.2.1", "[2001:db8::1]:3541", "seed.example.net", "seed.example.net:3541". */
struct pnrp_seed {
	char text[PNRP_SEED_TEXT_MAX + 1];
	uint16_t port; /* PNRP_PORT when none is given */
	bool is_address;
	struct addr addr; /* then */
};

/* One scope's clouds, of both families. */
struct pnrp_cloud_config {
	bool enabled, multicast, resolve_only;
	size_t n_seeds;
	struct pnrp_seed seed[PNRP_SEEDS_MAX];
};

enum pnrp_loopback {
	PNRP_LOOPBACK_AUTO, /* when no other interface has an address */
	PNRP_LOOPBACK_YES,
	PNRP_LOOPBACK_NO
};

struct pnrp_config {
	bool enabled; /* false where the group is not written at all */
	uint16_t port;
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
/* The rows behind it, for manual and writing back. */
extern const struct setting pnrp_settings[], pnrp_cloud_settings[];

#endif
