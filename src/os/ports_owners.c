/* Which process has a socket open: the links in /proc/PID/fd name its inode.
 * Those of other users' processes cannot be read without privilege. */
#include "os/ports_int.h"

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

static void read_comm(int dir, char *buf, size_t size)
{
	int fd = openat(dir, "comm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, buf, size - 1);

	buf[n > 0 ? n : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	if (fd >= 0)
		(void)close(fd);
}

static void name_program(struct os_port_owner *o, int process)
{
	struct text t = TEXT_OF(o->program);
	char *gone;
	const char *slash;

	read_link(process, "exe", o->path, sizeof(o->path));
	gone = strstr(o->path, " (deleted)");
	if (gone)
		*gone = '\0';
	slash = strrchr(o->path, '/');
	if (slash)
		text_str(&t, slash + 1);
	else
		read_comm(process, o->program, sizeof(o->program));
}

static void match(struct search *s, uint64_t inode, int pid, int process)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->o[i].inode != inode || s->o[i].pid)
			continue;
		s->o[i].pid = pid;
		name_program(&s->o[i], process);
		s->missing--;
	}
}

static void look_at_link(struct search *s, int fds, const char *name, int pid, int process)
{
	char target[64];
	unsigned long long inode;

	s->looked++;
	read_link(fds, name, target, sizeof(target));
	if (sscanf(target, "socket:[%llu]", &inode) == 1)
		match(s, inode, pid, process);
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
			look_at_link(s, dirfd(d), e->d_name, pid, process);
	(void)closedir(d);
}

void ports_owners_find(struct os_port_owner *o, size_t n)
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
