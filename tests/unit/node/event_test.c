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
	says(&e, "stopping", "stopping: every session ends with a Cease");
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
		cmocka_unit_test(state_event),	      cmocka_unit_test(up_and_down),
		cmocka_unit_test(notifications),      cmocka_unit_test(hints),
		cmocka_unit_test(collisions),	      cmocka_unit_test(refusals_and_dials),
		cmocka_unit_test(operators),	      cmocka_unit_test(grave_ones),
		cmocka_unit_test(of_the_node_itself), cmocka_unit_test(refused_configuration),
		cmocka_unit_test(every_kind),	      cmocka_unit_test(long_values),
	};
	return cmocka_run_group_tests_name("node_event", tests, NULL, NULL);
}
