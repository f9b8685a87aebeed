/* clouds_int.h - the inside of all clouds of a machine, for the files of this folder
 * that are above one cloud: clouds*.c, discover.c, published*.c, seen.c. */
#ifndef PNRP_CLOUDS_INT_H
#define PNRP_CLOUDS_INT_H

#include "base/list.h"
#include "pnrp/clouds.h"
#include "pnrp/ssdp.h"

#define PNRP_CLOUDS_MAX	  64 /* interfaces can be many */
#define PNRP_JOINS_MAX	  128
#define PNRP_CALLS_MAX	  256
#define PNRP_ANSWERS_MAX  16 /* SSDP answers that wait for their moment */
#define PNRP_ANSWERS_RATE 10 /* a second, in all */
#define PNRP_SSDP_TARGETS 5  /* answers taken of a search */
#define PNRP_SEEN_MAX	  10 /* digest 17 */
#define PNRP_FOUND_MAX	  64 /* results of one command */

/* Times above one cloud [ours], doc/pnrp.md section 9. */
#define PNRP_GONE_AFTER	  (15 * MONO_MIN) /* a cloud without addresses is forgotten */
#define PNRP_BIND_AGAIN	  MONO_MIN
#define PNRP_SEEN_EVERY	  (10 * MONO_MIN)
#define PNRP_HOST_AGAIN	  MONO_MIN
#define PNRP_QUERY_TIME	  (30 * MONO_SEC)
#define PNRP_SEARCH_AGAIN (MONO_SEC / 2) /* out of turn, at the soonest */
#define PNRP_QUERY_WAIT	  (4 * MONO_SEC) /* for a first node, where none is known */
#define PNRP_GOODBYE_MAX  (5 * MONO_SEC)

enum pnrp_socket_number {
	PNRP_SOCKET_NONE,
	PNRP_SOCKET_IPV6,
	PNRP_SOCKET_IPV4,
	PNRP_SOCKET_SSDP6,
	PNRP_SOCKET_SSDP4,
	PNRP_SOCKETS
};

struct pnrp_socket {
	bool asked, bound;
	enum err why;	   /* it could not be had */
	uint16_t port;	   /* bound */
	struct mono again; /* asked for anew */
};

/* A step of finding a first node (digest 3.3). */
enum pnrp_discover {
	PNRP_DISCOVER_SEEN, /* nodes that answered in an earlier run */
	PNRP_DISCOVER_SSDP,
	PNRP_DISCOVER_SEEDS,
	PNRP_DISCOVER_REST /* until the cloud says again that it is alone */
};

struct pnrp_discovery {
	enum pnrp_discover step;
	struct mono next;   /* step, NEVER: at rest */
	struct mono repeat; /* the search goes out once more */
	struct mono began;  /* the newest rotation, or search out of turn */
	uint32_t targets;   /* answers taken of this search */
	uint32_t seed_at;   /* the one to begin with next */
	uint32_t n_seeds, n_seen;
	struct pnrp_endpoint seed[PNRP_SEEDS_MAX], seen[PNRP_SEEN_MAX];
	struct mono asked; /* the DNS, last */
	bool ever_asked;
	bool told; /* that a seed has no address */
};

struct pnrp_local {
	struct addr addr; /* port 0 */
	uint32_t index;	  /* interface */
};

struct pnrp_cloud {
	struct list in; /* pnrp_clouds.clouds */
	char name[PNRP_CLOUD_NAME_MAX + 1];
	enum pnrp_scope scope;
	bool ipv4, loopback;
	uint32_t zone;
	char interface[PNRP_IF_NAME_MAX + 1];
	struct pnrp *core;
	size_t n_local, n_told;
	struct pnrp_local local[PNRP_OWN_ADDRESSES];
	struct pnrp_endpoint told[PNRP_OWN_ADDRESSES]; /* to the core */
	struct mono gone;    /* to be forgotten; NEVER: it has addresses */
	struct mono closing; /* says goodbye, freed then at the latest; NEVER */
	uint64_t after;	     /* the newest put that what it sends may depend on */
	struct mono written; /* the table of nodes seen, next */
	struct pnrp_discovery d;
};

struct pnrp_if_list {
	struct pnrp_if_addr *at;
	size_t n;
};

