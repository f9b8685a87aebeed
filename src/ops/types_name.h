/* types_name.h - the part of the API's vocabulary that is about names and clouds:
 * the lists from which ops/types.h makes structs, field tables and operations.
 * Holds lists alone; what their columns mean is said there. */
#ifndef OPS_TYPES_NAME_H
#define OPS_TYPES_NAME_H

#define OPS_PEER_NAME_MAX  488 /* a peer name in full */
#define OPS_HOST_NAME_MAX  253
#define OPS_COMMENT_MAX	   117	/* octets; 39 UTF-16 code units */
#define OPS_PAYLOAD_MAX	   4096 /* octets of an extended payload */
#define OPS_ENDPOINTS_MAX  10	/* of a name */
#define OPS_RESULTS_MAX	   64	/* of one resolve */
#define OPS_RESOLVE_US_MAX (600 * MONO_SEC)

#define OPS_NAME_STRUCTS(X)                                                                        \
	X(ops_endpoint, OPS_ENDPOINT, "Where a program is reached.")                               \
	X(ops_cloud_state, OPS_CLOUD_STATE, "A cloud, in short.")                                  \
	X(ops_pnrp, OPS_PNRP, "Names without servers, in short.")                                  \
	X(ops_name, OPS_NAME_FIELDS, "A name that is published here.")                             \
	X(ops_names, OPS_NAMES_FIELDS, "The names that are published here.")                       \
	X(ops_found, OPS_FOUND_FIELDS, "A publisher that was found.")                              \
	X(ops_step, OPS_STEP_FIELDS, "A step on the way to a name.")                               \
	X(ops_resolution, OPS_RESOLUTION, "What a name leads to.")                                 \
	X(ops_conversion, OPS_CONVERSION, "A name in its forms.")                                  \
	X(ops_pnrp_traffic, OPS_PNRP_TRAFFIC, "PNRP messages and octets in one direction.")        \
	X(ops_cloud_counts, OPS_CLOUD_COUNTS, "What a cloud counts, since it is there.")           \
	X(ops_cloud, OPS_CLOUD_FIELDS, "A cloud: the nodes that find names among each other.")     \
	X(ops_clouds, OPS_CLOUDS_FIELDS, "All clouds of this machine.")                            \
	X(ops_cloud_entry, OPS_CLOUD_ENTRY, "Another node that a cloud knows.")                    \
	X(ops_cloud_leaf, OPS_CLOUD_LEAF, "A neighbour of a name on the ring of IDs.")             \
	X(ops_cloud_name, OPS_CLOUD_NAME, "A name that is registered in a cloud.")                 \
	X(ops_cloud_detail, OPS_CLOUD_DETAIL, "A cloud in full.")                                  \
	X(ops_ping, OPS_PING, "The answer of another node.")                                       \
	X(ops_publish, OPS_PUBLISH, "The body of a request to publish a name, or to change it.")   \
	X(ops_unpublish, OPS_UNPUBLISH, "The body of a request to withdraw a name.")               \
	X(ops_lookup, OPS_LOOKUP, "Which name is wanted, and how.")                                \
	X(ops_convert, OPS_CONVERT, "Which name is to be converted.")                              \
	X(ops_ping_wish, OPS_PING_WISH, "Which node is asked for a sign of life.")                 \
	X(ops_cloud_wish, OPS_CLOUD_WISH, "The body of a change of a cloud.")

#define OPS_ENDPOINT(X, S)                                                                         \
	X(S, TEXT, address, ADDR_TEXT_MAX,                                                         \
	  "its address, with %interface where that is of one link; empty: all of this machine")    \
	X(S, NUMBER, port, 0, "its port; 0: none is told")                                         \
	X(S, TEXT, protocol, 15, "tcp, udp or a number; empty: tcp")

