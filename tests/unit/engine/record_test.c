#include "house.h"

#include "node/record.h"
#include "sim/replay.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>

static void start_recorded(struct house *h, const char *state, const char *peer)
{
	struct node_config c;
	struct engine_options opt = { .job_threads = 1, .record_path = house_path(h, "record") };

	opt.state_dir = state ? house_path(h, state) : NULL;
	config_a(h, &c, "", peer);
	start_with(h, &h->a, &c, &opt, NULL);
	node_config_free(&c);
}

/* The recording so far; the caller frees. */
static struct span read_record(struct house *h)
{
	FILE *f = fopen(house_path(h, "record"), "re");
	struct stat st;
	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	uint8_t *p = malloc((size_t)st.st_size);
	assert_non_null(p);
	assert_int_equal(fread(p, 1, (size_t)st.st_size, f), st.st_size);
	(void)fclose(f);
	return span_of(p, (size_t)st.st_size);
}

static void assert_replays(struct house *h, uint64_t least_inputs)
{
	struct replay_result r;
	struct span s = read_record(h);

	if (replay(s, os_env(), &r) != OK || !r.same)
		fail_msg("%s", r.why);
	assert_false(r.cut);
	assert_int_equal(r.runs, 1);
	assert_true(r.inputs >= least_inputs);
	assert_true(r.outputs > 0);
	free((void *)(uintptr_t)s.p);
}

static bool both_up(const struct house *h)
{
	return state_of(&h->a) == MASC_ESTABLISHED && state_of(&h->b) == MASC_ESTABLISHED;
}

/* ENGINE-2, ENGINE-17: each input is recorded, with all its outputs before the
 * next. */
static void a_run_is_played_again_octet_for_octet(void **state)
{
	struct house *h = *state;

	start_recorded(h, "a", "");
	start_b(h, "b");
	RUN_UNTIL(h, both_up(h));
	command(&h->a, MASC_COMMAND_DOWN, "b");
	RUN_UNTIL(h, h->a.answers == 1);
	command(&h->a, MASC_COMMAND_UP, "b");
	RUN_UNTIL(h, both_up(h));
	command(&h->a, MASC_COMMAND_RESET, "nobody");
	assert_int_equal(engine_stop(h->a.engine, 5000), OK);
	kill_engine(&h->a);
	assert_replays(h, 10);
}

/* How many inputs of that kind are about that link. */
static unsigned inputs_of(struct house *h, enum node_in_kind kind, uint32_t link)
{
	struct span s = read_record(h);
	struct rd r = rd_of(s);
	struct record_entry e;
	struct node_in in;
	struct record_room room;
	unsigned n = 0;

	(void)rd_bytes(&r, sizeof(RECORD_MAGIC) - 1);
	while (record_take(&r, &e) == OK)
		if (e.kind == RECORD_INPUT && record_in_read(e.body, &in, &room) == OK)
			n += in.kind == kind && in.link == link;
	free((void *)(uintptr_t)s.p);
	return n;
}

/* ENGINE-26: the node hears that what asked for it has gone, once, from the
 * loop, and what it hears is in the recording. */
static void a_send_that_asks_is_answered(void **state)
{
	struct house *h = *state;
	struct node_config c;
	struct engine_options opt = { .job_threads = 1 };
	struct node_out out = { .kind = NODE_OUT_SEND, .link = 1, .drain = true };

	config_b(h, &c, "", "passive = yes;");
	start_with(h, &h->b, &c, &opt, NULL);
	node_config_free(&c);
	start_recorded(h, "a", "");
	RUN_UNTIL(h, both_up(h));
	out.bytes = span_of("\0\4\4", 4);
	engine_outbox_put(&h->a.engine->outbox, &out, (struct wall){ 0 });
	engine_recorder_flush(h->a.engine->recorder);
	assert_int_equal(inputs_of(h, NODE_IN_DRAINED, 1), 0);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(os_loop_run(h->loop, 10), OK);
		engine_recorder_flush(h->a.engine->recorder);
	}
	assert_int_equal(inputs_of(h, NODE_IN_DRAINED, 1), 1);
	kill_engine(&h->a);
	assert_replays(h, 3);
}

static void a_run_that_begins_with_rows_too(void **state)
{
	struct house *h = *state;

	start_a(h, "a");
	command(&h->a, MASC_COMMAND_DOWN, "b");
	RUN_UNTIL(h, h->a.answers == 1);
	kill_engine(&h->a);
	start_recorded(h, "a", "");
	start_b(h, "b");
	command(&h->a, MASC_COMMAND_UP, "b");
	RUN_UNTIL(h, both_up(h));
	kill_engine(&h->a);
	assert_replays(h, 3);
}

/* ENGINE-2: a port that is taken comes up amid the outputs and is fed right
 * after. */
