/* Members, invitations, and what a document says. */
#include "lib/group_int.h"

/* ---- members ---- */

struct member_from {
	const struct ops_member *m;
	const char *json;
};

static void fill_member(void *out, const void *from, struct lib_pack *p)
{
	const struct member_from *whole = from;
	const struct ops_member *f = whole->m;
	hst_member_info *m = out;
	*m = (hst_member_info){ .size = sizeof(*m),
				.role = lib_role_of(f->role),
				.self = f->self,
				.online = f->online,
				.from = f->since,
				.until = f->until };
	m->name = lib_pack_str(p, f->name);
	m->label = lib_pack_str(p, f->label);
	m->issuer = lib_pack_str(p, f->issuer);
	m->json = lib_pack_str(p, whole->json);
}

struct hst_member_info *lib_member_of(struct hst_ctx *c, const struct ops_member *m,
				      const char *json)
{
	return lib_packed(c, sizeof(hst_member_info), fill_member,
			  &(struct member_from){ m, json });
}

static int give_member(struct hst_ctx *c, const char *json, hst_member_info **info)
{
	struct ops_member m;
	struct arena mem;
	arena_init(&mem, c->env, 4096);
	int r = lib_decode(c, &ops_member_type, json, &m, &mem);
	if (r >= 0) {
		*info = lib_member_of(c, &m, json);
		r = *info ? HST_OK : lib_fail_nomem(c);
	}
	arena_free(&mem);
	return r;
}

int hst_member_get(hst_group *g, const char *who, hst_member_info **info)
{
	char path[LIB_GROUP_PATH], whole[2 * LIB_GROUP_PATH];
	struct text t = TEXT_OF(whole);
	hst_event *e;
	int r = lib_group_check(g, who && who[0] && info,
				"a member, and a place for what is known, are wanted");
	if (r < 0)
		return r;
	text_str(&t, lib_group_path(g, "/members/", path));
	ops_url_put(&t, who);
	if (t.cut)
		return lib_invalid(g->handle.ctx, "the name of the member is too long");
	r = lib_local(g->handle.ctx, &(struct lib_ask){ .method = "GET", .path = whole }, &e);
	if (r < 0)
		return r;
	r = give_member(g->handle.ctx, e->json, info);
	hst_free(e);
	return r;
}

/* ---- leave to be one ---- */

/* *text gets the invitation; NULL: it is not wanted. */
static int grant(struct hst_group *g, const struct ops_member_grant *body, char **text)
{
	char path[LIB_GROUP_PATH];
	struct hst_ctx *c = g->handle.ctx;
	struct ops_invitation made;
	struct arena mem;
	arena_init(&mem, c->env, 4096);
	int r = lib_local_get(c,
			      &(struct lib_ask){ .method = "POST",
						 .path = lib_group_path(g, "/members", path),
						 .type = &ops_member_grant_type,
						 .body = body },
			      &ops_invitation_type, &made, &mem);
	if (r >= 0 && text)
		r = lib_give_text(c, made.invitation, text);
	arena_free(&mem);
	return r;
}

int hst_member_grant(hst_group *g, const char *who, int role, int64_t until, uint32_t flags,
		     char **invite)
{
	struct ops_member_grant body;
	const char *word = lib_role_word(role);
	bool good = who && word && until >= 0 && (flags | HST_GRANT_PUBLISH) == HST_GRANT_PUBLISH;
	int r = lib_group_check(g, good, "a member, a role, an end and flags are wanted");
	if (r < 0)
		return r;
	ops_clear(&ops_member_grant_type, &body);
	body.member = who;
	ops_set_text(body.role, sizeof(body.role), word);
	body.until = until;
	body.publish = flags & HST_GRANT_PUBLISH;
	return grant(g, &body, invite);
}

/* POST .../members/WHO/verb */
static int tell(struct hst_group *g, const char *who, const char *verb,
		const struct ops_struct *type, const void *body)
{
	char path[LIB_GROUP_PATH], whole[2 * LIB_GROUP_PATH];
	struct text t = TEXT_OF(whole);
	hst_event *e;
	text_str(&t, lib_group_path(g, "/members/", path));
	ops_url_put(&t, who);
	text_str(&t, verb);
	if (t.cut)
		return lib_invalid(g->handle.ctx, "the name of the member is too long");
	const struct lib_ask ask = { .method = "POST", .path = whole, .type = type, .body = body };
	int r = lib_local(g->handle.ctx, &ask, &e);
	if (r >= 0)
		hst_free(e);
	return r;
}

int hst_member_remove(hst_group *g, const char *who, uint32_t flags, const char *reason)
{
	const uint32_t all = HST_REMOVE_RECORDS | HST_REMOVE_INVITED;
	struct ops_member_remove body;
	int r = lib_group_check(g, who && who[0] && (flags | all) == all,
				"a member and flags are wanted");
	if (r < 0)
		return r;
	ops_clear(&ops_member_remove_type, &body);
	body.reason = reason ? reason : "";
	body.drop_records = flags & HST_REMOVE_RECORDS;
	body.drop_invited = flags & HST_REMOVE_INVITED;
	return tell(g, who, "/remove", &ops_member_remove_type, &body);
}

