#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void control_init(struct control *c, control_handler *handler, void *ctx)
{
	*c = (struct control){ .listener = -1, .handler = handler, .ctx = ctx };
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		c->client[i].in = c->client[i].out = -1;
}

static struct control_client *place(struct control *c)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (c->client[i].in < 0)
			return &c->client[i];
	return NULL;
}

void control_stdin(struct control *c)
{
	struct control_client *k = place(c);
	if (k)
		*k = (struct control_client){ .in = STDIN_FILENO, .out = STDOUT_FILENO };
}

enum err control_listen(struct control *c, const char *path, struct text *why)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof a.sun_path) {
		text_str(why, "the path of the socket is too long: ");
		text_str(why, path);
		return ERR_RANGE;
	}
	memcpy(a.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 8) < 0) {
		text_str(why, "cannot listen on ");
		text_str(why, path);
		text_str(why, ": ");
		text_str(why, strerror(errno));
		if (fd >= 0)
			close(fd);
		return ERR_IO;
	}
	c->listener = fd;
	memcpy(c->path, path, strlen(path) + 1);
	return OK;
}

static void drop(struct control *c, struct control_client *k)
{
	if (k->in == STDIN_FILENO)
		c->input_ended = true;
	else
		close(k->in);
	k->in = k->out = -1;
	k->n = 0;
}

void control_fini(struct control *c)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (c->client[i].in >= 0)
			drop(c, &c->client[i]);
	if (c->listener < 0)
		return;
	close(c->listener);
	unlink(c->path);
	c->listener = -1;
}

size_t control_fds(const struct control *c, struct pollfd *fds)
{
	size_t n = 0;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (c->client[i].in >= 0)
			fds[n++] = (struct pollfd){ c->client[i].in, POLLIN, 0 };
	if (c->listener >= 0)
		fds[n++] = (struct pollfd){ c->listener, POLLIN, 0 };
	return n;
}

static void take_client(struct control *c)
{
	int fd = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct control_client *k = place(c);
	if (fd < 0)
		return;
	if (!k) {
		close(fd);
		return;
	}
	*k = (struct control_client){ .in = fd, .out = fd };
}

static bool answer(struct control *c, struct control_client *k, struct span line)
{
	char buffer[CONTROL_ANSWER_MAX];
	struct text t = text_of(buffer, sizeof buffer - 1);
	if (!line.n)
		return true;
	c->handler(c->ctx, line, &t);
	buffer[t.n++] = '\n';
	return write(k->out, buffer, t.n) == (ssize_t)t.n;
}

/* Answers every whole line, keeps the rest for later. */
static bool consume(struct control *c, struct control_client *k)
{
	uint8_t *end;
	while ((end = memchr(k->line, '\n', k->n))) {
		size_t n = (size_t)(end - k->line);
		if (!answer(c, k, span_of(k->line, n)))
			return false;
		k->n -= n + 1;
		memmove(k->line, end + 1, k->n);
	}
	return k->n < sizeof k->line;
}

static void read_client(struct control *c, struct control_client *k)
{
	ssize_t n = read(k->in, k->line + k->n, sizeof k->line - k->n);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop(c, k);
		return;
	}
	k->n += (size_t)n;
	if (!consume(c, k))
		drop(c, k);
}

static struct control_client *client_of(struct control *c, int fd)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (c->client[i].in == fd)
			return &c->client[i];
	return NULL;
}

void control_ready(struct control *c, const struct pollfd *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!fds[i].revents)
			continue;
		if (fds[i].fd == c->listener) {
			take_client(c);
			continue;
		}
		struct control_client *k = client_of(c, fds[i].fd);
		if (k)
			read_client(c, k);
	}
}
