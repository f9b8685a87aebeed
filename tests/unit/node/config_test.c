#include "../failing_env.h"

#include "node/config.h"

#include <stdio.h>

struct bench {
	struct failing_env f;
	struct node_config c;
	uint32_t line;
	char buffer[1024];
	struct text why;
};

static void bench_init(struct bench *b)
{
	failing_env_init(&b->f, 1);
	node_config_init(&b->c, &b->f.env);
	b->line = 12345;
	b->why = TEXT_OF(b->buffer);
}

static void bench_fini(struct bench *b)
{
	node_config_free(&b->c);
	failing_env_assert_clean(&b->f);
}

static enum err parse(struct bench *b, const char *text)
{
	return node_config_parse(&b->c, span_str(text), &b->line, &b->why);
}

/* The text is refused on that line, and why holds the words. */
static void refused(const char *text, uint32_t line, const char *words)
{
	struct bench b;
	bench_init(&b);
	assert_int_equal(parse(&b, text), ERR_CONFIG);
	assert_int_equal(b.line, line);
	if (!strstr(b.why.p, words))
		fail_msg("\"%s\" does not say \"%s\"", b.why.p, words);
	bench_fini(&b);
}

static const char whole[] = "# who we are\n"
			    "masc {\n"
			    "\tdomain = 64501; node = 1\n"
			    "\tlisten = 192.0.2.1\n"
			    "\tlisten = [2001:db8::1]:9999   # another\n"
			    "\tpeer north {\n"
			    "\t\taddress = 192.0.2.9; role = child\n"
			    "\t\tdomain = \"64500\"\n"
			    "\t}\n"
			    "\tpeer south { address = 192.0.2.8; role = parent; domain = 64502 }\n"
			    "}\n";

static void a_whole_configuration(void **state)
{
	struct bench b;
	bench_init(&b);
	assert_int_equal(parse(&b, whole), OK);
	assert_int_equal(b.line, 0);
	assert_int_equal(b.c.masc.n_peers, 2);
	assert_string_equal(b.c.masc.peers[0].name, "north");
	assert_int_equal(b.c.masc.peers[0].role, MASC_CHILD);
	assert_int_equal(b.c.masc.peers[1].role, MASC_PARENT);
	assert_int_equal(b.c.masc.n_listen, 2);
	assert_int_equal(b.c.masc.listen[0].port, MASC_PORT);
	assert_int_equal(b.c.masc.listen[1].port, 9999);
	bench_fini(&b);
}

/* PNRP-9.9: a group that is written switches the part on. */
static void names_without_servers(void **state)
{
	static const struct {
		const char *text;
		bool on;
	} rows[] = {
		{ "", false },
		{ "masc { }", false },
		{ "pnrp { }", true },
		{ "pnrp { enabled = no }", false },
		{ "pnrp { link { multicast = no } }", true },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench b;
		bench_init(&b);
		assert_int_equal(parse(&b, rows[i].text), OK);
		assert_int_equal(b.c.pnrp.enabled, rows[i].on);
		bench_fini(&b);
	}
	refused("pnrp {\nport = 80 }", 2, "1025 to 65535");
	refused("pnrp {\nplanet { } }", 2, "link, site and global");
	refused("pnrp {\nlink x { } }", 2, "link, site and global");
	refused("link { }", 1, "masc, pnrp, graph and group at the top");
	refused("pnrp {\nlink {\nsite { } } }", 3, "link, site and global");
	refused("pnrp { ipv4 = no; ipv6 = no }", 0, "leaves no cloud");
}

/* Written and read again it is the same; off, it is not written. */
static void names_come_back(void **state)
{
	struct bench b, again;
	char text[4096];
	struct text t = TEXT_OF(text);
	bench_init(&b);
	bench_init(&again);
	assert_int_equal(parse(&b, "pnrp { port = 4000; loopback = no; lab = yes\n"
				   "global { seeds = \"192.0.2.1, seed.example.net:4001\" }\n"
				   "site { enabled = no; resolve_only = yes } }"),
			 OK);
	node_config_write(&b.c, &t);
	assert_false(t.cut);
	assert_int_equal(parse(&again, text), OK);
	assert_int_equal(again.c.pnrp.port, 4000);
	assert_int_equal(again.c.pnrp.loopback, PNRP_LOOPBACK_NO);
	assert_true(again.c.pnrp.lab && again.c.pnrp.enabled);
	for (size_t i = 0; i < PNRP_SCOPE_COUNT; i++) {
		const struct pnrp_cloud_config *x = &b.c.pnrp.cloud[i], *y = &again.c.pnrp.cloud[i];
		assert_string_equal(x->seeds, y->seeds);
		assert_int_equal(x->enabled, y->enabled);
		assert_int_equal(x->multicast, y->multicast);
		assert_int_equal(x->resolve_only, y->resolve_only);
	}
	b.c.pnrp.enabled = false;
	t = TEXT_OF(text);
	node_config_write(&b.c, &t);
	assert_null(strstr(text, "pnrp"));
	bench_fini(&again);
	bench_fini(&b);
}

