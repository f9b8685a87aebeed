#include "sim/condition.h"

static int64_t hold(const struct masc_peer_info *i)
{
	return i->hold_time_s;
}

static int64_t opened_by_us(const struct masc_peer_info *i)
{
	return i->opened_by_us;
}

static int64_t established(const struct masc_peer_info *i)
{
	return (int64_t)i->count.established;
}

static int64_t lost(const struct masc_peer_info *i)
{
	return (int64_t)i->count.lost;
}

static int64_t dials(const struct masc_peer_info *i)
{
	return (int64_t)i->count.dials;
}

static int64_t dial_failures(const struct masc_peer_info *i)
{
	return (int64_t)i->count.dial_failures;
}

static int64_t collisions(const struct masc_peer_info *i)
{
	return (int64_t)i->count.collisions;
}

static int64_t refused(const struct masc_peer_info *i)
{
	return (int64_t)i->count.refused;
}

static int64_t bad_in(const struct masc_peer_info *i)
{
	return (int64_t)i->count.in[0];
}

static int64_t open_in(const struct masc_peer_info *i)
{
	return (int64_t)i->count.in[MASC_MSG_OPEN];
}

static int64_t update_in(const struct masc_peer_info *i)
{
	return (int64_t)i->count.in[MASC_MSG_UPDATE];
}

static int64_t notification_in(const struct masc_peer_info *i)
{
	return (int64_t)i->count.in[MASC_MSG_NOTIFICATION];
}

static int64_t keepalive_in(const struct masc_peer_info *i)
{
	return (int64_t)i->count.in[MASC_MSG_KEEPALIVE];
}

static int64_t open_out(const struct masc_peer_info *i)
{
	return (int64_t)i->count.out[MASC_MSG_OPEN];
}

static int64_t notification_out(const struct masc_peer_info *i)
{
	return (int64_t)i->count.out[MASC_MSG_NOTIFICATION];
}

static int64_t keepalive_out(const struct masc_peer_info *i)
{
	return (int64_t)i->count.out[MASC_MSG_KEEPALIVE];
}

static int64_t synced(const struct masc_peer_info *i)
{
	return i->synced;
}

static int64_t dumping(const struct masc_peer_info *i)
{
	return i->dumping;
}

static int64_t refused_attributes(const struct masc_peer_info *i)
{
	return (int64_t)i->count.attributes_refused;
}

static int64_t hearsay(const struct masc_peer_info *i)
{
	return (int64_t)i->count.claims_hearsay;
}

static int64_t resyncs(const struct masc_peer_info *i)
{
	return (int64_t)i->count.resyncs;
}

static int64_t attributes(const struct masc_peer_info *i)
{
	uint64_t n = 0;
	for (size_t k = 0; k < sizeof(i->count.attributes) / sizeof(i->count.attributes[0]); k++)
		n += i->count.attributes[k];
	return (int64_t)n;
}

const struct sim_value sim_values[] = {
	{ "synced", synced },
	{ "dumping", dumping },
	{ "refused-attributes", refused_attributes },
	{ "hearsay", hearsay },
	{ "resyncs", resyncs },
	{ "attributes", attributes },
	{ "hold", hold },
	{ "opened-by-us", opened_by_us },
	{ "established", established },
	{ "lost", lost },
	{ "dials", dials },
	{ "dial-failures", dial_failures },
	{ "collisions", collisions },
	{ "refused", refused },
	{ "bad-in", bad_in },
	{ "open-in", open_in },
	{ "update-in", update_in },
	{ "notification-in", notification_in },
	{ "keepalive-in", keepalive_in },
	{ "open-out", open_out },
	{ "notification-out", notification_out },
	{ "keepalive-out", keepalive_out },
	{ NULL, NULL },
};
