#include "lone_rig.h"

#include "graph/frame.h"

const struct graph_guid lone_type = { { 0x77, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 } };

static struct lone *of_ctx(void *ctx)
{
	return ctx;
}

static enum err secure(void *ctx, const struct graph_record *r, enum graph_change change,
		       struct span *security)
{
	struct lone *l = of_ctx(ctx);
	(void)r;
	(void)change;
	*security = l->security;
	return l->secure;
}

static enum graph_opinion validate(void *ctx, const struct graph_record *r,
				   enum graph_change change)
{
	struct lone *l = of_ctx(ctx);
	(void)r;
	(void)change;
	l->asked++;
	return l->opinion;
}

static struct graph_inbox inbox_of(struct lone *l)
{
	return (struct graph_inbox){ .env = &l->f.env,
				     .sizes = { GRAPH_RECORD_MAX, GRAPH_RECORD_MAX } };
}

void lone_init(struct lone *l)
{
	memset(l, 0, sizeof(*l));
	failing_env_init(&l->f, 7);
	assert_int_equal(crypto_new(&l->crypto, &l->f.env), OK);
	assert_int_equal(store_mem_new(&l->store, &l->f.env), OK);
	l->now.us = MONO_SEC;
	l->shared = (struct graph_shared){
		.env = &l->f.env,
		.crypto = l->crypto,
		.store = store_mem_store(l->store),
		.next_row = 1,
		.next_link = 1,
		.memory_max = UINT64_C(1) << 30,
	};
	l->ops = *graph_provider_open.ops;
	l->ops.secure = secure;
	l->ops.validate = validate;
	l->birth = (struct graph_birth){
		.create = true,
		.properties = { .id = LONE_GRAPH,
				.creator = "0.alice",
				.scope = GRAPH_SCOPE_GLOBAL },
		.peer = "0.alice",
		.number = 1,
		.times = graph_times_default,
		.limits = graph_limits_default,
	};
	l->birth.provider = (struct graph_provider){ &l->ops, l };
	for (size_t i = 0; i < LONE_LINKS; i++)
		l->inbox[i] = inbox_of(l);
}

struct wall lone_wall(const struct lone *l)
{
	return (struct wall){ LONE_WALL + l->now.us, true };
}

uint64_t lone_time(const struct lone *l)
{
	return graph_now(l->g, l->now);
}

void lone_start(struct lone *l)
{
	struct addr at = { .family = ADDR_IPV4, .port = 3587 };
	at.ip[0] = 192;
	at.ip[2] = 2;
	at.ip[3] = 1;
	assert_int_equal(graph_new(&l->g, &l->birth, &l->shared, l->now, lone_wall(l), NULL), OK);
	lone_pass(l, 0);
	assert_true(l->g->loaded);
	if (l->birth.create || l->birth.synchronised)
		assert_int_equal(graph_listen(l->g, &at, 1, l->now), OK);
	lone_drain(l);
	lone_forget(l);
}

void lone_new(struct lone *l)
{
	lone_init(l);
	lone_start(l);
}

void lone_end(struct lone *l)
{
	graph_free(l->g);
	for (size_t i = 0; i < l->n_said; i++)
		env_free(&l->f.env, (void *)(uintptr_t)l->said[i].octets.p);
	for (size_t i = 0; i < LONE_LINKS; i++)
		graph_inbox_fini(&l->inbox[i]);
	store_mem_free(l->store);
	crypto_free(l->crypto);
	failing_env_assert_clean(&l->f);
}

/* ---- what comes out ---- */

static void keep_message(struct lone *l, const struct graph_out *out, struct span message)
{
	assert_true(l->n_said < LONE_SAID);
	struct lone_said *s = &l->said[l->n_said++];
	s->link = out->link;
	s->after = out->after;
	s->octets = span_of(env_copy(&l->f.env, message.p, message.n), message.n);
	assert_non_null(s->octets.p);
	assert_int_equal(graph_message_decode(s->octets, &s->m), OK);
}

static void take_send(struct lone *l, const struct graph_out *out)
{
	struct span in = out->bytes, payload, message;
	assert_true(out->link < LONE_LINKS);
	struct graph_inbox *b = &l->inbox[out->link];
	while (graph_inbox_frame(b, &in, &payload) == OK)
		if (graph_inbox_plain(b, payload, &message) == OK)
			keep_message(l, out, message);
	if (out->drain)
		l->owed[out->link] = true;
}

static void take_reply(struct lone *l, const struct graph_out *out)
{
	l->replies++;
	l->reply = (struct lone_reply){ out->number, out->after, out->err,
					out->text,   out->type,	 out->version };
}

