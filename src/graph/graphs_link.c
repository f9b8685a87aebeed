#include "graph/graphs_int.h"

#include "graph/frame.h"
#include "wire/rd.h"

/* Connections: what comes in waits until its AUTH_INFO says whom it wants, and goes by its
 * number from then on. */

static struct span key_of(const struct graphs_link *l)
{
	return span_of(&l->number, sizeof(l->number));
}

struct graphs_link *graphs_link_find(const struct graphs *s, uint32_t number)
{
	return map_get(&s->links, span_of(&number, sizeof(number)));
}

struct graphs_link *graphs_link_add(struct graphs *s, uint32_t number, struct graphs_entry *e)
{
	struct graphs_link *l = env_zalloc(s->shared.env, 1, sizeof(*l));
	if (!l)
		return NULL;
	l->number = number;
	l->entry = e;
	list_init(&l->waiting);
	l->closing = env_zalloc(s->shared.env, 1, sizeof(*l->closing));
	if (l->closing && !map_put(&s->links, key_of(l), l))
		return l;
	env_free(s->shared.env, l->closing);
	env_free(s->shared.env, l);
	return NULL;
}

static bool waits(const struct graphs_link *l)
{
	return !list_empty(&l->waiting);
}

/* It counts among the connections of all graphs, and so does what it holds. */
static void wait_no_more(struct graphs *s, struct graphs_link *l)
{
	if (!waits(l))
		return;
	list_take(&l->waiting);
	s->counts.waiting--;
	s->shared.connections--;
	if (l->octets)
		s->shared.memory -= GRAPHS_FIRST_ROOM;
}

void graphs_link_drop(struct graphs *s, struct graphs_link *l)
{
	wait_no_more(s, l);
	(void)map_take(&s->links, key_of(l));
	env_free(s->shared.env, l->closing);
	env_free(s->shared.env, l->octets);
	env_free(s->shared.env, l);
}

static struct graphs_out closing_of(uint32_t link)
{
	struct graphs_out o = { .kind = GRAPHS_CLOSE_LINK };
	o.of = (struct graph_out){ .kind = GRAPH_OUT_CLOSE, .link = link };
	return o;
}

static void close_link(struct graphs *s, struct graphs_link *l)
{
	l->closing->out = closing_of(l->number);
	list_push_back(&s->outs, &l->closing->all);
	l->closing = NULL;
	graphs_link_drop(s, l);
}

static struct graphs_link *any_of(const struct graphs *s, const struct graphs_entry *e)
{
	size_t at = 0;
	struct span key;
	void *l;
	while (map_next(&s->links, &at, &key, &l))
		if (((struct graphs_link *)l)->entry == e)
			return l;
	return NULL;
}

void graphs_links_close(struct graphs *s, const struct graphs_entry *e)
{
	struct graphs_link *l;
	while ((l = any_of(s, e)))
		close_link(s, l);
}

/* A machine of IPv6 has as many addresses as it likes; those of a LAN are in one /64. */
static bool crowded(const struct graphs *s, const struct addr *remote)
{
	uint32_t host = 0, net = 0;
	LIST_EACH(at, tmp, &s->waiting)
	{
		const struct graphs_link *l = LIST_ENTRY(at, struct graphs_link, waiting);
		host += addr_same_host(&l->remote, remote);
		net += addr_same_net(&l->remote, remote);
	}
	return host >= s->cfg.per_source || net >= GRAPHS_PER_NET * s->cfg.per_source;
}

/* GRAPH-12.6: strangers are bounded by their address, and all by number and memory. */
static bool has_room(const struct graphs *s, const struct addr *remote)
{
	return s->shared.connections < s->cfg.links_max &&
	       s->shared.memory + GRAPHS_FIRST_ROOM <= s->shared.memory_max && !crowded(s, remote);
}

enum err graphs_accepted(struct graphs *s, uint32_t link, const struct addr *local,
			 const struct addr *remote, struct mono now)
{
	s->now = now;
	s->counts.accepted++;
	if (s->stopping || !has_room(s, remote)) {
		const struct graphs_out o = closing_of(link);
		if (!s->stopping)
			graphs_stranger(s, GRAPHS_STRANGER_FULL, remote);
		return graphs_out_add(s, &o) ? OK : ERR_NOMEM;
	}
	struct graphs_link *l = graphs_link_add(s, link, NULL);
	if (!l)
		return ERR_NOMEM;
	l->local = *local;
	l->remote = *remote;
	l->deadline = mono_add(now, GRAPHS_HELLO_TIME);
	list_push_back(&s->waiting, &l->waiting);
	s->counts.waiting++;
	s->shared.connections++;
	return OK;
}

