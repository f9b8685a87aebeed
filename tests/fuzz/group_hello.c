/* group_hello.c - messages inside TLS: what is read is put again and is the
 * same octets, but for a length that was read the other way round; what is cut
 * is not read. The first octet chooses the profile. */
#include "fuzz_env.h"
#include "group/session_int.h"

static uint8_t room[GROUP_MESSAGE_MAX + 64];

static void check(const struct group_profile *p, struct span octets)
{
	struct group_message m, again;
	size_t used, n;
	while (octets.n && group_message_read(&m, p, octets, &used) == OK) {
		hold(used && used <= octets.n && used == group_message_size(p, &m));
		struct wr w = wr_of(room, sizeof room);
		group_message_put(&w, p, &m);
		hold(!w.failed && w.n == used);
		hold(memcmp(room, octets.p, 2) == 0);
		hold(memcmp(room + 6, octets.p + 6, used > 6 ? used - 6 : 0) == 0);
		hold(group_message_read(&again, p, wr_span(&w), &n) == OK && n == used);
		hold(span_eq(again.body, m.body) && span_eq(again.binding, m.binding));
		hold(group_message_read(&again, p, span_of(room, used - 1), &n) == ERR_STATE);
		octets = span_of(octets.p + used, octets.n - used);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct group_profile *p =
		group_profile(size && data[0] & 1 ? CRYPTO_CLASSIC : CRYPTO_MODERN);
	struct group_flight f;
	if (size == 0 || size > GROUP_MESSAGE_MAX || !p)
		return 0;
	struct span octets = span_of(data + 1, size - 1);
	check(p, octets);
	enum err e = group_flight_read(p, octets, &f);
	hold(e == OK || e == ERR_STATE || e == ERR_MALFORMED || e == ERR_UNSUPPORTED);
	hold(e != OK || f.event >= GROUP_SESSION_HELLO);
	return 0;
}
