/* context.h - a context of the library beside the real control server in the
 * same process: the server and the context's descriptor stand on one libevent
 * base. One a test program. */
#ifndef UNIT_LIB_CONTEXT_H
#define UNIT_LIB_CONTEXT_H

#include "server.h"

#include "lib/lib_int.h"

#define CONTEXT_GOT_MAX 6000

extern hst_ctx *ctx;
extern struct event *readable; /* drains ctx into got */
extern hst_event *got[CONTEXT_GOT_MAX];
extern size_t n_got;

int context_setup(void **state);
int context_teardown(void **state);
int context_open(const char *path);
void context_close(void);
void context_forget(void); /* what came */
/* Runs until an event of that kind has come; the first of them. */
hst_event *context_await(uint32_t kind);
/* A call from begin to end; its event. */
hst_event *context_call(const char *method, const char *path, const char *body);
/* The daemon says something. */
void context_say(const char *part, enum node_level level, const char *text);
/* Subscribes, and lets the stream begin. */
void context_subscribe(const char *part, const char *level, hst_sub *sub);
/* Ends the server, and the run of its daemon unless it is the same. */
void context_restart(bool same_run);
void context_come_back(void);

#endif
