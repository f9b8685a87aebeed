/* group_invitation.c - invitations, tallies and passwords in payloads. What is read can be
 * written and is the same octets then. The first octet says which. */
#include "group/invitation.h"
#include "fuzz_env.h"

static uint8_t out[3 * 65536];

static void try_inviting(struct span in)
{
	static struct group_inviting x;
	size_t n;
	enum err e;
	if (group_inviting_read(&x, in) != OK)
		return;
	if (x.kind == GROUP_INVITATION) {
		hold(group_invitation_size(&x.invitation) == in.n);
		e = group_invitation_write(&x.invitation, out, sizeof out, &n);
	} else {
		e = group_tally_write(&x.tally, out, sizeof out, &n);
	}
	hold(e == OK && n == in.n);
	/* Times lose what is below a microsecond. */
	hold(memcmp(out, in.p, 18) == 0);
}

static void try_password(struct span in)
{
	struct group_secret s;
	struct span later;
	bool has;
	size_t n;
	if (group_policy_password_read(&s, &has, &later, in) != OK)
		return;
	hold(group_policy_password_write(has ? &s : NULL, later, out, sizeof out, &n) == OK);
	hold(n == in.n || (n == 0 && in.n == 1));
	hold(n == 0 || memcmp(out, in.p, n) == 0 || has);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > 65536)
		return 0;
	struct span in = span_of(data + 1, size - 1);
	if (data[0] % 2)
		try_password(in);
	else
		try_inviting(in);
	return 0;
}
