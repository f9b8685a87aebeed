#include "played_people.h"

#include "group/code.h"
#include "os/clock.h"
#include "os/loop.h"

#include <stdlib.h>

struct played_people played_people;

const struct groups *__wrap_node_groups(const struct node *n);
enum err __wrap_groups_health(const struct groups *s);
bool __wrap_groups_identity_next(const struct groups *s, size_t *at, struct groups_identity *out);
bool __wrap_groups_next(const struct groups *s, size_t *at, struct groups_info *out);
enum err __wrap_groups_find(const struct groups *s, struct span group, struct groups_info *out);
enum err __wrap_groups_find_identity(const struct groups *s, struct span identity,
				     struct groups_identity *out);
bool __wrap_groups_name_next(const struct groups *s, const struct groups_info *of, size_t *at,
			     struct groups_name_info *out);
void __wrap_groups_seek_look(const struct groups *s, const struct groups_info *of,
			     struct groups_seek_info *out);
void __wrap_group_look(const struct group *g, struct group_info *out);
enum err __wrap_groups_link(const struct groups *s, const struct groups_info *of,
			    const struct group_link *secret, struct text *out);
bool __wrap_group_invite_next(const struct group *g, const void **at,
			      struct group_invite_info *out);
enum group_password_state __wrap_group_password_state(const struct group *g);
void __wrap_group_password_look(const struct group *g, struct group_password_info *out);
enum err __wrap_groups_invite_find(const struct group *g, struct span word,
				   struct group_invite_info *out);
void __wrap_group_epochs_look(const struct group *g, struct group_epoch_info *out);
const struct group_members *__wrap_group_members(const struct group *g);
const struct graph *__wrap_graphs_instance(const struct graphs *s, struct span id,
					   struct span peer);
struct os_loop *__wrap_engine_loop(const struct engine *e);

static struct played_people *const p = &played_people;
static struct os_loop *loop;

const struct groups *__wrap_node_groups(const struct node *n)
{
	return p->on ? (const struct groups *)(const void *)p : NULL;
}

enum err __wrap_groups_health(const struct groups *s)
{
	return p->health;
}

bool __wrap_groups_identity_next(const struct groups *s, size_t *at, struct groups_identity *out)
{
	if (*at >= p->n_ids)
		return false;
	*out = p->ids[(*at)++];
	return true;
}

bool __wrap_groups_next(const struct groups *s, size_t *at, struct groups_info *out)
{
	if (*at >= p->n_groups)
		return false;
	*out = p->groups[(*at)++];
	return true;
}

static bool fits(struct span typed, const char *name, const char *label)
{
	return span_eq(typed, span_str(name)) || span_eq(typed, span_str(label)) ||
	       (typed.n >= 6 && typed.n < strlen(name) && memcmp(typed.p, name, typed.n) == 0);
}

enum err __wrap_groups_find(const struct groups *s, struct span group, struct groups_info *out)
{
	const uint8_t *slash = memchr(group.p, '/', group.n); /* GROUP/IDENTITY */
	size_t n = 0, word = slash ? (size_t)(slash - group.p) : group.n;
	struct span self = slash ? span_of(slash + 1, group.n - word - 1) : span_of(NULL, 0);
	for (size_t i = 0; i < p->n_groups; i++)
		if (fits(span_of(group.p, word), p->groups[i].id, p->groups[i].friendly) &&
		    (!slash || span_eq(self, span_str(p->groups[i].self))) && n++ == 0)
			*out = p->groups[i];
	return n > 1 ? ERR_CONFLICT : n ? OK : ERR_NOT_FOUND;
}

enum err __wrap_groups_find_identity(const struct groups *s, struct span identity,
				     struct groups_identity *out)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n_ids; i++)
		if (fits(identity, p->ids[i].name, p->ids[i].label) && n++ == 0)
			*out = p->ids[i];
	return n > 1 ? ERR_CONFLICT : n ? OK : ERR_NOT_FOUND;
}

bool __wrap_groups_name_next(const struct groups *s, const struct groups_info *of, size_t *at,
			     struct groups_name_info *out)
{
	if (*at >= p->n_names)
		return false;
	*out = p->names[(*at)++];
	return true;
}

void __wrap_groups_seek_look(const struct groups *s, const struct groups_info *of,
			     struct groups_seek_info *out)
{
	*out = p->seek;
	out->why = p->seek.why ? p->seek.why : "";
}

