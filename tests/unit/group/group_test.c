/* One group in time: what its members publish and publish again, what they issue, set and
 * learn; when memberships and records end. */
#include "circle.h"

#define ADMIN	CRYPTO_ROLE_ADMIN
#define INVITER CRYPTO_ROLE_INVITER
#define MEMBER	CRYPTO_ROLE_MEMBER

static void assert_words(struct text *why, const char *words)
{
	if (!strstr(why->p, words))
		fail_msg("\"%s\" does not say \"%s\"", why->p, words);
	text_clear(why);
}

/* GROUP-9.8: the creator's records, then everybody's Membership. */
static void test_made(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct circle c;
		circle_init(&c, id, 0);
		struct group_info i = circle_look(&c, 0);
		assert_true(i.published && i.creator && i.holds_group_key);
		assert_int_equal(i.roles, ADMIN);
		assert_string_equal(i.friendly, "Family");
		assert_int_equal(circle_count(&c, &group_type_security), 1);
		assert_int_equal(circle_count(&c, &group_type_membership), 1);
		assert_int_equal(circle_count(&c, &group_type_policy), c.t.p->policy ? 1 : 0);
		assert_int_equal(circle_told(&c, 0, "properties"), c.t.p->policy);
		circle_run(&c, MONO_DAY);
		assert_int_equal(c.n_records, c.t.p->policy ? 3 : 2);
		circle_fini(&c);
	}
}

static void test_members(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct circle c;
		circle_init(&c, id, 0);
		circle_admit(&c, 1, MEMBER, 0);
		circle_admit(&c, 2, ADMIN, 0);
		for (size_t i = 0; i < 3; i++) {
			struct group_info info = circle_look(&c, i);
			assert_int_equal(info.members, 3);
			assert_string_equal(info.friendly, "Family");
			assert_true(info.published);
		}
		assert_true(circle_told(&c, 0, "member joined "));
		assert_true(circle_told(&c, 1, "member joined "));
		group_presence(c.m[0].g, span_str(c.t.names[2]), true, c.now);
		group_presence(c.m[0].g, span_str(c.t.names[2]), true, c.now);
		group_presence(c.m[0].g, span_str("nobody"), true, c.now);
		circle_settle(&c);
		assert_true(circle_told(&c, 0, "member online "));
		group_presence(c.m[0].g, span_str(c.t.names[2]), false, c.now);
		circle_settle(&c);
		assert_true(circle_told(&c, 0, "member offline "));
		circle_fini(&c);
	}
}

/* GROUP-9.9 */
static void test_membership_again(void **state)
{
	struct circle c;
	circle_init(&c, CRYPTO_MODERN, GROUP_LIFE_LEAST);
	int64_t life = GROUP_LIFE_LEAST * MONO_SEC;
	unsigned int before = c.m[0].published;
	circle_run(&c, life * 3 / 4 - 2 * MONO_SEC);
	assert_int_equal(c.m[0].published, before);
	circle_run(&c, 4 * MONO_SEC);
	assert_int_equal(c.m[0].published, before + 1);
	assert_int_equal(circle_count(&c, &group_type_membership), 2);
	circle_run(&c, 4 * life);
	assert_in_range(circle_count(&c, &group_type_membership), 1, 2);
	assert_int_equal(c.m[0].published, before + 6);
	assert_int_equal(circle_count(&c, &group_type_policy), 1);
	circle_fini(&c);
}

/* GROUP-9.9: it never outlives the chain, and is not made anew at the very end of that. */
static void test_membership_ends(void **state)
{
	struct circle c;
	circle_init(&c, CRYPTO_MODERN, 0);
	int64_t end = circle_wall(&c) + MONO_HOUR;
	circle_admit(&c, 1, MEMBER, end);
	assert_int_equal(c.m[1].published, 1);
	for (size_t i = 0; i < c.n_records; i++)
		if (graph_guid_eq(&c.records[i]->r.type, &group_type_membership) &&
		    c.records[i]->r.expires < circle_record(&c, &group_type_membership)->expires)
			assert_true(circle_end(&c.records[i]->r) <= end);
	circle_run(&c, MONO_HOUR - MONO_MIN);
	assert_int_equal(c.m[1].published, 1);
	circle_fini(&c);
}

