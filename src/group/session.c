/* A connection as the session of a graph's provider: TLS and frames around the machine
 * (GROUP-8.1, GROUP-8.7). */
#include "group/session_int.h"

#include "wire/rd.h"

#define RECORD_HEAD 5
/* Before it is let in the other side gets so many packets read (GROUP-8.7): a flight that is
 * cut as it should be has six. */
#define PACKETS_MAX 64

static enum err tls_fault(struct group_session *s, enum err e)
{
	bool clock = s->tls && crypto_tls_untimely(s->tls);
	return e == ERR_NOMEM
		       ? e
		       : group_session_fail(s, clock ? GROUP_FAULT_CLOCK_THERE : GROUP_FAULT_TLS);
}

/* GROUP-8.13 */
static enum err take_identity(struct group_session *s, const struct crypto_cert *c)
{
	s->peer = env_copy(s->home->env, c->subject_name.p, c->subject_name.n);
	if (!s->peer)
		return ERR_NOMEM;
	memcpy(s->public, c->public.p, c->public.n);
	if (s->other.n && !span_eq(s->other, c->subject_name))
		return group_session_fail(s, GROUP_FAULT_OTHER_PEER);
	return OK;
}

/* What kind of wrong an identity is: of membership nothing is known yet. */
static enum err bad_identity(struct group_session *s, const struct crypto_chain *idc,
			     enum group_chain_fault why)
{
	if (idc)
		return group_session_misfit(s, idc, why);
	s->chain_fault = why;
	return group_session_fail(s, GROUP_FAULT_CERTIFICATE);
}

/* crypto_tls's: whether a certificate may go on with the handshake. Whose clock is wrong is
 * told there, too (GROUP-8.12). */
static enum err judge(void *ctx, struct span cert)
{
	struct group_session *s = ctx;
	const struct group_session_home *h = s->home;
	struct crypto_chain *idc = NULL;
	enum group_chain_fault why;
	enum err e = group_identity_read(h->crypto, h->profile, cert, h->now(h->ctx), &idc, &why);
	if (!e)
		e = take_identity(s, group_chain_leaf(idc));
	else if (e != ERR_NOMEM)
		e = bad_identity(s, idc, why);
	crypto_chain_free(idc);
	return e && s->fault == GROUP_FAULT_CLOCK ? ERR_TIMEOUT : e;
}

static bool keep_names(struct group_session *s, const struct graph_parties *p)
{
	const struct span in[] = { p->graph_id, p->self, p->other };
	struct span *out[] = { &s->graph_id, &s->self, &s->other };
	size_t n = p->graph_id.n + p->self.n + p->other.n;
	s->names = env_resize(s->home->env, NULL, n ? n : 1);
	if (!s->names)
		return false;
	struct wr w = wr_of(s->names, n);
	for (size_t i = 0; i < sizeof in / sizeof *in; i++) {
		*out[i] = span_of(w.p + w.n, in[i].n);
		wr_bytes(&w, in[i]);
	}
	return true;
}

static enum err open_tls(struct group_session *s)
{
	const struct group_session_home *h = s->home;
	const struct crypto_tls_birth b = {
		.profile = h->profile->crypto,
		.initiator = s->initiator,
		.key = h->key(h->ctx),
		.cert = h->certificate(h->ctx),
		.alpn = h->profile->alpn,
		.judge = judge,
		.ctx = s,
	};
	enum err e = crypto_tls_new(h->crypto, h->env, &b, &s->tls);
	return e ? tls_fault(s, e) : OK;
}

enum err group_session_new(void *home, const struct graph_parties *p, void **session)
{
	const struct group_session_home *h = home;
	struct group_session *s = env_zalloc(h->env, 1, sizeof *s);
	if (!s)
		return ERR_NOMEM;
	s->home = h;
	s->initiator = p->initiator;
	s->direct = p->direct;
	if (h->profile->hello_binds)
		crypto_hash(h->crypto, h->profile->crypto, &p->auth_info, 1, s->binding,
			    sizeof s->binding);
	s->n_source = p->source.n < GROUP_SOURCE ? p->source.n : GROUP_SOURCE;
	if (s->n_source)
		memcpy(s->source, p->source.p, s->n_source);
	enum err e = keep_names(s, p) ? open_tls(s) : ERR_NOMEM;
	if (e) {
		group_session_end(s, e);
		group_session_free(s);
		return e;
	}
	*session = s;
	return OK;
}

