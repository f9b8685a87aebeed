/* What a rogue can find out offline (GROUP-13.18): each kind of them records what it sees of
 * many runs, and then tries secrets against it, the right one among them. None fits better
 * than another. PRS are given as they are: scrypt would but make each try dearer. */
#include "crypto/pake.h"
#include "join_rig.h"
#include "session_raw.h"

/* JOIN_SEARCH_LONG of the environment says how many secrets are tried on the first of 1,000 runs:
 * 400 of each rogue that takes part, 200 passive. Without it (make soak sets it) there are 100. */
#define RUNS	 400
#define RUNS_FEW 40
#define TRIES	 24	     /* of each run */
#define LONG	 (10 * 1000) /* of the first */

static struct join_rig j;
static struct raw r;
static uint8_t heard[GROUP_MESSAGE_MAX];
static size_t n_heard;

static uint32_t many(void)
{
	const char *said = getenv("JOIN_SEARCH_LONG");
	return said ? (uint32_t)strtoul(said, NULL, 10) : LONG;
}

static uint32_t runs(void)
{
	return getenv("JOIN_SEARCH_LONG") ? RUNS : RUNS_FEW;
}

static void secret(uint8_t prs[GROUP_SECRET_PRS], uint32_t k)
{
	memset(prs, 0, GROUP_SECRET_PRS);
	memcpy(prs, &k, sizeof k);
}

/* What the rogue knows of a run: all but the secret. */
struct view {
	uint8_t ci[1024], sid[32], ours[32], theirs[32], ad[2][32];
	size_t n_ci;
	uint64_t seed; /* its scalar is drawn anew from this */
	bool joiner;
};

static void draw(struct crypto_pake *p, struct failing_env *env, const struct view *v, uint32_t k)
{
	uint8_t prs[GROUP_SECRET_PRS];
	secret(prs, k);
	failing_env_init(env, v->seed);
	const struct crypto_pake_input in = { span_of(prs, sizeof prs), span_of(v->ci, v->n_ci),
					      span_of(v->sid, sizeof v->sid) };
	assert_int_equal(crypto_pake_begin(p, &env->env, &in), OK);
}

/* The tag that the other side would say if the secret were k. */
static void tag(const struct view *v, uint32_t k, bool of_joiner, uint8_t out[GROUP_PROOF])
{
	struct crypto_pake p;
	struct failing_env env;
	draw(&p, &env, v, k);
	memcpy(p.y, v->ours, sizeof p.y); /* what was sent, was sent */
	struct span own = span_of(v->ours, 32), other = span_of(v->theirs, 32);
	const struct crypto_pake_side a = { v->joiner ? own : other, span_of(v->ad[0], 32) };
	const struct crypto_pake_side b = { v->joiner ? other : own, span_of(v->ad[1], 32) };
	assert_int_equal(crypto_pake_finish(&p, &a, &b), OK);
	crypto_pake_tag(&p, of_joiner ? &a : &b, out);
	crypto_pake_wipe(&p);
}

static void hash(struct span s, uint8_t out[32])
{
	crypto_hash(j.t.c, j.t.p->crypto, &s, 1, out, 32);
}

static void see(struct view *v, bool joiner)
{
	const struct rig_end *e = &j.t.end[0];
	uint8_t binding[32], name[GROUP_SECRET_NAME];
	struct wr w = wr_of(v->ci, sizeof v->ci), n = wr_of(name, sizeof name);
	group_secret_name_put(&n, &j.known);
	const struct span parts[] = { span_str("homestead join 2"), e->parties.graph_id,
				      crypto_key_public(e->who->key),
				      crypto_key_public(j.t.end[1].who->key), wr_span(&n) };
	crypto_lv_cat(&w, parts, 5);
	hash(e->parties.auth_info, binding);
	assert_int_equal(crypto_tls_export(r.tls, "EXPORTER-homestead-cpace",
					   span_of(binding, sizeof binding), v->sid, 32),
			 OK);
	hash(span_of(e->who->idc, e->who->idc_n), v->ad[0]);
	hash(rig_chain(j.t.end[1].who), v->ad[1]);
	v->n_ci = w.n;
	v->joiner = joiner;
}

static void hear(struct group_flight *f)
{
	struct rig_end *e = &j.t.end[!r.i];
	n_heard = 0;
	while (e->heard < e->n_said) {
		const struct rig_frame *x = &e->said[e->heard++];
		struct span plain;
		size_t rest;
		assert_int_equal(crypto_tls_unseal(r.tls, span_of(x->p, x->n), &plain, &rest), OK);
		if (plain.n)
			memcpy(heard + n_heard, plain.p, plain.n);
		n_heard += plain.n;
	}
	assert_int_equal(group_flight_read(j.t.p, span_of(heard, n_heard), f), OK);
}

static void say(size_t n_flight, enum group_step step, const uint8_t *octets, size_t n)
{
	static uint8_t room[8192];
	uint8_t body[GROUP_PASSWORD_MAX];
	struct wr w = wr_of(room, sizeof room), b = wr_of(body, sizeof body);
	const struct group_password p = { .step = step,
					  .name = j.known,
					  .octets = span_of(octets, n) };
	group_password_put(&b, &p);
	const struct group_message m = { .type = GROUP_PASSWORD, .body = wr_span(&b) };
	wr_bytes(&w, span_of(r.flight.p, n_flight));
	group_message_put(&w, j.t.p, &m);
	raw_say(&r, wr_span(&w));
}