/* Of an interface that SSDP listens on. */
struct pnrp_join {
	uint32_t socket;
	struct addr group;
	bool wanted;
};

struct pnrp_clouds_item {
	struct list in;
	struct pnrp_clouds_out out;
	struct pnrp_clouds_event event;
	char text[PNRP_SEED_NAME_MAX + 1];
	uint8_t bytes[];
};

/* An SSDP answer on its way. */
struct pnrp_answer_due {
	struct mono at;
	uint32_t socket;
	struct addr from, to; /* from: also what AL says */
	char target[PNRP_SSDP_TARGET_MAX + 1];
};

/* A name in the DNS that was asked for. */
struct pnrp_lookup_due {
	struct list in;
	uint64_t number;
	char cloud[PNRP_CLOUD_NAME_MAX + 1];
	struct pnrp_seed seed;
};

/* Part of a command in one cloud. */
struct pnrp_call_part {
	struct list in;
	struct pnrp_cloud *cloud;
	bool waiting; /* for a first node */
};

/* A command that the network answers. */
struct pnrp_call {
	struct list in;
	uint64_t number; /* of the command */
	uint64_t id;	 /* in the cores */
	enum pnrp_command_kind kind;
	struct pnrp_query query;
	struct list parts;
	struct mono wait_until, began;
	uint32_t n_found;
	bool enough;  /* found: it ends before the next output */
	enum err err; /* the best bad news so far */
	uint8_t (*found)[CRYPTO_HASH_MAX];
};

/* Where a published name is registered. */
struct pnrp_reg {
	struct list in;
	struct pnrp_cloud *cloud;
	uint32_t handle;
	bool stale; /* its content changed */
	uint8_t n_apps;
	struct pnrp_app app[PNRP_ENDPOINTS_MAX];
};

struct pnrp_published {
	struct list in;
	struct pnrp_name name;
	char cloud[PNRP_CLOUD_NAME_MAX + 1];
	bool temporary, automatic;
	uint8_t n_apps;
	struct pnrp_app app[PNRP_ENDPOINTS_MAX];
	uint16_t comment_n;
	char comment[3 * PNRP_COMMENT_UNITS];
	enum pnrp_payload_type payload_type;
	struct span payload;	/* ours */
	struct span chain;	/* ours; of a delegated name */
	struct crypto_key *key; /* ours: what it is signed with; NULL: a key of this machine */
	uint8_t app_most;
	uint32_t draw; /* by which addresses are chosen */
	uint64_t put;  /* the newest of it, its row's end included; 0: none */
	struct list regs;
};

struct pnrp_clouds {
	const struct env *env;
	struct crypto *crypto;
	struct store *store;
	struct pnrp_config cfg;
	const struct pnrp_profile *profile;
	struct wall wall;
	struct mono wall_at;
	struct mono now; /* of the last input: cores are drained between inputs */
	bool stopping;
	bool starved; /* something was left undone for want of memory: arranged anew */
	struct mono starved_again;
	uint64_t reply_after; /* of the command at work */
	struct pnrp_if_list interfaces;
	struct list clouds;
	uint32_t n_clouds;
	struct pnrp_socket socket[PNRP_SOCKETS];
	struct pnrp_join join[PNRP_JOINS_MAX];
	size_t n_joins;
	struct pnrp_answer_due answer[PNRP_ANSWERS_MAX];
	size_t n_answers;
	struct mono answers_from; /* the second that is counted */
	uint32_t answers_given;
	struct list lookups;
	uint32_t n_lookups;
	struct list calls;
	uint32_t n_calls;
	uint64_t next_id;
	struct list published;
	uint32_t n_published;
	struct crypto_key *own_key, *other_key; /* secure names; unsecured ones, of this run */
	bool own_stored;			/* own_key is, or is on its way */
	uint64_t own_put;			/* by that put; 0: by an earlier run */
	struct list outs;
	struct pnrp_clouds_item *last;
	struct pnrp_clouds_event event; /* of a core, for the last poll */
};

/* clouds_out.c */
struct pnrp_clouds_item *pnrp_clouds_say(struct pnrp_clouds *c, enum pnrp_clouds_out_kind kind,
					 size_t n);
