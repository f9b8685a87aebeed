/* The messages inside TLS (GROUP-8.2 to GROUP-8.5): read in pieces, since one may lie in
 * several packets. */
#include "group/hello.h"
#include "wire/rd.h"

#include <assert.h>

#define HEAD	6  /* type and length */
#define HELLO	4  /* type and version */
#define BINDING 32 /* SHA-256 of AUTH_INFO */

/* Of the octets behind the type. ERR_STATE: more of them must come. */
typedef enum err body_reader(struct group_message *m, const struct group_profile *p, struct rd *r);

/* GROUP-8.3: another version is told by its first octets, whatever follows. */
static enum err read_hello(struct group_message *m, const struct group_profile *p, struct rd *r)
{
	m->major = rd_u8(r);
	m->minor = rd_u8(r);
	if (r->failed)
		return ERR_STATE;
	if (m->major != p->connect_major || m->minor != p->connect_minor)
		return ERR_UNSUPPORTED;
	if (p->hello_binds)
		m->binding = rd_bytes(r, BINDING);
	return r->failed ? ERR_STATE : OK;
}

static enum err read_octets(struct group_message *m, struct rd *r, size_t n)
{
	if (n > GROUP_MESSAGE_MAX)
		return ERR_MALFORMED;
	m->body = rd_bytes(r, n);
	return r->failed ? ERR_STATE : OK;
}

/* GROUP-8.4: of the two readings of a length the profile's, if it fits. */
static enum err read_gmc(struct group_message *m, const struct group_profile *p, struct rd *r)
{
	struct rd again = *r;
	size_t n = rd_u32(r), le = rd_le32(&again);
	if (r->failed)
		return ERR_STATE;
	if (p->gmc_length_le && (le <= r->left || (n > r->left && le < n)))
		n = le;
	return read_octets(m, r, n);
}

static enum err read_other(struct group_message *m, const struct group_profile *p, struct rd *r)
{
	size_t n = rd_u32(r);
	return r->failed ? ERR_STATE : read_octets(m, r, n);
}

/* GROUP-11.21: there are no Removals in `classic`. */
static enum err read_removed(struct group_message *m, const struct group_profile *p, struct rd *r)
{
	return p->policy ? read_other(m, p, r) : ERR_MALFORMED;
}

static const struct {
	enum group_message_type type;
	body_reader *read;
} rows[] = {
	{ GROUP_HELLO, read_hello },	 { GROUP_MY_GMC, read_gmc },
	{ GROUP_YOUR_GMC, read_other },	 { GROUP_PASSWORD, read_other },
	{ GROUP_REMOVED, read_removed },
};

enum err group_message_read(struct group_message *m, const struct group_profile *p,
			    struct span octets, size_t *used)
{
	struct rd r = rd_of(octets);
	uint16_t type = rd_u16(&r);
	if (r.failed)
		return ERR_STATE;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct group_message read = { .type = rows[i].type };
		if (read.type != type)
			continue;
		enum err e = rows[i].read(&read, p, &r);
		if (e)
			return e;
		*m = read;
		*used = octets.n - r.left;
		return OK;
	}
	return ERR_MALFORMED;
}

void group_message_put(struct wr *w, const struct group_profile *p, const struct group_message *m)
{
	wr_u16(w, (uint16_t)m->type);
	if (m->type == GROUP_HELLO) {
		assert(m->binding.n == (p->hello_binds ? BINDING : 0));
		wr_u8(w, m->major);
		wr_u8(w, m->minor);
		wr_bytes(w, m->binding);
		return;
	}
	if (m->type == GROUP_MY_GMC && p->gmc_length_le)
		wr_le32(w, (uint32_t)m->body.n);
	else
		wr_u32(w, (uint32_t)m->body.n);
	wr_bytes(w, m->body);
}

size_t group_message_size(const struct group_profile *p, const struct group_message *m)
{
	if (m->type == GROUP_HELLO)
		return HELLO + (p->hello_binds ? BINDING : 0);
	return HEAD + m->body.n;
}
