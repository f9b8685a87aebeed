/* types.h - the vocabulary of the API: every operation with its HTTP method
 * and path, every request, answer and event as a plain struct, and the field
 * tables from which JSON and documentation are made. Included by the library
 * and the command too; it must not pull in the engine.
 *
 * A field is named in one place, a line of an X-macro list: the struct, its
 * row in the field table, its JSON key and its line in doc/api.md come from it. */
#ifndef OPS_TYPES_H
#define OPS_TYPES_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/mono.h"
#include "ops/types_graph.h"
#include "ops/types_group.h"
#include "ops/types_masc.h"
#include "ops/types_name.h"

#define OPS_SCHEMA	1 /* of all JSON; fields are only ever added to it */
#define OPS_NAME_MAX	63
#define OPS_PREFIX_MAX	63 /* "ff38::9000:0/112" */
#define OPS_TOKEN_MAX	63
#define OPS_CLAIMS_MOST 250  /* of one answer: a few ms to write */
#define OPS_SPACE_MOST	2000 /* claims looked at for one answer */
#define OPS_MESSAGE_MAX 511
#define OPS_BODY_MAX	65536	   /* octets of a request's body */
#define OPS_ANSWER_MAX	(64 << 20) /* and of an answer that a client takes */

/* Kinds of fields: as X(name, C type of a value, what the JSON holds). */
#define OPS_FIELD_KINDS(X)                                                                         \
	X(BOOL, "true or false")                                                                   \
	X(NUMBER, "a whole number")                                                                \
	X(SECONDS, "seconds, with a fraction; null: none")                                         \
	X(TIME, "RFC 3339, UTC; null: none")                                                       \
	X(TEXT, "text")                                                                            \
	X(STRING, "text")                                                                          \
	X(OBJECT, "an object")                                                                     \
	X(LIST, "a list of objects")                                                               \
	X(PAIRS, "an object of texts and numbers")

enum ops_field_kind {
#define X(name, json) OPS_FIELD_##name,
	OPS_FIELD_KINDS(X)
#undef X
};

struct ops_struct;

/* One row a field. TEXT lies in the struct, STRING points out of it; LIST and
 * PAIRS are a pointer with the count right behind it. */
struct ops_field {
	const char *name;
	enum ops_field_kind kind;
	size_t offset;
	size_t count_offset;	     /* LIST, PAIRS */
	size_t size;		     /* TEXT: of the array */
	const struct ops_struct *of; /* OBJECT, LIST */
	const char *help;
};

struct ops_struct {
	const char *name;
	const char *help;
	size_t size;
	const struct ops_field *fields; /* ended by a NULL name */
};

/* One named value of an event. */
struct ops_pair {
	const char *name;
	bool is_number;
	int64_t number;
	const char *value; /* "" for numbers */
};

/* How the lists below become members of a struct. */
#define OPS_MEMBER_BOOL(name, arg)    bool name;
#define OPS_MEMBER_NUMBER(name, arg)  uint64_t name;
#define OPS_MEMBER_SECONDS(name, arg) int64_t name; /* us, -1 none */
#define OPS_MEMBER_TIME(name, arg)    int64_t name; /* wall us, 0 none */
#define OPS_MEMBER_TEXT(name, arg)    char name[(arg) + 1];
#define OPS_MEMBER_STRING(name, arg)  const char *name;
#define OPS_MEMBER_OBJECT(name, arg)  struct arg name;
#define OPS_MEMBER_LIST(name, arg)                                                                 \
	struct arg *name;                                                                          \
	size_t n_##name;
#define OPS_MEMBER_PAIRS(name, arg)                                                                \
	struct ops_pair *name;                                                                     \
	size_t n_##name;
#define OPS_MEMBER(S, kind, name, arg, help) OPS_MEMBER_##kind(name, arg)
#define OPS_STRUCT(S, FIELDS)                                                                      \
	struct S {                                                                                 \
		FIELDS(OPS_MEMBER, S)                                                              \
	};                                                                                         \
	extern const struct ops_struct S##_type

