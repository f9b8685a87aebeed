/* MASC-4.2: the state machine of one connection, RFC 2909 section 10.1. */
#include "masc/claims_int.h"

typedef enum masc_state action(struct session *s, const struct event *ev, struct mono now);

static struct mono in_us(struct mono now, int64_t us)
{
	return us ? mono_add(now, us) : MONO_NEVER;
}

static void hold_restart(struct session *s, struct mono now)
{
	timer_arm(&s->peer->m->timers, &s->hold, in_us(now, s->hold_time * MONO_SEC));
}

static void keepalive_restart(struct session *s, struct mono now)
{
	int64_t third = s->hold_time * MONO_SEC / 3;
	timer_arm(&s->peer->m->timers, &s->keepalive, in_us(now, third));
}

/* Nobody finds it, nothing is told to it any more. */
static void detach(struct session *s)
{
	struct masc *m = s->peer->m;
	timer_disarm(&m->timers, &s->hold);
	timer_disarm(&m->timers, &s->keepalive);
	list_take(&s->hears);
	dump_stop(s);
	batch_drop(s);
	if (s->keyed)
		(void)map_take(&m->by_node, span_of(s->node_key, sizeof(s->node_key)));
	s->keyed = false;
	if (s->link)
		link_close(s->link);
	s->link = NULL;
}

/* The end of the connection as far as this machine goes. */
static enum masc_state leave(struct session *s, enum ending ending, enum masc_state next,
			     struct mono now)
{
	detach(s);
	if (s->state == MASC_ESTABLISHED)
		sync_down(s, now);
	s->ending = ending;
	s->hold_time = 0;
	memset(&s->domain, 0, sizeof(s->domain));
	memset(&s->node, 0, sizeof(s->node));
	return next;
}

static enum masc_state no_memory(struct session *s, struct mono now)
{
	peer_failed(s->peer, ERR_NOMEM, now);
	return leave(s, END_CLOSED, MASC_IDLE, now);
}

bool session_keepalive(struct session *s, struct mono now)
{
	if (!link_send(s->link, wire_keepalive_write(s->peer->m->room), 0, false))
		return false;
	keepalive_restart(s, now);
	return true;
}

static void tell_notified(struct session *s, const struct wire_error *e)
{
	struct masc_event ev = event_of(s->peer, MASC_EVENT_NOTIFIED);
	ev.error = (struct masc_error){ e->code, e->subcode, e->stay_open };
	ev.data_n = (uint8_t)(e->data.n < sizeof(ev.data) ? e->data.n : sizeof(ev.data));
	if (ev.data_n)
		memcpy(ev.data, e->data.p, ev.data_n);
	ev.prefix = update_about(s, e->code, e->data);
	ev.remote = s->link->remote;
	out_event(s->peer->m, &ev, 0);
}

bool session_notify(struct session *s, const struct wire_error *e, struct mono now)
{
	const struct masc_error told = { e->code, e->subcode, e->stay_open };
	if (!link_send(s->link, wire_notification_write(e, s->peer->m->room), 0, false))
		return false;
	peer_error(s->peer, &told, true, now);
	tell_notified(s, e);
	return true;
}

/* A NOTIFICATION and the end. Without memory for it, the end alone. */
static enum masc_state notify_and_leave(struct session *s, const struct wire_error *e,
					enum ending ending, struct mono now)
{
	if (!session_notify(s, e, now))
		peer_failed(s->peer, ERR_NOMEM, now);
	return leave(s, ending, MASC_IDLE, now);
}

static enum masc_state end_with(struct session *s, uint8_t code, uint8_t subcode, struct mono now)
{
	const struct wire_error e = { .code = code, .subcode = subcode };
	return notify_and_leave(s, &e, END_ERROR, now);
}

/* -- actions: one a kind of cell, each gives the state that follows -- */

static enum masc_state stay(struct session *s, const struct event *ev, struct mono now)
{
	return s->state;
}

static enum masc_state dial(struct session *s, const struct event *ev, struct mono now)
{
	struct peer *p = s->peer;
	struct masc *m = p->m;
	if (p->config->passive)
		return MASC_ACTIVE;
	peer_retry(p, now);
	struct link *l = link_new(m, m->next_dial, &p->config->local_address, &p->config->address);
	if (!l)
		return no_memory(s, now);
	m->next_dial += 2;
	l->session = s;
	s->link = l;
	l->dial.what.peer = p->index;
	l->dial.what.local = l->local;
	l->dial.what.remote = l->remote;
	out_put(m, &l->dial);
	p->count.dials++;
	return MASC_CONNECT;
}

/* A dial that nobody has answered by now has failed for whoever waits for the
 * session: where packets vanish nothing else would ever say so. */
