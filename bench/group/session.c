/* session: connections of a group, both ends in one process without a socket between: from
 * the first octet of TLS to the Hello that lets the second one in, and what passes then. A
 * line of JSON: us of CPU. */
#include "family.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURN_US 500000.0
#define TAKEN	65536
/* So many that of none of them a signature is remembered when it is its turn again. */
#define FAMILIES 128

struct end {
	struct bench *bench;
	const struct family_person *who;
	struct group_session_home home;
	struct group_members *members;
	struct graph_parties parties;
	void *session;
	bool done;
};

struct bench {
	struct family families[FAMILIES], *f; /* f: who meet */
	struct end end[2];		      /* the 0th calls */
	uint8_t wire[2][TAKEN];		      /* what each said last */
	size_t wire_n[2];
};

/* ---- what a session asks ---- */

static struct span home_name(void *ctx)
{
	const struct end *e = ctx;
	return span_str(e->bench->f->group.name);
}

static const struct crypto_key *home_key(void *ctx)
{
	const struct end *e = ctx;
	return e->who->key;
}

static struct span home_certificate(void *ctx)
{
	const struct end *e = ctx;
	return span_of(e->who->idc, e->who->idc_n);
}

static struct span home_chain(void *ctx)
{
	const struct end *e = ctx;
	return span_of(e->who->chain, e->who->chain_n);
}

static int64_t home_now(void *ctx)
{
	return FAMILY_NOW;
}

static bool home_known(void *ctx, struct span name, struct span public)
{
	const struct end *e = ctx;
	return group_members_find(e->members, name) != NULL;
}

static void home_learned(void *ctx, struct crypto_chain *chain)
{
	struct end *e = ctx;
	struct group_member *who;
	bool fresh;
	family_need(!group_members_add(e->members, chain, &who, &fresh), "member");
}

static void home_failed(void *ctx, const struct graph_parties *who, enum group_session_fault why,
			enum group_chain_fault chain, int64_t off, bool proved)
{
	(void)fprintf(stderr, "session: %s\n", group_session_fault_text(why));
	exit(1);
}

static void begin_end(struct bench *b, int i, const struct family_person *who,
		      const struct family_person *other)
{
	static const char info[] = "AUTH_INFO as it was sent, of about the size that it has";
	struct end *e = &b->end[i];
	e->bench = b;
	e->who = who;
	e->parties = (struct graph_parties){ .initiator = i == 0,
					     .graph_id = span_str(b->f->group.name),
					     .self = span_str(who->name),
					     .other = span_str(other->name),
					     .auth_info = span_of(info, sizeof(info)) };
	e->home = (struct group_session_home){
		.ctx = e,
		.env = &b->f->env,
		.crypto = b->f->c,
		.profile = b->f->p,
		.name = home_name,
		.key = home_key,
		.certificate = home_certificate,
		.chain = home_chain,
		.now = home_now,
		.known = home_known,
		.learned = home_learned,
		.may = home_known,
		.failed = home_failed,
	};
}

/* ---- a connection ---- */

static void say(struct bench *b, int i, struct span s)
{
	uint8_t *at = b->wire[i] + b->wire_n[i];
	family_need(2 + s.n <= TAKEN - b->wire_n[i], "room");
	at[0] = (uint8_t)(s.n >> 8);
	at[1] = (uint8_t)s.n;
	memcpy(at + 2, s.p, s.n);
	b->wire_n[i] += 2 + s.n;
}

static void step(struct bench *b, int i, struct span token)
{
	struct end *e = &b->end[i];
	struct graph_session_out out;
	do {
		family_need(!group_session_step(e->session, token, &out), "step");
		if (out.bytes.n)
			say(b, i, out.bytes);
		token = span_of(NULL, 0);
	} while (out.more);
	e->done = out.done;
}

/* All frames that the other one said. */
static void hear(struct bench *b, int i)
{
	size_t n = b->wire_n[!i], size;
	for (size_t at = 0; at < n; at += 2 + size) {
		const uint8_t *p = b->wire[!i] + at;
		size = (size_t)p[0] << 8 | p[1];
		step(b, i, span_of(p + 2, size));
	}
	b->wire_n[!i] = 0;
}

static void meet(struct bench *b)
{
	for (int i = 0; i < 2; i++) {
		struct end *e = &b->end[i];
		e->done = false;
		b->wire_n[i] = 0;
		e->members = family_members(b->f);
		family_need(!group_session_new(&e->home, &e->parties, &e->session), "session");
	}
	step(b, 0, span_of(NULL, 0));
	for (int i = 1; !b->end[0].done || !b->end[1].done; i = !i) {
		family_need(b->wire_n[!i] > 0, "silence");
		hear(b, i);
	}
}

static void part(struct bench *b)
{
	for (int i = 0; i < 2; i++) {
		group_session_free(b->end[i].session);
		group_members_free(b->end[i].members);
	}
}

/* ---- measured ---- */

static void choose(struct bench *b, struct family *f)
{
	b->f = f;
	begin_end(b, 0, &f->ben, &f->ann);
	begin_end(b, 1, &f->ann, &f->ben);
}

/* Both ends, of the first n families in turn. */
static double handshake_us(struct bench *b, size_t n)
{
	unsigned int times = 0;
	double began = family_cpu_us(), now = began;
	for (; now - began < TURN_US; now = family_cpu_us(), times++) {
		choose(b, &b->families[times % n]);
		meet(b);
		part(b);
	}
	return (now - began) / times;
}

static void carry(struct bench *b, size_t n, double *sealed, double *opened)
{
	static uint8_t text[16384], wire[TAKEN];
	struct graph_session_out out;
	unsigned int times = 0;
	double made = 0, all = 0, began = family_cpu_us(), now = began;
	while (now - began < TURN_US / 4) {
		size_t wire_n = 0, each = 0;
		double from = now;
		for (int k = 0; k < 32; k++, wire_n += each) {
			family_need(!group_session_seal(b->end[0].session, span_of(text, n), &out),
				    "seal");
			each = out.bytes.n;
			memcpy(wire + wire_n, out.bytes.p, each);
		}
		made += family_cpu_us() - from;
		for (size_t at = 0; at < wire_n; at += each)
			family_need(!group_session_unseal(b->end[1].session,
							  span_of(wire + at, each), &out) &&
					    out.bytes.n == n,
				    "unseal");
		times += 32;
		now = family_cpu_us();
		all += now - from;
	}
	*sealed = made / times;
	*opened = (all - made) / times;
}

static void measure_frames(struct bench *b)
{
	static const size_t sizes[] = { 64, 512, 1024 };
	meet(b);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		double sealed, opened;
		carry(b, sizes[i], &sealed, &opened);
		(void)printf(", \"%zu\": [%.4f, %.4f]", sizes[i], sealed, opened);
	}
	part(b);
}

int main(void)
{
	static struct bench b;
	family_begin(&b.families[0]);
	for (size_t i = 1; i < FAMILIES; i++)
		family_begin_beside(&b.families[i], &b.families[0]);
	choose(&b, &b.families[0]);
	meet(&b); /* what is made once is not a connection's */
	part(&b);
	(void)printf("{\"handshake\": %.3f", handshake_us(&b, FAMILIES));
	(void)printf(", \"handshake_again\": %.3f", handshake_us(&b, 1));
	measure_frames(&b);
	(void)printf("}\n");
	for (size_t i = FAMILIES; i > 1; i--)
		family_end_beside(&b.families[i - 1]);
	family_end(&b.families[0]);
	return 0;
}
