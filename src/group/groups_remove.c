/* Members removed (GROUP-11.15): what of theirs stands is gathered from the
 * database in slices, put in order, and listed by the Removal. Those let back are in
 * groups_tell.c. */
#include "group/groups_int.h"

#define LOOKED	   4096 /* entries of the database in a slice */
#define JUDGED	   64	/* of them records that are read and judged */
#define SORTED	   4096 /* taken out of the heap in a slice */
#define MEMBERS	   64	/* whose chains are looked at in a slice */
#define CERTS_EACH (8 * CRYPTO_CHAIN_CERTS)
#define CERTS_SEEN (4 * GROUP_REMOVAL_CERTS) /* one is in the chain of all below it */

/* Entries of one size, first a heap with the largest on top, then in order. */
struct sorting {
	uint8_t *p;
	size_t each, n, room;
	size_t heap; /* how many are in it still */
};

struct groups_removing {
	char who[GROUP_NAME_OCTETS + 1];
	char reason[4 * GROUP_REMOVAL_REASON + 1];
	bool all_records, all_certs;
	bool began, walked, gathered;
	char at[GROUP_NAME_OCTETS + 1]; /* whose chains were looked at last */
	struct graph_place after;
	struct sorting records, certs;
};

/* ---- in order ---- */

static int compare(const struct sorting *s, size_t a, size_t b)
{
	return memcmp(s->p + a * s->each, s->p + b * s->each, s->each);
}

static void swap(struct sorting *s, size_t a, size_t b)
{
	uint8_t t[GROUP_KEPT_RECORD];
	memcpy(t, s->p + a * s->each, s->each);
	memcpy(s->p + a * s->each, s->p + b * s->each, s->each);
	memcpy(s->p + b * s->each, t, s->each);
}

static enum err push(const struct groups *g, struct sorting *s, const uint8_t *entry)
{
	if (s->n == s->room) {
		size_t room = s->room ? 2 * s->room : 64;
		uint8_t *p = env_resize(g->env, s->p, room * s->each);
		if (!p)
			return ERR_NOMEM;
		s->p = p;
		s->room = room;
	}
	memcpy(s->p + s->n * s->each, entry, s->each);
	for (size_t at = s->n; at && compare(s, (at - 1) / 2, at) < 0; at = (at - 1) / 2)
		swap(s, at, (at - 1) / 2);
	s->heap = ++s->n;
	return OK;
}

static void sink(struct sorting *s)
{
	size_t at = 0;
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= s->heap)
			return;
		if (child + 1 < s->heap && compare(s, child, child + 1) < 0)
			child++;
		if (compare(s, at, child) >= 0)
			return;
		swap(s, at, child);
		at = child;
	}
}

/* True: all are in order. */
static bool sort_some(struct sorting *s, size_t most)
{
	for (size_t i = 0; i < most && s->heap > 1; i++) {
		swap(s, 0, --s->heap);
		sink(s);
	}
	return s->heap <= 1;
}

/* One of those that begin alike, the last: a record that changed meanwhile was seen twice. */
static struct span unique(struct sorting *s, size_t named)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		if (i + 1 < s->n &&
		    memcmp(s->p + i * s->each, s->p + (i + 1) * s->each, named) == 0)
			continue;
		memmove(s->p + n++ * s->each, s->p + i * s->each, s->each);
	}
	s->n = n;
	return span_of(s->p, n * s->each);
}

/* ---- gathered ---- */

static bool is_by(const struct graph_entry *e, const char *who)
{
	const struct graph_person *p = e->modifier ? e->modifier : e->creator;
	for (size_t i = 0; i < GROUP_AUTHORITY_DIGITS; i++)
		if (2 * i + 1 >= p->utf16.n || p->utf16.p[2 * i + 1] != (uint8_t)who[i])
			return false;
	return true;
}

