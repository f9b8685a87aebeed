#include "session_rig.h"

static void copy(char *to, size_t size, struct span s)
{
	assert_true(s.n < size);
	memcpy(to, s.p, s.n);
	to[s.n] = '\0';
}

/* ---- people ---- */

void rig_person_init(struct session_rig *t, struct rig_person *who, const char *classifier,
		     int64_t from)
{
	*who = (struct rig_person){ .key = NULL };
	assert_int_equal(crypto_key_make(t->c, &t->draw.env, t->p->crypto, &who->key), OK);
	struct text name = TEXT_OF(who->name);
	assert_int_equal(group_name_make(t->c, t->p->crypto, crypto_key_public(who->key),
					 span_str(classifier), &name),
			 OK);
	assert_int_equal(group_identity_issue(t->c, &t->draw.env, who->key, span_str(classifier),
					      span_str("Somebody"), from, true, who->idc,
					      sizeof who->idc, &who->idc_n),
			 OK);
}

void rig_person_fini(struct rig_person *who)
{
	crypto_key_free(who->key);
	who->key = NULL;
}

void rig_root(struct session_rig *t, struct rig_person *who)
{
	struct group_name n;
	assert_int_equal(group_name_parse(&n, span_str(who->name)), OK);
	assert_int_equal(group_root_issue(t->c, &t->draw.env, who->key, n.classifier,
					  span_str("Group"), RIG_BORN, who->chain.p,
					  sizeof who->chain.p, &who->chain.n),
			 OK);
}

void rig_admit(struct session_rig *t, const struct rig_person *by, struct rig_person *who,
	       unsigned int roles, int64_t from, int64_t to)
{
	enum group_chain_fault why;
	const struct group_grant g = { .public = crypto_key_public(who->key),
				       .name = span_str(who->name),
				       .friendly = span_str("Somebody"),
				       .roles = roles,
				       .from = from,
				       .to = to };
	assert_int_equal(group_chain_issue(t->c, &t->draw.env, t->p, rig_chain(by), by->key, &g,
					   who->chain.p, sizeof who->chain.p, &who->chain.n, &why),
			 OK);
}

struct span rig_chain(const struct rig_person *who)
{
	return span_of(who->chain.p, who->chain.n);
}

/* ---- what a session asks ---- */

static struct span home_name(void *ctx)
{
	const struct rig_end *e = ctx;
	return span_str(e->group);
}

static const struct crypto_key *home_key(void *ctx)
{
	const struct rig_end *e = ctx;
	return e->who->key;
}

static struct span home_certificate(void *ctx)
{
	const struct rig_end *e = ctx;
	return span_of(e->who->idc, e->who->idc_n);
}

static struct span home_chain(void *ctx)
{
	const struct rig_end *e = ctx;
	return e->shows ? rig_chain(e->who) : span_of(NULL, 0);
}

static int64_t home_now(void *ctx)
{
	const struct rig_end *e = ctx;
	return e->now;
}

static bool home_known(void *ctx, struct span name, struct span public)
{
	struct rig_end *e = ctx;
	assert_int_equal(public.n, e->rig->p->crypto->public_size);
	copy(e->asked_name, sizeof e->asked_name, name);
	return e->knows;
}

static void home_learned(void *ctx, struct crypto_chain *chain)
{
	struct rig_end *e = ctx;
	e->learned++;
	copy(e->learned_name, sizeof e->learned_name, group_chain_leaf(chain)->subject_name);
	crypto_chain_free(chain);
}

static bool home_may(void *ctx, struct span name, struct span public)
{
	struct rig_end *e = ctx;
	assert_int_equal(public.n, e->rig->p->crypto->public_size);
	copy(e->asked_name, sizeof e->asked_name, name);
	return e->may;
}

