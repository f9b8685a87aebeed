/* What we hold, what others claim, demands and clashes: looks alone. */
#include "ops/ops_int.h"

#include "base/number.h"
#include "os/clock.h"

#define SCAN_MOST  5000		   /* claims looked at for one answer: a few ms */
#define COUNT_MOST OPS_CLAIMS_MOST /* behind a page that is not the first */

void ops_set_prefix(char *out, size_t size, const struct masc_prefix *p)
{
	struct text t = text_of(out, size);
	if (p->family)
		masc_prefix_text(&t, p);
}

int64_t ops_until(int64_t wall_us)
{
	int64_t left = wall_us - os_wall().us;
	return left > 0 ? left : 0;
}

/* The address in front of the slash, all of its bits. */
static enum err read_address(const char *s, struct masc_prefix *out)
{
	char buffer[OPS_PREFIX_MAX + 8];
	struct text t = TEXT_OF(buffer);
	const char *slash = strchr(s, '/');
	text_span(&t, span_of(s, slash ? (size_t)(slash - s) : strlen(s)));
	text_str(&t, strchr(s, ':') ? "/128" : "/32");
	return masc_prefix_parse(span_str(buffer), out);
}

/* "239.192.1.5/24": what may have been meant. */
static bool put_meant(struct text *why, const char *s)
{
	struct masc_prefix p;
	uint64_t length;
	const char *slash = strchr(s, '/');
	if (!slash || read_address(s, &p) != OK ||
	    number_u64(span_str(slash + 1), p.length, &length) != OK)
		return false;
	while (p.length > length)
		p = masc_prefix_wider(&p);
	text_str(why, " has bits behind its length; with that length it lies in ");
	masc_prefix_text(why, &p);
	return true;
}

enum err ops_read_prefix(const char *s, struct masc_prefix *out, struct text *why)
{
	enum err e = masc_prefix_parse(span_str(s), out);
	if (e == OK)
		return OK;
	text_quoted(why, span_str(s), OPS_PREFIX_MAX);
	if (e != ERR_RANGE)
		text_str(why, " is no range; one looks like 239.192.1.0/24 or ff38::9000:0/112");
	else if (!put_meant(why, s))
		text_str(why, " is no range of multicast addresses");
	return ERR_MALFORMED;
}

enum err ops_read_within(const char *s, struct masc_prefix *out, struct text *why)
{
	if (!strchr(s, '/') && read_address(s, out) == OK)
		return OK;
	return ops_read_prefix(s, out, why);
}

static const struct masc *masc_of(const struct ops *o)
{
	return node_masc(engine_node(o->engine));
}

static const struct masc_config *config_of(const struct ops *o)
{
	return &node_config_of(engine_node(o->engine))->masc;
}

static void set_reason(char *word, size_t size, const char **text, const char **hint,
		       enum masc_reason why)
{
	const char *advice = node_reason_advice(why);
	if (why == MASC_REASON_NONE)
		return;
	ops_set_text(word, size, masc_reason_word(why));
	*text = masc_reason_text(why);
	*hint = advice ? advice : "";
}

/* What we hold and claim */

static bool is_held(const struct masc_own_info *i)
{
	return i->prefix.family != 0;
}

/* While it runs its end is when the next step is due. */
static int64_t wait_left(const struct masc_own_info *i)
{
	bool runs = i->wait_left >= 0 && !i->frozen && i->due;
	return runs ? ops_until(i->due) : i->wait_left;
}

static void set_times(struct ops_masc_prefix *p, const struct masc_own_info *i)
{
	p->timestamp = (int64_t)i->timestamp * MONO_SEC;
	p->end = i->end;
	p->left = i->end ? ops_until(i->end) : -1;
	p->wait_left = wait_left(i);
	p->frozen = i->frozen;
	p->due = i->due;
}

