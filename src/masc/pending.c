/* MASC-6: connections that came in. One configured peer at the source address:
 * the connection is its. Several: it waits, bounded in time and number, for
 * the OPEN that tells which. */
#include "masc/masc_int.h"

#define PENDING_MAX	   256
#define PENDING_PER_SOURCE 8
#define STRANGERS_MAX	   10 /* events a second about sources that are nobody's */

static bool comes_to(const struct peer *p, const struct addr *local)
{
	const struct addr *wanted = &p->config->local_address;
	if (wanted->family == ADDR_NONE || local->family == ADDR_NONE)
		return true;
	struct addr at = addr_unmapped(*local);
	return addr_same_host(&at, wanted);
}

/* MASC-6.4: a wrong source may be anybody and come at any rate. */
static void tell_stranger(struct link *l, const struct peer *p, struct mono now)
{
	struct masc *m = l->m;
	struct masc_event ev = event_of(p, MASC_EVENT_WRONG_SOURCE);
	ev.remote = l->remote;
	if (mono_reached(m->strangers_until, now)) {
		m->strangers_until = mono_add(now, MONO_SEC);
		m->strangers = STRANGERS_MAX;
	}
	if (!m->strangers)
		return;
	m->strangers--;
	out_event(m, &ev, 0);
}

static void give(struct link *l, struct peer *p, struct mono now)
{
	if (!peer_admits(p, now)) {
		p->count.refused++;
		link_close(l);
		return;
	}
	session_event(p->main, &(struct event){ .kind = EV_TCP_UP, .link = l }, now);
}

static bool all_idle(const struct peer *first)
{
	for (const struct peer *p = first; p; p = p->same_address)
		if (p->shown != MASC_IDLE)
			return false;
	return true;
}

static bool has_room(const struct link *l, const struct peer *first)
{
	return l->m->pending < PENDING_MAX && first->pending < PENDING_PER_SOURCE;
}

static void wait_for_open(struct link *l, struct peer *first, struct mono now)
{
	struct masc *m = l->m;
	if (all_idle(first) || !has_room(l, first) || timers_own(&m->timers, 1) != OK) {
		first->count.refused++;
		link_close(l);
		return;
	}
	l->source = first;
	first->pending++;
	m->pending++;
	list_push_back(&m->waiting, &l->waiting);
	timer_arm(&m->timers, &l->unclaimed, mono_add(now, first->timers.open_wait));
}

static void wrong_local(struct link *l, struct peer *first, struct mono now)
{
	const struct event ev = { .kind = EV_WRONG_SOURCE, .link = l };
	tell_stranger(l, first, now);
	for (struct peer *p = first; p; p = p->same_address)
		session_event(p->main, &ev, now);
}

void pending_start(struct link *l, struct peer *first, struct mono now)
{
	if (!first) {
		tell_stranger(l, NULL, now);
		link_close(l);
		return;
	}
	struct peer *fits = NULL;
	size_t n = 0;
	for (struct peer *p = first; p; p = p->same_address) {
		if (!comes_to(p, &l->local))
			continue;
		fits = p;
		n++;
	}
	if (n == 0)
		wrong_local(l, first, now);
	else if (n == 1)
		give(l, fits, now);
	else
		wait_for_open(l, first, now);
}

void pending_forget(struct link *l)
{
	if (!l->source)
		return;
	l->source->pending--;
	l->source = NULL;
	l->m->pending--;
	list_take(&l->waiting);
	timer_disarm(&l->m->timers, &l->unclaimed);
	timers_disown(&l->m->timers, 1);
}

void pending_refuse(struct link *l, struct peer *p, const struct wire_error *e)
{
	struct masc_event ev = event_of(p, MASC_EVENT_NOTIFIED);
	ev.error = (struct masc_error){ e->code, e->subcode, false };
	ev.data_n = (uint8_t)(e->data.n < sizeof(ev.data) ? e->data.n : sizeof(ev.data));
	if (ev.data_n)
		memcpy(ev.data, e->data.p, ev.data_n);
	ev.remote = l->remote;
	/* Without memory the close alone must do. */
	if (link_send(l, wire_notification_write(e, l->m->room), 0, false))
		out_event(l->m, &ev, 0);
	link_close(l);
}

/* The peer whose checks the OPEN passes, else the one where it gets furthest. */
static struct peer *claimant(const struct link *l, const struct wire_open *o, struct span message,
			     uint8_t *scratch)
{
	unsigned best = UINT32_MAX;
	struct peer *who = l->source;
	for (struct peer *p = l->source; p; p = p->same_address) {
		struct wire_error e;
		unsigned left = open_check(p, o, message, &e, scratch);
		if (left >= best || !comes_to(p, &l->local))
			continue;
		best = left;
		who = p;
	}
	return who;
}

static void opened(struct link *l, struct span message, struct mono now)
{
	struct wire_open o;
	struct wire_error e;
	uint8_t scratch[WIRE_MESSAGE_MAX];
	if (!wire_open_read(message, &o, &e)) {
		pending_refuse(l, NULL, &e);
		return;
	}
	struct peer *p = claimant(l, &o, message, scratch);
	if (open_check(p, &o, message, &e, scratch)) {
		pending_refuse(l, p, &e);
		return;
	}
	pending_forget(l);
	give(l, p, now);
	if (!l->closed)
		message_open(l->session, message, now);
}

void pending_message(struct link *l, const struct wire_header *h, struct span message,
		     struct mono now)
{
	const struct wire_error e = { .code = WIRE_FSM_ERROR, .subcode = WIRE_FSM_OPEN };
	if (h->type == MASC_MSG_OPEN)
		opened(l, message, now);
	else if (h->type == MASC_MSG_NOTIFICATION)
		link_close(l);
	else
		pending_refuse(l, NULL, &e);
}

void pending_expired(struct link *l, struct mono now)
{
	const struct wire_error e = { .code = WIRE_HOLD_EXPIRED };
	pending_refuse(l, NULL, &e);
}
