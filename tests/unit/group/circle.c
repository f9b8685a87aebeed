#include "circle.h"

#include "group/keyring.h"

/* ---- life ---- */

static const struct crypto_key *key(const struct circle *c, size_t i)
{
	return c->t.keys[i + 1];
}

static struct span name(const struct circle *c, size_t i)
{
	return people_name(&c->t, i + 1);
}

int64_t circle_wall(const struct circle *c)
{
	return PEOPLE_NOW + c->now.us;
}

enum err circle_birth(struct circle *c, size_t i, struct text *why)
{
	static uint8_t idc[CRYPTO_CERT_MAX];
	struct circle_member *m = &c->m[i];
	size_t n;
	const struct group_policy first = { .friendly = "Family", .comment = "at home" };
	assert_int_equal(group_identity_issue(c->t.c, &c->t.draw.env, key(c, i), span_str("x"),
					      name(c, i), PEOPLE_BORN, true, idc, sizeof idc, &n),
			 OK);
	struct group_birth b = {
		.profile = c->t.p->crypto->id,
		.key = key(c, i),
		.certificate = span_of(idc, n),
		.chain = span_of(m->chain.p, m->chain.n),
		.group_key = i ? NULL : c->t.keys[0],
		.security = span_of(c->security, i ? 0 : c->n_security),
		.first = &first,
		.box = m->box,
		.box_secret = m->box_secret,
		.keys = span_of(m->keys, m->n_keys),
		.epochs = c->epochs && !i,
		.renew_warning = 14 * MONO_DAY,
		.limits = group_limits_default,
	};
	memcpy(b.id, c->t.names[0], sizeof b.id);
	memcpy(b.self, c->t.names[i + 1], sizeof b.self);
	if (!memcmp(m->box, (uint8_t[32]){ 0 }, sizeof(m->box)))
		assert_int_equal(crypto_box_make(&c->t.draw.env, m->box, m->box_secret), OK);
	m->told = TEXT_OF(m->events);
	return group_new(&m->g, &b, &m->f.env, c->t.c, c->now,
			 (struct wall){ circle_wall(c), true }, why);
}

static void make_security(struct circle *c)
{
	struct group_security s = { .major = c->t.p->group_major,
				    .minor = c->minor,
				    .membership_life = c->life ? c->life : GROUP_LIFE,
				    .presence_life = GROUP_PRESENCE_LIFE };
	struct text group = TEXT_OF(s.group), creator = TEXT_OF(s.creator);
	struct text classifier = TEXT_OF(s.classifier), friendly = TEXT_OF(s.friendly);
	struct text cloud = TEXT_OF(s.cloud);
	text_span(&group, people_name(&c->t, 0));
	text_span(&creator, name(c, 0));
	text_str(&classifier, "family");
	text_str(&cloud, "Global_");
	if (!c->t.p->policy)
		text_str(&friendly, "Family");
	assert_int_equal(group_security_write(&s, c->security, sizeof c->security, &c->n_security),
			 OK);
}

static void begin(struct circle *c, enum crypto_profile_id id, uint32_t life)
{
	struct span certs[2];
	struct people_octets *der = calloc(2, sizeof *der);
	people_init(&c->t, id, CIRCLE_MOST + 1);
	c->now = (struct mono){ 0 };
	c->life = life;
	c->next_id = 1;
	for (size_t i = 0; i < CIRCLE_MOST; i++)
		failing_env_init(&c->m[i].f, 100 + i);
	make_security(c);
	assert_non_null(der);
	for (size_t i = 0; i < 2; i++) {
		struct crypto_cert what = people_cert(&c->t, i);
		what.not_after = CRYPTO_CERT_FOREVER;
		certs[i] = people_sign(&c->t, 0, &what, &der[i]);
	}
	(void)people_carry(&c->t, certs, 2, &c->m[0].chain);
	free(der);
	circle_come(c, 0);
}

void circle_init(struct circle *c, enum crypto_profile_id id, uint32_t life)
{
	memset(c, 0, sizeof *c);
	begin(c, id, life);
}

void circle_init_epochs(struct circle *c)
{
	memset(c, 0, sizeof *c);
	c->epochs = true;
	begin(c, CRYPTO_MODERN, 0);
}

void circle_go(struct circle *c, size_t i)
{
	group_free(c->m[i].g);
	c->m[i].g = NULL;
	failing_env_assert_clean(&c->m[i].f);
}

void circle_fini(struct circle *c)
{
	for (size_t i = 0; i < CIRCLE_MOST; i++)
		circle_go(c, i);
	for (size_t i = 0; i < CIRCLE_MOST; i++)
		free(c->m[i].keys);
	for (size_t i = 0; i < c->n_records; i++)
		free(c->records[i]);
	people_fini(&c->t);
}

