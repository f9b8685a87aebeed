#include "sim/rogue_int.h"

/* Life of a rogue, and the provider that it gives its graph. */

bool rogue_show_of(struct span word, enum rogue_show *k)
{
	for (*k = 0; *k < ROGUE_SHOW_COUNT; ++*k)
		if (span_eq(word, span_str(rogue_show_text(*k))))
			return true;
	return false;
}

bool rogue_lie_of(struct span word, enum rogue_lie *k)
{
	for (*k = 0; *k < ROGUE_LIE_COUNT; ++*k)
		if (span_eq(word, span_str(rogue_lie_text(*k))))
			return true;
	return false;
}

const char *rogue_show_text(enum rogue_show k)
{
	static const char *const texts[] = {
#define X(name, text) text,
		ROGUE_SHOWS(X)
#undef X
	};
	return texts[k];
}

const char *rogue_lie_text(enum rogue_lie k)
{
	static const char *const texts[] = {
#define X(name, text) text,
		ROGUE_LIES(X)
#undef X
	};
	return texts[k];
}

int64_t rogue_wall(const struct rogue *r)
{
	return sim_clock_wall(&r->m->clock, r->m->site.w->now).us;
}

enum err rogue_set(struct rogue *r, struct rogue_octets *o, struct span from)
{
	uint8_t *p = env_copy(r->env, from.p, from.n);
	if (!p)
		return ERR_NOMEM;
	env_free(r->env, o->p);
	*o = (struct rogue_octets){ p, from.n };
	return OK;
}

void rogue_ask(struct rogue *r, struct graphs_command *c)
{
	struct machine *m = r->m;
	struct node_in in = { .kind = NODE_IN_COMMAND,
			      .command = { .kind = NODE_COMMAND_GRAPH, .graphs = *c } };
	in.command.graphs.id = span_str(r->group->id);
	in.command.graphs.peer = span_str(m->self);
	in.number = ++m->next_call;
	invariant_graph_call(m, in.number, SCN_GRAPH_OPEN, NULL);
	feed(m, &in);
}

const struct graph *rogue_graph(const struct rogue *r)
{
	const struct graphs *all = r->m->node ? node_graphs(r->m->node) : NULL;
	return all && r->group ? graphs_instance(all, span_str(r->group->id), span_str(r->m->self))
			       : NULL;
}

void rogue_serial(struct rogue *r, uint8_t out[CRYPTO_SERIAL])
{
	struct crypto_chain *chain = NULL;
	memset(out, 0, CRYPTO_SERIAL);
	if (!r->chain.n || crypto_chain_parse(r->crypto, r->profile->crypto,
					      span_of(r->chain.p, r->chain.n), &chain))
		return;
	memcpy(out, group_chain_leaf(chain)->serial.p, CRYPTO_SERIAL);
	crypto_chain_free(chain);
}

/* ---- what its sessions ask ---- */

static struct span home_name(void *ctx)
{
	const struct rogue *r = ctx;
	return span_str(r->group->id);
}

static const struct crypto_key *home_key(void *ctx)
{
	const struct rogue *r = ctx;
	return r->key[r->who];
}

static struct span home_certificate(void *ctx)
{
	const struct rogue *r = ctx;
	return span_of(r->certificate[r->who].p, r->certificate[r->who].n);
}

static struct span home_chain(void *ctx)
{
	const struct rogue *r = ctx;
	return span_of(r->chain.p, r->chain.n);
}

static int64_t home_now(void *ctx)
{
	return rogue_wall(ctx);
}

static bool home_known(void *ctx, struct span name, struct span public)
{
	return true;
}

static void home_learned(void *ctx, struct crypto_chain *chain)
{
	crypto_chain_free(chain);
}

static void home_failed(void *ctx, const struct graph_parties *who, enum group_session_fault why,
			enum group_chain_fault chain, int64_t off, bool proved)
{
}

/* ---- its sessions: those of group/, with more said than its graph wants ---- */

struct rogue_session {
	struct rogue *r;
	void *inner;
	uint64_t left; /* octets of the message of its graph that is on its way */
	uint64_t said; /* number of the newest message that went out here */
	uint8_t *held; /* octets that wait for what goes before them */
	size_t n_held;
};

static enum err session_new(void *ctx, const struct graph_parties *p, void **out)
{
	struct rogue *r = ctx;
	struct rogue_session *s = env_zalloc(r->env, 1, sizeof(*s));
	if (!s)
		return ERR_NOMEM;
	s->r = r;
	enum err e = group_session_new(&r->home, p, &s->inner);
	if (e)
		env_free(r->env, s);
	else
		*out = s;
	return e;
}

static void session_free(void *session)
{
	struct rogue_session *s = session;
	group_session_free(s->inner);
	env_free(s->r->env, s->held);
	env_free(s->r->env, s);
}

static enum err session_step(void *session, struct span token, struct graph_session_out *out)
{
	const struct rogue_session *s = session;
	return group_session_step(s->inner, token, out);
}

static enum err session_unseal(void *session, struct span frame, struct graph_session_out *out)
{
	const struct rogue_session *s = session;
	return group_session_unseal(s->inner, frame, out);
}

