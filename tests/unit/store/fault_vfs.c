#include "fault_disk.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum {
	SHM_REGIONS = 64,
	SHM_LOCKS = SQLITE_SHM_NLOCK,
	NAME_MAX_ = 64
};

struct file {
	struct file *next;
	char name[NAME_MAX_];
	struct fault_disk disk;
	/* SQLite's five lock levels, by counting */
	int shared;
	bool reserved, pending, exclusive;
	void *region[SHM_REGIONS];
	int region_size;
	int shm_users;
	int shm_shared[SHM_LOCKS];
	bool shm_exclusive[SHM_LOCKS];
};

struct fault_vfs {
	sqlite3_vfs vfs;
	pthread_mutex_t lock;
	pthread_cond_t let_go;
	bool held;
	struct file *files;
	uint64_t state, operations;
	uint64_t cut_at, fail_at, fail_count, read_at, read_count;
	int fail_os, last_os;
	bool dead, failed;
};

struct handle {
	sqlite3_file base;
	struct fault_vfs *f;
	struct file *file;
	bool own; /* a nameless file, gone with the handle */
	int level;
	bool shm;
	uint16_t shm_shared, shm_exclusive;
};

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

/* Counts an operation. Its error, or SQLITE_OK; *part when the power went in
 * the middle of it. */
static int operation(struct fault_vfs *f, int error, bool *part)
{
	*part = false;
	f->last_os = EIO;
	if (f->dead)
		return error;
	f->operations++;
	if (f->cut_at && f->operations >= f->cut_at) {
		f->dead = *part = true;
		return error;
	}
	if (f->fail_at && f->operations >= f->fail_at && f->fail_count > 0) {
		f->fail_count--;
		f->failed = *part = true;
		f->last_os = f->fail_os;
		return f->fail_os == ENOSPC && error == SQLITE_IOERR_WRITE ? SQLITE_FULL : error;
	}
	return SQLITE_OK;
}

static int vf_close(sqlite3_file *sf)
{
	struct handle *h = (struct handle *)sf;
	if (h->own) {
		fault_disk_fini(&h->file->disk);
		free(h->file);
	}
	return SQLITE_OK;
}

static int vf_read(sqlite3_file *sf, void *p, int n, sqlite3_int64 at)
{
	struct handle *h = (struct handle *)sf;
	struct fault_vfs *f = h->f;
	int rc = SQLITE_OK;
	(void)pthread_mutex_lock(&f->lock);
	const struct fault_image *i = &h->file->disk.seen;
	size_t have = (size_t)at < i->n ? i->n - (size_t)at : 0;
	if (have > (size_t)n)
		have = (size_t)n;
	if (have)
		memcpy(p, i->p + at, have);
	memset((uint8_t *)p + have, 0, (size_t)n - have);
	if (have < (size_t)n)
		rc = SQLITE_IOERR_SHORT_READ;
	if (f->read_at && --f->read_at == 0 && f->read_count > 0) {
		f->read_at = --f->read_count > 0;
		f->failed = true;
		rc = SQLITE_IOERR_READ;
	}
	if (f->dead)
		rc = SQLITE_IOERR_READ;
	f->last_os = EIO;
	(void)pthread_mutex_unlock(&f->lock);
	return rc;
}

static int vf_write(sqlite3_file *sf, const void *p, int n, sqlite3_int64 at)
{
	struct handle *h = (struct handle *)sf;
	bool part;
	(void)pthread_mutex_lock(&h->f->lock);
	int rc = operation(h->f, SQLITE_IOERR_WRITE, &part);
	/* What a failed write leaves is a beginning of it. */
	size_t whole = part ? fault_toss(&h->f->state) % ((size_t)n + 1) : (size_t)n;
	if (rc == SQLITE_OK || part)
		fault_disk_write(&h->file->disk, (size_t)at, p, whole);
	(void)pthread_mutex_unlock(&h->f->lock);
	return rc;
}

