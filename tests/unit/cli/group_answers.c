#include "group_answers.h"

#include <stddef.h>

#define HOME  CANNED_NAME
#define ANN   "aaaa456789abcdef0123456789abcdef01234567.Ann"
#define BOB   "bbbb456789abcdef0123456789abcdef01234567.Bob"
#define CARLA "cccc456789abcdef0123456789abcdef01234567.Carla"
#define PART  "\"part\":{\"name\":\"group\",\"state\":\"running\"}"
#define KEYS  "\"keys\":{\"source\":\"file\",\"path\":\"/var/lib/key\",\"usable\":true}"

#define IDENTITY                                                                                   \
	"{\"name\":\"" ANN "\",\"label\":\"Ann\",\"is_default\":true,\"usable\":true,"             \
	"\"profile\":\"modern\",\"groups\":2,\"made\":\"2026-11-21T20:00:00Z\""
#define LOCKED                                                                                     \
	"{\"name\":\"" BOB "\",\"label\":\"Bob\",\"usable\":false,\"why\":\"another key sealed "   \
	"it\",\"profile\":\"modern\",\"made\":\"2026-11-20T20:00:00Z\"}"
#define CARD "\"card\":\"<PEERIDENTITYINFO/>\""

#define GROUP                                                                                         \
	"{\"id\":\"" HOME "\",\"name\":\"Home\",\"comment\":\"of us all\","                           \
	"\"state\":\"connected\",\"open\":true,\"listening\":true,\"profile\":\"modern\","            \
	"\"identity\":\"" ANN "\",\"identity_label\":\"Ann\",\"is_creator\":true,"                    \
	"\"owner\":true,\"role\":\"administrator\",\"since\":\"2026-11-21T20:00:00Z\","               \
	"\"until\":\"2027-11-21T20:00:00Z\",\"published\":true,\"members\":3,\"online\":2,"           \
	"\"neighbors\":1,\"records\":12,\"waiting\":1,"                                               \
	"\"participant\":\"e0a1.participant\",\"participant_clouds\":\"LinkLocal_eth0, Global_\","    \
	"\"lookups\":2,\"found\":1,\"tried\":2,\"search_why\":\"addresses of members are known, and " \
	"not reached: 192.0.2.1:3587 timed out\",\"skew\":150000.0,\"skew_behind\":true,"             \
	"\"password\":\"set\",\"password_since\":\"2026-11-21T20:00:00Z\",\"password_by\":\"" ANN     \
	"\",\"password_by_label\":\"Ann\",\"epoch\":3,\"epoch_key\":true,\"epoch_since\":"            \
	"\"2026-11-21T21:00:00Z\",\"epoch_maker\":\"" BOB "\",\"epoch_maker_label\":\"Bob\""
#define CLUB                                                                                       \
	"{\"id\":\"" BOB "club\",\"name\":\"Club\",\"state\":\"waiting\",\"why\":\"it was never "  \
	"connected; connect it to a member\",\"open\":true,\"role\":\"member\"}"

#define MEMBER(name, label, role, more)                                                            \
	"{\"name\":\"" name "\",\"label\":\"" label "\",\"role\":\"" role "\","                    \
	"\"issuer\":\"" ANN "\",\"issuer_label\":\"Ann\",\"since\":\"2026-11-21T20:00:00Z\","      \
	"\"until\":\"2027-11-21T20:00:00Z\"" more
#define IS_ANN	 MEMBER(ANN, "Ann", "administrator", ",\"self\":true,\"online\":true}")
#define IS_BOB	 MEMBER(BOB, "Bob", "inviting member", ",\"online\":true")
#define IS_CARLA MEMBER(CARLA, "Carla", "member", "}")
#define IS_GONE_ALONE                                                                              \
	MEMBER(CARLA, "Carla", "", ",\"removed\":true,\"reason\":\"lost laptop\",\"schema\":1}")
#define IS_GONE                                                                                    \
	MEMBER(CARLA, "Carla", "",                                                                 \
	       ",\"removed\":true,\"removed_by\":\"" ANN "\",\"removed_by_label\":\"Ann\","        \
	       "\"reason\":\"lost laptop\"}")
#define CHAIN                                                                                      \
	",\"addresses\":[{\"address\":\"192.0.2.7\",\"port\":3587,\"protocol\":\"tcp\"}],"         \
	"\"chain\":[{\"name\":\"" HOME "\",\"label\":\"Home\",\"until\":"                          \
	"\"2027-11-21T20:00:00Z\"},{\"name\":\"" ANN "\",\"label\":\"Ann\","                       \
	"\"role\":\"administrator\",\"until\":\"2027-11-21T20:00:00Z\"},{\"name\":\"" BOB          \
	"\",\"role\":\"inviting member\",\"until\":\"2027-11-21T20:00:00Z\"}]"

