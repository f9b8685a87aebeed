/* graph_node.c - a listening node of a graph among hostile peers, which it was called by
 * and which it called. The input is a program: an octet says what happens, the next ones
 * how: messages that are well made and say what the fuzzer wants, octets as they are, time,
 * commands, links that end, memory and commits that fail. After each step the outputs and
 * the state must make sense as a whole. */
#include "base/store_mem.h"
#include "graph/builtin.h"
#include "graph/frame.h"
#include "graph/graph.h"
#include "wire/rd.h"
#include "fuzz_env.h"

#define LINKS	16
#define MEMORY	((uint64_t)1 << 20)
#define WALL	INT64_C(1700000000000000)
#define COMMAND 64

struct stream {
	uint32_t number; /* 0: free */
	bool up, drains;
};

struct world {
	struct fuzz_env fuzz;
	struct store_mem *mem;
	struct crypto *crypto;
	struct graph_shared shared;
	struct graph *g;
	struct mono now;
	struct stream links[LINKS];
	uint32_t next_accepted;
	uint64_t calls, replies;
	uint8_t message[4096];
};

static struct addr address(uint8_t host)
{
	return (struct addr){ .family = ADDR_IPV4, .ip = { 10, 0, 0, host }, .port = 3587 };
}

static struct stream *stream_of(struct world *w, uint32_t number)
{
	for (size_t i = 0; i < LINKS; i++)
		if (w->links[i].number == number)
			return &w->links[i];
	return NULL;
}

static void dialled(struct world *w, const struct graph_out *o)
{
	struct stream *s = stream_of(w, 0);
	hold(o->link % 2 == 1 && o->remote.port != 0);
	hold(!addr_is_multicast(&o->remote) && !addr_is_any(&o->remote));
	if (s) {
		*s = (struct stream){ .number = o->link };
		return;
	}
	/* One too many for this world: it cannot be had. */
	graph_down(w->g, o->link, ERR_UNREACHABLE, w->now);
}

static void perform(struct world *w, const struct graph_out *o)
{
	struct stream *s = o->kind == GRAPH_OUT_SEND || o->kind == GRAPH_OUT_CLOSE
				   ? stream_of(w, o->link)
				   : NULL;
	switch (o->kind) {
	case GRAPH_OUT_DIAL:
		dialled(w, o);
		break;
	case GRAPH_OUT_SEND:
		hold(s && s->up && o->bytes.n);
		s->drains |= o->drain;
		break;
	case GRAPH_OUT_CLOSE:
		hold(s != NULL);
		*s = (struct stream){ 0 };
		break;
	case GRAPH_OUT_EVENT:
		hold(o->event->kind < GRAPH_EVENT_COUNT && o->event->graph == 1);
		break;
	case GRAPH_OUT_REPLY:
		w->replies++;
		break;
	case GRAPH_OUT_DATA:
		break;
	}
}

static void drain(struct world *w)
{
	struct graph_out o;
	while (graph_poll(w->g, &o))
		perform(w, &o);
}

static void check(struct world *w)
{
	struct graph_info info;
	graph_info(w->g, w->now, &info);
	hold(info.neighbors <= GRAPH_NEIGHBORS_MAX);
	hold(w->shared.memory <= MEMORY);
	hold(w->shared.connections <= LINKS);
	hold(w->replies <= w->calls);
}

static void give(struct world *w, struct stream *s, struct span bytes)
{
	uint8_t *exact = malloc(bytes.n ? bytes.n : 1);
	hold(exact != NULL);
	if (bytes.n)
		memcpy(exact, bytes.p, bytes.n);
	if (s->number && s->up)
		(void)!graph_input(w->g, s->number, span_of(exact, bytes.n), w->now);
	free(exact);
}

static struct stream *pick(struct world *w, struct rd *r)
{
	return &w->links[rd_u8(r) % LINKS];
}

