#include "link_rig.h"

#include <stdio.h>

#define WALL INT64_C(1700000000000000)
#define ROOM ((size_t)2 << 20)

struct addr rig_addr(uint8_t host)
{
	return (struct addr){ .family = ADDR_IPV4, .ip = { 10, 0, 0, host }, .port = 3587 };
}

void rig_init(struct rig *r)
{
	memset(r, 0, sizeof(*r));
	failing_env_init(&r->f, 1);
	r->now = (struct mono){ RIG_START };
	r->next_accepted = 2;
	r->room = malloc(ROOM);
	assert_non_null(r->room);
	assert_int_equal(store_mem_new(&r->mem, &r->f.env), OK);
	assert_int_equal(crypto_new(&r->crypto, &r->f.env), OK);
	r->shared = (struct graph_shared){ .env = &r->f.env,
					   .crypto = r->crypto,
					   .store = store_mem_store(r->mem),
					   .next_row = 1,
					   .next_link = 1 };
	r->birth.create = true;
	r->birth.number = 1;
	r->birth.provider = graph_provider_open;
	r->birth.times = graph_times_default;
	r->birth.limits = graph_limits_default;
	r->birth.properties.scope = GRAPH_SCOPE_GLOBAL;
	r->birth.properties.profile = CRYPTO_MODERN;
	snprintf(r->birth.properties.id, 64, "0.TestGraph");
	snprintf(r->birth.properties.creator, 64, "0.bob");
	snprintf(r->birth.peer, 64, "0.bob");
}

void rig_start(struct rig *r)
{
	const struct addr own = rig_addr(1);
	assert_int_equal(
		graph_new(&r->g, &r->birth, &r->shared, r->now, (struct wall){ WALL, true }, NULL),
		OK);
	while (!rig_info(r).loaded)
		rig_tick(r, 1000);
	if (r->birth.create)
		assert_int_equal(graph_listen(r->g, &own, 1, r->now), OK);
	rig_drain(r);
}

void rig_begin(struct rig *r)
{
	rig_init(r);
	rig_start(r);
}

void rig_end(struct rig *r)
{
	r->f.fail_at = 0;
	graph_free(r->g);
	assert_int_equal(r->shared.memory, 0);
	assert_int_equal(r->shared.connections, 0);
	for (size_t i = 0; i < RIG_LINKS; i++) {
		free(r->links[i].octets);
		graph_inbox_fini(&r->links[i].inbox);
	}
	store_mem_free(r->mem);
	crypto_free(r->crypto);
	failing_env_assert_clean(&r->f);
	free(r->room);
}

static struct rig_link *add(struct rig *r, uint32_t number)
{
	for (size_t i = 0; i < RIG_LINKS; i++) {
		struct rig_link *l = &r->links[i];
		if (l->number)
			continue;
		l->number = number;
		l->inbox.env = &r->f.env;
		l->inbox.sizes = (struct graph_sizes){ GRAPH_RECORD_MAX, GRAPH_MESSAGE_MAX };
		return l;
	}
	fail_msg("too many links");
	return NULL;
}

struct rig_link *rig_link(struct rig *r, uint32_t number)
{
	for (size_t i = 0; i < RIG_LINKS; i++)
		if (r->links[i].number == number)
			return &r->links[i];
	fail_msg("no link %u", number);
	return NULL;
}

static void keep_send(struct rig *r, const struct graph_out *o)
{
	struct rig_link *l = rig_link(r, o->link);
	assert_false(l->closed);
	assert_true(o->bytes.n > 0);
	l->octets = realloc(l->octets, l->n + o->bytes.n);
	assert_non_null(l->octets);
	memcpy(l->octets + l->n, o->bytes.p, o->bytes.n);
	l->n += o->bytes.n;
	l->sends++;
	l->drains += o->drain;
	l->after = o->after;
}

static void keep_reply(struct rig *r, const struct graph_out *o)
{
	assert_null(rig_reply(r, o->number));
	assert_true(r->n_replies < 64);
	r->replies[r->n_replies++] = (struct rig_reply){ .number = o->number,
							 .err = o->err,
							 .conn = o->conn,
							 .elapsed = o->elapsed,
							 .id = o->type,
							 .text = o->text != NULL };
}