#define INVITATION                                                                                 \
	"{\"done\":true,\"text\":\"Bob may join Home as an inviting member\",\"group\":\"" HOME    \
	"\",\"member\":\"" BOB "\",\"label\":\"Bob\",\"role\":\"inviting member\","                \
	"\"until\":\"2027-11-21T20:00:00Z\",\"invitation\":\"<PEERINVITATION/>\",\"schema\":1}"
#define MADE(done, text)                                                                           \
	"{\"done\":" done ",\"text\":\"" text "\",\"name\":\"" HOME "\",\"label\":\"Home\","       \
	"\"next\":\"homestead invite Home lets somebody in\",\"schema\":1}"
#define CODE(name, uses)                                                                           \
	"{\"done\":true,\"text\":\"whoever has the code may be in " name "\",\"group\":\"" HOME    \
	"\",\"name\":\"" name "\",\"id\":\"0123456789abcdef0123456789abcdef\","                    \
	"\"code\":\"apple-river-stone-lemon-tiger\",\"link\":\"homestead:join/AQEA\","             \
	"\"role\":\"member\",\"until\":\"2026-11-29T20:00:00Z\",\"uses\":" uses ",\"schema\":1}"
#define INVITE(id, lookup, label, state, used, over)                                               \
	"{\"id\":\"" id "\",\"lookup\":\"" lookup "\",\"label\":\"" label                          \
	"\",\"role\":\"member\",\"state\":\"" state "\",\"made\":\"2026-11-21T20:00:00Z\","        \
	"\"until\":\"2026-11-29T20:00:00Z\",\"uses\":1,\"used\":" used ",\"over\":" over           \
	",\"wrong\":0,\"maker\":\"" ANN "\",\"maker_label\":\"Ann\"}"
#define TOKEN "{\"done\":true,\"token\":\"k\",\"socket\":\"@\",\"schema\":1}"
#define PAPER(kind, more)                                                                          \
	"{\"kind\":\"" kind "\",\"text\":\"an " kind "\",\"profile\":\"modern\",\"group\":\"" HOME \
	"\",\"group_name\":\"Home\",\"name\":\"" BOB "\",\"label\":\"Bob\",\"issuer\":\"" ANN      \
	"\",\"issuer_label\":\"Ann\",\"role\":\"member\",\"since\":\"2026-11-21T20:00:00Z\","      \
	"\"until\":\"2027-11-21T20:00:00Z\"" more ",\"schema\":1}"
#define PROBLEM(code, message, hint)                                                               \
	"{\"error\":{\"code\":\"" code "\",\"message\":\"" message "\",\"hint\":\"" hint           \
	"\"},\"schema\":1}"
#define PAGE(records) "{\"schema\":1,\"records\":[" records "],\"looked\":1,\"next\":\"\"}"
#define MILK                                                                                       \
	"{\"id\":\"0ccbb0d2-be41-4bd6-914b-058ec5dcce64\",\"type\":"                               \
	"\"1bed83fd-e5b5-82b1-a9a4-2a98f114caf2\",\"word\":\"value\",\"creator\":\"" ANN           \
	"\",\"version\":3}"