/* Every struct: its list of fields and what it is. Used ones stand first. */
#define OPS_STRUCTS(X)                                                                             \
	X(ops_clock, OPS_CLOCK, "The wall clock of the machine.")                                  \
	X(ops_part, OPS_PART, "A part of the daemon.")                                             \
	X(ops_listen, OPS_LISTEN, "An address that a part listens on.")                            \
	X(ops_sessions, OPS_SESSIONS, "MASC sessions by state (RFC 2909, section 9).")             \
	X(ops_holdings, OPS_HOLDINGS, "What we hold and claim, in figures.")                       \
	X(ops_store, OPS_STORE, "The store of durable state.")                                     \
	X(ops_jobs, OPS_JOBS, "The pool of threads for long work.")                                \
	X(ops_links, OPS_LINKS, "Connections to peers.")                                           \
	X(ops_attention, OPS_ATTENTION, "Something that needs the operator.")                      \
	OPS_NAME_STRUCTS(X)                                                                        \
	OPS_GRAPH_STRUCTS(X)                                                                       \
	OPS_GROUP_STRUCTS(X)                                                                       \
	X(ops_status, OPS_STATUS_FIELDS, "The state of the daemon.")                               \
	X(ops_traffic, OPS_TRAFFIC, "Messages and octets in one direction.")                       \
	X(ops_masc_peer, OPS_MASC_PEER_FIELDS, "A MASC peer and the session with it.")             \
	X(ops_masc_peers, OPS_MASC_PEERS_FIELDS, "All MASC peers.")                                \
	X(ops_masc_prefix, OPS_MASC_PREFIX,                                                        \
	  "A range that our domain holds or claims (doc/masc.md, section 14).")                    \
	X(ops_masc_range, OPS_MASC_RANGE, "A range that claims may come from.")                    \
	X(ops_masc_prefixes, OPS_MASC_PREFIXES_FIELDS, "What our domain holds and claims.")        \
	X(ops_masc_claim, OPS_MASC_CLAIM_FIELDS, "A claim, range or withdrawal that is known.")    \
	X(ops_masc_claims, OPS_MASC_CLAIMS_FIELDS, "Known claims, in the order of addresses.")     \
	X(ops_masc_block, OPS_MASC_BLOCK, "A line of the tree of addresses.")                      \
	X(ops_masc_space, OPS_MASC_SPACE_FIELDS, "Who has which addresses, as a tree.")            \
	X(ops_masc_demand, OPS_MASC_DEMAND_FIELDS, "Addresses that are wanted for a time.")        \
	X(ops_masc_demands, OPS_MASC_DEMANDS_FIELDS, "All demands.")                               \
	X(ops_masc_clash, OPS_MASC_CLASH_FIELDS, "Two domains that hold the same addresses.")      \
	X(ops_masc_clashes, OPS_MASC_CLASHES_FIELDS, "All clashes, the oldest first.")             \
	X(ops_log_part, OPS_LOG_PART, "The log level of a part.")                                  \
	X(ops_log, OPS_LOG, "The log levels of all parts.")                                        \
	X(ops_port, OPS_PORT, "Who holds one of Homestead's ports.")                               \
	X(ops_ports, OPS_PORTS_FIELDS, "Who holds Homestead's ports.")                             \
	X(ops_change, OPS_CHANGE, "What a change did, or would do.")                               \
	X(ops_event, OPS_EVENT, "Something that happened.")                                        \
	X(ops_events, OPS_EVENTS_FIELDS, "Events of the recent past, the oldest first.")           \
	X(ops_error, OPS_ERROR, "Why a request failed.")                                           \
	X(ops_write, OPS_WRITE, "The body of a change without further values.")                    \
	X(ops_down, OPS_DOWN, "The body of a request to hold a session down.")                     \
	X(ops_log_set, OPS_LOG_SET_FIELDS, "The body of a request to set a log level.")            \
	X(ops_filter, OPS_FILTER, "Which events are wanted.")                                      \
	X(ops_claim_filter, OPS_CLAIM_FILTER, "Which claims are wanted.")                          \
	X(ops_space_filter, OPS_SPACE_FILTER, "Which part of the tree is wanted.")                 \
	X(ops_claim_wish, OPS_CLAIM_WISH, "The body of a request to claim a range.")               \
	X(ops_demand_wish, OPS_DEMAND_WISH, "The body of a request for addresses.")                \
	X(ops_withdraw, OPS_WITHDRAW_FIELDS, "The body of a request to give a range back.")        \
	X(ops_resolve, OPS_RESOLVE_FIELDS, "The body of a decision about a clash.")

