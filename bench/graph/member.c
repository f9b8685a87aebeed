#include "member.h"

#include "os/clock.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "bench"

static const struct groups *groups_of(const struct ours *o)
{
	return node_groups(engine_node(o->engine));
}

/* ---- papers ---- */

static void path_of(char out[400], const char *papers, uint32_t self, const char *kind)
{
	(void)snprintf(out, 400, "%s/%u.%s", papers, self, kind);
}

/* Whole at once, or not there. */
static void leave(const char *papers, uint32_t self, const char *kind, const struct text *t)
{
	char path[400], fresh[410];
	path_of(path, papers, self, kind);
	(void)snprintf(fresh, sizeof(fresh), "%s.new", path);
	FILE *f = fopen(fresh, "w");
	if (!f || t->cut || fwrite(t->p, 1, t->n, f) != t->n || fclose(f) || rename(fresh, path))
		err(1, "%s", path);
}

static bool take(const char *papers, uint32_t self, const char *kind, struct text *t)
{
	char path[400];
	path_of(path, papers, self, kind);
	FILE *f = fopen(path, "r");
	if (!f)
		return false;
	t->n = fread(t->p, 1, t->size - 1, f);
	(void)fclose(f);
	return true;
}

static void await(struct ours *o, const char *papers, uint32_t self, const char *kind,
		  struct text *t)
{
	struct mono end = mono_add(os_mono(), 60 * MONO_SEC);
	while (!take(papers, self, kind, t)) {
		if (mono_reached(end, os_mono()))
			errx(1, "there is no %s of %u", kind, self);
		ours_turn(o, 5);
	}
}

/* ---- commands ---- */

static void must(struct ours *o, const struct groups_command *c, const char *what)
{
	const struct node_command m = { .kind = NODE_COMMAND_GROUP, .groups = *c };
	ours_must(o, &m, what);
}

void member_identity(struct ours *o, const char *papers, uint32_t self)
{
	char buffer[16384];
	struct text t = TEXT_OF(buffer);
	struct groups_identity who;
	must(o, &(struct groups_command){ .kind = GROUPS_ID_CREATE, .text = span_str(NAME) },
	     "identity");
	if (groups_find_identity(groups_of(o), span_of(NULL, 0), &who))
		errx(1, "the identity is not there");
	const struct group_paper card = { .kind = GROUP_PAPER_CARD,
					  .major = 2,
					  .octets = who.certificate };
	if (group_paper_write(&t, &card))
		errx(1, "card");
	leave(papers, self, "card", &t);
}

/* The graph that commands and looks are about is the group's from now on. */
static void enter(struct ours *o)
{
	struct groups_info g;
	if (groups_find(groups_of(o), span_of(NULL, 0), &g))
		errx(1, "the group is not there");
	(void)snprintf(o->id, sizeof(o->id), "%s", g.id);
	(void)snprintf(o->peer, sizeof(o->peer), "%s", g.self);
}

static void invite(struct ours *o, const char *papers, uint32_t self)
{
	static char card[GROUP_PAPER_MAX], document[GROUP_PAPER_MAX];
	struct text in = TEXT_OF(card), out = TEXT_OF(document);
	await(o, papers, self, "card", &in);
	o->document = &out;
	must(o,
	     &(struct groups_command){ .kind = GROUPS_GRANT,
				       .document = span_of(in.p, in.n),
				       .role = GROUP_ROLE_MEMBER },
	     "invitation");
	o->document = NULL;
	leave(papers, self, "invitation", &out);
}

/* Our Membership is there for the others to judge our records by. */
static void settle(struct ours *o, int limit_s)
{
	struct mono end = mono_add(os_mono(), limit_s * MONO_SEC);
	struct groups_info g;
	struct group_info info = { .published = false };
	for (; !info.published; ours_turn(o, 5)) {
		if (mono_reached(end, os_mono()))
			errx(1, "nothing published in %d s", limit_s);
		if (!groups_find(groups_of(o), span_of(NULL, 0), &g) && g.group)
			group_look(g.group, &info);
	}
}

void member_found(struct ours *o, const char *papers, uint32_t nodes)
{
	must(o,
	     &(struct groups_command){
		     .kind = GROUPS_CREATE, .text = span_str(NAME), .classifier = span_str(NAME) },
	     "group");
	enter(o);
	settle(o, 30);
	for (uint32_t i = 1; i < nodes; i++)
		invite(o, papers, i);
}

void member_join(struct ours *o, const char *papers, uint32_t self, uint16_t port, int limit_s)
{
	static char document[GROUP_PAPER_MAX];
	struct text in = TEXT_OF(document);
	const struct addr to = ours_at(port);
	await(o, papers, self, "invitation", &in);
	must(o, &(struct groups_command){ .kind = GROUPS_JOIN, .document = span_of(in.p, in.n) },
	     "join");
	enter(o);
	must(o, &(struct groups_command){ .kind = GROUPS_CONNECT, .address = &to, .n_address = 1 },
	     "connect");
	ours_synchronise(o, limit_s);
	settle(o, limit_s);
}
