/* removal: what Removals hold the thread for in a big group. A group as one of its members sees
 * it, half of its 10,000 members let in by one administrator: she is removed, or a member is;
 * then sets of Removals and Returns as large as they may be, as attackers would choose them; then
 * an invitation for 1,024 who may issue. A line of JSON: of each the longest call in ms and all
 * calls together. */
#include "family.h"
#include "group/group_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBERS 10000
#define ISSUERS 1024
#define ADMINS	64
#define BORN	(FAMILY_NOW - INT64_C(80000000000))

struct person {
	struct crypto_key *key;
	char name[GROUP_NAME_OCTETS + 1];
	uint8_t chain[4096];
	size_t chain_n;
};

struct bench {
	struct family f;
	struct group *g;
	struct person eve, *admins;
	struct crypto_chain *anns, *eves;
	struct mono now;
	double longest, all;
	uint32_t next_id;
};

static double spent(struct bench *b, double began)
{
	double us = family_cpu_us() - began;
	b->all += us;
	if (us > b->longest)
		b->longest = us;
	return us;
}

static void tell(struct bench *b, const char *name)
{
	(void)printf("%s\"%s\": {\"longest\": %.2f, \"all\": %.2f}", name[0] == '-' ? "" : ", ",
		     name[0] == '-' ? name + 1 : name, b->longest / 1000, b->all / 1000);
	(void)fflush(stdout);
	b->longest = b->all = 0;
}

/* ---- people ---- */

static void let_in(struct bench *b, const struct crypto_key *by, struct span issuer,
		   unsigned int roles, struct person *out)
{
	struct text name = TEXT_OF(out->name);
	enum group_chain_fault why;
	family_need(!crypto_key_make(b->f.c, &b->f.env, b->f.p->crypto, &out->key), "key");
	family_need(!group_name_make(b->f.c, b->f.p->crypto, crypto_key_public(out->key),
				     span_str("x"), &name),
		    "name");
	const struct group_grant g = { .public = crypto_key_public(out->key),
				       .name = span_str(out->name),
				       .friendly = span_str("Somebody"),
				       .roles = roles,
				       .from = BORN };
	family_need(!group_chain_issue(b->f.c, &b->f.env, b->f.p, issuer, by, &g, out->chain,
				       sizeof(out->chain), &out->chain_n, &why),
		    "membership");
}

static struct crypto_chain *chain_of(struct bench *b, const uint8_t *octets, size_t n)
{
	const struct group_chain_rules rules = { .profile = b->f.p,
						 .group = span_str(b->f.group.name),
						 .now = FAMILY_NOW };
	struct crypto_chain *chain;
	enum group_chain_fault why;
	family_need(!group_chain_read(b->f.c, &rules, span_of(octets, n), &chain, &why), "chain");
	return chain;
}

static void learn(struct bench *b, const struct person *who)
{
	family_need(!group_learn_chain(b->g, chain_of(b, who->chain, who->chain_n),
				       GROUP_TOLD_BY_ITSELF),
		    "member");
}

static void fill(struct bench *b)
{
	struct person *one = calloc(1, sizeof(*one));
	let_in(b, b->f.ann.key, span_of(b->f.ann.chain, b->f.ann.chain_n), CRYPTO_ROLE_ADMIN,
	       &b->eve);
	learn(b, &b->eve);
	for (size_t i = 0; i < ADMINS; i++) {
		let_in(b, b->f.ann.key, span_of(b->f.ann.chain, b->f.ann.chain_n),
		       CRYPTO_ROLE_ADMIN, &b->admins[i]);
		learn(b, &b->admins[i]);
	}
	for (size_t i = ADMINS + 3; i < MEMBERS; i++) {
		bool eves = i % 2;
		const struct crypto_key *by = eves ? b->eve.key : b->f.ann.key;
		struct span issuer = eves ? span_of(b->eve.chain, b->eve.chain_n)
					  : span_of(b->f.ann.chain, b->f.ann.chain_n);
		let_in(b, by, issuer, i % 2 ? CRYPTO_ROLE_MEMBER : CRYPTO_ROLE_INVITER, one);
		learn(b, one);
		crypto_key_free(one->key);
	}
	free(one);
}

