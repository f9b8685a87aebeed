/* cli_int.h - inside of cli: shared by its files, seen by nobody else. */
#ifndef CLI_CLI_INT_H
#define CLI_CLI_INT_H

#include "cli/cli.h"

#include <homestead.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/mono.h"
#include "base/text.h"
#include "ops/types.h"

#define CLI_WIDTH	80
#define CLI_ARGS_MAX	64
#define CLI_WORDS_MAX	3 /* of a command */
#define CLI_TEXT_MAX	1024
#define CLI_COLUMNS_MAX 12

/* Options: one row each in cli_options. The first is none, and ends a list of them. */
enum cli_option_id {
	CLI_NO_OPTION,
	/* of every command */
	CLI_JSON,
	CLI_QUIET,
	CLI_SOCKET,
	CLI_HELP,
	/* of daemons, MASC and names */
	CLI_WATCH,
	CLI_PART,
	CLI_LEVEL,
	CLI_FOR,
	CLI_DRY_RUN,
	CLI_SCOPE,
	CLI_AT,
	CLI_WAIT,
	CLI_TIMEOUT,
	CLI_LIMIT,
	CLI_CLOUD,
	CLI_PORT,
	CLI_PROTOCOL,
	CLI_ADDRESS,
	CLI_COMMENT,
	CLI_FILE,
	CLI_TEXT,
	CLI_SECURE,
	CLI_TEMPORARY,
	CLI_ALL,
	CLI_MOST,
	CLI_PAYLOAD,
	/* of graphs, records and peers */
	CLI_TYPE,
	CLI_ATTR,
	CLI_DATA,
	CLI_INPUT,
	CLI_PEER,
	CLI_LABEL,
	CLI_NOTE,
	CLI_REACH,
	CLI_PROFILE,
	CLI_DEFER,
	CLI_LARGEST,
	CLI_PRESENCE,
	CLI_LIFE,
	CLI_QUIETLY,
	CLI_VERSION,
	CLI_LOCAL,
	CLI_SVG,
	CLI_XML,
	CLI_ABOUT,
	CLI_PRESENT,
	CLI_AT_ADDRESS,
	CLI_NODE_NAME,
	CLI_SYNC,
	CLI_OUTPUT,
	CLI_YES,
	/* of identities and groups */
	CLI_ROLE,
	CLI_EXPIRES,
	CLI_CARD,
	CLI_AS,
	CLI_NO_CONNECT,
	CLI_WITH_PASSWORD,
	CLI_WHICH_GROUP,
	CLI_OWNER,
	CLI_SECRET_FD,
	CLI_SECRET_FILE,
	CLI_CLASSIFIER,
	CLI_DEFAULT,
	CLI_GROUP_NAME,
	CLI_GROUP_NOTE,
	CLI_MEMBER_LIFE,
	CLI_DATA_OPTIONAL,
	CLI_PUBLISH,
	CLI_USES,
	CLI_INVITEE,
	CLI_LINK,
	CLI_QR,
	CLI_NO_INVITE,
	CLI_REASON,
	CLI_DROP_RECORDS,
	CLI_DROP_INVITED,
	CLI_REMOVED,
	CLI_NO_PASSWORD,
	CLI_OPTIONS /* how many ids there are */
};
#define CLI_SECRET CLI_SECRET_FD, CLI_SECRET_FILE

#define CLI_ATTRS_MAX 256

struct cli_option {
	enum cli_option_id id;
	const char *name;  /* "--json" */
	const char *brief; /* "-q", "" none */
	const char *value; /* "T", "" for none */
	const char *help;
};
extern const struct cli_option cli_options[]; /* ended by CLI_NO_OPTION */

struct cli;
struct cli_command {
	const char *words;   /* "masc peer" */
	const char *args;    /* "NAME [up|down|reset]", "" none */
	const char *summary; /* one line */
	const char *help;    /* more, for --help and the manual */
	/* Which it takes, ended by CLI_NO_OPTION, beside those of every command; NULL none. */
	const enum cli_option_id *options;
	int min_args, max_args;
	int (*run)(struct cli *c);
};
extern const struct cli_command cli_commands[]; /* ended by NULL words */

