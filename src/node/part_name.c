#include "node/node_int.h"

/* Between the parts group and pnrp: names that groups publish and look for (GROUP-15.1,
 * GROUP-15.4). Numbers of commands tell whose they are: those of groups begin at GROUPS_CALLS. */

#define PROTOCOL_TCP 6
#define ENDPOINTS    4		     /* of a member, at most (digest grouping 10) */
#define PATIENCE     (20 * MONO_SEC) /* of a search */

/* All that names rest on: another core, or another profile, has none of them. */
static struct node_names names_of(const struct node *n)
{
	bool on = !n->stopping && node_pnrp(n);
	return (struct node_names){ on ? n->pnrp.life : 0, on ? n->config.pnrp.profile : 0 };
}

void node_name_part(struct node *n)
{
	struct node_names now = names_of(n), *was = &n->group.names;
	if (now.clouds == was->clouds && now.profile == was->profile)
		return;
	*was = now;
	n->turned = true;
	groups_names_are(n->group.core, now.clouds != 0, n->now);
}

static bool read_name(const char *text, struct pnrp_name *out)
{
	char none[100];
	struct text why = TEXT_OF(none);
	return pnrp_name_parse(span_str(text), out, &why) == OK;
}

static void publish(struct pnrp_command *c, const struct groups_naming *g)
{
	c->kind = PNRP_PUBLISH;
	c->key = g->key;
	c->chain = g->chain;
	c->automatic = true;
	c->app_most = ENDPOINTS;
	c->n_apps = 1;
	c->app[0] = (struct pnrp_app){ .port = g->port, .protocol = PROTOCOL_TCP };
	c->payload = g->payload;
	c->payload_type = g->payload.n ? PNRP_PAYLOAD_BINARY : PNRP_PAYLOAD_NONE;
	c->comment_n =
		(uint16_t)(g->comment.n < sizeof(c->comment) ? g->comment.n : sizeof(c->comment));
	if (c->comment_n)
		memcpy(c->comment, g->comment.p, c->comment_n);
}

/* The payload is asked for where there is none, too: an exchange comes first then, and after
 * it a chain goes as often as it is wanted (PNRP-11.6). */
static void resolve(struct pnrp_command *c, const struct groups_naming *g)
{
	c->kind = PNRP_RESOLVE;
	c->criteria = PNRP_MATCH_ANY;
	c->not_local = c->want_payload = true;
	c->most = g->most;
	c->timeout = PATIENCE;
}

static void command_of(const struct groups_out *o, struct pnrp_command *c)
{
	*c = (struct pnrp_command){ .kind = PNRP_CANCEL, .other = o->number };
	if (o->kind == GROUPS_OUT_NAME_PUBLISH) {
		publish(c, o->naming);
	} else if (o->kind == GROUPS_OUT_NAME_RESOLVE) {
		resolve(c, o->naming);
	} else if (o->kind == GROUPS_OUT_NAME_WITHDRAW) {
		c->kind = PNRP_UNPUBLISH;
		c->public = o->naming->public;
	}
}

#define LATELY (10 * MONO_MIN)

static bool clocks_differ(const struct node *n, const struct pnrp_info *of)
{
	return of->last_expired.us && mono_since(n->now, of->last_expired) < LATELY;
}

/* How the clouds of this machine are, for whoever found nothing. */
static void count_clouds(const struct node *n, struct groups_resolution *r)
{
	struct pnrp_cloud_info i;
	for (size_t at = 0; pnrp_clouds_info(n->pnrp.core, &at, &i);) {
		bool there = i.of.state != PNRP_STATE_NO_NETWORK &&
			     i.of.state != PNRP_STATE_DISABLED && i.of.state != PNRP_STATE_DEAD;
		r->clouds += there;
		r->up += i.of.state == PNRP_STATE_ACTIVE;
		r->clock |= clocks_differ(n, &i.of);
	}
}

