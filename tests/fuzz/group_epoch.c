/* group_epoch.c - payloads of Epoch and Key records: what is read is written the same, and each
 * recipient finds a box that lies inside; sealed records, with what a member who has the key may
 * put into them; and the keys as they are kept. The first octet says which. */
#include "crypto/cert.h"
#include "group/keyring.h"
#include "group/sealed.h"
#include "fuzz_env.h"

#define ROOM 65536

static struct fuzz_env fuzz = FUZZ_ENV(fuzz);
static struct crypto *crypto;
static uint8_t out[ROOM + GROUP_SEALED_OVER + CRYPTO_GCM_TAG], room[ROOM];
static uint8_t first[GROUP_KEYRING_OCTETS], second[GROUP_KEYRING_OCTETS];

static void try_epoch(struct span in)
{
	struct group_epoch e;
	size_t n;
	if (group_epoch_read(&e, in) != OK)
		return;
	hold(group_epoch_write(&e, out, sizeof out, &n) == OK);
	hold(n == in.n && memcmp(out, in.p, n) == 0);
	for (size_t i = 0; i < group_epoch_recipients(&e); i++) {
		struct span box;
		hold(group_epoch_box(&e, group_epoch_authority(&e, i), &box));
		hold(box.p >= in.p && box.p + box.n <= in.p + in.n);
	}
}

static void try_key(struct span in)
{
	struct group_key k;
	size_t n;
	if (group_key_read(&k, in) != OK)
		return;
	hold(group_key_write(&k, out, sizeof out, &n) == OK);
	hold(n == in.n && memcmp(out, in.p, n) == 0);
	for (size_t i = 0; i < group_key_gifts(&k); i++) {
		struct span epoch, box;
		group_key_gift(&k, i, &epoch, &box);
		hold(epoch.p >= in.p && box.p + box.n <= in.p + in.n);
	}
}

/* ---- sealed ---- */

static const uint8_t key[GROUP_EPOCH_KEY] = { 7 }, epoch[GROUP_EPOCH_ID] = { 8 };
static const uint8_t serial[CRYPTO_SERIAL] = { 9 };

static struct group_seal seal(void)
{
	return (struct group_seal){ crypto, &fuzz.env, epoch, key, span_of(serial, sizeof serial) };
}

/* Sealed by somebody with the key, who puts in what he likes. */
static struct span sealed_as_it_is(struct span in)
{
	static const char word[] = "homestead record 1";
	uint8_t info[sizeof word - 1 + sizeof serial], bound[36] = { 0 };
	memcpy(info, word, sizeof word - 1);
	memcpy(info + sizeof word - 1, serial, sizeof serial);
	const struct crypto_hkdf h = { .hash = CRYPTO_HKDF_SHA256,
				       .secret = span_of(key, sizeof key),
				       .info = span_of(info, sizeof info) };
	struct crypto_gcm g = { .nonce = span_of(epoch, CRYPTO_GCM_NONCE),
				.bound = span_of(bound, sizeof bound) };
	memset(out, 0, GROUP_SEALED_HEAD);
	out[0] = 1;
	memcpy(out + 1 + GROUP_EPOCH_ID, epoch, CRYPTO_GCM_NONCE);
	hold(crypto_hkdf(crypto, &h, g.key, sizeof g.key) == OK);
	hold(crypto_gcm_seal(crypto, &g, in, out + GROUP_SEALED_HEAD) == OK);
	return span_of(out, GROUP_SEALED_HEAD + in.n + CRYPTO_GCM_TAG);
}

static bool lies_in(struct span s, size_t n)
{
	return !s.n || (s.p >= room && s.p + s.n <= room + n);
}

static void try_sealed(struct span in)
{
	struct group_seal s = seal();
	struct graph_record r = { .payload = in };
	struct graph_plain plain = { { NULL, 0 }, { NULL, 0 } };
	struct span id;
	if (group_record_epoch(&r, &id))
		hold(id.p > in.p && id.p + id.n < in.p + in.n);
	hold(group_record_open(&s, &r, room, &plain) == ERR_DENIED && !plain.payload.p);
	r.payload = sealed_as_it_is(in);
	if (group_record_open(&s, &r, room, &plain) == OK) {
		hold(lies_in(plain.payload, in.n) && lies_in(plain.attributes, in.n));
		hold(plain.payload.n + plain.attributes.n + 4 == in.n);
	}
	/* What is ours comes back. */
	r.attributes = span_of(in.p, in.n / 2);
	r.payload = span_of(in.p + in.n / 2, in.n - in.n / 2);
	hold(group_record_seal(&s, &r, out) == OK);
	struct graph_record back = { .payload = span_of(out, GROUP_SEALED_OVER + in.n) };
	hold(group_record_epoch(&back, &id) && !memcmp(id.p, epoch, sizeof epoch));
	hold(group_record_open(&s, &back, room, &plain) == OK);
	hold(span_eq(plain.payload, r.payload) && span_eq(plain.attributes, r.attributes));
}

/* ---- kept ---- */

/* Whatever can be read is kept the same from then on. */
static void try_kept(struct span in)
{
	struct group_keyring *a, *b;
	hold(group_keyring_new(&a, &fuzz.env, crypto) == OK);
	hold(group_keyring_new(&b, &fuzz.env, crypto) == OK);
	enum err err = group_keyring_load(a, in);
	hold(err == OK || err == ERR_MALFORMED);
	if (!err) {
		size_t n = group_keyring_save(a, first);
		hold(group_keyring_load(b, span_of(first, n)) == OK);
		hold(group_keyring_save(b, second) == n && memcmp(first, second, n) == 0);
	}
	group_keyring_free(a);
	group_keyring_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(struct span) = { try_epoch, try_key, try_sealed, try_kept };
	if (size == 0 || size > ROOM)
		return 0;
	if (!crypto)
		hold(crypto_new(&crypto, &fuzz.env) == OK);
	size_t before = fuzz.live;
	tries[data[0] % 4](span_of(data + 1, size - 1));
	hold(fuzz.live == before);
	return 0;
}
