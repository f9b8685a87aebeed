/* Members removed by command: what of theirs is gathered in slices and kept, what is refused, and
 * what is left when it is interrupted. */
#include "groups_rig.h"
#include "records.h"

#include "graph/graph_int.h"
#include "group/groups_int.h"

/* Played by the linker: limits that would take a million records, or members. */
size_t __real_group_keeps_most(const struct group *g);
size_t __wrap_group_keeps_most(const struct group *g);
size_t __real_group_keeps_certs(const struct group *g, struct span who,
				const struct group_member *of, uint8_t (*out)[GROUP_KEPT_CERT],
				size_t most);
size_t __wrap_group_keeps_certs(const struct group *g, struct span who,
				const struct group_member *of, uint8_t (*out)[GROUP_KEPT_CERT],
				size_t most);

static struct {
	size_t most;  /* records that may be kept; 0: as many as may */
	size_t gives; /* certificates that every member has from who is removed; 0: as it is */
	uint32_t given;
	bool again; /* the same ones from each */
} play;

static struct rig one, two;
static struct groups_command c; /* removes Ben */
static char ben[GROUP_NAME_OCTETS + 1], cleo[GROUP_NAME_OCTETS + 1];
static uint8_t octets[GRAPH_RECORD_FIXED + 4096];
static struct record made;
static int64_t born; /* when Ben came, wall us */

size_t __wrap_group_keeps_most(const struct group *g)
{
	return play.most ? play.most : __real_group_keeps_most(g);
}

size_t __wrap_group_keeps_certs(const struct group *g, struct span who,
				const struct group_member *of, uint8_t (*out)[GROUP_KEPT_CERT],
				size_t most)
{
	if (!play.gives)
		return __real_group_keeps_certs(g, who, of, out, most);
	assert_true(play.gives <= most);
	if (play.again)
		play.given = 0;
	for (size_t i = 0; i < play.gives; i++) {
		struct wr w = wr_of(out[i], 4);
		memset(out[i], 0, GROUP_KEPT_CERT);
		wr_u32(&w, 0u - ++play.given); /* from the last on, to be put in order */
	}
	return play.gives;
}

/* ---- Anna's group, in which Ben is, on another machine ---- */

static struct groups_entry *entry(void)
{
	return LIST_ENTRY(one.s->entries.next, struct groups_entry, all);
}

static const struct group_member *member(const char *name)
{
	return group_members_find(group_members(entry()->group), span_str(name));
}

static bool is_in(const char *name)
{
	return member(name) && !member(name)->removed;
}

static struct graph *graph(void)
{
	const struct graph *g =
		graphs_instance(one.graphs, span_str(entry()->id), span_of(NULL, 0));
	assert_non_null(g);
	return (struct graph *)(uintptr_t)g;
}

/* The name of identity `label` in `out`. */
static struct span card_of(struct rig *r, const char *label, char *out)
{
	struct groups_identity i;
	assert_int_equal(groups_find_identity(r->s, rig_word(label), &i), OK);
	groups_words(out, GROUP_NAME_OCTETS + 1, span_str(i.name));
	return rig_card(r, label);
}

static int begin(void **state)
{
	memset(&play, 0, sizeof play);
	rig_init(&one);
	rig_init(&two);
	(void)rig_person(&one, "Anna");
	(void)rig_group(&one, "Home");
	two.f.state = 77;
	(void)rig_person(&two, "Ben");
	rig_pass(&one, MONO_SEC);
	const struct groups_command grant = { .kind = GROUPS_GRANT,
					      .document = card_of(&two, "Ben", ben),
					      .role = GROUP_ROLE_INVITER,
					      .publish = true };
	rig_expect(&one, &grant, OK, "");
	(void)rig_join(&two, rig_document(&one));
	rig_pass(&one, MONO_SEC);
	rig_commit(&one);
	assert_true(is_in(ben));
	born = RIG_WALL + one.now.us;
	c = (struct groups_command){ .kind = GROUPS_REMOVE, .who = span_str(ben) };
	return 0;
}

static int end(void **state)
{
	rig_fini(&one);
	rig_fini(&two);
	return 0;
}

/* Ben lets Cleo in, and Anna's machine hears of it. */
static void cleo_comes(void)
{
	struct group_paper paper;
	char words[200];
	struct text why = TEXT_OF(words);
	(void)rig_person(&two, "Cleo");
	struct span card = card_of(&two, "Cleo", cleo);
	struct span document = rig_invite(&two, "", card, GROUP_ROLE_MEMBER, 0);
	assert_int_equal(group_paper_read(&paper, document, &one.f.env, &why), OK);
	assert_int_equal(group_publish_for(entry()->group, paper.octets, one.now), OK);
	group_paper_free(&paper, &one.f.env);
	rig_drain(&one);
	assert_true(is_in(cleo));
}

