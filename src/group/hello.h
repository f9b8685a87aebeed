/* hello.h - the messages that prove membership inside TLS (digest grouping 6.2, 15): octets,
 * nothing of their order. */
#ifndef GROUP_HELLO_H
#define GROUP_HELLO_H

#include "group/profile.h"
#include "wire/wr.h"

#define GROUP_MESSAGE_MAX 65536 /* of all before the end of authentication */

enum group_message_type { /* as on the wire */
	GROUP_HELLO = 0x0000,
	GROUP_MY_GMC = 0x0001,
	GROUP_YOUR_GMC = 0x0002,
	GROUP_PASSWORD = 0x0005,
	GROUP_REMOVED = 0x0006 /* modern */
};

struct group_message {
	enum group_message_type type;
	uint8_t major, minor; /* HELLO */
	struct span binding;  /* HELLO, modern: 32 octets */
	struct span body;     /* the others */
};

/* The next message of `octets`, which may hold several: *used are its own. ERR_STATE: it is
 * not whole; ERR_MALFORMED; ERR_UNSUPPORTED: a Hello of another version. */
MUST_USE enum err group_message_read(struct group_message *m, const struct group_profile *p,
				     struct span octets, size_t *used);
void group_message_put(struct wr *w, const struct group_profile *p, const struct group_message *m);
size_t group_message_size(const struct group_profile *p, const struct group_message *m);

#endif
