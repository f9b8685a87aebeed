/* types_graph.h - the part of the API's vocabulary that is about graphs and their records:
 * the lists from which ops/types.h makes structs, field tables and operations.
 * Holds lists alone; what their columns mean is said there.
 *
 * In a path {graph} is a Graph ID, its number here, the name of a group as in types_group.h,
 * or the beginning of a Graph ID that no other has; {record} a Record ID or its first 8 digits or more. Node IDs and signatures
 * are 16 hexadecimal digits, since JSON has no such numbers. */
#ifndef OPS_TYPES_GRAPH_H
#define OPS_TYPES_GRAPH_H

#define OPS_GRAPH_ID_MAX     765   /* octets of a Graph ID, a Peer ID, a friendly name */
#define OPS_GUID_MAX	     38	   /* of a GUID in braces */
#define OPS_NODE_MAX	     16	   /* digits of a Node ID */
#define OPS_TOKEN_DIGITS     32	   /* of a token for stream.sock */
#define OPS_RECORD_INLINE    32768 /* octets of data in a request or answer; more by stream */
#define OPS_RECORDS_MOST     100   /* of one answer */
#define OPS_RECORDS_LOOKED   4096  /* looked at for one answer: a few ms */
#define OPS_RECORD_AFTER_MAX 63	   /* where a list goes on */

#define OPS_GRAPH_STRUCTS(X)                                                                       \
	X(ops_graph_state, OPS_GRAPH_STATE, "A graph, in short.")                                  \
	X(ops_graphing, OPS_GRAPHING, "Graphs, in short.")                                         \
	X(ops_graph_counts, OPS_GRAPH_COUNTS, "What a node of a graph counts, since it is open.")  \
	X(ops_graph_strange, OPS_GRAPH_STRANGE,                                                    \
	  "Connections to the port of graphs that came in and led nowhere.")                       \
	X(ops_graph, OPS_GRAPH_FIELDS, "A graph, and this machine's node of it.")                  \
	X(ops_graphs, OPS_GRAPHS_FIELDS, "All graphs of this machine.")                            \
	X(ops_graph_node, OPS_GRAPH_NODE, "A node of a graph.")                                    \
	X(ops_graph_nodes, OPS_GRAPH_NODES_FIELDS, "The nodes of a graph that are known.")         \
	X(ops_graph_link, OPS_GRAPH_LINK, "A connection of a graph.")                              \
	X(ops_graph_links, OPS_GRAPH_LINKS_FIELDS, "The connections of a graph.")                  \
	X(ops_graph_ping, OPS_GRAPH_PING_FIELDS, "How long a sign of life took.")                  \
	X(ops_attribute, OPS_ATTRIBUTE, "An attribute of a record.")                               \
	X(ops_record, OPS_RECORD_FIELDS, "A record.")                                              \
	X(ops_records, OPS_RECORDS_FIELDS, "Records of a graph, a page of them.")                  \
	X(ops_record_change, OPS_RECORD_CHANGE, "What a change of a record did, or would do.")     \
	X(ops_import, OPS_IMPORT, "What came of an import.")                                       \
	X(ops_stream_token, OPS_STREAM_TOKEN, "Leave to use stream.sock once.")                    \
	X(ops_direct, OPS_DIRECT, "A direct connection.")                                          \
	X(ops_graph_make, OPS_GRAPH_MAKE_FIELDS,                                                   \
	  "The body of a request to create a graph or to open one.")                               \
	X(ops_graph_set, OPS_GRAPH_SET_FIELDS, "The body of a change of a graph.")                 \
	X(ops_graph_connect, OPS_GRAPH_CONNECT_FIELDS,                                             \
	  "The body of a request to connect to a node.")                                           \
	X(ops_graph_disconnect, OPS_GRAPH_DISCONNECT_FIELDS,                                       \
	  "The body of a request to end a connection.")                                            \
	X(ops_graph_ping_wish, OPS_GRAPH_PING_WISH, "Which nodes are sent a sign of life.")        \
	X(ops_record_filter, OPS_RECORD_FILTER, "Which records are wanted.")                       \
	X(ops_record_look, OPS_RECORD_LOOK, "What of a record is wanted.")                         \
	X(ops_record_add, OPS_RECORD_ADD_FIELDS, "The body of a request to publish a record.")     \
	X(ops_record_update, OPS_RECORD_UPDATE_FIELDS, "The body of a change of a record.")        \
	X(ops_record_delete, OPS_RECORD_DELETE_FIELDS, "How a record is deleted.")                 \
	X(ops_record_upload, OPS_RECORD_UPLOAD_FIELDS,                                             \
	  "The body of a request to publish a large record, or to change one.")                    \
	X(ops_direct_open, OPS_DIRECT_OPEN_FIELDS,                                                 \
	  "The body of a request for a direct connection.")                                        \
	X(ops_direct_accept, OPS_DIRECT_ACCEPT_FIELDS,                                             \
	  "The body of a decision about direct connections that come in.")                         \
	X(ops_capture, OPS_CAPTURE_FIELDS, "The body of a request for captured traffic.")

