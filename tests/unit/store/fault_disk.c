#include "fault_disk.h"

#include <stdlib.h>
#include <string.h>

/* Not synced: a write, or with p NULL a new length in `at`. */
struct fault_change {
	struct fault_change *next;
	uint8_t *p;
	size_t at, n;
};

uint64_t fault_toss(uint64_t *dice)
{
	*dice = *dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	uint64_t v = *dice ^ *dice >> 29;
	return v * UINT64_C(0x9e3779b97f4a7c15) >> 33;
}

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

static void image_resize(struct fault_image *i, size_t n)
{
	if (n > i->size) {
		i->size = n < 8192 ? 8192 : n * 2;
		i->p = must(realloc(i->p, i->size));
	}
	if (n > i->n)
		memset(i->p + i->n, 0, n - i->n);
	i->n = n;
}

static void image_write(struct fault_image *i, size_t at, const uint8_t *p, size_t n)
{
	if (n == 0)
		return;
	if (at + n > i->n)
		image_resize(i, at + n);
	memcpy(i->p + at, p, n);
}

static void add_change(struct fault_disk *d, const uint8_t *p, size_t at, size_t n)
{
	struct fault_change *c = must(calloc(1, sizeof(*c)));
	c->at = at;
	c->n = n;
	if (p) {
		c->p = must(malloc(n + 1));
		memcpy(c->p, p, n);
	}
	*d->end = c;
	d->end = &c->next;
}

void fault_disk_init(struct fault_disk *d, uint64_t *dice)
{
	*d = (struct fault_disk){ .dice = dice };
	d->end = &d->changes;
}

void fault_disk_fini(struct fault_disk *d)
{
	fault_disk_settle(d, FAULT_LOST);
	free(d->seen.p);
	free(d->disk.p);
}

void fault_disk_write(struct fault_disk *d, size_t at, const void *p, size_t n)
{
	image_write(&d->seen, at, p, n);
	add_change(d, p, at, n);
}

void fault_disk_truncate(struct fault_disk *d, size_t n)
{
	image_resize(&d->seen, n);
	add_change(d, NULL, n, 0);
}

static bool survives(struct fault_disk *d, enum fault_fate fate)
{
	return fate == FAULT_KEPT || (fate == FAULT_TORN && fault_toss(d->dice) % 2);
}

/* A write reaches the disk in sectors, each whole or not at all. */
static void apply_write(struct fault_disk *d, const struct fault_change *c, enum fault_fate fate)
{
	for (size_t done = 0; done < c->n;) {
		size_t n = FAULT_SECTOR - (c->at + done) % FAULT_SECTOR;
		if (n > c->n - done)
			n = c->n - done;
		if (survives(d, fate))
			image_write(&d->disk, c->at + done, c->p + done, n);
		done += n;
	}
}

void fault_disk_settle(struct fault_disk *d, enum fault_fate fate)
{
	for (struct fault_change *c = d->changes, *next; c; c = next) {
		next = c->next;
		if (c->p)
			apply_write(d, c, fate);
		else if (survives(d, fate))
			image_resize(&d->disk, c->at);
		free(c->p);
		free(c);
	}
	d->changes = NULL;
	d->end = &d->changes;
}

void fault_disk_reload(struct fault_disk *d)
{
	image_resize(&d->seen, 0);
	image_write(&d->seen, 0, d->disk.p, d->disk.n);
}
