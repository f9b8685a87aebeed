/* loop_uv.c - the events of a graph in a loop of libuv: the one descriptor of the library is all
 * that the loop has to know.
 *
 *	cc loop_uv.c $(pkg-config --cflags --libs homestead libuv) -o loop_uv
 *	./loop_uv kitchen 3
 *
 * Makes the graph where it is not there, publishes that many records, and ends when it has
 * seen as many. With LOOP_CONFIG set it needs no daemon: that is the configuration of an
 * engine in this process. */
#include <err.h>
#include <homestead.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

static hst_ctx *c;
static int left;

static void must(int result)
{
	if (result < 0)
		errx(1, "%s\n%s", hst_last_error(c)->message, hst_last_error(c)->hint);
}

/* All there is to do when the descriptor is readable: events until there are no more. */
static void take_events(void)
{
	char id[HST_GUID_TEXT];
	for (hst_event *e; (e = hst_ctx_next_event(c)); hst_free(e)) {
		if (e->kind != HST_EVENT_RECORD || e->change != HST_RECORD_ADDED)
			continue;
		hst_guid_text(&e->id, id);
		printf("%s version %u in %s\n", id, e->version, e->graph);
		left--;
	}
}

static void on_readable(uv_poll_t *handle, int status, int events)
{
	(void)events;
	if (status < 0)
		errx(1, "%s", uv_strerror(status));
	take_events();
	if (left <= 0)
		uv_close((uv_handle_t *)handle, NULL);
}

static hst_graph *begin(const char *id)
{
	hst_ctx_opts opts = HST_INIT(hst_ctx_opts);
	char why[300] = "out of memory";
	hst_graph_props props = HST_INIT(hst_graph_props);
	hst_record note = HST_INIT(hst_record);
	hst_graph *g;
	hst_sub sub;
	opts.config = getenv("LOOP_CONFIG");
	opts.flags = opts.config ? HST_CTX_INPROC : 0;
	opts.why = why;
	opts.why_n = sizeof(why);
	if (hst_ctx_new(&opts, &c) < 0)
		errx(1, "%s", why);
	props.id = id;
	if (hst_graph_create(c, &props, &g) < 0)
		must(hst_graph_open(c, &props, &g));
	must(hst_graph_subscribe(g, HST_KIND(HST_EVENT_RECORD), NULL, &sub));
	note.word = "note";
	for (int i = 0; i < left; i++)
		must(hst_record_add(g, &note, NULL));
	return g;
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
