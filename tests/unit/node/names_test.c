#include "names_rig.h"

#include <stdio.h>

/* Two and more whole nodes that publish and resolve names (doc/pnrp.md, 9 and 10). */

#define LAB "pnrp { lab = yes }"

struct pair {
	struct rig r;
	struct rig_machine *a, *b;
};

static struct pair *pair_new(const char *config, const char *at_a, const char *at_b)
{
	struct pair *p = calloc(1, sizeof(*p));
	assert_non_null(p);
	rig_init(&p->r);
	p->a = rig_machine(&p->r, config, at_a);
	p->b = rig_machine(&p->r, config, at_b);
	rig_start(&p->r, p->a);
	rig_start(&p->r, p->b);
	return p;
}

static void pair_free(struct pair *p)
{
	rig_fini(&p->r);
	free(p);
}

static void publish(struct pair *p, struct rig_machine *m, const char *name, uint64_t number)
{
	struct pnrp_command c = rig_publish(name);
	rig_command(&p->r, m, &c, number);
	assert_true(rig_await(&p->r, m, number, MONO_SEC));
	assert_int_equal(m->reply[number].err, OK);
}

static enum err resolve(struct pair *p, struct rig_machine *m, const char *name, uint64_t number)
{
	struct pnrp_command c = rig_name(PNRP_RESOLVE, name);
	c.timeout = 10 * MONO_SEC;
	rig_command(&p->r, m, &c, number);
	assert_true(rig_await(&p->r, m, number, 20 * MONO_SEC));
	return m->reply[number].err;
}

