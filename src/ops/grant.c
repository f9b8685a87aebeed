/* Leave to be a member: by a card, or of one who is. */
#include "ops/group_int.h"

#include "os/clock.h"

/* What the new chain says, as whoever gets it will read it. */
static enum err look_into(struct ops *o, struct span document, struct draft *d,
			  struct ops_invitation *out)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text why = TEXT_OF(buffer);
	struct ops_paper paper;
	enum err e = ops_paper_look(o, document, d, &paper, &why);
	if (e)
		return e;
	out->member = paper.name;
	out->label = paper.label;
	ops_set_text(out->role, sizeof(out->role), paper.role);
	out->until = paper.until;
	return OK;
}

static void say(const struct group_wish *w, const struct ops_invitation *i, struct text *t)
{
	text_str(t, i->label[0] ? i->label : i->member[0] ? i->member : w->object);
	text_str(t, w->dry ? w->command.who.n ? " would have a new membership of group "
					      : " would be let into group "
			   : " may be in group ");
	text_quoted(t, span_str(w->group), 80);
	if (i->role[0]) {
		text_str(t, " as ");
		text_str(t, i->role);
	}
	if (i->until)
		ops_put_end(t, " until ", i->until);
}

void ops_grant_answer(struct group_wish *w, const struct engine_result *r)
{
	struct draft d = { &w->asking.mem, false };
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct ops_invitation out;
	ops_clear(&ops_invitation_type, &out);
	out.done = !w->dry;
	out.group = w->group_id;
	out.published = w->command.publish && !w->dry;
	out.invitation = ops_draft_span(&d, r->document);
	enum err e = r->document.n ? look_into(w->asking.ops, r->document, &d, &out) : OK;
	if (d.failed || e == ERR_NOMEM) {
		ops_answer_error(w->asking.call, ERR_NOMEM, err_text(ERR_NOMEM), "");
		return;
	}
	say(w, &out, &t);
	out.text = buffer;
	ops_answer_value(w->asking.call, &ops_invitation_type, &out);
}

/* The role that a member has, where none is named. */
static enum group_role role_now(const struct groups_info *g, struct span who)
{
	const struct group_member *m = group_members_find(group_members(g->group), who);
	const struct group_credential *k =
		m ? group_member_credential(m, span_of(NULL, 0), os_wall().us) : NULL;
	enum group_role role = GROUP_ROLE_MEMBER;
	if (k && !group_role_highest(k->roles, &role))
		role = GROUP_ROLE_MEMBER;
	return role;
}

enum err ops_grant_role(struct group_wish *w, const char *s, struct ops_complaint *c,
			const char *hint)
{
	w->command.role = GROUP_ROLE_MEMBER;
	if (!s[0] || group_role_parse(span_str(s), &w->command.role))
		return OK;
	text_quoted(&c->why, span_str(s), 40);
	return ops_complain(c, ERR_MALFORMED, " is no role: admin, inviter or member", hint);
}

static enum err read_role(struct group_wish *w, const struct groups_info *g, const char *s,
			  struct ops_complaint *c)
{
	struct groups_command *k = &w->command;
	if (!s[0]) {
		k->role = k->who.n ? role_now(g, k->who) : GROUP_ROLE_MEMBER;
		return OK;
	}
	return ops_grant_role(w, s, c,
			      k->who.n ? "homestead member role GROUP MEMBER inviter"
				       : "homestead invite GROUP CARD --role inviter");
}

enum err ops_grant_until(struct group_wish *w, int64_t until, int64_t life, struct ops_complaint *c)
{
	int64_t now = os_wall().us;
	if (until && life >= 0)
		return ops_complain(c, ERR_MALFORMED, "either until or life, not both", "");
	w->command.until = life > 0 ? now + life : until;
	if (life == 0 || (until && until <= now))
		return ops_complain(c, ERR_RANGE, "the time that it is to end at is over",
				    "name a later one; is the clock of this machine right?");
	return OK;
}

enum err ops_grant_who(struct group_wish *w, const struct groups_info *g, const char *typed,
		       struct ops_complaint *c)
{
	const struct group_member *who;
	enum err e = ops_member_find(g, typed, &who, c);
	if (e)
		return e;
	struct text t = TEXT_OF(w->object);
	text_clear(&t);
	text_str(&t, "member ");
	ops_put_member(&t, who);
	w->command.who = who->name;
	return OK;
}

static enum err read_who(struct group_wish *w, const struct groups_info *g,
			 const struct ops_member_grant *m, struct ops_complaint *c)
{
	if ((m->card[0] != 0) == (m->member[0] != 0))
		return ops_complain(c, ERR_MALFORMED,
				    "whom it is for is told by a card or as a member, one of both",
				    "homestead invite GROUP CARD");
	w->command.document = span_str(m->card);
	ops_set_text(w->object, sizeof(w->object), "the card");
	if (m->card[0])
		return OK;
	w->would = "would be given that membership";
	return ops_grant_who(w, g, m->member, c);
}

enum err ops_run_member_grant(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_member_grant *m = &r->member_grant;
	struct ops_complaint c;
	struct groups_info g;
	ops_complaint_init(&c);
	if (!ops_group_find_open(o, r, call, &g))
		return OK;
	struct group_wish *w = ops_group_wish(o, call, GROUPS_GRANT, m->dry_run);
	if (!w)
		return ERR_NOMEM;
	w->command.group = span_str(g.id);
	w->command.identity = span_str(g.self);
	w->command.publish = m->publish;
	struct draft d = { &w->asking.mem, false };
	w->group = ops_draft_str(&d, g.friendly && g.friendly[0] ? g.friendly : g.id);
	w->group_id = ops_draft_str(&d, g.id);
	w->answer = ops_grant_answer;
	w->done = "is let in";
	w->would = "would be let in";
	enum err e = read_who(w, &g, m, &c);
	if (!e)
		e = read_role(w, &g, m->role, &c);
	if (!e)
		e = ops_grant_until(w, m->until, m->life, &c);
	return ops_group_send(w, e, &c);
}