static bool knows(const struct circle *c, size_t i, size_t who)
{
	return group_members_find(c->m[i].g->members, people_name(&c->t, who + 1)) != NULL;
}

/* GROUP-9.17: of who is away; once, though two may, and before newcomers would miss it. */
static void test_membership_kept(void **state)
{
	struct circle c;
	circle_init(&c, CRYPTO_MODERN, 0);
	circle_admit(&c, 1, MEMBER, 0);
	circle_admit(&c, 2, CRYPTO_ROLE_INVITER, 0);
	circle_go(&c, 1);
	circle_run(&c, 20 * MONO_DAY);
	assert_int_equal(circle_count(&c, &group_type_membership), 3);
	circle_run(&c, 4 * MONO_DAY);
	assert_int_equal(circle_count(&c, &group_type_membership), 5); /* of who is here, anew */
	c.m[0].refused = c.m[2].refused = true;
	circle_run(&c, 2 * MONO_DAY + MONO_HOUR);
	assert_int_equal(circle_count(&c, &group_type_membership), 5);
	c.m[0].refused = c.m[2].refused = false;
	circle_run(&c, MONO_MIN);
	assert_int_equal(circle_count(&c, &group_type_membership), 6);
	circle_run(&c, 14 * MONO_DAY);
	assert_int_equal(circle_count(&c, &group_type_membership), 3);
	circle_admit(&c, 3, MEMBER, 0);
	assert_true(knows(&c, 3, 1));
	circle_fini(&c);
}

/* Who may not issue such leaves it alone, and so does who would not make it last longer. */
static void test_membership_left(void **state)
{
	struct circle c;
	circle_init(&c, CRYPTO_MODERN, 0);
	circle_admit(&c, 1, CRYPTO_ROLE_ADMIN, 0);
	circle_admit(&c, 2, CRYPTO_ROLE_INVITER, 0);
	circle_admit(&c, 3, ADMIN, circle_wall(&c) + 28 * MONO_DAY);
	circle_go(&c, 0);
	circle_go(&c, 1);
	circle_run(&c, 27 * MONO_DAY);
	assert_int_equal(circle_count(&c, &group_type_membership), 5);
	circle_run(&c, 2 * MONO_DAY);
	assert_int_equal(circle_count(&c, &group_type_membership), 1);
	circle_fini(&c);
}

/* GROUP-9.11, GROUP-9.12 */
static void test_end(void **state)
{
	struct circle c;
	circle_init(&c, CRYPTO_MODERN, 0);
	int64_t end = circle_wall(&c) + 20 * MONO_DAY;
	circle_admit(&c, 1, MEMBER, end);
	circle_run(&c, 5 * MONO_DAY);
	assert_false(circle_told(&c, 1, "renew"));
	circle_run(&c, 2 * MONO_DAY);
	assert_true(circle_told(&c, 1, "renew soon "));
	assert_false(circle_told(&c, 1, "renew ended"));
	unsigned int rechecks = c.m[0].rechecks;
	circle_run(&c, 14 * MONO_DAY);
	assert_true(circle_told(&c, 1, "renew ended "));
	assert_true(circle_told(&c, 0, "member expired "));
	assert_true(c.m[0].rechecks > rechecks);
	assert_int_equal(circle_look(&c, 0).members, 1);
	unsigned int published = c.m[1].published;
	circle_run(&c, 40 * MONO_DAY);
	assert_int_equal(c.m[1].published, published);
	circle_fini(&c);
}

