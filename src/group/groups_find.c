/* Identities and groups by what people type (GROUP-10.6): the whole name, a label that one
 * alone has, the beginning of a name. */
#include "group/groups_int.h"

#define BEGINNING 6 /* digits of a name that will do */

/* How well a word fits; the better one wins, of two alike neither. */
enum fit {
	FIT_NOT,
	FIT_BEGINS,
	FIT_LABEL,
	FIT_NAME
};

struct search {
	enum fit best;
	bool several;
	struct list *found;
};

static enum fit fit_of(struct span word, const char *name, const char *label)
{
	struct span whole = span_str(name);
	if (span_eq(word, whole))
		return FIT_NAME;
	if (span_eq(word, span_str(label)))
		return FIT_LABEL;
	return word.n >= BEGINNING && word.n < whole.n && !memcmp(word.p, whole.p, word.n)
		       ? FIT_BEGINS
		       : FIT_NOT;
}

static void note(struct search *q, enum fit fit, struct list *at)
{
	if (fit == FIT_NOT || fit < q->best)
		return;
	q->several = fit == q->best;
	q->best = fit;
	q->found = at;
}

static enum err result_of(const struct search *q)
{
	if (q->best == FIT_NOT)
		return ERR_NOT_FOUND;
	return q->several ? ERR_CONFLICT : OK;
}

static struct groups_person *standard(const struct groups *s)
{
	LIST_EACH(n, tmp, &s->persons)
	{
		struct groups_person *p = LIST_ENTRY(n, struct groups_person, all);
		if (p->number == s->standard)
			return p;
	}
	return NULL;
}

enum err groups_person_find(const struct groups *s, struct span word, struct groups_person **out)
{
	struct search q = { FIT_NOT, false, NULL };
	struct groups_person *usual = word.n ? NULL : standard(s);
	LIST_EACH(n, tmp, &s->persons)
	{
		const struct groups_person *p = LIST_ENTRY(n, struct groups_person, all);
		if (word.n)
			note(&q, fit_of(word, p->name, p->label), n);
	}
	enum err e = usual ? OK : result_of(&q);
	if (!e)
		*out = usual ? usual : LIST_ENTRY(q.found, struct groups_person, all);
	return e;
}

static enum err find_entry(const struct groups *s, struct span word, struct span identity,
			   struct groups_entry **out)
{
	struct search q = { FIT_NOT, false, NULL };
	LIST_EACH(n, tmp, &s->entries)
	{
		const struct groups_entry *e = LIST_ENTRY(n, struct groups_entry, all);
		if (e->leaving || (identity.n && !span_eq(identity, span_str(e->self))))
			continue;
		note(&q, word.n ? fit_of(word, e->id, e->friendly) : FIT_NAME, n);
	}
	enum err e = result_of(&q);
	if (!e)
		*out = LIST_ENTRY(q.found, struct groups_entry, all);
	return e;
}

/* "GROUP/IDENTITY", of whatever either goes by. */
static enum err find_membership(const struct groups *s, struct span word, struct groups_entry **out)
{
	struct groups_person *p;
	for (size_t i = word.n; i > 0; i--)
		if (word.p[i - 1] == '/' && i < word.n &&
		    groups_person_find(s, span_of(word.p + i, word.n - i), &p) == OK)
			return find_entry(s, span_of(word.p, i - 1), span_str(p->name), out);
	return ERR_NOT_FOUND;
}

/* Of one group that two of this machine are in, the identity says which is meant; nothing
 * typed is the only one. */
enum err groups_entry_find(const struct groups *s, struct span word, struct span identity,
			   struct groups_entry **out)
{
	enum err e = find_entry(s, word, identity, out);
	return e == ERR_NOT_FOUND && !identity.n ? find_membership(s, word, out) : e;
}

struct groups_person *groups_person_named(const struct groups *s, struct span name)
{
	LIST_EACH(n, tmp, &s->persons)
	{
		struct groups_person *p = LIST_ENTRY(n, struct groups_person, all);
		if (span_eq(span_str(p->name), name))
			return p;
	}
	return NULL;
}

struct groups_entry *groups_entry_named(const struct groups *s, struct span id, struct span self)
{
	LIST_EACH(n, tmp, &s->entries)
	{
		struct groups_entry *e = LIST_ENTRY(n, struct groups_entry, all);
		if (!e->leaving && span_eq(span_str(e->id), id) &&
		    (!self.n || span_eq(span_str(e->self), self)))
			return e;
	}
	return NULL;
}

struct groups_person *groups_person_of(struct groups *s, struct groups_call *call, struct span word)
{
	struct groups_person *p = NULL;
	enum err e = groups_person_find(s, word, &p);
	const char *why = "this machine has no such identity";
	if (e == ERR_CONFLICT)
		why = "several identities are called so: give more of the peer name";
	else if (e && !word.n)
		why = "this machine has no identity yet: make one with homestead id create";
	if (e)
		groups_answer(s, call, e, why);
	return e ? NULL : p;
}

/* The peer name of an identity that was typed; as it stands where there is none. */
static struct span whole_name(const struct groups *s, struct span word)
{
	struct groups_person *p;
	if (!word.n || groups_person_find(s, word, &p) != OK)
		return word;
	return span_str(p->name);
}

struct groups_entry *groups_entry_of(struct groups *s, struct groups_call *call,
				     const struct groups_command *c)
{
	struct groups_entry *e = NULL;
	enum err err = groups_entry_find(s, c->group, whole_name(s, c->identity), &e);
	const char *why = "this machine is in no such group";
	if (err == ERR_CONFLICT)
		why = c->group.n ? "several groups are called so: give more of the group's name"
				 : "this machine is in several groups: say which";
	if (err) {
		groups_answer(s, call, err, why);
		return NULL;
	}
	groups_words(call->out.made, sizeof(call->out.made), span_str(e->id));
	call->entry = e;
	return e;
}
