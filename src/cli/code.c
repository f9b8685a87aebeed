/* invite by code; invite list, revoke. */
#include "cli/cli_int.h"

#include <stdlib.h>
#include <string.h>

#define USES_MAX 1000

/* ---- made ---- */

static int read_uses(struct cli *c, uint64_t *uses)
{
	char *end = NULL;
	unsigned long v = c->uses ? strtoul(c->uses, &end, 10) : 0;
	if (c->uses && (*end || c->uses[0] < '1' || c->uses[0] > '9' || v > USES_MAX))
		return cli_refuse(c, c->uses, " is not how many it may let in: 1 to 1000");
	*uses = v;
	return CLI_OK;
}

static void put_alone(struct cli *c, const char *what)
{
	cli_line(c->place->out, "  %s", what);
	fputc('\n', c->place->out);
}

/* With --qr the link is there twice: drawn, and to be copied. */
static int draw_link(struct cli *c, const struct ops_invite_made *made)
{
	int exit = cli_qr_print(c, made->link);
	if (exit)
		return exit;
	fputc('\n', c->place->out);
	if (made->code[0])
		put_alone(c, made->link);
	return CLI_OK;
}

/* The code stands in a line of its own: that is what people read out. */
static int say_code(struct cli *c, const struct ops_invite_made *made)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	int exit = CLI_OK;
	cli_line(c->place->out, "%s", made->text);
	fputc('\n', c->place->out);
	if (c->given[CLI_QR])
		exit = draw_link(c, made);
	put_alone(c, made->code[0] ? made->code : made->link);
	text_str(&t, "on the other machine: homestead join ");
	text_str(&t, made->code[0] ? made->code : "LINK");
	cli_wrap(c, buffer, 0);
	return exit;
}

/* A file holds the link, which homestead join takes. Where it cannot be written the code is said
 * all the same: it is made, and nobody shows it again. */
static int write_link(struct cli *c, const struct ops_invite_made *made)
{
	bool standard = strcmp(c->output, "-") == 0;
	char what[CLI_TEXT_MAX];
	struct text t = TEXT_OF(what);
	text_str(&t, "the link into group ");
	text_str(&t, made->name[0] ? made->name : made->group);
	if (standard && !cli_is_terse(c))
		cli_line(c->place->err, "%s", made->text);
	int exit = cli_write_document(c, made->link, what);
	if (exit && c->given[CLI_JSON])
		(void)!cli_print_answer(c);
	else if (exit)
		(void)!say_code(c, made);
	return exit;
}

