/* Records of this node: added, changed, deleted, refused (doc/graph.md 14). */
#include "lone_rig.h"

static struct lone l;
static uint8_t room[LONE_RECORD_MAX];

static void begin(void)
{
	lone_new(&l);
	lone_called(&l, 2, 22);
	memset(l.events, 0, sizeof(l.events));
}

static struct graph_command adding(const char *payload)
{
	return (struct graph_command){
		.kind = GRAPH_RECORD_ADD,
		.type = lone_type,
		.has_payload = true,
		.payload = span_str(payload),
	};
}

static struct graph_command changing(enum graph_command_kind kind, const struct graph_guid *id)
{
	return (struct graph_command){ .kind = kind, .id = *id };
}

static void assert_refused(enum err err)
{
	assert_int_equal(l.reply.number, l.command);
	assert_int_equal(l.reply.err, err);
	if (err != ERR_STOPPING)
		assert_non_null(l.reply.text);
	assert_int_equal(lone_count(&l, 2, GRAPH_FLOOD), 0);
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], 0);
}

/* The record that was told last. */
static struct graph_record told(void)
{
	struct graph_record r;
	const struct lone_said *s = NULL;
	for (size_t i = 0; i < l.n_said; i++)
		if (l.said[i].link == 2 && l.said[i].m.type == GRAPH_FLOOD)
			s = &l.said[i];
	assert_non_null(s);
	assert_int_equal(graph_record_decode(s->m.record, &r), OK);
	return r;
}

static void quiet(void)
{
	lone_forget(&l);
	memset(l.events, 0, sizeof(l.events));
}

/* GRAPH-14.1: one put, and all that tells of it waits for it. */
static void add_test(void **state)
{
	(void)state;
	begin();
	struct graph_command c = adding("hello");
	c.has_attributes = true;
	c.attributes = span_str("<attributes><attribute name=\"room\" type=\"string\">blue"
				"</attribute></attributes>");
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	assert_int_equal(l.reply.version, 1);
	assert_true(l.reply.after > 0);
	assert_int_equal(l.reply.after, store_mem_newest(l.store));
	const struct lone_said *s = lone_next(&l, 2, GRAPH_FLOOD);
	assert_non_null(s);
	assert_int_equal(s->after, l.reply.after);
	assert_int_equal(l.last_after[GRAPH_EVENT_RECORD], l.reply.after);
	assert_true(l.last[GRAPH_EVENT_RECORD].ours);
	struct graph_record r = told();
	assert_memory_equal(r.id.at, l.reply.id.at, 16);
	assert_memory_equal(r.id.at, l.g->fold, 8);
	assert_int_equal(r.version, 1);
	assert_int_equal(r.modifier.n, 0);
	assert_true(r.created == r.modified);
	assert_true(r.expires == r.created + UINT64_C(365) * 86400 * GRAPH_TICKS_SEC);
	assert_memory_equal(r.payload.p, "hello", 5);
	assert_true(r.attributes.n > 100);
	struct graph_entry *e = graph_db_find(l.g->db, &r.id);
	assert_non_null(e->attrs);
	assert_true(e->local & GRAPH_ENTRY_OURS);
	lone_end(&l);
}

static void add_refused_test(void **state)
{
	(void)state;
	begin();
	struct graph_command c = adding("x");
	c.type = graph_type_presence;
	lone_command(&l, &c);
	assert_refused(ERR_DENIED);
	c.type = (struct graph_guid){ { 0x12, 0x34, 0x56, 0x78 } }; /* A44 */
	lone_command(&l, &c);
	assert_refused(ERR_DENIED);
	c = adding("x");
	c.expires = lone_wall(&l).us; /* GRAPH-14.4 */
	lone_command(&l, &c);
	assert_refused(ERR_RANGE);
	c.expires = -5;
	lone_command(&l, &c);
	assert_refused(ERR_RANGE);
	c.expires = INT64_MAX;
	lone_command(&l, &c);
	assert_refused(ERR_RANGE);
	c.expires = lone_wall(&l).us + 367 * MONO_DAY;
	lone_command(&l, &c);
	assert_refused(ERR_RANGE);
	c.expires = 0;
	c.has_attributes = true;
	c.attributes = span_str("<attributes><attribute name=\"a\"/></attributes>");
	lone_command(&l, &c);
	assert_refused(ERR_MALFORMED);
	c.attributes = span_str("\xff\xfe");
	lone_command(&l, &c);
	assert_refused(ERR_MALFORMED);
	c.has_attributes = false;
	l.secure = ERR_DENIED;
	lone_command(&l, &c);
	assert_refused(ERR_DENIED);
	l.secure = OK;
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	lone_end(&l);
}

