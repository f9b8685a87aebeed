/* Documents that people carry: cards, invitations, exports. id export, import; group export,
 * import; invite show. */
#include "cli/cli_int.h"

#include "base/number.h"
#include "os/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* ---- what is shared ---- */

int cli_make(struct cli *c, const struct cli_query *q, struct ops_made *made)
{
	int exit = cli_ask(c, q, made);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (c->given[CLI_QUIET]) {
		cli_line(c->place->out, "%s", made->name);
		return CLI_OK;
	}
	cli_line(c->place->out, "%s", made->text);
	if (made->next[0])
		cli_wrap(c, cli_named(c, made->next, made->label[0] ? made->label : made->name), 0);
	return CLI_OK;
}

int cli_read_expires(struct cli *c, int64_t *life, int64_t *until)
{
	*life = -1;
	*until = 0;
	if (!c->expires || number_duration(span_str(c->expires), life) == OK)
		return CLI_OK;
	*life = -1;
	if (ops_time_parse(c->expires, until) == OK)
		return CLI_OK;
	return cli_refuse(c, c->expires, " is no time such as 7d, or 2027-01-31T12:00:00Z");
}

static int take_file(struct cli *c, FILE *f, const char *path, const char **text)
{
	char *p = arena_alloc(&c->mem, OPS_DOCUMENT_MAX + 2);
	if (!p)
		return cli_no_memory(c);
	size_t n = fread(p, 1, OPS_DOCUMENT_MAX + 1, f);
	if (ferror(f))
		return cli_file_trouble(c, path, " cannot be read: ");
	if (n > OPS_DOCUMENT_MAX || memchr(p, 0, n))
		return cli_refuse(c, path, " holds no card, invitation or export");
	p[n] = 0;
	if (!p[strspn(p, " \t\r\n")])
		return cli_refuse(c, path, " is empty: it holds no card, invitation or export");
	*text = p;
	return CLI_OK;
}

int cli_read_document(struct cli *c, const char *path, const char **text)
{
	bool standard = strcmp(path, "-") == 0;
	FILE *f = standard ? stdin : fopen(path, "re");
	if (!f)
		return cli_file_trouble(c, path, " cannot be read: ");
	int exit = take_file(c, f, path, text);
	if (!standard)
		(void)fclose(f);
	return exit;
}

/* Nothing that is there is written over: what is in it may exist once in the world. */
static int write_file(struct cli *c, const char *path, const char *text)
{
	size_t n = strlen(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return cli_file_trouble(c, path, " cannot be written: ");
	bool good = write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
	int exit = good ? CLI_OK : cli_file_trouble(c, path, " cannot be written: ");
	if (!good)
		(void)unlink(path);
	(void)close(fd);
	return exit;
}

int cli_say_written(struct cli *c, const char *what, const char *path)
{
	if (strcmp(path, "-") == 0 || c->given[CLI_QUIET])
		return CLI_OK;
	if (c->given[CLI_JSON])
		return cli_print_json(c, "{\"done\":true,\"schema\":1}");
	cli_line(c->place->out, "%s is in %s", what, path);
	return CLI_OK;
}

/* As it is, or in an object. */
static int print_document(struct cli *c, const char *text)
{
	struct ops_document d;
	size_t n = strlen(text);
	ops_clear(&ops_document_type, &d);
	d.done = true;
	d.document = text;
	if (c->given[CLI_JSON])
		return cli_print_value(c, &ops_document_type, &d);
	fputs(text, c->place->out);
	if (n && text[n - 1] != '\n')
		fputc('\n', c->place->out);
	return CLI_OK;
}

static int put_document(struct cli *c, const char *path, const char *text)
{
	return strcmp(path, "-") == 0 ? print_document(c, text) : write_file(c, path, text);
}

int cli_write_document(struct cli *c, const char *text, const char *what)
{
	const char *path = c->output ? c->output : "-";
	int exit = put_document(c, path, text);
	return exit ? exit : cli_say_written(c, what, path);
}

static const char *words(struct cli *c, const char *before, const char *name)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, before);
	text_str(&t, name);
	return cli_keep(c, &t);
}

/* ---- under a passphrase ---- */

