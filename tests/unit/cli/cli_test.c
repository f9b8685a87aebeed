#include "run.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program;

static int setup(void **state)
{
	run_serve(NULL);
	return 0;
}

static int setup_alone(void **state)
{
	run_without_daemon();
	return 0;
}

static int teardown(void **state)
{
	run_serve_end();
	run_done();
	return 0;
}

/* What a newcomer types: it works (right NULL), or the right command is named. */
static const struct {
	const char *line, *right;
} spellings[] = {
	{ "", NULL },
	{ "status", NULL },
	{ "info", NULL },
	{ "show", NULL },
	{ "--version", NULL },
	{ "--help", NULL },
	{ "-h", NULL },
	{ "help", NULL },
	{ "help masc peers", NULL },
	{ "masc --help", NULL },
	{ "masc peers --help", NULL },
	{ "masc peers", NULL },
	{ "masc list", NULL },
	{ "masc ls", NULL },
	{ "masc show", NULL },
	{ "masc info", NULL },
	{ "masc status", NULL },
	{ "masc peer north", NULL },
	{ "daemon info", NULL },
	{ "events", NULL },
	{ "log", NULL },
	{ "peers", "homestead masc peers" },
	{ "peer north", "homestead peer list" },
	{ "peer lsit board", "homestead peer list board" },
	{ "record lst board", "homestead record list board" },
	{ "graph mpa board", "homestead graph map board" },
	{ "graphs", "homestead graph list" },
	{ "nodes", "homestead peer list GRAPH" },
	{ "search", "homestead record search GRAPH QUERY" },
	{ "list", "homestead masc peers" },
	{ "ls", "homestead masc peers" },
	{ "neighbors", "homestead masc peers" },
	{ "sessions", "homestead masc peers" },
	{ "masc sessions", "homestead masc peers" },
	{ "masc neighbours", "homestead masc peers" },
	{ "up north", "homestead masc peer north up" },
	{ "down north", "homestead masc peer north down" },
	{ "reset north", "homestead masc peer north reset" },
	{ "masc up north", "homestead masc peer north up" },
	{ "masc down north", "homestead masc peer north down" },
	{ "masc reset north", "homestead masc peer north reset" },
	{ "masc peer up north", "homestead masc peer north up" },
	{ "masc peer north restart", "homestead masc peer north reset" },
	{ "masc peer north dwon", "homestead masc peer north down" },
	{ "masc per north", "homestead masc peer north" },
	{ "mask peers", "homestead masc peers" },
	{ "masc pers", "homestead masc peers" },
	{ "stauts", "homestead status" },
	{ "stat", "homestead status" },
	{ "event", "homestead events" },
	{ "evnets", "homestead events" },
	{ "logs", "homestead events" },
	{ "watch", "homestead events --watch" },
	{ "tail", "homestead events --watch" },
	{ "monitor", "homestead events --watch" },
	{ "ports", "homestead doctor ports" },
	{ "port", "homestead doctor ports" },
	{ "docter", "homestead doctor" },
	{ "doctor prots", "homestead help doctor" },
	{ "check", "homestead doctor" },
	{ "reload", "homestead daemon reload" },
	{ "daemon relaod", "homestead daemon reload" },
	{ "daemon logs", "homestead events" },
	{ "debug", "homestead log debug" },
	{ "log masc debug", "homestead log debug masc" },
	{ "log verbose", "homestead log info" },
	{ "log debgu", "homestead log debug" },
	{ "verison", "homestead version" },
	{ "hlep", "homestead help" },
	{ "frobnicate", "homestead help" },
	{ "create", "homestead help create" },
	{ "add member Home", "homestead invite Home CARD" },
	{ "promote Home Bob", "homestead member role Home Bob admin" },
	{ "mebmers Home", "homestead members Home" },
	{ "memebr list Home", "homestead member list Home" },
	{ "gruop lst", "homestead group list" },
	{ "crate Home", "homestead create Home" },
	{ "joni bob.invitation", "homestead join bob.invitation" },
	{ "gorup show a'b", "homestead group show 'a'\\''b'" },
	{ "mebmers", "homestead members" },
	{ "groups", "homestead group list" },
	{ "identities", "homestead id list" },
	{ "leav Home", "homestead leave Home" },
	{ "masc peers --wacth", "--watch" },
	{ "status --jsno", "--json" },
	{ "masc peer", "homestead help masc peer" },
	{ "masc peers north", "homestead help masc peers" },
	{ "completion", "homestead help completion" },
	{ "completion tcsh", "homestead completion bash" },
};

