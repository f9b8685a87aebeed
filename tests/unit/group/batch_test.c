/* Batches: every record of one is good and nothing else is; roots that were seen. */
#include "group/stream_int.h"
#include "records.h"

struct rig {
	struct people t;
	struct crypto_public *k;
	struct group_batch *b;
	struct hex serial;
};

static struct record rec;

static void rig_init(struct rig *g)
{
	people_init(&g->t, CRYPTO_MODERN, 2);
	assert_int_equal(
		crypto_public_load(g->t.c, g->t.p->crypto, crypto_key_public(g->t.keys[1]), &g->k),
		OK);
	assert_int_equal(group_batch_new(&g->b, &g->t.mem.env, g->t.c, g->t.p), OK);
	hex_of(&g->serial, SERIALS_VECTOR);
	record_init(&rec, people_name(&g->t, 0), people_name(&g->t, 1));
}

static void rig_fini(struct rig *g)
{
	group_batch_free(g->b);
	crypto_public_free(g->k);
	people_fini(&g->t);
}

/* The i-th record of a burst. */
static const struct graph_record *nth(size_t i)
{
	struct wr w = wr_of(rec.r.id.at + 8, 8);
	wr_u64(&w, i);
	return &rec.r;
}

static void burst(struct rig *g, size_t n)
{
	struct span serial = span_of(g->serial.p, 16);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(group_batch_add(g->b, nth(i), serial, serial), OK);
	assert_int_equal(group_batch_close(g->b, g->t.keys[1]), OK);
}

/* Whether this Security Data stands for the i-th record. */
static enum err check(struct rig *g, struct group_roots *roots, size_t i, struct span security)
{
	struct group_signed s;
	enum err e = group_signed_read(&s, g->t.p, security);
	return e ? e : group_check(g->t.c, g->t.p, true, roots, g->k, nth(i), &s);
}

static void hash(struct rig *g, const struct span *parts, size_t n, uint8_t out[32])
{
	crypto_hash(g->t.c, g->t.p->crypto, parts, n, out, 32);
}

/* GROUP-6.5, octet by octet: of two records each has the other's leaf for its path. */
static void a_burst_is_what_it_should_be(void **state)
{
	static const uint8_t leaf = 0, node = 1, depth = 1;
	uint8_t above[32], root[32], at[32];
	struct group_signed s[2];
	struct rig g;
	rig_init(&g);
	burst(&g, 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(group_signed_read(&s[i], g.t.p, group_batch_security(g.b, i)), OK);
	const struct span both[] = { span_of(&node, 1), s[1].path, s[0].path };
	hash(&g, both, 3, above);
	const struct span whole[] = { span_str("homestead batch 2"), span_of(&depth, 1),
				      span_of(above, 32) };
	hash(&g, whole, 3, root);
	assert_int_equal(crypto_public_verify(g.t.c, g.k, span_of(root, 32), s[0].signature), OK);
	/* A leaf: its mark, and the record as it is signed alone. */
	group_stream_leaf(g.t.c, g.t.p, nth(0), &s[0], at);
	assert_memory_equal(at, s[1].path.p, 32);
	const struct span bare[] = { span_of(&leaf, 1), s[1].path };
	hash(&g, bare, 2, above);
	assert_memory_not_equal(at, above, 32);
	rig_fini(&g);
}

/* GROUP-6.5, GROUP-6.8: of any size, odd ones too. */
static void every_record_of_a_burst_is_good(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 33, 100, 255, 256, 257 };
	struct rig g;
	rig_init(&g);
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
		struct group_roots *roots;
		size_t depth = 1;
		while ((size_t)1 << depth < sizes[s])
			depth++;
		assert_int_equal(group_roots_new(&roots, &g.t.mem.env, 4), OK);
		burst(&g, sizes[s]);
		for (size_t i = 0; i < sizes[s]; i++) {
			struct span security = group_batch_security(g.b, i);
			assert_int_equal(security.n, 96 + 3 + 32 * depth);
			assert_int_equal(check(&g, roots, i, security), OK);
		}
		assert_int_equal(group_roots_count(roots), 1);
		assert_int_equal(
			check(&g, NULL, sizes[s] / 2, group_batch_security(g.b, sizes[s] / 2)), OK);
		group_roots_free(roots);
	}
	rig_fini(&g);
}

