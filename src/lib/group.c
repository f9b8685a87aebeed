/* Groups: handles, and what is asked of them. */
#include "lib/group_int.h"

#include "os/person.h"
#include "os/sockaddr.h"

#include <netinet/in.h>
#include <string.h>

static void group_fini(void *p)
{
	struct hst_group *g = p;
	hst_free(g->graph);
	lib_handle_fini(&g->handle);
}

int lib_group_new(struct hst_ctx *c, const char *id, const char *identity, hst_group **out)
{
	size_t n = strlen(id) + 1, whole = identity[0] ? n + strlen(identity) + 1 : 0;
	struct hst_group *g = lib_box_new(c->env, sizeof(*g) + n + whole, group_fini);
	if (!g)
		return lib_fail_nomem(c);
	lib_handle_init(&g->handle, c);
	memcpy(g->id, id, n);
	g->named = g->id;
	if (whole) {
		struct text t = text_of(g->id + n, whole);
		text_str(&t, id);
		text_char(&t, '/');
		text_str(&t, identity);
		g->named = g->id + n;
	}
	*out = g;
	return HST_OK;
}

int lib_group_check(const struct hst_group *g, bool good, const char *why)
{
	if (!g || !g->handle.ctx)
		return HST_E_INVALID;
	return good ? HST_OK : lib_invalid(g->handle.ctx, why);
}

const char *lib_group_path(const struct hst_group *g, const char *tail, char path[LIB_GROUP_PATH])
{
	(void)lib_path(path, "groups", g->named, tail);
	return path;
}

const char *hst_group_id(const hst_group *g)
{
	return g->id;
}

/* ---- roles ---- */

static const struct {
	int role;
	const char *said, *asked;
} roles[] = {
	{ 0, "", "" },
	{ HST_ROLE_MEMBER, "member", "member" },
	{ HST_ROLE_INVITER, "inviting member", "inviter" },
	{ HST_ROLE_ADMIN, "administrator", "admin" },
};

int lib_role_of(const char *word)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i].said, word) == 0)
			return roles[i].role;
	return 0;
}

const char *lib_role_word(int role)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (roles[i].role == role)
			return roles[i].asked;
	return NULL;
}

#define JOIN_MS 100000 /* a code: the daemon waits 90 s for members */

/* ---- made, joined, opened ---- */

#define FLAGS (HST_GROUP_NO_MEMBER_DATA | HST_GROUP_NO_PRESENCE | HST_GROUP_DEFER)

static const char *check_props(const hst_group_props *p)
{
	if (!p || p->size < sizeof(*p))
		return "hst_group_props is to be made with HST_INIT";
	if ((p->flags | FLAGS) != FLAGS)
		return "there is no such flag";
	return NULL;
}

static void set_make(struct ops_group_make *m, const hst_group_props *p)
{
	ops_clear(&ops_group_make_type, m);
	m->name = lib_or_empty(p->name);
	m->identity = lib_or_empty(p->identity);
	m->classifier = lib_or_empty(p->classifier);
	m->comment = lib_or_empty(p->comment);
	m->cloud = lib_or_empty(p->cloud);
	ops_set_text(m->profile, sizeof(m->profile), lib_or_empty(p->profile));
	m->data_optional = p->flags & HST_GROUP_NO_MEMBER_DATA;
	m->no_presence = p->flags & HST_GROUP_NO_PRESENCE;
	m->defer = p->flags & HST_GROUP_DEFER;
	m->membership_life = p->membership_life_s ? p->membership_life_s * MONO_SEC : -1;
	m->presence_life = p->presence_life_s ? p->presence_life_s * MONO_SEC : -1;
}

/* A handle of what a request made, or joined. */
static int make(struct hst_ctx *c, const struct lib_ask *k, hst_group **g)
{
	char *id = NULL;
	int made = lib_make(c, k, &id);
	int r = made < 0 ? made : lib_group_new(c, id, "", g);
	hst_free(id);
	return r < 0 ? r : made;
}

/* GROUP-10.12: how somebody is called who is nobody yet here. */
static const char *first_of(const char *identity, char person[OS_PERSON_SIZE])
{
	struct text t = text_of(person, OS_PERSON_SIZE);
	if (identity[0])
		return "";
	os_person(&t);
	return person;
}

