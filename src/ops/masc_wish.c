/* Changes of what we hold: claims, demands, ranges given back, clashes decided.
 * Each is read and held against what is known, then given to the engine. */
#include "ops/ops_int.h"

#include "base/number.h"
#include "os/clock.h"

#define HOLDER_SCAN 1000 /* claims looked at for one that stands in the way */

/* A change on its way through the engine. */
struct wish {
	struct ops *ops;
	struct ops_call call;
	struct ops_request request;
	struct masc_command command; /* its scope is a part of the request */
	bool dry;
};

/* Why a request is refused before the engine hears of it. */
struct refusal {
	struct text why, hint;
	char buffer[2][OPS_MESSAGE_MAX + 1];
};

static enum err refuse(struct refusal *f, enum err e, const char *why, const char *hint)
{
	text_str(&f->why, why);
	text_str(&f->hint, hint);
	return e;
}

static enum err read_family(const char *s, enum masc_family *out, struct refusal *f)
{
	*out = 0;
	if (strcmp(s, "ipv4") == 0)
		*out = MASC_IPV4;
	else if (strcmp(s, "ipv6") == 0)
		*out = MASC_IPV6;
	else if (s[0]) {
		text_quoted(&f->why, span_str(s), 15);
		return refuse(f, ERR_MALFORMED, " is no family: ipv4, ipv6", "");
	}
	return OK;
}

static const struct masc_config *config_of(const struct ops *o)
{
	return &node_config_of(engine_node(o->engine))->masc;
}

static void list_scopes(const struct masc_config *c, struct text *t)
{
	text_str(t, c->n_scopes ? "; scopes are" : "; there are none");
	for (size_t i = 0; i < c->n_scopes; i++) {
		text_str(t, i ? ", " : " ");
		text_str(t, c->scopes[i].name);
	}
}

static enum err check_scope(const struct ops *o, const char *name, struct refusal *f)
{
	const struct masc_config *c = config_of(o);
	if (!name[0] || masc_config_find_scope(c, span_str(name)))
		return OK;
	text_str(&f->why, "there is no scope ");
	text_quoted(&f->why, span_str(name), OPS_NAME_MAX);
	list_scopes(c, &f->why);
	return refuse(f, ERR_NOT_FOUND, "", "name it in the configuration (man homestead.conf)");
}

/* Wall times a wish may name: not over yet, and in their order. */
static enum err check_times(int64_t from, int64_t until, struct refusal *f)
{
	int64_t now = os_wall().us;
	if (until && until <= (from > now ? from : now))
		return refuse(f, ERR_RANGE,
			      "the demand would end before it begins, or is over already",
			      "give a later end");
	return OK;
}

/* A time typed wrongly is more likely than one that is meant and over. */
#define LATE_MOST (5 * MONO_MIN)

static enum err check_begin(int64_t from, struct refusal *f)
{
	if (!from || from > os_wall().us - LATE_MOST)
		return OK;
	return refuse(f, ERR_RANGE, "the time it is to begin at is over",
		      "give a later one, or none: now");
}

static enum err read_claim(struct wish *w, struct refusal *f)
{
	const struct ops_claim_wish *r = &w->request.claim;
	struct masc_command *c = &w->command;
	c->kind = MASC_COMMAND_CLAIM;
	c->scope = span_str(r->scope);
	c->addresses = r->addresses;
	c->from = r->from;
	c->for_us = r->lifetime < 0 ? 0 : r->lifetime;
	if (!r->prefix[0] == !r->addresses)
		return refuse(f, ERR_MALFORMED,
			      "a claim is to a `prefix`, or to so many `addresses`: one of the two",
			      "homestead help masc claim");
	if (r->lifetime == 0)
		return refuse(f, ERR_RANGE, "a range cannot be claimed for no time",
			      "give a lifetime above 0, or none: the usual");
	enum err e = read_family(r->family, &c->family, f);
	if (e == OK)
		e = check_begin(r->from, f);
	if (e == OK && r->prefix[0])
		e = ops_read_prefix(r->prefix, &c->prefix, &f->why);
	return e == OK ? check_scope(w->ops, r->scope, f) : e;
}

static enum err read_demand(struct wish *w, struct refusal *f)
{
	const struct ops_demand_wish *r = &w->request.demand;
	struct masc_command *c = &w->command;
	c->kind = MASC_COMMAND_DEMAND;
	c->scope = span_str(r->scope);
	c->addresses = r->addresses;
	c->from = r->from;
	c->until = r->until;
	if (!r->addresses)
		return refuse(f, ERR_RANGE, "a demand is for one address or more: `addresses`",
			      "homestead help masc demand");
	enum err e = read_family(r->family, &c->family, f);
	if (e == OK)
		e = check_times(r->from, r->until, f);
	if (e == OK)
		e = check_begin(r->from, f);
	return e == OK ? check_scope(w->ops, r->scope, f) : e;
}

