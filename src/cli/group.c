/* create, leave; group list, show, set, connect, disconnect. */
#include "cli/cli_int.h"

#include "os/clock.h"
#include "os/dns.h"

#include <string.h>

#define PORT	      3587
#define HOST_MAX      255
#define USUAL	      (30 * MONO_SEC) /* deadline of a connection */
#define ANSWER	      (5 * MONO_SEC)  /* for the daemon to say so */
#define ADDRESSES_MAX OPS_ADDRESSES_MOST

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

/* ---- made ---- */

/* "Home-owner.xml": letters and digits of the name. */
static const char *owner_file(struct cli *c, const char *name)
{
	char buffer[80];
	struct text t = TEXT_OF(buffer);
	for (; *name && t.n < 60; name++) {
		unsigned char s = (unsigned char)*name;
		bool plain =
			s >= 0x80 || (s >= '0' && s <= '9') || ((s | 32) >= 'a' && (s | 32) <= 'z');
		text_char(&t, plain ? *name : '-');
	}
	text_str(&t, "-owner.xml");
	return cli_keep(c, &t);
}

static void say_what_is_lost(struct cli *c, const char *name)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "The key of ");
	text_str(&t, name);
	text_str(&t, " is on this machine alone. It is what can always make an administrator, "
		     "also when the last one is gone. If this machine is lost without a copy, "
		     "nobody can do that for this group ever again.");
	fputc('\n', c->place->out);
	cli_wrap(c, buffer, 0);
}

/* With --json one document has told all. */
static int write_key(struct cli *c, const struct ops_made *made, const char *path)
{
	int exit = cli_keep_owner(c, made->name, path);
	return exit || c->given[CLI_JSON] ? exit : cli_say_written(c, "the key of the group", path);
}

/* Offers a copy of the group key, and says what is lost without. */
static int offer_export(struct cli *c, const struct ops_made *made)
{
	const char *file = owner_file(c, c->args[0]);
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	bool answered;
	say_what_is_lost(c, c->args[0]);
	text_str(&t, "Write a copy under a passphrase into ");
	text_str(&t, file);
	text_str(&t, " now?");
	if (!c->given[CLI_YES] && cli_asks(c, buffer, &answered))
		return write_key(c, made, file);
	text_clear(&t);
	text_str(&t, "later: homestead group export ");
	text_str(&t, cli_short(c, made->name));
	text_char(&t, ' ');
	text_str(&t, file);
	text_str(&t, " --owner");
	cli_wrap(c, buffer, 0);
	return CLI_OK;
}

/* With --output without a question; else people are asked, and programs not. */
static int keep_key(struct cli *c, const struct ops_made *made)
{
	if (c->given[CLI_DRY_RUN])
		return CLI_OK;
	if (c->output)
		return write_key(c, made, c->output);
	return cli_is_terse(c) ? CLI_OK : offer_export(c, made);
}

static int take_presence(struct cli *c, bool *none)
{
	*none = c->presence && strcmp(c->presence, "none") == 0;
	if (!c->presence || *none || strcmp(c->presence, "all") == 0)
		return CLI_OK;
	return cli_refuse(c, c->presence, " is not what --presence takes in a group: all, none");
}

/* GROUP-14: there are no codes in groups of that profile. */
static bool is_classic(const struct cli *c)
{
	return c->profile && strcmp(c->profile, "classic") == 0;
}

static int finish(struct cli *c, const struct ops_made *made)
{
	int exit = keep_key(c, made);
	bool wanted = made->done && made->name[0] && !c->given[CLI_NO_INVITE];
	if (!exit && wanted && !cli_is_terse(c) && !is_classic(c))
		cli_say_first_code(c, made->name);
	return exit;
}

