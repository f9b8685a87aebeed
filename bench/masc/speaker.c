/* speaker - the peers of daemons under measurement, for bench/masc: a sibling
 * that has a million claims, and one that watches what it is told.
 *
 *   speaker FROM TO PORT DOMAIN NODE [FROM TO PORT DOMAIN NODE]
 *
 * opens a session each, without a hold time, and does what standard input says,
 * one JSON object a line in answer:
 *   feed FIRST COUNT  tells the first peer these claims, then the mark; answers
 *                     when the peer has gone through all of them
 *   seen COUNT        answers when the second has told so many attributes
 *   change I          tells the first a NEW_CLAIM of claim I; answers when the
 *                     second has told it, with the microseconds between
 * That a peer has gone through what it was told shows in its answer to a last
 * UPDATE: of an attribute that must be known and is not. */
#include "claims.h"

#include "wire/rd.h"
#include "wire/wr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SEC	    INT64_C(1000000)
#define LIMIT	    (300 * SEC) /* of any command */
#define ASK_AGAIN   (1200 * SEC / 1000)
#define UNKNOWN	    100 /* a type that must be known: 3/2 */
#define NOT_WATCHED UINT32_MAX

struct session {
	int fd;
	bool up;
	uint64_t attributes, refusals;
	uint32_t watched; /* address to look out for */
	bool found;
	uint8_t in[1 << 16];
	size_t in_n;
	uint8_t out[4 * WIRE_MESSAGE_MAX]; /* messages on their way */
	size_t out_at, out_n;
	uint32_t next, end; /* claims to be told */
};

static int64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SEC + t.tv_nsec / 1000;
}

static _Noreturn void die(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)fputs("speaker: ", stderr);
	(void)vfprintf(stderr, format, args);
	(void)fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static void put(struct session *s, struct span message)
{
	s->out_n -= s->out_at;
	memmove(s->out, s->out + s->out_at, s->out_n);
	s->out_at = 0;
	if (message.n > sizeof(s->out) - s->out_n)
		die("too many messages at once");
	memcpy(s->out + s->out_n, message.p, message.n);
	s->out_n += message.n;
}

static void look_for(struct session *s, struct span update)
{
	struct span rest = update;
	struct wire_item item;
	struct wire_error e;
	while (rest.n && wire_item_next(&rest, &item, &e)) {
		struct wire_claim c;
		s->attributes++;
		if (s->watched == NOT_WATCHED ||
		    wire_claim_read(&item, MASC_IPV4, &c, &e) != WIRE_TAKEN)
			continue;
		struct rd r = rd_of(span_of(c.address, 4));
		s->found |= rd_u32(&r) == s->watched && c.type == WIRE_NEW_CLAIM;
	}
}

static void take_notification(struct session *s, struct span message)
{
	struct wire_notification n;
	bool malformed;
	wire_notification_read(message, &n, &malformed);
	if (!n.stay_open || n.code != 3 || n.subcode != 2)
		die("the peer sent %u/%u%s", n.code, n.subcode, n.stay_open ? "" : " and closes");
	s->refusals++;
}

static void take(struct session *s, struct span message)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	switch ((enum masc_message)message.p[2]) {
	case MASC_MSG_OPEN:
		put(s, wire_keepalive_write(room));
		return;
	case MASC_MSG_UPDATE:
		look_for(s, span_of(message.p + WIRE_HEADER, message.n - WIRE_HEADER));
		return;
	case MASC_MSG_NOTIFICATION:
		take_notification(s, message);
		return;
	case MASC_MSG_KEEPALIVE:
		s->up = true;
		return;
	}
	die("the peer sent a message of type %u", message.p[2]);
}

static void take_in(struct session *s)
{
	ssize_t got = recv(s->fd, s->in + s->in_n, sizeof(s->in) - s->in_n, MSG_DONTWAIT);
	size_t at = 0;
	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0)
		die("the peer closed: %s", got ? strerror(errno) : "in good order");
	s->in_n += (size_t)got;
	while (s->in_n - at >= WIRE_HEADER) {
		struct wire_header h = wire_header_read(s->in + at);
		if (!wire_length_ok(&h))
			die("no message");
		if (s->in_n - at < h.length)
			break;
		take(s, span_of(s->in + at, h.length));
		at += h.length;
	}
	memmove(s->in, s->in + at, s->in_n - at);
	s->in_n -= at;
}

