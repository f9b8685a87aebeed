#include "story.h"

#include "graph/wire.h"
#include "sim/book.h"
#include "wire/wr.h"

/* SIM-12.1 to SIM-12.12: what worlds know of graphs, and whether they notice. */

#define NODES                                                                                      \
	"node a { address = 10.0.0.1; memory = 64MiB\n graph { lab = yes } }\n"                    \
	"node b { address = 10.0.0.2; memory = 64MiB\n graph { lab = yes } }\n"                    \
	"link all delay 1ms..5ms\n"
#define MADE NODES "at 1s command a graph create g\nat 1500ms command a graph listen g\n"
#define JOINED                                                                                     \
	MADE "at 2s command b graph open g\nat 2100ms command b graph connect g 10.0.0.1\n"        \
	     "at 4s command b graph listen g\n"

static void a_small_world(void **state)
{
	story_holds(JOINED
		    "expect not synchronised b other\n"
		    "at 5s command a graph add g one size 100\n"
		    "at 6s command b graph add g two for 10m\n"
		    "at 7s command b graph update g one size 10\n"
		    "at 8s command b graph delete g two\n"
		    "at 9s command b graph update g two\n"   /* refused: it is gone */
		    "at 9s command a graph delete g never\n" /* not asked: there is none */
		    "at 10s nothing\nexpect mesh g\nexpect kept g\nexpect same g\n"
		    "expect neighbors a g = 1\nexpect neighbors b g = 1\n"
		    "expect synchronised b g\nexpect records a g >= 4\n"
		    "expect not same other\nexpect not mesh other\nexpect kept other\n"
		    "at 11s command a graph close g\n"
		    "at 12s nothing\nexpect not records a g >= 0\nexpect neighbors b g = 0\n");
}

/* Looked at each second, not only at the ends of the window. */
static void it_becomes_a_mesh(void **state)
{
	story_holds(MADE "at 2s nothing\nwithin 10s expect neighbors b g = 1\n"
			 "within 10s expect same g\n"
			 "at 3s command b graph open g\n"
			 "at 4s command b graph connect g 10.0.0.1 alone\n"
			 "at 4500ms command b graph connect g 10.0.0.1 alone\n");
	story_fails(MADE "at 2s command b graph open g\nwithin 10s expect mesh g\n", 9,
		    "did not come true");
}

static void parts_differ(void **state)
{
	story_holds(JOINED "at 5s command a graph add g one\n"
			   "at 10s cut a b\nat 11s reset a b\nat 12s command a graph update g one\n"
			   "at 13s nothing\nexpect not same g\n"
			   "expect not kept g\n"
			   "at 20s heal a b\nwithin 60s expect same g\nwithin 60s expect kept g\n");
}

/* A change that nobody but its publisher was told of comes back with it. */
static void told_and_crashed(void **state)
{
	struct story *t =
		story_new(JOINED "at 5s command a graph add g one size 100\n"
				 "at 5s kill a told\nat 6s start a\n"
				 "expect crashes a = 1\n"
				 "at 7s nothing\nwithin 30s expect same g\n"
				 "at 40s nothing\nexpect kept g\nexpect records b g >= 2\n");
	struct world_tally tally = { 0 };
	story_run(t, 1, NULL);
	if (!t->r.ok)
		fail_msg("%s", t->r.why);
	world_tally(t->w, &tally);
	assert_int_equal(tally.told, 1);
	assert_int_equal(tally.crashes_told, 1);
	assert_true(tally.fresh > 0);
	story_free(t);
}

/* After a FLOOD went out it is no such crash. */
static void flooded_and_crashed(void **state)
{
	struct story *t = story_new(JOINED "at 5s command a graph add g one size 100\n"
					   "at 5100ms kill a\nat 6s start a\n");
	struct world_tally tally = { 0 };
	story_run(t, 1, NULL);
	world_tally(t->w, &tally);
	assert_int_equal(tally.told, 1);
	assert_int_equal(tally.crashes_told, 0);
	story_free(t);
}

