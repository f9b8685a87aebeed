/* Invitations by code: made, listed, revoked. */
#include "ops/group_int.h"

#include "group/code.h"
#include "os/clock.h"

/* ---- listed ---- */

static const char *hex_of(struct draft *d, const uint8_t *id)
{
	char digits[2 * GROUP_INVITATION_ID + 1];
	struct text t = TEXT_OF(digits);
	text_hex(&t, span_of(id, GROUP_INVITATION_ID));
	return ops_draft_str(d, digits);
}

static const char *maker_label(const struct groups_info *g, struct span name, struct draft *d)
{
	const struct group_member *m = group_members_find(group_members(g->group), name);
	return m ? ops_draft_span(d, group_member_label(m, os_wall().us)) : "";
}

static void set_invite(struct ops_invite *to, const struct groups_info *g,
		       const struct group_invite_info *i, struct draft *d)
{
	ops_clear(&ops_invite_type, to);
	to->id = hex_of(d, i->id);
	to->lookup = ops_draft_span(d, i->lookup);
	to->label = ops_draft_span(d, i->label);
	ops_set_role(to->role, sizeof(to->role), group_role_bit(i->role));
	ops_set_text(to->state, sizeof(to->state), group_invite_state_text(i->state));
	to->made = i->made;
	to->until = i->end;
	to->uses = i->uses;
	to->used = i->used;
	to->over = i->used > i->uses;
	to->wrong = i->wrong;
	to->maker = ops_draft_span(d, i->maker);
	to->maker_label = maker_label(g, i->maker, d);
}

static size_t count(const struct groups_info *g)
{
	struct group_invite_info i;
	const void *at = NULL;
	size_t n = 0;
	while (group_invite_next(g->group, &at, &i))
		n++;
	return n;
}

enum err ops_run_invites(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct draft d = { &o->mem, false };
	struct group_invite_info i;
	struct ops_invites out;
	struct groups_info g;
	const void *at = NULL;
	if (!ops_group_find_open(o, r, call, &g))
		return OK;
	ops_clear(&ops_invites_type, &out);
	out.group = g.id;
	out.name = g.friendly ? g.friendly : "";
	out.invites = arena_alloc(&o->mem, (count(&g) + 1) * sizeof(*out.invites));
	if (!out.invites)
		return ERR_NOMEM;
	while (group_invite_next(g.group, &at, &i))
		set_invite(&out.invites[out.n_invites++], &g, &i, &d);
	if (d.failed)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_invites_type, &out);
	return OK;
}

/* ---- made ---- */

/* The document is the code and, in the next line, the link. */
static enum err read_made(struct span document, struct ops_invite_made *out, struct draft *d)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text why = TEXT_OF(buffer);
	struct group_link link;
	const uint8_t *end = memchr(document.p, '\n', document.n);
	size_t n = end ? (size_t)(end - document.p) : 0;
	if (!end)
		return ERR_MALFORMED;
	struct span rest = span_of(end + 1, document.n - n - 1);
	enum err e = group_link_parse(&link, rest, &why);
	if (e)
		return e;
	out->code = ops_draft_span(d, span_of(document.p, n));
	out->link = ops_draft_span(d, rest);
	out->id = link.invitation ? hex_of(d, link.id) : "";
	group_link_wipe(&link);
	return OK;
}

/* Two of ours may be in it. */
static bool find_mine(const struct groups *all, const struct group_wish *w, struct groups_info *g)
{
	size_t at = 0;
	while (groups_next(all, &at, g))
		if (strcmp(g->id, w->group_id) == 0 &&
		    span_eq(span_str(g->self), w->command.identity))
			return true;
	return false;
}

static void set_known(struct ops *o, const struct group_wish *w, struct ops_invite_made *out)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	struct group_invite_info i;
	struct groups_info g;
	if (!all || !find_mine(all, w, &g) || !g.group ||
	    groups_invite_find(g.group, span_str(out->id), &i) != OK)
		return;
	out->until = i.end;
	out->uses = i.uses;
	ops_set_role(out->role, sizeof(out->role), group_role_bit(i.role));
}

static void say(const struct group_wish *w, const struct ops_invite_made *i, struct text *t)
{
	if (w->command.set & GROUPS_BY_PASSWORD) {
		text_str(t, "whoever knows the password may be in group ");
		text_quoted(t, span_str(w->group), 80);
		return;
	}
	text_str(t, w->dry ? "a code for group " : "whoever has the code may be in group ");
	text_quoted(t, span_str(w->group), 80);
	if (w->dry)
		text_str(t, " would be made");
	if (i->role[0]) {
		text_str(t, " as ");
		text_str(t, i->role);
	}
	if (i->uses) {
		text_str(t, i->uses == 1 ? "; it lets in one" : "; it lets in ");
		if (i->uses > 1)
			text_u64(t, i->uses);
	}
	if (i->until)
		ops_put_end(t, ", until ", i->until);
}

