#include "../failing_env.h"

#include "node/event.h"

static struct node_event masc_event(enum masc_event_kind kind, const char *peer)
{
	struct node_event e;
	memset(&e, 0, sizeof(e));
	e.part = NODE_PART_MASC;
	e.masc.kind = kind;
	memcpy(e.masc.peer, peer, strlen(peer));
	return e;
}

static struct node_event self_event(enum node_self_event_kind kind)
{
	struct node_event e;
	memset(&e, 0, sizeof(e));
	e.part = NODE_PART_NODE;
	e.self.kind = kind;
	return e;
}

static void says(const struct node_event *e, const char *name, const char *words)
{
	char buffer[512];
	struct text t = TEXT_OF(buffer);
	assert_string_equal(node_event_name(e), name);
	node_event_text(&t, e);
	assert_string_equal(t.p, words);
}

/* "name=value name=value", in order. */
static void has_fields(const struct node_event *e, const char *expected)
{
	char buffer[1024];
	struct text t = TEXT_OF(buffer);
	struct node_field f;
	size_t at = 0;
	while (node_event_field(e, &at, &f)) {
		if (t.n)
			text_char(&t, ' ');
		text_str(&t, f.name);
		text_char(&t, '=');
		if (f.is_number)
			text_i64(&t, f.number);
		else
			text_str(&t, f.value.p);
	}
	assert_string_equal(t.p, expected);
}

static const struct addr somewhere = { ADDR_IPV4, { 192, 0, 2, 9 }, 4000, 0 };

static void state_event(void **state)
{
	struct node_event e = masc_event(MASC_EVENT_STATE, "north");
	e.masc.from = MASC_CONNECT;
	e.masc.to = MASC_OPENSENT;
	says(&e, "state", "session with north goes from connect to opensent");
	has_fields(&e, "peer=north from=connect to=opensent");
	assert_int_equal(node_masc_event_level(&e.masc), NODE_DEBUG);
}

static void up_and_down(void **state)
{
	struct node_event e = masc_event(MASC_EVENT_ESTABLISHED, "north");
	says(&e, "up", "session with north is up");
	has_fields(&e, "peer=north");
	e = masc_event(MASC_EVENT_LOST, "north");
	e.masc.err = ERR_RESET;
	says(&e, "down", "session with north is down: connection reset by the other side");
	has_fields(&e, "peer=north reason=connection reset by the other side error=RESET");
	assert_int_equal(node_masc_event_level(&e.masc), NODE_WARNING);
	e.masc.err = OK;
	says(&e, "down", "session with north is down: ended in good order");
	e.masc.error = (struct masc_error){ 7, 0, false };
	assert_int_equal(node_masc_event_level(&e.masc), NODE_INFO);
	e.masc.error = (struct masc_error){ 4, 0, false };
	says(&e, "down", "session with north is down: hold timer expired (4/0)");
	has_fields(&e, "peer=north code=4 subcode=0 reason=hold timer expired");
}

static void notifications(void **state)
{
	struct node_event e = masc_event(MASC_EVENT_NOTIFIED, "north");
	e.masc.error = (struct masc_error){ 2, 8, false };
	e.masc.data[0] = 3;
	e.masc.data_n = 1;
	says(&e, "notification-sent",
	     "told north: OPEN error: role mismatch (2/8); child goes with parent, sibling with "
	     "sibling, internal with internal");
	has_fields(&e, "peer=north code=2 subcode=8 stay_open=false data=03 "
		       "reason=OPEN error: role mismatch");
	assert_int_equal(node_masc_event_level(&e.masc), NODE_WARNING);
	e = masc_event(MASC_EVENT_NOTIFICATION, "");
	e.masc.remote = somewhere;
	e.masc.error = (struct masc_error){ 3, 2, true };
	char buffer[300];
	struct text t = TEXT_OF(buffer);
	node_event_text(&t, &e);
	assert_memory_equal(t.p, "192.0.2.9:4000 says: ", 21);
	assert_string_equal(node_event_name(&e), "notification-received");
}

