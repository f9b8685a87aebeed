/* judge.c PROFILE chain|identity FILE NOW: what we think of certificates that programs not ours
 * made (foreign_test.py): prints the name of the fault, NONE for none. */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const faults[] = {
#define X(name, text) #name,
	GROUP_CHAIN_FAULTS(X)
#undef X
};

static const struct group_profile *profile_of(const char *name)
{
	PEOPLE_EACH_PROFILE(id)
	if (strcmp(group_profile(id)->crypto->name, name) == 0)
		return group_profile(id);
	return NULL;
}

static struct span read_file(const char *path, struct people_octets *out)
{
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	out->n = fread(out->p, 1, sizeof out->p, f);
	assert_int_equal(fclose(f), 0);
	return span_of(out->p, out->n);
}

static enum group_chain_fault judge(const struct group_chain_rules *rules, bool identity,
				    struct span octets)
{
	struct failing_env mem;
	struct crypto *c;
	struct crypto_chain *chain = NULL;
	enum group_chain_fault why;
	failing_env_init(&mem, 1);
	assert_int_equal(crypto_new(&c, &mem.env), OK);
	enum err e =
		identity ? group_identity_read(c, rules->profile, octets, rules->now, &chain, &why)
			 : group_chain_read(c, rules, octets, &chain, &why);
	assert_int_equal(e == OK, why == GROUP_CHAIN_NONE);
	crypto_chain_free(chain);
	crypto_free(c);
	failing_env_assert_clean(&mem);
	return why;
}

int main(int argc, char **argv)
{
	static struct people_octets octets;
	if (argc != 5)
		return 2;
	const struct group_chain_rules rules = { .profile = profile_of(argv[1]),
						 .now = strtoll(argv[4], NULL, 10) * 1000000 };
	if (!rules.profile)
		return 3;
	puts(faults[judge(&rules, strcmp(argv[2], "identity") == 0, read_file(argv[3], &octets))]);
	return 0;
}
