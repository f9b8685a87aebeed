/* Who publishes a name: asked of every cloud, told as it is found. */
#include "ops/ops_int.h"

#include "os/clock.h"

#define STEPS_MAX 1000 /* that are kept for the answer */

/* What came, in the order it came. */
struct step {
	struct step *next;
	struct ops_step of;
};

struct lookup {
	struct asking asking; /* first */
	struct pnrp_command command;
	struct ops_resolution out;
	size_t n_steps;
	struct step *first, **last;
	bool short_of_memory;
};

static const struct {
	const char *word;
	enum pnrp_criteria criteria;
} all_criteria[] = {
	{ "", PNRP_MATCH_ANY },
	{ "any", PNRP_MATCH_ANY },
	{ "nearest", PNRP_MATCH_NEAREST },
	{ "nearest64", PNRP_MATCH_NEAREST64 },
};

static enum err read_criteria(const char *s, enum pnrp_criteria *out)
{
	for (size_t i = 0; i < sizeof(all_criteria) / sizeof(all_criteria[0]); i++)
		if (strcmp(all_criteria[i].word, s) == 0) {
			*out = all_criteria[i].criteria;
			return OK;
		}
	return ERR_MALFORMED;
}

static enum err refuse(struct text *why, enum err e, const char *text)
{
	text_str(why, text);
	return e;
}

static enum err read_lookup(struct lookup *l, const struct ops_lookup *r, struct text *why)
{
	struct pnrp_command *c = &l->command;
	char none[OPS_MESSAGE_MAX + 1];
	struct text no_host = TEXT_OF(none);
	c->kind = PNRP_RESOLVE;
	enum err e = ops_name_read(r->name, &c->name, why);
	if (e)
		return e;
	ops_name_put(&c->name, l->out.name, l->out.host, &no_host);
	ops_set_text(c->cloud, sizeof(c->cloud), r->cloud);
	if (read_criteria(r->criteria, &c->criteria) != OK)
		return refuse(why, ERR_MALFORMED, "criteria are any, nearest, nearest64");
	if (r->most > OPS_RESULTS_MAX)
		return refuse(why, ERR_RANGE, "at most 64 publishers are looked for");
	if (r->timeout == 0 || r->timeout > OPS_RESOLVE_US_MAX)
		return refuse(why, ERR_RANGE, "a timeout is more than nothing, and up to 600 s");
	c->most = r->most ? (uint32_t)r->most : 1;
	c->timeout = r->timeout < 0 ? 0 : r->timeout;
	c->not_local = r->remote;
	c->want_payload = r->payload;
	c->trace = r->trace;
	return OK;
}

/* Findings */

static const char *payload_text(const struct pnrp_result *from, struct arena *mem)
{
	bool text = from->payload_type == PNRP_PAYLOAD_STRING;
	size_t size = text ? from->payload.n : OPS_BASE64_MAX(from->payload.n);
	char *p = arena_alloc(mem, size + 1);
	if (!p)
		return NULL;
	struct text t = text_of(p, size + 1);
	if (text)
		text_span(&t, from->payload);
	else
		ops_base64_put(&t, from->payload);
	return p;
}

static struct ops_endpoint *nodes_of(const struct pnrp_result *from, uint32_t zone,
				     struct arena *mem)
{
	struct ops_endpoint *list = arena_alloc(mem, (from->n_nodes + 1u) * sizeof(*list));
	for (size_t i = 0; list && i < from->n_nodes; i++) {
		struct pnrp_endpoint at = from->node[i];
		list[i].port = at.port;
		at.port = 0;
		ops_set_node(list[i].address, sizeof(list[i].address), &at, zone);
		ops_set_text(list[i].protocol, sizeof(list[i].protocol), "udp");
	}
	return list;
}

