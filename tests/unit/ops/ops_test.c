#include "asked.h"

#include <unistd.h>

static void ask_kind(enum ops_kind kind, const char *name)
{
	struct ops_request r = { .kind = kind };
	ops_set_text(r.name, sizeof(r.name), name);
	r.down.duration = kind == OPS_MASC_PEER_DOWN ? -1 : 0;
	ask(&r);
}

static void status_tells_the_whole(void **state)
{
	ask_kind(OPS_STATUS, "");
	assert_int_equal(got.err, OK);
	assert_at("version", HOMESTEAD_VERSION);
	assert_int_equal(json_integer_value(json_object_get(got.json, "pid")), getpid());
	assert_at("uptime", "900");
	assert_at("started", "2026-11-21T20:48:18Z");
	assert_at("config_path", "/etc/homestead/homestead.conf");
	assert_at("state_dir", "/var/lib/homestead");
	assert_at("socket_path", "/run/homestead/control.sock");
	assert_at("clock.synchronised", "true");
	assert_at("clock.affected", "");
	assert_at("parts.0.name", "masc");
	assert_at("parts.0.state", "running");
	assert_at("listen.0.address", "0.0.0.0:2587");
	assert_at("masc.total", "2");
	assert_at("masc.established", "1");
	assert_at("masc.active", "1");
	assert_at("store.healthy", "true");
	assert_at("store.commits", "3");
	assert_at("jobs.threads", "2");
	assert_at("links.open", "1");
	assert_true(json_integer_value(json_object_get(got.json, "memory_octets")) > 100000);
}

static void a_session_that_fails_needs_attention(void **state)
{
	ask_kind(OPS_STATUS, "");
	assert_int_equal(json_array_size(json_object_get(got.json, "attention")), 1);
	assert_at("attention.0.part", "masc");
	assert_at("attention.0.text", "no session with south: connection refused");
	assert_at("attention.0.hint", "homestead masc peer south");
}

static void a_session_that_has_not_been_tried_does_not(void **state)
{
	played.peers[1].last_err = OK;
	ask_kind(OPS_STATUS, "");
	assert_int_equal(json_array_size(json_object_get(got.json, "attention")), 0);
}

static void a_session_held_down_needs_attention(void **state)
{
	played.peers[1].admin_down = true;
	played.peers[1].state = MASC_IDLE;
	ask_kind(OPS_STATUS, "");
	assert_at("attention.0.text", "the session with south is held down by an operator");
	assert_at("attention.0.hint", "homestead masc peer south up");
	assert_at("masc.held_down", "1");
	played.peers[1].admin_until.us = INT64_C(1795295000000000);
	ask_kind(OPS_STATUS, "");
	assert_at("attention.0.text", "the session with south is held down by an operator until "
				      "2026-11-21T21:03:20Z");
}

static void a_taken_port_stops_the_part(void **state)
{
	played.masc_health = ERR_IN_USE;
	ops_set_text(played.info.port_error[NODE_PART_MASC],
		     sizeof(played.info.port_error[NODE_PART_MASC]),
		     "tcp port 2587 is held by nc (pid 12, user ann)");
	ask_kind(OPS_STATUS, "");
	assert_at("parts.0.state", "stopped");
	assert_at("parts.0.reason", "tcp port 2587 is held by nc (pid 12, user ann)");
	assert_at("attention.0.text",
		  "masc is stopped: tcp port 2587 is held by nc (pid 12, user ann)");
	assert_at("attention.0.hint", "homestead doctor ports");
	assert_int_equal(json_array_size(json_object_get(got.json, "attention")), 1);
	assert_int_equal(json_array_size(json_object_get(got.json, "listen")), 0);
	played.info.port_error[NODE_PART_MASC][0] = 0;
	ask_kind(OPS_STATUS, "");
	assert_at("parts.0.reason", "in use by somebody else");
}

static void a_part_that_is_off_says_how_to_begin(void **state)
{
	played.masc_on = false;
	ask_kind(OPS_STATUS, "");
	assert_at("parts.0.state", "off");
	assert_at("masc.total", "0");
	assert_at("attention.0.text", "the daemon does nothing: no part of it is configured");
	assert_at("attention.0.hint",
		  "name a domain and its peers (masc), or switch names on (pnrp), in "
		  "/etc/homestead/homestead.conf (man homestead.conf), then: homestead daemon "
		  "reload");
}

