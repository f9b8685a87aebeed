/* Names that are looked for (GROUP-15.4, GROUP-15.10): members of a group for who is alone, and
 * groups for who has a code. */
#include "group/groups_int.h"

#define OTHERS (MONO_SEC / 2) /* so long a look-up that found one waits for others */

struct groups_search *groups_search_new(struct groups *s, const char *name)
{
	struct groups_search *x = env_zalloc(s->env, 1, sizeof(*x));
	if (!x)
		return NULL;
	groups_words(x->name, sizeof(x->name), span_str(name));
	x->enough = MONO_NEVER;
	x->number = GROUPS_CALLS + s->next_call++;
	list_push_back(&s->searches, &x->all);
	return x;
}

static void search_free(struct groups *s, struct groups_search *x)
{
	for (size_t i = 0; x->found && i < x->n_found; i++)
		env_free(s->env, x->found[i].payload.p);
	env_free(s->env, x->found);
	list_take(&x->all);
	env_free(s->env, x);
}

void groups_search_drop(struct groups *s, struct groups_search *x)
{
	if (!x)
		return;
	x->entry = NULL;
	x->call = NULL;
	x->dropped = true;
	if (!x->said)
		search_free(s, x);
}

void groups_searches_free(struct groups *s)
{
	LIST_EACH(l, tmp, &s->searches)
	search_free(s, LIST_ENTRY(l, struct groups_search, all));
}

static struct groups_search *numbered(const struct groups *s, uint64_t number)
{
	LIST_EACH(l, tmp, &s->searches)
	if (LIST_ENTRY(l, struct groups_search, all)->number == number)
		return LIST_ENTRY(l, struct groups_search, all);
	return NULL;
}

/* ---- ended ---- */

static void ended(struct groups *s, struct groups_search *x, const struct groups_resolution *r)
{
	struct groups_entry *e = x->entry;
	struct groups_call *call = x->call;
	if (call) {
		call->waits = GROUPS_WAIT_NOTHING;
		call->looked_up(s, call, x->found, x->n_found, r);
	}
	search_free(s, x);
	if (e)
		groups_seek_searched(s, e, r);
}

void groups_resolved(struct groups *s, uint64_t number, const struct groups_resolution *r,
		     struct mono now)
{
	struct groups_search *x = numbered(s, number);
	s->now = now;
	if (x)
		ended(s, x, r);
}

static struct groups_search *one_said(const struct groups *s)
{
	LIST_EACH(l, tmp, &s->searches)
	if (LIST_ENTRY(l, struct groups_search, all)->said)
		return LIST_ENTRY(l, struct groups_search, all);
	return NULL;
}

/* The part that was asked is gone with the questions. Each ends once: what follows may ask
 * anew. */
void groups_searches_lost(struct groups *s)
{
	static const struct groups_resolution off = { .err = ERR_STATE, .off = true };
	for (struct groups_search *x = one_said(s); x; x = one_said(s))
		ended(s, x, &off);
}

/* ---- found ---- */

static void drop_address(struct groups_lookup *l, size_t k)
{
	l->n_at--;
	memmove(&l->at[k], &l->at[k + 1], (l->n_at - k) * sizeof(l->at[0]));
	memmove(&l->place[k], &l->place[k + 1], l->n_at - k);
}

/* GROUP-15.10: the first that each tells go before the second; so nobody fills the room. */
static void add_address(struct groups_lookup *l, const struct addr *a, uint8_t place)
{
	size_t k = 0;
	while (k < l->n_at && !addr_eq(&l->at[k], a))
		k++;
	if (k < l->n_at && l->place[k] <= place)
		return;
	if (k < l->n_at)
		drop_address(l, k);
	for (k = 0; k < l->n_at && l->place[k] <= place;)
		k++;
	if (k == GROUPS_ADDRESSES)
		return;
	if (l->n_at == GROUPS_ADDRESSES)
		l->n_at--;
	memmove(&l->at[k + 1], &l->at[k], (l->n_at - k) * sizeof(l->at[0]));
	memmove(&l->place[k + 1], &l->place[k], l->n_at - k);
	l->at[k] = *a;
	l->place[k] = place;
	l->n_at++;
}

/* GROUP-15.10: who says the same is one; others are kept apart, since words may be chosen
 * twice. NULL: no room. */
static struct groups_lookup *lookup_of(struct groups *s, struct groups_search *x,
				       const struct groups_hit *hit)
{
	for (size_t i = 0; i < x->n_found; i++)
		if (span_eq(groups_span(&x->found[i].payload), hit->payload))
			return &x->found[i];
	if (x->n_found == GROUPS_LOOKUPS || !groups_code_wants(x->call, hit->payload))
		return NULL;
	struct groups_lookup *l = &x->found[x->n_found];
	if (hit->payload.n && groups_octets_set(s, &l->payload, hit->payload) != OK)
		return NULL;
	x->n_found++;
	return l;
}

/* GROUP-15.11, GROUP-13.25: who was called already is nobody who is found; GROUP-13.29: but is
 * enough where it is a member whose word counts. */
