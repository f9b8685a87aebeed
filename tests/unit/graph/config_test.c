#include "../failing_env.h"

#include "graph/config.h"

/* The keys of the part graph. */

static enum err set(struct graph_part_config *c, const char *key, const char *value, char *why)
{
	struct text t = text_of(why, 300);
	return graph_config_set(c, span_str(key), span_str(value), &t);
}

static void defaults(void **state)
{
	struct graph_part_config c;
	char why[300] = "";
	struct text t = TEXT_OF(why);
	graph_config_init(&c);
	assert_false(c.enabled); /* until its group is written */
	assert_int_equal(c.port, 3587);
	assert_true(c.any_port);
	assert_int_equal(c.n_listen, 0);
	assert_int_equal(c.loopback, GRAPH_LOOPBACK_AUTO);
	assert_int_equal(graph_config_check(&c, &t), OK);
	/* What has a key has the same default as what has none. */
	assert_true(c.limits.db.octets == graph_limits_default.db.octets);
	assert_true(c.limits.db.creator_octets == graph_limits_default.db.creator_octets);
	assert_true(c.limits.link_unsent == graph_limits_default.link_unsent);
	assert_true(c.limits.link_memory == graph_limits_default.link_memory);
	assert_int_equal(c.limits.db.records, graph_limits_default.db.records);
	assert_int_equal(c.limits.direct, graph_limits_default.direct);
	assert_int_equal(c.limits.held, graph_limits_default.held);
	assert_true(c.limits.life_max == graph_limits_default.life_max);
	assert_int_equal(c.limits.db.persons, graph_limits_default.db.persons);
}

static void addresses_add_up(void **state)
{
	struct graph_part_config c;
	char why[300];
	graph_config_init(&c);
	assert_int_equal(set(&c, "listen", "192.0.2.1, [2001:db8::1]:4000", why), OK);
	assert_int_equal(set(&c, "listen", "::ffff:192.0.2.2", why), OK);
	assert_int_equal(c.n_listen, 3);
	assert_int_equal(c.listen[0].port, 0);
	assert_int_equal(c.listen[1].port, 4000);
	assert_int_equal(c.listen[2].family, ADDR_IPV4);
	assert_int_equal(set(&c, "listen", "224.0.0.1", why), ERR_MALFORMED);
	assert_non_null(strstr(why, "addresses of this machine"));
	assert_int_equal(set(&c, "listen", "here", why), ERR_MALFORMED);
	assert_int_equal(c.n_listen, 3);
	for (int i = 3; i < GRAPH_LISTEN_MAX; i++)
		assert_int_equal(set(&c, "listen", "192.0.2.9", why), OK);
	assert_int_equal(set(&c, "listen", "192.0.2.10", why), ERR_FULL);
	assert_non_null(strstr(why, "at most 16"));
}

static void values_in_words(void **state)
{
	struct graph_part_config c;
	char why[300];
	graph_config_init(&c);
	assert_int_equal(set(&c, "memory_max", "1GiB", why), OK);
	assert_true(c.memory_max == UINT64_C(1) << 30);
	assert_int_equal(set(&c, "life_max", "30d", why), OK);
	assert_true(c.limits.life_max == 30 * MONO_DAY);
	assert_int_equal(set(&c, "loopback", "no", why), OK);
	assert_int_equal(c.loopback, GRAPH_LOOPBACK_NO);
	assert_int_equal(set(&c, "port", "0", why), OK);
	assert_int_equal(set(&c, "port", "65536", why), ERR_RANGE);
	assert_int_equal(set(&c, "link_unsent", "9MiB", why), ERR_RANGE);
	assert_int_equal(set(&c, "records_max", "1", why), ERR_RANGE);
	assert_int_equal(set(&c, "colour", "blue", why), ERR_NOT_FOUND);
}

static void what_does_not_fit_together(void **state)
{
	struct graph_part_config c;
	char why[300];
	struct text t = TEXT_OF(why);
	graph_config_init(&c);
	c.enabled = true;
	c.memory_max = c.limits.link_memory - 1;
	assert_int_equal(graph_config_check(&c, &t), ERR_CONFIG);
	assert_non_null(strstr(why, "link_memory is more than memory_max"));
	c.enabled = false;
	assert_int_equal(graph_config_check(&c, &t), OK);
	c.enabled = true;
	c.memory_max *= 2;
	c.links_max = 8;
	t = TEXT_OF(why);
	assert_int_equal(graph_config_check(&c, &t), ERR_CONFIG);
	assert_non_null(strstr(why, "per_source is more than links_max"));
}

/* Every value is read back as it is written. */
static void written_and_read(void **state)
{
	struct graph_part_config c, d;
	char why[300];
	graph_config_init(&c);
	graph_config_init(&d);
	assert_int_equal(set(&c, "listen", "192.0.2.1:1, [2001:db8::1]:2", why), OK);
	assert_int_equal(set(&c, "database_max", "1536MiB", why), OK);
	for (const struct setting *s = graph_settings; s->name; s++) {
		char value[512];
		struct text t = TEXT_OF(value);
		assert_true(setting_write(s, &c, &t));
		assert_int_equal(set(&d, s->name, value, why), OK);
	}
	assert_int_equal(d.n_listen, 2);
	assert_true(addr_eq(&c.listen[1], &d.listen[1]));
	assert_true(d.limits.db.octets == c.limits.db.octets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),	    cmocka_unit_test(addresses_add_up),
		cmocka_unit_test(values_in_words),  cmocka_unit_test(what_does_not_fit_together),
		cmocka_unit_test(written_and_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
