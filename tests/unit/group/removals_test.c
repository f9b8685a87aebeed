/* What Removals and Returns come to, as stories: who removes whom, by which chain, what is kept,
 * and who is gone at the end, whatever order they come in. */
#include "removals_rig.h"

static void test_nothing(void **state)
{
	struct group_removals *r = fresh();
	const struct graph_guid *ids;
	assert_true(is_in(r, "a"));
	assert_true(stands(r, "a", 7));
	assert_false(group_removals_name(r, span_str(w.names[1])));
	assert_int_equal(group_removals_turn(r), 0);
	assert_int_equal(group_removals_ids(r, &ids), 0);
	group_removals_free(r);
}

/* GROUP-11.7: what the Removal lists stands, and nothing else of that key. */
static void test_kept(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'b', .certs = { "bc" }, .records = { 7, 9 } },
	};
	struct group_removals *r = TELL(s);
	assert_false(is_in(r, "b"));
	assert_true(is_in(r, "bc"));
	assert_false(is_in(r, "bd"));
	assert_false(is_in(r, "bde"));
	assert_true(is_in(r, "bce"));
	assert_true(is_in(r, "a"));
	assert_true(stands(r, "b", 7));
	assert_true(stands(r, "b", 9));
	assert_false(stands(r, "b", 8));
	assert_true(stands(r, "bc", 8));
	assert_true(group_removals_name(r, span_str(w.names[2])));
	assert_false(group_removals_name(r, span_str(w.names[1])));
	group_removals_free(r);
}

/* A record that was made again under the same ID and version is another. */
static void test_made_again(void **state)
{
	const struct say s[] = { { .id = 1, .by = "a", .whom = 'b', .records = { 7 } } };
	struct group_removals *r = TELL(s);
	struct group_kept_record k = record_of(7);
	struct span serial = cert_of("b")->serial;
	assert_true(group_removals_record(r, public_of('b'), serial, &k));
	k.digest[0] ^= 1;
	assert_false(group_removals_record(r, public_of('b'), serial, &k));
	k = record_of(7);
	k.version = 2;
	assert_false(group_removals_record(r, public_of('b'), serial, &k));
	group_removals_free(r);
}

/* Whoever issues chooses serials: a certificate with that of a kept one is another. */
static void test_serial_again(void **state)
{
	const struct say s[] = { { .id = 1, .by = "a", .whom = 'b', .certs = { "bc" } } };
	struct group_removals *r = TELL(s);
	assert_true(is_in(r, "bc"));
	assert_false(is_in(r, "bc2"));
	group_removals_free(r);
}

/* GROUP-11.4 */
static void test_mutual(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'b' },
		{ .id = 2, .by = "b", .whom = 'a' },
	};
	struct group_removals *r = TELL(s);
	assert_false(is_in(r, "a"));
	assert_false(is_in(r, "b"));
	group_removals_free(r);
}

/* GROUP-11.3: a removed administrator removes nobody else. */
static void test_removes_others(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'b' },
		{ .id = 2, .by = "b", .whom = 'c' },
		{ .id = 3, .by = "b", .whom = 'a' },
	};
	struct group_removals *r = TELL(s);
	assert_false(is_in(r, "a"));
	assert_false(is_in(r, "b"));
	assert_true(is_in(r, "c"));
	assert_false(counts(r, 2));
	group_removals_free(r);
}

/* ... but one that is kept counts. */
static void test_kept_removal(void **state)
{
	const struct say s[] = {
		{ .id = 2, .by = "b", .whom = 'c' },
		{ .id = 1, .by = "a", .whom = 'b', .records = { 2 } },
	};
	struct group_removals *r = TELL(s);
	assert_false(is_in(r, "c"));
	assert_false(is_in(r, "b"));
	group_removals_free(r);
}

/* Somebody whom the removed let in removes for it: that counts for nothing... */
static void test_puppet(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'b' },
		{ .id = 2, .by = "bc", .whom = 'd' },
	};
	struct group_removals *r = TELL(s);
	assert_true(is_in(r, "d"));
	assert_false(is_in(r, "bc"));
	group_removals_free(r);
}