static void take(struct lone *l, const struct graph_out *out)
{
	switch (out->kind) {
	case GRAPH_OUT_DIAL:
		l->dialled = out->link;
		break;
	case GRAPH_OUT_SEND:
		take_send(l, out);
		break;
	case GRAPH_OUT_CLOSE:
		assert_true(out->link < LONE_LINKS);
		l->closed[out->link] = true;
		l->owed[out->link] = false;
		break;
	case GRAPH_OUT_EVENT:
		l->events[out->event->kind]++;
		l->last[out->event->kind] = *out->event;
		l->last_after[out->event->kind] = out->after;
		break;
	case GRAPH_OUT_REPLY:
		take_reply(l, out);
		break;
	case GRAPH_OUT_DATA:
		break;
	}
}

static void poll_all(struct lone *l)
{
	struct graph_out out;
	while (graph_poll(l->g, &out))
		take(l, &out);
}

static bool drained_one(struct lone *l)
{
	for (uint32_t i = 0; i < LONE_LINKS; i++) {
		if (!l->owed[i] || l->stuck[i])
			continue;
		l->owed[i] = false;
		graph_drained(l->g, i, l->now);
		return true;
	}
	return false;
}

void lone_drain(struct lone *l)
{
	poll_all(l);
	while (drained_one(l))
		poll_all(l);
}

void lone_unstick(struct lone *l, uint32_t link)
{
	l->stuck[link] = false;
	lone_drain(l);
}

void lone_pass(struct lone *l, int64_t us)
{
	struct mono end = mono_add(l->now, us);
	lone_drain(l);
	while (mono_reached(graph_deadline(l->g), end)) {
		struct mono at = graph_deadline(l->g);
		if (at.us > l->now.us)
			l->now = at;
		graph_tick(l->g, l->now);
		lone_drain(l);
	}
	l->now = end;
}

void lone_commit(struct lone *l)
{
	store_mem_seal(l->store);
	while (store_mem_commit(l->store))
		;
}

/* ---- peers ---- */

static struct addr peer_addr(uint32_t link)
{
	struct addr a = { .family = ADDR_IPV4, .port = 3587 };
	a.ip[0] = 192;
	a.ip[2] = 2;
	a.ip[3] = (uint8_t)(100 + link);
	return a;
}

static void input(struct lone *l, uint32_t link, struct span bytes)
{
	assert_int_equal(graph_input(l->g, link, bytes, l->now), OK);
	lone_drain(l);
}

void lone_say(struct lone *l, uint32_t link, struct span message)
{
	size_t n = graph_framed_size(message.n, GRAPH_FRAME_PAYLOAD);
	uint8_t *p = env_zalloc(&l->f.env, n, 1);
	assert_non_null(p);
	struct wr w = wr_of(p, n);
	graph_put_framed(&w, message, (struct graph_framing){ .payload = GRAPH_FRAME_PAYLOAD });
	assert_false(w.failed);
	input(l, link, wr_span(&w));
	env_free(&l->f.env, p);
}

void lone_flood(struct lone *l, uint32_t link, struct span record)
{
	size_t n = GRAPH_FLOOD_HEAD + record.n;
	uint8_t *p = env_zalloc(&l->f.env, n, 1);
	assert_non_null(p);
	struct wr w = wr_of(p, n);
	graph_put_flood(&w, record.n);
	wr_bytes(&w, record);
	lone_say(l, link, wr_span(&w));
	env_free(&l->f.env, p);
}

void lone_called(struct lone *l, uint32_t link, uint64_t node)
{
	uint8_t room[256];
	struct addr local = { .family = ADDR_IPV4, .port = 3587 }, remote = peer_addr(link);
	struct graph_auth_info a = { .connection = GRAPH_NEIGHBOR,
				     .graph_id = span_str(LONE_GRAPH),
				     .source = span_str("0.bob") };
	struct wr w = wr_of(room, sizeof(room));
	l->closed[link] = l->owed[link] = false;
	assert_int_equal(graph_accepted(l->g, link, &local, &remote, l->now), OK);
	graph_put_auth_info(&w, &a);
	lone_say(l, link, wr_span(&w));
	w = wr_of(room, sizeof(room));
	graph_put_connect(&w, GRAPH_CONNECT_LIST, node, (struct graph_addresses){ NULL, 0 },
			  span_str(""));
	lone_say(l, link, wr_span(&w));
	assert_true(graph_link_neighbor(lone_link(l, link)));
	lone_forget(l);
}

