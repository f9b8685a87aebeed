#include "base/number.h"
#include "sim/scenario_int.h"

/* Statements, a table row each; the end of the text checks what could not be
 * checked before. */

static void *grow(struct scenario *s, void *items, size_t *room, size_t n, size_t size)
{
	if (n < *room)
		return items;
	size_t more = *room ? 2 * *room : 16;
	void *p = env_resize(s->env, items, more * size);
	if (p)
		*room = more;
	return p;
}

struct scn_action *scn_add_action(struct scenario *s)
{
	struct scn_action *items =
		grow(s, s->actions, &s->room_actions, s->n_actions, sizeof(*items));
	if (!items)
		return NULL;
	s->actions = items;
	memset(&items[s->n_actions], 0, sizeof(*items));
	return &items[s->n_actions++];
}

struct scn_expect *scn_add_expect(struct scenario *s)
{
	struct scn_expect *items =
		grow(s, s->expects, &s->room_expects, s->n_expects, sizeof(*items));
	if (!items)
		return NULL;
	s->expects = items;
	memset(&items[s->n_expects], 0, sizeof(*items));
	return &items[s->n_expects++];
}

static struct scn_link *add_link(struct scenario *s)
{
	struct scn_link *items = grow(s, s->links, &s->room_links, s->n_links, sizeof(*items));
	if (!items)
		return NULL;
	s->links = items;
	return &items[s->n_links++];
}

static enum err read_seed(struct scn_parser *p)
{
	return scn_number(p, "seed", UINT64_MAX, &p->s->seed);
}

static enum err read_end(struct scn_parser *p)
{
	return scn_duration(p, "end", &p->s->end);
}

static enum err read_node(struct scn_parser *p)
{
	return scn_read_site(p, false);
}

static enum err read_peer(struct scn_parser *p)
{
	return scn_read_site(p, true);
}

/* "link A B [delay T..T] [loss 5%] ...", "link all ..."; a stream has the delay alone. */
static enum err read_link(struct scn_parser *p)
{
	struct scn_link link = { SCN_NO_SITE,
				 SCN_NO_SITE,
				 { 1 * MONO_MS, 5 * MONO_MS },
				 { .low = 1 * MONO_MS, .high = 5 * MONO_MS } };
	uint32_t changes = 0;
	enum err e = OK;
	if (!scn_accept(p, "all")) {
		e = scn_site_name(p, &link.a);
		if (!e)
			e = scn_site_name(p, &link.b);
	}
	if (!e)
		e = scn_read_path(p, &link.path, &changes);
	if (changes & SCN_PATH_DELAY)
		link.delay = (struct scn_range){ link.path.low, link.path.high };
	if (!e && link.a == link.b && link.a != SCN_NO_SITE)
		return scn_fail(p, "link", span_str(p->s->sites[link.a].name),
				"two different ends");
	if (e)
		return e;
	struct scn_link *to = add_link(p->s);
	if (!to)
		return ERR_NOMEM;
	*to = link;
	return OK;
}

/* "host NAME ADDRESS..." */
static enum err read_host(struct scn_parser *p)
{
	struct scenario *s = p->s;
	struct scn_host *items = grow(s, s->hosts, &s->room_hosts, s->n_hosts, sizeof(*items));
	if (!items)
		return ERR_NOMEM;
	s->hosts = items;
	struct scn_host *h = &items[s->n_hosts++];
	*h = (struct scn_host){ .name = scn_word(p) };
	while (scn_peek(p).p) {
		struct span w = scn_word(p);
		if (h->n_addrs == SCN_ADDRS_MAX || addr_parse(w, 0, &h->addrs[h->n_addrs]) ||
		    h->addrs[h->n_addrs].port)
			return scn_fail(p, "host", w, "a name, and up to 8 addresses");
		h->n_addrs++;
	}
	return h->name.n ? OK : scn_fail(p, "host", h->name, "a name, and its addresses");
}

static enum err add_expect(struct scn_parser *p, enum scn_expect_kind kind, int64_t window)
{
	struct scn_expect *x = scn_add_expect(p->s);
	if (!x)
		return ERR_NOMEM;
	x->line = p->line;
	x->kind = kind;
	x->action = p->last_action;
	x->window = window;
	return scn_read_condition(p, &x->condition);
}

