#include "pnrp/clouds_int.h"

/* Names that this node publishes: kept, and registered in the clouds they belong to
 * (PNRP-10.1, PNRP-10.4). */

const struct store_table pnrp_table_names = { "pnrp_names", STORE_KEY_OCTETS };

/* Ours are of no key here: the machine's own is one a profile. */
static bool is_of(const struct pnrp_published *p, struct span public)
{
	if (!p->key || !public.n)
		return !p->key && !public.n;
	return span_eq(crypto_key_public(p->key), public);
}

/* PNRP-10.7: the same name with another key is another one. */
static struct pnrp_published *find(const struct pnrp_clouds *c, const struct pnrp_name *name,
				   struct span public)
{
	LIST_EACH(l, tmp, &c->published)
	{
		struct pnrp_published *p = LIST_ENTRY(l, struct pnrp_published, in);
		if (pnrp_name_eq(&p->name, name) && is_of(p, public))
			return p;
	}
	return NULL;
}

static enum err key_of(struct pnrp_clouds *c, const struct pnrp_published *p,
		       const struct crypto_key **out)
{
	struct crypto_key *key = p->key;
	enum err e = key ? OK : pnrp_key_for(c, p->name.secure, &key);
	if (!e)
		*out = key;
	return e;
}

static struct pnrp_reg *reg_in(const struct pnrp_published *p, const struct pnrp_cloud *cloud)
{
	LIST_EACH(l, tmp, &p->regs)
	if (LIST_ENTRY(l, struct pnrp_reg, in)->cloud == cloud)
		return LIST_ENTRY(l, struct pnrp_reg, in);
	return NULL;
}

static void reg_free(struct pnrp_clouds *c, struct pnrp_reg *reg)
{
	list_take(&reg->in);
	env_free(c->env, reg);
}

static void published_free(struct pnrp_clouds *c, struct pnrp_published *p)
{
	LIST_EACH(l, tmp, &p->regs)
	reg_free(c, LIST_ENTRY(l, struct pnrp_reg, in));
	list_take(&p->in);
	c->n_published--;
	env_free(c->env, (void *)p->payload.p);
	env_free(c->env, (void *)p->chain.p);
	crypto_key_free(p->key);
	env_free(c->env, p);
}

void pnrp_published_free(struct pnrp_clouds *c)
{
	LIST_EACH(l, tmp, &c->published)
	published_free(c, LIST_ENTRY(l, struct pnrp_published, in));
}

static bool belongs(const struct pnrp_published *p, const struct pnrp_cloud *cloud)
{
	return !p->cloud[0] || span_eq(span_str(p->cloud), span_str(cloud->name));
}

/* Nobody is told before what it hangs on is on disk (DESIGN D8): all that a cloud sends
 * from here on waits for that put, which is there soon. */
static void depend(struct pnrp_clouds *c, const struct pnrp_published *p, uint64_t put)
{
	LIST_EACH(l, tmp, &c->clouds)
	{
		struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (belongs(p, cloud) || reg_in(p, cloud))
			cloud->after = put > cloud->after ? put : cloud->after;
	}
}

/* The endpoints, or the payload, of a name in one cloud. */
static void fill(const struct pnrp_clouds *c, const struct pnrp_published *p,
		 const struct pnrp_cloud *cloud, struct pnrp_registration *r)
{
	*r = (struct pnrp_registration){ .name = p->name,
					 .comment_n = p->comment_n,
					 .payload_type = p->payload_type,
					 .payload = p->payload,
					 .chain = p->chain };
	memcpy(r->comment, p->comment, p->comment_n);
	if (p->automatic) {
		r->n_apps = pnrp_own_apps_drawn(c, cloud, p, r->app);
	} else {
		r->n_apps = p->n_apps;
		memcpy(r->app, p->app, p->n_apps * sizeof(p->app[0]));
	}
}

static bool app_eq(const struct pnrp_app *a, const struct pnrp_app *b)
{
	return memcmp(a->ip, b->ip, sizeof(a->ip)) == 0 && a->port == b->port &&
	       a->protocol == b->protocol;
}

static bool apps_same(const struct pnrp_reg *reg, const struct pnrp_registration *r)
{
	if (reg->n_apps != r->n_apps)
		return false;
	for (size_t i = 0; i < r->n_apps; i++)
		if (!app_eq(&reg->app[i], &r->app[i]))
			return false;
	return true;
}

