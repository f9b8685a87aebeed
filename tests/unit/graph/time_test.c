/* Peer time, the end of records, their refreshment, Graph Info (doc/graph.md 11, 10.13). */
#include "lone_rig.h"

static struct lone l;
static uint8_t room[LONE_RECORD_MAX];

static void begin(void)
{
	lone_new(&l);
	lone_called(&l, 2, 22);
	memset(l.events, 0, sizeof(l.events));
}

/* ---- peer time ---- */

static void opened(void)
{
	lone_init(&l);
	l.birth.create = false;
	l.birth.properties.creator[0] = 0;
	lone_start(&l);
}

/* GRAPH-11.1 */
static void wall_and_back_test(void **state)
{
	(void)state;
	opened();
	l.g->time_delta = 12345678;
	int64_t us = lone_wall(&l).us;
	assert_true(graph_time_wall(l.g, graph_time_of(l.g, us)) == us);
	assert_true(graph_time_of(l.g, us) == graph_now(l.g, l.now));
	assert_true(graph_now(l.g, mono_add(l.now, 5)) == graph_now(l.g, l.now) + 50);
	assert_true(graph_time_wall(l.g, 0) < 0);
	lone_end(&l);
}

/* GRAPH-11.2: taken over from the only neighbor, with half the way added. */
static void first_neighbor_test(void **state)
{
	(void)state;
	opened();
	uint64_t ours = lone_time(&l);
	lone_calls(&l, 5, ours + 600 * GRAPH_TICKS_SEC);
	assert_true(lone_time(&l) == ours + 600 * GRAPH_TICKS_SEC);
	assert_int_equal(l.events[GRAPH_EVENT_TIME], 0);
	lone_end(&l);
}

/* A32 */
static void further_neighbors_test(void **state)
{
	(void)state;
	opened();
	uint32_t link = lone_calls(&l, 5, lone_time(&l));
	struct graph_link *k = lone_link(&l, link);
	l.g->neighbors = 2;
	for (int sign = -1; sign <= 1; sign += 2) {
		l.g->time_delta = 1001 * sign;
		uint64_t ours = lone_time(&l);
		k->connect_at = ours;
		/* Their delta is -2 of the same sign: (4 * 1001 - 2) / 5 = 800.4 */
		graph_time_welcome(l.g, k, ours + (uint64_t)(sign * (1001 + 2)), l.now);
		assert_true(l.g->time_delta == sign * 800);
	}
	l.g->neighbors = 1;
	lone_end(&l);
}

static void half_the_way_test(void **state)
{
	(void)state;
	opened();
	uint32_t link = lone_calls(&l, 5, lone_time(&l));
	struct graph_link *k = lone_link(&l, link);
	uint64_t ours = lone_time(&l);
	k->connect_at = ours - 4 * GRAPH_TICKS_SEC;
	graph_time_welcome(l.g, k, ours + 100 * GRAPH_TICKS_SEC, l.now);
	assert_true(lone_time(&l) == ours + 102 * GRAPH_TICKS_SEC);
	assert_true(k->skew == 102 * MONO_SEC);
	lone_end(&l);
}

/* A31: more than 20 minutes is told and not obeyed, the first neighbor's too. */
static void too_far_off_test(void **state)
{
	(void)state;
	static const int64_t off[] = { 1201, -1201, INT64_MAX / 10000000 };
	for (size_t i = 0; i < 3; i++) {
		opened();
		uint64_t ours = lone_time(&l);
		lone_calls(&l, 5, ours + (uint64_t)(off[i] * (int64_t)GRAPH_TICKS_SEC));
		assert_true(lone_time(&l) == ours);
		assert_int_equal(l.events[GRAPH_EVENT_TIME], 1);
		assert_true(l.last[GRAPH_EVENT_TIME].skew / MONO_SEC == off[i]);
		lone_end(&l);
	}
}

