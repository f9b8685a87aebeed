/* What ops says about names, and asks for. */
#include "asked.h"

#include "os/clock.h"

static int with_names(void **state)
{
	int r = setup(state);
	played_names();
	return r;
}

static struct ops_request publish(const char *name)
{
	struct ops_request r = { .kind = OPS_NAME_PUBLISH };
	ops_clear(&ops_publish_type, &r.publish);
	ops_set_text(r.publish.name, sizeof(r.publish.name), name);
	return r;
}

static struct ops_request unpublish(const char *name)
{
	struct ops_request r = { .kind = OPS_NAME_UNPUBLISH };
	ops_clear(&ops_unpublish_type, &r.unpublish);
	ops_set_text(r.unpublish.name, sizeof(r.unpublish.name), name);
	return r;
}

static struct ops_request lookup(const char *name)
{
	struct ops_request r = { .kind = OPS_NAME_RESOLVE };
	ops_clear(&ops_lookup_type, &r.lookup);
	ops_set_text(r.lookup.name, sizeof(r.lookup.name), name);
	return r;
}

static void names_are_listed(void **state)
{
	struct ops_request r = { .kind = OPS_NAMES };
	ask(&r);
	assert_at("part.state", "running");
	assert_at("authority", "abababababababababababababababababababab");
	assert_at("names.0.name", "0.printer-room");
	assert_at("names.0.host", "printer-room.pnrp.net");
	assert_at("names.0.automatic", "true");
	assert_at("names.0.endpoints.0.address", "");
	assert_at("names.0.endpoints.0.port", "631");
	assert_at("names.0.endpoints.0.protocol", "tcp");
	assert_at("names.0.announced", "2");
	assert_at("names.1.secure", "true");
	assert_at("names.1.cloud", "LinkLocal_eth0");
	assert_at("names.1.temporary", "true");
	assert_at("names.1.endpoints.0.address", "192.0.2.7");
	assert_at("names.1.endpoints.0.protocol", "udp");
	assert_at("names.1.comment", "the door");
	assert_at("names.1.payload_type", "binary");
	assert_at("names.1.payload_octets", "3");
	played.has_key = false;
	played.n_published = 0;
	ask(&r);
	assert_at("authority", "");
	assert_int_equal(json_array_size(at_path("names")), 0);
}

static void nothing_goes_without_the_part(void **state)
{
	static const enum ops_kind kinds[] = { OPS_NAME_PUBLISH, OPS_NAME_UNPUBLISH,
					       OPS_NAME_RESOLVE, OPS_CLOUD,
					       OPS_CLOUD_PING,	 OPS_CLOUD_REPAIR };
	played.pnrp_on = false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct ops_request r = { .kind = kinds[i] };
		ask(&r);
		refused(ERR_STATE, "switched off", "homestead daemon reload");
	}
	struct ops_request r = { .kind = OPS_NAMES };
	ask(&r);
	assert_at("part.state", "off");
	r.kind = OPS_CLOUDS;
	ask(&r);
	assert_at("part.state", "off");
	assert_int_equal(played.pnrp_commands, 0);
}

static void a_name_is_published(void **state)
{
	struct ops_request r = publish("printer-room");
	ask(&r);
	assert_at("text", "0.printer-room is published");
	assert_at("done", "true");
	assert_int_equal(played.pnrp.kind, PNRP_PUBLISH);
	assert_false(played.pnrp.own_key);
	assert_true(played.pnrp.automatic);
	assert_int_equal(played.pnrp.n_apps, 1);
	assert_int_equal(played.pnrp.app[0].port, 0);
	assert_int_equal(played.pnrp.app[0].protocol, 6);
	assert_int_equal(played.pnrp.name.classifier_n, 12);
	r.publish.dry_run = true;
	ask(&r);
	assert_at("text", "0.printer-room would be published");
	assert_int_equal(played.pnrp_commands, 1);
	r.publish.dry_run = false;
	r.publish.temporary = true;
	ops_set_text(r.publish.cloud, sizeof(r.publish.cloud), "Global4_");
	ask(&r);
	assert_at("text", "0.printer-room is published in Global4_, until the daemon ends");
	assert_string_equal(played.pnrp.cloud, "Global4_");
	assert_true(played.pnrp.temporary);
}