static void say(struct world *w, struct stream *s, struct wr *m)
{
	uint8_t framed[2 * sizeof(w->message)];
	struct wr f = wr_of(framed, sizeof(framed));
	if (m->failed || !m->n)
		return;
	graph_put_framed(&f, wr_span(m), (struct graph_framing){ .payload = 4000 });
	give(w, s, wr_span(&f));
}

static void accept_one(struct world *w, struct rd *r)
{
	struct stream *s = stream_of(w, 0);
	struct addr local = address(1), remote = address(rd_u8(r));
	if (!s)
		return;
	w->next_accepted += 2;
	remote.port = 50000;
	if (graph_accepted(w->g, w->next_accepted, &local, &remote, w->now) == OK)
		*s = (struct stream){ .number = w->next_accepted, .up = true };
}

static void up_or_down(struct world *w, struct rd *r)
{
	struct stream *s = pick(w, r);
	struct addr local = address(1), remote = address(rd_u8(r));
	if (!s->number)
		return;
	if (!s->up) {
		s->up = true;
		(void)!graph_up(w->g, s->number, &local, &remote, w->now);
		return;
	}
	uint32_t number = s->number;
	*s = (struct stream){ 0 };
	graph_down(w->g, number, ERR_RESET, w->now);
}

static void hello(struct world *w, struct rd *r)
{
	struct stream *s = pick(w, r);
	struct wr m = wr_of(w->message, sizeof(w->message));
	uint8_t how = rd_u8(r);
	const struct graph_auth_info a = { .connection = how & 1 ? GRAPH_DIRECT : GRAPH_NEIGHBOR,
					   .graph_id = span_str("0.g"),
					   .source = span_str("0.peer") };
	graph_put_auth_info(&m, &a);
	say(w, s, &m);
	struct addr at = address(rd_u8(r));
	m = wr_of(w->message, sizeof(w->message));
	graph_put_connect(&m, how & 1 ? GRAPH_CONNECT_DIRECT : how & GRAPH_CONNECT_UPDATE, rd_u8(r),
			  (struct graph_addresses){ &at, 1 }, span_str("x"));
	say(w, s, &m);
}

static void welcome(struct world *w, struct rd *r)
{
	struct stream *s = pick(w, r);
	struct wr m = wr_of(w->message, sizeof(w->message));
	struct addr at[2] = { address(rd_u8(r)), address(rd_u8(r)) };
	struct graph_info info;
	graph_info(w->g, w->now, &info);
	const struct graph_welcome_out o = { .node = rd_u8(r),
					     .time = info.time + rd_u8(r) * GRAPH_TICKS_SEC,
					     .referrals = { at, 2 },
					     .peer = span_str("0.peer") };
	graph_put_welcome(&m, &o);
	say(w, s, &m);
}

static void goodbye(struct world *w, struct rd *r)
{
	struct stream *s = pick(w, r);
	struct wr m = wr_of(w->message, sizeof(w->message));
	struct addr at[2] = { address(rd_u8(r)), address(rd_u8(r)) };
	uint8_t how = rd_u8(r);
	graph_put_goodbye(&m, how & 1 ? GRAPH_REFUSE : GRAPH_DISCONNECT, how >> 1 & 7,
			  (struct graph_addresses){ at, how >> 4 & 1 ? 2 : 0 });
	say(w, s, &m);
}

/* Payloads of built-in types and of others. */
static size_t payload(struct rd *r, uint8_t type, uint8_t room[128])
{
	struct wr w = wr_of(room, 128);
	struct addr at = address(rd_u8(r));
	uint64_t node = rd_u8(r);
	if (type == 2)
		graph_put_signature(&w, node);
	else if (type == 3)
		graph_put_contact(&w, rd_u8(r), node, (struct graph_addresses){ &at, 1 });
	else if (type == 4)
		graph_put_presence(&w, node, span_of(NULL, 0), (struct graph_addresses){ &at, 1 });
	else
		wr_u64(&w, node);
	return w.n;
}

