/* GROUP-15: names that members and newcomers find a group by, and what is made of those that
 * are found. */
#include "groups_rig.h"

#include "group/group_int.h"
#include "group/groups_int.h"
#include "group/lookups.h"

static struct groups_entry *entry(struct rig *r)
{
	return LIST_ENTRY(r->s->entries.next, struct groups_entry, all);
}

static bool named(const struct rig *r, const char *words)
{
	return strstr(r->names, words) != NULL;
}

static void forget(struct rig *r)
{
	text_clear(&r->named);
	r->n_dialled = 0;
}

static void names_are(struct rig *r, bool on)
{
	groups_names_are(r->s, on, r->now);
	rig_drain(r);
}

/* A machine whose group takes connections, and a part pnrp. */
static void ready(struct rig *r)
{
	rig_init(r);
	names_are(r, true);
	(void)rig_person(r, "Ann");
	(void)rig_group(r, "Smith");
	rig_drain(r);
}

static void participant(const struct rig *r, char *out, size_t size)
{
	const struct groups_entry *e = LIST_ENTRY(r->s->entries.next, struct groups_entry, all);
	struct text t = text_of(out, size);
	assert_int_equal(group_name_participant(span_str(e->id), &t), OK);
}

static void command(struct rig *r, enum groups_command_kind kind, enum err want, const char *words)
{
	const struct groups_command c = { .kind = kind };
	rig_expect(r, &c, want, words);
}

/* GROUP-15.1, GROUP-15.2: it is published while it takes connections, and no longer. */
static void members_have_a_name(void **state)
{
	struct rig *r = *state;
	char name[GROUP_NAME_OCTETS + 1], words[GROUP_NAME_OCTETS + 50];
	ready(r);
	participant(r, name, sizeof(name));
	struct text t = TEXT_OF(words);
	text_str(&t, "publish ");
	text_str(&t, name);
	text_str(&t, " 3587 Smith chain\n");
	assert_string_equal(r->names, words);
	struct groups_name_info info;
	struct groups_info of = rig_info(r, "");
	size_t at = 0;
	assert_true(groups_name_next(r->s, &of, &at, &info));
	assert_string_equal(info.name, name);
	assert_true(info.said && !info.err && !info.lookup);
	assert_false(groups_name_next(r->s, &of, &at, &info));
	forget(r);
	rig_pass(r, MONO_HOUR);
	assert_false(named(r, "publish")); /* nothing changed */
	command(r, GROUPS_CLOSE, OK, "");
	assert_true(named(r, "withdraw "));
	forget(r);
	command(r, GROUPS_OPEN, OK, "");
	rig_pass(r, MONO_MIN);
	assert_true(named(r, "publish "));
	forget(r);
	command(r, GROUPS_LEAVE, OK, "");
	assert_true(named(r, "withdraw "));
	rig_fini(r);
}

/* GROUP-11.20 */
static void who_is_removed_has_no_name(void **state)
{
	struct rig *r = *state;
	ready(r);
	forget(r);
	entry(r)->group->removed = true;
	rig_pass(r, MONO_HOUR);
	assert_true(named(r, "withdraw "));
	assert_false(named(r, "publish "));
	forget(r);
	entry(r)->group->removed = false;
	rig_pass(r, MONO_HOUR);
	assert_true(named(r, "publish "));
	rig_fini(r);
}

/* GROUP-15.3 */
static void a_name_that_was_refused_is_said_again(void **state)
{
	struct rig *r = *state;
	rig_init(r);
	r->publishes = ERR_FULL;
	names_are(r, true);
	(void)rig_person(r, "Ann");
	(void)rig_group(r, "Smith");
	assert_true(named(r, "publish "));
	struct groups_name_info info;
	struct groups_info of = rig_info(r, "");
	size_t at = 0;
	assert_true(groups_name_next(r->s, &of, &at, &info));
	assert_int_equal(info.err, ERR_FULL);
	forget(r);
	rig_pass(r, GROUPS_AGAIN - MONO_SEC);
	assert_false(named(r, "publish "));
	r->publishes = OK;
	rig_pass(r, 2 * MONO_SEC);
	assert_true(named(r, "publish "));
	/* The part pnrp begins anew: it has none of them. */
	forget(r);
	names_are(r, false);
	assert_false(named(r, "publish "));
	names_are(r, true);
	assert_true(named(r, "publish "));
	forget(r);
	groups_stop(r->s, r->now);
	rig_drain(r);
	assert_true(named(r, "withdraw "));
	rig_fini(r);
}

