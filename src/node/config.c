#include "node/config.h"

/* Defaults, copies and the one way in for a key. */

void node_config_init(struct node_config *c, const struct env *env)
{
	c->env = env;
	c->listen_given = false;
	masc_config_init(&c->masc, env);
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

static void peer_why(struct text *why, struct span name, enum err e)
{
	text_str(why, "peer ");
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
		peer_why(why, name, e);
		return e;
	}
	return setting_set(masc_peer_settings, peer, key, value, why);
}

enum err node_config_set(struct node_config *c, struct span group, struct span key,
			 struct span value, struct text *why)
{
	static const char peer[] = "masc.peer ";
	const size_t n = sizeof(peer) - 1;

	if (span_eq(group, span_str("masc")))
		return set_masc(c, key, value, why);
	if (group.n >= n && memcmp(group.p, peer, n) == 0)
		return set_peer(&c->masc, span_of(group.p + n, group.n - n), key, value, why);
	text_str(why, "there is no group ");
	text_quoted(why, group, 64);
	text_str(why, "; accepted are masc, and peer NAME inside it");
	return ERR_NOT_FOUND;
}

enum err node_config_check(const struct node_config *c, struct text *why)
{
	return masc_config_check(&c->masc, why);
}