/* GRAPH-14.5, A36: up to the limit, not above. */
static void size_test(void **state)
{
	(void)state;
	lone_init(&l);
	l.birth.properties.record_max = 1024;
	lone_start(&l);
	lone_called(&l, 2, 22);
	memset(l.events, 0, sizeof(l.events));
	static char text[1026];
	memset(text, 'x', 1025);
	struct graph_command c = adding(text);
	lone_command(&l, &c);
	assert_refused(ERR_RANGE);
	c.payload.n = 1024;
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	quiet();
	c.payload.n = 1000;
	c.has_attributes = true;
	c.attributes = span_str("<attributes/>"); /* 14 units */
	lone_command(&l, &c);
	assert_refused(ERR_RANGE);
	c.payload.n = 1024 - 28;
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	lone_end(&l);
}

/* GRAPH-14.3 */
static void update_test(void **state)
{
	(void)state;
	begin();
	struct graph_command c = adding("one");
	c.expires = lone_wall(&l).us + MONO_HOUR;
	c.has_attributes = true;
	c.attributes = span_str("<attributes/>");
	lone_command(&l, &c);
	struct graph_record first = told(), r;
	struct graph_guid id = l.reply.id;
	uint64_t created = first.created, expires = first.expires;
	lone_pass(&l, 10 * MONO_SEC);
	c = changing(GRAPH_RECORD_UPDATE, &id);
	c.has_payload = true;
	c.payload = span_str("two");
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	assert_int_equal(l.reply.version, 2);
	r = told();
	assert_int_equal(r.version, 2);
	assert_true(r.created == created && r.expires == expires);
	assert_true(r.modified == lone_time(&l));
	assert_true(span_eq(r.modifier, span_of(l.g->peer16, l.g->peer16_n)));
	assert_memory_equal(r.payload.p, "two", 3);
	assert_true(r.attributes.n > 0); /* kept */
	assert_int_equal(l.last[GRAPH_EVENT_RECORD].change, GRAPH_RECORD_UPDATED);
	/* The payload stays, the attributes go, the time grows. */
	c = changing(GRAPH_RECORD_UPDATE, &id);
	c.has_attributes = true;
	c.expires = lone_wall(&l).us + 2 * MONO_HOUR;
	c.if_version = 2;
	lone_command(&l, &c);
	r = told();
	assert_int_equal(r.version, 3);
	assert_memory_equal(r.payload.p, "two", 3);
	assert_int_equal(r.attributes.n, 0);
	assert_true(r.expires > expires);
	lone_end(&l);
}

/* Our clock went back behind the creation: an update still comes after it. */
static void update_after_creation_test(void **state)
{
	(void)state;
	begin();
	struct graph_guid id = lone_add(&l, "x");
	uint64_t created = told().created;
	graph_wall(l.g, (struct wall){ lone_wall(&l).us - MONO_HOUR, true }, l.now);
	struct graph_command c = changing(GRAPH_RECORD_UPDATE, &id);
	c.has_payload = true;
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	uint64_t modified = told().modified;
	assert_true(modified > created && modified <= created + GRAPH_TICKS_SEC);
	/* Not the same for everybody. */
	lone_command(&l, &c);
	assert_true(told().modified != modified);
	lone_end(&l);
}

/* GRAPH-10.28: the clocks of two who keep up one record of the provider's. */
static void what_clocks_differ_by_test(void **state)
{
	(void)state;
	static const struct {
		int64_t before;
		bool reserved, taken;
	} rows[] = { { MONO_MS, true, true },
		     { 20 * MONO_MIN, true, true },
		     { 20 * MONO_MIN + MONO_MS, true, false },
		     { MONO_MS, false, false } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin();
		struct graph_guid id = lone_add(&l, "x");
		quiet();
		uint64_t ends = graph_db_find(l.g->db, &id)->expires;
		struct graph_command c = changing(GRAPH_RECORD_UPDATE, &id);
		c.reserved = rows[i].reserved;
		c.expires = graph_time_wall(l.g, ends) - rows[i].before;
		lone_command(&l, &c);
		assert_int_equal(l.reply.err, rows[i].taken ? OK : ERR_RANGE);
		assert_true(graph_db_find(l.g->db, &id)->expires == ends);
		lone_end(&l);
	}
}

