/* Records in meshes that are cut, crash and fall behind: all end with the same, nothing that
 * was answered is lost, nothing deleted comes back. */
#include "mesh_rig.h"

#include "graph/flood_int.h"

#define MOST 400

/* A record that one node alone changes, and what it was told of it. */
struct own {
	struct graph_guid id;
	size_t node;
	uint64_t number; /* of the command that is not answered; 0 none */
	bool adding, deleting, deleted;
	uint32_t version; /* told */
};

struct run {
	struct mesh *m;
	struct own own[MOST];
	size_t n;
	uint64_t state;
	uint32_t told_adds, told_deletes, crashes, cuts, failed;
};

static uint32_t below(struct run *r, uint32_t n)
{
	r->state = r->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(r->state >> 33) % n;
}

/* ---- what all must have alike ---- */

static void fold(uint64_t *h, const void *p, size_t n)
{
	const uint8_t *b = p;
	for (size_t i = 0; i < n; i++)
		*h = (*h ^ b[i]) * 1099511628211u;
}

/* Of identifier, version, modifier and flags of all that has not expired. */
static uint64_t digest(struct mesh *m, size_t i)
{
	const struct graph_db *db = graph_database(m->node[i].g);
	uint64_t today = graph_now(m->node[i].g, m->now);
	uint64_t sum = 0;
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		uint64_t h = 14695981039346656037u;
		if (e->expires <= today || e->type <= GRAPH_TYPE_PRESENCE)
			continue;
		fold(&h, e->place.id.at, sizeof(e->place.id.at));
		fold(&h, &e->version, sizeof(e->version));
		bool deleted = e->deleted;
		fold(&h, &deleted, sizeof(deleted));
		if (e->modifier)
			fold(&h, e->modifier->utf16.p, e->modifier->utf16.n);
		sum += h;
	}
	return sum;
}

static bool alike(struct mesh *m)
{
	if (!mesh_connected(m))
		return false;
	uint64_t first = 0;
	bool have = false;
	for (size_t i = 0; i < m->n; i++) {
		if (!m->node[i].g)
			continue;
		if (!mesh_info(m, i).loaded)
			return false;
		uint64_t d = digest(m, i);
		if (have && d != first)
			return false;
		first = d;
		have = true;
	}
	return true;
}

static void assert_alike(struct mesh *m)
{
	assert_true(mesh_until(m, alike, 60 * MONO_MIN));
}

static const struct graph_entry *entry(struct mesh *m, size_t i, const struct graph_guid *id)
{
	return graph_db_find(graph_database(m->node[i].g), id);
}

/* ---- what happens ---- */

static void add(struct run *r, size_t i)
{
	const struct graph_command c = {
		.kind = GRAPH_RECORD_ADD,
		.type = mesh_type,
		.payload = span_str("some text"),
		.has_payload = true,
	};
	if (r->n == MOST || !r->m->node[i].g)
		return;
	struct own *o = &r->own[r->n++];
	*o = (struct own){ .node = i, .adding = true };
	o->number = mesh_command(r->m, i, &c);
}

static void change(struct run *r, bool deleting)
{
	if (r->n == 0)
		return;
	struct own *o = &r->own[below(r, (uint32_t)r->n)];
	if (o->number || o->deleted || o->version == 0 || !r->m->node[o->node].g)
		return;
	const struct graph_command c = {
		.kind = deleting ? GRAPH_RECORD_DELETE : GRAPH_RECORD_UPDATE,
		.id = o->id,
		.payload = span_str("another text"),
		.has_payload = !deleting,
	};
	o->deleting = deleting;
	o->number = mesh_command(r->m, o->node, &c);
}