static void home_failed(void *ctx, const struct graph_parties *who, enum group_session_fault why,
			enum group_chain_fault chain, int64_t off, bool proved)
{
	struct rig_end *e = ctx;
	assert_true(why > GROUP_FAULT_NONE && why < GROUP_SESSION_FAULT_COUNT);
	assert_int_equal(who->initiator, e->parties.initiator);
	assert_true(span_eq(who->graph_id, e->parties.graph_id));
	assert_true(span_eq(who->self, e->parties.self));
	e->failures++;
	e->fault = why;
	e->chain_fault = chain;
	e->off = off;
	e->proved = proved;
	copy(e->failed_other, sizeof e->failed_other, who->other);
}

static void end_init(struct session_rig *t, int i)
{
	static const char info[] = "AUTH_INFO as it was sent";
	struct rig_end *e = &t->end[i];
	failing_env_init(&e->mem, 20 + (uint64_t)i);
	e->rig = t;
	e->shows = e->may = true;
	e->now = RIG_NOW;
	copy(e->group, sizeof e->group, span_str(t->group.name));
	memcpy(e->auth_info, info, sizeof info);
	e->parties = (struct graph_parties){ .initiator = i == 0,
					     .graph_id = span_str(e->group),
					     .auth_info = span_of(e->auth_info, sizeof info) };
	e->home = (struct group_session_home){
		.ctx = e,
		.env = &e->mem.env,
		.crypto = t->c,
		.profile = t->p,
		.name = home_name,
		.key = home_key,
		.certificate = home_certificate,
		.chain = home_chain,
		.now = home_now,
		.known = home_known,
		.learned = home_learned,
		.may = home_may,
		.failed = home_failed,
	};
}

void rig_is(struct session_rig *t, int i, const struct rig_person *who)
{
	t->end[i].who = who;
	t->end[i].parties.self = span_str(who->name);
	t->end[!i].parties.other = span_str(who->name);
}

void session_rig_init(struct session_rig *t, enum crypto_profile_id id)
{
	*t = (struct session_rig){ .p = group_profile(id) };
	failing_env_init(&t->mem, 3);
	failing_env_init(&t->draw, 5);
	assert_int_equal(crypto_new(&t->c, &t->mem.env), OK);
	rig_person_init(t, &t->group, "family", RIG_BORN);
	rig_person_init(t, &t->ann, "ann", RIG_BORN);
	rig_person_init(t, &t->ben, "ben", RIG_BORN);
	rig_root(t, &t->group);
	rig_admit(t, &t->group, &t->ann, CRYPTO_ROLE_ADMIN, RIG_BORN, 0);
	rig_admit(t, &t->ann, &t->ben, CRYPTO_ROLE_MEMBER, RIG_BORN, 0);
	end_init(t, 0);
	end_init(t, 1);
	rig_is(t, 0, &t->ben);
	rig_is(t, 1, &t->ann);
}

void session_rig_fini(struct session_rig *t)
{
	rig_close(t);
	for (int i = 0; i < 2; i++)
		failing_env_assert_clean(&t->end[i].mem);
	rig_person_fini(&t->group);
	rig_person_fini(&t->ann);
	rig_person_fini(&t->ben);
	crypto_free(t->c);
	failing_env_assert_clean(&t->draw);
	failing_env_assert_clean(&t->mem);
}

/* ---- two ends ---- */

void rig_open(struct session_rig *t, int i)
{
	struct rig_end *e = &t->end[i];
	e->done = false;
	e->learned = e->failures = 0;
	e->fault = GROUP_FAULT_NONE;
	e->err = group_session_new(&e->home, &e->parties, &e->session);
}

static void push(struct rig_end *e, struct span s)
{
	struct rig_frame *f = &e->said[e->n_said++];
	assert_true(e->n_said <= RIG_FRAMES);
	*f = (struct rig_frame){ malloc(s.n), s.n };
	assert_non_null(f->p);
	memcpy(f->p, s.p, s.n);
}

