/* From a secret to what CPace begins with (GROUP-14.13): slow on purpose, so for a job. */
#include "crypto/pake.h"
#include "group/groups_job.h"
#include "wire/rd.h"

#define LOG2_N	 15
#define SALT_MAX (GROUP_NAME_OCTETS + 1 + GROUP_INVITATION_ID + 4)

size_t groups_prs_size(const struct groups_prs *x)
{
	return 2 + x->secret.n + 2 + x->group.n + 1 + GROUP_INVITATION_ID;
}

void groups_prs_write(struct wr *w, const struct groups_prs *x)
{
	wr_u16(w, (uint16_t)x->secret.n);
	wr_bytes(w, x->secret);
	wr_u16(w, (uint16_t)x->group.n);
	wr_bytes(w, x->group);
	wr_u8(w, x->invitation ? 1 : 0);
	wr_bytes(w, span_of(x->id, sizeof(x->id)));
}

enum err groups_prs_run(struct span input, uint8_t *result, size_t size, size_t *n)
{
	uint8_t salt[SALT_MAX];
	struct wr w = wr_of(salt, sizeof(salt));
	struct rd r = rd_of(input);
	uint16_t n_secret = rd_u16(&r);
	struct span secret = rd_bytes(&r, n_secret);
	uint16_t n_group = rd_u16(&r);
	struct span group = rd_bytes(&r, n_group);
	struct span name = rd_bytes(&r, 1 + GROUP_INVITATION_ID);
	const struct span parts[] = { group, name };
	if (!rd_done(&r) || !group.n || size < GROUP_PRS)
		return ERR_MALFORMED;
	crypto_lv_cat(&w, parts, 2);
	if (w.failed)
		return ERR_RANGE;
	enum err e = crypto_passphrase(secret, wr_span(&w), LOG2_N, result, GROUP_PRS);
	if (!e)
		*n = GROUP_PRS;
	return e;
}
