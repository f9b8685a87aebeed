/* Names without servers, as the test plays them. */
#include "played_people.h"

#include <stdlib.h>

const struct pnrp_clouds *__wrap_node_pnrp(const struct node *n);
bool __wrap_pnrp_clouds_info(const struct pnrp_clouds *c, size_t *at, struct pnrp_cloud_info *out);
const struct pnrp *__wrap_pnrp_clouds_core(const struct pnrp_clouds *c, const char *cloud);
bool __wrap_pnrp_clouds_published(const struct pnrp_clouds *c, size_t *at,
				  struct pnrp_published_info *out);
enum err __wrap_pnrp_clouds_authority(const struct pnrp_clouds *c, uint8_t out[20]);
bool __wrap_pnrp_entry(const struct pnrp *p, size_t *at, struct pnrp_entry_info *out);
bool __wrap_pnrp_own(const struct pnrp *p, size_t *at, struct pnrp_own_info *out);
bool __wrap_pnrp_leaf(const struct pnrp *p, uint32_t handle, bool above, uint32_t nth,
		      struct pnrp_id *out);
enum err __wrap_engine_ask(struct engine *e, const struct node_command *c,
			   const struct engine_caller *who, uint64_t *number);
void __wrap_engine_forget(struct engine *e, uint64_t number);

const struct pnrp_clouds *__wrap_node_pnrp(const struct node *n)
{
	return played.pnrp_on ? (const struct pnrp_clouds *)(const void *)&played : NULL;
}

bool __wrap_pnrp_clouds_info(const struct pnrp_clouds *c, size_t *at, struct pnrp_cloud_info *out)
{
	if (*at >= played.n_clouds)
		return false;
	*out = played.clouds[(*at)++];
	return true;
}

const struct pnrp *__wrap_pnrp_clouds_core(const struct pnrp_clouds *c, const char *cloud)
{
	bool known = strcmp(cloud, played.clouds[0].name) == 0;
	return known ? (const struct pnrp *)(const void *)&played : NULL;
}

bool __wrap_pnrp_clouds_published(const struct pnrp_clouds *c, size_t *at,
				  struct pnrp_published_info *out)
{
	if (*at >= played.n_published)
		return false;
	*out = played.published[(*at)++];
	return true;
}

enum err __wrap_pnrp_clouds_authority(const struct pnrp_clouds *c, uint8_t out[20])
{
	if (!played.has_key)
		return ERR_NOT_FOUND;
	memset(out, 0xab, 20);
	return OK;
}

bool __wrap_pnrp_entry(const struct pnrp *p, size_t *at, struct pnrp_entry_info *out)
{
	if (*at >= played.n_entries)
		return false;
	*out = played.entries[(*at)++];
	return true;
}

bool __wrap_pnrp_own(const struct pnrp *p, size_t *at, struct pnrp_own_info *out)
{
	if (*at >= played.n_own_names)
		return false;
	*out = played.own_names[(*at)++];
	return true;
}

/* One neighbour below, two above. */
bool __wrap_pnrp_leaf(const struct pnrp *p, uint32_t handle, bool above, uint32_t nth,
		      struct pnrp_id *out)
{
	if (nth > above)
		return false;
	*out = (struct pnrp_id){ { 7 + above + nth, 0, 0, 1 } };
	return true;
}

void played_find(const struct node_found *f)
{
	played.caller.found(played.caller.arg, f);
}

void played_found(enum err result)
{
	const struct engine_result r = { .err = result, .elapsed = played.elapsed };
	engine_done_fn *done = played.caller.done;
	for (size_t i = 0; i < played.n_finds && played.caller.found; i++)
		played_find(&played.finds[i]);
	played.caller.done = NULL;
	if (done)
		done(played.caller.arg, &r);
}

enum err __wrap_engine_ask(struct engine *e, const struct node_command *c,
			   const struct engine_caller *who, uint64_t *number)
{
	if (played.command_start)
		return played.command_start;
	if (c->kind == NODE_COMMAND_GRAPH) {
		*number = ++played.last_number;
		played_graph_take(&c->graphs, who->done, who->arg, *number);
		return OK;
	}
	if (c->kind == NODE_COMMAND_GROUP) {
		*number = ++played.last_number;
		played_people_take(&c->groups, who->done, who->arg);
		return OK;
	}
	played.pnrp_commands++;
	played.pnrp = c->pnrp;
	if (c->pnrp.payload.n)
		memcpy(played.payload, c->pnrp.payload.p, c->pnrp.payload.n);
	played.caller = *who;
	*number = ++played.last_number;
	if (!played.later)
		played_found(played.command_result);
	return OK;
}

void __wrap_engine_forget(struct engine *e, uint64_t number)
{
	played.forgotten = number;
	played_graph_forget(number);
	played_people_forget();
	played.caller = (struct engine_caller){ .done = NULL };
}

static struct pnrp_endpoint endpoint_of(const char *text)
{
	struct addr a;
	if (addr_parse(span_str(text), PNRP_PORT, &a) != OK)
		abort();
	return pnrp_endpoint_of(&a);
}

static struct pnrp_name name_of(const char *text)
{
	struct pnrp_name n;
	char buffer[200];
	struct text why = TEXT_OF(buffer);
	if (pnrp_name_parse(span_str(text), &n, &why) != OK)
		abort();
	return n;
}

