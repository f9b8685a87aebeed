#include "../failing_env.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/loop.h"

static bool passed(struct mono deadline)
{
	return mono_reached(deadline, os_mono());
}

/* Runs turns until the condition holds; a test fails after 10 s. */
#define RUN_UNTIL(l, condition)                                                                    \
	for (struct mono end_ = mono_add(os_mono(), 10 * MONO_SEC); !(condition);) {               \
		assert_false(passed(end_));                                                        \
		assert_int_equal(os_loop_run(l, 100), OK);                                         \
	}

static struct os_loop *new_loop(void)
{
	struct os_loop *l = NULL;
	assert_int_equal(os_loop_new(&l, os_env()), OK);
	return l;
}

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	return poll(&p, 1, 0) == 1;
}

/* What happened, in order, as letters. */
struct log {
	char text[64];
	size_t n;
};

static void note(struct log *g, char c)
{
	assert_true(g->n < sizeof(g->text) - 1);
	g->text[g->n++] = c;
	g->text[g->n] = '\0';
}

struct marker {
	struct log *log;
	char letter;
	struct os_timer *timer, *victim;
	struct mono again;
	struct mono told;
};

static void on_timer(void *arg, struct mono now)
{
	struct marker *m = arg;
	m->told = now;
	note(m->log, m->letter);
	if (m->victim) {
		os_timer_free(m->victim);
		m->victim = NULL;
	}
	if (m->again.us) {
		os_timer_set(m->timer, m->again);
		m->again.us = 0;
	}
}

static void make_timer(struct os_loop *l, struct marker *m, struct log *g, char letter)
{
	*m = (struct marker){ .log = g, .letter = letter };
	assert_int_equal(os_timer_new(&m->timer, l, on_timer, m), OK);
}

static void timers_run_in_the_order_of_their_deadlines(void **state)
{
	struct os_loop *l = new_loop();
	struct log g = { 0 };
	struct marker m[20];
	struct mono now = os_mono();
	/* Set in another order than due, with equal deadlines among them. */
	static const int64_t due[20] = {
		7, 3, 9, 3, 1, 8, 2, 6, 4, 5, 0, 7, 2, 9, 1, 3, 8, 6, 5, 4
	};

	for (size_t i = 0; i < 20; i++) {
		make_timer(l, &m[i], &g, (char)('a' + i));
		os_timer_set(m[i].timer, mono_add(now, due[i] * 100));
	}
	RUN_UNTIL(l, g.n == 20);
	assert_string_equal(g.text, "keogmbdpitjshralfqcn");
	for (size_t i = 0; i < 20; i++)
		os_timer_free(m[i].timer);
	os_loop_free(l);
}

static void a_timer_does_not_run_early(void **state)
{
	struct os_loop *l = new_loop();
	struct log g = { 0 };
	struct marker m;
	struct mono due = mono_add(os_mono(), 5 * MONO_MS);

	make_timer(l, &m, &g, 'x');
	os_timer_set(m.timer, due);
	RUN_UNTIL(l, g.n == 1);
	assert_true(mono_reached(due, m.told));
	os_timer_free(m.timer);
	os_loop_free(l);
}

static void timers_move_and_stop(void **state)
{
	struct os_loop *l = new_loop();
	struct log g = { 0 };
	struct marker a, b, c;

	make_timer(l, &a, &g, 'a');
	make_timer(l, &b, &g, 'b');
	make_timer(l, &c, &g, 'c');
	os_timer_set(a.timer, mono_add(os_mono(), MONO_HOUR));
	os_timer_set(b.timer, os_mono());
	os_timer_set(c.timer, os_mono());
	os_timer_set(a.timer, (struct mono){ 0 }); /* to the past: first */
	os_timer_set(b.timer, MONO_NEVER);
	RUN_UNTIL(l, g.n == 2);
	assert_string_equal(g.text, "ac");
	assert_int_equal(os_loop_run(l, 0), OK);
	assert_false(readable(os_loop_fd(l)));
	os_timer_free(a.timer);
	os_timer_free(b.timer);
	os_timer_free(c.timer);
	os_loop_free(l);
}