/* ... and not that of the remover alone: who sent the puppet is gone all the same. */
static void test_puppet_removes_remover(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'b' },
		{ .id = 2, .by = "bc", .whom = 'a' },
		{ .id = 3, .by = "bc", .whom = 'd' },
	};
	struct group_removals *r = TELL(s);
	assert_false(is_in(r, "b"));
	assert_false(is_in(r, "bc"));
	assert_false(is_in(r, "a"));
	assert_true(is_in(r, "d"));
	group_removals_free(r);
}

/* Who removes one in the chain of who removed it goes, too. */
static void test_chain_of_remover(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "ab", .whom = 'c' },
		{ .id = 2, .by = "c", .whom = 'a' },
	};
	struct group_removals *r = TELL(s);
	assert_false(is_in(r, "c"));
	assert_false(is_in(r, "a"));
	assert_false(is_in(r, "ab"));
	group_removals_free(r);
}

/* GROUP-11.3: the group's key outranks all. */
static void test_group_key(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "", .whom = 'a' },
		{ .id = 2, .by = "a", .whom = 'b' },
		{ .id = 3, .by = "a", .whom = 'c' },
	};
	struct group_removals *r = TELL(s);
	assert_false(is_in(r, "a"));
	assert_true(is_in(r, "b"));
	assert_true(is_in(r, "c"));
	group_removals_free(r);
}

static void test_kept_by_group_key(void **state)
{
	const struct say s[] = {
		{ .id = 2, .by = "a", .whom = 'b' },
		{ .id = 1, .by = "", .whom = 'a', .certs = { "ac" }, .records = { 2 } },
	};
	struct group_removals *r = TELL(s);
	assert_false(is_in(r, "b"));
	assert_true(is_in(r, "ac"));
	group_removals_free(r);
}

/* GROUP-11.5 */
static void test_three_ring(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'b' },
		{ .id = 2, .by = "b", .whom = 'c' },
		{ .id = 3, .by = "c", .whom = 'a' },
	};
	struct group_removals *r = TELL(s);
	assert_false(is_in(r, "a") || is_in(r, "b") || is_in(r, "c"));
	group_removals_free(r);
}

/* A ring that somebody outside of it breaks is none. */
static void test_broken_ring(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'b' },
		{ .id = 2, .by = "b", .whom = 'c' },
		{ .id = 3, .by = "c", .whom = 'a' },
		{ .id = 4, .by = "d", .whom = 'a' },
	};
	struct group_removals *r = TELL(s);
	assert_false(is_in(r, "a"));
	assert_true(is_in(r, "b"));
	assert_false(is_in(r, "c"));
	assert_false(counts(r, 1));
	assert_true(counts(r, 2));
	group_removals_free(r);
}

/* What is stopped stops nothing: every other one of a row counts. */
static void test_row(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'b' }, { .id = 2, .by = "b", .whom = 'c' },
		{ .id = 3, .by = "c", .whom = 'd' }, { .id = 4, .by = "d", .whom = 'e' },
		{ .id = 5, .by = "e", .whom = 'f' },
	};
	struct group_removals *r = TELL(s);
	for (uint8_t id = 1; id <= 5; id++)
		assert_int_equal(counts(r, id), id % 2);
	group_removals_free(r);
}

/* GROUP-11.7: of several Removals of one key each must keep it. */
static void test_intersection(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'b', .certs = { "bc", "bd" }, .records = { 7, 8 } },
		{ .id = 2, .by = "e", .whom = 'b', .certs = { "bd", "bf" }, .records = { 8, 9 } },
	};
	struct group_removals *r = TELL(s);
	assert_false(is_in(r, "bc"));
	assert_true(is_in(r, "bd"));
	assert_false(is_in(r, "bf"));
	assert_false(stands(r, "b", 7));
	assert_true(stands(r, "b", 8));
	assert_false(stands(r, "b", 9));
	group_removals_free(r);
}

