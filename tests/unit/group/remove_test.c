/* Removal as members see it: who is in, which records stand, what the removed can still do, and
 * the way back. */
#include "circle.h"

#include <stdio.h>

#define ADMIN  CRYPTO_ROLE_ADMIN
#define MEMBER CRYPTO_ROLE_MEMBER

static struct graph_provider of(const struct circle *c, size_t i)
{
	return group_provider(c->m[i].g);
}

/* A record of an application by the i-th, who signs it now. */
static enum err put(const struct circle *c, size_t i, struct record *r, uint8_t id)
{
	struct graph_provider p = of(c, i);
	struct span security;
	record_init(r, people_name(&c->t, 0), span_str(c->t.names[i + 1]));
	memset(r->r.id.at, id, sizeof r->r.id.at);
	r->r.created = r->r.modified = record_time(circle_wall(c));
	r->r.expires = r->r.created + 3600 * RECORD_SECOND;
	enum err e = p.ops->secure(p.ctx, &r->r, GRAPH_CHANGE_ADDED, &security);
	if (e)
		return e;
	memcpy(r->security, security.p, security.n);
	r->r.security = span_of(r->security, security.n);
	return OK;
}

static enum graph_opinion opinion(const struct circle *c, size_t i, const struct record *r,
				  enum graph_change change)
{
	return of(c, i).ops->validate(of(c, i).ctx, &r->r, change);
}

/* Removes the whom-th, and keeps the records that are given. */
static enum err remove_keeping(struct circle *c, size_t by, size_t whom, const struct record *kept,
			       size_t n)
{
	uint8_t records[4 * GROUP_KEPT_RECORD];
	struct span who = span_str(c->t.names[whom + 1]);
	char text[200];
	struct text why = TEXT_OF(text);
	for (size_t i = 0; i < n; i++) {
		struct group_kept_record k;
		assert_true(group_keeps_record(c->m[by].g, who, &kept[i].r, true, &k));
		group_kept_record_put(&k, records + i * GROUP_KEPT_RECORD);
	}
	const struct group_removing what = {
		.who = who,
		.records = span_of(records, n * GROUP_KEPT_RECORD),
		.reason = span_str("left"),
	};
	enum err e = group_remove(c->m[by].g, &what, &why, c->now);
	circle_turn(c);
	return e;
}

static bool is_let_in(const struct circle *c, size_t i, size_t whom)
{
	const struct group *g = c->m[i].g;
	return g->home.known((void *)(uintptr_t)g, span_str(c->t.names[whom + 1]),
			     crypto_key_public(c->t.keys[whom + 1]));
}

static void begin(struct circle *c)
{
	circle_init(c, CRYPTO_MODERN, 0);
	circle_admit(c, 1, ADMIN, 0);
	circle_admit(c, 2, ADMIN, 0);
	circle_admit(c, 3, MEMBER, 0);
}

static const char *told(struct circle *c, const char *what, size_t who)
{
	static char words[GROUP_NAME_OCTETS + 64];
	(void)snprintf(words, sizeof words, "member %s %s", what, c->t.names[who + 1]);
	return words;
}

/* The newest Removal, of the whom-th instead, signed by the same one: one ID, one version. */
static void fork_removal(struct circle *c, size_t by, size_t whom, struct record *out)
{
	const struct graph_record *first = circle_record(c, &group_type_removal);
	struct graph_provider p = of(c, by);
	struct group_removal what;
	struct span security;
	size_t n;
	assert_int_equal(group_removal_read(&what, first->payload), OK);
	what.key = crypto_key_public(c->t.keys[whom + 1]);
	assert_int_equal(group_removal_write(&what, out->payload, sizeof out->payload, &n), OK);
	out->r = *first;
	out->r.payload = span_of(out->payload, n);
	assert_int_equal(p.ops->secure(p.ctx, &out->r, GRAPH_CHANGE_ADDED, &security), OK);
	memcpy(out->security, security.p, security.n);
	out->r.security = span_of(out->security, security.n);
}

/* GROUP-11.41: another content of a Removal, which has won: who was removed by the one is in
 * again, who is by the other is out. */
