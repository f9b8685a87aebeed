/* Upkeep: timers, signature, contacts, presence, whom to dial; the database at birth. */
#include "link_rig.h"

#include "graph/builtin.h"

#include <stdio.h>

/* T17. */
static void the_lower_speaks_first(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint64_t node = r.g->node;
	r.g->node = UINT64_C(0x8000000000000000);
	int64_t half = graph_signature_delay(r.g);
	assert_true(half > 11864 * MONO_MS && half < 11866 * MONO_MS);
	r.g->node = UINT64_C(0x0000ffffffffffff);
	assert_true(graph_signature_delay(r.g) - 100 * MONO_MS < 10);
	r.g->node = UINT64_MAX;
	assert_true(graph_signature_delay(r.g) < 19100 * MONO_MS);
	r.g->node = node;
	rig_end(&r);
}

/* T18 and its edges. */
static void how_many_contacts(void **state)
{
	assert_int_equal(graph_contacts_least(UINT64_C(1) << 60), 5);
	assert_int_equal(graph_contacts_least(UINT64_C(1) << 50), 10);
	assert_int_equal(graph_contacts_least(UINT64_C(1) << 54), 6);
	assert_int_equal(graph_contacts_least(UINT64_C(1) << 55), 5);
	assert_int_equal(graph_contacts_least(UINT64_MAX), 5);
	assert_int_equal(graph_contacts_least((UINT64_C(1) << 60) - 1), 5);
	assert_int_equal(graph_contacts_least(1), 60);
	assert_int_equal(graph_contacts_least(0), 60);
}

/* GRAPH-8.20. */
static void a_pending_timer_stays(void **state)
{
	struct rig r;
	rig_begin(&r);
	struct mono first = mono_add(r.now, MONO_HOUR), later = mono_add(first, MONO_SEC);
	graph_timer_set(r.g, GRAPH_TIMER_CONTACT, first);
	graph_timer_arm(r.g, GRAPH_TIMER_CONTACT, later);
	assert_int_equal(r.g->timer[GRAPH_TIMER_CONTACT].us, first.us);
	graph_timer_set(r.g, GRAPH_TIMER_CONTACT, MONO_NEVER);
	graph_timer_arm(r.g, GRAPH_TIMER_CONTACT, later);
	assert_int_equal(r.g->timer[GRAPH_TIMER_CONTACT].us, later.us);
	rig_end(&r);
}

static void random_delays_stay_in_their_bounds(void **state)
{
	struct rig r;
	int64_t low = INT64_MAX, high = 0;
	rig_begin(&r);
	for (int i = 0; i < 2000; i++) {
		int64_t d = graph_random_delay(r.g, 10 * MONO_MS, 20 * MONO_MS);
		assert_true(d >= 10 * MONO_MS && d <= 20 * MONO_MS && d % MONO_MS == 0);
		low = d < low ? d : low;
		high = d > high ? d : high;
	}
	assert_int_equal(low, 10 * MONO_MS);
	assert_int_equal(high, 20 * MONO_MS);
	assert_int_equal(graph_random_delay(r.g, 5, 5), 5);
	rig_end(&r);
}

/* NEED_CONNECTION since the last look. */
static size_t asked(struct rig *r)
{
	size_t n = r->events[GRAPH_EVENT_NEED_CONNECTION];
	r->events[GRAPH_EVENT_NEED_CONNECTION] = 0;
	return n;
}

/* GRAPH-8.27: alone it says so, and says it less and less often while nothing changes; it
 * becomes signature and contact. */