/* PNRP-9.1: one publishes, another that never heard of it resolves. */
static void published_here_resolved_there(void **state)
{
	static const struct {
		const char *a, *b, *cloud, *app;
	} rows[] = {
		{ "fe80::a", "fe80::b", "LinkLocal_eth0", "[fe80::a]:631" },
		{ "169.254.1.1", "169.254.1.2", "LinkLocal4_eth0", "169.254.1.1:631" },
		{ "10.0.0.1", "10.0.0.2", "SiteLocal4_", "10.0.0.1:631" },
		{ "fd00::a", "fd00::b", "SiteLocal_", "[fd00::a]:631" },
		{ "2001:db8::a", "2001:db8::b", "Global_", "[2001:db8::a]:631" },
		{ "192.0.2.1", "192.0.2.2", "Global4_", "192.0.2.1:631" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pair *p = pair_new(LAB, rows[i].a, rows[i].b);
		publish(p, p->a, "0.printer-room", 1);
		assert_int_equal(resolve(p, p->b, "0.printer-room", 2), OK);
		assert_int_equal(p->b->n_found, 1);
		assert_string_equal(p->b->found[0].cloud, rows[i].cloud);
		char text[ADDR_TEXT_MAX];
		struct text t = TEXT_OF(text);
		struct pnrp_endpoint e = { .port = p->b->found[0].result.app[0].port };
		memcpy(e.ip, p->b->found[0].result.app[0].ip, sizeof(e.ip));
		struct addr at = pnrp_endpoint_addr(&e, 0);
		addr_text(&t, &at);
		assert_string_equal(text, rows[i].app);
		assert_string_equal(rig_state(p->b, rows[i].cloud), "active");
		pair_free(p);
	}
}

/* A cloud without other nodes has nothing to say: who has an answer does not wait for one. */
static void an_answer_waits_for_no_empty_cloud(void **state)
{
	struct pair *p = pair_new(LAB, "fe80::a", "fe80::b,192.0.2.2");
	publish(p, p->a, "0.printer-room", 1);
	publish(p, p->b, "0.mine", 1);
	rig_run(&p->r, 5 * MONO_SEC);
	assert_string_equal(rig_state(p->b, "LinkLocal_eth0"), "active");
	assert_string_equal(rig_state(p->b, "Global4_"), "alone");
	static const char *const names[] = { "0.printer-room", "0.mine" };
	for (uint64_t i = 0; i < 2; i++) {
		struct pnrp_command c = rig_name(PNRP_RESOLVE, names[i]);
		c.most = 4;
		rig_command(&p->r, p->b, &c, 2 + i);
		assert_true(rig_await(&p->r, p->b, 2 + i, 100 * MONO_MS));
		assert_int_equal(p->b->reply[2 + i].err, OK);
	}
	pair_free(p);
}

/* PNRP-10.1: what was told is there after the process has ended anyhow. */
static void a_restart_keeps_the_name(void **state)
{
	struct pair *p = pair_new(LAB, "fe80::a", "fe80::b");
	publish(p, p->a, "0.printer-room", 1);
	struct pnrp_command temporary = rig_publish("0.passing");
	temporary.temporary = true;
	rig_command(&p->r, p->a, &temporary, 2);
	assert_int_equal(p->a->reply[2].err, OK);
	assert_int_equal(p->a->reply[2].after, 0);
	rig_run(&p->r, 3 * MONO_SEC);
	rig_restart(&p->r, p->a);
	assert_int_equal(resolve(p, p->b, "0.printer-room", 3), OK);
	assert_int_equal(resolve(p, p->b, "0.passing", 4), ERR_NOT_FOUND);
	pair_free(p);
}

/* PNRP-10.2: the key of this machine is kept, and with it what the name is. */
static void a_secure_name(void **state)
{
	struct pair *p = pair_new(LAB, "fe80::a", "fe80::b");
	struct pnrp_command c = rig_publish("0.me");
	uint8_t authority[CRYPTO_AUTHORITY], again[CRYPTO_AUTHORITY];
	assert_int_equal(pnrp_clouds_authority(node_pnrp(p->a->n), authority), ERR_NOT_FOUND);
	c.own_key = true;
	rig_command(&p->r, p->a, &c, 1);
	assert_true(rig_await(&p->r, p->a, 1, MONO_SEC));
	assert_int_equal(p->a->reply[1].err, OK);
	assert_int_equal(pnrp_clouds_authority(node_pnrp(p->a->n), authority), OK);
	rig_restart(&p->r, p->a);
	assert_int_equal(pnrp_clouds_authority(node_pnrp(p->a->n), again), OK);
	assert_memory_equal(authority, again, sizeof(authority));
	c.kind = PNRP_RESOLVE;
	c.name.secure = true;
	memcpy(c.name.authority, authority, sizeof(authority));
	c.criteria = PNRP_MATCH_ANY;
	rig_command(&p->r, p->b, &c, 2);
	assert_true(rig_await(&p->r, p->b, 2, 20 * MONO_SEC));
	assert_int_equal(p->b->reply[2].err, OK);
	assert_true(p->b->found[0].result.secure);
	/* A name of another's key cannot be published. */
	c.kind = PNRP_PUBLISH;
	c.own_key = false;
	rig_command(&p->r, p->b, &c, 3);
	assert_int_equal(p->b->reply[3].err, ERR_DENIED);
	pair_free(p);
}

/* PNRP-9.2: two daemons of one machine that has no network. */
static void loopback_alone(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	assert_non_null(r);
	rig_init(r);
	struct pair p = { .a = rig_machine(r, LAB, ""), .b = rig_machine(r, LAB, "") };
	p.b->host = p.a->host;
	rig_start(r, p.a);
	rig_start(r, p.b);
	assert_true(rig_told(p.b, "port: the configured port is in use; port 50001 is taken"));
	assert_false(rig_told(p.a, "port:"));
	struct pnrp_command c = rig_publish("0.printer-room");
	rig_command(r, p.a, &c, 1);
	c.kind = PNRP_RESOLVE;
	c.criteria = PNRP_MATCH_ANY;
	rig_command(r, p.b, &c, 1);
	assert_true(rig_await(r, p.b, 1, 20 * MONO_SEC));
	assert_int_equal(p.b->reply[1].err, OK);
	assert_string_equal(rig_state(p.b, p.b->found[0].cloud), "active");
	/* An address of the loopback needs no interface to be told. */
	c = (struct pnrp_command){ .kind = PNRP_PING };
	c.at = (struct addr){ ADDR_IPV4, { 127, 0, 0, 1 }, PNRP_PORT, 0 };
	rig_command(r, p.b, &c, 2);
	assert_true(rig_await(r, p.b, 2, MONO_SEC));
	assert_int_equal(p.b->reply[2].err, OK);
	rig_fini(r);
	free(r);
}

/* PNRP-9.2: with a network of its own the loopback interface has no cloud. */
static void no_loopback_beside_others(void **state)
{
	struct pair *p = pair_new(LAB, "10.0.0.1", "10.0.0.2");
	assert_string_equal(rig_state(p->a, "LinkLocal4_lo"), "");
	rig_addresses(&p->r, p->a, "");
	assert_string_equal(rig_state(p->a, "SiteLocal4_"), "no-network");
	assert_string_not_equal(rig_state(p->a, "LinkLocal4_lo"), "");
	pair_free(p);
}

/* PNRP-9.5: no multicast, a seed with a port. */
static void a_seed(void **state)
{
	struct pair *p = pair_new("pnrp { lab = yes; port = 4000\n"
				  "global { multicast = no; seeds = [2001:db8::a]:4000 } }",
				  "2001:db8::a", "2001:db8::b");
	publish(p, p->a, "0.printer-room", 1);
	assert_int_equal(resolve(p, p->b, "0.printer-room", 2), OK);
	pair_free(p);
}

/* PNRP-9.5: a seed by its name; the DNS is asked through the owner. */
static void a_seed_by_name(void **state)
{
	static const struct addr hosts[] = {
		{ ADDR_IPV4, { 192, 0, 2, 1 }, 0, 0 },
		{ ADDR_IPV6, { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x0a }, 0, 0 }
	};
	struct pair *p = pair_new("pnrp { lab = yes\n"
				  "global { multicast = no; seeds = seed.example.net } }",
				  "2001:db8::a", "2001:db8::b");
	publish(p, p->a, "0.printer-room", 1);
	assert_string_equal(p->b->host_name, "seed.example.net");
	assert_int_equal(resolve(p, p->b, "0.printer-room", 2), ERR_NOT_FOUND);
	rig_give(&p->r, p->b,
		 &(struct node_in){ .kind = NODE_IN_HOST,
				    .number = p->b->host_number,
				    .hosts = { hosts, 2 } });
	rig_run(&p->r, 3 * MONO_SEC);
	assert_int_equal(resolve(p, p->b, "0.printer-room", 3), OK);
	pair_free(p);
}

static void a_seed_without_address(void **state)
{
	struct pair *p = pair_new("pnrp { lab = yes\n"
				  "global { multicast = no; seeds = seed.example.net } }",
				  "2001:db8::a", "2001:db8::b");
	rig_give(&p->r, p->b,
		 &(struct node_in){
			 .kind = NODE_IN_HOST, .number = p->b->host_number, .err = ERR_NOT_FOUND });
	assert_true(rig_told(p->b, "seed: seed seed.example.net of cloud Global_ has no address"));
	pair_free(p);
}

/* PNRP-10.6: who answered is known after a restart, without a search. */
static void nodes_are_remembered(void **state)
{
	struct pair *p = pair_new(LAB, "fe80::a", "fe80::b");
	publish(p, p->a, "0.printer-room", 1);
	assert_int_equal(resolve(p, p->b, "0.printer-room", 2), OK);
	rig_give(&p->r, p->b, &(struct node_in){ .kind = NODE_IN_STOP });
	rig_run(&p->r, MONO_SEC);
	/* It restarts without multicast. */
	node_free(p->b->n);
	memset(p->b->socket, 0, sizeof(p->b->socket));
	memset(p->b->reply, 0, sizeof(p->b->reply));
	p->b->config.pnrp.cloud[PNRP_SCOPE_LINK].multicast = false;
	rig_start(&p->r, p->b);
	assert_int_equal(resolve(p, p->b, "0.printer-room", 3), OK);
	pair_free(p);
}

/* PNRP-10.1: what could not be stored is undone, and nobody heard of it. */
static void a_commit_fails(void **state)
{
	struct pair *p = pair_new(LAB, "fe80::a", "fe80::b");
	publish(p, p->a, "0.kept", 1);
	p->a->held = true;
	struct pnrp_command c = rig_publish("0.lost"), gone = rig_name(PNRP_UNPUBLISH, "0.kept");
	rig_command(&p->r, p->a, &c, 2);
	rig_command(&p->r, p->a, &gone, 3);
	assert_false(p->a->reply[2].given || p->a->reply[3].given);
	assert_true(store_mem_seal(p->a->mem));
	uint64_t first = store_mem_fail(p->a->mem);
	p->a->held = false;
	rig_give(&p->r, p->a,
		 &(struct node_in){
			 .kind = NODE_IN_STORE_FAILED, .number = first, .err = ERR_NO_SPACE });
	assert_true(rig_told(p->a, "store-failed:"));
	assert_int_equal(resolve(p, p->b, "0.kept", 4), OK);
	assert_int_equal(resolve(p, p->b, "0.lost", 5), ERR_NOT_FOUND);
	size_t at = 0;
	struct pnrp_published_info info;
	assert_true(pnrp_clouds_published(node_pnrp(p->a->n), &at, &info));
	assert_false(pnrp_clouds_published(node_pnrp(p->a->n), &at, &info));
	pair_free(p);
}

/* A change that cannot be stored: the old content is back. */
static void an_update_fails(void **state)
{
	struct pair *p = pair_new(LAB, "fe80::a", "fe80::b");
	publish(p, p->a, "0.printer-room", 1);
	p->a->held = true;
	struct pnrp_command c = rig_publish("0.printer-room");
	c.app[0].port = 9100;
	rig_command(&p->r, p->a, &c, 2);
	assert_true(store_mem_seal(p->a->mem));
	uint64_t first = store_mem_fail(p->a->mem);
	p->a->held = false;
	rig_give(&p->r, p->a,
		 &(struct node_in){
			 .kind = NODE_IN_STORE_FAILED, .number = first, .err = ERR_NO_SPACE });
	assert_int_equal(resolve(p, p->b, "0.printer-room", 3), OK);
	assert_int_equal(p->b->found[0].result.app[0].port, 631);
	pair_free(p);
}

static void publish_again_changes_it(void **state)
{
	struct pair *p = pair_new(LAB, "fe80::a", "fe80::b");
	struct pnrp_command c = rig_publish("0.printer-room");
	publish(p, p->a, "0.printer-room", 1);
	c.app[0].port = 9100;
	c.comment_n = 9;
	memcpy(c.comment, "hall left", 9);
	rig_command(&p->r, p->a, &c, 2);
	assert_int_equal(p->a->reply[2].err, OK);
	assert_int_equal(resolve(p, p->b, "0.printer-room", 3), OK);
	const struct pnrp_result *r = &p->b->found[0].result;
	assert_int_equal(r->app[0].port, 9100);
	assert_int_equal(r->comment_n, 9);
	assert_memory_equal(r->comment, "hall left", 9);
	pair_free(p);
}

/* PNRP-10.3: the addresses of the day, those of the cloud's scope first, and none that
 * reaches less far than the cloud. */
static void automatic_addresses_follow(void **state)
{
	struct pair *p = pair_new(LAB, "10.0.0.1,192.0.2.1,fd00::1,fe80::a", "10.0.0.2");
	publish(p, p->a, "0.printer-room", 1);
	assert_int_equal(resolve(p, p->b, "0.printer-room", 2), OK);
	const struct pnrp_result *r = &p->b->found[0].result;
	static const uint8_t site[16] = { [10] = 0xff, 0xff, 10, 0, 0, 1 };
	static const uint8_t global[16] = { [10] = 0xff, 0xff, 192, 0, 2, 1 };
	assert_int_equal(r->n_apps, 3);
	assert_memory_equal(r->app[0].ip, site, 16);
	assert_memory_equal(r->app[1].ip, global, 16);
	assert_int_equal(r->app[2].ip[0], 0xfd);
	rig_addresses(&p->r, p->a, "10.0.0.9");
	rig_run(&p->r, 3 * MONO_SEC);
	p->b->n_found = 0;
	assert_int_equal(resolve(p, p->b, "0.printer-room", 3), OK);
	assert_int_equal(p->b->found[0].result.n_apps, 1);
	assert_int_equal(p->b->found[0].result.app[0].ip[15], 9);
	pair_free(p);
}

static void unpublished_is_gone(void **state)
{
	struct pair *p = pair_new(LAB, "fe80::a", "fe80::b");
	publish(p, p->a, "0.printer-room", 1);
	assert_int_equal(resolve(p, p->b, "0.printer-room", 2), OK);
	struct pnrp_command c = rig_name(PNRP_UNPUBLISH, "0.printer-room");
	rig_command(&p->r, p->a, &c, 3);
	assert_int_equal(p->a->reply[3].err, OK);
	rig_run(&p->r, MONO_SEC);
	assert_int_equal(resolve(p, p->b, "0.printer-room", 4), ERR_NOT_FOUND);
	rig_command(&p->r, p->a, &c, 5);
	assert_int_equal(p->a->reply[5].err, ERR_NOT_FOUND);
	pair_free(p);
}

/* PNRP-10.4: what only resolves says so, rather than publish in no cloud. */
static void who_only_resolves_publishes_nothing(void **state)
{
	struct pair *p = pair_new("pnrp { lab = yes; link { resolve_only = yes }\n"
				  "site { resolve_only = yes }\nglobal { enabled = no } }",
				  "fe80::a", "fe80::b");
	struct pnrp_command c = rig_publish("0.x");
	rig_command(&p->r, p->a, &c, 1);
	assert_int_equal(p->a->reply[1].err, ERR_STATE);
	rig_command(&p->r, p->b, &c, 1);
	rig_run(&p->r, MONO_SEC);
	assert_int_equal(p->b->reply[1].err, ERR_STATE);
	pair_free(p);
}

static void commands_that_cannot_be(void **state)
{
	struct pair *p = pair_new("pnrp { lab = yes; names_max = 1; site { resolve_only = yes } }",
				  "fe80::a,10.0.0.1", "fe80::b");
	struct {
		struct pnrp_command c;
		const char *cloud;
		enum err err;
	} rows[] = {
		{ rig_publish("0.x"), "Global_", ERR_RANGE },
		{ rig_publish("0.x"), "SiteLocal4_", ERR_STATE },
		{ rig_name(PNRP_PUBLISH, "0.x"), "", ERR_RANGE },
		{ rig_publish("0.x"), "LinkLocal_eth0", OK },
		{ rig_publish("0.y"), "", ERR_FULL },
		{ rig_name(PNRP_RESOLVE, "0.y"), "Nowhere", ERR_RANGE },
		{ rig_name(PNRP_UNPUBLISH, "0.y"), "", ERR_NOT_FOUND },
		{ rig_name(PNRP_UNPUBLISH, "0.x"), "Global_", ERR_NOT_FOUND },
		{ rig_name(PNRP_CANCEL, "0.y"), "", ERR_NOT_FOUND },
		{ rig_name(PNRP_PING, "0.y"), "", ERR_UNREACHABLE },
		{ rig_name(PNRP_FLUSH, "0.y"), "Nowhere", ERR_RANGE },
		{ rig_name(PNRP_FLUSH, "0.y"), "", OK },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memcpy(rows[i].c.cloud, rows[i].cloud, strlen(rows[i].cloud) + 1);
		rig_command(&p->r, p->a, &rows[i].c, i);
		assert_true(p->a->reply[i].given);
		if (p->a->reply[i].err != rows[i].err)
			fail_msg("row %zu: %s", i, err_name(p->a->reply[i].err));
	}
	pair_free(p);
}

static void cancelled_and_late(void **state)
{
	struct pair *p = pair_new(LAB, "fe80::a", "fe80::b");
	struct pnrp_command c = rig_name(PNRP_RESOLVE, "0.nobody");
	struct pnrp_command cancel = { .kind = PNRP_CANCEL, .other = 1 };
	rig_command(&p->r, p->a, &c, 1);
	rig_command(&p->r, p->a, &cancel, 2);
	assert_int_equal(p->a->reply[1].err, ERR_CANCELLED);
	assert_int_equal(p->a->reply[2].err, OK);
	assert_int_equal(resolve(p, p->a, "0.nobody", 3), ERR_NOT_FOUND);
	rig_run(&p->r, 30 * MONO_SEC); /* no second answer: the rig asserts so */
	pair_free(p);
}

/* PNRP-10.5: where nobody is known, one search is waited for, not two. */
static void nobody_at_all(void **state)
{
	struct pair *p = pair_new("pnrp { }", "192.0.2.1", "198.51.100.1");
	struct pnrp_command c = rig_name(PNRP_RESOLVE, "0.nobody");
	rig_run(&p->r, 30 * MONO_SEC);
	rig_command(&p->r, p->a, &c, 1);
	assert_true(rig_await(&p->r, p->a, 1, 4 * MONO_SEC + 100 * MONO_MS));
	assert_int_equal(p->a->reply[1].err, ERR_NOT_FOUND);
	pair_free(p);
}

static void pinged(void **state)
{
	struct pair *p = pair_new(LAB, "fe80::a", "fe80::b");
	struct pnrp_command c = { .kind = PNRP_PING };
	c.at = (struct addr){ ADDR_IPV6, { 0xfe, 0x80, [15] = 0x0b }, PNRP_PORT, 2 };
	rig_command(&p->r, p->a, &c, 1);
	assert_true(rig_await(&p->r, p->a, 1, 5 * MONO_SEC));
	assert_int_equal(p->a->reply[1].err, OK);
	assert_int_equal(p->a->reply[1].elapsed, 2 * MONO_MS);
	c.at.ip[15] = 0x0c;
	rig_command(&p->r, p->a, &c, 2);
	assert_true(rig_await(&p->r, p->a, 2, 5 * MONO_SEC));
	assert_int_equal(p->a->reply[2].err, ERR_TIMEOUT);
	pair_free(p);
}

/* PNRP-9.4: a port that cannot be had, said and asked for again. */
static void no_port(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	assert_non_null(r);
	rig_init(r);
	struct rig_machine *m = rig_machine(r, LAB, "fe80::a");
	m->no_ports = true;
	rig_start(r, m);
	assert_string_equal(rig_state(m, "LinkLocal_eth0"), "dead");
	assert_true(rig_told(m, "cloud LinkLocal_eth0 is dead"));
	m->no_ports = false;
	rig_run(r, 63 * MONO_SEC);
	assert_string_equal(rig_state(m, "LinkLocal_eth0"), "alone");
	rig_fini(r);
	free(r);
}

static void reload(struct pair *p, struct rig_machine *m, const char *config, enum err expected)
{
	struct node_in in = { .kind = NODE_IN_CONFIG, .bytes = span_str(config) };
	assert_int_equal(node_input(m->n, &in, p->r.now), expected);
	rig_drain(&p->r, m);
}

/* A reload starts, changes and ends the part; names stay in the store. */
static void switched_off_and_on(void **state)
{
	struct pair *p = pair_new(LAB, "fe80::a", "fe80::b");
	publish(p, p->a, "0.printer-room", 1);
	assert_int_equal(resolve(p, p->b, "0.printer-room", 2), OK);
	reload(p, p->a, "pnrp { enabled = no }", OK);
	assert_null(node_pnrp(p->a->n));
	rig_run(&p->r, 6 * MONO_SEC);
	for (size_t i = 0; i < RIG_SOCKETS; i++)
		assert_false(p->a->socket[i].bound);
	struct pnrp_command c = rig_publish("0.x");
	rig_command(&p->r, p->a, &c, 3);
	assert_int_equal(p->a->reply[3].err, ERR_STATE);
	assert_int_equal(resolve(p, p->b, "0.printer-room", 4), ERR_NOT_FOUND);
	reload(p, p->a, LAB, OK);
	rig_addresses(&p->r, p->a, "fe80::a");
	rig_run(&p->r, 3 * MONO_SEC);
	assert_int_equal(resolve(p, p->b, "0.printer-room", 5), OK);
	reload(p, p->a, "pnrp { lab = yes; port = 4000 }", OK);
	rig_run(&p->r, 3 * MONO_SEC);
	assert_int_equal(p->a->socket[1].local.port, 4000);
	p->b->n_found = 0;
	assert_int_equal(resolve(p, p->b, "0.printer-room", 6), OK);
	reload(p, p->a, "pnrp { lab = yes; link { enabled = no } }", OK);
	assert_string_equal(rig_state(p->a, "LinkLocal_"), "disabled");
	reload(p, p->a, "pnrp { ipv4 = no; ipv6 = no }", ERR_CONFIG);
	assert_non_null(node_pnrp(p->a->n));
	pair_free(p);
}

/* A node whose part is off has nothing of it. */
static void off_costs_nothing(void **state)
{
	struct pair *p = pair_new("", "fe80::a", "fe80::b");
	size_t before = p->a->f.allocations;
	rig_addresses(&p->r, p->a, "fe80::c");
	rig_give(
		&p->r, p->a,
		&(struct node_in){ .kind = NODE_IN_DATAGRAM, .socket = 1, .bytes = span_str("x") });
	rig_give(&p->r, p->a, &(struct node_in){ .kind = NODE_IN_BOUND, .socket = 1 });
	rig_give(&p->r, p->a, &(struct node_in){ .kind = NODE_IN_HOST, .number = 1 });
	assert_int_equal(p->a->f.allocations, before);
	assert_int_equal(p->a->sent, 0);
	pair_free(p);
}

/* PNRP-9.10: every row says why. */
static void rows_say_why(void **state)
{
	struct pair *p =
		pair_new("pnrp { lab = yes; site { enabled = no }\nlink { multicast = no } }",
			 "fe80::a,192.0.2.1", "fe80::b");
	static const struct {
		const char *cloud, *state, *why;
	} rows[] = {
		{ "LinkLocal_eth0", "alone", "multicast is switched off and no seed" },
		{ "Global4_", "alone", "no node answered a search by multicast" },
		{ "Global_", "no-network", "no interface has a global IPv6 address" },
		{ "SiteLocal_", "disabled", "switched off" },
		{ "LinkLocal4_", "no-network", "169.254" },
	};
	rig_run(&p->r, 5 * MONO_SEC);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pnrp_cloud_info info;
		bool seen = false;
		for (size_t at = 0; pnrp_clouds_info(node_pnrp(p->a->n), &at, &info);) {
			if (!span_eq(span_str(info.name), span_str(rows[i].cloud)))
				continue;
			seen = true;
			assert_string_equal(pnrp_state_text(info.of.state), rows[i].state);
			assert_non_null(strstr(info.why, rows[i].why));
		}
		assert_true(seen);
	}
	pair_free(p);
}

