#include "graph/graphs_int.h"

#include "wire/rd.h"
#include "wire/wr.h"

/* What is kept of each graph over restarts. Row 0 is the machine's own name. */

#define FORMAT	     1
#define OPEN	     0x01
#define LISTENS	     0x02
#define SYNCHRONISED 0x04
#define DELETED	     0x08
#define DEFER	     0x10
#define GUARDED	     0x20

const struct store_table graph_table_graphs = { "graphs", STORE_KEY_INTEGER };

struct key {
	uint8_t octets[8];
};

static struct span key_of(uint64_t number, struct key *room)
{
	struct wr w = wr_of(room->octets, sizeof(room->octets));
	wr_u64(&w, number);
	return wr_span(&w);
}

static void put_text(struct wr *w, const char *s)
{
	struct span t = span_str(s);
	wr_u16(w, (uint16_t)t.n);
	wr_bytes(w, t);
}

static void get_text(struct rd *r, char *out, size_t size)
{
	uint16_t n = rd_u16(r);
	struct span s = rd_bytes(r, n);
	if (s.n >= size || (s.n && memchr(s.p, 0, s.n))) {
		r->failed = true;
		return;
	}
	if (s.n)
		memcpy(out, s.p, s.n);
	out[s.n] = 0;
}

static uint8_t flags_of(const struct graphs_entry *e)
{
	return (uint8_t)((e->open ? OPEN : 0) | (e->listens ? LISTENS : 0) |
			 (e->synchronised ? SYNCHRONISED : 0) | (e->deleted ? DELETED : 0) |
			 (e->properties.defer_expiration ? DEFER : 0) | (e->guarded ? GUARDED : 0));
}

static void put_known(struct wr *w, const struct graphs_entry *e)
{
	wr_u8(w, e->n_known);
	for (size_t i = 0; i < e->n_known; i++) {
		struct addr a = addr_mapped(e->known[i]);
		wr_bytes(w, span_of(a.ip, sizeof(a.ip)));
		wr_u16(w, a.port);
		wr_u32(w, a.scope);
	}
}

static struct addr get_address(struct rd *r)
{
	struct addr a = { .family = ADDR_IPV6 };
	struct span ip = rd_bytes(r, sizeof(a.ip));
	if (ip.n)
		memcpy(a.ip, ip.p, sizeof(a.ip));
	a.port = rd_u16(r);
	a.scope = rd_u32(r);
	return addr_unmapped(a);
}

static void get_known(struct rd *r, struct graphs_entry *e)
{
	e->n_known = rd_u8(r);
	if (e->n_known > GRAPHS_KNOWN) {
		r->failed = true;
		return;
	}
	for (size_t i = 0; i < e->n_known; i++)
		e->known[i] = get_address(r);
}

static void entry_write(struct wr *w, const struct graphs_entry *e)
{
	const struct graph_properties *p = &e->properties;
	wr_u8(w, FORMAT);
	wr_u8(w, flags_of(e));
	wr_u8(w, (uint8_t)p->profile);
	wr_u64(w, (uint64_t)e->time_delta);
	wr_u64(w, e->left);
	wr_u32(w, p->scope);
	wr_u32(w, p->record_max);
	wr_u32(w, p->presence_life);
	wr_u32(w, p->presence_max);
	put_text(w, p->id);
	put_text(w, p->creator);
	put_text(w, p->name);
	put_text(w, p->comment);
	put_text(w, e->peer);
	put_text(w, e->name);
	wr_u8(w, e->n_sync_order);
	for (size_t i = 0; i < e->n_sync_order; i++)
		wr_bytes(w, span_of(e->sync_order[i].at, sizeof(e->sync_order[i].at)));
	put_known(w, e);
}

static void flags_read(uint8_t flags, struct graphs_entry *e)
{
	e->open = flags & OPEN;
	e->listens = flags & LISTENS;
	e->synchronised = flags & SYNCHRONISED;
	e->deleted = flags & DELETED;
	e->properties.defer_expiration = flags & DEFER;
	e->guarded = flags & GUARDED;
}

