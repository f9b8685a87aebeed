#include "daemon/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err open_standard(void)
{
	int fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= 2)
		fd = open("/dev/null", O_RDWR);
	if (fd < 0)
		return ERR_IO;
	close(fd);
	return OK;
}

/* Not to get more is no reason not to run. */
static void raise_descriptors(void)
{
	struct rlimit r;
	if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur == r.rlim_max)
		return;
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
}

/* Keys lie in memory; who wants a dump of it can ask for one (prlimit). */
static void write_no_core(void)
{
	struct rlimit r;
	if (getrlimit(RLIMIT_CORE, &r) < 0)
		return;
	r.rlim_cur = 0;
	setrlimit(RLIMIT_CORE, &r);
}

enum err process_settle(void)
{
	umask(0077);
	signal(SIGPIPE, SIG_IGN);
	/* Inherited as ignored, it would leave no child to wait for. */
	signal(SIGCHLD, SIG_DFL);
	raise_descriptors();
	write_no_core();
	return open_standard();
}
