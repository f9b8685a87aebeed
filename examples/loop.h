/* loop.h - what loop_poll.c, loop_glib.c and loop_uv.c have in common: a graph with some
 * records, and what is done with its events. The loops themselves are in those files. */
#ifndef EXAMPLES_LOOP_H
#define EXAMPLES_LOOP_H

#include <err.h>
#include <homestead.h>
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

#endif
