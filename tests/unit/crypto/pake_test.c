/* Vectors: testvectors.md of draft-irtf-cfrg-cpace-21, group ristretto255 with SHA-512. The two
 * tags are computed from its ISK by another program (Python's hmac). */
#include "crypto/pake.h"
#include "rig.h"

static const char *const prs_text = "Password";
static const char *const ci_hex = "6f630b425f726573706f6e6465720b415f696e69746961746f72";
static const char *const sid_hex = "7e4b4791d6a8ef019b936c79fb7f2c57";
static const char *const g_hex = "a6fc82c3b8968fbb2e06fee81ca858586dea50d248f0c7ca6a18b0902a30b36b";
static const char *const ya_hex =
	"da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08";
static const char *const y_a_hex =
	"d40fb265a7abeaee7939d91a585fe59f7053f982c296ec413c624c669308f87a";
static const char *const yb_hex =
	"d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d";
static const char *const y_b_hex =
	"08bcf6e9777a9c313a3db6daa510f2d398403319c2341bd506a92e672eb7e307";
static const char *const isk_hex =
	"4c5469a16b2364c4b944ebc1a79e51d1674ad47db26e8718154f59faebfaa52d"
	"8346f30aa58377117eb20d527f2cbc5c76381f7fd372e89df8239f87f2e02ed1";
static const char *const ta_hex =
	"a737748ae37c5c528cbf082d060dd7622396149a62ccc64c2848b1e8d525bad8"
	"20c4bf9c73a8b4a3f4980cef0d9aa3095f8f3a02707bee9ab27987e6aaec9a9e";
static const char *const tb_hex =
	"ed3b42534ff85f125216e4869b483358981628fbc3918ca1fc22e8d4052e87bc"
	"a38f0704974ce75e88373405cfe079f18fe64f338f926d36d493d9de976de526";

/* An env whose random octets are a scalar, then zeros: what is drawn is that scalar. */
struct scalar_env {
	struct env env;
	struct rig_hex hex;
	struct span scalar;
};

static void give_scalar(void *ctx, void *p, size_t n)
{
	struct scalar_env *s = ctx;
	memset(p, 0, n);
	memcpy(p, s->scalar.p, s->scalar.n < n ? s->scalar.n : n);
}

static void scalar_env_init(struct scalar_env *s, const char *hex)
{
	*s = (struct scalar_env){ .env = { .random = give_scalar } };
	s->env.ctx = s;
	s->scalar = rig_hex(&s->hex, hex);
}

/* The inputs of the vectors. */
struct given {
	struct rig_hex ci, sid;
	struct crypto_pake_input in;
};

static void given_init(struct given *g)
{
	g->in = (struct crypto_pake_input){ .prs = span_str(prs_text),
					    .ci = rig_hex(&g->ci, ci_hex),
					    .sid = rig_hex(&g->sid, sid_hex) };
}

static void assert_hex(const uint8_t *octets, size_t n, const char *hex)
{
	struct rig_hex h;
	struct span want = rig_hex(&h, hex);
	assert_int_equal(n, want.n);
	assert_memory_equal(octets, want.p, n);
}

/* CRYPTO-9.2: with the scalar 1 what is sent is the generator itself. */
static void the_generator_is_that_of_the_draft(void **state)
{
	struct given g;
	struct scalar_env one;
	struct crypto_pake p;
	given_init(&g);
	scalar_env_init(&one, "01");
	assert_int_equal(crypto_pake_begin(&p, &one.env, &g.in), OK);
	assert_hex(p.y, sizeof p.y, g_hex);
}

static void begin(struct crypto_pake *p, const char *scalar)
{
	struct given g;
	struct scalar_env env;
	given_init(&g);
	scalar_env_init(&env, scalar);
	assert_int_equal(crypto_pake_begin(p, &env.env, &g.in), OK);
}

