#include "server.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define GUARD_S 60

struct server server;

void server_init(void)
{
	server = (struct server){ .dir = "/tmp/homestead-unit-XXXXXX",
				  .limits = ctl_limits_default };
	assert_non_null(mkdtemp(server.dir));
	(void)snprintf(server.path, sizeof(server.path), "%s/control.sock", server.dir);
	played_init();
	server.base = event_base_new();
	assert_non_null(server.base);
}

void server_start(void)
{
	struct ops_host host = played_host();
	char why[300];
	struct text t = TEXT_OF(why);
	host.socket_path = server.path;
	assert_int_equal(ops_new(&server.ops, NULL, &host), OK);
	assert_int_equal(ctl_new_limits(&server.ctl, server.base, server.ops, server.path,
					&server.limits, &t),
			 OK);
}

void server_stop(void)
{
	ctl_free(server.ctl);
	server.ctl = NULL;
	ops_free(server.ops);
	server.ops = NULL;
	event_base_free(server.base);
	server.base = NULL;
	(void)unlink(server.path);
	assert_int_equal(rmdir(server.dir), 0);
}

static void on_read(evutil_socket_t fd, short what, void *arg)
{
	struct client *c = arg;
	char buffer[16384];
	ssize_t n = read(fd, buffer, sizeof(buffer));
	if (n <= 0) {
		c->closed = true;
		event_del(c->read);
		return;
	}
	c->got = realloc(c->got, c->n + (size_t)n + 1);
	assert_non_null(c->got);
	memcpy(c->got + c->n, buffer, (size_t)n);
	c->n += (size_t)n;
	c->got[c->n] = 0;
}

struct client *client_new(void)
{
	struct client *c = calloc(1, sizeof(*c));
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	assert_non_null(c);
	c->got = calloc(1, 1);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	strcpy(sa.sun_path, server.path);
	assert_int_equal(connect(c->fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(fcntl(c->fd, F_SETFL, O_NONBLOCK), 0);
	c->read = event_new(server.base, c->fd, EV_READ | EV_PERSIST, on_read, c);
	assert_int_equal(event_add(c->read, NULL), 0);
	return c;
}

void client_free(struct client *c)
{
	event_free(c->read);
	close(c->fd);
	free(c->got);
	free(c);
}

void client_send_n(struct client *c, const void *octets, size_t n)
{
	const char *p = octets;
	while (n) {
		ssize_t sent = send(c->fd, p, n, MSG_NOSIGNAL);
		if (sent < 0) /* it has closed, or is to read first */
			return;
		p += sent;
		n -= (size_t)sent;
	}
}

void client_send(struct client *c, const char *octets)
{
	client_send_n(c, octets, strlen(octets));
}

static void give_up(evutil_socket_t fd, short what, void *arg)
{
	server.late = true;
}

static void run_until(bool (*met)(struct client *c, const char *want), struct client *c,
		      const char *want)
{
	struct timeval tv = { GUARD_S, 0 };
	struct event *guard = event_new(server.base, -1, 0, give_up, NULL);
	event_add(guard, &tv);
	while (!met(c, want) && !server.late)
		event_base_loop(server.base, EVLOOP_ONCE);
	event_free(guard);
	assert_false(server.late);
}

static bool has(struct client *c, const char *want)
{
	return c->closed || strstr(c->got, want);
}

static bool is_closed(struct client *c, const char *want)
{
	return c->closed;
}

bool client_wait(struct client *c, const char *want)
{
	run_until(has, c, want);
	return strstr(c->got, want) != NULL;
}

void client_wait_closed(struct client *c)
{
	run_until(is_closed, c, NULL);
}

void server_settle(void)
{
	for (int i = 0; i < 20; i++)
		event_base_loop(server.base, EVLOOP_NONBLOCK);
}

char *ask(const char *method, const char *target, const char *body)
{
	char head[4096];
	struct client *c = client_new();
	(void)snprintf(head, sizeof(head),
		       "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
		       "Content-Length: %zu\r\n\r\n",
		       method, target, strlen(body));
	client_send(c, head);
	client_send(c, body);
	client_wait_closed(c);
	char *got = c->got;
	c->got = NULL;
	client_free(c);
	return got;
}

int status_of(const char *response)
{
	int status = 0;
	return sscanf(response, "HTTP/1.%*d %d", &status) == 1 ? status : 0;
}

const char *body_of(const char *response)
{
	const char *p = strstr(response, "\r\n\r\n");
	return p ? p + 4 : "";
}
