#include "node/config.h"

/* Writes the text form that config_parse.c reads. */

#define VALUE_MAX 512

/* What a value looks like before it is read back to see whether it counts. */
union scratch {
	struct masc_config config;
	struct masc_peer_config peer;
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
	char buffer[256];
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

void node_config_write(const struct node_config *c, struct text *t)
{
	text_str(t, "masc {\n");
	write_settings(masc_settings, &c->masc, "\t", t);
	for (size_t i = 0; i < c->masc.n_peers; i++) {
		const struct masc_peer_config *p = &c->masc.peers[i];
		text_str(t, "\tpeer ");
		text_str(t, p->name);
		text_str(t, " {\n");
		write_settings(masc_peer_settings, p, "\t\t", t);
		text_str(t, "\t}\n");
	}
	text_str(t, "}\n");
}

enum err node_config_text(const struct node_config *c, const struct env *env, char **out)
{
	size_t size = 1024 + c->masc.n_peers * 512;
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
