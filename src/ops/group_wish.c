/* Changes of groups: made, joined, opened, connected, changed, left; members invited. */
#include "ops/group_int.h"

#include "base/utf8.h"
#include "os/clock.h"
#include "os/loop.h"

#define NAME_MOST	126 /* UTF-16 code units */
#define COMMENT_MOST	255
#define CLASSIFIER_MOST 149
#define CLOUD_MOST	126
#define DEADLINE	(30 * MONO_SEC)
#define JOIN_DEADLINE	(90 * MONO_SEC)
#define PASSWORD_MOST	1024 /* octets */
#define DEADLINE_MOST	(600 * MONO_SEC)

/* Errors */

static const struct {
	enum err err;
	const char *hint;
} hints[] = {
	{ ERR_NOT_FOUND, "homestead group list and homestead id list show what there is" },
	{ ERR_CONFLICT, "write more of its name: homestead group list, homestead id list" },
	{ ERR_EXISTS, "homestead group list shows what there is" },
	{ ERR_IN_USE, "homestead group list shows them; homestead leave GROUP" },
	{ ERR_DENIED, "homestead members GROUP shows who has which role" },
	{ ERR_STATE, "homestead group list shows the state of each group" },
	{ ERR_UNSUPPORTED, "man homestead.conf, group `group`: classic" },
	{ ERR_FULL, "raise the limit in the group `group` of the configuration" },
	{ ERR_TIMEOUT, "is the other machine on, and does its firewall let TCP 3587 in?" },
	{ ERR_REFUSED, "is homesteadd running there, and is this group open there?" },
	{ ERR_UNREACHABLE, "is the other machine on, and the network between?" },
	{ ERR_IO, "homestead status tells what is wrong with the store" },
	{ ERR_NO_SPACE, "make room on the disk of the state folder" },
};

/* What to do about a chain is another thing than about a name. */
static const struct {
	enum group_chain_fault fault;
	const char *hint;
} faults[] = {
	{ GROUP_CHAIN_NOT_YET, "is the clock of this machine right? timedatectl shows it" },
	{ GROUP_CHAIN_EXPIRED, "ask for a new one; is the clock of this machine right? timedatectl "
			       "shows it" },
	{ GROUP_CHAIN_OTHER_KEY, "it is for another identity: give your own card to whoever "
				 "invites you, homestead id card" },
	{ GROUP_CHAIN_CIRCULAR, "who was let in by somebody gives them nothing: homestead members "
				"GROUP shows who else may" },
	{ GROUP_CHAIN_ROLE, "an inviting member invites members, an administrator anybody" },
	{ GROUP_CHAIN_PERIOD, "nobody can give longer than they have: homestead members GROUP" },
	{ GROUP_CHAIN_TOO_LONG, "ask somebody who is nearer to the group's creator" },
};

/* So is what to do about these. */
static const struct {
	const char *text, *hint;
} refusals[] = {
	{ GROUPS_LESS_FOR_SELF, "give the card of whoever you invite: homestead id card, on the "
				"machine of that person" },
	{ GROUPS_OTHER_PROFILE, "homestead id show NAME tells the profile of an identity: "
				"homestead create GROUP --as NAME --profile PROFILE, both "
				"alike" },
};

