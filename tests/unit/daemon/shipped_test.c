/* The configuration that is installed: it is good, and holds every key with its default. */
#include "files.h"

#include "daemon/conf.h"

struct fixture {
	struct files files;
	struct failing_env f;
	struct conf c;
};

static void begin(struct fixture *x)
{
	files_init(&x->files);
	failing_env_init(&x->f, 1);
	conf_init(&x->c, &x->f.env);
}

static void end(struct fixture *x)
{
	conf_fini(&x->c);
	failing_env_assert_clean(&x->f);
	files_fini(&x->files);
}

/* In place of what was read before. */
static void good(struct fixture *x, const char *text)
{
	char buffer[CONF_WHY_MAX];
	struct text why = TEXT_OF(buffer);
	conf_fini(&x->c);
	conf_init(&x->c, &x->f.env);
	enum err e = conf_load(&x->c, files_text(&x->files, "a.conf", text), &why);
	assert_string_equal(buffer, "");
	assert_int_equal(e, OK);
}

/* Settings stand behind "#", text behind "# ": this takes the first away. */
static void uncomment(const char *from, char *to)
{
	bool start = true;
	for (; *from; from++) {
		if (start && *from == '#' && from[1] != ' ' && from[1] != '\n') {
			start = false;
			continue;
		}
		start = *from == '\n' || (start && (*from == ' ' || *from == '\t'));
		*to++ = *from;
	}
	*to = '\0';
}

static char shipped[65536], uncommented[65536];

static void read_shipped(void)
{
	FILE *f = fopen(SHIPPED_CONF, "r");
	assert_non_null(f);
	size_t n = fread(shipped, 1, sizeof(shipped) - 1, f);
	shipped[n] = '\0';
	fclose(f);
	uncomment(shipped, uncommented);
}

static void the_shipped_file(void **state)
{
	struct fixture x;
	read_shipped();
	begin(&x);
	good(&x, shipped);
	assert_int_equal(x.c.node.masc.n_peers, 0);
	assert_true(masc_config_active(&x.c.node.masc));
	good(&x, uncommented);
	assert_int_equal(x.c.node.masc.n_peers, 1);
	end(&x);
}

/* Every key stands in it: with its default, where it has one. */
static void has_all(const struct setting *table, const char *indent)
{
	for (; table->name; table++) {
		char line[128];
		snprintf(line, sizeof(line), "\n%s%s = ", indent, table->name);
		if (strstr(uncommented, line))
			continue;
		snprintf(line, sizeof(line), "# %s = ", table->name);
		if (!strstr(uncommented, line))
			assert_string_equal(line, "is in the shipped configuration");
	}
}

static void the_shipped_file_has_every_key(void **state)
{
	read_shipped();
	has_all(conf_groups, "");
	has_all(conf_daemon, "\t");
	has_all(log_settings, "\t");
	has_all(conf_log_extra, "\t");
	has_all(log_part_settings, "\t\t");
	has_all(masc_settings, "\t");
	has_all(conf_masc_extra, "\t");
	has_all(masc_peer_settings, "\t\t\t");
	has_all(conf_peer_extra, "\t\t\t");
	has_all(masc_scope_settings, "\t\t\t");
	has_all(conf_scope_extra, "\t\t\t");
	has_all(pnrp_settings, "\t");
	has_all(conf_pnrp_extra, "\t");
	has_all(pnrp_cloud_settings, "\t\t");
	has_all(graph_settings, "\t");
	has_all(group_settings, "\t");
	has_all(conf_keys, "\t");
}

/* Uncommenting changes nothing that has a default. */
static void the_shipped_file_has_the_defaults(void **state)
{
	static char one[65536], two[65536];
	struct fixture x;
	read_shipped();
	begin(&x);
	good(&x, uncommented);
	for (size_t i = 0; i < LOG_PART_COUNT; i++)
		x.c.log.parts[i] = LOG_GENERAL;
	x.c.node.masc.n_peers = 0;
	FILE *f = fmemopen(one, sizeof(one), "w");
	conf_print(&x.c, f);
	fclose(f);
	good(&x, shipped);
	f = fmemopen(two, sizeof(two), "w");
	conf_print(&x.c, f);
	fclose(f);
	assert_string_equal(one, two);
	end(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_file),
		cmocka_unit_test(the_shipped_file_has_every_key),
		cmocka_unit_test(the_shipped_file_has_the_defaults),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
