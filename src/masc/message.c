/* Messages become events of the session they came for. */
#include "masc/masc_int.h"

static void bad(struct session *s, const struct wire_error *e, struct mono now)
{
	s->peer->count.in[0]++;
	session_event(s, &(struct event){ .kind = EV_BAD_MESSAGE, .error = e }, now);
}

void message_open(struct session *s, struct span message, struct mono now)
{
	struct wire_open o;
	struct wire_error e;
	uint8_t scratch[WIRE_MESSAGE_MAX];
	if (!wire_open_read(message, &o, &e) || open_check(s->peer, &o, message, &e, scratch)) {
		bad(s, &e, now);
		return;
	}
	if (s->state == MASC_OPENSENT && !collision_survived(s, &o, now))
		return;
	session_event(s, &(struct event){ .kind = EV_OPEN_GOOD, .open = &o }, now);
}

static void update(struct session *s, struct span message, struct mono now)
{
	session_event(s, &(struct event){ .kind = EV_UPDATE, .message = message }, now);
}

static void keepalive(struct session *s, struct span message, struct mono now)
{
	session_event(s, &(struct event){ .kind = EV_KEEPALIVE }, now);
}

/* MASC-3.4: a bad NOTIFICATION that leaves the connection open is the only one
 * that gets an answer. */
static void notification(struct session *s, struct span message, struct mono now)
{
	struct wire_notification n;
	bool malformed;
	wire_notification_read(message, &n, &malformed);
	if (malformed && n.stay_open) {
		const struct wire_error e = { .code = WIRE_NOTIFICATION_ERROR, .data = message };
		bad(s, &e, now);
		return;
	}
	enum session_event kind = n.stay_open ? EV_NOTIFIED_OPEN : EV_NOTIFIED_CLOSE;
	session_event(s, &(struct event){ .kind = kind, .n = &n }, now);
}

static void (*const handlers[])(struct session *, struct span, struct mono) = {
	[MASC_MSG_OPEN] = message_open,
	[MASC_MSG_UPDATE] = update,
	[MASC_MSG_NOTIFICATION] = notification,
	[MASC_MSG_KEEPALIVE] = keepalive,
};

void message_in(struct link *l, struct span message, struct mono now)
{
	struct wire_header h = wire_header_read(message.p);
	struct wire_error e = wire_header_check(&h);
	struct session *s = l->session;
	e.data = message;
	if (!s && e.code)
		pending_refuse(l, NULL, &e);
	else if (!s)
		pending_message(l, &h, message, now);
	else if (e.code)
		bad(s, &e, now);
	else {
		s->peer->count.in[h.type]++;
		handlers[h.type](s, message, now);
	}
}