static enum err order_read(struct rd *r, const struct env *env, struct graphs_entry *e)
{
	uint8_t n = rd_u8(r);
	struct span s = rd_bytes(r, n * sizeof(struct graph_guid));
	if (!n || r->failed)
		return OK;
	e->sync_order = env_copy(env, s.p, s.n);
	if (!e->sync_order)
		return ERR_NOMEM;
	e->n_sync_order = n;
	return OK;
}

static enum err entry_read(struct span value, const struct env *env, struct graphs_entry *e)
{
	struct rd r = rd_of(value);
	struct graph_properties *p = &e->properties;
	uint8_t format = rd_u8(&r);
	flags_read(rd_u8(&r), e);
	uint8_t profile = rd_u8(&r);
	e->time_delta = (int64_t)rd_u64(&r);
	e->left = rd_u64(&r);
	p->scope = rd_u32(&r);
	p->record_max = rd_u32(&r);
	p->presence_life = rd_u32(&r);
	p->presence_max = rd_u32(&r);
	get_text(&r, p->id, sizeof(p->id));
	get_text(&r, p->creator, sizeof(p->creator));
	get_text(&r, p->name, sizeof(p->name));
	get_text(&r, p->comment, sizeof(p->comment));
	get_text(&r, e->peer, sizeof(e->peer));
	get_text(&r, e->name, sizeof(e->name));
	enum err err = order_read(&r, env, e);
	if (err)
		return err;
	get_known(&r, e);
	if (!rd_done(&r) || format != FORMAT || profile >= CRYPTO_PROFILE_COUNT)
		return ERR_MALFORMED;
	p->profile = (enum crypto_profile_id)profile;
	return OK;
}

/* A row that cannot be read is none of ours: it stays as it is. */
static enum err take_row(struct graphs *s, uint64_t number, struct span value)
{
	struct graphs_entry *e = env_zalloc(s->shared.env, 1, sizeof(*e));
	if (!e)
		return ERR_NOMEM;
	list_init(&e->all);
	list_init(&e->listeners);
	e->number = (uint32_t)number;
	enum err err = entry_read(value, s->shared.env, e);
	if (err) {
		graphs_entry_free(s, e);
		return err == ERR_MALFORMED ? OK : err;
	}
	list_push_back(&s->entries, &e->all);
	return OK;
}

static void put_machine(struct graphs *s)
{
	struct key key;
	enum err e = store_put(s->shared.store, &graph_table_graphs, key_of(0, &key),
			       span_str(s->machine), &s->machine_saved);
	s->machine_unsaved = e != OK;
}

/* GRAPH-12.3: drawn once, so that a person is the same in all graphs and for ever. */
static void draw_machine(struct graphs *s)
{
	uint8_t octets[16];
	struct text t = TEXT_OF(s->machine);
	s->shared.env->random(s->shared.env->ctx, octets, sizeof(octets));
	text_str(&t, "0.");
	text_hex(&t, span_of(octets, sizeof(octets)));
	put_machine(s);
}

static enum err read_one(struct graphs *s, const struct store_row *row, uint64_t number)
{
	if (number > UINT32_MAX)
		return OK;
	if (!number) {
		struct text t = TEXT_OF(s->machine);
		text_span(&t, row->value);
		return OK;
	}
	s->next_number = (uint32_t)number + 1;
	return take_row(s, number, row->value);
}

static uint64_t number_of(struct span key)
{
	struct rd r = rd_of(key);
	return rd_u64(&r);
}

/* The highest key of the table of records, by halving: there is no way to begin at the
 * end. */
