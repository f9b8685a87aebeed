/* Memberships of those who are away (GROUP-9.17), seen from within one member: when what is
 * published again, and what is not; and memberships that are published for others. */
#include "circle.h"

#define LIFE ((int64_t)GROUP_LIFE * MONO_SEC)

static struct group_member *member(const struct circle *c, size_t i, size_t who)
{
	struct group_member *m =
		group_members_find(c->m[i].g->members, people_name(&c->t, who + 1));
	assert_non_null(m);
	return m;
}

/* Its newest. */
static struct group_credential *credential(const struct circle *c, size_t i, size_t who)
{
	return LIST_ENTRY(member(c, i, who)->credentials.next, struct group_credential, all);
}

static void seen(const struct circle *c, size_t i, size_t who, int64_t until)
{
	group_keep_seen(c->m[i].g, people_name(&c->t, who + 1), credential(c, i, who)->serial,
			until);
}

/* Who made the group and somebody whom it let in, until then; 0: for ever. */
static void two(struct circle *c, unsigned int roles, int64_t until)
{
	circle_init(c, CRYPTO_MODERN, 0);
	circle_admit(c, 1, roles, until);
}

static size_t publications(const struct group *g)
{
	size_t n = 0;
	LIST_EACH(at, tmp, &g->outs)
	n += LIST_ENTRY(at, struct group_own_out, all)->out.kind == GROUP_OUT_PUBLISH;
	return n;
}

/* ---- when ---- */

/* Who is here itself is first, three quarters through; of the others each draws its time in
 * the first half of what is left then. */
static void test_drawn(void **state)
{
	struct circle c;
	two(&c, CRYPTO_ROLE_MEMBER, 0);
	int64_t now = circle_wall(&c), lead = LIFE / 8, first = INT64_MAX, last = 0;
	struct group_credential *k = credential(&c, 0, 1);
	for (int i = 0; i < 300; i++) {
		k->until = 0;
		seen(&c, 0, 1, now + LIFE);
		assert_in_range(k->again, now + LIFE - lead, now + LIFE - lead / 2);
		first = k->again < first ? k->again : first;
		last = k->again > last ? k->again : last;
		assert_true(c.m[0].g->keep_next <= k->again);
	}
	assert_true(last - first > lead / 4);
	/* Of what ends soon at most a quarter is taken. */
	last = now;
	for (int i = 0; i < 50; i++) {
		k->until = 0;
		seen(&c, 0, 1, now + MONO_HOUR);
		assert_in_range(k->again, now + MONO_HOUR * 3 / 4, now + MONO_HOUR * 7 / 8);
		k->until = 0;
		seen(&c, 0, 1, now - MONO_HOUR); /* it has ended: soon, and not all at once */
		assert_in_range(k->again, now, now + MONO_MIN);
		last = k->again > last ? k->again : last;
	}
	assert_true(last > now + MONO_MIN / 2);
	circle_fini(&c);
}

/* Of several records the one that ends last counts, whichever comes last. */
static void test_last_counts(void **state)
{
	struct circle c;
	two(&c, CRYPTO_ROLE_MEMBER, 0);
	struct group_credential *k = credential(&c, 0, 1);
	int64_t until = k->until, again = k->again;
	assert_true(until > circle_wall(&c) && again < until);
	seen(&c, 0, 1, until - MONO_DAY);
	seen(&c, 0, 1, until);
	assert_true(k->until == until && k->again == again);
	seen(&c, 0, 1, until + MONO_DAY);
	assert_true(k->until == until + MONO_DAY && k->again > again);
	/* Of nobody, and of no certificate that is known. */
	group_keep_seen(c.m[0].g, span_str("nobody"), k->serial, until + 7 * MONO_DAY);
	group_keep_seen(c.m[0].g, people_name(&c.t, 2), span_str("another serial!!"),
			until + 7 * MONO_DAY);
	assert_int_equal(k->until, until + MONO_DAY);
	circle_fini(&c);
}

/* What would not last longer than what is there is not published. */
static void test_no_longer(void **state)
{
	struct circle c;
	circle_init(&c, CRYPTO_MODERN, 0);
	int64_t end = circle_wall(&c) + MONO_DAY;
	circle_admit(&c, 1, CRYPTO_ROLE_MEMBER, end);
	struct group_credential *k = credential(&c, 0, 1);
	k->until = 0;
	seen(&c, 0, 1, end - 3 * GROUP_SLACK);
	assert_int_equal(k->again, INT64_MAX); /* it could last no more than these two */
	k->until = 0;
	seen(&c, 0, 1, end - 4 * GROUP_SLACK);
	assert_true(k->again < end);
	circle_fini(&c);
}

/* ---- who ---- */

