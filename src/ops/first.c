/* The first identity of a machine, made with the first group. */
#include "ops/group_int.h"

#define LABEL_MOST 149 /* UTF-16 code units: it is the classifier, too */

const char *ops_first_identity(struct ops *o)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	struct groups_identity id;
	size_t at = 0;
	return all && groups_identity_next(all, &at, &id) ? id.name : "";
}

enum err ops_read_first(struct group_wish *w, const char *identity, const char *first,
			struct ops_complaint *c)
{
	w->command.identity = span_str(identity);
	if (identity[0] || !first[0] || ops_first_identity(w->asking.ops)[0])
		return OK;
	enum err e = ops_group_text(w, first, LABEL_MOST, "the label", &w->command.label, c);
	w->newcomer = !e && w->command.label.n;
	return e;
}

void ops_say_first(const struct group_wish *w, struct text *t)
{
	if (!w->newcomer)
		return;
	text_str(t, "identity ");
	text_quoted(t, w->command.label, 80);
	text_str(t, w->dry ? " would be made, and " : " is made, and ");
}
