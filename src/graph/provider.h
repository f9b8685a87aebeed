/* provider.h - the security of a graph as a vtable: whom a link is with and what protects
 * its octets, and which records may stand (digest graphing 2, 7, 21; doc/graph.md 6). All
 * nodes of one graph use the same. It never calls back into the graph, and each call is
 * short: a long check answers LATER and is asked for again.
 *
 * graph_provider_open has none: for closed labs and tests. */
#ifndef GRAPH_PROVIDER_H
#define GRAPH_PROVIDER_H

#include "graph/record.h"

enum graph_change {
	GRAPH_CHANGE_ADDED,
	GRAPH_CHANGE_UPDATED,
	GRAPH_CHANGE_DELETED,
	GRAPH_CHANGE_STORED /* ours already, and judged when it came: whether it still stands,
			     * without its signature */
};

enum graph_opinion {
	GRAPH_VALID,
	GRAPH_INVALID,
	GRAPH_LATER, /* cannot tell yet: kept aside until graph_revalidate() (A35) */
	GRAPH_ENDED  /* INVALID, but it stood before something that not everybody knows yet: no
		      * fault of who sends it */
};

/* Whom a session is with, as AUTH_INFO says. */
struct graph_parties {
	bool initiator, direct;
	struct span graph_id, self, other; /* UTF-8; other empty: not known yet */
	struct span auth_info;		   /* the message, whole: both ends bind to it */
	struct span source;		   /* where the other side is: the 4 octets of its IPv4
					    * address, the 8 of its IPv6 network (GRAPH-6.10) */
};

/* What a session gives: octets that live until its next call. */
struct graph_session_out {
	struct span bytes; /* a token, protected or plain octets; empty: none */
	bool done;	   /* of step: both ends are known, protection stands */
	bool more;	   /* of step: there is another token, in a frame of its own: call it
			    * again with no octets. Together with `done`: of these the last
			    * call has it. Also with an error, which it then gives again:
			    * `bytes` is still sent.
			    * Of seal likewise: the rest of these octets, another frame */
	bool waits;	   /* of step: for something else than octets; it is asked again, with
			    * none, when graph_resume() says so (GRAPH-6.5) */
	uint64_t after;	   /* of step: the token leaves when that put is on disk; 0: at once */
};

/* What a record says once it is revealed, until the provider's next call. */
struct graph_plain {
	struct span payload, attributes; /* attributes: UTF-16BE, as on the wire */
};

struct graph_provider_ops {
	const char *name;
	bool sessions;	    /* false: links are plain, the five below are not called */
	size_t frame_plain; /* most plain octets of a frame */
	enum err (*session_new)(void *ctx, const struct graph_parties *p, void **session);
	void (*session_free)(void *session);
	/* Takes in octets of a frame (empty to begin), gives a token to send. ERR_DENIED: the
	 * other side is not who it should be. What follows the handshake inside the same
	 * octets comes out of the next open() with an empty frame. */
	enum err (*step)(void *session, struct span token, struct graph_session_out *out);
	enum err (*seal)(void *session, struct span plain, struct graph_session_out *out);
	enum err (*unseal)(void *session, struct span frame, struct graph_session_out *out);
	/* The Peer ID that was proved; empty: none. */
	struct span (*peer)(void *session);
	/* Whether who was proved may still be here; asked by graph_recheck(). */
	bool (*stands)(void *session);

	/* Signs a record of ours: *security lives until the next call. ERR_DENIED. */
	enum err (*secure)(void *ctx, const struct graph_record *r, enum graph_change change,
			   struct span *security);
	enum graph_opinion (*validate)(void *ctx, const struct graph_record *r,
				       enum graph_change change);

	/* Most records of one secure_many; 0 or 1: there is none. With it the changes of a
	 * turn are gathered and signed together (grouping 15); n is 2 to `batch`. What is
	 * refused has its error in each[i]. The spans live until the next call. */
	size_t batch;
	void (*secure_many)(void *ctx, const struct graph_record *r,
			    const enum graph_change *change, size_t n, struct span *security,
			    enum err *each);
	/* What is written in the place of payload and attributes of an application's record: a
	 * payload, the attributes being empty then, until the next call. ERR_STATE: not yet.
	 * ERR_RANGE: too long. NULL, as reveal: records are as they are made. */
	enum err (*protect)(void *ctx, const struct graph_record *r, enum graph_change change,
			    struct span *sealed);
	/* Whether protect() could do it now. While it could not, changes of applications wait, two
	 * minutes at most; graph_reveal() lets them go on. NULL: it always can. */
	bool (*writable)(void *ctx);
	/* And back: what readers, searches and events get. LATER: it cannot be told yet, and
	 * graph_reveal() will be called; INVALID: it never can. Both are kept and handed on, and
	 * shown to nobody. */
	enum graph_opinion (*reveal)(void *ctx, const struct graph_record *r,
				     struct graph_plain *plain);

	/* Whose record of a reserved type ours is where that is not our Peer ID (P46): the
	 * creator in UTF-16BE with its terminator, from which the Record ID is derived, too;
	 * empty: as usual. May be NULL. */
	struct span (*creator)(void *ctx, const struct graph_guid *type);
	/* Whether records of that reserved type must find room when nothing else does
	 * (GRAPH-7.15): who must be removed could else fill all that there is. May be NULL. */
	bool (*vital)(const struct graph_guid *type);
	/* Peer time at which our right to sign ends: what this node publishes of itself ends
	 * no later. May be NULL: it does not. */
	uint64_t (*ends)(void *ctx);
};

struct graph_provider {
	const struct graph_provider_ops *ops;
	void *ctx;
};

extern const struct graph_provider graph_provider_open;

#endif
