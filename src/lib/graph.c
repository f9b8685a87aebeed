/* Graphs: handles, and what is asked of them. */
#include "lib/graph_int.h"

#include "os/sockaddr.h"

#include <netinet/in.h>
#include <string.h>

static void graph_fini(void *p)
{
	struct hst_graph *g = p;
	lib_handle_fini(&g->handle);
}

static struct hst_graph *graph_new(struct hst_ctx *c, uint64_t number, const char *id)
{
	size_t n = strlen(id) + 1;
	struct hst_graph *g = lib_box_new(c->env, sizeof(*g) + n, graph_fini);
	if (!g)
		return NULL;
	lib_handle_init(&g->handle, c);
	g->number = number;
	memcpy(g->id, id, n);
	return g;
}

static int invalid(struct hst_ctx *c, const char *why)
{
	return lib_fail(c, HST_E_INVALID, why, "see homestead.h");
}

int lib_graph_check(const struct hst_graph *g, bool good, const char *why)
{
	if (!g || !g->handle.ctx)
		return HST_E_INVALID;
	return good ? HST_OK : invalid(g->handle.ctx, why);
}

const char *lib_graph_path(const struct hst_graph *g, const char *tail, char path[LIB_GRAPH_PATH])
{
	struct text t = text_of(path, LIB_GRAPH_PATH);
	text_str(&t, "/v1/graphs/");
	text_u64(&t, g->number);
	text_str(&t, tail);
	return path;
}

