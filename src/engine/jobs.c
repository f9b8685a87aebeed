#include "engine/jobs.h"

#include "base/list.h"
#include "crypto/crypto.h"
#include "os/clock.h"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct work {
	struct list node;
	uint64_t number;
	uint32_t what;
	enum err err;
	size_t result_n;
	uint8_t *result;
	size_t input_n;
	uint8_t input[];
};

struct jobs {
	struct os_loop *loop;
	struct os_watch *watch;
	int ready_fd; /* counts finished jobs */
	struct jobs_kind kind;
	void *arg;
	uint32_t threads; /* that were started */
	uint64_t submitted, told;
	pthread_t thread[JOBS_THREADS_MAX];
	/* What the threads share, under the lock. */
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct list waiting, finished;
	size_t n_waiting;
	bool ending;
	uint32_t holders; /* threads that have not ended, and the owner: the last frees it */
};

/* The next job, or NULL when the pool ends. */
static struct work *take_work(struct jobs *j)
{
	struct work *w = NULL;

	pthread_mutex_lock(&j->lock);
	while (list_empty(&j->waiting) && !j->ending)
		pthread_cond_wait(&j->more, &j->lock);
	if (!j->ending) {
		w = LIST_ENTRY(j->waiting.next, struct work, node);
		list_take(&w->node);
		j->n_waiting--;
	}
	pthread_mutex_unlock(&j->lock);
	return w;
}

/* The result is cut down to what it needs: it may wait a while. What jobs are about, and what
 * they find, may be keys and passphrases: nothing of it stays in memory that is given back. */
static void run(const struct jobs *j, struct work *w)
{
	const struct env *env = os_env();
	uint8_t *buffer = env_resize(env, NULL, NODE_JOB_RESULT_MAX);
	size_t n = 0;

	if (!buffer) {
		w->err = ERR_NOMEM;
		return;
	}
	w->err = j->kind.run(w->what, span_of(w->input, w->input_n), env, buffer,
			     NODE_JOB_RESULT_MAX, &n);
	if (!w->err && n) {
		w->result = env_copy(env, buffer, n);
		w->result_n = n;
		w->err = w->result ? OK : ERR_NOMEM;
	}
	crypto_wipe(buffer, NODE_JOB_RESULT_MAX);
	env_free(env, buffer);
}

static void work_free(struct work *w)
{
	crypto_wipe(w->input, w->input_n);
	if (w->result)
		crypto_wipe(w->result, w->result_n);
	env_free(os_env(), w->result);
	env_free(os_env(), w);
}

/* The owner may have gone meanwhile, and its descriptor with it. */
static void hand_back(struct jobs *j, struct work *w)
{
	uint64_t one = 1;
	bool wanted;
	ssize_t n = 0;

	pthread_mutex_lock(&j->lock);
	wanted = !j->ending;
	if (wanted) {
		list_push_back(&j->finished, &w->node);
		n = write(j->ready_fd, &one, sizeof(one));
	}
	pthread_mutex_unlock(&j->lock);
	(void)n;
	if (!wanted)
		work_free(w);
}

static void free_all(struct list *l)
{
	LIST_EACH(n, tmp, l)
	{
		work_free(LIST_ENTRY(n, struct work, node));
	}
}

static void let_go(struct jobs *j)
{
	bool last;

	pthread_mutex_lock(&j->lock);
	last = --j->holders == 0;
	pthread_mutex_unlock(&j->lock);
	if (!last)
		return;
	free_all(&j->waiting);
	free_all(&j->finished);
	pthread_cond_destroy(&j->more);
	pthread_mutex_destroy(&j->lock);
	env_free(os_env(), j);
}

static void *work_on(void *arg)
{
	struct jobs *j = arg;
	struct work *w;

	while ((w = take_work(j))) {
		run(j, w);
		hand_back(j, w);
	}
	let_go(j);
	return NULL;
}

static struct work *take_finished(struct jobs *j)
{
	struct work *w = NULL;

	pthread_mutex_lock(&j->lock);
	if (!list_empty(&j->finished)) {
		w = LIST_ENTRY(j->finished.next, struct work, node);
		list_take(&w->node);
	}
	pthread_mutex_unlock(&j->lock);
	return w;
}

