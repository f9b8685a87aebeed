/* events.c - prints what a Homestead daemon does, as it happens, under plain
 * poll(2). Ends after N events when N is given.
 *
 *	cc events.c $(pkg-config --cflags --libs homestead) -o events */
#include <homestead.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

/* Whether the program goes on. */
static int show(const hst_event *e, long *left)
{
	switch (e->kind) {
	case HST_EVENT_NODE:
		printf("%s\n", e->json);
		fflush(stdout);
		return *left == 0 || --*left > 0;
	case HST_EVENT_OVERFLOW:
		fprintf(stderr, "%llu events were lost\n", (unsigned long long)e->dropped);
		return 1;
	case HST_EVENT_DAEMON:
		fprintf(stderr, "%s\n", e->result < 0 ? e->message : "the daemon is back");
		return 1;
	case HST_EVENT_ENDED:
		fprintf(stderr, "%s\n", e->message);
		return 0;
	default: /* kinds of a newer library */
		return 1;
	}
}

int main(int argc, char **argv)
{
	long left = argc > 1 ? atol(argv[1]) : 0;
	int go_on = 1;
	hst_ctx *c;
	hst_sub sub;
	int r = hst_ctx_new(NULL, &c);
	if (r < 0) {
		fprintf(stderr, "%s\n", hst_strerror(r));
		return 1;
	}
	if (hst_subscribe(c, NULL, NULL, &sub) < 0) {
		fprintf(stderr, "%s\n", hst_last_error(c)->message);
		hst_free(c);
		return 1;
	}
	fprintf(stderr, "listening to %s\n", hst_ctx_socket(c));
	while (go_on) {
		struct pollfd p = { hst_ctx_fd(c), POLLIN, 0 };
		if (poll(&p, 1, -1) < 0)
			break;
		for (hst_event *e; go_on && (e = hst_ctx_next_event(c)); hst_free(e))
			go_on = show(e, &left);
	}
	hst_free(c);
	return 0;
}
