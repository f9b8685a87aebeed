#include "daemon/conf.h"

#include "daemon/source.h"
#include "daemon/walk.h"

#include <limits.h>

#define FIELD(member)                                                                              \
	.offset = offsetof(struct daemon_config, member),                                          \
	.size = sizeof(((struct daemon_config *)NULL)->member)

const struct setting conf_groups[] = {
	{ "daemon", .help = "The process itself." },
	{ "log", .help = "What is logged, and how." },
	{ "masc", .help = "Multicast address ranges, shared out between domains (RFC 2909)." },
	{ "pnrp", .help = "Names that resolve with no server (PNRP)." },
	{ "graph", .help = "Graphs: meshes that carry every record to every node." },
	{ "group", .help = "Groups: graphs of people who know each other by their keys." },
	{ "keys", .help = "What seals the keys of identities and groups on the disk." },
	{ .name = NULL },
};

const struct setting conf_daemon[] = {
	{ "stop_limit", &setting_duration, FIELD(stop_limit), .fallback = "5s", .min = 0,
	  .max = 10 * MONO_MIN,
	  .help = "How long a stop may wait until peers are told and the store is written." },
	{ "job_threads", &setting_u32, FIELD(job_threads), .fallback = "0", .max = 64,
	  .help = "Threads for long computations; 0: one for each processor, at most four. "
		  "Read at start only." },
	{ .name = NULL },
};

const struct setting conf_keys[] = {
	{ "passphrase_file", &setting_string,
	  .offset = offsetof(struct keys_config, passphrase_file),
	  .size = sizeof(((struct keys_config *)NULL)->passphrase_file), .fallback = "",
	  .help = "A file that holds a passphrase, readable by nobody but its owner and group; "
		  "relative to the folder of this file. It seals the key that seals all others; "
		  "without one, and without a credential (homesteadd(8)), that key lies open in "
		  "node.key of the state folder. --passphrase-fd goes before it. Read at start "
		  "only." },
	{ .name = NULL },
};

const struct setting conf_log_extra[] = {
	{ "parts",
	  .help = "A group: levels of single parts, which go before `level`. homestead log "
		  "LEVEL PART changes one while running." },
	{ .name = NULL },
};

const struct setting conf_masc_extra[] = {
	{ "peers",
	  .help = "A list with one group for each peer: ( { name = \"north\"; ... }, ... )." },
	{ "scopes",
	  .help = "A list with one group for each scope: ( { name = \"organisation\"; ... }, "
		  "... ). Without it a top-level domain with IPv4 peers, or without peers, has "
		  "one: organisation, range 239.192.0.0/14, root." },
	{ .name = NULL },
};

const struct setting conf_pnrp_extra[] = {
	{ "link", .help = "A group: clouds of the links that this machine is on, one a link." },
	{ "site", .help = "A group: the clouds of private addresses." },
	{ "global", .help = "A group: the clouds of public addresses." },
	{ .name = NULL },
};

const struct setting conf_peer_extra[] = {
	{ "name", .help = "What the peer is called in commands, events and logs: 1 to 63 letters, "
			  "digits, dots, dashes and underscores. Must be given." },
	{ "md5_key_file", .help = "A file whose only line is md5_key, readable by nobody but its "
				  "owner and group; relative to the folder of this file." },
	{ .name = NULL },
};

const struct setting conf_scope_extra[] = {
	{ "name",
	  .help = "What the scope is called in commands and events: 1 to 63 letters, digits, "
		  "dots, dashes and underscores. Must be given." },
	{ .name = NULL },
};

void conf_init(struct conf *c, const struct env *env)
{
	memset(c, 0, sizeof(*c));
	node_config_init(&c->node, env);
	/* A daemon has names, and may have graphs and groups, without being told to. */
	c->node.pnrp.enabled = true;
	c->node.graph.enabled = true;
	c->node.group.enabled = true;
	log_config_init(&c->log);
	setting_defaults(conf_daemon, &c->daemon);
	setting_defaults(conf_keys, &c->keys);
}

void conf_fini(struct conf *c)
{
	node_config_free(&c->node);
}