#define OPS_GRAPH_STATE(X, S)                                                                      \
	X(S, NUMBER, number, 0, "its number here")                                                 \
	X(S, STRING, id, 0, "its Graph ID")                                                        \
	X(S, STRING, group, 0, "friendly name of the group that it is; empty: it is none")         \
	X(S, TEXT, state, 15,                                                                      \
	  "closed, loading, waiting (never synchronised), alone, connected or leaving")            \
	X(S, STRING, why, 0, "what that means, and what to do")                                    \
	X(S, NUMBER, neighbors, 0, "neighbors it is connected to")                                 \
	X(S, NUMBER, records, 0, "records in its database")

#define OPS_GRAPHING(X, S)                                                                         \
	X(S, NUMBER, port, 0, "the TCP port that its graphs share; 0: nobody listens")             \
	X(S, NUMBER, wanted_port, 0, "the configured one")                                         \
	X(S, STRING, holder, 0, "who holds the configured one, where another had to be taken")     \
	X(S, LIST, graphs, ops_graph_state, "the graphs")

#define OPS_GRAPH_COUNTS(X, S)                                                                     \
	X(S, NUMBER, octets_in, 0, "octets that came over its connections")                        \
	X(S, NUMBER, octets_out, 0, "octets that were sent over them")                             \
	X(S, NUMBER, flood_in, 0, "records that came, over all connections")                       \
	X(S, NUMBER, flood_out, 0, "records that were sent, over all connections")                 \
	X(S, NUMBER, fresh, 0, "of those that came, new here")                                     \
	X(S, NUMBER, present, 0, "of those that came, here already")                               \
	X(S, NUMBER, old, 0, "of those that came, older than what is here")                        \
	X(S, NUMBER, invalid, 0, "records that were refused")                                      \
	X(S, NUMBER, deferred, 0, "records that the security provider cannot judge yet")           \
	X(S, NUMBER, expired, 0, "records that came too late, or whose time ended here")           \
	X(S, NUMBER, sync_records, 0, "records that came in synchronisations")                     \
	X(S, NUMBER, sync_octets, 0, "their octets")                                               \
	X(S, NUMBER, slow, 0, "neighbors dropped since they read too slowly")                      \
	X(S, NUMBER, bad, 0, "connections closed for what came over them")

