/* What ops says about graphs, and asks for. */
#include "asked_graphs.h"

#include "os/clock.h"

static struct ops_request of(enum ops_kind kind, const char *graph)
{
	struct ops_request r = { .kind = kind };
	if (ops_rows[kind].request)
		ops_clear(ops_rows[kind].request, &r.values);
	ops_set_text(r.graph, sizeof(r.graph), graph);
	return r;
}

/* GRAPH-14.9 */
static void graphs_are_listed(void **state)
{
	struct ops_request r = of(OPS_GRAPHS, "");
	played_graph.strange.late = 3;
	ask(&r);
	assert_at("part.state", "running");
	assert_at("port", "3587");
	assert_at("graphs.0.number", "1");
	assert_at("graphs.0.id", "0.notes");
	assert_at("graphs.0.state", "connected");
	assert_at("graphs.0.name", "Notes");
	assert_at("graphs.0.presence", "all");
	assert_at("graphs.0.presence_life", "300");
	assert_at("graphs.0.record_max", "62914560");
	assert_at("graphs.0.node", "1122334455667788");
	assert_at("graphs.0.signature", "0102030405060708");
	assert_at("graphs.0.skew", "2.5");
	assert_at("graphs.0.skew_behind", "true");
	assert_at("graphs.0.records", "5");
	assert_at("graphs.0.maintain_in", "30");
	assert_at("graphs.0.counts.fresh", "7");
	assert_at("graphs.0.strange.late", "3");
	assert_at("strange.late", "3");
	assert_at("graphs.1.id", "0.attic");
	assert_at("graphs.1.state", "closed");
	assert_at("graphs.1.open", "false");
	assert_at("graphs.1.time", "null");
	played_graph.on = false;
	ask(&r);
	assert_at("part.state", "off");
	assert_at("graphs", "[]");
}

static void every_state_has_its_word(void **state)
{
	struct ops_request r = of(OPS_GRAPH, "0.notes");
	played_graph.info.neighbors = 0;
	ask(&r);
	assert_at("state", "alone");
	played_graph.info.synchronised = false;
	ask(&r);
	assert_at("state", "waiting");
	played_graph.info.loaded = false;
	ask(&r);
	assert_at("state", "loading");
	played_graph.info.stopping = true;
	ask(&r);
	assert_at("state", "leaving");
	played_graph.properties.presence_max = 0;
	played_graph.properties.scope = GRAPH_SCOPE_LINK;
	ask(&r);
	assert_at("presence", "none");
	assert_at("scope", "link");
	played_graph.properties.presence_max = 20;
	played_graph.properties.scope = GRAPH_SCOPE_SITE;
	ask(&r);
	assert_at("presence", "20");
	assert_at("scope", "site");
}

/* GRAPH-14.9 */
static void a_graph_is_found_by_id_number_and_beginning(void **state)
{
	static const char *const good[] = { "0.notes", "1", "0.n" };
	for (size_t i = 0; i < 3; i++) {
		struct ops_request r = of(OPS_GRAPH, good[i]);
		ask(&r);
		assert_at("id", "0.notes");
	}
	struct ops_request r = of(OPS_GRAPH, "0.");
	ask(&r);
	refused(ERR_MALFORMED, "more than one graph begins with \"0.\"", "graph list");
	r = of(OPS_GRAPH, "7");
	ask(&r);
	refused(ERR_NOT_FOUND, "there is no graph \"7\"", "graph list");
	r = of(OPS_GRAPH_NODES, "0.attic");
	ask(&r);
	refused(ERR_STATE, "graph \"0.attic\" is closed", "homestead graph open");
	played_graph.graphs[1].id = "1"; /* an ID that looks like a number comes first */
	r = of(OPS_GRAPH, "1");
	ask(&r);
	assert_at("number", "2");
}

static void without_the_part_all_say_so(void **state)
{
	played_graph.on = false;
	for (int k = OPS_GRAPH_MAKE; k < OPS_CAPTURE; k++) {
		struct ops_request r = of((enum ops_kind)k, "1");
		ask(&r);
		refused(ERR_STATE, "the part graph is off", "homestead daemon reload");
	}
}

static void status_tells_of_graphs(void **state)
{
	struct ops_request r = of(OPS_STATUS, "");
	ask(&r);
	assert_at("graph.port", "3587");
	assert_at("graph.graphs.0.id", "0.notes");
	assert_at("graph.graphs.0.state", "connected");
	assert_at("graph.graphs.0.neighbors", "2");
	assert_at("graph.graphs.1.state", "closed");
	assert_at("parts.2.name", "graph");
	assert_at("parts.2.state", "running");
	played_graph.info.synchronised = false;
	played_graph.health = ERR_IN_USE;
	ask(&r);
	assert_at("parts.2.state", "stopped");
	assert_at("parts.2.reason", "in use by somebody else");
	char *all = json_dumps(got.json, 0);
	assert_non_null(strstr(all, "graph \\\"0.notes\\\" was never synchronised"));
	free(all);
}

