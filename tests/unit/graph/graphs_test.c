#include "graphs_rig.h"

#include "graph/frame.h"
#include "graph/graph_int.h"
#include "graph/graphs_int.h"

/* All graphs of a machine: which there are, whom a connection is for, where is listened,
 * and what is kept over restarts. */

#define ID "0.TestGraph"

static const struct graph_properties plain = { .profile = CRYPTO_MODERN,
					       .presence_max = GRAPH_PRESENCE_ALL };

static struct graphs_command making(enum graphs_command_kind k, const char *id, const char *peer)
{
	return (struct graphs_command){
		.kind = k, .id = span_str(id), .peer = span_str(peer), .properties = &plain
	};
}

static const struct rig_reply *make(struct rig *r, size_t m, enum graphs_command_kind k,
				    const char *id, const char *peer)
{
	const struct graphs_command c = making(k, id, peer);
	return rig_ask(r, m, &c);
}

static const struct rig_reply *connect_to(struct rig *r, size_t m, const char *id, size_t to,
					  uint16_t port, const char *peer)
{
	struct graphs_command c = { .kind = GRAPHS_OF, .id = span_str(id) };
	c.of.kind = GRAPH_CONNECT_TO;
	c.of.remote = r->m[to].at;
	c.of.remote.port = port;
	c.of.peer = span_str(peer);
	return rig_ask(r, m, &c);
}

static const struct rig_reply *add(struct rig *r, size_t m, const char *id, const char *words)
{
	struct graphs_command c = { .kind = GRAPHS_OF, .id = span_str(id) };
	c.of.kind = GRAPH_RECORD_ADD;
	memset(&c.of.type, 0x77, sizeof(c.of.type));
	c.of.payload = span_str(words);
	c.of.has_payload = true;
	return rig_ask(r, m, &c);
}

static bool has_record(const struct rig *r, size_t m, const char *id,
		       const struct graph_guid *record)
{
	struct graph_record got;
	const struct graph *g = graphs_find(r->m[m].s, span_str(id));
	return g && graph_record_get(g, record, &got) == OK;
}

/* A graph of machine 0 that listens. */
static void begin(struct rig *r)
{
	rig_begin(r);
	assert_int_equal(make(r, 0, GRAPHS_CREATE, ID, "")->err, OK);
	assert_int_equal(rig_do(r, 0, GRAPHS_LISTEN, ID)->err, OK);
}

static void join(struct rig *r, size_t m)
{
	assert_int_equal(make(r, m, GRAPHS_OPEN, ID, "")->err, OK);
	assert_int_equal(connect_to(r, m, ID, 0, GRAPH_PORT, "")->err, OK);
}

/* GRAPH-12.1: D8: the answer depends on the row. */
static void created_and_joined(void **state)
{
	struct rig r;
	begin(&r);
	assert_true(make(&r, 0, GRAPHS_CREATE, "0.other", "")->after > 0);
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, ID, "")->err, ERR_EXISTS);
	assert_int_equal(graphs_port(r.m[0].s), GRAPH_PORT);
	join(&r, 1);
	assert_int_equal(rig_neighbors(&r, 0, ID), 1);
	struct graph_guid id = add(&r, 1, ID, "hello")->id;
	rig_run(&r, MONO_SEC);
	assert_true(has_record(&r, 0, ID, &id));
	assert_int_equal(r.m[0].events[GRAPH_EVENT_NEIGHBOR], 1);
	rig_end(&r);
}

/* GRAPH-11.1: the wall clock was told a while before the graph is made. */
static void a_graph_is_made_at_the_time_it_is(void **state)
{
	struct rig r;
	rig_begin(&r);
	rig_run(&r, 40 * MONO_SEC);
	assert_int_equal(rig_do(&r, 0, GRAPHS_CREATE, ID)->err, OK);
	const struct graph *g = graphs_find(r.m[0].s, span_str(ID));
	assert_int_equal(graph_time_wall(g, graph_now(g, r.now)), r.wall.us);
	rig_end(&r);
}