static enum masc_state redial(struct session *s, const struct event *ev, struct mono now)
{
	if (s->link) {
		link_close(s->link);
		peer_failed(s->peer, ERR_TIMEOUT, now);
		peer_dial_failed(s->peer, ERR_TIMEOUT);
	}
	s->link = NULL;
	return dial(s, ev, now);
}

static enum masc_state refuse(struct session *s, const struct event *ev, struct mono now)
{
	s->peer->count.refused++;
	link_close(ev->link);
	return s->state;
}

static enum masc_state refuse_retry(struct session *s, const struct event *ev, struct mono now)
{
	peer_retry(s->peer, now);
	return refuse(s, ev, now);
}

/* Our dial is under way and the peer's connection is there: the dial goes on
 * beside it, so that two sides which dial at once do not both give up. */
static void set_dial_aside(struct session *s)
{
	struct link *l = s->link;
	struct peer *p = s->peer;
	struct session *r = p->rival ? NULL : session_new(p, MASC_CONNECT);
	if (!r) {
		link_close(l);
		return;
	}
	r->link = l;
	l->session = r;
	p->rival = r;
}

static enum masc_state open_link(struct session *s, const struct event *ev, struct mono now)
{
	struct masc *m = s->peer->m;
	struct wire_open o;
	if (s->link && s->link != ev->link)
		set_dial_aside(s);
	s->link = ev->link;
	s->link->session = s;
	open_ours(s->peer, &o);
	if (!link_send(s->link, wire_open_write(&o, m->room), 0, false))
		return no_memory(s, now);
	timer_arm(&m->timers, &s->hold, mono_add(now, s->peer->timers.open_wait));
	return MASC_OPENSENT;
}

/* A second connection while the first is being opened: each gets its own
 * machine until an OPEN tells which one stays. */
static enum masc_state rival(struct session *s, const struct event *ev, struct mono now)
{
	struct peer *p = s->peer;
	struct session *r = p->rival ? NULL : session_new(p, MASC_ACTIVE);
	if (!r)
		return refuse(s, ev, now);
	p->rival = r;
	session_step(r, ev, now);
	return s->state;
}

/* MASC-5.3: whoever comes while a session is up gets a Cease. */
static enum masc_state close_new(struct session *s, const struct event *ev, struct mono now)
{
	struct peer *p = s->peer;
	const struct wire_error cease = { .code = WIRE_CEASE };
	struct masc_event told = event_of(p, MASC_EVENT_COLLISION);
	told.link = ev->link->number;
	told.kept = s->link->number;
	told.ours = s->link->ours;
	told.keep = MASC_KEEP_UP;
	told.remote = ev->link->remote;
	p->count.collisions++;
	out_event(p->m, &told, 0);
	pending_refuse(ev->link, p, &cease);
	return s->state;
}

static enum masc_state drop(struct session *s, const struct event *ev, struct mono now)
{
	return leave(s, ev->kind == EV_STOP ? ev->ending : END_CLOSED, MASC_IDLE, now);
}

static enum masc_state cease(struct session *s, const struct event *ev, struct mono now)
{
	const struct wire_error e = { .code = WIRE_CEASE };
	return notify_and_leave(s, &e, ev->ending, now);
}

static enum masc_state listen(struct session *s, const struct event *ev, struct mono now)
{
	peer_failed(s->peer, ev->why, now);
	enum masc_state next = leave(s, END_CLOSED, MASC_ACTIVE, now);
	peer_retry(s->peer, now);
	return next;
}

static enum masc_state lost(struct session *s, const struct event *ev, struct mono now)
{
	peer_failed(s->peer, ev->why, now);
	return leave(s, END_CLOSED, MASC_IDLE, now);
}

static enum masc_state fsm_open(struct session *s, const struct event *ev, struct mono now)
{
	return end_with(s, WIRE_FSM_ERROR, WIRE_FSM_OPEN, now);
}

static enum masc_state fsm(struct session *s, const struct event *ev, struct mono now)
{
	return end_with(s, WIRE_FSM_ERROR, WIRE_UNSPECIFIC, now);
}

static enum masc_state expired(struct session *s, const struct event *ev, struct mono now)
{
	return end_with(s, WIRE_HOLD_EXPIRED, WIRE_UNSPECIFIC, now);
}

static enum masc_state report(struct session *s, const struct event *ev, struct mono now)
{
	return notify_and_leave(s, ev->error, END_ERROR, now);
}

static uint16_t agreed_hold_time(const struct peer *p, const struct wire_open *o)
{
	int64_t ours = p->timers.hold_time / MONO_SEC;
	return (uint16_t)(ours < o->hold_time ? ours : o->hold_time);
}

