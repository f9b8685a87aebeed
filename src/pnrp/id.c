#include "pnrp/id.h"

#include "wire/wr.h"

/* PNRP-1.4: PNRP IDs and their octets. */

static uint64_t word(const uint8_t *octets)
{
	uint64_t v = 0;
	for (size_t i = 0; i < 8; i++)
		v = v << 8 | octets[i];
	return v;
}

struct pnrp_id pnrp_id_of(const struct pnrp_p2p_id *p2p, const uint8_t location[16])
{
	return (struct pnrp_id){ { word(p2p->octets), word(p2p->octets + 8), word(location),
				   word(location + 8) } };
}

bool pnrp_id_has_p2p(const struct pnrp_id *id, const struct pnrp_p2p_id *p2p)
{
	return id->w[0] == word(p2p->octets) && id->w[1] == word(p2p->octets + 8);
}

struct pnrp_id pnrp_id_read(const uint8_t *octets)
{
	return (struct pnrp_id){ { word(octets), word(octets + 8), word(octets + 16),
				   word(octets + 24) } };
}

void pnrp_id_write(uint8_t *octets, const struct pnrp_id *id)
{
	struct wr w = wr_of(octets, PNRP_ID_OCTETS);
	for (size_t i = 0; i < 4; i++)
		wr_u64(&w, id->w[i]);
}

void pnrp_id_text(struct text *t, const struct pnrp_id *id)
{
	uint8_t octets[PNRP_ID_OCTETS];
	pnrp_id_write(octets, id);
	text_hex(t, span_of(octets, sizeof(octets)));
}
