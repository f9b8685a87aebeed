/* What the commands name and cloud print, compared with files: names_test FOLDER. Each file
 * holds some commands in one situation, with their exit codes, output and complaints. With
 * UPDATE=1 in the environment the files are written instead. */
#include "run.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>

static const char *folder;

static void off(void)
{
	played.pnrp_on = false;
}

static void no_network(void)
{
	played_names();
	played.n_clouds = played.n_published = 0;
}

static void no_names(void)
{
	played_names();
	played.n_published = played.n_own_names = played.n_entries = 0;
	played.has_key = false;
}

/* All found a second time, by another key, elsewhere. */
static void several(void)
{
	static struct pnrp_result other;
	played_names();
	other = *played.finds[2].result;
	other.name.secure = true;
	memset(other.name.authority, 0x5c, sizeof(other.name.authority));
	other.comment_n = 0;
	other.n_apps = 1;
	other.app[0].port = 0;
	played.finds[3] = (struct node_found){ "Global4_", &other, NULL };
	played.n_finds = 4;
}

static void with_payload(void)
{
	static struct pnrp_result paid;
	played_names();
	paid = *played.finds[2].result;
	paid.payload_type = PNRP_PAYLOAD_STRING;
	paid.payload = span_str("colour, A3");
	played.finds[2].result = &paid;
}

static void two_ports(void)
{
	played_names();
	played.clouds[1].of.local[0].port = 40123;
	ops_set_text(played.info.port_error[NODE_PART_PNRP],
		     sizeof(played.info.port_error[NODE_PART_PNRP]),
		     "udp port 3540 is held by nc (pid 812, user ann)");
}

static void nothing_found(void)
{
	played_names();
	played.n_finds = 0;
	played.command_result = ERR_NOT_FOUND;
}

static void late(void)
{
	played_names();
	played.n_finds = 0;
	played.command_result = ERR_TIMEOUT;
}

static void full(void)
{
	played_names();
	played.command_result = ERR_FULL;
}

static void denied(void)
{
	played_names();
	played.command_result = ERR_DENIED;
}

static void disk_full(void)
{
	played_names();
	played.command_result = ERR_NO_SPACE;
}

struct golden {
	const char *file;
	void (*prepare)(void);
	int width;
	const char *lines[14];
};

static const struct golden goldens[] = {
	{ "lists",
	  played_names,
	  80,
	  { "name list", "name list -q", "name list --limit 1", "cloud list", "cloud list -q",
	    "status" } },
	{ "lists-json",
	  played_names,
	  80,
	  { "name list --json", "cloud list --json", "cloud show LinkLocal_eth0 --json",
	    "cloud stats Global4_ --json" } },
	{ "narrow",
	  played_names,
	  40,
	  { "name list", "cloud list", "cloud show LinkLocal_eth0", "name resolve printer-room",
	    "status" } },
	{ "off",
	  off,
	  80,
	  { "name list", "cloud list", "cloud stats", "cloud list --json", "name resolve attic",
	    "name publish attic", "cloud show Global4_", "cloud ping 192.0.2.1" } },
	{ "no-network",
	  no_network,
	  80,
	  { "name list", "cloud list", "name publish attic", "name resolve attic",
	    "cloud ping 192.0.2.1", "status" } },
	{ "no-names",
	  no_names,
	  80,
	  { "name list", "name list -q", "name list --json", "cloud show LinkLocal_eth0",
	    "name unpublish attic" } },
	{ "cloud",
	  played_names,
	  80,
	  { "cloud show LinkLocal_eth0", "cloud show Global4_", "cloud show LinkLocal_eth0 -q",
	    "cloud stats Global4_", "cloud stats LinkLocal_eth0", "cloud show Nowhere",
	    "cloud stats Nowhere", "cloud show" } },
	{ "cloud-changes",
	  played_names,
	  80,
	  { "cloud ping fe80::7%3", "cloud ping fe80::7%3 --json", "cloud ping fe80::7%3 -q",
	    "cloud ping nobody", "cloud repair", "cloud repair Global4_ --dry-run",
	    "cloud repair --json", "cloud flush Nowhere", "cloud flush",
	    "cloud repair Global4_ more" } },
	{ "publish",
	  played_names,
	  80,
	  { "name publish attic --port 80", "name publish attic --secure --dry-run",
	    "name publish attic --address 192.0.2.9 --port 53 --protocol udp",
	    "name publish attic --json", "name unpublish printer-room",
	    "name unpublish printer-room --dry-run", "name unpublish attic --secure --json" } },
	{ "publish-wrong",
	  played_names,
	  80,
	  { "name publish", "name publish attic --port 70000", "name publish attic --port http",
	    "name publish attic --address here", "name publish attic --protocol quic",
	    "name publish attic --text a --payload b",
	    "name publish attic --payload /nonexistent/file",
	    "name publish attic --payload /dev/null", "name publish attic --cloud Nowhere",
	    "name publish attic --comment "
	    "0123456789012345678901234567890123456789",
	    "name publish 0.", "name publish attic --json --port x", "name unpublish" } },
	{ "publish-full", full, 80, { "name publish attic", "name publish attic --json" } },
	{ "publish-denied", denied, 80, { "name publish attic", "cloud flush" } },
	{ "publish-disk-full",
	  disk_full,
	  80,
	  { "name publish attic --json", "name unpublish attic" } },
	{ "resolve",
	  played_names,
	  80,
	  { "name resolve printer-room", "name resolve printer-room.pnrp.net -q",
	    "name resolve 0.printer-room --json", "name trace printer-room",
	    "name trace printer-room -q", "name trace printer-room --json" } },
	{ "resolve-several",
	  several,
	  80,
	  { "name resolve printer-room --all", "name resolve printer-room --most 2 -q" } },
	{ "resolve-payload",
	  with_payload,
	  80,
	  { "name resolve printer-room --payload", "name resolve printer-room --payload --json" } },
	{ "resolve-nothing",
	  nothing_found,
	  80,
	  { "name resolve attic", "name resolve attic --json", "name trace attic",
	    "name trace attic --json" } },
	{ "resolve-late",
	  late,
	  80,
	  { "name resolve attic --timeout 5s", "name trace attic", "cloud ping 192.0.2.1" } },
	{ "resolve-wrong",
	  played_names,
	  80,
	  { "name resolve", "name resolve a --all --most 2", "name resolve a --most 0",
	    "name resolve a --most 65", "name resolve a --timeout soon",
	    "name resolve a --timeout 11m", "name resolve a --cloud Nowhere",
	    "name trace a --most 2", "name resolve 0.", "name resolve a --json --most x" } },
	{ "convert",
	  off,
	  80,
	  { "name convert printer-room", "name convert 0.printer-room -q",
	    "name convert printer-room.pnrp.net -q", "name convert 0.A.B",
	    "name convert printer-room --json", "name convert 0." } },
	{ "two-ports", two_ports, 80, { "status", "cloud list", "cloud show Global4_" } },
	{ "help",
	  off,
	  80,
	  { "help name", "help cloud", "help name resolve", "help name publish", "name",
	    "name rezolve x", "name pubish x", "names", "ping x" } },
};

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

