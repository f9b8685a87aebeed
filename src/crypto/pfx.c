/* A key and its certificate as PKCS #12, written and read. What is read is a stranger's: how
 * often it may make us hash is bounded before we do. */
#include "crypto/pfx.h"
#include "base/utf8.h"
#include "crypto/crypto_int.h"

/* Of the key, of the certificate, of the code: about 0.2 s in all. */
#define ROUNDS	       100000
#define ROUNDS_MOST    1000000 /* of all that is in a document */
#define PASSPHRASE_MAX 1024

/* A text as the library wants it: with a zero behind it and none within. */
struct text {
	char octets[PASSPHRASE_MAX + 1];
	int n;
};

static bool text_of(struct text *t, struct span s)
{
	if (s.n > PASSPHRASE_MAX || (s.n && memchr(s.p, 0, s.n)))
		return false;
	if (s.n)
		memcpy(t->octets, s.p, s.n);
	t->octets[s.n] = 0;
	t->n = (int)s.n;
	return true;
}

/* For people, in whose programs it is a BMPString: what that cannot hold stands as U+FFFD. The
 * certificate has the name as it is. */
static bool friendly_of(struct text *t, struct span s)
{
	static const char other[] = "\xef\xbf\xbd";
	size_t n = 0;
	if (s.n > PASSPHRASE_MAX)
		return false;
	for (struct span was = s; s.n; was = s) {
		uint32_t point;
		if (!utf8_next(&s, &point) || !point)
			return false;
		bool fits = point < 0x10000;
		size_t octets = fits ? was.n - s.n : sizeof other - 1;
		memcpy(t->octets + n, fits ? (const char *)was.p : other, octets);
		n += octets;
	}
	t->octets[n] = 0;
	t->n = (int)n;
	return true;
}

static enum err put(const PKCS12 *p12, uint8_t *out, size_t size, size_t *n)
{
	unsigned char *der = NULL;
	int made = i2d_PKCS12(p12, &der);
	if (made < 0)
		return ERR_NOMEM;
	enum err e = (size_t)made > size ? ERR_RANGE : OK;
	if (!e) {
		memcpy(out, der, (size_t)made);
		*n = (size_t)made;
	}
	OPENSSL_free(der);
	return e;
}

static enum err make(struct crypto *c, EVP_PKEY *pkey, struct span cert, const char *friendly,
		     const char *passphrase, PKCS12 **out)
{
	X509 *x = crypto_x509_read(c, cert);
	if (!x)
		return ERR_MALFORMED;
	enum err e = X509_check_private_key(x, pkey) == 1 ? OK : ERR_MALFORMED;
	if (!e) {
		*out = PKCS12_create_ex(passphrase, friendly, pkey, x, NULL, NID_aes_256_cbc,
					NID_aes_256_cbc, ROUNDS, ROUNDS, 0, c->lib, NULL);
		e = *out ? OK : ERR_NOMEM;
	}
	X509_free(x);
	return e;
}

enum err crypto_pfx_make(struct crypto *c, const struct env *env, const struct crypto_key *k,
			 struct span cert, struct span friendly, struct span passphrase,
			 uint8_t *out, size_t size, size_t *n)
{
	struct text word, name;
	PKCS12 *p12 = NULL;
	if (passphrase.n == 0 || !text_of(&word, passphrase) || !friendly_of(&name, friendly))
		return ERR_RANGE;
	ERR_set_mark();
	crypto_lend(c, env);
	enum err e = make(c, EVP_PKEY_CTX_get0_pkey(k->signer), cert, name.n ? name.octets : NULL,
			  word.octets, &p12);
	crypto_give_back(c);
	if (!e)
		e = put(p12, out, size, n);
	PKCS12_free(p12);
	ERR_pop_to_mark();
	crypto_wipe(&word, sizeof word);
	return e;
}

/* What is found while a document is opened. */
struct opening {
	struct crypto *c;
	const struct text *word;
	int64_t rounds; /* that it may still ask for */
	PKCS8_PRIV_KEY_INFO *key;
	STACK_OF(X509) * certs;
};

