#include "pnrp/clouds_int.h"
#include "wire/rd.h"
#include "wire/wr.h"

/* A published name as a row: its text is the key, all else the value. */

#define VERSION	  1
#define SECURE	  0x01
#define AUTOMATIC 0x02

void pnrp_row_key(struct text *t, const struct pnrp_name *name)
{
	pnrp_name_text(t, name);
}

static void put_text(struct wr *w, const void *p, size_t n)
{
	wr_u16(w, (uint16_t)n);
	wr_bytes(w, span_of(p, n));
}

enum err pnrp_row_write(const struct pnrp_published *p, uint8_t *out, size_t size, size_t *n)
{
	struct wr w = wr_of(out, size);
	wr_u8(&w, VERSION);
	wr_u8(&w, (uint8_t)((p->name.secure ? SECURE : 0) | (p->automatic ? AUTOMATIC : 0)));
	wr_bytes(&w, span_of(p->name.authority, sizeof(p->name.authority)));
	put_text(&w, p->name.classifier, p->name.classifier_n);
	put_text(&w, p->cloud, strlen(p->cloud));
	wr_u8(&w, p->n_apps);
	for (size_t i = 0; i < p->n_apps; i++) {
		wr_bytes(&w, span_of(p->app[i].ip, sizeof(p->app[i].ip)));
		wr_u16(&w, p->app[i].port);
		wr_u16(&w, p->app[i].protocol);
	}
	put_text(&w, p->comment, p->comment_n);
	wr_u32(&w, (uint32_t)p->payload_type);
	put_text(&w, p->payload.p, p->payload.n);
	if (w.failed)
		return ERR_RANGE;
	*n = w.n;
	return OK;
}

/* At most `most` octets; how many. */
static uint16_t take_text(struct rd *r, void *out, size_t most)
{
	uint16_t n = rd_u16(r);
	struct span s = rd_bytes(r, n);
	if (s.n > most) {
		r->failed = true;
		return 0;
	}
	if (s.n)
		memcpy(out, s.p, s.n);
	return (uint16_t)s.n;
}

static void take_apps(struct rd *r, struct pnrp_published *p)
{
	p->n_apps = rd_u8(r);
	if (p->n_apps > PNRP_ENDPOINTS_MAX) {
		p->n_apps = 0;
		r->failed = true;
	}
	for (size_t i = 0; i < p->n_apps; i++) {
		struct span ip = rd_bytes(r, sizeof(p->app[i].ip));
		if (ip.n)
			memcpy(p->app[i].ip, ip.p, ip.n);
		p->app[i].port = rd_u16(r);
		p->app[i].protocol = rd_u16(r);
	}
}

static void take_payload(struct rd *r, struct pnrp_published *p)
{
	uint32_t type = rd_u32(r);
	uint16_t n = rd_u16(r);
	p->payload = rd_bytes(r, n);
	if (type != PNRP_PAYLOAD_NONE && type != PNRP_PAYLOAD_STRING && type != PNRP_PAYLOAD_BINARY)
		r->failed = true;
	p->payload_type = r->failed ? PNRP_PAYLOAD_NONE : (enum pnrp_payload_type)type;
	if (p->payload.n > PNRP_PAYLOAD_MAX || (p->payload_type == PNRP_PAYLOAD_NONE) != !n)
		r->failed = true;
}

static bool key_fits(const struct store_row *row, const struct pnrp_name *name)
{
	char buffer[PNRP_NAME_TEXT_MAX + 1];
	struct text t = TEXT_OF(buffer);
	pnrp_row_key(&t, name);
	return span_eq(row->key, span_of(t.p, t.n));
}

enum err pnrp_row_read(const struct store_row *row, struct pnrp_published *out)
{
	struct rd r = rd_of(row->value);
	struct pnrp_published p = { .put = 1 };
	uint8_t version = rd_u8(&r);
	uint8_t flags = rd_u8(&r);
	struct span authority = rd_bytes(&r, sizeof(p.name.authority));
	p.name.secure = flags & SECURE;
	p.automatic = flags & AUTOMATIC;
	if (authority.n)
		memcpy(p.name.authority, authority.p, authority.n);
	p.name.classifier_n = take_text(&r, p.name.classifier, sizeof(p.name.classifier));
	(void)take_text(&r, p.cloud, sizeof(p.cloud) - 1);
	take_apps(&r, &p);
	p.comment_n = take_text(&r, p.comment, sizeof(p.comment));
	take_payload(&r, &p);
	if (!rd_done(&r) || version != VERSION || !key_fits(row, &p.name))
		return ERR_CORRUPT;
	*out = p;
	return OK;
}