/* Octets of its own size that the first frame counts among its payload, as some do (A1):
 * its message says how many there are. */
static uint16_t counted(struct rd r, uint16_t frame)
{
	return rd_u32(&r) + GRAPH_FRAME_HEAD == frame ? GRAPH_FRAME_HEAD : 0;
}

/* Frames put together until AUTH_INFO is whole in `message`. ERR_NOT_FOUND: more must
 * come. */
static enum err auth_info(struct span octets, uint8_t message[GRAPHS_FIRST_MAX], size_t *size)
{
	struct rd r = rd_of(octets);
	const struct graph_sizes sizes = { .message = GRAPHS_FIRST_MAX };
	struct graph_head head;
	size_t n = 0;
	uint16_t extra = 0;
	while (r.left >= GRAPH_FRAME_HEAD) {
		uint16_t frame = rd_u16(&r);
		if (!n)
			extra = counted(r, frame);
		if (frame <= extra || n + frame > GRAPHS_FIRST_MAX)
			return ERR_MALFORMED;
		frame = (uint16_t)(frame - extra);
		struct span s = rd_bytes(&r, frame);
		if (r.failed)
			return ERR_NOT_FOUND;
		memcpy(message + n, s.p, s.n);
		n += s.n;
		if (n < GRAPH_HEADER)
			continue;
		if (graph_head_decode(message, &sizes, &head) || head.type != GRAPH_AUTH_INFO ||
		    head.size > GRAPHS_FIRST_MAX)
			return ERR_MALFORMED;
		*size = head.size;
		if (n >= head.size)
			return OK;
	}
	return ERR_NOT_FOUND;
}

static bool is_wanted(const struct graphs_entry *e, const struct graph_auth_info *m)
{
	return e->graph && !e->leaving && e->listens &&
	       span_eq(span_str(e->properties.id), m->graph_id) &&
	       (!m->destination.n || span_eq(span_str(e->peer), m->destination));
}

/* GRAPH-12.5: by both names exactly; without a destination, any that listens. */
static struct graphs_entry *entry_for(const struct graphs *s, const struct graph_auth_info *m)
{
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (is_wanted(e, m))
			return e;
	}
	return NULL;
}

/* Its graph takes it over, with all that came on it. */
static enum err hand_over(struct graphs *s, struct graphs_link *l, struct graphs_entry *e,
			  struct span octets, struct mono now)
{
	wait_no_more(s, l);
	enum err err = graph_accepted(e->graph, l->number, &l->local, &l->remote, now);
	if (err == ERR_STATE || err == ERR_STOPPING) {
		graphs_stranger(s, GRAPHS_STRANGER_UNWANTED, &l->remote);
		close_link(s, l);
		return OK;
	}
	if (err) {
		graphs_link_drop(s, l);
		return err;
	}
	l->entry = e;
	err = graph_input(e->graph, l->number, octets, now);
	/* Its own from here on; what waited is not needed. */
	env_free(s->shared.env, l->octets);
	l->octets = NULL;
	return err;
}

/* What there is of the first frames, and what came now. */
static enum err look(struct graphs *s, struct graphs_link *l, struct span octets, struct mono now)
{
	uint8_t message[GRAPHS_FIRST_MAX];
	struct graph_message m;
	size_t size = 0;
	enum err err = auth_info(octets, message, &size);
	if (err == ERR_NOT_FOUND)
		return err;
	if (!err)
		err = graph_message_decode(span_of(message, size), &m);
	if (err) {
		graphs_stranger(s, GRAPHS_STRANGER_MALFORMED, &l->remote);
		close_link(s, l);
		return OK;
	}
	struct graphs_entry *e = entry_for(s, &m.auth);
	if (e)
		return hand_over(s, l, e, octets, now);
	graphs_stranger(s, GRAPHS_STRANGER_UNWANTED, &l->remote);
	close_link(s, l);
	return OK;
}

/* Octets that do not say it yet are kept; of more than a hello can have, it is none. */
static enum err keep(struct graphs *s, struct graphs_link *l, struct span bytes)
{
	if (!l->octets) {
		l->octets = env_zalloc(s->shared.env, 1, GRAPHS_FIRST_ROOM);
		if (!l->octets)
			return ERR_NOMEM;
		s->shared.memory += GRAPHS_FIRST_ROOM;
	}
	memcpy(l->octets + l->n, bytes.p, bytes.n);
	l->n += bytes.n;
	return OK;
}

