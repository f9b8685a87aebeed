/* The state of the daemon, and what in it needs the operator. */
#include "ops/ops_int.h"

#include "os/clock.h"

#include <stdio.h>
#include <unistd.h>

#define ATTENTION_MAX 16 /* beyond that the rest is counted */
#define PARTS_MAX     4

static uint64_t resident_octets(void)
{
	unsigned long size, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	if (!f)
		return 0;
	if (fscanf(f, "%lu %lu", &size, &resident) != 2)
		resident = 0;
	(void)fclose(f);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

void ops_masc_part(struct ops *o, struct draft *d, struct ops_part *out)
{
	const struct masc *m = node_masc(engine_node(o->engine));
	struct engine_info info;
	ops_clear(&ops_part_type, out);
	ops_set_text(out->name, sizeof(out->name), node_part_text(NODE_PART_MASC));
	ops_set_text(out->state, sizeof(out->state), "running");
	if (!m) {
		ops_set_text(out->state, sizeof(out->state), "off");
		out->reason = "not configured";
	} else if (masc_health(m) != OK) {
		engine_info(o->engine, &info);
		ops_set_text(out->state, sizeof(out->state), "stopped");
		out->reason = ops_draft_str(d, info.port_error[NODE_PART_MASC][0]
						       ? info.port_error[NODE_PART_MASC]
						       : err_text(masc_health(m)));
	}
}

/* Collects what needs the operator; `more` counts what had no room. */
struct attention {
	struct ops_status *status;
	struct draft *draft;
	size_t more;
};

static void attend(struct attention *a, const char *part, const struct text *what,
		   const struct text *hint)
{
	struct ops_status *s = a->status;
	if (s->n_attention == ATTENTION_MAX) {
		a->more++;
		return;
	}
	struct ops_attention *row = &s->attention[s->n_attention++];
	ops_set_text(row->part, sizeof(row->part), part);
	row->text = ops_draft_text(a->draft, what);
	row->hint = ops_draft_text(a->draft, hint);
}

static void attend_str(struct attention *a, const char *part, const char *what, const char *hint)
{
	char buffer[2][OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer[0]), h = TEXT_OF(buffer[1]);
	text_str(&t, what);
	text_str(&h, hint);
	attend(a, part, &t, &h);
}

static void attend_stopped(struct attention *a, const struct ops_part *p)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	if (strcmp(p->state, "stopped") != 0)
		return;
	text_str(&t, p->name);
	text_str(&t, " is stopped: ");
	text_str(&t, p->reason);
	attend_str(a, p->name, buffer, "homestead doctor ports");
}

/* A part that is off is no fault, as long as any other does something. */
static void attend_idle(struct attention *a, const char *config_path)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text h = TEXT_OF(buffer);
	for (size_t i = 0; i < a->status->n_parts; i++)
		if (strcmp(a->status->parts[i].state, "off") != 0)
			return;
	text_str(&h, "name a domain and its peers (masc), or switch names on (pnrp), in ");
	text_str(&h, config_path[0] ? config_path : "a configuration");
	text_str(&h, " (man homestead.conf), then: homestead daemon reload");
	attend_str(a, "node", "the daemon does nothing: no part of it is configured", buffer);
}

static void attend_parts(struct attention *a, const char *config_path)
{
	for (size_t i = 0; i < a->status->n_parts; i++)
		attend_stopped(a, &a->status->parts[i]);
	attend_idle(a, config_path);
}

static void attend_names_and_graphs(struct attention *a, struct ops *o)
{
	struct ops_attention row;
	for (size_t at = 0; ops_pnrp_attention(o, a->draft, &at, &row);)
		attend_str(a, row.part, row.text, row.hint);
	if (ops_graph_port_attention(o, a->draft, &row))
		attend_str(a, row.part, row.text, row.hint);
	for (size_t at = 0; ops_graph_attention(o, a->draft, &at, &row);)
		attend_str(a, row.part, row.text, row.hint);
}

static void attend_groups(struct attention *a, struct ops *o)
{
	struct ops_attention row;
	for (size_t at = 0; ops_group_attention(o, a->draft, &at, &row);)
		attend_str(a, row.part, row.text, row.hint);
}

static void attend_store(struct attention *a, const struct engine_info *info)
{
	char buffer[2][OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer[0]), h = TEXT_OF(buffer[1]);
	if (info->store_health == OK)
		return;
	text_str(&t, "changes cannot be written to ");
	text_str(&t, info->store_path);
	text_str(&t, ": ");
	text_str(&t, err_text(info->store_health));
	if (info->store_health == ERR_NO_SPACE) {
		text_str(&h, "free space on the disk of ");
		text_str(&h, info->state_dir);
	} else {
		text_str(&h, "check the disk, and that the daemon may write to ");
		text_str(&h, info->state_dir);
	}
	attend(a, "store", &t, &h);
}

