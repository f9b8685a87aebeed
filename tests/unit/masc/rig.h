/* rig.h - one MASC machine on a bench: configuration from short text, time by
 * hand, a remote side made of octets, and outputs as one line of text, so that
 * a test says what it expects the way a person would. Each is one of, joined by
 * "; ", in order:
 *
 *	dial 1 | send 1 OPEN | send 1 KEEPALIVE | send 1 N2/8 01 | close 1
 *	state idle>connect | up | down CLOSED | down 7/0 | sent 2/8 | heard 7/0
 *	collision 3 for 2 theirs higher-node | refused | dial-failed REFUSED
 *	range 239.192.0.0/16 | range gone 239.192.0.0/16 | damped 9
 *	denied 239.192.0.0/24 TAKEN | quota, wait-differs, full 239.192.0.0/24
 *	claim wanted>scheduled | clash won | clash over
 *	admin up | stopped IN_USE | store-failed IO | reply 5 OK | synced
 *
 * A NOTIFICATION that leaves the session open has a + behind its numbers, an
 * output that waits for a put has @number behind it, an event tells its peer
 * when it is not "north". */
#ifndef UNIT_MASC_RIG_H
#define UNIT_MASC_RIG_H

#include "../failing_env.h"

#include "base/store_mem.h"
#include "masc/masc.h"
#include "masc/wire.h"

#define RIG_WALL INT64_C(1790000000000000)

struct rig {
	struct failing_env f;
	struct store_mem *mem;
	struct masc_config config;
	struct masc *m;
	struct mono now;
	char line[4096];		/* outputs as text */
	uint8_t last[WIRE_MESSAGE_MAX]; /* octets of the last send */
	size_t last_n;
	struct masc_event event; /* the last one */
	uint32_t dialled;	 /* link of the last dial */
};

/* Groups of "key=value" words: rig_peer(r, "north", "role=child domain=7"). */
void rig_init(struct rig *r, const char *settings);
void rig_peer(struct rig *r, const char *name, const char *settings);
/* "NAME key=value ...". */
void rig_scope(struct rig *r, const char *name_and_settings);
void rig_set(struct rig *r, const char *settings);
/* Births the machine with what was configured. */
void rig_start(struct rig *r);
enum err rig_try_start(struct rig *r);
void rig_fini(struct rig *r);

/* What has come out since the last call; lives until the next. */
const char *rig_out(struct rig *r);
/* Fails the test when what came out is not that. */
#define rig_expect(r, text) assert_string_equal(rig_out(r), text)
void rig_discard(struct rig *r);

void rig_pass(struct rig *r, int64_t us); /* time, and a tick */
void rig_tick(struct rig *r);
/* Goes to the next deadline and ticks. */
void rig_next(struct rig *r);

/* Octets from hexadecimal digits with spaces; how many. */
size_t rig_octets(const char *hex, uint8_t *out, size_t size);
void rig_assert_octets(struct span s, const char *hex);
/* A copy that ends where the octets end, so that reading on is noticed; the
 * caller frees it. */
uint8_t *rig_exact(struct span s);
struct masc_id rig_wide_id(const char *text);

struct addr rig_addr(const char *text);
struct masc_id rig_id(uint32_t v);
void rig_accept(struct rig *r, uint32_t link, const char *remote);
void rig_up(struct rig *r, uint32_t link);
void rig_down(struct rig *r, uint32_t link, enum err why);
void rig_in(struct rig *r, uint32_t link, const void *p, size_t n);
void rig_hex(struct rig *r, uint32_t link, const char *hex); /* spaces allowed */
/* An OPEN of the peer: Domain ID, Node ID, Parent Domain ID, for IPv4. */
void rig_open(struct rig *r, uint32_t link, enum masc_role role, uint16_t hold, uint32_t domain,
	      uint32_t node, uint32_t parent);
void rig_keepalive(struct rig *r, uint32_t link);
void rig_notify(struct rig *r, uint32_t link, uint8_t code, uint8_t subcode, bool stay);
void rig_command(struct rig *r, uint64_t call, enum masc_command_kind kind, const char *peer,
		 int64_t for_us);

struct masc_peer_info rig_info(struct rig *r, size_t peer);

/* A usual machine: domain 100, node 10, and one peer "north" at 192.0.2.1 that
 * is our parent, domain 7; profile lab. */
void rig_usual(struct rig *r);
/* Its session brought up over the dialled link 1, and it has told all it knows;
 * north is node `node`. */
void rig_establish(struct rig *r, uint32_t node);

#endif