#define OPS_CLOUD_STATE(X, S)                                                                      \
	X(S, TEXT, name, OPS_NAME_MAX, "its name")                                                 \
	X(S, TEXT, state, 15,                                                                      \
	  "virtual, synchronising, active, dead, disabled, no-network or alone")                   \
	X(S, STRING, why, 0, "why it is so")                                                       \
	X(S, NUMBER, entries, 0, "names on other nodes that it knows")                             \
	X(S, NUMBER, size, 0, "nodes there are, estimated")

#define OPS_PNRP(X, S)                                                                             \
	X(S, NUMBER, port, 0,                                                                      \
	  "the UDP port in use; that of IPv4 where each family has its own; 0: none")              \
	X(S, NUMBER, port_ipv4, 0, "the one in use over IPv4; 0: none")                            \
	X(S, NUMBER, port_ipv6, 0, "the one in use over IPv6; 0: none")                            \
	X(S, NUMBER, wanted_port, 0, "the configured one")                                         \
	X(S, STRING, holder, 0, "who holds the configured one, where another had to be taken")     \
	X(S, NUMBER, names, 0, "names published here")                                             \
	X(S, LIST, clouds, ops_cloud_state, "the clouds")

#define OPS_NAME_FIELDS(X, S)                                                                      \
	X(S, TEXT, name, OPS_PEER_NAME_MAX, "the name: authority, dot, classifier")                \
	X(S, TEXT, host, OPS_HOST_NAME_MAX, "its host name; empty: it has none")                   \
	X(S, BOOL, secure, 0, "whether a key proves whose it is")                                  \
	X(S, TEXT, cloud, OPS_NAME_MAX, "the cloud it is published in; empty: all there are")      \
	X(S, BOOL, temporary, 0, "whether it ends with this run of the daemon")                    \
	X(S, BOOL, automatic, 0, "whether its addresses are this machine's, kept current")         \
	X(S, LIST, endpoints, ops_endpoint, "where it leads to")                                   \
	X(S, TEXT, comment, OPS_COMMENT_MAX, "a comment that everybody sees")                      \
	X(S, TEXT, payload_type, 15, "none, text or binary")                                       \
	X(S, NUMBER, payload_octets, 0, "size of its payload")                                     \
	X(S, NUMBER, clouds, 0, "clouds it is registered in")                                      \
	X(S, NUMBER, announced, 0, "of these, no neighbour lacks it")

#define OPS_NAMES_FIELDS(X, S)                                                                     \
	X(S, OBJECT, part, ops_part, "the state of the part pnrp")                                 \
	X(S, TEXT, authority, 40, "authority of this machine's secure names; empty: no key yet")   \
	X(S, LIST, names, ops_name, "the names")

#define OPS_FOUND_FIELDS(X, S)                                                                     \
	X(S, TEXT, cloud, OPS_NAME_MAX, "the cloud it was found in")                               \
	X(S, TEXT, name, OPS_PEER_NAME_MAX, "the name")                                            \
	X(S, BOOL, secure, 0, "whether a key proves that the name is the publisher's")             \
	X(S, BOOL, local, 0, "whether this machine publishes it")                                  \
	X(S, LIST, endpoints, ops_endpoint, "where it leads to")                                   \
	X(S, LIST, nodes, ops_endpoint, "where the publisher's node itself is reached")            \
	X(S, TEXT, comment, OPS_COMMENT_MAX, "the publisher's comment")                            \
	X(S, TEXT, payload_type, 15, "none, text or binary")                                       \
	X(S, STRING, payload, 0, "the payload, where it was asked for; binary ones in base64")     \
	X(S, NUMBER, payload_octets, 0, "its size")                                                \
	X(S, TEXT, id, 64, "the PNRP ID it was found under")                                       \
	X(S, TIME, not_after, 0, "until when the publisher's proof is good")                       \
	X(S, NUMBER, hops, 0, "nodes that were asked on the way")

