#include "../failing_env.h"

#include "base/store_mem.h"
#include "pnrp/clouds_int.h"

/* PNRP-10.3: which of the machine's addresses a name tells in which cloud, and in what
 * order. */

#define PORT 631

/* So many addresses that every scope of both families has some on two links. */
static const struct {
	uint32_t index; /* 1: the loopback interface */
	const char *address;
	char mark; /* 't' temporary, 'd' deprecated */
} machine[] = {
	{ 1, "::1", 0 },	   { 1, "127.0.0.1", 0 },
	{ 2, "fe80::2", 0 },	   { 2, "2001:db8:2::7", 't' },
	{ 2, "2001:db8:2::2", 0 }, { 2, "2001:db8:2::d", 'd' },
	{ 2, "fd00:2::2", 0 },	   { 2, "10.0.2.2", 0 },
	{ 2, "192.0.2.2", 0 },	   { 3, "fe80::3", 0 },
	{ 3, "169.254.3.3", 0 },   { 3, "198.51.100.3", 0 },
};
#define COUNT (sizeof(machine) / sizeof(machine[0]))

struct bench {
	struct failing_env f;
	struct store_mem *mem;
	struct crypto *crypto;
	struct pnrp_config cfg;
	struct pnrp_clouds *c;
};

static void set_address(struct pnrp_if_addr *a, size_t i)
{
	memset(a, 0, sizeof(*a));
	assert_int_equal(addr_parse(span_str(machine[i].address), 0, &a->addr), OK);
	a->index = machine[i].index;
	memcpy(a->name, "e0", 3);
	a->name[1] = (char)('0' + a->index);
	a->plen = a->addr.family == ADDR_IPV4 ? 24 : 64;
	a->loopback = a->index == 1;
	a->multicast = true;
	a->temporary = machine[i].mark == 't';
	a->deprecated = machine[i].mark == 'd';
	if (a->addr.ip[0] == 0xfe)
		a->addr.scope = a->index;
}

static void init(struct bench *b)
{
	static const struct wall morning = { INT64_C(1790000000000000), true };
	const struct mono now = { 1000 * MONO_SEC };
	struct pnrp_if_addr at[COUNT];
	memset(b, 0, sizeof(*b));
	failing_env_init(&b->f, 5);
	pnrp_config_init(&b->cfg);
	b->cfg.enabled = true;
	b->cfg.loopback = PNRP_LOOPBACK_YES;
	assert_int_equal(store_mem_new(&b->mem, &b->f.env), OK);
	assert_int_equal(crypto_new(&b->crypto, &b->f.env), OK);
	assert_int_equal(pnrp_clouds_new(&b->c, &b->cfg, b->crypto, &b->f.env,
					 store_mem_store(b->mem), now, morning),
			 OK);
	for (size_t i = 0; i < COUNT; i++)
		set_address(&at[i], i);
	assert_int_equal(pnrp_clouds_interfaces(b->c, at, COUNT, now), OK);
}

static void fini(struct bench *b)
{
	pnrp_clouds_free(b->c);
	crypto_free(b->crypto);
	store_mem_free(b->mem);
	failing_env_assert_clean(&b->f);
}

/* "ADDRESS ADDRESS", of one port each unless ports says more. */
static const char *told(struct bench *b, const char *cloud, uint8_t ports, struct text *t)
{
	const struct pnrp_app of[2] = { { .port = PORT, .protocol = 6 },
					{ .port = PORT + 1, .protocol = 17 } };
	struct pnrp_app out[PNRP_ENDPOINTS_MAX];
	const struct pnrp_cloud *k = pnrp_cloud_named(b->c, cloud);
	if (!k)
		fail_msg("there is no cloud %s", cloud);
	uint8_t n = pnrp_own_apps(b->c, k, of, ports, out);
	text_clear(t);
	for (size_t i = 0; i < n; i++) {
		struct pnrp_endpoint e = { .port = 0 };
		memcpy(e.ip, out[i].ip, sizeof(e.ip));
		struct addr a = pnrp_endpoint_addr(&e, 0);
		assert_int_equal(out[i].port, of[i % ports].port);
		assert_int_equal(out[i].protocol, of[i % ports].protocol);
		text_str(t, i ? " " : "");
		addr_text(t, &a);
	}
	return t->p;
}

