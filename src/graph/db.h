/* db.h - the database of one graph: every record on its row in the store, and in memory
 * what finding, ordering, expiring, searching and comparing need, so that a graph larger
 * than memory works (D17; doc/graph.md 7). Knows no peer, no link, no rule of what is
 * valid. A record's octets are kept as they came.
 *
 * Entries live until they are removed or the database is rebuilt; an update keeps the
 * entry and moves it in the orders. */
#ifndef GRAPH_DB_H
#define GRAPH_DB_H

#include "base/list.h"
#include "base/map.h"
#include "base/store.h"
#include "graph/attr.h"
#include "graph/record.h"
#include "graph/wire.h"

struct graph_db;

/* Rows of all graphs: key, a growing integer; value, the graph's number (u32), local flags
 * (u8), the record's octets. */
extern const struct store_table graph_table_records;

/* A Peer ID that records share; counted, so that a creator's octets can be bounded. */
enum graph_room {
	GRAPH_ROOM_APPS,
	GRAPH_ROOM_RESERVED,
	GRAPH_ROOM_VITAL
};
#define GRAPH_ROOMS 3

struct graph_person {
	struct span utf16;	      /* as on the wire */
	uint8_t fold[8];	      /* of Record IDs it may make */
	uint64_t octets[GRAPH_ROOMS]; /* of records it created */
	uint32_t refs;
};

#define GRAPH_ENTRY_REFRESH 0x01  /* local: autorefresh */
#define GRAPH_ENTRY_OURS    0x02  /* local: made or last changed by this node */
#define GRAPH_ENTRY_LOCAL   0x3fu /* as many as there can be */

/* What is in memory of a record. Read-only but for the db. */
struct graph_entry {
	struct graph_place place; /* modified, id */
	uint64_t fingerprint; /* keyed hash of the octets before the payload: equal, with an equal
			       * number of octets, means the same record (GRAPH-10.2) */
	uint32_t octets;      /* of the record */
	uint32_t version;
	uint32_t heard_in;	/* for the core: which neighbors have it, of which time; 0 in a */
	uint8_t heard;		/* fresh one and in one that has changed */
	unsigned int local : 6; /* GRAPH_ENTRY_ */
	bool deleted : 1;
	bool hidden : 1; /* the provider cannot reveal it: shown to nobody */
	uint16_t type;	 /* graph_db_type() */
	uint64_t row;	 /* in the store */
	struct graph_person *creator, *modifier; /* modifier NULL: none */
	uint64_t created, expires;		 /* peer time */
	uint8_t content[CRYPTO_FINGERPRINT];	 /* graph_record_content(); zeros where the profile
						  * has no use for it */
	struct graph_attrs *attrs;		 /* NULL: none */
	uint32_t payload;			 /* octets of it, as it is shown */
	uint32_t index;				 /* this and what follows: the db's */
	struct list by_type;
	void *order[2]; /* by place, by expiry */
	void *terms;
};

/* What goes beyond is refused, nothing is evicted. Records of reserved types are counted
 * apart and have an eighth of each limit, and a little more, for themselves, and those of vital
 * types likewise: GRAPH-7.9, GRAPH-7.15. */
struct graph_db_limits {
	uint64_t octets;	 /* of all records */
	uint64_t creator_octets; /* of one creator */
	uint32_t records, types, persons;
	bool (*vital)(const struct graph_guid *type); /* of a reserved one; NULL: none is */
};

/* Borrows all for life. Reads nothing: graph_db_load() does, in slices. `next_row` is
 * shared by the databases of a store and starts behind its highest row. ERR_NOMEM. */
MUST_USE enum err graph_db_new(struct graph_db **out, uint32_t graph, const struct env *env,
			       struct store *store, struct crypto *crypto,
			       enum crypto_profile_id profile, const struct graph_db_limits *limits,
			       uint64_t *next_row);
void graph_db_free(struct graph_db *db);

/* Reads at most `rows` rows of the table from where it stopped; *done at the end. Rows of
 * other graphs are passed over; a row that cannot be read is left alone and counted. What is
 * stored counts, whatever the limits. Also after graph_db_forget(). ERR_NOMEM, or what the
 * store gives: call again to go on. */
MUST_USE enum err graph_db_load(struct graph_db *db, size_t rows, bool *done);
/* Puts were undone: forgets all entries; the caller loads anew, which first frees what they
 * took. Cursors end. */
void graph_db_forget(struct graph_db *db);
/* Frees what of about so many forgotten entries is left; true: nothing is. */
bool graph_db_bury(struct graph_db *db, size_t entries);

struct graph_entry *graph_db_find(const struct graph_db *db, const struct graph_guid *id);
/* Where an entry is, for who comes back to it later: what it is then may be another record,
 * or another version, and has another fingerprint; NULL: nothing. */
