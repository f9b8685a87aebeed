/* code.h - what people hand to each other to let somebody in: a short code of five words, and
 * a link that says the same and more (DESIGN D5; doc/group.md, section 14). Written and read;
 * no heap. Of a code the first two words are its look-up, which is no secret, and the last
 * three are the secret. */
#ifndef GROUP_CODE_H
#define GROUP_CODE_H

#include "base/addr.h"
#include "group/invitation.h"
#include "group/payload.h"

#define GROUP_CODE_LIST	  1296 /* words: four dice */
#define GROUP_CODE_WORDS  5
#define GROUP_CODE_LOOKUP 2
#define GROUP_CODE_WORD	  7			     /* letters of one, at most */
#define GROUP_CODE_SIZE	  (GROUP_CODE_WORDS * 8 + 1) /* octets of a code, with its NUL */
#define GROUP_CODE_MAX	  256			     /* octets of one as it was typed */

/* The i-th of the list, in the order of letters. */
const char *group_code_word(size_t i);
/* In any case. False: no word of the list; *i is then the nearest to it. */
bool group_code_find(struct span word, size_t *i);

struct group_code {
	char lookup[GROUP_CODE_SIZE]; /* "apple-river" */
	char secret[GROUP_CODE_SIZE]; /* "stone-lemon-tiger"; wiped by group_code_wipe() */
};
/* Drawn as keys are. */
void group_code_make(struct group_code *out, const struct env *env);
/* ERR_MALFORMED with `why`, for people; a word that is none is told with the nearest. Of digits:
 * four dice a word. */
MUST_USE enum err group_code_parse(struct group_code *out, struct span typed, struct text *why);
void group_code_text(struct text *t, const struct group_code *c);
void group_code_wipe(struct group_code *c);
/* The unsecured name under which it is looked up: 0.homestead-apple-river. */
void group_code_name(struct text *t, const char *lookup);

#define GROUP_LINK_BEGINS    "homestead:join/"
#define GROUP_LINK_ADDRESSES 8
#define GROUP_LINK_SECRET    255
#define GROUP_LINK_OCTETS                                                                          \
	(2 + GROUP_INVITATION_ID + 6 + GROUP_NAME_OCTETS + GROUP_FRIENDLY_OCTETS +                 \
	 GROUP_LINK_SECRET + 1 + GROUP_LINK_ADDRESSES * 19)
#define GROUP_LINK_SIZE (sizeof(GROUP_LINK_BEGINS) + (GROUP_LINK_OCTETS + 2) / 3 * 4)

struct group_link {
	bool invitation; /* else the group's password */
	uint8_t id[GROUP_INVITATION_ID];
	char group[GROUP_NAME_OCTETS + 1], friendly[GROUP_FRIENDLY_OCTETS + 1];
	char secret[GROUP_LINK_SECRET + 1]; /* empty: whoever joins is asked for it */
	struct addr address[GROUP_LINK_ADDRESSES];
	size_t n_address;
};
bool group_link_is(struct span typed);
/* ERR_MALFORMED, with `why`; ERR_UNSUPPORTED: of a later version. */
MUST_USE enum err group_link_parse(struct group_link *out, struct span typed, struct text *why);
/* ERR_RANGE: no room in t. */
MUST_USE enum err group_link_text(struct text *t, const struct group_link *l);
void group_link_wipe(struct group_link *l);

#endif
