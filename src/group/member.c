/* The Member List (GROUP-7.1 to 7.5): an array in the order of names. */
#include "group/member.h"

const struct group_members_limits group_members_limits_default = {
	.members = 10000,
	.credentials = 8,
	.octets = UINT64_C(256) << 20,
};

struct group_members {
	const struct env *env;
	struct crypto *crypto;
	const struct group_profile *profile;
	struct group_members_limits limits;
	struct group_member **all; /* by name */
	size_t n, room;
	uint64_t octets;
	const struct group_removals *removals; /* NULL: none */
	struct group_members_told told;
	struct group_fallen fallen;
	size_t left; /* so many of `all`, the first, are to be judged still */
};

enum err group_members_new(struct group_members **out, const struct env *env, struct crypto *c,
			   const struct group_profile *p, const struct group_members_limits *limits)
{
	struct group_members *m = env_zalloc(env, 1, sizeof *m);
	if (!m)
		return ERR_NOMEM;
	m->env = env;
	m->crypto = c;
	m->profile = p;
	m->limits = *limits;
	group_fallen_init(&m->fallen, env);
	*out = m;
	return OK;
}

/* ---- credentials ---- */

static struct group_credential *credential_at(const struct list *at)
{
	return LIST_ENTRY(at, struct group_credential, all);
}

static const struct crypto_cert *leaf_of(const struct group_credential *c)
{
	return group_chain_leaf(c->chain);
}

static uint64_t octets_of(const struct crypto_chain *chain)
{
	uint64_t n = 0;
	for (size_t i = 0; i < crypto_chain_count(chain); i++)
		n += crypto_chain_cert(chain, i)->der.n;
	return n;
}

/* The rest of it; its chain is the caller's. */
static struct crypto_chain *credential_take(struct group_members *m, struct group_credential *c)
{
	struct crypto_chain *chain = c->chain;
	list_take(&c->all);
	m->octets -= octets_of(chain);
	crypto_public_free(c->key);
	env_free(m->env, c->keys);
	env_free(m->env, c);
	return chain;
}

static void credential_free(struct group_members *m, struct group_credential *c)
{
	crypto_chain_free(credential_take(m, c));
}

/* GROUP-11.16 */
static bool is_gone(const struct group_members *m, const struct group_credential *c)
{
	size_t last = crypto_chain_count(c->chain) - 2;
	const uint8_t *key = c->keys + last * CRYPTO_AUTHORITY;
	return m->removals && group_removals_gone_of(m->removals, key, c->serial);
}

/* GROUP-11.36: made once, since they are looked up whenever other Removals count. */
static bool note_keys(const struct group_members *m, const struct crypto_chain *chain,
		      struct group_credential *c)
{
	size_t n = crypto_chain_count(chain) - 1;
	c->keys = env_zalloc(m->env, n, CRYPTO_AUTHORITY);
	for (size_t i = 0; c->keys && i < n; i++)
		crypto_authority(m->crypto, m->profile->crypto,
				 crypto_chain_cert(chain, i + 1)->public,
				 c->keys + i * CRYPTO_AUTHORITY);
	return c->keys != NULL;
}

static enum err credential_new(struct group_members *m, struct crypto_chain *chain,
			       struct group_credential **out)
{
	const struct crypto_cert *leaf = group_chain_leaf(chain);
	struct group_credential *c = env_zalloc(m->env, 1, sizeof *c);
	if (!c)
		return ERR_NOMEM;
	enum err e = note_keys(m, chain, c) ? OK : ERR_NOMEM;
	if (!e)
		e = crypto_public_load(m->crypto, m->profile->crypto, leaf->public, &c->key);
	if (e) {
		env_free(m->env, c->keys);
		env_free(m->env, c);
		return e;
	}
	list_init(&c->all);
	c->chain = chain;
	c->serial = leaf->serial;
	c->roles = leaf->roles;
	group_chain_period(chain, &c->from, &c->to);
	c->again = INT64_MAX;
	c->gone = is_gone(m, c);
	m->octets += octets_of(chain);
	*out = c;
	return OK;
}

/* Newest first; those of one time in the order of their serials, so that it is the same on
 * every node. */
static bool comes_before(const struct group_credential *a, const struct group_credential *b)
{
	if (a->from != b->from)
		return a->from > b->from;
	return span_cmp(a->serial, b->serial) < 0;
}

static void credential_insert(struct group_member *who, struct group_credential *c)
{
	struct list *at = who->credentials.next;
	while (at != &who->credentials && comes_before(credential_at(at), c))
		at = at->next;
	list_push_back(at, &c->all);
}

