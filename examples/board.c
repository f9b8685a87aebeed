/* board.c - a notice board that everybody in a graph shares: puts a note up and prints all
 * notes, those that are there and those that come. The first one makes the board:
 *
 *	cc board.c $(pkg-config --cflags --libs homestead) -o board
 *	./board kitchen "Soup at eight"
 *	./board kitchen "I come" 192.0.2.7
 *
 * With BOARD_CONFIG set it needs no daemon: that is the configuration of an engine in this
 * process (doc/graph-howto.md). */
#include <err.h>
#include <homestead.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static hst_ctx *c;
static hst_guid *seen; /* notes that were shown: one may be in the list, and told as well */
static size_t n_seen;

static void must(int result)
{
	if (result < 0)
		errx(1, "%s\n%s", hst_last_error(c)->message, hst_last_error(c)->hint);
}

static int is_new(const hst_guid *id)
{
	for (size_t i = 0; i < n_seen; i++)
		if (memcmp(&seen[i], id, sizeof(*id)) == 0)
			return 0;
	seen = reallocarray(seen, n_seen + 1, sizeof(*seen));
	if (!seen)
		errx(1, "out of memory");
	seen[n_seen++] = *id;
	return 1;
}

/* Whose note, and what it says; it may be gone again. */
static void show(hst_graph *g, const hst_guid *id)
{
	hst_record *r;
	if (!is_new(id) || hst_record_get(g, id, &r) < 0)
		return;
	printf("%s: %.*s\n", r->creator, (int)r->data_n, (const char *)r->data);
	fflush(stdout);
	hst_free(r);
}

/* The board that others have, or one of our own: made at the first run, found at the next. */
static int begin(const hst_graph_props *board, int others, hst_graph **g)
{
	int result = others ? HST_E_EXISTS : hst_graph_create(c, board, g);
	return result == HST_E_EXISTS ? hst_graph_open(c, board, g) : result;
}

/* Takes part in what others have, and waits until all of it is here. */
static void join(hst_graph *g, const char *address)
{
	hst_graph_info *info;
	hst_address other;
	hst_op op;
	must(hst_address_parse(address, 3587, &other));
	must(hst_graph_connect(g, NULL, (struct sockaddr *)&other.addr, 0, &op));
	must(hst_ctx_wait(c, op, -1, NULL));
	for (int complete = 0; !complete; hst_free(info)) {
		must(hst_graph_get(g, &info));
		complete = info->synchronised;
		if (!complete)
			hst_free(hst_ctx_await(c, -1));
	}
}

int main(int argc, char **argv)
{
	hst_ctx_opts opts = HST_INIT(hst_ctx_opts);
	char why[300] = "out of memory";
	hst_graph_props board = HST_INIT(hst_graph_props);
	hst_record note = HST_INIT(hst_record);
	hst_graph *g;
	hst_iter *notes;
	hst_sub sub;
	void *r;
	if (argc < 3)
		errx(2, "usage: board NAME NOTE [ADDRESS]");
	opts.config = getenv("BOARD_CONFIG");
	opts.flags = opts.config ? HST_CTX_INPROC : 0;
	opts.why = why;
	opts.why_n = sizeof(why);
	if (hst_ctx_new(&opts, &c) < 0)
		errx(1, "%s", why);
	board.id = argv[1];
	board.flags = HST_GRAPH_LISTEN;
	must(begin(&board, argc > 3, &g));
	must(hst_graph_subscribe(g, 0, NULL, &sub));
	if (argc > 3)
		join(g, argv[3]);
	must(hst_record_list(g, NULL, NULL, HST_RECORDS_NO_DATA, &notes));
	for (; hst_iter_next(notes, &r) > 0; hst_free(r))
		show(g, &((hst_record *)r)->id);
	note.word = "note";
	note.data = argv[2];
	note.data_n = strlen(argv[2]);
	must(hst_record_add(g, &note, NULL));
	for (hst_event *e; (e = hst_ctx_await(c, -1)); hst_free(e))
		if (e->kind == HST_EVENT_RECORD && e->change == HST_RECORD_ADDED)
			show(g, &e->id);
	return 1;
}