#define OPS_GRAPH_FIELDS(X, S)                                                                     \
	X(S, NUMBER, number, 0, "its number here")                                                 \
	X(S, STRING, id, 0, "its Graph ID")                                                        \
	X(S, STRING, group, 0, "friendly name of the group that it is; empty: it is none")         \
	X(S, TEXT, state, 15,                                                                      \
	  "closed, loading, waiting (never synchronised), alone, connected or leaving")            \
	X(S, STRING, why, 0, "what that means, and what to do")                                    \
	X(S, BOOL, open, 0, "whether this machine takes part in it")                               \
	X(S, BOOL, listens, 0, "whether it is to take connections")                                \
	X(S, BOOL, listening, 0, "whether it does")                                                \
	X(S, BOOL, synchronised, 0, "whether its database has ever been complete")                 \
	X(S, STRING, peer, 0, "our Peer ID in it")                                                 \
	X(S, TEXT, node, OPS_NODE_MAX, "our Node ID, another one each time it is opened")          \
	X(S, STRING, name, 0, "its friendly name")                                                 \
	X(S, STRING, comment, 0, "its comment")                                                    \
	X(S, STRING, creator, 0, "Peer ID of its creator; empty: not known yet")                   \
	X(S, BOOL, created, 0, "whether this node created it")                                     \
	X(S, TEXT, scope, 15, "global, site or link")                                              \
	X(S, TEXT, profile, 15, "modern or classic: its hashes")                                   \
	X(S, BOOL, defer, 0, "whether records stay past their time while there is no neighbor")    \
	X(S, NUMBER, record_max, 0, "most octets of a record's data and attributes")               \
	X(S, TEXT, presence, 15, "who tells that it is here: all, none, or about so many")         \
	X(S, SECONDS, presence_life, 0, "for how long that counts")                                \
	X(S, NUMBER, neighbors, 0, "neighbors it is connected to")                                 \
	X(S, NUMBER, directs, 0, "direct connections")                                             \
	X(S, NUMBER, nodes, 0, "nodes that tell they are here")                                    \
	X(S, NUMBER, contacts, 0, "nodes that keep watch over the graph's unity")                  \
	X(S, NUMBER, contacts_wanted, 0, "and how many there should be")                           \
	X(S, BOOL, contact, 0, "whether we are one")                                               \
	X(S, TEXT, signature, OPS_NODE_MAX, "the lowest Node ID there is; empty: none is told")    \
	X(S, BOOL, signature_ours, 0, "whether that is ours")                                      \
	X(S, BOOL, partition, 0, "whether another signature is seen: the graph is in pieces")      \
	X(S, TIME, time, 0, "the graph's common clock; null: closed")                              \
	X(S, SECONDS, skew, 0, "how far our clock is from it")                                     \
	X(S, BOOL, skew_behind, 0, "whether ours is behind; else ahead")                           \
	X(S, TIME, left, 0, "when it was last left; null: never")                                  \
	X(S, NUMBER, records, 0, "records in the database")                                        \
	X(S, NUMBER, deleted, 0, "of them deleted, kept until their time ends")                    \
	X(S, NUMBER, dropped, 0, "that could not be read from the store")                          \
	X(S, NUMBER, octets, 0, "their octets")                                                    \
	X(S, NUMBER, memory_octets, 0, "memory of its index, about")                               \
	X(S, NUMBER, backlog, 0, "records that wait for neighbors to read")                        \
	X(S, NUMBER, to_try, 0, "addresses it was told of or connected to, tried one a look")      \
	X(S, SECONDS, maintain_in, 0, "until it looks after its neighbors; null: closed")          \
	X(S, OBJECT, counts, ops_graph_counts, "what is counted")                                  \
	X(S, OBJECT, strange, ops_graph_strange, "connections to the port of all graphs")

#define OPS_GRAPH_STRANGE(X, S)                                                                    \
	X(S, NUMBER, accepted, 0, "connections that came in, those to graphs too")                 \
	X(S, NUMBER, strangers, 0, "for a graph that does not listen here")                        \
	X(S, NUMBER, malformed, 0, "that did not begin as one of a graph does")                    \
	X(S, NUMBER, late, 0, "that did not say in time which graph they are for")                 \
	X(S, NUMBER, full, 0, "too many of one address, or in all")                                \
	X(S, NUMBER, waiting, 0, "that have not said yet which graph they are for")

#define OPS_GRAPHS_FIELDS(X, S)                                                                    \
	X(S, OBJECT, part, ops_part, "the state of the part graph")                                \
	X(S, NUMBER, port, 0, "the TCP port that they share; 0: nobody listens")                   \
	X(S, OBJECT, strange, ops_graph_strange, "connections that led nowhere")                   \
	X(S, LIST, graphs, ops_graph, "the graphs, by number")

