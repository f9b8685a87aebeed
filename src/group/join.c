/* Joining by a secret (GROUP-13; DESIGN D5): what the two machines do in the cells of
 * GROUP-8.14 that lead from M1 to M4. The joiner is CPace's initiator. */
#include "group/session_int.h"

#include "crypto/aead.h"
#include "crypto/pake.h"

#include <assert.h>

#define HASH	32
#define CI_MAX	(64 + GROUP_NAME_OCTETS + 2 * CRYPTO_PUBLIC_MAX + GROUP_SECRET_NAME)
#define M1_MAX	128
#define M3_MAX	128
#define AGAIN_S 30 /* what a member's store does not take now it may take then */

/* From M1 until it has ended; secret. */
struct group_join {
	struct crypto_pake pake; /* until both shares are there */
	struct group_secret_name name;
	uint8_t prs[HASH];  /* hash of what it began with: of who lets in */
	uint8_t m1[M1_MAX]; /* the joiner's, until M3 */
	size_t n_m1;
	uint8_t ta[CRYPTO_PAKE_TAG], tb[CRYPTO_PAKE_TAG];
	uint8_t key[CRYPTO_GCM_KEY]; /* of YourGMC */
	uint64_t ticket;	     /* of the door; 0 none */
};

void group_join_free(struct group_session *s)
{
	struct group_join *j = s->join;
	if (!j)
		return;
	if (j->ticket)
		s->home->door->admit_drop(s->home->door->ctx, j->ticket);
	crypto_pake_wipe(&j->pake);
	crypto_wipe(j, sizeof *j);
	env_free(s->home->env, j);
	s->join = NULL;
}

/* ---- what both sides must have alike ---- */

static struct span own(const struct group_session *s)
{
	return crypto_key_public(s->home->key(s->home->ctx));
}

static struct span theirs(const struct group_session *s)
{
	return span_of(s->public, s->home->profile->crypto->public_size);
}

/* GROUP-13.2 */
static enum err begin(struct group_session *s, struct span prs)
{
	uint8_t name[GROUP_SECRET_NAME], ci[CI_MAX], sid[HASH];
	struct wr n = wr_of(name, sizeof name), w = wr_of(ci, sizeof ci);
	group_secret_name_put(&n, &s->join->name);
	const struct span parts[] = {
		span_str("homestead join 2"),	   s->graph_id, s->initiator ? own(s) : theirs(s),
		s->initiator ? theirs(s) : own(s), wr_span(&n),
	};
	crypto_lv_cat(&w, parts, sizeof parts / sizeof *parts);
	enum err e = crypto_tls_export(s->tls, "EXPORTER-homestead-cpace",
				       span_of(s->binding, sizeof s->binding), sid, sizeof sid);
	if (!e && w.failed)
		e = ERR_RANGE;
	const struct crypto_pake_input in = { prs, wr_span(&w), span_of(sid, sizeof sid) };
	if (!e)
		e = crypto_pake_begin(&s->join->pake, s->home->env, &in);
	crypto_wipe(sid, sizeof sid);
	return e;
}

static void hash(const struct group_session *s, struct span of, uint8_t out[HASH])
{
	crypto_hash(s->home->crypto, s->home->profile->crypto, &of, 1, out, HASH);
}

static struct span put_proof(const struct group_session *s, enum group_step step,
			     const uint8_t tag[CRYPTO_PAKE_TAG], uint8_t out[M3_MAX])
{
	uint8_t body[GROUP_PASSWORD_MAX];
	struct wr b = wr_of(body, sizeof body), w = wr_of(out, M3_MAX);
	const struct group_password p = { .step = step, .octets = span_of(tag, CRYPTO_PAKE_TAG) };
	group_password_put(&b, &p);
	const struct group_message m = { .type = GROUP_PASSWORD, .body = wr_span(&b) };
	group_message_put(&w, s->home->profile, &m);
	return wr_span(&w);
}