static void answer_invite(struct group_wish *w, const struct engine_result *r)
{
	struct draft d = { &w->asking.mem, false };
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct ops_invite_made out;
	ops_clear(&ops_invite_made_type, &out);
	out.done = !w->dry;
	out.group = w->group_id;
	out.name = w->group;
	enum err e = w->dry ? OK : read_made(r->document, &out, &d);
	if (d.failed)
		e = ERR_NOMEM;
	if (e) {
		ops_answer_error(w->asking.call, e, err_text(e), "");
		return;
	}
	if (out.id[0])
		set_known(w->asking.ops, w, &out);
	say(w, &out, &t);
	out.text = buffer;
	ops_answer_value(w->asking.call, &ops_invite_made_type, &out);
}

static enum err read_password(struct group_wish *w, const struct ops_invite_make *m,
			      struct ops_complaint *c)
{
	w->command.set = GROUPS_BY_PASSWORD;
	if (m->role[0] || m->until || m->life >= 0 || m->uses || m->label[0])
		return ops_complain(c, ERR_MALFORMED,
				    "by its password a group lets in members, as many as know it, "
				    "until it has another",
				    "homestead invite GROUP --password");
	return OK;
}

static enum err read_uses(struct group_wish *w, const struct ops_invite_make *m,
			  struct ops_complaint *c)
{
	if (m->uses > GROUP_USES_MAX)
		return ops_complain(c, ERR_RANGE, "an invitation is for 1 to 1,000 uses",
				    "homestead invite GROUP --uses 10");
	w->command.uses = (uint32_t)m->uses;
	return OK;
}

/* A wish about that group, which it names in its answer. */
static struct group_wish *wish_of(struct ops *o, struct ops_call call, const struct groups_info *g,
				  enum groups_command_kind kind, bool dry)
{
	struct group_wish *w = ops_group_wish(o, call, kind, dry);
	if (!w)
		return NULL;
	struct draft d = { &w->asking.mem, false };
	w->group = ops_draft_str(&d, g->friendly && g->friendly[0] ? g->friendly : g->id);
	w->group_id = ops_draft_str(&d, g->id);
	w->command.group = span_str(w->group_id);
	w->command.identity = span_of(ops_draft_str(&d, g->self), strlen(g->self));
	return w;
}

enum err ops_run_invite_make(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_invite_make *m = &r->invite_make;
	struct ops_complaint c;
	struct groups_info g;
	ops_complaint_init(&c);
	if (!ops_group_find_open(o, r, call, &g))
		return OK;
	struct group_wish *w = wish_of(o, call, &g, GROUPS_INVITE, m->dry_run);
	if (!w)
		return ERR_NOMEM;
	w->answer = answer_invite;
	ops_set_text(w->object, sizeof(w->object),
		     m->password ? "a link to the password" : "a code");
	w->done = "is made";
	w->would = "would be made";
	enum err e = m->password ? read_password(w, m, &c)
				 : ops_grant_role(w, m->role, &c,
						  "homestead invite GROUP --role inviter");
	if (!e && !m->password)
		e = ops_grant_until(w, m->until, m->life, &c);
	if (!e)
		e = read_uses(w, m, &c);
	if (!e && m->label[0])
		e = ops_group_text(w, m->label, GROUP_LABEL_OCTETS, "for whom it is",
				   &w->command.text, &c);
	return ops_group_send(w, e, &c);
}

/* ---- revoked ---- */

enum err ops_run_invite_revoke(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct ops_complaint c;
	struct groups_info g;
	ops_complaint_init(&c);
	if (!ops_group_find_open(o, r, call, &g))
		return OK;
	struct group_wish *w = wish_of(o, call, &g, GROUPS_INVITE_REVOKE, r->write.dry_run);
	if (!w)
		return ERR_NOMEM;
	struct draft d = { &w->asking.mem, false };
	const char *which = ops_draft_str(&d, r->name);
	struct text t = TEXT_OF(w->object);
	text_str(&t, "invitation ");
	text_quoted(&t, span_str(which), 80);
	w->command.who = span_str(which);
	w->done = "is revoked: it lets nobody in any more";
	w->would = "would be revoked";
	return ops_group_send(w, d.failed ? ERR_NOMEM : OK, &c);
}
