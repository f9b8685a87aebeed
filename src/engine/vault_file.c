#include "engine/vault_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
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

static void put_user(struct text *t, uid_t uid)
{
	const struct passwd *p = getpwuid(uid);
	if (p)
		text_str(t, p->pw_name);
	else
		text_u64(t, uid);
}

static void put_mode(struct text *t, mode_t mode)
{
	text_char(t, '0');
	for (int shift = 6; shift >= 0; shift -= 3)
		text_char(t, (char)('0' + ((mode >> shift) & 7)));
}

static enum err check_owner(const struct stat *st, const char *path, struct text *why,
			    struct text *hint)
{
	if (st->st_uid == 0 || st->st_uid == geteuid())
		return OK;
	text_str(why, path);
	text_str(why, " holds a key and belongs to ");
	put_user(why, st->st_uid);
	text_str(why, ", not to ");
	put_user(why, geteuid());
	text_str(hint, "chown ");
	put_user(hint, geteuid());
	text_char(hint, ' ');
	text_str(hint, path);
	return ERR_DENIED;
}

static enum err check(int fd, const char *path, mode_t others, struct text *why, struct text *hint)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return refuse(why, ERR_IO, path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(why, ERR_MALFORMED, path, "is no file");
	enum err e = check_owner(&st, path, why, hint);
	if (e || !(st.st_mode & others))
		return e;
	text_str(why, path);
	text_str(why, " of ");
	put_user(why, st.st_uid);
	text_str(why, " holds a key, and others can read or change it (mode ");
	put_mode(why, st.st_mode);
	text_char(why, ')');
	text_str(hint, "chmod 0600 ");
	text_str(hint, path);
	return ERR_DENIED;
}

/* One octet more than fits tells that it is too large. */
static enum err read_all(int fd, const char *path, uint8_t *out, size_t size, size_t *n,
			 struct text *why)
{
	uint8_t more;
	size_t at = 0;
	for (;;) {
		ssize_t got = at < size ? read(fd, out + at, size - at) : read(fd, &more, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return refuse(why, ERR_IO, path, strerror(errno));
		if (got == 0)
			break;
		if (at == size)
			return refuse(why, ERR_MALFORMED, path, "is larger than a key can be");
		at += (size_t)got;
	}
	*n = at;
	return OK;
}

enum err vault_file_read(const char *path, mode_t others, uint8_t *out, size_t size, size_t *n,
			 struct text *why, struct text *hint)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno == ENOENT)
		return ERR_NOT_FOUND;
	if (fd < 0)
		return refuse(why, ERR_IO, path, strerror(errno));
	enum err e = check(fd, path, others, why, hint);
	if (!e)
		e = read_all(fd, path, out, size, n, why);
	if (e)
		explicit_bzero(out, size);
	close(fd);
	return e;
}

static enum err write_all(int fd, struct span octets)
{
	for (size_t at = 0; at < octets.n;) {
		ssize_t put = write(fd, octets.p + at, octets.n - at);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return errno == ENOSPC || errno == EDQUOT ? ERR_NO_SPACE : ERR_IO;
		at += (size_t)put;
	}
	return fsync(fd) < 0 ? ERR_IO : OK;
}

/* The name of a new file is on disk when its folder is. */
static enum err sync_folder(const char *path)
{
	char folder[PATH_MAX];
	struct text t = TEXT_OF(folder);
	const char *slash = strrchr(path, '/');
	text_span(&t, slash ? span_of(path, (size_t)(slash - path) + 1) : span_str("."));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ERR_IO;
	enum err e = fsync(fd) < 0 ? ERR_IO : OK;
	close(fd);
	return e;
}

/* link() makes it whole, and never over another. */
static enum err make_by(const char *path, const char *scratch, struct span octets)
{
	(void)unlink(scratch);
	int fd = open(scratch, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return ERR_IO;
	enum err e = write_all(fd, octets);
	int saved = errno;
	close(fd);
	errno = saved;
	if (!e && link(scratch, path) < 0)
		e = errno == EEXIST ? ERR_EXISTS : ERR_IO;
	saved = errno;
	(void)unlink(scratch);
	errno = saved;
	return e ? e : sync_folder(path);
}

enum err vault_file_make(const char *path, struct span octets, struct text *why)
{
	char scratch[PATH_MAX];
	struct text t = TEXT_OF(scratch);
	text_str(&t, path);
	text_str(&t, ".new");
	if (t.cut)
		return refuse(why, ERR_IO, path, "the path is too long");
	enum err e = make_by(path, scratch, octets);
	if (e)
		(void)refuse(why, e, path, strerror(errno));
	return e;
}
