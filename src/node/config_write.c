#include "node/config.h"

/* Writes the text form that config_parse.c reads. */

#define VALUE_MAX 1024

/* What a value looks like before it is read back to see whether it counts. */
union scratch {
	struct masc_config config;
	struct masc_peer_config peer;
	struct masc_scope_config scope;
	struct pnrp_config pnrp;
	struct graph_part_config graph;
	struct group_part_config group;
	int64_t align;
};

static bool needs_quotes(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (c <= ' ' || c == '{' || c == '}' || c == '=' || c == ';' || c == '#' ||
		    c == '"' || c == '\\')
			return true;
	}
	return s.n == 0;
}

static void write_value(struct text *t, struct span s)
{
	if (!needs_quotes(s)) {
		text_span(t, s);
		return;
	}
	text_char(t, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			text_char(t, '\\');
		text_char(t, (char)s.p[i]);
	}
	text_char(t, '"');
}

/* A field that was never set (no address, "the profile's") has no words that
 * could be read again: it is left out, and so read as unset. */
static bool reads_back(const struct setting *s, struct span value)
{
	union scratch scratch;
	char buffer[512];
	struct text why = TEXT_OF(buffer);
	memset(&scratch, 0, sizeof(scratch));
	return s->size <= sizeof(scratch) && s->kind->read(s, value, &scratch, &why) == OK;
}

static void write_line(struct text *t, const char *indent, const char *key, struct span value)
{
	text_str(t, indent);
	text_str(t, key);
	text_str(t, " = ");
	write_value(t, value);
	text_char(t, '\n');
}

static void write_settings(const struct setting *s, const void *object, const char *indent,
			   struct text *t)
{
	for (; s->name; s++) {
		char buffer[VALUE_MAX];
		struct text value = TEXT_OF(buffer);
		if (setting_write(s, object, &value) && !value.cut &&
		    reads_back(s, span_of(value.p, value.n)))
			write_line(t, indent, s->name, span_of(value.p, value.n));
	}
}

static void write_named(const char *kind, const char *name, const struct setting *table,
			const void *object, struct text *t)
{
	text_char(t, '\t');
	text_str(t, kind);
	text_char(t, ' ');
	text_str(t, name);
	text_str(t, " {\n");
	write_settings(table, object, "\t\t", t);
	text_str(t, "\t}\n");
}

/* A part that is off is one without a group: that is how it is read. */
static void write_pnrp(const struct pnrp_config *c, struct text *t)
{
	if (!c->enabled)
		return;
	text_str(t, "pnrp {\n");
	write_settings(pnrp_settings, c, "\t", t);
	for (int i = 0; i < PNRP_SCOPE_COUNT; i++) {
		text_char(t, '\t');
		text_str(t, pnrp_scope_text((enum pnrp_scope)i));
		text_str(t, " {\n");
		write_settings(pnrp_cloud_settings, &c->cloud[i], "\t\t", t);
		text_str(t, "\t}\n");
	}
	text_str(t, "}\n");
}

static void write_graph(const struct graph_part_config *c, struct text *t)
{
	if (!c->enabled)
		return;
	text_str(t, "graph {\n");
	write_settings(graph_settings, c, "\t", t);
	text_str(t, "}\n");
}

static void write_group(const struct group_part_config *c, struct text *t)
{
	if (!c->enabled)
		return;
	text_str(t, "group {\n");
	write_settings(group_settings, c, "\t", t);
	text_str(t, "}\n");
}

void node_config_write(const struct node_config *c, struct text *t)
{
	const struct masc_config *m = &c->masc;
	text_str(t, "masc {\n");
	write_settings(masc_settings, m, "\t", t);
	for (size_t i = 0; i < m->n_scopes; i++)
		write_named("scope", m->scopes[i].name, masc_scope_settings, &m->scopes[i], t);
	for (size_t i = 0; i < m->n_peers; i++)
		write_named("peer", m->peers[i].name, masc_peer_settings, &m->peers[i], t);
	text_str(t, "}\n");
	write_pnrp(&c->pnrp, t);
	write_graph(&c->graph, t);
	write_group(&c->group, t);
}

enum err node_config_text(const struct node_config *c, const struct env *env, char **out)
{
	size_t size = 2048 + c->masc.n_peers * 512 + c->masc.n_scopes * 128;
	for (;;) {
		char *p = env_resize(env, NULL, size);
		if (!p)
			return ERR_NOMEM;
		struct text t = text_of(p, size);
		node_config_write(c, &t);
		if (!t.cut) {
			*out = p;
			return OK;
		}
		env_free(env, p);
		size *= 2;
	}
}