static void note_apps(struct pnrp_reg *reg, const struct pnrp_registration *r)
{
	reg->n_apps = r->n_apps;
	memcpy(reg->app, r->app, r->n_apps * sizeof(r->app[0]));
	reg->stale = false;
}

static enum err add_reg(struct pnrp_clouds *c, struct pnrp_published *p, struct pnrp_cloud *cloud,
			struct pnrp_registration *r, struct mono now)
{
	struct pnrp_reg *reg = env_zalloc(c->env, 1, sizeof(*reg));
	enum err e = reg ? key_of(c, p, &r->key) : ERR_NOMEM;
	if (!e)
		e = pnrp_register(cloud->core, r, &reg->handle, now);
	if (e) {
		env_free(c->env, reg);
		return e;
	}
	reg->cloud = cloud;
	note_apps(reg, r);
	list_push_back(&p->regs, &reg->in);
	return OK;
}

static enum err update_reg(struct pnrp_clouds *c, struct pnrp_published *p, struct pnrp_reg *reg,
			   struct pnrp_registration *r, struct mono now)
{
	if (!reg->stale && apps_same(reg, r))
		return OK;
	enum err e = key_of(c, p, &r->key);
	if (!e)
		e = pnrp_update(reg->cloud->core, reg->handle, r, now);
	if (!e)
		note_apps(reg, r);
	return e;
}

static enum err end_reg(struct pnrp_clouds *c, struct pnrp_reg *reg, struct mono now)
{
	enum err e = pnrp_unregister(reg->cloud->core, reg->handle, now);
	if (e == ERR_NOMEM)
		return e;
	reg_free(c, reg);
	return OK;
}

/* One name in one cloud as it should be. */
static enum err arrange_in(struct pnrp_clouds *c, struct pnrp_published *p,
			   struct pnrp_cloud *cloud, struct mono now)
{
	struct pnrp_reg *reg = reg_in(p, cloud);
	struct pnrp_registration r;
	if (!belongs(p, cloud) || pnrp_cloud_cfg(c, cloud)->resolve_only)
		return reg ? end_reg(c, reg, now) : OK;
	/* While it has no address it keeps what it has, and announces it afterwards. */
	if (!cloud->n_told)
		return OK;
	fill(c, p, cloud, &r);
	if (!r.n_apps && !r.payload.n)
		return reg ? end_reg(c, reg, now) : OK;
	return reg ? update_reg(c, p, reg, &r, now) : add_reg(c, p, cloud, &r, now);
}

static enum err arrange_one(struct pnrp_clouds *c, struct pnrp_published *p, struct mono now)
{
	enum err worst = OK;
	LIST_EACH(l, tmp, &c->clouds)
	{
		struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		enum err e = pnrp_cloud_live(cloud) ? arrange_in(c, p, cloud, now) : OK;
		if (e && worst != ERR_NOMEM)
			worst = e;
	}
	return worst;
}

enum err pnrp_published_arrange(struct pnrp_clouds *c, struct mono now)
{
	if (c->stopping)
		return OK;
	LIST_EACH(l, tmp, &c->published)
	{
		/* Its other errors were told when it was published. */
		if (arrange_one(c, LIST_ENTRY(l, struct pnrp_published, in), now) == ERR_NOMEM)
			return ERR_NOMEM;
	}
	return OK;
}

void pnrp_published_leave(struct pnrp_clouds *c, const struct pnrp_cloud *cloud)
{
	LIST_EACH(l, tmp, &c->published)
	{
		struct pnrp_reg *reg = reg_in(LIST_ENTRY(l, struct pnrp_published, in), cloud);
		if (reg)
			reg_free(c, reg);
	}
}

const struct pnrp_published *pnrp_published_of(const struct pnrp_clouds *c,
					       const struct pnrp_cloud *cloud, uint32_t handle)
{
	LIST_EACH(l, tmp, &c->published)
	{
		const struct pnrp_published *p = LIST_ENTRY(l, struct pnrp_published, in);
		const struct pnrp_reg *reg = reg_in(p, cloud);
		if (reg && reg->handle == handle)
			return p;
	}
	return NULL;
}

bool pnrp_published_here(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
			 const struct pnrp_name *name)
{
	LIST_EACH(l, tmp, &c->published)
	{
		const struct pnrp_published *p = LIST_ENTRY(l, struct pnrp_published, in);
		if (pnrp_name_eq(&p->name, name) && reg_in(p, cloud))
			return true;
	}
	return false;
}

/* Content: what changes when a name is published again. */