bool ops_masc_clashes(const struct masc *m, const struct masc_prefix *p)
{
	size_t n = masc_clash_count(m);
	for (size_t i = 0; i < n; i++) {
		struct masc_clash_info info;
		masc_clash_info(m, i, &info);
		if (!info.yielded && masc_prefix_overlaps(&info.ours, p) &&
		    masc_prefix_overlaps(&info.theirs, p))
			return true;
	}
	return false;
}

static void set_prefix(struct ops_masc_prefix *p, const struct masc_own_info *i)
{
	ops_clear(&ops_masc_prefix_type, p);
	p->number = i->number;
	ops_set_text(p->state, sizeof(p->state), masc_life_text(i->life));
	ops_set_prefix(p->prefix, sizeof(p->prefix), &i->prefix);
	ops_set_prefix(p->wanted, sizeof(p->wanted), &i->wanted);
	p->addresses = is_held(i)	  ? masc_prefix_size(&i->prefix)
		       : i->wanted.family ? masc_prefix_size(&i->wanted)
					  : i->addresses;
	p->used = i->used;
	set_reason(p->why, sizeof(p->why), &p->reason, &p->hint, i->why);
	if (i->why == MASC_REASON_TOO_OFTEN) {
		p->reason = node_own_reason_text(i->why);
		p->hint = node_own_reason_advice(i->why);
	}
	ops_set_text(p->scope, sizeof(p->scope), i->scope);
	ops_set_id(p->parent, sizeof(p->parent), &i->parent);
	ops_set_id(p->node, sizeof(p->node), &i->node);
	p->ours = i->ours;
	p->local = i->local;
	p->withdrawn = i->withdrawn;
	p->disputed = i->disputed;
	ops_set_id(p->rival, sizeof(p->rival), &i->rival);
	set_times(p, i);
}

static void set_range(struct ops_masc_range *r, const struct masc_range_info *i)
{
	ops_clear(&ops_masc_range_type, r);
	ops_set_prefix(r->prefix, sizeof(r->prefix), &i->prefix);
	ops_set_id(r->parent, sizeof(r->parent), &i->parent);
	ops_set_text(r->scope, sizeof(r->scope), i->scope);
	r->deprecated = i->deprecated;
	r->stale = i->stale;
	r->synced = i->synced;
	r->end = i->end;
}

static uint64_t not_met(const struct masc *m)
{
	uint64_t n = 0;
	for (size_t i = masc_demand_count(m); i-- > 0;) {
		struct masc_demand_info info;
		masc_demand_info(m, i, &info);
		n += info.met < info.addresses;
	}
	return n;
}

static enum err take_prefixes(const struct masc *m, struct ops_masc_prefixes *to, struct arena *mem)
{
	size_t n = masc_own_count(m), ranges = masc_range_count(m);
	to->prefixes = arena_alloc(mem, (n + 1) * sizeof(*to->prefixes));
	to->ranges = arena_alloc(mem, (ranges + 1) * sizeof(*to->ranges));
	if (!to->prefixes || !to->ranges)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		struct masc_own_info info;
		masc_own_info(m, i, &info);
		set_prefix(&to->prefixes[to->n_prefixes], &info);
		to->prefixes[to->n_prefixes++].clash =
			info.prefix.family && ops_masc_clashes(m, &info.prefix);
	}
	for (size_t i = 0; i < ranges; i++) {
		struct masc_range_info info;
		masc_range_info(m, i, &info);
		set_range(&to->ranges[to->n_ranges++], &info);
	}
	return OK;
}

enum err ops_run_masc_prefixes(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct masc *m = masc_of(o);
	struct ops_masc_prefixes answer;
	struct draft d = { &o->mem, false };
	ops_clear(&ops_masc_prefixes_type, &answer);
	ops_masc_part(o, &d, &answer.part);
	if (m) {
		struct masc_claims_info info;
		masc_claims_info(m, &info);
		answer.leaf = info.leaf;
		answer.demands = not_met(m);
		if (info.paused)
			ops_set_text(answer.paused, sizeof(answer.paused),
				     masc_reason_word(info.paused));
	}
	if (d.failed || (m && take_prefixes(m, &answer, &o->mem) != OK))
		return ERR_NOMEM;
	ops_answer_value(call, &ops_masc_prefixes_type, &answer);
	return OK;
}

