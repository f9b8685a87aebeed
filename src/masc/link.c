/* Streams: their numbers, and messages put together from pieces. */
#include "masc/masc_int.h"

static struct span number_key(const uint32_t *number)
{
	return span_of(number, sizeof(*number));
}

static void link_init(struct link *l, struct masc *m, uint32_t number)
{
	memset(l, 0, sizeof(*l));
	l->m = m;
	l->number = number;
	l->ours = number % 2 == 1;
	l->unclaimed.kind = TIMER_UNCLAIMED;
	l->unclaimed.owner = l;
	list_init(&l->waiting);
	list_init(&l->dial.at);
	list_init(&l->close.at);
	l->dial.embedded = l->close.embedded = true;
	l->dial.what.kind = MASC_OUT_DIAL;
	l->close.what.kind = MASC_OUT_CLOSE;
	l->dial.what.link = l->close.what.link = number;
}

struct link *link_new(struct masc *m, uint32_t number, const struct addr *local,
		      const struct addr *remote)
{
	struct link *l = env_zalloc(m->env, 1, sizeof(*l));
	if (!l)
		return NULL;
	link_init(l, m, number);
	l->local = *local;
	l->remote = *remote;
	if (map_put(&m->links, number_key(&l->number), l) != OK) {
		env_free(m->env, l);
		return NULL;
	}
	m->octets += sizeof(*l);
	return l;
}

struct link *link_spare(struct masc *m)
{
	struct link *l = env_zalloc(m->env, 1, sizeof(*l));
	if (l)
		link_init(l, m, 0);
	return l;
}

struct link *link_find(const struct masc *m, uint32_t number)
{
	return map_get(&m->links, number_key(&number));
}

static void part_drop(struct link *l)
{
	if (!l->part)
		return;
	l->m->octets -= wire_header_read(l->part).length;
	env_free(l->m->env, l->part);
	l->part = NULL;
	l->part_n = 0;
}

/* -- octets that wait: found by the link, which is small when there are none -- */

enum {
	LATE_NONE,
	LATE_SOME,
	LATE_NOMEM, /* there were, and the link ends */
	LATE_FULL
};

static struct late *late_of(const struct link *l)
{
	if (l->late == LATE_NONE)
		return NULL;
	LIST_EACH(at, next, &l->m->late)
	{
		struct late *late = LIST_ENTRY(at, struct late, at);
		if (late->link == l)
			return late;
	}
	return NULL;
}

static void late_free(struct masc *m, struct late *late)
{
	list_take(&late->at);
	m->octets -= late->room;
	env_free(m->env, late->octets);
	env_free(m->env, late);
}

static void late_drop(struct link *l)
{
	struct late *late = late_of(l);
	if (late)
		late_free(l->m, late);
	l->late = LATE_NONE;
}

static void forget(struct link *l)
{
	part_drop(l);
	late_drop(l);
	pending_forget(l);
	(void)map_take(&l->m->links, number_key(&l->number));
}

void link_free(struct link *l)
{
	struct masc *m = l->m;
	if (!l->closed)
		forget(l);
	list_take(&l->dial.at);
	list_take(&l->close.at);
	if (l == m->spare)
		return;
	m->octets -= sizeof(*l);
	env_free(m->env, l);
}

void link_close(struct link *l)
{
	if (l->closed)
		return;
	forget(l);
	l->closed = true;
	l->session = NULL;
	out_put(l->m, &l->close);
}

void link_refuse_unmade(struct masc *m, uint32_t number)
{
	struct link *l = m->spare;
	/* Still on its way out: more than one input without draining. */
	if (!list_empty(&l->close.at))
		return;
	link_init(l, m, number);
	l->closed = true;
	out_put(m, &l->close);
}

bool link_send(struct link *l, struct span bytes, uint64_t after, bool drain)
{
	struct peer *p = l->session ? l->session->peer : NULL;
	/* What is told to it and what it is answered keep their order. */
	if (l->session)
		batch_send(l->session, false);
	if (!out_send(l->m, l->number, bytes, after, drain))
		return false;
	if (drain)
		l->draining = true;
	if (p) {
		p->count.octets_out += bytes.n;
		p->count.out[bytes.p[2]]++;
	}
	return true;
}

void link_put(struct link *l, struct out *o)
{
	struct peer *p = l->session->peer;
	o->what.link = l->number;
	out_put(l->m, o);
	if (o->what.drain)
		l->draining = true;
	p->count.octets_out += o->what.bytes.n;
	p->count.out[MASC_MSG_UPDATE]++;
}

/* Without memory for a message the connection cannot go on. */
static void give_up(struct link *l, enum err why, struct mono now)
{
	struct session *s = l->session;
	link_close(l);
	if (!s)
		return;
	s->link = NULL;
	session_event(s, &(struct event){ .kind = EV_TCP_CLOSED, .why = why }, now);
}

static void out_of_memory(struct link *l, struct mono now)
{
	give_up(l, ERR_NOMEM, now);
}