static void another_port_needs_attention(void **state)
{
	struct ops_request r = of(OPS_STATUS, "");
	char *all;
	ask(&r);
	all = json_dumps(got.json, 0);
	assert_null(strstr(all, "is used for graphs"));
	free(all);
	played_graph.port = 40587;
	ops_set_text(played.info.port_error[NODE_PART_GRAPH],
		     sizeof(played.info.port_error[NODE_PART_GRAPH]),
		     "tcp port 3587 is held by nc (pid 812, user ann)");
	ask(&r);
	all = json_dumps(got.json, 0);
	assert_non_null(strstr(all, "port 40587 is used for graphs in place of 3587: tcp port 3587 "
				    "is held by nc (pid 812, user ann)"));
	assert_non_null(strstr(all, "must name it: ADDRESS:PORT"));
	free(all);
}

static void nodes_and_links_are_listed(void **state)
{
	struct ops_request r = of(OPS_GRAPH_NODES, "1");
	ask(&r);
	assert_at("graph", "0.notes");
	assert_at("complete", "true");
	assert_at("nodes.0.self", "true");
	assert_at("nodes.1.node", "0000000000000099");
	assert_at("nodes.1.addresses.0.address", "192.0.2.9");
	assert_at("nodes.1.addresses.0.port", "3587");
	assert_at("nodes.1.attributes", "in the attic");
	r = of(OPS_GRAPH_LINKS, "1");
	ask(&r);
	assert_at("links.0.conn", "5");
	assert_at("links.0.kind", "neighbor");
	assert_at("links.0.remote", "192.0.2.9:3587");
	assert_at("links.0.sync", "hash");
	assert_at("links.0.skew", "1.5");
	assert_at("links.0.skew_behind", "true");
	assert_at("links.1.kind", "direct");
	assert_at("links.1.node", "");
	assert_at("links.1.remote", "");
}

static void a_graph_is_created(void **state)
{
	struct ops_request r = of(OPS_GRAPH_MAKE, "");
	struct ops_graph_make *m = &r.graph_make;
	m->id = "0.garden";
	m->peer = "0.eve";
	m->name = "Garden";
	m->comment = "what grows";
	m->presence_life = 600 * MONO_SEC;
	m->record_max = 4096;
	m->defer = true;
	m->sync_order = "note, 44444444-4444-4444-4444-444444444444";
	ops_set_text(m->scope, sizeof(m->scope), "site");
	ops_set_text(m->presence, sizeof(m->presence), "12");
	ask(&r);
	assert_at("done", "true");
	assert_at("text", "graph \"0.garden\" is created");
	assert_int_equal(played_graph.command.kind, GRAPHS_CREATE);
	assert_string_equal(played_graph.id, "0.garden");
	assert_int_equal(played_graph.command.n_sync_order, 2);
	const struct graph_properties *p = &played_graph.made;
	assert_string_equal(p->name, "Garden");
	assert_int_equal(p->scope, GRAPH_SCOPE_SITE);
	assert_int_equal(p->presence_max, 12);
	assert_int_equal(p->presence_life, 600);
	assert_int_equal(p->record_max, 4096);
	assert_true(p->defer_expiration);
	assert_int_equal(played_graph.commands, 1);
	assert_false(played_graph.command.listen);
	m->listen = true;
	m->open = true;
	ask(&r);
	assert_at("text", "graph \"0.garden\" is open");
	assert_int_equal(played_graph.command.kind, GRAPHS_OPEN);
	assert_true(played_graph.command.listen);
	assert_int_equal(played_graph.commands, 2);
	m->dry_run = true;
	ask(&r);
	assert_at("done", "false");
	assert_at("text", "graph \"0.garden\" would be opened");
	assert_int_equal(played_graph.commands, 2);
	m->dry_run = false;
	played_graph.result = (struct engine_result){ .err = ERR_EXISTS };
	ask(&r);
	refused(ERR_EXISTS, "graph \"0.garden\" cannot be opened: exists already",
		"homestead graph open");
}