static void just_near_enough_test(void **state)
{
	(void)state;
	opened();
	uint64_t ours = lone_time(&l);
	lone_calls(&l, 5, ours - 1200 * GRAPH_TICKS_SEC);
	assert_true(lone_time(&l) == ours - 1200 * GRAPH_TICKS_SEC);
	lone_end(&l);
}

static size_t application_records(void)
{
	uint16_t type;
	if (graph_db_type_number(l.g->db, &lone_type, &type))
		return 0;
	return graph_db_type_count(l.g->db, type);
}

static void step(int64_t by)
{
	graph_wall(l.g, (struct wall){ lone_wall(&l).us + by, true }, l.now);
}

/* GRAPH-11.22: who set our clock says nothing of the others'. */
static void a_step_of_the_clock_is_held_test(void **state)
{
	(void)state;
	begin();
	uint64_t ours = lone_time(&l);
	int64_t delta = l.g->time_delta;
	lone_flood(&l, 2, lone_make(&l, &(struct lone_record){ .expires = 60 }, room));
	step(90 * MONO_SEC);
	assert_true(lone_time(&l) == ours);
	assert_true(l.g->time_delta == delta + 90 * (int64_t)GRAPH_TICKS_SEC);
	lone_pass(&l, 16 * MONO_SEC);
	assert_int_equal(application_records(), 1);
	/* The clock of the rig is read as it was before. */
	step(0);
	assert_true(lone_time(&l) == ours + 16 * GRAPH_TICKS_SEC);
	assert_true(l.g->time_delta == delta);
	step(-90 * MONO_SEC);
	assert_true(lone_time(&l) == ours + 16 * GRAPH_TICKS_SEC);
	/* Nobody is there with whom peer time would be agreed: it is the clock's again. */
	lone_hang_up(&l, 2);
	assert_true(lone_time(&l) == ours + 16 * GRAPH_TICKS_SEC - 90 * GRAPH_TICKS_SEC);
	assert_true(l.g->time_delta == delta);
	step(0);
	assert_true(lone_time(&l) == ours + 16 * GRAPH_TICKS_SEC);
	lone_end(&l);
}

/* What is adjusted is left to the clock, and so is what nobody would believe. */
static void what_is_not_held_test(void **state)
{
	(void)state;
	static const struct {
		int64_t step;
		bool held;
	} rows[] = { { MONO_SEC - 1, false },	    { MONO_SEC, true },
		     { -MONO_SEC, true },	    { 20 * MONO_MIN, true },
		     { -20 * MONO_MIN, true },	    { 20 * MONO_MIN + 1, false },
		     { -20 * MONO_MIN - 1, false }, { INT64_MAX / 16, false } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin();
		uint64_t ours = lone_time(&l);
		step(rows[i].step);
		assert_true((lone_time(&l) == ours) == rows[i].held);
		lone_end(&l);
	}
	/* Steps add up. */
	begin();
	uint64_t ours = lone_time(&l);
	step(15 * MONO_MIN);
	assert_true(lone_time(&l) == ours);
	step(30 * MONO_MIN);
	assert_true(lone_time(&l) == ours + 15 * 60 * GRAPH_TICKS_SEC);
	lone_end(&l);
}

/* The others went on: it was the clock alone that moved. */
static void what_neighbors_outlive_stays_test(void **state)
{
	(void)state;
	static const struct {
		int64_t after;
		bool stays;
	} rows[] = { { 0, false }, { 2 * MONO_SEC - 1, false }, { 2 * MONO_SEC, true } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin();
		uint64_t ours = lone_time(&l);
		step(90 * MONO_SEC);
		graph_time_heard(l.g, mono_add(l.now, rows[i].after));
		lone_hang_up(&l, 2);
		uint64_t moved = rows[i].stays ? 0 : 90 * GRAPH_TICKS_SEC;
		assert_true(lone_time(&l) == ours + moved);
		assert_int_equal(l.g->time_held, 0);
		lone_end(&l);
	}
}

