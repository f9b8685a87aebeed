/* Output for people, compared with files: golden_test FOLDER. With UPDATE=1 in
 * the environment the files are written instead. */
#include "run.h"

#include "masc/wire.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *folder;

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *s = calloc(1, 65536);
	assert_non_null(s);
	if (f) {
		assert_true(fread(s, 1, 65535, f) > 0);
		fclose(f);
	}
	return s;
}

static void compare(const char *name)
{
	char path[512];
	(void)snprintf(path, sizeof(path), "%s/%s.txt", folder, name);
	if (getenv("UPDATE")) {
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		fputs(run_out, f);
		fclose(f);
	}
	char *want = read_file(path);
	if (strcmp(want, run_out) != 0)
		print_message("%s differs; it is now:\n%s\n", path, run_out);
	assert_string_equal(want, run_out);
	free(want);
}

/* No line is wider than the place. */
static void check_width(void)
{
	for (const char *s = run_out; *s;) {
		size_t n = strcspn(s, "\n"), columns = 0;
		for (size_t i = 0; i < n; i++)
			columns += ((unsigned char)s[i] & 0xc0) != 0x80;
		assert_true(columns <= (size_t)run_place.width);
		s += n + (s[n] == '\n');
	}
}

static void masc_off(void)
{
	played.masc_on = false;
	played.n_peers = 0;
}

static void masc_stopped(void)
{
	played.masc_health = ERR_IN_USE;
	ops_set_text(played.info.port_error[NODE_PART_MASC],
		     sizeof(played.info.port_error[NODE_PART_MASC]),
		     "tcp port 2587 is held by nc (pid 812, user ann)");
}

static void alone(void)
{
	played.n_peers = 1;
	played.clock_synchronised = false;
	played.info.store_health = ERR_NO_SPACE;
}

static void held(void)
{
	played.peers[1].admin_down = true;
	played.peers[1].admin_until.us = played.wall_us + 300 * MONO_SEC;
	played.peers[1].state = MASC_IDLE;
	played.config[1].passive = true;
	played.config[1].ttl_security = 2;
	ops_set_text(played.config[1].md5_key, sizeof(played.config[1].md5_key), "secret");
}

static void claims(void)
{
	played_claims();
}

/* Nothing but the range to claim from. */
static void no_claims(void)
{
	played_claims();
	played.n_own = played.n_claims = played.n_demands = played.n_clashes = 0;
	memset(played.claims_info.known, 0, sizeof(played.claims_info.known));
}

/* Not even that. */
static void no_ranges(void)
{
	no_claims();
	played.n_ranges = 0;
}

static void very_many(void)
{
	played_claims();
	played.many_claims = 1000000;
	played.claims_info.known[0] += 1000000;
	played.n_claims = 0;
}

/* A page that is not the last of a long list. */
static void long_list(void)
{
	very_many();
	played.many_claims = 502;
	memset(played.claims_info.known, 0, sizeof(played.claims_info.known));
	played.claims_info.known[0] = 502;
}

/* A site that has asked, and whose parent has no range yet. */
static void just_asked(void)
{
	no_ranges();
	played.node_config.masc.waiting_period = 2 * MONO_SEC;
	played.config[0].role = MASC_CHILD;
	played.n_demands = 2;
	played.demands[0] = (struct masc_demand_info){ .number = 1,
						       .addresses = 200,
						       .family = MASC_IPV4,
						       .from = played.wall_us - MONO_SEC,
						       .why = MASC_REASON_NO_RANGE };
	played.demands[1] = played.demands[0];
	played.demands[1].number = 2;
	played.demands[1].family = MASC_IPV6;
}

static void paused(void)
{
	played_claims();
	played.claims_info.paused = MASC_REASON_NO_CLOCK;
	played.own[0].withdrawn = true;
	played.own[0].life = MASC_LIFE_CLASHED;
	played.peers[0].skew_known = true;
	played.peers[0].skew = -90 * MONO_SEC;
}

/* Denied by the parent; more clashes than there is room for; a range that another
 * domain has; withdrawn, and so not held. */
static void disputed(void)
{
	played_claims();
	played.own[0].disputed = true;
	played.own[0].life = MASC_LIFE_HELD;
	played.own[2].why = MASC_REASON_TAKEN;
	played.own[2].rival.octets[15] = 71;
	played.clashes_cut = true;
	played_own("239.192.200.0/24", MASC_LIFE_CLASHED, 3600);
}

