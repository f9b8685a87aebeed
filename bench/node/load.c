/* load - many session peers in one process, for bench/node.
 *
 * Session number i comes from its own address, 127.1.x.y with x.y = i + 1, as
 * the daemon tells its peers apart by that.
 *   load open   opens all sessions, says how long it took, holds them and
 *               answers "count" on standard input until that ends
 *   load churn  sets sessions up and tears them down for some seconds
 * Results are one JSON object a line. */
#include "speak.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS	 256
#define SEC	 INT64_C(1000000)
#define TICK	 (SEC / 10)
#define STDIN_ID UINT32_MAX

enum phase {
	FREE,
	CONNECTING,
	OPENED,	   /* our OPEN is out */
	CONFIRMED, /* theirs is in, our KEEPALIVE out */
	UP,
	ENDING /* our Cease is out */
};

struct session {
	int fd;
	enum phase phase;
	size_t n;
	uint8_t in[256];
	int64_t keepalive_at;
};

struct totals {
	uint64_t up, torn, failed, lost;
	uint64_t octets_in, octets_out;
};

struct load {
	const struct speech *speech;
	struct sockaddr_in to;
	uint32_t sessions, window, busy; /* busy: between connect and up */
	uint32_t next;
	uint32_t port, hold_s, seconds;
	int64_t tick;
	bool churn, quit;
	int ep;
	struct session *session;
	struct totals totals;
};

static int64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SEC + t.tv_nsec / 1000;
}

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool settled(const struct session *s)
{
	return s->phase == FREE || s->phase == UP;
}

static void session_end(struct load *l, struct session *s)
{
	if (!settled(s))
		l->busy--;
	close(s->fd);
	*s = (struct session){ .fd = -1 };
}

static void session_failed(struct load *l, struct session *s)
{
	if (s->phase == UP)
		l->totals.lost++;
	else
		l->totals.failed++;
	session_end(l, s);
}

static bool say(struct load *l, struct session *s, const uint8_t *p, size_t n)
{
	if (write(s->fd, p, n) != (ssize_t)n) {
		session_failed(l, s);
		return false;
	}
	l->totals.octets_out += n;
	return true;
}

static void watch(struct load *l, uint32_t id, int fd, uint32_t events, int how)
{
	struct epoll_event e = { .events = events, .data.u32 = id };
	if (epoll_ctl(l->ep, how, fd, &e) < 0)
		die("epoll_ctl");
}

static void session_start(struct load *l, uint32_t id)
{
	struct session *s = &l->session[id];
	struct sockaddr_in from = { .sin_family = AF_INET };
	int on = 1;
	from.sin_addr.s_addr = htonl(0x7f010000u + id + 1);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		die("socket");
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(s->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	if (bind(s->fd, (const struct sockaddr *)&from, sizeof from) < 0)
		die("bind");
	s->phase = CONNECTING;
	s->n = 0;
	l->busy++;
	if (connect(s->fd, (const struct sockaddr *)&l->to, sizeof l->to) < 0 &&
	    errno != EINPROGRESS) {
		session_failed(l, s);
		return;
	}
	watch(l, id, s->fd, EPOLLOUT, EPOLL_CTL_ADD);
}

static void session_connected(struct load *l, uint32_t id)
{
	struct session *s = &l->session[id];
	uint8_t p[SPEAK_MAX];
	int e = 0;
	socklen_t n = sizeof e;
	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &e, &n) < 0 || e) {
		session_failed(l, s);
		return;
	}
	watch(l, id, s->fd, EPOLLIN, EPOLL_CTL_MOD);
	s->phase = OPENED;
	say(l, s, p, l->speech->open(p, id, (uint16_t)l->hold_s));
}

static void session_up(struct load *l, struct session *s)
{
	uint8_t p[SPEAK_MAX];
	l->totals.up++;
	l->busy--;
	s->phase = UP;
	s->keepalive_at = now_us() + l->hold_s * SEC / 3;
	if (!l->churn)
		return;
	if (!say(l, s, p, l->speech->cease(p)))
		return;
	s->phase = ENDING;
	l->busy++;
}

