#include "graph/db_int.h"

/* Its text lies behind it. */
static struct graph_person *make(struct graph_db *db, struct span utf16)
{
	struct graph_person *p = env_zalloc(db->env, 1, sizeof(*p) + utf16.n);
	if (!p)
		return NULL;
	uint8_t *text = (uint8_t *)(p + 1);
	if (utf16.n)
		memcpy(text, utf16.p, utf16.n);
	p->utf16 = span_of(text, utf16.n);
	graph_creator_fold(db->crypto, db->profile, p->utf16, p->fold);
	return p;
}

static size_t octets_of(const struct graph_person *p)
{
	return sizeof(*p) + p->utf16.n;
}

/* Where one is looked for first. Names are made of digits that differ: no hash is needed, and
 * of two with one place the later one has it. */
static unsigned place_of(struct span utf16)
{
	unsigned sum = 0;
	for (size_t i = 1; i < utf16.n && i < 16; i++)
		sum = 5 * sum + utf16.p[utf16.n - i];
	return (sum ^ sum >> 5 ^ sum >> 10) % GRAPH_PERSONS_NEAR;
}

static struct graph_person *find(const struct graph_db *db, struct span utf16)
{
	/* Few people are busy at a time. */
	struct graph_person *p = db->recent[place_of(utf16)];
	return p && span_eq(p->utf16, utf16) ? p : map_get(&db->persons, utf16);
}

enum err graph_persons_take(struct graph_db *db, struct span utf16, size_t most,
			    struct graph_person **out)
{
	struct graph_person *p = find(db, utf16);
	if (!p) {
		if (db->persons.count >= most)
			return ERR_FULL;
		p = make(db, utf16);
		enum err e = p ? map_put(&db->persons, p->utf16, p) : ERR_NOMEM;
		if (e) {
			env_free(db->env, p);
			return e;
		}
		db->memory += octets_of(p);
	}
	p->refs++;
	db->recent[place_of(utf16)] = p;
	*out = p;
	return OK;
}

void graph_persons_drop(struct graph_db *db, struct graph_person *p)
{
	if (!p || --p->refs > 0)
		return;
	if (db->recent[place_of(p->utf16)] == p)
		db->recent[place_of(p->utf16)] = NULL;
	(void)map_take(&db->persons, p->utf16);
	db->memory -= octets_of(p);
	env_free(db->env, p);
}

void graph_persons_fini(struct graph_db *db)
{
	map_free(&db->persons);
	memset(db->recent, 0, sizeof(db->recent));
}

const struct graph_person *graph_db_person(const struct graph_db *db, struct span utf16)
{
	return find(db, utf16);
}
