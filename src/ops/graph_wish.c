/* Changes of graphs: made, opened, changed, left, connected. */
#include "ops/graph_int.h"

#include "base/number.h"
#include "os/clock.h"

#define PING_HINT "homestead graph list shows the neighbors and their Node IDs"

void ops_complaint_init(struct ops_complaint *c)
{
	c->why = TEXT_OF(c->buffer);
	c->hint = "";
}

enum err ops_complain(struct ops_complaint *c, enum err e, const char *why, const char *hint)
{
	text_str(&c->why, why);
	c->hint = hint;
	return e;
}

/* Answers */

static void put_object(const struct graph_wish *w, struct text *t)
{
	if (w->object[0]) {
		text_str(t, w->object);
		return;
	}
	text_str(t, "graph ");
	text_quoted(t, span_str(w->id), 80);
}

void ops_graph_say(const struct graph_wish *w, struct text *t, bool dry)
{
	put_object(w, t);
	text_char(t, ' ');
	text_str(t, dry ? w->would : w->done);
}

static void answer_change(struct graph_wish *w, const struct engine_result *r, bool dry)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	ops_graph_say(w, &t, dry);
	const struct ops_change change = { !dry, buffer, r->number ? r->number : r->conn };
	ops_answer_value(w->asking.call, &ops_change_type, &change);
}

static const struct {
	enum err err;
	const char *hint;
} hints[] = {
	{ ERR_NOT_FOUND, "homestead graph list" },
	{ ERR_EXISTS, "homestead graph open GRAPH takes part in one that is there already" },
	{ ERR_STATE, "homestead graph list, or homestead group list, tells the state of each" },
	{ ERR_CONFLICT, "read it anew, and change what you find" },
	{ ERR_FULL, "raise the limit in the group graph of the configuration, or try again later" },
	{ ERR_TIMEOUT, "is the other machine on, and does its firewall let TCP 3587 in?" },
	{ ERR_REFUSED, "is homesteadd running there, and does it listen for this graph?" },
	{ ERR_UNREACHABLE, "is the other machine on, and the network between?" },
	{ ERR_IO, "homestead status tells what is wrong with the store" },
	{ ERR_NO_SPACE, "make room on the disk of the state folder" },
};

void ops_graph_refused(struct ops_call call, const char *object, const char *failed,
		       const struct engine_result *r)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	const char *hint = "homestead status";
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (hints[i].err == r->err)
			hint = hints[i].hint;
	text_str(&t, object);
	text_char(&t, ' ');
	text_str(&t, failed);
	text_str(&t, ": ");
	text_str(&t, r->text ? r->text : err_text(r->err));
	ops_answer_error(call, r->err, buffer, hint);
}

static bool network_failed(enum err e)
{
	return e == ERR_TIMEOUT || e == ERR_REFUSED || e == ERR_UNREACHABLE || e == ERR_RESET ||
	       e == ERR_CLOSED;
}

/* "cannot be connected", and GRAPH-8.46. */
static void put_failed(const struct graph_wish *w, const struct engine_result *r, struct text *t)
{
	text_str(t, "cannot");
	text_str(t, w->would + strlen("would"));
	if (w->again && network_failed(r->err))
		text_str(t, " now, and tries again while it wants neighbors");
}

static void wish_done(struct asking *a, const struct engine_result *r)
{
	struct graph_wish *w = (struct graph_wish *)(void *)a;
	char object[OPS_MESSAGE_MAX + 1], failed[120];
	struct text t = TEXT_OF(object), f = TEXT_OF(failed);
	if (!r->err) {
		(w->answer ? w->answer : answer_change)(w, r, false);
		return;
	}
	put_object(w, &t);
	put_failed(w, r, &f);
	ops_graph_refused(a->call, object, failed, r);
}

struct graph_wish *ops_graph_wish(struct ops *o, struct ops_call call, const struct graphs_info *g,
				  size_t size)
{
	struct asking *a = ops_asking_new(o, call, size ? size : sizeof(struct graph_wish));
	struct graph_wish *w = (struct graph_wish *)(void *)a;
	if (!a)
		return NULL;
	a->part = NODE_COMMAND_GRAPH;
	a->done = wish_done;
	w->command.kind = GRAPHS_OF;
	if (!g)
		return w;
	ops_set_text(w->id, sizeof(w->id), g->id);
	w->number = g->number;
	w->command.id = span_str(w->id);
	ops_set_text(w->peer, sizeof(w->peer), g->peer);
	w->command.peer = span_str(w->peer);
	return w;
}