#define OPS_CLOCK(X, S)                                                                            \
	X(S, TIME, time, 0, "what it says")                                                        \
	X(S, BOOL, synchronised, 0, "whether the operating system calls it synchronised")          \
	X(S, STRING, affected, 0, "which rule suffers when it is not; empty when it is")

#define OPS_PART(X, S)                                                                             \
	X(S, TEXT, name, 15, "its name, as in events and the configuration")                       \
	X(S, TEXT, state, 15, "running, off (not configured) or stopped")                          \
	X(S, STRING, reason, 0, "why it is stopped or off; empty when it runs")

#define OPS_LISTEN(X, S)                                                                           \
	X(S, TEXT, part, 15, "the part")                                                           \
	X(S, TEXT, address, ADDR_TEXT_MAX, "address and port")

#define OPS_SESSIONS(X, S)                                                                         \
	X(S, NUMBER, total, 0, "configured peers")                                                 \
	X(S, NUMBER, idle, 0, "no connection, none wanted yet")                                    \
	X(S, NUMBER, connect, 0, "dialling")                                                       \
	X(S, NUMBER, active, 0, "waiting to dial again, or for the peer to come")                  \
	X(S, NUMBER, opensent, 0, "connected, OPEN sent")                                          \
	X(S, NUMBER, openconfirm, 0, "OPEN accepted, waiting for the first KEEPALIVE")             \
	X(S, NUMBER, established, 0, "up")                                                         \
	X(S, NUMBER, held_down, 0, "held down by an operator; also counted as idle")

#define OPS_HOLDINGS(X, S)                                                                         \
	X(S, NUMBER, held, 0, "ranges held, of this and other nodes of our domain")                \
	X(S, NUMBER, withdrawn, 0, "ranges that are ours, but withdrawn for a clash")              \
	X(S, NUMBER, disputed, 0, "ranges held that the parent denies")                            \
	X(S, NUMBER, waiting, 0, "claims whose waiting period runs or stands still")               \
	X(S, NUMBER, wanted, 0, "claims that are not made yet")                                    \
	X(S, NUMBER, addresses, 0, "addresses held")                                               \
	X(S, NUMBER, used, 0, "and promised to demands and children")                              \
	X(S, NUMBER, known, 0, "claims known, of all domains")                                     \
	X(S, NUMBER, children, 0, "domains with claims in our ranges")                             \
	X(S, NUMBER, demands, 0, "demands")                                                        \
	X(S, NUMBER, unmet, 0, "demands whose time has come and that are not met")                 \
	X(S, NUMBER, clashes, 0, "clashes that go on")                                             \
	X(S, NUMBER, open_clashes, 0, "clashes that an operator must decide")                      \
	X(S, TEXT, paused, 31, "why no claims are made, in a word; empty: they are")

#define OPS_STORE(X, S)                                                                            \
	X(S, STRING, path, 0, "its file; empty: kept in memory, lost at the end")                  \
	X(S, BOOL, healthy, 0, "whether the last commit succeeded")                                \
	X(S, STRING, problem, 0, "why the last commit failed; empty when it did not")              \
	X(S, NUMBER, commits, 0, "batches committed")                                              \
	X(S, NUMBER, commit_failures, 0, "batches that could not be committed")                    \
	X(S, NUMBER, puts, 0, "changes written")                                                   \
	X(S, NUMBER, waiting_outputs, 0, "outputs held back until their change is durable")

#define OPS_JOBS(X, S)                                                                             \
	X(S, NUMBER, threads, 0, "threads in the pool")                                            \
	X(S, NUMBER, done, 0, "jobs done")                                                         \
	X(S, NUMBER, waiting, 0, "jobs waiting or running")

#define OPS_LINKS(X, S)                                                                            \
	X(S, NUMBER, open, 0, "connections open or being opened")                                  \
	X(S, NUMBER, queued_octets, 0, "octets waiting to be sent")