static void swap_content(struct pnrp_published *a, struct pnrp_published *b)
{
	struct pnrp_published t = *a;
	struct list in_a = a->in, regs_a = a->regs, in_b = b->in, regs_b = b->regs;
	struct crypto_key *key_a = a->key; /* clouds borrow it */
	b->draw = a->draw;
	*a = *b;
	*b = t;
	b->key = a->key;
	a->key = key_a;
	a->in = in_a;
	a->regs = regs_a;
	b->in = in_b;
	b->regs = regs_b;
}

static void all_stale(struct pnrp_published *p)
{
	LIST_EACH(l, tmp, &p->regs)
	LIST_ENTRY(l, struct pnrp_reg, in)->stale = true;
}

static bool copy_span(struct pnrp_clouds *c, struct span from, struct span *to)
{
	*to = span_of(from.n ? env_copy(c->env, from.p, from.n) : NULL, from.n);
	return !from.n || to->p;
}

static struct pnrp_published *add(struct pnrp_clouds *c, const struct pnrp_published *content)
{
	struct pnrp_published *p = env_zalloc(c->env, 1, sizeof(*p));
	if (!p)
		return NULL;
	*p = *content;
	list_init(&p->regs);
	list_push_back(&c->published, &p->in);
	c->n_published++;
	bool failed = !copy_span(c, content->payload, &p->payload);
	failed |= !copy_span(c, content->chain, &p->chain);
	if (!failed)
		return p;
	published_free(c, p);
	return NULL;
}

static struct span public_of(const struct pnrp_command *m)
{
	return m->key ? crypto_key_public(m->key) : m->public;
}

static void content_of(const struct pnrp_command *m, struct pnrp_published *p)
{
	*p = (struct pnrp_published){ .name = m->name,
				      .temporary = m->temporary || m->key,
				      .automatic = m->automatic,
				      .n_apps = m->n_apps,
				      .app_most = m->app_most,
				      .comment_n = m->comment_n,
				      .payload_type = m->payload_type,
				      .payload = m->payload,
				      .chain = m->chain };
	memcpy(p->cloud, m->cloud, sizeof(p->cloud));
	memcpy(p->app, m->app, sizeof(p->app));
	memcpy(p->comment, m->comment, sizeof(p->comment));
}

static enum err secure_name(struct pnrp_clouds *c, bool own, struct pnrp_name *name)
{
	uint8_t authority[CRYPTO_AUTHORITY];
	struct crypto_key *key;
	enum err e = pnrp_key_for(c, true, &key);
	if (!e)
		e = pnrp_clouds_authority(c, authority);
	if (e)
		return e;
	name->secure = true;
	if (own)
		memcpy(name->authority, authority, sizeof(authority));
	/* A name of another's key: there is nothing to sign it with. */
	return memcmp(name->authority, authority, sizeof(authority)) == 0 ? OK : ERR_DENIED;
}

/* Whether there may be a cloud, now or later, that takes names. */
static bool publishes(const struct pnrp_clouds *c)
{
	for (size_t i = 0; i < PNRP_SCOPE_COUNT; i++)
		if (c->cfg.cloud[i].enabled && !c->cfg.cloud[i].resolve_only)
			return true;
	return false;
}

/* What can be said before anything is done. */
static enum err judge(struct pnrp_clouds *c, struct pnrp_published *p)
{
	bool empty = !p->n_apps && !p->payload.n;
	const struct pnrp_cloud *cloud = p->cloud[0] ? pnrp_cloud_named(c, p->cloud) : NULL;
	if (p->cloud[0] && !cloud)
		return ERR_RANGE;
	if (cloud ? pnrp_cloud_cfg(c, cloud)->resolve_only : !publishes(c))
		return ERR_STATE;
	if (empty || p->n_apps > PNRP_ENDPOINTS_MAX || p->payload.n > PNRP_PAYLOAD_MAX)
		return ERR_RANGE;
	if (!p->name.secure && !p->name.classifier_n)
		return ERR_MALFORMED;
	return OK;
}

static enum err store_content(struct pnrp_clouds *c, struct pnrp_published *p, bool was_kept,
			      uint64_t *number)
{
	char key[PNRP_NAME_TEXT_MAX + 1];
	uint8_t *row = env_resize(c->env, NULL, PNRP_ROW_MAX);
	struct text t = TEXT_OF(key);
	size_t n = 0;
	if (!row)
		return ERR_NOMEM;
	pnrp_row_key(&t, &p->name);
	enum err e = OK;
	if (p->temporary && was_kept)
		e = store_del(c->store, &pnrp_table_names, span_of(key, t.n), number);
	else if (!p->temporary)
		e = pnrp_row_write(p, row, PNRP_ROW_MAX, &n);
	if (!e && !p->temporary)
		e = store_put(c->store, &pnrp_table_names, span_of(key, t.n), span_of(row, n),
			      number);
	env_free(c->env, row);
	return e;
}