/* False: it would be too many. */
static bool spend(struct opening *o, const ASN1_INTEGER *rounds)
{
	int64_t n = 1; /* where nothing is said */
	if (rounds && !ASN1_INTEGER_get_int64(&n, rounds))
		return false;
	if (n < 1 || n > o->rounds)
		return false;
	o->rounds -= n;
	return true;
}

static bool spend_pbkdf2(struct opening *o, const X509_ALGOR *kdf)
{
	const ASN1_OBJECT *id;
	const void *value;
	int type;
	X509_ALGOR_get0(&id, &type, &value, kdf);
	if (OBJ_obj2nid(id) != NID_id_pbkdf2 || type != V_ASN1_SEQUENCE)
		return false;
	PBKDF2PARAM *p = ASN1_item_unpack(value, ASN1_ITEM_rptr(PBKDF2PARAM));
	bool ok = p && spend(o, p->iter);
	PBKDF2PARAM_free(p);
	return ok;
}

/* Old kinds of encryption by a password have their rounds in one place, new ones in
 * another. */
static bool spend_algorithm(struct opening *o, const X509_ALGOR *a)
{
	const ASN1_OBJECT *id;
	const void *value;
	int type;
	X509_ALGOR_get0(&id, &type, &value, a);
	if (type != V_ASN1_SEQUENCE)
		return false;
	bool ok;
	if (OBJ_obj2nid(id) == NID_pbes2) {
		PBE2PARAM *p = ASN1_item_unpack(value, ASN1_ITEM_rptr(PBE2PARAM));
		ok = p && spend_pbkdf2(o, p->keyfunc);
		PBE2PARAM_free(p);
	} else {
		PBEPARAM *p = ASN1_item_unpack(value, ASN1_ITEM_rptr(PBEPARAM));
		ok = p && spend(o, p->iter);
		PBEPARAM_free(p);
	}
	return ok;
}

static bool take_shrouded(struct opening *o, const PKCS12_SAFEBAG *bag)
{
	const X509_ALGOR *a;
	const ASN1_OCTET_STRING *octets;
	X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &a, &octets);
	if (o->key || !spend_algorithm(o, a))
		return false;
	o->key = PKCS12_decrypt_skey_ex(bag, o->word->octets, o->word->n, o->c->lib, NULL);
	return o->key != NULL;
}

/* Whatever else is in it is passed over, a key in clear, too; a second key is not. */
static bool take(struct opening *o, const PKCS12_SAFEBAG *bag)
{
	int kind = PKCS12_SAFEBAG_get_nid(bag);
	if (kind == NID_pkcs8ShroudedKeyBag)
		return take_shrouded(o, bag);
	if (kind != NID_certBag || PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate)
		return true;
	X509 *x = PKCS12_SAFEBAG_get1_cert(bag);
	if (x && sk_X509_push(o->certs, x) > 0)
		return true;
	X509_free(x);
	return false;
}

static bool take_all(struct opening *o, const STACK_OF(PKCS12_SAFEBAG) * bags)
{
	for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++)
		if (!take(o, sk_PKCS12_SAFEBAG_value(bags, i)))
			return false;
	return true;
}

static bool take_part(struct opening *o, PKCS7 *part)
{
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
	if (PKCS7_type_is_data(part))
		bags = PKCS12_unpack_p7data(part);
	else if (PKCS7_type_is_encrypted(part) && part->d.encrypted &&
		 spend_algorithm(o, part->d.encrypted->enc_data->algorithm))
		bags = PKCS12_unpack_p7encdata(part, o->word->octets, o->word->n);
	bool ok = bags && take_all(o, bags);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return ok;
}

