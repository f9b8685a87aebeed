#include "daemon/walk.h"

#include "daemon/secret.h"
#include "masc/config.h"

#include <limits.h>

#define VALUE_MAX  1024
#define REASON_MAX 2048
#define KEYS_MAX   96

#define ACCEPTED_NAMES "accepted are 1 to 63 letters, digits, dots, dashes and underscores"

static bool is_type(const config_setting_t *s, int type)
{
	return config_setting_type(s) == type;
}

/* libconfig names included files as they stand in the @include. */
static void file_of(const struct walk *w, const config_setting_t *s, struct text *t)
{
	const char *file = config_setting_source_file(s);
	if (!file || strcmp(file, w->path) == 0) {
		text_str(t, w->path);
		return;
	}
	text_str(t, w->folder);
	text_str(t, file);
}

void walk_report(struct walk *w, const config_setting_t *s, const char *reason)
{
	char file[PATH_MAX];
	struct text t = TEXT_OF(file);
	file_of(w, s, &t);
	report_add(w->report, file, config_setting_source_line(s), reason);
}

/* "NAME: " for a setting, nothing for an element of a list. */
static struct text reason_of(const config_setting_t *s, char *buffer, size_t size)
{
	struct text t = text_of(buffer, size);
	if (config_setting_name(s)) {
		text_str(&t, config_setting_name(s));
		text_str(&t, ": ");
	}
	return t;
}

static void refuse(struct walk *w, const config_setting_t *s, const char *reason)
{
	char buffer[REASON_MAX];
	struct text t = reason_of(s, buffer, sizeof(buffer));
	text_str(&t, reason);
	walk_report(w, s, buffer);
}

/* One value as text; NULL when done, else why not. */
static const char *scalar_text(const config_setting_t *s, struct text *t)
{
	if (is_type(s, CONFIG_TYPE_STRING))
		text_str(t, config_setting_get_string(s));
	else if (is_type(s, CONFIG_TYPE_BOOL))
		text_str(t, config_setting_get_bool(s) ? "true" : "false");
	else if (is_type(s, CONFIG_TYPE_FLOAT))
		return "a number with a fraction is not accepted; times and sizes are texts with "
		       "a unit, like \"1500ms\" or \"64KiB\"";
	else if (is_type(s, CONFIG_TYPE_INT64) || config_setting_get_format(s) == CONFIG_FORMAT_HEX)
		return "accepted are whole numbers in plain decimal; larger ones stand in quotes";
	else if (is_type(s, CONFIG_TYPE_INT))
		text_i64(t, config_setting_get_int(s));
	else
		return "one value is expected here, like 5, true or \"text\"";
	return t->cut ? "the value is too long" : NULL;
}

/* A value, or the values of a list with commas between them. */
static const char *value_text(const config_setting_t *s, struct text *t)
{
	if (!is_type(s, CONFIG_TYPE_ARRAY) && !is_type(s, CONFIG_TYPE_LIST))
		return scalar_text(s, t);
	for (int i = 0; i < config_setting_length(s); i++) {
		if (i)
			text_str(t, ", ");
		const char *wrong = scalar_text(config_setting_get_elem(s, (unsigned)i), t);
		if (wrong)
			return wrong;
	}
	return NULL;
}

/* The rows of two tables as one, so that the nearest key of both is found. */
static void merge(struct setting *out, const struct setting *a, const struct setting *b)
{
	size_t n = 0;
	for (; a && a->name && n + 1 < KEYS_MAX; a++)
		out[n++] = *a;
	for (; b && b->name && n + 1 < KEYS_MAX; b++)
		out[n++] = *b;
	out[n].name = NULL;
}

static void list_names(struct text *t, const struct setting *table)
{
	for (size_t i = 0; table[i].name; i++) {
		if (i)
			text_str(t, table[i + 1].name ? ", " : " and ");
		text_str(t, table[i].name);
	}
}

static void unknown(struct walk *w, const config_setting_t *s, const struct setting *a,
		    const struct setting *b)
{
	char buffer[REASON_MAX];
	struct text t = TEXT_OF(buffer);
	struct setting all[KEYS_MAX];
	const char *name = config_setting_name(s);
	merge(all, a, b);
	const struct setting *near = setting_nearest(all, span_str(name));
	text_str(&t, "there is no setting ");
	text_quoted(&t, span_str(name), 64);
	text_str(&t, " here; ");
	if (near) {
		text_str(&t, "did you mean ");
		text_str(&t, near->name);
		text_str(&t, "? ");
	}
	text_str(&t, "Accepted are ");
	list_names(&t, all);
	walk_report(w, s, buffer);
}

