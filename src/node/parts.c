#include "node/node_int.h"

/* Which parts run and where they listen; changes of the configuration. */

const struct store_table *const node_tables[] = {
	&masc_table_admin,    &masc_table_own,	       &masc_table_demand,  &masc_table_claims,
	&pnrp_table_names,    &pnrp_table_keys,	       &pnrp_table_seen,    &graph_table_graphs,
	&graph_table_records, &group_table_identities, &group_table_groups, NULL
};

struct listens {
	struct addr at[MASC_LISTEN_MAX];
	size_t n;
};

static void listens_of(const struct node_config *cfg, struct listens *l)
{
	l->n = 0;
	if (!masc_config_active(&cfg->masc))
		return;
	for (size_t i = 0; i < cfg->masc.n_listen; i++)
		l->at[l->n++] = cfg->masc.listen[i];
}

static bool listens_at(const struct listens *l, const struct addr *a)
{
	for (size_t i = 0; i < l->n; i++)
		if (addr_eq(&l->at[i], a))
			return true;
	return false;
}

/* One output for each address of `these` that is not among `but`. */
static enum err add_listens(struct node *n, enum node_out_kind kind, const struct listens *these,
			    const struct listens *but, struct list *to)
{
	for (size_t i = 0; i < these->n; i++) {
		if (listens_at(but, &these->at[i]))
			continue;
		struct node_own *o = node_own_add(n, to, kind);
		if (!o)
			return ERR_NOMEM;
		o->out.listener = NODE_PART_MASC;
		o->out.local = these->at[i];
	}
	return OK;
}

enum err node_listen_all(struct node *n, const struct node_config *cfg, struct list *to)
{
	struct listens all, none = { .n = 0 };
	listens_of(cfg, &all);
	return add_listens(n, NODE_OUT_LISTEN, &all, &none, to);
}

/* From what is listened on now to what cfg wants. A part that stopped because
 * its port was taken begins anew everywhere. */
static enum err change_listens(struct node *n, const struct node_config *cfg, bool anew,
			       struct list *to)
{
	struct listens none = { .n = 0 }, old, new;
	listens_of(&n->config, &old);
	listens_of(cfg, &new);
	enum err e = add_listens(n, NODE_OUT_UNLISTEN, &old, anew ? &none : &new, to);
	return e ? e : add_listens(n, NODE_OUT_LISTEN, &new, anew ? &none : &old, to);
}

static enum err start_masc(struct node *n, const struct node_config *cfg, struct mono now)
{
	struct masc *core;
	enum err e = masc_new(&core, &cfg->masc, n->env, n->store, now, node_wall(n, now));
	if (e)
		return e;
	masc_free(n->masc.core);
	n->masc.core = core;
	n->masc.leaving = false;
	/* Dialled links are odd: the next one of the core, 1, follows the last. */
	n->masc.base = n->masc.highest ? n->masc.highest + 1 : 0;
	return OK;
}

enum err node_parts_start(struct node *n, const struct node_config *cfg, struct mono now)
{
	enum err e = masc_config_active(&cfg->masc) ? start_masc(n, cfg, now) : OK;
	if (!e)
		e = node_pnrp_start(n, cfg, now);
	return e ? e : node_graph_start(n, cfg, now);
}

static bool masc_failed(const struct node *n)
{
	return n->masc.core && masc_health(n->masc.core) != OK;
}

static enum err change_masc(struct node *n, const struct node_config *cfg, struct mono now)
{
	bool runs = n->masc.core && !n->masc.leaving;
	if (!masc_config_active(&cfg->masc) && runs) {
		masc_stop(n->masc.core, now);
		n->masc.leaving = true;
	}
	if (!masc_config_active(&cfg->masc))
		return OK;
	if (!runs || masc_failed(n))
		return start_masc(n, cfg, now);
	return masc_reconfigure(n->masc.core, &cfg->masc, now);
}

static enum err take_config(struct node *n, struct node_config *cfg, struct mono now)
{
	struct list changes;
	list_init(&changes);
	enum err e = change_listens(n, cfg, masc_failed(n), &changes);
	if (!e)
		e = node_pnrp_change(n, cfg, now);
	if (!e)
		e = node_graph_change(n, cfg, now);
	if (!e)
		e = change_masc(n, cfg, now);
	if (e) {
		node_own_clear(n, &changes);
		return e;
	}
	node_own_join(n, &changes);
	struct node_config old = n->config;
	cfg->crypto = old.crypto; /* lent for life */
	cfg->guard = old.guard;
	n->config = *cfg;
	node_config_free(&old);
	node_tell(n, NODE_SELF_CONFIG_TAKEN);
	return OK;
}

static void tell_refused(struct node *n, enum err e, uint32_t line, const struct text *why)
{
	struct node_self_event *told = node_tell(n, NODE_SELF_CONFIG_REFUSED);
	struct text t = TEXT_OF(told->text);
	told->err = e;
	told->line = line;
	text_str(&t, why->n ? why->p : err_text(e));
}

enum err node_reload(struct node *n, struct span text, struct mono now)
{
	char buffer[NODE_SELF_TEXT_MAX];
	struct text why = TEXT_OF(buffer);
	struct node_config cfg;
	uint32_t line = 0;

	node_config_init(&cfg, n->env);
	enum err e = node_config_parse(&cfg, text, &line, &why);
	if (!e)
		e = take_config(n, &cfg, now);
	if (!e)
		return OK;
	node_config_free(&cfg);
	tell_refused(n, e, line, &why);
	return e;
}
