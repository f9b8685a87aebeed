#include "daemon/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err refuse(struct text *why, enum err e, const char *path, const char *reason)
{
	text_str(why, path);
	text_str(why, ": ");
	text_str(why, reason);
	return e;
}

static enum err refuse_mode(struct text *why, const char *path, mode_t mode)
{
	static const char digits[] = "01234567";
	text_str(why, path);
	text_str(why, ": holds a key, and others can read or change it (mode 0");
	for (int shift = 6; shift >= 0; shift -= 3)
		text_char(why, digits[(mode >> shift) & 7]);
	text_str(why, "); try: chmod 0640 ");
	text_str(why, path);
	return ERR_DENIED;
}

static enum err check_file(int fd, const char *path, struct text *why)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return refuse(why, ERR_IO, path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(why, ERR_MALFORMED, path, "is not a file");
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return refuse(why, ERR_DENIED, path,
			      "belongs to another user; a key must be root's or ours");
	if (st.st_mode & (S_IWGRP | S_IRWXO))
		return refuse_mode(why, path, st.st_mode);
	return OK;
}

/* Cuts the end of the one line off. */
static enum err take_line(char *out, ssize_t n, size_t size, const char *path, struct text *why)
{
	char *end = memchr(out, '\n', (size_t)n);
	size_t line = end ? (size_t)(end - out) : (size_t)n;
	if ((end && line + 1 < (size_t)n) || memchr(out, '\0', (size_t)n))
		return refuse(why, ERR_MALFORMED, path, "holds more than one line of text");
	if (line == 0)
		return refuse(why, ERR_MALFORMED, path, "is empty; a key is expected");
	if (!end && (size_t)n >= size)
		return refuse(why, ERR_MALFORMED, path, "holds more than a key can have");
	out[line] = '\0';
	return OK;
}

enum err secret_read(const char *path, char *out, size_t size, struct text *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return refuse(why, ERR_IO, path, strerror(errno));
	enum err e = check_file(fd, path, why);
	if (!e) {
		ssize_t n = read(fd, out, size);
		e = n < 0 ? refuse(why, ERR_IO, path, strerror(errno))
			  : take_line(out, n, size, path, why);
	}
	if (e)
		explicit_bzero(out, size);
	close(fd);
	return e;
}

enum err secret_file_private(const char *path, struct text *why)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return refuse(why, ERR_IO, path, strerror(errno));
	if (st.st_mode & S_IRWXO)
		return refuse_mode(why, path, st.st_mode);
	return OK;
}
