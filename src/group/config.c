#include "group/config.h"

/* Keys of the part. */

#define FIELD(type, member) .offset = offsetof(type, member), .size = sizeof(((type *)NULL)->member)
#define PART(member)	    FIELD(struct group_part_config, member)
#define MIB		    (INT64_C(1024) * 1024)
#define GIB		    (1024 * MIB)

const struct setting group_settings[] = {
	{ "enabled", &setting_bool, PART(enabled), .fallback = "true",
	  .help = "Whether people of this machine may be in groups at all. Groups are graphs: the "
		  "part graph must be on, too." },
	{ "classic", &setting_bool, PART(classic), .fallback = "false",
	  .help = "Whether groups of the published cryptography may be made and joined. It is "
		  "broken: everybody with some money reads along and forges. For old machines in "
		  "closed networks." },
	{ "groups_max", &setting_u32, PART(groups_max), .fallback = "256", .min = 1, .max = 4096,
	  .help = "Groups that people of this machine are in; more are refused." },
	{ "identities_max", &setting_u32, PART(identities_max), .fallback = "64", .min = 1,
	  .max = 1024, .help = "Identities of this machine; more are refused." },
	{ "renew_warning", &setting_duration, PART(renew_warning), .fallback = "14d",
	  .min = MONO_MIN, .max = 3660 * MONO_DAY,
	  .help = "How long before a membership ends its owner is told so." },
	{ "members_memory", &setting_size, PART(limits.members.octets), .fallback = "256MiB",
	  .min = MIB, .max = 64 * GIB, .help = "Octets of certificates of one group's members." },
	{ "waiting_max", &setting_u32, PART(limits.waiting), .fallback = "4096", .min = 16,
	  .max = 1000000,
	  .help = "Records of one group that wait until the membership of their writer is known; "
		  "the oldest goes when there are more." },
	{ .name = NULL },
};

void group_config_init(struct group_part_config *c)
{
	memset(c, 0, sizeof(*c));
	c->limits = group_limits_default;
	setting_defaults(group_settings, c);
	c->enabled = false;
}

enum err group_config_set(struct group_part_config *c, struct span key, struct span value,
			  struct text *why)
{
	return setting_set(group_settings, c, key, value, why);
}

enum err group_config_check(const struct group_part_config *c, struct text *why)
{
	if (c->enabled && c->classic && !group_profile(CRYPTO_CLASSIC)) {
		text_str(why, "group: this build has no classic profile; leave classic out");
		return ERR_CONFIG;
	}
	return OK;
}
