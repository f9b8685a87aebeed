#include "family.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define BORN (FAMILY_NOW - INT64_C(86400000000))

void family_need(bool good, const char *what)
{
	if (good)
		return;
	(void)fprintf(stderr, "group: %s failed\n", what);
	exit(1);
}

static void *resize(void *ctx, void *p, size_t n)
{
	if (n)
		return realloc(p, n);
	free(p);
	return NULL;
}

/* As the daemon's does it: a call of the system. */
static void draw(void *ctx, void *p, size_t n)
{
	family_need(getrandom(p, n, 0) == (ssize_t)n, "getrandom");
}

double family_cpu_us(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void be_born(struct family *f, struct family_person *who, const char *classifier)
{
	struct text name = TEXT_OF(who->name);
	family_need(!crypto_key_make(f->c, &f->env, f->p->crypto, &who->key), "key");
	family_need(!group_name_make(f->c, f->p->crypto, crypto_key_public(who->key),
				     span_str(classifier), &name),
		    "name");
	family_need(!group_identity_issue(f->c, &f->env, who->key, span_str(classifier),
					  span_str("Somebody"), BORN, true, who->idc,
					  sizeof(who->idc), &who->idc_n),
		    "identity");
}

static void admit(struct family *f, const struct family_person *by, struct family_person *who,
		  unsigned int roles)
{
	enum group_chain_fault why;
	const struct group_grant g = { .public = crypto_key_public(who->key),
				       .name = span_str(who->name),
				       .friendly = span_str("Somebody"),
				       .roles = roles,
				       .from = BORN };
	family_need(!group_chain_issue(f->c, &f->env, f->p, span_of(by->chain, by->chain_n),
				       by->key, &g, who->chain, sizeof(who->chain), &who->chain_n,
				       &why),
		    "membership");
}

static void let_in(struct family *f)
{
	f->p = group_profile(CRYPTO_MODERN);
	be_born(f, &f->group, "family");
	be_born(f, &f->ann, "ann");
	be_born(f, &f->ben, "ben");
	family_need(!group_root_issue(f->c, &f->env, f->group.key, span_str("family"),
				      span_str("Family"), BORN, f->group.chain,
				      sizeof(f->group.chain), &f->group.chain_n),
		    "root");
	admit(f, &f->group, &f->ann, CRYPTO_ROLE_ADMIN);
	admit(f, &f->ann, &f->ben, CRYPTO_ROLE_MEMBER);
}

void family_begin(struct family *f)
{
	f->env = (struct env){ resize, draw, NULL };
	family_need(!crypto_new(&f->c, &f->env), "context");
	let_in(f);
}

void family_begin_beside(struct family *f, const struct family *first)
{
	f->env = first->env;
	f->c = first->c;
	let_in(f);
}

void family_end_beside(struct family *f)
{
	crypto_key_free(f->group.key);
	crypto_key_free(f->ann.key);
	crypto_key_free(f->ben.key);
}

void family_end(struct family *f)
{
	family_end_beside(f);
	crypto_free(f->c);
}

struct crypto_chain *family_chain(struct family *f, const struct family_person *who)
{
	const struct group_chain_rules rules = { .profile = f->p,
						 .group = span_str(f->group.name),
						 .now = FAMILY_NOW };
	struct crypto_chain *chain;
	enum group_chain_fault why;
	family_need(
		!group_chain_read(f->c, &rules, span_of(who->chain, who->chain_n), &chain, &why),
		"chain");
	return chain;
}

struct group_members *family_members(struct family *f)
{
	struct group_members *m;
	family_need(!group_members_new(&m, &f->env, f->c, f->p, &group_members_limits_default),
		    "member list");
	return m;
}

/* ---- records ---- */

void family_names(const struct family *f, struct family_names *out)
{
	family_need(!graph_utf16(span_str(f->group.name), sizeof(out->graph) / 2, out->graph,
				 &out->graph_n) &&
			    !graph_utf16(span_str(f->ben.name), sizeof(out->creator) / 2,
					 out->creator, &out->creator_n),
		    "names");
}

void family_record(struct family_record *out, const struct family_names *names, uint32_t at)
{
	uint64_t now = GRAPH_TIME_UNIX + (uint64_t)FAMILY_NOW * 10;
	memset(out->payload, 0xa5, sizeof(out->payload));
	memcpy(out->payload, &at, sizeof(at));
	out->r = (struct graph_record){
		.type = { { 0xbe, 0x4c } },
		.version = 1,
		.creator = span_of(names->creator, names->creator_n),
		.created = now,
		.expires = now + 86400 * GRAPH_TICKS_SEC,
		.modified = now,
		.graph = span_of(names->graph, names->graph_n),
		.protocol = GRAPH_PROTOCOL,
		.payload = span_of(out->payload, sizeof(out->payload)),
	};
	out->r.type.at[15] = 1;
	memcpy(out->r.id.at, &at, sizeof(at));
}

void family_library_key(EVP_PKEY_CTX **signer, EVP_PKEY_CTX **checker)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	family_need(key != NULL, "key");
	*signer = EVP_PKEY_CTX_new(key, NULL);
	*checker = EVP_PKEY_CTX_new(key, NULL);
	EVP_PKEY_free(key);
	family_need(EVP_PKEY_sign_init(*signer) > 0 && EVP_PKEY_verify_init(*checker) > 0, "key");
}
