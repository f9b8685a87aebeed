/* file.h - the database file: made, recognised, checked, or set aside. */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "store/sql.h"

/* "Home", in the file's header. */
#define FILE_APPLICATION 0x486f6d65
/* Of the tables' form, in user_version; a change of it needs a step that turns
 * the older one into it. */
#define FILE_SCHEMA 1

/* As store_open, down to a connection that may write. */
MUST_USE enum err file_open(sqlite3 **out, const char *path, const char *vfs, struct text *why);

#endif
