/* scenario.h - a story for the simulator, read from text: who is there, how
 * they are linked, what happens when, what must be seen and what never. Plain
 * data, shared by any number of runs; grammar in doc/simulator.md. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "node/node.h"
#include "sim/dgram.h"

#define SCN_NAME_MAX  63
#define SCN_ADDRS_MAX 8
#define SCN_NO_SITE   UINT32_MAX /* also: every site, in a link */

struct scn_range {
	int64_t low, high;
};

/* What a raw peer's `open` says where the line does not. */
struct scn_open {
	uint32_t version, family, role, hold;
	struct masc_id domain, node, parent;
};

/* A node, or a raw peer whose octets the scenario scripts. */
struct scn_site {
	char name[SCN_NAME_MAX + 1];
	uint32_t line;
	bool raw;
	struct addr addrs[SCN_ADDRS_MAX];
	uint32_t interfaces[SCN_ADDRS_MAX]; /* they are on, numbered as what lies behind them */
	size_t n_addrs;
	/* nodes */
	struct node_config config;
	struct scn_range store_delay, job_delay, timer_slack;
	int32_t rate;	     /* ppm */
	int64_t wall_offset; /* us */
	bool synchronised;
	uint64_t memory;  /* a cap, octets */
	bool starts_late; /* its first verb is `start` */
	bool rogue;	  /* a machine that lies to its groups */
	/* raw peers */
	struct scn_open open;
};

/* What a story says of the way of datagrams, as bits. */
enum scn_path_field {
	SCN_PATH_DELAY = 1,
	SCN_PATH_LOSS = 2,
	SCN_PATH_DUPLICATE = 4,
	SCN_PATH_REORDER = 8,
	SCN_PATH_LATE = 16,
	SCN_PATH_RATE = 32,
	SCN_PATH_BACKLOG = 64
};
void scn_path_change(struct dgram_path *to, const struct dgram_path *from, uint32_t fields);

struct scn_link {
	uint32_t a, b;
	struct scn_range delay;
	struct dgram_path path; /* of datagrams */
};

/* What the DNS of this world knows. */
struct scn_host {
	struct span name;
	struct addr addrs[SCN_ADDRS_MAX];
	size_t n_addrs;
};

enum scn_verb {
	SCN_START,
	SCN_STOP,
	SCN_KILL,
	SCN_CUT,
	SCN_HEAL,
	SCN_SKEW_WALL,
	SCN_SKEW_RATE,
	SCN_CLOCK,
	SCN_STORE_FAIL,
	SCN_STORE_DELAY,
	SCN_STORE_BREAK,
	SCN_JOBS,
	SCN_RESET,
	SCN_SILENCE,
	SCN_COMMAND,
	SCN_RELOAD,
	SCN_NETWORK,
	SCN_PORT,
	SCN_MEMORY,
	SCN_CONNECT,
	SCN_LISTEN,
	SCN_SEND,
	SCN_CLOSE,
	SCN_ADDRESS,
	SCN_DATAGRAMS,
	SCN_ROGUE,
	SCN_NOTHING /* only gives what follows its time */
};

enum scn_point {
	SCN_NOW,
	SCN_BEFORE_COMMIT,
	SCN_BETWEEN, /* commit and send */
	SCN_TOLD,    /* callers were answered, no octet of a link went out */
	SCN_AFTER_SEND
};

/* What a crash leaves in the store. */
enum scn_fate {
	SCN_ROLLBACK, /* what was committed */
	SCN_KEEP,     /* all that was put: the commit was just done */
	SCN_LOSE      /* nothing */
};

/* Commands about a graph; the first five are of the graph itself. */
enum scn_graph_verb {
	SCN_GRAPH_CREATE,
	SCN_GRAPH_OPEN,
	SCN_GRAPH_CLOSE,
	SCN_GRAPH_LISTEN,
	SCN_GRAPH_ERASE,
	SCN_GRAPH_CONNECT,
	SCN_GRAPH_ADD,
	SCN_GRAPH_UPDATE,
	SCN_GRAPH_DELETE
};

struct scn_graph {
	enum scn_graph_verb verb;
	struct span id;	   /* Graph ID */
	struct span key;   /* what the story calls a record */
	uint32_t size;	   /* of its payload */
	uint32_t presence; /* Max Presence Records, of a graph that is created */
	bool defer;	   /* likewise: its Defer Expiration */
	bool alone;	   /* CONNECT: only a node without neighbors */
	int64_t life;	   /* us; 0: as long as the node gives it */
};

/* Commands about identities and groups. */
enum scn_group_verb {
	SCN_GROUP_IDENTITY,
	SCN_GROUP_CREATE,
	SCN_GROUP_INVITE,
	SCN_GROUP_JOIN,
	SCN_GROUP_OPEN,
	SCN_GROUP_CLOSE,
	SCN_GROUP_LEAVE,
	SCN_GROUP_CONNECT,
	SCN_GROUP_REMOVE,
	SCN_GROUP_RETURN,
	SCN_GROUP_ROTATE
};

struct scn_group {
	enum scn_group_verb verb;
	struct span id; /* what the story calls the group */
	uint32_t other; /* INVITE, REMOVE, RETURN: the site */
	enum group_role role;
	bool publish; /* INVITE: as a record, too */
	bool alone;   /* CONNECT: only a node without neighbors */
	bool drop;    /* REMOVE: nothing of it is kept */
	int64_t life; /* INVITE: us; 0: as long as the issuer's. CREATE: of Membership records */
};

/* What a rogue does (sim/rogue.h). */
struct scn_rogue {
	bool lies, says, issues; /* else it shows */
	uint32_t kind;		 /* enum rogue_show, enum rogue_lie */
	uint32_t count;		 /* of lies, or records */
	struct span id;		 /* what the story calls the group */
	uint32_t other;		 /* whose membership it copies; SCN_NO_SITE none */
};

