/* bare - the least that can answer a session: accepts, answers an open message
 * with an open and a keepalive, each keepalive with nothing, and reads on. No
 * timers, peers, checks or state. What TCP and epoll allow on this machine,
 * beside which bench/node shows what the daemon adds.
 * usage: bare PROTOCOL PORT */
#include "speak.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 256

static int listen_on(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
	    bind(fd, (const struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 4096) < 0) {
		perror("bare: listen");
		exit(1);
	}
	return fd;
}

static void watch(int ep, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };
	if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e) < 0) {
		perror("bare: epoll");
		exit(1);
	}
}

static void take_all(int ep, int listener)
{
	int on = 1, fd;
	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		watch(ep, fd);
	}
}

/* False when the connection is to end. */
static bool answer_one(const struct speech *s, int fd, enum said what)
{
	uint8_t out[2 * SPEAK_MAX];
	if (what != SAID_OPEN)
		return what == SAID_KEEPALIVE || what == SAID_OTHER;
	size_t n = s->open(out, 0, 240);
	n += s->keepalive(out + n);
	return write(fd, out, n) == (ssize_t)n;
}

/* On loopback a message of some ten octets never comes in two pieces. */
static void answer(const struct speech *s, int fd)
{
	uint8_t in[512];
	ssize_t n = read(fd, in, sizeof in);
	size_t length;
	bool open = n > 0;
	for (size_t at = 0; open && at < (size_t)n; at += length)
		open = answer_one(s, fd, s->read(in + at, (size_t)n - at, &length));
	if (!open)
		close(fd);
}

int main(int argc, char **argv)
{
	const struct speech *s = argc == 3 ? speech_find(argv[1]) : NULL;
	struct epoll_event e[EVENTS];
	if (!s) {
		fprintf(stderr, "usage: bare masc|bgp PORT\n");
		return 2;
	}
	int ep = epoll_create1(EPOLL_CLOEXEC), listener = listen_on((uint16_t)atoi(argv[2]));
	watch(ep, listener);
	puts("ready");
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(ep, e, EVENTS, -1);
		for (int i = 0; i < n; i++) {
			if (e[i].data.fd == listener)
				take_all(ep, listener);
			else
				answer(s, e[i].data.fd);
		}
	}
}