enum err ops_graph_send(struct graph_wish *w, enum err e, bool dry, struct ops_complaint *c)
{
	static const struct engine_result none;
	const struct node_command command = { .kind = NODE_COMMAND_GRAPH, .graphs = w->command };
	if (!e && !dry)
		return ops_asking_give(&w->asking, &command);
	if (!e)
		(w->answer ? w->answer : answer_change)(w, &none, true);
	else if (e != ERR_NOMEM)
		ops_answer_error(w->asking.call, e, c->buffer, c->hint);
	ops_asking_free(&w->asking);
	return e == ERR_NOMEM ? e : OK;
}

/* What a request says of a graph */

static enum err read_text(const char *s, char *out, size_t size, const char *what,
			  struct ops_complaint *c)
{
	struct text t = text_of(out, size);
	enum err e = ops_text_nfc(s, &t);
	if (!e || e == ERR_NOMEM)
		return e;
	text_str(&c->why, what);
	return ops_complain(c, e, e == ERR_RANGE ? " is too long" : " is no text", "doc/api.md");
}

static enum err read_scope(const char *s, uint32_t *out, struct ops_complaint *c)
{
	if (!s[0] || strcmp(s, "global") == 0)
		*out = GRAPH_SCOPE_GLOBAL;
	else if (strcmp(s, "site") == 0)
		*out = GRAPH_SCOPE_SITE;
	else if (strcmp(s, "link") == 0)
		*out = GRAPH_SCOPE_LINK;
	else
		return ops_complain(c, ERR_MALFORMED, "a scope is global, site or link", "");
	return OK;
}

static enum err read_profile(const char *s, enum crypto_profile_id *out, struct ops_complaint *c)
{
	bool classic = strcmp(s, "classic") == 0;
	*out = classic ? CRYPTO_CLASSIC : CRYPTO_MODERN;
	if (!classic && s[0] && strcmp(s, "modern") != 0)
		return ops_complain(c, ERR_MALFORMED, "a profile is modern or classic", "");
	if (!crypto_profile(*out))
		return ops_complain(c, ERR_UNSUPPORTED,
				    "this daemon was built without the profile classic",
				    "choose modern, or build with -Dclassic=true");
	return OK;
}

static enum err read_presence(const char *s, uint32_t *out, struct ops_complaint *c)
{
	uint64_t n = 0;
	if (!s[0] || strcmp(s, "all") == 0)
		*out = GRAPH_PRESENCE_ALL;
	else if (strcmp(s, "none") == 0)
		*out = 0;
	else if (number_u64(span_str(s), GRAPH_PRESENCE_ALL - 1, &n) == OK && n)
		*out = (uint32_t)n;
	else
		return ops_complain(c, ERR_MALFORMED,
				    "presence is all, none, or about how many nodes", "");
	return OK;
}

static enum err read_life(int64_t us, uint32_t *out, struct ops_complaint *c)
{
	if (us < 0) {
		*out = 0;
		return OK;
	}
	if (us < GRAPH_LIFE_PRESENCE * MONO_SEC || us / MONO_SEC > UINT32_MAX)
		return ops_complain(c, ERR_RANGE, "presence_life is 5 minutes or more", "");
	*out = (uint32_t)(us / MONO_SEC);
	return OK;
}

static enum err read_most(uint64_t n, uint32_t *out, struct ops_complaint *c)
{
	if (n && (n < GRAPH_RECORD_MIN || n > GRAPH_RECORD_MAX))
		return ops_complain(c, ERR_RANGE, "record_max is 1024 to 62914560, or 0", "");
	*out = (uint32_t)n;
	return OK;
}

/* Making */

#define TYPES_MAX 253

struct make {
	struct graph_wish wish; /* first */
	struct graph_properties properties;
	char peer[OPS_GRAPH_ID_MAX + 1], name[OPS_GRAPH_ID_MAX + 1];
	struct graph_guid types[TYPES_MAX];
	size_t n_types;
};

