/* session.h - a connection of a group: TLS, then Hello and membership (digest grouping 6), as
 * the session of a graph's provider. Both machines of 6.3 and 6.4 in one; states and events
 * are a table. */
#ifndef GROUP_SESSION_H
#define GROUP_SESSION_H

#include "crypto/tls.h"
#include "graph/provider.h"
#include "group/chain.h"
#include "group/door.h"

#define GROUP_SESSION_STATES(X)                                                                    \
	X(TLS, "TLS handshake")                                                                    \
	X(CONNECTED, "TLS connected")                                                              \
	X(HELLO_SENT, "Hello sent")                                                                \
	X(KNOCKED, "asked to be let in")                                                           \
	X(PASSWORD_SENT, "password sent")                                                          \
	X(SHARED, "asked for a proof")                                                             \
	X(ADMITTING, "letting somebody in")                                                        \
	X(COMPLETE, "authenticated")                                                               \
	X(ENDED, "ended")
enum group_session_state {
#define X(name, text) GROUP_SESSION_##name,
	GROUP_SESSION_STATES(X)
#undef X
	GROUP_SESSION_STATE_COUNT
};

/* Why it ended; told to people by name. */
#define GROUP_SESSION_FAULTS(X)                                                                    \
	X(NONE, "nothing")                                                                         \
	X(TLS, "TLS could not be set up")                                                          \
	X(CERTIFICATE, "the other side's identity certificate is not valid")                       \
	X(CLOCK, "by our clock the other side's certificate is not valid: one of the clocks is "   \
		 "wrong")                                                                          \
	X(CHAIN, "the other side's membership is not valid")                                       \
	X(EXPIRED, "the other side's membership has expired")                                      \
	X(OTHER_GROUP, "the other side is of another group")                                       \
	X(OTHER_PEER, "it is somebody else than was called")                                       \
	X(NO_MEMBERSHIP, "the other side shows no membership")                                     \
	X(OURS, "our own membership is not there, or has expired")                                 \
	X(VERSION, "the other side speaks another version of the protocol")                        \
	X(BINDING, "somebody changed the first message on the way")                                \
	X(MALFORMED, "what came cannot be read")                                                   \
	X(ORDER, "a message that is not expected now")                                             \
	X(TOO_LONG, "our membership does not fit into a packet of this profile")                   \
	X(PASSWORD, "joining by a password is not possible here")                                  \
	X(NO_SECRET, "there is no such password or invitation")                                    \
	X(WRONG_SECRET, "the password or code is wrong")                                           \
	X(SECRET_OVER, "that invitation or password has ended: it is used up, revoked or "         \
		       "changed, its time is over, or a removal ended it")                         \
	X(MAY_NOT_ADMIT, "that member may let nobody in")                                          \
	X(WAIT, "too many wrong guesses: none is taken for a while")                               \
	X(ASKED_BEFORE, "that member has had its one proof of what was typed")                     \
	X(PROOF, "the other side does not know the secret itself")                                 \
	X(REMOVED, "the other side was removed from the group")                                    \
	X(OUT, "by what that member says we were removed from the group")                          \
	X(CLOCK_THERE, "by the other side's clock our certificate is not valid: one of the "       \
		       "clocks is wrong")
enum group_session_fault {
#define X(name, text) GROUP_FAULT_##name,
	GROUP_SESSION_FAULTS(X)
#undef X
	GROUP_SESSION_FAULT_COUNT
};
const char *group_session_fault_text(enum group_session_fault f);

/* What somebody has who wants in by a secret (DESIGN D5): its session shows no membership,
 * but asks for one. */
struct group_knock {
	void *ctx;
	struct group_secret_name name;
	uint8_t prs[GROUP_SECRET_PRS];
	/* A proof is about to be said to the member of that key: whether it may, which is once
	 * for each that is typed (GROUP-13.7). */
	bool (*prove)(void *ctx, struct span public);
	/* It was let in: PKCS #7, judged. */
	void (*let_in)(void *ctx, struct span chain);
	/* It was not, and how many seconds it should wait. */
	void (*refused)(void *ctx, enum group_door_answer why, uint32_t wait_s);
	/* A connection of whoever knocks has failed; told by the home. */
	void (*failed)(void *ctx, enum group_session_fault why, enum group_chain_fault chain,
		       int64_t off);
};

/* Whom a session asks; group.c's. Times: wall us. */
struct group_session_home {
	void *ctx;
	const struct env *env;
	struct crypto *crypto;
	const struct group_profile *profile;
	struct span (*name)(void *ctx);		    /* Group Peer Name */
	const struct crypto_key *(*key)(void *ctx); /* own identity */
	struct span (*certificate)(void *ctx);	    /* own IDC, DER */
	struct span (*chain)(void *ctx);	    /* own chain; empty: none, or expired */
	int64_t (*now)(void *ctx);
	/* Whether the Member List has an unexpired membership of that name and key. */
	bool (*known)(void *ctx, struct span name, struct span public);
	/* A chain that was judged and fits the key: into the Member List. Takes it over. */
	void (*learned)(void *ctx, struct crypto_chain *chain);
	/* Whether it was removed: as the chain says, or, NULL, as that key's newest. May be NULL:
	 * nobody is. */
	bool (*removed)(void *ctx, const struct crypto_chain *chain, struct span public);
	/* The Removal by which it was, as on the wire; empty: none is at hand. May be NULL. */
	struct span (*removal)(void *ctx, const struct crypto_chain *chain, struct span public);
	/* A member says that we were removed, by this record: nobody has judged it yet. */
	void (*told)(void *ctx, struct span record);
	/* Whether they may be here now: asked by `stands`. */
	bool (*may)(void *ctx, struct span name, struct span public);
	/* How it ended, where not well; `off` us that a clock seems to be wrong: ours by so much
	 * behind (above 0) or ahead (below), or the other's the other way round; 0 unknown.
	 * `proved`: a membership says so, not an identity, of which anybody makes any. */
	void (*failed)(void *ctx, const struct graph_parties *who, enum group_session_fault why,
		       enum group_chain_fault chain, int64_t off, bool proved);
	const struct group_door *door;	 /* NULL: nobody is let in by a secret here */
	const struct group_knock *knock; /* NULL: it is a member itself */
};

/* The session part of a provider: `ctx` of session_new is a struct group_session_home. */
enum err group_session_new(void *home, const struct graph_parties *p, void **session);
void group_session_free(void *session);
enum err group_session_step(void *session, struct span token, struct graph_session_out *out);
enum err group_session_seal(void *session, struct span plain, struct graph_session_out *out);
enum err group_session_unseal(void *session, struct span frame, struct graph_session_out *out);
struct span group_session_peer(void *session);
bool group_session_stands(void *session);

struct group_session_info {
	enum group_session_state state;
	enum group_session_fault fault;
	const char *tls, *suite;
	struct span public; /* of the other side; empty: not known */
	size_t held;	    /* octets, beside those of TLS */
};
void group_session_look(const void *session, struct group_session_info *out);

#endif