#define OPS_GRAPH_NODE(X, S)                                                                       \
	X(S, TEXT, node, OPS_NODE_MAX, "its Node ID")                                              \
	X(S, STRING, peer, 0, "Peer ID of whoever runs it")                                        \
	X(S, STRING, label, 0, "in a group: the friendly name of that member; empty: not known")   \
	X(S, BOOL, self, 0, "whether it is this one")                                              \
	X(S, BOOL, neighbor, 0, "whether we are connected to it")                                  \
	X(S, BOOL, contact, 0, "whether it keeps watch over the graph's unity")                    \
	X(S, LIST, addresses, ops_endpoint, "where it listens")                                    \
	X(S, STRING, attributes, 0, "what it says about itself")

#define OPS_GRAPH_NODES_FIELDS(X, S)                                                               \
	X(S, STRING, graph, 0, "the Graph ID")                                                     \
	X(S, LIST, nodes, ops_graph_node, "nodes that tell they are here, and neighbors")          \
	X(S, BOOL, complete, 0, "whether these are all: no more than 4096 are listed")

#define OPS_GRAPH_LINK(X, S)                                                                       \
	X(S, NUMBER, conn, 0, "its number")                                                        \
	X(S, TEXT, kind, 15, "neighbor or direct")                                                 \
	X(S, TEXT, state, 15,                                                                      \
	  "dialling, accepted, authenticating, authenticated, connecting, "                        \
	  "connected, disconnecting")                                                              \
	X(S, BOOL, incoming, 0, "whether the other side began it")                                 \
	X(S, TEXT, node, OPS_NODE_MAX, "Node ID of the other side; empty: not known")              \
	X(S, STRING, peer, 0, "its Peer ID; empty: not known")                                     \
	X(S, STRING, label, 0, "in a group: the friendly name of that member; empty: not known")   \
	X(S, TEXT, local, ADDR_TEXT_MAX, "our address and port")                                   \
	X(S, TEXT, remote, ADDR_TEXT_MAX, "its address and port")                                  \
	X(S, SECONDS, age, 0, "for how long it has been there")                                    \
	X(S, NUMBER, utility, 0, "how useful it has been lately, 0 to 4096")                       \
	X(S, TEXT, sync, 15, "the synchronisation that runs over it: all, time, hash; or empty")   \
	X(S, NUMBER, octets_in, 0, "octets that came")                                             \
	X(S, NUMBER, octets_out, 0, "octets that were sent")                                       \
	X(S, NUMBER, unsent, 0, "octets on their way")                                             \
	X(S, NUMBER, backlog, 0, "records that wait for it to read")                               \
	X(S, NUMBER, waiting, 0, "octets that a program here has not read")                        \
	X(S, NUMBER, useful, 0, "records that came first over it")                                 \
	X(S, NUMBER, useless, 0, "records that were here when they came over it")                  \
	X(S, SECONDS, skew, 0, "how far its clock is from the graph's")                            \
	X(S, BOOL, skew_behind, 0, "whether it is behind; else ahead")

#define OPS_GRAPH_LINKS_FIELDS(X, S)                                                               \
	X(S, STRING, graph, 0, "the Graph ID")                                                     \
	X(S, LIST, links, ops_graph_link, "its connections")

#define OPS_GRAPH_PING_FIELDS(X, S)                                                                \
	X(S, STRING, text, 0, "what was done, in one sentence")                                    \
	X(S, SECONDS, elapsed, 0, "until its octets had gone")

#define OPS_ATTRIBUTE(X, S)                                                                        \
	X(S, STRING, name, 0, "its name: 1 to 40 letters and digits")                              \
	X(S, TEXT, type, 15, "string, int or date; empty: string")                                 \
	X(S, STRING, value, 0, "its value")