/* Events are lost without memory; never NULL. */
struct pnrp_clouds_event *pnrp_clouds_tell(struct pnrp_clouds *c, enum pnrp_clouds_event_kind kind,
					   uint64_t after);
MUST_USE enum err pnrp_clouds_reply(struct pnrp_clouds *c, uint64_t number, enum err e,
				    int64_t elapsed, uint64_t after);
void pnrp_clouds_outs_free(struct pnrp_clouds *c);

/* clouds_which.c: which clouds there are */
/* The scope that an address decides, doc/pnrp.md; false: of no cloud. */
bool pnrp_cloud_scope(const struct addr *a, enum pnrp_scope *scope);
struct pnrp_cloud *pnrp_cloud_of(const struct pnrp_clouds *c, const struct addr *a, uint32_t index);
/* The one a datagram to that address goes through: an address of the loopback names its
 * cloud by itself. */
struct pnrp_cloud *pnrp_cloud_towards(const struct pnrp_clouds *c, const struct addr *a);
struct pnrp_cloud *pnrp_cloud_named(const struct pnrp_clouds *c, const char *name);
bool pnrp_cloud_live(const struct pnrp_cloud *cloud);
const struct pnrp_socket *pnrp_cloud_socket(const struct pnrp_clouds *c,
					    const struct pnrp_cloud *cloud);
const struct pnrp_cloud_config *pnrp_cloud_cfg(const struct pnrp_clouds *c,
					       const struct pnrp_cloud *cloud);
/* Makes clouds be what interfaces and configuration say. ERR_NOMEM. */
MUST_USE enum err pnrp_clouds_arrange(struct pnrp_clouds *c, struct mono now);
/* Gives the core its addresses, as far as there is a port. ERR_NOMEM. */
MUST_USE enum err pnrp_cloud_locate(struct pnrp_clouds *c, struct pnrp_cloud *cloud,
				    struct mono now);
void pnrp_cloud_free(struct pnrp_clouds *c, struct pnrp_cloud *cloud);
void pnrp_cloud_close(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now);
void pnrp_clouds_age(struct pnrp_clouds *c, struct mono now);

/* clouds_socket.c */
/* The SSDP groups of a cloud, without interface; at most two. */
size_t pnrp_ssdp_groups(const struct pnrp_cloud *cloud, struct addr *out);
/* Unbinds it; what wants it asks again. ERR_NOMEM. */
MUST_USE enum err pnrp_socket_give_up(struct pnrp_clouds *c, uint32_t socket);
MUST_USE enum err pnrp_sockets_arrange(struct pnrp_clouds *c, struct mono now);
void pnrp_sockets_tick(struct pnrp_clouds *c, struct mono now);
struct mono pnrp_sockets_deadline(const struct pnrp_clouds *c);

/* discover.c, answers.c */
void pnrp_discover_begin(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now);
void pnrp_discover_tick(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now);
struct mono pnrp_discover_deadline(const struct pnrp_cloud *cloud);
/* Seeds as the configuration has them now. */
void pnrp_discover_seeds(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now);
/* Words of SSDP, on our own socket or on its port. */
void pnrp_discover_heard(struct pnrp_clouds *c, uint32_t socket, const struct addr *from,
			 const struct addr *to, struct span bytes, struct mono now);
void pnrp_answers_tick(struct pnrp_clouds *c, struct mono now);
struct mono pnrp_answers_deadline(const struct pnrp_clouds *c);
void pnrp_lookups_free(struct pnrp_clouds *c);

/* calls.c */
MUST_USE enum err pnrp_call_resolve(struct pnrp_clouds *c, const struct pnrp_command *m,
				    uint64_t number, struct mono now);
MUST_USE enum err pnrp_call_ping(struct pnrp_clouds *c, const struct pnrp_command *m,
				 uint64_t number, struct mono now);
MUST_USE enum err pnrp_call_cancel(struct pnrp_clouds *c, uint64_t number, uint64_t other);
/* NULL: nobody waits for it any more. */
struct pnrp_call *pnrp_call_of(const struct pnrp_clouds *c, uint64_t id);
/* A core's result; false: the caller has it already, or has enough. */
bool pnrp_call_found(struct pnrp_clouds *c, struct pnrp_call *call, const struct pnrp_result *r);
/* A core is done with it. */
void pnrp_call_ended(struct pnrp_clouds *c, struct pnrp_cloud *cloud, const struct pnrp_out *o,
		     struct mono now);
