/* What a provider keeps from all but members (doc/graph.md 6.6 to 6.9). The double's seal is the
 * letters "S" and that of a key, then every octet of what was there turned around. */
#include "lone_rig.h"

static struct lone l;
static struct {
	char key;	   /* we write under it; 0: not yet */
	const char *known; /* keys that can be opened */
	uint8_t sealed[4096], plain[4096];
	bool closed; /* it could not seal now */
	size_t over; /* octets more than usual */
	size_t protected, revealed;
} seal;

static enum err protect(void *ctx, const struct graph_record *r, enum graph_change change,
			struct span *sealed)
{
	struct wr w = wr_of(seal.sealed, sizeof seal.sealed);
	assert_false(graph_type_reserved(&r->type));
	assert_true(change != GRAPH_CHANGE_DELETED && !graph_record_deleted(r));
	assert_int_equal(r->security.n, 0);
	seal.protected ++;
	if (!seal.key)
		return ERR_STATE;
	wr_u8(&w, 'S');
	wr_u8(&w, (uint8_t)seal.key);
	wr_u16(&w, (uint16_t)r->attributes.n);
	wr_bytes(&w, r->attributes);
	wr_bytes(&w, r->payload);
	w.n += seal.over;
	if (w.failed)
		return ERR_RANGE;
	for (size_t i = 2; i < w.n; i++)
		seal.sealed[i] ^= 0xff;
	*sealed = wr_span(&w);
	return OK;
}

static enum graph_opinion reveal(void *ctx, const struct graph_record *r, struct graph_plain *plain)
{
	struct span s = r->payload;
	seal.revealed++;
	if (s.n < 4 || s.p[0] != 'S')
		return GRAPH_VALID;
	if (s.p[1] == '!')
		return GRAPH_INVALID;
	if (!strchr(seal.known, s.p[1]))
		return GRAPH_LATER;
	for (size_t i = 2; i < s.n; i++)
		seal.plain[i - 2] = s.p[i] ^ 0xff;
	size_t n = (size_t)seal.plain[0] << 8 | seal.plain[1];
	plain->attributes = span_of(seal.plain + 2, n);
	plain->payload = span_of(seal.plain + 2 + n, s.n - 4 - n);
	return GRAPH_VALID;
}

static bool writable(void *ctx)
{
	return !seal.closed;
}

#define XML "<attributes><attribute name=\"color\" type=\"string\">red</attribute></attributes>"

static void prepare(void)
{
	memset(&seal, 0, sizeof seal);
	seal.key = 'a';
	seal.known = "ab";
	lone_init(&l);
	l.ops.protect = protect;
	l.ops.reveal = reveal;
	l.ops.writable = writable;
}

static void begin(void)
{
	prepare();
	lone_start(&l);
	lone_called(&l, 2, 22);
}

static struct graph_guid add(const char *payload)
{
	lone_command(&l, &(struct graph_command){ .kind = GRAPH_RECORD_ADD,
						  .type = lone_type,
						  .has_payload = true,
						  .payload = span_str(payload),
						  .has_attributes = true,
						  .attributes = span_str(XML) });
	return l.reply.id;
}

static struct graph_record raw(const struct graph_guid *id)
{
	struct graph_record r;
	struct span octets;
	struct graph_entry *e = graph_db_find(l.g->db, id);
	assert_non_null(e);
	assert_int_equal(graph_db_octets(l.g->db, e, &octets), OK);
	assert_int_equal(graph_record_decode(octets, &r), OK);
	return r;
}

static void reads(const struct graph_guid *id, const char *payload)
{
	struct graph_record r;
	assert_int_equal(graph_record_get(l.g, id, &r), OK);
	assert_true(span_eq(r.payload, span_str(payload)));
}

static bool found_by_color(const struct graph_guid *id)
{
	size_t at = 0;
	const struct graph_entry *e =
		graph_db_with(l.g->db, span_str("color"), span_str("red"), &at);
	return e && graph_guid_eq(&e->place.id, id);
}

static bool has(struct span in, struct span what)
{
	for (size_t i = 0; i + what.n <= in.n; i++)
		if (memcmp(in.p + i, what.p, what.n) == 0)
			return true;
	return false;
}

