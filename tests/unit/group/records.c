#include "records.h"

#include <stdio.h>

struct span hex_of(struct hex *h, const char *text)
{
	h->n = strlen(text) / 2;
	assert_true(h->n <= sizeof h->p);
	for (size_t i = 0; i < h->n; i++) {
		unsigned int v;
		assert_int_equal(sscanf(text + 2 * i, "%2x", &v), 1);
		h->p[i] = (uint8_t)v;
	}
	return span_of(h->p, h->n);
}

uint64_t record_time(int64_t wall)
{
	return GRAPH_TIME_UNIX + (uint64_t)(wall * 10);
}

static struct span wide(uint8_t *at, struct span name)
{
	size_t n;
	assert_int_equal(graph_utf16(name, GRAPH_ID_UNITS, at, &n), OK);
	return span_of(at, n);
}

void record_creator(struct record *o, struct span name)
{
	o->r.creator = wide(o->creator, name);
}

void record_modifier(struct record *o, struct span name)
{
	o->r.modifier = wide(o->modifier, name);
	if (o->r.version == 1)
		o->r.version = 2;
}

void record_payload(struct record *o, struct span payload)
{
	assert_true(payload.n <= sizeof o->payload);
	if (payload.n)
		memcpy(o->payload, payload.p, payload.n);
	o->r.payload = span_of(o->payload, payload.n);
}

void record_init(struct record *o, struct span graph, struct span creator)
{
	struct hex h;
	*o = (struct record){ 0 };
	memcpy(o->r.type.at, hex_of(&h, "7a1b0c00111122223333444455556666").p, 16);
	memset(o->r.id.at, 8, sizeof o->r.id.at);
	o->r.version = 1;
	o->r.created = o->r.modified = record_time(PEOPLE_NOW);
	o->r.expires = o->r.created + 3600 * RECORD_SECOND;
	o->r.protocol = GRAPH_PROTOCOL;
	o->r.graph = wide(o->graph, graph);
	record_creator(o, creator);
	record_payload(o, span_str("hello"));
}

void record_sign(struct record *o, struct people *t, size_t i, bool version11,
		 struct span creator_serial, struct span modifier_serial)
{
	size_t n;
	assert_int_equal(group_sign(t->c, &t->draw.env, t->p, version11, t->keys[i], &o->r,
				    creator_serial, modifier_serial, o->security, &n),
			 OK);
	o->r.security = span_of(o->security, n);
}
