/* Groups that are here, joined again by a secret (GROUP-13.21), as far as it goes without another
 * machine: who may, who is called, and that nothing of what is here is lost. */
#include "group/code.h"
#include "groups_rig.h"

#include "group/group_int.h"
#include "group/groups_int.h"
#include "wire/wr.h"

static struct rig rig, *r = &rig;
static char link[GROUP_LINK_SIZE];
static struct groups_command join;

static struct groups_entry *entry(void)
{
	return LIST_ENTRY(r->s->entries.next, struct groups_entry, all);
}

static void is_removed(bool is)
{
	entry()->group->removed = is;
	groups_seek_mind(r->s, entry());
	rig_drain(r);
	r->n_dialled = 0;
}

static int begin(void **state)
{
	struct group_link l = { .invitation = true, .n_address = 2 };
	struct text t = TEXT_OF(link);
	rig_init(r);
	(void)rig_person(r, "Nina");
	strcpy(l.group, rig_group(r, "Smith"));
	strcpy(l.friendly, "Smith");
	strcpy(l.secret, "stone-lemon-tiger");
	for (size_t i = 0; i < 2; i++)
		l.address[i] = (struct addr){ .family = ADDR_IPV4,
					      .ip = { 192, 0, 2, (uint8_t)(i + 2) },
					      .port = 3587 };
	assert_int_equal(group_link_text(&t, &l), OK);
	join = (struct groups_command){ .kind = GROUPS_JOIN, .code = span_str(link) };
	rig_drain(r);
	return 0;
}

static int end(void **state)
{
	rig_fini(r);
	return 0;
}

/* It is as it was before. */
static void assert_same(bool quiet)
{
	assert_int_equal(rig_groups(r), 1);
	assert_non_null(graphs_instance(r->graphs, span_str(entry()->id), span_of(NULL, 0)));
	assert_null(entry()->group->home.knock);
	assert_false(entry()->knocks);
	assert_int_equal(entry()->quiet, quiet);
	assert_true(list_empty(&r->s->joinings));
}

static void a_good_membership_stays(void **state)
{
	rig_expect(r, &join, ERR_EXISTS, "its membership is good");
	assert_int_equal(r->n_dialled, 0);
	assert_same(false);
}

/* Nobody is found by name, either. */
static void nobody_is_found(void)
{
	const struct groups_resolution none = { ERR_NOT_FOUND, false, 1, 1 };
	assert_false(r->answer.given);
	groups_resolved(r->s, r->resolving, &none, r->now);
	r->resolving = 0;
	rig_drain(r);
}

static void expect_nobody(void)
{
	(void)rig_do(r, &join);
	nobody_is_found();
	assert_true(r->answer.given);
	assert_int_equal(r->answer.err, ERR_REFUSED);
	assert_non_null(strstr(r->answer.text, "192.0.2.3:3587"));
}

/* All addresses of the link are called by the graph that is here. */
static void who_was_removed_may_knock(void **state)
{
	is_removed(true);
	r->dials = ERR_REFUSED;
	expect_nobody();
	assert_int_equal(r->n_dialled, 2);
	assert_same(true);
	is_removed(false);
	rig_expect(r, &join, ERR_EXISTS, "");
}

static void so_may_whose_membership_has_ended(void **state)
{
	entry()->group->to = RIG_WALL - 1;
	r->dials = ERR_REFUSED;
	expect_nobody();
	assert_same(false);
}

static void what_is_closed_does_not_knock(void **state)
{
	const struct groups_command close = { .kind = GROUPS_CLOSE };
	is_removed(true);
	rig_expect(r, &close, OK, "");
	rig_expect(r, &join, ERR_STATE, "it is closed");
	assert_int_equal(rig_groups(r), 1);
}

/* The link stays open, nobody speaks. */
static void knock(void)
{
	is_removed(true);
	r->dials = OK;
	(void)rig_do(r, &join);
	assert_false(r->answer.given);
	assert_int_equal(r->n_dialled, 1);
	assert_non_null(entry()->group->home.knock);
}

static void it_can_be_cancelled(void **state)
{
	knock();
	struct groups_command c = { .kind = GROUPS_CANCEL, .other = r->expected };
	(void)rig_do(r, &c);
	rig_pass(r, MONO_MIN);
	assert_same(true);
}

static void leaving_ends_it(void **state)
{
	struct groups_command c = { .kind = GROUPS_LEAVE };
	knock();
	(void)rig_do(r, &c);
	rig_pass(r, MONO_MIN);
	assert_int_equal(rig_groups(r), 0);
	assert_true(list_empty(&r->s->joinings));
}

static void it_may_stop_in_the_middle(void **state)
{
	knock();
	rig_restart(r);
	assert_int_equal(rig_groups(r), 1);
	assert_null(entry()->group->home.knock);
}

