/* types_masc.h - the part of the API's vocabulary that is about claims of multicast
 * addresses: answers alone; the lists from which ops/types.h makes structs and field tables.
 * What their columns mean is said there. */
#ifndef OPS_TYPES_MASC_H
#define OPS_TYPES_MASC_H

#define OPS_TRAFFIC(X, S)                                                                          \
	X(S, NUMBER, octets, 0, "octets")                                                          \
	X(S, NUMBER, open, 0, "OPEN messages")                                                     \
	X(S, NUMBER, update, 0, "UPDATE messages")                                                 \
	X(S, NUMBER, notification, 0, "NOTIFICATION messages")                                     \
	X(S, NUMBER, keepalive, 0, "KEEPALIVE messages")                                           \
	X(S, NUMBER, malformed, 0, "messages that could not be read")

#define OPS_MASC_PEER_FIELDS(X, S)                                                                 \
	X(S, TEXT, name, OPS_NAME_MAX, "its name in the configuration")                            \
	X(S, TEXT, address, ADDR_TEXT_MAX, "its configured address and port")                      \
	X(S, TEXT, role, 15, "what it is to us: internal, child, sibling or parent")               \
	X(S, TEXT, our_role, 15, "our role towards it, as our OPEN says")                          \
	X(S, TEXT, family, 15, "the session's address family: ipv4 or ipv6")                       \
	X(S, TEXT, state, 15, "idle, connect, active, opensent, openconfirm or established")       \
	X(S, BOOL, held_down, 0, "whether an operator holds the session down")                     \
	X(S, TIME, held_until, 0, "until when it is held down; null: until told otherwise")        \
	X(S, TIME, since, 0, "when the state was last changed")                                    \
	X(S, SECONDS, in_state, 0, "for how long it has been in this state")                       \
	X(S, SECONDS, retry_in, 0, "until it dials again; null: it does not")                      \
	X(S, TEXT, local, ADDR_TEXT_MAX, "our end of the connection; empty without one")           \
	X(S, TEXT, remote, ADDR_TEXT_MAX, "its end of the connection; empty without one")          \
	X(S, BOOL, opened_by_us, 0, "whether we dialled the connection")                           \
	X(S, TEXT, domain, ADDR_TEXT_MAX, "its configured Domain ID")                              \
	X(S, TEXT, node, ADDR_TEXT_MAX, "its configured Node ID; empty: any")                      \
	X(S, TEXT, open_domain, ADDR_TEXT_MAX, "the Domain ID in its OPEN; empty before")          \
	X(S, TEXT, open_node, ADDR_TEXT_MAX, "the Node ID in its OPEN; empty before")              \
	X(S, SECONDS, hold_time, 0, "the agreed Hold Time; null: none")                            \
	X(S, SECONDS, hold_left, 0, "until the Hold Timer ends the session; null: not running")    \
	X(S, BOOL, passive, 0, "whether it is only waited for, never dialled")                     \
	X(S, NUMBER, ttl_security, 0, "hops it may be away (RFC 5082); 0: not checked")            \
	X(S, BOOL, md5, 0, "whether TCP-MD5 (RFC 2385) guards the connection")                     \
	X(S, OBJECT, received, ops_traffic, "what came in")                                        \
	X(S, OBJECT, sent, ops_traffic, "what went out")                                           \
	X(S, NUMBER, established, 0, "times the session came up")                                  \
	X(S, NUMBER, lost, 0, "times it was lost")                                                 \
	X(S, NUMBER, dials, 0, "connections tried")                                                \
	X(S, NUMBER, dial_failures, 0, "connections that could not be opened")                     \
	X(S, NUMBER, collisions, 0, "connection collisions resolved")                              \
	X(S, NUMBER, refused, 0, "connections refused")                                            \
	X(S, STRING, last_error, 0, "why the last connection ended, in words; empty: none did")    \
	X(S, NUMBER, last_error_code, 0, "code of the NOTIFICATION; 0: there was none")            \
	X(S, NUMBER, last_error_subcode, 0, "its subcode")                                         \
	X(S, BOOL, last_error_sent, 0, "whether we sent it; else it was received")                 \
	X(S, TIME, last_error_at, 0, "when that was")                                              \
	X(S, BOOL, synced, 0, "whether it has told all the claims it knows")                       \
	X(S, BOOL, dumping, 0, "whether we are still telling it what we know")                     \
	X(S, SECONDS, skew, 0,                                                                     \
	  "how far its clock is from ours, by its newest claim; null: unknown")                    \
	X(S, BOOL, skew_behind, 0, "whether it is behind; else ahead")

#define OPS_MASC_PEERS_FIELDS(X, S)                                                                \
	X(S, OBJECT, part, ops_part, "the state of the part masc")                                 \
	X(S, LIST, peers, ops_masc_peer, "the peers, in the order of the configuration")

