#include "story.h"

#include "group/payload.h"
#include "sim/book.h"
#include "sim/rogue_int.h"
#include "sim/roll.h"

/* SIM-13.1 to SIM-13.7, SIM-13.9 to SIM-13.12: what worlds know of groups, what rogues do, and whether it is noticed. */

#define PART " memory = 64MiB\n graph { lab = yes }\n group { waiting_max = 16 } }\n"
#define NODES                                                                                      \
	"node a { address = 10.0.0.1;" PART "node b { address = 10.0.0.2;" PART                    \
	"node c { address = 10.0.0.3;" PART                                                        \
	"node x { rogue = yes; address = 10.1.0.1; memory = 64MiB\n graph { lab = yes } }\n"       \
	"link all delay 1ms..5ms\n"
#define PERSONS                                                                                    \
	NODES "at 500ms command a group identity\nat 500ms command b group identity\n"             \
	      "at 500ms command c group identity\nat 1s command a group create g\n"
#define JOINED                                                                                     \
	PERSONS "at 2s command a group invite b g inviter\nat 3s command b group join g\n"         \
		"at 3500ms command b group connect g 10.0.0.1 alone\n"
#define INVITED JOINED "at 6s command b group invite x g member for 90s\n"
#define INSIDE                                                                                     \
	INVITED "at 7s rogue x shows own g\nat 7500ms command x graph connect g 10.0.0.1\n"        \
		"at 8s command a graph add g one size 64 for 10m\n"

static void a_small_group(void **state)
{
	story_holds(JOINED
		    "at 6s command b group invite c g member for 10m\n"
		    "at 7s command c group join g\nat 8s command c group connect g 10.0.0.2\n"
		    "at 10s command c graph add g one size 100 for 60s\n"
		    "at 11s command a graph update g one size 10 for 60s\n"
		    "at 15s nothing\nexpect mesh g\nexpect kept g\nexpect same g\nexpect lawful g\n"
		    "expect listed g\nexpect settled g\nexpect neighbors a g >= 1\n"
		    "expect not lawful other\nexpect not listed other\n"
		    "at 16s command c group leave g\n"
		    "at 20s command b group close g\nat 21s command b group open g\n"
		    "at 30s nothing\nwithin 60s expect same g\n");
}

/* Whose membership ends is in nobody's list, and linked with nobody. */
static void a_member_ends(void **state)
{
	story_holds(JOINED "at 6s command a group invite c g member for 30s\n"
			   "at 7s command c group join g\n"
			   "at 8s command c group connect g 10.0.0.1\n"
			   "at 12s nothing\nexpect neighbors c g >= 1\nexpect listed g\n"
			   "at 45s nothing\nexpect listed g\nexpect neighbors a g = 1\n"
			   "expect lawful g\n");
}

/* A role that is published is taken over, and grants what it lets. */
static void roles_change(void **state)
{
	story_holds(JOINED "at 6s command a group invite b g administrator publish\n"
			   "at 12s nothing\nexpect listed g\n"
			   "at 13s command b group invite c g administrator\n"
			   "at 14s command c group join g\n"
			   "at 15s command c group connect g 10.0.0.2\n"
			   "at 20s nothing\nexpect listed g\nexpect mesh g\n");
}

static void what_never_was(void **state)
{
	story_holds(NODES "at 1s command a group join g\nat 1s command a group connect g 10.0.0.2\n"
			  "at 2s command a group create g\nat 3s command b group open g\n"
			  "at 3s rogue x shows own g\nat 3s rogue x lies forge g\n"
			  "at 4s command a group invite b g member\nexpect not lawful g\n");
}

/* Each kind of membership that is none of its own, one after the other. */
static void nobody_is_let_in(void **state)
{
	for (int k = ROGUE_SHOW_COPIED; k < ROGUE_SHOW_LATE; k++) {
		char buffer[2000];
		struct text t = TEXT_OF(buffer);
		text_str(&t, INVITED "at 7s rogue x shows ");
		text_str(&t, rogue_show_text((enum rogue_show)k));
		text_str(&t, k == ROGUE_SHOW_COPIED ? " g of b\n" : " g\n");
		text_str(&t, "at 8s command x graph connect g 10.0.0.1\n"
			     "at 9s command x graph connect g 10.0.0.2\n"
			     "at 12s nothing\nexpect neighbors a g = 1\nexpect lawful g\n");
		story_holds(buffer);
	}
}

