/* pnrp_wire.c - PNRP messages and AUTHORITY_BUFFERs. What is read and written again is
 * read and written the same. The first octet chooses the profile. */
#include "pnrp/wire.h"
#include "fuzz_env.h"

static void message(const struct pnrp_profile *p, struct span s)
{
	static uint8_t first[PNRP_DATAGRAM_MAX], second[PNRP_DATAGRAM_MAX];
	struct pnrp_message m, again;
	size_t n, n_again;
	if (pnrp_decode(p, s, &m) != OK)
		return;
	hold(*pnrp_type_text(m.type));
	/* What others send may be more than we would. */
	if (pnrp_encode(p, &m, first, sizeof(first), &n) != OK) {
		hold(s.n > PNRP_DATAGRAM_MAX - 8);
		return;
	}
	hold(pnrp_decode(p, span_of(first, n), &again) == OK);
	hold(pnrp_encode(p, &again, second, sizeof(second), &n_again) == OK);
	hold(span_eq(span_of(first, n), span_of(second, n_again)));
}

static void buffer(const struct pnrp_profile *p, struct span s)
{
	static uint8_t first[PNRP_BUFFER_MAX], second[PNRP_BUFFER_MAX];
	struct pnrp_buffer b, again;
	struct pnrp_name turned;
	size_t n, n_again;
	if (s.n > PNRP_BUFFER_MAX || pnrp_buffer_decode(p, s, &b) != OK)
		return;
	hold(pnrp_buffer_encode(p, &b, first, sizeof(first), &n) == OK && n <= s.n);
	hold(pnrp_buffer_decode(p, span_of(first, n), &again) == OK);
	hold(pnrp_buffer_encode(p, &again, second, sizeof(second), &n_again) == OK);
	hold(span_eq(span_of(first, n), span_of(second, n_again)));
	(void)pnrp_name_swapped(&b.classifier, &turned);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pnrp_profile *p =
		pnrp_profile(size && data[0] & 1 ? CRYPTO_CLASSIC : CRYPTO_MODERN);
	if (!size || !p)
		return 0;
	message(p, span_of(data + 1, size - 1));
	buffer(p, span_of(data + 1, size - 1));
	return 0;
}