/* GROUP-13.3: M3 is known before it is said, by both. */
static enum err make_key(struct group_session *s, struct span m1, struct span m2)
{
	struct group_join *j = s->join;
	uint8_t octets[M3_MAX], salt[CRYPTO_SHA512];
	const struct span said[] = { m1, m2, put_proof(s, GROUP_STEP_PROVE, j->ta, octets) };
	enum err e = crypto_sha512(said, 3, salt);
	const struct crypto_hkdf in = { .hash = CRYPTO_HKDF_SHA512,
					.secret = crypto_pake_key(&j->pake),
					.salt = span_of(salt, sizeof salt),
					.info = span_str("homestead yourgmc 2") };
	return e ? e : crypto_hkdf(s->home->crypto, &in, j->key, sizeof j->key);
}

/* What was said up to M2, of which all else follows. */
struct said {
	struct span ya, yb; /* shares */
	struct span idc;    /* the joiner's */
	struct span my_gmc; /* the other's */
	struct span m1, m2;
};

/* ERR_DENIED: the other's share is none. */
static enum err agree(struct group_session *s, const struct said *x)
{
	struct group_join *j = s->join;
	uint8_t ada[HASH], adb[HASH];
	hash(s, x->idc, ada);
	hash(s, x->my_gmc, adb);
	const struct crypto_pake_side a = { x->ya, span_of(ada, HASH) };
	const struct crypto_pake_side b = { x->yb, span_of(adb, HASH) };
	enum err e = crypto_pake_finish(&j->pake, &a, &b);
	if (!e) {
		crypto_pake_tag(&j->pake, &a, j->ta);
		crypto_pake_tag(&j->pake, &b, j->tb);
		e = make_key(s, x->m1, x->m2);
	}
	crypto_pake_wipe(&j->pake);
	return e;
}

static enum err start(struct group_session *s, const struct group_secret_name *name,
		      struct span prs)
{
	s->join = env_zalloc(s->home->env, 1, sizeof *s->join);
	if (!s->join)
		return ERR_NOMEM;
	s->join->name = *name;
	hash(s, prs, s->join->prs);
	return begin(s, prs);
}

/* What the library refuses is nobody's fault in particular. */
static enum err failed(struct group_session *s, enum err e)
{
	if (e == OK || e == ERR_NOMEM || s->fault)
		return e;
	return group_session_fail(s,
				  e == ERR_DENIED ? GROUP_FAULT_MALFORMED : GROUP_FAULT_PASSWORD);
}

/* ---- the joiner ---- */

/* M1 */
enum err group_join_knock(struct group_session *s, const struct group_flight *f)
{
	const struct group_knock *k = s->home->knock;
	uint8_t body[GROUP_PASSWORD_MAX];
	struct wr w = wr_of(body, sizeof body);
	if (s->home->profile->password)
		return group_session_fail(s, GROUP_FAULT_PASSWORD);
	enum err e = start(s, &k->name, span_of(k->prs, sizeof k->prs));
	if (e)
		return failed(s, e);
	const struct group_password ask = { .step = GROUP_STEP_ASK,
					    .name = k->name,
					    .octets = span_of(s->join->pake.y, GROUP_SHARE) };
	group_password_put(&w, &ask);
	const struct group_message m[] = { group_session_hello(s),
					   { .type = GROUP_PASSWORD, .body = wr_span(&w) } };
	e = group_session_say(s, m, 2);
	assert(e || s->out.n <= M1_MAX);
	if (!e)
		memcpy(s->join->m1, s->out.p, s->join->n_m1 = s->out.n);
	return e;
}

/* GROUP-13.5: who may let nobody in is shown no proof. */
static enum err is_issuer(struct group_session *s, const struct group_flight *f)
{
	struct crypto_chain *chain;
	enum err e = group_session_bound(s, f);
	if (!e)
		e = group_session_judge(s, f->gmc, &chain);
	if (e)
		return e;
	bool issues = group_role_issuable(group_chain_leaf(chain)->roles) != 0;
	crypto_chain_free(chain);
	return issues ? OK : group_session_fail(s, GROUP_FAULT_MAY_NOT_ADMIT);
}

static enum err say_proof(struct group_session *s, enum group_step step, const uint8_t *tag,
			  struct span your_gmc)
{
	uint8_t body[GROUP_PASSWORD_MAX];
	struct wr w = wr_of(body, sizeof body);
	const struct group_password p = { .step = step, .octets = span_of(tag, CRYPTO_PAKE_TAG) };
	group_password_put(&w, &p);
	const struct group_message m[] = { { .type = GROUP_PASSWORD, .body = wr_span(&w) },
					   { .type = GROUP_YOUR_GMC, .body = your_gmc } };
	return group_session_say(s, m, your_gmc.n ? 2 : 1);
}

