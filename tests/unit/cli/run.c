#include "run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

char *run_out, *run_err;
struct cli_place run_place;
static pid_t child;

static void say_something(evutil_socket_t fd, short what, void *arg)
{
	ops_message(server.ops, NODE_INFO, "masc", "something happened",
		    (struct wall){ played.wall_us, true });
}

static void be_server(bool events)
{
	struct timeval tv = { 0, 5000 };
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when a test fails */
	event_reinit(server.base);
	if (events)
		event_add(event_new(server.base, -1, EV_PERSIST, say_something, NULL), &tv);
	event_base_dispatch(server.base);
	_exit(0);
}

static void serve(void (*prepare)(void), bool events)
{
	run_place.width = 80;
	run_place.colour = false;
	run_place.utf8 = false;
	server_init();
	if (prepare)
		prepare();
	server_start();
	struct node_event e = played_event("north", MASC_OPENCONFIRM, MASC_ESTABLISHED);
	ops_event(server.ops, &e, (struct wall){ played.wall_us, true });
	ops_message(server.ops, NODE_WARNING, "store", "the disk is nearly full",
		    (struct wall){ played.wall_us + 1500000, true });
	ops_message(server.ops, NODE_DEBUG, "node", "a detail",
		    (struct wall){ played.wall_us + 1500000, true });
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		be_server(events);
}

void run_serve(void (*prepare)(void))
{
	serve(prepare, false);
}

void run_serve_events(void)
{
	serve(NULL, true);
}

void run_without_daemon(void)
{
	run_place.width = 80;
	run_place.colour = false;
	run_place.utf8 = false;
	child = 0;
	server_init();
	server_start();
	ctl_free(server.ctl);
	server.ctl = NULL;
}

void run_serve_end(void)
{
	if (child) {
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, NULL, 0), child);
	}
	child = 0;
	server_stop();
}

void run_done(void)
{
	free(run_out);
	free(run_err);
	run_out = run_err = NULL;
}

/* Replaces every `what` in *s, which malloc gave. */
static void replace(char **s, const char *what, const char *by)
{
	char *out = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&out, &n);
	const char *at = *s, *next;
	assert_non_null(f);
	for (; (next = strstr(at, what)); at = next + strlen(what))
		fprintf(f, "%.*s%s", (int)(next - at), at, by);
	fputs(at, f);
	fclose(f);
	free(*s);
	*s = out;
}

static void normalise(char **s)
{
	char pid[32];
	replace(s, server.dir, "DIR");
	(void)snprintf(pid, sizeof(pid), "pid %d", child ? child : getpid());
	replace(s, pid, "pid PID");
	char *after = strstr(*s, " MiB resident"), *before = after;
	for (; before && before > *s && before[-1] != ' '; before--) {
	}
	if (before) { /* memory differs from run to run */
		*before = 'N';
		memmove(before + 1, after, strlen(after) + 1);
	}
}

/* The words of a line; an option --socket for our server in front. */
static int words_of(char *line, char *words[16])
{
	int n = 0;
	words[n++] = (char *)(uintptr_t) "homestead";
	words[n++] = (char *)(uintptr_t) "--socket";
	words[n++] = server.path;
	for (char *w = strtok(line, " "); w && n < 15; w = strtok(NULL, " "))
		words[n++] = w;
	words[n] = NULL;
	return n;
}

int run(const char *line)
{
	char copy[512], *words[16];
	size_t out_n = 0, err_n = 0;
	run_done();
	ops_set_text(copy, sizeof(copy), line);
	int n = words_of(copy, words);
	run_place.out = open_memstream(&run_out, &out_n);
	run_place.err = open_memstream(&run_err, &err_n);
	assert_true(run_place.out && run_place.err);
	int exit = cli_main(n, words, &run_place);
	fclose(run_place.out);
	fclose(run_place.err);
	normalise(&run_out);
	normalise(&run_err);
	return exit;
}