/* Who removes itself is gone. */
static void test_itself(void **state)
{
	const struct say s[] = { { .id = 1, .by = "a", .whom = 'a', .certs = { "ab" } } };
	struct group_removals *r = TELL(s);
	assert_false(is_in(r, "a"));
	assert_true(is_in(r, "ab"));
	group_removals_free(r);
}

/* GROUP-11.8: back by the certificates that are named, and what was kept before. */
static void test_return(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'b', .certs = { "bc" }, .records = { 7 } },
		{ .id = 2, .by = "a", .whom = 'b', .ends = { 1 }, .certs = { "b2" } },
	};
	struct group_removals *r = TELL(s);
	const struct graph_guid *ids;
	assert_false(is_in(r, "b"));
	assert_true(is_in(r, "b2"));
	assert_true(is_in(r, "bc"));
	assert_false(is_in(r, "bd"));
	assert_true(is_in(r, "b2d"));
	assert_true(stands(r, "b", 7));
	assert_false(stands(r, "b", 8));
	assert_true(stands(r, "b2", 8));
	assert_int_equal(group_removals_ids(r, &ids), 0);
	group_removals_free(r);
}

/* A Removal after it needs a Return of its own. */
static void test_removed_again(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'b' },
		{ .id = 2, .by = "a", .whom = 'b', .ends = { 1 }, .certs = { "b2" } },
		{ .id = 3, .by = "c", .whom = 'b', .records = { 9 } },
	};
	struct group_removals *r = TELL(s);
	const struct graph_guid *ids;
	assert_false(is_in(r, "b2"));
	assert_true(stands(r, "b2", 9));
	assert_false(stands(r, "b", 9));
	assert_int_equal(group_removals_ids(r, &ids), 1);
	assert_int_equal(ids[0].at[0], 3);
	group_removals_free(r);
}

/* GROUP-11.6: nobody comes back by its own word, nor by that of whom it let in. */
static void test_returns_itself(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'b' },
		{ .id = 2, .by = "b", .whom = 'b', .ends = { 1 }, .certs = { "b" } },
		{ .id = 3, .by = "bc", .whom = 'b', .ends = { 1 }, .certs = { "b" } },
		{ .id = 4, .by = "b", .whom = 'd' },
	};
	struct group_removals *r = TELL(s);
	assert_false(is_in(r, "b"));
	assert_true(is_in(r, "d"));
	assert_false(counts(r, 2) || counts(r, 3) || counts(r, 4));
	group_removals_free(r);
}

/* Nor do two by each other's. */
static void test_return_each_other(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'b' },
		{ .id = 2, .by = "a", .whom = 'c' },
		{ .id = 3, .by = "b", .whom = 'c', .ends = { 2 }, .certs = { "c" } },
		{ .id = 4, .by = "c", .whom = 'b', .ends = { 1 }, .certs = { "b" } },
		{ .id = 5, .by = "c", .whom = 'd' },
	};
	struct group_removals *r = TELL(s);
	assert_false(is_in(r, "b") || is_in(r, "c"));
	assert_true(is_in(r, "d"));
	group_removals_free(r);
}

/* What the group's key removed, the group's key alone lets back. */
static void test_return_by_group_key(void **state)
{
	const struct say by_member[] = {
		{ .id = 1, .by = "", .whom = 'b' },
		{ .id = 2, .by = "a", .whom = 'b', .ends = { 1 }, .certs = { "b2" } },
	};
	const struct say by_group[] = {
		{ .id = 1, .by = "", .whom = 'b' },
		{ .id = 2, .by = "", .whom = 'b', .ends = { 1 }, .certs = { "b2" } },
	};
	struct group_removals *r = TELL(by_member);
	assert_false(is_in(r, "b2"));
	group_removals_free(r);
	r = TELL(by_group);
	assert_true(is_in(r, "b2"));
	group_removals_free(r);
}

/* Who is back removes again, under the certificate that is named alone. */
static void test_back_and_removes(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'b' },
		{ .id = 2, .by = "a", .whom = 'b', .ends = { 1 }, .certs = { "b2" } },
		{ .id = 3, .by = "b", .whom = 'c' },
		{ .id = 4, .by = "b2", .whom = 'd' },
		{ .id = 5, .by = "b2e", .whom = 'f' },
	};
	struct group_removals *r = TELL(s);
	assert_true(is_in(r, "c"));
	assert_false(is_in(r, "d"));
	assert_false(is_in(r, "f"));
	group_removals_free(r);
}