/* GROUP-13.21: a group that is here knocks for a while alone. */
static enum err still_knocks(struct group_session *s)
{
	return s->home->knock ? OK : group_session_fail(s, GROUP_FAULT_ORDER);
}

/* M3 */
enum err group_join_prove(struct group_session *s, const struct group_flight *f)
{
	const struct group_knock *k = s->home->knock;
	struct group_join *j = s->join;
	uint8_t ya[GROUP_SHARE];
	enum err e = still_knocks(s);
	if (!e)
		e = is_issuer(s, f);
	if (e)
		return e;
	memcpy(ya, j->pake.y, sizeof ya);
	const struct said x = { .ya = span_of(ya, sizeof ya),
				.yb = f->password.octets,
				.idc = s->home->certificate(s->home->ctx),
				.my_gmc = f->gmc,
				.m1 = span_of(j->m1, j->n_m1),
				.m2 = f->octets };
	e = failed(s, agree(s, &x));
	if (e)
		return e;
	if (!k->prove(k->ctx, theirs(s))) /* GROUP-13.7 */
		return group_session_fail(s, GROUP_FAULT_ASKED_BEFORE);
	return say_proof(s, GROUP_STEP_PROVE, j->ta, span_of(NULL, 0));
}

/* GROUP-13.9: a membership in the group that was asked for, of our key and name. */
static enum err is_ours(struct group_session *s, struct span chain)
{
	const struct group_session_home *h = s->home;
	const struct group_chain_rules rules = { .profile = h->profile,
						 .group = h->name(h->ctx),
						 .public = own(s),
						 .now = h->now(h->ctx) };
	struct crypto_chain *read = NULL;
	enum group_chain_fault why;
	enum err e = group_chain_read(h->crypto, &rules, chain, &read, &why);
	if (!e && !span_eq(group_chain_leaf(read)->subject_name, s->self))
		e = group_session_misfit(s, NULL, GROUP_CHAIN_LEAF_NAME);
	else if (e && e != ERR_NOMEM)
		e = group_session_misfit(s, read, why);
	crypto_chain_free(read);
	return e;
}

static enum err open_gmc(struct group_session *s, struct span sealed, uint8_t *plain)
{
	struct group_join *j = s->join;
	struct crypto_gcm g = { .nonce = span_of(sealed.p, CRYPTO_GCM_NONCE),
				.bound = span_of(j->tb, sizeof j->tb) };
	memcpy(g.key, j->key, sizeof g.key);
	enum err e = crypto_gcm_open(
		s->home->crypto, &g,
		span_of(sealed.p + CRYPTO_GCM_NONCE, sealed.n - CRYPTO_GCM_NONCE), plain);
	crypto_wipe(&g, sizeof g);
	return failed(s, e);
}

/* M4 */
enum err group_join_take(struct group_session *s, const struct group_flight *f)
{
	const struct group_session_home *h = s->home;
	struct span tb = span_of(s->join->tb, sizeof s->join->tb);
	size_t over = CRYPTO_GCM_NONCE + CRYPTO_GCM_TAG;
	enum err e = still_knocks(s);
	if (e)
		return e;
	if (!crypto_equal(f->password.octets, tb))
		return group_session_fail(s, GROUP_FAULT_PROOF);
	if (f->gmc.n <= over)
		return group_session_fail(s, GROUP_FAULT_MALFORMED);
	struct span chain = span_of(env_resize(h->env, NULL, f->gmc.n - over), f->gmc.n - over);
	if (!chain.p)
		return ERR_NOMEM;
	uint8_t *plain = (uint8_t *)(uintptr_t)chain.p;
	e = open_gmc(s, f->gmc, plain);
	if (!e)
		e = is_ours(s, chain);
	if (!e)
		h->knock->let_in(h->knock->ctx, chain);
	env_free(h->env, plain);
	group_join_free(s);
	return e;
}

