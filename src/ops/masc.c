/* MASC peers and the commands to them. */
#include "ops/ops_int.h"

#include "os/clock.h"

/* Our clocks at the moment of an answer. */
struct times {
	struct mono now;
	struct wall wall;
};

static struct times times_now(void)
{
	return (struct times){ os_mono(), os_wall() };
}

static int64_t wall_of(const struct times *t, struct mono at)
{
	return t->wall.us - mono_since(t->now, at);
}

static int64_t left(const struct times *t, struct mono deadline)
{
	if (mono_is_never(deadline))
		return -1;
	int64_t us = mono_since(deadline, t->now);
	return us < 0 ? 0 : us;
}

static void set_addr(char *out, size_t size, const struct addr *a)
{
	struct text t = text_of(out, size);
	if (a->family != ADDR_NONE)
		addr_text(&t, a);
}

void ops_set_id(char *out, size_t size, const struct masc_id *id)
{
	struct text t = text_of(out, size);
	if (!masc_id_is_zero(id))
		masc_id_text(&t, id);
}

/* What the peer is to us when we are `ours` to it. */
static enum masc_role other_side(enum masc_role ours)
{
	switch (ours) {
	case MASC_CHILD:
		return MASC_PARENT;
	case MASC_PARENT:
		return MASC_CHILD;
	case MASC_INTERNAL_PEER:
	case MASC_SIBLING:
		break;
	}
	return ours;
}

static void set_traffic(struct ops_traffic *out, const uint64_t counts[5], uint64_t octets)
{
	out->octets = octets;
	out->open = counts[MASC_MSG_OPEN];
	out->update = counts[MASC_MSG_UPDATE];
	out->notification = counts[MASC_MSG_NOTIFICATION];
	out->keepalive = counts[MASC_MSG_KEEPALIVE];
	out->malformed = counts[0];
}

static void set_counters(struct ops_masc_peer *p, const struct masc_counters *c)
{
	set_traffic(&p->received, c->in, c->octets_in);
	set_traffic(&p->sent, c->out, c->octets_out);
	p->established = c->established;
	p->lost = c->lost;
	p->dials = c->dials;
	p->dial_failures = c->dial_failures;
	p->collisions = c->collisions;
	p->refused = c->refused;
}

static void set_claims(struct ops_masc_peer *p, const struct masc_peer_info *info)
{
	p->synced = info->synced;
	p->dumping = info->dumping;
	if (!info->skew_known)
		return;
	p->skew = info->skew < 0 ? -info->skew : info->skew;
	p->skew_behind = info->skew < 0;
}

/* A connection that failed later is newer than any NOTIFICATION. */
static const struct masc_error *newest_error(const struct masc_peer_info *info)
{
	static const struct masc_error none = { 0 };
	return info->last_err ? &none : &info->last_error;
}

void ops_masc_last_error(struct text *t, const struct masc_peer_info *info)
{
	const struct masc_error *said = newest_error(info);
	if (said->code) {
		text_str(t, info->last_error_sent ? "we sent " : "it sent ");
		text_str(t, masc_error_text(said->code, said->subcode));
	} else if (info->last_err) {
		text_str(t, err_text(info->last_err));
	}
	const char *advice = node_masc_advice(said, info->last_err);
	if (advice) {
		text_str(t, "; ");
		text_str(t, advice);
	}
}

static void set_last_error(struct ops_masc_peer *p, const struct masc_peer_info *info,
			   const struct times *at, struct draft *d)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	ops_masc_last_error(&t, info);
	p->last_error = ops_draft_text(d, &t);
	const struct masc_error *said = newest_error(info);
	p->last_error_code = said->code;
	p->last_error_subcode = said->subcode;
	p->last_error_sent = said->code && info->last_error_sent;
	p->last_error_at = t.n ? wall_of(at, info->last_error_at) : 0;
}

static void set_config(struct ops_masc_peer *p, const struct masc_peer_config *c)
{
	enum masc_role ours = (enum masc_role)c->role;
	ops_set_text(p->name, sizeof(p->name), c->name);
	set_addr(p->address, sizeof(p->address), &c->address);
	ops_set_text(p->role, sizeof(p->role), masc_role_text(other_side(ours)));
	ops_set_text(p->our_role, sizeof(p->our_role), masc_role_text(ours));
	ops_set_text(p->family, sizeof(p->family),
		     masc_family_text(c->family ? MASC_IPV6 : MASC_IPV4));
	ops_set_id(p->domain, sizeof(p->domain), &c->domain);
	ops_set_id(p->node, sizeof(p->node), &c->node);
	p->passive = c->passive;
	p->ttl_security = c->ttl_security;
}