/* GROUP-15.9: as its group says, and only while it is there. */
static void lookups_are_published(void **state)
{
	struct rig *r = *state;
	const struct group_lookup two[2] = { { span_str("homestead-a-b"), span_str("one") },
					     { span_str("homestead-c-d"), span_str("two") } };
	const struct group_lookup other = { span_str("homestead-a-b"), span_str("three") };
	ready(r);
	forget(r);
	struct group *g = entry(r)->group;
	assert_int_equal(group_lookups_are(g, two, 2), OK);
	rig_drain(r);
	assert_string_equal(r->names, "publish 0.homestead-a-b 3587  bare\n"
				      "publish 0.homestead-c-d 3587  bare\n");
	forget(r);
	assert_int_equal(group_lookups_are(g, two, 2), OK);
	rig_drain(r);
	assert_string_equal(r->names, "");
	assert_int_equal(group_lookups_are(g, &other, 1), OK);
	rig_drain(r);
	assert_string_equal(r->names, "publish 0.homestead-a-b 3587  bare\n"
				      "withdraw 0.homestead-c-d\n");
	forget(r);
	assert_int_equal(group_lookups_are(g, NULL, 0), OK);
	rig_drain(r);
	assert_string_equal(r->names, "withdraw 0.homestead-a-b\n");
	struct group_lookup many[GROUP_LOOKUPS_MAX + 1], bad = { span_str("x"), { NULL, 0 } };
	for (size_t i = 0; i <= GROUP_LOOKUPS_MAX; i++)
		many[i] = other;
	assert_int_equal(group_lookups_are(g, many, GROUP_LOOKUPS_MAX + 1), ERR_FULL);
	assert_int_equal(group_lookups_are(g, &bad, 1), ERR_RANGE);
	rig_fini(r);
}

/* ---- found ---- */

static void resolved(struct rig *r, enum err err, bool off, uint32_t clouds, uint32_t up)
{
	const struct groups_resolution end = { err, off, clouds, up, false };
	uint64_t number = r->resolving;
	assert_true(number != 0);
	r->resolving = 0;
	groups_resolved(r->s, number, &end, r->now);
	rig_drain(r);
}

static void hit(struct rig *r, const char *addresses, const char *payload)
{
	struct addr at[8];
	size_t n = 0;
	while (*addresses) {
		size_t k = strcspn(addresses, " ");
		assert_int_equal(addr_parse(span_of(addresses, k), 3587, &at[n++]), OK);
		addresses += k + (addresses[k] == ' ');
	}
	const struct groups_hit h = { .payload = span_str(payload), .at = at, .n_at = n };
	groups_found(r->s, r->resolving, &h, r->now);
	rig_drain(r);
}

/* A command that waits. */
static void ask(struct rig *r)
{
	const struct groups_command c = { .kind = GROUPS_CONNECT };
	(void)rig_do(r, &c);
	assert_false(r->answer.given);
	assert_true(r->resolving != 0);
}

static void answered(const struct rig *r, enum err err, const char *words)
{
	assert_true(r->answer.given);
	if (r->answer.err != err || !strstr(r->answer.text, words))
		fail_msg("%s, \"%s\"", err_name(r->answer.err), r->answer.text);
}

