/* What somebody joins by (GROUP-13.26): a link, a code, a group's name; and the password with it,
 * where one is needed. */
#include "group/groups_join_int.h"

/* Better than to leave away what somebody has typed. */
static enum err refuse(struct text *why, const char *words)
{
	text_str(why, words);
	return ERR_RANGE;
}

enum err groups_typed_nothing(struct text *why)
{
	return refuse(why, "the group's password is needed: 1 to 1,024 octets");
}

bool groups_typed_name(const struct groups_command *c)
{
	struct group_name n;
	return group_name_parse(&n, c->code) == OK;
}

enum err groups_typed_link(struct group_link *out, const struct groups_command *c, struct text *why)
{
	enum err e = group_link_parse(out, c->code, why);
	if (e)
		return e;
	if (out->secret[0] && c->passphrase.n)
		e = refuse(why, GROUPS_OWN_SECRET);
	else if (!out->secret[0] && !c->passphrase.n)
		e = groups_typed_nothing(why);
	if (e)
		group_link_wipe(out);
	return e;
}

enum err groups_typed_code(struct group_code *out, const struct groups_command *c, struct text *why)
{
	char room[200];
	struct text other = TEXT_OF(room);
	enum err e = group_code_parse(out, c->code, c->passphrase.n ? &other : why);
	if (!c->passphrase.n)
		return e;
	if (!e)
		group_code_wipe(out);
	return refuse(why, e ? GROUPS_FRIENDLY : GROUPS_OWN_SECRET);
}
