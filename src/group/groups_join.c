/* Groups joined by a secret (GROUP-13.10 to GROUP-13.16): a code, a link or a password becomes
 * a membership, member after member; from then on it is as if it had come in a document. */
#include "group/code.h"
#include "group/groups_job.h"
#include "group/groups_join_int.h"

#include <assert.h>

/* ---- what it ends with ---- */

static void answer(struct groups *s, struct groups_call *call, enum err err, const char *text)
{
	groups_joining_end(s, call);
	groups_answer(s, call, err, text);
}

static void go(struct groups *s, struct groups_call *call, enum groups_join_step step,
	       const struct graphs_command *g)
{
	struct graphs_command copy = *g;
	call->joining->step = step;
	groups_ask(s, call, &copy);
}

/* GROUP-13.15: that a plain member lets nobody in says nothing of what was typed; that somebody
 * knows of no such secret says less than what another knows of it. */
static bool says_less(const struct groups_joining *j, enum group_session_fault f)
{
	return j->told && (f == GROUP_FAULT_NONE || f == GROUP_FAULT_MAY_NOT_ADMIT ||
			   (f == GROUP_FAULT_NO_SECRET && j->known));
}

/* GROUP-13.15: which answer is told of several: the last that a member gave. */
static void note(struct groups_call *call, enum err err, const char *why)
{
	struct groups_joining *j = call->joining;
	struct group_joiner_info i;
	group_joiner_look(j->joiner, &i);
	if (says_less(j, i.fault))
		return;
	struct text t = TEXT_OF(call->out.text);
	addr_text(&t, &j->at[j->tried - 1]);
	text_str(&t, ": ");
	text_str(&t, i.fault ? group_session_fault_text(i.fault) : why ? why : err_text(err));
	if (i.chain_fault) {
		text_str(&t, " (");
		text_str(&t, group_chain_fault_text(i.chain_fault));
		text_str(&t, ")");
	}
	if (i.off >= MONO_MIN || i.off <= -MONO_MIN) {
		text_str(&t, ", by ");
		text_duration(&t, (i.off < 0 ? -i.off : i.off) / MONO_MIN * MONO_MIN);
		text_str(&t, " at least");
	}
	if (i.wait_s) {
		text_str(&t, "; try again in ");
		text_u64(&t, i.wait_s);
		text_str(&t, i.wait_s == 1 ? " second" : " seconds");
	}
	groups_again_why(j, i.fault, &t);
	j->told = i.fault != GROUP_FAULT_NONE;
	j->plain = i.fault == GROUP_FAULT_MAY_NOT_ADMIT;
	j->known |= i.fault == GROUP_FAULT_SECRET_OVER || i.fault == GROUP_FAULT_WAIT;
	j->err = i.fault == GROUP_FAULT_WAIT ? ERR_FULL : i.fault ? ERR_DENIED : err;
}

/* ---- member after member ---- */

/* GROUP-13.28: for another identifier those are called again who refused the one before. */
static bool more(struct groups_joining *j)
{
	while (j->tried < j->n_called && !j->refused[j->tried])
		j->tried++;
	return j->tried < j->n_at;
}

static void call_next(struct groups *s, struct groups_call *call)
{
	struct groups_joining *j = call->joining;
	struct graphs_command g = groups_joining_command(j, GRAPHS_OF);
	bool is = more(j);
	assert(is);
	g.of = (struct graph_command){ .kind = GRAPH_CONNECT_TO, .remote = j->at[j->tried++] };
	j->n_called = j->tried > j->n_called ? j->tried : j->n_called;
	group_joiner_again(j->joiner);
	go(s, call, j->entry ? STEP_KNOCK : STEP_CALL, &g);
}

static bool search(struct groups *s, struct groups_call *call, groups_looked_up *then);

static void searched(struct groups *s, struct groups_call *call, const struct groups_lookup *found,
		     size_t n, const struct groups_resolution *why);

/* GROUP-13.28: after a proof no other identifier is tried, whatever came of it. */
static bool next_name(struct groups_joining *j)
{
	bool may = j->n_refused && !j->proved && j->of + 1 < j->n_names;
	j->of += may;
	j->tried = may ? j->first : j->tried;
	return may;
}

/* GROUP-13.19: whoever is there under the group's name, where nobody answered; GROUP-13.25: or
 * nobody who may let in; GROUP-13.29: or only such as a code has led to. */
