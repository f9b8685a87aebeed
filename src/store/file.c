#include "store/file.h"
#include "base/mono.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REASON_MAX 300

#define STRING_(x) #x
#define STRING(x)  STRING_(x)
#define MAKE_OURS                                                                                  \
	"BEGIN IMMEDIATE; PRAGMA application_id=" STRING(                                          \
		FILE_APPLICATION) "; "                                                             \
				  "PRAGMA user_version=" STRING(FILE_SCHEMA) "; COMMIT"

struct header {
	int64_t application, schema, objects;
};

static enum err read_header(sqlite3 *db, struct header *h, struct text *reason)
{
	int rc = sql_number(db, "PRAGMA application_id", &h->application);
	if (rc == SQLITE_OK)
		rc = sql_number(db, "PRAGMA user_version", &h->schema);
	if (rc == SQLITE_OK)
		rc = sql_number(db, "SELECT count(*) FROM sqlite_schema", &h->objects);
	return sql_error(db, rc, reason);
}

/* STORE-15. The check words a page it could not read like one that is damaged,
 * with the result code behind; but a disk that fails now and then must not cost
 * the file. */
static int code_in(const char *found)
{
	static const char mark[] = "error code=";
	const char *at = strstr(found, mark);
	int code = 0;
	if (!at)
		return SQLITE_CORRUPT;
	for (at += sizeof(mark) - 1; *at >= '0' && *at <= '9' && code < 1000000; at++)
		code = code * 10 + (*at - '0');
	return code == SQLITE_OK ? SQLITE_CORRUPT : code;
}

static enum err check_pages(sqlite3 *db, struct text *reason)
{
	char buffer[REASON_MAX];
	struct text found = TEXT_OF(buffer);
	int rc = sql_text(db, "PRAGMA quick_check(1)", &found);
	if (rc != SQLITE_OK)
		return sql_error(db, rc, reason);
	if (strcmp(buffer, "ok") == 0)
		return OK;
	rc = code_in(buffer);
	if ((rc & 0xff) != SQLITE_CORRUPT)
		return sql_error(db, rc, reason);
	text_quoted(reason, span_str(buffer), 120);
	return ERR_CORRUPT;
}

static enum err use_wal(sqlite3 *db, struct text *reason)
{
	char buffer[16];
	struct text mode = TEXT_OF(buffer);
	int rc = sql_text(db, "PRAGMA journal_mode=WAL", &mode);
	if (rc != SQLITE_OK)
		return sql_error(db, rc, reason);
	if (strcmp(buffer, "wal") == 0)
		return OK;
	text_str(reason, "this file system cannot hold a database with a write-ahead log");
	return ERR_UNSUPPORTED;
}

static enum err refuse_newer(int64_t schema, struct text *reason)
{
	text_str(reason, "it was made by a newer version of Homestead (form ");
	text_i64(reason, schema);
	text_str(reason, ", this one knows up to " STRING(
				 FILE_SCHEMA) "); install that version "
					      "or start with another state folder");
	return ERR_UNSUPPORTED;
}

/* STORE-13, STORE-14. Whether the file is ours, and makes an empty one so. ERR_CORRUPT for all
 * that must be set aside. */
static enum err recognise(sqlite3 *db, struct text *reason)
{
	struct header h;
	enum err e = read_header(db, &h, reason);
	if (e)
		return e;
	bool fresh = h.application == 0 && h.schema == 0 && h.objects == 0;
	if (!fresh && (h.application != FILE_APPLICATION || h.schema < 1)) {
		text_str(reason, "it is a database of another program");
		return ERR_CORRUPT;
	}
	if (h.schema > FILE_SCHEMA)
		return refuse_newer(h.schema, reason);
	e = check_pages(db, reason);
	if (!e)
		e = use_wal(db, reason);
	/* Last, in one transaction: until then the file is still a fresh one. */
	if (!e && fresh)
		e = sql_error(db, sql_exec(db, MAKE_OURS), reason);
	return e;
}