static void set_session(struct ops_masc_peer *p, const struct masc_peer_info *info,
			const struct times *at)
{
	bool up = info->state == MASC_ESTABLISHED;
	ops_set_text(p->state, sizeof(p->state), masc_state_text(info->state));
	p->held_down = info->admin_down;
	p->held_until = info->admin_down ? info->admin_until.us : 0;
	p->since = wall_of(at, info->since);
	p->in_state = mono_since(at->now, info->since);
	p->retry_in = left(at, info->retry);
	set_addr(p->local, sizeof(p->local), &info->local);
	set_addr(p->remote, sizeof(p->remote), &info->remote);
	p->opened_by_us = info->opened_by_us;
	ops_set_id(p->open_domain, sizeof(p->open_domain), &info->domain);
	ops_set_id(p->open_node, sizeof(p->open_node), &info->node);
	p->hold_time = up && info->hold_time_s ? (int64_t)info->hold_time_s * MONO_SEC : -1;
	p->hold_left = left(at, info->hold_deadline);
}

static void set_peer(const struct masc_peer_info *info, struct ops_masc_peer *p,
		     const struct times *at, struct draft *d)
{
	ops_clear(&ops_masc_peer_type, p);
	set_config(p, info->config);
	set_session(p, info, at);
	set_counters(p, &info->count);
	set_claims(p, info);
	set_last_error(p, info, at, d);
}

enum err ops_run_masc_peers(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct masc *m = node_masc(engine_node(o->engine));
	struct ops_masc_peers answer = { 0 };
	struct draft d = { &o->mem, false };
	struct times at = times_now();
	size_t n = m ? masc_peer_count(m) : 0;
	ops_masc_part(o, &d, &answer.part);
	answer.peers = arena_alloc(&o->mem, (n + 1) * sizeof(*answer.peers));
	if (!answer.peers)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		struct masc_peer_info info;
		masc_peer_info(m, i, &info);
		struct ops_masc_peer *p = &answer.peers[answer.n_peers++];
		set_peer(&info, p, &at, &d);
		p->md5 = engine_peer_has_key(o->engine, info.config->name, i);
	}
	if (d.failed)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_masc_peers_type, &answer);
	return OK;
}

static bool find_peer(const struct masc *m, const char *name, struct masc_peer_info *info)
{
	size_t n = m ? masc_peer_count(m) : 0;
	for (size_t i = 0; i < n; i++) {
		masc_peer_info(m, i, info);
		if (strcmp(info->config->name, name) == 0)
			return true;
	}
	return false;
}

/* The name of a peer spelt much like `name`, "" when there is none. */
static const char *near_peer(struct ops *o, const struct masc *m, const char *name)
{
	size_t n = masc_peer_count(m);
	struct setting *names = arena_alloc(&o->mem, (n + 1) * sizeof(*names));
	for (size_t i = 0; names && i < n; i++) {
		struct masc_peer_info info;
		masc_peer_info(m, i, &info);
		names[i].name = info.config->name;
	}
	const struct setting *near = names ? setting_nearest(names, span_str(name)) : NULL;
	return near ? near->name : "";
}

static void no_such_peer(struct ops *o, const char *name, struct ops_call call)
{
	char buffer[2][OPS_MESSAGE_MAX + 1];
	struct text message = TEXT_OF(buffer[0]), hint = TEXT_OF(buffer[1]);
	const struct masc *m = node_masc(engine_node(o->engine));
	const char *near = m ? near_peer(o, m, name) : "";
	text_str(&message, "there is no MASC peer ");
	text_quoted(&message, span_str(name), OPS_NAME_MAX);
	if (!m)
		text_str(&message, ": MASC is not configured");
	text_str(&hint, near[0] ? "homestead masc peer " : "homestead masc peers");
	text_str(&hint, near);
	ops_answer_error(call, ERR_NOT_FOUND, buffer[0], buffer[1]);
}

enum err ops_run_masc_peer(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct masc *m = node_masc(engine_node(o->engine));
	struct draft d = { &o->mem, false };
	struct times at = times_now();
	struct masc_peer_info info;
	struct ops_masc_peer answer;
	if (!find_peer(m, r->name, &info)) {
		no_such_peer(o, r->name, call);
		return OK;
	}
	set_peer(&info, &answer, &at, &d);
	answer.md5 = engine_peer_has_key(o->engine, answer.name, 0);
	if (d.failed)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_masc_peer_type, &answer);
	return OK;
}