void groups_joining_others(struct groups *s, struct groups_call *call)
{
	struct groups_joining *j = call->joining;
	bool enough = j->told && !j->plain && (!j->by_code || j->searched);
	if (j->over)
		answer(s, call, j->err, NULL);
	else if (next_name(j))
		groups_joining_call(s, call);
	else if (!groups_code_again(s, call) && (enough || !search(s, call, searched)))
		answer(s, call, j->err, NULL);
}

static void drop(struct groups *s, struct groups_call *call)
{
	if (call->joining->entry) {
		call->joining->step = STEP_NAMED;
		groups_joining_others(s, call);
		return;
	}
	const struct graphs_command g = groups_joining_command(call->joining, GRAPHS_DELETE);
	go(s, call, STEP_DROP, &g);
}

static void opened(struct groups *s, struct groups_call *call, const struct graph_out *r)
{
	if (!r->err)
		call_next(s, call);
	else
		answer(s, call, r->err, r->text);
}

/* GROUP-13.20: whoever has no such group hangs up before it says who it is. */
static bool hung_up(const struct group_joiner_info *i, enum err err)
{
	return !i->heard && (err == ERR_CLOSED || err == ERR_RESET);
}

/* What the call shows of the secret, and of who is at that address. */
static void learn(struct groups_joining *j, const struct group_joiner_info *i)
{
	j->refused[j->tried - 1] = i->refused && !i->proved;
	j->n_refused += j->refused[j->tried - 1];
	j->proved |= i->proved;
	if (i->chain.n || i->proved)
		groups_joining_forget(j);
}

/* GROUP-13.14: who had one guess wrong gets no other at anybody's. */
static void called(struct groups *s, struct groups_call *call, const struct graph_out *r)
{
	struct groups_joining *j = call->joining;
	struct group_joiner_info i;
	group_joiner_look(j->joiner, &i);
	const struct graphs_command g = groups_joining_command(j, GRAPHS_CLOSE);
	bool over = r->err == ERR_CANCELLED || r->err == ERR_STOPPING || s->stopping;
	learn(j, &i);
	if (i.chain.n && j->entry) {
		groups_again_in(s, call, i.chain);
		return;
	}
	if (i.chain.n) {
		go(s, call, STEP_CLOSE, &g);
		return;
	}
	if (hung_up(&i, r->err ? r->err : ERR_CLOSED))
		note(call, ERR_CLOSED,
		     "it hung up at once: it is not in that group, or takes no "
		     "connections for it now");
	else
		note(call, r->err ? r->err : ERR_CLOSED, r->text);
	j->over = over || i.guessed;
	if (over)
		j->err = s->stopping ? ERR_STOPPING : r->err;
	if (!j->over && more(j))
		call_next(s, call);
	else
		drop(s, call);
}

/* What came is a membership as any other. */
static void closed(struct groups *s, struct groups_call *call, const struct graph_out *r)
{
	struct groups_joining *j = call->joining;
	struct group_joiner_info i;
	if (r->err) { /* its graph still has the joiner */
		answer(s, call, r->err, NULL);
		return;
	}
	group_joiner_look(j->joiner, &i);
	const struct group_paper paper = {
		.kind = GROUP_PAPER_INVITATION,
		.major = group_profile(CRYPTO_MODERN)->group_major,
		.group = span_str(j->group),
		.octets = i.chain,
	};
	const struct groups_command c = { .kind = GROUPS_JOIN, .identity = span_str(j->self) };
	struct group_joiner *joiner = j->joiner;
	j->joiner = NULL;
	j->step = STEP_ENTRY;
	groups_join_with(s, &c, &paper, call);
	group_joiner_free(joiner);
}

static void dropped(struct groups *s, struct groups_call *call, const struct graph_out *r)
{
	struct groups_joining *j = call->joining;
	if (r->err) {
		answer(s, call, j->err, NULL);
		return;
	}
	j->step = STEP_NAMED;
	groups_joining_others(s, call);
}

/* GROUP-13.16: whoever let us in is the first neighbor; where that fails we are in all the
 * same. */
void groups_joined(struct groups *s, struct groups_call *call)
{
	struct groups_joining *j = call->joining;
	struct graphs_command g = groups_joining_command(j, GRAPHS_OF);
	g.of = (struct graph_command){ .kind = GRAPH_CONNECT_TO, .remote = j->at[j->tried - 1] };
	go(s, call, STEP_CONNECT, &g);
}