/* What was in one database alone is gone with it, and nobody is blamed. */
static void lost_and_erased(void **state)
{
	story_holds(MADE "at 5s command a graph add g one\nat 6s kill a lose\nat 7s start a\n"
			 "at 8s command a graph create g\nat 9s nothing\nexpect kept g\n");
	story_holds(MADE "at 5s command a graph add g one\nat 6s command a graph erase g\n"
			 "at 8s command a graph create g\nat 9s nothing\nexpect kept g\n");
	story_holds(JOINED
		    "at 5s command a graph add g one\nat 8s kill a lose\nat 9s start a\n"
		    "at 10s command a graph open g\n"
		    "at 11s command a graph connect g 10.0.0.2\n"
		    "at 15s nothing\nexpect kept g\nexpect same g\nexpect records a g >= 2\n");
}

static void records_expire(void **state)
{
	story_holds(JOINED "at 5s command a graph add g one for 20s\n"
			   "at 20s nothing\nexpect records b g >= 2\nexpect kept g\n"
			   "at 2m nothing\nexpect kept g\nexpect same g\n");
}

static const struct scn_condition of_g = { .a = SCN_NO_SITE, .name = { (const uint8_t *)"g", 1 } };

static struct story *with_a_record(void)
{
	struct story *t =
		story_new(JOINED "at 5s command a graph add g one size 64\nat 7s nothing\n");
	story_run(t, 1, NULL);
	assert_true(t->r.ok);
	assert_true(book_kept(t->w, &of_g) && book_same(t->w, &of_g) && book_mesh(t->w, &of_g));
	return t;
}

/* The book is held against every database. */
static void the_book_notices(void **state)
{
	struct story *t = with_a_record();
	struct book_record *r = LIST_ENTRY(t->w->book.next, struct book_record, at);
	assert_int_equal(r->told, 1);
	r->told = 2;
	assert_false(book_kept(t->w, &of_g));
	r->excused = true;
	assert_true(book_kept(t->w, &of_g));
	r->excused = false;
	r->told = 1;
	r->deleted = true;
	assert_false(book_kept(t->w, &of_g));
	r->deleted = false;
	r->id.at[15] ^= 1;
	assert_false(book_kept(t->w, &of_g));
	r->expires = 1; /* whose life is over, nobody needs to have */
	assert_true(book_kept(t->w, &of_g));
	story_free(t);
}

static struct graph_entry *entry_of(struct story *t, const struct graph_guid *type)
{
	const struct graphs *all = node_graphs(story_machine(t, "a")->node);
	const struct graph_db *db = graph_database(graphs_find(all, of_g.name));
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e))
		if (graph_guid_eq(graph_db_type(db, e->type), type))
			return e;
	fail_msg("no record of that type");
	return NULL;
}

/* SIM-12.12. */
static void what_should_be_gone(void **state)
{
	struct story *t = story_new(
		NODES "at 1s command a graph create g presence 5\nat 2s command a graph listen g\n"
		      "at 20s nothing\n");
	story_run(t, 1, NULL);
	assert_true(t->r.ok && book_kept(t->w, &of_g));
	struct graph_entry *contact = entry_of(t, &graph_type_contact),
			   *presence = entry_of(t, &graph_type_presence);
	struct graph_entry contact_was = *contact, presence_was = *presence;
	contact->expires = 1;
	assert_false(book_kept(t->w, &of_g));
	*contact = contact_was;
	contact->deleted = true;
	assert_false(book_kept(t->w, &of_g));
	*contact = contact_was;
	presence->deleted = true;
	assert_false(book_kept(t->w, &of_g));
	*presence = presence_was;
	presence->place.modified -= UINT64_C(340) * 10000000;
	assert_true(book_kept(t->w, &of_g));
	presence->place.modified -= UINT64_C(40) * 10000000;
	assert_false(book_kept(t->w, &of_g));
	*presence = presence_was;
	assert_true(book_kept(t->w, &of_g));
	story_free(t);
}

/* -- invariants, with outputs that no node of ours puts out -- */

struct said {
	struct story *t;
	struct machine *m;
	struct end *link;
	struct graph_guid id;
	uint8_t octets[256];
	struct span flood; /* framed */
};