static int say_made(struct cli *c, const struct ops_invite_made *made)
{
	if (c->output && made->done)
		return write_link(c, made);
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (!made->done)
		cli_line(c->place->out, "%s", made->text);
	else if (c->given[CLI_LINK] || (c->given[CLI_QUIET] && !made->code[0]))
		cli_line(c->place->out, "%s", made->link);
	else if (c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", made->code);
	else
		return say_code(c, made);
	return CLI_OK;
}

int cli_run_code(struct cli *c)
{
	struct ops_invite_make body;
	struct ops_invite_made made;
	if (c->given[CLI_PUBLISH])
		return cli_usage(c, "--publish is of an invitation to a card, and there is none",
				 "homestead invite GROUP CARD --publish");
	if (c->given[CLI_QR] && c->output)
		return cli_usage(c, "a QR code is drawn on the terminal: a file is for the link",
				 "homestead invite GROUP --output FILE");
	ops_clear(&ops_invite_make_type, &body);
	body.password = c->given[CLI_WITH_PASSWORD];
	body.label = c->invitee ? c->invitee : "";
	body.dry_run = c->given[CLI_DRY_RUN];
	int exit = cli_set_word(c, body.role, sizeof(body.role), c->role);
	if (!exit)
		exit = cli_read_expires(c, &body.life, &body.until);
	if (!exit)
		exit = read_uses(c, &body.uses);
	if (!exit)
		exit = cli_ask(c,
			       &(struct cli_query){ .kind = OPS_INVITE_MAKE,
						    .graph = c->args[0],
						    .body_type = &ops_invite_make_type,
						    .body = &body },
			       &made);
	return exit ? exit : say_made(c, &made);
}

void cli_say_first_code(struct cli *c, const char *group)
{
	struct ops_invite_make body;
	struct ops_invite_made made;
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	ops_clear(&ops_invite_make_type, &body);
	const struct cli_query q = { .kind = OPS_INVITE_MAKE,
				     .graph = group,
				     .body_type = &ops_invite_make_type,
				     .body = &body };
	if (cli_try(c, &q, &made)) {
		(void)say_code(c, &made);
		return;
	}
	text_str(&t, "others come in with: homestead invite ");
	text_str(&t, cli_short(c, group));
	cli_wrap(c, buffer, 0);
}

/* ---- listed ---- */

static const struct cli_column columns[] = {
	{ "CODE", 0 },	{ "FOR", 1 }, { "ROLE", 0 }, { "STATE", 0 }, { "USED", 0 },
	{ "UNTIL", 2 }, { "BY", 3 },  { "ID", 0 },   { 0 },
};

static const char *used(struct cli *c, const struct ops_invite *i)
{
	char buffer[48];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, i->used);
	text_str(&t, " of ");
	text_u64(&t, i->uses);
	if (i->over)
		text_str(&t, ", too many");
	char *kept = arena_alloc(&c->mem, t.n + 1);
	return kept ? memcpy(kept, buffer, t.n + 1) : "";
}

static const char *short_id(struct cli *c, const struct ops_invite *i)
{
	char *kept = arena_alloc(&c->mem, 9);
	size_t n = strlen(i->id) < 8 ? strlen(i->id) : 8;
	if (!kept)
		return i->id;
	memcpy(kept, i->id, n);
	kept[n] = '\0';
	return kept;
}

static const char *or_dash(const char *s)
{
	return s[0] ? s : "-";
}

static void set_invite(struct cli *c, struct cli_row *r, const void *row)
{
	const struct ops_invite *i = row;
	bool open = strcmp(i->state, "open") == 0;
	const struct cli_cell cells[] = {
		{ or_dash(i->lookup), CLI_BOLD },
		{ or_dash(i->label), CLI_PLAIN },
		{ i->role, CLI_PLAIN },
		{ i->state, open ? CLI_GREEN : CLI_PLAIN },
		{ used(c, i), i->over ? CLI_RED : CLI_PLAIN },
		{ cli_end(c, i->until), CLI_PLAIN },
		{ i->maker_label[0] ? i->maker_label : cli_short(c, i->maker), CLI_PLAIN },
		{ short_id(c, i), CLI_PLAIN },
	};
	CLI_SET_CELLS(r, cells);
}

static const char *id_of(struct cli *c, const void *row)
{
	const struct ops_invite *i = row;
	return i->id;
}

static void say_none(struct cli *c, const void *answer, bool empty)
{
	if (empty)
		fputs("no invitation by code is known here; to make one: homestead invite GROUP\n",
		      c->place->out);
}

int cli_run_invite_list(struct cli *c)
{
	static const struct cli_list list = { .kind = OPS_INVITES,
					      .rows = "invites",
					      .name = id_of,
					      .columns = columns,
					      .set = set_invite,
					      .before = say_none };
	c->graph = c->args[0];
	return cli_list(c, &list);
}

/* ---- revoked ---- */

int cli_run_invite_revoke(struct cli *c)
{
	struct ops_made made;
	return cli_make(
		c,
		&(struct cli_query){ .kind = OPS_INVITE_REVOKE,
				     .graph = c->args[0],
				     .name = c->args[1],
				     .query = c->given[CLI_DRY_RUN] ? "dry_run=true" : NULL },
		&made);
}
