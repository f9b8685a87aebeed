/* Records: published, changed, read. */
#include "lib/graph_int.h"

#include <string.h>

/* GRAPH-6.11: the daemon waits up to 25 s for the key of a group, and says what is missing. */
#define CHANGE_MS 30000

static const char *const types[] = { "string", "int", "date" };

static int attr_type(const char *word)
{
	for (int i = 0; i < (int)(sizeof(types) / sizeof(types[0])); i++)
		if (strcmp(types[i], word) == 0)
			return i;
	return HST_ATTR_STRING;
}

/* From the daemon */

static void fill_attrs(hst_record *r, const struct ops_record *f, struct lib_pack *p)
{
	hst_attr *list = lib_pack(p, NULL, f->n_attributes * sizeof(*list));
	for (size_t i = 0; i < f->n_attributes; i++) {
		const struct ops_attribute *a = &f->attributes[i];
		const char *name = lib_pack_str(p, a->name), *value = lib_pack_str(p, a->value);
		if (list)
			list[i] = (hst_attr){ name, attr_type(a->type), value };
	}
	r->attrs = list;
	r->n_attrs = f->n_attributes;
}

/* A NUL behind what is text spares programs a copy. */
static void fill_data(hst_record *r, const struct ops_record *f, struct lib_pack *p)
{
	size_t room = f->large ? f->size : strlen(f->data) / 4 * 3, n = room;
	uint8_t *octets = lib_pack(p, NULL, room + 1);
	if (!octets || (!f->large && !f->data[0] && f->size))
		return;
	if (!f->large && ops_base64_take(f->data, octets, room, &n) != OK)
		return;
	octets[n] = 0;
	r->data = octets;
	r->data_n = n;
}

static void fill_record(void *out, const void *from, struct lib_pack *p)
{
	const struct ops_record *f = from;
	hst_record *r = out;
	*r = (hst_record){ .size = sizeof(*r),
			   .expires = f->expires,
			   .version = (uint32_t)f->version,
			   .ours = f->ours,
			   .created = f->created,
			   .modified = f->modified,
			   .data_size = f->size };
	(void)hst_guid_parse(f->id, &r->id);
	(void)hst_guid_parse(f->type, &r->type);
	r->word = f->word[0] ? lib_pack_str(p, f->word) : NULL;
	r->creator = lib_pack_str(p, f->creator);
	r->modifier = lib_pack_str(p, f->modifier);
	fill_attrs(r, f, p);
	fill_data(r, f, p);
}

struct hst_record *lib_record_of(struct hst_ctx *c, const struct ops_record *r)
{
	return lib_packed(c, sizeof(struct hst_record), fill_record, r);
}

/* To the daemon */

static const char *check(const hst_record *r)
{
	if (!r || r->size < sizeof(*r))
		return "hst_record is to be made with HST_INIT";
	if ((r->data_n && !r->data) || (r->n_attrs && !r->attrs))
		return "data, or attributes, are wanted where there is a number of them";
	for (size_t i = 0; i < r->n_attrs; i++)
		if (!r->attrs[i].name || !r->attrs[i].value || r->attrs[i].type < HST_ATTR_STRING ||
		    r->attrs[i].type > HST_ATTR_DATE)
			return "an attribute has a name, a value and a type";
	return NULL;
}

/* NULL without memory. */
static struct ops_attribute *attributes_of(const hst_record *r, struct arena *mem)
{
	struct ops_attribute *list = arena_alloc(mem, (r->n_attrs + 1) * sizeof(*list));
	for (size_t i = 0; list && i < r->n_attrs; i++) {
		list[i].name = r->attrs[i].name;
		list[i].value = r->attrs[i].value;
		ops_set_text(list[i].type, sizeof(list[i].type), types[r->attrs[i].type]);
	}
	return list;
}

static const char *data_of(const hst_record *r, struct arena *mem)
{
	size_t size = OPS_BASE64_MAX(r->data_n) + 1;
	char *p = arena_alloc(mem, size);
	if (!p)
		return NULL;
	struct text t = text_of(p, size);
	ops_base64_put(&t, span_of(r->data, r->data_n));
	return p;
}