/* First the cloud's own, then its family's, then the other's; never what cannot be reached
 * from it: loopback addresses outside, link-local ones of another link, or beyond links. */
static void each_cloud_has_its_own_first(void **state)
{
	static const struct {
		const char *cloud, *want;
	} rows[] = {
		{ "LinkLocal_e1", "::1 127.0.0.1" },
		{ "LinkLocal4_e1", "127.0.0.1 ::1" },
		{ "LinkLocal_e2",
		  "fe80::2 2001:db8:2::2 fd00:2::2 2001:db8:2::7 10.0.2.2 192.0.2.2" },
		{ "LinkLocal_e3", "fe80::3 169.254.3.3 198.51.100.3" },
		{ "LinkLocal4_e3", "169.254.3.3 198.51.100.3 fe80::3" },
		{ "SiteLocal_",
		  "fd00:2::2 2001:db8:2::2 2001:db8:2::7 10.0.2.2 192.0.2.2 198.51.100.3" },
		{ "Global_", "2001:db8:2::2 2001:db8:2::7 192.0.2.2 198.51.100.3" },
		{ "Global4_", "192.0.2.2 198.51.100.3 2001:db8:2::2 2001:db8:2::7" },
	};
	char buffer[500];
	struct text t = TEXT_OF(buffer);
	struct bench b;
	init(&b);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(told(&b, rows[i].cloud, 1, &t), rows[i].want);
	fini(&b);
}

/* Ten in all; an address that fits in part has its first ports. */
static void no_more_than_ten(void **state)
{
	char buffer[900];
	struct text t = TEXT_OF(buffer);
	struct bench b;
	init(&b);
	assert_string_equal(told(&b, "LinkLocal_e2", 2, &t),
			    "fe80::2 fe80::2 2001:db8:2::2 2001:db8:2::2 fd00:2::2 fd00:2::2 "
			    "2001:db8:2::7 2001:db8:2::7 10.0.2.2 10.0.2.2");
	assert_string_equal(told(&b, "Global4_", 2, &t),
			    "192.0.2.2 192.0.2.2 198.51.100.3 198.51.100.3 2001:db8:2::2 "
			    "2001:db8:2::2 2001:db8:2::7 2001:db8:2::7");
	fini(&b);
}

/* PNRP-10.8: of the site cloud's own addresses the one that is drawn comes first. */
static void some_of_them_are_drawn(void **state)
{
	struct bench b;
	init(&b);
	struct pnrp_published p = { .n_apps = 1, .app = { { .port = PORT, .protocol = 6 } } };
	const struct pnrp_cloud *k = pnrp_cloud_named(b.c, "Global4_");
	struct pnrp_app all[PNRP_ENDPOINTS_MAX], some[PNRP_ENDPOINTS_MAX];
	assert_int_equal(pnrp_own_apps_drawn(b.c, k, &p, all), 4); /* no limit */
	p.app_most = 3;
	for (p.draw = 0; p.draw < 4; p.draw++) {
		assert_int_equal(pnrp_own_apps_drawn(b.c, k, &p, some), 3);
		assert_memory_equal(some[0].ip, all[p.draw % 2].ip, 16);
		assert_memory_equal(some[1].ip, all[(p.draw + 1) % 2].ip, 16);
		assert_memory_equal(some[2].ip, all[2].ip, 16);
	}
	p.app_most = 9;
	assert_int_equal(pnrp_own_apps_drawn(b.c, k, &p, some), 4);
	assert_memory_equal(some, all, 4 * sizeof(some[0]));
	fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cloud_has_its_own_first),
		cmocka_unit_test(no_more_than_ten),
		cmocka_unit_test(some_of_them_are_drawn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
