/* fault_disk.h - one file of fault_vfs: what a program sees, what the disk
 * holds, and what lies between the two until it is synced. Not thread-safe. */
#ifndef UNIT_STORE_FAULT_DISK_H
#define UNIT_STORE_FAULT_DISK_H

#include "fault_vfs.h"

#define FAULT_SECTOR 512

struct fault_image {
	uint8_t *p;
	size_t n, size;
};

struct fault_change;

struct fault_disk {
	struct fault_image seen, disk;
	struct fault_change *changes, **end;
	uint64_t *dice; /* borrowed: the state of a generator */
};

uint64_t fault_toss(uint64_t *dice);

void fault_disk_init(struct fault_disk *d, uint64_t *dice);
void fault_disk_fini(struct fault_disk *d);
void fault_disk_write(struct fault_disk *d, size_t at, const void *p, size_t n);
void fault_disk_truncate(struct fault_disk *d, size_t n);
/* What is not synced meets its fate; then nothing is left to be synced. */
void fault_disk_settle(struct fault_disk *d, enum fault_fate fate);
/* From now on a program sees what the disk holds. */
void fault_disk_reload(struct fault_disk *d);

#endif
