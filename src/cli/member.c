/* members; member show, role, renew; invite. */
#include "cli/cli_int.h"

#include <string.h>

/* ---- looked at ---- */

static const struct cli_column columns[] = {
	{ "MEMBER", 0 }, { "ROLE", 0 }, { "HERE", 0 }, { "UNTIL", 1 }, { "PEER NAME", 0 }, { 0 },
};

static const char *here(const struct ops_member *m)
{
	if (m->self)
		return "we";
	return m->online ? "yes" : "no";
}

static void set_member(struct cli *c, struct cli_row *r, const void *row)
{
	const struct ops_member *m = row;
	const struct cli_cell cells[] = {
		{ m->label[0] ? m->label : "-", CLI_BOLD },
		{ m->role[0] ? m->role : "none that holds", CLI_PLAIN },
		{ here(m), m->online || m->self ? CLI_GREEN : CLI_PLAIN },
		{ cli_end(c, m->until), CLI_PLAIN },
		{ cli_short(c, m->name), CLI_PLAIN },
	};
	CLI_SET_CELLS(r, cells);
}

static const char *name_of(struct cli *c, const void *row)
{
	const struct ops_member *m = row;
	return m->name;
}

static void say_none(struct cli *c, const void *answer, bool empty)
{
	if (empty)
		fputs("no member is known here yet\n", c->place->out);
}

/* Who is in it no more: by whom, and why. */
static const struct cli_column removed_columns[] = {
	{ "MEMBER", 0 }, { "REMOVED BY", 0 }, { "WHY", 1 }, { "PEER NAME", 0 }, { 0 },
};

static const char *removed_by(struct cli *c, const struct ops_member *m)
{
	if (!m->removed_by[0])
		return "the group's key";
	return m->removed_by_label[0] ? m->removed_by_label : cli_short(c, m->removed_by);
}

static void set_removed(struct cli *c, struct cli_row *r, const void *row)
{
	const struct ops_member *m = row;
	const struct cli_cell cells[] = {
		{ m->label[0] ? m->label : "-", CLI_BOLD },
		{ removed_by(c, m), CLI_PLAIN },
		{ m->reason[0] ? m->reason : "-", CLI_PLAIN },
		{ cli_short(c, m->name), CLI_PLAIN },
	};
	CLI_SET_CELLS(r, cells);
}

static void say_nobody(struct cli *c, const void *answer, bool empty)
{
	if (empty)
		fputs("nobody was removed\n", c->place->out);
}

static const char *query_removed(struct cli *c)
{
	return "removed=true";
}

static int list_removed(struct cli *c)
{
	static const struct cli_list list = { .kind = OPS_MEMBERS,
					      .rows = "members",
					      .limit = "most",
					      .page = OPS_MEMBERS_MOST,
					      .query = query_removed,
					      .name = name_of,
					      .columns = removed_columns,
					      .set = set_removed,
					      .before = say_nobody };
	return cli_list(c, &list);
}

int cli_run_member_list(struct cli *c)
{
	static const struct cli_list list = { .kind = OPS_MEMBERS,
					      .rows = "members",
					      .limit = "most",
					      .page = OPS_MEMBERS_MOST,
					      .name = name_of,
					      .columns = columns,
					      .set = set_member,
					      .before = say_none };
	c->graph = c->args[0];
	return c->given[CLI_REMOVED] ? list_removed(c) : cli_list(c, &list);
}

static void print_chain(struct cli *c, const struct ops_member *m)
{
	fputs("its membership, from the group down:\n", c->place->out);
	for (size_t i = 0; i < m->n_chain; i++) {
		const struct ops_credential *k = &m->chain[i];
		cli_part(c->place->out, "  %s", k->label[0] ? k->label : k->name);
		if (k->role[0])
			cli_part(c->place->out, ", %s", k->role);
		cli_line(c->place->out, k->until >= OPS_NO_END ? ", %s" : ", until %s",
			 cli_end(c, k->until));
	}
}

static void print_member(struct cli *c, const struct ops_member *m)
{
	const struct cli_pair pairs[] = {
		{ "member", { m->label, CLI_BOLD } },
		{ "peer name", { m->name, CLI_PLAIN } },
		{ "role", { m->role[0] ? m->role : "none that holds", CLI_PLAIN } },
		{ "here", { here(m), m->online || m->self ? CLI_GREEN : CLI_PLAIN } },
		{ "at", { m->n_addresses ? cli_endpoint(c, &m->addresses[0]) : "", CLI_PLAIN } },
		{ "let in by", { m->issuer_label[0] ? m->issuer_label : m->issuer, CLI_PLAIN } },
		{ "since", { m->since ? cli_time(c, m->since) : "", CLI_PLAIN } },
		{ "until", { m->until ? cli_end(c, m->until) : "", CLI_PLAIN } },
		{ "removed by", { m->removed ? removed_by(c, m) : "", CLI_RED } },
		{ "why", { m->removed ? m->reason : "", CLI_PLAIN } },
	};
	cli_pairs_print(c, pairs, sizeof(pairs) / sizeof(pairs[0]));
	if (m->n_chain)
		print_chain(c, m);
}

int cli_run_member_show(struct cli *c)
{
	struct ops_member m;
	int exit = cli_ask(
		c,
		&(struct cli_query){ .kind = OPS_MEMBER, .graph = c->args[0], .name = c->args[1] },
		&m);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", m.name);
	else
		print_member(c, &m);
	return CLI_OK;
}

