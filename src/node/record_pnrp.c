#include "node/record_int.h"

/* The pieces that are of the part pnrp, and of sockets for datagrams. */

static void octets_write(struct wr *w, const uint8_t *p, size_t n)
{
	wr_bytes(w, span_of(p, n));
}

static void octets_read(struct rd *r, uint8_t *p, size_t n)
{
	struct span s = rd_bytes(r, n);
	if (s.n)
		memcpy(p, s.p, s.n);
}

/* u16 length and text; what does not fit cannot have been written. */
static void long_text_write(struct wr *w, const char *p, size_t n)
{
	wr_u16(w, (uint16_t)n);
	wr_bytes(w, span_of(p, n));
}

static uint16_t long_text_read(struct rd *r, char *out, size_t size)
{
	uint16_t n = rd_u16(r);
	struct span s = rd_bytes(r, n);
	if (s.n > size) {
		r->failed = true;
		return 0;
	}
	if (s.n)
		memcpy(out, s.p, s.n);
	return (uint16_t)s.n;
}

static void id_write(struct wr *w, const struct pnrp_id *id)
{
	for (size_t i = 0; i < 4; i++)
		wr_u64(w, id->w[i]);
}

static struct pnrp_id id_read(struct rd *r)
{
	struct pnrp_id id;
	for (size_t i = 0; i < 4; i++)
		id.w[i] = rd_u64(r);
	return id;
}

static void endpoint_write(struct wr *w, const struct pnrp_endpoint *e)
{
	octets_write(w, e->ip, sizeof(e->ip));
	wr_u16(w, e->port);
}

static struct pnrp_endpoint endpoint_read(struct rd *r)
{
	struct pnrp_endpoint e = { .port = 0 };
	octets_read(r, e.ip, sizeof(e.ip));
	e.port = rd_u16(r);
	return e;
}

static void name_write(struct wr *w, const struct pnrp_name *n)
{
	wr_u8(w, n->secure);
	octets_write(w, n->authority, sizeof(n->authority));
	long_text_write(w, n->classifier, n->classifier_n);
}

static void name_read(struct rd *r, struct pnrp_name *n)
{
	n->secure = record_bool_read(r);
	octets_read(r, n->authority, sizeof(n->authority));
	n->classifier_n = long_text_read(r, n->classifier, sizeof(n->classifier));
}

static void apps_write(struct wr *w, const struct pnrp_app *a, uint8_t n)
{
	wr_u8(w, n);
	for (size_t i = 0; i < n; i++) {
		octets_write(w, a[i].ip, sizeof(a[i].ip));
		wr_u16(w, a[i].port);
		wr_u16(w, a[i].protocol);
	}
}

static uint8_t apps_read(struct rd *r, struct pnrp_app *a)
{
	uint8_t n = record_enum_read(r, PNRP_ENDPOINTS_MAX + 1);
	for (size_t i = 0; i < n; i++) {
		octets_read(r, a[i].ip, sizeof(a[i].ip));
		a[i].port = rd_u16(r);
		a[i].protocol = rd_u16(r);
	}
	return n;
}

static void payload_write(struct wr *w, enum pnrp_payload_type type, struct span payload)
{
	wr_u32(w, (uint32_t)type);
	record_span_write(w, payload);
}

static enum pnrp_payload_type payload_read(struct rd *r, struct span *payload)
{
	uint32_t type = rd_u32(r);
	*payload = record_span_read(r);
	if (type != PNRP_PAYLOAD_NONE && type != PNRP_PAYLOAD_STRING && type != PNRP_PAYLOAD_BINARY)
		r->failed = true;
	return r->failed ? PNRP_PAYLOAD_NONE : (enum pnrp_payload_type)type;
}

/* Commands */

void record_pnrp_command_write(struct wr *w, const struct pnrp_command *c)
{
	wr_u8(w, (uint8_t)c->kind);
	record_name_write(w, span_str(c->cloud));
	name_write(w, &c->name);
	wr_u8(w, c->own_key);
	wr_u8(w, c->temporary);
	wr_u8(w, c->automatic);
	apps_write(w, c->app, c->n_apps);
	long_text_write(w, c->comment, c->comment_n);
	payload_write(w, c->payload_type, c->payload);
	wr_u8(w, (uint8_t)c->criteria);
	wr_u8(w, c->not_local);
	wr_u8(w, c->want_payload);
	wr_u8(w, c->trace);
	wr_u32(w, c->most);
	wr_u64(w, (uint64_t)c->timeout);
	wr_u64(w, c->other);
	record_addr_write(w, &c->at);
}

