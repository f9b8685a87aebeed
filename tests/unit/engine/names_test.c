/* What an engine does for the part of a node that finds names: datagrams, addresses of
 * the machine, hosts, and commands that find something before they end. The node is the
 * real one; the linker lets the test speak for that part of it. */
#include "../net/island.h"
#include "house.h"
#include "played_keep.h"

#include "os/dns.h"

#define SEEN_MAX   300
#define SCRIPT_MAX 1200

struct seen {
	enum node_in_kind kind;
	uint32_t socket;
	struct addr local, remote;
	enum err err;
	uint64_t number;
	size_t n;	 /* octets, interfaces or hosts */
	uint8_t octet;	 /* the first */
	struct addr one; /* the last interface or the first host */
	enum pnrp_command_kind command;
	uint64_t other;
};

/* The part that is played. */
static struct {
	bool on, echo;
	struct seen seen[SEEN_MAX];
	size_t n_seen;
	struct node_out script[SCRIPT_MAX]; /* the next outputs */
	size_t n_script, at;
	uint8_t echoed[SCRIPT_MAX];
	enum err dns;
	unsigned busy; /* so often it still says goodbye */
	char host[64];
	struct node_config config;
} part;
static struct played_keep k;

enum err __real_node_input(struct node *n, const struct node_in *in, struct mono now);
enum err __wrap_node_input(struct node *n, const struct node_in *in, struct mono now);
bool __real_node_poll(struct node *n, struct node_out *out);
bool __wrap_node_poll(struct node *n, struct node_out *out);
const struct node_config *__real_node_config_of(const struct node *n);
const struct node_config *__wrap_node_config_of(const struct node *n);
enum err __wrap_os_dns_look_up(const char *host, const struct os_dns_how *how, struct addr *out,
			       size_t max, size_t *n);
const struct pnrp_clouds *__wrap_node_pnrp(const struct node *n);
bool __wrap_pnrp_clouds_busy(const struct pnrp_clouds *c);

const struct pnrp_clouds *__wrap_node_pnrp(const struct node *n)
{
	return part.on ? (const struct pnrp_clouds *)(const void *)&part : NULL;
}

bool __wrap_pnrp_clouds_busy(const struct pnrp_clouds *c)
{
	return part.busy && part.busy--;
}

static void output(const struct node_out *out)
{
	assert_true(part.n_script < SCRIPT_MAX);
	part.script[part.n_script++] = *out;
}

static void echo(const struct node_in *in)
{
	struct node_out out = { .kind = NODE_OUT_DATAGRAM, .socket = in->socket };
	out.local = in->local;
	out.remote = in->remote;
	part.echoed[part.n_script] = in->bytes.p[0];
	out.bytes = span_of(&part.echoed[part.n_script], 1);
	output(&out);
}

static bool is_of_part(const struct node_in *in)
{
	if (in->kind == NODE_IN_COMMAND)
		return in->command.kind == NODE_COMMAND_PNRP;
	return in->kind == NODE_IN_INTERFACES || in->kind == NODE_IN_BOUND ||
	       in->kind == NODE_IN_BIND_FAILED || in->kind == NODE_IN_DATAGRAM ||
	       in->kind == NODE_IN_HOST;
}

static struct seen seen_of(const struct node_in *in)
{
	struct seen s = { .kind = in->kind, .socket = in->socket, .err = in->err };
	s.local = in->local;
	s.remote = in->remote;
	s.number = in->number;
	s.n = in->bytes.n + in->interfaces.n + in->hosts.n;
	s.octet = in->bytes.n ? in->bytes.p[0] : 0;
	if (in->interfaces.n)
		s.one = in->interfaces.at[in->interfaces.n - 1].addr;
	if (in->hosts.n)
		s.one = in->hosts.at[0];
	if (in->kind == NODE_IN_COMMAND) {
		s.command = in->command.pnrp.kind;
		s.other = in->command.pnrp.other;
	}
	return s;
}

enum err __wrap_node_input(struct node *n, const struct node_in *in, struct mono now)
{
	if (!is_of_part(in))
		return __real_node_input(n, in, now);
	assert_true(part.n_seen < SEEN_MAX);
	part.seen[part.n_seen++] = seen_of(in);
	if (in->kind == NODE_IN_DATAGRAM && part.echo)
		echo(in);
	return OK;
}

