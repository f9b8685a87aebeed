#include "engine/recorder.h"

#include "crypto/seal.h"
#include "node/record.h"
#include "os/syserr.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE ((size_t)64 * 1024)
#define BODY_EXTRA  16 /* what a birth or a row has beside its octets, and more */

struct recorder {
	const struct env *inner;
	struct store *store;
	struct env env;
	struct store outer;
	struct mono now; /* of the last input: what follows belongs to it */
	enum err health;
	int fd;
	size_t n;	 /* in the buffer */
	uint8_t *buffer; /* grows for an entry that is larger */
	size_t size;
	uint8_t *key; /* what secrets of the run are sealed with */
};

static void give_up(struct recorder *r, enum err why)
{
	r->n = 0;
	r->health = why;
}

void engine_recorder_flush(struct recorder *r)
{
	size_t at = 0;

	while (r && at < r->n) {
		ssize_t n = write(r->fd, r->buffer + at, r->n - at);
		if (n >= 0) {
			at += (size_t)n;
		} else if (errno != EINTR) {
			give_up(r, os_err_of(errno));
			return;
		}
	}
	if (r)
		r->n = 0;
}

/* Makes room for n octets, in an empty buffer if need be. */
static bool make_room(struct recorder *r, size_t n)
{
	uint8_t *fresh;

	if (r->n + n > r->size)
		engine_recorder_flush(r);
	if (r->health)
		return false;
	if (n <= r->size)
		return true;
	fresh = env_resize(r->inner, r->buffer, n);
	if (!fresh) {
		give_up(r, ERR_NOMEM);
		return false;
	}
	r->buffer = fresh;
	r->size = n;
	return true;
}

/* The body, of so many octets at most, is written in its place; its head goes
 * in front of it at the end. */
static struct wr begin(struct recorder *r, size_t body)
{
	if (!r || r->health || !make_room(r, RECORD_HEAD + body))
		return wr_of(NULL, 0);
	return wr_of(r->buffer + r->n + RECORD_HEAD, body);
}

static void end(struct recorder *r, enum record_kind kind, const struct wr *body)
{
	struct wr w;

	if (!r || r->health || body->failed)
		return;
	w = wr_of(r->buffer + r->n, RECORD_HEAD);
	record_head(&w, kind, r->now, body->n);
	r->n += RECORD_HEAD + body->n;
}

static void put(struct recorder *r, enum record_kind kind, struct span body)
{
	struct wr w = begin(r, body.n);

	wr_bytes(&w, body);
	end(r, kind, &w);
}

/* GROUP-10.8 */
static void put_secret(struct recorder *r, enum record_secret what, struct span plain)
{
	struct wr w = begin(r, record_secret_size(plain.n));
	enum err e;

	if (!w.p)
		return;
	e = record_secret_write(&w, what, plain, r->key, r->inner);
	if (e)
		give_up(r, e);
	end(r, RECORD_SECRET, &w);
}

static void *env_resize_through(void *ctx, void *p, size_t n)
{
	const struct recorder *r = ctx;

	return r->inner->resize(r->inner->ctx, p, n);
}

static void env_random_through(void *ctx, void *p, size_t n)
{
	struct recorder *r = ctx;

	r->inner->random(r->inner->ctx, p, n);
	put(r, RECORD_RANDOM, span_of(p, n));
}

static void env_secret_through(void *ctx, void *p, size_t n)
{
	struct recorder *r = ctx;

	env_secret(r->inner, p, n);
	put_secret(r, RECORD_SECRET_DRAWN, span_of(p, n));
}

static enum err store_get_through(void *ctx, const struct store_table *t, struct span key,
				  struct span *value)
{
	const struct recorder *r = ctx;

	return store_get(r->store, t, key, value);
}

static enum err store_scan_through(void *ctx, const struct store_table *t, struct span after,
				   struct store_row *row)
{
	const struct recorder *r = ctx;

	return store_scan(r->store, t, after, row);
}

