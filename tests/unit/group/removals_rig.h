/* removals_rig.h - Removals as stories: persons a to h, chains by path ("ab" is that of b, who
 * has it from a), records by number; what a set of them comes to, in any order. */
#ifndef UNIT_GROUP_REMOVALS_RIG_H
#define UNIT_GROUP_REMOVALS_RIG_H

#include "group/removals.h"
#include "people.h"

#define PERSONS 9 /* the group's key, then a to h */
#define PATHS	32
#define SAYS	24
#define TEXT	2048

/* A digit behind a letter is another certificate of the same: "a2". */
struct path {
	char name[8];
	struct people_octets der, pkcs7; /* the last certificate; the chain */
	struct crypto_chain *chain;
};
struct removals_world {
	struct failing_env mem, draw;
	struct crypto *c;
	const struct group_profile *p;
	struct crypto_key *keys[PERSONS];
	char names[PERSONS][GROUP_NAME_OCTETS + 1];
	struct path *paths;
	size_t n_paths;
};
extern struct removals_world w;
int removals_begin(void **state);
int removals_end(void **state);

struct span public_of(char c);
struct path *path_of(const char *name);
const struct crypto_cert *cert_of(const char *path);

/* A Removal, or with `ends` a Return. Numbers are Record IDs, of the first octet. */
struct say {
	uint8_t id;
	const char *by; /* "": the group */
	char whom;
	const char *certs[3]; /* kept, of theirs; of a Return: by which it is back */
	uint8_t records[4];   /* kept */
	uint8_t ends[3];
};
struct group_kept_record record_of(uint8_t id);
MUST_USE enum err put(struct group_removals *r, const struct say *s, int64_t when);
struct group_removals *fresh(void);
/* All that can be asked, as text: who is gone, which paths lead to somebody, which count. */
void describe(const struct group_removals *r, char *out, size_t size);
/* Told in every rotation and backwards, it comes to the same. */
struct group_removals *tell(const struct say *s, size_t n);
#define TELL(s) tell(s, sizeof(s) / sizeof *(s))
bool is_in(const struct group_removals *r, const char *path);
bool stands(const struct group_removals *r, const char *path, uint8_t id);
bool counts(const struct group_removals *r, uint8_t id);

#endif
