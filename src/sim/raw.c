#include "sim/world_int.h"

/* Peers that do what the scenario says and nothing else. */

#define RECEIVED_MAX (1024 * 1024)

static struct raw_connection *add(struct raw *r, struct end *e)
{
	struct raw_connection *k = world_alloc(r->site.w, sizeof(*k));
	if (!k)
		return NULL;
	k->number = ++r->made;
	k->end = e;
	if (e)
		e->link = k->number;
	list_push_back(&r->connections, &k->at);
	return k;
}

struct raw_connection *raw_connection(const struct raw *r, uint32_t number)
{
	for (struct list *i = r->connections.prev; i != &r->connections; i = i->prev) {
		struct raw_connection *k = LIST_ENTRY(i, struct raw_connection, at);
		if (number == 0 || k->number == number)
			return k;
	}
	return NULL;
}

static void tell(struct raw *r, const char *what, uint32_t number, struct span octets)
{
	char buffer[TRACE_LINE_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, what);
	text_str(&t, " #");
	text_u64(&t, number);
	if (octets.n) {
		text_char(&t, ' ');
		text_hex(&t, span_of(octets.p, octets.n < 48 ? octets.n : 48));
	}
	say_text(&r->site, "<", &t);
	world_touch(&r->site);
}

void raw_accepted(struct raw *r, struct end *e)
{
	if (add(r, e))
		tell(r, "accepted", e->link, (struct span){ NULL, 0 });
}

void raw_up(struct raw *r, struct end *e)
{
	tell(r, "up", e->link, (struct span){ NULL, 0 });
}

static bool reserve(struct raw *r, struct raw_connection *k, size_t n)
{
	if (k->n + n <= k->room)
		return true;
	size_t room = 2 * (k->n + n);
	uint8_t *octets = env_resize(r->site.w->env, k->octets, room);
	if (!octets) {
		r->site.w->err = ERR_NOMEM;
		return false;
	}
	k->octets = octets;
	k->room = room;
	return true;
}

void raw_octets(struct raw *r, struct end *e, struct span bytes)
{
	struct raw_connection *k = raw_connection(r, e->link);
	tell(r, "octets", e->link, bytes);
	if (!k || k->n + bytes.n > RECEIVED_MAX || !reserve(r, k, bytes.n))
		return;
	memcpy(k->octets + k->n, bytes.p, bytes.n);
	k->n += bytes.n;
}

void raw_over(struct raw *r, struct end *e)
{
	struct raw_connection *k = raw_connection(r, e->link);
	tell(r, "over", e->link, (struct span){ NULL, 0 });
	if (!k)
		return;
	k->end = NULL;
	k->closed = true;
}

void raw_connect(struct raw *r, uint32_t node, uint16_t port, const struct addr *from)
{
	const struct scn_site *to = r->site.w->sites[node]->spec;
	const struct scn_site *own = r->site.spec;
	struct addr remote = to->addrs[0];
	for (size_t i = 0; i < to->n_addrs; i++) {
		uint8_t family = from->family ? from->family : own->addrs[0].family;
		if (to->addrs[i].family == family) {
			remote = to->addrs[i];
			break;
		}
	}
	remote.port = port;
	struct raw_connection *k = add(r, NULL);
	if (!k)
		return;
	k->end = stream_dial(&r->site, k->number, from, &remote);
}

static struct end *live_end(struct raw *r, uint32_t number)
{
	struct raw_connection *k = raw_connection(r, number);
	if (k && k->end)
		return k->end;
	say(&r->site, "=", "no such connection");
	return NULL;
}

void raw_send(struct raw *r, uint32_t number, struct span bytes)
{
	struct end *e = live_end(r, number);
	if (e)
		stream_send(e, bytes);
}

void raw_close(struct raw *r, uint32_t number, enum pipe_end how)
{
	struct end *e = live_end(r, number);
	if (!e)
		return;
	raw_connection(r, e->link)->end = NULL;
	stream_close(e, how);
}

void raw_fini(struct raw *r)
{
	LIST_EACH(i, next, &r->connections)
	{
		struct raw_connection *k = LIST_ENTRY(i, struct raw_connection, at);
		env_free(r->site.w->env, k->octets);
		env_free(r->site.w->env, k);
	}
	list_init(&r->connections);
}