/* A Return of somebody else's Removal changes nothing. */
static void test_return_of_other(void **state)
{
	const struct say s[] = {
		{ .id = 1, .by = "a", .whom = 'b' },
		{ .id = 2, .by = "a", .whom = 'c', .ends = { 1 }, .certs = { "c" } },
	};
	struct group_removals *r = TELL(s);
	assert_false(is_in(r, "b"));
	group_removals_free(r);
}

static void test_turn(void **state)
{
	struct group_removals *r = fresh();
	struct group_removed of;
	struct say first = { .id = 1, .by = "a", .whom = 'b' },
		   idle = { .id = 2, .by = "b", .whom = 'c' };
	assert_int_equal(put(r, &first, 1), OK);
	assert_int_equal(group_removals_turn(r), 1);
	assert_int_equal(put(r, &idle, 1), OK);
	assert_int_equal(group_removals_turn(r), 1);
	first.records[0] = 2;
	assert_int_equal(put(r, &first, 2), OK);
	assert_int_equal(group_removals_turn(r), 2);
	assert_int_equal(group_removals_count(r), 2);
	assert_true(group_removals_of(r, public_of('b'), &of));
	assert_int_equal(of.record->id.at[0], 1);
	assert_true(span_eq(of.signer_name, span_str(w.names[1])));
	assert_true(span_eq(of.signer_label, span_str(w.names[1])));
	assert_false(group_removals_of(r, public_of('d'), &of));
	group_removals_free(r);
}

/* GROUP-11.37: what counts is decided once it is asked for, and of whom no Removal is there,
 * nothing need be decided. */
static void test_decided_when_asked(void **state)
{
	struct group_removals *r = fresh();
	struct say s = { .id = 1, .by = "a", .whom = 'b', .records = { 9 } };
	struct group_kept_record k = record_of(9);
	assert_false(group_removals_stale(r));
	for (; s.id < 9; s.id++)
		assert_int_equal(put(r, &s, 1), OK);
	assert_false(group_removals_named(r, public_of('a')));
	assert_true(is_in(r, "a"));
	assert_true(stands(r, "a", 7));
	assert_false(group_removals_name(r, span_str(w.names[1])));
	assert_false(group_removals_forged(r, public_of('a'), &k));
	assert_false(group_removals_forged(r, public_of('b'), &k));
	assert_true(group_removals_stale(r));
	k.digest[0] ^= 1;
	assert_true(group_removals_forged(r, public_of('b'), &k));
	assert_false(group_removals_stale(r));
	assert_int_equal(group_removals_turn(r), 1);
	group_removals_free(r);
}

/* GROUP-11.37: twice in a turn; whoever asks more often is answered all the same. */
static void test_decided_how_often(void **state)
{
	struct group_removals *r = fresh();
	struct say s = { .id = 1, .by = "a", .whom = 'b' };
	for (; s.id < 3; s.id++) {
		assert_int_equal(put(r, &s, 1), OK);
		assert_false(group_removals_busy(r));
		assert_true(group_removals_named(r, public_of('b')));
	}
	assert_false(group_removals_busy(r)); /* there is nothing to decide */
	s.whom = 'c';
	assert_int_equal(put(r, &s, 1), OK);
	assert_true(group_removals_busy(r));
	group_removals_turned(r);
	assert_false(group_removals_busy(r));
	assert_true(group_removals_named(r, public_of('c')));
	s.id++;
	s.whom = 'd';
	assert_int_equal(put(r, &s, 1), OK);
	assert_true(group_removals_named(r, public_of('d')));
	group_removals_drop(r, &(struct graph_guid){ { 1 } });
	assert_true(group_removals_busy(r));
	assert_true(group_removals_named(r, public_of('b')));
	group_removals_drop(r, &(struct graph_guid){ { 2 } });
	assert_false(group_removals_named(r, public_of('b')));
	group_removals_free(r);
}