static void a_timer_set_in_its_own_call_runs_in_the_next_turn(void **state)
{
	struct os_loop *l = new_loop();
	struct log g = { 0 };
	struct marker m;

	make_timer(l, &m, &g, 'x');
	m.again = (struct mono){ 1 };
	os_timer_set(m.timer, (struct mono){ 1 });
	assert_int_equal(os_loop_run(l, 1000), OK);
	assert_string_equal(g.text, "x");
	assert_true(readable(os_loop_fd(l)));
	assert_int_equal(os_loop_run(l, 1000), OK);
	assert_string_equal(g.text, "xx");
	os_timer_free(m.timer);
	os_loop_free(l);
}

static void a_due_timer_may_be_freed_by_an_earlier_one(void **state)
{
	struct os_loop *l = new_loop();
	struct log g = { 0 };
	struct marker a, b;

	make_timer(l, &a, &g, 'a');
	make_timer(l, &b, &g, 'b');
	a.victim = b.timer;
	os_timer_set(a.timer, (struct mono){ 1 });
	os_timer_set(b.timer, (struct mono){ 2 });
	assert_int_equal(os_loop_run(l, 1000), OK);
	assert_int_equal(os_loop_run(l, 0), OK);
	assert_string_equal(g.text, "a");
	os_timer_free(a.timer);
	os_loop_free(l);
}

static void free_self(void *arg, struct mono now)
{
	struct marker *m = arg;
	note(m->log, m->letter);
	os_timer_free(m->timer);
}

static void a_timer_may_free_itself(void **state)
{
	struct os_loop *l = new_loop();
	struct log g = { 0 };
	struct marker m = { .log = &g, .letter = 'f' };

	assert_int_equal(os_timer_new(&m.timer, l, free_self, &m), OK);
	os_timer_set(m.timer, (struct mono){ 1 });
	assert_int_equal(os_loop_run(l, 1000), OK);
	assert_string_equal(g.text, "f");
	os_loop_free(l);
}

struct pipe {
	int fd[2];
	struct os_watch *watch, *victim;
	struct log *log;
	uint32_t ready;
	bool drain;
};

static void on_ready(void *arg, uint32_t ready, struct mono now)
{
	struct pipe *p = arg;
	char c = '?';
	p->ready = ready;
	if (p->drain)
		assert_true(read(p->fd[0], &c, 1) >= 0);
	note(p->log, c);
	if (p->victim) {
		os_watch_free(p->victim);
		p->victim = NULL;
	}
}

static void open_pair(struct os_loop *l, struct pipe *p, struct log *g)
{
	*p = (struct pipe){ .log = g, .drain = true };
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p->fd), 0);
	assert_int_equal(os_watch_new(&p->watch, l, p->fd[0], OS_READ, on_ready, p), OK);
}

static void close_pair(struct pipe *p)
{
	os_watch_free(p->watch);
	(void)close(p->fd[0]);
	(void)close(p->fd[1]);
}

static void a_watch_is_level_triggered(void **state)
{
	struct os_loop *l = new_loop();
	struct log g = { 0 };
	struct pipe p;

	open_pair(l, &p, &g);
	assert_int_equal(os_loop_run(l, 0), OK);
	assert_string_equal(g.text, "");
	assert_int_equal(write(p.fd[1], "ab", 2), 2);
	assert_true(readable(os_loop_fd(l)));
	assert_int_equal(os_loop_run(l, 1000), OK);
	assert_int_equal(os_loop_run(l, 1000), OK);
	assert_string_equal(g.text, "ab");
	assert_int_equal(p.ready, OS_READ);
	assert_false(readable(os_loop_fd(l)));
	close_pair(&p);
	os_loop_free(l);
}