#define OPS_MASC_PREFIX(X, S)                                                                      \
	X(S, NUMBER, number, 0, "of the claim; 0: of another node of our domain")                  \
	X(S, TEXT, state, 15,                                                                      \
	  "wanted, scheduled, waiting, held, renewing, growing, deprecated, clashed or expired")   \
	X(S, TEXT, prefix, OPS_PREFIX_MAX, "what is held; empty: nothing yet")                     \
	X(S, TEXT, wanted, OPS_PREFIX_MAX, "what is claimed; empty: nothing, or not chosen yet")   \
	X(S, NUMBER, addresses, 0, "addresses held, or wanted while nothing is held")              \
	X(S, NUMBER, used, 0, "of them promised to demands and children")                          \
	X(S, TEXT, why, 31, "why it is in this state, or does not go on: a word for programs")     \
	X(S, STRING, reason, 0, "the same in words")                                               \
	X(S, STRING, hint, 0, "what to do about it; empty: nothing is to be done")                 \
	X(S, TEXT, scope, OPS_NAME_MAX, "its scope; empty: outside of those with a name")          \
	X(S, TEXT, parent, ADDR_TEXT_MAX, "domain it is claimed from; empty: a scope's range")     \
	X(S, TEXT, node, ADDR_TEXT_MAX, "Node ID of whoever made the claim")                       \
	X(S, BOOL, ours, 0, "whether this node made it")                                           \
	X(S, BOOL, local, 0, "for our own use, in a range we share out to children")               \
	X(S, TEXT, rival, 39, "why TAKEN: the Domain ID of who has it; empty: nobody")             \
	X(S, BOOL, withdrawn, 0, "part of it is withdrawn for a clash")                            \
	X(S, BOOL, disputed, 0, "held, and denied by the parent: it may hand it to others")        \
	X(S, TIME, timestamp, 0, "when it was first claimed")                                      \
	X(S, TIME, end, 0, "until when it is held")                                                \
	X(S, SECONDS, left, 0, "until then; null: nothing is held")                                \
	X(S, SECONDS, wait_left, 0, "what is left of the waiting period; null: it does not wait")  \
	X(S, BOOL, frozen, 0, "whether the waiting period stands still: no session to the parent") \
	X(S, BOOL, clash, 0, "whether another domain holds a part of it, which is not withdrawn")  \
	X(S, TIME, due, 0, "when the next step is due: a claim, a renewal")

#define OPS_MASC_RANGE(X, S)                                                                       \
	X(S, TEXT, prefix, OPS_PREFIX_MAX, "the range")                                            \
	X(S, TEXT, parent, ADDR_TEXT_MAX, "the parent it is held by; empty: a scope's")            \
	X(S, TEXT, scope, OPS_NAME_MAX, "its scope; empty: outside of those with a name")          \
	X(S, BOOL, deprecated, 0, "whether the parent lets it lapse: no new claims in it")         \
	X(S, BOOL, stale, 0, "whether it is remembered, and not told again yet")                   \
	X(S, BOOL, synced, 0, "whether all is known that claims in it need")                       \
	X(S, TIME, end, 0, "until when it lasts; null: without end")

#define OPS_MASC_PREFIXES_FIELDS(X, S)                                                             \
	X(S, OBJECT, part, ops_part, "the state of the part masc")                                 \
	X(S, TEXT, paused, 31, "why no claims are made, in a word; empty: they are")               \
	X(S, BOOL, leaf, 0, "whether no child claims in our ranges")                               \
	X(S, LIST, prefixes, ops_masc_prefix, "the ranges and claims, by number")                  \
	X(S, LIST, ranges, ops_masc_range, "where claims may come from")                           \
	X(S, NUMBER, demands, 0, "demands that are not met yet")

#define OPS_MASC_CLAIM_FIELDS(X, S)                                                                \
	X(S, TEXT, prefix, OPS_PREFIX_MAX, "the range")                                            \
	X(S, TEXT, type, 15, "in-use, managed, new, expand, denied, withdraw")                     \
	X(S, TEXT, role, 15, "what its origin is to us: internal, child, sibling or parent")       \
	X(S, TEXT, domain, ADDR_TEXT_MAX, "Domain ID of its origin")                               \
	X(S, TEXT, node, ADDR_TEXT_MAX, "Node ID of its origin")                                   \
	X(S, TIME, timestamp, 0, "when it was first made")                                         \
	X(S, TIME, end, 0, "until when it is claimed")                                             \
	X(S, SECONDS, left, 0, "until then; 0: it is over")                                        \
	X(S, SECONDS, hold_time, 0, "from the timestamp until it is forgotten")                    \
	X(S, TEXT, peer, OPS_NAME_MAX, "who told us; empty: we made it, or a run before heard it") \
	X(S, TEXT, parent, ADDR_TEXT_MAX, "the domain in whose range it is; empty: a scope's")     \
	X(S, BOOL, below, 0, "whether it is in our own range, a child's")                          \
	X(S, BOOL, holds, 0, "whether it takes its addresses: others may not claim them")          \
	X(S, BOOL, deprecated, 0, "whether its holder lets it lapse")                              \
	X(S, BOOL, stale, 0, "whether it is remembered, and not told again yet")                   \
	X(S, BOOL, ours, 0, "whether this node made it")