/* GROUP-6.8 */
static void the_largest_burst(void **state)
{
	struct rig g;
	struct group_roots *roots;
	struct span serial;
	rig_init(&g);
	serial = span_of(g.serial.p, 16);
	assert_int_equal(group_roots_new(&roots, &g.t.mem.env, 1), OK);
	for (size_t i = 0; i < GROUP_BATCH_MOST; i++)
		assert_int_equal(group_batch_add(g.b, nth(i), serial, serial), OK);
	assert_int_equal(group_batch_add(g.b, nth(0), serial, serial), ERR_FULL);
	assert_int_equal(group_batch_close(g.b, g.t.keys[1]), OK);
	for (size_t i = 0; i < GROUP_BATCH_MOST; i += 1 + i / 7) {
		assert_int_equal(group_batch_security(g.b, i).n, GROUP_SECURITY_MAX - 64);
		assert_int_equal(check(&g, roots, i, group_batch_security(g.b, i)), OK);
	}
	group_roots_free(roots);
	rig_fini(&g);
}

/* GROUP-6.5: no leaf, path, index, depth or root but its own stands for a record, whether the
 * root was seen or not. */
static void nothing_else_is_good(void **state)
{
	struct rig g;
	struct group_roots *seen;
	uint8_t octets[GROUP_SECURITY_MAX];
	rig_init(&g);
	burst(&g, 6);
	assert_int_equal(group_roots_new(&seen, &g.t.mem.env, 4), OK);
	assert_int_equal(check(&g, seen, 0, group_batch_security(g.b, 0)), OK);
	for (int known = 0; known < 2; known++) {
		struct group_roots *roots = known ? seen : NULL;
		/* Another record with this path, and a record that is in no batch. */
		for (size_t i = 1; i < 9; i++)
			assert_int_equal(check(&g, roots, i, group_batch_security(g.b, 0)),
					 ERR_DENIED);
		/* Every octet of it. */
		struct span good = group_batch_security(g.b, 3);
		memcpy(octets, good.p, good.n);
		for (size_t i = 0; i < good.n; i++) {
			octets[i] ^= 1;
			assert_int_not_equal(check(&g, roots, 3, span_of(octets, good.n)), OK);
			octets[i] ^= 1;
		}
		assert_int_equal(check(&g, roots, 3, span_of(octets, good.n)), OK);
		/* A tree one lower, its path begun at the node above: it is signed with its
		 * depth. */
		octets[96] = 2;
		octets[98] = 3 >> 1;
		assert_int_equal(check(&g, roots, 3, span_of(octets, good.n - 32)), ERR_DENIED);
	}
	group_roots_free(seen);
	rig_fini(&g);
}

/* GROUP-6.5: the zeros beside the last leaf are no record's leaf; the signature of a batch is
 * none of a record, nor the other way round. */
static void signatures_are_of_one_kind(void **state)
{
	struct rig g;
	struct group_signed s;
	rig_init(&g);
	burst(&g, 2);
	struct span batch = group_batch_security(g.b, 0);
	assert_int_equal(check(&g, NULL, 0, span_of(batch.p, 96)), ERR_DENIED);
	uint8_t octets[GROUP_SECURITY_MAX];
	memcpy(octets, batch.p, batch.n);
	nth(0);
	record_sign(&rec, &g.t, 1, true, span_of(g.serial.p, 16), span_of(g.serial.p, 16));
	assert_int_equal(check(&g, NULL, 0, rec.r.security), OK);
	memcpy(octets + 32, rec.security + 32, 64);
	assert_int_equal(check(&g, NULL, 0, span_of(octets, batch.n)), ERR_DENIED);
	assert_int_equal(group_signed_read(&s, g.t.p, span_of(octets, batch.n)), OK);
	rig_fini(&g);
}