#define OPS_STEP_FIELDS(X, S)                                                                      \
	X(S, TEXT, cloud, OPS_NAME_MAX, "the cloud")                                               \
	X(S, TEXT, node, ADDR_TEXT_MAX, "the node that was asked: address and port")               \
	X(S, TEXT, id, 64, "the PNRP ID it was asked under; empty: its address alone")             \
	X(S, NUMBER, common, 0, "leading bits which that shares with the target, of 256")          \
	X(S, BOOL, inquire, 0, "whether it was asked for the name itself, else for who is nearer") \
	X(S, TEXT, step, 15, "what came of it, a word for programs")                               \
	X(S, STRING, text, 0, "the same in words")                                                 \
	X(S, STRING, verdict, 0, "why its answer is not believed; empty: it is")                   \
	X(S, TEXT, referral, 64, "the PNRP ID it refers to; empty: none")                          \
	X(S, SECONDS, elapsed, 0, "until it answered, or was given up")

#define OPS_RESOLUTION(X, S)                                                                       \
	X(S, TEXT, name, OPS_PEER_NAME_MAX, "the name that was looked up")                         \
	X(S, TEXT, host, OPS_HOST_NAME_MAX, "its host name; empty: it has none")                   \
	X(S, LIST, results, ops_found, "the publishers, as they were found")                       \
	X(S, LIST, steps, ops_step, "the way there, where that was asked for")                     \
	X(S, SECONDS, elapsed, 0, "how long it took")                                              \
	X(S, STRING, why, 0, "with `trace`, why none was found; empty: some were")

#define OPS_CONVERSION(X, S)                                                                       \
	X(S, TEXT, name, OPS_PEER_NAME_MAX, "the peer name")                                       \
	X(S, TEXT, host, OPS_HOST_NAME_MAX, "its host name; empty: it has none")                   \
	X(S, BOOL, secure, 0, "whether it belongs to a key")                                       \
	X(S, STRING, why, 0, "why it has no host name; empty: it has one")

#define OPS_PNRP_TRAFFIC(X, S)                                                                     \
	X(S, NUMBER, octets, 0, "octets")                                                          \
	X(S, NUMBER, solicit, 0, "SOLICIT messages")                                               \
	X(S, NUMBER, advertise, 0, "ADVERTISE messages")                                           \
	X(S, NUMBER, request, 0, "REQUEST messages")                                               \
	X(S, NUMBER, flood, 0, "FLOOD messages")                                                   \
	X(S, NUMBER, inquire, 0, "INQUIRE messages")                                               \
	X(S, NUMBER, authority, 0, "AUTHORITY messages")                                           \
	X(S, NUMBER, ack, 0, "ACK messages")                                                       \
	X(S, NUMBER, lookup, 0, "LOOKUP messages")

#define OPS_CLOUD_COUNTS(X, S)                                                                     \
	X(S, NUMBER, malformed, 0, "messages that could not be read")                              \
	X(S, NUMBER, unmatched, 0, "answers nobody had asked for")                                 \
	X(S, NUMBER, limited, 0, "messages of sources that ask too much")                          \
	X(S, NUMBER, too_many, 0, "requests turned away, a table being full")                      \
	X(S, NUMBER, timeouts, 0, "requests that were not answered")                               \
	X(S, NUMBER, resolves, 0, "names looked up")                                               \
	X(S, NUMBER, found, 0, "of them found")                                                    \
	X(S, PAIRS, rejected, 0, "answers about names that were not believed, by reason")

