/* Calls that one round trip to the engine ends, and what comes of them. */
#include "lib/lib_int.h"

#include "ops/types.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define LOCAL_MS 5000

void lib_handle_init(struct lib_handle *h, struct hst_ctx *c)
{
	h->ctx = c;
	list_push_back(&c->handles, &h->node);
}

void lib_handle_fini(struct lib_handle *h)
{
	if (h->ctx)
		list_take(&h->node);
	h->ctx = NULL;
}

void lib_handles_drop(struct hst_ctx *c)
{
	LIST_EACH(node, tmp, &c->handles)
	{
		struct lib_handle *h = LIST_ENTRY(node, struct lib_handle, node);
		if (h->lost)
			h->lost(h);
		list_take(node);
		h->ctx = NULL;
	}
}

int lib_ask(struct hst_ctx *c, const struct lib_ask *k, hst_op *op)
{
	if (k->body && ops_no_text(k->type, k->body))
		return lib_fail(c, HST_E_INVALID, "a text is no UTF-8", "see homestead.h");
	json_t *j = k->body ? ops_encode(k->type, k->body) : NULL;
	char *s = j ? json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
	int r = HST_E_NOMEM;
	json_decref(j);
	if (s || !k->body)
		r = lib_call(c,
			     &(struct lib_call){ k->method, k->path, s, k->deadline_ms, false,
						 k->errand },
			     op);
	else
		(void)lib_fail_nomem(c);
	free(s); /* from jansson */
	return r;
}

int lib_wait(struct hst_ctx *c, hst_op op, hst_event **e)
{
	*e = NULL;
	int r = hst_ctx_wait(c, op, -1, e);
	if (r >= 0)
		return r;
	hst_free(*e);
	*e = NULL;
	return r;
}

int lib_local(struct hst_ctx *c, const struct lib_ask *k, hst_event **e)
{
	struct lib_ask mine = *k;
	hst_op op;
	if (!mine.deadline_ms)
		mine.deadline_ms = LOCAL_MS;
	int r = lib_ask(c, &mine, &op);
	return r < 0 ? r : lib_wait(c, op, e);
}

int lib_local_change(struct hst_ctx *c, const struct lib_ask *k)
{
	hst_event *e;
	int r = lib_local(c, k, &e);
	if (r >= 0)
		hst_free(e);
	return r;
}

int lib_decode(struct hst_ctx *c, const struct ops_struct *type, const char *json, void *out,
	       struct arena *mem)
{
	char buffer[256];
	struct text why = TEXT_OF(buffer);
	json_t *j = json_loads(json, 0, NULL);
	enum err e = ops_decode(type, j, OPS_FROM_ANSWER, out, mem, &why);
	json_decref(j);
	if (e == ERR_NOMEM)
		return lib_fail_nomem(c);
	return e ? lib_fail(c, HST_E_PROTOCOL, buffer, "check that its version fits") : HST_OK;
}

int lib_local_get(struct hst_ctx *c, const struct lib_ask *k, const struct ops_struct *type,
		  void *out, struct arena *mem)
{
	hst_event *e;
	int r = lib_local(c, k, &e);
	if (r < 0)
		return r;
	r = lib_decode(c, type, e->json, out, mem);
	hst_free(e);
	return r;
}

void *lib_pack(struct lib_pack *p, const void *from, size_t n)
{
	size_t align = _Alignof(max_align_t);
	char *at = p->base ? p->base + p->n : NULL;
	p->n += (n + align - 1) / align * align;
	if (at && from)
		memcpy(at, from, n);
	return at;
}

const char *lib_pack_str(struct lib_pack *p, const char *s)
{
	return lib_pack(p, s ? s : "", strlen(s ? s : "") + 1);
}

void *lib_packed(struct hst_ctx *c, size_t size, lib_pack_fn *fill, const void *from)
{
	struct lib_pack p = { 0 };
	size_t head =
		(size + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
	char *scratch = env_zalloc(c->env, 1, size);
	if (!scratch)
		return NULL;
	fill(scratch, from, &p);
	env_free(c->env, scratch);
	char *block = lib_box_new(c->env, head + p.n, NULL);
	if (!block)
		return NULL;
	p = (struct lib_pack){ block + head, 0 };
	fill(block, from, &p);
	return block;
}
