/* Members of a group: listed, we first, and shown with the chain of their membership. */
#include "ops/group_int.h"

#include "os/clock.h"

#define BEGINNING  6	/* characters of a peer name that will do */
#define NODES_MOST 1024 /* looked at for addresses */

/* The credential that holds now, else the newest that did. */
static const struct group_credential *credential_of(const struct group_member *m)
{
	const struct group_credential *c =
		group_member_credential(m, span_of(NULL, 0), os_wall().us);
	if (c || list_empty(&m->credentials))
		return c;
	return LIST_ENTRY(m->credentials.next, struct group_credential, all);
}

static bool is_self(const struct groups_info *g, const struct group_member *m)
{
	return span_eq(m->name, span_str(g->self));
}

static bool is_online(const struct groups_info *g, const struct group_member *m)
{
	return m->online || is_self(g, m);
}

size_t ops_members_online(const struct groups_info *g)
{
	const struct group_members *all = group_members(g->group);
	size_t n = 0;
	for (struct group_member *m = NULL; (m = group_members_next(all, m));)
		n += !m->removed && is_online(g, m);
	return n;
}

/* Finding */

static struct span label_of(const struct group_member *m)
{
	return group_member_label(m, os_wall().us);
}

void ops_put_member(struct text *t, const struct group_member *m)
{
	struct span label = label_of(m);
	text_quoted(t, label.n ? label : m->name, 80);
}

const char *ops_label_in(const struct groups_info *g, const char *peer, struct draft *d)
{
	const struct group_member *m = group_members_find(group_members(g->group), span_str(peer));
	if (m)
		return ops_draft_span(d, label_of(m));
	return strcmp(peer, g->id) == 0 && g->friendly ? ops_draft_str(d, g->friendly) : "";
}

const char *ops_member_label(struct ops *o, const struct graph *of, const char *peer,
			     struct draft *d)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	struct groups_info g;
	for (size_t at = 0; all && peer[0] && groups_next(all, &at, &g);)
		if (g.group && ops_graph_of_group(o, &g) == of)
			return ops_label_in(&g, peer, d);
	return "";
}

static bool begins(struct span s, struct span with)
{
	return with.n && with.n <= s.n && memcmp(s.p, with.p, with.n) == 0;
}

/* How well: 3 its label, 2 the beginning of its name, 1 of its label, 0 not. */
static int fit_of(const struct group_member *m, struct span typed)
{
	if (typed.n && span_eq(label_of(m), typed))
		return 3;
	if (typed.n >= BEGINNING && begins(m->name, typed))
		return 2;
	return begins(label_of(m), typed);
}

enum err ops_member_find(const struct groups_info *g, const char *typed,
			 const struct group_member **out, struct ops_complaint *c)
{
	const struct group_members *all = group_members(g->group);
	const struct group_member *found = group_members_find(all, span_str(typed));
	size_t n = found != NULL;
	int best = 1;
	for (struct group_member *m = NULL; !found && (m = group_members_next(all, m));) {
		int fit = fit_of(m, span_str(typed));
		if (fit < best)
			continue;
		n = fit > best ? 1 : n + 1;
		best = fit;
		*out = m;
	}
	if (found)
		*out = found;
	if (n == 1)
		return OK;
	ops_put_group(&c->why, g);
	text_str(&c->why, n ? " has more than one member " : " has no member ");
	text_quoted(&c->why, span_str(typed), 80);
	return ops_complain(c, n ? ERR_MALFORMED : ERR_NOT_FOUND, "",
			    "homestead members GROUP shows their names; six characters or more "
			    "of one will do");
}

/* Showing */

static void set_credential(struct ops_credential *to, const struct crypto_cert *c, struct draft *d)
{
	ops_clear(&ops_credential_type, to);
	to->name = ops_draft_span(d, c->subject_name);
	to->label = ops_draft_span(d, c->subject);
	if (c->type == CRYPTO_CERT_MEMBER)
		ops_set_role(to->role, sizeof(to->role), c->roles);
	to->since = c->not_before;
	to->until = c->not_after;
	struct text serial = TEXT_OF(to->serial);
	text_hex(&serial, c->serial);
}

enum err ops_chain_fill(const struct crypto_chain *chain, struct draft *d,
			struct ops_credential **out, size_t *n)
{
	size_t count = crypto_chain_count(chain);
	struct ops_credential *list = arena_alloc(d->mem, (count + 1) * sizeof(*list));
	if (!list)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++)
		set_credential(&list[i], crypto_chain_cert(chain, i), d);
	*out = list;
	*n = count;
	return d->failed ? ERR_NOMEM : OK;
}

/* Who signed the leaf is the one before it in the chain. */
static void set_issuer(struct ops_member *to, const struct crypto_chain *chain, struct draft *d)
{
	const struct crypto_cert *leaf = group_chain_leaf(chain);
	to->issuer = ops_draft_span(d, leaf->issuer_name);
	to->issuer_label = ops_draft_span(d, leaf->issuer);
}

