#include "hosts.h"

#include "base/store_mem.h"
#include "net/udp.h"
#include "os/clock.h"

#include <stdio.h>
#include <stdlib.h>

#define SOCKETS 16 /* numbers that a node may give its sockets, each host's from host * SOCKETS */
#define OPEN	64 /* commands of one host at a time */

struct command {
	uint64_t number;
	int64_t began, ended;
	uint32_t found;
};

struct host {
	struct hosts *of;
	uint32_t index;
	uint16_t port;
	struct node *node;
	struct store_mem *store;
	struct os_timer *timer;
	struct command open[OPEN];
	size_t n_open;
};

struct hosts {
	struct os_loop *loop;
	struct net_udp *udp;
	struct crypto *crypto;
	struct host *host;
	uint32_t count;
	uint64_t next_number, announced;
	hosts_ended_fn *ended;
	void *arg;
};

static void must(enum err e, const char *what)
{
	if (!e)
		return;
	fprintf(stderr, "hosts: %s: %s\n", what, err_text(e));
	exit(1);
}

static struct command *command_find(struct host *h, uint64_t number)
{
	for (size_t i = 0; i < h->n_open; i++)
		if (h->open[i].number == number)
			return &h->open[i];
	return NULL;
}

static void command_end(struct host *h, const struct node_out *out)
{
	struct command *c = command_find(h, out->number);
	if (!c)
		return;
	struct host_end end = { .host = h->index,
				.number = c->number,
				.err = out->err,
				.found = c->found,
				.began = c->began,
				.ended = c->found ? c->ended : os_mono().us };
	*c = h->open[--h->n_open];
	if (h->of->ended)
		h->of->ended(h->of->arg, &end);
}

static void command_found(struct host *h, uint64_t number)
{
	struct command *c = command_find(h, number);
	if (c && !c->found++)
		c->ended = os_mono().us;
}

static void feed(struct host *h, const struct node_in *in, struct mono now);

static void bind_socket(struct host *h, const struct node_out *out, struct mono now)
{
	char buffer[200];
	struct text why = TEXT_OF(buffer);
	struct addr local = { .family = ADDR_IPV4, .ip = { 127, 0, 0, 1 } };
	struct node_in in = { .kind = NODE_IN_BOUND, .socket = out->socket, .local = out->local };
	if (out->local.family != ADDR_IPV4 || out->shared)
		must(ERR_UNSUPPORTED, "a socket that is not wanted here");
	must(net_udp_bind(h->of->udp, h->index * SOCKETS + out->socket, &local, false, &local,
			  &why),
	     why.p);
	h->port = in.local.port = local.port;
	feed(h, &in, now);
}

static bool tells_of_registration(const struct node_event *e)
{
	return e->part == NODE_PART_PNRP && e->pnrp.kind == PNRP_CLOUDS_EVENT_CLOUD &&
	       e->pnrp.of.kind == PNRP_EVENT_REGISTERED;
}

static void perform(struct host *h, const struct node_out *out, struct mono now)
{
	if (out->kind == NODE_OUT_DATAGRAM)
		net_udp_send(h->of->udp, h->index * SOCKETS + out->socket, &out->local,
			     &out->remote, out->hops, out->bytes);
	else if (out->kind == NODE_OUT_FOUND)
		command_found(h, out->number);
	else if (out->kind == NODE_OUT_REPLY)
		command_end(h, out);
	else if (out->kind == NODE_OUT_EVENT)
		h->of->announced += tells_of_registration(out->event);
	else if (out->kind == NODE_OUT_BIND)
		bind_socket(h, out, now);
}

/* Commits at once: the disk is no part of what is measured. */
static void drain(struct host *h, struct mono now)
{
	struct node_out out;
	if (store_mem_seal(h->store))
		while (store_mem_commit(h->store))
			;
	while (node_poll(h->node, &out))
		perform(h, &out, now);
	os_timer_set(h->timer, node_deadline(h->node));
}

static void feed(struct host *h, const struct node_in *in, struct mono now)
{
	must(node_input(h->node, in, now), "input");
	drain(h, now);
}

static void on_timer(void *arg, struct mono now)
{
	feed(arg, &(struct node_in){ .kind = NODE_IN_TICK }, now);
}

static void on_datagram(void *arg, uint32_t socket, const struct addr *from, const struct addr *to,
			struct span bytes, struct mono now)
{
	struct hosts *h = arg;
	struct node_in in = { .kind = NODE_IN_DATAGRAM,
			      .socket = socket % SOCKETS,
			      .remote = *from,
			      .local = *to,
			      .bytes = bytes };
	feed(&h->host[socket / SOCKETS], &in, now);
}