/* A fault is told in the words of its text. */
static const char *fault_hint(const char *text)
{
	for (size_t i = 0; text && i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (strcmp(text, refusals[i].text) == 0)
			return refusals[i].hint;
	for (size_t i = 0; text && i < sizeof(faults) / sizeof(faults[0]); i++)
		if (strstr(text, group_chain_fault_text(faults[i].fault)))
			return faults[i].hint;
	return NULL;
}

/* What to do about one thing is another than about the next. */
static const struct {
	enum groups_command_kind kind;
	enum err err;
	const char *hint;
} hints_by_kind[] = {
	{ GROUPS_CONNECT, ERR_NOT_FOUND,
	  "is another member on, and online in it? It goes on looking; an address says where one "
	  "is: homestead group connect GROUP ADDRESS" },
	{ GROUPS_CONNECT, ERR_UNREACHABLE,
	  "homestead cloud list shows what names are looked up in; an address says where a member "
	  "is: homestead group connect GROUP ADDRESS" },
	{ GROUPS_CONNECT, ERR_STATE,
	  "let the group `pnrp` of the configuration have enabled = true, or name an address: "
	  "homestead group connect GROUP ADDRESS" },
	{ GROUPS_JOIN, ERR_NOT_FOUND,
	  "an invitation is for the one whose card it was made for: homestead id card, and be "
	  "invited anew" },
	{ GROUPS_JOIN, ERR_MALFORMED, "homestead invite show FILE tells what a document is" },
	{ GROUPS_JOIN, ERR_DENIED,
	  "ask whoever invited you for another one; homestead invite show FILE tells what it says" },
	{ GROUPS_INVITE_REVOKE, ERR_NOT_FOUND, "homestead invite list GROUP shows what there is" },
	{ GROUPS_INVITE_REVOKE, ERR_CONFLICT,
	  "homestead invite list GROUP shows their identifiers; six digits will do" },
	{ GROUPS_GRANT, ERR_MALFORMED,
	  "homestead id card prints the card, on the machine of whom it is for" },
	{ GROUPS_ID_IMPORT, ERR_MALFORMED, "homestead invite show FILE tells what a document is" },
	{ GROUPS_ID_IMPORT, ERR_DENIED, "the passphrase that it was written under" },
	{ GROUPS_IMPORT, ERR_DENIED, "the passphrase that it was written under" },
	{ GROUPS_ID_IMPORT, ERR_EXISTS, "homestead id list shows what there is" },
	{ GROUPS_IMPORT, ERR_NOT_FOUND,
	  "first the identity, then the membership, then the key of the group: homestead id "
	  "import FILE, homestead group import FILE" },
	{ GROUPS_IMPORT, ERR_MALFORMED, "homestead invite show FILE tells what a document is" },
};

/* Of a code nobody has a card. */
static const struct {
	enum err err;
	const char *hint;
} hints_by_code[] = {
	{ ERR_NOT_FOUND, "is a machine that is in the group on, and in this network? One that is "
			 "elsewhere has an address: homestead join CODE --address HOST" },
	{ ERR_MALFORMED, "a code is five words as they were read out, a link begins with "
			 "homestead:join/" },
	{ ERR_DENIED, "look whether it was typed as it was given; else ask for another one" },
	{ ERR_FULL, "wait so long, then type it once more" },
	{ ERR_CONFLICT, "homestead join CODE --group NAME" },
	{ ERR_RANGE, "homestead join CODE --password" },
	{ ERR_IN_USE, "homestead group list shows it when that is done" },
};

static const char *code_hint(const struct group_wish *w, enum err err)
{
	if (w->command.kind != GROUPS_JOIN || !w->command.code.n)
		return NULL;
	for (size_t i = 0; i < sizeof(hints_by_code) / sizeof(hints_by_code[0]); i++)
		if (hints_by_code[i].err == err)
			return hints_by_code[i].hint;
	return NULL;
}

static const char *hint_of(const struct group_wish *w, const struct engine_result *r)
{
	const struct groups *all = node_groups(engine_node(w->asking.ops->engine));
	const char *hint = fault_hint(r->text);
	if (hint)
		return hint;
	if ((r->err == ERR_STATE || r->err == ERR_DENIED) && all && groups_health(all))
		return "homestead status tells what is wrong with the keys";
	if (code_hint(w, r->err))
		return code_hint(w, r->err);
	for (size_t i = 0; i < sizeof(hints_by_kind) / sizeof(hints_by_kind[0]); i++)
		if (hints_by_kind[i].kind == w->command.kind && hints_by_kind[i].err == r->err)
			return hints_by_kind[i].hint;
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (hints[i].err == r->err)
			return hints[i].hint;
	return "homestead status";
}

/* Answers */

static void say(const struct group_wish *w, struct text *t)
{
	ops_say_first(w, t);
	text_str(t, w->object);
	text_char(t, ' ');
	text_str(t, w->dry ? w->would : w->done);
}

/* How what was made is called, whichever it is. */
static const char *label_of(struct ops *o, const char *name)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	struct groups_identity id;
	struct groups_info g;
	if (!all || !name[0])
		return "";
	if (groups_find_identity(all, span_str(name), &id) == OK && id.label)
		return id.label;
	if (groups_find(all, span_str(name), &g) == OK && g.friendly)
		return g.friendly;
	return "";
}