/* GROUP-11.16: by whom, and why. */
static void set_removed(struct ops_member *to, const struct groups_info *g,
			const struct group_member *m, struct draft *d)
{
	struct group_removed by;
	const struct group_credential *c = credential_of(m);
	to->removed = m->removed;
	if (!m->removed || !c ||
	    !group_removals_of(group_removals(g->group), group_chain_leaf(c->chain)->public, &by))
		return;
	to->removed_by = ops_draft_span(d, by.signer_name);
	to->removed_by_label = ops_draft_span(d, by.signer_label);
	to->reason = ops_draft_span(d, by.removal->reason);
}

static void set_member(struct ops_member *to, const struct groups_info *g,
		       const struct group_member *m, struct draft *d)
{
	const struct group_credential *c = credential_of(m);
	ops_clear(&ops_member_type, to);
	to->name = ops_draft_span(d, m->name);
	to->self = is_self(g, m);
	to->online = is_online(g, m);
	to->published = m->published;
	set_removed(to, g, m, d);
	if (!c)
		return;
	to->label = ops_draft_span(d, group_chain_leaf(c->chain)->subject);
	ops_set_role(to->role, sizeof(to->role), !c->gone && c->to > os_wall().us ? c->roles : 0);
	to->since = c->from;
	to->until = c->to;
	set_issuer(to, c->chain, d);
}

static bool set_addresses(struct ops_member *to, const struct graph_node_info *n, struct arena *mem)
{
	to->addresses = ops_node_addresses(n, mem);
	to->n_addresses = to->addresses ? n->n_addresses : 0;
	return to->addresses != NULL;
}

/* Where they are is what their nodes tell of themselves. */
static void find_addresses(struct ops *o, const struct groups_info *g, struct ops_member *list,
			   size_t n, struct draft *d)
{
	const struct graph *graph = ops_graph_of_group(o, g);
	struct graph_node_info node;
	size_t at = 0, looked = 0;
	while (graph && looked++ < NODES_MOST && graph_node_next(graph, &at, &node)) {
		for (size_t i = 0; i < n; i++)
			if (!list[i].n_addresses && strcmp(list[i].name, node.peer) == 0 &&
			    !set_addresses(&list[i], &node, d->mem))
				d->failed = true;
	}
}

static int order(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int r = n ? memcmp(a.p, b.p, n) : 0;
	return r ? r : (a.n > b.n) - (a.n < b.n);
}

/* We stand first on the first page and nowhere else. */
static bool is_of_page(const struct groups_info *g, const struct group_member *m,
		       const struct ops_member_filter *f)
{
	if (m->removed != f->removed || (f->online && !m->online))
		return false;
	if (is_self(g, m) && !f->removed)
		return false;
	return !f->after[0] || order(m->name, span_str(f->after)) > 0;
}

static void list_members(const struct groups_info *g, const struct ops_member_filter *f,
			 size_t most, struct draft *d, struct ops_members *out)
{
	const struct group_members *all = group_members(g->group);
	const struct group_member *self = group_members_find(all, span_str(g->self));
	if (self && !f->after[0] && !f->removed)
		set_member(&out->members[out->n_members++], g, self, d);
	for (struct group_member *m = NULL; (m = group_members_next(all, m));) {
		if (!is_of_page(g, m, f))
			continue;
		if (out->n_members == most) {
			out->next = out->members[most - 1].name;
			return;
		}
		set_member(&out->members[out->n_members++], g, m, d);
	}
}

enum err ops_run_members(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_member_filter *f = &r->members;
	struct draft d = { &o->mem, false };
	struct ops_members out;
	struct groups_info g;
	if (!ops_group_find_open(o, r, call, &g))
		return OK;
	/* Two at least: alone, we would be where the next page begins. */
	size_t most = f->most && f->most < OPS_MEMBERS_MOST ? (size_t)f->most : OPS_MEMBERS_MOST;
	most = most < 2 ? 2 : most;
	ops_clear(&ops_members_type, &out);
	out.group = g.id;
	out.name = g.friendly ? g.friendly : "";
	out.members = arena_alloc(&o->mem, most * sizeof(*out.members));
	if (!out.members)
		return ERR_NOMEM;
	list_members(&g, f, most, &d, &out);
	find_addresses(o, &g, out.members, out.n_members, &d);
	if (d.failed)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_members_type, &out);
	return OK;
}

enum err ops_run_member(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct draft d = { &o->mem, false };
	const struct group_member *m;
	const struct group_credential *k;
	struct ops_complaint c;
	struct groups_info g;
	struct ops_member out;
	ops_complaint_init(&c);
	if (!ops_group_find_open(o, r, call, &g))
		return OK;
	enum err e = ops_member_find(&g, r->member, &m, &c);
	if (e) {
		ops_answer_error(call, e, c.buffer, c.hint);
		return OK;
	}
	set_member(&out, &g, m, &d);
	find_addresses(o, &g, &out, 1, &d);
	k = credential_of(m);
	e = k ? ops_chain_fill(k->chain, &d, &out.chain, &out.n_chain) : OK;
	if (e || d.failed)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_member_type, &out);
	return OK;
}