/* The next claims, as long as the socket takes them. */
static void give_out(struct session *s)
{
	for (;;) {
		uint8_t room[WIRE_MESSAGE_MAX];
		while (s->next < s->end && s->out_n - s->out_at <= 3 * sizeof(room))
			put(s, claims_update(&s->next, s->end, (uint32_t)time(NULL), room));
		if (s->out_at == s->out_n)
			return;
		ssize_t n = send(s->fd, s->out + s->out_at, s->out_n - s->out_at,
				 MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			die("cannot send: %s", strerror(errno));
		s->out_at += (size_t)n;
	}
}

static bool has_more(const struct session *s)
{
	return s->out_at < s->out_n || s->next < s->end;
}

static void turn(struct session *s, size_t n, int timeout_ms)
{
	struct pollfd p[2];
	for (size_t i = 0; i < n; i++)
		p[i] = (struct pollfd){ s[i].fd, (short)(POLLIN | (has_more(&s[i]) ? POLLOUT : 0)),
					0 };
	if (poll(p, n, timeout_ms) < 0)
		die("poll: %s", strerror(errno));
	for (size_t i = 0; i < n; i++) {
		if (p[i].revents & ~POLLOUT)
			take_in(&s[i]);
		give_out(&s[i]);
	}
}

static void turn_before(struct session *s, size_t n, int64_t end)
{
	if (now_us() > end)
		die("not done within the limit");
	turn(s, n, 100);
}

/* An UPDATE that will be refused, and the session stay. */
static struct span question(uint8_t *room)
{
	struct wr w;
	wire_update_start(&w, room);
	wr_u16(&w, 36);
	wr_u8(&w, UNKNOWN);
	wr_zero(&w, 33);
	return wire_update_end(&w);
}

/* Refusals come once a second at most: one too many is not answered. */
static void ask(struct session *s, size_t n, int64_t end)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	uint64_t before = s->refusals;
	while (s->refusals == before) {
		int64_t again = now_us() + ASK_AGAIN;
		put(s, question(room));
		while (s->refusals == before && now_us() < again)
			turn_before(s, n, end);
	}
}

static void feed(struct session *s, size_t n, uint32_t first, uint32_t count)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	int64_t begin = now_us();
	s->next = first;
	s->end = first + count;
	while (has_more(s))
		turn_before(s, n, begin + LIMIT);
	put(s, wire_keepalive_write(room));
	while (has_more(s))
		turn_before(s, n, begin + LIMIT);
	ask(s, n, begin + LIMIT);
	printf("{\"fed\": %u, \"seconds\": %.6f}\n", count, (double)(now_us() - begin) / 1e6);
}

static void seen(struct session *s, size_t n, uint64_t count)
{
	int64_t begin = now_us();
	while (s[n - 1].attributes < count)
		turn_before(s, n, begin + LIMIT);
	printf("{\"seen\": %llu}\n", (unsigned long long)s[n - 1].attributes);
}

static void change(struct session *s, size_t n, uint32_t i)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	struct session *watch = &s[n - 1];
	struct wire_claim c = claims_nth(i, (uint32_t)time(NULL));
	struct rd r = rd_of(span_of(c.address, 4));
	struct wr w;
	c.type = WIRE_NEW_CLAIM;
	wire_update_start(&w, room);
	if (!wire_update_add(&w, &c))
		die("no room for a claim");
	watch->watched = rd_u32(&r);
	watch->found = false;
	int64_t begin = now_us();
	put(s, wire_update_end(&w));
	give_out(s);
	while (!watch->found)
		turn_before(s, n, begin + LIMIT);
	printf("{\"us\": %lld}\n", (long long)(now_us() - begin));
	watch->watched = NOT_WATCHED;
}

static struct sockaddr_in address(const char *ip, const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	if (inet_pton(AF_INET, ip, &a.sin_addr) != 1)
		die("no address: %s", ip);
	a.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	return a;
}

static void open_session(struct session *s, char **argv)
{
	struct sockaddr_in from = address(argv[0], "0"), to = address(argv[1], argv[2]);
	uint8_t room[WIRE_MESSAGE_MAX];
	int one = 1;
	s->watched = NOT_WATCHED;
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&from, sizeof(from)) ||
	    connect(s->fd, (struct sockaddr *)&to, sizeof(to)))
		die("cannot connect to %s: %s", argv[1], strerror(errno));
	(void)setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	put(s, claims_open((uint32_t)strtoul(argv[3], NULL, 10),
			   (uint32_t)strtoul(argv[4], NULL, 10), room));
	int64_t end = now_us() + 10 * SEC;
	while (!s->up)
		turn_before(s, 1, end);
}

static void obey(struct session *s, size_t n, const char *line)
{
	unsigned first, count;
	if (sscanf(line, "feed %u %u", &first, &count) == 2 && first < CLAIMS_MOST &&
	    count <= CLAIMS_MOST - first)
		feed(s, n, first, count);
	else if (sscanf(line, "seen %u", &count) == 1)
		seen(s, n, count);
	else if (sscanf(line, "change %u", &first) == 1 && first < CLAIMS_MOST)
		change(s, n, first);
	else
		die("no such command: %s", line);
	(void)fflush(stdout);
}

/* The peers are heard while nothing is asked. */
static bool line_comes(struct session *s, size_t n)
{
	struct pollfd p = { STDIN_FILENO, POLLIN, 0 };
	while (poll(&p, 1, 0) == 0)
		turn(s, n, 10);
	return true;
}

int main(int argc, char **argv)
{
	static struct session s[2];
	size_t n = (size_t)(argc - 1) / 5;
	char line[100];
	if (argc != 6 && argc != 11)
		die("usage: speaker FROM TO PORT DOMAIN NODE [FROM TO PORT DOMAIN NODE]");
	for (size_t i = 0; i < n; i++)
		open_session(&s[i], argv + 1 + 5 * i);
	printf("{\"up\": %zu}\n", n);
	(void)fflush(stdout);
	setvbuf(stdin, NULL, _IONBF, 0);
	while (line_comes(s, n) && fgets(line, sizeof(line), stdin))
		obey(s, n, line);
	return 0;
}
