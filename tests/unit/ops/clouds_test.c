/* What ops says about clouds, and what the status says of them. */
#include "asked.h"

#include "os/clock.h"

#include <stdio.h>

static int with_names(void **state)
{
	int r = setup(state);
	played_names();
	return r;
}

static struct ops_request on_cloud(enum ops_kind kind, const char *name)
{
	struct ops_request r = { .kind = kind };
	if (kind == OPS_CLOUD)
		ops_set_text(r.name, sizeof(r.name), name);
	else
		ops_set_text(r.cloud.cloud, sizeof(r.cloud.cloud), name);
	return r;
}

static struct ops_request ping(const char *address, const char *cloud)
{
	struct ops_request r = { .kind = OPS_CLOUD_PING };
	ops_set_text(r.ping.address, sizeof(r.ping.address), address);
	ops_set_text(r.ping.cloud, sizeof(r.ping.cloud), cloud);
	return r;
}

static void clouds_are_listed(void **state)
{
	struct ops_request r = { .kind = OPS_CLOUDS };
	ask(&r);
	assert_at("port", "3540");
	assert_at("clouds.0.name", "LinkLocal_eth0");
	assert_at("clouds.0.scope", "link");
	assert_at("clouds.0.family", "ipv6");
	assert_at("clouds.0.interface", "eth0");
	assert_at("clouds.0.state", "active");
	assert_at("clouds.0.why", "3 nodes are known");
	assert_at("clouds.0.addresses.0.address", "fe80::1%3");
	assert_at("clouds.0.addresses.0.port", "3540");
	assert_at("clouds.0.nodes", "2");
	assert_at("clouds.0.entries", "3");
	assert_at("clouds.0.heard", "5");
	assert_at("clouds.0.received.lookup", "5");
	assert_at("clouds.0.received.octets", "1000");
	assert_at("clouds.0.sent.authority", "6");
	assert_at("clouds.0.counts.found", "1");
	assert_at("clouds.0.counts.rejected.no-cpa", "2");
	assert_int_equal(json_object_size(at_path("clouds.0.counts.rejected")), 1);
	assert_at("clouds.1.family", "ipv4");
	assert_at("clouds.1.state", "alone");
	assert_at("clouds.1.heard", "null");
	assert_at("clouds.1.addresses.0.address", "192.0.2.1");
}

static void one_cloud_in_full(void **state)
{
	struct ops_request r = on_cloud(OPS_CLOUD, "LinkLocal_eth0");
	ask(&r);
	assert_at("cloud.name", "LinkLocal_eth0");
	assert_at("names.0.name", "0.printer-room");
	assert_at("names.0.announced", "true");
	assert_int_equal(json_array_size(at_path("names.0.leaves")), 3);
	assert_at("names.0.leaves.0.above", "false");
	assert_at("names.0.leaves.1.above", "true");
	assert_at("nodes.0.node", "[fe80::7%3]:3540");
	assert_at("nodes.0.leaf", "false");
	assert_at("nodes.2.leaf", "true");
	assert_at("nodes.2.heard", "10");
	assert_at("nodes.2.id", "0000000000000009000000000000000000000000000000000000000000000001");
	/* One that has no core yet. */
	r = on_cloud(OPS_CLOUD, "Global4_");
	ask(&r);
	assert_int_equal(json_array_size(at_path("nodes")), 0);
	r = on_cloud(OPS_CLOUD, "Moon");
	ask(&r);
	refused(ERR_NOT_FOUND, "no cloud \"Moon\"; clouds are LinkLocal_eth0, Global4_", "");
}

static void nodes_are_pinged(void **state)
{
	struct ops_request r = ping("192.0.2.9", "");
	ask(&r);
	assert_at("address", "192.0.2.9:3540");
	assert_at("elapsed", "0.5");
	assert_int_equal(played.pnrp.kind, PNRP_PING);
	assert_int_equal(played.pnrp.at.port, PNRP_PORT);
	r = ping("[fe80::9%3]:3541", "LinkLocal_eth0");
	ask(&r);
	assert_int_equal(played.pnrp.at.scope, 3);
	assert_string_equal(played.pnrp.cloud, "LinkLocal_eth0");
	played.command_result = ERR_TIMEOUT;
	ask(&r);
	refused(ERR_TIMEOUT, "[fe80::9%3]:3541 does not answer", "firewall");
	played.command_result = ERR_RANGE;
	ask(&r);
	refused(ERR_RANGE, "belongs to no cloud", "homestead cloud list");
	played.command_result = ERR_STATE;
	ask(&r);
	refused(ERR_STATE, "cannot be asked: ", "homestead cloud list");
	r = ping("there", "");
	ask(&r);
	refused(ERR_MALFORMED, "\"there\" is no address", "homestead help cloud ping");
	r = ping("192.0.2.9", "Moon");
	ask(&r);
	refused(ERR_NOT_FOUND, "no cloud \"Moon\"", "");
}

