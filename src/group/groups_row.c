/* What is kept of identities and groups (GROUP-10.1). Rows go by growing numbers; that of
 * identity 0 holds the number of the default one. */
#include "group/groups_int.h"

#include "wire/rd.h"
#include "wire/wr.h"

#define FORMAT	   1
#define OPEN	   0x01
#define OWNER	   0x02
#define OWNER_KEPT 0x04
#define EPOCHS	   0x08
#define ENTRY_OVER 8192 /* octets of a row beside chain and properties */

const struct store_table group_table_identities = { "identities", STORE_KEY_INTEGER };
const struct store_table group_table_groups = { "groups", STORE_KEY_INTEGER };

struct key {
	uint8_t octets[8];
};

static struct span key_of(uint64_t number, struct key *room)
{
	struct wr w = wr_of(room->octets, sizeof(room->octets));
	wr_u64(&w, number);
	return wr_span(&w);
}

static uint64_t number_of(struct span key)
{
	struct rd r = rd_of(key);
	return rd_u64(&r);
}

static void put_span(struct wr *w, struct span s)
{
	wr_u32(w, (uint32_t)s.n);
	wr_bytes(w, s);
}

static struct span get_span(struct rd *r)
{
	uint32_t n = rd_u32(r);
	return rd_bytes(r, n);
}

static void get_text(struct rd *r, char *out, size_t size)
{
	struct span s = get_span(r);
	if (s.n >= size || (s.n && memchr(s.p, 0, s.n))) {
		r->failed = true;
		return;
	}
	if (s.n)
		memcpy(out, s.p, s.n);
	out[s.n] = 0;
}

static enum err get_octets(struct groups *s, struct rd *r, struct groups_octets *o)
{
	struct span from = get_span(r);
	return r->failed || !from.n ? OK : groups_octets_set(s, o, from);
}

static void free_octets(struct groups *s, struct groups_octets *o)
{
	env_free(s->env, o->p);
	*o = (struct groups_octets){ NULL, 0 };
}

void groups_person_free(struct groups *s, struct groups_person *p)
{
	list_take(&p->all);
	crypto_key_free(p->key);
	free_octets(s, &p->certificate);
	free_octets(s, &p->sealed);
	env_free(s->env, p);
}

void groups_entry_free(struct groups *s, struct groups_entry *e)
{
	if (s->turn == &e->all)
		s->turn = NULL;
	list_take(&e->all);
	groups_seek_end(s, e);
	groups_names_end(s, e);
	group_free(e->group);
	crypto_key_free(e->group_key);
	free_octets(s, &e->chain);
	free_octets(s, &e->security);
	free_octets(s, &e->owner_sealed);
	free_octets(s, &e->root);
	free_octets(s, &e->box_sealed);
	crypto_secret_free(e->box_secret);
	free_octets(s, &e->keys_sealed);
	env_free(s->env, e);
}

/* ---- identities ---- */

static enum err person_fill(struct groups *s, struct groups_person *p, struct rd *r)
{
	uint8_t format = rd_u8(r), profile = rd_u8(r);
	p->made = (int64_t)rd_u64(r);
	get_text(r, p->name, sizeof(p->name));
	get_text(r, p->label, sizeof(p->label));
	enum err e = get_octets(s, r, &p->certificate);
	if (!e)
		e = get_octets(s, r, &p->sealed);
	if (e)
		return e;
	p->profile = (enum crypto_profile_id)profile;
	return rd_done(r) && format == FORMAT && profile < CRYPTO_PROFILE_COUNT ? OK
										: ERR_MALFORMED;
}

/* GROUP-10.4: one that another vault key sealed is there, but cannot be used. */
static enum err person_unlock(struct groups *s, struct groups_person *p)
{
	enum err e = groups_key_unseal(s, p->profile, "identity", p->name, &p->sealed, &p->key);
	if (e == ERR_NOMEM)
		return e;
	if (e == ERR_DENIED)
		s->health = e;
	return OK;
}

/* A row that cannot be read is left alone. */
static enum err person_take(struct groups *s, uint64_t number, struct span value)
{
	struct rd r = rd_of(value);
	struct groups_person *p = env_zalloc(s->env, 1, sizeof(*p));
	if (!p)
		return ERR_NOMEM;
	list_init(&p->all);
	p->number = (uint32_t)number;
	enum err e = person_fill(s, p, &r);
	if (!e)
		e = person_unlock(s, p);
	if (e) {
		groups_person_free(s, p);
		return e == ERR_MALFORMED ? OK : e;
	}
	list_push_back(&s->persons, &p->all);
	return OK;
}

