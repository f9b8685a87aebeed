/* Changes of what we hold, through ops. */
#include "asked.h"

#define PLAYED_LATER (INT64_C(1795294998000000) + MONO_DAY)

static struct ops_request claim_wish(const char *prefix, uint64_t addresses)
{
	struct ops_request r = { .kind = OPS_MASC_CLAIM };
	r.claim.lifetime = -1;
	r.claim.addresses = addresses;
	ops_set_text(r.claim.prefix, sizeof(r.claim.prefix), prefix);
	return r;
}

static void a_claim_by_size(void **state)
{
	struct ops_request r = claim_wish("", 256);
	ops_set_text(r.claim.scope, sizeof(r.claim.scope), "organisation");
	r.claim.lifetime = MONO_HOUR;
	r.claim.from = PLAYED_LATER;
	played.reply_number = 5;
	ask(&r);
	assert_int_equal(got.err, OK);
	assert_at("done", "true");
	assert_at("number", "5");
	assert_at("text", "a claim to 256 addresses in organisation is on its way, as number 5");
	assert_int_equal(played.command.kind, MASC_COMMAND_CLAIM);
	assert_int_equal(played.command.addresses, 256);
	assert_int_equal(played.command.prefix.family, 0);
	assert_int_equal(played.command.family, 0);
	assert_true(played.command.for_us == MONO_HOUR && played.command.from == PLAYED_LATER);
	assert_string_equal(played.command_scope, "organisation");
}

static void a_claim_to_a_range(void **state)
{
	struct ops_request r = claim_wish("239.192.8.0/24", 0);
	struct masc_prefix want = played_prefix("239.192.8.0/24");
	ask(&r);
	assert_at("text", "a claim to 239.192.8.0/24 is on its way");
	assert_true(masc_prefix_eq(&played.command.prefix, &want));
	assert_int_equal(played.command.for_us, 0);
	r.claim.dry_run = true;
	ask(&r);
	assert_at("text", "a claim to 239.192.8.0/24 would be made");
	assert_at("done", "false");
	assert_int_equal(played.commands, 1);
	r = claim_wish("239.192.0.0/22", 0);
	r.claim.dry_run = true;
	ask(&r);
	refused(ERR_EXISTS, "a claim to 239.192.0.0/22 would be refused: it is ours already",
		"homestead masc prefixes");
	/* Half of it would not do. */
	r = claim_wish("239.192.0.0/13", 0);
	r.claim.dry_run = true;
	ask(&r);
	refused(ERR_RANGE,
		"a claim to 239.192.0.0/13 would be refused: it lies in no range that claims may "
		"come from",
		"homestead masc space");
}

static void claims_that_make_no_sense(void **state)
{
	struct ops_request r = claim_wish("", 0);
	ask(&r);
	refused(ERR_MALFORMED, "one of the two", "homestead help masc claim");
	r = claim_wish("239.192.8.0/24", 256);
	ask(&r);
	refused(ERR_MALFORMED, "one of the two", "homestead help masc claim");
	r = claim_wish("192.0.2.0/24", 0);
	ask(&r);
	refused(ERR_MALFORMED, "\"192.0.2.0/24\" is no range of multicast addresses", "");
	r = claim_wish("239.192.9.5/22", 0);
	ask(&r);
	refused(ERR_MALFORMED,
		"\"239.192.9.5/22\" has bits behind its length; with that length it lies in "
		"239.192.8.0/22",
		"");
	r = claim_wish("239.192.9.5", 0);
	ask(&r);
	refused(ERR_MALFORMED, "\"239.192.9.5\" is no range; one looks like", "");
	r = claim_wish("", 256);
	r.claim.from = played.wall_us - MONO_HOUR;
	ask(&r);
	refused(ERR_RANGE, "the time it is to begin at is over", "now");
	assert_int_equal(played.commands, 0);
	r = claim_wish("", 256);
	r.claim.lifetime = 0;
	ask(&r);
	refused(ERR_RANGE, "for no time", "above 0");
	r = claim_wish("", 256);
	ops_set_text(r.claim.scope, sizeof(r.claim.scope), "site");
	ask(&r);
	refused(ERR_NOT_FOUND, "there is no scope \"site\"; scopes are organisation",
		"man homestead.conf");
	played.node_config.masc.n_scopes = 0;
	ask(&r);
	refused(ERR_NOT_FOUND, "there is no scope \"site\"; there are none", "man homestead.conf");
	r = claim_wish("", 256);
	ops_set_text(r.claim.family, sizeof(r.claim.family), "ipv5");
	ask(&r);
	refused(ERR_MALFORMED, "\"ipv5\" is no family: ipv4, ipv6", "");
	assert_int_equal(played.commands, 0);
	ops_set_text(r.claim.family, sizeof(r.claim.family), "ipv6");
	ask(&r);
	assert_int_equal(played.command.family, MASC_IPV6);
}

