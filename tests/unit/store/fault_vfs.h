/* fault_vfs.h - an SQLite VFS over memory for tests of power cuts and failing
 * disks. It keeps, for each file, what a program sees and what the disk holds;
 * a sync makes them one. What was not synced when the power goes is there, or
 * not, sector by sector.
 *
 * An operation is a write, truncate, sync or delete; they are counted from 1. */
#ifndef UNIT_STORE_FAULT_VFS_H
#define UNIT_STORE_FAULT_VFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What becomes of unsynced sectors when the power goes. */
enum fault_fate {
	FAULT_LOST,
	FAULT_KEPT,
	FAULT_TORN /* each by the toss of a coin */
};

struct fault_vfs;

/* Registers a VFS under that name, which must live as long. */
struct fault_vfs *fault_vfs_new(const char *name, uint64_t seed);
void fault_vfs_free(struct fault_vfs *f);

uint64_t fault_vfs_operations(struct fault_vfs *f);

/* The power goes in the middle of the n-th operation from now: it and all that
 * follow fail until fault_vfs_boot(). 0: never. */
void fault_vfs_cut_at(struct fault_vfs *f, uint64_t n);
bool fault_vfs_is_cut(struct fault_vfs *f);
/* After all connections are closed: the disk as the power cut left it. */
void fault_vfs_boot(struct fault_vfs *f, enum fault_fate fate);

/* From the n-th operation from now on, `count` of them fail with errno `os`
 * (EIO, ENOSPC); a failed sync leaves some of its sectors behind, and no later
 * sync writes them. */
void fault_vfs_fail_at(struct fault_vfs *f, uint64_t n, uint64_t count, int os);
/* The n-th read from now on, and all after it while count lasts, fail. */
void fault_vfs_fail_reads(struct fault_vfs *f, uint64_t n, uint64_t count);
/* Whether a failure asked for has happened. */
bool fault_vfs_failed(struct fault_vfs *f);

/* Syncs wait, in the thread that asks for them, until they are let go. */
void fault_vfs_hold(struct fault_vfs *f, bool on);

/* Turns over the bits of one octet of a file, on the disk too. */
void fault_vfs_damage(struct fault_vfs *f, const char *file, size_t at);
/* Octets in a file; 0 when there is none. */
size_t fault_vfs_size(struct fault_vfs *f, const char *file);

#endif
