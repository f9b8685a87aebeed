/* The octets of a connection, and the library's way to them: a BIO that reads what the caller
 * lent and appends to what the caller gets, so nothing is copied on its way in. */
#include "crypto/tls_int.h"
#include "base/checked.h"

#define IDLE 2048 /* octets that a buffer may keep between calls */

enum err crypto_octets_room(const struct env *env, struct crypto_octets *o, size_t size)
{
	o->n = 0;
	if (o->size >= size && (o->size <= IDLE || size > IDLE))
		return OK;
	crypto_octets_free(env, o);
	o->p = env_resize(env, NULL, size ? size : 1);
	if (!o->p)
		return ERR_NOMEM;
	o->size = size ? size : 1;
	return OK;
}

enum err crypto_octets_add(const struct env *env, struct crypto_octets *o, struct span s)
{
	size_t need;
	if (!checked_add(o->n, s.n, &need))
		return ERR_NOMEM;
	if (need > o->size) {
		size_t size = need < o->size * 2 ? o->size * 2 : need;
		uint8_t *p = env_resize(env, o->p, size);
		if (!p)
			return ERR_NOMEM;
		o->p = p;
		o->size = size;
	}
	if (s.n)
		memcpy(o->p + o->n, s.p, s.n);
	o->n = need;
	return OK;
}

void crypto_octets_free(const struct env *env, struct crypto_octets *o)
{
	if (o->p)
		crypto_wipe(o->p, o->size);
	env_free(env, o->p);
	*o = (struct crypto_octets){ 0 };
}

static int octets_read(BIO *b, char *out, size_t n, size_t *got)
{
	struct crypto_tls *t = BIO_get_data(b);
	BIO_clear_retry_flags(b);
	*got = n < t->in.n ? n : t->in.n;
	if (*got == 0) {
		BIO_set_retry_read(b);
		return 0;
	}
	memcpy(out, t->in.p, *got);
	t->in = span_of(t->in.p + *got, t->in.n - *got);
	return 1;
}

static int octets_write(BIO *b, const char *in, size_t n, size_t *put)
{
	struct crypto_tls *t = BIO_get_data(b);
	BIO_clear_retry_flags(b);
	enum err e = crypto_octets_add(t->env, &t->out, span_of(in, n));
	*put = e ? 0 : n;
	if (e)
		t->failed = e;
	return e == OK;
}

static long octets_control(BIO *b, int command, long n, void *p)
{
	return command == BIO_CTRL_FLUSH;
}

/* Numbers of kinds are the library's and few: contexts come and go, so all of ours are of the
 * one that says where octets come from and go to. */
static BIO_METHOD *octets_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "octets of a connection");
	if (m && BIO_meth_set_read_ex(m, octets_read) && BIO_meth_set_write_ex(m, octets_write) &&
	    BIO_meth_set_ctrl(m, octets_control))
		return m;
	BIO_meth_free(m);
	return NULL;
}

enum err crypto_tls_bio(struct crypto_tls *t, BIO **out)
{
	if (!t->c->octets)
		t->c->octets = octets_method();
	BIO *b = t->c->octets ? BIO_new(t->c->octets) : NULL;
	if (!b)
		return ERR_NOMEM;
	BIO_set_data(b, t);
	BIO_set_init(b, 1);
	*out = b;
	return OK;
}
