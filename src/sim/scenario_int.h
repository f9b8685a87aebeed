/* scenario_int.h - the parser of scenarios, cut in files by what they read. */
#ifndef SIM_SCENARIO_INT_H
#define SIM_SCENARIO_INT_H

#include "sim/scenario.h"
#include "wire/wr.h"

#define SCN_STAMPS_MAX 64

struct scn_parser {
	struct scenario *s;
	struct span text;
	size_t at;
	uint32_t line; /* of what was read last */
	struct text *why;
	uint32_t last_action;
	uint16_t stamps[SCN_STAMPS_MAX]; /* of the messages read last */
	size_t n_stamps;
};

/* lex.c: words of the present line. */
/* The next word, NULL and 0 at the end of the line; a quoted one without its
 * quotes. Signs { } stand alone. */
struct span scn_word(struct scn_parser *p);
struct span scn_peek(struct scn_parser *p);
/* Takes the next word when it is this one. */
bool scn_accept(struct scn_parser *p, const char *word);
/* Goes to the first word of the next line that has one; false at the end. */
bool scn_next_line(struct scn_parser *p);
/* ERR_MALFORMED when a word is left on the line. */
MUST_USE enum err scn_line_end(struct scn_parser *p);
/* What stands between { and its }, and the line of its first character. */
MUST_USE enum err scn_block(struct scn_parser *p, struct span *body, uint32_t *line);

/* Puts what is wrong into why: "WHAT 'WORD': ACCEPTED". ERR_MALFORMED. */
MUST_USE enum err scn_fail(struct scn_parser *p, const char *what, struct span word,
			   const char *accepted);

MUST_USE enum err scn_duration(struct scn_parser *p, const char *what, int64_t *us);
/* "T" or "T..T". */
MUST_USE enum err scn_range(struct scn_parser *p, const char *what, struct scn_range *r);
MUST_USE enum err scn_range_of(struct span s, struct scn_range *r);
/* "5s", "+5s", "-5s". */
MUST_USE enum err scn_signed_duration(struct span s, int64_t *us);
MUST_USE enum err scn_number(struct scn_parser *p, const char *what, uint64_t max, uint64_t *v);
/* "200ppm", "+200ppm", "-50ppm". */
MUST_USE enum err scn_rate_of(struct span s, int32_t *ppm);

/* names.c */
uint32_t scn_find(const struct scenario *s, struct span name);
MUST_USE enum err scn_site_name(struct scn_parser *p, uint32_t *site);
MUST_USE enum err scn_node_name(struct scn_parser *p, uint32_t *site);
/* "NAME" or "NAME#2". */
MUST_USE enum err scn_peer_name(struct scn_parser *p, uint32_t *site, uint32_t *connection);
MUST_USE enum err scn_op_of(struct span s, enum scn_op *op);

/* path.c: what happens to datagrams, and addresses on interfaces. */
/* "[delay T..T] [loss 5%] [duplicate 1%] [reorder 10%] [late T] [rate SIZE] [backlog T]" */
MUST_USE enum err scn_read_path(struct scn_parser *p, struct dgram_path *path, uint32_t *fields);
/* "ADDRESS" or "ADDRESS%N": on interface N, else 1. */
MUST_USE enum err scn_address_of(struct span s, struct addr *a, uint32_t *interface);
/* verb_pnrp.c: "pnrp publish ...", and conditions about names and clouds. */
MUST_USE enum err scn_read_pnrp_command(struct scn_parser *p, struct scn_action *a);
MUST_USE enum err scn_read_found(struct scn_parser *p, struct scn_condition *c);
MUST_USE enum err scn_read_announced(struct scn_parser *p, struct scn_condition *c);
MUST_USE enum err scn_read_cloud(struct scn_parser *p, struct scn_condition *c);
MUST_USE enum err scn_read_entries(struct scn_parser *p, struct scn_condition *c);
/* verb_graph.c: "graph create ...", and conditions about graphs: GRAPH; NODE GRAPH; NODE
 * GRAPH OP NUMBER. */
MUST_USE enum err scn_read_graph_command(struct scn_parser *p, struct scn_action *a);
MUST_USE enum err scn_read_graph_all(struct scn_parser *p, struct scn_condition *c);
MUST_USE enum err scn_read_graph_node(struct scn_parser *p, struct scn_condition *c);
MUST_USE enum err scn_read_graph_count(struct scn_parser *p, struct scn_condition *c);
/* verb_group.c: "group create ...", "rogue NODE shows | lies ...". */
MUST_USE enum err scn_read_group_command(struct scn_parser *p, struct scn_action *a);
MUST_USE enum err scn_read_rogue(struct scn_parser *p, struct scn_action *a);
/* condition.c: "[times OP NUMBER]", else once is enough. */
MUST_USE enum err scn_read_times(struct scn_parser *p, struct scn_condition *c);

/* site.c, verb.c, condition.c, message.c */
MUST_USE enum err scn_read_site(struct scn_parser *p, bool raw);
MUST_USE enum err scn_read_action(struct scn_parser *p);
MUST_USE enum err scn_read_condition(struct scn_parser *p, struct scn_condition *c);
/* Octets of the messages that the rest of the line says, in the arena. */
MUST_USE enum err scn_read_messages(struct scn_parser *p, const struct scn_open *defaults,
				    struct span *out);
MUST_USE enum err scn_open_set(struct scn_open *o, struct span key, struct span value,
			       struct text *why);
void scn_open_defaults(struct scn_open *o);

/* The two words of "key=value"; false when it is none. */
bool scn_split(struct span word, struct span *key, struct span *value);
/* Whether words are left before a + or the end of the line. */
bool scn_more_words(struct scn_parser *p);

/* verb_claim.c: "masc claim ...", "demand", "demand-end", "withdraw", "resolve". */
MUST_USE enum err scn_read_claim_command(struct scn_parser *p, struct scn_action *a);
/* message_claim.c: one attribute of an UPDATE in words. */
MUST_USE enum err scn_put_claim(struct scn_parser *p, const struct scn_open *from, struct wr *w);
/* condition_claim.c */
/* "held", "waiting", ... */
MUST_USE enum err scn_life_of(struct span s, enum masc_life *life);
MUST_USE enum err scn_read_holds(struct scn_parser *p, struct scn_condition *c);
MUST_USE enum err scn_read_own(struct scn_parser *p, struct scn_condition *c);
MUST_USE enum err scn_read_crashed(struct scn_parser *p, struct scn_condition *c);
MUST_USE enum err scn_read_knows(struct scn_parser *p, struct scn_condition *c);
MUST_USE enum err scn_read_known(struct scn_parser *p, struct scn_condition *c);
MUST_USE enum err scn_read_count_of(struct scn_parser *p, struct scn_condition *c);
/* condition.c: "OP NUMBER". */
MUST_USE enum err scn_read_op(struct scn_parser *p, struct scn_condition *c);

/* The settings of a node's and of a raw peer's block. */
extern const struct setting scn_node_settings[];

/* Hexadecimal digits up to a + or the end of the line, in pairs, blanks between
 * allowed; with mask, ".." is any octet. */
MUST_USE enum err scn_hex(struct scn_parser *p, struct span *octets, struct span *mask);

/* Room for one more; NULL without memory. */
struct scn_action *scn_add_action(struct scenario *s);
struct scn_expect *scn_add_expect(struct scenario *s);

#endif
