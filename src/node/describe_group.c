#include "node/describe_int.h"

/* What reaches groups, in words: never what a document or a passphrase holds. */

#define SHOWN 64

static const char *command_text(enum groups_command_kind k)
{
	static const char *const words[] = {
		[GROUPS_ID_CREATE] = "id-create", [GROUPS_ID_SET] = "id-set",
		[GROUPS_ID_DELETE] = "id-delete", [GROUPS_ID_EXPORT] = "id-export",
		[GROUPS_ID_IMPORT] = "id-import", [GROUPS_CREATE] = "create",
		[GROUPS_JOIN] = "join",		  [GROUPS_OPEN] = "open",
		[GROUPS_CLOSE] = "close",	  [GROUPS_LEAVE] = "leave",
		[GROUPS_CONNECT] = "connect",	  [GROUPS_SET] = "set",
		[GROUPS_EXPORT] = "export",	  [GROUPS_OWNER] = "owner",
		[GROUPS_IMPORT] = "import",	  [GROUPS_GRANT] = "grant",
		[GROUPS_INVITE] = "invite",	  [GROUPS_INVITE_REVOKE] = "invite-revoke",
		[GROUPS_REMOVE] = "remove",	  [GROUPS_RETURN] = "return",
		[GROUPS_PASSWORD] = "password",	  [GROUPS_ROTATE] = "rotate",
		[GROUPS_CANCEL] = "cancel",
	};
	return words[k];
}

static void put_name(struct text *t, const char *word, struct span name)
{
	if (!name.n)
		return;
	text_str(t, word);
	text_quoted(t, name, SHOWN);
}

void node_put_groups_command(struct text *t, const struct groups_command *c)
{
	text_str(t, " group ");
	text_str(t, command_text(c->kind));
	put_name(t, " ", c->group);
	put_name(t, " identity ", c->identity);
	put_name(t, " who ", c->who);
	if (c->document.n)
		node_put_number(t, "document", c->document.n);
	if (c->code.n)
		node_put_number(t, "code", c->code.n);
	for (size_t i = 0; i < c->n_address; i++)
		node_put_addr(t, "at", &c->address[i]);
	if (c->kind == GROUPS_CANCEL)
		node_put_number(t, "call", c->other);
}
