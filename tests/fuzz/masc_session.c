/* masc_session.c - a MASC machine among hostile peers. The input is a program:
 * an octet says what happens (time passes, a connection comes, octets come on
 * a link, a command, memory or the store fails, ...), the next ones how. After
 * each step the outputs and the state must make sense as a whole. */
#include "base/store_mem.h"
#include "masc/masc.h"
#include "masc/wire.h"
#include "wire/rd.h"
#include "fuzz_env.h"

#define PEERS 5
#define LINKS 64
#define HEAVY (size_t)1024 /* a link with all its own, but for a message in part */

struct stream {
	uint32_t number; /* 0: free */
	bool up;
};

struct world {
	struct fuzz_env fuzz;
	struct store_mem *mem;
	struct masc_config config;
	struct masc *m;
	struct mono now;
	struct stream links[LINKS];
	uint32_t next_accepted, last_dialled;
	enum masc_state shown[PEERS];
	uint64_t calls, replies;
	bool stopped;
};

static struct masc_id id_of(uint8_t v)
{
	struct masc_id id = { { 0 } };
	id.octets[15] = v;
	return id;
}

static struct addr address(uint8_t host)
{
	return (struct addr){ .family = ADDR_IPV4, .ip = { 10, 0, 0, host }, .port = 2587 };
}

/* All roles; the last two share an address and wait for the OPEN. */
static void add_peers(struct masc_config *c, uint8_t variant)
{
	static const struct {
		const char *name;
		uint8_t host, role, domain, node, parent, family;
	} rows[PEERS] = { { "up", 1, MASC_CHILD, 7, 0, 0, 0 },
			  { "down", 2, MASC_PARENT, 8, 3, 0, 0 },
			  { "in", 3, MASC_INTERNAL_PEER, 100, 0, 0, 0 },
			  { "side", 4, MASC_SIBLING, 9, 0, 7, 0 },
			  { "six", 4, MASC_SIBLING, 9, 0, 7, 1 } };
	for (size_t i = 0; i < PEERS; i++) {
		struct masc_peer_config *p;
		if (masc_config_peer(c, span_str(rows[i].name), &p) != OK)
			continue;
		p->address = address(rows[i].host);
		p->role = rows[i].role;
		p->domain = id_of(rows[i].domain);
		p->node = id_of(rows[i].node);
		p->parent_domain = id_of(rows[i].parent);
		p->family = rows[i].family;
		p->passive = variant >> i & 1;
	}
}

static void configure(struct world *w, uint8_t variant)
{
	masc_config_init(&w->config, &w->fuzz.env);
	w->config.domain = id_of(100);
	w->config.node = id_of(10);
	w->config.profile = MASC_PROFILE_LAB;
	add_peers(&w->config, variant);
}

static struct stream *stream_of(struct world *w, uint32_t number)
{
	for (size_t i = 0; i < LINKS; i++)
		if (w->links[i].number == number)
			return &w->links[i];
	return NULL;
}