static void update_refused_test(void **state)
{
	(void)state;
	begin();
	struct graph_guid id = lone_add(&l, "x");
	quiet();
	struct graph_guid none = { { 9 } };
	struct graph_command c = changing(GRAPH_RECORD_UPDATE, &none);
	c.has_payload = true;
	lone_command(&l, &c);
	assert_refused(ERR_NOT_FOUND);
	c.id = id;
	c.if_version = 2; /* GRAPH-14.2 */
	lone_command(&l, &c);
	assert_refused(ERR_CONFLICT);
	c.if_version = 0;
	c.expires = lone_wall(&l).us + MONO_HOUR;
	lone_command(&l, &c);
	assert_refused(ERR_RANGE); /* it would shrink */
	c.expires = 0;
	c.id = graph_id_info;
	lone_command(&l, &c);
	assert_refused(ERR_DENIED);
	c.kind = GRAPH_RECORD_DELETE;
	lone_command(&l, &c);
	assert_refused(ERR_DENIED);
	lone_end(&l);
}

/* A37 */
static void last_version_test(void **state)
{
	(void)state;
	begin();
	lone_flood(&l, 2,
		   lone_make(&l,
			     &(struct lone_record){
				     .version = UINT32_MAX, .modified = 1, .modifier = "0.carol" },
			     room));
	struct graph_guid id = lone_id(&l, "0.bob", 0);
	quiet();
	struct graph_command c = changing(GRAPH_RECORD_UPDATE, &id);
	c.has_payload = true;
	lone_command(&l, &c);
	assert_refused(ERR_RANGE);
	lone_end(&l);
}

/* GRAPH-3.7: what a creator made can always be changed and deleted by who may. */
static void nobody_makes_what_cannot_be_deleted_test(void **state)
{
	(void)state;
	begin();
	struct lone_record r = { .version = GRAPH_VERSION_OWN + 1 };
	struct graph_guid id = lone_id(&l, "0.bob", 0);
	lone_flood(&l, 2, lone_make(&l, &r, room));
	assert_null(graph_db_find(l.g->db, &id));
	assert_int_equal(l.last[GRAPH_EVENT_INVALID].fault, GRAPH_FAULT_JUMP);
	r.modified = 1;
	r.modifier = "0.bob";
	lone_flood(&l, 2, lone_make(&l, &r, room));
	assert_null(graph_db_find(l.g->db, &id));
	r.version--;
	lone_flood(&l, 2, lone_make(&l, &r, room));
	assert_non_null(graph_db_find(l.g->db, &id));
	quiet();
	struct graph_command c = changing(GRAPH_RECORD_DELETE, &id);
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	assert_int_equal(l.reply.version, GRAPH_VERSION_OWN + 1);
	/* Nor do we. */
	r = (struct lone_record){ .creator = "0.alice", .number = 1, .version = GRAPH_VERSION_OWN };
	id = lone_id(&l, "0.alice", 1);
	lone_flood(&l, 2, lone_make(&l, &r, room));
	quiet();
	c = changing(GRAPH_RECORD_UPDATE, &id);
	c.has_payload = true;
	lone_command(&l, &c);
	assert_refused(ERR_RANGE);
	lone_end(&l);
}

static void delete_test(void **state)
{
	(void)state;
	begin();
	struct graph_command c = adding("x");
	c.has_attributes = true;
	c.attributes = span_str("<attributes/>");
	lone_command(&l, &c);
	struct graph_guid id = l.reply.id;
	uint64_t expires = told().expires;
	lone_pass(&l, MONO_SEC);
	c = changing(GRAPH_RECORD_DELETE, &id);
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	assert_int_equal(l.reply.version, 2);
	struct graph_record r = told();
	assert_true(graph_record_deleted(&r)); /* A28 */
	assert_int_equal(r.payload.n + r.attributes.n, 0);
	assert_true(r.expires == expires);
	assert_true(r.modifier.n > 0);
	assert_int_equal(l.last[GRAPH_EVENT_RECORD].change, GRAPH_RECORD_GONE);
	/* It can neither be deleted nor changed again. */
	quiet();
	lone_command(&l, &c);
	assert_refused(ERR_NOT_FOUND);
	c.kind = GRAPH_RECORD_UPDATE;
	lone_command(&l, &c);
	assert_refused(ERR_NOT_FOUND);
	lone_end(&l);
}