static const enum group_session_fault faults[GROUP_DOOR_ANSWERS] = {
	[GROUP_DOOR_OPEN] = GROUP_FAULT_NONE,
	[GROUP_DOOR_NO_SUCH] = GROUP_FAULT_NO_SECRET,
	[GROUP_DOOR_WRONG] = GROUP_FAULT_WRONG_SECRET,
	[GROUP_DOOR_OVER] = GROUP_FAULT_SECRET_OVER,
	[GROUP_DOOR_NOT_OURS] = GROUP_FAULT_MAY_NOT_ADMIT,
	[GROUP_DOOR_WAIT] = GROUP_FAULT_WAIT,
};

enum err group_join_refused(struct group_session *s, const struct group_flight *f)
{
	const struct group_knock *k = s->home->knock;
	bool wrong = f->password.why == GROUP_DOOR_WRONG;
	enum err e = still_knocks(s);
	if (e)
		return e;
	/* GROUP-13.4: that a guess is wrong says only who had one. */
	if (wrong && s->state == GROUP_SESSION_KNOCKED)
		return group_session_fail(s, GROUP_FAULT_ORDER);
	k->refused(k->ctx, f->password.why, f->password.wait_s);
	return group_session_fail(s, faults[f->password.why]);
}

/* ---- who lets in ---- */

/* GROUP-13.4: the last that is said. */
static enum err refuse(struct group_session *s, enum group_door_answer why, uint32_t wait_s)
{
	uint8_t body[GROUP_PASSWORD_MAX];
	struct wr w = wr_of(body, sizeof body);
	const struct group_password p = { .step = GROUP_STEP_REFUSE, .why = why, .wait_s = wait_s };
	group_password_put(&w, &p);
	const struct group_message m = { .type = GROUP_PASSWORD, .body = wr_span(&w) };
	enum err e = group_session_say(s, &m, 1);
	if (e)
		return e;
	s->last_words = true;
	return group_session_fail(s, faults[why]);
}

static enum err say_share(struct group_session *s, struct span chain)
{
	uint8_t body[GROUP_PASSWORD_MAX];
	struct wr w = wr_of(body, sizeof body);
	const struct group_password p = { .step = GROUP_STEP_SHARE,
					  .octets = span_of(s->join->pake.y, GROUP_SHARE) };
	group_password_put(&w, &p);
	const struct group_message m[] = { group_session_hello(s),
					   { .type = GROUP_MY_GMC, .body = chain },
					   { .type = GROUP_PASSWORD, .body = wr_span(&w) } };
	return group_session_say(s, m, 3);
}

/* M2. What follows from both shares is made at once: nothing secret but that is kept. */
static enum err share(struct group_session *s, const struct group_flight *f, struct span prs)
{
	struct span chain = s->home->chain(s->home->ctx);
	enum err e = start(s, &f->password.name, prs);
	if (!e)
		e = say_share(s, chain);
	if (e)
		return failed(s, e);
	uint8_t yb[GROUP_SHARE];
	memcpy(yb, s->join->pake.y, sizeof yb);
	const struct said x = { .ya = f->password.octets,
				.yb = span_of(yb, sizeof yb),
				.idc = crypto_tls_peer(s->tls),
				.my_gmc = chain,
				.m1 = f->octets,
				.m2 = span_of(s->out.p, s->out.n) };
	e = agree(s, &x);
	if (e)
		group_octets_drop(s, &s->out);
	return failed(s, e);
}

enum err group_join_share(struct group_session *s, const struct group_flight *f)
{
	const struct group_door *d = s->home->door;
	uint8_t prs[GROUP_SECRET_PRS] = { 0 };
	uint32_t wait_s = 0;
	enum err e = group_session_bound(s, f);
	if (e)
		return e;
	if (!d || s->home->profile->password)
		return group_session_fail(s, GROUP_FAULT_PASSWORD);
	/* GROUP-13.4: who has no membership to show may issue none. */
	if (!s->home->chain(s->home->ctx).n)
		return refuse(s, GROUP_DOOR_NOT_OURS, 0);
	enum group_door_answer a =
		d->find(d->ctx, &f->password.name, span_of(s->source, s->n_source), prs, &wait_s);
	e = a ? refuse(s, a, wait_s) : share(s, f, span_of(prs, sizeof prs));
	crypto_wipe(prs, sizeof prs);
	return e;
}