static struct graph_guid id_of(uint32_t number)
{
	struct graph_guid random = { { 0 } }, id;
	uint8_t name[2 * GROUP_NAME_OCTETS], fold[8];
	size_t n;
	struct wr w = wr_of(random.at, 4);
	wr_u32(&w, number);
	assert_int_equal(graph_utf16(span_str(ben), GRAPH_ID_UNITS, name, &n), OK);
	graph_creator_fold(one.crypto, CRYPTO_MODERN, span_of(name, n), fold);
	graph_record_id_make(fold, &random, &id);
	return id;
}

/* Version `version` of a record of Ben's. */
static struct span record_of(uint32_t number, uint32_t version)
{
	const struct groups_person *p = LIST_ENTRY(two.s->persons.next, struct groups_person, all);
	const struct group_credential *k =
		LIST_ENTRY(member(ben)->credentials.next, struct group_credential, all);
	struct wr w = wr_of(octets, sizeof octets);
	size_t n;
	record_init(&made, span_str(entry()->id), span_str(ben));
	made.r.id = id_of(number);
	made.r.created = made.r.modified = record_time(born);
	made.r.modified += (version - 1) * RECORD_SECOND;
	made.r.expires = made.r.created + 3600 * RECORD_SECOND;
	if (version > 1)
		record_modifier(&made, span_str(ben));
	made.r.version = version;
	assert_int_equal(group_sign(two.crypto, &two.f.env, group_profile(CRYPTO_MODERN), true,
				    p->key, &made.r, k->serial, k->serial, made.security, &n),
			 OK);
	made.r.security = span_of(made.security, n);
	graph_record_put(&w, &made.r);
	assert_false(w.failed);
	return wr_span(&w);
}

static uint32_t version_of(uint32_t number)
{
	struct graph_guid id = id_of(number);
	const struct graph_entry *e = graph_db_find(graph()->db, &id);
	return e ? e->version : 0;
}

/* As if a neighbor had sent it. */
static void comes(uint32_t number, uint32_t version)
{
	struct graph_take t = { .octets = record_of(number, version) };
	assert_int_equal(graph_take(graph(), &t, one.now), GRAPH_TAKEN_NEW);
}

static void come(uint32_t from, uint32_t n)
{
	for (uint32_t i = from; i < from + n; i++)
		comes(i, 1);
	rig_pass(&one, MONO_SEC);
}

static size_t there(uint32_t n)
{
	size_t found = 0;
	for (uint32_t i = 0; i < n; i++)
		found += version_of(i) > 0;
	return found;
}

static void assert_kept(size_t records, size_t certs)
{
	char want[100];
	struct text t = TEXT_OF(want);
	text_str(&t, "kept are ");
	text_u64(&t, records);
	text_str(&t, " of its records and ");
	text_u64(&t, certs);
	text_str(&t, " memberships that it gave");
	assert_string_equal(one.answer.text, want);
	assert_string_equal(one.answer.made, ben);
}

/* ---- removed ---- */

/* GROUP-11.15: what stands of it stays, and who it let in; all of it is there over a restart. */
static void what_is_here_is_kept(void **state)
{
	come(0, 3);
	cleo_comes();
	rig_commit(&one);
	uint64_t before = store_mem_newest(one.mem);
	c.text = rig_word("moved out");
	c.who = rig_word("Ben");
	rig_expect(&one, &c, OK, "");
	assert_kept(3, 1);
	assert_true(one.answer.after > before); /* D8 */
	rig_pass(&one, MONO_SEC);
	assert_true(!is_in(ben) && is_in(cleo));
	assert_true(rig_told(&one, "member removed"));
	assert_int_equal(there(3), 3);
	rig_restart(&one);
	rig_pass(&one, MONO_SEC);
	assert_true(!is_in(ben) && is_in(cleo));
	assert_int_equal(there(3), 3);
	/* What comes later is not kept. */
	struct graph_take t = { .octets = record_of(9, 1) };
	assert_int_equal(graph_take(graph(), &t, one.now), GRAPH_TAKEN_INVALID);
}

/* Nothing, when that is asked for. */
static void what_is_dropped_goes(void **state)
{
	come(0, 3);
	cleo_comes();
	c.drop_records = true;
	c.drop_invited = true;
	rig_expect(&one, &c, OK, "");
	assert_kept(0, 0);
	rig_pass(&one, MONO_SEC);
	assert_false(is_in(ben) || is_in(cleo));
	assert_int_equal(there(3), 0);
}

