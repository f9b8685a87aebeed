/* Records of applications as members alone can read them: octets made elsewhere, every
 * truncation, what they are bound to, what somebody with the key may put in. */
#include "group/sealed.h"

#include "records.h"

/* Made with the AES-GCM and HKDF of the Python package cryptography. */
#define SEALED                                                                                     \
	"01e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e03333333333333333333333331ce1afa39f9e1d1b48e336ac1efb"   \
	"04e8118a7ef17ebed004ab52394a33a364b5304229"
#define ATTRIBUTES "003c0061002f003e0000"

struct rig {
	struct failing_env f;
	struct crypto *c;
	struct record record;
	uint8_t epoch[GROUP_EPOCH_ID], key[GROUP_EPOCH_KEY], serial[CRYPTO_SERIAL];
	struct group_seal seal;
};

static void begin(struct rig *t)
{
	memset(t, 0, sizeof *t);
	failing_env_init(&t->f, 4);
	assert_int_equal(crypto_new(&t->c, &t->f.env), OK);
	memset(t->epoch, 0xe0, sizeof t->epoch);
	for (uint8_t i = 0; i < sizeof t->key; i++)
		t->key[i] = i;
	for (uint8_t i = 0; i < sizeof t->serial; i++)
		t->serial[i] = (uint8_t)(0xa0 + i);
	t->seal = (struct group_seal){ t->c, &t->f.env, t->epoch, t->key,
				       span_of(t->serial, sizeof t->serial) };
	record_init(&t->record, span_str("0.group"), span_str("0.ann"));
	memset(t->record.r.type.at, 0x11, sizeof t->record.r.type.at);
	memset(t->record.r.id.at, 0x22, sizeof t->record.r.id.at);
	t->record.r.version = 7;
}

static void end(struct rig *t)
{
	crypto_free(t->c);
	failing_env_assert_clean(&t->f);
}

static enum err open(struct rig *t, struct span payload, struct graph_plain *plain)
{
	static uint8_t room[4096];
	struct graph_record r = t->record.r;
	memset(room, 0x77, sizeof room);
	r.payload = payload;
	return group_record_open(&t->seal, &r, room, plain);
}

/* GROUP-12.8 */
static void octets_of_others_are_opened(void **state)
{
	struct rig t;
	struct hex sealed, attributes;
	struct graph_plain plain;
	struct span epoch, s = hex_of(&sealed, SEALED);
	begin(&t);
	struct graph_record r = t.record.r;
	r.payload = s;
	assert_true(group_record_epoch(&r, &epoch));
	assert_true(span_eq(epoch, span_of(t.epoch, sizeof t.epoch)));
	assert_int_equal(open(&t, s, &plain), OK);
	assert_true(span_eq(plain.payload, span_str("hello")));
	assert_true(span_eq(plain.attributes, hex_of(&attributes, ATTRIBUTES)));
	end(&t);
}

/* GROUP-12.8: ours have the same form, and no nonce comes twice. */
static void what_is_sealed_is_opened(void **state)
{
	static uint8_t out[2][GROUP_SEALED_OVER + 3000];
	struct rig t;
	struct hex attributes;
	struct graph_plain plain;
	begin(&t);
	for (size_t n = 0; n < 2900; n = n * 3 + 1) {
		struct record *o = &t.record;
		uint8_t payload[2900] = { 0 };
		memset(payload, 0x2a, n);
		o->r.payload = span_of(payload, n);
		o->r.attributes = n % 2 ? hex_of(&attributes, ATTRIBUTES) : span_of(NULL, 0);
		size_t size = GROUP_SEALED_OVER + n + o->r.attributes.n;
		for (size_t i = 0; i < 2; i++)
			assert_int_equal(group_record_seal(&t.seal, &o->r, out[i]), OK);
		assert_memory_equal(out[0], out[1], 1 + GROUP_EPOCH_ID);
		assert_memory_not_equal(out[0] + 1 + GROUP_EPOCH_ID, out[1] + 1 + GROUP_EPOCH_ID,
					CRYPTO_GCM_NONCE);
		assert_int_equal(open(&t, span_of(out[0], size), &plain), OK);
		assert_true(span_eq(plain.payload, o->r.payload));
		assert_true(span_eq(plain.attributes, o->r.attributes));
	}
	end(&t);
}

