/* name list, publish, unpublish, convert. */
#include "cli/cli_int.h"

#include "base/number.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* The list */

static const struct cli_column name_columns[] = {
	{ "NAME", 0 }, { "LEADS TO", 0 }, { "CLOUDS", 0 }, { "KEPT", 1 }, { 0 },
};

static const char *leads_to(struct cli *c, const struct ops_name *n)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	for (size_t i = 0; i < n->n_endpoints; i++) {
		text_str(&t, i ? ", " : "");
		text_str(&t, cli_endpoint(c, &n->endpoints[i]));
	}
	return cli_keep(c, &t);
}

/* "1 of 2": its neighbours know of it there. */
static const char *clouds_of(struct cli *c, const struct ops_name *n)
{
	char buffer[48];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, n->announced);
	text_str(&t, " of ");
	text_u64(&t, n->clouds);
	return cli_keep(c, &t);
}

static void put_part(struct text *t, const char *what, const char *value)
{
	if (!value[0])
		return;
	text_str(t, t->n ? "; " : "");
	text_str(t, what);
	text_str(t, value);
}

static void set_name(struct cli *c, struct cli_row *r, const void *row)
{
	const struct ops_name *n = row;
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	const struct cli_cell cells[] = {
		{ n->name, CLI_PLAIN },
		{ leads_to(c, n), CLI_PLAIN },
		{ clouds_of(c, n), n->announced == n->clouds ? CLI_GREEN : CLI_YELLOW },
		{ n->temporary ? "until the end" : "", CLI_PLAIN },
	};
	CLI_SET_CELLS(r, cells);
	put_part(&t, "as ", n->host);
	put_part(&t, "in ", n->cloud);
	put_part(&t, "", n->comment);
	if (n->payload_octets) {
		put_part(&t, "payload of ", cli_number(c, n->payload_octets));
		text_str(&t, " octets");
	}
	r->note = t.n ? cli_keep(c, &t) : NULL;
}

static const char *name_of(struct cli *c, const void *row)
{
	const struct ops_name *n = row;
	return n->name;
}

static void say_no_name(struct cli *c, const void *answer, bool empty)
{
	const struct ops_names *all = answer;
	if (strcmp(all->part.state, "running") != 0)
		cli_say_names_off(c, &all->part);
	else if (empty)
		fputs("no name is published here; try: homestead name publish NAME\n",
		      c->place->out);
}

int cli_run_name_list(struct cli *c)
{
	static const struct cli_list list = { .kind = OPS_NAMES,
					      .rows = "names",
					      .name = name_of,
					      .columns = name_columns,
					      .set = set_name,
					      .before = say_no_name };
	return cli_list(c, &list);
}

/* Publishing */

static int read_port(struct cli *c, uint64_t *port)
{
	*port = 0;
	if (c->port && number_u64(span_str(c->port), UINT16_MAX, port) != OK)
		return cli_refuse(c, c->port, " is no port");
	return CLI_OK;
}

static int set_endpoints(struct cli *c, struct ops_publish *body)
{
	uint64_t port;
	int exit = read_port(c, &port);
	if (exit)
		return exit;
	if (c->n_addresses > OPS_ENDPOINTS_MAX)
		return cli_usage(c, "--address may be given up to 10 times",
				 "homestead help name publish");
	size_t n = c->n_addresses ? c->n_addresses : 1;
	body->endpoints = arena_alloc(&c->mem, n * sizeof(*body->endpoints));
	if (!body->endpoints)
		return cli_no_memory(c);
	body->n_endpoints = n;
	for (size_t i = 0; i < n; i++) {
		struct ops_endpoint *e = &body->endpoints[i];
		e->port = port;
		ops_set_text(e->protocol, sizeof(e->protocol), c->protocol ? c->protocol : "");
		ops_set_text(e->address, sizeof(e->address), c->n_addresses ? c->addresses[i] : "");
	}
	return CLI_OK;
}

