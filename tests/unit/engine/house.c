#include "house.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "os/sockaddr.h"

bool house_has_ipv6 = true;
bool __real_os_sockaddr_usable(const struct addr *a);
bool __wrap_os_sockaddr_usable(const struct addr *a);

bool __wrap_os_sockaddr_usable(const struct addr *a)
{
	if (a->family == ADDR_IPV6 && !house_has_ipv6)
		return false;
	return __real_os_sockaddr_usable(a);
}

static void on_event(void *arg, const struct node_event *e, struct wall wall)
{
	struct teller *t = arg;
	assert_true(wall.us > 0);
	if (t->n_events < EVENTS_KEPT)
		t->events[t->n_events++] = *e;
	if (t->reset_in_event) {
		const char *peer = t->reset_in_event;
		t->reset_in_event = NULL;
		command(t, MASC_COMMAND_RESET, peer);
	}
}

static void on_message(void *arg, enum node_level level, const char *part, const char *text)
{
	struct teller *t = arg;
	size_t n = strlen(t->messages);
	(void)snprintf(t->messages + n, sizeof(t->messages) - n, "%s: %s\n", part, text);
	if (level < t->worst)
		t->worst = level;
}

static void print_teller(const char *name, const struct teller *t)
{
	char buffer[300];
	print_message("%s said: %s\n", name, t->messages);
	for (size_t i = 0; i < t->n_events; i++) {
		struct text text = TEXT_OF(buffer);
		node_event_text(&text, &t->events[i]);
		print_message("%s: %s\n", name, buffer);
	}
}

void house_fail(const struct house *h, const char *condition)
{
	print_teller("a", &h->a);
	print_teller("b", &h->b);
	fail_msg("never came true: %s", condition);
}

/* One port that is free on both addresses now. */
static uint16_t free_port(void)
{
	struct sockaddr_storage ss;
	struct addr a = { .family = ADDR_IPV4, .ip = { 127, 0, 7, 1 } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&ss, os_sockaddr_from(&ss, &a)), 0);
	assert_int_equal(os_sockaddr_local(fd, &a), OK);
	(void)close(fd);
	return a.port;
}

int house_new(void **state)
{
	struct house *h = calloc(1, sizeof(*h));
	assert_non_null(h);
	(void)snprintf(h->dir, sizeof(h->dir), "/tmp/homestead-engine-XXXXXX");
	assert_non_null(mkdtemp(h->dir));
	h->why = TEXT_OF(h->why_);
	h->a.worst = h->b.worst = NODE_DEBUG;
	h->port = free_port();
	assert_int_equal(os_loop_new(&h->loop, os_env()), OK);
	*state = h;
	return 0;
}

void kill_engine(struct teller *t)
{
	engine_free(t->engine);
	t->engine = NULL;
}

int house_free(void **state)
{
	struct house *h = *state;
	char command_line[100];
	kill_engine(&h->a);
	kill_engine(&h->b);
	os_loop_free(h->loop);
	(void)snprintf(command_line, sizeof(command_line), "rm -rf %s", h->dir);
	int failed = system(command_line);
	free(h);
	return failed;
}

const char *house_path(const struct house *h, const char *name)
{
	static char buffer[4][200];
	static size_t at;
	char *p = buffer[at++ % 4];
	(void)snprintf(p, sizeof(buffer[0]), "%s/%s", h->dir, name);
	return p;
}

static void read_config(struct house *h, struct node_config *c, const char *text)
{
	uint32_t line = 0;
	node_config_init(c, os_env());
	if (node_config_parse(c, span_str(text), &line, &h->why))
		fail_msg("line %u of %s: %s", line, text, h->why.p);
}

void config_a(struct house *h, struct node_config *c, const char *extra, const char *peer)
{
	char text[1500];
	(void)snprintf(
		text, sizeof(text),
		"masc { domain = 1; node = 1; profile = lab; idle_backoff = 100ms; connect_retry = 200ms; listen = 127.0.7.1:%u; %s\n"
		"peer b { address = 127.0.7.2:%u; local_address = 127.0.7.1; role = child;"
		" domain = 2; %s } }",
		h->port, extra, h->port, peer);
	read_config(h, c, text);
}

void config_b(struct house *h, struct node_config *c, const char *extra, const char *peer)
{
	char text[1500];
	(void)snprintf(
		text, sizeof(text),
		"masc { domain = 2; node = 2; profile = lab; idle_backoff = 100ms; connect_retry = 200ms; listen = 127.0.7.2:%u; %s\n"
		"peer a { address = 127.0.7.1:%u; local_address = 127.0.7.2; role = parent;"
		" domain = 1; %s } }",
		h->port, extra, h->port, peer);
	read_config(h, c, text);
}

void start_with(struct house *h, struct teller *t, const struct node_config *c,
		const struct engine_options *more, const struct engine_parts *parts)
{
	struct engine_events events = { .event = on_event, .message = on_message, .arg = t };
	struct engine_options opt = *more;
	struct engine_parts plain = { .env = os_env() };
	opt.config = c;
	if (engine_new_of(&t->engine, h->loop, &opt, &events, parts ? parts : &plain, &h->why))
		fail_msg("%s", h->why.p);
	assert_int_equal(h->why.n, 0);
}

static void start_in(struct house *h, struct teller *t, struct node_config *c, const char *state)
{
	struct engine_options opt = { .job_threads = 1 };
	if (state)
		opt.state_dir = house_path(h, state);
	start_with(h, t, c, &opt, NULL);
	node_config_free(c);
}

void start_a(struct house *h, const char *state)
{
	struct node_config c;
	config_a(h, &c, "", "");
	start_in(h, &h->a, &c, state);
}

void start_b(struct house *h, const char *state)
{
	struct node_config c;
	config_b(h, &c, "", "");
	start_in(h, &h->b, &c, state);
}

enum masc_state state_of(const struct teller *t)
{
	struct masc_peer_info info;
	masc_peer_info(node_masc(engine_node(t->engine)), 0, &info);
	return info.state;
}

bool has_event(const struct teller *t, const char *name)
{
	for (size_t i = 0; i < t->n_events; i++)
		if (!strcmp(node_event_name(&t->events[i]), name))
			return true;
	return false;
}

static void on_answer(void *arg, const struct engine_result *result)
{
	struct teller *t = arg;
	t->answers++;
	t->answer = result->err;
	t->events_at_answer = t->n_events;
}

void command(struct teller *t, enum masc_command_kind kind, const char *peer)
{
	struct node_command c = { .kind = NODE_COMMAND_MASC };
	c.masc.kind = kind;
	c.masc.peer = span_str(peer);
	assert_int_equal(engine_command(t->engine, &c, on_answer, t), OK);
}
