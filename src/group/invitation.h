/* invitation.h - what lets people in who know a secret: the Invitation record, its tallies, and
 * the password in a Policy record (DESIGN D5, D6), read and written. Layouts and limits are held
 * here; whether a record may stand is judged elsewhere (judge.h), and what is in the boxes only
 * they know for whom they are (group_secrets.h). Spans point into the octets that were read. */
#ifndef GROUP_INVITATION_H
#define GROUP_INVITATION_H

#include "crypto/seal.h"
#include "group/name.h"
#include "group/role.h"

#define GROUP_INVITATION_ID 16
#define GROUP_PRS	    32 /* of CPace (D5) */
#define GROUP_HOLDER_BOX    (GROUP_PRS + CRYPTO_BOX_OVER)
#define GROUP_HOLDER	    (GROUP_AUTHORITY + GROUP_HOLDER_BOX)
#define GROUP_HOLDERS_MAX   1024
#define GROUP_REMOVALS_MAX  65536 /* that one record knows */
#define GROUP_USE	    (GROUP_AUTHORITY + CRYPTO_SERIAL + 8)
#define GROUP_USES_MAX	    1000
#define GROUP_LOOKUP_OCTETS 32
#define GROUP_LABEL_OCTETS  255
#define GROUP_GUESSES	    5 /* wrong ones end an invitation */
#define GROUP_REMOVAL_ID    16

/* Octets of fixed size one behind the other, each larger than the one before. */
struct group_row {
	struct span all;
	size_t each;
};
static inline size_t group_row_count(const struct group_row *r)
{
	return r->each ? r->all.n / r->each : 0;
}
static inline struct span group_row_at(const struct group_row *r, size_t i)
{
	return span_of(r->all.p + i * r->each, r->each);
}

/* What a password and an invitation have alike. */
struct group_secret {
	enum group_role role;	   /* that it gives */
	struct group_row removals; /* known when it was made: Record IDs */
	struct group_row holders;  /* authority and box each, one an authority */
};
/* The box for that authority; empty: none. */
struct span group_secret_box(const struct group_secret *s, const uint8_t authority[]);
/* Whether that Record ID of a Removal is in its list. */
bool group_secret_knows(const struct group_secret *s, struct span id);

struct group_invitation {
	uint8_t id[GROUP_INVITATION_ID];
	struct group_secret secret;
	int64_t end; /* wall us */
	uint16_t uses;
	bool revoked;	    /* as it was made known before tallies did (GROUP-14.24) */
	struct span maker;  /* peer name */
	struct span lookup; /* two words of a code (code.h) */
	struct span label;  /* for whom; may be empty */
};

/* What one member has seen of an invitation. */
struct group_tally {
	uint8_t id[GROUP_INVITATION_ID];
	bool revoked; /* it was, as this member knows */
	uint16_t wrong;
	struct span uses; /* GROUP_USE octets each, in the order of their happening */
};
struct group_use {
	uint8_t authority[GROUP_AUTHORITY];
	uint8_t serial[CRYPTO_SERIAL];
	int64_t when; /* wall us */
};
static inline size_t group_tally_count(const struct group_tally *t)
{
	return t->uses.n / GROUP_USE;
}
void group_tally_use(const struct group_tally *t, size_t i, struct group_use *out);

/* A record of that type is one of both. */
enum group_invitation_kind {
	GROUP_INVITATION = 1,
	GROUP_TALLY = 2
};
struct group_inviting {
	enum group_invitation_kind kind;
	struct group_invitation invitation; /* of that kind */
	struct group_tally tally;	    /* of the other */
};
/* ERR_MALFORMED; ERR_UNSUPPORTED: of a version or a kind that we do not know. */
MUST_USE enum err group_inviting_read(struct group_inviting *out, struct span payload);

/* Octets of a password in a Policy, of an Invitation. */
size_t group_secret_size(const struct group_secret *s);
size_t group_invitation_size(const struct group_invitation *i);
#define GROUP_TALLY_OCTETS(uses) (2 + GROUP_INVITATION_ID + 1 + 2 + 4 + (uses)*GROUP_USE)
/* ERR_RANGE: too small, or what is beyond a limit. */
MUST_USE enum err group_invitation_write(const struct group_invitation *i, uint8_t *out,
					 size_t size, size_t *n);
MUST_USE enum err group_tally_write(const struct group_tally *t, uint8_t *out, size_t size,
				    size_t *n);
/* Into GROUP_USE octets. */
void group_use_write(const struct group_use *u, uint8_t out[GROUP_USE]);

/* The password, which stands first in what follows the comment of a Policy (group_policy.rest);
 * *later: what follows it. *has false: there is none. ERR_MALFORMED. */
MUST_USE enum err group_policy_password_read(struct group_secret *out, bool *has,
					     struct span *later, struct span rest);
/* NULL: none. ERR_RANGE. */
MUST_USE enum err group_policy_password_write(const struct group_secret *s, struct span later,
					      uint8_t *out, size_t size, size_t *n);

/* Who set the password, or took it away, and when, as that one said: what follows it. False: it
 * does not say; else *rest is what follows that. GROUP-14.37. */
struct group_password_setter {
	int64_t when;	 /* wall us */
	struct span who; /* peer name */
};
bool group_password_setter_read(struct group_password_setter *out, struct span *rest,
				struct span later);
#define GROUP_PASSWORD_SETTER(who_n) (1 + 8 + 2 + (who_n))
/* With `rest` behind it. ERR_RANGE. */
MUST_USE enum err group_password_setter_write(const struct group_password_setter *s,
					      struct span rest, uint8_t *out, size_t size,
					      size_t *n);

/* The authority of a secure peer name, as octets; false: it is none. */
bool group_authority_of(struct span name, uint8_t out[GROUP_AUTHORITY]);

#endif