static struct span session_peer(void *session)
{
	const struct rogue_session *s = session;
	return group_session_peer(s->inner);
}

static bool session_stands(void *session)
{
	return true;
}

static const struct rogue_message *next_of(const struct rogue_session *s)
{
	LIST_EACH(i, next, &s->r->messages)
	{
		const struct rogue_message *m = LIST_ENTRY(i, struct rogue_message, at);
		if (m->number > s->said)
			return m;
	}
	return NULL;
}

/* Whether these plain octets begin a message; then how much of it is still to come. */
static bool begins(struct rogue_session *s, struct span plain)
{
	struct rd in = rd_of(plain);
	bool begin = s->left == 0;
	if (begin)
		s->left = rd_u32(&in);
	s->left -= plain.n < s->left ? plain.n : s->left;
	return begin;
}

static enum err hold(struct rogue_session *s, struct span plain)
{
	s->held = env_copy(s->r->env, plain.p, plain.n);
	s->n_held = plain.n;
	return s->held ? OK : ERR_NOMEM;
}

/* What was held goes out behind what it was held for. */
static enum err say_next(struct rogue_session *s, struct graph_session_out *out)
{
	const struct rogue_message *m = next_of(s);
	enum err e;
	if (m) {
		s->said = m->number;
		e = group_session_seal(s->inner, span_of(m->octets, m->n), out);
	} else {
		e = group_session_seal(s->inner, span_of(s->held, s->n_held), out);
		env_free(s->r->env, s->held);
		s->held = NULL;
	}
	return e;
}

static enum err session_seal(void *session, struct span plain, struct graph_session_out *out)
{
	struct rogue_session *s = session;
	enum err e = OK;
	if (plain.n && begins(s, plain) && next_of(s)) {
		e = hold(s, plain);
		if (!e)
			e = say_next(s, out);
	} else if (plain.n || !s->held) {
		e = group_session_seal(s->inner, plain, out);
	} else {
		e = say_next(s, out);
	}
	out->more |= s->held != NULL;
	return e;
}

/* ---- its records ---- */

/* Its own it signs as anybody; of others', with the serial that they have, where it can. */
static enum err secure(void *ctx, const struct graph_record *rec, enum graph_change change,
		       struct span *security)
{
	struct rogue *r = ctx;
	uint8_t serial[CRYPTO_SERIAL];
	size_t n;
	rogue_serial(r, serial);
	struct span s = span_of(serial, sizeof(serial));
	enum err e = group_sign(r->crypto, r->env, r->profile, true, r->key[r->who], rec, s, s,
				r->security, &n);
	if (!e)
		*security = span_of(r->security, n);
	return e;
}

/* Whatever comes is good, and goes on to others. */
static enum graph_opinion validate(void *ctx, const struct graph_record *rec,
				   enum graph_change change)
{
	return GRAPH_VALID;
}

static const struct graph_provider_ops rogue_ops = {
	.name = "rogue",
	.sessions = true,
	.session_new = session_new,
	.session_free = session_free,
	.step = session_step,
	.seal = session_seal,
	.unseal = session_unseal,
	.peer = session_peer,
	.stands = session_stands,
	.secure = secure,
	.validate = validate,
};

static enum err provide(void *ctx, struct span id, struct span peer, struct graph_provider *out)
{
	struct rogue *r = ctx;
	if (!r->group)
		return ERR_STATE;
	*out = (struct graph_provider){ &r->ops, r };
	return OK;
}

/* ---- life ---- */

static enum err make_identity(struct rogue *r, int i)
{
	uint8_t out[CRYPTO_CERT_MAX];
	size_t n;
	struct span label = span_str(r->m->site.spec->name);
	struct text name = TEXT_OF(r->name[i]);
	enum err e = crypto_key_make(r->crypto, r->env, r->profile->crypto, &r->key[i]);
	if (!e)
		e = group_identity_issue(r->crypto, r->env, r->key[i], label, label, WORLD_WALL,
					 true, out, sizeof(out), &n);
	if (!e)
		e = rogue_set(r, &r->certificate[i], span_of(out, n));
	if (!e)
		e = group_name_make(r->crypto, r->profile->crypto, crypto_key_public(r->key[i]),
				    label, &name);
	return e;
}

static void become(struct rogue *r, int who)
{
	struct text t = TEXT_OF(r->m->self);
	r->who = who;
	text_str(&t, r->name[who]);
}

static void find_home(struct rogue *r)
{
	r->home = (struct group_session_home){
		.ctx = r,
		.env = r->env,
		.crypto = r->crypto,
		.profile = r->profile,
		.name = home_name,
		.key = home_key,
		.certificate = home_certificate,
		.chain = home_chain,
		.now = home_now,
		.known = home_known,
		.learned = home_learned,
		.may = home_known,
		.failed = home_failed,
	};
	r->ops = rogue_ops;
	r->ops.frame_plain = r->profile->packet_max;
	r->guard = (struct graphs_guard){ r, provide };
}