/* GROUP-9.10: a newer one that others published for it, and an end of what it was. */
static void test_renewed(void **state)
{
	struct circle c;
	static struct people_octets chain;
	char room[200];
	struct text why = TEXT_OF(room);
	circle_init(&c, CRYPTO_MODERN, 0);
	circle_admit(&c, 1, ADMIN, 0);
	circle_run(&c, MONO_MIN);
	assert_int_equal(circle_issue(&c, 0, 1, MEMBER, 0, &chain, &why), OK);
	assert_int_equal(group_publish_for(c.m[0].g, span_of(chain.p, chain.n), c.now), OK);
	unsigned int rechecks = c.m[0].rechecks;
	circle_run(&c, MONO_SEC);
	assert_int_equal(circle_look(&c, 1).roles, MEMBER);
	assert_true(circle_told(&c, 1, "renewed "));
	assert_true(circle_told(&c, 0, "member role "));
	assert_true(c.m[0].rechecks > rechecks);
	assert_int_equal(c.m[1].chain.n, chain.n);
	assert_memory_equal(c.m[1].chain.p, chain.p, chain.n);
	assert_int_equal(circle_set(&c, 1, "Mine", &why), ERR_DENIED);
	assert_words(&why, "only an administrator");
	assert_int_equal(group_publish_for(c.m[0].g, span_str("rubbish"), c.now), ERR_MALFORMED);
	circle_fini(&c);
}

/* What fails is tried again after 30 s. */
static void test_failing(void **state)
{
	struct circle c;
	circle_init(&c, CRYPTO_MODERN, 0);
	char room[200];
	struct text why = TEXT_OF(room);
	assert_int_equal(circle_issue(&c, 0, 1, MEMBER, 0, &c.m[1].chain, &why), OK);
	c.m[1].refused = true;
	circle_come(&c, 1);
	assert_false(circle_look(&c, 1).published);
	circle_run(&c, 28 * MONO_SEC);
	c.m[1].refused = false;
	assert_int_equal(c.m[1].published, 0);
	circle_run(&c, 4 * MONO_SEC);
	assert_int_equal(c.m[1].published, 1);
	assert_true(circle_look(&c, 1).published);
	circle_fini(&c);
}

/* ---- the Policy ---- */

/* Two administrators beside the creator; the first writes a Policy that ends with it. */
static int64_t short_policy(struct circle *c, int64_t days, int64_t others)
{
	char room[200];
	struct text why = TEXT_OF(room);
	int64_t end = circle_wall(c) + days * MONO_DAY;
	circle_admit(c, 1, ADMIN, end);
	circle_admit(c, 2, ADMIN, others ? circle_wall(c) + others * MONO_DAY : 0);
	circle_admit(c, 3, MEMBER, 0);
	assert_int_equal(circle_set(c, 1, "Den", &why), OK);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(circle_look(c, i).friendly, "Den");
	assert_int_equal(circle_count(c, &group_type_policy), 1);
	int64_t until = circle_end(circle_record(c, &group_type_policy));
	assert_true(until <= end && until > end - MONO_HOUR);
	return until;
}

/* GROUP-9.15: by one of those who may, once, in time, with what it says. */
static void test_policy_renewed(void **state)
{
	struct circle c;
	circle_init(&c, CRYPTO_MODERN, GROUP_LIFE_MOST);
	int64_t until = short_policy(&c, 20, 400), lead = 20 * MONO_DAY / 4;
	unsigned int before = c.m[0].published + c.m[2].published;
	uint32_t version = circle_record(&c, &group_type_policy)->version;
	circle_run(&c, until - circle_wall(&c) - lead - MONO_MIN);
	assert_int_equal(circle_record(&c, &group_type_policy)->version, version);
	circle_run(&c, lead / 2 + 2 * MONO_MIN);
	const struct graph_record *r = circle_record(&c, &group_type_policy);
	assert_int_equal(r->version, version + 1);
	assert_true(circle_end(r) > until + 300 * MONO_DAY);
	circle_run(&c, lead);
	assert_int_equal(circle_count(&c, &group_type_policy), 1);
	assert_int_equal(circle_record(&c, &group_type_policy)->version, version + 1);
	assert_int_equal(c.m[0].published + c.m[2].published, before + 1);
	for (size_t i = 2; i < 4; i++)
		assert_string_equal(circle_look(&c, i).friendly, "Den");
	circle_fini(&c);
}

