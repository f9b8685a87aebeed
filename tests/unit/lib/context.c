#include "context.h"

#include <stdio.h>
#include <stdlib.h>

hst_ctx *ctx;
struct event *readable;

/* What came, in order. */
hst_event *got[CONTEXT_GOT_MAX];
size_t n_got;

static void drain(evutil_socket_t fd, short what, void *arg)
{
	hst_event *e;
	while ((e = hst_ctx_next_event(ctx))) {
		assert_true(n_got < CONTEXT_GOT_MAX);
		got[n_got++] = e;
	}
}

void context_forget(void)
{
	while (n_got)
		hst_free(got[--n_got]);
}

int context_open(const char *path)
{
	hst_ctx_opts opts = HST_INIT(hst_ctx_opts);
	opts.socket_path = path;
	int r = hst_ctx_new(&opts, &ctx);
	if (r == HST_OK) {
		readable =
			event_new(server.base, hst_ctx_fd(ctx), EV_READ | EV_PERSIST, drain, NULL);
		event_add(readable, NULL);
	}
	return r;
}

void context_close(void)
{
	if (readable)
		event_free(readable);
	readable = NULL;
	hst_free(ctx);
	ctx = NULL;
}

int context_setup(void **state)
{
	server_init();
	played.clock_runs = true;
	server_start();
	return context_open(server.path);
}

int context_teardown(void **state)
{
	context_forget();
	context_close();
	server_stop();
	return 0;
}

static void give_up(evutil_socket_t fd, short what, void *arg)
{
	server.late = true;
}

/* Runs until an event of that kind has come; the first of them. */
hst_event *context_await(uint32_t kind)
{
	struct timeval tv = { 60, 0 };
	struct event *guard = event_new(server.base, -1, 0, give_up, NULL);
	hst_event *found = NULL;
	event_add(guard, &tv);
	while (!found && !server.late) {
		for (size_t i = 0; i < n_got && !found; i++)
			if (got[i]->kind == kind)
				found = got[i];
		if (!found)
			event_base_loop(server.base, EVLOOP_ONCE);
	}
	event_free(guard);
	assert_false(server.late);
	return found;
}

hst_event *context_call(const char *method, const char *path, const char *body)
{
	hst_op op = 0;
	context_forget();
	assert_int_equal(hst_call(ctx, method, path, body, 0, &op), HST_OK);
	assert_true(op != 0);
	hst_event *e = context_await(HST_EVENT_OP_DONE);
	assert_int_equal(e->op, op);
	assert_int_equal(e->size, sizeof(hst_event));
	return e;
}

void context_say(const char *part, enum node_level level, const char *text)
{
	ops_message(server.ops, level, part, text, (struct wall){ 1000000, true });
}

void context_subscribe(const char *part, const char *level, hst_sub *sub)
{
	size_t before = server.ctl->n_streams;
	assert_int_equal(hst_subscribe(ctx, part, level, sub), HST_OK);
	while (server.ctl->n_streams == before)
		event_base_loop(server.base, EVLOOP_ONCE);
	server_settle();
}

void context_restart(bool same_run)
{
	ctl_free(server.ctl);
	server.ctl = NULL;
	if (!same_run) {
		struct ops_host host = played_host();
		ops_free(server.ops);
		host.socket_path = server.path;
		played.wall_us += 1000;
		assert_int_equal(ops_new(&server.ops, NULL, &host), OK);
	}
}

void context_come_back(void)
{
	char why[300];
	struct text t = TEXT_OF(why);
	assert_int_equal(ctl_new_limits(&server.ctl, server.base, server.ops, server.path,
					&server.limits, &t),
			 OK);
}
