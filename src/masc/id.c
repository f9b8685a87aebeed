#include "masc/config.h"

#include "base/number.h"

bool masc_id_is_zero(const struct masc_id *id)
{
	static const struct masc_id zero;
	return memcmp(id->octets, zero.octets, sizeof(zero.octets)) == 0;
}

bool masc_id_eq(const struct masc_id *a, const struct masc_id *b)
{
	return memcmp(a->octets, b->octets, sizeof(a->octets)) == 0;
}

int masc_id_cmp(const struct masc_id *a, const struct masc_id *b)
{
	int c = memcmp(a->octets, b->octets, sizeof(a->octets));
	return c < 0 ? -1 : c > 0;
}

bool masc_id_fits_ipv4(const struct masc_id *id)
{
	static const uint8_t zero[12];
	return memcmp(id->octets, zero, sizeof(zero)) == 0;
}

static void id_of_u32(uint32_t v, struct masc_id *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < 4; i++)
		out->octets[15 - i] = (uint8_t)(v >> 8 * i);
}

static enum err id_of_addr(const struct addr *a, struct masc_id *out)
{
	if (a->port || a->scope)
		return ERR_MALFORMED;
	memset(out, 0, sizeof(*out));
	size_t n = addr_ip_size(a);
	memcpy(out->octets + sizeof(out->octets) - n, a->ip, n);
	return OK;
}

enum err masc_id_parse(struct span s, struct masc_id *out)
{
	uint64_t v;
	enum err e = number_u64(s, UINT32_MAX, &v);
	if (e == OK) {
		id_of_u32((uint32_t)v, out);
		return OK;
	}
	if (e == ERR_RANGE)
		return e;
	struct addr a;
	if (addr_parse(s, 0, &a) != OK)
		return ERR_MALFORMED;
	return id_of_addr(&a, out);
}

void masc_id_text(struct text *t, const struct masc_id *id)
{
	if (masc_id_fits_ipv4(id)) {
		uint32_t v = 0;
		for (size_t i = 12; i < 16; i++)
			v = v << 8 | id->octets[i];
		text_u64(t, v);
		return;
	}
	struct addr a = { .family = ADDR_IPV6 };
	memcpy(a.ip, id->octets, sizeof(a.ip));
	addr_text(t, &a);
}

static enum err id_read(const struct setting *s, struct span value, void *field, struct text *why)
{
	enum err e = masc_id_parse(value, field);
	if (e != OK)
		text_str(why, "accepted: a number below 4294967296 (an AS number), "
			      "or an IPv4 or IPv6 address");
	return e;
}

static void id_write(const struct setting *s, const void *field, struct text *t)
{
	masc_id_text(t, field);
}

const struct setting_kind masc_setting_id = { "identifier", id_read, id_write };