/* In figures */

static void add_saturating(uint64_t *sum, uint64_t more)
{
	*sum = more > UINT64_MAX - *sum ? UINT64_MAX : *sum + more;
}

static void count_own(struct ops_holdings *h, const struct masc *m)
{
	size_t n = masc_own_count(m);
	for (size_t i = 0; i < n; i++) {
		struct masc_own_info info;
		masc_own_info(m, i, &info);
		h->waiting += info.life == MASC_LIFE_WAITING;
		h->wanted += info.life == MASC_LIFE_WANTED || info.life == MASC_LIFE_SCHEDULED;
		/* The local part lies inside of another. */
		if (!is_held(&info) || info.local)
			continue;
		/* Nobody may use it now. */
		if (info.life == MASC_LIFE_CLASHED) {
			h->withdrawn++;
			continue;
		}
		h->disputed += info.disputed;
		h->held++;
		add_saturating(&h->addresses, masc_prefix_size(&info.prefix));
		add_saturating(&h->used, info.used);
	}
}

/* Of waiting periods: one a level above us, until it is odd that none has come. */
#define PATIENCE 6
#define WAITING	 "waiting"

/* A parent is there to be asked for a range, which is done before anybody could
 * wonder (MASC-13.18). */
static bool has_parent(const struct masc *m, enum masc_family family)
{
	size_t n = masc_peer_count(m);
	for (size_t i = 0; i < n; i++) {
		struct masc_peer_info info;
		masc_peer_info(m, i, &info);
		if (info.state == MASC_ESTABLISHED && info.config->role == MASC_CHILD &&
		    info.config->family == (family == MASC_IPV6))
			return true;
	}
	return false;
}

/* One word a demand, from what it waits for. */
static const char *demand_state(const struct ops *o, const struct masc_demand_info *i)
{
	int64_t now = os_wall().us, period = masc_config_rules(config_of(o)).waiting_period;
	bool asks = i->why == MASC_REASON_NO_RANGE || i->why == MASC_REASON_NO_ROOM;
	if (i->met >= i->addresses)
		return "met";
	if (i->from > now)
		return "ahead";
	if (i->why == MASC_REASON_NONE || i->why == MASC_REASON_DEMAND)
		return "claiming";
	bool waits = asks && now - i->from < PATIENCE * period && has_parent(masc_of(o), i->family);
	return waits ? WAITING : "unmet";
}

static void count_troubles(struct ops_holdings *h, const struct ops *o, const struct masc *m)
{
	h->demands = masc_demand_count(m);
	h->clashes = masc_clash_count(m);
	for (size_t i = 0; i < h->demands; i++) {
		struct masc_demand_info info;
		masc_demand_info(m, i, &info);
		h->unmet += strcmp(demand_state(o, &info), "unmet") == 0;
	}
	for (size_t i = 0; i < h->clashes; i++) {
		struct masc_clash_info info;
		masc_clash_info(m, i, &info);
		h->open_clashes += info.open;
	}
}

static uint64_t known_claims(const struct masc_claims_info *info)
{
	uint64_t n = 0;
	for (size_t i = 0; i < sizeof(info->known) / sizeof(info->known[0]); i++)
		n += info->known[i];
	return n;
}

void ops_masc_holdings(const struct ops *o, struct ops_holdings *out)
{
	const struct masc *m = masc_of(o);
	struct masc_claims_info info;
	masc_claims_info(m, &info);
	out->known = known_claims(&info);
	out->children = info.children;
	if (info.paused)
		ops_set_text(out->paused, sizeof(out->paused), masc_reason_word(info.paused));
	count_own(out, m);
	count_troubles(out, o, m);
}

/* What others claim */