static void a_node_alone(void **state)
{
	struct rig r;
	rig_begin(&r);
	assert_true(asked(&r) > 0);
	rig_tick(&r, 5 * MONO_MIN);
	struct graph_info info = rig_info(&r);
	assert_true(info.signature == info.node && info.signature_ours);
	assert_true(info.contact);
	assert_int_equal(info.contacts, 1);
	assert_false(info.partition);
	assert_int_equal(asked(&r), 3); /* 30 s, 90 s, 210 s */
	rig_tick(&r, 2 * MONO_MIN);
	assert_int_equal(asked(&r), 0);
	rig_tick(&r, MONO_MIN);
	assert_int_equal(asked(&r), 1); /* 450 s */
	rig_tick(&r, 24 * MONO_HOUR);
	size_t day = asked(&r);
	assert_true(day >= 24 && day <= 28);
	/* Something changed: it is told anew. */
	struct addr moved = rig_addr(2);
	assert_int_equal(graph_listen(r.g, &moved, 1, r.now), OK);
	rig_drain(&r);
	assert_int_equal(asked(&r), 1);
	assert_int_equal(r.last[GRAPH_EVENT_NEED_CONNECTION].status, 0);
	uint32_t link = rig_neighbor(&r, 77, 0);
	/* A contact with a neighbor asks as well, and says that it is not alone. */
	rig_tick(&r, 10 * MONO_MIN);
	assert_true(asked(&r) > 0);
	assert_int_equal(r.last[GRAPH_EVENT_NEED_CONNECTION].status, GRAPH_LINK_CONNECTED);
	graph_down(r.g, link, ERR_CLOSED, r.now);
	rig_drain(&r);
	assert_int_equal(asked(&r), 1);
	assert_int_equal(r.last[GRAPH_EVENT_NEED_CONNECTION].status, 0);
	rig_tick(&r, MONO_MIN);
	assert_int_equal(asked(&r), 1);
	rig_end(&r);
}

/* A51: one attempt at a time, and the same one again only after 300 s, or 30 s for who is
 * alone. */
static void attempts_do_not_hammer(void **state)
{
	struct rig r;
	const struct addr other = rig_addr(41);
	rig_begin(&r);
	uint32_t link = rig_neighbor(&r, 77, 30);
	rig_say(&r, link, rig_goodbye(&r, GRAPH_DISCONNECT, GRAPH_LEAVING, &other, 1));
	int dials = 0;
	for (int s = 0; s < 300; s++) {
		uint32_t newest = rig_dialled(&r);
		if (newest && !rig_closed(&r, newest)) {
			dials++;
			graph_down(r.g, newest, ERR_UNREACHABLE, r.now);
			rig_link(&r, newest)->closed = true;
			rig_drain(&r);
		}
		rig_tick(&r, MONO_SEC);
	}
	assert_true(dials >= 5 && dials <= 11);
	rig_end(&r);
}

/* GRAPH-8.29: somebody may be behind a cut that outlived what told of it. */
static void who_fell_silent_is_called(void **state)
{
	struct rig r;
	rig_begin(&r);
	for (uint8_t i = 0; i < GRAPH_NEIGHBORS_IDEAL; i++)
		(void)rig_neighbor(&r, 70 + i, (uint8_t)(30 + i));
	struct graph_node lost = { .node = 99, .n_addresses = 1, .address = { rig_addr(41) } };
	struct graph_node *n = env_zalloc(&r.f.env, 1, sizeof(*n));
	*n = lost;
	n->contact = true;
	list_push_back(&r.g->contacts, &n->all);
	r.g->n_contacts++;
	assert_int_equal(map_put(&r.g->by_record, span_of(n->record.at, 16), n), OK);
	graph_nodes_lost(r.g, &n->record, r.now);
	graph_nodes_drop(r.g, &n->record);
	assert_int_equal(rig_dialled(&r), 0);
	rig_tick(&r, r.birth.times.detect_most);
	uint32_t link = rig_dialled(&r);
	assert_true(link && addr_eq(&rig_link(&r, link)->remote, &lost.address[0]));
	graph_down(r.g, link, ERR_UNREACHABLE, r.now);
	rig_drain(&r);
	rig_tick(&r, 2 * r.birth.times.maintain);
	assert_true(rig_dialled(&r) != link);
	rig_end(&r);
}

static void the_list_holds_a_hundred(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint32_t link = rig_neighbor(&r, 77, 30);
	for (int k = 0; k < 15; k++) {
		struct addr a[10];
		for (int i = 0; i < 10; i++) {
			a[i] = rig_addr((uint8_t)i);
			a[i].ip[1] = (uint8_t)(k + 1);
		}
		uint8_t octets[20 * 10];
		struct wr w = wr_of(octets, sizeof(octets));
		for (int i = 0; i < 10; i++)
			graph_put_address(&w, &a[i]);
		const struct graph_array array = { octets, 10 };
		graph_referrals_add(r.g, graph_link_find(r.g, link), &array, r.now);
		graph_referrals_add(r.g, graph_link_find(r.g, link), &array, r.now);
	}
	assert_int_equal(r.g->n_referrals, GRAPH_REFERRALS_KEPT);
	const struct graph_referral *oldest =
		LIST_ENTRY(r.g->referrals.next, struct graph_referral, all);
	assert_int_equal(oldest->addr.ip[1], 6);
	rig_end(&r);
}