static void test_forked(void **state)
{
	struct circle c;
	struct record *r = calloc(1, sizeof *r);
	begin(&c);
	assert_int_equal(remove_keeping(&c, 1, 3, NULL, 0), OK);
	assert_false(is_let_in(&c, 0, 3));
	fork_removal(&c, 1, 2, r);
	unsigned int rechecks = c.m[0].rechecks;
	assert_int_equal(opinion(&c, 0, r, GRAPH_CHANGE_UPDATED), GRAPH_VALID);
	circle_settle(&c);
	assert_true(is_let_in(&c, 0, 3));
	assert_false(is_let_in(&c, 0, 2));
	assert_true(circle_told(&c, 0, told(&c, "returned", 3)));
	assert_true(circle_told(&c, 0, told(&c, "removed", 2)));
	assert_true(c.m[0].rechecks > rechecks);
	/* The same once more teaches nothing. */
	rechecks = c.m[0].rechecks;
	assert_int_equal(opinion(&c, 0, r, GRAPH_CHANGE_UPDATED), GRAPH_VALID);
	circle_settle(&c);
	assert_int_equal(c.m[0].rechecks, rechecks);
	assert_int_equal(group_removals_count(group_removals(c.m[0].g)), 1);
	free(r);
	circle_fini(&c);
}

/* GROUP-11.13, GROUP-11.16, GROUP-11.18 */
static void test_removed(void **state)
{
	struct circle c;
	struct record *r = calloc(2, sizeof *r);
	begin(&c);
	assert_int_equal(put(&c, 3, &r[0], 201), OK);
	assert_int_equal(put(&c, 3, &r[1], 202), OK);
	assert_int_equal(remove_keeping(&c, 1, 3, r, 1), OK);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(circle_look(&c, i).members, 3);
		assert_true(circle_told(&c, i, told(&c, "removed", 3)));
		assert_false(is_let_in(&c, i, 3));
		assert_true(is_let_in(&c, i, 1) && is_let_in(&c, i, 2));
		assert_true(c.m[i].rechecks > 0);
		assert_int_equal(opinion(&c, i, &r[0], GRAPH_CHANGE_STORED), GRAPH_VALID);
		assert_int_equal(opinion(&c, i, &r[0], GRAPH_CHANGE_ADDED), GRAPH_VALID);
		assert_int_equal(opinion(&c, i, &r[1], GRAPH_CHANGE_STORED), GRAPH_ENDED);
		assert_int_equal(opinion(&c, i, &r[1], GRAPH_CHANGE_ADDED), GRAPH_ENDED);
	}
	assert_true(circle_look(&c, 3).removed);
	assert_false(circle_look(&c, 1).removed);
	assert_int_equal(put(&c, 3, &r[1], 203), ERR_DENIED);
	struct group_removed by;
	assert_true(group_removed_by(c.m[3].g, &by));
	assert_true(span_eq(by.signer_name, span_str(c.t.names[2])));
	assert_true(span_eq(by.removal->reason, span_str("left")));
	free(r);
	circle_fini(&c);
}

/* A newcomer judges it with nothing else known, and comes to the same. */
static void test_newcomer(void **state)
{
	struct circle c;
	begin(&c);
	circle_go(&c, 2);
	assert_int_equal(remove_keeping(&c, 1, 3, NULL, 0), OK);
	circle_come(&c, 2);
	circle_settle(&c);
	assert_false(is_let_in(&c, 2, 3));
	assert_true(is_let_in(&c, 2, 1));
	assert_int_equal(circle_look(&c, 2).members, 3);
	circle_fini(&c);
}

/* Signed anew under the ID and version that are kept, it is another record. */
static void test_signed_again(void **state)
{
	struct circle c;
	struct record *r = calloc(2, sizeof *r);
	begin(&c);
	circle_go(&c, 0);
	assert_int_equal(put(&c, 3, &r[0], 201), OK);
	assert_int_equal(put(&c, 3, &r[1], 201), OK);
	r[1].r.payload = span_str("other");
	struct span serial = span_of(r[0].security, CRYPTO_SERIAL);
	record_sign(&r[1], &c.t, 4, true, serial, serial);
	assert_int_equal(opinion(&c, 1, &r[1], GRAPH_CHANGE_UPDATED), GRAPH_VALID);
	assert_int_equal(remove_keeping(&c, 1, 3, r, 1), OK);
	assert_int_equal(opinion(&c, 2, &r[0], GRAPH_CHANGE_ADDED), GRAPH_VALID);
	assert_int_equal(opinion(&c, 2, &r[1], GRAPH_CHANGE_UPDATED), GRAPH_ENDED);
	assert_int_equal(opinion(&c, 2, &r[1], GRAPH_CHANGE_STORED), GRAPH_ENDED);
	free(r);
	circle_fini(&c);
}

