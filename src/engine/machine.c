/* What a node wants to know of its machine: addresses of its own, and those of hosts by
 * the DNS. ENGINE-33, ENGINE-34. */
#include "engine/engine_int.h"

#include "net/interfaces.h"
#include "os/dns.h"

#define LOOK_UP_THREADS 2
#define HOST_MAX	253
#define ADDRESSES_MAX	32

static void addr_of(const struct net_if_addr *a, struct pnrp_if_addr *out)
{
	struct text name = TEXT_OF(out->name);

	*out = (struct pnrp_if_addr){ .index = a->index, .addr = a->addr, .plen = a->plen };
	text_str(&name, a->name);
	out->loopback = a->loopback;
	out->multicast = a->multicast;
	out->temporary = a->temporary;
	out->deprecated = a->deprecated;
}

/* Those that can be used. */
static size_t addrs_of(const struct net_if_addr *a, size_t n, struct pnrp_if_addr *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (a[i].up && !a[i].tentative)
			addr_of(&a[i], &out[kept++]);
	return kept;
}

static enum err read_addrs(struct engine *e, struct pnrp_if_addr **out, size_t *n)
{
	struct net_if_addr *all;
	size_t n_all;
	enum err err = net_interfaces(e->env, &all, &n_all);

	if (err)
		return err;
	*out = env_zalloc(e->env, n_all ? n_all : 1, sizeof(**out));
	if (*out)
		*n = addrs_of(all, n_all, *out);
	env_free(e->env, all);
	return *out ? OK : ERR_NOMEM;
}

static bool is_same(const struct pnrp_if_addr *a, const struct pnrp_if_addr *b)
{
	return a->index == b->index && !strcmp(a->name, b->name) && addr_eq(&a->addr, &b->addr) &&
	       a->plen == b->plen && a->loopback == b->loopback && a->multicast == b->multicast &&
	       a->temporary == b->temporary && a->deprecated == b->deprecated;
}

static bool are_known(const struct engine *e, const struct pnrp_if_addr *a, size_t n)
{
	if (!e->interfaces_told || n != e->n_interfaces)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_same(&a[i], &e->interfaces[i]))
			return false;
	return true;
}

/* What the node has no memory for is told again with the next change. */
static void tell(struct engine *e, struct pnrp_if_addr *a, size_t n, struct mono now)
{
	struct node_in in = { .kind = NODE_IN_INTERFACES, .interfaces = { a, n } };

	env_free(e->env, e->interfaces);
	e->interfaces = a;
	e->n_interfaces = n;
	e->interfaces_told = !engine_feed(e, &in, now);
}

void engine_interfaces_look(struct engine *e, struct mono now)
{
	char buffer[120];
	struct text t = TEXT_OF(buffer);
	struct pnrp_if_addr *a;
	size_t n;
	enum err err;

	/* Nobody wants to know. */
	if (!node_config_of(e->node)->pnrp.enabled && !node_config_of(e->node)->graph.enabled) {
		e->interfaces_told = false;
		return;
	}
	err = read_addrs(e, &a, &n);
	if (err) {
		text_str(&t, "the addresses of this machine cannot be read: ");
		text_str(&t, err_text(err));
		engine_say(e, NODE_ERROR, "node", &t);
	} else if (are_known(e, a, n)) {
		env_free(e->env, a);
	} else {
		tell(e, a, n, now);
	}
}

static enum err look_up(uint32_t what, struct span name, const struct env *env, uint8_t *out,
			size_t size, size_t *n)
{
	struct addr found[ADDRESSES_MAX];
	char host[HOST_MAX + 1];
	struct text t = TEXT_OF(host);
	size_t count;
	enum err err;

	if (name.n > HOST_MAX || memchr(name.p, 0, name.n))
		return ERR_RANGE;
	text_span(&t, name);
	err = os_dns_look_up(host, &os_dns_usual, found, ADDRESSES_MAX, &count);
	if (err)
		return err;
	*n = count * sizeof(found[0]);
	memcpy(out, found, *n);
	return OK;
}

static void on_found(void *arg, uint64_t number, enum err err, struct span result, struct mono now)
{
	struct node_in in = { .kind = NODE_IN_HOST, .number = number, .err = err };

	in.hosts.at = (const struct addr *)(const void *)result.p;
	in.hosts.n = result.n / sizeof(struct addr);
	(void)!engine_feed(arg, &in, now);
}

/* In threads of their own, since a server that is silent would hold up the jobs; and
 * nobody waits for it at the end. */
static const struct jobs_kind look_ups = { .run = look_up, .done = on_found, .abandoned = true };

void engine_look_up(struct engine *e, const struct node_out *out)
{
	struct later l = { .kind = NODE_IN_HOST, .number = out->number };

	if (!e->look_ups)
		l.err = engine_jobs_new_of(&e->look_ups, e->loop, LOOK_UP_THREADS, &look_ups, e);
	if (!l.err)
		l.err = engine_jobs_submit(e->look_ups, out->number, 0, out->bytes);
	if (l.err)
		engine_feed_later(e, &l);
}
