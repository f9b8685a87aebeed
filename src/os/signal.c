/* Signals by signalfd: taken between callbacks, never inside them. */
#include "os/loop_int.h"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void on_signal(void *arg, uint32_t ready, struct mono now)
{
	struct os_loop *l = arg;
	struct signalfd_siginfo si;

	while (read(l->signal_fd, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
		struct os_signal *s = &l->handlers[si.ssi_signo % _NSIG];
		if (s->fn)
			s->fn(s->arg, (int)si.ssi_signo);
	}
}

/* Blocks before the descriptor takes it: no signal falls between. */
static bool block(int signal)
{
	sigset_t one, old;

	sigemptyset(&one);
	sigaddset(&one, signal);
	pthread_sigmask(SIG_BLOCK, &one, &old);
	return sigismember(&old, signal) == 1;
}

enum err os_signal_watch(struct os_loop *l, int signal, os_signal_fn *fn, void *arg)
{
	struct os_signal *s = &l->handlers[signal];
	int fd;

	if (!s->fn)
		s->was_blocked = block(signal);
	s->fn = fn;
	s->arg = arg;
	sigaddset(&l->signals, signal);
	fd = signalfd(l->signal_fd, &l->signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return ERR_IO;
	l->signal_fd = fd;
	return l->on_signal ? OK : os_watch_new(&l->on_signal, l, fd, OS_READ, on_signal, l);
}

void os_signals_fini(struct os_loop *l)
{
	sigset_t mine;

	sigemptyset(&mine);
	for (int i = 1; i < _NSIG; i++)
		if (l->handlers[i].fn && !l->handlers[i].was_blocked)
			sigaddset(&mine, i);
	pthread_sigmask(SIG_UNBLOCK, &mine, NULL);
}