/* What newcomers type, and what it means. With `works` it is done, else the
 * right command is named. */
struct cli_alias {
	const char *words, *right;
	bool works;
};
extern const struct cli_alias cli_aliases[]; /* ended by NULL words */

struct cli {
	const struct cli_place *place;
	const struct cli_command *command;
	bool given[CLI_OPTIONS];
	const char *socket, *part, *level, *duration, *scope, *at, *timeout, *limit;
	const char *cloud, *port, *protocol, *comment, *file, *text, *most;
	const char *type, *data, *input, *peer, *label, *reach, *profile, *largest, *presence;
	const char *life, *version, *svg, *about, *present, *node_name, *sync;
	const char *output, *role, *expires, *card, *as, *passphrase_fd, *passphrase_file;
	const char *which_group; /* join --group */
	const char *classifier, *member_life, *uses, *invitee, *reason;
	const char *attrs[CLI_ATTRS_MAX]; /* NAME=VALUE */
	size_t n_attrs;			  /* given, be it more than that */
	const char *graph;		  /* that the command is about: graph_id, or NULL */
	char graph_id[OPS_GRAPH_ID_MAX + 1];
	char query[OPS_BODY_MAX]; /* words of the command put together */
	const char *pointed;	  /* what a complaint's "column N" is of; NULL nothing */
	const char *addresses[OPS_ENDPOINTS_MAX];
	size_t n_addresses; /* given, be it more than that */
	const char *args[CLI_ARGS_MAX];
	int n_args;
	const struct cli_list *list; /* that is printed */
	hst_ctx *ctx;
	hst_event *event; /* of the last answer */
	struct arena mem; /* of decoded answers */
	bool next_step;	  /* `homestead` alone */
};

/* args.c: reads argv into c. CLI_OK, or the exit code after having said why. */
int cli_parse(struct cli *c, int argc, char *const *argv);
/* The command that words begin with, and how many of them it takes. */
const struct cli_command *cli_find(const char *const *words, int n, int *taken);
const struct cli_command *cli_command_of(const char *words);
/* Whether it is an option of every command, and whether this one takes it. */
bool cli_takes_always(enum cli_option_id id);
bool cli_takes(const struct cli_command *k, enum cli_option_id id);
/* Whether programs read what is printed: --json or --quiet. */
bool cli_is_terse(const struct cli *c);
/* The words of the options that are given, with commas between; in c->mem. */
struct cli_word {
	enum cli_option_id id;
	const char *word;
};
const char *cli_words_given(struct cli *c, const struct cli_word *rows, size_t n);

/* suggest.c: says what was meant by words that are no command. */
int cli_suggest(struct cli *c, const char *const *words, int n);
/* The nearest of the texts to `word`, NULL when none is near. */
const char *cli_nearest(const char *const *texts, const char *word);

/* help.c */
void cli_help_all(FILE *f);
void cli_help_command(FILE *f, const struct cli_command *k);
/* All commands that begin with a word. */
void cli_help_noun(FILE *f, const char *noun);
/* Whether commands begin with that word and another. */
bool cli_is_noun(const char *word);
/* "homestead masc peer NAME [up|down|reset] [--for T]" */
void cli_synopsis(struct text *t, const struct cli_command *k);

/* say.c: errors. */
struct cli_complaint {
	int exit;
	const char *code, *message, *hint;
};
int cli_complain(struct cli *c, const struct cli_complaint *what);
/* "homestead graph open GRAPH" and the like with a name in the place of GRAPH or GROUP; NULL
 * leaves it as it is. */
const char *cli_named(struct cli *c, const char *hint, const char *name);
int cli_usage(struct cli *c, const char *message, const char *hint);
/* "soon" is no time such as 90s: `why` goes behind what was typed, and the help of the
 * command is what to try. */
int cli_refuse(struct cli *c, const char *what, const char *why);
int cli_no_memory(struct cli *c);
/* The last error of the context, with its exit code. */
int cli_complain_last(struct cli *c);