/* Whoever can do something about an error is told what. */
static void hints(void **state)
{
	static const struct {
		uint8_t subcode;
		const char *words;
	} rows[] = {
		{ 1, "version" },      { 2, "`domain`" },  { 3, "`node`" },
		{ 6, "at least 3 s" }, { 7, "top-level" }, { 9, "`parent_domain`" },
		{ 10, "in common" },   { 13, "`family`" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char buffer[512];
		struct text t = TEXT_OF(buffer);
		struct node_event e = masc_event(MASC_EVENT_NOTIFIED, "north");
		e.masc.error = (struct masc_error){ 2, rows[i].subcode, false };
		node_event_text(&t, &e);
		assert_non_null(strstr(t.p, rows[i].words));
	}
}

static void collisions(void **state)
{
	struct node_event e = masc_event(MASC_EVENT_COLLISION, "north");
	e.masc.link = 3;
	e.masc.kept = 2;
	e.masc.keep = MASC_KEEP_HIGHER;
	says(&e, "collision",
	     "two connections with north: kept the one opened by the peer, which has the higher "
	     "Node ID; closed the other");
	has_fields(&e, "peer=north link=3 kept=2 opened_by=peer rule=higher-node");
	e.masc.ours = true;
	e.masc.keep = MASC_KEEP_NEWER;
	says(&e, "collision",
	     "two connections with north: kept the one opened by us last; closed the other");
	has_fields(&e, "peer=north link=3 kept=2 opened_by=us rule=newer");
	e.masc.keep = MASC_KEEP_UP;
	has_fields(&e, "peer=north link=3 kept=2 opened_by=us rule=established");
	e.masc.keep = MASC_KEEP_TWIN;
	says(&e, "collision",
	     "north gives the Node ID of another peer, whose session stays; every node needs one "
	     "of its own");
	has_fields(&e, "peer=north link=3 kept=2 opened_by=us rule=same-node");
}

static void refusals_and_dials(void **state)
{
	struct node_event e = masc_event(MASC_EVENT_WRONG_SOURCE, "");
	says(&e, "refused",
	     "connection from an unknown address refused: it is no peer's `address`; add a peer if "
	     "it should be one");
	e.masc.remote = somewhere;
	says(&e, "refused",
	     "connection from 192.0.2.9:4000 refused: it is no peer's `address`; add a peer if it "
	     "should be one");
	has_fields(&e, "remote=192.0.2.9:4000");
	e = masc_event(MASC_EVENT_DIAL_FAILED, "north");
	e.masc.err = ERR_REFUSED;
	e.masc.remote = somewhere;
	says(&e, "dial-failed",
	     "cannot reach north at 192.0.2.9:4000: connection refused; will try again");
	e = masc_event(MASC_EVENT_DIAL_FAILED, "");
	e.masc.err = ERR_TIMEOUT;
	says(&e, "dial-failed",
	     "cannot reach an unknown peer: timed out; it is off, a firewall is in between, or "
	     "`md5_key` differs between the sides; will try again");
}

static void operators(void **state)
{
	struct node_event e = masc_event(MASC_EVENT_ADMIN, "north");
	says(&e, "admin", "north taken down by an operator");
	has_fields(&e, "peer=north admin=down");
	e.masc.up = true;
	says(&e, "admin", "north taken up by an operator");
	has_fields(&e, "peer=north admin=up");
}

static void grave_ones(void **state)
{
	struct node_event e = masc_event(MASC_EVENT_STOPPED, "");
	e.masc.err = ERR_IN_USE;
	says(&e, "stopped",
	     "stopped, with all its sessions: its port could not be had, in use by somebody else; "
	     "`homestead doctor ports` says who has it, then reload");
	assert_int_equal(node_masc_event_level(&e.masc), NODE_ERROR);
	e = masc_event(MASC_EVENT_STORE_FAILED, "north");
	e.masc.err = ERR_NO_SPACE;
	says(&e, "store-failed",
	     "a change to north could not be stored and was undone: no space left on the device; "
	     "mend the store, then give the command again");
	assert_int_equal(node_masc_event_level(&e.masc), NODE_ERROR);
}

static const struct masc_prefix range = { { 239, 192, 1 }, 24, MASC_IPV4 };
static const struct masc_prefix theirs = { { 239, 192 }, 16, MASC_IPV4 };

static struct node_event claim_event(enum masc_life from, enum masc_life to, enum masc_reason why)
{
	struct node_event e = masc_event(MASC_EVENT_CLAIM, "");
	e.masc.number = 5;
	e.masc.prefix = range;
	e.masc.life_from = from;
	e.masc.life = to;
	e.masc.why = why;
	return e;
}

/* MASC-14.1: each way into a state says what it means. */
static void lives_of_a_claim(void **state)
{
#define AT(level, from, to, why, words)                                                            \
	{                                                                                          \
		MASC_LIFE_##from, MASC_LIFE_##to, MASC_REASON_##why, NODE_##level, words           \
	}
#define LIFE(from, to, why, words) AT(INFO, from, to, why, words)
	static const struct {
		enum masc_life from, to;
		enum masc_reason why;
		enum node_level level;
		const char *words;
	} rows[] = {
		LIFE(WANTED, WANTED, NO_SESSION,
		     " waits: too few parents and siblings are connected and have told all they "
		     "know; see `homestead masc peers`"),
		/* It is scheduled next, or says what it waits for. */
		AT(DEBUG, WANTED, WANTED, ASKED, " is to be made: an operator asked for it"),
		AT(DEBUG, WANTED, WANTED, DEMAND, " is to be made: more addresses are wanted"),
		LIFE(WANTED, SCHEDULED, DEMAND, " will be made shortly: more addresses are wanted"),
		LIFE(SCHEDULED, WAITING, NONE, " is made, and the waiting period begins"),
		AT(NOTICE, WAITING, WANTED, BEATEN,
		   " is lost, and waits until that range is free: another domain's claim goes "
		   "first"),
		LIFE(WAITING, HELD, WAITED,
		     " is ours: the waiting period passed and nobody objected"),
		LIFE(WANTED, HELD, RENEW_DUE,
		     " is the part of a range that is not claimed for longer: its end comes near"),
		LIFE(HELD, RENEWING, RENEW_DUE, " is claimed for longer: its end comes near"),
		LIFE(RENEWING, HELD, WAITED,
		     " is renewed: the waiting period passed and nobody objected"),
		LIFE(RENEWING, HELD, DENIED,
		     " is not renewed yet, and held to its end: the parent denied it; its operator "
		     "sees why in `homestead events`"),
		LIFE(HELD, GROWING, GROW_DUE, " is claimed twice as large: it is nearly full"),
		LIFE(GROWING, HELD, NONE, " has grown"),
		LIFE(GROWING, HELD, BEATEN,
		     " has not grown, and is held as it was: another domain's claim goes first"),
		LIFE(HELD, DEPRECATED, UNUSED,
		     " takes no new use and ends by itself: nobody uses it"),
		/* Somebody must stop using addresses. */
		AT(WARNING, HELD, CLASHED, CLASH,
		   " is withdrawn where it clashes; do not use addresses there: another domain "
		   "held it first"),
		LIFE(CLASHED, HELD, CLASH_OVER, " is ours again: the clash is over"),
		LIFE(HELD, EXPIRED, ENDED, " is over: its lifetime is over"),
		LIFE(SCHEDULED, WANTED, TOO_OFTEN,
		     " waits: too many claims of our domain were lost in a row, and the next has to "
		     "wait for a waiting period; `homestead events` says why they were lost"),
		LIFE(WANTED, EXPIRED, RELEASED, " is dropped: an operator gave it back"),
	};
#undef LIFE
#undef AT
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char expected[256] = "claim 5, 239.192.1.0/24";
		struct node_event e = claim_event(rows[i].from, rows[i].to, rows[i].why);
		strcat(expected, rows[i].words);
		says(&e, "claim", expected);
		assert_int_equal(node_masc_event_level(&e.masc), rows[i].level);
	}
}

