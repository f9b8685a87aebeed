/* record add, update, delete. */
#include "cli/cli_int.h"

#include "base/number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- what a record holds ---- */

/* "author=ann", "rank:int=7"; the daemon judges names and values. */
static int take_attribute(struct cli *c, const char *s, struct ops_attribute *out)
{
	const char *equals = strchr(s, '='), *colon;
	char name[64];
	struct text t = TEXT_OF(name);
	if (!equals || equals == s)
		return cli_refuse(c, s, " is no attribute such as author=ann or rank:int=7");
	text_span(&t, span_of(s, (size_t)(equals - s)));
	colon = strchr(name, ':');
	if (colon) {
		ops_set_text(out->type, sizeof(out->type), colon + 1);
		name[colon - name] = 0;
		t.n = (size_t)(colon - name);
	}
	out->name = cli_keep(c, &t);
	out->value = equals + 1;
	return t.cut ? cli_refuse(c, s, " has too long a name") : CLI_OK;
}

static int take_attributes(struct cli *c, struct ops_attribute **list, size_t *n)
{
	if (c->n_attrs > CLI_ATTRS_MAX)
		return cli_usage(c, "--attr may be given up to 256 times", "--attr author=ann");
	*list = arena_alloc(&c->mem, (c->n_attrs + 1) * sizeof(**list));
	*n = c->n_attrs;
	if (!*list)
		return cli_no_memory(c);
	for (size_t i = 0; i < *n; i++) {
		int exit = take_attribute(c, c->attrs[i], &(*list)[i]);
		if (exit)
			return exit;
	}
	return CLI_OK;
}

static int cannot_read(struct cli *c, const char *path)
{
	return cli_refuse(c, path,
			  errno == EACCES   ? " may not be read"
			  : errno == ENOENT ? " is not there"
					    : " cannot be read");
}

static const char large[] = " holds more than 32 KiB, the most that a record may be given here";

/* What a file holds, or with `-` the standard input, in base64. One octet more than may be
 * tells that it is too long. */
static int read_input(struct cli *c, const char **data)
{
	size_t size = OPS_BASE64_MAX(OPS_RECORD_INLINE + 1) + 1;
	uint8_t *octets = arena_alloc(&c->mem, OPS_RECORD_INLINE + 1);
	char *text = arena_alloc(&c->mem, size);
	bool standard = strcmp(c->input, "-") == 0;
	if (!octets || !text)
		return cli_no_memory(c);
	FILE *f = standard ? stdin : fopen(c->input, "re");
	if (!f)
		return cannot_read(c, c->input);
	size_t n = fread(octets, 1, OPS_RECORD_INLINE + 1, f);
	bool failed = ferror(f) != 0;
	if (!standard)
		(void)fclose(f);
	if (failed)
		return cannot_read(c, c->input);
	if (n > OPS_RECORD_INLINE)
		return cli_refuse(c, c->input, large);
	struct text t = text_of(text, size);
	ops_base64_put(&t, span_of(octets, n));
	*data = text;
	return CLI_OK;
}

static int take_data(struct cli *c, const char **text, const char **data)
{
	if (c->data && c->input)
		return cli_usage(c, "--data and --file are two ways to say the same",
				 "homestead help record add");
	if (c->data && strlen(c->data) > OPS_RECORD_INLINE)
		return cli_refuse(c, c->data, large);
	*text = c->data ? c->data : "";
	return c->input ? read_input(c, data) : CLI_OK;
}

/* ---- asking ---- */

/* --quiet: the Record ID alone. */
static int change(struct cli *c, const struct cli_query *q)
{
	struct ops_record_change done;
	int exit = cli_ask(c, q, &done);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (!c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", done.text);
	else if (done.id[0])
		cli_line(c->place->out, "%s", done.id);
	return CLI_OK;
}

int cli_run_record_add(struct cli *c)
{
	struct ops_record_add body;
	ops_clear(&ops_record_add_type, &body);
	body.dry_run = c->given[CLI_DRY_RUN];
	if (!c->type)
		return cli_usage(c, "record add wants --type, a word such as note or a GUID",
				 "homestead record add GRAPH --type note --data TEXT");
	int exit = cli_set_word(c, body.type, sizeof(body.type), c->type);
	if (!exit && c->duration)
		exit = cli_read_duration(c, c->duration, &body.life);
	if (!exit)
		exit = take_attributes(c, &body.attributes, &body.n_attributes);
	bool stream = !body.dry_run && !c->data && cli_input_is_large(c);
	if (!exit && !stream)
		exit = take_data(c, &body.text, &body.data);
	if (!exit)
		exit = cli_graph(c);
	if (!exit && stream)
		return cli_record_add_large(c, &body);
	return exit ? exit
		    : change(c, &(struct cli_query){ .kind = OPS_RECORD_ADD,
						     .graph = c->graph,
						     .body_type = &ops_record_add_type,
						     .body = &body });
}

static int read_version(struct cli *c, uint64_t *version)
{
	*version = 0;
	if (c->version && number_u64(span_str(c->version), UINT32_MAX, version) != OK)
		return cli_refuse(c, c->version, " is no version");
	return CLI_OK;
}

static const char *what_is_set(struct cli *c)
{
	bool data = (c->given[CLI_DATA] || c->given[CLI_INPUT]), attributes = c->given[CLI_ATTR];
	if (data && attributes)
		return "data,attributes";
	return data ? "data" : attributes ? "attributes" : "";
}

int cli_run_record_update(struct cli *c)
{
	struct ops_record_update body;
	ops_clear(&ops_record_update_type, &body);
	body.dry_run = c->given[CLI_DRY_RUN];
	body.set = what_is_set(c);
	if (!body.set[0] && !c->duration)
		return cli_usage(c,
				 "record update wants something to change: --data, --file, --attr "
				 "or --for",
				 "homestead help record update");
	int exit = read_version(c, &body.if_version);
	if (!exit && c->duration)
		exit = cli_read_duration(c, c->duration, &body.life);
	if (!exit)
		exit = take_attributes(c, &body.attributes, &body.n_attributes);
	if (!exit)
		exit = take_data(c, &body.text, &body.data);
	if (!exit)
		exit = cli_graph(c);
	return exit ? exit
		    : change(c, &(struct cli_query){ .kind = OPS_RECORD_UPDATE,
						     .graph = c->graph,
						     .name = c->args[1],
						     .body_type = &ops_record_update_type,
						     .body = &body });
}

int cli_run_record_delete(struct cli *c)
{
	char query[96];
	struct text t = TEXT_OF(query);
	uint64_t version;
	int exit = read_version(c, &version);
	if (!exit)
		exit = cli_graph(c);
	if (exit)
		return exit;
	text_str(&t, "if_version=");
	text_u64(&t, version);
	text_str(&t, c->given[CLI_LOCAL] ? "&local=true" : "");
	text_str(&t, c->given[CLI_DRY_RUN] ? "&dry_run=true" : "");
	return change(c, &(struct cli_query){ .kind = OPS_RECORD_DELETE,
					      .graph = c->graph,
					      .name = c->args[1],
					      .query = query });
}