/* Whether a connection of the whom-th to the i-th ends by GROUP_FAULT_REMOVED. */
static bool is_refused(const struct circle *c, size_t i, size_t whom, bool shows)
{
	const struct group *g = c->m[i].g;
	return g->home.removed((void *)(uintptr_t)g, shows ? c->m[whom].g->own : NULL,
			       crypto_key_public(c->t.keys[whom + 1]));
}

/* GROUP-11.17: that the certificate is kept which it gave lets in whom it let in, but not who
 * is removed. */
static void test_kept_certificates(void **state)
{
	for (int keeps = 0; keeps < 2; keeps++) {
		struct circle c;
		char words[200];
		struct text why = TEXT_OF(words);
		uint8_t cert[GROUP_KEPT_CERT];
		circle_init(&c, CRYPTO_MODERN, 0);
		circle_admit(&c, 1, ADMIN, 0);
		circle_admit(&c, 2, ADMIN, 0);
		assert_int_equal(circle_issue(&c, 2, 3, MEMBER, 0, &c.m[3].chain, &why), OK);
		circle_come(&c, 3);
		const struct group *g = c.m[1].g;
		group_kept_cert(g->crypto, g->profile, group_chain_leaf(c.m[3].g->own), cert);
		const struct group_removing what = {
			.who = span_str(c.t.names[3]),
			.certs = span_of(cert, keeps ? sizeof cert : 0),
		};
		assert_int_equal(group_remove(c.m[1].g, &what, &why, c.now), OK);
		circle_settle(&c);
		for (size_t i = 0; i < 2; i++) {
			assert_true(is_refused(&c, i, 2, true) && is_refused(&c, i, 2, false));
			assert_int_equal(is_refused(&c, i, 3, true), !keeps);
			assert_false(is_refused(&c, i, !i, true) || is_refused(&c, i, !i, false));
		}
		circle_fini(&c);
	}
}

/* GROUP-11.23: what was signed under a membership that fell does not stand, and waits for nothing;
 * until that stands again. */
static void test_fallen(void **state)
{
	struct circle c;
	char words[200];
	struct text why = TEXT_OF(words);
	struct record *r = calloc(1, sizeof *r);
	circle_init(&c, CRYPTO_MODERN, 0);
	circle_admit(&c, 1, ADMIN, 0);
	circle_admit(&c, 2, ADMIN, 0);
	assert_int_equal(circle_issue(&c, 2, 3, MEMBER, 0, &c.m[3].chain, &why), OK);
	circle_come(&c, 3);
	circle_settle(&c);
	assert_int_equal(put(&c, 3, r, 201), OK);
	assert_int_equal(opinion(&c, 0, r, GRAPH_CHANGE_ADDED), GRAPH_VALID);
	assert_int_equal(remove_keeping(&c, 1, 2, NULL, 0), OK);
	circle_show(&c, 0);
	assert_false(is_let_in(&c, 0, 3));
	assert_int_equal(opinion(&c, 0, r, GRAPH_CHANGE_STORED), GRAPH_ENDED);
	assert_int_equal(opinion(&c, 0, r, GRAPH_CHANGE_ADDED), GRAPH_ENDED);
	/* With the group's key, so that the first does not count. */
	assert_int_equal(remove_keeping(&c, 0, 1, NULL, 0), OK);
	assert_int_equal(opinion(&c, 0, r, GRAPH_CHANGE_STORED), GRAPH_LATER);
	circle_show(&c, 0);
	assert_int_equal(opinion(&c, 0, r, GRAPH_CHANGE_STORED), GRAPH_VALID);
	free(r);
	circle_fini(&c);
}