/* GROUP-6.7: a root counts for its signature and its key alone. */
static void a_root_is_of_one_key(void **state)
{
	struct rig g;
	struct group_roots *roots;
	struct crypto_public *other;
	struct group_signed s;
	uint8_t octets[GROUP_SECURITY_MAX];
	rig_init(&g);
	burst(&g, 4);
	assert_int_equal(group_roots_new(&roots, &g.t.mem.env, 4), OK);
	struct span good = group_batch_security(g.b, 2);
	assert_int_equal(check(&g, roots, 2, good), OK);
	assert_int_equal(
		crypto_public_load(g.t.c, g.t.p->crypto, crypto_key_public(g.t.keys[0]), &other),
		OK);
	assert_int_equal(group_signed_read(&s, g.t.p, good), OK);
	assert_int_equal(group_check(g.t.c, g.t.p, true, roots, other, nth(2), &s), ERR_DENIED);
	memcpy(octets, good.p, good.n);
	octets[40] ^= 1; /* of the signature */
	assert_int_equal(check(&g, roots, 2, span_of(octets, good.n)), ERR_DENIED);
	crypto_public_free(other);
	group_roots_free(roots);
	rig_fini(&g);
}

static bool meets(struct rig *g, struct group_roots *roots, size_t i, struct span security)
{
	struct group_signed s;
	uint8_t leaf[GROUP_NODE];
	if (group_signed_read(&s, g->t.p, security))
		return false;
	group_stream_leaf(g->t.c, g->t.p, nth(i), &s, leaf);
	return group_roots_meet(roots, g->t.c, g->t.p, g->k, &s, leaf);
}

/* Nothing but record j under its own path, however j stands to the one before it; and what
 * was refused leaves no trace. */
static void assert_meets_alone(struct rig *g, struct group_roots *roots, size_t j)
{
	uint8_t octets[GROUP_SECURITY_MAX];
	struct span good = group_batch_security(g->b, j);
	struct span copy = span_of(octets, good.n);
	memcpy(octets, good.p, good.n);
	for (size_t at = 0; at < good.n; at++) {
		octets[at] ^= 0x10;
		assert_false(meets(g, roots, j, copy));
		octets[at] ^= 0x11;
		assert_false(meets(g, roots, j, copy));
		octets[at] ^= 0x01;
	}
	assert_false(meets(g, roots, j, span_of(octets, good.n - GROUP_NODE)));
	assert_false(meets(g, roots, 100 + j, copy));
	uint64_t hits = group_roots_hits(roots);
	assert_true(meets(g, roots, j, copy));
	assert_true(meets(g, roots, j, copy)); /* again, behind itself */
	assert_int_equal(group_roots_hits(roots), hits + 2);
}

/* GROUP-6.6, GROUP-6.7: of each two of a burst the second is known by where it meets the
 * first. */
static void where_two_ways_meet(void **state)
{
	enum {
		N = 11
	};
	struct rig g;
	struct group_roots *roots;
	rig_init(&g);
	burst(&g, N);
	assert_int_equal(group_roots_new(&roots, &g.t.mem.env, 4), OK);
	assert_false(meets(&g, roots, 0, group_batch_security(g.b, 0)));
	for (size_t i = 0; i < N; i++)
		for (size_t j = 0; j < N; j++) {
			assert_int_equal(check(&g, roots, i, group_batch_security(g.b, i)), OK);
			assert_meets_alone(&g, roots, j);
		}
	group_roots_forget(roots);
	assert_false(meets(&g, roots, 0, group_batch_security(g.b, 0)));
	group_roots_free(roots);
	rig_fini(&g);
}