/* What is answered is promised. */
static void collect(struct run *r)
{
	for (size_t k = 0; k < r->n; k++) {
		struct own *o = &r->own[k];
		const struct mesh_reply *a =
			o->number ? mesh_reply(r->m, o->node, o->number) : NULL;
		if (!a)
			continue;
		o->number = 0;
		r->failed += a->err != OK;
		if (a->err == OK) {
			o->id = a->type;
			o->version = a->version;
			o->deleted |= o->deleting;
			r->told_adds += o->adding;
			r->told_deletes += o->deleting;
		}
		o->adding = o->deleting = false;
	}
}

static void kill_node(struct run *r, size_t i)
{
	size_t up = 0;
	for (size_t k = 0; k < r->m->n; k++)
		up += r->m->node[k].g != NULL;
	if (i == 0 || !r->m->node[i].g || up < 3)
		return;
	collect(r);
	mesh_kill(r->m, i);
	for (size_t k = 0; k < r->n; k++)
		if (r->own[k].node == i)
			r->own[k].number = 0; /* nobody was told */
	r->crashes++;
}

/* Comes back, by whom it finds: others may be cut off. */
static void come_back(struct run *r, size_t i)
{
	if (r->m->node[i].g)
		return;
	mesh_open(r->m, i);
	mesh_connect(r->m, i, 0);
	assert_int_equal(mesh_listen(r->m, i), OK);
}

static void trouble(struct run *r)
{
	struct mesh *m = r->m;
	size_t i = below(r, (uint32_t)m->n), j = below(r, (uint32_t)m->n);
	switch (below(r, 8)) {
	case 0:
	case 1:
		kill_node(r, i);
		break;
	case 2:
	case 3:
		come_back(r, i);
		break;
	case 4:
		if (i != j)
			mesh_cut(m, i, j);
		r->cuts += i != j;
		break;
	case 5:
	case 6:
		if (i != j)
			mesh_heal(m, i, j);
		break;
	default:
		m->node[i].fail_commit = m->node[i].g != NULL;
		break;
	}
}

static void heal_all(struct run *r)
{
	struct mesh *m = r->m;
	for (size_t i = 0; i < m->n; i++) {
		m->node[i].fail_commit = false;
		for (size_t j = i + 1; j < m->n; j++)
			mesh_heal(m, i, j);
	}
	for (size_t i = 0; i < m->n; i++)
		come_back(r, i);
}

/* One run of everything at once. */
static void live(size_t n, uint64_t seed, int steps)
{
	static struct run r;
	memset(&r, 0, sizeof(r));
	r.state = seed;
	r.m = mesh_new(n, seed);
	mesh_join_all(r.m);
	r.m->extra.synchronised = true;
	for (int k = 0; k < steps; k++) {
		uint32_t what = below(&r, 20);
		if (what < 9)
			add(&r, below(&r, (uint32_t)n));
		else if (what < 15)
			change(&r, false);
		else if (what < 18)
			change(&r, true);
		else
			trouble(&r);
		mesh_run(r.m, (int64_t)below(&r, 200) * MONO_MS / 4);
		collect(&r);
	}
	heal_all(&r);
	mesh_run(r.m, 5 * MONO_SEC);
	collect(&r);
	/* Who was left alone without knowing anybody is helped, as NEED_CONNECTION asks. */
	for (int k = 0; k < 60 && !alike(r.m); k++) {
		for (size_t i = 1; i < n; i++)
			if (mesh_neighbors(r.m, i) == 0)
				mesh_connect(r.m, i, 0);
		mesh_run(r.m, MONO_MIN);
	}
	assert_true(alike(r.m));
	for (size_t k = 0; k < r.n; k++) {
		const struct own *o = &r.own[k];
		if (o->version == 0)
			continue;
		for (size_t i = 0; i < n; i++) {
			const struct graph_entry *e = entry(r.m, i, &o->id);
			assert_non_null(e);
			assert_true(e->version >= o->version);
			assert_true(e->deleted || !o->deleted);
		}
	}
	assert_true(r.told_adds > 10);
	assert_true(r.told_deletes > 0);
	mesh_free(r.m);
}