static void clouds_are_repaired_and_flushed(void **state)
{
	struct ops_request r = on_cloud(OPS_CLOUD_REPAIR, "");
	ask(&r);
	assert_at("text", "every cloud is being repaired");
	assert_int_equal(played.pnrp.kind, PNRP_REPAIR);
	r = on_cloud(OPS_CLOUD_FLUSH, "Global4_");
	ask(&r);
	assert_at("text", "Global4_ has forgotten the nodes it knew, and looks for them anew");
	assert_int_equal(played.pnrp.kind, PNRP_FLUSH);
	r.cloud.dry_run = true;
	ask(&r);
	assert_at("text", "Global4_ would forget the nodes it knows");
	assert_int_equal(played.pnrp_commands, 2);
	r = on_cloud(OPS_CLOUD_REPAIR, "Moon");
	ask(&r);
	refused(ERR_NOT_FOUND, "no cloud \"Moon\"", "");
	r = on_cloud(OPS_CLOUD_REPAIR, "Global4_");
	played.command_result = ERR_STATE;
	ask(&r);
	refused(ERR_STATE, "nothing to repair", "homestead cloud list");
	played.command_result = ERR_IO;
	ask(&r);
	refused(ERR_IO, "input or output failed", "");
}

static void ask_status(void)
{
	struct ops_request r = { .kind = OPS_STATUS };
	ask(&r);
}

/* The attention to the part pnrp; "" for none. */
static const char *attention(void)
{
	const json_t *list, *row;
	size_t i;
	ask_status();
	list = at_path("attention");
	json_array_foreach((json_t *)(uintptr_t)list, i, row)
	{
		const char *part = json_string_value(json_object_get(row, "part"));
		if (strcmp(part, "pnrp") == 0)
			return json_string_value(json_object_get(row, "text"));
	}
	return "";
}

static void the_status_tells_of_clouds(void **state)
{
	assert_string_equal(attention(), "");
	assert_at("parts.1.name", "pnrp");
	assert_at("parts.1.state", "running");
	assert_at("pnrp.port", "3540");
	assert_at("pnrp.wanted_port", "3540");
	assert_at("pnrp.holder", "");
	assert_at("pnrp.names", "2");
	assert_at("pnrp.clouds.0.name", "LinkLocal_eth0");
	assert_at("pnrp.clouds.0.entries", "3");
	assert_at("pnrp.clouds.1.state", "alone");
	assert_at("pnrp.clouds.1.why", "no node answered yet");
	played.pnrp_on = false;
	assert_string_equal(attention(), "");
	assert_at("parts.1.state", "off");
	assert_at("pnrp.port", "0");
}

static void another_port_needs_attention(void **state)
{
	for (size_t i = 0; i < 2; i++)
		played.clouds[i].of.local[0].port = 40123;
	ops_set_text(played.info.port_error[NODE_PART_PNRP],
		     sizeof(played.info.port_error[NODE_PART_PNRP]),
		     "udp port 3540 is held by nc (pid 812, user ann)");
	assert_string_equal(attention(), "port 40123 is used for names in place of 3540: udp port "
					 "3540 is held by nc (pid 812, user ann)");
	assert_at("pnrp.port", "40123");
	assert_at("pnrp.holder", "udp port 3540 is held by nc (pid 812, user ann)");
}

/* A row without a cloud: every scope and family has one. */
static void play_no_cloud(bool ipv4)
{
	struct pnrp_cloud_info *none = &played.clouds[played.n_clouds++];
	*none = (struct pnrp_cloud_info){ .name = "SiteLocal_", .ipv4 = ipv4, .why = "none" };
	none->scope = PNRP_SCOPE_SITE;
	none->of.state = PNRP_STATE_NO_NETWORK;
}

static void set_ports(uint16_t ipv6, uint16_t ipv4)
{
	played.clouds[0].of.local[0].port = ipv6;
	played.clouds[1].of.local[0].port = ipv4;
}

/* One a family: each is told, and which of them is not the configured one. */
static void families_may_have_ports_of_their_own(void **state)
{
	set_ports(3540, 40123);
	assert_string_equal(attention(), "port 40123 (ipv4) is used for names in place of 3540");
	assert_at("pnrp.port", "40123");
	assert_at("pnrp.port_ipv4", "40123");
	assert_at("pnrp.port_ipv6", "3540");
	set_ports(40124, 3540);
	assert_string_equal(attention(), "port 40124 (ipv6) is used for names in place of 3540");
	set_ports(40124, 40123);
	assert_string_equal(attention(), "port 40123 (ipv4) and 40124 (ipv6) is used for names in "
					 "place of 3540");
	ask(&(struct ops_request){ .kind = OPS_CLOUDS });
	assert_at("port", "40123");
	assert_at("port_ipv4", "40123");
	assert_at("port_ipv6", "40124");
	assert_at("clouds.0.addresses.0.port", "40124");
	assert_at("clouds.1.addresses.0.port", "40123");
	played.n_clouds = 1;
	assert_string_equal(attention(), "port 40124 is used for names in place of 3540");
	assert_at("pnrp.port", "40124");
	assert_at("pnrp.port_ipv4", "0");
}

