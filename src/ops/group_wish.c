/* Changes of groups: made, opened, connected, changed, left; members invited. */
#include "ops/group_int.h"

#include "base/utf8.h"
#include "os/clock.h"
#include "os/loop.h"

#define NAME_MOST	126 /* UTF-16 code units */
#define COMMENT_MOST	255
#define CLASSIFIER_MOST 149
#define CLOUD_MOST	126
#define DEADLINE	(30 * MONO_SEC)
#define DEADLINE_MOST	(600 * MONO_SEC)

/* Answers */

static void say(const struct group_wish *w, struct text *t)
{
	ops_say_first(w, t);
	text_str(t, w->object);
	text_char(t, ' ');
	text_str(t, w->dry ? w->would : w->done);
}

/* How what was made is called, whichever it is. */
const char *ops_group_label(struct ops *o, const char *name)
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

void ops_group_answer_made(struct group_wish *w, const struct engine_result *r)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct ops_made out;
	ops_clear(&ops_made_type, &out);
	say(w, &t);
	out.done = !w->dry;
	out.text = buffer;
	out.name = r->made ? r->made : "";
	out.label = ops_group_label(w->asking.ops, out.name);
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
	ops_answer_error(w->asking.call, r->err, buffer, ops_group_hint(w, r));
}

void ops_group_done(struct asking *a, const struct engine_result *r)
{
	struct group_wish *w = (struct group_wish *)(void *)a;
	if (r->err)
		answer_error(w, r);
	else
		(w->answer ? w->answer : ops_group_answer_made)(w, r);
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
	a->done = ops_group_done;
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

void ops_group_object(struct group_wish *w, const char *name)
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

enum err ops_group_deadline(struct group_wish *w, int64_t us, struct ops_complaint *c)
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

enum err ops_group_addresses(struct group_wish *w, const struct ops_address *list, size_t n,
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
	ops_group_object(w, m->name);
	w->done = "is created";
	w->would = "would be created";
	w->next = "keep its key: homestead group export GROUP FILE --owner; then invite somebody: "
		  "homestead invite GROUP";
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
	enum err e = ops_group_addresses(w, k->addresses, k->n_addresses, &c);
	if (!e)
		e = ops_group_deadline(w, k->deadline, &c);
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