/* The parent's range and a child's have grown: told as two, drawn as one. */
static void grown(void)
{
	no_claims();
	played.n_ranges = 0;
	for (int i = 0; i < 2; i++) {
		played.ranges[played.n_ranges] = (struct masc_range_info){
			.prefix = played_prefix(i ? "239.192.0.0/22" : "239.192.0.0/23"),
			.synced = true,
			.end = played.wall_us + 50 * MONO_SEC,
		};
		played.ranges[played.n_ranges++].parent.octets[15] = 7;
	}
	played_own("239.192.0.0/23", MASC_LIFE_HELD, 40)->used = 200;
	played_claim("239.192.0.0/24", WIRE_PREFIX_IN_USE, 61)->below = true;
	played_claim("239.192.0.0/25", WIRE_PREFIX_IN_USE, 61)->below = true;
}

/* A session that has just come up. */
static void just_up(void)
{
	played.peers[0].synced = false;
	played.peers[1].state = MASC_ESTABLISHED;
	played.peers[1].synced = played.peers[1].dumping = true;
}

static void wide_addresses(void)
{
	played_claims();
	played.n_claims = 1;
	played.n_own = 1;
	played.ranges[0].prefix = played_prefix("ff38::/32");
	played.own[0].prefix = played_prefix("ff38::9000:0/112");
	played.claims[0].prefix = played_prefix("ff38::9000:8000/114");
}

struct golden {
	const char *file, *line;
	void (*prepare)(void);
	int width;
	bool colour, utf8;
};

static const struct golden goldens[] = {
	{ "next-step", "", NULL, 80, false },
	{ "status", "status", NULL, 80, false },
	{ "status-colour", "status", NULL, 80, true },
	{ "status-off", "status", masc_off, 80, false },
	{ "status-stopped", "status", masc_stopped, 80, false },
	{ "status-troubles", "status", alone, 80, false },
	{ "status-40", "status", NULL, 40, false },
	{ "peers", "masc peers", NULL, 80, false },
	{ "peers-colour", "masc peers", NULL, 80, true },
	{ "peers-off", "masc peers", masc_off, 80, false },
	{ "peers-stopped", "masc peers", masc_stopped, 80, false },
	{ "peers-held", "masc peers", held, 80, false },
	{ "peers-just-up", "masc peers", just_up, 80, false, false },
	{ "peers-60", "masc peers", NULL, 60, false },
	{ "peers-40", "masc peers", NULL, 40, false },
	{ "peer-north", "masc peer north", NULL, 80, false },
	{ "peer-south", "masc peer south", NULL, 80, false },
	{ "peer-held", "masc peer south", held, 80, false },
	{ "peer-40", "masc peer north", NULL, 40, false },
	{ "masc-show", "masc show", NULL, 80, false },
	{ "log", "log", NULL, 80, false },
	{ "events", "events", NULL, 200, false },
	{ "events-debug", "events --level debug --part node", NULL, 200, false },
	{ "events-colour", "events", NULL, 200, true },
	{ "help", "help", NULL, 80, false },
	{ "help-peer", "help masc peer", NULL, 80, false },
	{ "help-masc", "masc --help", NULL, 80, false },
	{ "down", "masc peer north down --for 5m", NULL, 80, false },
	{ "down-dry", "masc peer north down --for 5m --dry-run", NULL, 80, false },
	{ "reload", "daemon reload", NULL, 80, false },
	{ "space-40", "masc space", claims, 40, false, false },
	{ "space-utf8-40", "masc space", claims, 40, false, true },
	{ "space-60", "masc space", claims, 60, false, false },
	{ "space-utf8-60", "masc space", claims, 60, false, true },
	{ "space-80", "masc space", claims, 80, false, false },
	{ "space-utf8-80", "masc space", claims, 80, false, true },
	{ "space-132", "masc space", claims, 132, false, false },
	{ "space-utf8-132", "masc space", claims, 132, false, true },
	{ "space-colour", "masc space", claims, 80, true, true },
	{ "space-within", "masc space 239.192.0.0/22", claims, 80, false, true },
	{ "space-elsewhere", "masc space 239.255.0.0/16", claims, 80, false, true },
	{ "space-unclaimed", "masc space", no_claims, 80, false, true },
	{ "space-empty", "masc space", no_ranges, 80, false, true },
	{ "space-off", "masc space", masc_off, 80, false, true },
	{ "space-many", "masc space", very_many, 80, false, true },
	{ "space-ipv6", "masc space", wide_addresses, 80, false, true },
	{ "prefixes", "masc prefixes", claims, 80, false, false },
	{ "prefixes-40", "masc prefixes", claims, 40, false, false },
	{ "prefixes-60", "masc prefixes", claims, 60, false, false },
	{ "prefixes-paused", "masc prefixes", paused, 80, false, false },
	{ "prefixes-none", "masc prefixes", no_claims, 80, false, false },
	{ "prefixes-nowhere", "masc prefixes", no_ranges, 80, false, false },
	{ "prefixes-off", "masc prefixes", masc_off, 80, false, false },
	{ "claims", "masc claims", claims, 80, false, false },
	{ "claims-40", "masc claims", claims, 40, false, false },
	{ "claims-within", "masc claims 239.194.0.0/16", claims, 80, false, false },
	{ "claims-none", "masc claims", no_claims, 80, false, false },
	{ "demands", "masc demand", claims, 80, false, false },
	{ "demands-40", "masc demand", claims, 40, false, false },
	{ "claims-pages", "masc claims -q", long_list, 80, false, false },
	{ "claims-limit", "masc claims --limit 2", long_list, 80, false, false },
	{ "demands-waiting", "masc demand", just_asked, 80, false, false },
	{ "prefixes-asked", "masc prefixes", just_asked, 80, false, false },
	{ "demands-none", "masc demand", no_claims, 80, false, false },
	{ "clashes", "masc clashes", claims, 80, false, false },
	{ "clashes-60", "masc clashes", claims, 60, false, false },
	{ "clashes-none", "masc clashes", no_claims, 80, false, false },
	{ "space-grown", "masc space", grown, 80, false, true },
	{ "prefixes-disputed", "masc prefixes", disputed, 80, false, false },
	{ "status-disputed", "status", disputed, 80, false, false },
	{ "clashes-cut", "masc clashes", disputed, 80, false, false },
	{ "claim-dry", "masc claim 1k --scope organisation --dry-run", claims, 80, false, false },
	{ "status-claims", "status", claims, 80, false, false },
	{ "status-paused", "status", paused, 80, false, false },
	{ "peer-synced", "masc peer north", paused, 80, false, false },
	{ "help-space", "help masc space", NULL, 80, false, false },
	{ "help-claim", "help masc claim", NULL, 80, false, false },
};