static enum err find_last(struct graphs *s, uint64_t *last)
{
	uint64_t low = 0, high = UINT64_MAX - 1;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		struct store_row row;
		struct key key;
		enum err e = store_scan(s->shared.store, &graph_table_records, key_of(middle, &key),
					&row);
		if (e == ERR_NOT_FOUND)
			high = middle;
		else if (e)
			return e;
		else
			low = number_of(row.key);
	}
	*last = low;
	return OK;
}

enum err graphs_rows_read(struct graphs *s)
{
	struct store_row row;
	struct key key;
	struct span after = span_of(NULL, 0);
	enum err e;
	while (!(e = store_scan(s->shared.store, &graph_table_graphs, after, &row))) {
		uint64_t number = number_of(row.key);
		e = read_one(s, &row, number);
		if (e)
			return e;
		after = key_of(number, &key);
	}
	if (e != ERR_NOT_FOUND)
		return e;
	if (!s->machine[0])
		draw_machine(s);
	e = find_last(s, &s->shared.next_row);
	s->shared.next_row++;
	return e;
}

enum err graphs_row_put(struct graphs *s, struct graphs_entry *e)
{
	uint8_t octets[GRAPHS_ROW_MAX];
	struct wr w = wr_of(octets, sizeof(octets));
	struct key key;
	entry_write(&w, e);
	enum err err = store_put(s->shared.store, &graph_table_graphs, key_of(e->number, &key),
				 wr_span(&w), &e->saved);
	e->unsaved = err != OK;
	return err;
}

enum err graphs_row_drop(struct graphs *s, const struct graphs_entry *e)
{
	struct key key;
	uint64_t number;
	return store_del(s->shared.store, &graph_table_graphs, key_of(e->number, &key), &number);
}

static bool same_words(const char *a, const char *b)
{
	return span_eq(span_str(a), span_str(b));
}

static bool same_properties(const struct graph_properties *a, const struct graph_properties *b)
{
	return a->scope == b->scope && a->defer_expiration == b->defer_expiration &&
	       a->record_max == b->record_max && a->presence_life == b->presence_life &&
	       a->presence_max == b->presence_max && same_words(a->creator, b->creator) &&
	       same_words(a->name, b->name) && same_words(a->comment, b->comment);
}

static bool has_address(const struct addr *all, size_t n, const struct addr *a)
{
	for (size_t i = 0; i < n; i++)
		if (addr_eq(&all[i], a))
			return true;
	return false;
}

/* GRAPH-12.12: those of now, then those of before, while there is room. True: there are
 * others than before. */
static bool known_follow(struct graphs_entry *e)
{
	struct addr fresh[GRAPHS_KNOWN];
	size_t n = graph_known(e->graph, fresh, GRAPHS_KNOWN);
	bool changed = false;
	for (size_t i = 0; i < n; i++)
		changed |= !has_address(e->known, e->n_known, &fresh[i]);
	for (size_t i = 0; i < e->n_known && n < GRAPHS_KNOWN; i++)
		if (!has_address(fresh, n, &e->known[i]))
			fresh[n++] = e->known[i];
	memcpy(e->known, fresh, n * sizeof(fresh[0]));
	e->n_known = (uint8_t)n;
	return changed;
}

void graphs_row_follow(struct graphs *s, struct graphs_entry *e, struct mono now)
{
	struct graph_info i;
	graph_info(e->graph, now, &i);
	bool synchronised = e->synchronised || i.synchronised;
	if (!known_follow(e) && synchronised == e->synchronised && i.time_delta == e->time_delta &&
	    i.left == e->left && same_properties(i.properties, &e->properties))
		return;
	enum crypto_profile_id profile = e->properties.profile;
	e->synchronised = synchronised;
	e->time_delta = i.time_delta;
	e->left = i.left;
	e->properties = *i.properties;
	e->properties.profile = profile;
	(void)!graphs_row_put(s, e);
}

void graphs_rows_again(struct graphs *s)
{
	if (s->machine_unsaved)
		put_machine(s);
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->unsaved)
			(void)!graphs_row_put(s, e);
	}
}