/* ---- records ---- */

static struct record *find(struct circle *c, const struct graph_guid *id)
{
	for (size_t i = 0; i < c->n_records; i++)
		if (graph_guid_eq(&c->records[i]->r.id, id))
			return c->records[i];
	return NULL;
}

static bool is_over(const struct circle *c, const struct graph_record *r)
{
	return r->expires <= record_time(circle_wall(c));
}

static struct record *fresh(struct circle *c, size_t i, const struct group_out *o)
{
	assert_true(c->n_records < CIRCLE_RECORDS);
	struct record *r = malloc(sizeof *r);
	assert_non_null(r);
	struct graph_provider p = group_provider(c->m[i].g);
	bool groups = p.ops->creator(p.ctx, &o->type).n > 0;
	record_init(r, people_name(&c->t, 0), groups ? people_name(&c->t, 0) : name(c, i));
	r->r.type = o->type;
	memset(r->r.id.at, c->next_id++, sizeof r->r.id.at);
	r->r.created = r->r.modified = record_time(circle_wall(c));
	c->records[c->n_records++] = r;
	return r;
}

static enum graph_opinion show(struct circle *c, size_t i, const struct record *r,
			       enum graph_change change)
{
	struct graph_provider p = group_provider(c->m[i].g);
	return p.ops->validate(p.ctx, &r->r, change);
}

static enum err spread(struct circle *c, size_t i, struct record *r, enum graph_change change)
{
	struct graph_provider p = group_provider(c->m[i].g);
	struct span security;
	enum err e = p.ops->secure(p.ctx, &r->r, change, &security);
	if (e)
		return e;
	memcpy(r->security, security.p, security.n);
	r->r.security = span_of(r->security, security.n);
	for (size_t k = 0; k < CIRCLE_MOST; k++)
		if (k != i && c->m[k].g)
			assert_true(show(c, k, r, change) != GRAPH_INVALID || c->m[i].lies);
	return OK;
}

static void drop_last(struct circle *c)
{
	free(c->records[--c->n_records]);
}

static void postpone(struct circle *c, size_t by, const struct graph_guid *id, enum err e)
{
	assert_true(c->n_unanswered < sizeof c->unanswered / sizeof *c->unanswered);
	c->unanswered[c->n_unanswered].by = by;
	c->unanswered[c->n_unanswered].id = *id;
	c->unanswered[c->n_unanswered++].err = e;
}

/* As a graph does: what is there is changed, else it is added. */
static void answer(struct circle *c, size_t i, const struct group_out *o,
		   const struct graph_guid *id, enum err e)
{
	struct graph_guid type = o->type;
	const struct group_stored stored = { .tag = o->tag, .id = *id, .err = e, .after = 7 };
	if (c->late && graph_guid_eq(&type, &group_type_removal)) {
		postpone(c, i, id, e);
		return;
	}
	if (o->tag)
		group_stored(c->m[i].g, &stored, c->now);
	if (!o->other)
		group_published(c->m[i].g, &type, id, e, c->now);
	else if (!e)
		group_published_for(c->m[i].g, o->payload, o->expires, c->now);
}

static bool refuses(const struct circle_member *m, const struct graph_guid *type)
{
	return m->refused && (!m->refuses || graph_guid_eq(m->refuses, type));
}

/* GRAPH-10.28: a graph would refuse it. */
static bool ends_before(const struct group_out *o, const struct record *r)
{
	return r && record_time(o->expires + 20 * MONO_MIN) < r->r.expires;
}

static void publish(struct circle *c, size_t i, const struct group_out *o)
{
	static const struct graph_guid none;
	struct circle_member *m = &c->m[i];
	struct record *r = graph_guid_eq(&o->id, &none) ? NULL : find(c, &o->id);
	bool update = r != NULL;
	struct graph_guid type = o->type;
	bool refused = refuses(m, &type);
	if (refused || (!update && !graph_guid_eq(&o->id, &none)) ||
	    (update && is_over(c, &r->r))) {
		answer(c, i, o, &none, refused ? ERR_IO : ERR_NOT_FOUND);
		return;
	}
	m->shortened += ends_before(o, r);
	uint32_t version = update ? r->r.version + 1 : 1;
	if (!update)
		r = fresh(c, i, o);
	else if (graph_guid_eq(&type, &group_type_security))
		record_modifier(r, people_name(&c->t, 0));
	else
		record_modifier(r, name(c, i));
	r->r.version = version;
	record_payload(r, o->payload);
	r->r.modified = record_time(circle_wall(c)) + update;
	r->r.expires = record_time(o->expires);
	enum err e = spread(c, i, r, update ? GRAPH_CHANGE_UPDATED : GRAPH_CHANGE_ADDED);
	struct graph_guid id = r->r.id;
	if (e && !update)
		drop_last(c);
	m->published += !e;
	answer(c, i, o, &id, e);
}