static void perform(struct rig *r, const struct graph_out *o)
{
	switch (o->kind) {
	case GRAPH_OUT_DIAL:
		add(r, o->link)->remote = o->remote;
		break;
	case GRAPH_OUT_SEND:
		keep_send(r, o);
		break;
	case GRAPH_OUT_CLOSE:
		rig_link(r, o->link)->closed = true;
		break;
	case GRAPH_OUT_EVENT:
		r->events[o->event->kind]++;
		r->last[o->event->kind] = *o->event;
		break;
	case GRAPH_OUT_REPLY:
		keep_reply(r, o);
		break;
	case GRAPH_OUT_DATA:
		r->n_data++;
		r->data = *o;
		if (o->bytes.n)
			memcpy(r->data_octets, o->bytes.p, o->bytes.n < 64 ? o->bytes.n : 64);
		break;
	}
}

void rig_drain(struct rig *r)
{
	struct graph_out o;
	while (graph_poll(r->g, &o))
		perform(r, &o);
	(void)store_mem_seal(r->mem);
	while (store_mem_commit(r->mem))
		;
}

void rig_tick(struct rig *r, int64_t us)
{
	struct mono end = mono_add(r->now, us);
	for (int i = 0; i < 10000; i++) {
		struct mono at = graph_deadline(r->g);
		if (at.us > end.us)
			break;
		if (at.us > r->now.us)
			r->now = at;
		graph_tick(r->g, r->now);
		rig_drain(r);
	}
	r->now = end;
}

uint32_t rig_accept_from(struct rig *r, const struct addr *remote)
{
	uint32_t number = r->next_accepted;
	struct addr local = rig_addr(1);
	r->next_accepted += 2;
	add(r, number);
	assert_int_equal(graph_accepted(r->g, number, &local, remote, r->now), OK);
	rig_drain(r);
	return number;
}

uint32_t rig_accept(struct rig *r, uint8_t host)
{
	struct addr remote = rig_addr(host);
	remote.port = 50000;
	return rig_accept_from(r, &remote);
}

uint32_t rig_dialled(struct rig *r)
{
	uint32_t newest = 0;
	for (size_t i = 0; i < RIG_LINKS; i++)
		if (r->links[i].number % 2 && r->links[i].number > newest)
			newest = r->links[i].number;
	return newest;
}

void rig_up(struct rig *r, uint32_t link)
{
	struct addr local = rig_addr(1);
	local.port = 40000;
	assert_int_equal(graph_up(r->g, link, &local, &rig_link(r, link)->remote, r->now), OK);
	rig_drain(r);
}

void rig_drained(struct rig *r, uint32_t link)
{
	graph_drained(r->g, link, r->now);
	rig_drain(r);
}

void rig_give(struct rig *r, uint32_t link, struct span octets)
{
	uint8_t *exact = malloc(octets.n ? octets.n : 1);
	assert_non_null(exact);
	if (octets.n)
		memcpy(exact, octets.p, octets.n);
	assert_int_equal(graph_input(r->g, link, span_of(exact, octets.n), r->now), OK);
	free(exact);
	rig_drain(r);
}

void rig_say(struct rig *r, uint32_t link, struct span message)
{
	const struct graph_framing f = { .payload = GRAPH_FRAME_PAYLOAD };
	size_t n = graph_framed_size(message.n, f.payload);
	uint8_t *framed = malloc(n);
	struct wr w = wr_of(framed, n);
	assert_non_null(framed);
	graph_put_framed(&w, message, f);
	assert_false(w.failed);
	rig_give(r, link, wr_span(&w));
	free(framed);
}

bool rig_hear(struct rig *r, uint32_t link, struct graph_message *m)
{
	struct rig_link *l = rig_link(r, link);
	struct span in = span_of(l->octets + l->at, l->n - l->at), payload, message;
	if (!l->octets)
		return false;
	for (;;) {
		enum err e = graph_inbox_frame(&l->inbox, &in, &payload);
		l->at = l->n - in.n;
		if (e != OK)
			return false;
		e = graph_inbox_plain(&l->inbox, payload, &message);
		if (e == OK)
			break;
		assert_int_equal(e, ERR_NOT_FOUND);
	}
	assert_int_equal(graph_message_decode(message, m), OK);
	return true;
}

struct graph_message rig_expect(struct rig *r, uint32_t link, enum graph_message_type type)
{
	struct graph_message m;
	while (rig_hear(r, link, &m))
		if (m.type == type)
			return m;
	fail_msg("no %s on link %u", graph_message_name(type), link);
	return m;
}

bool rig_closed(struct rig *r, uint32_t link)
{
	return rig_link(r, link)->closed;
}