static void an_empty_text_is_a_configuration(void **state)
{
	const char *texts[] = { "", "\n\n", "# nothing\n", "masc {\n}\n", "masc { }" };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct bench b;
		bench_init(&b);
		assert_int_equal(parse(&b, texts[i]), OK);
		assert_false(masc_config_active(&b.c.masc));
		bench_fini(&b);
	}
}

static void listen_takes_the_place_of_the_default_and_adds_up(void **state)
{
	struct bench b;
	bench_init(&b);
	size_t had = b.c.masc.n_listen;
	assert_true(had > 0);
	assert_int_equal(
		parse(&b, "masc { listen = \"192.0.2.1, 192.0.2.2\"; listen = 192.0.2.3 }"), OK);
	assert_int_equal(b.c.masc.n_listen, 3);
	bench_fini(&b);
}

static void too_many_addresses(void **state)
{
	refused("masc {\n listen = \"10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4,10.0.0.5\"\n"
		" listen = \"10.0.0.6,10.0.0.7,10.0.0.8,10.0.0.9\"\n}\n",
		3, "at most 8");
}

static void each_error_has_its_line(void **state)
{
	refused("domain = 1\n", 1, "masc { ... }");
	refused("mask {\n}\n", 1, "there is no group \"mask\"");
	refused("masc {\n peer {\n }\n}\n", 2, "peer NAME");
	refused("masc {\n peer a/b {\n }\n}\n", 2, "letters");
	refused("masc {\n masc {\n }\n}\n", 2, "no group");
	refused("masc {\n peer a {\n peer b { }\n }\n}\n", 3, "no group");
	refused("masc {\n\n domian = 1\n}\n", 3, "did you mean domain?");
	refused("masc {\n domain = bird\n}\n", 2, "domain \"bird\" is not accepted");
	refused("masc {\n peer a {\n role = uncle\n }\n}\n", 3,
		"internal, child, sibling and parent");
	refused("masc {\n domain =\n node = 1\n}\n", 2, "a value is missing");
	refused("masc {\n domain = }\n", 2, "a value is missing");
	refused("masc {\n domain = 1 2\n}\n", 2, "a value with spaces is quoted");
	refused("masc {\n domain\n}\n", 2, "followed by =");
	refused("masc {\n domain node = 1\n}\n", 2, "followed by =");
	refused("masc {\n = 1\n}\n", 2, "a key or a group is missing");
	refused("masc {\n \"domain\" = 1\n}\n", 2, "not quoted");
	refused("masc {\n domain = \"1\n}\n", 2, "a \" is missing");
	refused("masc {\n domain = 1\n", 1, "a } is missing");
	refused("masc {\n peer a {\n", 2, "a } is missing");
	refused("masc {\n}\n}\n", 3, "closes no group");
}

static void a_value_that_is_too_long(void **state)
{
	char text[700] = "masc {\n domain = \"";
	memset(text + strlen(text), 'x', 600);
	strcat(text, "\"\n}\n");
	refused(text, 2, "512 octets");
}

static void what_does_not_fit_together_has_no_line(void **state)
{
	refused("masc { domain = 1 }\n", 0, "node must be given");
	refused("masc { domain = 1; node = 2; hold_time = 2s }\n", 0, "hold_time");
}