static void every_spelling_works_or_names_the_right_one(void **state)
{
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		char want[128];
		int exit = run(spellings[i].line);
		if (!spellings[i].right) {
			if (exit)
				print_message("%s: %s\n", spellings[i].line, run_err);
			assert_int_equal(exit, CLI_OK);
			assert_true(run_out[0] != 0);
			continue;
		}
		(void)snprintf(want, sizeof(want), "\ntry: %s\n", spellings[i].right);
		if (!strstr(run_err, want))
			print_message("%s: %s", spellings[i].line, run_err);
		assert_non_null(strstr(run_err, want));
		assert_memory_equal(run_err, "homestead: ", 11);
		assert_int_equal(exit, CLI_USAGE);
		assert_string_equal(run_out, "");
	}
}

static void a_noun_alone_shows_its_commands(void **state)
{
	assert_int_equal(run("masc"), CLI_USAGE);
	assert_non_null(strstr(run_err, "  masc peers "));
	assert_non_null(strstr(run_err, "  masc show "));
	assert_null(strstr(run_err, "doctor"));
	assert_int_equal(run("daemon"), CLI_USAGE);
	assert_non_null(strstr(run_err, "  daemon reload "));
}

/* `help name` as `name --help` and, but for the exit code, `name`. */
static void help_of_a_noun_shows_its_commands(void **state)
{
	static const char *const nouns[] = { "masc", "name", "cloud", "daemon" };
	for (size_t i = 0; i < sizeof(nouns) / sizeof(nouns[0]); i++) {
		char line[64], *wanted;
		assert_int_equal(run(nouns[i]), CLI_USAGE);
		wanted = strdup(run_err);
		assert_non_null(wanted);
		(void)snprintf(line, sizeof(line), "help %s", nouns[i]);
		assert_int_equal(run(line), CLI_OK);
		assert_string_equal(run_out, wanted);
		(void)snprintf(line, sizeof(line), "%s --help", nouns[i]);
		assert_int_equal(run(line), CLI_OK);
		assert_string_equal(run_out, wanted);
		free(wanted);
	}
	assert_int_equal(run("help nam"), CLI_USAGE);
	assert_int_equal(run("help name nothing"), CLI_USAGE);
}

/* What the engine answers, and the exit code it leads to. */
static enum err answer;
static void prepare_answer(void)
{
	played.command_result = answer;
}

static void every_failure_has_its_exit_code(void **state)
{
	static const struct {
		enum err err;
		int exit;
	} rows[] = { { OK, 0 },
		     { ERR_IO, 1 },
		     { ERR_NO_SPACE, 1 },
		     { ERR_CONFIG, 1 },
		     { ERR_NOT_FOUND, 3 },
		     { ERR_DENIED, 4 },
		     { ERR_STATE, 5 },
		     { ERR_STOPPING, 5 },
		     { ERR_TIMEOUT, 6 },
		     { ERR_NO_DAEMON, 7 },
		     { ERR_EXISTS, 8 },
		     { ERR_CONFLICT, 8 },
		     { ERR_FULL, 1 },
		     { ERR_UNSUPPORTED, 1 } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		answer = rows[i].err;
		run_serve(prepare_answer);
		assert_int_equal(run("masc peer north up"), rows[i].exit);
		assert_int_equal(run_err[0] != 0, rows[i].exit != 0);
		run_serve_end();
	}
	run_done();
}

static void usage_has_its_exit_code(void **state)
{
	static const char *const lines[] = {
		"--nothing",
		"status --for 5m",
		"status x",
		"events --level loud",
		"events --part a/b",
		"events --part",
		"events --level=",
		"status --watch=yes",
		"masc peer north up --for 5m",
		"masc peer north -n",
		"masc peer north down --for x",
		"masc peer north down --for 0",
		"masc peer a b c",
		"a b c d e f g h i j k",
		"log loud",
		"log info masc x",
		"masc peer north down --for -5m",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(run(lines[i]), CLI_USAGE);
		assert_memory_equal(run_err, "homestead: ", 11);
		assert_non_null(strstr(run_err, "\ntry: "));
		assert_string_equal(run_out, "");
	}
}