int cli_run_group_create(struct cli *c)
{
	struct ops_group_make body;
	struct ops_made made;
	if ((c->passphrase_fd || c->passphrase_file) && !c->output)
		return cli_usage(c, "a passphrase is for a copy of the group key",
				 "--output FILE, where that is to be");
	ops_clear(&ops_group_make_type, &body);
	body.name = c->args[0];
	body.identity = or_empty(c->as);
	body.first = or_empty(c->as ? NULL : c->place->person);
	body.classifier = or_empty(c->classifier);
	body.comment = or_empty(c->comment);
	body.cloud = or_empty(c->cloud);
	body.data_optional = c->given[CLI_DATA_OPTIONAL];
	body.defer = c->given[CLI_DEFER];
	body.dry_run = c->given[CLI_DRY_RUN];
	int exit = cli_set_word(c, body.profile, sizeof(body.profile), c->profile);
	if (!exit && c->life)
		exit = cli_read_duration(c, c->life, &body.presence_life);
	if (!exit && c->member_life)
		exit = cli_read_duration(c, c->member_life, &body.membership_life);
	if (!exit)
		exit = take_presence(c, &body.no_presence);
	if (!exit)
		exit = cli_make(c,
				&(struct cli_query){ .kind = OPS_GROUP_MAKE,
						     .body_type = &ops_group_make_type,
						     .body = &body },
				&made);
	return exit ? exit : finish(c, &made);
}

/* ---- connected ---- */

static int no_host(struct cli *c, const char *what, enum err e)
{
	char why[120];
	struct text t = TEXT_OF(why);
	text_str(&t, " is no address, and no host of the DNS: ");
	text_str(&t, err_text(e));
	return cli_refuse(c, what, why);
}

/* "HOST" or "HOST:PORT". */
static bool split_host(const char *s, char host[HOST_MAX + 1], uint16_t *port)
{
	const char *colon = strchr(s, ':');
	size_t n = colon ? (size_t)(colon - s) : strlen(s);
	unsigned v = 0;
	if (!n || n > HOST_MAX)
		return false;
	for (const char *d = colon ? colon + 1 : ""; *d; d++) {
		if (*d < '0' || *d > '9' || v > 6553)
			return false;
		v = v * 10 + (unsigned)(*d - '0');
	}
	memcpy(host, s, n);
	host[n] = 0;
	*port = colon ? (uint16_t)v : PORT;
	return v <= UINT16_MAX && *port;
}

/* The addresses of what was typed, added to those that there are. */
static int add_addresses(struct cli *c, const char *typed, struct addr *list, size_t *n)
{
	char host[HOST_MAX + 1];
	uint16_t port;
	size_t found = 0;
	if (*n < ADDRESSES_MAX && addr_parse(span_str(typed), PORT, &list[*n]) == OK) {
		++*n;
		return CLI_OK;
	}
	if (!split_host(typed, host, &port))
		return cli_refuse(c, typed, " is no address such as 192.0.2.7 or laptop:3587");
	enum err e = os_dns_look_up(host, &os_dns_usual, list + *n, ADDRESSES_MAX - *n, &found);
	if (e)
		return no_host(c, host, e);
	for (size_t i = 0; i < found; i++)
		list[(*n)++].port = port;
	return CLI_OK;
}

/* --address, as the API has it. */
static int take_addresses(struct cli *c, struct ops_group_connect *k)
{
	struct addr list[ADDRESSES_MAX];
	size_t n = 0;
	if (c->n_addresses > OPS_ENDPOINTS_MAX)
		return cli_usage(c, "--address may be given up to 10 times", "fewer of them");
	for (size_t i = 0; i < c->n_addresses; i++) {
		int exit = add_addresses(c, c->addresses[i], list, &n);
		if (exit)
			return exit;
	}
	k->addresses = arena_alloc(&c->mem, (n + 1) * sizeof(*k->addresses));
	k->n_addresses = n;
	if (!k->addresses)
		return cli_no_memory(c);
	for (size_t i = 0; i < n; i++) {
		struct text t = TEXT_OF(k->addresses[i].address);
		addr_text(&t, &list[i]);
	}
	return CLI_OK;
}

int cli_prepare_connect(struct cli *c, struct ops_group_connect *k)
{
	ops_clear(&ops_group_connect_type, k);
	k->dry_run = c->given[CLI_DRY_RUN];
	int exit = c->timeout ? cli_read_duration(c, c->timeout, &k->deadline) : CLI_OK;
	return exit ? exit : take_addresses(c, k);
}

/* The daemon ends it at its deadline, and says why. */
struct cli_query cli_connect_query(const char *group, const struct ops_group_connect *k)
{
	int64_t us = k->deadline > 0 ? k->deadline : USUAL;
	us = (us < MONO_DAY ? us : MONO_DAY) + ANSWER;
	return (struct cli_query){ .kind = OPS_GROUP_CONNECT,
				   .graph = group,
				   .body_type = &ops_group_connect_type,
				   .body = k,
				   .deadline_ms = (int)(us / MONO_MS) };
}

