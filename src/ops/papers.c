/* What a card, an invitation or an export says: read here and now, nobody is asked. */
#include "ops/group_int.h"

#include "os/clock.h"

static const char *const kinds[GROUP_PAPER_KIND_COUNT] = {
	[GROUP_PAPER_CARD] = "card",	     [GROUP_PAPER_INVITATION] = "invitation",
	[GROUP_PAPER_IDENTITY] = "identity", [GROUP_PAPER_MEMBERSHIP] = "membership",
	[GROUP_PAPER_OWNER] = "owner",
};

static const char *const next_steps[GROUP_PAPER_KIND_COUNT] = {
	[GROUP_PAPER_CARD] = "homestead invite GROUP CARD lets its owner into a group",
	[GROUP_PAPER_INVITATION] = "homestead join FILE",
	[GROUP_PAPER_IDENTITY] = "homestead id import FILE",
	[GROUP_PAPER_MEMBERSHIP] = "homestead group import FILE",
	[GROUP_PAPER_OWNER] = "homestead group import FILE",
};

/* What is being found out about a document. */
struct look {
	struct ops *ops;
	struct draft *d;
	const struct group_paper *paper;
	struct ops_paper *out;
	struct crypto_chain *chain;
	enum group_chain_fault fault;
};

static enum err read_by(struct look *l, const struct group_profile *p)
{
	const struct group_chain_rules rules = { .profile = p, .now = os_wall().us };
	if (l->paper->kind == GROUP_PAPER_CARD)
		return group_identity_read(l->ops->crypto, p, l->paper->octets, rules.now,
					   &l->chain, &l->fault);
	return group_chain_read(l->ops->crypto, &rules, l->paper->octets, &l->chain, &l->fault);
}

/* Of the profiles that this build has, the one in which it is at least a chain. */
static enum err read_chain(struct look *l, const char **profile)
{
	static const struct {
		enum crypto_profile_id id;
		const char *name;
	} profiles[] = { { CRYPTO_MODERN, "modern" }, { CRYPTO_CLASSIC, "classic" } };
	enum err e = ERR_MALFORMED;
	for (size_t i = 0; i < 2 && e && e != ERR_NOMEM && !l->chain; i++) {
		const struct group_profile *p = group_profile(profiles[i].id);
		if (!p)
			continue;
		*profile = profiles[i].name;
		e = read_by(l, p);
		if (e == ERR_DENIED && l->fault != GROUP_CHAIN_MALFORMED)
			return e;
	}
	return e;
}

static void put_time(struct text *t, const char *before, int64_t us)
{
	text_str(t, before);
	text_wall(t, us);
}

void ops_put_end(struct text *t, const char *before, int64_t us)
{
	if (us >= OPS_NO_END)
		text_str(t, " without end");
	else
		put_time(t, before, us);
}

/* A fault in words; of a clock, with what the two clocks say. */
static const char *why_not(struct look *l)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	text_str(&t, group_chain_fault_text(l->fault));
	if (l->fault == GROUP_CHAIN_NOT_YET && l->out->since)
		put_time(&t, ": it begins at ", l->out->since);
	else if (l->fault == GROUP_CHAIN_EXPIRED && l->out->until)
		put_time(&t, ": it ended at ", l->out->until);
	else
		return ops_draft_text(l->d, &t);
	put_time(&t, ", and this machine's clock says ", os_wall().us);
	return ops_draft_text(l->d, &t);
}

static const char *fault_hint(enum group_chain_fault f)
{
	if (f == GROUP_CHAIN_NOT_YET)
		return "is the clock of this machine right? timedatectl shows it";
	if (f == GROUP_CHAIN_EXPIRED)
		return "ask for a new one; is the clock of this machine right? timedatectl shows it";
	return "ask whoever gave it to you for another one";
}

static void set_leaf(struct ops_paper *to, const struct crypto_chain *chain, struct draft *d)
{
	const struct crypto_cert *leaf = group_chain_leaf(chain);
	to->name = ops_draft_span(d, leaf->subject_name);
	to->label = ops_draft_span(d, leaf->subject);
	if (leaf->type == CRYPTO_CERT_MEMBER) {
		const struct crypto_cert *root = group_chain_root(chain);
		ops_set_role(to->role, sizeof(to->role), leaf->roles);
		to->issuer = ops_draft_span(d, leaf->issuer_name);
		to->issuer_label = ops_draft_span(d, leaf->issuer);
		to->group = ops_draft_span(d, leaf->group_name);
		to->group_name = ops_draft_span(d, root->subject);
	}
	group_chain_period(chain, &to->since, &to->until);
}

