/* Names that are published for groups (GROUP-15.1 to GROUP-15.3, GROUP-15.9): those of their
 * members, and those that lead newcomers to them. What each should say is worked out anew when
 * something may have changed, and said where it differs from what was said last. */
#include "group/groups_int.h"
#include "group/lookups.h"

#include "wire/utf.h"

#define COMMENT_UNITS 39 /* of a PNRP name: code units */

/* What a name should be. */
struct wish {
	struct groups_entry *entry;
	const struct crypto_key *key;
	const char *name;
	bool lookup;
	uint16_t port;
	struct span chain, comment, payload;
};

static const struct graph *graph_of(const struct groups *s, const struct groups_entry *e)
{
	return graphs_instance(s->graphs, span_str(e->id), span_str(e->self));
}

/* GROUP-15.1: it is there and takes connections. GROUP-11.20: who was removed leads nobody. */
static bool can_be_found(const struct groups *s, const struct groups_entry *e)
{
	const struct graph *g = e->open && e->group && !e->leaving ? graph_of(s, e) : NULL;
	struct group_info of;
	struct graph_info i;
	if (!g || s->stopping || !graphs_port(s->graphs))
		return false;
	group_look(e->group, &of);
	if (of.removed)
		return false;
	graph_info(g, s->now, &i);
	return i.listening && !i.stopping;
}

/* ---- names and what was said of them ---- */

static void name_free(struct groups *s, struct groups_name *n)
{
	if (!n)
		return;
	list_take(&n->all);
	env_free(s->env, n);
}

static struct groups_name *name_of(struct groups *s, const struct wish *w)
{
	LIST_EACH(l, tmp, &w->entry->names)
	{
		struct groups_name *n = LIST_ENTRY(l, struct groups_name, all);
		if (span_eq(span_str(n->name), span_str(w->name)))
			return n;
	}
	struct groups_name *n = env_zalloc(s->env, 1, sizeof(*n));
	struct span public = crypto_key_public(w->key);
	if (!n)
		return NULL;
	groups_words(n->name, sizeof(n->name), span_str(w->name));
	n->lookup = w->lookup;
	n->n_public = public.n;
	memcpy(n->public, public.p, public.n);
	list_push_back(&w->entry->names, &n->all);
	return n;
}

static void fingerprint(const struct groups *s, const struct wish *w,
			uint8_t out[CRYPTO_FINGERPRINT])
{
	const uint8_t port[2] = { (uint8_t)(w->port >> 8), (uint8_t)w->port };
	const struct span parts[] = { span_of(port, 2), w->chain, w->comment, w->payload };
	crypto_fingerprint(s->crypto, w->entry->profile, parts, 4, out);
}

static struct groups_out out_of(struct groups *s, enum groups_out_kind kind, uint64_t number)
{
	return (struct groups_out){ .kind = kind, .number = number, .naming = &s->naming };
}

/* True: there is something new to say, and it is in *out. */
static bool say(struct groups *s, const struct wish *w, struct groups_out *out)
{
	struct groups_name *n = name_of(s, w);
	uint8_t what[CRYPTO_FINGERPRINT];
	if (!n)
		return false; /* the next change, or the next tick, brings it */
	n->wanted = true;
	fingerprint(s, w, what);
	bool same = n->said && memcmp(n->what, what, sizeof(what)) == 0;
	if (same || n->asked || !mono_reached(n->again, s->now))
		return false;
	memcpy(n->what, what, sizeof(what));
	n->said = true;
	n->asked = GROUPS_CALLS + s->next_call++;
	s->naming = (struct groups_naming){
		.name = n->name,
		.key = w->key,
		.public = crypto_key_public(w->key),
		.chain = w->chain,
		.port = w->port,
		.comment = w->comment,
		.payload = w->payload,
	};
	*out = out_of(s, GROUPS_OUT_NAME_PUBLISH, n->asked);
	return true;
}

/* ---- what each should say ---- */

/* As much as a PNRP name has room for. */
static struct span comment_of(const struct groups_entry *e)
{
	struct group_name n;
	size_t units;
	if (group_name_parse(&n, span_str(e->id)) != OK)
		return span_of(NULL, 0);
	while (n.classifier.n && utf16_of(n.classifier, NULL, COMMENT_UNITS, &units) != OK)
		n.classifier.n--;
	return n.classifier;
}

static bool say_participant(struct groups *s, struct wish *w, struct groups_out *out)
{
	char name[GROUP_NAME_OCTETS + 1];
	struct text t = TEXT_OF(name);
	if (group_name_participant(span_str(w->entry->id), &t) != OK)
		return false;
	w->name = name;
	w->lookup = false;
	w->chain = groups_span(&w->entry->chain);
	w->comment = comment_of(w->entry);
	w->payload = span_of(NULL, 0);
	return say(s, w, out);
}

static bool say_lookup(struct groups *s, struct wish *w, const struct group_lookup *l,
		       struct groups_out *out)
{
	char name[GROUP_NAME_OCTETS + 1];
	struct text t = TEXT_OF(name);
	text_str(&t, "0.");
	text_span(&t, l->name);
	w->name = name;
	w->lookup = true;
	w->chain = w->comment = span_of(NULL, 0);
	w->payload = l->payload;
	return say(s, w, out);
}