struct span rig_auth_info(struct rig *r, enum graph_connection kind, const char *peer)
{
	struct wr w = wr_of(r->room, ROOM);
	const struct graph_auth_info m = { .connection = (uint8_t)kind,
					   .graph_id = span_str("0.TestGraph"),
					   .source = span_str(peer) };
	graph_put_auth_info(&w, &m);
	return wr_span(&w);
}

struct span rig_connect(struct rig *r, uint8_t flags, uint64_t node, uint8_t host)
{
	struct wr w = wr_of(r->room, ROOM);
	const struct addr a = rig_addr(host);
	graph_put_connect(&w, flags, node, (struct graph_addresses){ &a, host ? 1 : 0 },
			  span_str(""));
	return wr_span(&w);
}

struct span rig_welcome(struct rig *r, uint64_t node, const char *peer)
{
	struct wr w = wr_of(r->room, ROOM);
	const struct graph_welcome_out m = { .node = node,
					     .time = graph_now(r->g, r->now),
					     .peer = span_str(peer) };
	graph_put_welcome(&w, &m);
	return wr_span(&w);
}

struct span rig_goodbye(struct rig *r, enum graph_message_type type, uint8_t code,
			const struct addr *a, uint8_t n)
{
	struct wr w = wr_of(r->room, ROOM);
	graph_put_goodbye(&w, type, code, (struct graph_addresses){ a, n });
	return wr_span(&w);
}

struct span rig_data(struct rig *r, const char *payload)
{
	static const struct graph_guid type = { { 9 } };
	struct wr w = wr_of(r->room, ROOM);
	graph_put_data(&w, &type, strlen(payload));
	wr_bytes(&w, span_str(payload));
	return wr_span(&w);
}

struct span rig_flood(struct rig *r, uint32_t k, uint32_t version, size_t n)
{
	uint8_t creator[64], graph[64], fold[8];
	size_t creator_n, graph_n;
	struct graph_guid random = { { 0 } };
	uint8_t *payload = calloc(1, n + 1);
	assert_non_null(payload);
	for (size_t i = 0; i < n; i++)
		payload[i] = (uint8_t)(k + i);
	memcpy(random.at, &k, sizeof(k));
	assert_int_equal(graph_utf16(span_str("0.peer"), 32, creator, &creator_n), OK);
	assert_int_equal(graph_utf16(span_str("0.TestGraph"), 32, graph, &graph_n), OK);
	struct graph_record record = { .version = version,
				       .creator = span_of(creator, creator_n),
				       .graph = span_of(graph, graph_n),
				       .protocol = GRAPH_PROTOCOL,
				       .payload = span_of(payload, n) };
	record.type.at[0] = 0xaa;
	record.type.at[15] = 1;
	graph_creator_fold(r->crypto, CRYPTO_MODERN, record.creator, fold);
	graph_record_id_make(fold, &random, &record.id);
	record.created = record.modified = graph_now(r->g, r->now);
	record.expires = record.created + 3600 * GRAPH_TICKS_SEC;
	struct wr w = wr_of(r->room, ROOM);
	graph_put_flood(&w, graph_record_size(&record));
	graph_record_put(&w, &record);
	assert_false(w.failed);
	free(payload);
	return wr_span(&w);
}

static void put_solicit(struct wr *w, enum graph_message_type type)
{
	const struct graph_hash_info h = { .upper = { .modified = 1 } };
	const uint64_t since = 1;
	if (type == GRAPH_SOLICIT_NEW || type == GRAPH_SOLICIT_TIME) {
		graph_put_solicit(w, type == GRAPH_SOLICIT_TIME ? &since : NULL, true,
				  &graph_type_info, 1);
		return;
	}
	assert_int_equal(type, GRAPH_SOLICIT_HASH);
	graph_put_solicit_hash(w, 1);
	graph_put_hash_info(w, &h);
}

static void put_any(struct wr *w, enum graph_message_type type)
{
	const struct graph_ack ack = { .useful = true };
	if (type == GRAPH_ADVERTISE)
		graph_put_advertise(w, 0, 0);
	else if (type == GRAPH_REQUEST)
		graph_put_request(w, 0);
	else if (type == GRAPH_SYNC_END)
		graph_put_sync_end(w, true);
	else if (type == GRAPH_ACK)
		graph_put_acks(w, &ack, 1);
	else
		put_solicit(w, type);
}

