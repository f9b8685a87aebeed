#include "sim/rogue.h"
#include "sim/scenario_int.h"

/* Identities, groups, and who lies to them: "command N group ...", "rogue N ...". */

static enum err read_alias(struct scn_parser *p, struct span *id)
{
	*id = scn_word(p);
	return id->n && id->n <= SCN_NAME_MAX ? OK : scn_fail(p, "group", *id, "its name");
}

static enum err read_nothing(struct scn_parser *p, struct scn_action *a, struct scn_group *g)
{
	return OK;
}

static enum err read_group(struct scn_parser *p, struct scn_action *a, struct scn_group *g)
{
	return read_alias(p, &g->id);
}

/* "GROUP [life T]" */
static enum err read_create(struct scn_parser *p, struct scn_action *a, struct scn_group *g)
{
	enum err e = read_alias(p, &g->id);
	if (!e && scn_accept(p, "life"))
		e = scn_duration(p, "life", &g->life);
	return e;
}

static enum err read_invite_word(struct scn_parser *p, struct scn_group *g)
{
	if (scn_accept(p, "for"))
		return scn_duration(p, "for", &g->life);
	g->publish = scn_accept(p, "publish");
	return g->publish ? OK : scn_fail(p, "invite", scn_peek(p), "for T or publish");
}

/* "M GROUP ROLE [for T] [publish]" */
static enum err read_invite(struct scn_parser *p, struct scn_action *a, struct scn_group *g)
{
	enum err e = scn_node_name(p, &g->other);
	if (!e)
		e = read_alias(p, &g->id);
	if (e)
		return e;
	struct span w = scn_word(p);
	if (!group_role_parse(w, &g->role))
		return scn_fail(p, "role", w, "administrator, inviter or member");
	while (!e && scn_peek(p).p)
		e = read_invite_word(p, g);
	return e;
}

/* "GROUP ADDRESS [alone]" */
static enum err read_connect(struct scn_parser *p, struct scn_action *a, struct scn_group *g)
{
	enum err e = read_alias(p, &g->id);
	if (e)
		return e;
	struct span w = scn_word(p);
	if (addr_parse(w, GRAPH_PORT, &a->addr))
		return scn_fail(p, "connect", w, "an address");
	g->alone = scn_accept(p, "alone");
	return OK;
}

/* "M GROUP [drop]" */
static enum err read_remove(struct scn_parser *p, struct scn_action *a, struct scn_group *g)
{
	enum err e = scn_node_name(p, &g->other);
	if (!e)
		e = read_alias(p, &g->id);
	if (!e)
		g->drop = scn_accept(p, "drop");
	return e;
}

static const struct verb_row {
	const char *name;
	enum scn_group_verb verb;
	enum err (*read)(struct scn_parser *p, struct scn_action *a, struct scn_group *g);
} rows[] = {
	{ "identity", SCN_GROUP_IDENTITY, read_nothing },
	{ "create", SCN_GROUP_CREATE, read_create },
	{ "invite", SCN_GROUP_INVITE, read_invite },
	{ "join", SCN_GROUP_JOIN, read_group },
	{ "open", SCN_GROUP_OPEN, read_group },
	{ "close", SCN_GROUP_CLOSE, read_group },
	{ "leave", SCN_GROUP_LEAVE, read_group },
	{ "connect", SCN_GROUP_CONNECT, read_connect },
	{ "remove", SCN_GROUP_REMOVE, read_remove },
	{ "return", SCN_GROUP_RETURN, read_invite },
	{ "rotate", SCN_GROUP_ROTATE, read_group },
};

enum err scn_read_group_command(struct scn_parser *p, struct scn_action *a)
{
	struct span w = scn_word(p);
	struct scn_group *g = arena_alloc(&p->s->arena, sizeof(*g));
	if (!g)
		return ERR_NOMEM;
	*g = (struct scn_group){ .other = SCN_NO_SITE };
	a->group = g;
	*a->command = (struct node_command){ .kind = NODE_COMMAND_GROUP };
	a->owner = SCN_NO_SITE;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!span_eq(w, span_str(rows[i].name)))
			continue;
		g->verb = rows[i].verb;
		return rows[i].read(p, a, g);
	}
	return scn_fail(p, "group", w,
			"identity, create, invite, join, open, close, leave, connect, remove, "
			"return or rotate");
}

/* "shows KIND GROUP [of M]" */
static enum err read_shows(struct scn_parser *p, struct scn_rogue *r)
{
	struct span w = scn_word(p);
	enum rogue_show k;
	if (!rogue_show_of(w, &k))
		return scn_fail(p, "shows", w, "a membership of rogue.h");
	r->kind = k;
	enum err e = read_alias(p, &r->id);
	if (!e && scn_accept(p, "of"))
		e = scn_node_name(p, &r->other);
	return e;
}

/* "lies KIND GROUP [N]" */
static enum err read_lies(struct scn_parser *p, struct scn_rogue *r)
{
	struct span w = scn_word(p);
	uint64_t n = 1;
	enum rogue_lie k;
	if (!rogue_lie_of(w, &k))
		return scn_fail(p, "lies", w, "a lie of rogue.h");
	r->kind = k;
	r->lies = true;
	enum err e = read_alias(p, &r->id);
	if (!e && scn_peek(p).p)
		e = scn_number(p, "lies", 100000, &n);
	r->count = (uint32_t)n;
	return e;
}

/* "says GROUP [N]", "issues GROUP [N]": what it may */
static enum err read_often(struct scn_parser *p, struct scn_rogue *r)
{
	uint64_t n = 1;
	enum err e = read_alias(p, &r->id);
	if (!e && scn_peek(p).p)
		e = scn_number(p, "how often", 1000, &n);
	r->count = (uint32_t)n;
	return e;
}

enum err scn_read_rogue(struct scn_parser *p, struct scn_action *a)
{
	struct scn_rogue *r = arena_alloc(&p->s->arena, sizeof(*r));
	if (!r)
		return ERR_NOMEM;
	*r = (struct scn_rogue){ .other = SCN_NO_SITE };
	a->rogue = r;
	enum err e = scn_node_name(p, &a->a);
	if (e)
		return e;
	if (!p->s->sites[a->a].rogue)
		return scn_fail(p, "rogue", span_str(p->s->sites[a->a].name),
				"a node with rogue = yes");
	if (scn_accept(p, "shows"))
		return read_shows(p, r);
	if (scn_accept(p, "lies"))
		return read_lies(p, r);
	r->says = scn_accept(p, "says");
	r->issues = !r->says && scn_accept(p, "issues");
	if (r->says || r->issues)
		return read_often(p, r);
	return scn_fail(p, "rogue", scn_peek(p), "shows, lies, says or issues");
}
