/* person.h - how the person at this machine is called, for others: "Ann Smith on laptop". */
#ifndef OS_PERSON_H
#define OS_PERSON_H

#include "base/text.h"

#define OS_PERSON_SIZE 400 /* of whatever is said; 140 characters at most */

/* Of a full name as the password file has it, a login name and a host; each may be NULL or
 * no text that people see: then without it. */
void os_person_say(const char *full, const char *login, const char *host, struct text *out);
/* Of who runs this program. */
void os_person(struct text *out);

#endif
