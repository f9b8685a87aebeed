#include "sim/replay.h"

#include "base/store_mem.h"
#include "crypto/seal.h"
#include "node/describe.h"
#include "sim/rng.h"

/* One cursor goes through the entries: the node draws, puts and is polled in
 * the order in which it did when it was recorded. */

struct player {
	const struct env *env;
	struct env drawing; /* what the node sees: octets from the recording */
	struct rd in;
	struct replay_result *r;
	struct node_config config;
	struct wall wall;
	struct mono at;
	struct store_mem *mem;
	struct store store;
	uint64_t shift;	 /* numbers of puts then, less those of now */
	uint64_t undone; /* number of the newest put that was undone */
	struct node *node;
	struct rng spare;
	const uint8_t *key; /* of secrets; NULL: none */
	uint8_t vault[CRYPTO_SEAL_KEY];
	struct span left; /* of the next input, kept aside; ours to free */
	bool born;	  /* BIRTH was read, START not yet */
	bool over;	  /* nothing more to compare: a difference, or a cut */
};

#define SHOWN 64

static void where(struct player *p, struct text *why)
{
	text_str(why, "entry ");
	text_u64(why, p->r->entries);
	text_str(why, ", ");
	text_i64(why, p->at.us / MONO_SEC);
	text_char(why, '.');
	for (int64_t unit = 100000; unit; unit /= 10)
		text_char(why, (char)('0' + p->at.us / unit % 10));
	text_str(why, " s: ");
}

static void differ(struct player *p, const char *recorded, const char *played)
{
	struct text why = TEXT_OF(p->r->why);
	if (p->over)
		return;
	p->over = true;
	p->r->same = false;
	where(p, &why);
	text_str(&why, "recorded ");
	text_str(&why, recorded);
	text_str(&why, ", replayed ");
	text_str(&why, played);
	if (p->r->blind)
		text_str(&why, "; the recording has secrets, and the key to them, a file of its "
			       "name and " RECORD_KEY_SUFFIX ", is not beside it or of another");
}

static void put_entry(const struct record_entry *e, struct text *t)
{
	static const char *const kinds[] = { "",	  "a birth",	     "a row",
					     "a start",	  "an input",	     "a random draw",
					     "an output", "a store failure", "a secret",
					     "an end" };
	struct node_in in;
	struct node_out out;
	struct record_room room;
	text_str(t, kinds[e->kind]);
	text_char(t, ' ');
	if (e->kind == RECORD_INPUT && record_in_read(e->body, &in, &room) == OK)
		node_describe_in(t, &in, SHOWN);
	else if (e->kind == RECORD_OUTPUT && record_out_read(e->body, &out, &room) == OK)
		node_describe_out(t, &out, SHOWN);
	else
		text_hex(t, span_of(e->body.p, e->body.n < SHOWN ? e->body.n : SHOWN));
}

static void differ_entry(struct player *p, const struct record_entry *e, const char *played)
{
	char buffer[400];
	struct text t = TEXT_OF(buffer);
	put_entry(e, &t);
	differ(p, t.p, played);
}

/* The next entry; false at the end, or where it was cut off. */
static bool next_entry(struct player *p, struct record_entry *e)
{
	if (p->over)
		return false;
	enum err err = record_take(&p->in, e);
	if (err == OK) {
		p->r->entries++;
		p->at = e->at;
		return true;
	}
	p->over = true;
	p->r->cut = true;
	return false;
}

static bool peek_entry(const struct player *p, struct record_entry *e)
{
	struct rd ahead = p->in;
	return !p->over && record_take(&ahead, e) == OK;
}

static void *draw_resize(void *ctx, void *block, size_t n)
{
	const struct player *p = ctx;
	return p->env->resize(p->env->ctx, block, n);
}

