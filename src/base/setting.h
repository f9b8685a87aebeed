/* setting.h - typed settings: one table row a key makes the parser, the
 * default, the manual and the text a configuration is written back as.
 * A row points into the object it configures; kinds are the types of values. */
#ifndef BASE_SETTING_H
#define BASE_SETTING_H

#include "base/attr.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"

#include <stdbool.h>

struct setting;

/* A type of value. `read` leaves *field alone when it fails and words in
 * `why` what is accepted; `write` is its inverse. */
struct setting_kind {
	const char *name; /* for the manual: "time", "address" */
	enum err (*read)(const struct setting *s, struct span value, void *field, struct text *why);
	void (*write)(const struct setting *s, const void *field, struct text *t);
};

struct setting {
	const char *name;
	const struct setting_kind *kind;
	size_t offset;		    /* of the field in its object */
	size_t size;		    /* of the field */
	const char *fallback;	    /* default in text; NULL: must be given */
	int64_t min, max;	    /* for numbers, times (us) and sizes */
	const char *const *choices; /* NULL-ended, for setting_choice; value = index */
	const char *help;	    /* one sentence or more for the manual */
	bool secret;		    /* never written back, logged or shown */
};

extern const struct setting_kind setting_bool;	   /* bool: true, false, yes, no, on, off */
extern const struct setting_kind setting_u32;	   /* uint32_t, min..max */
extern const struct setting_kind setting_duration; /* int64_t us, min..max */
extern const struct setting_kind setting_size;	   /* uint64_t octets, min..max */
extern const struct setting_kind setting_choice;   /* uint32_t index into choices */
extern const struct setting_kind setting_string;   /* char array, NUL-ended, checked length */
extern const struct setting_kind setting_addr;	   /* struct addr; max is the default port */

/* NULL when the table (ended by a NULL name) has no such key. */
const struct setting *setting_find(const struct setting *table, struct span name);
/* The key nearest to a misspelt one, NULL when none is near. */
const struct setting *setting_nearest(const struct setting *table, struct span name);

/* Sets every key that has a fallback. An assert, not an error, guards our own
 * tables: a test reads each fallback. */
void setting_defaults(const struct setting *table, void *object);

/* Reads `value` into the key's field. On failure `why` holds a sentence that
 * names the accepted values. ERR_NOT_FOUND (no such key; `why` names the
 * nearest), ERR_MALFORMED, ERR_RANGE. */
MUST_USE enum err setting_set(const struct setting *table, void *object, struct span name,
			      struct span value, struct text *why);

/* Writes the value of one row of a table. False, and nothing written: it is a
 * secret. */
bool setting_write(const struct setting *s, const void *object, struct text *t);

#endif
