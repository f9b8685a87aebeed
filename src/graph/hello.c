#include "graph/graph_int.h"

/* How two nodes meet and part: AUTH_INFO, the providers' tokens, CONNECT, WELCOME, REFUSE,
 * DISCONNECT (digest 6.1 to 6.5, 9). */

#define NAMES_ROOM     (16 + 3 * (GRAPH_ID_OCTETS + 1))
#define MOST_ADDRESSES (GRAPH_ADDRESSES_MAX * GRAPH_ADDRESS)

static bool secure(const struct graph *g)
{
	return g->birth.provider.ops->sessions;
}

static void say_connect(struct graph *g, struct graph_link *l, uint8_t flags)
{
	uint8_t room[24 + MOST_ADDRESSES + GRAPH_ID_OCTETS + 1];
	struct wr w = wr_of(room, sizeof(room));
	struct graph_addresses a = { g->address, g->listening && !l->direct ? g->n_addresses : 0 };
	graph_put_connect(&w, flags, g->node, a, span_str(g->birth.name));
	graph_send(g, l, wr_span(&w), 0);
}

static void authenticated(struct graph *g, struct graph_link *l, struct mono now)
{
	l->state = l->initiator ? GRAPH_STATE_CONNECT_WAIT : GRAPH_STATE_AUTHENTICATED;
	/* Who was let in but never says what it wants has as long as who waits for an answer. */
	l->deadline = mono_add(now, g->birth.times.connect);
	if (!l->initiator)
		return;
	l->connect_at = graph_now(g, now);
	say_connect(g, l, l->direct ? GRAPH_CONNECT_DIRECT : GRAPH_CONNECT_LIST);
}

static bool keep_name(struct graph *g, char **at, struct span name)
{
	char *fresh = env_copy(g->shared->env, name.p, name.n);
	if (!fresh)
		return false;
	env_free(g->shared->env, *at);
	*at = fresh;
	return true;
}

/* GRAPH-6.3: the session may prove a Peer ID; then it is that one and no other. */
static bool proved(struct graph *g, struct graph_link *l)
{
	struct span peer = g->birth.provider.ops->peer(l->session);
	if (!peer.n)
		return true;
	if (l->peer && !span_eq(peer, span_str(l->peer)))
		return false;
	if (l->wanted && !span_eq(peer, span_str(l->wanted)))
		return false;
	return keep_name(g, &l->peer, peer);
}

/* GRAPH-8.15: octets behind the handshake are the first of the protected ones. */
static void session_stands(struct graph *g, struct graph_link *l, struct mono now)
{
	struct graph_session_out out = { .done = false };
	if (!proved(g, l)) {
		graph_link_end(g, l, ERR_DENIED, "another Peer ID than it said", now);
		return;
	}
	authenticated(g, l, now);
	if (l->state == GRAPH_STATE_ENDED)
		return;
	if (g->birth.provider.ops->unseal(l->session, span_of(NULL, 0), &out) != OK) {
		graph_link_end(g, l, ERR_DENIED, "octets that cannot be unsealed", now);
		return;
	}
	struct span message;
	enum err e =
		out.bytes.n ? graph_inbox_plain(&l->inbox, out.bytes, &message) : ERR_NOT_FOUND;
	if (e == OK)
		graph_link_message(g, l, message, now);
	else if (e != ERR_NOT_FOUND)
		graph_link_end(g, l, e, "octets that are no message", now);
}

/* GRAPH-6.1, GRAPH-6.4: each token in a frame of its own; the last words of a session that
 * fails, an alert of TLS, go before the link does. */
void graph_hello_token(struct graph *g, struct graph_link *l, struct span token, struct mono now)
{
	struct graph_session_out out;
	enum err e;
	do {
		out = (struct graph_session_out){ .done = false };
		e = g->birth.provider.ops->step(l->session, token, &out);
		if (out.bytes.n)
			graph_send_token(g, l, out.bytes, out.after);
		token = span_of(NULL, 0);
	} while (out.more && l->state != GRAPH_STATE_ENDED);
	l->waits = e == OK && out.waits;
	if (e != OK)
		graph_link_end(g, l, e, e == ERR_NOMEM ? NULL : "authentication failed", now);
	else if (out.done && l->state != GRAPH_STATE_ENDED)
		session_stands(g, l, now);
}