static enum err add_type(struct make *m, struct span s, struct ops_complaint *c)
{
	char one[OPS_NAME_MAX + 1];
	struct text t = TEXT_OF(one);
	text_span(&t, s);
	if (m->n_types == TYPES_MAX)
		return ops_complain(c, ERR_FULL, "at most 253 types can come first", "");
	if (!t.cut && ops_type_read(m->wish.asking.ops, one, &m->types[m->n_types], NULL) == OK) {
		m->n_types++;
		return OK;
	}
	text_quoted(&c->why, s, 60);
	return ops_complain(c, ERR_MALFORMED, " is no record type: a GUID, or a word", "");
}

static enum err read_order(struct make *m, const char *s, struct ops_complaint *c)
{
	while (*s) {
		size_t n = strcspn(s, ", ");
		enum err e = n ? add_type(m, span_of(s, n), c) : OK;
		if (e)
			return e;
		s += n + (s[n] != 0);
	}
	m->wish.command.sync_order = m->types;
	m->wish.command.n_sync_order = m->n_types;
	return OK;
}

static enum err read_numbers(struct graph_properties *p, const struct ops_graph_make *r,
			     struct ops_complaint *c)
{
	enum err e = read_scope(r->scope, &p->scope, c);
	p->defer_expiration = r->defer;
	if (!e)
		e = read_profile(r->profile, &p->profile, c);
	if (!e)
		e = read_most(r->record_max, &p->record_max, c);
	if (!e)
		e = read_presence(r->presence, &p->presence_max, c);
	return e ? e : read_life(r->presence_life, &p->presence_life, c);
}

static enum err read_names(struct make *m, const struct ops_graph_make *r, struct ops_complaint *c)
{
	struct graph_properties *p = &m->properties;
	enum err e = read_text(r->id, p->id, sizeof(p->id), "the Graph ID", c);
	if (!e && !p->id[0])
		e = ops_complain(c, ERR_MALFORMED, "a graph needs a name, its Graph ID",
				 "homestead graph create GRAPH");
	if (!e)
		e = read_text(r->peer, m->peer, sizeof(m->peer), "the Peer ID", c);
	if (!e)
		e = read_text(r->node_name, m->name, sizeof(m->name), "the name of the node", c);
	if (!e)
		e = read_text(r->name, p->name, sizeof(p->name), "the name of the graph", c);
	return e ? e : read_text(r->comment, p->comment, sizeof(p->comment), "the comment", c);
}

static enum err read_make(struct make *m, const struct ops_graph_make *r, struct ops_complaint *c)
{
	struct graphs_command *k = &m->wish.command;
	enum err e = read_names(m, r, c);
	if (!e)
		e = read_numbers(&m->properties, r, c);
	if (!e)
		e = read_order(m, r->sync_order, c);
	k->kind = r->open ? GRAPHS_OPEN : GRAPHS_CREATE;
	k->id = span_str(m->properties.id);
	k->peer = span_str(m->peer);
	k->name = span_str(m->name);
	k->properties = &m->properties;
	ops_set_text(m->wish.id, sizeof(m->wish.id), m->properties.id);
	m->wish.done = r->open ? "is open" : "is created";
	m->wish.would = r->open ? "would be opened" : "would be created";
	k->listen = r->listen;
	k->apart = r->apart;
	return e;
}

enum err ops_run_graph_make(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct ops_complaint c;
	ops_complaint_init(&c);
	if (!node_graphs(engine_node(o->engine)))
		return ops_run_graph_off(o, r, call);
	struct graph_wish *w = ops_graph_wish(o, call, NULL, sizeof(struct make));
	if (!w)
		return ERR_NOMEM;
	w->answer = answer_change;
	enum err e = read_make((struct make *)(void *)w, &r->graph_make, &c);
	return ops_graph_send(w, e, r->graph_make.dry_run, &c);
}

/* Closing, deleting, listening */

