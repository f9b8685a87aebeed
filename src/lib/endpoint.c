/* What a search found, from JSON to the structs of the public header. */
#include "lib/lib_int.h"

#include "base/number.h"
#include "ops/types.h"
#include "os/sockaddr.h"

#include <jansson.h>
#include <netinet/in.h>
#include <string.h>

static int protocol_of(const char *s)
{
	uint64_t n = 0;
	if (strcmp(s, "udp") == 0)
		return IPPROTO_UDP;
	if (number_u64(span_str(s), UINT8_MAX, &n) == OK)
		return (int)n;
	return IPPROTO_TCP;
}

bool lib_endpoint_address(const struct ops_endpoint *e, hst_address *out)
{
	struct addr a;
	if (addr_parse(span_str(e->address), 0, &a) != OK || e->port > UINT16_MAX)
		return false;
	if (e->port)
		a.port = (uint16_t)e->port;
	*out = (hst_address){ .protocol = protocol_of(e->protocol) };
	return os_sockaddr_from(&out->addr, &a) != 0;
}

/* Those that are understood; how many. */
static size_t set_addresses(const struct ops_found *f, hst_address *out)
{
	size_t n = 0;
	for (size_t i = 0; i < f->n_endpoints; i++)
		n += lib_endpoint_address(&f->endpoints[i], &out[n]);
	return n;
}

int hst_address_parse(const char *text, uint16_t port, hst_address *address)
{
	struct addr a;
	hst_address out = { .protocol = IPPROTO_TCP };
	if (!text || !address || addr_parse(span_str(text), port, &a) != OK)
		return HST_E_INVALID;
	if (!a.port)
		a.port = port;
	if (!os_sockaddr_from(&out.addr, &a))
		return HST_E_INVALID;
	*address = out;
	return HST_OK;
}

/* Binary payloads come in base64: the octets lie in mem. */
static enum err set_payload(const struct ops_found *f, struct hst_endpoint *out, struct arena *mem)
{
	size_t size = strlen(f->payload);
	out->payload_text = strcmp(f->payload_type, "text") == 0;
	if (!size)
		return OK;
	if (out->payload_text) {
		out->payload = f->payload;
		out->payload_n = size;
		return OK;
	}
	uint8_t *octets = arena_alloc(mem, size);
	if (!octets)
		return ERR_NOMEM;
	if (ops_base64_take(f->payload, octets, size, &out->payload_n) == OK)
		out->payload = octets;
	return OK;
}

static enum err put(struct hst_ctx *c, hst_op op, const char *json, const struct ops_found *f,
		    struct arena *mem)
{
	struct hst_endpoint e = { .name = f->name,
				  .cloud = f->cloud,
				  .comment = f->comment,
				  .secure = f->secure,
				  .local = f->local };
	hst_address *addresses = arena_alloc(mem, (f->n_endpoints + 1) * sizeof(*addresses));
	if (!addresses || set_payload(f, &e, mem) != OK)
		return ERR_NOMEM;
	e.addresses = addresses;
	e.n_addresses = set_addresses(f, addresses);
	return lib_queue_put_endpoint(
		c, &(struct hst_event){ .kind = HST_EVENT_ENDPOINT, .op = op, .json = json }, &e);
}

enum err lib_endpoint_put(struct hst_ctx *c, hst_op op, const char *json)
{
	char buffer[256];
	struct text why = TEXT_OF(buffer);
	struct ops_found f;
	struct arena mem;
	arena_init(&mem, c->env, 4096);
	json_t *j = json_loads(json, 0, NULL);
	enum err e = ops_decode(&ops_found_type, j, OPS_FROM_ANSWER, &f, &mem, &why);
	json_decref(j);
	if (e == OK)
		e = put(c, op, json, &f, &mem);
	arena_free(&mem);
	return e == ERR_NOMEM ? e : OK;
}