static enum err first_octets(struct graphs *s, struct graphs_link *l, struct span bytes,
			     struct mono now)
{
	/* Nearly always all of it comes at once, and nothing is copied. */
	if (!l->n) {
		enum err err = look(s, l, bytes, now);
		if (err != ERR_NOT_FOUND)
			return err;
	}
	if (bytes.n > GRAPHS_FIRST_ROOM - l->n) {
		graphs_stranger(s, GRAPHS_STRANGER_MALFORMED, &l->remote);
		close_link(s, l);
		return OK;
	}
	bool again = l->n > 0;
	enum err err = keep(s, l, bytes);
	if (err || !again)
		return err;
	err = look(s, l, span_of(l->octets, l->n), now);
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err graphs_input(struct graphs *s, uint32_t link, struct span bytes, struct mono now)
{
	s->now = now;
	struct graphs_link *l = graphs_link_find(s, link);
	if (!l || !bytes.n)
		return OK;
	if (l->entry)
		return graph_input(l->entry->graph, link, bytes, now);
	return first_octets(s, l, bytes, now);
}

enum err graphs_up(struct graphs *s, uint32_t link, const struct addr *local,
		   const struct addr *remote, struct mono now)
{
	s->now = now;
	struct graphs_link *l = graphs_link_find(s, link);
	if (l)
		l->local = *local;
	return l && l->entry ? graph_up(l->entry->graph, link, local, remote, now) : OK;
}

void graphs_down(struct graphs *s, uint32_t link, enum err why, struct mono now)
{
	s->now = now;
	struct graphs_link *l = graphs_link_find(s, link);
	if (!l)
		return;
	struct graphs_entry *e = l->entry;
	graphs_link_drop(s, l);
	if (e)
		graph_down(e->graph, link, why, now);
}

static bool has_address(const struct addr *all, size_t n, const struct addr *a)
{
	for (size_t i = 0; i < n; i++)
		if (addr_same_host(&all[i], a))
			return true;
	return false;
}

static struct graphs_link *lost(const struct graphs *s, const struct addr *a, size_t n)
{
	size_t at = 0;
	struct span key;
	void *link;
	while (map_next(&s->links, &at, &key, &link)) {
		const struct addr *local = &((struct graphs_link *)link)->local;
		if (has_address(s->address, s->n_addresses, local) && !has_address(a, n, local))
			return link;
	}
	return NULL;
}

/* GRAPH-12.13 */
void graphs_links_lose(struct graphs *s, const struct addr *a, size_t n, struct mono now)
{
	struct graphs_link *l;
	while ((l = lost(s, a, n))) {
		struct graphs_entry *e = l->entry;
		uint32_t number = l->number;
		close_link(s, l);
		if (e)
			graph_down(e->graph, number, ERR_UNREACHABLE, now);
	}
}

void graphs_drained(struct graphs *s, uint32_t link, struct mono now)
{
	s->now = now;
	const struct graphs_link *l = graphs_link_find(s, link);
	if (l && l->entry)
		graph_drained(l->entry->graph, link, now);
}

bool graphs_has_link(const struct graphs *s, uint32_t link)
{
	return graphs_link_find(s, link) != NULL;
}

bool graphs_link_waits(const struct graphs *s, uint32_t link)
{
	const struct graphs_link *l = graphs_link_find(s, link);
	return l && l->entry && graph_link_waits(l->entry->graph, link);
}

struct span graphs_link_unfinished(const struct graphs *s, uint32_t link)
{
	const struct graphs_link *l = graphs_link_find(s, link);
	if (l && l->entry)
		return graph_link_unfinished(l->entry->graph, link);
	return l ? span_of(l->octets, l->n) : span_of(NULL, 0);
}

static struct graphs_link *oldest(const struct graphs *s)
{
	return list_empty(&s->waiting) ? NULL
				       : LIST_ENTRY(s->waiting.next, struct graphs_link, waiting);
}

struct mono graphs_links_deadline(const struct graphs *s)
{
	const struct graphs_link *l = oldest(s);
	return l ? l->deadline : MONO_NEVER;
}

/* GRAPH-12.4 */
void graphs_links_due(struct graphs *s, struct mono now)
{
	while (mono_reached(graphs_links_deadline(s), now)) {
		graphs_stranger(s, GRAPHS_STRANGER_LATE, &oldest(s)->remote);
		close_link(s, oldest(s));
	}
}