static void what_is_not_there_is_named(void **state)
{
	assert_int_equal(run("masc peer nroth"), CLI_NOT_FOUND);
	assert_string_equal(run_err, "homestead: there is no MASC peer \"nroth\"\n"
				     "try: homestead masc peer north\n");
	assert_int_equal(run("masc peer a/b%20c down"), CLI_NOT_FOUND);
	assert_non_null(strstr(run_err, "\"a/b%20c\""));
	assert_int_equal(run("log info mask"), CLI_NOT_FOUND);
	assert_non_null(strstr(run_err, "node, masc, store"));
	assert_int_equal(run("events --part mask"), CLI_NOT_FOUND);
	assert_int_equal(run("events --watch --part mask"), CLI_NOT_FOUND);
	assert_non_null(strstr(run_err, "node, masc, store"));
}

static void errors_are_json_with_json(void **state)
{
	assert_int_equal(run("--json masc peer nroth"), CLI_NOT_FOUND);
	json_t *j = json_loads(run_err, 0, NULL);
	json_t *e = json_object_get(j, "error");
	assert_string_equal(json_string_value(json_object_get(e, "code")), "NOT_FOUND");
	assert_true(json_string_length(json_object_get(e, "hint")) > 0);
	assert_string_equal(run_out, "");
	json_decref(j);
	assert_int_equal(run("frobnicate --json"), CLI_USAGE);
	j = json_loads(run_err, 0, NULL);
	e = json_object_get(j, "error");
	assert_string_equal(json_string_value(json_object_get(e, "code")), "USAGE");
	json_decref(j);
}

/* Every command with --json, and the struct its answer is. */
static const struct {
	const char *line;
	const struct ops_struct *type;
} jsons[] = {
	{ "--json", &ops_status_type },
	{ "status --json", &ops_status_type },
	{ "daemon status --json", &ops_status_type },
	{ "masc show --json", &ops_status_type },
	{ "masc peers --json", &ops_masc_peers_type },
	{ "masc peer north --json", &ops_masc_peer_type },
	{ "masc peer north up --json", &ops_change_type },
	{ "masc peer north down --for 5m --json", &ops_change_type },
	{ "masc peer north reset --json --dry-run", &ops_change_type },
	{ "log --json", &ops_log_type },
	{ "log info --json", &ops_change_type },
	{ "daemon reload --json", &ops_change_type },
	{ "doctor ports --json", &ops_ports_type },
};

static void json_of_every_command_fits_its_schema(void **state)
{
	for (size_t i = 0; i < sizeof(jsons) / sizeof(jsons[0]); i++) {
		static union {
			struct ops_status status;
			uint8_t room[8192];
		} value;
		struct failing_env fe;
		struct arena mem;
		char buffer[300];
		struct text why = TEXT_OF(buffer);
		failing_env_init(&fe, 1);
		arena_init(&mem, &fe.env, 4096);
		assert_int_equal(run(jsons[i].line), CLI_OK);
		assert_string_equal(run_err, "");
		assert_ptr_equal(strchr(run_out, '\n'), run_out + strlen(run_out) - 1);
		json_t *j = json_loads(run_out, JSON_REJECT_DUPLICATES, NULL);
		assert_int_equal(json_integer_value(json_object_get(j, "schema")), 1);
		json_object_del(j, "schema");
		size_t fields = 0;
		for (const struct ops_field *f = jsons[i].type->fields; f->name; f++)
			fields++;
		assert_int_equal(json_object_size(j), fields);
		assert_int_equal(ops_decode(jsons[i].type, j, OPS_FROM_REQUEST, &value, &mem, &why),
				 OK);
		json_decref(j);
		arena_free(&mem);
	}
}