/* The same leaf is the same credential, whatever leads to it. */
static struct group_credential *with_leaf(const struct group_member *who,
					  const struct crypto_chain *chain)
{
	LIST_EACH(at, tmp, &who->credentials)
	if (span_eq(leaf_of(credential_at(at))->der, group_chain_leaf(chain)->der))
		return credential_at(at);
	return NULL;
}

/* Whose doing it is that it is kept: the member's, or who gave it. */
static bool is_alike(const struct group_credential *a, const struct group_credential *b)
{
	if (a->own || b->own)
		return a->own == b->own;
	return span_eq(leaf_of(a)->issuer_name, leaf_of(b)->issuer_name);
}

static size_t count_alike(const struct group_member *who, const struct group_credential *c,
			  size_t *all)
{
	size_t n = 0;
	*all = 0;
	LIST_EACH(at, tmp, &who->credentials)
	{
		n += is_alike(credential_at(at), c);
		++*all;
	}
	return n;
}

/* GROUP-7.3: who fills a member's list with certificates loses its own, not those that others
 * gave, nor those that the member itself shows. Of whom there are most, the oldest. False: it
 * was `last` that had to go. */
static bool bound_credentials(struct group_members *m, struct group_member *who,
			      const struct group_credential *last)
{
	struct group_credential *worst = NULL;
	size_t most = 0, all = 0;
	LIST_EACH(at, tmp, &who->credentials)
	{
		struct group_credential *c = credential_at(at);
		size_t n = count_alike(who, c, &all);
		if (n >= most) {
			most = n;
			worst = c;
		}
	}
	if (all <= m->limits.credentials)
		return true;
	credential_free(m, worst);
	return worst != last;
}

static bool is_valid(const struct group_credential *c, int64_t now)
{
	return !c->gone && !c->fell && c->from <= now && now <= c->to;
}

/* Whether it takes the place of all older ones that are valid. */
static bool supersedes(const struct group_member *who, const struct group_credential *c,
		       int64_t now)
{
	for (const struct list *at = c->all.next; at != &who->credentials; at = at->next) {
		const struct group_credential *older = credential_at(at);
		if (is_valid(older, now) && !group_chain_supersedes(c->chain, older->chain))
			return false;
	}
	return true;
}

struct group_credential *group_member_credential(const struct group_member *who, struct span serial,
						 int64_t now)
{
	LIST_EACH(at, tmp, &who->credentials)
	{
		struct group_credential *c = credential_at(at);
		bool found = serial.n ? !c->fell && span_eq(c->serial, serial)
				      : is_valid(c, now) && supersedes(who, c, now);
		if (found)
			return c;
	}
	return NULL;
}

struct group_credential *group_member_credential_next(const struct group_member *who,
						      const struct group_credential *after)
{
	for (const struct list *at = after->all.next; at != &who->credentials; at = at->next)
		if (!credential_at(at)->fell && span_eq(credential_at(at)->serial, after->serial))
			return credential_at(at);
	return NULL;
}

/* ---- members ---- */

