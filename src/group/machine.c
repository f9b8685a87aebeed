/* The two machines of a connection (GROUP-8.8 to GROUP-8.14): what follows from what the
 * other side says, and what we say to it. */
#include "group/session_int.h"

#include <assert.h>

enum err group_session_fail(struct group_session *s, enum group_session_fault why)
{
	static const enum err errors[GROUP_SESSION_FAULT_COUNT] = {
		[GROUP_FAULT_NONE] = OK,
		[GROUP_FAULT_TLS] = ERR_DENIED,
		[GROUP_FAULT_CERTIFICATE] = ERR_DENIED,
		[GROUP_FAULT_CLOCK] = ERR_DENIED,
		[GROUP_FAULT_CHAIN] = ERR_DENIED,
		[GROUP_FAULT_EXPIRED] = ERR_DENIED,
		[GROUP_FAULT_OTHER_GROUP] = ERR_DENIED,
		[GROUP_FAULT_OTHER_PEER] = ERR_DENIED,
		[GROUP_FAULT_NO_MEMBERSHIP] = ERR_DENIED,
		[GROUP_FAULT_OURS] = ERR_DENIED,
		[GROUP_FAULT_VERSION] = ERR_UNSUPPORTED,
		[GROUP_FAULT_BINDING] = ERR_DENIED,
		[GROUP_FAULT_MALFORMED] = ERR_MALFORMED,
		[GROUP_FAULT_ORDER] = ERR_STATE,
		[GROUP_FAULT_TOO_LONG] = ERR_RANGE,
		[GROUP_FAULT_PASSWORD] = ERR_DENIED,
		[GROUP_FAULT_NO_SECRET] = ERR_DENIED,
		[GROUP_FAULT_WRONG_SECRET] = ERR_DENIED,
		[GROUP_FAULT_SECRET_OVER] = ERR_DENIED,
		[GROUP_FAULT_MAY_NOT_ADMIT] = ERR_DENIED,
		[GROUP_FAULT_WAIT] = ERR_DENIED,
		[GROUP_FAULT_ASKED_BEFORE] = ERR_DENIED,
		[GROUP_FAULT_PROOF] = ERR_DENIED,
		[GROUP_FAULT_REMOVED] = ERR_DENIED,
		[GROUP_FAULT_OUT] = ERR_DENIED,
		[GROUP_FAULT_CLOCK_THERE] = ERR_DENIED,
	};
	if (!s->fault)
		s->fault = why;
	return errors[s->fault];
}

void group_session_end(struct group_session *s, enum err e)
{
	const struct group_session_home *h = s->home;
	if (s->state == GROUP_SESSION_ENDED)
		return;
	s->state = GROUP_SESSION_ENDED;
	if (e == ERR_NOMEM || !s->fault)
		return;
	const struct graph_parties who = {
		.initiator = s->initiator,
		.direct = s->direct,
		.graph_id = s->graph_id,
		.self = s->self,
		.other = !s->other.n && s->peer ? span_str(s->peer) : s->other,
	};
	h->failed(h->ctx, &who, s->fault, s->chain_fault, s->off, s->proved);
}

/* What ended not longer ago may stand still by a better clock. */
#define DOUBT (INT64_C(48) * 3600 * 1000000)

/* GROUP-8.12. An identity is for all time, so its clock is wrong in either direction; a
 * membership does end. */
static enum err untimely(struct group_session *s, const struct crypto_chain *chain,
			 enum group_chain_fault why)
{
	int64_t from, to, now = s->home->now(s->home->ctx);
	bool ends = group_chain_leaf(chain)->type == CRYPTO_CERT_MEMBER;
	group_chain_period(chain, &from, &to);
	s->proved = ends;
	if (why == GROUP_CHAIN_NOT_YET)
		s->off = from - now;
	else if (!ends || now - to <= DOUBT)
		s->off = to - now;
	return group_session_fail(s, ends && why == GROUP_CHAIN_EXPIRED ? GROUP_FAULT_EXPIRED
									: GROUP_FAULT_CLOCK);
}

enum err group_session_misfit(struct group_session *s, const struct crypto_chain *chain,
			      enum group_chain_fault why)
{
	s->chain_fault = why;
	if (chain)
		return untimely(s, chain, why);
	return group_session_fail(s, why == GROUP_CHAIN_OTHER_GROUP ? GROUP_FAULT_OTHER_GROUP
								    : GROUP_FAULT_CHAIN);
}

static struct span public(const struct group_session *s)
{
	return span_of(s->public, s->home->profile->crypto->public_size);
}

struct group_message group_session_hello(const struct group_session *s)
{
	const struct group_profile *p = s->home->profile;
	return (struct group_message){
		.type = GROUP_HELLO,
		.major = p->connect_major,
		.minor = p->connect_minor,
		.binding = span_of(s->binding, p->hello_binds ? GROUP_BINDING : 0),
	};
}

