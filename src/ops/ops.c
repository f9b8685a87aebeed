#include "ops/ops.h"

#include "ops/stream_int.h"
#include "os/clock.h"

#include <unistd.h>

typedef enum err run_fn(struct ops *o, const struct ops_request *r, struct ops_call call);

const char *ops_draft_text(struct draft *d, const struct text *t)
{
	char *p = arena_alloc(d->mem, t->n + 1);
	if (!p) {
		d->failed = true;
		return "";
	}
	memcpy(p, t->p, t->n + 1);
	return p;
}

const char *ops_draft_str(struct draft *d, const char *s)
{
	size_t n = strlen(s);
	char *p = arena_alloc(d->mem, n + 1);
	if (!p) {
		d->failed = true;
		return "";
	}
	memcpy(p, s, n + 1);
	return p;
}

void ops_answer_value(struct ops_call call, const struct ops_struct *type, const void *value)
{
	call.done(call.arg, &(struct ops_answer){ OK, type, value, "", "" });
}

void ops_answer_error(struct ops_call call, enum err e, const char *message, const char *hint)
{
	call.done(call.arg, &(struct ops_answer){ e, NULL, NULL, message, hint });
}

static void answer_change(struct ops_call call, bool done, const char *text)
{
	struct ops_change c = { done, text, 0 };
	ops_answer_value(call, &ops_change_type, &c);
}

static enum err run_log_get(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct ops_log log = { 0 };
	size_t n = 0;
	while (o->host.log_parts[n])
		n++;
	log.parts = arena_alloc(&o->mem, (n + 1) * sizeof(*log.parts));
	if (!log.parts)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		struct text part = TEXT_OF(log.parts[i].part);
		struct text level = TEXT_OF(log.parts[i].level);
		text_str(&part, o->host.log_parts[i]);
		text_str(&level,
			 node_level_text(o->host.log_get(o->host.arg, o->host.log_parts[i])));
	}
	log.n_parts = n;
	ops_answer_value(call, &ops_log_type, &log);
	return OK;
}

enum err ops_check_part(const struct ops *o, const char *part, struct text *why)
{
	for (size_t i = 0; o->host.log_parts[i]; i++)
		if (strcmp(o->host.log_parts[i], part) == 0)
			return OK;
	text_str(why, "there is no part ");
	text_quoted(why, span_str(part), 40);
	text_str(why, "; parts are");
	for (size_t i = 0; o->host.log_parts[i]; i++) {
		text_str(why, i ? ", " : " ");
		text_str(why, o->host.log_parts[i]);
	}
	return ERR_NOT_FOUND;
}

enum err ops_check_level(const char *level, struct text *why)
{
	if (ops_level_of(level) >= 0)
		return OK;
	text_quoted(why, span_str(level), 40);
	text_str(why, " is no log level; levels are");
	for (int i = 0; i < NODE_LEVEL_COUNT; i++) {
		text_str(why, i ? ", " : " ");
		text_str(why, ops_level_text(i));
	}
	return ERR_MALFORMED;
}

static enum err run_log_set(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_log_set *s = &r->log_set;
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	enum err e = ops_check_level(s->level, &t);
	if (!e && s->part[0])
		e = ops_check_part(o, s->part, &t);
	if (e) {
		ops_answer_error(call, e, buffer, "homestead log");
		return OK;
	}
	text_str(&t, s->part[0] ? s->part : "every part");
	text_str(&t, s->dry_run ? " would log at level " : " logs at level ");
	text_str(&t, s->level);
	if (!s->dry_run)
		e = o->host.log_set(o->host.arg, s->part[0] ? s->part : NULL,
				    (enum node_level)ops_level_of(s->level));
	if (e)
		ops_answer_error(call, e, "the log level could not be set", "");
	else
		answer_change(call, !s->dry_run, buffer);
	return OK;
}

static enum err run_ports(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct ops_ports ports;
	enum err e = ops_ports_look(&ports, (int)getpid(), &o->mem);
	if (e == ERR_NOMEM)
		return e;
	if (e)
		ops_answer_error(call, e, "the kernel's socket tables cannot be read",
				 "check that /proc is mounted in this environment");
	else
		ops_answer_value(call, &ops_ports_type, &ports);
	return OK;
}

struct reload {
	struct ops *ops;
	struct ops_call call;
	bool dry;
};

static void answer_reload(const struct reload *r, enum err e, const char *why)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	const char *path = r->ops->host.config_path;
	if (e) {
		text_str(&t, why[0] ? why : err_text(e));
		ops_answer_error(r->call, e, buffer,
				 "correct it (nothing was changed), then: homestead daemon reload");
		return;
	}
	text_str(&t, path[0] ? path : "the configuration");
	text_str(&t, r->dry ? " is fine and would be taken over" : " is in force");
	answer_change(r->call, !r->dry, buffer);
}

