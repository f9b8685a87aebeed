#include "house.h"

#include "played_keep.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* Outlives each test: the engine is freed in the tear-down. */
static struct played_keep k;

/* a keeps its rows on a disk that the test plays, b in memory. */
static void start_played(struct house *h)
{
	struct node_config c;
	struct engine_parts parts = { .env = os_env() };

	parts.keep = played_keep(&k, os_env());
	config_a(h, &c, "", "");
	start_with(h, &h->a, &c, &(struct engine_options){ .job_threads = 1 }, &parts);
	node_config_free(&c);
	start_b(h, NULL);
	RUN_UNTIL(h, state_of(&h->a) == MASC_ESTABLISHED && state_of(&h->b) == MASC_ESTABLISHED);
	RUN_UNTIL(h, has_event(&h->a, "up"));
}

/* Some turns in which nothing more may happen. */
static void idle(struct house *h)
{
	for (int i = 0; i < 20; i++)
		assert_int_equal(os_loop_run(h->loop, 1), OK);
}

/* ENGINE-4, ENGINE-11. */
static void nothing_is_told_before_it_is_committed(void **state)
{
	struct house *h = *state;
	struct engine_info info;

	start_played(h);
	k.hold = true;
	command(&h->a, MASC_COMMAND_DOWN, "b");
	idle(h);
	assert_int_equal(h->a.answers, 0);
	assert_false(has_event(&h->a, "admin"));
	engine_info(h->a.engine, &info);
	assert_true(info.waiting_outputs > 0);
	assert_int_equal(info.commits, 0);
	k.hold = false;
	/* The writer would wake the loop; here another command does. */
	command(&h->a, MASC_COMMAND_RESET, "nobody");
	RUN_UNTIL(h, h->a.answers == 2);
	assert_true(has_event(&h->a, "admin"));
	engine_info(h->a.engine, &info);
	assert_int_equal(info.commits, 1);
	assert_int_equal(info.waiting_outputs, 0);
}

static void later_events_wait_behind(void **state)
{
	struct house *h = *state;
	struct node_config c;

	start_played(h);
	k.hold = true;
	command(&h->a, MASC_COMMAND_DOWN, "b");
	/* An event that waits for nothing itself. */
	config_a(h, &c, "", "");
	assert_int_equal(engine_reconfigure(h->a.engine, &c, &h->why), OK);
	node_config_free(&c);
	idle(h);
	assert_false(has_event(&h->a, "config-taken"));
	k.hold = false;
	command(&h->a, MASC_COMMAND_RESET, "nobody");
	RUN_UNTIL(h, has_event(&h->a, "config-taken"));
	/* In the order they came about. */
	assert_string_equal(node_event_name(&h->a.events[h->a.n_events - 1]), "config-taken");
	assert_true(has_event(&h->a, "admin"));
}

/* ENGINE-12: callers get the error, and the engine goes on. ENGINE-13: what
 * status shows. */
static void a_failed_commit_is_answered_and_undone(void **state)
{
	struct house *h = *state;
	struct engine_info info;

	start_played(h);
	k.fail = ERR_NO_SPACE;
	command(&h->a, MASC_COMMAND_DOWN, "b");
	RUN_UNTIL(h, h->a.answers == 1);
	assert_int_equal(h->a.answer, ERR_NO_SPACE);
	assert_false(has_event(&h->a, "admin"));
	RUN_UNTIL(h, has_event(&h->a, "store-failed"));
	assert_non_null(strstr(h->a.messages,
			       "store: changes could not be written to memory and are undone: the "
			       "disk is played; left out "));
	assert_non_null(strstr(h->a.messages, "; the next change tries again\n"));
	engine_info(h->a.engine, &info);
	assert_int_equal(info.store_health, ERR_NO_SPACE);
	assert_int_equal(info.commit_failures, 1);
	assert_int_equal(info.waiting_outputs, 0);
	/* The peer is up again: the operator's word did not hold. */
	struct masc_peer_info peer;
	masc_peer_info(node_masc(engine_node(h->a.engine)), 0, &peer);
	assert_false(peer.admin_down);
	RUN_UNTIL(h, state_of(&h->a) == MASC_ESTABLISHED);
	/* And the next one holds. */
	command(&h->a, MASC_COMMAND_DOWN, "b");
	RUN_UNTIL(h, h->a.answers == 2);
	assert_int_equal(h->a.answer, OK);
	engine_info(h->a.engine, &info);
	assert_int_equal(info.store_health, OK);
}

/* ENGINE-12. Octets that waited for the commit: MASC has none yet, so one is
 * put in. */
static void a_failed_commit_ends_the_links_that_wait(void **state)
{
	struct house *h = *state;
	struct masc_peer_info info;
	struct node_out out = { .kind = NODE_OUT_SEND };

	start_played(h);
	masc_peer_info(node_masc(engine_node(h->a.engine)), 0, &info);
	/* Dialled by a: its first link; else the first it accepted. */
	out.link = info.opened_by_us ? 1 : 2;
	out.bytes = span_str("never sent");
	out.after = store_mem_newest(k.rows) + 1;
	engine_outbox_put(&h->a.engine->outbox, &out, (struct wall){ 0 });
	size_t before = h->b.n_events;
	k.fail = ERR_IO;
	/* A put of our own, so that a's peer stays up but for the link. */
	uint64_t number = 0;
	assert_int_equal(store_put(store_mem_store(k.rows), &masc_table_admin, span_str("x"),
				   span_str("y"), &number),
			 OK);
	assert_int_equal(number, out.after);
	command(&h->a, MASC_COMMAND_RESET, "nobody");
	RUN_UNTIL(h, h->b.n_events > before && has_event(&h->b, "down"));
	assert_non_null(strstr(h->a.messages, "; reset 1 connection that waited for them"));
	RUN_UNTIL(h, has_event(&h->a, "down"));
	/* It goes on. */
	RUN_UNTIL(h, state_of(&h->a) == MASC_ESTABLISHED && state_of(&h->b) == MASC_ESTABLISHED);
}