static void on_ready(void *arg, uint32_t ready, struct mono now)
{
	struct jobs *j = arg;
	struct work *w;
	uint64_t count;
	ssize_t n = read(j->ready_fd, &count, sizeof(count));

	(void)n;
	while ((w = take_finished(j))) {
		struct span result = span_of(w->result, w->err ? 0 : w->result_n);
		j->told++;
		j->kind.done(j->arg, w->number, w->err, result, now);
		work_free(w);
	}
}

static bool start_thread(struct jobs *j)
{
	pthread_mutex_lock(&j->lock);
	j->holders++;
	pthread_mutex_unlock(&j->lock);
	if (!pthread_create(&j->thread[j->threads], NULL, work_on, j))
		return true;
	let_go(j);
	return false;
}

/* With all signals blocked: they are the loop's. */
static void start_threads(struct jobs *j, uint32_t wanted)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (j->threads < wanted && start_thread(j))
		j->threads++;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static uint32_t processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : (uint32_t)n;
}

enum err engine_jobs_new_of(struct jobs **out, struct os_loop *loop, uint32_t threads,
			    const struct jobs_kind *kind, void *arg)
{
	struct jobs *j = env_zalloc(os_env(), 1, sizeof(*j));
	uint32_t wanted = threads ? threads : processors();
	enum err e = ERR_IO;

	if (!j)
		return ERR_NOMEM;
	j->loop = loop;
	j->kind = *kind;
	j->arg = arg;
	j->holders = 1;
	list_init(&j->waiting);
	list_init(&j->finished);
	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->more, NULL);
	j->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (j->ready_fd >= 0)
		e = os_watch_new(&j->watch, loop, j->ready_fd, OS_READ, on_ready, j);
	if (!e)
		start_threads(j, wanted < JOBS_THREADS_MAX ? wanted : JOBS_THREADS_MAX);
	if (!e && !j->threads)
		e = ERR_NOMEM;
	if (e)
		engine_jobs_free(j);
	else
		*out = j;
	return e;
}

static enum err run_job(uint32_t what, struct span input, const struct env *env, uint8_t *out,
			size_t size, size_t *n)
{
	return node_job_run((enum node_job)what, input, env, out, size, n);
}

enum err engine_jobs_new(struct jobs **out, struct os_loop *loop, uint32_t threads,
			 jobs_done_fn *done, void *arg)
{
	const struct jobs_kind kind = { .run = run_job, .done = done };

	return engine_jobs_new_of(out, loop, threads, &kind, arg);
}

/* No thread writes to the descriptor once `ending` is set. */
void engine_jobs_free(struct jobs *j)
{
	if (!j)
		return;
	pthread_mutex_lock(&j->lock);
	j->ending = true;
	pthread_cond_broadcast(&j->more);
	pthread_mutex_unlock(&j->lock);
	for (uint32_t i = 0; i < j->threads; i++)
		if (j->kind.abandoned)
			(void)pthread_detach(j->thread[i]);
		else
			(void)pthread_join(j->thread[i], NULL);
	os_watch_free(j->watch);
	if (j->ready_fd >= 0)
		(void)close(j->ready_fd);
	let_go(j);
}

static bool enqueue(struct jobs *j, struct work *w)
{
	bool room;

	pthread_mutex_lock(&j->lock);
	room = j->n_waiting < JOBS_WAITING_MAX;
	if (room) {
		list_push_back(&j->waiting, &w->node);
		j->n_waiting++;
		pthread_cond_signal(&j->more);
	}
	pthread_mutex_unlock(&j->lock);
	return room;
}

enum err engine_jobs_submit(struct jobs *j, uint64_t number, uint32_t what, struct span input)
{
	struct work *w = env_resize(os_env(), NULL, sizeof(*w) + input.n);

	if (!w)
		return ERR_NOMEM;
	*w = (struct work){ .number = number, .what = what, .input_n = input.n };
	if (input.n)
		memcpy(w->input, input.p, input.n);
	if (!enqueue(j, w)) {
		work_free(w);
		return ERR_FULL;
	}
	j->submitted++;
	return OK;
}

uint32_t engine_jobs_threads(const struct jobs *j)
{
	return j->threads;
}

uint64_t engine_jobs_waiting(const struct jobs *j)
{
	return j->submitted - j->told;
}

uint64_t engine_jobs_finished(const struct jobs *j)
{
	return j->told;
}
