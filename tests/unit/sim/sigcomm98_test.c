#include "../failing_env.h"

#include "sim/sigcomm98_int.h"

static struct sigcomm98_sim *start(struct failing_env *f, uint64_t seed)
{
	struct sigcomm98_sim *s;
	struct sigcomm98_options opt = { .seed = seed };
	failing_env_init(f, 1);
	assert_int_equal(sigcomm98_new(&s, &opt, &f->env), OK);
	return s;
}

static void stop(struct sigcomm98_sim *s, struct failing_env *f)
{
	sigcomm98_free(s);
	failing_env_assert_clean(f);
}

static size_t bits(const struct holding *h)
{
	size_t n = 0;
	for (size_t i = 0; i < BLOCKS_MOST / 64; i++)
		n += (size_t)__builtin_popcountll(h->taken[i]);
	return n;
}

/* Prefixes of one domain are apart and stand in the table, two are active at
 * most, and none is empty; gives how many addresses they are. */
static uint64_t check_own(struct sigcomm98_sim *s, const struct domain *d)
{
	const struct table *t = d->parent ? d->parent->below : s->root;
	uint64_t size = 0;
	size_t active = 0;
	for (size_t i = 0; i < d->n; i++) {
		struct wire_claim c;
		assert_true(table_get(t, d->held[i].claim, &c));
		struct masc_prefix p = table_prefix_of(&c);
		assert_true(masc_prefix_eq(&p, &d->own[i].prefix));
		assert_in_range(d->own[i].used, 1, masc_prefix_size(&p));
		active += d->own[i].active;
		size += masc_prefix_size(&p);
		for (size_t j = 0; j < i; j++)
			assert_false(masc_prefix_overlaps(&p, &d->own[j].prefix));
	}
	assert_in_range(active, 0, ACTIVE_MOST);
	return size;
}

/* Each prefix of a child lies in one of its parent's, and drains if that does. */
static void check_child(struct sigcomm98_sim *s, const struct domain *child, uint64_t *used)
{
	(void)check_own(s, child);
	for (size_t i = 0; i < child->n; i++) {
		const struct policy_prefix *own = &child->own[i];
		size_t in = 0;
		for (size_t j = 0; j < child->parent->n; j++) {
			const struct policy_prefix *above = &child->parent->own[j];
			if (!masc_prefix_covers(&above->prefix, &own->prefix))
				continue;
			in++;
			used[j] += masc_prefix_size(&own->prefix);
			assert_true(above->active || !own->active);
		}
		assert_int_equal(in, 1);
		assert_int_equal(bits(&child->held[i]) * BLOCK, own->used);
	}
}

static uint64_t blocks_of(const struct domain *child)
{
	uint64_t n = 0;
	for (size_t i = 0; i < child->n; i++)
		n += child->own[i].used / BLOCK;
	return n;
}

static void check_all(struct sigcomm98_sim *s)
{
	uint64_t held = 0, routes = 0, blocks = 0;
	for (size_t i = 0; i < TOPS; i++) {
		const struct domain *top = &s->tops[i];
		uint64_t used[64] = { 0 }, below = 0;
		assert_in_range(top->n, 0, 64);
		held += check_own(s, top);
		routes += top->n;
		for (size_t c = 0; c < CHILDREN; c++) {
			check_child(s, &top->children[c], used);
			below += top->children[c].n;
			blocks += blocks_of(&top->children[c]);
		}
		for (size_t j = 0; j < top->n; j++)
			assert_int_equal(top->own[j].used, used[j]);
		assert_int_equal(top->routes, below);
		assert_int_equal(table_count(top->below), below);
	}
	assert_int_equal(s->held, held);
	assert_int_equal(s->routes, routes);
	assert_int_equal(table_count(s->root), routes);
	assert_int_equal(s->n_leases, blocks);
}

/* Each block in use is counted once, and no two are the same. */
static void check_blocks(const struct sigcomm98_sim *s)
{
	static uint8_t seen[1 << 21];
	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i < s->n_leases; i++) {
		uint32_t b = s->leases[(s->first_lease + i) & (s->lease_room - 1)].block;
		assert_int_equal(b >> 20, 0xe);
		assert_int_equal(seen[b & 0xfffff]++, 0);
	}
}

static void the_books_are_right_every_day(void **state)
{
	struct failing_env f;
	struct sigcomm98_sim *s = start(&f, 1);
	for (int day = 1; day <= 45; day++) {
		assert_int_equal(sigcomm98_run(s, day * DAY_US), OK);
		check_all(s);
		check_blocks(s);
	}
	/* What was to happen has happened: all the rules had their turn. */
	assert_in_range(s->claims[0], 2 * TOPS, 1000);
	assert_in_range(s->claims[1], 4 * TOPS * CHILDREN, 100000);
	assert_in_range(s->doubled, 1000, 100000);
	assert_int_equal(s->lost, 0);
	stop(s, &f);
}