static void what_cannot_be_made(void **state)
{
	static char long_id[300];
	struct graph_properties p = plain;
	struct graphs_command c = making(GRAPHS_CREATE, "", "");
	struct rig r;
	memset(long_id, 'x', sizeof(long_id) - 1);
	begin(&r);
	assert_int_equal(rig_ask(&r, 0, &c)->err, ERR_RANGE);
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, long_id, "")->err, ERR_RANGE);
	assert_int_equal(make(&r, 0, GRAPHS_OPEN, "\xff\xfe", "")->err, ERR_RANGE);
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, "0.x", long_id)->err, ERR_RANGE);
	c = making(GRAPHS_CREATE, "0.x", "");
	c.properties = &p;
	p.record_max = 1000;
	assert_string_equal(rig_ask(&r, 0, &c)->text,
			    "the largest record is 1,024 to 62,914,560 octets");
	p.record_max = 0;
	p.presence_life = 20;
	assert_int_equal(rig_ask(&r, 0, &c)->err, ERR_RANGE);
	c.n_sync_order = GRAPH_PRIORITY_MAX + 1;
	p.presence_life = 0;
	assert_int_equal(rig_ask(&r, 0, &c)->err, ERR_RANGE);
	assert_int_equal(rig_do(&r, 0, GRAPHS_CLOSE, "0.nobody")->err, ERR_NOT_FOUND);
	assert_int_equal(rig_do(&r, 0, GRAPHS_LISTEN, "0.nobody")->err, ERR_NOT_FOUND);
	assert_int_equal(rig_do(&r, 0, GRAPHS_OF, "0.nobody")->err, ERR_NOT_FOUND);
	rig_end(&r);
}

/* GRAPH-12.2 */
static void who_never_was_synchronised_does_not_listen(void **state)
{
	struct rig r;
	begin(&r);
	assert_int_equal(make(&r, 1, GRAPHS_OPEN, ID, "")->err, OK);
	const struct rig_reply *a = rig_do(&r, 1, GRAPHS_LISTEN, ID);
	assert_int_equal(a->err, ERR_STATE);
	assert_non_null(strstr(a->text, "never synchronised"));
	/* Nobody else listens there: the port is free again. */
	assert_int_equal(r.m[1].n_listens, 0);
	assert_int_equal(connect_to(&r, 1, ID, 0, GRAPH_PORT, "")->err, OK);
	rig_run(&r, MONO_SEC);
	assert_int_equal(rig_do(&r, 1, GRAPHS_LISTEN, ID)->err, OK);
	assert_int_equal(r.m[1].n_listens, 2);
	rig_end(&r);
}

/* GRAPH-12.2: the wish is kept, over a crash too, until it may. */
static void who_is_to_listen_does_when_it_may(void **state)
{
	struct rig r;
	struct graphs_command c = making(GRAPHS_OPEN, ID, "");
	begin(&r);
	c.listen = true;
	assert_int_equal(rig_ask(&r, 1, &c)->err, OK);
	assert_int_equal(r.m[1].n_listens, 0);
	/* Who asks for it now is refused; the wish stands. */
	assert_int_equal(rig_do(&r, 1, GRAPHS_LISTEN, ID)->err, ERR_STATE);
	rig_crash(&r, 1);
	rig_start(&r, 1);
	rig_run(&r, MONO_SEC);
	assert_int_equal(r.m[1].n_listens, 0);
	assert_int_equal(connect_to(&r, 1, ID, 0, GRAPH_PORT, "")->err, OK);
	rig_run(&r, MONO_SEC);
	assert_int_equal(r.m[1].n_listens, 2);
	/* What is open already may be asked for it too. */
	join(&r, 2);
	rig_run(&r, MONO_SEC);
	assert_int_equal(r.m[2].n_listens, 0);
	assert_int_equal(rig_ask(&r, 2, &c)->err, OK);
	assert_int_equal(r.m[2].n_listens, 2);
	c = making(GRAPHS_CREATE, "0.other", "");
	c.listen = true;
	assert_int_equal(rig_do(&r, 2, GRAPHS_CLOSE, ID)->err, OK);
	assert_int_equal(r.m[2].n_listens, 0);
	assert_int_equal(rig_ask(&r, 2, &c)->err, OK);
	assert_int_equal(r.m[2].n_listens, 2);
	rig_end(&r);
}