/* It is in, all of its lies come, and none stands. */
static void no_lie_stands(void **state)
{
	for (int k = 0; k < ROGUE_LIE_LATE; k++) {
		char buffer[2000];
		struct text t = TEXT_OF(buffer);
		text_str(&t,
			 INSIDE "at 10s nothing\nexpect neighbors a g = 2\nat 11s rogue x lies ");
		text_str(&t, rogue_lie_text((enum rogue_lie)k));
		text_str(&t, " g 4\nat 14s nothing\nexpect lawful g\nexpect kept g\n"
			     "at 15s kill x\nat 4m nothing\nexpect lawful g\nexpect settled g\n"
			     "expect kept g\nexpect same g\nexpect listed g\n");
		story_holds(buffer);
	}
}

static const struct scn_condition of_g = { .a = SCN_NO_SITE, .name = { (const uint8_t *)"g", 1 } };

static struct story *run_of(const char *text)
{
	struct story *t = story_new(text);
	story_run(t, 1, NULL);
	if (!t->r.ok)
		fail_msg("%s", t->r.why);
	return t;
}

static size_t waiting_at(struct story *t, const char *node)
{
	struct groups_info i;
	struct group_info info;
	const struct groups *all = node_groups(story_machine(t, node)->node);
	assert_int_equal(groups_find(all, span_str(""), &i), OK);
	group_look(i.group, &info);
	return info.waiting;
}

/* What waits is bounded, and looked at. */
static void strangers_wait(void **state)
{
	struct story *t = run_of(INSIDE "at 11s rogue x lies stranger g 40\nat 14s nothing\n");
	assert_int_equal(waiting_at(t, "a"), 16);
	assert_false(roll_settled(t->w, &of_g));
	story_free(t);
}

/* Lies do reach honest nodes: they are refused there. */
static void lies_arrive(void **state)
{
	struct story *t = run_of(INSIDE "at 11s rogue x lies forge g 5\nat 14s nothing\n");
	struct groups_info i;
	struct group_info info;
	assert_int_equal(groups_find(node_groups(story_machine(t, "a")->node), span_str(""), &i),
			 OK);
	group_look(i.group, &info);
	assert_true(info.counts.refused >= 5);
	assert_int_equal(t->w->lies.count, 5);
	story_free(t);
}

static struct roll_grant *grant_of(struct story *t, const char *node)
{
	struct roll_group *g = roll_find(t->w, of_g.name);
	struct machine *m = story_machine(t, node);
	LIST_EACH(i, next, &g->grants)
	{
		struct roll_grant *r = LIST_ENTRY(i, struct roll_grant, at);
		if (r->site == m->site.index)
			return r;
	}
	return NULL;
}

/* The roll is held against lists and records. */
static void the_roll_notices(void **state)
{
	struct story *t =
		run_of(INSIDE "at 10s command b graph update g one for 60s\n"
			      "at 11s command b graph add g two for 60s\nat 14s nothing\n");
	assert_true(roll_lawful(t->w, &of_g) && roll_listed(t->w, &of_g));
	struct roll_grant *x = grant_of(t, "x"), *a = grant_of(t, "a"), *b = grant_of(t, "b");
	int64_t to = x->to;
	x->to = 0;
	assert_false(roll_listed(t->w, &of_g));
	assert_false(roll_lawful(t->w, &of_g));
	x->to = to;
	b->roles = CRYPTO_ROLE_MEMBER;
	assert_false(roll_listed(t->w, &of_g));
	b->roles = CRYPTO_ROLE_INVITER;
	a->roles = CRYPTO_ROLE_MEMBER; /* it published a Policy */
	assert_false(roll_lawful(t->w, &of_g));
	story_free(t);
}

/* So are links, each time that they are looked at. */
static void links_are_noticed(void **state)
{
	struct story *t = run_of(INSIDE "at 11s nothing\n");
	struct machine *a = story_machine(t, "a");
	invariant_group_look(a);
	assert_false(t->w->broken);
	grant_of(t, "b")->to = 0;
	invariant_group_look(a);
	assert_true(t->w->broken);
	story_free(t);
}

static void a_false_name_is_noticed(void **state)
{
	struct story *t = run_of(INSIDE "at 11s nothing\n");
	story_machine(t, "b")->self[0] ^= 1;
	invariant_group_look(story_machine(t, "a"));
	assert_true(t->w->broken);
	story_free(t);
}