/* Octets of which keys were made. False: of another kind. */
static bool draw_secret(struct player *p, const struct record_entry *e, void *to, size_t n)
{
	enum record_secret what;
	size_t sealed;
	if (e->kind != RECORD_SECRET || record_secret_look(e->body, &what, &sealed) != OK ||
	    what != RECORD_SECRET_DRAWN || sealed != n)
		return false;
	if (!p->key || record_secret_read(e->body, p->key, to) != OK)
		p->r->blind = true;
	return true;
}

static void draw(void *ctx, void *to, size_t n)
{
	struct player *p = ctx;
	struct record_entry e;
	/* Where there is nothing to give, something that varies: who draws until
	 * a draw fits must come to an end. */
	rng_fill(&p->spare, to, n);
	if (!next_entry(p, &e))
		return;
	if (e.kind == RECORD_RANDOM && e.body.n == n)
		memcpy(to, e.body.p, n);
	else if (!draw_secret(p, &e, to, n))
		differ_entry(p, &e, "a random draw of another kind");
}

/* The store: rows as recorded, numbers as recorded, failures as recorded. */

static enum err seen_get(void *ctx, const struct store_table *t, struct span key,
			 struct span *value)
{
	struct player *p = ctx;
	return store_get(store_mem_store(p->mem), t, key, value);
}

static enum err seen_scan(void *ctx, const struct store_table *t, struct span after,
			  struct store_row *row)
{
	struct player *p = ctx;
	return store_scan(store_mem_store(p->mem), t, after, row);
}

static enum err failure_then(struct player *p)
{
	struct record_entry e;
	if (!peek_entry(p, &e) || e.kind != RECORD_STORE || e.body.n != 1)
		return OK;
	(void)next_entry(p, &e);
	return (enum err)(-(int)e.body.p[0]);
}

/* Each put is a batch of its own, so that a failed commit undoes as few as it
 * did then. */
static enum err finish_put(struct player *p, enum err e, uint64_t *number)
{
	if (e)
		return e;
	(void)store_mem_seal(p->mem);
	*number += p->shift;
	return OK;
}

static enum err seen_put(void *ctx, const struct store_table *t, struct span key, struct span value,
			 uint64_t *number)
{
	struct player *p = ctx;
	enum err e = failure_then(p);
	if (e)
		return e;
	return finish_put(p, store_put(store_mem_store(p->mem), t, key, value, number), number);
}

static enum err seen_del(void *ctx, const struct store_table *t, struct span key, uint64_t *number)
{
	struct player *p = ctx;
	enum err e = failure_then(p);
	if (e)
		return e;
	return finish_put(p, store_del(store_mem_store(p->mem), t, key, number), number);
}

static const struct store_ops seen_ops = { seen_get, seen_scan, seen_put, seen_del };

/* The number, as recorded, of the oldest put that may still be undone. */
static uint64_t oldest_open(const struct player *p)
{
	uint64_t committed = store_mem_committed(p->mem);
	return (committed > p->undone ? committed : p->undone) + 1 + p->shift;
}

static void undo_puts(struct player *p, uint64_t first)
{
	while (oldest_open(p) < first && store_mem_commit(p->mem))
		;
	(void)store_mem_fail(p->mem);
	p->undone = store_mem_newest(p->mem);
}

/* Entries */

static void forget_left(struct player *p)
{
	uint8_t *octets = (uint8_t *)(uintptr_t)p->left.p;
	if (octets)
		crypto_wipe(octets, p->left.n);
	env_free(p->env, octets);
	p->left = span_of(NULL, 0);
}

static void end_run(struct player *p)
{
	node_free(p->node);
	p->node = NULL;
	if (p->mem)
		node_config_free(&p->config);
	store_mem_free(p->mem);
	p->mem = NULL;
	p->undone = 0;
	p->born = false;
	crypto_wipe(p->vault, sizeof(p->vault));
	forget_left(p);
}

