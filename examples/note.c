/* note.c - joins a graph on port 3587 and publishes a record: ./note kitchen 192.0.2.7 "hi" */
#include <err.h>
#include <homestead.h>
#include <string.h>

int main(int argc, char **argv)
{
	hst_graph_props board = HST_INIT(hst_graph_props);
	hst_record note = HST_INIT(hst_record);
	hst_address other;
	hst_event *e;
	hst_ctx *c;
	hst_graph *g;
	hst_op op;
	hst_sub sub;
	if (argc != 4 || hst_ctx_new(NULL, &c) < 0)
		errx(2, "usage: note GRAPH ADDRESS TEXT");
	board.id = argv[1];
	note.word = "note";
	note.data = argv[3];
	note.data_n = strlen(argv[3]);
	if (hst_graph_open(c, &board, &g) < 0 || hst_graph_subscribe(g, 0, NULL, &sub) < 0 ||
	    hst_address_parse(argv[2], 3587, &other) < 0 ||
	    hst_graph_connect(g, NULL, (struct sockaddr *)&other.addr, 0, &op) < 0 ||
	    hst_ctx_wait(c, op, -1, NULL) < 0)
		errx(1, "%s: %s", hst_last_error(c)->message, hst_last_error(c)->hint);
	while (hst_record_add(g, &note, NULL) < 0) /* until our copy of the graph is whole */
		if (!(e = hst_ctx_await(c, 10000)))
			errx(1, "%s: %s", hst_last_error(c)->message, hst_last_error(c)->hint);
	hst_free(g); /* the graph stays open here, and with it the record */
	hst_free(c);
	return 0;
}