static void fields_of_a_claim(void **state)
{
	struct node_event e = claim_event(MASC_LIFE_WAITING, MASC_LIFE_WANTED, MASC_REASON_BEATEN);
	e.masc.domain.octets[15] = 7;
	e.masc.node.octets[15] = 9;
	e.masc.local = true;
	says(&e, "claim",
	     "local claim 5, 239.192.1.0/24 is lost, and waits until that range is free: another "
	     "domain's claim goes first (domain 7)");
	has_fields(&e, "number=5 prefix=239.192.1.0/24 from=waiting to=wanted domain=7 node=9 "
		       "local=true why=BEATEN reason=another domain's claim goes first");
	/* By size any range will do. */
	e = claim_event(MASC_LIFE_WAITING, MASC_LIFE_WANTED, MASC_REASON_BEATEN);
	e.masc.prefix.family = 0;
	says(&e, "claim", "claim 5 is lost, and chosen anew: another domain's claim goes first");
	assert_int_equal(node_masc_event_level(&e.masc), NODE_INFO);
	e = claim_event(MASC_LIFE_WANTED, MASC_LIFE_WANTED, MASC_REASON_NONE);
	e.masc.prefix.family = 0;
	says(&e, "claim", "claim 5 waits");
	has_fields(&e, "number=5 from=wanted to=wanted local=false");
}