static void answer_made(struct group_wish *w, const struct engine_result *r)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct ops_made out;
	ops_clear(&ops_made_type, &out);
	say(w, &t);
	out.done = !w->dry;
	out.text = buffer;
	out.name = r->made ? r->made : "";
	out.label = label_of(w->asking.ops, out.name);
	out.identity = w->newcomer && !w->dry ? ops_first_identity(w->asking.ops) : "";
	out.next = w->next && !w->dry ? w->next : "";
	ops_answer_value(w->asking.call, &ops_made_type, &out);
}

/* "group "Home" cannot be closed: ...", of what would be done. */
static void answer_error(struct group_wish *w, const struct engine_result *r)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	text_str(&t, w->object);
	text_str(&t, " cannot");
	text_str(&t, w->would + strlen("would"));
	text_str(&t, ": ");
	text_str(&t, r->text && r->text[0] ? r->text : err_text(r->err));
	ops_answer_error(w->asking.call, r->err, buffer, hint_of(w, r));
}

static void wish_done(struct asking *a, const struct engine_result *r)
{
	struct group_wish *w = (struct group_wish *)(void *)a;
	if (r->err)
		answer_error(w, r);
	else
		(w->answer ? w->answer : answer_made)(w, r);
}

static void wish_fini(struct asking *a)
{
	os_timer_free(((struct group_wish *)(void *)a)->timer);
}

struct group_wish *ops_group_wish(struct ops *o, struct ops_call call,
				  enum groups_command_kind kind, bool dry)
{
	struct asking *a = ops_asking_new(o, call, sizeof(struct group_wish));
	struct group_wish *w = (struct group_wish *)(void *)a;
	if (!a)
		return NULL;
	a->part = NODE_COMMAND_GROUP;
	a->done = wish_done;
	a->fini = wish_fini;
	w->command.kind = kind;
	w->command.dry_run = w->dry = dry;
	return w;
}

enum err ops_group_send(struct group_wish *w, enum err e, struct ops_complaint *c)
{
	const struct node_command command = { .kind = NODE_COMMAND_GROUP, .groups = w->command };
	if (!e)
		return ops_asking_give(&w->asking, &command);
	if (e != ERR_NOMEM)
		ops_answer_error(w->asking.call, e, c->buffer, c->hint);
	ops_asking_free(&w->asking);
	return e == ERR_NOMEM ? e : OK;
}

/* Reading */

/* As UTF-16 counts them: four octets of UTF-8 are two units there. */
static size_t units(struct span s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += (s.p[i] & 0xc0u) != 0x80u ? 1u + (s.p[i] >= 0xf0u) : 0u;
	return n;
}

/* Everybody in a group reads it. Blanks alone are nothing. */
static bool is_shown(struct span s)
{
	uint32_t point;
	while (s.n)
		if (!utf8_next(&s, &point) || !utf8_is_shown(point))
			return false;
	return true;
}

static struct span without_blanks(struct span s)
{
	size_t n = 0;
	while (n < s.n && s.p[n] == ' ')
		n++;
	return n == s.n ? span_of(s.p, 0) : s;
}