enum err group_session_say(struct group_session *s, const struct group_message *m, size_t n)
{
	const struct group_profile *p = s->home->profile;
	size_t size = 0;
	for (size_t i = 0; i < n; i++)
		size += group_message_size(p, &m[i]);
	if (size > (p->messages_span ? GROUP_MESSAGE_MAX : p->packet_max))
		return group_session_fail(s, GROUP_FAULT_TOO_LONG);
	uint8_t *room = graph_octets_add(s->home->env, &s->out, size);
	if (!room)
		return ERR_NOMEM;
	struct wr w = wr_of(room, size);
	for (size_t i = 0; i < n; i++)
		group_message_put(&w, p, &m[i]);
	assert(!w.failed && w.n == size);
	return OK;
}

/* GROUP-8.8 */
static enum err say_hello(struct group_session *s)
{
	const struct group_message m[] = {
		group_session_hello(s),
		{ .type = GROUP_MY_GMC, .body = s->home->chain(s->home->ctx) },
	};
	s->alone = m[1].body.n == 0;
	return group_session_say(s, m, s->alone ? 1 : 2);
}

/* GROUP-8.9 */
enum err group_session_bound(struct group_session *s, const struct group_flight *f)
{
	struct span ours = span_of(s->binding, s->home->profile->hello_binds ? GROUP_BINDING : 0);
	return span_eq(f->binding, ours) ? OK : group_session_fail(s, GROUP_FAULT_BINDING);
}

/* GROUP-11.17 */
static bool is_removed(const struct group_session *s, const struct crypto_chain *chain)
{
	return s->home->removed && s->home->removed(s->home->ctx, chain, public(s));
}

static bool fits(const struct group_session *s, const struct group_message *m, size_t n)
{
	size_t size = 0;
	for (size_t i = 0; i < n; i++)
		size += group_message_size(s->home->profile, &m[i]);
	return size <= GROUP_MESSAGE_MAX;
}

/* GROUP-11.21: the last that is said. Without a membership to show nobody believes it. */
static enum err say_removed(struct group_session *s, const struct crypto_chain *chain)
{
	const struct group_session_home *h = s->home;
	struct group_message m[] = {
		group_session_hello(s),
		{ .type = GROUP_MY_GMC, .body = h->chain(h->ctx) },
		{ .type = GROUP_REMOVED },
	};
	if (s->initiator || !h->removal || !m[1].body.n)
		return OK;
	m[2].body = h->removal(h->ctx, chain, public(s));
	if (!fits(s, m, sizeof m / sizeof *m))
		m[2].body = span_of(NULL, 0);
	if (!fits(s, m, sizeof m / sizeof *m))
		return OK;
	s->last_words = true;
	return group_session_say(s, m, sizeof m / sizeof *m);
}

static enum err turn_away(struct group_session *s, const struct crypto_chain *chain)
{
	enum err e = say_removed(s, chain);
	return e ? e : group_session_fail(s, GROUP_FAULT_REMOVED);
}

/* GROUP-8.10 */
enum err group_session_judge(struct group_session *s, struct span gmc, struct crypto_chain **chain)
{
	const struct group_session_home *h = s->home;
	const struct group_chain_rules rules = { .profile = h->profile,
						 .group = h->name(h->ctx),
						 .public = public(s),
						 .now = h->now(h->ctx) };
	struct crypto_chain *read = NULL;
	enum group_chain_fault why;
	enum err e = group_chain_read(h->crypto, &rules, gmc, &read, &why);
	if (!e && !span_eq(group_chain_leaf(read)->subject_name, span_str(s->peer)))
		e = group_session_misfit(s, NULL, GROUP_CHAIN_LEAF_NAME);
	else if (!e && is_removed(s, read))
		e = turn_away(s, read);
	else if (e && e != ERR_NOMEM)
		e = group_session_misfit(s, read, why);
	if (e)
		crypto_chain_free(read);
	else
		*chain = read;
	return e;
}

static enum err judge(struct group_session *s, struct span gmc)
{
	struct crypto_chain *chain;
	enum err e = group_session_judge(s, gmc, &chain);
	if (!e)
		s->home->learned(s->home->ctx, chain);
	return e;
}

typedef enum err action(struct group_session *s, const struct group_flight *f);

static enum err go_on(struct group_session *s, const struct group_flight *f)
{
	return OK;
}

static enum err out_of_order(struct group_session *s, const struct group_flight *f)
{
	return group_session_fail(s, GROUP_FAULT_ORDER);
}

static enum err over(struct group_session *s, const struct group_flight *f)
{
	return ERR_STATE;
}

static enum err greet(struct group_session *s, const struct group_flight *f)
{
	return say_hello(s);
}

/* GROUP-8.11 */
static enum err is_known(struct group_session *s, const struct group_flight *f)
{
	enum err e = group_session_bound(s, f);
	if (e || s->home->known(s->home->ctx, span_str(s->peer), public(s)))
		return e;
	return is_removed(s, NULL) ? turn_away(s, NULL)
				   : group_session_fail(s, GROUP_FAULT_NO_MEMBERSHIP);
}

static enum err is_shown(struct group_session *s, const struct group_flight *f)
{
	enum err e = group_session_bound(s, f);
	return e ? e : judge(s, f->gmc);
}

