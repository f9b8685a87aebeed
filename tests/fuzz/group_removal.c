/* group_removal.c - Removals and Returns. What is read is written again octet for octet, and
 * each entry of its lists is found there. */
#include "group/removal.h"
#include "fuzz_env.h"

#define ROOM 65536

static uint8_t back[ROOM];

static void found(struct span list, size_t each)
{
	for (size_t at = 0; at < list.n; at += each)
		hold(group_kept_has(list, each, span_of(list.p + at, each)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct group_removal p;
	size_t n;
	if (size > ROOM || group_removal_read(&p, span_of(data, size)) != OK)
		return 0;
	hold(group_removal_size(&p) == size);
	hold(group_removal_write(&p, back, sizeof back, &n) == OK);
	hold(n == size && memcmp(back, data, n) == 0);
	found(p.certs, GROUP_KEPT_CERT);
	found(p.records, GROUP_KEPT_RECORD);
	found(p.ids, GROUP_KEPT_ID);
	found(p.serials, GROUP_KEPT_ID);
	return 0;
}