enum err ops_group_text(struct group_wish *w, const char *s, size_t most, const char *what,
			struct span *out, struct ops_complaint *c)
{
	size_t size = 3 * most + 1;
	char *p = arena_alloc(&w->asking.mem, size);
	struct text t = text_of(p, size);
	if (!p)
		return ERR_NOMEM;
	enum err e = ops_text_nfc(s, &t);
	if (e == ERR_NOMEM)
		return e;
	*out = without_blanks(span_of(p, t.n));
	if (!e && units(*out) <= most && is_shown(*out))
		return OK;
	text_str(&c->why, what);
	if (!e && units(*out) <= most)
		return ops_complain(c, ERR_MALFORMED,
				    " holds a character that nobody sees, such as a line break",
				    "leave it out");
	if (e == ERR_MALFORMED)
		return ops_complain(c, e, " is no text", "doc/api.md");
	text_str(&c->why, " is longer than ");
	text_u64(&c->why, most);
	return ops_complain(c, ERR_RANGE, " characters", "choose a shorter one");
}

enum err ops_group_profile(const char *s, enum crypto_profile_id *out, struct ops_complaint *c)
{
	bool classic = strcmp(s, "classic") == 0;
	*out = classic ? CRYPTO_CLASSIC : CRYPTO_MODERN;
	if (!classic && s[0] && strcmp(s, "modern") != 0)
		return ops_complain(c, ERR_MALFORMED, "a profile is modern or classic", "");
	if (!crypto_profile(*out))
		return ops_complain(c, ERR_UNSUPPORTED,
				    "this daemon was built without the profile classic",
				    "choose modern, or build with -Dclassic=true");
	return OK;
}

/* A length of time that a wish may name, and what to do about another. */
struct life {
	int64_t least, most; /* s */
	const char *range, *hint;
};

static enum err read_life(int64_t us, const struct life *l, uint32_t *out, struct ops_complaint *c)
{
	*out = 0;
	if (us < 0)
		return OK;
	if (us / MONO_SEC < l->least || us / MONO_SEC > l->most)
		return ops_complain(c, ERR_RANGE, l->range, l->hint);
	*out = (uint32_t)(us / MONO_SEC);
	return OK;
}

static uint32_t options_of(bool data_optional, bool no_presence, bool defer)
{
	return (data_optional ? GROUP_OPTION_DATA_OPTIONAL : 0) |
	       (no_presence ? GROUP_OPTION_NO_PRESENCE : 0) | (defer ? GROUP_OPTION_DEFER : 0);
}

static void name_group(struct group_wish *w, const char *name)
{
	struct text t = TEXT_OF(w->object);
	text_clear(&t);
	text_str(&t, "group ");
	text_quoted(&t, span_str(name), 80);
}

static void about_group(struct group_wish *w, const struct groups_info *g)
{
	struct text t = TEXT_OF(w->object);
	text_clear(&t);
	ops_put_group(&t, g);
	w->command.group = span_str(g->id);
	w->command.identity = span_str(g->self);
}

/* Waiting for members */

static void too_late(void *arg, struct mono now)
{
	struct group_wish *w = arg;
	struct ops *o = w->asking.ops;
	uint64_t ticket = w->asking.ticket;
	answer_error(w, &(struct engine_result){ .err = ERR_TIMEOUT,
						 .text = "no member was reached in time" });
	ops_cancel(o, ticket);
}

static enum err set_deadline(struct group_wish *w, int64_t us, struct ops_complaint *c)
{
	struct os_loop *loop = engine_loop(w->asking.ops->engine);
	if (us == 0 || us > DEADLINE_MOST)
		return ops_complain(c, ERR_RANGE,
				    "a deadline is at most 10 minutes away, and not "
				    "now",
				    "");
	if (w->dry)
		return OK;
	enum err e = os_timer_new(&w->timer, loop, too_late, w);
	if (!e)
		os_timer_set(w->timer, mono_add(os_mono(), us < 0 ? DEADLINE : us));
	return e ? ERR_NOMEM : OK;
}