static uint32_t right(uint32_t run)
{
	return 1000 + 7 * run;
}

/* Somebody who joins with a guess: gets a share, and no more than that it was wrong. What it
 * saw holds no octets of any tag that a secret would lead to. */
static bool try_as_joiner(uint32_t run, uint32_t guess, uint32_t tries)
{
	struct view v = { .seed = 100 + run };
	struct crypto_pake p;
	struct failing_env env;
	struct group_flight f;
	uint8_t t[GROUP_PROOF], seen[64];
	bool fits = false;
	raw_open(&r, &j.t, 0, span_of(NULL, 0));
	see(&v, true);
	draw(&p, &env, &v, guess);
	memcpy(v.ours, p.y, 32);
	say(raw_gmc_at(&r), GROUP_STEP_ASK, p.y, GROUP_SHARE);
	hear(&f);
	memcpy(v.theirs, f.password.octets.p, 32);
	tag(&v, guess, true, t);
	say(0, GROUP_STEP_PROVE, t, sizeof t);
	if (!j.t.end[1].err) {
		hear(&f); /* let in: the guess was right */
		tag(&v, guess, false, t);
		fits = span_eq(f.password.octets, span_of(t, sizeof t));
	} else {
		hear(&f);
		assert_int_equal(n_heard, 12);
		memcpy(seen, heard, n_heard);
		for (uint32_t k = 0; k < tries; k++) {
			tag(&v, k ? k : right(run), false, t);
			for (size_t i = 0; i + 4 <= 12; i++)
				assert_memory_not_equal(seen + i, t, 4);
		}
	}
	raw_close(&r);
	return fits;
}

static void begin(uint32_t run)
{
	/* Certificates are made once: each run has its own octets of random. */
	secret(j.prs, right(run));
	memcpy(j.knock.prs, j.prs, sizeof j.prs);
	j.t.end[0].mem.state = 2 * run + 1;
	j.t.end[1].mem.state = 2 * run + 2;
	j.t.draw.state = 3 * run + 5;
	j.again = false;
	j.proofs = j.wrong = j.admitted = j.dropped = j.refusals = 0;
}

static void a_rogue_that_joins(void **state)
{
	join_rig_init(&j);
	for (uint32_t run = 0; run < runs(); run++) {
		begin(run);
		assert_false(try_as_joiner(run, 3, run ? TRIES : many()));
		assert_int_equal(j.wrong, 1); /* each guess is counted */
	}
	begin(1);
	assert_true(try_as_joiner(1, right(1), 1)); /* so that the search could find it */
	join_rig_fini(&j);
}

/* A member that knows no secret and answers with a guess: gets a proof. */
static uint32_t try_as_member(uint32_t run, uint32_t guess, uint32_t tries)
{
	struct view v = { .seed = 100 + run };
	struct crypto_pake p;
	struct failing_env env;
	struct group_flight f;
	uint8_t t[GROUP_PROOF];
	uint32_t fit = 0;
	raw_open(&r, &j.t, 1, span_of(NULL, 0));
	see(&v, false);
	hear(&f);
	memcpy(v.theirs, f.password.octets.p, 32);
	draw(&p, &env, &v, guess);
	memcpy(v.ours, p.y, 32);
	say(r.flight.n, GROUP_STEP_SHARE, p.y, GROUP_SHARE);
	hear(&f);
	assert_int_equal(f.event, GROUP_SESSION_PASSWORD);
	for (uint32_t k = 0; k < tries; k++) {
		uint32_t candidate = k == 0 ? right(run) : k == 1 ? guess : k;
		tag(&v, candidate, true, t);
		fit += span_eq(f.password.octets, span_of(t, sizeof t));
	}
	raw_close(&r);
	return fit;
}

static void a_rogue_that_lets_in(void **state)
{
	join_rig_init(&j);
	for (uint32_t run = 0; run < runs(); run++) {
		begin(run);
		assert_int_equal(try_as_member(run, 3, run ? TRIES : many()), 0);
		assert_int_equal(j.proofs, 1);
	}
	begin(1);
	assert_int_equal(try_as_member(1, right(1), 1), 1);
	join_rig_fini(&j);
}

static bool holds(const struct rig_frame *f, const uint8_t octets[32])
{
	for (size_t i = 0; i + 32 <= f->n; i++)
		if (memcmp(f->p + i, octets, 32) == 0)
			return true;
	return false;
}

/* Somebody on the wire: of all that is said in clear it sees nothing, so there is nothing to
 * try a secret against. */
static void somebody_on_the_wire(void **state)
{
	join_rig_init(&j);
	for (uint32_t run = 0; run < runs() / 2; run++) {
		begin(run);
		join_play(&j);
		assert_int_equal(j.admitted, 1);
		for (int i = 0; i < 2; i++)
			for (size_t k = 0; k < j.t.end[i].n_said; k++) {
				const struct rig_frame *f = &j.t.end[i].said[k];
				/* After the hellos of TLS records of application data alone. */
				assert_true(f->n > 5 && (k < 2 || f->p[0] == 23));
				assert_false(holds(f, j.prs));
				assert_false(holds(f, j.newcomer.chain.p));
			}
		rig_close(&j.t);
	}
	j.dropped = j.admitted = 0;
	join_rig_fini(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rogue_that_joins),
		cmocka_unit_test(a_rogue_that_lets_in),
		cmocka_unit_test(somebody_on_the_wire),
	};
	return cmocka_run_group_tests_name("join search", tests, NULL, NULL);
}
