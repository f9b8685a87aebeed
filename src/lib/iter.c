/* Results one after the other: pages of records, nodes, links, identities, groups, members. */
#include "lib/group_int.h"

#include "os/sockaddr.h"

#include <string.h>

#define PATH_MOST 2600

/* What is gone through: how a page is decoded, and how its items become the caller's. */
struct kind {
	const struct ops_struct *type;
	size_t (*count)(const struct hst_iter *it);
	void *(*item)(const struct hst_iter *it, size_t at);
	const char *(*next)(const struct hst_iter *it); /* NULL: one page is all */
};

struct hst_iter {
	struct lib_handle handle;
	const struct kind *kind;
	struct arena mem; /* of the page */
	bool read;	  /* there is a page */
	size_t at;
	union {
		struct ops_records records;
		struct ops_graph_nodes nodes;
		struct ops_graph_links links;
		struct ops_identities identities;
		struct ops_groups groups;
		struct ops_members members;
		struct ops_invites invites;
		uint8_t page[1]; /* where any of them begins */
	};
	char path[PATH_MOST + 1];
};

static void iter_fini(void *p)
{
	struct hst_iter *it = p;
	lib_handle_fini(&it->handle);
	arena_free(&it->mem);
}

static int iter_new(struct hst_ctx *c, const struct kind *kind, const char *path, hst_iter **out)
{
	struct hst_iter *it = lib_box_new(c->env, sizeof(*it), iter_fini);
	if (!it)
		return lib_fail_nomem(c);
	lib_handle_init(&it->handle, c);
	it->kind = kind;
	arena_init(&it->mem, c->env, 16384);
	ops_set_text(it->path, sizeof(it->path), path);
	*out = it;
	return HST_OK;
}

/* The page after the present one; 0: there is none. */
static int next_page(struct hst_iter *it)
{
	char path[PATH_MOST + 3 * OPS_GRAPH_ID_MAX + 20]; /* what it goes on after is short, or a
							   * name */
	struct text t = TEXT_OF(path);
	const char *after = it->read && it->kind->next ? it->kind->next(it) : "";
	if (it->read && !after[0])
		return 0;
	text_str(&t, it->path);
	if (after[0]) {
		text_char(&t, strchr(it->path, '?') ? '&' : '?');
		text_str(&t, "after=");
		ops_url_put(&t, after);
	}
	arena_reset(&it->mem);
	it->at = 0;
	it->read = false;
	int r = lib_local_get(it->handle.ctx, &(struct lib_ask){ .method = "GET", .path = path },
			      it->kind->type, it->page, &it->mem);
	it->read = r >= 0;
	return r < 0 ? r : 1;
}

int hst_iter_next(hst_iter *it, void **item)
{
	if (!it || !item || !it->handle.ctx)
		return HST_E_INVALID;
	while (!it->read || it->at >= it->kind->count(it)) {
		int r = next_page(it);
		if (r <= 0)
			return r;
	}
	void *p = it->kind->item(it, it->at);
	if (!p)
		return lib_fail_nomem(it->handle.ctx);
	it->at++;
	*item = p;
	return 1;
}

/* Records */

static size_t count_records(const struct hst_iter *it)
{
	return it->records.n_records;
}

static void *record_at(const struct hst_iter *it, size_t at)
{
	struct ops_record r = it->records.records[at];
	r.large = false; /* their data are fetched by hst_record_get() */
	return lib_record_of(it->handle.ctx, &r);
}

static const char *next_of_records(const struct hst_iter *it)
{
	return it->records.next;
}

static const struct kind records = { &ops_records_type, count_records, record_at, next_of_records };

static void put_query(struct text *t, const char *key, const char *value)
{
	text_char(t, strchr(t->p, '?') ? '&' : '?');
	text_str(t, key);
	text_char(t, '=');
	ops_url_put(t, value);
}

int hst_record_list(hst_graph *g, const hst_guid *type, const char *query, uint32_t flags,
		    hst_iter **it)
{
	char path[PATH_MOST + 1], head[LIB_GRAPH_PATH], guid[HST_GUID_TEXT];
	struct text t = TEXT_OF(path);
	bool good = it && (flags | HST_RECORDS_NO_DATA) == HST_RECORDS_NO_DATA;
	int r = lib_graph_check(g, good, "a place for the iterator is wanted");
	if (r < 0)
		return r;
	text_str(&t, lib_graph_path(g, "/records", head));
	if (!(flags & HST_RECORDS_NO_DATA))
		put_query(&t, "payload", "true");
	if (type) {
		hst_guid_text(type, guid);
		put_query(&t, "type", guid);
	}
	if (query)
		put_query(&t, "query", query);
	if (t.cut)
		return lib_graph_check(g, false, "the query is too long");
	return iter_new(g->handle.ctx, &records, path, it);
}

/* Nodes */

static void fill_node(void *out, const void *from, struct lib_pack *p)
{
	const struct ops_graph_node *f = from;
	hst_node_info *n = out;
	hst_address *list = lib_pack(p, NULL, f->n_addresses * sizeof(*list));
	*n = (hst_node_info){ .size = sizeof(*n),
			      .node = lib_node_of(f->node),
			      .self = f->self,
			      .neighbor = f->neighbor,
			      .contact = f->contact,
			      .addresses = list };
	for (size_t i = 0; list && i < f->n_addresses; i++)
		n->n_addresses += lib_endpoint_address(&f->addresses[i], &list[n->n_addresses]);
	n->peer = lib_pack_str(p, f->peer);
	n->attributes = lib_pack_str(p, f->attributes);
}