/* Whether it fits with the first n of its scopes and m of its peers. */
static bool fits_with(struct node_config *node, size_t n, size_t m)
{
	char buffer[CONF_WHY_MAX];
	struct text why = TEXT_OF(buffer);
	struct masc_config *c = &node->masc;
	size_t scopes = c->n_scopes, peers = c->n_peers;
	c->n_scopes = n;
	c->n_peers = m;
	bool fits = node_config_check(node, &why) == OK;
	c->n_scopes = scopes;
	c->n_peers = peers;
	return fits;
}

/* Errors of the whole have no line of their own: the first scope or peer without
 * which the configuration fits is the one to look at. Adding more mends nothing,
 * so halving finds it. */
static size_t scopes_that_fit(struct node_config *node)
{
	size_t good = 0, bad = node->masc.n_scopes;
	while (bad - good > 1) {
		size_t n = good + (bad - good) / 2;
		if (fits_with(node, n, 0))
			good = n;
		else
			bad = n;
	}
	return good;
}

static size_t peers_that_fit(struct node_config *node)
{
	size_t good = 0, bad = node->masc.n_peers;
	while (bad - good > 1) {
		size_t n = good + (bad - good) / 2;
		if (fits_with(node, node->masc.n_scopes, n))
			good = n;
		else
			bad = n;
	}
	return good;
}

/* Without peers and numbers of our own MASC is not active, and fits whatever is
 * missing. */
static bool active_without_peers(struct masc_config *m)
{
	size_t all = m->n_peers;
	m->n_peers = 0;
	bool active = masc_config_active(m);
	m->n_peers = all;
	return active;
}

/* The group that is wrong: a scope, a peer, or masc itself. */
static const config_setting_t *place_of_error(const struct walk *w)
{
	struct node_config *node = &w->conf->node;
	size_t scopes = node->masc.n_scopes;
	if (!active_without_peers(&node->masc))
		return w->masc;
	if (w->scopes && fits_with(node, 0, 0) && !fits_with(node, scopes, 0))
		return config_setting_get_elem(w->scopes, (unsigned)scopes_that_fit(node));
	if (w->peers && fits_with(node, scopes, 0))
		return config_setting_get_elem(w->peers, (unsigned)peers_that_fit(node));
	return w->masc;
}

static void check_whole(struct walk *w)
{
	char buffer[2048];
	struct text why = TEXT_OF(buffer);
	struct node_config *node = &w->conf->node;
	/* Groups are graphs: who wants none of these is not asked to say so twice. */
	node->group.enabled &= node->graph.enabled;
	enum err e = node_config_complete(node);
	if (e == OK)
		e = node_config_check(node, &why);
	if (e == ERR_NOMEM)
		w->failed = e;
	if (e == OK || w->failed)
		return;
	const config_setting_t *at = place_of_error(w);
	if (at)
		walk_report(w, at, buffer);
	else
		report_add(w->report, w->path, 0, buffer);
}

static void report_syntax(struct walk *w, const config_t *tree)
{
	char file[PATH_MAX], reason[512];
	struct text f = TEXT_OF(file), t = TEXT_OF(reason);
	const char *in = config_error_file(tree);
	bool main_file = !in || strcmp(in, w->path) == 0;
	text_str(&f, main_file ? w->path : w->folder);
	text_str(&f, main_file ? "" : in);
	text_str(&t, config_error_text(tree));
	if (strcmp(reason, "syntax error") == 0)
		text_str(&t,
			 " here or on the line before; settings are NAME = VALUE; with texts in "
			 "double quotes");
	report_add(w->report, file, (unsigned)config_error_line(tree), reason);
}

static void load_tree(struct walk *w)
{
	config_t tree;
	config_init(&tree);
	/* Without a folder, includes lie where the file does: here. */
	if (w->folder[0])
		config_set_include_dir(&tree, w->folder);
	if (config_read_file(&tree, w->path) != CONFIG_TRUE)
		report_syntax(w, &tree);
	else
		walk_root(w, config_root_setting(&tree));
	if (!w->report->count && !w->failed)
		check_whole(w);
	config_destroy(&tree);
}