static bool known(const struct setting *table, const config_setting_t *s)
{
	return setting_find(table, span_str(config_setting_name(s))) != NULL;
}

static bool expect_group(struct walk *w, const config_setting_t *s)
{
	if (is_type(s, CONFIG_TYPE_GROUP))
		return true;
	refuse(w, s, "a group is expected here: { NAME = VALUE; ... }");
	return false;
}

/* A key of a plain table of ours. */
static void set_plain(struct walk *w, const config_setting_t *s, const struct setting *table,
		      void *object)
{
	char value[VALUE_MAX], buffer[REASON_MAX];
	struct text v = TEXT_OF(value), why = TEXT_OF(buffer);
	const char *wrong = scalar_text(s, &v);
	if (wrong)
		refuse(w, s, wrong);
	else if (setting_set(table, object, span_str(config_setting_name(s)), span_str(value),
			     &why) != OK)
		walk_report(w, s, buffer);
}

static void walk_plain(struct walk *w, const config_setting_t *group, const struct setting *table,
		       void *object)
{
	if (!expect_group(w, group))
		return;
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
		if (known(table, s))
			set_plain(w, s, table, object);
		else
			unknown(w, s, table, NULL);
	}
}

static void walk_daemon(struct walk *w, const config_setting_t *group)
{
	walk_plain(w, group, conf_daemon, &w->conf->daemon);
}

static void walk_log(struct walk *w, const config_setting_t *group)
{
	if (!expect_group(w, group))
		return;
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
		if (strcmp(config_setting_name(s), "parts") == 0)
			walk_plain(w, s, log_part_settings, &w->conf->log);
		else if (known(log_settings, s))
			set_plain(w, s, log_settings, &w->conf->log);
		else
			unknown(w, s, log_settings, conf_log_extra);
	}
}

/* A key of the node, in `group` of its text form. */
static void set_node(struct walk *w, const config_setting_t *s, const char *group, const char *key,
		     const char *value)
{
	char buffer[REASON_MAX];
	struct text why = TEXT_OF(buffer);
	enum err e = node_config_set(&w->conf->node, span_str(group), span_str(key),
				     span_str(value), &why);
	if (e == ERR_NOMEM)
		w->failed = e;
	else if (e)
		walk_report(w, s, why.n ? buffer : err_text(e));
}

static void set_node_setting(struct walk *w, const config_setting_t *s, const char *group)
{
	char value[VALUE_MAX];
	struct text v = TEXT_OF(value);
	const char *wrong = scalar_text(s, &v);
	if (wrong)
		refuse(w, s, wrong);
	else
		set_node(w, s, group, config_setting_name(s), value);
	explicit_bzero(value, sizeof(value));
}

/* A key with several values: one, or several in brackets or with commas between
 * them. */
static void set_list(struct walk *w, const config_setting_t *s, const char *group)
{
	char value[VALUE_MAX];
	struct text v = TEXT_OF(value);
	const char *wrong = value_text(s, &v);
	if (wrong)
		refuse(w, s, wrong);
	else
		set_node(w, s, group, config_setting_name(s), value);
}

/* The path of a key file is relative to the folder of the configuration. */
static bool key_path(struct walk *w, const config_setting_t *s, char *out, size_t size)
{
	struct text t = text_of(out, size);
	const char *path = is_type(s, CONFIG_TYPE_STRING) ? config_setting_get_string(s) : "";
	if (!path[0]) {
		refuse(w, s, "the name of a file is expected, in quotes");
		return false;
	}
	text_str(&t, path[0] == '/' ? "" : w->folder);
	text_str(&t, path);
	if (t.cut)
		refuse(w, s, "the path is too long");
	return !t.cut;
}

static void set_key_file(struct walk *w, const config_setting_t *s, const char *group)
{
	char path[PATH_MAX], buffer[REASON_MAX], key[MASC_KEY_MAX + 1];
	struct text why = reason_of(s, buffer, sizeof(buffer));
	if (!key_path(w, s, path, sizeof(path)))
		return;
	if (secret_read(path, key, sizeof(key), &why) != OK)
		walk_report(w, s, buffer);
	else
		set_node(w, s, group, "md5_key", key);
	explicit_bzero(key, sizeof(key));
}

static void check_inline_key(struct walk *w, const config_setting_t *s)
{
	char file[PATH_MAX], buffer[REASON_MAX];
	struct text f = TEXT_OF(file), why = reason_of(s, buffer, sizeof(buffer));
	file_of(w, s, &f);
	if (secret_file_private(file, &why) == OK)
		return;
	text_str(&why, ", or put the key into a file of its own: md5_key_file");
	walk_report(w, s, buffer);
}