/* GROUP-15.7: each cause by its name. */
static void who_is_not_found_is_told_why(void **state)
{
	static const struct {
		enum err err;
		bool off;
		uint32_t clouds, up;
		enum err want;
		const char *words;
	} rows[] = {
		{ ERR_STATE, true, 0, 0, ERR_STATE, "the part pnrp is switched off" },
		{ ERR_UNREACHABLE, false, 0, 0, ERR_UNREACHABLE, "there is no network" },
		{ ERR_NOT_FOUND, false, 2, 0, ERR_NOT_FOUND,
		  "no other machine answers for names in 2 clouds" },
		{ ERR_NOT_FOUND, false, 3, 1, ERR_NOT_FOUND, "nobody publishes the name" },
		{ ERR_TIMEOUT, false, 3, 2, ERR_TIMEOUT, ".participant in 2 clouds" },
	};
	struct rig *r = *state;
	ready(r);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask(r);
		resolved(r, rows[i].err, rows[i].off, rows[i].clouds, rows[i].up);
		answered(r, rows[i].want, rows[i].words);
		assert_int_equal(r->n_dialled, 0);
	}
	const struct groups_resolution off = { ERR_NOT_FOUND, false, 1, 1, true };
	uint64_t number;
	ask(r);
	number = r->resolving;
	r->resolving = 0;
	groups_resolved(r->s, number, &off, r->now);
	rig_drain(r);
	answered(r, ERR_NOT_FOUND, "in 1 cloud; what one machine says is out of date by our clock");
	ask(r);
	resolved(r, ERR_TIMEOUT, false, 3, 2);
	struct groups_seek_info i;
	struct groups_info of = rig_info(r, "");
	groups_seek_look(r->s, &of, &i);
	assert_false(i.seeking);
	assert_int_equal(i.err, ERR_TIMEOUT);
	assert_non_null(strstr(i.why, "nobody publishes"));
	rig_fini(r);
}

/* GROUP-15.4: one after the other, each once. */
static void who_is_found_is_dialled(void **state)
{
	struct rig *r = *state;
	ready(r);
	r->dials = OK; /* nobody answers yet */
	ask(r);
	hit(r, "192.0.2.8 192.0.2.9", "");
	assert_int_equal(r->n_dialled, 1);
	hit(r, "192.0.2.9 192.0.2.10", "");
	assert_int_equal(r->n_dialled, 1);
	graphs_down(r->graphs, r->links[0], ERR_TIMEOUT, r->now);
	rig_drain(r);
	assert_int_equal(r->n_dialled, 2);
	graphs_down(r->graphs, r->links[1], ERR_REFUSED, r->now);
	rig_drain(r);
	assert_int_equal(r->n_dialled, 3);
	graphs_down(r->graphs, r->links[2], ERR_REFUSED, r->now);
	r->dials = ERR_REFUSED;
	rig_drain(r);
	assert_false(r->answer.given); /* others may be found yet */
	resolved(r, OK, false, 1, 1);
	answered(r, ERR_REFUSED,
		 "192.0.2.8:3587 timed out, 192.0.2.9:3587 refused, "
		 "192.0.2.10:3587 refused; a firewall, or an access point");
	ask(r);
	hit(r, "192.0.2.8", "");
	resolved(r, OK, false, 1, 1);
	answered(r, ERR_REFUSED, "192.0.2.8:3587 refused; nothing takes connections there");
	ask(r);
	hit(r, "192.0.2.1", ""); /* ourselves: never dialled */
	r->n_dialled = 0;
	resolved(r, OK, false, 1, 1);
	assert_int_equal(r->n_dialled, 0);
	answered(r, ERR_RANGE, "192.0.2.1:3587");
	rig_fini(r);
}

static void who_asks_may_go(void **state)
{
	struct rig *r = *state;
	ready(r);
	ask(r);
	const struct groups_command c = { .kind = GROUPS_CANCEL, .other = r->expected };
	uint64_t first = r->expected;
	assert_int_equal(groups_command(r->s, &c, ++r->calls, r->now), OK);
	r->expected = first;
	rig_drain(r);
	answered(r, ERR_CANCELLED, "");
	/* What was begun goes on, and a second one who asks joins it. */
	const struct groups_command again = { .kind = GROUPS_CONNECT };
	forget(r);
	(void)rig_do(r, &again);
	assert_false(named(r, "resolve"));
	uint64_t waiting = r->expected;
	const struct groups_command close = { .kind = GROUPS_CLOSE };
	assert_int_equal(groups_command(r->s, &close, ++r->calls, r->now), OK);
	rig_drain(r);
	assert_int_equal(r->expected, waiting);
	answered(r, ERR_CLOSED, "");
	assert_true(named(r, "cancel"));
	rig_fini(r);
}