bool __wrap_node_poll(struct node *n, struct node_out *out)
{
	if (part.at == part.n_script) {
		part.at = part.n_script = 0;
		return __real_node_poll(n, out);
	}
	*out = part.script[part.at++];
	return true;
}

const struct node_config *__wrap_node_config_of(const struct node *n)
{
	part.config = *__real_node_config_of(n);
	part.config.pnrp.enabled = part.on;
	return &part.config;
}

enum err __wrap_os_dns_look_up(const char *host, const struct os_dns_how *how, struct addr *out,
			       size_t max, size_t *n)
{
	(void)snprintf(part.host, sizeof(part.host), "%s", host);
	if (part.dns)
		return part.dns;
	*n = 2;
	(void)!addr_parse(span_str("2001:db8::1"), 0, &out[0]);
	(void)!addr_parse(span_str("192.0.2.1"), 0, &out[1]);
	return OK;
}

static const struct seen *seen(enum node_in_kind kind)
{
	for (size_t i = part.n_seen; i > 0; i--)
		if (part.seen[i - 1].kind == kind)
			return &part.seen[i - 1];
	return NULL;
}

static size_t count_of(enum node_in_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < part.n_seen; i++)
		n += part.seen[i].kind == kind;
	return n;
}

static void start(struct house *h)
{
	struct node_config c;
	struct engine_parts parts = { .env = os_env() };
	memset(&part, 0, sizeof(part));
	part.on = true;
	parts.keep = played_keep(&k, os_env());
	config_a(h, &c, "", "");
	start_with(h, &h->a, &c, &(struct engine_options){ .job_threads = 1 }, &parts);
	node_config_free(&c);
}

/* Has the node say what the script holds: any input does. */
static void run_script(struct house *h)
{
	unsigned before = h->a.answers;
	command(&h->a, MASC_COMMAND_RESET, "nobody");
	RUN_UNTIL(h, h->a.answers > before);
}

static void bind_out(uint32_t socket, const char *ip, uint16_t port, bool any_port)
{
	struct node_out out = { .kind = NODE_OUT_BIND, .socket = socket, .any_port = any_port };
	out.local = island_addr(ip);
	out.local.port = port;
	output(&out);
}

/* A socket of the rest of the world. */
static int stranger(struct addr *at)
{
	struct sockaddr_storage ss;
	struct addr a = island_addr("127.0.0.1");
	socklen_t n = os_sockaddr_from(&ss, &a);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&ss, n), 0);
	assert_int_equal(os_sockaddr_local(fd, at), OK);
	return fd;
}

static void say_to(int fd, const struct addr *to, uint8_t octet)
{
	struct sockaddr_storage ss;
	socklen_t n = os_sockaddr_from(&ss, to);
	assert_int_equal(sendto(fd, &octet, 1, 0, (struct sockaddr *)&ss, n), 1);
}

/* -1: nothing is there. */
static int heard(int fd)
{
	uint8_t octet;
	return recv(fd, &octet, 1, MSG_DONTWAIT) == 1 ? octet : -1;
}

static void datagram_out(const struct addr *to, uint8_t *octet, uint64_t after)
{
	struct node_out out = { .kind = NODE_OUT_DATAGRAM, .socket = 5, .remote = *to };
	out.bytes = span_of(octet, 1);
	out.after = after;
	output(&out);
}

/* ENGINE-28, ENGINE-29 */
static void datagrams_go_in_and_out(void **state)
{
	struct house *h = *state;
	struct addr us, them;
	int fd = stranger(&them);
	start(h);
	bind_out(5, "127.0.0.1", 0, false);
	run_script(h);
	RUN_UNTIL(h, seen(NODE_IN_BOUND));
	us = seen(NODE_IN_BOUND)->local;
	assert_int_equal(seen(NODE_IN_BOUND)->socket, 5);
	assert_int_not_equal(us.port, 0);
	part.echo = true;
	for (int i = 0; i < 150; i++)
		say_to(fd, &us, (uint8_t)i);
	RUN_UNTIL(h, count_of(NODE_IN_DATAGRAM) == 150);
	const struct seen *s = seen(NODE_IN_DATAGRAM);
	assert_int_equal(s->socket, 5);
	assert_int_equal(s->octet, 149);
	assert_int_equal(s->local.scope, if_nametoindex("lo"));
	assert_true(addr_same_host(&s->remote, &them) && s->remote.port == them.port);
	assert_int_equal(s->local.port, us.port);
	for (int i = 0; i < 150; i++) {
		int got = -1;
		RUN_UNTIL(h, (got = heard(fd)) >= 0);
		assert_int_equal(got, i);
	}
	struct engine_info info;
	engine_info(h->a.engine, &info);
	assert_int_equal(info.udp.in, 150);
	assert_int_equal(info.udp.out, 150);
	assert_int_equal(info.udp.sockets, 1);
	output(&(struct node_out){ .kind = NODE_OUT_UNBIND, .socket = 5 });
	run_script(h);
	engine_info(h->a.engine, &info);
	assert_int_equal(info.udp.sockets, 0);
	(void)close(fd);
}