static void endpoints_are_read(void **state)
{
	struct ops_request r = publish("0.a");
	struct ops_endpoint e[11] = { { "192.0.2.7", 80, "tcp" },
				      { "2001:db8::7", 53, "udp" },
				      { "192.0.2.7", 80, "132" } };
	r.publish.endpoints = e;
	r.publish.n_endpoints = 3;
	ask(&r);
	assert_int_equal(got.err, OK);
	assert_false(played.pnrp.automatic);
	assert_int_equal(played.pnrp.n_apps, 3);
	assert_int_equal(played.pnrp.app[0].ip[10], 0xff);
	assert_int_equal(played.pnrp.app[0].ip[15], 7);
	assert_int_equal(played.pnrp.app[1].ip[0], 0x20);
	assert_int_equal(played.pnrp.app[1].protocol, 17);
	assert_int_equal(played.pnrp.app[2].protocol, 132);
	ops_set_text(e[2].protocol, sizeof(e[2].protocol), "");
	ask(&r);
	refused(ERR_EXISTS, "twice", "");
	ops_set_text(e[2].protocol, sizeof(e[2].protocol), "icmp");
	ask(&r);
	refused(ERR_MALFORMED, "\"icmp\" is no protocol", "");
	ops_set_text(e[2].protocol, sizeof(e[2].protocol), "256");
	ask(&r);
	refused(ERR_MALFORMED, "\"256\" is no protocol", "");
	ops_set_text(e[2].protocol, sizeof(e[2].protocol), "udp");
	e[2].port = 65536;
	ask(&r);
	refused(ERR_RANGE, "up to 65535", "");
	e[2].port = 1;
	ops_set_text(e[2].address, sizeof(e[2].address), "192.0.2.7:5");
	ask(&r);
	refused(ERR_MALFORMED, "\"192.0.2.7:5\" is no address", "");
	e[2].address[0] = 0;
	ask(&r);
	refused(ERR_MALFORMED, "either every endpoint has an address", "kept current");
	r.publish.n_endpoints = 11;
	ask(&r);
	refused(ERR_RANGE, "at most 10", "");
	assert_int_equal(played.pnrp_commands, 1);
}

static void text_is_brought_into_one_form(void **state)
{
	struct ops_request r = publish("0.cafe\xcc\x81"); /* e, then an accent */
	ops_set_text(r.publish.comment, sizeof(r.publish.comment), "o\xcc\x88l");
	ask(&r);
	assert_at("text", "0.caf\xc3\xa9 is published");
	assert_int_equal(played.pnrp.name.classifier_n, 5);
	assert_int_equal(played.pnrp.comment_n, 3);
	assert_memory_equal(played.pnrp.comment, "\xc3\xb6l", 3);
}

static void comments_have_39_characters(void **state)
{
	struct ops_request r = publish("0.a");
	memset(r.publish.comment, 'x', 39);
	ask(&r);
	assert_int_equal(got.err, OK);
	assert_int_equal(played.pnrp.comment_n, 39);
	r.publish.comment[39] = 'x';
	ask(&r);
	refused(ERR_RANGE, "39 characters", "");
	/* Two units each. */
	for (size_t i = 0; i < 20; i++)
		memcpy(r.publish.comment + 4 * i, "\xf0\x9f\x8f\xa0", 5);
	ask(&r);
	refused(ERR_RANGE, "39 characters", "");
	memcpy(r.publish.comment, "\xff", 2);
	ask(&r);
	refused(ERR_RANGE, "39 characters", "");
}

static void payloads_are_text_or_binary(void **state)
{
	struct ops_request r = publish("0.a");
	char long_one[4098];
	ops_set_text(r.publish.payload_type, sizeof(r.publish.payload_type), "text");
	r.publish.payload = "hello world";
	ask(&r);
	assert_int_equal(played.pnrp.payload_type, PNRP_PAYLOAD_STRING);
	assert_int_equal(played.pnrp.payload.n, 11);
	assert_memory_equal(played.payload, "hello world", 11);
	ops_set_text(r.publish.payload_type, sizeof(r.publish.payload_type), "binary");
	r.publish.payload = "AP8BAg==";
	ask(&r);
	assert_int_equal(played.pnrp.payload_type, PNRP_PAYLOAD_BINARY);
	assert_int_equal(played.pnrp.payload.n, 4);
	assert_memory_equal(played.payload, "\0\xff\1\2", 4);
	r.publish.payload = "A";
	ask(&r);
	refused(ERR_MALFORMED, "base64", "");
	r.publish.payload = "";
	ask(&r);
	refused(ERR_RANGE, "1 to 4096", "");
	ops_set_text(r.publish.payload_type, sizeof(r.publish.payload_type), "text");
	memset(long_one, 'x', sizeof(long_one));
	long_one[4097] = 0;
	r.publish.payload = long_one;
	ask(&r);
	refused(ERR_RANGE, "1 to 4096", "");
	ops_set_text(r.publish.payload_type, sizeof(r.publish.payload_type), "odd");
	ask(&r);
	refused(ERR_MALFORMED, "text, binary, none", "");
	r.publish.payload_type[0] = 0;
	ask(&r);
	refused(ERR_MALFORMED, "needs its type", "");
}

