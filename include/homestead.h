/* homestead.h - libhomestead: talk to a Homestead daemon from a program.
 *
 * A context (hst_ctx) shows one descriptor, hst_ctx_fd(). Poll it for reading,
 * then call hst_ctx_next_event() until it gives NULL; nothing here blocks but
 * hst_ctx_wait(). Whatever may touch the daemon returns an operation (hst_op)
 * at once and ends in exactly one HST_EVENT_OP_DONE.
 *
 * Ownership: whatever the library returns goes to hst_free(); NULL is fine.
 * Inputs are copied before return. Text is UTF-8, times are microseconds UTC.
 * Results are 0, a negative HST_E_* or a positive piece of good news.
 * Threads: a context belongs to one thread at a time; only hst_ctx_wakeup()
 * may be called from others and from signal handlers.
 *
 * The calls are in one header a part; this one is what programs include. */
#ifndef HOMESTEAD_H
#define HOMESTEAD_H

#include <homestead/context.h>
#include <homestead/graph.h>
#include <homestead/group.h>
#include <homestead/name.h>

#endif