/* The header is in hand: room for the whole message. */
static bool part_start(struct link *l, const uint8_t *head)
{
	uint16_t length = wire_header_read(head).length;
	l->part = env_zalloc(l->m->env, 1, length);
	if (!l->part)
		return false;
	l->m->octets += length;
	memcpy(l->part, head, WIRE_HEADER);
	l->part_n = WIRE_HEADER;
	l->head_n = 0;
	return true;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static struct span skip(struct span s, size_t n)
{
	return (struct span){ s.p + n, s.n - n };
}

/* More of a message that is being put together. */
static struct span part_more(struct link *l, struct span in, struct mono now)
{
	uint16_t length = wire_header_read(l->part).length;
	size_t n = least(in.n, (size_t)(length - l->part_n));
	memcpy(l->part + l->part_n, in.p, n);
	l->part_n = (uint16_t)(l->part_n + n);
	if (l->part_n < length)
		return skip(in, n);
	uint8_t *whole = l->part;
	l->part = NULL;
	l->part_n = 0;
	l->m->octets -= length;
	message_in(l, span_of(whole, length), now);
	env_free(l->m->env, whole);
	return skip(in, n);
}

static struct span head_more(struct link *l, struct span in, struct mono now)
{
	size_t n = least(in.n, (size_t)(WIRE_HEADER - l->head_n));
	memcpy(l->head + l->head_n, in.p, n);
	l->head_n = (uint8_t)(l->head_n + n);
	if (l->head_n < WIRE_HEADER)
		return skip(in, n);
	struct wire_header h = wire_header_read(l->head);
	if (!wire_length_ok(&h) || h.length == WIRE_HEADER) {
		l->head_n = 0;
		message_in(l, span_of(l->head, WIRE_HEADER), now);
	} else if (!part_start(l, l->head)) {
		out_of_memory(l, now);
	}
	return skip(in, n);
}

/* A message that lies whole in the input is not copied. */
static struct span whole(struct link *l, struct span in, struct mono now)
{
	struct wire_header h = wire_header_read(in.p);
	size_t length = wire_length_ok(&h) ? h.length : WIRE_HEADER;
	if (length > in.n) {
		if (!part_start(l, in.p))
			out_of_memory(l, now);
		return skip(in, WIRE_HEADER);
	}
	message_in(l, span_of(in.p, length), now);
	return skip(in, length);
}

/* -- what has to wait, MASC-20.2 -- */

#define LATE_MOST ((size_t)1 << 20)

static struct late *late_new(struct link *l)
{
	struct late *late = env_zalloc(l->m->env, 1, sizeof(*late));
	if (!late)
		return NULL;
	late->link = l;
	list_push_back(&l->m->late, &late->at);
	l->late = LATE_SOME;
	return late;
}

static bool late_reserve(struct link *l, struct late *late, size_t n)
{
	size_t room = late->room ? late->room : WIRE_MESSAGE_MAX;
	while (room < n)
		room *= 2;
	if (room == late->room)
		return true;
	uint8_t *octets = env_resize(l->m->env, late->octets, room);
	if (!octets)
		return false;
	l->m->octets += room - late->room;
	late->octets = octets;
	late->room = room;
	return true;
}

/* What cannot be kept is the end of the link, once nobody is in the midst of it. */
static struct late *late_put(struct link *l, struct span s)
{
	struct late *late = late_of(l);
	if (!s.n)
		return late;
	if (!late)
		late = late_new(l);
	if (late && late->n + s.n > LATE_MOST) {
		l->late = LATE_FULL;
		return NULL;
	}
	if (!late || !late_reserve(l, late, late->n + s.n)) {
		l->late = LATE_NOMEM;
		return NULL;
	}
	memcpy(late->octets + late->n, s.p, s.n);
	late->n += s.n;
	return late;
}

void link_keep(struct link *l, struct span attributes)
{
	struct late *late = late_put(l, attributes);
	if (late)
		late->rest = attributes.n;
}

/* What comes behind octets that wait has to wait too. */
static bool goes_on(const struct link *l)
{
	return !l->closed && l->late == LATE_NONE && work_left(l->m);
}

static void keep(struct link *l, struct span in, struct mono now)
{
	if (l->late <= LATE_SOME)
		(void)late_put(l, in);
	if (l->late > LATE_SOME)
		give_up(l, l->late == LATE_FULL ? ERR_FULL : ERR_NOMEM, now);
}

void link_octets(struct link *l, struct span in, struct mono now)
{
	while (in.n && goes_on(l)) {
		if (l->part)
			in = part_more(l, in, now);
		else if (l->head_n || in.n < WIRE_HEADER)
			in = head_more(l, in, now);
		else
			in = whole(l, in, now);
	}
	if (!l->closed)
		keep(l, in, now);
}

/* What is not for this input either is kept anew. */
static void go_on(struct late *was, struct mono now)
{
	struct link *l = was->link;
	l->late = LATE_NONE;
	if (was->rest)
		update_go_on(l->session, span_of(was->octets, was->rest), now);
	if (!l->closed)
		link_octets(l, span_of(was->octets + was->rest, was->n - was->rest), now);
}

void links_go_on(struct masc *m, struct mono now)
{
	size_t n = 0;
	LIST_EACH(at, next, &m->late)
	n++;
	for (; n && !list_empty(&m->late); n--) {
		struct late *late = LIST_ENTRY(m->late.next, struct late, at);
		/* Its link may end, or be late again. */
		list_take(&late->at);
		go_on(late, now);
		late_free(m, late);
	}
}