static void name_record(struct world *w, struct graph_record *rec, uint8_t type, uint8_t k)
{
	struct graph_guid random = { { k } };
	uint8_t fold[8];
	rec->type.at[2] = type;
	rec->type.at[8] = type > 4;
	graph_creator_fold(w->crypto, CRYPTO_MODERN, rec->creator, fold);
	graph_record_id_make(fold, &random, &rec->id);
	if (type == 1)
		rec->id = graph_id_info;
	if (type == 2)
		rec->id = graph_id_signature;
}

static void flood(struct world *w, struct rd *r)
{
	static const uint8_t peer[] = "\0000\0.\0p\0e\0e\0r\0", graph[] = "\0000\0.\0g\0";
	uint8_t room[128], type = rd_u8(r) % 6, how = rd_u8(r);
	struct stream *s = pick(w, r);
	struct graph_info info;
	struct graph_record rec = { .version = rd_u8(r),
				    .creator = span_of(peer, sizeof(peer)),
				    .graph = span_of(graph, sizeof(graph)),
				    .protocol = GRAPH_PROTOCOL };
	graph_info(w->g, w->now, &info);
	name_record(w, &rec, type, rd_u8(r));
	rec.created = info.time;
	rec.modified = rec.created + (how >> 4);
	rec.expires = rec.modified + 1 + (how & 15) * 30 * GRAPH_TICKS_SEC;
	if (how & 16)
		rec.modifier = rec.creator;
	if (rd_u8(r) & 1)
		rec.flags = GRAPH_RECORD_DELETED;
	else
		rec.payload = span_of(room, payload(r, type, room));
	struct wr m = wr_of(w->message, sizeof(w->message));
	graph_put_flood(&m, graph_record_size(&rec));
	graph_record_put(&m, &rec);
	say(w, s, &m);
}

static void synchronise(struct world *w, struct rd *r)
{
	struct stream *s = pick(w, r);
	struct wr m = wr_of(w->message, sizeof(w->message));
	uint8_t how = rd_u8(r);
	uint64_t since = rd_u64(r);
	struct graph_hash_info h = { .upper = { .modified = since } };
	struct graph_abstract a = { .version = how };
	struct graph_boundary b = { .upper = { .modified = since }, .count = how >> 7 };
	struct span id = rd_bytes(r, r->left < 16 ? 0 : 16);
	if (id.n)
		memcpy(a.id.at, id.p, id.n);
	switch (how % 6) {
	case 0:
		graph_put_solicit(&m, NULL, how & 64, &graph_type_info, how & 32 ? 1 : 0);
		break;
	case 1:
		graph_put_solicit(&m, &since, how & 64, &graph_type_presence, how & 32 ? 1 : 0);
		break;
	case 2:
		graph_put_solicit_hash(&m, 1);
		graph_put_hash_info(&m, &h);
		break;
	case 3:
		graph_put_advertise(&m, 1, how >> 7);
		graph_put_boundary(&m, &b);
		if (how >> 7)
			graph_put_abstract(&m, &a);
		break;
	case 4:
		graph_put_request(&m, how & 1);
		if (how & 1)
			graph_put_abstract(&m, &a);
		break;
	default:
		graph_put_sync_end(&m, how & 8);
		break;
	}
	say(w, s, &m);
}

static void raw(struct world *w, struct rd *r)
{
	struct stream *s = pick(w, r);
	size_t n = rd_u8(r);
	give(w, s, rd_bytes(r, n < r->left ? n : r->left));
}

static void a_command(struct world *w, struct rd *r)
{
	uint8_t v = rd_u8(r);
	struct graph_command c = { .kind = (enum graph_command_kind)(v % (GRAPH_IMPORT + 1)),
				   .type = { { 0xaa, [15] = v } },
				   .payload = span_str("payload"),
				   .has_payload = true,
				   .remote = address(rd_u8(r)),
				   .conn = w->links[rd_u8(r) % LINKS].number,
				   .set = GRAPH_SET_PRESENT | GRAPH_SET_ATTRIBUTES,
				   .present = v & 1,
				   .paused = v & 2 };
	if (graph_command(w->g, &c, w->calls + 1, w->now) == OK)
		w->calls++;
}