static void clashes(void **state)
{
	struct node_event e = masc_event(MASC_EVENT_CLASH, "");
	e.masc.number = 3;
	e.masc.prefix = range;
	e.masc.other = theirs;
	e.masc.domain.octets[15] = 7;
	e.masc.node.octets[15] = 9;
	says(&e, "clash",
	     "clash 3: our 239.192.1.0/24 and 239.192.0.0/16 of domain 7 overlap, and theirs is "
	     "the older; see `homestead masc clashes`");
	has_fields(&e, "number=3 prefix=239.192.1.0/24 other=239.192.0.0/16 domain=7 node=9 "
		       "won=false over=false");
	assert_int_equal(node_masc_event_level(&e.masc), NODE_WARNING);
	e.masc.won = true;
	says(&e, "clash",
	     "clash 3: our 239.192.1.0/24 and 239.192.0.0/16 of domain 7 overlap; ours is the "
	     "older and stays");
	e.masc.why = MASC_REASON_KEPT;
	says(&e, "clash",
	     "clash 3: our 239.192.1.0/24 and 239.192.0.0/16 of domain 7 overlap, and ours stays: "
	     "so an operator decided; both use it until one of the two gives way");
	assert_int_equal(node_masc_event_level(&e.masc), NODE_NOTICE);
	has_fields(&e, "number=3 prefix=239.192.1.0/24 other=239.192.0.0/16 domain=7 node=9 "
		       "won=true over=false why=KEPT reason=an operator keeps ours");
	e.masc.why = MASC_REASON_YIELDED;
	says(&e, "clash",
	     "clash 3: our 239.192.1.0/24 and 239.192.0.0/16 of domain 7 overlap, and ours is "
	     "withdrawn there: so an operator decided");
	assert_int_equal(node_masc_event_level(&e.masc), NODE_NOTICE);
	e.masc.why = MASC_REASON_CLASH_OVER;
	e.masc.up = true;
	says(&e, "clash",
	     "clash 3: our 239.192.1.0/24 and 239.192.0.0/16 of domain 7 do not overlap any more");
	assert_int_equal(node_masc_event_level(&e.masc), NODE_NOTICE);
}

static struct node_event of_domain(enum masc_event_kind kind, enum masc_reason why, bool up)
{
	struct node_event e = masc_event(kind, "");
	e.masc.prefix = range;
	e.masc.domain.octets[15] = 7;
	e.masc.why = why;
	e.masc.up = up;
	return e;
}

