/* Which process has a socket open: the links in /proc/PID/fd name its inode.
 * Those of other users' processes cannot be read without privilege. */
#include "os/ports_int.h"

#include "os/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define LINKS_MAX 100000

struct search {
	struct os_port_owner *o;
	size_t n, missing, looked;
};

static bool is_number(const char *s)
{
	return *s >= '0' && *s <= '9';
}

/* The target of a link below `dir`, "" when it cannot be read. */
static void read_link(int dir, const char *name, char *buf, size_t size)
{
	ssize_t n = readlinkat(dir, name, buf, size - 1);

	buf[n > 0 ? n : 0] = '\0';
}

static void match(struct search *s, uint64_t inode, int pid)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->o[i].inode != inode || s->o[i].pid)
			continue;
		s->o[i].pid = pid;
		os_process_tell(pid, s->o[i].program, sizeof(s->o[i].program), s->o[i].path,
				sizeof(s->o[i].path));
		s->missing--;
	}
}

static void look_at_link(struct search *s, int fds, const char *name, int pid)
{
	char target[64];
	unsigned long long inode;

	s->looked++;
	read_link(fds, name, target, sizeof(target));
	if (sscanf(target, "socket:[%llu]", &inode) == 1)
		match(s, inode, pid);
}

static bool enough(const struct search *s)
{
	return s->missing == 0 || s->looked >= LINKS_MAX;
}

static void look_at_process(struct search *s, int process, int pid)
{
	int fds = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fds < 0 ? NULL : fdopendir(fds);
	const struct dirent *e;

	if (!d) {
		if (fds >= 0)
			(void)close(fds);
		return;
	}
	while (!enough(s) && (e = readdir(d)))
		if (is_number(e->d_name))
			look_at_link(s, dirfd(d), e->d_name, pid);
	(void)closedir(d);
}

void os_ports_owners_find(struct os_port_owner *o, size_t n)
{
	struct search s = { .o = o, .n = n, .missing = n };
	DIR *proc = n ? opendir("/proc") : NULL;
	const struct dirent *e;

	if (!proc)
		return;
	while (!enough(&s) && (e = readdir(proc))) {
		int process;
		if (!is_number(e->d_name))
			continue;
		process = openat(dirfd(proc), e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (process < 0)
			continue;
		look_at_process(&s, process, atoi(e->d_name));
		(void)close(process);
	}
	(void)closedir(proc);
}
