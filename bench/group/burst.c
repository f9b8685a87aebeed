/* burst: what a record costs whoever makes it and whoever judges it, alone and in bursts of
 * 16, 64 and 256 that share a signature, arrive singly, in no order and with one of them
 * forged. Beside it what the library takes for a signature alone. A line of JSON: us of CPU
 * a record. */
#include "family.h"
#include "group/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST	256
#define TURNS	24
#define TURN_US 20000.0

struct bench {
	struct family f;
	struct family_names names;
	struct group_judge *j;
	struct group_members *m;
	struct crypto_chain *own;
	struct group_batch *batch;
	uint8_t serial[CRYPTO_SERIAL];
	struct family_record records[MOST];
	size_t order[MOST], forged;
	uint64_t seed;

	/* the library's own */
	EVP_PKEY_CTX *signer, *checker;
	uint8_t digest[32], der[128];
	size_t der_n;
};

/* Repeats, so that runs are alike. */
static uint64_t draw(struct bench *b, uint64_t below)
{
	b->seed ^= b->seed << 13;
	b->seed ^= b->seed >> 7;
	b->seed ^= b->seed << 17;
	return b->seed % below;
}

static void shuffle(struct bench *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		b->order[i] = i;
	for (size_t i = n; i > 1; i--) {
		size_t k = draw(b, i), was = b->order[k];
		b->order[k] = b->order[i - 1];
		b->order[i - 1] = was;
	}
	b->forged = draw(b, n);
}

/* ---- making ---- */

static struct span serial(const struct bench *b)
{
	return span_of(b->serial, sizeof(b->serial));
}

static void sign_singly(struct bench *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct family_record *k = &b->records[i];
		size_t size;
		family_need(!group_sign(b->f.c, &b->f.env, b->f.p, true, b->f.ben.key, &k->r,
					serial(b), serial(b), k->security, &size),
			    "sign");
		k->r.security = span_of(k->security, size);
	}
}

static void sign_together(struct bench *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		family_need(!group_batch_add(b->batch, &b->records[i].r, serial(b), serial(b)),
			    "batch");
	family_need(!group_batch_close(b->batch, b->f.ben.key), "batch");
	for (size_t i = 0; i < n; i++)
		b->records[i].r.security = group_batch_security(b->batch, i);
}

/* ---- judging ---- */

static void judge_one(struct bench *b, size_t i)
{
	struct group_verdict v;
	bool forged = i == b->forged;
	group_judge_record(b->j, &b->records[i].r, GRAPH_CHANGE_ADDED, &v);
	family_need(v.opinion == (forged ? GRAPH_INVALID : GRAPH_VALID), "judging");
	family_need(!forged || v.why == GROUP_REFUSAL_SIGNATURE, "the forged one");
}

static void judge_all(struct bench *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		judge_one(b, b->order[i]);
}

/* One octet is another's. */
static void forge(struct bench *b, size_t n)
{
	if (b->forged < n)
		b->records[b->forged].payload[FAMILY_PAYLOAD / 2] ^= 1;
}

/* ---- measured ---- */

struct spent {
	double made, judged, theirs_made, theirs_judged; /* us a record */
};

static void library(struct bench *b, double *made, double *judged)
{
	double began = family_cpu_us();
	for (int i = 0; i < 64; i++) {
		b->der_n = sizeof(b->der);
		family_need(EVP_PKEY_sign(b->signer, b->der, &b->der_n, b->digest, 32) > 0, "sign");
	}
	*made += (family_cpu_us() - began) / 64;
	began = family_cpu_us();
	for (int i = 0; i < 64; i++)
		family_need(EVP_PKEY_verify(b->checker, b->der, b->der_n, b->digest, 32) == 1,
			    "verify");
	*judged += (family_cpu_us() - began) / 64;
}

static void once(struct bench *b, size_t n, bool together, struct spent *s)
{
	shuffle(b, n);
	if (!together)
		b->forged = n;
	group_judge_forget(b->j);
	double began = family_cpu_us();
	if (together)
		sign_together(b, n);
	else
		sign_singly(b, n);
	s->made += (family_cpu_us() - began) / (double)n;
	forge(b, n);
	began = family_cpu_us();
	judge_all(b, n);
	s->judged += (family_cpu_us() - began) / (double)n;
	forge(b, n);
}

/* n records at a time, and the library's in turns. */
static void measure(struct bench *b, const char *name, size_t n, bool together)
{
	struct spent s = { 0 };
	unsigned int times = 0;
	for (int turn = 0; turn < TURNS; turn++)
		for (double began = family_cpu_us(); family_cpu_us() - began < TURN_US; times++) {
			once(b, n, together, &s);
			library(b, &s.theirs_made, &s.theirs_judged);
		}
	(void)printf("\"%s\": {\"made\": [%.4f, %.4f], \"judged\": [%.4f, %.4f]}", name,
		     s.made / times, s.theirs_made / times, s.judged / times,
		     s.theirs_judged / times);
}

/* ---- begin, end ---- */

static void begin_judge(struct bench *b)
{
	struct group_member *who;
	bool fresh;
	struct crypto_chain *bens = family_chain(&b->f, &b->f.ben);
	memcpy(b->serial, group_chain_leaf(bens)->serial.p, sizeof(b->serial));
	b->m = family_members(&b->f);
	family_need(!group_members_add(b->m, bens, &who, &fresh), "member");
	b->own = family_chain(&b->f, &b->f.ann);
	const struct group_judge_birth birth = {
		.env = &b->f.env,
		.crypto = b->f.c,
		.profile = b->f.p,
		.group = span_str(b->f.group.name),
		.self = span_str(b->f.ann.name),
		.members = b->m,
		.roots = group_limits_default.roots,
		.waiting = group_limits_default.waiting,
	};
	family_need(!group_judge_new(&b->j, &birth), "judge");
	group_judge_now(b->j, FAMILY_NOW);
	family_need(!group_judge_own(b->j, b->own, false), "judge");
}

static void begin(struct bench *b)
{
	b->seed = 88172645463325252;
	family_begin(&b->f);
	family_names(&b->f, &b->names);
	begin_judge(b);
	family_need(!group_batch_new(&b->batch, &b->f.env, b->f.c, b->f.p), "batch");
	for (uint32_t i = 0; i < MOST; i++)
		family_record(&b->records[i], &b->names, i);
	family_library_key(&b->signer, &b->checker);
}

static void end(struct bench *b)
{
	EVP_PKEY_CTX_free(b->signer);
	EVP_PKEY_CTX_free(b->checker);
	group_batch_free(b->batch);
	group_judge_free(b->j);
	group_members_free(b->m);
	crypto_chain_free(b->own);
	family_end(&b->f);
}

int main(void)
{
	static struct bench b;
	begin(&b);
	(void)printf("{");
	measure(&b, "1", 64, false);
	(void)printf(", ");
	measure(&b, "16", 16, true);
	(void)printf(", ");
	measure(&b, "64", 64, true);
	(void)printf(", ");
	measure(&b, "256", 256, true);
	(void)printf("}\n");
	end(&b);
	return 0;
}
