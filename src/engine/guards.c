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

static void deafen(struct engine *e, uint32_t part, enum err err, struct text *why)
{
	struct text kept = TEXT_OF(e->info.port_error[part]);
	struct later l = { .kind = NODE_IN_LISTEN_FAILED, .listener = part, .err = err };

	if (err == ERR_IN_USE)
		text_str(why, "; stop it, or set masc.listen to another address");
	if (!why->n)
		text_str(why, err_text(err));
	text_str(&kept, why->p);
	engine_say(e, NODE_ERROR, node_part_text((enum node_part)part), why);
	/* A part that lacks one address stops: the others would answer in vain. */
	e->part_deaf[part] = true;
	net_unlisten(e->net, part, NULL);
	engine_feed_later(e, &l);
}

/* "All of IPv6" beside "all of IPv4" is the default, and no wish that a machine
 * without IPv6 could fail. */
static bool may_miss(const struct engine *e, const struct addr *local)
{
	return addr_is_any(local) && e->config.masc.n_listen > 1 && !os_sockaddr_usable(local);
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

void engine_listen(struct engine *e, const struct node_out *out)
{
	char buffer[512];
	struct text why = TEXT_OF(buffer);
	enum err err;

	if (e->part_deaf[out->listener])
		return;
	if (may_miss(e, &out->local)) {
		say_missed(e, out);
		return;
	}
	err = engine_guards_set(e, &e->config, &why);
	if (!err)
		err = net_listen(e->net, out->listener, &out->local, &why);
	if (err)
		deafen(e, out->listener, err, &why);
}

void engine_unlisten(struct engine *e, const struct node_out *out)
{
	net_unlisten(e->net, out->listener, &out->local);
}