static void masc_without_peers_needs_attention(void **state)
{
	played.n_peers = 0;
	ask_kind(OPS_STATUS, "");
	assert_at("attention.0.text", "masc has no peers");
}

static void a_store_that_cannot_be_written_needs_attention(void **state)
{
	played.n_peers = 1;
	played.info.store_health = ERR_NO_SPACE;
	ask_kind(OPS_STATUS, "");
	assert_at("store.healthy", "false");
	assert_at("store.problem", "no space left on the device");
	assert_at("attention.0.text", "changes cannot be written to "
				      "/var/lib/homestead/homestead.db: no space left on the "
				      "device");
	assert_at("attention.0.hint", "free space on the disk of /var/lib/homestead");
	played.info.store_health = ERR_IO;
	ask_kind(OPS_STATUS, "");
	assert_at("attention.0.hint",
		  "check the disk, and that the daemon may write to /var/lib/homestead");
}

static void a_clock_adrift_needs_attention(void **state)
{
	played.n_peers = 1;
	played.clock_synchronised = false;
	ask_kind(OPS_STATUS, "");
	assert_at("clock.synchronised", "false");
	assert_non_null(strstr(text_at("clock.affected"), "MASC"));
	assert_at("attention.0.part", "node");
	assert_non_null(strstr(text_at("attention.0.hint"), "time service"));
}

static void attention_has_a_limit_and_counts_the_rest(void **state)
{
	for (int i = 0; i < 20; i++) {
		char name[8] = { 'p', (char)('a' + i), 0 };
		struct masc_peer_info *p = played_add(name, "192.0.2.9", MASC_CHILD);
		assert_non_null(p);
		p->last_err = ERR_TIMEOUT;
	}
	ask_kind(OPS_STATUS, "");
	json_t *list = json_object_get(got.json, "attention");
	assert_int_equal(json_array_size(list), 16);
	json_t *last = json_array_get(list, 15);
	assert_string_equal(json_string_value(json_object_get(last, "text")), "and 6 more");
	assert_string_equal(json_string_value(json_object_get(last, "hint")),
			    "mend these first; the others are told then");
}

static void peers_are_told_in_full(void **state)
{
	ask_kind(OPS_MASC_PEERS, "");
	assert_at("part.state", "running");
	assert_at("peers.0.name", "north");
	assert_at("peers.0.address", "192.0.2.1:2587");
	assert_at("peers.0.role", "parent");
	assert_at("peers.0.our_role", "child");
	assert_at("peers.0.family", "ipv4");
	assert_at("peers.0.state", "established");
	assert_at("peers.0.since", "2026-11-21T20:53:18Z");
	assert_at("peers.0.in_state", "600");
	assert_at("peers.0.retry_in", "null");
	assert_at("peers.0.local", "192.0.2.2:40001");
	assert_at("peers.0.remote", "192.0.2.1:2587");
	assert_at("peers.0.domain", "101");
	assert_at("peers.0.open_domain", "101");
	assert_at("peers.0.open_node", "7");
	assert_at("peers.0.node", "");
	assert_at("peers.0.hold_time", "240");
	assert_at("peers.0.hold_left", "200");
	assert_at("peers.0.received.keepalive", "8");
	assert_at("peers.0.sent.octets", "66");
	assert_at("peers.0.last_error", "");
	assert_at("peers.0.last_error_at", "null");
	assert_at("peers.1.role", "child");
	assert_at("peers.1.family", "ipv6");
	assert_at("peers.1.address", "[2001:db8::5]:2587");
	assert_at("peers.1.retry_in", "60");
	assert_at("peers.1.hold_time", "null");
	assert_at("peers.1.dial_failures", "12");
	assert_at("peers.1.last_error", "connection refused");
	assert_at("peers.1.last_error_at", "2026-11-21T21:02:18Z");
}

static void errors_of_the_protocol_come_in_words(void **state)
{
	struct masc_peer_info *p = &played.peers[1];
	p->last_err = OK;
	p->last_error = (struct masc_error){ 2, 1, false };
	p->last_error_sent = true;
	p->retry = (struct mono){ 1 };
	ask_kind(OPS_MASC_PEER, "south");
	char want[200];
	struct text t = TEXT_OF(want);
	text_str(&t, "we sent ");
	text_str(&t, masc_error_text(2, 1));
	text_str(&t, "; one side speaks a version the other does not");
	assert_at("last_error", want);
	assert_at("last_error_code", "2");
	assert_at("last_error_sent", "true");
	assert_at("retry_in", "0");
	p->last_error_sent = false;
	ask_kind(OPS_MASC_PEER, "south");
	assert_memory_equal(text_at("last_error"), "it sent ", 8);
}