static bool say_all(struct groups *s, struct groups_entry *e, struct groups_out *out)
{
	const struct groups_person *p = groups_person_named(s, span_str(e->self));
	struct wish w = { .entry = e, .key = p ? p->key : NULL, .port = graphs_port(s->graphs) };
	struct group_lookup l;
	size_t at = 0;
	if (!w.key || !can_be_found(s, e))
		return false;
	if (say_participant(s, &w, out))
		return true;
	while (group_lookup_next(e->group, &at, &l))
		if (say_lookup(s, &w, &l, out))
			return true;
	return false;
}

/* GROUP-15.2: what is no longer wanted. */
static void sweep(struct groups *s, struct groups_entry *e)
{
	LIST_EACH(l, tmp, &e->names)
	{
		struct groups_name *n = LIST_ENTRY(l, struct groups_name, all);
		if (n->wanted)
			continue;
		list_take(&n->all);
		if (n->said)
			list_push_back(&s->withdrawn, &n->all);
		else
			name_free(s, n);
	}
}

static bool poll_entry(struct groups *s, struct groups_entry *e, struct groups_out *out)
{
	LIST_EACH(l, tmp, &e->names)
	LIST_ENTRY(l, struct groups_name, all)->wanted = false;
	if (say_all(s, e, out))
		return true;
	sweep(s, e);
	return false;
}

/* ---- ends ---- */

void groups_names_end(struct groups *s, struct groups_entry *e)
{
	LIST_EACH(l, tmp, &e->names)
	LIST_ENTRY(l, struct groups_name, all)->wanted = false;
	sweep(s, e);
}

static void free_all(struct groups *s, struct list *names)
{
	LIST_EACH(l, tmp, names)
	name_free(s, LIST_ENTRY(l, struct groups_name, all));
}

void groups_names_free(struct groups *s)
{
	free_all(s, &s->withdrawn);
	name_free(s, s->name_last);
	s->name_last = NULL;
}

/* ---- in and out ---- */

static bool withdraw(struct groups *s, struct groups_out *out)
{
	if (list_empty(&s->withdrawn))
		return false;
	struct groups_name *n = s->name_last =
		LIST_ENTRY(s->withdrawn.next, struct groups_name, all);
	list_take(&n->all);
	list_init(&n->all);
	s->naming = (struct groups_naming){ .name = n->name,
					    .public = span_of(n->public, n->n_public) };
	*out = out_of(s, GROUPS_OUT_NAME_WITHDRAW, GROUPS_CALLS + s->next_call++);
	return true;
}

bool groups_names_poll(struct groups *s, struct groups_out *out)
{
	name_free(s, s->name_last);
	s->name_last = NULL;
	if (!s->names_on) {
		free_all(s, &s->withdrawn);
		return false;
	}
	for (struct list *n = s->entries.next; s->names_stale && n != &s->entries; n = n->next)
		if (poll_entry(s, LIST_ENTRY(n, struct groups_entry, all), out))
			return true;
	s->names_stale = false;
	return withdraw(s, out);
}

static struct groups_name *asked_as(const struct groups *s, uint64_t number)
{
	LIST_EACH(l, tmp, &s->entries)
	{
		const struct groups_entry *e = LIST_ENTRY(l, struct groups_entry, all);
		LIST_EACH(k, tmp2, &e->names)
		if (LIST_ENTRY(k, struct groups_name, all)->asked == number)
			return LIST_ENTRY(k, struct groups_name, all);
	}
	return NULL;
}

/* GROUP-15.3: what was refused is tried again; what was said before may still stand. */
void groups_named(struct groups *s, uint64_t number, enum err err, struct mono now)
{
	struct groups_name *n = asked_as(s, number);
	s->now = now;
	if (!n)
		return;
	n->asked = 0;
	n->err = err;
	s->names_stale = true;
	if (!err)
		return;
	memset(n->what, 0, sizeof(n->what));
	n->again = mono_add(now, GROUPS_AGAIN);
}

struct mono groups_names_deadline(const struct groups *s, const struct groups_entry *e)
{
	struct mono at = MONO_NEVER;
	if (!s->names_on)
		return at;
	LIST_EACH(l, tmp, &e->names)
	{
		const struct groups_name *n = LIST_ENTRY(l, struct groups_name, all);
		if (n->err && !n->asked)
			at = mono_min(at, n->again);
	}
	return at;
}

static void forget_said(struct groups_entry *e)
{
	LIST_EACH(l, tmp, &e->names)
	{
		struct groups_name *n = LIST_ENTRY(l, struct groups_name, all);
		n->said = false;
		n->asked = 0;
		n->err = OK;
		n->again = (struct mono){ 0 };
	}
}

void groups_names_are(struct groups *s, bool on, struct mono now)
{
	s->now = now;
	s->names_on = on;
	s->names_stale = true;
	free_all(s, &s->withdrawn);
	LIST_EACH(l, tmp, &s->entries)
	forget_said(LIST_ENTRY(l, struct groups_entry, all));
	groups_searches_lost(s);
	groups_network(s, now);
}

bool groups_name_next(const struct groups *s, const struct groups_info *of, size_t *at,
		      struct groups_name_info *out)
{
	const struct groups_entry *e = groups_entry_named(s, span_str(of->id), span_str(of->self));
	size_t i = 0;
	if (!e)
		return false;
	LIST_EACH(l, tmp, &e->names)
	{
		const struct groups_name *n = LIST_ENTRY(l, struct groups_name, all);
		if (i++ < *at)
			continue;
		++*at;
		*out = (struct groups_name_info){ n->name, n->said, n->lookup, n->err };
		return true;
	}
	return false;
}