static enum err take_birth(struct player *p, struct span body)
{
	struct text why = TEXT_OF(p->r->why);
	struct span config;
	uint32_t line;
	end_run(p);
	if (record_birth_read(body, &p->wall, &config))
		return ERR_MALFORMED;
	enum err e = store_mem_new(&p->mem, p->env);
	if (e)
		return e;
	node_config_init(&p->config, p->env);
	e = node_config_parse(&p->config, config, &line, &why);
	p->born = e == OK;
	return e == ERR_CONFIG ? ERR_MALFORMED : e;
}

static const struct store_table *find_table(struct span name)
{
	for (size_t i = 0; node_tables[i]; i++)
		if (span_eq(span_str(node_tables[i]->name), name))
			return node_tables[i];
	return NULL;
}

static enum err take_row(struct player *p, struct span body)
{
	struct span table;
	struct store_row row;
	uint64_t number;
	if (!p->born || record_row_read(body, &table, &row))
		return ERR_MALFORMED;
	const struct store_table *t = find_table(table);
	/* A row of a part that no longer exists is nobody's. */
	return t ? store_put(store_mem_store(p->mem), t, row.key, row.value, &number) : OK;
}

/* What is sealed in it, the caller's to free; no octets: it could not be read. */
static enum err unsealed(struct player *p, struct span body, size_t n, struct span *out)
{
	uint8_t *octets = env_zalloc(p->env, 1, n);
	if (!octets)
		return ERR_NOMEM;
	bool open = p->key && record_secret_read(body, p->key, octets) == OK;
	*out = open ? span_of(octets, n) : span_of(NULL, 0);
	p->r->blind |= !open;
	if (!open)
		env_free(p->env, octets);
	return OK;
}

static enum err take_vault(struct player *p, struct span octets)
{
	if (!p->born || octets.n != sizeof(p->vault))
		return ERR_MALFORMED;
	memcpy(p->vault, octets.p, octets.n);
	p->config.vault = p->vault;
	return OK;
}

/* Those that are drawn are taken by who draws. */
static enum err take_secret(struct player *p, struct span body)
{
	enum record_secret what;
	struct span octets = { NULL, 0 };
	size_t n;
	forget_left(p);
	if (record_secret_look(body, &what, &n) || what == RECORD_SECRET_DRAWN)
		return ERR_MALFORMED;
	enum err e = unsealed(p, body, n, &octets);
	if (e || !octets.p)
		return e;
	if (what == RECORD_SECRET_INPUT) {
		p->left = octets;
		return OK;
	}
	e = what == RECORD_SECRET_VAULT ? take_vault(p, octets) : take_row(p, octets);
	crypto_wipe((uint8_t *)(uintptr_t)octets.p, octets.n);
	env_free(p->env, (uint8_t *)(uintptr_t)octets.p);
	return e;
}

static void put_out(const struct node_out *out, struct text *t)
{
	text_str(t, "output ");
	node_describe_out(t, out, SHOWN);
}

static enum err compare_out(struct player *p, const struct node_out *out)
{
	char buffer[400];
	struct text t = TEXT_OF(buffer);
	struct record_entry e;
	size_t size = record_out_size(out);
	if (!next_entry(p, &e))
		return OK;
	uint8_t *body = env_resize(p->env, NULL, size);
	if (!body)
		return ERR_NOMEM;
	struct wr w = wr_of(body, size);
	record_out_write(&w, out);
	if (e.kind == RECORD_OUTPUT && span_eq(e.body, wr_span(&w))) {
		p->r->outputs++;
	} else {
		put_out(out, &t);
		differ_entry(p, &e, t.p);
	}
	env_free(p->env, body);
	return OK;
}

static bool belongs_to_node(const struct record_entry *e)
{
	if (e->kind == RECORD_SECRET)
		return e->body.n && e->body.p[0] == RECORD_SECRET_DRAWN;
	return e->kind == RECORD_OUTPUT || e->kind == RECORD_RANDOM || e->kind == RECORD_STORE;
}

