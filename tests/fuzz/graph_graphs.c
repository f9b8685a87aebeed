/* graph_graphs.c - octets to connections that the manager of graphs accepted, for no graph,
 * for one of two, for both. The input is a program: an octet says what happens, on which
 * link, and how many octets follow. What is counted must agree with what is there, and all
 * memory must come back. */
#include "base/store_mem.h"
#include "graph/graphs.h"
#include "wire/rd.h"
#include "fuzz_env.h"

#define LINKS 8

struct world {
	struct fuzz_env fuzz;
	struct store_mem *mem;
	struct crypto *crypto;
	struct graphs *s;
	struct mono now;
	bool open[LINKS]; /* link 2 + 2 i */
	uint64_t calls, replies;
};

static bool *link_of(struct world *w, uint32_t number)
{
	return number % 2 == 0 && number / 2 - 1 < LINKS ? &w->open[number / 2 - 1] : NULL;
}

static void perform(struct world *w, const struct graphs_out *o)
{
	bool *link = link_of(w, o->of.link);
	switch (o->kind) {
	case GRAPHS_LISTEN_ON:
		graphs_listening(w->s, &o->local, w->now);
		break;
	case GRAPHS_DIAL: /* nobody can be called */
		graphs_down(w->s, o->of.link, ERR_REFUSED, w->now);
		break;
	case GRAPHS_SEND:
		hold(link && *link && o->of.bytes.n);
		break;
	case GRAPHS_CLOSE_LINK:
		hold(link && *link);
		*link = false;
		break;
	case GRAPHS_REPLY:
		w->replies++;
		break;
	case GRAPHS_UNLISTEN:
	case GRAPHS_EVENT:
	case GRAPHS_DATA:
		break;
	}
}

static void drain(struct world *w)
{
	struct graphs_out o;
	while (graphs_poll(w->s, &o))
		perform(w, &o);
}

static void check(struct world *w)
{
	struct graphs_counts c;
	uint32_t open = 0;
	graphs_counts(w->s, &c);
	for (uint32_t i = 0; i < LINKS; i++) {
		hold(graphs_has_link(w->s, 2 + 2 * i) == w->open[i]);
		open += w->open[i];
	}
	hold(c.waiting <= open && c.strangers + c.malformed + c.late + c.full <= c.accepted);
}

static void command(struct world *w, enum graphs_command_kind kind, const char *id)
{
	const struct graph_properties p = { .profile = CRYPTO_MODERN };
	const struct graphs_command c = { .kind = kind,
					  .id = span_str(id),
					  .peer = span_str("0.me"),
					  .properties = kind == GRAPHS_CREATE ? &p : NULL };
	hold(graphs_command(w->s, &c, ++w->calls, w->now) == OK);
	drain(w);
}

static void accept_one(struct world *w, uint32_t i)
{
	const struct addr local = { .family = ADDR_IPV4, .ip = { 10, 0, 0, 1 }, .port = 3587 };
	struct addr remote = { .family = ADDR_IPV4, .ip = { 10, 0, 0, 2 }, .port = 50000 };
	if (w->open[i])
		return;
	remote.ip[3] = (uint8_t)(2 + i % 2);
	w->open[i] = true;
	hold(graphs_accepted(w->s, 2 + 2 * i, &local, &remote, w->now) == OK);
}

static void give(struct world *w, uint32_t i, struct span s)
{
	uint8_t *exact = malloc(s.n ? s.n : 1);
	hold(exact != NULL);
	if (s.n)
		memcpy(exact, s.p, s.n);
	if (w->open[i])
		hold(graphs_input(w->s, 2 + 2 * i, span_of(exact, s.n), w->now) == OK);
	free(exact);
}

static void down(struct world *w, uint32_t i)
{
	if (!w->open[i])
		return;
	w->open[i] = false;
	graphs_down(w->s, 2 + 2 * i, ERR_RESET, w->now);
}

static void life(struct world *w, uint32_t how)
{
	static const enum graphs_command_kind kinds[] = { GRAPHS_CLOSE, GRAPHS_OPEN, GRAPHS_LISTEN,
							  GRAPHS_DELETE };
	command(w, kinds[how % 4], how & 4 ? "0.b" : "0.a");
}

static void happens(struct world *w, struct rd *r)
{
	uint8_t what = rd_u8(r);
	uint32_t i = what & 7;
	switch (what >> 5) {
	case 0:
		accept_one(w, i);
		break;
	case 1:
		down(w, i);
		break;
	case 2:
		life(w, i);
		break;
	case 3:
		w->now = mono_add(w->now, (int64_t)(i + 1) * 700 * MONO_MS);
		graphs_tick(w->s, w->now);
		break;
	default: {
		size_t n = rd_u8(r);
		accept_one(w, i);
		give(w, i, rd_bytes(r, n < r->left ? n : r->left));
		break;
	}
	}
}

static void begin(struct world *w)
{
	struct graph_part_config *cfg = calloc(1, sizeof(*cfg));
	const struct addr own = { .family = ADDR_IPV4, .ip = { 10, 0, 0, 1 } };
	hold(cfg != NULL);
	memset(w, 0, sizeof(*w));
	w->now = (struct mono){ MONO_HOUR };
	w->fuzz = (struct fuzz_env)FUZZ_ENV(w->fuzz);
	hold(store_mem_new(&w->mem, &w->fuzz.env) == OK &&
	     crypto_new(&w->crypto, &w->fuzz.env) == OK);
	graph_config_init(cfg);
	cfg->enabled = cfg->lab = true;
	cfg->per_source = 3;
	cfg->links_max = LINKS - 1;
	hold(graphs_new(&w->s, cfg, w->crypto, &w->fuzz.env, store_mem_store(w->mem), w->now,
			(struct wall){ INT64_C(1700000000000000), true }) == OK);
	free(cfg);
	hold(graphs_addresses(w->s, &own, 1, w->now) == OK);
	command(w, GRAPHS_CREATE, "0.a");
	command(w, GRAPHS_CREATE, "0.b");
	graphs_tick(w->s, w->now);
	command(w, GRAPHS_LISTEN, "0.a");
	command(w, GRAPHS_LISTEN, "0.b");
}

static void leave(struct world *w)
{
	graphs_stop(w->s, w->now);
	drain(w);
	for (int i = 0; graphs_busy(w->s); i++) {
		hold(i < 100);
		w->now = mono_add(w->now, 6 * MONO_SEC);
		graphs_tick(w->s, w->now);
		drain(w);
	}
	graphs_free(w->s);
	crypto_free(w->crypto);
	store_mem_free(w->mem);
	hold(w->fuzz.live == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w;
	struct rd r = rd_of(span_of(data, size));
	begin(&w);
	while (r.left && !r.failed) {
		happens(&w, &r);
		drain(&w);
		check(&w);
		(void)store_mem_seal(w.mem);
		(void)store_mem_commit(w.mem);
	}
	leave(&w);
	hold(w.replies <= w.calls);
	return 0;
}