static void quoted_values_hold_signs(void **state)
{
	struct bench b;
	char out[2048];
	struct text t = TEXT_OF(out);
	bench_init(&b);
	assert_int_equal(parse(&b,
			       "masc { domain = 1; node = 2\n peer a { address = 192.0.2.1; "
			       "role = parent; domain = 3; md5_key = \"a \\\"b\\\\{}=;#\" }\n}"),
			 OK);
	assert_string_equal(b.c.masc.peers[0].md5_key, "a \"b\\{}=;#");
	node_config_write(&b.c, &t);
	assert_null(strstr(out, "md5"));
	bench_fini(&b);
}

/* What is written reads as the same, and is written the same again. */
static void round_trip(const char *text)
{
	struct bench b, again;
	char *first, *second;
	bench_init(&b);
	bench_init(&again);
	assert_int_equal(parse(&b, text), OK);
	assert_int_equal(node_config_text(&b.c, &b.f.env, &first), OK);
	assert_int_equal(parse(&again, first), OK);
	assert_int_equal(node_config_text(&again.c, &again.f.env, &second), OK);
	assert_string_equal(first, second);
	assert_int_equal(b.c.masc.n_peers, again.c.masc.n_peers);
	assert_int_equal(b.c.masc.n_listen, again.c.masc.n_listen);
	for (size_t i = 0; i < b.c.masc.n_peers; i++)
		assert_memory_equal(&b.c.masc.peers[i], &again.c.masc.peers[i],
				    sizeof(b.c.masc.peers[i]));
	env_free(&b.f.env, first);
	env_free(&again.f.env, second);
	bench_fini(&b);
	bench_fini(&again);
}

static void round_trips(void **state)
{
	round_trip("");
	round_trip(whole);
	round_trip("masc { enabled = no; domain = 192.0.2.0; node = 2001:db8::1; top_level = no\n"
		   "profile = campus; hold_time = 0; connect_retry = 250ms; idle_backoff = 1h\n"
		   "idle_backoff_max = 2d\n"
		   "peer a.b-c_D { address = [2001:db8::2]:77; local_address = 2001:db8::3\n"
		   "role = sibling; family = ipv6; domain = 7; node = 9; parent_domain = 11\n"
		   "hold_time = 12s; passive = yes; ttl_security = 3 } }");
}

static void scopes(void **state)
{
	struct bench b;
	bench_init(&b);
	assert_int_equal(parse(&b, "masc {\n domain = 1; node = 2\n"
				   " scope site { range = 239.248.0.0/14; root = yes }\n"
				   " scope wide {\n  range = ff38::9000:0/112\n }\n}\n"),
			 OK);
	assert_int_equal(b.c.masc.n_scopes, 2);
	assert_string_equal(b.c.masc.scopes[0].name, "site");
	assert_true(b.c.masc.scopes[0].root);
	assert_int_equal(b.c.masc.scopes[1].range.length, 112);
	bench_fini(&b);
	round_trip(
		"masc { domain = 1; node = 2; waiting_period = 9s; claim_lifetime = 1d\n"
		"mac_aliasing = yes; quota_hard = 1M; clash = manual; clock_check = peers\n"
		"scope a { range = 239.192.0.0/14; root = yes } scope b { range = 233.0.0.0/14 }\n"
		"peer c { address = 192.0.2.1; role = parent; domain = 3; crosses = \"a, b\"\n"
		"quota_soft = 5; quota_hard = 6 } }");
	refused("masc {\n scope {\n }\n}\n", 2, "scope NAME");
	refused("masc {\n scope a/b {\n }\n}\n", 2, "letters");
	refused("masc {\n scope a {\n peer b { }\n }\n}\n", 3, "no group");
	refused("masc {\n scope a {\n range = 10.0.0.0/8\n }\n}\n", 3, "multicast");
	refused("masc {\n domain = 1; node = 2; scope a { }\n}\n", 0, "range must be given");
	refused("masc {\n scope a {\n adress = 1\n }\n}\n", 3, "there is no setting");
}

/* What is implied shows, and stays when it is read again. */
static void the_implied_scope_is_written(void **state)
{
	struct bench b;
	char *text;
	bench_init(&b);
	assert_int_equal(parse(&b, "masc { domain = 1; node = 2 }"), OK);
	assert_int_equal(node_config_text(&b.c, &b.f.env, &text), OK);
	assert_non_null(strstr(text, "\tscope organisation {\n\t\trange = 239.192.0.0/14\n"
				     "\t\troot = true\n\t}\n"));
	env_free(&b.f.env, text);
	bench_fini(&b);
	round_trip("masc { domain = 1; node = 2 }");
}