/* Ends those that have found enough. */
void pnrp_calls_finish(struct pnrp_clouds *c, struct mono now);
void pnrp_calls_tick(struct pnrp_clouds *c, struct mono now);
struct mono pnrp_calls_deadline(const struct pnrp_clouds *c);
/* The cloud goes. */
void pnrp_calls_leave(struct pnrp_clouds *c, const struct pnrp_cloud *cloud, struct mono now);
void pnrp_calls_free(struct pnrp_clouds *c);

/* published.c */
MUST_USE enum err pnrp_publish(struct pnrp_clouds *c, const struct pnrp_command *m, uint64_t number,
			       struct mono now);
MUST_USE enum err pnrp_unpublish(struct pnrp_clouds *c, const struct pnrp_command *m,
				 uint64_t number, struct mono now);
/* Registers every name where it belongs, with the addresses of the day. ERR_NOMEM. */
MUST_USE enum err pnrp_published_arrange(struct pnrp_clouds *c, struct mono now);
/* The cloud goes, and its handles with it. */
void pnrp_published_leave(struct pnrp_clouds *c, const struct pnrp_cloud *cloud);
const struct pnrp_published *pnrp_published_of(const struct pnrp_clouds *c,
					       const struct pnrp_cloud *cloud, uint32_t handle);
bool pnrp_published_here(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
			 const struct pnrp_name *name);
/* Takes back what hung on a put from `first` on, or, `keyless`, on this machine's key.
 * False: nothing did. */
bool pnrp_published_failed(struct pnrp_clouds *c, uint64_t first, bool keyless, struct mono now);
MUST_USE enum err pnrp_published_load(struct pnrp_clouds *c);
void pnrp_published_free(struct pnrp_clouds *c);

/* apps.c: the addresses of this machine, each with each port; gives how many */
uint8_t pnrp_own_apps(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
		      const struct pnrp_app *ports, uint8_t n_ports, struct pnrp_app *out);

/* PNRP-10.8: at most `most` of them, by `draw`; gives how many. */
uint8_t pnrp_own_apps_drawn(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
			    const struct pnrp_published *p, struct pnrp_app *out);

/* published_row.c: a name as a row of the store */
#define PNRP_ROW_MAX (PNRP_PAYLOAD_MAX + 1024)
void pnrp_row_key(struct text *t, const struct pnrp_name *name);
MUST_USE enum err pnrp_row_write(const struct pnrp_published *p, uint8_t *out, size_t size,
				 size_t *n);
/* The payload points into the row. ERR_CORRUPT. */
MUST_USE enum err pnrp_row_read(const struct store_row *row, struct pnrp_published *out);

/* keys.c */
/* The key that a name is signed with; made when there is none. ERR_NOMEM, ... */
MUST_USE enum err pnrp_key_for(struct pnrp_clouds *c, bool secure, struct crypto_key **out);
/* Another's key, for as long as a name is signed with it. ERR_NOMEM. */
MUST_USE enum err pnrp_key_copy(struct pnrp_clouds *c, const struct crypto_key *key,
				struct crypto_key **out);
/* True: the key of this machine is not stored after all. */
bool pnrp_keys_failed(struct pnrp_clouds *c, uint64_t first);
MUST_USE enum err pnrp_keys_load(struct pnrp_clouds *c);
void pnrp_keys_free(struct pnrp_clouds *c);

/* seen.c */
MUST_USE enum err pnrp_seen_load(struct pnrp_clouds *c, struct pnrp_cloud *cloud);
/* Writes what changed; never fails for its caller: nothing depends on it. */
void pnrp_seen_write(struct pnrp_clouds *c, struct pnrp_cloud *cloud);
MUST_USE enum err pnrp_seen_prune(struct pnrp_clouds *c);

const struct pnrp_times *pnrp_clouds_times(const struct pnrp_clouds *c);
int64_t pnrp_clouds_pause(const struct pnrp_clouds *c); /* one retransmission */

#endif