int hst_member_return(hst_group *g, const char *who, int role, int64_t until, const char *reason)
{
	struct ops_member_return body;
	const char *word = lib_role_word(role);
	int r = lib_group_check(g, who && who[0] && word && until >= 0,
				"a member, a role and an end are wanted");
	if (r < 0)
		return r;
	ops_clear(&ops_member_return_type, &body);
	ops_set_text(body.role, sizeof(body.role), word);
	body.until = until;
	body.reason = reason ? reason : "";
	return tell(g, who, "/return", &ops_member_return_type, &body);
}
/* *text gets the code, or the link. */
static int make_code(struct hst_group *g, const struct hst_invite_opts *opts, const char *role,
		     char **text)
{
	char path[LIB_GROUP_PATH];
	struct hst_ctx *c = g->handle.ctx;
	struct ops_invite_make body;
	struct ops_invite_made made;
	struct arena mem;
	arena_init(&mem, c->env, 4096);
	ops_clear(&ops_invite_make_type, &body);
	body.label = opts->label ? opts->label : "";
	ops_set_text(body.role, sizeof(body.role), role);
	body.until = opts->expires;
	body.uses = opts->uses;
	int r = lib_local_get(c,
			      &(struct lib_ask){ .method = "POST",
						 .path = lib_group_path(g, "/invites", path),
						 .type = &ops_invite_make_type,
						 .body = &body },
			      &ops_invite_made_type, &made, &mem);
	if (r >= 0)
		r = lib_give_text(c, opts->link ? made.link : made.code, text);
	arena_free(&mem);
	return r;
}

/* One of before there were codes is shorter. */
#define OPTS_WITH_CARD offsetof(hst_invite_opts, uses)

int hst_invite_create(hst_group *g, const hst_invite_opts *opts, char **text)
{
	struct ops_member_grant body;
	const char *word = opts ? lib_role_word(opts->role) : NULL;
	bool whole = opts && opts->size >= sizeof(*opts);
	bool good = word && opts->size >= OPTS_WITH_CARD && (opts->for_card || whole) &&
		    opts->expires >= 0 && text;
	int r = lib_group_check(g, good, "hst_invite_opts with a role, and a place, are wanted");
	if (r < 0)
		return r;
	if (!opts->for_card)
		return make_code(g, opts, word, text);
	ops_clear(&ops_member_grant_type, &body);
	body.card = opts->for_card;
	ops_set_text(body.role, sizeof(body.role), word);
	body.until = opts->expires;
	return grant(g, &body, text);
}

int hst_invite_revoke(hst_group *g, const char *which)
{
	char path[LIB_GROUP_PATH], whole[2 * LIB_GROUP_PATH];
	struct text t = TEXT_OF(whole);
	int r = lib_group_check(g, which && which[0], "an invitation is wanted");
	if (r < 0)
		return r;
	text_str(&t, lib_group_path(g, "/invites/", path));
	ops_url_put(&t, which);
	if (t.cut)
		return lib_invalid(g->handle.ctx, "the name of the invitation is too long");
	return lib_local_change(g->handle.ctx,
				&(struct lib_ask){ .method = "DELETE", .path = whole });
}

static void fill_code(void *out, const void *from, struct lib_pack *p)
{
	const struct ops_invite *f = from;
	hst_code_info *i = out;
	*i = (hst_code_info){ .size = sizeof(*i),
			      .role = lib_role_of(f->role),
			      .uses = (uint32_t)f->uses,
			      .used = (uint32_t)f->used,
			      .wrong = (uint32_t)f->wrong,
			      .made = f->made,
			      .until = f->until };
	i->id = lib_pack_str(p, f->id);
	i->lookup = lib_pack_str(p, f->lookup);
	i->label = lib_pack_str(p, f->label);
	i->state = lib_pack_str(p, f->state);
	i->maker = lib_pack_str(p, f->maker);
}

struct hst_code_info *lib_code_of(struct hst_ctx *c, const struct ops_invite *i)
{
	return lib_packed(c, sizeof(hst_code_info), fill_code, i);
}

/* ---- what a document says ---- */

struct info_from {
	const struct ops_paper *d;
	const char *json;
};

static void fill_info(void *out, const void *from, struct lib_pack *p)
{
	const struct info_from *f = from;
	const struct ops_paper *d = f->d;
	hst_invite_info *i = out;
	*i = (hst_invite_info){ .size = sizeof(*i),
				.valid = d->valid,
				.role = lib_role_of(d->role),
				.from = d->since,
				.until = d->until };
	i->kind = lib_pack_str(p, d->kind);
	i->group = lib_pack_str(p, d->group);
	i->group_name = lib_pack_str(p, d->group_name);
	i->identity = lib_pack_str(p, d->name);
	i->label = lib_pack_str(p, d->label);
	i->issuer = lib_pack_str(p, d->issuer);
	i->why = lib_pack_str(p, d->why);
	i->json = lib_pack_str(p, f->json);
}

static int give_info(struct hst_ctx *c, const char *json, hst_invite_info **info)
{
	struct ops_paper d;
	struct arena mem;
	arena_init(&mem, c->env, 4096);
	int r = lib_decode(c, &ops_paper_type, json, &d, &mem);
	if (r >= 0) {
		*info = lib_packed(c, sizeof(**info), fill_info, &(struct info_from){ &d, json });
		r = *info ? HST_OK : lib_fail_nomem(c);
	}
	arena_free(&mem);
	return r;
}

int hst_invite_parse(hst_ctx *c, const char *text, hst_invite_info **info)
{
	struct ops_paper_read body;
	hst_event *e;
	if (!text || !info)
		return lib_invalid(c, "a document, and a place for what it says, are wanted");
	ops_clear(&ops_paper_read_type, &body);
	body.document = text;
	int r = lib_local(c,
			  &(struct lib_ask){ .method = "POST",
					     .path = "/v1/papers/read",
					     .type = &ops_paper_read_type,
					     .body = &body },
			  &e);
	if (r < 0)
		return r;
	r = give_info(c, e->json, info);
	hst_free(e);
	return r;
}
