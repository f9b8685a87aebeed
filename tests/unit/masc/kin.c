#include "kin.h"

#include "base/number.h"
#include "wire/rd.h"

static const struct {
	const char *name, *settings;
	uint32_t domain, node;
} usual[] = {
	{ "north", "address=192.0.2.1 role=child domain=7", 7, 71 },
	{ "north2", "address=192.0.2.2 role=child domain=7", 7, 72 },
	{ "other", "address=192.0.2.3 role=child domain=8", 8, 81 },
	{ "west", "address=192.0.2.4 role=sibling domain=20 parent_domain=7", 20, 21 },
	{ "east", "address=192.0.2.5 role=sibling domain=30 parent_domain=7", 30, 31 },
	{ "far", "address=192.0.2.6 role=sibling domain=40 parent_domain=7 crosses=org", 40, 41 },
	{ "inner", "address=192.0.2.7 role=internal domain=100", 100, 11 },
	{ "south", "address=192.0.2.8 role=parent domain=200", 200, 201 },
	{ "south2", "address=192.0.2.9 role=parent domain=210", 210, 211 },
};

void kin_init(struct kin *k, const char *settings)
{
	memset(k, 0, sizeof(*k));
	k->next_link = 2;
	rig_init(&k->r, settings);
	/* So that every set of the table is told: MASC-13.28. */
	rig_set(&k->r, "strict_origin=no");
	k->events = TEXT_OF(k->event_line);
}

void kin_peer(struct kin *k, const char *name, const char *settings, uint32_t domain, uint32_t node)
{
	char all[256] = "passive=yes ";
	assert_true(k->n < KIN_PEERS && strlen(settings) < sizeof(all) - 20);
	strcat(all, settings);
	rig_peer(&k->r, name, all);
	const struct masc_peer_config *c = &k->r.config.peers[k->r.config.n_peers - 1];
	static const enum masc_role theirs[] = { MASC_INTERNAL_PEER, MASC_PARENT, MASC_SIBLING,
						 MASC_CHILD };
	uint32_t parent = 0;
	for (size_t i = 0; i < 4; i++)
		parent = parent << 8 | c->parent_domain.octets[12 + i];
	struct kin_peer *p = &k->peers[k->n++];
	*p = (struct kin_peer){ .name = name,
				.role = theirs[c->role],
				.domain = domain,
				.node = node,
				.parent = c->role == MASC_INTERNAL_PEER ? 7 : parent };
	p->told = TEXT_OF(p->line);
}

void kin_family(struct kin *k)
{
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		kin_peer(k, usual[i].name, usual[i].settings, usual[i].domain, usual[i].node);
}

void kin_start(struct kin *k)
{
	rig_start(&k->r);
	kin_tick(k);
	kin_reset(k);
}

void kin_usual(struct kin *k)
{
	kin_init(k, "domain=100 node=10 profile=lab");
	rig_scope(&k->r, "org range=239.192.0.0/14");
	kin_family(k);
	kin_start(k);
}

void kin_fini(struct kin *k)
{
	kin_reset(k);
	rig_fini(&k->r);
}

struct kin_peer *kin_of(struct kin *k, const char *name)
{
	for (size_t i = 0; i < k->n; i++)
		if (strcmp(k->peers[i].name, name) == 0)
			return &k->peers[i];
	fail_msg("no peer %s", name);
	return NULL;
}

struct peer *kin_inside(struct kin *k, const char *name)
{
	struct peer *p = map_get(&k->r.m->by_name, span_str(name));
	assert_non_null(p);
	return p;
}

/* -- outputs -- */

static const char *const types[] = { "use", "denied", "grow", "new", "managed", "withdraw" };
static const char roles[] = "icsp";

static uint32_t number_of(const struct masc_id *id)
{
	uint32_t v = 0;
	for (size_t i = 0; i < 4; i++)
		v = v << 8 | id->octets[12 + i];
	return v;
}

static void claim_text(struct text *t, const struct wire_claim *c)
{
	static const uint8_t zero[16];
	struct masc_prefix p = table_prefix_of(c);
	text_str(t, types[c->type]);
	text_char(t, ' ');
	text_char(t, roles[c->role]);
	text_char(t, ' ');
	text_u64(t, number_of(&c->domain));
	text_char(t, '.');
	text_u64(t, number_of(&c->node));
	text_char(t, ' ');
	if (memcmp(c->address, zero, 16) == 0)
		text_str(t, "hint");
	else
		masc_prefix_text(t, &p);
	if (c->deprecated)
		text_str(t, " D");
	if (c->options.n)
		text_str(t, " opt");
}

