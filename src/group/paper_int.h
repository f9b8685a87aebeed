/* paper_int.h - what reading and writing of papers share: which elements a kind has. */
#ifndef GROUP_PAPER_INT_H
#define GROUP_PAPER_INT_H

#include "group/paper.h"

enum group_field {
	GROUP_FIELD_IDC,
	GROUP_FIELD_CLOUD,
	GROUP_FIELD_SCOPE,
	GROUP_FIELD_FLAGS,
	GROUP_FIELD_GMC,
	GROUP_FIELD_GROUP,
	GROUP_FIELD_FRIENDLY,
	GROUP_FIELD_IDENTITY,
	GROUP_FIELD_PEER,
	GROUP_FIELD_DATA,
	GROUP_FIELD_COUNT
};
#define GROUP_FIELD_BIT(f) (1u << (f))

extern const char *const group_field_element[GROUP_FIELD_COUNT];

extern const char *const group_paper_element[GROUP_PAPER_KIND_COUNT];

/* A kind: what it holds, in this order. */
#define GROUP_PAPER_FIELDS 6
struct group_paper_row {
	uint8_t minor;	   /* the highest version we know */
	unsigned int must; /* what it cannot be without, as GROUP_FIELD_BIT() */
	size_t n;
	enum group_field fields[GROUP_PAPER_FIELDS];
};
extern const struct group_paper_row group_paper_rows[GROUP_PAPER_KIND_COUNT];

/* By enum graph_scope. */
#define GROUP_SCOPES 4
extern const char *const group_scope_word[GROUP_SCOPES];

/* Where a field stands, for all but SCOPE and FLAGS. */
struct span *group_paper_slot(struct group_paper *p, enum group_field f);

#endif