static void a_part_whose_clouds_are_dead_is_stopped(void **state)
{
	play_no_cloud(true);
	for (size_t i = 0; i < 2; i++) {
		played.clouds[i].of.state = PNRP_STATE_DEAD;
		played.clouds[i].bind_error = ERR_DENIED;
	}
	assert_string_equal(attention(), "pnrp is stopped: not allowed");
	assert_at("parts.1.state", "stopped");
	played.clouds[0].of.state = PNRP_STATE_ACTIVE;
	ask_status();
	assert_at("parts.1.state", "running");
}

static void no_network_needs_attention(void **state)
{
	played.n_clouds = 0;
	assert_non_null(strstr(attention(), "no interface has an address"));
	played.n_clouds = 2;
	for (size_t i = 0; i < 2; i++)
		played.clouds[i].of.state = PNRP_STATE_NO_NETWORK;
	assert_non_null(strstr(attention(), "no interface has an address"));
}

static void being_alone_for_long_needs_attention(void **state)
{
	played.clouds[0].of.entries = 0;
	played.clouds[0].of.last_heard = (struct mono){ 879 * MONO_SEC };
	assert_string_equal(attention(), "no other node is known in any cloud, for 2m");
	played.clouds[0].of.last_heard = (struct mono){ 881 * MONO_SEC };
	assert_string_equal(attention(), "");
	/* Since the start, where nobody ever answered. */
	played.clouds[0].of.last_heard = (struct mono){ 0 };
	assert_string_equal(attention(), "no other node is known in any cloud, for 15m");
}

/* The machine that runs the test has IPv6, or has none: either is told. */
static void ipv6_that_is_off_needs_attention(void **state)
{
	char c = '1';
	FILE *f = fopen("/proc/sys/net/ipv6/conf/all/disable_ipv6", "r");
	if (f) {
		assert_int_equal(fread(&c, 1, 1, f), 1);
		fclose(f);
	}
	played.clouds[0].ipv4 = true;
	play_no_cloud(false);
	bool told = strstr(attention(), "IPv6 is switched off") != NULL;
	assert_int_equal(told, c == '1');
	played.node_config.pnrp.ipv6 = false;
	assert_string_equal(attention(), "");
}

static void whom_a_wrong_clock_concerns(void **state)
{
	const char *affected = "clock.affected";
	played.clock_synchronised = false;
	played.masc_on = false;
	ask_status();
	assert_at(affected, "names: a clock that is a day off takes good proofs for old ones");
	played.masc_on = true;
	ask_status();
	assert_non_null(strstr(json_string_value(at_path(affected)), "MASC: "));
	assert_non_null(strstr(json_string_value(at_path(affected)), "; names: "));
	played.pnrp_on = false;
	ask_status();
	assert_null(strstr(json_string_value(at_path(affected)), "names: "));
	played.masc_on = false;
	ask_status();
	assert_at(affected, "");
}

static void nothing_configured_needs_attention(void **state)
{
	played.pnrp_on = played.masc_on = false;
	ask_status();
	assert_at("attention.0.part", "node");
	assert_at("attention.0.text", "the daemon does nothing: no part of it is configured");
}

static void without_memory(void **state)
{
	const struct ops_request requests[] = { { .kind = OPS_CLOUDS },
						{ .kind = OPS_STATUS },
						on_cloud(OPS_CLOUD, "LinkLocal_eth0"),
						ping("192.0.2.9", "") };
	struct ops_host host = played_host();
	struct failing_env f;
	ops_free(ops);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		FAILING_ENV_EACH(f, 1)
		{
			played.env = &f.env;
			if (ops_new(&ops, NULL, &host) == OK) {
				enum err e = ops_submit(ops, &requests[i], take, NULL);
				assert_true(e == ERR_NOMEM || (e == OK && got.err == OK));
				ops_free(ops);
			}
			failing_env_assert_clean(&f);
		}
	}
	played.env = NULL;
	assert_int_equal(ops_new(&ops, NULL, &host), OK);
}

#define T(f) cmocka_unit_test_setup_teardown(f, with_names, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(clouds_are_listed),
		T(one_cloud_in_full),
		T(nodes_are_pinged),
		T(clouds_are_repaired_and_flushed),
		T(the_status_tells_of_clouds),
		T(another_port_needs_attention),
		T(families_may_have_ports_of_their_own),
		T(a_part_whose_clouds_are_dead_is_stopped),
		T(no_network_needs_attention),
		T(being_alone_for_long_needs_attention),
		T(ipv6_that_is_off_needs_attention),
		T(whom_a_wrong_clock_concerns),
		T(nothing_configured_needs_attention),
		T(without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
