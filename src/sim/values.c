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

const struct sim_value sim_values[] = {
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