/* What is known of a graph that is named by its ID. */
static int look_up(struct hst_ctx *c, const char *id, struct ops_graph *out, struct arena *mem)
{
	char path[3 * OPS_GRAPH_ID_MAX + 20];
	struct text t = TEXT_OF(path);
	text_str(&t, "/v1/graphs/");
	ops_url_put(&t, id);
	if (t.cut)
		return invalid(c, "the Graph ID is too long");
	return lib_local_get(c, &(struct lib_ask){ .method = "GET", .path = path }, &ops_graph_type,
			     out, mem);
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static void presence_text(char *out, size_t size, int presence)
{
	struct text t = text_of(out, size);
	if (presence == HST_PRESENCE_NONE)
		text_str(&t, "none");
	else if (presence == HST_PRESENCE_ALL)
		text_str(&t, "all");
	else if (presence > 0)
		text_i64(&t, presence);
}

/* "GUID,GUID" in mem; NULL without memory. */
static const char *guids_text(const hst_guid *guids, size_t n, struct arena *mem)
{
	char *s = arena_alloc(mem, n * HST_GUID_TEXT + 1);
	for (size_t i = 0; s && i < n; i++) {
		hst_guid_text(&guids[i], s + i * HST_GUID_TEXT);
		s[(i + 1) * HST_GUID_TEXT - 1] = i + 1 < n ? ',' : 0;
	}
	return s;
}

static const char *const scopes[] = { "global", "site", "link" };

static const char *check_props(const hst_graph_props *p)
{
	if (!p || p->size < sizeof(*p))
		return "hst_graph_props is to be made with HST_INIT";
	if (!p->id || !p->id[0])
		return "a Graph ID is wanted";
	if (p->scope < HST_SCOPE_GLOBAL || p->scope > HST_SCOPE_LINK)
		return "there is no such scope";
	if ((p->flags | HST_GRAPH_DEFER | HST_GRAPH_LISTEN) != (HST_GRAPH_DEFER | HST_GRAPH_LISTEN))
		return "there is no such flag";
	if (p->presence < HST_PRESENCE_NONE)
		return "there is no such presence";
	return p->n_sync_order && !p->sync_order ? "a list of types is wanted" : NULL;
}

static void set_make(struct ops_graph_make *m, const hst_graph_props *p, bool open)
{
	ops_clear(&ops_graph_make_type, m);
	m->open = open;
	m->id = p->id;
	m->peer = or_empty(p->peer);
	m->node_name = or_empty(p->node_name);
	m->name = or_empty(p->name);
	m->comment = or_empty(p->comment);
	ops_set_text(m->profile, sizeof(m->profile), or_empty(p->profile));
	ops_set_text(m->scope, sizeof(m->scope), open ? "" : scopes[p->scope]);
	m->defer = p->flags & HST_GRAPH_DEFER;
	m->listen = p->flags & HST_GRAPH_LISTEN;
	m->record_max = p->record_max;
	presence_text(m->presence, sizeof(m->presence), p->presence);
	m->presence_life = p->presence_life_s ? p->presence_life_s * MONO_SEC : -1;
}

/* *number: what the graph is called here. */
static int make(struct hst_ctx *c, const hst_graph_props *p, bool open, struct arena *mem,
		uint64_t *number)
{
	struct ops_change done;
	struct ops_graph_make m;
	set_make(&m, p, open);
	m.sync_order = guids_text(p->sync_order, p->n_sync_order, mem);
	if (!m.sync_order)
		return lib_fail_nomem(c);
	int r = lib_local_get(c,
			      &(struct lib_ask){ .method = "POST",
						 .path = "/v1/graphs",
						 .type = &ops_graph_make_type,
						 .body = &m },
			      &ops_change_type, &done, mem);
	if (r < 0 || done.number) {
		*number = r < 0 ? 0 : done.number;
		return r;
	}
	struct ops_graph info;
	r = look_up(c, p->id, &info, mem);
	*number = r < 0 ? 0 : info.number;
	return r;
}

static int give_handle(struct hst_ctx *c, uint64_t number, const char *id, hst_graph **out)
{
	struct hst_graph *g = graph_new(c, number, id);
	if (!g)
		return lib_fail_nomem(c);
	*out = g;
	return HST_OK;
}

int lib_graph_of(struct hst_ctx *c, const char *id, hst_graph **out)
{
	struct ops_graph info;
	struct arena mem;
	arena_init(&mem, c->env, 4096);
	int r = look_up(c, id, &info, &mem);
	if (r >= 0)
		r = give_handle(c, info.number, info.id, out);
	arena_free(&mem);
	return r;
}

int hst_graph_create(hst_ctx *c, const hst_graph_props *props, hst_graph **g)
{
	const char *why = check_props(props);
	struct arena mem;
	if (why || !g)
		return invalid(c, why ? why : "a place for the handle is wanted");
	uint64_t number;
	arena_init(&mem, c->env, 4096);
	int r = make(c, props, false, &mem, &number);
	if (r >= 0)
		r = give_handle(c, number, props->id, g);
	arena_free(&mem);
	return r;
}

/* HST_OK, or HST_CREATED: it was not here before. */
static int open_it(struct hst_ctx *c, const hst_graph_props *p, struct arena *mem, uint64_t *number)
{
	struct ops_graph info;
	int r = look_up(c, p->id, &info, mem);
	if (r < 0 && r != HST_E_NOT_FOUND)
		return r;
	if (r >= 0 && info.open) {
		*number = info.number;
		return HST_OK;
	}
	int made = make(c, p, true, mem, number);
	if (made < 0)
		return made;
	return r < 0 ? HST_CREATED : HST_OK;
}

int hst_graph_open(hst_ctx *c, const hst_graph_props *props, hst_graph **g)
{
	const char *why = check_props(props);
	struct arena mem;
	if (why || !g)
		return invalid(c, why ? why : "a place for the handle is wanted");
	uint64_t number;
	arena_init(&mem, c->env, 4096);
	int opened = open_it(c, props, &mem, &number);
	int r = opened < 0 ? opened : give_handle(c, number, props->id, g);
	arena_free(&mem);
	return r < 0 ? r : opened;
}

const char *hst_graph_id(const hst_graph *g)
{
	return g->id;
}

int lib_graph_change(const struct hst_graph *g, const char *method, const char *tail,
		     const struct ops_struct *type, const void *body)
{
	char path[LIB_GRAPH_PATH];
	int r = lib_graph_check(g, true, "");
	if (r < 0)
		return r;
	return lib_local_change(g->handle.ctx,
				&(struct lib_ask){ .method = method,
						   .path = lib_graph_path(g, tail, path),
						   .type = type,
						   .body = body });
}

int hst_graph_close(hst_graph *g)
{
	return lib_graph_change(g, "POST", "/close", NULL, NULL);
}

int hst_graph_delete(hst_graph *g)
{
	return lib_graph_change(g, "DELETE", "", NULL, NULL);
}

int hst_graph_listen(hst_graph *g)
{
	return lib_graph_change(g, "POST", "/listen", NULL, NULL);
}

int hst_graph_revalidate(hst_graph *g)
{
	return lib_graph_change(g, "POST", "/revalidate", NULL, NULL);
}

int hst_graph_disconnect(hst_graph *g, uint64_t conn)
{
	struct ops_graph_disconnect d;
	ops_clear(&ops_graph_disconnect_type, &d);
	d.conn = conn;
	return lib_graph_change(g, "POST", "/disconnect", &ops_graph_disconnect_type, &d);
}

int hst_graph_accept(hst_graph *g, bool accept)
{
	struct ops_direct_accept a;
	ops_clear(&ops_direct_accept_type, &a);
	a.refuse = !accept;
	return lib_graph_change(g, "POST", "/accept", &ops_direct_accept_type, &a);
}

int lib_graph_begin(const struct hst_graph *g, const struct lib_ask *k, hst_op *op)
{
	char path[LIB_GRAPH_PATH];
	struct lib_ask whole = *k;
	whole.path = lib_graph_path(g, k->path, path);
	if (k->deadline_ms < 0 || k->deadline_ms > LIB_DEADLINE_MAX || !op)
		return invalid(g->handle.ctx, "the deadline is not between 0 and 600,000 ms");
	return lib_ask(g->handle.ctx, &whole, op);
}

bool lib_address_text(const struct sockaddr *sa, char *out, size_t size)
{
	struct sockaddr_storage ss = { 0 };
	struct addr a;
	struct text t = text_of(out, size);
	if (sa->sa_family != AF_INET && sa->sa_family != AF_INET6)
		return false;
	memcpy(&ss, sa,
	       sa->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
	if (!os_sockaddr_to(&a, &ss))
		return false;
	addr_text(&t, &a);
	return !t.cut;
}

int hst_graph_connect(hst_graph *g, const char *peer, const struct sockaddr *addr, int deadline_ms,
		      hst_op *op)
{
	struct ops_graph_connect k;
	int r = lib_graph_check(g, addr && op, "an address is wanted");
	if (r < 0)
		return r;
	ops_clear(&ops_graph_connect_type, &k);
	k.peer = or_empty(peer);
	if (!lib_address_text(addr, k.address, sizeof(k.address)))
		return invalid(g->handle.ctx, "the address is neither IPv4 nor IPv6");
	return lib_graph_begin(
		g,
		&(struct lib_ask){ "POST", "/connect", &ops_graph_connect_type, &k, deadline_ms },
		op);
}

int hst_graph_ping(hst_graph *g, uint64_t node, int deadline_ms, hst_op *op)
{
	struct ops_graph_ping_wish w;
	int r = lib_graph_check(g, op, "a place for the operation is wanted");
	if (r < 0)
		return r;
	ops_clear(&ops_graph_ping_wish_type, &w);
	if (node)
		lib_node_text(node, w.node);
	return lib_graph_begin(
		g, &(struct lib_ask){ "POST", "/ping", &ops_graph_ping_wish_type, &w, deadline_ms },
		op);
}

static const struct {
	uint32_t bit;
	const char *word;
} settable[] = {
	{ HST_SET_NAME, "name" },	  { HST_SET_COMMENT, "comment" },
	{ HST_SET_PRESENCE, "presence" }, { HST_SET_PRESENCE_LIFE, "presence_life" },
	{ HST_SET_PRESENT, "present" },	  { HST_SET_ATTRIBUTES, "attributes" },
};

/* "name,comment"; false: there is more in the mask. */
static bool mask_text(struct text *t, uint32_t mask)
{
	for (size_t i = 0; i < sizeof(settable) / sizeof(settable[0]); i++) {
		if (!(mask & settable[i].bit))
			continue;
		text_str(t, t->n ? "," : "");
		text_str(t, settable[i].word);
		mask &= ~settable[i].bit;
	}
	return mask == 0 && t->n;
}

int hst_graph_set(hst_graph *g, const hst_graph_props *props, uint32_t mask)
{
	char words[80];
	struct text t = TEXT_OF(words);
	struct ops_graph_set s;
	bool good = props && props->size >= sizeof(*props) && mask_text(&t, mask);
	int r = lib_graph_check(g, good, "properties, and a mask of HST_SET_..., are wanted");
	if (r < 0)
		return r;
	ops_clear(&ops_graph_set_type, &s);
	s.set = words;
	s.name = or_empty(props->name);
	s.comment = or_empty(props->comment);
	s.attributes = or_empty(props->attributes);
	presence_text(s.presence, sizeof(s.presence), props->presence);
	ops_set_text(s.present, sizeof(s.present), props->present ? "yes" : "no");
	s.presence_life = props->presence_life_s ? props->presence_life_s * MONO_SEC : -1;
	return lib_graph_change(g, "PUT", "", &ops_graph_set_type, &s);
}

struct info_from {
	const struct ops_graph *g;
	const char *json;
};

static void fill_info(void *out, const void *from, struct lib_pack *p)
{
	const struct info_from *f = from;
	const struct ops_graph *g = f->g;
	hst_graph_info *i = out;
	*i = (hst_graph_info){ .size = sizeof(*i),
			       .node = lib_node_of(g->node),
			       .open = g->open,
			       .listening = g->listening,
			       .synchronised = g->synchronised,
			       .partition = g->partition,
			       .neighbors = g->neighbors,
			       .directs = g->directs,
			       .nodes = g->nodes,
			       .contacts = g->contacts,
			       .records = g->records,
			       .octets = g->octets,
			       .signature = lib_node_of(g->signature),
			       .time = g->time,
			       .skew = g->skew_behind ? -g->skew : g->skew,
			       .record_max = g->record_max };
	i->id = lib_pack_str(p, g->id);
	i->state = lib_pack_str(p, g->state);
	i->why = lib_pack_str(p, g->why);
	i->peer = lib_pack_str(p, g->peer);
	i->name = lib_pack_str(p, g->name);
	i->comment = lib_pack_str(p, g->comment);
	i->creator = lib_pack_str(p, g->creator);
	i->json = lib_pack_str(p, f->json);
}

static int give_info(struct hst_ctx *c, const char *json, hst_graph_info **info)
{
	struct ops_graph g;
	struct arena mem;
	arena_init(&mem, c->env, 4096);
	int r = lib_decode(c, &ops_graph_type, json, &g, &mem);
	if (r >= 0) {
		*info = lib_packed(c, sizeof(**info), fill_info, &(struct info_from){ &g, json });
		r = *info ? HST_OK : lib_fail_nomem(c);
	}
	arena_free(&mem);
	return r;
}

int hst_graph_get(hst_graph *g, hst_graph_info **info)
{
	char path[LIB_GRAPH_PATH];
	hst_event *e;
	int r = lib_graph_check(g, info, "a place for the answer is wanted");
	if (r < 0)
		return r;
	r = lib_local(g->handle.ctx,
		      &(struct lib_ask){ .method = "GET", .path = lib_graph_path(g, "", path) },
		      &e);
	if (r < 0)
		return r;
	r = give_info(g->handle.ctx, e->json, info);
	hst_free(e);
	return r;
}