void circle_answer(struct circle *c)
{
	for (size_t i = 0; i < c->n_unanswered; i++)
		group_published(c->m[c->unanswered[i].by].g, &group_type_removal,
				&c->unanswered[i].id, c->unanswered[i].err, c->now);
	c->n_unanswered = 0;
	circle_settle(c);
}

void circle_lose(struct circle *c, const struct graph_guid *type)
{
	size_t at = c->n_records;
	while (at && !graph_guid_eq(&c->records[at - 1]->r.type, type))
		at--;
	assert_true(at > 0);
	free(c->records[at - 1]);
	c->n_records--;
	memmove(&c->records[at - 1], &c->records[at],
		(c->n_records - (at - 1)) * sizeof(c->records[0]));
}

void circle_show_of(struct circle *c, size_t i, const struct graph_guid *type)
{
	for (size_t k = 0; k < c->n_records; k++)
		if (graph_guid_eq(&c->records[k]->r.type, type))
			assert_int_equal(show(c, i, c->records[k], GRAPH_CHANGE_ADDED),
					 GRAPH_VALID);
}

void circle_show(struct circle *c, size_t i)
{
	for (size_t k = 0; k < c->n_records; k++)
		if (!is_over(c, &c->records[k]->r))
			assert_int_not_equal(show(c, i, c->records[k], GRAPH_CHANGE_ADDED),
					     GRAPH_INVALID);
}

static void note(struct circle_member *m, const struct group_event *e)
{
	static const char *const kinds[] = {
#define X(name, text) text,
		GROUP_EVENTS(X)
#undef X
	};
	static const char *const changes[] = {
#define X(name, text) text,
		GROUP_CHANGES(X)
#undef X
	};
	text_str(&m->told, kinds[e->kind]);
	text_char(&m->told, ' ');
	if (e->kind == GROUP_EVENT_MEMBER) {
		/* GROUP-9.13: also of a member that is gone. Here all are labelled as named. */
		assert_non_null(e->label);
		assert_string_equal(e->label, e->who);
		text_str(&m->told, changes[e->change]);
		text_char(&m->told, ' ');
	}
	if (e->kind == GROUP_EVENT_PASSWORD)
		text_str(&m->told, e->over ? "ended " : e->set ? "set " : "taken away ");
	if (e->kind == GROUP_EVENT_RENEW)
		text_str(&m->told, e->chain == GROUP_CHAIN_EXPIRED ? "ended " : "soon ");
	text_str(&m->told, e->who);
	text_char(&m->told, '\n');
}

static void take_chain(struct circle_member *m, struct span chain)
{
	assert_true(chain.n <= sizeof m->chain.p);
	memcpy(m->chain.p, chain.p, chain.n);
	m->chain.n = chain.n;
}

static void keep_keys(struct circle_member *m)
{
	if (!m->keys)
		m->keys = malloc(GROUP_KEYRING_OCTETS);
	assert_non_null(m->keys);
	m->n_keys = group_keys_save(m->g, m->keys);
	m->kept++;
}

/* What was shown on a connection, as its graph takes it in. */
static void judge_shown(struct circle *c, size_t i, struct span octets)
{
	struct graph_provider p = group_provider(c->m[i].g);
	struct graph_record r;
	assert_int_equal(graph_record_decode(octets, &r), OK);
	c->m[i].opinion = p.ops->validate(p.ctx, &r, GRAPH_CHANGE_ADDED);
}

static void take(struct circle *c, size_t i, const struct group_out *o)
{
	struct circle_member *m = &c->m[i];
	switch (o->kind) {
	case GROUP_OUT_PUBLISH:
		publish(c, i, o);
		break;
	case GROUP_OUT_REVALIDATE:
		m->revalidations++;
		circle_show(c, i);
		break;
	case GROUP_OUT_RESUME:
		m->resumes++;
		break;
	case GROUP_OUT_NAMES:
		break; /* nor names */
	case GROUP_OUT_RECHECK:
		m->rechecks++;
		break;
	case GROUP_OUT_CHAIN:
		take_chain(m, o->payload);
		break;
	case GROUP_OUT_SECURITY:
		assert_true(o->payload.n <= sizeof c->security);
		break;
	case GROUP_OUT_KEYS:
		keep_keys(m);
		break;
	case GROUP_OUT_SHOWN:
		judge_shown(c, i, o->payload);
		break;
	case GROUP_OUT_REVEAL:
		m->reveals++;
		break;
	case GROUP_OUT_EVENT:
		note(m, o->event);
		break;
	}
}