static void an_end_without_stop_answers_who_waits(void **state)
{
	struct house *h = *state;

	start_played(h);
	k.hold = true;
	command(&h->a, MASC_COMMAND_DOWN, "b");
	idle(h);
	assert_int_equal(h->a.answers, 0);
	kill_engine(&h->a);
	assert_int_equal(h->a.answers, 1);
	assert_int_equal(h->a.answer, ERR_STOPPING);
}

static void a_stop_waits_for_the_store_and_no_longer(void **state)
{
	struct house *h = *state;

	start_played(h);
	k.hold = true;
	command(&h->a, MASC_COMMAND_DOWN, "b");
	struct mono begin = os_mono();
	assert_int_equal(engine_stop(h->a.engine, 150), ERR_TIMEOUT);
	assert_true(mono_since(os_mono(), begin) >= 150 * MONO_MS);
	k.hold = false;
	assert_int_equal(engine_stop(h->a.engine, 5000), OK);
	assert_int_equal(h->a.answers, 1);
	assert_int_equal(h->a.answer, OK);
}

static rlim_t store_size(const struct house *h)
{
	struct stat st;
	assert_int_equal(stat(house_path(h, "a/homestead.db-wal"), &st), 0);
	return (rlim_t)st.st_size;
}

/* The real store on a disk that is full: no file may grow. */
static void a_full_disk_costs_the_change_and_nothing_else(void **state)
{
	struct house *h = *state;
	struct rlimit old, full;
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;

	start_a(h, "a");
	command(&h->a, MASC_COMMAND_DOWN, "b");
	RUN_UNTIL(h, h->a.answers == 1);
	assert_int_equal(h->a.answer, OK);
	assert_int_equal(sigaction(SIGXFSZ, &ignore, &before), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	full = old;
	full.rlim_cur = store_size(h);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	command(&h->a, MASC_COMMAND_UP, "b");
	RUN_UNTIL(h, h->a.answers == 2);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_true(h->a.answer == ERR_NO_SPACE || h->a.answer == ERR_IO);
	assert_non_null(strstr(h->a.messages, "homestead.db and are undone: "));
	struct masc_peer_info peer;
	masc_peer_info(node_masc(engine_node(h->a.engine)), 0, &peer);
	assert_true(peer.admin_down);
	command(&h->a, MASC_COMMAND_UP, "b");
	RUN_UNTIL(h, h->a.answers == 3);
	assert_int_equal(h->a.answer, OK);
	assert_int_equal(sigaction(SIGXFSZ, &before, NULL), 0);
	/* On disk, too. */
	kill_engine(&h->a);
	start_a(h, "a");
	masc_peer_info(node_masc(engine_node(h->a.engine)), 0, &peer);
	assert_false(peer.admin_down);
}

static void on_done(void *arg, const struct engine_result *result)
{
	++*(unsigned *)arg;
}

/* Birth, a command and some turns, with one allocation failing. */
static void live_short_of_memory(struct house *h, struct failing_env *f)
{
	struct node_config c;
	struct engine_parts parts = { .env = &f->env };
	struct engine_events none = { .arg = NULL };
	struct engine_options opt = { .job_threads = 1 };
	struct node_command down = { .kind = NODE_COMMAND_MASC };
	struct engine *e = NULL;
	unsigned answers = 0;

	config_a(h, &c, "", "");
	opt.config = &c;
	enum err err = engine_new_of(&e, h->loop, &opt, &none, &parts, &h->why);
	assert_true(err == OK || (err == ERR_NOMEM && f->failed));
	if (!err) {
		down.masc.peer = span_str("b");
		down.masc.kind = MASC_COMMAND_DOWN;
		err = engine_command(e, &down, on_done, &answers);
		assert_true(err == OK || (err == ERR_NOMEM && f->failed));
		for (int i = 0; i < 5; i++)
			assert_int_equal(os_loop_run(h->loop, 0), OK);
		engine_free(e);
		/* Answered, once, whatever was short; or never taken. */
		assert_int_equal(answers, err ? 0 : 1);
	}
	node_config_free(&c);
}

static void short_of_memory_nothing_leaks_and_callers_are_answered(void **state)
{
	struct house *h = *state;
	struct failing_env f;

	FAILING_ENV_EACH(f, 1)
	{
		text_clear(&h->why);
		live_short_of_memory(h, &f);
		failing_env_assert_clean(&f);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, house_new, house_free)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_told_before_it_is_committed),
		TEST(later_events_wait_behind),
		TEST(a_failed_commit_is_answered_and_undone),
		TEST(a_failed_commit_ends_the_links_that_wait),
		TEST(an_end_without_stop_answers_who_waits),
		TEST(a_stop_waits_for_the_store_and_no_longer),
		TEST(a_full_disk_costs_the_change_and_nothing_else),
		TEST(short_of_memory_nothing_leaks_and_callers_are_answered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
