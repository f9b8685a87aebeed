/* Groups joined by a secret, as far as it goes without another machine: what is typed, found,
 * called, and told when nobody lets in. */
#include "group/code.h"
#include "group/groups_join_int.h"
#include "groups_rig.h"

#define G1	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.home"
#define G1_NAME "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.participant"

static struct rig rig, *r = &rig;
static char code[GROUP_CODE_SIZE], link[GROUP_LINK_SIZE];

static void begin(void)
{
	struct group_code c;
	struct text t = TEXT_OF(code);
	rig_init(r);
	(void)rig_person(r, "Nina");
	group_code_make(&c, &r->f.env);
	group_code_text(&t, &c);
}

static void end(void)
{
	rig_fini(r);
}

static struct addr at(uint8_t host)
{
	return (struct addr){ .family = ADDR_IPV4, .ip = { 192, 0, 2, host }, .port = 3587 };
}

static struct groups_command join_of(const char *typed)
{
	return (struct groups_command){ .kind = GROUPS_JOIN, .code = span_str(typed) };
}

static void make_link(const char *secret, size_t n)
{
	struct group_link l = { .invitation = secret[0], .n_address = n };
	struct text t = TEXT_OF(link);
	strcpy(l.group, G1);
	strcpy(l.friendly, "The Smiths");
	strcpy(l.secret, secret);
	for (size_t i = 0; i < n; i++)
		l.address[i] = at((uint8_t)(i + 1));
	assert_int_equal(group_link_text(&t, &l), OK);
}

static size_t graphs_count(void)
{
	struct graphs_info i;
	size_t n = 0;
	while (graphs_next(r->graphs, &n, &i))
		;
	return n;
}

static void assert_gone(void)
{
	assert_int_equal(rig_groups(r), 0);
	assert_int_equal(graphs_count(), 0);
}

static void resolved(enum err err)
{
	const struct groups_resolution e = { err, false, 1, 1, false };
	uint64_t number = r->resolving;
	r->resolving = 0;
	groups_resolved(r->s, number, &e, r->now);
	rig_drain(r);
}

static void assert_answer(enum err err, const char *words)
{
	assert_true(r->answer.given);
	if (r->answer.err != err || !strstr(r->answer.text, words))
		fail_msg("%s, \"%s\"", err_name(r->answer.err), r->answer.text);
}

/* Where nobody answered the group's name is looked for, and nobody is there. */
static void expect_nobody(const struct groups_command *c, enum err err, const char *words)
{
	(void)rig_do(r, c);
	assert_false(r->answer.given);
	assert_non_null(strstr(r->names, "resolve " G1_NAME));
	resolved(ERR_NOT_FOUND);
	assert_answer(err, words);
}

/* GROUP-10.12 */
static void whoever_is_new_is_made_once_the_code_is_one(void **state)
{
	const struct addr typed = at(9);
	struct groups_identity id;
	size_t from = 0;
	rig_init(r);
	make_link("stone-lemon-tiger", 1);
	struct groups_command c = join_of("one two three");
	c.label = span_str("Nina on laptop");
	c.address = &typed;
	c.n_address = 1;
	rig_expect(r, &c, ERR_MALFORMED, "");
	c.code = span_str("homestead:join/!");
	rig_expect(r, &c, ERR_MALFORMED, "");
	c.code = span_str(G1);
	rig_expect(r, &c, ERR_RANGE, "password is needed");
	c.code = span_str(link);
	c.identity = span_str("Nina");
	rig_expect(r, &c, ERR_NOT_FOUND, "no such identity");
	c.identity = span_str("");
	c.dry_run = true;
	rig_expect(r, &c, OK, "");
	assert_false(groups_identity_next(r->s, &from, &id));
	c.dry_run = false;
	rig_expect(r, &c, ERR_REFUSED, "192.0.2.9");
	c.label = span_str("Nina once more");
	c.dry_run = true;
	rig_expect(r, &c, OK, "");
	assert_true(groups_identity_next(r->s, &from, &id));
	assert_string_equal(id.label, "Nina on laptop");
	assert_true(id.is_default && id.usable);
	assert_false(groups_identity_next(r->s, &from, &id));
	end();
}

/* GROUP-13.30: whatever could not be asked for want of memory. */
static void without_memory_no_graph_stays(void **state)
{
	const struct addr typed = at(9);
	bool failed = true;
	begin();
	make_link("stone-lemon-tiger", 0);
	struct groups_command c = join_of(link);
	c.address = &typed;
	c.n_address = 1;
	for (size_t n = 1; failed; n++) {
		failing_env_fail_at(&r->f, n);
		(void)rig_do(r, &c);
		r->f.fail_at = 0;
		failed = r->f.failed;
		assert_true(r->answer.given && r->answer.err != OK);
		rig_pass(r, 2 * MONO_SEC);
		assert_gone();
		assert_false(groups_busy(r->s));
	}
	assert_answer(ERR_REFUSED, "192.0.2.9");
	end();
}