static void a_name_under_our_key(void **state)
{
	struct ops_request r = publish("attic");
	r.publish.secure = true;
	ask(&r);
	assert_true(played.pnrp.own_key && played.pnrp.name.secure);
	assert_at("text", "abababababababababababababababababababab.attic is published");
	r = publish("abababababababababababababababababababab.attic");
	ask(&r);
	assert_int_equal(got.err, OK);
	assert_true(played.pnrp.own_key);
	r = publish("cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd.attic");
	ask(&r);
	refused(ERR_DENIED, "does not have", "--secure");
	played.has_key = false;
	r = publish("abababababababababababababababababababab.attic");
	ask(&r);
	refused(ERR_DENIED, "does not have", "--secure");
}

static void bad_names_are_told_why(void **state)
{
	struct ops_request r = publish("");
	ask(&r);
	refused(ERR_MALFORMED, "it is empty", "homestead help name publish");
	r = publish("www.example.net");
	ask(&r);
	refused(ERR_MALFORMED, "0.\"www.example.net\"", "");
	r = publish("0.");
	ask(&r);
	assert_int_equal(got.err, ERR_MALFORMED);
	r = publish("a\xff");
	ask(&r);
	refused(ERR_MALFORMED, "no UTF-8", "");
}

static void no_such_cloud(void **state)
{
	struct ops_request r = publish("0.a");
	ops_set_text(r.publish.cloud, sizeof(r.publish.cloud), "Moon");
	ask(&r);
	refused(ERR_NOT_FOUND, "no cloud \"Moon\"; clouds are LinkLocal_eth0, Global4_",
		"homestead cloud list");
	r = lookup("0.a");
	ops_set_text(r.lookup.cloud, sizeof(r.lookup.cloud), "Moon");
	ask(&r);
	refused(ERR_NOT_FOUND, "no cloud \"Moon\"", "homestead cloud list");
	r = lookup("0.a");
	played.n_clouds = 0;
	ask(&r);
	refused(ERR_STATE, "no network", "homestead cloud list");
	assert_int_equal(played.pnrp_commands, 0);
}

static void what_the_engine_refuses_is_worded(void **state)
{
	struct ops_request r = publish("0.a");
	played.command_result = ERR_FULL;
	ask(&r);
	refused(ERR_FULL, "\"0.a\" is not published: no more names", "names_max");
	played.command_result = ERR_IO;
	ask(&r);
	refused(ERR_IO, "input or output failed", "homestead status");
	r = unpublish("0.a");
	played.command_result = ERR_NOT_FOUND;
	ask(&r);
	refused(ERR_NOT_FOUND, "\"0.a\" cannot be withdrawn: it is not published here",
		"homestead name list");
}

static void a_name_is_withdrawn(void **state)
{
	struct ops_request r = unpublish("printer-room.pnrp.net");
	ask(&r);
	assert_at("text", "0.printer-room is withdrawn");
	assert_int_equal(played.pnrp.kind, PNRP_UNPUBLISH);
	r = unpublish("attic");
	r.unpublish.secure = true;
	ask(&r);
	assert_at("text", "abababababababababababababababababababab.attic is withdrawn");
	assert_int_equal(played.pnrp.name.authority[0], 0xab);
	r.unpublish.dry_run = true;
	ask(&r);
	assert_at("text", "abababababababababababababababababababab.attic would be withdrawn");
	assert_int_equal(played.pnrp_commands, 2);
}

static void a_name_is_found(void **state)
{
	struct ops_request r = lookup("printer-room");
	ask(&r);
	assert_at("name", "0.printer-room");
	assert_at("host", "printer-room.pnrp.net");
	assert_at("results.0.cloud", "LinkLocal_eth0");
	assert_at("results.0.secure", "false");
	assert_at("results.0.endpoints.0.address", "fe80::7%3");
	assert_at("results.0.endpoints.0.port", "631");
	assert_at("results.0.endpoints.1.address", "192.0.2.7");
	assert_at("results.0.endpoints.1.protocol", "132");
	assert_at("results.0.nodes.0.address", "fe80::7%3");
	assert_at("results.0.nodes.0.port", "3540");
	assert_at("results.0.comment", "laser!");
	assert_at("results.0.payload_type", "none");
	assert_at("results.0.hops", "2");
	assert_at("why", "");
	assert_int_equal(played.pnrp.kind, PNRP_RESOLVE);
	assert_int_equal(played.pnrp.most, 1);
	assert_int_equal(played.pnrp.criteria, PNRP_MATCH_ANY);
	assert_true(played.pnrp.timeout == 0);
}