/* What came for a while after one step says nothing of the next. */
static void each_step_is_its_own_test(void **state)
{
	(void)state;
	begin();
	uint64_t ours = lone_time(&l);
	step(90 * MONO_SEC);
	lone_pass(&l, 6 * MONO_SEC);
	lone_flood(&l, 2, lone_make(&l, &(struct lone_record){ .expires = 60 }, room));
	assert_true(l.g->time_heard);
	step(180 * MONO_SEC);
	assert_false(l.g->time_heard);
	assert_true(lone_time(&l) == ours + 6 * GRAPH_TICKS_SEC);
	lone_end(&l);
}

/* What was held and is then agreed upon stays. */
static void held_and_agreed_test(void **state)
{
	(void)state;
	opened();
	uint32_t link = lone_calls(&l, 5, lone_time(&l));
	uint64_t ours = lone_time(&l);
	step(5 * MONO_MIN);
	struct graph_link *k = lone_link(&l, link);
	k->connect_at = ours;
	graph_time_welcome(l.g, k, ours + GRAPH_TICKS_SEC, l.now);
	assert_true(lone_time(&l) == ours + GRAPH_TICKS_SEC);
	lone_hang_up(&l, link);
	assert_true(lone_time(&l) == ours + GRAPH_TICKS_SEC);
	lone_end(&l);
}

/* ---- the end of records ---- */

/* GRAPH-11.3, GRAPH-11.4, GRAPH-11.5 */
static void expires_test(void **state)
{
	(void)state;
	begin();
	struct lone_record r = { .expires = 40, .payload = "x" };
	lone_flood(&l, 2, lone_make(&l, &r, room));
	r = (struct lone_record){ .number = 1, .expires = 50, .flags = GRAPH_RECORD_DELETED };
	lone_flood(&l, 2, lone_make(&l, &r, room));
	uint32_t told = l.events[GRAPH_EVENT_RECORD];
	lone_pass(&l, 39 * MONO_SEC);
	assert_int_equal(application_records(), 2);
	lone_pass(&l, 2 * MONO_SEC);
	assert_int_equal(application_records(), 1);
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], told + 1);
	assert_int_equal(l.last[GRAPH_EVENT_RECORD].change, GRAPH_RECORD_EXPIRED);
	lone_pass(&l, 30 * MONO_SEC);
	assert_int_equal(application_records(), 0);
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], told + 1);
	lone_end(&l);
}

/* Many at once are purged in slices. */
static void purge_is_sliced_test(void **state)
{
	(void)state;
	begin();
	for (uint32_t i = 0; i < 1300; i++)
		lone_flood(
			&l, 2,
			lone_make(&l, &(struct lone_record){ .number = i, .expires = 60 }, room));
	graph_timer_set(l.g, GRAPH_TIMER_EXPIRE, MONO_NEVER);
	lone_pass(&l, 61 * MONO_SEC);
	size_t before = graph_db_count(l.g->db);
	graph_expire_due(l.g, l.now);
	assert_true(before - graph_db_count(l.g->db) <= 512);
	assert_int_equal(l.g->timer[GRAPH_TIMER_EXPIRE].us, l.now.us);
	lone_pass(&l, 0);
	assert_int_equal(application_records(), 0);
	lone_end(&l);
}

static void deferred_expiration_test(void **state)
{
	(void)state;
	lone_init(&l);
	l.birth.properties.defer_expiration = true;
	lone_start(&l);
	lone_called(&l, 2, 22);
	lone_flood(&l, 2, lone_make(&l, &(struct lone_record){ .expires = 40 }, room));
	lone_hang_up(&l, 2);
	lone_pass(&l, 10 * MONO_MIN);
	assert_int_equal(application_records(), 1);
	lone_called(&l, 4, 44);
	lone_pass(&l, 0);
	assert_int_equal(application_records(), 0);
	lone_end(&l);
}