/* A command on its way through the engine. */
struct command {
	struct ops *ops;
	struct ops_call call;
	struct ops_request request;
};

static void describe(struct text *t, const struct ops_request *r, bool would)
{
	text_str(t, "the session with ");
	text_str(t, r->name);
	if (r->kind == OPS_MASC_PEER_UP) {
		text_str(t, would ? " would be started" : " is started");
	} else if (r->kind == OPS_MASC_PEER_RESET) {
		text_str(t,
			 would ? " would be ended and started anew" : " is ended and started anew");
	} else {
		text_str(t, would ? " would be held down" : " is held down");
		if (r->down.duration > 0) {
			text_str(t, " for ");
			text_duration(t, r->down.duration);
		} else {
			text_str(t, " until told otherwise");
		}
	}
}

static void answer_change(const struct ops_request *r, struct ops_call call, bool would)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	describe(&t, r, would);
	struct ops_change c = { !would, buffer, 0 };
	ops_answer_value(call, &ops_change_type, &c);
}

/* Why, and what to do about it. */
static void put_reason(const struct command *c, enum err e, struct text *why, struct text *hint)
{
	const struct masc *m = node_masc(engine_node(c->ops->engine));
	if (e != ERR_STATE) {
		text_str(why, err_text(e));
		text_str(hint, "homestead status");
	} else if (m && masc_health(m) == OK) {
		text_str(why, "it is held down");
		text_str(hint, "homestead masc peer ");
		text_str(hint, c->request.name);
		text_str(hint, " up");
	} else {
		text_str(why, "MASC is stopped");
		text_str(hint, "homestead doctor ports");
	}
}

static void command_failed(struct command *c, enum err e)
{
	char buffer[2][OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer[0]), hint = TEXT_OF(buffer[1]);
	if (e == ERR_NOT_FOUND) {
		no_such_peer(c->ops, c->request.name, c->call);
		return;
	}
	text_str(&t, "the session with ");
	text_str(&t, c->request.name);
	text_str(&t, " is unchanged: ");
	put_reason(c, e, &t, &hint);
	ops_answer_error(c->call, e, buffer[0], buffer[1]);
}

static void command_done(void *arg, const struct engine_result *result)
{
	struct command *c = arg;
	const struct env *env = c->ops->env;
	if (result->err)
		command_failed(c, result->err);
	else
		answer_change(&c->request, c->call, false);
	env_free(env, c);
}

static const enum masc_command_kind command_kinds[OPS_KIND_COUNT] = {
	[OPS_MASC_PEER_UP] = MASC_COMMAND_UP,
	[OPS_MASC_PEER_DOWN] = MASC_COMMAND_DOWN,
	[OPS_MASC_PEER_RESET] = MASC_COMMAND_RESET,
};

static enum err send_command(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct command *c = env_zalloc(o->env, 1, sizeof(*c));
	if (!c)
		return ERR_NOMEM;
	*c = (struct command){ o, call, *r };
	struct node_command command = { .kind = NODE_COMMAND_MASC };
	command.masc.kind = command_kinds[r->kind];
	command.masc.peer = span_str(c->request.name);
	if (r->kind == OPS_MASC_PEER_DOWN && r->down.duration > 0)
		command.masc.for_us = r->down.duration;
	enum err e = engine_command(o->engine, &command, command_done, c);
	if (e)
		env_free(o->env, c);
	return e;
}

enum err ops_run_masc_command(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct masc *m = node_masc(engine_node(o->engine));
	struct masc_peer_info info;
	bool dry = r->kind == OPS_MASC_PEER_DOWN ? r->down.dry_run : r->write.dry_run;
	if (!find_peer(m, r->name, &info)) {
		no_such_peer(o, r->name, call);
		return OK;
	}
	/* What was left of a time and came out as nothing must not hold for ever. */
	if (r->kind == OPS_MASC_PEER_DOWN && r->down.duration == 0) {
		ops_answer_error(call, ERR_RANGE, "a session cannot be held down for no time",
				 "give a duration above 0, or none: until told otherwise");
		return OK;
	}
	if (!dry)
		return send_command(o, r, call);
	answer_change(r, call, true);
	return OK;
}