/* Whoever refuses says why; of who was removed it is said what would help. */
static void a_refusal_is_told(void **state)
{
	knock();
	const struct group_session_home *h = &entry()->group->home;
	const struct graph_parties who = { .initiator = true };
	h->knock->refused(h->knock->ctx, GROUP_DOOR_NOT_OURS, 0);
	h->failed(h->ctx, &who, GROUP_FAULT_MAY_NOT_ADMIT, GROUP_CHAIN_NONE, 0, false);
	graphs_down(r->graphs, r->links[0], ERR_DENIED, r->now);
	r->dials = ERR_REFUSED;
	rig_drain(r);
	rig_pass(r, MONO_MIN);
	nobody_is_found(); /* GROUP-13.25 */
	assert_true(r->answer.given);
	assert_int_equal(r->answer.err, ERR_DENIED);
	assert_non_null(strstr(r->answer.text, "only an invitation that an administrator has made "
					       "since"));
	assert_same(true);
}

static void publish(uint8_t id, uint8_t host)
{
	uint8_t payload[256];
	const struct addr at = { .family = ADDR_IPV4, .ip = { 192, 0, 2, host }, .port = 3587 };
	struct wr w = wr_of(payload, sizeof payload);
	wr_u8(&w, 1);
	wr_u8(&w, GROUP_SECRET_INVITATION);
	wr_u8(&w, id);
	wr_zero(&w, 15);
	wr_le16(&w, (uint16_t)strlen(entry()->id));
	wr_bytes(&w, span_str(entry()->id));
	wr_le16(&w, 0);
	const struct groups_hit h = { .payload = wr_span(&w), .at = &at, .n_at = 1 };
	groups_found(r->s, r->resolving, &h, r->now);
	rig_drain(r);
}

/* That one is knocked at with that identifier, which it does not know. */
static void knows_none(size_t dialled, uint8_t id)
{
	const struct group_session_home *h = &entry()->group->home;
	const struct graph_parties who = { .initiator = true };
	assert_int_equal(r->n_dialled, dialled);
	assert_non_null(h->knock);
	assert_int_equal(h->knock->name.id[0], id);
	h->knock->refused(h->knock->ctx, GROUP_DOOR_NO_SUCH, 0);
	h->failed(h->ctx, &who, GROUP_FAULT_NO_SECRET, GROUP_CHAIN_NONE, 0, false);
	graphs_down(r->graphs, r->links[dialled - 1], ERR_DENIED, r->now);
	rig_drain(r);
	rig_pass(r, 6 * MONO_SEC);
}

/* GROUP-13.28: so does the graph that is here. */
static void it_knocks_with_each_identifier(void **state)
{
	const struct groups_resolution all = { OK, false, 1, 1 };
	char code[GROUP_CODE_SIZE];
	struct group_code c;
	struct text t = TEXT_OF(code);
	group_code_make(&c, &r->f.env);
	group_code_text(&t, &c);
	is_removed(true);
	r->dials = OK;
	join.code = span_str(code);
	(void)rig_do(r, &join);
	publish(9, 2);
	publish(7, 3);
	groups_resolved(r->s, r->resolving, &all, r->now);
	rig_drain(r);
	knows_none(1, 9);
	knows_none(2, 9);
	knows_none(3, 7);
	knows_none(4, 7);
	nobody_is_found(); /* under the code, */
	nobody_is_found(); /* and under the group's name */
	assert_true(r->answer.given);
	assert_int_equal(r->answer.err, ERR_DENIED);
	assert_non_null(strstr(r->answer.text, "there is no such password or invitation"));
	assert_same(true);
}

/* The new chain takes the place of the old one; the membership of before is none. */
static void what_lets_in_is_kept(void **state)
{
	struct groups_octets before = { NULL, 0 };
	knock();
	assert_int_equal(groups_octets_set(r->s, &before, groups_span(&entry()->chain)), OK);
	const struct group_session_home *h = &entry()->group->home;
	h->knock->let_in(h->knock->ctx, groups_span(&before));
	graphs_down(r->graphs, r->links[0], ERR_CLOSED, r->now);
	rig_drain(r);
	rig_pass(r, MONO_MIN);
	assert_true(r->answer.given);
	assert_int_equal(r->answer.err, ERR_DENIED);
	assert_non_null(strstr(r->answer.text, "does not count any more"));
	assert_same(true);
	env_free(r->s->env, before.p);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		T(a_good_membership_stays),
		T(who_was_removed_may_knock),
		T(so_may_whose_membership_has_ended),
		T(what_is_closed_does_not_knock),
		T(it_can_be_cancelled),
		T(leaving_ends_it),
		T(it_may_stop_in_the_middle),
		T(a_refusal_is_told),
		T(it_knocks_with_each_identifier),
		T(what_lets_in_is_kept),
	};
	return cmocka_run_group_tests_name("groups again", tests, NULL, NULL);
}