/* GROUP-11.24: who gives us a newer membership does not take us along. */
static void test_own_falls(void **state)
{
	struct circle c;
	char words[200];
	struct text why = TEXT_OF(words);
	struct people_octets newer = { 0 };
	struct crypto_chain *chain = NULL;
	enum group_chain_fault fault;
	circle_init(&c, CRYPTO_MODERN, 0);
	circle_admit(&c, 1, ADMIN, 0);
	circle_admit(&c, 2, ADMIN, 0);
	circle_admit(&c, 3, MEMBER, 0);
	circle_run(&c, 10 * MONO_MIN);
	assert_int_equal(circle_issue(&c, 2, 3, MEMBER, 0, &newer, &why), OK);
	struct group *g = c.m[3].g;
	const struct group_chain_rules rules = { .profile = g->profile,
						 .group = people_name(&c.t, 0),
						 .now = circle_wall(&c) };
	struct span octets = span_of(newer.p, newer.n);
	assert_int_equal(group_chain_read(g->crypto, &rules, octets, &chain, &fault), OK);
	group_chain_is(g, chain, octets, c.now);
	circle_settle(&c);
	assert_true(span_eq(group_chain_leaf(g->own)->issuer_name, people_name(&c.t, 3)));
	assert_int_equal(remove_keeping(&c, 1, 2, NULL, 0), OK);
	assert_true(span_eq(group_chain_leaf(g->own)->issuer_name, people_name(&c.t, 1)));
	assert_false(circle_look(&c, 3).removed);
	assert_true(circle_look(&c, 2).removed);
	circle_fini(&c);
}

/* GROUP-11.15: who may remove whom. */
static void test_may(void **state)
{
	struct circle c;
	char words[200];
	struct text why = TEXT_OF(words);
	begin(&c);
	const struct span creator = span_str(c.t.names[1]), ben = span_str(c.t.names[2]),
			  dan = span_str(c.t.names[4]);
	assert_int_equal(group_may_remove(c.m[3].g, ben, &why), ERR_DENIED);
	assert_int_equal(group_may_remove(c.m[1].g, creator, &why), ERR_DENIED);
	assert_int_equal(group_may_remove(c.m[1].g, ben, &why), ERR_DENIED);
	assert_int_equal(group_may_remove(c.m[1].g, span_str("x"), &why), ERR_NOT_FOUND);
	assert_int_equal(group_may_remove(c.m[0].g, ben, &why), OK);
	assert_int_equal(remove_keeping(&c, 1, 3, NULL, 0), OK);
	text_clear(&why);
	assert_int_equal(group_may_remove(c.m[2].g, dan, &why), ERR_EXISTS);
	char by[200];
	(void)snprintf(by, sizeof by, "removed already, by \"%s\"", c.t.names[2]);
	assert_non_null(strstr(words, by));
	assert_int_equal(remove_keeping(&c, 0, 2, NULL, 0), OK);
	text_clear(&why);
	assert_int_equal(group_may_remove(c.m[1].g, span_str(c.t.names[3]), &why), ERR_EXISTS);
	assert_string_equal(words, "that member is removed already, with the group's key");
	circle_fini(&c);
}

/* GROUP-11.25: whatever an administrator says that lies. */
static void test_creator(void **state)
{
	struct circle c;
	begin(&c);
	struct text other = TEXT_OF(c.m[1].g->security.creator);
	text_clear(&other);
	text_str(&other, c.t.names[4]);
	c.m[1].lies = true;
	assert_int_equal(remove_keeping(&c, 1, 0, NULL, 0), OK);
	assert_true(is_let_in(&c, 2, 0));
	assert_false(circle_look(&c, 0).removed);
	/* It still removes who lied. */
	assert_int_equal(remove_keeping(&c, 0, 1, NULL, 0), OK);
	assert_false(is_let_in(&c, 2, 1));
	circle_fini(&c);
}

/* GROUP-11.15: the group's key outranks who it removes, whatever that removes meanwhile. */
static void test_group_key(void **state)
{
	struct circle c;
	begin(&c);
	assert_int_equal(remove_keeping(&c, 1, 3, NULL, 0), OK);
	assert_false(is_let_in(&c, 2, 3));
	assert_int_equal(remove_keeping(&c, 0, 1, NULL, 0), OK);
	assert_false(is_let_in(&c, 2, 1));
	/* The Removal by the 1st was not kept: its victim is back everywhere. */
	assert_true(is_let_in(&c, 0, 3) && is_let_in(&c, 2, 3));
	assert_false(circle_look(&c, 3).removed);
	assert_true(circle_told(&c, 2, told(&c, "returned", 3)));
	circle_fini(&c);
}