/* GROUP-13.14, GROUP-13.15 */
static void all_addresses_are_called(void **state)
{
	begin();
	make_link("stone-lemon-tiger", 3);
	const struct groups_command c = join_of(link);
	expect_nobody(&c, ERR_REFUSED, "192.0.2.3:3587: connection refused");
	assert_int_equal(r->n_dialled, 3);
	for (uint8_t i = 0; i < 3; i++) {
		struct addr want = at((uint8_t)(i + 1));
		assert_true(addr_eq(&r->dialled[i], &want));
	}
	assert_gone();
	end();
}

static void typed_addresses_go_before(void **state)
{
	struct addr typed[] = { at(9), at(9) };
	begin();
	make_link("stone-lemon-tiger", 3);
	struct groups_command c = join_of(link);
	c.address = typed;
	c.n_address = 2;
	rig_expect(r, &c, ERR_REFUSED, "192.0.2.9:3587");
	assert_int_equal(r->n_dialled, 1);
	assert_gone();
	end();
}

static void member_at(uint8_t host)
{
	struct addr a = at(host);
	const struct groups_hit h = { .at = &a, .n_at = 1 };
	groups_found(r->s, r->resolving, &h, r->now);
	rig_drain(r);
}

/* GROUP-13.19 */
static void the_name_leads_to_others(void **state)
{
	struct addr want = at(7);
	begin();
	make_link("stone-lemon-tiger", 2);
	const struct groups_command c = join_of(link);
	(void)rig_do(r, &c);
	assert_int_equal(r->n_dialled, 2);
	member_at(2);
	member_at(7);
	resolved(OK);
	assert_answer(ERR_REFUSED, "192.0.2.7:3587");
	assert_int_equal(r->n_dialled, 3);
	assert_true(addr_eq(&r->dialled[2], &want));
	assert_int_equal(r->resolving, 0); /* once */
	assert_gone();
	end();
}

static void a_link_may_say_no_address(void **state)
{
	begin();
	make_link("stone-lemon-tiger", 0);
	const struct groups_command c = join_of(link);
	(void)rig_do(r, &c);
	assert_int_equal(r->n_dialled, 0);
	member_at(7);
	resolved(OK);
	assert_answer(ERR_REFUSED, "192.0.2.7:3587");
	assert_int_equal(r->n_dialled, 1);
	assert_gone();
	end();
}

static void what_is_typed_must_make_sense(void **state)
{
	begin();
	make_link("", 1);
	struct groups_command c = join_of(link);
	rig_expect(r, &c, ERR_RANGE, "password is needed");
	c.passphrase = span_str("open sesame");
	expect_nobody(&c, ERR_REFUSED, "192.0.2.1");
	c = join_of(G1);
	rig_expect(r, &c, ERR_RANGE, "password is needed");
	c.passphrase = span_str("open sesame");
	expect_nobody(&c, ERR_NOT_FOUND, "no member's address is known: nobody publishes");
	c = join_of("one two three");
	rig_expect(r, &c, ERR_MALFORMED, "");
	c = join_of("homestead:join/!");
	rig_expect(r, &c, ERR_MALFORMED, "");
	c = join_of(link);
	c.identity = span_str("Nobody");
	rig_expect(r, &c, ERR_NOT_FOUND, "no such identity");
	assert_gone();
	end();
}

/* GROUP-13.26 */
static void a_password_is_not_left_away(void **state)
{
	for (int known = 0; known < 2; known++) {
		begin();
		if (!known) {
			rig_fini(r);
			rig_init(r); /* nobody is made for it */
		}
		make_link("stone-lemon-tiger", 1);
		struct groups_command c = join_of("Home");
		rig_expect(r, &c, ERR_MALFORMED, "is no word of a code");
		c.passphrase = span_str("open sesame");
		rig_expect(r, &c, ERR_RANGE, GROUPS_FRIENDLY);
		c.code = span_str(code);
		rig_expect(r, &c, ERR_RANGE, GROUPS_OWN_SECRET);
		c.code = span_str(link);
		rig_expect(r, &c, ERR_RANGE, GROUPS_OWN_SECRET);
		assert_int_equal(r->n_dialled, 0);
		assert_gone();
		end();
	}
}

static void a_dry_run_calls_nobody(void **state)
{
	begin();
	make_link("stone-lemon-tiger", 3);
	struct groups_command c = join_of(link);
	c.dry_run = true;
	assert_int_equal(rig_do(r, &c)->err, OK);
	c.code = span_str(code);
	assert_int_equal(rig_do(r, &c)->err, OK);
	assert_int_equal(r->n_dialled, 0);
	assert_gone();
	end();
}

/* Whoever was called last says so, and hangs up. */
static void says(enum group_session_fault fault, enum group_door_answer said)
{
	struct groups_joining *j = LIST_ENTRY(r->s->joinings.next, struct groups_joining, all);
	const struct group_knock *k = group_joiner_knock(j->joiner);
	k->refused(k->ctx, said, 0);
	k->failed(k->ctx, fault, GROUP_CHAIN_NONE, 0);
	graphs_down(r->graphs, r->links[r->n_dialled - 1], ERR_DENIED, r->now);
	rig_drain(r);
	rig_pass(r, 6 * MONO_SEC);
}

