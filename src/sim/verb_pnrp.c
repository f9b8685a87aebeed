#include "base/number.h"
#include "sim/scenario_int.h"

/* Names and clouds: "command N pnrp ...", and what can be expected of them. */

static enum err read_name(struct scn_parser *p, struct pnrp_name *name)
{
	struct span w = scn_word(p);
	char buffer[200];
	struct text why = TEXT_OF(buffer);
	return pnrp_name_parse(w, name, &why) ? scn_fail(p, "name", w, "a peer name as 0.printer")
					      : OK;
}

/* "[of NODE]": the name is secure, and under the key of this node. */
static enum err read_owner(struct scn_parser *p, uint32_t *owner)
{
	return scn_accept(p, "of") ? scn_node_name(p, owner) : OK;
}

static enum err read_cloud(struct scn_parser *p, struct pnrp_command *c)
{
	struct span w = scn_word(p);
	if (!w.n || w.n >= sizeof(c->cloud))
		return scn_fail(p, "cloud", w, "the name of one");
	memcpy(c->cloud, w.p, w.n);
	c->cloud[w.n] = '\0';
	return OK;
}

static enum err read_app(struct scn_parser *p, struct pnrp_command *c)
{
	struct span w = scn_word(p);
	struct addr a;
	if (c->n_apps == PNRP_ENDPOINTS_MAX || addr_parse(w, 0, &a) || !a.port)
		return scn_fail(p, "at", w, "up to 10 addresses with a port each");
	struct pnrp_endpoint e = pnrp_endpoint_of(&a);
	struct pnrp_app *app = &c->app[c->n_apps++];
	memcpy(app->ip, e.ip, sizeof(app->ip));
	app->port = a.port;
	app->protocol = 6;
	return OK;
}

/* The node's own addresses, whichever they are. */
static enum err read_port(struct scn_parser *p, struct pnrp_command *c)
{
	uint64_t port;
	enum err e = scn_number(p, "port", UINT16_MAX, &port);
	if (e)
		return e;
	c->automatic = true;
	c->app[0].port = (uint16_t)port;
	c->app[0].protocol = 6;
	c->n_apps = 1;
	return OK;
}

static enum err read_comment(struct scn_parser *p, struct pnrp_command *c)
{
	struct span w = scn_word(p);
	if (w.n > PNRP_COMMENT_UNITS)
		return scn_fail(p, "comment", w, "up to 39 letters");
	memcpy(c->comment, w.p, w.n);
	c->comment_n = (uint16_t)w.n;
	return OK;
}

static enum err read_payload(struct scn_parser *p, struct pnrp_command *c)
{
	c->payload = scn_word(p);
	c->payload_type = PNRP_PAYLOAD_STRING;
	return c->payload.n ? OK : scn_fail(p, "payload", c->payload, "a text");
}

static enum err read_publish_word(struct scn_parser *p, struct pnrp_command *c)
{
	if (scn_accept(p, "at"))
		return read_app(p, c);
	if (scn_accept(p, "port"))
		return read_port(p, c);
	if (scn_accept(p, "comment"))
		return read_comment(p, c);
	if (scn_accept(p, "payload"))
		return read_payload(p, c);
	if (scn_accept(p, "cloud"))
		return read_cloud(p, c);
	if (scn_accept(p, "secure"))
		c->own_key = true;
	else if (scn_accept(p, "temporary"))
		c->temporary = true;
	else
		return scn_fail(p, "publish", scn_peek(p),
				"at, port, comment, payload, cloud, secure or temporary");
	return OK;
}

static enum err read_publish(struct scn_parser *p, struct scn_action *a)
{
	struct pnrp_command *c = &a->command->pnrp;
	enum err e = read_name(p, &c->name);
	while (!e && scn_peek(p).p)
		e = read_publish_word(p, c);
	if (!e && !c->n_apps)
		return scn_fail(p, "publish", scn_peek(p), "at ADDRESS:PORT, or port PORT");
	return e;
}

static enum err read_unpublish(struct scn_parser *p, struct scn_action *a)
{
	enum err e = read_name(p, &a->command->pnrp.name);
	if (!e)
		e = read_owner(p, &a->owner);
	return !e && scn_accept(p, "cloud") ? read_cloud(p, &a->command->pnrp) : e;
}

static enum err read_most(struct scn_parser *p, struct pnrp_command *c)
{
	uint64_t most;
	enum err e = scn_number(p, "most", 100, &most);
	c->most = (uint32_t)most;
	return e;
}