int hst_group_create(hst_ctx *c, const hst_group_props *props, hst_group **g)
{
	const char *why = check_props(props);
	struct ops_group_make m;
	char person[OS_PERSON_SIZE];
	if (why || !g)
		return lib_invalid(c, why ? why : "a place for the handle is wanted");
	if (!props->name || !props->name[0])
		return lib_invalid(c, "a name for the group is wanted");
	set_make(&m, props);
	m.first = first_of(m.identity, person);
	return make(c,
		    &(struct lib_ask){ .method = "POST",
				       .path = "/v1/groups",
				       .type = &ops_group_make_type,
				       .body = &m },
		    g);
}

/* GROUP-14.36: a secret goes over the stream. */
static int join_secretly(struct hst_ctx *c, const struct ops_group_join *j, const char *secret,
			 hst_group **g)
{
	char *id = NULL;
	int made = lib_paper_import(c,
				    &(struct lib_paper){ .path = "/v1/groups/join/secret",
							 .pass = secret,
							 .pass_n = strlen(secret),
							 .document = "",
							 .type = &ops_group_join_type,
							 .body = j,
							 .deadline_ms = JOIN_MS },
				    &id);
	int r = made < 0 ? made : lib_group_new(c, id, "", g);
	hst_free(id);
	return r < 0 ? r : made;
}

int hst_group_join(hst_ctx *c, const char *id, const char *invite, const char *secret,
		   hst_group **g)
{
	struct ops_group_join j;
	char person[OS_PERSON_SIZE];
	if (!invite || !g)
		return lib_invalid(c, "an invitation, and a place, are wanted");
	bool document = invite[0] == '<';
	if (document && secret)
		return lib_fail(c, HST_E_UNSUPPORTED, "an invitation to a card takes no secret",
				"secret NULL, or a code or link in place of the invitation");
	ops_clear(&ops_group_join_type, &j);
	j.invitation = document ? invite : "";
	j.code = document ? "" : invite;
	j.identity = lib_or_empty(id);
	j.first = document ? "" : first_of(j.identity, person);
	if (secret)
		return join_secretly(c, &j, secret, g);
	return make(c,
		    &(struct lib_ask){ .method = "POST",
				       .path = "/v1/groups/join",
				       .type = &ops_group_join_type,
				       .body = &j,
				       .deadline_ms = document ? 0 : JOIN_MS },
		    g);
}

/* Who asked for GROUP/IDENTITY means that one from then on. */
static const char *as_whom(const char *asked, const struct ops_group *g)
{
	bool fits = strlen(g->id) + 1 + strlen(g->identity) <= OPS_GRAPH_ID_MAX;
	return strchr(asked, '/') && fits ? g->identity : "";
}

int hst_group_open(hst_ctx *c, const char *group, hst_group **g)
{
	char path[LIB_GROUP_PATH];
	struct ops_group found;
	struct arena mem;
	if (!group || !g)
		return lib_invalid(c, "a group, and a place for the handle, are wanted");
	if (!lib_path(path, "groups", group, ""))
		return lib_invalid(c, "the name of the group is too long");
	arena_init(&mem, c->env, 4096);
	int r = lib_local_get(c, &(struct lib_ask){ .method = "GET", .path = path },
			      &ops_group_type, &found, &mem);
	if (r >= 0)
		r = lib_group_new(c, found.id, as_whom(group, &found), g);
	arena_free(&mem);
	return r;
}

/* ---- what is done with one ---- */

static int change(const struct hst_group *g, const struct lib_ask *k)
{
	char path[LIB_GROUP_PATH];
	struct lib_ask whole = *k;
	whole.path = lib_group_path(g, k->path, path);
	return lib_make(g->handle.ctx, &whole, NULL);
}

static int begin(const struct hst_group *g, const struct lib_ask *k, hst_op *op)
{
	char path[LIB_GROUP_PATH];
	struct lib_ask whole = *k;
	whole.path = lib_group_path(g, k->path, path);
	return lib_ask(g->handle.ctx, &whole, op);
}

static int set_addresses(struct hst_ctx *c, const hst_address *addrs, size_t n,
			 struct ops_address *list)
{
	for (size_t i = 0; i < n; i++)
		if (!lib_address_text((const struct sockaddr *)&addrs[i].addr, list[i].address,
				      sizeof(list[i].address)))
			return lib_invalid(c, "an address is neither IPv4 nor IPv6");
	return HST_OK;
}