/* GROUP-13.8: the identity that made the handshake is the one that is let in. */
static enum err admit(struct group_session *s)
{
	const struct group_session_home *h = s->home;
	struct crypto_chain *idc = NULL;
	enum group_chain_fault why;
	enum err e = group_identity_read(h->crypto, h->profile, crypto_tls_peer(s->tls),
					 h->now(h->ctx), &idc, &why);
	if (e) {
		crypto_chain_free(idc);
		return e == ERR_NOMEM ? e : group_session_fail(s, GROUP_FAULT_CERTIFICATE);
	}
	enum group_door_answer a = h->door->admit(h->door->ctx, &s->join->name,
						  group_chain_leaf(idc), &s->join->ticket);
	crypto_chain_free(idc);
	return a ? refuse(s, a, a == GROUP_DOOR_WAIT ? AGAIN_S : 0) : OK;
}

/* GROUP-13.6: a password that was changed since M1 is over, for who knows the old one and for who
 * knows the new one alike. */
static enum group_door_answer find_again(struct group_session *s, struct span source,
					 uint32_t *wait_s)
{
	const struct group_door *d = s->home->door;
	uint8_t prs[GROUP_SECRET_PRS] = { 0 }, now[HASH];
	enum group_door_answer a = d->find(d->ctx, &s->join->name, source, prs, wait_s);
	hash(s, span_of(prs, sizeof prs), now);
	crypto_wipe(prs, sizeof prs);
	if (!a && !crypto_equal(span_of(now, HASH), span_of(s->join->prs, HASH)))
		a = GROUP_DOOR_OVER;
	crypto_wipe(now, sizeof now);
	return a;
}

/* Of M3 */
enum err group_join_check(struct group_session *s, const struct group_flight *f)
{
	const struct group_door *d = s->home->door;
	struct span source = span_of(s->source, s->n_source);
	uint32_t wait_s = 0;
	/* Of many that came together one guess is taken: after it this says no. */
	enum group_door_answer a = find_again(s, source, &wait_s);
	if (a)
		return refuse(s, a, wait_s);
	if (crypto_equal(f->password.octets, span_of(s->join->ta, sizeof s->join->ta)))
		return admit(s);
	d->wrong(d->ctx, &s->join->name, source);
	return refuse(s, GROUP_DOOR_WRONG, 0);
}

enum err group_join_ask(struct group_session *s)
{
	const struct group_door *d = s->home->door;
	struct group_flight f = { .event = GROUP_SESSION_ADMITTED };
	uint64_t after = 0;
	f.admitted = d->admitted(d->ctx, s->join->ticket, &f.gmc, &after);
	if (f.admitted == ERR_STATE)
		return OK;
	s->after = after;
	return group_session_run(s, GROUP_SESSION_ADMITTED, &f);
}

/* M4: to the joiner alone, under the key that both have. */
enum err group_join_confirm(struct group_session *s, const struct group_flight *f)
{
	const struct env *env = s->home->env;
	struct group_join *j = s->join;
	size_t n = CRYPTO_GCM_NONCE + f->gmc.n + CRYPTO_GCM_TAG;
	if (f->admitted)
		return f->admitted == ERR_NOMEM ? ERR_NOMEM : refuse(s, GROUP_DOOR_WAIT, AGAIN_S);
	uint8_t *sealed = env_resize(env, NULL, n);
	if (!sealed)
		return ERR_NOMEM;
	env->random(env->ctx, sealed, CRYPTO_GCM_NONCE);
	struct crypto_gcm g = { .nonce = span_of(sealed, CRYPTO_GCM_NONCE),
				.bound = span_of(j->tb, sizeof j->tb) };
	memcpy(g.key, j->key, sizeof g.key);
	enum err e = crypto_gcm_seal(s->home->crypto, &g, f->gmc, sealed + CRYPTO_GCM_NONCE);
	crypto_wipe(&g, sizeof g);
	e = failed(s, e);
	if (!e)
		e = say_proof(s, GROUP_STEP_CONFIRM, j->tb, span_of(sealed, n));
	env_free(env, sealed);
	group_join_free(s);
	return e;
}