#define OPS_MASC_CLAIMS_FIELDS(X, S)                                                               \
	X(S, OBJECT, part, ops_part, "the state of the part masc")                                 \
	X(S, NUMBER, known, 0, "claims that are known, whatever was asked for")                    \
	X(S, LIST, claims, ops_masc_claim, "those of this answer")                                 \
	X(S, NUMBER, more, 0, "how many more there are, as far as they were counted")              \
	X(S, BOOL, counted, 0, "whether those are all there are")                                  \
	X(S, TEXT, next, OPS_TOKEN_MAX, "what to ask for as `after`; empty: that was all")

#define OPS_MASC_BLOCK(X, S)                                                                       \
	X(S, NUMBER, depth, 0, "how deep in the tree")                                             \
	X(S, TEXT, kind, 15, "scope, range, ours, internal, local, sibling, child or free")        \
	X(S, TEXT, prefix, OPS_PREFIX_MAX, "the range; of free ones the largest of them")          \
	X(S, NUMBER, addresses, 0, "addresses in it; of free ones in all of them")                 \
	X(S, NUMBER, blocks, 0, "free ranges in this line; 1 otherwise")                           \
	X(S, TEXT, owner, ADDR_TEXT_MAX, "Domain ID of its holder; name of a scope; empty: free")  \
	X(S, TEXT, state, 15, "of ours as in prefixes; else in-use, managed, new or expand")       \
	X(S, BOOL, clash, 0, "of ours: whether another domain holds a part of it as well")         \
	X(S, BOOL, holds, 0, "whether it is held; else it is claimed")                             \
	X(S, BOOL, stale, 0, "whether it is remembered, and not told again yet")                   \
	X(S, NUMBER, used, 0, "addresses in use in it, where that is known")                       \
	X(S, NUMBER, percent, 0, "and that of a hundred")                                          \
	X(S, BOOL, use_known, 0, "whether it is known")                                            \
	X(S, TIME, end, 0, "until when it lasts; null: without end")                               \
	X(S, SECONDS, left, 0, "until then; null: without end")                                    \
	X(S, NUMBER, hidden, 0, "lines inside it that were left out, by the depth asked for")

#define OPS_MASC_SPACE_FIELDS(X, S)                                                                \
	X(S, OBJECT, part, ops_part, "the state of the part masc")                                 \
	X(S, TEXT, domain, ADDR_TEXT_MAX, "our Domain ID")                                         \
	X(S, BOOL, complete, 0, "false: there was too much for one answer; ask within a range")    \
	X(S, LIST, blocks, ops_masc_block, "the tree, in the order of addresses")

#define OPS_MASC_DEMAND_FIELDS(X, S)                                                               \
	X(S, NUMBER, number, 0, "its number")                                                      \
	X(S, NUMBER, addresses, 0, "addresses wanted")                                             \
	X(S, NUMBER, met, 0, "of them found in ranges that are held")                              \
	X(S, TEXT, family, 15, "ipv4 or ipv6")                                                     \
	X(S, TEXT, scope, OPS_NAME_MAX, "where; empty: anywhere")                                  \
	X(S, TEXT, state, 15,                                                                      \
	  "met, claiming, waiting (for the parent), unmet or ahead (of its time)")                 \
	X(S, TIME, from, 0, "from when on they are wanted")                                        \
	X(S, TIME, until, 0, "until when; null: without end")                                      \
	X(S, TEXT, why, 31, "why it is not met: a word for programs; empty: it is")                \
	X(S, STRING, reason, 0, "the same in words")                                               \
	X(S, STRING, hint, 0, "what to do about it")

#define OPS_MASC_DEMANDS_FIELDS(X, S)                                                              \
	X(S, OBJECT, part, ops_part, "the state of the part masc")                                 \
	X(S, LIST, demands, ops_masc_demand, "the demands, by number")

#define OPS_MASC_CLASH_FIELDS(X, S)                                                                \
	X(S, NUMBER, number, 0, "its number")                                                      \
	X(S, TEXT, ours, OPS_PREFIX_MAX, "what we hold")                                           \
	X(S, TEXT, theirs, OPS_PREFIX_MAX, "what the other domain holds")                          \
	X(S, TEXT, domain, ADDR_TEXT_MAX, "its Domain ID")                                         \
	X(S, TEXT, node, ADDR_TEXT_MAX, "the Node ID that claimed it")                             \
	X(S, BOOL, won, 0, "whether ours is the older, so that the other has to go")               \
	X(S, BOOL, open, 0, "whether an operator must decide")                                     \
	X(S, BOOL, yielded, 0, "whether our part is withdrawn")                                    \
	X(S, TIME, since, 0, "when it was noticed")

#define OPS_MASC_CLASHES_FIELDS(X, S)                                                              \
	X(S, OBJECT, part, ops_part, "the state of the part masc")                                 \
	X(S, LIST, clashes, ops_masc_clash, "the clashes")                                         \
	X(S, BOOL, complete, 0, "whether these are all: no more than 256 are listed")

#endif