static enum err open_checked(sqlite3 **out, const char *path, const char *vfs, struct text *reason)
{
	sqlite3 *db;
	enum err e = sql_open(&db, path, vfs, reason);
	if (e)
		return e;
	e = recognise(db, reason);
	if (!e && sqlite3_db_readonly(db, "main")) {
		text_str(reason, "it may not be written to");
		e = ERR_DENIED;
	}
	if (!e) {
		*out = db;
		return OK;
	}
	sql_abandon(db);
	return e;
}

/* 20261121T204318Z */
static void stamp(struct text *t)
{
	char buffer[40];
	struct text full = TEXT_OF(buffer);
	text_wall(&full, (int64_t)time(NULL) * MONO_SEC);
	for (const char *p = buffer; *p; p++)
		if (*p != '-' && *p != ':')
			text_char(t, *p);
}

/* Gives one of the files, which may be missing, its new name. */
static bool move(const char *from, const char *to, const char *suffix)
{
	char a[PATH_MAX], b[PATH_MAX];
	struct text ta = TEXT_OF(a), tb = TEXT_OF(b);
	text_str(&ta, from);
	text_str(&ta, suffix);
	text_str(&tb, to);
	text_str(&tb, suffix);
	return !ta.cut && !tb.cut && (rename(a, b) == 0 || errno == ENOENT);
}

/* A name nobody has yet. */
static bool name_aside(const char *path, char *buffer, size_t size)
{
	for (uint64_t n = 0; n < 1000; n++) {
		struct text t = text_of(buffer, size);
		text_str(&t, path);
		text_str(&t, ".corrupt-");
		stamp(&t);
		if (n > 0) {
			text_char(&t, '-');
			text_u64(&t, n);
		}
		if (t.cut) {
			errno = ENAMETOOLONG;
			return false;
		}
		if (faccessat(AT_FDCWD, buffer, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
			return errno == ENOENT;
	}
	errno = EEXIST;
	return false;
}

/* So that a power cut does not bring the old names back. */
static void sync_folder(const char *path)
{
	char folder[PATH_MAX];
	struct text t = TEXT_OF(folder);
	const char *slash = strrchr(path, '/');
	text_span(&t, slash ? span_of(path, (size_t)(slash - path) + 1) : span_str("."));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

static enum err set_aside(const char *path, const char *reason, struct text *why)
{
	char aside[PATH_MAX];
	/* The log last: SQLite throws away one that lies beside an empty database,
	 * but a database that had lost its log would pass for a whole one. */
	if (!name_aside(path, aside, sizeof(aside)) || !move(path, aside, "") ||
	    !move(path, aside, "-wal") || !move(path, aside, "-shm")) {
		text_str(why, "cannot set aside the damaged store ");
		text_str(why, path);
		text_str(why, ": ");
		text_str(why, strerrordesc_np(errno));
		return ERR_IO;
	}
	sync_folder(path);
	text_str(why, "the store ");
	text_str(why, path);
	text_str(why, " was not usable (");
	text_str(why, reason);
	text_str(why, "); it now lies at ");
	text_str(why, aside);
	text_str(why, " and a fresh one was made");
	return OK;
}

static void cannot_open(const char *path, const char *reason, struct text *why)
{
	text_str(why, "cannot open the store ");
	text_str(why, path);
	text_str(why, ": ");
	text_str(why, reason);
}

/* Rows are nobody else's to read; SQLite gives the log the same mode. */
static void make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)close(fd);
}

static enum err try_open(sqlite3 **out, const char *path, const char *vfs, struct text *reason)
{
	text_clear(reason);
	if (!vfs)
		make_private(path);
	errno = 0;
	return open_checked(out, path, vfs, reason);
}

enum err file_open(sqlite3 **out, const char *path, const char *vfs, struct text *why)
{
	char buffer[REASON_MAX];
	struct text reason = TEXT_OF(buffer);
	enum err e = try_open(out, path, vfs, &reason);
	/* A test's VFS has no names to set a file aside under. */
	if (e == ERR_CORRUPT && !vfs) {
		e = set_aside(path, buffer, why);
		if (e)
			return e;
		e = try_open(out, path, vfs, &reason);
		if (e)
			text_str(why, "; ");
	}
	if (e)
		cannot_open(path, buffer, why);
	return e;
}