struct wanted_claims {
	bool has_within, has_domain, from_start;
	struct masc_prefix within;
	struct masc_id domain;
	int type; /* -1 any */
	size_t limit, may_scan;
	struct masc_claim_at at;
};

/* A place in the order of claims, as a word that means nothing to others. */
static void put_token(char *out, size_t size, const struct masc_claim_at *at)
{
	uint8_t octets[26];
	struct text t = text_of(out, size);
	for (size_t i = 0; i < 4; i++) {
		octets[i] = (uint8_t)(at->space >> (24 - 8 * i));
		octets[4 + i] = (uint8_t)(at->ref >> (24 - 8 * i));
	}
	octets[8] = at->prefix.family;
	octets[9] = at->prefix.length;
	memcpy(octets + 10, at->prefix.address, sizeof(at->prefix.address));
	text_hex(&t, span_of(octets, sizeof(octets)));
}

static enum err read_token(const char *s, struct masc_claim_at *at, struct text *why)
{
	uint8_t octets[26];
	size_t n = 0;
	if (!s[0])
		return OK;
	enum err e = number_hex(span_str(s), octets, sizeof(octets), &n);
	if (e != OK || n != sizeof(octets) || octets[8] > MASC_IPV6 ||
	    octets[9] > masc_prefix_bits((enum masc_family)octets[8])) {
		text_str(why, "`after` is not the `next` of an answer");
		return ERR_MALFORMED;
	}
	for (size_t i = 0; i < 4; i++) {
		at->space = at->space << 8 | octets[i];
		at->ref = at->ref << 8 | octets[4 + i];
	}
	at->prefix.family = octets[8];
	at->prefix.length = octets[9];
	memcpy(at->prefix.address, octets + 10, sizeof(at->prefix.address));
	return OK;
}

#define TYPES 6 /* enum wire_attribute */

static enum err read_type(const char *s, int *type, struct text *why)
{
	*type = -1;
	if (!s[0])
		return OK;
	for (uint8_t i = 0; i < TYPES; i++)
		if (strcmp(masc_claim_type_text(i), s) == 0) {
			*type = i;
			return OK;
		}
	text_quoted(why, span_str(s), 15);
	text_str(why, " is no type of claim; types are");
	for (uint8_t i = 0; i < TYPES; i++) {
		text_str(why, i ? ", " : " ");
		text_str(why, masc_claim_type_text(i));
	}
	return ERR_MALFORMED;
}

static enum err read_domain(const char *s, struct masc_id *id, struct text *why)
{
	if (!s[0] || masc_id_parse(span_str(s), id) == OK)
		return OK;
	text_quoted(why, span_str(s), ADDR_TEXT_MAX);
	text_str(why, " is no Domain ID: a number, or an address");
	return ERR_MALFORMED;
}

static enum err read_filter(const struct ops_claim_filter *f, struct wanted_claims *w,
			    struct text *why)
{
	memset(w, 0, sizeof(*w));
	w->has_within = f->within[0];
	w->has_domain = f->domain[0];
	w->from_start = !f->after[0];
	w->may_scan = SCAN_MOST;
	w->limit = f->limit && f->limit < OPS_CLAIMS_MOST ? (size_t)f->limit : OPS_CLAIMS_MOST;
	enum err e = w->has_within ? ops_read_within(f->within, &w->within, why) : OK;
	if (e == OK)
		e = read_type(f->type, &w->type, why);
	if (e == OK)
		e = read_domain(f->domain, &w->domain, why);
	return e == OK ? read_token(f->after, &w->at, why) : e;
}