/* What a file holds, in base64. One octet more than may be tells that it is too long. */
static int read_file(struct cli *c, struct ops_publish *body)
{
	static uint8_t octets[OPS_PAYLOAD_MAX + 1];
	char *text = arena_alloc(&c->mem, OPS_BASE64_MAX(sizeof(octets)) + 1);
	FILE *f = text ? fopen(c->file, "re") : NULL;
	if (!text)
		return cli_no_memory(c);
	if (!f)
		return cli_refuse(c, c->file,
				  errno == EACCES ? " may not be read" : " is not there");
	size_t n = fread(octets, 1, sizeof(octets), f);
	bool failed = ferror(f) != 0;
	(void)fclose(f);
	if (failed || n == 0 || n > OPS_PAYLOAD_MAX)
		return cli_refuse(c, c->file,
				  failed ? " cannot be read" : " does not hold 1 to 4096 octets");
	struct text t = text_of(text, OPS_BASE64_MAX(sizeof(octets)) + 1);
	ops_base64_put(&t, span_of(octets, n));
	body->payload = text;
	ops_set_text(body->payload_type, sizeof(body->payload_type), "binary");
	return CLI_OK;
}

static int set_payload(struct cli *c, struct ops_publish *body)
{
	if (c->file && c->text)
		return cli_usage(c, "--payload and --text are two ways to say the same",
				 "homestead help name publish");
	if (c->file)
		return read_file(c, body);
	if (c->text) {
		body->payload = c->text;
		ops_set_text(body->payload_type, sizeof(body->payload_type), "text");
	}
	return CLI_OK;
}

/* What does not fit is told, and never cut. */
static int set_word(struct cli *c, char *out, size_t size, const char *s, const char *why)
{
	ops_set_text(out, size, s ? s : "");
	return s && strlen(s) >= size ? cli_refuse(c, s, why) : CLI_OK;
}

int cli_run_name_publish(struct cli *c)
{
	struct ops_publish body;
	ops_clear(&ops_publish_type, &body);
	body.secure = c->given[CLI_SECURE];
	body.temporary = c->given[CLI_TEMPORARY];
	body.dry_run = c->given[CLI_DRY_RUN];
	int exit = set_word(c, body.name, sizeof(body.name), c->args[0], " is too long for a name");
	if (!exit)
		exit = set_word(c, body.cloud, sizeof(body.cloud), c->cloud,
				" is too long for a cloud");
	if (!exit)
		exit = set_word(c, body.comment, sizeof(body.comment), c->comment,
				" is too long for a comment: 39 characters");
	if (!exit)
		exit = set_endpoints(c, &body);
	if (!exit)
		exit = set_payload(c, &body);
	return exit ? exit
		    : cli_change(c, &(struct cli_query){ .kind = OPS_NAME_PUBLISH,
							 .body_type = &ops_publish_type,
							 .body = &body });
}

int cli_run_name_unpublish(struct cli *c)
{
	struct ops_unpublish body;
	ops_clear(&ops_unpublish_type, &body);
	body.secure = c->given[CLI_SECURE];
	body.dry_run = c->given[CLI_DRY_RUN];
	int exit = set_word(c, body.name, sizeof(body.name), c->args[0], " is too long for a name");
	return exit ? exit
		    : cli_change(c, &(struct cli_query){ .kind = OPS_NAME_UNPUBLISH,
							 .body_type = &ops_unpublish_type,
							 .body = &body });
}

/* Both forms for people; with --quiet the one that was not typed. */
int cli_run_name_convert(struct cli *c)
{
	struct ops_conversion forms;
	char buffer[CLI_TEXT_MAX];
	struct text why = TEXT_OF(buffer);
	enum err e = ops_name_convert(c->args[0], &forms, &c->mem, &why);
	if (e == ERR_NOMEM)
		return cli_no_memory(c);
	if (e)
		return cli_usage(c, buffer, "homestead help name convert");
	if (c->given[CLI_JSON])
		return cli_print_value(c, &ops_conversion_type, &forms);
	if (c->given[CLI_QUIET]) {
		bool host = forms.host[0] && strcasecmp(forms.host, c->args[0]) != 0;
		cli_line(c->place->out, "%s", host ? forms.host : forms.name);
		return CLI_OK;
	}
	const struct cli_pair pairs[] = {
		{ "name", { forms.name, CLI_BOLD } },
		{ "host name", { forms.host[0] ? forms.host : forms.why, CLI_PLAIN } },
		{ "belongs to", { forms.secure ? "a key" : "whoever publishes it", CLI_PLAIN } },
	};
	cli_pairs_print(c, pairs, sizeof(pairs) / sizeof(pairs[0]));
	return CLI_OK;
}