/* Open it must be, before it can connect; what is said is the last of both. */
static int open_silently(struct cli *c, const char *group)
{
	struct ops_write body = { false };
	struct ops_made made;
	if (c->given[CLI_DRY_RUN])
		return CLI_OK;
	return cli_ask(c,
		       &(struct cli_query){ .kind = OPS_GROUP_OPEN,
					    .graph = group,
					    .body_type = &ops_write_type,
					    .body = &body },
		       &made);
}

int cli_run_group_connect(struct cli *c)
{
	struct ops_group_connect k;
	if (c->n_args > 1) /* as `graph connect` has it */
		c->addresses[c->n_addresses++] = c->args[1];
	int exit = cli_prepare_connect(c, &k);
	if (exit)
		return exit;
	struct ops_made made;
	const struct cli_query q = cli_connect_query(c->args[0], &k);
	exit = open_silently(c, c->args[0]);
	return exit ? exit : cli_make(c, &q, &made);
}

int cli_run_group_disconnect(struct cli *c)
{
	struct ops_write body = { c->given[CLI_DRY_RUN] };
	struct ops_made made;
	return cli_make(c,
			&(struct cli_query){ .kind = OPS_GROUP_CLOSE,
					     .graph = c->args[0],
					     .body_type = &ops_write_type,
					     .body = &body },
			&made);
}

int cli_run_group_rotate(struct cli *c)
{
	struct ops_write body = { c->given[CLI_DRY_RUN] };
	struct ops_made made;
	int exit =
		cli_confirm(c, "Give the group another key? Each member is to be given it before "
			       "it reads what is new.");
	if (exit)
		return exit;
	return cli_make(c,
			&(struct cli_query){ .kind = OPS_GROUP_ROTATE,
					     .graph = c->args[0],
					     .body_type = &ops_write_type,
					     .body = &body },
			&made);
}

/* ---- left ---- */

int cli_run_group_leave(struct cli *c)
{
	struct ops_group g;
	struct ops_made made;
	char question[CLI_TEXT_MAX];
	struct text t = TEXT_OF(question);
	int exit = cli_ask(c, &(struct cli_query){ .kind = OPS_GROUP, .graph = c->args[0] }, &g);
	if (exit)
		return exit;
	/* What was asked about is what is left; GROUP/IDENTITY says more than its name. */
	const char *what = strchr(c->args[0], '/') ? c->args[0] : g.id;
	text_str(&t, "Leave group ");
	text_str(&t, g.name[0] ? g.name : g.id);
	text_str(&t, " for good? Our membership and its records are erased here.");
	if (g.owner && !g.owner_kept)
		text_str(&t, " Its key, of which there is no copy, is lost with them.");
	exit = cli_confirm(c, question);
	return exit ? exit
		    : cli_make(c,
			       &(struct cli_query){ .kind = OPS_GROUP_LEAVE,
						    .graph = what,
						    .query = c->given[CLI_DRY_RUN] ? "dry_run=true"
										   : NULL },
			       &made);
}

/* ---- looked at ---- */

static const struct cli_column columns[] = {
	{ "GROUP", 0 },	 { "STATE", 0 },   { "AS", 3 },	       { "ROLE", 0 }, { "MEMBERS", 0 },
	{ "ONLINE", 1 }, { "RECORDS", 2 }, { "PEER NAME", 0 }, { 0 },
};

static enum cli_colour colour_of(const char *state)
{
	if (strcmp(state, "connected") == 0)
		return CLI_GREEN;
	if (strcmp(state, "locked") == 0)
		return CLI_RED;
	return strcmp(state, "closed") == 0 ? CLI_PLAIN : CLI_YELLOW;
}

