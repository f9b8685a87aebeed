#include "node/config.h"

/* Defaults, copies and the one way in for a key. */

void node_config_init(struct node_config *c, const struct env *env)
{
	c->env = env;
	c->listen_given = false;
	c->crypto = NULL;
	c->vault = NULL;
	c->guard = NULL;
	masc_config_init(&c->masc, env);
	pnrp_config_init(&c->pnrp);
	graph_config_init(&c->graph);
	group_config_init(&c->group);
}

void node_config_free(struct node_config *c)
{
	masc_config_free(&c->masc);
}

enum err node_config_copy(struct node_config *to, const struct node_config *from,
			  const struct env *env)
{
	to->env = env;
	to->listen_given = from->listen_given;
	to->crypto = from->crypto;
	to->vault = from->vault;
	to->guard = from->guard;
	to->pnrp = from->pnrp;
	to->graph = from->graph;
	to->group = from->group;
	return masc_config_copy(&to->masc, &from->masc, env);
}

/* The first `listen` takes the place of the default, each more adds to it. */
static enum err add_listen(struct node_config *c, struct span value, struct text *why)
{
	struct masc_config given = { .n_listen = 0 };
	struct masc_config *m = &c->masc;
	enum err e = setting_set(masc_settings, &given, span_str("listen"), value, why);
	size_t had = c->listen_given ? m->n_listen : 0;
	if (e)
		return e;
	if (had + given.n_listen > MASC_LISTEN_MAX) {
		text_str(why, "listen: at most ");
		text_u64(why, MASC_LISTEN_MAX);
		text_str(why, " addresses are accepted");
		return ERR_FULL;
	}
	memcpy(m->listen + had, given.listen, given.n_listen * sizeof(given.listen[0]));
	m->n_listen = had + given.n_listen;
	c->listen_given = true;
	return OK;
}

static enum err set_masc(struct node_config *c, struct span key, struct span value,
			 struct text *why)
{
	if (span_eq(key, span_str("listen")))
		return add_listen(c, value, why);
	return setting_set(masc_settings, &c->masc, key, value, why);
}

static void name_why(struct text *why, const char *kind, struct span name, enum err e)
{
	text_str(why, kind);
	text_char(why, ' ');
	text_quoted(why, name, MASC_NAME_MAX);
	text_str(why, ": ");
	if (e == ERR_MALFORMED)
		text_str(why, "accepted is a name of 1 to 63 letters, digits, dots, dashes and "
			      "underscores");
	else
		text_str(why, err_text(e));
}

static enum err set_peer(struct masc_config *m, struct span name, struct span key,
			 struct span value, struct text *why)
{
	struct masc_peer_config *peer;
	enum err e = masc_config_peer(m, name, &peer);
	if (e) {
		name_why(why, "peer", name, e);
		return e;
	}
	return setting_set(masc_peer_settings, peer, key, value, why);
}

static enum err set_scope(struct masc_config *m, struct span name, struct span key,
			  struct span value, struct text *why)
{
	struct masc_scope_config *scope;
	enum err e = masc_config_scope(m, name, &scope);
	if (e) {
		name_why(why, "scope", name, e);
		return e;
	}
	return setting_set(masc_scope_settings, scope, key, value, why);
}

/* "masc.peer NAME" when `kind` is "masc.peer ". */
static bool named(struct span group, const char *kind, struct span *name)
{
	struct span k = span_str(kind);
	if (group.n < k.n || memcmp(group.p, k.p, k.n) != 0)
		return false;
	*name = span_of(group.p + k.n, group.n - k.n);
	return true;
}

enum err node_config_set(struct node_config *c, struct span group, struct span key,
			 struct span value, struct text *why)
{
	struct span name;

	if (span_eq(group, span_str("masc")))
		return set_masc(c, key, value, why);
	if (span_eq(group, span_str("pnrp")))
		return pnrp_config_set(&c->pnrp, span_of(NULL, 0), key, value, why);
	if (span_eq(group, span_str("graph")))
		return graph_config_set(&c->graph, key, value, why);
	if (span_eq(group, span_str("group")))
		return group_config_set(&c->group, key, value, why);
	if (named(group, "pnrp.", &name))
		return pnrp_config_set(&c->pnrp, name, key, value, why);
	if (named(group, "masc.peer ", &name))
		return set_peer(&c->masc, name, key, value, why);
	if (named(group, "masc.scope ", &name))
		return set_scope(&c->masc, name, key, value, why);
	text_str(why, "there is no group ");
	text_quoted(why, group, 64);
	text_str(why, "; accepted are masc, and peer NAME and scope NAME inside it, and "
		      "pnrp, with link, site and global inside it, graph, and group");
	return ERR_NOT_FOUND;
}

enum err node_config_complete(struct node_config *c)
{
	return masc_config_complete(&c->masc);
}

enum err node_config_check(const struct node_config *c, struct text *why)
{
	enum err e = masc_config_check(&c->masc, why);
	if (!e)
		e = pnrp_config_check(&c->pnrp, why);
	if (!e)
		e = graph_config_check(&c->graph, why);
	if (!e)
		e = group_config_check(&c->group, why);
	if (!e && c->group.enabled && !c->graph.enabled) {
		text_str(why, "group: groups are graphs, and the part graph is off; add graph "
			      "{ } or leave group out");
		e = ERR_CONFIG;
	}
	return e;
}
