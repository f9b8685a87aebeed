/* Records whose data are too large for an answer or a body of the API: the library takes
 * them by stream. */
#include "cli/cli_int.h"

#include <string.h>
#include <sys/stat.h>

#define LARGEST ((size_t)62914560) /* of a record, all in all */

static int type_of(const char *word)
{
	if (strcmp(word, "int") == 0)
		return HST_ATTR_INT;
	return strcmp(word, "date") == 0 ? HST_ATTR_DATE : HST_ATTR_STRING;
}

static hst_attr *attributes_of(struct cli *c, const struct ops_record_add *body)
{
	hst_attr *a = arena_alloc(&c->mem, (body->n_attributes + 1) * sizeof(*a));
	for (size_t i = 0; a && i < body->n_attributes; i++)
		a[i] = (hst_attr){ .name = body->attributes[i].name,
				   .type = type_of(body->attributes[i].type),
				   .value = body->attributes[i].value };
	return a;
}

static int say_added(struct cli *c, const hst_guid *id)
{
	char text[HST_GUID_TEXT];
	hst_guid_text(id, text);
	if (c->given[CLI_JSON]) {
		char json[100];
		struct text t = TEXT_OF(json);
		text_str(&t, "{\"done\":true,\"id\":\"");
		text_str(&t, text);
		text_str(&t, "\",\"schema\":1}");
		return cli_print_json(c, json);
	}
	fprintf(c->place->out, c->given[CLI_QUIET] ? "%s\n" : "record %s is published\n", text);
	return CLI_OK;
}

static int add(struct cli *c, const struct ops_record_add *body, struct span data)
{
	hst_record r = HST_INIT(hst_record);
	hst_graph *g = NULL;
	hst_guid id;
	int exit = cli_graph_handle(c, &g);
	if (exit)
		return exit;
	if (hst_guid_parse(body->type, &r.type) < 0)
		r.word = body->type;
	r.data = data.p;
	r.data_n = data.n;
	r.life = body->life < 0 ? 0 : body->life;
	r.attrs = attributes_of(c, body);
	r.n_attrs = body->n_attributes;
	if (!r.attrs)
		exit = cli_no_memory(c);
	else if (hst_record_add(g, &r, &id) < 0)
		exit = cli_complain_last(c);
	hst_free(g);
	return exit ? exit : say_added(c, &id);
}

static int read_all(struct cli *c, FILE *f, size_t n, const struct ops_record_add *body)
{
	uint8_t *p = arena_alloc(&c->mem, n + 1);
	if (!p)
		return cli_no_memory(c);
	if (fread(p, 1, n, f) != n)
		return cli_file_trouble(c, c->input, " cannot be read: ");
	return add(c, body, span_of(p, n));
}

bool cli_input_is_large(const struct cli *c)
{
	struct stat s;
	return c->input && strcmp(c->input, "-") != 0 && stat(c->input, &s) == 0 &&
	       S_ISREG(s.st_mode) && s.st_size > OPS_RECORD_INLINE;
}

int cli_record_add_large(struct cli *c, const struct ops_record_add *body)
{
	struct stat s;
	FILE *f = fopen(c->input, "re");
	if (!f || fstat(fileno(f), &s))
		return cli_file_trouble(c, c->input, " cannot be read: ");
	int exit = (uint64_t)s.st_size > LARGEST
			   ? cli_usage(c, "a record holds 60 MiB at most", "a smaller file")
			   : read_all(c, f, (size_t)s.st_size, body);
	(void)fclose(f);
	return exit;
}

int cli_record_get_large(struct cli *c, const char *digits, cli_octets_fn *put)
{
	hst_graph *g = NULL;
	hst_record *r = NULL;
	hst_guid id;
	int exit = cli_graph_handle(c, &g);
	if (exit)
		return exit;
	if (hst_guid_parse(digits, &id) < 0 || hst_record_get(g, &id, &r) < 0)
		exit = cli_complain_last(c);
	else
		exit = put(c, r->data, r->data_n);
	hst_free(r);
	hst_free(g);
	return exit;
}
