#include "../failing_env.h"

#include "pnrp/config.h"

/* PNRP-9.9 and what homestead.conf says of the part. */

struct bench {
	struct pnrp_config c;
	char buffer[600];
	struct text why;
};

static void init(struct bench *b)
{
	pnrp_config_init(&b->c);
	b->why = TEXT_OF(b->buffer);
}

static enum err set(struct bench *b, const char *group, const char *key, const char *value)
{
	text_clear(&b->why);
	return pnrp_config_set(&b->c, span_str(group), span_str(key), span_str(value), &b->why);
}

static void defaults(void **state)
{
	struct bench b;
	init(&b);
	assert_false(b.c.enabled);
	assert_int_equal(b.c.port, PNRP_PORT);
	assert_true(b.c.ipv4 && b.c.ipv6);
	assert_int_equal(b.c.loopback, PNRP_LOOPBACK_AUTO);
	assert_int_equal(b.c.profile, CRYPTO_MODERN);
	for (size_t i = 0; i < PNRP_SCOPE_COUNT; i++) {
		assert_true(b.c.cloud[i].enabled && b.c.cloud[i].multicast);
		assert_false(b.c.cloud[i].resolve_only);
		assert_string_equal(b.c.cloud[i].seeds, "");
	}
	assert_int_equal(pnrp_config_check(&b.c, &b.why), OK);
}

static void keys_and_groups(void **state)
{
	struct bench b;
	init(&b);
	assert_int_equal(set(&b, "", "port", "4000"), OK);
	assert_int_equal(set(&b, "", "loopback", "no"), OK);
	assert_int_equal(set(&b, "site", "multicast", "false"), OK);
	assert_int_equal(set(&b, "global", "resolve_only", "true"), OK);
	assert_int_equal(b.c.port, 4000);
	assert_int_equal(b.c.loopback, PNRP_LOOPBACK_NO);
	assert_false(b.c.cloud[PNRP_SCOPE_SITE].multicast);
	assert_true(b.c.cloud[PNRP_SCOPE_LINK].multicast);
	assert_true(b.c.cloud[PNRP_SCOPE_GLOBAL].resolve_only);
	assert_int_equal(set(&b, "", "port", "1024"), ERR_RANGE);
	assert_int_equal(set(&b, "", "seeds", "x"), ERR_NOT_FOUND);
	assert_int_equal(set(&b, "planet", "enabled", "true"), ERR_NOT_FOUND);
	assert_non_null(strstr(b.why.p, "link, site and global"));
}

static void what_does_not_fit(void **state)
{
	struct bench b;
	init(&b);
	assert_int_equal(set(&b, "", "ipv4", "false"), OK);
	assert_int_equal(set(&b, "", "ipv6", "false"), OK);
	assert_int_equal(pnrp_config_check(&b.c, &b.why), OK); /* off: nobody minds */
	b.c.enabled = true;
	assert_int_equal(pnrp_config_check(&b.c, &b.why), ERR_CONFIG);
	assert_non_null(strstr(b.why.p, "ipv4 and ipv6"));
}

static struct span seeds_of(const struct bench *b)
{
	return span_str(b->c.cloud[PNRP_SCOPE_GLOBAL].seeds);
}

static void seeds(void **state)
{
	struct bench b;
	struct pnrp_seed s;
	init(&b);
	assert_int_equal(set(&b, "global", "seeds",
			     "192.0.2.1, [2001:db8::1]:3541,seed.example.net ,,s2.example:4000"),
			 OK);
	struct span list = seeds_of(&b);
	assert_int_equal(pnrp_seed_next(&list, &s), OK);
	assert_string_equal(s.name, "");
	assert_int_equal(s.addr.family, ADDR_IPV4);
	assert_int_equal(s.addr.port, PNRP_PORT);
	assert_int_equal(pnrp_seed_next(&list, &s), OK);
	assert_int_equal(s.addr.family, ADDR_IPV6);
	assert_int_equal(s.addr.port, 3541);
	assert_int_equal(pnrp_seed_next(&list, &s), OK);
	assert_string_equal(s.name, "seed.example.net");
	assert_int_equal(s.addr.port, PNRP_PORT);
	assert_int_equal(pnrp_seed_next(&list, &s), OK);
	assert_string_equal(s.name, "s2.example");
	assert_int_equal(s.addr.port, 4000);
	assert_int_equal(pnrp_seed_next(&list, &s), ERR_NOT_FOUND);
}

static void seeds_refused(void **state)
{
	static const char *const bad[] = {
		"192.0.2.1:80",	  "192.0.2.1.5", "[2001:db8::1",  "a b",   "seed.example:1024",
		"seed.example:x", ":4000",	 "-seed.example", ".seed", "seed.example:70000",
		"1.2.3",	  "a,b,c d",
	};
	struct bench b;
	init(&b);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (set(&b, "global", "seeds", bad[i]) == OK)
			fail_msg("taken: %s", bad[i]);
		assert_non_null(strstr(b.why.p, "seed.example.net"));
		assert_string_equal(b.c.cloud[PNRP_SCOPE_GLOBAL].seeds, "");
	}
}

static void too_many_seeds(void **state)
{
	char list[PNRP_SEEDS_TEXT_MAX + 8];
	struct text t = TEXT_OF(list);
	struct bench b;
	init(&b);
	for (size_t i = 0; i < PNRP_SEEDS_MAX; i++)
		text_str(&t, i ? ",10.0.0.1" : "10.0.0.1");
	assert_int_equal(set(&b, "site", "seeds", list), OK);
	text_str(&t, ",10.0.0.1");
	assert_int_equal(set(&b, "site", "seeds", list), ERR_FULL);
	t = TEXT_OF(list);
	while (t.n <= PNRP_SEEDS_TEXT_MAX)
		text_char(&t, 'a');
	assert_int_equal(set(&b, "site", "seeds", list), ERR_FULL);
}

/* Every row writes what it reads. */
static void values_come_back(void **state)
{
	struct bench b;
	init(&b);
	assert_int_equal(set(&b, "link", "seeds", "[fe80::1]:4000, x.example"), OK);
	for (const struct setting *s = pnrp_cloud_settings; s->name; s++) {
		char value[600];
		struct text t = TEXT_OF(value);
		assert_true(setting_write(s, &b.c.cloud[PNRP_SCOPE_LINK], &t));
		assert_int_equal(set(&b, "global", s->name, value), OK);
	}
	assert_memory_equal(&b.c.cloud[PNRP_SCOPE_LINK], &b.c.cloud[PNRP_SCOPE_GLOBAL],
			    sizeof(b.c.cloud[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),	     cmocka_unit_test(keys_and_groups),
		cmocka_unit_test(what_does_not_fit), cmocka_unit_test(seeds),
		cmocka_unit_test(seeds_refused),     cmocka_unit_test(too_many_seeds),
		cmocka_unit_test(values_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