static enum err keep(struct groups *s, struct groups_entry *e, struct groups_removing *r,
		     const struct graph_db *db, const struct graph_entry *at)
{
	struct span octets;
	struct graph_record record;
	struct group_kept_record kept;
	uint8_t entry[GROUP_KEPT_RECORD];
	enum err err = graph_db_octets(db, at, &octets);
	if (err || graph_record_decode(octets, &record) != OK ||
	    !group_keeps_record(e->group, span_str(r->who), &record, r->all_records, &kept))
		return err;
	group_kept_record_put(&kept, entry);
	return push(s, &r->records, entry);
}

static enum err walk(struct groups *s, struct groups_entry *e, struct groups_removing *r,
		     const struct graph *g)
{
	const struct graph_db *db = graph_database(g);
	struct graph_entry *at = graph_db_after(db, r->began ? &r->after : NULL);
	enum err err = OK;
	for (size_t looked = 0, judged = 0; at && looked < LOOKED && judged < JUDGED; looked++) {
		if (!at->deleted && is_by(at, r->who)) {
			err = keep(s, e, r, db, at);
			judged++;
		}
		if (err)
			return err;
		r->began = true;
		r->after = at->place;
		at = graph_db_next(db, at);
	}
	r->walked = !at;
	return OK;
}

/* GROUP-11.34 */
static enum err too_many(struct groups_call *call, const char *words)
{
	struct text t = TEXT_OF(call->out.text);
	text_clear(&t);
	text_str(&t, words);
	return ERR_RANGE;
}

static enum err too_many_certs(struct groups_call *call)
{
	return too_many(call, "it has let in more members than a removal can list: with "
			      "--drop-invited they go along");
}

static enum err too_many_records(struct groups_call *call)
{
	return too_many(call, "there are more records of it than a removal of ours can list: with "
			      "--drop-records they go along");
}

/* Who it let in stays in, as long as the others know of it. Begun anew where the one that it had
 * come to is gone. */
static enum err gather_certs(struct groups *s, struct groups_entry *e, struct groups_removing *r)
{
	uint8_t(*out)[GROUP_KEPT_CERT] = env_zalloc(s->env, CERTS_EACH, sizeof *out);
	const struct group_members *all = group_members(e->group);
	struct group_member *m = group_members_find(all, span_str(r->at));
	enum err err = out ? OK : ERR_NOMEM;
	if (!m)
		r->certs.n = r->certs.heap = 0;
	for (size_t i = 0; !err && i < MEMBERS && (m = group_members_next(all, m)); i++) {
		size_t n = group_keeps_certs(e->group, span_str(r->who), m, out, CERTS_EACH);
		for (size_t k = 0; k < n && !err; k++)
			err = push(s, &r->certs, out[k]);
	}
	env_free(s->env, out);
	r->gathered = !m;
	groups_words(r->at, sizeof r->at, m ? m->name : span_of(NULL, 0));
	return err;
}

static enum err gather(struct groups *s, struct groups_call *call, const struct graph *g)
{
	struct groups_removing *r = call->removing;
	enum err err = OK;
	if (!r->gathered)
		err = gather_certs(s, call->entry, r);
	if (!err && r->certs.n > CERTS_SEEN)
		return too_many_certs(call);
	if (!err && !r->walked)
		err = walk(s, call->entry, r, g);
	if (!err && r->records.n > group_keeps_most(call->entry->group))
		return too_many_records(call);
	return err;
}

/* ---- said ---- */

static void count(struct text *t, size_t n, const char *what)
{
	text_u64(t, n);
	text_str(t, what);
}

static void say(struct groups_call *call, struct span records, struct span certs)
{
	struct text t = TEXT_OF(call->out.text);
	text_clear(&t);
	text_str(&t, "kept are ");
	count(&t, records.n / GROUP_KEPT_RECORD, " of its records and ");
	count(&t, certs.n / GROUP_KEPT_CERT, " memberships that it gave");
}

