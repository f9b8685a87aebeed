#include "house.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

static bool up(const struct teller *t)
{
	return state_of(t) == MASC_ESTABLISHED;
}

static bool both_up(const struct house *h)
{
	return up(&h->a) && up(&h->b);
}

static void start_both(struct house *h)
{
	start_a(h, "a");
	start_b(h, "b");
	RUN_UNTIL(h, both_up(h));
}

static void two_engines_hold_a_session(void **state)
{
	struct house *h = *state;

	start_both(h);
	RUN_UNTIL(h, has_event(&h->a, "up") && has_event(&h->b, "up"));
	assert_string_equal(h->a.messages, "");
	assert_string_equal(h->b.messages, "");
}

static int connect_from(const char *from, const char *to, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET }, b = a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(inet_pton(AF_INET, from, &a.sin_addr), 1);
	assert_int_equal(inet_pton(AF_INET, to, &b.sin_addr), 1);
	b.sin_port = htons(port);
	assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&b, sizeof(b)), 0);
	return fd;
}

static bool has_octets(int fd, ssize_t *n)
{
	uint8_t open[64];
	*n = recv(fd, open, sizeof(open), MSG_DONTWAIT);
	return *n >= 0 || errno != EAGAIN;
}

/* Before the loop ran at all: its OPEN comes, not the end of the connection. */
static void who_comes_during_the_start_is_served(void **state)
{
	struct house *h = *state;
	struct engine_options opt = { .job_threads = 1 };
	struct node_config c;
	ssize_t n;

	config_b(h, &c, "", "passive = yes;");
	start_with(h, &h->b, &c, &opt, NULL);
	int fd = connect_from("127.0.7.1", "127.0.7.2", h->port);
	RUN_UNTIL(h, has_octets(fd, &n));
	assert_int_equal(n, 20);
	assert_int_equal(state_of(&h->b), MASC_OPENSENT);
	close(fd);
	node_config_free(&c);
}

static void also_without_a_state_folder(void **state)
{
	struct house *h = *state;
	struct engine_info info;

	start_a(h, NULL);
	start_b(h, NULL);
	RUN_UNTIL(h, both_up(h));
	command(&h->a, MASC_COMMAND_DOWN, "b");
	RUN_UNTIL(h, h->a.answers == 1);
	assert_int_equal(h->a.answer, OK);
	engine_info(h->a.engine, &info);
	assert_string_equal(info.state_dir, "");
	assert_string_equal(info.store_path, "");
	assert_int_equal(info.commits, 1);
}

static void a_crashed_engine_comes_back_with_what_it_told(void **state)
{
	struct house *h = *state;

	start_both(h);
	command(&h->a, MASC_COMMAND_DOWN, "b");
	RUN_UNTIL(h, h->a.answers == 1);
	assert_int_equal(h->a.answer, OK);
	kill_engine(&h->a);
	RUN_UNTIL(h, !up(&h->b));
	start_a(h, "a");
	struct masc_peer_info info;
	masc_peer_info(node_masc(engine_node(h->a.engine)), 0, &info);
	assert_true(info.admin_down);
	command(&h->a, MASC_COMMAND_UP, "b");
	RUN_UNTIL(h, both_up(h));
}

static void a_stopping_engine_says_goodbye(void **state)
{
	struct house *h = *state;

	start_both(h);
	assert_int_equal(engine_stop(h->a.engine, 10000), OK);
	assert_true(has_event(&h->a, "stopping"));
	RUN_UNTIL(h, has_event(&h->b, "notification-received"));
	assert_false(up(&h->b));
	struct engine_info info;
	engine_info(h->a.engine, &info);
	assert_int_equal(info.waiting_outputs, 0);
	assert_int_equal(info.queued_octets, 0);
	/* It takes nobody in any more. */
	assert_int_equal(engine_stop(h->a.engine, 1000), OK);
}