/* The clock jumps: what is over by then goes. */
static void clock_jumps_test(void **state)
{
	(void)state;
	begin();
	lone_flood(&l, 2, lone_make(&l, &(struct lone_record){ .expires = 1800 }, room));
	graph_wall(l.g, (struct wall){ lone_wall(&l).us + MONO_HOUR, true }, l.now);
	lone_pass(&l, 16 * MONO_SEC);
	assert_int_equal(application_records(), 0);
	lone_end(&l);
}

/* ---- refreshment ---- */

/* GRAPH-11.6 */
static void refresh_test(void **state)
{
	(void)state;
	begin();
	lone_pass(&l, MONO_MIN);
	struct graph_entry *e = graph_db_find(l.g->db, &graph_id_signature);
	assert_non_null(e);
	assert_true(e->local & GRAPH_ENTRY_REFRESH);
	uint32_t version = e->version;
	lone_pass(&l, 5 * MONO_MIN);
	e = graph_db_find(l.g->db, &graph_id_signature);
	assert_non_null(e);
	assert_int_equal(e->version, version + 1);
	assert_true(e->expires - e->place.modified == 300 * GRAPH_TICKS_SEC);
	assert_true(e->expires > lone_time(&l) + 20 * GRAPH_TICKS_SEC);
	assert_int_equal(e->payload, 8);
	/* Another's version ends that. */
	uint8_t node[8] = { 0, 0, 0, 0, 0, 0, 0, 1 };
	lone_flood(&l, 2,
		   lone_make(&l,
			     &(struct lone_record){ .type = graph_type_signature,
						    .id = graph_id_signature,
						    .version = version + 9,
						    .modified = 1,
						    .modifier = "0.bob",
						    .octets = { node, 8 } },
			     room));
	e = graph_db_find(l.g->db, &graph_id_signature);
	assert_int_equal(e->version, version + 9);
	assert_false(e->local & GRAPH_ENTRY_REFRESH);
	lone_pass(&l, 30 * MONO_MIN);
	e = graph_db_find(l.g->db, &graph_id_signature);
	assert_int_equal(e->version, version + 9);
	lone_end(&l);
}

/* ---- Graph Info ---- */

static struct span info_record(uint32_t version, uint32_t record_max, const char *graph)
{
	static uint8_t payload[512];
	uint8_t id[128], creator[64], name[64];
	size_t id_n, creator_n, name_n;
	struct wr w = wr_of(payload, sizeof(payload));
	assert_int_equal(graph_utf16(span_str(graph), 64, id, &id_n), OK);
	assert_int_equal(graph_utf16(span_str("0.bob"), 32, creator, &creator_n), OK);
	assert_int_equal(graph_utf16(span_str("Our house"), 32, name, &name_n), OK);
	struct graph_info_payload p = { .flags = GRAPH_INFO_DEFER,
					.scope = GRAPH_SCOPE_SITE,
					.graph = { id, id_n },
					.creator = { creator, creator_n },
					.name = { name, name_n },
					.presence_max = 7,
					.presence_life = 400,
					.record_max = record_max };
	graph_put_info(&w, &p);
	assert_false(w.failed);
	return lone_make(&l,
			 &(struct lone_record){ .type = graph_type_info,
						.id = graph_id_info,
						.version = version,
						.modified = version > 1,
						.modifier = version > 1 ? "0.bob" : NULL,
						.expires = 100 * 86400 * 365L,
						.octets = wr_span(&w) },
			 room);
}