/* GROUP-6.9: bounded; the oldest goes, and comes again when it is checked again. */
static void roots_are_bounded(void **state)
{
	struct rig g;
	struct group_roots *roots;
	struct people_octets kept[5];
	rig_init(&g);
	assert_int_equal(group_roots_new(&roots, &g.t.mem.env, 3), OK);
	for (size_t i = 0; i < 5; i++) {
		rec.r.version = (uint32_t)(i + 1);
		burst(&g, 2);
		struct span s = group_batch_security(g.b, 1);
		memcpy(kept[i].p, s.p, s.n);
		kept[i].n = s.n;
		assert_int_equal(check(&g, roots, 1, s), OK);
		assert_int_equal(group_roots_count(roots), i < 3 ? i + 1 : 3);
	}
	for (size_t i = 0; i < 5; i++) {
		rec.r.version = (uint32_t)(i + 1);
		assert_int_equal(check(&g, roots, 1, span_of(kept[i].p, kept[i].n)), OK);
		assert_int_equal(group_roots_count(roots), 3);
	}
	group_roots_forget(roots);
	assert_int_equal(group_roots_count(roots), 0);
	assert_int_equal(check(&g, roots, 1, span_of(kept[4].p, kept[4].n)), OK);
	assert_int_equal(group_roots_count(roots), 1);
	group_roots_free(roots);
	group_roots_free(NULL);
	assert_int_equal(group_roots_new(&roots, &g.t.mem.env, 0), OK);
	assert_int_equal(check(&g, roots, 1, span_of(kept[4].p, kept[4].n)), OK);
	assert_int_equal(group_roots_count(roots), 0);
	group_roots_free(roots);
	rig_fini(&g);
}

static void what_can_be_asked_when(void **state)
{
	struct rig g;
	struct group_batch *b = NULL;
	rig_init(&g);
	assert_int_equal(group_batch_close(g.b, g.t.keys[1]), ERR_STATE);
	burst(&g, 3);
	assert_int_equal(group_batch_close(g.b, g.t.keys[1]), ERR_STATE);
	burst(&g, 2); /* the next one */
	assert_int_equal(group_batch_security(g.b, 1).n, 96 + 3 + 32);
	assert_int_equal(check(&g, NULL, 1, group_batch_security(g.b, 1)), OK);
	if (group_profile(CRYPTO_CLASSIC))
		assert_int_equal(
			group_batch_new(&b, &g.t.mem.env, g.t.c, group_profile(CRYPTO_CLASSIC)),
			ERR_UNSUPPORTED);
	assert_null(b);
	rig_fini(&g);
}

static void without_memory(void **state)
{
	struct rig g;
	struct failing_env f;
	rig_init(&g);
	struct span serial = span_of(g.serial.p, 16);
	FAILING_ENV_EACH(f, 8)
	{
		struct group_batch *b = NULL;
		struct group_roots *roots = NULL;
		enum err e = group_batch_new(&b, &f.env, g.t.c, g.t.p);
		for (size_t i = 0; !e && i < 20; i++)
			e = group_batch_add(b, nth(i), serial, serial);
		if (!e)
			e = group_batch_close(b, g.t.keys[1]);
		if (!e)
			e = group_roots_new(&roots, &f.env, 2);
		/* What cannot be remembered is good all the same. */
		for (size_t i = 0; !e && i < 20; i++)
			assert_int_equal(check(&g, roots, i, group_batch_security(b, i)), OK);
		assert_int_equal(e, roots || !f.failed ? OK : ERR_NOMEM);
		group_roots_free(roots);
		group_batch_free(b);
		failing_env_assert_clean(&f);
	}
	rig_fini(&g);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_is_what_it_should_be),
		cmocka_unit_test(every_record_of_a_burst_is_good),
		cmocka_unit_test(the_largest_burst),
		cmocka_unit_test(nothing_else_is_good),
		cmocka_unit_test(signatures_are_of_one_kind),
		cmocka_unit_test(a_root_is_of_one_key),
		cmocka_unit_test(where_two_ways_meet),
		cmocka_unit_test(roots_are_bounded),
		cmocka_unit_test(what_can_be_asked_when),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