static size_t peer_of(const char *name)
{
	static const char *const names[PEERS] = { "up", "down", "in", "side", "six" };
	for (size_t i = 0; i < PEERS; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return PEERS;
}

static void check_send(struct world *w, const struct masc_out *o)
{
	struct stream *s = stream_of(w, o->link);
	struct wire_header h = wire_header_read(o->bytes.p);
	hold(s && s->up);
	hold(h.length == o->bytes.n && !wire_header_check(&h).code);
	if (h.type != MASC_MSG_NOTIFICATION)
		return;
	struct wire_notification n;
	bool malformed;
	wire_notification_read(o->bytes, &n, &malformed);
	hold(!malformed);
}

static void check_event(struct world *w, const struct masc_event *ev)
{
	size_t i = peer_of(ev->peer);
	hold(ev->kind < MASC_EVENT_COUNT);
	hold(i < PEERS || !ev->peer[0]);
	if (ev->kind != MASC_EVENT_STATE)
		return;
	hold(i < PEERS && ev->from != ev->to);
	hold(w->fuzz.failed || ev->from == w->shown[i]);
	w->shown[i] = ev->to;
}

static void dialled(struct world *w, const struct masc_out *o)
{
	struct stream *s = stream_of(w, 0);
	hold(o->link % 2 == 1 && o->link > w->last_dialled);
	hold(o->peer < masc_peer_count(w->m));
	hold(s != NULL);
	w->last_dialled = o->link;
	*s = (struct stream){ o->link, false };
}

static void closed(struct world *w, const struct masc_out *o)
{
	struct stream *s = stream_of(w, o->link);
	hold(s != NULL);
	*s = (struct stream){ 0 };
}

static void drain(struct world *w)
{
	struct masc_out o;
	while (masc_poll(w->m, &o)) {
		switch (o.kind) {
		case MASC_OUT_DIAL:
			dialled(w, &o);
			break;
		case MASC_OUT_SEND:
			check_send(w, &o);
			break;
		case MASC_OUT_CLOSE:
			closed(w, &o);
			break;
		case MASC_OUT_EVENT:
			check_event(w, o.event);
			break;
		case MASC_OUT_REPLY:
			hold(o.call == ++w->replies);
			break;
		}
	}
}

static size_t open_links(const struct world *w)
{
	size_t n = 0;
	for (size_t i = 0; i < LINKS; i++)
		n += w->links[i].number != 0;
	return n;
}

static void check(struct world *w)
{
	size_t pending, octets;
	masc_load(w->m, &pending, &octets);
	hold(pending <= 8 && open_links(w) <= 2 * PEERS + pending);
	hold(octets <= open_links(w) * (HEAVY + WIRE_MESSAGE_MAX));
	for (size_t i = 0; i < masc_peer_count(w->m); i++) {
		struct masc_peer_info info;
		masc_peer_info(w->m, i, &info);
		size_t n = peer_of(info.config->name);
		hold(w->fuzz.failed || info.state == w->shown[n]);
		bool connected = info.state >= MASC_OPENSENT;
		hold(connected == (info.remote.port != 0) || info.state == MASC_CONNECT);
		hold(info.admin_down ? info.state == MASC_IDLE : true);
		hold(info.state != MASC_ESTABLISHED || info.hold_time_s == 0 ||
		     !mono_is_never(info.hold_deadline));
	}
	hold((w->stopped ? OK : masc_health(w->m)) == OK);
}

static void accept_one(struct world *w, struct rd *r)
{
	struct stream *s = stream_of(w, 0);
	struct addr from = address(rd_u8(r) % 6), to = address(99);
	if (!s)
		return;
	w->next_accepted += 2;
	*s = (struct stream){ w->next_accepted, true };
	from.port = 50000;
	masc_link_accepted(w->m, w->next_accepted, &to, &from, w->now);
}

static void link_changes(struct world *w, struct rd *r, bool up)
{
	struct stream *s = &w->links[rd_u8(r) % LINKS];
	struct addr a = address(99), b = address(1);
	if (!s->number || (up && s->up))
		return;
	uint32_t number = s->number;
	if (up) {
		s->up = true;
		masc_link_up(w->m, number, &a, &b, w->now);
	} else {
		*s = (struct stream){ 0 };
		masc_link_down(w->m, number, ERR_RESET, w->now);
	}
}

static void give(struct world *w, const struct stream *s, struct span bytes)
{
	uint8_t *exact = malloc(bytes.n ? bytes.n : 1);
	hold(exact != NULL);
	if (bytes.n)
		memcpy(exact, bytes.p, bytes.n);
	if (s->number && s->up)
		masc_input(w->m, s->number, span_of(exact, bytes.n), w->now);
	free(exact);
}

static void raw(struct world *w, struct rd *r)
{
	const struct stream *s = &w->links[rd_u8(r) % LINKS];
	size_t n = rd_u8(r);
	give(w, s, rd_bytes(r, n < r->left ? n : r->left));
}

static void an_open(struct world *w, struct rd *r)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	const struct stream *s = &w->links[rd_u8(r) % LINKS];
	uint8_t bits = rd_u8(r);
	struct wire_open o = { .version = 1, .hold_time = 9 };
	o.family = bits & 4 ? MASC_IPV6 : MASC_IPV4;
	o.role = bits & 3;
	o.domain = id_of(rd_u8(r));
	o.node = id_of(rd_u8(r));
	o.parent = id_of(rd_u8(r));
	give(w, s, wire_open_write(&o, room));
}

