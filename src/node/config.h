/* config.h - the configuration of a node: that of its parts, plain values, and
 * its text form. The text form is what scenarios hold, what a recording starts
 * with, and what a reload feeds in: one "key = value" a line, groups in braces,
 * # comments:
 *
 *	masc {
 *		domain = 64501
 *		node = 1
 *		peer north { address = 192.0.2.1; role = child; domain = 64500 }
 *		scope site { range = 239.252.0.0/14; root = yes }
 *	}
 *
 * Lines or semicolons end a setting; a value with spaces or signs is quoted,
 * with \" and \\ for these two. `listen` may stand
 * more than once and adds up. */
#ifndef NODE_CONFIG_H
#define NODE_CONFIG_H

#include "graph/config.h"
#include "group/config.h"
#include "masc/config.h"
#include "pnrp/config.h"

struct graphs_guard;

struct node_config {
	struct masc_config masc;
	struct pnrp_config pnrp;
	struct graph_part_config graph;
	struct group_part_config group;
	bool listen_given; /* masc.listen is no longer the default */
	/* Borrowed, for nodes of one thread that share a context; NULL: a node with a part
	 * that needs one makes its own. No part of the text form. */
	struct crypto *crypto;
	/* The key that seals those of identities and groups, CRYPTO_SEAL_KEY octets; borrowed
	 * for life. NULL: none is at hand. No part of the text form. */
	const uint8_t *vault;
	/* Who protects guarded graphs where the part group is off; borrowed for life. NULL:
	 * nobody. For simulations of machines that lie. No part of the text form. */
	const struct graphs_guard *guard;
	const struct env *env;
};

void node_config_init(struct node_config *c, const struct env *env);
void node_config_free(struct node_config *c);
/* `to` is initialised here. ERR_NOMEM: it holds nothing. */
MUST_USE enum err node_config_copy(struct node_config *to, const struct node_config *from,
				   const struct env *env);

/* Sets one key: `group` is "masc", "masc.peer NAME" or "masc.scope NAME"
 * (made when new), "pnrp", "pnrp.link", "pnrp.site", "pnrp.global",
 * "graph" or "group". The one way in for the daemon's file, the simulator and the text
 * form; `listen` adds to what was given before. On error `why` says what is accepted.
 * ERR_NOT_FOUND (group or key), ERR_MALFORMED, ERR_RANGE, ERR_FULL, ERR_NOMEM. */
MUST_USE enum err node_config_set(struct node_config *c, struct span group, struct span key,
				  struct span value, struct text *why);
/* Adds what the rest implies, as masc_config_complete; before a check. ERR_NOMEM. */
MUST_USE enum err node_config_complete(struct node_config *c);
/* Checks the whole, as masc_config_check. ERR_CONFIG. */
MUST_USE enum err node_config_check(const struct node_config *c, struct text *why);

/* Reads the text form into c (initialised by the caller), completes and checks it.
 * *line gets the line of the error, counted from 1, or 0 where the whole does
 * not fit together. ERR_CONFIG (why), ERR_NOMEM. */
MUST_USE enum err node_config_parse(struct node_config *c, struct span text, uint32_t *line,
				    struct text *why);
/* Writes the text form; secrets are left out, since a recording or a trace
 * must not hold them and no core needs them. */
void node_config_write(const struct node_config *c, struct text *t);
/* The same in memory of env, NUL-ended, for the caller to env_free. ERR_NOMEM. */
MUST_USE enum err node_config_text(const struct node_config *c, const struct env *env, char **out);

#endif