/* GRAPH-12.12 */
static void neighbors_are_found_again(void **state)
{
	struct rig r;
	begin(&r);
	join(&r, 1);
	join(&r, 2);
	rig_run(&r, MONO_SEC);
	assert_int_equal(rig_neighbors(&r, 0, ID), 2);
	/* 0 never knew where the others are: they do not listen. */
	rig_crash(&r, 0);
	rig_start(&r, 0);
	for (size_t m = 1; m < 3; m++) {
		rig_crash(&r, m);
		rig_start(&r, m);
	}
	rig_run(&r, MONO_MIN);
	assert_int_equal(rig_neighbors(&r, 0, ID), 2);
	/* Whom it once knew is found behind who came later, whoever is there no more. */
	assert_int_equal(rig_do(&r, 2, GRAPHS_LISTEN, ID)->err, OK);
	rig_run(&r, MONO_MIN);
	rig_crash(&r, 0);
	rig_run(&r, MONO_MIN);
	rig_crash(&r, 1);
	rig_start(&r, 1);
	rig_run(&r, MONO_MIN);
	assert_int_equal(rig_neighbors(&r, 2, ID), 1);
	rig_end(&r);
}

/* GRAPH-12.13 */
static void connections_from_an_address_that_went(void **state)
{
	struct rig r;
	begin(&r);
	join(&r, 1);
	join(&r, 2);
	struct addr at[2] = { r.m[0].at, r.m[0].at };
	at[1].ip[3] ^= 1;
	assert_int_equal(graphs_addresses(r.m[0].s, at, 2, r.now), OK);
	rig_settle(&r);
	assert_int_equal(rig_neighbors(&r, 0, ID), 2);
	/* What never was in the list may be ours for all that. */
	assert_int_equal(graphs_addresses(r.m[1].s, at + 1, 1, r.now), OK);
	assert_int_equal(rig_neighbors(&r, 1, ID), 0);
	assert_int_equal(graphs_addresses(r.m[2].s, NULL, 0, r.now), OK);
	assert_int_equal(rig_neighbors(&r, 2, ID), 0);
	assert_int_equal(graphs_addresses(r.m[0].s, at + 1, 1, r.now), OK);
	assert_int_equal(rig_neighbors(&r, 0, ID), 0);
	assert_true(r.m[0].events[GRAPH_EVENT_NEIGHBOR] >= 2);
	rig_end(&r);
}

/* GRAPH-12.5 */
static void two_graphs_share_the_port(void **state)
{
	struct rig r;
	begin(&r);
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, "0.second", "")->err, OK);
	assert_int_equal(rig_do(&r, 0, GRAPHS_LISTEN, "0.second")->err, OK);
	assert_int_equal(r.m[0].n_listens, 2); /* one a family, not one a graph */
	join(&r, 1);
	assert_int_equal(make(&r, 2, GRAPHS_OPEN, "0.second", "")->err, OK);
	assert_int_equal(connect_to(&r, 2, "0.second", 0, GRAPH_PORT, "")->err, OK);
	assert_int_equal(rig_neighbors(&r, 0, ID), 1);
	assert_int_equal(rig_neighbors(&r, 0, "0.second"), 1);
	struct graph_guid id = add(&r, 2, "0.second", "for the second")->id;
	rig_run(&r, MONO_SEC);
	assert_true(has_record(&r, 0, "0.second", &id));
	assert_false(has_record(&r, 0, ID, &id));
	rig_end(&r);
}

/* GRAPH-12.5: the Destination Peer ID tells two persons of one graph apart. */
static void two_persons_in_one_graph(void **state)
{
	struct rig r;
	struct graph_info i;
	rig_begin(&r);
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, ID, "0.ann")->err, OK);
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, ID, "0.bob")->err, OK);
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, ID, "0.bob")->err, ERR_EXISTS);
	struct graphs_command c = making(GRAPHS_LISTEN, ID, "0.ann");
	assert_int_equal(rig_ask(&r, 0, &c)->err, OK);
	c = making(GRAPHS_LISTEN, ID, "0.bob");
	assert_int_equal(rig_ask(&r, 0, &c)->err, OK);
	assert_int_equal(make(&r, 1, GRAPHS_OPEN, ID, "0.carl")->err, OK);
	assert_int_equal(connect_to(&r, 1, ID, 0, GRAPH_PORT, "0.bob")->err, OK);
	const struct graph *bob = graphs_instance(r.m[0].s, span_str(ID), span_str("0.bob"));
	graph_info(bob, r.now, &i);
	assert_string_equal(i.peer, "0.bob");
	assert_int_equal(i.neighbors, 1);
	graph_info(graphs_instance(r.m[0].s, span_str(ID), span_str("0.ann")), r.now, &i);
	assert_int_equal(i.neighbors, 0);
	assert_null(graphs_instance(r.m[0].s, span_str(ID), span_str("0.dora")));
	assert_int_equal(make(&r, 2, GRAPHS_OPEN, ID, "")->err, OK);
	assert_int_not_equal(connect_to(&r, 2, ID, 0, GRAPH_PORT, "0.dora")->err, OK);
	rig_end(&r);
}