/* GROUP-13.25: who may let in has answered too late, once. */
static void plain_members_are_not_all(void **state)
{
	begin();
	struct groups_command c = join_of(G1);
	c.passphrase = span_str("open sesame");
	r->dials = OK;
	(void)rig_do(r, &c);
	member_at(1);
	rig_pass(r, MONO_SEC);
	assert_int_equal(r->n_dialled, 1);
	says(GROUP_FAULT_MAY_NOT_ADMIT, GROUP_DOOR_NOT_OURS);
	assert_false(r->answer.given);
	assert_int_equal(r->most, 32);
	/* Who was called already is no reason to wait no longer; another is. */
	member_at(1);
	rig_pass(r, 5 * MONO_SEC);
	assert_int_equal(r->n_dialled, 1);
	member_at(2);
	rig_pass(r, MONO_SEC);
	assert_int_equal(r->n_dialled, 2);
	says(GROUP_FAULT_MAY_NOT_ADMIT, GROUP_DOOR_NOT_OURS);
	assert_answer(ERR_DENIED, "192.0.2.1:3587: that member may let nobody in");
	assert_gone();
	end();
}

/* What else is told is enough. */
static void who_may_let_in_is_believed(void **state)
{
	begin();
	struct groups_command c = join_of(G1);
	c.passphrase = span_str("open sesame");
	r->dials = OK;
	(void)rig_do(r, &c);
	member_at(1);
	rig_pass(r, MONO_SEC);
	says(GROUP_FAULT_NO_SECRET, GROUP_DOOR_NO_SUCH);
	assert_true(r->answer.given && r->answer.err == ERR_DENIED);
	assert_gone();
	end();
}

/* ---- meanwhile ---- */

/* The link stays open, nobody speaks. */
static void held(struct groups_command *c)
{
	r->dials = OK;
	make_link("stone-lemon-tiger", 2);
	*c = join_of(link);
	(void)rig_do(r, c);
	assert_false(r->answer.given);
	assert_int_equal(r->n_dialled, 1);
}

static void one_joining_at_a_time(void **state)
{
	struct groups_command c;
	begin();
	held(&c);
	rig_expect(r, &c, ERR_IN_USE, "being joined already");
	c = (struct groups_command){ .kind = GROUPS_ID_DELETE, .identity = span_str("Nina") };
	rig_expect(r, &c, ERR_IN_USE, "");
	assert_int_equal(rig_groups(r), 0);
	end();
}

static void it_can_be_cancelled(void **state)
{
	struct groups_command c;
	begin();
	held(&c);
	uint64_t number = r->expected;
	c = (struct groups_command){ .kind = GROUPS_CANCEL, .other = number };
	(void)rig_do(r, &c);
	rig_pass(r, MONO_MIN);
	assert_gone();
	assert_int_equal(r->n_dialled, 1);
	end();
}

static void so_can_the_search(void **state)
{
	struct groups_command c;
	begin();
	make_link("stone-lemon-tiger", 1);
	c = join_of(link);
	(void)rig_do(r, &c);
	assert_true(r->resolving != 0);
	c = (struct groups_command){ .kind = GROUPS_CANCEL, .other = r->expected };
	(void)rig_do(r, &c);
	rig_pass(r, MONO_MIN);
	assert_gone();
	assert_int_equal(r->n_dialled, 1);
	end();
}

/* A member that says nothing is left after a time, and the next is called. */
static void silence_ends(void **state)
{
	struct groups_command c;
	begin();
	held(&c);
	rig_pass(r, 20 * MONO_MIN);
	resolved(ERR_NOT_FOUND);
	assert_true(r->answer.given);
	assert_int_equal(r->n_dialled, 2);
	assert_gone();
	end();
}

static void it_may_stop_in_the_middle(void **state)
{
	struct groups_command c;
	begin();
	held(&c);
	rig_restart(r);
	assert_int_equal(rig_groups(r), 0);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_is_new_is_made_once_the_code_is_one),
		cmocka_unit_test(all_addresses_are_called),
		cmocka_unit_test(without_memory_no_graph_stays),
		cmocka_unit_test(typed_addresses_go_before),
		cmocka_unit_test(the_name_leads_to_others),
		cmocka_unit_test(a_link_may_say_no_address),
		cmocka_unit_test(what_is_typed_must_make_sense),
		cmocka_unit_test(plain_members_are_not_all),
		cmocka_unit_test(who_may_let_in_is_believed),
		cmocka_unit_test(a_password_is_not_left_away),
		cmocka_unit_test(a_dry_run_calls_nobody),
		cmocka_unit_test(one_joining_at_a_time),
		cmocka_unit_test(it_can_be_cancelled),
		cmocka_unit_test(so_can_the_search),
		cmocka_unit_test(silence_ends),
		cmocka_unit_test(it_may_stop_in_the_middle),
	};
	return cmocka_run_group_tests_name("groups join", tests, NULL, NULL);
}