/* GRAPH-14.6 */
static void delete_here_test(void **state)
{
	(void)state;
	begin();
	struct graph_guid id = lone_add(&l, "x");
	struct graph_record first = told();
	struct span again = span_of(room, graph_record_size(&first));
	struct wr w = wr_of(room, sizeof(room));
	graph_record_put(&w, &first);
	quiet();
	struct graph_command c = changing(GRAPH_RECORD_DELETE, &id);
	c.local_only = true;
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	assert_int_equal(l.reply.after, store_mem_newest(l.store));
	assert_int_equal(lone_count(&l, 2, GRAPH_FLOOD), 0);
	assert_int_equal(l.last[GRAPH_EVENT_RECORD].change, GRAPH_RECORD_GONE);
	assert_null(graph_db_find(l.g->db, &id));
	lone_flood(&l, 2, again); /* and it may come back */
	assert_non_null(graph_db_find(l.g->db, &id));
	lone_end(&l);
}

/* Records of others may be changed; an expired one not, purged or not. */
static void others_test(void **state)
{
	(void)state;
	begin();
	lone_flood(&l, 2, lone_make(&l, &(struct lone_record){ .expires = 5 }, room));
	struct graph_guid id = lone_id(&l, "0.bob", 0);
	struct graph_command c = changing(GRAPH_RECORD_UPDATE, &id);
	c.has_payload = true;
	c.payload = span_str("mine");
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	struct graph_record r = told();
	assert_int_equal(r.creator.n, 2 * 6);
	assert_int_not_equal(memcmp(r.creator.p, l.g->peer16, r.creator.n), 0);
	graph_timer_set(l.g, GRAPH_TIMER_EXPIRE, MONO_NEVER);
	lone_pass(&l, 6 * MONO_SEC);
	quiet();
	lone_command(&l, &c);
	assert_refused(ERR_NOT_FOUND);
	lone_end(&l);
}

/* GRAPH-14.7 */
static void not_ready_test(void **state)
{
	(void)state;
	lone_init(&l);
	l.birth.create = false;
	lone_start(&l);
	struct graph_command c = adding("x");
	lone_command(&l, &c);
	assert_refused(ERR_STATE);
	assert_non_null(strstr(l.reply.text, "connect to a node"));
	(void)lone_calls(&l, 5, lone_time(&l)); /* synchronises */
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, ERR_STATE);
	assert_non_null(strstr(l.reply.text, "wait for"));
	lone_end(&l);
}

static void stopping_test(void **state)
{
	(void)state;
	begin();
	graph_stop(l.g, l.now);
	lone_drain(&l);
	quiet();
	struct graph_command c = adding("x");
	lone_command(&l, &c);
	assert_refused(ERR_STOPPING);
	lone_end(&l);
}

static void limits_test(void **state)
{
	(void)state;
	lone_init(&l);
	l.birth.limits.db.records = 2;
	lone_start(&l);
	lone_called(&l, 2, 22);
	(void)lone_add(&l, "1");
	(void)lone_add(&l, "2");
	quiet();
	struct graph_command c = adding("3");
	lone_command(&l, &c);
	assert_refused(ERR_FULL);
	lone_end(&l);
}

static void store_breaks_test(void **state)
{
	(void)state;
	begin();
	struct graph_guid id = lone_add(&l, "x");
	quiet();
	store_mem_break(l.store, ERR_NO_SPACE);
	struct graph_command c = adding("y");
	lone_command(&l, &c);
	assert_refused(ERR_NO_SPACE);
	c = changing(GRAPH_RECORD_UPDATE, &id);
	c.has_payload = true;
	lone_command(&l, &c);
	assert_refused(ERR_NO_SPACE);
	c.kind = GRAPH_RECORD_DELETE;
	lone_command(&l, &c);
	assert_refused(ERR_NO_SPACE);
	c.local_only = true;
	lone_command(&l, &c);
	assert_refused(ERR_NO_SPACE);
	store_mem_break(l.store, OK);
	c.local_only = false;
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	lone_end(&l);
}

/* A commit failed: what was put is undone, nothing of it stays, the rest does. */
static void commit_fails_test(void **state)
{
	(void)state;
	begin();
	struct graph_guid kept = lone_add(&l, "kept");
	lone_commit(&l);
	struct graph_guid lost = lone_add(&l, "lost");
	store_mem_seal(l.store);
	graph_store_failed(l.g, store_mem_fail(l.store), ERR_IO, l.now);
	lone_pass(&l, MONO_SEC);
	assert_true(l.g->loaded);
	assert_true(l.closed[2]);
	assert_non_null(graph_db_find(l.g->db, &kept));
	assert_null(graph_db_find(l.g->db, &lost));
	(void)lone_add(&l, "again");
	lone_end(&l);
}