/* GRAPH-12.3 */
static void who_gives_no_name_has_the_machines(void **state)
{
	struct rig r;
	struct graphs_info a, b;
	size_t at = 0;
	begin(&r);
	assert_true(graphs_next(r.m[0].s, &at, &a));
	assert_memory_equal(a.peer, "0.", 2);
	assert_int_equal(strlen(a.peer), 34);
	char kept[64];
	struct text t = TEXT_OF(kept);
	text_str(&t, a.peer);
	rig_crash(&r, 0);
	rig_start(&r, 0);
	rig_settle(&r);
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, "0.later", "")->err, OK);
	at = 1;
	assert_true(graphs_next(r.m[0].s, &at, &b));
	assert_string_equal(b.id, "0.later");
	assert_string_equal(b.peer, kept);
	assert_false(graphs_next(r.m[0].s, &at, &b));
	rig_end(&r);
}

/* GRAPH-12.1: what was open is open again, and listens. */
static void over_a_restart(void **state)
{
	struct rig r;
	struct graph_info i;
	begin(&r);
	join(&r, 1);
	struct graph_guid id = add(&r, 0, ID, "kept")->id;
	rig_run(&r, MONO_SEC);
	rig_crash(&r, 0);
	rig_crash(&r, 1);
	rig_start(&r, 0);
	rig_start(&r, 1);
	rig_run(&r, MONO_SEC);
	assert_true(has_record(&r, 0, ID, &id));
	assert_true(has_record(&r, 1, ID, &id));
	assert_int_equal(graphs_port(r.m[0].s), GRAPH_PORT);
	assert_int_equal(r.m[0].n_listens, 2);
	graph_info(graphs_find(r.m[1].s, span_str(ID)), r.now, &i);
	assert_true(i.synchronised);
	assert_string_equal(i.properties->id, ID);
	/* Rows that are put now do not overwrite those of before. */
	struct graph_guid more = add(&r, 0, ID, "more")->id;
	assert_true(has_record(&r, 0, ID, &id) && has_record(&r, 0, ID, &more));
	rig_end(&r);
}

static size_t closed(const struct graphs *s)
{
	size_t n = 0;
	LIST_EACH(at, tmp, &s->closed)
	n++;
	return n;
}

/* GRAPH-12.15: one a tick at most, each a little. */
static void closed_ones_are_freed_later(void **state)
{
	struct rig r;
	begin(&r);
	struct graphs *s = r.m[0].s;
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, "0.other", "")->err, OK);
	rig_run(&r, MONO_SEC);
	for (size_t i = 0; i < 2; i++) {
		const char *id = i ? "0.other" : ID;
		struct graphs_entry *e = graphs_entry_find(s, span_str(id), span_of(NULL, 0));
		graphs_entry_shut(s, e, ERR_CLOSED);
		assert_null(e->graph);
	}
	assert_int_equal(closed(s), 2);
	assert_true(mono_reached(graphs_deadline(s), r.now));
	graphs_tick(s, r.now);
	assert_int_equal(closed(s), 1);
	rig_run(&r, MONO_SEC);
	assert_int_equal(closed(s), 0);
	/* What is left is freed with all. */
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, "0.third", "")->err, OK);
	struct graphs_entry *e = graphs_entry_find(s, span_str("0.third"), span_of(NULL, 0));
	graphs_entry_shut(s, e, ERR_CLOSED);
	rig_end(&r);
}

static void closed_and_opened_again(void **state)
{
	struct rig r;
	struct graphs_info info;
	size_t at = 0;
	begin(&r);
	join(&r, 1);
	struct graph_guid id = add(&r, 0, ID, "kept")->id;
	assert_int_equal(rig_do(&r, 0, GRAPHS_CLOSE, ID)->err, OK);
	assert_null(graphs_find(r.m[0].s, span_str(ID)));
	assert_int_equal(rig_neighbors(&r, 1, ID), 0);
	/* GRAPH-12.4: nobody listens any more. */
	assert_int_equal(r.m[0].n_listens, 0);
	assert_true(graphs_next(r.m[0].s, &at, &info));
	assert_false(info.open || info.listens);
	assert_int_equal(rig_do(&r, 0, GRAPHS_CLOSE, ID)->err, ERR_STATE);
	assert_int_equal(rig_do(&r, 0, GRAPHS_LISTEN, ID)->err, ERR_STATE);
	assert_int_equal(add(&r, 0, ID, "too late")->err, ERR_STATE);
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, ID, "")->err, ERR_EXISTS);
	rig_crash(&r, 0);
	rig_start(&r, 0);
	rig_run(&r, MONO_SEC);
	assert_null(graphs_find(r.m[0].s, span_str(ID)));
	assert_int_equal(make(&r, 0, GRAPHS_OPEN, ID, "")->err, OK);
	assert_int_equal(make(&r, 0, GRAPHS_OPEN, ID, "")->err, OK);
	rig_run(&r, MONO_SEC);
	assert_true(has_record(&r, 0, ID, &id));
	rig_end(&r);
}