static void bad_graphs_are_refused(void **state)
{
	struct ops_request r = of(OPS_GRAPH_MAKE, "");
	struct ops_graph_make *m = &r.graph_make;
	ask(&r);
	refused(ERR_MALFORMED, "a graph needs a name, its Graph ID",
		"homestead graph create GRAPH");
	m->id = "\xff";
	ask(&r);
	refused(ERR_MALFORMED, "the Graph ID is no text", "doc/api.md");
	m->id = "0.x";
	ops_set_text(m->scope, sizeof(m->scope), "world");
	ask(&r);
	refused(ERR_MALFORMED, "a scope is global, site or link", "");
	ops_set_text(m->scope, sizeof(m->scope), "link");
	ops_set_text(m->profile, sizeof(m->profile), "old");
	ask(&r);
	refused(ERR_MALFORMED, "a profile is modern or classic", "");
	ops_set_text(m->profile, sizeof(m->profile), "modern");
	m->record_max = 1;
	ask(&r);
	refused(ERR_RANGE, "record_max is 1024 to 62914560, or 0", "");
	m->record_max = 0;
	ops_set_text(m->presence, sizeof(m->presence), "some");
	ask(&r);
	refused(ERR_MALFORMED, "presence is all, none, or about how many nodes", "");
	ops_set_text(m->presence, sizeof(m->presence), "none");
	m->presence_life = MONO_SEC;
	ask(&r);
	refused(ERR_RANGE, "presence_life is 5 minutes or more", "");
	m->presence_life = -1;
	m->sync_order = "note,,NO WORD";
	ask(&r);
	refused(ERR_MALFORMED, "\"NO\" is no record type", "");
	assert_int_equal(played_graph.commands, 0);
}

struct life {
	enum ops_kind kind;
	enum graphs_command_kind command;
	const char *text;
};

static void graphs_are_closed_deleted_and_listened_for(void **state)
{
	static const struct life lives[] = {
		{ OPS_GRAPH_CLOSE, GRAPHS_CLOSE,
		  "graph \"0.notes\" is closed; its database stays" },
		{ OPS_GRAPH_DELETE, GRAPHS_DELETE,
		  "graph \"0.notes\" is deleted, with its database" },
		{ OPS_GRAPH_LISTEN, GRAPHS_LISTEN, "graph \"0.notes\" takes connections" },
		{ OPS_GRAPH_REVALIDATE, GRAPHS_OF,
		  "graph \"0.notes\" judges anew what was deferred" },
	};
	for (size_t i = 0; i < 4; i++) {
		struct ops_request r = of(lives[i].kind, "0.notes");
		ask(&r);
		assert_at("text", lives[i].text);
		assert_int_equal(played_graph.command.kind, lives[i].command);
		r.write.dry_run = true;
		ask(&r);
		assert_at("done", "false");
		assert_int_equal(played_graph.commands, i + 1);
	}
	assert_int_equal(played_graph.counts[GRAPH_REVALIDATE], 1);
	struct ops_request r = of(OPS_GRAPH_LISTEN, "0.notes");
	played_graph.result = (struct engine_result){ .err = ERR_STATE, .text = "too early" };
	ask(&r);
	refused(ERR_STATE, "graph \"0.notes\" cannot take connections: too early",
		"homestead graph list");
}

static void properties_are_set(void **state)
{
	struct ops_request r = of(OPS_GRAPH_SET, "1");
	struct ops_graph_set *s = &r.graph_set;
	ask(&r);
	refused(ERR_MALFORMED, "nothing is to be set", "doc/api.md");
	s->name = "New";
	ops_set_text(s->present, sizeof(s->present), "yes");
	s->attributes = "here";
	ask(&r);
	assert_at("text", "graph \"0.notes\" is changed");
	const struct graph_command *k = &played_graph.command.of;
	assert_int_equal(k->set, GRAPH_SET_NAME | GRAPH_SET_PRESENT | GRAPH_SET_ATTRIBUTES);
	assert_true(k->present);
	assert_int_equal(played_graph.payload_n, 4);
	assert_string_equal(played_graph.made.name, "New");
	s->set = "comment, presence_life";
	s->presence_life = 900 * MONO_SEC;
	ask(&r);
	assert_int_equal(k->set, GRAPH_SET_COMMENT | GRAPH_SET_PRESENCE_LIFE);
	assert_string_equal(played_graph.made.comment, "");
	assert_int_equal(played_graph.made.presence_life, 900);
	s->set = "colour";
	ask(&r);
	refused(ERR_MALFORMED, "\"set\" names what is not there", "doc/api.md");
	s->set = "present";
	ops_set_text(s->present, sizeof(s->present), "maybe");
	ask(&r);
	refused(ERR_MALFORMED, "present is yes or no", "");
}

