#include "os/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/timex.h>
#include <time.h>

static int64_t read_us(clockid_t id)
{
	struct timespec t;

	/* Fails only for an unknown clock or a bad pointer. */
	if (clock_gettime(id, &t))
		abort();
	return t.tv_sec * MONO_SEC + t.tv_nsec / 1000;
}

/* ENGINE-20. */
struct mono os_mono(void)
{
	return (struct mono){ read_us(CLOCK_BOOTTIME) };
}

int64_t os_wall_us(void)
{
	return read_us(CLOCK_REALTIME);
}

struct wall os_wall(void)
{
	struct timex t = { .modes = 0 };
	int state = adjtimex(&t);

	return (struct wall){
		.us = os_wall_us(),
		.synchronised = state >= 0 && state != TIME_ERROR && !(t.status & STA_UNSYNC),
	};
}

static void *resize(void *ctx, void *p, size_t n)
{
	if (n == 0) {
		free(p);
		return NULL;
	}
	return realloc(p, n);
}

/* There is no going on without random octets: whoever asks builds identifiers
 * or keys from them. getrandom fails only where a sandbox forbids it. */
static void fill_random(void *ctx, void *p, size_t n)
{
	uint8_t *at = p;

	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);
		if (got < 0 && errno != EINTR)
			abort();
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
}

const struct env *os_env(void)
{
	static const struct env env = { .resize = resize, .random = fill_random };

	return &env;
}