uint32_t lone_calls(struct lone *l, uint64_t node, uint64_t time)
{
	uint8_t room[256];
	struct addr local = { .family = ADDR_IPV4, .port = 40000 };
	struct graph_command c = { .kind = GRAPH_CONNECT_TO,
				   .remote = peer_addr((uint32_t)(node & 63)) };
	struct wr w = wr_of(room, sizeof(room));
	lone_command(l, &c);
	uint32_t link = l->dialled;
	assert_int_equal(graph_up(l->g, link, &local, &c.remote, l->now), OK);
	lone_drain(l);
	lone_forget(l);
	graph_put_welcome(&w, &(struct graph_welcome_out){
				      .node = node, .time = time, .peer = span_str("0.carol") });
	lone_say(l, link, wr_span(&w));
	assert_true(graph_link_neighbor(lone_link(l, link)));
	return link;
}

void lone_hang_up(struct lone *l, uint32_t link)
{
	graph_down(l->g, link, ERR_CLOSED, l->now);
	l->owed[link] = false;
	graph_inbox_fini(&l->inbox[link]);
	l->inbox[link] = inbox_of(l);
	lone_drain(l);
}

struct graph_link *lone_link(struct lone *l, uint32_t link)
{
	struct graph_link *found = graph_link_find(l->g, link);
	assert_non_null(found);
	return found;
}

const struct lone_said *lone_next(struct lone *l, uint32_t link, enum graph_message_type type)
{
	while (l->seen < l->n_said) {
		const struct lone_said *s = &l->said[l->seen++];
		if (s->link == link && s->m.type == type)
			return s;
	}
	return NULL;
}

void lone_forget(struct lone *l)
{
	for (size_t i = 0; i < l->n_said; i++)
		env_free(&l->f.env, (void *)(uintptr_t)l->said[i].octets.p);
	l->n_said = l->seen = 0;
}

size_t lone_count(const struct lone *l, uint32_t link, enum graph_message_type type)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n_said; i++)
		n += l->said[i].link == link && l->said[i].m.type == type;
	return n;
}

/* ---- records ---- */

static struct span utf16(const char *s, uint8_t *room, size_t units)
{
	size_t n;
	if (!s)
		return span_of(NULL, 0);
	assert_int_equal(graph_utf16(span_str(s), units, room, &n), OK);
	return span_of(room, n);
}

struct graph_guid lone_id(struct lone *l, const char *creator, uint32_t number)
{
	uint8_t room[128], fold[8];
	struct graph_guid random = { { 0 } }, id;
	struct wr w = wr_of(random.at, 4);
	wr_u32(&w, number);
	graph_creator_fold(l->crypto, l->birth.properties.profile, utf16(creator, room, 64), fold);
	graph_record_id_make(fold, &random, &id);
	return id;
}

struct span lone_make(struct lone *l, const struct lone_record *r, uint8_t *room)
{
	static const struct graph_guid none;
	uint8_t creator[128], modifier[128], graph[128], attributes[4096];
	const char *who = r->creator ? r->creator : "0.bob";
	uint64_t today = lone_time(l);
	struct graph_record k = {
		.type = graph_guid_eq(&r->type, &none) ? lone_type : r->type,
		.id = graph_guid_eq(&r->id, &none) ? lone_id(l, who, r->number) : r->id,
		.version = r->version ? r->version : 1,
		.flags = r->flags,
		.creator = utf16(who, creator, 64),
		.modifier = utf16(r->modifier, modifier, 64),
		.security = r->security,
		.created = today + (uint64_t)(r->created * (int64_t)GRAPH_TICKS_SEC),
		.modified = today + (uint64_t)(r->modified * (int64_t)GRAPH_TICKS_SEC),
		.graph = utf16(r->graph ? r->graph : LONE_GRAPH, graph, 64),
		.protocol = r->protocol ? r->protocol : GRAPH_PROTOCOL,
		.payload = r->payload ? span_str(r->payload) : r->octets,
		.attributes = utf16(r->attributes, attributes, 2048),
	};
	k.expires = today + (uint64_t)((r->expires ? r->expires : 3600) * (int64_t)GRAPH_TICKS_SEC);
	struct wr w = wr_of(room, LONE_RECORD_MAX);
	graph_record_put(&w, &k);
	assert_false(w.failed);
	return wr_span(&w);
}

/* ---- commands ---- */

void lone_command(struct lone *l, const struct graph_command *c)
{
	assert_int_equal(graph_command(l->g, c, ++l->command, l->now), OK);
	lone_drain(l);
}

struct graph_guid lone_add(struct lone *l, const char *payload)
{
	struct graph_command c = {
		.kind = GRAPH_RECORD_ADD,
		.type = lone_type,
		.has_payload = true,
		.payload = span_str(payload),
	};
	lone_command(l, &c);
	assert_int_equal(l->reply.number, l->command);
	assert_int_equal(l->reply.err, OK);
	return l->reply.id;
}