static enum err read_addresses(struct group_wish *w, const struct ops_address *list, size_t n,
			       struct ops_complaint *c)
{
	struct addr *at = arena_alloc(&w->asking.mem, (n + 1) * sizeof(*at));
	if (!at)
		return ERR_NOMEM;
	if (n > OPS_ADDRESSES_MOST)
		return ops_complain(c, ERR_FULL, "at most 16 addresses are tried at once", "");
	for (size_t i = 0; i < n; i++) {
		enum err e = ops_read_remote(list[i].address, &at[i], c);
		if (e)
			return e;
	}
	w->command.address = at;
	w->command.n_address = n;
	return OK;
}

/* Making and joining */

static enum err read_lives(struct groups_command *k, const struct ops_group_make *m,
			   struct ops_complaint *c)
{
	static const struct life membership = {
		GROUP_LIFE_LEAST, GROUP_LIFE_MOST, "membership_life is 8 hours to 10 years",
		"homestead create NAME --membership-life 28d; without it, it is 28 days"
	};
	static const struct life presence = {
		GROUP_PRESENCE_LIFE, UINT32_MAX, "presence_life is 5 minutes or more",
		"homestead create NAME --presence-life 10m; without it, it is 5 minutes"
	};
	enum err e = read_life(m->membership_life, &membership, &k->membership_life, c);
	return e ? e : read_life(m->presence_life, &presence, &k->presence_life, c);
}

static enum err read_make(struct group_wish *w, const struct ops_group_make *m,
			  struct ops_complaint *c)
{
	struct groups_command *k = &w->command;
	enum err e = ops_group_text(w, m->name, NAME_MOST, "the name", &k->text, c);
	if (!e && !k->text.n)
		e = ops_complain(c, ERR_MALFORMED, "a group needs a name",
				 "homestead group create NAME");
	if (!e)
		e = ops_group_text(w, m->classifier, CLASSIFIER_MOST, "the classifier",
				   &k->classifier, c);
	if (!e)
		e = ops_group_text(w, m->comment, COMMENT_MOST, "the comment", &k->comment, c);
	if (!e)
		e = ops_group_text(w, m->cloud, CLOUD_MOST, "the cloud", &k->cloud, c);
	if (!e)
		e = ops_group_profile(m->profile, &k->profile, c);
	return e ? e : read_lives(k, m, c);
}

enum err ops_run_group_make(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_group_make *m = &r->group_make;
	struct ops_complaint c;
	ops_complaint_init(&c);
	if (!ops_groups_of(o, call))
		return OK;
	struct group_wish *w = ops_group_wish(o, call, GROUPS_CREATE, m->dry_run);
	if (!w)
		return ERR_NOMEM;
	enum err e = read_make(w, m, &c);
	if (!e)
		e = ops_read_first(w, m->identity, m->first, &c);
	if (!e && !m->identity[0] && !m->first[0] && !ops_first_identity(o)[0])
		e = ops_complain(&c, ERR_NOT_FOUND, "this machine has no identity yet, to make it",
				 "homestead id create NAME, then the same again");
	w->command.options = options_of(m->data_optional, m->no_presence, m->defer);
	name_group(w, m->name);
	w->done = "is created";
	w->would = "would be created";
	w->next = "keep its key: homestead group export GROUP FILE --owner; then invite somebody: "
		  "homestead invite GROUP";
	return ops_group_send(w, e, &c);
}