/* GROUP-11.19 */
static void test_returned(void **state)
{
	struct circle c;
	char words[200];
	struct text why = TEXT_OF(words);
	static struct people_octets chain;
	begin(&c);
	assert_int_equal(remove_keeping(&c, 1, 3, NULL, 0), OK);
	assert_int_equal(circle_issue(&c, 2, 3, MEMBER, 0, &chain, &why), OK);
	struct span s = span_of(chain.p, chain.n);
	assert_int_equal(group_return(c.m[2].g, s, span_str("sorry"), &why, c.now), OK);
	circle_settle(&c);
	assert_int_equal(group_publish_for(c.m[2].g, s, c.now), OK);
	circle_settle(&c);
	for (size_t i = 0; i < 3; i++) {
		assert_true(is_let_in(&c, i, 3));
		assert_true(circle_told(&c, i, told(&c, "returned", 3)));
	}
	assert_false(circle_look(&c, 3).removed);
	assert_int_equal(group_return(c.m[2].g, s, span_str(""), &why, c.now), ERR_NOT_FOUND);
	circle_fini(&c);
}

/* The `by`-th shows the 3rd why it is not let in. */
static struct span shown_by(const struct circle *c, size_t by, bool shows)
{
	const struct group *g = c->m[by].g;
	assert_true(is_refused(c, by, 3, shows));
	return g->home.removal((void *)(uintptr_t)g, shows ? c->m[3].g->own : NULL,
			       crypto_key_public(c->t.keys[4]));
}

static void take_shown(struct circle *c, struct span record)
{
	c->m[3].g->home.told(c->m[3].g, record);
	circle_settle(c);
}

/* GROUP-11.21: whoever was away is told by any member, and knows by whom and why. */
static void test_told_later(void **state)
{
	for (int by = 0; by < 3; by++) {
		struct circle c;
		begin(&c);
		struct people_octets chain = c.m[3].chain;
		circle_go(&c, 3);
		assert_int_equal(remove_keeping(&c, 1, 3, NULL, 0), OK);
		char text[200];
		struct text why = TEXT_OF(text);
		c.m[3].chain = chain;
		assert_int_equal(circle_birth(&c, 3, &why), OK);
		circle_show_of(&c, 3, &group_type_security);
		assert_false(circle_look(&c, 3).removed);
		struct span record = shown_by(&c, (size_t)by, by != 1);
		assert_true(record.n > 0);
		take_shown(&c, record);
		assert_int_equal(c.m[3].opinion, GRAPH_VALID);
		struct group_removed of;
		assert_true(circle_look(&c, 3).removed && group_removed_by(c.m[3].g, &of));
		assert_true(span_eq(of.signer_name, span_str(c.t.names[2])));
		assert_true(span_eq(of.removal->reason, span_str("left")));
		circle_fini(&c);
	}
}

/* What is changed on the way, or signed by who may not, removes nobody. */
static void test_lies(void **state)
{
	struct circle c;
	begin(&c);
	struct people_octets chain = c.m[3].chain;
	circle_go(&c, 3);
	assert_int_equal(remove_keeping(&c, 1, 3, NULL, 0), OK);
	char text[200];
	struct text why = TEXT_OF(text);
	c.m[3].chain = chain;
	assert_int_equal(circle_birth(&c, 3, &why), OK);
	circle_show_of(&c, 3, &group_type_security);
	struct span record = shown_by(&c, 0, true);
	uint8_t *copy = malloc(record.n);
	assert_non_null(copy);
	for (size_t at = GRAPH_RECORD_FIXED; at < record.n; at += 7) {
		struct graph_record r;
		memcpy(copy, record.p, record.n);
		copy[at] ^= 4;
		/* Its graph sees to the version of the protocol. */
		if (graph_record_decode(span_of(copy, record.n), &r) ||
		    r.protocol != GRAPH_PROTOCOL)
			continue;
		take_shown(&c, span_of(copy, record.n));
		assert_false(circle_look(&c, 3).removed);
	}
	take_shown(&c, record);
	assert_true(circle_look(&c, 3).removed);
	free(copy);
	circle_fini(&c);
}

