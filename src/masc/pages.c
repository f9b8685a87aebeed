/* Pages of the tables in the store, MASC-19.1: written in the background, a
 * second at most after a change; read at birth, so that a node knows at once
 * what is taken. */
#include "masc/claims_int.h"

#include "wire/rd.h"
#include "wire/wr.h"

#define PAGES_WAIT   MONO_SEC
#define PAGES_A_TICK 128
#define KEY_SIZE     23

const struct store_table masc_table_claims = { "masc_claims", STORE_KEY_OCTETS };

enum space_kind {
	KIND_PARENT,
	KIND_BELOW,
	KIND_SCOPE,
	KIND_LEARNED /* of a parent that only other nodes of ours are configured with */
};

static enum space_kind kind_of(const struct space *sp)
{
	if (sp->below)
		return KIND_BELOW;
	if (sp->scope)
		return KIND_SCOPE;
	return sp->learned ? KIND_LEARNED : KIND_PARENT;
}

/* A scope is told by its range: its name may change. */
static void name_write(struct wr *w, const struct space *sp)
{
	const struct masc_prefix *range = sp->scope ? &sp->scope->range : NULL;
	wr_u8(w, (uint8_t)sp->family);
	wr_u8(w, (uint8_t)kind_of(sp));
	wr_bytes(w, range ? span_of(range->address, 16) : span_of(sp->parent.octets, 16));
	wr_u8(w, range ? range->length : 0);
}

static struct span key_of(const struct space *sp, uint32_t page, uint8_t room[KEY_SIZE])
{
	struct wr w = wr_of(room, KEY_SIZE);
	name_write(&w, sp);
	wr_u32(&w, page);
	return wr_span(&w);
}

/* -- writing -- */

void pages_free(struct space *sp)
{
	env_free(sp->m->env, sp->pages.put);
	sp->pages = (struct pages){ NULL, 0 };
}

static enum err make_room(struct space *sp, uint32_t page)
{
	struct pages *p = &sp->pages;
	if (page < p->n)
		return OK;
	uint32_t n = page < 16 ? 16 : 2 * page;
	uint64_t *put = env_resize(sp->m->env, p->put, n * sizeof(*put));
	if (!put)
		return ERR_NOMEM;
	memset(put + p->n, 0, (n - p->n) * sizeof(*put));
	p->put = put;
	p->n = n;
	return OK;
}

/* An empty page is no row. */
static enum err put_row(struct space *sp, uint32_t page, struct span row)
{
	uint8_t room[KEY_SIZE];
	struct store *store = sp->m->store;
	struct span key = key_of(sp, page, room);
	uint64_t *number = &sp->pages.put[page];
	if (row.n)
		return store_put(store, &masc_table_claims, key, row, number);
	return store_del(store, &masc_table_claims, key, number);
}

static enum err write_page(struct space *sp, uint32_t page)
{
	const struct env *env = sp->m->env;
	struct span row;
	enum err e = make_room(sp, page);
	if (e != OK)
		return e;
	size_t size = table_page_size_max(sp->table);
	uint8_t *room = env_resize(env, NULL, size);
	if (!room)
		return ERR_NOMEM;
	e = table_page_write(sp->table, page, room, size, &row);
	if (e == OK)
		e = put_row(sp, page, row);
	env_free(env, room);
	return e;
}

static enum err write_pages(struct space *sp, size_t *left)
{
	uint32_t page;
	for (; *left && table_take_dirty(sp->table, &page); --*left) {
		enum err e = write_page(sp, page);
		if (e != OK) {
			table_page_undone(sp->table, page);
			return e;
		}
	}
	return OK;
}

uint64_t pages_put(struct space *sp, uint32_t r)
{
	uint32_t page = table_page_of(sp->table, r);
	return page != UINT32_MAX && write_page(sp, page) == OK ? sp->pages.put[page] : 0;
}

void pages_tick(struct masc *m, struct mono now)
{
	size_t left = PAGES_A_TICK;
	enum err e = OK;
	if (!mono_reached(m->sync.pages, now))
		return;
	LIST_EACH(at, next, &m->spaces)
	if (e == OK)
		e = write_pages(LIST_ENTRY(at, struct space, at), &left);
	/* What the store does not take now is tried again; no peer waits for it. */
	m->sync.pages = left || e != OK ? MONO_NEVER : now;
}

static bool is_dirty(struct space *sp)
{
	uint32_t page;
	bool dirty = table_take_dirty(sp->table, &page);
	if (dirty)
		table_page_undone(sp->table, page);
	return dirty;
}

