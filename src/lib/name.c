/* Names: hst_name_*, hst_cloud_list. */
#include "lib/lib_int.h"

#include "ops/types.h"
#include "os/sockaddr.h"

#include <jansson.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* Beyond the daemon's own deadline, for its answer to arrive. */
#define SLACK_MS 2000

static int invalid(struct hst_ctx *c, const char *why)
{
	return lib_fail(c, HST_E_INVALID, why, "see homestead.h");
}

/* A text in a block for hst_free. */
static int give(struct hst_ctx *c, const char *s, char **out)
{
	char *p = lib_box_new(c->env, strlen(s) + 1, NULL);
	if (!p)
		return lib_fail_nomem(c);
	memcpy(p, s, strlen(s) + 1);
	*out = p;
	return HST_OK;
}

static int convert(struct hst_ctx *c, const char *name, bool host, char **out)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text why = TEXT_OF(buffer);
	struct ops_conversion forms;
	struct arena mem;
	int r;
	arena_init(&mem, c->env, 1024);
	enum err e = ops_name_convert(name, &forms, &mem, &why);
	if (e == ERR_NOMEM)
		r = lib_fail_nomem(c);
	else if (e)
		r = lib_fail(c, lib_result_of(e), buffer, "");
	else if (host && !forms.host[0])
		r = lib_fail(c, HST_E_UNSUPPORTED, forms.why, "use the name itself");
	else
		r = give(c, host ? forms.host : forms.name, out);
	arena_free(&mem);
	return r;
}

int hst_name_convert(hst_ctx *c, const char *name, int form, char **out)
{
	if (!name || !out || (form != HST_NAME_PEER && form != HST_NAME_HOST))
		return invalid(c, "a name, one of its forms and a place for it are wanted");
	return convert(c, name, form == HST_NAME_HOST, out);
}

int hst_name_make(hst_ctx *c, const char *authority, const char *classifier, char **name)
{
	char buffer[OPS_PEER_NAME_MAX + 1];
	struct text t = TEXT_OF(buffer);
	if (!classifier || !name || (!authority && !classifier[0]))
		return invalid(c, "a classifier and a place for the name are wanted");
	text_str(&t, authority ? authority : "0");
	text_char(&t, '.');
	text_str(&t, classifier);
	return t.cut ? invalid(c, "the name is too long") : convert(c, buffer, false, name);
}

/* Publishing */

static void set_protocol(struct ops_endpoint *to, int protocol)
{
	struct text t = TEXT_OF(to->protocol);
	if (protocol == IPPROTO_UDP)
		text_str(&t, "udp");
	else if (protocol == 0 || protocol == IPPROTO_TCP)
		text_str(&t, "tcp");
	else
		text_i64(&t, protocol);
}

static bool set_address(struct ops_endpoint *to, const hst_address *from)
{
	struct text t = TEXT_OF(to->address);
	struct addr a;
	set_protocol(to, from->protocol);
	if (!os_sockaddr_to(&a, &from->addr))
		return false;
	to->port = a.port;
	a.port = 0;
	addr_text(&t, &a);
	return true;
}

/* NULL without memory; *good tells whether all were understood. */
static struct ops_endpoint *endpoints_of(const hst_publish_opts *o, struct arena *mem, size_t *n,
					 bool *good)
{
	size_t count = o->n_addresses ? o->n_addresses : 1;
	struct ops_endpoint *list = arena_alloc(mem, count * sizeof(*list));
	*n = count;
	*good = true;
	if (list && !o->n_addresses) {
		list[0].port = o->port;
		set_protocol(&list[0], o->protocol);
	}
	for (size_t i = 0; list && i < o->n_addresses; i++)
		*good = set_address(&list[i], &o->addresses[i]) && *good;
	return list;
}

static const char *payload_of(const hst_publish_opts *o, struct arena *mem)
{
	size_t size = o->payload_text ? o->payload_n : OPS_BASE64_MAX(o->payload_n);
	char *p = arena_alloc(mem, size + 1);
	if (!p)
		return NULL;
	struct text t = text_of(p, size + 1);
	if (o->payload_text)
		text_span(&t, span_of(o->payload, o->payload_n));
	else
		ops_base64_put(&t, span_of(o->payload, o->payload_n));
	return p;
}

static bool fits(char *out, size_t size, const char *s)
{
	ops_set_text(out, size, s ? s : "");
	return !s || strlen(s) < size;
}

/* Why these cannot be asked for; NULL when they can. */
static const char *check(const hst_publish_opts *o)
{
	if (o->size < sizeof(*o))
		return "hst_publish_opts is to be made with HST_INIT";
	if (o->n_addresses > OPS_ENDPOINTS_MAX || (o->n_addresses && !o->addresses))
		return "at most 10 addresses are published";
	if (o->payload_n > OPS_PAYLOAD_MAX || (o->payload_n && !o->payload))
		return "a payload has at most 4096 octets";
	if (o->deadline_ms < 0 || o->deadline_ms > LIB_DEADLINE_MAX)
		return "the deadline is not between 0 and 600,000 ms";
	return NULL;
}

static int send_body(struct hst_ctx *c, const char *path, json_t *body, int deadline_ms, hst_op *op)
{
	char *s = body ? json_dumps(body, JSON_COMPACT) : NULL;
	json_decref(body);
	if (!s)
		return lib_fail_nomem(c);
	int r = lib_call(c, &(struct lib_call){ "POST", path, s, deadline_ms, false, NULL }, op);
	free(s); /* from jansson */
	return r;
}

