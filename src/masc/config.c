#include "masc/config.h"

#define SECONDS(n)    ((n)*MONO_SEC)
#define HOLD_TIME_MAX SECONDS(65535) /* two octets of seconds on the wire */
#define RETRY_MAX     MONO_DAY
#define BACKOFF_MAX   (7 * MONO_DAY)
#define MD5_KEY_SIZE  (MASC_KEY_MAX + 1)

const char *masc_role_text(enum masc_role r)
{
	static const char *const text[] = { "internal", "child", "sibling", "parent" };
	return text[r];
}

const char *masc_family_text(enum masc_family f)
{
	return f == MASC_IPV4 ? "ipv4" : "ipv6";
}

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

/* Takes the part before the next comma off *rest. */
static struct span next_item(struct span *rest)
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
		struct span item = next_item(&rest);
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
	{ .name = NULL },
};

void masc_config_init(struct masc_config *c, const struct env *env)
{
	memset(c, 0, sizeof(*c));
	c->env = env;
	setting_defaults(masc_settings, c);
}

/* A key that is no longer needed must not lie about in free memory. */
static void peers_free(struct masc_config *c)
{
	for (size_t i = 0; i < c->n_peers; i++)
		memset(c->peers[i].md5_key, 0, sizeof(c->peers[i].md5_key));
	env_free(c->env, c->peers);
}

void masc_config_free(struct masc_config *c)
{
	peers_free(c);
	c->peers = NULL;
	c->n_peers = 0;
}

static bool name_ok(struct span name)
{
	if (name.n < 1 || name.n > MASC_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		uint8_t ch = name.p[i];
		bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
		bool digit = ch >= '0' && ch <= '9';
		if (!letter && !digit && ch != '.' && ch != '_' && ch != '-')
			return false;
	}
	return true;
}

static struct masc_peer_config *peer_find(struct masc_config *c, struct span name)
{
	/* The length of the name was checked before: a zero behind it ends it.
	 * Backwards: a reader sets all keys of the newest before the next. */
	for (size_t i = c->n_peers; i-- > 0;)
		if (!c->peers[i].name[name.n] && memcmp(c->peers[i].name, name.p, name.n) == 0)
			return &c->peers[i];
	return NULL;
}

/* Peers lie in room for a power of two: the capacity follows from the count. */
static size_t room_for(size_t n)
{
	size_t room = 1;
	while (room < n)
		room *= 2;
	return room;
}

static enum err peers_grow(struct masc_config *c)
{
	size_t room = room_for(c->n_peers + 1);
	if (c->n_peers && room == room_for(c->n_peers))
		return OK;
	struct masc_peer_config *p = env_zalloc(c->env, room, sizeof(*p));
	if (!p)
		return ERR_NOMEM;
	if (c->n_peers)
		memcpy(p, c->peers, c->n_peers * sizeof(*p));
	peers_free(c);
	c->peers = p;
	return OK;
}

enum err masc_config_peer(struct masc_config *c, struct span name, struct masc_peer_config **out)
{
	if (!name_ok(name))
		return ERR_MALFORMED;
	struct masc_peer_config *p = peer_find(c, name);
	if (!p) {
		if (c->n_peers == MASC_PEERS_MAX)
			return ERR_FULL;
		if (peers_grow(c) != OK)
			return ERR_NOMEM;
		p = &c->peers[c->n_peers++];
		memset(p, 0, sizeof(*p));
		memcpy(p->name, name.p, name.n);
		setting_defaults(masc_peer_settings, p);
		p->role = MASC_ROLE_NOT_GIVEN;
	}
	*out = p;
	return OK;
}

enum err masc_config_copy(struct masc_config *to, const struct masc_config *from,
			  const struct env *env)
{
	struct masc_config c = *from;
	c.env = env;
	c.peers = NULL;
	if (from->n_peers) {
		c.peers = env_zalloc(env, room_for(from->n_peers), sizeof(*c.peers));
		if (!c.peers)
			return ERR_NOMEM;
		memcpy(c.peers, from->peers, from->n_peers * sizeof(*c.peers));
	}
	*to = c;
	return OK;
}

bool masc_config_active(const struct masc_config *c)
{
	return c->enabled &&
	       (!masc_id_is_zero(&c->domain) || !masc_id_is_zero(&c->node) || c->n_peers);
}

/* The Domain ID of the parent that a peer tells us of: itself, or one we share. */
static const struct masc_id *parent_by(const struct masc_peer_config *p)
{
	if (p->role == MASC_CHILD)
		return &p->domain;
	if (p->role == MASC_SIBLING && !masc_id_is_zero(&p->parent_domain))
		return &p->parent_domain;
	return NULL;
}

bool masc_config_parent_after(const struct masc_config *c, const struct masc_id *id,
			      struct masc_id *out)
{
	const struct masc_id *low = NULL;
	for (size_t i = 0; i < c->n_peers; i++) {
		const struct masc_id *p = parent_by(&c->peers[i]);
		if (p && masc_id_cmp(p, id) > 0 && (!low || masc_id_cmp(p, low) < 0))
			low = p;
	}
	if (low)
		*out = *low;
	return low;
}

bool masc_config_has_parent(const struct masc_config *c, const struct masc_id *id)
{
	for (size_t i = 0; i < c->n_peers; i++) {
		const struct masc_id *p = parent_by(&c->peers[i]);
		if (p && masc_id_cmp(p, id) == 0)
			return true;
	}
	return false;
}

bool masc_config_top_level(const struct masc_config *c)
{
	static const struct masc_id none;
	struct masc_id low;
	if (c->top_level == MASC_TOP_AUTO)
		return !masc_config_parent_after(c, &none, &low);
	return c->top_level == MASC_TOP_YES;
}

struct masc_id masc_config_parent(const struct masc_config *c)
{
	struct masc_id id = { { 0 } };
	if (masc_config_top_level(c))
		return id;
	return masc_config_parent_after(c, &id, &id) ? id : c->domain;
}

/* Hold time, connect retry, idle back-off and its cap. The lab starts low, so
 * that the doubling can be watched in a test. */
static const struct masc_timers by_profile[] = {
	[MASC_PROFILE_RFC] = { SECONDS(240), SECONDS(240), SECONDS(30), SECONDS(60), MONO_DAY },
	[MASC_PROFILE_CAMPUS] = { SECONDS(30), SECONDS(30), SECONDS(30), SECONDS(60),
				  SECONDS(300) },
	[MASC_PROFILE_LAB] = { SECONDS(9), SECONDS(9), SECONDS(2), SECONDS(1), SECONDS(10) },
};

static void put_given(int64_t *timer, int64_t configured)
{
	if (configured >= 0)
		*timer = configured;
}

struct masc_timers masc_config_timers(const struct masc_config *c,
				      const struct masc_peer_config *peer)
{
	struct masc_timers t = by_profile[c->profile];
	put_given(&t.hold_time, c->hold_time);
	put_given(&t.connect_retry, c->connect_retry);
	put_given(&t.idle_backoff, c->idle_backoff);
	put_given(&t.idle_backoff_max, c->idle_backoff_max);
	if (peer)
		put_given(&t.hold_time, peer->hold_time);
	/* A base above the profile's cap was asked for, the cap was not. */
	if (c->idle_backoff_max < 0 && t.idle_backoff_max < t.idle_backoff)
		t.idle_backoff_max = t.idle_backoff;
	return t;
}
