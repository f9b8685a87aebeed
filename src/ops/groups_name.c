/* Names that groups are found by, and what looking for members led to. */
#include "ops/group_int.h"

static bool is_registered(const struct pnrp *core, const char *name)
{
	struct pnrp_own_info own;
	char text[PNRP_NAME_TEXT_MAX + 1];
	for (size_t at = 0; core && pnrp_own(core, &at, &own);) {
		struct text t = TEXT_OF(text);
		pnrp_name_text(&t, &own.name);
		if (strcmp(text, name) == 0)
			return true;
	}
	return false;
}

/* "LinkLocal_eth0, Global_". */
static void put_clouds(const struct pnrp_clouds *all, const char *name, struct text *t)
{
	struct pnrp_cloud_info i;
	for (size_t at = 0; pnrp_clouds_info(all, &at, &i);) {
		if (!is_registered(pnrp_clouds_core(all, i.name), name))
			continue;
		text_str(t, t->n ? ", " : "");
		text_str(t, i.name);
	}
}

static void set_participant(struct ops *o, struct ops_group *to, const struct groups_name_info *n,
			    struct draft *d)
{
	const struct pnrp_clouds *all = node_pnrp(engine_node(o->engine));
	char buffer[1024];
	struct text clouds = TEXT_OF(buffer);
	to->participant = ops_draft_str(d, n->name);
	if (all && n->said && !n->err)
		put_clouds(all, n->name, &clouds);
	to->participant_clouds = ops_draft_str(d, buffer);
	if (!all)
		to->participant_why = "the part pnrp is switched off";
	else if (n->err)
		to->participant_why = err_text(n->err);
	else if (!clouds.n)
		to->participant_why = "there is no cloud yet: homestead cloud list";
}

void ops_group_names(struct ops *o, struct ops_group *to, const struct groups_info *g,
		     struct draft *d)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	struct groups_name_info n;
	struct groups_seek_info s;
	for (size_t at = 0; groups_name_next(all, g, &at, &n);) {
		if (n.lookup)
			to->lookups += n.said && !n.err;
		else
			set_participant(o, to, &n, d);
	}
	groups_seek_look(all, g, &s);
	to->searching = s.seeking;
	to->found = s.publishers;
	to->tried = s.addresses;
	to->search_why = ops_draft_str(d, s.why);
}