static const struct {
	enum ops_kind kind;
	enum graphs_command_kind command;
	const char *done, *would;
} lives[] = {
	{ OPS_GRAPH_CLOSE, GRAPHS_CLOSE, "is closed; its database stays", "would be closed" },
	{ OPS_GRAPH_DELETE, GRAPHS_DELETE, "is deleted, with its database",
	  "would be deleted, with its database" },
	{ OPS_GRAPH_LISTEN, GRAPHS_LISTEN, "takes connections", "would take connections" },
	{ OPS_GRAPH_REVALIDATE, GRAPHS_OF, "judges anew what was deferred",
	  "would judge anew what was deferred" },
};

enum err ops_run_graph_life(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct graphs_info g;
	if (!ops_graph_find(o, r, call, &g))
		return OK;
	struct graph_wish *w = ops_graph_wish(o, call, &g, 0);
	if (!w)
		return ERR_NOMEM;
	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
		if (lives[i].kind != r->kind)
			continue;
		w->command.kind = lives[i].command;
		w->done = lives[i].done;
		w->would = lives[i].would;
	}
	w->command.of.kind = GRAPH_REVALIDATE;
	return ops_graph_send(w, OK, r->write.dry_run, NULL);
}

/* Setting */

struct set {
	struct graph_wish wish; /* first */
	struct graph_properties properties;
	char attributes[OPS_BODY_MAX];
};

bool ops_names(const char *list, const char *name)
{
	size_t n = strlen(name);
	for (const char *s = list; *s; s += strcspn(s, ", ")) {
		s += strspn(s, ", ");
		if (strncmp(s, name, n) == 0 && strchr(", ", s[n]))
			return true;
	}
	return false;
}

static enum err check_set(const char *list, struct ops_complaint *c)
{
	static const char *const names[] = { "name",	      "comment", "presence",
					     "presence_life", "present", "attributes" };
	for (const char *s = list + strspn(list, ", "); *s; s += strspn(s, ", ")) {
		size_t n = strcspn(s, ", "), i = 0;
		while (i < 6 && (strlen(names[i]) != n || strncmp(names[i], s, n) != 0))
			i++;
		if (i == 6)
			return ops_complain(c, ERR_MALFORMED,
					    "\"set\" names what is not there: it takes name, "
					    "comment, presence, presence_life, present, attributes",
					    "doc/api.md");
		s += n;
	}
	return OK;
}

static enum err read_present(struct graph_command *k, const char *s, struct ops_complaint *c)
{
	k->present = strcmp(s, "yes") == 0;
	if (!k->present && strcmp(s, "no") != 0)
		return ops_complain(c, ERR_MALFORMED, "present is yes or no", "");
	return OK;
}

static enum err read_set_texts(struct set *s, const struct ops_graph_set *r,
			       struct ops_complaint *c)
{
	struct graph_properties *p = &s->properties;
	enum err e = read_text(r->name, p->name, sizeof(p->name), "the name", c);
	if (!e)
		e = read_text(r->comment, p->comment, sizeof(p->comment), "the comment", c);
	if (!e)
		e = read_text(r->attributes, s->attributes, sizeof(s->attributes),
			      "what the attributes hold", c);
	s->wish.command.of.payload = span_str(s->attributes);
	return e;
}

/* What is to be set: what is named, or, with nothing named, what is not empty. */
static uint32_t set_mask(const struct ops_graph_set *r)
{
	const struct {
		const char *name;
		bool given;
		uint32_t bit;
	} fields[] = {
		{ "name", r->name[0] != 0, GRAPH_SET_NAME },
		{ "comment", r->comment[0] != 0, GRAPH_SET_COMMENT },
		{ "presence", r->presence[0] != 0, GRAPH_SET_PRESENCE_MAX },
		{ "presence_life", r->presence_life >= 0, GRAPH_SET_PRESENCE_LIFE },
		{ "present", r->present[0] != 0, GRAPH_SET_PRESENT },
		{ "attributes", r->attributes[0] != 0, GRAPH_SET_ATTRIBUTES },
	};
	uint32_t mask = 0;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (r->set[0] ? ops_names(r->set, fields[i].name) : fields[i].given)
			mask |= fields[i].bit;
	return mask;
}