/* "word", or the digits of the type. */
static bool set_type(char *out, size_t size, const hst_record *r)
{
	char guid[HST_GUID_TEXT];
	hst_guid_text(&r->type, guid);
	ops_set_text(out, size, r->word ? r->word : guid);
	return !r->word || (r->word[0] && strlen(r->word) < size);
}

/* "/records/ID" and the rest. */
static const char *record_tail(const hst_guid *id, const char *rest, char tail[100])
{
	char digits[HST_GUID_TEXT];
	struct text t = text_of(tail, 100);
	hst_guid_text(id, digits);
	text_str(&t, "/records/");
	text_str(&t, digits);
	text_str(&t, rest);
	return tail;
}

static const char *record_path(const struct hst_graph *g, const hst_guid *id, const char *rest,
			       char path[LIB_GRAPH_PATH])
{
	char tail[100];
	return lib_graph_path(g, record_tail(id, rest, tail), path);
}

/* What is too large for one request; id NULL: a new one. */
static int upload(struct hst_graph *g, const hst_record *rec, const hst_guid *id,
		  const struct ops_record_update *change, struct arena *mem,
		  struct ops_record_change *done)
{
	struct ops_record_upload u;
	hst_event *e;
	ops_clear(&ops_record_upload_type, &u);
	if (id)
		hst_guid_text(id, u.record);
	else if (!set_type(u.type, sizeof(u.type), rec))
		return lib_graph_check(g, false, "the word of a record type is too long");
	u.size = rec->data_n;
	u.if_version = change->if_version;
	u.expires = change->expires;
	u.life = change->life;
	u.attributes = change->attributes;
	u.n_attributes = change->n_attributes;
	int r = lib_record_upload(g, &u, span_of(rec->data, rec->data_n), &e);
	if (r < 0)
		return r;
	r = lib_decode(g->handle.ctx, &ops_record_change_type, e->json, done, mem);
	hst_free(e);
	return r;
}

static int add_small(struct hst_graph *g, const hst_record *rec, struct arena *mem,
		     struct ops_record_change *done)
{
	struct ops_record_add a;
	char path[LIB_GRAPH_PATH];
	ops_clear(&ops_record_add_type, &a);
	if (!set_type(a.type, sizeof(a.type), rec))
		return lib_graph_check(g, false, "the word of a record type is too long");
	a.expires = rec->expires;
	a.life = rec->life > 0 ? rec->life : -1;
	a.attributes = attributes_of(rec, mem);
	a.n_attributes = rec->n_attrs;
	a.data = data_of(rec, mem);
	if (!a.attributes || !a.data)
		return lib_fail_nomem(g->handle.ctx);
	return lib_local_get(g->handle.ctx,
			     &(struct lib_ask){ .method = "POST",
						.path = lib_graph_path(g, "/records", path),
						.type = &ops_record_add_type,
						.body = &a,
						.deadline_ms = CHANGE_MS },
			     &ops_record_change_type, done, mem);
}

/* What both kinds of changes have. False: without memory. */
static bool set_change(struct ops_record_update *u, const hst_record *rec, uint32_t mask,
		       struct arena *mem)
{
	ops_clear(&ops_record_update_type, u);
	if (mask & HST_RECORD_TIME) {
		u->expires = rec->expires;
		u->life = rec->life > 0 ? rec->life : -1;
	}
	u->attributes = attributes_of(rec, mem);
	u->n_attributes = mask & HST_RECORD_ATTRS ? rec->n_attrs : 0;
	return u->attributes != NULL;
}

static int add_large(struct hst_graph *g, const hst_record *rec, struct arena *mem,
		     struct ops_record_change *done)
{
	struct ops_record_update u;
	if (!set_change(&u, rec, HST_RECORD_TIME | HST_RECORD_ATTRS, mem))
		return lib_fail_nomem(g->handle.ctx);
	return upload(g, rec, NULL, &u, mem, done);
}

int hst_record_add(hst_graph *g, const hst_record *rec, hst_guid *id)
{
	const char *why = check(rec);
	struct ops_record_change done;
	struct arena mem;
	int r = lib_graph_check(g, !why, why);
	if (r < 0)
		return r;
	arena_init(&mem, g->handle.ctx->env, 4096);
	r = rec->data_n > OPS_RECORD_INLINE ? add_large(g, rec, &mem, &done)
					    : add_small(g, rec, &mem, &done);
	if (r >= 0 && id)
		(void)hst_guid_parse(done.id, id);
	arena_free(&mem);
	return r;
}

