/* Roles (GROUP-3). */
#include "group/role.h"

static const struct role {
	unsigned int bit;
	struct graph_guid guid;
	unsigned int issues; /* certificates of which roles */
} roles[GROUP_ROLE_COUNT] = {
	[GROUP_ROLE_ADMIN] = { CRYPTO_ROLE_ADMIN,
			       { { 0x04, 0x38, 0x71, 0x27, 0xaa, 0x56, 0x45, 0x0a, 0x8c, 0xe5, 0x4f,
				   0x56, 0x5c, 0x67, 0x90, 0xf4 } },
			       CRYPTO_ROLE_ADMIN | CRYPTO_ROLE_INVITER | CRYPTO_ROLE_MEMBER },
	[GROUP_ROLE_INVITER] = { CRYPTO_ROLE_INVITER,
				 { { 0x43, 0x70, 0xfd, 0x89, 0xdc, 0x18, 0x4c, 0xfb, 0x8d, 0xbf,
				     0x98, 0x53, 0xa8, 0xa9, 0xf9, 0x05 } },
				 CRYPTO_ROLE_INVITER | CRYPTO_ROLE_MEMBER },
	[GROUP_ROLE_MEMBER] = { CRYPTO_ROLE_MEMBER,
				{ { 0xf1, 0x2d, 0xc4, 0xc7, 0x08, 0x57, 0x4c, 0xa0, 0x93, 0xfc,
				    0xb1, 0xbb, 0x19, 0xa3, 0xd8, 0xc2 } },
				0 },
};

bool group_role_parse(struct span word, enum group_role *r)
{
	static const struct {
		const char *word;
		enum group_role role;
	} words[] = {
		{ "administrator", GROUP_ROLE_ADMIN },	   { "admin", GROUP_ROLE_ADMIN },
		{ "inviting member", GROUP_ROLE_INVITER }, { "inviting", GROUP_ROLE_INVITER },
		{ "inviter", GROUP_ROLE_INVITER },	   { "member", GROUP_ROLE_MEMBER },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_eq(word, span_str(words[i].word))) {
			*r = words[i].role;
			return true;
		}
	return false;
}

unsigned int group_role_bit(enum group_role r)
{
	return roles[r].bit;
}

const struct graph_guid *group_role_guid(enum group_role r)
{
	return &roles[r].guid;
}

bool group_role_of_guid(const struct graph_guid *g, enum group_role *r)
{
	return group_role_highest(crypto_role_of_guid(g->at), r);
}

bool group_role_highest(unsigned int set, enum group_role *r)
{
	for (enum group_role i = 0; i < GROUP_ROLE_COUNT; i++)
		if (set & roles[i].bit) {
			*r = i;
			return true;
		}
	return false;
}

unsigned int group_role_issuable(unsigned int set)
{
	unsigned int all = 0;
	for (enum group_role i = 0; i < GROUP_ROLE_COUNT; i++)
		all |= set & roles[i].bit ? roles[i].issues : 0;
	return all;
}

bool group_role_edits_others(unsigned int set)
{
	return set & CRYPTO_ROLE_ADMIN;
}
