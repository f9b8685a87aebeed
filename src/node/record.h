/* record.h - a node's run written down: every input and output as octets, so
 * that `homestead-sim replay` feeds the same inputs and compares the outputs.
 *
 * A recording is RECORD_MAGIC and then entries: u8 kind, u64 time in us, u32
 * length, body, in network order:
 *
 *	BIRTH (ROW | SECRET)* START (RANDOM | OUTPUT | INPUT | STORE | SECRET)* END?
 *
 * BIRTH carries the time and wall clock given to node_new. What the node drew,
 * what its store refused and what it put out stand behind the input that led
 * to it, in that order of happening, so that replay hands out the same. A new
 * node of the same process (a restart) begins with a new BIRTH. Secrets stand in
 * it sealed, under a key that lies elsewhere: without that a run is played up to
 * the first output that rests on one. Pure: works on buffers; the owner keeps the
 * file. */
#ifndef NODE_RECORD_H
#define NODE_RECORD_H

#include "node/node.h"
#include "wire/rd.h"
#include "wire/wr.h"

#define RECORD_MAGIC "HSTREC07"

enum record_kind {
	RECORD_BIRTH = 1, /* record_birth_write */
	RECORD_ROW,	  /* a row of the store at birth: record_row_write */
	RECORD_START,	  /* end of the rows, before node_new is called: u64 newest put */
	RECORD_INPUT,	  /* a struct node_in */
	RECORD_RANDOM,	  /* octets the node drew */
	RECORD_OUTPUT,	  /* a struct node_out */
	RECORD_STORE,	  /* u8: a put or delete failed with the error -value */
	RECORD_SECRET,	  /* u8 enum record_secret, and sealed octets: record_secret_write */
	RECORD_END	  /* the node was freed */
};

enum record_secret {
	RECORD_SECRET_DRAWN = 1, /* octets drawn of which keys are made */
	RECORD_SECRET_ROW,	 /* a ROW of a table that holds keys */
	RECORD_SECRET_VAULT,	 /* the vault key, at birth */
	RECORD_SECRET_INPUT	 /* of the INPUT that follows: record_left_write */
};

struct record_entry {
	enum record_kind kind;
	struct mono at;
	struct span body;
};

/* The file beside a recording that holds the key of its secrets: 64 hexadecimal digits. */
#define RECORD_KEY_SUFFIX ".key"

/* How many octets the head of an entry takes in a buffer. */
#define RECORD_HEAD 13

void record_put(struct wr *w, enum record_kind kind, struct mono at, struct span body);
/* The head alone, for who writes the body in its place. */
void record_head(struct wr *w, enum record_kind kind, struct mono at, size_t body);
/* Takes the next entry off r. ERR_NOT_FOUND: a clean end, or an entry cut off
 * by a crash of the writer; ERR_MALFORMED: a kind or time that cannot be. */
MUST_USE enum err record_take(struct rd *r, struct record_entry *out);

/* Bodies. Writers fail w when it is too small, the sizes say what they need;
 * what a reader gives borrows `body`. Readers: ERR_MALFORMED. */
void record_birth_write(struct wr *w, struct wall wall, struct span config_text);
MUST_USE enum err record_birth_read(struct span body, struct wall *wall, struct span *config_text);

void record_row_write(struct wr *w, const struct store_table *t, const struct store_row *row);
MUST_USE enum err record_row_read(struct span body, struct span *table, struct store_row *row);

void record_start_write(struct wr *w, uint64_t newest_put);
MUST_USE enum err record_start_read(struct span body, uint64_t *newest_put);

/* Where a reader lays what an input or output points at: the caller's, it lives as
 * long as what was read. */
struct record_room {
	struct pnrp_if_addr interfaces[NODE_INTERFACES_MAX];
	struct addr hosts[NODE_HOSTS_MAX];
	struct node_event event;
	struct pnrp_result result;
	struct pnrp_hop step;
	char cloud[PNRP_CLOUD_NAME_MAX + 1];
	struct graph_properties properties, set; /* of a command of graphs */
	struct graph_guid sync_order[GRAPH_PRIORITY_MAX];
	struct addr addresses[NODE_GROUP_ADDRESSES_MAX]; /* of a command of groups */
};

void record_in_write(struct wr *w, const struct node_in *in);
MUST_USE enum err record_in_read(struct span body, struct node_in *in, struct record_room *room);
size_t record_in_size(const struct node_in *in);

/* What the recording of an input leaves out: passphrases, documents, keys, what secret jobs
 * found. The size is 0 where nothing is. The reader puts it where it was. */
size_t record_left_size(const struct node_in *in);
void record_left_write(struct wr *w, const struct node_in *in);
MUST_USE enum err record_left_read(struct span body, struct node_in *in);

/* A SECRET. env gives a nonce; the key has CRYPTO_SEAL_KEY octets. */
size_t record_secret_size(size_t plain);
MUST_USE enum err record_secret_write(struct wr *w, enum record_secret what, struct span plain,
				      const uint8_t *key, const struct env *env);
/* What it is and how many octets are sealed in it. ERR_MALFORMED. */
MUST_USE enum err record_secret_look(struct span body, enum record_secret *what, size_t *n);
/* `out` gets the n octets. ERR_MALFORMED; ERR_DENIED: another key, or changed. */
MUST_USE enum err record_secret_read(struct span body, const uint8_t *key, uint8_t *out);
/* Whether rows of that table are keys as they are: such a row is a SECRET. */
bool record_table_secret(const struct store_table *t);

void record_out_write(struct wr *w, const struct node_out *out);
MUST_USE enum err record_out_read(struct span body, struct node_out *out, struct record_room *room);
size_t record_out_size(const struct node_out *out);

#endif