void record_pnrp_command_read(struct rd *r, struct pnrp_command *c)
{
	c->kind = (enum pnrp_command_kind)record_enum_read(r, PNRP_FLUSH + 1);
	record_name_read(r, c->cloud, sizeof(c->cloud));
	name_read(r, &c->name);
	c->own_key = record_bool_read(r);
	c->temporary = record_bool_read(r);
	c->automatic = record_bool_read(r);
	c->n_apps = apps_read(r, c->app);
	c->comment_n = long_text_read(r, c->comment, sizeof(c->comment));
	c->payload_type = payload_read(r, &c->payload);
	c->criteria = (enum pnrp_criteria)record_enum_read(r, PNRP_MATCH_UPPER_BITS + 1);
	c->not_local = record_bool_read(r);
	c->want_payload = record_bool_read(r);
	c->trace = record_bool_read(r);
	c->most = rd_u32(r);
	c->timeout = (int64_t)rd_u64(r);
	c->other = rd_u64(r);
	c->at = record_addr_read(r);
}

/* Events */

static void of_write(struct wr *w, const struct pnrp_event *e)
{
	wr_u8(w, (uint8_t)e->kind);
	wr_u8(w, (uint8_t)e->from);
	wr_u8(w, (uint8_t)e->to);
	wr_u32(w, e->handle);
	id_write(w, &e->id);
	wr_u8(w, e->smaller);
	wr_u8(w, (uint8_t)e->verdict);
	endpoint_write(w, &e->node);
	record_string_write(w, e->table);
}

static void of_read(struct rd *r, struct pnrp_event *e)
{
	e->kind = (enum pnrp_event_kind)record_enum_read(r, PNRP_EVENT_COUNT);
	e->from = (enum pnrp_state)record_enum_read(r, PNRP_STATE_COUNT);
	e->to = (enum pnrp_state)record_enum_read(r, PNRP_STATE_COUNT);
	e->handle = rd_u32(r);
	e->id = id_read(r);
	e->smaller = record_bool_read(r);
	e->verdict = (enum pnrp_verdict)record_enum_read(r, PNRP_VERDICT_COUNT);
	e->node = endpoint_read(r);
	e->table = record_string_read(r);
}

void record_pnrp_event_write(struct wr *w, const struct pnrp_clouds_event *e)
{
	wr_u8(w, (uint8_t)e->kind);
	record_name_write(w, span_str(e->cloud));
	of_write(w, &e->of);
	name_write(w, &e->name);
	wr_u16(w, e->port);
	record_name_write(w, span_str(e->seed));
	record_err_write(w, e->err);
}

void record_pnrp_event_read(struct rd *r, struct pnrp_clouds_event *e)
{
	e->kind = (enum pnrp_clouds_event_kind)record_enum_read(r, PNRP_CLOUDS_EVENT_COUNT);
	record_name_read(r, e->cloud, sizeof(e->cloud));
	of_read(r, &e->of);
	name_read(r, &e->name);
	e->port = rd_u16(r);
	record_name_read(r, e->seed, sizeof(e->seed));
	e->err = record_err_read(r);
}

/* Interfaces and hosts */

static void interface_write(struct wr *w, const struct pnrp_if_addr *a)
{
	wr_u32(w, a->index);
	record_name_write(w, span_str(a->name));
	record_addr_write(w, &a->addr);
	wr_u8(w, a->plen);
	wr_u8(w, a->loopback);
	wr_u8(w, a->multicast);
	wr_u8(w, a->temporary);
	wr_u8(w, a->deprecated);
}

static void interface_read(struct rd *r, struct pnrp_if_addr *a)
{
	a->index = rd_u32(r);
	record_name_read(r, a->name, sizeof(a->name));
	a->addr = record_addr_read(r);
	a->plen = rd_u8(r);
	a->loopback = record_bool_read(r);
	a->multicast = record_bool_read(r);
	a->temporary = record_bool_read(r);
	a->deprecated = record_bool_read(r);
}

void record_interfaces_write(struct wr *w, const struct node_interfaces *n)
{
	wr_u16(w, (uint16_t)n->n);
	for (size_t i = 0; i < n->n; i++)
		interface_write(w, &n->at[i]);
}

