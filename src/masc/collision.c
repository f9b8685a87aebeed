/* MASC-5: two connections with one node; the higher Node ID's own stays. */
#include "masc/masc_int.h"

void collision_key(const struct session *s, const struct masc_id *node, uint8_t *key)
{
	const struct masc_peer_config *c = s->peer->config;
	/* Zero but for siblings, where each common parent has its session. */
	key[0] = (uint8_t)(c->family + 1);
	memcpy(key + 1, c->parent_domain.octets, sizeof(c->parent_domain.octets));
	memcpy(key + 17, node->octets, sizeof(node->octets));
}

/* The other session with the node that sent the OPEN. One still in OPENSENT
 * counts when the configuration says which node it is with. */
static struct session *other_of(const struct session *s, const struct wire_open *o)
{
	const struct peer *p = s->peer;
	uint8_t key[NODE_KEY_SIZE];
	collision_key(s, &o->node, key);
	struct session *e = map_get(&p->m->by_node, span_of(key, sizeof(key)));
	if (e || masc_id_is_zero(&p->config->node) || !p->rival)
		return e;
	e = p->rival == s ? p->main : p->rival;
	return e->state == MASC_OPENSENT ? e : NULL;
}

bool collision_undecided(const struct session *up, const struct session *other)
{
	if (other->state != MASC_OPENSENT || other->peer != up->peer)
		return false;
	bool we_are_higher = masc_id_cmp(&up->peer->m->config.node, &up->node) > 0;
	return up->link->ours != we_are_higher && other->link->ours == we_are_higher;
}

/* Of two opened by the same side the newer stays: the older one's opener has
 * given it up, or it would not have opened another. */
static enum masc_keep rule_for(const struct session *older, const struct session *newer)
{
	if (older->state == MASC_ESTABLISHED)
		return collision_undecided(older, newer) ? MASC_KEEP_HIGHER : MASC_KEEP_UP;
	return older->link->ours == newer->link->ours ? MASC_KEEP_NEWER : MASC_KEEP_HIGHER;
}

static bool newer_stays(enum masc_keep rule, const struct session *newer, const struct wire_open *o)
{
	if (rule != MASC_KEEP_HIGHER)
		return rule == MASC_KEEP_NEWER;
	bool we_are_higher = masc_id_cmp(&newer->peer->m->config.node, &o->node) > 0;
	return newer->link->ours == we_are_higher;
}

static void tell(const struct session *kept, const struct session *closed, enum masc_keep why)
{
	struct peer *p = closed->peer;
	struct masc_event ev = event_of(p, MASC_EVENT_COLLISION);
	ev.link = closed->link->number;
	ev.kept = kept->link->number;
	ev.ours = kept->link->ours;
	ev.keep = kept->peer == p ? why : MASC_KEEP_TWIN;
	ev.remote = closed->link->remote;
	p->count.collisions++;
	out_event(p->m, &ev, 0);
}

/* Two configured peers that turn out to be one node would do this for ever:
 * there it is an error. */
static void close_loser(struct session *kept, struct session *loser, enum masc_keep rule,
			struct mono now)
{
	enum ending ending = loser->peer == kept->peer ? END_CLOSED : END_ERROR;
	tell(kept, loser, rule);
	session_step(loser, &(struct event){ .kind = EV_STOP, .ending = ending }, now);
}

bool collision_survived(struct session *s, const struct wire_open *o, struct mono now)
{
	struct session *e = other_of(s, o);
	if (!e)
		return true;
	enum masc_keep rule = rule_for(e, s);
	bool survives = newer_stays(rule, s, o);
	struct peer *losing = survives ? e->peer : s->peer;
	if (survives)
		close_loser(s, e, rule, now);
	else
		close_loser(e, s, rule, now);
	/* The peer of s is settled with what comes next for s. */
	if (!survives || losing != s->peer)
		peer_settle(losing, now);
	return survives;
}
