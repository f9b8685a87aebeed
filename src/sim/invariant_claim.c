#include "sim/world_int.h"

/* What must hold of claims after every event, whatever the scenario (SIM-6.9 to
 * SIM-6.13). What was told is remembered here, outside of the nodes. */

/* A claim that a node told the world it holds. */
struct kept {
	struct list at; /* in machine.kept */
	uint64_t number;
	bool known; /* the rest is: it was looked at when nothing waited for a commit */
	struct masc_prefix prefix;
	uint32_t timestamp;
	int64_t end; /* wall us */
};

/* A claim whose waiting period runs, and what came of it. */
struct waits {
	struct list at; /* in machine.waits */
	uint64_t number;
	int64_t since; /* world us: it was claimed */
	/* Since then, and since the node was started: with a session to somebody who
	 * would object, world us. */
	int64_t listened;
	struct masc_id parent;	   /* it is claimed from */
	bool local;		   /* nobody is waited for */
	bool heard;		   /* such a session is up */
	struct masc_prefix prefix; /* held in the end; family 0 not yet */
};

static void broken_prefix(struct machine *m, const char *what, const struct masc_prefix *p)
{
	char buffer[200];
	struct text t = TEXT_OF(buffer);
	text_str(&t, what);
	text_char(&t, ' ');
	masc_prefix_text(&t, p);
	broken(m->site.w, &m->site, t.p);
}

static struct kept *find_kept(struct machine *m, uint64_t number)
{
	LIST_EACH(i, next, &m->kept)
	{
		struct kept *k = LIST_ENTRY(i, struct kept, at);
		if (k->number == number)
			return k;
	}
	return NULL;
}

static void forget(struct machine *m, uint64_t number)
{
	struct kept *k = find_kept(m, number);
	if (!k)
		return;
	list_take(&k->at);
	env_free(m->site.w->env, k);
}

static struct waits *find_waits(struct machine *m, uint64_t number)
{
	LIST_EACH(i, next, &m->waits)
	{
		struct waits *x = LIST_ENTRY(i, struct waits, at);
		if (x->number == number)
			return x;
	}
	return NULL;
}

/* -- SIM-6.9: not held before the waiting period is over -- */

static struct waits *waits_for(struct machine *m, uint64_t number)
{
	struct waits *x = find_waits(m, number);
	if (x)
		return x;
	x = world_alloc(m->site.w, sizeof(*x));
	if (!x)
		return NULL;
	x->number = number;
	list_push_back(&m->waits, &x->at);
	return x;
}

static void note_waiting(struct machine *m, const struct masc_event *e)
{
	struct waits *x = waits_for(m, e->number);
	struct masc_own_info info;
	if (!x)
		return;
	x->since = m->site.w->now;
	x->listened = 0;
	x->local = e->local;
	x->parent = (struct masc_id){ { 0 } };
	if (m->node && node_masc(m->node) && claim_find(node_masc(m->node), e->number, &info))
		x->parent = info.parent;
}

static bool is_up(const struct masc *core, const struct masc_peer_config *c)
{
	struct masc_peer_info info;
	for (size_t i = 0; i < masc_peer_count(core); i++) {
		masc_peer_info(core, i, &info);
		if (span_eq(span_str(info.config->name), span_str(c->name)))
			return info.state == MASC_ESTABLISHED;
	}
	return false;
}

/* From outside: a session of the parent's is up; in a root scope more than half
 * of the siblings there are. That they are synced is not asked for. */
static bool listens(const struct machine *m, const struct waits *x)
{
	const struct masc_config *c = &m->config->masc;
	const struct masc *core = m->node ? node_masc(m->node) : NULL;
	bool root = masc_id_is_zero(&x->parent);
	size_t all = 0, up = 0;
	for (size_t i = 0; core && !x->local && i < c->n_peers; i++) {
		const struct masc_peer_config *p = &c->peers[i];
		bool concerns = root ? p->role == MASC_SIBLING && masc_id_is_zero(&p->parent_domain)
				     : p->role == MASC_CHILD && masc_id_eq(&p->domain, &x->parent);
		all += concerns;
		up += concerns && is_up(core, p);
	}
	if (!core)
		return false;
	return x->local || (root ? all == 0 || 2 * up > all : up > 0);
}

/* What was so since the node was touched last. */
static void passes(struct machine *m)
{
	int64_t passed = m->site.w->now - m->looked;
	LIST_EACH(i, next, &m->waits)
	{
		struct waits *x = LIST_ENTRY(i, struct waits, at);
		if (x->heard)
			x->listened += passed;
	}
	m->looked = m->site.w->now;
}