static void three_live_test(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++)
		live(3, seed, 150);
}

static void six_live_test(void **state)
{
	(void)state;
	for (uint64_t seed = 11; seed <= 13; seed++)
		live(6, seed, 250);
}

static void sixteen_live_test(void **state)
{
	(void)state;
	live(16, 21, 250);
}

/* ---- one thing each ---- */

static struct graph_guid add_some(struct mesh *m, size_t i, uint32_t n)
{
	struct graph_guid id = { { 0 } };
	const struct graph_command c = {
		.kind = GRAPH_RECORD_ADD,
		.type = mesh_type,
		.payload = span_str("some text"),
		.has_payload = true,
	};
	for (uint32_t k = 0; k < n; k++)
		mesh_command(m, i, &c);
	return id;
}

static void late_joiner_test(void **state)
{
	(void)state;
	struct mesh *m = mesh_new(4, 2);
	mesh_create(m, 0);
	mesh_join(m, 1, 0);
	mesh_join(m, 2, 1);
	add_some(m, 0, 1500);
	add_some(m, 1, 1500);
	mesh_run(m, 2 * MONO_SEC);
	mesh_join(m, 3, 2);
	assert_alike(m);
	assert_true(graph_db_count(graph_database(m->node[3].g)) >= 3000);
	assert_true(mesh_info(m, 3).counts.sync_records >= 3000);
	assert_int_equal(m->node[3].last[GRAPH_EVENT_SYNCHRONISED].kind, GRAPH_EVENT_SYNCHRONISED);
	mesh_free(m);
}

/* GRAPH-9.9: cut again and again, and still all of it, most of it once. */
static void cut_synchronisation_test(void **state)
{
	(void)state;
	struct mesh *m = mesh_new(2, 3);
	uint32_t cuts = 0;
	m->limits.link_unsent = 65536;
	m->latency = 10 * MONO_MS;
	mesh_create(m, 0);
	add_some(m, 0, 4000);
	mesh_run(m, MONO_SEC);
	mesh_open(m, 1);
	mesh_connect(m, 1, 0);
	while (!mesh_info(m, 1).synchronised) {
		uint64_t had = graph_db_count(graph_database(m->node[1].g));
		for (int k = 0; k < 100 && !mesh_info(m, 1).synchronised &&
				graph_db_count(graph_database(m->node[1].g)) < had + 900;
		     k++)
			mesh_run(m, 10 * MONO_MS);
		if (mesh_info(m, 1).synchronised)
			break;
		mesh_cut(m, 0, 1);
		mesh_run(m, 100 * MONO_MS);
		mesh_heal(m, 0, 1);
		mesh_connect(m, 1, 0);
		cuts++;
		assert_true(cuts < 30);
	}
	assert_true(cuts >= 2);
	assert_alike(m);
	assert_true(mesh_info(m, 1).counts.sync_records < 6000);
	mesh_free(m);
}

/* Digest 7.8: both sides of a partition change one record; all come to the same. */
static void same_record_at_both_sides_test(void **state)
{
	(void)state;
	struct mesh *m = mesh_new(4, 4);
	mesh_join_all(m);
	struct graph_guid id = mesh_add(m, 0, "first", 86400);
	assert_alike(m);
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 2; j < 4; j++)
			mesh_cut(m, i, j);
	mesh_run(m, MONO_SEC);
	struct graph_command c = {
		.kind = GRAPH_RECORD_UPDATE,
		.id = id,
		.has_payload = true,
	};
	c.payload = span_str("of one");
	mesh_command(m, 0, &c);
	mesh_run(m, 3 * MONO_MS);
	c.payload = span_str("of three");
	mesh_command(m, 3, &c);
	mesh_run(m, MONO_SEC);
	assert_false(digest(m, 0) == digest(m, 3));
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 2; j < 4; j++)
			mesh_heal(m, i, j);
	mesh_connect(m, 1, 2);
	mesh_run(m, MONO_SEC);
	mesh_connect(m, 3, 0);
	assert_alike(m);
	for (size_t i = 0; i < 4; i++) {
		struct graph_record r;
		assert_int_equal(graph_record_get(m->node[i].g, &id, &r), OK);
		assert_int_equal(r.version, 2);
		/* The higher Peer ID. */
		assert_true(span_eq(r.payload, span_str("of three")));
	}
	mesh_free(m);
}

