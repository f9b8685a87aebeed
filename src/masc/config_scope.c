/* Scopes: which there are, which a range lies in, and which a session crosses. */
#include "masc/config_int.h"

static const struct masc_prefix organisation = { { 239, 192 }, 14, MASC_IPV4 };

static bool has_ipv4(const struct masc_config *c)
{
	for (size_t i = 0; i < c->n_peers; i++)
		if (c->peers[i].family + 1 == MASC_IPV4)
			return true;
	return c->n_peers == 0;
}

enum err masc_config_complete(struct masc_config *c)
{
	struct masc_scope_config *s;
	bool wanted = masc_config_active(c) && c->n_scopes == 0 && masc_config_top_level(c);
	if (!wanted || !has_ipv4(c))
		return OK;
	enum err e = masc_config_scope(c, span_str("organisation"), &s);
	if (e != OK)
		return e;
	s->range = organisation;
	s->root = true;
	return OK;
}

const struct masc_scope_config *masc_config_find_scope(const struct masc_config *c,
						       struct span name)
{
	for (size_t i = 0; i < c->n_scopes; i++)
		if (span_eq(span_str(c->scopes[i].name), name))
			return &c->scopes[i];
	return NULL;
}

const struct masc_scope_config *masc_config_scope_of(const struct masc_config *c,
						     const struct masc_prefix *p, bool *split)
{
	*split = false;
	for (size_t i = 0; i < c->n_scopes; i++) {
		const struct masc_scope_config *s = &c->scopes[i];
		if (masc_prefix_covers(&s->range, p))
			return s;
		if (masc_prefix_overlaps(&s->range, p))
			*split = true;
	}
	return NULL;
}

bool config_next_crossed(struct span *rest, struct span *name)
{
	while (rest->n) {
		*name = config_next_item(rest);
		if (name->n)
			return true;
	}
	return false;
}

bool masc_config_crosses(const struct masc_peer_config *p, const struct masc_scope_config *s)
{
	struct span rest = span_str(p->crosses), name;
	while (config_next_crossed(&rest, &name))
		if (span_eq(name, span_str(s->name)))
			return true;
	return false;
}