static void a_reload_and_a_taken_port_too(void **state)
{
	struct house *h = *state;
	struct node_config c;

	start_b(h, "b");
	start_recorded(h, NULL, "");
	RUN_UNTIL(h, both_up(h));
	char listen[60];
	(void)snprintf(listen, sizeof(listen), "listen = 127.0.7.2:%u", h->port);
	config_a(h, &c, listen, "hold_time = 30s");
	assert_int_equal(engine_reconfigure(h->a.engine, &c, &h->why), OK);
	node_config_free(&c);
	RUN_UNTIL(h, has_event(&h->a, "stopped"));
	kill_engine(&h->a);
	assert_replays(h, 5);
}

/* ENGINE-17, ENGINE-18. */
static void it_is_for_its_owner_alone_and_holds_no_secret(void **state)
{
	struct house *h = *state;
	struct node_config c;
	struct stat st;
	static const char secret[] = "correct-horse-battery";

	start_recorded(h, "a", "md5_key = correct-horse-battery");
	config_a(h, &c, "", "md5_key = correct-horse-battery; hold_time = 30s");
	assert_int_equal(engine_reconfigure(h->a.engine, &c, &h->why), OK);
	node_config_free(&c);
	kill_engine(&h->a);
	assert_int_equal(stat(house_path(h, "record"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	struct span s = read_record(h);
	assert_null(memmem(s.p, s.n, secret, strlen(secret)));
	assert_non_null(memmem(s.p, s.n, "127.0.7.2", 9));
	free((void *)(uintptr_t)s.p);
	assert_replays(h, 1);
}

static void it_is_on_disk_within_a_second(void **state)
{
	struct house *h = *state;
	struct stat st = { 0 };

	start_recorded(h, NULL, "");
	assert_int_equal(stat(house_path(h, "record"), &st), 0);
	off_t at_birth = st.st_size;
	assert_true(at_birth > 0);
	struct mono begin = os_mono();
	RUN_UNTIL(h, !stat(house_path(h, "record"), &st) && st.st_size > at_birth);
	assert_true(mono_since(os_mono(), begin) < 5 * MONO_SEC);
	/* As after a crash of the writer: it has no end, and plays. */
	assert_replays(h, 0);
}

static void a_disk_that_is_full_ends_it_and_not_the_run(void **state)
{
	struct house *h = *state;
	struct rlimit old, full;
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;

	assert_int_equal(sigaction(SIGXFSZ, &ignore, &before), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	start_recorded(h, NULL, "");
	start_b(h, NULL);
	full = old;
	full.rlim_cur = 100;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	RUN_UNTIL(h, strstr(h->a.messages, "node: the recording ends here: "));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	RUN_UNTIL(h, both_up(h));
	assert_int_equal(sigaction(SIGXFSZ, &before, NULL), 0);
}

/* Who has the key's file open, or owns it, from before gets no key with it. */
static void a_key_goes_into_a_file_of_its_own(void **state)
{
	struct house *h = *state;
	struct stat st;
	char got[8];
	int before = open(house_path(h, "record.key"), O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	assert_true(before >= 0);
	assert_int_equal(fchmod(before, 0666), 0);
	start_recorded(h, NULL, "");
	assert_int_equal(pread(before, got, sizeof(got), 0), 0);
	assert_int_equal(fstat(before, &st), 0);
	assert_int_equal(st.st_nlink, 0);
	(void)close(before);
	assert_int_equal(stat(house_path(h, "record.key"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(st.st_size > 0);
}

static void a_link_somebody_laid_is_not_followed(void **state)
{
	struct house *h = *state;
	struct node_config c;
	struct engine_events none = { .arg = NULL };
	struct engine *e = NULL;

	assert_int_equal(symlink("/dev/null", house_path(h, "record")), 0);
	config_a(h, &c, "", "");
	struct engine_options opt = { .config = &c, .record_path = house_path(h, "record") };
	assert_true(engine_new(&e, h->loop, &opt, &none, &h->why) != OK);
	assert_null(e);
	assert_non_null(strstr(h->why.p, "cannot record to"));
	node_config_free(&c);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, house_new, house_free)
	const struct CMUnitTest tests[] = {
		TEST(a_run_is_played_again_octet_for_octet),
		TEST(a_send_that_asks_is_answered),
		TEST(a_run_that_begins_with_rows_too),
		TEST(a_reload_and_a_taken_port_too),
		TEST(it_is_for_its_owner_alone_and_holds_no_secret),
		TEST(it_is_on_disk_within_a_second),
		TEST(a_disk_that_is_full_ends_it_and_not_the_run),
		cmocka_unit_test_setup_teardown(a_key_goes_into_a_file_of_its_own, house_new,
						house_free),
		TEST(a_link_somebody_laid_is_not_followed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