/* GRAPH-6.6: the database and neighbors have what was sealed; readers and searches the rest. */
static void ours_are_sealed_and_read_plain_test(void **state)
{
	begin();
	struct graph_guid id = add("hello");
	assert_int_equal(l.reply.err, OK);
	struct graph_record r = raw(&id);
	assert_int_equal(r.attributes.n, 0);
	assert_memory_equal(r.payload.p, "Sa", 2);
	assert_false(has(r.payload, span_str("hello")));
	const struct lone_said *said = lone_next(&l, 2, GRAPH_FLOOD);
	assert_non_null(said);
	assert_false(has(said->octets, span_str("hello")));
	assert_true(has(said->octets, r.payload));
	reads(&id, "hello");
	assert_true(found_by_color(&id));
	assert_int_equal(graph_db_find(l.g->db, &id)->payload, 5);
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], 1);
	/* What the graph says of itself is not. */
	assert_int_equal(seal.protected, 1);
	lone_end(&l);
}

/* GRAPH-6.6: what an update leaves alone goes on, sealed anew. */
static void an_update_rests_on_what_was_revealed_test(void **state)
{
	begin();
	struct graph_guid id = add("one");
	seal.key = 'b';
	lone_command(&l, &(struct graph_command){ .kind = GRAPH_RECORD_UPDATE,
						  .id = id,
						  .has_payload = true,
						  .payload = span_str("two") });
	assert_int_equal(l.reply.err, OK);
	assert_memory_equal(raw(&id).payload.p, "Sb", 2);
	reads(&id, "two");
	assert_true(found_by_color(&id));
	lone_command(&l, &(struct graph_command){ .kind = GRAPH_RECORD_UPDATE,
						  .id = id,
						  .has_attributes = true,
						  .attributes = span_str("<attributes/>") });
	assert_int_equal(l.reply.err, OK);
	reads(&id, "two");
	assert_false(found_by_color(&id));
	/* A deletion has nothing to seal. */
	size_t before = seal.protected;
	lone_command(&l, &(struct graph_command){ .kind = GRAPH_RECORD_DELETE, .id = id });
	assert_int_equal(l.reply.err, OK);
	assert_int_equal(seal.protected, before);
	assert_int_equal(raw(&id).payload.n, 0);
	lone_end(&l);
}

/* GRAPH-6.6 */
static void without_a_key_nothing_is_written_test(void **state)
{
	begin();
	seal.key = 0;
	size_t before = graph_db_count(l.g->db);
	(void)add("hello");
	assert_int_equal(l.reply.err, ERR_STATE);
	assert_non_null(strstr(l.reply.text, "no key of this group's epoch yet"));
	assert_non_null(strstr(l.reply.text, "online"));
	assert_int_equal(graph_db_count(l.g->db), before);
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], 0);
	lone_end(&l);
}

/* GRAPH-6.11 */
static void changes_wait_for_a_key_test(void **state)
{
	begin();
	seal.closed = true;
	uint32_t before = l.replies;
	(void)add("one");
	(void)add("two");
	assert_int_equal(l.replies, before);
	graph_reveal(l.g, l.now);
	lone_pass(&l, 0);
	assert_int_equal(l.replies, before);
	/* The graph's owner does not wait. */
	lone_command(&l, &(struct graph_command){ .kind = GRAPH_RECORD_ADD,
						  .type = { { 7 } },
						  .reserved = true,
						  .has_payload = true,
						  .payload = span_str("key") });
	assert_int_equal(l.replies, before + 1);
	assert_int_equal(l.reply.err, OK);
	seal.closed = false;
	graph_reveal(l.g, l.now);
	lone_drain(&l);
	assert_int_equal(l.replies, before + 3);
	assert_int_equal(l.reply.err, OK);
	assert_int_equal(l.reply.number, l.command - 1);
	reads(&l.reply.id, "two");
	lone_end(&l);
}

/* GRAPH-6.11 */
static void no_change_waits_for_ever_test(void **state)
{
	begin();
	seal.closed = true;
	uint32_t before = l.replies;
	(void)add("one");
	lone_pass(&l, 24 * MONO_SEC);
	(void)add("two");
	assert_int_equal(l.replies, before);
	lone_pass(&l, MONO_SEC);
	assert_int_equal(l.replies, before + 2);
	assert_int_equal(l.reply.err, ERR_STATE);
	assert_non_null(strstr(l.reply.text, "key"));
	/* Another begins its own time; who hangs up waits no longer. */
	(void)add("three");
	lone_pass(&l, 20 * MONO_SEC);
	assert_int_equal(l.replies, before + 2);
	graph_cancel(l.g, l.command, l.now);
	lone_drain(&l);
	assert_int_equal(l.reply.err, ERR_CANCELLED);
	seal.closed = false;
	(void)add("four");
	assert_int_equal(l.reply.err, OK);
	lone_end(&l);
}

