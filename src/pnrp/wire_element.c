#include "pnrp/wire_int.h"

/* PNRP-2.3, PNRP-2.4, PNRP-2.5: elements, both ways. */

struct pnrp_elements pnrp_elements_of(struct span s)
{
	return (struct pnrp_elements){ rd_of(s), s.n };
}

size_t pnrp_elements_padding(const struct pnrp_elements *e)
{
	return (0 - (e->whole - e->r.left)) & 3;
}

bool pnrp_element_is(const struct pnrp_elements *e, enum pnrp_field field)
{
	struct rd r = e->r;
	rd_skip(&r, pnrp_elements_padding(e));
	/* Less than an element's head is padding behind the last one. */
	if (r.failed || r.left < PNRP_ELEMENT_HEAD)
		return false;
	return rd_u16(&r) == field;
}

struct rd pnrp_element_take(struct pnrp_elements *e, enum pnrp_field field)
{
	rd_skip(&e->r, pnrp_elements_padding(e));
	uint16_t id = rd_u16(&e->r);
	uint16_t length = rd_u16(&e->r);
	if (id != field || length < PNRP_ELEMENT_HEAD)
		e->r.failed = true;
	struct span value = rd_bytes(&e->r, e->r.failed ? 0 : length - PNRP_ELEMENT_HEAD);
	struct rd r = rd_of(value);
	r.failed = e->r.failed;
	return r;
}

void pnrp_element_end(struct pnrp_elements *e, const struct rd *value)
{
	if (!rd_done(value))
		e->r.failed = true;
}

struct span pnrp_take_span(struct pnrp_elements *e, enum pnrp_field field)
{
	struct rd r = pnrp_element_take(e, field);
	struct span s = rd_rest(&r);
	if (!s.n)
		e->r.failed = true;
	return s;
}

static void copy_octets(struct rd *r, uint8_t *out, size_t n)
{
	struct span s = rd_bytes(r, n);
	if (s.n)
		memcpy(out, s.p, n);
}

void pnrp_take_octets(struct pnrp_elements *e, enum pnrp_field field, uint8_t *out, size_t n)
{
	struct rd r = pnrp_element_take(e, field);
	copy_octets(&r, out, n);
	pnrp_element_end(e, &r);
}

uint32_t pnrp_take_acked(struct pnrp_elements *e)
{
	struct rd r = pnrp_element_take(e, PNRP_F_ACKED);
	uint32_t acked = rd_u32(&r);
	pnrp_element_end(e, &r);
	return acked;
}

uint16_t pnrp_take_flags(struct pnrp_elements *e)
{
	struct rd r = pnrp_element_take(e, PNRP_F_FLAGS);
	uint16_t flags = rd_u16(&r);
	pnrp_element_end(e, &r);
	return flags;
}

static struct pnrp_id read_id(struct rd *r)
{
	struct span s = rd_bytes(r, PNRP_ID_OCTETS);
	return s.n ? pnrp_id_read(s.p) : (struct pnrp_id){ 0 };
}

struct pnrp_id pnrp_take_id(struct pnrp_elements *e, enum pnrp_field field)
{
	struct rd r = pnrp_element_take(e, field);
	struct pnrp_id id = read_id(&r);
	pnrp_element_end(e, &r);
	return id;
}

void pnrp_take_route(struct pnrp_elements *e, const struct pnrp_profile *p, struct pnrp_route *out)
{
	struct rd r = pnrp_element_take(e, PNRP_F_ROUTE);
	out->id = read_id(&r);
	uint8_t major = rd_u8(&r);
	uint8_t minor = rd_u8(&r);
	out->port = rd_u16(&r);
	rd_skip(&r, 1);
	out->n = rd_u8(&r);
	if (r.failed || major != p->major || minor || out->port <= PNRP_PORT_FLOOR || !out->n ||
	    out->n > PNRP_ADDRESSES_MAX) {
		e->r.failed = true;
		return;
	}
	copy_octets(&r, out->ip[0], sizeof(out->ip[0]) * out->n);
	pnrp_element_end(e, &r);
}

struct rd pnrp_take_array(struct pnrp_elements *e, enum pnrp_field field, enum pnrp_field of,
			  size_t entry, size_t *n)
{
	struct rd r = pnrp_element_take(e, field);
	size_t count = rd_u16(&r);
	size_t length = rd_u16(&r);
	uint16_t type = rd_u16(&r);
	uint16_t size = rd_u16(&r);
	if (r.failed || type != of || size != entry || r.left != count * entry ||
	    length != PNRP_ARRAY_HEAD + count * entry) {
		e->r.failed = true;
		count = 0;
	}
	*n = count;
	return r;
}

