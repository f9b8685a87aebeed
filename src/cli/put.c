/* put: a value under a key, or a file, that all members of a group then have. */
#include "cli/cli_int.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define LARGEST	  ((size_t)62914560) /* of a record, all in all */
#define KEY_MAX	  63
#define NAME_MOST 255
#define AUTHORITY 40 /* digits of a peer name */

/* What is put: a record of this type whose attribute says which. */
struct thing {
	const char *word, *attribute;
	const char *name; /* its key, or the file's name */
	const void *data;
	size_t n;
};

static bool is_key(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char l = (char)(s[i] | 32);
		bool plain = (l >= 'a' && l <= 'z') || (s[i] >= '0' && s[i] <= '9') ||
			     memchr("-_.", s[i], 3);
		if (!plain)
			return false;
	}
	return n > 0 && n <= KEY_MAX;
}

static int take_value(struct cli *c, const char *typed, size_t key, struct thing *out)
{
	char buffer[KEY_MAX + 1];
	struct text t = TEXT_OF(buffer);
	text_span(&t, span_of(typed, key));
	const char *value = typed + key + 1;
	*out = (struct thing){ "value", "key", cli_keep(c, &t), value, strlen(value) };
	return CLI_OK;
}

static int read_file(struct cli *c, FILE *f, const char *path, struct thing *out)
{
	struct stat s;
	if (fstat(fileno(f), &s) || !S_ISREG(s.st_mode))
		return cli_refuse(c, path, " is no file");
	if ((uint64_t)s.st_size > LARGEST)
		return cli_usage(c, "a record holds 60 MiB at most", "a smaller file");
	size_t n = (size_t)s.st_size;
	uint8_t *p = arena_alloc(&c->mem, n + 1);
	if (!p)
		return cli_no_memory(c);
	if (fread(p, 1, n, f) != n)
		return cli_file_trouble(c, path, " cannot be read: ");
	out->data = p;
	out->n = n;
	return CLI_OK;
}

static int take_file(struct cli *c, const char *path, struct thing *out)
{
	const char *slash = strrchr(path, '/');
	*out = (struct thing){ "file", "name", slash ? slash + 1 : path, NULL, 0 };
	if (strlen(out->name) > NAME_MOST)
		return cli_refuse(c, path, " has too long a name");
	FILE *f = fopen(path, "re");
	if (!f)
		return cli_file_trouble(c, path, " cannot be read: ");
	int exit = read_file(c, f, path, out);
	(void)fclose(f);
	return exit;
}

/* KEY=VALUE, unless there is a file of that name. */
static int take(struct cli *c, const char *typed, struct thing *out)
{
	const char *equals = strchr(typed, '=');
	struct stat s;
	bool there = stat(typed, &s) == 0;
	if (!there && equals && is_key(typed, (size_t)(equals - typed)))
		return take_value(c, typed, (size_t)(equals - typed), out);
	if (!there && equals)
		return cli_refuse(c, typed,
				  " is no KEY=VALUE: letters, digits, -, _ and . in a key");
	return take_file(c, typed, out);
}

/* `type = file and name = "a b" and creator = "0123*"`: what we put there before. False: the
 * name cannot be asked for. */
static bool put_query(struct text *t, const struct thing *thing, const char *identity)
{
	if (strchr(thing->name, '"'))
		return false;
	text_str(t, "type = ");
	text_str(t, thing->word);
	text_str(t, " and ");
	text_str(t, thing->attribute);
	text_str(t, " = \"");
	for (const char *s = thing->name; *s; s++) {
		if (strchr("*?\\", *s))
			text_char(t, '\\');
		text_char(t, *s);
	}
	text_str(t, "\" and creator = \"");
	text_span(t, span_of(identity, strnlen(identity, AUTHORITY)));
	text_str(t, "*\"");
	return !t->cut;
}

/* CLI_OK and *found, or after having said why. */
static int find(struct cli *c, hst_graph *g, const struct thing *thing, const char *identity,
		hst_record **found)
{
	char query[2 * NAME_MOST + 200];
	struct text t = TEXT_OF(query);
	hst_iter *it = NULL;
	void *item = NULL;
	*found = NULL;
	if (!put_query(&t, thing, identity))
		return CLI_OK;
	int r = hst_record_list(g, NULL, query, HST_RECORDS_NO_DATA, &it);
	if (r >= 0)
		r = hst_iter_next(it, &item);
	hst_free(it);
	*found = r > 0 ? item : NULL;
	return r < 0 ? cli_complain_last(c) : CLI_OK;
}

static void say(struct cli *c, const struct thing *thing, bool again, const hst_guid *id)
{
	char text[HST_GUID_TEXT] = "", buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	bool dry = c->given[CLI_DRY_RUN];
	if (id)
		hst_guid_text(id, text);
	text_str(&t,
		 dry ? (again ? "would change " : "would put ") : (again ? "changed " : "put "));
	text_str(&t, thing->name);
	text_str(&t, " in ");
	text_str(&t, c->args[0]);
	if (c->given[CLI_JSON]) {
		struct ops_record_change done;
		ops_clear(&ops_record_change_type, &done);
		done.done = !dry;
		done.text = buffer;
		ops_set_text(done.id, sizeof(done.id), text);
		(void)cli_print_value(c, &ops_record_change_type, &done);
	} else {
		cli_line(c->place->out, "%s", c->given[CLI_QUIET] ? text : buffer);
	}
}

static int publish(struct cli *c, hst_graph *g, const struct thing *thing, const hst_record *old)
{
	const hst_attr name = { thing->attribute, HST_ATTR_STRING, thing->name };
	hst_record r = HST_INIT(hst_record);
	hst_guid id = { { 0 } };
	int exit = c->duration ? cli_read_duration(c, c->duration, &r.life) : CLI_OK;
	if (exit)
		return exit;
	r.word = thing->word;
	r.data = thing->data;
	r.data_n = thing->n;
	r.attrs = &name;
	r.n_attrs = 1;
	r.id = id = old ? old->id : id;
	bool dry = c->given[CLI_DRY_RUN];
	uint32_t mask = HST_RECORD_DATA | (c->duration ? HST_RECORD_TIME : 0);
	int done = HST_OK;
	if (!dry)
		done = old ? hst_record_update(g, &r, mask, old->version)
			   : hst_record_add(g, &r, &id);
	if (done < 0)
		return cli_complain_last(c);
	say(c, thing, old != NULL, dry && !old ? NULL : &id);
	return CLI_OK;
}

static int put_in(struct cli *c, hst_group *group, const struct thing *thing)
{
	hst_graph *g = hst_group_graph(group);
	hst_group_info *info = NULL;
	hst_record *old = NULL;
	if (!g || hst_group_get(group, &info) < 0)
		return cli_complain_last(c);
	int exit = find(c, g, thing, info->identity, &old);
	if (!exit)
		exit = publish(c, g, thing, old);
	hst_free(old);
	hst_free(info);
	return exit;
}

int cli_run_put(struct cli *c)
{
	struct thing thing;
	hst_group *g = NULL;
	int exit = take(c, c->args[1], &thing);
	if (exit)
		return exit;
	exit = hst_group_open(c->ctx, c->args[0], &g) < 0 ? cli_complain_last(c)
							  : put_in(c, g, &thing);
	hst_free(g);
	return exit;
}