/* Whoever is not an administrator, or outlives it by nothing, leaves it alone. */
static void test_policy_left(void **state)
{
	struct circle c;
	circle_init(&c, CRYPTO_MODERN, 0);
	int64_t until = short_policy(&c, 20, 20);
	circle_go(&c, 0);
	uint32_t version = circle_record(&c, &group_type_policy)->version;
	circle_run(&c, until - circle_wall(&c) - MONO_SEC);
	assert_int_equal(circle_record(&c, &group_type_policy)->version, version);
	circle_run(&c, MONO_MIN);
	assert_null(circle_record(&c, &group_type_policy));
	/* The creator is back: made anew, and taken by who knew the old one. */
	circle_come(&c, 0);
	assert_int_equal(circle_count(&c, &group_type_policy), 1);
	assert_true(circle_end(circle_record(&c, &group_type_policy)) > until + MONO_DAY);
	assert_string_equal(circle_look(&c, 3).friendly, "Family");
	circle_fini(&c);
}

/* One that has ended while nobody could is made anew by who knows it. */
static void test_policy_late(void **state)
{
	struct circle c;
	circle_init(&c, CRYPTO_MODERN, 0);
	int64_t until = short_policy(&c, 2, 400);
	c.m[0].refused = c.m[2].refused = true;
	circle_run(&c, until - circle_wall(&c) + 2 * MONO_MIN);
	assert_null(circle_record(&c, &group_type_policy));
	c.m[0].refused = c.m[2].refused = false;
	circle_run(&c, 2 * MONO_MIN);
	const struct graph_record *r = circle_record(&c, &group_type_policy);
	assert_non_null(r);
	assert_int_equal(circle_count(&c, &group_type_policy), 1);
	assert_int_equal(r->version, 1);
	for (size_t i = 0; i < 4; i++)
		if (i != 1)
			assert_string_equal(circle_look(&c, i).friendly, "Den");
	circle_run(&c, 30 * MONO_DAY);
	assert_int_equal(circle_count(&c, &group_type_policy), 1);
	circle_fini(&c);
}

/* Security Properties stand as long as the root: nothing of them is made anew. */
static void test_security_stays(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct circle c;
		circle_init(&c, id, 0);
		const struct graph_record *r = circle_record(&c, &group_type_security);
		assert_true(circle_end(r) >= CRYPTO_CERT_FOREVER - MONO_HOUR);
		uint32_t version = r->version;
		circle_run(&c, 100 * MONO_DAY);
		assert_int_equal(circle_record(&c, &group_type_security)->version, version);
		circle_fini(&c);
	}
}

/* ---- set ---- */

static void test_set(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct circle c;
		char room[200];
		struct text why = TEXT_OF(room);
		circle_init(&c, id, 0);
		circle_admit(&c, 1, ADMIN, 0);
		circle_admit(&c, 2, MEMBER, 0);
		circle_forget(&c, 2);
		assert_int_equal(circle_set(&c, 0, "Den", &why), OK);
		for (size_t i = 0; i < 3; i++)
			assert_string_equal(circle_look(&c, i).friendly, "Den");
		assert_true(circle_told(&c, 2, "properties"));
		assert_int_equal(circle_set(&c, 2, "Mine", &why), ERR_DENIED);
		assert_words(&why, c.t.p->policy ? "only an administrator" : "only who made");
		assert_int_equal(circle_set(&c, 1, "Loft", &why), c.t.p->policy ? OK : ERR_DENIED);
		assert_string_equal(circle_look(&c, 2).friendly, c.t.p->policy ? "Loft" : "Den");
		circle_fini(&c);
	}
}