#define OPS_ATTENTION(X, S)                                                                        \
	X(S, TEXT, part, 15, "the part it is about")                                               \
	X(S, STRING, text, 0, "what is wrong, in one sentence")                                    \
	X(S, STRING, hint, 0, "what to do next")

#define OPS_STATUS_FIELDS(X, S)                                                                    \
	X(S, TEXT, version, 31, "version of the daemon")                                           \
	X(S, NUMBER, pid, 0, "its process")                                                        \
	X(S, NUMBER, run, 0, "number of this run; another one after each start")                   \
	X(S, TIME, started, 0, "when it started")                                                  \
	X(S, SECONDS, uptime, 0, "for how long it has been running")                               \
	X(S, STRING, config_path, 0, "its configuration; empty: it runs on defaults")              \
	X(S, STRING, state_dir, 0, "its state folder; empty: it keeps nothing")                    \
	X(S, STRING, socket_path, 0, "its control socket")                                         \
	X(S, NUMBER, memory_octets, 0, "resident memory")                                          \
	X(S, OBJECT, clock, ops_clock, "the wall clock")                                           \
	X(S, LIST, parts, ops_part, "the parts and their state")                                   \
	X(S, LIST, listen, ops_listen, "where they listen")                                        \
	X(S, OBJECT, masc, ops_sessions, "MASC sessions by state")                                 \
	X(S, OBJECT, claims, ops_holdings, "what we hold and claim")                               \
	X(S, OBJECT, pnrp, ops_pnrp, "names without servers")                                      \
	X(S, OBJECT, graph, ops_graphing, "graphs")                                                \
	X(S, OBJECT, group, ops_grouping, "groups and identities")                                 \
	X(S, OBJECT, store, ops_store, "the store")                                                \
	X(S, OBJECT, jobs, ops_jobs, "the job pool")                                               \
	X(S, OBJECT, links, ops_links, "connections")                                              \
	X(S, LIST, attention, ops_attention, "what needs the operator; empty when all is well")

#define OPS_LOG_PART(X, S)                                                                         \
	X(S, TEXT, part, 15, "the part")                                                           \
	X(S, TEXT, level, 15, "error, warning, notice, info or debug")

#define OPS_LOG(X, S) X(S, LIST, parts, ops_log_part, "the parts")

#define OPS_PORT(X, S)                                                                             \
	X(S, TEXT, proto, 3, "tcp or udp")                                                         \
	X(S, NUMBER, port, 0, "the port")                                                          \
	X(S, TEXT, service, 15, "what Homestead uses it for")                                      \
	X(S, TEXT, verdict, 31, "free, ours, another-homestead, squatter or hidden")               \
	X(S, BOOL, ours, 0, "whether a Homestead daemon holds it")                                 \
	X(S, TEXT, address, ADDR_TEXT_MAX, "the address held; empty when free")                    \
	X(S, TEXT, program, 255, "the program that holds it; empty when free or hidden")           \
	X(S, STRING, path, 0, "the program's file; empty when free or hidden")                     \
	X(S, NUMBER, pid, 0, "its process; 0 when free or hidden")                                 \
	X(S, TEXT, user, 63, "the user it runs as; empty when free")                               \
	X(S, STRING, advice, 0, "what that means and what to do")

#define OPS_PORTS_FIELDS(X, S)                                                                     \
	X(S, NUMBER, daemon_pid, 0, "the daemon that was asked for; 0: none answers")              \
	X(S, LIST, ports, ops_port, "a row a port, or a row each of its holders")

#define OPS_CHANGE(X, S)                                                                           \
	X(S, BOOL, done, 0, "false when it was only asked what would be done")                     \
	X(S, STRING, text, 0, "what was or would be done, in one sentence")                        \
	X(S, NUMBER, number, 0, "of what was made, such as a claim; 0: nothing was")