/* GRAPH-10.13 */
static void info_is_cached_test(void **state)
{
	(void)state;
	opened();
	uint32_t link = lone_calls(&l, 5, lone_time(&l));
	lone_flood(&l, link, info_record(1, 2048, LONE_GRAPH));
	assert_int_equal(l.events[GRAPH_EVENT_PROPERTIES], 1);
	assert_string_equal(l.g->properties.name, "Our house");
	assert_string_equal(l.g->properties.creator, "0.bob");
	assert_string_equal(l.g->properties.comment, "");
	assert_int_equal(l.g->properties.scope, GRAPH_SCOPE_SITE);
	assert_true(l.g->properties.defer_expiration);
	assert_int_equal(l.g->properties.presence_life, 400);
	assert_int_equal(l.g->properties.presence_max, 7);
	assert_true(l.g->rules.record_max == 2048);
	assert_int_equal(l.g->info_version, 1);
	lone_flood(&l, link, info_record(2, 2048, LONE_GRAPH)); /* nothing changes */
	assert_int_equal(l.events[GRAPH_EVENT_PROPERTIES], 1);
	lone_flood(&l, link, info_record(3, 0, LONE_GRAPH));
	assert_int_equal(l.events[GRAPH_EVENT_PROPERTIES], 2);
	assert_true(l.g->rules.record_max == GRAPH_RECORD_MAX);
	/* GRAPH-10.14 */
	lone_flood(&l, link, info_record(4, 4096, LONE_GRAPH));
	assert_int_equal(l.events[GRAPH_EVENT_PROPERTIES], 2);
	assert_int_equal(l.events[GRAPH_EVENT_INVALID], 1);
	assert_int_equal(l.last[GRAPH_EVENT_INVALID].fault, GRAPH_FAULT_SHRUNK);
	assert_true(l.g->rules.record_max == GRAPH_RECORD_MAX);
	assert_int_equal(l.g->info_version, 3);
	lone_flood(&l, link, info_record(4, 4096, "0.Other")); /* of another graph */
	assert_int_equal(l.events[GRAPH_EVENT_PROPERTIES], 2);
	lone_end(&l);
}

static void info_is_published_test(void **state)
{
	(void)state;
	begin();
	const struct graph_entry *e = graph_db_find(l.g->db, &graph_id_info);
	assert_non_null(e);
	assert_int_equal(e->version, 1);
	assert_true(e->expires - e->created == UINT64_C(3650) * 86400 * GRAPH_TICKS_SEC);
	struct graph_properties p = { .name = "Another" };
	struct graph_command c = { .kind = GRAPH_SET, .set = GRAPH_SET_NAME, .properties = &p };
	lone_command(&l, &c);
	assert_int_equal(l.reply.err, OK);
	e = graph_db_find(l.g->db, &graph_id_info);
	assert_int_equal(e->version, 2);
	assert_int_equal(l.events[GRAPH_EVENT_PROPERTIES], 1);
	assert_int_equal(l.last_after[GRAPH_EVENT_PROPERTIES], l.reply.after);
	struct graph_info_payload got;
	struct graph_record r;
	const struct lone_said *s = lone_next(&l, 2, GRAPH_FLOOD);
	assert_non_null(s);
	assert_int_equal(graph_record_decode(s->m.record, &r), OK);
	assert_int_equal(graph_info_decode(r.payload, &got), OK);
	char name[64];
	struct text t = TEXT_OF(name);
	graph_utf8(&t, got.name);
	assert_string_equal(name, "Another");
	lone_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wall_and_back_test),
		cmocka_unit_test(first_neighbor_test),
		cmocka_unit_test(further_neighbors_test),
		cmocka_unit_test(half_the_way_test),
		cmocka_unit_test(too_far_off_test),
		cmocka_unit_test(just_near_enough_test),
		cmocka_unit_test(a_step_of_the_clock_is_held_test),
		cmocka_unit_test(what_is_not_held_test),
		cmocka_unit_test(what_neighbors_outlive_stays_test),
		cmocka_unit_test(each_step_is_its_own_test),
		cmocka_unit_test(held_and_agreed_test),
		cmocka_unit_test(expires_test),
		cmocka_unit_test(purge_is_sliced_test),
		cmocka_unit_test(deferred_expiration_test),
		cmocka_unit_test(clock_jumps_test),
		cmocka_unit_test(refresh_test),
		cmocka_unit_test(info_is_cached_test),
		cmocka_unit_test(info_is_published_test),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
