#include "join_rig.h"

/* ---- the door ---- */

static bool is_known(const struct join_rig *j, const struct group_secret_name *name)
{
	return name->kind == j->known.kind && memcmp(name->id, j->known.id, sizeof name->id) == 0;
}

static enum group_door_answer find(void *ctx, const struct group_secret_name *name,
				   struct span source, uint8_t prs[GROUP_SECRET_PRS],
				   uint32_t *wait_s)
{
	struct join_rig *j = ctx;
	j->found++;
	assert_true(source.n <= sizeof j->source);
	memcpy(j->source, source.p, j->n_source = source.n);
	if (!is_known(j, name))
		return GROUP_DOOR_NO_SUCH;
	*wait_s = j->wait_s;
	if (j->found == j->no_more)
		return GROUP_DOOR_WAIT;
	if (!j->answer)
		memcpy(prs, j->prs, sizeof j->prs);
	prs[0] ^= (uint8_t)(j->found == j->other);
	return j->answer;
}

static void wrong(void *ctx, const struct group_secret_name *name, struct span source)
{
	struct join_rig *j = ctx;
	assert_true(is_known(j, name));
	assert_true(span_eq(source, span_of(j->source, j->n_source)));
	j->wrong++;
}

static enum group_door_answer admit(void *ctx, const struct group_secret_name *name,
				    const struct crypto_cert *idc, uint64_t *ticket)
{
	struct join_rig *j = ctx;
	const struct rig_person *by = j->issuer ? j->issuer : &j->t.ann;
	assert_true(is_known(j, name));
	assert_int_equal(idc->type, CRYPTO_CERT_IDENTITY);
	if (j->admits)
		return j->admits;
	enum group_chain_fault why;
	const struct group_grant g = { .public = idc->public,
				       .name = idc->subject_name,
				       .friendly = span_str("Somebody"),
				       .roles = CRYPTO_ROLE_MEMBER,
				       .from = RIG_BORN };
	assert_int_equal(group_chain_issue(j->t.c, &j->t.draw.env, j->t.p, rig_chain(by), by->key,
					   &g, j->newcomer.chain.p, sizeof j->newcomer.chain.p,
					   &j->newcomer.chain.n, &why),
			 OK);
	struct text t = TEXT_OF(j->let_in);
	text_span(&t, idc->subject_name);
	j->admitted++;
	*ticket = 7;
	return GROUP_DOOR_OPEN;
}

static enum err admitted(void *ctx, uint64_t ticket, struct span *chain, uint64_t *after)
{
	struct join_rig *j = ctx;
	assert_int_equal(ticket, 7);
	j->asked++;
	if (j->waits) {
		j->waits--;
		return ERR_STATE;
	}
	*chain = rig_chain(&j->newcomer);
	*after = j->after;
	return j->fails;
}

static void admit_drop(void *ctx, uint64_t ticket)
{
	struct join_rig *j = ctx;
	assert_int_equal(ticket, 7);
	j->dropped++;
}

/* ---- the joiner ---- */

static bool prove(void *ctx, struct span public)
{
	struct join_rig *j = ctx;
	assert_true(span_eq(public, crypto_key_public(j->t.end[1].who->key)));
	if (j->again)
		return false;
	j->again = true;
	j->proofs++;
	return true;
}

static void let_in(void *ctx, struct span chain)
{
	struct join_rig *j = ctx;
	j->ins++;
	assert_true(chain.n <= sizeof j->chain.p);
	memcpy(j->chain.p, chain.p, j->chain.n = chain.n);
}

static void refused(void *ctx, enum group_door_answer why, uint32_t wait_s)
{
	struct join_rig *j = ctx;
	j->refusals++;
	j->why = why;
	j->told_s = wait_s;
}

/* ---- both ---- */

void join_rig_init(struct join_rig *j)
{
	*j = (struct join_rig){ .known = { GROUP_SECRET_INVITATION, { 1, 2, 3 } } };
	session_rig_init(&j->t, CRYPTO_MODERN);
	memset(j->prs, 0x5c, sizeof j->prs);
	j->door = (struct group_door){ j, find, wrong, admit, admitted, admit_drop };
	j->knock = (struct group_knock){
		.ctx = j, .name = j->known, .prove = prove, .let_in = let_in, .refused = refused
	};
	memcpy(j->knock.prs, j->prs, sizeof j->prs);
	rig_person_init(&j->t, &j->newcomer, "nina", RIG_BORN);
	rig_is(&j->t, 0, &j->newcomer);
	j->t.end[0].shows = false;
	j->t.end[0].home.knock = &j->knock;
	j->t.end[1].home.door = &j->door;
	j->t.end[1].parties.source = span_of("\300\0\2\7", 4);
}

void join_rig_fini(struct join_rig *j)
{
	rig_close(&j->t);
	assert_int_equal(j->dropped, j->admitted);
	rig_person_fini(&j->newcomer);
	session_rig_fini(&j->t);
}

void join_play(struct join_rig *j)
{
	rig_play(&j->t);
	while (j->t.end[1].waits && !j->t.end[1].err) {
		rig_step(&j->t, 1, span_of(NULL, 0));
		rig_go_on(&j->t);
	}
}

void join_assert_in(struct join_rig *j)
{
	rig_assert_met(&j->t);
	assert_int_equal(j->ins, 1);
	assert_int_equal(j->admitted, 1);
	assert_int_equal(j->dropped, 1);
	assert_int_equal(j->wrong + j->refusals, 0);
	assert_string_equal(j->let_in, j->newcomer.name);
	assert_true(span_eq(span_of(j->chain.p, j->chain.n), rig_chain(&j->newcomer)));
}

void join_assert_refused(struct join_rig *j, enum group_door_answer why,
			 enum group_session_fault fault)
{
	rig_assert_fault(&j->t, 0, fault, GROUP_CHAIN_NONE);
	rig_assert_fault(&j->t, 1, fault, GROUP_CHAIN_NONE);
	assert_int_equal(j->refusals, 1);
	assert_int_equal(j->why, why);
	assert_int_equal(j->ins, 0);
}