static void events_are_json_line_by_line(void **state)
{
	size_t lines = 0;
	assert_int_equal(run("events --json --level debug"), CLI_OK);
	for (char *s = strtok(run_out, "\n"); s; s = strtok(NULL, "\n"), lines++) {
		json_t *j = json_loads(s, 0, NULL);
		assert_int_equal(json_integer_value(json_object_get(j, "schema")), 1);
		assert_int_equal(json_integer_value(json_object_get(j, "number")), lines + 1);
		assert_non_null(json_object_get(j, "fields"));
		json_decref(j);
	}
	assert_int_equal(lines, 3);
}

static void doctor_and_version_are_json_too(void **state)
{
	assert_int_equal(run("doctor --json"), CLI_OK);
	json_t *j = json_loads(run_out, 0, NULL);
	assert_true(json_array_size(json_object_get(j, "ports")) >= 4);
	assert_int_equal(json_array_size(json_object_get(j, "attention")), 1);
	assert_int_equal(json_integer_value(json_object_get(j, "schema")), 1);
	json_decref(j);
	assert_int_equal(run("version --json"), CLI_OK);
	j = json_loads(run_out, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(j, "version")), HOMESTEAD_VERSION);
	assert_string_equal(json_string_value(json_object_get(j, "daemon")), HOMESTEAD_VERSION);
	json_decref(j);
}

static void quiet_prints_names_alone(void **state)
{
	static const struct {
		const char *line, *out;
	} rows[] = { { "masc peers -q", "north\nsouth\n" },
		     { "masc peer north --quiet", "north\n" },
		     { "log -q", "node\nmasc\nstore\n" },
		     { "events -q", "2\n" },
		     { "events -q --level debug", "1\n2\n3\n" },
		     { "status -q", "" },
		     { "masc show -q", "" },
		     { "masc peer north up -q", "" },
		     { "version -q", HOMESTEAD_VERSION "\n" } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(run(rows[i].line), CLI_OK);
		if (strncmp(rows[i].line, "events -q", 9) == 0 && strlen(rows[i].line) == 9)
			assert_null(strstr(run_out, "3\n")); /* the debug event */
		else
			assert_string_equal(run_out, rows[i].out);
	}
}

static void options_may_stand_anywhere(void **state)
{
	assert_int_equal(run("-q masc --json peers"), CLI_OK);
	assert_int_equal(run_out[0], '{');
	assert_int_equal(run("masc peer -n north down --for=5m"), CLI_OK);
	assert_string_equal(run_out, "the session with north would be held down for 5m\n");
	assert_int_equal(run("-- masc peers"), CLI_OK);
	assert_int_equal(run("masc peer -- -x"), CLI_NOT_FOUND);
}

static void ports_are_shown_with_and_without_a_daemon(void **state)
{
	assert_int_equal(run("doctor ports"), CLI_OK);
	assert_non_null(strstr(run_out, "tcp 2587"));
	assert_non_null(strstr(run_out, "udp 2535"));
	assert_non_null(strstr(run_out, "udp 3540"));
	assert_non_null(strstr(run_out, "tcp 3587"));
	assert_int_equal(run("doctor"), CLI_OK);
	assert_non_null(strstr(run_out, "needs attention:"));
}

static void without_a_daemon_everything_says_so(void **state)
{
	static const char *const lines[] = { "",
					     "status",
					     "masc peers",
					     "masc show",
					     "masc peer north",
					     "events",
					     "log",
					     "log info",
					     "daemon reload",
					     "doctor",
					     "events --watch",
					     "masc peer north up",
					     "status --watch" };
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(run(lines[i]), CLI_NO_DAEMON);
		assert_non_null(strstr(run_err, "no daemon answers at DIR/control.sock"));
		assert_non_null(strstr(run_err, "try: start one with homesteadd"));
	}
	assert_int_equal(run("version"), CLI_OK);
	assert_non_null(strstr(run_out, "no daemon answers at DIR/control.sock"));
	assert_int_equal(run("doctor ports"), CLI_OK);
	assert_int_equal(run("help"), CLI_OK);
	assert_int_equal(run("completion zsh"), CLI_OK);
}

static void a_path_that_is_too_long_is_refused(void **state)
{
	char line[300] = "status --socket ";
	memset(line + strlen(line), 'a', 200);
	assert_int_equal(run(line), CLI_USAGE);
	assert_non_null(strstr(run_err, "--socket"));
}

/* Answers every connection, the first of which only looks whether anybody is
 * there, until it is killed. */