void graph_resume(struct graph *g, struct mono now)
{
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (l->waits && l->state == GRAPH_STATE_TOKENS)
			graph_hello_token(g, l, span_of(NULL, 0), now);
	}
	graph_finish(g, now);
}

/* GRAPH-6.10: who has one address of an IPv6 /64 has all of it. */
static enum err session_begin(struct graph *g, struct graph_link *l, struct span auth_info)
{
	const char *other = l->peer ? l->peer : l->wanted;
	struct addr from = addr_unmapped(l->remote);
	struct graph_parties p = {
		.initiator = l->initiator,
		.direct = l->direct,
		.graph_id = span_str(g->birth.properties.id),
		.self = span_str(g->birth.peer),
		.other = span_str(other ? other : ""),
		.auth_info = auth_info,
		.source = span_of(from.ip, from.family == ADDR_IPV6 ? 8 : addr_ip_size(&from)),
	};
	l->state = GRAPH_STATE_TOKENS;
	return g->birth.provider.ops->session_new(g->birth.provider.ctx, &p, &l->session);
}

void graph_hello_initiate(struct graph *g, struct graph_link *l, struct mono now)
{
	uint8_t room[NAMES_ROOM];
	struct wr w = wr_of(room, sizeof(room));
	const struct graph_auth_info m = {
		.connection = l->direct ? GRAPH_DIRECT : GRAPH_NEIGHBOR,
		.graph_id = span_str(g->birth.properties.id),
		.source = span_str(g->birth.peer),
		.destination = span_str(l->wanted ? l->wanted : ""),
	};
	graph_put_auth_info(&w, &m);
	graph_send(g, l, wr_span(&w), 0);
	if (l->state == GRAPH_STATE_ENDED)
		return;
	if (!secure(g)) {
		authenticated(g, l, now);
		return;
	}
	enum err e = session_begin(g, l, wr_span(&w));
	if (e != OK)
		graph_link_end(g, l, e, NULL, now);
	else
		graph_hello_token(g, l, span_of(NULL, 0), now);
}

/* Why an AUTH_INFO is not for us; NULL: it is. */
static const char *auth_fault(const struct graph *g, const struct graph_auth_info *m)
{
	if (!span_eq(m->graph_id, span_str(g->birth.properties.id)))
		return "AUTH_INFO for another graph";
	if (m->destination.n && !span_eq(m->destination, span_str(g->birth.peer)))
		return "AUTH_INFO for another peer";
	if (m->source.n > GRAPH_ID_OCTETS)
		return "a Peer ID that is too long";
	return NULL;
}

static void auth_secure(struct graph *g, struct graph_link *l, struct span message,
			struct span token, struct mono now)
{
	enum err e = session_begin(g, l, message);
	if (e != OK)
		graph_link_end(g, l, e, NULL, now);
	else
		/* Also without a token: a provider may speak first (A56). */
		graph_hello_token(g, l, token, now);
}

void graph_hello_auth_info(struct graph *g, struct graph_link *l, struct span message,
			   const struct graph_auth_info *m, struct span token, struct mono now)
{
	const char *why = auth_fault(g, m);
	if (why) {
		graph_link_end(g, l, ERR_NOT_FOUND, why, now);
		return;
	}
	l->direct = m->connection == GRAPH_DIRECT;
	if (!keep_name(g, &l->peer, m->source)) {
		graph_link_end(g, l, ERR_NOMEM, NULL, now);
		return;
	}
	if (secure(g))
		auth_secure(g, l, message, token, now);
	else
		authenticated(g, l, now);
}

struct graph_link *graph_neighbor_find(const struct graph *g, uint64_t node,
				       const struct graph_link *but)
{
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (l != but && graph_link_neighbor(l) && l->node == node)
			return l;
	}
	return NULL;
}

