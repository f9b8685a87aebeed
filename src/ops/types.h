/* types.h - the vocabulary of the API: every operation with its HTTP method
 * and path, every request, answer and event as a plain struct, and the field
 * tables from which JSON and documentation are made. Included by the library
 * too; it must not pull in the engine. */
#ifndef OPS_TYPES_H
#define OPS_TYPES_H

#include "base/addr.h"
#include "base/err.h"
#include "base/mono.h"

#define OPS_SCHEMA 1 /* of all JSON; fields are only ever added to it */

/* name, method, path ({name} is taken from the path), what it does */
#define OPS_LIST(X)                                                                                \
	X(STATUS, "GET", "/v1/status", "what runs here, since when, and what needs attention")     \
	X(MASC_PEERS, "GET", "/v1/masc/peers", "all MASC peers and their sessions")                \
	X(MASC_PEER, "GET", "/v1/masc/peers/{name}", "one MASC peer in full")                      \
	X(MASC_PEER_UP, "POST", "/v1/masc/peers/{name}/up", "start or redial a session")           \
	X(MASC_PEER_DOWN, "POST", "/v1/masc/peers/{name}/down", "end a session and keep it down")  \
	X(MASC_PEER_RESET, "POST", "/v1/masc/peers/{name}/reset", "end a session and start anew")  \
	X(LOG_GET, "GET", "/v1/log", "log level of every part")                                    \
	X(LOG_SET, "PUT", "/v1/log", "set the log level of one part or all")                       \
	X(PORTS, "GET", "/v1/ports", "who listens on Homestead's ports")                           \
	X(RELOAD, "POST", "/v1/reload", "read the configuration anew")

enum ops_kind {
#define X(name, method, path, help) OPS_##name,
	OPS_LIST(X)
#undef X
	OPS_KIND_COUNT
};

#endif
