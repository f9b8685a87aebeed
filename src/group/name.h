/* name.h - peer names: authority "." classifier (digest grouping 2). UTF-8. */
#ifndef GROUP_NAME_H
#define GROUP_NAME_H

#include "base/text.h"
#include "crypto/crypto.h"

#define GROUP_AUTHORITY	       20 /* octets that a peer name begins with, as digits */
#define GROUP_AUTHORITY_DIGITS (2 * GROUP_AUTHORITY)
#define GROUP_CLASSIFIER_MAX   149 /* characters */
#define GROUP_NAME_MAX	       190 /* characters, of the whole */
#define GROUP_NAME_OCTETS      (GROUP_AUTHORITY_DIGITS + 1 + 3 * GROUP_CLASSIFIER_MAX)
#define GROUP_PARTICIPANT      "participant"

struct group_name {
	struct span authority; /* 40 lower-case hexadecimal digits */
	struct span classifier;
};

/* A secure name, its parts pointing into it. ERR_MALFORMED: also "0.anything". */
MUST_USE enum err group_name_parse(struct group_name *out, struct span text);
/* The name of who holds `public`. ERR_RANGE: the classifier is too long; ERR_MALFORMED: no
 * UTF-8, or a NUL in it. */
MUST_USE enum err group_name_make(struct crypto *c, const struct crypto_profile *p,
				  struct span public, struct span classifier, struct text *out);
/* Whether its authority is that of `public`. */
bool group_name_of(struct crypto *c, const struct crypto_profile *p, struct span name,
		   struct span public);
/* GROUP's participant name: its authority and ".participant". */
MUST_USE enum err group_name_participant(struct span group, struct text *out);

#endif
