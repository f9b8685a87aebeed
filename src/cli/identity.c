/* id create, list, show, card, rename, default, delete. */
#include "cli/cli_int.h"

#include <string.h>

int cli_run_id_create(struct cli *c)
{
	struct ops_identity_make body;
	struct ops_made made;
	ops_clear(&ops_identity_make_type, &body);
	body.label = c->args[0];
	body.classifier = c->classifier ? c->classifier : "";
	body.is_default = c->given[CLI_DEFAULT];
	body.dry_run = c->given[CLI_DRY_RUN];
	int exit = cli_set_word(c, body.profile, sizeof(body.profile), c->profile);
	return exit ? exit
		    : cli_make(c,
			       &(struct cli_query){ .kind = OPS_IDENTITY_MAKE,
						    .body_type = &ops_identity_make_type,
						    .body = &body },
			       &made);
}

/* ---- the list ---- */

static const struct cli_column columns[] = {
	{ "IDENTITY", 0 }, { "PEER NAME", 0 }, { "DEFAULT", 0 },
	{ "GROUPS", 1 },   { "MADE", 2 },      { 0 },
};

static void set_identity(struct cli *c, struct cli_row *r, const void *row)
{
	const struct ops_identity *i = row;
	const struct cli_cell cells[] = {
		{ i->label, CLI_BOLD },
		{ cli_short(c, i->name), CLI_PLAIN },
		{ i->is_default ? "yes" : "", CLI_GREEN },
		{ cli_number(c, i->groups), CLI_PLAIN },
		{ cli_time(c, i->made), CLI_PLAIN },
	};
	CLI_SET_CELLS(r, cells);
	r->note = i->usable || !i->why[0] ? NULL : i->why;
}

static const char *name_of(struct cli *c, const void *row)
{
	const struct ops_identity *i = row;
	return i->name;
}

void cli_say_groups_off(struct cli *c, const struct ops_part *part)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "groups are ");
	text_str(&t, part->state);
	text_str(&t, ": ");
	text_str(&t, part->reason);
	cli_wrap(c, buffer, 0);
}

static void say_none(struct cli *c, const void *answer, bool empty)
{
	const struct ops_identities *all = answer;
	if (strcmp(all->part.state, "running") != 0)
		cli_say_groups_off(c, &all->part);
	else if (empty)
		fputs("there is no identity yet; try: homestead id create \"Your Name\"\n",
		      c->place->out);
}

int cli_run_id_list(struct cli *c)
{
	static const struct cli_list list = { .kind = OPS_IDENTITIES,
					      .rows = "identities",
					      .name = name_of,
					      .columns = columns,
					      .set = set_identity,
					      .before = say_none };
	return cli_list(c, &list);
}

/* ---- one ---- */

/* That of the first argument, else the default one. */
static int look(struct cli *c, struct ops_identity *out)
{
	struct ops_identities all;
	const char *name = c->n_args ? c->args[0] : NULL;
	int exit = CLI_OK;
	if (!name)
		exit = cli_ask(c, &(struct cli_query){ .kind = OPS_IDENTITIES }, &all);
	for (size_t i = 0; !exit && !name && i < all.n_identities; i++)
		if (all.identities[i].is_default)
			name = all.identities[i].name;
	if (!exit && !name)
		return cli_complain(c, &(struct cli_complaint){ CLI_NOT_FOUND, "NOT_FOUND",
								"there is no identity yet",
								"homestead id create NAME" });
	return exit ? exit
		    : cli_ask(c, &(struct cli_query){ .kind = OPS_IDENTITY, .graph = name }, out);
}

static void print_identity(struct cli *c, const struct ops_identity *i)
{
	const struct cli_pair pairs[] = {
		{ "identity", { i->label, CLI_BOLD } },
		{ "peer name", { i->name, CLI_PLAIN } },
		{ "default", { i->is_default ? "yes" : "no", CLI_PLAIN } },
		{ "key", { i->usable ? "can be used" : i->why, i->usable ? CLI_GREEN : CLI_RED } },
		{ "profile", { i->profile, CLI_PLAIN } },
		{ "groups", { cli_number(c, i->groups), CLI_PLAIN } },
		{ "made", { cli_time(c, i->made), CLI_PLAIN } },
	};
	cli_pairs_print(c, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

int cli_run_id_show(struct cli *c)
{
	struct ops_identity i;
	int exit = look(c, &i);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", i.name);
	else
		print_identity(c, &i);
	return CLI_OK;
}

int cli_run_id_card(struct cli *c)
{
	struct ops_identity i;
	char what[CLI_TEXT_MAX];
	struct text t = TEXT_OF(what);
	int exit = look(c, &i);
	if (exit)
		return exit;
	if (c->given[CLI_JSON] && !c->output)
		return cli_print_answer(c);
	text_str(&t, "the card of ");
	text_str(&t, i.label[0] ? i.label : i.name);
	return cli_write_document(c, i.card, what);
}

static int set(struct cli *c, const char *label, bool make_default)
{
	struct ops_identity_set body;
	struct ops_made made;
	ops_clear(&ops_identity_set_type, &body);
	body.label = label;
	body.is_default = make_default;
	body.dry_run = c->given[CLI_DRY_RUN];
	return cli_make(c,
			&(struct cli_query){ .kind = OPS_IDENTITY_SET,
					     .graph = c->args[0],
					     .body_type = &ops_identity_set_type,
					     .body = &body },
			&made);
}

int cli_run_id_rename(struct cli *c)
{
	return set(c, c->args[1], false);
}

int cli_run_id_default(struct cli *c)
{
	return set(c, "", true);
}

int cli_run_id_delete(struct cli *c)
{
	struct ops_made made;
	char question[CLI_TEXT_MAX];
	struct text t = TEXT_OF(question);
	text_str(&t, "Erase identity ");
	text_str(&t, c->args[0]);
	text_str(&t, " with its key? Without an export of it nobody can be it again.");
	int exit = cli_confirm(c, question);
	return exit ? exit
		    : cli_make(c,
			       &(struct cli_query){ .kind = OPS_IDENTITY_DELETE,
						    .graph = c->args[0],
						    .query = c->given[CLI_DRY_RUN] ? "dry_run=true"
										   : NULL },
			       &made);
}