static void walk_peer_key(struct walk *w, const config_setting_t *s, const char *group)
{
	const char *key = config_setting_name(s);
	if (strcmp(key, "name") == 0)
		return;
	if (strcmp(key, "md5_key_file") == 0) {
		set_key_file(w, s, group);
		return;
	}
	if (!known(masc_peer_settings, s)) {
		unknown(w, s, conf_peer_extra, masc_peer_settings);
		return;
	}
	if (strcmp(key, "md5_key") == 0)
		check_inline_key(w, s);
	set_node_setting(w, s, group);
}

static bool peer_exists(const struct walk *w, const char *name)
{
	const struct masc_config *m = &w->conf->node.masc;
	for (size_t i = 0; i < m->n_peers; i++)
		if (strcmp(m->peers[i].name, name) == 0)
			return true;
	return false;
}

/* Makes the peer, so that one without any other key is seen and refused. */
static bool peer_new(struct walk *w, const config_setting_t *at, const char *name)
{
	struct masc_peer_config *peer;
	if (peer_exists(w, name)) {
		refuse(w, at, "another peer has this name already; each needs its own");
		return false;
	}
	enum err e = masc_config_peer(&w->conf->node.masc, span_str(name), &peer);
	if (e == ERR_NOMEM)
		w->failed = e;
	else if (e == ERR_FULL)
		refuse(w, at, "there are more peers than a node can have (4096)");
	else if (e)
		refuse(w, at, ACCEPTED_NAMES);
	return e == OK;
}

/* The name of a group of a list, and where it stands; NULL and reported: none. */
static const char *name_of(struct walk *w, const config_setting_t *group, const char *missing,
			   const config_setting_t **at)
{
	if (!expect_group(w, group))
		return NULL;
	*at = config_setting_get_member(group, "name");
	if (*at && is_type(*at, CONFIG_TYPE_STRING))
		return config_setting_get_string(*at);
	walk_report(w, *at ? *at : group, missing);
	return NULL;
}

static void walk_peer(struct walk *w, const config_setting_t *peer)
{
	char group[MASC_NAME_MAX + 32];
	struct text g = TEXT_OF(group);
	const config_setting_t *at;
	const char *name = name_of(w, peer, "a peer needs a name in quotes: name = \"north\"", &at);
	if (!name || !peer_new(w, at, name))
		return;
	if (config_setting_get_member(peer, "md5_key") &&
	    config_setting_get_member(peer, "md5_key_file"))
		walk_report(w, at,
			    "md5_key and md5_key_file are both given; one of them is "
			    "enough");
	text_str(&g, "masc.peer ");
	text_str(&g, name);
	for (int i = 0; i < config_setting_length(peer) && !w->failed; i++)
		walk_peer_key(w, config_setting_get_elem(peer, (unsigned)i), group);
}

static void walk_peers(struct walk *w, const config_setting_t *peers)
{
	if (!is_type(peers, CONFIG_TYPE_LIST)) {
		refuse(w, peers,
		       "a list of groups is expected: ( { name = \"north\"; ... }, ... )");
		return;
	}
	w->peers = peers;
	for (int i = 0; i < config_setting_length(peers) && !w->failed; i++)
		walk_peer(w, config_setting_get_elem(peers, (unsigned)i));
}

/* Makes the scope, so that one without any other key is seen and refused. */
static bool scope_new(struct walk *w, const config_setting_t *at, const char *name)
{
	struct masc_scope_config *scope;
	struct masc_config *m = &w->conf->node.masc;
	if (masc_config_find_scope(m, span_str(name))) {
		refuse(w, at, "another scope has this name already; each needs its own");
		return false;
	}
	enum err e = masc_config_scope(m, span_str(name), &scope);
	if (e == ERR_NOMEM)
		w->failed = e;
	else if (e == ERR_FULL)
		refuse(w, at, "there are more scopes than a node can have (64)");
	else if (e)
		refuse(w, at, ACCEPTED_NAMES);
	return e == OK;
}

static void walk_scope(struct walk *w, const config_setting_t *scope)
{
	char group[MASC_NAME_MAX + 32];
	struct text g = TEXT_OF(group);
	const config_setting_t *at;
	const char *name =
		name_of(w, scope, "a scope needs a name in quotes: name = \"site\"", &at);
	if (!name || !scope_new(w, at, name))
		return;
	text_str(&g, "masc.scope ");
	text_str(&g, name);
	for (int i = 0; i < config_setting_length(scope) && !w->failed; i++) {
		const config_setting_t *s = config_setting_get_elem(scope, (unsigned)i);
		if (known(masc_scope_settings, s))
			set_node_setting(w, s, group);
		else if (strcmp(config_setting_name(s), "name") != 0)
			unknown(w, s, conf_scope_extra, masc_scope_settings);
	}
}

