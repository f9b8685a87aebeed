/* Clouds: looks at them, and the few things that can be done to one. */
#include "ops/ops_int.h"

#include "os/clock.h"

#include <ctype.h>

#define LEAVES_MAX 16 /* of a name, on both sides together */

void ops_set_pnrp_id(char out[65], const struct pnrp_id *id)
{
	struct text t = text_of(out, 65);
	if (!pnrp_id_is_zero(id))
		pnrp_id_text(&t, id);
}

void ops_set_node(char *out, size_t size, const struct pnrp_endpoint *e, uint32_t zone)
{
	struct text t = text_of(out, size);
	struct addr a = pnrp_endpoint_addr(e, zone);
	addr_text(&t, &a);
}

const struct pnrp_clouds *ops_pnrp_of(const struct ops *o, struct ops_call call)
{
	const struct pnrp_clouds *p = node_pnrp(engine_node(o->engine));
	if (!p)
		ops_answer_error(call, ERR_STATE, "names without servers are switched off",
				 "put \"pnrp = { };\" into the configuration (man "
				 "homestead.conf), then: homestead daemon reload");
	return p;
}

bool ops_cloud_find(const struct pnrp_clouds *p, const char *name, struct pnrp_cloud_info *out)
{
	for (size_t at = 0; pnrp_clouds_info(p, &at, out);)
		if (strcmp(out->name, name) == 0)
			return true;
	return false;
}

static void no_such_cloud(const struct pnrp_clouds *p, const char *name, struct ops_call call)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct pnrp_cloud_info info;
	const char *before = "; clouds are ";
	text_str(&t, "there is no cloud ");
	text_quoted(&t, span_str(name), PNRP_CLOUD_NAME_MAX);
	for (size_t at = 0; pnrp_clouds_info(p, &at, &info); before = ", ") {
		text_str(&t, before);
		text_str(&t, info.name);
	}
	ops_answer_error(call, ERR_NOT_FOUND, buffer, "homestead cloud list");
}

bool ops_cloud_check(const struct pnrp_clouds *p, const char *name, struct ops_call call)
{
	struct pnrp_cloud_info info;
	size_t at = 0;
	if (name[0] && ops_cloud_find(p, name, &info))
		return true;
	if (name[0])
		no_such_cloud(p, name, call);
	else if (pnrp_clouds_info(p, &at, &info))
		return true;
	else
		ops_answer_error(call, ERR_STATE, "this machine is in no cloud: it has no network",
				 "connect it, then: homestead cloud list");
	return false;
}

static void set_traffic(struct ops_pnrp_traffic *to, const uint64_t n[16], uint64_t octets)
{
	*to = (struct ops_pnrp_traffic){ .octets = octets,
					 .solicit = n[PNRP_SOLICIT],
					 .advertise = n[PNRP_ADVERTISE],
					 .request = n[PNRP_REQUEST],
					 .flood = n[PNRP_FLOOD],
					 .inquire = n[PNRP_INQUIRE],
					 .authority = n[PNRP_AUTHORITY],
					 .ack = n[PNRP_ACK],
					 .lookup = n[PNRP_LOOKUP] };
}

/* The words of programs for verdicts: their names, in small letters. */
static const char *verdict_word(struct draft *d, size_t verdict)
{
	static const char *const names[] = {
#define X(name, text) #name,
		PNRP_VERDICTS(X)
#undef X
	};
	char buffer[32];
	struct text t = TEXT_OF(buffer);
	for (const char *s = names[verdict]; *s; s++)
		text_char(&t, *s == '_' ? '-' : (char)tolower((unsigned char)*s));
	return ops_draft_text(d, &t);
}

static bool set_rejected(struct ops_cloud_counts *to, const uint64_t *verdicts, struct draft *d)
{
	to->rejected = arena_alloc(d->mem, PNRP_VERDICT_COUNT * sizeof(*to->rejected));
	for (size_t i = 0; to->rejected && i < PNRP_VERDICT_COUNT; i++)
		if (i != PNRP_VERDICT_GOOD && verdicts[i])
			to->rejected[to->n_rejected++] =
				(struct ops_pair){ verdict_word(d, i), true, (int64_t)verdicts[i],
						   "" };
	return to->rejected != NULL;
}

