/* GRAPH-7.10: what a crash left is a prefix of what was put; each row is whole. */
#include "graph/db_int.h"

#include "wire/rd.h"

/* ERR_NOT_FOUND: a row of another graph. ERR_MALFORMED. */
static enum err read_row(const struct graph_db *db, struct span row, struct graph_db_put *put,
			 struct graph_record *record)
{
	struct rd r = rd_of(row);
	uint32_t graph = rd_u32(&r);
	put->local = rd_u8(&r);
	put->octets = rd_rest(&r);
	if (r.failed)
		return ERR_MALFORMED;
	if (graph != db->graph)
		return ERR_NOT_FOUND;
	enum err e = graph_record_decode(put->octets, record);
	if (!e && record->attributes.n)
		e = graph_attrs_read(&put->attrs, record->attributes, db->env, NULL);
	return e;
}

static enum err delete_row(struct graph_db *db, uint64_t row)
{
	uint8_t key[8];
	uint64_t number;
	struct wr w = wr_of(key, 8);
	wr_u64(&w, row);
	return store_del(db->store, &graph_table_records, span_of(key, 8), &number);
}

static enum err take_record(struct graph_db *db, uint64_t row, struct graph_db_put *put)
{
	struct graph_change c = { .put = put };
	enum graph_fault why;
	enum err e = graph_change_prepare(db, &c, false, &why);
	if (e) {
		graph_change_undo(db, &c);
		return e;
	}
	(void)graph_change_commit(db, &c, row);
	return OK;
}

/* Of two rows of one record the later one holds. The other is deleted, lest the record come
 * back when it is purged; not now, since that would end the row's octets. */
static void note_double(struct graph_db *db, uint64_t row)
{
	db->double_row = row;
	db->has_double = true;
}

static enum err take_row(struct graph_db *db, uint64_t row, struct span value)
{
	struct graph_record record;
	struct graph_db_put put = { .record = &record };
	enum err e = read_row(db, value, &put, &record);
	if (e == ERR_MALFORMED)
		db->dropped++;
	if (e)
		return e == ERR_NOMEM ? e : OK;
	const struct graph_entry *old = graph_db_find(db, &record.id);
	uint64_t was = old ? old->row : row;
	if (old && row <= was)
		env_free(db->env, put.attrs);
	else
		e = take_record(db, row, &put);
	if (!e && was != row)
		note_double(db, was < row ? was : row);
	return e;
}

static enum err load_one(struct graph_db *db)
{
	struct store_row row;
	enum err e = db->has_double ? delete_row(db, db->double_row) : OK;
	if (e)
		return e;
	db->has_double = false;
	e = store_scan(db->store, &graph_table_records, span_of(db->loaded_to, db->begun ? 8 : 0),
		       &row);
	if (e == ERR_NOT_FOUND)
		db->loaded = true;
	if (e)
		return db->loaded ? OK : e;
	struct rd r = rd_of(row.key);
	uint64_t number = rd_u64(&r);
	e = take_row(db, number, row.value);
	if (e)
		return e;
	struct wr w = wr_of(db->loaded_to, sizeof(db->loaded_to));
	wr_u64(&w, number);
	db->begun = true;
	if (number >= *db->next_row)
		*db->next_row = number + 1;
	return OK;
}

enum err graph_db_load(struct graph_db *db, size_t rows, bool *done)
{
	enum err e = OK;
	*done = false;
	if (!graph_db_bury(db, rows))
		return OK;
	for (; rows > 0 && !db->loaded && !e; rows--)
		e = load_one(db);
	*done = db->loaded;
	return e;
}