/* GRAPH-6.6: with what is added it must still be one that others take. */
static void what_is_too_long_once_it_is_sealed_is_refused_test(void **state)
{
	static char text[1101];
	prepare();
	l.birth.properties.record_max = 1100;
	lone_start(&l);
	memset(text, 'x', 1000);
	lone_command(&l, &(struct graph_command){ .kind = GRAPH_RECORD_ADD,
						  .type = lone_type,
						  .has_payload = true,
						  .payload = span_str(text) });
	assert_int_equal(l.reply.err, OK);
	seal.over = 97;
	lone_command(&l, &(struct graph_command){ .kind = GRAPH_RECORD_ADD,
						  .type = lone_type,
						  .has_payload = true,
						  .payload = span_str(text) });
	assert_int_equal(l.reply.err, ERR_RANGE);
	assert_string_equal(l.reply.text, "it is too large");
	lone_end(&l);
}

static size_t signed_together;

static void secure_many(void *ctx, const struct graph_record *r, const enum graph_change *change,
			size_t n, struct span *security, enum err *each)
{
	for (size_t i = 0; i < n; i++) {
		assert_true(r[i].payload.n > 2 && r[i].payload.p[0] == 'S');
		assert_int_equal(r[i].attributes.n, 0);
		security[i] = span_str("many");
		each[i] = OK;
	}
	signed_together += n;
}

/* GRAPH-6.6, GRAPH-14.19: each is sealed before all are signed. */
static void a_turn_is_sealed_and_signed_together_test(void **state)
{
	prepare();
	l.ops.secure_many = secure_many;
	l.ops.batch = 8;
	signed_together = 0;
	lone_start(&l);
	lone_pass(&l, 0);
	const struct graph_command c = { .kind = GRAPH_RECORD_ADD,
					 .type = lone_type,
					 .has_payload = true,
					 .payload = span_str("hello"),
					 .has_attributes = true,
					 .attributes = span_str(XML) };
	for (uint64_t i = 1; i <= 3; i++)
		assert_int_equal(graph_command(l.g, &c, 100 + i, l.now), OK);
	lone_pass(&l, 0);
	assert_int_equal(signed_together, 3);
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], 3);
	reads(&l.last[GRAPH_EVENT_RECORD].id, "hello");
	size_t at = 0, n = 0;
	while (graph_db_with(l.g->db, span_str("color"), span_str("red"), &at))
		n++;
	assert_int_equal(n, 3);
	lone_end(&l);
}

/* A record of bob's, sealed under a key. */
static struct span of_bob(uint32_t number, uint32_t version, char key, const char *payload)
{
	static uint8_t room[LONE_RECORD_MAX], sealed[512], utf16[512];
	size_t n = 0;
	assert_int_equal(graph_utf16(span_str(XML), sizeof utf16 / 2, utf16, &n), OK);
	struct wr w = wr_of(sealed, sizeof sealed);
	wr_u8(&w, 'S');
	wr_u8(&w, (uint8_t)key);
	wr_u16(&w, (uint16_t)n);
	wr_bytes(&w, span_of(utf16, n));
	wr_bytes(&w, span_str(payload));
	assert_false(w.failed);
	for (size_t i = 2; i < w.n; i++)
		sealed[i] ^= 0xff;
	const struct lone_record r = { .number = number,
				       .version = version,
				       .octets = wr_span(&w) };
	return lone_make(&l, &r, room);
}

