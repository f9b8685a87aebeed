/* MASC-15.9. Demands are taken in the order of their beginnings; those that have
 * begun and not ended are a heap by their ends, which lies where those already
 * taken lay. So nothing has to be allocated. */
#include "masc/policy.h"

/* Whether a is to be above b in a heap. */
typedef bool above_fn(const struct policy_demand *a, const struct policy_demand *b);

static bool begins_later(const struct policy_demand *a, const struct policy_demand *b)
{
	return a->from > b->from;
}

static bool ends_sooner(const struct policy_demand *a, const struct policy_demand *b)
{
	return a->until < b->until;
}

static void swap(struct policy_demand *a, struct policy_demand *b)
{
	struct policy_demand t = *a;
	*a = *b;
	*b = t;
}

/* Only d[i] may be wrong, and too high. */
static void sink(struct policy_demand *d, size_t n, size_t i, above_fn *above)
{
	while (2 * i + 1 < n) {
		size_t child = 2 * i + 1;
		if (child + 1 < n && above(&d[child + 1], &d[child]))
			child++;
		if (!above(&d[child], &d[i]))
			return;
		swap(&d[child], &d[i]);
		i = child;
	}
}

/* Only d[i] may be wrong, and too low. */
static void rise(struct policy_demand *d, size_t i, above_fn *above)
{
	for (; i > 0 && above(&d[i], &d[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&d[i], &d[(i - 1) / 2]);
}

static void sort_by_beginning(struct policy_demand *d, size_t n)
{
	for (size_t i = n / 2; i-- > 0;)
		sink(d, n, i, begins_later);
	while (n > 1) {
		swap(&d[0], &d[--n]);
		sink(d, n, 0, begins_later);
	}
}

/* Those that are wanted at some time in question, from then on; how many. */
static size_t cut(struct policy_demand *d, size_t n, int64_t from, int64_t until)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		struct policy_demand one = d[i];
		if (one.until == 0)
			one.until = INT64_MAX;
		if (one.from < from)
			one.from = from;
		if (one.from <= until && one.from < one.until)
			d[kept++] = one;
	}
	return kept;
}

uint64_t policy_forecast(struct policy_demand *d, size_t n, int64_t from, int64_t until)
{
	uint64_t now = 0, most = 0;
	size_t open = 0;
	n = cut(d, n, from, until);
	sort_by_beginning(d, n);
	for (size_t i = 0; i < n; i++) {
		struct policy_demand one = d[i];
		while (open > 0 && d[0].until <= one.from) {
			now -= d[0].addresses;
			d[0] = d[--open];
			sink(d, open, 0, ends_sooner);
		}
		if (one.addresses > UINT64_MAX - now)
			return UINT64_MAX;
		now += one.addresses;
		most = now > most ? now : most;
		d[open] = one;
		rise(d, open++, ends_sooner);
	}
	return most;
}
