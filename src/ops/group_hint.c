/* What to do when a change of a group was refused: one line for people. */
#include "ops/group_int.h"

static const struct {
	enum err err;
	const char *hint;
} hints[] = {
	{ ERR_NOT_FOUND, "homestead group list and homestead id list show what there is" },
	{ ERR_CONFLICT, "write more of its name: homestead group list, homestead id list" },
	{ ERR_EXISTS, "homestead group list shows what there is" },
	{ ERR_IN_USE, "homestead group list shows them; homestead leave GROUP" },
	{ ERR_DENIED, "homestead members GROUP shows who has which role" },
	{ ERR_STATE, "homestead group list shows the state of each group" },
	{ ERR_UNSUPPORTED, "man homestead.conf, group `group`: classic" },
	{ ERR_FULL, "raise the limit in the group `group` of the configuration" },
	{ ERR_TIMEOUT, "is the other machine on, and does its firewall let TCP 3587 in?" },
	{ ERR_REFUSED, "is homesteadd running there, and is this group open there?" },
	{ ERR_UNREACHABLE, "is the other machine on, and the network between?" },
	{ ERR_IO, "homestead status tells what is wrong with the store" },
	{ ERR_NO_SPACE, "make room on the disk of the state folder" },
};

/* What to do about a chain is another thing than about a name. */
static const struct {
	enum group_chain_fault fault;
	const char *hint;
} faults[] = {
	{ GROUP_CHAIN_NOT_YET, "is the clock of this machine right? timedatectl shows it" },
	{ GROUP_CHAIN_EXPIRED, "ask for a new one; is the clock of this machine right? timedatectl "
			       "shows it" },
	{ GROUP_CHAIN_OTHER_KEY, "it is for another identity: give your own card to whoever "
				 "invites you, homestead id card" },
	{ GROUP_CHAIN_CIRCULAR, "who was let in by somebody gives them nothing: homestead members "
				"GROUP shows who else may" },
	{ GROUP_CHAIN_ROLE, "an inviting member invites members, an administrator anybody" },
	{ GROUP_CHAIN_PERIOD, "nobody can give longer than they have: homestead members GROUP" },
	{ GROUP_CHAIN_TOO_LONG, "ask somebody who is nearer to the group's creator" },
};

/* So is what to do about these. */
static const struct {
	const char *text, *hint;
} refusals[] = {
	{ GROUPS_LESS_FOR_SELF, "give the card of whoever you invite: homestead id card, on the "
				"machine of that person" },
	{ GROUPS_OWN_SECRET, "join by it alone: homestead join CODE, or LINK" },
	{ GROUPS_FRIENDLY, "on a machine that is in the group: homestead group show GROUP shows it "
			   "as peer name, homestead invite GROUP --password makes the link" },
	{ GROUPS_NO_PASSWORD, "an administrator sets one: homestead group set GROUP --password" },
	{ GROUPS_PASSWORD_ENDED, "an administrator sets another: homestead group set GROUP "
				 "--password" },
	{ GROUPS_OTHER_PROFILE, "homestead id show NAME tells the profile of an identity: "
				"homestead create GROUP --as NAME --profile PROFILE, both "
				"alike" },
};