static void output_is_as_it_was(void **state)
{
	for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
		const struct golden *g = &goldens[i];
		run_serve(g->prepare);
		run_place.width = g->width;
		run_place.colour = g->colour;
		run_place.utf8 = g->utf8;
		assert_int_equal(run(g->line), 0);
		assert_string_equal(run_err, "");
		compare(g->file);
		if (!g->colour)
			check_width();
		run_serve_end();
	}
	run_done();
}

/* Whatever the width, nothing is wider and nothing is lost. */
static void any_width_will_do(void **state)
{
	static const char *const lines[] = { "status", "masc peers", "masc peer south" };
	run_serve(held);
	for (int width = 24; width <= 80; width++)
		for (size_t i = 0; i < 3; i++) {
			run_place.width = width;
			assert_int_equal(run(lines[i]), 0);
			assert_non_null(strstr(run_out, "operator"));
			assert_non_null(strstr(run_out, "2001:db8::5") ? run_out
								       : strstr(run_out, "south"));
			if (width >= 44) /* the longest word there is */
				check_width();
		}
	run_serve_end();
	run_done();
}

/* The tree keeps its addresses at every width. */
static void any_width_will_do_for_the_tree(void **state)
{
	run_serve(claims);
	for (int width = 30; width <= 140; width++)
		for (int utf8 = 0; utf8 < 2; utf8++) {
			run_place.width = width;
			run_place.utf8 = utf8;
			assert_int_equal(run("masc space"), 0);
			assert_non_null(strstr(run_out, "239.194.128.0/17"));
			assert_non_null(strstr(run_out, "239.192.3.0/24"));
			check_width();
		}
	run_serve_end();
	run_done();
}

/* 4 pages: 250, 250, 250, 10. */
static void four_pages(void)
{
	very_many();
	played.many_claims = 760;
	memset(played.claims_info.known, 0, sizeof(played.claims_info.known));
	played.claims_info.known[0] = 760;
}

