/* The present state for whoever looks; nothing here changes it. */
#include "masc/masc_int.h"

size_t masc_peer_count(const struct masc *m)
{
	return m->config.n_peers;
}

static void connection_info(const struct session *s, struct masc_peer_info *out)
{
	out->domain = s->domain;
	out->node = s->node;
	out->hold_time_s = s->hold_time;
	if (timer_armed(&s->hold))
		out->hold_deadline = s->hold.at;
	if (!s->link)
		return;
	out->local = s->link->local;
	out->remote = s->link->remote;
	out->opened_by_us = s->link->ours;
}

void masc_peer_info(const struct masc *m, size_t i, struct masc_peer_info *out)
{
	const struct peer *p = m->peers[i];
	*out = (struct masc_peer_info){
		.config = p->config,
		.state = p->shown,
		.admin_down = p->admin_down,
		.admin_until = { .us = p->admin_until },
		.since = p->since,
		.retry = timer_armed(&p->retry) ? p->retry.at : MONO_NEVER,
		.hold_deadline = MONO_NEVER,
		.count = p->count,
		.last_error = p->last_error,
		.last_error_sent = p->last_error_sent,
		.last_err = p->last_err,
		.last_error_at = p->last_error_at,
		.synced = p->main->synced,
		.skew_known = p->hearing.skew_known,
		.skew = p->hearing.skew_s * MONO_SEC,
	};
	out->synced = p->main->synced;
	out->dumping = p->main->dump || p->main->behind;
	connection_info(p->main, out);
}

enum err masc_health(const struct masc *m)
{
	return m->health;
}

void masc_load(const struct masc *m, size_t *pending_links, size_t *octets)
{
	*pending_links = m->pending;
	*octets = m->octets;
}