static const char *set_text(uint32_t mask)
{
	static const char *const words[] = { "", "data", "attributes", "data,attributes" };
	return words[mask & (HST_RECORD_DATA | HST_RECORD_ATTRS)];
}

static int update_small(struct hst_graph *g, const hst_record *rec, uint32_t mask,
			struct ops_record_update *u, struct arena *mem)
{
	char path[LIB_GRAPH_PATH];
	struct ops_record_change done;
	u->set = set_text(mask);
	u->data = mask & HST_RECORD_DATA ? data_of(rec, mem) : "";
	if (!u->data)
		return lib_fail_nomem(g->handle.ctx);
	return lib_local_get(g->handle.ctx,
			     &(struct lib_ask){ .method = "PUT",
						.path = record_path(g, &rec->id, "", path),
						.type = &ops_record_update_type,
						.body = u,
						.deadline_ms = CHANGE_MS },
			     &ops_record_change_type, &done, mem);
}

static int update(struct hst_graph *g, const hst_record *rec, uint32_t mask, uint32_t if_version,
		  struct arena *mem)
{
	struct ops_record_change done;
	struct ops_record_update u;
	if (!set_change(&u, rec, mask, mem))
		return lib_fail_nomem(g->handle.ctx);
	u.if_version = if_version;
	return (mask & HST_RECORD_DATA) && rec->data_n > OPS_RECORD_INLINE
		       ? upload(g, rec, &rec->id, &u, mem, &done)
		       : update_small(g, rec, mask, &u, mem);
}

#define EVERYTHING (HST_RECORD_DATA | HST_RECORD_ATTRS | HST_RECORD_TIME)

int hst_record_update(hst_graph *g, const hst_record *rec, uint32_t mask, uint32_t if_version)
{
	const char *why = check(rec);
	struct arena mem;
	if (!why && (mask == 0 || (mask | EVERYTHING) != EVERYTHING))
		why = "a mask of HST_RECORD_... is wanted";
	int r = lib_graph_check(g, !why, why);
	if (r < 0)
		return r;
	arena_init(&mem, g->handle.ctx->env, 4096);
	r = update(g, rec, mask, if_version, &mem);
	arena_free(&mem);
	return r;
}

int hst_record_delete(hst_graph *g, const hst_guid *id, uint32_t flags)
{
	char path[LIB_GRAPH_PATH];
	bool good = id && (flags | HST_RECORD_LOCAL) == HST_RECORD_LOCAL;
	int r = lib_graph_check(g, good, "a Record ID, and flags that there are, are wanted");
	if (r < 0)
		return r;
	return lib_local_change(
		g->handle.ctx,
		&(struct lib_ask){
			.method = "DELETE",
			.path = record_path(g, id, flags & HST_RECORD_LOCAL ? "?local=true" : "",
					    path),
			.deadline_ms = CHANGE_MS });
}

/* With room for what comes over a stream. */
static int give_record(struct hst_graph *g, const struct ops_record *found, hst_record **out)
{
	char tail[100];
	hst_record *r = lib_record_of(g->handle.ctx, found);
	int e = HST_OK;
	if (!r)
		return lib_fail_nomem(g->handle.ctx);
	if (found->large)
		e = lib_record_download(g, record_tail(&r->id, "/data", tail), (void *)r->data,
					r->data_n);
	if (e < 0)
		hst_free(r);
	else
		*out = r;
	return e;
}

int hst_record_get(hst_graph *g, const hst_guid *id, hst_record **rec)
{
	char path[LIB_GRAPH_PATH];
	struct ops_record found;
	struct arena mem;
	int r = lib_graph_check(g, id && rec, "a Record ID and a place for it are wanted");
	if (r < 0)
		return r;
	arena_init(&mem, g->handle.ctx->env, 4096);
	r = lib_local_get(
		g->handle.ctx,
		&(struct lib_ask){ .method = "GET", .path = record_path(g, id, "", path) },
		&ops_record_type, &found, &mem);
	if (r >= 0)
		r = give_record(g, &found, rec);
	arena_free(&mem);
	return r;
}
