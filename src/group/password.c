/* Password messages (GROUP-13.1): each step has one length. */
#include "group/password.h"

#include "wire/rd.h"

#include <assert.h>

static bool read_name(struct group_secret_name *name, struct rd *r)
{
	static const uint8_t none[GROUP_SECRET_ID];
	uint8_t kind = rd_u8(r);
	struct span id = rd_bytes(r, GROUP_SECRET_ID);
	if (r->failed || kind > GROUP_SECRET_INVITATION)
		return false;
	name->kind = (enum group_secret_kind)kind;
	memcpy(name->id, id.p, sizeof name->id);
	return name->kind != GROUP_SECRET_PASSWORD || span_eq(id, span_of(none, sizeof none));
}

static bool read_ask(struct group_password *p, struct rd *r)
{
	bool named = read_name(&p->name, r);
	p->octets = rd_bytes(r, GROUP_SHARE);
	return named;
}

static bool read_share(struct group_password *p, struct rd *r)
{
	p->octets = rd_bytes(r, GROUP_SHARE);
	return true;
}

static bool read_proof(struct group_password *p, struct rd *r)
{
	p->octets = rd_bytes(r, GROUP_PROOF);
	return true;
}

static bool read_refusal(struct group_password *p, struct rd *r)
{
	uint8_t why = rd_u8(r);
	p->wait_s = rd_u32(r);
	p->why = (enum group_door_answer)why;
	return why > GROUP_DOOR_OPEN && why < GROUP_DOOR_ANSWERS;
}

static const struct {
	enum group_step step;
	bool (*read)(struct group_password *p, struct rd *r);
} rows[] = {
	{ GROUP_STEP_ASK, read_ask },	     { GROUP_STEP_SHARE, read_share },
	{ GROUP_STEP_PROVE, read_proof },    { GROUP_STEP_CONFIRM, read_proof },
	{ GROUP_STEP_REFUSE, read_refusal },
};

enum err group_password_read(struct group_password *p, struct span body)
{
	struct rd r = rd_of(body);
	uint8_t step = rd_u8(&r);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct group_password read = { .step = rows[i].step };
		if (r.failed || read.step != step)
			continue;
		if (!rows[i].read(&read, &r) || !rd_done(&r))
			return ERR_MALFORMED;
		*p = read;
		return OK;
	}
	return ERR_MALFORMED;
}

void group_secret_name_put(struct wr *w, const struct group_secret_name *name)
{
	wr_u8(w, (uint8_t)name->kind);
	wr_bytes(w, span_of(name->id, sizeof name->id));
}

void group_password_put(struct wr *w, const struct group_password *p)
{
	wr_u8(w, (uint8_t)p->step);
	if (p->step == GROUP_STEP_ASK)
		group_secret_name_put(w, &p->name);
	if (p->step == GROUP_STEP_REFUSE) {
		wr_u8(w, (uint8_t)p->why);
		wr_u32(w, p->wait_s);
	} else {
		wr_bytes(w, p->octets);
	}
}
