/* groups_job.h - what the jobs of groups are given and give, as octets. Secret. */
#ifndef GROUP_GROUPS_JOB_H
#define GROUP_GROUPS_JOB_H

#include "group/groups.h"
#include "wire/wr.h"

/* PFX_MAKE: all but pfx, its answer is the PFX itself; PFX_OPEN: passphrase and pfx, its
 * answer is one of these with key and certificate. */
struct groups_pfx {
	enum crypto_profile_id profile;
	struct span key; /* PKCS #8 */
	struct span certificate, friendly, passphrase, pfx;
};

size_t groups_job_size(const struct groups_pfx *x);
/* w->failed: no room. */
void groups_job_write(struct wr *w, const struct groups_pfx *x);
/* ERR_MALFORMED. The spans point into the input. */
MUST_USE enum err groups_job_read(struct groups_pfx *x, struct span input);

#endif