/* GROUP-11.30: those of one turn are signed together, and stored before the first is told. */
static void test_together(void **state)
{
	struct circle c;
	begin(&c);
	c.late = true;
	assert_int_equal(remove_keeping(&c, 1, 3, NULL, 0), OK);
	assert_int_equal(remove_keeping(&c, 1, 2, NULL, 0), OK);
	assert_true(is_let_in(&c, 1, 2) && is_let_in(&c, 1, 3));
	circle_answer(&c);
	for (size_t i = 0; i < 2; i++)
		assert_false(is_let_in(&c, i, 2) || is_let_in(&c, i, 3));
	assert_int_equal(circle_look(&c, 1).members, 2);
	circle_fini(&c);
}

static void remove_only(struct circle *c, size_t by, size_t whom)
{
	char text[200];
	struct text why = TEXT_OF(text);
	const struct group_removing what = { .who = span_str(c->t.names[whom + 1]) };
	assert_int_equal(group_remove(c->m[by].g, &what, &why, c->now), OK);
	circle_settle(c);
}

/* GROUP-11.37: what comes when it was decided twice in a turn waits for the next, be it new or
 * stored; nothing of a removed key is let through meanwhile. */
static void test_busy(void **state)
{
	struct circle c;
	struct record *r = calloc(2, sizeof *r);
	begin(&c);
	assert_int_equal(put(&c, 3, &r[0], 201), OK);
	assert_int_equal(put(&c, 0, &r[1], 202), OK);
	remove_only(&c, 1, 3);
	assert_int_equal(opinion(&c, 2, &r[0], GRAPH_CHANGE_ADDED), GRAPH_ENDED);
	remove_only(&c, 0, 1);
	assert_false(is_let_in(&c, 2, 1));
	assert_int_equal(opinion(&c, 2, &r[1], GRAPH_CHANGE_ADDED), GRAPH_VALID);
	remove_only(&c, 0, 2);
	assert_true(group_removals_busy(c.m[2].g->removals));
	assert_int_equal(opinion(&c, 2, &r[1], GRAPH_CHANGE_ADDED), GRAPH_LATER);
	assert_int_equal(opinion(&c, 2, &r[0], GRAPH_CHANGE_STORED), GRAPH_LATER);
	assert_int_equal(opinion(&c, 2, &r[0], GRAPH_CHANGE_ADDED), GRAPH_LATER);
	assert_false(is_let_in(&c, 2, 1) || is_let_in(&c, 2, 2));
	unsigned int asked = c.m[2].revalidations, again = c.m[2].rechecks;
	assert_true(mono_reached(group_deadline(c.m[2].g), c.now));
	circle_turn(&c);
	assert_true(c.m[2].revalidations > asked && c.m[2].rechecks > again);
	assert_int_equal(opinion(&c, 2, &r[1], GRAPH_CHANGE_ADDED), GRAPH_VALID);
	assert_int_equal(opinion(&c, 2, &r[0], GRAPH_CHANGE_STORED), GRAPH_VALID);
	free(r);
	circle_fini(&c);
}

/* One that failed takes none along, and nothing of it is left. */
static void test_together_fails(void **state)
{
	struct circle c;
	begin(&c);
	c.late = true;
	assert_int_equal(remove_keeping(&c, 1, 3, NULL, 0), OK);
	assert_int_equal(remove_keeping(&c, 1, 2, NULL, 0), OK);
	c.unanswered[0].err = ERR_IO;
	circle_answer(&c);
	assert_true(is_let_in(&c, 1, 3));
	assert_false(is_let_in(&c, 1, 2));
	assert_int_equal(remove_keeping(&c, 1, 3, NULL, 0), OK);
	memset(&c.unanswered[0].id, 0, sizeof c.unanswered[0].id);
	c.unanswered[0].err = ERR_IO;
	circle_answer(&c);
	assert_true(list_empty(&c.m[1].g->said));
	circle_fini(&c);
}

/* GROUP-11.33: a Policy raised to its last version freezes nothing once who did it is out. */
static void test_policy(void **state)
{
	struct circle c;
	char words[200];
	struct text why = TEXT_OF(words);
	struct record *r = calloc(1, sizeof *r);
	assert_non_null(r);
	begin(&c);
	assert_int_equal(circle_set(&c, 2, "Mine", &why), OK);
	for (size_t i = 0; i < 4; i++)
		c.m[i].g->policy_version = UINT32_MAX;
	r->r = *circle_record(&c, &group_type_policy);
	assert_int_equal(remove_keeping(&c, 1, 2, r, 1), OK);
	assert_string_equal(circle_look(&c, 0).friendly, "Mine");
	assert_int_equal(circle_set(&c, 1, "Loft", &why), OK);
	assert_int_equal(circle_count(&c, &group_type_policy), 2);
	for (size_t i = 0; i < 4; i++) {
		circle_show(&c, i); /* the other is no news */
		assert_string_equal(circle_look(&c, i).friendly, "Loft");
	}
	free(r);
	circle_fini(&c);
}