struct graph_entry *graph_db_at(const struct graph_db *db, uint32_t index);
/* As graph_db_find(), for who may put the record next: the search is not made twice. */
struct graph_look {
	struct graph_entry *entry; /* NULL none */
	uint32_t tag;
	bool done;
};
/* They will be looked for: begins to bring what that reads near, of all at once. */
#define GRAPH_DB_EXPECT 16
void graph_db_expect(const struct graph_db *db, const struct graph_guid *ids, size_t n);
struct graph_look graph_db_look(const struct graph_db *db, const struct graph_guid *id);
uint64_t graph_db_fingerprint(const struct graph_db *db, struct span octets);
/* Stores a decoded record with its octets, in place of the one with its ID if there is
 * one. Takes attrs over, also on failure. *number: of the put. ERR_FULL (a limit: *why
 * says which), ERR_NOMEM, or the store's: nothing changed. */
struct graph_db_put {
	const struct graph_record *record;
	struct span octets;
	struct graph_attrs *attrs;
	uint64_t fingerprint;	/* of octets; 0: not known yet */
	struct graph_look look; /* for its ID; nothing has changed since. Zero: not made */
	uint8_t local;
	bool hidden;
	bool revealed;	  /* attrs are not those of the octets, and the payload has so many: */
	uint32_t payload; /* octets */
};
MUST_USE enum err graph_db_put(struct graph_db *db, const struct graph_db_put *p,
			       struct graph_entry **entry, uint64_t *number, enum graph_fault *why);
/* Purges, with its row. */
MUST_USE enum err graph_db_remove(struct graph_db *db, struct graph_entry *e, uint64_t *number);
/* The put, or delete, that was last since it was read; 0: there was none. */
uint64_t graph_db_newest(const struct graph_db *db);
/* What is stored is shown from now on: with these attributes, taken over also on failure, and so
 * many octets of payload. ERR_NOMEM: nothing changed. */
MUST_USE enum err graph_db_show(struct graph_db *db, struct graph_entry *e,
				struct graph_attrs *attrs, uint32_t payload);
void graph_db_hide(struct graph_db *db, struct graph_entry *e);
/* Local flags alone, kept with the row only by the next put. */
void graph_db_mark(struct graph_db *db, struct graph_entry *e, uint8_t local);
/* The record's octets; they live until the next call on the store. */
MUST_USE enum err graph_db_octets(const struct graph_db *db, const struct graph_entry *e,
				  struct span *out);

enum crypto_profile_id graph_db_profile(const struct graph_db *db);

/* Types have small numbers; 0 to 3 are Graph Info, Signature, Contact, Presence. */
const struct graph_guid *graph_db_type(const struct graph_db *db, uint16_t type);
/* ERR_NOT_FOUND: no record has it. */
MUST_USE enum err graph_db_type_number(const struct graph_db *db, const struct graph_guid *type,
				       uint16_t *out);
uint16_t graph_db_types(const struct graph_db *db);
size_t graph_db_type_count(const struct graph_db *db, uint16_t type); /* tombstones too */

/* The person of a field as on the wire: NULL when nobody here has that name. */
const struct graph_person *graph_db_person(const struct graph_db *db, struct span utf16);

/* A walk over the entries of one type, in the order they were stored or last changed; what
 * is stored meanwhile comes too; what is removed meanwhile is passed over. In the caller's
 * memory; begin and end it, the end before the database is freed. */
struct graph_cursor {
	struct list all;
	struct list *at;
	uint16_t type;
};
void graph_cursor_begin(struct graph_db *db, struct graph_cursor *c, uint16_t type);
struct graph_entry *graph_cursor_next(struct graph_db *db, struct graph_cursor *c);
void graph_cursor_end(struct graph_cursor *c);

/* In the order of places, tombstones too: the first entry behind *after (NULL: of all);
 * NULL at the end. O(log n), and O(1) from an entry to the next. */
struct graph_entry *graph_db_after(const struct graph_db *db, const struct graph_place *after);
struct graph_entry *graph_db_next(const struct graph_db *db, const struct graph_entry *e);
/* Of the last `look` entries in that order those that somebody modified, at most so many:
 * the place of the first of them. False: none. */
bool graph_db_modified(const struct graph_db *db, size_t most, size_t look,
		       struct graph_place *from);
/* The one that expires first. */
struct graph_entry *graph_db_first_expiry(const struct graph_db *db);

/* Entries that have an attribute with exactly this value, for searches: walks like
 * graph_attrs_next over an index in memory. *at starts at 0; changes end the walk. */
struct graph_entry *graph_db_with(const struct graph_db *db, struct span name, struct span value,
				  size_t *at);

struct graph_db_info {
	size_t records, deleted, dropped; /* dropped: rows that could not be read */
	size_t hidden;			  /* shown to nobody, tombstones too */
	uint64_t octets, memory;	  /* of records; held in memory, about */
	bool loaded;
};
void graph_db_info(const struct graph_db *db, struct graph_db_info *out);
size_t graph_db_count(const struct graph_db *db);

#endif