static void set_claim(struct ops_masc_claim *c, const struct masc_claim_info *i)
{
	ops_clear(&ops_masc_claim_type, c);
	ops_set_prefix(c->prefix, sizeof(c->prefix), &i->prefix);
	ops_set_text(c->type, sizeof(c->type), masc_claim_type_text(i->type));
	ops_set_text(c->role, sizeof(c->role), masc_role_text(i->role));
	ops_set_id(c->domain, sizeof(c->domain), &i->domain);
	ops_set_id(c->node, sizeof(c->node), &i->node);
	c->timestamp = (int64_t)i->timestamp * MONO_SEC;
	c->end = ((int64_t)i->timestamp + i->lifetime) * MONO_SEC;
	c->left = ops_until(c->end);
	c->hold_time = (int64_t)i->hold_time * MONO_SEC;
	ops_set_text(c->peer, sizeof(c->peer), i->peer);
	ops_set_id(c->parent, sizeof(c->parent), &i->parent);
	c->below = i->below;
	c->holds = i->holds;
	c->deprecated = i->deprecated;
	c->stale = i->stale;
	c->ours = i->ours;
}

static bool fits(const struct wanted_claims *w, const struct masc_claim_info *i)
{
	return (w->type < 0 || i->type == w->type) &&
	       (!w->has_domain || masc_id_eq(&i->domain, &w->domain));
}

/* The next that is asked for, within what may be looked at. */
static bool next_claim(const struct masc *m, struct wanted_claims *w, struct masc_claim_info *info)
{
	for (; w->may_scan; w->may_scan--) {
		if (!masc_claim_next(m, &w->at, w->has_within ? &w->within : NULL, info))
			return false;
		if (fits(w, info)) {
			w->may_scan--;
			return true;
		}
	}
	return false;
}

/* Whether nothing but the beginning of all claims is asked for: what is behind
 * them is known without a look. */
static bool is_all(const struct wanted_claims *w)
{
	return w->from_start && !w->has_within && !w->has_domain && w->type < 0;
}

/* What is behind the last one of the answer, as far as it may be looked at. Who
 * asks for page after page is not told each time what is behind all of them. */
static void count_rest(const struct masc *m, const struct wanted_claims *w,
		       struct ops_masc_claims *to)
{
	struct wanted_claims rest = *w;
	struct masc_claim_info info;
	if (!w->from_start && rest.may_scan > COUNT_MOST)
		rest.may_scan = COUNT_MOST;
	while (next_claim(m, &rest, &info))
		to->more++;
	to->counted = rest.may_scan;
	if (to->counted || !is_all(w) || to->known <= to->n_claims)
		return;
	to->more = to->known - to->n_claims;
	to->counted = true;
}

static enum err take_claims(struct ops *o, struct wanted_claims *w, struct ops_masc_claims *to)
{
	const struct masc *m = masc_of(o);
	struct masc_claim_info info;
	struct masc_claims_info all;
	masc_claims_info(m, &all);
	to->known = known_claims(&all);
	to->claims = arena_alloc(&o->mem, (w->limit + 1) * sizeof(*to->claims));
	if (!to->claims)
		return ERR_NOMEM;
	while (to->n_claims < w->limit && next_claim(m, w, &info))
		set_claim(&to->claims[to->n_claims++], &info);
	count_rest(m, w, to);
	if (to->more || !to->counted)
		put_token(to->next, sizeof(to->next), &w->at);
	return OK;
}

enum err ops_run_masc_claims(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct masc *m = masc_of(o);
	const struct ops_claim_filter *f = &r->claim_filter;
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text why = TEXT_OF(buffer);
	struct draft d = { &o->mem, false };
	struct wanted_claims w;
	struct ops_masc_claims answer;
	ops_clear(&ops_masc_claims_type, &answer);
	enum err e = read_filter(f, &w, &why);
	if (e != OK) {
		ops_answer_error(call, e, buffer, "homestead help masc claims");
		return OK;
	}
	ops_masc_part(o, &d, &answer.part);
	answer.counted = true;
	if (d.failed || (m && take_claims(o, &w, &answer) != OK))
		return ERR_NOMEM;
	ops_answer_value(call, &ops_masc_claims_type, &answer);
	return OK;
}

/* Demands */