struct span rig_any(struct rig *r, enum graph_message_type type)
{
	struct wr w = wr_of(r->room, ROOM);
	if (type == GRAPH_AUTH_INFO)
		return rig_auth_info(r, GRAPH_NEIGHBOR, "0.peer");
	if (type == GRAPH_CONNECT)
		return rig_connect(r, GRAPH_CONNECT_UPDATE, 77, 9);
	if (type == GRAPH_WELCOME)
		return rig_welcome(r, 77, "0.peer");
	if (type == GRAPH_REFUSE)
		return rig_goodbye(r, GRAPH_REFUSE, GRAPH_REFUSED_BUSY, NULL, 0);
	if (type == GRAPH_DISCONNECT)
		return rig_goodbye(r, GRAPH_DISCONNECT, GRAPH_LEAVING, NULL, 0);
	if (type == GRAPH_FLOOD)
		return rig_flood(r, 1, 1, 10);
	if (type == GRAPH_PT2PT)
		return rig_data(r, "hello");
	put_any(&w, type);
	return wr_span(&w);
}

uint32_t rig_neighbor(struct rig *r, uint64_t node, uint8_t host)
{
	uint32_t link = rig_accept(r, host);
	rig_say(r, link, rig_auth_info(r, GRAPH_NEIGHBOR, "0.peer"));
	rig_say(r, link, rig_connect(r, GRAPH_CONNECT_LIST, node, host));
	assert_int_equal(rig_expect(r, link, GRAPH_WELCOME).welcome.node, rig_info(r).node);
	return link;
}

uint32_t rig_direct(struct rig *r, uint64_t node, uint8_t host)
{
	uint32_t link = rig_accept(r, host);
	const struct graph_command c = { .kind = GRAPH_ACCEPT_DIRECT };
	rig_command(r, &c);
	rig_say(r, link, rig_auth_info(r, GRAPH_DIRECT, "0.peer"));
	rig_say(r, link, rig_connect(r, GRAPH_CONNECT_DIRECT, node, 0));
	rig_expect(r, link, GRAPH_WELCOME);
	return link;
}

static uint32_t dial(struct rig *r, uint8_t host, bool direct)
{
	const struct graph_command c = { .kind = direct ? GRAPH_CONN_OPEN : GRAPH_CONNECT_TO,
					 .remote = rig_addr(host) };
	rig_command(r, &c);
	return rig_dialled(r);
}

uint32_t rig_call(struct rig *r, uint64_t node, uint8_t host)
{
	uint32_t link = dial(r, host, false);
	rig_up(r, link);
	rig_expect(r, link, GRAPH_AUTH_INFO);
	rig_expect(r, link, GRAPH_CONNECT);
	rig_say(r, link, rig_welcome(r, node, "0.peer"));
	return link;
}

uint32_t rig_in_state(struct rig *r, enum graph_state state, bool direct)
{
	uint32_t link = 0;
	switch (state) {
	case GRAPH_STATE_DIALLING:
		return dial(r, 30, direct);
	case GRAPH_STATE_ACCEPTED:
		return rig_accept(r, 30);
	case GRAPH_STATE_AUTHENTICATED:
		link = rig_accept(r, 30);
		rig_say(r, link,
			rig_auth_info(r, direct ? GRAPH_DIRECT : GRAPH_NEIGHBOR, "0.peer"));
		return link;
	case GRAPH_STATE_CONNECT_WAIT:
		link = dial(r, 30, direct);
		rig_up(r, link);
		return link;
	case GRAPH_STATE_CONNECTED:
		return direct ? rig_direct(r, 77, 30) : rig_neighbor(r, 77, 30);
	case GRAPH_STATE_TOKENS:
	case GRAPH_STATE_ENDED:
	case GRAPH_STATE_COUNT:
		break;
	}
	fail_msg("no way to state %s", graph_state_text(state));
	return 0;
}

uint64_t rig_command(struct rig *r, const struct graph_command *c)
{
	uint64_t number = ++r->number;
	assert_int_equal(graph_command(r->g, c, number, r->now), OK);
	rig_drain(r);
	return number;
}

const struct rig_reply *rig_reply(const struct rig *r, uint64_t number)
{
	for (size_t i = 0; i < r->n_replies; i++)
		if (r->replies[i].number == number)
			return &r->replies[i];
	return NULL;
}

struct graph_info rig_info(struct rig *r)
{
	struct graph_info info;
	graph_info(r->g, r->now, &info);
	return info;
}