#define OPS_RECORD_FIELDS(X, S)                                                                    \
	X(S, TEXT, id, OPS_GUID_MAX, "its Record ID")                                              \
	X(S, TEXT, type, OPS_GUID_MAX, "its type, a GUID")                                         \
	X(S, STRING, word, 0, "the word that its type is made of; empty: of none that is known")   \
	X(S, NUMBER, version, 0, "its version, 1 when it is new")                                  \
	X(S, STRING, creator, 0, "Peer ID of its creator")                                         \
	X(S, STRING, creator_label, 0, "in a group: that member's friendly name; empty: unknown")  \
	X(S, STRING, modifier, 0, "Peer ID of who changed it last; empty: nobody did")             \
	X(S, STRING, modifier_label, 0, "in a group: that member's friendly name")                 \
	X(S, TIME, created, 0, "when it was made, by the graph's clock")                           \
	X(S, TIME, modified, 0, "when it was changed last")                                        \
	X(S, TIME, expires, 0, "when it ends")                                                     \
	X(S, BOOL, ours, 0, "whether this node made or changed it last")                           \
	X(S, LIST, attributes, ops_attribute, "its attributes")                                    \
	X(S, NUMBER, size, 0, "octets of its data")                                                \
	X(S, BOOL, large, 0, "whether its data are too large for an answer: they come by stream")  \
	X(S, STRING, data, 0, "its data in base64, where they were asked for")                     \
	X(S, BOOL, is_text, 0, "whether they are text")                                            \
	X(S, STRING, text, 0, "then the same as text")                                             \
	X(S, STRING, xml, 0, "its attributes as it holds them, where that was asked for")

#define OPS_RECORDS_FIELDS(X, S)                                                                   \
	X(S, STRING, graph, 0, "the Graph ID")                                                     \
	X(S, LIST, records, ops_record, "those of this answer, by the time of their change")       \
	X(S, NUMBER, looked, 0, "records that were looked at for it")                              \
	X(S, TEXT, next, OPS_RECORD_AFTER_MAX,                                                     \
	  "what to ask for as `after`, even if this answer has none; empty: that was all")

#define OPS_RECORD_CHANGE(X, S)                                                                    \
	X(S, BOOL, done, 0, "false when it was only asked what would be done")                     \
	X(S, STRING, text, 0, "what was or would be done, in one sentence")                        \
	X(S, TEXT, id, OPS_GUID_MAX, "the Record ID; empty: none yet")                             \
	X(S, NUMBER, version, 0, "its version now")

#define OPS_IMPORT(X, S)                                                                           \
	X(S, STRING, text, 0, "what was done, in one sentence")                                    \
	X(S, NUMBER, records, 0, "records taken over")                                             \
	X(S, NUMBER, refused, 0, "records that are not valid, or too old")

#define OPS_STREAM_TOKEN(X, S)                                                                     \
	X(S, TEXT, token, OPS_TOKEN_DIGITS, "the line that begins the stream; good for 30 s")      \
	X(S, STRING, socket, 0, "path of stream.sock")                                             \
	X(S, NUMBER, octets, 0, "octets that will come, where that is known")                      \
	X(S, STRING, text, 0, "what would be done, when only that was asked")

#define OPS_DIRECT(X, S)                                                                           \
	X(S, BOOL, done, 0, "false when it was only asked what would be done")                     \
	X(S, STRING, text, 0, "what was or would be done, in one sentence")                        \
	X(S, NUMBER, conn, 0, "number of the connection")                                          \
	X(S, STRING, peer, 0, "Peer ID of the other side")                                         \
	X(S, TEXT, node, OPS_NODE_MAX, "its Node ID")                                              \
	X(S, TEXT, token, OPS_TOKEN_DIGITS, "the line that begins the stream; good for 30 s")      \
	X(S, STRING, socket, 0, "path of stream.sock")