static enum masc_state confirm(struct session *s, const struct event *ev, struct mono now)
{
	collision_key(s, &ev->open->node, s->node_key);
	if (map_put(&s->peer->m->by_node, span_of(s->node_key, sizeof(s->node_key)), s) != OK)
		return no_memory(s, now);
	s->keyed = true;
	s->domain = ev->open->domain;
	s->node = ev->open->node;
	s->hold_time = agreed_hold_time(s->peer, ev->open);
	hold_restart(s, now);
	return session_keepalive(s, now) ? MASC_OPENCONFIRM : no_memory(s, now);
}

static enum masc_state up(struct session *s, const struct event *ev, struct mono now)
{
	hold_restart(s, now);
	sync_up(s, now);
	dump_start(s, now);
	return MASC_ESTABLISHED;
}

static enum masc_state heard(struct session *s, const struct event *ev, struct mono now)
{
	hold_restart(s, now);
	sync_mark(s, now);
	return s->state;
}

static enum masc_state update(struct session *s, const struct event *ev, struct mono now)
{
	struct wire_error e;
	hold_restart(s, now);
	if (!update_in(s, ev->message, &e, now))
		return notify_and_leave(s, &e, END_ERROR, now);
	return s->state;
}

static void tell_heard(struct session *s, const struct wire_notification *n)
{
	struct masc_event ev = event_of(s->peer, MASC_EVENT_NOTIFICATION);
	ev.error = (struct masc_error){ n->code, n->subcode, n->stay_open };
	ev.data_n = (uint8_t)(n->data.n < sizeof(ev.data) ? n->data.n : sizeof(ev.data));
	if (ev.data_n)
		memcpy(ev.data, n->data.p, ev.data_n);
	ev.prefix = update_about(s, n->code, n->data);
	ev.remote = s->link->remote;
	out_event(s->peer->m, &ev, 0);
}

/* The peer said why it closes. A Cease is no error of anybody. */
static enum masc_state told(struct session *s, const struct event *ev, struct mono now)
{
	const struct wire_notification *n = ev->n;
	peer_error(s->peer, &(struct masc_error){ n->code, n->subcode, n->stay_open }, false, now);
	tell_heard(s, n);
	return leave(s, n->code == WIRE_CEASE ? END_CLOSED : END_ERROR, MASC_IDLE, now);
}

/* MASC-3.5: remarks of a peer that keeps the session open are passed on at most
 * once a second. */
static enum masc_state noted(struct session *s, const struct event *ev, struct mono now)
{
	struct peer *p = s->peer;
	if (mono_reached(p->next_note, now)) {
		const struct masc_error e = { ev->n->code, ev->n->subcode, true };
		p->next_note = mono_add(now, MONO_SEC);
		peer_error(p, &e, false, now);
		tell_heard(s, ev->n);
	}
	return s->state;
}

static enum masc_state noted_heard(struct session *s, const struct event *ev, struct mono now)
{
	hold_restart(s, now);
	update_refused(s, ev->n, now);
	return noted(s, ev, now);
}

/* MASC-12.1: while it is being told what we know a KEEPALIVE would say that this
 * was all. The UPDATEs keep the session up meanwhile. */
static enum masc_state beat(struct session *s, const struct event *ev, struct mono now)
{
	if (s->dump || s->behind) {
		keepalive_restart(s, now);
		return s->state;
	}
	return session_keepalive(s, now) ? s->state : no_memory(s, now);
}

