#include "crypto/seal.h"
#include "crypto/libsodium.h"
#include "rig.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct holder {
	uint8_t public[CRYPTO_BOX_KEY], secret[CRYPTO_BOX_KEY];
};

static void make(struct holder *h, uint64_t seed)
{
	struct failing_env f;
	failing_env_init(&f, seed);
	assert_int_equal(crypto_box_make(&f.env, h->public, h->secret), OK);
}

static void put(const struct holder *h, uint64_t seed, struct span message, uint8_t *out)
{
	struct failing_env f;
	failing_env_init(&f, seed);
	assert_int_equal(crypto_box_put(&f.env, h->public, message, out), OK);
}

/* CRYPTO-7.2 */
static void a_box_opens_for_its_holder_alone(void **state)
{
	struct holder h, other;
	make(&h, 1);
	make(&other, 2);
	uint8_t text[70], box[70 + CRYPTO_BOX_OVER], out[70];
	memset(text, 7, sizeof text);
	for (size_t n = 0; n <= sizeof text; n += 7) {
		struct span sealed = span_of(box, n + CRYPTO_BOX_OVER);
		put(&h, n, span_of(text, n), box);
		memset(out, 0, sizeof out);
		assert_int_equal(crypto_box_take(other.public, other.secret, sealed, out),
				 ERR_DENIED);
		assert_int_equal(out[0], 0);
		assert_int_equal(crypto_box_take(h.public, h.secret, sealed, out), OK);
		assert_memory_equal(out, text, n);
	}
}