/* CRYPTO-9.1, CRYPTO-9.3, CRYPTO-9.4 */
static void a_run_is_that_of_the_draft(void **state)
{
	struct crypto_pake a, b;
	begin(&a, ya_hex);
	begin(&b, yb_hex);
	assert_hex(a.y, sizeof a.y, y_a_hex);
	assert_hex(b.y, sizeof b.y, y_b_hex);
	const struct crypto_pake_side sa = { span_of(a.y, sizeof a.y), span_str("ADa") };
	const struct crypto_pake_side sb = { span_of(b.y, sizeof b.y), span_str("ADb") };
	assert_int_equal(crypto_pake_finish(&a, &sa, &sb), OK);
	assert_int_equal(crypto_pake_finish(&b, &sa, &sb), OK);
	assert_hex(a.isk, sizeof a.isk, isk_hex);
	assert_hex(b.isk, sizeof b.isk, isk_hex);
	assert_hex(crypto_pake_key(&b).p, CRYPTO_PAKE_ISK, isk_hex);
	uint8_t tag[CRYPTO_PAKE_TAG];
	crypto_pake_tag(&a, &sa, tag);
	assert_hex(tag, sizeof tag, ta_hex);
	crypto_pake_tag(&a, &sb, tag);
	assert_hex(tag, sizeof tag, tb_hex);
	crypto_pake_tag(&b, &sa, tag);
	assert_hex(tag, sizeof tag, ta_hex);
	/* CRYPTO-1.5: a scalar that has done its work is gone. */
	for (size_t i = 0; i < sizeof a.scalar; i++)
		assert_int_equal(a.scalar[i], 0);
}

/* CRYPTO-9.3: the draft's Y_i1 is no point, its Y_i2 the identity. */
static void what_is_no_point_ends_the_run(void **state)
{
	struct rig_hex h[3];
	struct crypto_pake p;
	begin(&p, "7cd0e075fa7955ba52c02759a6c90dbbfc10e6d40aea8d283e407d88cf538a05");
	const struct span bad[] = {
		rig_hex(&h[0], "2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c"),
		rig_hex(&h[1], "0000000000000000000000000000000000000000000000000000000000000000"),
		rig_hex(&h[2], "2c3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a5"),
		span_of(p.y, sizeof p.y),
		span_of(NULL, 0),
	};
	const struct crypto_pake_side ours = { span_of(p.y, sizeof p.y), span_str("ad") };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const struct crypto_pake_side other = { bad[i], span_str("ad") };
		assert_int_equal(crypto_pake_finish(&p, &ours, &other), ERR_DENIED);
		assert_int_equal(crypto_pake_finish(&p, &other, &ours), ERR_DENIED);
		assert_false(p.finished);
		for (size_t k = 0; k < sizeof p.isk; k++)
			assert_int_equal(p.isk[k], 0);
	}
	const struct crypto_pake_side stranger = { rig_hex(&h[0], y_a_hex), span_str("ad") };
	assert_int_equal(crypto_pake_finish(&p, &stranger, &stranger), ERR_DENIED);
	assert_int_equal(crypto_pake_finish(&p, &ours, &stranger), OK);
}

/* The key of a run between a and b, where b's part differs as told. */
struct run {
	const char *secret_a, *secret_b, *ci_b, *sid_b, *ad_b;
};

static bool agree(const struct run *r)
{
	struct failing_env f;
	failing_env_init(&f, 5);
	struct crypto_pake a, b;
	const struct crypto_pake_input ia = { span_str(r->secret_a), span_str("ci"),
					      span_str("sid") };
	const struct crypto_pake_input ib = { span_str(r->secret_b), span_str(r->ci_b),
					      span_str(r->sid_b) };
	assert_int_equal(crypto_pake_begin(&a, &f.env, &ia), OK);
	assert_int_equal(crypto_pake_begin(&b, &f.env, &ib), OK);
	const struct crypto_pake_side sa = { span_of(a.y, sizeof a.y), span_str("a") };
	const struct crypto_pake_side sb = { span_of(b.y, sizeof b.y), span_str("b") };
	const struct crypto_pake_side seen = { span_of(a.y, sizeof a.y), span_str(r->ad_b) };
	assert_int_equal(crypto_pake_finish(&a, &sa, &sb), OK);
	assert_int_equal(crypto_pake_finish(&b, &seen, &sb), OK);
	uint8_t ta[CRYPTO_PAKE_TAG], want[CRYPTO_PAKE_TAG];
	crypto_pake_tag(&a, &sa, ta);
	crypto_pake_tag(&b, &seen, want);
	bool same = crypto_equal(crypto_pake_key(&a), crypto_pake_key(&b));
	assert_int_equal(same, crypto_equal(span_of(ta, sizeof ta), span_of(want, sizeof want)));
	return same;
}

