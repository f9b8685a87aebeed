/* Configurations as values: made, copied, freed, and their lists of peers and
 * scopes. The keys are in config_keys.c, what follows from them in config_rules.c. */
#include "masc/config.h"

const char *masc_role_text(enum masc_role r)
{
	static const char *const text[] = { "internal", "child", "sibling", "parent" };
	return text[r];
}

const char *masc_family_text(enum masc_family f)
{
	return f == MASC_IPV4 ? "ipv4" : "ipv6";
}

void masc_config_init(struct masc_config *c, const struct env *env)
{
	memset(c, 0, sizeof(*c));
	c->env = env;
	setting_defaults(masc_settings, c);
}

/* A key that is no longer needed must not lie about in free memory. */
static void peers_free(struct masc_config *c)
{
	for (size_t i = 0; c->peers && i < c->n_peers; i++)
		memset(c->peers[i].md5_key, 0, sizeof(c->peers[i].md5_key));
	env_free(c->env, c->peers);
}

void masc_config_free(struct masc_config *c)
{
	peers_free(c);
	env_free(c->env, c->scopes);
	c->peers = NULL;
	c->scopes = NULL;
	c->n_peers = c->n_scopes = 0;
}

static bool name_ok(struct span name)
{
	if (name.n < 1 || name.n > MASC_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		uint8_t ch = name.p[i];
		bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
		bool digit = ch >= '0' && ch <= '9';
		if (!letter && !digit && ch != '.' && ch != '_' && ch != '-')
			return false;
	}
	return true;
}

static struct masc_peer_config *peer_find(struct masc_config *c, struct span name)
{
	/* The length of the name was checked before: a zero behind it ends it.
	 * Backwards: a reader sets all keys of the newest before the next. */
	for (size_t i = c->n_peers; i-- > 0;)
		if (!c->peers[i].name[name.n] && memcmp(c->peers[i].name, name.p, name.n) == 0)
			return &c->peers[i];
	return NULL;
}

/* Peers lie in room for a power of two: the capacity follows from the count. */
static size_t room_for(size_t n)
{
	size_t room = 1;
	while (room < n)
		room *= 2;
	return room;
}

static enum err peers_grow(struct masc_config *c)
{
	size_t room = room_for(c->n_peers + 1);
	if (c->n_peers && room == room_for(c->n_peers))
		return OK;
	struct masc_peer_config *p = env_zalloc(c->env, room, sizeof(*p));
	if (!p)
		return ERR_NOMEM;
	if (c->n_peers)
		memcpy(p, c->peers, c->n_peers * sizeof(*p));
	peers_free(c);
	c->peers = p;
	return OK;
}

enum err masc_config_peer(struct masc_config *c, struct span name, struct masc_peer_config **out)
{
	if (!name_ok(name))
		return ERR_MALFORMED;
	struct masc_peer_config *p = peer_find(c, name);
	if (!p) {
		if (c->n_peers == MASC_PEERS_MAX)
			return ERR_FULL;
		if (peers_grow(c) != OK)
			return ERR_NOMEM;
		p = &c->peers[c->n_peers++];
		memset(p, 0, sizeof(*p));
		memcpy(p->name, name.p, name.n);
		setting_defaults(masc_peer_settings, p);
		p->role = MASC_ROLE_NOT_GIVEN;
	}
	*out = p;
	return OK;
}

static struct masc_scope_config *scope_find(struct masc_config *c, struct span name)
{
	for (size_t i = 0; i < c->n_scopes; i++)
		if (span_eq(span_str(c->scopes[i].name), name))
			return &c->scopes[i];
	return NULL;
}

static enum err scopes_grow(struct masc_config *c)
{
	size_t room = room_for(c->n_scopes + 1);
	if (c->n_scopes && room == room_for(c->n_scopes))
		return OK;
	struct masc_scope_config *s = env_zalloc(c->env, room, sizeof(*s));
	if (!s)
		return ERR_NOMEM;
	if (c->n_scopes)
		memcpy(s, c->scopes, c->n_scopes * sizeof(*s));
	env_free(c->env, c->scopes);
	c->scopes = s;
	return OK;
}

enum err masc_config_scope(struct masc_config *c, struct span name, struct masc_scope_config **out)
{
	if (!name_ok(name))
		return ERR_MALFORMED;
	struct masc_scope_config *s = scope_find(c, name);
	if (!s) {
		if (c->n_scopes == MASC_SCOPES_MAX)
			return ERR_FULL;
		if (scopes_grow(c) != OK)
			return ERR_NOMEM;
		s = &c->scopes[c->n_scopes++];
		memset(s, 0, sizeof(*s));
		memcpy(s->name, name.p, name.n);
		setting_defaults(masc_scope_settings, s);
	}
	*out = s;
	return OK;
}

static enum err copy_lists(struct masc_config *to, const struct masc_config *from)
{
	if (from->n_peers) {
		to->peers = env_zalloc(to->env, room_for(from->n_peers), sizeof(*to->peers));
		if (!to->peers)
			return ERR_NOMEM;
		memcpy(to->peers, from->peers, from->n_peers * sizeof(*to->peers));
	}
	if (from->n_scopes) {
		to->scopes = env_zalloc(to->env, room_for(from->n_scopes), sizeof(*to->scopes));
		if (!to->scopes)
			return ERR_NOMEM;
		memcpy(to->scopes, from->scopes, from->n_scopes * sizeof(*to->scopes));
	}
	return OK;
}

enum err masc_config_copy(struct masc_config *to, const struct masc_config *from,
			  const struct env *env)
{
	struct masc_config c = *from;
	c.env = env;
	c.peers = NULL;
	c.scopes = NULL;
	if (copy_lists(&c, from) != OK) {
		masc_config_free(&c);
		return ERR_NOMEM;
	}
	*to = c;
	return OK;
}
