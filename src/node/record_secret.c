#include "node/record_int.h"

#include "crypto/seal.h"

/* What is secret in a run, sealed (GROUP-10.8). */

#define WORD "homestead recording 1 "

/* A secret of one kind cannot be put where another is read. */
static struct span bound(enum record_secret what, char room[sizeof(WORD)])
{
	memcpy(room, WORD, sizeof(WORD) - 1);
	room[sizeof(WORD) - 1] = (char)('0' + (int)what);
	return span_of(room, sizeof(WORD));
}

size_t record_secret_size(size_t plain)
{
	return 1 + plain + CRYPTO_SEAL_OVER;
}

enum err record_secret_write(struct wr *w, enum record_secret what, struct span plain,
			     const uint8_t *key, const struct env *env)
{
	char room[sizeof(WORD)];
	if (w->failed || w->size - w->n < record_secret_size(plain.n)) {
		w->failed = true;
		return ERR_RANGE;
	}
	wr_u8(w, (uint8_t)what);
	enum err e = crypto_seal(env, key, bound(what, room), plain, w->p + w->n);
	if (!e)
		w->n += plain.n + CRYPTO_SEAL_OVER;
	return e;
}

enum err record_secret_look(struct span body, enum record_secret *what, size_t *n)
{
	struct rd r = rd_of(body);
	uint8_t kind = rd_u8(&r);
	if (kind < RECORD_SECRET_DRAWN || kind > RECORD_SECRET_INPUT || r.left < CRYPTO_SEAL_OVER)
		return ERR_MALFORMED;
	*what = (enum record_secret)kind;
	*n = r.left - CRYPTO_SEAL_OVER;
	return OK;
}

enum err record_secret_read(struct span body, const uint8_t *key, uint8_t *out)
{
	char room[sizeof(WORD)];
	enum record_secret what;
	size_t n;
	enum err e = record_secret_look(body, &what, &n);
	if (e)
		return e;
	return crypto_unseal(key, bound(what, room), span_of(body.p + 1, body.n - 1), out);
}

bool record_table_secret(const struct store_table *t)
{
	return t == &pnrp_table_keys;
}

/* ---- of inputs ---- */

/* At most four spans of one. */
static size_t left_of(struct node_in *in, struct span *all[4])
{
	struct groups_command *c = &in->command.groups;
	if (in->kind == NODE_IN_JOB_DONE && in->number >= GROUPS_CALLS) {
		all[0] = &in->bytes;
		return 1;
	}
	if (in->kind != NODE_IN_COMMAND || in->command.kind != NODE_COMMAND_GROUP)
		return 0;
	all[0] = &c->document;
	all[1] = &c->passphrase;
	all[2] = &c->key;
	all[3] = &c->code;
	return 4;
}

size_t record_left_size(const struct node_in *in)
{
	struct node_in copy = *in;
	struct span *all[4];
	size_t n = left_of(&copy, all), octets = 0;
	for (size_t i = 0; i < n; i++)
		octets += all[i]->n;
	return octets ? octets + 4 * n : 0;
}

void record_left_write(struct wr *w, const struct node_in *in)
{
	struct node_in copy = *in;
	struct span *all[4];
	size_t n = left_of(&copy, all);
	for (size_t i = 0; i < n; i++)
		record_span_write(w, *all[i]);
}

enum err record_left_read(struct span body, struct node_in *in)
{
	struct node_in copy = *in;
	struct rd r = rd_of(body);
	struct span *all[4];
	size_t n = left_of(&copy, all);
	for (size_t i = 0; i < n; i++)
		*all[i] = record_span_read(&r);
	if (!n || !rd_done(&r))
		return ERR_MALFORMED;
	*in = copy;
	return OK;
}