static bool set_counts(struct ops_cloud *to, const struct pnrp_counters *c, struct draft *d)
{
	set_traffic(&to->received, c->in, c->octets_in);
	set_traffic(&to->sent, c->out, c->octets_out);
	to->counts = (struct ops_cloud_counts){ .malformed = c->malformed,
						.unmatched = c->unmatched,
						.limited = c->limited,
						.too_many = c->too_many,
						.timeouts = c->timeouts,
						.resolves = c->resolves,
						.found = c->found };
	return set_rejected(&to->counts, c->verdicts, d);
}

static bool set_addresses(struct ops_cloud *to, const struct pnrp_cloud_info *from, struct draft *d)
{
	to->addresses = arena_alloc(d->mem, (from->of.local_n + 1) * sizeof(*to->addresses));
	for (size_t i = 0; to->addresses && i < from->of.local_n; i++) {
		struct ops_endpoint *e = &to->addresses[to->n_addresses++];
		struct pnrp_endpoint at = from->of.local[i];
		e->port = at.port;
		at.port = 0;
		ops_set_node(e->address, sizeof(e->address), &at, from->zone);
		ops_set_text(e->protocol, sizeof(e->protocol), "udp");
	}
	return to->addresses != NULL;
}

static bool set_cloud(struct ops_cloud *to, const struct pnrp_cloud_info *from, struct draft *d)
{
	const struct pnrp_info *of = &from->of;
	ops_clear(&ops_cloud_type, to);
	ops_set_text(to->name, sizeof(to->name), from->name);
	ops_set_text(to->scope, sizeof(to->scope), pnrp_scope_text(from->scope));
	ops_set_text(to->family, sizeof(to->family), from->ipv4 ? "ipv4" : "ipv6");
	ops_set_text(to->interface, sizeof(to->interface), from->interface);
	ops_set_text(to->state, sizeof(to->state), pnrp_state_text(of->state));
	to->why = ops_draft_str(d, from->why);
	to->multicast = from->multicast;
	to->resolve_only = from->resolve_only;
	to->entries = of->entries;
	to->nodes = from->nodes;
	to->levels = of->levels;
	to->size = of->size;
	to->names = of->names;
	to->resolves = of->resolves;
	to->memory_octets = of->memory;
	if (of->last_heard.us)
		to->heard = mono_since(os_mono(), of->last_heard);
	return set_addresses(to, from, d) && set_counts(to, &of->counters, d);
}

static size_t count_clouds(const struct pnrp_clouds *p)
{
	struct pnrp_cloud_info info;
	size_t n = 0;
	for (size_t at = 0; pnrp_clouds_info(p, &at, &info);)
		n++;
	return n;
}

static bool list_clouds(const struct pnrp_clouds *p, struct ops_clouds *out, struct draft *d)
{
	struct pnrp_cloud_info info;
	size_t n = count_clouds(p);
	out->clouds = arena_alloc(d->mem, (n + 1) * sizeof(*out->clouds));
	if (!out->clouds)
		return false;
	for (size_t at = 0; out->n_clouds < n && pnrp_clouds_info(p, &at, &info);)
		if (!set_cloud(&out->clouds[out->n_clouds++], &info, d))
			return false;
	const struct ops_pnrp_ports ports = ops_pnrp_ports_of(p);
	out->port = ports.any;
	out->port_ipv4 = ports.ipv4;
	out->port_ipv6 = ports.ipv6;
	return true;
}

enum err ops_run_clouds(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct pnrp_clouds *p = node_pnrp(engine_node(o->engine));
	struct draft d = { &o->mem, false };
	struct ops_clouds out;
	ops_clear(&ops_clouds_type, &out);
	ops_pnrp_part(o, &d, &out.part);
	if ((p && !list_clouds(p, &out, &d)) || d.failed)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_clouds_type, &out);
	return OK;
}