static void reload_done(void *arg, enum err result, const char *why)
{
	struct reload *r = arg;
	const struct env *env = r->ops->env;
	answer_reload(r, result, why);
	env_free(env, r);
}

static enum err run_reload(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct reload *wait = env_zalloc(o->env, 1, sizeof(*wait));
	if (!wait)
		return ERR_NOMEM;
	*wait = (struct reload){ o, call, r->write.dry_run };
	enum err e = wait->dry ? o->host.check(o->host.arg, reload_done, wait)
			       : o->host.reload(o->host.arg, reload_done, wait);
	if (e)
		env_free(o->env, wait);
	return e;
}

static run_fn *const runs[OPS_KIND_COUNT] = {
	[OPS_STATUS] = ops_run_status,
	[OPS_EVENTS] = ops_run_events,
	[OPS_MASC_PEERS] = ops_run_masc_peers,
	[OPS_MASC_PEER] = ops_run_masc_peer,
	[OPS_MASC_PEER_UP] = ops_run_masc_command,
	[OPS_MASC_PEER_DOWN] = ops_run_masc_command,
	[OPS_MASC_PEER_RESET] = ops_run_masc_command,
	[OPS_MASC_PREFIXES] = ops_run_masc_prefixes,
	[OPS_MASC_CLAIMS] = ops_run_masc_claims,
	[OPS_MASC_CLAIM] = ops_run_masc_wish,
	[OPS_MASC_SPACE] = ops_run_masc_space,
	[OPS_MASC_DEMANDS] = ops_run_masc_demands,
	[OPS_MASC_DEMAND] = ops_run_masc_wish,
	[OPS_MASC_DEMAND_END] = ops_run_masc_wish,
	[OPS_MASC_WITHDRAW] = ops_run_masc_wish,
	[OPS_MASC_CLASHES] = ops_run_masc_clashes,
	[OPS_MASC_RESOLVE] = ops_run_masc_wish,
	[OPS_NAMES] = ops_run_names,
	[OPS_NAME_PUBLISH] = ops_run_name_publish,
	[OPS_NAME_UNPUBLISH] = ops_run_name_unpublish,
	[OPS_NAME_RESOLVE] = ops_run_name_resolve,
	[OPS_NAME_CONVERT] = ops_run_name_convert,
	[OPS_CLOUDS] = ops_run_clouds,
	[OPS_CLOUD] = ops_run_cloud,
	[OPS_CLOUD_PING] = ops_run_cloud_ping,
	[OPS_CLOUD_REPAIR] = ops_run_cloud_change,
	[OPS_CLOUD_FLUSH] = ops_run_cloud_change,
	[OPS_GRAPHS] = ops_run_graphs,
	[OPS_GRAPH_MAKE] = ops_run_graph_make,
	[OPS_GRAPH] = ops_run_graph,
	[OPS_GRAPH_SET] = ops_run_graph_set,
	[OPS_GRAPH_DELETE] = ops_run_graph_life,
	[OPS_GRAPH_CLOSE] = ops_run_graph_life,
	[OPS_GRAPH_LISTEN] = ops_run_graph_life,
	[OPS_GRAPH_CONNECT] = ops_run_graph_connect,
	[OPS_GRAPH_DISCONNECT] = ops_run_graph_disconnect,
	[OPS_GRAPH_REVALIDATE] = ops_run_graph_life,
	[OPS_GRAPH_PING] = ops_run_graph_ping,
	[OPS_GRAPH_NODES] = ops_run_graph_nodes,
	[OPS_GRAPH_LINKS] = ops_run_graph_links,
	[OPS_RECORDS] = ops_run_records,
	[OPS_RECORD_ADD] = ops_run_record_add,
	[OPS_RECORD_UPLOAD] = ops_run_record_upload,
	[OPS_RECORD] = ops_run_record,
	[OPS_RECORD_UPDATE] = ops_run_record_update,
	[OPS_RECORD_DELETE] = ops_run_record_delete,
	[OPS_RECORD_DATA] = ops_run_record_data,
	[OPS_DIRECT_OPEN] = ops_run_direct_open,
	[OPS_DIRECT_CLOSE] = ops_run_direct_close,
	[OPS_DIRECT_STREAM] = ops_run_direct_stream,
	[OPS_DIRECT_ACCEPT] = ops_run_direct_accept,
	[OPS_GRAPH_EXPORT] = ops_run_graph_export,
	[OPS_GRAPH_IMPORT] = ops_run_graph_import,
	[OPS_CAPTURE] = ops_run_capture,
	[OPS_IDENTITIES] = ops_run_identities,
	[OPS_IDENTITY_MAKE] = ops_run_identity_make,
	[OPS_IDENTITY_IMPORT] = ops_run_identity_import,
	[OPS_IDENTITY] = ops_run_identity,
	[OPS_IDENTITY_SET] = ops_run_identity_set,
	[OPS_IDENTITY_DELETE] = ops_run_identity_delete,
	[OPS_IDENTITY_EXPORT] = ops_run_identity_export,
	[OPS_GROUPS] = ops_run_groups,
	[OPS_GROUP_MAKE] = ops_run_group_make,
	[OPS_GROUP_JOIN] = ops_run_group_join,
	[OPS_GROUP_JOIN_SECRET] = ops_run_group_join_secret,
	[OPS_GROUP_IMPORT] = ops_run_group_import,
	[OPS_GROUP] = ops_run_group,
	[OPS_GROUP_SET] = ops_run_group_set,
	[OPS_GROUP_LEAVE] = ops_run_group_life,
	[OPS_GROUP_OPEN] = ops_run_group_life,
	[OPS_GROUP_CLOSE] = ops_run_group_life,
	[OPS_GROUP_ROTATE] = ops_run_group_life,
	[OPS_GROUP_CONNECT] = ops_run_group_connect,
	[OPS_GROUP_EXPORT] = ops_run_group_export,
	[OPS_GROUP_OWNER] = ops_run_group_owner,
	[OPS_GROUP_PASSWORD] = ops_run_group_password,
	[OPS_MEMBERS] = ops_run_members,
	[OPS_MEMBER_GRANT] = ops_run_member_grant,
	[OPS_MEMBER_REMOVE] = ops_run_member_remove,
	[OPS_MEMBER_RETURN] = ops_run_member_return,
	[OPS_MEMBER] = ops_run_member,
	[OPS_INVITES] = ops_run_invites,
	[OPS_INVITE_MAKE] = ops_run_invite_make,
	[OPS_INVITE_REVOKE] = ops_run_invite_revoke,
	[OPS_PAPER_READ] = ops_run_paper_read,
	[OPS_LOG_GET] = run_log_get,
	[OPS_LOG_SET] = run_log_set,
	[OPS_PORTS] = run_ports,
	[OPS_RELOAD] = run_reload,
};