static void payloads_are_shown(void **state)
{
	struct ops_request r = lookup("printer-room");
	struct pnrp_result with = *played.finds[2].result;
	with.payload_type = PNRP_PAYLOAD_BINARY;
	with.payload = span_of("\0\xff\1\2", 4);
	played.finds[2].result = &with;
	r.lookup.payload = true;
	ask(&r);
	assert_true(played.pnrp.want_payload);
	assert_at("results.0.payload_type", "binary");
	assert_at("results.0.payload", "AP8BAg==");
	assert_at("results.0.payload_octets", "4");
	with.payload_type = PNRP_PAYLOAD_STRING;
	with.payload = span_str("hello");
	ask(&r);
	assert_at("results.0.payload", "hello");
}

static void wishes_of_a_search(void **state)
{
	struct ops_request r = lookup("printer-room");
	r.lookup.most = 64;
	r.lookup.remote = true;
	r.lookup.timeout = 5 * MONO_SEC;
	ops_set_text(r.lookup.criteria, sizeof(r.lookup.criteria), "nearest64");
	ask(&r);
	assert_int_equal(played.pnrp.most, 64);
	assert_true(played.pnrp.not_local);
	assert_int_equal(played.pnrp.criteria, PNRP_MATCH_NEAREST64);
	assert_true(played.pnrp.timeout == 5 * MONO_SEC);
	r.lookup.most = 65;
	ask(&r);
	refused(ERR_RANGE, "at most 64", "homestead help name resolve");
	r = lookup("printer-room");
	r.lookup.timeout = 0;
	ask(&r);
	refused(ERR_RANGE, "up to 600 s", "");
	r.lookup.timeout = 601 * MONO_SEC;
	ask(&r);
	refused(ERR_RANGE, "up to 600 s", "");
	r = lookup("printer-room");
	ops_set_text(r.lookup.criteria, sizeof(r.lookup.criteria), "best");
	ask(&r);
	refused(ERR_MALFORMED, "any, nearest, nearest64", "");
}

static void more_than_asked_for_is_left(void **state)
{
	struct ops_request r = lookup("printer-room");
	played.finds[3] = played.finds[2];
	played.n_finds = 4;
	ask(&r);
	assert_int_equal(json_array_size(at_path("results")), 1);
}

static void a_search_that_found_nobody(void **state)
{
	struct ops_request r = lookup("printer-room");
	played.n_finds = 0;
	ask(&r);
	refused(ERR_NOT_FOUND,
		"\"0.printer-room\" is not found: nobody publishes it in LinkLocal_eth0, Global4_",
		"homestead name trace printer-room.pnrp.net");
	played.command_result = ERR_TIMEOUT;
	ask(&r);
	refused(ERR_TIMEOUT, "the time was over", "homestead name trace");
	played.command_result = ERR_NOT_FOUND;
	ops_set_text(r.lookup.cloud, sizeof(r.lookup.cloud), "Global4_");
	ask(&r);
	refused(ERR_STATE, "no other node is known in Global4_", "homestead cloud list");
	played.command_result = ERR_FULL;
	ask(&r);
	refused(ERR_FULL, "a limit is reached", "");
}

static void what_was_found_before_the_end_counts(void **state)
{
	struct ops_request r = lookup("printer-room");
	played.command_result = ERR_TIMEOUT;
	ask(&r);
	assert_int_equal(got.err, OK);
	assert_int_equal(json_array_size(at_path("results")), 1);
}

static void the_way_is_told(void **state)
{
	struct ops_request r = lookup("printer-room");
	r.lookup.trace = true;
	ask(&r);
	assert_true(played.pnrp.trace);
	assert_at("steps.0.node", "[fe80::7%3]:3540");
	assert_at("steps.0.step", "referral");
	assert_at("steps.0.text", "refers to");
	assert_at("steps.0.common", "60");
	assert_at("steps.0.inquire", "false");
	assert_at("steps.0.elapsed", "0.0015");
	assert_at("steps.1.step", "found");
	assert_at("steps.1.referral", "");
	assert_int_equal(json_array_size(at_path("steps")), 2);
	played.n_finds = 1;
	played.command_result = ERR_NOT_FOUND;
	ask(&r);
	assert_int_equal(got.err, OK);
	assert_at("why", "\"0.printer-room\" is not found: nobody publishes it in LinkLocal_eth0, "
			 "Global4_");
	assert_int_equal(json_array_size(at_path("steps")), 1);
}