static void what_would_be_kept_is_said(void **state)
{
	come(0, 2);
	cleo_comes();
	rig_commit(&one);
	uint64_t before = store_mem_newest(one.mem);
	c.dry_run = true;
	rig_expect(&one, &c, OK, "");
	assert_kept(2, 1);
	rig_pass(&one, MONO_SEC);
	assert_int_equal(store_mem_newest(one.mem), before);
	assert_true(is_in(ben) && is_in(cleo));
}

/* ---- in slices ---- */

static void ask(void)
{
	memset(&one.answer, 0, sizeof one.answer);
	one.expected = ++one.calls;
	assert_int_equal(groups_command(one.s, &c, one.expected, one.now), OK);
}

/* One turn of the groups alone. */
static void turn(void)
{
	assert_true(groups_removing_any(one.s));
	assert_true(mono_reached(groups_deadline(one.s), one.now));
	groups_tick(one.s, one.now);
}

/* GROUP-11.34: 64 records a turn; what changes meanwhile is kept as it is in the end, once. */
static void many_are_gathered_in_slices(void **state)
{
	size_t turns = 0;
	come(0, 200);
	ask();
	turn();
	for (uint32_t i = 0; i < 5; i++)
		comes(i, 2);
	comes(200, 1);
	for (; groups_removing_any(one.s); turns++)
		turn();
	assert_true(turns >= 3 && turns <= 6);
	rig_drain(&one);
	assert_true(one.answer.given);
	assert_int_equal(one.answer.err, OK);
	assert_kept(201, 0);
	rig_pass(&one, MONO_SEC);
	assert_false(is_in(ben));
	assert_int_equal(there(201), 201);
	for (uint32_t i = 0; i < 201; i++)
		assert_int_equal(version_of(i), i < 5 ? 2 : 1);
}

/* GROUP-11.15: two Removals of one key keep what both keep; the second is refused. */
static void two_at_a_time_are_one(void **state)
{
	come(0, 70);
	ask();
	uint64_t first = one.calls;
	ask();
	one.expected = first;
	while (groups_removing_any(one.s))
		turn();
	rig_drain(&one);
	assert_true(one.answer.given);
	assert_int_equal(one.answer.err, OK);
	rig_expect(&one, &c, ERR_EXISTS, "removed already, with the group's key");
	rig_pass(&one, MONO_SEC);
	assert_false(is_in(ben));
	assert_int_equal(there(70), 70);
}

/* ---- refused ---- */

static void what_is_refused(void **state)
{
	char many[4 * GROUP_REMOVAL_REASON];
	memset(many, 'a', sizeof many);
	c.text = span_of(many, GROUP_REMOVAL_REASON + 1);
	rig_expect(&one, &c, ERR_RANGE, "a reason is one line of at most 255 characters");
	c.text = rig_word("one\nline");
	rig_expect(&one, &c, ERR_MALFORMED, "a reason is one line");
	c.text = rig_word("\xff");
	rig_expect(&one, &c, ERR_MALFORMED, "a reason is one line");
	c.text = rig_word("");
	c.who = rig_word("Zoe");
	rig_expect(&one, &c, ERR_NOT_FOUND, "no such member");
	c.who = rig_word("Anna");
	rig_expect(&one, &c, ERR_DENIED, "nobody removes itself");
	c.group = rig_word("Loft");
	rig_expect(&one, &c, ERR_NOT_FOUND, "");
	c.group = rig_word("Home");
	c.who = rig_word("Ben");
	rig_expect(&two, &c, ERR_DENIED, "only an administrator");
	(void)rig_person(&two, "Ben");
	char second[GROUP_NAME_OCTETS + 1];
	struct groups_identity i;
	size_t at = 0;
	while (groups_identity_next(two.s, &at, &i))
		if (strcmp(i.name, ben) != 0)
			groups_words(second, sizeof second, span_str(i.name));
	const struct groups_command grant = { .kind = GROUPS_GRANT,
					      .document = rig_card(&two, second),
					      .role = GROUP_ROLE_MEMBER,
					      .publish = true };
	rig_expect(&one, &grant, OK, "");
	rig_pass(&one, MONO_SEC);
	rig_expect(&one, &c, ERR_CONFLICT, "several members are called so");
	assert_true(is_in(ben) && is_in(second));
	c.who = span_of(ben, 8);
	rig_expect(&one, &c, OK, "");
	assert_true(!is_in(ben) && is_in(second));
	c.who = span_str(ben);
	rig_expect(&one, &c, ERR_EXISTS, "removed already, with the group's key");
	const struct groups_command shut = { .kind = GROUPS_CLOSE };
	rig_expect(&one, &shut, OK, "");
	rig_expect(&one, &c, ERR_STATE, "the group is not open");
}