/* Before it is synchronised, and after its membership has ended, nothing is changed. */
static void test_set_untimely(void **state)
{
	struct circle c;
	char room[200];
	struct text why = TEXT_OF(room);
	circle_init(&c, CRYPTO_MODERN, 0);
	int64_t end = circle_wall(&c) + MONO_HOUR;
	assert_int_equal(circle_issue(&c, 0, 1, ADMIN, end, &c.m[1].chain, &why), OK);
	assert_int_equal(circle_birth(&c, 1, &why), OK);
	assert_int_equal(circle_set(&c, 1, "Den", &why), ERR_STATE);
	assert_words(&why, "not ready");
	circle_go(&c, 1);
	circle_come(&c, 1);
	circle_run(&c, 2 * MONO_HOUR);
	assert_int_equal(circle_set(&c, 1, "Den", &why), ERR_DENIED);
	assert_words(&why, "our own membership has ended");
	circle_fini(&c);
}

/* ---- issued ---- */

static void refused(struct circle *c, size_t by, size_t whom, unsigned int roles, int64_t until,
		    const char *words)
{
	static struct people_octets out;
	char room[200];
	struct text why = TEXT_OF(room);
	out.n = 77;
	assert_int_equal(circle_issue(c, by, whom, roles, until, &out, &why), ERR_DENIED);
	assert_int_equal(out.n, 77);
	assert_words(&why, words);
}

/* GROUP-9.6 */
static void test_issued(void **state)
{
	static struct people_octets out;
	struct circle c;
	char room[200];
	struct text why = TEXT_OF(room);
	circle_init(&c, CRYPTO_MODERN, 0);
	int64_t end = circle_wall(&c) + 30 * MONO_DAY;
	circle_admit(&c, 1, INVITER, end);
	circle_admit(&c, 2, MEMBER, 0);
	refused(&c, 2, 3, MEMBER, 0, "a member may not invite");
	refused(&c, 1, 3, ADMIN, 0, "our role may not give that role");
	refused(&c, 1, 3, MEMBER, end + MONO_DAY, "longer than our own membership");
	refused(&c, 1, 3, MEMBER, circle_wall(&c) - MONO_SEC, "over already");
	refused(&c, 1, 1, INVITER, 0, "nobody renews a membership of its own");
	refused(&c, 0, 3, 0, 0, group_chain_fault_text(GROUP_CHAIN_ROLE));
	assert_int_equal(circle_issue(&c, 1, 3, INVITER, 0, &out, &why), OK);
	assert_int_equal(circle_issue(&c, 0, 0, ADMIN, 0, &out, &why), OK);
	circle_run(&c, 31 * MONO_DAY);
	refused(&c, 1, 3, MEMBER, 0, "our own membership has ended");
	circle_fini(&c);
}

/* GROUP-3.5 */
static void test_inviters(void **state)
{
	static struct people_octets out;
	struct circle c;
	char room[200];
	struct text why = TEXT_OF(room);
	circle_init(&c, CRYPTO_MODERN, 0);
	assert_int_equal(circle_issue(&c, 0, 1, INVITER, 0, &out, &why), OK);
	circle_fini(&c);
	if (!group_profile(CRYPTO_CLASSIC))
		return;
	circle_init(&c, CRYPTO_CLASSIC, 0);
	refused(&c, 0, 1, INVITER, 0, "version 1.1");
	assert_int_equal(circle_issue(&c, 0, 1, MEMBER, 0, &out, &why), OK);
	/* Of one of 1.1 they are; ours have no password, others' may. */
	c.m[0].g->security.minor = 1;
	assert_int_equal(circle_issue(&c, 0, 1, INVITER, 0, &out, &why), OK);
	circle_fini(&c);
}