static void connected(struct groups *s, struct groups_call *call, const struct graph_out *r)
{
	call->out.text[0] = '\0'; /* of members that did not */
	answer(s, call, OK, NULL);
}

bool groups_joining_answered(struct groups *s, struct groups_call *call, const struct graph_out *r)
{
	static void (*const takes[])(struct groups *, struct groups_call *,
				     const struct graph_out *) = {
		[STEP_NAMED] = NULL,   [STEP_LEFT] = NULL,    [STEP_OPEN] = opened,
		[STEP_CALL] = called,  [STEP_KNOCK] = called, [STEP_CLOSE] = closed,
		[STEP_DROP] = dropped, [STEP_ENTRY] = NULL,   [STEP_CONNECT] = connected,
	};
	if (!call->joining || !takes[call->joining->step])
		return false;
	takes[call->joining->step](s, call, r);
	return true;
}

/* ---- PRS ---- */

static int64_t joiner_now(void *ctx)
{
	return groups_now(ctx);
}

static enum err joiner_of(struct groups *s, struct groups_joining *j, struct span prs)
{
	const struct groups_person *p = groups_person_named(s, span_str(j->self));
	if (!p || !p->key || prs.n != GROUP_SECRET_PRS)
		return ERR_STATE;
	if (j->joiner) {
		group_joiner_take(j->joiner, &j->name[j->of], prs.p);
		return OK;
	}
	const struct group_joiner_birth b = {
		.profile = group_profile(CRYPTO_MODERN),
		.crypto = s->crypto,
		.env = s->env,
		.group = j->group,
		.key = p->key,
		.certificate = groups_span(&p->certificate),
		.name = j->name[j->of],
		.prs = prs.p,
		.now = joiner_now,
		.ctx = s,
	};
	return group_joiner_new(&j->joiner, &b);
}

static void open_graph(struct groups *s, struct groups_call *call)
{
	const struct graph_properties p = { .profile = CRYPTO_MODERN, .scope = GRAPH_SCOPE_GLOBAL };
	struct graphs_command g = groups_joining_command(call->joining, GRAPHS_OPEN);
	call->joining->n_refused = 0;
	if (call->joining->entry) {
		groups_again_begin(s, call->joining);
		call_next(s, call);
		return;
	}
	g.properties = &p;
	go(s, call, STEP_OPEN, &g);
}

void groups_joining_prs(struct groups *s, struct groups_call *call, enum err err, struct span prs)
{
	if (!err)
		err = joiner_of(s, call->joining, prs);
	if (err)
		answer(s, call, err, NULL);
	else
		open_graph(s, call);
}

/* GROUP-13.10 */
static void make_prs(struct groups *s, struct groups_call *call)
{
	struct groups_joining *j = call->joining;
	const struct group_secret_name *name = &j->name[j->of];
	struct groups_prs x = {
		.secret = span_of(j->secret, j->n_secret),
		.group = span_str(j->group),
		.invitation = name->kind == GROUP_SECRET_INVITATION,
	};
	memcpy(x.id, name->id, sizeof(x.id));
	uint8_t *room = groups_call_room(s, call, groups_prs_size(&x));
	if (!room) {
		answer(s, call, ERR_NOMEM, NULL);
		return;
	}
	struct wr w = wr_of(room, groups_prs_size(&x));
	groups_prs_write(&w, &x);
	j->prs_of = j->of;
	if (j->n_names == 1 && !j->by_code)
		groups_joining_forget(j);
	groups_job_start(s, call, GROUPS_JOB_PRS);
}

/* ---- what is known of it first ---- */

static bool is_there(struct groups *s, struct groups_call *call)
{
	struct groups_joining *j = call->joining;
	j->entry = call->entry = groups_entry_named(s, span_str(j->group), span_str(j->self));
	struct text why = TEXT_OF(call->out.text);
	enum err e = j->entry ? groups_again_may(s, j->entry, &why) : OK;
	if (e) {
		j->entry = NULL;
		answer(s, call, e, NULL);
		return true;
	}
	LIST_EACH(n, tmp, &s->joinings)
	{
		const struct groups_joining *o = LIST_ENTRY(n, struct groups_joining, all);
		if (o == j || o->step == STEP_LEFT ||
		    !span_eq(span_str(o->group), span_str(j->group)) ||
		    !span_eq(span_str(o->self), span_str(j->self)))
			continue;
		answer(s, call, ERR_IN_USE, "that group is being joined already");
		return true;
	}
	return false;
}