/* GRAPH-14.8 */
static void import_test(void **state)
{
	(void)state;
	lone_init(&l);
	l.birth.create = false;
	lone_start(&l);
	struct graph_command c = { .kind = GRAPH_IMPORT };
	c.payload = lone_make(&l, &(struct lone_record){ .payload = "x" }, room);
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	assert_int_equal(l.reply.after, store_mem_newest(l.store));
	lone_command(&l, &c); /* known by now */
	assert_int_equal(l.reply.err, OK);
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], 1);
	c.payload = lone_make(&l, &(struct lone_record){ .graph = "0.Other" }, room);
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, ERR_MALFORMED);
	size_t n = graph_db_count(l.g->db);
	c.payload = lone_make(&l, &(struct lone_record){ .type = graph_type_contact }, room);
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	assert_int_equal(graph_db_count(l.g->db), n);
	c.payload = span_of(room, 3);
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, ERR_MALFORMED);
	l.opinion = GRAPH_LATER;
	c.payload = lone_make(&l, &(struct lone_record){ .number = 5 }, room);
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	assert_int_equal(l.g->n_deferred, 1);
	l.opinion = GRAPH_VALID;
	store_mem_break(l.store, ERR_IO);
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, ERR_IO);
	store_mem_break(l.store, OK);
	lone_end(&l);
}

static void import_while_connected_test(void **state)
{
	(void)state;
	begin();
	struct graph_command c = { .kind = GRAPH_IMPORT };
	c.payload = lone_make(&l, &(struct lone_record){ .payload = "x" }, room);
	lone_command(&l, &c);
	assert_refused(ERR_STATE);
	/* But what the provider was shown there (GROUP-11.21). */
	c.reserved = true;
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	lone_end(&l);
}

/* What the provider signs goes along. */
static void secured_test(void **state)
{
	(void)state;
	begin();
	l.security = span_str("signed");
	struct graph_guid id = lone_add(&l, "x");
	assert_true(span_eq(told().security, span_str("signed")));
	l.security = span_str("signed anew");
	struct graph_command c = changing(GRAPH_RECORD_DELETE, &id);
	lone_command(&l, &c);
	assert_true(span_eq(told().security, span_str("signed anew")));
	lone_end(&l);
}

/* A large one is made in memory that is given back. */
static void large_test(void **state)
{
	(void)state;
	begin();
	static char text[200001];
	memset(text, 'x', 200000);
	(void)lone_add(&l, text);
	assert_int_equal(l.g->making_room, 0);
	(void)lone_add(&l, "small");
	assert_true(l.g->making_room > 0);
	lone_end(&l);
}

/* An answer whatever fails, and either a record that is told or none. */
static void out_of_memory_test(void **state)
{
	(void)state;
	bool failed = true;
	for (size_t fail = 1; failed; fail++) {
		begin();
		struct graph_command c = adding("hello");
		c.has_attributes = true;
		c.attributes = span_str("<attributes><attribute name=\"a\" type=\"int\">7"
					"</attribute></attributes>");
		size_t n = graph_db_count(l.g->db);
		l.f.fail_at = l.f.allocations + fail;
		l.f.failed = false;
		enum err err = graph_command(l.g, &c, ++l.command, l.now);
		failed = l.f.failed;
		l.f.fail_at = 0;
		lone_drain(&l);
		if (err == OK) {
			assert_int_equal(l.reply.number, l.command);
			assert_int_equal(graph_db_count(l.g->db), n + (l.reply.err == OK));
		} else {
			assert_int_equal(graph_db_count(l.g->db), n);
		}
		assert_true(failed || l.reply.err == OK);
		lone_end(&l);
		assert_true(fail < 200);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add_test),
		cmocka_unit_test(add_refused_test),
		cmocka_unit_test(size_test),
		cmocka_unit_test(update_test),
		cmocka_unit_test(update_after_creation_test),
		cmocka_unit_test(what_clocks_differ_by_test),
		cmocka_unit_test(update_refused_test),
		cmocka_unit_test(last_version_test),
		cmocka_unit_test(nobody_makes_what_cannot_be_deleted_test),
		cmocka_unit_test(delete_test),
		cmocka_unit_test(delete_here_test),
		cmocka_unit_test(others_test),
		cmocka_unit_test(not_ready_test),
		cmocka_unit_test(stopping_test),
		cmocka_unit_test(limits_test),
		cmocka_unit_test(store_breaks_test),
		cmocka_unit_test(commit_fails_test),
		cmocka_unit_test(import_test),
		cmocka_unit_test(import_while_connected_test),
		cmocka_unit_test(secured_test),
		cmocka_unit_test(large_test),
		cmocka_unit_test(out_of_memory_test),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