static void look_who_listens(struct machine *m)
{
	LIST_EACH(i, next, &m->waits)
	{
		struct waits *x = LIST_ENTRY(i, struct waits, at);
		x->heard = listens(m, x);
	}
}

/* Crystals differ by two parts in ten thousand. */
static bool long_enough(const struct machine *m, int64_t us)
{
	int64_t w = masc_config_rules(&m->config->masc).waiting_period;
	return us >= w - w / 1000;
}

/* Part of a range that was held before: a clash, or half of it was renewed. */
static bool is_piece(struct machine *m, const struct masc_event *e)
{
	LIST_EACH(i, next, &m->waits)
	{
		const struct waits *x = LIST_ENTRY(i, struct waits, at);
		if (x->number != e->number && x->prefix.family &&
		    masc_prefix_covers(&x->prefix, &e->prefix))
			return true;
	}
	return false;
}

static bool is_claimed(enum masc_life l)
{
	return l == MASC_LIFE_WAITING || l == MASC_LIFE_GROWING || l == MASC_LIFE_RENEWING;
}

/* But for the part in use by a domain that stops being a leaf, MASC-18.3. */
static bool from_nothing(const struct masc_event *e)
{
	return !is_claimed(e->life_from) && !claim_is_held(e->life_from) &&
	       e->life_from != MASC_LIFE_CLASHED && e->why != MASC_REASON_RESTARTED &&
	       e->why != MASC_REASON_CLASH && !e->local;
}

static void check_claimed(struct machine *m, const struct waits *x, const struct masc_event *e)
{
	if (!x->since || !long_enough(m, m->site.w->now - x->since))
		broken_prefix(m, "held before its waiting period is over:", &e->prefix);
	else if (!long_enough(m, x->listened))
		broken_prefix(m,
			      "held though nobody could object for a waiting period:", &e->prefix);
}

static void check_waited(struct machine *m, const struct masc_event *e)
{
	struct waits *x = waits_for(m, e->number);
	if (!x)
		return;
	if (is_claimed(e->life_from) && e->why == MASC_REASON_WAITED) {
		passes(m);
		check_claimed(m, x, e);
	} else if (claim_is_held(e->life_from) && !is_claimed(e->life_from) && !x->prefix.family &&
		   !is_piece(m, e)) {
		broken_prefix(m, "a piece of nothing that was held:", &e->prefix);
	} else if (from_nothing(e)) {
		broken_prefix(m, "held without a claim:", &e->prefix);
	}
	x->prefix = e->prefix;
}

void invariant_claim_out(struct machine *m, const struct masc_event *e)
{
	m->site.w->claims_changed = true;
	if (e->kind != MASC_EVENT_CLAIM)
		return;
	if (is_claimed(e->life))
		note_waiting(m, e);
	else if (e->life == MASC_LIFE_HELD)
		check_waited(m, e);
}

/* -- SIM-6.10: what was told as held is there after any crash -- */

static void keep(struct machine *m, uint64_t number)
{
	forget(m, number);
	struct kept *k = world_alloc(m->site.w, sizeof(*k));
	if (!k)
		return;
	k->number = number;
	k->known = false;
	list_push_back(&m->kept, &k->at);
}

static void look_at(struct machine *m, struct kept *k)
{
	struct masc_own_info info;
	if (!claim_find(node_masc(m->node), k->number, &info) || info.withdrawn ||
	    info.life != MASC_LIFE_HELD) {
		forget(m, k->number);
		return;
	}
	k->known = true;
	k->prefix = info.prefix;
	k->timestamp = info.timestamp;
	k->end = info.end;
}

/* A change that is not told yet may be undone: what is held is looked at when
 * nothing waits. */
void invariant_claim_after(struct machine *m)
{
	passes(m);
	look_who_listens(m);
	if (list_empty(&m->kept) || m->committing || !list_empty(&m->held) || !node_masc(m->node) ||
	    m->stopping)
		return;
	LIST_EACH(i, next, &m->kept)
	{
		struct kept *k = LIST_ENTRY(i, struct kept, at);
		if (!k->known)
			look_at(m, k);
	}
}

/* A piece of it goes its own way: how much is left is to be seen. */
static void look_again(struct machine *m, const struct masc_event *e)
{
	LIST_EACH(i, next, &m->kept)
	{
		struct kept *k = LIST_ENTRY(i, struct kept, at);
		if (k->number != e->number && k->known &&
		    masc_prefix_covers(&k->prefix, &e->prefix))
			k->known = false;
	}
}