#define OPS_EVENT(X, S)                                                                            \
	X(S, NUMBER, number, 0, "grows by one with each event of a run")                           \
	X(S, TIME, time, 0, "when it happened")                                                    \
	X(S, TEXT, part, 15, "the part it comes from")                                             \
	X(S, TEXT, level, 15, "error, warning, notice, info or debug")                             \
	X(S, TEXT, name, 31, "its name, unique in its part")                                       \
	X(S, STRING, text, 0, "what happened, in one sentence")                                    \
	X(S, NUMBER, dropped, 0, "events lost before this one, for the event overflow")            \
	X(S, PAIRS, fields, 0, "its values by name")

#define OPS_EVENTS_FIELDS(X, S)                                                                    \
	X(S, NUMBER, run, 0, "run of the daemon the numbers belong to")                            \
	X(S, LIST, events, ops_event, "the events")

#define OPS_ERROR(X, S)                                                                            \
	X(S, TEXT, code, 31, "one word, for programs")                                             \
	X(S, TEXT, message, OPS_MESSAGE_MAX, "what failed, on which object, why")                  \
	X(S, TEXT, hint, OPS_MESSAGE_MAX, "what to do next; empty when nothing is known")

#define OPS_WRITE(X, S) X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_DOWN(X, S)                                                                             \
	X(S, SECONDS, duration, 0, "for how long; null: until told otherwise")                     \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_LOG_SET_FIELDS(X, S)                                                                   \
	X(S, TEXT, level, 15, "error, warning, notice, info or debug")                             \
	X(S, TEXT, part, 15, "the part; empty: all")                                               \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_FILTER(X, S)                                                                           \
	X(S, TEXT, part, 15, "events of this part only")                                           \
	X(S, TEXT, level, 15, "only events of this level and more serious ones")                   \
	X(S, NUMBER, since, 0, "events after the one with this number; 0: from the start")         \
	X(S, NUMBER, run, 0, "run that number belongs to; of another run, since counts as 0")      \
	X(S, NUMBER, limit, 0, "at most so many of the newest; 0: all that are kept")              \
	X(S, TEXT, graph, OPS_GRAPH_ID_MAX,                                                        \
	  "only those of this graph: its Graph ID or number; empty: all")                          \
	X(S, TEXT, type, OPS_NAME_MAX,                                                             \
	  "of those about records only this record type, a GUID or a word; empty: all")

#define OPS_CLAIM_FILTER(X, S)                                                                     \
	X(S, TEXT, within, OPS_PREFIX_MAX, "only those in this range, or around it; empty: all")   \
	X(S, TEXT, type, 15, "only in-use, managed, new, expand, denied or withdraw; empty: all")  \
	X(S, TEXT, domain, ADDR_TEXT_MAX, "only those of this Domain ID; empty: all")              \
	X(S, NUMBER, limit, 0, "at most so many, up to 250; 0: 250")                               \
	X(S, TEXT, after, OPS_TOKEN_MAX, "go on where an answer ended: its `next`")

#define OPS_SPACE_FILTER(X, S)                                                                     \
	X(S, TEXT, within, OPS_PREFIX_MAX, "only this range; empty: all")                          \
	X(S, NUMBER, depth, 0, "how many levels of the tree; 0: all")

#define OPS_CLAIM_WISH(X, S)                                                                       \
	X(S, TEXT, prefix, OPS_PREFIX_MAX, "exactly this range; empty: any of that size")          \
	X(S, NUMBER, addresses, 0, "how many addresses, rounded up to a power of two")             \
	X(S, TEXT, family, 15, "ipv4 or ipv6; empty: that of the scope, else ipv4")                \
	X(S, TEXT, scope, OPS_NAME_MAX, "the scope; empty: the only one, or any range")            \
	X(S, SECONDS, lifetime, 0, "for how long; null: claim_lifetime of the configuration")      \
	X(S, TIME, from, 0, "not before; null: now")                                               \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_DEMAND_WISH(X, S)                                                                      \
	X(S, NUMBER, addresses, 0, "how many addresses")                                           \
	X(S, TEXT, family, 15, "ipv4 or ipv6; empty: that of the scope, else ipv4")                \
	X(S, TEXT, scope, OPS_NAME_MAX, "the scope; empty: the only one, or any range")            \
	X(S, TIME, from, 0, "from when on; null: now")                                             \
	X(S, TIME, until, 0, "until when; null: until it is ended")                                \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_WITHDRAW_FIELDS(X, S)                                                                  \
	X(S, TEXT, prefix, OPS_PREFIX_MAX, "the range that is held or claimed")                    \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_RESOLVE_FIELDS(X, S)                                                                   \
	X(S, TEXT, action, 15, "keep: ours stays as it is; yield: the overlap is withdrawn")       \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define X(S, FIELDS, help) OPS_STRUCT(S, FIELDS);
