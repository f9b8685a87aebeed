/* group_epoch.c - payloads of Epoch and Key records: what is read is written the same, and each
 * recipient finds a box that lies inside. The first octet says which. */
#include "group/epoch.h"
#include "fuzz_env.h"

#define ROOM 65536

static uint8_t out[ROOM];

static void try_epoch(struct span in)
{
	struct group_epoch e;
	size_t n;
	if (group_epoch_read(&e, in) != OK)
		return;
	hold(group_epoch_write(&e, out, sizeof out, &n) == OK);
	hold(n == in.n && memcmp(out, in.p, n) == 0);
	for (size_t i = 0; i < group_epoch_recipients(&e); i++) {
		struct span box;
		hold(group_epoch_box(&e, group_epoch_authority(&e, i), &box));
		hold(box.p >= in.p && box.p + box.n <= in.p + in.n);
	}
}

static void try_key(struct span in)
{
	struct group_key k;
	size_t n;
	if (group_key_read(&k, in) != OK)
		return;
	hold(group_key_write(&k, out, sizeof out, &n) == OK);
	hold(n == in.n && memcmp(out, in.p, n) == 0);
	for (size_t i = 0; i < group_key_gifts(&k); i++) {
		struct span epoch, box;
		group_key_gift(&k, i, &epoch, &box);
		hold(epoch.p >= in.p && box.p + box.n <= in.p + in.n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > ROOM)
		return 0;
	struct span in = span_of(data + 1, size - 1);
	if (data[0] % 2)
		try_key(in);
	else
		try_epoch(in);
	return 0;
}
