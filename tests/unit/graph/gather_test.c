/* Changes of a turn that the provider signs together; types that are not an application's
 * (doc/graph.md 14.18, 14.19). */
#include "lone_rig.h"

#include <stdio.h>

#define BATCH 4

static struct lone l;
static struct {
	size_t calls, singles, sizes[32];
	enum graph_change changes[32];
	size_t n_changes;
	int refuse; /* the so-many-th of every call; -1 none */
	char words[BATCH][32];
} many;

static void secure_many(void *ctx, const struct graph_record *r, const enum graph_change *change,
			size_t n, struct span *security, enum err *each)
{
	assert_ptr_equal(ctx, &l);
	assert_true(n >= 2 && n <= BATCH);
	many.sizes[many.calls++] = n;
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(r[i].security.n, 0);
		assert_true(graph_record_size(&r[i]) > GRAPH_RECORD_FIXED);
		many.changes[many.n_changes++] = change[i];
		snprintf(many.words[i], sizeof many.words[i], "many %zu", i);
		security[i] = span_str(many.words[i]);
		each[i] = many.refuse == (int)i ? ERR_DENIED : OK;
	}
}

static enum err secure(void *ctx, const struct graph_record *r, enum graph_change change,
		       struct span *security)
{
	many.singles++;
	*security = span_str("one");
	return l.secure;
}

/* What was answered, in order. */
static struct lone_reply replies[64];
static size_t n_replies;

static void poll(void)
{
	struct graph_out out;
	while (graph_poll(l.g, &out))
		if (out.kind == GRAPH_OUT_REPLY) {
			replies[n_replies++] =
				(struct lone_reply){ out.number, out.after, out.err,
						     out.text,	 out.type,  out.version };
			assert_true(n_replies < 64);
		}
}

static void turn(void)
{
	while (mono_reached(graph_deadline(l.g), l.now))
		graph_tick(l.g, l.now);
	poll();
}

static void begin(void)
{
	lone_init(&l);
	l.ops.secure = secure;
	l.ops.secure_many = secure_many;
	l.ops.batch = BATCH;
	lone_start(&l);
	turn();
	memset(&many, 0, sizeof many);
	many.refuse = -1;
	n_replies = 0;
}

static void command(const struct graph_command *c)
{
	assert_int_equal(graph_command(l.g, c, ++l.command, l.now), OK);
	poll();
}

static void add(const char *payload)
{
	command(&(struct graph_command){ .kind = GRAPH_RECORD_ADD,
					 .type = lone_type,
					 .has_payload = true,
					 .payload = span_str(payload) });
}

static void update(const struct graph_guid *id, const char *payload)
{
	command(&(struct graph_command){ .kind = GRAPH_RECORD_UPDATE,
					 .id = *id,
					 .has_payload = true,
					 .payload = span_str(payload) });
}

static void delete (const struct graph_guid *id, bool local)
{
	command(&(struct graph_command){
		.kind = GRAPH_RECORD_DELETE, .id = *id, .local_only = local });
}

static struct graph_record stored(const struct graph_guid *id)
{
	struct graph_record r;
	struct span octets;
	struct graph_entry *e = graph_db_find(l.g->db, id);
	assert_non_null(e);
	assert_int_equal(graph_db_octets(l.g->db, e, &octets), OK);
	assert_int_equal(graph_record_decode(octets, &r), OK);
	return r;
}

/* GRAPH-14.19: in their order, and each after its own put (D8). */
static void a_turn_is_signed_together_test(void **state)
{
	begin();
	uint64_t before = l.command, put = store_mem_newest(l.store);
	for (char text[] = "a"; text[0] < 'e'; text[0]++)
		add(text);
	assert_int_equal(n_replies, 0);
	assert_true(mono_reached(graph_deadline(l.g), l.now));
	turn();
	assert_int_equal(many.calls, 1);
	assert_int_equal(many.sizes[0], 4);
	assert_int_equal(many.singles, 0);
	assert_int_equal(n_replies, 4);
	for (size_t i = 0; i < 4; i++) {
		char text[] = { (char)('a' + i), 0 };
		assert_int_equal(replies[i].number, before + 1 + i);
		assert_int_equal(replies[i].err, OK);
		assert_int_equal(replies[i].after, put + 1 + i);
		assert_int_equal(replies[i].version, 1);
		struct graph_record r = stored(&replies[i].id);
		assert_true(span_eq(r.payload, span_str(text)));
		assert_true(span_eq(r.security, span_str(many.words[i])));
		assert_int_equal(many.changes[i], GRAPH_CHANGE_ADDED);
	}
	lone_end(&l);
}