/* Where name is, or would be; empty names are first. */
static size_t place_of(const struct group_members *m, struct span name)
{
	size_t from = 0, to = m->n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (span_cmp(m->all[middle]->name, name) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static bool is_out(const struct group_member *who)
{
	LIST_EACH(at, tmp, &who->credentials)
	if (!credential_at(at)->gone && !credential_at(at)->fell)
		return false;
	return true;
}

/* GROUP-11.36: whoever is asked about is judged by the Removals of now; what follows from it -
 * what is told, what goes - waits for its turn. */
static void look_at(const struct group_members *m, struct group_member *who)
{
	uint64_t turn = m->removals ? group_removals_turn(m->removals) : 0;
	if (who->turn == turn)
		return;
	who->turn = turn;
	LIST_EACH(at, tmp, &who->credentials)
	{
		struct group_credential *c = credential_at(at);
		c->gone = is_gone(m, c);
		c->fell = !group_removals_chain_of(m->removals, c->chain, c->keys);
	}
	who->removed = is_out(who);
}

static bool is_fallen(const struct group_member *who)
{
	LIST_EACH(at, tmp, &who->credentials)
	if (!credential_at(at)->fell)
		return false;
	return true;
}

/* The one at that place, or behind it, who is there. */
static struct group_member *from(const struct group_members *m, size_t at)
{
	for (; at < m->n; at++) {
		struct group_member *who = m->all[at];
		look_at(m, who);
		who->at = at;
		if (!is_fallen(who))
			return who;
	}
	return NULL;
}

static bool has_at(const struct group_members *m, size_t at, struct span name)
{
	return at < m->n && span_eq(m->all[at]->name, name);
}

struct group_member *group_members_find(const struct group_members *m, struct span name)
{
	size_t at = place_of(m, name);
	if (!has_at(m, at, name))
		return NULL;
	look_at(m, m->all[at]);
	return is_fallen(m->all[at]) ? NULL : m->all[at];
}

static void member_free(struct group_members *m, struct group_member *who)
{
	LIST_EACH(at, tmp, &who->credentials)
	credential_free(m, credential_at(at));
	env_free(m->env, (void *)(uintptr_t)who->name.p);
	env_free(m->env, who);
}

static bool grow(struct group_members *m)
{
	if (m->n < m->room)
		return true;
	size_t room = m->room ? 2 * m->room : 16;
	struct group_member **all =
		env_resize(m->env, m->all, room * sizeof(struct group_member *));
	if (!all)
		return false;
	m->all = all;
	m->room = room;
	return true;
}

static enum err member_new(struct group_members *m, const struct crypto_cert *leaf,
			   struct group_member **out)
{
	if (m->n >= m->limits.members)
		return ERR_FULL;
	struct group_member *who = env_zalloc(m->env, 1, sizeof *who);
	if (!who)
		return ERR_NOMEM;
	list_init(&who->credentials);
	uint8_t *name = env_copy(m->env, leaf->subject_name.p, leaf->subject_name.n);
	who->name = span_of(name, leaf->subject_name.n);
	if (!name || !grow(m)) {
		member_free(m, who);
		return ERR_NOMEM;
	}
	*out = who;
	return OK;
}

static void member_insert(struct group_members *m, struct group_member *who)
{
	size_t at = place_of(m, who->name);
	memmove(m->all + at + 1, m->all + at, (m->n - at) * sizeof(struct group_member *));
	m->all[at] = who;
	m->n++;
	m->left += at < m->left;
}

static void member_remove(struct group_members *m, size_t at)
{
	member_free(m, m->all[at]);
	m->n--;
	m->left -= at < m->left;
	memmove(m->all + at, m->all + at + 1, (m->n - at) * sizeof(struct group_member *));
}

void group_members_free(struct group_members *m)
{
	if (!m)
		return;
	while (m->n)
		member_remove(m, m->n - 1);
	group_fallen_fini(&m->fallen);
	env_free(m->env, m->all);
	env_free(m->env, m);
}

/* ---- judged ---- */

/* GROUP-11.23 */
static void drop_fallen(struct group_members *m, struct group_member *who)
{
	LIST_EACH(at, tmp, &who->credentials)
	if (credential_at(at)->fell)
		group_fallen_add(&m->fallen, credential_take(m, credential_at(at)));
}

static void tell(const struct group_members *m, struct group_member *who)
{
	if (who->told == who->removed)
		return;
	who->told = who->removed;
	if (m->told.fn)
		m->told.fn(m->told.ctx, who, who->removed);
}

/* GROUP-11.18. False: it went. */
static bool settle(struct group_members *m, size_t at)
{
	struct group_member *who = m->all[at];
	look_at(m, who);
	bool fallen = is_fallen(who);
	if (fallen)
		tell(m, who);
	drop_fallen(m, who);
	if (fallen)
		member_remove(m, at);
	else
		tell(m, who);
	return !fallen;
}

/* A chain that is not there, of somebody who may be. */
static enum err add_fresh(struct group_members *m, struct crypto_chain *chain,
			  struct group_member **who, bool own, bool *fresh)
{
	struct group_member *there = *who;
	struct group_credential *c;
	enum err e = credential_new(m, chain, &c);
	if (e) {
		crypto_chain_free(chain);
		return e;
	}
	c->own = own;
	if (!there)
		e = member_new(m, leaf_of(c), &there);
	if (e) {
		credential_free(m, c);
		return e;
	}
	credential_insert(there, c);
	if (!*who)
		member_insert(m, there);
	there->told = there->removed = is_out(there);
	there->turn = m->removals ? group_removals_turn(m->removals) : 0;
	*fresh = bound_credentials(m, there, c);
	*who = there;
	return OK;
}

static enum err add(struct group_members *m, struct crypto_chain *chain, struct group_member **who,
		    bool own, bool *fresh)
{
	struct span name = group_chain_leaf(chain)->subject_name;
	size_t at = place_of(m, name);
	bool here = has_at(m, at, name) && settle(m, at);
	struct group_member *there = here ? m->all[at] : NULL;
	struct group_credential *same = there ? with_leaf(there, chain) : NULL;
	if (same) {
		same->own |= own;
		crypto_chain_free(chain);
		*who = there;
		*fresh = false;
		return OK;
	}
	if (m->removals && !group_removals_chain(m->removals, chain)) {
		group_members_fell(m, chain);
		return ERR_DENIED;
	}
	if (octets_of(chain) > m->limits.octets - m->octets) {
		crypto_chain_free(chain);
		return ERR_FULL;
	}
	enum err e = add_fresh(m, chain, &there, own, fresh);
	if (!e)
		*who = there;
	return e;
}

enum err group_members_add(struct group_members *m, struct crypto_chain *chain,
			   struct group_member **who, bool *fresh)
{
	return add(m, chain, who, false, fresh);
}

enum err group_members_add_own(struct group_members *m, struct crypto_chain *chain,
			       struct group_member **who, bool *fresh)
{
	return add(m, chain, who, true, fresh);
}

struct span group_member_label(const struct group_member *who, int64_t now)
{
	const struct group_credential *c = group_member_credential(who, span_of(NULL, 0), now);
	if (!c && !list_empty(&who->credentials))
		c = credential_at(who->credentials.next);
	return c ? group_chain_leaf(c->chain)->subject : span_of(NULL, 0);
}

/* True: something of it went. */
static bool expire_of(struct group_members *m, struct group_member *who, int64_t now, int64_t *next)
{
	bool went = false;
	LIST_EACH(at, tmp, &who->credentials)
	{
		struct group_credential *c = credential_at(at);
		if (now > c->to) {
			credential_free(m, c);
			went = true;
		} else if (c->to < *next - 1) {
			*next = c->to + 1;
		}
	}
	return went;
}

static bool is_over(const struct group_member *who, int64_t now)
{
	LIST_EACH(at, tmp, &who->credentials)
	if (now <= credential_at(at)->to)
		return false;
	return true;
}

bool group_members_expire(struct group_members *m, int64_t now,
			  void (*gone)(void *ctx, const struct group_member *who), void *ctx,
			  int64_t *next)
{
	bool went = false;
	*next = INT64_MAX;
	for (size_t i = m->n; i > 0; i--) {
		struct group_member *who = m->all[i - 1];
		bool over = is_over(who, now);
		if (over && !settle(m, i - 1)) {
			went = true;
			continue;
		}
		if (over && gone)
			gone(ctx, who);
		went |= expire_of(m, who, now, next);
		if (over)
			member_remove(m, i - 1);
	}
	return went;
}

void group_members_removals(struct group_members *m, const struct group_removals *r,
			    const struct group_members_told *told)
{
	m->removals = r;
	m->told = *told;
}

/* GROUP-11.23 */
void group_members_fell(struct group_members *m, struct crypto_chain *chain)
{
	group_fallen_add(&m->fallen, chain);
}

/* GROUP-11.36: what has not gone yet is asked, too. */
bool group_members_fallen(const struct group_members *m, struct span name, struct span serial)
{
	size_t at = place_of(m, name);
	if (group_fallen_has(&m->fallen, m->removals, name, serial))
		return true;
	if (!has_at(m, at, name))
		return false;
	look_at(m, m->all[at]);
	LIST_EACH(n, tmp, &m->all[at]->credentials)
	if (credential_at(n)->fell && span_eq(credential_at(n)->serial, serial))
		return true;
	return false;
}

#define FALLS 16 /* what it takes when somebody goes is as much as so many looks */

void group_members_judge(struct group_members *m)
{
	group_fallen_judge(&m->fallen);
	m->left = m->n;
}

bool group_members_judge_on(struct group_members *m, size_t *looks)
{
	if (!group_fallen_judge_on(&m->fallen, m->removals, looks))
		return false;
	while (m->left && *looks) {
		size_t cost = settle(m, m->left - 1) ? 1 : FALLS;
		m->left -= cost == 1;
		*looks -= *looks < cost ? *looks : cost;
	}
	return !m->left;
}

bool group_members_judging(const struct group_members *m)
{
	return m->left || m->fallen.next;
}

/* Where it is, found at once where nobody came before it since it was looked for. */
static size_t place_behind(const struct group_members *m, const struct group_member *who)
{
	bool same = who->at < m->n && m->all[who->at] == who;
	return (same ? who->at : place_of(m, who->name)) + 1;
}

struct group_member *group_members_next(const struct group_members *m,
					const struct group_member *after)
{
	return from(m, after ? place_behind(m, after) : 0);
}

struct group_member *group_members_beyond(const struct group_members *m, struct span name)
{
	size_t at = place_of(m, name);
	return from(m, at + has_at(m, at, name));
}

size_t group_members_count(const struct group_members *m)
{
	size_t n = 0;
	for (size_t i = 0; i < m->n; i++) {
		look_at(m, m->all[i]);
		n += !m->all[i]->removed;
	}
	return n;
}
