/* Identities, and the documents that carry keys under a passphrase. */
#include "lib/group_int.h"

#include <string.h>

/* ---- what groups share ---- */

int lib_invalid(struct hst_ctx *c, const char *why)
{
	return lib_fail(c, HST_E_INVALID, why, "see homestead.h");
}

const char *lib_or_empty(const char *s)
{
	return s ? s : "";
}

int lib_give_text(struct hst_ctx *c, const char *s, char **out)
{
	size_t n = strlen(s) + 1;
	char *copy = lib_box_new(c->env, n, NULL);
	if (!copy)
		return lib_fail_nomem(c);
	memcpy(copy, s, n);
	*out = copy;
	return HST_OK;
}

bool lib_path(char path[LIB_GROUP_PATH], const char *noun, const char *id, const char *tail)
{
	struct text t = text_of(path, LIB_GROUP_PATH);
	text_str(&t, "/v1/");
	text_str(&t, noun);
	text_char(&t, '/');
	ops_url_put(&t, id);
	text_str(&t, tail);
	return !t.cut;
}

int lib_make(struct hst_ctx *c, const struct lib_ask *k, char **name)
{
	struct ops_made made;
	struct arena mem;
	arena_init(&mem, c->env, 4096);
	int r = lib_local_get(c, k, &ops_made_type, &made, &mem);
	if (r >= 0 && name)
		r = lib_give_text(c, made.name, name);
	if (r >= 0)
		r = made.already ? HST_ALREADY : HST_OK;
	arena_free(&mem);
	return r;
}

/* ---- under a passphrase ---- */

/* u16 with its length, the passphrase, the document; wiped when it went. */
static int send_sealed(struct hst_ctx *c, const struct lib_paper *p, hst_event **done)
{
	size_t document = strlen(p->document), n = 2 + p->pass_n + document;
	if (p->pass_n > OPS_PASSPHRASE_MAX || (p->pass_n && !p->pass))
		return lib_invalid(c, "a passphrase of at most 1,024 octets is wanted");
	if (document > OPS_DOCUMENT_MAX)
		return lib_invalid(c, "the document is too long to be one");
	uint8_t *octets = env_zalloc(c->env, 1, n);
	if (!octets)
		return lib_fail_nomem(c);
	octets[0] = (uint8_t)(p->pass_n >> 8);
	octets[1] = (uint8_t)p->pass_n;
	if (p->pass_n)
		memcpy(octets + 2, p->pass, p->pass_n);
	memcpy(octets + 2 + p->pass_n, p->document, document);
	const struct lib_ask ask = {
		.path = p->path, .type = p->type, .body = p->body, .deadline_ms = p->deadline_ms
	};
	int r = lib_sealed(c, &ask, span_of(octets, n), done);
	explicit_bzero(octets, n);
	env_free(c->env, octets);
	return r;
}

/* The answer, decoded; strings lie in mem. */
static int ask_sealed(struct hst_ctx *c, const struct lib_paper *p, const struct ops_struct *type,
		      void *out, struct arena *mem)
{
	hst_event *e;
	int r = send_sealed(c, p, &e);
	if (r < 0)
		return r;
	r = lib_decode(c, type, e->json, out, mem);
	hst_free(e);
	return r;
}

int lib_paper_export(struct hst_ctx *c, const struct lib_paper *p, char **text)
{
	struct ops_document d;
	struct arena mem;
	arena_init(&mem, c->env, 4096);
	int r = ask_sealed(c, p, &ops_document_type, &d, &mem);
	if (r >= 0)
		r = lib_give_text(c, d.document, text);
	arena_free(&mem);
	return r;
}

int lib_paper_import(struct hst_ctx *c, const struct lib_paper *p, char **name)
{
	struct ops_made made;
	struct arena mem;
	arena_init(&mem, c->env, 4096);
	int r = ask_sealed(c, p, &ops_made_type, &made, &mem);
	if (r >= 0 && name)
		r = lib_give_text(c, made.name, name);
	if (r >= 0)
		r = made.already ? HST_ALREADY : HST_OK;
	arena_free(&mem);
	return r;
}

/* ---- identities ---- */

struct info_from {
	const struct ops_identity *i;
	const char *json;
};

static void fill_info(void *out, const void *from, struct lib_pack *p)
{
	const struct info_from *f = from;
	hst_identity_info *i = out;
	*i = (hst_identity_info){ .size = sizeof(*i),
				  .is_default = f->i->is_default,
				  .usable = f->i->usable,
				  .groups = f->i->groups,
				  .made = f->i->made };
	i->name = lib_pack_str(p, f->i->name);
	i->label = lib_pack_str(p, f->i->label);
	i->profile = lib_pack_str(p, f->i->profile);
	i->card = lib_pack_str(p, f->i->card);
	i->why = lib_pack_str(p, f->i->why);
	i->json = lib_pack_str(p, f->json);
}

struct hst_identity_info *lib_identity_of(struct hst_ctx *c, const struct ops_identity *i,
					  const char *json)
{
	return lib_packed(c, sizeof(hst_identity_info), fill_info, &(struct info_from){ i, json });
}