/* With more than three the timer leaves the one that brought least. */
static void the_least_useful_goes(void **state)
{
	struct rig r;
	uint32_t link[4];
	rig_begin(&r);
	for (uint8_t i = 0; i < 4; i++) {
		link[i] = rig_neighbor(&r, 70 + i, (uint8_t)(30 + i));
		graph_link_find(r.g, link[i])->utility = i == 2 ? 10 : 1000;
	}
	rig_tick(&r, 301 * MONO_SEC);
	assert_true(rig_closed(&r, link[2]));
	struct graph_message m = rig_expect(&r, link[2], GRAPH_DISCONNECT);
	assert_int_equal(m.goodbye.code, GRAPH_LEAST_USEFUL);
	assert_int_equal(m.goodbye.addresses.n, 3);
	assert_int_equal(rig_info(&r).neighbors, 3);
	rig_end(&r);
}

/* GRAPH-8.28 */
static void who_has_just_come_stays(void **state)
{
	struct rig r;
	uint32_t link[5];
	rig_begin(&r);
	for (uint8_t i = 0; i < 3; i++) {
		link[i] = rig_neighbor(&r, 70 + i, (uint8_t)(30 + i));
		graph_link_find(r.g, link[i])->utility = i == 2 ? 10 : 1000;
	}
	r.now = mono_add(r.now, 200 * MONO_SEC);
	link[3] = rig_neighbor(&r, 80, 40);
	rig_tick(&r, 101 * MONO_SEC);
	/* It brought nothing yet, and no other goes for it. */
	assert_int_equal(rig_info(&r).neighbors, 4);
	assert_int_equal(graph_link_find(r.g, link[3])->utility, 0);
	rig_tick(&r, 301 * MONO_SEC);
	assert_true(rig_closed(&r, link[3]));
	assert_int_equal(rig_info(&r).neighbors, 3);
	/* Of use by then, it stays; and another has to go. */
	link[4] = rig_neighbor(&r, 90, 50);
	graph_link_find(r.g, link[4])->utility = 500;
	rig_tick(&r, 301 * MONO_SEC);
	assert_true(rig_closed(&r, link[2]));
	assert_false(rig_closed(&r, link[4]));
	rig_end(&r);
}

#define PASSED_BY 9000 /* more than a slice walks over */

/* GRAPH-8.26: records that need no look take time too. */
static void many_records_are_passed_by_in_slices(void **state)
{
	struct rig r;
	rig_begin(&r);
	const struct graph_command add = { .kind = GRAPH_RECORD_ADD,
					   .type = { { 0xaa, [15] = 1 } },
					   .payload = span_str("one"),
					   .has_payload = true };
	for (size_t i = 0; i < PASSED_BY; i++) {
		(void)rig_command(&r, &add);
		r.n_replies = 0;
	}
	r.g->loaded = false;
	graph_load_due(r.g, r.now);
	assert_false(r.g->loaded);
	assert_in_range(r.g->load_at, 1000, PASSED_BY - 1);
	graph_load_due(r.g, r.now);
	assert_true(r.g->loaded);
	rig_end(&r);
}

static void leaving_takes_records_along(void **state)
{
	struct rig r;
	rig_init(&r);
	r.birth.properties.presence_max = GRAPH_PRESENCE_ALL;
	rig_start(&r);
	uint32_t link = rig_neighbor(&r, 77, 30);
	rig_tick(&r, 4 * MONO_MIN);
	assert_true(rig_info(&r).contact && rig_info(&r).signature_ours);
	assert_int_equal(rig_info(&r).nodes, 1);
	struct graph_message m;
	while (rig_hear(&r, link, &m))
		;
	graph_stop(r.g, r.now);
	rig_drain(&r);
	size_t deleted = 0;
	while (rig_hear(&r, link, &m)) {
		struct graph_record record;
		if (m.type == GRAPH_DISCONNECT)
			break;
		if (m.type == GRAPH_FLOOD && graph_record_decode(m.record, &record) == OK)
			deleted += graph_record_deleted(&record);
	}
	assert_int_equal(m.type, GRAPH_DISCONNECT);
	assert_int_equal(deleted, 3);
	/* Until its last words have gone. */
	assert_true(graph_busy(r.g));
	assert_false(rig_closed(&r, link));
	rig_drained(&r, link);
	assert_true(rig_closed(&r, link));
	assert_false(graph_busy(r.g));
	assert_true(rig_info(&r).left > 0);
	const struct graph_command c = { .kind = GRAPH_PING };
	assert_int_equal(rig_reply(&r, rig_command(&r, &c))->err, ERR_STOPPING);
	rig_end(&r);
}