/* GROUP-11.9: any sets in any orders come to one answer. */
static void test_any_order(void **state)
{
	static const char *const by[] = { "a", "b", "c", "d", "ab", "bc", "cd", "b2", "" };
	struct failing_env f;
	char want[TEXT], got[TEXT];
	failing_env_init(&f, 17);
	for (size_t i = 0; i < sizeof by / sizeof *by; i++)
		(void)path_of(by[i]);
	for (int round = 0; round < 300; round++) {
		struct say s[SAYS];
		size_t n = 2 + (size_t)env_random_below(&f.env, SAYS - 2);
		for (size_t i = 0; i < n; i++) {
			s[i] = (struct say){
				.id = (uint8_t)(i + 1),
				.by = by[env_random_below(&f.env, sizeof by / sizeof *by - 1 +
									  (round % 4 == 0))],
				.whom = (char)('a' + env_random_below(&f.env, 5)),
			};
			if (env_random_below(&f.env, 3) == 0)
				s[i].records[0] = (uint8_t)(1 + env_random_below(&f.env, n));
			if (env_random_below(&f.env, 3) == 0)
				s[i].certs[0] = by[env_random_below(&f.env, 8)];
			if (env_random_below(&f.env, 4) == 0) {
				s[i].ends[0] = (uint8_t)(1 + env_random_below(&f.env, n));
				s[i].certs[0] = by[env_random_below(&f.env, 8)];
			}
		}
		for (int order = 0; order < 4; order++) {
			struct group_removals *r = fresh();
			for (size_t i = n; i > 1 && order; i--) {
				size_t k = (size_t)env_random_below(&f.env, i);
				struct say other = s[k];
				s[k] = s[i - 1];
				s[i - 1] = other;
			}
			for (size_t i = 0; i < n; i++)
				assert_int_equal(put(r, &s[i], 1), OK);
			describe(r, order ? got : want, TEXT);
			if (order)
				assert_string_equal(got, want);
			group_removals_free(r);
		}
	}
	failing_env_assert_clean(&f);
}

/* Removal 1 by a, signed so often: of whom, and its digest. */
static enum err put_fork(struct group_removals *r, char whom, uint8_t digest,
			 struct group_kept_record *record)
{
	uint8_t out[1024];
	const struct group_removal p = { .key = public_of(whom) };
	size_t n;
	*record = record_of(1);
	memset(record->digest, digest, sizeof record->digest);
	assert_int_equal(group_removal_write(&p, out, sizeof out, &n), OK);
	const struct group_removals_entry e = {
		.record = *record,
		.payload = span_of(out, n),
		.chain = path_of("a")->chain,
	};
	return group_removals_add(r, &e);
}

/* GROUP-11.41: of two contents of one Removal, of one version, what the last said stands, and
 * nothing of the other. */
static void test_forked(void **state)
{
	struct group_removals *r = fresh();
	struct group_kept_record first, second;
	const struct graph_guid *ids;
	struct span none = { NULL, 0 };
	assert_int_equal(put_fork(r, 'b', 1, &first), OK);
	assert_true(group_removals_gone(r, public_of('b'), none));
	uint64_t turn = group_removals_turn(r);
	assert_int_equal(put_fork(r, 'c', 2, &second), OK);
	assert_int_not_equal(group_removals_turn(r), turn);
	assert_false(group_removals_gone(r, public_of('b'), none));
	assert_true(group_removals_gone(r, public_of('c'), none));
	assert_true(group_removals_has(r, &second));
	assert_false(group_removals_has(r, &first));
	assert_int_equal(group_removals_count(r), 1);
	assert_int_equal(group_removals_ids(r, &ids), 1);
	/* Of the same whom, too: what a kept set lists is the digest. */
	turn = group_removals_turn(r);
	assert_int_equal(put_fork(r, 'c', 3, &first), OK);
	assert_int_not_equal(group_removals_turn(r), turn);
	assert_true(group_removals_has(r, &first));
	assert_false(group_removals_has(r, &second));
	group_removals_free(r);
}