OPS_STRUCTS(X)
#undef X

/* name, method, path (what stands in braces is taken from it), struct of the request (the
 * body; for GET and DELETE the query) and of the answer, what it does */
#define OPS_LIST(X)                                                                                \
	X(STATUS, "GET", "/v1/status", NULL, &ops_status_type,                                     \
	  "what runs here, since when, and what needs attention")                                  \
	X(EVENTS, "GET", "/v1/events/recent", &ops_filter_type, &ops_events_type,                  \
	  "events of the recent past")                                                             \
	X(MASC_PEERS, "GET", "/v1/masc/peers", NULL, &ops_masc_peers_type,                         \
	  "all MASC peers and their sessions")                                                     \
	X(MASC_PEER, "GET", "/v1/masc/peers/{name}", NULL, &ops_masc_peer_type,                    \
	  "one MASC peer in full")                                                                 \
	X(MASC_PEER_UP, "POST", "/v1/masc/peers/{name}/up", &ops_write_type, &ops_change_type,     \
	  "start or redial a session")                                                             \
	X(MASC_PEER_DOWN, "POST", "/v1/masc/peers/{name}/down", &ops_down_type, &ops_change_type,  \
	  "end a session and keep it down")                                                        \
	X(MASC_PEER_RESET, "POST", "/v1/masc/peers/{name}/reset", &ops_write_type,                 \
	  &ops_change_type, "end a session and start anew")                                        \
	X(MASC_PREFIXES, "GET", "/v1/masc/prefixes", NULL, &ops_masc_prefixes_type,                \
	  "what our domain holds and claims")                                                      \
	X(MASC_CLAIMS, "GET", "/v1/masc/claims", &ops_claim_filter_type, &ops_masc_claims_type,    \
	  "all claims that are known, ours and others'")                                           \
	X(MASC_CLAIM, "POST", "/v1/masc/claims", &ops_claim_wish_type, &ops_change_type,           \
	  "claim a range")                                                                         \
	X(MASC_SPACE, "GET", "/v1/masc/space", &ops_space_filter_type, &ops_masc_space_type,       \
	  "who has which addresses, as a tree")                                                    \
	X(MASC_DEMANDS, "GET", "/v1/masc/demands", NULL, &ops_masc_demands_type, "all demands")    \
	X(MASC_DEMAND, "POST", "/v1/masc/demands", &ops_demand_wish_type, &ops_change_type,        \
	  "ask for addresses for a time")                                                          \
	X(MASC_DEMAND_END, "POST", "/v1/masc/demands/{number}/end", &ops_write_type,               \
	  &ops_change_type, "end a demand")                                                        \
	X(MASC_WITHDRAW, "POST", "/v1/masc/withdraw", &ops_withdraw_type, &ops_change_type,        \
	  "give a range back, or stop claiming it")                                                \
	X(MASC_CLASHES, "GET", "/v1/masc/clashes", NULL, &ops_masc_clashes_type, "all clashes")    \
	X(MASC_RESOLVE, "POST", "/v1/masc/clashes/{number}/resolve", &ops_resolve_type,            \
	  &ops_change_type, "decide a clash")                                                      \
	OPS_NAME_LIST(X)                                                                           \
	OPS_GRAPH_LIST(X)                                                                          \
	OPS_GROUP_LIST(X)                                                                          \
	X(LOG_GET, "GET", "/v1/log", NULL, &ops_log_type, "log level of every part")               \
	X(LOG_SET, "PUT", "/v1/log", &ops_log_set_type, &ops_change_type,                          \
	  "set the log level of one part or all")                                                  \
	X(PORTS, "GET", "/v1/ports", NULL, &ops_ports_type, "who listens on Homestead's ports")    \
	X(RELOAD, "POST", "/v1/reload", &ops_write_type, &ops_change_type,                         \
	  "read the configuration anew")