static struct pnrp_cloud_info row(const struct rig_machine *m, const char *cloud)
{
	struct pnrp_cloud_info info;
	for (size_t at = 0; pnrp_clouds_info(node_pnrp(m->n), &at, &info);)
		if (span_eq(span_str(info.name), span_str(cloud)))
			return info;
	fail_msg("no cloud %s", cloud);
	return info;
}

/* PNRP-9.10, DESIGN D10: two clocks that are days apart, which nothing else would tell. */
static void a_clock_that_is_days_off_is_told(void **state)
{
	struct pair *p = pair_new(LAB, "fe80::a", "fe80::b");
	publish(p, p->a, "0.one", 1);
	assert_int_equal(resolve(p, p->b, "0.one", 2), OK);
	struct node_in later = { .kind = NODE_IN_WALL, .wall = node_wall(p->b->n, p->r.now) };
	later.wall.us += 2 * MONO_DAY;
	rig_give(&p->r, p->b, &later);
	assert_int_equal(resolve(p, p->b, "0.one", 3), ERR_NOT_FOUND);
	struct pnrp_cloud_info b = row(p->b, "LinkLocal_eth0");
	/* Its node is alive, and stays known. */
	assert_int_equal(b.of.state, PNRP_STATE_ACTIVE);
	assert_non_null(strstr(b.why, "the clock of this machine"));
	later.wall.us -= 2 * MONO_DAY;
	rig_give(&p->r, p->b, &later);
	assert_int_equal(resolve(p, p->b, "0.one", 4), OK);
	rig_run(&p->r, 11 * MONO_MIN);
	assert_null(strstr(row(p->b, "LinkLocal_eth0").why, "clock"));
	pair_free(p);
}