/* ---- addresses ---- */

bool groups_joining_at(struct groups_joining *j, const struct addr *at, size_t n)
{
	size_t most = j->first || j->code_again ? GROUPS_JOIN_ADDRESSES : GROUPS_ADDRESSES;
	for (size_t i = 0; i < n && j->n_at < most; i++) {
		bool known = false;
		for (size_t k = 0; k < j->n_at; k++)
			known |= addr_eq(&j->at[k], &at[i]);
		if (!known)
			j->at[j->n_at++] = at[i];
	}
	return j->n_at > 0;
}

bool groups_joining_again(const struct groups_call *call)
{
	return call->joining && (call->joining->again || call->joining->at_code);
}

/* Who is called, or is to be, at that address; n_at: nobody. */
static size_t place_of(const struct groups_joining *j, const struct addr *at)
{
	size_t k = 0;
	while (k < j->n_at && !addr_eq(&j->at[k], at))
		k++;
	return k;
}

bool groups_joining_called(const struct groups_call *call, const struct groups_hit *hit)
{
	const struct groups_joining *j = call->joining;
	size_t n = 0;
	for (size_t i = 0; j && !j->at_code && i < hit->n_at; i++)
		n += place_of(j, &hit->at[i]) < j->n_called;
	return n && n == hit->n_at;
}

bool groups_joining_heard(const struct groups_call *call, const struct groups_hit *hit)
{
	const struct groups_joining *j = call->joining;
	bool heard = false;
	for (size_t i = 0; j->told && !j->plain && i < hit->n_at; i++) {
		size_t k = place_of(j, &hit->at[i]);
		heard |= k < j->n_called && j->refused[k];
	}
	return heard;
}

/* GROUP-13.19: once, GROUP-13.25: and once more where those who were called may let nobody in.
 * Not where it was typed who is to be called. */
static bool search(struct groups *s, struct groups_call *call, groups_looked_up *then)
{
	struct groups_joining *j = call->joining;
	char name[GROUP_NAME_OCTETS + 1];
	struct text t = TEXT_OF(name);
	bool done = j->searched && (j->again || !j->plain);
	if (j->given || done || group_name_participant(span_str(j->group), &t) != OK ||
	    groups_lookup_start(s, call, name, then) != OK)
		return false;
	groups_words(call->name, sizeof(call->name), span_str(name));
	j->again = j->searched;
	return j->searched = true;
}

static void take_all(struct groups_joining *j, const struct groups_lookup *found, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)groups_joining_at(j, found[i].at, found[i].n_at);
}

void groups_joining_call(struct groups *s, struct groups_call *call)
{
	if (call->joining->joiner && call->joining->prs_of == call->joining->of)
		open_graph(s, call);
	else
		make_prs(s, call);
}

/* What the last of the others said stays told where there is nobody more. */
static void searched(struct groups *s, struct groups_call *call, const struct groups_lookup *found,
		     size_t n, const struct groups_resolution *why)
{
	struct groups_joining *j = call->joining;
	j->first = j->tried;
	take_all(j, found, n);
	if (j->tried == j->n_at) {
		answer(s, call, j->err, NULL);
		return;
	}
	j->of = j->proved ? j->of : 0;
	groups_joining_call(s, call);
}

static void found_first(struct groups *s, struct groups_call *call,
			const struct groups_lookup *found, size_t n,
			const struct groups_resolution *why)
{
	struct groups_joining *j = call->joining;
	struct text t = TEXT_OF(call->out.text);
	take_all(j, found, n);
	if (j->n_at) {
		groups_joining_begin(s, call);
		return;
	}
	text_str(&t, "no member's address is known: ");
	groups_search_why(&t, call->name, why);
	text_str(&t, "; give one of a machine that is in the group");
	answer(s, call, ERR_NOT_FOUND, NULL);
}

static const char no_address[] =
	"no member's address is known: give one of a machine that is in the group";

