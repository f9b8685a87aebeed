#include "graph/record.h"

/* GRAPH-3.3, GRAPH-3.4: which records may stand, and which of two. */

/* A name of 1 to 255 units and its terminator (A43). */
static bool is_name(struct span s)
{
	return s.n >= 4 && s.n <= (size_t)2 * GRAPH_ID_UNITS && s.p[s.n - 2] == 0 &&
	       s.p[s.n - 1] == 0;
}

static bool good_times(const struct graph_record *r)
{
	return r->expires > r->modified && r->modified >= r->created;
}

/* Only once it was modified does it say by whom. */
static bool good_modifier(const struct graph_record *r)
{
	return r->modified != r->created || r->modifier.n == 0;
}

static bool of_graph(const struct graph_record *r, const struct graph_rules *rules)
{
	return r->protocol == GRAPH_PROTOCOL && span_eq(r->graph, rules->graph);
}

static bool too_far(const struct graph_record *r, const struct graph_rules *rules)
{
	return r->expires > rules->expires_max && !graph_type_reserved(&r->type);
}

static bool too_large(const struct graph_record *r, const struct graph_rules *rules)
{
	return r->payload.n > rules->record_max ||
	       r->attributes.n > rules->record_max - r->payload.n;
}

/* GRAPH-3.7 */
static bool leaves_room(const struct graph_record *r)
{
	bool shared = graph_guid_eq(&r->type, &graph_type_info) ||
		      graph_guid_eq(&r->type, &graph_type_signature);
	bool own = !r->modifier.n || span_eq(r->modifier, r->creator);
	return shared || !own || r->version <= GRAPH_VERSION_OWN;
}

static enum graph_fault fault_of(const struct graph_record *r, const struct graph_rules *rules)
{
	if (!is_name(r->creator) || (r->modifier.n && !is_name(r->modifier)))
		return GRAPH_FAULT_NAMES;
	if (!of_graph(r, rules))
		return GRAPH_FAULT_GRAPH;
	if (!good_times(r))
		return GRAPH_FAULT_TIMES;
	if (!good_modifier(r))
		return GRAPH_FAULT_MODIFIER;
	if (graph_record_deleted(r) && (r->payload.n || r->attributes.n))
		return GRAPH_FAULT_DELETED;
	if (too_large(r, rules))
		return GRAPH_FAULT_SIZE;
	if (!leaves_room(r))
		return GRAPH_FAULT_JUMP;
	return too_far(r, rules) ? GRAPH_FAULT_FAR : GRAPH_FAULT_NONE;
}

enum err graph_record_check(const struct graph_record *r, const struct graph_rules *rules,
			    enum graph_fault *why)
{
	enum graph_fault f = fault_of(r, rules);
	if (why)
		*why = f;
	return f == GRAPH_FAULT_NONE ? OK : ERR_MALFORMED;
}

/* Above 0 when a is the greater. */
static int order(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* The first difference decides. Units in network order compare as their octets do. */
static int stronger(const struct graph_record *a, const struct graph_record *b)
{
	int c = order(a->version, b->version);
	if (c == 0)
		c = order(a->modifier.n != 0, b->modifier.n != 0);
	if (c == 0)
		c = span_cmp(a->modifier, b->modifier);
	if (c == 0)
		c = order(a->modified, b->modified);
	if (c == 0)
		c = order(a->security.n, b->security.n);
	if (c == 0)
		c = span_cmp(a->security, b->security);
	return c;
}

/* GRAPH-3.8: all of the above, and nothing else: what compares as the same must look the same, or
 * it would be exchanged for ever. */
void graph_record_content(struct crypto *c, enum crypto_profile_id p, const struct graph_record *r,
			  uint8_t out[CRYPTO_FINGERPRINT])
{
	uint8_t head[4 + 8 + 4];
	struct wr w = wr_of(head, sizeof(head));
	wr_u32(&w, r->version);
	wr_u64(&w, r->modified);
	wr_u32(&w, (uint32_t)r->modifier.n);
	const struct span parts[] = { wr_span(&w), r->modifier, r->security };
	crypto_fingerprint(c, p, parts, sizeof(parts) / sizeof(*parts), out);
}

enum graph_verdict graph_record_compare(const struct graph_record *stored,
					const struct graph_record *received)
{
	int c = stronger(received, stored);
	if (c == 0)
		return GRAPH_PRESENT;
	return c > 0 ? GRAPH_NEW : GRAPH_OLD;
}
