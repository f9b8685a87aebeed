#include "pnrp/clouds_int.h"

/* Commands that the network answers: one call each, with a part in every cloud that it
 * concerns. The first good answer, or the last bad one, ends it. */

struct pnrp_call *pnrp_call_of(const struct pnrp_clouds *c, uint64_t id)
{
	LIST_EACH(l, tmp, &c->calls)
	if (LIST_ENTRY(l, struct pnrp_call, in)->id == id)
		return LIST_ENTRY(l, struct pnrp_call, in);
	return NULL;
}

static struct pnrp_call *call_numbered(const struct pnrp_clouds *c, uint64_t number)
{
	LIST_EACH(l, tmp, &c->calls)
	if (LIST_ENTRY(l, struct pnrp_call, in)->number == number)
		return LIST_ENTRY(l, struct pnrp_call, in);
	return NULL;
}

static void part_free(struct pnrp_clouds *c, struct pnrp_call_part *part)
{
	list_take(&part->in);
	env_free(c->env, part);
}

static void call_free(struct pnrp_clouds *c, struct pnrp_call *call)
{
	LIST_EACH(l, tmp, &call->parts)
	part_free(c, LIST_ENTRY(l, struct pnrp_call_part, in));
	list_take(&call->in);
	c->n_calls--;
	env_free(c->env, call->found);
	env_free(c->env, call);
}

void pnrp_calls_free(struct pnrp_clouds *c)
{
	LIST_EACH(l, tmp, &c->calls)
	call_free(c, LIST_ENTRY(l, struct pnrp_call, in));
}

static struct pnrp_call *call_new(struct pnrp_clouds *c, enum pnrp_command_kind kind,
				  uint64_t number, struct mono now)
{
	struct pnrp_call *call = env_zalloc(c->env, 1, sizeof(*call));
	if (!call)
		return NULL;
	call->number = number;
	call->id = ++c->next_id;
	call->kind = kind;
	call->began = now;
	call->wait_until = MONO_NEVER;
	list_init(&call->parts);
	list_push_back(&c->calls, &call->in);
	c->n_calls++;
	return call;
}

static struct pnrp_call_part *part_new(struct pnrp_clouds *c, struct pnrp_call *call,
				       struct pnrp_cloud *cloud)
{
	struct pnrp_call_part *part = env_zalloc(c->env, 1, sizeof(*part));
	if (!part)
		return NULL;
	part->cloud = cloud;
	list_push_back(&call->parts, &part->in);
	return part;
}

/* Of several bad answers, the one that says most: it was not found, or time ran out. */
static void note_err(struct pnrp_call *call, enum err e)
{
	bool better = e == ERR_TIMEOUT || (e == ERR_NOT_FOUND && call->err != ERR_TIMEOUT);
	if (e && (!call->err || better))
		call->err = e;
}

static void cancel_parts(struct pnrp_call *call)
{
	LIST_EACH(l, tmp, &call->parts)
	{
		struct pnrp_call_part *part = LIST_ENTRY(l, struct pnrp_call_part, in);
		if (!part->waiting)
			pnrp_cancel(part->cloud->core, call->id);
	}
}

/* Its last word. Without memory for it the caller's own patience ends the wait. */
static void end(struct pnrp_clouds *c, struct pnrp_call *call, enum err e, int64_t elapsed)
{
	c->starved |= pnrp_clouds_reply(c, call->number, e, elapsed, 0) == ERR_NOMEM;
	cancel_parts(call);
	call_free(c, call);
}

static bool is_under_way(const struct pnrp_call *call)
{
	LIST_EACH(l, tmp, &call->parts)
	{
		const struct pnrp_call_part *part = LIST_ENTRY(l, struct pnrp_call_part, in);
		if (!part->waiting)
			return true;
	}
	return false;
}

/* Who has an answer does not wait for clouds without a node to ask. */
static void end_if_done(struct pnrp_clouds *c, struct pnrp_call *call, struct mono now)
{
	bool answered = call->n_found && !is_under_way(call);
	if (answered || list_empty(&call->parts))
		end(c, call, call->n_found ? OK : call->err, mono_since(now, call->began));
}

static bool is_alone(const struct pnrp_cloud *cloud)
{
	struct pnrp_info info;
	pnrp_info(cloud->core, &info);
	return info.entries == 0;
}

/* In one cloud. A part that cannot begin is gone again. */
static void begin(struct pnrp_clouds *c, struct pnrp_call *call, struct pnrp_call_part *part,
		  struct mono now)
{
	part->waiting = false;
	enum err e = pnrp_resolve(part->cloud->core, &call->query, call->id, now);
	if (!e)
		return;
	note_err(call, e);
	part_free(c, part);
}

