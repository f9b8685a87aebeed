/* What a short code or a link says: read here and now, nobody is asked. A machine that is in the
 * group knows one by the other. */
#include "ops/group_int.h"

#include "group/code.h"

static const char *addresses_of(const struct group_link *l, struct draft *d)
{
	char buffer[GROUP_LINK_ADDRESSES * (ADDR_TEXT_MAX + 2) + 1];
	struct text t = TEXT_OF(buffer);
	for (size_t i = 0; i < l->n_address; i++) {
		text_str(&t, i ? ", " : "");
		addr_text(&t, &l->address[i]);
	}
	return ops_draft_text(d, &t);
}

/* ---- one by the other (GROUP-14.35) ---- */

static const char *words_of(const struct group_link *l, struct span lookup, struct draft *d)
{
	char buffer[GROUP_CODE_MAX + 1], whole[GROUP_CODE_SIZE];
	struct text typed = TEXT_OF(buffer), t = TEXT_OF(whole);
	char ignored[OPS_MESSAGE_MAX + 1];
	struct text why = TEXT_OF(ignored);
	struct group_code code;
	text_span(&typed, lookup);
	text_char(&typed, '-');
	text_str(&typed, l->secret);
	bool good = !typed.cut && group_code_parse(&code, span_of(typed.p, typed.n), &why) == OK;
	if (good) {
		group_code_text(&t, &code);
		group_code_wipe(&code);
	}
	const char *kept = good ? ops_draft_text(d, &t) : "";
	crypto_wipe(buffer, sizeof(buffer));
	crypto_wipe(whole, sizeof(whole));
	crypto_wipe(ignored, sizeof(ignored)); /* it may say a word that is none */
	return kept;
}

/* The invitation's record has the first two words, a link the others. */
static void set_words(struct ops *o, const struct group_link *l, struct draft *d,
		      struct ops_paper *out)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	struct group_invite_info i;
	struct groups_info g;
	const void *at = NULL;
	if (!all || !l->invitation || groups_find(all, span_str(l->group), &g) != OK || !g.group)
		return;
	while (!out->code[0] && group_invite_next(g.group, &at, &i))
		if (memcmp(i.id, l->id, sizeof(l->id)) == 0)
			out->code = words_of(l, i.lookup, d);
}

/* Open invitations of our groups with that look-up; the last of them. */
static size_t find_lookup(const struct groups *all, const char *lookup, struct groups_info *in,
			  struct group_link *l)
{
	struct groups_info g;
	size_t at = 0, n = 0;
	while (groups_next(all, &at, &g)) {
		struct group_invite_info i;
		const void *next = NULL;
		while (g.group && group_invite_next(g.group, &next, &i)) {
			if (i.state != GROUP_INVITE_OPEN || !span_eq(i.lookup, span_str(lookup)))
				continue;
			memcpy(l->id, i.id, sizeof(l->id));
			*in = g;
			n++;
		}
	}
	return n;
}

static void set_link(struct ops *o, const struct group_code *c, struct draft *d,
		     struct ops_paper *out)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	struct group_link l = { .invitation = true };
	char buffer[GROUP_LINK_SIZE + 1];
	struct text t = TEXT_OF(buffer);
	struct groups_info g;
	ops_set_text(l.secret, sizeof(l.secret), c->secret);
	if (all && find_lookup(all, c->lookup, &g, &l) == 1 && groups_link(all, &g, &l, &t) == OK) {
		out->link = ops_draft_text(d, &t);
		out->group = ops_draft_str(d, g.id);
		out->group_name = ops_draft_str(d, g.friendly ? g.friendly : "");
		out->joined = true;
	}
	crypto_wipe(buffer, sizeof(buffer));
	group_link_wipe(&l);
}

static const char *link_of(const struct group_link *l, struct draft *d)
{
	char buffer[GROUP_LINK_SIZE + 1];
	struct text t = TEXT_OF(buffer);
	const char *kept = group_link_text(&t, l) == OK ? ops_draft_text(d, &t) : "";
	crypto_wipe(buffer, sizeof(buffer));
	return kept;
}

/* ---- what each says ---- */

static enum err look_link(struct ops *o, struct span s, struct draft *d, struct ops_paper *out,
			  struct text *why)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct group_link l;
	enum err e = group_link_parse(&l, s, why);
	if (e)
		return e;
	ops_set_text(out->kind, sizeof(out->kind), "link");
	out->group = ops_draft_str(d, l.group);
	out->group_name = ops_draft_str(d, l.friendly);
	out->addresses = addresses_of(&l, d);
	out->asks = !l.secret[0];
	ops_paper_ours(o, out);
	out->link = link_of(&l, d);
	set_words(o, &l, d, out);
	text_str(&t, l.invitation ? "a link into group " : "a link to the password of group ");
	text_quoted(&t, span_str(l.friendly[0] ? l.friendly : l.group), 80);
	out->text = ops_draft_text(d, &t);
	out->hint = "homestead join LINK";
	group_link_wipe(&l);
	return d->failed ? ERR_NOMEM : OK;
}

static enum err look_code(struct ops *o, struct span s, struct draft *d, struct ops_paper *out,
			  struct text *why)
{
	char words[GROUP_CODE_SIZE];
	struct text whole = TEXT_OF(words);
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct group_code code;
	enum err e = group_code_parse(&code, s, why);
	if (e)
		return e;
	ops_set_text(out->kind, sizeof(out->kind), "code");
	text_str(&t, "a short code; members are found by its first words, ");
	text_str(&t, code.lookup);
	out->text = ops_draft_text(d, &t);
	out->hint = "homestead join CODE";
	group_code_text(&whole, &code);
	out->code = ops_draft_text(d, &whole);
	set_link(o, &code, d, out);
	crypto_wipe(words, sizeof(words));
	group_code_wipe(&code);
	return d->failed ? ERR_NOMEM : OK;
}

enum err ops_code_look(struct ops *o, struct span s, struct draft *d, struct ops_paper *out,
		       struct text *why)
{
	ops_clear(&ops_paper_type, out);
	out->valid = true;
	ops_set_text(out->profile, sizeof(out->profile), "modern");
	return group_link_is(s) ? look_link(o, s, d, out, why) : look_code(o, s, d, out, why);
}

/* What is no XML was typed, or sent. */
bool ops_is_typed(const char *s)
{
	s += strspn(s, " \t\r\n");
	return *s && *s != '<' && (unsigned char)*s < 0x80 && strlen(s) < GROUP_LINK_SIZE + 2;
}