/* What would be done, when only that is asked. */
int cli_dry_stream(struct cli *c, enum ops_kind kind, const char *of)
{
	struct ops_write body = { true };
	struct ops_stream_token t;
	int exit = cli_ask(
		c,
		&(struct cli_query){
			.kind = kind, .graph = of, .body_type = &ops_write_type, .body = &body },
		&t);
	if (exit || c->given[CLI_QUIET])
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	cli_line(c->place->out, "%s", t.text);
	return CLI_OK;
}

int cli_run_id_export(struct cli *c)
{
	struct cli_secret s = { 0 };
	char *text = NULL;
	if (c->given[CLI_DRY_RUN])
		return cli_dry_stream(c, OPS_IDENTITY_EXPORT, c->args[0]);
	int exit = cli_passphrase(c, "A passphrase for the file: ", true, &s);
	if (exit)
		return exit;
	int r = hst_identity_export(c->ctx, c->args[0], s.at, s.n, &text);
	cli_secret_wipe(&s);
	if (r < 0)
		return cli_complain_last(c);
	exit = put_document(c, c->args[1], text);
	hst_free(text);
	return exit ? exit : cli_say_written(c, words(c, "identity ", c->args[0]), c->args[1]);
}

/* What came of an import: its name. */
static int say_imported(struct cli *c, const char *what, const char *name, const char *label)
{
	const char *shown = label[0] ? label : name;
	if (c->given[CLI_JSON]) {
		struct ops_made made;
		ops_clear(&ops_made_type, &made);
		made.done = true;
		made.text = words(c, what, shown);
		made.name = name;
		made.label = label;
		return cli_print_value(c, &ops_made_type, &made);
	}
	if (c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", name);
	else
		cli_line(c->place->out, "%s%s", what, shown);
	return CLI_OK;
}

int cli_run_id_import(struct cli *c)
{
	struct cli_secret s = { 0 };
	const char *document;
	char *name = NULL;
	int exit = cli_read_document(c, c->args[0], &document);
	if (!exit)
		exit = cli_passphrase(c, "Its passphrase: ", false, &s);
	if (exit)
		return exit;
	int r = hst_identity_import(c->ctx, document, s.at, s.n, &name);
	cli_secret_wipe(&s);
	exit = r < 0 ? cli_complain_last(c) : say_imported(c, "took over identity ", name, "");
	hst_free(name);
	return exit;
}

int cli_keep_owner(struct cli *c, const char *group, const char *path)
{
	struct cli_secret s = { 0 };
	hst_group *g = NULL;
	char *text = NULL;
	if (strcmp(path, "-") != 0 && access(path, F_OK) == 0) {
		errno = EEXIST;
		return cli_file_trouble(c, path, " cannot be written: ");
	}
	int exit = cli_passphrase(c, "A passphrase for the file: ", true, &s);
	if (exit)
		return exit;
	int r = hst_group_open(c->ctx, group, &g);
	if (r >= 0)
		r = hst_group_export(g, HST_GROUP_OWNER, s.at, s.n, &text);
	cli_secret_wipe(&s);
	hst_free(g);
	if (r < 0)
		return cli_complain_last(c);
	exit = put_document(c, path, text);
	hst_free(text);
	return exit;
}

static int export_owner(struct cli *c)
{
	if (c->given[CLI_DRY_RUN])
		return cli_dry_stream(c, OPS_GROUP_OWNER, c->args[0]);
	int exit = cli_keep_owner(c, c->args[0], c->args[1]);
	return exit ? exit
		    : cli_say_written(c, words(c, "the key of group ", c->args[0]), c->args[1]);
}

static int would_write(struct cli *c, struct ops_document *d)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "would write: ");
	text_str(&t, d->text);
	d->done = false;
	d->text = buffer;
	d->document = "";
	if (c->given[CLI_JSON])
		return cli_print_value(c, &ops_document_type, d);
	if (!c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", buffer);
	return CLI_OK;
}

int cli_run_group_export(struct cli *c)
{
	struct ops_document d;
	if (c->given[CLI_OWNER])
		return export_owner(c);
	if (c->passphrase_fd || c->passphrase_file)
		return cli_usage(c, "a membership is exported without a passphrase",
				 "--owner, for the key of the group");
	int exit = cli_ask(c, &(struct cli_query){ .kind = OPS_GROUP_EXPORT, .graph = c->args[0] },
			   &d);
	if (exit)
		return exit;
	if (c->given[CLI_DRY_RUN])
		return would_write(c, &d);
	exit = put_document(c, c->args[1], d.document);
	return exit ? exit
		    : cli_say_written(c, words(c, "our membership in group ", c->args[0]),
				      c->args[1]);
}