static void a_box_that_was_changed_or_cut_does_not_open(void **state)
{
	struct holder h;
	make(&h, 1);
	uint8_t box[5 + CRYPTO_BOX_OVER], out[5];
	put(&h, 3, span_str("hello"), box);
	for (size_t i = 0; i < sizeof box * 8; i++) {
		box[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_int_equal(crypto_box_take(h.public, h.secret, span_of(box, sizeof box), out),
				 ERR_DENIED);
		box[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t n = 0; n < sizeof box; n++) {
		uint8_t *cut = rig_copy(span_of(box, n));
		assert_int_equal(crypto_box_take(h.public, h.secret, span_of(cut, n), out),
				 ERR_DENIED);
		free(cut);
	}
}

/* CRYPTO-7.2: ours is what the library makes, but for where its octets come from. */
static void boxes_are_those_of_the_library(void **state)
{
	struct holder h;
	make(&h, 1);
	uint8_t box[5 + CRYPTO_BOX_OVER], out[5];
	assert_int_equal(crypto_box_seal(box, (const uint8_t *)"hello", 5, h.public), 0);
	assert_int_equal(crypto_box_take(h.public, h.secret, span_of(box, sizeof box), out), OK);
	assert_memory_equal(out, "hello", 5);
	put(&h, 1, span_str("salut"), box);
	assert_int_equal(crypto_box_seal_open(out, box, sizeof box, h.public, h.secret), 0);
	assert_memory_equal(out, "salut", 5);
}

/* The same seed, the same pair; another one, another. */
static void a_pair_follows_from_a_seed(void **state)
{
	struct holder a, b;
	uint8_t seed[CRYPTO_BOX_SEED] = { 3 }, box[1 + CRYPTO_BOX_OVER], out[1];
	assert_int_equal(crypto_box_from(seed, a.public, a.secret), OK);
	assert_int_equal(crypto_box_from(seed, b.public, b.secret), OK);
	assert_memory_equal(&a, &b, sizeof a);
	put(&a, 1, span_str("m"), box);
	assert_int_equal(crypto_box_take(b.public, b.secret, span_of(box, sizeof box), out), OK);
	seed[31] = 1;
	assert_int_equal(crypto_box_from(seed, b.public, b.secret), OK);
	assert_memory_not_equal(a.public, b.public, sizeof a.public);
	assert_int_equal(crypto_box_take(b.public, b.secret, span_of(box, sizeof box), out),
			 ERR_DENIED);
}

/* A point of small order would give a key that everybody knows. */
static void a_key_that_is_none_gets_no_box(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 1);
	uint8_t none[CRYPTO_BOX_KEY] = { 0 }, box[1 + CRYPTO_BOX_OVER];
	memset(box, 0xee, sizeof box);
	assert_int_equal(crypto_box_put(&f.env, none, span_str("x"), box), ERR_MALFORMED);
	for (size_t i = 0; i < sizeof box; i++)
		assert_int_equal(box[i], 0xee);
}

/* CRYPTO-7.1 */
static void the_same_env_makes_the_same_octets(void **state)
{
	struct holder a, b;
	make(&a, 5);
	make(&b, 5);
	assert_memory_equal(&a, &b, sizeof a);
	make(&b, 6);
	assert_memory_not_equal(&a, &b, sizeof a);
	uint8_t x[3][1 + CRYPTO_BOX_OVER];
	put(&a, 1, span_str("m"), x[0]);
	put(&a, 1, span_str("m"), x[1]);
	put(&a, 2, span_str("m"), x[2]);
	assert_memory_equal(x[0], x[1], sizeof x[0]);
	assert_memory_not_equal(x[0], x[2], sizeof x[0]);
	uint8_t key[CRYPTO_SEAL_KEY] = { 1 }, y[3][1 + CRYPTO_SEAL_OVER];
	for (uint64_t i = 0; i < 3; i++) {
		struct failing_env f;
		failing_env_init(&f, i / 2);
		assert_int_equal(crypto_seal(&f.env, key, span_of(NULL, 0), span_str("m"), y[i]),
				 OK);
	}
	assert_memory_equal(y[0], y[1], sizeof y[0]);
	assert_memory_not_equal(y[0], y[2], sizeof y[0]);
}

/* CRYPTO-7.3 */
static void a_seal_breaks_with_any_change(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 1);
	uint8_t key[CRYPTO_SEAL_KEY] = { 9, 9 }, sealed[6 + CRYPTO_SEAL_OVER], out[6];
	struct span bound = span_str("row 1"), whole = span_of(sealed, sizeof sealed);
	assert_int_equal(crypto_seal(&f.env, key, bound, span_str("secret"), sealed), OK);
	assert_int_equal(crypto_unseal(key, bound, whole, out), OK);
	assert_memory_equal(out, "secret", 6);
	assert_int_equal(crypto_unseal(key, span_str("row 2"), whole, out), ERR_DENIED);
	for (size_t i = 0; i < sizeof sealed * 8; i++) {
		sealed[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_int_equal(crypto_unseal(key, bound, whole, out), ERR_DENIED);
		sealed[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t n = 0; n < sizeof sealed; n++) {
		uint8_t *cut = rig_copy(span_of(sealed, n));
		assert_int_equal(crypto_unseal(key, bound, span_of(cut, n), out), ERR_DENIED);
		free(cut);
	}
	key[3] ^= 1;
	assert_int_equal(crypto_unseal(key, bound, whole, out), ERR_DENIED);
}

/* CRYPTO-7.3: draft-irtf-cfrg-xchacha-03 A.3.1 */
static void a_seal_made_elsewhere_opens(void **state)
{
	struct rig_hex k, b, s;
	static const char text[] = "Ladies and Gentlemen of the class of '99: If I could offer you "
				   "only one tip for the future, sunscreen would be it.";
	uint8_t out[sizeof text - 1];
	struct span key =
		rig_hex(&k, "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
	struct span bound = rig_hex(&b, "50515253c0c1c2c3c4c5c6c7");
	struct span sealed =
		rig_hex(&s, "404142434445464748494a4b4c4d4e4f5051525354555657"
			    "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
			    "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
			    "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
			    "21f9664c97637da9768812f615c68b13b52e"
			    "c0875924c1c7987947deafd8780acf49");
	assert_int_equal(sealed.n, sizeof out + CRYPTO_SEAL_OVER);
	assert_int_equal(crypto_unseal(key.p, bound, sealed, out), OK);
	assert_memory_equal(out, text, sizeof out);
}

/* CRYPTO-7.4: RFC 7914 12 */
static void a_passphrase_gives_what_it_gives_elsewhere(void **state)
{
	struct rig_hex h;
	uint8_t out[64];
	struct span want =
		rig_hex(&h, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
			    "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
	assert_int_equal(crypto_passphrase(span_str("pleaseletmein"), span_str("SodiumChloride"),
					   14, out, sizeof out),
			 OK);
	assert_memory_equal(out, want.p, sizeof out);
}

/* CRYPTO-7.4: a number out of a document cannot ask for all memory. */
static void a_passphrase_has_a_bounded_cost(void **state)
{
	uint8_t out[32];
	struct span p = span_str("p");
	assert_int_equal(crypto_passphrase(p, p, 0, out, sizeof out), ERR_RANGE);
	assert_int_equal(crypto_passphrase(p, p, 21, out, sizeof out), ERR_RANGE);
	assert_int_equal(crypto_passphrase(p, p, 255, out, sizeof out), ERR_RANGE);
	assert_int_equal(crypto_passphrase(p, p, 1, out, sizeof out), OK);
}

/* How a child ends that runs `what`. */
static int child(void (*what)(void))
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)signal(SIGSEGV, SIG_DFL);
		what();
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void write_within(void)
{
	volatile uint8_t *p = crypto_secret_new(33);
	p[0] = p[32] = 1;
	crypto_secret_free((void *)p);
}

static void write_behind(void)
{
	volatile uint8_t *p = crypto_secret_new(33);
	p[33] = 1;
}

/* CRYPTO-7.5 */
static void secrets_lie_at_a_guarded_end(void **state)
{
	assert_int_equal(child(write_within), 0);
	int status = child(write_behind);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	crypto_secret_free(NULL);
}

static void try_to_lock(void)
{
	static const struct rlimit none = { 0, 0 };
	if (setrlimit(RLIMIT_MEMLOCK, &none) || (getuid() == 0 && setuid(65534)))
		_exit(2);
	uint8_t any;
	if (mlock(&any, 1) == 0)
		_exit(4); /* a sanitizer's, which does nothing */
	void *p = crypto_secret_new(8);
	if (!p)
		_exit(3);
	memset(p, 1, 8);
	crypto_secret_free(p);
	_exit(crypto_locked());
}

/* CRYPTO-7.5: there is memory all the same. */
static void who_may_not_lock_is_told(void **state)
{
	int status = child(try_to_lock);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) != 4)
		assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_box_opens_for_its_holder_alone),
		cmocka_unit_test(a_box_that_was_changed_or_cut_does_not_open),
		cmocka_unit_test(boxes_are_those_of_the_library),
		cmocka_unit_test(a_pair_follows_from_a_seed),
		cmocka_unit_test(a_key_that_is_none_gets_no_box),
		cmocka_unit_test(the_same_env_makes_the_same_octets),
		cmocka_unit_test(a_seal_breaks_with_any_change),
		cmocka_unit_test(a_seal_made_elsewhere_opens),
		cmocka_unit_test(a_passphrase_gives_what_it_gives_elsewhere),
		cmocka_unit_test(a_passphrase_has_a_bounded_cost),
		cmocka_unit_test(secrets_lie_at_a_guarded_end),
		cmocka_unit_test(who_may_not_lock_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