static enum err refused(struct recorder *r, enum err e)
{
	uint8_t octet = (uint8_t)-e;

	if (e)
		put(r, RECORD_STORE, span_of(&octet, 1));
	return e;
}

static enum err store_put_through(void *ctx, const struct store_table *t, struct span key,
				  struct span value, uint64_t *number)
{
	struct recorder *r = ctx;

	return refused(r, store_put(r->store, t, key, value, number));
}

static enum err store_del_through(void *ctx, const struct store_table *t, struct span key,
				  uint64_t *number)
{
	struct recorder *r = ctx;

	return refused(r, store_del(r->store, t, key, number));
}

static const struct store_ops through = {
	.get = store_get_through,
	.scan = store_scan_through,
	.put = store_put_through,
	.del = store_del_through,
};

/* `how`: whether it may be there. Not over a link that somebody laid, and never readable by
 * others. */
static enum err open_file(const char *path, int how, int *fd, struct text *why)
{
	*fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | how, 0600);
	if (*fd < 0 || fchmod(*fd, 0600))
		return os_err_say(errno, "cannot record to", path, why);
	return OK;
}

static enum err write_key(const struct recorder *r, int fd)
{
	char digits[2 * CRYPTO_SEAL_KEY + 2];
	struct text t = TEXT_OF(digits);
	ssize_t n;

	text_hex(&t, span_of(r->key, CRYPTO_SEAL_KEY));
	text_char(&t, '\n');
	n = write(fd, t.p, t.n);
	crypto_wipe(digits, sizeof(digits));
	return n == (ssize_t)t.n ? OK : ERR_IO;
}

/* A fresh key for each recording, in a file of its own beside it: whoever gets the
 * recording alone gets no secret. */
static enum err make_key(struct recorder *r, const char *path, struct text *why)
{
	char name[PATH_MAX];
	struct text t = TEXT_OF(name);
	int fd;
	enum err e;

	text_str(&t, path);
	text_str(&t, RECORD_KEY_SUFFIX);
	r->key = crypto_secret_new(CRYPTO_SEAL_KEY);
	if (!r->key)
		return ERR_NOMEM;
	env_secret(r->inner, r->key, CRYPTO_SEAL_KEY);
	/* One that is there may be another's, or open already to who may not read it now. */
	(void)unlink(name);
	e = t.cut ? ERR_RANGE : open_file(name, O_EXCL, &fd, why);
	if (e)
		return e;
	e = write_key(r, fd);
	if (close(fd) || e)
		return os_err_say(errno, "cannot write", name, why);
	return OK;
}

enum err engine_recorder_new(struct recorder **out, const char *path, const struct env *env,
			     struct store *store, struct text *why)
{
	struct recorder *r = env_zalloc(env, 1, sizeof(*r));
	enum err e;

	if (!r)
		return ERR_NOMEM;
	r->inner = env;
	r->store = store;
	r->env = (struct env){ env_resize_through, env_random_through, r, env_secret_through };
	r->outer = (struct store){ &through, r };
	r->fd = -1;
	r->size = BUFFER_SIZE;
	r->buffer = env_resize(env, NULL, r->size);
	e = r->buffer ? open_file(path, O_TRUNC, &r->fd, why) : ERR_NOMEM;
	if (!e)
		e = make_key(r, path, why);
	if (e) {
		engine_recorder_free(r);
		return e;
	}
	memcpy(r->buffer, RECORD_MAGIC, strlen(RECORD_MAGIC));
	r->n = strlen(RECORD_MAGIC);
	*out = r;
	return OK;
}

void engine_recorder_free(struct recorder *r)
{
	if (!r)
		return;
	engine_recorder_flush(r);
	if (r->fd >= 0)
		(void)close(r->fd);
	crypto_secret_free(r->key);
	env_free(r->inner, r->buffer);
	env_free(r->inner, r);
}

const struct env *engine_recorder_env(struct recorder *r)
{
	return &r->env;
}

