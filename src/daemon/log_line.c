#include "daemon/log_line.h"

#include <jansson.h>
#include <stdlib.h>

/* syslog(3) priorities, which journald takes in front of a line. */
static void prefix(struct text *t, enum node_level level)
{
	static const char *const prefixes[] = {
		[NODE_ERROR] = "<3>", [NODE_WARNING] = "<4>", [NODE_NOTICE] = "<5>",
		[NODE_INFO] = "<6>",  [NODE_DEBUG] = "<7>",
	};
	text_str(t, prefixes[level]);
}

static bool is_plain(const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c <= 0x20 || c >= 0x7f || c == '"' || c == '=' || c == '\\')
			return false;
	}
	return true;
}

static void put_pair(struct text *t, const char *name, const char *value)
{
	text_char(t, ' ');
	text_str(t, name);
	text_char(t, '=');
	if (value[0] && is_plain(value))
		text_str(t, value);
	else
		text_quoted(t, span_str(value), LOG_LINE_MAX);
}

static void put_number_pair(struct text *t, const char *name, int64_t value)
{
	text_char(t, ' ');
	text_str(t, name);
	text_char(t, '=');
	text_i64(t, value);
}

static void put_fields(struct text *t, const struct node_event *e)
{
	struct node_field f;
	for (size_t at = 0; node_event_field(e, &at, &f);) {
		if (f.is_number)
			put_number_pair(t, f.name, f.number);
		else
			put_pair(t, f.name, f.value.p);
	}
}

void log_line_text(struct text *t, const struct log_line *l, bool journal)
{
	if (journal) {
		prefix(t, l->level);
	} else {
		text_wall(t, l->wall.us);
		text_char(t, ' ');
		text_str(t, node_level_text(l->level));
		text_char(t, ' ');
	}
	text_str(t, l->part);
	text_char(t, ' ');
	/* A line stays one line, and a terminal obeys nobody. */
	text_shown(t, span_str(l->message));
	if (l->event)
		put_pair(t, "event", l->event);
	if (l->peer)
		put_pair(t, "peer", l->peer);
	if (l->source)
		put_fields(t, l->source);
	if (l->held_back)
		put_number_pair(t, "held_back", (int64_t)l->held_back);
}

/* What is no UTF-8 is told in the printable form. */
static json_t *json_of_text(const char *s)
{
	char buffer[LOG_LINE_MAX];
	struct text t = TEXT_OF(buffer);
	json_t *j = json_string(s);
	if (j)
		return j;
	text_quoted(&t, span_str(s), sizeof(buffer) / 8);
	return json_string(buffer);
}

static bool add(json_t *o, const char *name, json_t *value)
{
	return json_object_set_new(o, name, value) == 0;
}

/* The names every line has come first and are not overwritten. */
static bool add_fields(json_t *o, const struct node_event *e)
{
	struct node_field f;
	bool ok = true;
	for (size_t at = 0; ok && node_event_field(e, &at, &f);) {
		if (json_object_get(o, f.name))
			continue;
		ok = add(o, f.name, f.is_number ? json_integer(f.number) : json_of_text(f.value.p));
	}
	return ok;
}

static bool add_all(json_t *o, const struct log_line *l)
{
	char buffer[40];
	struct text t = TEXT_OF(buffer);
	text_wall(&t, l->wall.us);
	bool ok = add(o, "time", json_string(buffer)) &&
		  add(o, "level", json_string(node_level_text(l->level))) &&
		  add(o, "part", json_of_text(l->part)) &&
		  add(o, "message", json_of_text(l->message));
	if (ok && l->event)
		ok = add(o, "event", json_of_text(l->event));
	if (ok && l->peer)
		ok = add(o, "peer", json_of_text(l->peer));
	if (ok && l->source)
		ok = add_fields(o, l->source);
	if (ok && l->held_back)
		ok = add(o, "held_back", json_integer((json_int_t)l->held_back));
	return ok;
}

enum err log_line_json(struct text *t, const struct log_line *l, bool journal)
{
	json_t *o = json_object();
	char *s = o && add_all(o, l) ? json_dumps(o, JSON_COMPACT) : NULL;
	json_decref(o);
	if (!s)
		return ERR_NOMEM;
	if (journal)
		prefix(t, l->level);
	text_str(t, s);
	free(s);
	return OK;
}