/* GROUP-8.11: who shows no membership is not told why it was sent away; but it knows. */
static void tell_ours(struct group_session *s)
{
	if (s->state == GROUP_SESSION_HELLO_SENT && s->alone)
		group_session_end(s, group_session_fail(s, GROUP_FAULT_OURS));
}

void group_session_free(void *session)
{
	struct group_session *s = session;
	if (!s)
		return;
	tell_ours(s);
	const struct env *env = s->home->env;
	group_join_free(s);
	crypto_tls_free(s->tls);
	env_free(env, s->in.p);
	env_free(env, s->out.p);
	env_free(env, s->names);
	env_free(env, s->peer);
	env_free(env, s);
}

void group_octets_drop(struct group_session *s, struct graph_octets *o)
{
	env_free(s->home->env, o->p);
	*o = (struct graph_octets){ .n = 0 };
}

/* GROUP-8.1: a record a frame, whatever TLS has to say beside it. */
static void give_record(struct group_session *s, struct graph_session_out *out)
{
	struct rd r = rd_of(s->sealed);
	rd_skip(&r, RECORD_HEAD - 2);
	size_t n = RECORD_HEAD + rd_u16(&r);
	if (n > s->sealed.n)
		n = s->sealed.n;
	out->bytes = span_of(s->sealed.p, n);
	s->sealed = span_of(s->sealed.p + n, s->sealed.n - n);
}

/* The next packet of our flight. */
static enum err give_packet(struct group_session *s, struct graph_session_out *out)
{
	size_t n = s->home->profile->packet_max;
	if (!s->sealed.n) {
		n = s->out.n < n ? s->out.n : n;
		enum err e = crypto_tls_seal(s->tls, span_of(s->out.p, n), &s->sealed);
		if (e)
			return tls_fault(s, e);
		graph_octets_shift(&s->out, n);
		if (!s->out.n)
			group_octets_drop(s, &s->out);
	}
	give_record(s, out);
	out->after = s->after;
	return OK;
}

static bool unsaid(const struct group_session *s)
{
	return s->out.n || s->sealed.n;
}

static enum err take_flight(struct group_session *s)
{
	const struct group_profile *p = s->home->profile;
	struct group_flight f;
	enum err e = group_flight_read(p, span_of(s->in.p, s->in.n), &f);
	if (e == ERR_STATE && p->messages_span)
		return OK;
	if (e)
		return group_session_fail(s, e == ERR_UNSUPPORTED ? GROUP_FAULT_VERSION
								  : GROUP_FAULT_MALFORMED);
	e = group_session_run(s, f.event, &f);
	group_octets_drop(s, &s->in);
	return e;
}

/* GROUP-8.7 */
static enum err take_packet(struct group_session *s, struct span plain)
{
	if (++s->packets > PACKETS_MAX || plain.n > GROUP_MESSAGE_MAX - s->in.n)
		return group_session_fail(s, GROUP_FAULT_MALFORMED);
	if (plain.n == 0)
		return OK;
	uint8_t *room = graph_octets_add(s->home->env, &s->in, plain.n);
	if (!room)
		return ERR_NOMEM;
	memcpy(room, plain.p, plain.n);
	return take_flight(s);
}

/* A record of the other's; with no frame those that came behind the handshake. */
static enum err hear(struct group_session *s, struct span frame)
{
	struct span plain;
	size_t rest;
	do {
		enum err e = crypto_tls_unseal(s->tls, frame, &plain, &rest);
		if (e)
			return tls_fault(s, e);
		if (frame.n && rest && s->home->profile->rest_is_error)
			return group_session_fail(s, GROUP_FAULT_MALFORMED);
		bool none = !frame.n && !plain.n && !rest;
		e = none ? OK : take_packet(s, plain);
		if (e)
			return e;
	} while (!frame.n && rest && s->state == GROUP_SESSION_CONNECTED);
	return OK;
}

static enum err shake(struct group_session *s, struct span token, struct graph_session_out *out)
{
	bool secured = false;
	enum err e = crypto_tls_step(s->tls, token, &out->bytes, &secured);
	if (e)
		return tls_fault(s, e);
	out->more = secured;
	return secured ? group_session_run(s, GROUP_SESSION_SECURED, NULL) : OK;
}

/* Nothing came, but something may be there to be said, or to be heard still. */
static enum err go_on(struct group_session *s)
{
	if (unsaid(s))
		return OK;
	bool behind = !s->initiator && s->state == GROUP_SESSION_CONNECTED;
	bool knocks = s->home->knock && s->state == GROUP_SESSION_CONNECTED && s->initiator;
	enum err e =
		group_session_run(s, knocks ? GROUP_SESSION_KNOCKS : GROUP_SESSION_ASKED, NULL);
	return !e && behind ? hear(s, span_of(NULL, 0)) : e;
}