static enum err set_chain(struct look *l)
{
	const char *profile = "";
	enum err e = read_chain(l, &profile);
	if (e == ERR_NOMEM)
		return e;
	if (l->chain) {
		set_leaf(l->out, l->chain, l->d);
		e = ops_chain_fill(l->chain, l->d, &l->out->chain, &l->out->n_chain) ? ERR_NOMEM
										     : e;
		ops_set_text(l->out->profile, sizeof(l->out->profile), profile);
	}
	l->out->valid = !e;
	if (!e)
		return OK;
	l->out->why = why_not(l);
	l->out->hint = fault_hint(l->fault);
	return e == ERR_NOMEM ? e : OK;
}

static const char *scope_text(enum graph_scope scope)
{
	if (scope == GRAPH_SCOPE_SITE)
		return "site";
	return scope == GRAPH_SCOPE_LINK ? "link" : "global";
}

/* What stands in the document beside its certificates. */
static void set_paper(struct ops_paper *to, const struct group_paper *p, struct draft *d)
{
	struct text version = TEXT_OF(to->version);
	ops_set_text(to->kind, sizeof(to->kind), kinds[p->kind]);
	text_u64(&version, p->major);
	text_char(&version, '.');
	text_u64(&version, p->minor);
	to->hint = next_steps[p->kind];
	to->valid = true;
	to->cloud = ops_draft_span(d, p->cloud);
	if (p->cloud.n)
		ops_set_text(to->scope, sizeof(to->scope), scope_text(p->scope));
	to->name = ops_draft_span(d, p->identity);
	to->group = ops_draft_span(d, p->group);
	to->group_name = ops_draft_span(d, p->friendly);
}

void ops_paper_ours(struct ops *o, struct ops_paper *to)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	struct groups_identity id;
	struct groups_info g;
	if (!all)
		return;
	to->ours = to->name[0] && groups_find_identity(all, span_str(to->name), &id) == OK &&
		   strcmp(id.name, to->name) == 0;
	if (to->valid && !to->ours && strcmp(to->kind, kinds[GROUP_PAPER_INVITATION]) == 0)
		to->hint = "homestead join FILE, on the machine of whom it is for";
	to->joined = to->group[0] && groups_find(all, span_str(to->group), &g) == OK &&
		     strcmp(g.id, to->group) == 0;
}

static void say(struct text *t, const struct group_paper *p, const struct ops_paper *o)
{
	text_str(t, group_paper_text(p->kind));
	if (o->group_name[0] || o->group[0]) {
		text_str(t, " of group ");
		text_quoted(t, span_str(o->group_name[0] ? o->group_name : o->group), 80);
	}
	if (o->label[0] || o->name[0]) {
		text_str(t, p->kind == GROUP_PAPER_INVITATION ? " for " : " of ");
		text_quoted(t, span_str(o->label[0] ? o->label : o->name), 80);
	}
	if (o->role[0]) {
		text_str(t, " as ");
		text_str(t, o->role);
	}
}

/* What is sealed under a passphrase says nothing without it. */
static bool has_chain(const struct group_paper *p)
{
	return p->octets.n && (p->kind == GROUP_PAPER_CARD || p->kind == GROUP_PAPER_INVITATION ||
			       p->kind == GROUP_PAPER_MEMBERSHIP);
}

static enum err look_at(struct ops *o, const struct group_paper *p, struct draft *d,
			struct ops_paper *out)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct look l = { o, d, p, out, NULL, GROUP_CHAIN_NONE };
	set_paper(out, p, d);
	enum err e = has_chain(p) ? set_chain(&l) : OK;
	crypto_chain_free(l.chain);
	if (e)
		return e;
	ops_paper_ours(o, out);
	say(&t, p, out);
	out->text = ops_draft_text(d, &t);
	return d->failed ? ERR_NOMEM : OK;
}

enum err ops_paper_look(struct ops *o, struct span document, struct draft *d, struct ops_paper *out,
			struct text *why)
{
	struct group_paper p;
	enum err e = group_paper_read(&p, document, o->env, why);
	if (e)
		return e;
	ops_clear(&ops_paper_type, out);
	e = look_at(o, &p, d, out);
	group_paper_free(&p, o->env);
	return e;
}

enum err ops_run_paper_read(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct draft d = { &o->mem, false };
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text why = TEXT_OF(buffer);
	struct ops_paper out;
	const char *document = r->paper_read.document ? r->paper_read.document : "";
	bool typed = ops_is_typed(document);
	struct span s = span_str(document);
	enum err e =
		typed ? ops_code_look(o, s, &d, &out, &why) : ops_paper_look(o, s, &d, &out, &why);
	if (e == ERR_NOMEM)
		return e;
	if (e && typed)
		ops_answer_error(call, e, why.n ? buffer : err_text(e),
				 "a code is five words, a link begins with homestead:join/, and a "
				 "card, an invitation or an export is XML");
	else if (e)
		ops_answer_error(call, e, why.n ? buffer : err_text(e),
				 "a card, an invitation or an export is XML; is the file whole?");
	else
		ops_answer_value(call, &ops_paper_type, &out);
	return OK;
}