/* A record that is a lie is one wherever it stands. */
static void a_lie_is_noticed(void **state)
{
	struct story *t = run_of(INSIDE "at 11s nothing\n");
	const struct graphs *all = node_graphs(story_machine(t, "b")->node);
	const struct graph_db *db = graph_database(graphs_find(all, roll_id(t->w, of_g.name)));
	struct span octets;
	assert_true(roll_lawful(t->w, &of_g));
	assert_int_equal(graph_db_octets(db, graph_db_after(db, NULL), &octets), OK);
	assert_null(rogue_lie_known(t->w, octets));
	rogue_note_lie(t->w, octets, ROGUE_LIE_FORGE);
	assert_string_equal(rogue_lie_known(t->w, octets), "forge");
	assert_false(roll_lawful(t->w, &of_g));
	story_free(t);
}

/* SIM-13.12: who is removed is out at all others, and in again when it is let back. */
static void a_member_is_removed(void **state)
{
	story_holds(JOINED "at 6s command a group invite c g member\n"
			   "at 7s command c group join g\n"
			   "at 8s command c group connect g 10.0.0.1\n"
			   "at 12s nothing\nexpect not out b g\nexpect purged g\n"
			   "at 13s command a group remove b g\nat 16s nothing\nexpect out b g\n"
			   "expect not out c g\nwithin 60s expect purged g\nexpect lawful g\n"
			   "within 60s expect readable g\nexpect not purged other\n"
			   "at 90s command a group return b g member\nat 95s nothing\n"
			   "expect not out b g\nexpect purged g\n");
}

static const struct graph_db *database_of(struct story *t, const char *node)
{
	const struct graphs *all = node_graphs(story_machine(t, node)->node);
	return graph_database(graphs_find(all, roll_id(t->w, of_g.name)));
}

/* SIM-13.11: what cannot be read is noticed. */
static void what_is_hidden_is_noticed(void **state)
{
	struct story *t = run_of(INSIDE "at 11s nothing\n");
	struct graph_entry *e = graph_db_after(database_of(t, "b"), NULL);
	assert_non_null(e);
	assert_true(roll_readable(t->w, &of_g));
	e->hidden = true;
	assert_false(roll_readable(t->w, &of_g));
	e->hidden = false;
	story_free(t);
}

/* SIM-13.9, SIM-13.10: b does not hear that c is removed, and so has other Removals than a. */
static void who_did_not_hear_is_noticed(void **state)
{
	struct story *t = run_of(JOINED "at 6s command a group invite c g member\n"
					"at 7s command c group join g\n"
					"at 8s command c group connect g 10.0.0.1\n"
					"at 12s nothing\nexpect purged g\nat 12500ms cut a b\n"
					"at 12500ms cut b c\n"
					"at 13s command a group remove c g\nat 20s nothing\n");
	assert_false(roll_purged(t->w, &of_g));
	story_free(t);
}

/* SIM-13.12: b does not hear that it is removed itself, which is its own matter. */
static void who_is_out_has_no_voice(void **state)
{
	struct story *t = run_of(JOINED "at 6s command a group invite c g member\n"
					"at 7s command c group join g\n"
					"at 8s command c group connect g 10.0.0.1\n"
					"at 12s cut a b\nat 12s cut b c\n"
					"at 13s command a group remove b g\nat 20s nothing\n");
	const struct roll_group *g = roll_find(t->w, of_g.name);
	assert_true(roll_purged(t->w, &of_g));
	assert_false(roll_counts(story_machine(t, "b"), g));
	assert_true(roll_counts(story_machine(t, "a"), g));
	assert_true(roll_counts(story_machine(t, "c"), g));
	story_free(t);
}

static void wrong_words(void **state)
{
	static const char *const lines[] = {
		"at 1s command a group nothing g\n",
		"at 1s command a group invite q g member\n",
		"at 1s command a group invite b g king\n",
		"at 1s command a group invite b g member soon\n",
		"at 1s command a group connect g nowhere\n",
		"at 1s command a group create\n",
		"at 1s command a group remove q g\n",
		"at 1s command a group remove b\n",
		"at 1s command a group return b g king\n",
		"at 1s command a group rotate\n",
		"at 1s rogue a shows own g\n",
		"at 1s rogue x sings own g\n",
		"at 1s rogue x shows all g\n",
		"at 1s rogue x lies never g\n",
		"at 1s rogue x lies forge g many\n",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char text[1000], buffer[512];
		struct failing_env f;
		struct text t = TEXT_OF(text), why = TEXT_OF(buffer);
		struct scenario *s = NULL;
		uint32_t line = 0;
		failing_env_init(&f, 1);
		text_str(&t, NODES);
		text_str(&t, lines[i]);
		assert_int_equal(scenario_read(&s, span_of(t.p, t.n), &f.env, &line, &why),
				 ERR_MALFORMED);
		assert_true(why.n > 0);
	}
}

