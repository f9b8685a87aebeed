/* loop_poll.c - the events of a graph in a loop of poll(2): the one descriptor of the library is all
 * that the loop has to know.
 *
 *	cc loop_poll.c $(pkg-config --cflags --libs homestead) -o loop_poll
 *	./loop_poll kitchen 3
 *
 * Makes the graph where it is not there, publishes that many records, and ends when it has
 * seen as many. With LOOP_CONFIG set it needs no daemon: that is the configuration of an
 * engine in this process. */
#include <err.h>
#include <homestead.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

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
		errx(2, "usage: loop_poll GRAPH COUNT");
	left = atoi(argv[2]);
	hst_graph *g = begin(argv[1]);
	while (left > 0) {
		struct pollfd p = { hst_ctx_fd(c), POLLIN, 0 };
		if (poll(&p, 1, -1) < 0)
			err(1, "poll");
		take_events();
	}
	hst_free(g);
	hst_free(c);
	return 0;
}
