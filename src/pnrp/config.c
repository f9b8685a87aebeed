#include "pnrp/config.h"

/* Keys of the part and of its scopes; what fits together. */

#define FIELD(type, member) .offset = offsetof(type, member), .size = sizeof(((type *)NULL)->member)
#define PART(member)	    FIELD(struct pnrp_config, member)
#define CLOUD(member)	    FIELD(struct pnrp_cloud_config, member)

static const char *const loopbacks[] = { "auto", "yes", "no", NULL };
static const char *const profiles[CRYPTO_PROFILE_COUNT + 1] = {
	[CRYPTO_MODERN] = "modern", [CRYPTO_CLASSIC] = "classic"
};

const struct setting pnrp_settings[] = {
	{ "enabled", &setting_bool, PART(enabled), .fallback = "true",
	  .help = "Whether this node publishes and resolves names at all." },
	{ "port", &setting_u32, PART(port), .fallback = "3540", .min = PNRP_PORT_FLOOR + 1,
	  .max = UINT16_MAX,
	  .help = "UDP port of this node. When somebody holds it, a free one is taken and told "
		  "to the others." },
	{ "ipv4", &setting_bool, PART(ipv4), .fallback = "true",
	  .help = "Whether there are clouds of IPv4 addresses." },
	{ "ipv6", &setting_bool, PART(ipv6), .fallback = "true",
	  .help = "Whether there are clouds of IPv6 addresses." },
	{ "loopback", &setting_choice, PART(loopback), .fallback = "auto", .choices = loopbacks,
	  .help = "Whether the loopback interface has clouds: auto means when no other interface "
		  "has an address, so that two daemons of one machine find each other." },
	{ "profile", &setting_choice, PART(profile), .fallback = "modern", .choices = profiles,
	  .help = "modern: ECDSA P-256 and SHA-256; classic: RSA 1024 and SHA-1 as MS-PNRP 4.0 "
		  "has them, for old machines alone. Nodes of different profiles do not see each "
		  "other." },
	{ "names_max", &setting_u32, PART(names_max), .fallback = "64", .min = 1, .max = 4096,
	  .help = "How many names this node publishes at most." },
	{ "lab", &setting_bool, PART(lab), .fallback = "false",
	  .help = "Short times, for tests and demonstrations." },
	{ .name = NULL },
};

const struct setting pnrp_cloud_settings[] = {
	{ "enabled", &setting_bool, CLOUD(enabled), .fallback = "true",
	  .help = "Whether this node takes part in clouds of this scope." },
	{ "multicast", &setting_bool, CLOUD(multicast), .fallback = "true",
	  .help = "Whether other nodes are searched for by multicast (SSDP, UDP port 1900), and "
		  "such searches of others answered." },
	{ "resolve_only", &setting_bool, CLOUD(resolve_only), .fallback = "false",
	  .help = "Resolve names but publish none: nobody keeps this node's address." },
	{ "seeds", &pnrp_setting_seeds, CLOUD(seeds), .fallback = "",
	  .help = "Nodes to begin with where multicast finds none: addresses or DNS names, with a "
		  "port where it is not 3540, commas between them; at most 16." },
	{ .name = NULL },
};

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static struct span trimmed(struct span s)
{
	while (s.n && blank(s.p[0]))
		s = span_of(s.p + 1, s.n - 1);
	while (s.n && blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static struct span take_item(struct span *list)
{
	const uint8_t *comma = list->n ? memchr(list->p, ',', list->n) : NULL;
	size_t n = comma ? (size_t)(comma - list->p) : list->n;
	struct span item = trimmed(span_of(list->p, n));
	*list = comma ? span_of(comma + 1, list->n - n - 1) : span_of(NULL, 0);
	return item;
}

static bool name_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_';
}

static bool name_ok(struct span s)
{
	bool letter = false;
	if (s.n == 0 || s.n > PNRP_SEED_NAME_MAX || s.p[0] == '.' || s.p[0] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!name_char(s.p[i]))
			return false;
		letter |= s.p[i] > '9';
	}
	return letter; /* else it is an address gone wrong */
}