/* Two more octets of the address come with the eleventh page. */
static void wider_pages(void)
{
	very_many();
	played.many_claims = 2700;
	memset(played.claims_info.known, 0, sizeof(played.claims_info.known));
	played.claims_info.known[0] = 2700;
}

static size_t count(const char *what)
{
	size_t n = 0;
	for (const char *s = run_out; (s = strstr(s, what)); s += strlen(what))
		n++;
	return n;
}

/* The n-th of what very_many() claims. */
static const char *nth(size_t n, const char *before, const char *after)
{
	static char text[64];
	(void)snprintf(text, sizeof(text), "%s239.194.%zu.%zu/32%s", before, n / 256, n % 256,
		       after);
	return text;
}

/* Page after page, all of them are listed, each once and in order. */
static void every_page_is_listed(void **state)
{
	run_serve(four_pages);
	assert_int_equal(run("masc claims"), 0);
	assert_int_equal(count("RANGE "), 1);
	assert_int_equal(count(" more"), 0);
	assert_int_equal(count("\n"), 761);
	const char *at = run_out;
	for (size_t i = 0; i < 760; i++) {
		at = strstr(at, nth(i, "\n", " "));
		assert_non_null(at);
	}
	assert_int_equal(run("masc claims -q"), 0);
	assert_int_equal(count("\n"), 760);
	run_serve_end();
	run_done();
}

/* With --json they are one document, as if one answer had held them all. */
static void every_page_is_in_one_document(void **state)
{
	run_serve(four_pages);
	assert_int_equal(run("masc claims --json"), 0);
	assert_int_equal(count("\n"), 1);
	json_t *j = json_loads(run_out, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(j);
	const json_t *list = json_object_get(j, "claims");
	assert_int_equal(json_array_size(list), 760);
	for (size_t i = 0; i < 760; i++)
		assert_string_equal(
			json_string_value(json_object_get(json_array_get(list, i), "prefix")),
			nth(i, "", ""));
	assert_int_equal(json_integer_value(json_object_get(j, "known")), 760);
	assert_int_equal(json_integer_value(json_object_get(j, "schema")), 1);
	assert_int_equal(json_integer_value(json_object_get(j, "more")), 0);
	assert_true(json_is_true(json_object_get(j, "counted")));
	assert_string_equal(json_string_value(json_object_get(j, "next")), "");
	assert_string_equal(json_string_value(json_object_get(json_object_get(j, "part"), "state")),
			    "running");
	json_decref(j);
	run_serve_end();
	run_done();
}

/* --limit ends within the third page, and says where to go on. */
static void a_limit_ends_the_list(void **state)
{
	run_serve(very_many);
	assert_int_equal(run("masc claims --limit 600"), 0);
	assert_int_equal(count("239.194."), 600);
	assert_non_null(strstr(run_out, "\n\n999405 more: without --limit all are shown\n"));
	assert_int_equal(run("masc claims -q --limit 501"), 0);
	assert_int_equal(count("\n"), 501);
	assert_int_equal(run("masc claims --json --limit 251"), 0);
	json_t *j = json_loads(run_out, JSON_REJECT_DUPLICATES, NULL);
	assert_int_equal(json_array_size(json_object_get(j, "claims")), 251);
	assert_int_equal(json_integer_value(json_object_get(j, "more")), 999754);
	assert_int_equal(json_string_length(json_object_get(j, "next")), 52);
	json_decref(j);
	/* The end of the list and of the limit at once leave nothing to be said. */
	run_serve_end();
	run_serve(four_pages);
	assert_int_equal(run("masc claims --limit 760"), 0);
	assert_int_equal(count(" more"), 0);
	assert_int_equal(run("masc claims --limit 0"), 2);
	assert_non_null(strstr(run_err, "--limit takes a number above 0"));
	assert_int_equal(run("masc claims --limit many"), 2);
	assert_int_equal(run("masc space --limit 3"), 2);
	assert_int_equal(run("masc demand 16 --limit 3"), 2);
	run_serve_end();
	run_done();
}

/* Lists that the API gives whole obey it too. */
static void a_limit_ends_lists_of_one_page(void **state)
{
	static const struct {
		const char *line, *list;
		size_t all;
	} rows[] = { { "masc peers", "peers", 2 },
		     { "masc prefixes", "prefixes", 4 },
		     { "masc demand", "demands", 3 },
		     { "masc clashes", "clashes", 2 } };
	run_serve(claims);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t limit = 1; limit <= rows[i].all; limit++) {
			char line[64], more[64];
			(void)snprintf(line, sizeof(line), "%s --limit %zu", rows[i].line, limit);
			(void)snprintf(more, sizeof(more), "\n%zu more: ", rows[i].all - limit);
			assert_int_equal(run(line), 0);
			assert_int_equal(count(more), limit < rows[i].all);
			strcat(line, " --json");
			assert_int_equal(run(line), 0);
			json_t *j = json_loads(run_out, JSON_REJECT_DUPLICATES, NULL);
			assert_int_equal(json_array_size(json_object_get(j, rows[i].list)), limit);
			assert_non_null(json_object_get(j, "schema"));
			json_decref(j);
		}
	run_serve_end();
	run_done();
}