/* GRAPH-8.18: what it claims is dialled for programs, told to others and kept for the next
 * run, so it is held to what may be dialled. */
static bool take_addresses(struct graph *g, struct graph_link *l, const struct graph_array *a)
{
	uint32_t n = a->n < GRAPH_ADDRESSES_MAX ? a->n : GRAPH_ADDRESSES_MAX;
	bool loopback = addr_is_loopback(&l->remote);
	struct addr *fresh = NULL;
	size_t kept = 0;
	if (n) {
		fresh = env_zalloc(g->shared->env, n, sizeof(*fresh));
		if (!fresh)
			return false;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct addr at = graph_address_at(a, i);
		if (addr_is_link_local(&at))
			at.scope = l->local.scope;
		if (graph_address_told(g, &at, loopback))
			fresh[kept++] = at;
	}
	env_free(g->shared->env, l->addresses);
	l->addresses = fresh;
	l->n_addresses = kept;
	return true;
}

static void say_refuse(struct graph *g, struct graph_link *l, enum graph_refusal code,
		       struct mono now)
{
	uint8_t room[12 + GRAPH_REFERRALS * GRAPH_ADDRESS];
	struct addr given[GRAPH_REFERRALS];
	struct wr w = wr_of(room, sizeof(room));
	struct graph_addresses a = { given, 0 };
	if (code == GRAPH_REFUSED_BUSY)
		a.n = (uint8_t)graph_referrals_give(g, l, given);
	graph_put_goodbye(&w, GRAPH_REFUSE, (uint8_t)code, a);
	graph_send(g, l, wr_span(&w), 0);
	graph_link_end(g, l, ERR_REFUSED, NULL, now);
}

static void say_welcome(struct graph *g, struct graph_link *l, uint8_t flags, struct mono now)
{
	uint8_t room[32 + GRAPH_REFERRALS * GRAPH_ADDRESS + 2 * (GRAPH_ID_OCTETS + 1)];
	struct addr given[GRAPH_REFERRALS];
	struct wr w = wr_of(room, sizeof(room));
	struct graph_welcome_out m = {
		.node = g->node,
		.time = graph_now(g, now),
		.referrals = { given, 0 },
		.peer = span_str(g->birth.peer),
		.name = span_str(g->birth.name),
	};
	if (flags & GRAPH_CONNECT_LIST && !l->direct)
		m.referrals.n = (uint8_t)graph_referrals_give(g, l, given);
	graph_put_welcome(&w, &m);
	graph_send(g, l, wr_span(&w), 0);
}

/* An attempt of ours on the node that calls us, as far as we can know. */
static struct graph_link *attempt_on(const struct graph *g, const struct graph_link *l)
{
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *o = LIST_ENTRY(n, struct graph_link, all);
		if (o == l || o->direct || !o->initiator || o->state == GRAPH_STATE_CONNECTED ||
		    o->state == GRAPH_STATE_ENDED)
			continue;
		if (o->expected && o->expected == l->node)
			return o;
		for (size_t i = 0; i < l->n_addresses; i++)
			if (addr_eq(&l->addresses[i], &o->remote))
				return o;
	}
	return NULL;
}

/* GRAPH-8.16, A46. True: the call is refused, our own stands. */
static bool lower_stands(struct graph *g, struct graph_link *l, struct mono now)
{
	struct graph_link *own = attempt_on(g, l);
	if (!own)
		return false;
	if (own->state == GRAPH_STATE_CONNECT_WAIT && g->node < l->node)
		return true;
	/* The command goes with the link that stays. */
	graph_follow_move(g, own, l);
	graph_link_end(g, own, ERR_EXISTS, NULL, now);
	return false;
}

static void accept_direct(struct graph *g, struct graph_link *l, uint8_t flags, struct mono now)
{
	if (!g->accept_direct || g->directs >= g->birth.limits.direct) {
		say_refuse(g, l, GRAPH_REFUSED_DIRECT, now);
		return;
	}
	say_welcome(g, l, flags, now);
	if (l->state != GRAPH_STATE_ENDED)
		graph_link_connected(g, l, now);
}

