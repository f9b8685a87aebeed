/* The state of the part pnrp, and what in it needs the operator. */
#include "ops/ops_int.h"

#include "os/clock.h"

#include <stdio.h>

#define ALONE_LONG (2 * MONO_MIN) /* before that, finding others is still under way */

struct ops_pnrp_ports ops_pnrp_ports_of(const struct pnrp_clouds *p)
{
	struct ops_pnrp_ports ports = { 0, 0, 0 };
	struct pnrp_cloud_info info;
	for (size_t at = 0; pnrp_clouds_info(p, &at, &info);)
		if (info.of.local_n)
			*(info.ipv4 ? &ports.ipv4 : &ports.ipv6) = info.of.local[0].port;
	ports.any = ports.ipv4 ? ports.ipv4 : ports.ipv6;
	return ports;
}

/* Whether a family that is used has another port than the configured one. */
static bool is_elsewhere(const struct ops_pnrp_ports *ports, uint32_t wanted)
{
	return (ports->ipv4 && ports->ipv4 != wanted) || (ports->ipv6 && ports->ipv6 != wanted);
}

/* Clouds, by what can be done in them. */
struct tally {
	size_t all, usable, with_others, dead;
	enum err bind_error; /* of a dead one */
	struct mono heard;   /* the newest answer of any node; 0 never */
};

static void count(const struct pnrp_clouds *p, struct tally *t)
{
	struct pnrp_cloud_info info;
	*t = (struct tally){ .all = 0 };
	for (size_t at = 0; pnrp_clouds_info(p, &at, &info); t->all++) {
		enum pnrp_state s = info.of.state;
		t->usable += s != PNRP_STATE_DEAD && s != PNRP_STATE_DISABLED &&
			     s != PNRP_STATE_NO_NETWORK;
		t->with_others += info.of.entries > 0;
		t->dead += s == PNRP_STATE_DEAD;
		if (s == PNRP_STATE_DEAD)
			t->bind_error = info.bind_error;
		if (info.of.last_heard.us > t->heard.us)
			t->heard = info.of.last_heard;
	}
}

static const char *port_error(struct ops *o, struct draft *d)
{
	struct engine_info info;
	engine_info(o->engine, &info);
	return ops_draft_str(d, info.port_error[NODE_PART_PNRP]);
}

void ops_pnrp_part(struct ops *o, struct draft *d, struct ops_part *out)
{
	const struct pnrp_clouds *p = node_pnrp(engine_node(o->engine));
	struct tally t;
	ops_clear(&ops_part_type, out);
	ops_set_text(out->name, sizeof(out->name), node_part_text(NODE_PART_PNRP));
	ops_set_text(out->state, sizeof(out->state), "running");
	if (!p) {
		ops_set_text(out->state, sizeof(out->state), "off");
		out->reason = "not configured";
		return;
	}
	count(p, &t);
	if (!t.dead || t.usable)
		return;
	const char *who = port_error(o, d);
	ops_set_text(out->state, sizeof(out->state), "stopped");
	out->reason = who[0] ? who : err_text(t.bind_error);
}

static size_t count_names(const struct pnrp_clouds *p)
{
	struct pnrp_published_info info;
	size_t n = 0;
	for (size_t at = 0; pnrp_clouds_published(p, &at, &info);)
		n++;
	return n;
}

void ops_pnrp_look(struct ops *o, struct draft *d, struct ops_pnrp *out)
{
	const struct node *node = engine_node(o->engine);
	const struct pnrp_clouds *p = node_pnrp(node);
	struct pnrp_cloud_info info;
	struct tally t;
	if (!p)
		return;
	count(p, &t);
	const struct ops_pnrp_ports ports = ops_pnrp_ports_of(p);
	out->wanted_port = node_config_of(node)->pnrp.port;
	out->port = ports.any;
	out->port_ipv4 = ports.ipv4;
	out->port_ipv6 = ports.ipv6;
	if (!ports.any || is_elsewhere(&ports, node_config_of(node)->pnrp.port))
		out->holder = port_error(o, d);
	out->names = count_names(p);
	out->clouds = arena_alloc(d->mem, (t.all + 1) * sizeof(*out->clouds));
	if (!out->clouds) {
		d->failed = true;
		return;
	}
	for (size_t at = 0; out->n_clouds < t.all && pnrp_clouds_info(p, &at, &info);) {
		struct ops_cloud_state *s = &out->clouds[out->n_clouds++];
		ops_clear(&ops_cloud_state_type, s);
		ops_set_text(s->name, sizeof(s->name), info.name);
		ops_set_text(s->state, sizeof(s->state), pnrp_state_text(info.of.state));
		s->why = ops_draft_str(d, info.why);
		s->entries = info.of.entries;
		s->size = info.of.size;
	}
}

/* PNRP-12.3: what may need the operator. Each fills text and hint, or gives false. */

