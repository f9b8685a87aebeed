/* wire_int.h - elements, the parts of messages and of AUTHORITY_BUFFERs: a FieldID, a
 * Length, a value, each at a multiple of four octets (digest pnrp 4, 5). Readers and
 * writers remember that they failed, so a codec names its elements and asks once.
 * Inside of pnrp's wire files. */
#ifndef PNRP_WIRE_INT_H
#define PNRP_WIRE_INT_H

#include "pnrp/wire.h"
#include "wire/rd.h"
#include "wire/wr.h"

#define PNRP_HEADER_SIZE  12
#define PNRP_ELEMENT_HEAD 4
#define PNRP_ARRAY_HEAD	  8  /* of the value of an array element */
#define PNRP_ROUTE_FIXED  38 /* octets of a route entry before its addresses */
#define PNRP_ENDPOINT	  18
#define PNRP_BUFFER_MIN	  6

enum pnrp_field {
	PNRP_F_HEADER = 0x0010,
	PNRP_F_ACKED = 0x0018,
	PNRP_F_ID = 0x0030,
	PNRP_F_TARGET = 0x0038,
	PNRP_F_VALIDATE = 0x0039,
	PNRP_F_FLAGS = 0x0040,
	PNRP_F_FLOOD = 0x0043,
	PNRP_F_SOLICIT = 0x0044,
	PNRP_F_LOOKUP = 0x0045,
	PNRP_F_PAYLOAD = 0x005a,
	PNRP_F_IDS = 0x0060,
	PNRP_F_CHAIN = 0x0080,
	PNRP_F_WCHAR = 0x0084,
	PNRP_F_CLASSIFIER = 0x0085,
	PNRP_F_HASHED_NONCE = 0x0092,
	PNRP_F_NONCE = 0x0093,
	PNRP_F_SPLIT = 0x0098,
	PNRP_F_ROUTE = 0x009a,
	PNRP_F_CPA = 0x009b,
	PNRP_F_REVOKE = 0x009c,
	PNRP_F_ENDPOINT = 0x009d,
	PNRP_F_ENDPOINTS = 0x009e
};

/* ---- reading */

struct pnrp_elements {
	struct rd r;
	size_t whole; /* octets from which alignment counts */
};
struct pnrp_elements pnrp_elements_of(struct span s);
/* Whether the next element, padding passed over, is that one. */
bool pnrp_element_is(const struct pnrp_elements *e, enum pnrp_field field);
/* Its value; fails e when the next one is another or does not fit. */
struct rd pnrp_element_take(struct pnrp_elements *e, enum pnrp_field field);
/* A value was read: all of it, neither more nor less, or e fails. */
void pnrp_element_end(struct pnrp_elements *e, const struct rd *value);
/* Zero octets up to the next multiple of four. */
size_t pnrp_elements_padding(const struct pnrp_elements *e);

struct span pnrp_take_span(struct pnrp_elements *e, enum pnrp_field field); /* not empty */
void pnrp_take_octets(struct pnrp_elements *e, enum pnrp_field field, uint8_t *out, size_t n);
uint32_t pnrp_take_acked(struct pnrp_elements *e);
uint16_t pnrp_take_flags(struct pnrp_elements *e);
struct pnrp_id pnrp_take_id(struct pnrp_elements *e, enum pnrp_field field);
void pnrp_take_route(struct pnrp_elements *e, const struct pnrp_profile *p, struct pnrp_route *out);
void pnrp_take_ids(struct pnrp_elements *e, struct pnrp_ids *out);
void pnrp_take_path(struct pnrp_elements *e, struct pnrp_path *out);
/* The entries of an array of that kind; how many. */
struct rd pnrp_take_array(struct pnrp_elements *e, enum pnrp_field field, enum pnrp_field of,
			  size_t entry, size_t *n);

/* ---- writing: what is out of range fails w */

/* Padding, FieldID, Length; n octets of value follow. */
void pnrp_put_head(struct wr *w, enum pnrp_field field, size_t n);
void pnrp_put_octets(struct wr *w, enum pnrp_field field, struct span s);
void pnrp_put_acked(struct wr *w, uint32_t acked);
void pnrp_put_flags(struct wr *w, uint16_t flags);
void pnrp_put_id(struct wr *w, enum pnrp_field field, const struct pnrp_id *id);
void pnrp_put_route(struct wr *w, const struct pnrp_profile *p, const struct pnrp_route *r);
void pnrp_put_ids(struct wr *w, const struct pnrp_ids *ids);
void pnrp_put_path(struct wr *w, const struct pnrp_path *path);
void pnrp_put_array(struct wr *w, enum pnrp_field field, enum pnrp_field of, size_t entry,
		    size_t n);

/* ---- a port and an address, in elements and in CPAs */

bool pnrp_read_endpoint(struct rd *r, struct pnrp_endpoint *out); /* false: a port too low */
void pnrp_write_endpoint(struct wr *w, const struct pnrp_endpoint *e);

#endif