/* GROUP-11.34: known before it is all gathered, and what helps is said. */
static void more_than_can_be_listed(void **state)
{
	come(0, 70);
	play.most = 10;
	ask();
	turn();
	assert_false(groups_removing_any(one.s));
	rig_drain(&one);
	assert_int_equal(one.answer.err, ERR_RANGE);
	assert_non_null(strstr(one.answer.text, "--drop-records"));
	c.drop_records = true;
	c.dry_run = true;
	rig_expect(&one, &c, OK, "");
	assert_kept(0, 0);
	play.most = 70;
	c.drop_records = false;
	rig_expect(&one, &c, OK, "");
	assert_kept(70, 0);
	assert_true(is_in(ben));
}

/* Of certificates many are seen again below everybody who came by them: these count once. */
static void many_certificates(void **state)
{
	play.gives = CRYPTO_CHAIN_CERTS;
	c.dry_run = true;
	rig_expect(&one, &c, OK, "");
	assert_kept(0, play.given);
	play.again = true;
	rig_expect(&one, &c, OK, "");
	assert_kept(0, CRYPTO_CHAIN_CERTS);
	c.drop_invited = true;
	rig_expect(&one, &c, OK, "");
	assert_kept(0, 0);
}

/* ---- interrupted ---- */

static void assert_ended(enum err e)
{
	rig_drain(&one);
	rig_pass(&one, MONO_SEC);
	assert_true(one.answer.given);
	assert_int_equal(one.answer.err, e);
	assert_false(groups_removing_any(one.s));
}

/* Whoever hangs up has removed nobody. */
static void one_that_is_cancelled(void **state)
{
	come(0, 100);
	ask();
	turn();
	const struct groups_command cancel = { .kind = GROUPS_CANCEL, .other = one.calls };
	assert_int_equal(groups_command(one.s, &cancel, 1000, one.now), OK);
	assert_ended(ERR_CANCELLED);
	assert_true(is_in(ben));
	rig_expect(&one, &c, OK, "");
}

static void one_whose_group_is_closed(void **state)
{
	const struct groups_command shut = { .kind = GROUPS_CLOSE }, open = { .kind = GROUPS_OPEN };
	come(0, 100);
	ask();
	turn();
	assert_int_equal(groups_command(one.s, &shut, 1000, one.now), OK);
	assert_ended(ERR_CLOSED);
	rig_expect(&one, &open, OK, "");
	rig_pass(&one, MONO_SEC);
	assert_true(is_in(ben));
	rig_expect(&one, &c, OK, "");
	assert_kept(100, 0);
}

static void one_whose_group_is_left(void **state)
{
	const struct groups_command leave = { .kind = GROUPS_LEAVE };
	come(0, 100);
	ask();
	turn();
	assert_int_equal(groups_command(one.s, &leave, 1000, one.now), OK);
	assert_ended(ERR_CLOSED);
	assert_int_equal(rig_groups(&one), 0);
}

static void one_when_all_ends(void **state)
{
	come(0, 100);
	ask();
	turn();
	groups_stop(one.s, one.now);
	rig_drain(&one);
	assert_true(one.answer.given);
	assert_true(one.answer.err != OK);
	assert_false(groups_removing_any(one.s));
	/* And with what it has gathered all goes. */
	rig_restart(&one);
	rig_pass(&one, MONO_SEC);
	assert_true(is_in(ben));
	ask();
	turn();
	rig_stop(&one);
	assert_int_equal(rig_start(&one), OK);
}

/* ---- what fails ---- */

static void without_memory(void **state)
{
	size_t failures = 0;
	come(0, 70);
	cleo_comes();
	for (size_t n = 1;; n++) {
		failing_env_fail_at(&one.f, n);
		const struct rig_answer *a = rig_do(&one, &c);
		one.f.fail_at = 0;
		bool failed = one.f.failed;
		enum err e = a->given ? a->err : ERR_NOMEM;
		assert_true(e == OK || e == ERR_NOMEM);
		assert_false(groups_removing_any(one.s));
		rig_pass(&one, MONO_MIN); /* what was not learned is read once more */
		if (e == OK)
			break;
		assert_true(failed && is_in(ben) && is_in(cleo));
		failures++;
	}
	assert_true(failures > 5);
	assert_kept(70, 1);
	assert_true(!is_in(ben) && is_in(cleo));
	assert_int_equal(there(70), 70);
}

