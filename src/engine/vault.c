#include "engine/vault.h"

#include "base/number.h"
#include "crypto/crypto.h"
#include "engine/vault_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OTHERS	   0077 /* bits of a mode: nobody but its owner */
#define OTHERS_TOO 0037 /* and its group may read */
#define SALT	   16
#define SEALED	   (CRYPTO_SEAL_KEY + CRYPTO_SEAL_OVER)
#define TEXT_MAX   512 /* of a file */
#define MAGIC	   "homestead-key 1 "

#define WEAK                                                                                       \
	"whoever can read the state folder, or a backup of it, has the keys of all identities "    \
	"and groups in it"
#define WEAK_HINT                                                                                  \
	"let a passphrase seal it (passphrase_file in the group `keys` of the configuration, or "  \
	"--passphrase-fd), or make it a systemd credential: man homesteadd"
#define NO_PASSPHRASE_HINT                                                                         \
	"name its file (passphrase_file in the group `keys` of the configuration), or start with " \
	"--passphrase-fd"

static void path_of(struct text *t, const char *folder, const char *name)
{
	text_clear(t);
	text_str(t, folder);
	text_char(t, '/');
	text_str(t, name);
}

/* A file that holds a key says so in digits, or is nothing else. */
static bool take_key(uint8_t *octets, size_t n, uint8_t *key)
{
	size_t got = 0;
	if (n == CRYPTO_SEAL_KEY) {
		memcpy(key, octets, n);
		return true;
	}
	while (n && (octets[n - 1] == '\n' || octets[n - 1] == '\r'))
		n--;
	return n == 2 * CRYPTO_SEAL_KEY &&
	       number_hex(span_of(octets, n), key, CRYPTO_SEAL_KEY, &got) == OK &&
	       got == CRYPTO_SEAL_KEY;
}

/* The one of v->path. ERR_NOT_FOUND, or with `why` and `hint`. */
static enum err read_key(struct vault *v, mode_t others)
{
	uint8_t octets[2 * CRYPTO_SEAL_KEY + 2];
	struct text why = TEXT_OF(v->why), hint = TEXT_OF(v->hint);
	size_t n = 0;
	enum err e = vault_file_read(v->path, others, octets, sizeof(octets), &n, &why, &hint);
	if (!e && !take_key(octets, n, v->key)) {
		text_str(&why, v->path);
		text_str(&why, " holds no key: 32 octets or 64 hexadecimal digits are expected");
		text_str(&hint, "bring it back from a backup; another key does not open what this "
				"one sealed");
		e = ERR_MALFORMED;
	}
	crypto_wipe(octets, sizeof(octets));
	return e;
}

static void put_key(struct text *t, const uint8_t *key)
{
	text_hex(t, span_of(key, CRYPTO_SEAL_KEY));
	text_char(t, '\n');
}

static void draw(const struct env *env, uint8_t *out, size_t n)
{
	env->random(env->ctx, out, n);
}

/* File */

static enum err make_file(struct vault *v, const struct env *env)
{
	char octets[2 * CRYPTO_SEAL_KEY + 2];
	struct text t = TEXT_OF(octets), why = TEXT_OF(v->why);
	draw(env, v->key, CRYPTO_SEAL_KEY);
	put_key(&t, v->key);
	enum err e = vault_file_make(v->path, span_of(octets, t.n), &why);
	crypto_wipe(octets, sizeof(octets));
	return e;
}

static bool is_there(const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct text t = TEXT_OF(path);
	path_of(&t, folder, name);
	return access(path, F_OK) == 0;
}

static enum err open_file(struct vault *v, const struct vault_options *o, const struct env *env)
{
	struct text path = TEXT_OF(v->path), why = TEXT_OF(v->why), hint = TEXT_OF(v->hint);
	if (is_there(o->state, VAULT_SEALED)) {
		path_of(&path, o->state, VAULT_SEALED);
		text_str(&why, v->path);
		text_str(&why, " is sealed by a passphrase, and none is given");
		text_str(&hint, NO_PASSPHRASE_HINT);
		v->source = "passphrase";
		return ERR_STATE;
	}
	v->source = "file";
	path_of(&path, o->state, VAULT_FILE);
	enum err e = read_key(v, OTHERS);
	if (e == ERR_NOT_FOUND)
		e = make_file(v, env);
	if (e)
		return e;
	v->weak = WEAK;
	text_str(&hint, WEAK_HINT);
	return OK;
}

/* Passphrase */