/* The streams of events, and of what a search for a name finds, are no operations: they
 * have no single answer. */
#define OPS_STREAM_PATH "/v1/events"
#define OPS_SEARCH_PATH "/v1/names/search"

/* Beside the control socket. */
#define OPS_STREAM_SOCKET "stream.sock"

enum ops_kind {
#define X(name, method, path, request, answer, help) OPS_##name,
	OPS_LIST(X)
#undef X
	OPS_KIND_COUNT
};

struct ops_row {
	const char *name;
	const char *method;
	const char *path;
	const struct ops_struct *request; /* NULL: none */
	const struct ops_struct *answer;
	const char *help;
};
extern const struct ops_row ops_rows[OPS_KIND_COUNT];
extern const struct ops_struct *const ops_structs[]; /* ended by NULL */

const char *ops_field_kind_text(enum ops_field_kind k);

/* Whether the values of an operation are its query; else its body. */
bool ops_row_reads_query(const struct ops_row *row);

/* The request of an operation: path parameters and values. */
struct ops_request {
	enum ops_kind kind;
	char graph[OPS_GRAPH_ID_MAX + 1];  /* {graph}, {group} or {identity} of the path */
	char member[OPS_GRAPH_ID_MAX + 1]; /* {member} */
	char name[OPS_NAME_MAX + 1];	   /* {name}, {number}, {record} or {conn} */
	union {
		struct ops_write write;
		struct ops_down down;
		struct ops_log_set log_set;
		struct ops_filter filter;
		struct ops_claim_filter claim_filter;
		struct ops_space_filter space_filter;
		struct ops_claim_wish claim;
		struct ops_demand_wish demand;
		struct ops_withdraw withdraw;
		struct ops_resolve resolve;
		struct ops_publish publish;
		struct ops_unpublish unpublish;
		struct ops_lookup lookup;
		struct ops_convert convert;
		struct ops_ping_wish ping;
		struct ops_cloud_wish cloud;
		struct ops_graph_make graph_make;
		struct ops_graph_set graph_set;
		struct ops_graph_connect graph_connect;
		struct ops_graph_disconnect graph_disconnect;
		struct ops_graph_ping_wish graph_ping;
		struct ops_record_filter records;
		struct ops_record_look record_look;
		struct ops_record_add record_add;
		struct ops_record_update record_update;
		struct ops_record_delete record_delete;
		struct ops_record_upload record_upload;
		struct ops_direct_open direct_open;
		struct ops_direct_accept direct_accept;
		struct ops_capture capture;
		struct ops_identity_make identity_make;
		struct ops_identity_set identity_set;
		struct ops_group_make group_make;
		struct ops_group_join group_join;
		struct ops_group_set group_set;
		struct ops_group_connect group_connect;
		struct ops_member_filter members;
		struct ops_member_grant member_grant;
		struct ops_invite_make invite_make;
		struct ops_member_remove member_remove;
		struct ops_member_return member_return;
		struct ops_paper_read paper_read;
		uint8_t values[1]; /* where any of them begins */
	};
};

/* Names of levels, the gravest first; -1 when it is none. */
int ops_level_of(const char *name);
const char *ops_level_text(int level);

/* JSON (jansson). The answer of ops_encode is a new reference, NULL without
 * memory; with `schema` it is the outermost object. */
struct json_t;
struct json_t *ops_encode(const struct ops_struct *type, const void *value);
/* The first text in it that is no UTF-8, by its field's name; NULL: none. What goes out is
 * shown as it can be, but a wish is never changed on its way: who asks looks here before. */
const char *ops_no_text(const struct ops_struct *type, const void *value);
struct json_t *ops_encode_schema(const struct ops_struct *type, const void *value);
/* {"error":{...},"schema":1} */
struct json_t *ops_encode_error(const struct ops_error *e);