/* GROUP-11.40: a Removal that is stored stays, whatever fails when it is read. */
static void read_without_memory(void **state)
{
	size_t failures = 0;
	rig_expect(&one, &c, OK, "");
	rig_pass(&one, 2 * MONO_MIN);
	for (size_t n = 1;; n += 1 + n / 20) {
		rig_stop(&one);
		rig_commit(&one);
		assert_int_equal(rig_start(&one), OK);
		failing_env_fail_at(&one.f, n);
		rig_drain(&one);
		one.f.fail_at = 0;
		rig_pass(&one, MONO_MIN);
		assert_false(is_in(ben));
		if (!one.f.failed)
			break;
		failures++;
	}
	assert_true(failures > 5);
}

static void online(bool is)
{
	struct graph_event e = { .kind = GRAPH_EVENT_NEIGHBOR,
				 .graph = graph()->birth.number,
				 .status = is ? GRAPH_LINK_CONNECTED : GRAPH_LINK_ENDED };
	struct text peer = TEXT_OF(e.peer);
	text_str(&peer, ben);
	one.told_after = 0;
	groups_graph_event(one.s, &e, one.now);
	rig_drain(&one);
}

/* GROUP-10.13, D8: for what came of others, too, and not for what is lost. */
static void what_is_told_waits(void **state)
{
	rig_pass(&one, 2 * MONO_MIN);
	rig_commit(&one);
	uint64_t before = store_mem_newest(one.mem);
	comes(0, 1);
	assert_true(store_mem_newest(one.mem) > before);
	online(true);
	assert_true(rig_told(&one, "member online"));
	uint64_t lost = store_mem_newest(one.mem);
	assert_int_equal(one.told_after, lost);
	rig_fail_store(&one);
	online(false);
	assert_true(rig_told(&one, "member offline"));
	assert_true(one.told_after <= before || one.told_after > lost);
	rig_pass(&one, 2 * MONO_MIN);
	rig_commit(&one);
	one.told_after = 0;
	rig_expect(&one, &c, OK, "");
	assert_true(rig_told(&one, "member removed"));
	assert_true(one.told_after >= one.answer.after);
}

/* GROUP-11.35, D8 */
static void without_a_store(void **state)
{
	come(0, 2);
	rig_commit(&one);
	store_mem_break(one.mem, ERR_FULL);
	rig_expect(&one, &c, ERR_FULL, "");
	store_mem_break(one.mem, OK);
	rig_pass(&one, MONO_SEC);
	assert_true(is_in(ben));
	rig_commit(&one);
	rig_expect(&one, &c, OK, "");
	assert_false(is_in(ben));
	rig_fail_store(&one);
	assert_true(is_in(ben));
	assert_true(rig_told(&one, "member returned"));
	rig_pass(&one, 2 * MONO_MIN);
	assert_true(is_in(ben));
	assert_int_equal(there(2), 2);
	/* One that was on disk before stays. */
	rig_expect(&one, &c, OK, "");
	assert_kept(2, 0);
	rig_commit(&one);
	const struct groups_command set = { .kind = GROUPS_SET,
					    .set = GROUPS_SET_TEXT,
					    .text = rig_word("Den") };
	rig_expect(&one, &set, OK, "");
	text_clear(&one.told);
	rig_fail_store(&one);
	rig_pass(&one, MONO_SEC);
	assert_false(is_in(ben) || rig_told(&one, "member returned"));
	assert_int_equal(there(2), 2);
}

#define REMOVE_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REMOVE_TEST(what_is_here_is_kept),
		REMOVE_TEST(what_is_dropped_goes),
		REMOVE_TEST(what_would_be_kept_is_said),
		REMOVE_TEST(many_are_gathered_in_slices),
		REMOVE_TEST(two_at_a_time_are_one),
		REMOVE_TEST(what_is_refused),
		REMOVE_TEST(more_than_can_be_listed),
		REMOVE_TEST(many_certificates),
		REMOVE_TEST(one_that_is_cancelled),
		REMOVE_TEST(one_whose_group_is_closed),
		REMOVE_TEST(one_whose_group_is_left),
		REMOVE_TEST(one_when_all_ends),
		REMOVE_TEST(without_memory),
		REMOVE_TEST(without_a_store),
		REMOVE_TEST(read_without_memory),
		REMOVE_TEST(what_is_told_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
