/* config.h - the configuration of the part graph: plain values and the table of their
 * keys. Which graphs there are is no configuration: they are made by commands and kept in
 * the store. */
#ifndef GRAPH_CONFIG_H
#define GRAPH_CONFIG_H

#include "base/setting.h"
#include "graph/graph.h"

#define GRAPH_PORT	 3587
#define GRAPH_LISTEN_MAX 16

struct graph_part_config {
	struct addr listen[GRAPH_LISTEN_MAX]; /* port 0: `port`; none: any address, both families */
	size_t n_listen;
	bool enabled; /* graph_config_init leaves it false: a group that is written sets it */
	uint32_t port;
	bool any_port;	     /* another one when that is taken */
	uint32_t loopback;   /* enum graph_loopback */
	uint32_t links_max;  /* connections in all */
	uint32_t per_source; /* connections from one address that said not yet whom they want */
	uint64_t memory_max; /* octets that all links together may make us hold */
	int64_t silence; /* us without a sign of life after which a connection is over: the owner's to do */
	bool lab; /* short times, for tests and demos */
	struct graph_limits limits;
};

enum graph_loopback {
	GRAPH_LOOPBACK_AUTO, /* told to peers when no other interface has an address */
	GRAPH_LOOPBACK_YES,
	GRAPH_LOOPBACK_NO
};

void graph_config_init(struct graph_part_config *c);
/* ERR_NOT_FOUND, ERR_MALFORMED, ERR_RANGE, ERR_FULL; `why` says what is accepted. */
MUST_USE enum err graph_config_set(struct graph_part_config *c, struct span key, struct span value,
				   struct text *why);
MUST_USE enum err graph_config_check(const struct graph_part_config *c, struct text *why);
/* The rows behind it, for manual and writing back. graph_config_set() takes `listen` more
 * than once and adds up. */
extern const struct setting graph_settings[];

#endif
