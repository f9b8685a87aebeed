/* The keys of the configuration: how each is read and written, and its manual. */
#include "masc/config_int.h"

#include "base/number.h"

#define SECONDS(n)    ((n)*MONO_SEC)
#define HOLD_TIME_MAX SECONDS(65535) /* two octets of seconds on the wire */
#define RETRY_MAX     MONO_DAY
#define BACKOFF_MAX   (7 * MONO_DAY)
#define MD5_KEY_SIZE  (MASC_KEY_MAX + 1)
#define LIFETIME_MAX  (3650 * MONO_DAY)
#define WAIT_MAX      (365 * MONO_DAY)
#define CLAIMS_MAX    100000000

/* A time, or the word "default": -1, the value comes from further out. */
static enum err time_read(const struct setting *s, struct span value, void *field, struct text *why)
{
	if (span_eq(value, span_str("default"))) {
		*(int64_t *)field = -1;
		return OK;
	}
	return setting_duration.read(s, value, field, why);
}

static void time_write(const struct setting *s, const void *field, struct text *t)
{
	if (*(const int64_t *)field < 0)
		text_str(t, "default");
	else
		setting_duration.write(s, field, t);
}

static const struct setting_kind setting_time = { "time or default", time_read, time_write };

/* An address without a port, or the word "any": family 0. */
static enum err local_read(const struct setting *s, struct span value, void *field,
			   struct text *why)
{
	struct addr a = { .family = ADDR_NONE };
	if (!span_eq(value, span_str("any")) && (addr_parse(value, 0, &a) != OK || a.port)) {
		text_str(why, "accepted: \"any\", or an IPv4 or IPv6 address without a port");
		return ERR_MALFORMED;
	}
	*(struct addr *)field = addr_unmapped(a);
	return OK;
}

static void local_write(const struct setting *s, const void *field, struct text *t)
{
	const struct addr *a = field;
	if (a->family == ADDR_NONE)
		text_str(t, "any");
	else
		addr_text(t, a);
}

static const struct setting_kind setting_local = { "address or any", local_read, local_write };

/* Where to listen: addresses separated by commas. The field is the whole
 * struct listen_field, so that the count goes with the array. */
struct listen_field {
	struct addr listen[MASC_LISTEN_MAX];
	size_t n;
};
_Static_assert(offsetof(struct masc_config, n_listen) - offsetof(struct masc_config, listen) ==
		       offsetof(struct listen_field, n),
	       "listen and n_listen are read as one field");