static void note(struct groups *s, struct groups_search *x, const struct groups_hit *hit)
{
	bool called = groups_joining_called(x->call, hit);
	struct groups_lookup *l = called ? NULL : lookup_of(s, x, hit);
	if (!l && !(called && groups_joining_heard(x->call, hit)))
		return;
	for (size_t i = 0; l && i < hit->n_at && i < UINT8_MAX; i++)
		add_address(l, &hit->at[i], (uint8_t)i);
	if (l)
		l->told++;
	x->enough = mono_min(x->enough, mono_add(s->now, OTHERS));
}

/* GROUP-15.11: whoever typed a code waits; what still goes on is cancelled. */
static void leave_it(struct groups *s, struct groups_search *x)
{
	static const struct groups_resolution found = { .err = OK };
	struct groups_call *call = x->call;
	x->call = NULL;
	x->dropped = true;
	call->waits = GROUPS_WAIT_NOTHING;
	call->looked_up(s, call, x->found, x->n_found, &found);
}

void groups_searches_tick(struct groups *s)
{
	LIST_EACH(l, tmp, &s->searches)
	{
		struct groups_search *x = LIST_ENTRY(l, struct groups_search, all);
		if (x->call && mono_reached(x->enough, s->now))
			leave_it(s, x);
	}
}

struct mono groups_searches_deadline(const struct groups *s)
{
	struct mono at = MONO_NEVER;
	LIST_EACH(l, tmp, &s->searches)
	{
		const struct groups_search *x = LIST_ENTRY(l, struct groups_search, all);
		if (x->call)
			at = mono_min(at, x->enough);
	}
	return at;
}

void groups_found(struct groups *s, uint64_t number, const struct groups_hit *hit, struct mono now)
{
	struct groups_search *x = numbered(s, number);
	s->now = now;
	if (x && x->call)
		note(s, x, hit);
	else if (x && x->entry)
		groups_seek_hit(s, x->entry, hit);
}

enum err groups_lookup_start(struct groups *s, struct groups_call *call, const char *name,
			     groups_looked_up *looked_up)
{
	struct groups_search *x = groups_search_new(s, name);
	if (!x)
		return ERR_NOMEM;
	x->found = env_zalloc(s->env, GROUPS_LOOKUPS, sizeof(*x->found));
	if (!x->found) {
		search_free(s, x);
		return ERR_NOMEM;
	}
	x->call = call;
	call->looked_up = looked_up;
	call->waits = GROUPS_WAIT_LOOKUP;
	call->awaited = x->number;
	return OK;
}

void groups_lookup_end(struct groups *s, struct groups_call *call)
{
	LIST_EACH(l, tmp, &s->searches)
	{
		struct groups_search *x = LIST_ENTRY(l, struct groups_search, all);
		if (x->call == call)
			groups_search_drop(s, x);
	}
}

/* ---- out ---- */

static bool ask(struct groups *s, struct groups_search *x, struct groups_out *out)
{
	bool again = x->call && groups_joining_again(x->call);
	s->naming = (struct groups_naming){
		.name = x->name,
		.most = again ? GROUPS_PUBLISHERS_AGAIN : GROUPS_PUBLISHERS,
	};
	*out = (struct groups_out){ .kind = GROUPS_OUT_NAME_RESOLVE,
				    .number = x->number,
				    .naming = &s->naming };
	x->said = true;
	return true;
}

static bool cancel(struct groups *s, struct groups_search *x, struct groups_out *out)
{
	*out = (struct groups_out){ .kind = GROUPS_OUT_NAME_CANCEL,
				    .number = x->number,
				    .naming = &s->naming };
	search_free(s, x);
	return true;
}

bool groups_searches_poll(struct groups *s, struct groups_out *out)
{
	LIST_EACH(l, tmp, &s->searches)
	{
		struct groups_search *x = LIST_ENTRY(l, struct groups_search, all);
		if (x->dropped)
			return cancel(s, x, out);
		if (!x->said)
			return ask(s, x, out);
	}
	return false;
}

/* ---- in words ---- */

static void in_clouds(struct text *t, uint32_t n)
{
	text_u64(t, n);
	text_str(t, n == 1 ? " cloud" : " clouds");
}

/* GROUP-15.7: by the name of the cause. */
void groups_search_why(struct text *t, const char *name, const struct groups_resolution *r)
{
	if (r->off) { /* GROUP-15.6 */
		text_str(t, "names are not looked up, since the part pnrp is switched off");
	} else if (!r->clouds) {
		text_str(t, "there is no network: no interface has an address that names are "
			    "looked up at");
	} else if (!r->up) {
		text_str(t, "no other machine answers for names in ");
		in_clouds(t, r->clouds);
		text_str(t, " (UDP port 3540): none is there, or a firewall or the access point "
			    "keeps machines apart");
	} else {
		text_str(t, "nobody publishes the name ");
		text_str(t, name);
		text_str(t, " in ");
		in_clouds(t, r->up);
	}
	if (r->clock && !r->off)
		text_str(t, "; what one machine says is out of date by our clock: the clock of "
			    "this machine, or of that one, is a day off or more");
}