static int vf_truncate(sqlite3_file *sf, sqlite3_int64 n)
{
	struct handle *h = (struct handle *)sf;
	bool part;
	(void)pthread_mutex_lock(&h->f->lock);
	int rc = operation(h->f, SQLITE_IOERR_TRUNCATE, &part);
	if (rc == SQLITE_OK)
		fault_disk_truncate(&h->file->disk, (size_t)n);
	(void)pthread_mutex_unlock(&h->f->lock);
	return rc;
}

static int vf_sync(sqlite3_file *sf, int flags)
{
	struct handle *h = (struct handle *)sf;
	bool part;
	(void)flags;
	(void)pthread_mutex_lock(&h->f->lock);
	while (h->f->held)
		(void)pthread_cond_wait(&h->f->let_go, &h->f->lock);
	int rc = operation(h->f, SQLITE_IOERR_FSYNC, &part);
	if (rc == SQLITE_OK)
		fault_disk_settle(&h->file->disk, FAULT_KEPT);
	else if (!h->f->dead)
		fault_disk_settle(&h->file->disk, FAULT_TORN);
	(void)pthread_mutex_unlock(&h->f->lock);
	return rc;
}

static int vf_size(sqlite3_file *sf, sqlite3_int64 *out)
{
	struct handle *h = (struct handle *)sf;
	(void)pthread_mutex_lock(&h->f->lock);
	*out = (sqlite3_int64)h->file->disk.seen.n;
	(void)pthread_mutex_unlock(&h->f->lock);
	return SQLITE_OK;
}

static bool take_level(struct handle *h, int level)
{
	struct file *file = h->file;
	if (level == SQLITE_LOCK_SHARED) {
		if (file->pending || file->exclusive)
			return false;
		file->shared++;
	} else if (level == SQLITE_LOCK_RESERVED) {
		if (file->reserved)
			return false;
		file->reserved = true;
	} else {
		if (file->pending && h->level < SQLITE_LOCK_PENDING)
			return false;
		if (h->level < SQLITE_LOCK_RESERVED && file->reserved)
			return false;
		file->pending = true;
		file->reserved = true;
		h->level = SQLITE_LOCK_PENDING;
		if (level == SQLITE_LOCK_EXCLUSIVE && file->shared > 1)
			return false;
		file->exclusive = level == SQLITE_LOCK_EXCLUSIVE;
	}
	h->level = level;
	return true;
}

static int vf_lock(sqlite3_file *sf, int level)
{
	struct handle *h = (struct handle *)sf;
	(void)pthread_mutex_lock(&h->f->lock);
	bool ok = level <= h->level || take_level(h, level);
	(void)pthread_mutex_unlock(&h->f->lock);
	return ok ? SQLITE_OK : SQLITE_BUSY;
}

static int vf_unlock(sqlite3_file *sf, int level)
{
	struct handle *h = (struct handle *)sf;
	(void)pthread_mutex_lock(&h->f->lock);
	if (h->level >= SQLITE_LOCK_PENDING && level < SQLITE_LOCK_PENDING)
		h->file->pending = h->file->exclusive = false;
	if (h->level >= SQLITE_LOCK_RESERVED && level < SQLITE_LOCK_RESERVED)
		h->file->reserved = false;
	if (h->level >= SQLITE_LOCK_SHARED && level < SQLITE_LOCK_SHARED)
		h->file->shared--;
	if (level < h->level)
		h->level = level;
	(void)pthread_mutex_unlock(&h->f->lock);
	return SQLITE_OK;
}

static int vf_reserved(sqlite3_file *sf, int *out)
{
	struct handle *h = (struct handle *)sf;
	(void)pthread_mutex_lock(&h->f->lock);
	*out = h->file->reserved;
	(void)pthread_mutex_unlock(&h->f->lock);
	return SQLITE_OK;
}

