/* clouds.h - all clouds of one machine (pure): which there are by its interfaces,
 * sockets for them, first peers (digest 3), and names published and resolved over all
 * of them. One struct pnrp a cloud lies inside; node/ wires this to the world.
 * doc/pnrp.md, sections 9 and up. */
#ifndef PNRP_CLOUDS_H
#define PNRP_CLOUDS_H

#include "base/store.h"
#include "pnrp/config.h"
#include "pnrp/pnrp.h"

struct pnrp_clouds;

#define PNRP_CLOUD_NAME_MAX 63
#define PNRP_IF_NAME_MAX    15

/* An address of an interface of this machine. */
struct pnrp_if_addr {
	uint32_t index;
	char name[PNRP_IF_NAME_MAX + 1];
	struct addr addr; /* port 0; scope = index where link-local */
	uint8_t plen;
	bool loopback, multicast; /* of the interface */
	bool temporary, deprecated;
};

/* Durable tables (D17): published names, this machine's key for secure names, nodes
 * that answered lately. */
extern const struct store_table pnrp_table_names, pnrp_table_keys, pnrp_table_seen;

/* Copies cfg; borrows the rest for life. Reads its tables: names that were published
 * are published again. ERR_NOMEM, ERR_CONFIG, or what the store gives. */
MUST_USE enum err pnrp_clouds_new(struct pnrp_clouds **out, const struct pnrp_config *cfg,
				  struct crypto *crypto, const struct env *env, struct store *store,
				  struct mono now, struct wall wall);
void pnrp_clouds_free(struct pnrp_clouds *c);
MUST_USE enum err pnrp_clouds_reconfigure(struct pnrp_clouds *c, const struct pnrp_config *cfg,
					  struct mono now);

/* All addresses of this machine, whenever they changed; copied. ERR_NOMEM. */
MUST_USE enum err pnrp_clouds_interfaces(struct pnrp_clouds *c, const struct pnrp_if_addr *a,
					 size_t n, struct mono now);
/* A socket that was asked for is there, with its port; or is not. */
void pnrp_clouds_bound(struct pnrp_clouds *c, uint32_t socket, const struct addr *local,
		       struct mono now);
void pnrp_clouds_bind_failed(struct pnrp_clouds *c, uint32_t socket, enum err why, struct mono now);
/* to: our address, with the interface it came in on in to->scope (also where the address
 * itself has no scope). ERR_NOMEM. */
MUST_USE enum err pnrp_clouds_datagram(struct pnrp_clouds *c, uint32_t socket,
				       const struct addr *from, const struct addr *to,
				       struct span bytes, struct mono now);
/* The addresses of a name asked for with PNRP_CLOUDS_HOST; n 0: err says why. */
void pnrp_clouds_host(struct pnrp_clouds *c, uint64_t number, const struct addr *a, size_t n,
		      enum err err, struct mono now);
void pnrp_clouds_wall(struct pnrp_clouds *c, struct wall wall, struct mono now);
void pnrp_clouds_tick(struct pnrp_clouds *c, struct mono now);
struct mono pnrp_clouds_deadline(const struct pnrp_clouds *c);
void pnrp_clouds_store_failed(struct pnrp_clouds *c, uint64_t first, enum err why, struct mono now);
/* Says goodbye in every cloud; done when pnrp_clouds_busy() is false. */
void pnrp_clouds_stop(struct pnrp_clouds *c, struct mono now);
bool pnrp_clouds_busy(const struct pnrp_clouds *c);

enum pnrp_command_kind {
	PNRP_PUBLISH, /* again with the same name: update */
	PNRP_UNPUBLISH,
	PNRP_RESOLVE,
	PNRP_CANCEL, /* the command `other` */
	PNRP_PING,
	PNRP_REPAIR,
	PNRP_FLUSH
};

/* Spans are borrowed for the call. cloud "": all that there are. */
struct pnrp_command {
	enum pnrp_command_kind kind;
	char cloud[PNRP_CLOUD_NAME_MAX + 1];
	struct pnrp_name name;
	/* PUBLISH */
	bool own_key; /* secure: name.authority is filled in by the key of this machine */
	/* Else than by a key of this machine: signed with this one, copied, and with the chain
	 * that gives the name to it (delegated), PKCS #7, copied; n 0: none. Such a name is
	 * one of its own beside others of the same name, and never kept over a restart.
	 * UNPUBLISH: the one of that key. */
	const struct crypto_key *key;
	struct span chain;
	struct span public; /* UNPUBLISH, where the key itself is not at hand */
	uint8_t app_most;   /* of automatic addresses, drawn once and kept; 0: ten */
	bool temporary;	    /* not kept over a restart */
	bool automatic; /* addresses are this machine's own, kept current; app[] has ports alone */
	uint8_t n_apps;
	struct pnrp_app app[PNRP_ENDPOINTS_MAX];
	uint16_t comment_n;
	char comment[3 * PNRP_COMMENT_UNITS];
	enum pnrp_payload_type payload_type;
	struct span payload;
	/* RESOLVE */
	enum pnrp_criteria criteria;
	bool not_local, want_payload, trace;
	uint32_t most;
	int64_t timeout; /* us; 0: 30 s */
	uint64_t other;	 /* CANCEL: the number of a command */
	struct addr at;	 /* PING */
};
/* Ends in one PNRP_CLOUDS_REPLY with `number`. ERR_NOMEM. */
MUST_USE enum err pnrp_clouds_command(struct pnrp_clouds *c, const struct pnrp_command *m,
				      uint64_t number, struct mono now);

