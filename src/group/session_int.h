/* session_int.h - what the files of a connection share: its insides, and its machine, which
 * knows neither TLS nor frames. */
#ifndef GROUP_SESSION_INT_H
#define GROUP_SESSION_INT_H

#include "graph/octets.h"
#include "group/hello.h"
#include "group/name.h"
#include "group/password.h"
#include "group/session.h"

#define GROUP_BINDING 32

/* What happens to a connection. Messages come by flights: all that one side says before it
 * is the other's turn. */
#define GROUP_SESSION_EVENTS(X)                                                                    \
	X(SECURED) /* TLS is set up */                                                             \
	X(ASKED)   /* for what we have to say, nothing came */                                     \
	X(KNOCKS)  /* likewise, and what we have is a secret */                                    \
	X(HELLO)                                                                                   \
	X(HELLO_GMC)                                                                               \
	X(HELLO_PASSWORD)                                                                          \
	X(HELLO_GMC_PASSWORD)                                                                      \
	X(PASSWORD)                                                                                \
	X(PASSWORD_GMC) /* Password, YourGMC */                                                    \
	X(YOUR_GMC)                                                                                \
	X(REFUSED)  /* Password, which says no */                                                  \
	X(ADMITTED) /* who proved itself is in, or cannot be */                                    \
	X(TOLD)	    /* Hello, MyGMC, Removed: who asks was removed */                              \
	X(OTHER)    /* whole messages, but in no order that there is */
enum group_session_event {
#define X(name) GROUP_SESSION_##name,
	GROUP_SESSION_EVENTS(X)
#undef X
	GROUP_SESSION_EVENT_COUNT
};

struct group_flight {
	enum group_session_event event;
	struct span octets;  /* all of it */
	struct span binding; /* of its Hello */
	struct span gmc;     /* of its MyGMC or YourGMC; of ADMITTED the chain */
	struct span removal; /* of TOLD: the record, as on the wire; empty: none is shown */
	struct group_password password;
	enum err admitted; /* of ADMITTED */
};

struct group_join;
#define GROUP_SOURCE 8

struct group_session {
	const struct group_session_home *home;
	bool initiator, direct;
	enum group_session_state state;
	enum group_session_fault fault;
	enum group_chain_fault chain_fault;
	int64_t off;			   /* us that a clock seems to be wrong */
	bool proved;			   /* a membership says so */
	bool alone;			   /* our Hello went without a membership */
	char *names;			   /* the three below, in one block */
	struct span graph_id, self, other; /* as AUTH_INFO says */
	uint8_t binding[GROUP_BINDING];
	struct crypto_tls *tls;
	char *peer; /* the name that the other side's certificate says; NULL: not seen yet */
	uint8_t public[CRYPTO_PUBLIC_MAX]; /* its key */
	unsigned int packets;		   /* of the other's before it was let in */
	uint8_t source[GROUP_SOURCE];	   /* where it is */
	size_t n_source;
	struct group_join *join; /* join.c's; NULL: nobody joins */
	bool last_words;	 /* `out` is said although it has ended */
	uint64_t after;		 /* the put before which nothing of `out` leaves */
	struct graph_octets in;	 /* plain octets of a flight that is not whole */
	struct graph_octets out; /* our flight, the rest of it */
	struct span sealed;	 /* records not given yet; the connection's octets */
};

/* Takes one step of the machine; `f` for flights alone. OK, or why it has ended. */
MUST_USE enum err group_session_run(struct group_session *s, enum group_session_event event,
				    const struct group_flight *f);
/* It ends for that reason, unless there is one already: the error for the graph. */
enum err group_session_fail(struct group_session *s, enum group_session_fault why);
/* A flight of ours, into s->out: ERR_NOMEM, or it is too long. */
MUST_USE enum err group_session_say(struct group_session *s, const struct group_message *m,
				    size_t n);
struct group_message group_session_hello(const struct group_session *s);
void group_octets_drop(struct group_session *s, struct graph_octets *o);
/* GROUP-8.9, GROUP-8.10: of a flight; *chain is crypto_chain_free()'s. */
MUST_USE enum err group_session_bound(struct group_session *s, const struct group_flight *f);
MUST_USE enum err group_session_judge(struct group_session *s, struct span gmc,
				      struct crypto_chain **chain);
/* It has ended with e; tells home why, once. */
void group_session_end(struct group_session *s, enum err e);
/* What a certificate's fault is to a connection; how far a clock would be off is noted. */
enum err group_session_misfit(struct group_session *s, const struct crypto_chain *chain,
			      enum group_chain_fault why);
/* The flight that these octets are, to their end. ERR_STATE: not whole; ERR_MALFORMED,
 * ERR_UNSUPPORTED. */
MUST_USE enum err group_flight_read(const struct group_profile *p, struct span octets,
				    struct group_flight *out);

/* ---- join.c: what leads from cell to cell where somebody joins by a secret ---- */
enum err group_join_knock(struct group_session *s, const struct group_flight *f);
enum err group_join_share(struct group_session *s, const struct group_flight *f);
enum err group_join_prove(struct group_session *s, const struct group_flight *f);
enum err group_join_check(struct group_session *s, const struct group_flight *f);
enum err group_join_confirm(struct group_session *s, const struct group_flight *f);
enum err group_join_take(struct group_session *s, const struct group_flight *f);
enum err group_join_refused(struct group_session *s, const struct group_flight *f);
/* Whoever is let in is in: the machine goes on, else waits still. */
enum err group_join_ask(struct group_session *s);
void group_join_free(struct group_session *s);

#endif