/* A row as a change of ours to version 7 would put it, and its FLOOD. */
static void begin(struct said *s)
{
	s->t = with_a_record();
	s->m = story_machine(s->t, "a");
	s->link = LIST_ENTRY(s->m->site.ends.next, struct end, at);
	assert_true(s->link->of_graph);
	s->id = LIST_ENTRY(s->t->w->book.next, struct book_record, at)->id;
	struct wr w = wr_of(s->octets, sizeof(s->octets));
	uint8_t type[16] = { 0xaa };
	wr_u16(&w, GRAPH_FLOOD_HEAD + 100);
	graph_put_flood(&w, 100);
	wr_bytes(&w, span_of(type, 16));
	wr_bytes(&w, span_of(s->id.at, 16));
	wr_u32(&w, 7);
	for (int i = 36; i < 100; i++)
		wr_u8(&w, 0);
	s->flood = wr_span(&w);
}

static void put(struct said *s, uint8_t local)
{
	uint8_t value[64] = { 0 };
	struct wr w = wr_of(value, sizeof(value));
	wr_u32(&w, 1);
	wr_u8(&w, local);
	wr_bytes(&w, span_of(s->flood.p + 2 + GRAPH_FLOOD_HEAD, 36));
	invariant_graph_put(s->m, wr_span(&w), store_mem_committed(s->m->mem) + 1);
}

static void say_flood(struct said *s, uint64_t after, size_t cut)
{
	struct node_out out = { .kind = NODE_OUT_SEND, .link = s->link->link, .after = after };
	out.bytes = span_of(s->flood.p, s->flood.n - cut);
	invariant_graph_out(s->m, &out, NULL);
}

static void finish(struct said *s, const char *words)
{
	assert_int_equal(s->t->w->broken, words != NULL);
	if (words && !strstr(s->t->w->why, words))
		fail_msg("\"%s\" does not say \"%s\"", s->t->w->why, words);
	story_free(s->t);
}

static void a_flood_too_early(void **state)
{
	struct said s;
	begin(&s);
	uint64_t next = store_mem_committed(s.m->mem) + 1;
	put(&s, GRAPH_ENTRY_OURS);
	say_flood(&s, next, 0);
	assert_false(s.t->w->broken);
	say_flood(&s, 0, 0);
	finish(&s, "a FLOOD of a change of ours before it is durable");
	/* What was received is relayed at once. */
	begin(&s);
	put(&s, 0);
	say_flood(&s, 0, 0);
	finish(&s, NULL);
	begin(&s);
	say_flood(&s, 0, 3);
	finish(&s, "no whole frames");
}

static void what_was_sent_is_known(void **state)
{
	struct said s;
	begin(&s);
	put(&s, GRAPH_ENTRY_OURS);
	assert_true(invariant_graph_unsent(s.m, &s.id, 7));
	const struct node_out out = { .kind = NODE_OUT_SEND,
				      .link = s.link->link,
				      .bytes = s.flood };
	invariant_graph_sent(s.m, &out);
	assert_false(invariant_graph_unsent(s.m, &s.id, 7));
	invariant_graph_undone(s.m, 0);
	assert_false(invariant_graph_unsent(s.m, &s.id, 7));
	finish(&s, NULL);
}

static void answer(struct said *s, uint32_t version, uint64_t after)
{
	const struct call call = { .kind = NODE_COMMAND_GRAPH, .graph = SCN_GRAPH_UPDATE };
	const struct node_out out = {
		.kind = NODE_OUT_REPLY, .id = s->id, .version = version, .after = after
	};
	invariant_graph_out(s->m, &out, &call);
}

static void an_answer_too_early(void **state)
{
	struct said s;
	begin(&s);
	put(&s, GRAPH_ENTRY_OURS);
	answer(&s, 7, store_mem_committed(s.m->mem) + 1);
	answer(&s, 1, 0);
	assert_false(s.t->w->broken);
	answer(&s, 7, 0);
	finish(&s, "a change was told before it is durable");
	begin(&s);
	answer(&s, 7, 0);
	finish(&s, "a change was told that no row has");
}