static void set_group(struct cli *c, struct cli_row *r, const void *row)
{
	const struct ops_group *g = row;
	const struct cli_cell cells[] = {
		{ g->name, CLI_BOLD },
		{ g->state, colour_of(g->state) },
		{ g->identity_label, CLI_PLAIN },
		{ g->role[0] ? g->role : "none", g->role[0] ? CLI_PLAIN : CLI_RED },
		{ cli_number(c, g->members), CLI_PLAIN },
		{ cli_number(c, g->online), CLI_PLAIN },
		{ cli_number(c, g->records), CLI_PLAIN },
		{ cli_short(c, g->id), CLI_PLAIN },
	};
	CLI_SET_CELLS(r, cells);
	bool fine = strcmp(g->state, "connected") == 0 || strcmp(g->state, "closed") == 0;
	r->note = !fine && g->why[0] ? cli_named(c, g->why, cli_short(c, g->id)) : NULL;
}

static const char *name_of(struct cli *c, const void *row)
{
	const struct ops_group *g = row;
	return g->id;
}

static void say_none(struct cli *c, const void *answer, bool empty)
{
	const struct ops_groups *all = answer;
	if (strcmp(all->part.state, "running") != 0)
		cli_say_groups_off(c, &all->part);
	else if (empty)
		cli_wrap(c,
			 "this machine is in no group; try: homestead create NAME, or homestead "
			 "join CODE with the code that a member gave you",
			 0);
}

int cli_run_group_list(struct cli *c)
{
	static const struct cli_list list = { .kind = OPS_GROUPS,
					      .rows = "groups",
					      .name = name_of,
					      .columns = columns,
					      .set = set_group,
					      .before = say_none };
	return cli_list(c, &list);
}

static const char *join_words(struct cli *c, const char *first, const char *between,
			      const char *second)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, first);
	text_str(&t, second[0] ? between : "");
	text_str(&t, second);
	return cli_keep(c, &t);
}

static const char *key_line(const struct ops_group *g)
{
	if (!g->owner)
		return "";
	return g->owner_kept ? "here, and exported" : "on this machine alone";
}

/* The name, and where it can be resolved or why it cannot. */
static const char *found_by(struct cli *c, const struct ops_group *g)
{
	bool nowhere = g->participant_why[0] != 0;
	return join_words(c, g->participant, nowhere ? ", but " : ", in ",
			  nowhere ? g->participant_why : g->participant_clouds);
}

static const char *last_search(struct cli *c, const struct ops_group *g)
{
	if (g->searching)
		return "members are being looked for";
	/* What led nowhere is over when somebody has come all the same. */
	if (!g->search_why[0] || g->neighbors)
		return "";
	return join_words(c, "nobody was connected", ": ", g->search_why);
}

/* The key that is written under: since when, by whom, and who lacks it. */
static const char *epoch_line(struct cli *c, const struct ops_group *g)
{
	char room[512];
	struct text t = TEXT_OF(room);
	if (!g->epoch)
		return "";
	text_u64(&t, g->epoch);
	text_str(&t, ", since ");
	text_str(&t, cli_time(c, g->epoch_since));
	text_str(&t, ", by ");
	text_str(&t, g->epoch_maker_label[0] ? g->epoch_maker_label : cli_short(c, g->epoch_maker));
	if (!g->epoch_key)
		text_str(&t, ", its key is not here yet");
	if (g->epoch_lacking) {
		text_str(&t, ", not given yet to ");
		text_u64(&t, g->epoch_lacking);
	}
	return cli_keep(c, &t);
}

static const char *password_line(struct cli *c, const struct ops_group *g)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	bool ended = strcmp(g->password, "ended") == 0;
	if (!ended && strcmp(g->password, "set") != 0)
		return "";
	text_str(&t, ended ? "ended by a removal" : "whoever knows it may be a member");
	if (g->password_since) {
		text_str(&t, ended ? "; it was of " : "; since ");
		text_str(&t, cli_time(c, g->password_since));
	}
	if (g->password_by[0]) {
		text_str(&t, ", by ");
		text_str(&t, g->password_by_label[0] ? g->password_by_label
						     : cli_short(c, g->password_by));
	}
	if (ended)
		text_str(&t, strcmp(g->role, "administrator") == 0
				     ? "; another: homestead group set GROUP --password"
				     : "; an administrator sets another");
	return cli_keep(c, &t);
}