static enum err identity_row(struct groups *s, uint64_t number, struct span value)
{
	if (number > UINT32_MAX - 1)
		return OK;
	if (!number) {
		struct rd r = rd_of(value);
		s->standard = rd_u32(&r);
		return OK;
	}
	if (s->next_person <= number)
		s->next_person = (uint32_t)number + 1;
	return person_take(s, number, value);
}

typedef enum err take_row(struct groups *s, uint64_t number, struct span value);

/* A row's spans live until the next call on the store alone. */
static enum err read_all(struct groups *s, const struct store_table *t, take_row *take)
{
	struct store_row row;
	struct key key;
	struct span after = span_of(NULL, 0);
	enum err e;
	while (!(e = store_scan(s->store, t, after, &row))) {
		uint64_t number = number_of(row.key);
		e = take(s, number, row.value);
		if (e)
			return e;
		after = key_of(number, &key);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err groups_person_put(struct groups *s, struct groups_person *p)
{
	uint8_t room[ENTRY_OVER + CRYPTO_CERT_MAX];
	struct wr w = wr_of(room, sizeof(room));
	struct key key;
	wr_u8(&w, FORMAT);
	wr_u8(&w, (uint8_t)p->profile);
	wr_u64(&w, (uint64_t)p->made);
	put_span(&w, span_str(p->name));
	put_span(&w, span_str(p->label));
	put_span(&w, groups_span(&p->certificate));
	put_span(&w, groups_span(&p->sealed));
	if (w.failed)
		return ERR_RANGE;
	enum err e = store_put(s->store, &group_table_identities, key_of(p->number, &key),
			       wr_span(&w), &p->saved);
	if (!e)
		s->put = p->saved;
	return e;
}

enum err groups_person_drop(struct groups *s, const struct groups_person *p)
{
	struct key key;
	return store_del(s->store, &group_table_identities, key_of(p->number, &key), &s->put);
}

enum err groups_standard_put(struct groups *s)
{
	uint8_t room[4];
	struct wr w = wr_of(room, sizeof(room));
	struct key key;
	wr_u32(&w, s->standard);
	return store_put(s->store, &group_table_identities, key_of(0, &key), wr_span(&w), &s->put);
}

/* ---- groups ---- */

static void entry_flags(struct groups_entry *e, uint8_t flags)
{
	e->open = flags & OPEN;
	e->owner = flags & OWNER;
	e->owner_kept = flags & OWNER_KEPT;
	e->epochs = flags & EPOCHS;
}

static enum err entry_blobs(struct groups *s, struct groups_entry *e, struct rd *r)
{
	struct groups_octets *const all[] = { &e->chain, &e->security, &e->owner_sealed, &e->root,
					      &e->box_sealed };
	enum err err = OK;
	for (size_t i = 0; !err && i < sizeof(all) / sizeof(all[0]); i++)
		err = get_octets(s, r, all[i]);
	return err;
}

static enum err entry_fill(struct groups *s, struct groups_entry *e, struct rd *r)
{
	uint8_t format = rd_u8(r);
	entry_flags(e, rd_u8(r));
	uint8_t profile = rd_u8(r);
	e->scope = rd_u32(r);
	e->options = rd_u32(r);
	get_text(r, e->id, sizeof(e->id));
	get_text(r, e->self, sizeof(e->self));
	get_text(r, e->friendly, sizeof(e->friendly));
	get_text(r, e->comment, sizeof(e->comment));
	get_text(r, e->cloud, sizeof(e->cloud));
	struct span box = rd_bytes(r, sizeof(e->box));
	if (box.n)
		memcpy(e->box, box.p, box.n);
	enum err err = entry_blobs(s, e, r);
	/* Rows of before there were epochs end here. */
	if (!err && r->left)
		err = get_octets(s, r, &e->keys_sealed);
	if (err)
		return err;
	e->profile = (enum crypto_profile_id)profile;
	return rd_done(r) && format == FORMAT && profile < CRYPTO_PROFILE_COUNT ? OK
										: ERR_MALFORMED;
}

/* The group key where it is at hand; without it the membership stands all the same. */
static enum err entry_unlock(struct groups *s, struct groups_entry *e)
{
	if (!e->owner)
		return OK;
	enum err err =
		groups_key_unseal(s, e->profile, "group", e->id, &e->owner_sealed, &e->group_key);
	return err == ERR_NOMEM ? err : OK;
}

static enum err entry_take(struct groups *s, uint64_t number, struct span value)
{
	struct rd r = rd_of(value);
	if (!number || number > UINT32_MAX - 1)
		return OK;
	if (s->next_entry <= number)
		s->next_entry = (uint32_t)number + 1;
	struct groups_entry *e = env_zalloc(s->env, 1, sizeof(*e));
	if (!e)
		return ERR_NOMEM;
	list_init(&e->all);
	list_init(&e->names);
	e->sought.next = MONO_NEVER;
	e->number = (uint32_t)number;
	enum err err = entry_fill(s, e, &r);
	if (!err)
		err = entry_unlock(s, e);
	if (err) {
		groups_entry_free(s, e);
		return err == ERR_MALFORMED ? OK : err;
	}
	list_push_back(&s->entries, &e->all);
	return OK;
}

static void entry_write(struct wr *w, const struct groups_entry *e)
{
	wr_u8(w, FORMAT);
	wr_u8(w, (uint8_t)((e->open ? OPEN : 0) | (e->owner ? OWNER : 0) |
			   (e->owner_kept ? OWNER_KEPT : 0) | (e->epochs ? EPOCHS : 0)));
	wr_u8(w, (uint8_t)e->profile);
	wr_u32(w, e->scope);
	wr_u32(w, e->options);
	put_span(w, span_str(e->id));
	put_span(w, span_str(e->self));
	put_span(w, span_str(e->friendly));
	put_span(w, span_str(e->comment));
	put_span(w, span_str(e->cloud));
	wr_bytes(w, span_of(e->box, sizeof(e->box)));
	put_span(w, groups_span(&e->chain));
	put_span(w, groups_span(&e->security));
	put_span(w, groups_span(&e->owner_sealed));
	put_span(w, groups_span(&e->root));
	put_span(w, groups_span(&e->box_sealed));
	put_span(w, groups_span(&e->keys_sealed));
}

enum err groups_entry_put(struct groups *s, struct groups_entry *e)
{
	size_t size = ENTRY_OVER + CRYPTO_CERT_MAX + e->chain.n + e->security.n + e->keys_sealed.n;
	uint8_t *room = env_zalloc(s->env, 1, size);
	struct wr w = wr_of(room, size);
	struct key key;
	if (!room) {
		e->unsaved = true;
		return ERR_NOMEM;
	}
	entry_write(&w, e);
	enum err err = w.failed ? ERR_RANGE
				: store_put(s->store, &group_table_groups, key_of(e->number, &key),
					    wr_span(&w), &e->saved);
	if (!err)
		s->put = e->saved;
	e->unsaved = err != OK;
	env_free(s->env, room);
	return err;
}

enum err groups_entry_drop(struct groups *s, const struct groups_entry *e)
{
	struct key key;
	return store_del(s->store, &group_table_groups, key_of(e->number, &key), &s->put);
}

enum err groups_rows_read(struct groups *s)
{
	enum err e = read_all(s, &group_table_identities, identity_row);
	return e ? e : read_all(s, &group_table_groups, entry_take);
}

/* ---- undone ---- */

/* Label and default are what the store holds again; true: it has that identity. */
static bool person_as_kept(struct groups *s, struct groups_person *p)
{
	struct span value;
	struct key key;
	if (store_get(s->store, &group_table_identities, key_of(p->number, &key), &value))
		return false;
	struct rd r = rd_of(value);
	char name[sizeof(p->name)];
	rd_skip(&r, 10);
	get_text(&r, name, sizeof(name));
	get_text(&r, p->label, sizeof(p->label));
	return true;
}

static bool is_there(const struct groups *s, uint64_t number)
{
	LIST_EACH(n, tmp, &s->persons)
	{
		if (LIST_ENTRY(n, struct groups_person, all)->number == number)
			return true;
	}
	return false;
}

/* One whose deletion was undone is back. */
static enum err back(struct groups *s, uint64_t number, struct span value)
{
	return number && is_there(s, number) ? OK : identity_row(s, number, value);
}

/* GROUP-10.2 */
void groups_persons_again(struct groups *s)
{
	LIST_EACH(n, tmp, &s->persons)
	{
		struct groups_person *p = LIST_ENTRY(n, struct groups_person, all);
		if (!person_as_kept(s, p))
			groups_person_free(s, p);
	}
	s->standard = 0;
	s->persons_stale = read_all(s, &group_table_identities, back) != OK;
}

static enum err entry_back(struct groups *s, uint64_t number, struct span value)
{
	LIST_EACH(n, tmp, &s->entries)
	{
		if (LIST_ENTRY(n, struct groups_entry, all)->number == number)
			return OK;
	}
	return entry_take(s, number, value);
}

/* One that was left is back when that could not be stored. */
void groups_entries_again(struct groups *s)
{
	s->entries_stale = read_all(s, &group_table_groups, entry_back) != OK;
}