/* GROUP-12.8: shorter ones, and any octets. */
static void what_was_cut_is_not_opened(void **state)
{
	struct rig t;
	struct hex sealed;
	struct graph_plain plain = { { NULL, 0 }, { NULL, 0 } };
	struct span s = hex_of(&sealed, SEALED), epoch;
	begin(&t);
	for (size_t n = 0; n < s.n; n++) {
		struct graph_record r = t.record.r;
		r.payload = span_of(s.p, n);
		assert_int_equal(group_record_epoch(&r, &epoch), n >= GROUP_SEALED_OVER);
		assert_int_equal(open(&t, r.payload, &plain), ERR_DENIED);
	}
	for (size_t i = 1 + GROUP_EPOCH_ID; i < s.n; i++) {
		sealed.p[i] ^= 0x80;
		assert_int_equal(open(&t, s, &plain), ERR_DENIED);
		sealed.p[i] ^= 0x80;
	}
	for (int i = 0; i < 5000; i++) {
		uint8_t any[200];
		size_t n = (size_t)env_random_below(&t.f.env, sizeof any);
		t.f.env.random(t.f.env.ctx, any, n);
		any[0] = 1;
		assert_int_equal(open(&t, span_of(any, n), &plain), ERR_DENIED);
	}
	assert_null(plain.payload.p); /* untouched */
	end(&t);
}

/* GROUP-12.8: one that is not sealed is told from its first octet, its length, its attributes. */
static void what_is_in_clear_is_told_apart(void **state)
{
	struct rig t;
	struct hex sealed, attributes;
	struct span epoch;
	begin(&t);
	struct graph_record r = t.record.r;
	r.payload = hex_of(&sealed, SEALED);
	r.attributes = hex_of(&attributes, ATTRIBUTES);
	assert_false(group_record_epoch(&r, &epoch));
	r.attributes.n = 0;
	assert_true(group_record_epoch(&r, &epoch));
	for (int first = 0; first < 256; first++) {
		sealed.p[0] = (uint8_t)first;
		assert_int_equal(group_record_epoch(&r, &epoch), first == 1);
	}
	end(&t);
}

/* GROUP-12.8: a member who has the key may seal what it likes: lengths are held against what
 * is there. */
static void what_lies_in_it_is_not_trusted(void **state)
{
	static const char word[] = "homestead record 1";
	struct rig t;
	struct graph_plain plain;
	uint8_t info[sizeof word - 1 + CRYPTO_SERIAL], bound[256];
	begin(&t);
	memcpy(info, word, sizeof word - 1);
	memcpy(info + sizeof word - 1, t.serial, sizeof t.serial);
	const struct crypto_hkdf h = { CRYPTO_HKDF_SHA256,
				       span_of(t.key, sizeof t.key),
				       { NULL, 0 },
				       span_of(info, sizeof info) };
	struct wr w = wr_of(bound, sizeof bound);
	wr_bytes(&w, span_of(t.record.r.type.at, 16));
	wr_bytes(&w, span_of(t.record.r.id.at, 16));
	wr_u32(&w, t.record.r.version);
	wr_bytes(&w, t.record.r.creator);
	for (size_t n = 0; n < 12; n++) {
		for (uint32_t says = 0; says < 12; says++) {
			uint8_t in[16] = { (uint8_t)says };
			uint8_t out[GROUP_SEALED_HEAD + 16 + CRYPTO_GCM_TAG] = { 1 };
			struct crypto_gcm g = {
				.nonce = span_of(out + 1 + GROUP_EPOCH_ID, CRYPTO_GCM_NONCE),
				.bound = wr_span(&w),
			};
			assert_int_equal(crypto_hkdf(t.c, &h, g.key, sizeof g.key), OK);
			assert_int_equal(
				crypto_gcm_seal(t.c, &g, span_of(in, n), out + GROUP_SEALED_HEAD),
				OK);
			enum err e = open(&t, span_of(out, GROUP_SEALED_HEAD + n + CRYPTO_GCM_TAG),
					  &plain);
			bool fits = n >= 4 && says <= n - 4;
			assert_int_equal(e, fits ? OK : ERR_DENIED);
			if (fits) {
				assert_int_equal(plain.attributes.n, says);
				assert_int_equal(plain.payload.n, n - 4 - says);
			}
		}
	}
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_of_others_are_opened),
		cmocka_unit_test(what_is_sealed_is_opened),
		cmocka_unit_test(what_was_cut_is_not_opened),
		cmocka_unit_test(what_is_in_clear_is_told_apart),
		cmocka_unit_test(what_lies_in_it_is_not_trusted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