static void a_watch_for_nothing_is_not_called_even_for_a_hang_up(void **state)
{
	struct os_loop *l = new_loop();
	struct log g = { 0 };
	struct pipe p;

	open_pair(l, &p, &g);
	os_watch_set(p.watch, 0);
	(void)close(p.fd[1]);
	p.fd[1] = -1;
	for (int i = 0; i < 3; i++)
		assert_int_equal(os_loop_run(l, 0), OK);
	assert_string_equal(g.text, "");
	assert_false(readable(os_loop_fd(l)));
	p.drain = false;
	os_watch_set(p.watch, OS_READ);
	assert_int_equal(os_loop_run(l, 1000), OK);
	assert_int_equal(p.ready, OS_READ | OS_WRITE);
	close_pair(&p);
	os_loop_free(l);
}

static void write_watches_follow_the_buffer(void **state)
{
	struct os_loop *l = new_loop();
	struct log g = { 0 };
	struct pipe p;
	static const char block[4096];

	open_pair(l, &p, &g);
	p.drain = false;
	while (write(p.fd[0], block, sizeof(block)) > 0)
		;
	os_watch_set(p.watch, OS_WRITE);
	assert_int_equal(os_loop_run(l, 0), OK);
	assert_int_equal(g.n, 0);
	char sink[4096];
	while (read(p.fd[1], sink, sizeof(sink)) > 0)
		;
	assert_int_equal(os_loop_run(l, 1000), OK);
	assert_int_equal(p.ready, OS_WRITE);
	close_pair(&p);
	os_loop_free(l);
}

static void a_watch_freed_in_a_call_is_not_called_again(void **state)
{
	struct os_loop *l = new_loop();
	struct log g = { 0 };
	struct pipe a, b;

	open_pair(l, &a, &g);
	open_pair(l, &b, &g);
	assert_int_equal(write(a.fd[1], "a", 1), 1);
	assert_int_equal(write(b.fd[1], "b", 1), 1);
	/* Whichever comes first ends the other. */
	a.victim = b.watch;
	b.victim = a.watch;
	assert_int_equal(os_loop_run(l, 1000), OK);
	assert_int_equal(os_loop_run(l, 0), OK);
	assert_int_equal(g.n, 1);
	if (g.text[0] == 'a')
		b.watch = NULL;
	else
		a.watch = NULL;
	close_pair(&a);
	close_pair(&b);
	os_loop_free(l);
}

static void a_watch_may_free_itself(void **state)
{
	struct os_loop *l = new_loop();
	struct log g = { 0 };
	struct pipe p;

	open_pair(l, &p, &g);
	p.victim = p.watch;
	p.drain = false;
	assert_int_equal(write(p.fd[1], "abc", 3), 3);
	assert_int_equal(os_loop_run(l, 1000), OK);
	assert_int_equal(os_loop_run(l, 0), OK);
	assert_int_equal(g.n, 1);
	p.watch = NULL;
	close_pair(&p);
	os_loop_free(l);
}

static void a_closed_descriptor_cannot_be_watched(void **state)
{
	struct os_loop *l = new_loop();
	struct os_watch *w = NULL;

	assert_int_equal(os_watch_new(&w, l, -1, OS_READ, on_ready, NULL), ERR_IO);
	assert_null(w);
	os_loop_free(l);
}

struct chain {
	struct log *log;
	struct os_task *task, *next;
	int again;
	char letter;
};

static void on_task(void *arg, struct mono now)
{
	struct chain *c = arg;
	note(c->log, c->letter);
	if (c->next)
		os_task_post(c->next);
	if (c->again-- > 0)
		os_task_post(c->task);
}