void invariant_claim_told(struct machine *m, const struct masc_event *e)
{
	if (e->kind != MASC_EVENT_CLAIM)
		return;
	look_again(m, e);
	if (e->life == MASC_LIFE_HELD)
		keep(m, e->number);
	else if (!claim_is_held(e->life))
		forget(m, e->number);
}

static void check_kept(struct machine *m, struct kept *k)
{
	const struct masc *core = node_masc(m->node);
	struct masc_own_info info;
	int64_t wall = sim_clock_wall(&m->clock, m->site.w->now).us;
	if (!core || !k->known || wall > k->end - MONO_SEC) {
		forget(m, k->number);
		return;
	}
	if (!claim_find(core, k->number, &info) || !claim_is_held(info.life))
		broken_prefix(m, "lost in a crash though told as held:", &k->prefix);
	else if (!masc_prefix_covers(&info.prefix, &k->prefix) || info.timestamp != k->timestamp ||
		 info.end < k->end)
		broken_prefix(m, "held otherwise than told before the crash:", &k->prefix);
}

void invariant_claim_born(struct machine *m)
{
	passes(m);
	look_who_listens(m);
	m->site.w->claims_changed = true;
	LIST_EACH(i, next, &m->kept)
	check_kept(m, LIST_ENTRY(i, struct kept, at));
}

/* What waited to be told when the crash came may be done or not. */
void invariant_claim_crash(struct machine *m, bool lost_store)
{
	/* MASC-14.10: nobody listens meanwhile. */
	LIST_EACH(x, next, &m->waits)
	{
		LIST_ENTRY(x, struct waits, at)->heard = false;
		LIST_ENTRY(x, struct waits, at)->listened = 0;
	}
	LIST_EACH(i, next, &m->held)
	{
		const struct held *h = LIST_ENTRY(i, struct held, at);
		if (h->out.kind != NODE_OUT_EVENT || h->event->part != NODE_PART_MASC)
			continue;
		forget(m, h->event->masc.number);
		if (h->event->masc.kind == MASC_EVENT_CLAIM)
			look_again(m, &h->event->masc);
	}
	while (lost_store && !list_empty(&m->kept))
		forget(m, LIST_ENTRY(m->kept.next, struct kept, at)->number);
}

void invariant_claim_forget(struct machine *m)
{
	while (!list_empty(&m->kept))
		forget(m, LIST_ENTRY(m->kept.next, struct kept, at)->number);
	LIST_EACH(i, next, &m->waits)
	{
		list_take(i);
		env_free(m->site.w->env, LIST_ENTRY(i, struct waits, at));
	}
}

/* -- SIM-6.11, SIM-6.12: between nodes, when all has been well for long enough -- */

static const struct masc *core_of(const struct machine *m)
{
	return m->node && !m->stopping ? node_masc(m->node) : NULL;
}

/* Long enough for the slowest node to notice a dead peer, come back, and hear. */
static int64_t settling(const struct world *w)
{
	int64_t most = 0;
	for (size_t i = 0; i < w->s->n_sites; i++) {
		if (is_raw(w->sites[i]))
			continue;
		const struct masc_config *c = &machine_of(w->sites[i])->config->masc;
		struct masc_timers t = masc_config_timers(c, NULL);
		int64_t n = 2 * masc_config_rules(c).waiting_period + 3 * t.hold_time +
			    2 * t.connect_retry + t.idle_backoff_max;
		most = n > most ? n : most;
	}
	/* What a cut held up comes again with its sender's next try. */
	return most + 30 * MONO_SEC;
}

/* After each event: what mostly decides comes first, the walk over all last. */
static bool all_is_well(const struct world *w)
{
	if (w->cuts)
		return false;
	for (size_t i = 0; i < w->s->n_sites; i++)
		if (!is_raw(w->sites[i]) && !core_of(machine_of(w->sites[i])))
			return false;
	return w->now - w->disturbed >= settling(w);
}

static bool clocks_agree(const struct machine *a, const struct machine *b)
{
	int64_t now = a->site.w->now;
	int64_t apart = sim_clock_wall(&a->clock, now).us - sim_clock_wall(&b->clock, now).us;
	int64_t keep_a = masc_config_rules(&a->config->masc).skew_keep;
	int64_t keep_b = masc_config_rules(&b->config->masc).skew_keep;
	apart = apart < 0 ? -apart : apart;
	return apart < (keep_a < keep_b ? keep_a : keep_b);
}

static bool same_domain(const struct machine *a, const struct machine *b)
{
	return masc_id_eq(&a->config->masc.domain, &b->config->masc.domain);
}