struct scn_action {
	uint32_t line;
	struct scn_range at;
	enum scn_verb verb;
	uint32_t a, b;	     /* sites */
	uint32_t connection; /* of a raw peer, from 1; 0 the newest */
	enum scn_point point;
	enum scn_fate fate;
	enum masc_life when; /* KILL: a claim comes to be so; MASC_LIFE_COUNT: at once */
	bool on; /* power, synchronised, stuck, taken, one way, refused: as the verb has it */
	struct scn_range time;
	int32_t rate;
	uint32_t count;
	uint64_t size;
	enum err err;
	struct addr addr;
	uint32_t interface;	       /* ADDRESS */
	struct dgram_path path;	       /* DATAGRAMS; the fields that `changes` has */
	uint32_t changes;	       /* enum scn_path_field, as bits */
	struct node_command *command;  /* COMMAND; few actions are, and one is large */
	const struct scn_graph *graph; /* COMMAND of graph */
	const struct scn_group *group; /* COMMAND of group */
	const struct scn_rogue *rogue; /* ROGUE */
	uint32_t owner; /* COMMAND of pnrp: whose key the name is under; SCN_NO_SITE: none */
	int64_t from_in, for_us;    /* COMMAND about a demand or claim: times from now on */
	struct node_config *config; /* RELOAD that is to be taken */
	struct span bytes;	    /* SEND, RELOAD */
	/* SEND: where in bytes seconds stand that count from the time of sending */
	const uint16_t *stamps;
	size_t n_stamps;
};

enum scn_test {
	SCN_STATE,
	SCN_ADMIN,
	SCN_VALUE,
	SCN_PAIRED,
	SCN_RUNNING,
	SCN_LINKS,
	SCN_OCTETS,
	SCN_CLOSED,
	SCN_HOLDS,
	SCN_OWN,
	SCN_RESUMED,
	SCN_GOES_ON,
	SCN_KNOWS,
	SCN_KNOWN,
	SCN_CLASHES,
	SCN_CRASHES,
	SCN_PARTITIONS,
	SCN_SKEWS,
	SCN_MET,
	SCN_CLOUD,
	SCN_ANNOUNCED,
	SCN_ENTRIES,
	SCN_SAME,
	SCN_KEPT,
	SCN_MESH,
	SCN_AGREED,
	SCN_NEIGHBORS,
	SCN_RECORDS,
	SCN_SYNCHRONISED,
	SCN_LAWFUL,
	SCN_LISTED,
	SCN_SETTLED,
	SCN_PURGED,
	SCN_READABLE,
	SCN_OUT,
	SCN_IN,
	SCN_COVERED,
	/* these count what happens while they are watched */
	SCN_FOUND,
	SCN_EVENT,
	SCN_NOTIFICATION,
	SCN_REPLY
};

enum scn_op {
	SCN_AT_LEAST,
	SCN_MORE,
	SCN_EQUAL,
	SCN_NOT_EQUAL,
	SCN_AT_MOST,
	SCN_LESS
};

struct scn_field {
	struct span name, value;
};

#define SCN_FIELDS_MAX 8

struct scn_condition {
	enum scn_test test;
	bool negated;
	uint32_t a, b; /* sites */
	uint32_t connection;
	struct span peer; /* STATE, ADMIN, VALUE: its name in a's configuration */
	uint32_t what;	  /* state, wanted admin state, field of VALUE, life, type of claim */
	struct span name; /* EVENT; REPLY: an error's; of graphs: the Graph ID */
	struct scn_field fields[SCN_FIELDS_MAX];
	size_t n_fields;
	struct masc_prefix prefix; /* HOLDS, KNOWS */
	uint32_t like_what;	   /* KNOWS: with the Timestamp of this one */
	struct masc_prefix like;   /* family 0: whatever it is */
	uint8_t code, subcode;	   /* NOTIFICATION */
	struct pnrp_name *pnrp;	   /* FOUND, ANNOUNCED */
	enum pnrp_scope scope;	   /* CLOUD, ENTRIES */
	bool ipv4;		   /* likewise */
	struct addr addr;	   /* FOUND: where; family 0: anywhere */
	bool has_data;
	struct span data, mask; /* OCTETS, NOTIFICATION; mask 0: any octet */
	enum scn_op op;
	int64_t number;
	struct span text; /* as written */
};

enum scn_expect_kind {
	SCN_WITHIN, /* becomes true in the window */
	SCN_NEVER,
	SCN_ALWAYS
};

struct scn_expect {
	uint32_t line;
	enum scn_expect_kind kind;
	uint32_t action; /* the window begins with it; SCN_NO_SITE: at 0 */
	int64_t window;	 /* us; INT64_MAX: to the end */
	struct scn_condition condition;
};

struct scenario {
	const struct env *env;
	struct arena arena;
	struct map names; /* to index + 1 in sites */
	uint64_t seed;
	int64_t end; /* 0: a second after the last thing that is timed */
	struct scn_site *sites;
	size_t n_sites, room_sites;
	struct scn_link *links;
	size_t n_links, room_links;
	struct scn_action *actions;
	size_t n_actions, room_actions;
	struct scn_expect *expects;
	size_t n_expects, room_expects;
	struct scn_host *hosts;
	size_t n_hosts, room_hosts;
};

/* Reads `text`, which must live as long as the scenario. ERR_MALFORMED: *line
 * and why say what is wrong and what is accepted; ERR_NOMEM. */
MUST_USE enum err scenario_read(struct scenario **out, struct span text, const struct env *env,
				uint32_t *line, struct text *why);
void scenario_free(struct scenario *s);

#endif
