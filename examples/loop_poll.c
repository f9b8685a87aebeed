/* loop_poll.c - the events of a graph in a loop of poll(2): the one descriptor of the library is all
 * that the loop has to know.
 *
 *	cc loop_poll.c $(pkg-config --cflags --libs homestead) -o loop_poll
 *	./loop_poll kitchen 3
 *
 * Makes the graph where it is not there, publishes that many records, and ends when it has
 * seen as many. With LOOP_CONFIG set it needs no daemon: that is the configuration of an
 * engine in this process. */
#include <poll.h>

#include "loop.h"

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
