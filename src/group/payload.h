/* payload.h - the payloads of the group's own records: Security Properties, Membership
 * (digest grouping 8, DESIGN D19) and Policy (DESIGN D6), read and written. Lengths, versions
 * and text are held to their layout here; whether a payload may stand is judged elsewhere
 * (judge.h). Text in structs is UTF-8; spans point into the octets that were read. */
#ifndef GROUP_PAYLOAD_H
#define GROUP_PAYLOAD_H

#include "group/name.h"
#include "group/profile.h"
#include "group/role.h"

extern const struct graph_guid group_type_membership, group_type_security, group_type_removal,
	group_type_policy, group_type_epoch, group_type_invitation, group_type_key;
/* The order in which these are synchronised first (P31). */
#define GROUP_SYNC_ORDER 6
extern const struct graph_guid group_sync_order[GROUP_SYNC_ORDER];
/* One of the seven. */
bool group_type_is_ours(const struct graph_guid *type);

#define GROUP_OPTION_DATA_OPTIONAL 0x1u
#define GROUP_OPTION_NO_PRESENCE   0x2u
#define GROUP_OPTION_DEFER	   0x4u

/* Characters that are issued (P23), and octets of UTF-8 that are read: twice as many units on
 * the wire, the terminator among them. */
#define GROUP_FRIENDLY_ISSUED 126
#define GROUP_COMMENT_ISSUED  255
#define GROUP_CLOUD_ISSUED    126
#define GROUP_FRIENDLY_OCTETS (3 * 253)
#define GROUP_COMMENT_OCTETS  (3 * 1023)
#define GROUP_CLOUD_OCTETS    (3 * 253)

#define GROUP_LIFE_LEAST    28800
#define GROUP_LIFE_MOST	    315360000
#define GROUP_LIFE	    2419200 /* s: of a Membership record */
#define GROUP_PRESENCE_LIFE 300

#define GROUP_BY_CERTIFICATE 0x1u
#define GROUP_BY_PASSWORD    0x2u

struct group_security {
	uint8_t major, minor;
	uint32_t options;
	uint32_t membership_life, presence_life; /* s */
	char comment[GROUP_COMMENT_OCTETS + 1];
	char cloud[GROUP_CLOUD_OCTETS + 1];
	char classifier[3 * GROUP_CLASSIFIER_MAX + 1];
	char group[GROUP_NAME_OCTETS + 1], creator[GROUP_NAME_OCTETS + 1];
	char friendly[GROUP_FRIENDLY_OCTETS + 1];
	uint32_t authentication; /* of minor version 1: GROUP_BY_... */
	struct span password;	 /* 1.1: Password Hash String, as on the wire */
	enum group_role password_role;
};
#define GROUP_SECURITY_OCTETS 4096 /* of one that is written, at most */
/* ERR_MALFORMED; ERR_UNSUPPORTED: of a version that we do not know. */
MUST_USE enum err group_security_read(struct group_security *out, struct span payload);
/* ERR_RANGE: too small, or a text that is too long; ERR_MALFORMED: text that is no UTF-8. */
MUST_USE enum err group_security_write(const struct group_security *s, uint8_t *out, size_t size,
				       size_t *n);

struct group_membership {
	uint8_t major, minor;
	struct span chain;    /* PKCS #7 */
	struct span seal_key; /* modern: X25519, 32 octets, or empty */
	struct span seal_signature;
};
/* What one of a chain of so many octets has at most. */
#define GROUP_MEMBERSHIP_OCTETS(chain) ((chain) + 14 + 32 + CRYPTO_SIGNATURE_MAX)
/* ERR_MALFORMED; ERR_UNSUPPORTED: of a version that is none of this profile. */
MUST_USE enum err group_membership_read(struct group_membership *out, struct span payload,
					const struct group_profile *p);
MUST_USE enum err group_membership_write(const struct group_membership *m,
					 const struct group_profile *p, uint8_t *out, size_t size,
					 size_t *n);

/* Modern: what an administrator may change; the password's parts come with joining by it. */
struct group_policy {
	uint32_t options;
	char friendly[GROUP_FRIENDLY_OCTETS + 1];
	char comment[GROUP_COMMENT_OCTETS + 1];
	struct span rest; /* of a later version: kept when it is written again */
};
#define GROUP_POLICY_OCTETS 2048 /* of one that is written, `rest` not counted */
MUST_USE enum err group_policy_read(struct group_policy *out, struct span payload);
MUST_USE enum err group_policy_write(const struct group_policy *p, uint8_t *out, size_t size,
				     size_t *n);

#endif