static void ended(struct node *n, uint64_t number, enum err e)
{
	struct groups_resolution r = { .err = e, .off = !node_pnrp(n) };
	if (!r.off)
		count_clouds(n, &r);
	groups_resolved(n->group.core, number, &r, n->now);
}

static void refuse(struct node *n, const struct groups_out *o, enum err e)
{
	if (o->kind == GROUPS_OUT_NAME_PUBLISH)
		groups_named(n->group.core, o->number, e, n->now);
	else if (o->kind == GROUPS_OUT_NAME_RESOLVE)
		ended(n, o->number, e);
	if (o->kind != GROUPS_OUT_NAME_WITHDRAW || !node_pnrp(n))
		return;
	/* Without memory to end one: all end, and those that are wanted are said again. */
	pnrp_clouds_unlend(n->pnrp.core, n->now);
	n->group.names.clouds = 0;
}

void node_name_want(struct node *n, const struct groups_out *o)
{
	struct pnrp_command c;
	bool cancels = o->kind == GROUPS_OUT_NAME_CANCEL;
	n->turned = true;
	command_of(o, &c);
	if (!cancels && !read_name(o->naming->name, &c.name)) {
		refuse(n, o, ERR_MALFORMED);
		return;
	}
	/* An answer to CANCEL, under this number, is that of the search, and goes nowhere. */
	enum err e =
		node_pnrp(n) ? pnrp_clouds_command(n->pnrp.core, &c, o->number, n->now) : ERR_STATE;
	if (e)
		refuse(n, o, e);
}

/* The interface that link-local addresses of a cloud are of. */
static uint32_t zone_of(const struct node *n, const char *cloud)
{
	struct pnrp_cloud_info i;
	for (size_t at = 0; pnrp_clouds_info(n->pnrp.core, &at, &i);)
		if (span_eq(span_str(i.name), span_str(cloud)))
			return i.zone;
	return 0;
}

static void found(struct node *n, const struct pnrp_clouds_out *o)
{
	const struct pnrp_result *r = o->result;
	struct addr at[PNRP_ENDPOINTS_MAX];
	uint32_t zone = zone_of(n, o->cloud);
	size_t count = 0;
	for (size_t i = 0; i < r->n_apps; i++) {
		struct pnrp_endpoint e = { .port = r->app[i].port };
		memcpy(e.ip, r->app[i].ip, sizeof(e.ip));
		if (r->app[i].protocol != PROTOCOL_TCP)
			continue;
		at[count] = pnrp_endpoint_addr(&e, 0);
		if (addr_is_link_local(&at[count]))
			at[count].scope = zone;
		count++;
	}
	const struct groups_hit hit = { .payload = r->payload, .at = at, .n_at = count };
	groups_found(n->group.core, o->number, &hit, n->now);
}

/* GROUP-15.5: others are known from now on, and who is alone may find them. */
static void cloud_changed(struct node *n, const struct pnrp_clouds_event *e)
{
	if (e->kind == PNRP_CLOUDS_EVENT_CLOUD && e->of.kind == PNRP_EVENT_STATE &&
	    e->of.to == PNRP_STATE_ACTIVE) {
		n->turned = true;
		groups_network(n->group.core, n->now);
	}
}

bool node_name_hears(struct node *n, const struct pnrp_clouds_out *o)
{
	struct groups *s = n->group.core;
	if (o->kind == PNRP_CLOUDS_EVENT && s)
		cloud_changed(n, o->event);
	bool answer = o->kind == PNRP_CLOUDS_RESULT || o->kind == PNRP_CLOUDS_REPLY;
	if (!answer || o->number < GROUPS_CALLS)
		return false;
	n->turned = true;
	if (s && o->kind == PNRP_CLOUDS_RESULT) {
		found(n, o);
	} else if (s) {
		groups_named(s, o->number, o->err, n->now);
		ended(n, o->number, o->err);
	}
	return true;
}
