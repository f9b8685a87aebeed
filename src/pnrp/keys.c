#include "pnrp/clouds_int.h"

/* The keys that names are signed with: this machine's own, which its secure names are
 * made from, and one of this run for unsecured names, which prove nothing. */

const struct store_table pnrp_table_keys = { "pnrp_keys", STORE_KEY_OCTETS };

/* One a profile: a name of one means nothing in the other. */
static struct span key_row(const struct pnrp_clouds *c)
{
	return span_str(c->profile->crypto->name);
}

static enum err store_key_of(struct pnrp_clouds *c, const struct crypto_key *k)
{
	uint8_t pkcs8[CRYPTO_PKCS8_MAX];
	size_t n = 0;
	enum err e = crypto_key_save(c->crypto, k, pkcs8, sizeof(pkcs8), &n);
	if (!e)
		e = store_put(c->store, &pnrp_table_keys, key_row(c), span_of(pkcs8, n),
			      &c->own_put);
	c->own_stored = e == OK;
	crypto_wipe(pkcs8, sizeof(pkcs8));
	return e;
}

static enum err own_key(struct pnrp_clouds *c)
{
	enum err e = OK;
	if (!c->own_key)
		e = crypto_key_make(c->crypto, c->env, c->profile->crypto, &c->own_key);
	/* Made, and not stored: at first, or since a commit failed. */
	if (!e && !c->own_stored)
		e = store_key_of(c, c->own_key);
	return e;
}

enum err pnrp_key_for(struct pnrp_clouds *c, bool secure, struct crypto_key **out)
{
	enum err e = OK;
	if (secure)
		e = own_key(c);
	else if (!c->other_key)
		e = crypto_key_make(c->crypto, c->env, c->profile->crypto, &c->other_key);
	if (!e)
		*out = secure ? c->own_key : c->other_key;
	return e;
}

enum err pnrp_key_copy(struct pnrp_clouds *c, const struct crypto_key *key, struct crypto_key **out)
{
	uint8_t pkcs8[CRYPTO_PKCS8_MAX];
	size_t n = 0;
	enum err e = crypto_key_save(c->crypto, key, pkcs8, sizeof(pkcs8), &n);
	if (!e)
		e = crypto_key_load(c->crypto, crypto_key_profile(key), span_of(pkcs8, n), out);
	crypto_wipe(pkcs8, sizeof(pkcs8));
	return e;
}

bool pnrp_keys_failed(struct pnrp_clouds *c, uint64_t first)
{
	if (c->own_put < first)
		return false;
	c->own_put = 0;
	c->own_stored = false;
	return true;
}

enum err pnrp_keys_load(struct pnrp_clouds *c)
{
	struct span pkcs8;
	enum err e = store_get(c->store, &pnrp_table_keys, key_row(c), &pkcs8);
	if (e)
		return e == ERR_NOT_FOUND ? OK : e;
	e = crypto_key_load(c->crypto, c->profile->crypto, pkcs8, &c->own_key);
	c->own_stored = e == OK;
	return e == ERR_MALFORMED ? ERR_CORRUPT : e;
}

void pnrp_keys_free(struct pnrp_clouds *c)
{
	crypto_key_free(c->own_key);
	crypto_key_free(c->other_key);
	c->own_key = c->other_key = NULL;
	c->own_stored = false;
	c->own_put = 0;
}

enum err pnrp_clouds_authority(const struct pnrp_clouds *c, uint8_t out[20])
{
	if (!c->own_key)
		return ERR_NOT_FOUND;
	crypto_authority(c->crypto, c->profile->crypto, crypto_key_public(c->own_key), out);
	return OK;
}