/* ENGINE-32 */
static void a_taken_port_costs_its_number_alone(void **state)
{
	struct house *h = *state;
	struct engine_info info;
	struct addr taken;
	char want[200];
	int fd = stranger(&taken);
	start(h);
	bind_out(5, "127.0.0.1", taken.port, true);
	run_script(h);
	RUN_UNTIL(h, seen(NODE_IN_BOUND));
	uint16_t port = seen(NODE_IN_BOUND)->local.port;
	assert_int_not_equal(port, taken.port);
	(void)snprintf(want, sizeof(want), "udp port %u on 127.0.0.1 is held by unit_engine_nam",
		       taken.port);
	assert_non_null(strstr(h->a.messages, want));
	(void)snprintf(want, sizeof(want), "; using port %u instead", port);
	assert_non_null(strstr(h->a.messages, want));
	engine_info(h->a.engine, &info);
	assert_non_null(strstr(info.port_error[NODE_PART_PNRP], " is held by "));
	output(&(struct node_out){ .kind = NODE_OUT_UNBIND, .socket = 5 });
	run_script(h);
	engine_info(h->a.engine, &info);
	assert_string_equal(info.port_error[NODE_PART_PNRP], "");
	/* Where no other will do. */
	bind_out(6, "127.0.0.1", taken.port, false);
	run_script(h);
	RUN_UNTIL(h, seen(NODE_IN_BIND_FAILED));
	assert_int_equal(seen(NODE_IN_BIND_FAILED)->socket, 6);
	assert_int_equal(seen(NODE_IN_BIND_FAILED)->err, ERR_IN_USE);
	assert_int_equal(h->a.worst, NODE_ERROR);
	(void)close(fd);
	bind_out(6, "127.0.0.1", taken.port, false);
	run_script(h);
	RUN_UNTIL(h, seen(NODE_IN_BOUND)->socket == 6);
	engine_info(h->a.engine, &info);
	assert_string_equal(info.port_error[NODE_PART_PNRP], "");
}

/* ENGINE-30: one that cannot be joined is told to the operator. */
static void groups_are_joined(void **state)
{
	struct house *h = *state;
	struct node_out join = { .kind = NODE_OUT_JOIN, .socket = 5 };
	struct addr us, them;
	uint8_t octet = 77;
	int fd = stranger(&them);
	start(h);
	bind_out(5, "0.0.0.0", 0, false);
	run_script(h);
	RUN_UNTIL(h, seen(NODE_IN_BOUND));
	us = seen(NODE_IN_BOUND)->local;
	join.local = island_addr("239.255.13.9");
	join.local.scope = if_nametoindex("lo");
	output(&join);
	output(&join);
	struct addr group = join.local;
	group.port = us.port;
	datagram_out(&group, &octet, 0);
	part.script[part.n_script - 1].hops = 1;
	run_script(h);
	RUN_UNTIL(h, seen(NODE_IN_DATAGRAM));
	assert_memory_equal(seen(NODE_IN_DATAGRAM)->local.ip, group.ip, 4);
	assert_string_equal(h->a.messages, "");
	join.local.scope = 99999;
	output(&join);
	join.kind = NODE_OUT_LEAVE;
	output(&join);
	run_script(h);
	assert_non_null(strstr(h->a.messages, "cannot join group 239.255.13.9 on interface 99999"));
	(void)close(fd);
}

static uint64_t put_something(struct house *h)
{
	uint64_t number = 0;
	assert_int_equal(store_put(h->a.engine->keep.store, node_tables[0], span_str("k"),
				   span_str("v"), &number),
			 OK);
	return number;
}