void record_interfaces_read(struct rd *r, struct node_interfaces *n, struct record_room *room)
{
	uint16_t count = rd_u16(r);
	if (count > NODE_INTERFACES_MAX) {
		r->failed = true;
		return;
	}
	for (size_t i = 0; i < count && !r->failed; i++)
		interface_read(r, &room->interfaces[i]);
	*n = (struct node_interfaces){ room->interfaces, count };
}

void record_hosts_write(struct wr *w, const struct node_hosts *h)
{
	wr_u8(w, (uint8_t)h->n);
	for (size_t i = 0; i < h->n; i++)
		record_addr_write(w, &h->at[i]);
}

void record_hosts_read(struct rd *r, struct node_hosts *h, struct record_room *room)
{
	uint8_t n = record_enum_read(r, NODE_HOSTS_MAX + 1);
	for (size_t i = 0; i < n; i++)
		room->hosts[i] = record_addr_read(r);
	*h = (struct node_hosts){ room->hosts, n };
}

/* What a command leads to */

static void result_write(struct wr *w, const struct pnrp_result *v)
{
	id_write(w, &v->id);
	name_write(w, &v->name);
	wr_u8(w, v->local);
	wr_u8(w, v->secure);
	wr_u64(w, (uint64_t)v->not_after);
	apps_write(w, v->app, v->n_apps);
	long_text_write(w, v->comment, v->comment_n);
	payload_write(w, v->payload_type, v->payload);
	wr_u8(w, v->n_nodes);
	for (size_t i = 0; i < v->n_nodes; i++)
		endpoint_write(w, &v->node[i]);
	record_name_write(w, span_of(v->public_key, v->public_n));
	wr_u32(w, v->hops);
}

static void public_read(struct rd *r, struct pnrp_result *v)
{
	uint8_t n = record_enum_read(r, CRYPTO_PUBLIC_MAX + 1);
	octets_read(r, v->public_key, n);
	v->public_n = n;
}

static void result_read(struct rd *r, struct pnrp_result *v)
{
	v->id = id_read(r);
	name_read(r, &v->name);
	v->local = record_bool_read(r);
	v->secure = record_bool_read(r);
	v->not_after = (int64_t)rd_u64(r);
	v->n_apps = apps_read(r, v->app);
	v->comment_n = long_text_read(r, v->comment, sizeof(v->comment));
	v->payload_type = payload_read(r, &v->payload);
	v->n_nodes = record_enum_read(r, PNRP_OWN_ADDRESSES + 1);
	for (size_t i = 0; i < v->n_nodes; i++)
		v->node[i] = endpoint_read(r);
	public_read(r, v);
	v->hops = rd_u32(r);
}

static void cloud_read(struct rd *r, struct node_found *f, struct record_room *room)
{
	record_name_read(r, room->cloud, sizeof(room->cloud));
	f->cloud = room->cloud;
}

void record_found_write(struct wr *w, const struct node_found *f)
{
	record_name_write(w, span_str(f->cloud));
	result_write(w, f->result);
}

void record_found_read(struct rd *r, struct node_found *f, struct record_room *room)
{
	memset(&room->result, 0, sizeof(room->result));
	cloud_read(r, f, room);
	result_read(r, &room->result);
	f->result = &room->result;
}

void record_step_write(struct wr *w, const struct node_found *f)
{
	const struct pnrp_hop *h = f->step;
	record_name_write(w, span_str(f->cloud));
	endpoint_write(w, &h->node);
	id_write(w, &h->id);
	wr_u32(w, h->common);
	wr_u8(w, h->inquire);
	wr_u8(w, (uint8_t)h->step);
	wr_u8(w, (uint8_t)h->verdict);
	id_write(w, &h->referral);
	wr_u64(w, (uint64_t)h->elapsed);
}

void record_step_read(struct rd *r, struct node_found *f, struct record_room *room)
{
	struct pnrp_hop *h = &room->step;
	cloud_read(r, f, room);
	h->node = endpoint_read(r);
	h->id = id_read(r);
	h->common = rd_u32(r);
	h->inquire = record_bool_read(r);
	h->step = (enum pnrp_step)record_enum_read(r, PNRP_STEP_COUNT);
	h->verdict = (enum pnrp_verdict)record_enum_read(r, PNRP_VERDICT_COUNT);
	h->referral = id_read(r);
	h->elapsed = (int64_t)rd_u64(r);
	f->step = h;
}
