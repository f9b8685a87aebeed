/* base_parse.c - what people write: numbers, times, sizes, addresses. What is
 * read and written again reads the same; what is refused changes nothing. */
#include "base/addr.h"
#include "base/number.h"
#include "base/text.h"
#include "fuzz_env.h"

static struct span said(const struct text *t)
{
	return (struct span){ (const uint8_t *)t->p, strlen(t->p) };
}

static void duration(struct span s)
{
	char p[64];
	struct text t = text_of(p, sizeof(p));
	int64_t us = -7, again;
	if (number_duration(s, &us)) {
		hold(us == -7);
		return;
	}
	text_duration(&t, us);
	hold(number_duration(said(&t), &again) == OK && again == us);
}

static void integer(struct span s)
{
	char p[64];
	struct text t = text_of(p, sizeof(p));
	uint64_t v = 77, again;
	if (number_u64(s, UINT64_MAX - 1, &v)) {
		hold(v == 77);
		return;
	}
	hold(v < UINT64_MAX);
	text_u64(&t, v);
	hold(number_u64(said(&t), UINT64_MAX, &again) == OK && again == v);
	hold(number_u64(s, v, &again) == OK);
	hold(v == 0 || number_u64(s, v - 1, &again) == ERR_RANGE);
}

static void octets(struct span s)
{
	uint8_t raw[32];
	char p[2 * sizeof(raw) + 1];
	struct text t = text_of(p, sizeof(p));
	size_t n = 99;
	uint64_t v = 77;
	hold(number_size(s, &v) == OK || v == 77);
	if (number_hex(s, raw, sizeof(raw), &n)) {
		hold(n == 99);
		return;
	}
	hold(n <= sizeof(raw) && 2 * n == s.n);
	text_hex(&t, (struct span){ raw, n });
	hold(strlen(p) == s.n);
}

static void address(struct span s)
{
	char p[64];
	struct text t = text_of(p, sizeof(p));
	struct addr a, again;
	if (addr_parse(s, 2587, &a))
		return;
	addr_text(&t, &a);
	hold(addr_parse(said(&t), 0, &again) == OK && addr_eq(&a, &again));
}

static void quoted(struct span s)
{
	char p[40];
	struct text t = text_of(p, sizeof(p));
	text_quoted(&t, s, 16);
	hold(strlen(p) < sizeof(p));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = { data, size };
	duration(s);
	integer(s);
	octets(s);
	address(s);
	quoted(s);
	return 0;
}