static enum err read_set(struct set *s, const struct ops_graph_set *r, struct ops_complaint *c)
{
	struct graph_command *k = &s->wish.command.of;
	enum err e = check_set(r->set, c);
	k->kind = GRAPH_SET;
	k->set = set_mask(r);
	k->properties = &s->properties;
	if (!e && !k->set)
		e = ops_complain(c, ERR_MALFORMED, "nothing is to be set", "doc/api.md");
	if (!e)
		e = read_set_texts(s, r, c);
	if (!e && k->set & GRAPH_SET_PRESENCE_MAX)
		e = read_presence(r->presence, &s->properties.presence_max, c);
	if (!e && k->set & GRAPH_SET_PRESENCE_LIFE)
		e = read_life(r->presence_life, &s->properties.presence_life, c);
	if (!e && k->set & GRAPH_SET_PRESENT)
		e = read_present(k, r->present, c);
	return e;
}

enum err ops_run_graph_set(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct ops_complaint c;
	struct graphs_info g;
	ops_complaint_init(&c);
	if (!ops_graph_open(o, r, call, &g))
		return OK;
	struct graph_wish *w = ops_graph_wish(o, call, &g, sizeof(struct set));
	if (!w)
		return ERR_NOMEM;
	w->done = "is changed";
	w->would = "would be changed";
	enum err e = read_set((struct set *)(void *)w, &r->graph_set, &c);
	return ops_graph_send(w, e, r->graph_set.dry_run, &c);
}

/* Connections */

enum err ops_read_remote(const char *s, struct addr *out, struct ops_complaint *c)
{
	if (s[0] && addr_parse(span_str(s), GRAPH_PORT, out) == OK && out->port)
		return OK;
	text_quoted(&c->why, span_str(s), ADDR_TEXT_MAX);
	return ops_complain(c, ERR_MALFORMED,
			    " is no address such as 192.0.2.1:3587 or [2001:db8::1]:3587", "");
}

enum err ops_run_graph_connect(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct ops_complaint c;
	struct graphs_info g;
	ops_complaint_init(&c);
	if (!ops_graph_open(o, r, call, &g))
		return OK;
	struct graph_wish *w = ops_graph_wish(o, call, &g, 0);
	if (!w)
		return ERR_NOMEM;
	w->asking.ends = true;
	w->again = true;
	w->command.of.kind = GRAPH_CONNECT_TO;
	w->command.of.peer = span_str(r->graph_connect.peer);
	w->done = "is connected";
	w->would = "would be connected";
	enum err e = ops_read_remote(r->graph_connect.address, &w->command.of.remote, &c);
	return ops_graph_send(w, e, r->graph_connect.dry_run, &c);
}

enum err ops_run_graph_disconnect(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct graphs_info g;
	if (!ops_graph_open(o, r, call, &g))
		return OK;
	struct graph_wish *w = ops_graph_wish(o, call, &g, 0);
	if (!w)
		return ERR_NOMEM;
	struct text t = TEXT_OF(w->object);
	text_str(&t, "connection ");
	text_u64(&t, r->graph_disconnect.conn);
	w->command.of.kind = GRAPH_DISCONNECT_FROM;
	w->command.of.conn = r->graph_disconnect.conn;
	w->done = "is ended";
	w->would = "would be ended";
	return ops_graph_send(w, OK, r->graph_disconnect.dry_run, NULL);
}

static void answer_ping(struct graph_wish *w, const struct engine_result *r, bool dry)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	ops_graph_say(w, &t, dry);
	const struct ops_graph_ping ping = { buffer, dry ? -1 : r->elapsed };
	ops_answer_value(w->asking.call, &ops_graph_ping_type, &ping);
}

enum err ops_run_graph_ping(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct ops_complaint c;
	struct graphs_info g;
	ops_complaint_init(&c);
	if (!ops_graph_open(o, r, call, &g))
		return OK;
	struct graph_wish *w = ops_graph_wish(o, call, &g, 0);
	if (!w)
		return ERR_NOMEM;
	w->command.of.kind = GRAPH_PING;
	w->answer = answer_ping;
	w->done = "sent a sign of life";
	w->would = "would send a sign of life";
	enum err e = ops_read_node_id(r->graph_ping.node, &w->command.of.node);
	if (e)
		e = ops_complain(&c, e, "a Node ID is 16 hexadecimal digits", PING_HINT);
	return ops_graph_send(w, e, r->graph_ping.dry_run, &c);
}