static bool no_network(struct ops *o, struct text *t, struct text *h)
{
	struct tally n;
	count(node_pnrp(engine_node(o->engine)), &n);
	if (n.usable || n.dead)
		return false;
	text_str(t, "no interface has an address that a cloud could use: names are neither "
		    "found nor published");
	text_str(h, "connect this machine to a network; homestead cloud list");
	return true;
}

/* Whether the kernel has IPv6 switched off, or has none. */
static bool kernel_lacks_ipv6(void)
{
	FILE *f = fopen("/proc/sys/net/ipv6/conf/all/disable_ipv6", "re");
	int c = f ? fgetc(f) : '1';
	if (f)
		(void)fclose(f);
	return c == '1';
}

static bool has_ipv6_cloud(const struct pnrp_clouds *p)
{
	struct pnrp_cloud_info info;
	for (size_t at = 0; pnrp_clouds_info(p, &at, &info);)
		if (!info.ipv4 && info.of.state != PNRP_STATE_NO_NETWORK &&
		    info.of.state != PNRP_STATE_DISABLED)
			return true;
	return false;
}

static bool no_ipv6(struct ops *o, struct text *t, struct text *h)
{
	const struct node *node = engine_node(o->engine);
	if (!node_config_of(node)->pnrp.ipv6 || has_ipv6_cloud(node_pnrp(node)) ||
	    !kernel_lacks_ipv6())
		return false;
	text_str(t, "IPv6 is switched off on this machine: names that others publish over IPv6 "
		    "alone are not found");
	text_str(h, "sysctl net.ipv6.conf.all.disable_ipv6=0, or ipv6 = false in pnrp of the "
		    "configuration");
	return true;
}

/* Of one family, where the other has the configured one. */
static void put_elsewhere(struct text *t, const struct ops_pnrp_ports *ports, uint32_t wanted)
{
	bool four = ports->ipv4 && ports->ipv4 != wanted,
	     six = ports->ipv6 && ports->ipv6 != wanted;
	text_str(t, "port ");
	text_u64(t, four ? ports->ipv4 : ports->ipv6);
	if (four && ports->ipv6 && ports->ipv6 != ports->ipv4)
		text_str(t, " (ipv4)");
	else if (six && !four && ports->ipv4)
		text_str(t, " (ipv6)");
	if (!four || !six || ports->ipv4 == ports->ipv6)
		return;
	text_str(t, " and ");
	text_u64(t, ports->ipv6);
	text_str(t, " (ipv6)");
}

static bool another_port(struct ops *o, struct text *t, struct text *h)
{
	const struct node *node = engine_node(o->engine);
	uint32_t wanted = node_config_of(node)->pnrp.port;
	const struct ops_pnrp_ports ports = ops_pnrp_ports_of(node_pnrp(node));
	struct engine_info info;
	engine_info(o->engine, &info);
	if (!is_elsewhere(&ports, wanted))
		return false;
	put_elsewhere(t, &ports, wanted);
	text_str(t, " is used for names in place of ");
	text_u64(t, wanted);
	if (info.port_error[NODE_PART_PNRP][0]) {
		text_str(t, ": ");
		text_str(t, info.port_error[NODE_PART_PNRP]);
	}
	text_str(h, "a firewall must let that port in, too; homestead doctor ports");
	return true;
}

static bool alone(struct ops *o, struct text *t, struct text *h)
{
	struct engine_info info;
	struct tally n;
	count(node_pnrp(engine_node(o->engine)), &n);
	engine_info(o->engine, &info);
	struct mono since = n.heard.us > info.started.us ? n.heard : info.started;
	int64_t quiet = mono_since(os_mono(), since);
	if (!n.usable || n.with_others || quiet < ALONE_LONG)
		return false;
	text_str(t, "no other node is known in any cloud, for ");
	text_duration(t, quiet / MONO_MIN * MONO_MIN);
	text_str(h, "start Homestead on another machine of this link, let UDP ports 3540 and 1900 "
		    "through its firewall, or name a seed in the configuration");
	return true;
}

bool ops_pnrp_attention(struct ops *o, struct draft *d, size_t *at, struct ops_attention *out)
{
	static bool (*const looks[])(struct ops * o, struct text * t,
				     struct text * h) = { no_network, no_ipv6, another_port,
							  alone };
	char buffer[2][OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer[0]), h = TEXT_OF(buffer[1]);
	if (!node_pnrp(engine_node(o->engine)))
		return false;
	while (*at < sizeof(looks) / sizeof(looks[0])) {
		if (!looks[(*at)++](o, &t, &h))
			continue;
		ops_set_text(out->part, sizeof(out->part), node_part_text(NODE_PART_PNRP));
		out->text = ops_draft_text(d, &t);
		out->hint = ops_draft_text(d, &h);
		return true;
	}
	return false;
}