static bool set_found(struct ops_found *to, const char *cloud, const struct pnrp_result *from,
		      uint32_t zone, struct arena *mem)
{
	ops_clear(&ops_found_type, to);
	ops_set_text(to->cloud, sizeof(to->cloud), cloud);
	struct text name = TEXT_OF(to->name), comment = TEXT_OF(to->comment);
	pnrp_name_text(&name, &from->name);
	text_span(&comment, span_of(from->comment, from->comment_n));
	to->secure = from->secure;
	to->local = from->local;
	to->endpoints = ops_endpoints(from->app, from->n_apps, false, zone, mem);
	to->n_endpoints = from->n_apps;
	to->nodes = nodes_of(from, zone, mem);
	to->n_nodes = from->n_nodes;
	ops_set_text(to->payload_type, sizeof(to->payload_type),
		     ops_payload_type(from->payload_type));
	to->payload = payload_text(from, mem);
	to->payload_octets = from->payload.n;
	ops_set_pnrp_id(to->id, &from->id);
	to->not_after = from->not_after;
	to->hops = from->hops;
	return to->endpoints && to->nodes && to->payload;
}

static void set_step(struct ops_step *to, const char *cloud, const struct pnrp_hop *from,
		     uint32_t zone)
{
	static const char *const words[PNRP_STEP_COUNT] = {
		[PNRP_STEP_REFERRAL] = "referral", [PNRP_STEP_USELESS] = "useless",
		[PNRP_STEP_NOTHING] = "nothing",   [PNRP_STEP_LEAF] = "leaf",
		[PNRP_STEP_BUSY] = "busy",	   [PNRP_STEP_GONE] = "gone",
		[PNRP_STEP_SILENT] = "silent",	   [PNRP_STEP_FOUND] = "found",
		[PNRP_STEP_REJECTED] = "rejected",
	};
	ops_clear(&ops_step_type, to);
	ops_set_text(to->cloud, sizeof(to->cloud), cloud);
	ops_set_node(to->node, sizeof(to->node), &from->node, zone);
	ops_set_pnrp_id(to->id, &from->id);
	to->common = from->common;
	to->inquire = from->inquire;
	ops_set_text(to->step, sizeof(to->step), words[from->step]);
	to->text = pnrp_step_text(from->step);
	if (from->step == PNRP_STEP_REJECTED)
		to->verdict = pnrp_verdict_text(from->verdict);
	ops_set_pnrp_id(to->referral, &from->referral);
	to->elapsed = from->elapsed;
}

static uint32_t zone_of(const struct ops *o, const char *cloud)
{
	const struct pnrp_clouds *p = node_pnrp(engine_node(o->engine));
	struct pnrp_cloud_info info;
	return p && ops_cloud_find(p, cloud, &info) ? info.zone : 0;
}

static struct ops_step *add_step(struct lookup *l)
{
	if (l->n_steps == STEPS_MAX)
		return NULL;
	struct step *s = arena_alloc(&l->asking.mem, sizeof(*s));
	if (!s)
		return NULL;
	*l->last = s;
	l->last = &s->next;
	l->n_steps++;
	return &s->of;
}

/* The asker is told last: it may cancel. */
static void on_step(struct lookup *l, const struct node_found *f, uint32_t zone)
{
	struct ops_step step, *kept = add_step(l);
	set_step(&step, f->cloud, f->step, zone);
	if (kept)
		*kept = step;
	if (l->asking.call.found)
		l->asking.call.found(l->asking.call.arg, &ops_step_type, &step);
}

static void on_result(struct lookup *l, const struct node_found *f, uint32_t zone)
{
	struct ops_found *to = &l->out.results[l->out.n_results];
	if (l->out.n_results == l->command.most)
		return;
	if (!set_found(to, f->cloud, f->result, zone, &l->asking.mem)) {
		l->short_of_memory = true;
		return;
	}
	l->out.n_results++;
	if (l->asking.call.found)
		l->asking.call.found(l->asking.call.arg, &ops_found_type, to);
}

static void on_found(struct asking *a, const struct node_found *f)
{
	struct lookup *l = (struct lookup *)(void *)a;
	uint32_t zone = zone_of(a->ops, f->cloud);
	if (f->step)
		on_step(l, f, zone);
	else if (f->result)
		on_result(l, f, zone);
}

/* The end */

/* Names the clouds that were asked; tells whether any knows another node. */
static bool put_clouds(const struct lookup *l, struct text *t)
{
	const struct pnrp_clouds *p = node_pnrp(engine_node(l->asking.ops->engine));
	struct pnrp_cloud_info info;
	bool known = false;
	const char *before = "";
	for (size_t at = 0; p && pnrp_clouds_info(p, &at, &info);) {
		if (l->command.cloud[0] && strcmp(l->command.cloud, info.name) != 0)
			continue;
		known = known || info.of.entries;
		text_str(t, before);
		text_str(t, info.name);
		before = ", ";
	}
	return known;
}