int hst_identity_create(hst_ctx *c, const hst_identity_opts *opts, char **id)
{
	static const hst_identity_opts usual = HST_INIT(hst_identity_opts);
	struct ops_identity_make m;
	const hst_identity_opts *o = opts ? opts : &usual;
	if (o->size < sizeof(*o))
		return lib_invalid(c, "hst_identity_opts is to be made with HST_INIT");
	ops_clear(&ops_identity_make_type, &m);
	m.label = lib_or_empty(o->label);
	m.classifier = lib_or_empty(o->classifier);
	m.is_default = o->make_default;
	ops_set_text(m.profile, sizeof(m.profile), lib_or_empty(o->profile));
	return lib_make(c,
			&(struct lib_ask){ .method = "POST",
					   .path = "/v1/identities",
					   .type = &ops_identity_make_type,
					   .body = &m },
			id);
}

/* The name of the default; for hst_free(). */
static int default_name(struct hst_ctx *c, char **name)
{
	struct ops_identities all;
	struct arena mem;
	arena_init(&mem, c->env, 4096);
	int r = lib_local_get(c, &(struct lib_ask){ .method = "GET", .path = "/v1/identities" },
			      &ops_identities_type, &all, &mem);
	const char *found = NULL;
	for (size_t i = 0; r >= 0 && i < all.n_identities; i++)
		found = all.identities[i].is_default ? all.identities[i].name : found;
	if (r >= 0)
		r = found ? lib_give_text(c, found, name)
			  : lib_fail(c, HST_E_NOT_FOUND, "this machine has no identity yet",
				     "make one: hst_identity_create(), homestead id create");
	arena_free(&mem);
	return r;
}

/* Path of an identity, NULL: of the default. */
static int path_of(struct hst_ctx *c, const char *id, const char *tail, char path[LIB_GROUP_PATH])
{
	char *name = NULL;
	int r = id ? HST_OK : default_name(c, &name);
	if (r >= 0 && !lib_path(path, "identities", id ? id : name, tail))
		r = lib_invalid(c, "the name of the identity is too long");
	hst_free(name);
	return r;
}

static int give_info(struct hst_ctx *c, const char *json, hst_identity_info **info)
{
	struct ops_identity i;
	struct arena mem;
	arena_init(&mem, c->env, 4096);
	int r = lib_decode(c, &ops_identity_type, json, &i, &mem);
	if (r >= 0) {
		*info = lib_identity_of(c, &i, json);
		r = *info ? HST_OK : lib_fail_nomem(c);
	}
	arena_free(&mem);
	return r;
}

int hst_identity_get(hst_ctx *c, const char *id, hst_identity_info **info)
{
	char path[LIB_GROUP_PATH];
	hst_event *e;
	if (!info)
		return lib_invalid(c, "a place for the answer is wanted");
	int r = path_of(c, id, "", path);
	if (r >= 0)
		r = lib_local(c, &(struct lib_ask){ .method = "GET", .path = path }, &e);
	if (r < 0)
		return r;
	r = give_info(c, e->json, info);
	hst_free(e);
	return r;
}

#define EVERYTHING (HST_IDENTITY_LABEL | HST_IDENTITY_DEFAULT)

int hst_identity_set(hst_ctx *c, const char *id, const hst_identity_opts *opts, uint32_t mask)
{
	char path[LIB_GROUP_PATH];
	struct ops_identity_set s;
	if (!opts || opts->size < sizeof(*opts) || !mask || (mask | EVERYTHING) != EVERYTHING)
		return lib_invalid(c, "options, and a mask of HST_IDENTITY_..., are wanted");
	if ((mask & HST_IDENTITY_DEFAULT) && !opts->make_default)
		return lib_invalid(c,
				   "an identity ceases to be the default when another is made it");
	int r = path_of(c, id, "", path);
	if (r < 0)
		return r;
	ops_clear(&ops_identity_set_type, &s);
	s.label = mask & HST_IDENTITY_LABEL ? lib_or_empty(opts->label) : "";
	s.is_default = mask & HST_IDENTITY_DEFAULT;
	return lib_make(
		c,
		&(struct lib_ask){
			.method = "PUT", .path = path, .type = &ops_identity_set_type, .body = &s },
		NULL);
}

int hst_identity_delete(hst_ctx *c, const char *id, uint32_t flags)
{
	char path[LIB_GROUP_PATH];
	if (!id || flags)
		return lib_invalid(c, "an identity, and no flags, are wanted");
	int r = path_of(c, id, "", path);
	return r < 0 ? r : lib_make(c, &(struct lib_ask){ .method = "DELETE", .path = path }, NULL);
}

int hst_identity_export(hst_ctx *c, const char *id, const void *pass, size_t pass_n,
			char **document)
{
	char path[LIB_GROUP_PATH];
	if (!document || !pass || !pass_n)
		return lib_invalid(c, "a passphrase, and a place for the document, are wanted");
	int r = path_of(c, id, "/export", path);
	return r < 0 ? r
		     : lib_paper_export(c, &(struct lib_paper){ path, pass, pass_n, "" }, document);
}

int hst_identity_import(hst_ctx *c, const char *document, const void *pass, size_t pass_n,
			char **id)
{
	if (!document || !pass || !pass_n)
		return lib_invalid(c, "a document and its passphrase are wanted");
	return lib_paper_import(
		c, &(struct lib_paper){ "/v1/identities/import", pass, pass_n, document }, id);
}