/* ---- a group ---- */

static void drain(struct bench *b)
{
	struct group_out o;
	while (group_poll(b->g, &o))
		;
}

static void begin(struct bench *b)
{
	char text[200];
	struct text why = TEXT_OF(text);
	static uint8_t box[32], secret[32];
	family_begin(&b->f);
	b->admins = calloc(ADMINS, sizeof(*b->admins));
	family_need(!crypto_box_make(&b->f.env, box, secret), "box");
	struct group_birth birth = {
		.profile = CRYPTO_MODERN,
		.key = b->f.ann.key,
		.certificate = span_of(b->f.ann.idc, b->f.ann.idc_n),
		.chain = span_of(b->f.ann.chain, b->f.ann.chain_n),
		.box = box,
		.box_secret = secret,
		.limits = group_limits_default,
	};
	memcpy(birth.id, b->f.group.name, sizeof(birth.id));
	memcpy(birth.self, b->f.ann.name, sizeof(birth.self));
	family_need(!group_new(&b->g, &birth, &b->f.env, b->f.c, b->now,
			       (struct wall){ FAMILY_NOW, true }, &why),
		    "group");
	group_ready(b->g, b->now);
	b->anns = chain_of(b, b->f.ann.chain, b->f.ann.chain_n);
	fill(b);
	b->eves = chain_of(b, b->eve.chain, b->eve.chain_n);
	for (int i = 0; i < 2000; i++) {
		group_tick(b->g, b->now);
		drain(b);
	}
}

static void end(struct bench *b)
{
	drain(b);
	group_free(b->g);
	crypto_chain_free(b->anns);
	crypto_chain_free(b->eves);
	for (size_t i = 0; i < ADMINS; i++)
		crypto_key_free(b->admins[i].key);
	crypto_key_free(b->eve.key);
	free(b->admins);
	family_end(&b->f);
}

/* Turn after turn until nothing is left to do at once. */
static void run(struct bench *b)
{
	for (int i = 0; i < 5000 && mono_reached(group_deadline(b->g), b->now); i++) {
		double began = family_cpu_us();
		group_tick(b->g, b->now);
		(void)spent(b, began);
		drain(b);
	}
}

/* ---- Removals ---- */

static const uint8_t *made(struct bench *b, struct span key, struct span by, uint32_t ends,
			   size_t *n)
{
	static uint8_t out[65536], ids[GROUP_KEPT_ID], serial[CRYPTO_SERIAL];
	struct group_removal p = { .key = key, .chain = by, .returns = ends != 0 };
	memcpy(ids, &ends, sizeof(ends));
	if (ends) {
		p.ids = span_of(ids, sizeof(ids));
		p.serials = span_of(serial, sizeof(serial));
	}
	family_need(!group_removal_write(&p, out, sizeof(out), n), "payload");
	return out;
}

static struct group_kept_record record_of(uint32_t id)
{
	struct group_kept_record k = { .version = 1 };
	memcpy(k.id.at, &id, sizeof(id));
	return k;
}

/* As the graph hands it over. */
static void remove_one(struct bench *b, struct span key)
{
	size_t n;
	struct group_verdict v = { .record = record_of(++b->next_id),
				   .chain = chain_of(b, b->f.ann.chain, b->f.ann.chain_n) };
	struct graph_record r = { .protocol = GRAPH_PROTOCOL };
	r.payload.p = made(b, key, span_of(b->f.ann.chain, b->f.ann.chain_n), 0, &n);
	r.payload.n = n;
	double began = family_cpu_us();
	family_need(!group_removal_learn(b->g, &r, &v), "Removal");
	(void)spent(b, began);
	drain(b);
	run(b);
}

/* ---- sets of them ---- */