/* A fault is told in the words of its text. */
static const char *fault_hint(const char *text)
{
	for (size_t i = 0; text && i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (strcmp(text, refusals[i].text) == 0)
			return refusals[i].hint;
	for (size_t i = 0; text && i < sizeof(faults) / sizeof(faults[0]); i++)
		if (strstr(text, group_chain_fault_text(faults[i].fault)))
			return faults[i].hint;
	if (text && strstr(text, group_session_fault_text(GROUP_FAULT_CLOCK_THERE)))
		return faults[0].hint;
	return NULL;
}

/* What to do about one thing is another than about the next. */
static const struct {
	enum groups_command_kind kind;
	enum err err;
	const char *hint;
} hints_by_kind[] = {
	{ GROUPS_CONNECT, ERR_NOT_FOUND,
	  "is another member on, and online in it? It goes on looking; an address says where one "
	  "is: homestead group connect GROUP ADDRESS" },
	{ GROUPS_CONNECT, ERR_UNREACHABLE,
	  "homestead cloud list shows what names are looked up in; an address says where a member "
	  "is: homestead group connect GROUP ADDRESS" },
	{ GROUPS_CONNECT, ERR_STATE,
	  "let the group `pnrp` of the configuration have enabled = true, or name an address: "
	  "homestead group connect GROUP ADDRESS" },
	{ GROUPS_JOIN, ERR_NOT_FOUND,
	  "an invitation is for the one whose card it was made for: homestead id card, and be "
	  "invited anew" },
	{ GROUPS_JOIN, ERR_MALFORMED, "homestead invite show FILE tells what a document is" },
	{ GROUPS_JOIN, ERR_DENIED,
	  "ask whoever invited you for another one; homestead invite show FILE tells what it says" },
	{ GROUPS_INVITE_REVOKE, ERR_NOT_FOUND, "homestead invite list GROUP shows what there is" },
	{ GROUPS_INVITE_REVOKE, ERR_CONFLICT,
	  "homestead invite list GROUP shows their identifiers; six digits will do" },
	{ GROUPS_GRANT, ERR_MALFORMED,
	  "homestead id card prints the card, on the machine of whom it is for" },
	{ GROUPS_ID_IMPORT, ERR_MALFORMED, "homestead invite show FILE tells what a document is" },
	{ GROUPS_ID_IMPORT, ERR_DENIED, "the passphrase that it was written under" },
	{ GROUPS_IMPORT, ERR_DENIED, "the passphrase that it was written under" },
	{ GROUPS_ID_IMPORT, ERR_EXISTS, "homestead id list shows what there is" },
	{ GROUPS_IMPORT, ERR_NOT_FOUND,
	  "first the identity, then the membership, then the key of the group: homestead id "
	  "import FILE, homestead group import FILE" },
	{ GROUPS_IMPORT, ERR_MALFORMED, "homestead invite show FILE tells what a document is" },
	{ GROUPS_REMOVE, ERR_EXISTS,
	  "homestead members GROUP shows who is in; homestead member return GROUP MEMBER lets it "
	  "back in" },
	{ GROUPS_REMOVE, ERR_RANGE,
	  "homestead member remove GROUP MEMBER --drop-records, or --drop-invited" },
	{ GROUPS_REMOVE, ERR_FULL, "another administrator can, or who made the group" },
	{ GROUPS_REMOVE, ERR_CLOSED, "homestead group connect GROUP, then the same again" },
	{ GROUPS_RETURN, ERR_NOT_FOUND, "homestead members GROUP shows who is in" },
	{ GROUPS_RETURN, ERR_FULL, "another administrator can, or who made the group" },
};

/* Of a code nobody has a card. */
static const struct {
	enum err err;
	const char *hint;
} hints_by_code[] = {
	{ ERR_NOT_FOUND, "is a machine that is in the group on, and in this network? One that is "
			 "elsewhere has an address: homestead join CODE --address HOST" },
	{ ERR_MALFORMED, "a code is five words as they were read out, a link begins with "
			 "homestead:join/" },
	{ ERR_DENIED, "look whether it was typed as it was given; else ask for another one" },
	{ ERR_FULL, "wait so long, then type it once more" },
	{ ERR_CONFLICT, "homestead join CODE --group NAME" },
	{ ERR_RANGE, "homestead join NAME --password, or LINK, asks for it" },
	{ ERR_IN_USE, "homestead group list shows it when that is done" },
	{ ERR_CLOSED, "is that machine in this group, and is its clock right? homestead group list "
		      "and timedatectl tell, there" },
};

/* GROUP-13.20: what a member said, or was found to be, tells more than the kind of error. */
static const struct {
	enum group_session_fault fault;
	const char *hint;
} knocks[] = {
	{ GROUP_FAULT_NO_SECRET,
	  "is it of this group, and as it was given? homestead invite list GROUP, on a machine that "
	  "is in it, shows which codes there are" },
	{ GROUP_FAULT_WRONG_SECRET,
	  "look whether it was typed as it was given: five wrong guesses end a code, and after one "
	  "of a password there is a wait" },
	{ GROUP_FAULT_SECRET_OVER,
	  "ask for another one: homestead invite GROUP, for a password homestead group set GROUP "
	  "--password, on a machine that is in the group" },
	{ GROUP_FAULT_MAY_NOT_ADMIT,
	  "an administrator's or inviting member's machine has to be on; --address says where one "
	  "is" },
	{ GROUP_FAULT_WAIT, "wait so long, then type it once more" },
	{ GROUP_FAULT_ASKED_BEFORE, "type it once more" },
	{ GROUP_FAULT_PROOF,
	  "whoever answers there is no member, or has other words: is the address right?" },
	{ GROUP_FAULT_CLOCK,
	  "is the clock of this machine right? timedatectl shows it; then that of the other one" },
	{ GROUP_FAULT_OTHER_GROUP,
	  "that machine is in another group: name one that is in this group, or no --address" },
	{ GROUP_FAULT_NO_MEMBERSHIP,
	  "that machine is in no group by this name: name one that is, or no --address" },
	{ GROUP_FAULT_EXPIRED,
	  "is the clock of this machine right? timedatectl shows it; else another member lets in, "
	  "whom --address names" },
	{ GROUP_FAULT_PASSWORD, "join with a card: homestead id card, and be invited by it" },
	{ GROUP_FAULT_REMOVED, "--address names another member" },
	{ GROUP_FAULT_OUT, "an administrator lets you back in: homestead member return, or by a "
			   "code, homestead invite" },
};

static const char *knock_hint(const char *text)
{
	for (size_t i = 0; text && i < sizeof(knocks) / sizeof(knocks[0]); i++)
		if (strstr(text, group_session_fault_text(knocks[i].fault)))
			return knocks[i].hint;
	return NULL;
}

static bool is_knock(const struct group_wish *w)
{
	return w->command.kind == GROUPS_JOIN && w->command.code.n;
}

static const char *code_hint(const struct group_wish *w, enum err err)
{
	if (!is_knock(w))
		return NULL;
	for (size_t i = 0; i < sizeof(hints_by_code) / sizeof(hints_by_code[0]); i++)
		if (hints_by_code[i].err == err)
			return hints_by_code[i].hint;
	return NULL;
}

const char *ops_group_hint(const struct group_wish *w, const struct engine_result *r)
{
	const struct groups *all = node_groups(engine_node(w->asking.ops->engine));
	const char *hint = is_knock(w) ? knock_hint(r->text) : NULL;
	if (!hint)
		hint = fault_hint(r->text);
	if (hint)
		return hint;
	if ((r->err == ERR_STATE || r->err == ERR_DENIED) && all && groups_health(all))
		return "homestead status tells what is wrong with the keys";
	if (code_hint(w, r->err))
		return code_hint(w, r->err);
	for (size_t i = 0; i < sizeof(hints_by_kind) / sizeof(hints_by_kind[0]); i++)
		if (hints_by_kind[i].kind == w->command.kind && hints_by_kind[i].err == r->err)
			return hints_by_kind[i].hint;
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (hints[i].err == r->err)
			return hints[i].hint;
	return "homestead status";
}