/* Where no other node is known yet, a first one is searched for (digest 10.2). */
static enum err add_part(struct pnrp_clouds *c, struct pnrp_call *call, struct pnrp_cloud *cloud,
			 struct mono now)
{
	if (!cloud->n_told) {
		note_err(call, ERR_UNREACHABLE);
		return OK;
	}
	struct pnrp_call_part *part = part_new(c, call, cloud);
	if (!part)
		return ERR_NOMEM;
	bool ours = call->query.local && pnrp_published_here(c, cloud, &call->query.name);
	if (ours || !is_alone(cloud)) {
		begin(c, call, part, now);
		return OK;
	}
	part->waiting = true;
	pnrp_discover_begin(c, cloud, now);
	return OK;
}

static bool concerns(const struct pnrp_cloud *cloud, const char *name)
{
	return pnrp_cloud_live(cloud) &&
	       (!name[0] || span_eq(span_str(cloud->name), span_str(name)));
}

static void fill_query(struct pnrp_query *q, const struct pnrp_command *m, struct mono now)
{
	int64_t timeout = m->timeout > 0 ? m->timeout : PNRP_QUERY_TIME;
	q->name = m->name;
	q->criteria = m->criteria;
	q->local = !m->not_local;
	q->want_payload = m->want_payload;
	q->trace = m->trace;
	q->most = m->most < 1 ? 1 : m->most > PNRP_FOUND_MAX ? PNRP_FOUND_MAX : m->most;
	q->deadline = mono_add(now, timeout);
}

static enum err begin_all(struct pnrp_clouds *c, struct pnrp_call *call, const char *name,
			  struct mono now)
{
	LIST_EACH(l, tmp, &c->clouds)
	{
		struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (concerns(cloud, name) && add_part(c, call, cloud, now))
			return ERR_NOMEM;
	}
	return OK;
}

/* No such cloud, or no cloud at all; OK: there are some. */
static enum err judge_cloud(const struct pnrp_clouds *c, const char *name)
{
	if (name[0] && !pnrp_cloud_named(c, name))
		return ERR_RANGE;
	return c->n_clouds ? OK : ERR_UNREACHABLE;
}

static int64_t wait_time(const struct pnrp_clouds *c)
{
	return c->cfg.lab ? PNRP_QUERY_WAIT / 4 : PNRP_QUERY_WAIT;
}

enum err pnrp_call_resolve(struct pnrp_clouds *c, const struct pnrp_command *m, uint64_t number,
			   struct mono now)
{
	enum err e = c->n_calls < PNRP_CALLS_MAX ? judge_cloud(c, m->cloud) : ERR_FULL;
	if (e)
		return pnrp_clouds_reply(c, number, e, 0, 0);
	struct pnrp_call *call = call_new(c, PNRP_RESOLVE, number, now);
	if (!call)
		return ERR_NOMEM;
	fill_query(&call->query, m, now);
	call->wait_until = mono_min(mono_add(now, wait_time(c)), call->query.deadline);
	call->found = env_zalloc(c->env, call->query.most, sizeof(*call->found));
	e = call->found ? begin_all(c, call, m->cloud, now) : ERR_NOMEM;
	if (e) {
		cancel_parts(call);
		call_free(c, call);
		return e;
	}
	if (list_empty(&call->parts) && !call->err)
		call->err = ERR_UNREACHABLE;
	end_if_done(c, call, now);
	return OK;
}

enum err pnrp_call_ping(struct pnrp_clouds *c, const struct pnrp_command *m, uint64_t number,
			struct mono now)
{
	struct addr at = addr_unmapped(m->at);
	struct pnrp_cloud *cloud =
		m->cloud[0] ? pnrp_cloud_named(c, m->cloud) : pnrp_cloud_towards(c, &at);
	struct pnrp_endpoint e = pnrp_endpoint_of(&at);
	if (!cloud || !cloud->n_told || c->n_calls == PNRP_CALLS_MAX) {
		enum err why = c->n_calls == PNRP_CALLS_MAX ? ERR_FULL : ERR_UNREACHABLE;
		return pnrp_clouds_reply(c, number, why, 0, 0);
	}
	struct pnrp_call *call = call_new(c, PNRP_PING, number, now);
	if (!call)
		return ERR_NOMEM;
	if (!part_new(c, call, cloud)) {
		call_free(c, call);
		return ERR_NOMEM;
	}
	enum err err = pnrp_ping(cloud->core, &e, call->id, now);
	if (err)
		end(c, call, err, 0);
	return OK;
}

enum err pnrp_call_cancel(struct pnrp_clouds *c, uint64_t number, uint64_t other)
{
	struct pnrp_call *call = call_numbered(c, other);
	if (call)
		end(c, call, ERR_CANCELLED, 0);
	return pnrp_clouds_reply(c, number, call ? OK : ERR_NOT_FOUND, 0, 0);
}

#define APP_OCTETS 20

