/* files.h - a folder for the files of one test, gone after it. */
#ifndef UNIT_DAEMON_FILES_H
#define UNIT_DAEMON_FILES_H

#include "../failing_env.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct files {
	char folder[32];
	char path[PATH_MAX]; /* of the last file named */
};

static inline void files_init(struct files *f)
{
	strcpy(f->folder, "/tmp/homestead-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
}

static inline int files_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static inline void files_fini(struct files *f)
{
	assert_int_equal(nftw(f->folder, files_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static inline const char *files_path(struct files *f, const char *name)
{
	int n = snprintf(f->path, sizeof(f->path), "%s/%s", f->folder, name);
	assert_true(n > 0 && (size_t)n < sizeof(f->path));
	return f->path;
}

/* Makes a file of `size` octets with that mode; gives its path. */
static inline const char *files_put(struct files *f, const char *name, const char *text,
				    size_t size, mode_t mode)
{
	int fd = open(files_path(f, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), (ssize_t)size);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return f->path;
}

static inline const char *files_text(struct files *f, const char *name, const char *text)
{
	return files_put(f, name, text, strlen(text), 0600);
}

#endif