/* ask.c: one operation, answered. */
struct cli_secret;
struct cli_query {
	enum ops_kind kind;
	const char *graph; /* {graph}, {group} or {identity} of the path */
	const char *name;  /* what else stands in braces there */
	const char *query; /* behind ?, NULL none */
	const struct ops_struct *body_type;
	const void *body;		 /* NULL: none */
	int deadline_ms;		 /* 0: as usual */
	const struct cli_secret *secret; /* goes over stream.sock, and an ops_made comes; NULL
					  * none */
};
/* CLI_OK and the answer in *out (strings in c->mem), or the exit code after
 * having said why. */
int cli_ask(struct cli *c, const struct cli_query *q, void *out);
/* The same without a word when it fails. */
bool cli_try(struct cli *c, const struct cli_query *q, void *out);
/* Prints the last answer as the daemon gave it, for --json. */
int cli_print_answer(struct cli *c);
/* The same of a part of an answer. */
int cli_print_value(struct cli *c, const struct ops_struct *type, const void *value);
int cli_print_json(struct cli *c, const char *json);
/* Asks a change and tells what it did. */
int cli_change(struct cli *c, const struct cli_query *q);

/* out.c: for people. */
enum cli_colour {
	CLI_PLAIN,
	CLI_BOLD,
	CLI_GREEN,
	CLI_YELLOW,
	CLI_RED
};
struct cli_column {
	const char *title;
	int drop; /* which go first when the width is short; 0: never */
};
struct cli_cell {
	const char *text;
	enum cli_colour colour;
};
struct cli_row {
	struct cli_cell cells[CLI_COLUMNS_MAX];
	const char *note; /* a line of its own below the row, NULL none */
};
/* How a table fits: widths of columns, -1 for those left out; n 0: not known. */
struct cli_fit {
	int width[CLI_COLUMNS_MAX];
	int n;
	bool blocks; /* too narrow for columns: a block a row */
};
struct cli_table {
	const struct cli_column *columns; /* ended by a NULL title */
	struct cli_row *rows;
	size_t n_rows;
	struct cli_fit *fit; /* of the same table's part before this one, and then of this
			      * one; NULL: it has no parts */
};
/* Titles are printed above the first part, and again where columns change. */
void cli_table_print(struct cli *c, const struct cli_table *t);
/* Copies n cells into a row. */
void cli_set_cells(struct cli_row *r, const struct cli_cell *cells, size_t n);
#define CLI_SET_CELLS(r, cells) cli_set_cells(r, cells, sizeof(cells) / sizeof((cells)[0]))
/* "key    value": pairs under each other. */
struct cli_pair {
	const char *key;
	struct cli_cell value;
};
void cli_pairs_print(struct cli *c, const struct cli_pair *pairs, size_t n);
/* Words wrapped to the width, each line indented. */
void cli_wrap(struct cli *c, const char *text, int indent);
/* The same below an empty line. */
void cli_apart(struct cli *c, const char *text);
void cli_coloured(struct cli *c, enum cli_colour colour, const char *text);
/* What others wrote may hold anything: whatever is printed for people goes through these, and
 * what a terminal would act on, or people would not see, stands as \xNN. A part of a line; a
 * line; text of several lines, with its tabs. */
PRINTF_LIKE(2, 3) void cli_part(FILE *f, const char *format, ...);
PRINTF_LIKE(2, 3) void cli_line(FILE *f, const char *format, ...);
void cli_lines(FILE *f, struct span text);
/* The same text in memory of the command, so that its width can be told. */
const char *cli_shown(struct cli *c, const char *text);
/* Text in memory of the command; "" without memory. */
const char *cli_keep(struct cli *c, const struct text *t);
/* "12s", "3m20s", "2h5m", "4d3h": the two largest units. "-" for none. */
const char *cli_duration(struct cli *c, int64_t us);
const char *cli_number(struct cli *c, uint64_t v);
const char *cli_time(struct cli *c, int64_t us);
/* The same of an end that may never come. */
const char *cli_end(struct cli *c, int64_t us);

/* watch.c: prints again and again, at each event and every two seconds, until
 * the reader goes away. */
