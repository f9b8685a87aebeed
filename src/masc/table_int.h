/* table_int.h - the parts of a prefix table, for its own files. */
#ifndef MASC_TABLE_INT_H
#define MASC_TABLE_INT_H

#include "masc/table.h"
#include "masc/table_domain.h"
#include "masc/table_slot.h"
#include "masc/trie.h"

struct table {
	const struct env *env;
	enum masc_family family;
	size_t most, count;
	size_t by_type[WIRE_ATTRIBUTES];
	struct slots slots;
	struct trie trie;
	struct domains domains;
};

/* What to put in. */
struct table_entry {
	const struct wire_claim *claim;
	struct table_mark mark;
	uint32_t end;
	uint32_t at; /* into this slot if it is free; 0: any */
};

/* Whether a claim could be one of this family. */
bool table_claim_fits(const struct table *t, const struct wire_claim *c);
/* As table_add(), but for the slot and without making its page dirty. */
MUST_USE enum err table_put(struct table *t, const struct table_entry *n, uint32_t *out);
#endif