enum err conf_load(struct conf *c, const char *path, struct text *why)
{
	char folder[PATH_MAX];
	struct report report = { .why = why };
	struct walk w = { .conf = c, .path = path, .folder = folder, .report = &report };
	source_check(path, &report);
	if (!report.count && source_folder(path, folder, sizeof(folder)))
		load_tree(&w);
	report_end(&report);
	if (w.failed)
		return w.failed;
	return report.count ? ERR_CONFIG : OK;
}

/* Numbers and words as they are, all else in quotes. */
static void print_value(const struct setting *s, const char *value, FILE *f)
{
	bool plain = s->kind == &setting_u32 || s->kind == &setting_bool;
	if (plain) {
		fputs(value, f);
		return;
	}
	fputc('"', f);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			fputc('\\', f);
		fputc(*value, f);
	}
	fputc('"', f);
}

static void print_table(const struct setting *table, const void *object, const char *indent,
			FILE *f)
{
	for (; table->name; table++) {
		char buffer[1024];
		struct text t = TEXT_OF(buffer);
		if (!setting_write(table, object, &t) || !t.n)
			continue;
		fprintf(f, "%s%s = ", indent, table->name);
		print_value(table, buffer, f);
		fputs(";\n", f);
	}
}

static void print_peer(const struct masc_peer_config *p, FILE *f)
{
	fprintf(f, "\t\t{\n\t\t\tname = \"%s\";\n", p->name);
	print_table(masc_peer_settings, p, "\t\t\t", f);
	if (p->md5_key[0])
		fputs("\t\t\t# md5_key is set and not shown\n", f);
	fputs("\t\t}", f);
}

static void print_scopes(const struct masc_config *m, FILE *f)
{
	fputs("\tscopes = (", f);
	for (size_t i = 0; i < m->n_scopes; i++) {
		fprintf(f, "%s\n\t\t{\n\t\t\tname = \"%s\";\n", i ? "," : "", m->scopes[i].name);
		print_table(masc_scope_settings, &m->scopes[i], "\t\t\t", f);
		fputs("\t\t}", f);
	}
	fputs(m->n_scopes ? "\n\t);\n" : ");\n", f);
}

static void print_pnrp(const struct pnrp_config *c, FILE *f)
{
	fputs("pnrp = {\n", f);
	print_table(pnrp_settings, c, "\t", f);
	for (int i = 0; i < PNRP_SCOPE_COUNT; i++) {
		fprintf(f, "\t%s = {\n", pnrp_scope_text((enum pnrp_scope)i));
		print_table(pnrp_cloud_settings, &c->cloud[i], "\t\t", f);
		fputs("\t};\n", f);
	}
	fputs("};\n", f);
}

void conf_print(const struct conf *c, FILE *f)
{
	const struct masc_config *m = &c->node.masc;
	fputs("daemon = {\n", f);
	print_table(conf_daemon, &c->daemon, "\t", f);
	fputs("};\nlog = {\n", f);
	print_table(log_settings, &c->log, "\t", f);
	fputs("\tparts = {\n", f);
	print_table(log_part_settings, &c->log, "\t\t", f);
	fputs("\t};\n};\nmasc = {\n", f);
	print_table(masc_settings, m, "\t", f);
	print_scopes(m, f);
	fputs("\tpeers = (", f);
	for (size_t i = 0; i < m->n_peers; i++) {
		fputs(i ? ",\n" : "\n", f);
		print_peer(&m->peers[i], f);
	}
	fputs(m->n_peers ? "\n\t);\n};\n" : ");\n};\n", f);
	print_pnrp(&c->node.pnrp, f);
	fputs("graph = {\n", f);
	print_table(graph_settings, &c->node.graph, "\t", f);
	fputs("};\ngroup = {\n", f);
	print_table(group_settings, &c->node.group, "\t", f);
	fputs("};\nkeys = {\n", f);
	print_table(conf_keys, &c->keys, "\t", f);
	fputs("};\n", f);
}