static size_t rows_of_records(struct rig *r, size_t m)
{
	struct store_row row;
	uint8_t key[8];
	size_t n = 0;
	struct span after = span_of(NULL, 0);
	while (!store_scan(store_mem_store(r->m[m].mem), &graph_table_records, after, &row)) {
		memcpy(key, row.key.p, 8);
		after = span_of(key, 8);
		n++;
	}
	return n;
}

/* GRAPH-12.10: rows go in slices, those of other graphs stay, also over a crash. */
static void deleted_with_its_records(void **state)
{
	struct rig r;
	begin(&r);
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, "0.second", "")->err, OK);
	struct graph_guid kept = add(&r, 0, "0.second", "kept")->id;
	for (int i = 0; i < 700; i++)
		assert_int_equal(add(&r, 0, ID, "x")->err, OK);
	rig_run(&r, MONO_SEC);
	assert_true(rows_of_records(&r, 0) > 700);
	struct graphs_command c = { .kind = GRAPHS_DELETE, .id = span_str(ID) };
	assert_int_equal(graphs_command(r.m[0].s, &c, 7, r.now), OK);
	struct graphs_out o;
	while (graphs_poll(r.m[0].s, &o))
		assert_true(o.kind != GRAPHS_REPLY || (o.of.number == 7 && o.of.after > 0));
	(void)store_mem_seal(r.m[0].mem);
	(void)store_mem_commit(r.m[0].mem);
	rig_crash(&r, 0);
	assert_true(rows_of_records(&r, 0) > 700);
	rig_start(&r, 0);
	r.m[0].n_listens = 0;
	rig_run(&r, MONO_SEC);
	assert_true(rows_of_records(&r, 0) < 10);
	assert_true(has_record(&r, 0, "0.second", &kept));
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, ID, "")->err, OK);
	rig_end(&r);
}

/* GRAPH-12.9 */
static void all_are_left_at_the_end(void **state)
{
	struct rig r;
	struct graph_info i;
	begin(&r);
	join(&r, 1);
	rig_run(&r, MONO_SEC);
	graphs_stop(r.m[1].s, r.now);
	assert_true(graphs_busy(r.m[1].s));
	rig_settle(&r);
	assert_false(graphs_busy(r.m[1].s));
	assert_int_equal(rig_neighbors(&r, 0, ID), 0);
	assert_int_equal(make(&r, 1, GRAPHS_OPEN, "0.more", "")->err, ERR_STOPPING);
	/* It comes back as it was, and knows when it left. */
	rig_crash(&r, 1);
	rig_start(&r, 1);
	rig_run(&r, MONO_SEC);
	graph_info(graphs_find(r.m[1].s, span_str(ID)), r.now, &i);
	assert_true(i.left > 0);
	rig_end(&r);
}

/* GRAPH-12.11: a graph whose row is undone was never there. */
static void a_commit_fails(void **state)
{
	struct rig r;
	struct graphs_info info;
	size_t at = 0;
	begin(&r);
	struct graphs_command c = making(GRAPHS_CREATE, "0.second", "");
	struct graphs_out o;
	assert_int_equal(graphs_command(r.m[0].s, &c, 8, r.now), OK);
	while (graphs_poll(r.m[0].s, &o))
		;
	(void)store_mem_seal(r.m[0].mem);
	uint64_t first = store_mem_fail(r.m[0].mem);
	assert_true(first > 0);
	graphs_store_failed(r.m[0].s, first, ERR_NO_SPACE, r.now);
	rig_run(&r, MONO_SEC);
	assert_true(graphs_next(r.m[0].s, &at, &info));
	assert_string_equal(info.id, ID);
	assert_false(graphs_next(r.m[0].s, &at, &info));
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, "0.second", "")->err, OK);
	rig_crash(&r, 0);
	rig_start(&r, 0);
	rig_run(&r, MONO_SEC);
	assert_non_null(graphs_find(r.m[0].s, span_str(ID)));
	assert_non_null(graphs_find(r.m[0].s, span_str("0.second")));
	rig_end(&r);
}