#define OPS_GRAPH_MAKE_FIELDS(X, S)                                                                \
	X(S, BOOL, open, 0,                                                                        \
	  "open a graph that is there, here or on other machines; else create it")                 \
	X(S, STRING, id, 0, "its Graph ID")                                                        \
	X(S, STRING, peer, 0, "our Peer ID; empty: one of this machine's own")                     \
	X(S, STRING, node_name, 0, "friendly name of our node, which its neighbors see")           \
	X(S, STRING, name, 0, "friendly name of the graph")                                        \
	X(S, STRING, comment, 0, "a comment")                                                      \
	X(S, TEXT, scope, 15, "global, site or link; empty: global")                               \
	X(S, TEXT, profile, 15, "modern or classic; empty: modern")                                \
	X(S, BOOL, defer, 0, "records stay past their time while there is no neighbor")            \
	X(S, NUMBER, record_max, 0,                                                                \
	  "most octets of a record's data and attributes, 1024 to 62914560; 0: as many")           \
	X(S, TEXT, presence, 15, "who tells that it is here: all, none, or about so many")         \
	X(S, SECONDS, presence_life, 0, "for how long that counts, 5 minutes or more; null: 5")    \
	X(S, STRING, sync_order, 0,                                                                \
	  "record types that are synchronised first: GUIDs or words, with commas between")         \
	X(S, BOOL, listen, 0, "take connections, now or as soon as the database is complete")      \
	X(S, BOOL, apart, 0, "connect to nobody, until it is closed and opened: for an import")    \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_GRAPH_SET_FIELDS(X, S)                                                                 \
	X(S, STRING, set, 0,                                                                       \
	  "which of the following are set, with commas between; empty: those not empty")           \
	X(S, STRING, name, 0, "friendly name of the graph")                                        \
	X(S, STRING, comment, 0, "a comment")                                                      \
	X(S, TEXT, presence, 15, "who tells that it is here: all, none, or about so many")         \
	X(S, SECONDS, presence_life, 0, "for how long that counts, 5 minutes or more")             \
	X(S, TEXT, present, 15, "yes: we tell it in any case; no: as `presence` says")             \
	X(S, STRING, attributes, 0, "what our presence says about us")                             \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_GRAPH_CONNECT_FIELDS(X, S)                                                             \
	X(S, TEXT, address, ADDR_TEXT_MAX, "address and port of a node; port 3587 without one")    \
	X(S, STRING, peer, 0, "only if it is run by this Peer ID; empty: by anybody")              \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_GRAPH_DISCONNECT_FIELDS(X, S)                                                          \
	X(S, NUMBER, conn, 0, "number of the connection")                                          \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_GRAPH_PING_WISH(X, S)                                                                  \
	X(S, TEXT, node, OPS_NODE_MAX, "Node ID of a neighbor; empty: all neighbors")              \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_RECORD_FILTER(X, S)                                                                    \
	X(S, TEXT, type, OPS_NAME_MAX, "only those of this type, a GUID or a word; empty: all")    \
	X(S, STRING, query, 0, "only those that match: short text, or `peersearch` XML")           \
	X(S, TEXT, after, OPS_RECORD_AFTER_MAX, "go on where an answer ended: its `next`")         \
	X(S, NUMBER, most, 0, "at most so many, up to 100; 0: 100")                                \
	X(S, BOOL, payload, 0, "with their data")

#define OPS_RECORD_LOOK(X, S)                                                                      \
	X(S, BOOL, no_payload, 0, "without its data")                                              \
	X(S, BOOL, xml, 0, "with its attributes as it holds them")

