#include "os/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void make_printable(char *s)
{
	for (; *s; s++)
		if (*s < ' ' || *s > '~')
			*s = '?';
}

static void read_path(int pid, char *path, size_t size)
{
	char link[64];
	char *gone;
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	n = readlink(link, path, size - 1);
	path[n > 0 ? n : 0] = '\0';
	gone = strstr(path, " (deleted)");
	if (gone)
		*gone = '\0';
}

/* What everybody may read, 15 octets at most. */
static void read_comm(int pid, char *name, size_t size)
{
	char file[64];
	ssize_t n = 0;
	int fd;

	(void)snprintf(file, sizeof(file), "/proc/%d/comm", pid);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, name, size - 1);
		(void)close(fd);
	}
	name[n > 0 ? n : 0] = '\0';
	name[strcspn(name, "\n")] = '\0';
}

void os_process_tell(int pid, char *name, size_t name_size, char *path, size_t path_size)
{
	const char *slash;

	read_path(pid, path, path_size);
	slash = strrchr(path, '/');
	if (slash)
		(void)snprintf(name, name_size, "%s", slash + 1);
	else
		read_comm(pid, name, name_size);
	make_printable(path);
	make_printable(name);
}
