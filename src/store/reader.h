/* reader.h - the rows that are committed, read by the owner's thread over a
 * connection of its own. Knows nothing of what is put and not yet committed;
 * no statement stays open, so that the log can be taken in behind it. */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "base/env.h"
#include "store/sql.h"

/* Rows read ahead of a scan: all that the table holds after `from` up to the
 * last of them, or to the end. Octets: from, then u32 lengths, key and value a
 * row. */
struct reader_ahead {
	const struct store_table *table; /* NULL: nothing */
	uint8_t *octets;
	size_t n, size;
	size_t from_n;
	size_t first; /* where the first row begins */
	size_t at;    /* where the next row that may be asked for begins */
	size_t last;  /* where the last row begins; n when there is none */
	size_t rows;  /* wanted the last time */
	bool end;     /* no row behind the last */
};

struct reader {
	const struct env *env;
	struct sql_tables tables;
	uint64_t generation;		 /* of the rows; grows with each commit */
	uint64_t absent[SQL_TABLES_MAX]; /* the generation that lacked a table */
	uint8_t *value;
	size_t value_size;
	struct reader_ahead ahead;
};

/* Takes db over. */
void reader_init(struct reader *r, sqlite3 *take_db, const struct env *env);
void reader_fini(struct reader *r);

/* As the vtable of base/store.h, over committed rows. Spans live until the
 * next get or scan, that of a get until the next get. */
enum err reader_get(struct reader *r, const struct store_table *t, struct span key,
		    struct span *value);
enum err reader_scan(struct reader *r, const struct store_table *t, struct span after,
		     struct store_row *row);

/* A batch was committed: rows read ahead may be old. */
void reader_forget(struct reader *r);

#endif