#define OPS_RECORD_ADD_FIELDS(X, S)                                                                \
	X(S, TEXT, type, OPS_NAME_MAX,                                                             \
	  "its type, a GUID; or a word, which is kept in its attribute `recordtype`")              \
	X(S, TIME, expires, 0, "when it ends; null: see life")                                     \
	X(S, SECONDS, life, 0, "for how long it lives; null: a year")                              \
	X(S, LIST, attributes, ops_attribute, "its attributes")                                    \
	X(S, STRING, xml, 0, "or the same as an XML document")                                     \
	X(S, STRING, data, 0, "its data in base64, up to 32 KiB")                                  \
	X(S, STRING, text, 0, "or as text")                                                        \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_RECORD_UPDATE_FIELDS(X, S)                                                             \
	X(S, NUMBER, if_version, 0, "only if that is its version; 0: whatever it is")              \
	X(S, STRING, set, 0,                                                                       \
	  "what is set, though it be empty: data, attributes or both with a comma between")        \
	X(S, TIME, expires, 0, "when it ends, not before it did; null: as it is")                  \
	X(S, SECONDS, life, 0, "for how long it lives from now on; null: as it is")                \
	X(S, LIST, attributes, ops_attribute, "its attributes, all of them")                       \
	X(S, STRING, xml, 0, "or the same as an XML document")                                     \
	X(S, STRING, data, 0, "its data in base64, up to 32 KiB")                                  \
	X(S, STRING, text, 0, "or as text")                                                        \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_RECORD_DELETE_FIELDS(X, S)                                                             \
	X(S, NUMBER, if_version, 0, "only if that is its version; 0: whatever it is")              \
	X(S, BOOL, local, 0, "only here, telling nobody: a synchronisation may bring it back")     \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_RECORD_UPLOAD_FIELDS(X, S)                                                             \
	X(S, NUMBER, size, 0, "octets that will come")                                             \
	X(S, TEXT, record, OPS_GUID_MAX, "the record that is changed; empty: a new one")           \
	X(S, NUMBER, if_version, 0, "only if that is its version; 0: whatever it is")              \
	X(S, TEXT, type, OPS_NAME_MAX,                                                             \
	  "its type, a GUID; or a word, which is kept in its attribute `recordtype`")              \
	X(S, TIME, expires, 0, "when it ends; null: see life")                                     \
	X(S, SECONDS, life, 0, "for how long it lives; null: a year, or as it is")                 \
	X(S, LIST, attributes, ops_attribute, "its attributes")                                    \
	X(S, STRING, xml, 0, "or the same as an XML document")                                     \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_DIRECT_OPEN_FIELDS(X, S)                                                               \
	X(S, STRING, peer, 0, "Peer ID of the other side; empty: any")                             \
	X(S, TEXT, node, OPS_NODE_MAX, "its Node ID; empty: any")                                  \
	X(S, TEXT, address, ADDR_TEXT_MAX, "its address; empty: where it says that it listens")    \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_DIRECT_ACCEPT_FIELDS(X, S)                                                             \
	X(S, BOOL, refuse, 0, "take none; else they are taken")                                    \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_CAPTURE_FIELDS(X, S)                                                                   \
	X(S, TEXT, part, 15, "the part: graph")                                                    \
	X(S, BOOL, dry_run, 0, "only say what would be done")