/* GROUP-15.5: who is alone looks for others, less and less often, and at once when the
 * network is another. */
static void who_is_alone_looks_for_others(void **state)
{
	struct rig *r = *state;
	ready(r);
	int64_t longest = 0;
	rig_pass(r, MONO_SEC);
	assert_true(r->resolving != 0);
	for (size_t i = 0; i < 12; i++) {
		struct mono from = r->now;
		struct groups_seek_info look;
		struct groups_info of = rig_info(r, "");
		resolved(r, ERR_NOT_FOUND, false, 1, 1);
		groups_seek_look(r->s, &of, &look);
		assert_false(mono_is_never(look.next));
		int64_t pause = mono_since(look.next, from);
		int64_t most = (5 << (i < 6 ? i : 6)) * MONO_SEC;
		most = most < 5 * MONO_MIN ? most : 5 * MONO_MIN;
		assert_true(pause >= most / 2 && pause <= most + MONO_MS);
		longest = pause > longest ? pause : longest;
		while (!r->resolving)
			rig_pass(r, MONO_SEC);
	}
	assert_true(longest > 2 * MONO_MIN);
	resolved(r, ERR_NOT_FOUND, false, 1, 1);
	groups_network(r->s, r->now);
	rig_pass(r, MONO_SEC);
	assert_true(r->resolving != 0);
	resolved(r, ERR_NOT_FOUND, false, 1, 1);
	/* Nobody is looked for where there is nothing to look with. */
	names_are(r, false);
	forget(r);
	rig_pass(r, MONO_HOUR);
	assert_false(named(r, "resolve"));
	rig_fini(r);
}

static void is_removed_now(struct rig *r, bool is)
{
	entry(r)->group->removed = is;
	groups_seek_mind(r->s, entry(r));
	rig_drain(r);
}

/* GROUP-11.22: who is removed looks for others after an hour, then less and less often, and
 * not for the network's sake; as before when it is back. */
static void who_is_removed_seldom_looks(void **state)
{
	struct rig *r = *state;
	ready(r);
	rig_pass(r, MONO_SEC);
	assert_true(r->resolving != 0);
	forget(r);
	is_removed_now(r, true);
	assert_true(named(r, "cancel"));
	r->resolving = 0;
	for (size_t i = 0; i < 8; i++) {
		struct mono from = r->now;
		int64_t most = MONO_HOUR << (i < 5 ? i : 5);
		most = most < MONO_DAY ? most : MONO_DAY;
		forget(r);
		groups_network(r->s, r->now);
		rig_pass(r, most / 2 - MONO_SEC);
		assert_false(named(r, "resolve"));
		while (!r->resolving)
			rig_pass(r, MONO_MIN);
		assert_true(mono_since(r->now, from) <= most + MONO_MIN);
		resolved(r, ERR_NOT_FOUND, false, 1, 1);
		r->resolving = 0;
	}
	assert_true(graphs_instance(r->graphs, span_str(entry(r)->id), span_of(NULL, 0)) != NULL);
	is_removed_now(r, false);
	rig_pass(r, MONO_SEC);
	assert_true(r->resolving != 0);
	rig_fini(r);
}

/* Its graph has neighbors, and asks for one more. */
static void wants_one_more(struct rig *r)
{
	struct graphs_info i;
	size_t at = 0;
	assert_true(graphs_next(r->graphs, &at, &i));
	const struct graph_event e = { .kind = GRAPH_EVENT_NEED_CONNECTION,
				       .graph = i.number,
				       .status = GRAPH_LINK_CONNECTED };
	groups_graph_event(r->s, &e, r->now);
	rig_drain(r);
}

