/* db_rig.h - a database on a store in memory, and records for it, for unit tests. */
#ifndef UNIT_GRAPH_DB_RIG_H
#define UNIT_GRAPH_DB_RIG_H

#include "../failing_env.h"

#include "base/store_mem.h"
#include "graph/db.h"

#define RIG_NUMBER 7 /* of the graph */
#define RIG_TIME   UINT64_C(0x01da000000000000)

struct db_rig {
	struct failing_env f, crypto_env;
	struct crypto *crypto;
	struct store_mem *mem;
	struct graph_db *db;
	struct graph_db_limits limits;
	uint64_t next_row;
	enum graph_fault why; /* of the last put */
	uint64_t number;
};

/* A record in short: its ID is sixteen octets `id`, or of that number when above 255. */
struct db_spec {
	uint32_t id, version;
	uint32_t type;	      /* 0 to 3: built-in; 4: reserved; above: an application's */
	const char *creator;  /* NULL: "ann" */
	const char *modifier; /* NULL: none */
	const char *security; /* NULL: none */
	uint64_t created, modified, expires; /* seconds from RIG_TIME; modified 0: created;
					      * expires 0: a year ahead */
	size_t payload;			     /* octets */
	const char *attributes;		     /* of <attributes>; NULL: none */
	bool deleted;
	uint8_t local;
	uint8_t fill; /* of the payload */
};

void db_rig_init(struct db_rig *r, uint64_t seed);
/* The database again, as after a restart; what was not committed stays. */
void db_rig_restart(struct db_rig *r);
void db_rig_load(struct db_rig *r, size_t slice);
/* Asserts that nothing is left behind. */
void db_rig_fini(struct db_rig *r);

struct graph_guid db_guid(uint32_t id);
struct graph_guid db_type(uint32_t type);
/* A Peer ID as on the wire; one buffer: until the next call. */
struct span db_utf16(const char *ascii);
/* The octets of a record; one buffer: until the next call. */
struct span db_octets(const struct db_spec *s);
MUST_USE enum err db_put(struct db_rig *r, const struct db_spec *s, struct graph_entry **out);
/* Asserts that it is taken. */
struct graph_entry *db_must(struct db_rig *r, const struct db_spec *s);
struct graph_entry *db_find(struct db_rig *r, uint32_t id);

/* Everything that the database says of itself, in one number: the same for equal ones, but
 * for the hashes' keys. Asserts that all its orders and indexes agree. */
uint64_t db_sum(const struct graph_db *db);

#endif
