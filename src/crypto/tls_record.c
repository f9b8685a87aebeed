/* After the handshake: one record at a time, and what else the keys are good for. */
#include "crypto/tls_int.h"
#include "wire/rd.h"

#define HEADER 5
/* Records that the library may owe the other side while we have nothing to say: who makes it
 * owe more (each key update asks for one) is up to no good. */
#define OWED_MAX 1024

static enum err seal(struct crypto_tls *t, struct span plain)
{
	if (t->sealed == t->keys_for && SSL_version(t->ssl) == TLS1_3_VERSION) {
		t->sealed = 0;
		if (!SSL_key_update(t->ssl, SSL_KEY_UPDATE_NOT_REQUESTED))
			return crypto_tls_fault(t);
	}
	t->sealed++;
	if (SSL_write(t->ssl, plain.p, (int)plain.n) != (int)plain.n)
		return crypto_tls_fault(t);
	return OK;
}

/* What went out with an earlier call goes; what the library wrote while it read stays. */
static void forget_told(struct crypto_tls *t)
{
	if (t->told)
		t->out.n = 0;
	t->told = false;
}

enum err crypto_tls_seal(struct crypto_tls *t, struct span plain, struct span *out)
{
	if (t->state != CRYPTO_TLS_DONE)
		return ERR_STATE;
	if (plain.n == 0 || plain.n > CRYPTO_TLS_PLAIN_MAX)
		return ERR_RANGE;
	forget_told(t);
	if (t->out.n == 0 && crypto_octets_room(t->env, &t->out, plain.n + CRYPTO_TLS_OVER))
		return ERR_NOMEM;
	crypto_tls_enter(t);
	enum err e = seal(t, plain);
	crypto_tls_leave(t);
	t->told = true;
	if (!e)
		*out = span_of(t->out.p, t->out.n);
	return e;
}

static size_t record_size(struct span s)
{
	struct rd r = rd_of(s);
	rd_skip(&r, HEADER - 2);
	size_t n = rd_u16(&r);
	return r.failed || n > r.left ? 0 : HEADER + n;
}

static enum err unseal(struct crypto_tls *t, struct span record)
{
	t->in = record;
	int n = SSL_read(t->ssl, t->plain.p, (int)t->plain.size);
	if (SSL_get_shutdown(t->ssl) & SSL_RECEIVED_SHUTDOWN) {
		t->state = CRYPTO_TLS_DEAD;
		return ERR_CLOSED;
	}
	if (n <= 0 && !crypto_tls_waits(t))
		return crypto_tls_fault(t);
	if (t->out.n > OWED_MAX) {
		t->state = CRYPTO_TLS_DEAD;
		return ERR_DENIED;
	}
	t->plain.n = n > 0 ? (size_t)n : 0;
	return OK;
}

static void pass_kept(struct crypto_tls *t, size_t n)
{
	t->kept_at += n;
	if (t->kept_at < t->kept.n)
		return;
	crypto_octets_free(t->env, &t->kept);
	t->kept_at = 0;
}

enum err crypto_tls_unseal(struct crypto_tls *t, struct span record, struct span *plain,
			   size_t *rest)
{
	bool kept = t->kept_at < t->kept.n;
	if (t->state != CRYPTO_TLS_DONE || (kept && record.n))
		return ERR_STATE;
	struct span in = kept ? span_of(t->kept.p + t->kept_at, t->kept.n - t->kept_at) : record;
	size_t size = record_size(in);
	if (in.n && size == 0)
		return ERR_MALFORMED;
	/* No plain text is longer than its record. */
	if (crypto_octets_room(t->env, &t->plain, size))
		return ERR_NOMEM;
	forget_told(t);
	if (in.n) {
		crypto_tls_enter(t);
		enum err e = unseal(t, span_of(in.p, size));
		crypto_tls_leave(t);
		if (e)
			return e;
	}
	if (kept)
		pass_kept(t, size);
	*plain = span_of(t->plain.p, t->plain.n);
	*rest = in.n - size;
	return OK;
}

enum err crypto_tls_export(struct crypto_tls *t, const char *label, struct span context,
			   uint8_t *out, size_t n)
{
	if (t->state != CRYPTO_TLS_DONE)
		return ERR_STATE;
	crypto_tls_enter(t);
	int ok = SSL_export_keying_material(t->ssl, out, n, label, strlen(label), context.p,
					    context.n, context.p != NULL);
	crypto_tls_leave(t);
	return ok == 1 ? OK : ERR_NOMEM;
}