static void connections_are_made_and_ended(void **state)
{
	struct ops_request r = of(OPS_GRAPH_CONNECT, "1");
	struct ops_graph_connect *c = &r.graph_connect;
	ask(&r);
	refused(ERR_MALFORMED, "is no address such as", "");
	ops_set_text(c->address, sizeof(c->address), "192.0.2.9");
	c->peer = "0.bob";
	played_graph.result.conn = 9;
	ask(&r);
	assert_at("number", "9");
	assert_int_equal(played_graph.command.of.kind, GRAPH_CONNECT_TO);
	assert_int_equal(played_graph.command.of.remote.port, GRAPH_PORT);
	played_graph.result = (struct engine_result){ .err = ERR_TIMEOUT };
	ask(&r);
	refused(ERR_TIMEOUT,
		"graph \"0.notes\" cannot be connected now, and tries again while it wants "
		"neighbors: timed out",
		"let TCP 3587 in");
	played_graph.result = (struct engine_result){ .err = OK };
	r = of(OPS_GRAPH_DISCONNECT, "1");
	r.graph_disconnect.conn = 5;
	ask(&r);
	assert_at("text", "connection 5 is ended");
	assert_int_equal(played_graph.command.of.conn, 5);
	r = of(OPS_GRAPH_PING, "1");
	played_graph.result.elapsed = 2 * MONO_MS;
	ask(&r);
	assert_at("elapsed", "0.002");
	ops_set_text(r.graph_ping.node, sizeof(r.graph_ping.node), "0000000000000099");
	ask(&r);
	assert_int_equal(played_graph.command.of.node, 0x99);
	ops_set_text(r.graph_ping.node, sizeof(r.graph_ping.node), "99");
	ask(&r);
	refused(ERR_MALFORMED, "a Node ID is 16 hexadecimal digits", "homestead graph list");
}

static void never(void *arg, const struct ops_answer *a)
{
	fail();
}

/* GRAPH-14.10 */
static void who_hangs_up_ends_the_attempt(void **state)
{
	struct ops_request r = of(OPS_GRAPH_CONNECT, "1");
	const struct ops_asker who = { NULL, never, NULL };
	uint64_t ticket;
	ops_set_text(r.graph_connect.address, sizeof(r.graph_connect.address), "192.0.2.9");
	played_graph.later = true;
	assert_int_equal(ops_ask(ops, &r, &who, &ticket), OK);
	assert_int_not_equal(ticket, 0);
	ops_cancel(ops, ticket);
	assert_int_equal(played.forgotten, played.last_number);
	assert_int_equal(played_graph.cancelled, played.last_number);
	assert_int_equal(played_graph.n_held, 0);
}

static void memory_may_end_anywhere(void **state)
{
	struct failing_env fe;
	for (int k = OPS_GRAPHS; k < OPS_RECORD_UPLOAD; k++)
		for (size_t n = 0; n < 40; n++) {
			struct ops_request r = of((enum ops_kind)k, k == OPS_GRAPH_MAKE ? "" : "1");
			struct ops_host host = played_host();
			struct ops *o;
			if (k == OPS_GRAPH_MAKE)
				r.graph_make.id = "0.x";
			if (k == OPS_RECORD_ADD)
				r.record_add.attributes = NULL;
			failing_env_init(&fe, 7);
			fe.fail_at = n;
			played.env = &fe.env;
			if (ops_new(&o, NULL, &host) == OK) {
				size_t before = got.count;
				enum err e = ops_submit(o, &r, take, NULL);
				assert_true(e == OK || e == ERR_NOMEM);
				assert_int_equal(got.count, before + (e == OK));
				ops_free(o);
			}
			failing_env_assert_clean(&fe);
		}
	played.env = NULL;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		GRAPHS_TEST(graphs_are_listed),
		GRAPHS_TEST(every_state_has_its_word),
		GRAPHS_TEST(a_graph_is_found_by_id_number_and_beginning),
		GRAPHS_TEST(without_the_part_all_say_so),
		GRAPHS_TEST(status_tells_of_graphs),
		GRAPHS_TEST(another_port_needs_attention),
		GRAPHS_TEST(nodes_and_links_are_listed),
		GRAPHS_TEST(a_graph_is_created),
		GRAPHS_TEST(bad_graphs_are_refused),
		GRAPHS_TEST(graphs_are_closed_deleted_and_listened_for),
		GRAPHS_TEST(properties_are_set),
		GRAPHS_TEST(connections_are_made_and_ended),
		GRAPHS_TEST(who_hangs_up_ends_the_attempt),
		GRAPHS_TEST(memory_may_end_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