static enum err read_number(struct wish *w, const char *what, struct refusal *f)
{
	if (number_u64(span_str(w->request.name), UINT64_MAX, &w->command.number) == OK)
		return OK;
	text_quoted(&f->why, span_str(w->request.name), OPS_NAME_MAX);
	text_str(&f->why, " is no number of a ");
	return refuse(f, ERR_NOT_FOUND, what, "");
}

static enum err read_end(struct wish *w, struct refusal *f)
{
	w->command.kind = MASC_COMMAND_DEMAND_END;
	return read_number(w, "demand", f);
}

static enum err read_withdraw(struct wish *w, struct refusal *f)
{
	w->command.kind = MASC_COMMAND_WITHDRAW;
	return ops_read_prefix(w->request.withdraw.prefix, &w->command.prefix, &f->why);
}

static enum err read_resolve(struct wish *w, struct refusal *f)
{
	const char *action = w->request.resolve.action;
	w->command.kind = MASC_COMMAND_RESOLVE;
	w->command.yield = strcmp(action, "yield") == 0;
	if (!w->command.yield && strcmp(action, "keep") != 0) {
		text_quoted(&f->why, span_str(action), 15);
		return refuse(f, ERR_MALFORMED, " is no decision: keep, yield",
			      "homestead help masc resolve");
	}
	return read_number(w, "clash", f);
}

/* What the request is about, as part of a sentence: "a claim to 256 addresses". */

static void put_size(struct text *t, uint64_t n)
{
	text_u64(t, n);
	text_str(t, n == 1 ? " address" : " addresses");
}

static void put_scope(struct text *t, const struct masc_command *c)
{
	if (!c->scope.n)
		return;
	text_str(t, " in ");
	text_span(t, c->scope);
}

static void put_claim(struct text *t, const struct wish *w)
{
	text_str(t, "a claim to ");
	if (w->command.prefix.family)
		masc_prefix_text(t, &w->command.prefix);
	else
		put_size(t, w->command.addresses);
	put_scope(t, &w->command);
}

static void put_demand(struct text *t, const struct wish *w)
{
	text_str(t, "a demand for ");
	put_size(t, w->command.addresses);
	put_scope(t, &w->command);
}

static void put_end(struct text *t, const struct wish *w)
{
	text_str(t, "demand ");
	text_u64(t, w->command.number);
}

static void put_withdraw(struct text *t, const struct wish *w)
{
	masc_prefix_text(t, &w->command.prefix);
}

static void put_resolve(struct text *t, const struct wish *w)
{
	text_str(t, "clash ");
	text_u64(t, w->command.number);
}

/* What stands in the way and can be seen from here: asked before a dry run, and
 * to word what the core refuses. */

static enum err find_own(const struct masc *m, const struct wish *w)
{
	size_t n = masc_own_count(m);
	for (size_t i = 0; i < n; i++) {
		struct masc_own_info info;
		masc_own_info(m, i, &info);
		if (info.ours && (masc_prefix_eq(&info.prefix, &w->command.prefix) ||
				  masc_prefix_eq(&info.wanted, &w->command.prefix)))
			return OK;
	}
	return ERR_NOT_FOUND;
}

static bool lies_in_range(const struct masc *m, const struct masc_prefix *p)
{
	size_t n = masc_range_count(m);
	for (size_t i = 0; i < n; i++) {
		struct masc_range_info info;
		masc_range_info(m, i, &info);
		if (masc_prefix_covers(&info.prefix, p))
			return true;
	}
	return false;
}

static enum err try_claim(const struct masc *m, const struct wish *w)
{
	if (!w->command.prefix.family)
		return OK;
	if (find_own(m, w) == OK)
		return ERR_EXISTS;
	return lies_in_range(m, &w->command.prefix) ? OK : ERR_RANGE;
}

static enum err try_demand(const struct masc *m, const struct wish *w)
{
	return OK;
}

static enum err try_end(const struct masc *m, const struct wish *w)
{
	size_t n = masc_demand_count(m);
	for (size_t i = 0; i < n; i++) {
		struct masc_demand_info info;
		masc_demand_info(m, i, &info);
		if (info.number == w->command.number)
			return OK;
	}
	return ERR_NOT_FOUND;
}