/* ENGINE-35 */
static void a_datagram_waits_for_its_own_commit(void **state)
{
	struct house *h = *state;
	struct engine_info info;
	struct addr them;
	uint8_t late = 1, soon = 2, never = 3;
	int got, fd = stranger(&them);
	start(h);
	bind_out(5, "127.0.0.1", 0, false);
	run_script(h);
	RUN_UNTIL(h, seen(NODE_IN_BOUND));
	k.hold = true;
	datagram_out(&them, &late, put_something(h));
	datagram_out(&them, &soon, 0);
	run_script(h);
	RUN_UNTIL(h, (got = heard(fd)) >= 0);
	assert_int_equal(got, soon);
	assert_int_equal(heard(fd), -1);
	k.hold = false;
	run_script(h);
	RUN_UNTIL(h, (got = heard(fd)) >= 0);
	assert_int_equal(got, late);
	k.fail = ERR_NO_SPACE;
	datagram_out(&them, &never, put_something(h));
	datagram_out(&them, &soon, 0);
	run_script(h);
	RUN_UNTIL(h, (got = heard(fd)) >= 0);
	assert_int_equal(got, soon);
	run_script(h);
	assert_int_equal(heard(fd), -1);
	engine_info(h->a.engine, &info);
	assert_int_equal(info.udp.dropped_out, 1);
	(void)close(fd);
}

/* Who asks. */
struct asker {
	struct engine *engine;
	uint64_t number;
	char told[4000];
	unsigned answers;
	struct engine_result result;
	unsigned forget_at; /* in that finding, 0 never */
	unsigned findings;
};

static void on_found(void *arg, const struct node_found *f)
{
	struct asker *a = arg;
	size_t at = strlen(a->told);
	assert_int_equal(a->answers, 0);
	if (f->step)
		(void)snprintf(a->told + at, sizeof(a->told) - at, "step %u in %s; ",
			       f->step->common, f->cloud);
	else if (a->findings < 100)
		(void)snprintf(a->told + at, sizeof(a->told) - at, "%.*s in %s; ",
			       (int)f->result->payload.n, (const char *)f->result->payload.p,
			       f->cloud);
	if (++a->findings == a->forget_at)
		engine_forget(a->engine, a->number);
}

static void on_end(void *arg, const struct engine_result *r)
{
	struct asker *a = arg;
	a->answers++;
	a->result = *r;
}

static struct engine_caller asking(struct asker *a)
{
	return (struct engine_caller){ on_found, on_end, a };
}

static void ask(struct house *h, struct asker *a, enum pnrp_command_kind kind, uint64_t other)
{
	struct node_command c = { .kind = NODE_COMMAND_PNRP };
	struct engine_caller who = asking(a);
	c.pnrp.kind = kind;
	c.pnrp.other = other;
	a->engine = h->a.engine;
	assert_int_equal(engine_ask(h->a.engine, &c, &who, &a->number), OK);
}

static void found_out(uint64_t number, const char *payload, uint64_t after)
{
	static struct pnrp_result results[8];
	static size_t next;
	struct pnrp_result *r = &results[next++ % 8];
	struct node_out out = { .kind = NODE_OUT_FOUND, .number = number, .after = after };
	r->payload = span_str(payload);
	out.found = (struct node_found){ .cloud = "global", .result = r };
	output(&out);
}

static void step_out(uint64_t number, uint32_t common)
{
	static struct pnrp_hop hop;
	struct node_out out = { .kind = NODE_OUT_STEP, .number = number };
	hop.common = common;
	out.found = (struct node_found){ .cloud = "link", .step = &hop };
	output(&out);
}

static void reply_out(uint64_t number, enum err err)
{
	struct node_out out = { .kind = NODE_OUT_REPLY, .number = number, .err = err };
	out.elapsed = 1234;
	output(&out);
}

