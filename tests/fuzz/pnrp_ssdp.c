/* SSDP of anyone: never astray, and what is taken is what it says it is. */
#include "pnrp/config.h"
#include "pnrp/ssdp.h"
#include "fuzz_env.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pnrp_ssdp m, again;
	struct span list = span_of(data, size);
	struct pnrp_seed seed;
	while (pnrp_seed_next(&list, &seed) == OK)
		hold(seed.addr.port > PNRP_PORT_FLOOR);
	if (pnrp_ssdp_parse(span_of(data, size), &m) != OK)
		return 0;
	hold(size <= PNRP_SSDP_MAX && m.target.n && m.target.n <= PNRP_SSDP_TARGET_MAX);
	if (m.kind == PNRP_SSDP_SEARCH)
		return 0;
	char buffer[PNRP_SSDP_MAX];
	struct text t = TEXT_OF(buffer);
	pnrp_ssdp_answer(&t, m.target, &m.at);
	hold(pnrp_ssdp_parse(span_of(t.p, t.n), &again) == OK);
	hold(addr_eq(&m.at, &again.at) && span_eq(m.target, again.target));
	return 0;
}