/* Only the group key is sealed. */
static int needs_passphrase(struct cli *c, const char *document, bool *needs)
{
	hst_invite_info *info;
	if (hst_invite_parse(c->ctx, document, &info) < 0)
		return cli_complain_last(c);
	*needs = strcmp(info->kind, "owner") == 0;
	hst_free(info);
	return CLI_OK;
}

static int import_group(struct cli *c, const char *document, const struct cli_secret *s)
{
	hst_group *g = NULL;
	struct ops_group info;
	if (hst_group_import(c->ctx, document, s ? s->at : NULL, s ? s->n : 0, &g) < 0)
		return cli_complain_last(c);
	const char *id = hst_group_id(g);
	bool known = cli_try(c, &(struct cli_query){ .kind = OPS_GROUP, .graph = id }, &info);
	int exit =
		say_imported(c, s ? "took over the key of group " : "took over our place in group ",
			     id, known ? info.name : "");
	hst_free(g);
	return exit;
}

int cli_run_group_import(struct cli *c)
{
	struct cli_secret s = { 0 };
	const char *document;
	bool sealed = false;
	int exit = cli_read_document(c, c->args[0], &document);
	if (!exit)
		exit = needs_passphrase(c, document, &sealed);
	if (!exit && sealed)
		exit = cli_passphrase(c, "Its passphrase: ", false, &s);
	if (exit)
		return exit;
	exit = import_group(c, document, sealed ? &s : NULL);
	if (sealed)
		cli_secret_wipe(&s);
	return exit;
}

/* ---- what a document says ---- */

/* "homestead join FILE", of the file that was read. */
static void print_next(struct cli *c, const char *hint)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	const char *at = strstr(hint, " FILE");
	if (at && (!at[5] || at[5] == ',')) {
		text_span(&t, span_of(hint, (size_t)(at - hint) + 1));
		text_word(&t, c->args[0]);
		text_str(&t, at + 5);
	} else {
		text_str(&t, hint);
	}
	cli_wrap(c, buffer, 0);
}

static void print_paper(struct cli *c, const struct ops_paper *p)
{
	bool is_link = strcmp(p->kind, "link") == 0;
	const struct cli_pair pairs[] = {
		{ "what", { p->text, CLI_BOLD } },
		{ "holds", { p->valid ? "yes" : p->why, p->valid ? CLI_GREEN : CLI_RED } },
		{ "group", { p->group_name, CLI_PLAIN } },
		{ "its name", { p->group, CLI_PLAIN } },
		{ "of whom", { p->label, CLI_PLAIN } },
		{ "peer name", { p->name, CLI_PLAIN } },
		{ "on this machine",
		  { !p->name[0] ? ""
		    : p->ours	? "yes"
				: "no",
		    CLI_PLAIN } },
		{ "by", { p->issuer_label, CLI_PLAIN } },
		{ "role", { p->role, CLI_PLAIN } },
		{ "as a code", { is_link ? p->code : "", CLI_PLAIN } },
		{ "as a link", { is_link ? "" : p->link, CLI_PLAIN } },
		{ "members at", { p->addresses, CLI_PLAIN } },
		{ "password", { p->asks ? "is asked for" : "", CLI_PLAIN } },
		{ "from", { p->since ? cli_time(c, p->since) : "", CLI_PLAIN } },
		{ "until", { p->until ? cli_end(c, p->until) : "", CLI_PLAIN } },
		{ "profile", { p->profile, CLI_PLAIN } },
	};
	cli_pairs_print(c, pairs, sizeof(pairs) / sizeof(pairs[0]));
	if (p->hint[0])
		print_next(c, p->hint);
}

int cli_run_invite_show(struct cli *c)
{
	struct ops_paper_read body;
	struct ops_paper paper;
	ops_clear(&ops_paper_read_type, &body);
	int exit = cli_take_invitation(c, &body.document);
	if (!exit)
		exit = cli_ask(c,
			       &(struct cli_query){ .kind = OPS_PAPER_READ,
						    .body_type = &ops_paper_read_type,
						    .body = &body },
			       &paper);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", paper.kind);
	else
		print_paper(c, &paper);
	return CLI_OK;
}
