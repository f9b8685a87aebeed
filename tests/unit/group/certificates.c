/* certificates.c FOLDER: writes what a group hands out, for programs that are not ours
 * (others_test.py): in each profile of this build the root, an administrator, an inviting
 * member and a member below one another, their chain, and an identity. */
#include "people.h"

#include <stdio.h>

#define CERTS 4

static void write_file(const char *folder, const char *profile, const char *name, struct span s)
{
	char path[4096];
	int n = snprintf(path, sizeof path, "%s/%s-%s", folder, profile, name);
	assert_in_range(n, 1, sizeof path - 1);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(s.p, 1, s.n, f), s.n);
	assert_int_equal(fclose(f), 0);
}

static void issue_next(struct people *t, size_t i, struct people_octets *chain)
{
	static const unsigned int roles[CERTS] = { 0, CRYPTO_ROLE_ADMIN, CRYPTO_ROLE_INVITER,
						   CRYPTO_ROLE_MEMBER };
	static const char *const friendly[CERTS] = { "", "Ann", "Ben", "Cl\xc3\xa9o" };
	struct people_octets next;
	enum group_chain_fault why;
	const struct group_grant g = { .public = crypto_key_public(t->keys[i]),
				       .name = people_name(t, i),
				       .friendly = span_str(friendly[i]),
				       .roles = roles[i],
				       .from = PEOPLE_BORN,
				       .to = i == 1 ? 0 : PEOPLE_UNTIL };
	assert_int_equal(group_chain_issue(t->c, &t->draw.env, t->p, span_of(chain->p, chain->n),
					   t->keys[i - 1], &g, next.p, sizeof next.p, &next.n,
					   &why),
			 OK);
	memcpy(chain->p, next.p, next.n);
	chain->n = next.n;
}

static void write_chain(const struct people *t, const char *folder,
			const struct people_octets *octets)
{
	const char *profile = t->p->crypto->name;
	struct crypto_chain *chain;
	struct span all = span_of(octets->p, octets->n);
	assert_int_equal(crypto_chain_parse(t->c, t->p->crypto, all, &chain), OK);
	write_file(folder, profile, "chain.p7b", all);
	for (size_t i = 0; i < CERTS; i++) {
		const char name[] = { (char)('0' + i), '.', 'd', 'e', 'r', 0 };
		write_file(folder, profile, name, crypto_chain_cert(chain, i)->der);
	}
	crypto_chain_free(chain);
}

static void write_all(const char *folder, enum crypto_profile_id id)
{
	static struct people_octets octets;
	struct people t;
	people_init(&t, id, CERTS);
	assert_int_equal(group_identity_issue(t.c, &t.draw.env, t.keys[3], span_str("cleo"),
					      span_str("Cl\xc3\xa9o"), PEOPLE_BORN, true, octets.p,
					      sizeof octets.p, &octets.n),
			 OK);
	write_file(folder, t.p->crypto->name, "identity.der", span_of(octets.p, octets.n));
	assert_int_equal(group_root_issue(t.c, &t.draw.env, t.keys[0], span_str("family"),
					  span_str("The family"), PEOPLE_BORN, octets.p,
					  sizeof octets.p, &octets.n),
			 OK);
	for (size_t i = 1; i < CERTS; i++)
		issue_next(&t, i, &octets);
	write_chain(&t, folder, &octets);
	people_fini(&t);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	PEOPLE_EACH_PROFILE(id)
	write_all(argv[1], id);
	return 0;
}