/* GROUP-15.8: half as often each time that it finds nobody new, and nobody of our own part. */
static void parts_of_a_group_are_looked_for(void **state)
{
	struct rig *r = *state;
	ready(r);
	groups_seek_end(r->s, entry(r)); /* what it does since it is alone */
	rig_drain(r);
	int64_t pause = 5 * MONO_MIN;
	for (size_t i = 0; i < 6; i++) {
		r->resolving = 0;
		r->n_dialled = 0;
		wants_one_more(r);
		assert_true(r->resolving != 0);
		hit(r, "192.0.2.1", ""); /* ourselves stand for who is of our part */
		resolved(r, OK, false, 1, 1);
		assert_int_equal(r->n_dialled, 0);
		assert_true(mono_is_never(entry(r)->sought.next) || entry(r)->sought.pause);
		assert_int_equal(mono_since(entry(r)->sought.repair, r->now) / MONO_SEC,
				 pause / MONO_SEC);
		wants_one_more(r); /* too early */
		assert_int_equal(r->resolving, 0);
		r->now = entry(r)->sought.repair;
		entry(r)->sought.next = MONO_NEVER;
		pause = pause * 2 < MONO_HOUR ? pause * 2 : MONO_HOUR;
	}
	wants_one_more(r);
	hit(r, "192.0.2.33", "");
	assert_int_equal(r->n_dialled, 1);
	resolved(r, OK, false, 1, 1);
	assert_int_equal(mono_since(entry(r)->sought.repair, r->now) / MONO_MIN, 5);
	rig_fini(r);
}

/* GROUP-15.6: the part pnrp is switched off while it looks. */
static void a_search_ends_with_the_part(void **state)
{
	struct rig *r = *state;
	ready(r);
	ask(r);
	names_are(r, false);
	answered(r, ERR_STATE, "the part pnrp is switched off");
	rig_fini(r);
}

/* ---- looked up ---- */

static struct {
	size_t calls, n, addresses[GROUPS_LOOKUPS];
	char payload[GROUPS_LOOKUPS][16];
	struct addr at[GROUPS_ADDRESSES]; /* of the first */
	struct groups_resolution end;
} looked;

static void looked_up(struct groups *s, struct groups_call *call, const struct groups_lookup *found,
		      size_t n, const struct groups_resolution *why)
{
	looked.calls++;
	looked.n = n;
	if (n)
		memcpy(looked.at, found[0].at, sizeof(looked.at));
	looked.end = *why;
	for (size_t i = 0; i < n; i++) {
		struct text t = TEXT_OF(looked.payload[i]);
		text_span(&t, span_of(found[i].payload.p, found[i].payload.n));
		looked.addresses[i] = found[i].n_at;
	}
	groups_answer(s, call, OK, NULL);
}

/* GROUP-15.10: several groups may have taken the same words; each is handed over. */
static void a_name_is_looked_up(void **state)
{
	struct rig *r = *state;
	rig_init(r);
	memset(&looked, 0, sizeof(looked));
	struct groups_call *call = groups_call_new(r->s, GROUPS_JOIN, 7);
	assert_non_null(call);
	assert_int_equal(groups_lookup_start(r->s, call, "0.homestead-a-b", looked_up), OK);
	rig_drain(r);
	assert_string_equal(r->names, "resolve 0.homestead-a-b\n");
	hit(r, "192.0.2.8 192.0.2.9", "Smith");
	hit(r, "192.0.2.9 192.0.2.10", "Smith");
	hit(r, "192.0.2.77", "Jones");
	for (char c[2] = "a"; c[0] < 'l'; c[0]++)
		hit(r, "192.0.2.78", c);
	resolved(r, OK, false, 1, 1);
	assert_int_equal(looked.calls, 1);
	assert_int_equal(looked.n, GROUPS_LOOKUPS);
	assert_string_equal(looked.payload[0], "Smith");
	assert_int_equal(looked.addresses[0], 3);
	assert_string_equal(looked.payload[1], "Jones");
	assert_int_equal(looked.addresses[1], 1);
	/* One whose call goes is cancelled. */
	call = groups_call_new(r->s, GROUPS_JOIN, 8);
	assert_int_equal(groups_lookup_start(r->s, call, "0.homestead-a-b", looked_up), OK);
	rig_drain(r);
	groups_call_free(r->s, call);
	rig_drain(r);
	assert_true(named(r, "cancel\n"));
	assert_int_equal(looked.calls, 1);
	rig_fini(r);
}

