#include "cpa_rig.h"

void proofs_init(struct proofs *r, enum crypto_profile_id id)
{
	*r = (struct proofs){ .p = pnrp_profile(id) };
	failing_env_init(&r->f, 7);
	assert_int_equal(crypto_new(&r->x, &r->f.env), OK);
	assert_int_equal(crypto_key_make(r->x, &r->f.env, r->p->crypto, &r->key), OK);
}

void proofs_fini(struct proofs *r)
{
	crypto_key_free(r->key);
	crypto_free(r->x);
	failing_env_assert_clean(&r->f);
}

static int start(void **state, enum crypto_profile_id id)
{
	struct proofs *r = malloc(sizeof(*r));
	assert_non_null(r);
	proofs_init(r, id);
	*state = r;
	return 0;
}

int proofs_classic(void **state)
{
	return start(state, CRYPTO_CLASSIC);
}

int proofs_modern(void **state)
{
	return start(state, CRYPTO_MODERN);
}

int proofs_end(void **state)
{
	proofs_fini(*state);
	free(*state);
	return 0;
}

struct pnrp_cpa proofs_cpa(const struct proofs *r)
{
	struct pnrp_cpa c = { .not_after = VECTOR_NOT_AFTER, .has_classifier = true };
	struct pnrp_name name = rig_name("0.test");
	pnrp_classifier_hash(r->x, r->p, &name, c.classifier_hash);
	RIG_FILL(c.location, "20010db800010002 0123456789abcdef");
	RIG_FILL(c.nonce, VECTOR_NONCE);
	c.node[c.n_nodes++] = rig_endpoint(VECTOR_A1, 3540);
	c.node[c.n_nodes++] = rig_endpoint(VECTOR_A2, 3540);
	RIG_FILL(c.app[0].ip, VECTOR_A1);
	c.app[0].port = 80;
	c.app[0].protocol = 6;
	c.n_apps = 1;
	return c;
}

struct pnrp_id proofs_id(const struct proofs *r, const struct pnrp_cpa *c)
{
	return pnrp_cpa_id(r->x, r->p, c);
}

struct span proofs_make(struct proofs *r, const struct pnrp_cpa *c, uint8_t *room, size_t size)
{
	size_t n;
	assert_int_equal(pnrp_cpa_make(r->x, &r->f.env, r->p, c, r->key, room, size, &n), OK);
	return span_of(room, n);
}
