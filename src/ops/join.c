/* Groups that are joined: by an invitation, or by a code, a link or a password. */
#include "ops/group_int.h"

#define JOIN_DEADLINE (90 * MONO_SEC)

/* Whoever joins twice has what they want. */
static void join_done(struct asking *a, const struct engine_result *r)
{
	struct ops_made out;
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	if (r->err != ERR_EXISTS) {
		ops_group_done(a, r);
		return;
	}
	ops_clear(&ops_made_type, &out);
	out.done = out.already = true;
	out.name = r->made ? r->made : "";
	out.label = ops_group_label(a->ops, out.name);
	text_str(&t, "this machine is in group ");
	text_quoted(&t, span_str(out.label[0] ? out.label : out.name), 80);
	text_str(&t, " already");
	out.text = buffer;
	out.next = "homestead members GROUP shows who is here; homestead group connect GROUP "
		   "meets somebody";
	ops_answer_value(a->call, &ops_made_type, &out);
}

static void answer_joined(struct group_wish *w, const struct engine_result *r)
{
	const char *label = ops_group_label(w->asking.ops, r->made ? r->made : "");
	if (label[0])
		ops_group_object(w, label);
	ops_group_answer_made(w, r);
}

static enum err read_invitation(struct group_wish *w, const struct ops_group_join *j,
				struct ops_complaint *c)
{
	w->command.document = span_str(j->invitation);
	ops_set_text(w->object, sizeof(w->object), "the group of this invitation");
	w->next = "members are looked for by name; homestead group connect GROUP ADDRESS meets one "
		  "elsewhere";
	if (j->invitation[0])
		return OK;
	return ops_complain(c, ERR_MALFORMED, "there is no invitation",
			    "homestead join CODE, or FILE, or - for standard input");
}

/* As it was typed. */
static enum err read_code(struct group_wish *w, const struct ops_group_join *j,
			  struct ops_complaint *c)
{
	struct groups_command *k = &w->command;
	ops_set_text(w->object, sizeof(w->object), "the group of this code");
	w->asking.ends = true;
	w->next = "homestead members GROUP shows who is here";
	k->code = span_str(j->code);
	k->group = span_str(j->group);
	enum err e = ops_group_addresses(w, j->addresses, j->n_addresses, c);
	return e ? e : ops_group_deadline(w, j->deadline < 0 ? JOIN_DEADLINE : j->deadline, c);
}

/* GROUP-14.36: what a request holds may stay in memory that nobody wipes. */
static enum err check_password(const struct ops_group_join *j, struct ops_complaint *c)
{
	if (!j->password[0])
		return OK;
	return ops_complain(c, ERR_MALFORMED,
			    "a password is in no request: it goes over stream.sock, as POST "
			    "/v1/groups/join/secret tells",
			    "doc/api.md; homestead join --password asks for it");
}

enum err ops_join(struct ops *o, const struct ops_group_join *j, struct span password,
		  struct ops_call call)
{
	struct ops_complaint c;
	ops_complaint_init(&c);
	if (!ops_groups_of(o, call))
		return OK;
	struct group_wish *w = ops_group_wish(o, call, GROUPS_JOIN, j->dry_run);
	if (!w)
		return ERR_NOMEM;
	w->asking.done = join_done;
	w->answer = answer_joined;
	w->done = "is joined";
	w->would = "would be joined";
	w->command.passphrase = password;
	enum err e = check_password(j, &c);
	if (!e)
		e = j->code[0] ? read_code(w, j, &c) : read_invitation(w, j, &c);
	if (!e)
		e = ops_read_first(w, j->identity, j->code[0] ? j->first : "", &c);
	return ops_group_send(w, e, &c);
}

enum err ops_run_group_join(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	return ops_join(o, &r->group_join, span_of(NULL, 0), call);
}

/* ---- later, when its password has come ---- */

static const char *copy_str(struct arena *mem, const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = arena_alloc(mem, n);
	return p ? memcpy(p, s, n) : NULL;
}

static bool copy_addresses(struct ops_group_join *to, struct arena *mem)
{
	size_t n = to->n_addresses * sizeof(*to->addresses);
	struct ops_address *p = n ? arena_alloc(mem, n) : NULL;
	if (p)
		memcpy(p, to->addresses, n);
	to->addresses = p;
	return p || !n;
}

struct ops_group_join *ops_join_copy(const struct ops_group_join *j, struct arena *mem)
{
	struct ops_group_join *to = arena_alloc(mem, sizeof(*to));
	if (!to)
		return NULL;
	*to = *j;
	to->invitation = copy_str(mem, j->invitation);
	to->code = copy_str(mem, j->code);
	to->password = copy_str(mem, j->password);
	to->group = copy_str(mem, j->group);
	to->identity = copy_str(mem, j->identity);
	to->first = copy_str(mem, j->first);
	bool whole = to->invitation && to->code && to->password && to->group && to->identity &&
		     to->first && copy_addresses(to, mem);
	return whole ? to : NULL;
}