static void add_clouds(void)
{
	struct pnrp_cloud_info *c = &played.clouds[0];
	played.n_clouds = 2;
	*c = (struct pnrp_cloud_info){ .name = "LinkLocal_eth0",
				       .scope = PNRP_SCOPE_LINK,
				       .multicast = true,
				       .interface = "eth0",
				       .zone = 3,
				       .nodes = 2,
				       .why = "3 nodes are known" };
	c->of.state = PNRP_STATE_ACTIVE;
	c->of.local_n = 1;
	c->of.local[0] = endpoint_of("fe80::1");
	c->of.entries = 3;
	c->of.levels = 1;
	c->of.names = 2;
	c->of.size = 4;
	c->of.memory = 20480;
	c->of.last_heard = (struct mono){ 995 * MONO_SEC };
	c->of.counters.in[PNRP_LOOKUP] = 5;
	c->of.counters.out[PNRP_AUTHORITY] = 6;
	c->of.counters.octets_in = 1000;
	c->of.counters.octets_out = 2000;
	c->of.counters.resolves = 2;
	c->of.counters.found = 1;
	c->of.counters.verdicts[PNRP_VERDICT_GOOD] = 1;
	c->of.counters.verdicts[PNRP_VERDICT_NO_CPA] = 2;
	played.clouds[1] = (struct pnrp_cloud_info){ .name = "Global4_",
						     .scope = PNRP_SCOPE_GLOBAL,
						     .ipv4 = true,
						     .why = "no node answered yet" };
	played.clouds[1].of.state = PNRP_STATE_ALONE;
	played.clouds[1].of.local_n = 1;
	played.clouds[1].of.local[0] = endpoint_of("192.0.2.1");
}

static void add_published(void)
{
	struct pnrp_published_info *p = &played.published[0];
	struct pnrp_endpoint at = endpoint_of("192.0.2.7");
	played.n_published = 2;
	p->name = name_of("0.printer-room");
	p->automatic = true;
	p->n_apps = 1;
	p->app[0] = (struct pnrp_app){ .port = 631, .protocol = 6 };
	p->clouds = p->announced = 2;
	p[1].name = name_of("abababababababababababababababababababab.Attic Door");
	ops_set_text(p[1].cloud, sizeof(p[1].cloud), "LinkLocal_eth0");
	p[1].temporary = true;
	p[1].n_apps = 1;
	p[1].app[0] = (struct pnrp_app){ .port = 53, .protocol = 17 };
	memcpy(p[1].app[0].ip, at.ip, sizeof(at.ip));
	p[1].comment_n = 8;
	memcpy(p[1].comment, "the door", 8);
	p[1].payload_type = PNRP_PAYLOAD_BINARY;
	p[1].payload_n = 3;
	p[1].clouds = 1;
	played.has_key = true;
}

static void add_nodes(void)
{
	struct pnrp_entry_info *e = &played.entries[0];
	played.n_entries = 3;
	for (size_t i = 0; i < 3; i++) {
		struct pnrp_endpoint at = endpoint_of("fe80::7");
		e[i].route = (struct pnrp_route){ .id = { { 7 + i, 0, 0, 1 } },
						  .port = PNRP_PORT,
						  .n = 1 };
		at.ip[15] = (uint8_t)(7 + i);
		memcpy(e[i].route.ip[0], at.ip, sizeof(at.ip));
		e[i].leaf = i > 0;
		e[i].answered = (struct mono){ 990 * MONO_SEC };
	}
	played.n_own_names = 1;
	played.own_names[0] = (struct pnrp_own_info){ .handle = 1,
						      .id = { { 8, 0, 0, 9 } },
						      .name = name_of("0.printer-room"),
						      .below = 1,
						      .above = 2,
						      .announced = true };
}

static struct pnrp_result result;
static struct pnrp_hop hops[2];

static void add_finds(void)
{
	struct pnrp_endpoint link = endpoint_of("fe80::7"), wide = endpoint_of("192.0.2.7");
	result = (struct pnrp_result){ .id = { { 8, 0, 0, 9 } },
				       .name = name_of("0.printer-room"),
				       .not_after = played.wall_us + MONO_HOUR,
				       .n_apps = 2,
				       .comment_n = 6,
				       .comment = "laser!",
				       .n_nodes = 1,
				       .hops = 2 };
	result.app[0] = (struct pnrp_app){ .port = 631, .protocol = 6 };
	memcpy(result.app[0].ip, link.ip, sizeof(link.ip));
	result.app[1] = (struct pnrp_app){ .port = 632, .protocol = 132 };
	memcpy(result.app[1].ip, wide.ip, sizeof(wide.ip));
	result.node[0] = link;
	hops[0] = (struct pnrp_hop){ .node = link,
				     .id = { { 7, 0, 0, 1 } },
				     .common = 60,
				     .step = PNRP_STEP_REFERRAL,
				     .referral = { { 8, 0, 0, 9 } },
				     .elapsed = 1500 };
	hops[1] = (struct pnrp_hop){ .node = link,
				     .id = { { 8, 0, 0, 9 } },
				     .common = 256,
				     .inquire = true,
				     .step = PNRP_STEP_FOUND,
				     .elapsed = 2500 };
	played.finds[0] = (struct node_found){ "LinkLocal_eth0", NULL, &hops[0] };
	played.finds[1] = (struct node_found){ "LinkLocal_eth0", NULL, &hops[1] };
	played.finds[2] = (struct node_found){ "LinkLocal_eth0", &result, NULL };
	played.n_finds = 3;
	played.elapsed = 500 * MONO_MS;
}

void played_names(void)
{
	struct pnrp_config *c = &played.node_config.pnrp;
	played.pnrp_on = true;
	c->enabled = c->ipv4 = c->ipv6 = true;
	c->port = PNRP_PORT;
	add_clouds();
	add_published();
	add_nodes();
	add_finds();
}