static void an_event_too_early(void **state)
{
	struct said s;
	begin(&s);
	put(&s, GRAPH_ENTRY_OURS);
	struct node_event e = { .part = NODE_PART_GRAPH,
				.graph = { .kind = GRAPH_EVENT_RECORD,
					   .graph_id = "g",
					   .ours = true,
					   .id = s.id,
					   .version = 7 } };
	struct node_out out = { .kind = NODE_OUT_EVENT, .event = &e };
	out.after = store_mem_committed(s.m->mem) + 1;
	invariant_graph_out(s.m, &out, NULL);
	assert_false(s.t->w->broken);
	out.after = 0;
	invariant_graph_out(s.m, &out, NULL);
	finish(&s, "an event of a change of ours before it is durable");
}

static void an_end_too_early(void **state)
{
	struct said s;
	begin(&s);
	struct node_event e = { .part = NODE_PART_GRAPH,
				.graph = { .kind = GRAPH_EVENT_RECORD,
					   .change = GRAPH_RECORD_EXPIRED,
					   .graph_id = "g",
					   .id = s.id,
					   .version = 9 } };
	const struct node_out out = { .kind = NODE_OUT_EVENT, .event = &e };
	invariant_graph_out(s.m, &out, NULL); /* of a version that is not there any more */
	assert_false(s.t->w->broken);
	e.graph.version = 1;
	invariant_graph_out(s.m, &out, NULL);
	finish(&s, "a record ended before its time");
}

static void more_than_the_window(void **state)
{
	struct said s;
	begin(&s);
	const struct node_out out = { .kind = NODE_OUT_SEND,
				      .link = s.link->link,
				      .bytes = s.flood };
	size_t most = s.m->config->graph.limits.link_unsent, was = end_other(s.link)->in.n;
	end_other(s.link)->in.n = most;
	invariant_graph_sent(s.m, &out);
	assert_false(s.t->w->broken);
	end_other(s.link)->in.n = most + (size_t)65 * 1024;
	invariant_graph_sent(s.m, &out);
	end_other(s.link)->in.n = was;
	finish(&s, "more on its way to a neighbor than its window");
}

/* -- the words -- */

static void refused(const char *line, const char *words)
{
	char text[512], buffer[512];
	struct failing_env f;
	struct scenario *s = NULL;
	struct text t = TEXT_OF(text), why = TEXT_OF(buffer);
	uint32_t at = 0;
	failing_env_init(&f, 1);
	text_str(&t, NODES);
	text_str(&t, line);
	assert_int_equal(scenario_read(&s, span_str(text), &f.env, &at, &why), ERR_MALFORMED);
	if (!strstr(why.p, words))
		fail_msg("\"%s\" does not say \"%s\"", why.p, words);
	failing_env_assert_clean(&f);
}

static void words_are_checked(void **state)
{
	refused("at 1s command a graph paint g\n", "accepted");
	refused("at 1s command a graph open\n", "Graph ID");
	refused("at 1s command a graph create g presence x\n", "presence");
	refused("at 1s command a graph connect g nowhere\n", "address");
	refused("at 1s command a graph add g\n", "what the story calls it");
	refused("at 1s command a graph add g k weight 5\n", "size N or for T");
	refused("at 1s command a graph add g k size x\n", "size");
	refused("at 1s kill a now\n", "told");
	refused("expect neighbors a g\n", "accepted");
	refused("expect mesh\n", "Graph ID");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_world),	cmocka_unit_test(it_becomes_a_mesh),
		cmocka_unit_test(parts_differ),		cmocka_unit_test(told_and_crashed),
		cmocka_unit_test(flooded_and_crashed),	cmocka_unit_test(lost_and_erased),
		cmocka_unit_test(records_expire),	cmocka_unit_test(the_book_notices),
		cmocka_unit_test(a_flood_too_early),	cmocka_unit_test(what_was_sent_is_known),
		cmocka_unit_test(an_answer_too_early),	cmocka_unit_test(an_event_too_early),
		cmocka_unit_test(what_should_be_gone),	cmocka_unit_test(an_end_too_early),
		cmocka_unit_test(more_than_the_window), cmocka_unit_test(words_are_checked),
	};
	return cmocka_run_group_tests_name("sim_book", tests, NULL, NULL);
}