#define CONTROL_SOCKET "control.sock"

/* GRAPH-14.12: beside any other NAME.sock it is NAME-stream.sock, so that daemons may share
 * a folder. */
static void set_stream_path(struct ops *o)
{
	static const char end[] = ".sock";
	struct text t = TEXT_OF(o->stream_path);
	const char *control = o->host.socket_path ? o->host.socket_path : "";
	const char *slash = strrchr(control, '/'), *name = slash ? slash + 1 : control;
	size_t n = strlen(name), tail = sizeof(end) - 1;
	text_span(&t, span_of(control, (size_t)(name - control)));
	if (n > tail && strcmp(name + n - tail, end) == 0)
		n -= tail;
	if (n && strcmp(name, CONTROL_SOCKET) != 0) {
		text_span(&t, span_of(name, n));
		text_char(&t, '-');
	}
	text_str(&t, OPS_STREAM_SOCKET);
}

const char *ops_stream_path(const struct ops *o)
{
	return o->stream_path;
}

enum err ops_new(struct ops **out, struct engine *e, const struct ops_host *host)
{
	const struct env *env = os_env();
	struct ops *o = env_zalloc(env, 1, sizeof(*o));
	if (!o)
		return ERR_NOMEM;
	o->engine = e;
	o->host = *host;
	o->env = env;
	o->run = (uint64_t)os_wall().us;
	arena_init(&o->mem, env, 4096);
	list_init(&o->asking);
	list_init(&o->streams);
	list_init(&o->directs);
	list_init(&o->captures);
	set_stream_path(o);
	if (crypto_new(&o->crypto, env) != OK || ops_history_init(o) != OK) {
		crypto_free(o->crypto);
		env_free(env, o);
		return ERR_NOMEM;
	}
	*out = o;
	return OK;
}

void ops_free(struct ops *o)
{
	if (!o)
		return;
	LIST_EACH(node, tmp, &o->asking)
	{
		ops_asking_free(LIST_ENTRY(node, struct asking, node));
	}
	ops_streams_fini(o);
	ops_directs_fini(o);
	ops_history_fini(o);
	crypto_free(o->crypto);
	arena_free(&o->mem);
	env_free(o->env, o);
}

uint64_t ops_run(const struct ops *o)
{
	return o->run;
}

enum err ops_ask(struct ops *o, const struct ops_request *r, const struct ops_asker *who,
		 uint64_t *ticket)
{
	*ticket = 0;
	enum err e =
		runs[r->kind](o, r, (struct ops_call){ who->done, who->arg, who->found, ticket });
	arena_reset(&o->mem);
	return e;
}

enum err ops_submit(struct ops *o, const struct ops_request *r, ops_done_fn *done, void *arg)
{
	uint64_t ticket;
	return ops_ask(o, r, &(struct ops_asker){ NULL, done, arg }, &ticket);
}