/* PNRP-9.10, PNRP-8.8: who has the only names knows nobody, and is heard all the same;
 * the others know one node, whatever it publishes. */
static void what_rows_say_is_true(void **state)
{
	struct pair *p = pair_new(LAB, "fe80::a", "fe80::b");
	struct pnrp_published_info name;
	size_t at = 0;
	publish(p, p->a, "0.one", 1);
	publish(p, p->a, "0.two", 2);
	assert_string_equal(row(p->a, "LinkLocal_eth0").why, "a first node is looked for");
	rig_run(&p->r, 5 * MONO_SEC);
	struct pnrp_cloud_info a = row(p->a, "LinkLocal_eth0"), b = row(p->b, "LinkLocal_eth0");
	assert_int_equal(a.of.state, PNRP_STATE_ALONE);
	assert_non_null(strstr(a.why, "no name is published on any"));
	assert_int_equal(a.nodes, 0);
	assert_int_equal(a.of.size, 1);
	assert_int_equal(b.of.entries, 2);
	assert_int_equal(b.nodes, 1);
	assert_int_equal(b.of.size, 2);
	/* Nobody is there who could be told and is not. */
	assert_true(pnrp_clouds_published(node_pnrp(p->a->n), &at, &name));
	assert_int_equal(name.clouds, 1);
	assert_int_equal(name.announced, 1);
	pair_free(p);
}