static void update_text(struct kin_peer *p, struct span bytes)
{
	struct span rest = { bytes.p + WIRE_HEADER, bytes.n - WIRE_HEADER };
	struct wire_item item;
	struct wire_claim c;
	struct wire_error e;
	bool first = true;
	p->messages++;
	p->octets += bytes.n;
	while (rest.n) {
		assert_true(wire_item_next(&rest, &item, &e));
		if (wire_claim_read(&item, MASC_IPV4, &c, &e) != WIRE_TAKEN)
			fail_msg("%s was told what is refused with 3/%u", p->name, e.subcode);
		p->attributes++;
		if (!first)
			text_str(&p->told, "; ");
		claim_text(&p->told, &c);
		first = false;
	}
}

static void sent(struct kin_peer *p, const struct masc_out *o)
{
	struct wire_header h = wire_header_read(o->bytes.p);
	assert_int_equal(h.length, o->bytes.n);
	if (p->told.n)
		text_str(&p->told, " / ");
	if (h.type == MASC_MSG_UPDATE)
		update_text(p, o->bytes);
	else
		text_str(&p->told, h.type == MASC_MSG_KEEPALIVE ? "K" : "N");
	p->keepalives += h.type == MASC_MSG_KEEPALIVE;
	p->asks = o->drain;
	p->after = o->after;
	if (o->drain)
		text_char(&p->told, '!');
	if (o->after) {
		text_char(&p->told, '@');
		text_u64(&p->told, o->after);
	}
}

static void event_text(struct kin *k, const struct masc_event *ev)
{
	static const char *const names[MASC_EVENT_COUNT] = {
		[MASC_EVENT_SYNC] = "synced",
		[MASC_EVENT_LOST] = "lost",
		[MASC_EVENT_RANGE] = "range",
		[MASC_EVENT_STORE_FAILED] = "store-failed",
	};
	if (!names[ev->kind])
		return;
	if (k->events.n)
		text_str(&k->events, "; ");
	text_str(&k->events, names[ev->kind]);
	if (ev->peer[0]) {
		text_char(&k->events, ' ');
		text_str(&k->events, ev->peer);
	}
	if (ev->err != OK) {
		text_char(&k->events, ' ');
		text_str(&k->events, err_name(ev->err));
	}
	if (ev->prefix.family) {
		text_str(&k->events, ev->up ? " " : " gone ");
		masc_prefix_text(&k->events, &ev->prefix);
	}
}

static struct kin_peer *at_link(struct kin *k, uint32_t link)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->peers[i].link == link)
			return &k->peers[i];
	return NULL;
}

void kin_take(struct kin *k)
{
	struct masc_out o;
	while (masc_poll(k->r.m, &o)) {
		struct kin_peer *p = at_link(k, o.link);
		if (o.kind == MASC_OUT_SEND && p)
			sent(p, &o);
		else if (o.kind == MASC_OUT_CLOSE && p)
			text_str(&p->told, p->told.n ? " / close" : "close");
		else if (o.kind == MASC_OUT_EVENT)
			event_text(k, o.event);
	}
}

const char *kin_told(struct kin *k, const char *name)
{
	static char line[sizeof(k->peers[0].line)];
	struct kin_peer *p = kin_of(k, name);
	kin_take(k);
	assert_false(p->told.cut);
	memcpy(line, p->line, p->told.n + 1);
	text_clear(&p->told);
	return line;
}

const char *kin_events(struct kin *k)
{
	static char line[sizeof(k->event_line)];
	kin_take(k);
	memcpy(line, k->event_line, k->events.n + 1);
	text_clear(&k->events);
	return line;
}

void kin_reset(struct kin *k)
{
	kin_take(k);
	text_clear(&k->events);
	for (size_t i = 0; i < k->n; i++) {
		struct kin_peer *p = &k->peers[i];
		text_clear(&p->told);
		p->messages = p->attributes = p->octets = p->keepalives = 0;
	}
}

/* -- sessions -- */

void kin_up(struct kin *k, const char *name)
{
	char address[ADDR_TEXT_MAX];
	struct kin_peer *p = kin_of(k, name);
	struct text t = TEXT_OF(address);
	addr_text(&t, &kin_inside(k, name)->config->address);
	kin_take(k);
	if (kin_inside(k, name)->main->state == MASC_IDLE)
		peer_start(kin_inside(k, name), k->r.now);
	p->link = k->next_link;
	k->next_link += 2;
	rig_accept(&k->r, p->link, address);
	rig_open(&k->r, p->link, p->role, 9, p->domain, p->node, p->parent);
	kin_take(k);
	text_clear(&p->told);
	p->keepalives = 0;
	rig_keepalive(&k->r, p->link);
	assert_int_equal(kin_inside(k, name)->main->state, MASC_ESTABLISHED);
}

void kin_mark(struct kin *k, const char *name)
{
	rig_keepalive(&k->r, kin_of(k, name)->link);
}