static enum err check_code(struct opening *o, PKCS12 *p12)
{
	const ASN1_INTEGER *rounds = NULL;
	if (!PKCS12_mac_present(p12))
		return ERR_MALFORMED;
	PKCS12_get0_mac(NULL, NULL, NULL, &rounds, p12);
	if (!spend(o, rounds))
		return ERR_MALFORMED;
	return PKCS12_verify_mac(p12, o->word->octets, o->word->n) == 1 ? OK : ERR_DENIED;
}

static enum err read_parts(struct opening *o, const PKCS12 *p12)
{
	STACK_OF(PKCS7) *parts = PKCS12_unpack_authsafes(p12);
	bool ok = parts != NULL;
	for (int i = 0; ok && i < sk_PKCS7_num(parts); i++)
		ok = take_part(o, sk_PKCS7_value(parts, i));
	sk_PKCS7_pop_free(parts, PKCS7_free);
	return ok && o->key ? OK : ERR_MALFORMED;
}

static enum err load_key(struct opening *o, const struct crypto_profile *p, struct crypto_key **k)
{
	unsigned char *der = NULL;
	int n = i2d_PKCS8_PRIV_KEY_INFO(o->key, &der);
	if (n < 0)
		return ERR_NOMEM;
	enum err e = crypto_key_load(o->c, p, span_of(der, (size_t)n), k);
	OPENSSL_clear_free(der, (size_t)n);
	return e == ERR_MALFORMED ? ERR_UNSUPPORTED : e;
}

/* The certificate of that key. */
static enum err put_cert(struct opening *o, EVP_PKEY *pkey, uint8_t *cert, size_t size, size_t *n)
{
	enum err e = ERR_MALFORMED;
	for (int i = 0; e == ERR_MALFORMED && i < sk_X509_num(o->certs); i++) {
		unsigned char *der = NULL;
		int made = i2d_X509(sk_X509_value(o->certs, i), &der);
		X509 *x = made < 0 ? NULL : crypto_x509_read(o->c, span_of(der, (size_t)made));
		if (x && X509_check_private_key(x, pkey) == 1) {
			e = (size_t)made > size ? ERR_RANGE : OK;
			if (!e) {
				memcpy(cert, der, (size_t)made);
				*n = (size_t)made;
			}
		}
		X509_free(x);
		OPENSSL_free(der);
	}
	return e;
}

static enum err open_in(struct opening *o, const struct crypto_profile *p, struct span pfx,
			struct crypto_key **k)
{
	const unsigned char *at = pfx.p;
	PKCS12 *p12 = PKCS12_init_ex(NID_pkcs7_data, o->c->lib, NULL);
	enum err e = p12 && o->certs ? OK : ERR_NOMEM;
	if (!e && (!d2i_PKCS12(&p12, &at, (long)pfx.n) || at != pfx.p + pfx.n))
		e = ERR_MALFORMED;
	if (!e)
		e = check_code(o, p12);
	if (!e)
		e = read_parts(o, p12);
	if (!e)
		e = load_key(o, p, k);
	PKCS12_free(p12);
	return e;
}

enum err crypto_pfx_open(struct crypto *c, const struct crypto_profile *p, struct span pfx,
			 struct span passphrase, struct crypto_key **k, uint8_t *cert, size_t size,
			 size_t *n)
{
	struct text word;
	struct crypto_key *key = NULL;
	if (pfx.n > CRYPTO_PFX_MAX)
		return ERR_MALFORMED;
	if (!text_of(&word, passphrase))
		return ERR_DENIED;
	ERR_set_mark();
	struct opening o = { c, &word, ROUNDS_MOST, NULL, sk_X509_new_null() };
	enum err e = open_in(&o, p, pfx, &key);
	if (!e)
		e = put_cert(&o, EVP_PKEY_CTX_get0_pkey(key->signer), cert, size, n);
	PKCS8_PRIV_KEY_INFO_free(o.key);
	sk_X509_pop_free(o.certs, X509_free);
	ERR_pop_to_mark();
	crypto_wipe(&word, sizeof word);
	if (e)
		crypto_key_free(key);
	else
		*k = key;
	return e;
}
