/* ops_int.h - inside of ops: shared by its files, seen by nobody else. */
#ifndef OPS_OPS_INT_H
#define OPS_OPS_INT_H

#include "ops/ops.h"

#include "base/list.h"

struct entry;

/* The newest events, a ring of blocks, and who reads them. */
struct history {
	struct entry **entries; /* OPS_HISTORY of them; that of a number at number % OPS_HISTORY */
	uint64_t newest;	/* number of the newest event, 0 none */
	struct list subscribers;
};

struct ops {
	struct engine *engine;
	struct ops_host host;
	const struct env *env;
	uint64_t run;
	struct arena mem; /* of the answer being made */
	struct history history;
};

/* Where an answer goes. */
struct ops_call {
	ops_done_fn *done;
	void *arg;
};

/* An answer in the making: strings go to mem; without memory `failed` is set
 * and the text is "". */
struct draft {
	struct arena *mem;
	bool failed;
};

const char *ops_draft_text(struct draft *d, const struct text *t);
const char *ops_draft_str(struct draft *d, const char *s);

/* Both call done. */
void ops_answer_value(struct ops_call call, const struct ops_struct *type, const void *value);
void ops_answer_error(struct ops_call call, enum err e, const char *message, const char *hint);

/* Whether there is such a part or level; `why` names those there are. */
MUST_USE enum err ops_check_part(const struct ops *o, const char *part, struct text *why);
MUST_USE enum err ops_check_level(const char *level, struct text *why);

/* status.c */
MUST_USE enum err ops_run_status(struct ops *o, const struct ops_request *r, struct ops_call call);
/* State of the part masc, and why. */
void ops_masc_part(struct ops *o, struct draft *d, struct ops_part *out);

/* masc.c */
MUST_USE enum err ops_run_masc_peers(struct ops *o, const struct ops_request *r,
				     struct ops_call call);
MUST_USE enum err ops_run_masc_peer(struct ops *o, const struct ops_request *r,
				    struct ops_call call);
MUST_USE enum err ops_run_masc_command(struct ops *o, const struct ops_request *r,
				       struct ops_call call);
/* Why a peer's last connection ended, in words; nothing when none did. */
struct masc_peer_info;
void ops_masc_last_error(struct text *t, const struct masc_peer_info *info);

/* What masc's files share: numbers and ranges as text, "" for none. */
struct masc_id;
struct masc_prefix;
void ops_set_id(char *out, size_t size, const struct masc_id *id);
void ops_set_prefix(char *out, size_t size, const struct masc_prefix *p);
/* Microseconds from now until a wall time; 0 when that is past. */
int64_t ops_until(int64_t wall_us);

/* masc_claims.c: looks. */
MUST_USE enum err ops_run_masc_prefixes(struct ops *o, const struct ops_request *r,
					struct ops_call call);
MUST_USE enum err ops_run_masc_claims(struct ops *o, const struct ops_request *r,
				      struct ops_call call);
MUST_USE enum err ops_run_masc_demands(struct ops *o, const struct ops_request *r,
				       struct ops_call call);
MUST_USE enum err ops_run_masc_clashes(struct ops *o, const struct ops_request *r,
				       struct ops_call call);
/* In figures, for the status; masc is configured. */
void ops_masc_holdings(const struct ops *o, struct ops_holdings *out);
/* Reads a range that a user named. ERR_MALFORMED with a sentence in `why`. */
MUST_USE enum err ops_read_prefix(const char *s, struct masc_prefix *out, struct text *why);
/* The same for where to look: a single address is a range too. */
MUST_USE enum err ops_read_within(const char *s, struct masc_prefix *out, struct text *why);
/* Whether another domain holds a part of it, which is not withdrawn. */
bool ops_masc_clashes(const struct masc *m, const struct masc_prefix *p);

/* masc_space.c */
MUST_USE enum err ops_run_masc_space(struct ops *o, const struct ops_request *r,
				     struct ops_call call);

/* masc_wish.c: changes. */
MUST_USE enum err ops_run_masc_wish(struct ops *o, const struct ops_request *r,
				    struct ops_call call);

/* history.c */
MUST_USE enum err ops_history_init(struct ops *o);
void ops_history_fini(struct ops *o);
MUST_USE enum err ops_run_events(struct ops *o, const struct ops_request *r, struct ops_call call);

#endif
