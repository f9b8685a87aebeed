/* record.h - a node's run written down: every input and output as octets, so
 * that `homestead-sim replay` feeds the same inputs and compares the outputs.
 *
 * A recording is a header (magic, version, birth times, the configuration as
 * text, the rows the store held at birth) and then entries: u8 kind, u64 time
 * in us, u32 length, body. Random octets drawn by the node stand between the
 * input that drew them and its outputs, so replay hands out the same. Pure:
 * works on buffers; the owner keeps the file. */
#ifndef NODE_RECORD_H
#define NODE_RECORD_H

#include "node/node.h"
#include "wire/rd.h"
#include "wire/wr.h"

#define RECORD_MAGIC "HSTREC01"

enum record_kind {
	RECORD_BIRTH = 1, /* wall time, configuration as text */
	RECORD_ROW,	  /* a row of the store at birth: table name, key kind, key, value */
	RECORD_START,	  /* end of the rows: node_new was called; its outputs follow */
	RECORD_INPUT,	  /* a struct node_in */
	RECORD_RANDOM,	  /* octets the node drew */
	RECORD_OUTPUT,	  /* a struct node_out */
	RECORD_END	  /* the node was freed */
};

struct record_entry {
	enum record_kind kind;
	struct mono at;
	struct span body;
};

/* How many octets the entry takes in a buffer. */
#define RECORD_HEAD 13

void record_put(struct wr *w, enum record_kind kind, struct mono at, struct span body);
/* Takes the next entry off r. ERR_NOT_FOUND: a clean end, or an entry cut off
 * by a crash of the writer; ERR_MALFORMED. */
MUST_USE enum err record_take(struct rd *r, struct record_entry *out);

/* One input or output as the body of an entry; the decoder's spans borrow. */
void record_in_write(struct wr *w, const struct node_in *in);
MUST_USE enum err record_in_read(struct span body, struct node_in *in);
void record_out_write(struct wr *w, const struct node_out *out);
size_t record_in_size(const struct node_in *in);
size_t record_out_size(const struct node_out *out);

#endif
