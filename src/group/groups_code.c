/* What a code leads to (GROUP-13.17, GROUP-13.27 to GROUP-13.29): which group is meant, by which
 * identifiers its invitation may be known there, and where members are. Its two words are no
 * secret, and whoever is in the cloud publishes under them what they like. */
#include "group/groups_join_int.h"
#include "wire/rd.h"

/* What a look-up name carries (GROUP-14.31). */
struct found {
	struct group_secret_name name;
	struct span group, friendly;
};

/* GROUP-13.27: a code is of an invitation; a password is none. */
static bool read_found(struct span payload, struct found *f)
{
	struct rd r = rd_of(payload);
	struct group_name name;
	uint8_t version = rd_u8(&r), kind = rd_u8(&r);
	struct span id = rd_bytes(&r, GROUP_SECRET_ID);
	size_t n = rd_le16(&r);
	f->group = rd_bytes(&r, n);
	n = rd_le16(&r);
	f->friendly = rd_bytes(&r, n);
	if (!rd_done(&r) || version != 1 || kind != GROUP_SECRET_INVITATION)
		return false;
	f->name.kind = GROUP_SECRET_INVITATION;
	memcpy(f->name.id, id.p, id.n);
	return group_name_parse(&name, f->group) == OK && f->friendly.n <= GROUP_FRIENDLY_OCTETS;
}

static bool is_wanted(const struct groups_joining *j, const struct found *f)
{
	struct span w = span_str(j->wanted);
	return !w.n || span_eq(w, f->friendly) ||
	       (w.n <= f->group.n && span_eq(w, span_of(f->group.p, w.n)));
}

static bool is_known(const struct groups_joining *j, const struct group_secret_name *name)
{
	for (size_t i = 0; i < j->n_names; i++)
		if (memcmp(j->name[i].id, name->id, sizeof(name->id)) == 0)
			return true;
	return false;
}

bool groups_code_wants(const struct groups_call *call, struct span payload)
{
	const struct groups_joining *j = call->joining;
	struct found f;
	if (!j || !j->at_code)
		return true;
	if (!read_found(payload, &f) || !is_wanted(j, &f))
		return false;
	return !j->code_again || (span_eq(span_str(j->group), f.group) && !is_known(j, &f.name));
}

/* ---- which group, and which identifiers ---- */

/* GROUP-13.17: of several groups one is chosen by who types, not by us. */
static void say_several(struct groups_call *call, const struct found *other)
{
	const struct groups_joining *j = call->joining;
	struct text t = TEXT_OF(call->out.text);
	text_str(&t, "several groups answer to that code: ");
	text_str(&t, j->friendly);
	text_str(&t, " (");
	text_span(&t, span_of(j->group, 12));
	text_str(&t, "), ");
	text_span(&t, other->friendly);
	text_str(&t, " (");
	text_span(&t, span_of(other->group.p, other->group.n < 12 ? other->group.n : 12));
	text_str(&t, "): ask which it is, and say it with --group");
}

static enum err take(struct groups_call *call, const struct groups_lookup *l)
{
	struct groups_joining *j = call->joining;
	struct found f;
	if (!read_found(groups_span(&l->payload), &f))
		return OK;
	if (j->group[0] && !span_eq(span_str(j->group), f.group)) {
		say_several(call, &f);
		return ERR_CONFLICT;
	}
	if (!j->group[0]) {
		groups_words(j->group, sizeof(j->group), f.group);
		groups_words(j->friendly, sizeof(j->friendly), f.friendly);
	}
	if (!is_known(j, &f.name) && j->n_names < GROUPS_JOIN_NAMES)
		j->name[j->n_names++] = f.name;
	return OK;
}

/* GROUP-13.28: what most machines tell first; of those that as many tell, what came first. */
static void sort(const struct groups_lookup *found, size_t n,
		 const struct groups_lookup *out[GROUPS_LOOKUPS])
{
	for (size_t i = 0; i < n; i++) {
		size_t at = i;
		for (; at && out[at - 1]->told < found[i].told; at--)
			out[at] = out[at - 1];
		out[at] = &found[i];
	}
}

/* GROUP-13.27: one of each, round and round. */
static void take_addresses(struct groups_joining *j, const struct groups_lookup *const *of,
			   size_t n)
{
	for (size_t turn = 0; !j->given && turn < GROUPS_ADDRESSES; turn++)
		for (size_t i = 0; i < n; i++)
			if (turn < of[i]->n_at)
				(void)groups_joining_at(j, &of[i]->at[turn], 1);
}

static enum err take_all(struct groups_call *call, const struct groups_lookup *found, size_t n)
{
	const struct groups_lookup *of[GROUPS_LOOKUPS];
	sort(found, n, of);
	call->joining->at_code = false;
	for (size_t i = 0; i < n; i++) {
		enum err e = take(call, of[i]);
		if (e)
			return e;
	}
	take_addresses(call->joining, of, n);
	return OK;
}

/* ---- looked up ---- */

static void looked_up(struct groups *s, struct groups_call *call, const struct groups_lookup *found,
		      size_t n, const struct groups_resolution *why)
{
	struct groups_joining *j = call->joining;
	enum err err = take_all(call, found, n);
	if (!err && !j->group[0]) {
		struct text t = TEXT_OF(call->out.text);
		err = ERR_NOT_FOUND;
		text_str(&t, "nobody in reach answers to that code: ");
		groups_search_why(&t, call->name, why);
		if (j->given)
			text_str(&t, "; with an address alone it takes the link: a code does not "
				     "say which group is meant");
	}
	if (err)
		groups_answer(s, call, err, NULL);
	else
		groups_joining_begin(s, call);
}

static enum err look_up(struct groups *s, struct groups_call *call, groups_looked_up *then)
{
	struct groups_joining *j = call->joining;
	enum err e = groups_lookup_start(s, call, j->code, then);
	j->at_code = !e;
	return e;
}

static void looked_up_again(struct groups *s, struct groups_call *call,
			    const struct groups_lookup *found, size_t n,
			    const struct groups_resolution *why)
{
	struct groups_joining *j = call->joining;
	size_t before = j->n_names;
	enum err e = take_all(call, found, n);
	if (e || j->n_names == before) {
		groups_joining_others(s, call);
		return;
	}
	j->of = before;
	j->first = j->tried = 0;
	groups_joining_call(s, call);
}

bool groups_code_again(struct groups *s, struct groups_call *call)
{
	struct groups_joining *j = call->joining;
	if (!j->by_code || j->code_again || j->proved || !j->n_refused)
		return false;
	j->code_again = true;
	return look_up(s, call, looked_up_again) == OK;
}

enum err groups_code_typed(struct groups *s, const struct groups_command *c,
			   struct groups_call *call)
{
	struct groups_joining *j = call->joining;
	struct group_code code;
	struct text t = TEXT_OF(j->code), why = TEXT_OF(call->out.text);
	enum err e = groups_typed_code(&code, c, &why);
	if (e)
		return e;
	(void)groups_joining_secret(j, span_str(code.secret));
	group_code_name(&t, code.lookup);
	groups_words(call->name, sizeof(call->name), span_str(j->code));
	group_code_wipe(&code);
	j->by_code = true;
	return c->dry_run ? OK : look_up(s, call, looked_up);
}