/* ---- leave to be one ---- */

/* Where the invitation goes into a file, or is not needed, what was done is told where
 * commands print; else beside it, where errors are. */
static int say_granted(struct cli *c, const struct ops_invitation *made, bool document)
{
	char what[CLI_TEXT_MAX];
	struct text t = TEXT_OF(what);
	bool into_file = c->output && strcmp(c->output, "-") != 0;
	if (c->given[CLI_JSON] && !c->output)
		return cli_print_answer(c);
	if (!cli_is_terse(c))
		cli_line(document && !into_file ? c->place->err : c->place->out, "%s", made->text);
	if (!made->done || !(document || c->output))
		return CLI_OK;
	text_str(&t, "the invitation for ");
	text_str(&t, made->label[0] ? made->label : made->member);
	return cli_write_document(c, made->invitation, what);
}

static int grant(struct cli *c, struct ops_member_grant *body, bool document)
{
	struct ops_invitation made;
	body->dry_run = c->given[CLI_DRY_RUN];
	int exit = cli_read_expires(c, &body->life, &body->until);
	if (!exit)
		exit = cli_ask(c,
			       &(struct cli_query){ .kind = OPS_MEMBER_GRANT,
						    .graph = c->args[0],
						    .body_type = &ops_member_grant_type,
						    .body = body },
			       &made);
	return exit ? exit : say_granted(c, &made, document);
}

int cli_run_invite_create(struct cli *c)
{
	struct ops_member_grant body;
	const char *card = c->n_args > 1 ? c->args[1] : c->card;
	if (c->n_args > 1 && c->card)
		return cli_usage(c, "a card is given twice", "homestead invite GROUP CARD");
	if (!card)
		return cli_run_code(c);
	if (c->given[CLI_LINK] || c->given[CLI_QR] || c->uses || c->invitee)
		return cli_usage(c,
				 "an invitation to a card is a document for one: --link, --qr, "
				 "--uses and --label are of codes",
				 "homestead invite GROUP");
	ops_clear(&ops_member_grant_type, &body);
	body.publish = c->given[CLI_PUBLISH];
	int exit = cli_set_word(c, body.role, sizeof(body.role), c->role);
	if (!exit)
		exit = card[0] == '<' ? CLI_OK : cli_read_document(c, card, &card);
	body.card = card;
	return exit ? exit : grant(c, &body, true);
}

int cli_run_member_role(struct cli *c)
{
	struct ops_member_grant body;
	ops_clear(&ops_member_grant_type, &body);
	body.member = c->args[1];
	body.publish = true;
	int exit = cli_set_word(c, body.role, sizeof(body.role), c->args[2]);
	return exit ? exit : grant(c, &body, false);
}

int cli_run_member_renew(struct cli *c)
{
	struct ops_member_grant body;
	ops_clear(&ops_member_grant_type, &body);
	body.member = c->args[1];
	body.publish = true;
	return grant(c, &body, false);
}

/* ---- removed, and let back ---- */

/* "MEMBER_PATH" of what is asked: the group, then the member. */
static int ask_member(struct cli *c, struct cli_query *q, void *made)
{
	q->graph = c->args[0];
	q->name = c->args[1];
	return cli_ask(c, q, made);
}

int cli_run_member_remove(struct cli *c)
{
	struct ops_member_remove body;
	struct ops_made made;
	struct ops_member m;
	char question[CLI_TEXT_MAX];
	struct text t = TEXT_OF(question);
	ops_clear(&ops_member_remove_type, &body);
	body.reason = c->reason ? c->reason : "";
	body.drop_records = c->given[CLI_DROP_RECORDS];
	body.drop_invited = c->given[CLI_DROP_INVITED];
	body.dry_run = c->given[CLI_DRY_RUN];
	int exit = ask_member(c, &(struct cli_query){ .kind = OPS_MEMBER }, &m);
	if (exit)
		return exit;
	text_str(&t, "Remove ");
	text_str(&t, m.label[0] ? m.label : m.name);
	text_str(&t, " from the group, for all members?");
	if (body.drop_invited)
		text_str(&t, " Whom it let in goes, too.");
	exit = body.dry_run ? CLI_OK : cli_confirm(c, question);
	struct cli_query q = { .kind = OPS_MEMBER_REMOVE,
			       .graph = c->args[0],
			       .name = c->args[1],
			       .body_type = &ops_member_remove_type,
			       .body = &body };
	return exit ? exit : cli_make(c, &q, &made);
}

int cli_run_member_return(struct cli *c)
{
	struct ops_member_return body;
	struct ops_invitation made;
	ops_clear(&ops_member_return_type, &body);
	body.reason = c->reason ? c->reason : "";
	body.dry_run = c->given[CLI_DRY_RUN];
	int exit = cli_set_word(c, body.role, sizeof(body.role), c->role);
	if (!exit)
		exit = cli_read_expires(c, &body.life, &body.until);
	if (!exit)
		exit = ask_member(c,
				  &(struct cli_query){ .kind = OPS_MEMBER_RETURN,
						       .body_type = &ops_member_return_type,
						       .body = &body },
				  &made);
	return exit ? exit : say_granted(c, &made, false);
}