static void write_file(const char *path, const char *s)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(s, f);
	fclose(f);
}

static void compare(const char *name, const char *got)
{
	char path[512];
	(void)snprintf(path, sizeof(path), "%s/%s.txt", folder, name);
	if (getenv("UPDATE"))
		write_file(path, got);
	char *want = read_file(path);
	if (strcmp(want, got) != 0)
		print_message("%s differs; it is now:\n%s\n", path, got);
	assert_string_equal(want, got);
	free(want);
}

/* Output for people keeps within the width; documents for programs are one line each. */
static void check_output(const char *line)
{
	if (!strstr(line, "--json")) {
		for (const char *s = run_out; *s; s += strcspn(s, "\n") + 1)
			assert_true(strcspn(s, "\n") <= (size_t)run_place.width);
		return;
	}
	const char *s = run_out[0] ? run_out : run_err;
	json_t *j = json_loads(s, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(j);
	assert_int_equal(json_integer_value(json_object_get(j, "schema")), 1);
	json_decref(j);
}

static void show(FILE *f, const char *line)
{
	int exit = run(line);
	fprintf(f, "$ homestead %s\n%s", line, run_out);
	if (run_err[0])
		fprintf(f, "--- complains:\n%s", run_err);
	if (exit)
		fprintf(f, "--- exit %d\n", exit);
	fputc('\n', f);
	check_output(line);
}

static void output_is_as_it_was(void **state)
{
	for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
		const struct golden *g = &goldens[i];
		char *all = NULL;
		size_t n = 0;
		FILE *f = open_memstream(&all, &n);
		assert_non_null(f);
		run_serve(g->prepare);
		run_place.width = g->width;
		for (const char *const *line = g->lines; *line; line++)
			show(f, *line);
		run_serve_end();
		fclose(f);
		compare(g->file, all);
		free(all);
	}
	run_done();
}

/* Nothing is lost, however narrow the place is. */
static void any_width_will_do(void **state)
{
	static const struct {
		const char *line, *wants[3];
	} rows[] = {
		{ "name list", { "printer-room", "631", "the door" } },
		{ "cloud list", { "LinkLocal_eth0", "active", "no node answered yet" } },
		{ "name resolve printer-room", { "192.0.2.7", "632", "laser!" } },
		{ "cloud show LinkLocal_eth0", { "fe80::1%3", "3540", "above" } },
	};
	run_serve(played_names);
	for (int width = 24; width <= 132; width++)
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			run_place.width = width;
			assert_int_equal(run(rows[i].line), 0);
			for (size_t k = 0; k < 3 && width >= 44; k++)
				if (!strstr(run_out, rows[i].wants[k]))
					fail_msg("%s at width %d lacks %s:\n%s", rows[i].line,
						 width, rows[i].wants[k], run_out);
			if (width >= 50) /* the longest that is not broken */
				check_output(rows[i].line);
		}
	run_serve_end();
	run_done();
}

static void without_a_daemon_it_is_said(void **state)
{
	static const char *const lines[] = { "name list",  "name resolve attic", "name trace attic",
					     "cloud list", "name publish attic", "cloud ping ::1" };
	run_without_daemon();
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(run(lines[i]), 7);
		assert_string_equal(run_out, "");
		assert_non_null(strstr(run_err, "no daemon answers"));
		assert_non_null(strstr(run_err, "\ntry: "));
	}
	assert_int_equal(run("name convert attic -q"), 0);
	assert_string_equal(run_out, "attic.pnrp.net\n");
	run_serve_end();
	run_done();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_is_as_it_was),
		cmocka_unit_test(any_width_will_do),
		cmocka_unit_test(without_a_daemon_it_is_said),
	};
	folder = argc > 1 ? argv[1] : ".";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