/* A request a child each 48 hours in the mean, for 30 days: 15 blocks each. */
static void demand_is_as_reported(void **state)
{
	struct failing_env f;
	struct sigcomm98_sim *s = start(&f, 2);
	assert_int_equal(sigcomm98_run(s, GAP_LEAST_US - 1), OK);
	assert_int_equal(s->requests, 0);
	assert_int_equal(sigcomm98_run(s, GAP_MOST_US), OK);
	assert_in_range(s->requests, TOPS * CHILDREN, 2 * TOPS * CHILDREN);
	assert_int_equal(s->n_leases, s->requests);
	assert_int_equal(sigcomm98_run(s, LIFE_US), OK);
	assert_int_equal(s->n_leases, s->requests);
	assert_in_range(s->n_leases, 36500, 38500);
	assert_int_equal(sigcomm98_run(s, LIFE_US + 20 * DAY_US), OK);
	assert_in_range(s->requests, 60500, 64500);
	assert_in_range(s->n_leases, 37000, 38000);
	stop(s, &f);
}

/* When nobody asks any more everything goes back. */
static void all_of_it_drains(void **state)
{
	struct failing_env f;
	struct sigcomm98_sim *s = start(&f, 3);
	assert_int_equal(sigcomm98_run(s, 10 * DAY_US), OK);
	for (size_t i = 0; i < TOPS * CHILDREN; i++)
		queue_drop(&s->queue, &s->children[i].next);
	assert_int_equal(sigcomm98_run(s, 40 * DAY_US - 1), OK);
	check_all(s);
	assert_int_equal(sigcomm98_run(s, 40 * DAY_US), OK);
	check_all(s);
	assert_int_equal(s->held, 0);
	assert_int_equal(table_count(s->root), 0);
	stop(s, &f);
}

static struct sigcomm98_result result_of(uint64_t seed, uint32_t days)
{
	struct failing_env f;
	struct sigcomm98_options opt = { .seed = seed, .days = days };
	struct sigcomm98_result r;
	failing_env_init(&f, seed + 9); /* nothing is drawn from the caller's */
	assert_int_equal(sigcomm98(&opt, &f.env, &r), OK);
	failing_env_assert_clean(&f);
	return r;
}

static void the_same_seed_the_same_trace(void **state)
{
	struct sigcomm98_result a = result_of(1, 12), b = result_of(1, 12), c = result_of(2, 12);
	assert_int_equal(strlen(a.hash), 32);
	assert_string_equal(a.hash, b.hash);
	assert_int_equal(a.requests, b.requests);
	assert_string_not_equal(a.hash, c.hash);
	/* Less than the reported time is not held against the bands. */
	assert_int_equal(a.missed, 0);
	assert_in_range(a.outstanding, 10000, 14000);
}

static void days_have_limits(void **state)
{
	struct sigcomm98_result r = { .requests = 77 };
	struct failing_env f;
	failing_env_init(&f, 1);
	struct sigcomm98_options opt = { .seed = 1, .days = 0 };
	assert_int_equal(sigcomm98(&opt, &f.env, &r), ERR_RANGE);
	opt.days = SIGCOMM98_DAYS_MOST + 1;
	assert_int_equal(sigcomm98(&opt, &f.env, &r), ERR_RANGE);
	assert_int_equal(r.requests, 77);
	assert_int_equal(f.allocations, 0);
	opt.days = 1;
	assert_int_equal(sigcomm98(&opt, &f.env, &r), OK);
	failing_env_assert_clean(&f);
}

/* Some lines of the trace, and nobody told but by it. */
static void note_line(void *ctx, struct span line)
{
	static const char *const verbs[] = { " claims ", " doubles to ", " drains ", " frees " };
	unsigned *seen = ctx;
	char copy[TRACE_LINE_MAX] = "";
	assert_in_range(line.n, 1, sizeof(copy) - 1);
	memcpy(copy, line.p, line.n);
	for (size_t i = 0; i < 4; i++)
		seen[i] += strstr(copy, verbs[i]) != NULL;
	seen[4]++;
}

static void the_trace_tells_all(void **state)
{
	unsigned seen[5] = { 0 };
	struct failing_env f;
	failing_env_init(&f, 1);
	struct sigcomm98_options opt = {
		.seed = 4, .days = 33, .trace = note_line, .trace_ctx = seen
	};
	struct sigcomm98_result r;
	assert_int_equal(sigcomm98(&opt, &f.env, &r), OK);
	assert_int_equal(seen[0], r.claims[0] + r.claims[1]);
	assert_int_equal(seen[1], r.doubled);
	assert_true(seen[2] && seen[3]);
	assert_int_equal(seen[0] + seen[1] + seen[2] + seen[3], seen[4]);
}

/* The first allocations one by one, then ever fewer of the rest. */
static void memory_may_be_short(void **state)
{
	struct sigcomm98_options opt = { .seed = 1, .days = 2 };
	size_t n = 1, runs = 0;
	for (;; n += 1 + n / 8, runs++) {
		struct failing_env f;
		struct sigcomm98_result r;
		failing_env_init(&f, 1);
		f.fail_at = n;
		enum err e = sigcomm98(&opt, &f.env, &r);
		failing_env_assert_clean(&f);
		if (!f.failed) {
			assert_int_equal(e, OK);
			break;
		}
		assert_int_equal(e, ERR_NOMEM);
	}
	assert_in_range(runs, 30, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_books_are_right_every_day),
		cmocka_unit_test(demand_is_as_reported),
		cmocka_unit_test(all_of_it_drains),
		cmocka_unit_test(the_same_seed_the_same_trace),
		cmocka_unit_test(days_have_limits),
		cmocka_unit_test(the_trace_tells_all),
		cmocka_unit_test(memory_may_be_short),
	};
	return cmocka_run_group_tests_name("sim_sigcomm98", tests, NULL, NULL);
}