static void a_failed_dial_is_newer_than_what_was_sent(void **state)
{
	struct masc_peer_info *p = &played.peers[1];
	p->last_error = (struct masc_error){ 2, 8, false };
	p->last_err = ERR_TIMEOUT;
	ask_kind(OPS_MASC_PEER, "south");
	assert_memory_equal(text_at("last_error"), "timed out; it is off", 20);
	assert_at("last_error_code", "0");
}

static void roles_are_seen_from_both_sides(void **state)
{
	static const char *const theirs[] = { "internal", "parent", "sibling", "child" };
	for (uint32_t role = 0; role < 4; role++) {
		played.config[0].role = role;
		ask_kind(OPS_MASC_PEER, "north");
		assert_at("role", theirs[role]);
		assert_at("our_role", masc_role_text((enum masc_role)role));
	}
}

static void an_unknown_peer_names_the_nearest(void **state)
{
	static const enum ops_kind kinds[] = { OPS_MASC_PEER, OPS_MASC_PEER_UP, OPS_MASC_PEER_DOWN,
					       OPS_MASC_PEER_RESET };
	for (size_t i = 0; i < 4; i++) {
		ask_kind(kinds[i], "nroth");
		assert_int_equal(got.err, ERR_NOT_FOUND);
		assert_string_equal(got.message, "there is no MASC peer \"nroth\"");
		assert_string_equal(got.hint, "homestead masc peer north");
	}
	ask_kind(OPS_MASC_PEER, "zzzzzzzzz");
	assert_string_equal(got.hint, "homestead masc peers");
	played.masc_on = false;
	ask_kind(OPS_MASC_PEER, "north");
	assert_string_equal(got.message, "there is no MASC peer \"north\": MASC is not configured");
	assert_int_equal(played.commands, 0);
}

static void down(const char *name, int64_t duration, bool dry)
{
	struct ops_request r = { .kind = OPS_MASC_PEER_DOWN };
	ops_set_text(r.name, sizeof(r.name), name);
	r.down.duration = duration;
	r.down.dry_run = dry;
	ask(&r);
}

static void commands_reach_the_engine(void **state)
{
	down("north", 300 * MONO_SEC, false);
	assert_int_equal(got.err, OK);
	assert_int_equal(played.command.kind, MASC_COMMAND_DOWN);
	assert_int_equal(played.command.for_us, 300 * MONO_SEC);
	assert_string_equal(played.command_peer, "north");
	assert_at("done", "true");
	assert_at("text", "the session with north is held down for 5m");
	down("north", -1, false);
	assert_int_equal(played.command.for_us, 0);
	assert_at("text", "the session with north is held down until told otherwise");
	ask_kind(OPS_MASC_PEER_UP, "south");
	assert_int_equal(played.command.kind, MASC_COMMAND_UP);
	assert_at("text", "the session with south is started");
	ask_kind(OPS_MASC_PEER_RESET, "south");
	assert_int_equal(played.command.kind, MASC_COMMAND_RESET);
	assert_at("text", "the session with south is ended and started anew");
	assert_int_equal(played.commands, 4);
}

static void a_dry_run_changes_nothing(void **state)
{
	struct ops_request r = { .kind = OPS_MASC_PEER_UP, .name = "north" };
	r.write.dry_run = true;
	ask(&r);
	assert_at("done", "false");
	assert_at("text", "the session with north would be started");
	r.kind = OPS_MASC_PEER_RESET;
	ask(&r);
	assert_at("text", "the session with north would be ended and started anew");
	down("north", 60 * MONO_SEC, true);
	assert_at("text", "the session with north would be held down for 1m");
	assert_int_equal(played.commands, 0);
}

/* "For what is left of it" must not become "for ever". */
static void down_for_no_time_is_refused(void **state)
{
	down("north", 0, false);
	assert_int_equal(got.err, ERR_RANGE);
	assert_string_equal(got.message, "a session cannot be held down for no time");
	down("north", 0, true);
	assert_int_equal(got.err, ERR_RANGE);
	assert_int_equal(played.commands, 0);
}