static enum err try_resolve(const struct masc *m, const struct wish *w)
{
	size_t n = masc_clash_count(m);
	for (size_t i = 0; i < n; i++) {
		struct masc_clash_info info;
		masc_clash_info(m, i, &info);
		if (info.number == w->command.number)
			return OK;
	}
	return ERR_NOT_FOUND;
}

/* One row a request: how it is read, named, tried and worded. */
static const struct kind {
	enum err (*read)(struct wish *w, struct refusal *f);
	void (*put)(struct text *t, const struct wish *w);
	enum err (*try)(const struct masc *m, const struct wish *w);
	const char *done, *would; /* behind the name */
	const char *where;	  /* a command that shows what there is */
} kinds[OPS_KIND_COUNT] = {
	[OPS_MASC_CLAIM] = { read_claim, put_claim, try_claim, " is on its way", " would be made",
			     "homestead masc prefixes" },
	[OPS_MASC_DEMAND] = { read_demand, put_demand, try_demand, " is taken", " would be taken",
			      "homestead masc demand" },
	[OPS_MASC_DEMAND_END] = { read_end, put_end, try_end, " is ended", " would be ended",
				  "homestead masc demand" },
	[OPS_MASC_WITHDRAW] = { read_withdraw, put_withdraw, find_own, " is given back",
				" would be given back", "homestead masc prefixes" },
	[OPS_MASC_RESOLVE] = { read_resolve, put_resolve, try_resolve, NULL, NULL,
			       "homestead masc clashes" },
};

static const struct kind *kind_of(const struct wish *w)
{
	return &kinds[w->request.kind];
}

static const char *resolved(const struct wish *w)
{
	if (w->dry)
		return w->command.yield ? " would be resolved: the overlap would be withdrawn"
					: " would be resolved: ours would stay";
	return w->command.yield ? " is resolved: the overlap is withdrawn"
				: " is resolved: ours stays";
}

static void answer_done(const struct wish *w, uint64_t number)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	const struct kind *k = kind_of(w);
	const char *words = w->dry ? k->would : k->done;
	k->put(&t, w);
	text_str(&t, words ? words : resolved(w));
	/* What was there before has its number already. */
	bool made = w->command.kind == MASC_COMMAND_CLAIM || w->command.kind == MASC_COMMAND_DEMAND;
	if (made && number) {
		text_str(&t, ", as number ");
		text_u64(&t, number);
	}
	struct ops_change c = { !w->dry, buffer, made ? number : 0 };
	ops_answer_value(w->call, &ops_change_type, &c);
}

/* Why the core, or a look at it, said no, when it gave no reason. */
static const char *plain_reason(const struct wish *w, enum err e)
{
	bool clash = w->command.kind == MASC_COMMAND_RESOLVE;
	if (e == ERR_NOT_FOUND)
		return w->command.kind == MASC_COMMAND_WITHDRAW
			       ? "it is neither held nor claimed here"
			       : "there is none such";
	if (e == ERR_EXISTS)
		return "it is ours already";
	if (e == ERR_IN_USE)
		return "somebody else holds or claims it, or part of it";
	if (e == ERR_STATE)
		return clash ? "it is over, or decided" : "something uses it";
	if (e == ERR_RANGE && w->command.for_us)
		return "a range is claimed for four waiting periods or more, and of a size and "
		       "place that can be had";
	if (e == ERR_RANGE)
		return "no range of that size or place can be had";
	return err_text(e);
}

/* Reasons of a core speak of claims; some mean something else in an answer. */
static const struct {
	enum masc_command_kind kind;
	enum masc_reason why;
	const char *words, *hint;
} meanings[] = {
	{ MASC_COMMAND_WITHDRAW, MASC_REASON_DEMAND, "a demand or a child uses it",
	  "homestead masc demand, homestead masc space" },
	{ MASC_COMMAND_WITHDRAW, MASC_REASON_TAKEN, "a child holds part of it",
	  "homestead masc space" },
	{ MASC_COMMAND_CLAIM, MASC_REASON_TOO_LARGE, "no range to claim from is that large",
	  "homestead masc space" },
	{ MASC_COMMAND_DEMAND, MASC_REASON_TOO_LARGE, "no range could ever be that large",
	  "homestead masc space" },
};

/* Whoever stands where we may not claim: "domain 7 has 239.192.1.0/24". */
static bool put_holder(const struct wish *w, struct text *t)
{
	const struct masc *m = node_masc(engine_node(w->ops->engine));
	struct masc_claim_at at = { 0 };
	struct masc_claim_info info;
	for (int i = 0; i < HOLDER_SCAN && masc_claim_next(m, &at, &w->command.prefix, &info);
	     i++) {
		if (!info.holds || info.ours || info.below)
			continue;
		text_str(t, "domain ");
		masc_id_text(t, &info.domain);
		text_str(t, " has ");
		masc_prefix_text(t, &info.prefix);
		return true;
	}
	return false;
}