/* The boundary of that scope lies between one of its sessions and another. */
static bool at_boundary(const struct machine *m, const char *scope)
{
	const struct masc_config *c = &m->config->masc;
	const struct masc_scope_config *s = masc_config_find_scope(c, span_str(scope));
	for (size_t i = 0; s && i < c->n_peers; i++)
		if (masc_config_crosses(&c->peers[i], s))
			return true;
	return false;
}

static bool is_manual(const struct machine *m)
{
	return m->config->masc.clash == MASC_CLASH_MANUAL;
}

/* What it holds in a space beside others; its own are reported where they are
 * made. Of a leaf's or a parent's own level, never its local part. */
static bool competes(const struct masc_own_info *i)
{
	return i->ours && !i->local && !i->withdrawn && claim_is_held(i->life);
}

static void check_apart(struct machine *a, const struct masc_own_info *x, struct machine *b)
{
	const struct masc *core = core_of(b);
	struct masc_own_info y;
	if (at_boundary(a, x->scope))
		return;
	for (size_t i = 0; i < masc_own_count(core); i++) {
		masc_own_info(core, i, &y);
		if (competes(&y) && masc_id_eq(&x->parent, &y.parent) &&
		    masc_prefix_overlaps(&x->prefix, &y.prefix))
			broken_prefix(a, "two siblings hold overlapping ranges:", &x->prefix);
	}
}

static bool holds_around(const struct masc *core, const struct masc_prefix *p)
{
	struct masc_own_info y;
	for (size_t i = 0; i < masc_own_count(core); i++) {
		masc_own_info(core, i, &y);
		if (!y.local && claim_is_held(y.life) && masc_prefix_covers(&y.prefix, p))
			return true;
	}
	return false;
}

enum around {
	AROUND_NOBODY, /* the story has no node of that domain whose clock can be compared */
	AROUND_NOT,
	AROUND_HELD
};

/* What one node of a domain holds all of them do, but they may hear of it late. */
static enum around around(struct machine *of, const struct masc_id *domain,
			  const struct masc_prefix *p)
{
	struct world *w = of->site.w;
	enum around found = AROUND_NOBODY;
	for (size_t i = 0; i < w->s->n_sites && found != AROUND_HELD; i++) {
		struct machine *m = is_raw(w->sites[i]) ? NULL : machine_of(w->sites[i]);
		if (!m || !masc_id_eq(&m->config->masc.domain, domain) || !clocks_agree(of, m))
			continue;
		found = holds_around(core_of(m), p) ? AROUND_HELD : AROUND_NOT;
	}
	return found;
}

static void check_inside(struct machine *m, const struct masc_own_info *x)
{
	int64_t wall = sim_clock_wall(&m->clock, m->site.w->now).us;
	if (masc_id_is_zero(&x->parent) || x->end - wall < MONO_SEC)
		return;
	if (around(m, &x->parent, &x->prefix) == AROUND_NOT)
		broken_prefix(m, "held outside of what the parent holds:", &x->prefix);
}

static void check_claim(struct machine *m, const struct masc_own_info *x)
{
	struct world *w = m->site.w;
	check_inside(m, x);
	for (size_t i = 0; i < w->s->n_sites; i++) {
		struct machine *other = is_raw(w->sites[i]) ? NULL : machine_of(w->sites[i]);
		if (!other || same_domain(m, other) || is_manual(m) || is_manual(other))
			continue;
		if (clocks_agree(m, other))
			check_apart(m, x, other);
	}
}

static void check_node(struct machine *m)
{
	const struct masc *core = core_of(m);
	struct masc_own_info x;
	for (size_t i = 0; i < masc_own_count(core); i++) {
		masc_own_info(core, i, &x);
		if (competes(&x))
			check_claim(m, &x);
	}
}

/* SIM-6.13 */
static void check_caps(struct machine *m)
{
	struct masc_claims_info info;
	size_t all = 0;
	if (!core_of(m))
		return;
	masc_claims_info(core_of(m), &info);
	for (size_t i = 0; i < 6; i++)
		all += info.known[i];
	if (all > info.most * (masc_range_count(core_of(m)) + MASC_SCOPES_MAX))
		broken(m->site.w, &m->site, "more claims than the tables may hold");
}

void invariant_claims_after(struct world *w)
{
	bool well = all_is_well(w);
	bool look = well && (w->claims_changed || !w->was_well);
	w->was_well = well;
	if (!look || w->broken)
		return;
	w->claims_changed = false;
	for (size_t i = 0; i < w->s->n_sites; i++) {
		if (is_raw(w->sites[i]))
			continue;
		check_node(machine_of(w->sites[i]));
		check_caps(machine_of(w->sites[i]));
	}
}