/* GRAPH-14.19 */
static void one_is_signed_alone_test(void **state)
{
	begin();
	add("alone");
	turn();
	assert_int_equal(many.calls, 0);
	assert_int_equal(many.singles, 1);
	assert_int_equal(n_replies, 1);
	assert_true(span_eq(stored(&replies[0].id).security, span_str("one")));
	lone_end(&l);
}

/* GRAPH-14.19 */
static void at_most_as_many_as_it_takes_test(void **state)
{
	begin();
	for (int i = 0; i < 11; i++)
		add("x");
	turn();
	assert_int_equal(n_replies, 11);
	assert_int_equal(many.calls, 3);
	assert_int_equal(many.sizes[0], 4);
	assert_int_equal(many.sizes[1], 4);
	assert_int_equal(many.sizes[2], 3);
	for (size_t i = 1; i < 11; i++)
		assert_int_equal(replies[i].number, replies[0].number + i);
	lone_end(&l);
}

/* GRAPH-14.19: what is refused keeps its place among the answers, whoever refuses it. */
static void some_are_refused_test(void **state)
{
	static const struct graph_guid nobody = { { 1, 2, 3 } };
	begin();
	many.refuse = 1;
	add("a");
	update(&nobody, "b");
	add("c");
	add("d");
	turn();
	assert_int_equal(many.calls, 1);
	assert_int_equal(many.sizes[0], 3);
	assert_int_equal(n_replies, 4);
	assert_int_equal(replies[0].err, OK);
	assert_int_equal(replies[1].err, ERR_NOT_FOUND);
	assert_int_equal(replies[2].err, ERR_DENIED);
	assert_non_null(replies[1].text);
	assert_non_null(replies[2].text);
	assert_int_equal(replies[3].err, OK);
	assert_true(span_eq(stored(&replies[3].id).payload, span_str("d")));
	assert_true(span_eq(stored(&replies[3].id).security, span_str("many 2")));
	lone_end(&l);
}