int cli_watch(struct cli *c, int (*print)(struct cli *c));
/* Waits until what was asked may have changed, after a subscription; false when
 * the reader is gone. */
bool cli_wait_for_change(struct cli *c);
/* The same, no longer than to `end`. */
bool cli_wait_until(struct cli *c, struct mono end);

/* list.c: a list of the API. Answers and rows are the structs of ops/types.h. */
struct cli_list {
	enum ops_kind kind;
	const char *rows;		     /* name of the list in the answer */
	const char *(*query)(struct cli *c); /* which are wanted; NULL: all */
	const char *limit;		     /* how many are asked for at most; NULL: "limit" */
	uint64_t page;			     /* so many it gives at most; 0: OPS_CLAIMS_MOST */
	/* For --quiet; NULL skips the row. */
	const char *(*name)(struct cli *c, const void *row);
	const struct cli_column *columns;
	void (*set)(struct cli *c, struct cli_row *to, const void *row);
	/* In front of the table, or in its place; behind it. NULL: nothing. */
	void (*before)(struct cli *c, const void *answer, bool empty);
	void (*after)(struct cli *c, const void *answer);
	/* In place of a table; NULL: a table. */
	int (*print)(struct cli *c, const void *answer);
};
/* Prints all of it, or --limit rows, page after page as the API's `next` leads;
 * with --watch again and again. */
int cli_list(struct cli *c, const struct cli_list *list);

/* claims.c: what its neighbours share. */
void cli_say_off(struct cli *c, const struct ops_part *part);
const char *cli_size(struct cli *c, uint64_t n); /* "256", "64k": addresses */
const char *cli_percent(struct cli *c, uint64_t part, uint64_t whole);
const char *cli_within(struct cli *c);
int cli_list_demands(struct cli *c);

/* cloud.c: what its neighbours share. */
void cli_say_names_off(struct cli *c, const struct ops_part *part);
/* "1.5 ms", "12 s": the time of an answer. */
const char *cli_latency(struct cli *c, int64_t us);
/* "fe80::1%2 port 80 tcp"; "this machine" for none. */
const char *cli_endpoint(struct cli *c, const struct ops_endpoint *e);

/* graph.c: finds the graph that the first argument means: its ID or number, the beginning of
 * one, or its friendly name; into c->graph. CLI_OK, or after having said why. */
int cli_graph(struct cli *c);
/* "0d7aa1b2": as much of a GUID or Node ID as people need. */
const char *cli_short(struct cli *c, const char *id);
/* A time from now: "2h", "30d". */
int cli_read_duration(struct cli *c, const char *s, int64_t *us);
/* What --type says: a word, or a GUID. */
int cli_read_type(struct cli *c, hst_guid *type);
/* Fills a TEXT field; what does not fit is told, and never cut. */
int cli_set_word(struct cli *c, char *out, size_t size, const char *s);

/* peer.c: a member as people call it, else by its peer name. */
const char *cli_who(const char *label, const char *peer);
/* The nodes and links of c->graph. */
struct cli_mesh {
	struct ops_graph_nodes nodes;
	struct ops_graph_links links;
};
int cli_mesh(struct cli *c, struct cli_mesh *out);
/* Whether a Peer ID is meant, or a member by its label; an unsecured one goes without its "0."
 * too. */
bool cli_is_peer(const char *peer, const char *label, const char *what);
/* The link to a node; NULL none. */
const struct ops_graph_link *cli_link_to(const struct cli_mesh *m, const char *node);

/* transfer.c: "FILE" and what is with it, such as " cannot be read: ", as errno says. */
int cli_file_trouble(struct cli *c, const char *path, const char *what);

/* record_list.c: "author=ann, rank=7" */
const char *cli_attributes(struct cli *c, const struct ops_record *r);
/* "5dcce64f": the end of a Record ID, since all of one creator begin alike. */
const char *cli_record_short(const char *id);
/* Its word, or the beginning of its GUID. */
const char *cli_record_type(struct cli *c, const struct ops_record *r);

/* map.c: nodes of a graph and what of the mesh is known, for people; map_svg.c: the same as
 * a picture. */
