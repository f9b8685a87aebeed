/* config.h - what a MASC node is told: who it is, its timers, its peers. Plain
 * values; text is read through the setting tables below, by the daemon and by
 * the simulator alike. */
#ifndef MASC_CONFIG_H
#define MASC_CONFIG_H

#include "base/addr.h"
#include "base/env.h"
#include "base/mono.h"
#include "base/setting.h"

#include "masc/prefix.h"

#define MASC_PORT	 2587
#define MASC_NAME_MAX	 63
#define MASC_PEERS_MAX	 4096
#define MASC_LISTEN_MAX	 8
#define MASC_KEY_MAX	 80 /* TCP-MD5, RFC 2385 */
#define MASC_SCOPES_MAX	 64
#define MASC_CROSSES_MAX 127

/* Of a new peer; the check refuses it. */
#define MASC_ROLE_NOT_GIVEN UINT32_MAX

/* Our role in a session, RFC 2909 section 4.4, with its number on the wire. */
enum masc_role {
	MASC_INTERNAL_PEER = 0,
	MASC_CHILD = 1,
	MASC_SIBLING = 2,
	MASC_PARENT = 3
};
enum masc_profile {
	MASC_PROFILE_RFC,
	MASC_PROFILE_CAMPUS,
	MASC_PROFILE_LAB
};
/* Whether our domain is a top-level one. Auto: it is one unless a peer is our
 * parent or shares a parent with us. */
enum masc_top_level {
	MASC_TOP_AUTO,
	MASC_TOP_YES,
	MASC_TOP_NO
};

/* What a node must know of its clock before it makes a claim (A22). */
enum masc_clock_check {
	MASC_CLOCK_DEFAULT, /* the profile's: kernel, kernel, off */
	MASC_CLOCK_KERNEL,  /* the operating system calls it synchronised */
	MASC_CLOCK_PEERS,   /* within 5 s of the majority of sessions */
	MASC_CLOCK_OFF
};
/* How clashes are resolved; RFC 2909 section 12.4 wants one of the two. */
enum masc_clash_mode {
	MASC_CLASH_AUTOMATIC,
	MASC_CLASH_MANUAL
};

const char *masc_role_text(enum masc_role r);	  /* "internal", "child", "sibling", "parent" */
const char *masc_family_text(enum masc_family f); /* "ipv4", "ipv6" */

/* Domain ID or Node ID: an unsigned number, right-aligned in 16 octets; an
 * IPv4 session carries the last four, so IDs there must be below 2^32. */
struct masc_id {
	uint8_t octets[16];
};

bool masc_id_is_zero(const struct masc_id *id);
bool masc_id_eq(const struct masc_id *a, const struct masc_id *b);
int masc_id_cmp(const struct masc_id *a, const struct masc_id *b); /* as numbers */
bool masc_id_fits_ipv4(const struct masc_id *id);
/* Decimal, dotted quad, or an IPv6 address. ERR_MALFORMED, ERR_RANGE. */
MUST_USE enum err masc_id_parse(struct span s, struct masc_id *out);
/* Decimal below 2^32, else as an IPv6 address. */
void masc_id_text(struct text *t, const struct masc_id *id);

extern const struct setting_kind masc_setting_id; /* struct masc_id */

/* A scope: a range of addresses under a name, and whether our domain claims
 * straight from it, as a top-level domain or as a zone top-level domain does
 * (RFC 2909 section 4.5). Ranges of two scopes never overlap. */
struct masc_scope_config {
	char name[MASC_NAME_MAX + 1];
	struct masc_prefix range; /* must be given */
	bool root;		  /* no parent inside it: claim from the range itself */
};

struct masc_peer_config {
	char name[MASC_NAME_MAX + 1];
	struct addr address;		/* where it listens, and comes from */
	struct addr local_address;	/* we dial from it; family 0: any */
	uint32_t role;			/* enum masc_role: ours towards this peer */
	uint32_t family;		/* 0 IPv4, 1 IPv6 as masc_peer_settings numbers them */
	struct masc_id domain;		/* its Domain ID; must be given */
	struct masc_id node;		/* its Node ID; zero: any */
	struct masc_id parent_domain;	/* SIBLING: the common parent, zero for TLDs */
	int64_t hold_time;		/* us; -1: the node's */
	bool passive;			/* never dial, only accept */
	uint32_t ttl_security;		/* GTSM, RFC 5082: hops allowed, 0 off */
	char md5_key[MASC_KEY_MAX + 1]; /* TCP-MD5; empty: off */
	/* Names of scopes whose boundary lies between us: nothing about them is sent
	 * or taken here. */
	char crosses[MASC_CROSSES_MAX + 1]; /* separated by commas; empty: none */
	bool leaving;			    /* CHILD: claim nothing more from it, MASC-18.6 */
	/* PARENT: what this child may have; -1: the node's. Addresses; 0: no limit. */
	int64_t quota_soft, quota_hard;
};

struct masc_config {
	bool enabled; /* see masc_config_active() */
	struct masc_id domain, node;
	uint32_t top_level; /* enum masc_top_level */
	uint32_t profile;   /* enum masc_profile: fallbacks of the timers below */
	/* us; -1: the profile's */
	int64_t hold_time, connect_retry, idle_backoff, idle_backoff_max;
	struct addr listen[MASC_LISTEN_MAX];
	size_t n_listen;

