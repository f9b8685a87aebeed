/* The library's random octets. Each context of ours has a library context of its
 * own, and in that a provider of ours whose one algorithm copies octets out of the
 * env lent for the call; it is set as the library's generator and as its seed, so
 * nothing there draws from anywhere else (CRYPTO-2.1). */
#include "crypto/crypto_int.h"

#define NAME	    "HOMESTEAD-ENV"
#define MAX_REQUEST ((size_t)1 << 16)
#define STRENGTH    256

/* The generator: its context is the provider's, there is nothing else to keep. */

static void *rand_new(void *provider, void *parent, const OSSL_DISPATCH *parent_calls)
{
	return provider;
}

static void rand_free(void *source)
{
}

static int rand_instantiate(void *source, unsigned int strength, int resistance,
			    const unsigned char *text, size_t n, const OSSL_PARAM params[])
{
	return 1;
}

static int rand_uninstantiate(void *source)
{
	return 1;
}

static int rand_generate(void *source, unsigned char *out, size_t n, unsigned int strength,
			 int resistance, const unsigned char *added, size_t added_n)
{
	const struct env *env = ((struct crypto_source *)source)->env;
	if (!env)
		return 0;
	env_secret(env, out, n);
	return 1;
}

/* One thread at a time uses a context: there is nothing to lock. */
static int rand_enable_locking(void *source)
{
	return 1;
}

static int rand_lock(void *source)
{
	return 1;
}

static void rand_unlock(void *source)
{
}

static int rand_get_params(void *source, OSSL_PARAM params[])
{
	OSSL_PARAM *p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STATE);
	if (p && !OSSL_PARAM_set_int(p, EVP_RAND_STATE_READY))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STRENGTH);
	if (p && !OSSL_PARAM_set_uint(p, STRENGTH))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_MAX_REQUEST);
	return !p || OSSL_PARAM_set_size_t(p, MAX_REQUEST);
}

#define CALL(name, function)                                                                       \
	{                                                                                          \
		name, (void (*)(void))(function)                                                   \
	}

static const OSSL_DISPATCH rand_calls[] = {
	CALL(OSSL_FUNC_RAND_NEWCTX, rand_new),
	CALL(OSSL_FUNC_RAND_FREECTX, rand_free),
	CALL(OSSL_FUNC_RAND_INSTANTIATE, rand_instantiate),
	CALL(OSSL_FUNC_RAND_UNINSTANTIATE, rand_uninstantiate),
	CALL(OSSL_FUNC_RAND_GENERATE, rand_generate),
	CALL(OSSL_FUNC_RAND_ENABLE_LOCKING, rand_enable_locking),
	CALL(OSSL_FUNC_RAND_LOCK, rand_lock),
	CALL(OSSL_FUNC_RAND_UNLOCK, rand_unlock),
	CALL(OSSL_FUNC_RAND_GET_CTX_PARAMS, rand_get_params),
	{ 0, NULL },
};

static const OSSL_ALGORITHM algorithms[] = {
	{ NAME, "provider=homestead", rand_calls, NULL },
	{ NULL, NULL, NULL, NULL },
};

/* The provider: an algorithm and a source. */

static const OSSL_ALGORITHM *provider_query(void *source, int operation, int *no_cache)
{
	*no_cache = 0;
	return operation == OSSL_OP_RAND ? algorithms : NULL;
}

static void provider_teardown(void *source)
{
	OPENSSL_free(source);
}

static const OSSL_DISPATCH provider_calls[] = {
	CALL(OSSL_FUNC_PROVIDER_QUERY_OPERATION, provider_query),
	CALL(OSSL_FUNC_PROVIDER_TEARDOWN, provider_teardown),
	{ 0, NULL },
};

static int provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
			 const OSSL_DISPATCH **out, void **source)
{
	*source = OPENSSL_zalloc(sizeof(struct crypto_source));
	*out = provider_calls;
	return *source != NULL;
}

struct crypto_source *crypto_source_new(OSSL_LIB_CTX *lib, OSSL_PROVIDER **provider)
{
	if (!OSSL_PROVIDER_add_builtin(lib, "homestead", provider_init))
		return NULL;
	OSSL_PROVIDER *made = OSSL_PROVIDER_load(lib, "homestead");
	if (!made)
		return NULL;
	if (!RAND_set_DRBG_type(lib, NAME, NULL, NULL, NULL) ||
	    !RAND_set_seed_source_type(lib, NAME, NULL)) {
		OSSL_PROVIDER_unload(made);
		return NULL;
	}
	*provider = made;
	return OSSL_PROVIDER_get0_provider_ctx(made);
}

void crypto_lend(struct crypto *c, const struct env *env)
{
	c->source->env = env;
}

void crypto_give_back(struct crypto *c)
{
	c->source->env = NULL;
}
