/* A provider for who is no member yet (GROUP-13.13): sessions knock, and end with what came of
 * it; nothing is signed, and no record stands. */
#include "group/joiner.h"

#include "group/session_int.h"

#include <assert.h>

struct group_joiner {
	const struct env *env;
	struct group_session_home home;
	struct group_knock knock;
	struct graph_provider_ops ops;
	const struct crypto_key *key;
	struct span certificate;
	int64_t (*now)(void *ctx);
	void *ctx;
	char group[GROUP_NAME_OCTETS + 1];
	uint8_t *chain;
	size_t n_chain;
	struct group_joiner_info last;
	uint8_t shown[GROUP_JOINER_PROOFS][CRYPTO_PUBLIC_MAX]; /* keys of who had a proof */
	size_t n_shown;
	size_t sessions; /* that there are */
	bool freed;	 /* goes with the last of them */
};

/* ---- what its sessions ask ---- */

static struct span home_name(void *ctx)
{
	const struct group_joiner *j = ctx;
	return span_str(j->group);
}

static const struct crypto_key *home_key(void *ctx)
{
	const struct group_joiner *j = ctx;
	return j->key;
}

static struct span home_certificate(void *ctx)
{
	const struct group_joiner *j = ctx;
	return j->certificate;
}

static struct span home_chain(void *ctx)
{
	return span_of(NULL, 0);
}

static int64_t home_now(void *ctx)
{
	const struct group_joiner *j = ctx;
	return j->now(j->ctx);
}

static bool home_nobody(void *ctx, struct span name, struct span public)
{
	return false;
}

static void home_learned(void *ctx, struct crypto_chain *chain)
{
	crypto_chain_free(chain);
}

static void failed(void *ctx, enum group_session_fault why, enum group_chain_fault chain,
		   int64_t off)
{
	struct group_joiner *j = ctx;
	j->last.fault = why;
	j->last.chain_fault = chain;
	j->last.off = why == GROUP_FAULT_CLOCK ? off : 0;
	j->last.guessed |= why == GROUP_FAULT_WRONG_SECRET;
}

static void home_failed(void *ctx, const struct graph_parties *who, enum group_session_fault why,
			enum group_chain_fault chain, int64_t off, bool proved)
{
	failed(ctx, why, chain, off);
}

/* GROUP-13.7: noted before it is said. */
static bool prove(void *ctx, struct span public)
{
	struct group_joiner *j = ctx;
	for (size_t i = 0; i < j->n_shown; i++)
		if (span_eq(span_of(j->shown[i], public.n), public))
			return false;
	if (j->n_shown == GROUP_JOINER_PROOFS || j->last.guessed)
		return false;
	memcpy(j->shown[j->n_shown++], public.p, public.n);
	return true;
}

static void let_in(void *ctx, struct span chain)
{
	struct group_joiner *j = ctx;
	env_free(j->env, j->chain);
	j->chain = env_copy(j->env, chain.p, chain.n);
	j->n_chain = j->chain ? chain.n : 0;
}

static void refused(void *ctx, enum group_door_answer why, uint32_t wait_s)
{
	struct group_joiner *j = ctx;
	j->last.wait_s = wait_s;
	j->last.refused = true;
}

/* ---- what the graph asks ---- */

/* Nobody is let in by who is not in. */
static enum err session_new(void *ctx, const struct graph_parties *p, void **session)
{
	struct group_joiner *j = ctx;
	enum err e = p->initiator ? group_session_new(&j->home, p, session) : ERR_DENIED;
	j->sessions += e == OK;
	return e;
}

static void wipe(struct group_joiner *j)
{
	const struct env *env = j->env;
	env_free(env, j->chain);
	crypto_wipe(j, sizeof *j);
	env_free(env, j);
}

/* A graph that was closed lets go of its links a little later. */
static void session_free(void *session)
{
	struct group_joiner *j = ((struct group_session *)session)->home->ctx;
	group_session_free(session);
	if (--j->sessions == 0 && j->freed)
		wipe(j);
}

/* GROUP-13.13: with a membership there is nothing more to say here. */
static enum err step(void *session, struct span token, struct graph_session_out *out)
{
	struct group_joiner *j = ((struct group_session *)session)->home->ctx;
	j->last.heard |= token.n > 0;
	enum err e = group_session_step(session, token, out);
	if (e || !out->done)
		return e;
	*out = (struct graph_session_out){ .done = false };
	return ERR_CLOSED;
}

static enum err secure(void *ctx, const struct graph_record *r, enum graph_change change,
		       struct span *security)
{
	return ERR_DENIED;
}

static enum graph_opinion validate(void *ctx, const struct graph_record *r,
				   enum graph_change change)
{
	return GRAPH_INVALID;
}

static const struct graph_provider_ops ops = {
	.name = "joiner",
	.sessions = true,
	.session_new = session_new,
	.session_free = session_free,
	.step = step,
	.seal = group_session_seal,
	.unseal = group_session_unseal,
	.peer = group_session_peer,
	.stands = group_session_stands,
	.secure = secure,
	.validate = validate,
};

struct graph_provider group_joiner_provider(struct group_joiner *j)
{
	return (struct graph_provider){ &j->ops, j };
}

const struct group_knock *group_joiner_knock(const struct group_joiner *j)
{
	return &j->knock;
}

/* ---- life ---- */

enum err group_joiner_new(struct group_joiner **out, const struct group_joiner_birth *b)
{
	struct group_joiner *j = env_zalloc(b->env, 1, sizeof *j);
	if (!j)
		return ERR_NOMEM;
	struct text t = TEXT_OF(j->group);
	text_str(&t, b->group);
	j->env = b->env;
	j->key = b->key;
	j->certificate = b->certificate;
	j->now = b->now;
	j->ctx = b->ctx;
	j->ops = ops;
	j->ops.frame_plain = b->profile->packet_max;
	j->knock = (struct group_knock){ .ctx = j,
					 .name = b->name,
					 .prove = prove,
					 .let_in = let_in,
					 .refused = refused,
					 .failed = failed };
	memcpy(j->knock.prs, b->prs, sizeof j->knock.prs);
	j->home = (struct group_session_home){
		.ctx = j,
		.env = b->env,
		.crypto = b->crypto,
		.profile = b->profile,
		.name = home_name,
		.key = home_key,
		.certificate = home_certificate,
		.chain = home_chain,
		.now = home_now,
		.known = home_nobody,
		.learned = home_learned,
		.may = home_nobody,
		.failed = home_failed,
		.knock = &j->knock,
	};
	*out = j;
	return OK;
}

void group_joiner_free(struct group_joiner *j)
{
	if (!j)
		return;
	j->freed = true;
	if (!j->sessions)
		wipe(j);
}

void group_joiner_look(const struct group_joiner *j, struct group_joiner_info *out)
{
	*out = j->last;
	out->chain = span_of(j->chain, j->n_chain);
	out->proved = j->n_shown > 0;
}

void group_joiner_again(struct group_joiner *j)
{
	bool guessed = j->last.guessed;
	j->last = (struct group_joiner_info){ .guessed = guessed };
}

/* GROUP-13.28 */
void group_joiner_take(struct group_joiner *j, const struct group_secret_name *name,
		       const uint8_t prs[GROUP_SECRET_PRS])
{
	assert(!j->n_shown);
	j->knock.name = *name;
	memcpy(j->knock.prs, prs, sizeof j->knock.prs);
}