	/* Claims. us; -1: the profile's. */
	int64_t waiting_period, claim_delay, claim_lifetime, skew_keep;
	uint32_t clock_check; /* enum masc_clock_check */
	uint32_t clash;	      /* enum masc_clash_mode */
	bool strict_origin;
	bool mac_aliasing;	/* scopes may share MAC addresses, digest section 6.3 */
	uint32_t use_percent;	/* 75: least use after growing */
	uint32_t prefixes_most; /* 3: active prefixes of one level */
	uint64_t claim_least;	/* 16: addresses of the smallest claim, ours or a child's */
	uint64_t claim_first;	/* 256: addresses of a first claim, at least */
	uint64_t claims_most;	/* cached claims of one level, MASC-16 */
	uint64_t origin_most;	/* cached claims of one origin domain */
	/* What our children may have; addresses, 0: no limit. */
	uint64_t quota_soft, quota_hard;
	uint64_t child_claim_most; /* addresses of one claim, 0: no limit */
	uint32_t child_claims;	   /* claims of a child within one waiting period */
	uint32_t damp_after;	   /* claims lost in a row until an origin is damped */
	int64_t child_lifetime_least, child_lifetime_most; /* us, -1: 4 W; no limit */

	struct masc_scope_config *scopes; /* owned */
	size_t n_scopes;
	struct masc_peer_config *peers; /* owned; masc_config_free */
	size_t n_peers;
	const struct env *env;
};

/* Tables ended by a NULL name: keys of the `masc` group and of one peer. */
extern const struct setting masc_settings[];
extern const struct setting masc_peer_settings[];
extern const struct setting masc_scope_settings[];

void masc_config_init(struct masc_config *c, const struct env *env); /* defaults, no peers */
void masc_config_free(struct masc_config *c);
MUST_USE enum err masc_config_copy(struct masc_config *to, const struct masc_config *from,
				   const struct env *env);
/* A new peer with defaults and that name, or the existing one of that name.
 * ERR_NOMEM, ERR_FULL, ERR_MALFORMED (name: [A-Za-z0-9._-], 1 to 63). */
MUST_USE enum err masc_config_peer(struct masc_config *c, struct span name,
				   struct masc_peer_config **out);

/* The same for a scope. */
MUST_USE enum err masc_config_scope(struct masc_config *c, struct span name,
				    struct masc_scope_config **out);
/* Adds what the rest implies: a top-level domain with IPv4 peers, or without
 * peers, and without any scope claims from 239.192.0.0/14, the root scope
 * `organisation` (RFC 2365). Again: nothing more. ERR_NOMEM. */
MUST_USE enum err masc_config_complete(struct masc_config *c);
/* By name, NULL none. */
const struct masc_scope_config *masc_config_find_scope(const struct masc_config *c,
						       struct span name);
/* The scope whose range covers all of p; NULL none. *split: p reaches over the
 * edge of one. */
const struct masc_scope_config *masc_config_scope_of(const struct masc_config *c,
						     const struct masc_prefix *p, bool *split);
/* Whether the session with that peer crosses the boundary of that scope. */
bool masc_config_crosses(const struct masc_peer_config *p, const struct masc_scope_config *s);

/* Whether there is something to run: enabled, and a domain, a node or a peer was
 * given. A configuration that never mentions MASC is not active. */
bool masc_config_active(const struct masc_config *c);
/* Fits what is enabled: an inactive one always does. Checks the whole: IDs given
 * and fitting the family, no two peers that an incoming OPEN could not tell
 * apart, hold time 0 or >= 3 s, a parent domain for siblings exactly when we are
 * no TLD, ... ERR_CONFIG with a sentence in `why` that names the peer and the
 * key, what is accepted and what to do. */
MUST_USE enum err masc_config_check(const struct masc_config *c, struct text *why);

/* Whether our domain has no parent, and the Parent Domain ID our OPENs carry:
 * zero then, else the lowest known parent, else our own Domain ID. */
bool masc_config_top_level(const struct masc_config *c);
struct masc_id masc_config_parent(const struct masc_config *c);
/* The Domain ID of the parent that a peer tells us of: itself, or one we share;
 * NULL: none. Borrowed from `p`. */
const struct masc_id *masc_peer_parent(const struct masc_peer_config *p);
/* The lowest known parent above `id` (zero to begin with); false: none left. */
bool masc_config_parent_after(const struct masc_config *c, const struct masc_id *id,
			      struct masc_id *out);
bool masc_config_has_parent(const struct masc_config *c, const struct masc_id *id);

/* Timers in force: what is configured, else the profile's. */
struct masc_timers {
	int64_t hold_time;     /* us, whole seconds; 0 none */
	int64_t open_wait;     /* us, for the peer's OPEN */
	int64_t connect_retry; /* us, before jitter */
	int64_t idle_backoff, idle_backoff_max;
};
/* Rules of claims in force: what is configured, else the profile's, else what
 * follows from the waiting period. */
struct masc_rules {
	int64_t waiting_period; /* us, W */
	int64_t claim_delay;	/* us, a claim is sent within it */
	int64_t claim_lifetime; /* us, of a claim without a wish of its own; at least 4 W */
	int64_t skew_keep;	/* us, a cached claim is kept beyond its hold time */
	int64_t child_lifetime_least, child_lifetime_most; /* us; INT64_MAX: no limit */
	enum masc_clock_check clock_check;		   /* never DEFAULT */
};
struct masc_rules masc_config_rules(const struct masc_config *c);

/* peer NULL: the node's own. */
struct masc_timers masc_config_timers(const struct masc_config *c,
				      const struct masc_peer_config *peer);

#endif
