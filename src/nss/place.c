/* Which sockets are asked: those of a daemon of the user, and of the system's. */
#include "nss/nss_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSTEM_PARENT "/run"
#define SYSTEM_FOLDER "/run/homestead"

/* A folder that nobody but root and its owner can put a socket into. */
static bool is_closed(const char *folder, struct stat *st)
{
	return lstat(folder, st) == 0 && S_ISDIR(st->st_mode) &&
	       !(st->st_mode & (S_IWGRP | S_IWOTH));
}

static bool set_path(struct nss_place *to, const char *folder)
{
	int n = snprintf(to->path, sizeof(to->path), "%s/" RESOLVE_SOCKET, folder);
	return n > 0 && (size_t)n < sizeof(to->path);
}

/* PNRP-12.8: of the user's own folders alone; a program with more rights than its user
 * does not let the environment name them. */
static size_t add_user(struct nss_place *to, const char *folder)
{
	struct stat st;
	if (!is_closed(folder, &st) || (st.st_uid != geteuid() && st.st_uid != 0))
		return 0;
	to->owner = st.st_uid;
	return set_path(to, folder);
}

/* That folder belongs to the daemon's user: root let it be made in a folder of its own. */
static size_t add_system(struct nss_place *to)
{
	struct stat parent, st;
	if (!is_closed(SYSTEM_PARENT, &parent) || parent.st_uid != 0 ||
	    !is_closed(SYSTEM_FOLDER, &st))
		return 0;
	to->owner = st.st_uid;
	return set_path(to, SYSTEM_FOLDER);
}

/* As os/dirs.h names the folder of a daemon that a user started. */
static size_t add_users(struct nss_place out[NSS_PLACES])
{
	char folder[NSS_PATH_MAX];
	const char *runtime = secure_getenv("XDG_RUNTIME_DIR");
	const char *temporary = secure_getenv("TMPDIR");
	size_t n = 0;
	if (runtime && runtime[0] == '/' &&
	    snprintf(folder, sizeof(folder), "%s/homestead", runtime) < (int)sizeof(folder))
		n += add_user(&out[n], folder);
	if (!temporary || temporary[0] != '/')
		temporary = "/tmp";
	if (snprintf(folder, sizeof(folder), "%s/homestead-%u", temporary, geteuid()) <
	    (int)sizeof(folder))
		n += add_user(&out[n], folder);
	return n;
}

size_t nss_places(struct nss_place out[NSS_PLACES])
{
	size_t n = add_users(out);
	return n + add_system(&out[n]);
}