static void walk_scopes(struct walk *w, const config_setting_t *scopes)
{
	if (!is_type(scopes, CONFIG_TYPE_LIST)) {
		refuse(w, scopes,
		       "a list of groups is expected: ( { name = \"site\"; ... }, ... )");
		return;
	}
	w->scopes = scopes;
	for (int i = 0; i < config_setting_length(scopes) && !w->failed; i++)
		walk_scope(w, config_setting_get_elem(scopes, (unsigned)i));
}

static void walk_masc(struct walk *w, const config_setting_t *group)
{
	if (!expect_group(w, group))
		return;
	w->masc = group;
	for (int i = 0; i < config_setting_length(group) && !w->failed; i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
		if (strcmp(config_setting_name(s), "peers") == 0)
			walk_peers(w, s);
		else if (strcmp(config_setting_name(s), "scopes") == 0)
			walk_scopes(w, s);
		else if (strcmp(config_setting_name(s), "listen") == 0)
			set_list(w, s, "masc");
		else if (known(masc_settings, s))
			set_node_setting(w, s, "masc");
		else
			unknown(w, s, masc_settings, conf_masc_extra);
	}
}

/* One scope's clouds. */
static void walk_clouds(struct walk *w, const config_setting_t *group)
{
	char name[32];
	struct text t = TEXT_OF(name);
	if (!expect_group(w, group))
		return;
	text_str(&t, "pnrp.");
	text_str(&t, config_setting_name(group));
	for (int i = 0; i < config_setting_length(group) && !w->failed; i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
		if (strcmp(config_setting_name(s), "seeds") == 0)
			set_list(w, s, name);
		else if (known(pnrp_cloud_settings, s))
			set_node_setting(w, s, name);
		else
			unknown(w, s, pnrp_cloud_settings, NULL);
	}
}

static void walk_pnrp(struct walk *w, const config_setting_t *group)
{
	if (!expect_group(w, group))
		return;
	for (int i = 0; i < config_setting_length(group) && !w->failed; i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
		if (known(conf_pnrp_extra, s))
			walk_clouds(w, s);
		else if (known(pnrp_settings, s))
			set_node_setting(w, s, "pnrp");
		else
			unknown(w, s, pnrp_settings, conf_pnrp_extra);
	}
}

static void walk_graph(struct walk *w, const config_setting_t *group)
{
	if (!expect_group(w, group))
		return;
	for (int i = 0; i < config_setting_length(group) && !w->failed; i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
		if (strcmp(config_setting_name(s), "listen") == 0)
			set_list(w, s, "graph");
		else if (known(graph_settings, s))
			set_node_setting(w, s, "graph");
		else
			unknown(w, s, graph_settings, NULL);
	}
}

static void walk_group(struct walk *w, const config_setting_t *group)
{
	if (!expect_group(w, group))
		return;
	for (int i = 0; i < config_setting_length(group) && !w->failed; i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
		if (known(group_settings, s))
			set_node_setting(w, s, "group");
		else
			unknown(w, s, group_settings, NULL);
	}
}

static bool is_none(const config_setting_t *s)
{
	return is_type(s, CONFIG_TYPE_STRING) && !config_setting_get_string(s)[0];
}

/* Whether the file can be used is told at start, and in the status: the daemon runs without
 * it, but for its keys. */
static void walk_keys(struct walk *w, const config_setting_t *group)
{
	char *out = w->conf->keys.passphrase_file;
	if (!expect_group(w, group))
		return;
	for (int i = 0; i < config_setting_length(group) && !w->failed; i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
		if (!known(conf_keys, s))
			unknown(w, s, conf_keys, NULL);
		else if (is_none(s) || !key_path(w, s, out, sizeof(w->conf->keys.passphrase_file)))
			out[0] = '\0';
	}
}

void walk_root(struct walk *w, const config_setting_t *root)
{
	static const struct {
		const char *name;
		void (*walk)(struct walk *w, const config_setting_t *group);
	} groups[] = { { "daemon", walk_daemon }, { "log", walk_log },	   { "masc", walk_masc },
		       { "pnrp", walk_pnrp },	  { "graph", walk_graph }, { "group", walk_group },
		       { "keys", walk_keys } };

	for (int i = 0; i < config_setting_length(root) && !w->failed; i++) {
		const config_setting_t *s = config_setting_get_elem(root, (unsigned)i);
		if (!known(conf_groups, s))
			unknown(w, s, conf_groups, NULL);
		for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++)
			if (strcmp(groups[g].name, config_setting_name(s)) == 0)
				groups[g].walk(w, s);
	}
}
