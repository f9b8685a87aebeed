#include "canned.h"

#include <jansson.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

char *canned_out, *canned_err;
const char canned_database[CANNED_DATABASE] = "HSTGRAPH\0\1\0\0\0\5board\0\5"
					      "0.ann";
struct cli_place canned_place;
static char folder[32], path[64], refused[64], streams[64], received[64], asked[64];
static pid_t server;

/* ---- the daemon's side, in a child ---- */

static size_t read_request(int fd, char *p, size_t size)
{
	size_t n = 0, head = 0, length = 0;
	while (n < size - 1) {
		ssize_t got = read(fd, p + n, size - 1 - n);
		if (got <= 0)
			return 0;
		n += (size_t)got;
		p[n] = 0;
		const char *end = strstr(p, "\r\n\r\n"), *has = strcasestr(p, "content-length:");
		if (!end)
			continue;
		head = (size_t)(end - p) + 4;
		length = has && has < end ? (size_t)strtoul(has + 15, NULL, 10) : 0;
		if (n >= head + length)
			return head;
	}
	return 0;
}

static void send_all(int fd, const char *s)
{
	for (size_t n = strlen(s); n;) {
		ssize_t sent = send(fd, s, n, MSG_NOSIGNAL);
		if (sent <= 0)
			_exit(0);
		s += sent;
		n -= (size_t)sent;
	}
}

static void send_answer(int fd, int status, const char *body)
{
	char head[160];
	(void)snprintf(head, sizeof(head),
		       "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nConnection: close\r\n"
		       "Content-Length: %zu\r\n\r\n",
		       status, strlen(body));
	send_all(fd, head);
	send_all(fd, body);
}

static bool is_empty(const json_t *v)
{
	return json_is_null(v) || json_is_false(v) ||
	       (json_is_string(v) && !json_string_length(v)) ||
	       (json_is_integer(v) && !json_integer_value(v)) ||
	       (json_is_array(v) && !json_array_size(v));
}

static char *without_empty(const char *body)
{
	json_t *j = json_loads(body, 0, NULL), *v;
	const char *key;
	void *next;
	json_object_foreach_safe(j, next, key, v) if (is_empty(v)) json_object_del(j, key);
	char *s = j ? json_dumps(j, JSON_COMPACT) : strdup("");
	json_decref(j);
	for (char *p = s; *p; p++)
		*p = *p == '"' ? '\'' : *p;
	return s;
}

static void note(const char *request, const char *body)
{
	char *shown = without_empty(body);
	FILE *f = fopen(asked, "a");
	fprintf(f, "%s%s%s\n", request, shown[0] ? " " : "", shown);
	fclose(f);
	free(shown);
}

/* What was asked, as the answer. */
static void echo(int fd, char *request, const char *body)
{
	char *shown = without_empty(body), *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	fprintf(f, "%s %s", request, shown);
	fclose(f);
	json_t *j = json_pack("{s:b, s:s, s:s, s:i}", "done", 1, "text", text, "id",
			      "0ccbb0d2-be41-4bd6-914b-058ec5dcce64", "schema", 1);
	char *s = json_dumps(j, JSON_COMPACT);
	send_answer(fd, 200, s);
	free(s);
	free(shown);
	free(text);
	json_decref(j);
}

static void stream(int fd, const char *const *events)
{
	FILE *mark = fopen(refused, "wx");
	if (!mark) {
		send_answer(fd, 400,
			    "{\"error\":{\"code\":\"MALFORMED\",\"message\":\"no more "
			    "events\",\"hint\":\"\"},\"schema\":1}");
		return;
	}
	fclose(mark);
	send_all(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n"
		     "\r\nevent: start\ndata: {\"run\":1,\"number\":0,\"schema\":1}\n\n");
	for (int i = 1; *events; events++, i++) {
		char c;
		while (strcmp(*events, CANNED_STAYS) == 0)
			if (read(fd, &c, 1) <= 0)
				_exit(0);
		char number[32];
		(void)snprintf(number, sizeof(number), "id: %d\ndata: ", i);
		send_all(fd, number);
		send_all(fd, *events);
		send_all(fd, "\n\n");
	}
}

static bool fits(const char *request, const char *row)
{
	size_t n = strlen(row);
	if (row[n - 1] == '$')
		return strncmp(request, row, n - 1) == 0 && !request[n - 1];
	return strncmp(request, row, n) == 0;
}

/* A body, with the path of stream.sock in it. */
static void send_body(int fd, int status, const char *body)
{
	const char *at = strchr(body, '@');
	char *whole = NULL;
	if (!at) {
		send_answer(fd, status, body);
		return;
	}
	assert_true(asprintf(&whole, "%.*s%s%s", (int)(at - body), body, streams, at + 1) > 0);
	send_answer(fd, status, whole);
	free(whole);
}