static void many_peers_are_written(void **state)
{
	struct bench b;
	char *text;
	bench_init(&b);
	for (int i = 0; i < 300; i++) {
		char name[16];
		struct masc_peer_config *p;
		snprintf(name, sizeof(name), "p%d", i);
		assert_int_equal(masc_config_peer(&b.c.masc, span_str(name), &p), OK);
	}
	assert_int_equal(node_config_text(&b.c, &b.f.env, &text), OK);
	assert_non_null(strstr(text, "peer p299 {"));
	env_free(&b.f.env, text);
	bench_fini(&b);
}

static enum err set(struct bench *b, const char *group, const char *key, const char *value)
{
	text_clear(&b->why);
	return node_config_set(&b->c, span_str(group), span_str(key), span_str(value), &b->why);
}

static void set_one_key(void **state)
{
	struct bench b;
	bench_init(&b);
	assert_int_equal(set(&b, "masc", "node", "7"), OK);
	assert_int_equal(set(&b, "masc.peer x", "role", "sibling"), OK);
	assert_int_equal(b.c.masc.peers[0].role, MASC_SIBLING);
	assert_int_equal(set(&b, "madcap", "node", "7"), ERR_NOT_FOUND);
	assert_non_null(strstr(b.why.p, "\"madcap\""));
	assert_int_equal(set(&b, "masc", "nodes", "7"), ERR_NOT_FOUND);
	assert_int_equal(set(&b, "masc", "listen", "bird"), ERR_MALFORMED);
	assert_int_equal(set(&b, "masc.peer ", "role", "child"), ERR_MALFORMED);
	assert_non_null(strstr(b.why.p, "accepted is a name"));
	assert_int_equal(set(&b, "masc.peer x", "hold_time", "1"), ERR_MALFORMED);
	bench_fini(&b);
}

static void a_copy_stands_alone(void **state)
{
	struct bench b;
	struct node_config copy;
	bench_init(&b);
	assert_int_equal(parse(&b, whole), OK);
	assert_int_equal(node_config_copy(&copy, &b.c, &b.f.env), OK);
	b.c.masc.peers[0].role = MASC_SIBLING;
	assert_int_equal(copy.masc.peers[0].role, MASC_CHILD);
	node_config_free(&copy);
	bench_fini(&b);
}

static void without_memory(void **state)
{
	for (uint64_t n = 1;; n++) {
		struct bench b;
		char *text = NULL;
		bench_init(&b);
		failing_env_fail_at(&b.f, n);
		enum err e = parse(&b, whole);
		if (!e)
			e = node_config_text(&b.c, &b.f.env, &text);
		if (e)
			assert_int_equal(e, ERR_NOMEM);
		env_free(&b.f.env, text);
		bench_fini(&b);
		if (!e)
			break;
	}
}

/* Whatever stands in the text, the parser ends and reads within it. */
static void every_truncation(void **state)
{
	for (size_t n = 0; n < sizeof(whole); n++) {
		struct bench b;
		bench_init(&b);
		char *copy = test_malloc(n ? n : 1);
		memcpy(copy, whole, n);
		enum err e = node_config_parse(&b.c, span_of(copy, n), &b.line, &b.why);
		assert_true(e == OK || e == ERR_CONFIG);
		test_free(copy);
		bench_fini(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_configuration),
		cmocka_unit_test(names_without_servers),
		cmocka_unit_test(names_come_back),
		cmocka_unit_test(an_empty_text_is_a_configuration),
		cmocka_unit_test(listen_takes_the_place_of_the_default_and_adds_up),
		cmocka_unit_test(too_many_addresses),
		cmocka_unit_test(each_error_has_its_line),
		cmocka_unit_test(a_value_that_is_too_long),
		cmocka_unit_test(what_does_not_fit_together_has_no_line),
		cmocka_unit_test(quoted_values_hold_signs),
		cmocka_unit_test(round_trips),
		cmocka_unit_test(scopes),
		cmocka_unit_test(the_implied_scope_is_written),
		cmocka_unit_test(many_peers_are_written),
		cmocka_unit_test(set_one_key),
		cmocka_unit_test(a_copy_stands_alone),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(every_truncation),
	};
	return cmocka_run_group_tests_name("node_config", tests, NULL, NULL);
}