static void attend_peer(struct attention *a, const struct masc_peer_info *info)
{
	char buffer[2][OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer[0]), h = TEXT_OF(buffer[1]), reason;
	char words[OPS_MESSAGE_MAX + 1];
	if (info->state == MASC_ESTABLISHED)
		return;
	reason = TEXT_OF(words);
	ops_masc_last_error(&reason, info);
	text_str(&h, "homestead masc peer ");
	text_str(&h, info->config->name);
	if (info->admin_down) {
		text_str(&t, "the session with ");
		text_str(&t, info->config->name);
		text_str(&t, " is held down by an operator");
		if (info->admin_until.us) {
			text_str(&t, " until ");
			text_wall(&t, info->admin_until.us);
		}
		text_str(&h, " up");
	} else if (reason.n) {
		text_str(&t, "no session with ");
		text_str(&t, info->config->name);
		text_str(&t, ": ");
		text_str(&t, words);
	} else {
		return; /* it has not had its chance yet */
	}
	attend(a, "masc", &t, &h);
}

static void attend_masc(struct attention *a, const struct masc *m)
{
	size_t n = m ? masc_peer_count(m) : 0;
	if (m && n == 0 && masc_health(m) == OK)
		attend_str(a, "masc", "masc has no peers",
			   "name them in the configuration (man homestead.conf), "
			   "then: homestead daemon reload");
	for (size_t i = 0; m && masc_health(m) == OK && i < n; i++) {
		struct masc_peer_info info;
		masc_peer_info(m, i, &info);
		attend_peer(a, &info);
	}
}

static void attend_clashes(struct attention *a, const struct ops_holdings *h)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	if (!h->open_clashes)
		return;
	text_u64(&t, h->open_clashes);
	text_str(&t, h->open_clashes == 1 ? " clash waits" : " clashes wait");
	text_str(&t, " for a decision: another domain holds addresses of ours for longer");
	attend_str(a, "masc", buffer, "homestead masc clashes");
}

static void attend_disputed(struct attention *a, const struct ops_holdings *h)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	if (!h->disputed)
		return;
	text_str(&t, "the parent denies ");
	text_u64(&t, h->disputed);
	text_str(&t, h->disputed == 1 ? " range that we hold, and may hand it to others"
				      : " ranges that we hold, and may hand them to others");
	attend_str(a, "masc", buffer, "homestead masc prefixes");
}

static void attend_unmet(struct attention *a, const struct ops_holdings *h)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	if (!h->unmet)
		return;
	text_u64(&t, h->unmet);
	text_str(&t, h->unmet == 1 ? " demand is" : " demands are");
	text_str(&t, " not met");
	attend_str(a, "masc", buffer, "homestead masc demand");
}

static void attend_paused(struct attention *a, const struct masc *m)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct masc_claims_info info;
	masc_claims_info(m, &info);
	if (info.paused == MASC_REASON_NONE)
		return;
	const char *advice = node_reason_advice(info.paused);
	text_str(&t, "no claims are made or renewed: ");
	text_str(&t, masc_reason_text(info.paused));
	attend_str(a, "masc", buffer, advice ? advice : "homestead masc prefixes");
}

static void attend_claims(struct attention *a, const struct masc *m)
{
	if (!m || masc_health(m) != OK)
		return;
	attend_clashes(a, &a->status->claims);
	attend_disputed(a, &a->status->claims);
	attend_paused(a, m);
	attend_unmet(a, &a->status->claims);
}

static void attend_clock(struct attention *a, const struct ops_clock *c)
{
	if (!c->synchronised)
		attend_str(a, "node", "the clock of this machine is not synchronised",
			   "start a time service: systemd-timesyncd, chrony or ntpd");
}

static void attend_rest(struct attention *a)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	if (!a->more)
		return;
	text_str(&t, "and ");
	text_u64(&t, a->more + 1);
	text_str(&t, " more");
	struct ops_attention *last = &a->status->attention[ATTENTION_MAX - 1];
	ops_set_text(last->part, sizeof(last->part), "node");
	last->text = ops_draft_text(a->draft, &t);
	last->hint = "mend these first; the others are told then";
}

static void count_sessions(struct ops_sessions *out, const struct masc *m)
{
	uint64_t *const by_state[MASC_STATE_COUNT] = {
		[MASC_IDLE] = &out->idle,
		[MASC_CONNECT] = &out->connect,
		[MASC_ACTIVE] = &out->active,
		[MASC_OPENSENT] = &out->opensent,
		[MASC_OPENCONFIRM] = &out->openconfirm,
		[MASC_ESTABLISHED] = &out->established,
	};
	out->total = m ? masc_peer_count(m) : 0;
	for (size_t i = 0; i < out->total; i++) {
		struct masc_peer_info info;
		masc_peer_info(m, i, &info);
		++*by_state[info.state];
		out->held_down += info.admin_down;
	}
}