static void tasks_run_once_at_the_end_of_a_turn(void **state)
{
	struct os_loop *l = new_loop();
	struct log g = { 0 };
	struct chain a = { .log = &g, .letter = 'a' }, b = { .log = &g, .letter = 'b' };

	assert_int_equal(os_task_new(&a.task, l, on_task, &a), OK);
	assert_int_equal(os_task_new(&b.task, l, on_task, &b), OK);
	a.next = b.task;
	os_task_post(a.task);
	os_task_post(a.task);
	assert_true(readable(os_loop_fd(l)));
	assert_int_equal(os_loop_run(l, -1), OK);
	assert_string_equal(g.text, "ab");
	assert_int_equal(os_loop_run(l, 0), OK);
	assert_string_equal(g.text, "ab");
	assert_false(readable(os_loop_fd(l)));
	os_task_free(a.task);
	os_task_free(b.task);
	os_loop_free(l);
}

static void a_task_that_posts_itself_waits_for_the_next_turn(void **state)
{
	struct os_loop *l = new_loop();
	struct log g = { 0 };
	struct chain a = { .log = &g, .letter = 'a', .again = 2 };

	assert_int_equal(os_task_new(&a.task, l, on_task, &a), OK);
	os_task_post(a.task);
	assert_int_equal(os_loop_run(l, -1), OK);
	assert_string_equal(g.text, "a");
	assert_int_equal(os_loop_run(l, -1), OK);
	assert_int_equal(os_loop_run(l, -1), OK);
	assert_string_equal(g.text, "aaa");
	os_task_post(a.task);
	os_task_free(a.task); /* a posted one too */
	assert_int_equal(os_loop_run(l, 0), OK);
	assert_string_equal(g.text, "aaa");
	os_loop_free(l);
}

static void *wake(void *arg)
{
	os_loop_wake(arg);
	return NULL;
}

static void another_thread_wakes_the_loop(void **state)
{
	struct os_loop *l = new_loop();
	pthread_t t;

	assert_int_equal(pthread_create(&t, NULL, wake, l), 0);
	assert_int_equal(os_loop_run(l, -1), OK); /* for ever, without the wake */
	assert_int_equal(pthread_join(t, NULL), 0);
	assert_false(readable(os_loop_fd(l)));
	os_loop_free(l);
}

static void on_signal(void *arg, int signal)
{
	note(arg, signal == SIGUSR1 ? '1' : '2');
}

static void signals_come_between_callbacks(void **state)
{
	struct os_loop *l = new_loop();
	struct log g = { 0 };
	sigset_t now;

	assert_int_equal(os_signal_watch(l, SIGUSR1, on_signal, &g), OK);
	assert_int_equal(os_signal_watch(l, SIGUSR2, on_signal, &g), OK);
	assert_int_equal(raise(SIGUSR1), 0);
	assert_string_equal(g.text, "");
	RUN_UNTIL(l, g.n == 1);
	assert_int_equal(raise(SIGUSR2), 0);
	RUN_UNTIL(l, g.n == 2);
	assert_string_equal(g.text, "12");
	os_loop_free(l);
	/* As it was before. */
	assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &now), 0);
	assert_int_equal(sigismember(&now, SIGUSR1), 0);
}

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	interrupted++;
}