/* To a child, and by the parent of what we hold. */
static void denials(void **state)
{
	struct node_event e = of_domain(MASC_EVENT_DENIED, MASC_REASON_TAKEN, false);
	e.masc.rival.octets[15] = 9;
	says(&e, "denied", "denied 239.192.1.0/24 to domain 7: another domain holds it (domain 9)");
	has_fields(&e, "prefix=239.192.1.0/24 domain=7 rival=9 why=TAKEN reason=another domain "
		       "holds it");
	assert_int_equal(node_masc_event_level(&e.masc), NODE_WARNING);
	e = of_domain(MASC_EVENT_DENIED, MASC_REASON_TOO_LONG, false);
	e.masc.allowed = 90;
	says(&e, "denied",
	     "denied 239.192.1.0/24 to domain 7: for longer than we hold the range or allow; 90s "
	     "would pass");
	has_fields(&e, "prefix=239.192.1.0/24 domain=7 allowed=90 why=TOO_LONG reason=for longer "
		       "than we hold the range or allow");
	assert_int_equal(node_masc_event_level(&e.masc), NODE_INFO);
	e = of_domain(MASC_EVENT_DENIED, MASC_REASON_DENIED, false);
	e.masc.number = 5;
	says(&e, "denied",
	     "the parent, domain 7, denies that 239.192.1.0/24 of claim 5 is ours; agree with its "
	     "operator, who sees why in `homestead events`, or give it back: homestead masc "
	     "withdraw 239.192.1.0/24");
	assert_int_equal(node_masc_event_level(&e.masc), NODE_WARNING);
}

/* An error about a claim names its range. */
static void error_about_a_claim(void **state)
{
	struct node_event e = masc_event(MASC_EVENT_NOTIFICATION, "north");
	e.masc.error = (struct masc_error){ 3, 22, true };
	e.masc.prefix = range;
	says(&e, "notification-received",
	     "north says: UPDATE error: prefix too large (3/22), about 239.192.1.0/24; the parent "
	     "allows smaller claims only: its `child_claim_most`");
	e.masc.kind = MASC_EVENT_NOTIFIED;
	e.masc.error.subcode = 24;
	says(&e, "notification-sent",
	     "told north: UPDATE error: no fitting prefix of a parent (3/24), about "
	     "239.192.1.0/24");
}

static void what_others_do(void **state)
{
	struct node_event e = of_domain(MASC_EVENT_DENIED, MASC_REASON_OVER_QUOTA, false);
	says(&e, "denied",
	     "denied 239.192.1.0/24 to domain 7: above the quota of that child; raise its "
	     "`quota_hard` if it is to have more");
	has_fields(&e, "prefix=239.192.1.0/24 domain=7 why=OVER_QUOTA reason=above the quota of "
		       "that child");
	e = of_domain(MASC_EVENT_RANGE, MASC_REASON_NONE, true);
	says(&e, "range", "claims may come from 239.192.1.0/24 of domain 7");
	has_fields(&e, "prefix=239.192.1.0/24 domain=7 usable=true");
	e = of_domain(MASC_EVENT_RANGE, MASC_REASON_PARENT_WITHDREW, false);
	says(&e, "range",
	     "no new claims from 239.192.1.0/24 of domain 7: the parent withdrew the range it "
	     "lies in");
	e = of_domain(MASC_EVENT_WAIT_DIFFERS, MASC_REASON_NONE, false);
	says(&e, "wait-differs",
	     "domain 7 claims 239.192.1.0/24 with another waiting period than ours; set "
	     "`waiting_period` alike, or one of the two uses ranges too early");
	e = of_domain(MASC_EVENT_DAMPED, MASC_REASON_NONE, false);
	says(&e, "damped",
	     "new claims of domain 7 are held off for one waiting period: it has lost too many in "
	     "a row; ask its operator, or raise `damp_after`");
	e.masc.ours = true;
	says(&e, "damped",
	     "new claims of ours are held off for one waiting period: too many were lost in a row; "
	     "what was told before this says why");
	e = of_domain(MASC_EVENT_QUOTA, MASC_REASON_NONE, false);
	says(&e, "quota",
	     "domain 7 is above its soft quota with 239.192.1.0/24; see `quota_soft` and "
	     "`quota_hard`");
	e = of_domain(MASC_EVENT_FULL, MASC_REASON_NONE, false);
	says(&e, "full",
	     "the table of claims is full and refuses more, also of domain 7; raise `claims_most` "
	     "and `origin_most`, or look with `homestead masc claims` who makes so many");
	e = masc_event(MASC_EVENT_SYNC, "north");
	says(&e, "sync", "north has told all the claims it knows");
	has_fields(&e, "peer=north");
}

