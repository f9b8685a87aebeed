/* Listening, and what the configuration asks of the connections of a peer.
 * Guards go by address: that is all the kernel can tell connections by. */
#include "engine/engine_int.h"

#include "os/sockaddr.h"

static void guard_make(struct net_guard *g, const struct masc_peer_config *p)
{
	struct text key = TEXT_OF(g->md5_key);

	*g = (struct net_guard){ .remote = p->address, .ttl_security = p->ttl_security };
	g->remote.port = 0;
	text_str(&key, p->md5_key);
}

bool engine_guard_of(const struct node_config *c, const struct addr *remote, struct net_guard *out)
{
	for (size_t i = 0; i < c->masc.n_peers; i++) {
		if (!addr_same_host(&c->masc.peers[i].address, remote))
			continue;
		guard_make(out, &c->masc.peers[i]);
		return true;
	}
	return false;
}

enum err engine_guards_set(struct engine *e, const struct node_config *c, struct text *why)
{
	size_t n = c->masc.n_peers;
	struct net_guard *g = env_zalloc(e->env, n, sizeof(*g));
	enum err err;

	if (!g)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		guard_make(&g[i], &c->masc.peers[i]);
	err = net_guards(e->net, NODE_PART_MASC, g, n, why);
	for (size_t i = 0; i < n; i++)
		memset(&g[i], 0, sizeof(g[i]));
	env_free(e->env, g);
	return err;
}

/* What a part that has one port for all of its addresses could not have. */
static void keep_taken(struct engine *e, uint32_t part, const struct text *who)
{
	struct text kept = TEXT_OF(e->info.port_error[part]);

	text_str(&kept, who->p);
}

/* MASC */
static void deafen(struct engine *e, uint32_t part, enum err err, struct text *why)
{
	if (err == ERR_IN_USE)
		text_str(why, "; stop it, or set masc.listen to another address");
	if (!why->n)
		text_str(why, err_text(err));
	keep_taken(e, part, why);
	engine_say(e, NODE_ERROR, node_part_text((enum node_part)part), why);
	/* A part that lacks one address stops: the others would answer in vain. */
	e->part_deaf[part] = true;
	net_unlisten(e->net, part, NULL);
}

/* "All of IPv6" beside "all of IPv4" is the default, and no wish that a machine
 * without IPv6 could fail. */
static bool may_miss(const struct engine *e, const struct node_out *out)
{
	bool others = out->listener == NODE_PART_MASC ? e->config.masc.n_listen > 1
						      : e->config.graph.n_listen != 1;

	return addr_is_any(&out->local) && others && !os_sockaddr_usable(&out->local);
}

static void say_missed(struct engine *e, const struct node_out *out)
{
	char buffer[120];
	struct text t = TEXT_OF(buffer);

	text_str(&t, "this machine has no ");
	text_str(&t, out->local.family == ADDR_IPV6 ? "IPv6" : "IPv4");
	text_str(&t, ": not listening on ");
	addr_text(&t, &out->local);
	engine_say(e, NODE_NOTICE, node_part_text((enum node_part)out->listener), &t);
}

/* ENGINE-37 */
static enum err listen_elsewhere(struct engine *e, const struct node_out *out, struct addr *bound,
				 struct text *why)
{
	struct addr local = out->local;
	char buffer[300];
	struct text second = TEXT_OF(buffer);
	enum err err;

	keep_taken(e, out->listener, why);
	local.port = 0;
	err = net_listen(e->net, out->listener, &local, bound, &second);
	if (err)
		return err;
	text_str(why, "; using port ");
	text_u64(why, bound->port);
	text_str(why, " instead");
	engine_say(e, NODE_NOTICE, node_part_text((enum node_part)out->listener), why);
	return OK;
}

/* A graph that lacks one address has others: nothing of it ends. */
static void say_unheard(struct engine *e, const struct node_out *out, enum err err,
			struct text *why)
{
	if (err == ERR_IN_USE)
		text_str(why, "; stop it, or set port or listen of graph to another one");
	if (!why->n)
		text_str(why, err_text(err));
	keep_taken(e, out->listener, why);
	engine_say(e, NODE_ERROR, node_part_text((enum node_part)out->listener), why);
}

static enum err listen_of_masc(struct engine *e, const struct node_out *out, struct addr *bound)
{
	char buffer[512];
	struct text why = TEXT_OF(buffer);
	enum err err = engine_guards_set(e, &e->config, &why);

	if (!err)
		err = net_listen(e->net, out->listener, &out->local, bound, &why);
	if (err)
		deafen(e, out->listener, err, &why);
	return err;
}

static enum err listen_of_graph(struct engine *e, const struct node_out *out, struct addr *bound)
{
	char buffer[600];
	struct text why = TEXT_OF(buffer);
	enum err err = net_listen(e->net, out->listener, &out->local, bound, &why);

	if (err == ERR_IN_USE && out->any_port)
		err = listen_elsewhere(e, out, bound, &why);
	if (err)
		say_unheard(e, out, err, &why);
	return err;
}

/* Told from the ring: the node is in the midst of its outputs. MASC is not told of what
 * it can do without. */
void engine_listen(struct engine *e, const struct node_out *out)
{
	bool masc = out->listener == NODE_PART_MASC;
	struct later l = { .kind = NODE_IN_LISTENING, .listener = out->listener };

	if (e->part_deaf[out->listener])
		return;
	if (may_miss(e, out)) {
		say_missed(e, out);
		l.err = ERR_UNSUPPORTED;
	} else {
		l.err = masc ? listen_of_masc(e, out, &l.local) : listen_of_graph(e, out, &l.local);
	}
	if (l.err) {
		l.kind = NODE_IN_LISTEN_FAILED;
		l.local = out->local;
	}
	if (!masc || l.err != ERR_UNSUPPORTED)
		engine_feed_later(e, &l);
}

void engine_unlisten(struct engine *e, const struct node_out *out)
{
	if (out->listener == NODE_PART_GRAPH)
		e->info.port_error[NODE_PART_GRAPH][0] = '\0';
	net_unlisten(e->net, out->listener, &out->local);
}