static size_t count_nodes(const struct hst_iter *it)
{
	return it->nodes.n_nodes;
}

static void *node_at(const struct hst_iter *it, size_t at)
{
	return lib_packed(it->handle.ctx, sizeof(hst_node_info), fill_node, &it->nodes.nodes[at]);
}

static const struct kind nodes = { &ops_graph_nodes_type, count_nodes, node_at, NULL };

int hst_graph_nodes(hst_graph *g, hst_iter **it)
{
	char path[LIB_GRAPH_PATH];
	int r = lib_graph_check(g, it, "a place for the iterator is wanted");
	return r < 0 ? r : iter_new(g->handle.ctx, &nodes, lib_graph_path(g, "/nodes", path), it);
}

/* Links */

static void set_address(struct sockaddr_storage *out, const char *text)
{
	struct addr a;
	if (text[0] && addr_parse(span_str(text), 0, &a) == OK)
		(void)os_sockaddr_from(out, &a);
}

static void fill_link(void *out, const void *from, struct lib_pack *p)
{
	const struct ops_graph_link *f = from;
	hst_link_info *l = out;
	*l = (hst_link_info){ .size = sizeof(*l),
			      .conn = f->conn,
			      .node = lib_node_of(f->node),
			      .direct = strcmp(f->kind, "direct") == 0,
			      .incoming = f->incoming,
			      .octets_in = f->octets_in,
			      .octets_out = f->octets_out,
			      .unsent = f->unsent,
			      .backlog = f->backlog,
			      .skew = f->skew_behind ? -f->skew : f->skew };
	set_address(&l->local, f->local);
	set_address(&l->remote, f->remote);
	l->peer = lib_pack_str(p, f->peer);
	l->state = lib_pack_str(p, f->state);
}

static size_t count_links(const struct hst_iter *it)
{
	return it->links.n_links;
}

static void *link_at(const struct hst_iter *it, size_t at)
{
	return lib_packed(it->handle.ctx, sizeof(hst_link_info), fill_link, &it->links.links[at]);
}

static const struct kind links = { &ops_graph_links_type, count_links, link_at, NULL };

int hst_graph_links(hst_graph *g, hst_iter **it)
{
	char path[LIB_GRAPH_PATH];
	int r = lib_graph_check(g, it, "a place for the iterator is wanted");
	return r < 0 ? r : iter_new(g->handle.ctx, &links, lib_graph_path(g, "/links", path), it);
}

/* Identities, groups and their members */

static size_t count_identities(const struct hst_iter *it)
{
	return it->identities.n_identities;
}

static void *identity_at(const struct hst_iter *it, size_t at)
{
	return lib_identity_of(it->handle.ctx, &it->identities.identities[at], "");
}

static const struct kind identities = { &ops_identities_type, count_identities, identity_at, NULL };

int hst_identity_list(hst_ctx *c, hst_iter **it)
{
	if (!it)
		return lib_invalid(c, "a place for the iterator is wanted");
	return iter_new(c, &identities, "/v1/identities", it);
}

static size_t count_groups(const struct hst_iter *it)
{
	return it->groups.n_groups;
}

static void *group_at(const struct hst_iter *it, size_t at)
{
	return lib_group_of(it->handle.ctx, &it->groups.groups[at], "");
}

static const struct kind groups = { &ops_groups_type, count_groups, group_at, NULL };

int hst_group_list(hst_ctx *c, hst_iter **it)
{
	if (!it)
		return lib_invalid(c, "a place for the iterator is wanted");
	return iter_new(c, &groups, "/v1/groups", it);
}

static size_t count_members(const struct hst_iter *it)
{
	return it->members.n_members;
}

static void *member_at(const struct hst_iter *it, size_t at)
{
	return lib_member_of(it->handle.ctx, &it->members.members[at], "");
}

static const char *next_of_members(const struct hst_iter *it)
{
	return it->members.next;
}

static const struct kind members = { &ops_members_type, count_members, member_at, next_of_members };

int hst_member_list(hst_group *g, uint32_t flags, hst_iter **it)
{
	char path[LIB_GROUP_PATH];
	bool good = it && (flags | HST_MEMBERS_ONLINE) == HST_MEMBERS_ONLINE;
	int r = lib_group_check(g, good, "flags that there are, and a place, are wanted");
	if (r < 0)
		return r;
	lib_group_path(g, flags & HST_MEMBERS_ONLINE ? "/members?online=true" : "/members", path);
	return iter_new(g->handle.ctx, &members, path, it);
}

static size_t count_invites(const struct hst_iter *it)
{
	return it->invites.n_invites;
}

static void *invite_at(const struct hst_iter *it, size_t at)
{
	return lib_code_of(it->handle.ctx, &it->invites.invites[at]);
}

static const struct kind invites = { &ops_invites_type, count_invites, invite_at, NULL };

int hst_invite_list(hst_group *g, hst_iter **it)
{
	char path[LIB_GROUP_PATH];
	int r = lib_group_check(g, it != NULL, "a place for the iterator is wanted");
	if (r < 0)
		return r;
	return iter_new(g->handle.ctx, &invites, lib_group_path(g, "/invites", path), it);
}