int hst_group_connect(hst_group *g, const hst_address *addrs, size_t n, int deadline_ms, hst_op *op)
{
	struct ops_address list[OPS_ADDRESSES_MOST];
	struct ops_group_connect k;
	bool good = op && (addrs || !n) && n <= OPS_ADDRESSES_MOST && deadline_ms >= 0 &&
		    deadline_ms <= LIB_DEADLINE_MAX;
	int r = lib_group_check(g, good, "up to 16 addresses, a deadline and a place are wanted");
	if (r < 0)
		return r;
	if (!n)
		return begin(g,
			     &(struct lib_ask){ .method = "POST",
						.path = "/open",
						.deadline_ms = deadline_ms },
			     op);
	r = set_addresses(g->handle.ctx, addrs, n, list);
	if (r >= 0)
		r = change(g, &(struct lib_ask){ .method = "POST", .path = "/open" });
	if (r < 0)
		return r;
	ops_clear(&ops_group_connect_type, &k);
	k.addresses = list;
	k.n_addresses = n;
	k.deadline = deadline_ms ? deadline_ms * MONO_MS : -1;
	return begin(g,
		     &(struct lib_ask){ .method = "POST",
					.path = "/connect",
					.type = &ops_group_connect_type,
					.body = &k,
					.deadline_ms = deadline_ms },
		     op);
}

int hst_group_disconnect(hst_group *g)
{
	int r = lib_group_check(g, true, "");
	return r < 0 ? r : change(g, &(struct lib_ask){ .method = "POST", .path = "/close" });
}

int hst_group_rotate(hst_group *g)
{
	int r = lib_group_check(g, true, "");
	return r < 0 ? r : change(g, &(struct lib_ask){ .method = "POST", .path = "/rotate" });
}

int hst_group_leave(hst_group *g, uint32_t flags)
{
	int r = lib_group_check(g, !flags, "there is no such flag");
	return r < 0 ? r : change(g, &(struct lib_ask){ .method = "DELETE", .path = "" });
}

static const char *set_words(uint32_t mask)
{
	static const char *const words[] = {
		"",	   "name",	   "comment",	      "name,comment",
		"options", "name,options", "comment,options", "name,comment,options"
	};
	return words[(mask & HST_SET_NAME ? 1 : 0) | (mask & HST_SET_COMMENT ? 2 : 0) |
		     (mask & HST_SET_OPTIONS ? 4 : 0)];
}

#define SETTABLE (HST_SET_NAME | HST_SET_COMMENT | HST_SET_OPTIONS)

int hst_group_set(hst_group *g, const hst_group_props *props, uint32_t mask)
{
	struct ops_group_set s;
	const char *why = check_props(props);
	if (!why && (!mask || (mask | SETTABLE) != SETTABLE))
		why = "a mask of HST_SET_NAME, HST_SET_COMMENT, HST_SET_OPTIONS is wanted";
	int r = lib_group_check(g, !why, why);
	if (r < 0)
		return r;
	ops_clear(&ops_group_set_type, &s);
	s.set = set_words(mask);
	s.name = lib_or_empty(props->name);
	s.comment = lib_or_empty(props->comment);
	s.data_optional = props->flags & HST_GROUP_NO_MEMBER_DATA;
	s.no_presence = props->flags & HST_GROUP_NO_PRESENCE;
	s.defer = props->flags & HST_GROUP_DEFER;
	return change(
		g, &(struct lib_ask){
			   .method = "PUT", .path = "", .type = &ops_group_set_type, .body = &s });
}

/* ---- the password ---- */

int hst_group_password(hst_group *g, const void *pass, size_t pass_n)
{
	char path[LIB_GROUP_PATH];
	int r = lib_group_check(g, pass || !pass_n, "a password is wanted");
	if (r < 0)
		return r;
	return lib_paper_import(
		g->handle.ctx,
		&(struct lib_paper){ lib_group_path(g, "/password", path), pass, pass_n, "" },
		NULL);
}

int hst_group_link(hst_group *g, char **link)
{
	char path[LIB_GROUP_PATH];
	struct ops_invite_make body;
	struct ops_invite_made made;
	struct arena mem;
	int r = lib_group_check(g, link, "a place for the link is wanted");
	if (r < 0)
		return r;
	arena_init(&mem, g->handle.ctx->env, 4096);
	ops_clear(&ops_invite_make_type, &body);
	body.password = true;
	r = lib_local_get(g->handle.ctx,
			  &(struct lib_ask){ .method = "POST",
					     .path = lib_group_path(g, "/invites", path),
					     .type = &ops_invite_make_type,
					     .body = &body },
			  &ops_invite_made_type, &made, &mem);
	if (r >= 0)
		r = lib_give_text(g->handle.ctx, made.link, link);
	arena_free(&mem);
	return r;
}