/* Whoever joins twice has what they want. */
static void join_done(struct asking *a, const struct engine_result *r)
{
	struct ops_made out;
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	if (r->err != ERR_EXISTS) {
		wish_done(a, r);
		return;
	}
	ops_clear(&ops_made_type, &out);
	out.done = out.already = true;
	out.name = r->made ? r->made : "";
	out.label = label_of(a->ops, out.name);
	text_str(&t, "this machine is in group ");
	text_quoted(&t, span_str(out.label[0] ? out.label : out.name), 80);
	text_str(&t, " already");
	out.text = buffer;
	out.next = "homestead members GROUP shows who is here; homestead group connect GROUP "
		   "meets somebody";
	ops_answer_value(a->call, &ops_made_type, &out);
}

static void answer_joined(struct group_wish *w, const struct engine_result *r)
{
	const char *label = label_of(w->asking.ops, r->made ? r->made : "");
	if (label[0])
		name_group(w, label);
	answer_made(w, r);
}

static enum err read_invitation(struct group_wish *w, const struct ops_group_join *j,
				struct ops_complaint *c)
{
	w->command.document = span_str(j->invitation);
	ops_set_text(w->object, sizeof(w->object), "the group of this invitation");
	w->next = "members are looked for by name; homestead group connect GROUP ADDRESS meets one "
		  "elsewhere";
	if (j->invitation[0])
		return OK;
	return ops_complain(c, ERR_MALFORMED, "there is no invitation",
			    "homestead join CODE, or FILE, or - for standard input");
}

/* As it was typed; a password in NFC, since keyboards differ. */
static enum err read_code(struct group_wish *w, const struct ops_group_join *j,
			  struct ops_complaint *c)
{
	struct groups_command *k = &w->command;
	char *p = arena_alloc(&w->asking.mem, PASSWORD_MOST + 1);
	struct text t = text_of(p, PASSWORD_MOST + 1);
	if (!p)
		return ERR_NOMEM;
	ops_set_text(w->object, sizeof(w->object), "the group of this code");
	w->asking.ends = true;
	w->next = "homestead members GROUP shows who is here";
	k->code = span_str(j->code);
	k->group = span_str(j->group);
	enum err e = ops_text_nfc(j->password, &t);
	k->passphrase = span_of(p, t.n);
	if (e && e != ERR_NOMEM)
		return ops_complain(c, e, "the password is too long, or no text", "");
	if (!e)
		e = read_addresses(w, j->addresses, j->n_addresses, c);
	return e ? e : set_deadline(w, j->deadline < 0 ? JOIN_DEADLINE : j->deadline, c);
}

enum err ops_run_group_join(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_group_join *j = &r->group_join;
	struct ops_complaint c;
	ops_complaint_init(&c);
	if (!ops_groups_of(o, call))
		return OK;
	struct group_wish *w = ops_group_wish(o, call, GROUPS_JOIN, j->dry_run);
	if (!w)
		return ERR_NOMEM;
	w->asking.done = join_done;
	w->answer = answer_joined;
	w->done = "is joined";
	w->would = "would be joined";
	enum err e = j->code[0] ? read_code(w, j, &c) : read_invitation(w, j, &c);
	if (!e)
		e = ops_read_first(w, j->identity, j->code[0] ? j->first : "", &c);
	return ops_group_send(w, e, &c);
}

/* Opening, closing, leaving */

static const struct {
	enum ops_kind kind;
	enum groups_command_kind command;
	const char *done, *would, *next;
} lives[] = {
	{ OPS_GROUP_OPEN, GROUPS_OPEN, "is open", "would be opened", NULL },
	{ OPS_GROUP_CLOSE, GROUPS_CLOSE, "is closed; its database stays", "would be closed", NULL },
	{ OPS_GROUP_ROTATE, GROUPS_ROTATE,
	  "gets another key; what is written from now on is under it", "would get another key",
	  "see how far it has come: homestead group show GROUP" },
	{ OPS_GROUP_LEAVE, GROUPS_LEAVE, "is left; its database and our membership are erased",
	  "would be left", "the identity stays: homestead id list" },
};