const struct canned group_running[] = {
	{ "GET /v1/identities$", 0,
	  "{\"schema\":1," PART "," KEYS ",\"identities\":[" IDENTITY "}," LOCKED "]}", NULL },
	{ "GET /v1/identities/nobody", 404,
	  PROBLEM("NOT_FOUND", "there is no identity nobody", "homestead id list"), NULL },
	{ "GET /v1/identities/", 0, IDENTITY "," CARD ",\"schema\":1}", NULL },
	{ "POST /v1/identities/Ann/export", 0, TOKEN, NULL },
	{ "POST /v1/identities/import", 0, TOKEN, NULL },
	{ "GET /v1/groups$", 0, "{\"schema\":1," PART "," KEYS ",\"groups\":[" GROUP "}," CLUB "]}",
	  NULL },
	{ "GET /v1/groups/Home/members?most=1", 0,
	  "{\"schema\":1,\"group\":\"" HOME "\",\"members\":[" IS_ANN "],\"next\":\"bbbb\"}",
	  NULL },
	{ "GET /v1/groups/Home/members?after=bbbb", 0,
	  "{\"schema\":1,\"group\":\"" HOME "\",\"members\":[" IS_CARLA "],\"next\":\"\"}", NULL },
	{ "GET /v1/groups/Home/members$", 0,
	  "{\"schema\":1,\"group\":\"" HOME "\",\"members\":[" IS_ANN "," IS_BOB
	  "}],\"next\":\"bbbb\"}",
	  NULL },
	{ "GET /v1/groups/Bees/members/Bob", 0, IS_BOB ",\"schema\":1}", NULL },
	{ "GET /v1/groups/Shut/members/Bob", 0, IS_BOB ",\"schema\":1}", NULL },
	{ "GET /v1/groups/Home/members/Carla", 0, IS_GONE_ALONE, NULL },
	{ "GET /v1/groups/Home/members/nobody", 404,
	  PROBLEM("NOT_FOUND", "group Home has no member nobody", "homestead members Home"), NULL },
	{ "GET /v1/groups/Club/members?removed=true$", 0,
	  "{\"schema\":1,\"group\":\"" HOME "\",\"members\":[],\"next\":\"\"}", NULL },
	{ "POST /v1/groups/Club/invites", 0,
	  "{\"done\":true,\"text\":\"whoever knows the password may be in group Club\",\"link\":"
	  "\"homestead:join/AQEA\",\"schema\":1}",
	  NULL },
	{ "GET /v1/groups/Home/members/Bob", 0, IS_BOB CHAIN ",\"schema\":1}", NULL },
	{ "GET /v1/groups/Home/export", 0,
	  "{\"done\":true,\"text\":\"a membership\",\"document\":\"<PEERGROUPCONFIG/>\","
	  "\"schema\":1}",
	  NULL },
	{ "GET /v1/groups/Bees$", 0,
	  "{\"id\":\"" BOB "bees\",\"name\":\"Bees\",\"state\":\"connected\",\"open\":true,"
	  "\"role\":\"administrator\",\"password\":\"ended\",\"password_since\":"
	  "\"2026-11-21T20:00:00Z\",\"password_by\":\"" BOB "\",\"epoch\":7,\"epoch_since\":"
	  "\"2026-11-21T21:00:00Z\",\"epoch_maker\":\"" BOB "\",\"epoch_lacking\":2,"
	  "\"schema\":1}",
	  NULL },
	{ "GET /v1/groups/Home$", 0, GROUP ",\"schema\":1}", NULL },
	{ "GET /v1/groups/" HOME "$", 0, GROUP ",\"schema\":1}", NULL },
	{ "GET /v1/groups/Nowhere$", 404,
	  PROBLEM("NOT_FOUND", "there is no group Nowhere", "homestead group list"), NULL },
	{ "POST /v1/groups/join/secret$", 0, TOKEN, NULL },
	{ "POST /v1/groups/" HOME "/owner", 0, TOKEN, NULL },
	{ "POST /v1/groups/" HOME "/password", 0, TOKEN, NULL },
	{ "POST /v1/groups/Locked/owner", 0,
	  "{\"done\":false,\"text\":\"would write the key\",\"schema\":1}", NULL },
	{ "POST /v1/groups/import", 0, TOKEN, NULL },
	{ "POST /v1/groups/Home/invites", 0, CODE("Home", "1"), NULL },
	{ "POST /v1/groups/" HOME "/invites", 0, CODE("Home", "1"), NULL },
	{ "POST /v1/groups/Shut/invites", 403,
	  PROBLEM("DENIED", "a member may invite nobody", "ask an administrator"), NULL },
	{ "GET /v1/groups/Home/invites$", 0,
	  "{\"schema\":1,\"group\":\"" HOME "\",\"name\":\"Home\",\"invites\":[" INVITE(
		  "0123456789abcdef0123456789abcdef", "apple-river", "Ben", "open", "0",
		  "false") "," INVITE("fedcba98765432100123456789abcdef", "vase-device", "",
				      "used up", "2", "true") "]}",
	  NULL },
	{ "GET /v1/groups/Club/invites$", 0,
	  "{\"schema\":1,\"group\":\"x\",\"name\":\"Club\",\"invites\":[]}", NULL },
	{ "DELETE /v1/groups/Home/invites/Ben", 0, MADE("true", "invitation Ben is revoked"),
	  NULL },
	{ "POST /v1/groups/Home/members/Bob/remove$", 0,
	  MADE("true", "member Bob is removed from group Home"), NULL },
	{ "POST /v1/groups/Home/members/Bob/return$", 0, INVITATION, NULL },
	{ "POST /v1/groups/Home/members/nobody/", 404,
	  PROBLEM("NOT_FOUND", "group Home has no member nobody", "homestead members Home"), NULL },
	{ "GET /v1/groups/Home/members?removed=true$", 0,
	  "{\"schema\":1,\"group\":\"" HOME "\",\"members\":[" IS_GONE "],\"next\":\"\"}", NULL },
	{ "POST /v1/groups/Home/rotate", 0, MADE("true", "group Home gets another key"), NULL },
	{ "POST /v1/groups/Bees/rotate", 0, NULL, NULL },
	{ "POST /v1/groups/Bees/password", 0, NULL, NULL },
	{ "POST /v1/groups/Shut/rotate", 403,
	  PROBLEM("DENIED", "only an administrator begins an epoch", "homestead members Shut"),
	  NULL },
	{ "POST /v1/groups/Bees/members", 0, NULL, NULL },
	{ "POST /v1/groups/Home/members", 0, INVITATION, NULL },
	{ "POST /v1/groups/Shut/members", 403,
	  PROBLEM("DENIED", "a member may invite nobody", "ask an administrator"), NULL },
	{ "POST /v1/papers/read", 0, PAPER("invitation", ",\"valid\":true,\"ours\":true"), NULL },
	{ "GET /v1/graphs/" HOME "$", 0, "{\"number\":7,\"id\":\"" HOME "\",\"schema\":1}", NULL },
	{ "GET /v1/graphs/7/records?query=type%20%3D%20value%20and%20key%20%3D%20%22milk%22%20and%20"
	  "creator%20%3D%20%22aaaa456789abcdef0123456789abcdef01234567%2A%22",
	  0, PAGE(MILK), NULL },
	{ "GET /v1/graphs/7/records", 0, PAGE(""), NULL },
	{ "GET /v1/graphs$", 0, "{\"schema\":1,\"graphs\":[]}", NULL },
	{ "GET /v1/graphs/Home%2FAnn$", 0, "{\"number\":7,\"id\":\"" HOME "\",\"schema\":1}",
	  NULL },
	{ "POST /v1/groups$", 0, MADE("true", "made group Home"), NULL },
	{ "POST", 0, NULL, NULL },
	{ "PUT", 0, NULL, NULL },
	{ "DELETE", 0, NULL, NULL },
	{ NULL, 0, NULL, NULL },
};

