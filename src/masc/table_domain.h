/* table_domain.h - how many claims each domain has. A hash table that grows a
 * page at a time (extendible hashing), so that no input waits for a whole table
 * to be moved; its hash is keyed, since peers choose the numbers of domains.
 * Internal to the table (MASC-11). */
#ifndef MASC_TABLE_DOMAIN_H
#define MASC_TABLE_DOMAIN_H

#include "base/env.h"
#include "base/err.h"

#include <stdbool.h>

struct domain_page;

struct domains {
	const struct env *env;
	uint64_t key[2];
	struct domain_page **directory; /* by the first bits of the hash */
	uint8_t depth;			/* so many */
	uint8_t id_size;
	size_t stride, octets, count;
};

/* A place for one domain; good until the next change. */
struct domain_spot {
	struct domain_page *page;
	uint32_t at;
};

void domains_init(struct domains *d, const struct env *env, uint8_t id_size);
void domains_fini(struct domains *d);

/* It is about to be counted. */
void domains_expect(const struct domains *d, const uint8_t *id);
size_t domains_get(const struct domains *d, const uint8_t *id);
/* Finds where to count this one, with the memory it takes. ERR_NOMEM, ERR_FULL. */
MUST_USE enum err domains_reserve(struct domains *d, const uint8_t *id, struct domain_spot *out);
void domains_add(struct domains *d, const struct domain_spot *spot, const uint8_t *id);
void domains_take(struct domains *d, const uint8_t *id); /* one that was added */

#endif
