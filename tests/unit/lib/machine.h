/* machine.h - machines for tests of the public library, through its header alone: a context
 * each, with a homesteadd of its own (its program is $HOMESTEADD) or, without that variable,
 * with the engine in this process. Everything lies in a folder below the temporary one. */
#ifndef UNIT_LIB_MACHINE_H
#define UNIT_LIB_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <homestead.h>
#include <sys/types.h>

#define MACHINES 2

/* A call of the library that must not fail; says why it did. */
#define MACHINE_OK(m, call)                                                                        \
	do {                                                                                       \
		int result_ = (call);                                                              \
		if (result_ < 0)                                                                   \
			fail_msg("%s: %d: %s", #call, result_, hst_last_error((m)->ctx)->message); \
	} while (0)

struct machine {
	hst_ctx *ctx;
	char dir[64];
	pid_t daemon;	  /* 0: in this process */
	hst_event *got;	  /* the last that was awaited; the rig's */
	hst_event **kept; /* that came while another was waited for */
	size_t n_kept;
};
extern struct machine machines[MACHINES];

bool machine_inproc(void);
/* The configuration: as the daemon's file has it, and in the text form. NULL: as before. */
void machine_configure(const char *file, const char *text);
/* Before and after each test: all run, with nothing in their stores. */
int machines_up(void **state);
int machines_down(void **state);
void machine_start(struct machine *m);
/* `hard`: as a power cut would. The folder stays. */
void machine_stop(struct machine *m, bool hard);
/* The daemon alone is killed, or comes back; the context stays. */
void machine_kill(struct machine *m);
void machine_revive(struct machine *m);

/* All machines go on meanwhile. */
typedef bool machine_match_fn(const hst_event *e, const void *arg);
/* The first event that matches, freed with the next call; other events of m are dropped,
 * those of the others kept. */
const hst_event *machine_await(struct machine *m, machine_match_fn *match, const void *arg);
const hst_event *machine_await_kind(struct machine *m, uint32_t kind);
/* The end of an operation. */
const hst_event *machine_end(struct machine *m, hst_op op);
/* A call from begin to end. */
const hst_event *machine_call(struct machine *m, const char *method, const char *path,
			      const char *body);
/* Where its graphs listen. */
uint16_t machine_port(struct machine *m);

#endif