/* As OPS_LIST of ops/types.h. */
#define OPS_GRAPH_LIST(X)                                                                          \
	X(GRAPHS, "GET", "/v1/graphs", NULL, &ops_graphs_type, "all graphs of this machine")       \
	X(GRAPH_MAKE, "POST", "/v1/graphs", &ops_graph_make_type, &ops_change_type,                \
	  "create a graph, or open one; a graph stays open over restarts until it is closed")      \
	X(GRAPH, "GET", "/v1/graphs/{graph}", NULL, &ops_graph_type, "one graph in full")          \
	X(GRAPH_SET, "PUT", "/v1/graphs/{graph}", &ops_graph_set_type, &ops_change_type,           \
	  "change its properties, or what is told about us")                                       \
	X(GRAPH_DELETE, "DELETE", "/v1/graphs/{graph}", &ops_write_type, &ops_change_type,         \
	  "leave a graph and forget its database")                                                 \
	X(GRAPH_CLOSE, "POST", "/v1/graphs/{graph}/close", &ops_write_type, &ops_change_type,      \
	  "leave a graph; its database stays")                                                     \
	X(GRAPH_LISTEN, "POST", "/v1/graphs/{graph}/listen", &ops_write_type, &ops_change_type,    \
	  "take connections of other nodes, from now on")                                          \
	X(GRAPH_CONNECT, "POST", "/v1/graphs/{graph}/connect", &ops_graph_connect_type,            \
	  &ops_change_type,                                                                        \
	  "connect to a first neighbor; a client that hangs up ends the attempt")                  \
	X(GRAPH_DISCONNECT, "POST", "/v1/graphs/{graph}/disconnect", &ops_graph_disconnect_type,   \
	  &ops_change_type, "end a connection")                                                    \
	X(GRAPH_REVALIDATE, "POST", "/v1/graphs/{graph}/revalidate", &ops_write_type,              \
	  &ops_change_type, "judge anew the records that could not be judged when they came")      \
	X(GRAPH_PING, "POST", "/v1/graphs/{graph}/ping", &ops_graph_ping_wish_type,                \
	  &ops_graph_ping_type, "send neighbors a sign of life, which shows dead connections")     \
	X(GRAPH_NODES, "GET", "/v1/graphs/{graph}/nodes", NULL, &ops_graph_nodes_type,             \
	  "its nodes, as far as they tell that they are here")                                     \
	X(GRAPH_LINKS, "GET", "/v1/graphs/{graph}/links", NULL, &ops_graph_links_type,             \
	  "its connections to neighbors, and direct ones")                                         \
	X(RECORDS, "GET", "/v1/graphs/{graph}/records", &ops_record_filter_type,                   \
	  &ops_records_type, "its records, or those that match a query, a page of them")           \
	X(RECORD_ADD, "POST", "/v1/graphs/{graph}/records", &ops_record_add_type,                  \
	  &ops_record_change_type, "publish a record; answered when it is on disk")                \
	X(RECORD_UPLOAD, "POST", "/v1/graphs/{graph}/records/large", &ops_record_upload_type,      \
	  &ops_stream_token_type,                                                                  \
	  "publish or change a record whose data come over stream.sock, which answers with one "   \
	  "line: a record_change, or an error")                                                    \
	X(RECORD, "GET", "/v1/graphs/{graph}/records/{record}", &ops_record_look_type,             \
	  &ops_record_type, "one record")                                                          \
	X(RECORD_UPDATE, "PUT", "/v1/graphs/{graph}/records/{record}", &ops_record_update_type,    \
	  &ops_record_change_type, "change a record; answered when that is on disk")               \
	X(RECORD_DELETE, "DELETE", "/v1/graphs/{graph}/records/{record}", &ops_record_delete_type, \
	  &ops_record_change_type, "delete a record; answered when that is on disk")               \
	X(RECORD_DATA, "POST", "/v1/graphs/{graph}/records/{record}/data", &ops_write_type,        \
	  &ops_stream_token_type, "a record's data, however large, over stream.sock")              \
	X(DIRECT_OPEN, "POST", "/v1/graphs/{graph}/direct", &ops_direct_open_type,                 \
	  &ops_direct_type,                                                                        \
	  "open a direct connection to a node; a client that hangs up ends the attempt")           \
	X(DIRECT_CLOSE, "DELETE", "/v1/graphs/{graph}/direct/{conn}", &ops_write_type,             \
	  &ops_change_type, "end a direct connection")                                             \
	X(DIRECT_STREAM, "POST", "/v1/graphs/{graph}/direct/{conn}/stream", &ops_write_type,       \
	  &ops_direct_type, "take a direct connection that came in")                               \
	X(DIRECT_ACCEPT, "POST", "/v1/graphs/{graph}/accept", &ops_direct_accept_type,             \
	  &ops_change_type, "take direct connections that other nodes open, or no longer")         \
	X(GRAPH_EXPORT, "POST", "/v1/graphs/{graph}/export", &ops_write_type,                      \
	  &ops_stream_token_type, "the database of a graph over stream.sock")                      \
	X(GRAPH_IMPORT, "POST", "/v1/graphs/{graph}/import", &ops_write_type,                      \
	  &ops_stream_token_type,                                                                  \
	  "take over such a database over stream.sock, which answers with one line: an import, "   \
	  "or an error")                                                                           \
	X(CAPTURE, "POST", "/v1/capture", &ops_capture_type, &ops_stream_token_type,               \
	  "the traffic of a part over stream.sock, as a pcapng file")

#endif