static void print_group(struct cli *c, const struct ops_group *g)
{
	const char *skew = g->skew > 0 ? join_words(c, cli_duration(c, g->skew), " ",
						    g->skew_behind ? "behind the worst clock met"
								   : "ahead of the worst clock met")
				       : "";
	const struct cli_pair pairs[] = {
		{ "group", { g->name, CLI_BOLD } },
		{ "comment", { g->comment, CLI_PLAIN } },
		{ "peer name", { g->id, CLI_PLAIN } },
		{ "state",
		  { cli_named(c, join_words(c, g->state, ": ", g->why), cli_short(c, g->id)),
		    colour_of(g->state) } },
		{ "we are", { join_words(c, g->identity_label, ", ", g->role), CLI_PLAIN } },
		{ "until", { g->until ? cli_end(c, g->until) : "", CLI_PLAIN } },
		{ "group key", { key_line(g), g->owner_kept ? CLI_GREEN : CLI_YELLOW } },
		{ "creator", { g->is_creator ? "we" : g->creator, CLI_PLAIN } },
		{ "profile", { g->profile, CLI_PLAIN } },
		{ "members",
		  { join_words(c, cli_number(c, g->members), ", online ", cli_number(c, g->online)),
		    CLI_PLAIN } },
		{ "neighbors", { cli_number(c, g->neighbors), CLI_PLAIN } },
		{ "found by", { found_by(c, g), g->participant_why[0] ? CLI_YELLOW : CLI_PLAIN } },
		{ "newcomers",
		  { g->lookups ? join_words(c, "names that lead to it", ": ",
					    cli_number(c, g->lookups))
			       : "",
		    CLI_PLAIN } },
		{ "last search", { last_search(c, g), CLI_PLAIN } },
		{ "password",
		  { cli_named(c, password_line(c, g), cli_short(c, g->id)),
		    strcmp(g->password, "ended") == 0 ? CLI_YELLOW : CLI_PLAIN } },
		{ "records",
		  { join_words(c, cli_number(c, g->records), ", not judged yet ",
			       g->waiting ? cli_number(c, g->waiting) : ""),
		    CLI_PLAIN } },
		{ "epoch", { epoch_line(c, g), g->epoch_key ? CLI_PLAIN : CLI_YELLOW } },
		{ "clock", { skew, CLI_YELLOW } },
	};
	cli_pairs_print(c, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

static int show(struct cli *c)
{
	struct ops_group g;
	int exit = cli_ask(c, &(struct cli_query){ .kind = OPS_GROUP, .graph = c->args[0] }, &g);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", g.id);
	else
		print_group(c, &g);
	return CLI_OK;
}

int cli_run_group_show(struct cli *c)
{
	return c->given[CLI_WATCH] ? cli_watch(c, show) : show(c);
}

/* Options are set all at once: those that are not named stay. */
static int take_options(struct cli *c, struct ops_group_set *body)
{
	struct ops_group g;
	int exit = take_presence(c, &body->no_presence);
	if (!exit)
		exit = cli_ask(c, &(struct cli_query){ .kind = OPS_GROUP, .graph = c->args[0] },
			       &g);
	if (exit)
		return exit;
	body->data_optional = g.data_optional;
	body->defer = g.defer;
	return CLI_OK;
}

static const char *what_is_set(struct cli *c)
{
	static const struct cli_word rows[] = { { CLI_GROUP_NAME, "name" },
						{ CLI_GROUP_NOTE, "comment" },
						{ CLI_PRESENCE, "options" } };
	return cli_words_given(c, rows, sizeof(rows) / sizeof(rows[0]));
}

int cli_run_group_set(struct cli *c)
{
	struct ops_group_set body;
	struct ops_made made;
	if (c->given[CLI_WITH_PASSWORD] || c->given[CLI_NO_PASSWORD] || c->passphrase_fd ||
	    c->passphrase_file)
		return cli_run_group_password(c);
	ops_clear(&ops_group_set_type, &body);
	body.set = what_is_set(c);
	if (!body.set[0])
		return cli_usage(c, "group set wants --name, --comment, --presence or --password",
				 "homestead help group set");
	body.name = or_empty(c->label);
	body.comment = or_empty(c->comment);
	body.dry_run = c->given[CLI_DRY_RUN];
	int exit = c->presence ? take_options(c, &body) : CLI_OK;
	return exit ? exit
		    : cli_make(c,
			       &(struct cli_query){ .kind = OPS_GROUP_SET,
						    .graph = c->args[0],
						    .body_type = &ops_group_set_type,
						    .body = &body },
			       &made);
}
