/* A database goes out as a stream and comes back; what is not that stream is refused. */
#include "db_rig.h"

#include "graph/dump.h"
#include "graph/octets.h"

#define NOW (RIG_TIME + 10000 * GRAPH_TICKS_SEC)

static const struct graph_dump_head head = {
	.profile = CRYPTO_MODERN,
	.graph = { (const uint8_t *)"0.TestGraph", 11 },
	.creator = { (const uint8_t *)"0.alice", 7 },
};

static void fill(struct db_rig *r, uint32_t n)
{
	for (uint32_t i = 1; i <= n; i++)
		db_must(r, &(struct db_spec){ .id = i,
					      .version = i,
					      .type = 9 + i % 3,
					      .modified = i / 4,
					      .payload = i % 50,
					      .deleted = i % 9 == 0,
					      .expires = i % 10 ? 20000 : 9000 });
}

/* The whole stream, in memory of the rig's env. */
static struct graph_octets dumped(struct db_rig *r, size_t slice)
{
	struct graph_octets all = { NULL, 0, 0 };
	struct graph_dump *d;
	bool done = false;
	assert_int_equal(graph_dump_new(&d, &head, r->db, r->crypto, &r->f.env, NOW), OK);
	for (int i = 0; i < 10000 && !done; i++) {
		struct span out;
		assert_int_equal(graph_dump_step(d, slice, &out, &done), OK);
		uint8_t *p = graph_octets_add(&r->f.env, &all, out.n);
		assert_non_null(p);
		if (out.n)
			memcpy(p, out.p, out.n);
	}
	assert_true(done);
	graph_dump_free(d);
	return all;
}

static void import(struct db_rig *r, struct span octets)
{
	struct graph_record record;
	struct graph_db_put p = { .record = &record, .octets = octets };
	struct graph_entry *e;
	assert_int_equal(graph_record_decode(octets, &record), OK);
	assert_int_equal(graph_db_put(r->db, &p, &e, &r->number, &r->why), OK);
}

static void check_head(const struct graph_undump_out *o)
{
	assert_int_equal(o->head.profile, head.profile);
	assert_true(span_eq(o->head.graph, head.graph));
	assert_true(span_eq(o->head.creator, head.creator));
}

struct heard {
	size_t heads, records, ends;
	enum err err;
};

/* Reads a stream in pieces; into a database, where one is given. */
static struct heard read_all(struct db_rig *r, struct span s, size_t piece, bool keep)
{
	struct heard h = { 0, 0, 0, OK };
	struct graph_undump *u;
	assert_int_equal(graph_undump_new(&u, r->crypto, &r->f.env, 100000), OK);
	for (size_t at = 0; at < s.n && !h.err; at += piece) {
		struct graph_undump_out o = { .kind = GRAPH_UNDUMP_HEAD };
		size_t n = s.n - at < piece ? s.n - at : piece;
		assert_int_equal(graph_undump_feed(u, span_of(s.p + at, n)), OK);
		while (!h.err && o.kind != GRAPH_UNDUMP_MORE) {
			h.err = graph_undump_next(u, &o);
			if (h.err)
				break;
			h.heads += o.kind == GRAPH_UNDUMP_HEAD;
			h.records += o.kind == GRAPH_UNDUMP_RECORD;
			h.ends += o.kind == GRAPH_UNDUMP_END;
			assert_int_equal(o.records, h.records);
			if (o.kind == GRAPH_UNDUMP_HEAD)
				check_head(&o);
			if (keep && o.kind == GRAPH_UNDUMP_RECORD)
				import(r, o.record);
		}
	}
	if (h.err) {
		struct graph_undump_out o;
		assert_int_equal(graph_undump_next(u, &o), h.err);
	}
	graph_undump_free(u);
	return h;
}