#define OPS_CLOUD_FIELDS(X, S)                                                                     \
	X(S, TEXT, name, OPS_NAME_MAX, "its name")                                                 \
	X(S, TEXT, scope, 15, "link, site or global")                                              \
	X(S, TEXT, family, 15, "ipv4 or ipv6")                                                     \
	X(S, TEXT, interface, 15, "the interface of a link's cloud; empty: none")                  \
	X(S, TEXT, state, 15,                                                                      \
	  "virtual, synchronising, active, dead, disabled, no-network or alone")                   \
	X(S, STRING, why, 0, "why it is so")                                                       \
	X(S, BOOL, multicast, 0, "whether nodes are looked for by multicast")                      \
	X(S, BOOL, resolve_only, 0, "whether names are looked up and none are published")          \
	X(S, LIST, addresses, ops_endpoint, "our own addresses in it")                             \
	X(S, NUMBER, nodes, 0, "nodes it knows")                                                   \
	X(S, NUMBER, entries, 0, "names on them that it knows")                                    \
	X(S, NUMBER, levels, 0, "levels of its table of them")                                     \
	X(S, NUMBER, size, 0, "nodes there are, estimated")                                        \
	X(S, NUMBER, names, 0, "names registered in it here")                                      \
	X(S, NUMBER, resolves, 0, "names being looked up")                                         \
	X(S, NUMBER, memory_octets, 0, "memory of its tables, about")                              \
	X(S, SECONDS, heard, 0, "since any node answered; null: none ever did")                    \
	X(S, OBJECT, received, ops_pnrp_traffic, "what came in")                                   \
	X(S, OBJECT, sent, ops_pnrp_traffic, "what went out")                                      \
	X(S, OBJECT, counts, ops_cloud_counts, "what else is counted")

#define OPS_CLOUDS_FIELDS(X, S)                                                                    \
	X(S, OBJECT, part, ops_part, "the state of the part pnrp")                                 \
	X(S, NUMBER, port, 0,                                                                      \
	  "the UDP port in use; that of IPv4 where each family has its own; 0: none")              \
	X(S, NUMBER, port_ipv4, 0, "the one in use over IPv4; 0: none")                            \
	X(S, NUMBER, port_ipv6, 0, "the one in use over IPv6; 0: none")                            \
	X(S, LIST, clouds, ops_cloud, "the clouds")

#define OPS_CLOUD_ENTRY(X, S)                                                                      \
	X(S, TEXT, id, 64, "its PNRP ID")                                                          \
	X(S, TEXT, node, ADDR_TEXT_MAX, "its first address, and port")                             \
	X(S, NUMBER, addresses, 0, "how many addresses it has")                                    \
	X(S, NUMBER, level, 0, "the level it stands in")                                           \
	X(S, BOOL, leaf, 0, "whether it is a neighbour of a name of ours")                         \
	X(S, SECONDS, heard, 0, "since it answered")

#define OPS_CLOUD_LEAF(X, S)                                                                       \
	X(S, TEXT, id, 64, "its PNRP ID")                                                          \
	X(S, BOOL, above, 0, "whether it lies above the name; else below")

#define OPS_CLOUD_NAME(X, S)                                                                       \
	X(S, TEXT, name, OPS_PEER_NAME_MAX, "the name")                                            \
	X(S, TEXT, id, 64, "its PNRP ID")                                                          \
	X(S, BOOL, announced, 0, "whether its neighbours know of it")                              \
	X(S, LIST, leaves, ops_cloud_leaf, "its neighbours, the nearest first on each side")

#define OPS_CLOUD_DETAIL(X, S)                                                                     \
	X(S, OBJECT, cloud, ops_cloud, "the cloud")                                                \
	X(S, LIST, names, ops_cloud_name, "the names registered in it")                            \
	X(S, LIST, nodes, ops_cloud_entry, "the nodes it knows, in the order of IDs")

#define OPS_PING(X, S)                                                                             \
	X(S, TEXT, address, ADDR_TEXT_MAX, "the node that was asked")                              \
	X(S, SECONDS, elapsed, 0, "until it answered")

