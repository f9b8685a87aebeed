/* session_int.h - what the files of a connection share: its insides, and its machine, which
 * knows neither TLS nor frames. */
#ifndef GROUP_SESSION_INT_H
#define GROUP_SESSION_INT_H

#include "graph/octets.h"
#include "group/hello.h"
#include "group/name.h"
#include "group/session.h"

#define GROUP_BINDING 32

/* What happens to a connection. Messages come by flights: all that one side says before it
 * is the other's turn. */
#define GROUP_SESSION_EVENTS(X)                                                                    \
	X(SECURED) /* TLS is set up */                                                             \
	X(ASKED)   /* for what we have to say, nothing came */                                     \
	X(HELLO)                                                                                   \
	X(HELLO_GMC)                                                                               \
	X(HELLO_PASSWORD)                                                                          \
	X(HELLO_GMC_PASSWORD)                                                                      \
	X(PASSWORD)                                                                                \
	X(PASSWORD_GMC) /* Password, YourGMC */                                                    \
	X(YOUR_GMC)                                                                                \
	X(OTHER) /* whole messages, but in no order that there is */
enum group_session_event {
#define X(name) GROUP_SESSION_##name,
	GROUP_SESSION_EVENTS(X)
#undef X
	GROUP_SESSION_EVENT_COUNT
};

struct group_flight {
	enum group_session_event event;
	struct span binding; /* of its Hello */
	struct span gmc;     /* of its MyGMC */
};

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
	struct graph_octets in;		   /* plain octets of a flight that is not whole */
	struct graph_octets out;	   /* our flight, the rest of it */
	struct span sealed;		   /* records not given yet; the connection's octets */
};

/* Takes one step of the machine; `f` for flights alone. OK, or why it has ended. */
MUST_USE enum err group_session_run(struct group_session *s, enum group_session_event event,
				    const struct group_flight *f);
/* It ends for that reason, unless there is one already: the error for the graph. */
enum err group_session_fail(struct group_session *s, enum group_session_fault why);
/* It has ended with e; tells home why, once. */
void group_session_end(struct group_session *s, enum err e);
/* What a certificate's fault is to a connection; how far a clock would be off is noted. */
enum err group_session_misfit(struct group_session *s, const struct crypto_chain *chain,
			      enum group_chain_fault why);
/* The flight that these octets are, to their end. ERR_STATE: not whole; ERR_MALFORMED,
 * ERR_UNSUPPORTED. */
MUST_USE enum err group_flight_read(const struct group_profile *p, struct span octets,
				    struct group_flight *out);

#endif