/* GRAPH-7.13 */
static void what_goes_out_comes_back(void **state)
{
	(void)state;
	const size_t slices[] = { 1, 7, 1000 }, pieces[] = { 1, 3, 100, 100000 };
	struct db_rig r;
	db_rig_init(&r, 1);
	fill(&r, 200);
	struct graph_octets first = dumped(&r, 50);
	for (size_t i = 0; i < 3; i++) {
		struct graph_octets s = dumped(&r, slices[i]);
		assert_true(span_eq(span_of(s.p, s.n), span_of(first.p, first.n)));
		env_free(&r.f.env, s.p);
	}
	for (size_t i = 0; i < 4; i++) {
		struct db_rig to;
		db_rig_init(&to, 2);
		struct heard h = read_all(&to, span_of(first.p, first.n), pieces[i], true);
		assert_int_equal(h.err, OK);
		assert_int_equal(h.heads, 1);
		assert_int_equal(h.records, 180);
		assert_int_equal(h.ends, 1);
		struct graph_octets again = dumped(&to, 9);
		assert_true(span_eq(span_of(again.p, again.n), span_of(first.p, first.n)));
		env_free(&to.f.env, again.p);
		db_rig_fini(&to);
	}
	env_free(&r.f.env, first.p);
	db_rig_fini(&r);
}

static void an_empty_database_is_a_stream_too(void **state)
{
	(void)state;
	static const uint8_t begin[] = "HSTGRAPH\0\1\0\0\0\13"
				       "0.TestGraph\0\7"
				       "0.alice\0\0\0\0";
	struct db_rig r;
	db_rig_init(&r, 3);
	struct graph_octets s = dumped(&r, 1);
	assert_int_equal(s.n, 14 + 11 + 2 + 7 + 4 + 8 + 32);
	assert_memory_equal(s.p, begin, sizeof(begin) - 1);
	struct heard h = read_all(&r, span_of(s.p, s.n), 5, false);
	assert_int_equal(h.heads + h.ends, 2);
	assert_int_equal(h.records, 0);
	env_free(&r.f.env, s.p);
	db_rig_fini(&r);
}

static void a_stream_that_is_cut_has_no_end(void **state)
{
	(void)state;
	struct db_rig r;
	db_rig_init(&r, 4);
	fill(&r, 5);
	struct graph_octets s = dumped(&r, 10);
	for (size_t n = 0; n < s.n; n++) {
		struct heard h = read_all(&r, span_of(s.p, n), 64, false);
		assert_int_equal(h.err, OK);
		assert_int_equal(h.ends, 0);
	}
	env_free(&r.f.env, s.p);
	db_rig_fini(&r);
}

static void a_stream_that_was_changed_never_ends_well(void **state)
{
	(void)state;
	struct db_rig r;
	db_rig_init(&r, 5);
	fill(&r, 3);
	struct graph_octets s = dumped(&r, 10);
	/* Names are the only text that is checked here, so leave the head as it is. */
	for (size_t i = 14 + 11 + 2 + 7; i < s.n; i++) {
		s.p[i] ^= 0x10;
		struct heard h = read_all(&r, span_of(s.p, s.n), 1000, false);
		assert_int_equal(h.ends, 0);
		s.p[i] ^= 0x10;
	}
	env_free(&r.f.env, s.p);
	db_rig_fini(&r);
}

static enum err after_change(struct db_rig *r, struct graph_octets *s, size_t at, uint8_t to)
{
	uint8_t was = s->p[at];
	s->p[at] = to;
	struct heard h = read_all(r, span_of(s->p, s->n), 1000, false);
	s->p[at] = was;
	return h.err;
}

static void each_fault_has_its_error(void **state)
{
	(void)state;
	struct db_rig r;
	const size_t records = 14 + 11 + 2 + 7;
	db_rig_init(&r, 6);
	fill(&r, 3);
	struct graph_octets s = dumped(&r, 10);
	assert_int_equal(after_change(&r, &s, 0, 'h'), ERR_MALFORMED);
	assert_int_equal(after_change(&r, &s, 9, 2), ERR_UNSUPPORTED);
	assert_int_equal(after_change(&r, &s, 11, CRYPTO_PROFILE_COUNT), ERR_UNSUPPORTED);
	assert_int_equal(after_change(&r, &s, 12, 0xff), OK); /* more is wanted */
	assert_int_equal(after_change(&r, &s, records, 0x10), ERR_RANGE);
	assert_int_equal(after_change(&r, &s, records + 40, 1), ERR_CORRUPT);
	assert_int_equal(after_change(&r, &s, s.n - 33, 9), ERR_CORRUPT); /* the count */
	assert_int_equal(after_change(&r, &s, s.n - 1, (uint8_t)~s.p[s.n - 1]), ERR_CORRUPT);
	/* Something behind the end, at once or later. */
	uint8_t *p = graph_octets_add(&r.f.env, &s, 1);
	assert_non_null(p);
	*p = 0;
	assert_int_equal(read_all(&r, span_of(s.p, s.n), 100000, false).err, ERR_MALFORMED);
	struct heard h = read_all(&r, span_of(s.p, s.n), s.n - 1, false);
	assert_int_equal(h.err, ERR_MALFORMED);
	assert_int_equal(h.ends, 1);
	env_free(&r.f.env, s.p);
	db_rig_fini(&r);
}

