/* The names by which newcomers find us (GROUP-14.31): of invitations that are open, by whoever
 * could let somebody in with them. */
#include "group/code.h"
#include "group/group_int.h"
#include "group/lookups.h"

#define FINDABLE_SOON	   (MONO_SEC / 5) /* changes come in bursts */
#define FINDABLE_BEGINS	   "homestead-"
#define FINDABLE_NAME_ROOM (sizeof(FINDABLE_BEGINS) + GROUP_LOOKUP_OCTETS)

#define FINDABLE_OF_OTHERS 8 /* of one maker: nobody takes the place of all others' */

struct shown {
	size_t n;
	const struct group_asked_in *of[GROUP_LOOKUPS_MAX];
	struct group_lookup row[GROUP_LOOKUPS_MAX];
	struct {
		char name[FINDABLE_NAME_ROOM];
		uint8_t payload[GROUP_LOOKUP_PAYLOAD];
	} room[GROUP_LOOKUPS_MAX];
};

void group_findable_stale(struct group *g)
{
	if (mono_is_never(g->findable))
		g->findable = mono_add(g->now, FINDABLE_SOON);
}

static void put_text(struct wr *w, struct span s)
{
	wr_le16(w, (uint16_t)s.n);
	wr_bytes(w, s);
}

static void show(const struct group *g, const struct group_asked_in *i, struct shown *s)
{
	struct text name = text_of(s->room[s->n].name, FINDABLE_NAME_ROOM);
	struct wr w = wr_of(s->room[s->n].payload, GROUP_LOOKUP_PAYLOAD);
	struct group_info info;
	group_look(g, &info);
	text_str(&name, FINDABLE_BEGINS);
	text_span(&name, i->what.lookup);
	wr_u8(&w, 1);
	wr_u8(&w, GROUP_SECRET_INVITATION);
	wr_bytes(&w, span_of(i->what.id, sizeof(i->what.id)));
	put_text(&w, span_str(g->id));
	put_text(&w, span_str(info.friendly ? info.friendly : ""));
	if (w.failed || name.cut)
		return;
	s->row[s->n++] = (struct group_lookup){ span_of(name.p, name.n), wr_span(&w) };
}

static bool is_ours_to_show(const struct group *g, const struct group_asked_in *i)
{
	return i->what.lookup.n &&
	       group_role_issuable(g->roles) & group_role_bit(i->what.secret.role) &&
	       group_own_latest(g, g->to) >= i->what.end &&
	       group_invite_state(g, i) == GROUP_INVITE_OPEN;
}

static bool is_ours(const struct group *g, const struct group_asked_in *i)
{
	return span_eq(i->what.maker, span_str(g->self));
}

/* How many there are of that maker already. */
static size_t shown_of(const struct group_asked_in *of, const struct shown *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++)
		n += span_eq(s->of[i]->what.maker, of->what.maker);
	return n;
}

static void look(struct group *g, const struct group_asked_in *i, struct shown *s)
{
	if (s->n == GROUP_LOOKUPS_MAX || !is_ours_to_show(g, i))
		return;
	s->of[s->n] = i;
	show(g, i, s);
	if (i->what.end < g->findable_end)
		g->findable_end = i->what.end;
}

/* GROUP-14.31 */
void group_findable_due(struct group *g)
{
	struct shown *s = NULL;
	const struct group_asked_in *i = NULL;
	if (!g->secrets)
		return;
	if (g->findable_turn != group_removals_turn(g->removals) ||
	    group_time(g) >= g->findable_end)
		group_findable_stale(g);
	g->findable_turn = group_removals_turn(g->removals);
	if (!mono_reached(g->findable, g->now) || !(s = env_zalloc(g->env, 1, sizeof(*s))))
		return;
	g->findable = MONO_NEVER;
	g->findable_end = INT64_MAX;
	while ((i = group_secrets_next(g->secrets, i)))
		if (is_ours(g, i))
			look(g, i, s);
	while ((i = group_secrets_next(g->secrets, i)))
		if (!is_ours(g, i) && shown_of(i, s) < FINDABLE_OF_OTHERS)
			look(g, i, s);
	(void)!group_lookups_are(g, s->row, s->n);
	env_free(g->env, s);
}

struct mono group_findable_deadline(const struct group *g)
{
	int64_t wait = g->findable_end - group_time(g);
	if (!mono_is_never(g->findable) || g->findable_end == INT64_MAX)
		return g->findable;
	return mono_add(g->now, wait > 0 ? wait : 0);
}