static enum err read_resolve_word(struct scn_parser *p, struct pnrp_command *c)
{
	if (scn_accept(p, "timeout"))
		return scn_duration(p, "timeout", &c->timeout);
	if (scn_accept(p, "most"))
		return read_most(p, c);
	if (scn_accept(p, "cloud"))
		return read_cloud(p, c);
	if (scn_accept(p, "not-local"))
		c->not_local = true;
	else if (scn_accept(p, "payload"))
		c->want_payload = true;
	else if (scn_accept(p, "trace"))
		c->trace = true;
	else
		return scn_fail(p, "resolve", scn_peek(p),
				"timeout, most, cloud, not-local, payload or trace");
	return OK;
}

static enum err read_resolve(struct scn_parser *p, struct scn_action *a)
{
	struct pnrp_command *c = &a->command->pnrp;
	c->most = 1;
	c->criteria = PNRP_MATCH_ANY;
	enum err e = read_name(p, &c->name);
	if (!e)
		e = read_owner(p, &a->owner);
	while (!e && scn_peek(p).p)
		e = read_resolve_word(p, c);
	return e;
}

static enum err read_ping(struct scn_parser *p, struct scn_action *a)
{
	struct span w = scn_word(p);
	return addr_parse(w, PNRP_PORT, &a->command->pnrp.at)
		       ? scn_fail(p, "ping", w, "an address with its port")
		       : OK;
}

static enum err read_of_cloud(struct scn_parser *p, struct scn_action *a)
{
	return scn_accept(p, "cloud") ? read_cloud(p, &a->command->pnrp) : OK;
}

enum err scn_read_pnrp_command(struct scn_parser *p, struct scn_action *a)
{
	static const struct {
		const char *name;
		enum pnrp_command_kind kind;
		enum err (*read)(struct scn_parser *p, struct scn_action *a);
	} rows[] = {
		{ "publish", PNRP_PUBLISH, read_publish },
		{ "unpublish", PNRP_UNPUBLISH, read_unpublish },
		{ "resolve", PNRP_RESOLVE, read_resolve },
		{ "ping", PNRP_PING, read_ping },
		{ "repair", PNRP_REPAIR, read_of_cloud },
		{ "flush", PNRP_FLUSH, read_of_cloud },
	};
	struct span w = scn_word(p);
	*a->command = (struct node_command){ .kind = NODE_COMMAND_PNRP };
	a->owner = SCN_NO_SITE;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!span_eq(w, span_str(rows[i].name)))
			continue;
		a->command->pnrp.kind = rows[i].kind;
		return rows[i].read(p, a);
	}
	return scn_fail(p, "pnrp", w, "publish, unpublish, resolve, ping, repair or flush");
}

static enum err read_kept_name(struct scn_parser *p, struct scn_condition *c)
{
	c->pnrp = arena_alloc(&p->s->arena, sizeof(*c->pnrp));
	if (!c->pnrp)
		return ERR_NOMEM;
	enum err e = read_name(p, c->pnrp);
	return e ? e : read_owner(p, &c->b);
}

/* "found N NAME [of M] [at ADDRESS[:PORT]] [times ...]" */
enum err scn_read_found(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_node_name(p, &c->a);
	if (!e)
		e = read_kept_name(p, c);
	if (e)
		return e;
	if (scn_accept(p, "at")) {
		struct span w = scn_word(p);
		if (addr_parse(w, 0, &c->addr))
			return scn_fail(p, "at", w, "an address, with its port or without");
	}
	return scn_read_times(p, c);
}

enum err scn_read_announced(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_node_name(p, &c->a);
	return e ? e : read_kept_name(p, c);
}

/* "link", "link4", "site", "site4", "global", "global4" */
static enum err read_scope(struct scn_parser *p, struct scn_condition *c)
{
	struct span w = scn_word(p);
	c->ipv4 = w.n && w.p[w.n - 1] == '4';
	struct span word = span_of(w.p, w.n - c->ipv4);
	for (uint32_t i = 0; i < PNRP_SCOPE_COUNT; i++) {
		if (!span_eq(word, span_str(pnrp_scope_text((enum pnrp_scope)i))))
			continue;
		c->scope = (enum pnrp_scope)i;
		return OK;
	}
	return scn_fail(p, "cloud", w, "link, site or global, with a 4 behind it for IPv4");
}

enum err scn_read_cloud(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_node_name(p, &c->a);
	if (!e)
		e = read_scope(p, c);
	if (e)
		return e;
	struct span w = scn_word(p);
	for (c->what = 0; c->what < PNRP_STATE_COUNT; c->what++)
		if (span_eq(w, span_str(pnrp_state_text((enum pnrp_state)c->what))))
			return OK;
	return scn_fail(p, "state", w,
			"virtual, synchronising, active, dead, disabled, no-network or alone");
}

enum err scn_read_entries(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_node_name(p, &c->a);
	if (!e)
		e = read_scope(p, c);
	return e ? e : scn_read_op(p, c);
}