void pages_settle(struct masc *m, struct mono now)
{
	if (!mono_is_never(m->sync.pages))
		return;
	LIST_EACH(at, next, &m->spaces)
	if (is_dirty(LIST_ENTRY(at, struct space, at))) {
		m->sync.pages = mono_add(now, PAGES_WAIT);
		return;
	}
}

void pages_store_failed(struct masc *m, uint64_t first)
{
	LIST_EACH(at, next, &m->spaces)
	{
		struct space *sp = LIST_ENTRY(at, struct space, at);
		for (uint32_t page = 0; page < sp->pages.n; page++)
			if (sp->pages.put[page] >= first) {
				sp->pages.put[page] = 0;
				table_page_undone(sp->table, page);
			}
	}
}

/* -- reading -- */

static struct space *space_named(struct masc *m, struct span name)
{
	LIST_EACH(at, next, &m->spaces)
	{
		uint8_t room[KEY_SIZE];
		struct space *sp = LIST_ENTRY(at, struct space, at);
		struct wr w = wr_of(room, KEY_SIZE);
		name_write(&w, sp);
		if (span_eq(wr_span(&w), name))
			return sp;
	}
	return NULL;
}

/* What a colleague told of stays known, also while it is down. */
static struct space *space_learned(struct masc *m, struct span name)
{
	struct rd r = rd_of(name);
	struct masc_id parent = { { 0 } };
	uint8_t family = rd_u8(&r), kind = 0;
	kind = rd_u8(&r);
	struct span octets = rd_bytes(&r, sizeof(parent.octets));
	if (r.failed || kind != KIND_LEARNED || (family != MASC_IPV4 && family != MASC_IPV6))
		return NULL;
	memcpy(parent.octets, octets.p, octets.n);
	return space_learn_again(m, family, &parent);
}

struct reading {
	struct space *sp;
	int64_t wall_s;
};

/* Ours come from masc_own, but for what we gave back: that has no row there any
 * more. What a page of an older run says again is one claim. */
static bool keep(void *arg, const struct wire_claim *c)
{
	const struct reading *r = arg;
	const struct masc *m = r->sp->m;
	bool ours = masc_id_eq(&c->domain, &m->config.domain) &&
		    masc_id_eq(&c->node, &m->config.node) && c->type != WIRE_WITHDRAW;
	return !ours && cache_end(m, c) > r->wall_s && !table_same(r->sp->table, c);
}

/* OK: the row is of use. ERR_NOT_FOUND: not any more. */
static enum err read_row(struct masc *m, const struct store_row *row, struct mono now)
{
	struct reading r = { .wall_s = masc_wall_now(m, now) / MONO_SEC };
	struct rd page = rd_of(row->key);
	struct span name = rd_bytes(&page, KEY_SIZE - 4);
	uint32_t number = rd_u32(&page);
	if (!rd_done(&page))
		return ERR_CORRUPT;
	r.sp = space_named(m, name);
	if (!r.sp)
		r.sp = space_learned(m, name);
	if (!r.sp)
		return ERR_NOT_FOUND;
	return table_page_read(r.sp->table, number, row->value, keep, &r);
}

static void tell_unreadable(struct masc *m)
{
	struct masc_event ev = event_of(NULL, MASC_EVENT_STORE_FAILED);
	ev.err = ERR_CORRUPT;
	out_event(m, &ev, 0);
}

/* MASC-19.2: what cannot be read is told of and left out. */
static enum err take_row(struct masc *m, const struct store_row *row, struct span key, bool *bad,
			 struct mono now)
{
	uint64_t number;
	enum err e = read_row(m, row, now);
	if (e == OK || e == ERR_NOMEM)
		return e;
	*bad = *bad || e != ERR_NOT_FOUND;
	return store_del(m->store, &masc_table_claims, key, &number);
}

static enum err count_all(struct masc *m)
{
	enum err e = OK;
	LIST_EACH(at, next, &m->spaces)
	if (e == OK)
		e = cache_loaded(LIST_ENTRY(at, struct space, at));
	return e;
}

enum err pages_load(struct masc *m, struct mono now)
{
	struct store_row row;
	uint8_t *key = NULL;
	size_t n = 0;
	bool bad = false;
	enum err e;
	while ((e = store_scan(m->store, &masc_table_claims, span_of(key, n), &row)) == OK) {
		uint8_t *next = env_copy(m->env, row.key.p, row.key.n);
		env_free(m->env, key);
		key = next;
		n = row.key.n;
		e = key ? take_row(m, &row, span_of(key, n), &bad, now) : ERR_NOMEM;
		if (e != OK)
			break;
	}
	env_free(m->env, key);
	if (bad)
		tell_unreadable(m);
	m->sync.orphaned = true;
	return e == ERR_NOT_FOUND ? count_all(m) : e;
}