void rig_step(struct session_rig *t, int i, struct span token)
{
	struct rig_end *e = &t->end[i];
	struct graph_session_out out;
	do {
		e->err = group_session_step(e->session, token, &out);
		if (out.bytes.n) {
			push(e, out.bytes);
			e->after = out.after;
		}
		assert_true(e->err == OK || (!out.done && !out.waits));
		token = span_of(NULL, 0);
	} while (out.more);
	e->done = out.done;
	e->waits = out.waits;
}

/* The next frame of `from` arrives; false: there is none, or nobody is there. */
static bool carry(struct session_rig *t, int from)
{
	struct rig_end *e = &t->end[from], *to = &t->end[!from];
	if (e->heard == e->n_said || to->err || to->done)
		return false;
	size_t k = e->heard++;
	struct rig_frame *f = &e->said[k];
	if (t->on_way)
		t->on_way(t, from, k, f);
	if (f->n)
		rig_step(t, !from, span_of(f->p, f->n));
	return true;
}

void rig_play(struct session_rig *t)
{
	for (int i = 0; i < 2; i++) {
		rig_open(t, i);
		if (!t->end[i].err)
			rig_step(t, i, span_of(NULL, 0));
	}
	rig_go_on(t);
}

void rig_go_on(struct session_rig *t)
{
	while (carry(t, 0) || carry(t, 1))
		;
}

void rig_close(struct session_rig *t)
{
	for (int i = 0; i < 2; i++) {
		struct rig_end *e = &t->end[i];
		group_session_free(e->session);
		e->session = NULL;
		while (e->n_said)
			free(e->said[--e->n_said].p);
		e->heard = 0;
	}
}

void rig_talk(struct session_rig *t, int i, struct span plain)
{
	struct graph_session_out sealed, got;
	assert_int_equal(group_session_seal(t->end[i].session, plain, &sealed), OK);
	assert_false(sealed.more);
	uint8_t *p = malloc(sealed.bytes.n);
	assert_non_null(p);
	memcpy(p, sealed.bytes.p, sealed.bytes.n);
	assert_int_equal(group_session_unseal(t->end[!i].session, span_of(p, sealed.bytes.n), &got),
			 OK);
	assert_true(span_eq(got.bytes, plain));
	free(p);
}

void rig_assert_met(struct session_rig *t)
{
	for (int i = 0; i < 2; i++) {
		struct rig_end *e = &t->end[i];
		struct group_session_info info;
		struct graph_session_out none;
		assert_int_equal(e->err, OK);
		assert_true(e->done);
		assert_int_equal(e->failures, 0);
		group_session_look(e->session, &info);
		assert_int_equal(info.state, GROUP_SESSION_COMPLETE);
		assert_true(
			span_eq(group_session_peer(e->session), span_str(t->end[!i].who->name)));
		assert_true(span_eq(info.public, crypto_key_public(t->end[!i].who->key)));
		/* As a graph does at once. */
		assert_int_equal(group_session_unseal(e->session, span_of(NULL, 0), &none), OK);
		assert_int_equal(none.bytes.n, 0);
	}
	rig_talk(t, 0, span_str("hello"));
	rig_talk(t, 1, span_str("good evening"));
}

void rig_assert_fault(struct session_rig *t, int i, enum group_session_fault fault,
		      enum group_chain_fault chain)
{
	struct rig_end *e = &t->end[i];
	struct group_session_info info;
	assert_true(e->err != OK && e->err != ERR_NOMEM);
	assert_false(e->done);
	assert_int_equal(e->fault, fault);
	assert_int_equal(e->failures, 1);
	assert_int_equal(e->chain_fault, chain);
	assert_int_equal(group_session_peer(e->session).n, 0);
	assert_false(group_session_stands(e->session));
	group_session_look(e->session, &info);
	assert_int_equal(info.fault, fault);
	assert_int_equal(info.state, GROUP_SESSION_ENDED);
}
