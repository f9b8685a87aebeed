/* Taking over a configuration: all that can fail first, then the change. */
#include "masc/own_int.h"

struct change {
	struct masc *m;
	struct masc_config config;
	bool top_level;
	struct masc_id parent;
	struct peer **peers; /* kept and new ones, in the new order */
	struct map by_name, by_address;
};

static bool same_peer(const struct masc_peer_config *a, const struct masc_peer_config *b)
{
	return addr_eq(&a->address, &b->address) && addr_eq(&a->local_address, &b->local_address) &&
	       a->role == b->role && a->family == b->family && masc_id_eq(&a->domain, &b->domain) &&
	       masc_id_eq(&a->node, &b->node) && masc_id_eq(&a->parent_domain, &b->parent_domain) &&
	       a->passive == b->passive && a->ttl_security == b->ttl_security &&
	       span_eq(span_str(a->md5_key), span_str(b->md5_key));
}

/* What our OPENs say to everybody. */
static bool same_node(const struct change *c)
{
	const struct masc *m = c->m;
	return masc_id_eq(&c->config.domain, &m->config.domain) &&
	       masc_id_eq(&c->config.node, &m->config.node) && c->top_level == m->top_level &&
	       masc_id_eq(&c->parent, &m->parent);
}

static bool same_timers(const struct masc_timers *a, const struct masc_timers *b)
{
	return a->hold_time == b->hold_time && a->open_wait == b->open_wait &&
	       a->connect_retry == b->connect_retry && a->idle_backoff == b->idle_backoff &&
	       a->idle_backoff_max == b->idle_backoff_max;
}

/* The peer of that name, when it may live on as it is. */
static struct peer *kept(const struct change *c, const struct masc_peer_config *config)
{
	struct peer *p = map_get(&c->m->by_name, span_str(config->name));
	if (!p || !same_node(c) || !same_peer(p->config, config))
		return NULL;
	struct masc_timers t = masc_config_timers(&c->config, config);
	return same_timers(&t, &p->timers) ? p : NULL;
}

static enum err make_peer(struct change *c, uint32_t i, struct mono now)
{
	const struct masc_peer_config *config = &c->config.peers[i];
	struct peer *p = kept(c, config);
	if (!p) {
		p = peer_new(c->m, &c->config, i, now);
		if (!p)
			return ERR_NOMEM;
		c->peers[i] = p;
		enum err e = admin_load(p, now);
		if (e != OK)
			return e;
	}
	c->peers[i] = p;
	if (map_put(&c->by_name, span_str(config->name), p) != OK)
		return ERR_NOMEM;
	struct span address = span_of(p->address_key, sizeof(p->address_key));
	return map_get(&c->by_address, address) ? OK : map_put(&c->by_address, address, p);
}

static enum err prepare(struct change *c, struct mono now)
{
	c->peers = env_zalloc(c->m->env, c->config.n_peers + 1, sizeof(struct peer *));
	if (!c->peers)
		return ERR_NOMEM;
	for (size_t i = 0; i < c->config.n_peers; i++) {
		enum err e = make_peer(c, (uint32_t)i, now);
		if (e != OK)
			return e;
	}
	return OK;
}

static bool is_kept(const struct change *c, const struct peer *p)
{
	return map_get(&c->by_name, span_str(p->config->name)) == p;
}

static void abandon(struct change *c)
{
	for (size_t i = 0; c->peers && i < c->config.n_peers; i++) {
		struct peer *p = c->peers[i];
		if (p && map_get(&c->m->by_name, span_str(p->config->name)) != p)
			peer_free(p);
	}
	env_free(c->m->env, c->peers);
	map_free(&c->by_name);
	map_free(&c->by_address);
	masc_config_free(&c->config);
}

static void part_with_old(struct change *c, struct mono now)
{
	struct masc *m = c->m;
	/* Whom they wait for is no longer sure. */
	LIST_EACH(at, next, &m->waiting)
	link_close(LIST_ENTRY(at, struct link, waiting));
	for (size_t i = 0; i < m->config.n_peers; i++) {
		struct peer *p = m->peers[i];
		if (is_kept(c, p))
			continue;
		peer_stop(p, END_STOPPED, now);
		peer_free(p);
	}
}

/* Peers at one address, in the order of the configuration, the first of them
 * being the one in by_address. */
static void chain(struct change *c)
{
	for (size_t i = 0; i < c->config.n_peers; i++)
		c->peers[i]->same_address = NULL;
	for (size_t i = c->config.n_peers; i-- > 0;) {
		struct peer *p = c->peers[i];
		struct span key = span_of(p->address_key, sizeof(p->address_key));
		struct peer *first = map_get(&c->by_address, key);
		peer_place(p, &c->config, (uint32_t)i);
		if (first == p)
			continue;
		p->same_address = first->same_address;
		first->same_address = p;
	}
}

static void commit(struct change *c, struct mono now)
{
	struct masc *m = c->m;
	part_with_old(c, now);
	env_free(m->env, m->peers);
	map_free(&m->by_name);
	map_free(&m->by_address);
	struct masc_config old = m->config;
	m->config = c->config;
	m->peers = c->peers;
	m->by_name = c->by_name;
	m->by_address = c->by_address;
	m->top_level = c->top_level;
	m->parent = c->parent;
	m->rules = masc_config_rules(&m->config);
	/* Points the peers into m->config.peers, where the array stays. */
	chain(c);
	masc_config_free(&old);
	for (size_t i = 0; m->health != OK && i < m->config.n_peers; i++)
		peer_stop(m->peers[i], END_STOPPED, now);
	sync_reconfigured(m, now);
	own_reconfigured(m, now);
}

enum err masc_take_over(struct masc *m, const struct masc_config *cfg, struct mono now)
{
	char sentence[256];
	struct text why = TEXT_OF(sentence);
	struct change c = { .m = m };
	struct masc_config wanted = *cfg;
	/* What is switched off was not checked either. */
	if (!masc_config_active(cfg))
		wanted.n_peers = 0;
	enum err e = masc_config_copy(&c.config, &wanted, m->env);
	if (e != OK)
		return e;
	e = masc_config_complete(&c.config);
	if (e == OK)
		e = masc_config_check(&c.config, &why);
	if (e != OK) {
		masc_config_free(&c.config);
		return e;
	}
	map_init(&c.by_name, m->env);
	map_init(&c.by_address, m->env);
	c.top_level = masc_config_top_level(&c.config);
	c.parent = masc_config_parent(&c.config);
	e = prepare(&c, now);
	/* What is told in our name lies there in the old one. */
	if (e == OK && !same_node(&c))
		own_hide(m, now);
	if (e == OK)
		e = spaces_reconfigure(m, &c.config);
	if (e == OK)
		commit(&c, now);
	else {
		abandon(&c);
		own_reconfigured(m, now);
	}
	return e;
}

enum err masc_reconfigure(struct masc *m, const struct masc_config *cfg, struct mono now)
{
	enum err e = masc_take_over(m, cfg, now);
	masc_settle(m, now);
	return e;
}