/* Where a later page needs wider columns, titles stand above it again. */
static void titles_follow_the_columns(void **state)
{
	run_serve(wider_pages);
	assert_int_equal(run("masc claims"), 0);
	assert_int_equal(count("239.194."), 2700);
	assert_int_equal(count("\n\nRANGE "), 1);
	const char *titles = strstr(run_out, "\n\nRANGE ") + 2;
	const char *row = strstr(run_out, nth(2699, "\n", " ")) + 1;
	assert_true(row > titles);
	assert_int_equal(strstr(row, "in-use") - row, strstr(titles, "TYPE") - titles);
	check_width();
	run_serve_end();
	run_done();
}

static void bash_understands_its_script(void **state)
{
	run_serve(NULL);
	assert_int_equal(run("completion bash"), 0);
	FILE *bash = popen("bash -n", "w");
	assert_non_null(bash);
	fputs(run_out, bash);
	assert_int_equal(pclose(bash), 0);
	run_serve_end();
	run_done();
}

/* The script, run by bash: what it offers after some words. */
static void offer(const char *words, int at, const char *want)
{
	char line[512];
	(void)snprintf(line, sizeof(line),
		       "COMP_WORDS=(%s); COMP_CWORD=%d; homestead() { echo north; echo south; }; "
		       "_homestead; echo \"${COMPREPLY[*]}\" | grep -qxF -- '%s'",
		       words, at, want);
	FILE *bash = popen("bash", "w");
	assert_non_null(bash);
	fputs(run_out, bash);
	fputs(line, bash);
	if (pclose(bash) != 0)
		fail_msg("after \"%s\" not \"%s\"", words, want);
}

static void bash_completes_words(void **state)
{
	run_serve(NULL);
	assert_int_equal(run("completion bash"), 0);
	offer("homestead ma", 1, "masc");
	offer("homestead masc ''", 2,
	      "peers peer prefixes claims space claim demand withdraw clashes resolve show");
	offer("homestead masc withdraw no", 3, "north");
	offer("homestead masc resolve 1 ''", 4, "keep yield");
	offer("homestead masc demand ''", 3, "end");
	offer("homestead masc peer no", 3, "north");
	offer("homestead masc peer north ''", 4, "up down reset");
	offer("homestead log ''", 2, "error warning notice info debug");
	offer("homestead log info no", 3, "north");
	offer("homestead doctor ''", 2, "ports");
	offer("homestead daemon ''", 2, "status reload");
	offer("homestead status --wat", 2, "--watch");
	offer("homestead events --level wa", 3, "warning");
	offer("homestead id ''", 2, "create list show card rename default export import delete");
	offer("homestead members no", 2, "north");
	offer("homestead member ''", 2, "list show role renew remove return");
	offer("homestead member role Home so", 4, "south");
	offer("homestead member remove no", 3, "north");
	offer("homestead member remove Home so", 4, "south");
	offer("homestead member return no", 3, "north");
	offer("homestead member return Home so", 4, "south");
	offer("homestead invite ''", 2, "create list revoke show north south");
	offer("homestead invite list no", 3, "north");
	offer("homestead invite revoke no", 3, "north");
	offer("homestead invite revoke Home so", 4, "south");
	offer("homestead group rotate no", 3, "north");
	offer("homestead invite Home x --role inv", 5, "inviter");
	offer("homestead create x --as so", 4, "south");
	offer("homestead completion ''", 2, "bash zsh fish");
	run_serve_end();
	run_done();
}