enum err ops_run_group_life(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct groups_info g;
	size_t i = 0;
	if (!ops_group_find(o, r, call, &g))
		return OK;
	while (lives[i].kind != r->kind)
		i++;
	struct group_wish *w = ops_group_wish(o, call, lives[i].command, r->write.dry_run);
	if (!w)
		return ERR_NOMEM;
	about_group(w, &g);
	w->done = lives[i].done;
	w->would = lives[i].would;
	w->next = lives[i].next;
	return ops_group_send(w, OK, NULL);
}

/* Connecting */

enum err ops_run_group_connect(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_group_connect *k = &r->group_connect;
	struct ops_complaint c;
	struct groups_info g;
	ops_complaint_init(&c);
	if (!ops_group_find_open(o, r, call, &g))
		return OK;
	struct group_wish *w = ops_group_wish(o, call, GROUPS_CONNECT, k->dry_run);
	if (!w)
		return ERR_NOMEM;
	about_group(w, &g);
	w->asking.ends = true;
	w->done = "is connected";
	w->would = "would be connected";
	enum err e = read_addresses(w, k->addresses, k->n_addresses, &c);
	if (!e)
		e = set_deadline(w, k->deadline, &c);
	return ops_group_send(w, e, &c);
}

/* Changing */

static enum err read_set(struct group_wish *w, const struct ops_group_set *s,
			 struct ops_complaint *c)
{
	struct groups_command *k = &w->command;
	bool given = s->set[0] != 0;
	enum err e = ops_group_text(w, s->name, NAME_MOST, "the name", &k->text, c);
	if (!e)
		e = ops_group_text(w, s->comment, COMMENT_MOST, "the comment", &k->comment, c);
	if (given ? ops_names(s->set, "name") : k->text.n > 0)
		k->set |= GROUPS_SET_TEXT;
	if (given ? ops_names(s->set, "comment") : k->comment.n > 0)
		k->set |= GROUPS_SET_COMMENT;
	if (ops_names(s->set, "options"))
		k->set |= GROUPS_SET_OPTIONS;
	k->options = options_of(s->data_optional, s->no_presence, s->defer);
	if (!e && !k->set)
		e = ops_complain(c, ERR_MALFORMED,
				 "nothing is to be set: \"set\" takes name, comment, options",
				 "doc/api.md");
	if (!e && k->set & GROUPS_SET_TEXT && !k->text.n)
		e = ops_complain(c, ERR_MALFORMED, "a group needs a name",
				 "homestead group set GROUP --name TEXT");
	return e;
}

enum err ops_run_group_set(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct ops_complaint c;
	struct groups_info g;
	ops_complaint_init(&c);
	if (!ops_group_find_open(o, r, call, &g))
		return OK;
	struct group_wish *w = ops_group_wish(o, call, GROUPS_SET, r->group_set.dry_run);
	if (!w)
		return ERR_NOMEM;
	about_group(w, &g);
	w->done = "is changed";
	w->would = "would be changed";
	enum err e = read_set(w, &r->group_set, &c);
	return ops_group_send(w, e, &c);
}

/* Our membership as a document */

static void answer_export(struct group_wish *w, const struct engine_result *r)
{
	struct draft d = { &w->asking.mem, false };
	const struct ops_document out = { true, "our membership, without any key",
					  ops_draft_span(&d, r->document) };
	if (d.failed)
		ops_answer_error(w->asking.call, ERR_NOMEM, err_text(ERR_NOMEM), "");
	else
		ops_answer_value(w->asking.call, &ops_document_type, &out);
}

enum err ops_run_group_export(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct groups_info g;
	if (!ops_group_find(o, r, call, &g))
		return OK;
	struct group_wish *w = ops_group_wish(o, call, GROUPS_EXPORT, false);
	if (!w)
		return ERR_NOMEM;
	about_group(w, &g);
	w->answer = answer_export;
	w->done = "is exported";
	w->would = "would be exported";
	return ops_group_send(w, OK, NULL);
}
