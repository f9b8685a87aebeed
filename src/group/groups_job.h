/* groups_job.h - what the jobs of groups are given and give, as octets. Secret. */
#ifndef GROUP_GROUPS_JOB_H
#define GROUP_GROUPS_JOB_H

#include "group/groups.h"
#include "group/invitation.h"
#include "wire/wr.h"

/* PFX_MAKE: all but pfx, its answer is the PFX itself; PFX_OPEN: passphrase and pfx, its
 * answer is one of these with key and certificate. */
struct groups_pfx {
	enum crypto_profile_id profile;
	struct span key; /* PKCS #8 */
	struct span certificate, friendly, passphrase, pfx;
};

/* PRS: what CPace begins with (D5): scrypt of the secret, for a group and an invitation, or
 * its password. The answer is GROUP_PRS octets. */
struct groups_prs {
	struct span secret; /* UTF-8 in NFC */
	struct span group;  /* Group Peer Name */
	bool invitation;
	uint8_t id[GROUP_INVITATION_ID]; /* zeros for a password */
};
size_t groups_prs_size(const struct groups_prs *x);
void groups_prs_write(struct wr *w, const struct groups_prs *x);
MUST_USE enum err groups_prs_run(struct span input, uint8_t *result, size_t size, size_t *n);

size_t groups_job_size(const struct groups_pfx *x);
/* w->failed: no room. */
void groups_job_write(struct wr *w, const struct groups_pfx *x);
/* ERR_MALFORMED. The spans point into the input. */
MUST_USE enum err groups_job_read(struct groups_pfx *x, struct span input);

#endif