static void put_refusal(const struct wish *w, enum err e, enum masc_reason why, struct text *t,
			struct text *hint)
{
	const char *advice = node_reason_advice(why);
	if (why == MASC_REASON_NO_RANGE && w->command.prefix.family) {
		text_str(t, "it lies in no range that claims may come from");
		text_str(hint, "homestead masc space");
		return;
	}
	if (w->command.kind == MASC_COMMAND_CLAIM && e == ERR_IN_USE && put_holder(w, t)) {
		text_str(hint, "homestead masc space");
		return;
	}
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].kind == w->command.kind && meanings[i].why == why) {
			text_str(t, meanings[i].words);
			text_str(hint, meanings[i].hint);
			return;
		}
	text_str(t, why ? masc_reason_text(why) : plain_reason(w, e));
	text_str(hint, advice ? advice : kind_of(w)->where);
}

static void answer_refused(const struct wish *w, enum err e, enum masc_reason why)
{
	char buffer[2][OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer[0]), h = TEXT_OF(buffer[1]);
	bool is_new =
		w->command.kind == MASC_COMMAND_CLAIM || w->command.kind == MASC_COMMAND_DEMAND;
	kind_of(w)->put(&t, w);
	if (is_new)
		text_str(&t, w->dry ? " would be refused: " : " is refused: ");
	else
		text_str(&t, w->dry ? " would stay as it is: " : " stays as it is: ");
	put_refusal(w, e, why, &t, &h);
	ops_answer_error(w->call, e, buffer[0], buffer[1]);
}

static void off(const struct ops *o, struct ops_call call)
{
	const struct masc *m = node_masc(engine_node(o->engine));
	if (m)
		ops_answer_error(call, ERR_STATE, "MASC is stopped: no claims can be made",
				 "homestead doctor ports");
	else
		ops_answer_error(call, ERR_STATE, "MASC is not configured",
				 "name a domain and its peers (man homestead.conf), then: "
				 "homestead daemon reload");
}

static void wish_done(void *arg, const struct engine_result *result)
{
	struct wish *w = arg;
	const struct env *env = w->ops->env;
	if (result->err)
		answer_refused(w, result->err, result->why);
	else
		answer_done(w, result->number);
	env_free(env, w);
}

static bool is_dry(const struct ops_request *r)
{
	if (r->kind == OPS_MASC_CLAIM)
		return r->claim.dry_run;
	if (r->kind == OPS_MASC_DEMAND)
		return r->demand.dry_run;
	if (r->kind == OPS_MASC_WITHDRAW)
		return r->withdraw.dry_run;
	return r->kind == OPS_MASC_RESOLVE ? r->resolve.dry_run : r->write.dry_run;
}

/* To the engine, which keeps w until it answers. */
static enum err send(struct wish *w)
{
	struct node_command command = { .kind = NODE_COMMAND_MASC, .masc = w->command };
	return engine_command(w->ops->engine, &command, wish_done, w);
}

static enum err answer_dry(struct wish *w, const struct masc *m)
{
	enum err e = kind_of(w)->try(m, w);
	if (e == OK)
		answer_done(w, 0);
	else
		answer_refused(w, e, e == ERR_RANGE ? MASC_REASON_NO_RANGE : MASC_REASON_NONE);
	env_free(w->ops->env, w);
	return OK;
}

enum err ops_run_masc_wish(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct masc *m = node_masc(engine_node(o->engine));
	struct refusal f;
	if (!m || masc_health(m) != OK) {
		off(o, call);
		return OK;
	}
	struct wish *w = env_zalloc(o->env, 1, sizeof(*w));
	if (!w)
		return ERR_NOMEM;
	*w = (struct wish){ .ops = o, .call = call, .request = *r, .dry = is_dry(r) };
	f.why = TEXT_OF(f.buffer[0]);
	f.hint = TEXT_OF(f.buffer[1]);
	enum err e = kind_of(w)->read(w, &f);
	if (e != OK) {
		if (!f.hint.n)
			text_str(&f.hint, kind_of(w)->where);
		ops_answer_error(call, e, f.buffer[0], f.buffer[1]);
		env_free(o->env, w);
		return OK;
	}
	if (w->dry)
		return answer_dry(w, m);
	e = send(w);
	if (e)
		env_free(o->env, w);
	return e;
}