#define APART 1200

static void add_apart(struct mesh *m, size_t i)
{
	const struct graph_command c = { .kind = GRAPH_RECORD_ADD,
					 .type = mesh_type,
					 .payload = span_str("apart"),
					 .has_payload = true };
	for (size_t k = 0; k < APART; k++) {
		(void)mesh_command(m, i, &c);
		if (k % 50 == 49)
			mesh_run(m, 10 * MONO_MS);
	}
}

/* GRAPH-9.26: two graphs that have hardly a record in common become one over one link, whose
 * memory would not hold what a comparison says of all. */
static void wholly_different_test(void **state)
{
	(void)state;
	struct mesh *m = mesh_new(2, 15);
	m->limits.link_memory = 65536;
	m->limits.link_unsent = 8192;
	mesh_create(m, 0);
	mesh_join(m, 1, 0);
	mesh_cut(m, 0, 1);
	mesh_run(m, MONO_SEC);
	add_apart(m, 0);
	add_apart(m, 1);
	add_apart(m, 0);
	mesh_run(m, MONO_SEC);
	mesh_heal(m, 0, 1);
	uint32_t told = m->node[1].events[GRAPH_EVENT_NEIGHBOR];
	mesh_connect(m, 1, 0);
	mesh_run(m, 20 * MONO_SEC);
	assert_true(alike(m));
	assert_true(graph_db_count(graph_database(m->node[1].g)) >= 3 * APART);
	assert_int_equal(m->node[1].events[GRAPH_EVENT_NEIGHBOR], told + 1);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(m->node[i].events[GRAPH_EVENT_BAD_PEER], 0);
		assert_int_equal(m->node[i].events[GRAPH_EVENT_SLOW], 0);
	}
	mesh_free(m);
}

static const struct graph_entry *entry_of(struct mesh *m, size_t i, const struct graph_guid *id)
{
	const struct graph_entry *e = graph_db_find(graph_database(m->node[i].g), id);
	assert_non_null(e);
	return e;
}

static bool same_content(struct mesh *m, const struct graph_guid *id)
{
	return memcmp(entry_of(m, 0, id)->content, entry_of(m, 1, id)->content,
		      CRYPTO_FINGERPRINT) == 0;
}

static void change_at_both(struct mesh *m, const struct graph_guid *id)
{
	const struct graph_command c = { .kind = GRAPH_RECORD_UPDATE,
					 .id = *id,
					 .payload = span_str("changed"),
					 .has_payload = true };
	(void)mesh_command(m, 0, &c);
	(void)mesh_command(m, 1, &c);
}

/* GRAPH-9.28 to 9.30: changed in two parts at the very same time, while each has something that
 * the other has not, some of it next to it. */