/* GRAPH-6.7: kept, handed on and hidden; shown when it can be. */
static void what_cannot_be_revealed_waits_hidden_test(void **state)
{
	struct graph_record r;
	begin();
	lone_called(&l, 4, 44);
	struct graph_guid id = lone_id(&l, "0.bob", 1);
	lone_flood(&l, 2, of_bob(1, 1, 'c', "later"));
	lone_pass(&l, 0);
	struct graph_entry *e = graph_db_find(l.g->db, &id);
	assert_non_null(e);
	assert_true(e->hidden);
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], 0);
	assert_int_equal(graph_record_get(l.g, &id, &r), ERR_NOT_FOUND);
	assert_false(found_by_color(&id));
	assert_int_equal(lone_count(&l, 4, GRAPH_FLOOD), 1);
	/* It cannot be changed either. */
	lone_command(&l, &(struct graph_command){ .kind = GRAPH_RECORD_DELETE, .id = id });
	assert_int_equal(l.reply.err, ERR_NOT_FOUND);
	/* GRAPH-6.9 */
	graph_reveal(l.g, l.now);
	lone_pass(&l, 0);
	assert_true(e->hidden);
	seal.known = "abc";
	graph_reveal(l.g, l.now);
	lone_pass(&l, 0);
	assert_false(e->hidden);
	reads(&id, "later");
	assert_true(found_by_color(&id));
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], 1);
	assert_int_equal(l.last[GRAPH_EVENT_RECORD].change, GRAPH_RECORD_ADDED);
	assert_true(graph_guid_eq(&l.last[GRAPH_EVENT_RECORD].id, &id));
	/* Once. */
	graph_reveal(l.g, l.now);
	lone_pass(&l, 0);
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], 1);
	lone_end(&l);
}

/* GRAPH-6.7: nobody hears that what nobody saw is gone. */
static void of_what_is_hidden_no_end_is_told_test(void **state)
{
	static uint8_t room[LONE_RECORD_MAX];
	begin();
	lone_flood(&l, 2, of_bob(1, 1, 'c', "x"));
	lone_flood(&l, 2, of_bob(1, 2, 'c', "y"));
	const struct lone_record gone = { .number = 1,
					  .version = 3,
					  .modifier = "0.bob",
					  .modified = 1,
					  .payload = "",
					  .flags = GRAPH_RECORD_DELETED };
	lone_flood(&l, 2, lone_make(&l, &gone, room));
	lone_pass(&l, 0);
	struct graph_guid id = lone_id(&l, "0.bob", 1);
	assert_true(graph_db_find(l.g->db, &id)->deleted);
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], 0);
	/* One that is hidden until it expires. */
	lone_flood(&l, 2, of_bob(2, 1, 'c', "x"));
	lone_pass(&l, 3700 * MONO_SEC);
	id = lone_id(&l, "0.bob", 2);
	assert_null(graph_db_find(l.g->db, &id));
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], 0);
	lone_end(&l);
}

/* GRAPH-6.7: a version that can be read is new to who could not read the one before. */
static void an_update_of_what_was_hidden_is_new_test(void **state)
{
	begin();
	lone_flood(&l, 2, of_bob(1, 1, 'c', "x"));
	lone_flood(&l, 2, of_bob(1, 2, 'a', "y"));
	lone_pass(&l, 0);
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], 1);
	assert_int_equal(l.last[GRAPH_EVENT_RECORD].change, GRAPH_RECORD_ADDED);
	lone_end(&l);
}

/* GRAPH-6.8: what never can, stays hidden; so does what holds no attributes where they are. */
static void what_can_never_be_opened_is_kept_test(void **state)
{
	static uint8_t room[LONE_RECORD_MAX];
	begin();
	lone_flood(&l, 2, of_bob(1, 1, '!', "x"));
	static const uint8_t bad[] = { 'S', 'a', 0xff, 0xfd, (uint8_t) ~'<', (uint8_t) ~'x', 0x11 };
	const struct lone_record r = { .number = 2, .octets = span_of(bad, sizeof bad) };
	lone_flood(&l, 2, lone_make(&l, &r, room));
	graph_reveal(l.g, l.now);
	lone_pass(&l, 0);
	for (uint32_t i = 1; i <= 2; i++) {
		struct graph_guid id = lone_id(&l, "0.bob", i);
		assert_true(graph_db_find(l.g->db, &id)->hidden);
	}
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], 0);
	assert_int_equal(l.events[GRAPH_EVENT_INVALID], 0);
	lone_end(&l);
}

/* GRAPH-6.6: so did groups write before they had a key. */
static void what_is_not_sealed_is_as_it_is_test(void **state)
{
	static uint8_t room[LONE_RECORD_MAX];
	begin();
	const struct lone_record r = { .number = 1, .payload = "plain", .attributes = XML };
	lone_flood(&l, 2, lone_make(&l, &r, room));
	struct graph_guid id = lone_id(&l, "0.bob", 1);
	reads(&id, "plain");
	assert_true(found_by_color(&id));
	lone_end(&l);
}

