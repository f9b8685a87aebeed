#include "db_rig.h"

#include <stdio.h>

void db_rig_init(struct db_rig *r, uint64_t seed)
{
	memset(r, 0, sizeof(*r));
	failing_env_init(&r->f, seed);
	failing_env_init(&r->crypto_env, seed);
	r->limits = (struct graph_db_limits){
		.octets = 1 << 30,
		.creator_octets = 1 << 30,
		.records = 1 << 20,
		.types = 1000,
		.persons = 1000,
	};
	r->next_row = 1;
	assert_int_equal(crypto_new(&r->crypto, &r->crypto_env.env), OK);
	assert_int_equal(store_mem_new(&r->mem, &r->f.env), OK);
	db_rig_restart(r);
}

void db_rig_restart(struct db_rig *r)
{
	graph_db_free(r->db);
	r->db = NULL;
	assert_int_equal(graph_db_new(&r->db, RIG_NUMBER, &r->f.env, store_mem_store(r->mem),
				      r->crypto, CRYPTO_MODERN, &r->limits, &r->next_row),
			 OK);
}

void db_rig_load(struct db_rig *r, size_t slice)
{
	bool done = false;
	for (int i = 0; i < 1000000 && !done; i++)
		assert_int_equal(graph_db_load(r->db, slice, &done), OK);
	assert_true(done);
}

void db_rig_fini(struct db_rig *r)
{
	graph_db_free(r->db);
	store_mem_free(r->mem);
	crypto_free(r->crypto);
	failing_env_assert_clean(&r->f);
	failing_env_assert_clean(&r->crypto_env);
}

struct graph_guid db_guid(uint32_t id)
{
	struct graph_guid g;
	if (id < 256)
		memset(g.at, (int)id, sizeof(g.at));
	for (size_t i = 0; id >= 256 && i < sizeof(g.at); i++)
		g.at[i] = (uint8_t)(id * UINT32_C(2654435761) >> (8 * (i % 4)) ^ id >> i);
	return g;
}

struct graph_guid db_type(uint32_t type)
{
	const struct graph_guid *fixed[] = { &graph_type_info, &graph_type_signature,
					     &graph_type_contact, &graph_type_presence };
	struct graph_guid g = { { 0 } };
	if (type < 4)
		return *fixed[type];
	g.at[0] = (uint8_t)(type >> 8);
	g.at[1] = (uint8_t)type;
	g.at[2] = 0x77;
	if (type != 4)
		g.at[15] = 1;
	return g;
}

static struct span utf16_of(const char *ascii, uint8_t *at)
{
	size_t n = ascii ? strlen(ascii) + 1 : 0;
	for (size_t i = 0; i < n; i++) {
		at[2 * i] = 0;
		at[2 * i + 1] = (uint8_t)ascii[i];
	}
	return span_of(at, 2 * n);
}

struct span db_utf16(const char *ascii)
{
	static uint8_t at[1024];
	return utf16_of(ascii, at);
}

struct span db_octets(const struct db_spec *s)
{
	static uint8_t octets[1 << 20], creator[512], modifier[512], graph[64], payload[1 << 19],
		attributes[65536];
	char xml[32768] = "";
	uint64_t modified = s->modified ? s->modified : s->created;
	uint64_t expires = s->expires ? s->expires : 31536000;
	memset(payload, s->fill, s->payload);
	if (s->attributes)
		snprintf(xml, sizeof(xml), "<attributes>%s</attributes>", s->attributes);
	struct graph_record r = {
		.type = db_type(s->type),
		.id = db_guid(s->id),
		.version = s->version,
		.flags = s->deleted ? GRAPH_RECORD_DELETED : 0,
		.creator = utf16_of(s->creator ? s->creator : "ann", creator),
		.modifier = utf16_of(s->modifier, modifier),
		.security = s->security ? span_str(s->security) : span_of(NULL, 0),
		.created = RIG_TIME + s->created * GRAPH_TICKS_SEC,
		.expires = RIG_TIME + expires * GRAPH_TICKS_SEC,
		.modified = RIG_TIME + modified * GRAPH_TICKS_SEC,
		.graph = utf16_of("graph", graph),
		.protocol = GRAPH_PROTOCOL,
		.payload = span_of(payload, s->payload),
		.attributes = utf16_of(s->attributes ? xml : NULL, attributes),
	};
	struct wr w = wr_of(octets, sizeof(octets));
	graph_record_put(&w, &r);
	assert_false(w.failed);
	return wr_span(&w);
}