static int publish(struct hst_ctx *c, const char *name, const hst_publish_opts *o,
		   struct arena *mem, hst_op *op)
{
	struct ops_publish body;
	bool good;
	ops_clear(&ops_publish_type, &body);
	body.secure = o->secure;
	body.temporary = o->temporary;
	body.endpoints = endpoints_of(o, mem, &body.n_endpoints, &good);
	if (!fits(body.name, sizeof(body.name), name) ||
	    !fits(body.cloud, sizeof(body.cloud), o->cloud) ||
	    !fits(body.comment, sizeof(body.comment), o->comment) || !good)
		return invalid(c, "the name, cloud, comment or an address is not accepted");
	if (o->payload_n) {
		body.payload = payload_of(o, mem);
		ops_set_text(body.payload_type, sizeof(body.payload_type),
			     o->payload_text ? "text" : "binary");
	}
	if (!body.endpoints || !body.payload)
		return lib_fail_nomem(c);
	return send_body(c, ops_rows[OPS_NAME_PUBLISH].path, ops_encode(&ops_publish_type, &body),
			 o->deadline_ms, op);
}

int hst_name_publish(hst_ctx *c, const char *name, const hst_publish_opts *opts, hst_op *op)
{
	const hst_publish_opts usual = HST_INIT(hst_publish_opts);
	struct arena mem;
	const char *why = name && op ? check(opts ? opts : &usual) : "a name is wanted";
	if (why)
		return invalid(c, why);
	arena_init(&mem, c->env, 4096);
	int r = publish(c, name, opts ? opts : &usual, &mem, op);
	arena_free(&mem);
	return r;
}

int hst_name_unpublish(hst_ctx *c, const char *name, const hst_unpublish_opts *opts, hst_op *op)
{
	const hst_unpublish_opts usual = HST_INIT(hst_unpublish_opts), *o = opts ? opts : &usual;
	struct ops_unpublish body;
	ops_clear(&ops_unpublish_type, &body);
	if (!name || !op || !fits(body.name, sizeof(body.name), name))
		return invalid(c, "a name is wanted");
	if (o->size < sizeof(*o))
		return invalid(c, "hst_unpublish_opts is to be made with HST_INIT");
	if (o->deadline_ms < 0 || o->deadline_ms > LIB_DEADLINE_MAX)
		return invalid(c, "the deadline is not between 0 and 600,000 ms");
	body.secure = o->secure;
	return send_body(c, ops_rows[OPS_NAME_UNPUBLISH].path,
			 ops_encode(&ops_unpublish_type, &body), o->deadline_ms, op);
}

/* Searching */

static void put_escaped(struct text *t, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	for (; *s; s++) {
		unsigned char octet = (unsigned char)*s;
		bool plain = (octet >= '0' && octet <= '9') || (octet >= 'A' && octet <= 'Z') ||
			     (octet >= 'a' && octet <= 'z') || strchr("-._~", octet);
		if (plain) {
			text_char(t, *s);
			continue;
		}
		text_char(t, '%');
		text_char(t, hex[octet >> 4]);
		text_char(t, hex[octet & 15]);
	}
}

static void put_flag(struct text *t, const char *name, bool set)
{
	if (!set)
		return;
	text_char(t, '&');
	text_str(t, name);
	text_str(t, "=true");
}

static void put_query(struct text *t, const char *name, const hst_resolve_opts *o)
{
	static const char *const criteria[] = { "any", "nearest", "nearest64" };
	text_str(t, OPS_SEARCH_PATH "?name=");
	put_escaped(t, name);
	if (o->cloud) {
		text_str(t, "&cloud=");
		put_escaped(t, o->cloud);
	}
	if (o->most) {
		text_str(t, "&most=");
		text_u64(t, o->most);
	}
	text_str(t, "&criteria=");
	text_str(t, criteria[o->criteria]);
	put_flag(t, "remote", o->remote_only);
	put_flag(t, "payload", o->payload);
	put_flag(t, "trace", o->trace);
	text_str(t, "&timeout=");
	text_i64(t, o->deadline_ms ? o->deadline_ms : LIB_DEADLINE_MS);
	text_str(t, "ms");
}

static const char *check_resolve(const char *name, const hst_resolve_opts *o)
{
	if (!name || !name[0] || strlen(name) > OPS_PEER_NAME_MAX)
		return "a name of at most 488 octets is wanted";
	if (o->size < sizeof(*o))
		return "hst_resolve_opts is to be made with HST_INIT";
	if (o->criteria < HST_CRITERIA_ANY || o->criteria > HST_CRITERIA_NEAREST64)
		return "there are no such criteria";
	if (o->cloud && strlen(o->cloud) > OPS_NAME_MAX)
		return "no cloud has so long a name";
	if (o->deadline_ms < 0 || o->deadline_ms > LIB_DEADLINE_MAX)
		return "the deadline is not between 0 and 600,000 ms";
	return NULL;
}

int hst_name_resolve(hst_ctx *c, const char *name, const hst_resolve_opts *opts, hst_op *op)
{
	const hst_resolve_opts usual = HST_INIT(hst_resolve_opts), *o = opts ? opts : &usual;
	char path[2048];
	struct text t = TEXT_OF(path);
	const char *why = op ? check_resolve(name, o) : "a place for the operation is wanted";
	if (why)
		return invalid(c, why);
	put_query(&t, name, o);
	if (t.n > 1900)
		return invalid(c, "the name is too long");
	int ms = (o->deadline_ms ? o->deadline_ms : LIB_DEADLINE_MS) + SLACK_MS;
	return lib_call(c, &(struct lib_call){ "GET", path, NULL, ms, true, NULL }, op);
}

int hst_cloud_list(hst_ctx *c, hst_op *op)
{
	return hst_call(c, ops_rows[OPS_CLOUDS].method, ops_rows[OPS_CLOUDS].path, NULL, 0, op);
}