enum err __wrap_groups_link(const struct groups *s, const struct groups_info *of,
			    const struct group_link *secret, struct text *out)
{
	struct group_link l = *secret;
	ops_set_text(l.group, sizeof(l.group), of->id);
	ops_set_text(l.friendly, sizeof(l.friendly), of->friendly);
	return group_link_text(out, &l);
}

bool __wrap_group_invite_next(const struct group *g, const void **at, struct group_invite_info *out)
{
	const struct group_invite_info *i = *at;
	i = i ? i + 1 : p->invites;
	*at = i;
	if (i == p->invites + p->n_invites)
		return false;
	*out = *i;
	return true;
}

enum group_password_state __wrap_group_password_state(const struct group *g)
{
	return p->password;
}

void __wrap_group_password_look(const struct group *g, struct group_password_info *out)
{
	*out = (struct group_password_info){ p->password, p->password_since,
					     span_str(p->people.names[1]) };
}

enum err __wrap_groups_invite_find(const struct group *g, struct span word,
				   struct group_invite_info *out)
{
	if (!p->n_invites)
		return ERR_NOT_FOUND;
	*out = p->invites[0];
	return OK;
}

void __wrap_group_look(const struct group *g, struct group_info *out)
{
	*out = p->look;
}

void __wrap_group_epochs_look(const struct group *g, struct group_epoch_info *out)
{
	*out = p->epoch;
}

const struct group_members *__wrap_group_members(const struct group *g)
{
	return p->members;
}

const struct graph *__wrap_graphs_instance(const struct graphs *s, struct span id, struct span peer)
{
	bool ours = span_eq(id, span_str(p->groups[0].id)) &&
		    span_eq(peer, span_str(p->groups[0].self));
	return ours ? (const struct graph *)(const void *)p : NULL;
}

struct os_loop *__wrap_engine_loop(const struct engine *e)
{
	return loop;
}

static void keep_text(char *out, size_t size, struct span s)
{
	struct text t = text_of(out, size);
	text_span(&t, s);
}

void played_people_take(const struct groups_command *c, engine_done_fn *done, void *arg)
{
	if (c->kind == GROUPS_CANCEL) {
		p->cancelled = c->other;
		return;
	}
	p->commands++;
	p->command = *c;
	keep_text(p->identity, sizeof(p->identity), c->identity);
	keep_text(p->group, sizeof(p->group), c->group);
	keep_text(p->who, sizeof(p->who), c->who);
	keep_text(p->text, sizeof(p->text), c->text);
	keep_text(p->comment, sizeof(p->comment), c->comment);
	keep_text(p->classifier, sizeof(p->classifier), c->classifier);
	keep_text(p->document, sizeof(p->document), c->document);
	p->document_n = c->document.n;
	p->passphrase_n = c->passphrase.n;
	if (c->passphrase.n && c->passphrase.n <= PLAYED_SECRET)
		memcpy(p->passphrase, c->passphrase.p, c->passphrase.n);
	for (size_t i = 0; i < c->n_address && i < 16; i++)
		p->address[i] = c->address[i];
	p->done = done;
	p->done_arg = arg;
	if (!p->later)
		played_people_answer(&p->result);
}

void played_people_forget(void)
{
	p->done = NULL;
}

void played_people_answer(const struct engine_result *r)
{
	engine_done_fn *done = p->done;
	p->done = NULL;
	if (!done)
		abort();
	done(p->done_arg, r);
}

static void add_member(size_t n)
{
	struct people_octets octets;
	struct group_chain_rules rules = { .profile = p->people.p, .now = PEOPLE_NOW };
	struct span chain = people_chain(&p->people, n, NULL, &octets);
	struct crypto_chain *read;
	enum group_chain_fault why;
	struct group_member *who;
	bool fresh;
	assert_int_equal(group_chain_read(p->people.c, &rules, chain, &read, &why), OK);
	assert_int_equal(group_members_add(p->members, read, &who, &fresh), OK);
	who->published = n < 4;
}