/* One cloud in full */

static bool list_leaves(const struct pnrp *core, uint32_t handle, struct ops_cloud_name *to,
			struct draft *d)
{
	struct pnrp_id id;
	to->leaves = arena_alloc(d->mem, LEAVES_MAX * sizeof(*to->leaves));
	for (int above = 0; to->leaves && above < 2; above++)
		for (uint32_t i = 0;
		     to->n_leaves < LEAVES_MAX && pnrp_leaf(core, handle, above == 1, i, &id);
		     i++) {
			struct ops_cloud_leaf *leaf = &to->leaves[to->n_leaves++];
			leaf->above = above == 1;
			ops_set_pnrp_id(leaf->id, &id);
		}
	return to->leaves != NULL;
}

static bool list_own(const struct pnrp *core, struct ops_cloud_detail *out, struct draft *d)
{
	struct pnrp_own_info own;
	size_t most = out->cloud.names;
	out->names = arena_alloc(d->mem, (most + 1) * sizeof(*out->names));
	if (!out->names)
		return false;
	for (size_t at = 0; out->n_names < most && pnrp_own(core, &at, &own);) {
		struct ops_cloud_name *to = &out->names[out->n_names++];
		struct text t = TEXT_OF(to->name);
		pnrp_name_text(&t, &own.name);
		ops_set_pnrp_id(to->id, &own.id);
		/* Where nobody else is there is nobody to be told. */
		to->announced = own.announced || !out->cloud.entries;
		if (!list_leaves(core, own.handle, to, d))
			return false;
	}
	return true;
}

static void set_entry(struct ops_cloud_entry *to, const struct pnrp_entry_info *from, uint32_t zone)
{
	struct pnrp_endpoint at = { .port = from->route.port };
	memcpy(at.ip, from->route.ip[0], sizeof(at.ip));
	ops_clear(&ops_cloud_entry_type, to);
	ops_set_pnrp_id(to->id, &from->route.id);
	ops_set_node(to->node, sizeof(to->node), &at, zone);
	to->addresses = from->route.n;
	to->level = from->level;
	to->leaf = from->leaf;
	to->heard = mono_since(os_mono(), from->answered);
}

static bool list_entries(const struct pnrp *core, uint32_t zone, struct ops_cloud_detail *out,
			 struct draft *d)
{
	struct pnrp_entry_info entry;
	size_t most = out->cloud.entries;
	out->nodes = arena_alloc(d->mem, (most + 1) * sizeof(*out->nodes));
	if (!out->nodes)
		return false;
	for (size_t at = 0; out->n_nodes < most && pnrp_entry(core, &at, &entry);)
		set_entry(&out->nodes[out->n_nodes++], &entry, zone);
	return true;
}

static bool look_at(const struct pnrp_clouds *p, const struct pnrp_cloud_info *info,
		    struct ops_cloud_detail *out, struct draft *d)
{
	const struct pnrp *core = pnrp_clouds_core(p, info->name);
	ops_clear(&ops_cloud_detail_type, out);
	if (!set_cloud(&out->cloud, info, d))
		return false;
	return !core || (list_own(core, out, d) && list_entries(core, info->zone, out, d));
}

enum err ops_run_cloud(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct pnrp_clouds *p = ops_pnrp_of(o, call);
	struct draft d = { &o->mem, false };
	struct ops_cloud_detail out;
	struct pnrp_cloud_info info;
	if (!p || !ops_cloud_check(p, r->name, call))
		return OK;
	if (!ops_cloud_find(p, r->name, &info) || !look_at(p, &info, &out, &d) || d.failed)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_cloud_detail_type, &out);
	return OK;
}

/* Changes */

struct change {
	struct asking asking; /* first */
	struct pnrp_command command;
};