static void demands_and_pauses(void **state)
{
	struct node_event e = masc_event(MASC_EVENT_UNMET, "");
	e.masc.number = 4;
	e.masc.why = MASC_REASON_NO_ROOM;
	says(&e, "unmet",
	     "demand 4 is not met: no free range is large enough; ask for less, give ranges back, "
	     "or have the parent claim more");
	has_fields(&e, "number=4 met=false why=NO_ROOM reason=no free range is large enough");
	assert_int_equal(node_masc_event_level(&e.masc), NODE_WARNING);
	/* How every domain begins. */
	e.masc.why = MASC_REASON_NO_RANGE;
	says(&e, "unmet",
	     "demand 4 waits for a range: no parent has told a range to claim from; a parent "
	     "without one is asked for it and needs a waiting period or more; a top-level domain "
	     "needs a scope with `root`");
	assert_int_equal(node_masc_event_level(&e.masc), NODE_NOTICE);
	e.masc.up = true;
	e.masc.why = MASC_REASON_NONE;
	says(&e, "unmet", "demand 4 is met");
	e = masc_event(MASC_EVENT_PAUSED, "");
	e.masc.why = MASC_REASON_NO_CLOCK;
	says(&e, "paused",
	     "no claims are made or renewed: the clock of this machine cannot be trusted; look at "
	     "the time service of this machine, or set `clock_check`");
	has_fields(&e, "paused=true why=NO_CLOCK "
		       "reason=the clock of this machine cannot be trusted");
	e.masc.up = true;
	/* It ends with the reason it began with, which would read as one for going on. */
	says(&e, "paused", "claims are made and renewed again");
	has_fields(&e, "paused=false why=NO_CLOCK "
		       "reason=the clock of this machine cannot be trusted");
}

static void a_claim_that_could_not_be_stored(void **state)
{
	struct node_event e = masc_event(MASC_EVENT_STORE_FAILED, "");
	e.masc.err = ERR_NO_SPACE;
	e.masc.number = 5;
	e.masc.prefix = range;
	says(&e, "store-failed",
	     "a change to claim 5, 239.192.1.0/24 could not be stored and was undone: no space "
	     "left on the device; mend the store, then give the command again");
	has_fields(&e, "number=5 prefix=239.192.1.0/24 reason=no space left on the device "
		       "error=NO_SPACE");
}

/* Every claim event with every state and reason fits a line of a log. */
static void any_claim(void **state)
{
	for (int from = 0; from < MASC_LIFE_COUNT; from++)
		for (int to = 0; to < MASC_LIFE_COUNT; to++)
			for (int why = 0; why < MASC_REASON_COUNT; why++) {
				char buffer[512];
				struct text t = TEXT_OF(buffer);
				struct node_event e =
					claim_event((enum masc_life)from, (enum masc_life)to,
						    (enum masc_reason)why);
				memset(e.masc.domain.octets, 0xff, 16);
				node_event_text(&t, &e);
				assert_false(t.cut);
				assert_null(strstr(buffer, "has changed"));
				if (why)
					assert_non_null(strstr(
						buffer,
						node_own_reason_text((enum masc_reason)why)));
			}
}

static void of_the_node_itself(void **state)
{
	struct node_event e = self_event(NODE_SELF_WORKERS_STUCK);
	e.self.err = ERR_TIMEOUT;
	says(&e, "workers-stuck",
	     "the job threads do not answer: timed out; long work waits, look for a machine "
	     "without processor time or memory");
	has_fields(&e, "error=TIMEOUT");
	e = self_event(NODE_SELF_WORKERS_BACK);
	says(&e, "workers-back", "the job threads answer again");
	has_fields(&e, "");
	e = self_event(NODE_SELF_CLOCK_SYNCHRONISED);
	says(&e, "clock-synchronised", "the wall clock is synchronised");
	e = self_event(NODE_SELF_CLOCK_LOST);
	says(&e, "clock-unsynchronised",
	     "the wall clock is not synchronised any more; look at the time service of this "
	     "machine");
	e = self_event(NODE_SELF_CLOCK_STEPPED);
	e.self.us = -90 * MONO_SEC;
	says(&e, "clock-stepped", "the wall clock jumped back by 90s");
	has_fields(&e, "step_us=-90000000");
	e.self.us = MONO_HOUR;
	says(&e, "clock-stepped", "the wall clock jumped ahead by 1h");
	e = self_event(NODE_SELF_CONFIG_TAKEN);
	says(&e, "config-taken", "the new configuration is in force");
	e = self_event(NODE_SELF_STOPPING);
	says(&e, "stopping", "stopping: neighbours are told");
}

