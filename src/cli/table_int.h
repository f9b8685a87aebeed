/* table_int.h - which options a command takes, as its row in table.c says; for table.c alone. */
#ifndef CLI_TABLE_INT_H
#define CLI_TABLE_INT_H

#include "cli/cli_int.h"

#define TAKES(...) ((const enum cli_option_id[]){ __VA_ARGS__, CLI_NO_OPTION })

/* Two spellings of the same. */
#define CREATES                                                                                    \
	TAKES(CLI_AS, CLI_GROUP_NOTE, CLI_CLOUD, CLI_PRESENCE, CLI_CLASSIFIER, CLI_PROFILE,        \
	      CLI_DEFER, CLI_LIFE, CLI_MEMBER_LIFE, CLI_DATA_OPTIONAL, CLI_OUTPUT, CLI_SECRET,     \
	      CLI_NO_INVITE, CLI_YES, CLI_DRY_RUN)
#define INVITES                                                                                    \
	TAKES(CLI_CARD, CLI_ROLE, CLI_EXPIRES, CLI_USES, CLI_INVITEE, CLI_LINK, CLI_QR,            \
	      CLI_WITH_PASSWORD, CLI_PUBLISH, CLI_OUTPUT, CLI_DRY_RUN)
#define REMOVES TAKES(CLI_REASON, CLI_DROP_RECORDS, CLI_DROP_INVITED, CLI_YES, CLI_DRY_RUN)
#define RETURNS TAKES(CLI_REASON, CLI_ROLE, CLI_EXPIRES, CLI_OUTPUT, CLI_DRY_RUN)

#endif