static void be_odd(int fd, const char *response)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		char request[4096];
		int c = accept(fd, NULL, NULL);
		if (read(c, request, sizeof(request)) > 0)
			(void)!write(c, response, strlen(response));
		close(c);
	}
}

/* Somebody answers who is no daemon. */
static void answer_with(const char *response, int exit)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	strcpy(sa.sun_path, server.path);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(fd, 5), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		be_odd(fd, response);
	close(fd);
	assert_int_equal(run("status"), exit);
	assert_true(run_err[0] != 0);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(unlink(server.path), 0);
}

static void answers_that_make_no_sense_are_errors(void **state)
{
	static const char *const odd[] = {
		"SSH-2.0-OpenSSH_9.2\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
		"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"uptime\":\"ten\"",
		"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"uptime\":\"ten\"}",
		"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"parts\":5}",
		"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 404 No\r\nContent-Length: 11\r\n\r\n{\"error\":1}",
	};
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		answer_with(odd[i], CLI_FAILED);
	answer_with("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"uptime\":", CLI_NO_DAEMON);
	answer_with("", CLI_NO_DAEMON);
}

/* The program itself, its output through a pipe that we close. */
static void watch(const char *a, const char *b, const char *want)
{
	int fds[2], status;
	char got[65536] = "";
	size_t n = 0;
	assert_int_equal(pipe(fds), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		execl(program, program, "--socket", server.path, a, b, "--watch", (char *)NULL);
		_exit(99);
	}
	close(fds[1]);
	size_t seen = 0;
	while (seen < 3) {
		struct pollfd p = { fds[0], POLLIN, 0 };
		assert_int_equal(poll(&p, 1, 20000), 1);
		ssize_t r = read(fds[0], got + n, sizeof(got) - n - 1);
		assert_true(r > 0);
		n += (size_t)r;
		seen = 0;
		for (const char *s = got; (s = strstr(s, want)); s += strlen(want))
			seen++;
	}
	close(fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void watching_goes_on_until_the_reader_leaves(void **state)
{
	run_serve_end();
	run_serve_events();
	watch("events", "--quiet", "\n");
	watch("events", "--level=info", "something happened\n");
	watch("events", "--json", "\"text\":\"something happened\"");
	watch("status", "--json", "\"uptime\"");
	watch("daemon", "status", "homesteadd  ");
}

static void watching_peers_redraws(void **state)
{
	run_serve_end();
	run_serve_events();
	int fds[2], status;
	char got[65536] = "";
	size_t n = 0;
	assert_int_equal(pipe(fds), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		execl(program, program, "--socket", server.path, "masc", "peers", "-w",
		      (char *)NULL);
		_exit(99);
	}
	close(fds[1]);
	while (!strstr(got, "\n\nNAME")) { /* the second picture */
		ssize_t r = read(fds[0], got + n, sizeof(got) - n - 1);
		assert_true(r > 0);
		n += (size_t)r;
	}
	close(fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#define TEST(f)	      cmocka_unit_test_setup_teardown(f, setup, teardown)
#define TEST_ALONE(f) cmocka_unit_test_setup_teardown(f, setup_alone, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(every_spelling_works_or_names_the_right_one),
		TEST(a_noun_alone_shows_its_commands),
		TEST(help_of_a_noun_shows_its_commands),
		cmocka_unit_test(every_failure_has_its_exit_code),
		TEST(usage_has_its_exit_code),
		TEST(what_is_not_there_is_named),
		TEST(errors_are_json_with_json),
		TEST(json_of_every_command_fits_its_schema),
		TEST(events_are_json_line_by_line),
		TEST(doctor_and_version_are_json_too),
		TEST(quiet_prints_names_alone),
		TEST(options_may_stand_anywhere),
		TEST(ports_are_shown_with_and_without_a_daemon),
		TEST_ALONE(without_a_daemon_everything_says_so),
		TEST_ALONE(a_path_that_is_too_long_is_refused),
		TEST_ALONE(answers_that_make_no_sense_are_errors),
		TEST(watching_goes_on_until_the_reader_leaves),
		TEST(watching_peers_redraws),
	};
	program = argc > 1 ? argv[1] : "homestead";
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