/* All that came out then and all that comes out now, side by side. */
static enum err compare_outs(struct player *p)
{
	struct node_out out;
	struct record_entry e;
	while (!p->over && node_poll(p->node, &out)) {
		enum err err = compare_out(p, &out);
		if (err)
			return err;
	}
	bool more = peek_entry(p, &e) && belongs_to_node(&e);
	if (more && next_entry(p, &e))
		differ_entry(p, &e, "nothing");
	return OK;
}

static enum err take_start(struct player *p, struct span body)
{
	uint64_t newest;
	if (!p->born || record_start_read(body, &newest))
		return ERR_MALFORMED;
	if (store_mem_seal(p->mem) && !store_mem_commit(p->mem))
		return ERR_NOMEM;
	p->born = false;
	p->shift = newest - store_mem_newest(p->mem);
	p->r->runs++;
	enum err e = node_new(&p->node, &p->config, &p->drawing, &p->store, p->at, p->wall);
	if (e) {
		p->node = NULL;
		differ(p, "a start", err_text(e));
		return e == ERR_NOMEM ? e : OK;
	}
	return compare_outs(p);
}

static enum err take_input(struct player *p, struct span body)
{
	struct node_in in;
	struct record_room room;
	if (!p->node || record_in_read(body, &in, &room))
		return ERR_MALFORMED;
	if (p->left.n && record_left_read(p->left, &in))
		return ERR_MALFORMED;
	p->r->inputs++;
	if (in.kind == NODE_IN_STORE_FAILED)
		undo_puts(p, in.number);
	enum err e = node_input(p->node, &in, p->at);
	forget_left(p);
	return e == ERR_NOMEM ? e : compare_outs(p);
}

static enum err take_entry(struct player *p, const struct record_entry *e)
{
	switch (e->kind) {
	case RECORD_BIRTH:
		return take_birth(p, e->body);
	case RECORD_ROW:
		return take_row(p, e->body);
	case RECORD_START:
		return take_start(p, e->body);
	case RECORD_INPUT:
		return take_input(p, e->body);
	case RECORD_SECRET:
		return take_secret(p, e->body);
	case RECORD_END:
		end_run(p);
		return OK;
	case RECORD_RANDOM:
	case RECORD_OUTPUT:
	case RECORD_STORE:
		break;
	}
	return ERR_MALFORMED;
}

static enum err play(struct player *p)
{
	struct record_entry e;
	while (p->in.left && !p->over) {
		struct rd ahead = p->in;
		if (record_take(&ahead, &e) == ERR_MALFORMED)
			return ERR_MALFORMED;
		if (!next_entry(p, &e))
			break;
		enum err err = take_entry(p, &e);
		if (err)
			return err;
	}
	return OK;
}

static void say_malformed(struct player *p)
{
	struct text why = TEXT_OF(p->r->why);
	where(p, &why);
	text_str(&why, "no recording of this version, or a damaged one");
}

enum err replay(struct span recording, const struct env *env, struct replay_result *result)
{
	return replay_with_key(recording, NULL, env, result);
}

enum err replay_with_key(struct span recording, const uint8_t *key, const struct env *env,
			 struct replay_result *result)
{
	struct player p = { .env = env, .key = key, .in = rd_of(recording), .r = result };
	struct span magic = rd_bytes(&p.in, sizeof(RECORD_MAGIC) - 1);
	enum err e = ERR_MALFORMED;
	memset(result, 0, sizeof(*result));
	result->same = true;
	p.drawing = (struct env){ draw_resize, draw, &p };
	p.store = (struct store){ &seen_ops, &p };
	rng_init(&p.spare, 0, RNG_NODE, 0);
	if (span_eq(magic, span_str(RECORD_MAGIC)))
		e = play(&p);
	if (e == ERR_MALFORMED)
		say_malformed(&p);
	end_run(&p);
	return e;
}