/* After the handshake: hears, then says. */
static enum err talk(struct group_session *s, struct span token, struct graph_session_out *out)
{
	if (token.n && unsaid(s))
		return group_session_fail(s, GROUP_FAULT_ORDER);
	enum err e = token.n ? hear(s, token) : go_on(s);
	if (!e && s->state == GROUP_SESSION_ADMITTING)
		e = group_join_ask(s);
	if (!e && unsaid(s))
		e = give_packet(s, out);
	out->more = unsaid(s);
	out->waits = s->state == GROUP_SESSION_ADMITTING;
	out->done = s->state == GROUP_SESSION_COMPLETE && !out->more;
	return e;
}

static bool is_over(const struct group_session *s)
{
	return s->state == GROUP_SESSION_ENDED ||
	       (s->state == GROUP_SESSION_COMPLETE && !unsaid(s));
}

/* GROUP-13.4, GROUP-11.21: it has ended, but for what it has to say still. */
static enum err say_last(struct group_session *s, struct graph_session_out *out)
{
	if (give_packet(s, out) != OK) {
		out->bytes = span_of(NULL, 0);
		group_octets_drop(s, &s->out);
		s->sealed = span_of(NULL, 0);
	}
	out->more = unsaid(s);
	return group_session_fail(s, s->fault);
}

enum err group_session_step(void *session, struct span token, struct graph_session_out *out)
{
	struct group_session *s = session;
	*out = (struct graph_session_out){ .done = false };
	if (s->state == GROUP_SESSION_ENDED && s->last_words && unsaid(s))
		return say_last(s, out);
	if (is_over(s))
		return ERR_STATE;
	enum err e = s->state == GROUP_SESSION_TLS ? shake(s, token, out) : talk(s, token, out);
	if (!e)
		return OK;
	group_session_end(s, e);
	out->more = out->done = out->waits = false;
	return s->last_words ? say_last(s, out) : e;
}

/* What was let in fails without a word to home: the graph tells of its links. */
static enum err broken(struct group_session *s, enum group_session_fault why, enum err e)
{
	s->fault = why;
	s->state = GROUP_SESSION_ENDED;
	return e;
}

enum err group_session_seal(void *session, struct span plain, struct graph_session_out *out)
{
	struct group_session *s = session;
	*out = (struct graph_session_out){ .done = false };
	if (s->state != GROUP_SESSION_COMPLETE || s->out.n || (!plain.n) != (s->sealed.n > 0))
		return ERR_STATE;
	if (plain.n) {
		enum err e = crypto_tls_seal(s->tls, plain, &s->sealed);
		if (e)
			return broken(s, GROUP_FAULT_TLS, e);
	}
	give_record(s, out);
	out->more = s->sealed.n > 0;
	return OK;
}

enum err group_session_unseal(void *session, struct span frame, struct graph_session_out *out)
{
	struct group_session *s = session;
	size_t rest;
	*out = (struct graph_session_out){ .done = false };
	if (!is_over(s) || s->state == GROUP_SESSION_ENDED)
		return ERR_STATE;
	enum err e = crypto_tls_unseal(s->tls, frame, &out->bytes, &rest);
	if (e)
		return broken(s, GROUP_FAULT_TLS, e);
	if (frame.n && rest && s->home->profile->rest_is_error) {
		out->bytes = span_of(NULL, 0);
		return broken(s, GROUP_FAULT_MALFORMED, ERR_MALFORMED);
	}
	return OK;
}

struct span group_session_peer(void *session)
{
	const struct group_session *s = session;
	return s->state == GROUP_SESSION_COMPLETE ? span_str(s->peer) : span_of(NULL, 0);
}

static struct span public(const struct group_session *s)
{
	return span_of(s->public, s->peer ? s->home->profile->crypto->public_size : 0);
}

/* GROUP-8.15 */
bool group_session_stands(void *session)
{
	const struct group_session *s = session;
	return s->state == GROUP_SESSION_COMPLETE &&
	       s->home->may(s->home->ctx, span_str(s->peer), public(s));
}

void group_session_look(const void *session, struct group_session_info *out)
{
	const struct group_session *s = session;
	*out = (struct group_session_info){
		.state = s->state,
		.fault = s->fault,
		.tls = crypto_tls_version(s->tls),
		.suite = crypto_tls_suite(s->tls),
		.public = public(s),
		.held = sizeof *s + s->in.room + s->out.room,
	};
}