/* GROUP-15.10: who tells many addresses takes nobody's first. */
static void nobody_fills_the_room(void **state)
{
	static const uint8_t first[] = { 100, 110, 120, 130, 140, 8, 101 };
	struct rig *r = *state;
	rig_init(r);
	memset(&looked, 0, sizeof(looked));
	struct groups_call *call = groups_call_new(r->s, GROUPS_JOIN, 7);
	assert_non_null(call);
	assert_int_equal(groups_lookup_start(r->s, call, "0.homestead-a-b", looked_up), OK);
	rig_drain(r);
	for (int i = 10; i < 15; i++) {
		char said[200];
		struct text t = TEXT_OF(said);
		for (int k = 0; k < 7; k++) {
			text_str(&t, k ? " 192.0.2." : "192.0.2.");
			text_u64(&t, (uint64_t)(10 * i + k));
		}
		text_str(&t, " 192.0.2.8"); /* as if it were somewhere behind */
		hit(r, said, "Smith");
	}
	hit(r, "192.0.2.8 192.0.2.9", "Smith");
	resolved(r, OK, false, 1, 1);
	assert_int_equal(looked.n, 1);
	assert_int_equal(looked.addresses[0], GROUPS_ADDRESSES);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(looked.at[i].ip[3], first[i]);
	for (size_t i = 0; i < GROUPS_ADDRESSES; i++)
		for (size_t k = 0; k < i; k++)
			assert_false(addr_eq(&looked.at[i], &looked.at[k]));
	assert_int_equal(looked.at[11].ip[3], 9);
	rig_fini(r);
}

/* GROUP-15.11 */
static void who_typed_a_code_does_not_wait(void **state)
{
	struct rig *r = *state;
	rig_init(r);
	memset(&looked, 0, sizeof(looked));
	struct groups_call *call = groups_call_new(r->s, GROUPS_JOIN, 7);
	assert_non_null(call);
	assert_int_equal(groups_lookup_start(r->s, call, "0.homestead-a-b", looked_up), OK);
	rig_drain(r);
	rig_pass(r, 5 * MONO_SEC);
	hit(r, "192.0.2.8", "Smith");
	rig_pass(r, 400 * MONO_MS);
	hit(r, "192.0.2.9", "Jones"); /* which is no reason to wait longer */
	assert_int_equal(looked.calls, 0);
	rig_pass(r, 101 * MONO_MS);
	assert_int_equal(looked.calls, 1);
	assert_int_equal(looked.n, 2);
	assert_int_equal(looked.end.err, OK);
	assert_true(named(r, "cancel\n"));
	rig_pass(r, MONO_MIN);
	assert_int_equal(looked.calls, 1);
	rig_fini(r);
}

static void memory_runs_out(void **state)
{
	struct rig *r = *state;
	struct failing_env f;
	const struct group_lookup one = { span_str("homestead-a-b"), span_str("one") };
	FAILING_ENV_EACH(f, 3)
	{
		ready(r);
		failing_env_fail_at(&r->f, f.fail_at);
		enum err e = group_lookups_are(entry(r)->group, &one, 1);
		const struct groups_command c = { .kind = GROUPS_CONNECT };
		(void)rig_do(r, &c);
		if (r->resolving) {
			hit(r, "192.0.2.8", "");
			resolved(r, OK, false, 1, 1);
		}
		f.failed = r->f.failed;
		failing_env_fail_at(&r->f, 0);
		assert_true(r->answer.given);
		if (e)
			assert_int_equal(group_lookups_are(entry(r)->group, &one, 1), OK);
		rig_pass(r, MONO_MIN);
		assert_true(named(r, "publish 0.homestead-a-b"));
		rig_fini(r);
	}
}

static int setup(void **state)
{
	static struct rig r;
	*state = &r;
	return 0;
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(members_have_a_name),
		T(a_name_that_was_refused_is_said_again),
		T(lookups_are_published),
		T(who_is_not_found_is_told_why),
		T(who_is_found_is_dialled),
		T(who_asks_may_go),
		T(who_is_alone_looks_for_others),
		T(who_is_removed_seldom_looks),
		T(parts_of_a_group_are_looked_for),
		T(a_search_ends_with_the_part),
		T(a_name_is_looked_up),
		T(nobody_fills_the_room),
		T(who_typed_a_code_does_not_wait),
		T(who_is_removed_has_no_name),
		T(memory_runs_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