struct passphrase {
	uint8_t *p; /* locked */
	size_t n;
};

static enum err read_fd(int fd, struct passphrase *out, struct text *why)
{
	for (;;) {
		ssize_t got = read(fd, out->p + out->n, VAULT_PASSPHRASE_MAX + 1 - out->n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			text_str(why, "the passphrase cannot be read from --passphrase-fd: ");
			text_str(why, strerror(errno));
			return ERR_IO;
		}
		if (got == 0)
			return OK;
		out->n += (size_t)got;
		if (out->n > VAULT_PASSPHRASE_MAX) {
			text_str(why, "the passphrase is longer than 1024 octets");
			return ERR_RANGE;
		}
	}
}

static enum err read_passphrase(const struct vault_options *o, struct passphrase *out,
				struct text *why, struct text *hint)
{
	enum err e = o->passphrase_fd >= 0
			     ? read_fd(o->passphrase_fd, out, why)
			     : vault_file_read(o->passphrase_file, OTHERS_TOO, out->p,
					       VAULT_PASSPHRASE_MAX, &out->n, why, hint);
	if (e == ERR_NOT_FOUND) {
		text_str(why, o->passphrase_file);
		text_str(why, " is not there: it should hold the passphrase");
		text_str(hint, "write it, or mend passphrase_file in the group `keys`");
	}
	/* The end of a line is not part of it. */
	while (!e && out->n && (out->p[out->n - 1] == '\n' || out->p[out->n - 1] == '\r'))
		out->n--;
	if (e || out->n)
		return e;
	text_str(why, "the passphrase is empty");
	text_str(hint, "choose one");
	return ERR_MALFORMED;
}

/* What stands in node.sealed. */
struct sealed {
	uint8_t log2_n;
	uint8_t salt[SALT];
	uint8_t box[SEALED];
};

/* "homestead-key 1 16 SALT BOX". */
static bool parse_sealed(struct span s, struct sealed *out)
{
	size_t magic = strlen(MAGIC), n = 0;
	uint64_t log2_n = 0;
	while (s.n && s.p[s.n - 1] == '\n')
		s.n--;
	if (s.n != magic + 2 + 1 + 2 * SALT + 1 + 2 * SEALED || memcmp(s.p, MAGIC, magic) != 0)
		return false;
	const uint8_t *p = s.p + magic;
	if (number_u64(span_of(p, 2), 20, &log2_n) != OK || log2_n < 10 || p[2] != ' ' ||
	    p[3 + 2 * SALT] != ' ')
		return false;
	out->log2_n = (uint8_t)log2_n;
	return number_hex(span_of(p + 3, 2 * SALT), out->salt, SALT, &n) == OK &&
	       number_hex(span_of(p + 4 + 2 * SALT, 2 * SEALED), out->box, SEALED, &n) == OK;
}

static void put_sealed(struct text *t, const struct sealed *s)
{
	text_str(t, MAGIC);
	text_u64(t, s->log2_n);
	text_char(t, ' ');
	text_hex(t, span_of(s->salt, SALT));
	text_char(t, ' ');
	text_hex(t, span_of(s->box, SEALED));
	text_char(t, '\n');
}

static enum err derive(const struct passphrase *p, const struct sealed *s, uint8_t *out)
{
	return crypto_passphrase(span_of(p->p, p->n), span_of(s->salt, SALT), s->log2_n, out,
				 CRYPTO_SEAL_KEY);
}

static enum err unseal(struct vault *v, const struct passphrase *p, const struct sealed *s)
{
	struct text why = TEXT_OF(v->why), hint = TEXT_OF(v->hint);
	uint8_t *k = crypto_secret_new(CRYPTO_SEAL_KEY);
	enum err e = k ? derive(p, s, k) : ERR_NOMEM;
	if (!e)
		e = crypto_unseal(k, span_str(MAGIC), span_of(s->box, SEALED), v->key);
	crypto_secret_free(k);
	if (e != ERR_DENIED)
		return e;
	text_str(&why, "the passphrase is not the one that seals ");
	text_str(&why, v->path);
	text_str(&hint, "give the right one and start the daemon anew; nothing is changed");
	return e;
}