static void accept_neighbor(struct graph *g, struct graph_link *l, uint8_t flags, struct mono now)
{
	struct graph_link *there = graph_neighbor_find(g, l->node, l);
	if (there || l->node == g->node || lower_stands(g, l, now)) {
		/* Should the one that is there be dead, this will show it. */
		if (there)
			graph_ping(g, there);
		say_refuse(g, l, GRAPH_REFUSED_DUPLICATE, now);
		return;
	}
	if (g->neighbors >= GRAPH_NEIGHBORS_MAX) {
		say_refuse(g, l, GRAPH_REFUSED_BUSY, now);
		return;
	}
	say_welcome(g, l, flags, now);
	if (l->state == GRAPH_STATE_ENDED)
		return;
	graph_link_connected(g, l, now);
	g->never_connected = false; /* A14: only a creator can be here with it true */
	g->had_neighbor = true;
	if (g->properties.defer_expiration)
		graph_expire_now(g, now);
}

void graph_hello_connect(struct graph *g, struct graph_link *l, const struct graph_connect *m,
			 struct mono now)
{
	bool connected = l->state == GRAPH_STATE_CONNECTED;
	bool direct = m->flags & GRAPH_CONNECT_DIRECT;
	if (connected && !(m->flags & GRAPH_CONNECT_UPDATE)) {
		say_refuse(g, l, GRAPH_REFUSED_CONNECTED, now);
		return;
	}
	if (!take_addresses(g, l, &m->addresses)) {
		graph_link_end(g, l, ERR_NOMEM, NULL, now);
		return;
	}
	if (connected)
		return;
	if (direct != l->direct || !m->node) {
		graph_link_end(g, l, ERR_MALFORMED, "CONNECT contradicts AUTH_INFO", now);
		return;
	}
	l->node = m->node;
	if (direct)
		accept_direct(g, l, m->flags, now);
	else
		accept_neighbor(g, l, m->flags, now);
}

/* Two links to one node, both accepted: the one that the lower Node ID began stays, which
 * both ends know alike. True: l is gone. */
static bool duplicate(struct graph *g, struct graph_link *l, struct mono now)
{
	struct graph_link *there = graph_neighbor_find(g, l->node, l);
	if (!there)
		return false;
	bool new_stays = (g->node < l->node) == l->initiator;
	if (new_stays && there->initiator != l->initiator) {
		graph_link_end(g, there, ERR_EXISTS, NULL, now);
		return false;
	}
	graph_follow_move(g, l, there);
	graph_link_end(g, l, ERR_EXISTS, NULL, now);
	return true;
}

static const char *welcome_fault(const struct graph *g, const struct graph_link *l,
				 const struct graph_welcome *m)
{
	if (!m->node || m->node == g->node)
		return "connected to itself";
	/* A54 */
	if (l->wanted && !span_eq(m->peer, span_str(l->wanted)))
		return "another Peer ID than was called";
	if (l->peer && !span_eq(m->peer, span_str(l->peer)))
		return "another Peer ID than was proved";
	if (m->peer.n > GRAPH_ID_OCTETS)
		return "a Peer ID that is too long";
	return NULL;
}

static void joined(struct graph *g, struct graph_link *l, const struct graph_welcome *m,
		   struct mono now)
{
	graph_link_connected(g, l, now);
	graph_referrals_add(g, l, &m->addresses, now);
	graph_time_welcome(g, l, m->time, now);
	graph_ping_all(g);
	if (g->neighbors == 1) {
		g->maintain_wanted = true;
		if (g->properties.defer_expiration)
			graph_expire_now(g, now);
	}
	if (l->state != GRAPH_STATE_CONNECTED)
		return;
	graph_sync_begin(g, l, now);
	g->had_neighbor = true;
}

