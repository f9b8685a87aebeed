/* OPENs: ours, and the checks of theirs (MASC-3.2), in order. */
#include "masc/masc_int.h"

#include "wire/wr.h"

void open_ours(const struct peer *p, struct wire_open *o)
{
	const struct masc *m = p->m;
	memset(o, 0, sizeof(*o));
	o->version = WIRE_VERSION;
	o->family = (uint8_t)(p->config->family + 1);
	o->role = (uint8_t)p->config->role;
	o->hold_time = (uint16_t)(p->timers.hold_time / MONO_SEC);
	o->domain = m->config.domain;
	o->node = m->config.node;
	o->parent = p->config->role == MASC_SIBLING ? p->config->parent_domain : m->parent;
}

struct look {
	const struct peer *p;
	const struct wire_open *o;
	struct wr scratch;
};

/* 0, or the subcode; *data is what goes with it. */
typedef uint8_t check(struct look *k, struct span *data);

static bool is(const struct masc_id *a, const struct masc_id *b)
{
	return masc_id_eq(a, b);
}

static void id_data(struct look *k, const struct masc_id *id)
{
	size_t n = wire_id_size(k->p->config->family + 1);
	wr_bytes(&k->scratch, span_of(id->octets + sizeof(id->octets) - n, n));
}

/* All Parent Domain IDs of ours, the zero of a top-level domain included. */
static struct span our_parents(struct look *k)
{
	const struct masc *m = k->p->m;
	struct masc_id id = { { 0 } };
	if (m->top_level)
		id_data(k, &id);
	while (!k->scratch.failed && masc_config_parent_after(&m->config, &id, &id))
		if (k->p->config->family + 1 == MASC_IPV6 || masc_id_fits_ipv4(&id))
			id_data(k, &id);
	/* Not wr_span(): one too many for the room is left out, no more. */
	return span_of(k->scratch.p, k->scratch.n);
}

static uint8_t version(struct look *k, struct span *data)
{
	if (k->o->version == WIRE_VERSION)
		return 0;
	wr_u8(&k->scratch, wire_version_below(k->o->version));
	*data = wr_span(&k->scratch);
	return WIRE_BAD_VERSION;
}

static uint8_t family(struct look *k, struct span *data)
{
	return k->o->family == k->p->config->family + 1 ? 0 : WIRE_OPEN_FAMILY;
}

static uint8_t hold_time(struct look *k, struct span *data)
{
	return k->o->hold_time == 1 || k->o->hold_time == 2 ? WIRE_BAD_HOLD_TIME : 0;
}

static uint8_t domain(struct look *k, struct span *data)
{
	return is(&k->o->domain, &k->p->config->domain) ? 0 : WIRE_BAD_DOMAIN;
}

static uint8_t node(struct look *k, struct span *data)
{
	const struct masc_id *id = &k->o->node;
	const struct masc_id *wanted = &k->p->config->node;
	if (masc_id_is_zero(id) || is(id, &k->p->m->config.node))
		return WIRE_BAD_NODE;
	return masc_id_is_zero(wanted) || is(id, wanted) ? 0 : WIRE_BAD_NODE;
}

static uint8_t role(struct look *k, struct span *data)
{
	static const uint8_t other[] = { [MASC_INTERNAL_PEER] = MASC_INTERNAL_PEER,
					 [MASC_CHILD] = MASC_PARENT,
					 [MASC_SIBLING] = MASC_SIBLING,
					 [MASC_PARENT] = MASC_CHILD };
	if (k->o->role == other[k->p->config->role])
		return 0;
	wr_u8(&k->scratch, (uint8_t)k->p->config->role);
	*data = wr_span(&k->scratch);
	return WIRE_ROLE_MISMATCH;
}

static uint8_t top_level(struct look *k, struct span *data)
{
	if (k->p->config->role != MASC_INTERNAL_PEER ||
	    masc_id_is_zero(&k->o->parent) == k->p->m->top_level)
		return 0;
	*data = our_parents(k);
	return WIRE_PARENT_CONFIG;
}

/* A parent that cannot be the one of this session, whoever our parents are. */
static uint8_t parent(struct look *k, struct span *data)
{
	const struct masc_id *id = &k->o->parent;
	const struct masc_config *c = &k->p->m->config;
	if (k->p->config->role != MASC_SIBLING || is(id, &k->p->config->parent_domain))
		return 0;
	bool odd = masc_id_is_zero(id) || is(id, &c->domain) || is(id, &k->o->domain);
	if (!odd && !masc_config_has_parent(c, id))
		return 0;
	id_data(k, id);
	*data = wr_span(&k->scratch);
	return WIRE_BAD_PARENT;
}

static uint8_t common_parent(struct look *k, struct span *data)
{
	if (k->p->config->role != MASC_SIBLING || is(&k->o->parent, &k->p->config->parent_domain))
		return 0;
	*data = our_parents(k);
	return WIRE_NO_COMMON_PARENT;
}

static check *const checks[] = { version, family,    hold_time, domain,	      node,
				 role,	  top_level, parent,	common_parent };

unsigned open_check(const struct peer *p, const struct wire_open *o, struct span message,
		    struct wire_error *error, uint8_t *scratch)
{
	struct span body = { message.p + WIRE_HEADER, message.n - WIRE_HEADER };
	struct look k = { p, o, wr_of(scratch, WIRE_MESSAGE_MAX) };
	unsigned n = sizeof(checks) / sizeof(checks[0]);
	for (unsigned i = 0; i < n; i++) {
		struct span data = body;
		uint8_t subcode = checks[i](&k, &data);
		if (!subcode)
			continue;
		*error = (struct wire_error){ .code = WIRE_OPEN_ERROR,
					      .subcode = subcode,
					      .data = data };
		return n - i;
	}
	return 0;
}