static void finish(struct groups *s, struct groups_call *call)
{
	struct groups_removing *r = call->removing;
	struct groups_entry *e = call->entry;
	struct text why = TEXT_OF(call->out.text);
	const struct group_removing what = {
		.who = span_str(r->who),
		.certs = unique(&r->certs, GROUP_KEPT_CERT),
		.records = unique(&r->records, GROUP_KEPT_ID),
		.reason = span_str(r->reason),
	};
	bool dry = call->dry_run;
	if (what.certs.n / GROUP_KEPT_CERT > GROUP_REMOVAL_CERTS) {
		enum err many = too_many_certs(call);
		groups_removing_free(s, call);
		groups_answer(s, call, many, NULL);
		return;
	}
	enum err err = dry ? group_may_remove(e->group, what.who, &why)
			   : group_remove(e->group, &what, &why, s->now);
	if (!err)
		say(call, what.records, what.certs);
	if (!err && !dry)
		groups_wait_turn(s, e, call);
	groups_removing_free(s, call);
	if (err || dry)
		groups_answer(s, call, err, NULL);
}

static void go_on(struct groups *s, struct groups_call *call)
{
	struct groups_removing *r = call->removing;
	struct groups_entry *e = call->entry;
	const struct graph *g =
		e && e->group ? graphs_instance(s->graphs, span_str(e->id), span_str(e->self))
			      : NULL;
	enum err err = g ? OK : ERR_CLOSED;
	if (!err)
		err = gather(s, call, g);
	if (err) {
		groups_removing_free(s, call);
		groups_answer(s, call, err, NULL);
	} else if (r->walked && r->gathered && sort_some(&r->records, SORTED) &&
		   sort_some(&r->certs, SORTED)) {
		finish(s, call);
	}
}

void groups_removing_tick(struct groups *s)
{
	LIST_EACH(n, tmp, &s->calls)
	{
		struct groups_call *call = LIST_ENTRY(n, struct groups_call, all);
		if (call->removing)
			go_on(s, call);
	}
}

bool groups_removing_any(const struct groups *s)
{
	LIST_EACH(n, tmp, (struct list *)(uintptr_t)&s->calls)
	if (LIST_ENTRY(n, struct groups_call, all)->removing)
		return true;
	return false;
}

void groups_removing_free(struct groups *s, struct groups_call *call)
{
	if (!call->removing)
		return;
	env_free(s->env, call->removing->records.p);
	env_free(s->env, call->removing->certs.p);
	env_free(s->env, call->removing);
	call->removing = NULL;
}

/* ---- the command ---- */

static enum err begin(struct groups *s, const struct groups_command *c, struct groups_entry *e,
		      struct groups_call *call)
{
	struct groups_removing *r = env_zalloc(s->env, 1, sizeof *r);
	if (!r)
		return ERR_NOMEM;
	call->removing = r;
	call->entry = e;
	call->dry_run = c->dry_run;
	groups_words(r->who, sizeof r->who, span_str(call->out.made));
	groups_words(r->reason, sizeof r->reason, c->text);
	r->all_records = !c->drop_records;
	r->all_certs = !c->drop_invited;
	r->records.each = GROUP_KEPT_RECORD;
	r->certs.each = GROUP_KEPT_CERT;
	r->gathered = !r->all_certs;
	return OK;
}

void groups_remove(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_entry *e = groups_live_entry(s, c, call);
	if (!e)
		return;
	struct text why = TEXT_OF(call->out.text);
	enum err err = group_removal_reason(c->text);
	if (err)
		text_str(&why, "a reason is one line of at most 255 characters");
	if (!err)
		err = groups_member_named(e, c->who, call, &why);
	if (!err)
		err = group_may_remove(e->group, span_str(call->out.made), &why);
	if (!err)
		err = begin(s, c, e, call);
	if (!err)
		return; /* go_on() */
	groups_removing_free(s, call);
	groups_answer(s, call, err, NULL);
}
