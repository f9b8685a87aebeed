/* Keys at rest: each under the vault key, bound to what it is and whose (GROUP-10.3). */
#include "group/groups_int.h"
#include "group/keyring.h"

#define BOUND_MAX (GROUPS_SECRET_KIND + GROUP_NAME_OCTETS + 2)

bool groups_vault_ready(struct groups *s, enum err *err, const char **why)
{
	if (s->health == OK)
		return true;
	*err = s->health;
	*why = s->health == ERR_STATE
		       ? "there is no key under which secrets could be kept; look at vault in "
			 "homestead status"
		       : "the keys in the store were sealed under another vault key: give the one "
			 "of before";
	return false;
}

enum err groups_octets_set(struct groups *s, struct groups_octets *o, struct span from)
{
	uint8_t *p = env_copy(s->env, from.p, from.n);
	if (!p)
		return ERR_NOMEM;
	env_free(s->env, o->p);
	*o = (struct groups_octets){ p, from.n };
	return OK;
}

static struct span bound(struct text *t, const char *kind, const char *name)
{
	text_str(t, kind);
	text_char(t, ' ');
	text_str(t, name);
	return span_of(t->p, t->n);
}

enum err groups_secret_seal(struct groups *s, struct span secret, const char *kind,
			    const char *name, struct groups_octets *out)
{
	char room[BOUND_MAX];
	struct text t = TEXT_OF(room);
	size_t n = secret.n + CRYPTO_SEAL_OVER;
	uint8_t *sealed = env_zalloc(s->env, 1, n);
	if (!sealed)
		return ERR_NOMEM;
	enum err e = crypto_seal(s->env, s->vault, bound(&t, kind, name), secret, sealed);
	if (e) {
		env_free(s->env, sealed);
		return e;
	}
	env_free(s->env, out->p);
	*out = (struct groups_octets){ sealed, n };
	return OK;
}

enum err groups_secret_open(struct groups *s, const struct groups_octets *sealed, const char *kind,
			    const char *name, uint8_t **out, size_t *n)
{
	char room[BOUND_MAX];
	struct text t = TEXT_OF(room);
	*out = NULL;
	*n = 0;
	if (!s->vault)
		return ERR_STATE;
	if (sealed->n <= CRYPTO_SEAL_OVER)
		return sealed->n ? ERR_MALFORMED : OK;
	uint8_t *plain = crypto_secret_new(sealed->n - CRYPTO_SEAL_OVER);
	if (!plain)
		return ERR_NOMEM;
	enum err e = crypto_unseal(s->vault, bound(&t, kind, name), groups_span(sealed), plain);
	if (e) {
		crypto_secret_free(plain);
		return e;
	}
	*out = plain;
	*n = sealed->n - CRYPTO_SEAL_OVER;
	return OK;
}

enum err groups_keys_seal(struct groups *s, struct groups_entry *e)
{
	uint8_t *room = crypto_secret_new(GROUP_KEYRING_OCTETS);
	if (!room)
		return ERR_NOMEM;
	size_t n = group_keys_save(e->group, room);
	enum err err = groups_secret_seal(s, span_of(room, n), "epochs", e->id, &e->keys_sealed);
	crypto_secret_free(room);
	return err;
}

enum err groups_secret_unseal(struct groups *s, const char *kind, const char *name,
			      const struct groups_octets *sealed, uint8_t *out)
{
	char room[BOUND_MAX];
	struct text t = TEXT_OF(room);
	if (!s->vault)
		return ERR_STATE;
	return crypto_unseal(s->vault, bound(&t, kind, name), groups_span(sealed), out);
}

enum err groups_key_seal(struct groups *s, const struct crypto_key *k, const char *kind,
			 const char *name, struct groups_octets *out)
{
	uint8_t plain[CRYPTO_PKCS8_MAX];
	size_t n;
	enum err e = crypto_key_save(s->crypto, k, plain, sizeof(plain), &n);
	if (!e)
		e = groups_secret_seal(s, span_of(plain, n), kind, name, out);
	crypto_wipe(plain, sizeof(plain));
	return e;
}

enum err groups_key_unseal(struct groups *s, enum crypto_profile_id profile, const char *kind,
			   const char *name, const struct groups_octets *sealed,
			   struct crypto_key **out)
{
	char room[BOUND_MAX];
	struct text t = TEXT_OF(room);
	uint8_t plain[CRYPTO_PKCS8_MAX];
	const struct crypto_profile *p = crypto_profile(profile);
	if (!s->vault)
		return ERR_STATE;
	if (!p)
		return ERR_UNSUPPORTED;
	if (sealed->n < CRYPTO_SEAL_OVER || sealed->n > sizeof(plain) + CRYPTO_SEAL_OVER)
		return ERR_MALFORMED;
	enum err e = crypto_unseal(s->vault, bound(&t, kind, name), groups_span(sealed), plain);
	if (!e)
		e = crypto_key_load(s->crypto, p, span_of(plain, sealed->n - CRYPTO_SEAL_OVER),
				    out);
	crypto_wipe(plain, sizeof(plain));
	return e;
}