static void forks_heal_test(void **state)
{
	(void)state;
	for (uint64_t turn = 0; turn < 3; turn++) {
		struct mesh *m = mesh_new(2, 40 + turn);
		struct graph_guid id[20];
		mesh_create(m, 0);
		mesh_join(m, 1, 0);
		for (size_t i = 0; i < 20; i++) {
			id[i] = mesh_add(m, i % 2, "both", 86400);
			mesh_run(m, 10 * MONO_MS);
		}
		mesh_run(m, 5 * MONO_SEC);
		assert_true(alike(m));
		mesh_cut(m, 0, 1);
		mesh_run(m, MONO_SEC);
		change_at_both(m, &id[3]);
		change_at_both(m, &id[4]);
		if (turn > 0)
			(void)mesh_add(m, 0, "here", 86400);
		if (turn > 1)
			(void)mesh_add(m, 1, "there", 86400);
		mesh_run(m, MONO_SEC);
		assert_int_equal(entry_of(m, 0, &id[3])->place.modified,
				 entry_of(m, 1, &id[3])->place.modified);
		assert_false(same_content(m, &id[3]));
		mesh_heal(m, 0, 1);
		(void)mesh_connect(m, 1, 0);
		mesh_run(m, 5 * MONO_SEC);
		assert_true(same_content(m, &id[3]));
		assert_true(same_content(m, &id[4]));
		assert_true(alike(m));
		assert_int_equal(m->node[0].events[GRAPH_EVENT_BAD_PEER], 0);
		mesh_free(m);
	}
}

static void octets_to_two(void *arg, size_t from, size_t to, struct span bytes)
{
	size_t *sum = arg;
	(void)from;
	*sum += to == 2 ? bytes.n : 0;
}

/* GRAPH-8.8: a neighbor that reads nothing is dropped, and made equal when it is back: by a
 * comparison, which brings what it missed and not all there is. */
static void slow_neighbor_test(void **state)
{
	(void)state;
	struct mesh *m = mesh_new(3, 5);
	m->limits.link_unsent = 16384;
	m->limits.link_backlog = 200;
	mesh_create(m, 0);
	mesh_join(m, 1, 0);
	mesh_join(m, 2, 0);
	for (int k = 0; k < 60; k++) {
		add_some(m, 0, 50);
		mesh_run(m, MONO_SEC);
	}
	size_t all = graph_db_count(graph_database(m->node[2].g)), octets = 0;
	assert_true(all >= 3000);
	if (mesh_stream(m, 0, 2))
		mesh_stall(m, 0, 2, true);
	if (mesh_stream(m, 1, 2))
		mesh_stall(m, 1, 2, true);
	uint32_t slow = 0;
	for (int k = 0; k < 60 && !slow; k++) {
		add_some(m, 0, 50);
		mesh_run(m, MONO_SEC);
		slow = m->node[0].events[GRAPH_EVENT_SLOW] + m->node[1].events[GRAPH_EVENT_SLOW];
	}
	assert_true(slow > 0);
	size_t missing = graph_db_count(graph_database(m->node[0].g)) -
			 graph_db_count(graph_database(m->node[2].g));
	assert_true(missing > 0 && missing < all / 2);
	m->on_send = octets_to_two;
	m->arg = &octets;
	for (size_t i = 0; i < 2; i++)
		if (mesh_stream(m, i, 2))
			mesh_stall(m, i, 2, false);
	mesh_run(m, 2 * MONO_MIN);
	assert_alike(m);
	assert_true(octets < all * 200); /* a record is above 200 octets on a link */
	mesh_free(m);
}

static void clock_off_by_five_minutes_test(void **state)
{
	(void)state;
	struct mesh *m = mesh_new(3, 6);
	m->node[1].skew = 5 * MONO_MIN;
	m->node[2].skew = -5 * MONO_MIN;
	mesh_join_all(m);
	for (size_t i = 0; i < 3; i++)
		add_some(m, i, 20);
	mesh_run(m, MONO_SEC);
	assert_alike(m);
	assert_true(graph_db_count(graph_database(m->node[0].g)) >= 60);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(m->node[i].events[GRAPH_EVENT_TIME], 0);
		/* They agree on what time it is. */
		int64_t apart = (int64_t)(graph_now(m->node[i].g, m->now) -
					  graph_now(m->node[0].g, m->now));
		assert_true(apart < 10 * (int64_t)GRAPH_TICKS_SEC);
		assert_true(apart > -10 * (int64_t)GRAPH_TICKS_SEC);
	}
	mesh_free(m);
}