static void a_reset_of_what_is_held_down_says_so(void **state)
{
	played.command_result = ERR_STATE;
	ask_kind(OPS_MASC_PEER_RESET, "north");
	assert_int_equal(got.err, ERR_STATE);
	assert_string_equal(got.message, "the session with north is unchanged: it is held down");
	assert_string_equal(got.hint, "homestead masc peer north up");
}

static void commands_that_fail_say_why(void **state)
{
	played.command_result = ERR_STATE;
	played.masc_health = ERR_IN_USE;
	ask_kind(OPS_MASC_PEER_UP, "north");
	assert_int_equal(got.err, ERR_STATE);
	assert_string_equal(got.message, "the session with north is unchanged: MASC is stopped");
	assert_string_equal(got.hint, "homestead doctor ports");
	played.command_result = ERR_NO_SPACE;
	ask_kind(OPS_MASC_PEER_UP, "north");
	assert_string_equal(got.message,
			    "the session with north is unchanged: no space left on the device");
	played.command_result = ERR_NOT_FOUND; /* gone between our look and the engine's */
	ask_kind(OPS_MASC_PEER_UP, "north");
	assert_int_equal(got.err, ERR_NOT_FOUND);
	assert_string_equal(got.message, "there is no MASC peer \"north\"");
}

static void an_answer_may_come_later(void **state)
{
	struct ops_request r = { .kind = OPS_MASC_PEER_RESET, .name = "north" };
	played.later = true;
	assert_int_equal(ops_submit(ops, &r, take, NULL), OK);
	assert_int_equal(got.count, 0);
	played_finish(OK);
	assert_int_equal(got.count, 1);
	assert_int_equal(got.err, OK);
	assert_int_equal(ops_submit(ops, &r, take, NULL), OK);
	played_finish(ERR_STOPPING);
	assert_int_equal(got.err, ERR_STOPPING);
}

static void an_engine_without_memory_says_so(void **state)
{
	struct ops_request r = { .kind = OPS_MASC_PEER_RESET, .name = "north" };
	played.command_start = ERR_NOMEM;
	assert_int_equal(ops_submit(ops, &r, take, NULL), ERR_NOMEM);
	assert_int_equal(got.count, 0);
}

static void levels_are_shown_and_set(void **state)
{
	struct ops_request r = { .kind = OPS_LOG_SET, .log_set = { "debug", "masc", false } };
	ask(&r);
	assert_at("text", "masc logs at level debug");
	assert_int_equal(played.levels[1], NODE_DEBUG);
	assert_int_equal(played.levels[0], NODE_INFO);
	ask_kind(OPS_LOG_GET, "");
	assert_int_equal(json_array_size(json_object_get(got.json, "parts")), 3);
	assert_at("parts.0.part", "node");
	assert_at("parts.0.level", "info");
	assert_at("parts.1.level", "debug");
	r.log_set = (struct ops_log_set){ "error", "", false };
	ask(&r);
	assert_at("text", "every part logs at level error");
	assert_int_equal(played.levels[2], NODE_ERROR);
	r.log_set = (struct ops_log_set){ "info", "", true };
	ask(&r);
	assert_at("text", "every part would log at level info");
	assert_int_equal(played.levels[2], NODE_ERROR);
}

static void unknown_levels_and_parts_are_refused(void **state)
{
	struct ops_request r = { .kind = OPS_LOG_SET, .log_set = { "loud", "masc", false } };
	ask(&r);
	assert_int_equal(got.err, ERR_MALFORMED);
	assert_string_equal(got.message, "\"loud\" is no log level; levels are error, warning, "
					 "notice, info, debug");
	r.log_set = (struct ops_log_set){ "info", "mask", false };
	ask(&r);
	assert_int_equal(got.err, ERR_NOT_FOUND);
	assert_string_equal(got.message, "there is no part \"mask\"; parts are node, masc, store");
	assert_true(got.hint[0] != 0);
}

static void a_reload_says_what_it_did(void **state)
{
	ask_kind(OPS_RELOAD, "");
	assert_at("text", "/etc/homestead/homestead.conf is in force");
	assert_int_equal(played.reloads, 1);
	struct ops_request r = { .kind = OPS_RELOAD, .write = { true } };
	ask(&r);
	assert_at("text", "/etc/homestead/homestead.conf is fine and would be taken over");
	assert_at("done", "false");
	assert_int_equal(played.reloads, 1);
	assert_int_equal(played.checks, 1);
}