struct cli_map_node {
	const char *label;
	bool self, neighbor, contact;
	uint64_t utility; /* of the link to a neighbor */
};
struct cli_map {
	const char *graph;
	const struct cli_map_node *nodes; /* ourselves first */
	size_t n;
};
int cli_map_draw(struct cli *c, const struct cli_map *m);
void cli_map_svg(FILE *f, const struct cli_map *m);

/* ask.c: decodes an answer of the daemon into a struct of that type. */
int cli_decode(struct cli *c, const struct ops_struct *type, const char *json, void *out);

/* group.c: what --address, --timeout and --dry-run say; the question that connects. */
int cli_prepare_connect(struct cli *c, struct ops_group_connect *k);
struct cli_query cli_connect_query(const char *group, const struct ops_group_connect *k);

/* secret.c: a passphrase from --passphrase-file or --passphrase-fd, else from the terminal,
 * there `twice` when it is a new one. Up to 1,024 octets; wiped by the caller, but not where
 * it could not be had. */
#define CLI_SECRET_MAX 1024
struct cli_secret {
	uint8_t at[CLI_SECRET_MAX + 1]; /* one more shows that it is too long */
	size_t n;
};
int cli_passphrase(struct cli *c, const char *prompt, bool twice, struct cli_secret *out);
void cli_secret_wipe(struct cli_secret *s);
/* Whether people say yes; not `answered`: there is nobody. */
bool cli_asks(struct cli *c, const char *question, bool *answered);
/* CLI_OK: yes, or --yes, or --dry-run. */
int cli_confirm(struct cli *c, const char *question);

/* identity.c: what its neighbours share. */
void cli_say_groups_off(struct cli *c, const struct ops_part *part);

/* paper.c: documents. All that a file holds, or with - the standard input; in c->mem. */
int cli_read_document(struct cli *c, const char *path, const char **text);
/* Into --output, a file that is not there yet and then for its owner alone, or to where
 * commands print. `what` says what it is: "the card of ann". */
int cli_write_document(struct cli *c, const char *text, const char *what);
/* The group key under a passphrase, into that file, without a word; - is where commands
 * print. */
int cli_keep_owner(struct cli *c, const char *group, const char *path);
/* What would be done over a stream, when only that is asked. */
int cli_dry_stream(struct cli *c, enum ops_kind kind, const char *of);
/* "WHAT is in PATH". */
int cli_say_written(struct cli *c, const char *what, const char *path);
/* A change that a struct ops_made answers: its text, or with -q the name. */
int cli_make(struct cli *c, const struct cli_query *q, struct ops_made *made);
/* --expires: a time from now, or a date. */
int cli_read_expires(struct cli *c, int64_t *life, int64_t *until);

/* qr.c: a link as a QR code; where none can be drawn, why. CLI_OK, or after having said why
 * not. */
int cli_qr_print(struct cli *c, const char *link);

/* The commands. */
int cli_run_id_create(struct cli *c);
int cli_run_id_list(struct cli *c);
int cli_run_id_show(struct cli *c);
int cli_run_id_card(struct cli *c);
int cli_run_id_rename(struct cli *c);
int cli_run_id_default(struct cli *c);
int cli_run_id_delete(struct cli *c);
int cli_run_id_export(struct cli *c);
int cli_run_id_import(struct cli *c);
int cli_run_group_create(struct cli *c);
int cli_run_group_join(struct cli *c);
int cli_run_group_list(struct cli *c);
int cli_run_group_show(struct cli *c);
int cli_run_group_set(struct cli *c);
int cli_run_group_password(struct cli *c); /* of group set */
/* join.c: the arguments are a code or a link, in several words, or a file that holds it, or a
 * document; in c->mem, without blanks before it. */
