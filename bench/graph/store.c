/* store DIR ROWS: how many rows of a record's size the store itself takes a second in
 * group commits, one table, growing keys. One number. */
#include "base/store.h"
#include "engine/keep.h"
#include "mesh.h"
#include "os/clock.h"

#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW    550
#define A_TURN 256
#define MOST   8192 /* put and not committed */

static const struct store_table table = { "bench", STORE_KEY_INTEGER };

static uint64_t committed(struct keep *k, int wait_ms, uint64_t so_far)
{
	struct pollfd p = { .fd = k->fd, .events = POLLIN };
	struct keep_report r;
	(void)poll(&p, 1, wait_ms);
	while (k->ops->progress(k->ctx, &r)) {
		if (r.why)
			errx(1, "%s", r.text);
		so_far = r.number;
	}
	return so_far;
}

int main(int argc, char **argv)
{
	char path[400], buffer[300];
	struct text why = TEXT_OF(buffer);
	struct keep k;
	if (argc != 3)
		errx(2, "usage: %s DIR ROWS", argv[0]);
	uint64_t rows = strtoull(argv[2], NULL, 10), number = 0, done = 0;
	(void)snprintf(path, sizeof(path), "%s/store.db", argv[1]);
	if (engine_keep_file(&k, path, os_env(), &why))
		errx(1, "%s", why.p);
	int64_t begin = mesh_now_us();
	for (uint64_t i = 1; i <= rows;) {
		for (int n = 0; n < A_TURN && i <= rows && number - done < MOST; n++, i++) {
			uint8_t key[8], value[ROW] = { 0 };
			for (int b = 0; b < 8; b++)
				key[b] = (uint8_t)(i >> (56 - 8 * b));
			memcpy(value, key, 8);
			if (store_put(k.store, &table, span_of(key, 8), span_of(value, ROW),
				      &number))
				errx(1, "put");
		}
		k.ops->flush(k.ctx);
		done = committed(&k, number - done >= MOST ? 100 : 0, done);
	}
	while (done < number) {
		k.ops->flush(k.ctx);
		done = committed(&k, 100, done);
	}
	printf("%.0f\n", (double)rows * 1e6 / (double)(mesh_now_us() - begin));
	k.ops->close(k.ctx);
	return 0;
}
