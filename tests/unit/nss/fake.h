/* fake.h - a daemon that the test plays, in a process of its own since the module does not
 * ask its own; and a clock that moves only where the module waits. One a test program. */
#ifndef UNIT_NSS_FAKE_H
#define UNIT_NSS_FAKE_H

#include "failing_env.h"

#include "nss/nss_int.h"

#include <sys/stat.h>
#include <sys/types.h>

struct packet {
	uint8_t octets[RESOLVE_ANSWER_MAX + 64];
	size_t n;
};

/* What the daemon does with each who comes. */
struct fake {
	struct packet says[3];
	size_t n_says;	 /* of them, then it closes */
	bool stopped;	 /* nobody takes connections */
	bool hangs;	 /* does not close */
	unsigned uid;	 /* it runs as, 0: as we do */
	mode_t mode;	 /* of its folder */
	unsigned folder; /* owner of it, 0: we */
};

extern char fake_folder[80];	 /* its folder */
extern int64_t fake_waited_ms;	 /* time that passed, by the module's clock */
extern int fake_awaited;	 /* packets that do come: they are waited for in real time */
extern struct stat *fake_run;	 /* what /run is, NULL: as hidden as /run/homestead */
extern struct stat *fake_system; /* what /run/homestead is, NULL: not there */

/* A runtime folder of the user's own; XDG_RUNTIME_DIR names it. */
void fake_init(void);
void fake_fini(void);
void fake_start(const struct fake *f);
void fake_stop(void);
/* A daemon that finds these. */
struct fake fake_finding(const struct resolve_answer *a);
struct packet fake_packet(const struct resolve_answer *a);
struct resolve_address fake_address(const char *text, uint32_t scope);
size_t fake_descriptors(void); /* that this process has open */

#endif