static size_t told;
static uint64_t ticket;

static void count_told(void *arg, const struct ops_struct *type, const void *value)
{
	told++;
	if (arg && type == &ops_found_type)
		ops_cancel(ops, ticket);
}

static void findings_are_told_as_they_come(void **state)
{
	struct ops_request r = lookup("printer-room");
	const struct ops_asker who = { count_told, take, NULL };
	told = 0;
	played.later = true;
	assert_int_equal(ops_ask(ops, &r, &who, &ticket), OK);
	assert_true(ticket != 0);
	assert_int_equal(got.count, 0);
	played_find(&played.finds[0]);
	assert_int_equal(told, 1);
	played_found(OK);
	assert_int_equal(told, 4);
	assert_int_equal(got.count, 1);
	ops_cancel(ops, ticket); /* too late: nothing to do */
	assert_int_equal(played.cancelled, 0);
}

static void a_search_is_cancelled(void **state)
{
	struct ops_request r = lookup("printer-room");
	const struct ops_asker who = { count_told, take, &told };
	played.later = true;
	assert_int_equal(ops_ask(ops, &r, &who, &ticket), OK);
	ops_cancel(ops, ticket);
	assert_int_equal(played.forgotten, played.last_number);
	assert_int_equal(played.cancelled, played.last_number);
	/* And from within what it is told. */
	assert_int_equal(ops_ask(ops, &r, &who, &ticket), OK);
	played_find(&played.finds[2]);
	assert_int_equal(played.cancelled, played.last_number);
	assert_int_equal(got.count, 0);
	/* One that is open at the end is no leak. */
	assert_int_equal(ops_ask(ops, &r, &who, &ticket), OK);
}

static void names_are_converted(void **state)
{
	struct ops_request r = { .kind = OPS_NAME_CONVERT };
	ops_set_text(r.convert.name, sizeof(r.convert.name), "printer-room.pnrp.net");
	ask(&r);
	assert_at("name", "0.printer-room");
	assert_at("host", "printer-room.pnrp.net");
	ops_set_text(r.convert.name, sizeof(r.convert.name), "0.Two Words.");
	ask(&r);
	assert_at("host", "");
	assert_true(json_string_length(at_path("why")) > 0);
	r.convert.name[0] = 0;
	ask(&r);
	refused(ERR_MALFORMED, "it is empty", "homestead help name convert");
}

static void ask_without_memory(const struct ops_request *r)
{
	struct failing_env f;
	struct ops_host host = played_host();
	ops_free(ops);
	FAILING_ENV_EACH(f, 1)
	{
		size_t before = got.count;
		played.env = &f.env;
		if (ops_new(&ops, NULL, &host) == OK) {
			enum err e = ops_submit(ops, r, take, NULL);
			assert_true(e == OK || e == ERR_NOMEM);
			assert_int_equal(got.count, before + (e == OK));
			assert_true(f.failed || got.err == OK);
			ops_free(ops);
		}
		failing_env_assert_clean(&f);
	}
	played.env = NULL;
	assert_int_equal(ops_new(&ops, NULL, &host), OK);
}

static void without_memory(void **state)
{
	const struct ops_request names = { .kind = OPS_NAMES };
	struct ops_request r = lookup("printer-room");
	ask_without_memory(&names);
	r.lookup.trace = true;
	ask_without_memory(&r);
	r = publish("printer-room");
	ask_without_memory(&r);
	r = unpublish("printer-room");
	ask_without_memory(&r);
}

#define T(f) cmocka_unit_test_setup_teardown(f, with_names, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(names_are_listed),
		T(nothing_goes_without_the_part),
		T(a_name_is_published),
		T(endpoints_are_read),
		T(text_is_brought_into_one_form),
		T(comments_have_39_characters),
		T(payloads_are_text_or_binary),
		T(a_name_under_our_key),
		T(bad_names_are_told_why),
		T(no_such_cloud),
		T(what_the_engine_refuses_is_worded),
		T(a_name_is_withdrawn),
		T(a_name_is_found),
		T(payloads_are_shown),
		T(wishes_of_a_search),
		T(more_than_asked_for_is_left),
		T(a_search_that_found_nobody),
		T(what_was_found_before_the_end_counts),
		T(the_way_is_told),
		T(findings_are_told_as_they_come),
		T(a_search_is_cancelled),
		T(names_are_converted),
		T(without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
