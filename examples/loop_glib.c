/* loop_glib.c - the events of a graph in a main loop of GLib: the one descriptor of the
 * library is all that the loop has to know.
 *
 *	cc loop_glib.c $(pkg-config --cflags --libs homestead glib-2.0) -o loop_glib
 *	./loop_glib kitchen 3
 *
 * Makes the graph where it is not there, publishes that many records, and ends when it has
 * seen as many. With LOOP_CONFIG set it needs no daemon: that is the configuration of an
 * engine in this process. */
#include <glib-unix.h>

#include "loop.h"

static gboolean on_readable(gint fd, GIOCondition condition, gpointer loop)
{
	(void)fd;
	(void)condition;
	take_events();
	if (left <= 0)
		g_main_loop_quit(loop);
	return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(2, "usage: loop_glib GRAPH COUNT");
	left = atoi(argv[2]);
	hst_graph *g = begin(argv[1]);
	GMainLoop *loop = g_main_loop_new(NULL, FALSE);
	guint source = g_unix_fd_add(hst_ctx_fd(c), G_IO_IN, on_readable, loop);
	g_main_loop_run(loop);
	g_source_remove(source);
	g_main_loop_unref(loop);
	hst_free(g);
	hst_free(c);
	return 0;
}
