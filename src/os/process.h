/* process.h - what the system tells about another process. */
#ifndef OS_PROCESS_H
#define OS_PROCESS_H

#include <stddef.h>

/* The name of its program and the full path, "" where hidden from us. Only
 * printable ASCII comes out: a process chooses its own name. */
void os_process_tell(int pid, char *name, size_t name_size, char *path, size_t path_size);

#endif