int cli_take_invitation(struct cli *c, const char **out);
int cli_run_group_connect(struct cli *c);
int cli_run_group_disconnect(struct cli *c);
int cli_run_group_rotate(struct cli *c);
int cli_run_group_leave(struct cli *c);
int cli_run_group_export(struct cli *c);
int cli_run_group_import(struct cli *c);
int cli_run_member_list(struct cli *c);
int cli_run_member_show(struct cli *c);
int cli_run_member_role(struct cli *c);
int cli_run_member_renew(struct cli *c);
int cli_run_member_remove(struct cli *c);
int cli_run_member_return(struct cli *c);
int cli_run_invite_create(struct cli *c);
int cli_run_invite_list(struct cli *c);
int cli_run_invite_revoke(struct cli *c);
/* code.c: invite without a card. */
int cli_run_code(struct cli *c);
/* Of a group that was just made; how to get one where there is none. */
void cli_say_first_code(struct cli *c, const char *group);
int cli_run_invite_show(struct cli *c);
int cli_run_put(struct cli *c);
int cli_run_status(struct cli *c);
int cli_run_events(struct cli *c);
int cli_run_masc_peers(struct cli *c);
int cli_run_masc_peer(struct cli *c);
int cli_run_masc_show(struct cli *c);
int cli_run_masc_prefixes(struct cli *c);
int cli_run_masc_claims(struct cli *c);
int cli_run_masc_space(struct cli *c);
int cli_run_masc_claim(struct cli *c);
int cli_run_masc_demand(struct cli *c);
int cli_run_masc_withdraw(struct cli *c);
int cli_run_masc_clashes(struct cli *c);
int cli_run_masc_resolve(struct cli *c);
int cli_run_name_publish(struct cli *c);
int cli_run_name_unpublish(struct cli *c);
int cli_run_name_list(struct cli *c);
int cli_run_name_resolve(struct cli *c);
int cli_run_name_trace(struct cli *c);
int cli_run_name_convert(struct cli *c);
int cli_run_cloud_list(struct cli *c);
int cli_run_cloud_show(struct cli *c);
int cli_run_cloud_stats(struct cli *c);
int cli_run_cloud_ping(struct cli *c);
int cli_run_cloud_change(struct cli *c);
int cli_run_graph_list(struct cli *c);
int cli_run_graph_show(struct cli *c);
int cli_run_graph_create(struct cli *c);
int cli_run_graph_open(struct cli *c);
int cli_run_graph_change(struct cli *c);
int cli_run_graph_connect(struct cli *c);
int cli_run_graph_set(struct cli *c);
int cli_run_graph_map(struct cli *c);
int cli_run_record_add(struct cli *c);
int cli_run_record_update(struct cli *c);
int cli_run_record_delete(struct cli *c);
int cli_run_record_get(struct cli *c);
int cli_run_record_list(struct cli *c);
int cli_run_record_watch(struct cli *c);
int cli_run_graph_export(struct cli *c);
int cli_run_graph_import(struct cli *c);
int cli_run_peer_send(struct cli *c);
/* A handle of the graph that the command is about, which must be open; freed by the caller. */
int cli_graph_handle(struct cli *c, hst_graph **g);
/* The node that is meant, by its Peer ID, also without "0.", or 4 digits of its Node ID. */
int cli_graph_node(struct cli *c, const char *what, struct ops_graph_node *out);
uint64_t cli_node_number(const char *digits);
/* record_large.c: data of more than OPS_RECORD_INLINE octets. */
typedef int cli_octets_fn(struct cli *c, const uint8_t *octets, size_t n);
bool cli_input_is_large(const struct cli *c);
int cli_record_add_large(struct cli *c, const struct ops_record_add *body);
int cli_record_get_large(struct cli *c, const char *id, cli_octets_fn *put);
/* chat.c */
int cli_run_peer_chat(struct cli *c);
int cli_run_capture(struct cli *c);
int cli_run_peer_list(struct cli *c);
int cli_run_peer_ping(struct cli *c);
int cli_run_peer_disconnect(struct cli *c);
int cli_run_log(struct cli *c);
int cli_run_doctor(struct cli *c);
int cli_run_doctor_ports(struct cli *c);
int cli_run_daemon_reload(struct cli *c);
int cli_run_version(struct cli *c);
int cli_run_completion(struct cli *c);
int cli_run_help(struct cli *c);
/* Attention of a status, and what to do about it. */
void cli_print_attention(struct cli *c, const struct ops_status *s);

#endif