static void names_have_a_limit(void **state)
{
	(void)state;
	struct db_rig r;
	struct graph_dump *d = NULL;
	static const uint8_t name[GRAPH_ID_OCTETS + 1];
	db_rig_init(&r, 7);
	struct graph_dump_head h = { .graph = span_of(name, sizeof(name)) };
	assert_int_equal(graph_dump_new(&d, &h, r.db, r.crypto, &r.f.env, NOW), ERR_RANGE);
	h = (struct graph_dump_head){ .creator = span_of(name, sizeof(name)) };
	assert_int_equal(graph_dump_new(&d, &h, r.db, r.crypto, &r.f.env, NOW), ERR_RANGE);
	assert_null(d);
	db_rig_fini(&r);
}

/* Each allocation fails once: the stream is the same. */
static void memory_that_fails_is_only_time_lost(void **state)
{
	(void)state;
	struct db_rig r;
	db_rig_init(&r, 8);
	fill(&r, 40);
	struct graph_octets want = dumped(&r, 10);
	for (size_t at = 1; at <= 2; at++) {
		struct graph_dump *d;
		failing_env_fail_at(&r.f, at);
		assert_int_equal(graph_dump_new(&d, &head, r.db, r.crypto, &r.f.env, NOW),
				 ERR_NOMEM);
	}
	struct graph_undump *u;
	failing_env_fail_at(&r.f, 1);
	assert_int_equal(graph_undump_new(&u, r.crypto, &r.f.env, 9), ERR_NOMEM);
	r.f.fail_at = 0;
	struct graph_dump *d;
	bool done = false;
	size_t n = 0, failures = 0;
	assert_int_equal(graph_dump_new(&d, &head, r.db, r.crypto, &r.f.env, NOW), OK);
	for (int i = 0; i < 1000 && !done; i++) {
		struct span out = { NULL, 0 };
		failing_env_fail_at(&r.f, i % 2 ? 0 : 1);
		enum err e = graph_dump_step(d, 40, &out, &done);
		failures += r.f.failed;
		assert_true(e == OK || r.f.failed);
		if (e)
			continue;
		assert_true(n + out.n <= want.n);
		assert_memory_equal(want.p + n, out.p, out.n);
		n += out.n;
	}
	r.f.fail_at = 0;
	assert_true(failures > 0);
	assert_int_equal(n, want.n);
	graph_dump_free(d);
	assert_int_equal(graph_undump_new(&u, r.crypto, &r.f.env, 9), OK);
	failing_env_fail_at(&r.f, 1);
	assert_int_equal(graph_undump_feed(u, span_of(want.p, want.n)), ERR_NOMEM);
	r.f.fail_at = 0;
	assert_int_equal(graph_undump_feed(u, span_of(want.p, want.n)), OK);
	graph_undump_free(u);
	env_free(&r.f.env, want.p);
	db_rig_fini(&r);
}

static void a_store_that_fails_is_told(void **state)
{
	(void)state;
	struct db_rig r;
	struct graph_dump *d;
	struct span out;
	bool done = false;
	db_rig_init(&r, 9);
	fill(&r, 3);
	assert_int_equal(graph_dump_new(&d, &head, r.db, r.crypto, &r.f.env, NOW), OK);
	store_mem_wipe(r.mem);
	assert_int_equal(graph_dump_step(d, 1, &out, &done), OK); /* its head */
	assert_int_equal(graph_dump_step(d, 1, &out, &done), ERR_NOT_FOUND);
	assert_false(done);
	graph_dump_free(d);
	db_rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_out_comes_back),
		cmocka_unit_test(an_empty_database_is_a_stream_too),
		cmocka_unit_test(a_stream_that_is_cut_has_no_end),
		cmocka_unit_test(a_stream_that_was_changed_never_ends_well),
		cmocka_unit_test(each_fault_has_its_error),
		cmocka_unit_test(names_have_a_limit),
		cmocka_unit_test(memory_that_fails_is_only_time_lost),
		cmocka_unit_test(a_store_that_fails_is_told),
	};
	return cmocka_run_group_tests_name("dump", tests, NULL, NULL);
}