/* ---- a look at one ---- */

struct info_from {
	const struct ops_group *g;
	const char *json;
};

static void fill_info(void *out, const void *from, struct lib_pack *p)
{
	const struct info_from *f = from;
	const struct ops_group *g = f->g;
	hst_group_info *i = out;
	*i = (hst_group_info){ .size = sizeof(*i),
			       .open = g->open,
			       .owner = g->owner,
			       .owner_kept = g->owner_kept,
			       .role = lib_role_of(g->role),
			       .from = g->since,
			       .until = g->until,
			       .members = g->members,
			       .online = g->online,
			       .neighbors = g->neighbors };
	i->id = lib_pack_str(p, g->id);
	i->name = lib_pack_str(p, g->name);
	i->comment = lib_pack_str(p, g->comment);
	i->identity = lib_pack_str(p, g->identity);
	i->profile = lib_pack_str(p, g->profile);
	i->state = lib_pack_str(p, g->state);
	i->why = lib_pack_str(p, g->why);
	i->json = lib_pack_str(p, f->json);
}

struct hst_group_info *lib_group_of(struct hst_ctx *c, const struct ops_group *g, const char *json)
{
	return lib_packed(c, sizeof(hst_group_info), fill_info, &(struct info_from){ g, json });
}

static int give_info(struct hst_ctx *c, const char *json, hst_group_info **info)
{
	struct ops_group g;
	struct arena mem;
	arena_init(&mem, c->env, 4096);
	int r = lib_decode(c, &ops_group_type, json, &g, &mem);
	if (r >= 0) {
		*info = lib_group_of(c, &g, json);
		r = *info ? HST_OK : lib_fail_nomem(c);
	}
	arena_free(&mem);
	return r;
}

int hst_group_get(hst_group *g, hst_group_info **info)
{
	char path[LIB_GROUP_PATH];
	hst_event *e;
	int r = lib_group_check(g, info, "a place for the answer is wanted");
	if (r < 0)
		return r;
	r = lib_local(g->handle.ctx,
		      &(struct lib_ask){ .method = "GET", .path = lib_group_path(g, "", path) },
		      &e);
	if (r < 0)
		return r;
	r = give_info(g->handle.ctx, e->json, info);
	hst_free(e);
	return r;
}

hst_graph *hst_group_graph(hst_group *g)
{
	if (lib_group_check(g, true, "") < 0)
		return NULL;
	if (!g->graph && lib_graph_of(g->handle.ctx, g->named, &g->graph) < 0)
		return NULL;
	return g->graph;
}

/* ---- moved ---- */

static int export_membership(struct hst_group *g, char **document)
{
	char path[LIB_GROUP_PATH];
	struct ops_document d;
	struct arena mem;
	arena_init(&mem, g->handle.ctx->env, 4096);
	int r = lib_local_get(
		g->handle.ctx,
		&(struct lib_ask){ .method = "GET", .path = lib_group_path(g, "/export", path) },
		&ops_document_type, &d, &mem);
	if (r >= 0)
		r = lib_give_text(g->handle.ctx, d.document, document);
	arena_free(&mem);
	return r;
}

int hst_group_export(hst_group *g, int what, const void *pass, size_t pass_n, char **document)
{
	char path[LIB_GROUP_PATH];
	bool owner = what == HST_GROUP_OWNER;
	bool good = document && (owner ? pass && pass_n : what == HST_GROUP_MEMBERSHIP && !pass_n);
	int r = lib_group_check(g, good,
				"HST_GROUP_MEMBERSHIP, or HST_GROUP_OWNER and a passphrase, and a "
				"place for the document, are wanted");
	if (r < 0)
		return r;
	if (!owner)
		return export_membership(g, document);
	return lib_paper_export(
		g->handle.ctx,
		&(struct lib_paper){ lib_group_path(g, "/owner", path), pass, pass_n, "" },
		document);
}

int hst_group_import(hst_ctx *c, const char *document, const void *pass, size_t pass_n,
		     hst_group **g)
{
	char *id = NULL;
	if (!document)
		return lib_invalid(c, "a document is wanted");
	int done = lib_paper_import(
		c, &(struct lib_paper){ "/v1/groups/import", pass, pass_n, document }, &id);
	int r = done < 0 || !g ? done : lib_group_new(c, id, "", g);
	hst_free(id);
	return r < 0 ? r : done;
}
