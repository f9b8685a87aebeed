/* graph_builtin.c - payloads of a graph's own records. What is read and written again is
 * read the same. The first octet chooses the type. */
#include "graph/builtin.h"
#include "fuzz_env.h"

static uint8_t room[1 << 17];

static void info(struct span s)
{
	struct graph_info_payload p, again;
	struct wr w = wr_of(room, sizeof(room));
	if (graph_info_decode(s, &p) != OK)
		return;
	graph_put_info(&w, &p);
	hold(!w.failed && w.n <= s.n && graph_info_decode(wr_span(&w), &again) == OK);
	hold(span_eq(p.graph, again.graph) && span_eq(p.creator, again.creator));
	hold(span_eq(p.name, again.name) && span_eq(p.comment, again.comment));
	hold(p.flags == again.flags && p.scope == again.scope);
	hold(p.presence_life == again.presence_life && p.presence_max == again.presence_max);
	hold(p.record_max == again.record_max);
}

static struct graph_addresses addresses(const struct graph_array *a, struct addr out[255])
{
	uint8_t n = a->n < 255 ? (uint8_t)a->n : 255;
	for (uint32_t i = 0; i < n; i++)
		out[i] = graph_peer_address_at(a, i);
	return (struct graph_addresses){ out, n };
}

static void same_addresses(const struct graph_array *a, const struct graph_addresses *want)
{
	hold(a->n == want->n);
	for (uint32_t i = 0; i < a->n; i++) {
		struct addr got = graph_peer_address_at(a, i);
		hold(want->at[i].family == ADDR_NONE || addr_eq(&got, &want->at[i]));
	}
}

static void contact(struct span s)
{
	struct graph_contact_payload p, again;
	struct addr at[255];
	struct wr w = wr_of(room, sizeof(room));
	if (graph_contact_decode(s, &p) != OK)
		return;
	struct graph_addresses list = addresses(&p.addresses, at);
	graph_put_contact(&w, p.signature, p.node, list);
	hold(!w.failed && graph_contact_decode(wr_span(&w), &again) == OK);
	hold(p.signature == again.signature && p.node == again.node);
	same_addresses(&again.addresses, &list);
}

static void presence(struct span s)
{
	struct graph_presence_payload p, again;
	struct addr at[255];
	struct wr w = wr_of(room, sizeof(room));
	if (graph_presence_decode(s, &p) != OK || p.attributes.n > sizeof(room) / 2)
		return;
	struct graph_addresses list = addresses(&p.addresses, at);
	graph_put_presence(&w, p.node, p.attributes, list);
	hold(!w.failed && graph_presence_decode(wr_span(&w), &again) == OK);
	hold(p.node == again.node && span_eq(p.attributes, again.attributes));
	same_addresses(&again.addresses, &list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t node;
	if (!size)
		return 0;
	struct span s = span_of(data + 1, size - 1);
	switch (data[0] & 3) {
	case 0:
		info(s);
		break;
	case 1:
		hold((graph_signature_decode(s, &node) == OK) == (s.n >= 8));
		break;
	case 2:
		contact(s);
		break;
	default:
		presence(s);
	}
	return 0;
}
