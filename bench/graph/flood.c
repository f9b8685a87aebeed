/* flood FILE SELF: the bare ceiling. A ring and chords of TCP connections on loopback, a
 * record that is new goes on to all but where it came from, and nothing else: no store, no
 * repair, no checks. */
#include "mesh.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINKS	  16
#define IDS	  (1u << 23)
#define QUEUE_MAX ((size_t)64 << 20)

struct wire {
	uint64_t id;
	uint8_t record[MESH_RECORD];
};

struct link {
	int fd;
	uint8_t in[1 << 16];
	size_t in_n;
	uint8_t *out;
	size_t out_at, out_n, out_room;
};

static struct link links[LINKS];
static unsigned n_links;
static int listener, ep;
static uint32_t me;
static uint64_t next_id;
static uint8_t *seen;

static bool fresh(uint64_t id)
{
	uint64_t bit = (id >> 40) * (IDS / MESH_NODES) + (id & 0xffffffffff) % (IDS / MESH_NODES);
	if (seen[bit >> 3] & 1u << (bit & 7))
		return false;
	seen[bit >> 3] |= (uint8_t)(1u << (bit & 7));
	return true;
}

static void add_link(int fd)
{
	int one = 1;
	if (n_links == LINKS)
		errx(1, "too many links");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	links[n_links].fd = fd;
	struct epoll_event e = { .events = EPOLLIN, .data.u32 = n_links + 1 };
	if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e))
		err(1, "epoll");
	n_links++;
}

static void flush(struct link *l)
{
	while (l->out_at < l->out_n) {
		ssize_t n = send(l->fd, l->out + l->out_at, l->out_n - l->out_at,
				 MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n <= 0)
			break;
		l->out_at += (size_t)n;
	}
	if (l->out_at == l->out_n)
		l->out_at = l->out_n = 0;
	struct epoll_event e = { .events = EPOLLIN | (l->out_n ? EPOLLOUT : 0u),
				 .data.u32 = (uint32_t)(l - links) + 1 };
	(void)epoll_ctl(ep, EPOLL_CTL_MOD, l->fd, &e);
}

static void queue(struct link *l, const struct wire *w)
{
	if (l->out_n + sizeof(*w) > l->out_room) {
		l->out_room = l->out_room ? 2 * l->out_room : 1 << 16;
		l->out = realloc(l->out, l->out_room);
		if (!l->out)
			err(1, "memory");
	}
	memcpy(l->out + l->out_n, w, sizeof(*w));
	l->out_n += sizeof(*w);
}

static void spread(const struct wire *w, const struct link *but)
{
	for (unsigned i = 0; i < n_links; i++)
		if (&links[i] != but)
			queue(&links[i], w);
}

/* Ever reads: what cannot be sent waits (a relay that stops reading locks the ring up). */
static void take(struct link *l)
{
	ssize_t n = recv(l->fd, l->in + l->in_n, sizeof(l->in) - l->in_n, MSG_DONTWAIT);
	size_t at = 0;
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		(void)epoll_ctl(ep, EPOLL_CTL_DEL, l->fd, NULL);
		return;
	}
	l->in_n += n < 0 ? 0 : (size_t)n;
	for (; l->in_n - at >= sizeof(struct wire); at += sizeof(struct wire)) {
		struct wire w;
		memcpy(&w, l->in + at, sizeof(w));
		if (!fresh(w.id))
			continue;
		mesh_arrived(w.record, sizeof(w.record));
		spread(&w, l);
	}
	memmove(l->in, l->in + at, l->in_n - at);
	l->in_n -= at;
}

static void dial(uint32_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)))
		err(1, "connect");
	add_link(fd);
}

static void dial_node(struct mesh *m, uint32_t to)
{
	while (!atomic_load(&m->node[to].port))
		(void)poll(NULL, 0, 1);
	dial(atomic_load(&m->node[to].port));
}

static bool start(uint32_t self, struct mesh *m, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	me = self;
	seen = calloc(IDS / 8, 1);
	ep = epoll_create1(0);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (!seen || bind(listener, (struct sockaddr *)&a, n) || listen(listener, 64) ||
	    getsockname(listener, (struct sockaddr *)&a, &n))
		err(1, "listen");
	struct epoll_event e = { .events = EPOLLIN, .data.u32 = 0 };
	(void)epoll_ctl(ep, EPOLL_CTL_ADD, listener, &e);
	atomic_store(&m->node[self].port, ntohs(a.sin_port));
	/* The next on the ring, and one across: three to four neighbors each. */
	dial_node(m, (self + 1) % m->nodes);
	if (m->nodes > 4)
		dial_node(m, (self + m->nodes / 2 - 1 + self % 3) % m->nodes);
	atomic_store(&m->node[self].ready, 1);
	return true;
}

static bool send_record(const uint8_t record[MESH_RECORD])
{
	struct wire w = { .id = (uint64_t)me << 40 | next_id };
	for (unsigned i = 0; i < n_links; i++)
		if (links[i].out_n - links[i].out_at > 1 << 18)
			return false;
	next_id++;
	memcpy(w.record, record, MESH_RECORD);
	(void)fresh(w.id);
	spread(&w, NULL);
	return true;
}

static void turn(int wait_ms)
{
	struct epoll_event e[LINKS + 1];
	for (unsigned i = 0; i < n_links; i++)
		if (links[i].out_n)
			flush(&links[i]);
	int n = epoll_wait(ep, e, LINKS + 1, wait_ms);
	for (int i = 0; i < n; i++) {
		int fd = e[i].data.u32 ? -1 : accept(listener, NULL, NULL);
		if (fd >= 0)
			add_link(fd);
		else if (e[i].data.u32 && (e[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
			take(&links[e[i].data.u32 - 1]);
	}
	for (unsigned i = 0; i < n_links; i++)
		if (links[i].out_n)
			flush(&links[i]);
}

static void end(void)
{
}

int main(int argc, char **argv)
{
	static const struct mesh_kind kind = { start, send_record, turn, end };
	return mesh_main(argc, argv, &kind);
}