struct store *engine_recorder_store(struct recorder *r)
{
	return &r->outer;
}

static void put_birth(struct recorder *r, const char *config, struct wall wall)
{
	struct span text = span_str(config);
	struct wr w = begin(r, BODY_EXTRA + text.n);

	record_birth_write(&w, wall, text);
	end(r, RECORD_BIRTH, &w);
}

static void put_row(struct recorder *r, const struct store_table *t, const struct store_row *row)
{
	size_t n = BODY_EXTRA + strlen(t->name) + row->key.n + row->value.n;
	struct wr w = begin(r, n);

	record_row_write(&w, t, row);
	end(r, RECORD_ROW, &w);
}

static void put_secret_row(struct recorder *r, const struct store_table *t,
			   const struct store_row *row)
{
	size_t n = BODY_EXTRA + strlen(t->name) + row->key.n + row->value.n;
	struct wr w = wr_of(env_resize(r->inner, NULL, n), n);

	if (!w.p) {
		give_up(r, ERR_NOMEM);
		return;
	}
	record_row_write(&w, t, row);
	put_secret(r, RECORD_SECRET_ROW, wr_span(&w));
	crypto_wipe(w.p, n);
	env_free(r->inner, w.p);
}

/* The key is copied: it lives only until the next call on the store. */
static void put_rows(struct recorder *r, const struct store_table *t)
{
	struct store_row row;
	uint8_t *key = NULL;
	size_t n = 0;

	while (!r->health && !store_scan(r->store, t, span_of(key, n), &row)) {
		(record_table_secret(t) ? put_secret_row : put_row)(r, t, &row);
		env_free(r->inner, key);
		n = row.key.n;
		key = env_copy(r->inner, row.key.p, n);
		if (!key)
			give_up(r, ERR_NOMEM);
	}
	env_free(r->inner, key);
}

void engine_recorder_birth(struct recorder *r, const struct recorder_birth *b, struct mono now,
			   struct wall wall)
{
	uint8_t octets[16];
	struct wr w = wr_of(octets, sizeof(octets));

	if (!r)
		return;
	r->now = now;
	put_birth(r, b->config, wall);
	if (b->vault)
		put_secret(r, RECORD_SECRET_VAULT, span_of(b->vault, CRYPTO_SEAL_KEY));
	for (size_t i = 0; node_tables[i]; i++)
		put_rows(r, node_tables[i]);
	record_start_write(&w, b->newest_put);
	put(r, RECORD_START, wr_span(&w));
}

/* What the entry of the input must not show, in front of it. */
static void put_left(struct recorder *r, const struct node_in *in)
{
	size_t n = record_left_size(in);
	struct wr w;

	if (!n || r->health)
		return;
	w = wr_of(env_resize(r->inner, NULL, n), n);
	if (!w.p) {
		give_up(r, ERR_NOMEM);
		return;
	}
	record_left_write(&w, in);
	put_secret(r, RECORD_SECRET_INPUT, wr_span(&w));
	crypto_wipe(w.p, n);
	env_free(r->inner, w.p);
}

void engine_recorder_input(struct recorder *r, const struct node_in *in, struct mono now)
{
	struct wr w;

	if (!r)
		return;
	r->now = now;
	put_left(r, in);
	w = begin(r, record_in_size(in));
	record_in_write(&w, in);
	end(r, RECORD_INPUT, &w);
}

void engine_recorder_output(struct recorder *r, const struct node_out *out)
{
	struct wr w;

	if (!r)
		return;
	w = begin(r, record_out_size(out));
	record_out_write(&w, out);
	end(r, RECORD_OUTPUT, &w);
}

void engine_recorder_end(struct recorder *r, struct mono now)
{
	if (!r)
		return;
	r->now = now;
	put(r, RECORD_END, span_of(NULL, 0));
	engine_recorder_flush(r);
}

enum err engine_recorder_health(const struct recorder *r)
{
	return r ? r->health : OK;
}