static void tell(struct pnrp_clouds *c, enum pnrp_clouds_event_kind kind,
		 const struct pnrp_published *p, uint64_t after)
{
	struct pnrp_clouds_event *e = pnrp_clouds_tell(c, kind, after);
	e->name = p->name;
	memcpy(e->cloud, p->cloud, sizeof(e->cloud));
}

/* No cloud took it, or it is no good for any: what it says is why. */
static bool refused(const struct pnrp_published *p, enum err e)
{
	bool no_good = e == ERR_NOMEM || e == ERR_RANGE || e == ERR_MALFORMED;
	return no_good || (e && list_empty(&p->regs));
}

static void drop(struct pnrp_clouds *c, struct pnrp_published *p, struct mono now)
{
	LIST_EACH(l, tmp, &p->regs)
	{
		struct pnrp_reg *reg = LIST_ENTRY(l, struct pnrp_reg, in);
		enum err e = pnrp_unregister(reg->cloud->core, reg->handle, now);
		(void)e; /* without memory it ends without a goodbye */
	}
	published_free(c, p);
}

/* Registers first, so that what a cloud refuses is never stored; nothing leaves before
 * the put all the same, which every output waits for. */
static enum err install(struct pnrp_clouds *c, struct pnrp_published *p, bool was_kept,
			uint64_t *number, struct mono now)
{
	all_stale(p);
	enum err e = arrange_one(c, p, now);
	if (refused(p, e))
		return e;
	e = store_content(c, p, was_kept, number);
	if (e)
		return e;
	uint64_t key = p->name.secure && !p->key ? c->own_put : 0;
	p->put = *number;
	*number = key > *number ? key : *number;
	depend(c, p, *number);
	return OK;
}

static enum err publish_new(struct pnrp_clouds *c, const struct pnrp_published *content,
			    const struct crypto_key *key, uint64_t *number, struct mono now)
{
	if (c->n_published >= c->cfg.names_max)
		return ERR_FULL;
	struct pnrp_published *p = add(c, content);
	if (!p)
		return ERR_NOMEM;
	if (p->app_most)
		c->env->random(c->env->ctx, &p->draw, sizeof(p->draw));
	enum err e = key ? pnrp_key_copy(c, key, &p->key) : OK;
	if (!e)
		e = install(c, p, false, number, now);
	if (e)
		drop(c, p, now);
	return e;
}

static enum err publish_again(struct pnrp_clouds *c, struct pnrp_published *p,
			      const struct pnrp_published *content, uint64_t *number,
			      struct mono now)
{
	struct pnrp_published *other = add(c, content);
	if (!other)
		return ERR_NOMEM;
	swap_content(p, other); /* other: as it was */
	enum err e = install(c, p, other->put != 0, number, now);
	if (e) {
		swap_content(p, other);
		all_stale(p);
		c->starved |= arrange_one(c, p, now) == ERR_NOMEM;
	}
	published_free(c, other);
	return e;
}

/* PNRP-10.7: whether another's key may have it is for the clouds to judge. */
static enum err name_fits(struct pnrp_clouds *c, const struct pnrp_command *m,
			  struct pnrp_name *name)
{
	if (m->key)
		return crypto_key_profile(m->key) == c->profile->crypto ? OK : ERR_UNSUPPORTED;
	return m->own_key || m->name.secure ? secure_name(c, m->own_key, name) : OK;
}

static enum err publish(struct pnrp_clouds *c, const struct pnrp_command *m, struct mono now)
{
	struct pnrp_published content;
	uint64_t number = 0;
	content_of(m, &content);
	enum err e = name_fits(c, m, &content.name);
	if (!e)
		e = judge(c, &content);
	if (e)
		return e;
	struct pnrp_published *p = find(c, &content.name, public_of(m));
	e = p ? publish_again(c, p, &content, &number, now)
	      : publish_new(c, &content, m->key, &number, now);
	if (e)
		return e;
	tell(c, PNRP_CLOUDS_EVENT_PUBLISHED, &content, number);
	c->reply_after = number;
	return OK;
}