/* clang-format off */
static action *const fsm_table[MASC_STATE_COUNT][SESSION_EVENT_COUNT] = {
	[MASC_IDLE] = {
		[EV_START] = dial,		[EV_STOP] = drop,
		[EV_TCP_UP] = refuse,		[EV_TCP_FAILED] = stay,
		[EV_TCP_CLOSED] = stay,		[EV_RETRY_TIMER] = stay,
		[EV_WRONG_SOURCE] = refuse,	[EV_OPEN_GOOD] = stay,
		[EV_BAD_MESSAGE] = stay,	[EV_KEEPALIVE] = stay,
		[EV_UPDATE] = stay,		[EV_NOTIFIED_CLOSE] = stay,
		[EV_NOTIFIED_OPEN] = stay,	[EV_HOLD_TIMER] = stay,
		[EV_KEEPALIVE_TIMER] = stay,
	},
	[MASC_CONNECT] = {
		[EV_START] = stay,		[EV_STOP] = drop,
		[EV_TCP_UP] = open_link,	[EV_TCP_FAILED] = listen,
		[EV_TCP_CLOSED] = lost,		[EV_RETRY_TIMER] = redial,
		[EV_WRONG_SOURCE] = refuse,	[EV_OPEN_GOOD] = drop,
		[EV_BAD_MESSAGE] = drop,	[EV_KEEPALIVE] = drop,
		[EV_UPDATE] = drop,		[EV_NOTIFIED_CLOSE] = drop,
		[EV_NOTIFIED_OPEN] = drop,	[EV_HOLD_TIMER] = stay,
		[EV_KEEPALIVE_TIMER] = stay,
	},
	[MASC_ACTIVE] = {
		[EV_START] = stay,		[EV_STOP] = drop,
		[EV_TCP_UP] = open_link,	[EV_TCP_FAILED] = lost,
		[EV_TCP_CLOSED] = lost,		[EV_RETRY_TIMER] = redial,
		[EV_WRONG_SOURCE] = refuse_retry, [EV_OPEN_GOOD] = drop,
		[EV_BAD_MESSAGE] = drop,	[EV_KEEPALIVE] = drop,
		[EV_UPDATE] = drop,		[EV_NOTIFIED_CLOSE] = drop,
		[EV_NOTIFIED_OPEN] = drop,	[EV_HOLD_TIMER] = stay,
		[EV_KEEPALIVE_TIMER] = stay,
	},
	[MASC_OPENSENT] = {
		[EV_START] = stay,		[EV_STOP] = cease,
		[EV_TCP_UP] = rival,		[EV_TCP_FAILED] = stay,
		[EV_TCP_CLOSED] = listen,	[EV_RETRY_TIMER] = fsm_open,
		[EV_WRONG_SOURCE] = refuse,	[EV_OPEN_GOOD] = confirm,
		[EV_BAD_MESSAGE] = report,	[EV_KEEPALIVE] = fsm_open,
		[EV_UPDATE] = fsm_open,		[EV_NOTIFIED_CLOSE] = told,
		[EV_NOTIFIED_OPEN] = told,	[EV_HOLD_TIMER] = expired,
		[EV_KEEPALIVE_TIMER] = stay,
	},
	[MASC_OPENCONFIRM] = {
		[EV_START] = stay,		[EV_STOP] = cease,
		[EV_TCP_UP] = rival,		[EV_TCP_FAILED] = stay,
		[EV_TCP_CLOSED] = lost,		[EV_RETRY_TIMER] = fsm,
		[EV_WRONG_SOURCE] = refuse,	[EV_OPEN_GOOD] = fsm,
		[EV_BAD_MESSAGE] = report,	[EV_KEEPALIVE] = up,
		[EV_UPDATE] = fsm,		[EV_NOTIFIED_CLOSE] = told,
		[EV_NOTIFIED_OPEN] = noted,	[EV_HOLD_TIMER] = expired,
		[EV_KEEPALIVE_TIMER] = beat,
	},
	[MASC_ESTABLISHED] = {
		[EV_START] = stay,		[EV_STOP] = cease,
		[EV_TCP_UP] = close_new,	[EV_TCP_FAILED] = stay,
		[EV_TCP_CLOSED] = lost,		[EV_RETRY_TIMER] = fsm,
		[EV_WRONG_SOURCE] = refuse,	[EV_OPEN_GOOD] = fsm,
		[EV_BAD_MESSAGE] = report,	[EV_KEEPALIVE] = heard,
		[EV_UPDATE] = update,		[EV_NOTIFIED_CLOSE] = told,
		[EV_NOTIFIED_OPEN] = noted_heard, [EV_HOLD_TIMER] = expired,
		[EV_KEEPALIVE_TIMER] = beat,
	},
};
/* clang-format on */

void session_step(struct session *s, const struct event *ev, struct mono now)
{
	s->state = fsm_table[s->state][ev->kind](s, ev, now);
}

void session_event(struct session *s, const struct event *ev, struct mono now)
{
	struct peer *p = s->peer;
	session_step(s, ev, now);
	peer_settle(p, now);
}

struct session *session_new(struct peer *p, enum masc_state state)
{
	struct masc *m = p->m;
	struct session *s = env_zalloc(m->env, 1, sizeof(*s));
	if (!s)
		return NULL;
	if (timers_own(&m->timers, SESSION_TIMERS) != OK) {
		env_free(m->env, s);
		return NULL;
	}
	s->peer = p;
	s->state = state;
	s->ending = END_CLOSED;
	s->hold = (struct timer){ .kind = TIMER_HOLD, .owner = s };
	s->keepalive = (struct timer){ .kind = TIMER_KEEPALIVE, .owner = s };
	s->slice = (struct timer){ .kind = TIMER_DUMP, .owner = s };
	list_init(&s->hears);
	list_init(&s->telling);
	return s;
}

void session_free(struct session *s)
{
	if (!s)
		return;
	struct masc *m = s->peer->m;
	detach(s);
	timers_disown(&m->timers, SESSION_TIMERS);
	env_free(m->env, s);
}