static void set_listen(struct ops_status *s, const struct node_config *c)
{
	for (size_t i = 0; i < c->masc.n_listen; i++) {
		struct ops_listen *l = &s->listen[s->n_listen++];
		ops_set_text(l->part, sizeof(l->part), node_part_text(NODE_PART_MASC));
		struct text t = TEXT_OF(l->address);
		addr_text(&t, &c->masc.listen[i]);
	}
}

static void set_engine(struct ops_status *s, const struct engine_info *info, struct draft *d)
{
	s->started = info->started_wall.us;
	s->uptime = mono_since(os_mono(), info->started);
	s->state_dir = ops_draft_str(d, info->state_dir);
	s->store.path = ops_draft_str(d, info->store_path);
	s->store.healthy = info->store_health == OK;
	s->store.problem = info->store_health ? err_text(info->store_health) : "";
	s->store.commits = info->commits;
	s->store.commit_failures = info->commit_failures;
	s->store.puts = info->puts;
	s->store.waiting_outputs = info->waiting_outputs;
	s->jobs.threads = info->job_threads;
	s->jobs.done = info->jobs_done;
	s->jobs.waiting = info->jobs_waiting;
	s->links.open = info->links;
	s->links.queued_octets = info->queued_octets;
}

/* Whom a clock that is not synchronised concerns. */
static const char *clock_affects(const struct node *n, struct draft *d)
{
	const struct {
		bool on;
		const char *rule;
	} parts[] = {
		{ node_masc(n) != NULL, "MASC: the ends of claims and of sessions held down for a "
					"time are wall times" },
		{ node_pnrp(n) != NULL,
		  "names: a clock that is a day off takes good proofs for old ones" },
		{ node_groups(n) != NULL,
		  "groups: memberships hold from a time to a time, and a wrong clock takes good "
		  "ones for expired" },
	};
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		text_str(&t, parts[i].on && t.n ? "; " : "");
		text_str(&t, parts[i].on ? parts[i].rule : "");
	}
	return ops_draft_text(d, &t);
}

static void set_process(struct ops_status *s, struct ops *o, struct draft *d)
{
	struct wall wall = os_wall();
	ops_set_text(s->version, sizeof(s->version), HOMESTEAD_VERSION);
	s->pid = (uint64_t)getpid();
	s->run = o->run;
	s->config_path = o->host.config_path;
	s->socket_path = o->host.socket_path;
	s->memory_octets = resident_octets();
	s->clock.time = wall.us;
	s->clock.synchronised = wall.synchronised;
	if (!wall.synchronised)
		s->clock.affected = clock_affects(engine_node(o->engine), d);
}

static bool make_lists(struct ops_status *s, struct arena *mem)
{
	s->parts = arena_alloc(mem, PARTS_MAX * sizeof(*s->parts));
	s->listen = arena_alloc(mem, MASC_LISTEN_MAX * sizeof(*s->listen));
	s->attention = arena_alloc(mem, ATTENTION_MAX * sizeof(*s->attention));
	return s->parts && s->listen && s->attention;
}

static void look(struct ops *o, struct ops_status *s, struct draft *d)
{
	const struct node *node = engine_node(o->engine);
	const struct masc *m = node_masc(node);
	struct attention a = { s, d, 0 };
	struct engine_info info;
	engine_info(o->engine, &info);
	set_process(s, o, d);
	set_engine(s, &info, d);
	ops_masc_part(o, d, &s->parts[s->n_parts++]);
	ops_pnrp_part(o, d, &s->parts[s->n_parts++]);
	ops_graph_part(o, d, &s->parts[s->n_parts++]);
	ops_group_part(o, d, &s->parts[s->n_parts++]);
	count_sessions(&s->masc, m);
	if (m)
		ops_masc_holdings(o, &s->claims);
	if (m && masc_health(m) == OK)
		set_listen(s, node_config_of(node));
	ops_pnrp_look(o, d, &s->pnrp);
	ops_graph_look(o, d, &s->graph);
	ops_group_look(o, d, &s->group);
	attend_parts(&a, o->host.config_path);
	attend_store(&a, &info);
	attend_clock(&a, &s->clock);
	attend_names_and_graphs(&a, o);
	attend_groups(&a, o);
	attend_claims(&a, m);
	attend_masc(&a, m);
	attend_rest(&a);
}

enum err ops_run_status(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct draft d = { &o->mem, false };
	struct ops_status s;
	ops_clear(&ops_status_type, &s);
	if (!make_lists(&s, &o->mem))
		return ERR_NOMEM;
	look(o, &s, &d);
	if (d.failed)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_status_type, &s);
	return OK;
}