/* CRYPTO-9.1; of scalars drawn from the env CRYPTO-9.5 */
static void both_agree_only_where_all_is_alike(void **state)
{
	assert_true(agree(&(struct run){ "tulip", "tulip", "ci", "sid", "a" }));
	assert_false(agree(&(struct run){ "tulip", "tulio", "ci", "sid", "a" }));
	assert_false(agree(&(struct run){ "tulip", "tulip", "cj", "sid", "a" }));
	assert_false(agree(&(struct run){ "tulip", "tulip", "ci", "sie", "a" }));
	assert_false(agree(&(struct run){ "tulip", "tulip", "ci", "sid", "A" }));
	/* What is put behind each other is told apart. */
	assert_false(agree(&(struct run){ "tulip", "tulip", "cis", "id", "a" }));
}

static void what_does_not_fit_is_refused(void **state)
{
	static const uint8_t many[5000];
	struct failing_env f;
	failing_env_init(&f, 1);
	struct crypto_pake p;
	const struct span some = span_str("x");
	const struct crypto_pake_input bad[] = {
		{ span_of(NULL, 0), some, some },
		{ span_of(many, CRYPTO_PAKE_SECRET_MAX + 1), some, some },
		{ some, span_of(many, 4097), some },
		{ some, some, span_of(many, CRYPTO_PAKE_SID_MAX + 1) },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(crypto_pake_begin(&p, &f.env, &bad[i]), ERR_RANGE);
	const struct crypto_pake_input most = { span_of(many, CRYPTO_PAKE_SECRET_MAX),
						span_of(many, 4096),
						span_of(many, CRYPTO_PAKE_SID_MAX) };
	assert_int_equal(crypto_pake_begin(&p, &f.env, &most), OK);
	crypto_pake_wipe(&p);
	for (size_t i = 0; i < sizeof p; i++)
		assert_int_equal(((const uint8_t *)&p)[i], 0);
}

/* The draft's example of lv_cat, and a length of two octets. */
static void parts_lie_behind_their_lengths(void **state)
{
	static const uint8_t long_part[200] = { 7 };
	uint8_t out[300];
	struct wr w = wr_of(out, sizeof out);
	const struct span parts[] = { span_str("1234"), span_str("5"), span_of(NULL, 0),
				      span_str("678") };
	crypto_lv_cat(&w, parts, 4);
	assert_hex(out, w.n, "043132333401350003363738");
	w = wr_of(out, sizeof out);
	crypto_lv_cat(&w, &(const struct span){ long_part, sizeof long_part }, 1);
	assert_int_equal(w.n, 202);
	assert_hex(out, 3, "c80107");
	w = wr_of(out, 5);
	crypto_lv_cat(&w, parts, 4);
	assert_true(w.failed);
}

/* FIPS 180-4's "abc", in one part and in three. */
static void sha512_is_sha512(void **state)
{
	const struct span one = span_str("abc");
	const struct span three[] = { span_str("a"), span_of(NULL, 0), span_str("bc") };
	const char *want = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
			   "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
	uint8_t out[CRYPTO_SHA512];
	assert_int_equal(crypto_sha512(&one, 1, out), OK);
	assert_hex(out, sizeof out, want);
	assert_int_equal(crypto_sha512(three, 3, out), OK);
	assert_hex(out, sizeof out, want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_generator_is_that_of_the_draft),
		cmocka_unit_test(a_run_is_that_of_the_draft),
		cmocka_unit_test(what_is_no_point_ends_the_run),
		cmocka_unit_test(both_agree_only_where_all_is_alike),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(parts_lie_behind_their_lengths),
		cmocka_unit_test(sha512_is_sha512),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