#define DEEP 240

/* Each stops the one behind it alone: by the next of three persons, of whom it keeps all else. */
static enum err put_deep(struct group_removals *r, size_t i)
{
	static const char *const by[] = { "a", "b", "c" };
	static uint8_t out[DEEP * GROUP_KEPT_RECORD + 512], kept[DEEP * GROUP_KEPT_RECORD];
	struct group_removal p = { .key = public_of((char)('a' + (i + 1) % 3)) };
	size_t n = 0;
	for (size_t k = (i + 1) % 3; k < DEEP; k += 3) {
		struct group_kept_record one = record_of((uint8_t)k);
		if (k != i + 1)
			group_kept_record_put(&one, kept + n++ * GROUP_KEPT_RECORD);
	}
	p.records = span_of(kept, n * GROUP_KEPT_RECORD);
	assert_int_equal(group_removal_write(&p, out, sizeof out, &n), OK);
	const struct group_removals_entry e = {
		.record = record_of((uint8_t)i),
		.payload = span_of(out, n),
		.chain = path_of(by[i % 3])->chain,
	};
	return group_removals_add(r, &e);
}

/* GROUP-11.32: however far one leads to the next. */
static void test_deep(void **state)
{
	for (size_t order = 0; order < 3; order++) {
		struct group_removals *r = fresh();
		struct group_removed i;
		for (size_t k = 0; k < DEEP; k++)
			assert_int_equal(put_deep(r, order == 0	  ? k
						     : order == 1 ? DEEP - 1 - k
								  : k * 7 % DEEP),
					 OK);
		size_t n = 0;
		for (size_t at = 0; group_removals_next(r, &at, &i); n++)
			assert_int_equal(i.counts, n % 2 == 0);
		assert_int_equal(n, DEEP);
		struct group_kept_record first = record_of(0);
		group_removals_drop(r, &first.id);
		for (size_t at = n = 0; group_removals_next(r, &at, &i); n++)
			assert_int_equal(i.counts, n % 2 == 0);
		assert_int_equal(n, DEEP - 1);
		group_removals_free(r);
	}
}

static void test_no_memory(void **state)
{
	const struct say s = { .id = 1, .by = "ab", .whom = 'c', .certs = { "cd" } };
	(void)path_of("cd");
	(void)path_of("ab");
	size_t n = 0;
	enum err e = ERR_NOMEM;
	for (; e == ERR_NOMEM; n++) {
		struct group_removals *r = fresh();
		w.mem.fail_at = w.mem.allocations + n + 1;
		e = put(r, &s, 1);
		w.mem.fail_at = 0;
		assert_true(e == OK || e == ERR_NOMEM);
		assert_int_equal(group_removals_count(r), e == OK);
		assert_int_equal(is_in(r, "c"), e != OK);
		group_removals_free(r);
	}
	assert_true(n > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_made_again),
		cmocka_unit_test(test_serial_again),
		cmocka_unit_test(test_mutual),
		cmocka_unit_test(test_removes_others),
		cmocka_unit_test(test_kept_removal),
		cmocka_unit_test(test_puppet),
		cmocka_unit_test(test_puppet_removes_remover),
		cmocka_unit_test(test_chain_of_remover),
		cmocka_unit_test(test_group_key),
		cmocka_unit_test(test_kept_by_group_key),
		cmocka_unit_test(test_three_ring),
		cmocka_unit_test(test_broken_ring),
		cmocka_unit_test(test_row),
		cmocka_unit_test(test_intersection),
		cmocka_unit_test(test_itself),
		cmocka_unit_test(test_return),
		cmocka_unit_test(test_removed_again),
		cmocka_unit_test(test_returns_itself),
		cmocka_unit_test(test_return_each_other),
		cmocka_unit_test(test_return_by_group_key),
		cmocka_unit_test(test_back_and_removes),
		cmocka_unit_test(test_return_of_other),
		cmocka_unit_test(test_turn),
		cmocka_unit_test(test_decided_when_asked),
		cmocka_unit_test(test_decided_how_often),
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_forked),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests(tests, removals_begin, removals_end);
}
