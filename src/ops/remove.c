/* Members removed, and let back in. */
#include "ops/group_int.h"

#include "os/clock.h"

static struct group_wish *wish_of(struct ops *o, const struct ops_request *r, struct ops_call call,
				  const struct groups_info *g, bool removes)
{
	struct group_wish *w =
		ops_group_wish(o, call, removes ? GROUPS_REMOVE : GROUPS_RETURN,
			       removes ? r->member_remove.dry_run : r->member_return.dry_run);
	if (!w)
		return NULL;
	struct draft d = { &w->asking.mem, false };
	w->command.group = span_str(g->id);
	w->command.identity = span_str(g->self);
	w->group = ops_draft_str(&d, g->friendly && g->friendly[0] ? g->friendly : g->id);
	w->group_id = ops_draft_str(&d, g->id);
	return w;
}

/* What is kept is in the words of the answer. */
static void answer_removed(struct group_wish *w, const struct engine_result *r)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct ops_made out;
	ops_clear(&ops_made_type, &out);
	text_str(&t, w->object);
	text_str(&t, w->dry ? " would be removed from group " : " is removed from group ");
	text_quoted(&t, span_str(w->group), 80);
	if (r->text) {
		text_str(&t, "; ");
		text_str(&t, r->text);
	}
	out.done = !w->dry;
	out.text = buffer;
	out.name = r->made ? r->made : "";
	ops_answer_value(w->asking.call, &ops_made_type, &out);
}

enum err ops_run_member_remove(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_member_remove *m = &r->member_remove;
	struct ops_complaint c;
	struct groups_info g;
	ops_complaint_init(&c);
	if (!ops_group_find_open(o, r, call, &g))
		return OK;
	struct group_wish *w = wish_of(o, r, call, &g, true);
	if (!w)
		return ERR_NOMEM;
	w->answer = answer_removed;
	w->done = "is removed";
	w->would = "would be removed";
	w->command.drop_records = m->drop_records;
	w->command.drop_invited = m->drop_invited;
	enum err e = ops_grant_who(w, &g, r->member, &c);
	if (!e)
		e = ops_group_text(w, m->reason, GROUP_REMOVAL_REASON, "the reason",
				   &w->command.text, &c);
	return ops_group_send(w, e, &c);
}

enum err ops_run_member_return(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_member_return *m = &r->member_return;
	struct ops_complaint c;
	struct groups_info g;
	ops_complaint_init(&c);
	if (!ops_group_find_open(o, r, call, &g))
		return OK;
	struct group_wish *w = wish_of(o, r, call, &g, false);
	if (!w)
		return ERR_NOMEM;
	w->answer = ops_grant_answer;
	w->command.publish = true;
	w->done = "is let back in";
	w->would = "would be let back in";
	enum err e = ops_grant_who(w, &g, r->member, &c);
	if (e == ERR_NOT_FOUND)
		c.hint =
			"homestead members GROUP --removed shows who can be; one whose membership has "
			"ended comes back by a code: homestead invite GROUP";
	if (!e)
		e = ops_grant_role(w, m->role, &c,
				   "homestead member return GROUP MEMBER --role inviter");
	if (!e)
		e = ops_grant_until(w, m->until, m->life, &c);
	if (!e)
		e = ops_group_text(w, m->reason, GROUP_REMOVAL_REASON, "the reason",
				   &w->command.text, &c);
	return ops_group_send(w, e, &c);
}
