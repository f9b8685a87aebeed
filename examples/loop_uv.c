/* loop_uv.c - the events of a graph in a loop of libuv: the one descriptor of the library is all
 * that the loop has to know.
 *
 *	cc loop_uv.c $(pkg-config --cflags --libs homestead libuv) -o loop_uv
 *	./loop_uv kitchen 3
 *
 * Makes the graph where it is not there, publishes that many records, and ends when it has
 * seen as many. With LOOP_CONFIG set it needs no daemon: that is the configuration of an
 * engine in this process. */
#include <uv.h>

#include "loop.h"

static void on_readable(uv_poll_t *handle, int status, int events)
{
	(void)events;
	if (status < 0)
		errx(1, "%s", uv_strerror(status));
	take_events();
	if (left <= 0)
		uv_close((uv_handle_t *)handle, NULL);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(2, "usage: loop_uv GRAPH COUNT");
	left = atoi(argv[2]);
	hst_graph *g = begin(argv[1]);
	uv_loop_t loop;
	uv_poll_t handle;
	uv_loop_init(&loop);
	uv_poll_init(&loop, &handle, hst_ctx_fd(c));
	uv_poll_start(&handle, UV_READABLE, on_readable);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	hst_free(g);
	hst_free(c);
	return 0;
}