static void who_does_not_read_is_not_waited_for_long(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint32_t link = rig_neighbor(&r, 77, 30);
	graph_stop(r.g, r.now);
	rig_drain(&r);
	assert_true(graph_busy(r.g));
	rig_tick(&r, 6 * MONO_SEC);
	assert_true(rig_closed(&r, link));
	assert_false(graph_busy(r.g));
	rig_end(&r);
}

/* Commands wait for the database, in their order; a cancelled one is answered at once. */
static void commands_wait_for_the_database(void **state)
{
	struct rig r;
	const struct graph_command add = { .kind = GRAPH_RECORD_ADD,
					   .type = { { 0xaa, [15] = 1 } },
					   .payload = span_str("early"),
					   .has_payload = true };
	rig_init(&r);
	assert_int_equal(graph_new(&r.g, &r.birth, &r.shared, r.now,
				   (struct wall){ INT64_C(1700000000000000), true }, NULL),
			 OK);
	uint64_t a = rig_command(&r, &add), b = rig_command(&r, &add);
	assert_null(rig_reply(&r, a));
	graph_cancel(r.g, b, r.now);
	rig_drain(&r);
	assert_int_equal(rig_reply(&r, b)->err, ERR_CANCELLED);
	rig_tick(&r, MONO_SEC);
	assert_int_equal(rig_reply(&r, a)->err, OK);
	struct graph_record record;
	assert_int_equal(graph_record_get(r.g, &rig_reply(&r, a)->id, &record), OK);
	assert_true(span_eq(record.payload, span_str("early")));
	assert_int_equal(r.events[GRAPH_EVENT_LOADED], 1);
	rig_end(&r);
}

/* Who never was in the graph changes nothing and does not listen. */
static void not_before_it_is_synchronised(void **state)
{
	struct rig r;
	const struct addr own = rig_addr(1);
	const struct graph_command add = { .kind = GRAPH_RECORD_ADD,
					   .type = { { 0xaa, [15] = 1 } },
					   .has_payload = true };
	rig_init(&r);
	r.birth.create = false;
	rig_start(&r);
	assert_int_equal(graph_listen(r.g, &own, 1, r.now), ERR_STATE);
	assert_int_equal(rig_reply(&r, rig_command(&r, &add))->err, ERR_STATE);
	struct addr remote = rig_addr(9);
	assert_int_equal(graph_accepted(r.g, 2, &own, &remote, r.now), ERR_STATE);
	rig_end(&r);
}

/* What an earlier run said of nodes is dropped, records and properties stay. */
static void an_earlier_run_is_read(void **state)
{
	struct rig r;
	const struct graph_command add = { .kind = GRAPH_RECORD_ADD,
					   .type = { { 0xaa, [15] = 1 } },
					   .payload = span_str("kept"),
					   .has_payload = true };
	rig_init(&r);
	r.birth.properties.presence_max = GRAPH_PRESENCE_ALL;
	snprintf(r.birth.properties.name, 32, "Friends");
	rig_start(&r);
	uint64_t number = rig_command(&r, &add);
	struct graph_guid id = rig_reply(&r, number)->id;
	rig_tick(&r, 4 * MONO_MIN);
	assert_int_equal(rig_info(&r).db.records, 5);
	graph_free(r.g);
	r.birth.create = false;
	r.birth.synchronised = true;
	r.birth.properties.name[0] = '\0';
	r.birth.properties.presence_max = 0;
	rig_start(&r);
	assert_int_equal(rig_info(&r).db.records, 2);
	assert_true(rig_info(&r).synchronised);
	assert_string_equal(rig_info(&r).properties->name, "Friends");
	assert_int_equal(rig_info(&r).properties->presence_max, GRAPH_PRESENCE_ALL);
	struct graph_record record;
	assert_int_equal(graph_record_get(r.g, &id, &record), OK);
	rig_end(&r);
}