static void a_keepalive(struct world *w, struct rd *r)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	give(w, &w->links[rd_u8(r) % LINKS], wire_keepalive_write(room));
}

static void a_command(struct world *w, struct rd *r)
{
	static const char *const names[] = { "up", "down", "in", "side", "six", "none" };
	uint8_t v = rd_u8(r);
	const struct masc_command c = { .kind = v % 3,
					.peer = span_str(names[v / 3 % 6]),
					.for_us = v & 0x80 ? 7 * MONO_SEC : 0 };
	masc_command(w->m, ++w->calls, &c, w->now);
}

static void the_store(struct world *w, struct rd *r)
{
	(void)store_mem_seal(w->mem);
	if (rd_u8(r) & 1) {
		(void)store_mem_commit(w->mem);
		return;
	}
	uint64_t first = store_mem_fail(w->mem);
	if (first)
		masc_store_failed(w->m, first, ERR_IO, w->now);
}

static void another_configuration(struct world *w, struct rd *r)
{
	masc_config_free(&w->config);
	configure(w, rd_u8(r));
	if (masc_reconfigure(w->m, &w->config, w->now) != OK)
		return;
	drain(w);
	/* Peers that were changed began anew, without an event. */
	for (size_t i = 0; i < PEERS; i++)
		w->shown[i] = MASC_IDLE;
	for (size_t i = 0; i < masc_peer_count(w->m); i++) {
		struct masc_peer_info info;
		masc_peer_info(w->m, i, &info);
		w->shown[peer_of(info.config->name)] = info.state;
	}
}

static void time_passes(struct world *w, struct rd *r)
{
	uint8_t v = rd_u8(r);
	struct mono next = masc_deadline(w->m);
	if (v == 0 && !mono_is_never(next) && next.us > w->now.us)
		w->now = next;
	else
		w->now = mono_add(w->now, v * 50 * MONO_MS);
	masc_tick(w->m, w->now);
	hold(masc_deadline(w->m).us > w->now.us);
}

static void rarely(struct world *w, struct rd *r)
{
	uint8_t v = rd_u8(r);
	if (v < 200) {
		masc_network_changed(w->m, w->now);
	} else if (v < 240) {
		masc_wall(w->m, (struct wall){ v * MONO_HOUR, true }, w->now);
	} else if (v < 250) {
		masc_listen_failed(w->m, ERR_IN_USE, w->now);
		w->stopped = true;
	} else {
		masc_stop(w->m, w->now);
		w->stopped = true;
	}
}

static void happens(struct world *w, uint8_t what, struct rd *r)
{
	switch (what % 12) {
	case 0:
	case 1:
		time_passes(w, r);
		break;
	case 2:
		accept_one(w, r);
		break;
	case 3:
		link_changes(w, r, true);
		break;
	case 4:
		link_changes(w, r, false);
		break;
	case 5:
		raw(w, r);
		break;
	case 6:
		an_open(w, r);
		break;
	case 7:
		a_keepalive(w, r);
		break;
	case 8:
		a_command(w, r);
		break;
	case 9:
		the_store(w, r);
		break;
	case 10:
		if (what & 0x80)
			another_configuration(w, r);
		else
			rarely(w, r);
		break;
	default:
		w->fuzz.fail_in = rd_u8(r) % 16;
		break;
	}
}

static bool begin(struct world *w, uint8_t variant)
{
	memset(w, 0, sizeof(*w));
	w->fuzz = (struct fuzz_env)FUZZ_ENV(w->fuzz);
	hold(store_mem_new(&w->mem, &w->fuzz.env) == OK);
	configure(w, variant);
	return masc_new(&w->m, &w->config, &w->fuzz.env, store_mem_store(w->mem), w->now,
			(struct wall){ 0, true }) == OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w;
	struct rd r = rd_of(span_of(data, size));
	hold(begin(&w, rd_u8(&r)));
	masc_tick(w.m, w.now);
	drain(&w);
	while (r.left) {
		happens(&w, rd_u8(&r), &r);
		drain(&w);
		check(&w);
	}
	hold(w.replies == w.calls);
	w.fuzz.fail_in = 0;
	masc_free(w.m);
	masc_config_free(&w.config);
	store_mem_free(w.mem);
	hold(w.fuzz.live == 0);
	return 0;
}