static enum err read_within(struct scn_parser *p)
{
	int64_t window;
	enum err e = scn_duration(p, "within", &window);
	if (e)
		return e;
	if (!scn_accept(p, "expect"))
		return scn_fail(p, "after the time", scn_peek(p), "expect");
	return add_expect(p, SCN_WITHIN, window);
}

static enum err read_expect(struct scn_parser *p)
{
	return add_expect(p, SCN_WITHIN, 0);
}

static enum err read_never(struct scn_parser *p)
{
	return add_expect(p, SCN_NEVER, INT64_MAX);
}

static enum err read_always(struct scn_parser *p)
{
	return add_expect(p, SCN_ALWAYS, INT64_MAX);
}

static enum err read_for(struct scn_parser *p)
{
	int64_t window;
	enum err e = scn_duration(p, "for", &window);
	if (e)
		return e;
	if (scn_accept(p, "never"))
		return add_expect(p, SCN_NEVER, window);
	if (scn_accept(p, "always"))
		return add_expect(p, SCN_ALWAYS, window);
	return scn_fail(p, "after the time", scn_peek(p), "never or always");
}

static const struct statement {
	const char *name;
	enum err (*read)(struct scn_parser *p);
} statements[] = {
	{ "seed", read_seed },	   { "end", read_end },	      { "node", read_node },
	{ "peer", read_peer },	   { "link", read_link },     { "at", scn_read_action },
	{ "within", read_within }, { "expect", read_expect }, { "never", read_never },
	{ "always", read_always }, { "for", read_for },	      { "host", read_host },
};

static enum err read_statement(struct scn_parser *p)
{
	struct span name = scn_word(p);
	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		if (!span_eq(span_str(statements[i].name), name))
			continue;
		enum err e = statements[i].read(p);
		return e ? e : scn_line_end(p);
	}
	return scn_fail(p, "statement", name,
			"seed, end, node, peer, link, host, at, within, expect, never, "
			"always or for");
}

static bool config_has(const struct node_config *c, struct span peer)
{
	for (size_t i = 0; i < c->masc.n_peers; i++)
		if (span_eq(span_str(c->masc.peers[i].name), peer))
			return true;
	return false;
}

static bool ever_has(const struct scenario *s, uint32_t node, struct span peer)
{
	if (config_has(&s->sites[node].config, peer))
		return true;
	for (size_t i = 0; i < s->n_actions; i++) {
		const struct scn_action *a = &s->actions[i];
		if (a->verb == SCN_RELOAD && a->a == node && a->config &&
		    config_has(a->config, peer))
			return true;
	}
	return false;
}

/* A misspelt peer would make a condition that is never true. */
static enum err check_peers(struct scn_parser *p)
{
	for (size_t i = 0; i < p->s->n_expects; i++) {
		const struct scn_expect *x = &p->s->expects[i];
		const struct scn_condition *c = &x->condition;
		if (!c->peer.n || ever_has(p->s, c->a, c->peer))
			continue;
		p->line = x->line;
		return scn_fail(p, "peer", c->peer, "one in the node's configuration");
	}
	return OK;
}

static enum err read_all(struct scn_parser *p)
{
	while (scn_next_line(p)) {
		enum err e = read_statement(p);
		if (e)
			return e;
	}
	return check_peers(p);
}

enum err scenario_read(struct scenario **out, struct span text, const struct env *env,
		       uint32_t *line, struct text *why)
{
	struct scenario *s = env_zalloc(env, 1, sizeof(*s));
	if (!s)
		return ERR_NOMEM;
	s->env = env;
	s->seed = 1;
	arena_init(&s->arena, env, 4096);
	map_init(&s->names, env);
	struct scn_parser p = { s, text, 0, 1, why, SCN_NO_SITE };
	enum err e = read_all(&p);
	*line = p.line;
	if (e) {
		scenario_free(s);
		return e;
	}
	*out = s;
	return OK;
}

void scenario_free(struct scenario *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_sites; i++)
		node_config_free(&s->sites[i].config);
	for (size_t i = 0; i < s->n_actions; i++)
		if (s->actions[i].config)
			node_config_free(s->actions[i].config);
	env_free(s->env, s->sites);
	env_free(s->env, s->links);
	env_free(s->env, s->hosts);
	env_free(s->env, s->actions);
	env_free(s->env, s->expects);
	map_free(&s->names);
	arena_free(&s->arena);
	env_free(s->env, s);
}