void groups_joining_begin(struct groups *s, struct groups_call *call)
{
	struct groups_joining *j = call->joining;
	groups_words(call->out.made, sizeof(call->out.made), span_str(j->group));
	if (is_there(s, call))
		return;
	if (!j->n_at) {
		if (!search(s, call, found_first))
			answer(s, call, ERR_NOT_FOUND, no_address);
		return;
	}
	groups_joining_call(s, call);
}

bool groups_joining_secret(struct groups_joining *j, struct span secret)
{
	if (!secret.n || secret.n > sizeof(j->secret))
		return false;
	memcpy(j->secret, secret.p, secret.n);
	j->n_secret = secret.n;
	return true;
}

/* ---- by a link, by a group's name ---- */

static enum err by_link(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_joining *j = call->joining;
	struct group_link l;
	struct text why = TEXT_OF(call->out.text);
	enum err e = groups_typed_link(&l, c, &why);
	if (e)
		return e;
	groups_words(j->group, sizeof(j->group), span_str(l.group));
	groups_words(j->friendly, sizeof(j->friendly), span_str(l.friendly));
	j->name[0].kind = l.invitation ? GROUP_SECRET_INVITATION : GROUP_SECRET_PASSWORD;
	memcpy(j->name[0].id, l.id, sizeof(l.id));
	j->n_names = 1;
	if (!j->given)
		(void)groups_joining_at(j, l.address, l.n_address);
	bool known = groups_joining_secret(j, l.secret[0] ? span_str(l.secret) : c->passphrase);
	group_link_wipe(&l);
	if (!known)
		return groups_typed_nothing(&why);
	if (!c->dry_run)
		groups_joining_begin(s, call);
	return OK;
}

static enum err by_name(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_joining *j = call->joining;
	groups_words(j->group, sizeof(j->group), c->code);
	j->n_names = 1; /* its password */
	struct text why = TEXT_OF(call->out.text);
	if (!groups_joining_secret(j, c->passphrase))
		return groups_typed_nothing(&why);
	if (!c->dry_run)
		groups_joining_begin(s, call);
	return OK;
}

/* ---- JOIN ---- */

static bool joining_new(struct groups *s, const struct groups_command *c,
			const struct groups_person *p, struct groups_call *call)
{
	struct groups_joining *j = env_zalloc(s->env, 1, sizeof(*j));
	if (!j)
		return false;
	list_init(&j->all);
	list_push_back(&s->joinings, &j->all);
	call->joining = j;
	groups_words(j->self, sizeof(j->self), span_str(p->name));
	if (c->group.n < sizeof(j->wanted))
		groups_words(j->wanted, sizeof(j->wanted), c->group);
	j->given = groups_joining_at(j, c->address, c->n_address);
	return true;
}

static const struct groups_person *who(struct groups *s, const struct groups_command *c,
				       struct groups_call *call)
{
	const struct groups_person *p = groups_person_or_new(s, c, call);
	if (!p)
		return NULL;
	if (p->profile == CRYPTO_MODERN && p->key)
		return p;
	groups_answer(s, call, p->key ? ERR_CONFLICT : ERR_DENIED,
		      p->key ? "an identity of the published cryptography joins with a document "
			       "alone"
			     : "the key of that identity is not at hand");
	return NULL;
}

/* Nobody is made for what was mistyped. */
static enum err check(const struct groups_command *c, struct groups_call *call)
{
	struct group_code code;
	struct group_link l;
	struct text why = TEXT_OF(call->out.text);
	enum err e = OK;
	if (group_link_is(c->code)) {
		e = groups_typed_link(&l, c, &why);
		group_link_wipe(&l);
		return e;
	}
	if (groups_typed_name(c))
		return c->passphrase.n ? OK : groups_typed_nothing(&why);
	e = groups_typed_code(&code, c, &why);
	group_code_wipe(&code);
	return e;
}

void groups_join_secret(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	enum err wrong = list_empty(&s->persons) && !c->identity.n ? check(c, call) : OK;
	if (wrong) {
		groups_answer(s, call, wrong, NULL);
		return;
	}
	const struct groups_person *p = who(s, c, call);
	if (!p)
		return;
	if (!joining_new(s, c, p, call)) {
		groups_answer(s, call, ERR_NOMEM, NULL);
		return;
	}
	enum err e = group_link_is(c->code) ? by_link(s, c, call)
		     : groups_typed_name(c) ? by_name(s, c, call)
					    : groups_code_typed(s, c, call);
	if (e || c->dry_run)
		answer(s, call, e, NULL);
}