/* ENGINE-19. */
static void the_state_folder_belongs_to_one(void **state)
{
	struct house *h = *state;
	struct node_config c;
	struct engine_events none = { .arg = NULL };
	struct engine *other = NULL;
	char want[300];

	start_a(h, "a");
	config_b(h, &c, "", "");
	struct engine_options opt = { .config = &c, .state_dir = house_path(h, "a") };
	assert_int_equal(engine_new(&other, h->loop, &opt, &none, &h->why), ERR_IN_USE);
	assert_null(other);
	(void)snprintf(want, sizeof(want),
		       "%s/a/lock is held by unit_engine_engine (pid %d); stop it, or give another "
		       "state folder",
		       h->dir, getpid());
	assert_string_equal(h->why.p, want);
	/* Free again when the first has gone. */
	kill_engine(&h->a);
	text_clear(&h->why);
	assert_int_equal(engine_new(&other, h->loop, &opt, &none, &h->why), OK);
	engine_free(other);
	node_config_free(&c);
}

/* ENGINE-19. */
static void the_state_folder_is_made_for_its_owner_alone(void **state)
{
	struct house *h = *state;
	struct stat st;

	start_a(h, "deep/er/state");
	assert_int_equal(stat(house_path(h, "deep/er/state"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(house_path(h, "deep/er/state/homestead.db"), &st), 0);
}

static void what_hinders_a_start_is_said(void **state)
{
	struct house *h = *state;
	struct node_config c;
	struct engine_events none = { .arg = NULL };
	struct engine *e = NULL;
	int fd = open(house_path(h, "file"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	(void)close(fd);
	config_a(h, &c, "", "");
	struct engine_options opt = { .config = &c, .state_dir = house_path(h, "file") };
	assert_true(engine_new(&e, h->loop, &opt, &none, &h->why) != OK);
	assert_non_null(strstr(h->why.p, "/file: Not a directory"));

	text_clear(&h->why);
	opt.state_dir = NULL;
	opt.record_path = house_path(h, "none/record");
	assert_true(engine_new(&e, h->loop, &opt, &none, &h->why) != OK);
	assert_non_null(strstr(h->why.p, "cannot record to"));

	text_clear(&h->why);
	opt.record_path = NULL;
	c.masc.peers[0].role = MASC_ROLE_NOT_GIVEN;
	assert_int_equal(engine_new(&e, h->loop, &opt, &none, &h->why), ERR_CONFIG);
	assert_true(h->why.n > 0);
	assert_null(e);
	node_config_free(&c);
}

/* ENGINE-19. */
static void a_damaged_store_is_set_aside(void **state)
{
	struct house *h = *state;
	FILE *f;

	assert_int_equal(mkdir(house_path(h, "a"), 0700), 0);
	f = fopen(house_path(h, "a/homestead.db"), "we");
	assert_non_null(f);
	for (int i = 0; i < 1000; i++)
		(void)fputs("this is no database ", f);
	assert_int_equal(fclose(f), 0);
	start_a(h, "a");
	assert_memory_equal(h->a.messages, "store: ", 7);
	assert_non_null(strstr(h->a.messages, ".corrupt-"));
	assert_int_equal(h->a.worst, NODE_WARNING);
	start_b(h, "b");
	RUN_UNTIL(h, both_up(h));
}

/* ENGINE-21. */
static void a_taken_port_stops_its_part_and_names_the_holder(void **state)
{
	struct house *h = *state;
	struct node_config c;
	struct engine_info info;
	char want[300];

	start_b(h, "b");
	/* a wants the address that b has. */
	char listen[60];
	(void)snprintf(listen, sizeof(listen), "listen = 127.0.7.2:%u", h->port);
	config_a(h, &c, listen, "");
	start_with(h, &h->a, &c, &(struct engine_options){ .job_threads = 1 }, NULL);
	node_config_free(&c);
	(void)snprintf(
		want, sizeof(want),
		"masc: tcp port %u on 127.0.7.2 is held by unit_engine_engine (pid %d, user ",
		h->port, getpid());
	assert_memory_equal(h->a.messages, want, strlen(want));
	assert_non_null(strstr(h->a.messages, "); stop it, or set masc.listen to another address"));
	assert_int_equal(h->a.worst, NODE_ERROR);
	engine_info(h->a.engine, &info);
	assert_memory_equal(info.port_error[NODE_PART_MASC], want + 6, strlen(want) - 6);
	RUN_UNTIL(h, has_event(&h->a, "stopped"));
	assert_int_equal(masc_health(node_masc(engine_node(h->a.engine))), ERR_IN_USE);
	/* Another address heals it without a restart. */
	config_a(h, &c, "", "");
	assert_int_equal(engine_reconfigure(h->a.engine, &c, &h->why), OK);
	node_config_free(&c);
	engine_info(h->a.engine, &info);
	assert_string_equal(info.port_error[NODE_PART_MASC], "");
	RUN_UNTIL(h, both_up(h));
}

/* ENGINE-21. As on a kernel without IPv6. */
static void the_default_address_may_miss_ipv6(void **state)
{
	struct house *h = *state;
	struct node_config c;
	struct engine_info info;
	char listen[80], want[100];

	house_has_ipv6 = false;
	(void)snprintf(listen, sizeof(listen), "listen = \"[::]:%u\"", h->port);
	config_a(h, &c, listen, "");
	start_with(h, &h->a, &c, &(struct engine_options){ .job_threads = 1 }, NULL);
	house_has_ipv6 = true;
	node_config_free(&c);
	(void)snprintf(want, sizeof(want),
		       "masc: this machine has no IPv6: not listening on [::]:%u\n", h->port);
	assert_string_equal(h->a.messages, want);
	engine_info(h->a.engine, &info);
	assert_string_equal(info.port_error[NODE_PART_MASC], "");
	start_b(h, NULL);
	RUN_UNTIL(h, both_up(h));
}

static void a_bad_configuration_changes_nothing(void **state)
{
	struct house *h = *state;
	struct node_config c;

	start_both(h);
	config_a(h, &c, "", "");
	c.masc.peers[0].role = MASC_ROLE_NOT_GIVEN;
	assert_int_equal(engine_reconfigure(h->a.engine, &c, &h->why), ERR_CONFIG);
	assert_true(h->why.n > 0);
	assert_int_equal(os_loop_run(h->loop, 0), OK);
	assert_true(both_up(h));
	node_config_free(&c);
}

static void a_configuration_is_taken_over_while_running(void **state)
{
	struct house *h = *state;
	struct node_config c;

	start_both(h);
	/* The same again: the session stays. */
	config_a(h, &c, "", "");
	assert_int_equal(engine_reconfigure(h->a.engine, &c, &h->why), OK);
	node_config_free(&c);
	RUN_UNTIL(h, has_event(&h->a, "config-taken"));
	assert_true(both_up(h));
	/* Another hold time: a new session. */
	size_t before = h->b.n_events;
	config_a(h, &c, "", "hold_time = 6s");
	assert_int_equal(engine_reconfigure(h->a.engine, &c, &h->why), OK);
	node_config_free(&c);
	RUN_UNTIL(h, h->b.n_events > before && both_up(h));
	struct masc_peer_info info;
	masc_peer_info(node_masc(engine_node(h->b.engine)), 0, &info);
	assert_int_equal(info.hold_time_s, 6);
}

/* ENGINE-18: the node has no key, and a new one resets the peer. */
static void keys_guard_a_session(void **state)
{
	struct house *h = *state;
	struct node_config a, b;
	struct masc_peer_info info;

	config_a(h, &a, "", "md5_key = first; ttl_security = 1");
	config_b(h, &b, "", "md5_key = first; ttl_security = 1");
	start_with(h, &h->a, &a, &(struct engine_options){ .job_threads = 1 }, NULL);
	start_with(h, &h->b, &b, &(struct engine_options){ .job_threads = 1 }, NULL);
	RUN_UNTIL(h, both_up(h));
	assert_true(engine_peer_has_key(h->a.engine, "b", 0));
	assert_true(engine_peer_has_key(h->a.engine, "b", 7));
	assert_false(engine_peer_has_key(h->a.engine, "nobody", 0));
	/* The node knows no key. */
	masc_peer_info(node_masc(engine_node(h->a.engine)), 0, &info);
	assert_string_equal(info.config->md5_key, "");
	/* A reload that changes nothing leaves the session alone, */
	assert_int_equal(engine_reconfigure(h->a.engine, &a, &h->why), OK);
	RUN_UNTIL(h, has_event(&h->a, "config-taken"));
	assert_true(both_up(h));
	/* a new key ends it, */
	(void)snprintf(a.masc.peers[0].md5_key, sizeof(a.masc.peers[0].md5_key), "second");
	assert_int_equal(engine_reconfigure(h->a.engine, &a, &h->why), OK);
	RUN_UNTIL(h, !up(&h->a) && !up(&h->b));
	/* and it comes back when the other side has the same. */
	(void)snprintf(b.masc.peers[0].md5_key, sizeof(b.masc.peers[0].md5_key), "second");
	assert_int_equal(engine_reconfigure(h->b.engine, &b, &h->why), OK);
	command(&h->a, MASC_COMMAND_UP, "b");
	command(&h->b, MASC_COMMAND_UP, "a");
	RUN_UNTIL(h, both_up(h));
	node_config_free(&a);
	node_config_free(&b);
}

/* ENGINE-6: a reader of events may give commands. */
static void a_command_may_be_given_inside_an_event(void **state)
{
	struct house *h = *state;

	start_both(h);
	h->a.reset_in_event = "b";
	command(&h->a, MASC_COMMAND_RESET, "b");
	RUN_UNTIL(h, h->a.answers == 2);
	RUN_UNTIL(h, both_up(h));
}

/* ENGINE-6: answers come from the loop. */
static void a_command_for_nobody_is_answered(void **state)
{
	struct house *h = *state;

	start_a(h, "a");
	command(&h->a, MASC_COMMAND_RESET, "nobody");
	assert_int_equal(h->a.answers, 0); /* from the loop, never at once */
	RUN_UNTIL(h, h->a.answers == 1);
	assert_int_equal(h->a.answer, ERR_NOT_FOUND);
}

static void the_pool_answers_the_probe(void **state)
{
	struct house *h = *state;
	struct engine_info info;

	start_a(h, NULL);
	for (info.jobs_done = 0; info.jobs_done == 0; engine_info(h->a.engine, &info))
		assert_int_equal(os_loop_run(h->loop, 1000), OK);
	assert_int_equal(info.jobs_waiting, 0);
	assert_int_equal(info.job_threads, 1);
	assert_false(has_event(&h->a, "workers-stuck"));
}

static void what_an_engine_tells_of_itself(void **state)
{
	struct house *h = *state;
	struct engine_info info;

	start_both(h);
	/* One that lost a collision may still say goodbye. */
	for (info.links = 0; info.links != 1; engine_info(h->a.engine, &info))
		assert_int_equal(os_loop_run(h->loop, 100), OK);
	assert_string_equal(info.state_dir, house_path(h, "a"));
	assert_string_equal(info.store_path, house_path(h, "a/homestead.db"));
	assert_int_equal(info.store_health, OK);
	assert_int_equal(info.links, 1);
	assert_int_equal(info.commit_failures, 0);
	assert_true(mono_reached(info.started, os_mono()));
	assert_true(info.started_wall.us > 0);
	uint64_t puts = info.puts;
	command(&h->a, MASC_COMMAND_DOWN, "b");
	engine_info(h->a.engine, &info);
	assert_int_equal(info.puts, puts + 1);
	RUN_UNTIL(h, h->a.answers == 1);
	engine_info(h->a.engine, &info);
	assert_true(info.commits >= 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, house_new, house_free)
	const struct CMUnitTest tests[] = {
		TEST(two_engines_hold_a_session),
		TEST(who_comes_during_the_start_is_served),
		TEST(also_without_a_state_folder),
		TEST(a_crashed_engine_comes_back_with_what_it_told),
		TEST(a_stopping_engine_says_goodbye),
		TEST(the_state_folder_belongs_to_one),
		TEST(the_state_folder_is_made_for_its_owner_alone),
		TEST(what_hinders_a_start_is_said),
		TEST(a_damaged_store_is_set_aside),
		TEST(a_taken_port_stops_its_part_and_names_the_holder),
		TEST(the_default_address_may_miss_ipv6),
		TEST(a_bad_configuration_changes_nothing),
		TEST(a_configuration_is_taken_over_while_running),
		TEST(keys_guard_a_session),
		TEST(a_command_may_be_given_inside_an_event),
		TEST(a_command_for_nobody_is_answered),
		TEST(the_pool_answers_the_probe),
		TEST(what_an_engine_tells_of_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