/* What a parent has to do first is no trouble, and nothing is to be done about it. */
static void set_waiting(struct ops_masc_demand *d)
{
	d->reason = "for the parent, which is asked for a range and needs a waiting period or more "
		    "to claim it";
	d->hint = "";
}

static bool is_about(const struct masc *m, enum masc_family family)
{
	size_t n = masc_peer_count(m);
	for (size_t i = 0; i < n; i++) {
		struct masc_peer_info info;
		masc_peer_info(m, i, &info);
		if (info.config->family == (family == MASC_IPV6))
			return true;
	}
	return false;
}

/* Asked for with the wrong family, most likely: no peer could ever help. */
static void set_alone(struct ops_masc_demand *d, enum masc_family family)
{
	d->hint = family == MASC_IPV6
			  ? "no peer is about ipv6 (`family` of the peers in the configuration)"
			  : "no peer is about ipv4; ipv6 addresses are asked for by length: /120";
}

static void set_demand(const struct ops *o, struct ops_masc_demand *d,
		       const struct masc_demand_info *i)
{
	ops_clear(&ops_masc_demand_type, d);
	d->number = i->number;
	d->addresses = i->addresses;
	d->met = i->met;
	ops_set_text(d->family, sizeof(d->family), masc_family_text(i->family));
	ops_set_text(d->scope, sizeof(d->scope), i->scope);
	ops_set_text(d->state, sizeof(d->state), demand_state(o, i));
	d->from = i->from;
	d->until = i->until;
	set_reason(d->why, sizeof(d->why), &d->reason, &d->hint, i->why);
	if (strcmp(d->state, WAITING) == 0)
		set_waiting(d);
	else if (i->why == MASC_REASON_NO_RANGE && masc_peer_count(masc_of(o)) &&
		 !is_about(masc_of(o), i->family))
		set_alone(d, i->family);
}

enum err ops_run_masc_demands(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct masc *m = masc_of(o);
	struct ops_masc_demands answer;
	struct draft d = { &o->mem, false };
	size_t n = m ? masc_demand_count(m) : 0;
	ops_clear(&ops_masc_demands_type, &answer);
	ops_masc_part(o, &d, &answer.part);
	answer.demands = arena_alloc(&o->mem, (n + 1) * sizeof(*answer.demands));
	if (d.failed || !answer.demands)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		struct masc_demand_info info;
		masc_demand_info(m, i, &info);
		set_demand(o, &answer.demands[answer.n_demands++], &info);
	}
	ops_answer_value(call, &ops_masc_demands_type, &answer);
	return OK;
}

/* Clashes */

static void set_clash(struct ops_masc_clash *c, const struct masc_clash_info *i)
{
	ops_clear(&ops_masc_clash_type, c);
	c->number = i->number;
	ops_set_prefix(c->ours, sizeof(c->ours), &i->ours);
	ops_set_prefix(c->theirs, sizeof(c->theirs), &i->theirs);
	ops_set_id(c->domain, sizeof(c->domain), &i->domain);
	ops_set_id(c->node, sizeof(c->node), &i->node);
	c->won = i->won;
	c->open = i->open;
	c->yielded = i->yielded;
	c->since = i->since;
}

enum err ops_run_masc_clashes(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct masc *m = masc_of(o);
	struct ops_masc_clashes answer;
	struct draft d = { &o->mem, false };
	size_t n = m ? masc_clash_count(m) : 0;
	ops_clear(&ops_masc_clashes_type, &answer);
	ops_masc_part(o, &d, &answer.part);
	answer.complete = !m || !masc_clashes_cut(m);
	answer.clashes = arena_alloc(&o->mem, (n + 1) * sizeof(*answer.clashes));
	if (d.failed || !answer.clashes)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		struct masc_clash_info info;
		masc_clash_info(m, i, &info);
		set_clash(&answer.clashes[answer.n_clashes++], &info);
	}
	ops_answer_value(call, &ops_masc_clashes_type, &answer);
	return OK;
}