void pnrp_take_ids(struct pnrp_elements *e, struct pnrp_ids *out)
{
	size_t n;
	struct rd r = pnrp_take_array(e, PNRP_F_IDS, PNRP_F_ID, PNRP_ID_OCTETS, &n);
	/* The format allows 2,047; nobody needs more than a datagram of ours carries. */
	out->n = (uint8_t)(n < PNRP_ARRAY_IDS_MAX ? n : PNRP_ARRAY_IDS_MAX);
	for (size_t i = 0; i < out->n; i++)
		out->at[i] = read_id(&r);
}

bool pnrp_read_endpoint(struct rd *r, struct pnrp_endpoint *out)
{
	out->port = rd_u16(r);
	copy_octets(r, out->ip, sizeof(out->ip));
	return !r->failed && out->port > PNRP_PORT_FLOOR;
}

void pnrp_take_path(struct pnrp_elements *e, struct pnrp_path *out)
{
	size_t n;
	struct rd r = pnrp_take_array(e, PNRP_F_ENDPOINTS, PNRP_F_ENDPOINT, PNRP_ENDPOINT, &n);
	if (n > PNRP_PATH_MAX) {
		e->r.failed = true;
		n = 0;
	}
	out->n = (uint8_t)n;
	for (size_t i = 0; i < n; i++)
		if (!pnrp_read_endpoint(&r, &out->at[i]))
			e->r.failed = true;
}

void pnrp_put_head(struct wr *w, enum pnrp_field field, size_t n)
{
	if (n > UINT16_MAX - PNRP_ELEMENT_HEAD)
		w->failed = true;
	wr_zero(w, (0 - w->n) & 3);
	wr_u16(w, (uint16_t)field);
	wr_u16(w, (uint16_t)(PNRP_ELEMENT_HEAD + n));
}

void pnrp_put_octets(struct wr *w, enum pnrp_field field, struct span s)
{
	pnrp_put_head(w, field, s.n);
	wr_bytes(w, s);
}

void pnrp_put_acked(struct wr *w, uint32_t acked)
{
	pnrp_put_head(w, PNRP_F_ACKED, 4);
	wr_u32(w, acked);
}

void pnrp_put_flags(struct wr *w, uint16_t flags)
{
	pnrp_put_head(w, PNRP_F_FLAGS, 2);
	wr_u16(w, flags);
}

static void write_id(struct wr *w, const struct pnrp_id *id)
{
	uint8_t *p = wr_room(w, PNRP_ID_OCTETS);
	if (p)
		pnrp_id_write(p, id);
}

void pnrp_put_id(struct wr *w, enum pnrp_field field, const struct pnrp_id *id)
{
	pnrp_put_head(w, field, PNRP_ID_OCTETS);
	write_id(w, id);
}

void pnrp_put_route(struct wr *w, const struct pnrp_profile *p, const struct pnrp_route *r)
{
	if (!r->n || r->n > PNRP_ADDRESSES_MAX || r->port <= PNRP_PORT_FLOOR) {
		w->failed = true;
		return;
	}
	size_t addresses = sizeof(r->ip[0]) * r->n;
	pnrp_put_head(w, PNRP_F_ROUTE, PNRP_ROUTE_FIXED + addresses);
	write_id(w, &r->id);
	wr_u8(w, p->major);
	wr_u8(w, 0);
	wr_u16(w, r->port);
	wr_u8(w, 0);
	wr_u8(w, r->n);
	wr_bytes(w, span_of(r->ip[0], addresses));
}

void pnrp_put_array(struct wr *w, enum pnrp_field field, enum pnrp_field of, size_t entry, size_t n)
{
	pnrp_put_head(w, field, PNRP_ARRAY_HEAD + n * entry);
	wr_u16(w, (uint16_t)n);
	wr_u16(w, (uint16_t)(PNRP_ARRAY_HEAD + n * entry));
	wr_u16(w, (uint16_t)of);
	wr_u16(w, (uint16_t)entry);
}

void pnrp_put_ids(struct wr *w, const struct pnrp_ids *ids)
{
	if (ids->n > PNRP_ARRAY_IDS_MAX) {
		w->failed = true;
		return;
	}
	pnrp_put_array(w, PNRP_F_IDS, PNRP_F_ID, PNRP_ID_OCTETS, ids->n);
	for (size_t i = 0; i < ids->n; i++)
		write_id(w, &ids->at[i]);
}

void pnrp_write_endpoint(struct wr *w, const struct pnrp_endpoint *e)
{
	if (e->port <= PNRP_PORT_FLOOR)
		w->failed = true;
	wr_u16(w, e->port);
	wr_bytes(w, span_of(e->ip, sizeof(e->ip)));
}

void pnrp_put_path(struct wr *w, const struct pnrp_path *path)
{
	if (path->n > PNRP_PATH_MAX) {
		w->failed = true;
		return;
	}
	pnrp_put_array(w, PNRP_F_ENDPOINTS, PNRP_F_ENDPOINT, PNRP_ENDPOINT, path->n);
	for (size_t i = 0; i < path->n; i++)
		pnrp_write_endpoint(w, &path->at[i]);
}