enum err db_put(struct db_rig *r, const struct db_spec *s, struct graph_entry **out)
{
	struct graph_record record;
	struct graph_db_put p = { .record = &record, .octets = db_octets(s), .local = s->local };
	enum err e = graph_record_decode(p.octets, &record);
	assert_int_equal(e, OK);
	if (record.attributes.n)
		e = graph_attrs_read(&p.attrs, record.attributes, &r->f.env, NULL);
	if (e)
		return e;
	r->why = GRAPH_FAULT_NONE;
	return graph_db_put(r->db, &p, out, &r->number, &r->why);
}

struct graph_entry *db_must(struct db_rig *r, const struct db_spec *s)
{
	struct graph_entry *e = NULL;
	assert_int_equal(db_put(r, s, &e), OK);
	assert_non_null(e);
	return e;
}

struct graph_entry *db_find(struct db_rig *r, uint32_t id)
{
	struct graph_guid g = db_guid(id);
	return graph_db_find(r->db, &g);
}

static uint64_t mix(uint64_t sum, uint64_t v)
{
	sum ^= v;
	sum *= UINT64_C(0x9e3779b97f4a7c15);
	return sum ^ sum >> 29;
}

static uint64_t mix_entry(uint64_t sum, const struct graph_entry *e)
{
	const uint64_t key[2] = { 1, 2 };
	sum = mix(sum, map_hash(key, span_of(e->place.id.at, sizeof(e->place.id.at))));
	sum = mix(sum, e->place.modified);
	sum = mix(sum, (uint64_t)e->version << 32 | e->octets);
	sum = mix(sum, (uint64_t)e->payload << 16 | (uint64_t)e->local << 1 | e->deleted);
	sum = mix(sum, e->created);
	sum = mix(sum, e->expires);
	sum = mix(sum, e->row);
	sum = mix(sum, map_hash(key, e->creator->utf16));
	for (size_t i = 0; i < GRAPH_ROOMS; i++)
		sum = mix(sum, e->creator->octets[i]);
	sum = mix(sum, e->creator->refs);
	if (e->modifier)
		sum = mix(sum, map_hash(key, e->modifier->utf16));
	return mix(sum, e->attrs ? graph_attrs_octets(e->attrs) : 0);
}

static void check_attrs(const struct graph_db *db, const struct graph_entry *e)
{
	struct graph_attr a;
	size_t at = 0;
	while (e->attrs && graph_attrs_next(e->attrs, &at, &a)) {
		size_t walk = 0, found = 0;
		const struct graph_entry *other;
		while ((other = graph_db_with(db, a.name, a.value, &walk)) != NULL)
			found += other == e;
		assert_int_equal(found, 1);
	}
}

uint64_t db_sum(const struct graph_db *db)
{
	uint64_t sum = 0, octets = 0;
	size_t n = 0, deleted = 0, typed = 0;
	const struct graph_entry *last = NULL, *first = graph_db_first_expiry(db);
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		assert_ptr_equal(graph_db_find(db, &e->place.id), e);
		assert_true(!last || graph_place_cmp(&last->place, &e->place) < 0);
		assert_ptr_equal(graph_db_after(db, last ? &last->place : NULL), e);
		assert_true(first->expires <= e->expires);
		check_attrs(db, e);
		sum = mix_entry(sum, e);
		octets += e->octets;
		deleted += e->deleted;
		n++;
		last = e;
	}
	assert_null(last ? graph_db_after(db, &last->place) : first);
	for (uint16_t t = 0; t < graph_db_types(db); t++)
		typed += graph_db_type_count(db, t);
	struct graph_db_info info;
	graph_db_info(db, &info);
	assert_int_equal(info.records, n);
	assert_int_equal(graph_db_count(db), n);
	assert_int_equal(typed, n);
	assert_int_equal(info.deleted, deleted);
	assert_int_equal(info.octets, octets);
	return mix(mix(sum, n), octets);
}