/* Where JSON comes from decides how strictly it is read. */
enum ops_source {
	OPS_FROM_ANSWER,  /* of a daemon, perhaps a newer one: unknown keys are skipped */
	OPS_FROM_REQUEST, /* of a client: unknown keys are refused */
	OPS_FROM_QUERY	  /* likewise, and every value is text */
};

/* Fills *out; what is missing is zero, empty or none. Strings and lists lie in
 * mem. ERR_MALFORMED or ERR_RANGE with a sentence in `why`, ERR_NOMEM. */
MUST_USE enum err ops_decode(const struct ops_struct *type, const struct json_t *j,
			     enum ops_source source, void *out, struct arena *mem,
			     struct text *why);
/* Zero, empty, none. */
void ops_clear(const struct ops_struct *type, void *out);
/* Fills a TEXT field; what does not fit is cut. */
void ops_set_text(char *out, size_t size, const char *s);
/* Reads RFC 3339 as text_wall() writes it. ERR_MALFORMED. */
MUST_USE enum err ops_time_parse(const char *s, int64_t *us);

/* HTTP status of an error, and its reason phrase. */
int ops_http_status(enum err e);
const char *ops_http_reason(int status);

/* Names. Text of users in NFC: ERR_MALFORMED (no UTF-8), ERR_RANGE (no room), ERR_NOMEM. */
struct pnrp_name;
MUST_USE enum err ops_text_nfc(const char *s, struct text *out);
/* A name as people write it: "0.printer-room", "printer-room" alone, a secure name, a host
 * name below pnrp.net. ERR_MALFORMED, ERR_RANGE, ERR_UNSUPPORTED with a sentence in `why`;
 * ERR_NOMEM. */
MUST_USE enum err ops_name_read(const char *s, struct pnrp_name *out, struct text *why);
/* The name and its host name; when it has none that is "" and `why` says why. */
void ops_name_put(const struct pnrp_name *n, char name[OPS_PEER_NAME_MAX + 1],
		  char host[OPS_HOST_NAME_MAX + 1], struct text *why);
/* The same of a name as people write it; strings lie in mem. As ops_name_read. */
MUST_USE enum err ops_name_convert(const char *s, struct ops_conversion *out, struct arena *mem,
				   struct text *why);

/* Octets as text. ERR_MALFORMED, ERR_RANGE (more than size). */
#define OPS_BASE64_MAX(n) (((n) + 2) / 3 * 4)
void ops_base64_put(struct text *t, struct span s);
MUST_USE enum err ops_base64_take(const char *s, uint8_t *out, size_t size, size_t *n);

/* Text in paths and queries: put escapes what may not stand there; take gives it back, with
 * `plus` also "+" for a space. ERR_MALFORMED (a NUL), ERR_RANGE (no room). */
void ops_url_put(struct text *t, const char *s);
MUST_USE enum err ops_url_take(struct span s, bool plus, struct text *out);

/* The record type of a word (GRAPH-5.4). ERR_MALFORMED: it is none; ERR_NOMEM. */
MUST_USE enum err ops_type_of_word(const char *word, const struct env *env, uint8_t out[16]);

/* Homestead's ports and who holds them, judged for a daemon with that pid (0:
 * none answers). Strings and rows lie in mem. ERR_IO, ERR_NOMEM. */
MUST_USE enum err ops_ports_look(struct ops_ports *out, int daemon_pid, struct arena *mem);

/* One holder judged; for ops_ports_look and its tests. owner NULL: free. */
struct os_port_owner;
enum ops_verdict {
	OPS_PORT_FREE,
	OPS_PORT_OURS,
	OPS_PORT_ANOTHER,
	OPS_PORT_SQUATTER,
	OPS_PORT_HIDDEN
};
struct ops_well_known {
	const char *proto; /* "tcp", "udp" */
	uint16_t port;
	const char *service;
	const char *setting; /* of the configuration that moves it, "" none yet */
};
extern const struct ops_well_known ops_well_known_ports[]; /* ended by port 0 */
enum ops_verdict ops_port_verdict(const struct os_port_owner *owner, int daemon_pid);
MUST_USE enum err ops_port_row(struct ops_port *row, const struct ops_well_known *port,
			       const struct os_port_owner *owner, int daemon_pid,
			       struct arena *mem);

#endif