/* Ends every name with a key that was lent. */
void pnrp_clouds_unlend(struct pnrp_clouds *c, struct mono now);

/* An event of one cloud, or of a published name. */
#define PNRP_CLOUDS_EVENTS(X)                                                                      \
	X(CLOUD, "cloud")	  /* an event of the cloud itself: `of` */                         \
	X(PUBLISHED, "published") /* a name is published, or changed */                            \
	X(UNPUBLISHED, "unpublished")                                                              \
	X(PORT, "port") /* another port was taken, since ours is in use */                         \
	X(STORE_FAILED, "store-failed")                                                            \
	X(SEED, "seed") /* a seed's name has no address: err */

enum pnrp_clouds_event_kind {
#define X(name, text) PNRP_CLOUDS_EVENT_##name,
	PNRP_CLOUDS_EVENTS(X)
#undef X
	PNRP_CLOUDS_EVENT_COUNT
};

struct pnrp_clouds_event {
	enum pnrp_clouds_event_kind kind;
	char cloud[PNRP_CLOUD_NAME_MAX + 1];
	struct pnrp_event of;		   /* CLOUD */
	struct pnrp_name name;		   /* PUBLISHED, UNPUBLISHED */
	uint16_t port;			   /* PORT */
	char seed[PNRP_SEED_NAME_MAX + 1]; /* SEED */
	enum err err;
};

enum pnrp_clouds_out_kind {
	PNRP_CLOUDS_BIND, /* a UDP socket `socket` at `local`; shared: SSDP's, with others;
			       * else, with `any_port`, another port when that one is taken */
	PNRP_CLOUDS_UNBIND,
	PNRP_CLOUDS_JOIN, /* group `local` on interface local.scope */
	PNRP_CLOUDS_LEAVE,
	PNRP_CLOUDS_DATAGRAM, /* `bytes` from `local` (family 0: any) to `remote`; a
			       * multicast goes out on interface remote.scope, with `hops` */
	PNRP_CLOUDS_HOST,     /* look `host` up in the DNS */
	PNRP_CLOUDS_EVENT,
	PNRP_CLOUDS_RESULT, /* of command `number` */
	PNRP_CLOUDS_HOP,    /* of command `number` */
	PNRP_CLOUDS_REPLY   /* to command `number` */
};

/* Lives until the next call. `after`: as in node.h. */
struct pnrp_clouds_out {
	enum pnrp_clouds_out_kind kind;
	uint32_t socket;
	struct addr local, remote;
	bool shared, any_port;
	uint8_t hops;
	struct span bytes;
	const char *host;
	uint64_t number;
	const char *cloud; /* RESULT, HOP: where */
	const struct pnrp_result *result;
	const struct pnrp_hop *hop;
	const struct pnrp_clouds_event *event;
	enum err err;
	int64_t elapsed; /* REPLY to PING, RESOLVE */
	uint64_t after;
};
bool pnrp_clouds_poll(struct pnrp_clouds *c, struct pnrp_clouds_out *out);

/* A look inside: *at starts at 0. */
struct pnrp_cloud_info {
	char name[PNRP_CLOUD_NAME_MAX + 1];
	enum pnrp_scope scope;
	bool ipv4, multicast, resolve_only;
	char interface[PNRP_IF_NAME_MAX + 1];
	uint32_t zone;	     /* of a link cloud: the interface's index, which is what its
			      * link-local addresses mean; else 0 */
	enum err bind_error; /* DEAD */
	/* Why it is as it is, a word for people: "no node answered yet", ... Never NULL. */
	const char *why;
	uint32_t nodes;	     /* known */
	struct pnrp_info of; /* its size counts these and us, whatever is estimated */
};
bool pnrp_clouds_info(const struct pnrp_clouds *c, size_t *at, struct pnrp_cloud_info *out);
const struct pnrp *pnrp_clouds_core(const struct pnrp_clouds *c, const char *cloud);
struct pnrp_published_info {
	struct pnrp_name name;
	char cloud[PNRP_CLOUD_NAME_MAX + 1]; /* "" all */
	bool temporary, automatic;
	bool lent; /* signed with another key than this machine's */
	uint8_t n_apps;
	struct pnrp_app app[PNRP_ENDPOINTS_MAX];
	uint16_t comment_n;
	char comment[3 * PNRP_COMMENT_UNITS];
	enum pnrp_payload_type payload_type;
	size_t payload_n;
	uint32_t clouds;    /* it is registered in */
	uint32_t announced; /* of these, no neighbour lacks it */
};
bool pnrp_clouds_published(const struct pnrp_clouds *c, size_t *at,
			   struct pnrp_published_info *out);
/* The authority of this machine's key: 20 octets; ERR_NOT_FOUND: it has made none yet. */
MUST_USE enum err pnrp_clouds_authority(const struct pnrp_clouds *c, uint8_t out[20]);

#endif