static void add_groups(void)
{
	const struct group *there = (const struct group *)(const void *)p;
	p->n_groups = 3;
	p->groups[0] = (struct groups_info){ .id = p->people.names[0],
					     .self = p->people.names[1],
					     .group = there,
					     .open = true,
					     .owner = true,
					     .friendly = "Home" };
	p->groups[1] = (struct groups_info){ .id = "0123456789.attic",
					     .self = p->people.names[1],
					     .friendly = "Attic" };
	p->groups[2] = (struct groups_info){ .id = "0123456789.cellar",
					     .self = "0123456789.old",
					     .open = true,
					     .friendly = "Cellar" };
}

static void add_identities(void)
{
	struct crypto_cert c = people_cert(&p->people, 1);
	c.type = CRYPTO_CERT_IDENTITY;
	c.issuer = c.subject;
	c.group_name = c.issuer_name = span_of(NULL, 0);
	c.roles = 0;
	c.classifier_count = 0;
	p->n_ids = 2;
	p->ids[0] =
		(struct groups_identity){ .name = p->people.names[1],
					  .label = "Ann",
					  .is_default = true,
					  .usable = true,
					  .certificate = people_sign(&p->people, 1, &c, &p->card),
					  .groups = 2,
					  .made = PEOPLE_BORN };
	p->ids[1] = (struct groups_identity){ .name = "0123456789.old", .label = "Old Ann" };
}

static void add_look(void)
{
	p->security = (struct group_security){ .major = 2,
					       .membership_life = GROUP_LIFE,
					       .presence_life = 300,
					       .options = GROUP_OPTION_DEFER,
					       .cloud = "Global_",
					       .classifier = "family" };
	memcpy(p->security.creator, p->people.names[1], sizeof(p->security.creator));
	p->look = (struct group_info){ .id = p->people.names[0],
				       .self = p->people.names[1],
				       .profile = p->people.p,
				       .security = &p->security,
				       .friendly = "Home",
				       .comment = "all of us",
				       .creator = true,
				       .published = true,
				       .roles = CRYPTO_ROLE_ADMIN,
				       .from = PEOPLE_BORN,
				       .to = PEOPLE_UNTIL,
				       .members = 3,
				       .waiting = 1,
				       .counts = { .sessions = 7, .refused = 2 },
				       .skew = -1500000 };
}

void played_people_init(void)
{
	memset(p, 0, sizeof(*p));
	p->on = true;
	people_init(&p->people, CRYPTO_MODERN, 4);
	assert_int_equal(group_members_new(&p->members, &p->people.mem.env, p->people.c,
					   p->people.p, &group_members_limits_default),
			 OK);
	for (size_t n = 2; n <= 4; n++)
		add_member(n);
	group_members_find(p->members, people_name(&p->people, 2))->online = true;
	people_chain(&p->people, 4, NULL, &p->chain);
	add_groups();
	add_identities();
	add_look();
	assert_int_equal(os_loop_new(&loop, os_env()), OK);
	p->keys = (struct ops_host_keys){ "credential", "", "", "", "" };
	played.wall_us = PEOPLE_NOW;
}

void played_people_fini(void)
{
	group_members_free(p->members);
	people_fini(&p->people);
	os_loop_free(loop);
	loop = NULL;
	memset(p, 0, sizeof(*p));
}

static void write_paper(const struct group_paper *paper, char *out, size_t size)
{
	struct text t = text_of(out, size);
	assert_int_equal(group_paper_write(&t, paper), OK);
	assert_false(t.cut);
}

void played_people_card(size_t i, char *out, size_t size)
{
	struct people_octets der, chain;
	struct crypto_cert c = people_cert(&p->people, i);
	c.type = CRYPTO_CERT_IDENTITY;
	c.issuer = c.subject;
	c.group_name = c.issuer_name = span_of(NULL, 0);
	c.roles = 0;
	c.classifier_count = 0;
	struct span one = people_sign(&p->people, i, &c, &der);
	struct group_paper card = { .kind = GROUP_PAPER_CARD, .major = 1 };
	card.octets = people_carry(&p->people, &one, 1, &chain);
	write_paper(&card, out, size);
}

void played_people_invitation(char *out, size_t size)
{
	struct group_paper paper = { .kind = GROUP_PAPER_INVITATION,
				     .major = 2,
				     .cloud = span_str("Global_"),
				     .scope = GRAPH_SCOPE_GLOBAL,
				     .octets = span_of(p->chain.p, p->chain.n) };
	write_paper(&paper, out, size);
}