/* One message; false when the session is gone. */
static bool heard(struct load *l, struct session *s, enum said what)
{
	uint8_t p[SPEAK_MAX];
	if (what == SAID_OPEN && s->phase == OPENED) {
		s->phase = CONFIRMED;
		return say(l, s, p, l->speech->keepalive(p));
	}
	if (what == SAID_KEEPALIVE && s->phase == CONFIRMED)
		session_up(l, s);
	if (what == SAID_ERROR || what == SAID_NONSENSE || what == SAID_OPEN)
		session_failed(l, s);
	return s->fd >= 0;
}

static void session_input(struct load *l, struct session *s)
{
	ssize_t n = read(s->fd, s->in + s->n, sizeof s->in - s->n);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		if (s->phase == ENDING) {
			l->totals.torn++;
			session_end(l, s);
		} else {
			session_failed(l, s);
		}
		return;
	}
	l->totals.octets_in += (uint64_t)n;
	s->n += (size_t)n;
	for (size_t length; s->n;) {
		enum said what = l->speech->read(s->in, s->n, &length);
		if (what == SAID_PART)
			return;
		if (!heard(l, s, what))
			return;
		s->n -= length;
		memmove(s->in, s->in + length, s->n);
	}
}

/* Starts sessions while the window has room: each once, or round and round. */
static void fill_window(struct load *l)
{
	uint32_t looked = 0;
	while (l->busy < l->window && looked < l->sessions) {
		if (!l->churn && l->next == l->sessions)
			return;
		uint32_t id = l->next++ % l->sessions;
		looked++;
		if (l->session[id].phase == FREE)
			session_start(l, id);
	}
}

static void keep_alive(struct load *l, int64_t now)
{
	uint8_t p[SPEAK_MAX];
	size_t n = l->speech->keepalive(p);
	for (uint32_t i = 0; i < l->sessions && l->hold_s; i++) {
		struct session *s = &l->session[i];
		if (s->phase != UP || s->keepalive_at > now)
			continue;
		s->keepalive_at += l->hold_s * SEC / 3;
		say(l, s, p, n);
	}
}

static void print_totals(const struct load *l, int64_t us)
{
	const struct totals *t = &l->totals;
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	int64_t cpu = (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * SEC + u.ru_utime.tv_usec +
		      u.ru_stime.tv_usec;
	printf("{\"seconds\":%.6f,\"up\":%llu,\"torn\":%llu,\"failed\":%llu,\"lost\":%llu,"
	       "\"octets_in\":%llu,\"octets_out\":%llu,\"cpu_us\":%lld}\n",
	       (double)us / (double)SEC, (unsigned long long)t->up, (unsigned long long)t->torn,
	       (unsigned long long)t->failed, (unsigned long long)t->lost,
	       (unsigned long long)t->octets_in, (unsigned long long)t->octets_out, (long long)cpu);
	fflush(stdout);
}

static void command(struct load *l, int64_t since)
{
	char line[64];
	ssize_t n = read(STDIN_FILENO, line, sizeof line);
	if (n <= 0)
		l->quit = true;
	else
		print_totals(l, now_us() - since);
}

static void turn(struct load *l, int64_t since, int wait_ms)
{
	struct epoll_event e[EVENTS];
	int n = epoll_wait(l->ep, e, EVENTS, wait_ms);
	for (int i = 0; i < n; i++) {
		uint32_t id = e[i].data.u32;
		if (id == STDIN_ID)
			command(l, since);
		else if (l->session[id].phase == CONNECTING)
			session_connected(l, id);
		else if (l->session[id].fd >= 0)
			session_input(l, &l->session[id]);
	}
}

/* One turn of those who hold sessions: new ones, input, keepalives. */
static void hold_turn(struct load *l, int64_t since)
{
	int64_t now = now_us();
	fill_window(l);
	if (now >= l->tick) {
		keep_alive(l, now);
		l->tick = now + TICK;
	}
	turn(l, since, (int)((l->tick - now) / 1000) + 1);
}

/* Until all are settled or the time is over; then as long as somebody asks. */
static void run_open(struct load *l)
{
	int64_t start = now_us(), end = start + l->seconds * SEC;
	do
		hold_turn(l, start);
	while ((l->busy || l->next < l->sessions) && now_us() < end);
	print_totals(l, now_us() - start);

	struct epoll_event e = { .events = EPOLLIN, .data.u32 = STDIN_ID };
	if (epoll_ctl(l->ep, EPOLL_CTL_ADD, STDIN_FILENO, &e) < 0)
		return; /* a file or /dev/null: nobody will ask */
	while (!l->quit)
		hold_turn(l, start);
}

static void run_churn(struct load *l)
{
	int64_t start = now_us(), end = start + l->seconds * SEC;
	while (now_us() < end) {
		fill_window(l);
		turn(l, start, 10);
	}
	print_totals(l, now_us() - start);
}

static void room_for(uint32_t sessions)
{
	struct rlimit r;
	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		die("getrlimit");
	if (r.rlim_cur >= sessions + 64)
		return;
	r.rlim_cur = r.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur < sessions + 64) {
		errno = EMFILE;
		die("too few descriptors allowed; raise ulimit -n");
	}
}