const struct canned group_making[] = {
	{ "POST /v1/groups$", 0, NULL, NULL },
	{ NULL, 0, NULL, NULL },
};

const struct canned group_joining[] = {
	{ "POST /v1/groups/join", 0, MADE("true", "joined group Home"), NULL },
	{ "POST /v1/groups/" HOME "/connect", 0, MADE("true", "connected to 192.0.2.1:3587"),
	  NULL },
	{ NULL, 0, NULL, NULL },
};

const struct canned group_none[] = {
	{ "GET /v1/identities$", 0, "{\"schema\":1," PART "," KEYS ",\"identities\":[]}", NULL },
	{ "GET /v1/groups$", 0, "{\"schema\":1," PART "," KEYS ",\"groups\":[]}", NULL },
	{ "GET /v1/groups/Home/members$", 0, "{\"schema\":1,\"group\":\"x\",\"members\":[]}",
	  NULL },
	{ "POST /v1/papers/read", 0,
	  PAPER("card", ",\"valid\":false,\"why\":\"it ended\",\"hint\":\"ask for a new one\""),
	  NULL },
	{ NULL, 0, NULL, NULL },
};

#define OFF                                                                                        \
	"\"part\":{\"name\":\"group\",\"state\":\"off\",\"reason\":\"no group group is "           \
	"in the configuration\"}"
const struct canned group_off[] = {
	{ "GET /v1/identities$", 0, "{\"schema\":1," OFF ",\"identities\":[]}", NULL },
	{ "GET /v1/groups$", 0, "{\"schema\":1," OFF ",\"groups\":[]}", NULL },
	{ NULL, 0, NULL, NULL },
};

#define STATE(id, name, state, members, online, admins, admins_online)                             \
	"{\"id\":\"" id "\",\"name\":\"" name "\",\"state\":\"" state "\",\"members\":" members    \
	",\"online\":" online ",\"administrators\":" admins                                        \
	",\"administrators_online\":" admins_online "}"
#define STATUS(attention, groups)                                                                  \
	"{\"schema\":1,\"attention\":[" attention "],\"group\":{" KEYS ",\"groups\":[" groups "]}}"

/* All that may be missing, one of each, and what is told elsewhere or as it should be. */
const struct canned group_missing[] = {
	{ "GET /v1/status$", 0,
	  STATUS("{\"level\":\"warning\",\"part\":\"group\",\"text\":\"group \\\"Club\\\" was never "
		 "connected\",\"hint\":\"homestead group connect bbbb45\"}",
		 STATE(HOME, "Home", "connected", "3", "1", "1", "1") "," STATE(
			 ANN, "The \\u001b[1mBees", "connected", "3", "2", "1",
			 "0") "," STATE(BOB, "Shut", "closed", "3", "0", "1",
					"0") "," STATE(CARLA, "", "connected", "2", "1", "2",
						       "1") "," STATE(BOB "club", "Club", "waiting",
								      "1", "0", "0", "0")),
	  NULL },
	{ NULL, 0, NULL, NULL },
};
const struct canned group_whole[] = {
	{ "GET /v1/status$", 0, STATUS("", STATE(HOME, "Home", "connected", "3", "2", "1", "1")),
	  NULL },
	{ NULL, 0, NULL, NULL },
};