/* GRAPH-14.19: the second change of a record is of the next batch, in whatever form. */
static void changes_of_one_record_follow_each_other_test(void **state)
{
	begin();
	add("a");
	add("b");
	turn();
	struct graph_guid a = replies[0].id, b = replies[1].id;
	n_replies = many.calls = many.n_changes = many.singles = 0;
	update(&a, "a2");
	update(&b, "b2");
	update(&a, "a3");
	delete (&b, false);
	delete (&a, true); /* alone */
	turn();
	assert_int_equal(n_replies, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(replies[i].err, OK);
	assert_int_equal(replies[0].version, 2);
	assert_int_equal(replies[2].version, 3);
	assert_int_equal(many.calls, 2);
	assert_int_equal(many.changes[1], GRAPH_CHANGE_UPDATED);
	assert_int_equal(many.changes[3], GRAPH_CHANGE_DELETED);
	assert_null(graph_db_find(l.g->db, &a));
	assert_true(graph_db_find(l.g->db, &b)->deleted);
	lone_end(&l);
}

/* Attributes are read, refused and freed as when one is made alone. */
static void attributes_go_along_test(void **state)
{
	struct graph_command c = {
		.kind = GRAPH_RECORD_ADD,
		.type = lone_type,
		.has_attributes = true,
		.attributes = span_str("<attributes><attribute name=\"room\" type=\"string\">blue"
				       "</attribute></attributes>"),
	};
	size_t at = 0;
	begin();
	command(&c);
	c.attributes = span_str("<attributes>");
	command(&c);
	add("x");
	turn();
	assert_int_equal(many.calls, 1);
	assert_int_equal(replies[0].err, OK);
	assert_int_equal(replies[1].err, ERR_MALFORMED);
	assert_int_equal(replies[2].err, OK);
	assert_ptr_equal(graph_db_with(l.g->db, span_str("room"), span_str("blue"), &at),
			 graph_db_find(l.g->db, &replies[0].id));
	lone_end(&l);
}

/* GRAPH-10.11: what is gathered is held, and held within its limits. */
static void limits_of_what_is_held_count_test(void **state)
{
	lone_init(&l);
	l.ops.secure = secure;
	l.ops.secure_many = secure_many;
	l.ops.batch = BATCH;
	l.birth.limits.held = 3;
	lone_start(&l);
	turn();
	memset(&many, 0, sizeof many);
	many.refuse = -1;
	n_replies = 0;
	for (int i = 0; i < 5; i++)
		add("x");
	assert_int_equal(n_replies, 2);
	assert_int_equal(replies[0].err, ERR_FULL);
	turn();
	assert_int_equal(n_replies, 5);
	assert_int_equal(replies[4].err, OK);
	assert_int_equal(l.g->held_octets, 0);
	lone_end(&l);
}

static void a_stop_answers_them_test(void **state)
{
	begin();
	add("a");
	add("b");
	graph_stop(l.g, l.now);
	poll();
	assert_int_equal(n_replies, 2);
	assert_int_equal(replies[0].err, ERR_STOPPING);
	assert_int_equal(many.calls, 0);
	lone_end(&l);
}

/* Whichever allocation fails, each is answered once, and nothing is left. */
static void without_memory_test(void **state)
{
	bool failed = true;
	for (size_t n = 1; failed; n++) {
		begin();
		failing_env_fail_at(&l.f, n);
		size_t asked = 0;
		for (int i = 0; i < 3; i++) {
			struct graph_command c = { .kind = GRAPH_RECORD_ADD, .type = lone_type };
			asked += graph_command(l.g, &c, ++l.command, l.now) == OK;
		}
		turn();
		failed = l.f.failed;
		l.f.fail_at = 0;
		turn();
		assert_int_equal(n_replies, asked);
		for (size_t i = 0; i < n_replies && !failed; i++)
			assert_int_equal(replies[i].err, OK);
		lone_end(&l);
	}
}

/* ---- reserved types ---- */

static uint8_t owner[64];
static size_t owner_n;
static const struct graph_guid owned = { { 0x02 } };

static struct span creator(void *ctx, const struct graph_guid *type)
{
	return graph_guid_eq(type, &owned) ? span_of(owner, owner_n) : span_of(NULL, 0);
}

/* GRAPH-14.18 */
static void the_owner_publishes_reserved_types_test(void **state)
{
	uint8_t fold[8];
	lone_init(&l);
	l.ops.creator = creator;
	l.ops.secure = secure;
	assert_int_equal(graph_utf16(span_str("0.group"), 32, owner, &owner_n), OK);
	lone_start(&l);
	n_replies = 0;
	struct graph_command c = { .kind = GRAPH_RECORD_ADD, .type = owned };
	command(&c);
	assert_int_equal(replies[0].err, ERR_DENIED);
	c.reserved = true;
	command(&c);
	assert_int_equal(replies[1].err, OK);
	struct graph_guid id = replies[1].id;
	struct graph_record r = stored(&id);
	assert_true(span_eq(r.creator, span_of(owner, owner_n)));
	assert_int_equal(r.modifier.n, 0);
	graph_creator_fold(l.crypto, CRYPTO_MODERN, r.creator, fold);
	assert_memory_equal(id.at, fold, 8);
	/* Changed under the same name, by its owner alone. */
	c = (struct graph_command){ .kind = GRAPH_RECORD_UPDATE, .id = id };
	command(&c);
	assert_int_equal(replies[2].err, ERR_DENIED);
	c.reserved = true;
	command(&c);
	assert_int_equal(replies[3].err, OK);
	r = stored(&id);
	assert_int_equal(r.version, 2);
	assert_true(span_eq(r.modifier, span_of(owner, owner_n)));
	/* Others of them are ours as usual. */
	c = (struct graph_command){ .kind = GRAPH_RECORD_ADD,
				    .type = { { 0x01 } },
				    .reserved = true };
	command(&c);
	assert_int_equal(replies[4].err, OK);
	assert_memory_equal(replies[4].id.at, l.g->fold, 8);
	lone_end(&l);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_turn_is_signed_together_test),
		cmocka_unit_test(one_is_signed_alone_test),
		cmocka_unit_test(at_most_as_many_as_it_takes_test),
		cmocka_unit_test(some_are_refused_test),
		cmocka_unit_test(changes_of_one_record_follow_each_other_test),
		cmocka_unit_test(attributes_go_along_test),
		cmocka_unit_test(limits_of_what_is_held_count_test),
		cmocka_unit_test(a_stop_answers_them_test),
		cmocka_unit_test(without_memory_test),
		cmocka_unit_test(the_owner_publishes_reserved_types_test),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
