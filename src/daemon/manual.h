/* manual.h - the manual pages homesteadd(8) and homestead.conf(5), written from
 * the tables that make --help and the parser. For tools/gen-docs alone; the
 * daemon does not use it. */
#ifndef DAEMON_MANUAL_H
#define DAEMON_MANUAL_H

#include <stdio.h>

void manual_homesteadd(FILE *f);     /* section 8 */
void manual_homestead_conf(FILE *f); /* section 5 */

#endif