static void properties_change(void **state)
{
	struct rig r;
	struct graph_properties p = { .name = "Other", .comment = "x", .presence_life = 600 };
	struct graph_command c = { .kind = GRAPH_SET,
				   .set = GRAPH_SET_NAME | GRAPH_SET_COMMENT |
					  GRAPH_SET_PRESENCE_LIFE,
				   .properties = &p };
	rig_begin(&r);
	uint32_t link = rig_neighbor(&r, 77, 30);
	assert_int_equal(rig_reply(&r, rig_command(&r, &c))->err, OK);
	assert_string_equal(rig_info(&r).properties->name, "Other");
	rig_expect(&r, link, GRAPH_FLOOD);
	p.presence_life = 10;
	assert_int_equal(rig_reply(&r, rig_command(&r, &c))->err, ERR_RANGE);
	assert_int_equal(rig_info(&r).properties->presence_life, 600);
	c.set = GRAPH_SET_PRESENT | GRAPH_SET_ATTRIBUTES;
	c.present = true;
	c.payload = span_str("in the kitchen");
	assert_int_equal(rig_reply(&r, rig_command(&r, &c))->err, OK);
	struct graph_node_info node;
	size_t at = 0;
	assert_true(graph_node_next(r.g, &at, &node));
	assert_true(node.self);
	assert_true(span_eq(node.attributes, span_str("in the kitchen")));
	assert_true(graph_node_next(r.g, &at, &node));
	assert_true(node.neighbor && node.node == 77);
	assert_false(graph_node_next(r.g, &at, &node));
	rig_end(&r);
}

/* A57: the Signature of an earlier run is dropped, its version is not. */
static void an_earlier_signature_is_outdone(void **state)
{
	struct rig r;
	rig_begin(&r);
	rig_tick(&r, 6 * MONO_MIN);
	uint32_t version = graph_db_find(r.g->db, &graph_id_signature)->version;
	assert_true(version > 1);
	graph_free(r.g);
	r.birth.create = false;
	r.birth.synchronised = true;
	rig_start(&r);
	assert_null(graph_db_find(r.g->db, &graph_id_signature));
	rig_tick(&r, MONO_MIN);
	assert_true(graph_db_find(r.g->db, &graph_id_signature)->version > version);
	rig_end(&r);
}

/* A crash came between the graph and its first record. */
static void a_creator_without_graph_info(void **state)
{
	struct rig r;
	rig_init(&r);
	r.birth.create = false;
	r.birth.synchronised = true;
	rig_start(&r);
	assert_true(rig_info(&r).created);
	assert_non_null(graph_db_find(r.g->db, &graph_id_info));
	rig_end(&r);
	rig_init(&r); /* another node of the same person does not know what there is */
	r.birth.create = false;
	rig_start(&r);
	assert_null(graph_db_find(r.g->db, &graph_id_info));
	rig_end(&r);
	rig_init(&r);
	r.birth.create = false;
	r.birth.synchronised = true;
	snprintf(r.birth.properties.creator, 64, "0.ann");
	rig_start(&r);
	assert_false(rig_info(&r).created);
	assert_null(graph_db_find(r.g->db, &graph_id_info));
	rig_end(&r);
}

/* GRAPH-14.16. */
static void only_the_creator_changes_properties(void **state)
{
	struct rig r;
	struct graph_properties p = { .name = "Mine" };
	struct graph_command c = { .kind = GRAPH_SET,
				   .set = GRAPH_SET_NAME | GRAPH_SET_PRESENT,
				   .present = true,
				   .properties = &p };
	rig_init(&r);
	r.birth.create = false;
	r.birth.synchronised = true;
	snprintf(r.birth.properties.creator, 64, "0.ann");
	snprintf(r.birth.properties.name, 64, "Hers");
	rig_start(&r);
	const struct rig_reply *reply = rig_reply(&r, rig_command(&r, &c));
	assert_int_equal(reply->err, ERR_DENIED);
	assert_true(reply->text);
	assert_string_equal(rig_info(&r).properties->name, "Hers");
	assert_false(r.g->force_presence);
	c.set = GRAPH_SET_PRESENT;
	assert_int_equal(rig_reply(&r, rig_command(&r, &c))->err, OK);
	assert_true(r.g->force_presence);
	rig_end(&r);
}

/* GRAPH-8.3: the only one we knew is called again. */
static void after_a_failed_commit_neighbors_are_called(void **state)
{
	struct rig r;
	const struct addr told = rig_addr(30);
	rig_begin(&r);
	uint32_t link = rig_neighbor(&r, 77, 30);
	graph_store_failed(r.g, 1, ERR_IO, r.now);
	rig_drain(&r);
	assert_true(rig_closed(&r, link));
	rig_tick(&r, MONO_SEC);
	assert_true(rig_info(&r).loaded);
	assert_true(rig_dialled(&r) > 0);
	assert_true(addr_eq(&rig_link(&r, rig_dialled(&r))->remote, &told));
	rig_end(&r);
}

