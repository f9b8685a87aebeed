/* password.h - the body of Password messages of the modern profile (GROUP-13.1; DESIGN D5):
 * octets, nothing of their order. */
#ifndef GROUP_PASSWORD_H
#define GROUP_PASSWORD_H

#include "group/door.h"
#include "wire/wr.h"

#define GROUP_SHARE 32 /* Ya, Yb */
#define GROUP_PROOF 64 /* Ta, Tb */

enum group_step { /* as on the wire */
	GROUP_STEP_ASK = 1,
	GROUP_STEP_SHARE = 2,
	GROUP_STEP_PROVE = 3,
	GROUP_STEP_CONFIRM = 4,
	GROUP_STEP_REFUSE = 255
};

struct group_password {
	enum group_step step;
	struct group_secret_name name; /* ASK */
	struct span octets;	       /* ASK, SHARE: 32; PROVE, CONFIRM: 64 */
	enum group_door_answer why;    /* REFUSE: never OPEN */
	uint32_t wait_s;	       /* REFUSE */
};

#define GROUP_PASSWORD_MAX (1 + GROUP_PROOF)

/* Spans point into body. ERR_MALFORMED: another step, length, kind or reason; a password with
 * an identifier. */
MUST_USE enum err group_password_read(struct group_password *p, struct span body);
/* At most GROUP_PASSWORD_MAX octets. */
void group_password_put(struct wr *w, const struct group_password *p);
/* Kind and identifier, as the step ASK and what is hashed have them. */
#define GROUP_SECRET_NAME (1 + GROUP_SECRET_ID)
void group_secret_name_put(struct wr *w, const struct group_secret_name *name);

#endif