/* ENGINE-36 */
static void findings_come_in_order_and_before_the_end(void **state)
{
	struct house *h = *state;
	struct asker a = { 0 }, b = { 0 };
	start(h);
	ask(h, &a, PNRP_RESOLVE, 0);
	ask(h, &b, PNRP_CANCEL, a.number);
	assert_int_not_equal(a.number, b.number);
	assert_int_equal(seen(NODE_IN_COMMAND)->other, a.number);
	assert_int_equal(seen(NODE_IN_COMMAND)->command, PNRP_CANCEL);
	step_out(a.number, 7);
	found_out(a.number, "one", 0);
	found_out(b.number + 100, "of nobody", 0);
	found_out(a.number, "", 0);
	run_script(h);
	assert_string_equal(a.told, "step 7 in link; one in global;  in global; ");
	assert_int_equal(a.answers, 0);
	found_out(a.number, "last", 0);
	reply_out(a.number, OK);
	reply_out(b.number, ERR_NOT_FOUND);
	run_script(h);
	assert_int_equal(a.findings, 4);
	assert_int_equal(a.answers, 1);
	assert_int_equal(a.result.err, OK);
	assert_int_equal(a.result.elapsed, 1234);
	assert_int_equal(b.result.err, ERR_NOT_FOUND);
	/* What comes behind the answer is of nobody. */
	found_out(a.number, "late", 0);
	reply_out(a.number, OK);
	run_script(h);
	assert_int_equal(a.findings, 4);
	assert_int_equal(a.answers, 1);
}

/* ENGINE-36 */
static void findings_wait_for_their_commit(void **state)
{
	struct house *h = *state;
	struct asker a = { 0 }, b = { 0 };
	start(h);
	ask(h, &a, PNRP_RESOLVE, 0);
	k.hold = true;
	uint64_t put = put_something(h);
	found_out(a.number, "waits", put);
	found_out(a.number, "behind", 0);
	reply_out(a.number, OK);
	run_script(h);
	assert_string_equal(a.told, "");
	k.hold = false;
	run_script(h);
	assert_string_equal(a.told, "waits in global; behind in global; ");
	assert_int_equal(a.answers, 1);
	/* Undone: the caller hears of it. */
	ask(h, &b, PNRP_RESOLVE, 0);
	k.fail = ERR_NO_SPACE;
	found_out(b.number, "undone", put_something(h));
	run_script(h);
	RUN_UNTIL(h, b.answers);
	assert_string_equal(b.told, "");
	assert_int_equal(b.result.err, ERR_NO_SPACE);
}

/* ENGINE-36 */
static void who_has_gone_is_told_nothing(void **state)
{
	struct house *h = *state;
	struct asker a = { 0 }, b = { .forget_at = 2 };
	start(h);
	ask(h, &a, PNRP_RESOLVE, 0);
	ask(h, &b, PNRP_RESOLVE, 0);
	found_out(a.number, "none", 0);
	for (int i = 0; i < 5; i++)
		found_out(b.number, "x", 0);
	reply_out(a.number, OK);
	reply_out(b.number, OK);
	engine_forget(h->a.engine, a.number);
	engine_forget(h->a.engine, a.number);
	engine_forget(h->a.engine, 99999);
	run_script(h);
	run_script(h);
	assert_int_equal(a.findings + a.answers, 0);
	assert_int_equal(b.findings, 2);
	assert_int_equal(b.answers, 0);
}

/* ENGINE-36 */
static void too_many_findings_are_told_as_such(void **state)
{
	struct house *h = *state;
	struct asker a = { 0 };
	start(h);
	ask(h, &a, PNRP_RESOLVE, 0);
	for (int i = 0; i < FINDINGS_MAX + 1; i++)
		found_out(a.number, "x", 0);
	reply_out(a.number, OK);
	run_script(h);
	RUN_UNTIL(h, a.answers);
	assert_int_equal(a.findings, FINDINGS_MAX);
	assert_int_equal(a.result.err, ERR_FULL);
}

static void an_end_answers_who_waits_and_drops_findings(void **state)
{
	struct house *h = *state;
	struct asker a = { 0 };
	start(h);
	ask(h, &a, PNRP_RESOLVE, 0);
	found_out(a.number, "x", 0);
	/* Drained by this, and told by nobody: no turn comes. */
	command(&h->a, MASC_COMMAND_RESET, "nobody");
	kill_engine(&h->a);
	assert_int_equal(a.findings, 0);
	assert_int_equal(a.answers, 1);
	assert_int_equal(a.result.err, ERR_STOPPING);
}

static void host_out(uint64_t number, const char *name)
{
	struct node_out out = { .kind = NODE_OUT_HOST, .number = number };
	out.bytes = span_str(name);
	output(&out);
}