/* PNRP-10.5: a dual network: one publisher with other addresses in two clouds is told twice; the
 * same once. */
static void all_clouds_at_once(void **state)
{
	struct pair *p = pair_new(LAB, "10.0.0.1,2001:db8::a", "10.0.0.2,2001:db8::b");
	publish(p, p->a, "0.printer-room", 1);
	struct pnrp_command c = rig_name(PNRP_RESOLVE, "0.printer-room");
	c.most = 8;
	c.trace = true;
	c.timeout = 10 * MONO_SEC;
	rig_command(&p->r, p->b, &c, 2);
	assert_true(rig_await(&p->r, p->b, 2, 20 * MONO_SEC));
	assert_int_equal(p->b->reply[2].err, OK);
	assert_int_equal(p->b->n_found, 2);
	assert_string_not_equal(p->b->found[0].cloud, p->b->found[1].cloud);
	assert_true(p->b->steps > 0);
	pair_free(p);
}

/* A name of ours is found without anybody else. */
static void ones_own_name(void **state)
{
	struct pair *p = pair_new(LAB, "fe80::a", "fe80::b");
	p->r.quiet = true;
	publish(p, p->a, "0.printer-room", 1);
	assert_int_equal(resolve(p, p->a, "0.printer-room", 2), OK);
	assert_true(p->a->found[0].result.local);
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_here_resolved_there),
		cmocka_unit_test(an_answer_waits_for_no_empty_cloud),
		cmocka_unit_test(a_restart_keeps_the_name),
		cmocka_unit_test(a_secure_name),
		cmocka_unit_test(loopback_alone),
		cmocka_unit_test(no_loopback_beside_others),
		cmocka_unit_test(a_seed),
		cmocka_unit_test(a_seed_by_name),
		cmocka_unit_test(a_seed_without_address),
		cmocka_unit_test(nodes_are_remembered),
		cmocka_unit_test(a_commit_fails),
		cmocka_unit_test(an_update_fails),
		cmocka_unit_test(publish_again_changes_it),
		cmocka_unit_test(automatic_addresses_follow),
		cmocka_unit_test(unpublished_is_gone),
		cmocka_unit_test(commands_that_cannot_be),
		cmocka_unit_test(who_only_resolves_publishes_nothing),
		cmocka_unit_test(cancelled_and_late),
		cmocka_unit_test(nobody_at_all),
		cmocka_unit_test(pinged),
		cmocka_unit_test(no_port),
		cmocka_unit_test(switched_off_and_on),
		cmocka_unit_test(off_costs_nothing),
		cmocka_unit_test(rows_say_why),
		cmocka_unit_test(a_clock_that_is_days_off_is_told),
		cmocka_unit_test(what_rows_say_is_true),
		cmocka_unit_test(all_clouds_at_once),
		cmocka_unit_test(ones_own_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