/* Nobody was found: why, and what that means for an exit code. */
static enum err put_failure(const struct lookup *l, enum err e, struct text *t)
{
	char buffer[OPS_MESSAGE_MAX / 2];
	struct text clouds = TEXT_OF(buffer);
	bool known = put_clouds(l, &clouds);
	text_quoted(t, span_str(l->out.name), 100);
	text_str(t, " is not found: ");
	if (e && e != ERR_NOT_FOUND && e != ERR_TIMEOUT) {
		text_str(t, err_text(e));
		return e;
	}
	if (!known) {
		text_str(t, "no other node is known in ");
		text_str(t, buffer);
		return ERR_STATE;
	}
	text_str(t, e == ERR_TIMEOUT ? "the time was over before an answer came from "
				     : "nobody publishes it in ");
	text_str(t, buffer);
	return e == ERR_TIMEOUT ? e : ERR_NOT_FOUND;
}

static void answer_failure(struct lookup *l, enum err e)
{
	char buffer[2][OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer[0]), h = TEXT_OF(buffer[1]);
	e = put_failure(l, e, &t);
	if (e == ERR_STATE) {
		text_str(&h, "homestead cloud list says why; another machine on this link, or a "
			     "seed in the configuration, is needed");
	} else {
		text_str(&h, "homestead name trace ");
		text_str(&h, l->out.host[0] ? l->out.host : "NAME");
	}
	ops_answer_error(l->asking.call, e, buffer[0], buffer[1]);
}

static enum err gather(struct lookup *l, enum err e)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct arena *mem = &l->asking.mem;
	l->out.steps = arena_alloc(mem, (l->n_steps + 1) * sizeof(*l->out.steps));
	if (!l->out.steps || l->short_of_memory)
		return ERR_NOMEM;
	for (const struct step *s = l->first; s; s = s->next)
		l->out.steps[l->out.n_steps++] = s->of;
	if (l->out.n_results)
		return OK;
	(void)put_failure(l, e, &t);
	l->out.why = arena_copy(mem, span_of(t.p, t.n + 1));
	return l->out.why ? OK : ERR_NOMEM;
}

/* A search that found somebody went well, however it ended. */
static void on_done(struct asking *a, const struct engine_result *r)
{
	struct lookup *l = (struct lookup *)(void *)a;
	bool answers = l->out.n_results || l->command.trace;
	l->out.elapsed = r->elapsed;
	if (r->err == ERR_STOPPING || !answers) {
		answer_failure(l, r->err);
		return;
	}
	if (gather(l, r->err) != OK)
		ops_answer_error(a->call, ERR_NOMEM, err_text(ERR_NOMEM), "");
	else
		ops_answer_value(a->call, &ops_resolution_type, &l->out);
}

static struct lookup *lookup_new(struct ops *o, struct ops_call call)
{
	struct lookup *l = (struct lookup *)(void *)ops_asking_new(o, call, sizeof(*l));
	if (!l)
		return NULL;
	l->asking.done = on_done;
	l->asking.found = on_found;
	l->asking.ends = true;
	l->last = &l->first;
	ops_clear(&ops_resolution_type, &l->out);
	return l;
}

static enum err send(struct lookup *l)
{
	struct ops_resolution *out = &l->out;
	out->results = arena_alloc(&l->asking.mem, l->command.most * sizeof(*out->results));
	if (out->results)
		return ops_asking_send(&l->asking, &l->command);
	ops_asking_free(&l->asking);
	return ERR_NOMEM;
}

enum err ops_run_name_resolve(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text why = TEXT_OF(buffer);
	const struct pnrp_clouds *p = ops_pnrp_of(o, call);
	if (!p)
		return OK;
	struct lookup *l = lookup_new(o, call);
	if (!l)
		return ERR_NOMEM;
	enum err e = read_lookup(l, &r->lookup, &why);
	if (!e && ops_cloud_check(p, r->lookup.cloud, call))
		return send(l);
	if (e && e != ERR_NOMEM)
		ops_answer_error(call, e, buffer, "homestead help name resolve");
	ops_asking_free(&l->asking);
	return e == ERR_NOMEM ? e : OK;
}