static void refused_configuration(void **state)
{
	struct node_event e = self_event(NODE_SELF_CONFIG_REFUSED);
	e.self.err = ERR_CONFIG;
	e.self.line = 7;
	memcpy(e.self.text, "no", 3);
	says(&e, "config-refused", "new configuration refused, the old one stays: line 7: no");
	has_fields(&e, "error=CONFIG line=7 reason=no");
	e.self.line = 0;
	says(&e, "config-refused", "new configuration refused, the old one stays: no");
	has_fields(&e, "error=CONFIG reason=no");
}

/* No kind without a name of its own, a sentence and a level. */
static void every_kind(void **state)
{
	for (int k = 0; k < MASC_EVENT_COUNT + NODE_SELF_EVENT_COUNT; k++) {
		char buffer[512];
		struct text t = TEXT_OF(buffer);
		struct node_event e =
			k < MASC_EVENT_COUNT
				? masc_event((enum masc_event_kind)k, "north")
				: self_event((enum node_self_event_kind)(k - MASC_EVENT_COUNT));
		struct node_field f;
		size_t at = 0;
		node_event_text(&t, &e);
		assert_true(t.n > 10 && !t.cut);
		assert_string_not_equal(t.p, "unknown event");
		assert_true(t.p[t.n - 1] != '.');
		assert_string_not_equal(node_event_name(&e), "unknown");
		while (node_event_field(&e, &at, &f))
			assert_false(f.value.cut);
	}
	for (int i = 0; i < NODE_LEVEL_COUNT; i++)
		assert_string_not_equal(node_level_text((enum node_level)i), "unknown");
	for (int i = 0; i < NODE_SELF_EVENT_COUNT; i++)
		assert_true(node_self_event_level((enum node_self_event_kind)i) < NODE_DEBUG);
	for (int i = 0; i < NODE_PART_COUNT; i++)
		assert_string_not_equal(node_part_text((enum node_part)i), "unknown");
}

/* The longest of everything fits its field. */
static void long_values(void **state)
{
	struct node_event e = self_event(NODE_SELF_CONFIG_REFUSED);
	struct node_field f;
	size_t at = 0;
	memset(e.self.text, 'x', sizeof(e.self.text) - 1);
	while (node_event_field(&e, &at, &f))
		assert_false(f.value.cut);
	e = masc_event(MASC_EVENT_NOTIFIED, "north");
	e.masc.data_n = MASC_EVENT_DATA_MAX;
	e.masc.error.code = 1;
	for (at = 0; node_event_field(&e, &at, &f);)
		assert_false(f.value.cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(state_event),
		cmocka_unit_test(up_and_down),
		cmocka_unit_test(notifications),
		cmocka_unit_test(hints),
		cmocka_unit_test(collisions),
		cmocka_unit_test(refusals_and_dials),
		cmocka_unit_test(operators),
		cmocka_unit_test(grave_ones),
		cmocka_unit_test(lives_of_a_claim),
		cmocka_unit_test(fields_of_a_claim),
		cmocka_unit_test(clashes),
		cmocka_unit_test(denials),
		cmocka_unit_test(error_about_a_claim),
		cmocka_unit_test(what_others_do),
		cmocka_unit_test(demands_and_pauses),
		cmocka_unit_test(any_claim),
		cmocka_unit_test(a_claim_that_could_not_be_stored),
		cmocka_unit_test(of_the_node_itself),
		cmocka_unit_test(refused_configuration),
		cmocka_unit_test(every_kind),
		cmocka_unit_test(long_values),
	};
	return cmocka_run_group_tests_name("node_event", tests, NULL, NULL);
}