static void ping_failed(const struct change *c, enum err e)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	bool silent = e == ERR_TIMEOUT;
	addr_text(&t, &c->command.at);
	if (silent)
		text_str(&t, " does not answer");
	else if (e == ERR_RANGE)
		text_str(&t, " belongs to no cloud of this machine");
	else {
		text_str(&t, " cannot be asked: ");
		text_str(&t, err_text(e));
	}
	ops_answer_error(c->asking.call, e, buffer,
			 silent ? "check that Homestead runs there, and that no firewall stops UDP "
				  "to its port"
				: "homestead cloud list");
}

static void ping_done(struct asking *a, const struct engine_result *r)
{
	const struct change *c = (const struct change *)(const void *)a;
	struct ops_ping out;
	if (r->err) {
		ping_failed(c, r->err);
		return;
	}
	ops_clear(&ops_ping_type, &out);
	struct text t = TEXT_OF(out.address);
	addr_text(&t, &c->command.at);
	out.elapsed = r->elapsed;
	ops_answer_value(a->call, &ops_ping_type, &out);
}

/* "LinkLocal_eth0 is being repaired". */
static void answer_change(const struct change *c, bool dry)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	bool one = c->command.cloud[0] != 0, repair = c->command.kind == PNRP_REPAIR;
	text_str(&t, one ? c->command.cloud : "every cloud");
	if (repair)
		text_str(&t, dry ? " would be repaired" : " is being repaired");
	else
		text_str(&t, dry ? " would forget the nodes it knows"
				 : " has forgotten the nodes it knew, and looks for them anew");
	const struct ops_change change = { !dry, buffer, 0 };
	ops_answer_value(c->asking.call, &ops_change_type, &change);
}

static void change_done(struct asking *a, const struct engine_result *r)
{
	const struct change *c = (const struct change *)(const void *)a;
	if (r->err == ERR_STATE)
		ops_answer_error(a->call, r->err,
				 "no other node is known, and no name published: "
				 "there is nothing to repair",
				 "homestead cloud list");
	else if (r->err)
		ops_answer_error(a->call, r->err, err_text(r->err), "homestead cloud list");
	else
		answer_change(c, false);
}

static struct change *change_new(struct ops *o, struct ops_call call, enum pnrp_command_kind kind,
				 const char *cloud)
{
	struct change *c = (struct change *)(void *)ops_asking_new(o, call, sizeof(*c));
	if (!c)
		return NULL;
	c->asking.done = kind == PNRP_PING ? ping_done : change_done;
	c->command.kind = kind;
	ops_set_text(c->command.cloud, sizeof(c->command.cloud), cloud);
	return c;
}

enum err ops_run_cloud_ping(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_ping_wish *w = &r->ping;
	const struct pnrp_clouds *p = ops_pnrp_of(o, call);
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct addr at;
	if (!p || !ops_cloud_check(p, w->cloud, call))
		return OK;
	if (addr_parse(span_str(w->address), PNRP_PORT, &at) != OK) {
		text_quoted(&t, span_str(w->address), ADDR_TEXT_MAX);
		text_str(&t, " is no address such as 192.0.2.1, [2001:db8::1]:3541 or fe80::1%2");
		ops_answer_error(call, ERR_MALFORMED, buffer, "homestead help cloud ping");
		return OK;
	}
	struct change *c = change_new(o, call, PNRP_PING, w->cloud);
	if (!c)
		return ERR_NOMEM;
	c->command.at = at;
	return ops_asking_send(&c->asking, &c->command);
}

enum err ops_run_cloud_change(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_cloud_wish *w = &r->cloud;
	const struct pnrp_clouds *p = ops_pnrp_of(o, call);
	enum pnrp_command_kind kind = r->kind == OPS_CLOUD_REPAIR ? PNRP_REPAIR : PNRP_FLUSH;
	if (!p || !ops_cloud_check(p, w->cloud, call))
		return OK;
	struct change *c = change_new(o, call, kind, w->cloud);
	if (!c)
		return ERR_NOMEM;
	if (!w->dry_run)
		return ops_asking_send(&c->asking, &c->command);
	answer_change(c, true);
	ops_asking_free(&c->asking);
	return OK;
}