/* ---- clocks ---- */

/* GROUP-8.12: how it is told on, by how much and in which direction. */
static void test_clock(void **state)
{
	static const int64_t off[] = { MONO_HOUR, -2 * MONO_HOUR, MONO_MIN, 3 * MONO_HOUR };
	static const int64_t worst[] = { MONO_HOUR, -2 * MONO_HOUR, -2 * MONO_HOUR, 3 * MONO_HOUR };
	struct circle c;
	const struct graph_parties who = { .other = span_str("ann") };
	circle_init(&c, CRYPTO_MODERN, 0);
	for (size_t i = 0; i < 4; i++) {
		struct group_out o;
		struct group *g = c.m[0].g;
		g->home.failed(g, &who, GROUP_FAULT_CLOCK, GROUP_CHAIN_NOT_YET, off[i], true);
		for (enum group_event_kind k = 0; k < 2; k++) {
			assert_true(group_poll(g, &o));
			assert_int_equal(o.kind, GROUP_OUT_EVENT);
			assert_int_equal(o.event->kind,
					 k ? GROUP_EVENT_CLOCK : GROUP_EVENT_AUTH_FAILED);
			assert_true(o.event->skew == off[i]);
			assert_string_equal(o.event->who, "ann");
		}
		assert_true(circle_look(&c, 0).skew == worst[i]);
	}
	circle_fini(&c);
}

/* GROUP-8.17: a stranger that calls, with an identity that is to begin in years. */
static void test_clock_of_strangers(void **state)
{
	struct circle c;
	struct group_out o;
	struct graph_parties who = { .other = span_str("mallory") };
	circle_init(&c, CRYPTO_MODERN, 0);
	struct group *g = c.m[0].g;
	g->home.failed(g, &who, GROUP_FAULT_CLOCK, GROUP_CHAIN_NOT_YET, 9 * MONO_DAY, false);
	assert_true(group_poll(g, &o));
	assert_int_equal(o.event->kind, GROUP_EVENT_AUTH_FAILED);
	assert_true(o.event->skew == 9 * MONO_DAY);
	assert_false(group_poll(g, &o));
	assert_true(circle_look(&c, 0).skew == 0);
	/* Whom we called is somebody. */
	who.initiator = true;
	g->home.failed(g, &who, GROUP_FAULT_CLOCK, GROUP_CHAIN_NOT_YET, MONO_HOUR, false);
	assert_true(circle_look(&c, 0).skew == MONO_HOUR);
	while (group_poll(g, &o))
		;
	circle_fini(&c);
}

/* ---- memory ---- */

static void test_birth_memory(void **state)
{
	struct circle c;
	char room[200];
	struct text why = TEXT_OF(room);
	size_t failures = 0;
	circle_init(&c, CRYPTO_MODERN, 0);
	assert_int_equal(circle_issue(&c, 0, 1, MEMBER, 0, &c.m[1].chain, &why), OK);
	for (size_t n = 1;; n++) {
		failing_env_init(&c.m[1].f, 3);
		failing_env_fail_at(&c.m[1].f, n);
		enum err e = circle_birth(&c, 1, &why);
		if (!e)
			break;
		assert_int_equal(e, ERR_NOMEM);
		failing_env_assert_clean(&c.m[1].f);
		failures++;
	}
	assert_true(failures >= 8);
	c.m[1].f.fail_at = 0;
	circle_fini(&c);
}