/* GRAPH-6.9 */
static void it_is_revealed_in_slices_test(void **state)
{
	uint32_t n = 3 * GRAPH_COST;
	begin();
	for (uint32_t i = 0; i < n; i++)
		lone_flood(&l, 2, of_bob(i, 1, 'c', "x"));
	lone_pass(&l, MONO_SEC);
	seal.known = "abc";
	graph_reveal(l.g, l.now);
	size_t slices = 0;
	while (l.g->reveal) {
		size_t before = seal.revealed;
		graph_tick(l.g, l.now);
		assert_true(seal.revealed - before <= GRAPH_COST);
		slices++;
	}
	assert_true(slices >= 3 && slices <= 5);
	lone_drain(&l);
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], n);
	lone_end(&l);
}

/* Without memory a change is refused whole, and never stored in clear. */
static void without_memory_nothing_is_half_sealed_test(void **state)
{
	const struct graph_command c = { .kind = GRAPH_RECORD_ADD,
					 .type = lone_type,
					 .has_payload = true,
					 .payload = span_str("hello"),
					 .has_attributes = true,
					 .attributes = span_str(XML) };
	size_t refused = 0;
	begin();
	for (size_t n = 1;; n++) {
		struct graph_db_info before, after;
		graph_db_info(l.g->db, &before);
		uint32_t replies = l.replies;
		failing_env_fail_at(&l.f, n);
		enum err e = graph_command(l.g, &c, 500 + n, l.now);
		graph_tick(l.g, l.now);
		bool failed = l.f.failed;
		l.f.fail_at = 0;
		lone_pass(&l, 0);
		assert_true(e == OK || e == ERR_NOMEM);
		assert_int_equal(l.replies, replies + (e == OK));
		graph_db_info(l.g->db, &after);
		if (e || l.reply.err) {
			assert_int_equal(e ? e : l.reply.err, ERR_NOMEM);
			assert_int_equal(after.records, before.records);
			refused++;
		} else {
			assert_int_equal(after.records, before.records + 1);
			reads(&l.reply.id, "hello");
			struct graph_record r = raw(&l.reply.id);
			assert_true(r.payload.p[0] == 'S' && r.attributes.n == 0);
		}
		if (!failed)
			break;
	}
	assert_true(refused > 2);
	lone_end(&l);
}

/* GRAPH-6.9: what could not be shown for lack of memory stays hidden, and can be later. */
static void without_memory_it_stays_hidden_test(void **state)
{
	bool failed = true;
	size_t hidden = 0;
	for (size_t n = 1; failed; n++) {
		struct graph_record r;
		begin();
		struct graph_guid id = lone_id(&l, "0.bob", 1);
		lone_flood(&l, 2, of_bob(1, 1, 'c', "x"));
		lone_pass(&l, MONO_SEC);
		seal.known = "abc";
		failing_env_fail_at(&l.f, n);
		graph_reveal(l.g, l.now);
		while (l.g->reveal)
			graph_tick(l.g, l.now);
		failed = l.f.failed;
		l.f.fail_at = 0;
		lone_drain(&l);
		if (graph_record_get(l.g, &id, &r) != OK) {
			assert_false(found_by_color(&id));
			hidden++;
		}
		graph_reveal(l.g, l.now);
		lone_pass(&l, MONO_SEC);
		reads(&id, "x");
		assert_true(found_by_color(&id));
		lone_end(&l);
	}
	assert_true(hidden > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_memory_nothing_is_half_sealed_test),
		cmocka_unit_test(without_memory_it_stays_hidden_test),
		cmocka_unit_test(ours_are_sealed_and_read_plain_test),
		cmocka_unit_test(an_update_rests_on_what_was_revealed_test),
		cmocka_unit_test(without_a_key_nothing_is_written_test),
		cmocka_unit_test(changes_wait_for_a_key_test),
		cmocka_unit_test(no_change_waits_for_ever_test),
		cmocka_unit_test(what_is_too_long_once_it_is_sealed_is_refused_test),
		cmocka_unit_test(a_turn_is_sealed_and_signed_together_test),
		cmocka_unit_test(what_cannot_be_revealed_waits_hidden_test),
		cmocka_unit_test(of_what_is_hidden_no_end_is_told_test),
		cmocka_unit_test(an_update_of_what_was_hidden_is_new_test),
		cmocka_unit_test(what_can_never_be_opened_is_kept_test),
		cmocka_unit_test(what_is_not_sealed_is_as_it_is_test),
		cmocka_unit_test(it_is_revealed_in_slices_test),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