/* GROUP-11.31: it is said what helps. */
static void test_too_much(void **state)
{
	struct circle c;
	char words[200];
	struct text why = TEXT_OF(words);
	begin(&c);
	uint8_t *kept = calloc(1, GROUP_REMOVAL_MEMBER);
	assert_non_null(kept);
	const struct group_removing what = {
		.who = span_str(c.t.names[4]),
		.records = span_of(kept, GROUP_REMOVAL_MEMBER),
	};
	assert_int_equal(group_remove(c.m[1].g, &what, &why, c.now), ERR_RANGE);
	assert_non_null(strstr(words, "--drop-records"));
	free(kept);
	circle_fini(&c);
}

/* Without memory it is said; nobody is half removed. */
static void test_no_memory(void **state)
{
	struct circle c;
	char words[200];
	struct text why = TEXT_OF(words);
	begin(&c);
	const struct group_removing what = { .who = span_str(c.t.names[4]) };
	struct failing_env *f = &c.m[1].f;
	for (size_t n = 1;; n++) {
		f->fail_at = f->allocations + n;
		enum err e = group_remove(c.m[1].g, &what, &why, c.now);
		f->fail_at = 0;
		if (!e)
			break;
		assert_int_equal(e, ERR_NOMEM);
		assert_true(is_let_in(&c, 1, 3));
	}
	circle_settle(&c);
	assert_false(is_let_in(&c, 1, 3));
	circle_fini(&c);
}

static enum graph_opinion opinion_of(const struct circle *c, enum graph_change change)
{
	const struct graph_record *r = circle_record(c, &group_type_removal);
	return of(c, 2).ops->validate(of(c, 2).ctx, r, change);
}

/* The Removal of the 3rd comes to the 2nd, while the n-th allocation fails. */
static enum graph_opinion comes_without(struct circle *c, enum graph_change change, size_t n)
{
	struct failing_env *f = &c->m[2].f;
	group_removal_purged(c->m[2].g, &circle_record(c, &group_type_removal)->id);
	circle_turn(c);
	assert_true(is_let_in(c, 2, 3));
	failing_env_fail_at(f, n);
	enum graph_opinion o = opinion_of(c, change);
	f->fail_at = 0;
	return o;
}

/* GROUP-11.40: it waits, and is judged once more; what is stored stays there. */
static void test_learned_later(void **state)
{
	static const enum graph_change changes[] = { GRAPH_CHANGE_STORED, GRAPH_CHANGE_ADDED };
	struct circle c;
	size_t later = 0;
	begin(&c);
	assert_int_equal(remove_keeping(&c, 1, 3, NULL, 0), OK);
	for (size_t i = 0; i < 2; i++)
		for (size_t n = 1;; n++) {
			enum graph_opinion o = comes_without(&c, changes[i], n);
			if (!c.m[2].f.failed)
				break;
			if (o == GRAPH_VALID) /* but for what shows it */
				continue;
			later++;
			assert_int_equal(o, GRAPH_LATER);
			assert_true(is_let_in(&c, 2, 3));
			unsigned int rechecks = c.m[2].rechecks;
			circle_run(&c, 6 * MONO_SEC);
			assert_true(c.m[2].rechecks > rechecks);
			assert_false(is_let_in(&c, 2, 3));
		}
	assert_true(later > 6);
	circle_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forked),
		cmocka_unit_test(test_removed),
		cmocka_unit_test(test_newcomer),
		cmocka_unit_test(test_signed_again),
		cmocka_unit_test(test_fallen),
		cmocka_unit_test(test_own_falls),
		cmocka_unit_test(test_may),
		cmocka_unit_test(test_group_key),
		cmocka_unit_test(test_returned),
		cmocka_unit_test(test_told_later),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_kept_certificates),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_creator),
		cmocka_unit_test(test_together_fails),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_learned_later),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
