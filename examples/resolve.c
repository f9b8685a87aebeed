/* resolve.c - finds who publishes a name and prints where that leads, as it is found.
 *
 *	cc resolve.c $(pkg-config --cflags --libs homestead) -o resolve
 *	./resolve printer-room */
#define _DEFAULT_SOURCE /* getnameinfo */
#include <homestead.h>

#include <netdb.h>
#include <poll.h>
#include <stdio.h>

static void show(const hst_endpoint *e)
{
	for (size_t i = 0; i < e->n_addresses; i++) {
		char host[NI_MAXHOST], port[NI_MAXSERV];
		const struct sockaddr *sa = (const struct sockaddr *)&e->addresses[i].addr;
		if (getnameinfo(sa, sizeof(e->addresses[i].addr), host, sizeof(host), port,
				sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) == 0)
			printf("%s port %s, found in %s\n", host, port, e->cloud);
	}
	if (e->comment[0])
		printf("    %s\n", e->comment);
}

/* Events until the search ends; its result. */
static int follow(hst_ctx *c)
{
	for (;;) {
		struct pollfd p = { hst_ctx_fd(c), POLLIN, 0 };
		if (poll(&p, 1, -1) < 0)
			return HST_E_IO;
		for (hst_event *e; (e = hst_ctx_next_event(c)); hst_free(e)) {
			if (e->kind == HST_EVENT_ENDPOINT)
				show(e->endpoint);
			if (e->kind != HST_EVENT_OP_DONE)
				continue;
			int result = e->result;
			if (result < 0)
				fprintf(stderr, "%s\n%s\n", e->message, e->hint);
			hst_free(e);
			return result;
		}
	}
}

int main(int argc, char **argv)
{
	hst_resolve_opts opts = HST_INIT(hst_resolve_opts);
	hst_ctx *c;
	hst_op op;
	opts.most = 8;
	opts.deadline_ms = 5000;
	if (argc != 2 || hst_ctx_new(NULL, &c) < 0) {
		fprintf(stderr, "usage: resolve NAME\n");
		return 2;
	}
	int r = hst_name_resolve(c, argv[1], &opts, &op);
	if (r < 0)
		fprintf(stderr, "%s\n", hst_last_error(c)->message);
	else
		r = follow(c);
	hst_free(c);
	return r < 0;
}
