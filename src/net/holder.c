/* Who is in the way of an address that cannot be had. */
#include "net/net_int.h"

#define HOLDERS_MAX 8

/* Of those on the port, the one that is in the way of this address. */
static const struct os_port_owner *holder(const struct os_port_owner *o, size_t n,
					  const struct addr *local)
{
	for (size_t i = 0; i < n; i++)
		if (addr_same_host(&o[i].local, local))
			return &o[i];
	for (size_t i = 0; i < n; i++)
		if (addr_is_any(&o[i].local) || addr_is_any(local))
			return &o[i];
	return n ? &o[0] : NULL;
}

void net_say_holder(enum os_proto proto, const struct addr *local, struct text *why)
{
	struct os_port_owner o[HOLDERS_MAX];
	const struct os_port_owner *h = NULL;
	struct addr host = *local;
	size_t n = 0;

	if (!os_ports_find(proto, local->port, o, HOLDERS_MAX, &n))
		h = holder(o, n < HOLDERS_MAX ? n : HOLDERS_MAX, local);
	if (h) {
		os_port_owner_text(why, h);
		return;
	}
	host.port = 0;
	text_str(why, proto == OS_TCP ? "tcp port " : "udp port ");
	text_u64(why, local->port);
	text_str(why, " on ");
	addr_text(why, &host);
	text_str(why, " is in use by a program that cannot be told");
}