static void commit_fails_test(void **state)
{
	(void)state;
	struct mesh *m = mesh_new(3, 8);
	mesh_join_all(m);
	struct graph_guid kept = mesh_add(m, 1, "kept", 86400);
	m->node[1].fail_commit = true;
	const struct graph_command c = {
		.kind = GRAPH_RECORD_ADD,
		.type = mesh_type,
		.payload = span_str("lost"),
		.has_payload = true,
	};
	uint64_t number = mesh_command(m, 1, &c);
	mesh_run(m, 2 * MONO_MIN);
	const struct mesh_reply *a = mesh_reply(m, 1, number);
	assert_non_null(a);
	assert_int_equal(a->err, ERR_IO);
	assert_int_equal(m->node[1].events[GRAPH_EVENT_STORE_FAILED], 1);
	assert_alike(m);
	for (size_t i = 0; i < 3; i++)
		assert_non_null(entry(m, i, &kept));
	mesh_free(m);
}

/* A deletion made while one was away is not undone by what that one kept. */
static void deleted_while_away_test(void **state)
{
	(void)state;
	struct mesh *m = mesh_new(3, 9);
	mesh_join_all(m);
	m->extra.synchronised = true;
	struct graph_guid id = mesh_add(m, 2, "to go", 86400);
	assert_alike(m);
	mesh_kill(m, 2);
	const struct graph_command c = { .kind = GRAPH_RECORD_DELETE, .id = id };
	mesh_command(m, 0, &c);
	mesh_run(m, 10 * MONO_SEC);
	mesh_join(m, 2, 1);
	assert_alike(m);
	for (size_t i = 0; i < 3; i++) {
		assert_non_null(entry(m, i, &id));
		assert_true(entry(m, i, &id)->deleted);
	}
	mesh_free(m);
}

/* GRAPH-8.51, GRAPH-9.27: what one lost is there again, over the link that there is, however far
 * apart the two are and however often it is asked for. */
static void asked_again_test(void **state)
{
	struct mesh *m = mesh_new(2, 43);
	mesh_join_all(m);
	struct graph_guid id = mesh_add(m, 0, "lost", 3600);
	mesh_run(m, MONO_SEC);
	struct mesh_stream *link = mesh_stream(m, 0, 1);
	for (int i = 0; i < 60; i++) {
		const struct graph_command c = { .kind = GRAPH_RECORD_DELETE,
						 .id = id,
						 .local_only = true };
		uint64_t number;
		if (i % 20 == 0) {
			number = mesh_command(m, 1, &c);
			mesh_run(m, MONO_SEC);
			assert_int_equal(mesh_reply(m, 1, number)->err, OK);
			assert_null(entry(m, 1, &id));
		}
		mesh_slow(m, 1, 0, (i % 3) * 20 * MONO_SEC);
		graph_ask_begin(m->node[1].g, m->now);
		mesh_run(m, 7 * MONO_SEC);
	}
	mesh_slow(m, 1, 0, 0);
	mesh_run(m, 2 * MONO_MIN);
	assert_non_null(entry(m, 1, &id));
	assert_alike(m);
	assert_ptr_equal(mesh_stream(m, 0, 1), link);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(m->node[i].events[GRAPH_EVENT_BAD_PEER], 0);
	mesh_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(late_joiner_test),
		cmocka_unit_test(cut_synchronisation_test),
		cmocka_unit_test(same_record_at_both_sides_test),
		cmocka_unit_test(wholly_different_test),
		cmocka_unit_test(forks_heal_test),
		cmocka_unit_test(asked_again_test),
		cmocka_unit_test(slow_neighbor_test),
		cmocka_unit_test(clock_off_by_five_minutes_test),
		cmocka_unit_test(commit_fails_test),
		cmocka_unit_test(deleted_while_away_test),
		cmocka_unit_test(three_live_test),
		cmocka_unit_test(six_live_test),
		cmocka_unit_test(sixteen_live_test),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