static void set(struct node_config *c, const char *group, const char *key, const char *value)
{
	char buffer[200];
	struct text why = TEXT_OF(buffer);
	must(node_config_set(c, span_str(group), span_str(key), span_str(value), &why), why.p);
}

static void configure(const struct hosts *h, struct node_config *c, uint32_t index)
{
	char seed[32];
	node_config_init(c, os_env());
	c->crypto = h->crypto;
	set(c, "pnrp", "enabled", "yes");
	set(c, "pnrp", "ipv6", "no");
	set(c, "pnrp", "loopback", "yes");
	set(c, "pnrp.link", "multicast", "no");
	if (!index)
		return;
	snprintf(seed, sizeof(seed), "127.0.0.1:%u", h->host[0].port);
	set(c, "pnrp.link", "seeds", seed);
}

static void start(struct hosts *h, uint32_t index)
{
	static const struct pnrp_if_addr loopback = { .index = 1,
						      .name = "lo",
						      .addr = { .family = ADDR_IPV4,
								.ip = { 127, 0, 0, 1 } },
						      .plen = 8,
						      .loopback = true };
	struct host *host = &h->host[index];
	struct node_config config;
	struct mono now = os_mono();
	host->of = h;
	host->index = index;
	configure(h, &config, index);
	must(store_mem_new(&host->store, os_env()), "store");
	must(os_timer_new(&host->timer, h->loop, on_timer, host), "timer");
	must(node_new(&host->node, &config, os_env(), store_mem_store(host->store), now, os_wall()),
	     "node");
	node_config_free(&config);
	drain(host, now);
	feed(host, &(struct node_in){ .kind = NODE_IN_INTERFACES, .interfaces = { &loopback, 1 } },
	     now);
}

struct hosts *hosts_new(uint32_t count, hosts_ended_fn *ended, void *arg)
{
	struct hosts *h = calloc(1, sizeof(*h));
	struct net_udp_events events = { .datagram = on_datagram, .arg = h };
	must(h ? OK : ERR_NOMEM, "hosts");
	h->host = calloc(count, sizeof(*h->host));
	must(h->host ? OK : ERR_NOMEM, "hosts");
	h->count = count;
	h->ended = ended;
	h->arg = arg;
	must(os_loop_new(&h->loop, os_env()), "loop");
	must(net_udp_new(&h->udp, os_env(), h->loop, &events), "sockets");
	must(crypto_new(&h->crypto, os_env()), "crypto");
	for (uint32_t i = 0; i < count; i++) {
		start(h, i);
		hosts_run(h, 0);
	}
	return h;
}

void hosts_free(struct hosts *h)
{
	for (uint32_t i = 0; i < h->count; i++) {
		node_free(h->host[i].node);
		store_mem_free(h->host[i].store);
		os_timer_free(h->host[i].timer);
	}
	net_udp_free(h->udp);
	os_loop_free(h->loop);
	crypto_free(h->crypto);
	free(h->host);
	free(h);
}

struct node *hosts_node(const struct hosts *h, uint32_t host)
{
	return h->host[host].node;
}

uint16_t hosts_port(const struct hosts *h, uint32_t host)
{
	return h->host[host].port;
}

uint64_t hosts_sent(const struct hosts *h)
{
	struct net_udp_load load;
	net_udp_load(h->udp, &load);
	return load.out;
}

uint64_t hosts_announced(const struct hosts *h)
{
	return h->announced;
}

void hosts_run(struct hosts *h, int timeout_ms)
{
	must(os_loop_run(h->loop, timeout_ms), "loop");
}

void hosts_run_until(struct hosts *h, int64_t us)
{
	for (int64_t left; (left = us - os_mono().us) > 0;)
		hosts_run(h, (int)(left / MONO_MS) + 1);
}

uint64_t hosts_command(struct hosts *h, uint32_t host, const struct pnrp_command *c)
{
	struct host *to = &h->host[host];
	struct mono now = os_mono();
	if (to->n_open == OPEN)
		must(ERR_FULL, "commands of one host");
	uint64_t number = ++h->next_number;
	to->open[to->n_open++] = (struct command){ .number = number, .began = now.us };
	struct node_in in = { .kind = NODE_IN_COMMAND, .number = number };
	in.command.kind = NODE_COMMAND_PNRP;
	in.command.pnrp = *c;
	feed(to, &in, now);
	return number;
}