#define OPS_PUBLISH(X, S)                                                                          \
	X(S, TEXT, name, OPS_PEER_NAME_MAX, "0.NAME, NAME alone, or a host name below pnrp.net")   \
	X(S, BOOL, secure, 0, "under this machine's key: nobody else can publish it")              \
	X(S, BOOL, temporary, 0, "forget it when the daemon ends")                                 \
	X(S, TEXT, cloud, OPS_NAME_MAX, "in this cloud alone; empty: in all")                      \
	X(S, LIST, endpoints, ops_endpoint, "where it leads to, at most 10; empty: this machine")  \
	X(S, TEXT, comment, OPS_COMMENT_MAX, "a comment that everybody sees, of 39 characters")    \
	X(S, TEXT, payload_type, 15, "text or binary; empty or none: no payload")                  \
	X(S, STRING, payload, 0, "up to 4,096 octets; binary ones in base64")                      \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_UNPUBLISH(X, S)                                                                        \
	X(S, TEXT, name, OPS_PEER_NAME_MAX, "the name")                                            \
	X(S, BOOL, secure, 0, "the one under this machine's key")                                  \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_LOOKUP(X, S)                                                                           \
	X(S, TEXT, name, OPS_PEER_NAME_MAX, "the name, or its host name")                          \
	X(S, TEXT, cloud, OPS_NAME_MAX, "in this cloud alone; empty: in all")                      \
	X(S, NUMBER, most, 0, "how many publishers are enough, up to 64; 0: one")                  \
	X(S, TEXT, criteria, 15, "any, nearest (to us on the network) or nearest64; empty: any")   \
	X(S, BOOL, remote, 0, "those of other machines alone")                                     \
	X(S, BOOL, payload, 0, "fetch the payload too")                                            \
	X(S, BOOL, trace, 0, "tell each step")                                                     \
	X(S, SECONDS, timeout, 0, "no longer than this, up to 600 s; null: 30 s")

#define OPS_CONVERT(X, S) X(S, TEXT, name, OPS_PEER_NAME_MAX, "a peer name or a host name")

#define OPS_PING_WISH(X, S)                                                                        \
	X(S, TEXT, address, ADDR_TEXT_MAX, "address of the node; port 3540 where none is given")   \
	X(S, TEXT, cloud, OPS_NAME_MAX, "in this cloud; empty: the one the address belongs to")

#define OPS_CLOUD_WISH(X, S)                                                                       \
	X(S, TEXT, cloud, OPS_NAME_MAX, "this cloud alone; empty: all")                            \
	X(S, BOOL, dry_run, 0, "only say what would be done")

/* As OPS_LIST of ops/types.h. */
#define OPS_NAME_LIST(X)                                                                           \
	X(NAMES, "GET", "/v1/names", NULL, &ops_names_type, "the names that are published here")   \
	X(NAME_PUBLISH, "POST", "/v1/names", &ops_publish_type, &ops_change_type,                  \
	  "publish a name, or change what it leads to")                                            \
	X(NAME_UNPUBLISH, "POST", "/v1/names/unpublish", &ops_unpublish_type, &ops_change_type,    \
	  "withdraw a name")                                                                       \
	X(NAME_RESOLVE, "GET", "/v1/names/resolve", &ops_lookup_type, &ops_resolution_type,        \
	  "find who publishes a name; a client that hangs up ends the search")                     \
	X(NAME_CONVERT, "GET", "/v1/names/convert", &ops_convert_type, &ops_conversion_type,       \
	  "the host name of a peer name, and back")                                                \
	X(CLOUDS, "GET", "/v1/clouds", NULL, &ops_clouds_type,                                     \
	  "all clouds of this machine, their states and what they count")                          \
	X(CLOUD, "GET", "/v1/clouds/{name}", NULL, &ops_cloud_detail_type, "one cloud in full")    \
	X(CLOUD_PING, "GET", "/v1/ping", &ops_ping_wish_type, &ops_ping_type,                      \
	  "ask a node for a sign of life")                                                         \
	X(CLOUD_REPAIR, "POST", "/v1/clouds/repair", &ops_cloud_wish_type, &ops_change_type,       \
	  "look for lost neighbours and pieces of a cloud now")                                    \
	X(CLOUD_FLUSH, "POST", "/v1/clouds/flush", &ops_cloud_wish_type, &ops_change_type,         \
	  "forget the nodes that a cloud knows")

#endif