static enum err seal_to(struct vault *v, const struct passphrase *p, const struct env *env)
{
	char buffer[TEXT_MAX];
	struct text t = TEXT_OF(buffer), why = TEXT_OF(v->why);
	struct sealed s = { .log2_n = VAULT_LOG2_N };
	uint8_t *k = crypto_secret_new(CRYPTO_SEAL_KEY);
	draw(env, s.salt, SALT);
	enum err e = k ? derive(p, &s, k) : ERR_NOMEM;
	if (!e)
		e = crypto_seal(env, k, span_str(MAGIC), span_of(v->key, CRYPTO_SEAL_KEY), s.box);
	crypto_secret_free(k);
	put_sealed(&t, &s);
	return e ? e : vault_file_make(v->path, span_of(buffer, t.n), &why);
}

static void remove_file(const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct text t = TEXT_OF(path);
	path_of(&t, folder, name);
	(void)unlink(path);
}

/* Begins with the key that lay there open, which then goes, or with a fresh one. */
static enum err begin_sealed(struct vault *v, const struct vault_options *o,
			     const struct passphrase *p, const struct env *env)
{
	struct text path = TEXT_OF(v->path);
	path_of(&path, o->state, VAULT_FILE);
	enum err there = read_key(v, OTHERS);
	if (there && there != ERR_NOT_FOUND)
		return there;
	if (there)
		draw(env, v->key, CRYPTO_SEAL_KEY);
	path_of(&path, o->state, VAULT_SEALED);
	enum err e = seal_to(v, p, env);
	if (!e && !there)
		remove_file(o->state, VAULT_FILE);
	return e;
}

static enum err open_by(struct vault *v, const struct vault_options *o, const struct passphrase *p,
			const struct env *env)
{
	uint8_t text[TEXT_MAX];
	struct text path = TEXT_OF(v->path), why = TEXT_OF(v->why), hint = TEXT_OF(v->hint);
	struct sealed s;
	size_t n = 0;
	path_of(&path, o->state, VAULT_SEALED);
	enum err e = vault_file_read(v->path, OTHERS, text, sizeof(text), &n, &why, &hint);
	if (e == ERR_NOT_FOUND)
		return begin_sealed(v, o, p, env);
	if (e)
		return e;
	if (parse_sealed(span_of(text, n), &s))
		return unseal(v, p, &s);
	text_str(&why, v->path);
	text_str(&why, " holds no sealed key");
	text_str(&hint, "bring it back from a backup");
	return ERR_MALFORMED;
}

static enum err open_passphrase(struct vault *v, const struct vault_options *o,
				const struct env *env)
{
	struct text why = TEXT_OF(v->why), hint = TEXT_OF(v->hint);
	struct passphrase p = { crypto_secret_new(VAULT_PASSPHRASE_MAX + 1), 0 };
	v->source = "passphrase";
	enum err e = p.p ? read_passphrase(o, &p, &why, &hint) : ERR_NOMEM;
	if (!e)
		e = open_by(v, o, &p, env);
	crypto_secret_free(p.p);
	return e;
}

/* Credential */

static enum err open_credential(struct vault *v, const struct vault_options *o)
{
	struct text path = TEXT_OF(v->path);
	path_of(&path, o->credentials, VAULT_CREDENTIAL);
	v->source = "credential";
	return read_key(v, OTHERS_TOO);
}

/* Nothing that it seals outlasts it. */
static enum err open_passing(struct vault *v, const struct env *env)
{
	v->source = "memory";
	draw(env, v->key, CRYPTO_SEAL_KEY);
	return OK;
}

static enum err open_any(struct vault *v, const struct vault_options *o, const struct env *env)
{
	if (!o->state)
		return open_passing(v, env);
	enum err e = o->credentials ? open_credential(v, o) : ERR_NOT_FOUND;
	if (e != ERR_NOT_FOUND)
		return e;
	if (o->passphrase_fd >= 0 || o->passphrase_file[0])
		return open_passphrase(v, o, env);
	return open_file(v, o, env);
}

enum err vault_open(struct vault *v, const struct vault_options *o, const struct env *env)
{
	memset(v, 0, sizeof(*v));
	v->source = "none";
	v->weak = "";
	v->key = crypto_secret_new(CRYPTO_SEAL_KEY);
	if (!v->key)
		return ERR_NOMEM;
	enum err e = open_any(v, o, env);
	if (!e)
		return OK;
	crypto_secret_free(v->key);
	v->key = NULL;
	if (e == ERR_NOMEM)
		return e;
	if (v->why[0])
		return OK;
	struct text why = TEXT_OF(v->why);
	text_str(&why, err_text(e));
	return OK;
}

void vault_fini(struct vault *v)
{
	crypto_secret_free(v->key);
	v->key = NULL;
}