/* Without memory for a while nothing is lost for good. */
static void test_memory(void **state)
{
	size_t failures = 0;
	for (size_t n = 1; n < 60; n++) {
		struct circle c;
		char room[200];
		struct text why = TEXT_OF(room);
		static struct people_octets out;
		circle_init(&c, CRYPTO_MODERN, GROUP_LIFE_LEAST);
		circle_admit(&c, 1, ADMIN, 0);
		failing_env_fail_at(&c.m[0].f, n);
		enum err set = circle_set(&c, 0, "Den", &why);
		enum err issued = circle_issue(&c, 0, 2, MEMBER, 0, &out, &why);
		circle_run(&c, GROUP_LIFE_LEAST * MONO_SEC);
		c.m[0].f.fail_at = 0;
		assert_true(set == OK || set == ERR_NOMEM);
		assert_true(issued == OK || issued == ERR_NOMEM);
		circle_run(&c, GROUP_LIFE_LEAST * MONO_SEC);
		assert_true(circle_look(&c, 0).published);
		assert_in_range(circle_count(&c, &group_type_membership), 2, 4);
		failures += c.m[0].f.failed;
		bool failed = c.m[0].f.failed;
		circle_fini(&c);
		if (!failed)
			break;
	}
	assert_in_range(failures, 5, 58);
}

/* A chain that is not ours, is none, or is another group's makes no member. */
static void test_birth_refused(void **state)
{
	struct circle c;
	char room[200];
	struct text why = TEXT_OF(room);
	circle_init(&c, CRYPTO_MODERN, 0);
	memcpy(&c.m[1].chain, &c.m[0].chain, sizeof c.m[1].chain);
	assert_int_equal(circle_birth(&c, 1, &why), ERR_DENIED);
	assert_words(&why, group_chain_fault_text(GROUP_CHAIN_OTHER_KEY));
	for (size_t n = 0; n < c.m[0].chain.n; n += 37) {
		c.m[1].chain.n = n;
		assert_int_not_equal(circle_birth(&c, 1, &why), OK);
		assert_null(c.m[1].g);
		text_clear(&why);
	}
	failing_env_assert_clean(&c.m[1].f);
	circle_fini(&c);
}

static void says_why_not(struct circle *c, size_t whom, const char *words)
{
	char room[300];
	struct text why = TEXT_OF(room);
	const struct group_grant grant = {
		.public = crypto_key_public(c->t.keys[whom + 1]),
		.name = people_name(&c->t, whom + 1),
		.friendly = people_name(&c->t, whom + 1),
		.roles = MEMBER,
	};
	struct span chain;
	assert_int_equal(group_issue(c->m[0].g, &grant, &chain, &why, c->now), ERR_DENIED);
	assert_words(&why, words);
}

/* GROUP-14.39: whoever invites who was removed is told what lets it back in, which is something
 * else once nobody can name it any more. */
static void the_way_back_is_told(void **state)
{
	char room[200];
	struct text why = TEXT_OF(room);
	struct circle c;
	circle_init(&c, CRYPTO_MODERN, 0);
	circle_admit(&c, 1, MEMBER, circle_wall(&c) + MONO_HOUR);
	const struct group_removing what = { .who = people_name(&c.t, 2) };
	assert_int_equal(group_remove(c.m[0].g, &what, &why, c.now), OK);
	circle_settle(&c);
	says_why_not(&c, 1, "homestead member return");
	circle_run(&c, 2 * MONO_HOUR);
	assert_null(group_members_find(group_members(c.m[0].g), people_name(&c.t, 2)));
	says_why_not(&c, 1, "a code lets it back in");
	circle_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_membership_again),
		cmocka_unit_test(test_membership_ends),
		cmocka_unit_test(test_membership_kept),
		cmocka_unit_test(test_membership_left),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_renewed),
		cmocka_unit_test(test_failing),
		cmocka_unit_test(test_policy_renewed),
		cmocka_unit_test(test_policy_left),
		cmocka_unit_test(test_policy_late),
		cmocka_unit_test(test_security_stays),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_set_untimely),
		cmocka_unit_test(test_issued),
		cmocka_unit_test(the_way_back_is_told),
		cmocka_unit_test(test_inviters),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_clock_of_strangers),
		cmocka_unit_test(test_birth_memory),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_birth_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