static int usage(void)
{
	fputs("usage: load open|churn [--protocol masc|bgp] [--to ADDRESS] [--port N]\n"
	      "            [--sessions N] [--window N] [--hold SECONDS] [--seconds N]\n",
	      stderr);
	return 2;
}

enum option_id {
	OPT_PROTOCOL,
	OPT_TO,
	OPT_PORT,
	OPT_SESSIONS,
	OPT_WINDOW,
	OPT_HOLD,
	OPT_SECONDS
};

static bool parse_option(int id, const char *value, struct load *l)
{
	uint32_t *const number[] = { [OPT_PORT] = &l->port,
				     [OPT_SESSIONS] = &l->sessions,
				     [OPT_WINDOW] = &l->window,
				     [OPT_HOLD] = &l->hold_s,
				     [OPT_SECONDS] = &l->seconds };
	if (id == OPT_PROTOCOL) {
		l->speech = speech_find(value);
		return l->speech != NULL;
	}
	if (id == OPT_TO)
		return inet_pton(AF_INET, value, &l->to.sin_addr) == 1;
	*number[id] = (uint32_t)strtoul(value, NULL, 10);
	return true;
}

static bool parse_options(int argc, char **argv, struct load *l)
{
	static const struct option longs[] = {
		{ "protocol", 1, NULL, OPT_PROTOCOL }, { "to", 1, NULL, OPT_TO },
		{ "port", 1, NULL, OPT_PORT },	       { "sessions", 1, NULL, OPT_SESSIONS },
		{ "window", 1, NULL, OPT_WINDOW },     { "hold", 1, NULL, OPT_HOLD },
		{ "seconds", 1, NULL, OPT_SECONDS },   { NULL, 0, NULL, 0 },
	};
	int c;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (c == '?' || !parse_option(c, optarg, l))
			return false;
	if (optind + 1 != argc || !l->window || !l->sessions || l->sessions > 60000)
		return false;
	l->churn = strcmp(argv[optind], "churn") == 0;
	l->to.sin_port = htons((uint16_t)(l->port ? l->port : l->speech->port));
	return l->churn || strcmp(argv[optind], "open") == 0;
}

int main(int argc, char **argv)
{
	struct load l = { .speech = &speech_masc,
			  .to = { .sin_family = AF_INET },
			  .sessions = 1000,
			  .window = 64,
			  .hold_s = 240,
			  .seconds = 30 };
	l.to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (!parse_options(argc, argv, &l))
		return usage();
	room_for(l.sessions);
	l.session = calloc(l.sessions, sizeof *l.session);
	l.ep = epoll_create1(EPOLL_CLOEXEC);
	if (!l.session || l.ep < 0)
		die("cannot start");
	for (uint32_t i = 0; i < l.sessions; i++)
		l.session[i].fd = -1;
	if (l.churn)
		run_churn(&l);
	else
		run_open(&l);
	free(l.session);
	return 0;
}