/* In an order that does not hang on the cloud it came from. */
static size_t apps_sorted(const struct pnrp_result *r, uint8_t out[][APP_OCTETS])
{
	for (size_t i = 0; i < r->n_apps; i++) {
		uint8_t a[APP_OCTETS];
		size_t at = i;
		memcpy(a, r->app[i].ip, 16);
		a[16] = (uint8_t)(r->app[i].port >> 8);
		a[17] = (uint8_t)r->app[i].port;
		a[18] = (uint8_t)(r->app[i].protocol >> 8);
		a[19] = (uint8_t)r->app[i].protocol;
		for (; at > 0 && memcmp(out[at - 1], a, APP_OCTETS) > 0; at--)
			memcpy(out[at], out[at - 1], APP_OCTETS);
		memcpy(out[at], a, APP_OCTETS);
	}
	return r->n_apps * APP_OCTETS;
}

/* The same publisher with the same addresses, met in two clouds, counts once. */
bool pnrp_call_found(struct pnrp_clouds *c, struct pnrp_call *call, const struct pnrp_result *r)
{
	uint8_t apps[PNRP_ENDPOINTS_MAX][APP_OCTETS], digest[CRYPTO_HASH_MAX] = { 0 };
	size_t n = apps_sorted(r, apps);
	struct span parts[] = { span_of(r->public_key, r->public_n), span_of(apps, n) };
	crypto_hash(c->crypto, c->profile->crypto, parts, 2, digest, c->profile->crypto->hash_size);
	for (size_t i = 0; i < call->n_found; i++)
		if (memcmp(call->found[i], digest, sizeof(digest)) == 0)
			return false;
	if (call->n_found == call->query.most)
		return false;
	memcpy(call->found[call->n_found++], digest, sizeof(digest));
	call->enough = call->n_found == call->query.most;
	return true;
}

void pnrp_calls_finish(struct pnrp_clouds *c, struct mono now)
{
	LIST_EACH(l, tmp, &c->calls)
	{
		struct pnrp_call *call = LIST_ENTRY(l, struct pnrp_call, in);
		if (call->enough)
			end(c, call, OK, mono_since(now, call->began));
	}
}

static struct pnrp_call_part *part_in(const struct pnrp_call *call, const struct pnrp_cloud *cloud)
{
	LIST_EACH(l, tmp, &call->parts)
	if (LIST_ENTRY(l, struct pnrp_call_part, in)->cloud == cloud)
		return LIST_ENTRY(l, struct pnrp_call_part, in);
	return NULL;
}

void pnrp_call_ended(struct pnrp_clouds *c, struct pnrp_cloud *cloud, const struct pnrp_out *o,
		     struct mono now)
{
	struct pnrp_call *call = pnrp_call_of(c, o->number);
	struct pnrp_call_part *part = call ? part_in(call, cloud) : NULL;
	if (!part)
		return;
	part_free(c, part);
	note_err(call, o->err);
	if (call->kind == PNRP_PING)
		end(c, call, o->err, o->elapsed);
	else
		end_if_done(c, call, now);
}

static void tick_call(struct pnrp_clouds *c, struct pnrp_call *call, struct mono now)
{
	bool late = mono_reached(call->wait_until, now), waiting = false;
	LIST_EACH(l, tmp, &call->parts)
	{
		struct pnrp_call_part *part = LIST_ENTRY(l, struct pnrp_call_part, in);
		if (!part->waiting)
			continue;
		if (!is_alone(part->cloud)) {
			begin(c, call, part, now);
		} else if (late) {
			note_err(call, ERR_NOT_FOUND);
			part_free(c, part);
		} else {
			waiting = true;
		}
	}
	if (!waiting)
		call->wait_until = MONO_NEVER;
	end_if_done(c, call, now);
}

/* Also after every input: a first node may have come. */
void pnrp_calls_tick(struct pnrp_clouds *c, struct mono now)
{
	LIST_EACH(l, tmp, &c->calls)
	{
		struct pnrp_call *call = LIST_ENTRY(l, struct pnrp_call, in);
		if (!mono_is_never(call->wait_until))
			tick_call(c, call, now);
	}
}

struct mono pnrp_calls_deadline(const struct pnrp_clouds *c)
{
	struct mono at = MONO_NEVER;
	LIST_EACH(l, tmp, &c->calls)
	at = mono_min(at, LIST_ENTRY(l, struct pnrp_call, in)->wait_until);
	return at;
}

void pnrp_calls_leave(struct pnrp_clouds *c, const struct pnrp_cloud *cloud, struct mono now)
{
	LIST_EACH(l, tmp, &c->calls)
	{
		struct pnrp_call *call = LIST_ENTRY(l, struct pnrp_call, in);
		struct pnrp_call_part *part = part_in(call, cloud);
		if (!part)
			continue;
		if (!part->waiting)
			pnrp_cancel(part->cloud->core, call->id);
		part_free(c, part);
		note_err(call, ERR_UNREACHABLE);
		end_if_done(c, call, now);
	}
}