enum err pnrp_publish(struct pnrp_clouds *c, const struct pnrp_command *m, uint64_t number,
		      struct mono now)
{
	c->reply_after = 0;
	enum err e = publish(c, m, now);
	return e == ERR_NOMEM ? e : pnrp_clouds_reply(c, number, e, 0, c->reply_after);
}

void pnrp_clouds_unlend(struct pnrp_clouds *c, struct mono now)
{
	c->now = now;
	LIST_EACH(l, tmp, &c->published)
	{
		struct pnrp_published *p = LIST_ENTRY(l, struct pnrp_published, in);
		if (p->key)
			drop(c, p, now);
	}
}

static enum err unpublish(struct pnrp_clouds *c, struct pnrp_published *p, struct mono now)
{
	char key[PNRP_NAME_TEXT_MAX + 1];
	struct text t = TEXT_OF(key);
	uint64_t number = 0;
	pnrp_row_key(&t, &p->name);
	enum err e =
		p->put ? store_del(c->store, &pnrp_table_names, span_of(key, t.n), &number) : OK;
	if (e)
		return e;
	depend(c, p, number);
	tell(c, PNRP_CLOUDS_EVENT_UNPUBLISHED, p, number);
	drop(c, p, now);
	c->reply_after = number;
	return OK;
}

enum err pnrp_unpublish(struct pnrp_clouds *c, const struct pnrp_command *m, uint64_t number,
			struct mono now)
{
	struct pnrp_name name = m->name;
	c->reply_after = 0;
	if (m->own_key) {
		name.secure = true;
		if (pnrp_clouds_authority(c, name.authority))
			return pnrp_clouds_reply(c, number, ERR_NOT_FOUND, 0, 0);
	}
	struct pnrp_published *p = find(c, &name, public_of(m));
	bool here = p && (!m->cloud[0] || span_eq(span_str(m->cloud), span_str(p->cloud)));
	enum err e = here ? unpublish(c, p, now) : ERR_NOT_FOUND;
	return e == ERR_NOMEM ? e : pnrp_clouds_reply(c, number, e, 0, c->reply_after);
}

/* The store */

static enum err take_row(struct pnrp_clouds *c, const struct store_row *row)
{
	struct pnrp_published p;
	enum err e = pnrp_row_read(row, &p);
	if (e || find(c, &p.name, span_of(NULL, 0)))
		return e;
	return add(c, &p) ? OK : ERR_NOMEM;
}

/* Every row that is not known yet. */
enum err pnrp_published_load(struct pnrp_clouds *c)
{
	char key[PNRP_NAME_TEXT_MAX];
	struct span after = { NULL, 0 };
	struct store_row row;
	enum err e;
	while ((e = store_scan(c->store, &pnrp_table_names, after, &row)) == OK) {
		if (row.key.n > sizeof(key))
			return ERR_CORRUPT;
		e = take_row(c, &row);
		if (e)
			return e;
		memcpy(key, row.key.p, row.key.n);
		after = span_of(key, row.key.n);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

/* As the store has it now; gone: nobody heard of it. */
static void revert(struct pnrp_clouds *c, struct pnrp_published *p, struct mono now)
{
	char key[PNRP_NAME_TEXT_MAX + 1];
	struct text t = TEXT_OF(key);
	struct store_row row;
	struct pnrp_published old;
	pnrp_row_key(&t, &p->name);
	row.key = span_of(key, t.n);
	if (store_get(c->store, &pnrp_table_names, row.key, &row.value) ||
	    pnrp_row_read(&row, &old)) {
		drop(c, p, now);
		return;
	}
	struct pnrp_published *other = add(c, &old);
	if (!other) {
		c->starved = true;
		return;
	}
	swap_content(p, other);
	all_stale(p);
	published_free(c, other);
}

bool pnrp_published_failed(struct pnrp_clouds *c, uint64_t first, bool keyless, struct mono now)
{
	uint32_t before = c->n_published;
	bool undone = false;
	LIST_EACH(l, tmp, &c->published)
	{
		struct pnrp_published *p = LIST_ENTRY(l, struct pnrp_published, in);
		if (p->put < first && !(keyless && p->name.secure && !p->key))
			continue;
		revert(c, p, now);
		undone = true;
	}
	/* Names whose end could not be stored are back. */
	c->starved |= pnrp_published_load(c) != OK;
	undone |= c->n_published > before;
	c->starved |= pnrp_published_arrange(c, now) == ERR_NOMEM;
	return undone;
}