/* A member chooses its classifier, and a tab must not run it, nor the line that it makes. */
static void bash_runs_no_names(void **state)
{
	static const char attack[] =
		"cd \"$(mktemp -d)\"; homestead() { printf '%s\\n' '0a.$(touch${IFS}ran)' "
		"'0a.`touch${IFS}ran`' '0a.;touch${IFS}ran' '0a.*'; };"
		"COMP_WORDS=(homestead members 0a); COMP_CWORD=2; _homestead;"
		"[ ${#COMPREPLY[@]} = 4 ] || exit 1;"
		"for one in \"${COMPREPLY[@]}\"; do eval \"echo $one\" >> said; done;"
		"[ ! -e ran ] && grep -qxF '0a.$(touch${IFS}ran)' said && grep -qxF '0a.*' said";
	run_serve(NULL);
	assert_int_equal(run("completion bash"), 0);
	FILE *bash = popen("bash", "w");
	assert_non_null(bash);
	fputs(run_out, bash);
	fputs(attack, bash);
	assert_int_equal(pclose(bash), 0);
	run_serve_end();
	run_done();
}

static void the_other_shells_have_scripts(void **state)
{
	run_serve(NULL);
	assert_int_equal(run("completion zsh"), 0);
	assert_memory_equal(run_out, "#compdef homestead\n", 19);
	assert_non_null(strstr(run_out, "masc) words_=(peers peer prefixes claims space "
					"claim demand withdraw clashes resolve show)"));
	assert_non_null(strstr(run_out, "'member return '*) words_=(${(f)\"$(homestead members "
					"$words[4] --removed -q"));
	assert_int_equal(run("completion fish"), 0);
	assert_non_null(strstr(run_out, "complete -c homestead -l watch -s w -d"));
	assert_non_null(strstr(run_out, "__fish_seen_subcommand_from masc' -a peers"));
	run_serve_end();
	run_done();
}

/* Every command and option is in the manual and in the help. */
static void documents_hold_every_command(void **state)
{
	static const char *const commands[] = {
		"status",	 "events",	 "masc peers",	  "masc peer",	   "masc show",
		"log",		 "doctor ports", "doctor",	  "daemon status", "version",
		"daemon reload", "completion",	 "masc prefixes", "masc claims",   "masc space",
		"masc claim",	 "masc demand",	 "masc withdraw", "masc clashes",  "masc resolve",
		"id create",	 "group show",	 "member renew",  "invite",	   "put"
	};
	char *manual = NULL, *api = NULL;
	size_t n;
	FILE *f = open_memstream(&manual, &n);
	cli_write_manual(f);
	fclose(f);
	f = open_memstream(&api, &n);
	cli_write_api(f);
	fclose(f);
	run_serve(NULL);
	assert_int_equal(run("--help"), 0);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		char line[64];
		(void)snprintf(line, sizeof(line), "homestead %s", commands[i]);
		assert_non_null(strstr(manual, line));
		(void)snprintf(line, sizeof(line), "\n  %s", commands[i]);
		assert_non_null(strstr(run_out, line));
	}
	for (int k = 0; k < OPS_KIND_COUNT; k++) {
		char line[128];
		(void)snprintf(line, sizeof(line), "### %s %s\n", ops_rows[k].method,
			       ops_rows[k].path);
		assert_non_null(strstr(api, line));
	}
	for (size_t i = 0; ops_structs[i]; i++)
		for (const struct ops_field *d = ops_structs[i]->fields; d->name; d++)
			assert_non_null(strstr(api, d->help));
	free(manual);
	free(api);
	run_serve_end();
	run_done();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_is_as_it_was),
		cmocka_unit_test(any_width_will_do),
		cmocka_unit_test(any_width_will_do_for_the_tree),
		cmocka_unit_test(every_page_is_listed),
		cmocka_unit_test(every_page_is_in_one_document),
		cmocka_unit_test(a_limit_ends_the_list),
		cmocka_unit_test(a_limit_ends_lists_of_one_page),
		cmocka_unit_test(titles_follow_the_columns),
		cmocka_unit_test(bash_understands_its_script),
		cmocka_unit_test(bash_completes_words),
		cmocka_unit_test(bash_runs_no_names),
		cmocka_unit_test(the_other_shells_have_scripts),
		cmocka_unit_test(documents_hold_every_command),
	};
	folder = argc > 1 ? argv[1] : ".";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
