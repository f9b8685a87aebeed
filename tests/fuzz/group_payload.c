/* group_payload.c - payloads of the group's records. What is read can be written, unless it is
 * longer than we write, and is the same when it is read again; only an empty text is shorter,
 * where it came as a terminator alone. The first octet says which. */
#include "group/payload.h"
#include "fuzz_env.h"

#define ROOM (3 * 65536)

static uint8_t first[ROOM], second[ROOM];

static void try_security(struct span in)
{
	static struct group_security s, back;
	size_t n, m;
	if (group_security_read(&s, in) != OK)
		return;
	enum err e = group_security_write(&s, first, sizeof first, &n);
	hold(e == OK || e == ERR_RANGE);
	if (e)
		return;
	hold(n <= in.n && group_security_read(&back, span_of(first, n)) == OK);
	hold(group_security_write(&back, second, sizeof second, &m) == OK);
	hold(n == m && memcmp(first, second, n) == 0);
}

static void try_membership(struct span in, const struct group_profile *p)
{
	struct group_membership m;
	size_t n;
	if (!p || group_membership_read(&m, in, p) != OK)
		return;
	hold(m.major == p->group_major && m.minor <= 1);
	enum err e = group_membership_write(&m, p, first, sizeof first, &n);
	hold(e == OK || (e == ERR_RANGE && m.chain.n > CRYPTO_CHAIN_MAX));
	if (!e)
		hold(n == in.n && memcmp(first + 2, in.p + 2, n - 2) == 0);
}

static void try_policy(struct span in)
{
	static struct group_policy p, back;
	size_t n, m;
	if (group_policy_read(&p, in) != OK)
		return;
	enum err e = group_policy_write(&p, first, sizeof first, &n);
	hold(e == OK || e == ERR_RANGE);
	if (e)
		return;
	hold(n <= in.n && group_policy_read(&back, span_of(first, n)) == OK);
	hold(group_policy_write(&back, second, sizeof second, &m) == OK);
	hold(n == m && memcmp(first, second, n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > 65536)
		return 0;
	struct span in = span_of(data + 1, size - 1);
	switch (data[0] % 4) {
	case 0:
		try_security(in);
		break;
	case 1:
		try_membership(in, group_profile(CRYPTO_MODERN));
		break;
	case 2:
		try_membership(in, group_profile(CRYPTO_CLASSIC));
		break;
	case 3:
		try_policy(in);
		break;
	}
	return 0;
}