/* One stream: its token, then what that is good for. */
static void be_stream(int fd)
{
	char p[4096];
	size_t n = 0;
	ssize_t got;
	while ((got = read(fd, p + n, 1)) == 1 && p[n] != '\n' && n < 64)
		n++;
	if (p[0] == 'e') {
		size_t whole = sizeof(canned_database) - (p[1] == 'c');
		_exit(send(fd, canned_database, whole, MSG_NOSIGNAL) < 0);
	}
	if (p[0] == 'm') {
		static const char messages[] = "\0\0\0\6TTTTTTTTTTTTTTTThello\n"
					       "\0\0\0\0TTTTTTTTTTTTTTTT"
					       "\0\0\0\2TTTTTTTTTTTTTTTT\xff\0";
		_exit(send(fd, messages, sizeof(messages) - 1, MSG_NOSIGNAL) < 0);
	}
	bool import = p[0] == 'i', sealed = p[0] == 'k';
	FILE *f = fopen(received, "w");
	while ((got = read(fd, p, sizeof(p))) > 0)
		fwrite(p, 1, (size_t)got, f);
	fclose(f);
	if (sealed)
		send_all(fd, CANNED_SEALED "\n");
	if (import)
		send_all(fd, "{\"text\":\"took over 3 records\",\"records\":3,\"schema\":1}\n");
}

static char *take_file(const char *name, size_t *n)
{
	char *s = calloc(1, 65536);
	FILE *f = fopen(name, "r");
	assert_non_null(s);
	*n = f ? fread(s, 1, 65535, f) : 0;
	if (f)
		fclose(f);
	return s;
}

char *canned_sent(size_t *n)
{
	return take_file(received, n);
}

static void answer(int fd, const struct canned *table)
{
	static char p[300000];
	size_t head = read_request(fd, p, sizeof(p));
	if (!head)
		return;
	char *end = strstr(p, " HTTP/");
	*end = 0;
	note(p, p + head);
	for (; table->request; table++)
		if (fits(p, table->request))
			break;
	if (!table->request)
		send_answer(fd, 404,
			    "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"nothing is "
			    "there\",\"hint\":\"\"},\"schema\":1}");
	else if (table->events)
		stream(fd, table->events);
	else if (table->body)
		send_body(fd, table->status ? table->status : 200, table->body);
	else
		echo(fd, p, p + head);
}

static void be_daemon(const int listeners[2], const struct canned *table)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when a test fails */
	(void)signal(SIGCHLD, SIG_IGN);
	for (;;) {
		struct pollfd p[2] = { { listeners[0], POLLIN, 0 }, { listeners[1], POLLIN, 0 } };
		(void)poll(p, 2, -1);
		bool stream = p[1].revents != 0;
		int fd = accept(listeners[stream], NULL, NULL);
		if (fork() == 0) {
			if (stream)
				be_stream(fd);
			else
				answer(fd, table);
			_exit(0);
		}
		close(fd);
	}
}

static int listen_at(const char *at)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	memcpy(a.sun_path, at, strlen(at) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 16), 0);
	return fd;
}

void canned_serve(const struct canned *table)
{
	canned_place.width = 80;
	canned_place.colour = canned_place.utf8 = false;
	(void)snprintf(folder, sizeof(folder), "/tmp/canned.XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/s", folder);
	(void)snprintf(refused, sizeof(refused), "%s/r", folder);
	(void)snprintf(streams, sizeof(streams), "%s/t", folder);
	(void)snprintf(received, sizeof(received), "%s/d", folder);
	(void)snprintf(asked, sizeof(asked), "%s/a", folder);
	const int fds[2] = { listen_at(path), listen_at(streams) };
	server = fork();
	assert_true(server >= 0);
	if (server == 0)
		be_daemon(fds, table);
	close(fds[0]);
	close(fds[1]);
}

char *canned_asked(void)
{
	size_t n = 0;
	char *s = take_file(asked, &n);
	(void)unlink(asked);
	return s;
}

const char *canned_socket(void)
{
	return path;
}

void canned_end(void)
{
	assert_int_equal(kill(server, SIGKILL), 0);
	assert_int_equal(waitpid(server, NULL, 0), server);
	(void)unlink(path);
	(void)unlink(refused);
	(void)unlink(streams);
	(void)unlink(received);
	(void)unlink(asked);
	assert_int_equal(rmdir(folder), 0);
	free(canned_out);
	free(canned_err);
	canned_out = canned_err = NULL;
}

/* ---- the command's side ---- */

static int words_of(char *line, char *words[32])
{
	int n = 0;
	words[n++] = (char *)(uintptr_t) "homestead";
	words[n++] = (char *)(uintptr_t) "--socket";
	words[n++] = path;
	while (*line && n < 31) {
		char end = *line == '\'' ? '\'' : ' ';
		line += end == '\'';
		words[n++] = line;
		line += strcspn(line, (char[]){ end, 0 });
		if (*line)
			*line++ = 0;
		line += strspn(line, " ");
	}
	words[n] = NULL;
	return n;
}

int canned_run(const char *line)
{
	char *copy = strdup(line), *words[32];
	size_t out_n = 0, err_n = 0;
	free(canned_out);
	free(canned_err);
	int n = words_of(copy, words);
	canned_place.out = open_memstream(&canned_out, &out_n);
	canned_place.err = open_memstream(&canned_err, &err_n);
	int exit = cli_main(n, words, &canned_place);
	fclose(canned_place.out);
	fclose(canned_place.err);
	free(copy);
	return exit;
}