/* A store that refuses: nothing is made, and the command says so. */
static void a_store_that_is_broken(void **state)
{
	struct rig r;
	begin(&r);
	store_mem_break(r.m[0].mem, ERR_IO);
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, "0.second", "")->err, ERR_IO);
	assert_int_equal(rig_do(&r, 0, GRAPHS_DELETE, ID)->err, ERR_IO);
	store_mem_break(r.m[0].mem, OK);
	assert_non_null(graphs_find(r.m[0].s, span_str(ID)));
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, "0.second", "")->err, OK);
	rig_end(&r);
}

/* Births and commands with each allocation failing in turn: an error or a whole answer,
 * never a command without one. */
static void without_memory(void **state)
{
	struct rig r;
	begin(&r);
	for (size_t n = 1; n < 60; n++) {
		struct graphs_command c = making(GRAPHS_CREATE, "0.second", "");
		struct graphs_out o;
		bool answered = false;
		failing_env_fail_at(&r.m[0].f, n);
		enum err e = graphs_command(r.m[0].s, &c, n, r.now), answer = OK;
		r.m[0].f.fail_at = 0;
		while (graphs_poll(r.m[0].s, &o))
			if (o.kind == GRAPHS_REPLY) {
				assert_int_equal(o.of.number, n);
				answer = o.of.err;
				answered = true;
			}
		assert_true(answered == (e == OK));
		if (e || answer)
			continue;
		c.kind = GRAPHS_DELETE;
		assert_int_equal(rig_ask(&r, 0, &c)->err, OK);
	}
	for (size_t n = 1; n < 60; n++) {
		struct graphs *s = NULL;
		failing_env_fail_at(&r.m[0].f, n);
		enum err e = graphs_new(&s, &r.m[0].cfg, r.m[0].crypto, &r.m[0].f.env,
					store_mem_store(r.m[0].mem), r.now, r.wall);
		r.m[0].f.fail_at = 0;
		assert_true(e == OK || !s);
		graphs_free(s);
	}
	rig_end(&r);
}

/* A row that cannot be read is nobody's graph, and stays where it is. */
static void rows_that_cannot_be_read(void **state)
{
	static const uint8_t key[8] = { 0, 0, 0, 0, 0, 0, 0, 1 };
	struct rig r;
	struct span value;
	uint8_t row[4096];
	begin(&r);
	struct store *st = store_mem_store(r.m[0].mem);
	assert_int_equal(store_get(st, &graph_table_graphs, span_of(key, 8), &value), OK);
	size_t size = value.n;
	assert_true(size < sizeof(row));
	memcpy(row, value.p, size);
	for (size_t n = 0; n < size; n++) {
		uint64_t number;
		rig_crash(&r, 0);
		assert_int_equal(store_put(st, &graph_table_graphs, span_of(key, 8),
					   span_of(row, n), &number),
				 OK);
		rig_start(&r, 0);
		rig_settle(&r);
		assert_null(graphs_find(r.m[0].s, span_str(ID)));
		assert_int_equal(store_get(st, &graph_table_graphs, span_of(key, 8), &value), OK);
		assert_int_equal(value.n, n);
	}
	rig_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(created_and_joined),
		cmocka_unit_test(a_graph_is_made_at_the_time_it_is),
		cmocka_unit_test(what_cannot_be_made),
		cmocka_unit_test(who_never_was_synchronised_does_not_listen),
		cmocka_unit_test(two_graphs_share_the_port),
		cmocka_unit_test(two_persons_in_one_graph),
		cmocka_unit_test(who_gives_no_name_has_the_machines),
		cmocka_unit_test(over_a_restart),
		cmocka_unit_test(who_is_to_listen_does_when_it_may),
		cmocka_unit_test(neighbors_are_found_again),
		cmocka_unit_test(connections_from_an_address_that_went),
		cmocka_unit_test(closed_ones_are_freed_later),
		cmocka_unit_test(closed_and_opened_again),
		cmocka_unit_test(deleted_with_its_records),
		cmocka_unit_test(all_are_left_at_the_end),
		cmocka_unit_test(a_commit_fails),
		cmocka_unit_test(a_store_that_is_broken),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(rows_that_cannot_be_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