/* The newest of our own is published by itself; what we had before may sign records still. */
static void test_ours(void **state)
{
	struct circle c;
	struct people_octets chain;
	char room[200];
	struct text why = TEXT_OF(room);
	two(&c, CRYPTO_ROLE_INVITER, 0);
	struct group *g = c.m[1].g;
	assert_int_equal(credential(&c, 1, 1)->again, INT64_MAX);
	circle_run(&c, MONO_HOUR);
	assert_int_equal(circle_issue(&c, 0, 1, CRYPTO_ROLE_INVITER, 0, &chain, &why), OK);
	assert_int_equal(group_publish_for(c.m[0].g, span_of(chain.p, chain.n), c.now), OK);
	circle_run(&c, MONO_MIN);
	struct list *at = member(&c, 1, 1)->credentials.next;
	struct group_credential *newest = LIST_ENTRY(at, struct group_credential, all);
	struct group_credential *before = LIST_ENTRY(at->next, struct group_credential, all);
	assert_true(span_eq(newest->serial, group_chain_leaf(g->own)->serial));
	assert_int_equal(newest->again, INT64_MAX);
	assert_true(before->again < before->until);
	circle_go(&c, 0);
	circle_run(&c, before->until - circle_wall(&c) + 2 * MONO_HOUR);
	assert_true(before->until > circle_wall(&c));
	assert_int_equal(circle_count(&c, &group_type_membership), 2);
	circle_fini(&c);
}

/* Roles that we may not issue are left to others; when ours change, all is looked at anew. */
static void test_roles(void **state)
{
	struct circle c;
	circle_init(&c, CRYPTO_MODERN, 0);
	circle_admit(&c, 1, CRYPTO_ROLE_ADMIN, 0);
	circle_admit(&c, 2, CRYPTO_ROLE_INVITER, 0);
	circle_admit(&c, 3, CRYPTO_ROLE_MEMBER, 0);
	struct group *g = c.m[2].g;
	assert_int_equal(credential(&c, 2, 0)->again, INT64_MAX);
	assert_int_equal(credential(&c, 2, 1)->again, INT64_MAX);
	assert_true(credential(&c, 2, 3)->again < INT64_MAX);
	assert_int_equal(group_keep_next(g), credential(&c, 2, 3)->again);
	unsigned int roles = g->roles;
	g->roles = CRYPTO_ROLE_MEMBER;
	group_keep_all(g);
	assert_int_equal(credential(&c, 2, 3)->again, INT64_MAX);
	assert_int_equal(group_keep_next(g), INT64_MAX);
	g->roles = CRYPTO_ROLE_ADMIN;
	group_keep_all(g);
	assert_true(credential(&c, 2, 1)->again < INT64_MAX);
	assert_true(credential(&c, 2, 3)->again < INT64_MAX);
	assert_true(group_keep_next(g) < INT64_MAX);
	g->roles = roles;
	circle_fini(&c);
}

/* Who is not ready, or whose own right has ended, publishes nothing for others. */
static void test_own_right(void **state)
{
	struct circle c;
	two(&c, CRYPTO_ROLE_MEMBER, 0);
	struct group *g = c.m[0].g;
	int64_t to = g->to;
	assert_true(group_keep_next(g) < INT64_MAX);
	g->ready = false;
	assert_int_equal(group_keep_next(g), INT64_MAX);
	g->ready = true;
	g->to = group_time(g) - 1;
	assert_int_equal(group_keep_next(g), INT64_MAX);
	g->to = to;
	circle_fini(&c);
}

/* ---- how many, and what fails ---- */

/* Many that are due at once are published in turns. */
static void test_rounds(void **state)
{
	struct circle c;
	struct people_octets chain;
	char room[200];
	struct text why = TEXT_OF(room);
	circle_init(&c, CRYPTO_MODERN, 0);
	struct group *g = c.m[0].g;
	for (int k = 0; k < 7; k++) {
		for (size_t i = 1; i < CIRCLE_MOST; i++) {
			struct crypto_chain *read;
			enum group_chain_fault fault;
			const struct group_chain_rules rules = { .profile = g->profile };
			assert_int_equal(
				circle_issue(&c, 0, i, CRYPTO_ROLE_MEMBER, 0, &chain, &why), OK);
			struct span s = span_of(chain.p, chain.n);
			assert_int_equal(group_chain_read(g->crypto, &rules, s, &read, &fault), OK);
			assert_int_equal(group_learn_chain(g, read, GROUP_TOLD_BY_LINK), OK);
			seen(&c, 0, i, circle_wall(&c) + MONO_DAY);
		}
		circle_run(&c, 2 * MONO_SEC);
	}
	int64_t now = group_time(g);
	for (size_t i = 1; i < CIRCLE_MOST; i++)
		LIST_EACH(at, tmp, &member(&c, 0, i)->credentials)
	LIST_ENTRY(at, struct group_credential, all)->again = now;
	g->keep_next = now;
	group_keep_due(g);
	assert_int_equal(publications(g), 16);
	assert_int_equal(g->keep_next, now + MONO_SEC);
	group_keep_due(g); /* not again before that */
	assert_int_equal(publications(g), 16);
	circle_settle(&c);
	assert_int_equal(c.m[0].published, 3 + 16);
	circle_run(&c, 2 * MONO_SEC);
	assert_int_equal(c.m[0].published, 3 + 21);
	circle_fini(&c);
}

