/* door.h - whom a session asks about secrets by which somebody wants in (DESIGN D5): the
 * password of a group and its invitations. Who implements it knows them, counts what is
 * guessed, and issues memberships; session.h speaks with the other side. `modern` alone. */
#ifndef GROUP_DOOR_H
#define GROUP_DOOR_H

#include "crypto/cert.h"

#define GROUP_SECRET_ID	 16
#define GROUP_SECRET_PRS 32 /* what scrypt makes of the secret */

enum group_secret_kind { /* as on the wire */
	GROUP_SECRET_PASSWORD = 0,
	GROUP_SECRET_INVITATION = 1
};

/* What somebody says it knows; public. */
struct group_secret_name {
	enum group_secret_kind kind;
	uint8_t id[GROUP_SECRET_ID]; /* zeros for a password */
};

/* Why somebody is not let in; numbers are on the wire. */
enum group_door_answer {
	GROUP_DOOR_OPEN = 0,
	GROUP_DOOR_NO_SUCH = 1,
	GROUP_DOOR_WRONG = 2,
	GROUP_DOOR_OVER = 3,	 /* used up, expired or ended */
	GROUP_DOOR_NOT_OURS = 4, /* our role may not issue that */
	GROUP_DOOR_WAIT = 5	 /* too many guesses: after some seconds */
};
#define GROUP_DOOR_ANSWERS 6

/* `source`: where the link is from (struct graph_parties). */
struct group_door {
	void *ctx;
	/* Asked twice in a run: before anything is said about the secret, and again before a
	 * proof is looked at, since others may have guessed meanwhile, or the secret is another
	 * one by then: who began with the old one is refused. OPEN: prs is filled; WAIT: *wait_s
	 * seconds. It changes nothing: who stops has used no guess. */
	enum group_door_answer (*find)(void *ctx, const struct group_secret_name *name,
				       struct span source, uint8_t prs[GROUP_SECRET_PRS],
				       uint32_t *wait_s);
	/* A proof came and was wrong: counted, to be durable. Called before the other side is
	 * told. */
	void (*wrong)(void *ctx, const struct group_secret_name *name, struct span source);
	/* A proof came and was right: issues a membership for that identity, counts the use,
	 * and publishes both. OPEN: *ticket, not 0, names it. What was open at find() may be
	 * over now: then the answer says so (never WRONG). */
	enum group_door_answer (*admit)(void *ctx, const struct group_secret_name *name,
					const struct crypto_cert *idc, uint64_t *ticket);
	/* Whether the use is in the store: ERR_STATE not yet (GROUP_OUT_RESUME comes when it
	 * is); OK: *chain, PKCS #7, until the next call, and *after, the put that must be on
	 * disk before the other side hears of it (DESIGN D8), 0 none; else it failed, for
	 * good. */
	enum err (*admitted)(void *ctx, uint64_t ticket, struct span *chain, uint64_t *after);
	/* The session needs it no more; once for each ticket, whatever became of it. */
	void (*admit_drop)(void *ctx, uint64_t ticket);
};

#endif