struct set {
	struct bench *b;
	struct group_removals *r;
};

static void set_begin(struct bench *b, struct set *s)
{
	s->b = b;
	family_need(!group_removals_new(&s->r, &b->f.env, b->f.c, b->f.p,
					&group_removals_limits_default),
		    "set");
}

static void set_add(struct set *s, const struct person *by, const struct crypto_chain *chain,
		    struct span key, uint32_t ends)
{
	struct bench *b = s->b;
	size_t n;
	const uint8_t *p = made(b, key, span_of(by->chain, by->chain_n), ends, &n);
	const struct group_removals_entry e = {
		.record = record_of(++b->next_id),
		.payload = span_of(p, n),
		.chain = chain,
	};
	double began = family_cpu_us();
	enum err err = group_removals_add(s->r, &e);
	(void)group_removals_named(s->r, key);
	(void)spent(b, began);
	family_need(!err || err == ERR_FULL, "add");
}

static struct span key_of(const struct person *p)
{
	return crypto_key_public(p->key);
}

/* A ring of 64 administrators, each of whom removes the next, again and again. */
static void ring(struct bench *b)
{
	struct set s;
	struct crypto_chain *chains[ADMINS];
	set_begin(b, &s);
	for (size_t i = 0; i < ADMINS; i++)
		chains[i] = chain_of(b, b->admins[i].chain, b->admins[i].chain_n);
	for (size_t i = 0; i < 4096; i++)
		set_add(&s, &b->admins[i % ADMINS], chains[i % ADMINS],
			key_of(&b->admins[(i + 1) % ADMINS]), 0);
	for (size_t i = 0; i < ADMINS; i++)
		crypto_chain_free(chains[i]);
	group_removals_free(s.r);
}

/* All remove the same one, and let it back. */
static void returns(struct bench *b)
{
	struct set s;
	struct crypto_chain *chains[ADMINS];
	uint32_t first = b->next_id + 1;
	set_begin(b, &s);
	for (size_t i = 0; i < ADMINS; i++)
		chains[i] = chain_of(b, b->admins[i].chain, b->admins[i].chain_n);
	for (size_t i = 0; i < 2048; i++)
		set_add(&s, &b->admins[i % ADMINS], chains[i % ADMINS], key_of(&b->eve), 0);
	for (size_t i = 0; i < 2048; i++)
		set_add(&s, &b->admins[i % ADMINS], chains[i % ADMINS], key_of(&b->eve),
			first + (uint32_t)i);
	for (size_t i = 0; i < ADMINS; i++)
		crypto_chain_free(chains[i]);
	group_removals_free(s.r);
}

/* ---- an invitation ---- */

static void invite(struct bench *b)
{
	char text[200];
	struct text why = TEXT_OF(text);
	static const uint8_t prs[GROUP_PRS];
	uint8_t secret[32];
	size_t n = 0;
	for (struct group_member *m = NULL;
	     n < ISSUERS && (m = group_members_next(b->g->members, m)); n++) {
		m->has_seal_key = true;
		family_need(!crypto_box_make(&b->f.env, m->seal_key, secret), "box");
	}
	const struct group_invite i = { .prs = prs,
					.role = GROUP_ROLE_MEMBER,
					.end = FAMILY_NOW + MONO_HOUR,
					.uses = 1,
					.lookup = span_str("red-fox") };
	double began = family_cpu_us();
	family_need(!group_invite(b->g, &i, &why, b->now), "invitation");
	(void)spent(b, began);
	drain(b);
	run(b);
}

int main(void)
{
	static struct bench b;
	begin(&b);
	(void)printf("{");
	invite(&b);
	tell(&b, "-invite");
	remove_one(&b, key_of(&b.admins[0]));
	tell(&b, "member");
	remove_one(&b, key_of(&b.eve));
	tell(&b, "administrator");
	ring(&b);
	tell(&b, "ring");
	returns(&b);
	tell(&b, "returns");
	(void)printf("}\n");
	end(&b);
	return 0;
}