static void time_passes(struct world *w, struct rd *r)
{
	uint8_t v = rd_u8(r);
	struct mono next = graph_deadline(w->g);
	if (v < 128 && !mono_is_never(next) && next.us > w->now.us)
		w->now = next;
	else
		w->now = mono_add(w->now, v * 100 * MONO_MS);
	graph_tick(w->g, w->now);
}

static void the_store(struct world *w, struct rd *r)
{
	(void)store_mem_seal(w->mem);
	if (rd_u8(r) & 7) {
		(void)store_mem_commit(w->mem);
		return;
	}
	uint64_t first = store_mem_fail(w->mem);
	if (first)
		graph_store_failed(w->g, first, ERR_IO, w->now);
}

static void happens(struct world *w, uint8_t what, struct rd *r)
{
	static void (*const all[])(struct world *, struct rd *) = {
		time_passes, accept_one, up_or_down,  hello, welcome,	goodbye,
		flood,	     flood,	 synchronise, raw,   a_command, the_store,
	};
	what %= 14;
	if (what < 12) {
		all[what](w, r);
	} else if (what == 12) {
		struct stream *s = pick(w, r);
		if (s->number && s->drains) {
			s->drains = false;
			graph_drained(w->g, s->number, w->now);
		}
	} else {
		w->fuzz.fail_in = rd_u8(r) % 32;
	}
}

static void begin(struct world *w)
{
	struct graph_birth *b = calloc(1, sizeof(*b));
	const struct addr own = address(1);
	hold(b != NULL);
	memset(w, 0, sizeof(*w));
	w->now = (struct mono){ MONO_HOUR };
	w->fuzz = (struct fuzz_env)FUZZ_ENV(w->fuzz);
	hold(store_mem_new(&w->mem, &w->fuzz.env) == OK &&
	     crypto_new(&w->crypto, &w->fuzz.env) == OK);
	w->shared = (struct graph_shared){ .env = &w->fuzz.env,
					   .crypto = w->crypto,
					   .store = store_mem_store(w->mem),
					   .next_row = 1,
					   .next_link = 1,
					   .memory_max = MEMORY };
	*b = (struct graph_birth){ .create = true, .peer = "0.me", .number = 1 };
	memcpy(b->properties.id, "0.g", 4);
	memcpy(b->properties.creator, "0.me", 5);
	b->properties.scope = GRAPH_SCOPE_GLOBAL;
	b->properties.presence_max = GRAPH_PRESENCE_ALL;
	b->provider = graph_provider_open;
	b->times = graph_times_lab;
	b->limits = graph_limits_default;
	b->limits.link_unsent = 4096;
	b->limits.link_backlog = 8;
	hold(graph_new(&w->g, b, &w->shared, w->now, (struct wall){ WALL, true }, NULL) == OK);
	free(b);
	graph_tick(w->g, w->now);
	hold(graph_listen(w->g, &own, 1, w->now) == OK);
	drain(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w;
	struct rd r = rd_of(span_of(data, size));
	begin(&w);
	while (r.left && !r.failed) {
		happens(&w, rd_u8(&r), &r);
		drain(&w);
		check(&w);
	}
	w.fuzz.fail_in = 0;
	graph_stop(w.g, w.now);
	drain(&w);
	for (int i = 0; graph_busy(w.g); i++) {
		hold(i < 100);
		w.now = mono_add(w.now, 6 * MONO_SEC);
		graph_tick(w.g, w.now);
		drain(&w);
	}
	hold(w.replies == w.calls);
	graph_free(w.g);
	hold(w.shared.memory == 0 && w.shared.connections == 0);
	crypto_free(w.crypto);
	store_mem_free(w.mem);
	hold(w.fuzz.live == 0);
	return 0;
}
