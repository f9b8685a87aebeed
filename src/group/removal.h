/* removal.h - the payload of a Removal or a Return (DESIGN D6; doc/group.md 11): whose key is
 * removed, what of it stands all the same, and by whom that is said. Octets alone: who may say
 * so, and whether it counts, is removals.h's and judge.h's. */
#ifndef GROUP_REMOVAL_H
#define GROUP_REMOVAL_H

#include "crypto/cert.h"
#include "graph/record.h"

#define GROUP_REMOVAL_DIGEST  20 /* octets of a SHA-256 that are kept */
#define GROUP_REMOVAL_REASON  255
#define GROUP_REMOVAL_SHOWN   49152   /* octets of a record that is shown to whom it removes */
#define GROUP_REMOVAL_CERTS   65536   /* kept certificates of one */
#define GROUP_REMOVAL_RECORDS 1000000 /* kept records */
#define GROUP_REMOVAL_NAMED   1024    /* Removals, certificates that a Return names */
#define GROUP_REMOVAL_MEMBER  1048576 /* octets of one that a member signed, its chain with it */

/* Entries of lists are of one size and ascend. */
#define GROUP_KEPT_CERT	  (CRYPTO_SERIAL + GROUP_REMOVAL_DIGEST)
#define GROUP_KEPT_RECORD (16 + 4 + GROUP_REMOVAL_DIGEST)
#define GROUP_KEPT_ID	  16

/* Spans borrow. */
struct group_removal {
	bool returns;	     /* a Return */
	struct span key;     /* whose: a public key, as certificates have it */
	bool could_issue;    /* Removal: its role could */
	struct span certs;   /* Removal: kept ones that it issued: serial, digest of the DER */
	struct span records; /* Removal: kept records: ID, version LE, digest of the stream */
	struct span ids;     /* Return: Record IDs of the Removals that end */
	struct span serials; /* Return: of certificates by which it is back */
	struct span chain;   /* PKCS #7 of who signed; empty: the group's key did */
	struct span reason;  /* UTF-8 */
};
size_t group_removal_size(const struct group_removal *p);
/* ERR_MALFORMED; ERR_UNSUPPORTED: of a later version. */
MUST_USE enum err group_removal_read(struct group_removal *out, struct span payload);
/* ERR_RANGE: too small a buffer, or beyond a limit. Lists must ascend. */
MUST_USE enum err group_removal_write(const struct group_removal *p, uint8_t *out, size_t size,
				      size_t *n);
/* Whether a reason may stand: ERR_MALFORMED no UTF-8, or control characters; ERR_RANGE. */
MUST_USE enum err group_removal_reason(struct span reason);

/* Whether a list of entries of `each` octets has one that begins with these. */
bool group_kept_has(struct span list, size_t each, struct span entry);

struct group_kept_record {
	struct graph_guid id;
	uint32_t version;
	uint8_t digest[GROUP_REMOVAL_DIGEST];
};
void group_kept_record_put(const struct group_kept_record *k, uint8_t out[GROUP_KEPT_RECORD]);
bool group_kept_record_in(struct span records, const struct group_kept_record *k);

#endif