/* 0: none, or not a number of that size. */
static uint16_t port_of(struct span s)
{
	uint32_t v = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || v > UINT16_MAX)
			return 0;
		v = v * 10 + (uint32_t)(s.p[i] - '0');
	}
	return v > UINT16_MAX ? 0 : (uint16_t)v;
}

static enum err named_seed(struct span s, struct pnrp_seed *out)
{
	const uint8_t *colon = memchr(s.p, ':', s.n);
	size_t n = colon ? (size_t)(colon - s.p) : s.n;
	struct pnrp_seed seed = { .addr.port = PNRP_PORT };
	if (!name_ok(span_of(s.p, n)))
		return ERR_MALFORMED;
	if (colon)
		seed.addr.port = port_of(span_of(colon + 1, s.n - n - 1));
	memcpy(seed.name, s.p, n);
	*out = seed;
	return OK;
}

enum err pnrp_seed_next(struct span *list, struct pnrp_seed *out)
{
	struct pnrp_seed seed = { .name = "" };
	struct span item;
	do {
		if (!list->n)
			return ERR_NOT_FOUND;
		item = take_item(list);
	} while (!item.n);
	enum err e = addr_parse(item, PNRP_PORT, &seed.addr);
	seed.addr = addr_unmapped(seed.addr);
	if (e)
		e = named_seed(item, &seed);
	if (e)
		return ERR_MALFORMED;
	if (seed.addr.port <= PNRP_PORT_FLOOR)
		return ERR_RANGE;
	*out = seed;
	return OK;
}

static enum err seeds_judge(struct span list)
{
	struct pnrp_seed seed;
	size_t n = 0;
	enum err e;
	while ((e = pnrp_seed_next(&list, &seed)) == OK)
		if (++n > PNRP_SEEDS_MAX)
			return ERR_FULL;
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err seeds_read(const struct setting *s, struct span value, void *field,
			   struct text *why)
{
	enum err e = value.n < s->size ? seeds_judge(value) : ERR_FULL;
	if (e) {
		text_str(why, "accepted are at most 16 addresses or DNS names in 500 octets, with "
			      "commas between them and ports above 1024, like 192.0.2.1, "
			      "[2001:db8::1]:3541 or seed.example.net");
		return e;
	}
	memset(field, 0, s->size);
	if (value.n)
		memcpy(field, value.p, value.n);
	return OK;
}

static void seeds_write(const struct setting *s, const void *field, struct text *t)
{
	setting_string.write(s, field, t);
}

const struct setting_kind pnrp_setting_seeds = { "list of addresses or names", seeds_read,
						 seeds_write };

void pnrp_config_init(struct pnrp_config *c)
{
	memset(c, 0, sizeof(*c));
	setting_defaults(pnrp_settings, c);
	for (size_t i = 0; i < PNRP_SCOPE_COUNT; i++)
		setting_defaults(pnrp_cloud_settings, &c->cloud[i]);
	c->enabled = false;
}

enum err pnrp_config_set(struct pnrp_config *c, struct span group, struct span key,
			 struct span value, struct text *why)
{
	if (!group.n)
		return setting_set(pnrp_settings, c, key, value, why);
	for (size_t i = 0; i < PNRP_SCOPE_COUNT; i++)
		if (span_eq(group, span_str(pnrp_scope_text((enum pnrp_scope)i))))
			return setting_set(pnrp_cloud_settings, &c->cloud[i], key, value, why);
	text_str(why, "there is no group ");
	text_quoted(why, group, 64);
	text_str(why, " in pnrp; accepted are link, site and global");
	return ERR_NOT_FOUND;
}

enum err pnrp_config_check(const struct pnrp_config *c, struct text *why)
{
	if (!c->enabled)
		return OK;
	if (!c->ipv4 && !c->ipv6) {
		text_str(why, "pnrp: ipv4 and ipv6 are both switched off, which leaves no cloud; "
			      "switch one on, or set enabled to false");
		return ERR_CONFIG;
	}
	if (!crypto_profile((enum crypto_profile_id)c->profile)) {
		text_str(why, "pnrp: this build has no classic profile; set profile to modern, or "
			      "build with -Dclassic=true");
		return ERR_CONFIG;
	}
	return OK;
}
