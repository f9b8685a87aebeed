/* server.h - a control server on a socket in a folder of its own, and raw
 * clients on the same libevent base, so that nothing waits but for an event. */
#ifndef UNIT_CTL_SERVER_H
#define UNIT_CTL_SERVER_H

#include "failing_env.h"

#include <event2/event.h>

#include "ctl/ctl_int.h"
#include "played.h"

struct server {
	char dir[64];
	char path[96];
	struct event_base *base;
	struct ops *ops;
	struct ctl *ctl;
	struct ctl_limits limits;
	bool late; /* the guard fired: a test hangs */
};
extern struct server server;

/* With limits as they stand in server.limits (the defaults after server_init). */
void server_init(void);
void server_start(void);
void server_stop(void);

struct client {
	int fd;
	struct event *read;
	char *got; /* all that came, NUL-ended */
	size_t n;
	bool closed;
	bool deaf; /* does not read */
};

struct client *client_new(void);
void client_free(struct client *c);
void client_send(struct client *c, const char *octets);
void client_send_n(struct client *c, const void *octets, size_t n);
/* Runs the base until the client has got `want`, or the connection ended. */
bool client_wait(struct client *c, const char *want);
void client_wait_closed(struct client *c);
/* Runs the base while there is something to do at once. */
void server_settle(void);

/* One request on a connection of its own; the whole response. */
char *ask(const char *method, const char *target, const char *body);
int status_of(const char *response);
const char *body_of(const char *response);

#endif