static void a_demand(void **state)
{
	struct ops_request r = { .kind = OPS_MASC_DEMAND };
	ask(&r);
	refused(ERR_RANGE, "one address or more", "homestead help masc demand");
	r.demand.addresses = 1;
	r.demand.from = PLAYED_LATER;
	r.demand.until = PLAYED_LATER + MONO_HOUR;
	played.reply_number = 9;
	ask(&r);
	assert_at("text", "a demand for 1 address is taken, as number 9");
	assert_int_equal(played.command.kind, MASC_COMMAND_DEMAND);
	assert_true(played.command.until == PLAYED_LATER + MONO_HOUR);
	r.demand.until = PLAYED_LATER;
	ask(&r);
	refused(ERR_RANGE, "would end before it begins", "later end");
	r.demand.from = 0;
	r.demand.until = played.wall_us;
	ask(&r);
	refused(ERR_RANGE, "is over already", "later end");
	r.demand.until = 0;
	r.demand.dry_run = true;
	ask(&r);
	assert_at("text", "a demand for 1 address would be taken");
	assert_int_equal(played.commands, 1);
}

static struct ops_request numbered(enum ops_kind kind, const char *number)
{
	struct ops_request r = { .kind = kind };
	ops_set_text(r.name, sizeof(r.name), number);
	return r;
}

static void the_end_of_a_demand(void **state)
{
	struct ops_request r = numbered(OPS_MASC_DEMAND_END, "2");
	ask(&r);
	assert_at("text", "demand 2 is ended");
	assert_int_equal(played.command.kind, MASC_COMMAND_DEMAND_END);
	assert_int_equal(played.command.number, 2);
	r.write.dry_run = true;
	ask(&r);
	assert_at("text", "demand 2 would be ended");
	r = numbered(OPS_MASC_DEMAND_END, "77");
	r.write.dry_run = true;
	ask(&r);
	refused(ERR_NOT_FOUND, "demand 77 would stay as it is: there is none such",
		"homestead masc demand");
	r = numbered(OPS_MASC_DEMAND_END, "two");
	ask(&r);
	refused(ERR_NOT_FOUND, "\"two\" is no number of a demand", "");
}

static void a_range_given_back(void **state)
{
	struct ops_request r = { .kind = OPS_MASC_WITHDRAW };
	ops_set_text(r.withdraw.prefix, sizeof(r.withdraw.prefix), "239.192.0.0/22");
	ask(&r);
	assert_at("text", "239.192.0.0/22 is given back");
	assert_int_equal(played.command.kind, MASC_COMMAND_WITHDRAW);
	r.withdraw.dry_run = true;
	ask(&r);
	assert_at("text", "239.192.0.0/22 would be given back");
	ops_set_text(r.withdraw.prefix, sizeof(r.withdraw.prefix), "239.195.0.0/24");
	ask(&r);
	assert_at("text", "239.195.0.0/24 would be given back");
	ops_set_text(r.withdraw.prefix, sizeof(r.withdraw.prefix), "239.193.0.0/16");
	ask(&r);
	refused(ERR_NOT_FOUND, "would stay as it is: it is neither held nor claimed here",
		"homestead masc prefixes");
	ops_set_text(r.withdraw.prefix, sizeof(r.withdraw.prefix), "");
	ask(&r);
	refused(ERR_MALFORMED, "is no range", "");
}

static void a_clash_decided(void **state)
{
	struct ops_request r = numbered(OPS_MASC_RESOLVE, "1");
	ops_set_text(r.resolve.action, sizeof(r.resolve.action), "yield");
	ask(&r);
	assert_at("text", "clash 1 is resolved: the overlap is withdrawn");
	assert_int_equal(played.command.kind, MASC_COMMAND_RESOLVE);
	assert_int_equal(played.command.number, 1);
	assert_true(played.command.yield);
	ops_set_text(r.resolve.action, sizeof(r.resolve.action), "keep");
	ask(&r);
	assert_at("text", "clash 1 is resolved: ours stays");
	assert_false(played.command.yield);
	r.resolve.dry_run = true;
	ask(&r);
	assert_at("text", "clash 1 would be resolved: ours would stay");
	ops_set_text(r.resolve.action, sizeof(r.resolve.action), "yield");
	ask(&r);
	assert_at("text", "clash 1 would be resolved: the overlap would be withdrawn");
	ops_set_text(r.name, sizeof(r.name), "7");
	ask(&r);
	refused(ERR_NOT_FOUND, "clash 7 would stay as it is: there is none such",
		"homestead masc clashes");
	ops_set_text(r.resolve.action, sizeof(r.resolve.action), "");
	ask(&r);
	refused(ERR_MALFORMED, "is no decision: keep, yield", "homestead help masc resolve");
}