enum err rogue_new(struct rogue **out, struct machine *m)
{
	struct rogue *r = env_zalloc(&m->env, 1, sizeof(*r));
	if (!r)
		return ERR_NOMEM;
	r->m = m;
	r->env = &m->env;
	r->profile = group_profile(CRYPTO_MODERN);
	list_init(&r->messages);
	rng_init(&r->rng, m->site.w->opt.seed, RNG_ROGUE, m->site.index);
	enum err e = crypto_new(&r->crypto, r->env);
	for (int i = 0; !e && i < 2; i++)
		e = make_identity(r, i);
	find_home(r);
	become(r, 0);
	if (e)
		rogue_free(r);
	else
		*out = r;
	return e;
}

void rogue_free(struct rogue *r)
{
	if (!r)
		return;
	LIST_EACH(i, next, &r->messages)
	env_free(r->env, LIST_ENTRY(i, struct rogue_message, at));
	for (size_t i = 0; i < r->n_old; i++)
		env_free(r->env, r->old[i].p);
	for (int i = 0; i < 2; i++) {
		env_free(r->env, r->certificate[i].p);
		crypto_key_free(r->key[i]);
	}
	env_free(r->env, r->chain.p);
	env_free(r->env, r->invited.p);
	crypto_free(r->crypto);
	env_free(r->env, r);
}

const struct graphs_guard *rogue_guard(const struct rogue *r)
{
	return r ? &r->guard : NULL;
}

bool rogue_is(const struct rogue *r, struct span name)
{
	return r && (span_eq(span_str(r->name[0]), name) || span_eq(span_str(r->name[1]), name));
}

struct span rogue_certificate(const struct rogue *r)
{
	return span_of(r->certificate[0].p, r->certificate[0].n);
}

/* ---- what the story has it do ---- */

static void open_graph(struct rogue *r)
{
	struct graph_properties p = { .profile = CRYPTO_MODERN, .scope = GRAPH_SCOPE_GLOBAL };
	struct text id = TEXT_OF(p.id);
	struct graphs_command c = {
		.kind = GRAPHS_OPEN,
		.properties = &p,
		.sync_order = group_sync_order,
		.n_sync_order = GROUP_SYNC_ORDER,
		.guarded = true,
		.listen = true,
	};
	text_str(&id, r->group->id);
	rogue_ask(r, &c);
}

static void show(struct rogue *r, const struct scn_rogue *what)
{
	struct roll_group *before = r->group;
	r->group = roll_find(r->m->site.w, what->id);
	if (!r->group || !r->group->id[0] ||
	    rogue_chain(r, (enum rogue_show)what->kind, what->other, &r->chain)) {
		r->group = before;
		return;
	}
	/* Whom it made up shows what it issued to it. */
	become(r, what->kind == ROGUE_SHOW_RAISED || what->kind == ROGUE_SHOW_LONGER ||
			  what->kind == ROGUE_SHOW_INVITED);
	if (r->m->node)
		open_graph(r);
	if (rogue_graph(r) && what->kind == ROGUE_SHOW_OWN)
		rogue_publish(r, span_of(r->chain.p, r->chain.n));
}

void rogue_act(struct machine *m, const struct scn_rogue *what)
{
	struct rogue *r = m->rogue;
	if (!what->lies && !what->says && !what->issues) {
		show(r, what);
		return;
	}
	if (!rogue_graph(r))
		return;
	if (what->issues) {
		rogue_issue(r, what->count);
		return;
	}
	/* Or all that it says waits, where nobody met it. */
	if (what->says && r->invited.n && r->who)
		rogue_publish(r, span_of(r->invited.p, r->invited.n));
	if (what->says) {
		for (uint32_t i = 0; i < what->count; i++)
			rogue_say(r, MONO_HOUR);
		return;
	}
	rogue_remember(r);
	rogue_tell(r, (enum rogue_lie)what->kind, what->count);
	rogue_say(r, MONO_MIN);
}

/* ---- lies that were told ---- */

struct lie {
	struct list at;
	uint64_t hash;
};

static uint64_t hash_of(struct span octets)
{
	static const uint64_t key[2] = { 1, 2 };
	return map_hash(key, octets);
}

const char *rogue_lie_known(struct world *w, struct span octets)
{
	uint64_t h = hash_of(octets);
	return map_get(&w->lies, span_of((uint8_t *)&h, sizeof(h)));
}

void rogue_note_lie(struct world *w, struct span octets, enum rogue_lie k)
{
	struct lie *l = world_alloc(w, sizeof(*l));
	if (!l)
		return;
	l->hash = hash_of(octets);
	list_push_back(&w->lie_keys, &l->at);
	if (map_put(&w->lies, span_of((uint8_t *)&l->hash, sizeof(l->hash)),
		    (void *)(uintptr_t)rogue_lie_text(k)) != OK)
		w->err = ERR_NOMEM;
}

void rogue_forget(struct world *w)
{
	map_free(&w->lies);
	LIST_EACH(i, next, &w->lie_keys)
	env_free(w->env, LIST_ENTRY(i, struct lie, at));
	list_init(&w->lie_keys);
}