/* SIM-13.9 to SIM-13.14: it is an administrator, is removed by one whom b does not reach, and
 * says each of these to b, who believes it until it hears. */
#define REMOVED                                                                                    \
	JOINED "at 6s command b group invite c g member for 20m\n"                                 \
	       "at 7s command c group join g\nat 8s command c group connect g 10.0.0.2\n"          \
	       "at 9s command a group invite x g administrator\nat 9500ms rogue x shows own g\n"   \
	       "at 10s command x graph connect g 10.0.0.1\n"                                       \
	       "at 11s command x graph connect g 10.0.0.2\nat 12s rogue x shows own g\n"           \
	       "at 13s rogue x says g 3\nat 16s cut a b\nat 16s cut a x\n"                         \
	       "at 16s cut a c\n"                                                                  \
	       "at 20s command a group remove x g\n"                                               \
	       "at 21s rogue x shows invited g\nat 22s command x graph connect g 10.0.0.2\n"

static void what_a_removed_one_says(void **state)
{
	for (int k = ROGUE_LIE_LATE; k < ROGUE_LIE_DEPOSE; k++) {
		char buffer[3000];
		struct text t = TEXT_OF(buffer);
		text_str(&t, REMOVED "at 25s rogue x lies ");
		text_str(&t, rogue_lie_text((enum rogue_lie)k));
		text_str(&t, " g 3\nat 35s heal a b\nat 35s heal a x\n"
			     "at 35s heal a c\nat 36s command b group connect g 10.0.0.1\n"
			     "at 37s command x graph connect g 10.0.0.1\nat 50s kill x\n"
			     "at 60s nothing\nwithin 3m expect purged g\n"
			     "within 2m expect readable g\nwithin 2m expect covered g\n");
		story_holds(buffer);
	}
}

/* GROUP-11.25: by no administrator, and all others stay, too. */
static void who_made_it_is_not_removed(void **state)
{
	story_holds(REMOVED "at 25s rogue x lies depose g\nat 35s heal a b\n");
	story_holds(
		JOINED
		"at 6s command b group invite c g member for 20m\n"
		"at 7s command c group join g\n"
		"at 8s command c group connect g 10.0.0.2\n"
		"at 9s command a group invite x g administrator\n"
		"at 9500ms rogue x shows own g\n"
		"at 10s command x graph connect g 10.0.0.2\n"
		"at 12s rogue x shows own g\nat 13s nothing\nexpect in a g\n"
		"expect not out a g\nat 14s rogue x lies depose g\nat 20s nothing\n"
		"expect in a g\nexpect not out a g\nexpect in b g\nexpect in c g\nexpect listed g\n"
		"within 60s expect purged g\n");
}

/* What is in nobody's interest is noticed: the conditions are no more than they say. */
static void who_was_not_removed_is_in(void **state)
{
	struct story *t = run_of(REMOVED "at 25s nothing\n");
	struct scn_condition c = { .a = story_machine(t, "x")->site.index, .name = of_g.name };
	assert_false(roll_out(t->w, &c)); /* b has not heard */
	assert_false(roll_purged(t->w, &of_g));
	c.a = story_machine(t, "c")->site.index;
	assert_true(roll_in(t->w, &c));
	assert_false(roll_out(t->w, &c));
	story_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_group),
		cmocka_unit_test(a_member_ends),
		cmocka_unit_test(roles_change),
		cmocka_unit_test(what_never_was),
		cmocka_unit_test(nobody_is_let_in),
		cmocka_unit_test(no_lie_stands),
		cmocka_unit_test(strangers_wait),
		cmocka_unit_test(lies_arrive),
		cmocka_unit_test(the_roll_notices),
		cmocka_unit_test(links_are_noticed),
		cmocka_unit_test(a_false_name_is_noticed),
		cmocka_unit_test(a_lie_is_noticed),
		cmocka_unit_test(a_member_is_removed),
		cmocka_unit_test(what_is_hidden_is_noticed),
		cmocka_unit_test(who_did_not_hear_is_noticed),
		cmocka_unit_test(who_is_out_has_no_voice),
		cmocka_unit_test(what_a_removed_one_says),
		cmocka_unit_test(who_made_it_is_not_removed),
		cmocka_unit_test(who_was_not_removed_is_in),
		cmocka_unit_test(wrong_words),
	};
	return cmocka_run_group_tests_name("sim_roll", tests, NULL, NULL);
}