static void a_signal_handler_does_not_cut_the_wait_short(void **state)
{
	struct os_loop *l = new_loop();
	struct sigaction sa = { .sa_handler = interrupt }, old;
	struct itimerval soon = { .it_interval.tv_usec = 1000, .it_value.tv_usec = 1000 },
			 off = { 0 };
	struct mono begin = os_mono();

	assert_int_equal(sigaction(SIGALRM, &sa, &old), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(os_loop_run(l, 30), OK);
	assert_int_equal(setitimer(ITIMER_REAL, &off, NULL), 0);
	assert_true(interrupted > 0);
	assert_true(mono_since(os_mono(), begin) >= 30 * MONO_MS);
	assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
	os_loop_free(l);
}

/* The loop of the library lies inside that of a program. */
static void run_inner(void *arg, uint32_t ready, struct mono now)
{
	assert_int_equal(os_loop_run(arg, 0), OK);
}

static void a_loop_can_be_watched_by_another(void **state)
{
	struct os_loop *outer = new_loop(), *inner = new_loop();
	struct os_watch *w = NULL;
	struct log g = { 0 };
	struct marker m;

	make_timer(inner, &m, &g, 'x');
	assert_int_equal(os_watch_new(&w, outer, os_loop_fd(inner), OS_READ, run_inner, inner), OK);
	os_timer_set(m.timer, mono_add(os_mono(), MONO_MS));
	RUN_UNTIL(outer, g.n == 1);
	os_watch_free(w);
	os_timer_free(m.timer);
	os_loop_free(inner);
	os_loop_free(outer);
}

struct nested {
	struct os_loop *loop;
	struct pipe *p;
	bool done;
};

static void run_nested(void *arg, struct mono now)
{
	struct nested *n = arg;
	assert_int_equal(write(n->p->fd[1], "n", 1), 1);
	RUN_UNTIL(n->loop, n->p->log->n == 1);
	n->done = true;
}

static void a_turn_may_run_inside_a_turn(void **state)
{
	struct os_loop *l = new_loop();
	struct log g = { 0 };
	struct pipe p;
	struct nested n = { .loop = l, .p = &p };
	struct os_timer *t = NULL;

	open_pair(l, &p, &g);
	p.victim = p.watch;
	assert_int_equal(os_timer_new(&t, l, run_nested, &n), OK);
	os_timer_set(t, (struct mono){ 1 });
	assert_int_equal(os_loop_run(l, 1000), OK);
	assert_true(n.done);
	p.watch = NULL;
	close_pair(&p);
	os_timer_free(t);
	os_loop_free(l);
}

static void nothing_leaks_without_memory(void **state)
{
	struct failing_env f;

	FAILING_ENV_EACH(f, 1)
	{
		struct os_loop *l = NULL;
		struct os_timer *t[9] = { NULL };
		struct os_task *k = NULL;
		enum err e = os_loop_new(&l, &f.env);
		for (size_t i = 0; !e && i < 9; i++)
			e = os_timer_new(&t[i], l, on_timer, NULL);
		if (!e)
			e = os_task_new(&k, l, on_task, NULL);
		if (!e)
			e = os_signal_watch(l, SIGUSR1, on_signal, NULL);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		for (size_t i = 0; i < 9; i++)
			os_timer_free(t[i]);
		os_task_free(k);
		os_loop_free(l);
		failing_env_assert_clean(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_run_in_the_order_of_their_deadlines),
		cmocka_unit_test(a_timer_does_not_run_early),
		cmocka_unit_test(timers_move_and_stop),
		cmocka_unit_test(a_timer_set_in_its_own_call_runs_in_the_next_turn),
		cmocka_unit_test(a_due_timer_may_be_freed_by_an_earlier_one),
		cmocka_unit_test(a_timer_may_free_itself),
		cmocka_unit_test(a_watch_is_level_triggered),
		cmocka_unit_test(a_watch_for_nothing_is_not_called_even_for_a_hang_up),
		cmocka_unit_test(write_watches_follow_the_buffer),
		cmocka_unit_test(a_watch_freed_in_a_call_is_not_called_again),
		cmocka_unit_test(a_watch_may_free_itself),
		cmocka_unit_test(a_closed_descriptor_cannot_be_watched),
		cmocka_unit_test(tasks_run_once_at_the_end_of_a_turn),
		cmocka_unit_test(a_task_that_posts_itself_waits_for_the_next_turn),
		cmocka_unit_test(another_thread_wakes_the_loop),
		cmocka_unit_test(signals_come_between_callbacks),
		cmocka_unit_test(a_signal_handler_does_not_cut_the_wait_short),
		cmocka_unit_test(a_loop_can_be_watched_by_another),
		cmocka_unit_test(a_turn_may_run_inside_a_turn),
		cmocka_unit_test(nothing_leaks_without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