static struct span trimmed(struct span s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

struct span config_next_item(struct span *rest)
{
	const uint8_t *comma = memchr(rest->p, ',', rest->n);
	size_t n = comma ? (size_t)(comma - rest->p) : rest->n;
	struct span item = { rest->p, n };
	size_t used = comma ? n + 1 : n;
	rest->p += used;
	rest->n -= used;
	return trimmed(item);
}

static enum err listen_read(const struct setting *s, struct span value, void *field,
			    struct text *why)
{
	struct listen_field got = { .n = 0 };
	struct span rest = value;
	do {
		struct span item = config_next_item(&rest);
		if (got.n == MASC_LISTEN_MAX ||
		    addr_parse(item, MASC_PORT, &got.listen[got.n]) != OK) {
			text_str(why, "accepted: one to eight IPv4 or IPv6 addresses, each with "
				      "or without a port, separated by commas");
			return ERR_MALFORMED;
		}
		got.listen[got.n] = addr_unmapped(got.listen[got.n]);
		got.n++;
	} while (rest.n);
	memcpy(field, &got, sizeof(got));
	return OK;
}

static void listen_write(const struct setting *s, const void *field, struct text *t)
{
	const struct listen_field *f = field;
	for (size_t i = 0; i < f->n; i++) {
		if (i)
			text_str(t, ", ");
		addr_text(t, &f->listen[i]);
	}
}

static const struct setting_kind setting_listen = { "addresses", listen_read, listen_write };

/* How many addresses or claims: a number, in words of k, M, G or T, 1024 each. */
static enum err count_of(const struct setting *s, struct span value, uint64_t *out)
{
	static const char units[] = "kMGT";
	struct span digits = value;
	unsigned shift = 0;
	const char *unit = value.n ? memchr(units, value.p[value.n - 1], sizeof(units) - 1) : NULL;
	if (unit) {
		shift = 10 * (unsigned)(unit - units + 1);
		digits.n--;
	}
	uint64_t v = 0;
	enum err e = number_u64(digits, (uint64_t)INT64_MAX >> shift, &v);
	if (e != OK)
		return e;
	v <<= shift;
	if (v < (uint64_t)s->min || v > (uint64_t)s->max)
		return ERR_RANGE;
	*out = v;
	return OK;
}

static void count_accepted(const struct setting *s, struct text *why)
{
	text_str(why, "accepted is a number from ");
	text_i64(why, s->min);
	text_str(why, " to ");
	text_i64(why, s->max);
	text_str(why, ", written like 256, 64k or 1M (of 1024)");
}

static enum err count_read(const struct setting *s, struct span value, void *field,
			   struct text *why)
{
	enum err e = count_of(s, value, field);
	if (e != OK)
		count_accepted(s, why);
	return e;
}

static void count_write(const struct setting *s, const void *field, struct text *t)
{
	text_u64(t, *(const uint64_t *)field);
}

static const struct setting_kind setting_count = { "number, with k, M, G or T for powers of 1024",
						   count_read, count_write };

/* The same, or the word "default": -1, the node's. */
static enum err quota_read(const struct setting *s, struct span value, void *field,
			   struct text *why)
{
	uint64_t v = 0;
	if (span_eq(value, span_str("default"))) {
		*(int64_t *)field = -1;
		return OK;
	}
	enum err e = count_of(s, value, &v);
	if (e != OK) {
		count_accepted(s, why);
		text_str(why, ", or default");
		return e;
	}
	*(int64_t *)field = (int64_t)v;
	return OK;
}

static void quota_write(const struct setting *s, const void *field, struct text *t)
{
	const int64_t *v = field;
	if (*v < 0)
		text_str(t, "default");
	else
		text_i64(t, *v);
}

static const struct setting_kind setting_quota = { "number or default", quota_read, quota_write };

/* A range of multicast addresses; family 0: not given. */
static enum err range_read(const struct setting *s, struct span value, void *field,
			   struct text *why)
{
	enum err e = masc_prefix_parse(value, field);
	if (e == ERR_RANGE)
		text_str(why, "accepted is a range of multicast addresses: inside 224.0.0.0/4, or "
			      "inside ff00::/8 with 16 bits or more, and without bits behind its "
			      "length");
	else if (e != OK)
		text_str(why, "accepted is an address and a length, such as 239.192.0.0/14 or "
			      "ff38::9000:0/112");
	return e;
}

static void range_write(const struct setting *s, const void *field, struct text *t)
{
	const struct masc_prefix *p = field;
	if (p->family)
		masc_prefix_text(t, p);
}

static const struct setting_kind setting_range = { "range of addresses", range_read, range_write };

static const char *const clocks[] = { "default", "kernel", "peers", "off", NULL };
static const char *const clash_modes[] = { "automatic", "manual", NULL };
static const char *const profiles[] = { "rfc", "campus", "lab", NULL };
static const char *const top_levels[] = { "auto", "yes", "no", NULL };
static const char *const roles[] = { "internal", "child", "sibling", "parent", NULL };
static const char *const families[] = { "ipv4", "ipv6", NULL };

#define KEY(type, field)                                                                           \
	.name = #field, .offset = offsetof(struct type, field),                                    \
	.size = sizeof(((struct type *)NULL)->field)

const struct setting masc_settings[] = {
	{ KEY(masc_config, enabled), .kind = &setting_bool, .fallback = "yes",
	  .help = "Whether this machine runs MASC. Without any other key of the group it does "
		  "not, whatever stands here." },
	{ KEY(masc_config, domain), .kind = &masc_setting_id, .fallback = "0",
	  .help = "Our Domain ID: the number of our autonomous system, or a unicast prefix "
		  "address of ours. The same on all nodes of the domain. Must be given." },
	{ KEY(masc_config, node), .kind = &masc_setting_id, .fallback = "0",
	  .help = "Our Node ID, different on every node: an address of this machine, or a "
		  "number. Must be given." },
	{ KEY(masc_config, top_level), .kind = &setting_choice, .choices = top_levels,
	  .fallback = "auto",
	  .help = "Whether our domain is a top-level one, without a parent. With auto it is "
		  "one unless a peer here is our parent, or a sibling under a common parent. "
		  "Say no on a node whose domain has its parents configured on other nodes." },
	{ KEY(masc_config, profile), .kind = &setting_choice, .choices = profiles,
	  .fallback = "rfc",
	  .help = "Where timers without a value of their own take theirs from: rfc as "
		  "published, campus for one site, lab for tests and demonstrations." },
	{ KEY(masc_config, hold_time), .kind = &setting_time, .fallback = "default",
	  .max = HOLD_TIME_MAX,
	  .help = "A session without a message for this long is lost; the smaller of the two "
		  "sides' values counts. 0: never; else at least 3s, in whole seconds." },
	{ KEY(masc_config, connect_retry), .kind = &setting_time, .fallback = "default",
	  .min = 10 * MONO_MS, .max = RETRY_MAX,
	  .help = "How long to wait, give or take a quarter, before dialling a peer again." },
	{ KEY(masc_config, idle_backoff), .kind = &setting_time, .fallback = "default",
	  .min = 10 * MONO_MS, .max = BACKOFF_MAX,
	  .help = "How long a peer is left alone after an error; doubles with each error "
		  "until a session is up again." },
	{ KEY(masc_config, idle_backoff_max), .kind = &setting_time, .fallback = "default",
	  .min = 10 * MONO_MS, .max = BACKOFF_MAX, .help = "What idle_backoff doubles up to." },
	{ .name = "listen",
	  .offset = offsetof(struct masc_config, listen),
	  .size = sizeof(struct listen_field),
	  .kind = &setting_listen,
	  .fallback = "0.0.0.0, ::",
	  .help = "Where to accept sessions: one to eight addresses separated by commas, with "
		  "port 2587 unless another one is given." },
	{ KEY(masc_config, waiting_period), .kind = &setting_time, .fallback = "default",
	  .min = MONO_SEC, .max = WAIT_MAX,
	  .help = "How long a claim waits for objections before the range is used, in whole "
		  "seconds. It must be longer than the longest loss of connection to survive, "
		  "and the same in all domains under one parent. By profile: 2d, 30s, 2s." },
	{ KEY(masc_config, claim_delay), .kind = &setting_time, .fallback = "default", .min = 0,
	  .max = WAIT_MAX,
	  .help = "A claim is sent after a random time up to this, so that not all domains "
		  "claim at once. By profile: 10m, 3s, 200ms; with a waiting_period of your own "
		  "a tenth of that, and 200ms at least." },
	{ KEY(masc_config, claim_lifetime), .kind = &setting_time, .fallback = "default",
	  .min = MONO_SEC, .max = LIFETIME_MAX,
	  .help = "For how long a range is claimed; it is renewed when a third of that is left. "
		  "Four waiting periods or more, in whole seconds. By profile: 30d, 1d, 60s." },
	{ KEY(masc_config, skew_keep), .kind = &setting_time, .fallback = "default", .min = 0,
	  .max = 30 * MONO_DAY,
	  .help = "What others claim is remembered for so long beyond its end, since their "
		  "clocks may be behind ours. By profile: 1d, 60s, 1s." },
	{ KEY(masc_config, clock_check), .kind = &setting_choice, .choices = clocks,
	  .fallback = "default",
	  .help = "What must be known of the clock of this machine before it claims or renews: "
		  "kernel, that the operating system calls it synchronised; peers, that it is "
		  "within 5s of more than half of the peers that have made claims; off, nothing. "
		  "By profile: kernel, kernel, off." },
	{ KEY(masc_config, clash), .kind = &setting_choice, .choices = clash_modes,
	  .fallback = "automatic",
	  .help = "What is done when another domain turns out to hold addresses of ours for "
		  "longer: automatic, ours are withdrawn at once; manual, an operator decides "
		  "(homestead masc clashes)." },
	{ KEY(masc_config, strict_origin), .kind = &setting_bool, .fallback = "yes",
	  .help = "Believe claims of a third domain from the common parent only, and from a "
		  "sibling or child only its own. Say no where siblings do not hear each other "
		  "otherwise." },
	{ KEY(masc_config, mac_aliasing), .kind = &setting_bool, .fallback = "no",
	  .help = "Accept scopes that share link-layer addresses. Switches and receivers see "
		  "only the low 23 bits of an IPv4 group and the low 32 of an IPv6 one: "
		  "239.1.2.3 and 239.129.2.3 are one group to them. So no two scopes may have "
		  "such bits in common, and none may have more than 8388608 (IPv4) or 4294967296 "
		  "(IPv6) addresses. Say yes only where such scopes never meet on one network: at "
		  "sites of their own, or behind routers that keep them apart." },
	{ KEY(masc_config, use_percent), .kind = &setting_u32, .min = 1, .max = 100,
	  .fallback = "75",
	  .help = "How much of a range must be in use after it has grown, and of one that is "
		  "renewed as a whole." },
	{ KEY(masc_config, prefixes_most), .kind = &setting_u32, .min = 1, .max = 64,
	  .fallback = "3",
	  .help = "Ranges that may grow and be renewed at once, for each family and parent. When "
		  "one more would be needed, a larger one takes the place of them all." },
	{ KEY(masc_config, claim_least), .kind = &setting_count, .min = 1, .max = INT64_C(1) << 32,
	  .fallback = "16",
	  .help = "Addresses of the smallest range that is claimed, by us or by a child." },
	{ KEY(masc_config, claim_first), .kind = &setting_count, .min = 1, .max = INT64_C(1) << 32,
	  .fallback = "256", .help = "Addresses of the first range that we claim, at least." },
	{ KEY(masc_config, claims_most), .kind = &setting_count, .min = 1, .max = CLAIMS_MAX,
	  .fallback = "1500000",
	  .help = "Claims of others that are remembered at most, for each parent. Beyond that new "
		  "ones are refused and an event tells; what is there stays." },
	{ KEY(masc_config, origin_most), .kind = &setting_count, .min = 1, .max = CLAIMS_MAX,
	  .fallback = "1200000",
	  .help = "The same for the claims of one domain. A child may have 4096 at most." },
	{ KEY(masc_config, quota_soft), .kind = &setting_count, .max = INT64_MAX, .fallback = "0",
	  .help = "Addresses that one child may hold before an event tells; 0: as many as there "
		  "are." },
	{ KEY(masc_config, quota_hard), .kind = &setting_count, .max = INT64_MAX, .fallback = "0",
	  .help = "Addresses that one child may hold; claims beyond that are denied. 0: no "
		  "limit." },
	{ KEY(masc_config, child_claim_most), .kind = &setting_count, .max = INT64_MAX,
	  .fallback = "0",
	  .help = "Addresses of the largest range that a child may claim at once; 0: no limit." },
	{ KEY(masc_config, child_claims), .kind = &setting_u32, .min = 1, .max = 1000000,
	  .fallback = "64",
	  .help = "How many claims a child may make within one waiting period; more are denied." },
	{ KEY(masc_config, damp_after), .kind = &setting_u32, .min = 1, .max = 1000000,
	  .fallback = "8",
	  .help = "A domain that loses so many claims in a row is not listened to for one "
		  "waiting period." },
	{ KEY(masc_config, child_lifetime_least), .kind = &setting_time, .fallback = "default",
	  .min = MONO_SEC, .max = LIFETIME_MAX,
	  .help = "A child must claim for so long at least, in whole seconds. By default four "
		  "waiting periods." },
	{ KEY(masc_config, child_lifetime_most), .kind = &setting_time, .fallback = "default",
	  .min = MONO_SEC, .max = LIFETIME_MAX,
	  .help = "A child may claim for so long at most, in whole seconds; never for longer "
		  "than we hold the range ourselves. By default there is no other limit." },
	{ .name = NULL },
};

const struct setting masc_peer_settings[] = {
	{ KEY(masc_peer_config, address), .kind = &setting_addr, .max = MASC_PORT,
	  .help = "The address the peer listens on and dials from, with port 2587 unless "
		  "another one is given. Must be given." },
	{ KEY(masc_peer_config, local_address), .kind = &setting_local, .fallback = "any",
	  .help = "Our address towards this peer: we dial from it, and take the peer's "
		  "connections only when they come to it." },
	{ KEY(masc_peer_config, role), .kind = &setting_choice, .choices = roles,
	  .help = "What we are to this peer: internal (same domain), child (it is our "
		  "parent), sibling, parent (it is our child). Must be given." },
	{ KEY(masc_peer_config, family), .kind = &setting_choice, .choices = families,
	  .fallback = "ipv4",
	  .help = "The kind of multicast addresses the session is about, whatever it runs "
		  "over." },
	{ KEY(masc_peer_config, domain), .kind = &masc_setting_id, .fallback = "0",
	  .help = "The peer's Domain ID. Must be given." },
	{ KEY(masc_peer_config, node), .kind = &masc_setting_id, .fallback = "0",
	  .help = "The peer's Node ID; 0: any." },
	{ KEY(masc_peer_config, parent_domain), .kind = &masc_setting_id, .fallback = "0",
	  .help = "For a sibling: the Domain ID of the common parent this session is about; "
		  "0 between top-level domains." },
	{ KEY(masc_peer_config, hold_time), .kind = &setting_time, .fallback = "default",
	  .max = HOLD_TIME_MAX, .help = "As the key of the same name for all peers." },
	{ KEY(masc_peer_config, passive), .kind = &setting_bool, .fallback = "no",
	  .help = "Never dial this peer, only wait for it." },
	{ KEY(masc_peer_config, ttl_security), .kind = &setting_u32, .max = 255, .fallback = "0",
	  .help = "Take packets only from peers at most this many hops away (GTSM, RFC 5082); "
		  "0: off." },
	{ .name = "md5_key",
	  .offset = offsetof(struct masc_peer_config, md5_key),
	  .size = MD5_KEY_SIZE,
	  .kind = &setting_string,
	  .fallback = "",
	  .secret = true,
	  .help = "Key of the TCP MD5 signature option (RFC 2385), the same on both sides; "
		  "empty: off." },
	{ KEY(masc_peer_config, crosses), .kind = &setting_string, .fallback = "",
	  .help = "Names of scopes, separated by commas, whose boundary lies between us and this "
		  "peer: nothing about them is sent to it or taken from it." },
	{ KEY(masc_peer_config, leaving), .kind = &setting_bool, .fallback = "no",
	  .help = "For our parent: claim nothing more from it. What we hold from it is kept, and "
		  "defended, to its end, and claimed elsewhere meanwhile. The same at all nodes "
		  "of that parent." },
	{ KEY(masc_peer_config, quota_soft), .kind = &setting_quota, .max = INT64_MAX,
	  .fallback = "default",
	  .help = "For a child: as the key of the same name for all; the same at all nodes of "
		  "that child." },
	{ KEY(masc_peer_config, quota_hard), .kind = &setting_quota, .max = INT64_MAX,
	  .fallback = "default", .help = "Likewise." },
	{ .name = NULL },
};

const struct setting masc_scope_settings[] = {
	{ KEY(masc_scope_config, range), .kind = &setting_range,
	  .help = "The addresses of the scope: one range, which overlaps that of no other scope. "
		  "Must be given. Ranges that are assigned or reserved by IANA are refused: "
		  "224.0.0.0/8 to 231.0.0.0/8, 233.252.0.0/14 and 235.0.0.0/8 to 238.0.0.0/8, and "
		  "IPv6 ranges of permanent addresses." },
	{ KEY(masc_scope_config, root), .kind = &setting_bool, .fallback = "no",
	  .help = "Whether our domain has no parent inside the scope and claims from its range "
		  "itself, as a top-level domain does. All domains that do so are siblings of "
		  "each other." },
	{ .name = NULL },
};