/* GRAPH-8.2: who is reached nowhere that is known takes calls all the same, but is no
 * contact; who does not listen is not there. */
static void listening_at_no_address(void **state)
{
	struct rig r;
	const struct graph_command present = { .kind = GRAPH_SET,
					       .set = GRAPH_SET_PRESENT,
					       .present = true };
	struct addr remote = rig_addr(9);
	rig_begin(&r);
	rig_command(&r, &present);
	rig_tick(&r, 4 * MONO_MIN);
	assert_true(rig_info(&r).contact);
	assert_int_equal(rig_info(&r).nodes, 1);
	assert_int_equal(graph_listen(r.g, NULL, 0, r.now), OK);
	rig_drain(&r);
	assert_true(rig_info(&r).listening);
	assert_false(rig_info(&r).contact);
	assert_int_equal(rig_info(&r).nodes, 1);
	rig_neighbor(&r, 77, 30);
	rig_tick(&r, 10 * MONO_MIN);
	assert_false(rig_info(&r).contact);
	graph_unlisten(r.g, r.now);
	rig_drain(&r);
	assert_false(rig_info(&r).listening);
	assert_int_equal(rig_info(&r).nodes, 0);
	assert_int_equal(graph_accepted(r.g, 60, &remote, &remote, r.now), ERR_STATE);
	rig_end(&r);
}

static void a_birth_without_memory(void **state)
{
	for (size_t n = 1; n < 200; n++) {
		struct rig r;
		rig_init(&r);
		failing_env_fail_at(&r.f, n);
		enum err e =
			graph_new(&r.g, &r.birth, &r.shared, r.now, (struct wall){ 0, true }, NULL);
		bool failed = r.f.failed;
		r.f.fail_at = 0;
		assert_true(e == (failed ? ERR_NOMEM : OK));
		rig_end(&r);
		if (!failed)
			return;
	}
	fail_msg("it never came to an end");
}

static void a_birth_must_make_sense(void **state)
{
	char room[128];
	struct text why = TEXT_OF(room);
	struct rig r;
	rig_init(&r);
	r.birth.properties.id[0] = '\0';
	assert_int_equal(graph_new(&r.g, &r.birth, &r.shared, r.now, (struct wall){ 0 }, &why),
			 ERR_CONFIG);
	assert_true(why.n > 0);
	snprintf(r.birth.properties.id, 8, "0.x");
	r.birth.peer[0] = (char)0xff;
	assert_int_equal(graph_new(&r.g, &r.birth, &r.shared, r.now, (struct wall){ 0 }, &why),
			 ERR_CONFIG);
	rig_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lower_speaks_first),
		cmocka_unit_test(how_many_contacts),
		cmocka_unit_test(a_pending_timer_stays),
		cmocka_unit_test(random_delays_stay_in_their_bounds),
		cmocka_unit_test(a_node_alone),
		cmocka_unit_test(attempts_do_not_hammer),
		cmocka_unit_test(who_fell_silent_is_called),
		cmocka_unit_test(the_list_holds_a_hundred),
		cmocka_unit_test(the_least_useful_goes),
		cmocka_unit_test(who_has_just_come_stays),
		cmocka_unit_test(many_records_are_passed_by_in_slices),
		cmocka_unit_test(leaving_takes_records_along),
		cmocka_unit_test(who_does_not_read_is_not_waited_for_long),
		cmocka_unit_test(commands_wait_for_the_database),
		cmocka_unit_test(not_before_it_is_synchronised),
		cmocka_unit_test(an_earlier_run_is_read),
		cmocka_unit_test(properties_change),
		cmocka_unit_test(listening_at_no_address),
		cmocka_unit_test(an_earlier_signature_is_outdone),
		cmocka_unit_test(a_creator_without_graph_info),
		cmocka_unit_test(only_the_creator_changes_properties),
		cmocka_unit_test(after_a_failed_commit_neighbors_are_called),
		cmocka_unit_test(a_birth_without_memory),
		cmocka_unit_test(a_birth_must_make_sense),
	};
	return cmocka_run_group_tests_name("upkeep", tests, NULL, NULL);
}
