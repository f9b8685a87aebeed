/* Groups joined by a code, as far as it goes without another machine: what anybody may publish
 * under its two words, who is called, and with which identifier. */
#include "group/code.h"
#include "group/groups_job.h"
#include "group/groups_join_int.h"
#include "groups_rig.h"
#include "wire/wr.h"

#define G1	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.home"
#define G1_NAME "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.participant"
#define G2	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.home"

static struct rig rig, *r = &rig;
static char code[GROUP_CODE_SIZE], secret[GROUP_CODE_SIZE];

static void begin(void)
{
	struct group_code c;
	struct text t = TEXT_OF(code), kept = TEXT_OF(secret);
	rig_init(r);
	(void)rig_person(r, "Nina");
	group_code_make(&c, &r->f.env);
	group_code_text(&t, &c);
	text_str(&kept, c.secret);
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

static void ask(struct groups_command *c)
{
	*c = join_of(code);
	(void)rig_do(r, c);
	assert_false(r->answer.given);
	assert_true(r->resolving != 0);
	assert_non_null(strstr(r->names, "resolve 0.homestead-"));
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

static void assert_gone(void)
{
	struct graphs_info i;
	size_t from = 0;
	assert_int_equal(rig_groups(r), 0);
	assert_false(graphs_next(r->graphs, &from, &i));
	assert_true(list_empty(&r->s->joinings));
}

/* ---- what is published ---- */

struct published {
	const char *group;
	uint8_t kind, id, version;
	const struct addr *at;
	size_t n_at;
};

static void publish(const struct published *p)
{
	uint8_t payload[256];
	struct wr w = wr_of(payload, sizeof payload);
	wr_u8(&w, p->version);
	wr_u8(&w, p->kind);
	wr_u8(&w, p->id);
	wr_zero(&w, 15);
	wr_le16(&w, (uint16_t)strlen(p->group));
	wr_bytes(&w, span_str(p->group));
	wr_le16(&w, 10);
	wr_bytes(&w, span_str("The Smiths"));
	const struct groups_hit h = { .payload = wr_span(&w), .at = p->at, .n_at = p->n_at };
	groups_found(r->s, r->resolving, &h, r->now);
	rig_drain(r);
}

static void hit(const char *group, uint8_t id, uint8_t host)
{
	struct addr a = at(host);
	publish(&(struct published){ group, GROUP_SECRET_INVITATION, id, 1, &a, 1 });
}

/* Of the group's members' name. */
static void member_at(uint8_t host)
{
	struct addr a = at(host);
	const struct groups_hit h = { .at = &a, .n_at = 1 };
	groups_found(r->s, r->resolving, &h, r->now);
	rig_drain(r);
}

/* ---- who is called, and what they say ---- */

static struct groups_joining *joining(void)
{
	return LIST_ENTRY(r->s->joinings.next, struct groups_joining, all);
}

static const struct group_knock *knock(void)
{
	return group_joiner_knock(joining()->joiner);
}

static void hangs_up(enum err err)
{
	graphs_down(r->graphs, r->links[r->n_dialled - 1], err, r->now);
	rig_drain(r);
	rig_pass(r, 6 * MONO_SEC);
}

/* Whoever was called last: what its door says. */
static void refuses(enum group_session_fault fault, enum group_door_answer said)
{
	const struct group_knock *k = knock();
	k->refused(k->ctx, said, 0);
	k->failed(k->ctx, fault, GROUP_CHAIN_NONE, 0);
	hangs_up(ERR_DENIED);
}

static void no_such(void)
{
	refuses(GROUP_FAULT_NO_SECRET, GROUP_DOOR_NO_SUCH);
}

/* That one is called now, as the last of n, with that identifier and its PRS. */
static void assert_called(size_t n, uint8_t host, uint8_t id)
{
	struct addr want = at(host);
	uint8_t room[256], prs[GROUP_SECRET_PRS];
	assert_int_equal(r->n_dialled, n);
	assert_true(addr_eq(&r->dialled[n - 1], &want));
	assert_int_equal(knock()->name.kind, GROUP_SECRET_INVITATION);
	assert_int_equal(knock()->name.id[0], id);
	struct groups_prs x = {
		.secret = span_str(secret), .group = span_str(G1), .invitation = true, .id = { id }
	};
	struct wr w = wr_of(room, sizeof room);
	groups_prs_write(&w, &x);
	assert_int_equal(rig_prs(r, wr_span(&w), prs), OK);
	assert_memory_equal(knock()->prs, prs, sizeof prs);
}

/* What was typed is there as long as another identifier may come. */
static void assert_kept(bool kept)
{
	static const uint8_t none[GROUPS_PASS_MAX];
	assert_int_equal(joining()->n_secret, kept ? strlen(secret) : 0);
	assert_int_equal(memcmp(joining()->secret, none, sizeof none) != 0, kept);
}

/* ---- */

static void a_code_leads_to_members(void **state)
{
	struct groups_command c;
	begin();
	ask(&c);
	assert_int_equal(r->most, 32);
	hit(G1, 7, 1);
	hit(G1, 7, 2);
	resolved(OK);
	assert_int_equal(r->n_dialled, 2);
	/* GROUP-13.19: whoever has put these addresses there can not forge the members' name. */
	assert_false(r->answer.given);
	assert_true(r->resolving != 0);
	resolved(ERR_NOT_FOUND);
	assert_answer(ERR_REFUSED, "192.0.2.2:3587");
	assert_gone();
	end();
}

static void a_code_may_lead_to_nobody(void **state)
{
	struct groups_command c;
	begin();
	ask(&c);
	resolved(ERR_NOT_FOUND);
	assert_answer(ERR_NOT_FOUND, "nobody publishes the name");
	struct addr typed = at(9);
	ask(&c);
	resolved(ERR_NOT_FOUND);
	assert_null(strstr(r->answer.text, "it takes the link"));
	c = join_of(code);
	c.address = &typed;
	c.n_address = 1;
	(void)rig_do(r, &c);
	resolved(ERR_NOT_FOUND);
	assert_answer(ERR_NOT_FOUND, "it takes the link");
	assert_int_equal(r->n_dialled, 0);
	assert_gone();
	end();
}

/* GROUP-13.17 */
static void two_groups_are_told_apart(void **state)
{
	struct groups_command c;
	begin();
	ask(&c);
	hit(G1, 7, 1);
	hit(G2, 7, 2);
	resolved(OK);
	assert_answer(ERR_CONFLICT, "several groups answer");
	assert_int_equal(r->n_dialled, 0);
	c = join_of(code);
	c.group = span_str("bbbbbb");
	(void)rig_do(r, &c);
	hit(G1, 7, 1);
	hit(G2, 7, 2);
	resolved(OK);
	assert_int_equal(r->n_dialled, 1);
	resolved(ERR_NOT_FOUND);
	assert_answer(ERR_REFUSED, "192.0.2.2");
	assert_gone();
	end();
}

/* GROUP-13.27 */
static void what_is_none_takes_no_place(void **state)
{
	const struct addr strange = at(66);
	struct published p = { G1, GROUP_SECRET_PASSWORD, 0, 1, &strange, 1 };
	struct groups_command c;
	begin();
	ask(&c);
	publish(&p);
	p.kind = GROUP_SECRET_INVITATION;
	p.version = 2;
	publish(&p);
	rig_pass(r, MONO_SEC); /* nor is it a reason to wait no longer */
	assert_true(r->resolving != 0);
	resolved(OK);
	assert_answer(ERR_NOT_FOUND, "nobody in reach answers");
	/* Nor does what is of another group than is wanted. */
	c = join_of(code);
	c.group = span_str("aaaaaa");
	(void)rig_do(r, &c);
	for (uint8_t i = 0; i < 3 * GROUPS_LOOKUPS; i++)
		hit(G2, i, 66);
	r->dials = OK;
	hit(G1, 7, 1);
	rig_pass(r, MONO_SEC);
	assert_called(1, 1, 7);
	end();
}

/* GROUP-13.27: one of each, in turn, and the first before the second. */
static void dead_addresses_stand_in_turn(void **state)
{
	static const uint8_t turns[] = { 100, 1, 101, 2, 102 };
	struct addr dead[GROUPS_ADDRESSES], live[] = { at(1), at(2) };
	struct groups_command c;
	begin();
	for (uint8_t i = 0; i < GROUPS_ADDRESSES; i++)
		dead[i] = at((uint8_t)(100 + i));
	ask(&c);
	publish(&(struct published){ G1, 1, 9, 1, dead, GROUPS_ADDRESSES });
	publish(&(struct published){ G1, 1, 7, 1, live, 2 });
	resolved(OK);
	assert_int_equal(r->n_dialled, GROUPS_ADDRESSES);
	for (size_t i = 0; i < sizeof turns; i++)
		assert_int_equal(r->dialled[i].ip[3], turns[i]);
	end();
}

/* GROUP-13.28 */
static void a_wrong_identifier_shuts_nobody_out(void **state)
{
	struct groups_command c;
	begin();
	ask(&c);
	hit(G1, 9, 66);
	hit(G1, 9, 67);
	hit(G1, 7, 1);
	hit(G1, 8, 2);
	r->dials = OK;
	resolved(OK);
	assert_called(1, 66, 9);
	no_such();
	assert_called(2, 1, 9);
	no_such();
	assert_called(3, 2, 9);
	assert_kept(true);
	no_such();
	/* The second that was told; 67 is dead. */
	assert_called(4, 67, 9);
	hangs_up(ERR_TIMEOUT);
	assert_called(5, 66, 7);
	no_such();
	assert_called(6, 1, 7);
	/* Here it is known, and was wrong: whoever has guessed gets no other. */
	assert_true(knock()->prove(knock()->ctx, span_str("the member's public key")));
	knock()->failed(knock()->ctx, GROUP_FAULT_WRONG_SECRET, GROUP_CHAIN_NONE, 0);
	hangs_up(ERR_DENIED);
	assert_answer(ERR_DENIED, "192.0.2.1:3587: the password or code is wrong");
	assert_int_equal(r->n_dialled, 6);
	assert_gone();
	end();
}

static void after_a_proof_there_is_no_other(void **state)
{
	struct groups_command c;
	begin();
	ask(&c);
	hit(G1, 7, 4);
	hit(G1, 7, 1);
	hit(G1, 9, 2);
	r->dials = OK;
	resolved(OK);
	assert_called(1, 4, 7);
	no_such();
	assert_called(2, 2, 7);
	no_such();
	assert_called(3, 1, 7);
	assert_kept(true);
	assert_true(knock()->prove(knock()->ctx, span_str("the member's public key")));
	knock()->failed(knock()->ctx, GROUP_FAULT_PROOF, GROUP_CHAIN_NONE, 0);
	hangs_up(ERR_DENIED);
	assert_int_equal(r->n_dialled, 3);
	assert_kept(false);
	/* Others are called, as ever, but with this one. */
	assert_non_null(strstr(r->names, "resolve " G1_NAME));
	member_at(3);
	resolved(OK);
	assert_called(4, 3, 7);
	no_such();
	assert_answer(ERR_DENIED, "192.0.2.3:3587: there is no such");
	assert_gone();
	end();
}

/* GROUP-13.28 */
static void what_most_tell_is_first(void **state)
{
	struct groups_command c;
	begin();
	ask(&c);
	hit(G1, 9, 66);
	hit(G1, 8, 66);
	hit(G1, 7, 1);
	hit(G1, 7, 2);
	r->dials = OK;
	resolved(OK);
	assert_called(1, 1, 7);
	assert_int_equal(joining()->name[1].id[0], 9);
	assert_int_equal(joining()->name[2].id[0], 8);
	end();
}

/* GROUP-13.29: the true one may have come too late, and who answered may be nobody. */
static void it_is_looked_up_once_more(void **state)
{
	struct groups_command c;
	begin();
	ask(&c);
	hit(G1, 9, 1);
	r->dials = OK;
	rig_pass(r, MONO_SEC);
	assert_called(1, 1, 9);
	no_such();
	assert_int_equal(r->n_dialled, 1);
	assert_true(r->resolving != 0);
	assert_null(strstr(r->names, "participant"));
	hit(G1, 9, 66); /* which is known */
	hit(G2, 5, 66); /* another group is not what is looked for now */
	rig_pass(r, MONO_SEC);
	assert_true(r->resolving != 0);
	hit(G1, 7, 1);
	rig_pass(r, MONO_SEC);
	assert_called(2, 1, 7);
	refuses(GROUP_FAULT_SECRET_OVER, GROUP_DOOR_OVER);
	/* Of those who can not be forged one was called, and one not yet. */
	assert_non_null(strstr(r->names, "resolve " G1_NAME));
	assert_false(r->answer.given);
	member_at(1);
	member_at(2);
	rig_pass(r, MONO_SEC);
	assert_called(3, 2, 9);
	no_such();
	assert_called(4, 2, 7);
	no_such();
	/* GROUP-13.15: who knows it says more than who does not. */
	assert_answer(ERR_DENIED, "192.0.2.1:3587: that invitation or password has ended");
	assert_gone();
	end();
}

/* GROUP-13.29: nobody waits for others where a member has spoken. */
static void who_has_spoken_is_a_member(void **state)
{
	struct groups_command c;
	begin();
	ask(&c);
	hit(G1, 7, 1);
	r->dials = OK;
	rig_pass(r, MONO_SEC);
	refuses(GROUP_FAULT_SECRET_OVER, GROUP_DOOR_OVER);
	resolved(ERR_NOT_FOUND); /* nothing else is under that code */
	member_at(1);
	rig_pass(r, 400 * MONO_MS);
	assert_false(r->answer.given);
	rig_pass(r, 101 * MONO_MS);
	assert_answer(ERR_DENIED, "has ended");
	assert_int_equal(r->n_dialled, 1);
	assert_gone();
	end();
}

static void it_can_be_cancelled(void **state)
{
	struct groups_command c;
	for (int searches = 0; searches < 2; searches++) {
		begin();
		ask(&c);
		uint64_t number = r->expected;
		hit(G1, 9, 1);
		if (!searches)
			hit(G1, 7, 1);
		r->dials = OK;
		rig_pass(r, MONO_SEC);
		no_such();
		c = (struct groups_command){ .kind = GROUPS_CANCEL, .other = number };
		(void)rig_do(r, &c);
		rig_pass(r, MONO_MIN);
		assert_gone();
		end();
	}
}

static void memory_runs_out(void **state)
{
	struct groups_command c;
	struct failing_env f;
	FAILING_ENV_EACH(f, 1)
	{
		begin();
		ask(&c);
		r->dials = OK;
		failing_env_fail_at(&r->f, f.fail_at);
		hit(G1, 9, 1);
		hit(G1, 7, 1);
		rig_pass(r, MONO_SEC);
		for (int i = 0; i < 4 && !r->answer.given; i++) {
			if (r->resolving)
				resolved(ERR_NOT_FOUND);
			else if (r->n_dialled)
				no_such();
		}
		f.failed = r->f.failed;
		failing_env_fail_at(&r->f, 0);
		assert_true(r->answer.given);
		end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_leads_to_members),
		cmocka_unit_test(a_code_may_lead_to_nobody),
		cmocka_unit_test(two_groups_are_told_apart),
		cmocka_unit_test(what_is_none_takes_no_place),
		cmocka_unit_test(dead_addresses_stand_in_turn),
		cmocka_unit_test(a_wrong_identifier_shuts_nobody_out),
		cmocka_unit_test(after_a_proof_there_is_no_other),
		cmocka_unit_test(what_most_tell_is_first),
		cmocka_unit_test(it_is_looked_up_once_more),
		cmocka_unit_test(who_has_spoken_is_a_member),
		cmocka_unit_test(it_can_be_cancelled),
		cmocka_unit_test(memory_runs_out),
	};
	return cmocka_run_group_tests_name("groups code", tests, NULL, NULL);
}