/* What the core says no to is worded by its reason, else by its error. */
static void what_the_core_refuses(void **state)
{
	static const struct {
		enum err e;
		enum masc_reason why;
		const char *message, *hint;
	} rows[] = {
		{ ERR_IN_USE, MASC_REASON_NONE, "somebody else holds or claims it", "prefixes" },
		{ ERR_EXISTS, MASC_REASON_NONE, "it is ours already", "homestead masc prefixes" },
		{ ERR_RANGE, MASC_REASON_NO_RANGE, "no parent has told a range",
		  "a top-level domain needs a scope with `root`" },
		{ ERR_RANGE, MASC_REASON_NONE, "no range of that size or place can be had", "" },
		{ ERR_FULL, MASC_REASON_TOO_MANY, "as many prefixes as may be", "prefixes_most" },
		{ ERR_STATE, MASC_REASON_NONE, "something uses it", "" },
		{ ERR_NO_SPACE, MASC_REASON_STORE, "it could not be stored", "mend the store" },
		{ ERR_STOPPING, MASC_REASON_NONE, "", "" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ops_request r = claim_wish("", 256);
		played.command_result = rows[i].e;
		played.why = rows[i].why;
		ask(&r);
		refused(rows[i].e, "a claim to 256 addresses is refused: ", rows[i].hint);
		refused(rows[i].e, rows[i].message, rows[i].hint);
	}
}

/* A reason of the core may mean something else in an answer. */
static void reasons_in_other_words(void **state)
{
	struct ops_request away = claim_wish("239.255.0.0/24", 0);
	played.command_result = ERR_RANGE;
	played.why = MASC_REASON_NO_RANGE;
	ask(&away);
	refused(ERR_RANGE, "239.255.0.0/24 is refused: it lies in no range that claims may come",
		"homestead masc space");
	away = claim_wish("", 256);
	away.claim.lifetime = MONO_SEC;
	played.why = MASC_REASON_NONE;
	ask(&away);
	refused(ERR_RANGE, "is refused: a range is claimed for four waiting periods or more", "");
	struct ops_request r = { .kind = OPS_MASC_WITHDRAW };
	ops_set_text(r.withdraw.prefix, sizeof(r.withdraw.prefix), "239.192.0.0/22");
	played.command_result = ERR_STATE;
	played.why = MASC_REASON_DEMAND;
	ask(&r);
	refused(ERR_STATE, "239.192.0.0/22 stays as it is: a demand or a child uses it",
		"homestead masc demand");
	played.why = MASC_REASON_TAKEN;
	ask(&r);
	refused(ERR_STATE, "239.192.0.0/22 stays as it is: a child holds part of it",
		"homestead masc space");
	r = claim_wish("", 1 << 20);
	played.command_result = ERR_RANGE;
	played.why = MASC_REASON_TOO_LARGE;
	ask(&r);
	refused(ERR_RANGE,
		"a claim to 1048576 addresses is refused: no range to claim from is "
		"that large",
		"homestead masc space");
}

static void answers_may_come_later(void **state)
{
	struct ops_request r = claim_wish("", 256);
	played.later = true;
	assert_int_equal(ops_submit(ops, &r, take, NULL), OK);
	assert_int_equal(got.count, 0);
	memset(&r, 0, sizeof(r)); /* borrowed for the call alone */
	played_finish(OK);
	assert_int_equal(got.count, 1);
	assert_at("text", "a claim to 256 addresses is on its way");
}

static void not_while_masc_is_down(void **state)
{
	struct ops_request r = claim_wish("", 256);
	played.masc_health = ERR_IN_USE;
	ask(&r);
	refused(ERR_STATE, "MASC is stopped", "homestead doctor ports");
	played.masc_on = false;
	ask(&r);
	refused(ERR_STATE, "MASC is not configured", "man homestead.conf");
}

static void without_memory(void **state)
{
	static const enum ops_kind kinds[] = { OPS_MASC_PREFIXES,  OPS_MASC_CLAIMS,  OPS_MASC_SPACE,
					       OPS_MASC_DEMANDS,   OPS_MASC_CLASHES, OPS_MASC_CLAIM,
					       OPS_MASC_DEMAND_END };
	struct failing_env f;
	ops_free(ops);
	FAILING_ENV_EACH(f, 20)
	{
		struct ops_host host = played_host();
		size_t answered = 0, given = 0;
		played.env = &f.env;
		if (ops_new(&ops, NULL, &host) == OK) {
			for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
				struct ops_request r = { .kind = kinds[i] };
				size_t before = got.count;
				if (kinds[i] == OPS_MASC_CLAIM)
					r = claim_wish("", 256);
				ops_set_text(r.name, sizeof(r.name), "1");
				enum err e = ops_submit(ops, &r, take, NULL);
				assert_true(e == OK || (e == ERR_NOMEM && f.failed));
				given += e == OK;
				answered += got.count - before;
			}
			assert_int_equal(given, answered);
			ops_free(ops);
		}
		failing_env_assert_clean(&f);
	}
	played.env = NULL;
	ops = NULL;
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_claim_by_size),	      T(a_claim_to_a_range),
		T(claims_that_make_no_sense), T(a_demand),
		T(the_end_of_a_demand),	      T(a_range_given_back),
		T(a_clash_decided),	      T(what_the_core_refuses),
		T(reasons_in_other_words),    T(answers_may_come_later),
		T(not_while_masc_is_down),    T(without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
