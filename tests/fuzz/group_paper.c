/* group_paper.c - documents that people were given. What is read is within its limits, and
 * when it is written again it reads the same; what is refused has its reason told. */
#include "crypto/cert.h"
#include "fuzz_env.h"
#include "group/name.h"
#include "group/paper.h"
#include "group/payload.h"

static char room[4 * GROUP_PAPER_MAX];

static void check_parts(const struct group_paper *p)
{
	struct group_name n;
	hold(p->kind < GROUP_PAPER_KIND_COUNT && p->major >= 1 && p->major <= 2 && p->minor <= 1);
	hold(p->octets.n <= CRYPTO_CHAIN_MAX && p->cloud.n <= GROUP_CLOUD_OCTETS);
	hold(p->friendly.n <= 3 * CRYPTO_CERT_FRIENDLY);
	hold(!p->group.n || group_name_parse(&n, p->group) == OK);
	hold(!p->identity.n || group_name_parse(&n, p->identity) == OK);
	hold(p->octets.n || p->group.n);
}

static bool same(const struct group_paper *a, const struct group_paper *b)
{
	return a->kind == b->kind && a->major == b->major && a->minor == b->minor &&
	       a->scope == b->scope && a->cloud_private == b->cloud_private &&
	       span_eq(a->octets, b->octets) && span_eq(a->cloud, b->cloud) &&
	       span_eq(a->identity, b->identity) && span_eq(a->group, b->group) &&
	       span_eq(a->friendly, b->friendly);
}

static void check_again(const struct group_paper *p, const struct env *env)
{
	char reason[400];
	struct text t = TEXT_OF(room), why = TEXT_OF(reason);
	struct group_paper again;
	hold(group_paper_write(&t, p) == OK && !t.cut);
	if (t.n > GROUP_PAPER_MAX)
		return;
	hold(group_paper_read(&again, span_of(t.p, t.n), env, &why) == OK);
	hold(same(p, &again));
	group_paper_free(&again, env);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_env fuzz = FUZZ_ENV(fuzz);
	char reason[400];
	struct text why = TEXT_OF(reason);
	struct group_paper p;
	enum err e = group_paper_read(&p, span_of(data, size), &fuzz.env, &why);
	hold(e == OK || e == ERR_MALFORMED || e == ERR_UNSUPPORTED);
	hold((e == OK) == (why.n == 0));
	if (!e) {
		check_parts(&p);
		check_again(&p, &fuzz.env);
		group_paper_free(&p, &fuzz.env);
	}
	hold(fuzz.live == 0);
	return 0;
}