static int vf_control(sqlite3_file *sf, int op, void *arg)
{
	(void)sf;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int vf_sector(sqlite3_file *sf)
{
	(void)sf;
	return FAULT_SECTOR;
}

/* As the system's VFS says of any disk. */
static int vf_characteristics(sqlite3_file *sf)
{
	(void)sf;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int vf_shm_map(sqlite3_file *sf, int region, int size, int extend, void volatile **out)
{
	struct handle *h = (struct handle *)sf;
	struct file *file = h->file;
	int rc = SQLITE_OK;
	(void)pthread_mutex_lock(&h->f->lock);
	if (!h->shm) {
		h->shm = true;
		file->shm_users++;
	}
	file->region_size = size;
	if (region >= SHM_REGIONS)
		rc = SQLITE_IOERR_SHMMAP;
	else if (!file->region[region] && extend)
		file->region[region] = must(calloc(1, (size_t)size));
	*out = rc == SQLITE_OK ? file->region[region] : NULL;
	(void)pthread_mutex_unlock(&h->f->lock);
	return rc;
}

static void shm_drop(struct handle *h, uint16_t mask)
{
	for (int i = 0; i < SHM_LOCKS; i++) {
		if (!(mask & 1U << i))
			continue;
		if (h->shm_shared & 1U << i)
			h->file->shm_shared[i]--;
		if (h->shm_exclusive & 1U << i)
			h->file->shm_exclusive[i] = false;
	}
	h->shm_shared &= (uint16_t)~mask;
	h->shm_exclusive &= (uint16_t)~mask;
}

static bool shm_take(struct handle *h, uint16_t mask, bool exclusive)
{
	struct file *file = h->file;
	for (int i = 0; i < SHM_LOCKS; i++) {
		if (!(mask & 1U << i))
			continue;
		int others = file->shm_shared[i] - (h->shm_shared >> i & 1);
		if (file->shm_exclusive[i] || (exclusive && others > 0))
			return false;
	}
	for (int i = 0; i < SHM_LOCKS; i++) {
		if (!(mask & 1U << i))
			continue;
		if (exclusive)
			file->shm_exclusive[i] = true;
		else if (!(h->shm_shared & 1U << i))
			file->shm_shared[i]++;
	}
	if (exclusive)
		h->shm_exclusive |= mask;
	else
		h->shm_shared |= mask;
	return true;
}

static int vf_shm_lock(sqlite3_file *sf, int offset, int n, int flags)
{
	struct handle *h = (struct handle *)sf;
	uint16_t mask = (uint16_t)(((1U << n) - 1) << offset);
	bool ok = true;
	(void)pthread_mutex_lock(&h->f->lock);
	if (flags & SQLITE_SHM_UNLOCK)
		shm_drop(h, mask);
	else
		ok = shm_take(h, mask, flags & SQLITE_SHM_EXCLUSIVE);
	(void)pthread_mutex_unlock(&h->f->lock);
	return ok ? SQLITE_OK : SQLITE_BUSY;
}

static void vf_shm_barrier(sqlite3_file *sf)
{
	struct handle *h = (struct handle *)sf;
	(void)pthread_mutex_lock(&h->f->lock);
	(void)pthread_mutex_unlock(&h->f->lock);
}

static void shm_forget(struct file *file)
{
	for (int i = 0; i < SHM_REGIONS; i++) {
		free(file->region[i]);
		file->region[i] = NULL;
	}
}

static int vf_shm_unmap(sqlite3_file *sf, int delete)
{
	struct handle *h = (struct handle *)sf;
	(void)delete;
	(void)pthread_mutex_lock(&h->f->lock);
	shm_drop(h, 0xffff);
	if (h->shm && --h->file->shm_users == 0)
		shm_forget(h->file);
	h->shm = false;
	(void)pthread_mutex_unlock(&h->f->lock);
	return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = vf_close,
	.xRead = vf_read,
	.xWrite = vf_write,
	.xTruncate = vf_truncate,
	.xSync = vf_sync,
	.xFileSize = vf_size,
	.xLock = vf_lock,
	.xUnlock = vf_unlock,
	.xCheckReservedLock = vf_reserved,
	.xFileControl = vf_control,
	.xSectorSize = vf_sector,
	.xDeviceCharacteristics = vf_characteristics,
	.xShmMap = vf_shm_map,
	.xShmLock = vf_shm_lock,
	.xShmBarrier = vf_shm_barrier,
	.xShmUnmap = vf_shm_unmap,
};

static struct file *find(const struct fault_vfs *f, const char *name)
{
	struct file *file = f->files;
	while (file && strcmp(file->name, name) != 0)
		file = file->next;
	return file;
}

static struct file *make(struct fault_vfs *f, const char *name)
{
	struct file *file = must(calloc(1, sizeof(*file)));
	size_t n = strlen(name);
	if (n >= sizeof(file->name))
		abort();
	memcpy(file->name, name, n + 1);
	fault_disk_init(&file->disk, &f->state);
	return file;
}

static int vfs_open(sqlite3_vfs *v, const char *name, sqlite3_file *sf, int flags, int *out)
{
	struct fault_vfs *f = v->pAppData;
	struct handle *h = (struct handle *)sf;
	memset(h, 0, sizeof(*h));
	(void)pthread_mutex_lock(&f->lock);
	struct file *file = name ? find(f, name) : NULL;
	if (!file && !f->dead && (flags & SQLITE_OPEN_CREATE || !name)) {
		file = make(f, name ? name : "");
		h->own = !name;
		if (name) {
			file->next = f->files;
			f->files = file;
		}
	}
	bool ok = file && !f->dead;
	f->last_os = EIO;
	(void)pthread_mutex_unlock(&f->lock);
	if (!ok)
		return SQLITE_CANTOPEN;
	h->f = f;
	h->file = file;
	h->base.pMethods = &methods;
	if (out)
		*out = flags;
	return SQLITE_OK;
}

/* A deleted file is one of no length here. */
static int vfs_delete(sqlite3_vfs *v, const char *name, int sync)
{
	struct fault_vfs *f = v->pAppData;
	bool part;
	(void)pthread_mutex_lock(&f->lock);
	struct file *file = find(f, name);
	int rc = operation(f, SQLITE_IOERR_DELETE, &part);
	if (file && rc == SQLITE_OK) {
		fault_disk_truncate(&file->disk, 0);
		if (sync)
			fault_disk_settle(&file->disk, FAULT_KEPT);
	}
	(void)pthread_mutex_unlock(&f->lock);
	return rc;
}

static int vfs_access(sqlite3_vfs *v, const char *name, int flags, int *out)
{
	struct fault_vfs *f = v->pAppData;
	(void)flags;
	*out = fault_vfs_size(f, name) > 0;
	return SQLITE_OK;
}

static int vfs_fullname(sqlite3_vfs *v, const char *name, int n, char *out)
{
	(void)v;
	sqlite3_snprintf(n, out, "%s", name);
	return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *v, int n, char *out)
{
	struct fault_vfs *f = v->pAppData;
	(void)pthread_mutex_lock(&f->lock);
	for (int i = 0; i < n; i++)
		out[i] = (char)fault_toss(&f->state);
	(void)pthread_mutex_unlock(&f->lock);
	return n;
}

static int vfs_sleep(sqlite3_vfs *v, int us)
{
	(void)v;
	return us;
}

static int vfs_time(sqlite3_vfs *v, sqlite3_int64 *out)
{
	(void)v;
	*out = INT64_C(212000000000000);
	return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *v, int n, char *out)
{
	struct fault_vfs *f = v->pAppData;
	(void)n;
	(void)out;
	(void)pthread_mutex_lock(&f->lock);
	int os = f->last_os;
	(void)pthread_mutex_unlock(&f->lock);
	return os;
}

struct fault_vfs *fault_vfs_new(const char *name, uint64_t seed)
{
	struct fault_vfs *f = must(calloc(1, sizeof(*f)));
	f->state = seed;
	(void)pthread_mutex_init(&f->lock, NULL);
	(void)pthread_cond_init(&f->let_go, NULL);
	f->vfs = (sqlite3_vfs){
		.iVersion = 2,
		.szOsFile = sizeof(struct handle),
		.mxPathname = NAME_MAX_ - 8,
		.zName = name,
		.pAppData = f,
		.xOpen = vfs_open,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_fullname,
		.xRandomness = vfs_randomness,
		.xSleep = vfs_sleep,
		.xGetLastError = vfs_last_error,
		.xCurrentTimeInt64 = vfs_time,
	};
	if (sqlite3_vfs_register(&f->vfs, 0) != SQLITE_OK)
		abort();
	return f;
}

void fault_vfs_free(struct fault_vfs *f)
{
	(void)sqlite3_vfs_unregister(&f->vfs);
	for (struct file *file = f->files, *next; file; file = next) {
		next = file->next;
		fault_disk_fini(&file->disk);
		shm_forget(file);
		free(file);
	}
	(void)pthread_cond_destroy(&f->let_go);
	(void)pthread_mutex_destroy(&f->lock);
	free(f);
}

uint64_t fault_vfs_operations(struct fault_vfs *f)
{
	(void)pthread_mutex_lock(&f->lock);
	uint64_t n = f->operations;
	(void)pthread_mutex_unlock(&f->lock);
	return n;
}

void fault_vfs_cut_at(struct fault_vfs *f, uint64_t n)
{
	(void)pthread_mutex_lock(&f->lock);
	f->cut_at = n ? f->operations + n : 0;
	(void)pthread_mutex_unlock(&f->lock);
}

bool fault_vfs_is_cut(struct fault_vfs *f)
{
	(void)pthread_mutex_lock(&f->lock);
	bool dead = f->dead;
	(void)pthread_mutex_unlock(&f->lock);
	return dead;
}

void fault_vfs_boot(struct fault_vfs *f, enum fault_fate fate)
{
	(void)pthread_mutex_lock(&f->lock);
	for (struct file *file = f->files; file; file = file->next) {
		if (file->shared || file->shm_users)
			abort();
		fault_disk_settle(&file->disk, fate);
		fault_disk_reload(&file->disk);
		shm_forget(file);
	}
	f->dead = false;
	f->cut_at = 0;
	(void)pthread_mutex_unlock(&f->lock);
}

void fault_vfs_fail_at(struct fault_vfs *f, uint64_t n, uint64_t count, int os)
{
	(void)pthread_mutex_lock(&f->lock);
	f->fail_at = n ? f->operations + n : 0;
	f->fail_count = count;
	f->fail_os = os;
	f->failed = false;
	(void)pthread_mutex_unlock(&f->lock);
}

void fault_vfs_fail_reads(struct fault_vfs *f, uint64_t n, uint64_t count)
{
	(void)pthread_mutex_lock(&f->lock);
	f->read_at = n;
	f->read_count = count;
	f->failed = false;
	(void)pthread_mutex_unlock(&f->lock);
}

bool fault_vfs_failed(struct fault_vfs *f)
{
	(void)pthread_mutex_lock(&f->lock);
	bool failed = f->failed;
	(void)pthread_mutex_unlock(&f->lock);
	return failed;
}

void fault_vfs_hold(struct fault_vfs *f, bool on)
{
	(void)pthread_mutex_lock(&f->lock);
	f->held = on;
	(void)pthread_cond_broadcast(&f->let_go);
	(void)pthread_mutex_unlock(&f->lock);
}

void fault_vfs_damage(struct fault_vfs *f, const char *name, size_t at)
{
	(void)pthread_mutex_lock(&f->lock);
	struct file *file = find(f, name);
	if (!file || at >= file->disk.seen.n)
		abort();
	const uint8_t turned = file->disk.seen.p[at] ^ 0xff;
	fault_disk_write(&file->disk, at, &turned, 1);
	fault_disk_settle(&file->disk, FAULT_KEPT);
	(void)pthread_mutex_unlock(&f->lock);
}

size_t fault_vfs_size(struct fault_vfs *f, const char *name)
{
	(void)pthread_mutex_lock(&f->lock);
	const struct file *file = find(f, name);
	size_t n = file ? file->disk.seen.n : 0;
	(void)pthread_mutex_unlock(&f->lock);
	return n;
}