static enum err answer_known(struct group_session *s, const struct group_flight *f)
{
	enum err e = is_known(s, f);
	return e ? e : say_hello(s);
}

static enum err answer_shown(struct group_session *s, const struct group_flight *f)
{
	enum err e = is_shown(s, f);
	return e ? e : say_hello(s);
}

/* GROUP-11.21: what is shown is judged by the group, as any record is. */
static enum err be_told(struct group_session *s, const struct group_flight *f)
{
	const struct group_session_home *h = s->home;
	enum err e = is_shown(s, f);
	if (!e && h->told && f->removal.n)
		h->told(h->ctx, f->removal);
	return e ? e : group_session_fail(s, GROUP_FAULT_OUT);
}

/* GROUP-8.14: what is done, and the state after it where that went well; else it is ENDED. */
struct cell {
	action *act;
	enum group_session_state next;
};
#define STAY(state)                                                                                \
	{                                                                                          \
		go_on, GROUP_SESSION_##state                                                       \
	}
#define TO(act, state)                                                                             \
	{                                                                                          \
		act, GROUP_SESSION_##state                                                         \
	}
#define BAD  TO(out_of_order, ENDED)
#define GONE TO(over, ENDED)

/* Columns: SECURED, ASKED, KNOCKS; HELLO, HELLO_GMC, HELLO_PASSWORD, HELLO_GMC_PASSWORD;
 * PASSWORD, PASSWORD_GMC, YOUR_GMC, REFUSED; ADMITTED, TOLD, OTHER. */
/* clang-format off */
static const struct cell requestor[GROUP_SESSION_STATE_COUNT][GROUP_SESSION_EVENT_COUNT] = {
	[GROUP_SESSION_TLS] = { TO(go_on, CONNECTED), STAY(TLS), BAD,
		BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD },
	/* P18: nobody speaks to a requestor before it has. */
	[GROUP_SESSION_CONNECTED] = { BAD, TO(greet, HELLO_SENT), TO(group_join_knock, KNOCKED),
		BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD },
	[GROUP_SESSION_HELLO_SENT] = { BAD, STAY(HELLO_SENT), BAD,
		TO(is_known, COMPLETE), TO(is_shown, COMPLETE), BAD, BAD,
		BAD, BAD, BAD, BAD, BAD, TO(be_told, ENDED), BAD },
	[GROUP_SESSION_KNOCKED] = { BAD, STAY(KNOCKED), BAD,
		BAD, BAD, BAD, TO(group_join_prove, PASSWORD_SENT),
		BAD, BAD, BAD, TO(group_join_refused, ENDED), BAD, BAD, BAD },
	[GROUP_SESSION_PASSWORD_SENT] = { BAD, STAY(PASSWORD_SENT), BAD,
		BAD, BAD, BAD, BAD,
		BAD, TO(group_join_take, COMPLETE), BAD, TO(group_join_refused, ENDED), BAD, BAD, BAD },
	[GROUP_SESSION_SHARED] = { BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
		BAD },
	[GROUP_SESSION_ADMITTING] = { BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
		BAD },
	[GROUP_SESSION_COMPLETE] = { BAD, STAY(COMPLETE), BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
		BAD, BAD, BAD, BAD },
	[GROUP_SESSION_ENDED] = { GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE,
		GONE, GONE, GONE },
};

static const struct cell authenticator[GROUP_SESSION_STATE_COUNT][GROUP_SESSION_EVENT_COUNT] = {
	[GROUP_SESSION_TLS] = { TO(go_on, CONNECTED), STAY(TLS), BAD,
		BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD },
	[GROUP_SESSION_CONNECTED] = { BAD, STAY(CONNECTED), BAD,
		TO(answer_known, COMPLETE), TO(answer_shown, COMPLETE), TO(group_join_share, SHARED),
		BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD },
	[GROUP_SESSION_HELLO_SENT] = { BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
		BAD },
	[GROUP_SESSION_KNOCKED] = { BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
		BAD },
	[GROUP_SESSION_PASSWORD_SENT] = { BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
		BAD, BAD, BAD },
	[GROUP_SESSION_SHARED] = { BAD, STAY(SHARED), BAD,
		BAD, BAD, BAD, BAD,
		TO(group_join_check, ADMITTING), BAD, BAD, BAD, BAD, BAD, BAD },
	[GROUP_SESSION_ADMITTING] = { BAD, STAY(ADMITTING), BAD,
		BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, TO(group_join_confirm, COMPLETE), BAD, BAD },
	[GROUP_SESSION_COMPLETE] = { BAD, STAY(COMPLETE), BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
		BAD, BAD, BAD, BAD },
	[GROUP_SESSION_ENDED] = { GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE,
		GONE, GONE, GONE },
};
/* clang-format on */

enum err group_session_run(struct group_session *s, enum group_session_event event,
			   const struct group_flight *f)
{
	const struct cell *row = s->initiator ? requestor[s->state] : authenticator[s->state];
	const struct cell *c = &row[event];
	enum err e = c->act(s, f);
	if (e)
		group_session_end(s, e);
	else
		s->state = c->next;
	return e;
}
