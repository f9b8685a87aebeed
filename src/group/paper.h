/* paper.h - documents that people carry to each other: identity cards, invitations, exports
 * (digest grouping 5), as XML in UTF-8. UTF-16 is read, too. */
#ifndef GROUP_PAPER_H
#define GROUP_PAPER_H

#include "base/text.h"
#include "graph/types.h"
#include "xml/xml.h"

#define GROUP_PAPER_MAX 131072 /* octets of a document */

#define GROUP_PAPERS(X)                                                                            \
	X(CARD, "PEERIDENTITYINFO", "an identity card")                                            \
	X(INVITATION, "PEERINVITATION", "an invitation")                                           \
	X(IDENTITY, "PEERIDENTITYEXPORT", "an exported identity")                                  \
	X(MEMBERSHIP, "PEERGROUPCONFIG", "an exported membership")                                 \
	X(OWNER, "HOMESTEADGROUPOWNER", "an exported group key") /* [ours] */
enum group_paper_kind {
#define X(name, element, text) GROUP_PAPER_##name,
	GROUP_PAPERS(X)
#undef X
	GROUP_PAPER_KIND_COUNT
};
const char *group_paper_text(enum group_paper_kind k);

/* What stands in one; what a kind has not is empty or 0. Spans of one that was read are the
 * paper's own. */
struct group_paper {
	enum group_paper_kind kind;
	uint8_t major, minor; /* VERSION */
	struct span cloud;    /* CLOUDNAME */
	enum graph_scope scope;
	bool cloud_private;   /* CLOUDFLAGS 1 */
	struct span octets;   /* IDC, GMC or DATA, decoded */
	struct span identity; /* IDENTITYPEERNAME, PEERNAME */
	struct span group;    /* GROUPPEERNAME; of an invitation only without a GMC */
	struct span friendly; /* GROUPFRIENDLYNAME, likewise */
	void *memory;	      /* group_paper_free()'s */
};

/* ERR_MALFORMED and ERR_UNSUPPORTED (a version) with `why`, in words for people; ERR_NOMEM. */
MUST_USE enum err group_paper_read(struct group_paper *out, struct span document,
				   const struct env *env, struct text *why);
void group_paper_free(struct group_paper *p, const struct env *env);
/* t->cut: no room. ERR_MALFORMED: text that XML cannot hold. */
MUST_USE enum err group_paper_write(struct text *t, const struct group_paper *p);

#endif