/* ENGINE-34 */
static void hosts_are_looked_up_beside_the_loop(void **state)
{
	struct house *h = *state;
	char longest[300];
	start(h);
	host_out(41, "seed.example");
	run_script(h);
	RUN_UNTIL(h, seen(NODE_IN_HOST));
	assert_string_equal(part.host, "seed.example");
	assert_int_equal(seen(NODE_IN_HOST)->number, 41);
	assert_int_equal(seen(NODE_IN_HOST)->err, OK);
	assert_int_equal(seen(NODE_IN_HOST)->n, 2);
	struct addr first = island_addr("2001:db8::1");
	assert_true(addr_eq(&seen(NODE_IN_HOST)->one, &first));
	part.dns = ERR_TIMEOUT;
	host_out(42, "silent.example");
	run_script(h);
	RUN_UNTIL(h, seen(NODE_IN_HOST)->number == 42);
	assert_int_equal(seen(NODE_IN_HOST)->err, ERR_TIMEOUT);
	assert_int_equal(seen(NODE_IN_HOST)->n, 0);
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	host_out(43, longest);
	run_script(h);
	RUN_UNTIL(h, seen(NODE_IN_HOST)->number == 43);
	assert_int_equal(seen(NODE_IN_HOST)->err, ERR_RANGE);
}

/* ENGINE-33 */
static void addresses_of_the_machine_are_told_when_they_change(void **state)
{
	struct house *h = *state;
	int before = island_enter();
	start(h);
	assert_int_equal(count_of(NODE_IN_INTERFACES), 1);
	assert_int_equal(seen(NODE_IN_INTERFACES)->n, 0);
	island_flags("lo", IFF_UP);
	RUN_UNTIL(h, count_of(NODE_IN_INTERFACES) == 2);
	assert_true(seen(NODE_IN_INTERFACES)->n >= 1);
	/* A change of something else: a bridge without an address comes and another address
	 * after it; between the two nothing is told. */
	island_bridge("b9");
	for (int i = 0; i < 5; i++)
		assert_int_equal(os_loop_run(h->loop, 100), OK);
	assert_int_equal(count_of(NODE_IN_INTERFACES), 2);
	island_ipv4("lo:1", "10.9.9.9");
	RUN_UNTIL(h, count_of(NODE_IN_INTERFACES) == 3);
	kill_engine(&h->a);
	island_leave(before);
}

/* ENGINE-33: a part that is off costs nothing, and is told once it is on. */
static void a_reload_tells_the_addresses(void **state)
{
	struct house *h = *state;
	struct node_config c;
	start(h);
	part.n_seen = 0;
	part.on = false;
	config_a(h, &c, "", "");
	assert_int_equal(engine_reconfigure(h->a.engine, &c, &h->why), OK);
	assert_int_equal(count_of(NODE_IN_INTERFACES), 0);
	part.on = true;
	assert_int_equal(engine_reconfigure(h->a.engine, &c, &h->why), OK);
	assert_int_equal(count_of(NODE_IN_INTERFACES), 1);
	assert_true(seen(NODE_IN_INTERFACES)->n >= 1);
	node_config_free(&c);
}

/* ENGINE-14 */
static void a_stop_waits_until_neighbours_have_heard_of_it(void **state)
{
	struct house *h = *state;
	start(h);
	part.busy = 1000000;
	assert_int_equal(engine_stop(h->a.engine, 200), ERR_TIMEOUT);
	part.busy = 2;
	assert_int_equal(engine_stop(h->a.engine, 20000), OK);
	assert_int_equal(part.busy, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, house_new, house_free)
	const struct CMUnitTest tests[] = {
		TEST(datagrams_go_in_and_out),
		TEST(a_taken_port_costs_its_number_alone),
		TEST(groups_are_joined),
		TEST(a_datagram_waits_for_its_own_commit),
		TEST(findings_come_in_order_and_before_the_end),
		TEST(findings_wait_for_their_commit),
		TEST(who_has_gone_is_told_nothing),
		TEST(too_many_findings_are_told_as_such),
		TEST(an_end_answers_who_waits_and_drops_findings),
		TEST(hosts_are_looked_up_beside_the_loop),
		TEST(addresses_of_the_machine_are_told_when_they_change),
		TEST(a_reload_tells_the_addresses),
		TEST(a_stop_waits_until_neighbours_have_heard_of_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