/* Others came while we called: there is no room any more. True: l is gone. */
static bool too_many(struct graph *g, struct graph_link *l, struct mono now)
{
	uint8_t room[12 + GRAPH_REFERRALS * GRAPH_ADDRESS];
	struct addr given[GRAPH_REFERRALS];
	struct wr w = wr_of(room, sizeof(room));
	if (g->neighbors < GRAPH_NEIGHBORS_MAX)
		return false;
	struct graph_addresses a = { given, (uint8_t)graph_referrals_give(g, l, given) };
	graph_put_goodbye(&w, GRAPH_DISCONNECT, GRAPH_LEAST_USEFUL, a);
	graph_send(g, l, wr_span(&w), 0);
	graph_link_end(g, l, ERR_FULL, NULL, now);
	return true;
}

void graph_hello_welcome(struct graph *g, struct graph_link *l, const struct graph_welcome *m,
			 struct mono now)
{
	const char *why = welcome_fault(g, l, m);
	if (why) {
		graph_link_end(g, l, ERR_DENIED, why, now);
		return;
	}
	l->node = m->node;
	if (!keep_name(g, &l->peer, m->peer)) {
		graph_link_end(g, l, ERR_NOMEM, NULL, now);
		return;
	}
	if (l->direct)
		graph_link_connected(g, l, now);
	else if (!duplicate(g, l, now) && !too_many(g, l, now))
		joined(g, l, m, now);
}

static const char *refusal_text(uint8_t code)
{
	static const char *const texts[] = {
		[GRAPH_REFUSED_BUSY] = "it has as many neighbors as it may",
		[GRAPH_REFUSED_CONNECTED] = "it says that the link is connected already",
		[GRAPH_REFUSED_DUPLICATE] = "the two are connected already",
		[GRAPH_REFUSED_DIRECT] = "it takes no direct connections",
	};
	return texts[code];
}

/* GRAPH-8.53: by which the two are connected already, or soon, as far as can be known: the node
 * has the address that was dialled, or who proved the same name is at the same machine. */
static struct graph_link *other_link(const struct graph *g, const struct graph_link *l)
{
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *o = LIST_ENTRY(n, struct graph_link, all);
		if (o == l || o->direct || o->state == GRAPH_STATE_ENDED)
			continue;
		bool named = l->peer && o->peer;
		if (named && !span_eq(span_str(o->peer), span_str(l->peer)))
			continue;
		if (named && addr_same_host(&o->remote, &l->remote))
			return o;
		for (size_t i = 0; i < o->n_addresses; i++)
			if (addr_eq(&o->addresses[i], &l->remote))
				return o;
	}
	return NULL;
}

/* GRAPH-8.17. The command that asked goes on with the next attempt. */
void graph_hello_refuse(struct graph *g, struct graph_link *l, const struct graph_goodbye *m,
			struct mono now)
{
	if (!l->direct)
		graph_referrals_add(g, l, &m->addresses, now);
	/* A47: whoever says so closes the link itself. */
	if (m->code == GRAPH_REFUSED_CONNECTED)
		return;
	bool onward =
		!l->direct && m->code == GRAPH_REFUSED_BUSY && graph_attempt_referral(g, l, now);
	struct graph_link *there = m->code == GRAPH_REFUSED_DUPLICATE ? other_link(g, l) : NULL;
	if (onward)
		l->command = 0;
	else if (there)
		graph_follow_move(g, l, there);
	else
		graph_follow_answer(g, l, ERR_REFUSED, refusal_text(m->code));
	graph_link_end(g, l, ERR_REFUSED, NULL, now);
}

void graph_hello_disconnect(struct graph *g, struct graph_link *l, const struct graph_goodbye *m,
			    struct mono now)
{
	if (!l->direct)
		graph_referrals_add(g, l, &m->addresses, now);
	graph_link_end(g, l, ERR_CLOSED, NULL, now);
}

void graph_hello_update(struct graph *g, struct mono now)
{
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (graph_link_neighbor(l))
			say_connect(g, l, GRAPH_CONNECT_UPDATE);
	}
}