void circle_settle(struct circle *c)
{
	bool more = true;
	while (more) {
		struct group_out o;
		more = false;
		for (size_t i = 0; i < CIRCLE_MOST; i++) {
			if (!c->m[i].g || !group_poll(c->m[i].g, &o))
				continue;
			take(c, i, &o);
			more = true;
		}
	}
}

/* ---- time ---- */

static struct mono due(const struct circle *c)
{
	struct mono at = MONO_NEVER;
	for (size_t i = 0; i < CIRCLE_MOST; i++)
		if (c->m[i].g)
			at = mono_min(at, group_deadline(c->m[i].g));
	return at;
}

void circle_run(struct circle *c, int64_t us)
{
	struct mono end = mono_add(c->now, us);
	circle_settle(c);
	while (c->now.us < end.us) {
		struct mono at = due(c);
		c->now = mono_min(end, at.us > c->now.us ? at : mono_add(c->now, 1));
		for (size_t i = 0; i < CIRCLE_MOST; i++)
			if (c->m[i].g)
				group_tick(c->m[i].g, c->now);
		circle_settle(c);
	}
}

void circle_turn(struct circle *c)
{
	circle_settle(c);
	for (size_t i = 0; i < CIRCLE_MOST; i++)
		if (c->m[i].g && mono_reached(group_deadline(c->m[i].g), c->now))
			group_tick(c->m[i].g, c->now);
	circle_settle(c);
}

void circle_come(struct circle *c, size_t i)
{
	char room[200];
	struct text why = TEXT_OF(room);
	if (circle_birth(c, i, &why) != OK)
		fail_msg("%s", room);
	circle_show(c, i);
	circle_show(c, i); /* what waited for a membership */
	group_ready(c->m[i].g, c->now);
	circle_run(c, MONO_SEC);
}

/* ---- deeds ---- */

enum err circle_issue(struct circle *c, size_t by, size_t whom, unsigned int roles, int64_t until,
		      struct people_octets *out, struct text *why)
{
	const struct group_grant grant = {
		.returns = true,
		.public = crypto_key_public(key(c, whom)),
		.name = name(c, whom),
		.friendly = name(c, whom),
		.roles = roles,
		.to = until,
	};
	struct span chain;
	enum err e = group_issue(c->m[by].g, &grant, &chain, why, c->now);
	if (e)
		return e;
	assert_true(chain.n <= sizeof out->p);
	memcpy(out->p, chain.p, chain.n);
	out->n = chain.n;
	return OK;
}

void circle_admit(struct circle *c, size_t i, unsigned int roles, int64_t until)
{
	char room[200];
	struct text why = TEXT_OF(room);
	if (circle_issue(c, 0, i, roles, until, &c->m[i].chain, &why) != OK)
		fail_msg("%s", room);
	circle_come(c, i);
}

enum err circle_set(struct circle *c, size_t i, const char *friendly, struct text *why)
{
	struct group_policy p = { .options = 0 };
	struct text t = TEXT_OF(p.friendly);
	text_str(&t, friendly);
	enum err e = group_set(c->m[i].g, &p, why, c->now);
	circle_settle(c);
	return e;
}

/* ---- looks ---- */

const struct graph_record *circle_record(const struct circle *c, const struct graph_guid *type)
{
	const struct graph_record *last = NULL;
	for (size_t i = 0; i < c->n_records; i++) {
		const struct graph_record *r = &c->records[i]->r;
		if (graph_guid_eq(&r->type, type) && !is_over(c, r) &&
		    (!last || r->expires > last->expires))
			last = r;
	}
	return last;
}

size_t circle_count(const struct circle *c, const struct graph_guid *type)
{
	size_t n = 0;
	for (size_t i = 0; i < c->n_records; i++)
		n += graph_guid_eq(&c->records[i]->r.type, type) && !is_over(c, &c->records[i]->r);
	return n;
}

int64_t circle_end(const struct graph_record *r)
{
	assert_non_null(r);
	return (int64_t)((r->expires - GRAPH_TIME_UNIX) / 10);
}

struct group_info circle_look(const struct circle *c, size_t i)
{
	struct group_info info;
	group_look(c->m[i].g, &info);
	return info;
}

bool circle_told(const struct circle *c, size_t i, const char *words)
{
	return strstr(c->m[i].events, words) != NULL;
}

void circle_forget(struct circle *c, size_t i)
{
	text_clear(&c->m[i].told);
}