/* Without memory it is tried again half a minute later. */
static void test_memory(void **state)
{
	struct circle c;
	two(&c, CRYPTO_ROLE_MEMBER, 0);
	struct group *g = c.m[0].g;
	struct group_credential *k = credential(&c, 0, 1);
	size_t failures = 0;
	for (size_t n = 1;; n++) {
		int64_t now = group_time(g);
		k->again = g->keep_next = now;
		failing_env_fail_at(&c.m[0].f, n);
		group_keep_due(g);
		c.m[0].f.fail_at = 0;
		assert_int_equal(k->again, now + GROUP_AGAIN);
		assert_int_equal(g->keep_next, now + GROUP_AGAIN);
		assert_int_equal(publications(g), c.m[0].f.failed ? 0 : 1);
		if (!c.m[0].f.failed)
			break;
		failures++;
	}
	assert_true(failures >= 2);
	circle_fini(&c);
}

/* ---- for somebody else ---- */

/* What came out as published is known here at once, as it is to all others when it comes. */
static void test_published_for(void **state)
{
	struct circle c;
	struct people_octets chain;
	static uint8_t octets[GROUP_MEMBERSHIP_OCTETS(CRYPTO_CHAIN_MAX)];
	struct group_membership m = { 0 };
	char room[200];
	struct text why = TEXT_OF(room);
	size_t n;
	circle_init(&c, CRYPTO_MODERN, 0);
	struct group *g = c.m[0].g;
	assert_int_equal(circle_issue(&c, 0, 1, CRYPTO_ROLE_MEMBER, 0, &chain, &why), OK);
	m.chain = span_of(chain.p, chain.n);
	m.major = g->profile->group_major;
	assert_int_equal(group_membership_write(&m, g->profile, octets, sizeof(octets), &n), OK);
	int64_t until = circle_wall(&c) + MONO_DAY;
	for (size_t cut = 0; cut < n; cut += 1 + cut / 8)
		group_published_for(g, span_of(octets, cut), until, c.now);
	assert_null(group_members_find(g->members, people_name(&c.t, 2)));
	group_published_for(g, span_of(octets, n), until, c.now);
	assert_true(member(&c, 0, 1)->published);
	assert_int_equal(credential(&c, 0, 1)->until, until);
	circle_settle(&c);
	assert_true(circle_told(&c, 0, "member joined "));
	circle_fini(&c);
}

/* It ends no later than our own right, nor than the membership; and has its number. */
static void test_publish_for(void **state)
{
	struct circle c;
	struct people_octets chain;
	char room[200];
	struct text why = TEXT_OF(room);
	struct group_out o;
	circle_init(&c, CRYPTO_MODERN, 0);
	int64_t ours = circle_wall(&c) + 2 * MONO_DAY;
	circle_admit(&c, 1, CRYPTO_ROLE_ADMIN, ours);
	struct group *g = c.m[1].g;
	assert_int_equal(circle_issue(&c, 0, 2, CRYPTO_ROLE_MEMBER, 0, &chain, &why), OK);
	assert_int_equal(group_publish_for(g, span_of(chain.p, chain.n), c.now), OK);
	group_asked(g, 4711);
	assert_true(group_poll(g, &o));
	assert_int_equal(o.kind, GROUP_OUT_PUBLISH);
	assert_true(o.other && o.asked == 4711);
	assert_in_range(o.expires, ours - GROUP_SLACK, ours);
	assert_int_equal(circle_issue(&c, 0, 2, CRYPTO_ROLE_MEMBER, circle_wall(&c) + MONO_DAY,
				      &chain, &why),
			 OK);
	assert_int_equal(group_publish_for(g, span_of(chain.p, chain.n), c.now), OK);
	assert_true(group_poll(g, &o));
	assert_int_equal(o.asked, 0);
	assert_in_range(o.expires, ours - MONO_DAY - GROUP_SLACK, ours - MONO_DAY);
	circle_fini(&c);
}

/* A chain of another group is not published, whatever it is worth there. */
static void test_foreign(void **state)
{
	struct circle c;
	circle_init(&c, CRYPTO_MODERN, 0);
	struct group *g = c.m[0].g;
	g->id[0] = g->id[0] == 'f' ? 'e' : 'f'; /* as if we were in another */
	assert_int_equal(group_publish_for(g, span_of(g->chain.p, g->chain.n), c.now), ERR_DENIED);
	assert_int_equal(publications(g), 0);
	circle_fini(&c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drawn),	      cmocka_unit_test(test_last_counts),
		cmocka_unit_test(test_no_longer),     cmocka_unit_test(test_ours),
		cmocka_unit_test(test_roles),	      cmocka_unit_test(test_own_right),
		cmocka_unit_test(test_rounds),	      cmocka_unit_test(test_memory),
		cmocka_unit_test(test_published_for), cmocka_unit_test(test_publish_for),
		cmocka_unit_test(test_foreign),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
