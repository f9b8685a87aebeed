/* family.h - for the programs of this bench: a group, an administrator and a member whom she
 * let in, with all that shows it, and records of the member. What fails ends the program. */
#ifndef BENCH_GROUP_FAMILY_H
#define BENCH_GROUP_FAMILY_H

#include "group/chain.h"
#include "group/group.h"
#include "group/name.h"

#include "crypto/openssl.h"

#define FAMILY_PAYLOAD 256
#define FAMILY_NOW     INT64_C(1800000000000000) /* wall us */

struct family_person {
	struct crypto_key *key;
	char name[GROUP_NAME_OCTETS + 1];
	uint8_t idc[CRYPTO_CERT_MAX];
	size_t idc_n;
	uint8_t chain[CRYPTO_CHAIN_MAX]; /* of the group itself: its root */
	size_t chain_n;
};

struct family {
	struct env env;
	struct crypto *c;
	const struct group_profile *p;
	struct family_person group, ann, ben; /* ann let ben in */
};

void family_begin(struct family *f);
void family_end(struct family *f);
/* Another one in the first one's context, to be ended before it. */
void family_begin_beside(struct family *f, const struct family *first);
void family_end_beside(struct family *f);
void family_need(bool good, const char *what);
/* The person's chain, judged; the caller's. */
struct crypto_chain *family_chain(struct family *f, const struct family_person *who);
/* A Member List without anybody; the caller's. */
struct group_members *family_members(struct family *f);
/* A key of the library's own, to sign and to check with; the caller's. */
void family_library_key(EVP_PKEY_CTX **signer, EVP_PKEY_CTX **checker);
/* CPU of this process so far. */
double family_cpu_us(void);

/* A record of the member, not signed yet. */
struct family_record {
	struct graph_record r;
	uint8_t payload[FAMILY_PAYLOAD];
	uint8_t security[512];
};
struct family_names {
	uint8_t graph[2 * (GROUP_NAME_OCTETS + 1)], creator[2 * (GROUP_NAME_OCTETS + 1)];
	size_t graph_n, creator_n;
};
void family_names(const struct family *f, struct family_names *out);
void family_record(struct family_record *out, const struct family_names *names, uint32_t at);

#endif