void kin_all_up(struct kin *k)
{
	for (size_t i = 0; i < k->n; i++) {
		kin_up(k, k->peers[i].name);
		kin_mark(k, k->peers[i].name);
	}
	kin_reset(k);
}

void kin_lose(struct kin *k, const char *name)
{
	kin_take(k);
	rig_down(&k->r, kin_of(k, name)->link, ERR_RESET);
}

void kin_drained(struct kin *k, const char *name)
{
	kin_take(k);
	masc_link_drained(k->r.m, kin_of(k, name)->link, k->r.now);
}

void kin_tick(struct kin *k)
{
	rig_tick(&k->r);
}

void kin_pass(struct kin *k, int64_t us)
{
	rig_pass(&k->r, us);
}

void kin_settle(struct kin *k)
{
	for (int i = 0; i < 10000; i++) {
		struct mono at = masc_deadline(k->r.m);
		if (mono_since(at, k->r.now) > 10)
			return;
		rig_next(&k->r);
	}
	fail_msg("something is always due");
}

/* -- what is known -- */

struct space *kin_space(struct kin *k, const char *name)
{
	LIST_EACH(at, next, &k->r.m->spaces)
	{
		struct space *sp = LIST_ENTRY(at, struct space, at);
		if (strcmp(name, "below") == 0 ? sp->below
		    : sp->scope		       ? strcmp(name, sp->scope->name) == 0
					       : strtoul(name, NULL, 10) == number_of(&sp->parent))
			return sp;
	}
	fail_msg("no space %s", name);
	return NULL;
}

static size_t index_of(const char *const *names, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], word) == 0)
			return i;
	fail_msg("what is %s?", word);
	return 0;
}

static void more(struct kin *k, struct wire_claim *c, const char *word)
{
	static const uint8_t option[] = { 2, 9, 1, 2 };
	int64_t wall_s = masc_wall_now(k->r.m, k->r.now) / MONO_SEC;
	if (strcmp(word, "D") == 0)
		c->deprecated = true;
	else if (strcmp(word, "opt") == 0)
		c->options = span_of(option, sizeof(option));
	else if (strncmp(word, "hold=", 5) == 0)
		c->hold_time = c->lifetime = (uint32_t)strtoul(word + 5, NULL, 10);
	else if (strncmp(word, "ts=", 3) == 0)
		c->timestamp = (uint32_t)(wall_s + strtol(word + 3, NULL, 10));
	else
		fail_msg("what is %s?", word);
}

struct wire_claim kin_claim(struct kin *k, const char *text)
{
	struct wire_claim c = { .family = MASC_IPV4, .lifetime = 3600, .hold_time = 3600 };
	char copy[128];
	struct masc_prefix p = { .length = 24 };
	char *end;
	assert_true(strlen(text) < sizeof(copy));
	memcpy(copy, text, strlen(text) + 1);
	c.type = (uint8_t)index_of(types, 6, strtok(copy, " "));
	c.role = (uint8_t)(strchr(roles, strtok(NULL, " ")[0]) - roles);
	c.domain = rig_id((uint32_t)strtoul(strtok(NULL, " "), &end, 10));
	c.node = rig_id((uint32_t)strtoul(end + 1, NULL, 10));
	c.timestamp = (uint32_t)(masc_wall_now(k->r.m, k->r.now) / MONO_SEC);
	const char *prefix = strtok(NULL, " ");
	if (strcmp(prefix, "hint") != 0)
		assert_int_equal(masc_prefix_parse(span_str(prefix), &p), OK);
	memcpy(c.address, p.address, 16);
	c.prefix_length = p.length;
	for (char *w; (w = strtok(NULL, " "));)
		more(k, &c, w);
	return c;
}

void kin_know(struct kin *k, const char *space, const char *from, const char *claim)
{
	struct wire_claim c = kin_claim(k, claim);
	bool ours = from && strcmp(from, "ours") == 0;
	const struct peer *p = from && !ours ? kin_inside(k, from) : NULL;
	assert_int_equal(cache_put(kin_space(k, space), &c, p, ours, k->r.now), OK);
}

const char *kin_known(struct kin *k, const char *space)
{
	static char line[4096];
	struct text t = TEXT_OF(line);
	const struct table *table = kin_space(k, space)->table;
	struct masc_prefix p;
	struct wire_claim c;
	for (uint32_t r = 0; (r = table_after(table, r ? &p : NULL, r));) {
		struct table_mark mark = table_mark_of(table, r);
		assert_true(table_get(table, r, &c));
		p = table_prefix_of(&c);
		if (t.n)
			text_char(&t, ' ');
		if (sync_stale(k->r.m, &mark))
			text_char(&t, '~');
		masc_prefix_text(&t, &p);
	}
	assert_false(t.cut);
	return line;
}