static void a_reload_that_fails_says_where(void **state)
{
	played.reload_result = ERR_CONFIG;
	played.reload_why = "homestead.conf:12: unknown key \"roll\"";
	ask_kind(OPS_RELOAD, "");
	assert_int_equal(got.err, ERR_CONFIG);
	assert_string_equal(got.message, "homestead.conf:12: unknown key \"roll\"");
	assert_non_null(strstr(got.hint, "nothing was changed"));
	played.reload_why = "";
	ask_kind(OPS_RELOAD, "");
	assert_string_equal(got.message, "configuration not accepted");
	struct ops_request r = { .kind = OPS_RELOAD };
	played.reload_result = ERR_NOMEM;
	assert_int_equal(ops_submit(ops, &r, take, NULL), ERR_NOMEM);
}

static void ports_are_asked_for_this_process(void **state)
{
	ask_kind(OPS_PORTS, "");
	assert_int_equal(got.err, OK);
	assert_int_equal(json_integer_value(json_object_get(got.json, "daemon_pid")), getpid());
	assert_true(json_array_size(json_object_get(got.json, "ports")) >= 4);
}

static void names_of_levels_are_the_nodes(void **state)
{
	for (int i = 0; i < NODE_LEVEL_COUNT; i++)
		assert_string_equal(ops_level_text(i), node_level_text((enum node_level)i));
}

static struct failing_env scarce;

/* Every operation with the n-th allocation failing: an answer, or ERR_NOMEM
 * and no answer; and nothing is left behind. */
static void without_memory(enum ops_kind kind)
{
	FAILING_ENV_EACH(scarce, 1)
	{
		struct ops *o = NULL;
		struct ops_host host = played_host();
		struct ops_request r = { .kind = kind, .name = "north" };
		size_t before = got.count;
		if (kind == OPS_LOG_SET)
			ops_set_text(r.log_set.level, sizeof(r.log_set.level), "info");
		played.env = &scarce.env;
		enum err e = ops_new(&o, NULL, &host);
		if (!e) {
			struct node_event v = played_event("north", MASC_IDLE, MASC_CONNECT);
			ops_event(o, &v, (struct wall){ 1, true });
			e = ops_submit(o, &r, take, NULL);
			assert_int_equal(got.count, before + (e == OK));
			ops_free(o);
		}
		assert_true(e == OK || e == ERR_NOMEM);
		played.env = NULL;
		failing_env_assert_clean(&scarce);
	}
}

static void operations_say_when_memory_is_short(void **state)
{
	for (int k = 0; k < OPS_KIND_COUNT; k++)
		without_memory((enum ops_kind)k);
	ops_free(NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_bare, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(status_tells_the_whole),
		TEST(a_session_that_fails_needs_attention),
		TEST(a_session_that_has_not_been_tried_does_not),
		TEST(a_session_held_down_needs_attention),
		TEST(a_taken_port_stops_the_part),
		TEST(a_part_that_is_off_says_how_to_begin),
		TEST(masc_without_peers_needs_attention),
		TEST(a_store_that_cannot_be_written_needs_attention),
		TEST(a_clock_adrift_needs_attention),
		TEST(attention_has_a_limit_and_counts_the_rest),
		TEST(peers_are_told_in_full),
		TEST(errors_of_the_protocol_come_in_words),
		TEST(a_failed_dial_is_newer_than_what_was_sent),
		TEST(roles_are_seen_from_both_sides),
		TEST(an_unknown_peer_names_the_nearest),
		TEST(commands_reach_the_engine),
		TEST(a_dry_run_changes_nothing),
		TEST(commands_that_fail_say_why),
		TEST(down_for_no_time_is_refused),
		TEST(a_reset_of_what_is_held_down_says_so),
		TEST(an_answer_may_come_later),
		TEST(an_engine_without_memory_says_so),
		TEST(levels_are_shown_and_set),
		TEST(unknown_levels_and_parts_are_refused),
		TEST(a_reload_says_what_it_did),
		TEST(a_reload_that_fails_says_where),
		TEST(ports_are_asked_for_this_process),
		TEST(names_of_levels_are_the_nodes),
		TEST(operations_say_when_memory_is_short),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
